/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The seam: what a core needs from its host.
 *
 * Flow: a core (libghes, or the kernel's ghes.c behind its shim) calls struct ghes_platform_ops;
 * the host (an embedder's program, <ghes/platform_posix.h>, or the simulator) calls struct
 * ghes_core_ops of <ghes/core.h>. Nothing else passes between the two.
 *
 * Contract
 * - Every op names the contexts in which a core may call it: task, irq, nmi. "nmi" is every
 *   NMI-like context (SEI, SEA, SDEI normal, SDEI critical, x86 NMI), nested in one another. An op
 *   that allows nmi must not block on anything that a context below it may hold, must not
 *   allocate, and must return in bounded time (locks: see raw_spin_lock).
 * - Ops marked (optional) may be NULL; the text says what a core does then.
 * - A host passes one struct ghes_platform per core; embed it in the host's own state.
 * - All other ops must be set. Cores do not change the struct.
 */
#ifndef GHES_PLATFORM_H
#define GHES_PLATFORM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ghes/acpi.h>
#include <ghes/api.h>
#include <ghes/errors.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ghes_platform;

/* Pages as the fixmap maps them, whatever the page size of the host. */
#define GHES_PAGE_SHIFT 12
#define GHES_PAGE_SIZE	(UINT64_C(1) << GHES_PAGE_SHIFT)
#define GHES_PAGE_MASK	(~(GHES_PAGE_SIZE - 1))

/*
 * The contexts of a CPU. Which may interrupt which is the machine's business (the host delivers
 * according to the architecture); a core only relies on this: a context of one kind never nests
 * in another of the same kind on the same CPU.
 */
#define GHES_CONTEXTS(X)                                                                           \
	X(TASK, "task")                                                                            \
	X(IRQ, "irq")                                                                              \
	X(SEI, "sei")                                                                              \
	X(SEA, "sea")                                                                              \
	X(SDEI_NORMAL, "sdei-normal")                                                              \
	X(SDEI_CRITICAL, "sdei-critical")                                                          \
	X(NMI, "nmi")

enum ghes_context {
#define GHES_CONTEXT_ENUM(name, text) GHES_CONTEXT_##name,
	GHES_CONTEXTS(GHES_CONTEXT_ENUM)
#undef GHES_CONTEXT_ENUM
		GHES_NR_CONTEXTS
};

/*
 * Fixmap slots, the kernel's names (arch/{arm64,x86}/include/asm/fixmap.h); SEI is ours. One slot
 * a context class, shared by all CPUs; the class's lock keeps a slot to one user at a time.
 */
enum fixed_addresses {
	FIX_APEI_GHES_IRQ, /* task and irq: poll, external interrupt, HED, probe */
	FIX_APEI_GHES_SEI,
	FIX_APEI_GHES_SEA,
	FIX_APEI_GHES_SDEI_NORMAL,
	FIX_APEI_GHES_SDEI_CRITICAL,
	FIX_APEI_GHES_NMI,
	GHES_NR_FIXMAP_SLOTS
};

/* Interrupt and exception mask bits, as arm64's PSTATE.DAIF; x86 uses PSR_I_BIT for !EFLAGS.IF. */
#define PSR_F_BIT	   0x00000040u
#define PSR_I_BIT	   0x00000080u
#define PSR_A_BIT	   0x00000100u
#define PSR_D_BIT	   0x00000200u
#define DAIF_PROCCTX	   0u
#define DAIF_PROCCTX_NOIRQ (PSR_I_BIT | PSR_F_BIT)
#define DAIF_ERRCTX	   (PSR_A_BIT | PSR_I_BIT | PSR_F_BIT)
#define DAIF_MASK	   (PSR_D_BIT | PSR_A_BIT | PSR_I_BIT | PSR_F_BIT)

/* A raw spinlock. The word belongs to the host's lock ops; 0 is unlocked. */
struct ghes_raw_spinlock {
	uint32_t word;
	const char *name; /* for messages: "ghes_notify_lock_sea" */
};

/* An RCU callback head; @host belongs to the host between call_rcu() and @func. */
struct ghes_rcu_head {
	void *host[2];
	void (*func)(struct ghes_rcu_head *head);
};

/* Deferred work (a workqueue item) and task work; @host belongs to the host while queued. */
struct ghes_work {
	void *host[2];
	void (*func)(struct ghes_work *work);
};

/* Who runs (the kernel's `current`). @id is never reused while work for it is pending. */
struct ghes_task {
	uint64_t id;
	bool user; /* has an mm: task work will run before it returns to user mode */
};

/*
 * A generic address that was checked and fixed up: <ghes/gar.h>. The platform looks at @address
 * (not trusted to be mappable), @space_id and @access_bit_width (8, 16, 32 or 64) only.
 */
struct apei_gar;

/* PCIe AER recovery request (the kernel's aer_recover_queue()); @regs is valid during the call. */
struct ghes_aer_event {
	uint16_t segment;
	uint8_t bus;
	uint8_t devfn;
	int severity;	  /* enum ghes_aer_severity */
	const void *regs; /* the 96 bytes of AER capability registers of the section */
	size_t regs_size;
};

enum ghes_aer_severity { GHES_AER_NONFATAL = 0, GHES_AER_FATAL = 1, GHES_AER_CORRECTABLE = 2 };

/* Flags of memory_failure(), names and meaning of the kernel's mm.h. */
#define MF_ACTION_REQUIRED (1 << 1)
#define MF_SOFT_OFFLINE	   (1 << 3)

/* Log levels: the kernel's KERN_EMERG 0 ... KERN_DEBUG 7. */
enum ghes_log_level {
	GHES_LOG_EMERG = 0,
	GHES_LOG_ALERT,
	GHES_LOG_CRIT,
	GHES_LOG_ERR,
	GHES_LOG_WARNING,
	GHES_LOG_NOTICE,
	GHES_LOG_INFO,
	GHES_LOG_DEBUG,
};

/*
 * Tracepoints: what a core can tell of a record's way, for accounting, tracing and checking. As
 * with the kernel's tracepoints, a core works the same whether anybody listens or not.
 * X(name, text, arg0, arg1); @data is the record where it says so, else NULL.
 */
#define GHES_TRACEPOINTS(X)                                                                        \
	X(READ, "read", "length of the record", "physical address") /* data: the copy */           \
	X(REJECT, "reject", "error, positive", "physical address")                                 \
	X(POOL_ALLOC, "alloc", "address", "bytes")                                                 \
	X(POOL_EXHAUSTED, "exhausted", "bytes asked for", "0")                                     \
	X(POOL_FREE, "free", "address", "bytes")                                                   \
	X(CLEAR, "clear", "physical address", "0")                                                 \
	X(ACK, "ack", "register address", "value written")                                         \
	X(DUPLICATE, "duplicate", "length", "0") /* data: the copy */                              \
	X(QUEUE, "queue", "node", "length")	 /* data: the copy */                              \
	X(LOST, "lost", "error, positive", "0")                                                    \
	X(DRAIN, "drain", "number of nodes taken", "0")                                            \
	X(PROCESS, "process", "node or 0", "length") /* data: the copy */                          \
	X(PROCESSED, "processed", "node or 0", "0")                                                \
	X(CACHE_ADD, "cache-add", "slot", "length")                                                \
	X(CACHE_EVICT, "cache-evict", "slot", "length")                                            \
	X(PANIC_PRINT, "panic-print", "node or 0", "length") /* data: the copy */                  \
	X(CLAIM, "claim", "answer, positive", "0")

enum ghes_tracepoint {
#define GHES_TRACEPOINT_ENUM(name, text, a0, a1) GHES_TP_##name,
	GHES_TRACEPOINTS(GHES_TRACEPOINT_ENUM)
#undef GHES_TRACEPOINT_ENUM
		GHES_NR_TRACEPOINTS
};

/* arg `info` of sdei_event_get_info(): SDEI specification (Arm DEN0054), SDEI_EVENT_GET_INFO */
enum sdei_event_info {
	SDEI_EVENT_INFO_EV_TYPE = 0,
	SDEI_EVENT_INFO_EV_SIGNALED = 1,
	SDEI_EVENT_INFO_EV_PRIORITY = 2,
};
#define SDEI_EVENT_PRIORITY_NORMAL   0
#define SDEI_EVENT_PRIORITY_CRITICAL 1

struct ghes_platform_ops {
	/* ---- Memory of the core itself ------------------------------------------------------ */

	/* Zeroed memory aligned to 64 bytes, or NULL. task. */
	void *(*alloc)(struct ghes_platform *p, size_t size);
	/* @size as given to alloc(). task, and RCU callbacks. */
	void (*free)(struct ghes_platform *p, void *ptr, size_t size);

	/* ---- Physical memory ---------------------------------------------------------------- */

	/*
	 * Map the page of @paddr (page aligned, hostile) into slot @idx. 0, or -GHES_EFAULT when
	 * there is no such memory; the slot is then still clear. task, irq, nmi; wait-free.
	 */
	int (*set_fixmap)(struct ghes_platform *p, enum fixed_addresses idx, uint64_t paddr);
	void (*clear_fixmap)(struct ghes_platform *p, enum fixed_addresses idx);
	/*
	 * Copy from and to the page in slot @idx; @offset + @n never leaves the page. As above.
	 * Firmware sees the copies of a CPU, and its register accesses, in the order of the calls.
	 */
	void (*memcpy_fromio)(struct ghes_platform *p, enum fixed_addresses idx, size_t offset,
			      void *dst, size_t n);
	void (*memcpy_toio)(struct ghes_platform *p, enum fixed_addresses idx, size_t offset,
			    const void *src, size_t n);
	/*
	 * (optional) A lasting mapping of @size bytes at @paddr for reading single words with a
	 * plain load, so that an idle source costs a load. NULL where not possible (the core then
	 * goes through the slot). task. The memory is volatile: firmware writes it at any time.
	 */
	const volatile void *(*map_status)(struct ghes_platform *p, uint64_t paddr, size_t size);
	void (*unmap_status)(struct ghes_platform *p, const volatile void *va, size_t size);

	/* Registers. map_gar prepares access (task); read/write: task, irq, nmi; wait-free. */
	int (*map_gar)(struct ghes_platform *p, const struct apei_gar *reg);
	void (*unmap_gar)(struct ghes_platform *p, const struct apei_gar *reg);
	/* The whole access_bit_width-wide word; shifts and masks are the core's (<ghes/gar.h>). */
	int (*read_gar)(struct ghes_platform *p, const struct apei_gar *reg, uint64_t *val);
	int (*write_gar)(struct ghes_platform *p, const struct apei_gar *reg, uint64_t val);

	/* ---- CPU, masks, locks -------------------------------------------------------------- */

	unsigned int (*smp_processor_id)(struct ghes_platform *p); /* any; < nr_cpus */
	enum ghes_context (*context)(struct ghes_platform *p);	   /* any: the innermost one */
	struct ghes_task (*current_task)(struct ghes_platform *p); /* any: what was interrupted */
	/* Set the masks of this CPU (PSR_*_BIT) and return the old ones. any; wait-free. */
	uint32_t (*mask_set)(struct ghes_platform *p, uint32_t mask);
	uint32_t (*mask_get)(struct ghes_platform *p);
	/* Bracket a part as NMI-like (the claim), or as hard IRQ (irq_work run by the claim). */
	void (*nmi_enter)(struct ghes_platform *p, enum ghes_context as);
	void (*nmi_exit)(struct ghes_platform *p, enum ghes_context as);
	void (*irq_enter)(struct ghes_platform *p);
	void (*irq_exit)(struct ghes_platform *p);
	/* Raw spinlocks: any context, but a lock belongs to one context class. Blocking. */
	void (*raw_spin_lock)(struct ghes_platform *p, struct ghes_raw_spinlock *lock);
	void (*raw_spin_unlock)(struct ghes_platform *p, struct ghes_raw_spinlock *lock);
	/* In each turn of a loop that waits for another CPU. any. */
	void (*cpu_relax)(struct ghes_platform *p);
	/* The one sleeping lock: add, remove, grow, shrink. task. */
	void (*mutex_lock)(struct ghes_platform *p);
	void (*mutex_unlock)(struct ghes_platform *p);

	/* ---- Time and RCU ------------------------------------------------------------------- */

	/* Nanoseconds; may stand still or differ between CPUs. any; wait-free. */
	uint64_t (*sched_clock)(struct ghes_platform *p);
	void (*rcu_read_lock)(struct ghes_platform *p); /* any; wait-free */
	void (*rcu_read_unlock)(struct ghes_platform *p);
	void (*call_rcu)(struct ghes_platform *p, struct ghes_rcu_head *head,
			 void (*func)(struct ghes_rcu_head *head)); /* task, irq */
	void (*synchronize_rcu)(struct ghes_platform *p);	    /* task */
	void (*rcu_barrier)(struct ghes_platform *p);		    /* task */

	/* ---- Deferral ----------------------------------------------------------------------- */

	/*
	 * Make this CPU call ghes_core_ops.irq_work_run in irq context as soon as its interrupts
	 * are unmasked (the arch's irq_work self-IPI). any; wait-free.
	 */
	void (*arch_irq_work_raise)(struct ghes_platform *p);
	/* Run @work in task context, on @cpu. false: was already queued. task, irq. */
	bool (*schedule_work_on)(struct ghes_platform *p, unsigned int cpu, struct ghes_work *work,
				 void (*func)(struct ghes_work *work));
	/* Returns when @work is neither queued nor running. task. */
	void (*cancel_work_sync)(struct ghes_platform *p, struct ghes_work *work);
	/*
	 * Run @work in @task, task context, before it returns to user mode. 0, or -GHES_ENOENT when
	 * the task is gone or never returns there. After a 0 the work runs, even if the task dies:
	 * destroy() waits for it. task, irq.
	 */
	int (*task_work_add)(struct ghes_platform *p, struct ghes_task task, struct ghes_work *work,
			     void (*func)(struct ghes_work *work));

	/* ---- Notifications: what a source asks its platform for. task. ------------------------ */

	int (*request_irq)(struct ghes_platform *p, uint32_t gsiv, uint16_t source_id);
	void (*free_irq)(struct ghes_platform *p, uint32_t gsiv, uint16_t source_id);
	/* Call notify_timer() for @source_id each @interval_ms until del_timer_sync() returns. */
	int (*add_timer)(struct ghes_platform *p, uint16_t source_id, uint32_t interval_ms);
	void (*del_timer_sync)(struct ghes_platform *p, uint16_t source_id);
	int (*register_hed)(struct ghes_platform *p); /* first user; PNP0C33 */
	void (*unregister_hed)(struct ghes_platform *p);
	int (*register_nmi)(struct ghes_platform *p); /* first user */
	void (*unregister_nmi)(struct ghes_platform *p);
	/* SDEI client calls; errors as Linux maps them: EOPNOTSUPP is GHES_ENOTSUP. */
	int (*sdei_event_get_info)(struct ghes_platform *p, uint32_t event,
				   enum sdei_event_info info, uint64_t *result);
	int (*sdei_event_register)(struct ghes_platform *p, uint32_t event);
	int (*sdei_event_enable)(struct ghes_platform *p, uint32_t event);
	int (*sdei_event_disable)(struct ghes_platform *p, uint32_t event);
	int (*sdei_event_unregister)(struct ghes_platform *p, uint32_t event);
	void (*schedule)(struct ghes_platform *p); /* let others run; task */

	/* ---- Sinks: where errors go. Data is valid during the call only. ---------------------- */

	/* Recover the page @pfn; 0, or an error when it could not. task. */
	int (*memory_failure)(struct ghes_platform *p, uint64_t pfn, int flags);
	/* SIGBUS to @task. task, irq. */
	void (*force_sig)(struct ghes_platform *p, struct ghes_task task, const char *why);
	void (*aer_recover_queue)(struct ghes_platform *p, const struct ghes_aer_event *event);
	/* A memory section, for EDAC-like listeners (ghes_report_chain). task, irq. */
	void (*report_mem_error)(struct ghes_platform *p, int ghes_severity, const void *section,
				 size_t size);
	/* Processor error section, whole. task, irq. */
	void (*arm_event)(struct ghes_platform *p, int ghes_severity, const void *section,
			  size_t size);
	/* A section no one else takes: vendor_record_notify_list. task (from a work item). */
	void (*vendor_record)(struct ghes_platform *p, int ghes_severity,
			      const struct acpi_hest_generic_data *gdata, size_t size);
	/* CXL component event (cxl_cper_post_event()). task (from a work item). */
	void (*cxl_event)(struct ghes_platform *p, const uint8_t section_type[16],
			  const void *section, size_t size);
	/* One line, no newline at its end. any; must not lock or allocate in nmi. */
	void (*log)(struct ghes_platform *p, enum ghes_log_level level, const char *line,
		    size_t len);
	/*
	 * The end. An embedder's may not return; if it does, the core takes no further records.
	 * any.
	 */
	void (*panic)(struct ghes_platform *p, const char *message);
	/* (optional) any; wait-free. */
	void (*tracepoint)(struct ghes_platform *p, enum ghes_tracepoint tp, uint16_t source_id,
			   uint64_t arg0, uint64_t arg1, const void *data);
	/*
	 * (optional) The core found a rule of its own broken, and goes on if this returns. @oracle:
	 * which kind, "lock", "context", "pool", "slot", "bounds" or "crash"; @message: one line
	 * with the core's own names. NULL: the core need not look. any; must not lock or allocate
	 * in nmi.
	 */
	void (*defect)(struct ghes_platform *p, const char *oracle, const char *message);
};

struct ghes_platform {
	const struct ghes_platform_ops *ops;
	unsigned int nr_cpus;
	uint32_t notify_types; /* bit n: this machine can raise acpi_hest_notify type n */
};

/* What the kernel configures per architecture (drivers/acpi/apei/Kconfig, arch code). */
#define GHES_NOTIFY_BIT(name) (1u << ACPI_HEST_NOTIFY_##name)
#define GHES_NOTIFY_COMMON                                                                         \
	(GHES_NOTIFY_BIT(POLLED) | GHES_NOTIFY_BIT(EXTERNAL) | GHES_NOTIFY_BIT(SCI) |              \
	 GHES_NOTIFY_BIT(GSIV) | GHES_NOTIFY_BIT(GPIO))
#define GHES_NOTIFY_ARM64                                                                          \
	(GHES_NOTIFY_COMMON | GHES_NOTIFY_BIT(SEA) | GHES_NOTIFY_BIT(SOFTWARE_DELEGATED))
#define GHES_NOTIFY_X86 (GHES_NOTIFY_COMMON | GHES_NOTIFY_BIT(NMI))

#ifdef __cplusplus
}
#endif

#endif
