// SPDX-License-Identifier: GPL-2.0-only
#include <ghes/estatus_queue.h>

void estatus_queue_init(struct estatus_queue *queue)
{
	init_llist_head(&queue->list);
	atomic_init(&queue->taken, 0);
	atomic_init(&queue->taken_alone, 0);
	for (unsigned int i = 0; i < GHES_NR_FIXMAP_SLOTS; i++)
		atomic_init(&queue->class[i].pushed, 0);
}

/* Take the list, oldest first, and count it in the same pass. */
static struct ghes_estatus_node *take(struct estatus_queue *queue, uint32_t *count)
{
	struct llist_node *node = llist_del_all(&queue->list), *oldest = NULL;
	uint32_t n = 0;

	while (node) {
		struct llist_node *older = node->next;

		node->next = oldest;
		oldest = node;
		node = older;
		n++;
	}
	*count = n;
	return oldest ? llist_entry(oldest, struct ghes_estatus_node, llnode) : NULL;
}

struct ghes_estatus_node *estatus_queue_del_all(struct estatus_queue *queue, uint32_t *count)
{
	uint32_t taken;
	struct ghes_estatus_node *oldest = take(queue, &taken);

	/* Q3 release: a reader that sees these as taken sees them as pushed; pairs with Q4 */
	if (taken)
		atomic_fetch_add_explicit(&queue->taken, taken, memory_order_release);
	if (count)
		*count = taken;
	return oldest;
}

void estatus_queue_taken(struct estatus_queue *queue, uint32_t count)
{
	/* relaxed: the caller is the only writer, and hands that over with its own ordering */
	uint32_t before = atomic_load_explicit(&queue->taken_alone, memory_order_relaxed);

	/* Q3 release: a reader that sees these as taken sees them as pushed; pairs with Q4 */
	if (count)
		atomic_store_explicit(&queue->taken_alone, before + count, memory_order_release);
}

struct ghes_estatus_node *__estatus_queue_del_all(struct estatus_queue *queue, uint32_t *count)
{
	uint32_t taken;
	struct ghes_estatus_node *oldest = take(queue, &taken);

	estatus_queue_taken(queue, taken);
	if (count)
		*count = taken;
	return oldest;
}

uint32_t estatus_queue_depth(const struct estatus_queue *queue)
{
	/* Q4 acquire, both: before the counts of pushes; pairs with Q3 */
	uint32_t taken = atomic_load_explicit(&queue->taken, memory_order_acquire) +
			 atomic_load_explicit(&queue->taken_alone, memory_order_acquire);
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
