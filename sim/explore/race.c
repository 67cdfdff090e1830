// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data races by C11's happens-before.
 *
 * Flow: trace.c hands over each new event before it joins the access lists. The CPU's clock grows
 * by what the event acquires; a write carries the message that an acquire which reads it joins.
 * Two accesses to common bytes race when one writes, one is plain, and neither happens before the
 * other.
 *
 * A CPU is one thread of C11: what interrupts a context is ordered after what ran before on this
 * CPU and before what follows. Such accesses do not race; but a plain access that the machine does
 * in parts is torn when a handler that arrived in its middle touches the same bytes.
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

	bool wants_own = ev->n_acc && (ev->acc[0].type & EX_W);

	*newest = *own = NULL;
	while (link && (!*newest || (wants_own && !*own))) {
		const struct ex_event *w = &x->path[link >> 2];
		const struct ex_access *b = &w->acc[link & 3];

		if ((b->type & EX_W) && (b->mask & ev->acc[0].mask)) {
			if (!*newest)
				*newest = w;
			if (w->cpu == ev->cpu)
				*own = w;
		}
		link = b->prev;
	}
}

static void check_list(struct ghes_explore *x, const struct ex_event *ev, unsigned int pos,
		       const struct ex_access *a, const union ex_sync *before)
{
	unsigned int conflicts = ex_conflicts_of(a->type);
	uint32_t link = x->objs[a->obj].last;

	while (link) {
		const struct ex_event *d = &x->path[link >> 2];
		const struct ex_access *b = &d->acc[link & 3];

		if ((b->mask & a->mask) && (b->type & conflicts) && (ev->plain || d->plain) &&
		    d->cpu != ev->cpu && (ex_pos)(link >> 2) > before->cpu[d->cpu])
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

		if (c->op.torn && ev->addr < c->torn_hi && ev->addr + op->size > c->torn_lo &&
		    (ex_conflicts_of(c->op.acc[0].type) & ev->acc[0].type))
			ex_torn_report(x, c, pos);
		below = c->parent;
	}
}

static void synchronise(struct ex_event *ev, const struct ex_op *op, const struct ex_event *newest,
			const struct ex_event *own)
{
	bool acquire = orders_acquire(ev->order);
	bool reads = op->kind != EX_OP_STORE && op->kind != EX_OP_PLAIN_WRITE &&
		     op->kind != EX_OP_PLAIN_READ && op->kind != EX_OP_UNLOCK;
	bool writes = ev->n_acc && (ev->acc[0].type & EX_W);

	if (reads && newest) {
		ev->acquired.vec = ex_vec_max(ev->acquired.vec, newest->message.vec);
		if (acquire)
			ev->sync.vec = ex_vec_max(ev->sync.vec, newest->message.vec);
	}
	if (!writes)
		return;
	if (ev->plain) {
		ev->message = ev->own = (union ex_sync){.vec = {0}};
		return;
	}
	/* The release sequence: what this CPU released here before stays in force (C11 5.1.2.4). */
	ev->own.vec = orders_release(ev->order) ? ev->sync.vec : ev->released.vec;
	if (own)
		ev->own.vec = ex_vec_max(ev->own.vec, own->own.vec);
	ev->message = ev->own;
	if (reads && newest)
		ev->message.vec = ex_vec_max(ev->message.vec, newest->message.vec);
}

/* A grace period ends after the read sections that it waited for. */
static void join_readers(const struct ghes_explore *x, struct ex_event *ev)
{
	uint32_t link = x->objs[ev->acc[0].obj].last;

	while (link) {
		const struct ex_event *d = &x->path[link >> 2];

		if (d->kind == EX_OP_RCU_UNLOCK && (x->ctx[ev->ctx].gp_waits & ex_bit(d->ctx)))
			ev->sync.vec = ex_vec_max(ev->sync.vec, d->sync.vec);
		link = d->acc[link & 3].prev;
	}
}

void ex_race_event(struct ghes_explore *x, struct ex_event *ev, unsigned int pos,
		   const struct ex_op *op)
{
	static const struct ex_event zero;
	const struct ex_event *prev = ev->prev_on_cpu ? &x->path[ev->prev_on_cpu] : &zero;
	const struct ex_event *newest, *own;
	union ex_sync before = prev->sync;

	ev->sync = prev->sync;
	ev->acquired = prev->acquired;
	ev->released = prev->released;
	ev->sync.cpu[ev->cpu] = (ex_pos)pos;
	if (ev->kind == EX_OP_FENCE) {
		if (orders_acquire(ev->order))
			ev->sync.vec = ex_vec_max(ev->sync.vec, ev->acquired.vec);
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
	synchronise(ev, op, newest, own);
}
