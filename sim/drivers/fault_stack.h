/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a thread handles its faults: a stack that the core cannot have used up.
 *
 * The frame of a signal goes on the stack that the fault happened on. Where that one is full the
 * kernel ends the process, whatever handler there is, and logs nothing: a core that calls itself
 * for ever would be gone without a word. Handlers that take part need SA_ONSTACK.
 */
#ifndef SIM_DRIVERS_FAULT_STACK_H
#define SIM_DRIVERS_FAULT_STACK_H

#include <signal.h>

struct fault_stack {
	void *memory; /* NULL: there was none, and faults are handled where they happen */
	stack_t old;
};

/* Both: the calling thread's, and not from a handler that runs there. */
void fault_stack_enter(struct fault_stack *f);
void fault_stack_leave(struct fault_stack *f);

/* Make the lowest page of @stack inaccessible: who overflows it is to fault, not to go on. */
void fault_stack_guard(void *stack);

#endif
