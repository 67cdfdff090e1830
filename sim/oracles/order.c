// SPDX-License-Identifier: GPL-2.0-only
/*
 * order: records of one source are processed in the order in which they arrived.
 *
 * Rule: among records that went through the queue, each is processed after all those of its
 * source that were queued before it.
 *
 * Exempt: records that were queued while two contexts were draining at once. Each batch is in
 * order then, but which batch is older is theirs to sort out, and the kernel does not (a work
 * queued on one CPU while another runs it runs on both). A drain may have begun before it was
 * announced: so also a record whose context was entered before the later one was queued, if another
 * CPU processed that. A core that announces no drains (DRAIN) is judged as if there was one at a
 * time.
 */
#include "oracle.h"

struct state {
	_Atomic uint32_t
		last[SIM_MAX_SOURCES]; /* queued_seq of the last one processed, by source */
	_Atomic uint32_t queue_seq;
	_Atomic uint32_t overlap; /* records queued up to here are exempt */
	_Atomic uint8_t last_cpu[SIM_MAX_SOURCES];
	uint32_t entered[SIM_MAX_CPUS][SIM_MAX_DEPTH]; /* queue_seq when it was, own CPU */
	uint32_t seq[]; /* [instance_slots]: in which order it was queued */
};

/* Was the last one processed by another CPU, and queued when this context was running already? */
static bool may_have_overlapped(const struct state *s, const struct sim_instance *i,
				const struct sim_event *ev)
{
	return atomic_load(&s->last_cpu[i->source]) != ev->cpu &&
	       s->entered[ev->cpu][ev->depth] < atomic_load(&s->last[i->source]);
}

static void order_event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	struct ledger *l = sim_ledger(m);
	struct state *s = state;
	struct sim_instance *i = sim_instance_get(m, ev->record);
	uint32_t seq, last;

	if (ev->kind == SIM_EV_ENTER) {
		s->entered[ev->cpu][ev->depth] = atomic_load(&s->queue_seq);
		return;
	}
	if (ev->kind == SIM_EV_TP(DRAIN) || ledger_other_drains(m, l, ev->cpu)) {
		int32_t mine = atomic_load_explicit(&l->draining[ev->cpu], memory_order_relaxed);

		if (ledger_other_drains(m, l, ev->cpu) ||
		    (ev->kind == SIM_EV_TP(DRAIN) && mine > (int32_t)(ev->a & 0xfffff)))
			atomic_store(&s->overlap, atomic_load(&s->queue_seq));
	}
	if (!i || !ev->a)
		return;
	if (ev->kind == SIM_EV_TP(QUEUE)) {
		s->seq[ev->record & (m->instance_slots - 1)] =
			atomic_fetch_add(&s->queue_seq, 1) + 1;
		return;
	}
	if (ev->kind != SIM_EV_TP(PROCESS))
		return;
	seq = s->seq[ev->record & (m->instance_slots - 1)];
	last = atomic_load(&s->last[i->source]);
	if (last) /* else it is the first */
		oracle_judges(m, SIM_ORACLE_order, ev->cpu);
	if (seq > last) {
		atomic_store(&s->last[i->source], seq);
		atomic_store(&s->last_cpu[i->source], ev->cpu);
	} else if (seq < last && seq > atomic_load(&s->overlap) && !may_have_overlapped(s, i, ev))
		sim_defect(m, SIM_ORACLE_order,
			   "record %u of source %u is processed after one that was queued later",
			   i->serial, ev->source);
}

void sim_oracle_order_attach(struct sim_machine *m)
{
	static const uint16_t kinds[] = {SIM_EV_ENTER, SIM_EV_TP(DRAIN), SIM_EV_TP(QUEUE),
					 SIM_EV_TP(PROCESS), SIM_NR_EVENTS};

	sim_observe(m, &(struct sim_observer){.name = "order",
					      .state_size = sizeof(struct state) +
							    m->instance_slots * sizeof(uint32_t),
					      .kinds = kinds,
					      .event = order_event});
}
