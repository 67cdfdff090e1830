/* SPDX-License-Identifier: GPL-2.0-only */
/* How the HEST's rules report: shared by hest.c, hest_lint.c and hest_check.c, private to them. */
#ifndef GHES_LIB_HEST_REPORT_H
#define GHES_LIB_HEST_REPORT_H

#include <ghes/hest.h>

/* @err: the error of the first finding that has one */
struct hest_reporter {
	void (*finding)(void *ctx, const struct hest_finding *finding);
	void *ctx;
	int err;
};

/* Where a finding belongs */
struct hest_place {
	uint32_t index;
	int32_t source_id;
	uint32_t offset;
};

void hest_report(struct hest_reporter *to, enum hest_rule rule, struct hest_place at,
		 const char *format, ...) GHES_PRINTF(4, 5);

/* The rules about the bytes of one whole source (hest_lint.c) */
void hest_lint_source(struct hest_reporter *to, const struct hest_source *source);

#endif
