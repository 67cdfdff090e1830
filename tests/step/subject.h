/* SPDX-License-Identifier: GPL-2.0-only */
/* Stepped code for the tests of sim/step: small functions, one per shape that code can have. */
#ifndef STEP_SUBJECT_H
#define STEP_SUBJECT_H

#include <stddef.h>
#include <stdint.h>

/* A Treiber stack, right and wrong. */
struct subject_node {
	struct subject_node *next;
	unsigned int value;
};

struct subject_stack {
	struct subject_node *_Atomic head;
};

void subject_push(struct subject_stack *stack, struct subject_node *node);
struct subject_node *subject_take_all(struct subject_stack *stack);
/* Reads, then stores, with nothing between them that would notice a push in the middle. */
void subject_push_torn(struct subject_stack *stack, struct subject_node *node);

/* The same stack under a spinlock: correct among threads, fatal for who interrupts the holder. */
struct subject_locked_stack {
	_Atomic int lock;
	struct subject_node *head;
};

void subject_push_locked(struct subject_locked_stack *stack, struct subject_node *node);

/*
 * The shapes. Each computes something that depends on every register and flag it uses. Exported
 * from the test program, so that the compiler and the linker may not shorten the calls.
 */
struct subject_shape {
	const char *name;
	uint64_t (*run)(uint64_t seed);
};

/* Found by dlsym() in the builds that are shared objects. */
#define SUBJECT_EXPORT __attribute__((visibility("default")))

extern SUBJECT_EXPORT const struct subject_shape subject_shapes[];
extern SUBJECT_EXPORT const size_t subject_n_shapes;

#endif
