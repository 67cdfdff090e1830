// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-sim hest: decode and check a HEST.
 *
 * Flow: file -> (acpidump text -> bytes) -> hest_parse() -> each source and finding to a sink; for
 * a generic source that stands for itself also the questions of ghes_check_generic().
 */
#include "cli.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ghes/errors.h>
#include <ghes/hest_text.h>

#include "hest_show.h"
#include "input_file.h"

/* No HEST comes near: 65536 sources of the largest kind are 470 MB, but no firmware has those */
#define FILE_MAX (64u << 20)

struct show {
	struct hest_sink *sink;
	struct hest_table_info table;
	struct hest_totals totals;
};

static void on_finding(void *ctx, const struct hest_finding *finding)
{
	struct show *show = ctx;

	if (finding->severity == HEST_ERROR)
		show->totals.errors++;
	else
		show->totals.warnings++;
	show->sink->finding(show->sink, finding);
}

static void on_table(void *ctx, const struct hest_table_info *table)
{
	struct show *show = ctx;

	show->table = *table;
	show->sink->table(show->sink, table);
}

static int on_source(void *ctx, const struct hest_source *source)
{
	struct show *show = ctx;
	struct hest_linux_verdict verdict;

	show->sink->source(show->sink, source);
	if (source->state == HEST_SOURCE_PARTIAL)
		return 0;
	for (int arch = 0; arch < HEST_LINUX_ARCHS; arch++) {
		hest_linux_verdict(&show->table, source, arch, &verdict);
		show->sink->linux_says(show->sink, arch, &verdict);
	}
	/*
	 * A table does not say for which architecture it is: a notification type is held against
	 * it only when no Linux takes it.
	 */
	if (source->is_generic && source->state == HEST_SOURCE_OK)
		(void)ghes_check_generic(&source->generic,
					 /* NOLINTNEXTLINE(misc-redundant-expression): overlap */
					 HEST_NOTIFY_LINUX_ARM64 | HEST_NOTIFY_LINUX_X86,
					 on_finding, show);
	return 0;
}

static int show_table(struct hest_sink *sink, const struct hest_origin *origin)
{
	static const struct hest_visitor visitor = {on_table, on_source, on_finding};
	static struct hest_scratch scratch;
	struct show show = {.sink = sink};

	if (origin->size < sizeof(struct acpi_table_header)) {
		fprintf(stderr,
			"%s: %zu bytes are no ACPI table, expected a HEST (36 bytes or more) or "
			"acpidump text\n",
			origin->file, origin->size);
		return SIM_DECODE_NOT_ONE;
	}
	if (memcmp(origin->bytes, ACPI_SIG_HEST, 4) != 0) {
		fprintf(stderr,
			"%s: signature is %02x %02x %02x %02x, expected \"HEST\" or acpidump text\n",
			origin->file, origin->bytes[0], origin->bytes[1], origin->bytes[2],
			origin->bytes[3]);
		return SIM_DECODE_NOT_ONE;
	}
	sink->begin(sink, stdout, origin);
	(void)hest_parse(origin->bytes, origin->size, &scratch, &visitor, &show);
	sink->end(sink, &show.totals);
	return show.totals.errors ? SIM_DECODE_REJECTED : SIM_DECODE_WELL_FORMED;
}

/* Each HEST of a dump in turn; there should be one */
static int show_dump(struct hest_sink *sink, const char *file, const uint8_t *text, size_t size)
{
	struct hest_origin origin = {.file = file, .form = "acpidump"};
	struct hest_text_error error;
	uint8_t *bytes = malloc(size);
	unsigned int shown = 0;
	int rc, worst = SIM_DECODE_WELL_FORMED;

	if (!bytes) {
		fprintf(stderr, "%s: out of memory\n", file);
		return SIM_DECODE_NOT_ONE;
	}
	origin.bytes = bytes;
	for (;; shown++) {
		origin.size = size;
		rc = hest_text_extract(text, size, ACPI_SIG_HEST, shown, bytes, &origin.size,
				       &error);
		if (rc)
			break;
		rc = show_table(sink, &origin);
		worst = rc > worst ? rc : worst;
	}
	free(bytes);
	if (rc == -GHES_ENOENT && shown > 0)
		return worst;
	if (error.line)
		fprintf(stderr, "%s:%zu: %s\n", file, error.line, error.text);
	else
		fprintf(stderr, "%s: %s\n", file, error.text);
	return SIM_DECODE_NOT_ONE;
}

static int show_file(struct hest_sink *sink, const char *file)
{
	struct hest_origin origin = {.file = file, .form = "binary"};
	uint8_t *data = sim_read_file(file, FILE_MAX, &origin.size);
	int rc;

	if (!data)
		return SIM_DECODE_NOT_ONE;
	origin.bytes = data;
	if (hest_text_sniff(data, origin.size))
		rc = show_dump(sink, file, data, origin.size);
	else
		rc = show_table(sink, &origin);
	free(data);
	return rc;
}

static int usage(const char *what, const char *argument)
{
	fprintf(stderr,
		"ghes-sim hest: %s%s%s, expected: ghes-sim hest FILE [--format text|json]\n", what,
		argument ? " " : "", argument ? argument : "");
	return SIM_DECODE_NOT_ONE;
}

static int help(void)
{
	fputs("usage: ghes-sim hest FILE [--format text|json]\n"
	      "\n"
	      "Decode and check an ACPI HEST: binary, or text from acpidump; \"-\" is standard\n"
	      "input. Shows each field with its offset, what Linux (arm64, x86) does with each\n"
	      "source, and each rule that is broken.\n"
	      "\n"
	      "  --format text|json   text (default), or one JSON object per table and line\n"
	      "\n"
	      "Exit status: 0 well-formed, perhaps with warnings; 1 an operating system\n"
	      "rejects the table or part of it; 2 not a HEST, or bad usage.\n"
	      "A pass says nothing about what is behind the addresses in the table.\n",
	      stdout);
	return 0;
}

/* 0 and *@sink, or an exit status */
static int choose_sink(const char *format, struct hest_sink **sink)
{
	if (format && strcmp(format, "text") == 0)
		*sink = hest_text_sink();
	else if (format && strcmp(format, "json") == 0)
		*sink = hest_json_sink();
	else
		return usage(format ? "unknown format" : "--format without a format", format);
	return 0;
}

int cmd_hest(int argc, char **argv)
{
	struct hest_sink *sink = hest_text_sink();
	const char *file = NULL;
	bool options = true;
	int rc;

	for (int i = 1; i < argc; i++) {
		if (!options || argv[i][0] != '-' || argv[i][1] == '\0') {
			if (file)
				return usage("more than one FILE:", argv[i]);
			file = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			options = false;
		} else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			return help();
		} else if (strcmp(argv[i], "--format") == 0 ||
			   strncmp(argv[i], "--format=", 9) == 0) {
			rc = choose_sink(argv[i][8] ? argv[i] + 9 : argv[++i], &sink);
			if (rc)
				return rc;
		} else {
			return usage("unknown option", argv[i]);
		}
	}
	if (!file)
		return usage("no FILE", NULL);
	return show_file(sink, file);
}
