// SPDX-License-Identifier: GPL-2.0-only
/* The estatus cache, in one thread; the fake platform's clock and grace periods are the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <ghes/estatus_cache.h>

#include "fake_platform.h"

#define SECOND UINT64_C(1000000000)

struct record {
	struct acpi_hest_generic_status status;
	unsigned char body[600];
};

struct fixture {
	struct fake_platform fake;
	struct ghes_estatus_pool pool;
	struct ghes_estatus_cache cache;
	struct record record;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fake_platform_init(&f->fake);
	f->fake.clock = 100 * SECOND;
	if (ghes_estatus_pool_init(&f->pool, &f->fake.platform))
		return -1;
	ghes_estatus_cache_init(&f->cache, &f->fake.platform, &f->pool);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	struct ghes_estatus_pool_stats stats;
	int err;

	ghes_estatus_cache_exit(&f->cache);
	ghes_estatus_pool_stats(&f->pool, &stats);
	err = stats.nodes || ghes_estatus_pool_exit(&f->pool) || f->fake.live_blocks;
	free(f);
	return err ? -1 : 0;
}

/* Record number @id: the same everywhere but in one byte near its end. */
static const struct acpi_hest_generic_status *record(struct fixture *f, unsigned int id)
{
	memset(&f->record, 0x5a, sizeof(f->record));
	f->record.body[150] = (unsigned char)id;
	return &f->record.status;
}

#define LEN 200u

static bool cached(struct fixture *f, unsigned int id)
{
	bool answer = ghes_estatus_cached(&f->cache, record(f, id), LEN);

	assert_int_equal(f->fake.readers, 0);
	return answer;
}

static int add(struct fixture *f, unsigned int id)
{
	int err = ghes_estatus_cache_add(&f->cache, 5, record(f, id), LEN);

	assert_int_equal(f->fake.readers, 0);
	assert_true(ghes_estatus_cache_is_valid(&f->cache));
	return err;
}

static struct ghes_estatus_cache_stats stats_of(struct fixture *f)
{
	struct ghes_estatus_cache_stats stats;

	ghes_estatus_cache_stats(&f->cache, &stats);
	assert_int_equal(stats.alloced, stats.published + stats.waiting);
	assert_int_equal(stats.waiting, f->fake.callbacks_pending);
	assert_true(stats.alloced <= stats.cap);
	return stats;
}

static void a_record_is_suppressed_for_ten_seconds(void **state)
{
	struct fixture *f = *state;

	assert_false(cached(f, 1));
	assert_int_equal(add(f, 1), 0);
	assert_true(cached(f, 1));
	assert_false(cached(f, 2));
	f->fake.clock += 10 * SECOND - 1;
	assert_true(cached(f, 1));
	f->fake.clock += 1;
	assert_false(cached(f, 1));
	f->fake.clock += 1000 * SECOND;
	assert_false(cached(f, 1));
}

/* Goal: only a record that is equal to the last byte is a repeat, whatever its signature. */
static void every_byte_and_the_length_count(void **state)
{
	struct fixture *f = *state;
	unsigned char *bytes = (unsigned char *)&f->record;

	record(f, 1);
	assert_int_equal(ghes_estatus_cache_add(&f->cache, 0, &f->record.status, 600), 0);
	for (unsigned int i = 0; i < 600; i++) {
		bytes[i] ^= 1;
		assert_false(ghes_estatus_cached(&f->cache, &f->record.status, 600));
		bytes[i] ^= 1;
	}
	assert_true(ghes_estatus_cached(&f->cache, &f->record.status, 600));
	assert_false(ghes_estatus_cached(&f->cache, &f->record.status, 599));
	assert_false(ghes_estatus_cached(&f->cache, &f->record.status, 601));
}

/*
 * Goal: a constructed collision of signatures suppresses nothing. Beyond its head a record is not
 * part of the signature at all, so any difference there is a collision.
 */
static void collision_of_signatures_suppresses_nothing(void **state)
{
	struct fixture *f = *state;

	record(f, 1);
	assert_int_equal(ghes_estatus_cache_add(&f->cache, 0, &f->record.status, 600), 0);
	f->record.body[500] ^= 0x80;
	assert_false(ghes_estatus_cached(&f->cache, &f->record.status, 600));
}

static void short_records_are_cached_too(void **state)
{
	struct fixture *f = *state;

	for (uint32_t len = 20; len < 40; len++) {
		record(f, 1);
		assert_false(ghes_estatus_cached(&f->cache, &f->record.status, len));
		assert_int_equal(ghes_estatus_cache_add(&f->cache, 0, &f->record.status, len), 0);
		assert_true(ghes_estatus_cached(&f->cache, &f->record.status, len));
		fake_grace_period(&f->fake);
	}
}

/* The slot of the last add, as its trace tells. */
static unsigned int last_slot(const struct fixture *f)
{
	for (unsigned int i = f->fake.traces; i-- > 0;)
		if (f->fake.trace[i].tp == GHES_TP_CACHE_ADD)
			return (unsigned int)f->fake.trace[i].arg0;
	return 99;
}

static void empty_slots_are_filled_first_and_in_order(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(add(f, i), 0);
		assert_int_equal(last_slot(f), i);
		f->fake.clock += 11 * SECOND; /* older ones expire, and still an empty one wins */
	}
	assert_int_equal(stats_of(f).published, 4);
	assert_int_equal(stats_of(f).waiting, 0);
}

static void the_first_expired_is_the_victim(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(add(f, i), 0);
		f->fake.clock += 3 * SECOND;
	}
	f->fake.clock += 2 * SECOND; /* 14, 11, 8 and 5 s old */
	assert_int_equal(add(f, 10), 0);
	assert_int_equal(last_slot(f), 0);
	assert_int_equal(stats_of(f).waiting, 1);
	assert_int_equal(add(f, 11), 0);
	assert_int_equal(last_slot(f), 1);
	assert_true(cached(f, 2));
	assert_true(cached(f, 10));
}

/* Goal: else the one whose repeats come least often: largest age / (count + 1). */
static void the_rarest_is_the_victim(void **state)
{
	struct fixture *f = *state;
	static const unsigned int repeats[] = {5, 2, 1, 3};

	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(add(f, i), 0);
	f->fake.clock += SECOND;
	for (unsigned int i = 0; i < 4; i++)
		for (unsigned int j = 0; j < repeats[i]; j++)
			assert_true(cached(f, i));
	assert_int_equal(add(f, 10), 0);
	assert_int_equal(last_slot(f), 2);
	f->fake.clock += SECOND;
	/* ages 2, 2, 1, 2 s over 6, 3, 1, 4: the new one now is the rarest, by 1 s to 2/3 s */
	assert_int_equal(add(f, 11), 0);
	assert_int_equal(last_slot(f), 2);
}

/* Goal: a clock that stands still or goes back neither stops replacement nor suppresses for ever.
 */
static void clock_that_stands_or_goes_back(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(add(f, i), 0);
	assert_int_equal(add(f, 4), 0);
	assert_int_equal(last_slot(f), 0);
	f->fake.clock -= 1;
	for (unsigned int i = 0; i < 5; i++)
		assert_false(cached(f, i));
	assert_int_equal(add(f, 1), 0);
	assert_true(cached(f, 1));
	f->fake.clock = 0;
	assert_false(cached(f, 1));
	f->fake.clock = UINT64_MAX;
	fake_grace_period(&f->fake);
	assert_int_equal(add(f, 1), 0);
	assert_true(cached(f, 1));
	f->fake.clock += 2; /* wrapped: 2 ns later */
	assert_true(cached(f, 1));
}

/*
 * Goal: an expired entry of a record does not hide the one that took over from it.
 *	1. slot 0 gets the record, which expires
 *	2. the record is added again and goes to slot 1, which is empty
 *	3. the lookup meets the expired entry first
 */
static void expired_twin_does_not_hide_the_new_entry(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(add(f, 1), 0);
	f->fake.clock += 11 * SECOND;
	assert_int_equal(add(f, 1), 0);
	assert_int_equal(last_slot(f), 1);
	assert_true(cached(f, 1));
}

/* Goal: six entries, those that wait included; then none until a grace period ends. */
static void at_most_six_entries_exist(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < 6; i++)
		assert_int_equal(add(f, i), 0);
	assert_int_equal(stats_of(f).waiting, 2);
	assert_int_equal(add(f, 6), -GHES_EAGAIN);
	assert_int_equal(add(f, 7), -GHES_EAGAIN);
	assert_int_equal(stats_of(f).alloced, 6);
	fake_grace_period(&f->fake);
	assert_int_equal(stats_of(f).alloced, 4);
	assert_int_equal(add(f, 7), 0);
	assert_true(cached(f, 7));
}

/* Goal: suppression goes on working over a long run; nothing leaks out of the six. */
static void long_run_keeps_suppressing(void **state)
{
	struct fixture *f = *state;

	f->fake.ops.tracepoint = NULL;
	for (unsigned int i = 0; i < 10000; i++) {
		f->fake.clock += SECOND / 10;
		if (!cached(f, i % 7)) {
			assert_int_equal(add(f, i % 7), 0);
			assert_true(cached(f, i % 7));
		}
		if (i % 2)
			fake_grace_period(&f->fake);
	}
}

static void no_room_in_the_pool_is_no_harm(void **state)
{
	struct fixture *f = *state;
	void *ptr[1024];
	unsigned int n = 0;

	while ((ptr[n] = ghes_estatus_pool_alloc(&f->pool, NULL, 1)))
		n++;
	assert_int_equal(add(f, 1), -GHES_ENOMEM);
	assert_int_equal(stats_of(f).alloced, 0);
	assert_false(cached(f, 1));
	while (n)
		assert_int_equal(ghes_estatus_pool_free(&f->pool, ptr[--n], 1), 0);
	assert_int_equal(add(f, 1), 0);
	assert_true(cached(f, 1));
}

static void adds_and_evictions_are_traced(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < 6; i++)
		assert_int_equal(add(f, i), 0);
	assert_int_equal(fake_count(&f->fake, GHES_TP_CACHE_ADD), 6);
	assert_int_equal(fake_count(&f->fake, GHES_TP_CACHE_EVICT), 2);
}

/* Goal: the victim outlives the read section that found it, and is freed by its callback. */
static void victim_waits_for_the_grace_period(void **state)
{
	struct fixture *f = *state;
	struct ghes_estatus_pool_stats before, after;

	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(add(f, i), 0);
	ghes_estatus_pool_stats(&f->pool, &before);
	assert_int_equal(add(f, 4), 0);
	ghes_estatus_pool_stats(&f->pool, &after);
	assert_int_equal(after.nodes, before.nodes + 1);
	fake_grace_period(&f->fake);
	ghes_estatus_pool_stats(&f->pool, &after);
	assert_int_equal(after.nodes, before.nodes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_record_is_suppressed_for_ten_seconds),
		TEST(every_byte_and_the_length_count),
		TEST(collision_of_signatures_suppresses_nothing),
		TEST(short_records_are_cached_too),
		TEST(empty_slots_are_filled_first_and_in_order),
		TEST(the_first_expired_is_the_victim),
		TEST(the_rarest_is_the_victim),
		TEST(clock_that_stands_or_goes_back),
		TEST(expired_twin_does_not_hide_the_new_entry),
		TEST(at_most_six_entries_exist),
		TEST(long_run_keeps_suppressing),
		TEST(no_room_in_the_pool_is_no_harm),
		TEST(adds_and_evictions_are_traced),
		TEST(victim_waits_for_the_grace_period),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
