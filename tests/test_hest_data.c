// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of real machines, of QEMU, of iasl and self-made ones, against what the folder's own lists
 * say of them: the sources in MANIFEST.md, the quoted kernel texts in expected.csv, and the
 * verdicts below. Skips, by name, when the folder is not there.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include <ghes/errors.h>
#include <ghes/hest.h>

#include "hest_build.h"
#include "hest_collect.h"

#define LINE_MAX_BYTES 8192

static FILE *open_data(const char *name)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s", GHES_TEST_DATA, name);
	return fopen(path, "rb");
}

/* All of a file in a block of its exact size, and parsed; NULL if it is not there */
static void *parse_file(const char *name, struct hest_collect *c)
{
	static uint8_t bytes[65536];
	FILE *file = open_data(name);
	void *to_free = NULL;
	size_t size;

	if (!file)
		return NULL;
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	collect(c, hest_exact(bytes, size, &to_free), size);
	return to_free;
}

/* "t9#0(NMI,vec=0x2,ebl=0x1000,en=1,gas=64/0/4)", as the manifest has it */
static void describe(const struct hest_source *s, char *buf, size_t size)
{
	static const char *const notify[] = {"Polled", "External", "Local", "SCI", "NMI",  "CMCI",
					     "MCE",    "GPIO",	   "SEA",   "SEI", "GSIV", "SDEI"};
	const struct hest_generic_info *g = &s->generic;
	char number[8];

	snprintf(number, sizeof(number), "%u", g->notify.type);
	if (s->is_generic)
		snprintf(buf, size, "t%u#%u(%s,vec=0x%x,ebl=0x%x,en=%d,gas=%u/%u/%u)", s->type,
			 s->source_id, g->notify.type < 12 ? notify[g->notify.type] : number,
			 g->notify.vector, g->error_block_length, g->enabled,
			 g->error_status_address.bit_width, g->error_status_address.bit_offset,
			 g->error_status_address.access_size_code);
	else if (s->type == 2)
		snprintf(buf, size, "t%u#%u", s->type, s->source_id);
	else if (s->type == 6 || s->type == 7 || s->type == 8)
		snprintf(buf, size, "t%u#%u(flags=0x%x,en=%u)", s->type, s->source_id, s->bytes[6],
			 s->bytes[7]);
	else
		snprintf(buf, size, "t%u#%u(flags=0x%x,en=%u,banks=%u)", s->type, s->source_id,
			 s->bytes[6], s->bytes[7], s->bytes[s->type == 0 ? 32 : 44]);
}

/* Goal: our walk finds in each table what the manifest, made by another program, lists. */
static void sources_are_those_of_the_manifest(void **state)
{
	static struct hest_collect c;
	static char line[LINE_MAX_BYTES], expected[LINE_MAX_BYTES];
	FILE *manifest = open_data("MANIFEST.md");
	unsigned int tables = 0;

	(void)state;
	if (!manifest)
		skip();
	while (fgets(line, sizeof(line), manifest)) {
		char name[256];
		void *to_free;
		size_t used;

		if (sscanf(line, "| tables/%240[^ ]", name + 7) != 1 || !strstr(line, "HEST"))
			continue;
		memcpy(name, "tables/", 7);
		if (!strstr(name, "HEST"))
			continue;
		to_free = parse_file(name, &c);
		assert_non_null(to_free);
		used = (size_t)snprintf(expected, sizeof(expected),
					"rev1 n=%u:", c.table.source_count);
		for (unsigned int i = 0; i < c.sources; i++) {
			if (c.source[i].state == HEST_SOURCE_PARTIAL)
				continue;
			expected[used++] = ' ';
			describe(&c.source[i], expected + used, sizeof(expected) - used);
			used += strlen(expected + used);
		}
		if (!strstr(line, expected))
			fail_msg("%s: found %s, expected %s", name, expected, line);
		/* and no source more than that */
		used = (size_t)(strstr(line, expected) - line) + strlen(expected);
		used += strspn(line + used, " ");
		assert_true(line[used] == '|' || strncmp(line + used, "NOTE", 4) == 0);
		free(to_free);
		tables++;
	}
	fclose(manifest);
	assert_int_equal(tables, 41);
}

/* Is @text, in which "..." stands for anything, part of a finding or a Linux verdict? */
static bool somebody_says(const struct hest_collect *c, const char *text)
{
	const char *gap = strstr(text, "...");
	const size_t head = gap ? (size_t)(gap - text) : strlen(text);
	char first[256];

	snprintf(first, sizeof(first), "%.*s", (int)head, text);
	while (head > 0 && first[strlen(first) - 1] == ' ')
		first[strlen(first) - 1] = '\0';
	for (unsigned int i = 0; i < c->findings; i++) {
		const char *at = strstr(c->finding[i].text, first);

		/* ", disabled." follows the id directly */
		if (at && (!gap || strstr(at, gap + 3)))
			return true;
	}
	return false;
}

/* The findings of hest_parse() and those of each generic source for some Linux */
static void add_probe_findings(struct hest_collect *c)
{
	for (unsigned int i = 0; i < c->sources; i++)
		if (c->source[i].is_generic && c->source[i].state == HEST_SOURCE_OK)
			(void)ghes_check_generic(&c->source[i].generic,
						 /* NOLINTNEXTLINE(misc-redundant-expression) */
						 HEST_NOTIFY_LINUX_ARM64 | HEST_NOTIFY_LINUX_X86,
						 collect_finding, c);
}

/* Goal: each kernel message that expected.csv quotes is a message of ours. */
static void quoted_kernel_messages_are_ours(void **state)
{
	static struct hest_collect c;
	static char line[LINE_MAX_BYTES];
	FILE *csv = open_data("tables/synthetic/expected.csv");
	unsigned int quotes = 0;

	(void)state;
	if (!csv)
		skip();
	assert_non_null(fgets(line, sizeof(line), csv)); /* its head */
	while (fgets(line, sizeof(line), csv)) {
		char name[256] = "tables/synthetic/";
		char *at = line, *end;
		void *to_free;

		assert_int_equal(sscanf(line, "%200[^,]", name + 17), 1);
		to_free = parse_file(name, &c);
		assert_non_null(to_free);
		add_probe_findings(&c);
		/* A quote inside of a quoted field is doubled */
		while ((at = strstr(at, "\"\"")) && (end = strstr(at + 2, "\"\""))) {
			at += at[2] == '"' ? 3 : 2; /* it opens the field as well */
			*end = '\0';
			if (!somebody_says(&c, at))
				fail_msg("%s: nobody says \"%s\"", name, at);
			quotes++;
			at = end + 2;
		}
		free(to_free);
	}
	fclose(csv);
	assert_int_equal(quotes, 9);
}

/* Per source and architecture: A accepted, P never polled, i ignored, R refused, D table dropped */
static const struct {
	const char *file;
	int rc;
	const char *arm64;
	const char *x86;
} verdicts[] = {
	{"synthetic/HEST-all-notify-v1.bin", 0, "AARARRRAARAA", "AARAARRARRAR"},
	{"synthetic/HEST-all-notify-v2.bin", 0, "AARARRRAARAA", "AARAARRARRAR"},
	{"synthetic/HEST-all-types.bin", 0, "iiiiiiAAi", "iiiiiiARi"},
	{"synthetic/HEST-arm64-mix.bin", 0, "ARAAAAAA", "RRRRAAAA"},
	{"synthetic/HEST-bad-checksum.bin", 0, "A", "A"},
	{"synthetic/HEST-bad-count-huge.bin", -GHES_EOVERFLOW, "D", "D"},
	{"synthetic/HEST-bad-count-plus1.bin", -GHES_EOVERFLOW, "D", "D"},
	{"synthetic/HEST-bad-ebl-19.bin", 0, "R", "R"},
	{"synthetic/HEST-bad-hdrlen-4096.bin", -GHES_EOVERFLOW, "D", "D"},
	{"synthetic/HEST-bad-notify12.bin", 0, "R", "R"},
	{"synthetic/HEST-bad-trunc-2bytes.bin", -GHES_EOVERFLOW, "D", "D"},
	{"synthetic/HEST-bad-trunc-mid-source.bin", -GHES_EOVERFLOW, "D", "D"},
	{"synthetic/HEST-bad-type12.bin", -GHES_EINVAL, "", ""},
	{"synthetic/HEST-bad-type3.bin", -GHES_EINVAL, "", ""},
	{"synthetic/HEST-cmc-disabled.bin", 0, "iA", "DD"},
	{"synthetic/HEST-disabled-src.bin", 0, "iA", "iA"},
	{"synthetic/HEST-gas-acc5.bin", 0, "R", "R"},
	{"synthetic/HEST-gas-addr0.bin", 0, "R", "R"},
	{"synthetic/HEST-gas-space-io.bin", 0, "A", "A"},
	{"synthetic/HEST-gas-space-pci.bin", 0, "R", "R"},
	{"synthetic/HEST-gas-w32-acc1-aligned.bin", 0, "A", "A"},
	{"synthetic/HEST-gas-w64-acc1-aligned.bin", 0, "A", "A"},
	{"synthetic/HEST-gas-w64-acc1-unaligned.bin", 0, "R", "R"},
	/* apei_check_gar() takes it, acpi_os_map_generic_address() does not */
	{"synthetic/HEST-gas-width0.bin", 0, "R", "R"},
	{"synthetic/HEST-ghes-assist.bin", 0, "iiiiR", "iiiiA"},
	{"synthetic/HEST-poll0.bin", 0, "P", "P"},
	{"synthetic/HEST-sdei-vec0.bin", 0, "R", "R"},
	{"synthetic/HEST-zero-sources.bin", 0, "", ""},
	{"iasl-template/HEST.bin", 0, "iiii", "iiii"},
	{"qemu/HEST-virt-sea.bin", 0, "A", "R"},
	{"qemu/HEST-virt-sea-gpio-a.bin", 0, "AA", "RA"},
	{"qemu/HEST-virt-sea-gpio-b.bin", 0, "AA", "RA"},
	{"linuxhw/HEST-Dell-Latitude_5511-2ae88b.bin", 0, "RA", "AA"},
	{"linuxhw/HEST-Dell-Latitude_5521-ad4eda.bin", 0, "RA", "AA"},
	{"linuxhw/HEST-Dell-PowerEdge_R820-784493.bin", 0, "iiiRRRRAAAAAi", "iiiAAAAAAAAAi"},
	{"linuxhw/HEST-Dell-Precision_T3610-611b15.bin", 0, "RA", "AA"},
	{"linuxhw/HEST-Hewlett-Packard-ProLiant_DL165_G7-637e30.bin", 0, "RP", "AP"},
	{"linuxhw/HEST-Hewlett-Packard-ProLiant_DL360_G5-1b245d.bin", 0, "iii", "iii"},
	{"linuxhw/HEST-Supermicro-H8QG6-b138c0.bin", 0, "RA", "AA"},
	{"linuxhw/HEST-Supermicro-X7DB8-81afb8.bin", 0, "AA", "AA"},
	{"linuxhw/HEST-Supermicro-X8DTT-3544ad.bin", 0, "RP", "AP"},
};

static void linux_verdicts_are_as_expected(void **state)
{
	static struct hest_collect c;
	static const char letter[] = {
		[HEST_LINUX_ACCEPTED] = 'A',	  [HEST_LINUX_NEVER_POLLED] = 'P',
		[HEST_LINUX_IGNORED] = 'i',	  [HEST_LINUX_REFUSED] = 'R',
		[HEST_LINUX_TABLE_DROPPED] = 'D',
	};
	FILE *manifest = open_data("MANIFEST.md");

	(void)state;
	if (!manifest)
		skip();
	fclose(manifest);
	for (size_t n = 0; n < sizeof(verdicts) / sizeof(verdicts[0]); n++) {
		char name[256], found[HEST_LINUX_ARCHS][COLLECT_SOURCES + 1] = {{0}};
		struct hest_linux_verdict verdict;
		void *to_free;
		size_t used = 0;

		snprintf(name, sizeof(name), "tables/%s", verdicts[n].file);
		to_free = parse_file(name, &c);
		assert_non_null(to_free);
		assert_int_equal(c.rc, verdicts[n].rc);
		for (unsigned int i = 0; i < c.sources; i++) {
			if (c.source[i].state == HEST_SOURCE_PARTIAL)
				continue;
			for (int arch = 0; arch < HEST_LINUX_ARCHS; arch++) {
				hest_linux_verdict(&c.table, &c.source[i], arch, &verdict);
				found[arch][used] = letter[verdict.answer];
			}
			used++;
		}
		if (strcmp(found[HEST_LINUX_ARM64], verdicts[n].arm64) != 0 ||
		    strcmp(found[HEST_LINUX_X86], verdicts[n].x86) != 0)
			fail_msg("%s: arm64 %s, x86 %s", name, found[0], found[1]);
		free(to_free);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_are_those_of_the_manifest),
		cmocka_unit_test(quoted_kernel_messages_are_ours),
		cmocka_unit_test(linux_verdicts_are_as_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
