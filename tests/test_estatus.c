// SPDX-License-Identifier: GPL-2.0-only
/* One status block: hostile bytes, bytes that change meanwhile, memory that is not there. */
#include "core_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cper_data.h"

#define core_test(f) cmocka_unit_test_setup_teardown(f, fx_setup, fx_teardown)

static void one_source(struct core_fixture *fx)
{
	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(fx);
}

/* ---- sizes ------------------------------------------------------------------------------------- */

/* Goal (Z8): every length from the bare header to 64 KiB arrives whole, across pages. */
static void records_of_every_size_arrive_whole(void **state)
{
	static const uint32_t size[] = {0,    1,     100,   4096 - 84,	4096 - 83,
					5000, 16384, 40000, 65535 - 84, 65536 - 84};
	static const guid_t vendor = {{9}};
	struct core_fixture *fx = *state;

	one_source(fx);
	for (unsigned int i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		struct fx_record r;

		fx_record(&r, CPER_SEV_CORRECTED);
		fx_section(&r, &vendor, CPER_SEV_CORRECTED, 0, NULL, size[i]);
		fx_put(fx, 1, &r);
		assert_int_equal(fx_sdei(fx, 1), 0);
		fx_run_works(fx);
		assert_int_equal(fx_last(fx, FX_VENDOR)->b, size[i] + 64);
		assert_int_equal(fx_ack(fx, 1), 1);
	}
	assert_int_equal(fx_count(fx, FX_VENDOR), sizeof(size) / sizeof(size[0]));
}

/* Goal: the block may begin anywhere in a page, also where its header crosses into the next. */
static void a_header_across_pages_is_read(void **state)
{
	struct core_fixture *fx = *state;

	one_source(fx);
	for (uint64_t offset = 4096 - 24; offset < 4096 + 4; offset++) {
		uint64_t pointer = htole64(FX_BLOCK(2) + offset);
		struct fx_record r;

		fx_write(fx, FX_POINTER(1), &pointer, sizeof(pointer));
		fx_memory_record(&r, CPER_SEV_RECOVERABLE, offset);
		fx_write(fx, FX_BLOCK(2) + offset, r.bytes, r.len);
		assert_int_equal(fx_sdei(fx, 1), 0);
		fx_run_works(fx);
		assert_int_equal(fx_last(fx, FX_MEMORY_FAILURE)->a, offset);
	}
}

/* ---- headers -------------------------------------------------------------------------------------- */

struct bad_header {
	uint32_t raw_offset, raw_length, data_length;
	const char *text;
};

static void bad_headers_are_rejected_with_the_kernels_words(void **state)
{
	static const struct bad_header bad[] = {
		{0, 0, 65517, "Invalid error status block length!"},
		{0, 0, 0xffffffff, "Truncated error status block!"},
		{0, 0, 0xfffffff0, "Truncated error status block!"},
		{0xffffffff, 0xffffffff, 0, "Invalid error status block length!"},
		{65536, 1, 0, "Invalid error status block length!"},
		{0, 10, 0, "Truncated error status block!"},
		{0, 0, 1, "Invalid CPER header!"},
		{0, 0, 63, "Invalid CPER header!"},
		{20, 100, 64, "Invalid CPER header!"},
		{0, 0, 65, "Failed to read error status block!"},
	};
	struct core_fixture *fx = *state;

	one_source(fx);
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		unsigned int lines = fx->lines;
		struct fx_record r;
		uint64_t zero = 0;

		fx_write(fx, FX_ACK(1), &zero, sizeof(zero));
		fx_memory_record(&r, CPER_SEV_FATAL, 1); /* no panic for what is no record */
		put32(r.bytes + 4, bad[i].raw_offset);
		put32(r.bytes + 8, bad[i].raw_length);
		put32(r.bytes + 12, bad[i].data_length);
		fx_put(fx, 1, &r);
		assert_int_equal(fx_sdei(fx, 1), -GHES_EIO);
		assert_int_equal(fx->lines, lines + 1);
		assert_non_null(strstr(fx->line[lines], bad[i].text));
		assert_non_null(strstr(fx->line[lines], "[Firmware Warn]: GHES: "));
		assert_int_equal(fx_block_status(fx, 1), 0);
		assert_int_equal(fx_ack(fx, 1), 1);
	}
	assert_int_equal(fx_state(fx).records_rejected, sizeof(bad) / sizeof(bad[0]));
	assert_int_equal(fx_count(fx, FX_PANIC), 0);
}

/* Goal: a storm of bad blocks is told ten times in five seconds, and handled every time. */
static void a_storm_of_bad_blocks_is_told_ten_times(void **state)
{
	struct core_fixture *fx = *state;
	struct fx_record r;

	one_source(fx);
	fx_memory_record(&r, CPER_SEV_CORRECTED, 1);
	put32(r.bytes + 12, 5);
	for (unsigned int i = 0; i < 50; i++) {
		fx_put(fx, 1, &r);
		assert_int_equal(fx_sdei(fx, 1), -GHES_EIO);
	}
	assert_int_equal(fx_logged_times(fx, "Invalid CPER header!"), 10);
	fx->fake.clock += UINT64_C(5000000000);
	fx_put(fx, 1, &r);
	fx_sdei(fx, 1);
	assert_int_equal(fx_logged_times(fx, "Invalid CPER header!"), 11);
	assert_int_equal(fx_state(fx).records_rejected, 51);
}

/* Goal: error_block_length bounds what is read, also below 64 KiB. */
static void the_error_block_length_is_a_bound(void **state)
{
	struct core_fixture *fx = *state;
	struct fx_record r;

	put32(fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED) + 60, 164);
	fx_init(fx);
	fx_memory_record(&r, CPER_SEV_CORRECTED, 1);
	assert_int_equal(r.len, 164);
	fx_put(fx, 1, &r);
	assert_int_equal(fx_sdei(fx, 1), 0);
	put32(r.bytes + 12, 145);
	fx_put(fx, 1, &r);
	assert_int_equal(fx_sdei(fx, 1), -GHES_EIO);
	assert_true(fx_logged(fx, "Invalid error status block length!"));
}

/* ---- bytes that change meanwhile -------------------------------------------------------------------- */

static struct fx_record changed;
static unsigned int change_after; /* copies */

static void change(struct core_fixture *fx, uint64_t paddr, size_t n)
{
	(void)n;
	if (paddr - FX_BLOCK(1) < 65536 && change_after && --change_after == 0)
		fx_put(fx, 1, &changed);
}

/*
 * Goal: after the header was read, firmware replaces the record by one with other lengths and
 * severity. The core uses the header that it checked, and accepts or rejects as a whole.
 */
static void a_header_that_changes_is_read_once(void **state)
{
	static const uint32_t data_length[] = {0, 64, 144, 2000, 60000, 0xffffffff};
	struct core_fixture *fx = *state;

	one_source(fx);
	fx->on_copy = change;
	for (unsigned int i = 0; i < sizeof(data_length) / sizeof(data_length[0]); i++) {
		int rc;

		fx_memory_record(&changed, CPER_SEV_FATAL, 0x500 + i);
		put32(changed.bytes + 12, data_length[i]);
		put32(changed.bytes + 20 + 16, CPER_SEV_RECOVERABLE);
		fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 0x500 + i);
		change_after = 1;
		rc = fx_sdei(fx, 1);
		assert_int_equal(rc, 0);
		fx_run_works(fx);
		/* Recoverable, as checked; not fatal, as it said later */
		assert_int_equal(fx_last(fx, FX_MEM_ERROR)->a, GHES_SEV_RECOVERABLE);
		assert_int_equal(fx_last(fx, FX_MEMORY_FAILURE)->a, 0x500 + i);
	}
	assert_int_equal(fx_count(fx, FX_PANIC), 0);
}

/* Goal: the entry's length is torn: the copy is checked, so it is rejected, and acknowledged. */
static void a_body_that_changes_is_checked_as_copied(void **state)
{
	struct core_fixture *fx = *state;

	one_source(fx);
	fx->on_copy = change;
	fx_memory_record(&changed, CPER_SEV_RECOVERABLE, 1);
	put32(changed.bytes + 20 + 24, 0x7fffffff);
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 1);
	change_after = 1;
	assert_int_equal(fx_sdei(fx, 1), -GHES_EIO);
	assert_int_equal(fx_state(fx).records_rejected, 1);
	assert_int_equal(fx_ack(fx, 1), 1);
	assert_int_equal(fx_state(fx).pool_nodes, 0);
}

/* ---- addresses -------------------------------------------------------------------------------------------- */

static void addresses_that_cannot_be_mapped(void **state)
{
	static const uint64_t address[] = {1,
					   0x1000,
					   FX_PADDR - 1,
					   FX_PADDR + FX_MEMORY - 10,
					   FX_PADDR + FX_MEMORY,
					   UINT64_MAX,
					   UINT64_MAX - 19,
					   UINT64_MAX - 4095};
	struct core_fixture *fx = *state;

	one_source(fx);
	for (unsigned int i = 0; i < sizeof(address) / sizeof(address[0]); i++) {
		uint64_t pointer = htole64(address[i]);

		fx_write(fx, FX_POINTER(1), &pointer, sizeof(pointer));
		assert_int_equal(fx_sdei(fx, 1), -GHES_EIO);
	}
	assert_true(fx_logged(fx, "cannot be mapped"));
	/* No record was seen: nothing is acknowledged */
	assert_int_equal(fake_count(&fx->fake, GHES_TP_ACK), 0);
	assert_int_equal(fx_state(fx).records_read, 0);
}

/* Goal: the record begins in memory and claims to go on where there is none: rejected, told. */
static void a_body_that_leaves_memory_is_rejected(void **state)
{
	struct core_fixture *fx = *state;
	uint64_t at = FX_PADDR + FX_MEMORY - 100;
	uint64_t pointer = htole64(at);
	struct fx_record r;

	one_source(fx);
	fx_write(fx, FX_POINTER(1), &pointer, sizeof(pointer));
	fx_memory_record(&r, CPER_SEV_RECOVERABLE, 1);
	fx_write(fx, at, r.bytes, 100);
	assert_int_equal(fx_sdei(fx, 1), -GHES_EIO);
	assert_int_equal(fx_state(fx).records_rejected, 1);
	assert_int_equal(fx_ack(fx, 1), 1);
	assert_int_equal(fx_sdei(fx, 1), -GHES_ENOENT);
}

static void an_address_register_that_cannot_be_read(void **state)
{
	struct core_fixture *fx = *state;

	fx->no_lasting_map = true;
	one_source(fx);
	fx->bad_register = FX_POINTER(1);
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 1);
	assert_int_equal(fx_sdei(fx, 1), -GHES_EIO);
	assert_true(fx_logged(fx,
			      "[Firmware Warn]: GHES: Failed to read error status block address "
			      "for hardware error source: 1."));
	assert_int_equal(fake_count(&fx->fake, GHES_TP_ACK), 0);
	assert_int_not_equal(fx_block_status(fx, 1), 0);
	fx->bad_register = 0;
	assert_int_equal(fx_sdei(fx, 1), 0);
}

/* ---- acknowledgement --------------------------------------------------------------------------------------- */

/* Goal: new = (old & preserve << offset) | write << offset, and clear comes before it (Z12). */
static void the_acknowledgement_preserves_and_shifts(void **state)
{
	struct core_fixture *fx = *state;
	uint64_t before = htole64(0xfedcba9876543210);
	uint8_t *at = fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);

	put_gas(at + 64, 0, 32, 8, 4, FX_ACK(1));
	put64(at + 76, 0xf0);
	put64(at + 84, 0x05);
	fx_init(fx);
	fx_write(fx, FX_ACK(1), &before, sizeof(before));
	fx_put_memory(fx, 1, CPER_SEV_CORRECTED, 1);
	assert_int_equal(fx_sdei(fx, 1), 0);
	assert_int_equal(fx_ack(fx, 1), (0xfedcba9876543210 & 0xf000) | 0x500);
	for (unsigned int i = 0; i < fx->fake.traces; i++) {
		if (fx->fake.trace[i].tp == GHES_TP_ACK)
			break;
		assert_true(i + 1 < fx->fake.traces);
		if (fx->fake.trace[i].tp == GHES_TP_CLEAR)
			return;
	}
	fail();
}

static void an_acknowledge_register_that_cannot_be_read_is_not_written(void **state)
{
	struct core_fixture *fx = *state;

	one_source(fx);
	fx->bad_register = FX_ACK(1);
	fx_put_memory(fx, 1, CPER_SEV_CORRECTED, 1);
	assert_int_equal(fx_sdei(fx, 1), 0);
	assert_int_equal(fx_block_status(fx, 1), 0);
	assert_int_equal(fx_ack(fx, 1), 0);
	assert_int_equal(fx_count(fx, FX_MEM_ERROR), 1);
}

/* ---- the vectors ---------------------------------------------------------------------------- */

/* The n-th field of a line of the list, where quotes protect commas */
static void field(const char *line, unsigned int n, char *out, size_t size)
{
	bool quoted = false;
	size_t len = 0;

	for (; *line && *line != '\n' && *line != '\r'; line++) {
		if (*line == '"')
			quoted = !quoted;
		else if (*line == ',' && !quoted)
			n--;
		else if (n == 0 && len + 1 < size)
			out[len++] = *line;
	}
	out[len] = '\0';
}

static int verdict_of(const char *text)
{
	if (strncmp(text, "OK", 2) == 0 || strncmp(text, "accept", 6) == 0)
		return 0;
	if (strncmp(text, "ENOENT", 6) == 0)
		return -GHES_ENOENT;
	return -GHES_EIO;
}

/* One vector by a source with its error_block_length; @line is of expected.csv */
static void one_vector(struct core_fixture *fx, const char *line)
{
	char name[64], path[80], length[16], expected[128];
	uint8_t *bytes, *at;
	size_t size;
	int rc;

	field(line, 0, name, sizeof(name));
	field(line, 2, length, sizeof(length));
	field(line, 4, expected, sizeof(expected));
	snprintf(path, sizeof(path), "ghes/%s", name);
	bytes = data_read(path, &size);
	assert_non_null(bytes);

	hest_begin(&fx->hest);
	at = fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_EXTERNAL);
	put32(at + 60, (uint32_t)strtoul(length, NULL, 0));
	put_notify(at + 32, ACPI_HEST_NOTIFY_EXTERNAL, 0, 1);
	hest_finish(&fx->hest);
	assert_int_equal(fx->ops->create(&fx->fake.platform, &fx->core), 0);
	fx_init(fx);
	memset(fx->memory + (FX_BLOCK(1) - FX_PADDR), 0xa5, 0x20000);
	fx_write(fx, FX_BLOCK(1), bytes, size);
	rc = fx_irq(fx, 1);
	if (rc == -GHES_EPERM) /* a good one, and fatal */
		rc = 0;
	if (rc != verdict_of(expected))
		print_error("%s: %d, expected %s\n", name, rc, expected);
	assert_int_equal(rc, verdict_of(expected));
	assert_int_equal(fx_block_status(fx, 1), 0);
	fx_run_works(fx);
	fx->ops->destroy(fx->core);
	fx->calls = fx->lines = fx->fake.traces = 0;
	free(bytes);
}

/* Goal: each vector of the data folder has the verdict of its list, and ends clear either way. */
static void every_vector_has_its_verdict(void **state)
{
	struct core_fixture *fx = *state;
	size_t size;
	uint8_t *list = data_read("ghes/expected.csv", &size);
	unsigned int vectors = 0;
	char *text, *line;

	if (!list)
		skip();
	text = calloc(1, size + 1);
	assert_non_null(text);
	memcpy(text, list, size);
	free(list);
	fx->ops->destroy(fx->core);
	for (line = strchr(text, '\n'); line && line[1]; line = strchr(line + 1, '\n'))
		one_vector(fx, line + 1), vectors++;
	assert_true(vectors > 50);
	free(text);
	assert_int_equal(fx->ops->create(&fx->fake.platform, &fx->core), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		core_test(records_of_every_size_arrive_whole),
		core_test(a_header_across_pages_is_read),
		core_test(bad_headers_are_rejected_with_the_kernels_words),
		core_test(a_storm_of_bad_blocks_is_told_ten_times),
		core_test(the_error_block_length_is_a_bound),
		core_test(a_header_that_changes_is_read_once),
		core_test(a_body_that_changes_is_checked_as_copied),
		core_test(addresses_that_cannot_be_mapped),
		core_test(a_body_that_leaves_memory_is_rejected),
		core_test(an_address_register_that_cannot_be_read),
		core_test(the_acknowledgement_preserves_and_shifts),
		core_test(an_acknowledge_register_that_cannot_be_read_is_not_written),
		core_test(every_vector_has_its_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
