// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/record.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ghes/cper.h>

#include "scenario/parse.h"

#define RECORD_MAX (128u * 1024) /* larger than any status block that a core accepts */

/* A block in the making. @used counts what is built, the header's 20 bytes included. */
struct builder {
	struct sim_scenario *scenario;
	uint8_t *bytes;
	uint32_t used;
	uint64_t block_severity;
	uint64_t revision;
	uint64_t pad_to;
	const yaml_node_t *sections;
	const yaml_node_t *hex, *file;
	/* fields that override what would be right; set when >= 0 */
	int64_t block_status, raw_offset, raw_length, data_length;
};

/* One section in the making; the payload goes straight into the block. */
struct section {
	struct builder *b;
	struct acpi_hest_generic_data_v300 header;
	int64_t claimed_length;
	uint8_t *payload;
	uint32_t length; /* of the payload */
	uint32_t room;
	bool has_type;
};

static const struct tree_word severities[] = {
	{"recoverable", CPER_SEV_RECOVERABLE},
	{"fatal", CPER_SEV_FATAL},
	{"corrected", CPER_SEV_CORRECTED},
	{"informational", CPER_SEV_INFORMATIONAL},
	{NULL, 0},
};

static int read_severity(struct yaml_tree *t, const yaml_node_t *v, uint64_t *out)
{
	const char *text = tree_scalar(t, v, "severity");

	if (text && isdigit((unsigned char)*text))
		return tree_uint(t, v, "severity", 0, UINT32_MAX, out);
	return text ? tree_word(t, v, "severity", severities, out) : -1;
}

/* ---- Payloads -------------------------------------------------------------------------------- */

/* Where a number of a template goes: little-endian, @size bytes at @offset, and its valid bit. */
struct payload_field {
	const char *key;
	uint16_t offset;
	uint8_t size;
	uint8_t shift;
	uint64_t valid;
};

#define MEM(key, field, valid)                                                                     \
	{                                                                                          \
		key, offsetof(struct cper_sec_mem_err, field),                                     \
			sizeof(((struct cper_sec_mem_err *)0)->field), 0, valid                    \
	}
static const struct payload_field memory_fields[] = {
	MEM("error-status", error_status, CPER_MEM_VALID_ERROR_STATUS),
	MEM("physical-address", physical_addr, CPER_MEM_VALID_PA),
	MEM("physical-address-mask", physical_addr_mask, CPER_MEM_VALID_PA_MASK),
	MEM("node", node, CPER_MEM_VALID_NODE),
	MEM("card", card, CPER_MEM_VALID_CARD),
	MEM("module", module, CPER_MEM_VALID_MODULE),
	MEM("bank", bank, CPER_MEM_VALID_BANK),
	MEM("device", device, CPER_MEM_VALID_DEVICE),
	MEM("row", row, CPER_MEM_VALID_ROW),
	MEM("column", column, CPER_MEM_VALID_COLUMN),
	MEM("bit-position", bit_pos, CPER_MEM_VALID_BIT_POSITION),
	MEM("requestor-id", requestor_id, CPER_MEM_VALID_REQUESTOR_ID),
	MEM("responder-id", responder_id, CPER_MEM_VALID_RESPONDER_ID),
	MEM("target-id", target_id, CPER_MEM_VALID_TARGET_ID),
	MEM("error-type", error_type, CPER_MEM_VALID_ERROR_TYPE),
	MEM("rank", rank, CPER_MEM_VALID_RANK_NUMBER),
	MEM("card-handle", mem_array_handle, CPER_MEM_VALID_CARD_HANDLE),
	MEM("module-handle", mem_dev_handle, CPER_MEM_VALID_MODULE_HANDLE),
	{NULL, 0, 0, 0, 0},
};

#define PCIE(key, field, valid)                                                                    \
	{                                                                                          \
		key, offsetof(struct cper_sec_pcie, field),                                        \
			sizeof(((struct cper_sec_pcie *)0)->field), 0, valid                       \
	}
#define AER(key, field)                                                                            \
	{                                                                                          \
		key,                                                                               \
			offsetof(struct cper_sec_pcie, aer_info) +                                 \
				offsetof(struct aer_capability_regs, field),                       \
			sizeof(((struct aer_capability_regs *)0)->field), 0,                       \
			CPER_PCIE_VALID_AER_INFO                                                   \
	}
static const struct payload_field pcie_fields[] = {
	PCIE("port-type", port_type, CPER_PCIE_VALID_PORT_TYPE),
	PCIE("command", command, CPER_PCIE_VALID_COMMAND_STATUS),
	PCIE("status", status, CPER_PCIE_VALID_COMMAND_STATUS),
	PCIE("vendor-id", device_id.vendor_id, CPER_PCIE_VALID_DEVICE_ID),
	PCIE("device-id", device_id.device_id, CPER_PCIE_VALID_DEVICE_ID),
	PCIE("function", device_id.function, CPER_PCIE_VALID_DEVICE_ID),
	PCIE("device", device_id.device, CPER_PCIE_VALID_DEVICE_ID),
	PCIE("segment", device_id.segment, CPER_PCIE_VALID_DEVICE_ID),
	PCIE("bus", device_id.bus, CPER_PCIE_VALID_DEVICE_ID),
	AER("aer-uncor-status", uncor_status),
	AER("aer-uncor-mask", uncor_mask),
	AER("aer-uncor-severity", uncor_severity),
	AER("aer-cor-status", cor_status),
	AER("aer-cor-mask", cor_mask),
	{NULL, 0, 0, 0, 0},
};

/* One ARM processor error with one error information structure. */
#define ARM(key, field, valid)                                                                     \
	{                                                                                          \
		key, offsetof(struct cper_sec_proc_arm, field),                                    \
			sizeof(((struct cper_sec_proc_arm *)0)->field), 0, valid                   \
	}
#define INFO(key, field)                                                                           \
	{                                                                                          \
		key, sizeof(struct cper_sec_proc_arm) + offsetof(struct cper_arm_err_info, field), \
			sizeof(((struct cper_arm_err_info *)0)->field), 0, 0                       \
	}
static const struct payload_field arm_fields[] = {
	ARM("mpidr", mpidr, CPER_ARM_VALID_MPIDR),
	ARM("affinity-level", affinity_level, CPER_ARM_VALID_AFFINITY_LEVEL),
	ARM("midr", midr, 0),
	ARM("running-state", running_state, CPER_ARM_VALID_RUNNING_STATE),
	ARM("psci-state", psci_state, 0),
	ARM("info-count", err_info_num, 0),
	ARM("context-count", context_info_num, 0),
	ARM("section-length", section_length, 0),
	INFO("info-type", type),
	INFO("info-length", length),
	INFO("info-valid", validation_bits),
	INFO("error-info", error_info),
	INFO("virtual-address", virt_fault_addr),
	INFO("physical-address", physical_fault_addr),
	{NULL, 0, 0, 0, 0},
};

/* Sections known by a name only: their payload is `size` bytes of `fill`, or `bytes`. */
static const struct payload_field raw_fields[] = {{NULL, 0, 0, 0, 0}};

static void put_le(uint8_t *to, unsigned int size, uint64_t value)
{
	while (size--) {
		*to++ = (uint8_t)value;
		value >>= 8;
	}
}

static uint64_t get_le(const uint8_t *from, unsigned int size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | from[size];
	return value;
}

static void arm_defaults(uint8_t *p)
{
	struct cper_sec_proc_arm arm = {
		.err_info_num = htole16(1),
		.section_length = htole32(sizeof(arm) + sizeof(struct cper_arm_err_info)),
	};
	struct cper_arm_err_info info = {
		.length = sizeof(info),
		.validation_bits = htole16(CPER_ARM_INFO_VALID_PHYSICAL_ADDR),
		.type = CPER_ARM_CACHE_ERROR,
	};

	memcpy(p, &arm, sizeof(arm));
	memcpy(p + sizeof(arm), &info, sizeof(info));
}

static void no_defaults(uint8_t *p)
{
	(void)p;
}

struct section_kind {
	const char *word;
	guid_t type;
	uint32_t size;
	uint8_t valid_size; /* bytes of the validation bits at offset 0 */
	const struct payload_field *fields;
	void (*defaults)(uint8_t *payload);
};

#define GUID_OF(...)                                                                               \
	{                                                                                          \
		{                                                                                  \
			GHES_GUID_BYTES(__VA_ARGS__)                                               \
		}                                                                                  \
	}
static const struct section_kind kinds[] = {
	{"memory",
	 GUID_OF(0xa5bc1114, 0x6f64, 0x4ede, 0xb8, 0x63, 0x3e, 0x83, 0xed, 0x7c, 0x83, 0xb1),
	 sizeof(struct cper_sec_mem_err), 8, memory_fields, no_defaults},
	{"memory-old", /* the 73 bytes of UEFI 2.1 */
	 GUID_OF(0xa5bc1114, 0x6f64, 0x4ede, 0xb8, 0x63, 0x3e, 0x83, 0xed, 0x7c, 0x83, 0xb1),
	 sizeof(struct cper_sec_mem_err_old), 8, memory_fields, no_defaults},
	{"pcie",
	 GUID_OF(0xd995e954, 0xbbc1, 0x430f, 0xad, 0x91, 0xb4, 0x4d, 0xcb, 0x3c, 0x6f, 0x35),
	 sizeof(struct cper_sec_pcie), 8, pcie_fields, no_defaults},
	{"arm", GUID_OF(0xe19e3d16, 0xbc11, 0x11e4, 0x9c, 0xaa, 0xc2, 0x05, 0x1d, 0x5d, 0x46, 0xb0),
	 sizeof(struct cper_sec_proc_arm) + sizeof(struct cper_arm_err_info), 4, arm_fields,
	 arm_defaults},
	{"cxl-general-media",
	 GUID_OF(0xfbcd0a77, 0xc260, 0x417f, 0x85, 0xa9, 0x08, 0x8b, 0x16, 0x21, 0xeb, 0xa6), 144,
	 0, raw_fields, no_defaults},
	{"cxl-dram",
	 GUID_OF(0x601dcbb3, 0x9c06, 0x4eab, 0xb8, 0xaf, 0x4e, 0x9b, 0xfb, 0x5c, 0x96, 0x24), 144,
	 0, raw_fields, no_defaults},
	{"cxl-memory-module",
	 GUID_OF(0xfe927475, 0xdd59, 0x4339, 0xa5, 0x86, 0x79, 0xba, 0xb1, 0x13, 0xb7, 0x74), 144,
	 0, raw_fields, no_defaults},
	{"vendor", /* no one's: of this simulator */
	 GUID_OF(0x9f5f1a01, 0x5d4c, 0x4b1f, 0x9a, 0x5e, 0x67, 0x68, 0x65, 0x73, 0x73, 0x6d), 64, 0,
	 raw_fields, no_defaults},
};

/* ---- Sections -------------------------------------------------------------------------------- */

static int hex_value(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Hexadecimal bytes with blanks between them into @to; their number, or -1 and an error. */
static int64_t read_hex(struct yaml_tree *t, const yaml_node_t *v, const char *what, uint8_t *to,
			uint32_t room)
{
	const char *p = tree_scalar(t, v, what);
	uint32_t n = 0;

	while (p && *p) {
		int high, low;

		if (isspace((unsigned char)*p)) {
			p++;
			continue;
		}
		high = hex_value((unsigned char)p[0]);
		low = high < 0 ? -1 : hex_value((unsigned char)p[1]);
		if (low < 0)
			return tree_error(t, v, "%s has '%.2s', expected pairs of hex digits", what,
					  p);
		if (n == room)
			return tree_error(t, v, "%s has more than %u bytes", what, room);
		to[n++] = (uint8_t)(high << 4 | low);
		p += 2;
	}
	return p ? (int64_t)n : -1;
}

static int set_field(struct yaml_tree *t, struct section *sec, const struct section_kind *kind,
		     const struct payload_field *f, const yaml_node_t *v)
{
	uint64_t value, max = f->size >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * f->size)) - 1;

	if (f->offset + f->size > sec->length)
		return tree_error(t, v, "'%s' lies beyond this section's %u bytes", f->key,
				  sec->length);
	if (tree_uint(t, v, f->key, 0, max, &value))
		return -1;
	put_le(sec->payload + f->offset, f->size, value);
	if (kind->valid_size && f->valid)
		put_le(sec->payload, kind->valid_size,
		       get_le(sec->payload, kind->valid_size) | f->valid);
	return 0;
}

/* Keys that every kind of section has: its size, its bytes. Returns 1 when @key is not one. */
static int set_common(struct yaml_tree *t, struct section *sec, const char *key,
		      const yaml_node_t *v)
{
	uint64_t n;
	int64_t got;

	if (!strcmp(key, "size")) {
		if (tree_uint(t, v, key, 0, sec->room, &n))
			return -1;
		sec->length = (uint32_t)n;
		return 0;
	}
	if (!strcmp(key, "fill")) {
		if (tree_uint(t, v, key, 0, 255, &n))
			return -1;
		memset(sec->payload, (int)n, sec->length);
		return 0;
	}
	if (!strcmp(key, "valid")) {
		if (tree_uint(t, v, key, 0, UINT64_MAX, &n))
			return -1;
		if (sec->length < 8)
			return tree_error(t, v, "the section is too short for validation bits");
		put_le(sec->payload, 8, n);
		return 0;
	}
	if (strcmp(key, "bytes"))
		return 1;
	got = read_hex(t, v, key, sec->payload, sec->room);
	if (got < 0)
		return -1;
	sec->length = (uint32_t)got;
	return 0;
}

static int unknown_field(struct yaml_tree *t, const yaml_node_t *k, const char *key,
			 const struct section_kind *kind)
{
	char all[400];
	size_t used = 0;

	for (const struct payload_field *f = kind->fields; f->key && used < sizeof(all); f++)
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s, ", f->key);
	if (used < sizeof(all))
		snprintf(all + used, sizeof(all) - used, "size, fill, bytes, valid");
	return tree_error(t, k, "unknown key '%s' in section '%s', expected one of: %s", key,
			  kind->word, all);
}

static int read_payload(struct yaml_tree *t, struct section *sec, const struct section_kind *kind,
			const yaml_node_t *n)
{
	yaml_node_t *k, *v;

	memcpy(sec->header.v201.section_type, &kind->type, sizeof(kind->type));
	sec->has_type = true;
	if (kind->size > sec->room)
		return tree_error(t, n, "the record is longer than %u bytes", RECORD_MAX);
	sec->length = kind->size;
	kind->defaults(sec->payload);
	if (n->type != YAML_MAPPING_NODE)
		return tree_error(t, n, "section '%s' is not a mapping", kind->word);
	for (unsigned int i = 0; tree_pair(t, n, i, &k, &v); i++) {
		const char *key = tree_scalar(t, k, "a key");
		const struct payload_field *f = kind->fields;
		int ret;

		if (!key)
			return -1;
		while (f->key && strcmp(f->key, key))
			f++;
		ret = f->key ? set_field(t, sec, kind, f, v) : set_common(t, sec, key, v);
		if (ret > 0)
			ret = unknown_field(t, k, key, kind);
		if (ret)
			return ret;
	}
	return 0;
}

static int read_flags(struct yaml_tree *t, struct section *sec, const yaml_node_t *v)
{
	static const struct tree_word words[] = {
		{"primary", CPER_SEC_PRIMARY},
		{"containment-warning", CPER_SEC_CONTAINMENT_WARNING},
		{"reset", CPER_SEC_RESET},
		{"threshold-exceeded", CPER_SEC_ERROR_THRESHOLD_EXCEEDED},
		{"not-accessible", CPER_SEC_RESOURCE_NOT_ACCESSIBLE},
		{"latent", CPER_SEC_LATENT_ERROR},
		{NULL, 0},
	};
	int n = tree_list(t, v, "flags");
	uint64_t bit;

	for (int i = 0; i < n; i++) {
		if (tree_word(t, tree_item(t, v, (unsigned int)i), "flag", words, &bit))
			return -1;
		sec->header.v201.flags |= (uint8_t)bit;
	}
	return n < 0 ? -1 : 0;
}

/* Keys beside the section's kind: they belong to the data entry's header. 1: not one. */
static int read_entry_key(struct yaml_tree *t, struct section *sec, const char *key,
			  const yaml_node_t *v)
{
	struct acpi_hest_generic_data *h = &sec->header.v201;
	uint64_t n;

	if (!strcmp(key, "severity")) {
		if (read_severity(t, v, &n))
			return -1;
		h->error_severity = htole32((uint32_t)n);
		return 0;
	}
	if (!strcmp(key, "flags"))
		return read_flags(t, sec, v);
	if (!strcmp(key, "fru-text")) {
		const char *text = tree_scalar(t, v, key);

		if (!text)
			return -1;
		if (strlen(text) > sizeof(h->fru_text))
			return tree_error(t, v, "fru-text is longer than %zu characters",
					  sizeof(h->fru_text));
		memcpy(h->fru_text, text, strlen(text));
		h->validation_bits |= ACPI_HEST_GEN_VALID_FRU_STRING;
		return 0;
	}
	if (!strcmp(key, "claimed-length")) {
		if (tree_uint(t, v, key, 0, UINT32_MAX, &n))
			return -1;
		sec->claimed_length = (int64_t)n;
		return 0;
	}
	return 1;
}

static int unknown_section(struct yaml_tree *t, const yaml_node_t *k, const char *key)
{
	char all[400];
	size_t used = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && used < sizeof(all); i++)
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s, ", kinds[i].word);
	return tree_error(t, k,
			  "unknown key '%s' in a section, expected one of: %s"
			  "severity, flags, fru-text, claimed-length",
			  key, all);
}

static int read_section(struct yaml_tree *t, struct section *sec, const yaml_node_t *n)
{
	yaml_node_t *k, *v;

	if (n->type != YAML_MAPPING_NODE)
		return tree_error(t, n, "a section is not a mapping");
	for (unsigned int i = 0; tree_pair(t, n, i, &k, &v); i++) {
		const char *key = tree_scalar(t, k, "a key");
		int ret = key ? read_entry_key(t, sec, key, v) : -1;

		for (size_t j = 0; ret == 1 && j < sizeof(kinds) / sizeof(kinds[0]); j++) {
			if (strcmp(kinds[j].word, key))
				continue;
			if (sec->has_type)
				return tree_error(t, k, "a section has two kinds");
			ret = read_payload(t, sec, &kinds[j], v);
		}
		if (ret > 0)
			return unknown_section(t, k, key);
		if (ret)
			return ret;
	}
	return sec->has_type ? 0 : tree_error(t, n, "a section has no kind, such as 'memory'");
}

static int add_section(struct yaml_tree *t, struct builder *b, const yaml_node_t *n)
{
	uint32_t header = b->revision >> 8 >= 3 ? sizeof(struct acpi_hest_generic_data_v300)
						: sizeof(struct acpi_hest_generic_data);
	struct section sec = {.b = b, .claimed_length = -1};

	if (RECORD_MAX - b->used < header)
		return tree_error(t, n, "the record is longer than %u bytes", RECORD_MAX);
	sec.payload = b->bytes + b->used + header;
	sec.room = RECORD_MAX - b->used - header;
	sec.header.v201.error_severity = htole32((uint32_t)b->block_severity);
	sec.header.v201.revision = htole16((uint16_t)b->revision);
	if (read_section(t, &sec, n))
		return -1;
	sec.header.v201.error_data_length =
		htole32(sec.claimed_length < 0 ? sec.length : (uint32_t)sec.claimed_length);
	memcpy(b->bytes + b->used, &sec.header, header);
	b->used += header + sec.length;
	return 0;
}

/* ---- The block ------------------------------------------------------------------------------- */

#define OVERRIDE(name, text)                                                                       \
	static int read_##name(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,    \
			       void *out)                                                          \
	{                                                                                          \
		struct builder *b = out;                                                           \
		uint64_t n;                                                                        \
                                                                                                   \
		(void)k;                                                                           \
		if (tree_uint(t, v, text, 0, UINT32_MAX, &n))                                      \
			return -1;                                                                 \
		b->name = (int64_t)n;                                                              \
		return 0;                                                                          \
	}
OVERRIDE(block_status, "block-status")
OVERRIDE(raw_offset, "raw-data-offset")
OVERRIDE(raw_length, "raw-data-length")
OVERRIDE(data_length, "data-length")
#undef OVERRIDE

static int read_block_severity(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,
			       void *out)
{
	(void)k;
	return read_severity(t, v, &((struct builder *)out)->block_severity);
}

static int read_revision(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	(void)k;
	return tree_uint(t, v, "entry-revision", 0, UINT16_MAX, &((struct builder *)out)->revision);
}

static int read_pad(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	(void)k;
	return tree_uint(t, v, "size", sizeof(struct acpi_hest_generic_status), RECORD_MAX,
			 &((struct builder *)out)->pad_to);
}

#define LATER(name)                                                                                \
	static int keep_##name(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,    \
			       void *out)                                                          \
	{                                                                                          \
		(void)t;                                                                           \
		(void)k;                                                                           \
		((struct builder *)out)->name = v;                                                 \
		return 0;                                                                          \
	}
LATER(sections) /* after severity and revision, whatever the order in the file */
LATER(hex)
LATER(file)
#undef LATER

static const struct tree_key record_keys[] = {
	{"severity", false, read_block_severity},
	{"entry-revision", false, read_revision},
	{"sections", false, keep_sections},
	{"size", false, read_pad},
	{"block-status", false, read_block_status},
	{"raw-data-offset", false, read_raw_offset},
	{"raw-data-length", false, read_raw_length},
	{"data-length", false, read_data_length},
	{"hex", false, keep_hex},
	{"file", false, keep_file},
	{NULL, false, NULL},
};

static int load_file(struct yaml_tree *t, struct builder *b)
{
	const char *name = tree_scalar(t, b->file, "file");
	char path[4096];
	size_t n;
	FILE *f;

	if (!name)
		return -1;
	parse_beside(path, sizeof(path), t->file, name);
	f = fopen(path, "rb");
	if (!f)
		return tree_error(t, b->file, "%s: %s", path, strerror(errno));
	n = fread(b->bytes, 1, RECORD_MAX, f);
	if (!feof(f) && n == RECORD_MAX) {
		fclose(f);
		return tree_error(t, b->file, "%s is longer than %u bytes", path, RECORD_MAX);
	}
	fclose(f);
	b->used = (uint32_t)n;
	return 0;
}

/* One more section of no one's kind, so that the block has the size that was asked for. */
static int pad(struct yaml_tree *t, struct builder *b, const yaml_node_t *n)
{
	uint32_t header = b->revision >> 8 >= 3 ? sizeof(struct acpi_hest_generic_data_v300)
						: sizeof(struct acpi_hest_generic_data);
	const struct section_kind *vendor = &kinds[sizeof(kinds) / sizeof(kinds[0]) - 1];
	struct acpi_hest_generic_data_v300 h = {0};

	if (b->pad_to == b->used)
		return 0;
	if (b->pad_to < (uint64_t)b->used + header)
		return tree_error(t, n, "size is %llu, but the sections alone need %u bytes",
				  (unsigned long long)b->pad_to, b->used + header);
	memcpy(h.v201.section_type, &vendor->type, sizeof(vendor->type));
	h.v201.error_severity = htole32((uint32_t)b->block_severity);
	h.v201.revision = htole16((uint16_t)b->revision);
	h.v201.error_data_length = htole32((uint32_t)b->pad_to - b->used - header);
	memcpy(b->bytes + b->used, &h, header);
	b->used = (uint32_t)b->pad_to;
	return 0;
}

static void finish_header(struct builder *b, unsigned int entries)
{
	struct acpi_hest_generic_status h = {
		.error_severity = htole32((uint32_t)b->block_severity),
		.data_length = htole32(b->used - (uint32_t)sizeof(h)),
	};
	uint32_t status = b->block_severity == CPER_SEV_CORRECTED ? ACPI_HEST_CORRECTABLE
								  : ACPI_HEST_UNCORRECTABLE;

	h.block_status = htole32(status | (entries << 4 & ACPI_HEST_ERROR_ENTRY_COUNT));
	if (b->block_status >= 0)
		h.block_status = htole32((uint32_t)b->block_status);
	if (b->raw_offset >= 0)
		h.raw_data_offset = htole32((uint32_t)b->raw_offset);
	if (b->raw_length >= 0)
		h.raw_data_length = htole32((uint32_t)b->raw_length);
	if (b->data_length >= 0)
		h.data_length = htole32((uint32_t)b->data_length);
	memcpy(b->bytes, &h, sizeof(h));
}

static int build(struct yaml_tree *t, struct builder *b, const yaml_node_t *n)
{
	int entries = b->sections ? tree_list(t, b->sections, "sections") : 0;

	b->used = sizeof(struct acpi_hest_generic_status);
	for (int i = 0; i < entries; i++)
		if (add_section(t, b, tree_item(t, b->sections, (unsigned int)i)))
			return -1;
	if (entries < 0 || (b->pad_to && pad(t, b, n)))
		return -1;
	if (b->pad_to)
		entries++;
	finish_header(b, (unsigned int)entries);
	return 0;
}

int record_read(struct yaml_tree *t, struct sim_scenario *s, const yaml_node_t *n,
		struct sim_record *out)
{
	struct builder b = {
		.scenario = s,
		.revision = 0x300,
		.block_severity = CPER_SEV_CORRECTED,
		.block_status = -1,
		.raw_offset = -1,
		.raw_length = -1,
		.data_length = -1,
	};
	uint8_t *bytes = calloc(1, RECORD_MAX);
	int ret = -1;

	b.bytes = bytes;
	if (!bytes) {
		tree_error(t, n, "out of memory");
	} else if (tree_map(t, n, "a record", record_keys, &b)) {
		; /* said */
	} else if (!!b.hex + !!b.file + !!b.sections > 1) {
		tree_error(t, n, "a record has one of: sections, hex, file");
	} else if (b.hex) {
		int64_t got = read_hex(t, b.hex, "hex", bytes, RECORD_MAX);

		b.used = got < 0 ? 0 : (uint32_t)got;
		ret = got < 0 ? -1 : 0;
	} else {
		ret = b.file ? load_file(t, &b) : build(t, &b, n);
	}
	if (!ret) {
		uint8_t *kept = scenario_alloc(s, b.used ? b.used : 1);

		if (kept)
			memcpy(kept, bytes, b.used);
		else
			ret = tree_error(t, n, "out of memory");
		out->bytes = kept;
		out->size = b.used;
	}
	free(bytes);
	return ret;
}
