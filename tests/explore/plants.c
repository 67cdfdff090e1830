// SPDX-License-Identifier: GPL-2.0-only
/*
 * One planted bug for each thing that the explorer claims to find, next to the same program without
 * it. Each is a handful of lines.
 */
#include "program.h"
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static struct {
	atomic_int counter, flag, x, y;
	atomic_uintptr_t wild;
	int data;
	int lock_a, lock_b; /* only their addresses matter */
	struct {
		long a, b;
	} pair, copy, ones;
	_Atomic(int *) published;
	int *retired;
} s;

static void reset(void *arg)
{
	(void)arg;
	atomic_store_explicit(&s.counter, 0, memory_order_relaxed);
	atomic_store_explicit(&s.flag, 0, memory_order_relaxed);
	atomic_store_explicit(&s.x, 0, memory_order_relaxed);
	atomic_store_explicit(&s.y, 0, memory_order_relaxed);
	atomic_store_explicit(&s.published, NULL, memory_order_relaxed);
	atomic_store_explicit(&s.wild, 4096, memory_order_relaxed);
	s.data = 0;
	s.ones.a = s.ones.b = 1;
	s.pair.a = s.pair.b = s.copy.a = s.copy.b = 0;
	s.retired = NULL;
}

/* Lost update */
static void increment_in_two_steps(void *arg)
{
	int v = atomic_load_explicit(&s.counter, memory_order_relaxed);

	(void)arg;
	atomic_store_explicit(&s.counter, v + 1, memory_order_relaxed);
}

static void increment(void *arg)
{
	(void)arg;
	atomic_fetch_add_explicit(&s.counter, 1, memory_order_relaxed);
}

static void both_counted(void *arg)
{
	(void)arg;
	ghes_explore_check(atomic_load(&s.counter) == 2);
}

/* Message passing, with each of its two halves missing */
static void send(void *arg)
{
	(void)arg;
	s.data = 1;
	atomic_store_explicit(&s.flag, 1, memory_order_release);
}

static void send_without_release(void *arg)
{
	(void)arg;
	s.data = 1;
	atomic_store_explicit(&s.flag, 1, memory_order_relaxed);
}

/* Two objects, handed over without release: two races */
static void send_two_without_release(void *arg)
{
	(void)arg;
	s.data = 1;
	s.pair.a = 1;
	atomic_store_explicit(&s.flag, 1, memory_order_relaxed);
}

static void receive_two(void *arg)
{
	(void)arg;
	if (!atomic_load_explicit(&s.flag, memory_order_acquire))
		return;
	ghes_explore_check(s.data == 1);
	ghes_explore_check(s.pair.a == 1);
}

static void receive(void *arg)
{
	(void)arg;
	if (atomic_load_explicit(&s.flag, memory_order_acquire))
		ghes_explore_check(s.data == 1);
}

static void receive_without_acquire(void *arg)
{
	(void)arg;
	if (atomic_load_explicit(&s.flag, memory_order_relaxed))
		ghes_explore_check(s.data == 1);
}

static void receive_by_fence(void *arg)
{
	(void)arg;
	if (!atomic_load_explicit(&s.flag, memory_order_relaxed))
		return;
	atomic_thread_fence(memory_order_acquire);
	ghes_explore_check(s.data == 1);
}

/* ABA: a stack of indices whose head is compared by value, with and without a tag */
#define TAG 0x100

static struct {
	atomic_int head; /* index + 1, 0 = empty; tag above */
	atomic_int next[2];
	int popped[2];
	int tagged;
} stack;

static void reset_stack(void *arg)
{
	(void)arg;
	stack.next[0] = 2;
	stack.next[1] = 0;
	stack.head = 1;
	stack.popped[0] = stack.popped[1] = 0;
	stack.tagged = 0;
}

static void reset_tagged_stack(void *arg)
{
	reset_stack(arg);
	stack.tagged = TAG;
}

static int pop(void)
{
	int old = atomic_load_explicit(&stack.head, memory_order_acquire), next;

	do {
		if (!(old & (TAG - 1)))
			return 0;
		next = atomic_load_explicit(&stack.next[(old & (TAG - 1)) - 1],
					    memory_order_relaxed);
		next |= (old & ~(TAG - 1)) + stack.tagged;
	} while (!atomic_compare_exchange_strong_explicit(
		&stack.head, &old, next, memory_order_acq_rel, memory_order_acquire));
	return old & (TAG - 1);
}

static void push(int node)
{
	int old = atomic_load_explicit(&stack.head, memory_order_relaxed), new;

	do {
		atomic_store_explicit(&stack.next[node - 1], old & (TAG - 1), memory_order_relaxed);
		new = node | ((old & ~(TAG - 1)) + stack.tagged);
	} while (!atomic_compare_exchange_strong_explicit(
		&stack.head, &old, new, memory_order_acq_rel, memory_order_relaxed));
}

static void pop_one(void *arg)
{
	(void)arg;
	stack.popped[0] = pop();
}

static void pop_two_push_first(void *arg)
{
	int first = pop();

	(void)arg;
	stack.popped[1] = pop();
	if (first)
		push(first);
}

static void nobody_owns_twice(void *arg)
{
	int head = stack.head & (TAG - 1);

	(void)arg;
	ghes_explore_check(!stack.popped[1] || stack.popped[0] != stack.popped[1]);
	ghes_explore_check(!head || (head != stack.popped[0] && head != stack.popped[1]));
}

/* The same with pointers, whose first reader is alone with them: no steps yet */
struct node {
	struct node *_Atomic next;
	int pops;
};

static struct {
	struct node *_Atomic head;
	struct node node[3];
} chain;

static void reset_chain(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < 3; i++) {
		chain.node[i].next = i < 2 ? &chain.node[i + 1] : NULL;
		chain.node[i].pops = 0;
	}
	chain.head = &chain.node[0];
}

static struct node *pop_node(void)
{
	struct node *old = atomic_load_explicit(&chain.head, memory_order_acquire), *next;

	do {
		if (!old)
			return NULL;
		next = atomic_load_explicit(&old->next, memory_order_relaxed);
	} while (!atomic_compare_exchange_strong_explicit(
		&chain.head, &old, next, memory_order_acq_rel, memory_order_acquire));
	old->pops++;
	return old;
}

static void pop_one_node(void *arg)
{
	(void)arg;
	pop_node();
}

static void pop_two_nodes_push_first(void *arg)
{
	struct node *first = pop_node();

	(void)arg;
	pop_node();
	if (!first)
		return;
	first->pops--;
	first->next = chain.head;
	chain.head = first;
}

static void no_popped_node_is_there(void *arg)
{
	(void)arg;
	for (struct node *node = chain.head; node; node = node->next)
		ghes_explore_check(!node->pops);
}

/* A grace period that is left out */
static void publish(void *arg)
{
	int *p = ghes_explore_alloc(sizeof(*p));

	(void)arg;
	*p = 1;
	atomic_store_explicit(&s.published, p, memory_order_release);
}

static void read_published(void *arg)
{
	int *p;

	(void)arg;
	ghes_explore_rcu_read_lock();
	p = atomic_load_explicit(&s.published, memory_order_acquire);
	if (p)
		ghes_explore_check(*p == 1);
	ghes_explore_rcu_read_unlock();
}

static void retire(void *arg)
{
	publish(arg);
	s.retired = atomic_exchange_explicit(&s.published, NULL, memory_order_acq_rel);
	ghes_explore_synchronize_rcu();
	ghes_explore_free_memory(s.retired);
}

static void retire_at_once(void *arg)
{
	publish(arg);
	s.retired = atomic_exchange_explicit(&s.published, NULL, memory_order_acq_rel);
	ghes_explore_free_memory(s.retired);
}

static void publish_and_read(void *arg)
{
	publish(arg);
	read_published(arg);
}

static void take_back(void *arg)
{
	(void)arg;
	ghes_explore_free_memory(
		atomic_exchange_explicit(&s.published, NULL, memory_order_acq_rel));
}

/* Locks */
static void lock_a_then_b(void *arg)
{
	(void)arg;
	ghes_explore_lock(&s.lock_a);
	ghes_explore_lock(&s.lock_b);
	s.data++;
	ghes_explore_unlock(&s.lock_b);
	ghes_explore_unlock(&s.lock_a);
}

static void lock_b_then_a(void *arg)
{
	(void)arg;
	ghes_explore_lock(&s.lock_b);
	ghes_explore_lock(&s.lock_a);
	s.data++;
	ghes_explore_unlock(&s.lock_a);
	ghes_explore_unlock(&s.lock_b);
}

static void under_lock(void *arg)
{
	(void)arg;
	ghes_explore_lock(&s.lock_a);
	s.data++;
	ghes_explore_unlock(&s.lock_a);
}

/* Each waits for the other: a lock for a grace period, a read section for the lock */
static void grace_period_under_lock(void *arg)
{
	(void)arg;
	ghes_explore_lock(&s.lock_a);
	ghes_explore_synchronize_rcu();
	ghes_explore_unlock(&s.lock_a);
}

static void lock_in_read_section(void *arg)
{
	ghes_explore_rcu_read_lock();
	under_lock(arg);
	ghes_explore_rcu_read_unlock();
}

static void under_lock_masked(void *arg)
{
	ghes_explore_mask(1);
	under_lock(arg);
	ghes_explore_unmask(1);
}

/* Each waits for the other */
static void wait_for_y(void *arg)
{
	(void)arg;
	while (!atomic_load_explicit(&s.y, memory_order_acquire))
		ghes_explore_relax();
	atomic_store_explicit(&s.x, 1, memory_order_release);
}

static void wait_for_x(void *arg)
{
	(void)arg;
	while (!atomic_load_explicit(&s.x, memory_order_acquire))
		ghes_explore_relax();
	atomic_store_explicit(&s.y, 1, memory_order_release);
}

static void set_x(void *arg)
{
	(void)arg;
	atomic_store_explicit(&s.x, 1, memory_order_release);
}

/* A loop that does not even wait */
static void spin(void *arg)
{
	(void)arg;
	while (!atomic_load_explicit(&s.x, memory_order_relaxed))
		;
}

/* A fill and a copy of constant length, which compilers like to expand themselves */
static char text[17];

static void fill(void *arg)
{
	(void)arg;
	memset(text, 'x', sizeof(text));
}

static void copy(void *arg)
{
	(void)arg;
	memcpy(text, "seventeen letters", sizeof(text));
}

static void read_letter(void *arg)
{
	(void)arg;
	s.data = ((volatile unsigned char *)text)[12];
}

/* Loops that no access interrupts: in registers, and in a library */
static void spin_in_registers(void *arg)
{
	(void)arg;
	if (atomic_load(&s.x))
		for (;;)
			;
}

static void spin_in_a_library(void *arg)
{
	(void)arg;
	while (ghes_explore_cpu() == 0)
		;
}

/*
 * Two words that belong together. gcc announces both halves and then copies them: the explorer says
 * "torn". clang calls memcpy(), which it performs half by half: the check sees it.
 */
static void write_pair(void *arg)
{
	(void)arg;
	s.pair = s.ones;
}

static void read_pair(void *arg)
{
	(void)arg;
	s.copy = s.pair;
}

static void halves_agree(void *arg)
{
	(void)arg;
	ghes_explore_check(s.copy.a == s.copy.b);
}

static void write_pair_masked(void *arg)
{
	ghes_explore_mask(1);
	write_pair(arg);
	ghes_explore_unmask(1);
}

/* Memory that one path forgets */
static void take_or_drop(void *arg)
{
	void *p = ghes_explore_alloc(8);
	int expected = 0;

	(void)arg;
	if (!atomic_compare_exchange_strong(&s.flag, &expected, 1))
		return;
	ghes_explore_free_memory(p);
}

static void take_or_give_back(void *arg)
{
	void *p = ghes_explore_alloc(8);
	int expected = 0;

	(void)arg;
	atomic_compare_exchange_strong(&s.flag, &expected, 1);
	ghes_explore_free_memory(p);
}

/* Past the end, and after the end */
static void write_past_the_end(void *arg)
{
	char *p = ghes_explore_alloc(5);

	(void)arg;
	p[5] = 1;
	ghes_explore_free_memory(p);
}

static void free_twice(void *arg)
{
	void *p = ghes_explore_alloc(8);

	(void)arg;
	ghes_explore_free_memory(p);
	ghes_explore_free_memory(p);
}

static void free_inside(void *arg)
{
	char *p = ghes_explore_alloc(16);

	(void)arg;
	ghes_explore_free_memory(p + 8);
}

static void mask_class_0(void *arg)
{
	(void)arg;
	ghes_explore_mask(0);
}

static void choose_too_many(void *arg)
{
	(void)arg;
	ghes_explore_choose(65536);
}

static void crash(void *arg)
{
	(void)arg;
	if (atomic_load(&s.x))
		*(volatile int *)(uintptr_t)atomic_load(&s.wild) = 1;
}

static void leave_masked(void *arg)
{
	(void)arg;
	ghes_explore_mask(1);
}

static void grace_period_in_handler(void *arg)
{
	(void)arg;
	ghes_explore_synchronize_rcu();
}

static void wait_and_count(void *arg)
{
	(void)arg;
	while (!atomic_load_explicit(&s.flag, memory_order_acquire)) {
		ghes_explore_result_unused();
		atomic_fetch_add_explicit(&s.x, 1, memory_order_relaxed);
		ghes_explore_relax();
	}
}

static void set_flag(void *arg)
{
	(void)arg;
	atomic_store_explicit(&s.flag, 1, memory_order_release);
}

#define CPU0(f)                                                                                    \
	{                                                                                          \
		"cpu0", 0, 0, 0, false, f                                                          \
	}
#define CPU1(f)                                                                                    \
	{                                                                                          \
		"cpu1", 1, 0, 0, false, f                                                          \
	}
#define CPU2(f)                                                                                    \
	{                                                                                          \
		"cpu2", 2, 0, 0, false, f                                                          \
	}
#define NMI0(f)                                                                                    \
	{                                                                                          \
		"nmi", 0, 2, 0, false, f                                                           \
	}
#define IRQ0(f)                                                                                    \
	{                                                                                          \
		"irq", 0, 1, 1, false, f                                                           \
	}

const struct program plants[] = {
	{"lost update",
	 "check",
	 "does not hold",
	 reset,
	 both_counted,
	 {CPU0(increment_in_two_steps), CPU1(increment_in_two_steps)}},
	{"lost update by a handler",
	 "check",
	 NULL,
	 reset,
	 both_counted,
	 {CPU0(increment_in_two_steps), NMI0(increment)}},
	{"no lost update", NULL, NULL, reset, both_counted, {CPU0(increment), CPU1(increment)}},
	{"a handler's whole update is never lost",
	 NULL,
	 NULL,
	 reset,
	 both_counted,
	 {CPU0(increment), NMI0(increment_in_two_steps)}},
	{"missing release",
	 "race",
	 "data race",
	 reset,
	 NULL,
	 {CPU0(send_without_release), CPU1(receive)}},
	{"missing release of two",
	 "race",
	 "data race",
	 reset,
	 NULL,
	 {CPU0(send_two_without_release), CPU1(receive_two)}},
	{"missing acquire",
	 "race",
	 "data race",
	 reset,
	 NULL,
	 {CPU0(send), CPU1(receive_without_acquire)}},
	{"two wait and count how often",
	 NULL,
	 NULL,
	 reset,
	 NULL,
	 {CPU0(wait_and_count), CPU1(wait_and_count), CPU2(set_flag)}},
	{"release and acquire", NULL, NULL, reset, NULL, {CPU0(send), CPU1(receive)}},
	{"release and acquire fence",
	 NULL,
	 NULL,
	 reset,
	 NULL,
	 {CPU0(send), CPU1(receive_by_fence)}},
	{"a handler needs no release",
	 NULL,
	 NULL,
	 reset,
	 NULL,
	 {CPU0(send_without_release), NMI0(receive_without_acquire)}},
	{"ABA",
	 "check",
	 NULL,
	 reset_stack,
	 nobody_owns_twice,
	 {CPU0(pop_one), CPU1(pop_two_push_first)}},
	{"ABA by a handler",
	 "check",
	 NULL,
	 reset_stack,
	 nobody_owns_twice,
	 {CPU0(pop_one), NMI0(pop_two_push_first)}},
	{"ABA of pointers",
	 "check",
	 NULL,
	 reset_chain,
	 no_popped_node_is_there,
	 {CPU0(pop_one_node), NMI0(pop_two_nodes_push_first)}},
	{"no ABA with a tag",
	 NULL,
	 NULL,
	 reset_tagged_stack,
	 nobody_owns_twice,
	 {CPU0(pop_one), CPU1(pop_two_push_first)}},
	{"missing grace period",
	 "race",
	 NULL,
	 reset,
	 NULL,
	 {CPU0(retire_at_once), CPU1(read_published)}},
	{"missing grace period, reader interrupted",
	 "bounds",
	 "after its free",
	 reset,
	 take_back,
	 {CPU0(publish_and_read), NMI0(take_back)}},
	{"grace period", NULL, NULL, reset, NULL, {CPU0(retire), CPU1(read_published)}},
	{"grace period and a reader in NMI",
	 NULL,
	 NULL,
	 reset,
	 NULL,
	 {CPU0(retire), CPU1(read_published), NMI0(read_published)}},
	{"deadlock across CPUs",
	 "lock",
	 "held by",
	 reset,
	 NULL,
	 {CPU0(lock_a_then_b), CPU1(lock_b_then_a)}},
	{"one order of locks", NULL, NULL, reset, NULL, {CPU0(lock_a_then_b), CPU1(lock_a_then_b)}},
	{"self-deadlock by nesting",
	 "lock",
	 "held by",
	 reset,
	 NULL,
	 {CPU0(under_lock), IRQ0(under_lock)}},
	{"deadlock through an interrupted holder",
	 "lock",
	 "held by cpu0; cpu0 is interrupted by irq; irq waits for lock",
	 reset,
	 NULL,
	 {CPU0(lock_a_then_b), CPU1(under_lock), IRQ0(lock_b_then_a)}},
	{"deadlock of a lock and a grace period",
	 "lock",
	 "cpu0 waits for the read section of cpu1; cpu1 waits for lock",
	 reset,
	 NULL,
	 {CPU0(grace_period_under_lock), CPU1(lock_in_read_section)}},
	{"masked while locked",
	 NULL,
	 NULL,
	 reset,
	 NULL,
	 {CPU0(under_lock_masked), CPU1(under_lock), IRQ0(under_lock)}},
	{"livelock", "progress", "livelock", reset, NULL, {CPU0(wait_for_y), CPU1(wait_for_x)}},
	{"wait that ends", NULL, NULL, reset, NULL, {CPU0(wait_for_x), CPU1(set_x)}},
	{"a handler waits for what it interrupted",
	 "progress",
	 "livelock",
	 reset,
	 NULL,
	 {CPU0(set_x), NMI0(wait_for_x)}},
	{"endless loop", "progress", "no end", reset, NULL, {CPU0(spin), CPU1(set_x)}},
	{"endless loop that nobody else could end",
	 "progress",
	 "is in a loop of 1",
	 reset,
	 NULL,
	 {CPU0(spin)}},
	{"endless loop without a step",
	 "progress",
	 "endless loop: cpu0",
	 reset,
	 NULL,
	 {CPU0(spin_in_registers), CPU1(set_x)}},
	{"endless loop of calls without a step",
	 "progress",
	 "endless loop: nmi",
	 reset,
	 NULL,
	 {CPU0(increment), NMI0(spin_in_a_library)}},
	{"endless loop in the end",
	 "progress",
	 "endless loop: the end of the run",
	 reset,
	 spin_in_registers,
	 {CPU0(set_x)}},
	{"torn write under NMI",
	 "race|check",
	 NULL,
	 reset,
	 halves_agree,
	 {CPU0(write_pair), NMI0(read_pair)}},
	{"torn read under NMI",
	 "race|check",
	 NULL,
	 reset,
	 halves_agree,
	 {CPU0(read_pair), NMI0(write_pair)}},
	{"pair written while masked",
	 NULL,
	 NULL,
	 reset,
	 halves_agree,
	 {CPU0(write_pair_masked), IRQ0(read_pair)}},
	{"leak on one path only",
	 "leak",
	 "not freed",
	 reset,
	 NULL,
	 {CPU0(take_or_drop), CPU1(take_or_drop)}},
	{"no leak", NULL, NULL, reset, NULL, {CPU0(take_or_give_back), CPU1(take_or_give_back)}},
	{"past the end", "bounds", NULL, reset, NULL, {CPU0(write_past_the_end)}},
	{"double free", "bounds", "free already", reset, NULL, {CPU0(free_twice)}},
	{"free inside of a block", "bounds", "inside of a block", reset, NULL, {CPU0(free_inside)}},
	{"no such mask class", "usage", "mask class 0", reset, NULL, {CPU0(mask_class_0)}},
	{"too many choices", "usage", "65536", reset, NULL, {CPU0(choose_too_many)}},
	{"fill against read", "race", NULL, reset, NULL, {CPU0(fill), CPU1(read_letter)}},
	{"copy against read", "race", NULL, reset, NULL, {CPU0(copy), CPU1(read_letter)}},
	{"crash", "crash", NULL, reset, NULL, {CPU0(crash), CPU1(set_x)}},
	{"handler leaves a mask", "mask", NULL, reset, NULL, {CPU0(increment), NMI0(leave_masked)}},
	{"grace period in a handler",
	 "context",
	 NULL,
	 reset,
	 NULL,
	 {CPU0(increment), NMI0(grace_period_in_handler)}},
	{0},
};
