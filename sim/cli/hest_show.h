/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `ghes-sim hest` shows, apart from how: one sink interface, a text sink and a JSON sink.
 *
 * Flow: cmd_hest.c (file, walk, checks) -> struct hest_sink -> stdout.
 */
#ifndef SIM_HEST_SHOW_H
#define SIM_HEST_SHOW_H

#include <stdint.h>
#include <stdio.h>

#include <ghes/hest.h>
#include <ghes/hest_fields.h>

/* Where a table came from; @bytes[@size] are what was given to hest_parse() */
struct hest_origin {
	const char *file;
	const char *form; /* "binary", "acpidump" */
	const uint8_t *bytes;
	size_t size;
};

struct hest_totals {
	unsigned int errors;
	unsigned int warnings;
};

/* Calls come in this order: begin, table, (source, linux per architecture, finding...)..., end */
struct hest_sink {
	void (*begin)(struct hest_sink *sink, FILE *out, const struct hest_origin *origin);
	void (*table)(struct hest_sink *sink, const struct hest_table_info *table);
	void (*source)(struct hest_sink *sink, const struct hest_source *source);
	void (*linux_says)(struct hest_sink *sink, enum hest_linux_arch arch,
			   const struct hest_linux_verdict *verdict);
	void (*finding)(struct hest_sink *sink, const struct hest_finding *finding);
	void (*end)(struct hest_sink *sink, const struct hest_totals *totals);
};

struct hest_sink *hest_text_sink(void);
struct hest_sink *hest_json_sink(void);

/* Names shared by both */
const char *hest_show_arch(enum hest_linux_arch arch);	     /* "arm64", "x86" */
const char *hest_show_answer(enum hest_linux_answer answer); /* "accepted", ... */
const char *hest_show_state(enum hest_source_state state);   /* "ok", "disabled", ... */
const char *hest_show_severity(enum hest_severity severity); /* "error", "warning" */
const char *hest_show_space(uint8_t space_id);		     /* "SystemMemory", ... */
const char *hest_show_bank_format(uint64_t format);	     /* "IA-32", ... */
/* Name of a bit of a flags or write enable field; NULL if it has none */
const char *hest_show_bit(enum hest_field_kind kind, unsigned int bit);

#endif
