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
 */
#include "drivers/driver.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "drivers/cores.h"
#include "drivers/counts.h"
#include "drivers/recording.h"
#include "drivers/schedule.h"
#include "step/step.h"
#include "step/sweep.h"

/* A run of this many times the instructions of an undisturbed one is stuck. */
#define STUCK_FACTOR   64
#define STUCK_MIN      10000000
#define DEFAULT_LEVELS 2
/* So many defects end a sweep: more of them say nothing new. */
#define ENOUGH_DEFECTS 64

#define MAX_SHARED 16
#define PAGE	   ((uintptr_t)4096)

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
	struct sim_region shared[MAX_SHARED]; /* whole pages */
	unsigned int nr_shared;
	uint64_t verdicts[SIM_FATAL + 1], elsewhere;
	uint64_t nested[SIM_NR_RUNNING][SIM_NR_RUNNING];
	uint64_t nests_seen;
	double until;
	uint64_t defects;
};

/* All of them outside of what they protect, and usable in a signal handler. */
static void find_shared(struct inject *in)
{
	in->nr_shared = sim_state_regions(in->m, in->shared, MAX_SHARED);
	for (unsigned int i = 0; i < in->nr_shared && i < MAX_SHARED; i++) {
		uintptr_t start = (uintptr_t)in->shared[i].start & ~(PAGE - 1);
		uintptr_t end = (uintptr_t)in->shared[i].start + in->shared[i].size;

		in->shared[i].start = (void *)start;
		in->shared[i].size = ((end + PAGE - 1) & ~(PAGE - 1)) - start;
	}
}

static void protect(const struct inject *in, int access)
{
	for (unsigned int i = 0; i < in->nr_shared; i++)
		mprotect(in->shared[i].start, in->shared[i].size, access);
}

static bool is_shared(const struct inject *in, const void *address)
{
	for (unsigned int i = 0; i < in->nr_shared; i++)
		if ((uintptr_t)address - (uintptr_t)in->shared[i].start < in->shared[i].size)
			return true;
	return false;
}

static struct inject *crashing; /* whom a fault belongs to; one inject at a time in a process */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- Faults of the core ---------------------------------------------------------------------- */

static void on_fault(int sig, siginfo_t *info, void *context)
{
	struct inject *in = crashing;

	(void)context;
	if (in && in->watching && !in->open && is_shared(in, info->si_addr)) {
		protect(in, PROT_READ | PROT_WRITE);
		in->open = true;
		return; /* and the instruction is executed again */
	}
	if (in && sig == SIGSEGV && sim_snapshot_fault(in->m, info->si_addr))
		return;
	if (!in || !in->crash_armed) {
		signal(sig, SIG_DFL);
		return;
	}
	in->crash_armed = false;
	sim_defect(in->m, SIM_ORACLE_crash, "signal %d (%s) at address %p", sig, sigdescr_np(sig),
		   info->si_addr);
	siglongjmp(in->crashed, 1);
}

static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
#define NR_FAULTS (sizeof(faults) / sizeof(faults[0]))

static void catch_faults(struct inject *in, struct sigaction old[NR_FAULTS])
{
	struct sigaction a;

	memset(&a, 0, sizeof(a));
	a.sa_sigaction = on_fault;
	a.sa_flags = SA_SIGINFO | SA_NODEFER;
	crashing = in;
	for (size_t i = 0; i < NR_FAULTS; i++)
		sigaction(faults[i], &a, &old[i]);
}

static void leave_faults(const struct sigaction old[NR_FAULTS])
{
	crashing = NULL;
	for (size_t i = 0; i < NR_FAULTS; i++)
		sigaction(faults[i], &old[i], NULL);
}

/* ---- What others can see --------------------------------------------------------------------- */

/*
 * All that contexts share is in the machine's arena (and a kernel core's static data). It is made
 * inaccessible; the fault of the first access opens it until the next boundary.
 */
static void watch_begin(void *arg)
{
	struct inject *in = arg;

	sim_snapshot_pause(in->m, true); /* the protection is ours now */
	in->watching = true;
	in->open = true;
}

static void watch_end(void *arg)
{
	struct inject *in = arg;

	if (!in->open)
		protect(in, PROT_READ | PROT_WRITE);
	in->watching = false;
	sim_snapshot_pause(in->m, false);
}

static bool watch_touched(void *arg)
{
	struct inject *in = arg;

	if (!in->open)
		return false;
	in->open = false;
	protect(in, PROT_NONE);
	return true;
}

#define WATCH_BITS (UINT64_C(1) << 20)

static bool watch_init(struct inject *in)
{
	in->watch = (struct ghes_step_watch){
		.begin = watch_begin,
		.end = watch_end,
		.touched = watch_touched,
		.arg = in,
		.bits = WATCH_BITS,
	};
	for (unsigned int i = 0; i < GHES_STEP_LEVELS_MAX; i++) {
		in->watch.classes[i] = calloc(WATCH_BITS / 64, sizeof(uint64_t));
		if (!in->watch.classes[i])
			return false;
	}
	return true;
}

static void watch_fini(struct inject *in)
{
	for (unsigned int i = 0; i < GHES_STEP_LEVELS_MAX; i++)
		free(in->watch.classes[i]);
}

/* ---- One run --------------------------------------------------------------------------------- */

static void reset(void *ctx)
{
	struct inject *in = ctx;

	sim_snapshot_restore(in->m, in->boot);
}

static void run_programs(struct inject *in)
{
	static const struct sim_action settle[] = {
		{.kind = SIM_ACTION_RUN_WORK},
		{.kind = SIM_ACTION_GRACE_PERIOD},
	};
	const struct sim_scenario *s = in->s;
	bool more = true;

	for (unsigned int pc = 0; more && !sim_stopped(in->m); pc++) {
		more = false;
		for (unsigned int i = 0; i < s->nr_programs && !sim_stopped(in->m); i++) {
			if (pc >= s->programs[i].nr_actions)
				continue;
			more = true;
			sim_set_this_cpu(in->m, s->programs[i].cpu);
			sim_do(in->m, s->programs[i].cpu, &s->programs[i].actions[pc]);
		}
	}
	for (unsigned int n = 0; n < 2; n++)
		for (unsigned int cpu = 0; cpu < s->config.nr_cpus && !sim_stopped(in->m); cpu++) {
			sim_set_this_cpu(in->m, cpu);
			sim_do(in->m, cpu, &settle[n]);
		}
}

static void path(void *ctx)
{
	struct inject *in = ctx;

	in->crash_armed = true;
	if (!sigsetjmp(in->crashed, 0))
		run_programs(in);
	in->crash_armed = false;
}

static void notify(void *ctx, unsigned int level)
{
	struct inject *in = ctx;
	const struct sim_arrival *a = &in->s->arrivals[in->arrival[level]];
	unsigned int cpu = sim_this_cpu(in->m);

	if (a->cpu >= 0 && (unsigned int)a->cpu != cpu) {
		in->elsewhere++;
		return;
	}
	in->verdicts[sim_arrive(in->m, cpu, &a->action)]++;
}

static int judge(void *ctx)
{
	struct inject *in = ctx;
	struct sim_counts *c = counts_of(in->m);

	if (!sim_nr_defects(in->m)) {
		in->crash_armed = true;
		if (!sigsetjmp(in->crashed, 0))
			sim_quiesce(in->m);
		in->crash_armed = false;
	}
	in->nests_seen |= c->nests_seen;
	in->r->notifications += counts_notifications(c);
	return sim_nr_defects(in->m) ? 1 : 0;
}

static bool wait(struct sim_driver *d, struct sim_machine *m, unsigned int cpu, const void *on_what)
{
	(void)d;
	(void)m;
	(void)cpu;
	(void)on_what;
	return false; /* one CPU moves at a time: whoever is waited for never goes on */
}

static const struct ghes_step_target target_template = {
	.reset = reset,
	.path = path,
	.notify = notify,
	.judge = judge,
};

/* ---- Schedules ------------------------------------------------------------------------------- */

/* "1@214 0@1033": arrival 1 at boundary 214 of the path, arrival 0 at 1033 of its handler. */
static char *choices_text(const struct inject *in, const struct ghes_step_schedule *schedule)
{
	char buf[40 * GHES_STEP_LEVELS_MAX];
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < schedule->levels && used < sizeof(buf); i++)
		used += (size_t)snprintf(buf + used, sizeof(buf) - used, "%s%u@%" PRIu64,
					 i ? " " : "", in->arrival[i + 1], schedule->at[i]);
	return strdup(buf);
}

static int choices_parse(struct inject *in, const char *text, struct ghes_step_schedule *schedule,
			 char *error, size_t error_size)
{
	const char *p = text;

	memset(schedule, 0, sizeof(*schedule));
	while (*p) {
		unsigned int n;
		uint64_t at;
		int used = 0;

		if (schedule->levels == GHES_STEP_LEVELS_MAX ||
		    sscanf(p, "%u@%" SCNu64 "%n", &n, &at, &used) != 2 || !at ||
		    n >= in->s->nr_arrivals || (p[used] && p[used] != ' ')) {
			snprintf(error, error_size,
				 "choices are '%s', expected ARRIVAL@BOUNDARY for each level",
				 text);
			return -1;
		}
		in->arrival[schedule->levels + 1] = n;
		schedule->at[schedule->levels++] = at;
		p += used;
		while (*p == ' ')
			p++;
	}
	return 0;
}

static char *schedule_of(const struct inject *in, const struct ghes_step_schedule *steps)
{
	struct sim_schedule s = {.seed = sim_config(in->m)->seed};
	char *text;

	snprintf(s.driver, sizeof(s.driver), "inject");
	snprintf(s.scenario, sizeof(s.scenario), "%s", in->s->file);
	snprintf(s.core, sizeof(s.core), "%s", sim_core_name(in->core));
	s.choices = choices_text(in, steps);
	text = schedule_text(&s);
	schedule_free(&s);
	return text;
}

static bool is_known(const struct sim_result *r, enum sim_oracle_id oracle)
{
	for (unsigned int i = 0; i < r->nr_defects; i++)
		if (r->defects[i].oracle == oracle)
			return true;
	return false;
}

static void add_stuck(struct inject *in, int code)
{
	if (code == GHES_STEP_STUCK)
		sim_defect(in->m, SIM_ORACLE_progress,
			   "more than %d times the instructions of an undisturbed run",
			   STUCK_FACTOR);
}

static void on_defect(void *arg, const struct ghes_step_schedule *schedule, int code,
		      const struct ghes_step_point *const *points)
{
	struct inject *in = arg;
	unsigned int before = in->r->nr_defects, kept = before;
	char *text;

	in->defects++;
	if (code == GHES_STEP_MISSED) {
		snprintf(in->r->why, sizeof(in->r->why),
			 "boundary %" PRIu64 " of the path was gone when it was run again",
			 schedule->at[schedule->levels - 1]);
		return;
	}
	add_stuck(in, code);
	text = schedule_of(in, schedule);
	sim_collect_defects(in->r, in->m, text);
	free(text);
	/* One of each oracle is enough. */
	for (unsigned int i = before; i < in->r->nr_defects; i++) {
		struct sim_found f = in->r->defects[i];
		unsigned int nr = in->r->nr_defects;

		in->r->nr_defects = kept;
		if (is_known(in->r, f.oracle)) {
			free(f.schedule);
		} else {
			if (schedule->levels && points[schedule->levels - 1])
				ghes_step_describe(in->module, points[schedule->levels - 1],
						   f.source_location, sizeof(f.source_location));
			in->r->defects[kept++] = f;
		}
		in->r->nr_defects = nr;
	}
	in->r->nr_defects = kept;
}

static bool should_stop(void *arg)
{
	struct inject *in = arg;

	/* The clock is looked at once in a while: a run may be shorter than the look. */
	if (in->o->max_executions && in->r->executions >= in->o->max_executions)
		return true;
	in->r->executions++;
	if (in->defects >= ENOUGH_DEFECTS)
		return true;
	return in->until > 0 && !(in->r->executions & 63) && now() > in->until;
}

/* ---- The sweeps ------------------------------------------------------------------------------ */

struct totals {
	uint64_t existing[GHES_STEP_LEVELS_MAX], hit[GHES_STEP_LEVELS_MAX];
	uint64_t classes[GHES_STEP_LEVELS_MAX];
	uint64_t missed;
	bool incomplete;
};

static struct ghes_step_options options_of(struct inject *in, unsigned int levels)
{
	return (struct ghes_step_options){
		.levels = levels,
		.seed = sim_config(in->m)->seed,
		.defect = on_defect,
		.stop = should_stop,
		.arg = in,
		.cover = &in->cover,
		.watch = &in->watch,
	};
}

static uint64_t undisturbed(struct ghes_step_target *target)
{
	struct ghes_step step = {0};

	target->reset(target->ctx);
	ghes_step_arm(&step);
	target->path(target->ctx);
	return ghes_step_disarm(&step);
}

/* The arrivals of in->arrival[1..levels]; levels below the last have had their own sweep. */
static void sweep(struct inject *in, unsigned int levels, uint64_t limit, struct totals *t)
{
	struct ghes_step_target target = target_template;
	struct ghes_step_options o = options_of(in, levels);
	struct ghes_step_result res;

	target.ctx = in;
	o.limit = limit;
	if (levels > 2) {
		o.complete = 2;
		o.samples = 8;
	}
	ghes_step_sweep(&target, &o, &res);
	for (unsigned int i = 0; i < levels; i++) {
		t->existing[i] += res.level[i].existing;
		t->hit[i] += res.level[i].hit;
		t->classes[i] += res.level[i].classes;
	}
	t->missed += res.missed;
	t->incomplete |= res.incomplete;
}

/* Every sequence of @levels different arrivals. */
static void sweep_all(struct inject *in, unsigned int level, unsigned int levels, uint64_t limit,
		      struct totals *t)
{
	for (unsigned int i = 0; i < in->s->nr_arrivals && !t->incomplete; i++) {
		bool used = false;

		for (unsigned int l = 1; l < level; l++)
			used |= in->arrival[l] == i && in->s->arrivals[i].times < 2;
		if (used)
			continue;
		in->arrival[level] = i;
		if (level == levels)
			sweep(in, levels, limit, t);
		else
			sweep_all(in, level + 1, levels, limit, t);
	}
}

static unsigned int max_levels(const struct inject *in)
{
	unsigned int possible = 0, wanted = in->o->levels ? in->o->levels : DEFAULT_LEVELS;

	for (unsigned int i = 0; i < in->s->nr_arrivals; i++)
		possible += in->s->arrivals[i].times;
	if (wanted > GHES_STEP_LEVELS_MAX)
		wanted = GHES_STEP_LEVELS_MAX;
	return wanted < possible ? wanted : possible;
}

static void sweeps(struct inject *in, struct totals *t)
{
	struct ghes_step_target target = target_template;
	unsigned int levels = max_levels(in);
	uint64_t length, limit;

	target.ctx = in;
	length = undisturbed(&target);
	limit = length * STUCK_FACTOR > STUCK_MIN ? length * STUCK_FACTOR : STUCK_MIN;
	sim_count(in->r, "path-instructions", length);
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
		if (!t->existing[i])
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
	ghes_step_cover_count(&in->cover, NULL, &points_hit, &points);
	sim_count(in->r, "instructions-interrupted", points_hit);
	sim_count(in->r, "instructions-in-core", points);
}

static void verdict(struct inject *in, const struct totals *t)
{
	struct sim_result *r = in->r;
	uint32_t all = in->s->nr_nests >= 32 ? UINT32_MAX : (1u << in->s->nr_nests) - 1;

	r->complete = !t->incomplete && !t->missed;
	if (r->nr_defects) {
		r->verdict = SIM_FAIL;
	} else if (t->missed) {
		r->verdict = SIM_INCOMPLETE; /* why is set */
	} else if (!in->verdicts[SIM_NOW]) {
		r->verdict = SIM_VACUOUS;
		snprintf(r->why, sizeof(r->why), "no notification interrupted anything");
	} else if (t->incomplete) {
		r->verdict = SIM_INCOMPLETE;
		snprintf(r->why, sizeof(r->why), "a bound on time or executions ended the sweep");
	} else if (max_levels(in) > 1 && (in->nests_seen & all) != all) {
		r->verdict = SIM_VACUOUS;
		snprintf(r->why, sizeof(r->why), "a nest that the scenario claims was not reached");
	} else {
		r->verdict = SIM_PASS;
	}
}

/* ---- Set-up ---------------------------------------------------------------------------------- */

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
	if (!in->module || ghes_step_cover_init(&in->cover, in->module) || !watch_init(in)) {
		snprintf(error, error_size, "out of memory");
		return -1;
	}
	if (in->o->seed_set)
		config.seed = in->o->seed;
	in->m = sim_machine_create(&config, ops, error, error_size);
	if (!in->m)
		return -1;
	sim_observe_oracles(in->m);
	sim_observe(in->m, &counts);
	if (recording) {
		rec = recording_observer(recording);
		sim_observe(in->m, &rec);
	}
	in->driver.wait = wait;
	sim_set_driver(in->m, &in->driver);
	if (sim_core_attach(in->core, SIM_STEPPED, config.arch, in->m)) {
		snprintf(error, error_size, "the state of core %s cannot be saved",
			 sim_core_name(in->core));
		return -1;
	}
	sim_set_this_cpu(in->m, 0);
	sim_boot(in->m);
	find_shared(in);
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
	watch_fini(in);
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
	struct sigaction old[NR_FAULTS];
	struct totals t = {0};
	double from = now();
	int ret;

	in.until = o->seconds > 0 ? from + o->seconds : 0;
	ret = open_machine(&in, NULL, error, error_size);
	if (!ret && in.m) {
		catch_faults(&in, old);
		sim_snapshot_track(in.m, in.boot);
		sweeps(&in, &t);
		leave_faults(old);
		count_coverage(&in, &t);
		verdict(&in, &t);
	}
	close_machine(&in);
	r->seconds = now() - from;
	if (r->seconds > 0)
		sim_count(r, "executions-per-second",
			  (uint64_t)((double)r->executions / r->seconds));
	return ret;
}

static int replay(const struct sim_scenario *s, struct sim_core *core, const struct sim_options *o,
		  const char *choices, struct sim_result *r, char *error, size_t error_size)
{
	struct inject in = {.s = s, .o = o, .core = core, .r = r};
	struct ghes_step_target target = target_template;
	struct ghes_step_schedule schedule;
	struct sigaction old[NR_FAULTS];
	struct ghes_step_options so;
	int ret, code;

	if (choices_parse(&in, choices, &schedule, error, error_size))
		return -1;
	ret = open_machine(&in, o->recording, error, error_size);
	if (!ret && in.m) {
		target.ctx = &in;
		so = options_of(&in, schedule.levels ? schedule.levels : 1);
		so.limit = STUCK_MIN;
		catch_faults(&in, old);
		code = ghes_step_run(&target, &so, &schedule);
		leave_faults(old);
		add_stuck(&in, code);
		r->executions = 1;
		sim_collect_defects(r, in.m, NULL);
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
