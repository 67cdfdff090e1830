/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The list that exploration tools are compared on: producers push on a compare-exchange list, one
 * consumer takes everything with a single exchange and reverses it.
 *
 * Code under test: compiled with the explorer's instrumentation.
 */
#ifndef TESTS_EXPLORE_CAS_LIST_H
#define TESTS_EXPLORE_CAS_LIST_H

#include <stdatomic.h>

#define CAS_LIST_NODES 16

struct cas_node {
	struct cas_node *next;
	int value;
};

struct cas_list {
	_Atomic(struct cas_node *) head;
	unsigned int pushes; /* of each producer */
	unsigned int producers;
	struct cas_node nodes[CAS_LIST_NODES];
	struct cas_node *taken; /* what the consumer has, oldest first */
	struct cas_producer {
		struct cas_list *list;
		unsigned int number;
	} producer[8];
};

/* Setup and finish of a search; producer() takes &list->producer[i], consumer() the list. */
void cas_list_init(void *list);
void cas_list_check(void *list);
void cas_list_producer(void *arg);
void cas_list_consumer(void *list);

#endif
