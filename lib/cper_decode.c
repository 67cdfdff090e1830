// SPDX-License-Identifier: GPL-2.0-only
/*
 * The public decodes: records and status blocks as text, as JSON, or as findings only.
 *
 * JSON has the form of libcper's: header, sectionDescriptors, sections; and findings.
 */
#include "cper_field.h"

bool cper_is_record(const void *bytes, size_t len)
{
	return len >= CPER_SIG_SIZE && !memcmp(bytes, CPER_SIG_RECORD, CPER_SIG_SIZE);
}

static void walk_any(struct cper_walk *w, size_t len, uint64_t limit)
{
	if (cper_is_record(w->start, len))
		cper_walk_record(w, len);
	else
		cper_walk_estatus(w, len, limit ? limit : UINT64_MAX);
}

/* What is too short for its header is not looked at; otherwise all 128 or 20 bytes are there. */
static int check_size(const void *bytes, size_t len)
{
	if (len < (cper_is_record(bytes, len) ? sizeof(struct cper_record_header)
					      : sizeof(struct acpi_hest_generic_status)))
		return -GHES_ERANGE;
	return len > UINT32_MAX ? -GHES_EOVERFLOW : 0;
}

int cper_lint(const void *bytes, size_t len, uint64_t error_block_length,
	      void (*report)(void *ctx, const struct cper_finding *finding), void *ctx)
{
	struct cper_walk w = {.start = bytes, .report = report, .report_ctx = ctx};
	int err = check_size(bytes, len);

	if (!err)
		walk_any(&w, len, error_block_length);
	return err;
}

static const char *const level_names[] = {
	[CPER_LEVEL_NOTE] = "note",
	[CPER_LEVEL_WARN] = "warning",
	[CPER_LEVEL_SECTION] = "section rejected",
	[CPER_LEVEL_REJECT] = "rejected",
};

static const struct cper_field finding_fields[] = {
	{"Offset", "offset", 0, 4, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Level", "level", 0, 0, CPER_ALWAYS, CPER_CHOICE, 0, 0, NULL},
	{"Text", "text", 0, 0, CPER_ALWAYS, CPER_ASCII, 0, 0, NULL},
};

/* One object of the JSON's last member */
static void json_finding(void *ctx, const struct cper_finding *finding)
{
	struct cper_emit *e = ctx;
	char text[120];
	const struct cper_value values[] = {
		{.field = &finding_fields[0], .number = finding->offset},
		{.field = &finding_fields[1],
		 .text = level_names[cper_fault_level(finding->fault)]},
		{.field = &finding_fields[2],
		 .bytes = (const uint8_t *)text,
		 .len = cper_finding_text(finding, text, sizeof(text))},
	};
	size_t i;

	e->ops->open(e, NULL, NULL, 0, '{', 0);
	for (i = 0; i < ARRAY_SIZE(values); i++)
		e->ops->value(e, &values[i]);
	e->ops->close(e, '}');
}

/* One line after the text */
static void text_finding(void *ctx, const struct cper_finding *finding)
{
	const struct cper_out *out = ctx;
	char words[120], buf[200];
	struct cper_text text;

	cper_finding_text(finding, words, sizeof(words));
	cper_text_init(&text, buf, sizeof(buf));
	cper_text_fmt(&text, "0x%04x  %s: %s\n", finding->offset,
		      level_names[cper_fault_level(finding->fault)], words);
	out->write(out->ctx, text.buf, text.len);
}

static void decode_json(const void *bytes, size_t len, uint64_t limit, const struct cper_out *out)
{
	struct cper_emit e;
	struct cper_walk w = {.emit = &e, .start = bytes};

	cper_emit_json_init(&e, out);
	cper_walk_open(&w, NULL, NULL, bytes, '{');
	walk_any(&w, len, limit);
	cper_walk_open(&w, NULL, "findings", bytes, '[');
	cper_lint(bytes, len, limit, json_finding, &e);
	cper_walk_close(&w, ']');
	cper_walk_close(&w, '}');
}

static void decode_text(const void *bytes, size_t len, uint64_t limit, const struct cper_out *out)
{
	struct cper_emit e;
	struct cper_walk w = {.emit = &e, .start = bytes};

	cper_emit_text_init(&e, out);
	walk_any(&w, len, limit);
	out->write(out->ctx, "\n", 1);
	cper_lint(bytes, len, limit, text_finding, (void *)(uintptr_t)out);
}

int cper_decode(const void *bytes, size_t len, uint64_t error_block_length, enum cper_format format,
		const struct cper_out *out)
{
	int err = check_size(bytes, len);

	if (err)
		return err;
	if (format == CPER_FORMAT_JSON)
		decode_json(bytes, len, error_block_length, out);
	else
		decode_text(bytes, len, error_block_length, out);
	return 0;
}
