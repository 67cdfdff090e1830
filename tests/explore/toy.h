/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small programs given as data: a few contexts, each a list of operations on a few variables.
 */
#ifndef TESTS_EXPLORE_TOY_H
#define TESTS_EXPLORE_TOY_H

#include <stdint.h>

enum toy_op {
	TOY_NOP,
	TOY_LOAD, /* relaxed */
	TOY_LOAD_ACQ,
	TOY_STORE, /* relaxed */
	TOY_STORE_REL,
	TOY_ADD,   /* read-modify-write, acq_rel */
	TOY_CAS,   /* from what was read last to .value */
	TOY_READ,  /* plain */
	TOY_WRITE, /* plain */
	TOY_IF,	   /* skip the next operation unless what was read last is odd */
	TOY_LOCK,
	TOY_UNLOCK,
	TOY_TRYLOCK, /* skip up to and including the next unlock when it fails */
	TOY_MASK,    /* class .value */
	TOY_UNMASK,
	TOY_FENCE,  /* acq_rel */
	TOY_RAISE,  /* context .value */
	TOY_CHOOSE, /* 0 .. .value - 1 counts as read */
	TOY_RCU_LOCK,
	TOY_RCU_UNLOCK,
	TOY_SYNC,
	TOY_LOAD_SC,
	TOY_STORE_SC,
	TOY_FENCE_ACQ,
	TOY_FENCE_REL,
	TOY_FENCE_SC,
	TOY_COUNT,	/* add, relaxed, result unused */
	TOY_COUNT_REL,	/* subtract, release, result unused */
	TOY_COUNT_WIDE, /* add to 8 bytes, relaxed, result unused */
	TOY_AWAIT,	/* until it is not 0; .value odd: by relax(), even: by pause() */
};

#define TOY_VARS     4
#define TOY_OPS	     8
#define TOY_CONTEXTS 6

struct toy_step {
	uint8_t op, var, value;
};

struct toy_context {
	struct toy_step steps[TOY_OPS];
	unsigned int n;
	uint64_t seen; /* digest of all it has read */
	unsigned int n_loads;
	int loads[TOY_OPS]; /* what they returned, in order */
	struct toy *toy;
};

struct toy {
	int vars[TOY_VARS][4]; /* the first of each row; the rest keeps them in granules apart */
	unsigned int padding;  /* steps before each operation that conflict with nothing */
	struct toy_context ctx[TOY_CONTEXTS];
};

void toy_run(void *toy_context);

#endif
