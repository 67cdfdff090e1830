// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's allocator by itself, as ghes.c sets it up, for benchmarks. In a bare core nothing of
 * the shim is in between.
 */
#include "shim.h"

#include <linux/genalloc.h>

#define MIN_ALLOC_ORDER 3 /* as ghes.c asks for: granules of 8 bytes */

void *k_pool_create(host_size size)
{
	struct gen_pool *pool = gen_pool_create(MIN_ALLOC_ORDER, -1);
	void *memory = host_alloc(size);

	if (!pool || !memory || gen_pool_add(pool, (unsigned long)memory, size, -1))
		return NULL;
	return pool;
}

unsigned long k_pool_alloc(void *pool, host_size size)
{
	return gen_pool_alloc(pool, size);
}

void k_pool_free(void *pool, unsigned long addr, host_size size)
{
	gen_pool_free(pool, addr, size);
}
