// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which orders of events can really happen, when handlers run to their end before what they
 * interrupted goes on.
 *
 * Two executions are the same trace when each context does the same and conflicting accesses come
 * in the same order; where a handler's block of events stands among events that it does not
 * conflict with makes no difference. So not every order that agrees with a trace can happen: a
 * block has to stay in one piece on its CPU. Both questions that the reduction asks come down to
 * "can these events be put into a possible order that begins like this?":
 *
 * - ex_nest_reversible(): can the later event of a race come before the earlier one, going on from
 *   this node, and with whose step does that begin? Only what the later event depends on is put in
 *   order, and what must end so that it can run.
 * - ex_nest_could_begin(): could the execution so far have begun with the arrival of this handler
 *   at that earlier node? Then it is one that was explored there.
 *
 * Flow: dpor.c -> lay_out() lists the events of each context after the node and the stacks of
 * contexts there -> place_all() puts events in order: whatever can go on does, since that is never
 * a mistake (an event that had to wait would conflict with something); only arrivals are tried in
 * every order.
 *
 * Assumes that whoever may interrupt a context may interrupt what that context interrupted.
 */
#include "engine.h"

#define NONE INT16_MAX

/* What is to be put in order: the events from `from` to `last` that are wanted. */
struct puzzle {
	struct ghes_explore *x;
	unsigned int from, last;
	const struct ex_clock *last_clk; /* of the last event, instead of its own; may be NULL */
	const struct ex_avoid *avoid;	 /* events that must not be among them, or NULL */
	bool same_end;			 /* all stacks must end as they are now */
	struct ex_order start;
};

static const struct ex_clock *clock_of(const struct puzzle *p, unsigned int pos)
{
	return pos == p->last && p->last_clk ? p->last_clk : &p->x->path[pos].clk;
}

static void lay_out(struct puzzle *p)
{
	struct ghes_explore *x = p->x;
	ex_pos *succ = x->succ;

	memcpy(p->start.top, x->path[p->from].top, sizeof(p->start.top));
	for (unsigned int c = 0; c < x->n_ctx; c++) {
		p->start.next[c] = NONE;
		p->start.parent[c] = EX_CTXS;
	}
	for (unsigned int cpu = 0; cpu < EX_CPUS; cpu++)
		for (ex_pos at = x->path[p->from].begin[cpu]; at; at = x->path[at].begin[cpu])
			p->start.parent[x->brief[at].ctx] = x->path[at].parent;
	for (unsigned int i = p->last; i >= p->from; i--) {
		unsigned int c = x->brief[i].ctx;

		succ[i] = p->start.next[c];
		p->start.next[c] = (ex_pos)i;
	}
}

static bool on_stack_now(const struct ghes_explore *x, unsigned int ctx)
{
	for (unsigned int c = x->machine.top[x->ctx[ctx].cpu]; c < EX_CTXS; c = x->ctx[c].parent)
		if (c == ctx)
			return x->ctx[c].handler || x->ctx[c].state != EX_DONE;
	return false;
}

static bool is_wanted(const struct puzzle *p, ex_pos pos)
{
	return pos != NONE && p->x->wanted[pos];
}

static bool is_ready(const struct puzzle *p, const struct ex_order *o, unsigned int ctx)
{
	const struct ex_clock *clk = clock_of(p, (unsigned int)o->next[ctx]);

	for (unsigned int q = 0; q < p->x->n_ctx; q++)
		if (q != ctx && ex_clock_get(clk, q) >= o->next[q])
			return false;
	return true;
}

/* May @handler arrive on top of @top, given what is left for @top to do? */
static bool may_arrive(const struct puzzle *p, const struct ex_order *o, unsigned int top,
		       unsigned int handler)
{
	const struct ghes_explore *x = p->x;

	if (top == EX_CTXS || (x->preempts[top] & ex_bit(handler)))
		return true;
	return !x->ctx[top].handler && o->next[top] == NONE && !on_stack_now(x, top);
}

static void place(const struct puzzle *p, struct ex_order *o, unsigned int ctx)
{
	struct ghes_explore *x = p->x;
	unsigned int pos = (unsigned int)o->next[ctx], cpu = x->ctx[ctx].cpu;
	ex_pos next = x->succ[pos];

	o->next[ctx] = next;
	if (!x->ctx[ctx].handler)
		return;
	if (x->brief[pos].kind == EX_OP_BEGIN) {
		o->parent[ctx] = o->top[cpu];
		o->top[cpu] = (uint8_t)ctx;
	}
	/* The last event of the block: back to what was interrupted. */
	if (pos != p->last &&
	    (next == NONE ? !on_stack_now(x, ctx) : x->brief[next].kind == EX_OP_BEGIN))
		o->top[cpu] = o->parent[ctx];
}

static bool ends_alike(const struct puzzle *p, const struct ex_order *o)
{
	const struct ghes_explore *x = p->x;

	for (unsigned int cpu = 0; cpu < EX_CPUS; cpu++) {
		unsigned int a = o->top[cpu], b = x->machine.top[cpu];

		for (; a < EX_CTXS && a == b; b = x->ctx[b].parent)
			a = o->parent[a];
		if (a != b)
			return false;
	}
	return true;
}

static bool all_placed(const struct puzzle *p, const struct ex_order *o)
{
	for (unsigned int c = 0; c < p->x->n_ctx; c++)
		if (is_wanted(p, o->next[c]))
			return false;
	return true;
}

static void place_what_can_go_on(const struct puzzle *p, struct ex_order *o)
{
	struct ghes_explore *x = p->x;
	bool progress = true;

	while (progress) {
		progress = false;
		for (unsigned int c = 0; c < x->n_ctx; c++) {
			while (o->top[x->ctx[c].cpu] == c && is_wanted(p, o->next[c]) &&
			       x->brief[o->next[c]].kind != EX_OP_BEGIN && is_ready(p, o, c)) {
				place(p, o, c);
				progress = true;
			}
		}
	}
}

static bool place_all(const struct puzzle *p, struct ex_order o)
{
	struct ghes_explore *x = p->x;
	bool leaf = true;

	place_what_can_go_on(p, &o);
	if (all_placed(p, &o))
		return !p->same_end || ends_alike(p, &o);
	for (ex_mask rest = x->handlers; rest; rest &= rest - 1) {
		unsigned int h = (unsigned int)__builtin_ctz(rest);
		struct ex_order with = o;

		if (!is_wanted(p, o.next[h]) || x->brief[o.next[h]].kind != EX_OP_BEGIN ||
		    !may_arrive(p, &o, o.top[x->ctx[h].cpu], h) || !is_ready(p, &o, h))
			continue;
		place(p, &with, h);
		if (place_all(p, with))
			return true;
		leaf = false;
	}
	if (leaf)
		x->stuck = o;
	return false;
}

/*
 * Wants an event and all that comes before it. Return: false when that includes what to avoid.
 *
 * What is wanted is closed: with an event all that comes before it. So a context's events are
 * followed back only as far as they are new, and its newest one tells whether any is to be avoided.
 */
static bool want(const struct puzzle *p, unsigned int pos)
{
	struct ghes_explore *x = p->x;
	const struct ex_clock *clk = clock_of(p, pos);

	if (p->avoid && pos != p->last && ex_comes_after(x, p->avoid, pos))
		return false;
	x->wanted[pos] = true;
	for (unsigned int q = 0; q < x->n_ctx; q++) {
		unsigned int i = (unsigned int)ex_clock_get(clk, q);

		if (i == pos)
			i = (unsigned int)x->brief[i].prev_in_ctx;
		if (i >= p->from && p->avoid && ex_comes_after(x, p->avoid, i))
			return false;
		for (; i >= p->from && !x->wanted[i]; i = (unsigned int)x->brief[i].prev_in_ctx)
			x->wanted[i] = true;
	}
	return true;
}

/*
 * The attempt got stuck under contexts that are not wanted to go on, but would have to end.
 * Return: true when the rest of such a context is wanted from now on.
 */
static bool want_the_end_of_a_block(const struct puzzle *p)
{
	struct ghes_explore *x = p->x;
	const struct ex_order *o = &x->stuck;

	for (unsigned int c = 0; c < x->n_ctx; c++) {
		unsigned int top = o->top[x->ctx[c].cpu];
		ex_pos i;

		if (!is_wanted(p, o->next[c]) || top == c || top == EX_CTXS ||
		    o->next[top] == NONE || is_wanted(p, o->next[top]))
			continue;
		for (i = o->next[top]; i != NONE && x->brief[i].kind != EX_OP_BEGIN; i = x->succ[i])
			if ((unsigned int)i == p->last || !want(p, (unsigned int)i))
				return false;
		if (i == NONE && on_stack_now(x, top))
			return false;
		return true;
	}
	return false;
}

/* The contexts, enabled at the node, with whose step an order of all that is wanted can begin. */
static ex_mask beginnings(const struct puzzle *p)
{
	struct ghes_explore *x = p->x;
	ex_mask result = 0;

	for (ex_mask rest = x->path[p->from].enabled; rest; rest &= rest - 1) {
		unsigned int c = (unsigned int)__builtin_ctz(rest);
		struct ex_order o = p->start;

		if (!is_wanted(p, o.next[c]) || !is_ready(p, &o, c))
			continue;
		place(p, &o, c);
		if (place_all(p, o))
			result |= ex_bit(c);
	}
	return result;
}

/* Wants all events of @ctx that can be kept. Return: false when none is new. */
static bool want_context(const struct puzzle *p, unsigned int ctx)
{
	struct ghes_explore *x = p->x;
	ex_pos newest = NONE;

	for (ex_pos i = p->start.next[ctx]; i != NONE && (unsigned int)i != p->last;
	     i = x->succ[i]) {
		if (ex_comes_after(x, p->avoid, (unsigned int)i))
			break;
		newest = i;
	}
	return newest != NONE && !x->wanted[newest] && want(p, (unsigned int)newest);
}

/* To what is wanted already, adds what can be kept without making it impossible. */
static void want_what_can_be_kept(const struct puzzle *p)
{
	struct ghes_explore *x = p->x;
	size_t n = p->last - p->from + 1;

	for (unsigned int c = 0; c < x->n_ctx; c++) {
		memcpy(x->wanted_before + p->from, x->wanted + p->from, n);
		if (want_context(p, c) && !place_all(p, p->start))
			memcpy(x->wanted + p->from, x->wanted_before + p->from, n);
	}
}

/*
 * With whose step, of those enabled at node @from, can an order begin in which event @last takes
 * place and none of @avoid? @clk: what event @last depends on, @avoid aside. Two answers:
 * @keeping: when all other events that can be kept are kept;
 * @needed: with only those that @last depends on, and the rest of the handlers that are in its way.
 */
void ex_nest_reversible(struct ghes_explore *x, unsigned int from, unsigned int last,
			const struct ex_avoid *avoid, const struct ex_clock *clk, ex_mask *keeping,
			ex_mask *needed)
{
	struct puzzle p = {.x = x, .from = from, .last = last, .last_clk = clk, .avoid = avoid};

	*keeping = *needed = 0;
	lay_out(&p);
	memset(x->wanted + from, 0, last - from + 1);
	if (!want(&p, last))
		return;
	while (!place_all(&p, p.start))
		if (!want_the_end_of_a_block(&p))
			return;
	*needed = beginnings(&p);
	want_what_can_be_kept(&p);
	*keeping = beginnings(&p);
}

/* Could all events from @from on have come in an order that begins with @handler's arrival? */
bool ex_nest_could_begin(struct ghes_explore *x, unsigned int from, unsigned int handler)
{
	struct puzzle p = {.x = x, .from = from, .last = x->depth, .same_end = true};
	struct ex_order o;

	lay_out(&p);
	p.last++; /* no event is exempt */
	memset(x->wanted + from, 1, x->depth - from + 1);
	o = p.start;
	if (o.next[handler] == NONE || !is_ready(&p, &o, handler))
		return false;
	place(&p, &o, handler);
	return place_all(&p, o);
}

/* The last node before @from where a handler arrived that is in progress at @from; 0: none. */
unsigned int ex_nest_earlier_node(const struct ghes_explore *x, unsigned int from)
{
	ex_pos best = 0;

	for (unsigned int cpu = 0; cpu < EX_CPUS; cpu++)
		if (x->path[from].begin[cpu] > best)
			best = x->path[from].begin[cpu];
	return (unsigned int)best;
}
