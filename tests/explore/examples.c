// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a user of ghes/explore.h writes: their own structure, a few threads and handlers.
 */
#include "program.h"
#include <stdatomic.h>
#include <stddef.h>

/*
 * A queue that is pushed to from a task, an IRQ, an NMI and an NMI that interrupts that NMI, and
 * drained by another CPU.
 */
struct node {
	struct node *next;
};

static struct {
	_Atomic(struct node *) head;
	struct node nodes[4];
	unsigned int drained;
} queue;

static void queue_reset(void *arg)
{
	(void)arg;
	atomic_store_explicit(&queue.head, NULL, memory_order_relaxed);
	queue.drained = 0;
}

static void queue_push(struct node *node)
{
	struct node *old = atomic_load_explicit(&queue.head, memory_order_relaxed);

	do {
		node->next = old;
	} while (!atomic_compare_exchange_weak_explicit(
		&queue.head, &old, node, memory_order_release, memory_order_relaxed));
}

/* Wrong: what interrupts between the load and the store is lost. */
static void queue_push_without_exchange(struct node *node)
{
	node->next = atomic_load_explicit(&queue.head, memory_order_relaxed);
	atomic_store_explicit(&queue.head, node, memory_order_release);
}

static unsigned int queue_drain(void)
{
	struct node *n = atomic_exchange_explicit(&queue.head, NULL, memory_order_acquire);
	unsigned int count = 0;

	for (; n; n = n->next)
		count++;
	return count;
}

static void queue_task(void *arg)
{
	(void)arg;
	queue_push(&queue.nodes[0]);
}

static void queue_irq(void *arg)
{
	(void)arg;
	queue_push(&queue.nodes[1]);
}

static void queue_nmi(void *arg)
{
	(void)arg;
	queue_push(&queue.nodes[2]);
}

static void queue_nested_nmi(void *arg)
{
	(void)arg;
	queue_push(&queue.nodes[3]);
}

static void queue_bad_task(void *arg)
{
	(void)arg;
	queue_push_without_exchange(&queue.nodes[0]);
}

static void queue_consumer(void *arg)
{
	(void)arg;
	queue.drained = queue_drain();
}

static void queue_has_all(void *arg)
{
	(void)arg;
	ghes_explore_check(queue.drained + queue_drain() == 4);
}

static void queue_has_two(void *arg)
{
	(void)arg;
	ghes_explore_check(queue.drained + queue_drain() == 2);
}

/* A pool: each bit of a word is a slot. */
static struct {
	atomic_uint free;
	atomic_int owner[2];
} pool;

static void pool_reset(void *arg)
{
	(void)arg;
	pool.free = 3;
	pool.owner[0] = pool.owner[1] = 0;
}

static int pool_get(void)
{
	unsigned int old = atomic_load_explicit(&pool.free, memory_order_relaxed);

	do {
		if (!old)
			return -1;
	} while (!atomic_compare_exchange_weak_explicit(
		&pool.free, &old, old & (old - 1), memory_order_acquire, memory_order_relaxed));
	return __builtin_ctz(old);
}

static void pool_put(int slot)
{
	atomic_fetch_or_explicit(&pool.free, 1u << slot, memory_order_release);
}

static void pool_user(void *arg)
{
	int slot = pool_get();

	(void)arg;
	if (slot < 0)
		return;
	ghes_explore_check(atomic_exchange(&pool.owner[slot], 1) == 0);
	atomic_store(&pool.owner[slot], 0);
	pool_put(slot);
}

static void pool_is_full(void *arg)
{
	(void)arg;
	ghes_explore_check(pool.free == 3);
}

/* A cache of one entry, replaced under readers; the old entry is freed after a grace period. */
static _Atomic(int *) cached;

static void cache_reset(void *arg)
{
	(void)arg;
	atomic_store_explicit(&cached, NULL, memory_order_relaxed);
}

static void cache_replace(void *arg)
{
	int *new = ghes_explore_alloc(sizeof(*new)), *old;

	(void)arg;
	*new = 7;
	old = atomic_exchange_explicit(&cached, new, memory_order_acq_rel);
	if (!old)
		return;
	ghes_explore_synchronize_rcu();
	ghes_explore_free_memory(old);
}

static void cache_lookup(void *arg)
{
	int *p;

	(void)arg;
	ghes_explore_rcu_read_lock();
	p = atomic_load_explicit(&cached, memory_order_acquire);
	if (p)
		ghes_explore_check(*p == 7);
	ghes_explore_rcu_read_unlock();
}

static void cache_empty(void *arg)
{
	(void)arg;
	ghes_explore_free_memory(atomic_load_explicit(&cached, memory_order_relaxed));
}

/* A seqlock. A reader on another CPU waits for the writer; one in NMI waits for what it stopped. */
static struct {
	atomic_uint sequence;
	atomic_int a, b;
} pair;

static void seqlock_reset(void *arg)
{
	(void)arg;
	pair.sequence = 0;
	pair.a = pair.b = 0;
}

static void seqlock_write(void *arg)
{
	unsigned int s = atomic_load_explicit(&pair.sequence, memory_order_relaxed);

	(void)arg;
	atomic_store_explicit(&pair.sequence, s + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	atomic_store_explicit(&pair.a, 1, memory_order_relaxed);
	atomic_store_explicit(&pair.b, 1, memory_order_relaxed);
	atomic_store_explicit(&pair.sequence, s + 2, memory_order_release);
}

static bool seqlock_try_read(void)
{
	unsigned int s = atomic_load_explicit(&pair.sequence, memory_order_acquire);
	int a = atomic_load_explicit(&pair.a, memory_order_relaxed);
	int b = atomic_load_explicit(&pair.b, memory_order_relaxed);

	atomic_thread_fence(memory_order_acquire);
	if ((s & 1) || atomic_load_explicit(&pair.sequence, memory_order_relaxed) != s)
		return false;
	ghes_explore_check(a == b);
	return true;
}

static void seqlock_read(void *arg)
{
	(void)arg;
	while (!seqlock_try_read())
		ghes_explore_relax();
}

static void seqlock_read_once(void *arg)
{
	(void)arg;
	seqlock_try_read();
}

/* A spinlock of one word. */
static atomic_int spinlock;
static int guarded;

static void spinlock_reset(void *arg)
{
	(void)arg;
	spinlock = 0;
	guarded = 0;
}

static void spinlock_user(void *arg)
{
	(void)arg;
	while (atomic_exchange_explicit(&spinlock, 1, memory_order_acquire))
		ghes_explore_relax();
	guarded++;
	atomic_store_explicit(&spinlock, 0, memory_order_release);
}

static void spinlock_two(void *arg)
{
	(void)arg;
	ghes_explore_check(guarded == 2);
}

const struct program examples[] = {
	{"queue: task, IRQ, NMI and nested NMI push, another CPU drains",
	 NULL,
	 NULL,
	 queue_reset,
	 queue_has_all,
	 {{"task", 0, 0, 0, false, queue_task},
	  {"consumer", 1, 0, 0, false, queue_consumer},
	  {"irq", 0, 1, 0, false, queue_irq},
	  {"nmi", 0, 2, 0, false, queue_nmi},
	  {"nested nmi", 0, 3, 0, false, queue_nested_nmi}}},
	{"queue: a push without exchange loses what interrupts it",
	 "check",
	 NULL,
	 queue_reset,
	 queue_has_two,
	 {{"task", 0, 0, 0, false, queue_bad_task}, {"nmi", 0, 2, 0, false, queue_nmi}}},
	{"pool: two CPUs and an NMI",
	 NULL,
	 NULL,
	 pool_reset,
	 pool_is_full,
	 {{"cpu0", 0, 0, 0, false, pool_user},
	  {"cpu1", 1, 0, 0, false, pool_user},
	  {"nmi", 0, 2, 0, false, pool_user}}},
	{"cache: replaced under a reader in NMI",
	 NULL,
	 NULL,
	 cache_reset,
	 cache_empty,
	 {{"cpu0", 0, 0, 0, false, cache_replace},
	  {"cpu1", 1, 0, 0, false, cache_replace},
	  {"nmi", 1, 2, 0, false, cache_lookup}}},
	{"seqlock: reader on another CPU",
	 NULL,
	 NULL,
	 seqlock_reset,
	 NULL,
	 {{"writer", 0, 0, 0, false, seqlock_write}, {"reader", 1, 0, 0, false, seqlock_read}}},
	{"seqlock: an NMI that retries never ends",
	 "progress",
	 "livelock",
	 seqlock_reset,
	 NULL,
	 {{"writer", 0, 0, 0, false, seqlock_write}, {"nmi", 0, 2, 0, false, seqlock_read}}},
	{"seqlock: an NMI that gives up",
	 NULL,
	 NULL,
	 seqlock_reset,
	 NULL,
	 {{"writer", 0, 0, 0, false, seqlock_write}, {"nmi", 0, 2, 0, false, seqlock_read_once}}},
	{"spinlock: two CPUs",
	 NULL,
	 NULL,
	 spinlock_reset,
	 spinlock_two,
	 {{"cpu0", 0, 0, 0, false, spinlock_user}, {"cpu1", 1, 0, 0, false, spinlock_user}}},
	{"spinlock: taken in NMI",
	 "progress",
	 "livelock",
	 spinlock_reset,
	 spinlock_two,
	 {{"cpu0", 0, 0, 0, false, spinlock_user}, {"nmi", 0, 2, 0, false, spinlock_user}}},
	{0},
};
