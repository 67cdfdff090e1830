// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core's faults and hangs, and which of its instructions touch what other contexts can see.
 */
#include "drivers/inject.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "drivers/fault_stack.h"
#include "drivers/guard.h"

#define PAGE ((uintptr_t)4096)

static void whole_pages(struct sim_region *r)
{
	uintptr_t start = (uintptr_t)r->start & ~(PAGE - 1);
	uintptr_t end = ((uintptr_t)r->start + r->size + PAGE - 1) & ~(PAGE - 1);

	*r = (struct sim_region){(void *)start, end - start};
}

/* All of them outside of what they protect, and usable in a signal handler. */
void inject_find_shared(struct inject *in)
{
	unsigned int n = sim_state_regions(in->m, in->shared, INJECT_MAX_SHARED);

	in->nr_shared = n < INJECT_MAX_SHARED ? n : INJECT_MAX_SHARED;
	for (unsigned int i = 0; i < in->nr_shared; i++)
		whole_pages(&in->shared[i]);
}

static bool holds(const struct sim_region *r, const void *address)
{
	return (uintptr_t)address - (uintptr_t)r->start < r->size;
}

/* What is opened by an access to @address: the machine's own as a whole, of the others a page. */
static bool to_open(const struct inject *in, const void *address, struct sim_region *open)
{
	for (unsigned int i = 0; i < in->nr_shared; i++) {
		if (!holds(&in->shared[i], address))
			continue;
		*open = in->shared[i];
		if (i)
			*open = (struct sim_region){(void *)((uintptr_t)address & ~(PAGE - 1)),
						    PAGE};
		return true;
	}
	return false;
}

static void protect(const struct sim_region *r, unsigned int n, int access)
{
	for (unsigned int i = 0; i < n; i++)
		mprotect(r[i].start, r[i].size, access);
}

static bool all_open(const struct inject *in)
{
	return in->nr_opened > INJECT_MAX_OPENED;
}

static void open_all(struct inject *in)
{
	protect(in->shared, in->nr_shared, PROT_READ | PROT_WRITE);
	in->nr_opened = INJECT_MAX_OPENED + 1;
}

/* An access was refused because it is watched: it may be made now. */
static bool open_for(struct inject *in, const void *address)
{
	struct sim_region open;

	if (!in->watching || all_open(in) || !to_open(in, address, &open))
		return false;
	if (in->nr_opened == INJECT_MAX_OPENED) {
		open_all(in);
		return true;
	}
	for (unsigned int i = 0; i < in->nr_opened; i++)
		if (in->opened[i].start == open.start)
			return false; /* it is open: this is another fault */
	protect(&open, 1, PROT_READ | PROT_WRITE);
	in->opened[in->nr_opened++] = open;
	return true;
}

static struct inject *crashing; /* whom a fault belongs to; one inject at a time in a process */

/* ---- Faults of the core ---------------------------------------------------------------------- */

static void on_fault(int sig, siginfo_t *info, void *context)
{
	struct inject *in = crashing;

	if (in && sig == SIGSEGV && open_for(in, info->si_addr))
		return; /* and the instruction is executed again */
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

/* ---- Hangs ----------------------------------------------------------------------------------- */

static void never_ends(struct ghes_step *step, void *arg)
{
	struct inject *in = arg;
	char place[128];

	in->endless = true;
	ghes_step_describe(in->module, step->point, place, sizeof(place));
	sim_defect(in->m, SIM_ORACLE_progress,
		   "the core computes for ever: no end after %" PRIu64 " instructions, in %s",
		   INJECT_ENDLESS, place);
	sim_stop(in->m);
}

void inject_bound(struct inject *in, struct ghes_step *step)
{
	*step = (struct ghes_step){.limit = INJECT_ENDLESS, .stuck = never_ends, .arg = in};
	ghes_step_arm(step);
}

/* ---- What others can see --------------------------------------------------------------------- */

/*
 * All that contexts share is in the machine's arena (and a kernel core's static data). It is made
 * inaccessible; the fault of an access opens what it touches until the next boundary: all of the
 * machine's own when the core calls the machine, otherwise the page.
 */
static void watch_begin(void *arg)
{
	struct inject *in = arg;

	sim_snapshot_pause(in->m, true); /* the protection is ours now */
	in->watching = true;
	in->nr_opened = INJECT_MAX_OPENED + 1;
}

static void watch_end(void *arg)
{
	struct inject *in = arg;

	open_all(in);
	in->watching = false;
	sim_snapshot_pause(in->m, false);
}

static bool watch_touched(void *arg)
{
	struct inject *in = arg;

	if (!in->nr_opened)
		return false;
	if (all_open(in))
		protect(in->shared, in->nr_shared, PROT_NONE);
	else
		protect(in->opened, in->nr_opened, PROT_NONE);
	in->nr_opened = 0;
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
