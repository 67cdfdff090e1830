// SPDX-License-Identifier: GPL-2.0-only
/* The text sink of `ghes-sim hest`: a line per field, with its offset. */
#include "hest_show.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define VALUE_MAX 192
#define DUMP_ROWS 4 /* of what could not be decoded */
#define ROW_BYTES 16

struct text_sink {
	struct hest_sink sink;
	FILE *out;
	struct hest_origin origin;
	uint32_t walked; /* bytes that hest_parse() looked at */
};

static struct text_sink *to_text(struct hest_sink *sink)
{
	return (struct text_sink *)sink; /* its first member */
}

/* snprintf() that appends; cuts silently, VALUE_MAX is enough for all that is printed */
static void append(char *buf, size_t size, const char *format, ...) GHES_PRINTF(3, 4);

static void append(char *buf, size_t size, const char *format, ...)
{
	const size_t used = strlen(buf);
	va_list args;

	va_start(args, format);
	vsnprintf(buf + used, size - used, format, args);
	va_end(args);
}

static void append_bits(char *buf, size_t size, enum hest_field_kind kind, uint64_t value,
			unsigned int width)
{
	const char *separator = "  ";

	append(buf, size, "0x%0*" PRIx64, (int)width * 2, value);
	for (unsigned int bit = 0; bit < width * 8; bit++) {
		const char *name = hest_show_bit(kind, bit);

		if (!(value >> bit & 1))
			continue;
		if (name)
			append(buf, size, "%s%s", separator, name);
		else
			append(buf, size, "%sbit %u (reserved)", separator, bit);
		separator = ", ";
	}
}

static void append_gas(char *buf, size_t size, const uint8_t *bytes)
{
	struct apei_gar gar;
	char fault[128];

	(void)apei_gar_decode((const struct acpi_generic_address *)bytes, &gar);
	append(buf, size, "[%s 0x%016" PRIx64 ", bit width %u, bit offset %u, access size %u",
	       hest_show_space(gar.space_id), gar.address, gar.bit_width, gar.bit_offset,
	       gar.access_size_code);
	if (gar.access_bit_width)
		append(buf, size, " = %u bits%s", gar.access_bit_width,
		       gar.fixed_up ? " after fix-up" : "");
	append(buf, size, "]");
	apei_gar_fault_text(&gar, fault, sizeof(fault));
	if (fault[0])
		append(buf, size, "  invalid");
}

static void append_reserved(char *buf, size_t size, const struct hest_field *field,
			    const uint8_t *bytes)
{
	for (unsigned int i = 0; i < field->size; i++)
		append(buf, size, "%s%02x", i ? " " : "", bytes[i]);
}

/* The value of a field, as a person wants to read it */
static void render(char *buf, size_t size, const struct hest_field *field, const uint8_t *bytes)
{
	const uint64_t value = hest_field_value(field, bytes);
	const int digits = field->size * 2;

	buf[0] = '\0';
	switch (field->kind) {
	case HEST_FIELD_TYPE:
		append(buf, size, "%" PRIu64 "  %s", value, hest_type_name((uint16_t)value));
		break;
	case HEST_FIELD_RELATED:
		append(buf, size, "%" PRIu64 "%s", value,
		       value == HEST_NO_RELATED_SOURCE ? "  none" : "");
		break;
	case HEST_FIELD_RESERVED:
		append_reserved(buf, size, field, bytes);
		break;
	case HEST_FIELD_MC_FLAGS:
	case HEST_FIELD_AER_FLAGS:
	case HEST_FIELD_NOTIFY_CONFIG:
		append_bits(buf, size, field->kind, value, field->size);
		break;
	case HEST_FIELD_MS:
		append(buf, size, "%" PRIu64 " ms", value);
		break;
	case HEST_FIELD_BYTES:
		append(buf, size, "%" PRIu64 " bytes", value);
		break;
	case HEST_FIELD_VECTOR:
		append(buf, size, "%" PRIu64 "  0x%" PRIx64, value, value);
		break;
	case HEST_FIELD_BUS:
		append(buf, size, "0x%08" PRIx64 "  segment %04" PRIx64 ", bus %02" PRIx64, value,
		       value >> 8 & 0xffff, value & 0xff);
		break;
	case HEST_FIELD_GAS:
		append_gas(buf, size, bytes);
		break;
	case HEST_FIELD_NOTIFY:
	case HEST_FIELD_NOTIFY_TYPE:
		append(buf, size, "%u  %s", bytes[0], hest_notify_name(bytes[0]));
		break;
	case HEST_FIELD_BANK_FORMAT:
		append(buf, size, "%" PRIu64 "  %s", value, hest_show_bank_format(value));
		break;
	case HEST_FIELD_HEX:
	case HEST_FIELD_MSR:
		append(buf, size, "0x%0*" PRIx64, digits, value);
		break;
	default:
		append(buf, size, "%" PRIu64, value);
		break;
	}
}

/* Fields that end inside @available; the rest is not there to be shown */
static void show_fields(struct text_sink *text, const struct hest_field *fields, size_t count,
			const uint8_t *bytes, uint32_t available, uint32_t offset, int indent)
{
	char value[VALUE_MAX];
	size_t inner_count;
	const struct hest_field *inner = hest_notify_fields(&inner_count);

	for (size_t i = 0; i < count; i++) {
		const struct hest_field *field = &fields[i];

		if ((uint32_t)field->offset + field->size > available) {
			if (field->kind == HEST_FIELD_NOTIFY && field->offset < available)
				show_fields(text, inner, inner_count, bytes + field->offset,
					    available - field->offset, offset + field->offset,
					    indent + 2);
			return;
		}
		render(value, sizeof(value), field, bytes + field->offset);
		fprintf(text->out, "  0x%04x %*s%-*s %s\n", offset + field->offset, indent, "",
			41 - indent, field->name, value);
		if (field->kind == HEST_FIELD_NOTIFY)
			show_fields(text, inner, inner_count, bytes + field->offset, field->size,
				    offset + field->offset, indent + 2);
	}
}

/* Bytes that no rule says how to read */
static void show_dump(struct text_sink *text, uint32_t offset)
{
	const uint8_t *bytes = text->origin.bytes;
	const uint32_t end = text->walked;

	for (int row = 0; row < DUMP_ROWS && offset < end; row++) {
		fprintf(text->out, "  0x%04x ", offset);
		for (int i = 0; i < ROW_BYTES && offset < end; i++)
			fprintf(text->out, " %02x", bytes[offset++]);
		fputc('\n', text->out);
	}
	if (offset < end)
		fprintf(text->out, "         ... and %u bytes more\n", end - offset);
}

static void text_begin(struct hest_sink *sink, FILE *out, const struct hest_origin *origin)
{
	struct text_sink *text = to_text(sink);

	text->out = out;
	text->origin = *origin;
	text->walked = 0;
}

static void text_table(struct hest_sink *sink, const struct hest_table_info *table)
{
	struct text_sink *text = to_text(sink);
	FILE *out = text->out;

	text->walked = table->size;
	fprintf(out, "%s: HEST (%s), %zu bytes\n", text->origin.file, text->origin.form,
		text->origin.size);
	fprintf(out, "  0x0000 %-41s HEST\n", "Signature");
	fprintf(out, "  0x0004 %-41s %u\n", "Length", table->length);
	fprintf(out, "  0x0008 %-41s %u\n", "Revision", table->revision);
	fprintf(out, "  0x0009 %-41s 0x%02x\n", "Checksum", table->checksum);
	fprintf(out, "  0x000a %-41s \"%s\"\n", "OEMID", table->oem_id);
	fprintf(out, "  0x0010 %-41s \"%s\"\n", "OEM Table ID", table->oem_table_id);
	fprintf(out, "  0x0018 %-41s 0x%08x\n", "OEM Revision", table->oem_revision);
	fprintf(out, "  0x001c %-41s \"%s\"\n", "Creator ID", table->asl_compiler_id);
	fprintf(out, "  0x0020 %-41s 0x%08x\n", "Creator Revision", table->asl_compiler_revision);
	if (table->size >= sizeof(struct acpi_table_hest))
		fprintf(out, "  0x0024 %-41s %u  (found %u)\n", "Error Source Count",
			table->source_count, table->sources);
	for (int arch = 0; arch < HEST_LINUX_ARCHS; arch++)
		if (table->linux_refusal[arch] != HEST_RULE_NONE)
			fprintf(out, "  Linux %s: the whole table is dropped (%s)\n",
				hest_show_arch(arch), hest_rule_name(table->linux_refusal[arch]));
}

static void text_banks(struct text_sink *text, const struct hest_source *source)
{
	const uint32_t bank_size = sizeof(struct acpi_hest_ia_error_bank);
	uint32_t offset = hest_source_fixed_size(source->type);
	size_t count;
	const struct hest_field *fields = hest_bank_fields(&count);

	for (uint32_t i = 0; offset < source->length && offset < source->available; i++) {
		uint32_t available = source->available - offset;

		fprintf(text->out, "  0x%04x Machine Check Bank Structure [%u]\n",
			source->offset + offset, i);
		show_fields(text, fields, count, source->bytes + offset,
			    available < bank_size ? available : bank_size, source->offset + offset,
			    2);
		offset += bank_size;
	}
}

static void text_source(struct hest_sink *sink, const struct hest_source *source)
{
	struct text_sink *text = to_text(sink);
	size_t count;
	const struct hest_field *fields = hest_source_fields(source->type, &count);

	fprintf(text->out, "\nSource %u: %s, id %u, %u bytes at 0x%04x", source->index,
		hest_type_name(source->type), source->source_id, source->length, source->offset);
	if (source->is_generic && source->state != HEST_SOURCE_PARTIAL)
		fprintf(text->out, ", %s", hest_notify_name(source->generic.notify.type));
	if (source->state == HEST_SOURCE_PARTIAL)
		fprintf(text->out, " (only %u of them are there)", source->available);
	else if (source->state != HEST_SOURCE_OK)
		fprintf(text->out, " (%s)", hest_show_state(source->state));
	fputc('\n', text->out);
	show_fields(text, fields, count, source->bytes, source->available, source->offset, 0);
	text_banks(text, source);
}

static void text_linux(struct hest_sink *sink, enum hest_linux_arch arch,
		       const struct hest_linux_verdict *verdict)
{
	const char *answer = hest_show_answer(verdict->answer);
	FILE *out = to_text(sink)->out;

	if (verdict->text[0])
		fprintf(out, "  Linux %s: %s: %s%s\n", hest_show_arch(arch), answer,
			hest_rule_tag(verdict->answer == HEST_LINUX_REFUSED ||
						      verdict->answer == HEST_LINUX_NEVER_POLLED
					      ? verdict->rule
					      : HEST_RULE_NONE),
			verdict->text);
	else
		fprintf(out, "  Linux %s: %s\n", hest_show_arch(arch), answer);
}

static void text_finding(struct hest_sink *sink, const struct hest_finding *finding)
{
	struct text_sink *text = to_text(sink);

	fprintf(text->out, "  %s at 0x%04x: %s%s (%s)\n", hest_show_severity(finding->severity),
		finding->offset, hest_rule_tag(finding->rule), finding->text,
		hest_rule_name(finding->rule));
	if (finding->rule == HEST_RULE_UNKNOWN_TYPE || finding->rule == HEST_RULE_TABLE_ENDS ||
	    finding->rule == HEST_RULE_TRAILING_SOURCES)
		show_dump(text, finding->offset);
}

static void text_end(struct hest_sink *sink, const struct hest_totals *totals)
{
	struct text_sink *text = to_text(sink);

	fprintf(text->out, "\n%s: %u error%s, %u warning%s\n", text->origin.file, totals->errors,
		totals->errors == 1 ? "" : "s", totals->warnings, totals->warnings == 1 ? "" : "s");
}

struct hest_sink *hest_text_sink(void)
{
	static struct text_sink text = {
		.sink = {text_begin, text_table, text_source, text_linux, text_finding, text_end},
	};

	return &text.sink;
}
