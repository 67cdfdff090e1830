// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exactness of the reduction: over generated programs, nested handlers included, the final states
 * and the races equal those of a search without reduction, and the number of executions is the
 * number of different traces that such a search finds.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <ghes/explore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "toy.h"

#define MAX_SET (1u << 16)
#define PADDING 60

struct set {
	uint64_t item[MAX_SET];
	size_t n;
};

static void add(struct set *s, uint64_t v)
{
	size_t i = (v * 0x9e3779b97f4a7c15u) >> 48;

	v |= !v;
	for (; s->item[i]; i = (i + 1) % MAX_SET)
		if (s->item[i] == v)
			return;
	s->item[i] = v;
	s->n++;
	assert_true(s->n < MAX_SET / 2);
}

static bool same(const struct set *a, const struct set *b)
{
	size_t hits = 0;

	for (size_t i = 0; i < MAX_SET; i++) {
		size_t k = (a->item[i] * 0x9e3779b97f4a7c15u) >> 48;

		if (!a->item[i])
			continue;
		for (; b->item[k] && b->item[k] != a->item[i]; k = (k + 1) % MAX_SET)
			;
		hits += b->item[k] == a->item[i];
	}
	return hits == a->n && a->n == b->n;
}

/* What one search saw. */
struct seen {
	struct toy *toy;
	struct set states, races;
	struct toy slot[GHES_EXPLORE_SLOTS];
	bool saves;
	unsigned int saved, restored;
};

struct shape {
	unsigned int threads, handlers, steps, vars;
	bool locks, masks, raised, rcu, c11, no_counts, waits;
};

static void reset(void *user)
{
	struct seen *s = user;

	memset(s->toy->vars, 0, sizeof(s->toy->vars));
	for (unsigned int i = 0; i < TOY_CONTEXTS; i++)
		s->toy->ctx[i].seen = s->toy->ctx[i].n_loads = 0;
}

static bool save(void *user, unsigned int slot)
{
	struct seen *s = user;

	s->slot[slot] = *s->toy;
	s->saved++;
	return true;
}

static void restore(void *user, unsigned int slot)
{
	struct seen *s = user;

	*s->toy = s->slot[slot];
	s->restored++;
}

static void note_state(void *user)
{
	struct seen *s = user;
	uint64_t h = 1;

	for (unsigned int i = 0; i < TOY_VARS; i++)
		for (unsigned int k = 0; k < 2; k++)
			h = h * 0x100000001b3u + (unsigned int)s->toy->vars[i][k];
	for (unsigned int i = 0; i < TOY_CONTEXTS; i++)
		h = (h ^ s->toy->ctx[i].seen) * 0x100000001b3u;
	add(&s->states, h);
}

static void note_race(void *user, const struct ghes_explore_race *r)
{
	struct seen *s = user;
	unsigned int a = r->context[0] > r->context[1], b = !a;

	add(&s->races, (uint64_t)(r->address[0] - (uintptr_t)s->toy) << 32 |
			       (uint64_t)r->context[a] << 16 | (uint64_t)r->context[b] << 8 |
			       (uint64_t)r->write[a] << 3 | (uint64_t)r->write[b] << 2 |
			       (uint64_t)r->atomic[a] << 1 | (uint64_t)r->atomic[b]);
}

static uint64_t rng;

static unsigned int below(unsigned int n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (unsigned int)((rng >> 33) % n);
}

static void emit(struct toy_context *c, unsigned int op, unsigned int var, unsigned int value)
{
	c->steps[c->n++] = (struct toy_step){(uint8_t)op, (uint8_t)var, (uint8_t)value};
}

static void draw_access(struct toy_context *c, const struct shape *shape)
{
	static const uint8_t ops[] = {TOY_LOAD,	     TOY_LOAD_ACQ,  TOY_STORE, TOY_STORE_REL,
				      TOY_STORE_REL, TOY_ADD,	    TOY_CAS,   TOY_READ,
				      TOY_WRITE,     TOY_FENCE,	    TOY_IF,    TOY_COUNT,
				      TOY_COUNT_REL, TOY_COUNT_WIDE};
	unsigned int n = shape->no_counts ? sizeof(ops) - 3 : sizeof(ops);
	/* drawn one by one: in which order arguments are evaluated is the compiler's choice */
	unsigned int value = 1 + below(3), var = below(shape->vars);

	emit(c, ops[below(n)], var, value);
}

static void draw_context(struct toy_context *c, const struct shape *shape, bool handler)
{
	unsigned int steps = 1 + below(shape->steps);

	while (steps--) {
		/* What comes in pairs must not be skipped by half. */
		bool guarded = c->n && c->steps[c->n - 1].op == TOY_IF;
		unsigned int kind = guarded ? 7 : below(8);

		if (shape->locks && kind == 0 && c->n + 4 <= TOY_OPS) {
			unsigned int lock = below(2);

			emit(c, below(3) ? TOY_LOCK : TOY_TRYLOCK, lock, 0);
			draw_access(c, shape);
			if (c->steps[c->n - 1].op == TOY_IF)
				c->n--;
			emit(c, TOY_UNLOCK, lock, 0);
		} else if (shape->masks && kind == 1 && !handler && c->n + 4 <= TOY_OPS) {
			emit(c, TOY_MASK, 0, 1);
			draw_access(c, shape);
			if (c->steps[c->n - 1].op == TOY_IF)
				c->n--;
			emit(c, TOY_UNMASK, 0, 1);
		} else if (shape->rcu && kind == 2 && c->n + 4 <= TOY_OPS) {
			emit(c, TOY_RCU_LOCK, 0, 0);
			draw_access(c, shape);
			if (c->steps[c->n - 1].op == TOY_IF)
				c->n--;
			emit(c, TOY_RCU_UNLOCK, 0, 0);
		} else if (shape->rcu && kind == 3 && !handler && c->n + 1 <= TOY_OPS) {
			emit(c, TOY_SYNC, 0, 0);
		} else if (shape->raised && !handler && kind >= 4 && kind < 6 && c->n < TOY_OPS) {
			emit(c, TOY_RAISE, 0, shape->threads + shape->handlers - 1);
		} else if (shape->waits && kind == 6 && !handler && c->n < TOY_OPS) {
			emit(c, TOY_AWAIT, 0, below(2));
		} else if (c->n < TOY_OPS) {
			draw_access(c, shape);
		}
	}
}

static void draw(struct toy *toy, const struct shape *shape)
{
	memset(toy, 0, sizeof(*toy));
	for (unsigned int i = 0; i < shape->threads + shape->handlers; i++) {
		toy->ctx[i].toy = toy;
		draw_context(&toy->ctx[i], shape, i >= shape->threads);
	}
}

/* What is seen is added to @s. @shard of @shards: 0, 0: the whole. */
static struct ghes_explore_result search_part(struct seen *s, const struct shape *shape,
					      enum ghes_explore_mode mode, unsigned int placement,
					      unsigned int shard, unsigned int shards)
{
	struct ghes_explore_result r;
	struct ghes_explore *x = ghes_explore_new(&(struct ghes_explore_config){
		.mode = mode,
		.memory = shape->c11 ? GHES_EXPLORE_C11 : GHES_EXPLORE_SC,
		.setup = reset,
		.finish = note_state,
		.save = s->saves ? save : NULL,
		.restore = restore,
		.on_race = note_race,
		.user = s,
		.max_defects = 1000,
		.max_executions = 400000,
		.shard = shard,
		.shards = shards,
		.no_minimise = true,
		.no_reports = true,
	});

	ghes_explore_ignore(x, s->toy->ctx, sizeof(s->toy->ctx));
	for (unsigned int i = 0; i < shape->threads; i++)
		ghes_explore_thread(x, "thread", i, toy_run, &s->toy->ctx[i]);
	for (unsigned int i = 0; i < shape->handlers; i++) {
		unsigned int cpu = placement & 1, level = 1 + (placement >> 1 & 1);
		void *arg = &s->toy->ctx[shape->threads + i];

		placement >>= 2;
		if (shape->raised && i == shape->handlers - 1)
			ghes_explore_raised_handler(x, "raised", cpu, level, 0, toy_run, arg);
		else
			ghes_explore_handler(x, "handler", cpu, level, shape->masks && level == 1,
					     toy_run, arg);
	}
	ghes_explore_run(x, &r);
	ghes_explore_free(x);
	return r;
}

static struct ghes_explore_result search(struct seen *s, const struct shape *shape,
					 enum ghes_explore_mode mode, unsigned int placement)
{
	memset(&s->states, 0, sizeof(s->states));
	memset(&s->races, 0, sizeof(s->races));
	return search_part(s, shape, mode, placement, 0, 0);
}

static void describe(const struct toy *toy, const struct shape *shape, unsigned int placement)
{
	static const char *const names[] = {
		"nop",	 "ld",	   "ldacq",   "st",	   "strel",   "add",  "cas",	"read",
		"write", "if",	   "lock",    "unlock",	   "trylock", "mask", "unmask", "fence",
		"raise", "choose", "rculock", "rcuunlock", "sync",    "ldsc", "stsc",	"facq",
		"frel",	 "fsc",	   "count",   "countrel",  "wide",    "await"};

	for (unsigned int i = 0; i < shape->threads + shape->handlers; i++) {
		print_message("ctx %u", i);
		if (i >= shape->threads)
			print_message(" (cpu %u level %u)",
				      placement >> 2 * (i - shape->threads) & 1,
				      1 + (placement >> (2 * (i - shape->threads) + 1) & 1));
		for (unsigned int k = 0; k < toy->ctx[i].n; k++)
			print_message("  %s %c %u", names[toy->ctx[i].steps[k].op],
				      'x' + toy->ctx[i].steps[k].var, toy->ctx[i].steps[k].value);
		print_message("\n");
	}
}

#define MIXED(...)                                                                                 \
	{                                                                                          \
		__VA_ARGS__, .vars = 2, .locks = true, .masks = true, .raised = true, .rcu = true  \
	}

#define LOCKS_RAISED(...)                                                                          \
	{                                                                                          \
		__VA_ARGS__, .vars = 2, .locks = true, .raised = true                              \
	}

/* Programs of known seeds, which stay what they are. */
#define OLD .no_counts = true

struct job {
	struct shape shape;
	unsigned int programs;
	uint64_t seed;
};

/* The @i-th program of @job; returns where its handlers are placed. */
static unsigned int draw_program(struct toy *toy, const struct job *job, unsigned int i)
{
	rng = (job->seed + i) * 0x9e3779b97f4a7c15u | 1;
	for (int k = 0; k < 8; k++)
		below(2);
	draw(toy, &job->shape);
	return below(256);
}

static void equals_brute_force(void **state)
{
	const struct job *job = *state;
	static struct toy toy;
	static struct seen brute = {.toy = &toy}, dpor = {.toy = &toy};
	uint64_t executions = 0, redundant = 0, interleavings = 0, races = 0;
	unsigned int failures = 0, compared = 0, defective = 0;

	for (unsigned int i = 0; i < job->programs; i++) {
		struct ghes_explore_result b, d;
		unsigned int placement;

		placement = draw_program(&toy, job, i);
		b = search(&brute, &job->shape, GHES_EXPLORE_BRUTE, placement);
		if (!b.complete)
			continue;
		d = search(&dpor, &job->shape, GHES_EXPLORE_DPOR, placement);
		compared++;
		executions += d.executions;
		redundant += d.redundant;
		interleavings += b.executions;
		races += brute.races.n;
		defective += b.defect_count > 0;
		if (d.complete && d.executions - d.failed == b.traces &&
		    (d.defect_count > 0) == (b.defect_count > 0) &&
		    same(&brute.states, &dpor.states) && same(&brute.races, &dpor.races))
			continue;
		if (failures++ < 3) {
			print_message("seed %llu: %llu traces, explored %llu; states %zu/%zu, "
				      "races %zu/%zu\n",
				      (unsigned long long)job->seed + i,
				      (unsigned long long)b.traces,
				      (unsigned long long)d.executions, dpor.states.n,
				      brute.states.n, dpor.races.n, brute.races.n);
			describe(&toy, &job->shape, placement);
		}
	}
	print_message(
		"%u programs (%u with a defect), %llu interleavings, %llu traces, %llu redundant, %llu races\n",
		compared, defective, (unsigned long long)interleavings,
		(unsigned long long)executions, (unsigned long long)redundant,
		(unsigned long long)races);
	assert_true(compared > job->programs / 2);
	assert_int_equal(failures, 0);
}

/*
 * Goal: executions that go on in the middle of others are the same ones. Method: so many steps that
 * mean nothing that there is a middle, with and without.
 */
static void checkpoints_change_nothing(void **state)
{
	const struct job *job = *state;
	static struct toy toy;
	static struct seen plain = {.toy = &toy}, saving = {.toy = &toy, .saves = true};

#ifdef __SANITIZE_ADDRESS__
	skip(); /* stacks are left where they are: there are none */
#endif
	saving.saved = saving.restored = 0;
	for (unsigned int i = 0; i < job->programs; i++) {
		unsigned int placement = draw_program(&toy, job, i);
		struct ghes_explore_result p, s;

		toy.padding = PADDING;
		p = search(&plain, &job->shape, GHES_EXPLORE_DPOR, placement);
		s = search(&saving, &job->shape, GHES_EXPLORE_DPOR, placement);
		if (p.executions != s.executions || p.steps != s.steps)
			print_message("seed %llu: %llu executions, with checkpoints %llu\n",
				      (unsigned long long)job->seed + i,
				      (unsigned long long)p.executions,
				      (unsigned long long)s.executions);
		assert_int_equal(p.executions, s.executions);
		assert_int_equal(p.redundant, s.redundant);
		assert_int_equal(p.failed, s.failed);
		assert_int_equal(p.steps, s.steps);
		assert_int_equal(p.complete, s.complete);
		assert_int_equal(p.defect_count, s.defect_count);
		assert_int_equal(p.arrivals, s.arrivals);
		assert_int_equal(p.interrupted, s.interrupted);
		assert_int_equal(p.nested, s.nested);
		assert_true(same(&plain.states, &saving.states));
		assert_true(same(&plain.races, &saving.races));
	}
	print_message("%u saved, %u times used\n", saving.saved, saving.restored);
	assert_true(saving.restored > job->programs / 2); /* few part where locks leave one order */
}

/*
 * Goal: shards lose nothing and share nothing, also where they part deep in the tree, above or
 * below the end of an execution. Method: sums and unions over all shards against the whole.
 */
static void shards_are_the_whole(void **state)
{
	static const unsigned int splits[] = {2, 3, 7, 16};
	const struct job *job = *state;
	static struct toy toy;
	static struct seen whole = {.toy = &toy}, parts = {.toy = &toy};
	unsigned int split = 0;

	for (unsigned int i = 0; i < job->programs; i++) {
		struct ghes_explore_result w;
		unsigned int placement;

		placement = draw_program(&toy, job, i);
		w = search(&whole, &job->shape, GHES_EXPLORE_DPOR, placement);
		split += w.executions > 1;
		for (unsigned int n = 0; n < sizeof(splits) / sizeof(splits[0]); n++) {
			uint64_t traces = 0;

			memset(&parts.states, 0, sizeof(parts.states));
			memset(&parts.races, 0, sizeof(parts.races));
			for (unsigned int shard = 1; shard <= splits[n]; shard++) {
				struct ghes_explore_result p =
					search_part(&parts, &job->shape, GHES_EXPLORE_DPOR,
						    placement, shard, splits[n]);

				assert_int_equal(p.complete, w.complete);
				traces += p.executions - p.failed;
			}
			if (traces != w.executions - w.failed)
				print_message("seed %llu, %u shards\n",
					      (unsigned long long)job->seed + i, splits[n]);
			/* A deadlock is counted wherever it strikes. */
			assert_int_equal(traces, w.executions - w.failed);
			assert_true(same(&whole.states, &parts.states));
			assert_true(same(&whole.races, &parts.races));
		}
	}
	assert_true(split > 0);
}

int main(int argc, char **argv)
{
	static struct job jobs[] = {
		{{.threads = 3, .steps = 3, .vars = 2}, 50, 1},
		{{.threads = 2, .steps = 5, .vars = 3}, 50, 1000},
		{{.threads = 1, .handlers = 1, .steps = 5, .vars = 2}, 50, 2000},
		{{.threads = 1, .handlers = 2, .steps = 4, .vars = 2}, 50, 3000},
		{{.threads = 2, .handlers = 1, .steps = 3, .vars = 2}, 50, 4000},
		{{.threads = 2, .handlers = 2, .steps = 2, .vars = 2}, 50, 5000},
		{{.threads = 1, .handlers = 3, .steps = 2, .vars = 2}, 50, 6000},
		{{.threads = 2, .steps = 4, .vars = 2, .locks = true}, 50, 7000},
		{{.threads = 2, .handlers = 1, .steps = 3, .vars = 2, .masks = true}, 50, 8000},
		{{.threads = 2, .handlers = 1, .steps = 3, .vars = 2, .locks = true}, 50, 9000},
		{{.threads = 2, .handlers = 1, .steps = 3, .vars = 2, .raised = true}, 50, 10000},
		{{.threads = 2, .handlers = 1, .steps = 3, .vars = 2, .rcu = true}, 50, 11000},
		{{.threads = 3, .steps = 3, .vars = 2, .c11 = true}, 50, 12000},
		{{.threads = 2, .handlers = 1, .steps = 3, .vars = 2, .c11 = true}, 50, 13000},
		{{.threads = 2, .handlers = 1, .steps = 4, .vars = 1}, 50, 18000},
		{{.threads = 2, .handlers = 1, .steps = 3, .vars = 2, .waits = true}, 50, 19000},
		/* all of it at once; the last handler is the raised one */
		{MIXED(.threads = 2, .handlers = 2, .steps = 2), 8, 14000},
		{MIXED(.threads = 1, .handlers = 3, .steps = 3), 8, 15000},
		{MIXED(.threads = 2, .handlers = 1, .steps = 4), 8, 16000},
		{MIXED(.threads = 3, .handlers = 1, .steps = 2), 8, 17000},
		/* a handler that waits for a lock keeps away another one, or a thread */
		{{.threads = 1, .handlers = 3, .steps = 2, .vars = 2, .locks = true, OLD},
		 1,
		 300183},
		{LOCKS_RAISED(.threads = 1, .handlers = 3, .steps = 2, OLD), 1, 320074},
		{LOCKS_RAISED(.threads = 1, .handlers = 3, .steps = 2, OLD), 1, 320253},
		{MIXED(.threads = 1, .handlers = 3, .steps = 3, OLD), 1, 200153},
	};
	struct CMUnitTest tests[3 * sizeof(jobs) / sizeof(jobs[0])];
	static struct job parts[sizeof(jobs) / sizeof(jobs[0])];
	unsigned int n = 0;

	/* Arguments, for a longer run or to repeat a failure: number of a job, programs, first
	 * seed. */
	for (unsigned int i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		if (argc > 1 && strcmp(argv[1], "all") && (unsigned int)atoi(argv[1]) != i)
			continue;
		if (argc > 2)
			jobs[i].programs = (unsigned int)atoi(argv[2]);
		if (argc > 3)
			jobs[i].seed = (uint64_t)atoll(argv[3]);
		parts[i] = jobs[i];
		parts[i].programs = (jobs[i].programs + 24) / 25;
		tests[n++] =
			(struct CMUnitTest)cmocka_unit_test_prestate(equals_brute_force, &jobs[i]);
		tests[n++] = (struct CMUnitTest)cmocka_unit_test_prestate(shards_are_the_whole,
									  &parts[i]);
		tests[n++] = (struct CMUnitTest)cmocka_unit_test_prestate(
			checkpoints_change_nothing, &jobs[i]);
	}
	return _cmocka_run_group_tests("exactness", tests, n, NULL, NULL);
}
