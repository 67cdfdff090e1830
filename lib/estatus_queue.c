// SPDX-License-Identifier: GPL-2.0-only
#include <ghes/estatus_queue.h>

void estatus_queue_init(struct estatus_queue *queue)
{
	init_llist_head(&queue->list);
	atomic_init(&queue->taken, 0);
	for (unsigned int i = 0; i < GHES_NR_FIXMAP_SLOTS; i++)
		atomic_init(&queue->class[i].pushed, 0);
}

/*
 * Counted before it is published: whoever takes the node then sees it counted (Q1, Q2), so that
 * the depth never runs below zero. Load and store instead of a locked add: the class's lock makes
 * the caller the only writer, and what nests in it belongs to another class.
 */
static void count_push(struct estatus_queue *queue, enum fixed_addresses idx)
{
	_Atomic uint32_t *pushed = &queue->class[idx].pushed;

	atomic_store_explicit(pushed, atomic_load_explicit(pushed, memory_order_relaxed) + 1,
			      memory_order_relaxed);
}

bool estatus_queue_push(struct estatus_queue *queue, struct ghes_estatus_node *node,
			enum fixed_addresses idx)
{
	count_push(queue, idx);
	return llist_add(&node->llnode, &queue->list);
}

struct ghes_estatus_node *estatus_queue_del_all(struct estatus_queue *queue, uint32_t *count)
{
	struct llist_node *oldest = llist_reverse_order(llist_del_all(&queue->list));
	uint32_t taken = 0;

	for (struct llist_node *node = oldest; node; node = node->next)
		taken++;
	/* Q3 release: a reader that sees these as taken sees them as pushed; pairs with Q4 */
	if (taken)
		atomic_fetch_add_explicit(&queue->taken, taken, memory_order_release);
	if (count)
		*count = taken;
	return oldest ? llist_entry(oldest, struct ghes_estatus_node, llnode) : NULL;
}

uint32_t estatus_queue_depth(const struct estatus_queue *queue)
{
	/* Q4 acquire: before the counts of pushes; pairs with Q3 */
	uint32_t taken = atomic_load_explicit(&queue->taken, memory_order_acquire);
	uint32_t pushed = 0;

	/* relaxed: at least what Q4 ordered is seen, anything newer is as good */
	for (unsigned int i = 0; i < GHES_NR_FIXMAP_SLOTS; i++)
		pushed += atomic_load_explicit(&queue->class[i].pushed, memory_order_relaxed);
	return pushed - taken;
}

bool estatus_queue_is_valid(const struct estatus_queue *queue)
{
	const struct llist_node *node;
	uint32_t nodes = 0;

	/* relaxed: the caller vouches for quiet, so what he ordered is what is there */
	node = atomic_load_explicit(&queue->list.first, memory_order_relaxed);
	for (; node; node = node->next)
		nodes++;
	return nodes == estatus_queue_depth(queue);
}
