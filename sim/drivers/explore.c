// SPDX-License-Identifier: GPL-2.0-only
/*
 * Driver `explore`: every distinguishable interleaving of the CPUs' programs and of the arrivals
 * that nest on them, with data-race detection.
 *
 * Flow: boot once and take a snapshot -> the engine of sim/explore runs executions (explore_run.c),
 * each from the snapshot or from a state on the way that an earlier one saved, until there is none
 * left or a bound is reached -> defects with minimised schedules (explore_schedule.c) -> verdict.
 *
 * What it does beyond the scenario: places of arrivals (`at`) are not looked at; what adds or
 * removes a source by arrival does so after the program of its CPU; each program ends with the work
 * of its CPU; the clock moves only by the scenario's ticks.
 */
#include "drivers/explore.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/cores.h"
#include "drivers/counts.h"
#include "drivers/recording.h"

#define STACK_BYTES ((size_t)512 << 10)
/* Of one execution: a core that is stuck in a loop shows long before. */
#define MAX_STEPS   GHES_EXPLORE_MAX_STEPS

/* ---- Set-up ---------------------------------------------------------------------------------- */

static int open_machine(struct explore *e, char *error, size_t error_size)
{
	struct sim_observer counts = counts_observer(e->s), rec;
	struct sim_config config = e->s->config;
	const struct ghes_core_ops *ops =
		sim_core_ops(e->core, SIM_INSTRUMENTED, config.arch, error, error_size);
	Dl_info info;

	if (!ops)
		return -1;
	if (!sim_core_takes(ops, e->s, e->r))
		return 0;
	if (e->o->seed_set)
		config.seed = e->o->seed;
	e->r->seed = config.seed;
	e->m = sim_machine_create(&config, ops, error, error_size);
	if (!e->m)
		return -1;
	sim_observe_oracles(e->m);
	known_watch(&e->known, e->m, e->o, e->r);
	sim_observe(e->m, &counts);
	if (e->recording) {
		rec = recording_observer(e->recording);
		sim_observe(e->m, &rec);
	}
	if (sim_core_attach(e->core, SIM_INSTRUMENTED, config.arch, e->m)) {
		snprintf(error, error_size, "the state of core %s cannot be saved",
			 sim_core_name(e->core));
		return -1;
	}
	sim_set_driver(e->m, &e->driver);
	/* A data pointer of the core's object is as good as one to its code. */
	e->core_base = dladdr(ops, &info) ? info.dli_fbase : NULL;
	e->ticks = scenario_has_action(e->s, SIM_ACTION_TICK);
	e->interrupts_read = ops->contexts_read_rcu;
	return 0;
}

static void boot_died(struct sim_guard *g)
{
	struct explore *e = g->arg;

	guard_tell(g, e->m);
	e->boot_died = true;
	siglongjmp(e->rest, 1);
}

static int boot_machine(struct explore *e, char *error, size_t error_size)
{
	e->guard = (struct sim_guard){.moves = &e->moves, .ended = boot_died, .arg = e};
	e->resting = true;
	sim_set_this_cpu(e->m, 0);
	guard_arm(&e->guard);
	if (!sigsetjmp(e->rest, 0))
		sim_boot(e->m);
	guard_disarm(&e->guard);
	e->resting = false;
	e->boot = sim_snapshot_save(e->m);
	if (e->boot)
		return 0;
	snprintf(error, error_size, "out of memory");
	return -1;
}

static void close_machine(struct explore *e)
{
	ghes_explore_free(e->x);
	for (unsigned int i = 0; i < GHES_EXPLORE_SLOTS; i++)
		free(e->slot[i].state);
	if (e->boot)
		sim_snapshot_free(e->m, e->boot);
	if (e->m)
		sim_machine_destroy(e->m);
}

/* ---- Progress -------------------------------------------------------------------------------- */

static void progress(void *user, const struct ghes_explore_result *so_far)
{
	const struct explore *e = user;
	double rate = so_far->seconds > 0 ? (double)so_far->executions / so_far->seconds : 0;

	fprintf(stderr, "\r\033[Kexplore %s: %" PRIu64 " executions, %.0f/s, %u steps", e->s->name,
		so_far->executions, rate, so_far->max_depth);
	if (so_far->estimate > 0)
		fprintf(stderr, ", more than %.3g in all", so_far->estimate);
	fflush(stderr);
}

static bool stopped(void *user)
{
	const struct explore *e = user;

	return e->o->stop && atomic_load_explicit(e->o->stop, memory_order_relaxed);
}

static bool shows_progress(const struct sim_options *o)
{
	return !o->quiet && !o->machine_readable && isatty(STDERR_FILENO);
}

/* ---- The search ------------------------------------------------------------------------------ */

static struct ghes_explore_config config_of(const struct explore *e)
{
	const struct sim_options *o = e->o;
	struct ghes_explore_config config = {
		.mode = o->sampling == SIM_SAMPLE_RANDOM ? GHES_EXPLORE_RANDOM
			: o->sampling == SIM_SAMPLE_PCT	 ? GHES_EXPLORE_PCT
							 : GHES_EXPLORE_DPOR,
		.memory = o->memory_c11 ? GHES_EXPLORE_C11 : GHES_EXPLORE_SC,
		.max_executions = o->max_executions,
		.max_seconds = o->seconds,
		.bound_preemptions = o->preemptions_set,
		.max_preemptions = (unsigned int)o->preemptions,
		.max_steps = MAX_STEPS,
		.seed = o->seed,
		.shard = o->shard,
		.shards = o->shards,
		.stack_bytes = STACK_BYTES,
		.stop = stopped,
		.expected = explore_expects,
	};

	return config;
}

static void count(struct explore *e, const struct ghes_explore_result *res)
{
	static const char *const verdicts[] = {"arrived-impossible", "arrived-now",
					       "arrived-pending", "arrived-lost", "arrived-fatal"};
	struct sim_result *r = e->r;

	r->memory = e->o->memory_c11 ? "c11" : NULL;
	r->executions = res->executions;
	r->notifications = e->notifications;
	r->complete = res->complete;
	r->judged[SIM_ORACLE_race] = res->steps; /* each against what is not ordered before it */
	sim_count(r, "redundant-executions", res->redundant);
	sim_count(r, "blocked-executions", res->blocked);
	sim_count(r, "steps", res->steps);
	sim_count(r, "longest-execution", res->max_depth);
	sim_count(r, "arrivals", res->arrivals);
	sim_count(r, "arrivals-that-interrupted", res->interrupted);
	sim_count(r, "restarts", res->restarts);
	if (res->estimate > 0 && res->estimate < 1e18)
		sim_count(r, "estimated-executions", (uint64_t)res->estimate);
	for (unsigned int i = 0; i <= SIM_FATAL; i++)
		if (e->verdicts[i])
			sim_count(r, verdicts[i], e->verdicts[i]);
	if (res->seconds > 0)
		sim_count(r, "executions-per-second",
			  (uint64_t)((double)res->executions / res->seconds));
}

static void verdict(struct explore *e, const struct ghes_explore_result *res)
{
	const struct sim_scenario *s = e->s;
	struct sim_result *r = e->r;

	if (r->nr_defects) {
		r->verdict = SIM_FAIL;
	} else if (r->why[0]) {
		r->verdict = SIM_INCOMPLETE;
		r->complete = false;
	} else if (!res->complete && res->bound == GHES_EXPLORE_EXPECTED) {
		r->verdict = SIM_PASS; /* but for what comes after a known find in its execution */
	} else if (!res->complete && res->bound != GHES_EXPLORE_SHARDED) {
		r->verdict = SIM_INCOMPLETE;
		snprintf(r->why, sizeof(r->why), "the search ended by: %s",
			 ghes_explore_bound_name(res->bound));
	} else if (s->nr_arrivals == 0 && s->nr_programs < 2) {
		r->verdict = SIM_VACUOUS;
		snprintf(r->why, sizeof(r->why), "one program and no arrivals: nothing to explore");
	} else if (scenario_demanded_nests(s) & ~e->nests_seen && !r->shards) {
		r->verdict = SIM_VACUOUS;
		snprintf(r->why, sizeof(r->why), "a nest that the scenario claims was not reached");
	} else {
		r->verdict = SIM_PASS;
	}
}

static int drive(const struct sim_scenario *s, struct sim_core *core, const struct sim_options *o,
		 struct sim_result *r, char *error, size_t error_size)
{
	struct explore e = {.s = s, .o = o, .core = core, .r = r};
	struct ghes_explore_config config = config_of(&e);
	struct ghes_explore_result res;
	int ret = open_machine(&e, error, error_size);

	explore_callbacks(&e, &config);
	if (shows_progress(o))
		config.progress = progress;
	if (!ret && e.m)
		ret = boot_machine(&e, error, error_size);
	if (!ret && e.m) {
		e.x = ghes_explore_new(&config);
		if (e.boot_died) {
			explore_collect_boot(&e);
			r->verdict = SIM_FAIL;
		} else if (!e.x) {
			snprintf(error, error_size, "out of memory");
			ret = -1;
		} else if (explore_add_contexts(&e, r->why, sizeof(r->why))) {
			r->verdict = SIM_INCOMPLETE;
		} else if (ghes_explore_run(e.x, &res) == GHES_EXPLORE_ERROR) {
			snprintf(error, error_size, "the search cannot be made");
			ret = -1;
		} else {
			r->shard = o->shard;
			r->shards = o->shards;
			r->seconds = res.seconds;
			count(&e, &res);
			explore_collect(&e, &res);
			verdict(&e, &res);
			known_tell(r);
		}
		if (config.progress)
			fputs("\r\033[K", stderr);
	}
	close_machine(&e);
	return ret;
}

/* ---- Replay ---------------------------------------------------------------------------------- */

static int replay_once(struct explore *e, const char *engine, struct ghes_explore_config *config,
		       struct ghes_explore_result *res, char *error, size_t error_size)
{
	e->x = ghes_explore_new(config);
	if (!e->x || explore_add_contexts(e, error, error_size))
		return -1;
	if (ghes_explore_replay(e->x, engine, res) != GHES_EXPLORE_ERROR)
		return 0;
	snprintf(error, error_size, "the schedule does not fit: another build of the core?");
	return -1;
}

static int replay(const struct sim_scenario *s, struct sim_core *core, const struct sim_options *o,
		  const char *choices, struct sim_result *r, char *error, size_t error_size)
{
	struct sim_options with = *o;
	struct explore e = {.s = s, .o = &with, .core = core, .r = r, .recording = o->recording};
	const char *engine = explore_choices_parse(choices, &with.memory_c11);
	struct ghes_explore_config config;
	struct ghes_explore_result res;
	int ret;

	if (!engine) {
		snprintf(error, error_size, "choices are '%.40s...', expected sc or c11 first",
			 choices);
		return -1;
	}
	ret = open_machine(&e, error, error_size);
	config = config_of(&e);
	config.no_minimise = true;
	explore_callbacks(&e, &config);
	if (!ret && e.m)
		ret = boot_machine(&e, error, error_size);
	if (!ret && e.boot_died) {
		explore_collect_boot(&e);
		r->executions = 1;
		r->verdict = SIM_FAIL;
	} else if (!ret && e.m) {
		ret = replay_once(&e, engine, &config, &res, error, error_size);
		if (!ret) {
			count(&e, &res);
			explore_collect(&e, &res);
			r->executions = 1;
			r->verdict = r->nr_defects ? SIM_FAIL : SIM_PASS;
			r->seconds = res.seconds;
			sim_count(r, "trace-hash", sim_trace_hash(e.m));
		}
		if (!ret && e.recording)
			recording_finish(e.recording, e.m);
	}
	close_machine(&e);
	return ret;
}

const struct sim_driver_type sim_driver_explore = {
	.name = "explore",
	.help = "every interleaving of CPUs and nested notifications, with race detection",
	.run = drive,
	.replay = replay,
};
