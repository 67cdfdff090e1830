/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other half of the seam: what a host may call in a core.
 *
 * A core is libghes, or the kernel's ghes.c behind its shim; both export
 *
 *	const struct ghes_core_ops *ghes_core_ops_get(void);
 *
 * Contract
 * - The host calls a notification entry in the context that it names, on the CPU that
 *   ghes_platform_ops.smp_processor_id() answers, with the masks which the architecture sets for
 *   it; entries nest in one another as the machine allows.
 * - Entries return 0 when they found work, -GHES_ENOENT when there was nothing to do, another
 *   error otherwise (kernel-visible codes, see <ghes/errors.h>).
 * - create, init, probe, remove, destroy: task. remove returns when no entry can touch the source
 *   any more and none of its records is queued.
 */
#ifndef GHES_CORE_H
#define GHES_CORE_H

#include <ghes/platform.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GHES_CORE_ABI 1

struct ghes_core; /* opaque: one instance */

/*
 * What an exception interrupted; regs of the kernel, as far as the claim looks at them. NULL where
 * the kernel passes NULL: the abort came from a guest (KVM), the caller is a task.
 */
struct ghes_regs {
	bool user;	 /* interrupted EL0 */
	uint32_t pstate; /* masks (PSR_*_BIT) of what was interrupted */
};

/*
 * Counters and gauges, for oracles and for accounting. A core fills what it knows and leaves
 * GHES_UNKNOWN elsewhere. Read when the machine is quiet, the equations hold:
 *	pool_total == pool_free + pool_used
 *	cache_alloced == cache_published + cache_waiting <= cache_cap
 */
#define GHES_UNKNOWN UINT64_MAX
#define GHES_CORE_STATE(X)                                                                         \
	X(pool_total) /* bytes that could be allocated when empty */                               \
	X(pool_free)                                                                               \
	X(pool_used)	  /* bytes in live allocations, as the pool accounts them */               \
	X(pool_nodes)	  /* live allocations */                                                   \
	X(pool_users)	  /* NMI-like users the pool is sized for */                               \
	X(pool_exhausted) /* allocations that failed, ever */                                      \
	X(cache_alloced)                                                                           \
	X(cache_published)                                                                         \
	X(cache_waiting) /* replaced, waiting for a grace period */                                \
	X(cache_cap)                                                                               \
	X(queue_depth)	  /* records queued and not yet taken */                                   \
	X(irq_work_flags) /* IRQ_WORK_PENDING 1, IRQ_WORK_BUSY 2 */                                \
	X(sources)                                                                                 \
	X(records_read) /* the following count since create, and never go back */                  \
	X(records_queued)                                                                          \
	X(records_processed)                                                                       \
	X(records_duplicate)                                                                       \
	X(records_rejected)                                                                        \
	X(records_lost)                                                                            \
	X(records_panic)

struct ghes_core_state {
#define GHES_CORE_STATE_FIELD(name) uint64_t name;
	GHES_CORE_STATE(GHES_CORE_STATE_FIELD)
#undef GHES_CORE_STATE_FIELD
};

struct ghes_core_ops {
	uint32_t abi;	  /* GHES_CORE_ABI */
	const char *name; /* "lib", or what the kernel shim found */

	int (*create)(struct ghes_platform *p, struct ghes_core **core);
	void (*destroy)(struct ghes_core *core); /* removes what is left */

	/*
	 * Take a HEST (ACPI 6.5, 18.3.2) and probe each enabled generic source in it. The table
	 * must stay until destroy. 0 when the table was walked to its end, else the first error;
	 * sources found good before it are kept. Findings are logged.
	 */
	int (*init)(struct ghes_core *core, const void *hest, size_t size);
	int (*probe)(struct ghes_core *core, uint16_t source_id); /* again, after remove */
	int (*remove)(struct ghes_core *core, uint16_t source_id);

	/* Notification entries */
	int (*notify_timer)(struct ghes_core *core, uint16_t source_id); /* irq (softirq) */
	int (*notify_irq)(struct ghes_core *core, uint32_t gsiv);	 /* irq */
	int (*notify_hed)(struct ghes_core *core);			 /* task (workqueue) */
	int (*notify_nmi)(struct ghes_core *core);			 /* nmi, as x86 NMI */
	int (*notify_sei)(struct ghes_core *core); /* nmi, as SEI; NULL: never takes any */
	int (*notify_sdei)(struct ghes_core *core, uint32_t event); /* nmi, as SDEI */
	/*
	 * apei_claim_sea(): task, irq or nmi, in what took the abort; enters and leaves NMI-like
	 * context itself. 0: this CPU's record was dealt with. -GHES_EINPROGRESS: queued, not yet
	 * processed. -GHES_ENOENT: not a firmware-first error. -GHES_ECANCELED: a repeat of one
	 * already dealt with; the task must be signalled. Others: could not be read or kept.
	 */
	int (*claim_sea)(struct ghes_core *core, const struct ghes_regs *regs);
	void (*irq_work_run)(struct ghes_core *core); /* irq */

	/* any; relaxed reads: exact only when quiet. */
	void (*state)(struct ghes_core *core, struct ghes_core_state *state);

	/*
	 * true: relies on a host where NMI-like and interrupt context are RCU read sections by
	 * themselves, as in the kernel. false: only what rcu_read_lock() brackets is one.
	 */
	bool contexts_read_rcu;
};

GHES_API const struct ghes_core_ops *ghes_core_ops_get(void);

#ifdef __cplusplus
}
#endif

#endif
