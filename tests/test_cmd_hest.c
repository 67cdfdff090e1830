// SPDX-License-Identifier: GPL-2.0-only
/* ghes-sim hest, as its user sees it: exit status, text, JSON, one line for each kind of mistake.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include <json-c/json.h>

#include "capture.h"
#include "cli.h"
#include "hest_build.h"
#include "hest_dump.h"

static char path[] = "/tmp/test_cmd_hest.XXXXXX";
static struct capture seen;

static void write_file(const void *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

static void run(const char *format)
{
	char *argv[] = {"hest", path, "--format", (char *)format, NULL};

	if (!format)
		argv[2] = NULL;
	capture(&seen, cmd_hest, argv);
}

static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no key %s", key);
	return value;
}

/* Goal: the text has each field with its offset, notifications by name, addresses, verdicts. */
static void text_shows_fields_with_their_offsets(void **state)
{
	static const char *const lines[] = {
		": HEST (binary), 668 bytes\n",
		"  0x0004 Length                                    668\n",
		"  0x000a OEMID                                     \"GHES  \"\n",
		"  0x0024 Error Source Count                        9  (found 9)\n",
		"\nSource 0: IA-32 Architecture Machine Check Exception, id 0, 96 bytes at 0x0028\n",
		"  0x002e Flags                                     0x01  FIRMWARE_FIRST\n",
		"  0x0050 Machine Check Bank Structure [0]\n",
		"  0x0070   Control Register MSR Address            0x00000404\n",
		"Source 3: PCI Express Root Port AER, id 3, 48 bytes at 0x0120\n",
		"0x03  FIRMWARE_FIRST, GLOBAL\n",
		"Source 7: Generic Hardware Error Source version 2, id 7, 92 bytes at 0x01f4, "
		"SOFTWARE_DELEGATED\n",
		"  0x01f8 Related Source Id                         65535  none\n",
		"  0x0208 Error Status Address                      [SystemMemory "
		"0x0000000080000038, bit width 64, bit offset 0, access size 4 = 64 bits]\n",
		"  0x0214   Type                                    11  SOFTWARE_DELEGATED\n",
		"  0x0218   Poll Interval                           1000 ms\n",
		"  0x021c   Vector                                  43  0x2b\n",
		"  0x0230 Error Status Block Length                 4096 bytes\n",
		"  0x0240 Read Ack Preserve                         0xfffffffffffffffe\n",
		"  0x0248 Read Ack Write                            0x0000000000000001\n",
		"  Linux arm64: accepted\n",
		"  Linux x86: refused: GHES: Generic hardware error source: 7 notified via SDE "
		"Interface is not supported!\n",
		": 0 errors, 0 warnings\n",
	};
	struct hest_build b;
	char *at;

	(void)state;
	hest_all_types(&b);
	write_file(b.bytes, b.size);
	run(NULL);
	assert_int_equal(seen.status, SIM_DECODE_WELL_FORMED);
	assert_string_equal(seen.err, "");
	at = seen.out;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char *found = strstr(at, lines[i]);

		if (!found)
			fail_msg("not there, or out of order: %s", lines[i]);
		at = found;
	}
}

/* Goal: the same table as acpidump text reads the same but for the first line. */
static void acpidump_text_reads_as_the_binary_does(void **state)
{
	static struct capture binary;
	char text[HEST_DUMP_MAX] = "";
	struct hest_build b;

	(void)state;
	hest_all_types(&b);
	write_file(b.bytes, b.size);
	run("text");
	binary = seen;
	hest_dump(text, "FACP", b.bytes, 20, "\n");
	hest_dump(text, "HEST", b.bytes, b.size, "\n");
	write_file(text, strlen(text));
	run("text");
	assert_int_equal(seen.status, 0);
	assert_non_null(strstr(seen.out, ": HEST (acpidump), 668 bytes\n"));
	assert_string_equal(strchr(seen.out, '\n'), strchr(binary.out, '\n'));

	/* two of them: both are shown, the worst decides */
	b.bytes[40] = 77;
	hest_dump(text, "HEST", b.bytes, b.size, "\n");
	write_file(text, strlen(text));
	run("text");
	assert_int_equal(seen.status, SIM_DECODE_REJECTED);
	assert_non_null(strstr(seen.out, "Unknown or unused hardware error source type: 77"));
	assert_non_null(strstr(seen.out, ": 0 errors, 0 warnings\n"));
}

/* Goal: a broken table is shown as far as it goes, with the finding at its offset, exit 1. */
static void a_truncated_source_is_shown_as_far_as_it_goes(void **state)
{
	struct hest_build b;

	(void)state;
	hest_begin(&b);
	hest_add_ghes(&b, 1, 3);
	hest_add_ghes_v2(&b, 2, 11);
	b.size -= 92 - 44;
	hest_finish(&b);
	write_file(b.bytes, b.size);
	run("text");
	assert_int_equal(seen.status, SIM_DECODE_REJECTED);
	assert_non_null(strstr(seen.out, "92 bytes at 0x0068 (only 44 of them are there)\n"));
	assert_non_null(strstr(seen.out, "  0x0090   Vector                                  43"));
	assert_null(strstr(seen.out, "  0x0094   Switch"));
	assert_non_null(strstr(seen.out, "  error at 0x0068: [Firmware Bug]: HEST: Table contents "
					 "overflow for hardware error source: 2. "
					 "(source-overflow)\n"));
	assert_non_null(strstr(seen.out, ": 1 error, 0 warnings\n"));
}

static void warnings_alone_leave_the_exit_status_at_0(void **state)
{
	struct hest_build b;

	(void)state;
	hest_begin(&b);
	hest_add_ghes(&b, 1, 3)[6] = 3;
	b.size += 20;
	hest_finish(&b);
	b.bytes[9] ^= 1;
	write_file(b.bytes, b.size);
	run("text");
	assert_int_equal(seen.status, SIM_DECODE_WELL_FORMED);
	assert_non_null(strstr(seen.out, "  warning at 0x002e: Flags (reserved) byte is 0x03"));
	assert_non_null(
		strstr(seen.out, "  warning at 0x0009: [Firmware Bug]: Incorrect checksum"));
	assert_non_null(strstr(seen.out, "  warning at 0x0068: 20 bytes follow the last of 1"));
	assert_non_null(strstr(seen.out, "  0x0068  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"));
	assert_non_null(strstr(seen.out, ": 0 errors, 3 warnings\n"));
}

/* Goal: a notification type is an error only when no Linux takes it. */
static void one_architecture_that_takes_it_is_enough(void **state)
{
	static const int status[13] = {0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1};
	struct hest_build b;

	(void)state;
	for (uint8_t type = 0; type < 13; type++) {
		hest_begin(&b);
		hest_add_ghes(&b, 1, type);
		hest_finish(&b);
		write_file(b.bytes, b.size);
		run("text");
		assert_int_equal(seen.status, status[type]);
	}
}

/* Goal: each state of a source and each answer of Linux has its words. */
static void states_and_verdicts_have_their_words(void **state)
{
	static const char *const lines[] = {
		"  Linux x86: the whole table is dropped (duplicate-id)\n",
		"Source 0: IA-32 Architecture Deferred Machine Check, id 9, 132 bytes at 0x0028\n",
		"  0x005a   Status Data Format                      0  IA-32\n",
		"  0x0076   Status Data Format                      2  AMD64\n",
		"  0x0092   Status Data Format                      3  reserved\n",
		"Generic Hardware Error Source, id 1, 64 bytes at 0x00ac, SCI (assist)\n",
		"Generic Hardware Error Source, id 2, 64 bytes at 0x00ec, SCI (disabled)\n",
		"[PCI_Config 0x0000000080000018, bit width 64, bit offset 0, access size 9]  invalid\n",
		"  error at 0x0140: [Firmware Bug]: APEI: Invalid access size code in GAR "
		"[0x80000018/64/0/9/2] (status-gar)\n",
		"id 3, 92 bytes at 0x016c, GSIV (duplicate)\n",
		"  Linux arm64: whole table dropped: duplicate-id\n",
		"  error at 0x016e: [Firmware Warn]: HEST: Duplicated hardware error source ID: 3. "
		"(duplicate-id)\n",
		": 2 errors, ",
	};
	struct hest_build b;
	uint8_t *mc, *source;
	char *at;

	(void)state;
	hest_begin(&b);
	mc = hest_add_mc(&b, 11, 9, 3);
	mc[48 + 28 + 2] = 2;
	mc[48 + 28 * 2 + 2] = 3;
	mc[6] = 4;
	put16(hest_add_ghes(&b, 1, 3) + 4, 9);
	hest_add_ghes(&b, 2, 3)[7] = 0;
	source = hest_add_ghes(&b, 3, 3);
	put_gas(source + 20, 2, 64, 0, 9, 0x80000018);
	hest_add_ghes_v2(&b, 3, 10);
	hest_finish(&b);
	write_file(b.bytes, b.size);
	run("text");
	assert_int_equal(seen.status, SIM_DECODE_REJECTED);
	at = seen.out;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char *found = strstr(at, lines[i]);

		if (!found)
			fail_msg("not there, or out of order: %s in %s", lines[i], seen.out);
		at = found;
	}
	hest_begin(&b);
	put32(hest_add_ghes(&b, 4, 0) + 36, 0);
	hest_finish(&b);
	write_file(b.bytes, b.size);
	run("text");
	assert_non_null(strstr(seen.out, "  Linux x86: never polled: [Firmware Warn]: GHES: Poll "
					 "interval is 0 for generic hardware error source: 4, "
					 "disabled.\n"));
}

/* Goal: one line, one object, and in it what the table has. */
static void json_is_one_object_a_table(void **state)
{
	struct json_object *root, *source, *fields, *notify, *finding;
	struct hest_build b;

	(void)state;
	hest_all_types(&b);
	b.bytes[0x1f4 + 6] = 0x7; /* GHESv2: reserved */
	b.bytes[0x1f4 + 33] = 27; /* and notification length */
	hest_finish(&b);
	write_file(b.bytes, b.size);
	run("json");
	assert_int_equal(seen.status, 0);
	assert_ptr_equal(strchr(seen.out, '\n'), seen.out + strlen(seen.out) - 1);
	root = json_tokener_parse(seen.out);
	assert_non_null(root);
	assert_string_equal(json_object_get_string(get(root, "file")), path);
	assert_string_equal(json_object_get_string(get(root, "table")), "HEST");
	assert_int_equal(json_object_get_int(get(get(root, "header"), "length")), 668);
	assert_string_equal(json_object_get_string(get(get(root, "header"), "oem_table_id")),
			    "SIMULATE");
	assert_string_equal(json_object_get_string(get(get(root, "linux"), "arm64")), "kept");
	assert_int_equal(json_object_array_length(get(root, "sources")), 9);

	source = json_object_array_get_idx(get(root, "sources"), 1);
	assert_int_equal(json_object_array_length(get(source, "banks")), 3);
	assert_int_equal(json_object_get_int(get(json_object_array_get_idx(get(source, "banks"), 2),
						 "bank_number")),
			 2);

	source = json_object_array_get_idx(get(root, "sources"), 7);
	fields = get(source, "fields");
	assert_int_equal(json_object_get_int(get(source, "offset")), 0x1f4);
	assert_int_equal(json_object_get_int(get(fields, "type")), 10);
	assert_string_equal(json_object_get_string(get(fields, "read_ack_preserve")),
			    "0xfffffffffffffffe");
	assert_string_equal(
		json_object_get_string(get(get(fields, "error_status_address"), "address")),
		"0x0000000080000038");
	notify = get(fields, "notify");
	assert_string_equal(json_object_get_string(get(notify, "type_name")), "SOFTWARE_DELEGATED");
	assert_int_equal(json_object_get_int(get(notify, "vector")), 43);
	assert_string_equal(json_object_get_string(get(get(get(source, "linux"), "x86"), "rule")),
			    "notify-unsupported");

	assert_int_equal(json_object_get_int(get(root, "errors")), 0);
	assert_int_equal(json_object_get_int(get(root, "warnings")), 2);
	finding = json_object_array_get_idx(get(root, "findings"), 1);
	assert_string_equal(json_object_get_string(get(finding, "rule")), "notify-length");
	assert_int_equal(json_object_get_int(get(finding, "offset")), 0x1f4 + 33);
	assert_int_equal(json_object_get_int(get(finding, "source")), 7);
	json_object_put(root);
}

/* Goal: cut anywhere, JSON stays JSON and the status follows the findings. */
static void json_is_valid_for_every_truncation(void **state)
{
	struct hest_build b;

	(void)state;
	hest_all_types(&b);
	for (size_t size = 36; size <= b.size; size += 3) {
		struct json_object *root;

		write_file(b.bytes, size);
		run("json");
		root = json_tokener_parse(seen.out);
		assert_non_null(root);
		assert_int_equal(seen.status, json_object_get_int(get(root, "errors"))
						      ? SIM_DECODE_REJECTED
						      : 0);
		json_object_put(root);
	}
}

static void assert_one_line_on_stderr(const char *line)
{
	assert_int_equal(seen.status, SIM_DECODE_NOT_ONE);
	assert_string_equal(seen.err, line);
	assert_string_equal(seen.out, "");
}

/* Goal: what is no HEST is said in one line, with what was expected. */
static void what_is_no_hest_gets_one_line(void **state)
{
	char expected[256], text[HEST_DUMP_MAX] = "";
	struct hest_build b;

	(void)state;
	hest_all_types(&b);
	write_file(b.bytes, 35);
	run("text");
	snprintf(expected, sizeof(expected),
		 "%s: 35 bytes are no ACPI table, expected a HEST (36 bytes or more) or acpidump "
		 "text\n",
		 path);
	assert_one_line_on_stderr(expected);

	memcpy(b.bytes, "BE\x1bT", 4);
	write_file(b.bytes, b.size);
	run("json");
	snprintf(expected, sizeof(expected),
		 "%s: signature is 42 45 1b 54, expected \"HEST\" or acpidump text\n", path);
	assert_one_line_on_stderr(expected);

	hest_dump(text, "BERT", b.bytes, 48, "\n");
	write_file(text, strlen(text));
	run("text");
	snprintf(expected, sizeof(expected),
		 "%s: no such table in the dump, expected a line \"HEST @ 0x...\"\n", path);
	assert_one_line_on_stderr(expected);

	strcpy(text, "HEST @ 0x12\n  0000: 48 45 53 54\n  0010: 00\n");
	write_file(text, strlen(text));
	run("text");
	snprintf(expected, sizeof(expected), "%s:3: row is for offset 0x10, expected 0x4\n", path);
	assert_one_line_on_stderr(expected);
}

static void bad_usage_gets_one_line(void **state)
{
#define USAGE ", expected: ghes-sim hest FILE [--format text|json]\n"
	static const struct {
		char *argv[6];
		const char *line;
	} cases[] = {
		{{"hest"}, "ghes-sim hest: no FILE" USAGE},
		{{"hest", "a", "b"}, "ghes-sim hest: more than one FILE: b" USAGE},
		{{"hest", "a", "--frob"}, "ghes-sim hest: unknown option --frob" USAGE},
		{{"hest", "a", "--format"}, "ghes-sim hest: --format without a format" USAGE},
		{{"hest", "a", "--format", "xml"}, "ghes-sim hest: unknown format xml" USAGE},
		{{"hest", "a", "--format=xml"}, "ghes-sim hest: unknown format xml" USAGE},
		{{"hest", "/nonexistent/x"},
		 "/nonexistent/x: cannot read: No such file or directory\n"},
		{{"hest", "/"}, "/: cannot read: Is a directory\n"},
		{{"hest", "--", "--help"}, "--help: cannot read: No such file or directory\n"},
		{{"hest", "/dev/zero"},
		 "/dev/zero: more than 67108864 bytes, expected at most that\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		capture(&seen, cmd_hest, (char **)cases[i].argv);
		assert_one_line_on_stderr(cases[i].line);
	}
}

static void help_fits_a_screen(void **state)
{
	char *argv[] = {"hest", "--help", NULL};
	unsigned int lines = 0;

	(void)state;
	capture(&seen, cmd_hest, argv);
	assert_int_equal(seen.status, 0);
	assert_string_equal(seen.err, "");
	for (const char *at = seen.out; (at = strchr(at, '\n')); at++)
		lines++;
	assert_in_range(lines, 5, 24);
}

static int make_path(void **state)
{
	const int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_shows_fields_with_their_offsets),
		cmocka_unit_test(acpidump_text_reads_as_the_binary_does),
		cmocka_unit_test(a_truncated_source_is_shown_as_far_as_it_goes),
		cmocka_unit_test(warnings_alone_leave_the_exit_status_at_0),
		cmocka_unit_test(one_architecture_that_takes_it_is_enough),
		cmocka_unit_test(states_and_verdicts_have_their_words),
		cmocka_unit_test(json_is_one_object_a_table),
		cmocka_unit_test(json_is_valid_for_every_truncation),
		cmocka_unit_test(what_is_no_hest_gets_one_line),
		cmocka_unit_test(bad_usage_gets_one_line),
		cmocka_unit_test(help_fits_a_screen),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
