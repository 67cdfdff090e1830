/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stress under ThreadSanitizer: threads as CPUs, pseudo-NMIs as direct calls at points inside the
 * core's instrumented code, each nesting level on a fiber of its own (step_fiber.h).
 *
 * Flow: `stress --tsan` -> stress_tsan_exec(): the same program linked with the runtime ->
 * a CPU's thread: enter -> the machine calls the core through stress_tsan_core_ops(), which arms
 * a point at random -> interrupt() -> sim_arrive() -> the core again, one level deeper.
 *
 * Only the core is instrumented. What the machine does for it (locks, grace periods, work, heap,
 * copies to and from firmware's memory) is told to the runtime by stress_tsan_attach(); whatever
 * order the machine's own atomics make beyond that is invisible, so it hides no race of the core.
 *
 * A report of the runtime is kept (the first) and ends the run; stress.c makes it a `race` defect.
 */
#ifndef SIM_DRIVERS_STRESS_TSAN_H
#define SIM_DRIVERS_STRESS_TSAN_H

#include "drivers/driver.h"
#include "machine/machine.h"
#include "step_fiber.h"

#define STRESS_TSAN_LEVELS GHES_STEP_LEVELS_MAX

/* One CPU's thread. Owned by it from enter to leave; the first group is set by the caller. */
struct stress_tsan_cpu {
	bool (*interrupt)(void *arg); /* let something arrive; did it interrupt? */
	void *arg;
	uint64_t rng;

	struct ghes_step_fibers fibers;
	uint64_t interrupted[STRESS_TSAN_LEVELS + 1]; /* by depth; [0] is not used */
	/* of these: between two plain accesses of the interrupted code. x86-64 only, elsewhere 0 */
	uint64_t between_plain;
	const struct ghes_step_point *point; /* that is interrupted, NULL: none of the core */
};

struct ghes_step_module;

/* Is this the program with the runtime? */
bool stress_tsan_here(void);
/* Become it, with the same arguments. Returns only when that fails, with one line in @error. */
void stress_tsan_exec(char *error, size_t error_size);

/* Before a machine is made around @ops: what it calls instead. One core at a time. */
const struct ghes_core_ops *stress_tsan_core_ops(const struct ghes_core_ops *ops);
/* Tell the runtime of what orders the core's accesses. @points: the core's, for locations. */
void stress_tsan_attach(struct sim_machine *m, const struct ghes_step_module *points);

/* On the thread itself. 0 or -ENOMEM. */
int stress_tsan_enter(struct stress_tsan_cpu *cpu);
void stress_tsan_leave(struct stress_tsan_cpu *cpu);
/* Where the machine lets a driver act: now and then something arrives there as well. */
void stress_tsan_point(struct stress_tsan_cpu *cpu);
/* Before a longjmp() out of the core, at whatever depth. */
void stress_tsan_abandon(struct stress_tsan_cpu *cpu);

struct stress_tsan_race {
	char text[240];
	char location[128];
	char function[2][SIM_MAX_FUNCTION];
};

/* The first race that was reported since it was last forgotten, or NULL. */
const struct stress_tsan_race *stress_tsan_race(void);
/* Before a machine is made: what the last one did is not this one's. */
void stress_tsan_forget_race(void);

#endif
