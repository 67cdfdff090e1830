// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the compiler's thread-sanitizer instrumentation calls, answered by the explorer.
 *
 * Flow: instrumented code -> __tsan_*() -> a struct ex_op -> ex_step() (machine.c) returns when it
 * is this context's turn -> the access takes place: a plain one in the caller, right after we
 * return; an atomic one here.
 *
 * gcc and clang agree on most names; where they differ (compare_exchange_strong against _val,
 * range calls against memcpy) both are here. Outside of an execution everything is performed at
 * once.
 *
 * An access to the context's own stack, or to memory that no second context has reached so far, is
 * not a step. When a second one does reach it, the search begins anew with that knowledge.
 */
#include "engine.h"
#include <stdatomic.h>

#define TSAN __attribute__((visibility("default"), used))
#define PC() __builtin_return_address(0)

/*
 * After so many accesses without a step a context may wait for a change of what it read last. The
 * object is made shared, so that the loop consists of steps; too many of these, and it is endless.
 */
#define PRIVATE_LIMIT	2000000u
#define PROMOTION_LIMIT 64u

static bool is_ignored(const struct ghes_explore *x, uintptr_t addr)
{
	for (unsigned int i = 0; i < x->n_regions; i++)
		if (!x->regions[i].copy && addr >= x->regions[i].start && addr < x->regions[i].end)
			return true;
	return false;
}

enum sharing { IGNORED, PRIVATE, SHARED };

/* Is an access to this granule a step? *@index: its object. */
static enum sharing sharing_of(struct ghes_explore *x, struct ex_ctx *self, uintptr_t addr,
			       uint32_t *index)
{
	uint32_t i = ex_obj_find(x, addr >> 3);
	struct ex_obj *o = &x->objs[i];

	*index = i;
	if (__builtin_expect(o->shared, 1))
		return SHARED;
	if (o->ignored)
		return IGNORED;
	if (o->owner == self->id)
		return PRIVATE;
	if (o->owner == EX_CTXS) {
		o->owner = self->id;
		o->ignored = is_ignored(x, addr);
		return o->ignored ? IGNORED : PRIVATE;
	}
	o->shared = true;
	x->more_shared = true;
	return SHARED;
}

/* A loop over memory that nobody else has reached yet: the search begins anew with it as steps. */
void ex_promote(struct ghes_explore *x, struct ex_ctx *self)
{
	if (x->promoted++ >= PROMOTION_LIMIT) {
		ex_endless(x);
		ex_abort_execution(x, EX_FAILED);
	}
	x->objs[self->last_private].shared = true;
	x->more_shared = true;
	ex_abort_execution(x, EX_REDUNDANT);
}

/* An access to private memory. Return: false when a schedule wants another context to go first. */
static bool pass(struct ghes_explore *x, struct ex_ctx *self, uint32_t obj)
{
	if (x->script && !ex_schedule_passes(x, self))
		return false;
	self->last_private = obj;
	if (++self->private_accesses > PRIVATE_LIMIT)
		ex_promote(x, self);
	return true;
}

static bool in_arena(const struct ghes_explore *x, uintptr_t addr, size_t size)
{
	uintptr_t offset = addr - (uintptr_t)x->arenas;
	size_t at = offset >> 3, end = (offset + size - 1) >> 3;

	if (offset >= (size_t)x->n_ctx * EX_ARENA)
		return true;
	for (; at <= end; at++) {
		size_t upto = offset + size - (at << 3);

		if (x->arena_valid[at] < (upto < 8 ? upto : 8))
			return false;
	}
	return true;
}

/* Asked when the access takes place: whoever had the turn before may have freed the memory. */
static inline void check_bounds(struct ghes_explore *x, struct ex_ctx *self, uintptr_t addr,
				size_t size, const void *pc)
{
	if (__builtin_expect(in_arena(x, addr, size), 1))
		return;
	ex_defect(x, "bounds", self, pc,
		  "%s accesses %zu byte(s) outside of what is allocated or after its free",
		  self->name, size);
	ex_abort_execution(x, EX_FAILED);
}

/* Waits for this context's turn to perform the memory operation that is prepared. */
static inline void take_turn(struct ex_ctx *self)
{
	ex_step(self);
	check_bounds(ex, self, self->op.addr, self->op.size, self->op.pc);
}

/*
 * Prepares @op for @size bytes at @addr. Return: false when the access is not a step.
 */
static bool memory_op(struct ghes_explore *x, struct ex_ctx *self, uintptr_t addr, size_t size,
		      unsigned int type, const void *pc)
{
	struct ex_op *op = &self->op;
	unsigned int first = addr & 7, n = 1;
	uint32_t obj[2];
	enum sharing sharing;

	if (addr - self->stack_lo < self->stack_hi - self->stack_lo)
		return false;
	sharing = sharing_of(x, self, addr, &obj[0]);
	if (first + size > 8) {
		enum sharing second = sharing_of(x, self, addr + 8, &obj[1]);

		n = 2;
		sharing = second > sharing ? second : sharing;
	}
	if (sharing == IGNORED || (sharing == PRIVATE && pass(x, self, obj[0]))) {
		check_bounds(x, self, addr, size, pc);
		return false;
	}
	op->addr = addr;
	op->size = (uint8_t)size;
	op->pc = pc;
	op->n_base = (uint8_t)n;
	op->acc[0].obj = obj[0];
	op->acc[0].type = (uint8_t)type;
	op->acc[0].mask = (uint8_t)(((1u << (n == 1 ? size : 8 - first)) - 1) << first);
	if (n == 2) {
		op->acc[1].obj = obj[1];
		op->acc[1].type = (uint8_t)type;
		op->acc[1].mask = (uint8_t)((1u << (first + size - 8)) - 1);
	}
	op->n_acc = op->n_base;
	return true;
}

/* A plain or volatile access of up to 16 bytes, which spans two granules at most. */
static inline void touch(const void *p, size_t size, bool write, bool is_volatile, const void *pc)
{
	struct ex_ctx *self = ex_self();
	struct ex_op *op;

	if (!self || !memory_op(ex, self, (uintptr_t)p, size, write ? EX_W : EX_R, pc))
		return;
	op = &self->op;
	if (is_volatile)
		op->kind = write ? EX_OP_STORE : EX_OP_LOAD;
	else
		op->kind = write ? EX_OP_PLAIN_WRITE : EX_OP_PLAIN_READ;
	op->order = memory_order_relaxed;
	op->torn = false;
	take_turn(self);
}

void ex_plain_access(const void *p, size_t size, bool write, const void *pc)
{
	touch(p, size, write, false, pc);
}

/*
 * A plain access that the machine does in parts: a step for each granule. The parts really take
 * effect together, after the last step, so a handler that arrives between them and touches the same
 * bytes is reported (race.c: torn) rather than shown a half-done value.
 */
static void range(const void *p, size_t size, bool write, const void *pc)
{
	struct ex_ctx *self = ex_self();
	uintptr_t at = (uintptr_t)p, end = at + size;

	if (!self)
		return;
	self->torn_first = 0;
	while (at < end) {
		uintptr_t next = (at | 7) + 1 < end ? (at | 7) + 1 : end;

		if (memory_op(ex, self, at, next - at, write ? EX_W : EX_R, pc)) {
			self->op.kind = write ? EX_OP_PLAIN_WRITE : EX_OP_PLAIN_READ;
			self->op.order = memory_order_relaxed;
			self->op.torn = at > (uintptr_t)p;
			self->torn_lo = (uintptr_t)p;
			self->torn_hi = end;
			take_turn(self);
			if (at == (uintptr_t)p)
				self->torn_first = ex->depth;
		}
		at = next;
	}
}

#define PLAIN(bytes)                                                                               \
	TSAN void __tsan_read##bytes(void *p);                                                     \
	TSAN void __tsan_read##bytes(void *p)                                                      \
	{                                                                                          \
		touch(p, bytes, false, false, PC());                                               \
	}                                                                                          \
	TSAN void __tsan_write##bytes(void *p);                                                    \
	TSAN void __tsan_write##bytes(void *p)                                                     \
	{                                                                                          \
		touch(p, bytes, true, false, PC());                                                \
	}                                                                                          \
	TSAN void __tsan_read_write##bytes(void *p);                                               \
	TSAN void __tsan_read_write##bytes(void *p)                                                \
	{                                                                                          \
		touch(p, bytes, false, false, PC());                                               \
		touch(p, bytes, true, false, PC());                                                \
	}                                                                                          \
	TSAN void __tsan_unaligned_read##bytes(void *p);                                           \
	TSAN void __tsan_unaligned_read##bytes(void *p)                                            \
	{                                                                                          \
		touch(p, bytes, false, false, PC());                                               \
	}                                                                                          \
	TSAN void __tsan_unaligned_write##bytes(void *p);                                          \
	TSAN void __tsan_unaligned_write##bytes(void *p)                                           \
	{                                                                                          \
		touch(p, bytes, true, false, PC());                                                \
	}                                                                                          \
	TSAN void __tsan_unaligned_read_write##bytes(void *p);                                     \
	TSAN void __tsan_unaligned_read_write##bytes(void *p)                                      \
	{                                                                                          \
		touch(p, bytes, false, false, PC());                                               \
		touch(p, bytes, true, false, PC());                                                \
	}                                                                                          \
	TSAN void __tsan_volatile_read##bytes(void *p);                                            \
	TSAN void __tsan_volatile_read##bytes(void *p)                                             \
	{                                                                                          \
		touch(p, bytes, false, true, PC());                                                \
	}                                                                                          \
	TSAN void __tsan_volatile_write##bytes(void *p);                                           \
	TSAN void __tsan_volatile_write##bytes(void *p)                                            \
	{                                                                                          \
		touch(p, bytes, true, true, PC());                                                 \
	}                                                                                          \
	TSAN void __tsan_unaligned_volatile_read##bytes(void *p);                                  \
	TSAN void __tsan_unaligned_volatile_read##bytes(void *p)                                   \
	{                                                                                          \
		touch(p, bytes, false, true, PC());                                                \
	}                                                                                          \
	TSAN void __tsan_unaligned_volatile_write##bytes(void *p);                                 \
	TSAN void __tsan_unaligned_volatile_write##bytes(void *p)                                  \
	{                                                                                          \
		touch(p, bytes, true, true, PC());                                                 \
	}

#define PLAIN_RANGE(name, write)                                                                   \
	TSAN void __tsan_##name##16(void *p);                                                      \
	TSAN void __tsan_##name##16(void *p)                                                       \
	{                                                                                          \
		range(p, 16, write, PC());                                                         \
	}

/* clang-format off: one line for each width */
PLAIN(1)
PLAIN(2)
PLAIN(4)
PLAIN(8)

PLAIN_RANGE(read, false)
PLAIN_RANGE(write, true)
PLAIN_RANGE(unaligned_read, false)
PLAIN_RANGE(unaligned_write, true)
PLAIN_RANGE(volatile_read, false)
PLAIN_RANGE(volatile_write, true)
/* clang-format on */

TSAN void __tsan_read_range(void *p, unsigned long size);
TSAN void __tsan_read_range(void *p, unsigned long size)
{
	range(p, size, false, PC());
}

TSAN void __tsan_write_range(void *p, unsigned long size);
TSAN void __tsan_write_range(void *p, unsigned long size)
{
	range(p, size, true, PC());
}

/* Return: true when the operation is a step and it is now this context's turn to perform it. */
static inline bool atomic_turn(const volatile void *p, size_t size, unsigned int kind,
			       unsigned int type, int order, const void *pc)
{
	struct ex_ctx *self = ex_self();

	if (!self || !memory_op(ex, self, (uintptr_t)p, size, type, pc))
		return false;
	self->op.kind = (uint8_t)kind;
	self->op.order = (uint8_t)order;
	self->op.torn = false;
	take_turn(self);
	return true;
}

static inline void cas_turn(const volatile void *p, const void *expected, size_t size, int order,
			    int fail_order, const void *pc)
{
	struct ex_ctx *self = ex_self();

	if (!self)
		return;
	memcpy(self->op.expected, expected, size);
	self->op.fail_order = (uint8_t)fail_order;
	atomic_turn(p, size, EX_OP_CAS, EX_W, order, pc);
}

#define FETCH(bits, type, name, expression)                                                        \
	TSAN type __tsan_atomic##bits##_##name(volatile type *p, type v, int order);               \
	TSAN type __tsan_atomic##bits##_##name(volatile type *p, type v, int order)                \
	{                                                                                          \
		type old;                                                                          \
                                                                                                   \
		atomic_turn(p, sizeof(type), EX_OP_RMW, EX_W, order, PC());                        \
		old = *p;                                                                          \
		*p = (type)(expression);                                                           \
		return old;                                                                        \
	}

#define CAS(bits, type, name)                                                                      \
	TSAN int __tsan_atomic##bits##_##name(volatile type *p, type *expected, type v, int order, \
					      int fail_order);                                     \
	TSAN int __tsan_atomic##bits##_##name(volatile type *p, type *expected, type v, int order, \
					      int fail_order)                                      \
	{                                                                                          \
		type old;                                                                          \
                                                                                                   \
		cas_turn(p, expected, sizeof(type), order, fail_order, PC());                      \
		old = *p;                                                                          \
		if (old == *expected) {                                                            \
			*p = v;                                                                    \
			return 1;                                                                  \
		}                                                                                  \
		*expected = old;                                                                   \
		return 0;                                                                          \
	}

#define ATOMIC(bits, type)                                                                         \
	TSAN type __tsan_atomic##bits##_load(const volatile type *p, int order);                   \
	TSAN type __tsan_atomic##bits##_load(const volatile type *p, int order)                    \
	{                                                                                          \
		atomic_turn(p, sizeof(type), EX_OP_LOAD, EX_R, order, PC());                       \
		return *p;                                                                         \
	}                                                                                          \
	TSAN void __tsan_atomic##bits##_store(volatile type *p, type v, int order);                \
	TSAN void __tsan_atomic##bits##_store(volatile type *p, type v, int order)                 \
	{                                                                                          \
		atomic_turn(p, sizeof(type), EX_OP_STORE, EX_W, order, PC());                      \
		*p = v;                                                                            \
	}                                                                                          \
	FETCH(bits, type, exchange, v)                                                             \
	FETCH(bits, type, fetch_add, old + v)                                                      \
	FETCH(bits, type, fetch_sub, old - v)                                                      \
	FETCH(bits, type, fetch_and, old &v)                                                       \
	FETCH(bits, type, fetch_or, old | v)                                                       \
	FETCH(bits, type, fetch_xor, old ^ v)                                                      \
	FETCH(bits, type, fetch_nand, ~(old & v))                                                  \
	CAS(bits, type, compare_exchange_strong)                                                   \
	CAS(bits, type, compare_exchange_weak)                                                     \
	TSAN type __tsan_atomic##bits##_compare_exchange_val(volatile type *p, type expected,      \
							     type v, int order, int fail_order);   \
	TSAN type __tsan_atomic##bits##_compare_exchange_val(volatile type *p, type expected,      \
							     type v, int order, int fail_order)    \
	{                                                                                          \
		type old;                                                                          \
                                                                                                   \
		cas_turn(p, &expected, sizeof(type), order, fail_order, PC());                     \
		old = *p;                                                                          \
		if (old == expected)                                                               \
			*p = v;                                                                    \
		return old;                                                                        \
	}

ATOMIC(8, uint8_t)
ATOMIC(16, uint16_t)
ATOMIC(32, uint32_t)
ATOMIC(64, uint64_t)
#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 ex_u128;
ATOMIC(128, ex_u128)
#endif

TSAN void __tsan_atomic_thread_fence(int order);
TSAN void __tsan_atomic_thread_fence(int order)
{
	struct ex_ctx *self = ex_self();

	if (!self || order == memory_order_relaxed)
		return;
	self->op.kind = EX_OP_FENCE;
	self->op.order = (uint8_t)order;
	self->op.addr = 0;
	self->op.size = 0;
	self->op.n_base = self->op.n_acc = 0;
	self->op.torn = false;
	self->op.pc = PC();
	ex_step(self);
}

/* Orders nothing between CPUs; on one CPU program order holds anyway. */
TSAN void __tsan_atomic_signal_fence(int order);
TSAN void __tsan_atomic_signal_fence(int order)
{
	(void)order;
}

TSAN void __tsan_func_entry(void *call_pc);
TSAN void __tsan_func_entry(void *call_pc)
{
	struct ex_ctx *self = ex_self();

	if (self)
		self->shadow[self->shadow_depth++ & (EX_SHADOW - 1)] = call_pc;
}

TSAN void __tsan_func_exit(void *ignored);
TSAN void __tsan_func_exit(void *ignored)
{
	struct ex_ctx *self = ex_self();

	(void)ignored;
	if (self)
		self->shadow_depth--;
}

TSAN void __tsan_init(void);
TSAN void __tsan_init(void)
{
}

TSAN void __tsan_vptr_update(void **p, void *v);
TSAN void __tsan_vptr_update(void **p, void *v)
{
	(void)v;
	touch(p, sizeof(*p), true, false, PC());
}

/* Copies in granules, each a step, so that what interrupts a copy sees it half done. */
static void copy_granules(char *to, const char *from, size_t n, const void *pc)
{
	bool backwards = to > from && to < from + n;
	size_t done = 0;

	while (done < n) {
		size_t at = backwards ? n - done : done;
		size_t part = backwards ? ((uintptr_t)(to + at) - 1) % 8 + 1
					: 8 - (uintptr_t)(to + at) % 8;
		uint64_t v;

		if (part > n - done)
			part = n - done;
		if (backwards)
			at -= part;
		touch(from + at, part, false, false, pc);
		memcpy(&v, from + at, part);
		touch(to + at, part, true, false, pc);
		memcpy(to + at, &v, part);
		done += part;
	}
}

TSAN void *__tsan_memcpy(void *to, const void *from, size_t n);
TSAN void *__tsan_memcpy(void *to, const void *from, size_t n)
{
	if (ex_self())
		copy_granules(to, from, n, PC());
	else
		memcpy(to, from, n);
	return to;
}

TSAN void *__tsan_memmove(void *to, const void *from, size_t n);
TSAN void *__tsan_memmove(void *to, const void *from, size_t n)
{
	if (ex_self())
		copy_granules(to, from, n, PC());
	else
		memmove(to, from, n);
	return to;
}

TSAN void *__tsan_memset(void *to, int c, size_t n);
TSAN void *__tsan_memset(void *to, int c, size_t n)
{
	char *p = to;

	if (!ex_self())
		return memset(to, c, n);
	while (n) {
		size_t part = 8 - (uintptr_t)p % 8;

		if (part > n)
			part = n;
		touch(p, part, true, false, PC());
		memset(p, c, part);
		p += part;
		n -= part;
	}
	return to;
}
