// SPDX-License-Identifier: GPL-2.0-only
/*
 * The estatus pool, in one thread. Concurrency and nesting: test_estatus_stress.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <ghes/estatus_pool.h>

#include "estatus_arena.h"
#include "fake_platform.h"

#define NODE_LEN 64u

struct fixture {
	struct fake_platform fake;
	struct ghes_estatus_pool pool;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	fake_platform_init(&f->fake);
	*state = f;
	return ghes_estatus_pool_init(&f->pool, &f->fake.platform);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	unsigned int left;

	ghes_estatus_pool_exit(&f->pool);
	left = f->fake.live_blocks;
	free(f);
	return left ? -1 : 0;
}

static struct ghes_estatus_pool_stats stats_of(struct fixture *f)
{
	struct ghes_estatus_pool_stats stats;

	ghes_estatus_pool_stats(&f->pool, &stats);
	assert_int_equal(stats.total, stats.free + stats.used);
	assert_true(ghes_estatus_pool_is_valid(&f->pool));
	assert_int_equal(f->fake.readers, 0);
	return stats;
}

/* xorshift64*: the tests' own, so that a seed means the same everywhere */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * UINT64_C(2685821657736338717);
}

/* Goal: a fresh pool holds only the base reservation, and gives back all of its memory. */
static void fresh_pool_has_the_base_reservation_only(void **state)
{
	struct fixture *f = *state;
	struct ghes_estatus_pool_stats stats = stats_of(f);

	assert_int_equal(stats.used, 0);
	assert_int_equal(stats.nodes, 0);
	assert_int_equal(stats.users, 0);
	assert_true(stats.total >= 6 * 512);
	assert_true(stats.total <= 32 * 1024);
}

/* Goal: what is handed out is aligned, disjoint, writable to its last byte, and accounted for. */
static void blocks_are_aligned_disjoint_and_accounted(void **state)
{
	struct fixture *f = *state;
	struct ghes_estatus_pool_user user = {.source_id = 7};
	size_t sizes[] = {1, 20, 264, 304, 305, 1000, 4096, 5121, 20000, 65536 + NODE_LEN};
	unsigned char *ptr[sizeof(sizes) / sizeof(sizes[0])];
	const unsigned int n = sizeof(sizes) / sizeof(sizes[0]);

	assert_int_equal(ghes_estatus_pool_expand(&f->pool, &user, 65536, 1, NODE_LEN), 0);
	for (unsigned int i = 0; i < n; i++) {
		ptr[i] = ghes_estatus_pool_alloc(&f->pool, &user, sizes[i]);
		assert_non_null(ptr[i]);
		assert_int_equal((uintptr_t)ptr[i] % 16, 0);
		memset(ptr[i], (int)i, sizes[i]);
	}
	assert_int_equal(stats_of(f).nodes, n);
	for (unsigned int i = 0; i < n; i++)
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(ptr[i][j], i);
	for (unsigned int i = 0; i < n; i++)
		assert_int_equal(ghes_estatus_pool_free(&f->pool, ptr[i], sizes[i]), 0);
	assert_int_equal(stats_of(f).used, 0);
	assert_int_equal(stats_of(f).nodes, 0);
	assert_int_equal(fake_count(&f->fake, GHES_TP_POOL_ALLOC), n);
	assert_int_equal(fake_count(&f->fake, GHES_TP_POOL_FREE), n);
	assert_int_equal(f->fake.trace[0].source_id, 7);
	ghes_estatus_pool_shrink(&f->pool, &user);
}

/*
 * Goal: whatever others hold, a user gets its preallocated number of records of full length.
 * Method: another user, and those without one, take small records until nothing is left.
 */
static void guarantee_holds(struct fixture *f, uint32_t length, uint32_t records)
{
	struct ghes_estatus_pool_user user = {.source_id = 1}, other = {.source_id = 2};
	void *ptr[256];

	assert_int_equal(ghes_estatus_pool_expand(&f->pool, &user, length, records, NODE_LEN), 0);
	assert_int_equal(ghes_estatus_pool_expand(&f->pool, &other, 65536, 1, NODE_LEN), 0);
	assert_in_range(user.records, 1, records ? records : 1);
	while (ghes_estatus_pool_alloc(&f->pool, &other, 1))
		;
	while (ghes_estatus_pool_alloc(&f->pool, NULL, 1))
		;
	for (uint32_t i = 0; i < user.records; i++) {
		ptr[i] = ghes_estatus_pool_alloc(&f->pool, &user, user.record_max + NODE_LEN);
		assert_non_null(ptr[i]);
	}
	stats_of(f);
	for (uint32_t i = 0; i < user.records; i++)
		ghes_estatus_pool_free(&f->pool, ptr[i], user.record_max + NODE_LEN);
	assert_int_equal(ghes_estatus_pool_exit(&f->pool), -GHES_EBUSY);
	assert_int_equal(f->fake.live_blocks, 0);
	assert_int_equal(ghes_estatus_pool_init(&f->pool, &f->fake.platform), 0);
}

static void each_user_keeps_its_guaranteed_records(void **state)
{
	static const uint32_t length[] = {1,	 20,	176,   240,   241,	 500,
					  1000,	 4096,	8192,  16384, 24000,	 32768,
					  40000, 65535, 65536, 70000, UINT32_MAX};
	static const uint32_t records[] = {0, 1, 2, 3, 7, 16, 63, 64, 65, 200, 5000, UINT32_MAX};

	for (unsigned int i = 0; i < sizeof(length) / sizeof(length[0]); i++)
		for (unsigned int j = 0; j < sizeof(records) / sizeof(records[0]); j++)
			guarantee_holds(*state, length[i], records[j]);
}

/*
 * Goal: the guaranteed number is what firmware asked for wherever that fits in 64 KiB, and memory
 * stays in proportion to it.
 */
static void guarantee_is_what_was_asked_for_within_64k(void **state)
{
	struct fixture *f = *state;

	for (uint32_t length = 20; length <= 65536; length += 347) {
		for (uint32_t records = 1; records < 12; records += 3) {
			struct ghes_estatus_pool_user user = {0};
			size_t before = f->fake.live_bytes, block = length + NODE_LEN + 16;

			assert_int_equal(ghes_estatus_pool_expand(&f->pool, &user, length, records,
								  NODE_LEN),
					 0);
			if (records * block <= 65536)
				assert_int_equal(user.records, records);
			assert_in_range(user.nr_common, 1, GHES_ESTATUS_USER_COMMON);
			assert_in_range(user.nr_private, 1, GHES_ESTATUS_USER_PRIVATE);
			assert_in_range(f->fake.live_bytes - before, user.records * block,
					3 * user.records * block + 24 * 1024);
			ghes_estatus_pool_shrink(&f->pool, &user);
			assert_int_equal(user.nr_common, 0);
			assert_true(f->fake.live_bytes <= before + 4096); /* the table may stay */
		}
	}
}

/* Goal: 8 NMI-like users of the largest kind cost about a megabyte, and leave nothing behind. */
static void memory_follows_the_users(void **state)
{
	struct fixture *f = *state;
	struct ghes_estatus_pool_user user[8] = {0};
	size_t before = f->fake.live_bytes;

	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(ghes_estatus_pool_expand(&f->pool, &user[i], 65536, 1, NODE_LEN),
				 0);
	assert_int_equal(stats_of(f).users, 8);
	assert_true(f->fake.live_bytes - before < 8 * 160 * 1024);
	for (unsigned int i = 0; i < 8; i++)
		ghes_estatus_pool_shrink(&f->pool, &user[i]);
	assert_int_equal(stats_of(f).users, 0);
	assert_int_equal(stats_of(f).arenas, 1);
	assert_true(f->fake.live_bytes - before < 1024);
}

/*
 * Goal: users that come and go for ever need no more memory than those who are there. Method: two
 * in turns, so that the table of common arenas always has an entry behind the hole that one left.
 */
static void users_that_come_and_go_leave_nothing(void **state)
{
	struct fixture *f = *state;
	struct ghes_estatus_pool_user user[2] = {0};
	size_t before;

	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(ghes_estatus_pool_expand(&f->pool, &user[i], 200, 1, NODE_LEN), 0);
	before = f->fake.live_bytes;
	for (unsigned int i = 0; i < 2000; i++) {
		ghes_estatus_pool_shrink(&f->pool, &user[i % 2]);
		assert_int_equal(ghes_estatus_pool_expand(&f->pool, &user[i % 2], 200, 1, NODE_LEN),
				 0);
	}
	assert_true(f->fake.live_bytes <= before + 512);
	for (unsigned int i = 0; i < 2; i++)
		ghes_estatus_pool_shrink(&f->pool, &user[i]);
	assert_int_equal(stats_of(f).arenas, 1);
}

/*
 * Goal: a pool of one 64 KiB source holds no fewer small records than the kernel's, which has
 * 69,632 bytes for it and takes 248 of them for a record of 200 bytes and its node.
 */
static void small_records_are_not_fewer_than_in_the_kernel(void **state)
{
	struct fixture *f = *state;
	struct ghes_estatus_pool_user user = {0};
	unsigned int n = 0;

	assert_int_equal(ghes_estatus_pool_expand(&f->pool, &user, 65536, 1, NODE_LEN), 0);
	while (ghes_estatus_pool_alloc(&f->pool, &user, 200 + NODE_LEN))
		n++;
	/* narrow words: half as many granules, twice as large */
	assert_true(n >= 69632 / 248 / (64 / GHES_ARENA_GRANULES));
	assert_int_equal(stats_of(f).nodes, n);
	assert_int_equal(stats_of(f).free, 0);
	assert_int_equal(stats_of(f).exhausted, 1);
	assert_int_equal(fake_count(&f->fake, GHES_TP_POOL_EXHAUSTED), 1);
}

/* Goal: sizes that cannot be are refused and counted, not rounded into something. */
static void impossible_sizes_are_refused(void **state)
{
	static const size_t bad[] = {0, GHES_ESTATUS_POOL_ALLOC_MAX + 1, SIZE_MAX, SIZE_MAX - 15,
				     SIZE_MAX / 2};
	struct fixture *f = *state;
	struct ghes_estatus_pool_user user = {0};

	assert_int_equal(ghes_estatus_pool_expand(&f->pool, &user, 65536, 1, NODE_LEN), 0);
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(ghes_estatus_pool_alloc(&f->pool, &user, bad[i]));
	assert_int_equal(stats_of(f).exhausted, sizeof(bad) / sizeof(bad[0]));
	assert_int_equal(stats_of(f).used, 0);
}

/* Goal: each misuse of free is refused, counted under its name, and leaves the pool as it was. */
static void misuse_of_free_is_refused_and_counted(void **state)
{
	struct fixture *f = *state;
	struct ghes_estatus_pool_user user = {0};
	struct ghes_arena_header forged;
	unsigned char *a, *b, local[64];
	struct ghes_estatus_pool_stats before, after;

	assert_int_equal(ghes_estatus_pool_expand(&f->pool, &user, 65536, 1, NODE_LEN), 0);
	a = ghes_estatus_pool_alloc(&f->pool, &user, 1000);
	b = ghes_estatus_pool_alloc(&f->pool, &user, 1000);
	assert_non_null(a);
	assert_non_null(b);
	memset(a, 0xa5, 1000);
	before = stats_of(f);

	assert_int_equal(ghes_estatus_pool_free(&f->pool, NULL, 10), 0);
	assert_int_equal(ghes_estatus_pool_free(&f->pool, local, 10), -GHES_EINVAL);
	assert_int_equal(ghes_estatus_pool_free(&f->pool, (void *)(uintptr_t)8, 10), -GHES_EINVAL);
	assert_int_equal(ghes_estatus_pool_free(&f->pool, a + 1, 1000), -GHES_EINVAL);
	assert_int_equal(ghes_estatus_pool_free(&f->pool, a + GHES_ESTATUS_POOL_GRANULE, 1000),
			 -GHES_EINVAL);
	/* even where the caller's own bytes look like the header of the granule they are in */
	memcpy(&forged, a - sizeof(forged), sizeof(forged));
	forged.start++;
	memcpy(a + GHES_ESTATUS_POOL_GRANULE - sizeof(forged), &forged, sizeof(forged));
	assert_int_equal(ghes_estatus_pool_free(&f->pool, a + GHES_ESTATUS_POOL_GRANULE, 1000),
			 -GHES_EINVAL);
	assert_int_equal(ghes_estatus_pool_misuse(&f->pool, GHES_ESTATUS_POOL_FOREIGN_FREE), 5);
	assert_int_equal(ghes_estatus_pool_free(&f->pool, a, 10), -GHES_EINVAL);
	assert_int_equal(ghes_estatus_pool_free(&f->pool, a, 5000), -GHES_EINVAL);
	assert_int_equal(ghes_estatus_pool_free(&f->pool, a, SIZE_MAX), -GHES_EINVAL);
	assert_int_equal(ghes_estatus_pool_misuse(&f->pool, GHES_ESTATUS_POOL_WRONG_SIZE_FREE), 3);
	after = stats_of(f);
	assert_memory_equal(&before, &after, sizeof(before));

	assert_int_equal(ghes_estatus_pool_free(&f->pool, a, 1000), 0);
	before = stats_of(f);
	assert_int_equal(ghes_estatus_pool_free(&f->pool, a, 1000), -GHES_EINVAL);
	assert_int_equal(ghes_estatus_pool_misuse(&f->pool, GHES_ESTATUS_POOL_DOUBLE_FREE), 1);
	after = stats_of(f);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_int_equal(ghes_estatus_pool_free(&f->pool, b, 1000), 0);
	assert_int_equal(stats_of(f).used, 0);
	assert_string_equal(ghes_estatus_pool_misuse_text(GHES_ESTATUS_POOL_DOUBLE_FREE),
			    "free of what is free");
}

/*
 * Goal: an arena leaves only when the last block in it is free, and then it does.
 * Method: another user borrows from the common arenas of one that goes.
 */
static void arena_stays_for_borrowed_blocks(void **state)
{
	struct fixture *f = *state;
	struct ghes_estatus_pool_user lender = {0};
	void *ptr[1024];
	size_t before = f->fake.live_bytes;
	unsigned int n = 0, periods;

	assert_int_equal(ghes_estatus_pool_expand(&f->pool, &lender, 65536, 1, NODE_LEN), 0);
	while ((ptr[n] = ghes_estatus_pool_alloc(&f->pool, NULL, 300)))
		memset(ptr[n++], 0x5a, 300);
	assert_true(n > 2 * 64); /* more than the base holds: it borrowed */
	periods = f->fake.grace_periods;
	ghes_estatus_pool_shrink(&f->pool, &lender);
	/* one for borrowers, one for those that count what has left */
	assert_int_equal(f->fake.grace_periods, periods + 2);
	assert_int_equal(stats_of(f).leaving, 4);
	assert_null(ghes_estatus_pool_alloc(&f->pool, NULL, 300));
	for (unsigned int i = 0; i < n; i++)
		for (unsigned int j = 0; j < 300; j++)
			assert_int_equal(((unsigned char *)ptr[i])[j], 0x5a);
	for (unsigned int i = 0; i < n; i++)
		assert_int_equal(ghes_estatus_pool_free(&f->pool, ptr[i], 300), 0);
	ghes_estatus_pool_reap(&f->pool);
	assert_int_equal(stats_of(f).leaving, 0);
	assert_int_equal(stats_of(f).arenas, 1);
	assert_true(f->fake.live_bytes - before < 1024);
}

/* Goal: a failed expand changes nothing, whichever of its allocations fails. */
static void expand_is_all_or_nothing(void **state)
{
	struct fixture *f = *state;
	struct ghes_estatus_pool_user user = {.source_id = 3};
	struct ghes_estatus_pool_stats before = stats_of(f), after;
	int fail = 0, err;

	do {
		f->fake.fail_alloc_in = ++fail;
		err = ghes_estatus_pool_expand(&f->pool, &user, 65536, 1, NODE_LEN);
		if (!err)
			break;
		assert_int_equal(err, -GHES_ENOMEM);
		after = stats_of(f);
		assert_memory_equal(&before, &after, sizeof(before));
		assert_int_equal(user.nr_common + user.nr_private, 0);
		assert_int_equal(user.source_id, 3);
	} while (fail < 100);
	assert_int_equal(fail, 6); /* 4 common arenas and a private one, then it succeeds */
	f->fake.fail_alloc_in = 0;
	assert_int_equal(ghes_estatus_pool_expand(&f->pool, &user, 4096, 1, NODE_LEN), -GHES_EBUSY);
	ghes_estatus_pool_shrink(&f->pool, &user);
	ghes_estatus_pool_shrink(&f->pool, &user); /* harmless */
	assert_int_equal(stats_of(f).users, 0);
	assert_int_equal(ghes_estatus_pool_expand(&f->pool, &user, 0, 1, NODE_LEN), -GHES_EINVAL);
	assert_int_equal(ghes_estatus_pool_expand(&f->pool, &user, 4096, 1, 257), -GHES_EINVAL);
}

static void init_gives_back_what_it_got_when_it_fails(void **state)
{
	struct fixture *f = *state;
	struct ghes_estatus_pool pool;
	unsigned int before = f->fake.live_blocks;

	for (int fail = 1; fail <= 2; fail++) {
		f->fake.fail_alloc_in = fail;
		assert_int_equal(ghes_estatus_pool_init(&pool, &f->fake.platform), -GHES_ENOMEM);
		assert_int_equal(f->fake.live_blocks, before);
	}
	f->fake.fail_alloc_in = 0;
}

/* Goal: reserve makes room for one large block of those without a user, and only grows. */
static void reserve_makes_room_for_a_large_common_block(void **state)
{
	struct fixture *f = *state;
	void *ptr;
	size_t bytes;

	assert_null(ghes_estatus_pool_alloc(&f->pool, NULL, 40000));
	f->fake.fail_alloc_in = 1;
	assert_int_equal(ghes_estatus_pool_reserve(&f->pool, 40000), -GHES_ENOMEM);
	f->fake.fail_alloc_in = 0;
	assert_int_equal(ghes_estatus_pool_reserve(&f->pool, 40000), 0);
	bytes = f->fake.live_bytes;
	assert_int_equal(ghes_estatus_pool_reserve(&f->pool, 1000), 0);
	assert_int_equal(ghes_estatus_pool_reserve(&f->pool, 40001), 0);
	assert_int_equal(f->fake.live_bytes, bytes);
	ptr = ghes_estatus_pool_alloc(&f->pool, NULL, 40000);
	assert_non_null(ptr);
	assert_int_equal(ghes_estatus_pool_free(&f->pool, ptr, 40000), 0);
	assert_int_equal(ghes_estatus_pool_reserve(&f->pool, UINT32_MAX), 0);
	ptr = ghes_estatus_pool_alloc(&f->pool, NULL, GHES_ESTATUS_POOL_ALLOC_MAX);
	assert_non_null(ptr);
	assert_int_equal(ghes_estatus_pool_free(&f->pool, ptr, GHES_ESTATUS_POOL_ALLOC_MAX), 0);
}

/*
 * Goal: random allocations, frees and misuses, users that come and go, against a model that knows
 * every byte: contents never change under their owner, exhaustion only when really full.
 */
#define MODEL_BLOCKS 600
#define MODEL_USERS  5

struct model_block {
	unsigned char *ptr;
	size_t size;
	unsigned char fill;
};

struct model {
	struct fixture *f;
	uint64_t seed;
	struct ghes_estatus_pool_user user[MODEL_USERS];
	struct model_block block[MODEL_BLOCKS];
	unsigned int live;
};

static void model_check_block(const struct model_block *block)
{
	for (size_t i = 0; i < block->size; i++)
		assert_int_equal(block->ptr[i], block->fill);
}

static void model_free(struct model *m, unsigned int at)
{
	struct model_block *block = &m->block[at];

	model_check_block(block);
	assert_int_equal(ghes_estatus_pool_free(&m->f->pool, block->ptr, block->size), 0);
	*block = m->block[--m->live];
}

static void model_alloc(struct model *m)
{
	static const size_t limit[] = {300,  300,  300,	  300,
				       1000, 5000, 20000, GHES_ESTATUS_POOL_ALLOC_MAX};
	uint64_t r = next_random(&m->seed);
	struct ghes_estatus_pool_user *user = &m->user[r % MODEL_USERS];
	struct model_block *block = &m->block[m->live];

	if (m->live == MODEL_BLOCKS)
		return;
	block->size = 1 + (r >> 8) % limit[(r >> 40) % 8];
	block->fill = (unsigned char)(r >> 56);
	block->ptr =
		ghes_estatus_pool_alloc(&m->f->pool, user->nr_common ? user : NULL, block->size);
	if (!block->ptr)
		return;
	memset(block->ptr, block->fill, block->size);
	m->live++;
}

static void model_user(struct model *m)
{
	uint64_t r = next_random(&m->seed);
	struct ghes_estatus_pool_user *user = &m->user[r % MODEL_USERS];

	if (user->nr_common)
		ghes_estatus_pool_shrink(&m->f->pool, user);
	else
		assert_int_equal(ghes_estatus_pool_expand(&m->f->pool, user, 1 + (r >> 8) % 65536,
							  (r >> 40) % 10, NODE_LEN),
				 0);
}

static void random_use_agrees_with_a_model(void **state)
{
	struct model m = {.f = *state, .seed = 0x9e3779b97f4a7c15};
	struct ghes_estatus_pool_stats stats;
	unsigned int most = 0;

	m.f->fake.ops.tracepoint = NULL;
	for (unsigned int step = 0; step < 40000; step++) {
		uint64_t r = next_random(&m.seed);

		if (r % 1000 < 4)
			model_user(&m);
		else if (m.live && r % 1000 < (step / 8000 % 2 ? 600 : 450))
			model_free(&m, (unsigned int)((r >> 32) % m.live));
		else
			model_alloc(&m);
		most = m.live > most ? m.live : most;
		if (step % 500 == 0) {
			stats = stats_of(m.f);
			assert_int_equal(stats.nodes, m.live);
		}
	}
	assert_true(most > 100);
	assert_true(stats_of(m.f).exhausted > 10);
	while (m.live)
		model_free(&m, m.live - 1);
	for (unsigned int i = 0; i < MODEL_USERS; i++)
		ghes_estatus_pool_shrink(&m.f->pool, &m.user[i]);
	stats = stats_of(m.f);
	assert_int_equal(stats.used, 0);
	assert_int_equal(stats.arenas, 1);
	for (unsigned int i = 0; i < GHES_NR_ESTATUS_POOL_MISUSES; i++)
		assert_int_equal(ghes_estatus_pool_misuse(&m.f->pool, i), 0);
}

/*
 * Goal: fragmentation loses no run that is there. Method: fill with single granules, free every
 * window of k neighbours in turn; a block of exactly k granules must fit there and nowhere else.
 */
static void every_run_of_free_granules_is_found(void **state)
{
	struct fixture *f = *state;
	unsigned char *ptr[GHES_ARENA_GRANULES];
	const size_t one = GHES_ESTATUS_POOL_GRANULE;

	for (unsigned int i = 0; i < GHES_ARENA_GRANULES; i++) {
		ptr[i] = ghes_estatus_pool_alloc(&f->pool, NULL, 1);
		assert_non_null(ptr[i]);
		if (i)
			assert_ptr_equal(ptr[i], ptr[i - 1] + one);
	}
	f->fake.ops.tracepoint = NULL;
	for (unsigned int k = 1; k <= GHES_ARENA_GRANULES; k++) {
		for (unsigned int at = 0; at + k <= GHES_ARENA_GRANULES; at++) {
			void *block;

			for (unsigned int i = at; i < at + k; i++)
				assert_int_equal(ghes_estatus_pool_free(&f->pool, ptr[i], 1), 0);
			if (k < GHES_ARENA_GRANULES)
				assert_null(ghes_estatus_pool_alloc(&f->pool, NULL,
								    (k + 1) * one - 16));
			block = ghes_estatus_pool_alloc(&f->pool, NULL, k * one - 16);
			assert_ptr_equal(block, ptr[at]);
			assert_null(ghes_estatus_pool_alloc(&f->pool, NULL, 1));
			assert_int_equal(ghes_estatus_pool_free(&f->pool, block, k * one - 16), 0);
			for (unsigned int i = at; i < at + k; i++)
				assert_ptr_equal(ghes_estatus_pool_alloc(&f->pool, NULL, 1),
						 ptr[i]);
		}
	}
	for (unsigned int i = 0; i < GHES_ARENA_GRANULES; i++)
		assert_int_equal(ghes_estatus_pool_free(&f->pool, ptr[i], 1), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fresh_pool_has_the_base_reservation_only),
		TEST(blocks_are_aligned_disjoint_and_accounted),
		TEST(each_user_keeps_its_guaranteed_records),
		TEST(guarantee_is_what_was_asked_for_within_64k),
		TEST(memory_follows_the_users),
		TEST(users_that_come_and_go_leave_nothing),
		TEST(small_records_are_not_fewer_than_in_the_kernel),
		TEST(impossible_sizes_are_refused),
		TEST(misuse_of_free_is_refused_and_counted),
		TEST(arena_stays_for_borrowed_blocks),
		TEST(expand_is_all_or_nothing),
		TEST(init_gives_back_what_it_got_when_it_fails),
		TEST(reserve_makes_room_for_a_large_common_block),
		TEST(random_use_agrees_with_a_model),
		TEST(every_run_of_free_granules_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
