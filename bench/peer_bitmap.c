// SPDX-License-Identifier: GPL-2.0-only
#include "peer_bitmap.h"

#include <stdbool.h>
#include <stdlib.h>

#define ORDER 3 /* 8 bytes a bit */

struct peer_bitmap *peer_bitmap_create(size_t bytes)
{
	struct peer_bitmap *pool = calloc(1, sizeof(*pool));

	if (!pool)
		abort();
	pool->nr_bits = bytes >> ORDER;
	pool->base = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
	pool->word = calloc((pool->nr_bits + 63) / 64, sizeof(*pool->word));
	if (!pool->base || !pool->word)
		abort();
	pool->avail = bytes;
	return pool;
}

void peer_bitmap_destroy(struct peer_bitmap *pool)
{
	free(pool->base);
	free(pool->word);
	free(pool);
}

static uint64_t load(struct peer_bitmap *pool, size_t word)
{
	return atomic_load_explicit(&pool->word[word], memory_order_relaxed);
}

/* The first bit from @at that is (@set) set or clear, or @end. */
static size_t find(struct peer_bitmap *pool, size_t at, size_t end, bool set)
{
	while (at < end) {
		uint64_t bits = load(pool, at / 64) ^ (set ? 0 : ~UINT64_C(0));

		bits &= ~UINT64_C(0) << (at % 64);
		if (bits) {
			at = (at & ~(size_t)63) + (size_t)__builtin_ctzll(bits);
			return at < end ? at : end;
		}
		at = (at | 63) + 1;
	}
	return end;
}

static size_t find_area(struct peer_bitmap *pool, size_t at, size_t n)
{
	for (;;) {
		size_t start = find(pool, at, pool->nr_bits, false);

		if (start > pool->nr_bits || pool->nr_bits - start < n)
			return SIZE_MAX;
		at = find(pool, start, start + n, true);
		if (at == start + n)
			return start;
	}
}

static uint64_t mask_of(size_t bit, size_t n)
{
	uint64_t ones = n >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;

	return ones << (bit % 64);
}

static size_t part_of(size_t bit, size_t n)
{
	size_t room = 64 - bit % 64;

	return n < room ? n : room;
}

static bool set_bits(_Atomic uint64_t *word, uint64_t mask)
{
	uint64_t value = atomic_load_explicit(word, memory_order_relaxed);

	do {
		if (value & mask)
			return false;
	} while (!atomic_compare_exchange_weak(word, &value, value | mask));
	return true;
}

static void clear_bits(_Atomic uint64_t *word, uint64_t mask)
{
	uint64_t value = atomic_load_explicit(word, memory_order_relaxed);

	while (!atomic_compare_exchange_weak(word, &value, value & ~mask))
		;
}

static void clear_area(struct peer_bitmap *pool, size_t bit, size_t n)
{
	while (n) {
		size_t part = part_of(bit, n);

		clear_bits(&pool->word[bit / 64], mask_of(bit, part));
		bit += part;
		n -= part;
	}
}

/* How many of the @n bits were claimed before another was in the way. */
static size_t set_area(struct peer_bitmap *pool, size_t bit, size_t n)
{
	size_t done = 0;

	while (done < n) {
		size_t part = part_of(bit + done, n - done);

		if (!set_bits(&pool->word[(bit + done) / 64], mask_of(bit + done, part)))
			break;
		done += part;
	}
	return done;
}

void *peer_bitmap_alloc(struct peer_bitmap *pool, size_t size)
{
	size_t n = (size + (1 << ORDER) - 1) >> ORDER;
	size_t at = 0;

	if (atomic_load_explicit(&pool->avail, memory_order_relaxed) < size)
		return NULL;
	for (;;) {
		size_t done;

		at = find_area(pool, at, n);
		if (at == SIZE_MAX)
			return NULL;
		done = set_area(pool, at, n);
		if (done == n)
			break;
		clear_area(pool, at, done);
	}
	atomic_fetch_sub_explicit(&pool->avail, n << ORDER, memory_order_relaxed);
	return pool->base + (at << ORDER);
}

void peer_bitmap_free(struct peer_bitmap *pool, void *ptr, size_t size)
{
	size_t n = (size + (1 << ORDER) - 1) >> ORDER;

	clear_area(pool, (size_t)((unsigned char *)ptr - pool->base) >> ORDER, n);
	atomic_fetch_add_explicit(&pool->avail, n << ORDER, memory_order_relaxed);
}
