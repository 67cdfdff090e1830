// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/inject.h"

#include <inttypes.h>
#include <string.h>

/* ---- Standing still -------------------------------------------------------------------------- */

static void go_on(void *ctx)
{
	static const struct sim_action work = {.kind = SIM_ACTION_RUN_WORK};
	struct inject *in = ctx;

	unsigned int last = sim_config(in->m)->nr_cpus - 1;

	/* Never the one that stands still: programs run on each of them in turn. */
	in->other = sim_this_cpu(in->m) == last ? 0 : last;
	in->waits = false;
	in->suspending = true;
	in->crash_armed = true;
	sim_set_this_cpu(in->m, in->other);
	if (!sigsetjmp(in->waited, 0) && !sigsetjmp(in->crashed, 0)) {
		sim_arrive(in->m, in->other, &in->s->arrivals[in->arrival[1]].action);
		sim_do(in->m, in->other, &work);
	}
	in->crash_armed = false;
	in->suspending = false;
}

/*
 * Who adds or removes a source waits, by design, until every CPU has left what it was reading: for
 * a grace period, for work that runs. That is task context, and nothing that must be lock-free.
 * So does a claim whose record another CPU has in hand, once it is out of NMI-like context: its
 * answer is what became of the record.
 */
static bool may_wait_for_others(const struct inject *in)
{
	enum sim_action_kind kind = in->s->arrivals[in->arrival[1]].action.kind;

	return kind == SIM_ACTION_REMOVE || kind == SIM_ACTION_PROBE ||
	       (!in->waits_for && in->waits_as == SIM_RUNNING_SEA_IRQ_WORK);
}

static const char irq_lock[] = "ghes_notify_lock_irq";

/*
 * The lock of the class that a context belongs to, by the kernel's names: the stated exception to
 * lock-freedom. All that is not NMI-like is one class.
 */
static const char *class_lock(enum sim_running running)
{
	switch (running) {
	case SIM_RUNNING_PNMI:
	case SIM_RUNNING_NMI:
	case SIM_RUNNING_MCE:
		return "ghes_notify_lock_nmi";
	case SIM_RUNNING_SEI:
		return "ghes_notify_lock_sei";
	case SIM_RUNNING_SEA_CLAIM:
		return "ghes_notify_lock_sea";
	case SIM_RUNNING_SDEI_NORMAL:
		return "ghes_notify_lock_sdei_normal";
	case SIM_RUNNING_SDEI_CRITICAL:
		return "ghes_notify_lock_sdei_critical";
	default:
		return irq_lock;
	}
}

/* What the kernel hands records to has locks of its own, none of them for an NMI-like context. */
static bool is_lock_of_sink(const char *name)
{
	static const char *const names[] = {"vendor_record_lock", "cxl_cper_work_lock",
					    "memory_failure_cpu.lock", "aer_recover_ring_lock"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static void count_lock(struct inject *in, const char *name)
{
	unsigned int i = 0;

	while (i < in->nr_suspend_locks && strcmp(in->suspend_locks[i].name, name))
		i++;
	if (i == INJECT_MAX_LOCKS)
		return;
	if (i == in->nr_suspend_locks)
		in->suspend_locks[in->nr_suspend_locks++].name = name;
	in->suspend_locks[i].times++;
}

static bool may_wait_for(const struct inject *in, const char *lock)
{
	const char *own = class_lock(in->waits_as);

	return may_wait_for_others(in) || !strcmp(lock, own) ||
	       (own == irq_lock && is_lock_of_sink(lock));
}

static void judge_wait(struct inject *in)
{
	in->suspend_waits++;
	if (!in->waits_for && may_wait_for_others(in)) {
		in->suspend_others++;
	} else if (!in->waits_for) {
		sim_defect(in->m, SIM_ORACLE_progress,
			   "cpu %u waits, for no lock, until one that stands still goes on",
			   in->other);
	} else if (may_wait_for(in, in->waits_for)) {
		in->suspend_in_locks++;
		count_lock(in, in->waits_for);
	} else {
		sim_defect(in->m, SIM_ORACLE_progress,
			   "cpu %u waits in %s for %s, which one that stands still holds and which "
			   "is not the lock of its class",
			   in->other, sim_running_name(in->waits_as), in->waits_for);
	}
}

/* One stands still, so the machine will not come to rest: what is wrong is wrong already. */
static int judge_suspended(void *ctx)
{
	struct inject *in = ctx;

	if (in->waits)
		judge_wait(in);
	sim_collect_judged(in->r, in->m);
	return sim_nr_defects(in->m) ? 1 : 0;
}

static void on_suspension(void *arg, const struct ghes_step_suspension *seen)
{
	struct inject *in = arg;
	struct ghes_step_schedule at = {.levels = 1, .at = {seen->boundary}};

	in->r->executions++;
	if (seen->code == GHES_STEP_HELD)
		return;
	inject_on_defect(in, &at, seen->code, &seen->point);
}

/* The exceptions, in words: a pass is one but for these. */
static void tell_waits(const struct inject *in)
{
	char *why = in->r->why;
	size_t size = sizeof(in->r->why), used = 0;

	for (unsigned int i = 0; i < in->nr_suspend_locks && used < size; i++)
		used += (size_t)snprintf(why + used, size - used, "%s%s %" PRIu64 " times",
					 i ? ", " : "waited, as is allowed, for ",
					 in->suspend_locks[i].name, in->suspend_locks[i].times);
	if (in->suspend_others && used < size)
		snprintf(why + used, size - used, "%s%" PRIu64 " times",
			 used ? ", for all CPUs " : "waited, as is allowed, for all CPUs ",
			 in->suspend_others);
}

/* As for other sweeps, but looks at the clock each time: a run may be long. */
static bool should_stop(void *arg)
{
	const struct inject *in = arg;
	const struct sim_options *o = in->o;

	return sim_asked_to_stop(o) ||
	       (o->max_executions && in->r->executions >= o->max_executions) ||
	       (in->until > 0 && inject_now() > in->until);
}

bool inject_suspend_sweeps(struct inject *in, uint64_t limit)
{
	struct ghes_step_target target = inject_target;
	struct ghes_step_options o = inject_options(in, 1);
	struct ghes_step_suspend_result res = {0};

	target.ctx = in;
	target.other = go_on;
	target.judge = judge_suspended;
	o.limit = limit;
	o.watch = NULL;
	o.stop = should_stop;
	for (unsigned int i = 0; i < in->s->nr_arrivals && !res.incomplete; i++) {
		in->arrival[1] = i;
		ghes_step_suspend_sweep(&target, &o, on_suspension, &res);
		sim_count(in->r, "suspended-at", res.boundaries);
		sim_count(in->r, "other-never-ended", res.blocked);
		sim_count(in->r, "other-most-instructions", res.most_steps);
	}
	sim_count(in->r, "other-waited-for-lock", in->suspend_in_locks);
	if (in->suspend_others)
		sim_count(in->r, "other-waited-for-all-cpus", in->suspend_others);
	tell_waits(in);
	return !res.incomplete;
}
