// SPDX-License-Identifier: GPL-2.0-only
/* Promises to the POSIX platform that, broken, end the program; and its panic. */
#include <ghes/platform_posix.h>

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include <check.h>

static struct ghes_platform *platform;

static void setup(void)
{
	const struct ghes_platform_posix_config config = {.nr_cpus = 1};

	ck_assert_int_eq(ghes_platform_posix_create(&config, &platform), 0);
}

START_TEST(panic_ends_the_program)
{
	platform->ops->panic(platform, "Fatal hardware error!");
}
END_TEST

static void *ask_who_i_am(void *arg)
{
	(void)arg;
	platform->ops->smp_processor_id(platform);
	return NULL;
}

START_TEST(a_thread_that_did_not_register_is_no_cpu)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, ask_who_i_am, NULL), 0);
	pthread_join(thread, NULL);
}
END_TEST

START_TEST(nesting_has_an_end)
{
	for (int i = 0; i <= GHES_POSIX_NESTING; i++)
		ghes_platform_posix_enter(platform, GHES_CONTEXT_SEA);
}
END_TEST

START_TEST(exit_of_another_context_than_entered)
{
	ghes_platform_posix_enter(platform, GHES_CONTEXT_SDEI_NORMAL);
	ghes_platform_posix_exit(platform, GHES_CONTEXT_SDEI_CRITICAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("platform_posix_dies");
	TCase *dies = tcase_create("aborts");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(dies, setup, NULL);
	tcase_add_test_raise_signal(dies, panic_ends_the_program, SIGABRT);
	tcase_add_test_raise_signal(dies, a_thread_that_did_not_register_is_no_cpu, SIGABRT);
	tcase_add_test_raise_signal(dies, nesting_has_an_end, SIGABRT);
	tcase_add_test_raise_signal(dies, exit_of_another_context_than_entered, SIGABRT);
	suite_add_tcase(suite, dies);
	srunner_set_fork_status(runner, CK_FORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
