/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Driver x oracle of many results: what was exercised, what was complete, what was cut short. One
 * sum for all formats: the closing block of a check, KTAP's last lines, the page.
 */
#ifndef SIM_REPORT_MATRIX_H
#define SIM_REPORT_MATRIX_H

#include "report/suite.h"

#define MATRIX_MAX_DRIVERS 8

/* Of the runs of one driver (inject-1 and inject-2 are two). */
struct matrix_column {
	const char *driver;
	unsigned int runs;
	unsigned int complete, cut_short; /* of runs; neither: a defect ended it, or stress */
	unsigned int vacuous;		  /* of runs: those that showed nothing */
	unsigned int not_reached;	  /* planned beside them; the caller's */
	uint64_t executions;
	uint64_t judged[SIM_NR_ORACLES];
	unsigned int failed[SIM_NR_ORACLES]; /* runs in which the oracle found something */
};

struct report_matrix {
	struct matrix_column column[MATRIX_MAX_DRIVERS]; /* in the order they ran */
	unsigned int nr;
};

void matrix_sum(struct report_matrix *x, const struct report_suite *s);
/* The column of @driver, made if there is none; NULL: there are too many. */
struct matrix_column *matrix_column(struct report_matrix *x, const char *driver);
/* Over all drivers */
uint64_t matrix_judged(const struct report_matrix *x, enum sim_oracle_id oracle);
unsigned int matrix_failed(const struct report_matrix *x, enum sim_oracle_id oracle);
/* Nothing that this oracle could have complained of came by: its silence means nothing. */
bool matrix_is_vacuous(const struct report_matrix *x, enum sim_oracle_id oracle);

/* As a table of 80 columns */
void matrix_text(FILE *out, const struct report_matrix *x);
/* As diagnostics of KTAP, a line for each oracle and each driver. */
void matrix_ktap(FILE *out, const struct report_matrix *x);

#endif
