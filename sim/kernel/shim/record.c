// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of a record, as seen from the calls that the kernel's files make across the boundary,
 * told as the seam's tracepoints. This file is never instrumented and changes nothing: it looks.
 *
 *	tracepoint      seen at                                              exact?
 *	READ            cper_estatus_check() accepts the copy                exact
 *	REJECT          cper_estatus_check() refuses the copy                exact
 *	                header refused: the block is cleared uncopied        inferred, at the clear
 *	CLEAR           memcpy_toio() to where the block was read            exact
 *	ACK             apei_write() to a read ack register                  exact
 *	POOL_*          gen_pool_alloc(), gen_pool_free()                    exact
 *	QUEUE           llist_add_batch() of a node in the pool              exact
 *	                where that is inline: its compare-exchange           exact
 *	                pushed by other means: at irq_work_queue()           inferred
 *	DUPLICATE       the node is freed after READ, not queued             inferred
 *	DRAIN           llist_reverse_order()                                exact
 *	PROCESS         the drain reaches the node; without node: at READ    inferred
 *	PROCESSED       the node is freed or handed to task work;            inferred
 *	                without node: at the clear
 *	PANIC_PRINT     cper_estatus_print() at KERN_EMERG or in nmi         exact
 *	CACHE_ADD       a slot of ghes_estatus_caches changed                inferred, later
 *	CACHE_EVICT     call_rcu() of a cached entry                         exact, slot inferred
 *	CLAIM           apei_claim_sea() returns                             exact
 *	LOST            the kernel never says so                             -
 *
 * The linker diverts the calls (--wrap): the kernel's files are compiled as they are. Weak: a tree
 * in which one is an inline function has no such call, and nothing comes here.
 */
#include "shim.h"

#include <linux/genalloc.h>

/* Statics of ghes.c that build.c makes visible; NULL or 0 in a tree that has no such name. */
extern struct llist_head ghes_estatus_llist __weak;
extern struct irq_work ghes_proc_irq_work __weak;
extern struct gen_pool *ghes_estatus_pool __weak;
extern atomic_t ghes_estatus_cache_alloced __weak;
extern void *ghes_estatus_caches[] __weak;

#ifndef SHIM_CACHES_SIZE
#define SHIM_CACHES_SIZE 4
#endif
#define SHIM_CACHE_CAP (SHIM_CACHES_SIZE * 3 / 2)

static atomic64_t counted[HOST_TP_CLAIM + 1];
static int tracking; /* how many asked for record_outcome() */
static void *caches_seen[SHIM_CACHES_SIZE];

static bool watching(void)
{
	return host_traced || READ_ONCE(tracking);
}

static struct shim_record *this_record(void)
{
	return &this_shim_cpu()->record[host_context()];
}

static void tell(enum host_tracepoint tp, u16 source_id, u64 arg0, u64 arg1, const void *data)
{
	atomic64_inc(&counted[tp]);
	if (host_traced)
		host_tracepoint(tp, source_id, arg0, arg1, data);
}

static void *node_record(unsigned long node)
{
	return (struct ghes_estatus_node *)node + 1;
}

static u16 node_source(unsigned long node)
{
	return ((struct ghes_estatus_node *)node)->generic->header.source_id;
}

static u32 estatus_len(const void *estatus)
{
	const struct acpi_hest_generic_status *e = estatus;

	return e->raw_data_length ? e->raw_data_offset + e->raw_data_length
				  : sizeof(*e) + e->data_length;
}

/* From @ptr to the end of what it lies in; 0 when that is not known. */
size_t record_room(const void *ptr)
{
	struct shim_record *r = this_record();
	unsigned long at = ptr - r->buf;

	if (pool_has(ptr))
		return pool_room(ptr);
	/* No node: the record was copied to the source's own buffer. */
	return r->processing && at < r->len ? r->len - at : 0;
}

static_assert(offsetof(struct ghes_estatus_node, llnode) == 0,
	      "a node is taken for its list node below");

/* ---- the cache ---- */

static void scan_caches(void)
{
	int i;

	if (!ghes_estatus_caches || !host_traced)
		return;
	host_rcu_read_lock();
	for (i = 0; i < SHIM_CACHES_SIZE; i++) {
		struct ghes_estatus_cache *cache = READ_ONCE(ghes_estatus_caches[i]);

		if (cache && cache != xchg_relaxed(&caches_seen[i], cache))
			tell(HOST_TP_CACHE_ADD, cache->generic->header.source_id, i,
			     cache->estatus_len, NULL);
	}
	host_rcu_read_unlock();
}

/* Entries that readers may still find go through call_rcu(), where they are struck off here. */
static void check_cached(unsigned long addr)
{
	int i;

	for (i = 0; i < SHIM_CACHES_SIZE; i++)
		if (host_checked && caches_seen[i] == (void *)addr)
			shim_defect("cache", "the entry at %#lx is freed without a grace period",
				    addr);
}

/* ---- processing of drained nodes ---- */

static void process_next(struct shim_cpu *cpu)
{
	unsigned long node = (unsigned long)cpu->drained;

	if (!node || host_context() != HOST_IRQ)
		return;
	tell(HOST_TP_PROCESS, node_source(node), node, estatus_len(node_record(node)),
	     node_record(node));
}

/* The kernel is done with the node in front, but has not freed it yet. */
static void process_done(struct shim_cpu *cpu)
{
	unsigned long node = (unsigned long)cpu->drained;

	scan_caches(); /* while the record that was added is in hand */
	pool_set_queued(node, false);
	tell(HOST_TP_PROCESSED, node_source(node), node, 0, NULL);
	cpu->drained = cpu->drained->next;
}

/* A kernel that walks the list as it is: a node was processed when irq_work lets go of it. */
static void process_unannounced(unsigned long node)
{
	if (host_context() != HOST_IRQ || !pool_is_queued(node))
		return;
	pool_set_queued(node, false);
	tell(HOST_TP_PROCESS, node_source(node), node, estatus_len(node_record(node)),
	     node_record(node));
	tell(HOST_TP_PROCESSED, node_source(node), node, 0, NULL);
}

struct llist_node *__real_llist_reverse_order(struct llist_node *head) __weak;
struct llist_node *__wrap_llist_reverse_order(struct llist_node *head);
struct llist_node *__wrap_llist_reverse_order(struct llist_node *head)
{
	struct llist_node *node;
	u64 n = 0;

	head = __real_llist_reverse_order(head);
	if (!watching() || !head || !pool_has(head))
		return head;
	for (node = head; node; node = node->next)
		n++;
	tell(HOST_TP_DRAIN, 0, n, 0, NULL);
	if (host_context() == HOST_IRQ) {
		this_shim_cpu()->drained = head;
		process_next(this_shim_cpu());
	}
	return head;
}

static bool drained_node(unsigned long addr)
{
	struct shim_cpu *cpu = this_shim_cpu();

	return cpu->drained && host_context() == HOST_IRQ && (unsigned long)cpu->drained == addr;
}

void record_task_work(struct callback_head *work)
{
	struct shim_cpu *cpu = this_shim_cpu();
	unsigned long node = (unsigned long)cpu->drained;

	if (!watching())
		return;
	if (!node && pool_has(work))
		process_unannounced(pool_start(work));
	if (!node || (unsigned long)work - node >= sizeof(struct ghes_estatus_node))
		return;
	process_done(cpu);
	process_next(cpu);
}

void record_irq_work_done(void)
{
	struct shim_cpu *cpu = this_shim_cpu();

	if (!watching())
		return;
	while (cpu->drained) { /* nodes that were neither freed nor handed on */
		process_done(cpu);
		process_next(cpu);
	}
}

/* ---- reading ---- */

static void record_rejected(struct shim_record *r, int err)
{
	r->stage = STAGE_REJECTED;
	r->outcome = -EIO;
	tell(HOST_TP_REJECT, r->source_id, err, r->paddr, NULL);
}

static void record_queued(struct shim_record *r)
{
	pool_set_queued(r->node, true);
	tell(HOST_TP_QUEUE, r->source_id, r->node, r->len, r->buf);
	r->node = 0;
}

/* The register of a read ack lies at a fixed distance behind the one that is read first. */
#define ACK_DISTANCE                                                                               \
	(offsetof(struct acpi_hest_generic_v2, read_ack_register) -                                \
	 offsetof(struct acpi_hest_generic, error_status_address))

int __real_apei_read(u64 *val, struct acpi_generic_address *reg) __weak;
int __wrap_apei_read(u64 *val, struct acpi_generic_address *reg);
int __wrap_apei_read(u64 *val, struct acpi_generic_address *reg)
{
	int rc = __real_apei_read(val, reg);
	struct acpi_hest_generic *g =
		container_of(reg, struct acpi_hest_generic, error_status_address);
	struct shim_record *r;

	if (!watching() || (unsigned long)reg - (unsigned long)shim_hest >= shim_hest_size)
		return rc;
	r = this_record();
	if (r->status_reg && (const void *)reg == r->status_reg + ACK_DISTANCE)
		return rc;
	record_settle();
	*r = (struct shim_record){.source_id = g->header.source_id,
				  .status_reg = reg,
				  .outcome = rc ? -EIO : -ENOENT};
	if (!rc && *val) {
		r->stage = STAGE_ADDRESS;
		r->paddr = *val;
	}
	return rc;
}

int __real_apei_write(u64 val, struct acpi_generic_address *reg) __weak;
int __wrap_apei_write(u64 val, struct acpi_generic_address *reg);
int __wrap_apei_write(u64 val, struct acpi_generic_address *reg)
{
	int rc = __real_apei_write(val, reg);

	if (watching() && !rc)
		tell(HOST_TP_ACK, this_record()->source_id, get_unaligned(&reg->address), val,
		     NULL);
	return rc;
}

static void header_seen(struct shim_record *r)
{
	struct acpi_hest_generic_status e;

	memcpy(&e, r->header, sizeof(e));
	r->got = 0;
	r->stage = e.block_status ? STAGE_PEEKED : STAGE_NONE;
	r->len = estatus_len(&e);
	if (e.block_status)
		r->outcome = -EIO; /* until the record is found well-formed */
}

void record_copied_from(u64 paddr, void *dst, size_t n)
{
	struct shim_record *r;

	if (!watching())
		return;
	r = this_record();
	if (paddr != r->paddr + r->got)
		return;
	if (r->stage == STAGE_ADDRESS) {
		memcpy(r->header + r->got, dst, min(n, sizeof(r->header) - r->got));
		r->got += n;
		if (r->got >= sizeof(r->header))
			header_seen(r);
	} else if (r->stage == STAGE_PEEKED) {
		if (!r->got)
			r->buf = dst;
		r->got += n;
		if (r->got >= r->len)
			r->stage = STAGE_COPIED;
	}
}

/* What the clear of a block proves has come before it: told before the memory changes. */
void record_before_write(u64 paddr)
{
	struct shim_record *r;

	if (!watching())
		return;
	r = this_record();
	if (r->stage == STAGE_NONE || paddr != r->paddr)
		return;
	if (r->stage == STAGE_PEEKED || r->stage == STAGE_COPIED)
		record_rejected(r, EIO);
	if (r->processing && !r->panics) {
		scan_caches();
		r->processing = false;
		tell(HOST_TP_PROCESSED, r->source_id, 0, 0, NULL);
	}
}

void record_written(u64 paddr)
{
	struct shim_record *r;

	if (!watching())
		return;
	r = this_record();
	if (r->stage == STAGE_NONE || paddr != r->paddr)
		return;
	tell(HOST_TP_CLEAR, r->source_id, paddr, 0, NULL);
	r->stage = STAGE_CLEARED;
}

int __real_cper_estatus_check(const struct acpi_hest_generic_status *estatus) __weak;
int __wrap_cper_estatus_check(const struct acpi_hest_generic_status *estatus);
int __wrap_cper_estatus_check(const struct acpi_hest_generic_status *estatus)
{
	int rc = __real_cper_estatus_check(estatus);
	struct shim_record *r;

	if (!watching() || (r = this_record())->buf != estatus || r->stage != STAGE_COPIED)
		return rc;
	if (rc) {
		record_rejected(r, -rc);
		return rc;
	}
	r->stage = STAGE_READ;
	r->outcome = 0;
	r->panics = estatus->error_severity != CPER_SEV_INFORMATIONAL &&
		    estatus->error_severity != CPER_SEV_CORRECTED &&
		    estatus->error_severity != CPER_SEV_RECOVERABLE;
	tell(HOST_TP_READ, r->source_id, r->len, r->paddr, estatus);
	if (!r->node && !r->panics) {
		r->processing = true;
		tell(HOST_TP_PROCESS, r->source_id, 0, r->len, estatus);
	}
	return rc;
}

void __real_cper_estatus_print(const char *pfx,
			       const struct acpi_hest_generic_status *estatus) __weak;
void __wrap_cper_estatus_print(const char *pfx, const struct acpi_hest_generic_status *estatus);
void __wrap_cper_estatus_print(const char *pfx, const struct acpi_hest_generic_status *estatus)
{
	bool fatal = !strncmp(pfx, KERN_EMERG, 2);
	unsigned long node = 0;

	__real_cper_estatus_print(pfx, estatus);
	if (!watching())
		return;
	if (!fatal && !shim_nmi_like(host_context()))
		return;
	if (!fatal && pool_has(estatus))
		node = (unsigned long)((struct ghes_estatus_node *)estatus - 1);
	tell(HOST_TP_PANIC_PRINT, node ? node_source(node) : this_record()->source_id, node,
	     estatus_len(estatus), estatus);
}

/* ---- pool and queue ---- */

unsigned long __real_gen_pool_alloc_algo_owner(struct gen_pool *pool, size_t size,
					       genpool_algo_t algo, void *data,
					       void **owner) __weak;
unsigned long __wrap_gen_pool_alloc_algo_owner(struct gen_pool *pool, size_t size,
					       genpool_algo_t algo, void *data, void **owner);
unsigned long __wrap_gen_pool_alloc_algo_owner(struct gen_pool *pool, size_t size,
					       genpool_algo_t algo, void *data, void **owner)
{
	struct shim_record *r;
	unsigned long addr;

	shim_loop_begins();
	addr = host_pool_denied(size)
		       ? 0
		       : __real_gen_pool_alloc_algo_owner(pool, size, algo, data, owner);
	if (!host_traced && !host_checked)
		return addr;
	if (addr)
		pool_take(addr, size);
	if (!watching())
		return addr;
	r = this_record();
	if (!addr) {
		tell(HOST_TP_POOL_EXHAUSTED, r->source_id, size, 0, NULL);
		return addr;
	}
	tell(HOST_TP_POOL_ALLOC, r->source_id, addr, size, NULL);
	if (r->stage == STAGE_PEEKED)
		r->node = addr;
	return addr;
}

void __real_gen_pool_free_owner(struct gen_pool *pool, unsigned long addr, size_t size,
				void **owner) __weak;
void __wrap_gen_pool_free_owner(struct gen_pool *pool, unsigned long addr, size_t size,
				void **owner);
void __wrap_gen_pool_free_owner(struct gen_pool *pool, unsigned long addr, size_t size,
				void **owner)
{
	struct shim_record *r;
	bool drained = false;

	check_cached(addr);
	if (watching()) {
		r = this_record();
		if (r->node == addr) {
			if (r->stage == STAGE_READ || (r->stage == STAGE_CLEARED && !r->outcome))
				tell(HOST_TP_DUPLICATE, r->source_id, r->len, 0, r->buf);
			r->node = 0;
		}
		drained = drained_node(addr);
		if (drained)
			process_done(this_shim_cpu());
		else
			process_unannounced(addr);
		tell(HOST_TP_POOL_FREE, r->source_id, addr, size, NULL);
	}
	if (host_traced || host_checked)
		pool_give(addr, size); /* last: it fills what it takes back */
	shim_loop_begins();
	__real_gen_pool_free_owner(pool, addr, size, owner);
	if (drained)
		process_next(this_shim_cpu());
}

/* Told before the push: after it the node may be another CPU's. */
void record_push(const void *node)
{
	struct shim_record *r;

	if (watching() && (r = this_record())->node == (unsigned long)node)
		record_queued(r);
}

bool __real_llist_add_batch(struct llist_node *first, struct llist_node *last,
			    struct llist_head *head) __weak;
bool __wrap_llist_add_batch(struct llist_node *first, struct llist_node *last,
			    struct llist_head *head);
bool __wrap_llist_add_batch(struct llist_node *first, struct llist_node *last,
			    struct llist_head *head)
{
	if (first == last)
		record_push(first);
	return __real_llist_add_batch(first, last, head);
}

void record_irq_work(void)
{
	record_settle();
}

void record_rcu(struct rcu_head *head)
{
	struct ghes_estatus_cache *cache = container_of(head, struct ghes_estatus_cache, rcu);
	u64 slot = ~0ull;
	int i;

	if (!host_traced || !pool_has(head))
		return;
	for (i = 0; i < SHIM_CACHES_SIZE; i++)
		if (caches_seen[i] == cache)
			slot = i;
	tell(HOST_TP_CACHE_EVICT, cache->generic->header.source_id, slot, cache->estatus_len, NULL);
	scan_caches();
}

void record_settle(void)
{
	struct shim_record *r;

	if (!watching())
		return;
	r = this_record();
	/* Read, neither freed nor seen to be pushed: somehow it was. */
	if (r->node && r->stage >= STAGE_READ && !r->outcome && !r->panics)
		record_queued(r);
	r->node = 0;
	r->stage = STAGE_NONE;
	r->status_reg = NULL;
}

/* ---- for the host ---- */

void record_track(bool on)
{
	__atomic_fetch_add(&tracking, on ? 1 : -1, __ATOMIC_RELAXED);
	if (on)
		this_record()->outcome = -ENOENT;
}

int record_outcome(void)
{
	int outcome = this_record()->outcome;

	record_settle();
	return outcome;
}

static u64 list_length(const struct llist_head *list)
{
	const struct llist_node *node = READ_ONCE(list->first);
	u64 n = 0;

	for (; node; node = node->next)
		n++;
	return n;
}

static void cache_state(struct host_state *state)
{
	int i;

	if (!ghes_estatus_caches || !&ghes_estatus_cache_alloced)
		return;
	state->cache_alloced = atomic_read(&ghes_estatus_cache_alloced);
	state->cache_published = 0;
	for (i = 0; i < SHIM_CACHES_SIZE; i++)
		state->cache_published += READ_ONCE(ghes_estatus_caches[i]) != NULL;
	state->cache_waiting = state->cache_alloced - state->cache_published;
	state->cache_cap = SHIM_CACHE_CAP;
}

void record_state(struct host_state *state)
{
	u64 n;

	/* A pool that could not be had is freed, and its pointer left as it is. */
	if (&ghes_estatus_pool && ghes_estatus_pool && pool_is_live(ghes_estatus_pool)) {
		state->pool_total = gen_pool_size(ghes_estatus_pool);
		state->pool_free = gen_pool_avail(ghes_estatus_pool);
		state->pool_used = state->pool_total - state->pool_free;
	}
	if (pool_nodes(&n))
		state->pool_nodes = n;
	cache_state(state);
	if (&ghes_estatus_llist)
		state->queue_depth = list_length(&ghes_estatus_llist);
	if (&ghes_proc_irq_work)
		state->irq_work_flags =
			atomic_read(&ghes_proc_irq_work.node.a_flags) & IRQ_WORK_CLAIMED;
	state->sources = shim_nr_bound();
	if (!host_traced)
		return;
	state->pool_exhausted = atomic64_read(&counted[HOST_TP_POOL_EXHAUSTED]);
	state->read = atomic64_read(&counted[HOST_TP_READ]);
	state->queued = atomic64_read(&counted[HOST_TP_QUEUE]);
	state->processed = atomic64_read(&counted[HOST_TP_PROCESSED]);
	state->duplicate = atomic64_read(&counted[HOST_TP_DUPLICATE]);
	state->rejected = atomic64_read(&counted[HOST_TP_REJECT]);
	state->panicked = atomic64_read(&counted[HOST_TP_PANIC_PRINT]);
}

void k_state(struct host_state *state)
{
	memset(state, 0xff, sizeof(*state));
	record_state(state);
}
