/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The narrow header: the only one that both sides of a kernel core include.
 *
 * A kernel core is one shared object made of two worlds. The kernel side (the user's tree and
 * shim/) is compiled without any system header; the C-library side (host/) knows <ghes/platform.h>
 * and <ghes/core.h>, whose names clash with the kernel's. host_* goes from the kernel side to the
 * host, k_* the other way; both use plain C types only.
 *
 * Contexts: as the op of struct ghes_platform_ops that a host_* function stands for. Errors: 0 or
 * a negative errno, which has the same numbers on both sides.
 */
#ifndef GHES_KERNEL_HOST_H
#define GHES_KERNEL_HOST_H

typedef unsigned long long host_u64;
typedef unsigned int host_u32;
typedef unsigned long host_size;

/* enum ghes_context of <ghes/platform.h>; host/host.c asserts that they agree. */
enum host_context {
	HOST_TASK,
	HOST_IRQ,
	HOST_SEI,
	HOST_SEA,
	HOST_SDEI_NORMAL,
	HOST_SDEI_CRITICAL,
	HOST_NMI,
	HOST_NR_CONTEXTS
};

/* enum fixed_addresses of <ghes/platform.h>, likewise. */
enum host_slot {
	HOST_SLOT_IRQ,
	HOST_SLOT_SEI,
	HOST_SLOT_SEA,
	HOST_SLOT_SDEI_NORMAL,
	HOST_SLOT_SDEI_CRITICAL,
	HOST_SLOT_NMI,
	HOST_NR_SLOTS
};

/* enum ghes_tracepoint, likewise. */
enum host_tracepoint {
	HOST_TP_READ,
	HOST_TP_REJECT,
	HOST_TP_POOL_ALLOC,
	HOST_TP_POOL_EXHAUSTED,
	HOST_TP_POOL_FREE,
	HOST_TP_CLEAR,
	HOST_TP_ACK,
	HOST_TP_DUPLICATE,
	HOST_TP_QUEUE,
	HOST_TP_LOST,
	HOST_TP_DRAIN,
	HOST_TP_PROCESS,
	HOST_TP_PROCESSED,
	HOST_TP_CACHE_ADD,
	HOST_TP_CACHE_EVICT,
	HOST_TP_PANIC_PRINT,
	HOST_TP_CLAIM,
};

/* The layouts of struct ghes_raw_spinlock, ghes_rcu_head, ghes_work, likewise. */
struct host_lock {
	host_u32 word;
	const char *name;
};

struct host_rcu {
	void *host[2];
	void (*func)(struct host_rcu *head);
};

struct host_work {
	void *host[2];
	void (*func)(struct host_work *work);
};

struct host_task {
	host_u64 id;
	_Bool user;
};

/* What of a generic address passes the seam (struct apei_gar). */
struct host_gar {
	host_u64 addr;
	unsigned char space_id;
	unsigned char bit_width;
	unsigned char bit_offset;
	unsigned char access_bit_width;
};

/* What k_state() fills; ~0 where unknown. Names as in struct ghes_core_state. */
struct host_state {
	host_u64 pool_total, pool_free, pool_used, pool_nodes, pool_exhausted;
	host_u64 cache_alloced, cache_published, cache_waiting, cache_cap;
	host_u64 queue_depth, irq_work_flags, sources;
	host_u64 read, queued, processed, duplicate, rejected, panicked;
};

/*
 * Does anybody listen? Set by the host before k_create(): without a listener (a benchmark, an
 * embedder) the kernel side skips all bookkeeping that is only there to be looked at.
 */
extern _Bool host_traced;  /* ghes_platform_ops.tracepoint is there */
extern _Bool host_checked; /* ghes_platform_ops.defect is there */

/* ---- kernel side calls host ---- */

/* Zeroed memory of this core, 64-byte aligned; all of it is given back at destroy. */
void *host_alloc(host_size size);
void host_free(void *ptr);

/* Is the estatus pool to have no room for the @size bytes that are asked of it now? Any context. */
_Bool host_pool_denied(host_size size);

int host_set_fixmap(unsigned int idx, host_u64 paddr);
void host_clear_fixmap(unsigned int idx);
void host_memcpy_fromio(unsigned int idx, host_size offset, void *dst, host_size n);
void host_memcpy_toio(unsigned int idx, host_size offset, const void *src, host_size n);
const volatile void *host_map_status(host_u64 paddr, host_size size);
void host_unmap_status(const volatile void *va, host_size size);
int host_map_gar(const struct host_gar *reg);
void host_unmap_gar(const struct host_gar *reg);
int host_read_gar(const struct host_gar *reg, host_u64 *val);
int host_write_gar(const struct host_gar *reg, host_u64 val);

unsigned int host_nr_cpus(void);
unsigned int host_cpu(void);
enum host_context host_context(void);
struct host_task host_current(void);
host_u32 host_mask_set(host_u32 mask);
host_u32 host_mask_get(void);
void host_nmi_enter(enum host_context as);
void host_nmi_exit(enum host_context as);
void host_irq_enter(void);
void host_irq_exit(void);
void host_raw_spin_lock(struct host_lock *lock);
void host_raw_spin_unlock(struct host_lock *lock);
void host_cpu_relax(void);
void host_mutex_lock(void);
void host_mutex_unlock(void);

host_u64 host_clock(void);
void host_rcu_read_lock(void);
void host_rcu_read_unlock(void);
void host_call_rcu(struct host_rcu *head); /* -> k_run_rcu() after a grace period */
void host_synchronize_rcu(void);
void host_rcu_barrier(void);

void host_irq_work_raise(void);
_Bool host_schedule_work_on(unsigned int cpu, struct host_work *work); /* -> k_run_work() */
void host_cancel_work_sync(struct host_work *work);
int host_task_work_add(struct host_task task, struct host_work *work); /* -> k_run_task_work() */

int host_request_irq(host_u32 gsiv, unsigned short source_id);
void host_free_irq(host_u32 gsiv, unsigned short source_id);
int host_add_timer(unsigned short source_id, host_u32 interval_ms);
void host_del_timer_sync(unsigned short source_id);
int host_register_hed(void);
void host_unregister_hed(void);
int host_register_nmi(void);
void host_unregister_nmi(void);
int host_sdei_event_get_info(host_u32 event, int info, host_u64 *result);
int host_sdei_event_register(host_u32 event);
int host_sdei_event_enable(host_u32 event);
int host_sdei_event_disable(host_u32 event);
int host_sdei_event_unregister(host_u32 event);
void host_schedule(void);

int host_memory_failure(host_u64 pfn, int flags);
void host_force_sig(struct host_task task, const char *why);
void host_aer_recover_queue(unsigned int domain, unsigned int bus, unsigned int devfn, int severity,
			    const void *regs, host_size size);
void host_report_mem_error(int severity, const void *section, host_size size);
void host_arm_event(int severity, const void *section, host_size size);
void host_vendor_record(int severity, const void *gdata, host_size size);
void host_cxl_event(const unsigned char section_type[16], const void *section, host_size size);
void host_log(int level, const char *line, host_size len);
void host_panic(const char *message) __attribute__((noreturn));
/* The oops: reports @message under the oracle `crash` and gives up what runs. */
void host_die(const char *message) __attribute__((noreturn));
void host_tracepoint(enum host_tracepoint tp, unsigned int source_id, host_u64 arg0, host_u64 arg1,
		     const void *data);
void host_defect(const char *oracle, const char *message);

/* ---- host calls kernel side ---- */

int k_create(unsigned int nr_cpus);
int k_init(const void *hest, host_size size);
int k_probe(unsigned short source_id);
int k_remove(unsigned short source_id);
void k_remove_all(void);
int k_notify_timer(unsigned short source_id);
int k_notify_irq(host_u32 gsiv);
int k_notify_hed(void);
int k_notify_nmi(void);
int k_notify_sdei(host_u32 event);
/* @has_regs false: the kernel's NULL regs. @pstate: the masks of what was interrupted. */
int k_claim_sea(_Bool has_regs, _Bool user, host_u32 pstate);
void k_irq_work_run(void);
void k_run_work(struct host_work *work);
void k_run_task_work(struct host_work *work);
void k_run_rcu(struct host_rcu *head);
void k_leave(void); /* after each notification entry */
void k_state(struct host_state *state);

/* RCU read sections that this CPU is in (counted only when host_checked); leave the innermost. */
unsigned int k_rcu_depth(void);
void k_rcu_leave(void);

/* The kernel's allocator by itself: see host/parts.h. */
void *k_pool_create(host_size size);
unsigned long k_pool_alloc(void *pool, host_size size);
void k_pool_free(void *pool, unsigned long addr, host_size size);

/* Where host/ keeps the frame to unwind to when this CPU's kernel code dies or panics. */
void **k_unwind_slot(unsigned int cpu);

#endif
