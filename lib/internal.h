/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the core share: one instance, one source, one walk of a notification.
 *
 * Flow: notify.c (lock, walk) -> estatus.c (peek, check, read, clear, ack) -> pool, cache, queue
 *	 -> irq_work -> process.c (severity, sections, sinks, log).
 *
 * Locks, outermost first. Each class of contexts has its own, so what interrupts never waits for
 * what it interrupted:
 *	platform mutex			   task: probe, remove
 *	ghes_class.lock of the IRQ class   task, irq, interrupts masked
 *	event_fifo, memory_failure_cpu	   task, irq, interrupts masked; leaves
 *	ghes_class.lock of the others	   the NMI-like context of that class, nothing else
 *
 * Invariants: the equations of ghes_core_is_valid().
 */
#ifndef GHES_LIB_INTERNAL_H
#define GHES_LIB_INTERNAL_H

#include <stdatomic.h>

#include <ghes/core.h>
#include <ghes/cper.h>
#include <ghes/estatus_cache.h>
#include <ghes/estatus_pool.h>
#include <ghes/estatus_queue.h>
#include <ghes/fixmap.h>
#include <ghes/gar.h>
#include <ghes/hest.h>
#include <ghes/irq_work.h>

#include "event_fifo.h"
#include "log.h"
#include "memory_failure.h"
#include "ratelimit.h"
#include "source_index.h"

#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#define CXL_CPER_FIFO_DEPTH 32
#define GHES_HASH_SIZE	    256

/* ---- severity -------------------------------------------------------------------------------- */

/* The order of badness (drivers/acpi/apei/ghes.c) */
enum ghes_severity {
	GHES_SEV_NO = 0,
	GHES_SEV_CORRECTED = 1,
	GHES_SEV_RECOVERABLE = 2,
	GHES_SEV_PANIC = 3,
};

static inline enum ghes_severity ghes_severity(uint32_t cper_severity)
{
	switch (cper_severity) {
	case CPER_SEV_INFORMATIONAL:
		return GHES_SEV_NO;
	case CPER_SEV_CORRECTED:
		return GHES_SEV_CORRECTED;
	case CPER_SEV_RECOVERABLE:
		return GHES_SEV_RECOVERABLE;
	default: /* fatal, and whatever nobody knows */
		return GHES_SEV_PANIC;
	}
}

static inline enum ghes_severity
ghes_estatus_severity(const struct acpi_hest_generic_status *estatus)
{
	return ghes_severity(le32toh(estatus->error_severity));
}

/* ---- one class of contexts ------------------------------------------------------------------- */

/*
 * How records ended. Written under the lock of the class that they belong to, so an increment is
 * a load and a store; read by anybody, at any time.
 */
struct ghes_counters {
	_Atomic uint64_t read; /* found pending and consumed, however it ended */
	_Atomic uint64_t queued;
	_Atomic uint64_t direct; /* processed where it was read, without the queue */
	_Atomic uint64_t duplicate;
	_Atomic uint64_t rejected;
	_Atomic uint64_t panic; /* printed by the panic it caused */
};

static inline void ghes_count(_Atomic uint64_t *counter, uint64_t n)
{
	/* relaxed: one writer at a time, and readers want no more than a number */
	uint64_t old = atomic_load_explicit(counter, memory_order_relaxed);

	atomic_store_explicit(counter, old + n, memory_order_relaxed);
}

/* What contexts of one kind share: slot and lock. One for each fixmap slot. */
struct ghes_class {
	_Alignas(64) struct ghes_raw_spinlock lock;
	enum fixed_addresses fixmap_idx;
	struct ghes_counters counters;
};

/* ---- firmware's side of a source --------------------------------------------------------------
 */

/*
 * A status block, and who reads it: see the header of notify.c. Sources that name the same
 * register, or a register that held the same address when they were added, share one.
 */
struct ghes_block {
	/* Reasons why readers must take turns by @readers: sharing, probe, pending retries */
	_Atomic uint32_t contended;
	_Atomic uint32_t readers; /* the one inside, and those who came meanwhile */

	/* Those that share it, linked by block_next: changed under the mutex, read by RCU */
	struct ghes *_Atomic sources;

	/* under the mutex */
	struct ghes_block *next;	/* of core->blocks: by @address */
	struct ghes_block *next_placed; /* of core->placed: by @paddr, if that is known */
	uint32_t refs;
	uint8_t space_id;
	uint64_t address; /* of the register */
	uint64_t paddr;	  /* of the block, when last asked; 0: unknown */
};

/* An acknowledge register, and whose acknowledgements are due: see ghes_ack_error(). */
struct ghes_ack {
	_Atomic(struct ghes *) due;
	_Atomic bool shared;

	/* under the mutex */
	struct ghes_ack *next;
	uint32_t refs;
	uint8_t space_id;
	uint64_t address;
};

/* ---- one source ------------------------------------------------------------------------------ */

/* The arrays in which entries look for their sources */
enum ghes_index_id {
	GHES_INDEX_POLL, /* by id */
	GHES_INDEX_IRQ,	 /* external interrupts, by GSIV */
	GHES_INDEX_SDEI, /* by event */
	GHES_INDEX_HED,
	GHES_INDEX_SEI,
	GHES_INDEX_SEA,
	GHES_INDEX_NMI,
	GHES_NR_INDICES
};

/* Fields are constant from publication to removal where nothing else is said. */
struct ghes {
	struct ghes_core *core;
	struct ghes_class *class; /* in which its notification comes */
	struct ghes_block *block;
	struct ghes_ack *ack; /* NULL: GHES, not GHESv2 */
	uint16_t source_id;
	bool sync;		  /* an error of the very instruction that was interrupted: SEA */
	bool nmi_like;		  /* class is not the IRQ class */
	enum ghes_index_id index; /* where its notification finds it */
	struct ghes *_Atomic block_next;

	/* under the mutex */
	struct ghes *next;     /* of core->sources */
	bool registered;       /* the platform may notify */
	bool event_registered; /* SDEI: so says firmware */

	/* Acknowledgements that are due, and the list of sources that wait for theirs */
	_Atomic uint32_t acks_due;
	struct ghes *ack_next;

	/*
	 * pushed - finished (modulo 2^32): nodes that refer to this source, and a pending retry.
	 * Each has one writer at a time: who reads the block, resp. the holder of the drain gate.
	 */
	_Atomic uint32_t pushed;
	_Atomic uint32_t finished;

	/* A record that stays in firmware's memory for now; see retry.c */
	_Atomic bool retry_pending;
	struct ghes *retry_next;
	struct ghes_task retry_task;
	bool retry_nobody;
	struct ghes_claim *retry_claim;

	struct ghes_index_entry status; /* what goes into the indices */
	uint64_t block_paddr;		/* of the block that @status has mapped */
	struct ghes_estatus_pool_user pool_user;
	struct hest_generic_info generic;
};

/* Is there a node, or a retry, that refers to @ghes? Context: a reader's. */
static inline bool ghes_in_flight(const struct ghes *ghes)
{
	/* relaxed: what a reader queued itself or under its turn; a late decrease is harmless */
	return atomic_load_explicit(&ghes->pushed, memory_order_relaxed) !=
	       atomic_load_explicit(&ghes->finished, memory_order_relaxed);
}

/* A node or a retry is about to refer to @ghes. Context: a reader's. */
static inline void ghes_push(struct ghes *ghes)
{
	/* relaxed: who waits for the source's records does so when no reader is left */
	uint32_t old = atomic_load_explicit(&ghes->pushed, memory_order_relaxed);

	atomic_store_explicit(&ghes->pushed, old + 1, memory_order_relaxed);
}

/* @n nodes or retries are done with @ghes, which may be gone now. Context: the drainer's. */
static inline void ghes_finish(struct ghes *ghes, uint32_t n)
{
	/* relaxed: only the holder of the drain gate writes it */
	uint32_t old = atomic_load_explicit(&ghes->finished, memory_order_relaxed);

	/* G1 release: our last look at the source; pairs with G2 in source.c */
	atomic_store_explicit(&ghes->finished, old + n, memory_order_release);
}

/* ---- one walk ---------------------------------------------------------------------------------
 */

/* A record under way out of firmware's memory */
struct ghes_record {
	struct acpi_hest_generic_status header; /* read once, checked, and never read again */
	uint64_t paddr;
	uint32_t len;		  /* as the header says, checked */
	enum fixed_addresses idx; /* the reader's slot */
	bool mapped; /* the page of @paddr is in that slot, until ghes_close_estatus() */
};

/*
 * A claim that waits for the records it queued. Lives on the claimer's stack, which does not
 * return before @pending is 0; nodes and retries point to it.
 */
struct ghes_claim {
	_Atomic uint32_t pending; /* up: the reader, or a retry; down: the drainer */
	_Atomic bool taken;	  /* something was pending, once */
	_Atomic int rc;		  /* the drainer: what a retry came to, if not 0 */
};

/*
 * One more record, or retry, for @claim to wait for. Context: the reader's, before its push: the
 * claimer, or the drainer that retries for it, maybe while the claimer looks.
 */
static inline void ghes_claim_take(struct ghes_claim *claim)
{
	/* relaxed: the claimer has set it itself when others do */
	atomic_store_explicit(&claim->taken, true, memory_order_relaxed);
	/* relaxed: the drainer sees it by the push */
	atomic_fetch_add_explicit(&claim->pending, 1, memory_order_relaxed);
}

/* A record of @claim was dealt with; after the last one, @claim is gone. Context: the drainer's. */
static inline void ghes_claim_done(struct ghes_claim *claim, int rc)
{
	/* relaxed: published by the release below */
	if (rc)
		atomic_store_explicit(&claim->rc, rc, memory_order_relaxed);
	/* K1 release: what processing did comes before the claim returns; pairs with K2 */
	atomic_fetch_sub_explicit(&claim->pending, 1, memory_order_release);
}

/* Who walks: lives on the stack of a notification entry */
struct ghes_reader {
	struct ghes_core *core;
	struct ghes_class *class;
	struct ghes_claim *claim;     /* NULL: nobody waits */
	const struct ghes_task *task; /* who was interrupted; NULL: ask the platform */
	bool nobody;		      /* no task caused what will be found */
	bool retries;		      /* irq_work looks again: holds the drain gate */
	uint32_t queued;	      /* nodes pushed and retries asked for: irq_work is due */
};

/* ---- one instance -----------------------------------------------------------------------------
 */

/* Messages that bad firmware could cause without end, each with a window of its own */
enum ghes_message {
	GHES_MSG_ADDRESS,
	GHES_MSG_UNMAPPED,
	GHES_MSG_TRUNCATED,
	GHES_MSG_LENGTH,
	GHES_MSG_HEADER,
	GHES_MSG_BODY,
	GHES_MSG_EXHAUSTED,
	GHES_MSG_SECTION,
	GHES_MSG_ARM_LENGTH,
	GHES_MSG_ARM_TYPE,
	GHES_MSG_CXL,
	GHES_MSG_CXL_OVERFLOW,
	GHES_MSG_VENDOR_OVERFLOW,
	GHES_MSG_NOT_COMPLETED,
	GHES_NR_MESSAGES
};

/* Where a panic found the records that it printed */
enum ghes_printed {
	GHES_PRINTED_BATCH, /* of the drainer that it interrupted */
	GHES_PRINTED_QUEUE,
	GHES_NR_PRINTED
};

struct ghes_core {
	struct ghes_platform *platform;
	struct ghes_class class[GHES_NR_FIXMAP_SLOTS];
	struct ghes_index index[GHES_NR_INDICES];
	struct ghes_fixmap fixmap;
	struct ghes_estatus_pool pool;
	struct ghes_estatus_cache cache;
	struct estatus_queue queue;
	struct ghes_irq_work_list irq_work_list;
	struct irq_work proc_irq_work;
	struct memory_failure memory_failure;
	struct ghes_event_fifo vendor_fifo;
	struct ghes_event_fifo cxl_fifo;

	_Atomic uint32_t nmi_readers; /* x86 NMI: the one inside, and those who came meanwhile */
	_Atomic bool panicked;	      /* a panic() that returned: nothing is read any more */
	_Atomic bool panic_buffer_taken;

	/* The drain gate, and what only its holder writes */
	_Atomic uint32_t drainers;
	_Atomic uint32_t drain_cpu;	      /* on which it runs, + 1; 0: none */
	struct llist_node *_Atomic drain_raw; /* what it takes, newest first; see process.c */
	_Atomic(struct ghes_estatus_node *) drain_rest; /* of its batch; or taken by a panic */
	_Atomic uint64_t drained;			/* records of the queue processed */
	_Atomic uint64_t panic_queued; /* records of the queue printed by a panic; RMW */
	/* ... their nodes, oldest first, by "later": for the drainer to give back */
	_Atomic(struct ghes_estatus_node *) panic_printed[GHES_NR_PRINTED];

	struct ghes *_Atomic retries;
	_Atomic uint64_t seqno; /* of printed records; the kernel prints 32 bits of it */
	struct ghes_ratelimit print_corrected, print_uncorrected;
	struct ghes_ratelimit message[GHES_NR_MESSAGES];

	/* under the mutex */
	struct ghes *sources[GHES_HASH_SIZE];
	struct ghes_block *blocks[GHES_HASH_SIZE];
	struct ghes_block *placed[GHES_HASH_SIZE];
	struct ghes_ack *acks[GHES_HASH_SIZE];
	_Atomic uint32_t nr_sources;
	uint32_t users[GHES_NR_INDICES];    /* registered sources */
	struct hest_generic_info *generics; /* what init() found */
	uint32_t nr_generics, max_generics;

	/* under the lock of the IRQ class: the record that is processed where it was read */
	struct acpi_hest_generic_status *irq_estatus;
	/* of the one who took panic_buffer_taken */
	struct acpi_hest_generic_status *panic_estatus;
};

/* ---- small helpers ------------------------------------------------------------------------------
 */

static inline const struct ghes_platform_ops *ghes_ops(const struct ghes_core *core)
{
	return core->platform->ops;
}

static inline void ghes_trace(const struct ghes_core *core, enum ghes_tracepoint tp,
			      uint16_t source_id, uint64_t arg0, uint64_t arg1, const void *data)
{
	if (core->platform->ops->tracepoint)
		core->platform->ops->tracepoint(core->platform, tp, source_id, arg0, arg1, data);
}

/* For locks that task and irq context share. Context: task, irq. */
static inline uint32_t ghes_lock_irqsave(struct ghes_platform *p, struct ghes_raw_spinlock *lock)
{
	uint32_t flags = p->ops->mask_get(p);

	p->ops->mask_set(p, flags | DAIF_PROCCTX_NOIRQ);
	p->ops->raw_spin_lock(p, lock);
	return flags;
}

static inline void ghes_unlock_irqrestore(struct ghes_platform *p, struct ghes_raw_spinlock *lock,
					  uint32_t flags)
{
	p->ops->raw_spin_unlock(p, lock);
	p->ops->mask_set(p, flags);
}

static inline struct ghes_class *ghes_irq_class(struct ghes_core *core)
{
	return &core->class[FIX_APEI_GHES_IRQ];
}

/* May a message of this kind go out? Context: any. */
static inline bool ghes_may_log(struct ghes_core *core, enum ghes_message message)
{
	return ghes_ratelimit(&core->message[message], ghes_ops(core)->sched_clock(core->platform),
			      GHES_RATELIMIT_BURST);
}

/* Of two results of one walk, the one to report: found work > handed over > repeat > error > none
 */
static inline int ghes_merge_rc(int a, int b)
{
	static const int best_first[] = {0, -GHES_EINPROGRESS, -GHES_ECANCELED};

	for (size_t i = 0; i < sizeof(best_first) / sizeof(best_first[0]); i++)
		if (a == best_first[i] || b == best_first[i])
			return best_first[i];
	return a == -GHES_ENOENT ? b : a;
}

/* ---- estatus.c: one record in firmware's memory. Context: that of the reader's class. -------- */

/* Must readers of the block take turns? */
static inline bool ghes_block_is_contended(const struct ghes *ghes)
{
	/*
	 * B1 acquire: pairs with B2, so that a reader who finds no contender comes after all that
	 * the last contender did. One who finds none has the block by the lock of its class.
	 */
	return atomic_load_explicit(&ghes->block->contended, memory_order_acquire) != 0;
}

/*
 * May this reader have a contended block now? false: another reader has it, and will look again
 * for us. After a true, ghes_block_leave() until it says that nobody came meanwhile.
 */
bool ghes_block_enter(struct ghes *ghes);
bool ghes_block_leave(struct ghes *ghes);

/* The sources of a block. Inside rcu_read_lock(). */
static inline struct ghes *ghes_block_first(struct ghes *ghes)
{
	/* S6 acquire: the source's fields; pairs with S5 in source.c */
	return atomic_load_explicit(&ghes->block->sources, memory_order_acquire);
}

static inline struct ghes *ghes_block_next(struct ghes *ghes)
{
	return atomic_load_explicit(&ghes->block_next, memory_order_acquire);
}

/*
 * 0: header and address of a pending record, to be closed. -GHES_ENOENT: none. -GHES_EIO: cannot be
 * read.
 */
int ghes_peek_estatus(struct ghes *ghes, struct ghes_record *record, enum fixed_addresses idx);
/* 0 and record->len; or the error that makes it a bad record. */
int ghes_check_estatus(struct ghes *ghes, struct ghes_record *record);
/* Copy the whole record to @estatus, record->len bytes, and check the copy. 0 or an error. */
int ghes_read_estatus(struct ghes *ghes, struct ghes_record *record,
		      struct acpi_hest_generic_status *estatus);
/* Firmware may have its memory back: clear the block status, close, then acknowledge. */
void ghes_clear_estatus(struct ghes *ghes, struct ghes_record *record);
/* Leave the record where it is, for another time. */
void ghes_close_estatus(struct ghes *ghes, struct ghes_record *record);
/* The same for a record that is not acceptable; counts it. Returns @rc. */
int ghes_reject_estatus(struct ghes *ghes, struct ghes_record *record, struct ghes_class *class,
			int rc);

/* ---- notify.c -------------------------------------------------------------------------------- */

/*
 * Take what is pending at @ghes: queue it, or (IRQ class) process it. Context: that of
 * @reader->class, with its lock, inside rcu_read_lock().
 * Return: 0, a record was consumed; -GHES_ENOENT; -GHES_EINPROGRESS: left to another reader or to
 * irq_work; -GHES_ECANCELED: synchronous, and a repeat; -GHES_EIO: rejected or cannot be read;
 * -GHES_EPERM: after a panic.
 */
int ghes_read(struct ghes *ghes, struct ghes_reader *reader);
/* The same for a source that was just added, and process it. Context: task. */
void ghes_read_pending(struct ghes *ghes);

int ghes_notify_timer(struct ghes_core *core, uint16_t source_id);
int ghes_notify_irq(struct ghes_core *core, uint32_t gsiv);
int ghes_notify_hed(struct ghes_core *core);
int ghes_notify_nmi(struct ghes_core *core);
int ghes_notify_sei(struct ghes_core *core);
int ghes_notify_sdei(struct ghes_core *core, uint32_t event);
/* In NMI-like context. The bare answer of the walk; @claim may be NULL. */
int ghes_notify_sea(struct ghes_core *core, struct ghes_claim *claim);

/* ---- retry.c --------------------------------------------------------------------------------- */

/* Leave the record where it is and have it processed from irq_work. Context: the reader's. */
int ghes_retry_later(struct ghes *ghes, struct ghes_reader *reader);
/* Context: irq (or task with interrupts masked). Returns whether there was anything to do. */
bool ghes_retry_run(struct ghes_core *core);

/* ---- process.c ------------------------------------------------------------------------------- */

/*
 * Hand each section of a checked record to whom it concerns. @task: whose instruction caused it,
 * if @sync. Context: irq; task with interrupts masked. Returns whether memory failure was queued.
 */
bool ghes_do_proc(struct ghes *ghes, const struct ghes_task *task, bool sync,
		  const struct acpi_hest_generic_status *estatus);
/* Let @task not return to user mode before its memory failures were handled. Context: as above. */
void ghes_kick_without_node(struct ghes_core *core, const struct ghes_task *task);
/* Print unless printed lately, and remember that. Context: as above. */
void ghes_report(struct ghes *ghes, const struct acpi_hest_generic_status *estatus, uint32_t len);
/* The end: older queued records, then this one, clear, acknowledge, panic. Context: any. */
int ghes_panic(struct ghes *ghes, struct ghes_record *record,
	       const struct acpi_hest_generic_status *estatus, struct ghes_class *class);
/* Process all that is queued, oldest first, then retry. Context: irq, interrupts masked. */
void ghes_drain(struct ghes_core *core);
/* The queue only. Context: that of the drain gate's holder. */
void ghes_drain_queue(struct ghes_core *core);
/* ghes_drain() for a task, whose interrupts are masked meanwhile. */
void ghes_drain_in_task(struct ghes_core *core);
void ghes_proc_in_irq(struct irq_work *work);
/* Callbacks of the fifos */
void ghes_deliver_vendor_record(struct ghes_platform *p, const struct ghes_event *event);
void ghes_deliver_cxl_event(struct ghes_platform *p, const struct ghes_event *event);

/* ---- claim.c, sdei.c ------------------------------------------------------------------------- */

int apei_claim_sea(struct ghes_core *core, const struct ghes_regs *regs);

/* Sets ghes->class by the priority that firmware tells. Context: task. */
int sdei_choose_class(struct ghes *ghes);
/* Context: task, under the mutex. */
int sdei_register_ghes(struct ghes *ghes);
int sdei_unregister_ghes(struct ghes *ghes);

/* ---- source.c, core.c: task ------------------------------------------------------------------ */

int ghes_probe(struct ghes_core *core, const struct hest_generic_info *generic);
int ghes_remove(struct ghes_core *core, uint16_t source_id);
void ghes_remove_all(struct ghes_core *core);

void ghes_core_state(struct ghes_core *core, struct ghes_core_state *state);
/* The equations of core.c; only when quiet. */
bool ghes_core_is_valid(struct ghes_core *core);

#endif
