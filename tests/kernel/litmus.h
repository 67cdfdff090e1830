/* SPDX-License-Identifier: GPL-2.0-only */
/* Litmus tests of the shim's mapping of atomics and barriers; see test_kernel_atomic.c. */
#ifndef GHES_TESTS_KERNEL_LITMUS_H
#define GHES_TESTS_KERNEL_LITMUS_H

/* What must come out: no race, or one that is found. */
enum litmus_outcome { LITMUS_ORDERED, LITMUS_RACES };

struct litmus {
	const char *name;
	void (*writer)(void *unused);
	void (*reader)(void *unused);
	enum litmus_outcome expected;
};

extern const struct litmus litmus_tests[];
extern const unsigned int litmus_count;

void litmus_reset(void);

#endif
