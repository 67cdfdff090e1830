/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recovery of memory, away from interrupt context: mm/memory-failure.c's per-CPU queues.
 *
 * Flow: process.c (irq) -> memory_failure_queue() -> this CPU's fifo and its work item, or the
 * kick in task context before the task returns to user mode -> the platform's memory_failure().
 *
 *            queue   work, kick   exit
 *   queue      L         L          X      L: the fifo's raw lock, interrupts masked
 *   work,kick            L          X
 *
 *               task   irq   nmi   nmi-in-nmi
 *   queue        y*     y     -        -      * with interrupts masked
 *   work, kick   y      -     -        -
 *
 * Progress: queue blocks for the lock only, held for a few words.
 * Invariant: head - tail (modulo 2^32) is the number of entries, at most MEMORY_FAILURE_FIFO_SIZE.
 */
#ifndef GHES_LIB_MEMORY_FAILURE_H
#define GHES_LIB_MEMORY_FAILURE_H

#include <ghes/platform.h>
#include <stdatomic.h>

#define MEMORY_FAILURE_FIFO_SIZE 16 /* 1 << MEMORY_FAILURE_FIFO_ORDER */

struct memory_failure_entry {
	uint64_t pfn;
	struct ghes_task task; /* whose access it was, if flags has MF_ACTION_REQUIRED */
	int flags;
};

struct memory_failure_cpu {
	_Alignas(64) struct ghes_platform *platform;
	struct ghes_raw_spinlock lock; /* for all that follows but the work */
	uint32_t head;
	uint32_t tail;
	uint32_t in_hand; /* taken out, and not yet recovered */
	struct memory_failure_entry fifo[MEMORY_FAILURE_FIFO_SIZE];
	struct ghes_work work;
	_Atomic uint32_t kicks; /* that are ahead; RMW, without the lock when they grow */
};

struct memory_failure {
	struct ghes_platform *platform;
	struct memory_failure_cpu *cpu; /* [nr_cpus] */
};

/* Context: task. Return: 0 or -GHES_ENOMEM. */
int memory_failure_init(struct memory_failure *mf, struct ghes_platform *p);
/* Waits for kicks ahead, recovers what is queued. Nobody may queue any more. Context: task. */
void memory_failure_exit(struct memory_failure *mf);

/**
 * memory_failure_queue() - recover a page soon, on this CPU, in task context
 * @entry: copied
 *
 * Unlike the kernel's, says when it could not: an error that nobody handles must end in a signal.
 * Context: irq. Return: 0; -GHES_ENOSPC: the fifo is full, nothing will happen (logged).
 */
int memory_failure_queue(struct memory_failure *mf, const struct memory_failure_entry *entry);

/*
 * A memory_failure_queue_kick() of @cpu will come: memory_failure_exit() waits for it.
 * Context: irq.
 */
static inline void memory_failure_kick_ahead(struct memory_failure *mf, unsigned int cpu)
{
	/* relaxed: only waited for when nobody queues any more */
	atomic_fetch_add_explicit(&mf->cpu[cpu].kicks, 1, memory_order_relaxed);
}

/* It will not come after all. Context: irq. */
static inline void memory_failure_kick_off(struct memory_failure *mf, unsigned int cpu)
{
	/* relaxed: as above, and the caller does nothing for it any more */
	atomic_fetch_sub_explicit(&mf->cpu[cpu].kicks, 1, memory_order_relaxed);
}

/**
 * memory_failure_queue_kick() - recover now what was queued on @cpu
 *
 * Each call was announced by memory_failure_kick_ahead(). With its end memory_failure_exit() may
 * go on, and @mf be gone.
 *
 * Context: task. On return all of it was handled, by this call or by the work item. A page that
 * could not be recovered and whose access cannot be repeated gets its task signalled.
 */
void memory_failure_queue_kick(struct memory_failure *mf, unsigned int cpu);

#endif
