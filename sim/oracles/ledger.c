// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ledger: how far each record has come, what each context has in hand. No judgement here.
 *
 * It is told of an event before any oracle is, so `state` and `before` are those around it.
 */
#include "oracle.h"

uint64_t oracle_hash(const void *data, size_t n)
{
	const uint8_t *p = data;
	uint64_t h = n * UINT64_C(0x9e3779b97f4a7c15);

	for (; n >= 8; n -= 8, p += 8) {
		uint64_t v;

		memcpy(&v, p, sizeof(v));
		h = (h ^ v) * UINT64_C(0x9fb21c651e98df25);
		h ^= h >> 32;
	}
	for (; n; n--, p++)
		h = (h ^ *p) * UINT64_C(0x100000001b3);
	return h ^ h >> 29;
}

const char *ledger_state_name(enum ledger_state state)
{
	static const char *const names[] = {
#define LEDGER_STATE_NAME(name, text, end) text,
		LEDGER_STATES(LEDGER_STATE_NAME)
#undef LEDGER_STATE_NAME
	};

	return names[state];
}

bool ledger_is_end(enum ledger_state state)
{
	static const bool ends[] = {
#define LEDGER_STATE_END(name, text, end) end,
		LEDGER_STATES(LEDGER_STATE_END)
#undef LEDGER_STATE_END
	};

	return ends[state];
}

struct ledger *sim_ledger(struct sim_machine *m)
{
	return sim_observer_state(m, "ledger");
}

struct ledger_record *ledger_record(struct sim_machine *m, struct ledger *l, uint64_t id)
{
	struct ledger_record *r = &l->record[id & (m->instance_slots - 1)];

	/* acquire: what the writer of the entry set before; pairs with the release in written() */
	if (!id || atomic_load_explicit(&r->id, memory_order_acquire) != id)
		return NULL;
	return r;
}

struct ledger_hand *ledger_hand(struct sim_machine *m, struct ledger *l, const struct sim_event *ev)
{
	(void)m;
	return &l->hand[ev->cpu * SIM_MAX_DEPTH + ev->depth];
}

bool ledger_other_drains(struct sim_machine *m, struct ledger *l, unsigned int cpu)
{
	for (unsigned int i = 0; i < m->nr_cpus; i++)
		if (i != cpu && atomic_load_explicit(&l->draining[i], memory_order_relaxed) > 0)
			return true;
	return false;
}

static void written(struct ledger *l, struct sim_machine *m, const struct sim_event *ev)
{
	struct ledger_record *r = &l->record[ev->record & (m->instance_slots - 1)];

	atomic_store_explicit(&r->id, 0, memory_order_relaxed);
	atomic_store_explicit(&r->state, LEDGER_WRITTEN, memory_order_relaxed);
	atomic_store_explicit(&r->before, LEDGER_NONE, memory_order_relaxed);
	atomic_store_explicit(&r->done, 0, memory_order_relaxed);
	atomic_store_explicit(&r->withdrawn, 0, memory_order_relaxed);
	atomic_store_explicit(&r->overtaken, 0, memory_order_relaxed);
	atomic_store_explicit(&r->queued_seq, 0, memory_order_relaxed);
	r->hash = 0;
	r->length = 0;
	atomic_store_explicit(&r->id, (uint32_t)ev->record, memory_order_release);
}

static void take_in_hand(struct ledger *l, struct sim_machine *m, const struct sim_event *ev,
			 uint64_t length)
{
	struct ledger_hand *hand = ledger_hand(m, l, ev);

	if (!ev->data || length > 65536)
		return;
	hand->data = ev->data;
	hand->length = (uint32_t)length;
	hand->hash = oracle_hash(ev->data, length);
	hand->record = (uint32_t)ev->record;
}

static void count_drained(struct ledger *l, unsigned int cpu, int32_t n)
{
	int32_t left = atomic_load_explicit(&l->draining[cpu], memory_order_relaxed) + n;

	/* own CPU; a panic may have taken the rest of a batch */
	atomic_store_explicit(&l->draining[cpu], left < 0 ? 0 : left, memory_order_relaxed);
}

/* Reading a record again does not bring it back from where it is: the end will come twice. */
static void advance(struct ledger *l, struct sim_machine *m, const struct sim_event *ev,
		    enum ledger_state to)
{
	struct ledger_record *r = ledger_record(m, l, ev->record);
	uint8_t old;

	if (!r)
		return;
	old = atomic_load_explicit(&r->state, memory_order_relaxed);
	if (to == LEDGER_READ && old != LEDGER_WRITTEN)
		return;
	if (to == LEDGER_QUEUED && ledger_is_end((enum ledger_state)old))
		to = (enum ledger_state)old;
	old = atomic_exchange_explicit(&r->state, (uint8_t)to, memory_order_relaxed);
	atomic_store_explicit(&r->before, old, memory_order_relaxed);
	if (to == LEDGER_QUEUED)
		atomic_store_explicit(&r->queued_seq, atomic_fetch_add(&l->queue_seq, 1) + 1,
				      memory_order_relaxed);
}

static void on_read(struct ledger *l, struct sim_machine *m, const struct sim_event *ev)
{
	struct ledger_record *r = ledger_record(m, l, ev->record);

	take_in_hand(l, m, ev, ev->a);
	advance(l, m, ev, LEDGER_READ);
	if (!r || !ev->data || ev->a > 65536)
		return;
	r->length = (uint32_t)ev->a;
	r->hash = ledger_hand(m, l, ev)->hash;
	r->cpu = ev->cpu;
	r->depth = ev->depth;
}

static void on_processed(struct ledger *l, struct sim_machine *m, const struct sim_event *ev)
{
	struct ledger_record *r = ledger_record(m, l, ev->record);

	atomic_fetch_sub_explicit(&l->processing, 1, memory_order_relaxed);
	ledger_hand(m, l, ev)->data = NULL;
	if (ev->a)
		count_drained(l, ev->cpu, -1);
	if (r)
		atomic_store_explicit(&r->done, 1, memory_order_relaxed);
}

static void ledger_event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	struct ledger *l = state;
	struct ledger_record *r;

	switch (ev->kind) {
	case SIM_EV_FW_WRITE:
		written(l, m, ev);
		break;
	case SIM_EV_FW_LOST:
		r = ledger_record(m, l, ev->record);
		if (r)
			atomic_store_explicit(&r->withdrawn, 1, memory_order_relaxed);
		break;
	case SIM_EV_TP(READ):
		on_read(l, m, ev);
		break;
	case SIM_EV_TP(QUEUE):
		advance(l, m, ev, LEDGER_QUEUED);
		break;
	case SIM_EV_TP(DRAIN):
		atomic_fetch_add_explicit(&l->drains, 1, memory_order_relaxed);
		count_drained(l, ev->cpu, (int32_t)(ev->a & 0xfffff));
		break;
	case SIM_EV_TP(PROCESS):
		take_in_hand(l, m, ev, ev->b);
		advance(l, m, ev, LEDGER_PROCESSED);
		atomic_fetch_add_explicit(&l->processing, 1, memory_order_relaxed);
		break;
	case SIM_EV_TP(PROCESSED):
		on_processed(l, m, ev);
		break;
	case SIM_EV_TP(DUPLICATE):
		advance(l, m, ev, LEDGER_DUPLICATE);
		break;
	case SIM_EV_TP(REJECT):
		advance(l, m, ev, LEDGER_REJECTED);
		break;
	case SIM_EV_TP(LOST):
		advance(l, m, ev, LEDGER_LOST);
		break;
	default: /* PANIC_PRINT */
		advance(l, m, ev, LEDGER_PANICKED);
		break;
	}
}

void sim_ledger_attach(struct sim_machine *m)
{
	static const uint16_t kinds[] = {
		SIM_EV_FW_WRITE,   SIM_EV_FW_LOST,     SIM_EV_TP(READ),	       SIM_EV_TP(QUEUE),
		SIM_EV_TP(DRAIN),  SIM_EV_TP(PROCESS), SIM_EV_TP(PROCESSED),   SIM_EV_TP(DUPLICATE),
		SIM_EV_TP(REJECT), SIM_EV_TP(LOST),    SIM_EV_TP(PANIC_PRINT), SIM_NR_EVENTS};
	struct ledger *l;

	if (sim_ledger(m))
		return;
	sim_observe(m, &(struct sim_observer){.name = "ledger",
					      .state_size = sizeof(*l),
					      .kinds = kinds,
					      .event = ledger_event});
	l = sim_ledger(m);
	if (!l)
		return;
	l->record = sim_arena_alloc(m, m->instance_slots * sizeof(*l->record));
	l->hand = sim_arena_alloc(m, m->nr_cpus * SIM_MAX_DEPTH * sizeof(*l->hand));
}
