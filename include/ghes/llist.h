/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lock-less singly linked list: many producers push one node, a consumer takes all at once.
 *
 * Flow: producer (any nesting, any CPU) -> llist_add() -> head -> llist_del_all() -> a private
 * chain, newest first -> llist_reverse_order() -> arrival order.
 *
 * Which operations may run together on one list ("-": free to, X: never):
 *
 *                   | llist_add | llist_del_all | llist_empty
 *	llist_add      |     -     |       -       |      -
 *	llist_del_all  |           |       -       |      -
 *	llist_empty    |           |               |      -
 *
 * All of them are allowed in task, irq, nmi and nmi-in-nmi context. Two things void the promise:
 * adding a node that is on a list, and freeing a node that has not been taken off it.
 *
 * Progress: llist_add lock-free (retries only because another push or take landed),
 *	     llist_del_all wait-free, llist_empty wait-free.
 *
 * There is no ABA problem: nothing here dereferences or unlinks a node that is still on the list,
 * so a head that went A -> B -> A between the load and the compare-exchange of a push is a head
 * to which the push may attach.
 */
#ifndef GHES_LLIST_H
#define GHES_LLIST_H

#ifdef __cplusplus
#error "<ghes/llist.h> is for C: its structures hold C11 atomics"
#endif

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct llist_node {
	/*
	 * Written by the owner of the node only: the producer until the node is published, the
	 * one that took the chain afterwards. Plain, because Q1 and Q2 order the hand-over.
	 */
	struct llist_node *next;
};

struct llist_head {
	_Atomic(struct llist_node *) first;
};

#define LLIST_HEAD_INIT                                                                            \
	{                                                                                          \
		NULL                                                                               \
	}

#define llist_entry(node, type, member) ((type *)((char *)(node)-offsetof(type, member)))

static inline void init_llist_head(struct llist_head *head)
{
	atomic_init(&head->first, NULL);
}

/*
 * True when there is nothing on the list at this moment. Relaxed: it is a hint, whoever acts on
 * it takes the list with llist_del_all(), which orders.
 */
static inline bool llist_empty(const struct llist_head *head)
{
	return !atomic_load_explicit(&head->first, memory_order_relaxed);
}

/* Push @node. True when the list was empty before. */
static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	/* relaxed: the value is only compared and stored, nothing is read through it */
	struct llist_node *first = atomic_load_explicit(&head->first, memory_order_relaxed);

	do {
		node->next = first;
		/* Q1 release: publishes the node and what was written to it; pairs with Q2 */
	} while (!atomic_compare_exchange_weak_explicit(
		&head->first, &first, node, memory_order_release, memory_order_relaxed));
	return !first;
}

/* Take everything; the caller owns the chain, newest first. NULL when there was nothing. */
static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	/*
	 * A look first saves the locked exchange when there is nothing. It may be stale only as
	 * llist_empty() may: a push that the caller must see happens-before this call, and
	 * coherence then forbids reading an older value.
	 */
	if (llist_empty(head))
		return NULL;
	/*
	 * Q2 acquire: pairs with each Q1 whose node is in the chain. Earlier pushes are covered
	 * too: the pushes in between are read-modify-writes, so they continue the release
	 * sequence that Q1 heads.
	 */
	return atomic_exchange_explicit(&head->first, NULL, memory_order_acquire);
}

/* Reverse a chain that the caller owns; returns its new first node. */
static inline struct llist_node *llist_reverse_order(struct llist_node *node)
{
	struct llist_node *reversed = NULL;

	while (node) {
		struct llist_node *next = node->next;

		node->next = reversed;
		reversed = node;
		node = next;
	}
	return reversed;
}

#endif
