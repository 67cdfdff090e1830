// SPDX-License-Identifier: GPL-2.0-only
/*
 * bounds: no access outside of the block, the record or the section.
 *
 * Rules
 * 1. Physical memory that is read or written through a slot lies within one status block.
 * 2. A record that is taken (READ) is no longer than its block.
 * 3. What a sink is given of the record in hand (memory and processor sections, AER registers)
 *    ends where the record ends.
 *
 * Accesses that leave a page, and memory of the core that was written beyond its end or after it
 * was freed, are reported by the machine under this name. Accesses inside the core's own memory
 * are AddressSanitizer's business.
 */
#include "oracle.h"

static void on_access(struct sim_machine *m, const struct sim_event *ev)
{
	struct sim_block *b = sim_block_at(m, ev->a);

	oracle_judges(m, SIM_ORACLE_bounds, ev->cpu);
	if (b && ev->b <= b->length - (ev->a - b->paddr))
		return;
	sim_defect(m, SIM_ORACLE_bounds, "%s of %llu bytes at 0x%llx %s", sim_event_name(ev->kind),
		   (unsigned long long)ev->b, (unsigned long long)ev->a,
		   b ? "leaves the error status block" : "is in no error status block");
}

static void on_read(struct sim_machine *m, const struct sim_event *ev)
{
	struct sim_block *b = sim_block_at(m, ev->b);

	if (!b)
		return;
	oracle_judges(m, SIM_ORACLE_bounds, ev->cpu);
	if (ev->a > b->length)
		sim_defect(m, SIM_ORACLE_bounds,
			   "a record of %llu bytes is taken from a block of %u (source %u)",
			   (unsigned long long)ev->a, b->length, ev->source);
}

static void on_sink(struct sim_machine *m, const struct sim_event *ev)
{
	struct ledger_hand *hand = ledger_hand(m, sim_ledger(m), ev);
	const uint8_t *from = ev->data, *record = hand->data;
	uint64_t size = ev->b;

	if (ev->kind == SIM_EV_AER) {
		const struct ghes_aer_event *aer = ev->data;

		from = aer->regs;
		size = aer->regs_size;
	}
	/* a copy of the core's own is its own business */
	if (!record || !from || from < record || from >= record + hand->length)
		return;
	oracle_judges(m, SIM_ORACLE_bounds, ev->cpu);
	if (size > (uint64_t)(record + hand->length - from))
		sim_defect(m, SIM_ORACLE_bounds,
			   "\"%s\" is given %llu bytes, %llu of them beyond the record",
			   sim_event_name(ev->kind), (unsigned long long)size,
			   (unsigned long long)(size - (uint64_t)(record + hand->length - from)));
}

static void bounds_event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	(void)state;
	switch (ev->kind) {
	case SIM_EV_IO_READ:
	case SIM_EV_IO_WRITE:
		on_access(m, ev);
		break;
	case SIM_EV_TP(READ):
		on_read(m, ev);
		break;
	default:
		on_sink(m, ev);
		break;
	}
}

void sim_oracle_bounds_attach(struct sim_machine *m)
{
	static const uint16_t kinds[] = {SIM_EV_IO_READ, SIM_EV_IO_WRITE,   SIM_EV_TP(READ),
					 SIM_EV_AER,	 SIM_EV_REPORT_MEM, SIM_EV_ARM_EVENT,
					 SIM_NR_EVENTS};

	sim_observe(
		m, &(struct sim_observer){.name = "bounds", .kinds = kinds, .event = bounds_event});
}
