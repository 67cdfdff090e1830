/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The estatus pool: memory for records, allocated and freed in any context.
 *
 * Flow: source add -> ghes_estatus_pool_expand() -> arenas; notify, cache, vendor records ->
 * ghes_estatus_pool_alloc() -> one compare-exchange on one arena's word -> ..._free(), a fetch-and.
 *
 * Design
 * - An arena is up to 64 granules of equal size whose whole allocation state is ONE word, a bit a
 *   granule. Allocating k granules finds a run of k clear bits in a local copy (a handful of
 *   shifts) and sets them with one compare-exchange; freeing clears them with one fetch-and.
 *   There are no links in free memory and no intermediate states: the word says all, so ABA is
 *   impossible (a word that went A -> B -> A still describes what is free), a nested NMI finds
 *   either all or nothing of what it interrupted, and fragmentation costs no time.
 * - An NMI-like source is a user. It brings private arenas, which hold its preallocated number of
 *   records at its full error_block_length whatever anybody else does, and common arenas of fine
 *   granules, where small records go first and which anybody may borrow from.
 * - An allocation looks at the user's own arenas (at most 8 words), then at the common arenas.
 *   Others' private arenas are never touched: cache entries, vendor records and storms of one
 *   source cannot starve another.
 * - Arenas leave with their user. They are first taken out of the list of common arenas; after an
 *   RCU grace period nobody can allocate from them; memory is given back once all is freed
 *   (borrowers may take their time: then by the next expand, shrink, reap or exit).
 *
 * What it costs: rounding up to granules (a 200 byte record and its header: one of 320 bytes), and
 * per user about twice what the kernel reserves for it: a 64 KiB source has 64 KiB for a record of
 * its full length and 80 KiB for small ones. Sources that are not NMI-like cost nothing.
 *
 * Op x op ("-": free to run together, L: platform mutex taken inside, X: never):
 *
 *			| alloc | free | expand, reserve | shrink, reap | init, exit
 *	alloc		|   -   |  -   |        -        |      -  (1)  |     X
 *	free		|       |  -   |        -        |      -       |     X
 *	expand, reserve |       |      |        L        |      L       |     X
 *	shrink, reap	|       |      |                 |      L       |     X
 *	(1) not for the user that is being shrunk
 *
 * Context:			| task | irq | nmi | nmi in nmi
 *	alloc, free, stats	|  y   |  y  |  y  |  y
 *	all others		|  y   |  n  |  n  |  n
 *
 * Progress: alloc lock-free: its compare-exchange fails only because another allocation or free in
 * the same arena succeeded. Free is one fetch-and, wait-free where the machine has that (ldclr of
 * arm64's LSE), else the compiler's loop and lock-free. Bounded work otherwise.
 *
 * Invariants: total == free + used, in bytes; used counts whole granules.
 *	       granules of an arena == popcount(map & valid); bits outside of valid are always set.
 *	       Sum of the lengths of live allocations == popcount of the map.
 */
#ifndef GHES_ESTATUS_POOL_H
#define GHES_ESTATUS_POOL_H

#ifdef __cplusplus
#error "<ghes/estatus_pool.h> is for C: its structures hold C11 atomics"
#endif

#include <stdatomic.h>

#include <ghes/platform.h>

/* ACPI 6.5, 18.3.2.7; the kernel's ghes.h and ghes.c */
#define GHES_ESTATUS_MAX_SIZE	       65536u
#define GHES_ESOURCE_PREALLOC_MAX_SIZE 65536u

/* The largest header that may precede a record, and with it the largest allocation, in bytes */
#define GHES_ESTATUS_NODE_MAX	    256u
#define GHES_ESTATUS_POOL_ALLOC_MAX (GHES_ESTATUS_MAX_SIZE + GHES_ESTATUS_NODE_MAX)

/*
 * One word of an arena. 64 bits where a 64-bit compare-exchange is lock-free (all 64-bit hosts,
 * i686, ARMv7); 32 elsewhere, with half as many granules an arena and twice as coarse ones: the
 * same guarantee for whole records, half the number of small ones.
 */
#if ATOMIC_LLONG_LOCK_FREE == 2
typedef uint64_t ghes_arena_word_t;
#define GHES_ARENA_GRANULES 64u
#else
typedef uint32_t ghes_arena_word_t;
#define GHES_ARENA_GRANULES 32u
#endif

/* Granules of the common arenas (20 KiB each): a record of 200 bytes with its node fits one. */
#define GHES_ESTATUS_POOL_GRANULE (64u / GHES_ARENA_GRANULES * 320u)

struct ghes_estatus_arena; /* lib/estatus_pool.c */
struct ghes_estatus_arena_table;

/* Arenas of one user: at most this many private and this many common ones. */
#define GHES_ESTATUS_USER_PRIVATE 4
#define GHES_ESTATUS_USER_COMMON  4

#define GHES_ESTATUS_POOL_NO_SOURCE 0xffffu

/* One NMI-like user; embed it in the source. Written by expand and shrink only. */
struct ghes_estatus_pool_user {
	uint16_t source_id; /* for traces; the owner writes it before expand */
	/* common ones first: the order in which an allocation of a small record looks */
	struct ghes_estatus_arena *arena[GHES_ESTATUS_USER_COMMON + GHES_ESTATUS_USER_PRIVATE];
	unsigned int nr_common;
	unsigned int nr_private;
	uint32_t records;    /* that always fit ... */
	uint32_t record_max; /* ... of that many bytes each */
};

/* X(name, text): what a caller can do wrong; counted and refused */
#define GHES_ESTATUS_POOL_MISUSES(X)                                                               \
	X(FOREIGN_FREE, "free of a pointer that is not from this pool")                            \
	X(DOUBLE_FREE, "free of what is free")                                                     \
	X(WRONG_SIZE_FREE, "free with another size than was allocated")

enum ghes_estatus_pool_misuse {
#define GHES_ESTATUS_POOL_MISUSE_ENUM(name, text) GHES_ESTATUS_POOL_##name,
	GHES_ESTATUS_POOL_MISUSES(GHES_ESTATUS_POOL_MISUSE_ENUM)
#undef GHES_ESTATUS_POOL_MISUSE_ENUM
		GHES_NR_ESTATUS_POOL_MISUSES
};

struct ghes_estatus_pool {
	struct ghes_platform *platform;
	/* Arenas anybody may allocate from; replaced as a whole under the mutex, read by RCU. */
	_Atomic(struct ghes_estatus_arena_table *) common;
	_Atomic uint32_t hint; /* where in it to look first; relaxed, any value is correct */

	/* Under the platform mutex */
	_Atomic(struct ghes_estatus_arena *) arenas; /* all, those that left too; stats: RCU */
	struct ghes_estatus_arena *leaving;	     /* of these: who left, and may not be empty */
	uint32_t reserved_max; /* bytes; one block of so many fits in a common arena */
	/* What all arenas lie in; written under the mutex, only widens */
	_Atomic uintptr_t low;
	_Atomic uintptr_t high;

	/* any context; relaxed: only counted */
	_Atomic uint64_t exhausted;
	_Atomic uint64_t misuse[GHES_NR_ESTATUS_POOL_MISUSES];
	_Atomic uint32_t users;
};

/* The gauges of <ghes/core.h> */
struct ghes_estatus_pool_stats {
	uint64_t total; /* bytes */
	uint64_t free;
	uint64_t used;
	uint64_t nodes; /* live allocations */
	uint64_t users;
	uint64_t exhausted; /* allocations that returned NULL, ever */
	uint64_t arenas;
	uint64_t leaving; /* of these: gone but for allocations that still live */
};

/**
 * ghes_estatus_pool_init() - a pool with the base reservation only (cache and vendor records)
 * @pool: embedded in the user's structure
 *
 * Context: task. Return: 0, -GHES_ENOMEM.
 */
GHES_API int ghes_estatus_pool_init(struct ghes_estatus_pool *pool, struct ghes_platform *platform);

/**
 * ghes_estatus_pool_exit() - give all memory back
 *
 * Context: task; nobody may use the pool any more. Return: 0, or -GHES_EBUSY when allocations
 * still live: a leak of the caller; the memory is given back all the same.
 */
GHES_API int ghes_estatus_pool_exit(struct ghes_estatus_pool *pool);

/**
 * ghes_estatus_pool_expand() - an NMI-like user comes
 * @user: zeroed; belongs to the pool until shrink
 * @error_block_length: bytes, the largest record of that source; capped at 64 KiB
 * @records: its records_to_preallocate; as many are guaranteed as fit in 64 KiB, at least one
 * @node_len: bytes of the header that the caller puts before each record
 *
 * Context: task; takes the mutex. Return: 0; -GHES_EBUSY: @user is in use; -GHES_EINVAL;
 * -GHES_ENOMEM. On error nothing has changed.
 */
GHES_API int ghes_estatus_pool_expand(struct ghes_estatus_pool *pool,
				      struct ghes_estatus_pool_user *user,
				      uint32_t error_block_length, uint32_t records,
				      uint32_t node_len);

/**
 * ghes_estatus_pool_shrink() - an NMI-like user goes
 *
 * Nobody may allocate for @user any more; what lives may be freed later, then the memory stays
 * until the next call of expand, shrink, reap or exit.
 * Context: task; takes the mutex, waits for a grace period.
 */
GHES_API void ghes_estatus_pool_shrink(struct ghes_estatus_pool *pool,
				       struct ghes_estatus_pool_user *user);

/**
 * ghes_estatus_pool_reserve() - let the common part hold one block of @size bytes
 *
 * For those without a reservation of their own (a cache entry or vendor record of a large
 * source). Grows only when @size is larger than ever asked for; capped at
 * GHES_ESTATUS_POOL_ALLOC_MAX.
 * Context: task; takes the mutex. Return: 0, -GHES_ENOMEM.
 */
GHES_API int ghes_estatus_pool_reserve(struct ghes_estatus_pool *pool, uint32_t size);

/* Give back what was left behind by shrink and is free now. Context: task; takes the mutex. */
GHES_API void ghes_estatus_pool_reap(struct ghes_estatus_pool *pool);

/**
 * ghes_estatus_pool_alloc() - @size bytes, aligned to 16, not zeroed
 * @user: whose arenas to look at first; NULL: who has none (cache, vendor records)
 *
 * Context: any. Progress: lock-free, one successful locked operation.
 * Return: NULL when nothing fits (counted as exhausted) or @size is 0 or above
 * GHES_ESTATUS_POOL_ALLOC_MAX.
 */
GHES_API void *ghes_estatus_pool_alloc(struct ghes_estatus_pool *pool,
				       struct ghes_estatus_pool_user *user, size_t size);

/**
 * ghes_estatus_pool_free() - return @ptr; NULL is allowed
 * @size: as given to alloc
 *
 * Context: any. Progress: lock-free or better, one successful locked operation.
 * Return: 0; -GHES_EINVAL on misuse: refused and counted, the pool is as it was. Detected: any
 * pointer outside of the pool's memory and any into it that is not the start of a live block; a
 * size that needs another number of granules. A second free that ends after some of the block has
 * been allocated again cannot be told from the new owner's.
 */
GHES_API int ghes_estatus_pool_free(struct ghes_estatus_pool *pool, void *ptr, size_t size);

/* Exact when quiet. Context: any. */
GHES_API void ghes_estatus_pool_stats(struct ghes_estatus_pool *pool,
				      struct ghes_estatus_pool_stats *stats);
GHES_API uint64_t ghes_estatus_pool_misuse(const struct ghes_estatus_pool *pool,
					   enum ghes_estatus_pool_misuse what);
GHES_API const char *ghes_estatus_pool_misuse_text(enum ghes_estatus_pool_misuse what);

/* The invariants above; only when quiet, task. */
GHES_API bool ghes_estatus_pool_is_valid(struct ghes_estatus_pool *pool);

#endif
