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
 * An access to the context's own stack, to memory that no second context has reached so far, or
 * that none has written, is not a step. When that changes, the search begins anew with that
 * knowledge.
 */
#include "engine.h"
#include <stdatomic.h>

/*
 * ENTRY(type, symbol, (arguments)) { body } defines __tsan_symbol. By another name in C, since the
 * compiler has its own idea of these functions when it instruments for a sanitizer itself.
 */
#define ENTRY(type, symbol, args)                                                                  \
	__attribute__((visibility("default"), used))                                               \
	type ex_tsan_##symbol args __asm__("__tsan_" #symbol);                                     \
	type ex_tsan_##symbol args

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

/* Part of another context's stack, handed out by that context? */
static bool is_foreign_stack(struct ghes_explore *x, const struct ex_ctx *self, uintptr_t addr)
{
	for (unsigned int i = 0; i < x->n_ctx; i++) {
		struct ex_ctx *c = &x->ctx[i];

		if (c != self && addr - c->stack_lo < c->stack_hi - c->stack_lo) {
			c->stack_shared = true;
			return true;
		}
	}
	return false;
}

/* Has another context ever reached this part of the owner's stack? */
static bool others_reach(struct ghes_explore *x, uintptr_t addr, size_t size)
{
	return x->objs[ex_obj_find(x, addr >> 3)].shared ||
	       ((addr & 7) + size > 8 && x->objs[ex_obj_find(x, (addr >> 3) + 1)].shared);
}

/*
 * Is an access to this granule a step? Not as long as one context alone knows it, or all of them
 * only read it. *@index: its object.
 */
static enum sharing sharing_of(struct ghes_explore *x, struct ex_ctx *self, uintptr_t addr,
			       bool write, uint32_t *index)
{
	uint32_t i = ex_obj_find(x, addr >> 3);
	struct ex_obj *o = &x->objs[i];

	*index = i;
	if (__builtin_expect(o->shared, 1))
		return SHARED;
	if (o->ignored)
		return IGNORED;
	o->written |= write;
	if (o->owner == EX_CTXS && !is_foreign_stack(x, self, addr)) {
		o->owner = self->id;
		o->ignored = is_ignored(x, addr);
		return o->ignored ? IGNORED : PRIVATE;
	}
	o->several |= o->owner != self->id;
	if (!o->several || !o->written)
		return PRIVATE;
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

/* Is all of it inside of blocks that are allocated? */
static bool in_blocks(const struct ghes_explore *x, uintptr_t offset, size_t size)
{
	size_t at = offset >> 3, end = (offset + size - 1) >> 3;

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
	uintptr_t offset = addr - (uintptr_t)x->arenas;

	if (__builtin_expect(offset >= x->arena_bytes, 1) || in_blocks(x, offset, size))
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
 * In the replayed prefix the next event is known. When it is this access, the turn is ours already
 * and nothing has to be prepared.
 */
static inline bool replays(struct ghes_explore *x, struct ex_ctx *self, uintptr_t addr,
			   const void *pc)
{
	const struct ex_event *next = &x->path[x->depth + 1];

	if (x->depth >= x->kept || next->ctx != self->id || next->pc != pc || next->addr != addr ||
	    x->uses_relax || x->starting)
		return false;
	x->depth++;
	self->private_accesses = 0;
	return true;
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

	/* Counted like any other private access: a schedule's counts must not depend on sharing. */
	if (addr - self->stack_lo < self->stack_hi - self->stack_lo && !x->script &&
	    !(self->stack_shared && others_reach(x, addr, size)) &&
	    ++self->private_accesses <= PRIVATE_LIMIT)
		return false;
	sharing = sharing_of(x, self, addr, type & EX_WRITES, &obj[0]);
	if (first + size > 8) {
		enum sharing second = sharing_of(x, self, addr + 8, type & EX_WRITES, &obj[1]);

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

	if (!self)
		return;
	if (replays(ex, self, (uintptr_t)p, pc)) {
		check_bounds(ex, self, (uintptr_t)p, size, pc);
		return;
	}
	if (!memory_op(ex, self, (uintptr_t)p, size, write ? EX_W : EX_R, pc))
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

/* Says that @self reaches the word at @addr. Return: its object. */
uint32_t ex_memory_object(struct ghes_explore *x, struct ex_ctx *self, uintptr_t addr, bool write)
{
	uint32_t index;

	sharing_of(x, self, addr, write, &index);
	return index;
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

/* clang-format off: a table */
#define PLAIN(bytes)                                                                               \
	PLAIN_KIND(read##bytes, bytes, false, false)                                               \
	PLAIN_KIND(write##bytes, bytes, true, false)                                               \
	PLAIN_KIND(unaligned_read##bytes, bytes, false, false)                                     \
	PLAIN_KIND(unaligned_write##bytes, bytes, true, false)                                     \
	PLAIN_KIND(volatile_read##bytes, bytes, false, true)                                       \
	PLAIN_KIND(volatile_write##bytes, bytes, true, true)                                       \
	PLAIN_KIND(unaligned_volatile_read##bytes, bytes, false, true)                             \
	PLAIN_KIND(unaligned_volatile_write##bytes, bytes, true, true)                             \
	PLAIN_BOTH(read_write##bytes, bytes)                                                       \
	PLAIN_BOTH(unaligned_read_write##bytes, bytes)

#define PLAIN_KIND(name, bytes, write, is_volatile)                                                \
	ENTRY(void, name, (void *p))                                                               \
	{                                                                                          \
		touch(p, bytes, write, is_volatile, PC());                                         \
	}

#define PLAIN_BOTH(name, bytes)                                                                    \
	ENTRY(void, name, (void *p))                                                               \
	{                                                                                          \
		touch(p, bytes, false, false, PC());                                               \
		touch(p, bytes, true, false, PC());                                                \
	}

PLAIN(1)
PLAIN(2)
PLAIN(4)
PLAIN(8)

#define PLAIN16(name, write)                                                                       \
	ENTRY(void, name, (void *p))                                                               \
	{                                                                                          \
		range(p, 16, write, PC());                                                         \
	}

PLAIN16(read16, false)
PLAIN16(write16, true)
PLAIN16(unaligned_read16, false)
PLAIN16(unaligned_write16, true)
PLAIN16(volatile_read16, false)
PLAIN16(volatile_write16, true)
PLAIN16(unaligned_volatile_read16, false)
PLAIN16(unaligned_volatile_write16, true)
/* clang-format on */

ENTRY(void, read_range, (void *p, unsigned long size))
{
	range(p, size, false, PC());
}

ENTRY(void, write_range, (void *p, unsigned long size))
{
	range(p, size, true, PC());
}

/*
 * Returns when it is this context's turn to perform the operation; false, and at once, when it is
 * no step.
 */
static inline bool atomic_turn(const volatile void *p, size_t size, unsigned int kind,
			       unsigned int type, int order, const void *pc)
{
	struct ex_ctx *self = ex_self();

	if (!self)
		return false;
	self->op.unread = self->result_unused;
	self->result_unused = false; /* said of this operation, if of any */
	if (replays(ex, self, (uintptr_t)p, pc)) {
		check_bounds(ex, self, (uintptr_t)p, size, pc);
		return true;
	}
	if (!memory_op(ex, self, (uintptr_t)p, size, type, pc))
		return false;
	self->op.kind = (uint8_t)kind;
	self->op.order = (uint8_t)order;
	self->op.torn = false;
	take_turn(self);
	return true;
}

/* Plain copies of up to 8 bytes. No call of memcpy: it would come back to this file. */
static void move_bytes(char *to, const char *from, size_t n)
{
	uint64_t v;

	if (n == 8) {
		__builtin_memcpy(&v, from, 8);
		__builtin_memcpy(to, &v, 8);
		return;
	}
	if (to <= from)
		for (size_t i = 0; i < n; i++)
			*(volatile char *)(to + i) = from[i];
	else
		for (size_t i = n; i-- > 0;)
			*(volatile char *)(to + i) = from[i];
}

static inline void cas_turn(const volatile void *p, const void *expected, size_t size, int order,
			    int fail_order, const void *pc)
{
	struct ex_ctx *self = ex_self();

	if (!self)
		return;
	move_bytes((char *)self->op.expected, expected, size);
	self->op.fail_order = (uint8_t)fail_order;
	atomic_turn(p, size, EX_OP_CAS, EX_W, order, pc);
}

/*
 * An addition, or a subtraction. Two of them in either order come to the same when nobody looks at
 * what they return, when they acquire nothing, and when they are of one width. But C11 gives them
 * an order, which later loads can tell.
 */
static inline void add_turn(const volatile void *p, size_t size, int order, const void *pc)
{
	struct ex_ctx *self = ex_self();
	unsigned int type = EX_W;

	if (!self)
		return;
	if (self->result_unused && !ex_is_c11(ex) && !((uintptr_t)p & (size - 1)) &&
	    (order == memory_order_relaxed || order == memory_order_release))
		type = size == 4 ? EX_A4 : size == 8 ? EX_A8 : EX_W;
	atomic_turn(p, size, EX_OP_RMW, type, order, pc);
}

void ghes_explore_result_unused(void)
{
	struct ex_ctx *self = ex_self();

	if (self)
		self->result_unused = true;
}

/* clang-format off: a table */
#define FETCH(name, type, result)                                                                  \
	ENTRY(type, name, (volatile type * p, type v, int order))                                  \
	{                                                                                          \
		type old;                                                                          \
                                                                                                   \
		atomic_turn(p, sizeof(type), EX_OP_RMW, EX_W, order, PC());                        \
		old = *p;                                                                          \
		*p = (type)(result);                                                               \
		return old;                                                                        \
	}

#define ADD(name, type, result)                                                                    \
	ENTRY(type, name, (volatile type * p, type v, int order))                                  \
	{                                                                                          \
		type old;                                                                          \
                                                                                                   \
		add_turn(p, sizeof(type), order, PC());                                            \
		old = *p;                                                                          \
		*p = (type)(result);                                                               \
		return old;                                                                        \
	}

#define CAS(name, type)                                                                            \
	ENTRY(int, name, (volatile type * p, type * expected, type v, int order, int fail_order))  \
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

#define CAS_VAL(name, type)                                                                        \
	ENTRY(type, name, (volatile type * p, type expected, type v, int order, int fail_order))   \
	{                                                                                          \
		type old;                                                                          \
                                                                                                   \
		cas_turn(p, &expected, sizeof(type), order, fail_order, PC());                     \
		old = *p;                                                                          \
		if (old == expected)                                                               \
			*p = v;                                                                    \
		return old;                                                                        \
	}

#define LOAD(name, type)                                                                           \
	ENTRY(type, name, (const volatile type *p, int order))                                     \
	{                                                                                          \
		if (!atomic_turn(p, sizeof(type), EX_OP_LOAD, EX_R, order, PC()) ||                \
		    !ex_is_c11(ex) || sizeof(type) > 8)                                            \
			return *p;                                                                 \
		return (type)ex_c11_value(ex, (uintptr_t)p, (uint64_t)*p);                         \
	}

#define STORE(name, type)                                                                          \
	ENTRY(void, name, (volatile type * p, type v, int order))                                  \
	{                                                                                          \
		atomic_turn(p, sizeof(type), EX_OP_STORE, EX_W, order, PC());                      \
		*p = v;                                                                            \
	}

#define ATOMIC(bits, type)                                                                         \
	LOAD(atomic##bits##_load, type)                                                            \
	STORE(atomic##bits##_store, type)                                                          \
	FETCH(atomic##bits##_exchange, type, v)                                                    \
	ADD(atomic##bits##_fetch_add, type, old + v)                                               \
	ADD(atomic##bits##_fetch_sub, type, old - v)                                               \
	FETCH(atomic##bits##_fetch_and, type, old &v)                                              \
	FETCH(atomic##bits##_fetch_or, type, old | v)                                              \
	FETCH(atomic##bits##_fetch_xor, type, old ^ v)                                             \
	FETCH(atomic##bits##_fetch_nand, type, ~(old & v))                                         \
	CAS(atomic##bits##_compare_exchange_strong, type)                                          \
	CAS(atomic##bits##_compare_exchange_weak, type)                                            \
	CAS_VAL(atomic##bits##_compare_exchange_val, type)

ATOMIC(8, uint8_t)
ATOMIC(16, uint16_t)
ATOMIC(32, uint32_t)
ATOMIC(64, uint64_t)
#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 ex_u128;
ATOMIC(128, ex_u128)
#endif
/* clang-format on */

ENTRY(void, atomic_thread_fence, (int order))
{
	struct ex_ctx *self = ex_self();

	if (!self || order == memory_order_relaxed)
		return;
	/* race.c keeps what fences need from the next execution on. */
	if (!ex->uses_fences) {
		ex->uses_fences = true;
		ex->more_shared = true;
	}
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
ENTRY(void, atomic_signal_fence, (int order))
{
	(void)order;
}

ENTRY(void, func_entry, (void *call_pc))
{
	struct ex_ctx *self = ex_self();

	if (self)
		self->shadow[self->shadow_depth++ & (EX_SHADOW - 1)] = call_pc;
}

ENTRY(void, func_exit, (void *ignored))
{
	struct ex_ctx *self = ex_self();

	(void)ignored;
	if (self)
		self->shadow_depth--;
}

ENTRY(void, init, (void))
{
}

/* Copies in granules, each a step, so that what interrupts a copy sees it half done. */
static void copy_granules(char *to, const char *from, size_t n, const void *pc)
{
	bool backwards = to > from && to < from + n;
	char between[8];
	size_t done = 0;

	while (done < n) {
		size_t at = backwards ? n - done : done;
		size_t part = backwards ? ((uintptr_t)(to + at) - 1) % 8 + 1
					: 8 - (uintptr_t)(to + at) % 8;

		if (part > n - done)
			part = n - done;
		if (backwards)
			at -= part;
		touch(from + at, part, false, false, pc);
		move_bytes(between, from + at, part);
		touch(to + at, part, true, false, pc);
		move_bytes(to + at, between, part);
		done += part;
	}
}

static void set_granules(char *p, int c, size_t n, const void *pc)
{
	while (n) {
		size_t part = 8 - (uintptr_t)p % 8;

		if (part > n)
			part = n;
		touch(p, part, true, false, pc);
		for (size_t i = 0; i < part; i++)
			((volatile char *)p)[i] = (char)c;
		p += part;
		n -= part;
	}
}

/*
 * Copies that the compiler leaves to the C library reach us by the linker's --wrap (both compilers)
 * or, from newer ones, by calls of their own.
 */
void *__real_memcpy(void *to, const void *from, size_t n) __attribute__((weak));
void *__real_memmove(void *to, const void *from, size_t n) __attribute__((weak));
void *__real_memset(void *to, int c, size_t n) __attribute__((weak));
int __real_memcmp(const void *a, const void *b, size_t n) __attribute__((weak));

static void *host_memmove(void *to, const void *from, size_t n)
{
	return __real_memmove ? __real_memmove(to, from, n) : memmove(to, from, n);
}

static void *host_memset(void *to, int c, size_t n)
{
	return __real_memset ? __real_memset(to, c, n) : memset(to, c, n);
}

#define WRAP(type, symbol, args)                                                                   \
	__attribute__((visibility("default"), used)) type __wrap_##symbol args;                    \
	type __wrap_##symbol args

static inline void *copied(void *to, const void *from, size_t n, const void *pc)
{
	if (!ex_self())
		return host_memmove(to, from, n);
	copy_granules(to, from, n, pc);
	return to;
}

static inline void *filled(void *to, int c, size_t n, const void *pc)
{
	if (!ex_self())
		return host_memset(to, c, n);
	set_granules(to, c, n, pc);
	return to;
}

ENTRY(void *, memcpy, (void *to, const void *from, size_t n))
{
	return copied(to, from, n, PC());
}

ENTRY(void *, memmove, (void *to, const void *from, size_t n))
{
	return copied(to, from, n, PC());
}

ENTRY(void *, memset, (void *to, int c, size_t n))
{
	return filled(to, c, n, PC());
}

WRAP(void *, memcpy, (void *to, const void *from, size_t n))
{
	return __real_memcpy && !ex_self() ? __real_memcpy(to, from, n) : copied(to, from, n, PC());
}

WRAP(void *, memmove, (void *to, const void *from, size_t n))
{
	return copied(to, from, n, PC());
}

WRAP(void *, memset, (void *to, int c, size_t n))
{
	return filled(to, c, n, PC());
}

/* All of it counts as read, wherever the difference is. */
static void read_granules(const char *p, size_t n, const void *pc)
{
	while (n) {
		size_t part = 8 - (uintptr_t)p % 8;

		if (part > n)
			part = n;
		touch(p, part, false, false, pc);
		p += part;
		n -= part;
	}
}

WRAP(int, memcmp, (const void *a, const void *b, size_t n))
{
	if (ex_self()) {
		read_granules(a, n, PC());
		read_granules(b, n, PC());
	}
	return __real_memcmp ? __real_memcmp(a, b, n) : memcmp(a, b, n);
}
