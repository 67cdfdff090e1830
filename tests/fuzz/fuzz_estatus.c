// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as an error status block. Beyond "it does not crash":
 * - checks agree with a second, naive reading of the rules;
 * - after an accepted header the walk over entries stays inside; after an accepted block it also
 *   visits all of the data;
 * - what Linux would log comes in lines that are short, terminated and begin with the prefix;
 * - lint rejects what the checks reject, and nothing else.
 */
#include <string.h>

#include "cper_build.h"
#include "cper_shape.h"
#include "fuzz.h"

static const char prefix[] = "{1}[Hardware Error]: ";
static const char warning[] = "[Firmware Warn]: ";

static uint64_t u32(const uint8_t *at)
{
	return at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24;
}

/* The rules once more, from the table of the specification and not from the library */
static bool header_is_fine(const uint8_t *b, uint64_t avail)
{
	uint64_t raw_offset = u32(b + 4), raw_length = u32(b + 8), data = u32(b + 12);
	uint64_t len = raw_length ? raw_offset + raw_length : 20 + data;

	return len >= 20 && len <= 0xffffffff && len <= avail && (data == 0 || data >= 64) &&
	       (raw_length == 0 || raw_offset >= 20 + data);
}

static bool entries_are_fine(const uint8_t *b)
{
	uint64_t at = 20, end = 20 + u32(b + 12);

	while (at < end) {
		uint64_t header = 64;

		if (end - at < 64)
			return false;
		if (b[at + 21] >= 3)
			header = 72;
		if (end - at < header || end - at - header < u32(b + at + 24))
			return false;
		at += header + u32(b + at + 24);
	}
	return true;
}

static uint64_t walk(const uint8_t *b, size_t size)
{
	const struct acpi_hest_generic_status *estatus = (const void *)b;
	const struct acpi_hest_generic_data *gdata;
	uint64_t sum = 0;

	apei_estatus_for_each_section (estatus, gdata) {
		const uint8_t *at = (const uint8_t *)gdata;

		FUZZ_CHECK(at == b + 20 + sum);
		FUZZ_CHECK(acpi_hest_get_record_size(gdata) <= size - 20 - sum);
		FUZZ_CHECK((const uint8_t *)acpi_hest_get_payload(gdata) +
				   acpi_hest_get_error_length(gdata) <=
			   b + size);
		sum += acpi_hest_get_record_size(gdata);
	}
	return sum;
}

static void on_line(void *ctx, int level, const char *text, size_t len)
{
	size_t *lines = ctx;

	FUZZ_CHECK(level >= 0 && level <= 7);
	FUZZ_CHECK(len > 0 && len < 400 && text[len] == '\0');
	FUZZ_CHECK(!strncmp(text, prefix, sizeof(prefix) - 1) ||
		   (level == CPER_LOGLEVEL_ERR && !strncmp(text, warning, sizeof(warning) - 1)));
	(*lines)++;
}

static void print(const uint8_t *b, size_t size)
{
	size_t lines = 0;
	const struct cper_log log = {.line = on_line, .ctx = &lines};

	cper_estatus_print(&log, 4, prefix, (const void *)b);
	FUZZ_CHECK(lines >= 1 && lines <= 16 + size / 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct acpi_hest_generic_status *estatus;
	bool header, whole;
	uint8_t *bytes = malloc(size ? size : 1);

	if (!bytes)
		return 0;
	if (size)
		memcpy(bytes, data, size);
	estatus = (const void *)bytes;
	if (size >= sizeof(*estatus) && !cper_is_record(bytes, size)) {
		header = !cper_estatus_check_header(estatus, size, NULL);
		whole = !cper_estatus_check(estatus, size, NULL);
		FUZZ_CHECK(header == header_is_fine(bytes, size));
		FUZZ_CHECK(whole == (header && entries_are_fine(bytes)));
		if (header)
			FUZZ_CHECK((walk(bytes, size) == u32(bytes + 12)) == whole);
		if (whole)
			print(bytes, size);
		FUZZ_CHECK((cper_shape_check(bytes, size, 0) == CPER_LEVEL_REJECT) == !whole);
	}
	free(bytes);
	return 0;
}

size_t fuzz_seed(unsigned int n, uint8_t *buf, size_t size)
{
	static uint8_t payload[CPER_BUILD_MAX];
	const guid_t *type = cper_build_type(n *= 2); /* fuzz_cper starts from the others too */

	FUZZ_CHECK(size >= 200 + CPER_BUILD_MAX);
	if (!type)
		return 0;
	return cper_build_estatus(buf, type, n & 2, payload, cper_build_payload(n, payload));
}
