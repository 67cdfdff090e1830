// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-sim cper FILE: decode and check a status block or a full CPER record.
 *
 * Flow: the file -> libghes' decoder, or its log printer -> stdout; findings decide the exit.
 */
#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ghes/cper.h>

#include "input_file.h"
#include "report/safe_text.h"

/* GHES takes no block above 64 KiB, and no record store holds that much; a wrong file is larger. */
#define MAX_FILE (16u << 20)

enum output {
	OUTPUT_TEXT,
	OUTPUT_JSON,
	OUTPUT_DMESG,
};

struct options {
	const char *file;
	enum output output;
	uint64_t error_block_length; /* 0: not given */
	unsigned long source_id;
};

static const char usage[] =
	"usage: ghes-sim cper FILE [--format text|json|dmesg] [--error-block-length N]\n"
	"                          [--source-id N]\n"
	"Decode and check a GHES error status block or a full CPER record.\n"
	"\n"
	"  --format text    a line per field: offset, name, value (default)\n"
	"  --format json    the same as JSON, in the form of libcper's\n"
	"  --format dmesg   what Linux 6.12 logs for a status block, with <level>\n"
	"  --error-block-length N  of the HEST source: longer blocks are rejected\n"
	"  --source-id N    of the HEST source, for dmesg (default 0)\n"
	"\n"
	"exit: 0 well-formed, 1 breaks a rule that makes an operating system reject it\n"
	"or a part of it, 2 not such a file, or bad usage\n";

static int parse_number(const char *option, const char *text, uint64_t max, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (!errno && end != text && !*end && text[0] != '-' && *value <= max)
		return 0;
	fprintf(stderr, "ghes-sim cper: %s %s: not a number from 0 to %llu\n", option, text,
		(unsigned long long)max);
	return -1;
}

static int parse_format(const char *text, enum output *output)
{
	static const char *const names[] = {"text", "json", "dmesg"};
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(text, names[i])) {
			*output = (enum output)i;
			return 0;
		}
	}
	fprintf(stderr, "ghes-sim cper: --format %s: expected text, json or dmesg\n", text);
	return -1;
}

/* Return: 0; 1 after --help; -1 with a line on stderr. */
static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option longopts[] = {
		{"format", required_argument, NULL, 'f'},
		{"error-block-length", required_argument, NULL, 'l'},
		{"source-id", required_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	uint64_t number;
	int c;

	*options = (struct options){0};
	optind = 0; /* the dispatcher has been through argv before */
	while ((c = getopt_long(argc, argv, "f:h", longopts, NULL)) != -1) {
		switch (c) {
		case 'f':
			if (parse_format(optarg, &options->output))
				return -1;
			break;
		case 'l':
			if (parse_number("--error-block-length", optarg, UINT32_MAX,
					 &options->error_block_length))
				return -1;
			break;
		case 's':
			if (parse_number("--source-id", optarg, UINT16_MAX, &number))
				return -1;
			options->source_id = (unsigned long)number;
			break;
		case 'h':
			fputs(usage, stdout);
			return 1;
		default:
			return -1;
		}
	}
	if (optind != argc - 1) {
		fprintf(stderr, "ghes-sim cper: expected one FILE; see ghes-sim cper --help\n");
		return -1;
	}
	options->file = argv[optind];
	return 0;
}

static void write_stdout(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	fwrite(text, 1, len, stdout);
}

static void worst_finding(void *ctx, const struct cper_finding *finding)
{
	enum cper_fault_level *worst = ctx, level = cper_fault_level(finding->fault);

	if (level > *worst)
		*worst = level;
}

/* ---- what Linux logs ------------------------------------------------------------------------- */

static void log_line(void *ctx, int level, const char *text, size_t len)
{
	(void)ctx;
	printf("<%d>", level);
	print_safe(stdout, text, len);
	putchar('\n');
}

/* How Linux words its refusal of a block; NULL if it is silent about it */
static const char *refusal(const struct acpi_hest_generic_status *estatus, size_t len,
			   uint64_t limit)
{
	struct cper_finding finding;

	if (!estatus->block_status)
		return NULL;
	if (!cper_estatus_check_header(estatus, limit, &finding))
		return cper_estatus_check(estatus, len, &finding)
			       ? "Failed to read error status block!"
			       : NULL;
	if (finding.fault == CPER_F_TRUNCATED)
		return "Truncated error status block!";
	if (finding.fault == CPER_F_LENGTH)
		return "Invalid error status block length!";
	return "Invalid CPER header!";
}

static void print_dmesg(const struct options *options, const uint8_t *bytes, size_t len)
{
	static const char prefix[] = "{1}[Hardware Error]: ";
	const struct acpi_hest_generic_status *estatus = (const void *)bytes;
	const struct cper_log log = {.line = log_line};
	const char *words =
		refusal(estatus, len,
			options->error_block_length ? options->error_block_length : UINT64_MAX);
	uint32_t severity = le32toh(estatus->error_severity);
	int level;

	if (words) {
		printf("<%d>[Firmware Warn]: GHES: %s\n", CPER_LOGLEVEL_WARNING, words);
		return;
	}
	if (!estatus->block_status)
		return;
	if (severity == CPER_SEV_RECOVERABLE)
		level = CPER_LOGLEVEL_ERR;
	else if (severity == CPER_SEV_CORRECTED || severity == CPER_SEV_INFORMATIONAL)
		level = CPER_LOGLEVEL_WARNING;
	else
		level = CPER_LOGLEVEL_EMERG;
	printf("<%d>%sHardware error from APEI Generic Hardware Error Source: %lu\n", level, prefix,
	       options->source_id);
	cper_estatus_print(&log, level, prefix, estatus);
}

/*
 * A status block has no signature. What has both reserved status bits and a severity that does not
 * exist was never meant to be one: a program, a text, another table.
 */
static bool is_no_block(const uint8_t *bytes, size_t len)
{
	const uint32_t known = ACPI_HEST_UNCORRECTABLE | ACPI_HEST_CORRECTABLE |
			       ACPI_HEST_MULTIPLE_UNCORRECTABLE | ACPI_HEST_MULTIPLE_CORRECTABLE |
			       ACPI_HEST_ERROR_ENTRY_COUNT;
	struct acpi_hest_generic_status header;

	if (len < sizeof(header) || cper_is_record(bytes, len))
		return false;
	memcpy(&header, bytes, sizeof(header));
	return le32toh(header.block_status) & ~known &&
	       le32toh(header.error_severity) > CPER_SEV_INFORMATIONAL;
}

static int run(const struct options *options, const uint8_t *bytes, size_t len)
{
	const struct cper_out out = {.write = write_stdout};
	enum cper_fault_level worst = CPER_LEVEL_NOTE;
	bool record = cper_is_record(bytes, len);

	if (cper_lint(bytes, len, options->error_block_length, worst_finding, &worst)) {
		fprintf(stderr,
			"%s: %zu bytes, expected a status block of at least %zu or a CPER "
			"record of at least %zu\n",
			options->file, len, sizeof(struct acpi_hest_generic_status),
			sizeof(struct cper_record_header));
		return SIM_DECODE_NOT_ONE;
	}
	if (is_no_block(bytes, len)) {
		fprintf(stderr,
			"%s: reserved block status bits and an unknown severity, expected a status "
			"block or a CPER record\n",
			options->file);
		return SIM_DECODE_NOT_ONE;
	}
	if (record && options->output == OUTPUT_DMESG) {
		fprintf(stderr,
			"%s: a full CPER record, expected a status block: Linux logs no "
			"other\n",
			options->file);
		return SIM_DECODE_NOT_ONE;
	}
	if (options->output == OUTPUT_DMESG)
		print_dmesg(options, bytes, len);
	else
		cper_decode(bytes, len, options->error_block_length,
			    options->output == OUTPUT_JSON ? CPER_FORMAT_JSON : CPER_FORMAT_TEXT,
			    &out);
	return worst >= CPER_LEVEL_SECTION ? SIM_DECODE_REJECTED : SIM_DECODE_WELL_FORMED;
}

int cmd_cper(int argc, char **argv)
{
	struct options options;
	int status = parse_options(argc, argv, &options);
	uint8_t *bytes, *exact;
	size_t len;

	if (status)
		return status > 0 ? SIM_DECODE_WELL_FORMED : SIM_DECODE_NOT_ONE;
	bytes = sim_read_file(options.file, MAX_FILE, &len);
	if (!bytes)
		return SIM_DECODE_NOT_ONE;
	/* In no more memory than the file has, so that a checker sees any byte read behind it */
	exact = realloc(bytes, len ? len : 1);
	if (exact)
		bytes = exact;
	status = run(&options, bytes, len);
	free(bytes);
	return status;
}
