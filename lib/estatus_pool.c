// SPDX-License-Identifier: GPL-2.0-only
#include <ghes/estatus_pool.h>

#include "estatus_arena.h"

/*
 * The common arenas, as a table that readers walk under RCU. Entries are appended and cleared in
 * place; only a full table is replaced. nr and the entries are written under the mutex.
 */
struct ghes_estatus_arena_table {
	uint32_t capacity;
	_Atomic uint32_t nr;
	_Atomic(struct ghes_estatus_arena *) arena[];
};

#define TABLE_MIN 16u

/* The largest block of a common arena */
#define COMMON_MAX (GHES_ESTATUS_POOL_GRANULE * GHES_ARENA_GRANULES - GHES_ARENA_HEADER)

static size_t table_size(uint32_t capacity)
{
	return sizeof(struct ghes_estatus_arena_table) +
	       (size_t)capacity * sizeof(_Atomic(struct ghes_estatus_arena *));
}

/* ---- Allocation and free: any context -------------------------------------------------------- */

static void trace(struct ghes_estatus_pool *pool, enum ghes_tracepoint tp, uint16_t source_id,
		  uint64_t arg0, uint64_t arg1)
{
	const struct ghes_platform_ops *ops = pool->platform->ops;

	if (ops->tracepoint)
		ops->tracepoint(pool->platform, tp, source_id, arg0, arg1, NULL);
}

/* Look through arenas @from ... @to - 1 of a user. */
static void *alloc_own(const struct ghes_estatus_pool_user *user, unsigned int from,
		       unsigned int to, size_t size)
{
	for (unsigned int i = from; i < to; i++) {
		void *ptr = ghes_arena_alloc(user->arena[i], size, user->source_id);

		if (ptr)
			return ptr;
	}
	return NULL;
}

/*
 * Look through the common arenas of all, each once, from where it last worked out. NULL means that
 * each of them had no room at some moment of this call.
 */
static void *alloc_common(struct ghes_estatus_pool *pool, size_t size, uint16_t source_id)
{
	/* P6 acquire: the table's contents; pairs with P5 */
	struct ghes_estatus_arena_table *table =
		atomic_load_explicit(&pool->common, memory_order_acquire);
	/* relaxed: an entry is NULL until P7 fills it, whatever nr says */
	uint32_t nr = atomic_load_explicit(&table->nr, memory_order_relaxed);
	/* relaxed: where to begin is a guess, and any value serves */
	uint32_t hint = atomic_load_explicit(&pool->hint, memory_order_relaxed);
	uint32_t at = hint < nr ? hint : 0;

	for (uint32_t i = 0; i < nr; i++) {
		/* P8 acquire: a ready arena; pairs with P7 */
		struct ghes_estatus_arena *arena =
			atomic_load_explicit(&table->arena[at], memory_order_acquire);
		void *ptr = arena ? ghes_arena_alloc(arena, size, source_id) : NULL;

		if (ptr) {
			if (at != hint)
				atomic_store_explicit(&pool->hint, at, memory_order_relaxed);
			return ptr;
		}
		at = at + 1 < nr ? at + 1 : 0;
	}
	return NULL;
}

static void *borrow(struct ghes_estatus_pool *pool, size_t size, uint16_t source_id)
{
	struct ghes_platform *platform = pool->platform;
	void *ptr;

	platform->ops->rcu_read_lock(platform);
	ptr = alloc_common(pool, size, source_id);
	/*
	 * An arena that left meanwhile stays as long as @ptr lives, so the read section may end.
	 */
	platform->ops->rcu_read_unlock(platform);
	return ptr;
}

static void *alloc_for(const struct ghes_estatus_pool_user *user, size_t size)
{
	unsigned int common = user->nr_common;

	/* Common ones first: they keep the private ones for what only fits there. */
	return alloc_own(user, size <= COMMON_MAX ? 0 : common, common + user->nr_private, size);
}

void *ghes_estatus_pool_alloc(struct ghes_estatus_pool *pool, struct ghes_estatus_pool_user *user,
			      size_t size)
{
	uint16_t source_id = user ? user->source_id : GHES_ESTATUS_POOL_NO_SOURCE;
	void *ptr = NULL;

	if (size && size <= GHES_ESTATUS_POOL_ALLOC_MAX) {
		if (user)
			ptr = alloc_for(user, size);
		if (!ptr)
			ptr = borrow(pool, size, source_id);
	}
	if (ptr) {
		trace(pool, GHES_TP_POOL_ALLOC, source_id, (uintptr_t)ptr, size);
		return ptr;
	}
	/* relaxed: a count */
	atomic_fetch_add_explicit(&pool->exhausted, 1, memory_order_relaxed);
	trace(pool, GHES_TP_POOL_EXHAUSTED, source_id, size, 0);
	return NULL;
}

static int misused(struct ghes_estatus_pool *pool, enum ghes_estatus_pool_misuse what)
{
	/* relaxed: a count */
	atomic_fetch_add_explicit(&pool->misuse[what], 1, memory_order_relaxed);
	return -GHES_EINVAL;
}

/* Could @ptr be from this pool? What fails here has not been read through. */
static bool in_range(const struct ghes_estatus_pool *pool, uintptr_t ptr)
{
	/*
	 * relaxed: the bounds only widen while the pool lives, and who holds a pointer into an
	 * arena got it after they covered that arena (P5-P8, or the caller's own hand-over of
	 * the user that expand() filled).
	 */
	uintptr_t low = atomic_load_explicit(&pool->low, memory_order_relaxed);
	uintptr_t high = atomic_load_explicit(&pool->high, memory_order_relaxed);

	return !(ptr % GHES_ARENA_ALIGN) && ptr >= low + GHES_ARENA_HEADER && ptr < high;
}

int ghes_estatus_pool_free(struct ghes_estatus_pool *pool, void *ptr, size_t size)
{
	struct ghes_estatus_arena *arena;
	struct ghes_arena_block block;

	if (!ptr)
		return 0;
	if (!in_range(pool, (uintptr_t)ptr))
		return misused(pool, GHES_ESTATUS_POOL_FOREIGN_FREE);
	arena = ghes_arena_of(ptr, &block);
	if (!arena)
		return misused(pool, GHES_ESTATUS_POOL_FOREIGN_FREE);
	if (!block.granules)
		return misused(pool, GHES_ESTATUS_POOL_DOUBLE_FREE);
	if (block.granules != ghes_arena_granules(arena, size))
		return misused(pool, GHES_ESTATUS_POOL_WRONG_SIZE_FREE);
	/* Before it is free: the next owner's trace must not overtake this one. */
	trace(pool, GHES_TP_POOL_FREE, block.header->source_id, (uintptr_t)ptr, size);
	if (!ghes_arena_free(arena, &block))
		return misused(pool, GHES_ESTATUS_POOL_DOUBLE_FREE);
	return 0;
}

/* ---- Arenas come and go: task, under the mutex ----------------------------------------------- */

/*
 * How a user's memory is cut. Private: as many records of the full length as are guaranteed, in
 * granules that divide a record into as many parts as the word has bits to spare for, so that
 * small records fit in there too once the common arenas are full.
 */
struct geometry {
	uint32_t records;
	uint32_t nr_private;
	uint32_t per_private; /* records in each but the last */
	uint32_t granule;
	uint32_t per_record; /* granules */
	uint32_t nr_common;
};

static uint32_t div_up(uint32_t n, uint32_t by)
{
	return n / by + !!(n % by);
}

static uint32_t clamp_u32(uint32_t n, uint32_t low, uint32_t high)
{
	n = n > high ? high : n;
	return n < low ? low : n;
}

static void cut(struct geometry *g, uint32_t block, uint32_t records)
{
	uint32_t least = block < GHES_ESTATUS_POOL_GRANULE ? GHES_ESTATUS_POOL_GRANULE : block;
	uint32_t parts;

	g->records = clamp_u32(records, 1,
			       clamp_u32(GHES_ESOURCE_PREALLOC_MAX_SIZE / least, 1, UINT32_MAX));
	g->nr_private = div_up(g->records, GHES_ARENA_GRANULES);
	g->per_private = div_up(g->records, g->nr_private);
	parts = clamp_u32((uint32_t)GHES_ARENA_GRANULES / g->per_private, 1,
			  div_up(block, GHES_ESTATUS_POOL_GRANULE));
	g->granule = ghes_arena_round(div_up(block, parts));
	g->per_record = div_up(block, g->granule);
	g->nr_common = clamp_u32(
		div_up(g->records * least, GHES_ESTATUS_POOL_GRANULE * GHES_ARENA_GRANULES), 1,
		GHES_ESTATUS_USER_COMMON);
}

_Static_assert(GHES_ESOURCE_PREALLOC_MAX_SIZE / GHES_ESTATUS_POOL_GRANULE <=
		       GHES_ESTATUS_USER_PRIVATE * GHES_ARENA_GRANULES,
	       "the most records that are guaranteed fit in the private arenas");

/* Only widens, so that a reader's old bounds still hold for what it may have got. */
static void widen(struct ghes_estatus_pool *pool, const struct ghes_estatus_arena *arena)
{
	uintptr_t from = (uintptr_t)arena->base;
	uintptr_t to = from + (size_t)arena->nr * arena->granule;

	if (from < atomic_load_explicit(&pool->low, memory_order_relaxed))
		atomic_store_explicit(&pool->low, from, memory_order_relaxed);
	if (to > atomic_load_explicit(&pool->high, memory_order_relaxed))
		atomic_store_explicit(&pool->high, to, memory_order_relaxed);
}

static struct ghes_estatus_arena *arena_create(struct ghes_estatus_pool *pool,
					       struct ghes_estatus_pool_user *user,
					       uint32_t granule, uint32_t nr)
{
	struct ghes_platform *platform = pool->platform;
	struct ghes_estatus_arena *arena;

	arena = platform->ops->alloc(platform, ghes_arena_bytes(granule, nr));
	if (!arena)
		return NULL;
	ghes_arena_init(arena, user, granule, nr);
	return arena;
}

static void arena_destroy(struct ghes_estatus_pool *pool, struct ghes_estatus_arena *arena)
{
	pool->platform->ops->free(pool->platform, arena,
				  ghes_arena_bytes(arena->granule, arena->nr));
}

/* Into the list of all arenas, which stats walks. */
static void arena_link(struct ghes_estatus_pool *pool, struct ghes_estatus_arena *arena)
{
	/* relaxed: under the mutex, nobody else writes the list */
	struct ghes_estatus_arena *first =
		atomic_load_explicit(&pool->arenas, memory_order_relaxed);

	widen(pool, arena);
	atomic_store_explicit(&arena->next, first, memory_order_relaxed);
	arena->link = &pool->arenas;
	if (first)
		first->link = &arena->next;
	/* P9 release: a ready arena; pairs with P10 */
	atomic_store_explicit(&pool->arenas, arena, memory_order_release);
}

/* Out of that list again; stats may still be walking there until a grace period is over. */
static void arena_unlink(struct ghes_estatus_arena *arena)
{
	/* relaxed: under the mutex, and the successor was published to all long ago */
	struct ghes_estatus_arena *next = atomic_load_explicit(&arena->next, memory_order_relaxed);

	atomic_store_explicit(arena->link, next, memory_order_relaxed);
	if (next)
		next->link = arena->link;
}

/* Into entry @at of @table, which has room. P7 release: a ready arena; pairs with P8 */
static void table_set(struct ghes_estatus_arena_table *table, uint32_t at,
		      struct ghes_estatus_arena *arena)
{
	arena->entry = at;
	atomic_store_explicit(&table->arena[at], arena, memory_order_release);
}

/*
 * Make sure that @more arenas can be appended to the table. A new one is as large as what lives
 * asks for, not as what ever lived: else users that come and go would make it grow without end.
 */
static int table_grow(struct ghes_estatus_pool *pool, uint32_t more)
{
	struct ghes_platform *platform = pool->platform;
	/* relaxed, here and below: under the mutex, nobody else writes table or entries */
	struct ghes_estatus_arena_table *old =
		atomic_load_explicit(&pool->common, memory_order_relaxed);
	uint32_t nr = old ? atomic_load_explicit(&old->nr, memory_order_relaxed) : 0;
	struct ghes_estatus_arena_table *table;
	uint32_t capacity, used = 0;

	if (old && old->capacity - nr >= more)
		return 0;
	for (uint32_t i = 0; i < nr; i++)
		used += !!atomic_load_explicit(&old->arena[i], memory_order_relaxed);
	if (used > UINT32_MAX / 4)
		return -GHES_ENOMEM;
	capacity = 2 * used + more < TABLE_MIN ? TABLE_MIN : 2 * used + more;
	table = platform->ops->alloc(platform, table_size(capacity));
	if (!table)
		return -GHES_ENOMEM;
	table->capacity = capacity;
	used = 0;
	for (uint32_t i = 0; i < nr; i++) {
		struct ghes_estatus_arena *arena =
			atomic_load_explicit(&old->arena[i], memory_order_relaxed);

		if (arena)
			table_set(table, used++, arena);
	}
	atomic_init(&table->nr, used);
	/* P5 release: the filled table; pairs with P6 */
	atomic_store_explicit(&pool->common, table, memory_order_release);
	if (old) {
		platform->ops->synchronize_rcu(platform);
		platform->ops->free(platform, old, table_size(old->capacity));
	}
	return 0;
}

/* There is room: table_grow() saw to it. */
static void table_append(struct ghes_estatus_pool *pool, struct ghes_estatus_arena *arena)
{
	struct ghes_estatus_arena_table *table =
		atomic_load_explicit(&pool->common, memory_order_relaxed);
	uint32_t nr = atomic_load_explicit(&table->nr, memory_order_relaxed);

	table_set(table, nr, arena);
	atomic_store_explicit(&table->nr, nr + 1, memory_order_relaxed);
}

/* Take the common arenas of @user out of the table; readers may still be in them. */
static void table_remove(struct ghes_estatus_pool *pool, const struct ghes_estatus_pool_user *user)
{
	struct ghes_estatus_arena_table *table =
		atomic_load_explicit(&pool->common, memory_order_relaxed);
	uint32_t nr = atomic_load_explicit(&table->nr, memory_order_relaxed);

	/* relaxed: clearing publishes nothing; the grace period that follows orders */
	for (unsigned int i = 0; i < user->nr_common; i++)
		atomic_store_explicit(&table->arena[user->arena[i]->entry], NULL,
				      memory_order_relaxed);
	while (nr && !atomic_load_explicit(&table->arena[nr - 1], memory_order_relaxed))
		nr--;
	atomic_store_explicit(&table->nr, nr, memory_order_relaxed);
}

/*
 * Give back the arenas that have left and are empty. Nobody can allocate from them (a grace period
 * has passed since they left), so empty is for ever.
 */
static void reap(struct ghes_estatus_pool *pool)
{
	struct ghes_platform *platform = pool->platform;
	struct ghes_estatus_arena **at = &pool->leaving;
	struct ghes_estatus_arena *arena, *gone = NULL;

	while ((arena = *at)) {
		if (!ghes_arena_is_empty(arena)) {
			at = &arena->next_leaving;
			continue;
		}
		*at = arena->next_leaving;
		arena_unlink(arena);
		arena->next_leaving = gone;
		gone = arena;
	}
	if (gone)
		platform->ops->synchronize_rcu(platform); /* stats may be walking there */
	while ((arena = gone)) {
		gone = arena->next_leaving;
		arena_destroy(pool, arena);
	}
}

static int create_arenas(struct ghes_estatus_pool *pool, struct ghes_estatus_pool_user *user,
			 const struct geometry *g)
{
	uint32_t left = g->records;
	uint32_t n = 0;

	for (; n < g->nr_common; n++)
		user->arena[n] =
			arena_create(pool, user, GHES_ESTATUS_POOL_GRANULE, GHES_ARENA_GRANULES);
	for (; left; n++) {
		uint32_t records = left < g->per_private ? left : g->per_private;

		user->arena[n] = arena_create(pool, user, g->granule, records * g->per_record);
		left -= records;
	}
	user->nr_common = g->nr_common;
	user->nr_private = n - g->nr_common;
	for (uint32_t i = 0; i < n; i++)
		if (!user->arena[i])
			return -GHES_ENOMEM;
	return 0;
}

static void forget_user(struct ghes_estatus_pool_user *user)
{
	uint16_t source_id = user->source_id;

	*user = (struct ghes_estatus_pool_user){.source_id = source_id};
}

static int expand(struct ghes_estatus_pool *pool, struct ghes_estatus_pool_user *user,
		  const struct geometry *g)
{
	int err = create_arenas(pool, user, g);

	if (!err)
		err = table_grow(pool, g->nr_common);
	if (err) {
		for (unsigned int i = 0; i < user->nr_common + user->nr_private; i++)
			if (user->arena[i])
				arena_destroy(pool, user->arena[i]);
		forget_user(user);
		return err;
	}
	for (unsigned int i = 0; i < user->nr_common + user->nr_private; i++)
		arena_link(pool, user->arena[i]);
	for (unsigned int i = 0; i < user->nr_common; i++)
		table_append(pool, user->arena[i]);
	return 0;
}

int ghes_estatus_pool_expand(struct ghes_estatus_pool *pool, struct ghes_estatus_pool_user *user,
			     uint32_t error_block_length, uint32_t records, uint32_t node_len)
{
	struct ghes_platform *platform = pool->platform;
	struct geometry g;
	int err;

	if (!error_block_length || node_len > GHES_ESTATUS_NODE_MAX)
		return -GHES_EINVAL;
	if (error_block_length > GHES_ESTATUS_MAX_SIZE)
		error_block_length = GHES_ESTATUS_MAX_SIZE;
	cut(&g, error_block_length + node_len + GHES_ARENA_HEADER, records);

	platform->ops->mutex_lock(platform);
	reap(pool);
	err = user->nr_common ? -GHES_EBUSY : expand(pool, user, &g);
	if (!err) {
		user->records = g.records;
		user->record_max = error_block_length;
		/* relaxed: a count */
		atomic_fetch_add_explicit(&pool->users, 1, memory_order_relaxed);
	}
	platform->ops->mutex_unlock(platform);
	return err;
}

static void leave(struct ghes_estatus_pool *pool, struct ghes_estatus_pool_user *user)
{
	for (unsigned int i = 0; i < user->nr_common + user->nr_private; i++) {
		struct ghes_estatus_arena *arena = user->arena[i];

		arena->user = NULL;
		/* relaxed: stats only counts it, all others hold the mutex */
		atomic_store_explicit(&arena->leaving, true, memory_order_relaxed);
		arena->next_leaving = pool->leaving;
		pool->leaving = arena;
	}
	forget_user(user);
}

void ghes_estatus_pool_shrink(struct ghes_estatus_pool *pool, struct ghes_estatus_pool_user *user)
{
	struct ghes_platform *platform = pool->platform;

	platform->ops->mutex_lock(platform);
	if (user->nr_common) {
		table_remove(pool, user);
		/* Borrowers that still saw its arenas in the table are done after this. */
		platform->ops->synchronize_rcu(platform);
		leave(pool, user);
		atomic_fetch_sub_explicit(&pool->users, 1, memory_order_relaxed); /* a count */
	}
	reap(pool);
	platform->ops->mutex_unlock(platform);
}

void ghes_estatus_pool_reap(struct ghes_estatus_pool *pool)
{
	struct ghes_platform *platform = pool->platform;

	platform->ops->mutex_lock(platform);
	reap(pool);
	platform->ops->mutex_unlock(platform);
}

/* A common arena that belongs to the pool itself. */
static int add_base(struct ghes_estatus_pool *pool, uint32_t granule, uint32_t nr)
{
	struct ghes_estatus_arena *arena;
	int err = table_grow(pool, 1);

	if (err)
		return err;
	arena = arena_create(pool, NULL, granule, nr);
	if (!arena)
		return -GHES_ENOMEM;
	arena_link(pool, arena);
	table_append(pool, arena);
	return 0;
}

/*
 * Asked for once a source, with whatever length firmware wrote down; in powers of two, so that
 * sources of slowly rising lengths do not add an arena each.
 */
int ghes_estatus_pool_reserve(struct ghes_estatus_pool *pool, uint32_t size)
{
	struct ghes_platform *platform = pool->platform;
	uint32_t granule, block = 1;
	int err = 0;

	if (size > GHES_ESTATUS_POOL_ALLOC_MAX)
		size = GHES_ESTATUS_POOL_ALLOC_MAX;
	while (block < size)
		block *= 2;
	if (block > GHES_ESTATUS_POOL_ALLOC_MAX)
		block = GHES_ESTATUS_POOL_ALLOC_MAX;
	granule = ghes_arena_round(div_up(block + GHES_ARENA_HEADER, GHES_ARENA_GRANULES));

	platform->ops->mutex_lock(platform);
	if (size > pool->reserved_max) {
		err = add_base(pool, granule, div_up(block + GHES_ARENA_HEADER, granule));
		if (!err)
			pool->reserved_max = block;
	}
	platform->ops->mutex_unlock(platform);
	return err;
}

int ghes_estatus_pool_init(struct ghes_estatus_pool *pool, struct ghes_platform *platform)
{
	int err;

	pool->platform = platform;
	atomic_init(&pool->common, NULL);
	atomic_init(&pool->hint, 0);
	atomic_init(&pool->arenas, NULL);
	pool->leaving = NULL;
	atomic_init(&pool->low, UINTPTR_MAX);
	atomic_init(&pool->high, 0);
	atomic_init(&pool->exhausted, 0);
	atomic_init(&pool->users, 0);
	for (unsigned int i = 0; i < GHES_NR_ESTATUS_POOL_MISUSES; i++)
		atomic_init(&pool->misuse[i], 0);
	/* The kernel reserves 6 cache entries of 512 bytes; one common arena is more than that. */
	pool->reserved_max =
		GHES_ESTATUS_POOL_GRANULE * (uint32_t)GHES_ARENA_GRANULES - GHES_ARENA_HEADER;
	err = table_grow(pool, 1);
	if (!err)
		err = add_base(pool, GHES_ESTATUS_POOL_GRANULE, GHES_ARENA_GRANULES);
	if (err)
		ghes_estatus_pool_exit(pool);
	return err;
}

int ghes_estatus_pool_exit(struct ghes_estatus_pool *pool)
{
	struct ghes_platform *platform = pool->platform;
	/* relaxed: nobody else is left */
	struct ghes_estatus_arena_table *table =
		atomic_load_explicit(&pool->common, memory_order_relaxed);
	struct ghes_estatus_arena *arena, *next;
	int err = 0;

	arena = atomic_load_explicit(&pool->arenas, memory_order_relaxed);
	for (; arena; arena = next) {
		next = atomic_load_explicit(&arena->next, memory_order_relaxed);
		if (!ghes_arena_is_empty(arena))
			err = -GHES_EBUSY;
		arena_destroy(pool, arena);
	}
	if (table)
		platform->ops->free(platform, table, table_size(table->capacity));
	atomic_store_explicit(&pool->common, NULL, memory_order_relaxed);
	atomic_store_explicit(&pool->arenas, NULL, memory_order_relaxed);
	pool->leaving = NULL;
	return err;
}

/* ---- Looking in from outside ----------------------------------------------------------------- */

void ghes_estatus_pool_stats(struct ghes_estatus_pool *pool, struct ghes_estatus_pool_stats *stats)
{
	struct ghes_platform *platform = pool->platform;
	struct ghes_estatus_arena *arena;

	*stats = (struct ghes_estatus_pool_stats){
		/* relaxed: counts */
		.users = atomic_load_explicit(&pool->users, memory_order_relaxed),
		.exhausted = atomic_load_explicit(&pool->exhausted, memory_order_relaxed),
	};
	platform->ops->rcu_read_lock(platform);
	/* P10 acquire, here and at each next: a ready arena; pairs with P9 */
	arena = atomic_load_explicit(&pool->arenas, memory_order_acquire);
	for (; arena; arena = atomic_load_explicit(&arena->next, memory_order_acquire)) {
		uint64_t used = (uint64_t)ghes_arena_used(arena) * arena->granule;
		uint64_t total = (uint64_t)arena->nr * arena->granule;

		stats->arenas++;
		stats->leaving += atomic_load_explicit(&arena->leaving, memory_order_relaxed);
		stats->total += total;
		stats->used += used;
		stats->free += total - used;
		stats->nodes += ghes_arena_nodes(arena);
	}
	platform->ops->rcu_read_unlock(platform);
}

uint64_t ghes_estatus_pool_misuse(const struct ghes_estatus_pool *pool,
				  enum ghes_estatus_pool_misuse what)
{
	if ((unsigned int)what >= GHES_NR_ESTATUS_POOL_MISUSES)
		return 0;
	return atomic_load_explicit(&pool->misuse[what], memory_order_relaxed); /* a count */
}

const char *ghes_estatus_pool_misuse_text(enum ghes_estatus_pool_misuse what)
{
	switch (what) {
#define MISUSE_CASE(name, text)                                                                    \
	case GHES_ESTATUS_POOL_##name:                                                             \
		return text;
		GHES_ESTATUS_POOL_MISUSES(MISUSE_CASE)
#undef MISUSE_CASE
	default:
		return "unknown misuse";
	}
}

bool ghes_estatus_pool_is_valid(struct ghes_estatus_pool *pool)
{
	struct ghes_platform *platform = pool->platform;
	struct ghes_estatus_arena *arena;
	bool valid = true;

	platform->ops->mutex_lock(platform);
	arena = atomic_load_explicit(&pool->arenas, memory_order_relaxed); /* the mutex */
	for (; arena; arena = atomic_load_explicit(&arena->next, memory_order_relaxed))
		valid = valid && ghes_arena_is_valid(arena);
	platform->ops->mutex_unlock(platform);
	return valid;
}
