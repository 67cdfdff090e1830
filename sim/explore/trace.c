// SPDX-License-Identifier: GPL-2.0-only
/*
 * The path of the current execution: events, what each of them accessed, and their clocks.
 *
 * Flow: search.c decides who is next -> ex_op_resolve() finds out what its operation amounts to in
 * this state -> ex_trace_append() puts it on the path, joins the clocks of what it conflicts with,
 * asks race.c and dpor.c -> ... -> ex_trace_pop() takes it back when the search returns.
 *
 * Invariants: an object's access list is in path order, so taking back the newest event restores
 * every list head from acc.prev alone; clk[ctx of the event] is the event's own position.
 */
#include "engine.h"

uint32_t ex_obj_find(struct ghes_explore *x, uintptr_t key)
{
	uint32_t i = (uint32_t)((key * 0x9e3779b97f4a7c15u) >> 40) & (x->obj_slots - 1);

	while (x->objs[i].key != key) {
		if (!x->objs[i].key) {
			/* The last quarter is headroom; explore.c grows the table between searches.
			 */
			if (x->obj_used >= x->obj_slots - x->obj_slots / 4) {
				x->objs_full = true;
				x->more_shared = true;
				ex_abort_execution(x, EX_REDUNDANT);
			}
			x->objs[i] = (struct ex_obj){.key = key, .owner = EX_CTXS};
			x->obj_used++;
			break;
		}
		i = (i + 1) & (x->obj_slots - 1);
	}
	return i;
}

static bool cas_would_succeed(const struct ex_op *op)
{
	return !memcmp((const void *)op->addr, op->expected, op->size);
}

/*
 * What an operation amounts to can depend on the state: a compare-exchange or a trylock that fails
 * is a read.
 */
void ex_op_resolve(struct ghes_explore *x, struct ex_ctx *c)
{
	struct ex_op *op = &c->op;

	op->n_acc = op->n_base;
	if (op->kind == EX_OP_CAS) {
		uint8_t type = cas_would_succeed(op) ? EX_W : EX_R;

		for (unsigned int i = 0; i < op->n_base; i++)
			op->acc[i].type = type;
	} else if (op->kind == EX_OP_TRYLOCK) {
		op->acc[0].type = x->machine.lock_owner[op->target] == EX_CTXS ? EX_W : EX_R;
	}
	if (ex_is_c11(x))
		ex_c11_resolve(x, op);
}

/*
 * Joins into the event's clock what @a conflicts with, and notes what of that is new. @before: what
 * the context is ordered after already.
 */
static void join_conflicts(const struct ghes_explore *x, struct ex_event *ev,
			   const struct ex_access *a, const struct ex_clock *before,
			   struct ex_conflicts *found)
{
	unsigned int conflicts = ex_conflicts_of(a->type);
	uint32_t link = x->objs[a->obj].last;
	uint8_t rest = a->mask;
	ex_mask seen = ex_bit(ev->ctx);

	while (link) {
		const struct ex_event *d = &x->path[link >> 2];
		const struct ex_access *b = &d->acc[link & 3];

		if ((b->type & conflicts) && (b->mask & rest)) {
			ex_pos at = (ex_pos)(link >> 2);

			if (!(seen & ex_bit(d->ctx)) && ex_clock_get(before, d->ctx) < at) {
				ex_clock_join(&ev->clk, &d->clk);
				found->pos[found->n++] = at;
			}
			seen |= ex_bit(d->ctx);
			/* All older accesses to these bytes come before that write. */
			if (b->type & EX_W) {
				rest &= ~b->mask;
				if (!rest)
					break;
			}
		}
		link = b->prev;
	}
}

static void push_accesses(struct ghes_explore *x, struct ex_event *ev, unsigned int pos)
{
	for (unsigned int i = 0; i < ev->n_acc; i++) {
		struct ex_obj *o = &x->objs[ev->acc[i].obj];

		ev->acc[i].prev = o->last;
		o->last = pos << 2 | i;
		o->plain |= ev->plain;
	}
}

/* The event that began what this one ends. */
static ex_pos partner_of(const struct ghes_explore *x, const struct ex_ctx *c)
{
	unsigned int begins = c->op.kind == EX_OP_UNLOCK   ? EX_OP_LOCK
			      : c->op.kind == EX_OP_UNMASK ? EX_OP_MASK
							   : EX_OP_NONE;
	ex_pos pos = x->ctx_last[c->id];

	if (begins == EX_OP_NONE)
		return 0;
	for (; pos; pos = x->path[pos].prev_in_ctx) {
		const struct ex_event *d = &x->path[pos];

		if (begins == EX_OP_RCU_LOCK && d->kind == begins)
			break;
		if ((d->kind == begins || (begins == EX_OP_LOCK && d->kind == EX_OP_TRYLOCK &&
					   (d->acc[0].type & EX_W))) &&
		    d->acc[0].obj == c->op.acc[0].obj && (d->acc[0].mask & c->op.acc[0].mask))
			break;
	}
	return pos;
}

void ex_trace_append(struct ghes_explore *x, struct ex_ctx *c)
{
	static const struct ex_clock zero;
	struct ex_conflicts found;
	unsigned int pos = ++x->depth;
	struct ex_event *ev = &x->path[pos];
	const struct ex_op *op = &c->op;
	const struct ex_clock *before =
		x->ctx_last[c->id] ? &x->path[x->ctx_last[c->id]].clk : &zero;

	ev->ctx = c->id;
	ev->cpu = c->cpu;
	ev->kind = op->kind;
	ev->order = op->kind == EX_OP_CAS && !(op->acc[0].type & EX_W) ? op->fail_order : op->order;
	ev->plain = op->kind == EX_OP_PLAIN_READ || op->kind == EX_OP_PLAIN_WRITE;
	ev->n_acc = op->n_acc;
	ev->addr = op->addr;
	ev->skipped = (uint32_t)c->private_accesses;
	ev->pc = op->pc;
	ev->parent = op->kind == EX_OP_BEGIN ? x->machine.top[c->cpu] : EX_CTXS;
	ev->prev_in_ctx = x->ctx_last[c->id];
	ev->prev_on_cpu = x->cpu_last[c->cpu];
	x->brief[pos] = (struct ex_brief){
		.prev_in_ctx = ev->prev_in_ctx,
		.begin = ev->kind == EX_OP_BEGIN ? (ex_pos)pos : x->brief[ev->prev_in_ctx].begin,
		.ctx = ev->ctx,
		.kind = ev->kind,
	};
	ev->partner = op->kind < EX_OP_FENCE ? 0 : partner_of(x, c);
	ev->clk = *before;
	found.n = 0;
	for (unsigned int i = 0; i < op->n_acc; i++) {
		ev->acc[i] = op->acc[i];
		join_conflicts(x, ev, &ev->acc[i], before, &found);
	}
	if (ex_is_c11(x))
		ex_c11_note(x, ev, op);
	if (!x->cfg.no_races)
		ex_race_event(x, ev, pos, op);
	if (x->cfg.mode == GHES_EXPLORE_DPOR)
		ex_dpor_races(x, pos, before, &found);
	ex_clock_set(&ev->clk, c->id, (ex_pos)pos);
	push_accesses(x, ev, pos);
	x->ctx_last[c->id] = (ex_pos)pos;
	x->cpu_last[c->cpu] = (ex_pos)pos;
}

void ex_trace_pop(struct ghes_explore *x)
{
	struct ex_event *ev = &x->path[x->depth--];

	for (unsigned int i = ev->n_acc; i-- > 0;)
		x->objs[ev->acc[i].obj].last = ev->acc[i].prev;
	x->ctx_last[ev->ctx] = ev->prev_in_ctx;
	x->cpu_last[ev->cpu] = ev->prev_on_cpu;
}

static uint64_t mix(uint64_t h)
{
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return h ^ h >> 32;
}

/*
 * A number for the trace, the same for every execution that is a linearisation of it: a sum over
 * the events of (context, number in its context, numbers of what comes before it, choice). Two
 * different traces share one with probability 2^-64 or so.
 */
uint64_t ex_trace_hash(const struct ghes_explore *x)
{
	uint16_t count[EX_CTXS] = {0};
	uint16_t number[GHES_EXPLORE_MAX_STEPS + 2];
	uint64_t sum = 0;

	number[0] = 0;
	for (unsigned int i = 1; i <= x->depth; i++) {
		const struct ex_event *ev = &x->path[i];
		uint64_t h;

		number[i] = ++count[ev->ctx];
		h = mix((uint64_t)ev->ctx << 48 | (uint64_t)number[i] << 16 | ev->choice);
		for (unsigned int q = 0; q < x->n_ctx; q++)
			h = mix(h + number[ex_clock_get(&ev->clk, q)] + 1);
		sum += h;
	}
	return sum;
}
