// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel code, compiled against the shim's own headers with instrumentation. Pairs: the same
 * program with the order that the kernel promises, and with one step of it weakened. If the shim
 * mapped the weaker one too strongly, its race would not be found.
 */
#include "shim/types.h"
#include "shim/compiler.h"
#include "shim/atomic.h"
#include "shim/list.h"

#include "litmus.h"

static int data, flag;
static int *pointer;
static volatile int used;
static atomic_t counter;

void litmus_reset(void)
{
	data = flag = 0;
	pointer = NULL;
	counter.counter = 0;
}

/* Message passing: @publish after the data is written, @observe before it is read. */
#define WRITER(name, publish)                                                                      \
	static void write_##name(void *unused)                                                     \
	{                                                                                          \
		data = 1;                                                                          \
		publish;                                                                           \
	}
#define READER(name, observe)                                                                      \
	static void read_##name(void *unused)                                                      \
	{                                                                                          \
		if (observe)                                                                       \
			used = data;                                                               \
	}

WRITER(store_release, smp_store_release(&flag, 1))
WRITER(write_once, WRITE_ONCE(flag, 1))
READER(load_acquire, smp_load_acquire(&flag))
READER(read_once, READ_ONCE(flag))

WRITER(xchg, xchg(&pointer, &data))
WRITER(xchg_release, xchg_release(&pointer, &data))
WRITER(xchg_relaxed, xchg_relaxed(&pointer, &data))
WRITER(assign_pointer, rcu_assign_pointer(pointer, &data))
WRITER(init_pointer, RCU_INIT_POINTER(pointer, &data))
static void read_dereference(void *unused)
{
	int *p = rcu_dereference(pointer);

	if (p)
		used = *p;
}

WRITER(inc_return, atomic_inc_return(&counter))
WRITER(inc, atomic_inc(&counter))
WRITER(fetch_or, atomic_fetch_or(1, &counter))
WRITER(or, atomic_or(1, &counter))
WRITER(add_unless, atomic_add_unless(&counter, 1, 1))
WRITER(set, atomic_set(&counter, 1))
WRITER(set_release, atomic_set_release(&counter, 1))
READER(atomic_acquire, atomic_read_acquire(&counter))
READER(atomic_relaxed, atomic_read(&counter))
READER(fetch_add, atomic_fetch_add(0, &counter))

WRITER(cmpxchg, cmpxchg(&flag, 0, 1))
WRITER(cmpxchg_relaxed, cmpxchg_relaxed(&flag, 0, 1))
READER(cmpxchg_success, cmpxchg(&flag, 1, 2) == 1)
READER(cmpxchg_failure, cmpxchg(&flag, 7, 0) == 1)

WRITER(wmb, smp_wmb(); WRITE_ONCE(flag, 1))
READER(rmb, ({
	       int f = READ_ONCE(flag);
	       smp_rmb();
	       f;
       }))

WRITER(mb, smp_mb(); WRITE_ONCE(flag, 1))
READER(mb, ({
	       int f = READ_ONCE(flag);
	       smp_mb();
	       f;
       }))

#define ORDERED(w, r)                                                                              \
	{                                                                                          \
#w " / " #r, write_##w, read_##r, LITMUS_ORDERED                                   \
	}
#define RACES(w, r)                                                                                \
	{                                                                                          \
#w " / " #r, write_##w, read_##r, LITMUS_RACES                                     \
	}

const struct litmus litmus_tests[] = {
	ORDERED(store_release, load_acquire),
	RACES(write_once, load_acquire),
	RACES(store_release, read_once),
	ORDERED(xchg, dereference),
	ORDERED(xchg_release, dereference),
	RACES(xchg_relaxed, dereference),
	ORDERED(assign_pointer, dereference),
	RACES(init_pointer, dereference),
	ORDERED(inc_return, atomic_acquire),
	RACES(inc, atomic_acquire),
	ORDERED(fetch_or, atomic_acquire),
	RACES(or, atomic_acquire),
	ORDERED(add_unless, fetch_add),
	RACES(set, atomic_acquire),
	ORDERED(set_release, atomic_acquire),
	RACES(inc_return, atomic_relaxed),
	ORDERED(cmpxchg, cmpxchg_success),
	RACES(cmpxchg_relaxed, cmpxchg_success),
	RACES(cmpxchg, cmpxchg_failure),
	ORDERED(wmb, rmb),
	RACES(write_once, rmb),
	RACES(wmb, read_once),
	ORDERED(mb, mb),
	RACES(mb, read_once),
	RACES(write_once, mb),
};
const unsigned int litmus_count = ARRAY_SIZE(litmus_tests);
