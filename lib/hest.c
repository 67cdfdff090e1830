// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk over a HEST; see <ghes/hest.h> for the contract.
 *
 * Flow: header -> survey() (which ids are there, how far does the table go, would Linux drop it)
 * -> deliver() (each source to the visitor, then its findings).
 *
 * Invariants: offset <= end <= the caller's size at all times, and only locate() moves offset;
 * every byte of a source is read after locate() found it inside.
 * Left to others: the bytes of a source (hest_lint.c), whether one can be used (hest_check.c).
 */
#include <ghes/hest.h>

#include <string.h>

#include <ghes/errors.h>
#include <ghes/hest_fields.h>

#include "hest_report.h"

/* Where the walk stands; @end and @offset in bytes from @base */
struct walk {
	const uint8_t *base;
	uint32_t end;
	uint32_t count; /* sources that the table claims */
	uint32_t index;
	uint32_t offset;
};

enum located {
	LOCATED_WHOLE,
	LOCATED_DONE,	 /* all that the table claims were delivered */
	LOCATED_NOTHING, /* not even a type and an id are left */
	LOCATED_UNKNOWN, /* a type without a known length */
	LOCATED_PARTIAL, /* the table ends inside */
};

static void walk_begin(struct walk *walk, const uint8_t *base, const struct hest_table_info *info)
{
	*walk = (struct walk){
		.base = base,
		.end = info->size,
		.count = info->source_count,
		.offset = sizeof(struct acpi_table_hest),
	};
}

static void bit_set(uint64_t *bits, uint16_t id)
{
	bits[id / 64] |= 1ull << (id % 64);
}

static bool bit_test(const uint64_t *bits, uint16_t id)
{
	return bits[id / 64] >> (id % 64) & 1;
}

static bool bit_test_and_set(uint64_t *bits, uint16_t id)
{
	const bool was = bit_test(bits, id);

	bit_set(bits, id);
	return was;
}

static bool is_generic_error(uint16_t type)
{
	return type == ACPI_HEST_TYPE_GENERIC_ERROR || type == ACPI_HEST_TYPE_GENERIC_ERROR_V2;
}

static bool is_machine_check(uint16_t type)
{
	return type == ACPI_HEST_TYPE_IA32_CHECK || type == ACPI_HEST_TYPE_IA32_CORRECTED_CHECK ||
	       type == ACPI_HEST_TYPE_IA32_DEFERRED_CHECK;
}

/*
 * Length that the source at @bytes claims, of which @available are there. At most
 * 48 + 255 * 28 bytes, so no sum of it with an offset inside a table of 4 GiB matters as long as
 * it is compared with what is left, not added.
 */
static uint32_t hest_esrc_len(uint16_t type, const uint8_t *bytes, uint32_t available)
{
	const uint32_t banks = hest_source_bank_count_offset(type);
	uint32_t length = hest_source_fixed_size(type);

	if (banks != 0 && banks < available)
		length += bytes[banks] * (uint32_t)sizeof(struct acpi_hest_ia_error_bank);
	return length;
}

/*
 * What is at the walk's offset? Moves on behind it if it is whole. All of @source is written but
 * @source->generic, which two of three passes have no use for.
 */
static enum located locate(struct walk *walk, struct hest_source *source)
{
	struct acpi_hest_header header;

	source->index = walk->index;
	source->offset = walk->offset;
	source->length = 0;
	source->available = walk->end - walk->offset;
	source->type = 0;
	source->source_id = 0;
	source->state = HEST_SOURCE_OK;
	source->is_generic = false;
	source->bytes = walk->base + walk->offset;
	if (walk->index == walk->count)
		return LOCATED_DONE;
	if (source->available < sizeof(header))
		return LOCATED_NOTHING;

	memcpy(&header, source->bytes, sizeof(header));
	source->type = le16toh(header.type);
	source->source_id = le16toh(header.source_id);
	source->is_generic = is_generic_error(source->type);
	source->length = hest_esrc_len(source->type, source->bytes, source->available);
	if (source->length == 0)
		return LOCATED_UNKNOWN;
	if (source->length > source->available) {
		source->state = HEST_SOURCE_PARTIAL;
		return LOCATED_PARTIAL;
	}

	source->available = source->length;
	walk->index++;
	walk->offset += source->length;
	return LOCATED_WHOLE;
}

/* Flags and Enabled are at the same place in all sources that have them, but for the NMI's */
static uint8_t source_flags(const struct hest_source *source)
{
	return source->bytes[offsetof(struct acpi_hest_ia_corrected, flags)];
}

static bool source_enabled(const struct hest_source *source)
{
	static_assert(offsetof(struct acpi_hest_ia_corrected, enabled) == 7, "Enabled");
	static_assert(offsetof(struct acpi_hest_ia_machine_check, enabled) == 7, "Enabled");
	static_assert(offsetof(struct acpi_hest_aer, aer.enabled) == 7, "Enabled");
	static_assert(offsetof(struct acpi_hest_generic, enabled) == 7, "Enabled");

	return source->type == ACPI_HEST_TYPE_IA32_NMI || source->bytes[7] != 0;
}

static uint16_t related_source_id(const struct hest_source *source)
{
	uint16_t id;

	memcpy(&id, source->bytes + offsetof(struct acpi_hest_generic, related_source_id),
	       sizeof(id));
	return le16toh(id);
}

/* The state of a whole source. Takes the id of an enabled generic one as claimed. */
static enum hest_source_state source_state(struct hest_scratch *scratch,
					   const struct hest_source *source)
{
	/* Linux looks for GHES_ASSIST first, at disabled sources too */
	if (source->is_generic && bit_test(scratch->assist, related_source_id(source)))
		return HEST_SOURCE_ASSIST;
	if (!source_enabled(source))
		return HEST_SOURCE_DISABLED;
	if (source->is_generic && bit_test_and_set(scratch->claimed, source->source_id))
		return HEST_SOURCE_DUPLICATE;
	return HEST_SOURCE_OK;
}

static enum hest_rule rule_of_end(enum located at)
{
	switch (at) {
	case LOCATED_NOTHING:
		return HEST_RULE_TABLE_ENDS;
	case LOCATED_UNKNOWN:
		return HEST_RULE_UNKNOWN_TYPE;
	case LOCATED_PARTIAL:
		return HEST_RULE_SOURCE_OVERFLOW;
	default:
		return HEST_RULE_NONE;
	}
}

static void refuse(struct hest_table_info *info, enum hest_linux_arch arch, enum hest_rule rule)
{
	if (info->linux_refusal[arch] == HEST_RULE_NONE)
		info->linux_refusal[arch] = rule;
}

/* First pass: ids, counts, and for what Linux would drop all of it */
static void survey(const uint8_t *base, struct hest_scratch *scratch, struct hest_table_info *info)
{
	struct hest_source source;
	struct walk walk;
	enum located at;

	memset(scratch, 0, sizeof(*scratch));
	walk_begin(&walk, base, info);
	while ((at = locate(&walk, &source)) == LOCATED_WHOLE) {
		info->sources++;
		info->generics += source.is_generic;
		bit_set(scratch->present, source.source_id);
		if (!is_machine_check(source.type))
			continue;
		if (source_flags(&source) & ACPI_HEST_GHES_ASSIST)
			bit_set(scratch->assist, source.source_id);
		/* arch_apei_enable_cmcff() says no to it, which ends the table's first pass */
		if (source.type == ACPI_HEST_TYPE_IA32_CORRECTED_CHECK && !source_enabled(&source))
			refuse(info, HEST_LINUX_X86, HEST_RULE_CMC_DISABLED);
	}
	refuse(info, HEST_LINUX_X86, rule_of_end(at));
	refuse(info, HEST_LINUX_ARM64, rule_of_end(at));
}

/* Second pass: duplicates can be told only when it is known who assists, behind or before */
static void survey_duplicates(const uint8_t *base, struct hest_scratch *scratch,
			      struct hest_table_info *info)
{
	struct hest_source source;
	struct walk walk;

	walk_begin(&walk, base, info);
	while (locate(&walk, &source) == LOCATED_WHOLE) {
		if (source_state(scratch, &source) != HEST_SOURCE_DUPLICATE)
			continue;
		refuse(info, HEST_LINUX_X86, HEST_RULE_DUPLICATE_ID);
		refuse(info, HEST_LINUX_ARM64, HEST_RULE_DUPLICATE_ID);
		break;
	}
	memset(scratch->claimed, 0, sizeof(scratch->claimed));
}

/* Findings that need more than the bytes of the one source */
static void check_place(struct hest_reporter *to, const struct hest_scratch *scratch,
			const struct hest_source *source, bool seen, unsigned int *types_seen)
{
	const struct hest_place at = {source->index, source->source_id, source->offset};
	struct hest_place id = at, related = at;

	id.offset += offsetof(struct acpi_hest_header, source_id);
	related.offset += offsetof(struct acpi_hest_generic, related_source_id);

	if (source->state == HEST_SOURCE_DUPLICATE)
		hest_report(to, HEST_RULE_DUPLICATE_ID, id,
			    "HEST: Duplicated hardware error source ID: %d.", source->source_id);
	else if (seen)
		hest_report(to, HEST_RULE_SHARED_ID, id,
			    "source id %u is that of an earlier source too", source->source_id);
	if (source->type == ACPI_HEST_TYPE_IA32_CORRECTED_CHECK &&
	    source->state == HEST_SOURCE_DISABLED)
		hest_report(to, HEST_RULE_CMC_DISABLED, at,
			    "HEST: x86 Linux drops the whole table for a corrected machine check "
			    "source that is disabled: %d.",
			    source->source_id);
	if (source->type <= ACPI_HEST_TYPE_IA32_NMI) {
		if (*types_seen & 1u << source->type)
			hest_report(to, HEST_RULE_TYPE_REPEATED, at,
				    "more than one source of type %u", source->type);
		*types_seen |= 1u << source->type;
	}
	if (!source->is_generic || source->generic.related_source_id == HEST_NO_RELATED_SOURCE)
		return;
	if (source->generic.related_source_id == source->source_id)
		hest_report(to, HEST_RULE_RELATED_ID, related,
			    "Related Source Id %u is the source itself, expected 65535 for none",
			    source->source_id);
	else if (!bit_test(scratch->present, source->generic.related_source_id))
		hest_report(to, HEST_RULE_RELATED_ID, related,
			    "Related Source Id %u names no source of this table",
			    source->generic.related_source_id);
}

/* Sources that would follow if the table did not say that there are no more; 0 if it is not that */
static unsigned int uncounted_sources(const struct walk *walk)
{
	struct walk beyond = *walk;
	struct hest_source source;

	beyond.count = UINT32_MAX;
	while (beyond.offset < beyond.end)
		if (locate(&beyond, &source) != LOCATED_WHOLE)
			return 0;
	return beyond.index - walk->index;
}

static void report_trailing(struct hest_reporter *to, const struct walk *walk)
{
	const struct hest_place place = {HEST_INDEX_TABLE, HEST_ID_NONE, walk->offset};
	const unsigned int more = uncounted_sources(walk);

	if (more)
		hest_report(to, HEST_RULE_TRAILING_SOURCES, place,
			    "%u bytes follow the last of %u sources and read as %u more: Error "
			    "Source Count too small?",
			    walk->end - walk->offset, walk->count, more);
	else
		hest_report(to, HEST_RULE_TRAILING_SOURCES, place,
			    "%u bytes follow the last of %u sources", walk->end - walk->offset,
			    walk->count);
}

/* Why the walk went no further */
static void report_end(struct hest_reporter *to, const struct walk *walk, enum located at,
		       const struct hest_source *source)
{
	struct hest_place place = {source->index, source->source_id, source->offset};

	switch (at) {
	case LOCATED_WHOLE:
		break;
	case LOCATED_DONE:
		if (walk->offset < walk->end)
			report_trailing(to, walk);
		break;
	case LOCATED_NOTHING:
		place.source_id = HEST_ID_NONE;
		hest_report(to, HEST_RULE_TABLE_ENDS, place,
			    "HEST: Table contents overflow: it ends before source %u of %u.",
			    walk->index, walk->count);
		break;
	case LOCATED_UNKNOWN:
		hest_report(to, HEST_RULE_UNKNOWN_TYPE, place,
			    "HEST: Unknown or unused hardware error source type: %d for hardware "
			    "error source: %d.",
			    source->type, source->source_id);
		break;
	case LOCATED_PARTIAL:
		hest_report(to, HEST_RULE_SOURCE_OVERFLOW, place,
			    "HEST: Table contents overflow for hardware error source: %d.",
			    source->source_id);
		break;
	}
}

static int deliver_one(const struct hest_visitor *visitor, void *ctx, struct hest_source *source)
{
	if (source->is_generic && source->state != HEST_SOURCE_PARTIAL) {
		hest_generic_decode(source->bytes, source->length, &source->generic);
		source->generic.index = source->index;
		source->generic.offset = source->offset;
	} else {
		memset(&source->generic, 0, sizeof(source->generic));
	}
	return visitor->source ? visitor->source(ctx, source) : 0;
}

/* Last pass: everything to the visitor */
static int deliver(struct hest_reporter *to, const struct hest_visitor *visitor, void *ctx,
		   const uint8_t *base, struct hest_scratch *scratch,
		   const struct hest_table_info *info)
{
	unsigned int types_seen = 0;
	struct hest_source source;
	struct walk walk;
	enum located at;
	int rc;

	walk_begin(&walk, base, info);
	while ((at = locate(&walk, &source)) == LOCATED_WHOLE) {
		source.state = source_state(scratch, &source);
		rc = deliver_one(visitor, ctx, &source);
		if (rc)
			return rc;
		check_place(to, scratch, &source, bit_test_and_set(scratch->seen, source.source_id),
			    &types_seen);
		hest_lint_source(to, &source);
	}
	if (at == LOCATED_PARTIAL) {
		rc = deliver_one(visitor, ctx, &source);
		if (rc)
			return rc;
	}
	report_end(to, &walk, at, &source);
	return to->err;
}

/* A fixed-size field of text, terminated, in which nothing can upset a terminal */
static void copy_text(char *to, const char *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[i] = from[i] == '\0' || (from[i] >= ' ' && from[i] <= '~') ? from[i] : '?';
	to[size] = '\0';
}

static void decode_header(const struct acpi_table_header *header, struct hest_table_info *info)
{
	*info = (struct hest_table_info){
		.length = le32toh(header->length),
		.revision = header->revision,
		.checksum = header->checksum,
		.oem_revision = le32toh(header->oem_revision),
		.asl_compiler_revision = le32toh(header->asl_compiler_revision),
	};
	copy_text(info->oem_id, header->oem_id, sizeof(header->oem_id));
	copy_text(info->oem_table_id, header->oem_table_id, sizeof(header->oem_table_id));
	copy_text(info->asl_compiler_id, header->asl_compiler_id, sizeof(header->asl_compiler_id));
}

/*
 * Sum of all bytes modulo 256, eight at a time: four sums of 8 bits, each in 16 bits of a word so
 * that what one of them carries out does not get into the next before it is cut off.
 */
static uint8_t byte_sum(const uint8_t *bytes, uint32_t size)
{
	const uint64_t even = 0x00ff00ff00ff00ffull;
	uint64_t word, sums = 0;
	uint32_t i = 0;
	uint8_t sum = 0;

	for (; size - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, bytes + i, sizeof(word));
		sums = (sums + (word & even) + (word >> 8 & even)) & even;
	}
	for (; sums; sums >>= 16)
		sum = (uint8_t)(sum + sums);
	for (; i < size; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return sum;
}

static void check_header(struct hest_reporter *to, const uint8_t *base, size_t size,
			 const struct hest_table_info *info)
{
	const struct hest_place length = {HEST_INDEX_TABLE, HEST_ID_NONE,
					  offsetof(struct acpi_table_header, length)};
	const struct hest_place checksum = {HEST_INDEX_TABLE, HEST_ID_NONE,
					    offsetof(struct acpi_table_header, checksum)};
	uint8_t sum;

	if (info->length < sizeof(struct acpi_table_hest)) {
		hest_report(to, HEST_RULE_LENGTH_SHORT, length,
			    "HEST: Length %u is shorter than the table's own header of %zu bytes",
			    info->length, sizeof(struct acpi_table_hest));
		return;
	}
	if (info->length > size) {
		hest_report(to, HEST_RULE_LENGTH_BEYOND, length,
			    "HEST: Length %u, but only %zu bytes are there", info->length, size);
		return; /* the checksum of part of a table says nothing */
	}
	if (info->length < size)
		hest_report(to, HEST_RULE_LENGTH_TRAILING, length,
			    "%zu bytes follow the table, which ends at Length %u",
			    size - info->length, info->length);
	sum = byte_sum(base, info->length);
	if (sum != 0)
		hest_report(to, HEST_RULE_CHECKSUM, checksum,
			    "Incorrect checksum in table [HEST] - 0x%2.2X, should be 0x%2.2X",
			    info->checksum, (uint8_t)(info->checksum - sum));
}

int hest_parse(const void *table, size_t size, struct hest_scratch *scratch,
	       const struct hest_visitor *visitor, void *ctx)
{
	struct hest_reporter to = {.finding = visitor->finding, .ctx = ctx};
	const uint8_t *base = table;
	struct acpi_table_hest header = {0};
	struct hest_table_info info;

	if (size < sizeof(header.header) || memcmp(base, ACPI_SIG_HEST, 4) != 0)
		return -GHES_ENOENT;
	memcpy(&header, base, size < sizeof(header) ? size : sizeof(header));
	decode_header(&header.header, &info);
	info.size = size < info.length ? (uint32_t)size : info.length;
	if (info.size >= sizeof(header)) {
		info.source_count = le32toh(header.error_source_count);
		survey(base, scratch, &info);
		if (info.generics > 1)
			survey_duplicates(base, scratch, &info);
	}
	if (info.length < sizeof(header) || info.length > size)
		for (int arch = 0; arch < HEST_LINUX_ARCHS; arch++)
			info.linux_refusal[arch] = info.length > size ? HEST_RULE_LENGTH_BEYOND
								      : HEST_RULE_LENGTH_SHORT;

	if (visitor->table)
		visitor->table(ctx, &info);
	check_header(&to, base, size, &info);
	if (info.size < sizeof(header))
		return to.err;
	return deliver(&to, visitor, ctx, base, scratch, &info);
}
