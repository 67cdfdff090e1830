/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arrays of sources, in which notification entries find those they are for.
 *
 * Flow: source.c (add, remove) -> one contiguous array per kind, sorted by key -> notify.c, which
 * walks it in any context. An array instead of the kernel's list, so that an NMI passes over
 * 10,000 idle sources at the speed of loads that do not depend on each other: the words that say
 * "idle" are mapped once, when the source is added.
 *
 *                 add    withdraw   find, walk
 *   add            L        L          -        L: under the platform's mutex
 *   withdraw       L        L          -
 *   find, walk     -        -          -        inside rcu_read_lock()
 *
 *                 task   irq   nmi   nmi-in-nmi
 *   add, withdraw  y      -     -        -      withdraw and some adds wait for a grace period
 *   find, walk     y      y     y        y
 *
 *   Progress: find and walk are wait-free.
 *
 * Invariants: n <= capacity; entries 0..n-1 are complete before n counts them and are sorted by
 * key (equal keys: in order of addition); afterwards only an entry's source changes, once, to NULL.
 */
#ifndef GHES_LIB_SOURCE_INDEX_H
#define GHES_LIB_SOURCE_INDEX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <ghes/platform.h>

struct ghes;

/*
 * @pointer, @status: lasting mappings of the error status address register and of the block's
 * first word, or NULL when the platform or the addresses do not allow that. The mapping of the
 * block is good as long as the register says what it said then, @raw, in memory order.
 */
struct ghes_index_entry {
	struct ghes *_Atomic ghes; /* NULL: withdrawn */
	const volatile uint32_t *pointer;
	const volatile uint32_t *status;
	uint32_t raw[2];
	uint32_t words; /* in @pointer and @raw: 1 or 2 */
	uint32_t key;
};

struct ghes_index_array {
	_Atomic uint32_t n;
	uint32_t capacity;
	struct ghes_index_entry entry[];
};

struct ghes_index {
	struct ghes_index_array *_Atomic array; /* NULL: empty */
};

/* A part of an array: entries first to last - 1 */
struct ghes_index_range {
	const struct ghes_index_entry *first, *last;
};

/**
 * ghes_index_add() - publish a source
 * @entry: copied
 *
 * Context: task, under the mutex. Return: 0 or -GHES_ENOMEM; then nothing has changed.
 */
int ghes_index_add(struct ghes_platform *p, struct ghes_index *index,
		   const struct ghes_index_entry *entry);

/**
 * ghes_index_withdraw() - take a source out: afterwards no walk can find it any more
 *
 * Returns after a grace period, so walks that found it have ended too. Needs no memory: the entry
 * stays in the array, without a source, until an array is built anew.
 * Nothing happens if it is not there. Context: task, under the mutex.
 */
void ghes_index_withdraw(struct ghes_platform *p, struct ghes_index *index,
			 const struct ghes *ghes);

/* Empty the index at once and wait for a grace period. Context: task, under the mutex. */
void ghes_index_clear(struct ghes_platform *p, struct ghes_index *index);

/* Entries with @key. Context: any, inside rcu_read_lock(). */
struct ghes_index_range ghes_index_find(const struct ghes_index *index, uint32_t key);

/* All entries. Context: any, inside rcu_read_lock(). */
static inline struct ghes_index_range ghes_index_all(const struct ghes_index *index)
{
	/* S2 acquire: the array's content; pairs with S1 in ghes_index_publish() */
	const struct ghes_index_array *array =
		atomic_load_explicit(&index->array, memory_order_acquire);
	uint32_t n;

	if (!array)
		return (struct ghes_index_range){0};
	/* S4 acquire: the entries that n counts; pairs with S3 in ghes_index_append() */
	n = atomic_load_explicit(&array->n, memory_order_acquire);
	return (struct ghes_index_range){array->entry, array->entry + n};
}

/* Does the register still say where the lasting mapping of the block is? false: or there is none.
 */
static inline bool ghes_index_is_mapped(const struct ghes_index_entry *e)
{
	if (!e->pointer)
		return false;
	/* relaxed: the values are compared, nothing is read through them */
	if (__atomic_load_n(&e->pointer[0], __ATOMIC_RELAXED) != e->raw[0])
		return false;
	return e->words == 1 || __atomic_load_n(&e->pointer[1], __ATOMIC_RELAXED) == e->raw[1];
}

/*
 * Is it certain that no record is pending there? Two loads of what firmware writes. They are no
 * snapshot: a record that firmware puts down meanwhile is announced by a notification of its own,
 * which will see it.
 */
static inline bool ghes_index_idle(const struct ghes_index_entry *e)
{
	/* F1 acquire: header and body are read after the word by which firmware published them */
	return ghes_index_is_mapped(e) && __atomic_load_n(e->status, __ATOMIC_ACQUIRE) == 0;
}

/**
 * ghes_index_busy() - the source of an entry, if a record may be pending there
 *
 * Context: any, inside rcu_read_lock(). Return: NULL: idle, or withdrawn.
 */
static inline struct ghes *ghes_index_busy(const struct ghes_index_entry *e)
{
	/*
	 * relaxed: the source was published with the array (S2, S4). It comes first: the mappings
	 * of an entry live as long as its source.
	 */
	struct ghes *ghes = atomic_load_explicit(&e->ghes, memory_order_relaxed);

	return ghes && !ghes_index_idle(e) ? ghes : NULL;
}

#endif
