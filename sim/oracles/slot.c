// SPDX-License-Identifier: GPL-2.0-only
/*
 * slot: one user of a mapping slot at a time, balanced map and unmap.
 *
 * Rules
 * 1. A slot is mapped while clear only, and cleared by the context that mapped it.
 * 2. Only that context reads and writes through it.
 * 3. A slot belongs to a class of contexts: IRQ to task and irq, the others to their own NMI-like
 *    context.
 * 4. No context leaves, and no machine comes to rest, with a slot mapped.
 * 5. All who map a slot hold one and the same lock meanwhile, taken in the context that maps: the
 *    one that keeps other CPUs off it. Which lock that is, nobody has to say: it is what all users
 *    had in common so far (the lockset of Eraser, Savage et al. 1997). So the first map without
 *    it is a defect, whether or not another CPU was near.
 */
#include "oracle.h"

struct state {
	_Atomic uint32_t owner[GHES_NR_FIXMAP_SLOTS]; /* CPU + 1 | depth << 8; 0: clear */
	/* bit n: there was a map without lock n */
	_Atomic uint64_t unguarded[GHES_NR_FIXMAP_SLOTS];
	/* own CPU: locks held, and those of them that were when a context was entered */
	uint64_t held[SIM_MAX_CPUS];
	uint64_t outer[SIM_MAX_CPUS][SIM_MAX_DEPTH];
};

static uint32_t me(const struct sim_event *ev)
{
	return (uint32_t)(ev->cpu + 1) | (uint32_t)ev->depth << 8;
}

static bool belongs(uint64_t slot, enum sim_running running)
{
	switch (running) {
	case SIM_RUNNING_SEI:
		return slot == FIX_APEI_GHES_SEI;
	case SIM_RUNNING_SEA_CLAIM:
		return slot == FIX_APEI_GHES_SEA;
	case SIM_RUNNING_SDEI_NORMAL:
		return slot == FIX_APEI_GHES_SDEI_NORMAL;
	case SIM_RUNNING_SDEI_CRITICAL:
		return slot == FIX_APEI_GHES_SDEI_CRITICAL;
	case SIM_RUNNING_NMI:
	case SIM_RUNNING_PNMI:
	case SIM_RUNNING_MCE:
		return slot == FIX_APEI_GHES_NMI;
	default:
		return slot == FIX_APEI_GHES_IRQ;
	}
}

/*
 * What the interrupted held keeps nobody off: it may be another CPU's turn to be interrupted next.
 * (A context that the core enters by itself goes on with its own locks.)
 */
static uint64_t own_locks(struct sim_machine *m, const struct state *s, const struct sim_event *ev)
{
	unsigned int depth = ev->depth;

	while (depth && m->cpu[ev->cpu].frame[depth].by_core)
		depth--;
	return s->held[ev->cpu] & ~s->outer[ev->cpu][depth];
}

static void check_guard(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	uint64_t mine = own_locks(m, s, ev);

	if ((~atomic_fetch_or(&s->unguarded[ev->a], ~mine) & mine) == 0)
		sim_defect(
			m, SIM_ORACLE_slot,
			"slot %u is mapped by %s on CPU %u without the lock that keeps others off",
			(unsigned int)ev->a, sim_running_name((enum sim_running)ev->running),
			ev->cpu);
}

static void on_map(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	uint32_t old = atomic_exchange(&s->owner[ev->a], me(ev));

	oracle_judges(m, SIM_ORACLE_slot, ev->cpu);
	if (old)
		sim_defect(m, SIM_ORACLE_slot,
			   "slot %u is mapped by %s on CPU %u while CPU %u uses it (depth %u)",
			   (unsigned int)ev->a, sim_running_name((enum sim_running)ev->running),
			   ev->cpu, (old & 0xff) - 1, old >> 8);
	if (!belongs(ev->a, (enum sim_running)ev->running))
		sim_defect(m, SIM_ORACLE_slot, "slot %u is mapped by %s, whose slot it is not",
			   (unsigned int)ev->a, sim_running_name((enum sim_running)ev->running));
	check_guard(m, s, ev);
}

static void on_unmap(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	uint32_t old = atomic_exchange(&s->owner[ev->a], 0);

	oracle_judges(m, SIM_ORACLE_slot, ev->cpu);
	if (old != me(ev))
		sim_defect(m, SIM_ORACLE_slot, "slot %u is cleared by %s on CPU %u, but %s",
			   (unsigned int)ev->a, sim_running_name((enum sim_running)ev->running),
			   ev->cpu, old ? "another context uses it" : "it was clear");
}

static void on_access(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	unsigned int slot = (unsigned int)((const struct sim_slot *)ev->data - m->slot);

	oracle_judges(m, SIM_ORACLE_slot, ev->cpu);
	if (atomic_load(&s->owner[slot]) != me(ev))
		sim_defect(m, SIM_ORACLE_slot,
			   "%s on CPU %u accesses memory through slot %u of another context",
			   sim_running_name((enum sim_running)ev->running), ev->cpu, slot);
}

static void on_leave(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	for (unsigned int i = 0; i < GHES_NR_FIXMAP_SLOTS; i++)
		if (atomic_load_explicit(&s->owner[i], memory_order_relaxed) == me(ev))
			sim_defect(m, SIM_ORACLE_slot, "%s on CPU %u ends with slot %u mapped",
				   sim_running_name((enum sim_running)ev->running), ev->cpu, i);
}

static void on_lock(struct state *s, const struct sim_event *ev)
{
	uint64_t bit = ev->a < SIM_MAX_LOCKS ? UINT64_C(1) << ev->a : 0;

	if (ev->kind == SIM_EV_ENTER)
		s->outer[ev->cpu][ev->depth] = s->held[ev->cpu];
	else if (ev->kind == SIM_EV_LOCK)
		s->held[ev->cpu] |= bit;
	else
		s->held[ev->cpu] &= ~bit;
}

static void slot_event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	switch (ev->kind) {
	case SIM_EV_MAP:
		on_map(m, state, ev);
		break;
	case SIM_EV_UNMAP:
		on_unmap(m, state, ev);
		break;
	case SIM_EV_LEAVE:
		on_leave(m, state, ev);
		break;
	case SIM_EV_ENTER:
	case SIM_EV_LOCK:
	case SIM_EV_UNLOCK:
		on_lock(state, ev);
		break;
	default:
		on_access(m, state, ev);
		break;
	}
}

static void slot_finish(struct sim_machine *m, void *state)
{
	struct state *s = state;

	for (unsigned int i = 0; !sim_stopped(m) && i < GHES_NR_FIXMAP_SLOTS; i++)
		if (atomic_load(&s->owner[i]))
			sim_defect(m, SIM_ORACLE_slot, "slot %u is still mapped when all is quiet",
				   i);
}

void sim_oracle_slot_attach(struct sim_machine *m)
{
	static const uint16_t kinds[] = {SIM_EV_MAP,	  SIM_EV_UNMAP,	 SIM_EV_IO_READ,
					 SIM_EV_IO_WRITE, SIM_EV_ENTER,	 SIM_EV_LEAVE,
					 SIM_EV_LOCK,	  SIM_EV_UNLOCK, SIM_NR_EVENTS};

	sim_observe(m, &(struct sim_observer){.name = "slot",
					      .state_size = sizeof(struct state),
					      .kinds = kinds,
					      .event = slot_event,
					      .finish = slot_finish});
}
