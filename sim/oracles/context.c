// SPDX-License-Identifier: GPL-2.0-only
/*
 * context: nothing that may sleep, allocate or take a normal lock where that is not allowed.
 *
 * Rules
 * 1. In NMI-like context none of: memory of the core (alloc, free), call_rcu, workqueues, task
 *    work, signals, recovery and reports.
 * 2. Memory failure, vendor and CXL events, and alloc: in task context only.
 * 3. What may sleep (mutex, synchronize_rcu, registration, mapping of registers...): in task
 *    context, interrupts unmasked, no raw lock held, outside of RCU read sections.
 * 4. RCU read sections end in the context where they began.
 */
#include "oracle.h"

static enum ghes_context context_of(enum sim_running running)
{
	static const uint8_t contexts[] = {
#define RUNNING_CONTEXT(name, text, context) GHES_CONTEXT_##context,
		SIM_RUNNING(RUNNING_CONTEXT)
#undef RUNNING_CONTEXT
	};

	return (enum ghes_context)contexts[running];
}

static bool task_only(uint16_t kind)
{
	return kind == SIM_EV_ALLOC || kind == SIM_EV_MEMORY_FAILURE || kind == SIM_EV_VENDOR ||
	       kind == SIM_EV_CXL;
}

static const char *why_no_sleep(const struct sim_cpu *c, enum ghes_context context)
{
	if (context != GHES_CONTEXT_TASK)
		return "outside of task context";
	if (c->masks & PSR_I_BIT)
		return "with interrupts masked";
	if (c->locks_held)
		return "with a raw lock held";
	if (c->rcu_nesting)
		return "in an RCU read section";
	return NULL;
}

static void context_event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	const struct sim_cpu *c = &m->cpu[ev->cpu];
	enum sim_running running = (enum sim_running)ev->running;
	enum ghes_context context = context_of(running);
	const char *why;

	(void)state;
	if (ev->kind == SIM_EV_LEAVE) {
		if (c->rcu_nesting != c->frame[ev->depth].rcu_nesting)
			sim_defect(m, SIM_ORACLE_context,
				   "%s on CPU %u leaves an RCU read section open",
				   sim_running_name(running), ev->cpu);
		return;
	}
	oracle_judges(m, SIM_ORACLE_context, ev->cpu);
	if (ev->kind == SIM_EV_MIGHT_SLEEP) {
		why = why_no_sleep(c, context);
		if (why)
			sim_defect(m, SIM_ORACLE_context, "%s may sleep, called %s (%s on CPU %u)",
				   (const char *)ev->data, why, sim_running_name(running), ev->cpu);
		return;
	}
	if (context == GHES_CONTEXT_TASK)
		return;
	if (context == GHES_CONTEXT_IRQ && !task_only(ev->kind))
		return;
	sim_defect(m, SIM_ORACLE_context, "\"%s\" in %s context (CPU %u)", sim_event_name(ev->kind),
		   sim_running_name(running), ev->cpu);
}

void sim_oracle_context_attach(struct sim_machine *m)
{
	static const uint16_t kinds[] = {
		SIM_EV_ALLOC,	   SIM_EV_FREE,	       SIM_EV_CALL_RCU,	      SIM_EV_WORK_QUEUE,
		SIM_EV_TASK_WORK,  SIM_EV_SIGBUS,      SIM_EV_MEMORY_FAILURE, SIM_EV_AER,
		SIM_EV_REPORT_MEM, SIM_EV_ARM_EVENT,   SIM_EV_VENDOR,	      SIM_EV_CXL,
		SIM_EV_LEAVE,	   SIM_EV_MIGHT_SLEEP, SIM_NR_EVENTS};

	sim_observe(m, &(struct sim_observer){
			       .name = "context", .kinds = kinds, .event = context_event});
}
