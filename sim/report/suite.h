/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Many results as one report, for the programs that read such: KTAP (Documentation/dev-tools/ktap
 * in the kernel's tree) and JUnit XML as CI servers take it.
 */
#ifndef SIM_REPORT_SUITE_H
#define SIM_REPORT_SUITE_H

#include "drivers/driver.h"

struct report_suite {
	struct sim_result *results; /* schedules are the caller's */
	unsigned int nr, room;
};

struct report_matrix;

/* Keep a copy of @r; its strings must outlive the suite. */
void suite_add(struct report_suite *s, const struct sim_result *r);
void suite_free(struct report_suite *s);

/* What a run is called among those of its scenario: its part, else its driver. */
const char *report_driver_name(const struct sim_result *r);
/*
 * A subtest a scenario, the drivers inside; vacuous runs are skipped tests, with their reason. At
 * the end, as diagnostics, what drivers and oracles did.
 */
void report_ktap(FILE *out, const struct report_suite *s, const struct report_matrix *x);
/* A testsuite a scenario, a testcase a driver. */
void report_junit(FILE *out, const struct report_suite *s);

#endif
