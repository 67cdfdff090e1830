// SPDX-License-Identifier: GPL-2.0-only
/*
 * Push and drain, in arrival order, per node: the estatus queue, and what liburcu and Concurrency
 * Kit offer. Only some of the peers may be pushed to from an NMI that interrupts a push and be
 * drained there; the names say so with "nmi". Stacks are reversed after they are taken, since a
 * consumer needs arrival order.
 *
 * One thread: push a batch, drain it. Two threads: both push, one of them drains after each batch
 * of its own; time is per node pushed by either.
 */
#define _LGPL_SOURCE /* the peers' inline forms */
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <urcu/lfstack.h>
#include <urcu/wfcqueue.h>
#include <urcu/wfstack.h>
#include <ck_fifo.h>
#include <ck_ring.h>
#include <ck_stack.h>

#include <ghes/estatus_queue.h>

#include "bench.h"

#define ITEMS 1024u /* of each thread */

struct item {
	union {
		struct ghes_estatus_node node;
		struct llist_node llnode;
		struct cds_lfs_node lfs;
		struct cds_wfs_node wfs;
		struct cds_wfcq_node wfcq;
		ck_stack_entry_t stack;
		struct item *next; /* of a taken and reversed stack */
	};
	ck_fifo_mpmc_entry_t *fifo_entry;
	uint64_t value;
} __attribute__((aligned(64)));

static struct item items[2][ITEMS];
static volatile uint64_t sink;

/* ---- The contenders: init, push, drain (number of nodes; their values summed into sink) --------
 */

static struct estatus_queue estatus;

static void estatus_init(void)
{
	estatus_queue_init(&estatus);
}

static void estatus_push(unsigned int thread, struct item *item)
{
	estatus_queue_push(&estatus, &item->node, thread);
}

static unsigned int estatus_drain(void)
{
	struct ghes_estatus_node *node = __estatus_queue_del_all(&estatus, NULL);
	unsigned int n = 0;
	uint64_t sum = 0;

	for (; node; node = estatus_queue_next(node), n++)
		sum += ((struct item *)node)->value;
	sink = sum;
	return n;
}

/* Our bare list, without the depth that the queue keeps. */
static struct llist_head llist;

static void llist_init(void)
{
	init_llist_head(&llist);
}

static void llist_push(unsigned int thread, struct item *item)
{
	(void)thread;
	llist_add(&item->llnode, &llist);
}

static unsigned int llist_drain(void)
{
	struct llist_node *node = llist_reverse_order(llist_del_all(&llist));
	unsigned int n = 0;
	uint64_t sum = 0;

	for (; node; node = node->next, n++)
		sum += ((struct item *)node)->value;
	sink = sum;
	return n;
}

static unsigned int walk(struct item *item)
{
	unsigned int n = 0;
	uint64_t sum = 0;

	for (; item; item = item->next, n++)
		sum += item->value;
	sink = sum;
	return n;
}

static struct cds_lfs_stack lfs;

static void lfs_init(void)
{
	cds_lfs_init(&lfs);
}

static void lfs_push(unsigned int thread, struct item *item)
{
	(void)thread;
	cds_lfs_push(&lfs, &item->lfs);
}

static unsigned int lfs_drain(void)
{
	struct cds_lfs_head *head = __cds_lfs_pop_all(&lfs);
	struct cds_lfs_node *node, *next;
	struct item *reversed = NULL;

	for (node = head ? &head->node : NULL; node; node = next) {
		struct item *item = (struct item *)node;

		next = node->next;
		item->next = reversed;
		reversed = item;
	}
	return walk(reversed);
}

static struct cds_wfs_stack wfs;

static void wfs_init(void)
{
	cds_wfs_init(&wfs);
}

static void wfs_push(unsigned int thread, struct item *item)
{
	(void)thread;
	cds_wfs_node_init(&item->wfs);
	cds_wfs_push(&wfs, &item->wfs);
}

static unsigned int wfs_drain(void)
{
	struct cds_wfs_head *head = __cds_wfs_pop_all(&wfs);
	struct cds_wfs_node *node, *next;
	struct item *reversed = NULL;

	if (!head)
		return 0;
	cds_wfs_for_each_blocking_safe(head, node, next)
	{
		struct item *item = (struct item *)node;

		item->next = reversed;
		reversed = item;
	}
	return walk(reversed);
}

static struct cds_wfcq_head wfcq_head;
static struct cds_wfcq_tail wfcq_tail;

static void wfcq_init(void)
{
	cds_wfcq_init(&wfcq_head, &wfcq_tail);
}

static void wfcq_push(unsigned int thread, struct item *item)
{
	(void)thread;
	cds_wfcq_node_init(&item->wfcq);
	cds_wfcq_enqueue(&wfcq_head, &wfcq_tail, &item->wfcq);
}

static unsigned int wfcq_drain(void)
{
	struct __cds_wfcq_head head;
	struct cds_wfcq_tail tail;
	struct cds_wfcq_node *node, *next;
	unsigned int n = 0;
	uint64_t sum = 0;

	__cds_wfcq_init(&head, &tail);
	if (__cds_wfcq_splice_blocking(&head, &tail, &wfcq_head, &wfcq_tail) ==
	    CDS_WFCQ_RET_SRC_EMPTY)
		return 0;
	__cds_wfcq_for_each_blocking_safe(&head, &tail, node, next)
	{
		sum += ((struct item *)node)->value;
		n++;
	}
	sink = sum;
	return n;
}

static ck_stack_t stack;

static void stack_init(void)
{
	ck_stack_init(&stack);
}

static void stack_push(unsigned int thread, struct item *item)
{
	(void)thread;
	ck_stack_push_upmc(&stack, &item->stack);
}

static unsigned int stack_drain(void)
{
	ck_stack_entry_t *node = ck_stack_batch_pop_upmc(&stack), *next;
	struct item *reversed = NULL;

	for (; node; node = next) {
		struct item *item = (struct item *)node;

		next = node->next;
		item->next = reversed;
		reversed = item;
	}
	return walk(reversed);
}

static ck_fifo_mpmc_t fifo;
static ck_fifo_mpmc_entry_t fifo_entries[2 * ITEMS + 1];

static void fifo_init(void)
{
	ck_fifo_mpmc_init(&fifo, &fifo_entries[2 * ITEMS]);
	for (unsigned int i = 0; i < 2 * ITEMS; i++)
		items[i / ITEMS][i % ITEMS].fifo_entry = &fifo_entries[i];
}

static void fifo_push(unsigned int thread, struct item *item)
{
	(void)thread;
	ck_fifo_mpmc_enqueue(&fifo, item->fifo_entry, item);
}

static unsigned int fifo_drain(void)
{
	ck_fifo_mpmc_entry_t *garbage;
	struct item *item;
	unsigned int n = 0;
	uint64_t sum = 0;

	while (ck_fifo_mpmc_dequeue(&fifo, &item, &garbage)) {
		item->fifo_entry = garbage;
		sum += item->value;
		n++;
	}
	sink = sum;
	return n;
}

static ck_ring_t ring __attribute__((aligned(64)));
static ck_ring_buffer_t ring_buffer[4 * ITEMS];

static void ring_init(void)
{
	ck_ring_init(&ring, 4 * ITEMS);
}

static void ring_push(unsigned int thread, struct item *item)
{
	(void)thread;
	while (!ck_ring_enqueue_mpsc(&ring, ring_buffer, item))
		;
}

static unsigned int ring_drain(void)
{
	struct item *item;
	unsigned int n = 0;
	uint64_t sum = 0;

	while (ck_ring_dequeue_mpsc(&ring, ring_buffer, &item)) {
		sum += item->value;
		n++;
	}
	sink = sum;
	return n;
}

/* ---- Runs: generated for each contender, so that push and drain are direct calls
 * ----------------- */

struct run {
	unsigned int batch;
};

#define DEFINE_RUNS(peer)                                                                          \
	static uint64_t peer##_run_one(void *ctx, uint64_t n)                                      \
	{                                                                                          \
		unsigned int batch = ((struct run *)ctx)->batch, at = 0;                           \
                                                                                                   \
		peer##_init();                                                                     \
		for (uint64_t done = 0; done < n; done += batch) {                                 \
			for (unsigned int i = 0; i < batch; i++)                                   \
				peer##_push(0, &items[0][at++ % ITEMS]);                           \
			if (peer##_drain() != batch)                                               \
				abort();                                                           \
		}                                                                                  \
		return 0;                                                                          \
	}                                                                                          \
	static void peer##_first(void *ctx)                                                        \
	{                                                                                          \
		unsigned int batch = ((struct run *)ctx)->batch, got = 0;                          \
                                                                                                   \
		for (unsigned int i = 0; i < ITEMS; i++) {                                         \
			peer##_push(0, &items[0][i]);                                              \
			if ((i + 1) % batch == 0)                                                  \
				got += peer##_drain();                                             \
		}                                                                                  \
		for (unsigned int idle = 0; got < 2 * ITEMS; idle++) {                             \
			got += peer##_drain();                                                     \
			if (idle > 1000) /* the other has no CPU */                                \
				sched_yield();                                                     \
		}                                                                                  \
	}                                                                                          \
	static void peer##_second(void *ctx)                                                       \
	{                                                                                          \
		(void)ctx;                                                                         \
		for (unsigned int i = 0; i < ITEMS; i++)                                           \
			peer##_push(1, &items[1][i]);                                              \
	}                                                                                          \
	static uint64_t peer##_run_two(void *ctx, uint64_t n)                                      \
	{                                                                                          \
		uint64_t ns;                                                                       \
                                                                                                   \
		peer##_init();                                                                     \
		ns = bench_two(peer##_first, peer##_second, ctx, n / (2 * ITEMS) + 50);            \
		return (uint64_t)((double)ns * (double)n / (2 * ITEMS)) + 1;                       \
	}

DEFINE_RUNS(estatus)
DEFINE_RUNS(llist)
DEFINE_RUNS(lfs)
DEFINE_RUNS(wfs)
DEFINE_RUNS(wfcq)
DEFINE_RUNS(stack)
DEFINE_RUNS(fifo)
DEFINE_RUNS(ring)

static void group(struct bench *b, unsigned int threads, unsigned int batch)
{
	struct run run = {batch};
	bool two = threads == 2;
	struct bench_case cases[] = {
#define CASE(label, peer) {.name = label, .run = two ? peer##_run_two : peer##_run_one, .ctx = &run}
		CASE("estatus queue (nmi)", estatus),
		CASE("our bare llist (nmi)", llist),
		CASE("liburcu lfstack (nmi)", lfs),
		CASE("ck_stack (nmi)", stack),
		CASE("ck_fifo_mpmc (nmi)", fifo),
		CASE("liburcu wfstack", wfs),
		CASE("liburcu wfcqueue", wfcq),
		CASE("ck_ring mpsc (bounded)", ring),
#undef CASE
		{.name = "floor: one compare-exchange", .run = bench_run_cmpxchg},
	};
	char title[80];

	snprintf(title, sizeof(title), "push + drain, %u thread%s, batches of %u", threads,
		 two ? "s" : "", batch);
	bench_group(b, title, cases, sizeof(cases) / sizeof(cases[0]),
		    "ahead of the other (nmi) rows");
}

int main(int argc, char **argv)
{
	struct bench b;

	bench_init(&b, "queue", argc, argv);
	for (unsigned int i = 0; i < 2 * ITEMS; i++)
		items[i / ITEMS][i % ITEMS].value = i;
	for (unsigned int threads = 1; threads <= 2; threads++) {
		group(&b, threads, 1);
		group(&b, threads, 64);
	}
	return 0;
}
