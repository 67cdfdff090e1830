/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between two cores that are intended, so that a comparison finds those that are not.
 *
 * A file of lines, fields separated by tabs; # begins a comment:
 *	row TEXT			what the lines below stand for: a row of the table of
 *departures SCENARIO ASPECT A B		shell pattern, word of the aspect, and two regular
 *expressions A and B match what each core shows where they differ. "-" for one of them: the other
 *has a line more; "*" for both: what follows in this aspect is not compared.
 */
#ifndef SIM_REPORT_DEPARTURES_H
#define SIM_REPORT_DEPARTURES_H

#include "report/observed.h"

struct departures;

/* NULL, and one line `file:line: what is wrong` in @error. */
struct departures *departures_load(const char *file, char *error, size_t error_size);
void departures_free(struct departures *d);

/* What to do about a difference */
enum departure_step {
	DEPARTURE_NONE,
	DEPARTURE_ALIKE,
	DEPARTURE_ONLY_A,
	DEPARTURE_ONLY_B,
	DEPARTURE_REST
};

/* A line that is NULL is not there any more. @line: number of the rule, 0: none. */
enum departure_step departures_find(const struct departures *d, const char *scenario,
				    enum observed_aspect aspect, const char *a, const char *b,
				    unsigned int *line);

#endif
