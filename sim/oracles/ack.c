// SPDX-License-Identifier: GPL-2.0-only
/*
 * ack: exactly one clear, then one acknowledgement, of each record that was consumed.
 *
 * Rules
 * 1. The block's status is set to 0 once per record, and only after the core looked at the block.
 * 2. Version 2: the acknowledgement comes after that, once per record, and never without one.
 * 3. The value written to a Read Ack register is (old & preserve) | write: bits to be preserved
 *    are what they were. Sources that share a register each have a rule of their own; the write
 *    must be as one of them has it.
 * 4. When the machine is quiet, a record that was read or rejected has been cleared and (version 2)
 *    acknowledged.
 *
 * Not judged: 4 after a panic or another end in the middle; 1 where firmware withdrew or overwrote
 * the record, 2 where it never looks at acknowledgements (a second one then shows as "twice"
 * still), nor whether one was waited for where it may take a record back and write the next at
 * once: acknowledgements are one late from then on, until the source has nothing to say for a
 * while.
 */
#include "oracle.h"

enum flags {
	LOOKED = 1,   /* some byte of it was read */
	CONSUMED = 2, /* READ, REJECT or PANIC_PRINT */
	CLEARED = 4,
	ACKED = 8,
};

struct state {
	struct {
		_Atomic uint32_t record;
		_Atomic uint32_t flags;
	} block[SIM_MAX_SOURCES];
};

static uint32_t set(struct state *s, uint32_t block, uint32_t flag)
{
	return atomic_fetch_or(&s->block[block].flags, flag);
}

/* The block that holds @record now, or SIM_NONE. */
static uint32_t holds(struct sim_machine *m, struct state *s, uint64_t record)
{
	struct sim_instance *i = sim_instance_get(m, record);

	if (!i || atomic_load(&s->block[i->block].record) != record)
		return SIM_NONE;
	return i->block;
}

static void on_write(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	struct sim_instance *i = sim_instance_get(m, ev->record);

	if (!i)
		return;
	atomic_store(&s->block[i->block].flags, 0);
	atomic_store(&s->block[i->block].record, (uint32_t)ev->record);
}

static void on_cleared(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	uint32_t block = holds(m, s, ev->record);
	struct sim_block *b = sim_block_at(m, ev->a);
	uint32_t flags;

	flags = block == SIM_NONE ? 0 : set(s, block, CLEARED);
	if (m->host->config.misbehave[SIM_MISBEHAVE_OVERWRITE] || (b && b->mutated))
		return;
	oracle_judges(m, SIM_ORACLE_ack, ev->cpu);
	if (!ev->record) {
		sim_defect(m, SIM_ORACLE_ack,
			   "the block of source %u is cleared, but no record is in it", ev->source);
		return;
	}
	if (block != SIM_NONE && !(flags & LOOKED))
		sim_defect(m, SIM_ORACLE_ack,
			   "record %u of source %u is cleared, but nobody read it",
			   oracle_serial(m, ev->record), ev->source);
}

static void on_acked(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	uint32_t block = holds(m, s, ev->record);
	uint32_t flags;

	if (!ev->record) {
		if (m->host->config.misbehave[SIM_MISBEHAVE_MUTATE])
			return;
		oracle_judges(m, SIM_ORACLE_ack, ev->cpu);
		sim_defect(m, SIM_ORACLE_ack,
			   "register 0x%llx of source %u is written, but no record waits for it",
			   (unsigned long long)ev->a, ev->source);
		return;
	}
	if (block == SIM_NONE)
		return;
	oracle_judges(m, SIM_ORACLE_ack, ev->cpu);
	flags = set(s, block, ACKED);
	if (flags & ACKED)
		sim_defect(m, SIM_ORACLE_ack, "record %u of source %u is acknowledged twice",
			   oracle_serial(m, ev->record), ev->source);
	else if (!(flags & CLEARED) && !m->host->config.misbehave[SIM_MISBEHAVE_MUTATE])
		sim_defect(m, SIM_ORACLE_ack,
			   "record %u of source %u is acknowledged before its block is cleared",
			   oracle_serial(m, ev->record), ev->source);
}

/* Bits that @src wants to be preserved in its register */
static uint64_t bits_to_keep(const struct sim_source *src)
{
	uint64_t keep = src->config.ack_preserve << src->ack.bit_offset;

	keep &= ~(src->config.ack_write << src->ack.bit_offset);
	if (src->ack.access_bit_width < 64)
		keep &= (UINT64_C(1) << src->ack.access_bit_width) - 1;
	return keep;
}

/* Rule 3; the event comes before the write takes effect. */
static void on_register(struct sim_machine *m, const struct sim_event *ev)
{
	uint64_t old = 0, changed, broken = 0;

	for (uint32_t i = 0; i < m->nr_sources; i++) {
		const struct sim_source *src = &m->source[i];
		const uint8_t *at;

		if (src->config.version != 2 || src->ack.addr != ev->a || src->ack.bit_offset >= 64)
			continue;
		at = sim_phys_at(m, src->ack.addr, src->ack.access_bit_width / 8,
				 src->ack.space_id == ACPI_ADR_SPACE_SYSTEM_IO);
		if (!at)
			continue;
		sim_copy_from_phys(&old, at, src->ack.access_bit_width / 8);
		changed = (le64toh(old) ^ ev->b) & bits_to_keep(src);
		if (!changed)
			return;
		broken = changed;
	}
	if (broken)
		sim_defect(m, SIM_ORACLE_ack,
			   "register 0x%llx: 0x%llx is written over 0x%llx, bits 0x%llx were to be "
			   "preserved",
			   (unsigned long long)ev->a, (unsigned long long)ev->b,
			   (unsigned long long)le64toh(old), (unsigned long long)broken);
}

static void ack_event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	struct sim_block *b;
	uint32_t block;

	switch (ev->kind) {
	case SIM_EV_FW_WRITE:
		on_write(m, state, ev);
		break;
	case SIM_EV_FW_CLEARED:
		on_cleared(m, state, ev);
		break;
	case SIM_EV_FW_ACKED:
		on_acked(m, state, ev);
		break;
	case SIM_EV_REG_WRITE:
		on_register(m, ev);
		break;
	case SIM_EV_IO_READ:
		b = sim_block_at(m, ev->a);
		if (b)
			set(state, (uint32_t)(b - m->block), LOOKED);
		break;
	default:
		block = holds(m, state, ev->record);
		if (block != SIM_NONE)
			set(state, block, CONSUMED);
		break;
	}
}

static void ack_finish(struct sim_machine *m, void *state)
{
	struct state *s = state;

	for (uint32_t i = 0; !sim_stopped(m) && i < m->nr_blocks; i++) {
		uint32_t flags = atomic_load(&s->block[i].flags);
		struct sim_instance *instance =
			sim_instance_get(m, atomic_load(&s->block[i].record));
		const struct sim_source *src;

		if (!instance || !(flags & CONSUMED) || m->block[i].mutated)
			continue;
		src = &m->source[instance->source];
		oracle_judges(m, SIM_ORACLE_ack, 0);
		if (!(flags & CLEARED))
			sim_defect(
				m, SIM_ORACLE_ack,
				"record %u of source %u was consumed, but its block never cleared",
				instance->serial, src->config.id);
		else if (src->config.version == 2 && !(flags & ACKED))
			sim_defect(m, SIM_ORACLE_ack,
				   "record %u of source %u was consumed, but never acknowledged",
				   instance->serial, src->config.id);
	}
}

void sim_oracle_ack_attach(struct sim_machine *m)
{
	static const uint16_t kinds[] = {SIM_EV_FW_WRITE,   SIM_EV_FW_CLEARED,	    SIM_EV_FW_ACKED,
					 SIM_EV_REG_WRITE,  SIM_EV_IO_READ,	    SIM_EV_TP(READ),
					 SIM_EV_TP(REJECT), SIM_EV_TP(PANIC_PRINT), SIM_NR_EVENTS};

	sim_observe(m, &(struct sim_observer){.name = "ack",
					      .state_size = sizeof(struct state),
					      .kinds = kinds,
					      .event = ack_event,
					      .finish = ack_finish});
}
