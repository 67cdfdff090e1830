// SPDX-License-Identifier: GPL-2.0-only
/*
 * irq_work, after the protocol of kernel/irq_work.c.
 *
 * The raiser sets PENDING|BUSY in one fully ordered step, after what the work is to find; only who
 * finds PENDING clear queues. The worker clears PENDING, then a full barrier, then looks:
 *
 *	raiser (NMI)                          worker (IRQ)
 *	push node                             clear PENDING
 *	fetch_or PENDING|BUSY  (W1, full)     smp_mb()            (W2)
 *	PENDING was set: leave it             func(): takes the nodes
 *
 * W1 and W2 forbid that the raiser sees PENDING set and the worker misses the node.
 */
#include "shim.h"

bool irq_work_queue(struct irq_work *work)
{
	struct shim_cpu *cpu = this_shim_cpu();
	int old;

	record_irq_work();
	/* W1 full: orders the pushed node before the test of PENDING; pairs with W2 below. */
	old = atomic_fetch_or(IRQ_WORK_CLAIMED | CSD_TYPE_IRQ_WORK, &work->node.a_flags);
	if (old & IRQ_WORK_PENDING)
		return false;
	if (llist_add(&work->node.llist, &cpu->raised_list))
		host_irq_work_raise();
	return true;
}

static void irq_work_single(struct irq_work *work)
{
	int flags = atomic_read(&work->node.a_flags) & ~IRQ_WORK_PENDING;

	/*
	 * PENDING makes the flags ours; from here on it can be queued again. DIFFERENT: release,
	 * where the kernel's irq_work is content with a store: that the link was read before is
	 * irq_work's own business, and nothing that explore should report of the code under test.
	 */
	atomic_set_release(&work->node.a_flags, flags);
	smp_mb(); /* W2: PENDING is clear before the work looks; pairs with W1. */
	work->func(work);
	atomic_cmpxchg(&work->node.a_flags, flags, flags & ~IRQ_WORK_BUSY);
}

void irq_work_run(void)
{
	struct llist_head *list = &this_shim_cpu()->raised_list;
	struct llist_node *node;
	struct irq_work *work, *next;

	if (llist_empty(list))
		return;
	node = llist_del_all(list);
	llist_for_each_entry_safe (work, next, node, node.llist)
		irq_work_single(work);
	record_irq_work_done();
}

void irq_work_sync(struct irq_work *work)
{
	might_sleep();
	while (atomic_read(&work->node.a_flags) & IRQ_WORK_BUSY)
		host_cpu_relax();
}

void k_irq_work_run(void)
{
	irq_work_run();
}
