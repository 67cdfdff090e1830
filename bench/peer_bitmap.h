/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The peer: a lock-free first-fit bitmap allocator of the design that the kernel's pool has, in
 * our own words. One chunk; a bit is 8 bytes; an allocation searches from the start for a run of
 * clear bits, claims it word by word with compare-exchange and rolls back when another was
 * quicker; a counter of free bytes is kept beside it.
 */
#ifndef GHES_BENCH_PEER_BITMAP_H
#define GHES_BENCH_PEER_BITMAP_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct peer_bitmap {
	unsigned char *base;
	size_t nr_bits;
	_Atomic size_t avail;
	_Atomic uint64_t *word;
};

struct peer_bitmap *peer_bitmap_create(size_t bytes);
void peer_bitmap_destroy(struct peer_bitmap *pool);
void *peer_bitmap_alloc(struct peer_bitmap *pool, size_t size);
void peer_bitmap_free(struct peer_bitmap *pool, void *ptr, size_t size);

#endif
