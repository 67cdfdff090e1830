// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the code under test may call: checks, choices, locks, masks, RCU, memory.
 *
 * Flow: code under test -> a struct ex_op on an abstract object -> ex_step() -> the answer. Called
 * outside of an execution these do nothing, or what a single thread would see.
 */
#include <ghes/errors.h>
#include "engine.h"
#include <stdatomic.h>
#include <stdlib.h>

#define PC() __builtin_return_address(0)

static struct ex_op *new_op(struct ex_ctx *self, unsigned int kind, int order, const void *pc)
{
	struct ex_op *op = &self->op;

	op->kind = (uint8_t)kind;
	op->order = (uint8_t)order;
	op->size = 0;
	op->addr = 0;
	op->n_base = op->n_acc = 0;
	op->torn = false;
	op->pc = pc;
	return op;
}

/* The operation may have to wait until others have gone on. */
static void wait_turn(struct ex_ctx *self)
{
	ex->machine.waiting |= ex_bit(self->id);
	ex_chain_note(ex, self);
	ex_step(self);
}

static void add_access(struct ex_op *op, uint32_t obj, unsigned int mask, unsigned int type)
{
	op->acc[op->n_base++] =
		(struct ex_access){.obj = obj, .mask = (uint8_t)mask, .type = (uint8_t)type};
	op->n_acc = op->n_base;
}

/* Who is to blame: the context that runs, or, asked after a step, the one that made it. */
static const struct ex_ctx *blamed(const struct ghes_explore *x)
{
	if (x->cur)
		return x->cur;
	return x->on_fiber && x->running < EX_CTXS ? &x->ctx[x->running] : NULL;
}

void ghes_explore_fail(const char *oracle, const char *fmt, ...)
{
	struct ghes_explore *x = ex;
	va_list args;

	if (!x)
		return;
	va_start(args, fmt);
	ex_defect_v(x, oracle, blamed(x), PC(), fmt, args);
	va_end(args);
	ex_abort_execution(x, EX_FAILED);
}

void ghes_explore_fail_at(const char *oracle, const void *pc, const char *fmt, ...)
{
	struct ghes_explore *x = ex;
	va_list args;

	if (!x)
		return;
	va_start(args, fmt);
	ex_defect_v(x, oracle, blamed(x), pc, fmt, args);
	va_end(args);
	ex_abort_execution(x, EX_FAILED);
}

static void misused(struct ghes_explore *x, const struct ex_ctx *self, const void *pc,
		    const char *fmt, ...) __attribute__((noreturn)) GHES_PRINTF(4, 5);

/* A wrong argument: what the caller means cannot be explored. */
static void misused(struct ghes_explore *x, const struct ex_ctx *self, const void *pc,
		    const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	ex_defect_v(x, "usage", self, pc, fmt, args);
	va_end(args);
	ex_abort_execution(x, EX_FAILED);
}

void ghes_explore_assume(bool cond)
{
	struct ex_ctx *self = ex_self();

	if (!self || cond)
		return;
	new_op(self, EX_OP_STUCK, memory_order_relaxed, PC());
	wait_turn(self);
}

/* From now on it is kept track of who reads and writes what. */
static void begin_to_note_writes(struct ghes_explore *x)
{
	if (x->uses_relax)
		return;
	x->uses_relax = true;
	x->more_shared = true;
	ex_abort_execution(x, EX_REDUNDANT);
}

static void relax(struct ex_ctx *self, const void *pc)
{
	/* Waiting for what nobody else has touched so far. */
	if (!self->relax_n && self->private_accesses)
		ex_promote(ex, self);
	if (!self->relax_n)
		return;
	new_op(self, EX_OP_RELAX, memory_order_relaxed, pc);
	wait_turn(self);
}

void ghes_explore_relax(void)
{
	struct ex_ctx *self = ex_self();

	if (!self)
		return;
	begin_to_note_writes(ex);
	relax(self, PC());
}

void ghes_explore_pause(void)
{
	struct ghes_explore *x = ex;
	struct ex_ctx *self = ex_self();
	uint64_t turn;

	if (!self)
		return;
	begin_to_note_writes(x);
	/* The same reads as in the turn before, in the same order, from the same place? */
	turn = self->turn ^ ((uintptr_t)PC() << 1 | 1);
	if (self->last_turn == turn && self->turn_length < EX_TURN) {
		if (!self->relax_n) { /* of memory that nobody else reaches, as far as is known */
			self->relax_n = EX_RELAX + 1;
			self->relax_writes = x->machine.writes;
		}
		self->pausing = true;
		new_op(self, EX_OP_RELAX, memory_order_relaxed, PC());
		wait_turn(self);
		self->pausing = false;
	}
	self->last_turn = turn;
	self->turn = self->turn_length = 0;
	self->relax_n = 0;
}

void ghes_explore_halt(void)
{
	struct ex_ctx *self = ex_self();

	if (!self)
		return;
	new_op(self, EX_OP_HALT, memory_order_relaxed, PC());
	wait_turn(self);
}

unsigned int ghes_explore_choose(unsigned int n)
{
	struct ex_ctx *self = ex_self();

	if (!self || n == 1)
		return 0;
	if (!n || n > UINT16_MAX)
		misused(ex, self, PC(), "%s chooses among %u values, not 1 to 65535", self->name,
			n);
	new_op(self, EX_OP_CHOOSE, memory_order_relaxed, PC())->choices = (uint16_t)n;
	ex_step(self);
	return self->op.choice;
}

/* Where handlers may wait for locks, it matters how many a context holds that they interrupt. */
static void lock_depth_changes(struct ghes_explore *x, struct ex_ctx *self, const void *pc)
{
	/* A schedule does not count these, see schedule.c. */
	if (!(x->cpu_blocking & (1u << self->cpu)) || x->script)
		return;
	add_access(new_op(self, EX_OP_LOCK_DEPTH, memory_order_relaxed, pc),
		   x->cpu_depth_obj[self->cpu], 1, EX_M);
	ex_step(self);
}

static struct ex_op *lock_op(struct ghes_explore *x, struct ex_ctx *self, unsigned int kind,
			     int order, const void *lock, const void *pc)
{
	struct ex_op *op = new_op(self, kind, order, pc);
	struct ex_lock *l = ex_lock_find(x, (uintptr_t)lock);

	if (!l) {
		ex_defect(x, "lock", self, pc, "more than %d locks", EX_LOCKS);
		ex_abort_execution(x, EX_FAILED);
	}
	op->addr = (uintptr_t)lock;
	op->target = (uint8_t)(l - x->locks);
	add_access(op, ex_obj_find(x, EX_KEY2(EX_NS_LOCK, lock)), 0xff, EX_W);
	return op;
}

/* A handler that waits: from now on its arrivals are told apart by what is held below. */
static void note_blocking(struct ghes_explore *x, struct ex_ctx *self)
{
	if (!self->handler || self->may_block)
		return;
	self->may_block = true;
	x->cpu_blocking |= 1u << self->cpu;
	x->more_shared = true;
}

void ghes_explore_lock(const void *lock)
{
	struct ghes_explore *x = ex;
	struct ex_ctx *self = ex_self();

	if (!self)
		return;
	note_blocking(x, self);
	lock_op(x, self, EX_OP_LOCK, memory_order_acquire, lock, PC());
	wait_turn(self);
	lock_depth_changes(x, self, PC());
}

bool ghes_explore_trylock(const void *lock)
{
	struct ghes_explore *x = ex;
	struct ex_ctx *self = ex_self();

	if (!self)
		return true;
	lock_op(x, self, EX_OP_TRYLOCK, memory_order_acquire, lock, PC());
	ex_step(self);
	if (!self->op.choices)
		return false;
	lock_depth_changes(x, self, PC());
	return true;
}

void ghes_explore_unlock(const void *lock)
{
	struct ghes_explore *x = ex;
	struct ex_ctx *self = ex_self();
	struct ex_op *op;

	if (!self)
		return;
	lock_depth_changes(x, self, PC());
	op = lock_op(x, self, EX_OP_UNLOCK, memory_order_release, lock, PC());
	if (x->machine.lock_owner[op->target] != self->id) {
		ex_defect(x, "lock", self, PC(), "%s releases a lock that it does not hold",
			  self->name);
		ex_abort_execution(x, EX_FAILED);
	}
	ex_step(self);
}

static bool change_mask(unsigned int kind, unsigned int mask_class, const void *pc)
{
	struct ghes_explore *x = ex;
	struct ex_ctx *self = ex_self();
	unsigned int bit = 1u << ((mask_class - 1) & 7);
	bool was;

	if (!self)
		return false;
	if (mask_class < 1 || mask_class > 8)
		misused(x, self, pc, "%s uses mask class %u, not 1 to 8", self->name, mask_class);
	was = x->machine.masked[self->cpu] & bit;
	if (was == (kind == EX_OP_MASK))
		return was;
	add_access(new_op(self, kind, memory_order_relaxed, pc), x->cpu_mask_obj[self->cpu], bit,
		   EX_M);
	ex_step(self);
	return was;
}

bool ghes_explore_mask(unsigned int mask_class)
{
	return change_mask(EX_OP_MASK, mask_class, PC());
}

void ghes_explore_unmask(unsigned int mask_class)
{
	change_mask(EX_OP_UNMASK, mask_class, PC());
}

bool ghes_explore_raise(int handler)
{
	struct ghes_explore *x = ex;
	struct ex_ctx *self = ex_self();
	struct ex_op *op;

	if (!self || handler < 0 || (unsigned int)handler >= x->n_ctx || !x->ctx[handler].raised)
		return false;
	op = new_op(self, EX_OP_RAISE, memory_order_acq_rel, PC());
	op->target = (uint8_t)handler;
	add_access(op, x->ctx[handler].raise_obj, 0xff, EX_W);
	ex_step(self);
	return self->op.choices;
}

void ghes_explore_rcu_read_lock(void)
{
	struct ex_ctx *self = ex_self();

	if (!self)
		return;
	add_access(new_op(self, EX_OP_RCU_LOCK, memory_order_acquire, PC()), ex->rcu_obj, 1, EX_R);
	ex_step(self);
}

void ghes_explore_rcu_read_unlock(void)
{
	struct ex_ctx *self = ex_self();

	if (!self)
		return;
	if (!self->rcu_depth) {
		ex_defect(ex, "context", self, PC(), "%s leaves an RCU read section it is not in",
			  self->name);
		ex_abort_execution(ex, EX_FAILED);
	}
	add_access(new_op(self, EX_OP_RCU_UNLOCK, memory_order_release, PC()), ex->rcu_done_obj, 1,
		   EX_M);
	ex_step(self);
}

void ghes_explore_synchronize_rcu(void)
{
	struct ex_ctx *self = ex_self();

	if (!self)
		return;
	if (self->handler)
		ghes_explore_fail("context", "%s waits for a grace period", self->name);
	add_access(new_op(self, EX_OP_GP_START, memory_order_acq_rel, PC()), ex->rcu_obj, 1, EX_W);
	ex_step(self);
	add_access(new_op(self, EX_OP_GP_END, memory_order_acquire, PC()), ex->rcu_done_obj, 1,
		   EX_B);
	wait_turn(self);
}

void ghes_explore_point(unsigned int kind, uint64_t object, bool write, int order)
{
	struct ex_ctx *self = ex_self();

	if (!self)
		return;
	add_access(new_op(self, EX_OP_POINT, order, PC()),
		   ex_obj_find(ex, EX_KEY(kind & 0xff, object)), 0xff, write ? EX_W : EX_R);
	ex_step(self);
}

/* The innermost place in instrumented code, which called what is not, or else @pc. */
static const void *called_from(const struct ex_ctx *self, const void *pc)
{
	unsigned int depth = self->shadow_depth;

	return depth ? self->shadow[(depth - 1) & (EX_SHADOW - 1)] : pc;
}

void ghes_explore_uses(const struct ghes_explore_use *uses, unsigned int n, int order)
{
	struct ghes_explore *x = ex;
	struct ex_ctx *self = ex_self();
	struct ex_op *op;

	if (!self || !n || n > GHES_EXPLORE_MAX_USES)
		return;
	op = new_op(self, EX_OP_POINT, order, called_from(self, PC()));
	for (unsigned int i = 0; i < n; i++) {
		const struct ghes_explore_use *u = &uses[i];
		uint32_t obj = u->what == GHES_EXPLORE_MEMORY
				       ? ex_memory_object(x, self, (uintptr_t)u->id, u->write)
				       : ex_obj_find(x, EX_KEY(u->kind & 0xff, u->id));

		add_access(op, obj, 0xff, u->write ? EX_W : EX_R);
	}
	ex_step(self);
}

void ghes_explore_plain(const void *p, size_t bytes, bool write)
{
	uintptr_t at = (uintptr_t)p, end = at + bytes;

	if (!ex_self())
		return;
	while (at < end) {
		uintptr_t next = (at | 7) + 1 < end ? (at | 7) + 1 : end;

		ex_plain_access((const void *)at, next - at, write, called_from(ex->cur, PC()));
		at = next;
	}
}

/* Each block is followed by one granule that nobody may access, and preceded by its size. */
struct block {
	uint64_t bytes;
};

void *ghes_explore_alloc(size_t bytes)
{
	struct ghes_explore *x = ex;
	struct ex_ctx *self = ex_self();
	size_t need, at;
	struct block *b;

	if (!self)
		return calloc(1, bytes ? bytes : 1);
	if (!bytes || bytes > EX_ARENA - 3 * sizeof(*b))
		return NULL;
	need = ((bytes + 7) & ~(size_t)7) + 2 * sizeof(*b);
	if (need > EX_ARENA - self->arena_used)
		return NULL;
	ex_host_begin(x);
	b = (struct block *)(self->arena + self->arena_used);
	self->arena_used += need;
	memset(b, 0, need);
	b->bytes = bytes;
	at = ((size_t)((char *)(b + 1) - x->arenas)) >> 3;
	memset(&x->arena_valid[at], 8, bytes >> 3);
	if (bytes & 7)
		x->arena_valid[at + (bytes >> 3)] = bytes & 7;
	ex_host_end(x, self);
	x->machine.live_allocs++;
	return b + 1;
}

void ghes_explore_free_memory(void *p)
{
	struct ghes_explore *x = ex;
	struct ex_ctx *self = x ? x->cur : NULL;
	struct block *b;
	uintptr_t offset;

	if (!p)
		return;
	b = (struct block *)p - 1;
	offset = x ? (uintptr_t)p - (uintptr_t)x->arenas : UINTPTR_MAX;
	if (!x || offset >= (size_t)x->n_ctx * EX_ARENA) {
		free(p);
		return;
	}
	/* What lies before the first byte of a block is never valid. */
	if ((offset & 7) || !x->arena_valid[offset >> 3] || x->arena_valid[(offset >> 3) - 1]) {
		ex_defect(x, "bounds", self, PC(), "%s frees what is %s",
			  self ? self->name : "the end of the run",
			  x->arena_valid[offset >> 3] ? "inside of a block" : "free already");
		ex_abort_execution(x, EX_FAILED);
	}
	/* A free is a write to all of the block: it races with whoever still reads. */
	for (size_t i = 0; self && i < b->bytes; i += 8)
		ex_plain_access((char *)p + i, b->bytes - i < 8 ? b->bytes - i : 8, true, PC());
	ex_host_begin(x);
	memset(&x->arena_valid[offset >> 3], 0, (b->bytes + 7) >> 3);
	ex_host_end(x, self);
	x->machine.live_allocs--;
}

int ghes_explore_self(void)
{
	struct ex_ctx *self = ex_self();

	return self ? self->id : -1;
}

int ghes_explore_cpu(void)
{
	struct ex_ctx *self = ex_self();

	return self ? self->cpu : -1;
}
