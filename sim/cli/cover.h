/* SPDX-License-Identifier: GPL-2.0-only */
/* --coverage FILE and --changed FILE:LINES: the core counts what it reaches, and that is told. */
#ifndef SIM_CLI_COVER_H
#define SIM_CLI_COVER_H

#include "options.h"

struct sim_core;

/* Is @text FILE:LINES, LINES being N, N-M, or several of these with commas? */
bool changed_is_valid(const char *text);
/* Before the core's first run. 0, or CLI_USAGE after one line on stderr. */
int cover_begin(struct sim_core *core, const struct cli_options *o);
/*
 * After its last: write the listing, tell the totals and the changed lines. text, ktap (as a
 * diagnostic line) and json (an object {"coverage": {...}}). 0, or CLI_USAGE as above.
 */
int cover_end(struct sim_core *core, const struct cli_options *o);

#endif
