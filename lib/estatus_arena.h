/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An arena: up to 64 granules, their allocation state in one word. See <ghes/estatus_pool.h> for
 * what it is for and for the rules of use.
 *
 * A block is a run of granules; its first 16 bytes are the header that leads from the pointer back
 * to the arena. The number of granules of a live block stands outside of the block, where an
 * overrun of another does not reach it, and is 0 when the block is free: that is how a second free
 * and a wrong size are told.
 *
 * Who writes what: map by read-modify-writes, anybody. length[i] and the header of the block that
 * begins at granule i by the one context that owns it: between the compare-exchange that won it
 * (P1) and the clearing of its bits that gives it back (P2) nobody else looks at them, but for
 * stats and for misuse.
 */
#ifndef GHES_ESTATUS_ARENA_H
#define GHES_ESTATUS_ARENA_H

#include <ghes/estatus_pool.h>

#define GHES_ARENA_ALIGN  16u /* of every pointer handed out */
#define GHES_ARENA_HEADER 16u /* before each */

struct ghes_arena_header {
	_Alignas(GHES_ARENA_HEADER) struct ghes_estatus_arena *arena;
	uint16_t start;	    /* granule */
	uint16_t source_id; /* for traces */
	uint32_t cookie;    /* mixes address, arena and start: a header, not somebody's data */
};
_Static_assert(sizeof(struct ghes_arena_header) == GHES_ARENA_HEADER, "header of a block");

struct ghes_estatus_arena {
	_Alignas(64) _Atomic ghes_arena_word_t map; /* bit set: taken, or beyond nr */

	/* constant while the arena is in use */
	_Alignas(64) unsigned char *base;
	struct ghes_estatus_pool_user *user; /* whose it is; NULL: the pool's. Under the mutex */
	uint32_t granule;		     /* bytes, a multiple of 64 */
	uint32_t nr;			     /* granules */
	/* under the pool's mutex; next and leaving are read by stats, under RCU */
	_Atomic(struct ghes_estatus_arena *) next;
	_Atomic(struct ghes_estatus_arena *) *link; /* what points to this one: a head or a next */
	struct ghes_estatus_arena *next_leaving;
	uint32_t entry; /* of the pool's table, if it is common */
	_Atomic bool leaving;

	/* granules of the live block that begins here, else 0 */
	_Alignas(64) _Atomic uint8_t length[GHES_ARENA_GRANULES];
};

/* A block as free sees it. */
struct ghes_arena_block {
	struct ghes_arena_header *header;
	uint32_t start;
	uint32_t granules; /* 0: free already */
};

/* A granule of at least @bytes: the finest allowed, a multiple of a cache line. */
static inline uint32_t ghes_arena_round(uint32_t bytes)
{
	uint32_t lines = bytes / 64 + !!(bytes % 64);

	return lines * 64 < GHES_ESTATUS_POOL_GRANULE ? GHES_ESTATUS_POOL_GRANULE : lines * 64;
}

/* Memory of an arena, itself included. */
static inline size_t ghes_arena_bytes(uint32_t granule, uint32_t nr)
{
	return sizeof(struct ghes_estatus_arena) + (size_t)granule * nr;
}

/* Granules that a block of @size user bytes takes; size <= GHES_ESTATUS_POOL_ALLOC_MAX. */
static inline uint32_t ghes_arena_granules(const struct ghes_estatus_arena *arena, size_t size)
{
	size_t bytes = size + GHES_ARENA_HEADER;

	if (bytes <= arena->granule) /* the usual case, without a division */
		return 1;
	return (uint32_t)((bytes + arena->granule - 1) / arena->granule);
}

void ghes_arena_init(struct ghes_estatus_arena *arena, struct ghes_estatus_pool_user *user,
		     uint32_t granule, uint32_t nr);
void *ghes_arena_alloc(struct ghes_estatus_arena *arena, size_t size, uint16_t source_id);
/* The arena that @ptr is a block of, and the block; NULL when it is none. Reads the header. */
struct ghes_estatus_arena *ghes_arena_of(void *ptr, struct ghes_arena_block *block);
/* false: it was free already. Nothing of the arena is touched after it succeeded. */
bool ghes_arena_free(struct ghes_estatus_arena *arena, const struct ghes_arena_block *block);
bool ghes_arena_is_empty(const struct ghes_estatus_arena *arena);
uint32_t ghes_arena_used(const struct ghes_estatus_arena *arena); /* granules */
uint32_t ghes_arena_nodes(const struct ghes_estatus_arena *arena);
bool ghes_arena_is_valid(const struct ghes_estatus_arena *arena);

#endif
