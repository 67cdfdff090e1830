// SPDX-License-Identifier: GPL-2.0-only
/*
 * mask: interrupt and exception masks are as they were.
 *
 * Rules
 * 1. A context leaves with the masks it was entered with (hardware and firmware then restore those
 *    of what was interrupted; that is not the core's doing).
 * 2. The claim, probe and remove return with the masks they were called with.
 *
 * Not judged when the run was ended in the middle (panic, a fatal abort).
 */
#include "oracle.h"

static void mask_event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	const struct sim_cpu *c = &m->cpu[ev->cpu];
	uint32_t expected = ev->depth ? c->frame[ev->depth].masks : c->program_masks;

	(void)state;
	oracle_judges(m, SIM_ORACLE_mask, ev->cpu);
	if (c->masks == expected)
		return;
	sim_defect(m, SIM_ORACLE_mask, "%s on CPU %u: masks are 0x%x after \"%s\", expected 0x%x",
		   sim_running_name((enum sim_running)ev->running), ev->cpu, c->masks,
		   sim_event_name(ev->kind), expected);
}

void sim_oracle_mask_attach(struct sim_machine *m)
{
	static const uint16_t kinds[] = {SIM_EV_LEAVE, SIM_EV_CLAIM, SIM_EV_PROBE, SIM_EV_REMOVE,
					 SIM_NR_EVENTS};

	sim_observe(m, &(struct sim_observer){.name = "mask", .kinds = kinds, .event = mask_event});
}
