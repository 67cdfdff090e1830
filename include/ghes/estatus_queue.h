/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The estatus queue: records on their way from NMI-like context to irq_work.
 *
 * Flow: notify -> node from the estatus pool, record copied behind the header ->
 * estatus_queue_push() -> irq_work_queue() -> irq_work -> estatus_queue_del_all() -> process,
 * oldest first -> estatus pool.
 *
 * Op x op ("-": free to run together; L: pushes under one @idx hold that class's lock; X: never):
 *
 *			| push | del_all | __del_all | depth
 *	push		| - L  |    -    |     -     |   -
 *	del_all		|      |    -    |     -     |   -
 *	__del_all	|      |         |     X     |   -
 *	depth		|      |         |           |   -
 *
 * Context: push task, irq, nmi, nmi in nmi (of another class); del_all, __del_all, depth: any, but
 * __del_all does not nest in itself.
 *
 * Progress: push lock-free (retries only because another push or a take landed), one successful
 * locked operation; del_all and __del_all wait-free plus one step a node taken, two locked
 * operations and one; depth wait-free.
 *
 * Order: del_all gives the nodes in the order in which their pushes took effect. Two CPUs that
 * take at the same time get disjoint batches, each in order; which batch is older is theirs to
 * sort out (whoever must not overtake takes under one owner).
 *
 * Invariant when quiet: depth == number of nodes on the list == pushed - taken - taken_alone.
 */
#ifndef GHES_ESTATUS_QUEUE_H
#define GHES_ESTATUS_QUEUE_H

#include <ghes/llist.h>
#include <ghes/platform.h>

struct ghes;
struct ghes_claim;
struct ghes_core;

/*
 * Header of a record in the queue; the record follows at once. Filled before the push by the
 * context that read the record, owned by the one that took it afterwards.
 */
struct ghes_estatus_node {
	struct llist_node llnode;
	struct ghes *ghes;     /* the source; alive until its queued records are processed */
	struct ghes_task task; /* whom the notification interrupted */
	union {
		/* In a batch that is being processed; a panic may link and walk it as well */
		_Atomic(struct ghes_estatus_node *) later;
		struct ghes_work task_work; /* the node as task work, once processed */
	};
	uint32_t len;	   /* bytes of the record, as checked: the only length to trust */
	uint32_t cpu : 31; /* on which the record was read */
	uint32_t sync : 1; /* @task caused it: its instruction would do so again */
	union {
		struct ghes_claim *claim; /* who waits for it to be processed, or NULL */
		struct ghes_core *core;	  /* as task work: whose memory it is */
	};
};

#define GHES_ESTATUS_NODE_LEN(estatus_len) (sizeof(struct ghes_estatus_node) + (estatus_len))

static inline struct acpi_hest_generic_status *
ghes_estatus_from_node(struct ghes_estatus_node *node)
{
	return (struct acpi_hest_generic_status *)(node + 1);
}

/*
 * Pushes of one class. Written by pushes under that class's lock only, so an increment needs no
 * locked operation; read by anybody.
 */
struct estatus_queue_class {
	_Alignas(64) _Atomic uint32_t pushed; /* modulo 2^32 */
};

struct estatus_queue {
	_Alignas(64) struct llist_head list;
	/* both modulo 2^32, one update a batch */
	_Alignas(64) _Atomic uint32_t taken; /* del_all */
	_Atomic uint32_t taken_alone;	     /* __del_all: by its one caller */
	struct estatus_queue_class class[GHES_NR_FIXMAP_SLOTS];
};

/* Context: task, before the first push. Needs no exit; who destroys it drains it first. */
GHES_API void estatus_queue_init(struct estatus_queue *queue);

/**
 * estatus_queue_push() - hand @node over
 * @idx: the class whose lock the caller holds (its fixmap slot)
 *
 * Counted before it is published: whoever takes the node then sees it counted (Q1, Q2), so that
 * the depth never runs below zero. Load and store instead of a locked add: the class's lock makes
 * the caller the only writer, and what nests in it belongs to another class.
 *
 * Return: true when the queue was empty before.
 */
static inline bool estatus_queue_push(struct estatus_queue *queue, struct ghes_estatus_node *node,
				      enum fixed_addresses idx)
{
	_Atomic uint32_t *pushed = &queue->class[idx].pushed;

	atomic_store_explicit(pushed, atomic_load_explicit(pushed, memory_order_relaxed) + 1,
			      memory_order_relaxed);
	return llist_add(&node->llnode, &queue->list);
}

/**
 * estatus_queue_del_all() - take all nodes, oldest first
 * @count: (optional) their number
 *
 * The caller owns the chain, linked by llnode; estatus_queue_next() walks it.
 * Return: the oldest node, or NULL.
 */
GHES_API struct ghes_estatus_node *estatus_queue_del_all(struct estatus_queue *queue,
							 uint32_t *count);

/**
 * __estatus_queue_del_all() - the same, for the one regular consumer
 *
 * The caller excludes other callers of this function (not those of estatus_queue_del_all(): a
 * panic takes the queue from under the consumer), which saves the second locked operation.
 */
GHES_API struct ghes_estatus_node *__estatus_queue_del_all(struct estatus_queue *queue,
							   uint32_t *count);

/*
 * @count nodes were taken off the list by the one regular consumer itself, which has reasons to do
 * without __estatus_queue_del_all().
 */
GHES_API void estatus_queue_taken(struct estatus_queue *queue, uint32_t count);

/* The node after @node in a taken chain, or NULL. Ask before @node is freed. */
static inline struct ghes_estatus_node *estatus_queue_next(struct ghes_estatus_node *node)
{
	struct llist_node *next = node->llnode.next;

	return next ? llist_entry(next, struct ghes_estatus_node, llnode) : NULL;
}

/* Nodes pushed and not yet taken; exact when quiet, never negative. */
GHES_API uint32_t estatus_queue_depth(const struct estatus_queue *queue);

/* The invariant above. Only when quiet: it walks the list. */
GHES_API bool estatus_queue_is_valid(const struct estatus_queue *queue);

#endif
