/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * irq_work: ask from NMI-like context for a callback in interrupt context.
 *
 * Flow: notify (any context) -> irq_work_queue() -> raised list of this CPU ->
 * platform arch_irq_work_raise() -> host, once interrupts are unmasked -> irq_work_run() -> func.
 *
 * States of a work, as irq_work_flags() tells them; the kernel's names and values:
 *
 *	flags		| meaning				| irq_work_queue does
 *	0		| idle					| claims: PENDING | BUSY
 *	PENDING | BUSY	| queued, not yet started		| nothing: it will run
 *	BUSY		| func runs, or has just returned	| claims: it runs once more
 *	PENDING alone	| impossible
 *
 * Op x op ("-": free to run together, X: never; same work and same CPU included):
 *
 *			| queue | run | sync
 *	queue		|   -   |  -  |  - (but see irq_work_sync)
 *	run		|       |  -  |  -
 *	sync		|       |     |  -
 *
 * A work queued on CPU1 while CPU0 runs it runs on both at once: func must stand that.
 *
 * Context:		| task | irq | nmi | nmi in nmi
 *	irq_work_queue	|  y   |  y  |  y  |  y
 *	irq_work_run	|  n   |  y  |  n  |  n
 *	irq_work_sync	|  y   |  n  |  n  |  n
 *
 * Progress: irq_work_queue lock-free (one locked operation to claim, one push on success);
 * irq_work_run bounded by what was raised before it; irq_work_sync blocking.
 *
 * Nothing is lost (Dekker): who queues first writes its data (pushes its node), then claims with a
 * read-modify-write of flags (W1); who runs first clears PENDING with a read-modify-write (W2),
 * then looks for data. If W1 finds PENDING set, it precedes W2 in the order of flags, so W2 (or a
 * read-modify-write between them) reads from it and the data is visible to func. Otherwise W1
 * claims, and func will run again.
 *
 *	CPU0 (queues)		| CPU1 (runs)
 *	push node		|
 *	W1: PENDING was set	|
 *				| W2: clears PENDING
 *				| func: takes the list: sees the node
 *	With W2 a plain store or the list looked at before W2, the node could stay for ever.
 *
 * A raise without work is harmless: irq_work_run() finds an empty list.
 */
#ifndef GHES_IRQ_WORK_H
#define GHES_IRQ_WORK_H

#include <ghes/llist.h>
#include <ghes/platform.h>

#define IRQ_WORK_PENDING 1u
#define IRQ_WORK_BUSY	 2u

/* Raised works of one CPU: pushed by that CPU in any context, taken by it in irq context. */
struct ghes_irq_work_cpu {
	_Alignas(64) struct llist_head raised;
};

/* The irq_work machinery of one core. */
struct ghes_irq_work_list {
	struct ghes_platform *platform;
	unsigned int nr_cpus;
	struct ghes_irq_work_cpu *cpu; /* [nr_cpus], from platform alloc() */
};

struct irq_work {
	struct llist_node llnode; /* on a raised list while PENDING */
	_Atomic uint32_t flags;	  /* PENDING, and from bit 8 how many CPUs are in func */
	struct ghes_irq_work_list *list;
	void (*func)(struct irq_work *work);
};

/**
 * ghes_irq_work_list_init() - memory for the raised lists of all CPUs
 * Context: task. Return: 0, -GHES_EINVAL, -GHES_ENOMEM.
 */
GHES_API int ghes_irq_work_list_init(struct ghes_irq_work_list *list,
				     struct ghes_platform *platform);
/* Context: task, when nothing is raised and nothing can be queued any more. */
GHES_API void ghes_irq_work_list_exit(struct ghes_irq_work_list *list);

/* Context: task, before the first irq_work_queue(). @work is embedded in the user's structure. */
GHES_API void init_irq_work(struct irq_work *work, struct ghes_irq_work_list *list,
			    void (*func)(struct irq_work *work));

/**
 * irq_work_queue() - have @work->func called in irq context, soon, on this CPU
 *
 * Everything that the caller wrote before is visible to func.
 * Context: any. Progress: lock-free. Return: true when this call claimed the work; false when it
 * was pending already and will run anyhow (maybe on another CPU).
 */
GHES_API bool irq_work_queue(struct irq_work *work);

/**
 * irq_work_run() - run what was raised on this CPU
 *
 * Context: irq. The callbacks may queue again (runs in a later raise).
 * Return: number of callbacks called; 0 is the harmless spurious raise.
 */
GHES_API unsigned int irq_work_run(struct ghes_irq_work_list *list);

/**
 * irq_work_sync() - wait until @work is neither pending nor running
 *
 * Only useful when nobody queues it any more. Context: task; blocks on the CPU that has it: the
 * caller's interrupts must be unmasked.
 */
GHES_API void irq_work_sync(struct irq_work *work);

/* The state of the table above; out of date at once. Context: any. */
GHES_API uint32_t irq_work_flags(const struct irq_work *work);
GHES_API bool irq_work_is_valid(const struct irq_work *work);

#endif
