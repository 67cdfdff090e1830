/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A whole check as one page: verdict, finds with their pictures, scenario x driver x oracle, and
 * what was covered. One file, no scripts, nothing from the network.
 */
#ifndef SIM_REPORT_HTML_H
#define SIM_REPORT_HTML_H

#include "report/suite.h"

struct report_find {
	const char *title;   /* "conservation: record 2 was ..." */
	const char *where;   /* driver, scenario, context, location */
	const char *command; /* that repeats it; NULL: the run of the find before this one */
	const char *svg;     /* file with its picture, or NULL */
};

struct report_page {
	const struct report_suite *suite;
	const struct report_matrix *matrix; /* of the suite */
	const struct report_find *finds;
	unsigned int nr_finds;
	const char *core;
	const char *summary; /* one line: how many of what */
	const char *verdict; /* "passed", "failed", ... */
	const char *limits;  /* what a pass does not prove */
};

/* 0, or -1 with errno set. */
int report_html(const char *path, const struct report_page *page);

#endif
