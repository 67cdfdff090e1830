// SPDX-License-Identifier: GPL-2.0-only
/* The verb "cper": its exit status and what it says, on files written here and on the vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <json-c/json.h>

#include <ghes/cper.h>

#include "cli.h"
#include "cper_data.h"

static char out_text[1 << 20], err_text[4096];

/* Runs the verb with stdout and stderr into files, and reads them back. */
static int run(const char *a, const char *b, const char *c, const char *d, const char *e)
{
	char *argv[] = {(char *)"cper", (char *)a, (char *)b, (char *)c,
			(char *)d,	(char *)e, NULL};
	int argc = 1, status, fds[2] = {dup(1), dup(2)};
	FILE *files[2] = {tmpfile(), tmpfile()};

	while (argv[argc])
		argc++;
	fflush(NULL);
	dup2(fileno(files[0]), 1);
	dup2(fileno(files[1]), 2);
	status = cmd_cper(argc, argv);
	fflush(NULL);
	dup2(fds[0], 1);
	dup2(fds[1], 2);
	close(fds[0]);
	close(fds[1]);
	rewind(files[0]);
	rewind(files[1]);
	out_text[fread(out_text, 1, sizeof(out_text) - 1, files[0])] = '\0';
	err_text[fread(err_text, 1, sizeof(err_text) - 1, files[1])] = '\0';
	fclose(files[0]);
	fclose(files[1]);
	return status;
}

static const char path[] = "test_cmd_cper.bin";

static void write_file(const void *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	fclose(file);
}

static int one_line(const char *text)
{
	const char *newline = strchr(text, '\n');

	return newline && !newline[1];
}

/* A corrected memory error: 20 + 64 + 80 bytes */
static void make_block(uint8_t block[164])
{
	struct acpi_hest_generic_status *estatus = (void *)block;
	struct acpi_hest_generic_data *gdata = (void *)(block + 20);
	struct cper_sec_mem_err *mem = (void *)(block + 84);

	memset(block, 0, 164);
	estatus->block_status = htole32(ACPI_HEST_CORRECTABLE | 1 << 4);
	estatus->data_length = htole32(144);
	estatus->error_severity = htole32(CPER_SEV_CORRECTED);
	memcpy(gdata->section_type, &CPER_SEC_PLATFORM_MEM, 16);
	gdata->error_severity = htole32(CPER_SEV_CORRECTED);
	gdata->revision = htole16(0x201);
	gdata->error_data_length = htole32(80);
	mem->validation_bits = htole64(CPER_MEM_VALID_PA | CPER_MEM_VALID_ERROR_TYPE);
	mem->physical_addr = htole64(0xdeadbeef000);
	mem->error_type = 2;
}

static void test_block_as_text_names_fields_with_offsets(void **state)
{
	uint8_t block[164];

	(void)state;
	make_block(block);
	write_file(block, sizeof(block));
	assert_int_equal(run(path, NULL, NULL, NULL, NULL), SIM_DECODE_WELL_FORMED);
	assert_string_equal(err_text, "");
	assert_non_null(strstr(out_text, "0x000c    Data Length                           144\n"));
	assert_non_null(strstr(out_text, "0x0064      Physical Address                    "
					 "0x00000deadbeef000\n"));
	assert_non_null(strstr(out_text, "0x009c      Memory Error Type                   "
					 "2 (Single-bit ECC)\n"));
	assert_null(strstr(out_text, "rejected"));
}

static void test_block_as_json_and_dmesg(void **state)
{
	uint8_t block[164];
	json_object *tree, *at;

	(void)state;
	make_block(block);
	write_file(block, sizeof(block));
	assert_int_equal(run(path, "--format", "json", NULL, NULL), SIM_DECODE_WELL_FORMED);
	tree = json_tokener_parse(out_text);
	assert_non_null(tree);
	at = json_object_array_get_idx(json_object_object_get(tree, "sections"), 0);
	at = json_object_object_get(json_object_object_get(at, "Memory"), "physicalAddress");
	assert_true(json_object_get_uint64(at) == 0xdeadbeef000);
	assert_int_equal(json_object_array_length(json_object_object_get(tree, "findings")), 0);
	json_object_put(tree);

	assert_int_equal(run("--format=dmesg", path, "--source-id", "3", NULL),
			 SIM_DECODE_WELL_FORMED);
	assert_string_equal(out_text,
			    "<4>{1}[Hardware Error]: Hardware error from APEI Generic Hardware "
			    "Error Source: 3\n"
			    "<4>{1}[Hardware Error]: It has been corrected by h/w and requires no "
			    "further action\n"
			    "<4>{1}[Hardware Error]: event severity: corrected\n"
			    "<4>{1}[Hardware Error]:  Error 0, type: corrected\n"
			    "<4>{1}[Hardware Error]:   section_type: memory error\n"
			    "<4>{1}[Hardware Error]:   physical_address: 0x00000deadbeef000\n"
			    "<4>{1}[Hardware Error]:   error_type: 2, single-bit ECC\n");
}

/* Goal: no record steers the terminal, or makes up a line of its own. */
static void test_dmesg_shows_what_is_not_printable(void **state)
{
	struct acpi_hest_generic_data *gdata;
	uint8_t block[164];

	(void)state;
	make_block(block);
	gdata = (void *)(block + 20);
	gdata->validation_bits = CPER_SEC_VALID_FRU_TEXT;
	memcpy(gdata->fru_text, "\x1b]0;x\a\n<0>\x7f\x9b", 13);
	write_file(block, sizeof(block));
	assert_int_equal(run("--format=dmesg", path, NULL, NULL, NULL), SIM_DECODE_WELL_FORMED);
	assert_non_null(strstr(out_text, "  fru_text: \\x1b]0;x\\x07\\x0a<0>\\x7f\\x9b\n"));
}

static void test_rules_that_make_an_os_reject(void **state)
{
	uint8_t block[164];

	(void)state;
	make_block(block);
	block[20 + 24] = 81; /* one byte beyond the data */
	write_file(block, sizeof(block));
	assert_int_equal(run(path, NULL, NULL, NULL, NULL), SIM_DECODE_REJECTED);
	assert_non_null(strstr(out_text, "0x002c  rejected: the entry claims 145 bytes with its "
					 "header, but only 144 bytes of data are left\n"));
	/* decoded as far as it goes all the same */
	assert_non_null(strstr(out_text, "Physical Address  "));
	assert_int_equal(run(path, "--format", "dmesg", NULL, NULL), SIM_DECODE_REJECTED);
	assert_string_equal(out_text,
			    "<4>[Firmware Warn]: GHES: Failed to read error status block!\n");

	make_block(block);
	write_file(block, sizeof(block));
	assert_int_equal(run(path, "--error-block-length", "163", NULL, NULL), SIM_DECODE_REJECTED);
	assert_int_equal(run(path, "--error-block-length", "164", NULL, NULL),
			 SIM_DECODE_WELL_FORMED);

	/* A section that is too short is rejected, not the block */
	make_block(block);
	block[12] = 64 + 72;
	block[20 + 24] = 72;
	write_file(block, 20 + 64 + 72);
	assert_int_equal(run(path, NULL, NULL, NULL, NULL), SIM_DECODE_REJECTED);
	assert_non_null(strstr(out_text, "0x0054  section rejected: the section has 72 bytes, at "
					 "least 73 expected\n"));
}

static void test_oddities_are_warnings(void **state)
{
	uint8_t block[164 + 3] = {0};

	(void)state;
	make_block(block);
	block[0] |= 2 << 4;
	block[20 + 16] = CPER_SEV_FATAL;
	block[20 + 20] = 0x02;
	block[20 + 22] = 2;
	memcpy(block + 20 + 44, "a\x1b[31mb", 7);
	write_file(block, sizeof(block));
	assert_int_equal(run(path, NULL, NULL, NULL, NULL), SIM_DECODE_WELL_FORMED);
	assert_non_null(strstr(out_text,
			       "0x0000  warning: block status counts 3 entries, but there "
			       "are 1\n"));
	assert_non_null(strstr(out_text, "0x0024  warning: section severity 1 is worse than the "
					 "block's 2\n"));
	assert_non_null(strstr(out_text, "0x0028  warning: entry revision 0x202, expected 0x201 or "
					 "0x300\n"));
	assert_non_null(strstr(out_text, "0x0040  warning: FRU text is not terminated printable "
					 "ASCII\n"));
	assert_non_null(strstr(out_text, "0x00a4  warning: 3 bytes follow the record\n"));
	assert_non_null(strstr(out_text, "\"a\\x1b[31mb\""));
	assert_null(strchr(out_text, '\x1b'));
}

static void test_full_record_and_its_faults(void **state)
{
	uint8_t record[128 + 72 + 8] = {0};
	struct cper_record_header *h = (void *)record;
	struct cper_section_descriptor *d = (void *)(record + 128);

	(void)state;
	memcpy(h->signature, CPER_SIG_RECORD, 4);
	h->revision = htole16(0x101);
	h->signature_end = htole32(CPER_SIG_END);
	h->section_count = htole16(1);
	h->record_length = htole32(sizeof(record));
	d->section_offset = htole32(200);
	d->section_length = htole32(8);
	memcpy(&d->section_type, &CPER_NOTIFY_MCE, 16); /* no section at all */
	write_file(record, sizeof(record));
	assert_int_equal(run(path, NULL, NULL, NULL, NULL), SIM_DECODE_WELL_FORMED);
	assert_non_null(strstr(out_text, "0x0090  warning: section type is not known\n"));
	assert_int_equal(run(path, "--format", "dmesg", NULL, NULL), SIM_DECODE_NOT_ONE);
	assert_true(one_line(err_text));

	d->section_length = htole32(9);
	write_file(record, sizeof(record));
	assert_int_equal(run(path, NULL, NULL, NULL, NULL), SIM_DECODE_REJECTED);
	assert_non_null(strstr(out_text,
			       "0x0080  section rejected: the section ends at 209, beyond "
			       "the record's 208 bytes\n"));
	d->section_offset = htole32(0xffffffff); /* the sum wraps in 32 bits */
	write_file(record, sizeof(record));
	assert_int_equal(run(path, NULL, NULL, NULL, NULL), SIM_DECODE_REJECTED);
	d->section_offset = htole32(0);
	write_file(record, sizeof(record));
	assert_int_equal(run(path, NULL, NULL, NULL, NULL), SIM_DECODE_REJECTED);
	assert_non_null(strstr(out_text, "inside the headers that end at 200\n"));
	h->section_count = htole16(0xffff);
	write_file(record, sizeof(record));
	assert_int_equal(run(path, "--format", "json", NULL, NULL), SIM_DECODE_REJECTED);
	assert_non_null(strstr(out_text, "beyond the record's 208 bytes"));
}

static void test_what_is_no_such_file(void **state)
{
	static const char *const bad[][2] = {
		{"--format", "xml"},
		{"--error-block-length", "-1"},
		{"--error-block-length", "12x"},
		{"--source-id", "65536"},
		{"one-more", NULL},
	};
	size_t i;

	(void)state;
	write_file("0123456789012345678", 19);
	assert_int_equal(run(path, NULL, NULL, NULL, NULL), SIM_DECODE_NOT_ONE);
	assert_true(one_line(err_text));
	assert_string_equal(out_text, "");
	write_file("CPER and then no header at all", 30);
	assert_int_equal(run(path, NULL, NULL, NULL, NULL), SIM_DECODE_NOT_ONE);
	assert_int_equal(run("no-such-file", NULL, NULL, NULL, NULL), SIM_DECODE_NOT_ONE);
	assert_true(one_line(err_text));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(run(path, bad[i][0], bad[i][1], NULL, NULL), SIM_DECODE_NOT_ONE);
		assert_true(one_line(err_text));
	}
	assert_int_equal(run("--help", NULL, NULL, NULL, NULL), SIM_DECODE_WELL_FORMED);
	assert_non_null(strstr(out_text, "usage:"));

	/* Neither: reserved status bits and a severity that does not exist */
	write_file("# A text, longer than a header", 30);
	assert_int_equal(run(path, NULL, NULL, NULL, NULL), SIM_DECODE_NOT_ONE);
	assert_true(one_line(err_text));
}

static void test_vectors_and_golden_texts(void **state)
{
	char **names = data_list("ghes", ".bin");
	size_t i;

	(void)state;
	if (!names)
		skip();
	for (i = 0; names[i]; i++) {
		char bin[512], golden_path[256];
		int bad = !strncmp(names[i], "bad-", 4), status;
		uint8_t *golden;
		size_t len;

		snprintf(bin, sizeof(bin), "%s/ghes/%s.bin", GHES_TEST_DATA, names[i]);
		snprintf(golden_path, sizeof(golden_path), "ghes/golden-dmesg/%s.txt", names[i]);
		status = run(bin, "--error-block-length", "4096", "--format", "json");
		if (bad)
			assert_int_equal(status, SIM_DECODE_REJECTED);
		assert_int_not_equal(status, SIM_DECODE_NOT_ONE);
		golden = data_read(golden_path, &len);
		if (!golden)
			continue;
		run(bin, "--format", "dmesg", "--source-id", "7");
		assert_int_equal(strlen(out_text), len);
		assert_memory_equal(out_text, golden, len);
		free(golden);
	}
	data_list_free(names);
}

static int remove_file(void **state)
{
	(void)state;
	remove(path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_block_as_text_names_fields_with_offsets),
		cmocka_unit_test(test_block_as_json_and_dmesg),
		cmocka_unit_test(test_dmesg_shows_what_is_not_printable),
		cmocka_unit_test(test_rules_that_make_an_os_reject),
		cmocka_unit_test(test_oddities_are_warnings),
		cmocka_unit_test(test_full_record_and_its_faults),
		cmocka_unit_test(test_what_is_no_such_file),
		cmocka_unit_test(test_vectors_and_golden_texts),
	};

	return cmocka_run_group_tests(tests, NULL, remove_file);
}
