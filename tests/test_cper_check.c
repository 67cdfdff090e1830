// SPDX-License-Identifier: GPL-2.0-only
/* Checks of error status blocks and the walk over their entries: each rule, both sides of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <ghes/cper.h>

#include "cper_data.h"

/* A block in exactly as many bytes as it has: an over-read is a sanitizer's find. */
struct block {
	uint8_t *bytes;
	size_t size;
};

static struct acpi_hest_generic_status *status_of(struct block *b)
{
	return (struct acpi_hest_generic_status *)b->bytes;
}

static struct acpi_hest_generic_data *entry_at(struct block *b, size_t offset)
{
	return (struct acpi_hest_generic_data *)(b->bytes + offset);
}

static struct block block_new(size_t size)
{
	struct block b = {.bytes = calloc(1, size), .size = size};

	assert_non_null(b.bytes);
	status_of(&b)->block_status = htole32(ACPI_HEST_UNCORRECTABLE);
	status_of(&b)->data_length = htole32((uint32_t)size - 20);
	return b;
}

/* One entry of the given payload; @offset says where. */
static void entry_set(struct block *b, size_t offset, uint16_t revision, uint32_t length)
{
	entry_at(b, offset)->revision = htole16(revision);
	entry_at(b, offset)->error_data_length = htole32(length);
}

static void expect(struct block *b, uint64_t avail, int err, enum cper_fault fault, uint32_t offset)
{
	struct cper_finding finding = {.fault = CPER_FAULT_COUNT};
	char text[120];

	assert_int_equal(cper_estatus_check(status_of(b), avail, &finding), err);
	assert_int_equal(cper_estatus_check(status_of(b), avail, NULL), err);
	assert_int_equal(finding.fault, fault);
	assert_int_equal(finding.offset, offset);
	assert_int_equal(cper_fault_errno(fault), err);
	assert_in_range(cper_finding_text(&finding, text, sizeof(text)), 5, sizeof(text) - 2);
}

static int sections(struct block *b)
{
	const struct acpi_hest_generic_data *gdata;
	int n = 0;

	apei_estatus_for_each_section (status_of(b), gdata) {
		const uint8_t *end = (const uint8_t *)gdata + acpi_hest_get_record_size(gdata);

		assert_true((const uint8_t *)gdata >= b->bytes + 20);
		assert_true(end <= b->bytes + b->size);
		n++;
	}
	return n;
}

static void test_one_section_is_accepted_in_both_revisions(void **state)
{
	struct block b = block_new(20 + 64 + 80);

	(void)state;
	entry_set(&b, 20, 0x201, 80);
	expect(&b, b.size, 0, CPER_F_NONE, 0);
	assert_int_equal(sections(&b), 1);
	entry_set(&b, 20, 0x300, 72);
	expect(&b, b.size, 0, CPER_F_NONE, 0);
	assert_int_equal(sections(&b), 1);
	/* 0xff00 has a version of 255: also the longer header */
	entry_set(&b, 20, 0xff00, 72);
	expect(&b, b.size, 0, CPER_F_NONE, 0);
	free(b.bytes);
}

static void test_block_without_entries_is_accepted(void **state)
{
	struct block b = block_new(20);

	(void)state;
	expect(&b, 20, 0, CPER_F_NONE, 0);
	assert_int_equal(sections(&b), 0);
	free(b.bytes);
}

static void test_length_beyond_what_is_there(void **state)
{
	struct block b = block_new(20 + 64);

	(void)state;
	entry_set(&b, 20, 0x201, 0);
	expect(&b, b.size, 0, CPER_F_NONE, 0);
	expect(&b, b.size - 1, -GHES_EOVERFLOW, CPER_F_LENGTH, 12);
	free(b.bytes);
}

static void test_sum_that_wraps_in_32_bits_is_truncated(void **state)
{
	struct block b = block_new(20 + 64);

	(void)state;
	status_of(&b)->data_length = htole32(0xffffffff); /* Linux: 19 */
	expect(&b, UINT64_MAX, -GHES_ERANGE, CPER_F_TRUNCATED, 12);
	status_of(&b)->data_length = htole32(64);
	status_of(&b)->raw_data_offset = htole32(0x80000000);
	status_of(&b)->raw_data_length = htole32(0x80000054); /* Linux: 84, as if all were well */
	expect(&b, UINT64_MAX, -GHES_ERANGE, CPER_F_TRUNCATED, 8);
	free(b.bytes);
}

static void test_raw_data_must_lie_behind_the_entries(void **state)
{
	struct block b = block_new(20 + 64 + 16);

	(void)state;
	status_of(&b)->data_length = htole32(64);
	entry_set(&b, 20, 0x201, 0);
	status_of(&b)->raw_data_length = htole32(16);
	status_of(&b)->raw_data_offset = htole32(84);
	expect(&b, b.size, 0, CPER_F_NONE, 0);
	status_of(&b)->raw_data_offset = htole32(83);
	expect(&b, b.size, -GHES_EINVAL, CPER_F_RAW_OFFSET, 4);
	status_of(&b)->raw_data_offset = htole32(3); /* 19 in all */
	expect(&b, b.size, -GHES_ERANGE, CPER_F_TRUNCATED, 8);
	status_of(&b)->raw_data_offset = htole32(85);
	expect(&b, b.size, -GHES_EOVERFLOW, CPER_F_LENGTH, 8);
	free(b.bytes);
}

static void test_data_length_between_0_and_an_entry_header(void **state)
{
	struct block b = block_new(20 + 64);
	uint32_t i;

	(void)state;
	for (i = 1; i < 64; i++) {
		status_of(&b)->data_length = htole32(i);
		expect(&b, b.size, -GHES_EINVAL, CPER_F_DATA_LENGTH, 12);
	}
	free(b.bytes);
}

static void test_entry_that_leaves_the_block(void **state)
{
	struct block b = block_new(20 + 64 + 8 + 64 + 8);
	static const uint32_t lengths[] = {9, 0x7fffffff, 0xffffffbf, 0xffffffc0, 0xffffffff};
	size_t i;

	(void)state;
	entry_set(&b, 20, 0x201, 8);
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		entry_set(&b, 92, 0x201, lengths[i]);
		expect(&b, b.size, -GHES_EINVAL, CPER_F_ENTRY_LENGTH, 92 + 24);
		assert_int_equal(sections(&b), 1);
	}
	/* a length that is one short leaves a byte that is no entry */
	entry_set(&b, 92, 0x201, 7);
	expect(&b, b.size, -GHES_EINVAL, CPER_F_ENTRY_HEADER, (uint32_t)b.size - 1);
	assert_int_equal(sections(&b), 2);
	/* the longer header needs bytes that the shorter one leaves over */
	entry_set(&b, 92, 0x300, 1);
	expect(&b, b.size, -GHES_EINVAL, CPER_F_ENTRY_LENGTH, 92 + 24);
	free(b.bytes);
	b = block_new(20 + 71);
	entry_set(&b, 20, 0x300, 0);
	expect(&b, b.size, -GHES_EINVAL, CPER_F_ENTRY_HEADER, 20 + 20);
	assert_int_equal(sections(&b), 0);
	free(b.bytes);
}

/* Goal: no claim about lengths makes the walk or the check read outside. Method: all bytes of the
 * two entry headers take each of a few values, in a buffer of the exact size. */
static void test_every_byte_mutation_stays_inside(void **state)
{
	static const uint8_t values[] = {0, 1, 3, 0x3f, 0x40, 0x7f, 0x80, 0xff};
	struct block b = block_new(20 + 64 + 8 + 72 + 8);
	size_t i, v;

	(void)state;
	entry_set(&b, 20, 0x201, 8);
	entry_set(&b, 92, 0x300, 8);
	for (i = 4; i < b.size; i++) {
		for (v = 0; v < sizeof(values); v++) {
			uint8_t old = b.bytes[i];

			b.bytes[i] = values[v];
			if (!cper_estatus_check(status_of(&b), b.size, NULL))
				assert_in_range(sections(&b), 0, 2);
			if (!cper_estatus_check_header(status_of(&b), b.size, NULL))
				sections(&b);
			b.bytes[i] = old;
		}
	}
	assert_int_equal(sections(&b), 2);
	free(b.bytes);
}

static void test_memory_section_load_by_length(void **state)
{
	struct cper_sec_mem_err mem;
	uint8_t *bytes = malloc(73);

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 0, 73);
	bytes[1] = 0x40; /* error type valid */
	bytes[72] = 2;
	assert_int_equal(cper_mem_err_load(&mem, bytes, 72), -GHES_ERANGE);
	assert_int_equal(mem.error_type, 0);
	assert_int_equal(cper_mem_err_load(&mem, bytes, 73), 0);
	assert_int_equal(mem.error_type, 2);
	assert_int_equal(mem.mem_dev_handle, 0);
	bytes[2] = 2; /* module handle valid, but not there */
	assert_int_equal(cper_mem_err_load(&mem, bytes, 73), -GHES_EINVAL);
	assert_true(mem.validation_bits == 0);
	free(bytes);
}

static void test_section_types_are_distinct_and_found(void **state)
{
	const struct cper_section_type *type;

	(void)state;
	type = cper_section_type_find(&CPER_SEC_PLATFORM_MEM);
	assert_non_null(type);
	assert_string_equal(type->name, "Platform Memory");
	assert_int_equal(type->min_length, sizeof(struct cper_sec_mem_err_old));
	assert_ptr_equal(cper_section_type_find(&type->guid), type);
	assert_null(cper_section_type_find(&CPER_NOTIFY_CMC));
	assert_string_equal(cper_section_type_find(&CPER_SEC_PROC_IPF)->name, "IPF");
}

static void test_finding_text_is_bounded_and_filled_in(void **state)
{
	struct cper_finding f = {.fault = CPER_F_LENGTH, .value = 4180, .limit = 4096};
	char text[120], small[8];

	(void)state;
	cper_finding_text(&f, text, sizeof(text));
	assert_string_equal(text, "block length 4180 exceeds the 4096 bytes there are");
	assert_int_equal(cper_finding_text(&f, small, sizeof(small)), 7);
	assert_string_equal(small, "block l");
	assert_int_equal(cper_finding_text(&f, small, 0), 0);
	f = (struct cper_finding){.fault = CPER_F_FLAGS, .value = 0x300};
	cper_finding_text(&f, text, sizeof(text));
	assert_string_equal(text, "reserved flags 0x300 are set");
}

/* ---- the vectors of the data folder ---------------------------------------------------------- */

/* The next field of a CSV line, quotes taken off; NULL at the end. */
static char *csv_field(char **line)
{
	char *in = *line, *out = in, *start = in;
	int quoted = 0;

	if (!in)
		return NULL;
	for (; *in && (quoted || *in != ','); in++) {
		if (*in != '"')
			*out++ = *in;
		else if (quoted && in[1] == '"')
			*out++ = *in++;
		else
			quoted = !quoted;
	}
	*line = *in ? in + 1 : NULL;
	*out = '\0';
	return start;
}

/* What a reader of blocks makes of our answers, in the words of expected.csv */
static void verdict(const uint8_t *bytes, size_t len, uint64_t ebl, char *text, size_t size)
{
	const struct acpi_hest_generic_status *estatus = (const void *)bytes;
	const struct acpi_hest_generic_data *gdata;
	const char *const severities[] = {"recoverable", "panic", "corrected", "info"};
	struct cper_finding finding;
	int n = 0;

	if (!estatus->block_status)
		snprintf(text, size, "ENOENT(empty)");
	else if (cper_estatus_check_header(estatus, ebl, &finding))
		snprintf(text, size, "EIO %s",
			 finding.fault == CPER_F_TRUNCATED ? "truncated"
			 : finding.fault == CPER_F_LENGTH  ? "length"
							   : "header");
	else if (cper_estatus_check(estatus, len, &finding))
		snprintf(text, size, "EIO sections");
	else {
		apei_estatus_for_each_section (estatus, gdata)
			n++;
		snprintf(text, size, "OK %d sections, %s", n,
			 severities[le32toh(estatus->error_severity)]);
	}
}

static void test_vectors_have_the_expected_verdict(void **state)
{
	static const char accept_reject[] = "accept block, reject section";
	size_t csv_len, len;
	char *csv = (char *)data_read("ghes/expected.csv", &csv_len), *row, *rest;
	int rows = 0;

	(void)state;
	if (!csv)
		skip();
	csv[csv_len - 1] = '\0';
	row = strtok_r(csv, "\r\n", &rest);
	assert_string_equal(row, "file,bytes,error_block_length,linux_6_12_117_read_estatus,"
				 "our_library_must,why");
	while ((row = strtok_r(NULL, "\r\n", &rest))) {
		char path[256], got[64];
		const char *file = csv_field(&row), *bytes = csv_field(&row);
		uint64_t ebl = strtoull(csv_field(&row), NULL, 10);
		const char *must = (csv_field(&row), csv_field(&row));
		uint8_t *block;

		snprintf(path, sizeof(path), "ghes/%s", file);
		block = data_read(path, &len);
		assert_non_null(block);
		assert_int_equal(len, strtoull(bytes, NULL, 10));
		verdict(block, len, ebl, got, sizeof(got));
		if (!strncmp(must, accept_reject, strlen(accept_reject))) {
			const struct acpi_hest_generic_data *gdata = (void *)(block + 20);
			struct cper_sec_mem_err mem;

			must = "OK 1 sections, corrected";
			assert_false(cper_section_fits(gdata, sizeof(mem)));
			assert_int_equal(cper_mem_err_load(&mem, acpi_hest_get_payload(gdata),
							   acpi_hest_get_error_length(gdata)),
					 -GHES_ERANGE);
		}
		if (strcmp(got, must))
			fail_msg("%s: expected %s, got %s", file, must, got);
		free(block);
		rows++;
	}
	assert_in_range(rows, 70, 1000);
	free(csv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_section_is_accepted_in_both_revisions),
		cmocka_unit_test(test_block_without_entries_is_accepted),
		cmocka_unit_test(test_length_beyond_what_is_there),
		cmocka_unit_test(test_sum_that_wraps_in_32_bits_is_truncated),
		cmocka_unit_test(test_raw_data_must_lie_behind_the_entries),
		cmocka_unit_test(test_data_length_between_0_and_an_entry_header),
		cmocka_unit_test(test_entry_that_leaves_the_block),
		cmocka_unit_test(test_every_byte_mutation_stays_inside),
		cmocka_unit_test(test_memory_section_load_by_length),
		cmocka_unit_test(test_section_types_are_distinct_and_found),
		cmocka_unit_test(test_finding_text_is_bounded_and_filled_in),
		cmocka_unit_test(test_vectors_have_the_expected_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
