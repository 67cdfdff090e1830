// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/guard.h"

#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>

#include "where.h"

#define TICK_USEC 250000

/* The last one is the clock's. */
static const int signals[GUARD_NR_SIGNALS] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGVTALRM};

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
		signal(sig, SIG_DFL);
		return;
	}
	if (sig == SIGVTALRM) {
		if (*g->moves != g->seen)
			g->idle_ticks = 0;
		g->seen = *g->moves;
		if (++g->idle_ticks * (TICK_USEC / 1000) < GUARD_ENDLESS_SECONDS * 1000)
			return;
	}
	g->signal = sig == SIGVTALRM ? 0 : sig;
	g->code = info->si_code;
	g->address = info->si_addr;
	g->pc = guard_pc(context);
	armed = NULL; /* what follows is the driver's; its own faults are not the core's */
	g->ended(g);
}

void guard_arm(struct sim_guard *g)
{
	const struct itimerval tick = {{0, TICK_USEC}, {0, TICK_USEC}};
	struct sigaction a;

	memset(&a, 0, sizeof(a));
	a.sa_sigaction = on_signal;
	a.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART | SA_ONSTACK;
	fault_stack_enter(&g->stack);
	g->seen = *g->moves;
	g->idle_ticks = 0;
	armed = g;
	for (unsigned int i = 0; i < GUARD_NR_SIGNALS; i++)
		sigaction(signals[i], &a, &g->old[i]);
	setitimer(ITIMER_VIRTUAL, &tick, NULL);
}

void guard_disarm(struct sim_guard *g)
{
	const struct itimerval never = {{0, 0}, {0, 0}};

	setitimer(ITIMER_VIRTUAL, &never, NULL);
	armed = NULL;
	for (unsigned int i = 0; i < GUARD_NR_SIGNALS; i++)
		sigaction(signals[i], &g->old[i], NULL);
	fault_stack_leave(&g->stack);
}

/* ---- Where that was -------------------------------------------------------------------------- */

void guard_locate(const void *pc, char *text, int size, char function[SIM_MAX_FUNCTION])
{
	char name[101], place[201];

	sim_where(pc, name, place);
	text[0] = '\0';
	if (name[0])
		snprintf(text, (size_t)size, "%.80s() at %.100s", name, place[0] ? place : "?");
	snprintf(function, SIM_MAX_FUNCTION, "%s", name);
}
