// SPDX-License-Identifier: GPL-2.0-only
/* Differences of two runs: what counts as one, and what a list of intended ones takes away. */
#include "report/departures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "scenario/random.h"
#include "scenario/scenario.h"

static struct observed seen(enum observed_aspect aspect, char **lines, size_t n)
{
	struct observed o = {0};

	o.aspect[aspect] = (struct observed_list){lines, n, n};
	return o;
}

static struct departures *rules(const char *text)
{
	char path[] = "/tmp/departures-XXXXXX", error[512] = "";
	int fd = mkstemp(path);
	struct departures *d;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	d = departures_load(path, error, sizeof(error));
	unlink(path);
	if (!d)
		print_message("%s\n", error);
	return d;
}

static char one[] = "first", two[] = "second", three[] = "third", odd[] = "3 callbacks suppressed";

/* Goal: the place where they part, in the aspect where they do. */
static void the_first_difference_is_told(void **state)
{
	char *a[] = {one, two, three}, *b[] = {one, three};
	struct observed left = seen(OBSERVED_DELIVERED, a, 3);
	struct observed right = seen(OBSERVED_DELIVERED, b, 2);
	struct observed_comparison c;

	(void)state;
	observed_compare(&left, &left, "x", NULL, &c);
	assert_int_equal(c.nr_differences, 0);
	observed_compare(&left, &right, "x", NULL, &c);
	assert_int_equal(c.nr_differences, 1);
	assert_int_equal(c.difference[0].aspect, OBSERVED_DELIVERED);
	assert_int_equal(c.difference[0].index, 1);
	assert_string_equal(c.difference[0].line[0], "second");
	assert_string_equal(c.difference[0].line[1], "third");
	right.aspect[OBSERVED_DELIVERED].n = 1;
	observed_compare(&left, &right, "x", NULL, &c);
	assert_null(c.difference[0].line[1]);
}

/* Goal: behind what is intended the comparison goes on, and finds what is not. */
static void an_intended_line_is_passed_and_no_other(void **state)
{
	char *a[] = {one, two, three}, *b[] = {one, odd, two}, *same[] = {one, odd, two, three};
	struct departures *d = rules("row\tsomething\nz*\tlog\t-\t^[0-9]+ callbacks\n");
	struct observed left = seen(OBSERVED_LOG, a, 3), right = seen(OBSERVED_LOG, b, 3);
	struct observed alike = seen(OBSERVED_LOG, same, 4);
	struct observed_comparison c;

	(void)state;
	assert_non_null(d);
	observed_compare(&left, &alike, "z1", d, &c);
	assert_int_equal(c.nr_differences, 0);
	assert_int_equal(c.nr_intended, 1);
	assert_int_equal(c.intended[0], 2);
	observed_compare(&left, &right, "z1", d, &c);
	assert_int_equal(c.nr_differences, 1);
	assert_string_equal(c.difference[0].line[0], "third");
	observed_compare(&left, &alike, "other", d, &c);
	assert_int_equal(c.nr_differences, 1);
	observed_compare(&alike, &left, "z1", d, &c); /* the other way round it is not intended */
	assert_int_equal(c.nr_differences, 1);
	departures_free(d);
}

static void pairs_and_rests(void **state)
{
	char *a[] = {one, two}, *b[] = {three, two}, *rest[] = {two, one, three};
	struct departures *d = rules("p\tclaim\t^first$\t^third$\nr\tclaim\t*\t*\n");
	struct observed left = seen(OBSERVED_CLAIM, a, 2), right = seen(OBSERVED_CLAIM, b, 2);
	struct observed other = seen(OBSERVED_CLAIM, rest, 3);
	struct observed_comparison c;

	(void)state;
	observed_compare(&left, &right, "p", d, &c);
	assert_int_equal(c.nr_differences, 0);
	observed_compare(&right, &left, "p", d, &c);
	assert_int_equal(c.nr_differences, 1);
	observed_compare(&left, &other, "r", d, &c);
	assert_int_equal(c.nr_differences, 0);
	departures_free(d);
}

static void what_is_no_rule_is_refused(void **state)
{
	static const char *const bad[] = {"x\tlog\t-\n",    "x\tlog\ta\tb\tc\n", "x\tno\ta\tb\n",
					  "x\tlog\t(\tb\n", "x\tlog\t*\tb\n",	 "words only\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(rules(bad[i]));
}

/* Goal: every seed gives a scenario that loads, always the same one, and they are not all alike. */
static void random_scenarios_load(void **state)
{
	unsigned int two_cpus = 0, x86 = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 300; seed++) {
		char *text = scenario_random(seed), *again = scenario_random(seed), error[600];
		struct sim_scenario *s;

		assert_string_equal(text, again);
		s = scenario_load_string("random", text, strlen(text), error, sizeof(error));
		if (!s)
			fail_msg("%s\n%s", error, text);
		assert_true(s->config.nr_sources && s->nr_programs);
		two_cpus += s->config.nr_cpus == 2;
		x86 += s->config.arch == SIM_ARCH_X86;
		scenario_free(s);
		free(text);
		free(again);
	}
	assert_in_range(two_cpus, 50, 200);
	assert_in_range(x86, 50, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_difference_is_told),
		cmocka_unit_test(an_intended_line_is_passed_and_no_other),
		cmocka_unit_test(pairs_and_rests),
		cmocka_unit_test(what_is_no_rule_is_refused),
		cmocka_unit_test(random_scenarios_load),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
