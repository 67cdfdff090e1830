// SPDX-License-Identifier: GPL-2.0-only
/*
 * conservation: every record that firmware handed over ends exactly once.
 *
 * Rules
 * 1. A record that was read (READ) ends as exactly one of processed, duplicate, rejected,
 *    lost-and-counted, panic-printed. Ends are PROCESS, DUPLICATE, REJECT, LOST, PANIC_PRINT. A
 *    duplicate that is processed where it was read, without the queue, counts as processed: the
 *    kernel's IRQ path only leaves out printing it.
 * 2. When the machine is quiet, no record is left read or queued. (One that was never read is
 *    `progress`'s business: it is still where firmware put it.)
 * 3. What is queued, processed and printed is byte for byte what was read; what was read is what
 *    firmware wrote, unless firmware changed it meanwhile.
 * 4. A duplicate equals a record that was processed less than the cache's 10 s ago (not judged
 *    with a clock that misbehaves, nor when more records were seen than are remembered).
 * 5. A record that the checks of the specification accept is not rejected, one that they refuse
 *    is not read (not judged when firmware changed it).
 * 6. A record is not wiped by a clear without having been read, rejected or lost (not judged when
 *    firmware overwrites records at will).
 *
 * Exempt: records that firmware withdrew or overwrote itself.
 */
#include <ghes/cper.h>

#include "oracle.h"

#define WINDOW_NS UINT64_C(10000000000)
#define BUCKETS	  64
#define WAYS	  4

struct seen {
	_Atomic uint64_t hash;
	_Atomic uint64_t ns;
};

struct state {
	struct seen seen[BUCKETS][WAYS];
	_Atomic uint8_t next[BUCKETS];
	_Atomic bool forgot[BUCKETS];
};

/* ---- Rule 4: what was seen ---------------------------------------------------------------------
 */

static void remember(struct state *s, uint64_t hash, uint64_t ns)
{
	unsigned int b = hash % BUCKETS, way;

	for (way = 0; way < WAYS; way++)
		if (atomic_load_explicit(&s->seen[b][way].hash, memory_order_relaxed) == hash)
			break;
	if (way == WAYS) {
		way = atomic_fetch_add_explicit(&s->next[b], 1, memory_order_relaxed) % WAYS;
		if (atomic_load_explicit(&s->seen[b][way].hash, memory_order_relaxed))
			atomic_store_explicit(&s->forgot[b], true, memory_order_relaxed);
		atomic_store_explicit(&s->seen[b][way].hash, hash, memory_order_relaxed);
	}
	atomic_store_explicit(&s->seen[b][way].ns, ns, memory_order_relaxed);
}

static bool clock_is_sane(const struct sim_machine *m)
{
	const uint64_t *misbehave = m->host->config.misbehave;

	return !misbehave[SIM_MISBEHAVE_CLOCK_FROZEN] && !misbehave[SIM_MISBEHAVE_CLOCK_BACK] &&
	       misbehave[SIM_MISBEHAVE_CLOCK_COARSE] < WINDOW_NS;
}

static void check_duplicate(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	uint64_t hash = ev->data ? oracle_hash(ev->data, ev->a) : 0;
	uint64_t slack = m->host->config.misbehave[SIM_MISBEHAVE_CLOCK_COARSE] + 1000000;
	unsigned int b = hash % BUCKETS;

	if (!ev->data || atomic_load_explicit(&s->forgot[b], memory_order_relaxed))
		return;
	oracle_judges(m, SIM_ORACLE_conservation, ev->cpu);
	for (unsigned int way = 0; way < WAYS; way++) {
		if (atomic_load_explicit(&s->seen[b][way].hash, memory_order_relaxed) != hash)
			continue;
		if (clock_is_sane(m) &&
		    ev->ns - atomic_load_explicit(&s->seen[b][way].ns, memory_order_relaxed) >
			    WINDOW_NS + slack)
			sim_defect(m, SIM_ORACLE_conservation,
				   "record %u of source %u dropped as a duplicate of one that is "
				   "older than 10 s",
				   oracle_serial(m, ev->record), ev->source);
		return;
	}
	sim_defect(m, SIM_ORACLE_conservation,
		   "record %u of source %u dropped as a duplicate, but nothing like it was seen",
		   oracle_serial(m, ev->record), ev->source);
}

/* ---- Rules 1 and 3 ------------------------------------------------------------------------------
 */

static bool firmware_may_have_changed(const struct sim_machine *m, const struct sim_block *b)
{
	return b->mutated || m->host->config.misbehave[SIM_MISBEHAVE_OVERWRITE];
}

static void end_record(struct sim_machine *m, struct ledger *l, const struct sim_event *ev)
{
	struct ledger_record *r = ledger_record(m, l, ev->record);
	enum ledger_state old, end;

	if (!r || atomic_load_explicit(&r->withdrawn, memory_order_relaxed))
		return;
	oracle_judges(m, SIM_ORACLE_conservation, ev->cpu);
	old = (enum ledger_state)atomic_load_explicit(&r->before, memory_order_relaxed);
	end = (enum ledger_state)atomic_load_explicit(&r->state, memory_order_relaxed);
	if (!ledger_is_end(old) || (old == LEDGER_DUPLICATE && end == LEDGER_PROCESSED && !ev->a))
		return;
	sim_defect(m, SIM_ORACLE_conservation, "record %u of source %u was %s, and then %s",
		   oracle_serial(m, ev->record), ev->source, ledger_state_name(old),
		   ledger_state_name(end));
}

/* Is the copy that the event shows what was read? */
static void check_copy(struct sim_machine *m, struct ledger *l, const struct sim_event *ev,
		       uint64_t length, const char *what)
{
	struct ledger_record *r = ledger_record(m, l, ev->record);

	if (!r || !ev->data || !r->hash || length > 65536)
		return;
	oracle_judges(m, SIM_ORACLE_conservation, ev->cpu);
	if (length == r->length && oracle_hash(ev->data, length) == r->hash)
		return;
	sim_defect(m, SIM_ORACLE_conservation,
		   "record %u of source %u is not what was read (%u bytes) when it is %s (%llu "
		   "bytes)",
		   oracle_serial(m, ev->record), ev->source, r->length, what,
		   (unsigned long long)length);
}

static bool same_as_written(const struct sim_block *b, const uint8_t *copy, uint64_t length)
{
	uint8_t chunk[64];

	for (uint64_t at = 0; at < length; at += sizeof(chunk)) {
		size_t n = length - at < sizeof(chunk) ? length - at : sizeof(chunk);

		sim_copy_from_phys(chunk, b->mem + at, n);
		if (memcmp(chunk, copy + at, n))
			return false;
	}
	return true;
}

static void on_read(struct sim_machine *m, struct ledger *l, const struct sim_event *ev)
{
	struct sim_block *b = sim_block_at(m, ev->b);

	if (!ledger_record(m, l, ev->record) || !ev->data || ev->a > 65536)
		return;
	oracle_judges(m, SIM_ORACLE_conservation, ev->cpu);
	if (ev->a < sizeof(struct acpi_hest_generic_status) ||
	    cper_estatus_check(ev->data, ev->a, NULL)) {
		sim_defect(m, SIM_ORACLE_conservation,
			   "record %u of source %u is taken, though its block is malformed",
			   oracle_serial(m, ev->record), ev->source);
		return;
	}
	if (b && ev->a <= b->length && !firmware_may_have_changed(m, b) &&
	    !same_as_written(b, ev->data, ev->a))
		sim_defect(m, SIM_ORACLE_conservation,
			   "record %u of source %u: the copy is not what firmware wrote",
			   oracle_serial(m, ev->record), ev->source);
}

static void on_queue(struct sim_machine *m, struct ledger *l, const struct sim_event *ev)
{
	struct ledger_record *r = ledger_record(m, l, ev->record);
	enum ledger_state before;

	if (!r)
		return;
	check_copy(m, l, ev, ev->b, "queued");
	before = (enum ledger_state)atomic_load_explicit(&r->before, memory_order_relaxed);
	if (before != LEDGER_READ && !atomic_load_explicit(&r->withdrawn, memory_order_relaxed))
		sim_defect(m, SIM_ORACLE_conservation,
			   "record %u of source %u is queued, but it was %s before",
			   oracle_serial(m, ev->record), ev->source, ledger_state_name(before));
}

/* ---- Rules 5 and 6 ------------------------------------------------------------------------------
 */

static void on_reject(struct sim_machine *m, struct ledger *l, const struct sim_event *ev)
{
	struct sim_block *b = sim_block_at(m, ev->b);
	uint8_t copy[4096];

	end_record(m, l, ev);
	if (!b || firmware_may_have_changed(m, b) || b->length > sizeof(copy) ||
	    b->length < sizeof(struct acpi_hest_generic_status))
		return;
	sim_copy_from_phys(copy, b->mem, b->length);
	if (!cper_estatus_check((const void *)copy, b->length, NULL))
		sim_defect(
			m, SIM_ORACLE_conservation,
			"record %u of source %u is rejected (error %llu), though it is well-formed",
			oracle_serial(m, ev->record), ev->source, (unsigned long long)ev->a);
}

static void on_cleared(struct sim_machine *m, struct ledger *l, const struct sim_event *ev)
{
	struct ledger_record *r = ledger_record(m, l, ev->record);
	struct sim_block *b = sim_block_at(m, ev->a);

	if (b && b->mutated)
		return;
	if (!r || atomic_load_explicit(&r->state, memory_order_relaxed) != LEDGER_WRITTEN ||
	    atomic_load_explicit(&r->withdrawn, memory_order_relaxed))
		return;
	if (m->host->config.misbehave[SIM_MISBEHAVE_OVERWRITE])
		atomic_store_explicit(&r->withdrawn, 1, memory_order_relaxed);
	else if (!atomic_load(&m->panicked))
		sim_defect(m, SIM_ORACLE_conservation,
			   "record %u of source %u is cleared before it was read",
			   oracle_serial(m, ev->record), ev->source);
}

static void on_process(struct sim_machine *m, struct state *s, struct ledger *l,
		       const struct sim_event *ev)
{
	check_copy(m, l, ev, ev->b, "processed");
	end_record(m, l, ev);
	if (ev->data && ev->b <= 65536)
		remember(s, oracle_hash(ev->data, ev->b), ev->ns);
}

static void conservation_event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	struct ledger *l = sim_ledger(m);

	switch (ev->kind) {
	case SIM_EV_FW_CLEARED:
		on_cleared(m, l, ev);
		break;
	case SIM_EV_TP(READ):
		on_read(m, l, ev);
		break;
	case SIM_EV_TP(QUEUE):
		on_queue(m, l, ev);
		break;
	case SIM_EV_TP(PROCESS):
		on_process(m, state, l, ev);
		break;
	case SIM_EV_TP(DUPLICATE):
		check_duplicate(m, state, ev);
		end_record(m, l, ev);
		break;
	case SIM_EV_TP(REJECT):
		on_reject(m, l, ev);
		break;
	case SIM_EV_TP(LOST):
		end_record(m, l, ev);
		break;
	case SIM_EV_TP(PANIC_PRINT):
		check_copy(m, l, ev, ev->b, "printed by the panic");
		end_record(m, l, ev);
		break;
	default:
		break;
	}
}

static void conservation_finish(struct sim_machine *m, void *state)
{
	struct ledger *l = sim_ledger(m);

	(void)state;
	if (sim_stopped(m))
		return;
	for (uint32_t i = 0; i < m->instance_slots; i++) {
		struct ledger_record *r = &l->record[i];
		enum ledger_state at = (enum ledger_state)atomic_load(&r->state);
		struct sim_instance *instance = sim_instance_get(m, atomic_load(&r->id));

		if (!instance || atomic_load(&r->withdrawn))
			continue;
		oracle_judges(m, SIM_ORACLE_conservation, 0);
		if (at != LEDGER_READ && at != LEDGER_QUEUED)
			continue;
		sim_defect(m, SIM_ORACLE_conservation,
			   "record %u of source %u was %s, and then nothing came of it",
			   instance->serial, m->source[instance->source].config.id,
			   ledger_state_name(at));
	}
}

void sim_oracle_conservation_attach(struct sim_machine *m)
{
	static const uint16_t kinds[] = {
		SIM_EV_FW_CLEARED,    SIM_EV_TP(READ),	      SIM_EV_TP(QUEUE),
		SIM_EV_TP(PROCESS),   SIM_EV_TP(REJECT),      SIM_EV_TP(LOST),
		SIM_EV_TP(DUPLICATE), SIM_EV_TP(PANIC_PRINT), SIM_NR_EVENTS};

	sim_observe(m, &(struct sim_observer){.name = "conservation",
					      .state_size = sizeof(struct state),
					      .kinds = kinds,
					      .event = conservation_event,
					      .finish = conservation_finish});
}
