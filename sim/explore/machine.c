// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine that the code under test runs on: CPUs with stacks of contexts, locks, masks.
 *
 * Flow: explore.c -> ex_machine_reset(), ex_machine_run() -> the first context runs on its fiber up
 * to its first step -> ex_step() -> ex_next() picks a context, ex_machine_apply() does to the
 * machine what its operation means -> that context's fiber goes on, performs the operation itself,
 * and comes back with the next one -> ... -> nobody is left -> back to the host's stack.
 *
 * Invariants: top[cpu] is the innermost unfinished context of a CPU, or its finished thread, or
 * EX_CTXS; a context is in `runnable` exactly when it is EX_RUNNING and on top of its CPU; whoever
 * is in `pending` has op.kind EX_OP_BEGIN.
 */
#include "engine.h"
#include "fiber.h"
#include <stdatomic.h>

struct ghes_explore *ex;

static bool relax_may_go_on(const struct ghes_explore *x, const struct ex_ctx *c)
{
	if (c->stale)
		return true;
	if (c->relax_n > EX_RELAX)
		return x->machine.writes != c->relax_writes;
	for (unsigned int i = 0; i < c->relax_n; i++)
		if (ex_version(x, c->relax_obj[i], c->relax_mask[i]) != c->relax_version[i])
			return true;
	return false;
}

static bool grace_period_over(const struct ghes_explore *x, const struct ex_ctx *c)
{
	ex_mask rest = c->gp_waits;

	while (rest) {
		unsigned int q = (unsigned int)__builtin_ctz(rest);

		rest &= rest - 1;
		if (x->ctx[q].rcu_depth && x->ctx[q].rcu_generation == c->gp_seen[q])
			return false;
	}
	return true;
}

static bool op_enabled(const struct ghes_explore *x, const struct ex_ctx *c)
{
	switch (c->op.kind) {
	case EX_OP_LOCK:
		return x->machine.lock_owner[c->op.target] == EX_CTXS;
	case EX_OP_RELAX:
		return c->idle || relax_may_go_on(x, c);
	case EX_OP_GP_END:
		return grace_period_over(x, c);
	case EX_OP_STUCK:
	case EX_OP_HALT:
		return false;
	default:
		return true;
	}
}

bool ex_machine_may_arrive(const struct ghes_explore *x, unsigned int handler)
{
	const struct ex_ctx *h = &x->ctx[handler];
	unsigned int top = x->machine.top[h->cpu];

	if (h->mask_bit & x->machine.masked[h->cpu])
		return false;
	return top == EX_CTXS || x->ctx[top].state == EX_DONE ||
	       (x->preempts[top] & ex_bit(handler));
}

ex_mask ex_machine_enabled(const struct ghes_explore *x)
{
	ex_mask enabled = x->machine.runnable;
	ex_mask rest = x->machine.runnable & x->machine.waiting;

	while (rest) {
		unsigned int c = (unsigned int)__builtin_ctz(rest);

		rest &= rest - 1;
		if (!op_enabled(x, &x->ctx[c]))
			enabled &= ~ex_bit(c);
	}
	rest = x->machine.pending;
	while (rest) {
		unsigned int h = (unsigned int)__builtin_ctz(rest);

		rest &= rest - 1;
		if (ex_machine_may_arrive(x, h))
			enabled |= ex_bit(h);
	}
	return enabled;
}

struct ex_lock *ex_lock_find(struct ghes_explore *x, uintptr_t key)
{
	for (unsigned int i = 0; i < x->n_locks; i++)
		if (x->locks[i].key == key)
			return &x->locks[i];
	if (x->n_locks == EX_LOCKS)
		return NULL;
	x->locks[x->n_locks] = (struct ex_lock){.key = key};
	return &x->locks[x->n_locks++];
}

static void make_pending(struct ghes_explore *x, struct ex_ctx *h)
{
	struct ex_op *op = &h->op;

	*op = (struct ex_op){
		.kind = EX_OP_BEGIN, .order = memory_order_acquire, .pc = (const void *)h->fn};
	if (h->raised)
		op->acc[op->n_base++] =
			(struct ex_access){.obj = h->raise_obj, .mask = 0xff, .type = EX_W};
	if (h->may_block)
		op->acc[op->n_base++] = (struct ex_access){
			.obj = x->cpu_depth_obj[h->cpu], .mask = 1, .type = EX_B};
	if (h->mask_bit)
		op->acc[op->n_base++] = (struct ex_access){
			.obj = x->cpu_mask_obj[h->cpu], .mask = h->mask_bit, .type = EX_B};
	op->n_acc = op->n_base;
	h->state = EX_PENDING;
	x->machine.pending |= ex_bit(h->id);
}

/* The context on top of @cpu has ended: what it interrupted goes on. */
static void leave(struct ghes_explore *x, struct ex_ctx *c)
{
	c->state = EX_DONE;
	x->machine.runnable &= ~ex_bit(c->id);
	if (c->locks_held)
		ex_defect(x, "lock", c, c->op.pc, "%s ends with %u lock(s) held", c->name,
			  c->locks_held);
	if (c->rcu_depth)
		ex_defect(x, "context", c, c->op.pc, "%s ends in an RCU read section", c->name);
	if (!c->handler)
		return;
	if (x->machine.masked[c->cpu] != c->masked_at_entry)
		ex_defect(x, "mask", c, c->op.pc, "%s changed the mask of CPU %u from %#x to %#x",
			  c->name, c->cpu, c->masked_at_entry, x->machine.masked[c->cpu]);
	x->machine.top[c->cpu] = c->parent;
	if (c->parent < EX_CTXS && x->ctx[c->parent].state == EX_RUNNING)
		x->machine.runnable |= ex_bit(c->parent);
	c->state = EX_IDLE;
	if (c->rerun) {
		c->rerun = false;
		make_pending(x, c);
	}
}

static void continue_with(struct ghes_explore *x, void **from, struct ex_ctx *next)
{
	x->cur = next;
	x->on_fiber = next;
	if (next && x->cfg.switched)
		x->cfg.switched(x->cfg.user, next->cpu);
	ex_fiber_switch(from, next ? next->sp : x->main_sp);
}

/* Body of every fiber. Never returns: the stack is prepared anew for the next execution. */
static void context_main(void *arg)
{
	struct ex_ctx *c = arg;
	struct ghes_explore *x = ex;

	for (;;) {
		struct ex_ctx *next;

		if (c->starts_late && !x->script) {
			c->op = (struct ex_op){.kind = EX_OP_LATE_START,
					       .order = memory_order_relaxed,
					       .pc = (const void *)c->fn};
			ex_step(c);
		}
		c->fn(c->arg);
		x->cur = NULL;
		x->leaving = c;
		leave(x, c);
		next = x->starting ? NULL : ex_next(x);
		x->leaving = NULL;
		/* A raised handler that is raised again goes on here: this stack is still in use.
		 */
		if (next == c)
			x->cur = c;
		else
			continue_with(x, &c->sp, next);
	}
}

static void enter(struct ghes_explore *x, struct ex_ctx *c)
{
	if (c != x->leaving)
		ex_fiber_forget((void *)c->stack_lo, c->stack_hi - c->stack_lo);
	if (c != x->leaving)
		c->sp = ex_fiber_prepare((void *)c->stack_lo, c->stack_hi - c->stack_lo,
					 context_main, c);
	c->state = EX_RUNNING;
	c->shadow_depth = 0;
	c->relax_n = 0;
	c->turn = c->last_turn = 0;
	c->turn_length = 0;
	c->idle_turns = 0;
	c->pausing = c->idle = false;
	c->stale = c->catches_up = false;
	c->result_unused = false;
	c->private_accesses = 0;
	c->parent = EX_CTXS;
	if (c->handler) {
		c->parent = x->machine.top[c->cpu];
		c->masked_at_entry = x->machine.masked[c->cpu];
		x->machine.pending &= ~ex_bit(c->id);
		if (c->parent < EX_CTXS) {
			x->machine.runnable &= ~ex_bit(c->parent);
			x->machine.interrupted += x->ctx[c->parent].state == EX_RUNNING;
			x->machine.nested += x->ctx[c->parent].handler;
		}
		x->machine.arrivals++;
	}
	x->machine.top[c->cpu] = c->id;
	x->machine.runnable |= ex_bit(c->id);
}

/* What waiting loops have to know; nothing when the program has none. */
static void note_writes(struct ghes_explore *x, const struct ex_op *op)
{
	for (unsigned int i = 0; i < op->n_base; i++) {
		if (!(op->acc[i].type & EX_WRITES))
			continue;
		for (unsigned int m = op->acc[i].mask; m; m &= m - 1)
			x->objs[op->acc[i].obj].writes[__builtin_ctz(m)]++;
		x->machine.writes++;
	}
}

/* A loop's own writes are nothing to wait for. */
static void forget_own_writes(struct ex_ctx *c, const struct ex_op *op)
{
	for (unsigned int i = 0; i < op->n_base; i++) {
		const struct ex_access *a = &op->acc[i];

		if (!(a->type & EX_WRITES))
			continue;
		if (c->relax_n)
			c->relax_writes++;
		for (unsigned int k = 0; k < c->relax_n && c->relax_n <= EX_RELAX; k++)
			if (c->relax_obj[k] == a->obj)
				c->relax_version[k] =
					(uint16_t)(c->relax_version[k] +
						   __builtin_popcount(c->relax_mask[k] & a->mask));
	}
}

/* The version counts that the loop saw first: what changed since then may make it go on. */
static void note_read(struct ghes_explore *x, struct ex_ctx *c, const struct ex_op *op)
{
	if (op->kind == EX_OP_STORE || op->kind == EX_OP_PLAIN_WRITE ||
	    (op->kind == EX_OP_RMW && op->unread) || (op->size == 0 && op->kind != EX_OP_POINT))
		return;
	if (!c->relax_n)
		c->relax_writes = x->machine.writes;
	c->turn_length++;
	for (unsigned int i = 0; i < op->n_base; i++) {
		const struct ex_access *a = &op->acc[i];
		unsigned int k;

		c->turn = (c->turn ^ (a->obj << 8 | a->mask)) * 0x9e3779b97f4a7c15u;
		if (c->relax_n > EX_RELAX)
			continue;
		for (k = 0; k < c->relax_n; k++)
			if (c->relax_obj[k] == a->obj && c->relax_mask[k] == a->mask)
				break;
		if (k < c->relax_n)
			continue;
		if (k < EX_RELAX) {
			c->relax_obj[k] = a->obj;
			c->relax_mask[k] = a->mask;
			c->relax_version[k] = ex_version(x, a->obj, a->mask);
		}
		c->relax_n++;
	}
}

static void grace_period_starts(struct ghes_explore *x, struct ex_ctx *c)
{
	c->gp_waits = 0;
	for (unsigned int q = 0; q < x->n_ctx; q++) {
		if (!x->ctx[q].rcu_depth)
			continue;
		c->gp_waits |= ex_bit(q);
		c->gp_seen[q] = x->ctx[q].rcu_generation;
	}
}

/* What the operation that @c is about to perform does to the machine. */
void ex_machine_apply(struct ghes_explore *x, struct ex_ctx *c)
{
	struct ex_op *op = &c->op;

	switch (op->kind) {
	case EX_OP_BEGIN:
		note_writes(x, op);
		enter(x, c);
		return;
	case EX_OP_LOCK:
		x->machine.lock_owner[op->target] = c->id;
		c->locks_held++;
		break;
	case EX_OP_TRYLOCK:
		op->choices = op->acc[0].type == EX_W;
		if (op->choices) {
			x->machine.lock_owner[op->target] = c->id;
			c->locks_held++;
		}
		break;
	case EX_OP_UNLOCK:
		x->machine.lock_owner[op->target] = EX_CTXS;
		c->locks_held--;
		break;
	case EX_OP_MASK:
		x->machine.masked[c->cpu] |= op->acc[0].mask;
		break;
	case EX_OP_UNMASK:
		x->machine.masked[c->cpu] &= ~op->acc[0].mask;
		break;
	case EX_OP_RAISE:
		op->choices = 0;
		if (x->ctx[op->target].state == EX_IDLE) {
			op->choices = 1;
			make_pending(x, &x->ctx[op->target]);
		} else if (x->ctx[op->target].state == EX_RUNNING && !x->ctx[op->target].rerun) {
			op->choices = 1;
			x->ctx[op->target].rerun = true;
		}
		break;
	case EX_OP_RCU_LOCK:
		if (!c->rcu_depth++)
			c->rcu_generation++;
		break;
	case EX_OP_RCU_UNLOCK:
		c->rcu_depth--;
		break;
	case EX_OP_GP_START:
		grace_period_starts(x, c);
		break;
	case EX_OP_RELAX:
		c->idle_turns = c->idle ? c->idle_turns + 1 : 0;
		c->catches_up |= c->stale;
		c->stale = false;
		c->idle = false;
		c->relax_n = 0;
		break;
	default:
		break;
	}
	x->machine.waiting &= ~ex_bit(c->id);
	c->private_accesses = 0;
	if (ex_is_c11(x)) {
		c->stale |= op->kind == EX_OP_LOAD && op->choice;
		c->catches_up &= op->kind == EX_OP_LOAD || op->kind == EX_OP_PLAIN_READ ||
				 op->kind == EX_OP_FENCE || op->kind == EX_OP_RELAX;
	}
	if (x->uses_relax && op->n_base) {
		note_writes(x, op);
		forget_own_writes(c, op);
		note_read(x, c, op);
	}
}

void ex_step(struct ex_ctx *self)
{
	struct ghes_explore *x = ex;
	struct ex_ctx *next;

	if (__builtin_expect(x->starting, 0)) {
		continue_with(x, &self->sp, NULL);
		return;
	}
	if (__builtin_expect(x->depth >= x->save_at, 0)) {
		x->saving = self;
		continue_with(x, &self->sp, NULL);
		/* Here again: at once, and perhaps in later executions. */
	}
	/* What the engine itself does, by memcpy() say, is not the program's. */
	x->cur = NULL;
	next = ex_next(x);
	if (next == self)
		x->cur = self;
	else
		continue_with(x, &self->sp, next);
}

void ex_abort_execution(struct ghes_explore *x, enum ex_outcome outcome)
{
	void *dead;

	x->outcome = outcome;
	x->cut = outcome == EX_FAILED && !x->finishing;
	x->cut_short |= outcome == EX_FAILED;
	if (!x->on_fiber)
		siglongjmp(x->host, 1);
	continue_with(x, &dead, NULL);
	__builtin_unreachable();
}

void ex_machine_reset(struct ghes_explore *x)
{
	x->machine = (struct ex_machine){0};
	memset(x->machine.top, EX_CTXS, sizeof(x->machine.top));
	memset(x->machine.lock_owner, EX_CTXS, sizeof(x->machine.lock_owner));
	for (unsigned int i = 0; i < x->n_ctx; i++) {
		struct ex_ctx *c = &x->ctx[i];

		c->state = EX_IDLE;
		c->rerun = false;
		c->locks_held = 0;
		c->rcu_depth = 0;
		c->rcu_generation = 0;
		c->arena_used = 0;
	}
}

/* Until nobody is left. */
static void run_from(struct ghes_explore *x, struct ex_ctx *next)
{
	while (next) {
		continue_with(x, &x->main_sp, next);
		x->cur = NULL;
		next = x->saving;
		x->saving = NULL;
		if (next)
			ex_checkpoint_save(x, next);
	}
}

/* Brings all threads to their first step, then lets the search choose until nobody is left. */
void ex_machine_run(struct ghes_explore *x)
{
	x->starting = true;
	for (unsigned int i = 0; i < x->n_ctx; i++)
		if (x->ctx[i].handler && !x->ctx[i].raised)
			make_pending(x, &x->ctx[i]);
	for (unsigned int i = 0; i < x->n_ctx; i++) {
		struct ex_ctx *c = &x->ctx[i];

		if (c->handler)
			continue;
		enter(x, c);
		x->started = c;
		continue_with(x, &x->main_sp, c);
		x->cur = NULL;
		if (x->outcome != EX_RUNNING_ON)
			return;
	}
	x->starting = false;
	run_from(x, ex_next(x));
	x->cur = NULL;
}

void ex_machine_resume(struct ghes_explore *x, const struct ex_checkpoint *from)
{
	run_from(x, ex_checkpoint_restore(x, from));
}
