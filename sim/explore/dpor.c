// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dynamic partial order reduction: source sets and sleep sets (Abdulla, Aronis, Jonsson, Sagonas:
 * Source sets, J. ACM 2017), with contexts that nest on a CPU.
 *
 * Flow: for each new event, ex_dpor_races() finds the earlier events that it is in a race with:
 * conflicting, and ordered by nothing in between. For each of them, the other order must be
 * explored as well: reverse() adds to the node before the earlier event a context that
 * leads there, unless one of them is among those tried or asleep. ex_dpor_sleep() carries along
 * what was tried already and has met no conflict since.
 */
#include "engine.h"

static bool dependent(const struct ex_op *op, const struct ex_event *ev)
{
	for (unsigned int i = 0; i < op->n_acc; i++)
		for (unsigned int j = 0; j < ev->n_acc; j++)
			if (op->acc[i].obj == ev->acc[j].obj &&
			    (op->acc[i].mask & ev->acc[j].mask) &&
			    (ex_conflicts_of(op->acc[i].type) & ev->acc[j].type))
				return true;
	return false;
}

/* An arrival that met events of its CPU: whether it was tried already shows when it has ended. */
static bool is_delayed_arrival(const struct ghes_explore *x, unsigned int q,
			       const struct ex_event *ev)
{
	return x->ctx[q].op.kind == EX_OP_BEGIN && x->ctx[q].cpu == ev->cpu;
}

/*
 * What stays asleep when @ev was chosen at its node. Delayed arrivals are no longer asleep, but are
 * the last to be chosen (search.c): all the others get to show what they conflict with before.
 */
void ex_dpor_sleep(struct ghes_explore *x, const struct ex_event *ev)
{
	ex_mask asleep = (ev->sleep | ev->done) & ~ex_bit(ev->ctx);
	ex_mask delayed = ev->delayed & ~ex_bit(ev->ctx);

	for (ex_mask rest = asleep | delayed; rest; rest &= rest - 1) {
		unsigned int q = (unsigned int)__builtin_ctz(rest);

		if (dependent(&x->ctx[q].op, ev)) {
			asleep &= ~ex_bit(q);
			delayed &= ~ex_bit(q);
		} else if ((asleep & ex_bit(q)) && is_delayed_arrival(x, q, ev)) {
			asleep &= ~ex_bit(q);
			delayed |= ex_bit(q);
		}
	}
	x->next_sleep = asleep;
	x->next_delayed = delayed;
	x->next_late = ev->late;
	if (ev->kind == EX_OP_BEGIN)
		x->next_late = (ev->late & ~ex_bit(ev->ctx)) | (ev->delayed & ex_bit(ev->ctx));
}

/*
 * The contexts whose next event after node @e can be the first of the sequence that leads to the
 * event at @pos without the event at @e. @clk: what the event at @pos comes after, @e aside.
 */
static ex_mask initials(const struct ghes_explore *x, unsigned int e, unsigned int pos,
			const struct ex_clock *clk)
{
	unsigned int first = x->path[e].ctx;
	ex_mask seen = ex_bit(first), result = 0;

	for (unsigned int i = e + 1; i < pos; i++) {
		const struct ex_event *d = &x->path[i];

		if ((seen & ex_bit(d->ctx)) || ex_clock_get(&d->clk, first) >= (ex_pos)e)
			continue;
		seen |= ex_bit(d->ctx);
		if (!ex_clock_beyond(d->clk, d->ctx, (ex_pos)e))
			result |= ex_bit(d->ctx);
	}
	if (!(seen & ex_bit(x->path[pos].ctx)) &&
	    !ex_clock_beyond(*clk, x->path[pos].ctx, (ex_pos)e))
		result |= ex_bit(x->path[pos].ctx);
	return result;
}

static void add_alternative(struct ex_event *node, ex_mask first, unsigned int preferred)
{
	if (first & (node->backtrack | node->sleep))
		return;
	first &= node->enabled;
	if (!first)
		return;
	node->backtrack |= first & ex_bit(preferred) ? ex_bit(preferred) : first & -first;
}

/*
 * What the event at @pos depends on when none of @avoid, and nothing that comes after them,
 * precedes it: what they hid from it included.
 */
static struct ex_clock dependencies(const struct ghes_explore *x, unsigned int pos,
				    const struct ex_clock *before, const struct ex_avoid *avoid)
{
	const struct ex_event *ev = &x->path[pos];
	struct ex_clock clk = *before;

	for (unsigned int i = 0; i < ev->n_acc; i++) {
		unsigned int conflicts = ex_conflicts_of(ev->acc[i].type);
		uint32_t link = x->objs[ev->acc[i].obj].last;
		uint8_t rest = ev->acc[i].mask;

		while (link && rest) {
			const struct ex_access *b = ex_access_at(x, link);

			if ((b->type & conflicts) && (b->mask & rest) &&
			    !ex_comes_after(x, avoid, link >> 2)) {
				ex_clock_join(&clk, &x->path[link >> 2].clk);
				if (b->type & EX_W)
					rest &= ~b->mask;
			}
			link = b->prev;
		}
	}
	return clk;
}

/*
 * Where handlers nest, the later event may not be able to come first from the node before @e,
 * because something has begun that would have to end before: then from where that began, and
 * before all of it. And even where it is able to, the order of what had begun may matter to what
 * comes later, so both are asked for.
 */
static void reverse_nested(struct ghes_explore *x, unsigned int e, unsigned int pos,
			   const struct ex_clock *before)
{
	struct ex_avoid avoid = {.n = 0};

	for (unsigned int from = e; from && avoid.n < EX_CTXS + 1;
	     from = ex_nest_earlier_node(x, from)) {
		struct ex_clock clk;
		ex_mask keeping, needed;

		avoid.pos[avoid.n++] = (ex_pos)from;
		clk = dependencies(x, pos, before, &avoid);
		ex_nest_reversible(x, from, pos, &avoid, &clk, &keeping, &needed);
		add_alternative(&x->path[from], keeping, EX_CTXS);
		add_alternative(&x->path[from], needed, EX_CTXS);
	}
}

/* Has event @pos explored before event @e, too. */
static void reverse(struct ghes_explore *x, unsigned int e, unsigned int pos,
		    const struct ex_clock *before)
{
	struct ex_avoid avoid = {.n = 1, .pos = {(ex_pos)e}};
	struct ex_clock clk;

	if (x->n_handlers) {
		reverse_nested(x, e, pos, before);
		return;
	}
	clk = dependencies(x, pos, before, &avoid);
	add_alternative(&x->path[e], initials(x, e, pos, &clk), x->path[pos].ctx);
}

/*
 * The event that another order would put @pos before. Where @pos could not have come any earlier
 * than @e, since a lock was held or the handler masked until then: where that began. 0: none.
 */
static ex_pos opponent(const struct ghes_explore *x, ex_pos e, unsigned int pos,
		       const struct ex_clock *before)
{
	const struct ex_event *d = &x->path[e];
	unsigned int kind = x->path[pos].kind;

	if ((kind == EX_OP_LOCK && d->kind == EX_OP_UNLOCK) ||
	    (kind == EX_OP_BEGIN && d->kind == EX_OP_UNMASK))
		return ex_clock_get(before, d->ctx) < d->partner ? d->partner : 0;
	return e;
}

/* Is the i-th of them ordered before the event by nothing but their conflict? */
static bool is_direct(const struct ghes_explore *x, const struct ex_conflicts *c, unsigned int i)
{
	unsigned int ctx = x->path[c->pos[i]].ctx;

	for (unsigned int j = 0; j < c->n; j++)
		if (c->pos[j] != c->pos[i] &&
		    ex_clock_get(&x->path[c->pos[j]].clk, ctx) >= c->pos[i])
			return false;
	return true;
}

void ex_dpor_races(struct ghes_explore *x, unsigned int pos, const struct ex_clock *before,
		   const struct ex_conflicts *conflicts)
{
	for (unsigned int i = 0; i < conflicts->n; i++) {
		ex_pos e = 0;

		if (is_direct(x, conflicts, i))
			e = opponent(x, conflicts->pos[i], pos, before);
		if (e)
			reverse(x, (unsigned int)e, pos, before);
	}
}

/* What @c would do next, as the event behind the last one. Return: its position. */
static unsigned int pending_event(struct ghes_explore *x, const struct ex_ctx *c)
{
	unsigned int pos = x->depth + 1;
	struct ex_event *ev = &x->path[pos];

	ev->ctx = c->id;
	ev->cpu = c->cpu;
	ev->kind = c->op.kind;
	ev->n_acc = c->op.n_acc;
	memcpy(ev->acc, c->op.acc, sizeof(ev->acc));
	x->brief[pos] = (struct ex_brief){
		.prev_in_ctx = x->ctx_last[c->id], .ctx = ev->ctx, .kind = ev->kind};
	return pos;
}

static struct ex_clock clock_so_far(const struct ghes_explore *x, const struct ex_ctx *c)
{
	static const struct ex_clock zero;

	return x->ctx_last[c->id] ? x->path[x->ctx_last[c->id]].clk : zero;
}

static bool keeps_from(const struct ex_event *d, const struct ex_ctx *c)
{
	if (c->state == EX_RUNNING)
		return (d->kind == EX_OP_LOCK || d->kind == EX_OP_TRYLOCK) &&
		       d->acc[0].obj == c->op.acc[0].obj && (d->acc[0].type & EX_W);
	return d->kind == EX_OP_MASK && d->cpu == c->cpu && (d->acc[0].mask & c->mask_bit);
}

/* @c waits for a lock, or until it is unmasked: had it come before whoever keeps it. */
static void reverse_kept(struct ghes_explore *x, const struct ex_ctx *c)
{
	struct ex_clock clk = clock_so_far(x, c);
	unsigned int pos = pending_event(x, c);

	for (unsigned int i = x->depth; i; i--) {
		if (!keeps_from(&x->path[i], c))
			continue;
		if (ex_clock_get(&clk, x->path[i].ctx) < (ex_pos)i)
			reverse(x, i, pos, &clk);
		return;
	}
}

/* @c waits until the handler @above has ended, which cannot go on: had it come before that. */
static void reverse_covered(struct ghes_explore *x, const struct ex_ctx *c, unsigned int above)
{
	struct ex_clock clk = clock_so_far(x, c);
	unsigned int begin = (unsigned int)x->ctx_last[above];

	/* On top of its CPU it has begun; position 0 ends the walk all the same. */
	while (begin && x->path[begin].kind != EX_OP_BEGIN)
		begin = (unsigned int)x->path[begin].prev_in_ctx;
	if (begin && ex_clock_get(&clk, above) < (ex_pos)begin)
		reverse(x, begin, pending_event(x, c), &clk);
}

/*
 * Contexts that can never go on, here: those who could are asleep, or there are none. Had they come
 * before whoever keeps them, they would have.
 */
void ex_dpor_blocked(struct ghes_explore *x, ex_mask enabled)
{
	for (unsigned int i = 0; i < x->n_ctx; i++) {
		const struct ex_ctx *c = &x->ctx[i];
		unsigned int top = x->machine.top[c->cpu];

		if ((c->state == EX_RUNNING && c->op.kind == EX_OP_LOCK) ||
		    (c->state == EX_PENDING && c->mask_bit))
			reverse_kept(x, c);
		if (top < EX_CTXS && top != i && x->ctx[top].handler &&
		    !(enabled & (ex_bit(top) | ex_bit(i))) &&
		    (c->state == EX_RUNNING || c->state == EX_PENDING))
			reverse_covered(x, c, top);
	}
}

/*
 * Could @handler's arrival at event @begin have come at an earlier node, where it was tried and
 * then put to sleep until an event of its own CPU came?
 */
static bool arrival_seen_before(struct ghes_explore *x, unsigned int handler, unsigned int begin)
{
	unsigned int stop = (unsigned int)x->path[begin].prev_in_ctx;

	for (unsigned int i = begin - 1; i > stop; i--) {
		const struct ex_event *node = &x->path[i];
		unsigned int from = i;

		if (!((node->sleep | node->done) & ex_bit(handler)) ||
		    (node[1].sleep & ex_bit(handler)) || node->cpu != x->ctx[handler].cpu)
			continue;
		while (x->path[from].sleep & ex_bit(handler))
			from--;
		if (ex_nest_could_begin(x, from, handler))
			return true;
	}
	return false;
}

/*
 * The execution has ended. If a handler could as well have arrived where that was tried before, and
 * nothing depends on the difference, it is one of those that were explored then.
 */
bool ex_dpor_seen_before(struct ghes_explore *x)
{
	for (ex_mask rest = x->handlers; rest; rest &= rest - 1) {
		unsigned int h = (unsigned int)__builtin_ctz(rest);

		for (unsigned int pos = (unsigned int)x->ctx_last[h]; pos;
		     pos = (unsigned int)x->path[pos].prev_in_ctx)
			if (x->path[pos].kind == EX_OP_BEGIN && arrival_seen_before(x, h, pos))
				return true;
	}
	return false;
}
