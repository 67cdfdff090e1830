/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of CMocka's interface that the tests of stepped code use, for targets whose CMocka is
 * not installed: the same test programs then run under an emulator. The first failure ends the
 * program.
 */
#ifndef STEP_CROSS_CMOCKA_H
#define STEP_CROSS_CMOCKA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
	const char *name;
	void (*run)(void **state);
};

#define fail_msg(...)                                                                              \
	do {                                                                                       \
		fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                                    \
		fprintf(stderr, __VA_ARGS__);                                                      \
		fputc('\n', stderr);                                                               \
		exit(1);                                                                           \
	} while (0)

#define assert_true(what)                                                                          \
	do {                                                                                       \
		if (!(what))                                                                       \
			fail_msg("%s", #what);                                                     \
	} while (0)

#define assert_null(what)	       assert_true((what) == NULL)
#define assert_non_null(what)	       assert_true((what) != NULL)
#define assert_int_equal(a, b)	       assert_true((a) == (b))
#define assert_ptr_equal(a, b)	       assert_true((a) == (b))
#define assert_string_equal(a, b)      assert_true(!strcmp(a, b))
#define assert_memory_equal(a, b, len) assert_true(!memcmp(a, b, len))
#define print_message		       printf
#define print_error		       printf
#define cmocka_unit_test(test)                                                                     \
	{                                                                                          \
#test, test                                                                        \
	}

static inline int run_tests(const struct CMUnitTest *tests, size_t n, int (*set_up)(void **),
			    int (*tear_down)(void **))
{
	void *state = NULL;

	if (set_up && set_up(&state))
		return 1;
	for (size_t i = 0; i < n; i++) {
		tests[i].run(&state);
		printf("ok %s\n", tests[i].name);
	}
	return tear_down ? tear_down(&state) : 0;
}

#define cmocka_run_group_tests(tests, set_up, tear_down)                                           \
	run_tests(tests, sizeof(tests) / sizeof(*(tests)), set_up, tear_down)

#endif
