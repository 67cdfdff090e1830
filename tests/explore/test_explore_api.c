// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounds say so, sampling finds what it can, misuse is refused, nothing grows.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <ghes/errors.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include "cas_list.h"
#include "program.h"
#include "toy.h"

static const struct program *plant(const char *name)
{
	for (const struct program *p = plants; p->name; p++)
		if (!strcmp(p->name, name))
			return p;
	fail();
	return NULL;
}

static struct ghes_explore *load(const struct program *p, struct ghes_explore_config cfg)
{
	struct ghes_explore *x;

	cfg.setup = p->setup;
	cfg.finish = p->finish;
	x = ghes_explore_new(&cfg);
	assert_non_null(x);
	for (const struct program_context *c = p->contexts; c->name; c++)
		if (c->level)
			ghes_explore_handler(x, c->name, c->cpu, c->level, c->mask_class, c->fn,
					     NULL);
		else
			ghes_explore_thread(x, c->name, c->cpu, c->fn, NULL);
	return x;
}

static struct ghes_explore_result search(const char *name, struct ghes_explore_config cfg)
{
	struct ghes_explore *x = load(plant(name), cfg);
	struct ghes_explore_result r;

	ghes_explore_run(x, &r);
	ghes_explore_free(x);
	return r;
}

static struct ghes_explore_result list_search(struct ghes_explore_config cfg)
{
	static struct cas_list list = {.producers = 3, .pushes = 1};
	struct ghes_explore_result r;
	struct ghes_explore *x;

	cfg.setup = cas_list_init;
	cfg.finish = cas_list_check;
	cfg.user = &list;
	x = ghes_explore_new(&cfg);
	for (unsigned int i = 0; i < 3; i++)
		ghes_explore_thread(x, "producer", i, cas_list_producer, &list.producer[i]);
	ghes_explore_thread(x, "consumer", 3, cas_list_consumer, &list);
	ghes_explore_run(x, &r);
	ghes_explore_free(x);
	return r;
}

static void max_executions_is_incomplete(void **state)
{
	struct ghes_explore_result r =
		list_search((struct ghes_explore_config){.max_executions = 100});

	(void)state;
	assert_int_equal(r.verdict, GHES_EXPLORE_INCOMPLETE);
	assert_int_equal(r.bound, GHES_EXPLORE_EXECUTIONS);
	assert_false(r.complete);
	assert_int_equal(r.executions, 100);
	assert_string_equal(ghes_explore_bound_name(r.bound), "max-executions");
}

/* Preemptions: none shows nothing wrong with a lost update, one shows it. */
static void preemption_bound_is_incomplete_or_finds(void **state)
{
	struct ghes_explore_result none =
		search("lost update", (struct ghes_explore_config){.bound_preemptions = true});
	struct ghes_explore_result one =
		search("lost update", (struct ghes_explore_config){.bound_preemptions = true,
								   .max_preemptions = 1});

	(void)state;
	assert_int_equal(none.verdict, GHES_EXPLORE_INCOMPLETE);
	assert_int_equal(none.bound, GHES_EXPLORE_PREEMPTIONS);
	assert_int_equal(one.verdict, GHES_EXPLORE_FAIL);
}

static void sampling_finds_and_never_claims_completeness(void **state)
{
	static const enum ghes_explore_mode modes[] = {GHES_EXPLORE_RANDOM, GHES_EXPLORE_PCT};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct ghes_explore_config cfg = {
			.mode = modes[i], .max_executions = 2000, .seed = 7};
		struct ghes_explore_result bad = search("lost update", cfg);
		struct ghes_explore_result good = search("no lost update", cfg);

		assert_int_equal(bad.verdict, GHES_EXPLORE_FAIL);
		assert_int_equal(good.verdict, GHES_EXPLORE_INCOMPLETE);
		assert_int_equal(good.bound, GHES_EXPLORE_SAMPLED);
		assert_int_equal(good.executions, 2000);
	}
}

/* The same seed gives the same first failure. */
static void sampling_repeats_with_its_seed(void **state)
{
	struct ghes_explore_config cfg = {
		.mode = GHES_EXPLORE_RANDOM, .max_executions = 2000, .seed = 11};
	struct ghes_explore *x = load(plant("ABA"), cfg), *y = load(plant("ABA"), cfg);
	struct ghes_explore_result a, b;

	(void)state;
	ghes_explore_run(x, &a);
	ghes_explore_run(y, &b);
	assert_int_equal(a.verdict, GHES_EXPLORE_FAIL);
	assert_int_equal(a.defects[0].execution, b.defects[0].execution);
	assert_string_equal(a.defects[0].schedule, b.defects[0].schedule);
	ghes_explore_free(x);
	ghes_explore_free(y);
}

static void schedules_that_do_not_fit_are_refused(void **state)
{
	static const char *const bad[] = {"",
					  "v1 0",
					  "v2 0*",
					  "v2 0*0",
					  "v2 99",
					  "v2 0 x",
					  "v2  0",
					  "v2 0*-1",
					  "v2 5",
					  "v2 0:70000",
					  "v20",
					  "v2 1*900",
					  "v2 0*99999999999999999999"};
	struct ghes_explore *x = load(plant("lost update"), (struct ghes_explore_config){0});
	struct ghes_explore_result r;

	(void)state;
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(ghes_explore_replay(x, bad[i], &r), GHES_EXPLORE_ERROR);
	assert_int_equal(ghes_explore_replay(x, NULL, &r), GHES_EXPLORE_ERROR);
	assert_int_equal(ghes_explore_replay(x, "v2 0*2 1*2", &r), GHES_EXPLORE_PASS);
	ghes_explore_free(x);
}

static void misuse_is_refused(void **state)
{
	struct ghes_explore *x = ghes_explore_new(&(struct ghes_explore_config){0});
	struct ghes_explore_result r;

	(void)state;
	assert_int_equal(ghes_explore_run(x, &r), GHES_EXPLORE_ERROR);
	assert_int_equal(ghes_explore_thread(x, "a", 99, toy_run, NULL), -GHES_EINVAL);
	assert_int_equal(ghes_explore_thread(x, "a", 0, NULL, NULL), -GHES_EINVAL);
	assert_int_equal(ghes_explore_handler(x, "a", 0, 0, 0, toy_run, NULL), -GHES_EINVAL);
	assert_int_equal(ghes_explore_handler(x, "a", 0, 1, 9, toy_run, NULL), -GHES_EINVAL);
	assert_int_equal(ghes_explore_thread(x, "a", 0, toy_run, NULL), 0);
	assert_int_equal(ghes_explore_thread(x, "b", 0, toy_run, NULL), -GHES_EINVAL);
	for (int i = 1; i < GHES_EXPLORE_MAX_CONTEXTS; i++)
		assert_int_equal(ghes_explore_handler(x, "h", 0, 1, 0, toy_run, NULL), i);
	assert_int_equal(ghes_explore_handler(x, "h", 0, 1, 0, toy_run, NULL), -GHES_ENOSPC);
	ghes_explore_free(x);
	ghes_explore_free(NULL);
}

/* Goal: who asks for a part that there is not is not told that it passes. */
static void no_such_shard(void **state)
{
	static const unsigned int shards[][2] = {{0, 2}, {3, 2}, {1, 0}};
	struct ghes_explore_config cfg = {0};

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		cfg.shard = shards[i][0];
		cfg.shards = shards[i][1];
		assert_int_equal(search("no lost update", cfg).verdict, GHES_EXPLORE_ERROR);
	}
}

static uint64_t seen;

static void note_choice(void *arg)
{
	struct toy *toy = arg;

	seen |= (uint64_t)1 << (toy->ctx[0].seen % 64);
}

/* Two choices of 3 and of 2: six executions, one for each pair of answers. */
static void every_choice_is_made(void **state)
{
	static struct toy toy = {
		.ctx = {{.n = 2, .steps = {{TOY_CHOOSE, 0, 3}, {TOY_CHOOSE, 0, 2}}, .toy = &toy}}};
	struct ghes_explore *x = ghes_explore_new(
		&(struct ghes_explore_config){.finish = note_choice, .user = &toy});
	struct ghes_explore_result r;

	(void)state;
	ghes_explore_ignore(x, &toy.ctx, sizeof(toy.ctx));
	ghes_explore_region(x, &toy, sizeof(toy));
	ghes_explore_thread(x, "chooser", 0, toy_run, &toy.ctx[0]);
	seen = 0;
	ghes_explore_run(x, &r);
	assert_true(r.complete);
	assert_int_equal(r.executions, 6);
	assert_int_equal(__builtin_popcountll(seen), 6);
	ghes_explore_free(x);
}

static void all_defects_are_kept_when_asked(void **state)
{
	struct ghes_explore_result first, all;
	struct ghes_explore *x =
		load(plant("missing release"), (struct ghes_explore_config){.max_defects = 100});

	(void)state;
	ghes_explore_run(x, &all);
	assert_int_equal(all.verdict, GHES_EXPLORE_FAIL);
	assert_true(all.complete); /* a race does not end an execution */
	assert_int_equal(all.executions, 2);
	ghes_explore_free(x);
	first = search("missing release", (struct ghes_explore_config){0});
	assert_false(first.complete);
	assert_int_equal(first.bound, GHES_EXPLORE_DEFECTS);
}

/* What the host knows: the first @yes findings. */
struct expectation {
	unsigned int yes, asked;
	const void *pc[4][2];
};

static bool expects(void *user, const struct ghes_explore_finding *f)
{
	struct expectation *e = user;
	unsigned int n = e->asked++;

	assert_true(n < 4);
	assert_non_null(strchr(f->message, ' '));
	memcpy(e->pc[n], f->pc, sizeof(f->pc));
	return n < e->yes;
}

static struct expectation expect(const char *name, unsigned int yes, struct ghes_explore_result *r,
				 struct ghes_explore_defect *first)
{
	struct expectation e = {.yes = yes};
	struct ghes_explore *x =
		load(plant(name), (struct ghes_explore_config){.expected = expects, .user = &e});

	ghes_explore_run(x, r);
	if (r->defect_count)
		*first = r->defects[0]; /* its strings go with the search */
	ghes_explore_free(x);
	return e;
}

/*
 * Goal: an expected race is passed over, and what is behind it found. Method: two races in one
 * execution, of which none, one or both are expected.
 */
static void the_race_behind_an_expected_one_is_found(void **state)
{
	struct ghes_explore_defect first, second;
	struct ghes_explore_result r;
	struct expectation e;

	(void)state;
	expect("missing release of two", 0, &r, &first);
	assert_int_equal(r.defect_count, 2); /* both are of the execution that ended the search */
	assert_int_equal(r.expected, 0);
	e = expect("missing release of two", 1, &r, &second);
	assert_int_equal(r.verdict, GHES_EXPLORE_FAIL);
	assert_int_equal(r.expected, 1);
	assert_int_equal(r.defect_count, 1);
	assert_int_equal(e.asked, 2);
	assert_ptr_equal(e.pc[0][0], first.pc[0]);
	assert_ptr_equal(e.pc[1][0], second.pc[0]);
	assert_ptr_not_equal(first.pc[0], second.pc[0]);
	e = expect("missing release of two", 2, &r, &first);
	assert_int_equal(r.verdict, GHES_EXPLORE_PASS);
	assert_true(r.complete);
	assert_int_equal(r.expected, 2);
	assert_int_equal(r.defect_count, 0);
	assert_int_equal(e.asked, 2); /* once for each, however often it is seen */
}

/* A lost update ends its execution: the others are seen, but that is not all there is to see. */
static void behind_what_ends_executions_is_the_unknown(void **state)
{
	struct ghes_explore_defect first;
	struct ghes_explore_result all = search("no lost update", (struct ghes_explore_config){0}),
				   r;

	(void)state;
	expect("lost update", 1, &r, &first);
	assert_int_equal(r.verdict, GHES_EXPLORE_INCOMPLETE);
	assert_int_equal(r.bound, GHES_EXPLORE_EXPECTED);
	assert_string_equal(ghes_explore_bound_name(r.bound), "behind-expected");
	assert_false(r.complete);
	assert_int_equal(r.defect_count, 0);
	assert_true(r.executions > all.executions); /* it went on */
}

/* Goal: no memory for each execution. Method: the peak after 30,000 is that after 300. */
static void nothing_grows_with_executions(void **state)
{
	struct rusage before, after;

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip(); /* keeps what was freed */
#endif
	for (int i = 0; i < 3; i++)
		list_search((struct ghes_explore_config){.max_executions = 300});
	getrusage(RUSAGE_SELF, &before);
	for (int i = 0; i < 60; i++)
		assert_true(list_search((struct ghes_explore_config){0}).complete);
	getrusage(RUSAGE_SELF, &after);
	assert_true(after.ru_maxrss - before.ru_maxrss < 2048);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(max_executions_is_incomplete),
		cmocka_unit_test(preemption_bound_is_incomplete_or_finds),
		cmocka_unit_test(sampling_finds_and_never_claims_completeness),
		cmocka_unit_test(sampling_repeats_with_its_seed),
		cmocka_unit_test(schedules_that_do_not_fit_are_refused),
		cmocka_unit_test(misuse_is_refused),
		cmocka_unit_test(no_such_shard),
		cmocka_unit_test(every_choice_is_made),
		cmocka_unit_test(all_defects_are_kept_when_asked),
		cmocka_unit_test(the_race_behind_an_expected_one_is_found),
		cmocka_unit_test(behind_what_ends_executions_is_the_unknown),
		cmocka_unit_test(nothing_grows_with_executions),
	};

	return cmocka_run_group_tests_name("explore.h", tests, NULL, NULL);
}
