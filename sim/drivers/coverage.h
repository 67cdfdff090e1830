/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of a core ran, over all runs of all processes.
 *
 * Flow: sim_core_cover() before the first run: native and stepped builds get gcc's counters -> they
 * count in memory that forked processes share and no snapshot takes back -> sim_core_coverage():
 * .gcda files, each with a link to its .gcno, in a directory for gcov.
 */
#ifndef SIM_DRIVERS_COVERAGE_H
#define SIM_DRIVERS_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/host/coverage.h"

struct sim_core;

/* Before sim_core_ops(). false: a core of one build only (so:FILE), in which nothing counts. */
bool sim_core_cover(struct sim_core *core);
/*
 * Write what has been counted so far into @dir, which is empty: a folder for each build of the
 * core. Nobody runs the core meanwhile. Return: how many folders, named 0, 1, ...; -1: cannot
 * write.
 */
int sim_core_coverage(struct sim_core *core, const char *dir);
/* How the user calls the source file at @path: relative to the tree. NULL: it is not the core's. */
const char *sim_core_file(const struct sim_core *core, const char *path);

/* ---- cores.c's ---- */

/* From now on the counters are shared with processes to be forked. 0 or -1. */
int coverage_share(const struct ghes_core_coverage *c);
/* 0 or -1. */
int coverage_write(const struct ghes_core_coverage *c, const char *dir);

#endif
