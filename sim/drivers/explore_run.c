// SPDX-License-Identifier: GPL-2.0-only
/*
 * One execution: each CPU's program is a thread of the engine, each arrival a handler that may come
 * at every step of its CPU. Steps are the accesses of the core's instrumented code, and what the
 * machine says that it uses (struct sim_driver.use, .sync, .touch). Between two steps the machine
 * is one piece, as hardware is.
 *
 * The engine lets every arrival come everywhere; what becomes of it there (now, pending, lost) the
 * machine's table says, and the engine knows of that as of a read of its CPU's context and masks.
 *
 * Two that the machine could do and the engine orders itself: locks (a context that waits is not
 * scheduled) and grace periods. The machine's own counts agree with the engine's whenever it is
 * asked, so both are kept.
 */
#include "drivers/explore.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/cores.h"
#include "drivers/counts.h"
#include "drivers/recording.h"

#define KIND_TAKEN SIM_NR_RESOURCES /* an arrival that one of several CPUs takes */
#define MAX_FRAMES 64

/* ---- Defects --------------------------------------------------------------------------------- */

/* The place in the core, called or calling, that is nearest to here. */
static const void *place_in_core(const struct explore *e)
{
	void *frames[MAX_FRAMES];
	int n = backtrace(frames, MAX_FRAMES);
	Dl_info info;

	for (int i = 0; i < n; i++)
		if (dladdr(frames[i], &info) && info.dli_fbase == e->core_base)
			return frames[i];
	return NULL;
}

/* The first defect of the machine ends the execution. */
static void fail(struct explore *e)
{
	const struct sim_defect *d = sim_get_defect(e->m, 0);

	ghes_explore_fail_at(sim_oracle_name(d->oracle), place_in_core(e), "%s", d->message);
}

/* ---- What the machine says of itself --------------------------------------------------------- */

static struct explore *of(struct sim_driver *d)
{
	return (struct explore *)d;
}

/* Firmware's calls, queues of work and the heap's lock order those who use them. */
static int order_of(enum sim_resource resource)
{
	switch (resource) {
	case SIM_RESOURCE_MEMORY:
	case SIM_RESOURCE_SLOT:
	case SIM_RESOURCE_MODE:
	case SIM_RESOURCE_CLOCK:
		return memory_order_relaxed;
	default:
		return memory_order_acq_rel;
	}
}

static void use(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		const struct sim_use *uses, unsigned int n)
{
	struct ghes_explore_use to[SIM_MAX_USES];
	unsigned int used = 0;

	(void)m;
	(void)cpu;
	of(d)->moves++;
	static_assert(SIM_MAX_USES <= GHES_EXPLORE_MAX_USES, "the engine takes them all");
	for (unsigned int i = 0; i < n; i++) {
		bool memory = uses[i].resource == SIM_RESOURCE_MEMORY;

		if ((uses[i].resource == SIM_RESOURCE_CLOCK && !of(d)->ticks) ||
		    (memory && !uses[i].which))
			continue;
		to[used++] = (struct ghes_explore_use){
			.what = memory ? GHES_EXPLORE_MEMORY : GHES_EXPLORE_OBJECT,
			.kind = uses[i].resource,
			.id = uses[i].which,
			.write = uses[i].write,
		};
	}
	ghes_explore_uses(to, used, order_of(uses[0].resource));
}

static void do_sync(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		    enum sim_sync what, const void *object)
{
	bool by_itself = object != NULL;

	(void)m;
	(void)cpu;
	switch (what) {
	case SIM_SYNC_LOCK:
		ghes_explore_lock(object);
		break;
	case SIM_SYNC_UNLOCK:
		ghes_explore_unlock(object);
		break;
	case SIM_SYNC_RCU_LOCK:
		if (!by_itself || of(d)->interrupts_read)
			ghes_explore_rcu_read_lock();
		break;
	case SIM_SYNC_RCU_UNLOCK:
		if (!by_itself || of(d)->interrupts_read)
			ghes_explore_rcu_read_unlock();
		break;
	case SIM_SYNC_GRACE_PERIOD:
		ghes_explore_synchronize_rcu();
		break;
	}
}

static void touch(struct sim_driver *d, struct sim_machine *m, unsigned int cpu, const void *p,
		  size_t bytes, bool write)
{
	(void)d;
	(void)m;
	(void)cpu;
	ghes_explore_plain(p, bytes, write);
}

/* @on_what NULL: cpu_relax() or schedule(), which may also be passed without anything to wait for.
 */
static bool wait(struct sim_driver *d, struct sim_machine *m, unsigned int cpu, const void *on_what)
{
	(void)m;
	(void)cpu;
	if (of(d)->resting)
		return false;
	if (on_what)
		ghes_explore_relax();
	else
		ghes_explore_pause();
	return true;
}

static void stop(struct sim_driver *d, struct sim_machine *m)
{
	struct explore *e = of(d);

	if (sim_nr_defects(m))
		fail(e);
	if (e->resting)
		siglongjmp(e->rest, 1);
	ghes_explore_halt();
	abort(); /* a CPU that has halted does not go on */
}

/* ---- Contexts -------------------------------------------------------------------------------- */

static void run_task(void *arg)
{
	static const struct sim_action work = {.kind = SIM_ACTION_RUN_WORK};
	const struct explore_task *t = arg;
	struct sim_machine *m = t->e->m;

	for (unsigned int i = 0; t->program && i < t->program->nr_actions; i++)
		sim_do(m, t->cpu, &t->program->actions[i]);
	for (unsigned int i = 0; i < t->nr_binds; i++)
		sim_do(m, t->cpu, &t->binds[i]->action);
	sim_do(m, t->cpu, &work);
}

/* One of several CPUs takes the arrival: does this one? */
static bool take(struct explore *e, unsigned int n)
{
	ghes_explore_point(KIND_TAKEN, n, true, memory_order_relaxed);
	if (e->taken[n] == e->s->arrivals[n].times)
		return false;
	e->taken[n]++;
	return true;
}

static void run_arrival(void *arg)
{
	const struct explore_arrival *a = arg;
	struct explore *e = a->e;

	if (a->any_cpu && !take(e, a->arrival))
		return;
	e->verdicts[sim_arrive(e->m, a->cpu, &e->s->arrivals[a->arrival].action)]++;
}

static bool anywhere(unsigned int running, unsigned int arriving)
{
	(void)running;
	(void)arriving;
	return true;
}

static bool binds(const struct sim_arrival *a)
{
	return a->action.kind == SIM_ACTION_REMOVE || a->action.kind == SIM_ACTION_PROBE;
}

static int add_handler(struct explore *e, unsigned int n, unsigned int cpu, bool any_cpu)
{
	const struct sim_action *action = &e->s->arrivals[n].action;
	struct explore_arrival *a = &e->arrivals[e->nr_arrivals];
	char name[32];

	if (e->nr_arrivals == EXPLORE_MAX_ARRIVALS)
		return -1;
	*a = (struct explore_arrival){e, cpu, n, any_cpu};
	e->nr_arrivals++;
	snprintf(name, sizeof(name), "arrival %hu source %hu cpu %hhu", (unsigned short)n,
		 action->source, (unsigned char)cpu);
	return ghes_explore_handler(e->x, name, cpu, 1, 0, run_arrival, a) < 0 ? -1 : 0;
}

static int add_arrival(struct explore *e, unsigned int n)
{
	const struct sim_arrival *a = &e->s->arrivals[n];
	unsigned int nr_cpus = e->s->config.nr_cpus;
	int err = 0;

	for (unsigned int i = 0; i < a->times && !err; i++) {
		if (a->cpu >= 0)
			err = add_handler(e, n, (unsigned int)a->cpu, false);
		for (unsigned int cpu = 0; a->cpu < 0 && cpu < nr_cpus && !err; cpu++)
			err = add_handler(e, n, cpu, nr_cpus > 1);
	}
	return err;
}

/* Another task of its CPU adds or removes a source: it may wait, so it is no handler. */
static int add_bind(struct explore *e, const struct sim_arrival *a)
{
	struct explore_task *t =
		&e->tasks[a->cpu >= 0 ? (unsigned int)a->cpu : e->s->config.nr_cpus - 1];

	for (unsigned int i = 0; i < a->times; i++) {
		if (t->nr_binds == sizeof(t->binds) / sizeof(t->binds[0]))
			return -1;
		t->binds[t->nr_binds++] = a;
	}
	t->used = true;
	return 0;
}

int explore_add_contexts(struct explore *e, char *error, size_t error_size)
{
	const struct sim_scenario *s = e->s;
	int err = s->config.nr_cpus > EXPLORE_MAX_PROGRAMS ? -1 : 0;

	for (unsigned int i = 0; i < s->nr_programs && !err; i++) {
		e->tasks[s->programs[i].cpu].program = &s->programs[i];
		e->tasks[s->programs[i].cpu].used = true;
	}
	for (unsigned int i = 0; i < s->nr_arrivals && !err; i++)
		if (binds(&s->arrivals[i]))
			err = add_bind(e, &s->arrivals[i]);
	for (unsigned int cpu = 0; cpu < s->config.nr_cpus && !err; cpu++) {
		struct explore_task *t = &e->tasks[cpu];
		char name[32];

		if (!t->used)
			continue;
		t->e = e;
		t->cpu = cpu;
		snprintf(name, sizeof(name), "cpu %u", cpu);
		err = ghes_explore_thread(e->x, name, cpu, run_task, t) < 0 ? -1 : 0;
	}
	for (unsigned int i = 0; i < s->nr_arrivals && !err; i++)
		if (!binds(&s->arrivals[i]))
			err = add_arrival(e, i);
	if (err)
		snprintf(error, error_size,
			 "more than explore takes: %u CPUs, and %u programs and arrivals (one for "
			 "each CPU that may take it) together",
			 GHES_EXPLORE_MAX_CPUS, GHES_EXPLORE_MAX_CONTEXTS);
	return err;
}

/* ---- An execution ---------------------------------------------------------------------------- */

static void setup(void *user)
{
	struct explore *e = user;

	sim_snapshot_restore(e->m, e->boot);
	if (!e->tracking) /* what else it cannot be, it is slower without */
		sim_snapshot_track(e->m, e->boot);
	e->tracking = true;
	memset(e->taken, 0, sizeof(e->taken));
	memcpy(e->verdicts_before, e->verdicts, sizeof(e->verdicts));
	e->resting = false;
	if (e->recording)
		recording_clear(e->recording);
}

static bool save(void *user, unsigned int slot)
{
	struct explore *e = user;
	struct explore_slot *to = &e->slot[slot];

	if (sim_changes_save(e->m, e->boot, &to->state))
		return false;
	memcpy(to->taken, e->taken, sizeof(to->taken));
	for (unsigned int i = 0; i <= SIM_FATAL; i++)
		to->verdicts[i] = e->verdicts[i] - e->verdicts_before[i];
	return true;
}

static void restore(void *user, unsigned int slot)
{
	struct explore *e = user;
	const struct explore_slot *from = &e->slot[slot];

	sim_changes_restore(e->m, e->boot, from->state);
	memcpy(e->taken, from->taken, sizeof(e->taken));
	memcpy(e->verdicts_before, e->verdicts, sizeof(e->verdicts));
	for (unsigned int i = 0; i <= SIM_FATAL; i++)
		e->verdicts[i] += from->verdicts[i];
	e->resting = false;
}

static void finish(void *user)
{
	struct explore *e = user;
	const struct sim_counts *c;

	e->resting = true;
	if (!sigsetjmp(e->rest, 0))
		sim_quiesce(e->m);
	e->resting = false;
	c = counts_of(e->m);
	e->nests_seen |= c->nests_seen;
	e->notifications += counts_notifications(c);
	sim_collect_judged(e->r, e->m);
	if (sim_nr_defects(e->m))
		fail(e);
}

static bool fault(void *user, const void *address)
{
	return sim_snapshot_fault(((struct explore *)user)->m, address);
}

static void after_step(void *user)
{
	struct explore *e = user;

	if (sim_nr_defects(e->m))
		fail(e);
}

static void switched(void *user, unsigned int cpu)
{
	sim_set_this_cpu(((struct explore *)user)->m, cpu);
}

static const char *lock_name(void *user, const void *lock)
{
	return sim_lock_name(((struct explore *)user)->m, lock);
}

void explore_callbacks(struct explore *e, struct ghes_explore_config *config)
{
	void *frame;

	e->driver = (struct sim_driver){
		.wait = wait,
		.stop = stop,
		.use = use,
		.sync = do_sync,
		.touch = touch,
		.still_clock = true,
	};
	config->setup = setup;
	config->finish = finish;
	config->after_step = after_step;
	config->fault = fault;
	config->save = save;
	config->restore = restore;
	config->switched = switched;
	config->lock_name = lock_name;
	config->may_preempt = anywhere;
	config->user = e;
	backtrace(&frame, 1); /* the first call loads what it needs */
}
