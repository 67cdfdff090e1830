// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notifications: find the sources that one is for, take the records out of firmware's memory, and
 * queue them, or (task and irq, nothing of the source queued before) process them in place.
 *
 * Flow: host -> ghes_notify_*() -> lock of the class -> each source that is not idle -> a turn at
 *	 its status block -> estatus.c -> node -> queue -> irq_work (once a notification).
 *
 *				task   irq   nmi   nmi-in-nmi
 *	timer, irq, hed		 y      y     -        -
 *	sdei, sei, nmi, sea	 -      -     y        y     (of another class)
 *
 * Any entry may run beside any other, on any CPU, and interrupt one of another class.
 * Progress: blocks for the lock of its class only, whose holder is then on another CPU; an x86 NMI
 * does not wait at all. The rest is lock-free: a reader takes a second turn only because another
 * notification came meanwhile.
 *
 * One record, two readers
 * -----------------------
 * Readers of one class exclude each other by its lock. Readers of different classes meet at a
 * status block when
 *	1. a source is added: records that were pending are read by the task that adds it, in the
 *	   IRQ class, and its own notification may interrupt that at every instruction;
 *	2. a record found the pool empty and is read by irq_work (retry.c);
 *	3. two sources of different classes share a block, or firmware says so.
 * The kernel lets both read: the record is delivered twice, or the second clear wipes the next
 * one. A lock cannot help, since the interrupter must not wait. So a block has a count of readers
 * (ghes_block_enter()), and who is not the first leaves its work to who is:
 *
 *	task: probe, slot IRQ			| SDEI critical, its own slot
 *	readers 0 -> 1				|
 *	peek, check, copy			|
 *						| readers 1 -> 2: not the first, return
 *	clear, acknowledge			|
 *	process					|
 *	readers is not 1: make it 1, peek again	|
 *	nothing pending, readers 1 -> 0		|
 *
 *	task: probe				| SDEI critical, after the copy
 *	clear, acknowledge			|
 *						| firmware wrote the next record; readers 1 -> 2
 *	readers is not 1: make it 1, peek again	|
 *	takes the next record			|
 *
 * Never: a record is copied twice, a clear hits a record that was not copied, a record is left
 * behind of which a notification told. The interrupter returns -GHES_EINPROGRESS: the record is
 * not lost, but not dealt with either. Where none of 1 to 3 holds (ghes_block.contended is 0), a
 * turn costs one load.
 *
 * A source is published before its platform side is switched on, and what is pending is read
 * after that: a record that arrives in between finds the notification or is found by the task.
 */
#include "internal.h"

/* ---- one record ------------------------------------------------------------------------------ */

static struct ghes_estatus_node *node_alloc(struct ghes *ghes, uint32_t len)
{
	struct ghes_core *core = ghes->core;
	size_t size = GHES_ESTATUS_NODE_LEN(len);
	struct ghes_estatus_node *node =
		ghes_estatus_pool_alloc(&core->pool, &ghes->pool_user, size);

	if (!node)
		return NULL;
	node->ghes = ghes;
	node->len = len;
	return node;
}

static void node_free(struct ghes *ghes, struct ghes_estatus_node *node)
{
	ghes_estatus_pool_free(&ghes->core->pool, node, GHES_ESTATUS_NODE_LEN(node->len));
}

/* A fatal record that found the pool empty. One buffer is kept for that; its first user keeps it.
 */
static int panic_without_node(struct ghes *ghes, struct ghes_record *record,
			      struct ghes_class *class)
{
	struct ghes_core *core = ghes->core;
	struct acpi_hest_generic_status *estatus = NULL;
	int rc;

	/* relaxed: who gets it is the only user, ever */
	if (!atomic_exchange_explicit(&core->panic_buffer_taken, true, memory_order_relaxed))
		estatus = core->panic_estatus;
	if (estatus) {
		rc = ghes_read_estatus(ghes, record, estatus);
		if (rc) {
			atomic_store_explicit(&core->panic_buffer_taken, false,
					      memory_order_relaxed);
			return ghes_reject_estatus(ghes, record, class, rc);
		}
	}
	return ghes_panic(ghes, record, estatus, class);
}

static int duplicate(struct ghes *ghes, const struct ghes_reader *reader,
		     const struct ghes_record *record,
		     const struct acpi_hest_generic_status *estatus)
{
	ghes_count(&reader->class->counters.duplicate, 1);
	ghes_trace(ghes->core, GHES_TP_DUPLICATE, ghes->source_id, record->len, 0, estatus);
	/* Its task would go on, run into it again, and so for as long as the cache remembers. */
	return ghes->sync ? -GHES_ECANCELED : 0;
}

/*
 * Process a record where it is read, without the pool. Context: task or irq, lock of the IRQ class
 * held, whose buffer this is.
 */
static int ghes_proc(struct ghes *ghes, struct ghes_reader *reader, struct ghes_record *record)
{
	struct ghes_core *core = ghes->core;
	struct ghes_class *class = reader->class;
	struct acpi_hest_generic_status *estatus = core->irq_estatus;
	struct ghes_task task =
		reader->task ? *reader->task : ghes_ops(core)->current_task(core->platform);
	bool sync = ghes->sync && !reader->nobody;
	int rc = ghes_read_estatus(ghes, record, estatus);

	if (rc)
		return ghes_reject_estatus(ghes, record, class, rc);
	if (ghes_estatus_severity(estatus) >= GHES_SEV_PANIC)
		return ghes_panic(ghes, record, estatus, class);

	ghes_count(&class->counters.read, 1);
	ghes_clear_estatus(ghes, record);
	if (ghes->nmi_like && __ghes_estatus_cached(&core->cache, estatus, record->len))
		return duplicate(ghes, reader, record, estatus);
	ghes_trace(core, GHES_TP_PROCESS, ghes->source_id, 0, record->len, estatus);
	ghes_report(ghes, estatus, record->len);
	if (ghes_do_proc(ghes, &task, sync, estatus) && sync)
		ghes_kick_without_node(core, &task);
	ghes_trace(core, GHES_TP_PROCESSED, ghes->source_id, 0, 0, NULL);
	ghes_count(&class->counters.direct, 1);
	return 0;
}

/* No memory for a copy: the record waits for irq_work, which, if need be, does without. */
static int exhausted(struct ghes *ghes, struct ghes_reader *reader, struct ghes_record *record)
{
	struct ghes_core *core = ghes->core;

	if (reader->retries) {
		/* The drain gate is ours, so this takes all that was queued before. */
		ghes_drain_queue(core);
		return ghes_proc(ghes, reader, record);
	}
	if (ghes_may_log(core, GHES_MSG_EXHAUSTED))
		ghes_log(core->platform, GHES_LOG_WARNING,
			 GHES_PFX "estatus pool exhausted: %u bytes of hardware error source: %d "
				  "have to wait",
			 record->len, ghes->source_id);
	ghes_close_estatus(ghes, record);
	return ghes_retry_later(ghes, reader);
}

static void queue_node(struct ghes_estatus_node *node, struct ghes_reader *reader)
{
	struct ghes_core *core = reader->core;
	struct ghes_class *class = reader->class;
	struct ghes *ghes = node->ghes;

	node->task = reader->task ? *reader->task : ghes_ops(core)->current_task(core->platform);
	node->cpu = ghes_ops(core)->smp_processor_id(core->platform) & (UINT32_MAX >> 1);
	node->sync = ghes->sync && !reader->nobody;
	node->claim = reader->claim;
	if (reader->claim)
		ghes_claim_take(reader->claim);
	ghes_push(ghes);
	ghes_count(&class->counters.queued, 1);
	ghes_trace(core, GHES_TP_QUEUE, ghes->source_id, (uintptr_t)node, node->len,
		   ghes_estatus_from_node(node));
	estatus_queue_push(&core->queue, node, class->fixmap_idx);
	reader->queued++;
}

/* Copy a record and queue it. Context: any. */
static int queue_record(struct ghes *ghes, struct ghes_reader *reader, struct ghes_record *record)
{
	bool fatal = ghes_estatus_severity(&record->header) >= GHES_SEV_PANIC;
	struct ghes_estatus_node *node = node_alloc(ghes, record->len);
	struct acpi_hest_generic_status *estatus;
	int rc;

	if (!node)
		return fatal ? panic_without_node(ghes, record, reader->class)
			     : exhausted(ghes, reader, record);
	estatus = ghes_estatus_from_node(node);
	rc = ghes_read_estatus(ghes, record, estatus);
	if (rc) {
		node_free(ghes, node);
		return ghes_reject_estatus(ghes, record, reader->class, rc);
	}
	if (fatal) {
		rc = ghes_panic(ghes, record, estatus, reader->class);
		node_free(ghes, node);
		return rc;
	}
	ghes_count(&reader->class->counters.read, 1);
	ghes_clear_estatus(ghes, record);
	if (!__ghes_estatus_cached(&ghes->core->cache, estatus, record->len)) {
		queue_node(node, reader);
		return 0;
	}
	rc = duplicate(ghes, reader, record, estatus);
	node_free(ghes, node);
	return rc;
}

/* ---- one turn -------------------------------------------------------------------------------- */

/* In place only what cannot overtake: no record of the source may be in the queue. */
static bool in_place(const struct ghes *ghes, const struct ghes_reader *reader)
{
	return reader->class->fixmap_idx == FIX_APEI_GHES_IRQ && !ghes_in_flight(ghes);
}

static int read_one(struct ghes *ghes, struct ghes_reader *reader)
{
	struct ghes_record record;
	int rc;

	/* relaxed: on the CPU that panicked it is true, elsewhere it becomes so */
	if (atomic_load_explicit(&ghes->core->panicked, memory_order_relaxed))
		return -GHES_EPERM;
	rc = ghes_peek_estatus(ghes, &record, reader->class->fixmap_idx);
	if (rc)
		return rc;
	rc = ghes_check_estatus(ghes, &record);
	if (rc)
		return ghes_reject_estatus(ghes, &record, reader->class, rc);
	return in_place(ghes, reader) ? ghes_proc(ghes, reader, &record)
				      : queue_record(ghes, reader, &record);
}

int ghes_read(struct ghes *ghes, struct ghes_reader *reader)
{
	bool turns = ghes_block_is_contended(ghes);
	int rc;

	if (turns && !ghes_block_enter(ghes))
		return -GHES_EINPROGRESS;
	rc = read_one(ghes, reader);
	/* For those who came meanwhile, whichever of the block's sources they came for */
	while (turns && !ghes_block_leave(ghes))
		for (struct ghes *other = ghes_block_first(ghes); other;
		     other = ghes_block_next(other))
			rc = ghes_merge_rc(rc, read_one(other, reader));
	return rc;
}

void ghes_read_pending(struct ghes *ghes)
{
	struct ghes_core *core = ghes->core;
	struct ghes_platform *p = core->platform;
	struct ghes_class *class = ghes_irq_class(core);
	/* Whoever caused what is pending, this task did not: it must not be signalled. */
	struct ghes_reader reader = {.core = core, .class = class, .nobody = true};
	uint32_t flags;

	p->ops->rcu_read_lock(p);
	flags = ghes_lock_irqsave(p, &class->lock);
	ghes_read(ghes, &reader);
	ghes_unlock_irqrestore(p, &class->lock, flags);
	p->ops->rcu_read_unlock(p);
	if (reader.queued)
		ghes_drain_in_task(core);
}

/* ---- walks ----------------------------------------------------------------------------------- */

/* What a host hears: work that another context will finish is work found. */
static int entry_rc(int rc)
{
	return rc == -GHES_EINPROGRESS ? 0 : rc;
}

/* NMI-like: lock held by the caller, inside rcu_read_lock() */
static int ghes_in_nmi_spool_from_index(struct ghes_index_range range, struct ghes_reader *reader)
{
	int rc = -GHES_ENOENT;

	for (const struct ghes_index_entry *e = range.first; e < range.last; e++) {
		struct ghes *ghes = ghes_index_busy(e);

		if (ghes)
			rc = ghes_merge_rc(rc, ghes_read(ghes, reader));
	}
	return rc;
}

static int notify_in_nmi(struct ghes_core *core, struct ghes_class *class,
			 struct ghes_index_range range, struct ghes_claim *claim)
{
	struct ghes_reader reader = {.core = core, .class = class, .claim = claim};
	struct ghes_platform *p = core->platform;
	int rc;

	p->ops->raw_spin_lock(p, &class->lock);
	rc = ghes_in_nmi_spool_from_index(range, &reader);
	p->ops->raw_spin_unlock(p, &class->lock);
	/* Only if there is something to do: a stray interrupt helps nobody */
	if (reader.queued)
		irq_work_queue(&core->proc_irq_work);
	return rc;
}

/* Task and irq: process in place */
static int notify_in_irq(struct ghes_core *core, enum ghes_index_id index, bool all, uint32_t key)
{
	struct ghes_platform *p = core->platform;
	struct ghes_class *class = ghes_irq_class(core);
	struct ghes_reader reader = {.core = core, .class = class};
	struct ghes_index_range range;
	int rc = -GHES_ENOENT;
	uint32_t flags;

	p->ops->rcu_read_lock(p);
	range = all ? ghes_index_all(&core->index[index])
		    : ghes_index_find(&core->index[index], key);
	flags = ghes_lock_irqsave(p, &class->lock);
	for (const struct ghes_index_entry *e = range.first; e < range.last; e++) {
		struct ghes *ghes = ghes_index_busy(e);

		if (ghes)
			rc = ghes_merge_rc(rc, ghes_read(ghes, &reader));
	}
	ghes_unlock_irqrestore(p, &class->lock, flags);
	p->ops->rcu_read_unlock(p);
	if (reader.queued)
		irq_work_queue(&core->proc_irq_work);
	return entry_rc(rc);
}

/* ---- entries --------------------------------------------------------------------------------- */

int ghes_notify_timer(struct ghes_core *core, uint16_t source_id)
{
	return notify_in_irq(core, GHES_INDEX_POLL, false, source_id);
}

int ghes_notify_irq(struct ghes_core *core, uint32_t gsiv)
{
	return notify_in_irq(core, GHES_INDEX_IRQ, false, gsiv);
}

int ghes_notify_hed(struct ghes_core *core)
{
	return notify_in_irq(core, GHES_INDEX_HED, true, 0);
}

static int notify_all_in_nmi(struct ghes_core *core, enum fixed_addresses idx,
			     enum ghes_index_id index, struct ghes_claim *claim)
{
	struct ghes_platform *p = core->platform;
	int rc;

	p->ops->rcu_read_lock(p);
	rc = notify_in_nmi(core, &core->class[idx], ghes_index_all(&core->index[index]), claim);
	p->ops->rcu_read_unlock(p);
	return rc;
}

/*
 * An NMI may come to all CPUs at once, and none of them may spin for long. One goes in; the others
 * say "not mine" at once, as in the kernel. Unlike there, who is inside looks again for them: they
 * may have been notified of a source that it had passed already.
 */
int ghes_notify_nmi(struct ghes_core *core)
{
	uint32_t alone = 1;
	int rc = -GHES_ENOENT;

	/* N1 release: whatever we were notified of; pairs with N2. Acquire: pairs with N3. */
	if (atomic_fetch_add_explicit(&core->nmi_readers, 1, memory_order_acq_rel) != 0)
		return -GHES_ENOENT;
	for (;;) {
		rc = ghes_merge_rc(
			rc, notify_all_in_nmi(core, FIX_APEI_GHES_NMI, GHES_INDEX_NMI, NULL));
		/* N3 release: pairs with N1 of the next */
		if (atomic_compare_exchange_strong_explicit(&core->nmi_readers, &alone, 0,
							    memory_order_release,
							    memory_order_relaxed))
			return entry_rc(rc);
		/* N2 acquire: pairs with N1 of those who came and went away */
		atomic_exchange_explicit(&core->nmi_readers, 1, memory_order_acquire);
		alone = 1;
	}
}

int ghes_notify_sei(struct ghes_core *core)
{
	return entry_rc(notify_all_in_nmi(core, FIX_APEI_GHES_SEI, GHES_INDEX_SEI, NULL));
}

int ghes_notify_sea(struct ghes_core *core, struct ghes_claim *claim)
{
	return notify_all_in_nmi(core, FIX_APEI_GHES_SEA, GHES_INDEX_SEA, claim);
}

int ghes_notify_sdei(struct ghes_core *core, uint32_t event)
{
	struct ghes_platform *p = core->platform;
	struct ghes_index_range range;
	struct ghes *ghes = NULL;
	int rc = -GHES_ENOENT;

	p->ops->rcu_read_lock(p);
	range = ghes_index_find(&core->index[GHES_INDEX_SDEI], event);
	/* One source an event, beside withdrawn ones; its priority says which class */
	for (; !ghes && range.first < range.last; range.first++)
		ghes = ghes_index_busy(range.first);
	if (ghes) {
		range.last = range.first--;
		rc = notify_in_nmi(core, ghes->class, range, NULL);
	}
	p->ops->rcu_read_unlock(p);
	return entry_rc(rc);
}
