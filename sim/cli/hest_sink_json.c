// SPDX-License-Identifier: GPL-2.0-only
/*
 * The JSON sink of `ghes-sim hest`: one object a table, on one line.
 *
 * Numbers that are amounts are numbers; addresses, masks and registers are strings "0x...", because
 * readers that keep numbers as doubles would round them.
 */
#include "hest_show.h"

#include <inttypes.h>

#include <json-c/json.h>

#define HEX_MAX 24

struct json_sink {
	struct hest_sink sink;
	FILE *out;
	struct json_object *root;
	struct json_object *sources;
	struct json_object *findings;
	struct json_object *source_linux; /* "linux" of the source at hand */
};

static struct json_sink *to_json(struct hest_sink *sink)
{
	return (struct json_sink *)sink; /* its first member */
}

static void add(struct json_object *to, const char *key, struct json_object *value)
{
	json_object_object_add(to, key, value);
}

static void add_text(struct json_object *to, const char *key, const char *value)
{
	add(to, key, json_object_new_string(value));
}

static void add_number(struct json_object *to, const char *key, uint64_t value)
{
	add(to, key, json_object_new_uint64(value));
}

static struct json_object *hex(uint64_t value, unsigned int bytes)
{
	char text[HEX_MAX];

	snprintf(text, sizeof(text), "0x%0*" PRIx64, (int)bytes * 2, value);
	return json_object_new_string(text);
}

static struct json_object *gas_object(const uint8_t *bytes)
{
	struct json_object *object = json_object_new_object();
	struct apei_gar gar;
	char fault[128];

	(void)apei_gar_decode((const struct acpi_generic_address *)bytes, &gar);
	add_number(object, "space_id", gar.space_id);
	add_text(object, "space", hest_show_space(gar.space_id));
	add_number(object, "bit_width", gar.bit_width);
	add_number(object, "bit_offset", gar.bit_offset);
	add_number(object, "access_width", gar.access_size_code);
	add(object, "address", hex(gar.address, sizeof(gar.address)));
	add_number(object, "access_bits", gar.access_bit_width);
	add(object, "fixed_up", json_object_new_boolean(gar.fixed_up));
	apei_gar_fault_text(&gar, fault, sizeof(fault));
	add(object, "fault", fault[0] ? json_object_new_string(fault) : NULL);
	return object;
}

static struct json_object *bits_object(enum hest_field_kind kind, uint64_t value,
				       unsigned int bytes)
{
	struct json_object *object = json_object_new_object();
	struct json_object *names = json_object_new_array();

	add_number(object, "value", value);
	for (unsigned int bit = 0; bit < bytes * 8; bit++)
		if (value >> bit & 1 && hest_show_bit(kind, bit))
			json_object_array_add(names,
					      json_object_new_string(hest_show_bit(kind, bit)));
	add(object, "names", names);
	return object;
}

static struct json_object *fields_object(const struct hest_field *fields, size_t count,
					 const uint8_t *bytes, uint32_t available);

static struct json_object *notify_object(const uint8_t *bytes, uint32_t available)
{
	size_t count;
	const struct hest_field *fields = hest_notify_fields(&count);
	struct json_object *object = fields_object(fields, count, bytes, available);

	add_text(object, "type_name", hest_notify_name(bytes[0]));
	return object;
}

static struct json_object *field_object(const struct hest_field *field, const uint8_t *bytes)
{
	const uint64_t value = hest_field_value(field, bytes);

	switch (field->kind) {
	case HEST_FIELD_RESERVED:
	case HEST_FIELD_HEX:
	case HEST_FIELD_MSR:
	case HEST_FIELD_BUS:
		return hex(value, field->size);
	case HEST_FIELD_MC_FLAGS:
	case HEST_FIELD_AER_FLAGS:
	case HEST_FIELD_NOTIFY_CONFIG:
		return bits_object(field->kind, value, field->size);
	case HEST_FIELD_GAS:
		return gas_object(bytes);
	case HEST_FIELD_NOTIFY:
		return notify_object(bytes, field->size);
	default:
		return json_object_new_uint64(value);
	}
}

static struct json_object *fields_object(const struct hest_field *fields, size_t count,
					 const uint8_t *bytes, uint32_t available)
{
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; i < count; i++) {
		const struct hest_field *field = &fields[i];

		if ((uint32_t)field->offset + field->size <= available)
			add(object, field->key, field_object(field, bytes + field->offset));
		else if (field->kind == HEST_FIELD_NOTIFY && field->offset < available)
			add(object, field->key,
			    notify_object(bytes + field->offset, available - field->offset));
	}
	return object;
}

static void json_begin(struct hest_sink *sink, FILE *out, const struct hest_origin *origin)
{
	struct json_sink *json = to_json(sink);

	json->out = out;
	json->root = json_object_new_object();
	json->sources = json_object_new_array();
	json->findings = json_object_new_array();
	json->source_linux = NULL;
	add_text(json->root, "file", origin->file);
	add_text(json->root, "table", ACPI_SIG_HEST);
	add_text(json->root, "form", origin->form);
	add_number(json->root, "size", origin->size);
}

static void json_table(struct hest_sink *sink, const struct hest_table_info *table)
{
	struct json_object *root = to_json(sink)->root, *header = json_object_new_object();
	struct json_object *linux_object = json_object_new_object();

	add_number(header, "length", table->length);
	add_number(header, "revision", table->revision);
	add(header, "checksum", hex(table->checksum, 1));
	add_text(header, "oem_id", table->oem_id);
	add_text(header, "oem_table_id", table->oem_table_id);
	add(header, "oem_revision", hex(table->oem_revision, 4));
	add_text(header, "asl_compiler_id", table->asl_compiler_id);
	add(header, "asl_compiler_revision", hex(table->asl_compiler_revision, 4));
	add_number(header, "error_source_count", table->source_count);
	add(root, "header", header);
	add_number(root, "sources_found", table->sources);
	for (int arch = 0; arch < HEST_LINUX_ARCHS; arch++)
		add_text(linux_object, hest_show_arch(arch),
			 table->linux_refusal[arch] == HEST_RULE_NONE
				 ? "kept"
				 : hest_rule_name(table->linux_refusal[arch]));
	add(root, "linux", linux_object);
}

static void json_source(struct hest_sink *sink, const struct hest_source *source)
{
	const uint32_t bank_size = sizeof(struct acpi_hest_ia_error_bank);
	struct json_object *object = json_object_new_object();
	struct json_object *banks = NULL;
	struct json_sink *json = to_json(sink);
	size_t count, bank_count;
	const struct hest_field *fields = hest_source_fields(source->type, &count);
	const struct hest_field *bank = hest_bank_fields(&bank_count);

	add_number(object, "index", source->index);
	add_number(object, "offset", source->offset);
	add_number(object, "length", source->length);
	add_number(object, "available", source->available);
	add_text(object, "type_name", hest_type_name(source->type));
	add_text(object, "state", hest_show_state(source->state));
	add(object, "fields", fields_object(fields, count, source->bytes, source->available));
	if (hest_source_bank_count_offset(source->type))
		banks = json_object_new_array();
	for (uint32_t offset = hest_source_fixed_size(source->type);
	     banks && offset < source->length && offset < source->available; offset += bank_size)
		json_object_array_add(banks, fields_object(bank, bank_count, source->bytes + offset,
							   source->available - offset));
	if (banks)
		add(object, "banks", banks);
	json->source_linux = json_object_new_object();
	add(object, "linux", json->source_linux);
	json_object_array_add(json->sources, object);
}

static void json_linux(struct hest_sink *sink, enum hest_linux_arch arch,
		       const struct hest_linux_verdict *verdict)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "answer", hest_show_answer(verdict->answer));
	add_text(object, "rule", hest_rule_name(verdict->rule));
	add_text(object, "text", verdict->text);
	add(to_json(sink)->source_linux, hest_show_arch(arch), object);
}

static void json_finding(struct hest_sink *sink, const struct hest_finding *finding)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "severity", hest_show_severity(finding->severity));
	add_text(object, "rule", hest_rule_name(finding->rule));
	add_number(object, "offset", finding->offset);
	add(object, "source",
	    finding->index == HEST_INDEX_TABLE ? NULL : json_object_new_uint64(finding->index));
	add(object, "source_id",
	    finding->source_id == HEST_ID_NONE ? NULL : json_object_new_int(finding->source_id));
	add_text(object, "tag", hest_rule_tag(finding->rule));
	add_text(object, "text", finding->text);
	json_object_array_add(to_json(sink)->findings, object);
}

static void json_end(struct hest_sink *sink, const struct hest_totals *totals)
{
	struct json_sink *json = to_json(sink);

	add(json->root, "sources", json->sources);
	add(json->root, "findings", json->findings);
	add_number(json->root, "errors", totals->errors);
	add_number(json->root, "warnings", totals->warnings);
	fprintf(json->out, "%s\n",
		json_object_to_json_string_ext(json->root, JSON_C_TO_STRING_PLAIN |
								   JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(json->root);
	json->root = NULL;
}

struct hest_sink *hest_json_sink(void)
{
	static struct json_sink json = {
		.sink = {json_begin, json_table, json_source, json_linux, json_finding, json_end},
	};

	return &json.sink;
}
