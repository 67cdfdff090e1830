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
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
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

#define ADD_X                                                                                      \
	{                                                                                          \
		TOY_ADD, 0, 1                                                                      \
	}
#define ADD_X_7 ADD_X, ADD_X, ADD_X, ADD_X, ADD_X, ADD_X, ADD_X

/* A search of 12,870 executions, of which the last one has @defect: all of "second" comes first. */
static struct {
	enum { NOTHING, WRONG, ENDLESS } defect;
	unsigned int stop_at, asked;
	struct toy toy;
} late = {.toy.ctx = {{.n = 8, .steps = {{TOY_LOAD, 0, 0}, ADD_X_7}, .toy = &late.toy},
		      {.n = 8, .steps = {ADD_X, ADD_X_7}, .toy = &late.toy}}};

static void late_setup(void *user)
{
	(void)user;
	late.toy.vars[0][0] = 0;
	late.toy.ctx[0].n_loads = 0;
}

static bool is_last(void *toy_context)
{
	struct toy_context *c = toy_context;

	toy_run(c);
	return c->loads[0] == 8;
}

static void late_first(void *arg)
{
	bool last = is_last(arg);

	if (last && late.defect == WRONG)
		ghes_explore_fail("mine", "as late as can be");
	while (last && late.defect == ENDLESS)
		;
}

static bool late_stops(void *user)
{
	(void)user;
	return ++late.asked == late.stop_at; /* says so only once */
}

static struct ghes_explore *late_load(struct ghes_explore_config cfg)
{
	struct ghes_explore *x;

	cfg.setup = late_setup;
	cfg.stop = late_stops;
	cfg.max_idle_ms = 100;
	x = ghes_explore_new(&cfg);
	assert_non_null(x);
	ghes_explore_ignore(x, late.toy.ctx, sizeof(late.toy.ctx));
	ghes_explore_thread(x, "first", 0, late_first, &late.toy.ctx[0]);
	ghes_explore_thread(x, "second", 1, toy_run, &late.toy.ctx[1]);
	late.asked = 0;
	return x;
}

/* Goal: what only a sample meets is a defect like any other. */
static void what_a_sample_finds_is_replayed(void **state)
{
	static const char *const oracles[] = {[WRONG] = "mine", [ENDLESS] = "progress"};

	(void)state;
	for (late.defect = WRONG; late.defect <= ENDLESS; late.defect++) {
		struct ghes_explore *x = late_load((struct ghes_explore_config){0});
		struct ghes_explore *again = late_load((struct ghes_explore_config){0});
		struct ghes_explore_result r, replayed;

		assert_int_equal(ghes_explore_run(x, &r), GHES_EXPLORE_FAIL);
		assert_int_equal(r.bound, GHES_EXPLORE_DEFECTS);
		assert_int_equal(r.executions, 2000); /* of the search, before it learned */
		assert_int_equal(r.defect_count, 1);
		assert_string_equal(r.defects[0].oracle, oracles[late.defect]);
		assert_int_equal(ghes_explore_replay(again, r.defects[0].schedule, &replayed),
				 GHES_EXPLORE_FAIL);
		assert_string_equal(replayed.defects[0].oracle, oracles[late.defect]);
		ghes_explore_free(x);
		ghes_explore_free(again);
	}
	late.defect = NOTHING;
}

/* Goal: a program that blocks all signals is watched as well, and its mask is as it was. */
static void blocked_signals_hide_no_endless_loop(void **state)
{
	struct ghes_explore_result r;
	struct ghes_explore *x;
	sigset_t all, before, after;

	(void)state;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	late.defect = ENDLESS;
	x = late_load((struct ghes_explore_config){0});
	assert_int_equal(ghes_explore_run(x, &r), GHES_EXPLORE_FAIL);
	assert_string_equal(r.defects[0].oracle, "progress");
	late.defect = NOTHING;
	ghes_explore_free(x);
	pthread_sigmask(SIG_SETMASK, &before, &after);
	assert_int_equal(sigismember(&after, SIGVTALRM), 1);
}

/* Goal: bounds hold while a search learns, and it keeps its figures. */
static void bounds_hold_while_it_learns(void **state)
{
	static const uint64_t bounds[] = {1999, 2000, 2001, 4001};
	struct ghes_explore_result r;
	struct ghes_explore *x;

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		x = late_load((struct ghes_explore_config){.max_executions = bounds[i]});
		ghes_explore_run(x, &r);
		assert_int_equal(r.bound, GHES_EXPLORE_EXECUTIONS);
		assert_int_equal(r.executions, bounds[i]);
		assert_int_equal(r.restarts,
				 1 + (bounds[i] > 4000)); /* the first: what is shared */
		ghes_explore_free(x);
	}
	late.stop_at = 2200;
	x = late_load((struct ghes_explore_config){0});
	ghes_explore_run(x, &r);
	assert_int_equal(r.verdict, GHES_EXPLORE_INCOMPLETE);
	assert_int_equal(r.bound, GHES_EXPLORE_STOPPED);
	assert_int_equal(r.executions, 2000);
	assert_int_equal(late.asked, 2200);
	late.stop_at = 0;
	ghes_explore_free(x);
}

static void first_of_two(void *arg)
{
	bool last = is_last(arg);

	ghes_explore_fail("mine", "%s", last ? "the other" : "the expected one");
}

static bool expects_one(void *user, const struct ghes_explore_finding *f)
{
	unsigned int *asked = user;

	++*asked;
	return !strcmp(f->message, "the expected one");
}

/*
 * Goal: what is expected hides nothing else that is said from the same place, nor what others do
 * before it. Method: a context always fails, and says something else when the other one was first.
 */
static void an_expected_message_hides_no_other(void **state)
{
	unsigned int asked = 0;
	struct ghes_explore_config cfg = {
		.setup = late_setup, .expected = expects_one, .user = &asked};
	struct ghes_explore *x = ghes_explore_new(&cfg);
	struct ghes_explore_result r;

	(void)state;
	ghes_explore_ignore(x, late.toy.ctx, sizeof(late.toy.ctx));
	ghes_explore_thread(x, "first", 0, first_of_two, &late.toy.ctx[0]);
	ghes_explore_thread(x, "second", 1, toy_run, &late.toy.ctx[1]);
	ghes_explore_run(x, &r);
	assert_int_equal(r.verdict, GHES_EXPLORE_FAIL);
	assert_int_equal(r.expected, 1);
	assert_int_equal(r.defect_count, 1);
	assert_string_equal(r.defects[0].message, "the other");
	assert_int_equal(asked, 2);
	ghes_explore_free(x);
}

static void write_by_the_host(void *arg)
{
	struct toy *toy = arg;

	ghes_explore_uses(&(struct ghes_explore_use){.what = GHES_EXPLORE_MEMORY,
						     .id = (uintptr_t)toy->vars[0],
						     .write = true},
			  1, memory_order_relaxed);
	toy->vars[0][0] = 6;
}

static void set_five(void *user)
{
	struct toy *toy = user;

	toy->vars[0][0] = 5;
	toy->ctx[0].n_loads = 0;
}

static void is_five_or_six(void *user)
{
	const struct toy *toy = user;

	ghes_explore_check(toy->ctx[0].loads[0] == 5 || toy->ctx[0].loads[0] == 6);
}

/* Goal: a load returns what was written, also next to writes that are not instrumented. */
static void older_values_are_values(void **state)
{
	static struct toy toy = {.ctx = {{.n = 1, .steps = {{TOY_LOAD, 0, 0}}, .toy = &toy}}};
	struct ghes_explore *x =
		ghes_explore_new(&(struct ghes_explore_config){.memory = GHES_EXPLORE_C11,
							       .setup = set_five,
							       .finish = is_five_or_six,
							       .user = &toy});
	struct ghes_explore_result r;

	(void)state;
	ghes_explore_ignore(x, toy.ctx, sizeof(toy.ctx));
	ghes_explore_thread(x, "reader", 0, toy_run, &toy.ctx[0]);
	ghes_explore_thread(x, "host", 1, write_by_the_host, &toy);
	ghes_explore_run(x, &r);
	assert_int_equal(r.verdict, GHES_EXPLORE_PASS);
	assert_int_equal(r.executions, 2);
	ghes_explore_free(x);
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
		cmocka_unit_test(what_a_sample_finds_is_replayed),
		cmocka_unit_test(blocked_signals_hide_no_endless_loop),
		cmocka_unit_test(bounds_hold_while_it_learns),
		cmocka_unit_test(an_expected_message_hides_no_other),
		cmocka_unit_test(older_values_are_values),
		cmocka_unit_test(nothing_grows_with_executions),
	};

	return cmocka_run_group_tests_name("explore.h", tests, NULL, NULL);
}
