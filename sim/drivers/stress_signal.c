// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real signals as pseudo-NMIs, and the faults of those who take them.
 */
#include "drivers/stress.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

_Thread_local struct stress_cpu *stress_me;

/* ---- Signals --------------------------------------------------------------------------------- */

/*
 * Signal numbers by class, the strongest last. A handler masks its own class and weaker ones, so
 * the kernel lets through exactly what may nest (the machine's table has the last word).
 */
enum { CLASS_WORK, CLASS_SOFTIRQ, CLASS_IRQ, CLASS_SEI, CLASS_NORMAL, CLASS_CRITICAL, NR_CLASSES };

static int signal_of(unsigned int class)
{
	return SIGRTMIN + 1 + (int)class;
}

int stress_watchdog_signal(void)
{
	return SIGRTMIN + 1 + NR_CLASSES;
}

static void mask_up_to(sigset_t *set, unsigned int class)
{
	sigemptyset(set);
	for (unsigned int i = 0; i <= class; i++)
		sigaddset(set, signal_of(i));
}

void stress_all_classes(sigset_t *set)
{
	mask_up_to(set, NR_CLASSES - 1);
}

static unsigned int class_of(const struct sim_config *c, const struct sim_action *a)
{
	for (unsigned int i = 0; i < c->nr_sources; i++) {
		if (c->sources[i].id != a->source)
			continue;
		switch (c->sources[i].notify) {
		case ACPI_HEST_NOTIFY_SCI:
		case ACPI_HEST_NOTIFY_GSIV:
		case ACPI_HEST_NOTIFY_GPIO:
			return CLASS_WORK;
		case ACPI_HEST_NOTIFY_POLLED:
			return CLASS_SOFTIRQ;
		case ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED:
			return c->sources[i].sdei_critical ? CLASS_CRITICAL : CLASS_NORMAL;
		case ACPI_HEST_NOTIFY_NMI:
			return CLASS_NORMAL;
		case ACPI_HEST_NOTIFY_SEI:
		case ACPI_HEST_NOTIFY_SEA:
			return CLASS_SEI;
		}
	}
	return CLASS_IRQ;
}

int stress_signal_of(const struct sim_config *c, const struct sim_action *a)
{
	return signal_of(class_of(c, a));
}

/*
 * The @what-th arrival of the scenario on this CPU. Alone, its record is left out: firmware tries
 * once more where a dispatch was refused and the record is still in its block, or else nothing
 * would ever come of that source again.
 */
enum sim_verdict stress_arrive(struct stress_cpu *cpu, int what)
{
	struct sim_action a = cpu->s->scenario->arrivals[what & ~STRESS_ALONE].action;

	if (what & STRESS_ALONE) {
		a.kind = SIM_ACTION_RAISE;
		a.record = -1;
	}
	return sim_arrive(cpu->s->m, cpu->id, &a);
}

static void on_notification(int sig, siginfo_t *info, void *context)
{
	struct stress_cpu *cpu = stress_me;
	int saved = errno;

	(void)sig;
	(void)context;
	if (cpu) {
		atomic_fetch_sub_explicit(&cpu->backlog, 1, memory_order_relaxed);
		if (!atomic_load(&cpu->s->stop))
			stress_arrive(cpu, info->si_value.sival_int);
	}
	errno = saved;
}

bool stress_all_finished(struct stress *s)
{
	for (unsigned int i = 0; i < s->config.nr_cpus; i++)
		if (s->cpus[i].started && !atomic_load(&s->cpus[i].finished))
			return false;
	return true;
}

/*
 * Out of whatever runs on this thread, at whatever depth; when all CPUs stand still, because until
 * then another one may write what is on this stack: the claim that waits there, say.
 */
void stress_leave(struct stress_cpu *cpu)
{
	sigset_t set;

	stress_all_classes(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	atomic_store(&cpu->finished, true);
	while (cpu->started && !stress_all_finished(cpu->s))
		sched_yield();
	if (cpu->s->tsan)
		stress_tsan_abandon(&cpu->tsan);
	siglongjmp(cpu->out, 1);
}

/* The first is the one to look at. relaxed: read when all threads are joined */
static void note_first(_Atomic(const void *) *at, const void *pc)
{
	const void *none = NULL;

	atomic_compare_exchange_strong_explicit(at, &none, pc, memory_order_relaxed,
						memory_order_relaxed);
}

static void crash(struct stress_cpu *cpu, int sig, const void *address, const void *pc)
{
	note_first(&cpu->s->crashed_at, pc);
	sim_defect(cpu->s->m, SIM_ORACLE_crash, "signal %d (%s) at address %p", sig,
		   sigdescr_np(sig), address);
	atomic_store(&cpu->s->crashed, true);
	atomic_store(&cpu->s->stop, true);
	stress_leave(cpu);
}

/*
 * The synchronous abort: a load from the poisoned page. Anything else is a crash of the core, which
 * may have used up its stack: this runs on another (fault_stack.h).
 */
static void on_fault(int sig, siginfo_t *info, void *context)
{
	struct stress_cpu *cpu = stress_me;
	char *at = info->si_addr;

	if (!cpu) {
		signal(sig, SIG_DFL);
		return;
	}
	if (!cpu->consuming || at < (char *)cpu->poison || at >= (char *)cpu->poison + STRESS_PAGE)
		crash(cpu, sig, at, guard_pc(context));
	cpu->sea++;
	sim_arrive(cpu->s->m, cpu->id, (const struct sim_action *)cpu->consuming);
	cpu->consuming = NULL;
	/* The retry must succeed: page offlined, or task signalled; the oracle checks which. */
	mprotect(at - ((uintptr_t)at % STRESS_PAGE), STRESS_PAGE, PROT_READ);
}

static void on_watchdog(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	if (!stress_me || !atomic_load(&stress_me->s->give_up))
		return;
	if (!stress_me->waits)
		note_first(&stress_me->s->lost_at, guard_pc(context));
	stress_leave(stress_me);
}

/* The core computes on the driver's own thread, where nobody waits for it. */
void stress_on_tick(int sig, siginfo_t *info, void *context)
{
	struct stress *s = stress_me ? stress_me->s : NULL;

	(void)sig;
	(void)info;
	if (!s || watchdog_idle_ms(&s->watchdog, stress_delivered(s)) < WATCHDOG_SECONDS * 1000)
		return;
	note_first(&s->lost_at, guard_pc(context));
	sim_defect(s->m, SIM_ORACLE_progress, "the core computes for ever: %d seconds of CPU time",
		   WATCHDOG_SECONDS);
	atomic_store(&s->crashed, true);
	atomic_store(&s->stop, true);
	stress_leave(stress_me);
}

void stress_catch_signals(void)
{
	struct sigaction a;

	for (unsigned int class = 0; class < NR_CLASSES; class ++) {
		memset(&a, 0, sizeof(a));
		a.sa_sigaction = on_notification;
		a.sa_flags = SA_SIGINFO | SA_RESTART;
		mask_up_to(&a.sa_mask, class);
		sigaction(signal_of(class), &a, NULL);
	}
	memset(&a, 0, sizeof(a));
	a.sa_sigaction = on_fault;
	a.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
	sigaction(SIGSEGV, &a, NULL);
	sigaction(SIGBUS, &a, NULL);
	sigaction(SIGILL, &a, NULL);
	sigaction(SIGFPE, &a, NULL);
	memset(&a, 0, sizeof(a));
	a.sa_sigaction = on_watchdog;
	a.sa_flags = SA_SIGINFO;
	sigaction(stress_watchdog_signal(), &a, NULL);
}

void stress_release_signals(void)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};

	for (unsigned int i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		signal(faults[i], SIG_DFL);
	for (unsigned int class = 0; class < NR_CLASSES; class ++)
		signal(signal_of(class), SIG_IGN);
}
