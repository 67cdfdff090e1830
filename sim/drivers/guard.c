// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/guard.h"

#include <stdio.h>
#include <string.h>
#include <ucontext.h>

#include "where.h"

static const int signals[GUARD_NR_SIGNALS] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};

static struct sim_guard *armed;

const void *guard_pc(const void *context)
{
	const ucontext_t *uc = context;

#if defined(__x86_64__)
	return (const void *)(uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (const void *)(uintptr_t)uc->uc_mcontext.pc;
#else
	(void)uc;
	return NULL;
#endif
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	struct sim_guard *g = armed;

	if (!g) {
		if (sig != WATCHDOG_SIGNAL)
			signal(sig, SIG_DFL);
		return;
	}
	if (sig == WATCHDOG_SIGNAL &&
	    watchdog_idle_ms(&g->watchdog, *g->moves) < WATCHDOG_SECONDS * 1000)
		return;
	g->signal = sig == WATCHDOG_SIGNAL ? 0 : sig;
	g->code = info->si_code;
	g->address = info->si_addr;
	g->pc = guard_pc(context);
	armed = NULL; /* what follows is the driver's; its own faults are not the core's */
	g->ended(g);
}

void guard_arm(struct sim_guard *g)
{
	struct sigaction a;

	memset(&a, 0, sizeof(a));
	a.sa_sigaction = on_signal;
	a.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART | SA_ONSTACK;
	fault_stack_enter(&g->stack);
	armed = g;
	for (unsigned int i = 0; i < GUARD_NR_SIGNALS; i++)
		sigaction(signals[i], &a, &g->old[i]);
	watchdog_start(&g->watchdog, *g->moves, WATCHDOG_SECONDS * 1000, SA_ONSTACK, on_signal);
}

void guard_disarm(struct sim_guard *g)
{
	watchdog_stop(&g->watchdog);
	armed = NULL;
	for (unsigned int i = 0; i < GUARD_NR_SIGNALS; i++)
		sigaction(signals[i], &g->old[i], NULL);
	fault_stack_leave(&g->stack);
}

void guard_tell(const struct sim_guard *g, struct sim_machine *m)
{
	/* x86 tells no address that is not canonical: what a pointer in freed memory has become. */
	if (g->signal == SIGSEGV && g->code == SI_KERNEL)
		sim_defect(m, SIM_ORACLE_crash,
			   "a pointer that is none, as if out of freed memory (0x6b6b...)");
	else if (g->signal)
		sim_defect(m, SIM_ORACLE_crash, "signal %d (%s) at address %p", g->signal,
			   sigdescr_np(g->signal), g->address);
	else
		sim_defect(m, SIM_ORACLE_progress,
			   "the core computes for ever: %d seconds without a platform op",
			   WATCHDOG_SECONDS);
}

/* ---- Where that was -------------------------------------------------------------------------- */

void guard_locate(const void *pc, char *text, int size, char function[SIM_MAX_FUNCTION])
{
	char name[101], place[201];

	sim_where(pc, name, place);
	text[0] = '\0';
	if (name[0])
		snprintf(text, (size_t)size, "%.80s() at %.100s", name, place[0] ? place : "?");
	snprintf(function, SIM_MAX_FUNCTION, "%.*s", SIM_MAX_FUNCTION - 1, name);
}
