// SPDX-License-Identifier: GPL-2.0-only
#include <ghes/irq_work.h>

/*
 * The flags word holds PENDING in bit 0 and the number of CPUs that are in func above it. A count,
 * not a BUSY bit: a work may run on several CPUs, and the first to leave must not declare it idle.
 */
#define ONE_RUNNER 0x100u

int ghes_irq_work_list_init(struct ghes_irq_work_list *list, struct ghes_platform *platform)
{
	size_t size;

	list->platform = platform;
	list->nr_cpus = platform->nr_cpus;
	list->cpu = NULL;
	if (!list->nr_cpus || __builtin_mul_overflow(list->nr_cpus, sizeof(*list->cpu), &size))
		return -GHES_EINVAL;
	list->cpu = platform->ops->alloc(platform, size);
	if (!list->cpu)
		return -GHES_ENOMEM;
	for (unsigned int i = 0; i < list->nr_cpus; i++)
		init_llist_head(&list->cpu[i].raised);
	return 0;
}

void ghes_irq_work_list_exit(struct ghes_irq_work_list *list)
{
	struct ghes_platform *platform = list->platform;

	if (list->cpu)
		platform->ops->free(platform, list->cpu, list->nr_cpus * sizeof(*list->cpu));
	list->cpu = NULL;
}

void init_irq_work(struct irq_work *work, struct ghes_irq_work_list *list,
		   void (*func)(struct irq_work *work))
{
	work->llnode.next = NULL;
	atomic_init(&work->flags, 0);
	work->list = list;
	work->func = func;
}

bool irq_work_queue(struct irq_work *work)
{
	struct ghes_irq_work_list *list = work->list;
	struct ghes_platform *platform = list->platform;
	unsigned int cpu;

	/* W1 acq_rel: the caller's data before PENDING; pairs with W2, see the header */
	if (atomic_fetch_or_explicit(&work->flags, IRQ_WORK_PENDING, memory_order_acq_rel) &
	    IRQ_WORK_PENDING)
		return false;
	cpu = platform->ops->smp_processor_id(platform);
	/*
	 * Who finds the list empty raises. A context that nests between the two adds behind this
	 * work and relies on this raise, which comes when it returns.
	 */
	if (llist_add(&work->llnode, &list->cpu[cpu].raised))
		platform->ops->arch_irq_work_raise(platform);
	return true;
}

static void run_one(struct irq_work *work)
{
	/*
	 * W2 acq_rel: clears PENDING (set: this CPU has the work) before func looks for data; pairs
	 * with W1. From here on the work may be queued again and llnode is not ours.
	 */
	atomic_fetch_add_explicit(&work->flags, ONE_RUNNER - IRQ_WORK_PENDING,
				  memory_order_acq_rel);
	work->func(work);
	/* W3 release: what func did is over; pairs with W4. Nothing touches @work after it. */
	atomic_fetch_sub_explicit(&work->flags, ONE_RUNNER, memory_order_release);
}

unsigned int irq_work_run(struct ghes_irq_work_list *list)
{
	struct ghes_platform *platform = list->platform;
	unsigned int cpu = platform->ops->smp_processor_id(platform);
	struct llist_node *node = llist_reverse_order(llist_del_all(&list->cpu[cpu].raised));
	unsigned int called = 0;

	while (node) {
		struct llist_node *next = node->next; /* before W2 gives the node away */

		run_one(llist_entry(node, struct irq_work, llnode));
		node = next;
		called++;
	}
	return called;
}

void irq_work_sync(struct irq_work *work)
{
	struct ghes_platform *platform = work->list->platform;

	/* W4 acquire: what func did is visible to the caller; pairs with W3 */
	while (atomic_load_explicit(&work->flags, memory_order_acquire))
		platform->ops->cpu_relax(platform);
}

uint32_t irq_work_flags(const struct irq_work *work)
{
	/* relaxed: a look from outside, out of date at once */
	uint32_t flags = atomic_load_explicit(&work->flags, memory_order_relaxed);

	if (!flags)
		return 0;
	return flags & IRQ_WORK_PENDING ? IRQ_WORK_PENDING | IRQ_WORK_BUSY : IRQ_WORK_BUSY;
}

bool irq_work_is_valid(const struct irq_work *work)
{
	uint32_t flags = atomic_load_explicit(&work->flags, memory_order_relaxed); /* as above */

	/* bits 1-7 are never set, and no more CPUs run it than there are */
	return !(flags & (ONE_RUNNER - 1) & ~IRQ_WORK_PENDING) &&
	       flags / ONE_RUNNER <= work->list->nr_cpus;
}
