// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a simulated CPU does on its thread, and firmware on its own.
 */
#include "drivers/stress.h"

#include <sched.h>
#include <sys/mman.h>

#include "drivers/fault_stack.h"
#include "drivers/stress_aim.h"
#include "machine/random.h"

/* What a CPU may have in its signal queue before the others leave it alone. */
#define MAX_BACKLOG 64
/*
 * So many notifications reach a CPU while its task does one thing; what is more waits. Without an
 * end to a storm the task might never get a turn, and what only a task does would not be tested.
 */
#define MAX_STORM   256

/* ---- What is sent to whom -------------------------------------------------------------------- */

/* The @n-th arrival, without its record if it is one of records. */
static int alone(const struct stress *s, int n)
{
	return s->scenario->arrivals[n].action.kind == SIM_ACTION_REPORT ? n | STRESS_ALONE : n;
}

static bool send(struct stress_cpu *from, struct stress_cpu *to, int what)
{
	const struct sim_arrival *a = &from->s->scenario->arrivals[what & ~STRESS_ALONE];
	union sigval value = {.sival_int = what};

	if (atomic_load_explicit(&to->backlog, memory_order_relaxed) >= MAX_BACKLOG ||
	    atomic_load_explicit(&to->storm, memory_order_relaxed) >= MAX_STORM ||
	    atomic_load(&to->finished)) {
		from->refused++;
		return false;
	}
	atomic_fetch_add_explicit(&to->backlog, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&to->storm, 1, memory_order_relaxed);
	if (pthread_sigqueue(to->thread, stress_signal_of(&from->s->config, &a->action), value)) {
		atomic_fetch_sub_explicit(&to->backlog, 1, memory_order_relaxed);
		from->refused++;
		return false;
	}
	if (from == to)
		from->sent_self++;
	else
		from->sent_other++;
	return true;
}

/* @cpu is in the core, or in its task: is that a place for what a missing nest lacks? */
static void aim(struct stress_cpu *cpu)
{
	const struct stress *s = cpu->s;
	/* relaxed: what was just seen may be tried once more */
	uint32_t missing =
		s->claimed & ~atomic_load_explicit(&s->counts->nests_seen, memory_order_relaxed);
	const uint8_t *stack = s->counts->stack[cpu->id].running;
	unsigned int depth = s->counts->stack[cpu->id].depth;
	uint8_t task;
	int n;

	if (!missing || sim_random(&cpu->rng) % 4)
		return;
	task = (uint8_t)sim_running(s->m, cpu->id);
	n = stress_aim(s->scenario, missing, depth ? stack : &task, depth ? depth : 1);
	if (n < 0)
		return;
	if (sim_firmware_backlog(s->m, s->scenario->arrivals[n].action.source))
		n = alone(s, n);
	cpu->aimed += send(cpu, cpu, n);
}

/* A load from poisoned memory, as this CPU's task; the fault handler does the rest. */
static void consume(struct stress_cpu *cpu, const struct sim_action *a)
{
	struct stress *s = cpu->s;

	if (!cpu->poison || s->tsan) { /* the runtime cannot stand a synchronous signal */
		sim_do(s->m, cpu->id, a);
		return;
	}
	cpu->consuming = a;
	(void)*cpu->poison;
	cpu->consuming = NULL;
	mprotect((void *)cpu->poison, STRESS_PAGE, PROT_NONE);
}

/*
 * What arrives next, or -1: nothing. As long as firmware keeps records of a source back it gets
 * hardly any more: they would wait as well, and nothing would be delivered where it arrives.
 */
static int draw_arrival(struct stress_cpu *cpu)
{
	const struct sim_scenario *sc = cpu->s->scenario;
	uint64_t r = sim_random(&cpu->rng);
	int n;

	if (!sc->nr_arrivals)
		return -1;
	n = (int)((r >> 8) % sc->nr_arrivals);
	if (!sim_firmware_backlog(cpu->s->m, sc->arrivals[n].action.source))
		return n;
	switch (r % 16) {
	case 0:
		return alone(cpu->s, n);
	case 1:
		return n;
	default:
		return -1;
	}
}

static void notify_somebody(struct stress_cpu *cpu)
{
	const struct sim_scenario *sc = cpu->s->scenario;
	int what = draw_arrival(cpu), n = what & ~STRESS_ALONE;
	unsigned int to;

	if (what < 0) {
		cpu->refused++;
		return;
	}
	if (sc->arrivals[n].action.kind == SIM_ACTION_CONSUME) {
		/* Synchronous: only a CPU can do that to itself. */
		if (cpu != &cpu->s->firmware)
			consume(cpu, &sc->arrivals[n].action);
		return;
	}
	if (cpu->s->tsan) {
		stress_arrive(cpu, what);
		return;
	}
	to = sc->arrivals[n].cpu < 0 || cpu->s->config.nr_cpus != sc->config.nr_cpus
		     ? (unsigned int)(sim_random(&cpu->rng) % cpu->s->config.nr_cpus)
		     : (unsigned int)sc->arrivals[n].cpu;
	send(cpu, &cpu->s->cpus[to], what);
}

/* ---- A CPU ----------------------------------------------------------------------------------- */

static const struct sim_program *program_of(const struct stress *s, unsigned int cpu)
{
	const struct sim_scenario *sc = s->scenario;

	for (unsigned int i = 0; i < sc->nr_programs; i++)
		if (sc->programs[i].cpu == cpu % sc->config.nr_cpus)
			return &sc->programs[i];
	return NULL;
}

bool stress_enough(const struct stress *s)
{
	return atomic_load_explicit(&s->stop, memory_order_relaxed) || sim_stopped(s->m) ||
	       (s->tsan && stress_tsan_race());
}

static void live(struct stress_cpu *cpu)
{
	static const struct sim_action pause = {.kind = SIM_ACTION_KERNEL, .count = 1};
	static const struct sim_action work = {.kind = SIM_ACTION_RUN_WORK};
	const struct sim_program *p = program_of(cpu->s, cpu->id);

	while (!stress_enough(cpu->s)) {
		for (unsigned int i = 0; p && i < p->nr_actions && !stress_enough(cpu->s); i++) {
			if (p->actions[i].kind == SIM_ACTION_CONSUME)
				consume(cpu, &p->actions[i]);
			else
				sim_do(cpu->s->m, cpu->id, &p->actions[i]);
			atomic_store_explicit(&cpu->storm, 0, memory_order_relaxed);
			notify_somebody(cpu);
		}
		if (!p)
			sim_do(cpu->s->m, cpu->id, &pause);
		atomic_store_explicit(&cpu->lived, true, memory_order_relaxed);
		atomic_store_explicit(&cpu->storm, 0, memory_order_relaxed);
		notify_somebody(cpu);
		sim_do(cpu->s->m, cpu->id, &work);
	}
}

/* ThreadSanitizer: a point inside the core is reached. */
static bool interrupt(void *arg)
{
	struct stress_cpu *cpu = arg;
	int what = stress_enough(cpu->s) ? -1 : draw_arrival(cpu);

	return what >= 0 && stress_arrive(cpu, what) == SIM_NOW;
}

static void live_interrupted(struct stress_cpu *cpu)
{
	cpu->tsan.arg = cpu;
	cpu->tsan.rng = ~cpu->rng;
	if (stress_tsan_enter(&cpu->tsan))
		return;
	cpu->tsan.interrupt = interrupt;
	if (!sigsetjmp(cpu->out, 0))
		live(cpu);
	cpu->tsan.interrupt = NULL;
	stress_tsan_leave(&cpu->tsan);
}

static void live_signalled(struct stress_cpu *cpu)
{
	sigset_t set;

	stress_all_classes(&set);
	if (!sigsetjmp(cpu->out, 1)) {
		pthread_sigmask(SIG_UNBLOCK, &set, NULL);
		live(cpu);
	}
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void *stress_cpu_thread(void *arg)
{
	struct fault_stack faults;
	struct stress_cpu *cpu = arg;

	stress_me = cpu;
	fault_stack_enter(&faults);
	sim_set_this_cpu(cpu->s->m, cpu->id);
	while (!atomic_load(&cpu->s->go))
		sched_yield();
	if (cpu->s->tsan)
		live_interrupted(cpu);
	else
		live_signalled(cpu);
	fault_stack_leave(&faults);
	atomic_store(&cpu->finished, true);
	return NULL;
}

/* Firmware: notifications out of the blue, as fast as the CPUs take them. */
void *stress_firmware_thread(void *arg)
{
	struct stress_cpu *firmware = arg;
	uint64_t refused = 0;

	while (!stress_enough(firmware->s)) {
		notify_somebody(firmware);
		if (firmware->refused != refused)
			sched_yield();
		refused = firmware->refused;
	}
	return NULL;
}

/* ---- The driver's callbacks ------------------------------------------------------------------ */

static bool wait(struct sim_driver *d, struct sim_machine *m, unsigned int cpu, const void *on_what)
{
	struct stress *s = (struct stress *)d;

	(void)cpu;
	(void)on_what;
	/* Who holds it may have panicked: then this CPU waits for ever, as it would in life. */
	if (stress_me && (sim_stopped(m) || atomic_load(&s->crashed)))
		stress_leave(stress_me);
	if (stress_me)
		stress_me->waits = true;
	sched_yield();
	if (stress_me)
		stress_me->waits = false;
	return !atomic_load(&s->give_up);
}

static void stop(struct sim_driver *d, struct sim_machine *m)
{
	struct stress *s = (struct stress *)d;

	(void)m;
	atomic_store(&s->stop, true);
	if (stress_me)
		stress_leave(stress_me);
}

static void point(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		  enum sim_event_kind kind, uint64_t arg)
{
	const struct stress *s = (const struct stress *)d;

	(void)m;
	(void)cpu;
	(void)kind;
	(void)arg;
	if (stress_me && stress_me->tsan.interrupt)
		stress_tsan_point(&stress_me->tsan);
	else if (stress_me && stress_me->started && !s->tsan && !atomic_load(&s->stop))
		aim(stress_me);
}

const struct sim_driver stress_callbacks = {.point = point, .wait = wait, .stop = stop};
