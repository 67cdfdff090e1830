// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which context goes on, and which execution comes next.
 *
 * Flow: machine.c -> ex_next() -> replays the prefix that the new execution shares with the one
 * before, takes the branch that ex_search_backtrack() chose, and from there on creates nodes:
 * what could run, what is asleep, who is picked. When the execution is over, explore.c ->
 * ex_search_backtrack() -> the deepest node with an alternative left.
 *
 * The first choice at a node is the context that ran before, then any other, an arrival last: so a
 * handler lands as late as it can, and is moved forward only by a conflict (dpor.c).
 */
#include "engine.h"

static uint64_t random_next(struct ghes_explore *x)
{
	/* xorshift64*: Vigna 2016 */
	x->rng ^= x->rng >> 12;
	x->rng ^= x->rng << 25;
	x->rng ^= x->rng >> 27;
	return x->rng * 0x2545f4914f6cdd1du;
}

static unsigned int random_below(struct ghes_explore *x, unsigned int n)
{
	return (unsigned int)(((random_next(x) >> 32) * n) >> 32);
}

static unsigned int pick_random(struct ghes_explore *x, ex_mask from)
{
	unsigned int n = random_below(x, (unsigned int)__builtin_popcount(from));

	while (n--)
		from &= from - 1;
	return (unsigned int)__builtin_ctz(from);
}

static unsigned int pick_by_priority(struct ghes_explore *x, ex_mask from)
{
	unsigned int best = EX_CTXS;

	for (unsigned int i = 0; i < x->pct_changes; i++)
		if (x->pct_change[i] == x->depth && x->running < EX_CTXS)
			x->pct_priority[x->running] = i;
	for (ex_mask rest = from; rest; rest &= rest - 1) {
		unsigned int c = (unsigned int)__builtin_ctz(rest);

		if (best == EX_CTXS || x->pct_priority[c] > x->pct_priority[best])
			best = c;
	}
	return best;
}

void ex_search_sample(struct ghes_explore *x)
{
	unsigned int length = x->res.max_depth ? x->res.max_depth : 64;

	for (unsigned int i = 0; i < x->n_ctx; i++)
		x->pct_priority[i] = 16 + (uint32_t)(random_next(x) >> 40);
	for (unsigned int i = 0; i < x->pct_changes; i++)
		x->pct_change[i] = random_below(x, length);
}

static unsigned int pick(struct ghes_explore *x, ex_mask from)
{
	if (x->cfg.mode == GHES_EXPLORE_RANDOM)
		return pick_random(x, from);
	if (x->cfg.mode == GHES_EXPLORE_PCT)
		return pick_by_priority(x, from);
	if (from & ~(x->next_delayed | x->next_late))
		from &= ~(x->next_delayed | x->next_late);
	if (x->running < EX_CTXS && (from & ex_bit(x->running)))
		return x->running;
	if (from & ~x->machine.pending)
		from &= ~x->machine.pending;
	return (unsigned int)__builtin_ctz(from);
}

/* Nobody can go on: is that the end, or is somebody waiting for what cannot come? */
static void conclude(struct ghes_explore *x)
{
	bool stuck = false, halted = false;

	if (x->cfg.mode == GHES_EXPLORE_DPOR) {
		ex_dpor_blocked(x, 0);
		/* Asked only now: cut short, it would not have shown what it conflicts with. */
		if (ex_dpor_seen_before(x)) {
			x->outcome = EX_REDUNDANT;
			return;
		}
	}

	for (unsigned int i = 0; i < x->n_ctx; i++) {
		const struct ex_ctx *c = &x->ctx[i];

		if (c->state == EX_RUNNING && c->op.kind == EX_OP_STUCK)
			stuck = true;
		if (c->state == EX_RUNNING && c->op.kind == EX_OP_HALT)
			halted = true;
	}
	for (unsigned int i = 0; i < x->n_ctx && !stuck && !halted; i++) {
		const struct ex_ctx *c = &x->ctx[i];

		if (c->state == EX_RUNNING || c->state == EX_PENDING) {
			ex_deadlock(x);
			x->outcome = EX_FAILED;
			return;
		}
	}
	x->outcome = stuck ? EX_BLOCKED : EX_COMPLETE;
}

static bool same_step(const struct ex_event *ev, const struct ex_ctx *c)
{
	return ev->kind == c->op.kind && ev->pc == c->op.pc && ev->addr == c->op.addr;
}

static struct ex_ctx *replay_step(struct ghes_explore *x)
{
	struct ex_event *ev = &x->path[x->depth + 1];
	struct ex_ctx *c = &x->ctx[ev->ctx];

	if (__builtin_expect(!same_step(ev, c), 0)) {
		ex_defect(x, "determinism", c, c->op.pc,
			  "%s does something else than in an execution that began alike", c->name);
		ex_abort_execution(x, EX_MISFIT);
	}
	x->depth++;
	if (c->op.kind == EX_OP_CAS || c->op.kind == EX_OP_TRYLOCK)
		for (unsigned int i = 0; i < c->op.n_base; i++)
			c->op.acc[i].type = ev->acc[i].type;
	c->op.choice = ev->choice;
	ex_machine_apply(x, c);
	return c;
}

static bool all_if_top(const struct ghes_explore *x, unsigned int pos)
{
	return x->cfg.mode == GHES_EXPLORE_BRUTE || pos <= x->shard_depth;
}

static bool exceeds_preemptions(const struct ghes_explore *x, const struct ex_event *node,
				unsigned int c)
{
	return x->cfg.bound_preemptions &&
	       node->preemptions_before + ex_preempts(node, c) > x->cfg.max_preemptions;
}

/* When did the innermost context of @cpu arrive? 0: it is a thread. */
static ex_pos begin_of_top(const struct ghes_explore *x, unsigned int cpu)
{
	unsigned int c = x->machine.top[cpu];

	return c < EX_CTXS ? x->brief[x->ctx_last[c]].begin : 0;
}

/* A node that no execution has reached before. Return: the context picked, EX_CTXS: none. */
static unsigned int new_node(struct ghes_explore *x, struct ex_event *node, ex_mask enabled)
{
	unsigned int c = EX_CTXS;
	ex_mask from;

	node->enabled = enabled;
	node->sleep = x->next_sleep;
	node->delayed = x->next_delayed;
	node->late = x->next_late;
	node->done = 0;
	node->choice = 0;
	node->running = x->running;
	node->preemptions_before = x->depth ? x->path[x->depth].preemptions : 0;
	memcpy(node->top, x->machine.top, sizeof(node->top));
	for (unsigned int i = 0; i < EX_CPUS; i++)
		node->begin[i] = begin_of_top(x, i);
	if (x->script)
		c = ex_schedule_next(x, enabled, &node->choice);
	from = enabled & ~node->sleep;
	if (c == EX_CTXS && from)
		c = pick(x, from);
	node->backtrack = c == EX_CTXS ? 0 : ex_bit(c);
	if (all_if_top(x, x->depth + 1))
		node->backtrack = enabled;
	return c;
}

/*
 * All wait. A loop that pauses may end by itself, though: it is given some turns more. Return: who
 * may make one.
 */
static ex_mask idle_turns(struct ghes_explore *x)
{
	ex_mask may = 0;

	for (ex_mask rest = x->machine.runnable & x->machine.waiting; rest; rest &= rest - 1) {
		struct ex_ctx *c = &x->ctx[__builtin_ctz(rest)];

		if (c->op.kind != EX_OP_RELAX || !c->pausing || c->idle_turns >= EX_IDLE_TURNS)
			continue;
		c->idle = true;
		may |= ex_bit(c->id);
	}
	return may;
}

struct ex_ctx *ex_next(struct ghes_explore *x)
{
	struct ex_event *node = &x->path[x->depth + 1];
	struct ex_ctx *c;
	unsigned int id;
	ex_mask enabled;

	if (x->depth < x->kept)
		return replay_step(x);
	if (x->cfg.after_step)
		ex_host_call(x, x->cfg.after_step);
	enabled = ex_machine_enabled(x);
	if (!enabled && x->uses_relax)
		enabled = idle_turns(x);
	if (!enabled) {
		/* At its end no deeper than where shards part: it is one shard's, too. */
		if (x->depth <= x->shard_depth && x->cfg.shards > 1 && !ex_shard_mine(x))
			x->outcome = EX_REDUNDANT;
		else
			conclude(x);
		return NULL;
	}
	if (x->depth + 1 == x->branch) {
		id = node->ctx;
		x->branch = 0;
	} else if (x->depth >= (x->script ? 2 * x->max_steps : x->max_steps)) {
		ex_endless(x);
		x->outcome = EX_FAILED;
		return NULL;
	} else {
		if (x->depth == x->shard_depth && x->cfg.shards > 1 && !ex_shard_mine(x)) {
			x->outcome = EX_REDUNDANT;
			return NULL;
		}
		id = new_node(x, node, enabled);
		if (id == EX_CTXS) {
			if (x->cfg.mode == GHES_EXPLORE_DPOR)
				ex_dpor_blocked(x, enabled);
			x->outcome = EX_REDUNDANT;
			return NULL;
		}
	}
	/* What sleeps may be under a handler, and still has to be compared with this step. */
	for (ex_mask rest = node->sleep | node->done | ex_bit(id); rest; rest &= rest - 1)
		ex_op_resolve(x, &x->ctx[__builtin_ctz(rest)]);
	c = &x->ctx[id];
	node->choices = c->op.kind == EX_OP_CHOOSE ? c->op.choices : 1;
	if (ex_is_c11(x) && c->op.kind == EX_OP_LOAD)
		node->choices = (uint16_t)ex_c11_choices(x, c);
	if (node->choice >= node->choices)
		node->choice = 0;
	node->preemptions = (uint16_t)(node->preemptions_before + ex_preempts(node, id));
	if (x->cfg.mode >= GHES_EXPLORE_RANDOM && node->choices > 1)
		node->choice = (uint16_t)random_below(x, node->choices);
	c->op.choice = node->choice;
	ex_trace_append(x, c);
	if (x->snapshots)
		ex_snapshot_take(x, c, x->depth);
	if (x->cfg.mode == GHES_EXPLORE_DPOR)
		ex_dpor_sleep(x, node);
	x->running = (uint8_t)id;
	ex_machine_apply(x, c);
	return c;
}

/*
 * Takes events back until a node has an alternative left. Return: false when the tree is done.
 */
bool ex_search_backtrack(struct ghes_explore *x)
{
	while (x->depth) {
		struct ex_event *node = &x->path[x->depth];
		ex_mask todo;

		ex_trace_pop(x);
		if (node->choice + 1 < node->choices) {
			node->choice++;
			x->branch = x->depth + 1;
			x->kept = x->depth;
			return true;
		}
		node->done |= ex_bit(node->ctx);
		todo = node->backtrack & ~(node->done | node->sleep);
		while (todo) {
			/* Arrivals last, see the head of this file. */
			ex_mask first = todo & ~x->handlers ? todo & ~x->handlers : todo;
			unsigned int c = (unsigned int)__builtin_ctz(first);

			if (!exceeds_preemptions(x, node, c)) {
				node->ctx = (uint8_t)c;
				node->choice = 0;
				x->branch = x->depth + 1;
				x->kept = x->depth;
				return true;
			}
			x->bounded = true;
			todo &= ~ex_bit(c);
		}
	}
	return false;
}
