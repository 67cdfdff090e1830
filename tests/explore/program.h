/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program to explore, and what must come out.
 */
#ifndef TESTS_EXPLORE_PROGRAM_H
#define TESTS_EXPLORE_PROGRAM_H

#include <ghes/explore.h>

#define PROGRAM_CONTEXTS 6

struct program_context {
	const char *name;
	unsigned int cpu;
	unsigned int level; /* 0: thread; otherwise a handler */
	unsigned int mask_class;
	bool raised;
	void (*fn)(void *arg);
};

struct program {
	const char *name;
	const char *oracle; /* that must find a defect, or one of them: "a|b"; NULL: must pass */
	const char *says;   /* part of its message or report; NULL: anything */
	void (*setup)(void *arg);
	void (*finish)(void *arg);
	struct program_context contexts[PROGRAM_CONTEXTS];
};

/* Ended by an entry without a name. */
extern const struct program plants[];
extern const struct program examples[];

#endif
