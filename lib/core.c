// SPDX-License-Identifier: GPL-2.0-only
/*
 * One instance of the core, and the table of what a host may call in it.
 *
 * Flow: host -> ghes_core_ops_get() -> create -> init (HEST -> sources) -> notifications ->
 * destroy.
 */
#include <ghes/core.h>

#include "internal.h"

#define VENDOR_FIFO_SIZE   (2 * GHES_ESTATUS_MAX_SIZE + 64)
#define VENDOR_FIFO_EVENTS 1024
#define CXL_EVENT_MAX                                                                              \
	(sizeof(struct ghes_event) + sizeof(struct acpi_hest_generic_data_v300) +                  \
	 sizeof(struct cxl_cper_event_rec))

/* ---- create, destroy ------------------------------------------------------------------------- */

static void init_classes(struct ghes_core *core)
{
	static const char *const name[GHES_NR_FIXMAP_SLOTS] = {
		[FIX_APEI_GHES_IRQ] = "ghes_notify_lock_irq",
		[FIX_APEI_GHES_SEI] = "ghes_notify_lock_sei",
		[FIX_APEI_GHES_SEA] = "ghes_notify_lock_sea",
		[FIX_APEI_GHES_SDEI_NORMAL] = "ghes_notify_lock_sdei_normal",
		[FIX_APEI_GHES_SDEI_CRITICAL] = "ghes_notify_lock_sdei_critical",
		[FIX_APEI_GHES_NMI] = "ghes_notify_lock_nmi",
	};

	for (unsigned int i = 0; i < GHES_NR_FIXMAP_SLOTS; i++) {
		core->class[i].lock.name = name[i];
		core->class[i].fixmap_idx = (enum fixed_addresses)i;
	}
}

static int init_fifos(struct ghes_core *core)
{
	int rc = ghes_event_fifo_init(&core->vendor_fifo, core->platform, "vendor_record_lock",
				      VENDOR_FIFO_SIZE, VENDOR_FIFO_EVENTS,
				      ghes_deliver_vendor_record);

	if (rc)
		return rc;
	return ghes_event_fifo_init(&core->cxl_fifo, core->platform, "cxl_cper_work_lock",
				    CXL_CPER_FIFO_DEPTH * CXL_EVENT_MAX, CXL_CPER_FIFO_DEPTH,
				    ghes_deliver_cxl_event);
}

/* The parts that may fail, in the order in which fini_parts() takes them down */
static int init_parts(struct ghes_core *core)
{
	struct ghes_platform *p = core->platform;
	int rc;

	core->irq_estatus = p->ops->alloc(p, GHES_ESTATUS_MAX_SIZE);
	core->panic_estatus = p->ops->alloc(p, GHES_ESTATUS_MAX_SIZE);
	if (!core->irq_estatus || !core->panic_estatus)
		return -GHES_ENOMEM;
	rc = memory_failure_init(&core->memory_failure, p);
	if (!rc)
		rc = init_fifos(core);
	if (!rc)
		rc = ghes_irq_work_list_init(&core->irq_work_list, p);
	return rc;
}

static void free_buffer(struct ghes_core *core, void *buffer)
{
	if (buffer)
		core->platform->ops->free(core->platform, buffer, GHES_ESTATUS_MAX_SIZE);
}

static void fini_parts(struct ghes_core *core)
{
	if (core->irq_work_list.cpu)
		ghes_irq_work_list_exit(&core->irq_work_list);
	ghes_event_fifo_exit(&core->cxl_fifo);
	ghes_event_fifo_exit(&core->vendor_fifo);
	memory_failure_exit(&core->memory_failure);
	free_buffer(core, core->panic_estatus);
	free_buffer(core, core->irq_estatus);
}

static int create(struct ghes_platform *p, struct ghes_core **result)
{
	struct ghes_core *core = p->ops->alloc(p, sizeof(*core));
	int rc;

	if (!core)
		return -GHES_ENOMEM;
	core->platform = p;
	init_classes(core);
	ghes_fixmap_init(&core->fixmap, p);
	estatus_queue_init(&core->queue);
	rc = init_parts(core);
	if (rc)
		goto err_parts;
	rc = ghes_estatus_pool_init(&core->pool, p);
	if (rc)
		goto err_parts;
	ghes_estatus_cache_init(&core->cache, p, &core->pool);
	init_irq_work(&core->proc_irq_work, &core->irq_work_list, ghes_proc_in_irq);
	*result = core;
	return 0;

err_parts:
	fini_parts(core);
	p->ops->free(p, core, sizeof(*core));
	return rc;
}

/* A raise on this CPU that its masks hold back would never come while we wait for it. */
static void let_irqs_in(struct ghes_platform *p)
{
	uint32_t flags = p->ops->mask_get(p);

	if (!(flags & PSR_I_BIT))
		return;
	p->ops->mask_set(p, flags & ~DAIF_PROCCTX_NOIRQ);
	p->ops->mask_set(p, flags);
}

static void destroy(struct ghes_core *core)
{
	struct ghes_platform *p = core->platform;

	ghes_remove_all(core);
	/* A drain that a panic left to do, a raise that found its work done already */
	ghes_drain_in_task(core);
	let_irqs_in(p);
	irq_work_sync(&core->proc_irq_work);
	ghes_estatus_cache_exit(&core->cache);
	fini_parts(core);
	ghes_estatus_pool_exit(&core->pool);
	if (core->generics)
		p->ops->free(p, core->generics, core->max_generics * sizeof(core->generics[0]));
	p->ops->free(p, core, sizeof(*core));
}

/* ---- HEST ------------------------------------------------------------------------------------ */

struct init_walk {
	struct ghes_core *core;
	int rc; /* of what the walk itself could not do */
};

static void take_table(void *ctx, const struct hest_table_info *table)
{
	struct init_walk *walk = ctx;
	struct ghes_core *core = walk->core;
	struct ghes_platform *p = core->platform;

	if (!table->generics)
		return;
	core->generics = p->ops->alloc(p, table->generics * sizeof(core->generics[0]));
	if (core->generics)
		core->max_generics = table->generics;
	else
		walk->rc = -GHES_ENOMEM;
}

static int take_source(void *ctx, const struct hest_source *source)
{
	struct init_walk *walk = ctx;
	struct ghes_core *core = walk->core;

	if (walk->rc)
		return walk->rc;
	if (!source->is_generic || source->state != HEST_SOURCE_OK ||
	    core->nr_generics == core->max_generics)
		return 0;
	core->generics[core->nr_generics++] = source->generic;
	/* What is wrong with one source was logged, and is no reason to do without the others. */
	ghes_probe(core, &source->generic);
	return 0;
}

static void log_finding(void *ctx, const struct hest_finding *finding)
{
	struct init_walk *walk = ctx;

	if (finding->severity == HEST_ERROR)
		ghes_log(walk->core->platform, GHES_LOG_ERR, "%s%s", hest_rule_tag(finding->rule),
			 finding->text);
}

static int init(struct ghes_core *core, const void *hest, size_t size)
{
	static const struct hest_visitor visitor = {
		.table = take_table,
		.source = take_source,
		.finding = log_finding,
	};
	struct ghes_platform *p = core->platform;
	struct init_walk walk = {.core = core};
	struct hest_scratch *scratch;
	int rc;

	if (core->generics)
		return -GHES_EBUSY;
	scratch = p->ops->alloc(p, sizeof(*scratch));
	if (!scratch)
		return -GHES_ENOMEM;
	rc = hest_parse(hest, size, scratch, &visitor, &walk);
	p->ops->free(p, scratch, sizeof(*scratch));
	return rc;
}

static int probe(struct ghes_core *core, uint16_t source_id)
{
	for (uint32_t i = 0; i < core->nr_generics; i++)
		if (core->generics[i].source_id == source_id)
			return ghes_probe(core, &core->generics[i]);
	return -GHES_ENOENT;
}

static void run_irq_work(struct ghes_core *core)
{
	irq_work_run(&core->irq_work_list);
}

/* ---- counters -------------------------------------------------------------------------------- */

static uint64_t value(const _Atomic uint64_t *counter)
{
	/* relaxed: exact only when quiet, and says so */
	return atomic_load_explicit(counter, memory_order_relaxed);
}

/* Sums over all classes */
struct totals {
	uint64_t read, queued, direct, duplicate, rejected, panic;
};

static struct totals totals_of(const struct ghes_core *core)
{
	struct totals t = {0};

	for (unsigned int i = 0; i < GHES_NR_FIXMAP_SLOTS; i++) {
		const struct ghes_counters *c = &core->class[i].counters;

		t.read += value(&c->read);
		t.queued += value(&c->queued);
		t.direct += value(&c->direct);
		t.duplicate += value(&c->duplicate);
		t.rejected += value(&c->rejected);
		t.panic += value(&c->panic);
	}
	return t;
}

void ghes_core_state(struct ghes_core *core, struct ghes_core_state *state)
{
	struct ghes_estatus_cache_stats cache;
	struct ghes_estatus_pool_stats pool;
	struct totals t = totals_of(core);

	ghes_estatus_pool_stats(&core->pool, &pool);
	ghes_estatus_cache_stats(&core->cache, &cache);
	*state = (struct ghes_core_state){
		.pool_total = pool.total,
		.pool_free = pool.free,
		.pool_used = pool.used,
		.pool_nodes = pool.nodes,
		.pool_users = pool.users,
		.pool_exhausted = pool.exhausted,
		.cache_alloced = cache.alloced,
		.cache_published = cache.published,
		.cache_waiting = cache.waiting,
		.cache_cap = cache.cap,
		.queue_depth = estatus_queue_depth(&core->queue),
		.irq_work_flags = irq_work_flags(&core->proc_irq_work),
		.sources = atomic_load_explicit(&core->nr_sources, memory_order_relaxed),
		.records_read = t.read,
		.records_queued = t.queued,
		.records_processed = t.direct + value(&core->drained),
		.records_duplicate = t.duplicate,
		.records_rejected = t.rejected,
		.records_lost = 0, /* nothing is ever dropped: see retry.c */
		.records_panic = t.panic + value(&core->panic_queued),
	};
}

/*
 * read   == queued + direct + duplicate + rejected + panic
 * queued == drained + panic_queued + depth of the queue
 * and those of pool, cache, queue, fixmap and irq_work. No turn at a block or a register is open.
 */
bool ghes_core_is_valid(struct ghes_core *core)
{
	struct totals t = totals_of(core);

	if (t.read != t.queued + t.direct + t.duplicate + t.rejected + t.panic)
		return false;
	if (t.queued !=
	    value(&core->drained) + value(&core->panic_queued) + estatus_queue_depth(&core->queue))
		return false;
	for (unsigned int i = 0; i < GHES_HASH_SIZE; i++) {
		for (struct ghes_block *block = core->blocks[i]; block; block = block->next)
			if (block->readers || !block->refs)
				return false;
		for (struct ghes_ack *ack = core->acks[i]; ack; ack = ack->next)
			if (ack->due || !ack->refs)
				return false;
	}
	return !core->drainers && !core->nmi_readers && !core->drain_rest &&
	       ghes_fixmap_is_valid(&core->fixmap) && ghes_estatus_pool_is_valid(&core->pool) &&
	       ghes_estatus_cache_is_valid(&core->cache) && estatus_queue_is_valid(&core->queue) &&
	       irq_work_is_valid(&core->proc_irq_work);
}

/* ---- the seam -------------------------------------------------------------------------------- */

const struct ghes_core_ops *ghes_core_ops_get(void)
{
	static const struct ghes_core_ops ops = {
		.abi = GHES_CORE_ABI,
		.name = "lib",
		.create = create,
		.destroy = destroy,
		.init = init,
		.probe = probe,
		.remove = ghes_remove,
		.notify_timer = ghes_notify_timer,
		.notify_irq = ghes_notify_irq,
		.notify_hed = ghes_notify_hed,
		.notify_nmi = ghes_notify_nmi,
		.notify_sei = ghes_notify_sei,
		.notify_sdei = ghes_notify_sdei,
		.claim_sea = apei_claim_sea,
		.irq_work_run = run_irq_work,
		.state = ghes_core_state,
	};

	return &ops;
}
