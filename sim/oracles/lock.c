// SPDX-License-Identifier: GPL-2.0-only
/*
 * lock: no deadlock, and no lock in the wrong context.
 *
 * Rules
 * 1. A context that may be interrupted by another, as the may-pre-empt table has it with the masks
 *    it had, shares no lock with it: else the interrupter waits for what it interrupted. It is
 *    enough that both took the lock at some time; the deadlock itself need not happen.
 * 2. Locks are taken in one order: if A was held when B was taken, B is never held when A is.
 * 3. A context leaves with the locks it was entered with; none is held when all is quiet.
 *
 * A lock that its own CPU holds already, and a wait that nobody can end, are reported by the
 * machine under this name, since it cannot go on then.
 */
#include "oracle.h"

struct state {
	_Atomic uint32_t taken_in[SIM_MAX_LOCKS]; /* bit n: in enum sim_running n */
	_Atomic uint64_t after[SIM_MAX_LOCKS];	  /* bit n: taken while lock n was held */
	_Atomic uint64_t held[SIM_MAX_CPUS];
};

/* What brings a context; SIM_NR_ARRIVING: nothing that can interrupt by itself. */
static enum sim_arriving arrives_as(enum sim_running running)
{
	switch (running) {
	case SIM_RUNNING_SOFTIRQ:
		return SIM_ARRIVING_TASK_WORK;
	case SIM_RUNNING_HARDIRQ:
		return SIM_ARRIVING_IRQ;
	case SIM_RUNNING_PNMI:
		return SIM_ARRIVING_PNMI;
	case SIM_RUNNING_SEI:
		return SIM_ARRIVING_SEI;
	case SIM_RUNNING_SEA_CLAIM:
		return SIM_ARRIVING_SEA;
	case SIM_RUNNING_SDEI_NORMAL:
		return SIM_ARRIVING_SDEI_NORMAL;
	case SIM_RUNNING_SDEI_CRITICAL:
		return SIM_ARRIVING_SDEI_CRITICAL;
	case SIM_RUNNING_NMI:
		return SIM_ARRIVING_NMI;
	case SIM_RUNNING_MCE:
		return SIM_ARRIVING_MCE;
	default: /* tasks do not pre-empt a holder of a raw lock */
		return SIM_NR_ARRIVING;
	}
}

static void check_pair(struct sim_machine *m, const struct sim_event *ev, enum sim_running lower,
		       enum sim_running upper)
{
	const struct ghes_raw_spinlock *lock = ev->data;
	enum sim_arriving arriving = arrives_as(upper);

	if (arriving == SIM_NR_ARRIVING ||
	    sim_may_preempt(m->arch, lower, arriving, false) != SIM_NOW)
		return;
	sim_defect(m, SIM_ORACLE_lock, "%s is taken in %s and in %s, which may interrupt it",
		   lock->name ? lock->name : "a lock", sim_running_name(lower),
		   sim_running_name(upper));
}

static void check_context(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	enum sim_running running = sim_effective(m, &m->cpu[ev->cpu]);
	uint32_t bit = UINT32_C(1) << running;
	uint32_t others = atomic_fetch_or(&s->taken_in[ev->a], bit);

	if (others & bit)
		return;
	for (unsigned int r = 0; r < SIM_NR_RUNNING; r++) {
		if (!(others >> r & 1))
			continue;
		check_pair(m, ev, running, (enum sim_running)r);
		check_pair(m, ev, (enum sim_running)r, running);
	}
}

static void check_order(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	const struct ghes_raw_spinlock *lock = ev->data;
	uint64_t held = atomic_load(&s->held[ev->cpu]);

	atomic_fetch_or(&s->after[ev->a], held);
	for (; held; held &= held - 1) {
		unsigned int h = (unsigned int)__builtin_ctzll(held);

		if (atomic_load(&s->after[h]) >> ev->a & 1)
			sim_defect(m, SIM_ORACLE_lock,
				   "%s is taken while lock %u is held, and was held when that was "
				   "taken",
				   lock->name ? lock->name : "a lock", h);
	}
}

static void lock_event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	const struct sim_cpu *c = &m->cpu[ev->cpu];
	struct state *s = state;

	if (ev->kind == SIM_EV_LEAVE) {
		if (c->locks_held != c->frame[ev->depth].locks_held)
			sim_defect(m, SIM_ORACLE_lock,
				   "%s on CPU %u ends with %d raw locks more "
				   "than it began with",
				   sim_running_name((enum sim_running)ev->running), ev->cpu,
				   (int)(c->locks_held - c->frame[ev->depth].locks_held));
		return;
	}
	if (ev->a >= SIM_MAX_LOCKS)
		return;
	if (ev->kind == SIM_EV_UNLOCK) {
		atomic_fetch_and(&s->held[ev->cpu], ~(UINT64_C(1) << ev->a));
		return;
	}
	oracle_judges(m, SIM_ORACLE_lock, ev->cpu);
	check_context(m, s, ev);
	check_order(m, s, ev);
	atomic_fetch_or(&s->held[ev->cpu], UINT64_C(1) << ev->a);
}

static void lock_finish(struct sim_machine *m, void *state)
{
	struct state *s = state;

	for (unsigned int i = 0; !sim_stopped(m) && i < m->nr_cpus; i++)
		if (atomic_load(&s->held[i]))
			sim_defect(m, SIM_ORACLE_lock, "CPU %u holds a raw lock when all is quiet",
				   i);
}

void sim_oracle_lock_attach(struct sim_machine *m)
{
	static const uint16_t kinds[] = {SIM_EV_LOCK, SIM_EV_UNLOCK, SIM_EV_LEAVE, SIM_NR_EVENTS};

	sim_observe(m, &(struct sim_observer){.name = "lock",
					      .state_size = sizeof(struct state),
					      .kinds = kinds,
					      .event = lock_event,
					      .finish = lock_finish});
}
