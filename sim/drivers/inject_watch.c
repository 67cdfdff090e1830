// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core's faults, and which of its instructions touch what other contexts can see.
 */
#include "drivers/inject.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "drivers/fault_stack.h"
#include "drivers/guard.h"

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
	in->crashed_at = guard_pc(context);
	sim_defect(in->m, SIM_ORACLE_crash, "signal %d (%s) at address %p", sig, sigdescr_np(sig),
		   info->si_addr);
	inject_leave(in, INJECT_CRASHED);
	siglongjmp(in->crashed, 1);
}

static struct fault_stack fault_stack;
static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
static_assert(sizeof(faults) / sizeof(faults[0]) == INJECT_NR_FAULTS, "the header's number");

void inject_catch_faults(struct inject *in, struct sigaction old[INJECT_NR_FAULTS])
{
	struct sigaction a;

	memset(&a, 0, sizeof(a));
	a.sa_sigaction = on_fault;
	a.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
	fault_stack_enter(&fault_stack);
	crashing = in;
	for (size_t i = 0; i < INJECT_NR_FAULTS; i++)
		sigaction(faults[i], &a, &old[i]);
}

void inject_leave_faults(const struct sigaction old[INJECT_NR_FAULTS])
{
	crashing = NULL;
	for (size_t i = 0; i < INJECT_NR_FAULTS; i++)
		sigaction(faults[i], &old[i], NULL);
	fault_stack_leave(&fault_stack);
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

#define WATCH_BITS (UINT64_C(1) << 23)

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
