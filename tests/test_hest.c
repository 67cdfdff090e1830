// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include <ghes/errors.h>
#include <ghes/hest.h>
#include <ghes/hest_fields.h>

#include "hest_build.h"
#include "hest_collect.h"

static const uint16_t all_types[] = {0, 1, 2, 6, 7, 8, 9, 10, 11};
#define ALL_TYPES (sizeof(all_types) / sizeof(all_types[0]))

/* Goal: a table with each type decodes to what was put in, at the right place, without findings. */
static void each_type_is_delivered_in_order(void **state)
{
	static const uint32_t lengths[ALL_TYPES] = {96, 132, 20, 48, 44, 56, 64, 92, 76};
	struct hest_build b;
	struct hest_collect c;
	uint32_t offset = 40;

	(void)state;
	hest_all_types(&b);
	assert_int_equal(collect(&c, b.bytes, b.size), 0);
	assert_int_equal(c.findings, 0);
	assert_int_equal(c.sources, ALL_TYPES);
	for (unsigned int i = 0; i < ALL_TYPES; i++) {
		assert_int_equal(c.source[i].index, i);
		assert_int_equal(c.source[i].type, all_types[i]);
		assert_int_equal(c.source[i].source_id, i);
		assert_int_equal(c.source[i].offset, offset);
		assert_int_equal(c.source[i].length, lengths[i]);
		assert_int_equal(c.source[i].available, lengths[i]);
		assert_int_equal(c.source[i].state, HEST_SOURCE_OK);
		assert_int_equal(c.source[i].is_generic, all_types[i] == 9 || all_types[i] == 10);
		assert_ptr_equal(c.source[i].bytes, b.bytes + offset);
		offset += lengths[i];
	}
	assert_int_equal(offset, b.size);
}

static void the_header_is_decoded_and_made_printable(void **state)
{
	struct hest_build b;
	struct hest_collect c;

	(void)state;
	hest_all_types(&b);
	b.bytes[10] = 0x1b;
	b.bytes[11] = 0x80;
	b.bytes[12] = '~';
	b.bytes[13] = 0x7f;
	put32(b.bytes + 24, 0x01020304);
	put32(b.bytes + 32, 0x20200925);
	hest_finish(&b);
	assert_int_equal(collect(&c, b.bytes, b.size), 0);
	assert_true(c.has_table);
	assert_int_equal(c.table.size, b.size);
	assert_int_equal(c.table.length, b.size);
	assert_int_equal(c.table.revision, 1);
	assert_int_equal(c.table.checksum, b.bytes[9]);
	assert_string_equal(c.table.oem_id, "??~?  ");
	assert_string_equal(c.table.oem_table_id, "SIMULATE");
	assert_string_equal(c.table.asl_compiler_id, "TEST");
	assert_int_equal(c.table.oem_revision, 0x01020304);
	assert_int_equal(c.table.asl_compiler_revision, 0x20200925);
	assert_int_equal(c.table.source_count, ALL_TYPES);
	assert_int_equal(c.table.sources, ALL_TYPES);
	assert_int_equal(c.table.generics, 2);
	assert_int_equal(c.table.linux_refusal[HEST_LINUX_ARM64], HEST_RULE_NONE);
	assert_int_equal(c.table.linux_refusal[HEST_LINUX_X86], HEST_RULE_NONE);
}

/* Goal: every field of a GHESv2 arrives, each from bytes that no other field has. */
static void each_field_of_a_generic_source_is_decoded(void **state)
{
	struct hest_generic_info info;
	uint8_t bytes[92];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(0x80 + i);
	put16(bytes, 10);
	put_gas(bytes + 20, 0, 32, 0, 1, 0x1122334455667788);
	put_gas(bytes + 64, 1, 8, 8, 2, 0x99aabbccddeeff00);
	assert_int_equal(hest_generic_decode(bytes, sizeof(bytes), &info), 0);
	assert_int_equal(info.index, 0);
	assert_int_equal(info.offset, 0);
	assert_int_equal(info.type, 10);
	assert_int_equal(info.source_id, 0x8382);
	assert_int_equal(info.related_source_id, 0x8584);
	assert_true(info.enabled);
	assert_true(info.v2);
	assert_int_equal(info.records_to_preallocate, 0x8b8a8988);
	assert_int_equal(info.max_sections_per_record, 0x8f8e8d8c);
	assert_int_equal(info.max_raw_data_length, 0x93929190);
	assert_true(info.error_status_address.address == 0x1122334455667788);
	assert_int_equal(info.error_status_address.access_bit_width, 32);
	assert_int_equal(info.notify.type, 0xa0);
	assert_int_equal(info.notify.length, 0xa1);
	assert_int_equal(info.notify.config_write_enable, 0xa3a2);
	assert_int_equal(info.notify.poll_interval_ms, 0xa7a6a5a4);
	assert_int_equal(info.notify.vector, 0xabaaa9a8);
	assert_int_equal(info.notify.polling_threshold_value, 0xafaeadac);
	assert_int_equal(info.notify.polling_threshold_window_ms, 0xb3b2b1b0);
	assert_int_equal(info.notify.error_threshold_value, 0xb7b6b5b4);
	assert_int_equal(info.notify.error_threshold_window_ms, 0xbbbab9b8);
	assert_int_equal(info.error_block_length, 0xbfbebdbc);
	assert_int_equal(info.estatus_length, GHES_ESTATUS_MAX_SIZE);
	assert_true(info.read_ack_register.address == 0x99aabbccddeeff00);
	assert_int_equal(info.read_ack_register.space_id, 1);
	assert_true(info.read_ack_preserve == 0xd3d2d1d0cfcecdcc);
	assert_true(info.read_ack_write == 0xdbdad9d8d7d6d5d4);

	put16(bytes, 9);
	assert_int_equal(hest_generic_decode(bytes, 64, &info), 0);
	assert_false(info.v2);
	assert_true(info.read_ack_register.address == 0);
	assert_true(info.read_ack_preserve == 0 && info.read_ack_write == 0);
}

/* Goal: a generic source shorter than its type asks for is never read. */
static void decode_refuses_what_is_too_short_or_not_generic(void **state)
{
	struct hest_generic_info info;
	uint8_t bytes[92] = {0};
	void *to_free;

	(void)state;
	for (unsigned int type = 0; type < 14; type++) {
		const size_t need = type == 9 ? 64 : 92;

		put16(bytes, (uint16_t)type);
		for (size_t size = 0; size <= sizeof(bytes); size++) {
			uint8_t *exact = hest_exact(bytes, size, &to_free);
			int rc = hest_generic_decode(exact, size, &info);

			free(to_free);
			if (size < 2)
				assert_int_equal(rc, -GHES_EOVERFLOW);
			else if (type != 9 && type != 10)
				assert_int_equal(rc, -GHES_ENODEV);
			else
				assert_int_equal(rc, size < need ? -GHES_EOVERFLOW : 0);
		}
	}
}

/* Whole sources of the table that end at or before @size */
static unsigned int whole_before(const struct hest_collect *full, size_t size)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < full->sources; i++)
		n += full->source[i].offset + full->source[i].length <= size;
	return n;
}

/*
 * Goal: cut anywhere, all that was whole before the cut is kept, exactly one finding says where
 * the table ends, and no byte behind the cut is touched (ASan sees the block's true end).
 * Method: every length of a table with each type, first with the header's own length, which then
 * points behind the end, then with a header that agrees with the cut.
 */
static void every_truncation_keeps_what_came_before(void **state)
{
	struct hest_build b;
	struct hest_collect full, c;
	void *to_free;

	(void)state;
	hest_all_types(&b);
	collect(&full, b.bytes, b.size);
	for (size_t size = 0; size < b.size; size++) {
		for (int adjusted = 0; adjusted < 2; adjusted++) {
			uint8_t *cut = hest_exact(b.bytes, size, &to_free);

			if (adjusted && size >= 8)
				put32(cut + 4, (uint32_t)size);
			collect(&c, cut, size);
			if (size < 36) {
				assert_int_equal(c.rc, -GHES_ENOENT);
				assert_false(c.has_table);
				free(to_free);
				continue;
			}
			assert_int_equal(c.table.sources, whole_before(&full, size));
			assert_int_equal(collected_in_state(&c, HEST_SOURCE_OK),
					 whole_before(&full, size));
			assert_int_equal(!!collected(&c, HEST_RULE_LENGTH_BEYOND), !adjusted);
			assert_int_equal(!!collected(&c, HEST_RULE_LENGTH_SHORT),
					 adjusted && size < 40);
			if (size >= 40)
				assert_true(!!collected(&c, HEST_RULE_TABLE_ENDS) !=
					    !!collected(&c, HEST_RULE_SOURCE_OVERFLOW));
			assert_int_equal(c.rc,
					 adjusted && size < 40 ? -GHES_EINVAL : -GHES_EOVERFLOW);
			for (unsigned int i = 0; i < c.findings; i++)
				assert_true(c.finding[i].offset <= size);
			for (unsigned int i = 0; i < c.sources; i++)
				assert_true(c.source[i].offset + c.source[i].available <= size);
			free(to_free);
		}
	}
}

/* Goal: nothing that is not a HEST is taken for one. */
static void another_table_is_not_a_hest(void **state)
{
	struct hest_build b;
	struct hest_collect c;

	(void)state;
	hest_all_types(&b);
	for (int i = 0; i < 4; i++) {
		b.bytes[i] ^= 0x20;
		assert_int_equal(collect(&c, b.bytes, b.size), -GHES_ENOENT);
		assert_false(c.has_table);
		assert_int_equal(c.sources + c.findings, 0);
		b.bytes[i] ^= 0x20;
	}
	assert_int_equal(collect(&c, "", 0), -GHES_ENOENT);
}

/* Goal: a bank count that leads exactly to the end is fine; one more is not. */
static void banks_may_reach_the_end_but_not_beyond(void **state)
{
	static const uint16_t types[] = {0, 1, 11};
	struct hest_build b;
	struct hest_collect c;

	(void)state;
	for (int i = 0; i < 3; i++) {
		const size_t fixed = types[i] == 0 ? 40 : 48;
		uint8_t *at;

		hest_begin(&b);
		at = hest_add_mc(&b, types[i], 9, 254);
		hest_finish(&b);
		assert_int_equal(collect(&c, b.bytes, b.size), 0);
		assert_int_equal(c.source[0].length, fixed + 254u * 28);
		at[types[i] == 0 ? 32 : 44] = 255;
		hest_finish(&b);
		assert_int_equal(collect(&c, b.bytes, b.size), -GHES_EOVERFLOW);
		assert_int_equal(c.source[0].state, HEST_SOURCE_PARTIAL);
		assert_int_equal(c.source[0].length, fixed + 255u * 28);
		assert_string_equal(collected(&c, HEST_RULE_SOURCE_OVERFLOW)->text,
				    "HEST: Table contents overflow for hardware error source: 9.");
	}
}

/* Goal: counts far beyond the table cost nothing and lose nothing. */
static void huge_counts_end_with_the_table(void **state)
{
	struct hest_build b;
	struct hest_collect c;

	(void)state;
	hest_all_types(&b);
	b.count = UINT32_MAX;
	hest_finish(&b);
	assert_int_equal(collect(&c, b.bytes, b.size), -GHES_EOVERFLOW);
	assert_int_equal(collected_in_state(&c, HEST_SOURCE_OK), ALL_TYPES);
	assert_int_equal(c.table.source_count, UINT32_MAX);
	assert_string_equal(
		collected(&c, HEST_RULE_TABLE_ENDS)->text,
		"HEST: Table contents overflow: it ends before source 9 of 4294967295.");
	assert_int_equal(collected(&c, HEST_RULE_TABLE_ENDS)->source_id, HEST_ID_NONE);
}

/* Goal: with just a type and an id left, it is that source which does not fit. */
static void a_bare_source_header_at_the_end_is_named(void **state)
{
	struct hest_build b;
	struct hest_collect c;

	(void)state;
	for (uint32_t i = 0; i < ALL_TYPES; i++) {
		hest_begin(&b);
		hest_add(&b, all_types[i], 513, 4);
		hest_finish(&b);
		assert_int_equal(collect(&c, b.bytes, b.size), -GHES_EOVERFLOW);
		assert_int_equal(c.findings, 1);
		assert_int_equal(c.finding[0].rule, HEST_RULE_SOURCE_OVERFLOW);
		assert_int_equal(c.finding[0].source_id, 513);
		assert_int_equal(c.source[0].available, 4);
	}
}

/* Goal: for which tables Linux gives up, and that an empty one is not among them. */
static void linux_drops_tables_by_their_header(void **state)
{
	static const struct {
		uint32_t length, size;
		enum hest_rule refusal;
	} cases[] = {
		{40, 40, HEST_RULE_NONE},	   {40, 41, HEST_RULE_NONE},
		{39, 39, HEST_RULE_LENGTH_SHORT},  {39, 40, HEST_RULE_LENGTH_SHORT},
		{0, 40, HEST_RULE_LENGTH_SHORT},   {41, 40, HEST_RULE_LENGTH_BEYOND},
		{40, 39, HEST_RULE_LENGTH_BEYOND}, {UINT32_MAX, 36, HEST_RULE_LENGTH_BEYOND},
	};
	struct hest_build b;
	struct hest_collect c;

	(void)state;
	hest_begin(&b);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put32(b.bytes + 4, cases[i].length);
		collect(&c, b.bytes, cases[i].size);
		assert_int_equal(c.table.linux_refusal[HEST_LINUX_ARM64], cases[i].refusal);
		assert_int_equal(c.table.linux_refusal[HEST_LINUX_X86], cases[i].refusal);
		assert_int_equal(c.rc == 0, cases[i].refusal == HEST_RULE_NONE);
	}
}

/* Goal: the checksum is over all bytes, whatever the length modulo eight. */
static void the_checksum_counts_each_byte(void **state)
{
	struct hest_build b;
	struct hest_collect c;

	(void)state;
	for (size_t extra = 0; extra < 20; extra++) {
		hest_begin(&b);
		memset(b.bytes + 40, 0xff, extra);
		b.size += extra;
		hest_finish(&b);
		collect(&c, b.bytes, b.size);
		assert_null(collected(&c, HEST_RULE_CHECKSUM));
		for (size_t i = 10; i < b.size; i++) {
			b.bytes[i] ^= 0x80;
			if (i < 36 || i >= 40) {
				collect(&c, b.bytes, b.size);
				assert_non_null(collected(&c, HEST_RULE_CHECKSUM));
			}
			b.bytes[i] ^= 0x80;
		}
	}
}

static void names_of_notifications_end_where_the_types_do(void **state)
{
	(void)state;
	assert_string_equal(hest_notify_name(0), "POLLED");
	assert_string_equal(hest_notify_name(11), "SOFTWARE_DELEGATED");
	for (unsigned int type = 12; type < 256; type++)
		assert_string_equal(hest_notify_name((uint8_t)type), "reserved");
	assert_string_equal(hest_type_name(65535), "Reserved");
}

static int stop_at_third(void *ctx, const struct hest_source *source)
{
	++*(unsigned int *)ctx;
	return source->index == 2 ? -4711 : 0;
}

static void a_visitor_may_end_the_walk_or_be_empty(void **state)
{
	static struct hest_scratch scratch;
	struct hest_build b;
	unsigned int calls = 0;

	(void)state;
	hest_all_types(&b);
	assert_int_equal(hest_parse(b.bytes, b.size, &scratch,
				    &(struct hest_visitor){.source = stop_at_third}, &calls),
			 -4711);
	assert_int_equal(calls, 3);
	assert_int_equal(hest_parse(b.bytes, b.size, &scratch, &(struct hest_visitor){0}, NULL), 0);
	put16(b.bytes + 40, 3);
	assert_int_equal(hest_parse(b.bytes, b.size, &scratch, &(struct hest_visitor){0}, NULL),
			 -GHES_EINVAL);
}

/* Goal: fields lie side by side, fill their source, and the names of types are there. */
static void the_field_tables_cover_each_source(void **state)
{
	(void)state;
	for (uint16_t type = 0; type < 20; type++) {
		size_t count;
		const struct hest_field *field = hest_source_fields(type, &count);
		uint32_t offset = 0;

		for (size_t i = 0; i < count; i++) {
			assert_int_equal(field[i].offset, offset);
			offset += field[i].size;
		}
		assert_int_equal(offset, hest_source_fixed_size(type));
		assert_int_equal(field == NULL, count == 0);
		assert_int_equal(strcmp(hest_type_name(type), "Reserved") == 0, count == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_is_delivered_in_order),
		cmocka_unit_test(the_header_is_decoded_and_made_printable),
		cmocka_unit_test(each_field_of_a_generic_source_is_decoded),
		cmocka_unit_test(decode_refuses_what_is_too_short_or_not_generic),
		cmocka_unit_test(every_truncation_keeps_what_came_before),
		cmocka_unit_test(another_table_is_not_a_hest),
		cmocka_unit_test(banks_may_reach_the_end_but_not_beyond),
		cmocka_unit_test(huge_counts_end_with_the_table),
		cmocka_unit_test(a_bare_source_header_at_the_end_is_named),
		cmocka_unit_test(linux_drops_tables_by_their_header),
		cmocka_unit_test(the_checksum_counts_each_byte),
		cmocka_unit_test(names_of_notifications_end_where_the_types_do),
		cmocka_unit_test(a_visitor_may_end_the_walk_or_be_empty),
		cmocka_unit_test(the_field_tables_cover_each_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
