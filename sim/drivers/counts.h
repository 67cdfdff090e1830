/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happened in a run, counted from its events: for expectations, for the result's counters and
 * for the proof that a run did what it claims. Lock-free, so that stress can use it too.
 */
#ifndef SIM_DRIVERS_COUNTS_H
#define SIM_DRIVERS_COUNTS_H

#include <stdatomic.h>

#include "drivers/driver.h"
#include "scenario/scenario.h"

struct sim_counts {
	const struct sim_scenario *scenario; /* first: the observer's arg */
	_Atomic uint64_t expect[SIM_NR_EXPECT];
	_Atomic uint64_t entered[SIM_NR_RUNNING]; /* contexts entered by a notification */
	_Atomic uint64_t deepest[SIM_NR_RUNNING]; /* most contexts below one so entered */
	_Atomic uint64_t verdicts[SIM_FATAL + 1];
	_Atomic uint64_t cache_evictions;
	/* The stack of contexts of each CPU; only its CPU writes it. */
	struct {
		uint8_t running[SIM_MAX_DEPTH];
		uint8_t depth;
	} stack[SIM_MAX_CPUS];
	_Atomic uint32_t nests_seen; /* bit n: scenario's n-th nest was on a stack */
};

struct sim_observer counts_observer(const struct sim_scenario *s);
struct sim_counts *counts_of(struct sim_machine *m);

/* Add everything to the result's counters. */
void counts_report(const struct sim_counts *c, struct sim_result *r);
/* Number of notifications that were delivered. */
uint64_t counts_notifications(const struct sim_counts *c);
/* Do the scenario's expectations hold, as far as they judge? Else one line in @why. */
bool counts_as_expected(const struct sim_counts *c, const struct sim_scenario *s, char *why,
			size_t why_size);

#endif
