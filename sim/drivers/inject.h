/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of driver `inject`, between themselves.
 *
 * Flow: inject.c (sweeps, verdict) -> inject_run.c (one run, and what others can see of it);
 *	 inject_suspend.c (a CPU that stands still); inject_schedule.c (what repeats a defect).
 */
#ifndef SIM_DRIVERS_INJECT_H
#define SIM_DRIVERS_INJECT_H

#include <setjmp.h>
#include <signal.h>

#include "drivers/driver.h"
#include "step/step.h"
#include "step/sweep.h"

#define INJECT_NR_FAULTS  4
#define INJECT_MAX_SHARED 16

struct inject {
	struct sim_driver driver; /* first: the machine hands it back */
	const struct sim_scenario *s;
	const struct sim_options *o;
	struct sim_core *core;
	struct sim_machine *m;
	struct sim_snapshot *boot;
	const struct ghes_step_module *module;
	struct ghes_step_cover cover;
	struct sim_result *r;
	/* arrivals of the sweep that runs, by level from 1 */
	unsigned int arrival[GHES_STEP_LEVELS_MAX + 1];
	sigjmp_buf crashed;
	bool crash_armed;
	/* learning which instructions touch what others can see: see watch_begin() */
	struct ghes_step_watch watch;
	bool watching, open;
	struct sim_region shared[INJECT_MAX_SHARED]; /* whole pages */
	unsigned int nr_shared;
	uint64_t verdicts[SIM_FATAL + 1], elsewhere;
	unsigned int arriving; /* arrivals of this run that have not returned */
	uint64_t nested[SIM_NR_RUNNING][SIM_NR_RUNNING];
	uint64_t nests_seen;
	double until;
	uint64_t defects;
	/* sweeps so far, in their fixed order; where an earlier one of this kind was cut short */
	uint64_t nr_sweeps, from_sweep;
	struct ghes_step_schedule from;
	bool interrupted_before; /* and what that one had reached: something was interrupted */
	/* --suspend: the CPU that goes on, and what it ran into */
	unsigned int other;
	bool suspending, waits;
	const char *waits_for; /* a lock's name */
	sigjmp_buf waited;
	uint64_t suspend_waits;	 /* all of them, */
	uint64_t suspend_others; /* and those for no lock */
};
double inject_now(void); /* seconds, monotonic */

/* ---- inject_run.c ---------------------------------------------------------------------------- */

extern const struct ghes_step_target inject_target; /* ctx is the struct inject */

/* From here on faults of the core are defects; and back to what was. */
void inject_catch_faults(struct inject *in, struct sigaction old[INJECT_NR_FAULTS]);
void inject_leave_faults(const struct sigaction old[INJECT_NR_FAULTS]);
/* After boot: where what contexts share is. */
void inject_find_shared(struct inject *in);
/* Set in->watch up to see who touches that. */
bool inject_watch_init(struct inject *in);
void inject_watch_fini(struct inject *in);
bool inject_wait(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		 const void *on_what);

/* ---- inject_schedule.c ----------------------------------------------------------------------- */

int inject_choices_parse(struct inject *in, const char *text, struct ghes_step_schedule *schedule,
			 char *error, size_t error_size);
/*
 * Where a sweep that was cut short goes on, and what it had reached:
 * "SWEEP:[BOUNDARY,...];REACHED", the last word in hex: bit 0 that something was interrupted, bit n
 * + 1 the scenario's n-th nest.
 */
void inject_resume_text(const struct inject *in, const struct ghes_step_schedule *next, char *buf,
			size_t size);
bool inject_resume_parse(struct inject *in, const char *text);
/* As ghes_step_options.defect: keep the first defect of each oracle, with its schedule. */
void inject_on_defect(void *arg, const struct ghes_step_schedule *schedule, int code,
		      const struct ghes_step_point *const *points);
void inject_add_stuck(struct inject *in, int code);

/* ---- inject.c, inject_suspend.c -------------------------------------------------------------- */

struct ghes_step_options inject_options(struct inject *in, unsigned int levels);
void inject_suspend_sweeps(struct inject *in, uint64_t limit);

/* A run of this many times the instructions of an undisturbed one is stuck. */
#define INJECT_STUCK_FACTOR 64
#define INJECT_STUCK_MIN    10000000

#endif
