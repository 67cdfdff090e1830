// SPDX-License-Identifier: GPL-2.0-only
#include "memory_failure.h"

#include "internal.h"

/* Whoever takes entries out and recovers them. */
struct recovery {
	struct memory_failure_cpu *mf_cpu;
	struct memory_failure_entry entry[MEMORY_FAILURE_FIFO_SIZE];
	uint32_t nr; /* in hand */
	bool is_kick;
	bool others; /* have some in hand, too */
};

/* The entries in hand were dealt with; takes out all that are there. Return: there are some. */
static bool fifo_get(struct recovery *r)
{
	struct memory_failure_cpu *mf_cpu = r->mf_cpu;
	struct ghes_platform *p = mf_cpu->platform;
	uint32_t flags = ghes_lock_irqsave(p, &mf_cpu->lock);

	mf_cpu->in_hand -= r->nr;
	for (r->nr = 0; r->nr < MEMORY_FAILURE_FIFO_SIZE && mf_cpu->head != mf_cpu->tail; r->nr++)
		r->entry[r->nr] = mf_cpu->fifo[mf_cpu->tail++ % MEMORY_FAILURE_FIFO_SIZE];
	r->others = mf_cpu->in_hand != 0;
	mf_cpu->in_hand += r->nr;
	/* relaxed: who sees that no kick is ahead takes the lock before *mf_cpu goes */
	if (r->is_kick && !mf_cpu->in_hand)
		atomic_fetch_sub_explicit(&mf_cpu->kicks, 1, memory_order_relaxed);
	ghes_unlock_irqrestore(p, &mf_cpu->lock, flags);
	return r->nr;
}

static bool fifo_put(struct memory_failure_cpu *mf_cpu, const struct memory_failure_entry *entry)
{
	struct ghes_platform *p = mf_cpu->platform;
	uint32_t flags = ghes_lock_irqsave(p, &mf_cpu->lock);
	bool room = mf_cpu->head - mf_cpu->tail < MEMORY_FAILURE_FIFO_SIZE;

	if (room)
		mf_cpu->fifo[mf_cpu->head++ % MEMORY_FAILURE_FIFO_SIZE] = *entry;
	ghes_unlock_irqrestore(p, &mf_cpu->lock, flags);
	return room;
}

static void recover(struct ghes_platform *p, const struct memory_failure_entry *entry)
{
	int rc = p->ops->memory_failure(p, entry->pfn, entry->flags);

	/* Else the task repeats the access, and the error, until the end of time. */
	if (rc && (entry->flags & MF_ACTION_REQUIRED))
		p->ops->force_sig(p, entry->task, "memory failure could not be recovered");
}

/* Return: others still have something in hand. If not, a kick has ended. */
static bool handle_all(struct memory_failure_cpu *mf_cpu, bool is_kick)
{
	struct ghes_platform *p = mf_cpu->platform;
	struct recovery r = {.mf_cpu = mf_cpu, .is_kick = is_kick};

	while (fifo_get(&r))
		for (uint32_t i = 0; i < r.nr; i++)
			recover(p, &r.entry[i]);
	return r.others;
}

static void memory_failure_work_func(struct ghes_work *work)
{
	handle_all(container_of(work, struct memory_failure_cpu, work), false);
}

int memory_failure_init(struct memory_failure *mf, struct ghes_platform *p)
{
	mf->platform = p;
	mf->cpu = p->ops->alloc(p, p->nr_cpus * sizeof(mf->cpu[0]));
	if (!mf->cpu)
		return -GHES_ENOMEM;
	for (unsigned int cpu = 0; cpu < p->nr_cpus; cpu++) {
		mf->cpu[cpu].platform = p;
		mf->cpu[cpu].lock.name = "memory_failure_cpu.lock";
	}
	return 0;
}

void memory_failure_exit(struct memory_failure *mf)
{
	struct ghes_platform *p = mf->platform;

	if (!mf->cpu)
		return;
	for (unsigned int cpu = 0; cpu < p->nr_cpus; cpu++) {
		/* relaxed: the last kick's end is ordered by the lock, which ours takes */
		while (atomic_load_explicit(&mf->cpu[cpu].kicks, memory_order_relaxed))
			p->ops->schedule(p);
		memory_failure_kick_ahead(mf, cpu);
		memory_failure_queue_kick(mf, cpu);
	}
	p->ops->free(p, mf->cpu, p->nr_cpus * sizeof(mf->cpu[0]));
	mf->cpu = NULL;
}

int memory_failure_queue(struct memory_failure *mf, const struct memory_failure_entry *entry)
{
	struct ghes_platform *p = mf->platform;
	unsigned int cpu = p->ops->smp_processor_id(p);
	struct memory_failure_cpu *mf_cpu = &mf->cpu[cpu];

	if (!fifo_put(mf_cpu, entry)) {
		ghes_log(p, GHES_LOG_ERR,
			 "Memory failure: buffer overflow when queuing memory failure at %#llx",
			 (unsigned long long)entry->pfn);
		return -GHES_ENOSPC;
	}
	p->ops->schedule_work_on(p, cpu, &mf_cpu->work, memory_failure_work_func);
	return 0;
}

void memory_failure_queue_kick(struct memory_failure *mf, unsigned int cpu)
{
	struct memory_failure_cpu *mf_cpu = &mf->cpu[cpu];
	struct ghes_platform *p = mf->platform;

	/*
	 * The work may be in the middle of an entry: wait for it, then do what it left. Not enough,
	 * unlike in the kernel: the next record may have queued the work again as soon as it was
	 * cancelled.
	 *
	 *	task, before it is in user mode	| the CPU that processes
	 *	cancel_work_sync()		|
	 *					| queues the next entry and the work
	 *					| work: takes the task's entry
	 *	handle_all(): the next entry	|
	 *	return to user mode		|
	 *	reads the poison again		| memory_failure() of it
	 *
	 * So what another one has in hand is waited for. Who waits has nothing in hand.
	 */
	p->ops->cancel_work_sync(p, &mf_cpu->work);
	while (handle_all(mf_cpu, true))
		p->ops->schedule(p);
}
