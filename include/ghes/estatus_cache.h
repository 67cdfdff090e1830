/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The estatus cache: which records were reported lately, so that repeats are not printed again.
 *
 * Flow: notify (nmi), process (irq) -> ghes_estatus_cached(); process, after it printed a record
 * -> ghes_estatus_cache_add() -> slot -> victim -> call_rcu() -> estatus pool.
 *
 * Numbers of the kernel: 4 slots; an entry suppresses for 10 s; at most 6 entries exist, those
 * that wait for a grace period included. A record is a repeat only if all its bytes are equal:
 * the signature that is compared first decides nothing but "different", so firmware that
 * constructs collisions gains a memcmp() and nothing else.
 *
 * Victim: the first empty slot, else the first that is older than 10 s, else the one whose repeats
 * come least often (largest age / (count + 1)).
 *
 * Op x op ("-": free to run together, X: never):
 *
 *		| cached | add | init, exit
 *	cached	|   -    |  -  |     X
 *	add	|        |  -  |     X
 *
 * Context:			| task | irq | nmi | nmi in nmi
 *	ghes_estatus_cached	|  y   |  y  |  y  |  y
 *	ghes_estatus_cache_add	|  y   |  y  |  n  |  n
 *	init, exit		|  y   |  n  |  n  |  n
 *
 * Progress: cached wait-free (at most four comparisons); add wait-free but for the pool.
 *
 * Benign race: two adds at once may both pick one slot. Each exchange takes out whatever is there,
 * so the second throws the first's entry out again: a record that may be printed once more, never
 * a leak or a double free. Two adds of one record may fill two slots: the first match counts.
 *
 * Clock: it may stand still, differ between CPUs or step back. An entry from the future counts as
 * expired, so that a clock set back cannot suppress for longer than 10 s.
 *
 * Invariant when quiet: alloced == published + waiting <= cap.
 */
#ifndef GHES_ESTATUS_CACHE_H
#define GHES_ESTATUS_CACHE_H

#include <stdatomic.h>

#include <ghes/estatus_pool.h>
#include <ghes/platform.h>

#define GHES_ESTATUS_CACHES_SIZE       4
#define GHES_ESTATUS_CACHE_AVG_SIZE    512
#define GHES_ESTATUS_CACHE_ALLOCED_MAX (GHES_ESTATUS_CACHES_SIZE * 3 / 2)
#define GHES_ESTATUS_IN_CACHE_MAX_NSEC UINT64_C(10000000000)

struct ghes_estatus_cache_entry; /* lib/estatus_cache.c */

struct ghes_estatus_cache {
	struct ghes_platform *platform;
	struct ghes_estatus_pool *pool;
	/* written by add, read in RCU read sections */
	_Atomic(struct ghes_estatus_cache_entry *) slot[GHES_ESTATUS_CACHES_SIZE];
	_Atomic uint32_t alloced; /* entries; add, and RCU callbacks when they free one */
};

struct ghes_estatus_cache_stats {
	uint64_t alloced;
	uint64_t published;
	uint64_t waiting; /* replaced, waiting for a grace period */
	uint64_t cap;
};

/* Context: task, before the first notification. @pool must outlive the cache. */
GHES_API void ghes_estatus_cache_init(struct ghes_estatus_cache *cache,
				      struct ghes_platform *platform,
				      struct ghes_estatus_pool *pool);
/* Free all entries. Context: task; nobody may use the cache any more; waits for callbacks. */
GHES_API void ghes_estatus_cache_exit(struct ghes_estatus_cache *cache);

/**
 * ghes_estatus_cached() - was this record added less than 10 s ago?
 * @estatus: the caller's own checked copy, @len bytes
 *
 * Counts the repeat, for the choice of a victim. Context: any. Progress: wait-free.
 */
GHES_API bool ghes_estatus_cached(struct ghes_estatus_cache *cache,
				  const struct acpi_hest_generic_status *estatus, uint32_t len);

/* The same, for who is in an RCU read section already: a notification entry. */
GHES_API bool __ghes_estatus_cached(struct ghes_estatus_cache *cache,
				    const struct acpi_hest_generic_status *estatus, uint32_t len);

/**
 * ghes_estatus_cache_add() - remember a record that was just reported
 * @source_id: for traces
 * @estatus: copied
 *
 * Context: task, irq. Return: 0; -GHES_EAGAIN: six entries exist already, some wait for a grace
 * period; -GHES_ENOMEM: no room in the pool. Either way the record is merely not suppressed.
 */
GHES_API int ghes_estatus_cache_add(struct ghes_estatus_cache *cache, uint16_t source_id,
				    const struct acpi_hest_generic_status *estatus, uint32_t len);

/* Exact when quiet. Context: any. */
GHES_API void ghes_estatus_cache_stats(struct ghes_estatus_cache *cache,
				       struct ghes_estatus_cache_stats *stats);
GHES_API bool ghes_estatus_cache_is_valid(struct ghes_estatus_cache *cache);

#endif
