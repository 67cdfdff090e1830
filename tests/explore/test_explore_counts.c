// SPDX-License-Identifier: GPL-2.0-only
/*
 * The number of executions is the number of Mazurkiewicz traces: the figures on which independent
 * tools agree for the compare-exchange list. Too few is as wrong as too many.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <ghes/explore.h>
#include <stdlib.h>
#include "cas_list.h"

struct figure {
	unsigned int producers, pushes;
	uint64_t traces;
};

static struct ghes_explore_result explore(struct cas_list *list, const struct figure *f,
					  unsigned int shard, unsigned int shards)
{
	struct ghes_explore_result r;
	struct ghes_explore *x = ghes_explore_new(&(struct ghes_explore_config){
		.setup = cas_list_init,
		.finish = cas_list_check,
		.user = list,
		.shard = shard,
		.shards = shards,
	});

	assert_non_null(x);
	list->producers = f->producers;
	list->pushes = f->pushes;
	for (unsigned int i = 0; i < f->producers; i++)
		assert_true(ghes_explore_thread(x, "producer", i, cas_list_producer,
						&list->producer[i]) >= 0);
	assert_true(ghes_explore_thread(x, "consumer", f->producers, cas_list_consumer, list) >= 0);
	ghes_explore_run(x, &r);
	ghes_explore_free(x);
	return r;
}

static void counts_are_exact(void **state)
{
	const struct figure *f = *state;
	static struct cas_list list;
	struct ghes_explore_result r = explore(&list, f, 0, 0);

	assert_int_equal(r.verdict, GHES_EXPLORE_PASS);
	assert_true(r.complete);
	assert_int_equal(r.executions, f->traces);
}

/* Goal: no trace is lost or explored twice by sharding. Method: the shards' counts add up. */
static void shards_add_up(void **state)
{
	const struct figure *f = *state;
	static struct cas_list list;

	for (unsigned int shards = 2; shards <= 5; shards++) {
		uint64_t sum = 0;

		for (unsigned int i = 1; i <= shards; i++)
			sum += explore(&list, f, i, shards).executions;
		assert_int_equal(sum, f->traces);
	}
}

int main(int argc, char **argv)
{
	static struct figure figures[] = {
		{2, 1, 24}, {3, 1, 528}, {2, 2, 540}, {2, 3, 10564}, {4, 1, 30144}, {3, 2, 910944},
	};
	const struct CMUnitTest quick[] = {
		cmocka_unit_test_prestate(counts_are_exact, &figures[0]),
		cmocka_unit_test_prestate(counts_are_exact, &figures[1]),
		cmocka_unit_test_prestate(counts_are_exact, &figures[2]),
		cmocka_unit_test_prestate(counts_are_exact, &figures[3]),
		cmocka_unit_test_prestate(counts_are_exact, &figures[4]),
		cmocka_unit_test_prestate(shards_add_up, &figures[0]),
		cmocka_unit_test_prestate(shards_add_up, &figures[1]),
		cmocka_unit_test_prestate(shards_add_up, &figures[2]),
	};
	const struct CMUnitTest slow[] = {
		cmocka_unit_test_prestate(counts_are_exact, &figures[5]),
		cmocka_unit_test_prestate(shards_add_up, &figures[3]),
	};

	if (argc > 1 && argv[1][0] == 's')
		return cmocka_run_group_tests_name("explore counts, slow", slow, NULL, NULL);
	return cmocka_run_group_tests_name("explore counts", quick, NULL, NULL);
}
