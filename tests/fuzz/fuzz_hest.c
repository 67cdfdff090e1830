// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a HEST, and as acpidump text. Beyond "it does not crash":
 * - each source lies inside the table, in order, without overlap;
 * - the answer is that of the first finding which has one;
 * - counts told before the sources agree with the sources told;
 * - what was accepted keeps the invariants that its header promises;
 * - any bytes, printed as acpidump does, come back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <ghes/errors.h>
#include <ghes/hest.h>
#include <ghes/hest_text.h>

#include "fuzz.h"
#include "hest_build.h"
#include "hest_dump.h"

#define SMALLEST_SOURCE 20 /* IA-32 NMI */
#define DUMP_BYTES	1024

struct seen {
	size_t size;
	bool table;
	struct hest_table_info info;
	uint32_t offset; /* where the next source has to start */
	uint32_t whole;
	uint32_t generics;
	int err;
};

static void on_table(void *ctx, const struct hest_table_info *info)
{
	struct seen *seen = ctx;

	FUZZ_CHECK(!seen->table);
	FUZZ_CHECK(info->size <= seen->size && info->size <= info->length);
	FUZZ_CHECK(info->sources <= info->source_count);
	FUZZ_CHECK(info->sources <= info->size / SMALLEST_SOURCE);
	seen->table = true;
	seen->info = *info;
	seen->offset = sizeof(struct acpi_table_hest);
}

static void on_finding(void *ctx, const struct hest_finding *finding)
{
	struct seen *seen = ctx;

	FUZZ_CHECK(seen->table);
	FUZZ_CHECK(finding->offset <= seen->size);
	FUZZ_CHECK(finding->text[0] && strlen(finding->text) < HEST_FINDING_TEXT - 1);
	FUZZ_CHECK(!strchr(finding->text, '\n'));
	if (seen->err == 0)
		seen->err = finding->err;
}

/* ghes_check_generic() refuses or keeps the promises of struct apei_gar and estatus_length */
static void check_generic(const struct hest_generic_info *info)
{
	const struct apei_gar *gar = &info->error_status_address;
	const int rc = ghes_check_generic(info, UINT32_MAX, NULL, NULL);

	FUZZ_CHECK(rc <= 0 && (rc == -GHES_ENODEV) == !info->enabled);
	if (rc)
		return;
	FUZZ_CHECK(gar->address != 0);
	FUZZ_CHECK(gar->space_id == ACPI_ADR_SPACE_SYSTEM_IO ||
		   (gar->space_id == ACPI_ADR_SPACE_SYSTEM_MEMORY && gar->bit_width > 0));
	FUZZ_CHECK(gar->bit_width + gar->bit_offset <= gar->access_bit_width);
	FUZZ_CHECK(info->estatus_length >= sizeof(struct acpi_hest_generic_status));
	FUZZ_CHECK(info->estatus_length <= GHES_ESTATUS_MAX_SIZE);
	FUZZ_CHECK(info->notify.type < ACPI_HEST_NOTIFY_RESERVED);
	if (info->v2)
		(void)apei_gar_update(&info->read_ack_register, UINT64_MAX, info->read_ack_preserve,
				      info->read_ack_write);
}

static int on_source(void *ctx, const struct hest_source *source)
{
	struct hest_linux_verdict verdict;
	struct seen *seen = ctx;

	FUZZ_CHECK(source->offset == seen->offset);
	FUZZ_CHECK((uint64_t)source->offset + source->available <= seen->info.size);
	FUZZ_CHECK(source->index == seen->whole);
	for (uint32_t i = 0; i < source->available; i++)
		*(volatile const uint8_t *)&source->bytes[i]; /* ASan: all of it is there */
	if (source->state == HEST_SOURCE_PARTIAL) {
		FUZZ_CHECK(source->available < source->length);
		return 0;
	}
	FUZZ_CHECK(source->available == source->length);
	seen->offset += source->length;
	seen->whole++;
	seen->generics += source->is_generic;
	for (int arch = 0; arch < HEST_LINUX_ARCHS; arch++)
		hest_linux_verdict(&seen->info, source, arch, &verdict);
	if (source->is_generic)
		check_generic(&source->generic);
	return 0;
}

static void parse(const uint8_t *data, size_t size)
{
	static const struct hest_visitor visitor = {on_table, on_source, on_finding};
	static struct hest_scratch scratch;
	struct seen seen = {.size = size};
	void *to_free;
	const uint8_t *exact = hest_exact(data, size, &to_free);
	const int rc = hest_parse(exact, size, &scratch, &visitor, &seen);

	FUZZ_CHECK(rc == (seen.table ? seen.err : -GHES_ENOENT));
	FUZZ_CHECK(seen.whole == seen.info.sources && seen.generics == seen.info.generics);
	free(to_free);
}

static void extract(const uint8_t *data, size_t size)
{
	static uint8_t out[HEST_DUMP_MAX];
	struct hest_text_error error = {0};
	size_t out_size = sizeof(out);
	void *to_free;
	const uint8_t *exact = hest_exact(data, size, &to_free);
	const int rc = hest_text_extract(exact, size, "HEST", 0, out, &out_size, &error);

	(void)hest_text_sniff(exact, size);
	FUZZ_CHECK(rc == 0 ? out_size <= size / 2 : error.text[0] != '\0');
	free(to_free);
}

static void round_trip(const uint8_t *data, size_t size)
{
	static char text[HEST_DUMP_MAX];
	uint8_t out[DUMP_BYTES];
	size_t out_size = sizeof(out);

	if (size == 0 || size > DUMP_BYTES)
		return;
	text[0] = '\0';
	hest_dump(text, "HEST", data, size, "\n");
	FUZZ_CHECK(hest_text_extract(text, strlen(text), "HEST", 0, out, &out_size, NULL) == 0);
	FUZZ_CHECK(out_size == size && memcmp(out, data, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parse(data, size);
	extract(data, size);
	round_trip(data, size);
	return 0;
}

static size_t seed_text(uint8_t *buf, const struct hest_build *b)
{
	buf[0] = '\0';
	hest_dump((char *)buf, "HEST", b->bytes, b->size, "\r\n");
	return strlen((char *)buf);
}

/* Good tables of each kind, from which mutation finds the bad ones */
size_t fuzz_seed(unsigned int n, uint8_t *buf, size_t size)
{
	static struct hest_build b;

	(void)size; /* FUZZ_SEED_MAX holds any of these */
	hest_begin(&b);
	switch (n) {
	case 0:
		hest_all_types(&b);
		break;
	case 1:
	case 2:
		for (uint8_t type = 0; type < 12; type++)
			(n == 1 ? hest_add_ghes : hest_add_ghes_v2)(&b, type, type);
		break;
	case 3: /* an assisted machine check source and a duplicate */
		hest_add_mc(&b, 1, 1, 22)[6] = 4;
		put16(hest_add_ghes(&b, 2, 3) + 4, 1);
		hest_add_ghes(&b, 3, 4);
		hest_add_ghes_v2(&b, 3, 8);
		break;
	case 4:
		hest_all_types(&b);
		return seed_text(buf, &b);
	default:
		return 0;
	}
	hest_finish(&b);
	memcpy(buf, b.bytes, b.size);
	return b.size;
}
