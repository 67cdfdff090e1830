// SPDX-License-Identifier: GPL-2.0-only
#include "estatus_arena.h"

/* All ones below bit @n; @n <= GHES_ARENA_GRANULES. */
static ghes_arena_word_t low_bits(uint32_t n)
{
	return n < GHES_ARENA_GRANULES ? ((ghes_arena_word_t)1 << n) - 1 : ~(ghes_arena_word_t)0;
}

static uint32_t first_bit(ghes_arena_word_t word)
{
	return (uint32_t)__builtin_ctzll(word);
}

static uint32_t count_bits(ghes_arena_word_t word)
{
	return (uint32_t)__builtin_popcountll(word);
}

/* The first granules of all runs of @n clear bits in @map. Doubles the run looked at each turn. */
static ghes_arena_word_t runs(ghes_arena_word_t map, uint32_t n)
{
	ghes_arena_word_t starts = ~map;

	while (n > 1) {
		uint32_t half = n / 2;

		starts &= starts >> half;
		n -= half;
	}
	return starts;
}

/* Different for each block of the process, and never 0 for a NULL arena. */
static uint32_t cookie(const struct ghes_arena_header *header,
		       const struct ghes_estatus_arena *arena, uint32_t start)
{
	uint64_t mix = ((uint64_t)(uintptr_t)header << 20) ^ (uint64_t)(uintptr_t)arena ^ start;

	return (uint32_t)((mix * UINT64_C(0x9e3779b97f4a7c15)) >> 32) ^ 0x45535441u;
}

void ghes_arena_init(struct ghes_estatus_arena *arena, struct ghes_estatus_pool_user *user,
		     uint32_t granule, uint32_t nr)
{
	atomic_init(&arena->map, ~low_bits(nr));
	arena->base = (unsigned char *)(arena + 1);
	arena->user = user;
	arena->granule = granule;
	arena->nr = nr;
	atomic_init(&arena->next, NULL);
	arena->link = NULL;
	arena->next_leaving = NULL;
	arena->entry = 0;
	atomic_init(&arena->leaving, false);
	for (unsigned int i = 0; i < GHES_ARENA_GRANULES; i++)
		atomic_init(&arena->length[i], 0);
}

/* What only the new owner writes; relaxed or plain, P1 and P2 order it against the neighbours. */
static void *open_block(struct ghes_estatus_arena *arena, uint32_t start, uint32_t granules,
			uint16_t source_id)
{
	struct ghes_arena_header *header;

	header = (struct ghes_arena_header *)(arena->base + (size_t)start * arena->granule);
	header->arena = arena;
	header->start = (uint16_t)start;
	header->source_id = source_id;
	header->cookie = cookie(header, arena, start);
	atomic_store_explicit(&arena->length[start], (uint8_t)granules, memory_order_relaxed);
	return header + 1;
}

void *ghes_arena_alloc(struct ghes_estatus_arena *arena, size_t size, uint16_t source_id)
{
	uint32_t granules = ghes_arena_granules(arena, size);
	/* relaxed: a guess that P1 confirms */
	ghes_arena_word_t map = atomic_load_explicit(&arena->map, memory_order_relaxed);
	ghes_arena_word_t starts, run;

	if (granules > arena->nr)
		return NULL;
	do {
		starts = runs(map, granules);
		if (!starts)
			return NULL;
		run = low_bits(granules) << first_bit(starts);
		/*
		 * P1 acquire: the last owner of these granules is done with them; pairs with P2.
		 * All changes of map are read-modify-writes, so each continues the release
		 * sequences of the frees before it.
		 */
	} while (!atomic_compare_exchange_weak_explicit(
		&arena->map, &map, map | run, memory_order_acquire, memory_order_relaxed));
	return open_block(arena, first_bit(starts), granules, source_id);
}

struct ghes_estatus_arena *ghes_arena_of(void *ptr, struct ghes_arena_block *block)
{
	struct ghes_arena_header *header = (struct ghes_arena_header *)ptr - 1;
	struct ghes_estatus_arena *arena = header->arena;
	uint32_t start = header->start;

	if (start >= GHES_ARENA_GRANULES || header->cookie != cookie(header, arena, start))
		return NULL;
	if ((unsigned char *)header != arena->base + (size_t)start * arena->granule)
		return NULL;
	block->header = header;
	block->start = start;
	/* relaxed: the caller's own store, or one handed to it with the pointer */
	block->granules = atomic_load_explicit(&arena->length[start], memory_order_relaxed);
	return arena;
}

bool ghes_arena_free(struct ghes_estatus_arena *arena, const struct ghes_arena_block *block)
{
	ghes_arena_word_t run = low_bits(block->granules) << block->start;
	ghes_arena_word_t map;

	/* relaxed: still ours, P2 orders it before the next owner's store */
	atomic_store_explicit(&arena->length[block->start], 0, memory_order_relaxed);
	/*
	 * P2 release: all that this owner did is over; pairs with P1, and with P4 of whoever gives
	 * the whole arena back. One step, whatever others do to the map meanwhile.
	 */
	map = atomic_fetch_and_explicit(&arena->map, ~run, memory_order_release);
	return (map & run) == run;
}

bool ghes_arena_is_empty(const struct ghes_estatus_arena *arena)
{
	/* P4 acquire: the last owners are done, the memory may go; pairs with P2 */
	return atomic_load_explicit(&arena->map, memory_order_acquire) ==
	       (ghes_arena_word_t)~low_bits(arena->nr);
}

uint32_t ghes_arena_used(const struct ghes_estatus_arena *arena)
{
	/* relaxed: a gauge */
	return count_bits(atomic_load_explicit(&arena->map, memory_order_relaxed) &
			  low_bits(arena->nr));
}

uint32_t ghes_arena_nodes(const struct ghes_estatus_arena *arena)
{
	/* relaxed, both: a gauge. A block begins at a granule that is in use. */
	ghes_arena_word_t left =
		atomic_load_explicit(&arena->map, memory_order_relaxed) & low_bits(arena->nr);
	uint32_t nodes = 0;

	for (; left; left &= left - 1)
		nodes += !!atomic_load_explicit(&arena->length[first_bit(left)],
						memory_order_relaxed);
	return nodes;
}

/* Each set bit belongs to exactly one live block, each block has a whole header. Only when quiet.
 */
bool ghes_arena_is_valid(const struct ghes_estatus_arena *arena)
{
	ghes_arena_word_t map = atomic_load_explicit(&arena->map, memory_order_relaxed);
	ghes_arena_word_t owned = ~low_bits(arena->nr);

	for (uint32_t i = 0; i < GHES_ARENA_GRANULES; i++) {
		uint32_t granules = atomic_load_explicit(&arena->length[i], memory_order_relaxed);
		struct ghes_arena_block block;
		ghes_arena_word_t run;

		if (!granules)
			continue;
		if (granules > arena->nr || i > arena->nr - granules)
			return false;
		run = low_bits(granules) << i;
		if (owned & run)
			return false;
		owned |= run;
		if (ghes_arena_of(arena->base + (size_t)i * arena->granule + GHES_ARENA_HEADER,
				  &block) != arena)
			return false;
	}
	return owned == map;
}
