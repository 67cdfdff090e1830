// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include <ghes/errors.h>
#include <ghes/hest_text.h>

#include "hest_build.h"
#include "hest_dump.h"

static int extract(const char *text, const char *signature, unsigned int instance, uint8_t *out,
		   size_t *size, struct hest_text_error *error)
{
	*size = HEST_BUILD_MAX;
	memset(error, 0, sizeof(*error));
	return hest_text_extract(text, strlen(text), signature, instance, out, size, error);
}

/* Goal: what acpidump prints of a table comes back as the table, from either kind of line end. */
static void a_dump_gives_the_table_back(void **state)
{
	static const char *const line_end[] = {"\n", "\r\n"};
	struct hest_text_error error;
	uint8_t out[HEST_BUILD_MAX];
	struct hest_build b;
	char text[HEST_DUMP_MAX];
	size_t size;

	(void)state;
	hest_all_types(&b);
	for (int i = 0; i < 2; i++) {
		for (size_t length = 1; length <= b.size; length++) {
			text[0] = '\0';
			hest_dump(text, "HEST", b.bytes, length, line_end[i]);
			assert_true(hest_text_sniff(text, strlen(text)));
			assert_int_equal(extract(text, "HEST", 0, out, &size, &error), 0);
			assert_int_equal(size, length);
			assert_memory_equal(out, b.bytes, length);
			assert_int_equal(extract(text, "HEST", 1, out, &size, &error),
					 -GHES_ENOENT);
		}
	}
}

/* Goal: the right table out of several, whatever else stands in the file. */
static void the_wanted_table_is_found_among_others(void **state)
{
	struct hest_text_error error;
	uint8_t out[HEST_BUILD_MAX];
	struct hest_build b;
	char text[HEST_DUMP_MAX] = "On Monday someone wrote:\n> dump attached\n\n";
	size_t size;

	(void)state;
	hest_all_types(&b);
	hest_dump(text, "APIC", b.bytes + 100, 77, "\n");
	hest_dump(text, "HEST", b.bytes, b.size, "\n");
	hest_dump(text, "BERT", b.bytes + 300, 48, "\n");
	hest_dump(text, "HEST", b.bytes + 1, 17, "\n");
	text[strlen(text) - 1] = '\0'; /* no empty line, no line end at the end */
	assert_true(hest_text_sniff(text, strlen(text)));
	assert_int_equal(extract(text, "HEST", 0, out, &size, &error), 0);
	assert_int_equal(size, b.size);
	assert_memory_equal(out, b.bytes, size);
	assert_int_equal(extract(text, "HEST", 1, out, &size, &error), 0);
	assert_int_equal(size, 17);
	assert_memory_equal(out, b.bytes + 1, size);
	assert_int_equal(extract(text, "BERT", 0, out, &size, &error), 0);
	assert_memory_equal(out, b.bytes + 300, 48);
	assert_int_equal(extract(text, "EINJ", 0, out, &size, &error), -GHES_ENOENT);
	assert_int_equal(error.line, 0);
	assert_string_equal(error.text,
			    "no such table in the dump, expected a line \"EINJ @ 0x...\"");
}

/* Goal: a damaged dump is refused with the line and what should be there. */
static void damaged_dumps_are_refused_with_the_line(void **state)
{
	static const struct {
		const char *text;
		size_t line;
		const char *error;
	} cases[] = {
		{"HEST @ 0x1\n", 1, "table without rows, expected \"0000: \""},
		{"HEST @ 0x1\n\n", 2, "table without rows, expected \"0000: \""},
		{"x\nHEST @ 0x1\n  0010: 00\n", 3, "row is for offset 0x10, expected 0x0"},
		{"HEST @ 0x1\n  0000: 48 45\n  0010: 00\n", 3,
		 "row is for offset 0x10, expected 0x2"},
		{"HEST @ 0x1\n  0000: 48 45\n  0000: 48 45\n", 3,
		 "row is for offset 0x0, expected 0x2"},
		{"HEST @ 0x1\n  0000: 48 45\nhello\n", 3,
		 "not a row of the dump, expected \"0002: \" and bytes"},
		{"HEST @ 0x1\n  0000 48 45\n", 2,
		 "not a row of the dump, expected \"0000: \" and bytes"},
		{"HEST @ 0x1\n  0: 48 45\n", 2,
		 "not a row of the dump, expected \"0000: \" and bytes"},
		{"HEST @ 0x1\n  000000000: 48 45\n", 2,
		 "not a row of the dump, expected \"0000: \" and bytes"},
		{"HEST @ 0x1\n  0000:\n", 2,
		 "row without bytes, expected up to 16 pairs of hex digits"},
		{"HEST @ 0x1\n  0000: 4\n", 2,
		 "row without bytes, expected up to 16 pairs of hex digits"},
		{"HEST @ 0x1\n  0000: 4845\n", 2,
		 "row without bytes, expected up to 16 pairs of hex digits"},
		{"HEST @ 0x1\n  0000: GG\n", 2,
		 "row without bytes, expected up to 16 pairs of hex digits"},
	};
	struct hest_text_error error;
	uint8_t out[HEST_BUILD_MAX];
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(extract(cases[i].text, "HEST", 0, out, &size, &error),
				 -GHES_EINVAL);
		assert_string_equal(error.text, cases[i].error);
		assert_int_equal(error.line, cases[i].line);
	}
}

/* Goal: the characters beside the bytes are no bytes, whatever they look like. */
static void the_column_of_characters_is_not_read(void **state)
{
	static const char text[] =
		"HEST @ 0x1\n"
		"  0000: 41 42 43 44 45 46 30 31 32 33 34 35 36 37 38 39  AB CD EF\n"
		"  0010: 41 20                                            A 42 43\n";
	struct hest_text_error error;
	uint8_t out[HEST_BUILD_MAX];
	size_t size;

	(void)state;
	assert_int_equal(extract(text, "HEST", 0, out, &size, &error), 0);
	assert_int_equal(size, 18);
	assert_memory_equal(out, "ABCDEF0123456789A ", 18);
}

/* Goal: nothing is written behind the caller's buffer, and the needed size is told. */
static void a_small_buffer_is_not_overrun(void **state)
{
	struct hest_text_error error;
	struct hest_build b;
	char text[HEST_DUMP_MAX] = "";

	(void)state;
	hest_all_types(&b);
	hest_dump(text, "HEST", b.bytes, 100, "\n");
	for (size_t room = 0; room < 100; room++) {
		uint8_t *out = malloc(room + 1);
		size_t size = room;

		out[room] = 0xee;
		assert_int_equal(
			hest_text_extract(text, strlen(text), "HEST", 0, out, &size, &error),
			-GHES_ENOSPC);
		assert_int_equal(size, 100);
		assert_memory_equal(out, b.bytes, room);
		assert_int_equal(out[room], 0xee);
		size = room;
		assert_int_equal(hest_text_extract(text, strlen(text), "HEST", 0, out, &size, NULL),
				 -GHES_ENOSPC);
		free(out);
	}
}

/* Goal: cut anywhere or with any one byte changed, a dump is never read beyond its end. */
static void cut_and_garbled_dumps_are_harmless(void **state)
{
	struct hest_text_error error;
	uint8_t out[256];
	struct hest_build b;
	char text[HEST_DUMP_MAX] = "";
	size_t length;

	(void)state;
	hest_all_types(&b);
	hest_dump(text, "HEST", b.bytes, 72, "\r\n");
	length = strlen(text);
	for (size_t i = 0; i < length; i++) {
		void *to_free;
		uint8_t *cut = hest_exact((const uint8_t *)text, i, &to_free);
		size_t size = sizeof(out);

		(void)hest_text_sniff(cut, i);
		if (hest_text_extract(cut, i, "HEST", 0, out, &size, &error) == 0)
			assert_memory_equal(out, b.bytes, size);
		free(to_free);
		for (int value = 0; value < 256; value += 5) {
			const char was = text[i];

			text[i] = (char)value;
			(void)hest_text_sniff(text, length);
			size = sizeof(out);
			(void)hest_text_extract(text, length, "HEST", 0, out, &size, &error);
			assert_true(size <= sizeof(out));
			text[i] = was;
		}
	}
}

static void binaries_are_not_taken_for_text(void **state)
{
	static const char no[] = "HEST @ 0x\n", other[] = "HEST@ 0x12\n",
			  close[] = "HEST @ 0x12g\n";
	struct hest_build b;

	(void)state;
	hest_all_types(&b);
	assert_false(hest_text_sniff(b.bytes, b.size));
	memcpy(b.bytes + 40, "\nHEST @ 0x12\n", 13);
	assert_false(hest_text_sniff(b.bytes, b.size));
	assert_false(hest_text_sniff("", 0));
	assert_false(hest_text_sniff(no, sizeof(no) - 1));
	assert_false(hest_text_sniff(other, sizeof(other) - 1));
	assert_false(hest_text_sniff(close, sizeof(close) - 1));
	assert_true(hest_text_sniff("\xc3\xa4\nHEST @ 0x12", 14));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dump_gives_the_table_back),
		cmocka_unit_test(the_wanted_table_is_found_among_others),
		cmocka_unit_test(damaged_dumps_are_refused_with_the_line),
		cmocka_unit_test(the_column_of_characters_is_not_read),
		cmocka_unit_test(a_small_buffer_is_not_overrun),
		cmocka_unit_test(cut_and_garbled_dumps_are_harmless),
		cmocka_unit_test(binaries_are_not_taken_for_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
