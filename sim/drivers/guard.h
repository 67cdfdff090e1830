/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ends a run that its core does not end: the core faults, or computes for ever between two
 * platform ops, where nobody else has a say.
 *
 * One at a time in a process, one thread. The program's handlers of the signals and its virtual
 * timer are put back by guard_disarm().
 */
#ifndef SIM_DRIVERS_GUARD_H
#define SIM_DRIVERS_GUARD_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "drivers/driver.h"
#include "drivers/fault_stack.h"
#include "machine/machine.h"
#include "watchdog.h"

#define GUARD_NR_SIGNALS 4

struct sim_guard {
	const uint64_t *moves; /* grows with every platform op */
	/* Called in a signal handler, on a stack of its own; must leave by a jump. */
	void (*ended)(struct sim_guard *g);
	void *arg;
	/* what happened */
	int signal; /* of the fault; 0: endless */
	int code;   /* si_code */
	const void *address, *pc;
	/* the guard's own */
	struct watchdog watchdog;
	struct fault_stack stack;
	struct sigaction old[GUARD_NR_SIGNALS];
};

void guard_arm(struct sim_guard *g);
void guard_disarm(struct sim_guard *g);

/* Makes a defect of what happened. */
void guard_tell(const struct sim_guard *g, struct sim_machine *m);

/* Where a signal's handler, given @context, interrupted its thread; NULL on hosts we cannot read.
 */
const void *guard_pc(const void *context);
/*
 * "function() at file.c:123" of @pc, and its function alone, as far as known; else "". Task
 * context: starts addr2line.
 */
void guard_locate(const void *pc, char *text, int size, char function[SIM_MAX_FUNCTION]);

#endif
