/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of driver `explore`, between themselves.
 *
 * Flow: explore.c (search, verdict) -> explore_run.c (one execution: the machine on the engine's
 *	 fibers) -> sim/explore; explore_schedule.c (defects, and what repeats them).
 */
#ifndef SIM_DRIVERS_EXPLORE_H
#define SIM_DRIVERS_EXPLORE_H

#include <setjmp.h>

#include <ghes/explore.h>

#include "drivers/driver.h"
#include "drivers/guard.h"
#include "drivers/known.h"

#define EXPLORE_MAX_PROGRAMS GHES_EXPLORE_MAX_CPUS
#define EXPLORE_MAX_ARRIVALS GHES_EXPLORE_MAX_CONTEXTS

struct explore {
	struct sim_driver driver; /* first: the machine hands it back */
	const struct sim_scenario *s;
	const struct sim_options *o;
	struct sim_core *core;
	struct sim_machine *m;
	struct sim_snapshot *boot;
	bool tracking; /* of what executions write */
	struct ghes_explore *x;
	struct sim_result *r;
	struct known_watch known;
	struct sim_recording *recording; /* of the last execution, or NULL */
	const void *core_base;		 /* where the core's object is loaded */
	bool ticks;			 /* the scenario moves the clock */
	bool interrupts_read;		 /* an interrupt is an RCU read section by itself */

	/* What each context does: constant during a search. */
	struct explore_task {
		struct explore *e;
		unsigned int cpu;
		const struct sim_program *program;  /* or NULL */
		const struct sim_arrival *binds[8]; /* what another task there does after it */
		unsigned int nr_binds;
		bool used;
	} tasks[EXPLORE_MAX_PROGRAMS];
	struct explore_arrival {
		struct explore *e;
		unsigned int cpu;
		unsigned int arrival; /* index in the scenario */
		bool any_cpu;	      /* one of several CPUs takes it */
	} arrivals[EXPLORE_MAX_ARRIVALS];
	unsigned int nr_arrivals;

	struct sim_guard guard; /* of the boot */
	uint64_t moves;		/* none is seen of it */
	bool boot_died;

	struct explore_slot {
		struct sim_changes *state;
		uint64_t verdicts[SIM_FATAL + 1]; /* since the execution began */
		unsigned int taken[EXPLORE_MAX_ARRIVALS];
	} slot[GHES_EXPLORE_SLOTS];

	/* One execution. */
	uint64_t verdicts_before[SIM_FATAL + 1];
	unsigned int taken[EXPLORE_MAX_ARRIVALS]; /* by index in the scenario */
	sigjmp_buf rest;
	bool resting;

	/* All of them. */
	uint64_t verdicts[SIM_FATAL + 1];
	uint32_t nests_seen;
	uint64_t notifications;
};

/* ---- explore_run.c --------------------------------------------------------------------------- */

/* Contexts of the scenario for @e->x. 0, or -1 and why not in @error. */
int explore_add_contexts(struct explore *e, char *error, size_t error_size);
/* The callbacks of one execution, in @config and @e->driver. */
void explore_callbacks(struct explore *e, struct ghes_explore_config *config);

/* ---- explore_schedule.c ---------------------------------------------------------------------- */

/* The engine's findings, the first of each oracle, each with a schedule that repeats it. */
void explore_collect(struct explore *e, const struct ghes_explore_result *res);
/* The one defect that kept the core from booting. */
void explore_collect_boot(struct explore *e);
/* As ghes_explore_config.expected: what the user knows. */
bool explore_expects(void *user, const struct ghes_explore_finding *finding);
/* The engine's part of @choices; NULL: these are none. *@c11: under which memory model. */
const char *explore_choices_parse(const char *choices, bool *c11);

#endif
