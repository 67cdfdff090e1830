/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What oracles share: the ledger, which remembers for each record and each context what several
 * of them need, and judges nothing.
 *
 * Per-context entries are written by that context only; a record's entry by whoever has the
 * record in hand, one context at a time, unless the core is broken: then any of them may win.
 */
#ifndef SIM_ORACLE_H
#define SIM_ORACLE_H

#include <stdatomic.h>

#include "machine/internal.h"

#include "oracles.h"

/* How far a record has come, and how it ended. X(name, text, is an end) */
#define LEDGER_STATES(X)                                                                           \
	X(NONE, "unknown", false)                                                                  \
	X(WRITTEN, "written", false)                                                               \
	X(READ, "read", false)                                                                     \
	X(QUEUED, "queued", false)                                                                 \
	X(PROCESSED, "processed", true)                                                            \
	X(DUPLICATE, "dropped as a duplicate", true)                                               \
	X(REJECTED, "rejected", true)                                                              \
	X(LOST, "counted as lost", true)                                                           \
	X(PANICKED, "printed by the panic", true)

enum ledger_state {
#define LEDGER_STATE_ENUM(name, text, end) LEDGER_##name,
	LEDGER_STATES(LEDGER_STATE_ENUM)
#undef LEDGER_STATE_ENUM
};

/* One record. @id: whose entry this is; older ones are forgotten when the slot is used again. */
struct ledger_record {
	_Atomic uint32_t id;
	_Atomic uint8_t state;	     /* enum ledger_state */
	_Atomic uint8_t before;	     /* the state before the last event about it */
	_Atomic uint8_t done;	     /* PROCESSED was seen */
	_Atomic uint8_t withdrawn;   /* firmware took it back, or overwrote it */
	_Atomic uint8_t overtaken;   /* others were queued between its QUEUE and its push */
	uint8_t cpu, depth;	     /* of the context that read it */
	uint32_t length;	     /* as read */
	uint64_t hash;		     /* of the copy */
	_Atomic uint32_t queued_seq; /* order of QUEUE */
};

/* What a context has in hand */
struct ledger_hand {
	const void *data; /* of READ or PROCESS; valid until that record ends */
	uint32_t length;
	uint64_t hash;
	uint32_t record;
};

struct ledger {
	struct ledger_record *record;		/* [m->instance_slots] */
	struct ledger_hand *hand;		/* [nr_cpus][SIM_MAX_DEPTH] */
	_Atomic int32_t draining[SIM_MAX_CPUS]; /* records taken by a drain, not yet processed */
	_Atomic int32_t processing;		/* between PROCESS and PROCESSED */
	_Atomic uint32_t queue_seq;
	_Atomic uint64_t drains;
};

/* Created by sim_oracles_attach() before all oracles, so it is told first. */
struct ledger *sim_ledger(struct sim_machine *m);
/* NULL: not known, or forgotten */
struct ledger_record *ledger_record(struct sim_machine *m, struct ledger *l, uint64_t id);
struct ledger_hand *ledger_hand(struct sim_machine *m, struct ledger *l,
				const struct sim_event *ev);
/* Records that drains of other CPUs, or of other contexts of this CPU, have in hand. */
bool ledger_other_drains(struct sim_machine *m, struct ledger *l, unsigned int cpu);
const char *ledger_state_name(enum ledger_state state);
bool ledger_is_end(enum ledger_state state);

/* Which record, and of which source: for messages */
static inline unsigned int oracle_serial(struct sim_machine *m, uint64_t id)
{
	struct sim_instance *i = sim_instance_get(m, id);

	return i ? i->serial : 0;
}

/*
 * @oracle is about to apply a rule of its own to something that could break it: not when it only
 * takes note. Of these calls a check says what each oracle judged, and which of them judged
 * nothing.
 */
static inline void oracle_judges(struct sim_machine *m, enum sim_oracle_id oracle, unsigned int cpu)
{
	m->cpu[cpu].judged[oracle]++;
}

uint64_t oracle_hash(const void *data, size_t n);

/* Attach functions, one per file */
void sim_ledger_attach(struct sim_machine *m);
void sim_oracle_conservation_attach(struct sim_machine *m);
void sim_oracle_order_attach(struct sim_machine *m);
void sim_oracle_ack_attach(struct sim_machine *m);
void sim_oracle_slot_attach(struct sim_machine *m);
void sim_oracle_lock_attach(struct sim_machine *m);
void sim_oracle_context_attach(struct sim_machine *m);
void sim_oracle_pool_attach(struct sim_machine *m);
void sim_oracle_cache_attach(struct sim_machine *m);
void sim_oracle_bounds_attach(struct sim_machine *m);
void sim_oracle_progress_attach(struct sim_machine *m);
void sim_oracle_claim_attach(struct sim_machine *m);
void sim_oracle_mask_attach(struct sim_machine *m);
void sim_oracle_panic_attach(struct sim_machine *m);
void sim_oracle_sink_attach(struct sim_machine *m);

#endif
