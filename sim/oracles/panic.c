// SPDX-License-Identifier: GPL-2.0-only
/*
 * panic: older queued records are printed first.
 *
 * Rules
 * 1. When panic() is called, every record that was queued before the fatal one was printed has
 *    been processed or printed.
 * 2. Queued records are printed in the order in which they were queued, and before the fatal one. A
 *    record is announced before it is pushed: one that was overtaken in between may come later.
 * 3. A panic is caused by a record: one was printed before.
 * 4. A record that is fatal, or of unknown severity, is never processed as if it were not.
 *
 * Exempt from 1: what a drain on another CPU has in hand, or may have taken and not yet announced,
 * since that CPU stands in an interrupt; a record whose own push was interrupted
 * by the panic, or is still to come on another CPU (nobody can find it yet); and the one record
 * that a drain on this CPU has taken off its batch and not yet announced when the panic interrupts
 * it: whichever of "take" and "announce" came first, it would be missed or ended twice at the
 * instruction in between.
 *
 * Among real threads with several CPUs, and where a driver switches CPUs between accesses, only
 * rule 3 is judged: there another CPU goes on between two of its events, so nobody can tell whether
 * a record was pushed, or taken, before the panic looked. Drivers that run one CPU at a time judge
 * all.
 */
#include "oracle.h"

#include <endian.h>
#include <string.h>

#include <ghes/cper.h>

struct state {
	_Atomic uint32_t fatal_seq; /* queued before it: all those the panic must print; + 1 */
	_Atomic uint32_t last_printed;
};

static bool others_go_on(const struct sim_machine *m)
{
	const struct sim_driver *d = m->host->driver;

	return (m->host->config.threads || (d && d->use)) && m->nr_cpus > 1;
}

/* Who was announced and may not be pushed yet is overtaken by who is announced now. */
static void on_queue(struct sim_machine *m, struct ledger *l, const struct sim_event *ev)
{
	for (unsigned int cpu = 0; !others_go_on(m) && cpu < m->nr_cpus; cpu++)
		for (uint32_t level = 0; level <= m->cpu[cpu].depth; level++) {
			uint32_t id = m->cpu[cpu].frame[level].instance;
			struct ledger_record *r = ledger_record(m, l, id);

			if (r && id != ev->record && atomic_load(&r->state) == LEDGER_QUEUED &&
			    (cpu != ev->cpu || level != ev->depth))
				atomic_store(&r->overtaken, 1);
		}
}

static void on_print(struct sim_machine *m, struct state *s, struct ledger *l,
		     const struct sim_event *ev)
{
	struct ledger_record *r = ledger_record(m, l, ev->record);
	uint32_t seq = r ? atomic_load(&r->queued_seq) : 0;
	uint32_t unset = 0;

	if (!ev->a) {
		atomic_compare_exchange_strong(&s->fatal_seq, &unset,
					       atomic_load(&l->queue_seq) + 1);
		return;
	}
	if (others_go_on(m))
		return;
	oracle_judges(m, SIM_ORACLE_panic, ev->cpu);
	if (atomic_load(&s->fatal_seq))
		sim_defect(m, SIM_ORACLE_panic,
			   "queued record %u is printed after the fatal one, which is younger",
			   oracle_serial(m, ev->record));
	if (!seq || atomic_load(&r->overtaken))
		return;
	if (seq < atomic_exchange(&s->last_printed, seq))
		sim_defect(m, SIM_ORACLE_panic,
			   "queued record %u is printed after one that was queued later",
			   oracle_serial(m, ev->record));
}

/* The context that queued it was interrupted, or stands on another CPU, before it could push. */
static bool push_interrupted(const struct sim_machine *m, const struct ledger_record *r,
			     uint32_t id, unsigned int panicking)
{
	const struct sim_cpu *c = &m->cpu[r->cpu];

	return c->depth + (c->id != panicking) > r->depth && c->frame[r->depth].instance == id;
}

static bool other_may_drain(const struct sim_machine *m, unsigned int panicking)
{
	for (unsigned int cpu = 0; cpu < m->nr_cpus; cpu++)
		for (uint32_t level = 0; cpu != panicking && level <= m->cpu[cpu].depth; level++)
			switch (m->cpu[cpu].frame[level].running) {
			case SIM_RUNNING_HARDIRQ:
			case SIM_RUNNING_SEA_IRQ_WORK:
				return true;
			}
	return false;
}

/* What the drain that the panic interrupted may have in hand: queued_seq of the oldest; 0: none */
static uint32_t taken_by_drain(struct sim_machine *m, struct ledger *l, unsigned int cpu)
{
	uint32_t oldest = 0;

	if (atomic_load(&l->draining[cpu]) <= 0 || atomic_load(&l->processing) > 0)
		return 0;
	for (uint32_t i = 0; i < m->instance_slots; i++) {
		uint32_t seq = atomic_load(&l->record[i].queued_seq);

		if (atomic_load(&l->record[i].id) &&
		    atomic_load(&l->record[i].state) == LEDGER_QUEUED && (!oldest || seq < oldest))
			oldest = seq;
	}
	return oldest;
}

static void on_panic(struct sim_machine *m, struct state *s, struct ledger *l,
		     const struct sim_event *ev)
{
	uint32_t fatal = atomic_load(&s->fatal_seq), taken;

	oracle_judges(m, SIM_ORACLE_panic, ev->cpu);
	if (!fatal) {
		sim_defect(m, SIM_ORACLE_panic, "panic without a record that was printed");
		return;
	}
	if (others_go_on(m) || ledger_other_drains(m, l, ev->cpu) || other_may_drain(m, ev->cpu))
		return;
	taken = taken_by_drain(m, l, ev->cpu);
	for (uint32_t i = 0; i < m->instance_slots; i++) {
		struct ledger_record *r = &l->record[i];
		uint32_t id = atomic_load(&r->id);

		if (id && atomic_load(&r->state) == LEDGER_QUEUED &&
		    atomic_load(&r->queued_seq) < fatal && atomic_load(&r->queued_seq) != taken &&
		    !push_interrupted(m, r, id, ev->cpu))
			sim_defect(m, SIM_ORACLE_panic,
				   "record %u was queued before the panic, and is not printed",
				   oracle_serial(m, id));
	}
}

#define SEVERITY_AT 16 /* ACPI 6.5, table 18.11: Generic Error Status Block, Error Severity */

static void on_process(struct sim_machine *m, struct ledger *l, const struct sim_event *ev)
{
	const struct ledger_hand *hand = ledger_hand(m, l, ev);
	uint32_t severity;

	if (!hand->data || hand->length < SEVERITY_AT + sizeof(severity))
		return;
	memcpy(&severity, (const uint8_t *)hand->data + SEVERITY_AT, sizeof(severity));
	severity = le32toh(severity);
	if (severity == CPER_SEV_RECOVERABLE || severity == CPER_SEV_CORRECTED ||
	    severity == CPER_SEV_INFORMATIONAL)
		return;
	oracle_judges(m, SIM_ORACLE_panic, ev->cpu);
	sim_defect(m, SIM_ORACLE_panic,
		   "record %u of source %u has severity %u, and no panic follows",
		   oracle_serial(m, ev->record), ev->source, severity);
}

static void panic_event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	if (ev->kind == SIM_EV_PANIC)
		on_panic(m, state, sim_ledger(m), ev);
	else if (ev->kind == SIM_EV_TP(PROCESS))
		on_process(m, sim_ledger(m), ev);
	else if (ev->kind == SIM_EV_TP(QUEUE))
		on_queue(m, sim_ledger(m), ev);
	else
		on_print(m, state, sim_ledger(m), ev);
}

void sim_oracle_panic_attach(struct sim_machine *m)
{
	static const uint16_t kinds[] = {SIM_EV_PANIC, SIM_EV_TP(PANIC_PRINT), SIM_EV_TP(PROCESS),
					 SIM_EV_TP(QUEUE), SIM_NR_EVENTS};

	sim_observe(m, &(struct sim_observer){.name = "panic",
					      .state_size = sizeof(struct state),
					      .kinds = kinds,
					      .event = panic_event});
}
