// SPDX-License-Identifier: GPL-2.0-only
#include "mini_core.h"

#include <stdlib.h>
#include <string.h>

#include <ghes/cper.h>
#include <ghes/gar.h>

#define NODES	8
#define MAX_LEN 1024

struct mini_source {
	uint16_t id;
	uint8_t type;
	uint32_t vector, length;
	struct apei_gar pointer, ack;
	uint64_t preserve, write;
	bool v2;
};

struct mini_node {
	struct ghes_work work; /* recovery before the task goes on */
	struct ghes_core *core;
	struct mini_source *source;
	struct ghes_task task;
	bool used;
	uint32_t len;
	uint8_t record[MAX_LEN];
};

struct ghes_core {
	struct ghes_platform *p;
	enum mini_fault fault;
	struct mini_source source[8];
	unsigned int nr_sources;
	struct mini_node *node; /* [NODES] */
	unsigned int queue[NODES], queued;
	uint32_t cached_len;
	uint8_t cached[MAX_LEN];
	unsigned int published;
	struct ghes_raw_spinlock lock[GHES_NR_FIXMAP_SLOTS];
	struct ghes_raw_spinlock other_lock;
	uint8_t *scratch;
	bool dropped_mask;
};

static enum mini_fault next_fault;

void mini_core_be(enum mini_fault fault)
{
	next_fault = fault;
}

static void trace(struct ghes_core *c, enum ghes_tracepoint tp, struct mini_source *s, uint64_t a,
		  uint64_t b, const void *data)
{
	c->p->ops->tracepoint(c->p, tp, s ? s->id : UINT16_MAX, a, b, data);
}

/* ---- Physical memory ---------------------------------------------------------------------------- */

static void copy(struct ghes_core *c, enum fixed_addresses idx, uint64_t paddr, void *buffer,
		 size_t n, bool read)
{
	const struct ghes_platform_ops *ops = c->p->ops;

	while (n) {
		size_t offset = paddr & ~GHES_PAGE_MASK;
		size_t now = GHES_PAGE_SIZE - offset < n ? GHES_PAGE_SIZE - offset : n;

		if (ops->set_fixmap(c->p, idx, paddr & GHES_PAGE_MASK))
			return;
		if (read)
			ops->memcpy_fromio(c->p, idx, offset, buffer, now);
		else
			ops->memcpy_toio(c->p, idx, offset, buffer, now);
		if (c->fault != MINI_LEAVE_MAPPED || read)
			ops->clear_fixmap(c->p, idx);
		buffer = (uint8_t *)buffer + now;
		paddr += now;
		n -= now;
	}
}

static void clear(struct ghes_core *c, struct mini_source *s, enum fixed_addresses idx,
		  uint64_t paddr)
{
	uint32_t none = 0;

	copy(c, idx, paddr, &none, sizeof(none), false);
	if (c->fault == MINI_CLEAR_TWICE)
		copy(c, idx, paddr, &none, sizeof(none), false);
	trace(c, GHES_TP_CLEAR, s, paddr, 0, NULL);
}

static void ack(struct ghes_core *c, struct mini_source *s)
{
	uint64_t v;

	if (!s->v2 || c->fault == MINI_ACK_NEVER)
		return;
	c->p->ops->read_gar(c->p, &s->ack, &v);
	v = apei_gar_update(&s->ack, v, s->preserve, s->write);
	if (c->fault == MINI_ACK_ALL_BITS)
		v ^= 0x100;
	c->p->ops->write_gar(c->p, &s->ack, v);
	if (c->fault == MINI_ACK_TWICE)
		c->p->ops->write_gar(c->p, &s->ack, v);
	trace(c, GHES_TP_ACK, s, s->ack.address, v, NULL);
}

static void give_back(struct ghes_core *c, struct mini_source *s, enum fixed_addresses idx,
		      uint64_t paddr)
{
	if (c->fault == MINI_ACK_FIRST)
		ack(c, s);
	clear(c, s, idx, paddr);
	if (c->fault != MINI_ACK_FIRST)
		ack(c, s);
}

/* ---- Nodes --------------------------------------------------------------------------------------- */

static uint64_t node_bytes(const struct mini_node *n)
{
	return offsetof(struct mini_node, record) + n->len;
}

static struct mini_node *node_alloc(struct ghes_core *c, struct mini_source *s, uint32_t len)
{
	struct mini_node *n = NULL;

	for (unsigned int i = 0; i < NODES && !n; i++)
		if (!c->node[i].used || c->fault == MINI_SAME_NODE)
			n = &c->node[i];
	if (!n) {
		trace(c, GHES_TP_POOL_EXHAUSTED, s, len, 0, NULL);
		return NULL;
	}
	n->used = true;
	n->core = c;
	n->len = len;
	n->source = s;
	n->task = c->p->ops->current_task(c->p);
	trace(c, GHES_TP_POOL_ALLOC, s, (uintptr_t)n, node_bytes(n), NULL);
	return n;
}

static void node_free(struct ghes_core *c, struct mini_node *n)
{
	uint64_t bytes = node_bytes(n);

	if (c->fault == MINI_LEAK_NODE)
		return;
	if (c->fault == MINI_FREE_SHORT)
		bytes -= 64;
	trace(c, GHES_TP_POOL_FREE, n->source, (uintptr_t)n, bytes, NULL);
	if (c->fault == MINI_FREE_TWICE)
		trace(c, GHES_TP_POOL_FREE, n->source, (uintptr_t)n, bytes, NULL);
	n->used = false;
}

/* ---- The end ------------------------------------------------------------------------------------- */

static void print_queued(struct ghes_core *c)
{
	for (unsigned int i = 0; i < c->queued; i++) {
		struct mini_node *n = &c->node[c->queue[i]];

		trace(c, GHES_TP_PANIC_PRINT, n->source, (uintptr_t)n, n->len, n->record);
	}
	c->queued = 0;
}

static void die(struct ghes_core *c, struct mini_source *s, enum fixed_addresses idx,
		uint64_t paddr, struct mini_node *n)
{
	if (c->fault != MINI_PANIC_FIRST && c->fault != MINI_PANIC_LAST)
		print_queued(c);
	trace(c, GHES_TP_PANIC_PRINT, s, 0, n->len, n->record);
	if (c->fault == MINI_PANIC_LAST)
		print_queued(c);
	give_back(c, s, idx, paddr);
	c->p->ops->panic(c->p, "fatal");
}

/* ---- Reading ------------------------------------------------------------------------------------- */

static void wrong_in_nmi(struct ghes_core *c, enum fixed_addresses idx, uint64_t paddr)
{
	const struct ghes_platform_ops *ops = c->p->ops;
	uint8_t header[20], beyond[64];

	switch (c->fault) {
	case MINI_ALLOC_IN_NMI:
		ops->free(c->p, ops->alloc(c->p, 64), 64);
		break;
	case MINI_SPIN:
		for (int i = 0; i < 3000; i++)
			copy(c, idx, paddr, header, sizeof(header), true);
		break;
	case MINI_READ_BEYOND:
		copy(c, idx, paddr + MAX_LEN - 32, beyond, sizeof(beyond), true);
		break;
	default:
		break;
	}
}

static int queue(struct ghes_core *c, struct mini_source *s, struct mini_node *n)
{
	bool cached = c->cached_len == n->len && !memcmp(c->cached, n->record, n->len);

	if (c->fault == MINI_FALSE_DUPLICATE)
		cached = true;
	if (cached && c->fault != MINI_NEVER_SUPPRESS) {
		trace(c, GHES_TP_DUPLICATE, s, n->len, 0, n->record);
		node_free(c, n);
		return s->type == ACPI_HEST_NOTIFY_SEA ? -GHES_ECANCELED : 0;
	}
	if (c->fault == MINI_DROP_RECORD) {
		node_free(c, n);
		return 0;
	}
	trace(c, GHES_TP_QUEUE, s, (uintptr_t)n, n->len, n->record);
	c->queue[c->queued++] = (unsigned int)(n - c->node);
	/* its interrupt would come in time, and make the answer true */
	if (c->fault != MINI_CLAIM_TOO_EARLY)
		c->p->ops->arch_irq_work_raise(c->p);
	return 0;
}

static bool acceptable(struct ghes_core *c, const void *block, uint64_t len)
{
	if (c->fault == MINI_TAKE_BAD)
		return true;
	return c->fault != MINI_REJECT_GOOD && len <= MAX_LEN &&
	       !cper_estatus_check(block, len, NULL);
}

static int read_one(struct ghes_core *c, struct mini_source *s, enum fixed_addresses idx)
{
	struct acpi_hest_generic_status header;
	struct mini_node *n;
	uint64_t paddr, len;

	if (c->fault == MINI_IGNORE || c->p->ops->read_gar(c->p, &s->pointer, &paddr))
		return -GHES_ENOENT;
	copy(c, idx, paddr, &header, sizeof(header), true);
	if (!header.block_status)
		return -GHES_ENOENT;
	wrong_in_nmi(c, idx, paddr);
	len = cper_estatus_len(&header);
	if (len > MAX_LEN)
		len = MAX_LEN;
	n = node_alloc(c, s, (uint32_t)len);
	if (!n)
		return -GHES_ENOMEM;
	copy(c, idx, paddr, n->record, len, true);
	if (!acceptable(c, n->record, len)) {
		trace(c, GHES_TP_REJECT, s, GHES_EIO, paddr, NULL);
		give_back(c, s, idx, paddr);
		node_free(c, n);
		return -GHES_EIO;
	}
	trace(c, GHES_TP_READ, s, len, paddr, n->record);
	if (header.error_severity == CPER_SEV_FATAL) {
		die(c, s, idx, paddr, n);
		return -GHES_EPERM;
	}
	give_back(c, s, idx, paddr);
	return queue(c, s, n);
}

static int notify(struct ghes_core *c, uint8_t type, uint32_t vector, enum fixed_addresses idx)
{
	const struct ghes_platform_ops *ops = c->p->ops;
	enum fixed_addresses slot = idx, lock = idx;
	int rc = -GHES_ENOENT;

	if (idx == FIX_APEI_GHES_SDEI_CRITICAL && c->fault == MINI_ONE_SLOT)
		slot = FIX_APEI_GHES_SDEI_NORMAL;
	if (idx == FIX_APEI_GHES_SDEI_CRITICAL && c->fault == MINI_ONE_LOCK)
		lock = FIX_APEI_GHES_SDEI_NORMAL;
	if (c->fault == MINI_LEAVE_RCU)
		ops->rcu_read_lock(c->p);
	ops->raw_spin_lock(c->p, &c->lock[lock]);
	for (unsigned int i = 0; i < c->nr_sources; i++) {
		struct mini_source *s = &c->source[i];
		int err;

		if (s->type != type || (vector && s->vector != vector))
			continue;
		err = read_one(c, s, slot);
		if (rc == -GHES_ENOENT)
			rc = err;
	}
	if (c->fault == MINI_LEAVE_MASKED)
		ops->mask_set(c->p, PSR_D_BIT);
	if (c->fault != MINI_LEAVE_LOCKED)
		ops->raw_spin_unlock(c->p, &c->lock[lock]);
	return rc;
}

/* ---- Processing ---------------------------------------------------------------------------------- */

static uint64_t page_of(const struct mini_node *n)
{
	struct cper_sec_mem_err mem;

	memcpy(&mem, n->record + 84, sizeof(mem));
	return le64toh(mem.physical_addr) >> GHES_PAGE_SHIFT;
}

static void recover(struct ghes_work *work)
{
	struct mini_node *n = (struct mini_node *)work;

	struct ghes_core *c = n->core;
	bool sync = n->source->type == ACPI_HEST_NOTIFY_SEA;
	int flags = sync ? MF_ACTION_REQUIRED : c->fault == MINI_OTHER_FLAGS ? MF_SOFT_OFFLINE : 0;

	if (c->fault != MINI_NEVER_RECOVER || sync)
		c->p->ops->memory_failure(c->p, page_of(n) + (c->fault == MINI_OTHER_PAGE), flags);
	if (c->fault == MINI_RECOVER_TWICE)
		c->p->ops->memory_failure(c->p, page_of(n), flags);
	node_free(c, n);
}

static void remember(struct ghes_core *c, struct mini_node *n)
{
	memcpy(c->cached, n->record, n->len);
	c->cached_len = n->len;
	c->published = 1;
	trace(c, GHES_TP_CACHE_ADD, n->source, 0, n->len, NULL);
}

static void process(struct ghes_core *c, struct mini_node *n)
{
	const struct ghes_platform_ops *ops = c->p->ops;
	bool sync = n->source->type == ACPI_HEST_NOTIFY_SEA;

	if (c->fault == MINI_CORRUPT_COPY)
		n->record[100] ^= 1;
	trace(c, GHES_TP_PROCESS, n->source, (uintptr_t)n, n->len, n->record);
	for (int i = c->fault == MINI_NO_REPORT; i < 1 + (c->fault == MINI_REPORT_TWICE); i++)
		ops->report_mem_error(c->p, c->fault == MINI_OTHER_SEVERITY ? 1 : 2, n->record + 84,
				      c->fault == MINI_SECTION_BEYOND ? n->len : n->len - 84);
	if (c->fault == MINI_RECOVER_IN_IRQ)
		ops->memory_failure(c->p, page_of(n), 0);
	if (c->fault == MINI_SLEEP_IN_IRQ)
		ops->synchronize_rcu(c->p);
	remember(c, n);
	trace(c, GHES_TP_PROCESSED, n->source, (uintptr_t)n, 0, NULL);
	if (c->fault == MINI_PROCESS_TWICE) {
		trace(c, GHES_TP_QUEUE, n->source, (uintptr_t)n, n->len, n->record);
		trace(c, GHES_TP_PROCESS, n->source, (uintptr_t)n, n->len, n->record);
		trace(c, GHES_TP_PROCESSED, n->source, (uintptr_t)n, 0, NULL);
	}
	if (sync ? c->fault != MINI_NO_RECOVERY &&
			    !ops->task_work_add(c->p, n->task, &n->work, recover)
		 : c->fault != MINI_RECOVER_IN_IRQ &&
			    ops->schedule_work_on(c->p, ops->smp_processor_id(c->p), &n->work,
						  recover))
		return;
	node_free(c, n);
}

static void take_locks_in_both_orders(struct ghes_core *c)
{
	const struct ghes_platform_ops *ops = c->p->ops;
	struct ghes_raw_spinlock *a = &c->lock[FIX_APEI_GHES_IRQ], *b = &c->other_lock;

	for (int i = 0; i < 2; i++) {
		ops->raw_spin_lock(c->p, i ? b : a);
		ops->raw_spin_lock(c->p, i ? a : b);
		ops->raw_spin_unlock(c->p, i ? a : b);
		ops->raw_spin_unlock(c->p, i ? b : a);
	}
}

static void irq_work_run(struct ghes_core *c)
{
	unsigned int batch[NODES], n = c->queued;

	if (c->fault == MINI_LOCK_ORDER)
		take_locks_in_both_orders(c);
	memcpy(batch, c->queue, sizeof(batch));
	c->queued = 0;
	if (n)
		trace(c, GHES_TP_DRAIN, NULL, n, 0, NULL);
	for (unsigned int i = 0; i < n; i++)
		process(c, &c->node[batch[c->fault == MINI_NEWEST_FIRST ? n - 1 - i : i]]);
}

static int claim_sea(struct ghes_core *c, const struct ghes_regs *regs)
{
	const struct ghes_platform_ops *ops = c->p->ops;
	uint32_t flags = ops->mask_get(c->p);
	int rc;

	(void)regs;
	ops->mask_set(c->p, DAIF_ERRCTX);
	ops->nmi_enter(c->p, GHES_CONTEXT_SEA);
	rc = notify(c, ACPI_HEST_NOTIFY_SEA, 0, FIX_APEI_GHES_SEA);
	ops->nmi_exit(c->p, GHES_CONTEXT_SEA);
	if (!rc && c->fault != MINI_CLAIM_TOO_EARLY) {
		ops->mask_set(c->p, DAIF_PROCCTX_NOIRQ);
		ops->irq_enter(c->p);
		irq_work_run(c);
		ops->irq_exit(c->p);
	}
	if (c->fault != MINI_LEAVE_MASKED)
		ops->mask_set(c->p, flags);
	if (c->fault == MINI_DENY_DUPLICATE && rc == -GHES_ECANCELED)
		return -GHES_ENOENT;
	if (c->fault == MINI_CLAIM_NOTHING)
		return 0;
	return c->fault == MINI_CLAIM_DENIES ? -GHES_ENOENT : rc;
}

/* ---- Life ---------------------------------------------------------------------------------------- */

static int notify_sdei(struct ghes_core *c, uint32_t event)
{
	bool critical = c->p->ops->context(c->p) == GHES_CONTEXT_SDEI_CRITICAL;

	return notify(c, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED, event,
		      critical ? FIX_APEI_GHES_SDEI_CRITICAL : FIX_APEI_GHES_SDEI_NORMAL);
}

static int create(struct ghes_platform *p, struct ghes_core **core)
{
	struct ghes_core *c = p->ops->alloc(p, sizeof(*c));

	if (!c)
		return -GHES_ENOMEM;
	c->p = p;
	c->fault = next_fault;
	c->node = p->ops->alloc(p, NODES * sizeof(*c->node));
	c->scratch = p->ops->alloc(p, 100);
	for (unsigned int i = 0; i < GHES_NR_FIXMAP_SLOTS; i++)
		c->lock[i].name = "class lock";
	c->other_lock.name = "other lock";
	if (!c->node || !c->scratch)
		return -GHES_ENOMEM;
	if (c->fault == MINI_OVERRUN)
		c->scratch[101] = 1;
	if (c->fault == MINI_USE_AFTER_FREE) {
		p->ops->free(p, c->scratch, 100);
		c->scratch[3] = 1;
	}
	*core = c;
	return 0;
}

static void destroy(struct ghes_core *c)
{
	(void)c;
}

static int init(struct ghes_core *c, const void *hest, size_t size)
{
	const uint8_t *p = hest;
	size_t at = sizeof(struct acpi_table_hest), n;

	for (; at < size; at += n) {
		struct mini_source *s = &c->source[c->nr_sources++];
		struct acpi_hest_generic_v2 g = {0};

		n = p[at] == ACPI_HEST_TYPE_GENERIC_ERROR_V2 ? sizeof(g) : sizeof(g.v1);
		memcpy(&g, p + at, n);
		s->id = g.v1.header.source_id;
		s->type = g.v1.notify.type;
		s->vector = g.v1.notify.vector;
		s->length = g.v1.error_block_length;
		s->v2 = n == sizeof(g);
		s->preserve = g.read_ack_preserve;
		s->write = g.read_ack_write;
		apei_gar_decode(&g.v1.error_status_address, &s->pointer);
		if (s->v2)
			apei_gar_decode(&g.read_ack_register, &s->ack);
		if (s->type == ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED) {
			c->p->ops->sdei_event_register(c->p, s->vector);
			c->p->ops->sdei_event_enable(c->p, s->vector);
		}
	}
	return 0;
}

static int bind(struct ghes_core *c, uint16_t source_id)
{
	(void)c;
	(void)source_id;
	return -GHES_ENOTSUP;
}

static int notify_timer(struct ghes_core *c, uint16_t source_id)
{
	(void)c;
	(void)source_id;
	return -GHES_ENOENT;
}

static int notify_irq(struct ghes_core *c, uint32_t gsiv)
{
	(void)c;
	(void)gsiv;
	return -GHES_ENOENT;
}

static int notify_other(struct ghes_core *c)
{
	(void)c;
	return -GHES_ENOENT;
}

static void state(struct ghes_core *c, struct ghes_core_state *st)
{
	memset(st, 0xff, sizeof(*st));
	st->pool_total = NODES;
	st->pool_used = 0;
	for (unsigned int i = 0; i < NODES; i++)
		st->pool_used += c->node[i].used;
	st->pool_free = NODES - st->pool_used + (c->fault == MINI_WRONG_TOTAL);
	st->cache_published = c->published;
	st->cache_alloced = c->published;
	st->cache_waiting = 0;
	st->cache_cap = c->fault == MINI_TOO_MANY_ENTRIES ? 0 : 1;
	st->queue_depth = c->queued;
}

const struct ghes_core_ops *mini_core_ops(void)
{
	static const struct ghes_core_ops ops = {
		.abi = GHES_CORE_ABI,
		.name = "mini",
		.create = create,
		.destroy = destroy,
		.init = init,
		.probe = bind,
		.remove = bind,
		.notify_timer = notify_timer,
		.notify_irq = notify_irq,
		.notify_hed = notify_other,
		.notify_nmi = notify_other,
		.notify_sei = notify_other,
		.notify_sdei = notify_sdei,
		.claim_sea = claim_sea,
		.irq_work_run = irq_work_run,
		.state = state,
	};

	return &ops;
}
