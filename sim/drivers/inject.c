// SPDX-License-Identifier: GPL-2.0-only
/*
 * Driver `inject`: the notification lands at every instruction boundary of the core's code, one
 * run for each, and at every boundary of the handler that landed there.
 *
 * Flow: boot once and take a snapshot -> for each arrival (level 1) and each pair of them (level 2:
 * the second inside the first one's handler) ghes_step_sweep(): restore, run the programs with the
 * arrivals at these boundaries, come to rest, judge.
 *
 * The path that is interrupted is everything the programs make the core do, in task, interrupt and
 * NMI-like context, work items and RCU callbacks included. Only the core's own instructions are
 * boundaries; the machine between them is one step, as hardware is. A notification that may not
 * interrupt where it lands stays pending or is lost, as the machine's table says; how often each
 * happened is counted.
 *
 * What is run: level 1 at every boundary of the path, once for each arrival; on a path of more than
 * INJECT_LONG instructions, and on level 2 always, once for each class of boundaries with nothing
 * between them that another context could see or change (sweep.h). Three levels are sampled.
 *
 * What arrives on another CPU, and the rest of another CPU's program, runs there while this one
 * stands at the boundary (inject_cpus.c); where it must wait for this one, both go on in turns.
 *
 * With --suspend, a CPU stands still for ever at each boundary while another one takes each arrival
 * from its beginning to its end: lock-freedom as an observed fact. Where the one that stands still
 * holds the lock of the arrival's class, the other waits: that is the stated exception, and
 * counted; so is the wait of one that removes or adds a source, and outside of NMI-like contexts
 * that for a lock of who is handed the records. Waiting for anything else, or not coming to an end,
 * is a `progress` defect.
 */
#include "drivers/inject.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "drivers/cores.h"
#include "drivers/counts.h"
#include "drivers/recording.h"

#define DEFAULT_LEVELS	2
#define DEFAULT_SAMPLES 8
/* So many defects end a sweep: more of them say nothing new. */
#define ENOUGH_DEFECTS	64

double inject_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool should_stop(void *arg)
{
	struct inject *in = arg;

	/* The clock is looked at once in a while, where a run may be as short as the look. */
	if (in->o->max_executions && in->r->executions >= in->o->max_executions)
		return true;
	if (sim_asked_to_stop(in->o))
		return true;
	in->r->executions++;
	if (in->defects >= ENOUGH_DEFECTS)
		return true;
	if (in->path_length <= INJECT_LONG && in->r->executions & 63)
		return false;
	return in->until > 0 && inject_now() > in->until;
}

/* A program alone has nobody to be run beside. */
unsigned int inject_nr_arrivals(const struct inject *in)
{
	const struct sim_scenario *s = in->s;

	return s->nr_arrivals + (s->nr_programs > 1 && !in->o->suspend ? s->nr_programs : 0);
}

unsigned int inject_times(const struct inject *in, unsigned int n)
{
	return n < in->s->nr_arrivals ? in->s->arrivals[n].times : 1;
}

/* ---- The sweeps ------------------------------------------------------------------------------ */

struct totals {
	uint64_t existing[GHES_STEP_LEVELS_MAX], hit[GHES_STEP_LEVELS_MAX];
	uint64_t classes[GHES_STEP_LEVELS_MAX];
	uint64_t missed;
	bool incomplete;
};

struct ghes_step_options inject_options(struct inject *in, unsigned int levels)
{
	return (struct ghes_step_options){
		.levels = levels,
		.seed = sim_config(in->m)->seed,
		.defect = inject_on_defect,
		.stop = should_stop,
		.arg = in,
		.cover = &in->cover,
		.watch = &in->watch,
	};
}

static uint64_t undisturbed(struct ghes_step_target *target)
{
	struct ghes_step step;

	target->reset(target->ctx);
	inject_bound(target->ctx, &step);
	target->path(target->ctx);
	return ghes_step_disarm(&step);
}

/* The arrivals of in->arrival[1..levels]; levels below the last have had their own sweep. */
static void sweep(struct inject *in, unsigned int levels, uint64_t limit, struct totals *t)
{
	struct ghes_step_target target = inject_target;
	struct ghes_step_options o = inject_options(in, levels);
	struct ghes_step_result res;

	bool again = in->nr_sweeps && in->arrival[1] == in->first_swept;

	in->first_swept = in->arrival[1];
	if (++in->nr_sweeps < in->from_sweep)
		return;
	target.ctx = in;
	o.limit = limit;
	o.merge_first = again || in->path_length > INJECT_LONG;
	if (levels > 2) {
		o.complete = 2;
		o.samples = in->o->samples ? in->o->samples : DEFAULT_SAMPLES;
	}
	if (in->nr_sweeps == in->from_sweep)
		o.from = &in->from;
	ghes_step_sweep(&target, &o, &res);
	for (unsigned int i = again; i < levels; i++) {
		t->existing[i] += res.level[i].existing;
		t->hit[i] += res.level[i].hit;
		t->classes[i] += res.level[i].classes;
	}
	t->missed += res.missed;
	if (res.missed && !in->r->why[0])
		snprintf(in->r->why, sizeof(in->r->why),
			 "the place to go on from is not there: another build of the core?");
	t->incomplete |= res.incomplete;
	if (res.incomplete)
		inject_resume_text(in, &res.next, in->r->resume, sizeof(in->r->resume));
}

/* Does the program make the core do anything? */
static bool is_busy(const struct sim_program *p)
{
	for (unsigned int i = 0; i < p->nr_actions; i++)
		switch (p->actions[i].kind) {
		case SIM_ACTION_USER:
		case SIM_ACTION_KERNEL:
		case SIM_ACTION_TICK:
			break;
		default:
			return true;
		}
	return false;
}

/*
 * Can arrival @n come inside of those of the levels before, and not be the same as elsewhere? A
 * program runs beside other busy ones; inside of another program if there is a third.
 */
static bool may_follow(const struct inject *in, unsigned int level, unsigned int n)
{
	const struct sim_scenario *s = in->s;
	unsigned int busy = 0, programs = n >= s->nr_arrivals;

	for (unsigned int l = 1; l < level; l++) {
		if (in->arrival[l] == n && inject_times(in, n) < 2)
			return false;
		programs += in->arrival[l] >= s->nr_arrivals;
	}
	if (n < s->nr_arrivals)
		return true;
	for (unsigned int i = 0; i < s->nr_programs; i++)
		busy += is_busy(&s->programs[i]);
	return is_busy(&s->programs[n - s->nr_arrivals]) && programs < busy;
}

/* Every sequence of @levels different arrivals, shorter ones where nothing can follow. */
static void sweep_all(struct inject *in, unsigned int level, unsigned int levels, uint64_t limit,
		      struct totals *t)
{
	bool any = false;

	for (unsigned int i = 0; i < inject_nr_arrivals(in) && !t->incomplete; i++) {
		if (!may_follow(in, level, i))
			continue;
		any = true;
		in->arrival[level] = i;
		if (level == levels)
			sweep(in, levels, limit, t);
		else
			sweep_all(in, level + 1, levels, limit, t);
	}
	if (!any && level > 1)
		sweep(in, level - 1, limit, t);
}

/* As many as the first @n of what may arrive can be in one run */
static unsigned int together(const struct inject *in, unsigned int n)
{
	unsigned int possible = 0;

	for (unsigned int i = 0; i < n; i++)
		possible += inject_times(in, i);
	return possible;
}

static unsigned int max_levels(const struct inject *in)
{
	unsigned int possible = together(in, inject_nr_arrivals(in));
	unsigned int wanted = in->o->levels ? in->o->levels : DEFAULT_LEVELS;

	if (wanted > GHES_STEP_LEVELS_MAX)
		wanted = GHES_STEP_LEVELS_MAX;
	return wanted < possible ? wanted : possible;
}

/* The schedule of a run that nothing interrupts */
static const struct ghes_step_schedule nothing;

static void sweeps(struct inject *in, struct totals *t)
{
	struct ghes_step_target target = inject_target;
	unsigned int levels = max_levels(in);
	uint64_t length, limit;

	target.ctx = in;
	length = undisturbed(&target);
	if (in->endless) {
		inject_on_defect(in, &nothing, 1, NULL);
		return;
	}
	limit = length * INJECT_STUCK_FACTOR > INJECT_STUCK_MIN ? length * INJECT_STUCK_FACTOR
								: INJECT_STUCK_MIN;
	in->path_length = length;
	sim_count(in->r, "path-instructions", length);
	if (in->o->suspend) {
		t->incomplete = !inject_suspend_sweeps(in, limit);
		return;
	}
	/* A sweep of n levels makes the runs of its shorter schedules too: the longest is enough.
	 */
	if (levels)
		sweep_all(in, 1, levels, limit, t);
}

static void count_coverage(struct inject *in, const struct totals *t)
{
	static const char *const existing[] = {"boundaries-1", "boundaries-2", "boundaries-3"};
	static const char *const hit[] = {"boundaries-1-hit", "boundaries-2-hit",
					  "boundaries-3-hit"};
	static const char *const classes[] = {"boundaries-1-classes", "boundaries-2-classes",
					      "boundaries-3-classes"};
	static const char *const verdicts[] = {"arrived-impossible", "arrived-now",
					       "arrived-pending", "arrived-lost", "arrived-fatal"};
	size_t points_hit, points;

	for (unsigned int i = 0; i < 3; i++) {
		if (!t->existing[i] && !t->hit[i])
			continue;
		sim_count(in->r, existing[i], t->existing[i]);
		sim_count(in->r, hit[i], t->hit[i]);
		if (t->classes[i] != t->existing[i])
			sim_count(in->r, classes[i], t->classes[i]);
	}
	for (unsigned int i = 0; i <= SIM_FATAL; i++)
		if (in->verdicts[i])
			sim_count(in->r, verdicts[i], in->verdicts[i]);
	if (in->elsewhere)
		sim_count(in->r, "arrived-elsewhere", in->elsewhere);
	if (in->programs)
		sim_count(in->r, "programs-elsewhere", in->programs);
	ghes_step_cover_count(&in->cover, NULL, &points_hit, &points);
	sim_count(in->r, "instructions-interrupted", points_hit);
	sim_count(in->r, "instructions-in-core", points);
}

static void verdict(struct inject *in, const struct totals *t)
{
	struct sim_result *r = in->r;

	r->complete = !t->incomplete && !t->missed && t->hit[2] == t->classes[2] && !in->cut_short;
	if (t->hit[2] != t->classes[2])
		snprintf(r->why, sizeof(r->why),
			 "of the third level %" PRIu64 " of %" PRIu64 " boundaries were drawn",
			 t->hit[2], t->existing[2]);
	if (r->nr_defects) {
		r->verdict = SIM_FAIL;
	} else if (t->missed) {
		r->verdict = SIM_INCOMPLETE; /* why is set */
	} else if (t->incomplete) {
		r->verdict = SIM_INCOMPLETE;
		snprintf(r->why, sizeof(r->why), "a bound on time or executions ended the sweep");
	} else if (known_met(r)) {
		r->verdict = SIM_PASS; /* which may have ended what would have been reached */
	} else if (in->o->suspend) {
		r->verdict = r->executions > in->suspend_waits ? SIM_PASS : SIM_VACUOUS;
		if (r->verdict == SIM_VACUOUS)
			snprintf(r->why, sizeof(r->why),
				 "no CPU stood still where another went on");
	} else if (!in->verdicts[SIM_NOW] && !in->programs && !in->interrupted_before) {
		r->verdict = SIM_VACUOUS;
		snprintf(r->why, sizeof(r->why), "%s",
			 inject_nr_arrivals(in) ? "no notification interrupted anything"
						: "the scenario has no arrivals to inject");
	} else if (!in->pool_was_denied && !in->from_sweep) {
		r->verdict = SIM_VACUOUS;
		snprintf(
			r->why, sizeof(r->why),
			"the pool was never found empty: the core takes less from it, or does not ask");
	} else if (max_levels(in) > 1 && max_levels(in) >= together(in, in->s->nr_arrivals) &&
		   scenario_demanded_nests(in->s) & ~in->nests_seen) {
		r->verdict = SIM_VACUOUS;
		snprintf(r->why, sizeof(r->why), "a nest that the scenario claims was not reached");
	} else {
		r->verdict = SIM_PASS;
	}
}

/* ---- Set-up ---------------------------------------------------------------------------------- */

/* A fault or a hang becomes a defect like any other. */
static void boot(struct inject *in)
{
	struct sigaction old[INJECT_NR_FAULTS];
	struct ghes_step step;

	inject_catch_faults(in, old);
	in->crash_armed = true;
	inject_bound(in, &step);
	if (!sigsetjmp(in->crashed, 0))
		sim_boot(in->m);
	ghes_step_disarm(&step);
	in->crash_armed = false;
	inject_leave_faults(old);
}

static int open_machine(struct inject *in, struct sim_recording *recording, char *error,
			size_t error_size)
{
	struct sim_observer counts = counts_observer(in->s), rec;
	struct sim_config config = in->s->config;
	const struct ghes_core_ops *ops =
		sim_core_ops(in->core, SIM_STEPPED, config.arch, error, error_size);

	if (!ops)
		return -1;
	if (!sim_core_takes(ops, in->s, in->r))
		return 0;
	in->module = sim_core_step_module(in->core, config.arch);
	if (!in->module || ghes_step_cover_init(&in->cover, in->module) || !inject_watch_init(in)) {
		snprintf(error, error_size, "out of memory");
		return -1;
	}
	if (in->o->seed_set)
		config.seed = in->o->seed;
	if (in->o->suspend && config.nr_cpus < 2)
		config.nr_cpus = 2;
	in->other = config.nr_cpus - 1;
	in->m = sim_machine_create(&config, ops, error, error_size);
	if (!in->m)
		return -1;
	sim_observe_oracles(in->m);
	sim_observe(in->m, &counts);
	if (recording) {
		rec = recording_observer(recording);
		sim_observe(in->m, &rec);
	}
	in->driver.wait = inject_wait;
	if (config.nr_cpus > 1) {
		if (!inject_cpus_init(in)) {
			snprintf(error, error_size, "out of memory");
			return -1;
		}
		in->driver.point = inject_point;
		in->driver.unwind = inject_unwind;
	}
	sim_set_driver(in->m, &in->driver);
	if (sim_core_attach(in->core, SIM_STEPPED, config.arch, in->m)) {
		snprintf(error, error_size, "the state of core %s cannot be saved",
			 sim_core_name(in->core));
		return -1;
	}
	sim_set_this_cpu(in->m, 0);
	known_watch(&in->known, in->m, in->o, in->r);
	boot(in);
	inject_find_shared(in);
	in->boot = sim_snapshot_save(in->m);
	if (!in->boot) {
		snprintf(error, error_size, "out of memory");
		return -1;
	}
	in->r->seed = config.seed;
	return 0;
}

static void close_machine(struct inject *in)
{
	inject_watch_fini(in);
	inject_cpus_fini(in);
	if (in->boot)
		sim_snapshot_free(in->m, in->boot);
	if (in->m)
		sim_machine_destroy(in->m);
	if (in->module)
		ghes_step_cover_fini(&in->cover);
}

static int drive(const struct sim_scenario *s, struct sim_core *core, const struct sim_options *o,
		 struct sim_result *r, char *error, size_t error_size)
{
	struct inject in = {.s = s, .o = o, .core = core, .r = r};
	struct sigaction old[INJECT_NR_FAULTS];
	struct totals t = {0};
	double from;
	int ret;

	if (o->resume && !inject_resume_parse(&in, o->resume)) {
		snprintf(error, error_size,
			 "the place to go on from is '%s', expected SWEEP:BOUNDARY,...;REACHED",
			 o->resume);
		return -1;
	}
	if (in.from.levels > 2)
		in.from.levels = 2; /* deeper places were drawn */
	ret = open_machine(&in, NULL, error, error_size);
	/* only now: the first use of a kernel core compiles it, for seconds */
	from = inject_now();
	in.until = o->seconds > 0 ? from + o->seconds : 0;
	if (!ret && in.m) {
		inject_catch_faults(&in, old);
		sim_snapshot_track(in.m, in.boot);
		if (sim_nr_defects(in.m))
			inject_on_defect(&in, &nothing, 1, NULL); /* it is every run's */
		else
			sweeps(&in, &t);
		inject_leave_faults(old);
		count_coverage(&in, &t);
		verdict(&in, &t);
		known_tell(r);
	}
	close_machine(&in);
	r->seconds = inject_now() - from;
	if (r->seconds > 0)
		sim_count(r, "executions-per-second",
			  (uint64_t)((double)r->executions / r->seconds));
	return ret;
}

/* "read_one insn 186/299 (notify.c:101), then..." */
static void tell_landed(const struct inject *in, const struct ghes_step_schedule *schedule,
			const struct ghes_step_point *const *points)
{
	struct sim_result *r = in->r;
	size_t used = 0;

	for (unsigned int i = 0; i < schedule->levels && used < sizeof(r->landed); i++) {
		char where[160] = "nothing: the boundary is gone";

		if (points[i])
			ghes_step_describe(in->module, points[i], where, sizeof(where));
		used += (size_t)snprintf(r->landed + used, sizeof(r->landed) - used, "%s%s",
					 i ? ", then " : "", where);
	}
}

static int replay(const struct sim_scenario *s, struct sim_core *core, const struct sim_options *o,
		  const char *choices, struct sim_result *r, char *error, size_t error_size)
{
	struct inject in = {.s = s, .o = o, .core = core, .r = r};
	struct ghes_step_target target = inject_target;
	struct ghes_step_schedule schedule;
	struct sigaction old[INJECT_NR_FAULTS];
	const struct ghes_step_point *points[GHES_STEP_LEVELS_MAX] = {NULL};
	struct ghes_step_options so;
	int ret, code;

	if (inject_choices_parse(&in, choices, &schedule, error, error_size))
		return -1;
	ret = open_machine(&in, o->recording, error, error_size);
	if (!ret && in.m) {
		target.ctx = &in;
		so = inject_options(&in, schedule.levels ? schedule.levels : 1);
		so.limit = INJECT_ENDLESS;
		inject_catch_faults(&in, old);
		code = sim_nr_defects(in.m) ? 1 : ghes_step_run(&target, &so, &schedule, points);
		inject_leave_faults(old);
		inject_add_stuck(&in, code);
		tell_landed(&in, &schedule, points);
		r->executions = 1;
		sim_collect_defects(r, in.m, NULL);
		for (unsigned int i = 0; i < r->nr_defects; i++)
			inject_tell_crash_place(&in, &r->defects[i]);
		r->verdict = r->nr_defects		? SIM_FAIL
			     : code == GHES_STEP_MISSED ? SIM_INCOMPLETE
							: SIM_PASS;
		if (code == GHES_STEP_MISSED)
			snprintf(
				r->why, sizeof(r->why),
				"the schedule's boundary is not there: another build of the core?");
		sim_count(r, "trace-hash", sim_trace_hash(in.m));
		if (o->recording)
			recording_finish(o->recording, in.m);
	}
	close_machine(&in);
	return ret;
}

const struct sim_driver_type sim_driver_inject = {
	.name = "inject",
	.help = "the notification at every instruction boundary, and at every one of its handler",
	.run = drive,
	.replay = replay,
};
