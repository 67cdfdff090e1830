// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every interleaving of a queue that a task, an IRQ, an NMI and an NMI in that NMI push to, and
 * that another CPU drains; then the same with a push that is not atomic, which must be found.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <ghes/explore.h>

struct node {
	struct node *next;
};

static struct {
	_Atomic(struct node *) head;
	struct node nodes[4];
	unsigned int drained;
} queue;

static void push(struct node *node)
{
	struct node *old = atomic_load_explicit(&queue.head, memory_order_relaxed);

	do {
		node->next = old;
		/* release: the node as written; pairs with the acquire in drain() */
	} while (!atomic_compare_exchange_weak_explicit(
		&queue.head, &old, node, memory_order_release, memory_order_relaxed));
}

/* Loses what is pushed between its load and its store. */
static void push_badly(struct node *node)
{
	node->next = atomic_load_explicit(&queue.head, memory_order_relaxed);
	atomic_store_explicit(&queue.head, node, memory_order_release);
}

static unsigned int drain(void)
{
	struct node *n = atomic_exchange_explicit(&queue.head, NULL, memory_order_acquire);
	unsigned int count = 0;

	for (; n; n = n->next)
		count++;
	return count;
}

static void setup(void *user)
{
	(void)user;
	atomic_store_explicit(&queue.head, NULL, memory_order_relaxed);
	queue.drained = 0;
}

static void finish(void *user)
{
	(void)user;
	ghes_explore_check(queue.drained + drain() == 4);
}

static void pusher(void *node)
{
	push(node);
}

static void bad_pusher(void *node)
{
	push_badly(node);
}

static void drainer(void *arg)
{
	(void)arg;
	queue.drained = drain();
}

static enum ghes_explore_verdict explore(void (*task)(void *), struct ghes_explore_result *r)
{
	struct ghes_explore *x =
		ghes_explore_new(&(struct ghes_explore_config){.setup = setup, .finish = finish});
	enum ghes_explore_verdict verdict;

	if (!x)
		exit(1);
	ghes_explore_thread(x, "task", 0, task, &queue.nodes[0]);
	ghes_explore_thread(x, "drain", 1, drainer, NULL);
	ghes_explore_handler(x, "irq", 0, 1, 0, pusher, &queue.nodes[1]);
	ghes_explore_handler(x, "nmi", 0, 2, 0, pusher, &queue.nodes[2]);
	ghes_explore_handler(x, "nested nmi", 0, 3, 0, pusher, &queue.nodes[3]);
	verdict = ghes_explore_run(x, r);
	printf("%llu executions, %s\n", (unsigned long long)r->executions,
	       r->complete ? "complete" : ghes_explore_bound_name(r->bound));
	for (size_t i = 0; i < r->defect_count; i++)
		fputs(r->defects[i].report, stdout);
	ghes_explore_free(x);
	return verdict;
}

int main(void)
{
	struct ghes_explore_result r;

	if (explore(pusher, &r) != GHES_EXPLORE_PASS || !r.complete)
		return 1;
	return explore(bad_pusher, &r) == GHES_EXPLORE_FAIL ? 0 : 1;
}
