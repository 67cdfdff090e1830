/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which lines and branches of the core under test were reached: what gcov makes of the counters,
 * added up over the core's builds (architectures, drivers) and told by source line.
 *
 * A line counts as reached when its code began to run in any execution, also one that ended in a
 * defect. Lines that the compiler made no code of (comments, declarations, what another
 * configuration compiles) are neither reached nor missed.
 */
#ifndef SIM_CLI_LISTING_H
#define SIM_CLI_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "drivers/cores.h"

enum listing_line { LISTING_NO_CODE, LISTING_REACHED, LISTING_MISSED };

struct listing_totals {
	unsigned int lines, reached; /* that have code */
	unsigned int branches, taken;
};

struct listing;

/* Of all that @core's processes have run, which have ended. NULL and one line in @error. */
struct listing *listing_make(struct sim_core *core, char *error, size_t error_size);
void listing_free(struct listing *l);
struct listing_totals listing_totals(const struct listing *l);
/*
 * @file: as the tree calls it, or any path that ends in it or that it ends in. @known: whether the
 * core has such a file.
 */
enum listing_line listing_line(const struct listing *l, const char *file, unsigned int line,
			       bool *known);
/* Annotated sources; or for lcov's tools, when the name @path ends in .info. 0, or -1: errno. */
int listing_write(const struct listing *l, const char *path);

#endif
