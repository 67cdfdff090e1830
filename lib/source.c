// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sources come and go.
 *
 * Flow: init or probe -> checks of the table's entry -> ghes_new(): registers, pool -> attach():
 *	 status block, acknowledge register, index -> switch_on(): the platform may notify -> what
 *	 was pending already; remove is the same backwards.
 *
 * A source may go while its notification runs, while its records are queued, while one waits for
 * a retry. It goes in this order: switched off, so that no notification begins; out of its index
 * and its block, and a grace period, so that none is left; its records processed (pushed ==
 * finished), so that no node refers to it; only then its memory. No reference counts: readers
 * write nothing that they would not write anyhow.
 *
 * A record that firmware puts down after that stays in firmware's memory, for the next probe.
 */
#include "internal.h"

/* Bytes that a cache entry needs beside its record, at most */
#define CACHE_ENTRY_HEADER 128

/* ---- tables under the mutex ------------------------------------------------------------------ */

static unsigned int hash(uint64_t key)
{
	/* Fibonacci hashing: the upper bits of the product depend on all bits of the key */
	return (unsigned int)(key * UINT64_C(0x9e3779b97f4a7c15) >> 56) % GHES_HASH_SIZE;
}

static struct ghes *find_source(struct ghes_core *core, uint16_t source_id)
{
	struct ghes *ghes = core->sources[hash(source_id)];

	while (ghes && ghes->source_id != source_id)
		ghes = ghes->next;
	return ghes;
}

static void link_source(struct ghes_core *core, struct ghes *ghes)
{
	struct ghes **head = &core->sources[hash(ghes->source_id)];

	ghes->next = *head;
	*head = ghes;
	/* relaxed, as below: a number for ghes_core_state() */
	atomic_fetch_add_explicit(&core->nr_sources, 1, memory_order_relaxed);
}

static void unlink_source(struct ghes_core *core, struct ghes *ghes)
{
	struct ghes **at = &core->sources[hash(ghes->source_id)];

	while (*at != ghes)
		at = &(*at)->next;
	*at = ghes->next;
	atomic_fetch_sub_explicit(&core->nr_sources, 1, memory_order_relaxed);
}

/* ---- status blocks, acknowledge registers: shared or not ------------------------------------- */

static struct ghes_block *find_block(struct ghes_core *core, const struct apei_gar *reg,
				     uint64_t paddr)
{
	struct ghes_block *block;

	for (block = core->blocks[hash(reg->address)]; block; block = block->next)
		if (block->address == reg->address && block->space_id == reg->space_id)
			return block;
	if (!paddr)
		return NULL;
	/* Different registers may point to one block. */
	block = core->placed[hash(paddr)];
	while (block && block->paddr != paddr)
		block = block->next_placed;
	return block;
}

/* @block is at @paddr now, as far as is known; 0: unknown. */
static void place_block(struct ghes_core *core, struct ghes_block *block, uint64_t paddr)
{
	struct ghes_block **at = &core->placed[hash(block->paddr)];

	if (block->paddr == paddr)
		return;
	if (block->paddr) {
		while (*at != block)
			at = &(*at)->next_placed;
		*at = block->next_placed;
	}
	block->paddr = paddr;
	if (paddr) {
		block->next_placed = core->placed[hash(paddr)];
		core->placed[hash(paddr)] = block;
	}
}

static void link_block_source(struct ghes_block *block, struct ghes *ghes)
{
	struct ghes *first = atomic_load_explicit(&block->sources, memory_order_relaxed);

	/* relaxed: published by S5 */
	atomic_store_explicit(&ghes->block_next, first, memory_order_relaxed);
	/* S5 release: the source is complete; pairs with S6 in ghes_block_first() */
	atomic_store_explicit(&block->sources, ghes, memory_order_release);
}

static int attach_block(struct ghes *ghes, uint64_t paddr)
{
	const struct apei_gar *reg = &ghes->generic.error_status_address;
	struct ghes_core *core = ghes->core;
	struct ghes_platform *p = core->platform;
	struct ghes_block *block = find_block(core, reg, paddr);

	if (!block) {
		block = p->ops->alloc(p, sizeof(*block));
		if (!block)
			return -GHES_ENOMEM;
		block->space_id = reg->space_id;
		block->address = reg->address;
		block->next = core->blocks[hash(reg->address)];
		core->blocks[hash(reg->address)] = block;
	}
	if (paddr)
		place_block(core, block, paddr);
	/*
	 * From the second source on readers take turns. The grace period lets those out who found
	 * no need to: afterwards all of them see it. (relaxed: ordered by that grace period.)
	 */
	if (++block->refs == 2) {
		atomic_fetch_add_explicit(&block->contended, 1, memory_order_relaxed);
		p->ops->synchronize_rcu(p);
	}
	/* And they do while pending records are read: until finish_probe() */
	atomic_fetch_add_explicit(&block->contended, 1, memory_order_relaxed);
	ghes->block = block;
	link_block_source(block, ghes);
	return 0;
}

/* No longer needed to take turns with what this task reads. B2 release: pairs with B1. */
static void finish_probe(struct ghes *ghes)
{
	atomic_fetch_sub_explicit(&ghes->block->contended, 1, memory_order_release);
}

/* Take @ghes out of its block's list; readers that came across it end with a grace period. */
static void detach_block(struct ghes *ghes)
{
	struct ghes_block *block = ghes->block;
	struct ghes *_Atomic *at = &block->sources;
	struct ghes *other;

	while ((other = atomic_load_explicit(at, memory_order_relaxed)) != ghes)
		at = &other->block_next;
	/* relaxed: what becomes visible was published before */
	atomic_store_explicit(at, atomic_load_explicit(&ghes->block_next, memory_order_relaxed),
			      memory_order_relaxed);
	ghes->core->platform->ops->synchronize_rcu(ghes->core->platform);
}

static void put_block(struct ghes *ghes)
{
	struct ghes_platform *p = ghes->core->platform;
	struct ghes_block *block = ghes->block;
	struct ghes_block **at = &ghes->core->blocks[hash(block->address)];

	if (--block->refs == 1)
		/* Turns may end: whoever is left is of one class. B2 release: pairs with B1. */
		atomic_fetch_sub_explicit(&block->contended, 1, memory_order_release);
	if (block->refs)
		return;
	while (*at != block)
		at = &(*at)->next;
	*at = block->next;
	place_block(ghes->core, block, 0);
	p->ops->free(p, block, sizeof(*block));
}

static int attach_ack(struct ghes *ghes)
{
	const struct apei_gar *reg = &ghes->generic.read_ack_register;
	struct ghes_core *core = ghes->core;
	struct ghes_platform *p = core->platform;
	struct ghes_ack *ack;

	if (!ghes->generic.v2)
		return 0;
	for (ack = core->acks[hash(reg->address)]; ack; ack = ack->next)
		if (ack->address == reg->address && ack->space_id == reg->space_id)
			break;
	if (!ack) {
		ack = p->ops->alloc(p, sizeof(*ack));
		if (!ack)
			return -GHES_ENOMEM;
		ack->space_id = reg->space_id;
		ack->address = reg->address;
		ack->next = core->acks[hash(reg->address)];
		core->acks[hash(reg->address)] = ack;
	}
	/* As with blocks: relaxed, and a grace period for those who did not see it. */
	if (++ack->refs == 2) {
		atomic_store_explicit(&ack->shared, true, memory_order_relaxed);
		p->ops->synchronize_rcu(p);
	}
	ghes->ack = ack;
	return 0;
}

static void put_ack(struct ghes *ghes)
{
	struct ghes_platform *p = ghes->core->platform;
	struct ghes_ack *ack = ghes->ack;
	struct ghes_ack **at;

	/* Once shared, it stays so to the last source: that costs it some nanoseconds, no more. */
	if (!ack || --ack->refs)
		return;
	at = &ghes->core->acks[hash(ack->address)];
	while (*at != ack)
		at = &(*at)->next;
	*at = ack->next;
	p->ops->free(p, ack, sizeof(*ack));
}

/* ---- registers, lasting mappings, pool ------------------------------------------------------- */

/*
 * Map the words that say "nothing pending" once and for all, where platform and addresses allow
 * it. Return: the address of the status block, 0 if there is none now.
 */
static uint64_t map_status_words(struct ghes *ghes)
{
	const struct apei_gar *reg = &ghes->generic.error_status_address;
	struct ghes_platform *p = ghes->core->platform;
	struct ghes_index_entry *e = &ghes->status;
	const volatile uint32_t *pointer;
	uint64_t paddr;

	atomic_init(&e->ghes, ghes);
	if (p->ops->read_gar(p, reg, &paddr))
		return 0;
	e->words = reg->access_bit_width / 32;
	if (!p->ops->map_status || !paddr || paddr % 4 || reg->address % 4 || !e->words ||
	    reg->space_id != ACPI_ADR_SPACE_SYSTEM_MEMORY)
		return paddr;
	pointer = p->ops->map_status(p, reg->address, e->words * sizeof(*pointer));
	if (!pointer)
		return paddr;
	e->status = p->ops->map_status(p, paddr, sizeof(*e->status));
	if (!e->status) {
		p->ops->unmap_status(p, pointer, e->words * sizeof(*pointer));
		return paddr;
	}
	/* The address in memory order, as the loads will find it (little-endian: ACPI) */
	e->raw[0] = htole32((uint32_t)paddr);
	e->raw[1] = htole32((uint32_t)(paddr >> 32));
	e->pointer = pointer;
	ghes->block_paddr = paddr;
	return paddr;
}

static void unmap_status_words(struct ghes *ghes)
{
	struct ghes_platform *p = ghes->core->platform;
	struct ghes_index_entry *e = &ghes->status;

	if (!e->pointer)
		return;
	p->ops->unmap_status(p, e->status, sizeof(*e->status));
	p->ops->unmap_status(p, e->pointer, e->words * sizeof(*e->pointer));
	e->pointer = NULL;
}

static int map_registers(struct ghes *ghes)
{
	struct ghes_platform *p = ghes->core->platform;
	int rc = 0;

	if (ghes->generic.v2)
		rc = p->ops->map_gar(p, &ghes->generic.read_ack_register);
	if (rc)
		return rc;
	rc = p->ops->map_gar(p, &ghes->generic.error_status_address);
	if (rc && ghes->generic.v2)
		p->ops->unmap_gar(p, &ghes->generic.read_ack_register);
	return rc;
}

static void unmap_registers(struct ghes *ghes)
{
	struct ghes_platform *p = ghes->core->platform;

	p->ops->unmap_gar(p, &ghes->generic.error_status_address);
	if (ghes->generic.v2)
		p->ops->unmap_gar(p, &ghes->generic.read_ack_register);
}

/* Which class and which index belong to a notification type */
static int choose_class(struct ghes *ghes)
{
	static const struct {
		enum fixed_addresses idx;
		enum ghes_index_id index;
	} of_type[ACPI_HEST_NOTIFY_RESERVED] = {
		[ACPI_HEST_NOTIFY_POLLED] = {FIX_APEI_GHES_IRQ, GHES_INDEX_POLL},
		[ACPI_HEST_NOTIFY_EXTERNAL] = {FIX_APEI_GHES_IRQ, GHES_INDEX_IRQ},
		[ACPI_HEST_NOTIFY_SCI] = {FIX_APEI_GHES_IRQ, GHES_INDEX_HED},
		[ACPI_HEST_NOTIFY_GSIV] = {FIX_APEI_GHES_IRQ, GHES_INDEX_HED},
		[ACPI_HEST_NOTIFY_GPIO] = {FIX_APEI_GHES_IRQ, GHES_INDEX_HED},
		[ACPI_HEST_NOTIFY_SEA] = {FIX_APEI_GHES_SEA, GHES_INDEX_SEA},
		[ACPI_HEST_NOTIFY_SEI] = {FIX_APEI_GHES_SEI, GHES_INDEX_SEI},
		[ACPI_HEST_NOTIFY_NMI] = {FIX_APEI_GHES_NMI, GHES_INDEX_NMI},
		/* Its class is firmware's choice: sdei_choose_class() */
		[ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED] = {FIX_APEI_GHES_SDEI_NORMAL,
							 GHES_INDEX_SDEI},
	};
	const struct hest_notify_info *notify = &ghes->generic.notify;

	ghes->class = &ghes->core->class[of_type[notify->type].idx];
	ghes->index = of_type[notify->type].index;
	ghes->nmi_like = of_type[notify->type].idx != FIX_APEI_GHES_IRQ;
	ghes->sync = notify->type == ACPI_HEST_NOTIFY_SEA;
	/* Walked as a whole: in order of addition. Others: looked up. */
	if (ghes->index == GHES_INDEX_POLL)
		ghes->status.key = ghes->source_id;
	else if (ghes->index == GHES_INDEX_IRQ || ghes->index == GHES_INDEX_SDEI)
		ghes->status.key = notify->vector;
	return ghes->index == GHES_INDEX_SDEI ? sdei_choose_class(ghes) : 0;
}

/* Room in the pool: a share of its own for who cannot wait, the common part for cache entries */
static int reserve_memory(struct ghes *ghes)
{
	struct ghes_estatus_pool *pool = &ghes->core->pool;
	const struct hest_generic_info *generic = &ghes->generic;
	int rc;

	rc = ghes_estatus_pool_reserve(pool, generic->estatus_length + CACHE_ENTRY_HEADER);
	if (rc || !ghes->nmi_like)
		return rc;
	return ghes_estatus_pool_expand(pool, &ghes->pool_user, generic->estatus_length,
					generic->records_to_preallocate,
					sizeof(struct ghes_estatus_node));
}

static void ghes_fini(struct ghes *ghes)
{
	struct ghes_platform *p = ghes->core->platform;

	unmap_status_words(ghes);
	unmap_registers(ghes);
	if (ghes->nmi_like)
		ghes_estatus_pool_shrink(&ghes->core->pool, &ghes->pool_user);
	p->ops->free(p, ghes, sizeof(*ghes));
}

/* A source that nobody knows yet. @paddr: its status block, if it has one now. */
static int ghes_new(struct ghes_core *core, const struct hest_generic_info *generic,
		    struct ghes **result, uint64_t *paddr)
{
	struct ghes_platform *p = core->platform;
	struct ghes *ghes = p->ops->alloc(p, sizeof(*ghes));
	int rc;

	if (!ghes)
		return -GHES_ENOMEM;
	ghes->core = core;
	ghes->generic = *generic;
	ghes->source_id = generic->source_id;
	ghes->pool_user.source_id = ghes->source_id;
	rc = choose_class(ghes);
	if (!rc)
		rc = reserve_memory(ghes);
	if (rc)
		goto err_free;
	rc = map_registers(ghes);
	if (rc)
		goto err_shrink;
	*paddr = map_status_words(ghes);
	*result = ghes;
	return 0;

err_shrink:
	if (ghes->nmi_like)
		ghes_estatus_pool_shrink(&core->pool, &ghes->pool_user);
err_free:
	p->ops->free(p, ghes, sizeof(*ghes));
	return rc;
}

/* ---- the platform's side. Under the mutex. --------------------------------------------------- */

static int switch_on(struct ghes *ghes)
{
	const struct hest_notify_info *notify = &ghes->generic.notify;
	struct ghes_core *core = ghes->core;
	struct ghes_platform *p = core->platform;
	bool first = core->users[ghes->index] == 0;
	int rc = 0;

	switch (ghes->index) {
	case GHES_INDEX_POLL:
		if (notify->poll_interval_ms)
			rc = p->ops->add_timer(p, ghes->source_id, notify->poll_interval_ms);
		break;
	case GHES_INDEX_IRQ:
		rc = p->ops->request_irq(p, notify->vector, ghes->source_id);
		if (rc)
			ghes_log(p, GHES_LOG_ERR,
				 GHES_PFX "Failed to register IRQ for generic hardware error "
					  "source: %d",
				 ghes->source_id);
		break;
	case GHES_INDEX_HED:
		if (first)
			rc = p->ops->register_hed(p);
		break;
	case GHES_INDEX_NMI:
		if (first)
			rc = p->ops->register_nmi(p);
		break;
	case GHES_INDEX_SDEI:
		rc = sdei_register_ghes(ghes);
		break;
	default: /* SEA, SEI: the architecture asks for itself */
		break;
	}
	if (!rc) {
		core->users[ghes->index]++;
		ghes->registered = true;
	}
	return rc;
}

static int switch_off(struct ghes *ghes)
{
	const struct hest_notify_info *notify = &ghes->generic.notify;
	struct ghes_core *core = ghes->core;
	struct ghes_platform *p = core->platform;
	bool last = core->users[ghes->index] == 1;
	int rc = 0;

	if (!ghes->registered)
		return 0;
	switch (ghes->index) {
	case GHES_INDEX_POLL:
		if (notify->poll_interval_ms)
			p->ops->del_timer_sync(p, ghes->source_id);
		break;
	case GHES_INDEX_IRQ:
		p->ops->free_irq(p, notify->vector, ghes->source_id);
		break;
	case GHES_INDEX_HED:
		if (last)
			p->ops->unregister_hed(p);
		break;
	case GHES_INDEX_NMI:
		if (last)
			p->ops->unregister_nmi(p);
		break;
	case GHES_INDEX_SDEI:
		rc = sdei_unregister_ghes(ghes);
		break;
	default:
		break;
	}
	if (!rc) {
		core->users[ghes->index]--;
		ghes->registered = false;
	}
	return rc;
}

/* ---- coming ---------------------------------------------------------------------------------- */

static int attach(struct ghes *ghes, uint64_t paddr)
{
	struct ghes_core *core = ghes->core;
	struct ghes_platform *p = core->platform;
	int rc;

	if (find_source(core, ghes->source_id))
		return -GHES_EEXIST;
	rc = attach_ack(ghes);
	if (rc)
		return rc;
	rc = attach_block(ghes, paddr);
	if (rc)
		goto err_ack;
	rc = ghes_index_add(p, &core->index[ghes->index], &ghes->status);
	if (rc)
		goto err_block;
	rc = switch_on(ghes);
	if (rc)
		goto err_index;
	link_source(core, ghes);
	return 0;

err_index:
	ghes_index_withdraw(p, &core->index[ghes->index], ghes);
err_block:
	detach_block(ghes);
	finish_probe(ghes);
	put_block(ghes);
err_ack:
	put_ack(ghes);
	return rc;
}

static void log_finding(void *ctx, const struct hest_finding *finding)
{
	ghes_log(ctx, GHES_LOG_WARNING, "%s%s", hest_rule_tag(finding->rule), finding->text);
}

int ghes_probe(struct ghes_core *core, const struct hest_generic_info *generic)
{
	struct ghes_platform *p = core->platform;
	struct ghes *ghes;
	uint64_t paddr;
	int rc;

	rc = ghes_check_generic(generic, p->notify_types, log_finding, p);
	if (!rc)
		rc = ghes_new(core, generic, &ghes, &paddr);
	if (rc)
		return rc;
	p->ops->mutex_lock(p);
	rc = attach(ghes, paddr);
	if (!rc) {
		/* Handle any pending errors right away; what that finds is no answer of ours. */
		ghes_read_pending(ghes);
		finish_probe(ghes);
	}
	p->ops->mutex_unlock(p);
	if (rc)
		ghes_fini(ghes);
	return rc;
}

/* ---- going ----------------------------------------------------------------------------------- */

static bool has_records(const struct ghes *ghes)
{
	/*
	 * G2 acquire: pairs with G1 in ghes_finish(). It comes first: a retry that queues its
	 * record pushes before it finishes, so who sees the latter sees the former.
	 */
	uint32_t finished = atomic_load_explicit(&ghes->finished, memory_order_acquire);

	/* relaxed: its readers have ended with a grace period, but for a retry, see above */
	return atomic_load_explicit(&ghes->pushed, memory_order_relaxed) != finished;
}

/* Until no node refers to @ghes. No reader can find it any more. */
static void wait_for_records(struct ghes *ghes)
{
	struct ghes_platform *p = ghes->core->platform;

	while (has_records(ghes)) {
		ghes_drain_in_task(ghes->core);
		/* Another CPU may be at it */
		if (has_records(ghes))
			p->ops->schedule(p);
	}
}

/* Switched off and out of its index: the rest. Under the mutex. */
static void detach(struct ghes *ghes)
{
	detach_block(ghes);
	wait_for_records(ghes);
	put_block(ghes);
	put_ack(ghes);
	unlink_source(ghes->core, ghes);
}

int ghes_remove(struct ghes_core *core, uint16_t source_id)
{
	struct ghes_platform *p = core->platform;
	struct ghes *ghes;
	int rc = -GHES_ENOENT;

	p->ops->mutex_lock(p);
	ghes = find_source(core, source_id);
	if (ghes) {
		rc = switch_off(ghes);
		if (!rc)
			ghes_index_withdraw(p, &core->index[ghes->index], ghes);
		if (!rc)
			detach(ghes);
		else
			ghes_log(p, GHES_LOG_ERR, "Failed to unregister ghes (%s)",
				 ghes_strerror(rc));
	}
	p->ops->mutex_unlock(p);
	if (!rc)
		ghes_fini(ghes);
	return rc;
}

static struct ghes *any_source(struct ghes_core *core)
{
	for (unsigned int i = 0; i < GHES_HASH_SIZE; i++)
		if (core->sources[i])
			return core->sources[i];
	return NULL;
}

void ghes_remove_all(struct ghes_core *core)
{
	struct ghes_platform *p = core->platform;
	struct ghes *ghes;

	p->ops->mutex_lock(p);
	for (unsigned int i = 0; i < GHES_HASH_SIZE; i++)
		for (ghes = core->sources[i]; ghes; ghes = ghes->next)
			if (switch_off(ghes))
				ghes_log(p, GHES_LOG_ERR, "Failed to unregister source %d",
					 ghes->source_id);
	/* All at once, not one grace period each */
	for (unsigned int i = 0; i < GHES_NR_INDICES; i++)
		ghes_index_clear(p, &core->index[i]);
	p->ops->mutex_unlock(p);
	for (;;) {
		p->ops->mutex_lock(p);
		ghes = any_source(core);
		if (ghes)
			detach(ghes);
		p->ops->mutex_unlock(p);
		if (!ghes)
			return;
		ghes_fini(ghes);
	}
}
