// SPDX-License-Identifier: GPL-2.0-only
/*
 * Litmus shapes under both memory models, each with its exact set of outcomes: what the loads
 * return, contexts in order.
 *
 * LB, 2+2W and S are here with the outcomes that the explorer shows, not all that C11 allows: it
 * executes writes in modification order and never reads from the future (sim/explore/c11.c).
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

#define X 0
#define Y 1
#define ST(var, value)                                                                             \
	{                                                                                          \
		TOY_STORE, var, value                                                              \
	}
#define ST_REL(var, value)                                                                         \
	{                                                                                          \
		TOY_STORE_REL, var, value                                                          \
	}
#define ST_SC(var, value)                                                                          \
	{                                                                                          \
		TOY_STORE_SC, var, value                                                           \
	}
#define LD(var)                                                                                    \
	{                                                                                          \
		TOY_LOAD, var, 0                                                                   \
	}
#define LD_ACQ(var)                                                                                \
	{                                                                                          \
		TOY_LOAD_ACQ, var, 0                                                               \
	}
#define LD_SC(var)                                                                                 \
	{                                                                                          \
		TOY_LOAD_SC, var, 0                                                                \
	}
#define ADD(var)                                                                                   \
	{                                                                                          \
		TOY_ADD, var, 1                                                                    \
	}
#define F_ACQ                                                                                      \
	{                                                                                          \
		TOY_FENCE_ACQ, 0, 0                                                                \
	}
#define F_REL                                                                                      \
	{                                                                                          \
		TOY_FENCE_REL, 0, 0                                                                \
	}
#define F_SC                                                                                       \
	{                                                                                          \
		TOY_FENCE_SC, 0, 0                                                                 \
	}

struct litmus {
	const char *name;
	const char *sc, *c11; /* outcomes, sorted; c11 NULL: as sc. "x=" adds the final x and y */
	struct toy_step steps[4][4];
	bool finals;
	bool one_cpu; /* the second context is a handler on the first one's CPU */
};

static const struct litmus tests[] = {
	{.name = "MP, relaxed",
	 .sc = "00 01 11",
	 .c11 = "00 01 10 11",
	 .steps = {{ST(X, 1), ST(Y, 1)}, {LD(Y), LD(X)}}},
	{.name = "MP, release only",
	 .sc = "00 01 11",
	 .c11 = "00 01 10 11",
	 .steps = {{ST(X, 1), ST_REL(Y, 1)}, {LD(Y), LD(X)}}},
	{.name = "MP, acquire only",
	 .sc = "00 01 11",
	 .c11 = "00 01 10 11",
	 .steps = {{ST(X, 1), ST(Y, 1)}, {LD_ACQ(Y), LD(X)}}},
	{.name = "MP, release and acquire",
	 .sc = "00 01 11",
	 .steps = {{ST(X, 1), ST_REL(Y, 1)}, {LD_ACQ(Y), LD(X)}}},
	{.name = "MP, fences",
	 .sc = "00 01 11",
	 .steps = {{ST(X, 1), F_REL, ST(Y, 1)}, {LD(Y), F_ACQ, LD(X)}}},
	{.name = "MP, release fence only",
	 .sc = "00 01 11",
	 .c11 = "00 01 10 11",
	 .steps = {{ST(X, 1), F_REL, ST(Y, 1)}, {LD(Y), LD(X)}}},
	{.name = "MP, handler on one CPU",
	 .sc = "00 01 11",
	 .steps = {{ST(X, 1), ST(Y, 1)}, {LD(Y), LD(X)}},
	 .one_cpu = true},
	{.name = "SB, relaxed",
	 .sc = "01 10 11",
	 .c11 = "00 01 10 11",
	 .steps = {{ST(X, 1), LD(Y)}, {ST(Y, 1), LD(X)}}},
	{.name = "SB, release and acquire",
	 .sc = "01 10 11",
	 .c11 = "00 01 10 11",
	 .steps = {{ST_REL(X, 1), LD_ACQ(Y)}, {ST_REL(Y, 1), LD_ACQ(X)}}},
	{.name = "SB, seq_cst",
	 .sc = "01 10 11",
	 .steps = {{ST_SC(X, 1), LD_SC(Y)}, {ST_SC(Y, 1), LD_SC(X)}}},
	{.name = "SB, seq_cst fences",
	 .sc = "01 10 11",
	 .steps = {{ST(X, 1), F_SC, LD(Y)}, {ST(Y, 1), F_SC, LD(X)}}},
	{.name = "SB, one seq_cst fence",
	 .sc = "01 10 11",
	 .c11 = "00 01 10 11",
	 .steps = {{ST(X, 1), F_SC, LD(Y)}, {ST(Y, 1), LD(X)}}},
	{.name = "SB, seq_cst stores only",
	 .sc = "01 10 11",
	 .c11 = "00 01 10 11",
	 .steps = {{ST_SC(X, 1), LD(Y)}, {ST_SC(Y, 1), LD(X)}}},
	{.name = "LB, relaxed (11 is not shown)",
	 .sc = "00 01 10",
	 .steps = {{LD(X), ST(Y, 1)}, {LD(Y), ST(X, 1)}}},
	{.name = "IRIW, relaxed",
	 .sc = "0000 0001 0010 0011 0100 0101 0110 0111 1000 1001 1011 1100 1101 1110 1111",
	 .c11 = "0000 0001 0010 0011 0100 0101 0110 0111 1000 1001 1010 1011 1100 1101 1110 1111",
	 .steps = {{ST(X, 1)}, {ST(Y, 1)}, {LD(X), LD(Y)}, {LD(Y), LD(X)}}},
	{.name = "IRIW, release and acquire",
	 .sc = "0000 0001 0010 0011 0100 0101 0110 0111 1000 1001 1011 1100 1101 1110 1111",
	 .c11 = "0000 0001 0010 0011 0100 0101 0110 0111 1000 1001 1010 1011 1100 1101 1110 1111",
	 .steps = {{ST_REL(X, 1)}, {ST_REL(Y, 1)}, {LD_ACQ(X), LD_ACQ(Y)}, {LD_ACQ(Y), LD_ACQ(X)}}},
	{.name = "IRIW, seq_cst",
	 .sc = "0000 0001 0010 0011 0100 0101 0110 0111 1000 1001 1011 1100 1101 1110 1111",
	 .steps = {{ST_SC(X, 1)}, {ST_SC(Y, 1)}, {LD_SC(X), LD_SC(Y)}, {LD_SC(Y), LD_SC(X)}}},
	{.name = "WRC, relaxed",
	 .sc = "000 001 010 011 100 101 111",
	 .c11 = "000 001 010 011 100 101 110 111",
	 .steps = {{ST(X, 1)}, {LD(X), ST(Y, 1)}, {LD(Y), LD(X)}}},
	{.name = "WRC, release and acquire",
	 .sc = "000 001 010 011 100 101 111",
	 .steps = {{ST(X, 1)}, {LD(X), ST_REL(Y, 1)}, {LD_ACQ(Y), LD(X)}}},
	{.name = "CoRR", .sc = "00 01 11", .steps = {{ST(X, 1)}, {LD(X), LD(X)}}},
	{.name = "CoRR, two writes",
	 .sc = "00 01 02 11 12 22",
	 .steps = {{ST(X, 1), ST(X, 2)}, {LD(X), LD(X)}}},
	{.name = "CoWR", .sc = "1 2", .steps = {{ST(X, 1), LD(X)}, {ST(X, 2)}}},
	{.name = "CoRW", .sc = "0 2", .steps = {{LD(X), ST(X, 1)}, {ST(X, 2)}}},
	{.name = "read-modify-writes are atomic",
	 .sc = " x=2y=0",
	 .steps = {{ADD(X)}, {ADD(X)}},
	 .finals = true},
	{.name = "R, relaxed (y: both orders)",
	 .sc = "0 x=1y=1 1 x=1y=1 1 x=1y=2",
	 .c11 = "0 x=1y=1 0 x=1y=2 1 x=1y=1 1 x=1y=2",
	 .steps = {{ST(X, 1), ST(Y, 1)}, {ST(Y, 2), LD(X)}},
	 .finals = true},
	{.name = "R, seq_cst",
	 .sc = "0 x=1y=1 1 x=1y=1 1 x=1y=2",
	 .steps = {{ST_SC(X, 1), ST_SC(Y, 1)}, {ST_SC(Y, 2), LD_SC(X)}},
	 .finals = true},
	{.name = "S, relaxed (1 x=2 is not shown)",
	 .sc = "0 x=1y=1 0 x=2y=1 1 x=1y=1",
	 .steps = {{ST(X, 2), ST(Y, 1)}, {LD(Y), ST(X, 1)}},
	 .finals = true},
	{.name = "2+2W, relaxed (x=1y=1 is not shown)",
	 .sc = " x=1y=2  x=2y=1  x=2y=2",
	 .steps = {{ST(X, 1), ST(Y, 2)}, {ST(Y, 1), ST(X, 2)}},
	 .finals = true},
};

static struct toy toy;
static char outcomes[32][24];
static unsigned int n_outcomes;
static bool finals;

static void reset(void *arg)
{
	(void)arg;
	memset(toy.vars, 0, sizeof(toy.vars));
	for (unsigned int i = 0; i < TOY_CONTEXTS; i++)
		toy.ctx[i].n_loads = 0;
}

static void note(void *arg)
{
	char text[24];
	unsigned int at = 0;

	(void)arg;
	for (unsigned int i = 0; i < 4; i++)
		for (unsigned int k = 0; k < toy.ctx[i].n_loads; k++)
			text[at++] = (char)('0' + toy.ctx[i].loads[k]);
	if (finals) {
		memcpy(text + at, " x=", 3);
		text[at + 3] = (char)('0' + toy.vars[X][0]);
		memcpy(text + at + 4, "y=", 2);
		text[at + 6] = (char)('0' + toy.vars[Y][0]);
		at += 7;
	}
	text[at] = '\0';
	for (unsigned int i = 0; i < n_outcomes; i++)
		if (!strcmp(outcomes[i], text))
			return;
	assert_true(n_outcomes < 32);
	memcpy(outcomes[n_outcomes++], text, at + 1);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void run(const struct litmus *l, enum ghes_explore_memory memory,
		enum ghes_explore_mode mode, const char *expected)
{
	struct ghes_explore *x = ghes_explore_new(&(struct ghes_explore_config){
		.mode = mode, .memory = memory, .setup = reset, .finish = note});
	struct ghes_explore_result r;
	char all[sizeof(outcomes)] = "";
	size_t used = 0;

	memset(&toy, 0, sizeof(toy));
	ghes_explore_ignore(x, toy.ctx, sizeof(toy.ctx));
	for (unsigned int i = 0; i < 4 && l->steps[i][0].op; i++) {
		toy.ctx[i].toy = &toy;
		for (unsigned int k = 0; k < 4 && l->steps[i][k].op; k++)
			toy.ctx[i].steps[toy.ctx[i].n++] = l->steps[i][k];
		if (i && l->one_cpu)
			ghes_explore_handler(x, "handler", 0, 1, 0, toy_run, &toy.ctx[i]);
		else
			ghes_explore_thread(x, "thread", i, toy_run, &toy.ctx[i]);
	}
	n_outcomes = 0;
	finals = l->finals;
	ghes_explore_run(x, &r);
	assert_int_equal(r.verdict, GHES_EXPLORE_PASS);
	qsort(outcomes, n_outcomes, sizeof(outcomes[0]), by_text);
	for (unsigned int i = 0; i < n_outcomes; i++)
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s", i ? " " : "",
					 outcomes[i]);
	assert_true(used < sizeof(all));
	assert_string_equal(all, expected);
	ghes_explore_free(x);
}

/* Each with and without reduction: the outcomes must not depend on it. */
static void litmus(void **state)
{
	const struct litmus *l = *state;

	run(l, GHES_EXPLORE_SC, GHES_EXPLORE_DPOR, l->sc);
	run(l, GHES_EXPLORE_SC, GHES_EXPLORE_BRUTE, l->sc);
	run(l, GHES_EXPLORE_C11, GHES_EXPLORE_DPOR, l->c11 ? l->c11 : l->sc);
	run(l, GHES_EXPLORE_C11, GHES_EXPLORE_BRUTE, l->c11 ? l->c11 : l->sc);
}

int main(void)
{
	struct CMUnitTest list[sizeof(tests) / sizeof(tests[0])];
	unsigned int n = sizeof(tests) / sizeof(tests[0]);

	for (unsigned int i = 0; i < n; i++)
		list[i] = (struct CMUnitTest){tests[i].name, litmus, NULL, NULL,
					      (void *)(uintptr_t)&tests[i]};
	return _cmocka_run_group_tests("litmus", list, n, NULL, NULL);
}
