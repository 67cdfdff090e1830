// SPDX-License-Identifier: GPL-2.0-only
/*
 * Between libghes and its own pool, put there by the linker (--wrap=ghes_estatus_pool_alloc): lets
 * the machine deny the n-th allocation. So the library needs no hook for tests.
 *
 * A denied request is made, and for more than the pool ever gives: the library refuses, counts and
 * traces by its own code. Progress: that of ghes_estatus_pool_alloc().
 */
#include <ghes/estatus_pool.h>

/* The simulator's (machine.h); a program that is none has a pool that is never denied. */
bool sim_pool_denied(struct ghes_platform *platform, size_t size) __attribute__((weak));

void *__real_ghes_estatus_pool_alloc(struct ghes_estatus_pool *pool,
				     struct ghes_estatus_pool_user *user, size_t size);
void *__wrap_ghes_estatus_pool_alloc(struct ghes_estatus_pool *pool,
				     struct ghes_estatus_pool_user *user, size_t size);

void *__wrap_ghes_estatus_pool_alloc(struct ghes_estatus_pool *pool,
				     struct ghes_estatus_pool_user *user, size_t size)
{
	if (sim_pool_denied && sim_pool_denied(pool->platform, size))
		size = GHES_ESTATUS_POOL_ALLOC_MAX + 1;
	return __real_ghes_estatus_pool_alloc(pool, user, size);
}
