// SPDX-License-Identifier: GPL-2.0-only
#include "cas_list.h"
#include <ghes/explore.h>
#include <stddef.h>

void cas_list_init(void *arg)
{
	struct cas_list *list = arg;

	atomic_init(&list->head, NULL);
	list->taken = NULL;
	for (unsigned int i = 0; i < list->producers; i++) {
		list->producer[i].list = list;
		list->producer[i].number = i;
	}
}

static void push(struct cas_list *list, struct cas_node *node)
{
	struct cas_node *old = atomic_load_explicit(&list->head, memory_order_relaxed);

	do {
		node->next = old;
	} while (!atomic_compare_exchange_weak_explicit(
		&list->head, &old, node, memory_order_release, memory_order_relaxed));
}

static struct cas_node *take_all(struct cas_list *list)
{
	struct cas_node *node = atomic_exchange_explicit(&list->head, NULL, memory_order_acquire);
	struct cas_node *reversed = NULL;

	while (node) {
		struct cas_node *next = node->next;

		node->next = reversed;
		reversed = node;
		node = next;
	}
	return reversed;
}

void cas_list_producer(void *arg)
{
	const struct cas_producer *p = arg;
	struct cas_list *list = p->list;

	for (unsigned int k = 0; k < list->pushes; k++)
		push(list, &list->nodes[p->number * list->pushes + k]);
}

void cas_list_consumer(void *arg)
{
	struct cas_list *list = arg;

	list->taken = take_all(list);
}

/* Every node exactly once, and those of one producer in the order of their pushes. */
void cas_list_check(void *arg)
{
	struct cas_list *list = arg;
	unsigned int next[8] = {0}, seen = 0;

	for (int round = 0; round < 2; round++) {
		struct cas_node *n = round ? take_all(list) : list->taken;

		for (; n; n = n->next) {
			unsigned int i = (unsigned int)(n - list->nodes);

			ghes_explore_check(i % list->pushes == next[i / list->pushes]);
			next[i / list->pushes]++;
			seen++;
		}
	}
	ghes_explore_check(seen == list->producers * list->pushes);
}
