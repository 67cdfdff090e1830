/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One stack per nesting level for handlers, and one ThreadSanitizer fiber with it.
 *
 * ThreadSanitizer orders everything that one thread does, so a handler that runs as a plain call
 * at a point can never race with what it interrupted. As a fiber of its own, entered without
 * synchronisation, it is a thread of its own to the race detector: what the interrupted code and
 * the handler share must then be ordered by their atomics. It needs a stack of its own for the
 * same reason: otherwise its locals would "race" with frames that the interrupted code has left.
 *
 * A pseudo-NMI does see everything its own CPU did before it, so a plain store in the task that is
 * read by a handler on the same CPU is safe on hardware and reported here. That is wanted: the
 * compiler may reorder such accesses, and the handler of another CPU may do the same read.
 *
 * Without ThreadSanitizer in the process the same calls only switch stacks.
 *
 *	                   task   in a handler
 *	  init, fini        y         n       (maps memory)
 *	  call              y         y
 *	  sync, abandon     y         n
 *
 * One object per thread; nothing is shared. Progress: call is wait-free but for what it calls.
 */
#ifndef GHES_STEP_FIBER_H
#define GHES_STEP_FIBER_H

#include <stdbool.h>
#include <stddef.h>

#define GHES_STEP_LEVELS_MAX 8

struct ghes_step_fiber {
	char *stack;
	void *tsan;
};

struct ghes_step_fibers {
	struct ghes_step_fiber level[GHES_STEP_LEVELS_MAX];
	unsigned int levels; /* how many exist */
	unsigned int depth;  /* how many are entered; written by call and abandon */
	size_t stack_size;
	void *base; /* the thread's own fiber */
};

/* Is the process running under ThreadSanitizer? */
bool ghes_step_fibers_have_tsan(void);

/*
 * Makes @levels stacks of @stack_size bytes, each with a guard page below, for the calling thread.
 * Returns 0, -EINVAL (levels beyond GHES_STEP_LEVELS_MAX) or -ENOMEM; on error nothing is left.
 */
int ghes_step_fibers_init(struct ghes_step_fibers *fibers, unsigned int levels, size_t stack_size);
void ghes_step_fibers_fini(struct ghes_step_fibers *fibers);

/* Runs @fn(@arg) on the fiber of the next level. The caller sees to it that there is one. */
void ghes_step_fibers_call(struct ghes_step_fibers *fibers, void (*fn)(void *arg), void *arg);

/*
 * Orders everything done so far on every level before everything that follows. Between runs, so
 * that setting up and judging do not race with the handlers of the run before.
 */
void ghes_step_fibers_sync(struct ghes_step_fibers *fibers);

/* After a longjmp() out of nested handlers: back on the thread's own fiber. */
void ghes_step_fibers_abandon(struct ghes_step_fibers *fibers);

#endif
