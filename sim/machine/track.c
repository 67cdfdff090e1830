// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which record a tracepoint is about: the instance, from firmware's write to its end.
 *
 * Flow: FW_WRITE makes an instance and puts its number on the block; READ, REJECT (by address)
 * take it from the block; QUEUE ties it to a node; PROCESS, PANIC_PRINT (by node) find it there.
 *
 * Between READ and QUEUE the context that reads carries it (sim_frame.instance); a context does
 * one record at a time. A number is never used twice in a run; its slot is, when that many others
 * were written since.
 *
 * The node map is open addressing with tombstones. A key is inserted by the context that owns the
 * node and taken out by the one that owns it later, so two never meet on one key; on different
 * keys they meet by compare-exchange. Progress: lock-free, bounded by the size of the map.
 */
#include <ghes/cper.h>

#include "internal.h"

#define NODE_EMPTY 0
#define NODE_GONE  1

uint32_t sim_instance_new(struct sim_machine *m, const struct sim_instance *what)
{
	uint32_t id = atomic_fetch_add(&m->next_instance, 1) + 1;
	struct sim_instance *i;

	if (!id) /* after 2^32 records: 0 means none */
		id = atomic_fetch_add(&m->next_instance, 1) + 1;
	i = &m->instance[id & (m->instance_slots - 1)];
	atomic_store_explicit(&i->id, 0, memory_order_relaxed);
	i->source = what->source;
	i->block = what->block;
	i->size = what->size;
	i->record = what->record;
	i->cpu = what->cpu;
	i->serial = atomic_fetch_add(&m->next_serial, 1) + 1;
	/* release: the fields above; pairs with the acquire in sim_instance_get() */
	atomic_store_explicit(&i->id, id, memory_order_release);
	return id;
}

struct sim_instance *sim_instance_get(struct sim_machine *m, uint64_t id)
{
	struct sim_instance *i = &m->instance[id & (m->instance_slots - 1)];

	if (!id || atomic_load_explicit(&i->id, memory_order_acquire) != id)
		return NULL;
	return i;
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static uint32_t node_hash(const struct sim_machine *m, uint64_t key)
{
	return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 40) & (m->node_slots - 1);
}

static void node_put(struct sim_machine *m, uint64_t key, uint32_t instance)
{
	uint32_t at = node_hash(m, key);

	for (uint32_t n = 0; n < m->node_slots; n++, at = (at + 1) & (m->node_slots - 1)) {
		struct sim_node *node = &m->node[at];
		uint64_t old = atomic_load_explicit(&node->key, memory_order_relaxed);

		if (old != NODE_EMPTY && old != NODE_GONE && old != key)
			continue;
		if (old != key && !atomic_compare_exchange_strong_explicit(&node->key, &old, key,
									   memory_order_acq_rel,
									   memory_order_relaxed))
			continue;
		atomic_store_explicit(&node->instance, instance, memory_order_release);
		return;
	}
}

static struct sim_node *node_find(struct sim_machine *m, uint64_t key)
{
	uint32_t at = node_hash(m, key);

	for (uint32_t n = 0; n < m->node_slots; n++, at = (at + 1) & (m->node_slots - 1)) {
		uint64_t k = atomic_load_explicit(&m->node[at].key, memory_order_acquire);

		if (k == key)
			return &m->node[at];
		if (k == NODE_EMPTY)
			return NULL;
	}
	return NULL;
}

static uint32_t node_instance(struct sim_machine *m, uint64_t key, bool take)
{
	struct sim_node *node = node_find(m, key);
	uint32_t instance;

	if (!node)
		return 0;
	instance = atomic_load_explicit(&node->instance, memory_order_acquire);
	if (take)
		atomic_store_explicit(&node->key, NODE_GONE, memory_order_release);
	return instance;
}

/* ---- Tracepoints ----------------------------------------------------------------------------- */

static uint32_t in_block(struct sim_machine *m, struct sim_source *s, uint64_t paddr)
{
	struct sim_block *block = sim_block_at(m, paddr);

	if (!block && s)
		block = &m->block[s->block];
	return block ? atomic_load(&block->instance) : 0;
}

uint32_t sim_track(struct sim_machine *m, struct sim_cpu *c, enum ghes_tracepoint tp,
		   struct sim_source *s, uint64_t a, uint64_t b)
{
	struct sim_frame *f = sim_top(c);

	switch (tp) {
	case GHES_TP_READ:
	case GHES_TP_REJECT:
		f->instance = in_block(m, s, b);
		f->instance_done = tp == GHES_TP_REJECT;
		return f->instance;
	case GHES_TP_CLEAR:
		return in_block(m, s, a);
	case GHES_TP_POOL_EXHAUSTED: /* what there was no room for, if it was a record */
		return s ? in_block(m, s, UINT64_MAX) : 0;
	case GHES_TP_LOST:
		/* either the one just read, or, without room to read it into, what is there */
		if (!f->instance || f->instance_done)
			f->instance = s ? in_block(m, s, UINT64_MAX) : 0;
		f->instance_done = true;
		return f->instance;
	case GHES_TP_QUEUE:
		node_put(m, a, f->instance);
		f->instance_done = true;
		return f->instance;
	case GHES_TP_PROCESS:
		if (a)
			f->instance = node_instance(m, a, false);
		return f->instance;
	case GHES_TP_PROCESSED:
	case GHES_TP_PANIC_PRINT:
		if (a)
			return node_instance(m, a, true);
		f->instance_done = true;
		return f->instance;
	case GHES_TP_DUPLICATE:
		f->instance_done = true;
		return f->instance;
	case GHES_TP_ACK:
	case GHES_TP_CACHE_ADD:
		return f->instance;
	default:
		return 0;
	}
}

const char *sim_record_name(const struct sim_machine *m, uint64_t record)
{
	/* sim_instance_get() changes nothing, but hands out what its callers may change. */
	struct sim_machine *machine = (struct sim_machine *)(uintptr_t)m;
	const struct sim_instance *i = sim_instance_get(machine, record);

	return i && i->record < m->host->config.nr_records ? m->host->config.records[i->record].name
							   : NULL;
}
