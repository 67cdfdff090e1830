// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/inject.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "drivers/counts.h"

#define PAGE ((uintptr_t)4096)

/* All of them outside of what they protect, and usable in a signal handler. */
void inject_find_shared(struct inject *in)
{
	in->nr_shared = sim_state_regions(in->m, in->shared, INJECT_MAX_SHARED);
	for (unsigned int i = 0; i < in->nr_shared && i < INJECT_MAX_SHARED; i++) {
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
static_assert(sizeof(faults) / sizeof(faults[0]) == INJECT_NR_FAULTS, "the header's number");

void inject_catch_faults(struct inject *in, struct sigaction old[INJECT_NR_FAULTS])
{
	struct sigaction a;

	memset(&a, 0, sizeof(a));
	a.sa_sigaction = on_fault;
	a.sa_flags = SA_SIGINFO | SA_NODEFER;
	crashing = in;
	for (size_t i = 0; i < INJECT_NR_FAULTS; i++)
		sigaction(faults[i], &a, &old[i]);
}

void inject_leave_faults(const struct sigaction old[INJECT_NR_FAULTS])
{
	crashing = NULL;
	for (size_t i = 0; i < INJECT_NR_FAULTS; i++)
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

bool inject_watch_init(struct inject *in)
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

void inject_watch_fini(struct inject *in)
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
	in->arriving++;
	in->verdicts[sim_arrive(in->m, cpu, &a->action)]++;
	in->arriving--;
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
	/* those that ended the run, by a panic, began at once */
	in->verdicts[SIM_NOW] += in->arriving;
	in->arriving = 0;
	in->nests_seen |= c->nests_seen;
	in->r->notifications += counts_notifications(c);
	return sim_nr_defects(in->m) ? 1 : 0;
}

bool inject_wait(struct sim_driver *d, struct sim_machine *m, unsigned int cpu, const void *on_what)
{
	struct inject *in = (struct inject *)d;

	if (in->suspending && cpu == in->other) {
		in->waits = true;
		in->waits_for = sim_lock_name(m, on_what);
		siglongjmp(in->waited, 1);
	}
	return false; /* one CPU moves at a time: whoever is waited for never goes on */
}

const struct ghes_step_target inject_target = {
	.reset = reset,
	.path = path,
	.notify = notify,
	.judge = judge,
};
