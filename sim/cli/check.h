/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ghes-sim check: scenarios x drivers within a budget of time.
 *
 * Flow: cmd_check.c (options) -> check_plan.c (what to run, in which order, for how long)
 *	 -> check_state.c (what an earlier check has done of it) -> check_run.c (a process for each
 *	 task, as many as there are CPUs) -> check_tell.c (progress, results, closing block).
 *
 * Cheapest and most telling first: every scenario once, then every interleaving, every instruction,
 * free-running CPUs, and two levels; in each of them light scenarios before heavy ones, and last
 * those of which the one run has found something. Same seed, budget and state, same plan.
 */
#ifndef SIM_CLI_CHECK_H
#define SIM_CLI_CHECK_H

#include "drivers/cores.h"
#include "drivers/driver.h"
#include "scenario/scenario.h"

#include <signal.h>
#include <stdatomic.h>

#define CHECK_MAX_REPORT   4096
#define CHECK_MAX_SCHEDULE 16384 /* longer ones are not kept */

/* What a task's process writes and its parent reads, in memory that both share. */
struct check_outcome {
	struct sim_result result; /* pointers in it are the parent's, or NULL */
	char schedule[SIM_MAX_DEFECTS][CHECK_MAX_SCHEDULE];
	char report[SIM_MAX_DEFECTS][CHECK_MAX_REPORT];
	char error[600]; /* bad input: one line */
	bool done;
};

enum check_phase {
	CHECK_ONCE,
	CHECK_INTERLEAVINGS,
	CHECK_EVERY_INSTRUCTION,
	CHECK_FREE_RUNNING,
	CHECK_TWO_LEVELS,
	CHECK_NR_PHASES
};

struct check_task {
	const struct sim_scenario *scenario;
	const struct sim_driver_type *driver;
	enum check_phase phase;
	struct sim_options options;
	struct check_outcome *outcome;
	bool skipped; /* the budget did not reach it, or the user ended it */
	/* What an earlier check found, or NULL; carried: all there is to find, it is not run again
	 */
	const struct sim_result *earlier;
	bool carried;
	unsigned int rounds; /* times that it has run, in earlier checks too */
};

struct check {
	struct sim_core *core;
	struct sim_scenario **scenarios; /* owned */
	unsigned int nr_scenarios;
	struct check_task *tasks;
	unsigned int nr_tasks, room;
	double budget; /* seconds */
	uint64_t seed;
	struct sim_known *known; /* or NULL */
	bool learns; /* each find is known from then on, and its search goes on behind it */
	unsigned int shard, shards; /* 1 of 1: all */
	unsigned int jobs;
	bool fail_fast; /* the first defect ends it */
	bool enough;	/* that was it */
	/* Called in the parent: at each change, and as each task ends, in the order of the plan. */
	void (*moved)(struct check *c, const struct check_task *running);
	void (*ended)(struct check *c, struct check_task *t);
	void *arg;
	double seconds;
	unsigned int skipped; /* tasks that the budget did not reach */
	unsigned int carried;
	/* How often the user asked to stop: once ends what runs, twice ends it at once. */
	const volatile sig_atomic_t *interrupted;
	atomic_bool *stop; /* told to the tasks' processes, in memory that all share */
};

/* Seconds after the searches began at which the tasks of @phase make room for those of the next. */
double check_phase_end(const struct check *c, enum check_phase phase);
/* 0, or -1: out of memory. */
int check_plan(struct check *c);
/* How deep each task goes. */
void check_set_bounds(struct check *c);
/* How long task @next may take, which begins @elapsed seconds after the searches began. */
double check_task_seconds(const struct check *c, unsigned int next, double elapsed);
/*
 * Of the tasks from @next on, in each phase, put those last whose scenario is known to fail: the
 * others have more to tell, and a core that hangs there takes only its own time. -1: out of memory.
 */
int check_bad_last(struct check *c, unsigned int next);
/* "inject-2": what the task's run is called among those of its scenario. */
const char *check_part(const struct check_task *t);
enum sim_flavour check_flavour(const struct check_task *t);
/* Builds of the core that the plan needs, before the clock starts. 0, or -1 and @error. */
int check_prepare(struct check *c, char *error, size_t error_size);
/* Memory for the outcome of @t. false: there is none. */
bool check_make_outcome(struct check_task *t);
void check_run(struct check *c);
void check_free(struct check *c);

#endif
