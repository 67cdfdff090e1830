// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every plant is found by the oracle that claims to find it, its schedule replays, and the same
 * program without the plant passes, completely. The examples of the manual do what it says.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "program.h"

static struct ghes_explore *prepare(const struct program *p, enum ghes_explore_mode mode)
{
	struct ghes_explore *x = ghes_explore_new(&(struct ghes_explore_config){
		.mode = mode,
		.setup = p->setup,
		.finish = p->finish,
		.max_steps = 500,
		.max_idle_ms = 100,
		.max_executions = mode == GHES_EXPLORE_DPOR ? 0 : 200000,
	});

	assert_non_null(x);
	for (const struct program_context *c = p->contexts; c->name; c++) {
		int id = !c->level   ? ghes_explore_thread(x, c->name, c->cpu, c->fn, NULL)
			 : c->raised ? ghes_explore_raised_handler(x, c->name, c->cpu, c->level,
								   c->mask_class, c->fn, NULL)
				     : ghes_explore_handler(x, c->name, c->cpu, c->level,
							    c->mask_class, c->fn, NULL);
		assert_int_equal(id, c - p->contexts);
		if (c + 1 == p->contexts + PROGRAM_CONTEXTS)
			break;
	}
	return x;
}

static void must_pass(const struct program *p)
{
	struct ghes_explore_result r, b;
	struct ghes_explore *x = prepare(p, GHES_EXPLORE_DPOR);

	ghes_explore_run(x, &r);
	if (r.verdict != GHES_EXPLORE_PASS && r.defect_count)
		print_message("%s\n", r.defects[0].report);
	assert_int_equal(r.verdict, GHES_EXPLORE_PASS);
	assert_true(r.complete);
	ghes_explore_free(x);

	/* Every interleaving agrees, where they can be counted. */
	x = prepare(p, GHES_EXPLORE_BRUTE);
	ghes_explore_run(x, &b);
	print_message("    %llu traces%s\n", (unsigned long long)r.executions,
		      b.complete ? "" : " (too many interleavings to compare)");
	if (b.complete) {
		assert_int_equal(b.verdict, GHES_EXPLORE_PASS);
		assert_int_equal(r.executions, b.traces);
	}
	ghes_explore_free(x);
}

static void must_fail(const struct program *p)
{
	struct ghes_explore_result r, again;
	struct ghes_explore *x = prepare(p, GHES_EXPLORE_DPOR);
	struct ghes_explore *y = prepare(p, GHES_EXPLORE_DPOR);
	const struct ghes_explore_defect *d;

	ghes_explore_run(x, &r);
	assert_int_equal(r.verdict, GHES_EXPLORE_FAIL);
	d = &r.defects[0];
	print_message("    %s", d->report);
	assert_non_null(strstr(p->oracle, d->oracle));
	if (p->says)
		assert_non_null(strstr(d->message, p->says));
	assert_non_null(d->schedule);

	/* In a new search, as after a new start of the program. */
	assert_int_equal(ghes_explore_replay(y, d->schedule, &again), GHES_EXPLORE_FAIL);
	assert_string_equal(again.defects[0].oracle, d->oracle);
	assert_string_equal(again.defects[0].message, d->message);
	ghes_explore_free(y);
	ghes_explore_free(x);
}

static void program(void **state)
{
	const struct program *p = *state;

#ifdef __SANITIZE_ADDRESS__
	if (p->oracle && !strcmp(p->oracle, "crash"))
		skip(); /* AddressSanitizer ends the process before we know */
#endif
	if (p->oracle)
		must_fail(p);
	else
		must_pass(p);
}

int main(int argc, char **argv)
{
	const struct program *lists[] = {plants, examples};
	struct CMUnitTest tests[96];
	unsigned int n = 0;

	for (unsigned int l = 0; l < 2; l++)
		for (const struct program *p = lists[l]; p->name; p++)
			if (argc < 2 || strstr(p->name, argv[1]))
				tests[n++] = (struct CMUnitTest){p->name, program, NULL, NULL,
								 (void *)p};
	return _cmocka_run_group_tests("explored programs", tests, n, NULL, NULL);
}
