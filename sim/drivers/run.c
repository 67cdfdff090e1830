// SPDX-License-Identifier: GPL-2.0-only
/*
 * Driver `run`: the scenario's own order, once, deterministic.
 *
 * Flow: programs, one action of each CPU in turn; an arrival with a place strikes when its place is
 * reached, in whatever context that is; the others come after the programs; then rest.
 *
 * CPUs are fibers (cpus.h). A CPU that must wait for another goes back to who resumed it; the
 * driver resumes the others until all are done, or a whole round brought nothing: a deadlock.
 *
 * A core that faults, or that never comes back from a computation, ends the run with a defect: the
 * guard's handler leaves the core's fiber as it is, for ever.
 */
#include "drivers/driver.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "drivers/cores.h"
#include "drivers/counts.h"
#include "drivers/cpus.h"
#include "drivers/guard.h"
#include "drivers/known.h"
#include "drivers/recording.h"
#include "drivers/schedule.h"

struct run {
	struct sim_driver driver; /* first: the machine hands it back */
	const struct sim_scenario *s;
	struct sim_machine *m;
	struct sim_cpus *cpus;
	struct sim_guard guard;
	unsigned int *seen;	 /* per arrival: matching events so far */
	uint32_t *came;		 /* per arrival: bit n: its event came in enum sim_running n */
	unsigned int *delivered; /* per arrival: times it struck */
	uint64_t moves;		 /* points passed by anybody: no move in a round is a deadlock */
	bool dead;		 /* nobody can go on */
	const struct ghes_core_ops *ops;
	int boot_error;
	bool booted; /* places are counted from here on */
	bool quiescing;
	/* the job of each CPU */
	struct job {
		struct run *run;
		unsigned int cpu;
		const struct sim_action *action;
		bool arrive;
	} jobs[SIM_MAX_CPUS];
};

static void do_job(void *arg)
{
	struct job *j = arg;

	if (j->arrive)
		sim_arrive(j->run->m, j->cpu, j->action);
	else
		sim_do(j->run->m, j->cpu, j->action);
}

static void set_job(struct run *r, unsigned int cpu, const struct sim_action *a, bool arrive)
{
	r->jobs[cpu] = (struct job){r, cpu, a, arrive};
	cpus_job(r->cpus, cpu, do_job, &r->jobs[cpu]);
}

static bool is_place(const struct sim_place *at, struct sim_machine *m, unsigned int cpu,
		     enum sim_event_kind kind)
{
	if (!at->set || at->kind != kind)
		return false;
	if (at->cpu >= 0 && (unsigned int)at->cpu != cpu)
		return false;
	return at->running < 0 || (enum sim_running)at->running == sim_running(m, cpu);
}

static void strike(struct run *r, unsigned int here, unsigned int n)
{
	const struct sim_arrival *a = &r->s->arrivals[n];
	unsigned int cpu = a->cpu < 0 ? here : (unsigned int)a->cpu;

	while (r->delivered[n] < a->times) {
		r->delivered[n]++;
		if (cpu == here) {
			sim_arrive(r->m, cpu, &a->action);
		} else if (!cpus_busy(r->cpus, cpu)) {
			set_job(r, cpu, &a->action, true);
			cpus_resume(r->cpus, cpu);
		}
	}
}

static void point(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		  enum sim_event_kind kind, uint64_t arg)
{
	struct run *r = (struct run *)d;

	(void)arg;
	r->moves++;
	/* What struck a machine that comes to rest would be judged before anything came of it. */
	for (unsigned int i = 0; r->booted && !r->quiescing && i < r->s->nr_arrivals; i++) {
		if (r->s->arrivals[i].at.kind == kind)
			r->came[i] |= 1u << sim_running(m, cpu);
		if (r->delivered[i] || !is_place(&r->s->arrivals[i].at, m, cpu, kind))
			continue;
		if (++r->seen[i] == r->s->arrivals[i].at.nth)
			strike(r, cpu, i);
	}
}

static bool wait(struct sim_driver *d, struct sim_machine *m, unsigned int cpu, const void *on_what)
{
	struct run *r = (struct run *)d;

	(void)m;
	(void)cpu;
	(void)on_what;
	if (r->dead || r->quiescing)
		return false;
	cpus_yield(r->cpus);
	return !r->dead;
}

static void stop(struct sim_driver *d, struct sim_machine *m)
{
	(void)m;
	cpus_abandon(((struct run *)d)->cpus);
}

/* Resume whoever has something to do until nobody has. */
static void settle(struct run *r)
{
	for (;;) {
		uint64_t before = r->moves;
		bool busy = false;

		for (unsigned int cpu = 0; cpu < r->s->config.nr_cpus; cpu++) {
			if (!cpus_busy(r->cpus, cpu))
				continue;
			cpus_resume(r->cpus, cpu);
			if (cpus_abandoned(r->cpus))
				return;
			busy |= cpus_busy(r->cpus, cpu);
		}
		if (!busy)
			return;
		r->dead = r->moves == before;
	}
}

static bool over(const struct run *r)
{
	return cpus_abandoned(r->cpus) || sim_panicked(r->m);
}

static void run_programs(struct run *r)
{
	bool more = true;

	for (unsigned int pc = 0; more && !over(r); pc++) {
		more = false;
		for (unsigned int i = 0; i < r->s->nr_programs && !over(r); i++) {
			const struct sim_program *p = &r->s->programs[i];

			if (pc >= p->nr_actions)
				continue;
			more = true;
			set_job(r, p->cpu, &p->actions[pc], false);
			settle(r);
		}
	}
}

static void run_arrivals(struct run *r)
{
	for (unsigned int i = 0; i < r->s->nr_arrivals && !over(r); i++) {
		const struct sim_arrival *a = &r->s->arrivals[i];
		unsigned int cpu = a->cpu < 0 ? 0 : (unsigned int)a->cpu;

		while (!a->at.set && r->delivered[i] < a->times && !over(r)) {
			r->delivered[i]++;
			set_job(r, cpu, &a->action, true);
			settle(r);
		}
	}
}

static void died(struct sim_guard *g)
{
	struct run *r = g->arg;

	guard_tell(g, r->m);
	cpus_abandon(r->cpus);
}

static void boot_job(void *arg)
{
	struct run *r = arg;

	r->boot_error = sim_boot(r->m);
}

static void quiesce_job(void *arg)
{
	sim_quiesce(((struct run *)arg)->m);
}

static void execute(struct run *r)
{
	cpus_job(r->cpus, 0, boot_job, r);
	settle(r);
	r->booted = true;
	if (!over(r))
		run_programs(r);
	if (!over(r))
		run_arrivals(r);
	if (cpus_abandoned(r->cpus))
		return;
	r->quiescing = true;
	cpus_job(r->cpus, 0, quiesce_job, r);
	settle(r);
}

/* What a person looks for next: did its event come at all, and where? */
static void tell_not_struck(const struct run *r, unsigned int n, char *why, size_t size)
{
	const struct sim_arrival *a = &r->s->arrivals[n];
	size_t used = (size_t)snprintf(why, size, "the arrival of line %d never found its place",
				       a->action.line);
	const char *before = ": its event came in";

	if (!a->at.set || used >= size)
		return;
	if (r->seen[n] || !r->came[n]) {
		snprintf(why + used, size - used, ": its event came %u times there, expected %u",
			 r->seen[n], a->at.nth);
		return;
	}
	for (unsigned int i = 0; i < SIM_NR_RUNNING && used < size; i++)
		if (r->came[n] >> i & 1) {
			used += (size_t)snprintf(why + used, size - used, "%s %s", before,
						 sim_running_name((enum sim_running)i));
			before = ",";
		}
}

/* What was to happen and did not makes the run vacuous: it did not show its story. */
static bool all_struck(const struct run *r, char *why, size_t size)
{
	for (unsigned int i = 0; i < r->s->nr_arrivals; i++)
		if (!r->delivered[i] && !sim_panicked(r->m)) {
			tell_not_struck(r, i, why, size);
			return false;
		}
	if (!sim_pool_was_denied(r->m))
		snprintf(
			why, size,
			"the pool was never found empty: the core takes less from it, or does not ask");
	return sim_pool_was_denied(r->m);
}

/* The defect that ended the run was reported last of its kind. */
static void locate(const struct run *r, struct sim_result *res)
{
	enum sim_oracle_id oracle = r->guard.signal ? SIM_ORACLE_crash : SIM_ORACLE_progress;

	for (unsigned int i = 0; r->guard.pc && i < res->nr_defects; i++)
		if (res->defects[i].oracle == oracle)
			guard_locate(r->guard.pc, res->defects[i].source_location,
				     sizeof(res->defects[i].source_location),
				     res->defects[i].function[0]);
}

/*
 * A core that did not come up has shown nothing, unless that it gives up in good order is the
 * story: memory or an SDEI call was denied. Then a counter says so.
 */
static bool started(const struct run *r, struct sim_result *res)
{
	const uint64_t *misbehave = sim_config(r->m)->misbehave;
	struct ghes_core_state state = {0};

	if (!r->boot_error)
		return true;
	if (sim_core(r->m))
		r->ops->state(sim_core(r->m), &state);
	if (state.sources)
		return true;
	if (misbehave[SIM_MISBEHAVE_POOL_FAIL] || misbehave[SIM_MISBEHAVE_SDEI_DENY]) {
		sim_count(res, "not-started", 1);
		return true;
	}
	for (unsigned int i = 0; !r->s->misbehaves && i < SIM_NR_EXPECT; i++)
		if (r->s->expect_set[i])
			return true; /* judged by these */
	snprintf(res->why, sizeof(res->why), "the core took no source when it was started: %s",
		 ghes_strerror(r->boot_error));
	return false;
}

/* @met: finds that are known. After one of them the scenario's story may be another one. */
static enum sim_result_verdict verdict(struct run *r, const struct sim_options *o,
				       struct sim_result *res, bool met)
{
	if (res->nr_defects)
		return SIM_FAIL;
	if (met && cpus_abandoned(r->cpus) && !sim_panicked(r->m)) {
		res->complete = false; /* it ended the run */
		return SIM_PASS;
	}
	if (!met && (!started(r, res) || !all_struck(r, res->why, sizeof(res->why))))
		return SIM_VACUOUS;
	if (counts_as_expected(counts_of(r->m), r->s, res->why, sizeof(res->why)) ||
	    known_expectation(o, res))
		return SIM_PASS;
	res->expectation_failed = true;
	return SIM_FAIL;
}

static void judge(struct run *r, const struct sim_core *core, const struct sim_options *o,
		  struct sim_result *res)
{
	const struct sim_counts *c = counts_of(r->m);
	char *schedule = sim_nr_defects(r->m)
				 ? sim_core_schedule(core, "run", r->s, sim_config(r->m)->seed, "")
				 : NULL;

	sim_collect_defects(res, r->m, schedule);
	free(schedule);
	locate(r, res);
	known_pass_over(o, res, 0);
	sim_collect_judged(res, r->m);
	res->executions = 1;
	res->complete = true;
	res->notifications = counts_notifications(c);
	counts_report(c, res);
	sim_count(res, "trace-hash", sim_trace_hash(r->m));
	res->verdict = verdict(r, o, res, known_met(res));
	known_tell(res);
}

static struct sim_machine *make_machine(const struct sim_scenario *s,
					const struct ghes_core_ops *ops,
					const struct sim_options *o, char *error, size_t error_size)
{
	struct sim_config config = s->config;
	struct sim_machine *m;

	if (o->seed_set)
		config.seed = o->seed;
	m = sim_machine_create(&config, ops, error, error_size);
	if (m)
		sim_observe_oracles(m);
	return m;
}

static int drive(const struct sim_scenario *s, struct sim_core *core, const struct sim_options *o,
		 struct sim_result *res, char *error, size_t error_size)
{
	struct run r = {.driver = {.point = point, .wait = wait, .stop = stop}, .s = s};
	struct sim_observer counts = counts_observer(s), recording;
	struct known_watch watch;
	const struct ghes_core_ops *ops =
		sim_core_ops(core, SIM_NATIVE, s->config.arch, error, error_size);
	struct timespec from, to;
	int ret = -1;

	if (!ops)
		return -1;
	if (!sim_core_takes(ops, s, res))
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &from);
	r.m = make_machine(s, ops, o, error, error_size);
	if (!r.m)
		return -1;
	sim_observe(r.m, &counts);
	if (o->recording) {
		recording = recording_observer(o->recording);
		sim_observe(r.m, &recording);
	}
	r.ops = ops;
	r.cpus = cpus_create(r.m, s->config.nr_cpus);
	r.seen = calloc(s->nr_arrivals + 1, sizeof(*r.seen));
	r.came = calloc(s->nr_arrivals + 1, sizeof(*r.came));
	r.delivered = calloc(s->nr_arrivals + 1, sizeof(*r.delivered));
	if (!r.cpus || !r.seen || !r.came || !r.delivered) {
		snprintf(error, error_size, "out of memory");
	} else {
		r.guard = (struct sim_guard){.moves = &r.moves, .ended = died, .arg = &r};
		sim_set_driver(r.m, &r.driver);
		known_watch(&watch, r.m, o, res);
		guard_arm(&r.guard);
		execute(&r);
		guard_disarm(&r.guard);
		judge(&r, core, o, res);
		if (o->recording)
			recording_finish(o->recording, r.m);
		ret = 0;
	}
	res->seed = sim_config(r.m)->seed;
	clock_gettime(CLOCK_MONOTONIC, &to);
	res->seconds =
		(double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	free(r.seen);
	free(r.came);
	free(r.delivered);
	cpus_destroy(r.cpus);
	sim_machine_destroy(r.m);
	return ret;
}

/* Nothing was chosen: the same run again. */
static int replay(const struct sim_scenario *s, struct sim_core *core, const struct sim_options *o,
		  const char *choices, struct sim_result *r, char *error, size_t error_size)
{
	if (*choices) {
		snprintf(error, error_size, "choices are '%s', expected none for driver run",
			 choices);
		return -1;
	}
	return drive(s, core, o, r, error, error_size);
}

const struct sim_driver_type sim_driver_run = {
	.name = "run",
	.help = "the scenario's own order, once, deterministic: the story in words and pictures",
	.run = drive,
	.replay = replay,
};
