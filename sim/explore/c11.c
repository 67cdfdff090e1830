// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads that return older values: memory model GHES_EXPLORE_C11.
 *
 * Flow: search.c, about to schedule an atomic load -> ex_c11_choices(): how many writes it may read
 * from -> the node is explored with each of them -> trace.c notes the one chosen -> tsan_entry.c
 * returns ex_c11_value().
 *
 * A load may read any write to its location that is not older than
 * - a write that happens before the load (program order on its CPU included),
 * - what a read that happens before the load has read,
 * - for seq_cst, the last seq_cst write, and what the seq_cst fences between the write and the load
 *   order before it (C++20 [atomics.order]).
 *
 * A loop that waits (ghes_explore_relax()) sees the newest values after it has waited: stores
 * become visible in the end.
 *
 * What is not modelled, so that a pass says nothing about it: the modification order of a location
 * is the order of execution (no weak outcome of 2+2W and S); no load reads a write that has not
 * been executed (no load buffering, as in RC11); read-modify-writes and compare-exchanges, failing
 * ones too, read the newest value; so do plain accesses, since one that could do otherwise is a
 * data race and reported as such. Behind a write that ghes_explore_uses() told of there are no
 * older values.
 */
#include "engine.h"

static bool is_seq_cst(unsigned int order)
{
	return order == memory_order_seq_cst;
}

/* What seq_cst fences order before a seq_cst operation that comes next. */
static struct ex_clock sc_chain(const struct ghes_explore *x)
{
	uint32_t link = x->objs[x->sc_obj].last;
	struct ex_clock chain = {0};
	const struct ex_event *p;

	if (!link)
		return chain;
	p = &x->path[link >> 2];
	chain = p->sc_chain;
	if (p->kind == EX_OP_FENCE)
		ex_clock_join(&chain, &p->sync);
	return chain;
}

/* All seq_cst operations are ordered among themselves: they conflict. */
void ex_c11_resolve(struct ghes_explore *x, struct ex_op *op)
{
	if (is_seq_cst(op->order) && op->kind >= EX_OP_LOAD && op->kind <= EX_OP_FENCE)
		op->acc[op->n_acc++] =
			(struct ex_access){.obj = x->sc_obj, .mask = 1, .type = EX_W};
}

/* Of a write by what is not instrumented, and of the second half of a wide one, it is not noted. */
static bool knows_memory_before(const struct ex_event *write, unsigned int slot)
{
	return write->kind != EX_OP_POINT && slot == 0;
}

unsigned int ex_c11_choices(struct ghes_explore *x, const struct ex_ctx *c)
{
	const struct ex_event *prev = &x->path[x->ctx_last[c->id]];
	const struct ex_access *a = &c->op.acc[0];
	bool sc = is_seq_cst(c->op.order);
	uint32_t link = x->objs[a->obj].last;
	struct ex_clock seen = prev->sync;
	unsigned int n = 0;
	ex_pos floor = 0;

	if (c->op.kind != EX_OP_LOAD || c->op.n_base != 1 || c->catches_up)
		return 1;
	ex_clock_join(&seen, &prev->sc_seen);
	if (sc) {
		struct ex_clock chain = sc_chain(x);

		ex_clock_join(&seen, &chain);
	}
	for (; link; link = ex_access_at(x, link)->prev) {
		const struct ex_event *d = &x->path[link >> 2];
		const struct ex_access *b = ex_access_at(x, link);
		ex_pos pos = (ex_pos)(link >> 2);
		bool before = pos <= ex_clock_get(&seen, d->ctx);

		if (!(b->mask & a->mask))
			continue;
		/*
		 * On one CPU what the trace orders is program order. Two reads it does not order,
		 * unless a write came between.
		 */
		if (d->cpu == c->cpu)
			before |= (b->type & EX_W) || n || pos <= ex_clock_get(&prev->clk, d->ctx);
		if (!(b->type & EX_W)) {
			if (before && d->read_from > floor)
				floor = d->read_from;
			continue;
		}
		/* Mixed sizes: only the newest value is put together. */
		if ((b->mask & a->mask) != a->mask)
			return n ? n : 1;
		n++;
		if (before || pos <= floor || !knows_memory_before(d, link & 3) ||
		    (is_seq_cst(d->order) && !d->plain && (sc || pos < prev->sc_fence)))
			return n;
	}
	return n + 1; /* what was there before the first write */
}

/* Notes which write the load reads: its choice counts from the newest. */
void ex_c11_note(struct ghes_explore *x, struct ex_event *ev, const struct ex_op *op)
{
	const struct ex_event *prev = &x->path[ev->prev_in_ctx];
	uint32_t link = op->n_base ? x->objs[ev->acc[0].obj].last : 0;
	unsigned int skip = ev->kind == EX_OP_LOAD ? ev->choice : 0;

	ev->newer = ev->read_from = 0;
	ev->sc_seen = prev->sc_seen;
	ev->sc_fence = prev->sc_fence;
	if (op->size && op->n_base)
		__builtin_memcpy(&ev->memory_before, (const void *)(op->addr & ~(uintptr_t)7), 8);
	for (; link; link = ex_access_at(x, link)->prev) {
		const struct ex_access *b = ex_access_at(x, link);

		if (!(b->type & EX_W) || !(b->mask & ev->acc[0].mask))
			continue;
		if (!skip--) {
			ev->read_from = (ex_pos)(link >> 2);
			break;
		}
		ev->newer = (ex_pos)(link >> 2);
	}
	if (!is_seq_cst(ev->order) || ev->kind < EX_OP_LOAD || ev->kind > EX_OP_FENCE)
		return;
	ev->sc_chain = sc_chain(x);
	if (ev->kind == EX_OP_FENCE) {
		ex_clock_join(&ev->sc_seen, &ev->sc_chain);
		ev->sc_fence = (ex_pos)x->depth;
	}
}

/* The value that the load just scheduled returns, given what memory holds now. */
uint64_t ex_c11_value(const struct ghes_explore *x, uintptr_t addr, uint64_t now)
{
	const struct ex_event *ev = &x->path[x->depth];

	if (!ev->newer)
		return now;
	return x->path[ev->newer].memory_before >> 8 * (addr & 7);
}
