// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records that found the pool empty: they wait in firmware's memory.
 *
 * Flow: reader (any NMI-like context), no node -> ghes_retry_later(): remember the source, ask for
 * irq_work -> drain, which frees nodes -> ghes_retry_run(): read it again, through the IRQ slot;
 * if the pool has still no room, into the buffer of the IRQ class, and process it there.
 *
 * So no record is ever dropped for want of memory, and a GHESv2 firmware is always acknowledged,
 * at the latest when interrupts are on again. The kernel returns -ENOMEM, neither clears nor
 * acknowledges, and looks again only if firmware, which waits for the acknowledgement, raises
 * another notification.
 *
 *		later	run
 *	later	  L	 -	L: the lock of the source's class
 *	run		 L	L: the drain gate
 *
 * Progress: later is lock-free; run blocks for the lock of the IRQ class.
 * Invariant: retry_pending == the source is on core->retries, or is about to be.
 */
#include "internal.h"

static void push(struct ghes_core *core, struct ghes *ghes)
{
	/* relaxed: only compared and stored */
	struct ghes *first = atomic_load_explicit(&core->retries, memory_order_relaxed);

	do {
		ghes->retry_next = first;
		/* R1 release: publishes the retry_ fields; pairs with R2 */
	} while (!atomic_compare_exchange_weak_explicit(
		&core->retries, &first, ghes, memory_order_release, memory_order_relaxed));
}

int ghes_retry_later(struct ghes *ghes, struct ghes_reader *reader)
{
	struct ghes_core *core = ghes->core;

	/*
	 * R3: an earlier request has not been taken up yet, so its reading comes after this point
	 * and finds this record. Release: what we know of the record; pairs with R4.
	 */
	if (atomic_exchange_explicit(&ghes->retry_pending, true, memory_order_acq_rel))
		return -GHES_EINPROGRESS;

	ghes->retry_task =
		reader->task ? *reader->task : ghes_ops(core)->current_task(core->platform);
	ghes->retry_nobody = reader->nobody;
	ghes->retry_claim = reader->claim;
	if (reader->claim)
		ghes_claim_take(reader->claim);
	/* relaxed: irq context will see it by R1, and the next reader of this class by its lock */
	atomic_fetch_add_explicit(&ghes->block->contended, 1, memory_order_relaxed);
	ghes_push(ghes);
	reader->queued++;
	push(core, ghes);
	return -GHES_EINPROGRESS;
}

static void run_one(struct ghes *ghes)
{
	struct ghes_core *core = ghes->core;
	struct ghes_task task = ghes->retry_task;
	struct ghes_reader reader = {
		.core = core,
		.class = ghes_irq_class(core),
		.claim = ghes->retry_claim,
		.task = &task,
		.nobody = ghes->retry_nobody,
		.retries = true,
	};
	uint32_t flags;
	int rc;

	/* R4: from here on a reader that finds no memory asks anew; pairs with R3 */
	atomic_exchange_explicit(&ghes->retry_pending, false, memory_order_acq_rel);
	ghes_ops(core)->rcu_read_lock(core->platform);
	flags = ghes_lock_irqsave(core->platform, &reader.class->lock);
	rc = ghes_read(ghes, &reader);
	ghes_unlock_irqrestore(core->platform, &reader.class->lock, flags);
	ghes_ops(core)->rcu_read_unlock(core->platform);
	/* B2 release: who finds nobody to take turns with comes after us; pairs with B1 */
	atomic_fetch_sub_explicit(&ghes->block->contended, 1, memory_order_release);
	if (reader.claim)
		ghes_claim_done(reader.claim, rc);
	ghes_finish(ghes, 1);
}

bool ghes_retry_run(struct ghes_core *core)
{
	struct ghes *ghes, *newest, *oldest = NULL;

	/* relaxed: a request that must be seen happens before the irq_work that it asked for */
	if (!atomic_load_explicit(&core->retries, memory_order_relaxed))
		return false;
	/* R2 acquire: pairs with R1 */
	newest = atomic_exchange_explicit(&core->retries, NULL, memory_order_acquire);
	while ((ghes = newest) != NULL) {
		newest = ghes->retry_next;
		ghes->retry_next = oldest;
		oldest = ghes;
	}
	while ((ghes = oldest) != NULL) {
		oldest = ghes->retry_next;
		run_one(ghes);
	}
	return true;
}
