// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the specification asks of the bytes of a source: reserved ones are zero, counts are not,
 * enumerations stay inside. No operating system refuses a table for these; they are warnings that
 * say that whoever wrote the table was somewhere else with their mind.
 *
 * Flow: hest.c -> one whole source -> its fields in turn -> hest_report().
 * Rules: ACPI 6.5, 18.3.2, and the checks of fwts' hest test.
 */
#include "hest_report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include <ghes/errors.h>
#include <ghes/hest_fields.h>

#define MC_FLAGS    (ACPI_HEST_FIRMWARE_FIRST | ACPI_HEST_GHES_ASSIST)
#define AER_FLAGS   (ACPI_HEST_FIRMWARE_FIRST | ACPI_HEST_GLOBAL)
#define CONFIG_BITS 0x3fu /* Configuration Write Enable: bits 0..5 are defined */
#define FORMAT_MAX  2u	  /* Status Data Format: AMD64 */

void hest_report(struct hest_reporter *to, enum hest_rule rule, struct hest_place at,
		 const char *format, ...)
{
	static const struct {
		enum hest_severity severity;
		int err;
	} rules[] = {
#define RULE(name, string, level, error, tag) [HEST_RULE_##name] = {level, -(error)},
		HEST_RULES(RULE)
#undef RULE
	};
	struct hest_finding finding = {
		.rule = rule,
		.severity = rules[rule].severity,
		.err = rules[rule].err,
		.index = at.index,
		.source_id = at.source_id,
		.offset = at.offset,
	};
	va_list args;

	if (to->err == 0)
		to->err = finding.err;
	if (!to->finding)
		return;
	va_start(args, format);
	vsnprintf(finding.text, sizeof(finding.text), format, args);
	va_end(args);
	to->finding(to->ctx, &finding);
}

const char *hest_rule_name(enum hest_rule rule)
{
	switch (rule) {
	case HEST_RULE_NONE:
		break;
#define RULE_NAME(name, string, severity, err, tag)                                                \
	case HEST_RULE_##name:                                                                     \
		return string;
		HEST_RULES(RULE_NAME)
#undef RULE_NAME
	}
	return "none";
}

const char *hest_rule_tag(enum hest_rule rule)
{
	static const char FW_BUG[] = "[Firmware Bug]: ";
	static const char FW_WARN[] = "[Firmware Warn]: ";
	static const char NONE[] = "";

	switch (rule) {
	case HEST_RULE_NONE:
		break;
#define RULE_TAG(name, string, severity, err, tag)                                                 \
	case HEST_RULE_##name:                                                                     \
		return tag;
		HEST_RULES(RULE_TAG)
#undef RULE_TAG
	}
	return NONE;
}

static void lint_flags(struct hest_reporter *to, struct hest_place at, unsigned int flags,
		       unsigned int allowed)
{
	const unsigned int both = ACPI_HEST_FIRMWARE_FIRST | ACPI_HEST_GHES_ASSIST;

	if (flags & ~allowed)
		hest_report(to, HEST_RULE_FLAGS_RESERVED, at,
			    "Flags 0x%02x has reserved bits 0x%02x set", flags, flags & ~allowed);
	if ((flags & allowed & both) == both)
		hest_report(to, HEST_RULE_FLAGS_CONFLICT, at,
			    "Flags 0x%02x has both FIRMWARE_FIRST and GHES_ASSIST set", flags);
}

static void lint_reserved(struct hest_reporter *to, struct hest_place at,
			  const struct hest_field *field, const uint8_t *bytes)
{
	for (unsigned int i = 0; i < field->size; i++) {
		if (bytes[i] == 0)
			continue;
		at.offset += i;
		hest_report(to, HEST_RULE_RESERVED, at, "%s byte is 0x%02x, expected 0",
			    field->name, bytes[i]);
		return;
	}
}

static void lint_notify_type(struct hest_reporter *to, struct hest_place at, unsigned int type,
			     bool is_generic)
{
	/* For a generic source this is an error, of ghes_check_generic() */
	if (!is_generic && type >= ACPI_HEST_NOTIFY_RESERVED)
		hest_report(to, HEST_RULE_NOTIFY_RESERVED, at, "notification type %u is reserved",
			    type);
}

static void lint_gas(struct hest_reporter *to, struct hest_place at, const char *name,
		     const uint8_t *bytes)
{
	struct apei_gar gar;

	if (apei_gar_decode((const struct acpi_generic_address *)bytes, &gar) == 0 && gar.fixed_up)
		hest_report(
			to, HEST_RULE_GAR_FIXED_UP, at,
			"%s: access size code %u does not cover %u bits, taken as %u bit access",
			name, gar.access_size_code, gar.bit_width, gar.access_bit_width);
}

/* Fields whose rule is that a value lies in a range */
static void lint_range(struct hest_reporter *to, struct hest_place at,
		       const struct hest_field *field, uint64_t value)
{
	static const struct {
		uint8_t rule;
		uint8_t min;
		uint32_t max;
	} range[] = {
		[HEST_FIELD_ENABLED] = {HEST_RULE_ENABLED_VALUE, 0, 1},
		[HEST_FIELD_RECORDS] = {HEST_RULE_NO_RECORDS, 1, UINT32_MAX},
		[HEST_FIELD_SECTIONS] = {HEST_RULE_NO_SECTIONS, 1, UINT32_MAX},
		[HEST_FIELD_BANKS] = {HEST_RULE_NO_BANKS, 1, UINT8_MAX},
		[HEST_FIELD_NOTIFY_LENGTH] = {HEST_RULE_NOTIFY_LENGTH,
					      sizeof(struct acpi_hest_notify),
					      sizeof(struct acpi_hest_notify)},
		[HEST_FIELD_BANK_CLEAR] = {HEST_RULE_BANK_CLEAR, 0, 1},
		[HEST_FIELD_BANK_FORMAT] = {HEST_RULE_BANK_FORMAT, 0, FORMAT_MAX},
	};
	const unsigned int min = range[field->kind].min;
	const uint32_t max = range[field->kind].max;

	if (value >= min && value <= max)
		return;
	if (max == UINT32_MAX || max == UINT8_MAX)
		hest_report(to, range[field->kind].rule, at,
			    "%s is %" PRIu64 ", expected at least %u", field->name, value, min);
	else if (min == max)
		hest_report(to, range[field->kind].rule, at, "%s is %" PRIu64 ", expected %u",
			    field->name, value, min);
	else
		hest_report(to, range[field->kind].rule, at, "%s is %" PRIu64 ", expected %u to %u",
			    field->name, value, min, (unsigned int)max);
}

/* Kinds of which any value is as good as another: most fields of most sources */
static bool has_rule(enum hest_field_kind kind)
{
	const uint32_t none = 1u << HEST_FIELD_DEC | 1u << HEST_FIELD_HEX | 1u << HEST_FIELD_TYPE |
			      1u << HEST_FIELD_ID | 1u << HEST_FIELD_RELATED |
			      1u << HEST_FIELD_BYTES | 1u << HEST_FIELD_MS | 1u << HEST_FIELD_BUS |
			      1u << HEST_FIELD_NOTIFY | 1u << HEST_FIELD_VECTOR |
			      1u << HEST_FIELD_MSR;

	static_assert(HEST_FIELD_MSR < 32, "one bit for each kind");
	return !(none >> kind & 1);
}

static void lint_field(struct hest_reporter *to, struct hest_place at,
		       const struct hest_field *field, const uint8_t *bytes, bool is_generic)
{
	const uint64_t value = hest_field_value(field, bytes);

	switch (field->kind) {
	case HEST_FIELD_RESERVED:
		lint_reserved(to, at, field, bytes);
		break;
	case HEST_FIELD_MC_FLAGS:
		lint_flags(to, at, (unsigned int)value, MC_FLAGS);
		break;
	case HEST_FIELD_AER_FLAGS:
		lint_flags(to, at, (unsigned int)value, AER_FLAGS);
		break;
	case HEST_FIELD_GAS:
		lint_gas(to, at, field->name, bytes);
		break;
	case HEST_FIELD_NOTIFY_TYPE:
		lint_notify_type(to, at, (unsigned int)value, is_generic);
		break;
	case HEST_FIELD_NOTIFY_CONFIG:
		if (value & ~(uint64_t)CONFIG_BITS)
			hest_report(to, HEST_RULE_NOTIFY_CONFIG, at,
				    "%s 0x%04" PRIx64 " has reserved bits set", field->name, value);
		break;
	case HEST_FIELD_ENABLED:
	case HEST_FIELD_RECORDS:
	case HEST_FIELD_SECTIONS:
	case HEST_FIELD_BANKS:
	case HEST_FIELD_NOTIFY_LENGTH:
	case HEST_FIELD_BANK_CLEAR:
	case HEST_FIELD_BANK_FORMAT:
		lint_range(to, at, field, value);
		break;
	default: /* see has_rule() */
		break;
	}
}

static void lint_fields(struct hest_reporter *to, struct hest_place at,
			const struct hest_field *fields, size_t count, const uint8_t *bytes,
			bool is_generic)
{
	const uint32_t start = at.offset;

	for (const struct hest_field *field = fields; field < fields + count; field++) {
		if (!has_rule(field->kind))
			continue;
		at.offset = start + field->offset;
		lint_field(to, at, field, bytes + field->offset, is_generic);
	}
}

/* The notification structure inside of a source: fields of a field */
static void lint_notify(struct hest_reporter *to, struct hest_place at,
			const struct hest_source *source)
{
	size_t count, notify_count;
	const struct hest_field *fields = hest_source_fields(source->type, &count);
	const struct hest_field *notify = hest_notify_fields(&notify_count);

	for (const struct hest_field *field = fields; field < fields + count; field++) {
		if (field->kind != HEST_FIELD_NOTIFY)
			continue;
		at.offset = source->offset + field->offset;
		lint_fields(to, at, notify, notify_count, source->bytes + field->offset,
			    source->is_generic);
	}
}

void hest_lint_source(struct hest_reporter *to, const struct hest_source *source)
{
	struct hest_place at = {source->index, source->source_id, source->offset};
	const uint32_t fixed = hest_source_fixed_size(source->type);
	size_t count, bank_count;
	const struct hest_field *fields = hest_source_fields(source->type, &count);
	const struct hest_field *bank = hest_bank_fields(&bank_count);

	lint_fields(to, at, fields, count, source->bytes, source->is_generic);
	lint_notify(to, at, source);
	for (uint32_t offset = fixed; offset < source->length;
	     offset += sizeof(struct acpi_hest_ia_error_bank)) {
		at.offset = source->offset + offset;
		lint_fields(to, at, bank, bank_count, source->bytes + offset, false);
	}
}
