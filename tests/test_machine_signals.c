// SPDX-License-Identifier: GPL-2.0-only
/*
 * Under real signals an arrival that finds its CPU busy waits in a ring, which whoever is no longer
 * busy empties. Here another signal lands at every instruction of that, by single steps.
 */
#include "machine_kit.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

#include <ghes/core.h>

#include "machine/internal.h"

#if defined(__x86_64__)

#define TRAP_FLAG 0x100 /* RFLAGS.TF */

static struct {
	struct sim_machine *m;
	const struct sim_action *action;
	unsigned int countdown; /* single steps until it arrives */
	bool arrived;
} step;

static void trace(void *context, bool on)
{
	ucontext_t *uc = context;

	if (on)
		uc->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
	else
		uc->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
}

static void on_begin(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	trace(context, true);
}

static void on_end(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	trace(context, false);
}

static void on_step(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	if (step.countdown--)
		return;
	trace(context, false);
	step.arrived = true;
	sim_arrive(step.m, 0, step.action);
}

static void handle(int sig, void (*handler)(int sig, siginfo_t *info, void *context))
{
	struct sigaction a;

	memset(&a, 0, sizeof(a));
	a.sa_sigaction = handler;
	a.sa_flags = SA_SIGINFO;
	assert_int_equal(sigaction(sig, &a, NULL), 0);
}

static uint64_t interrupts(const struct sim_cpu *c)
{
	uint64_t n = 0;

	for (unsigned int v = 0; v <= SIM_FATAL; v++)
		n += c->verdicts[SIM_ARRIVING_IRQ][v];
	return n;
}

static void test_ring_is_emptied_once(void **state)
{
	/* The first waits, and is done in a few instructions; the second empties the ring as well.
	 */
	static const struct sim_action tick = {.kind = SIM_ACTION_TICK, .count = 1};
	const struct sim_action raise_irq = kit_action(SIM_ACTION_RAISE, 1);
	struct sim_cpu *c;
	struct kit k;
	unsigned int n = 0;

	(void)state;
	kit_init(&k);
	kit_source(&k, 1, ACPI_HEST_NOTIFY_EXTERNAL);
	k.config.threads = true;
	kit_create(&k, ghes_core_ops_get(), true);
	c = &k.m->cpu[0];
	step.m = k.m;
	step.action = &raise_irq;
	handle(SIGUSR1, on_begin);
	handle(SIGUSR2, on_end);
	handle(SIGTRAP, on_step);
	alarm(60); /* a ring that counts as full for ever takes as long to empty */
	do {
		uint64_t ticks = atomic_load(&k.m->ticks), irqs = interrupts(c);

		sim_busy(c);
		assert_int_equal(sim_arrive(k.m, 0, &tick), SIM_PENDING);
		step.arrived = false;
		step.countdown = n++;
		raise(SIGUSR1);
		sim_idle(k.m, c);
		raise(SIGUSR2);
		assert_int_equal(atomic_load(&k.m->ticks) - ticks, 1);
		assert_int_equal(interrupts(c) - irqs, step.arrived);
		assert_int_equal(atomic_load(&c->deferred_head), atomic_load(&c->deferred_tail));
		assert_int_equal(c->busy, 0);
	} while (step.arrived);
	alarm(0);
	assert_true(n > 50); /* sim_idle() has some instructions */
	kit_no_defect(&k);
	kit_destroy(&k);
}

#else

static void test_ring_is_emptied_once(void **state)
{
	(void)state;
	skip(); /* no single steps from within */
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring_is_emptied_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
