// SPDX-License-Identifier: GPL-2.0-only
#include "source_index.h"

#include <string.h>

#define CAPACITY_MIN 8u

/* At most half as much again as there are source ids: no overflow, not on 32 bits either */
static size_t array_size(uint32_t capacity)
{
	return sizeof(struct ghes_index_array) + capacity * sizeof(struct ghes_index_entry);
}

static struct ghes_index_array *array_new(struct ghes_platform *p, uint32_t capacity)
{
	struct ghes_index_array *array;

	array = p->ops->alloc(p, array_size(capacity));
	if (array)
		array->capacity = capacity;
	return array;
}

/* The array and its length, as the holder of the mutex sees them: it is the only writer. */
static struct ghes_index_array *current_array(struct ghes_index *index, uint32_t *n)
{
	/* relaxed: the mutex orders writers */
	struct ghes_index_array *array = atomic_load_explicit(&index->array, memory_order_relaxed);

	*n = array ? atomic_load_explicit(&array->n, memory_order_relaxed) : 0;
	return array;
}

/* Put @new (NULL: nothing) in place of what is there, which goes after a grace period. */
static void ghes_index_publish(struct ghes_platform *p, struct ghes_index *index,
			       struct ghes_index_array *new)
{
	uint32_t n;
	struct ghes_index_array *old = current_array(index, &n);

	/* S1 release: publishes the new array; pairs with S2 in ghes_index_all() */
	atomic_store_explicit(&index->array, new, memory_order_release);
	if (!old)
		return;
	p->ops->synchronize_rcu(p);
	p->ops->free(p, old, array_size(old->capacity));
}

static void ghes_index_append(struct ghes_index_array *array, uint32_t n,
			      const struct ghes_index_entry *entry)
{
	array->entry[n] = *entry;
	/* S3 release: the entry is complete; pairs with S4 in ghes_index_all() */
	atomic_store_explicit(&array->n, n + 1, memory_order_release);
}

/* How many of @n entries have a key below @key: they come first. */
static uint32_t lower_bound(const struct ghes_index_entry *entry, uint32_t n, uint32_t key)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (entry[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct ghes *source_of(const struct ghes_index_entry *entry)
{
	/* relaxed: the mutex orders writers */
	return atomic_load_explicit(&entry->ghes, memory_order_relaxed);
}

/* Copy the live ones of @n entries of @old to @new, and @entry to where it belongs. */
static void merge(struct ghes_index_array *new, const struct ghes_index_array *old, uint32_t n,
		  const struct ghes_index_entry *entry)
{
	uint32_t at = 0;
	bool placed = false;

	for (uint32_t i = 0; i < n; i++) {
		if (!source_of(&old->entry[i]))
			continue;
		if (!placed && old->entry[i].key > entry->key) {
			new->entry[at++] = *entry;
			placed = true;
		}
		new->entry[at++] = old->entry[i];
	}
	if (!placed)
		new->entry[at++] = *entry;
	/* relaxed: published by S1 */
	atomic_store_explicit(&new->n, at, memory_order_relaxed);
}

int ghes_index_add(struct ghes_platform *p, struct ghes_index *index,
		   const struct ghes_index_entry *entry)
{
	uint32_t n, live = 0;
	struct ghes_index_array *old = current_array(index, &n);
	struct ghes_index_array *new;

	/* The usual case costs no copy and no grace period: it comes last, and there is room. */
	if (old && n < old->capacity && (n == 0 || old->entry[n - 1].key <= entry->key)) {
		ghes_index_append(old, n, entry);
		return 0;
	}
	for (uint32_t i = 0; i < n; i++)
		live += source_of(&old->entry[i]) != NULL;
	new = array_new(p, live < CAPACITY_MIN ? CAPACITY_MIN : live + live / 2 + 1);
	if (!new)
		return -GHES_ENOMEM;
	merge(new, old, n, entry);
	ghes_index_publish(p, index, new);
	return 0;
}

void ghes_index_withdraw(struct ghes_platform *p, struct ghes_index *index, const struct ghes *ghes)
{
	uint32_t n, at = 0;
	struct ghes_index_array *array = current_array(index, &n);

	while (at < n && source_of(&array->entry[at]) != ghes)
		at++;
	if (at == n)
		return;
	/* relaxed: who still sees the source is waited for */
	atomic_store_explicit(&array->entry[at].ghes, NULL, memory_order_relaxed);
	p->ops->synchronize_rcu(p);
}

void ghes_index_clear(struct ghes_platform *p, struct ghes_index *index)
{
	ghes_index_publish(p, index, NULL);
}

struct ghes_index_range ghes_index_find(const struct ghes_index *index, uint32_t key)
{
	struct ghes_index_range range = ghes_index_all(index);
	const struct ghes_index_entry *end = range.last;

	/* Before there is an array, there is no address to add to */
	if (range.first == end)
		return range;
	range.first += lower_bound(range.first, (uint32_t)(end - range.first), key);
	/* One by one: they are few, and the caller is about to look at each of them. */
	for (range.last = range.first; range.last < end && range.last->key == key;)
		range.last++;
	return range;
}
