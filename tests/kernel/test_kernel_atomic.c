// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shim's atomics and barriers are as strong as the kernel's and no stronger: each line of
 * shim/atomic.h's table as a pair of litmus tests, explored to the end. Not shown: that smp_mb()
 * keeps a store and a later load in order, which takes a model where loads return older values.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <ghes/explore.h>

#include "litmus.h"

static void setup(void *user)
{
	(void)user;
	litmus_reset();
}

static enum litmus_outcome explore(const struct litmus *litmus)
{
	const struct ghes_explore_config config = {.setup = setup, .no_reports = true};
	struct ghes_explore *e = ghes_explore_new(&config);
	struct ghes_explore_result result;
	enum litmus_outcome outcome = LITMUS_ORDERED;

	assert_non_null(e);
	assert_true(ghes_explore_thread(e, "writer", 0, litmus->writer, NULL) >= 0);
	assert_true(ghes_explore_thread(e, "reader", 1, litmus->reader, NULL) >= 0);
	if (ghes_explore_run(e, &result) == GHES_EXPLORE_FAIL) {
		assert_string_equal(result.defects[0].oracle, "race");
		outcome = LITMUS_RACES;
	} else {
		assert_true(result.complete);
		assert_true(result.executions > 1);
	}
	ghes_explore_free(e);
	return outcome;
}

static void every_pair_comes_out_as_the_kernel_model_says(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < litmus_count; i++) {
		enum litmus_outcome outcome = explore(&litmus_tests[i]);

		if (outcome != litmus_tests[i].expected)
			fail_msg("%s: outcome %d, expected %d", litmus_tests[i].name, (int)outcome,
				 (int)litmus_tests[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_comes_out_as_the_kernel_model_says),
	};

	return cmocka_run_group_tests_name("kernel_atomic", tests, NULL, NULL);
}
