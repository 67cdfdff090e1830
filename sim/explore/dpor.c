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

#define MAX_RACES 64

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

ex_mask ex_dpor_sleep(struct ghes_explore *x, ex_mask candidates, const struct ex_event *ev)
{
	ex_mask rest = candidates;

	while (rest) {
		unsigned int q = (unsigned int)__builtin_ctz(rest);

		rest &= rest - 1;
		if (dependent(&x->ctx[q].op, ev))
			candidates &= ~ex_bit(q);
	}
	return candidates;
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

static void reverse(struct ghes_explore *x, unsigned int e, unsigned int pos,
		    const struct ex_clock *clk)
{
	struct ex_event *node = &x->path[e];
	ex_mask first = initials(x, e, pos, clk);
	ex_mask own = ex_bit(x->path[pos].ctx);

	if (first & (node->backtrack | node->sleep))
		return;
	first &= node->enabled;
	if (!first)
		return;
	node->backtrack |= first & own ? own : first & -first;
}

/* Earlier events in direct conflict with the event at @pos, newest first in each list. */
static unsigned int conflicting(const struct ghes_explore *x, unsigned int pos,
				const struct ex_clock *before, ex_pos *found)
{
	const struct ex_event *ev = &x->path[pos];
	unsigned int n = 0;

	for (unsigned int i = 0; i < ev->n_acc; i++) {
		const struct ex_access *a = &ev->acc[i];
		unsigned int conflicts = ex_conflicts_of(a->type);
		uint32_t link = x->objs[a->obj].last;
		uint8_t rest = a->mask;

		while (link && rest && n < MAX_RACES) {
			const struct ex_access *b = ex_access_at(x, link);
			ex_pos at = (ex_pos)(link >> 2);

			if ((b->type & conflicts) && (b->mask & rest)) {
				if (ex_clock_get(before, x->path[at].ctx) < at)
					found[n++] = at;
				if (b->type & EX_W)
					rest &= ~b->mask;
			}
			link = b->prev;
		}
	}
	return n;
}

void ex_dpor_races(struct ghes_explore *x, unsigned int pos, const struct ex_clock *before)
{
	ex_pos found[MAX_RACES];
	unsigned int n = conflicting(x, pos, before, found);

	for (unsigned int i = 0; i < n; i++) {
		unsigned int ctx = x->path[found[i]].ctx;
		bool direct = true;

		for (unsigned int j = 0; direct && j < n; j++)
			direct = found[j] == found[i] ||
				 ex_clock_get(&x->path[found[j]].clk, ctx) < found[i];
		if (direct)
			reverse(x, (unsigned int)found[i], pos, &x->path[pos].clk);
	}
}

void ex_dpor_left(struct ghes_explore *x, struct ex_ctx *handler)
{
	(void)x;
	(void)handler;
}
