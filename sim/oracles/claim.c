// SPDX-License-Identifier: GPL-2.0-only
/*
 * claim: the SEA claim's answer matches what happened, and the task does not run on in vain.
 *
 * Rules, for what this CPU read in the claim (READ while in SEA, or while the claim runs irq_work)
 * 1. Answer 0: each record that the claim read has been dealt with, and at least one was read, or
 *    processed by this CPU, in the claim. One that it could not read because the pool was empty
 *    counts as read: irq_work reads it, perhaps on another CPU, while the claim waits.
 * 2. Answer -ENOENT: the claim read none, or nothing but duplicates. The kernel's walk over its SEA
 *    sources answers so for what the cache suppressed: not claimed, so the task is signalled.
 * 3. Answer -ECANCELED: the claim dropped a duplicate, or irq_work did, on any CPU, of a record
 * that the claim could not read because the pool was empty.
 * 4. When the instruction is retried, its page was taken offline or its task signalled; unless the
 *    claim took nothing but records of aborts on other CPUs, which share the status block: then
 *    firmware reports this one again. Not judged when firmware could not hand over the record of
 *    this abort, or writes records at random.
 */
#include "oracle.h"

#define MAX_READ 8

struct state {
	struct {
		uint32_t read[MAX_READ];
		uint32_t nr_read;
		uint32_t processed, duplicates;
		bool active;
	} claim[SIM_MAX_CPUS]; /* own CPU; claims do not nest */
};

static bool in_claim(const struct sim_event *ev)
{
	return ev->running == SIM_RUNNING_SEA_CLAIM || ev->running == SIM_RUNNING_SEA_IRQ_WORK;
}

static bool dealt_with(struct sim_machine *m, struct ledger *l, uint32_t record)
{
	struct ledger_record *r = ledger_record(m, l, record);

	if (!r)
		return true;
	if (atomic_load(&r->state) == LEDGER_PROCESSED)
		return atomic_load(&r->done);
	return ledger_is_end((enum ledger_state)atomic_load(&r->state));
}

static bool read_a_duplicate(struct sim_machine *m, const struct state *s, unsigned int cpu)
{
	struct ledger *l = sim_ledger(m);

	for (uint32_t i = 0; i < s->claim[cpu].nr_read && i < MAX_READ; i++) {
		struct ledger_record *r = ledger_record(m, l, s->claim[cpu].read[i]);

		if (r && atomic_load(&r->state) == LEDGER_DUPLICATE)
			return true;
	}
	return s->claim[cpu].duplicates;
}

static void check_zero(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	struct ledger *l = sim_ledger(m);
	uint32_t n = s->claim[ev->cpu].nr_read;

	for (uint32_t i = 0; i < n && i < MAX_READ; i++) {
		uint32_t record = s->claim[ev->cpu].read[i];

		if (!dealt_with(m, l, record))
			sim_defect(m, SIM_ORACLE_claim,
				   "the claim on CPU %u answers 0, but record %u has not been "
				   "processed",
				   ev->cpu, oracle_serial(m, record));
	}
	if (!n && !s->claim[ev->cpu].processed)
		sim_defect(m, SIM_ORACLE_claim,
			   "the claim on CPU %u answers 0, but there was nothing to claim",
			   ev->cpu);
}

static void on_claim(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	oracle_judges(m, SIM_ORACLE_claim, ev->cpu);
	switch (ev->a) {
	case 0:
		check_zero(m, s, ev);
		break;
	case GHES_ENOENT:
		if (s->claim[ev->cpu].nr_read > s->claim[ev->cpu].duplicates)
			sim_defect(m, SIM_ORACLE_claim,
				   "the claim on CPU %u answers -ENOENT, but it took %u records",
				   ev->cpu, s->claim[ev->cpu].nr_read);
		break;
	case GHES_ECANCELED:
		if (!read_a_duplicate(m, s, ev->cpu))
			sim_defect(m, SIM_ORACLE_claim,
				   "the claim on CPU %u answers -ECANCELED without a duplicate",
				   ev->cpu);
		break;
	default:
		break;
	}
	s->claim[ev->cpu].active = false;
}

/* Rule 4's exception */
static bool only_others(struct sim_machine *m, const struct state *s, const struct sim_event *ev)
{
	uint32_t n = s->claim[ev->cpu].nr_read;

	for (uint32_t i = 0; i < n && i < MAX_READ; i++) {
		const struct sim_instance *read = sim_instance_get(m, s->claim[ev->cpu].read[i]);

		if (read && read->cpu == ev->cpu)
			return false;
	}
	return n && n <= MAX_READ;
}

/* Else the record may name any page, and the core has no way to know which one was read. */
static bool firmware_is_honest(const struct sim_machine *m)
{
	const uint64_t *misbehave = m->host->config.misbehave;

	return !misbehave[SIM_MISBEHAVE_HOSTILE] && !misbehave[SIM_MISBEHAVE_MUTATE];
}

static void claim_event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	struct state *s = state;

	switch (ev->kind) {
	case SIM_EV_ENTER:
		if (ev->running == SIM_RUNNING_SEA_CLAIM) {
			memset(&s->claim[ev->cpu], 0, sizeof(s->claim[ev->cpu]));
			s->claim[ev->cpu].active = true;
		} else if (ev->running == SIM_RUNNING_SEA_ENTRY) {
			memset(&s->claim[ev->cpu], 0, sizeof(s->claim[ev->cpu]));
		}
		break;
	case SIM_EV_TP(POOL_EXHAUSTED):
		if (ev->running != SIM_RUNNING_SEA_CLAIM || !ev->record)
			break;
		/* fall through */
	case SIM_EV_TP(READ):
		if (in_claim(ev) && s->claim[ev->cpu].nr_read++ < MAX_READ)
			s->claim[ev->cpu].read[s->claim[ev->cpu].nr_read - 1] =
				(uint32_t)ev->record;
		break;
	case SIM_EV_TP(PROCESSED):
		if (s->claim[ev->cpu].active)
			s->claim[ev->cpu].processed++;
		break;
	case SIM_EV_TP(DUPLICATE):
		if (in_claim(ev))
			s->claim[ev->cpu].duplicates++;
		break;
	case SIM_EV_CLAIM:
		on_claim(m, s, ev);
		break;
	default: /* USER_RETRY */
		if (only_others(m, s, ev) || !firmware_is_honest(m))
			break;
		oracle_judges(m, SIM_ORACLE_claim, ev->cpu);
		if (!ev->b)
			sim_defect(
				m, SIM_ORACLE_claim,
				"the task on CPU %u reads poison at 0x%llx again: neither was the "
				"page taken offline nor the task signalled",
				ev->cpu, (unsigned long long)ev->a);
		break;
	}
}

void sim_oracle_claim_attach(struct sim_machine *m)
{
	static const uint16_t kinds[] = {
		SIM_EV_ENTER, SIM_EV_TP(READ),	 SIM_EV_TP(PROCESSED),	    SIM_EV_TP(DUPLICATE),
		SIM_EV_CLAIM, SIM_EV_USER_RETRY, SIM_EV_TP(POOL_EXHAUSTED), SIM_NR_EVENTS};

	sim_observe(m, &(struct sim_observer){.name = "claim",
					      .state_size = sizeof(struct state),
					      .kinds = kinds,
					      .event = claim_event});
}
