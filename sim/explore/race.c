// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data races by C11's happens-before.
 *
 * Flow: trace.c hands over each new event before it joins the access lists. The context's clock
 * grows by what the event acquires; a write carries the message that an acquire which reads it
 * joins. Two accesses to common bytes race when one writes, one is plain, they are of different
 * CPUs and neither happens before the other.
 *
 * Contexts of one CPU do not race, they interrupt: what ran before is ordered before what follows.
 * But where a handler lands among events that have nothing to do with it is not part of the trace,
 * so an order between contexts of one CPU counts only as far as the trace fixes it; a race that
 * shows in one of the possible places is found whichever of them was executed. A plain access that
 * the machine does in parts is torn when a handler that comes after one part and before another
 * touches the same bytes.
 */
#include "engine.h"
#include <stdatomic.h>

static bool orders_acquire(unsigned int order)
{
	return order == memory_order_acquire || order == memory_order_acq_rel ||
	       order == memory_order_seq_cst || order == memory_order_consume;
}

static bool orders_release(unsigned int order)
{
	return order == memory_order_release || order == memory_order_acq_rel ||
	       order == memory_order_seq_cst;
}

/* The newest write to the event's bytes, and the newest one by its own CPU. */
static void find_writes(const struct ghes_explore *x, const struct ex_event *ev,
			const struct ex_event **newest, const struct ex_event **own)
{
	uint32_t link = ev->n_acc ? x->objs[ev->acc[0].obj].last : 0;

	bool wants_own = ev->n_acc && (ev->acc[0].type & EX_WRITES);

	*newest = *own = NULL;
	while (link && (!*newest || (wants_own && !*own))) {
		const struct ex_event *w = &x->path[link >> 2];
		const struct ex_access *b = &w->acc[link & 3];

		if ((b->type & EX_WRITES) && (b->mask & ev->acc[0].mask)) {
			if (!*newest)
				*newest = w;
			if (w->cpu == ev->cpu)
				*own = w;
		}
		link = b->prev;
	}
}

static void check_list(struct ghes_explore *x, const struct ex_event *ev, unsigned int pos,
		       const struct ex_access *a, const struct ex_clock *before)
{
	unsigned int conflicts = ex_conflicts_of(a->type);
	uint32_t link = x->objs[a->obj].last;

	while (link) {
		const struct ex_event *d = &x->path[link >> 2];
		const struct ex_access *b = &d->acc[link & 3];

		if ((b->mask & a->mask) && (b->type & conflicts) && (ev->plain || d->plain) &&
		    d->cpu != ev->cpu && (ex_pos)(link >> 2) > ex_clock_get(before, d->ctx))
			ex_race_report(x, link >> 2, pos);
		link = b->prev;
	}
}

/* A context of the same CPU stands in the middle of an access to the same bytes. */
static void check_torn(struct ghes_explore *x, const struct ex_event *ev, unsigned int pos,
		       const struct ex_op *op)
{
	unsigned int below = x->ctx[ev->ctx].parent;

	while (below < EX_CTXS) {
		const struct ex_ctx *c = &x->ctx[below];

		if (c->op.torn && c->torn_first && ev->addr < c->torn_hi &&
		    ev->addr + op->size > c->op.addr &&
		    ex_clock_get(&ev->clk, below) >= (ex_pos)c->torn_first &&
		    (ex_conflicts_of(c->op.acc[0].type) & ev->acc[0].type))
			ex_torn_report(x, c, pos);
		below = c->parent;
	}
}

static void synchronise(const struct ghes_explore *x, struct ex_event *ev, const struct ex_op *op,
			const struct ex_event *newest, const struct ex_event *own)
{
	bool acquire = orders_acquire(ev->order);
	bool reads = op->kind != EX_OP_STORE && op->kind != EX_OP_PLAIN_WRITE &&
		     op->kind != EX_OP_PLAIN_READ && op->kind != EX_OP_UNLOCK;
	bool writes = false;

	/* Whichever of its objects it writes: who finds it there asks for its message. */
	for (unsigned int i = 0; i < op->n_base; i++)
		writes |= (ev->acc[i].type & EX_WRITES) != 0;
	if (reads && newest) {
		if (x->uses_fences)
			ex_clock_join(&ev->acquired, &newest->message);
		if (acquire)
			ex_clock_join(&ev->sync, &newest->message);
	}
	if (!writes)
		return;
	if (ev->plain) {
		ev->message = ev->own = (struct ex_clock){0};
		return;
	}
	/* The release sequence: what this CPU released here before stays in force (C11 5.1.2.4). */
	if (orders_release(ev->order))
		ev->own = ev->sync;
	else if (x->uses_fences)
		ev->own = ev->released;
	else
		ev->own = (struct ex_clock){0};
	if (own)
		ex_clock_join(&ev->own, &own->own);
	ev->message = ev->own;
	if (reads && newest)
		ex_clock_join(&ev->message, &newest->message);
}

/*
 * A grace period ends after the read sections that began before it: those that it waited for, and
 * those that had ended already.
 */
static void join_readers(const struct ghes_explore *x, struct ex_event *ev)
{
	const struct ex_event *start = &x->path[ev->prev_in_ctx];
	uint32_t link = x->objs[ev->acc[0].obj].last;

	while (link) {
		const struct ex_event *d = &x->path[link >> 2];

		if (d->kind == EX_OP_RCU_UNLOCK && d->partner <= ex_clock_get(&start->clk, d->ctx))
			ex_clock_join(&ev->sync, &d->sync);
		link = d->acc[link & 3].prev;
	}
}

/* What the trace puts before the event on its own CPU, in other contexts. */
static void join_own_cpu(const struct ghes_explore *x, struct ex_event *ev)
{
	for (ex_mask rest = x->cpu_ctxs[ev->cpu] & ~ex_bit(ev->ctx); rest; rest &= rest - 1) {
		ex_pos pos = ex_clock_get(&ev->clk, (unsigned int)__builtin_ctz(rest));

		if (pos)
			ex_clock_join(&ev->sync, &x->path[pos].sync);
	}
}

void ex_race_event(struct ghes_explore *x, struct ex_event *ev, unsigned int pos,
		   const struct ex_op *op)
{
	static const struct ex_event zero;
	const struct ex_event *prev = ev->prev_in_ctx ? &x->path[ev->prev_in_ctx] : &zero;
	const struct ex_event *newest, *own;
	struct ex_clock before;

	ev->sync = prev->sync;
	if (x->uses_fences) {
		ev->acquired = prev->acquired;
		ev->released = prev->released;
	}
	if (x->cpu_handlers[ev->cpu])
		join_own_cpu(x, ev);
	before = ev->sync;
	ex_clock_set(&ev->sync, ev->ctx, (ex_pos)pos);
	if (ev->kind == EX_OP_FENCE) {
		if (orders_acquire(ev->order))
			ex_clock_join(&ev->sync, &ev->acquired);
		if (orders_release(ev->order))
			ev->released = ev->sync;
		return;
	}
	for (unsigned int i = 0; i < op->n_base; i++)
		if (ev->plain || x->objs[ev->acc[i].obj].plain)
			check_list(x, ev, pos, &ev->acc[i], &before);
	if (x->cpu_handlers[ev->cpu] && op->size)
		check_torn(x, ev, pos, op);
	if (ev->kind == EX_OP_GP_END)
		join_readers(x, ev);
	find_writes(x, ev, &newest, &own);
	if (ex_is_c11(x) && ev->kind == EX_OP_LOAD)
		newest = ev->read_from ? &x->path[ev->read_from] : NULL;
	synchronise(x, ev, op, newest, own);
}
