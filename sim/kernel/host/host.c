// SPDX-License-Identifier: GPL-2.0-only
/*
 * host_*: the kernel side's calls, handed to the platform. Types that both sides spell differently
 * are compared here, once, at compile time.
 */
#include "glue.h"

#include <ghes/gar.h>

#include <assert.h>
#include <string.h>

#define SAME_VALUE(a, b) static_assert((int)(a) == (int)(b), #a " is " #b)
SAME_VALUE(HOST_TASK, GHES_CONTEXT_TASK);
SAME_VALUE(HOST_IRQ, GHES_CONTEXT_IRQ);
SAME_VALUE(HOST_SEI, GHES_CONTEXT_SEI);
SAME_VALUE(HOST_SEA, GHES_CONTEXT_SEA);
SAME_VALUE(HOST_SDEI_NORMAL, GHES_CONTEXT_SDEI_NORMAL);
SAME_VALUE(HOST_SDEI_CRITICAL, GHES_CONTEXT_SDEI_CRITICAL);
SAME_VALUE(HOST_NMI, GHES_CONTEXT_NMI);
SAME_VALUE(HOST_NR_CONTEXTS, GHES_NR_CONTEXTS);
SAME_VALUE(HOST_SLOT_IRQ, FIX_APEI_GHES_IRQ);
SAME_VALUE(HOST_SLOT_SEI, FIX_APEI_GHES_SEI);
SAME_VALUE(HOST_SLOT_SEA, FIX_APEI_GHES_SEA);
SAME_VALUE(HOST_SLOT_SDEI_NORMAL, FIX_APEI_GHES_SDEI_NORMAL);
SAME_VALUE(HOST_SLOT_SDEI_CRITICAL, FIX_APEI_GHES_SDEI_CRITICAL);
SAME_VALUE(HOST_SLOT_NMI, FIX_APEI_GHES_NMI);
SAME_VALUE(HOST_NR_SLOTS, GHES_NR_FIXMAP_SLOTS);
SAME_VALUE(HOST_TP_READ, GHES_TP_READ);
SAME_VALUE(HOST_TP_CLEAR, GHES_TP_CLEAR);
SAME_VALUE(HOST_TP_DRAIN, GHES_TP_DRAIN);
SAME_VALUE(HOST_TP_PANIC_PRINT, GHES_TP_PANIC_PRINT);
SAME_VALUE(HOST_TP_CLAIM, GHES_TP_CLAIM);
static_assert(sizeof(struct host_lock) == sizeof(struct ghes_raw_spinlock), "lock");
static_assert(offsetof(struct host_lock, name) == offsetof(struct ghes_raw_spinlock, name), "lock");
static_assert(sizeof(struct host_rcu) == sizeof(struct ghes_rcu_head), "rcu head");
static_assert(sizeof(struct host_work) == sizeof(struct ghes_work), "work");

struct ghes_platform *host_platform;
bool host_traced, host_checked;

/* ---- memory: each block carries its size and a link, so that destroy can give all back ---- */

struct block {
	struct block *next, **link;
	size_t size;
};
#define BLOCK_HEAD 64 /* keeps what follows aligned to 64 */
static_assert(sizeof(struct block) <= BLOCK_HEAD, "block head");

static struct block *blocks;
static unsigned int blocks_owner; /* CPU + 1 of who changes the list; 0: nobody */

/*
 * Interrupts stay masked: an RCU callback in one may free, on the CPU that holds the list. False:
 * this CPU holds it and was interrupted by something NMI-like that should not be here at all; that
 * was reported, and must not end in a deadlock.
 */
static bool lock_blocks(uint32_t *mask)
{
	unsigned int me = host_cpu() + 1, nobody = 0;

	*mask = host_mask_set(host_mask_get() | DAIF_ERRCTX);
	while (!__atomic_compare_exchange_n(&blocks_owner, &nobody, me, false, __ATOMIC_ACQUIRE,
					    __ATOMIC_RELAXED)) {
		if (nobody == me) {
			host_mask_set(*mask);
			return false;
		}
		nobody = 0;
		host_cpu_relax();
	}
	return true;
}

static void unlock_blocks(uint32_t mask)
{
	__atomic_store_n(&blocks_owner, 0, __ATOMIC_RELEASE);
	host_mask_set(mask);
}

/* The simulator's (machine.h); with another host the pool is never denied. */
bool sim_pool_denied(struct ghes_platform *platform, size_t size) __attribute__((weak));

bool host_pool_denied(host_size size)
{
	return sim_pool_denied && sim_pool_denied(host_platform, size);
}

void *host_alloc(host_size size)
{
	struct block *b;
	uint32_t mask;

	if (size > SIZE_MAX - BLOCK_HEAD)
		return NULL;
	b = host_platform->ops->alloc(host_platform, size + BLOCK_HEAD);
	if (!b)
		return NULL;
	b->size = size + BLOCK_HEAD;
	if (!lock_blocks(&mask)) {
		host_platform->ops->free(host_platform, b, b->size);
		return NULL;
	}
	b->next = blocks;
	b->link = &blocks;
	if (blocks)
		blocks->link = &b->next;
	blocks = b;
	unlock_blocks(mask);
	return (char *)b + BLOCK_HEAD;
}

/* Memory that cannot be taken off the list now stays on it, and comes back at destroy. */
void host_free(void *ptr)
{
	struct block *b = (struct block *)((char *)ptr - BLOCK_HEAD);
	uint32_t mask;

	if (!lock_blocks(&mask))
		return;
	*b->link = b->next;
	if (b->next)
		b->next->link = b->link;
	unlock_blocks(mask);
	host_platform->ops->free(host_platform, b, b->size);
}

void host_free_all(void)
{
	while (blocks)
		host_free((char *)blocks + BLOCK_HEAD);
}

/* ---- physical memory ---- */

#define P   host_platform
#define OPS host_platform->ops

int host_set_fixmap(unsigned int idx, host_u64 paddr)
{
	return OPS->set_fixmap(P, idx, paddr);
}

void host_clear_fixmap(unsigned int idx)
{
	OPS->clear_fixmap(P, idx);
}

void host_memcpy_fromio(unsigned int idx, host_size offset, void *dst, host_size n)
{
	OPS->memcpy_fromio(P, idx, offset, dst, n);
}

void host_memcpy_toio(unsigned int idx, host_size offset, const void *src, host_size n)
{
	OPS->memcpy_toio(P, idx, offset, src, n);
}

const volatile void *host_map_status(host_u64 paddr, host_size size)
{
	return OPS->map_status ? OPS->map_status(P, paddr, size) : NULL;
}

void host_unmap_status(const volatile void *va, host_size size)
{
	OPS->unmap_status(P, va, size);
}

static struct apei_gar gar(const struct host_gar *reg)
{
	return (struct apei_gar){.address = reg->addr,
				 .space_id = reg->space_id,
				 .bit_width = reg->bit_width,
				 .bit_offset = reg->bit_offset,
				 .access_bit_width = reg->access_bit_width};
}

int host_map_gar(const struct host_gar *reg)
{
	struct apei_gar g = gar(reg);

	return OPS->map_gar(P, &g);
}

void host_unmap_gar(const struct host_gar *reg)
{
	struct apei_gar g = gar(reg);

	OPS->unmap_gar(P, &g);
}

int host_read_gar(const struct host_gar *reg, host_u64 *val)
{
	struct apei_gar g = gar(reg);
	uint64_t value = 0;
	int rc = OPS->read_gar(P, &g, &value);

	*val = value;
	return rc;
}

int host_write_gar(const struct host_gar *reg, host_u64 val)
{
	struct apei_gar g = gar(reg);

	return OPS->write_gar(P, &g, val);
}

/* ---- CPU, masks, locks ---- */

unsigned int host_nr_cpus(void)
{
	return P->nr_cpus;
}

unsigned int host_cpu(void)
{
	return OPS->smp_processor_id(P);
}

enum host_context host_context(void)
{
	return (enum host_context)OPS->context(P);
}

struct host_task host_current(void)
{
	struct ghes_task task = OPS->current_task(P);

	return (struct host_task){.id = task.id, .user = task.user};
}

host_u32 host_mask_set(host_u32 mask)
{
	return OPS->mask_set(P, mask);
}

host_u32 host_mask_get(void)
{
	return OPS->mask_get(P);
}

void host_nmi_enter(enum host_context as)
{
	OPS->nmi_enter(P, (enum ghes_context)as);
}

void host_nmi_exit(enum host_context as)
{
	OPS->nmi_exit(P, (enum ghes_context)as);
}

void host_irq_enter(void)
{
	OPS->irq_enter(P);
}

void host_irq_exit(void)
{
	OPS->irq_exit(P);
}

void host_raw_spin_lock(struct host_lock *lock)
{
	OPS->raw_spin_lock(P, (struct ghes_raw_spinlock *)lock);
}

void host_raw_spin_unlock(struct host_lock *lock)
{
	OPS->raw_spin_unlock(P, (struct ghes_raw_spinlock *)lock);
}

void host_cpu_relax(void)
{
	OPS->cpu_relax(P);
}

void host_mutex_lock(void)
{
	OPS->mutex_lock(P);
}

void host_mutex_unlock(void)
{
	OPS->mutex_unlock(P);
}

/* ---- time, RCU, deferral ---- */

host_u64 host_clock(void)
{
	return OPS->sched_clock(P);
}

void host_rcu_read_lock(void)
{
	OPS->rcu_read_lock(P);
}

void host_rcu_read_unlock(void)
{
	OPS->rcu_read_unlock(P);
}

void host_call_rcu(struct host_rcu *head)
{
	OPS->call_rcu(P, (struct ghes_rcu_head *)head, glue_run_rcu);
}

void host_synchronize_rcu(void)
{
	OPS->synchronize_rcu(P);
}

void host_rcu_barrier(void)
{
	OPS->rcu_barrier(P);
}

void host_irq_work_raise(void)
{
	OPS->arch_irq_work_raise(P);
}

_Bool host_schedule_work_on(unsigned int cpu, struct host_work *work)
{
	return OPS->schedule_work_on(P, cpu, (struct ghes_work *)work, glue_run_work);
}

void host_cancel_work_sync(struct host_work *work)
{
	OPS->cancel_work_sync(P, (struct ghes_work *)work);
}

int host_task_work_add(struct host_task task, struct host_work *work)
{
	struct ghes_task t = {.id = task.id, .user = task.user};

	return OPS->task_work_add(P, t, (struct ghes_work *)work, glue_run_task_work);
}

void host_schedule(void)
{
	OPS->schedule(P);
}

/* ---- notifications ---- */

int host_request_irq(host_u32 gsiv, unsigned short source_id)
{
	return OPS->request_irq(P, gsiv, source_id);
}

void host_free_irq(host_u32 gsiv, unsigned short source_id)
{
	OPS->free_irq(P, gsiv, source_id);
}

int host_add_timer(unsigned short source_id, host_u32 interval_ms)
{
	return OPS->add_timer(P, source_id, interval_ms);
}

void host_del_timer_sync(unsigned short source_id)
{
	OPS->del_timer_sync(P, source_id);
}

int host_register_hed(void)
{
	return OPS->register_hed(P);
}

void host_unregister_hed(void)
{
	OPS->unregister_hed(P);
}

int host_register_nmi(void)
{
	return OPS->register_nmi(P);
}

void host_unregister_nmi(void)
{
	OPS->unregister_nmi(P);
}

int host_sdei_event_get_info(host_u32 event, int info, host_u64 *result)
{
	uint64_t value = 0;
	int rc = OPS->sdei_event_get_info(P, event, (enum sdei_event_info)info, &value);

	*result = value;
	return rc;
}

int host_sdei_event_register(host_u32 event)
{
	return OPS->sdei_event_register(P, event);
}

int host_sdei_event_enable(host_u32 event)
{
	return OPS->sdei_event_enable(P, event);
}

int host_sdei_event_disable(host_u32 event)
{
	return OPS->sdei_event_disable(P, event);
}

int host_sdei_event_unregister(host_u32 event)
{
	return OPS->sdei_event_unregister(P, event);
}

/* ---- sinks ---- */

int host_memory_failure(host_u64 pfn, int flags)
{
	return OPS->memory_failure(P, pfn, flags);
}

void host_force_sig(struct host_task task, const char *why)
{
	OPS->force_sig(P, (struct ghes_task){.id = task.id, .user = task.user}, why);
}

void host_aer_recover_queue(unsigned int domain, unsigned int bus, unsigned int devfn, int severity,
			    const void *regs, host_size size)
{
	struct ghes_aer_event event = {.segment = domain,
				       .bus = bus,
				       .devfn = devfn,
				       .severity = severity,
				       .regs = regs,
				       .regs_size = size};

	OPS->aer_recover_queue(P, &event);
}

void host_report_mem_error(int severity, const void *section, host_size size)
{
	OPS->report_mem_error(P, severity, section, size);
}

void host_arm_event(int severity, const void *section, host_size size)
{
	OPS->arm_event(P, severity, section, size);
}

void host_vendor_record(int severity, const void *gdata, host_size size)
{
	OPS->vendor_record(P, severity, gdata, size);
}

void host_cxl_event(const unsigned char section_type[16], const void *section, host_size size)
{
	OPS->cxl_event(P, section_type, section, size);
}

void host_log(int level, const char *line, host_size len)
{
	OPS->log(P, (enum ghes_log_level)level, line, len);
}

void host_tracepoint(enum host_tracepoint tp, unsigned int source_id, host_u64 arg0, host_u64 arg1,
		     const void *data)
{
	OPS->tracepoint(P, (enum ghes_tracepoint)tp, source_id, arg0, arg1, data);
}

void host_defect(const char *oracle, const char *message)
{
	if (OPS->defect)
		OPS->defect(P, oracle, message);
	else
		host_log(GHES_LOG_ERR, message, strlen(message));
}
