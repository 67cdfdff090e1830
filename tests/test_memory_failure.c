// SPDX-License-Identifier: GPL-2.0-only
/* memory_failure_queue() and its kick; and the rate limit, which is as small. */
#include "core_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define core_test(f) cmocka_unit_test_setup_teardown(f, fx_setup, fx_teardown)

static int queue(struct core_fixture *fx, uint64_t pfn, int flags)
{
	const struct memory_failure_entry entry = {.pfn = pfn, .flags = flags, .task = {.id = pfn}};
	uint32_t saved;
	int rc;

	fx->hold_irq_work = true;
	fx_enter(fx, GHES_CONTEXT_IRQ, DAIF_PROCCTX_NOIRQ, &saved);
	rc = memory_failure_queue(&fx->core->memory_failure, &entry);
	fx_leave(fx, saved);
	return rc;
}

static void pages_are_handled_in_order_by_the_work(void **state)
{
	struct core_fixture *fx = *state;

	for (uint64_t round = 0; round < 5; round++) {
		for (uint64_t pfn = 0; pfn < MEMORY_FAILURE_FIFO_SIZE; pfn++)
			assert_int_equal(queue(fx, 100 * round + pfn, 0), 0);
		assert_int_equal(fx->works, 1);
		fx_run_works(fx);
		for (uint64_t pfn = 0; pfn < MEMORY_FAILURE_FIFO_SIZE; pfn++)
			assert_int_equal(fx->call[round * MEMORY_FAILURE_FIFO_SIZE + pfn].a,
					 100 * round + pfn);
	}
}

static void the_17th_page_overflows_and_says_so(void **state)
{
	struct core_fixture *fx = *state;

	for (uint64_t pfn = 0; pfn < MEMORY_FAILURE_FIFO_SIZE; pfn++)
		assert_int_equal(queue(fx, pfn, 0), 0);
	assert_int_equal(queue(fx, 0xabc, 0), -GHES_ENOSPC);
	assert_true(fx_logged(fx, "buffer overflow when queuing memory failure at 0xabc"));
	fx_run_works(fx);
	assert_int_equal(fx_count(fx, FX_MEMORY_FAILURE), MEMORY_FAILURE_FIFO_SIZE);
}

static void kick(struct core_fixture *fx, unsigned int cpu)
{
	memory_failure_kick_ahead(&fx->core->memory_failure, cpu);
	memory_failure_queue_kick(&fx->core->memory_failure, cpu);
}

/* Goal: a kick takes the work of its CPU, and of no other, out of the worker's hands. */
static void a_kick_handles_one_cpu_at_once(void **state)
{
	struct core_fixture *fx = *state;

	queue(fx, 1, 0);
	fx->fake.cpu = 2;
	queue(fx, 2, 0);
	queue(fx, 3, 0);
	kick(fx, 2);
	assert_int_equal(fx_count(fx, FX_MEMORY_FAILURE), 2);
	assert_int_equal(fx->works, 1);
	kick(fx, 2);
	assert_int_equal(fx_count(fx, FX_MEMORY_FAILURE), 2);
	fx_run_works(fx);
	assert_int_equal(fx_last(fx, FX_MEMORY_FAILURE)->a, 1);
	fx->fake.cpu = 0;
}

/* Goal: a page that cannot be recovered signals whose access needs it, and nobody else. */
static void only_required_action_that_fails_signals(void **state)
{
	struct core_fixture *fx = *state;

	fx->rc[FX_MEMORY_FAILURE] = -GHES_EBUSY;
	queue(fx, 7, 0);
	queue(fx, 8, MF_ACTION_REQUIRED);
	queue(fx, 9, MF_SOFT_OFFLINE);
	fx_run_works(fx);
	assert_int_equal(fx_count(fx, FX_FORCE_SIG), 1);
	assert_int_equal(fx_last(fx, FX_FORCE_SIG)->a, 8);
}

static void what_is_queued_at_the_end_is_still_handled(void **state)
{
	struct core_fixture *fx = *state;

	queue(fx, 7, 0);
	fx->works = 0; /* the worker never came */
	fx->ops->destroy(fx->core);
	assert_int_equal(fx_last(fx, FX_MEMORY_FAILURE)->a, 7);
	assert_int_equal(fx->ops->create(&fx->fake.platform, &fx->core), 0);
}

/* ---- rate limit -------------------------------------------------------------------------------------- */

static unsigned int ask(struct ghes_ratelimit *rs, uint64_t now, unsigned int times)
{
	unsigned int granted = 0;

	while (times--)
		granted += ghes_ratelimit(rs, now, 3);
	return granted;
}

static void a_burst_in_a_window(void **state)
{
	const uint64_t s = UINT64_C(1000000000);
	struct ghes_ratelimit rs = {0};

	(void)state;
	assert_int_equal(ask(&rs, 0, 10), 3); /* a clock that begins at 0 */
	assert_int_equal(ask(&rs, 0, 10), 0); /* and stands still */
	assert_int_equal(ask(&rs, 5 * s - 1000, 10), 0);
	assert_int_equal(ask(&rs, 5 * s, 10), 3);
	assert_int_equal(ask(&rs, 9 * s, 10), 0);
	assert_int_equal(ask(&rs, 100 * s, 2), 2);
	assert_int_equal(ask(&rs, 101 * s, 2), 1);
	assert_int_equal(ask(&rs, 50 * s, 10), 3); /* steps back: a new window */
	assert_int_equal(ask(&rs, 50 * s, 10), 0);
	assert_int_equal(ask(&rs, UINT64_MAX, 10), 3);
	assert_int_equal(ask(&rs, UINT64_MAX, 10), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		core_test(pages_are_handled_in_order_by_the_work),
		core_test(the_17th_page_overflows_and_says_so),
		core_test(a_kick_handles_one_cpu_at_once),
		core_test(only_required_action_that_fails_signals),
		core_test(what_is_queued_at_the_end_is_still_handled),
		cmocka_unit_test(a_burst_in_a_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
