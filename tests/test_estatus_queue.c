// SPDX-License-Identifier: GPL-2.0-only
/* The estatus queue in one thread. Concurrency and nesting: test_estatus_stress.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <ghes/estatus_queue.h>

#define NODES 100

static struct estatus_queue queue;
static struct ghes_estatus_node node[NODES];

static int setup(void **state)
{
	(void)state;
	estatus_queue_init(&queue);
	return 0;
}

static void empty_queue_gives_nothing(void **state)
{
	uint32_t count = 99;

	(void)state;
	assert_null(estatus_queue_del_all(&queue, &count));
	assert_int_equal(count, 0);
	assert_null(estatus_queue_del_all(&queue, NULL));
	assert_null(__estatus_queue_del_all(&queue, NULL));
	assert_int_equal(estatus_queue_depth(&queue), 0);
	assert_true(estatus_queue_is_valid(&queue));
}

/* Goal: arrival order across classes; the first push of a batch, and only that, says "empty". */
static void nodes_come_out_in_arrival_order(void **state)
{
	(void)state;
	for (unsigned int round = 1; round <= NODES; round++) {
		struct ghes_estatus_node *at;
		uint32_t count;

		for (unsigned int i = 0; i < round; i++) {
			assert_int_equal(
				estatus_queue_push(&queue, &node[i], i % GHES_NR_FIXMAP_SLOTS),
				i == 0);
			assert_int_equal(estatus_queue_depth(&queue), i + 1);
			assert_true(estatus_queue_is_valid(&queue));
		}
		at = round % 2 ? estatus_queue_del_all(&queue, &count)
			       : __estatus_queue_del_all(&queue, &count);
		assert_int_equal(count, round);
		assert_int_equal(estatus_queue_depth(&queue), 0);
		for (unsigned int i = 0; i < round; i++) {
			assert_ptr_equal(at, &node[i]);
			at = estatus_queue_next(at);
		}
		assert_null(at);
	}
}

/* Goal: the counts are modulo 2^32; a depth across the wrap is right. */
static void depth_survives_the_wrap_of_its_counters(void **state)
{
	(void)state;
	atomic_store(&queue.class[0].pushed, UINT32_MAX);
	atomic_store(&queue.taken, UINT32_MAX);
	assert_true(estatus_queue_is_valid(&queue));
	estatus_queue_push(&queue, &node[0], 0);
	estatus_queue_push(&queue, &node[1], 0);
	assert_int_equal(estatus_queue_depth(&queue), 2);
	assert_true(estatus_queue_is_valid(&queue));
	estatus_queue_del_all(&queue, NULL);
	assert_int_equal(estatus_queue_depth(&queue), 0);
}

static void the_record_follows_its_node(void **state)
{
	(void)state;
	assert_ptr_equal(ghes_estatus_from_node(&node[0]), &node[1]);
	assert_int_equal(GHES_ESTATUS_NODE_LEN(200), sizeof(struct ghes_estatus_node) + 200);
	/* a 200 byte record must fit one granule of the pool, header included */
	assert_true(GHES_ESTATUS_NODE_LEN(200) + 16 <= 320);
}

static void a_list_reverses(void **state)
{
	struct llist_node a, b, c;

	(void)state;
	assert_null(llist_reverse_order(NULL));
	a.next = NULL;
	assert_ptr_equal(llist_reverse_order(&a), &a);
	c.next = &b;
	b.next = &a;
	a.next = NULL;
	assert_ptr_equal(llist_reverse_order(&c), &a);
	assert_ptr_equal(a.next, &b);
	assert_ptr_equal(b.next, &c);
	assert_null(c.next);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(empty_queue_gives_nothing),
		TEST(nodes_come_out_in_arrival_order),
		TEST(depth_survives_the_wrap_of_its_counters),
		TEST(the_record_follows_its_node),
		TEST(a_list_reverses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
