/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A platform for programs that embed libghes: POSIX threads and liburcu (memb).
 *
 * Flow: program -> ghes_platform_posix_create() -> struct ghes_platform for the core; threads that
 * deliver notifications register once and bracket each delivery with _enter() and _exit().
 *
 * What is what here
 * - Physical memory: page-aligned regions of the program's own memory. Other threads (firmware) may
 *   write them at any time, and should do so by atomics, which is how the library copies. GAS
 *   registers in system memory work on them, little-endian as ACPI has it; system I/O does not.
 * - CPU: the number that a thread registers as. The thread that creates the platform is CPU 0.
 *   Context and masks are variables of the thread; real signal masks are the program's own
 *   business unless .signal_irq is set: then PSR_I_BIT blocks and unblocks that signal.
 * - irq_work: on the thread that raised it, as soon as its context and masks permit: at once in
 *   task context, in _exit() of the outermost context, or when the masks are dropped.
 * - Works, RCU callbacks and poll timers: on one worker thread. It answers smp_processor_id() with
 *   the CPU that was asked for, and runs beside that CPU's own thread: what masks alone protect
 *   is not protected from works. Timers are interrupts of CPU 0 in the same sense.
 * - Mutex: pthread. Raw locks: test and set, waiting on loads.
 * - Sinks and registrations: .override; else a sink prints one line by write(2) to stderr (what is
 *   not printable ASCII, which a record may hold, as \xNN), and
 *   memory_failure() says -GHES_ENOTSUP, force_sig() only prints (STUB), panic() aborts. Interrupt,
 *   HED, NMI and SDEI registrations succeed: delivering is the program's part. All SDEI events
 *   have normal priority.
 *
 * Context: an op of the platform in any context that <ghes/platform.h> allows, signal handlers of
 * registered threads included (not on an alternate stack: liburcu). What is not an op: task, but
 * for _enter() and _exit(), which are async-signal-safe on registered threads.
 */
#ifndef GHES_PLATFORM_POSIX_H
#define GHES_PLATFORM_POSIX_H

#include <ghes/core.h>
#include <ghes/platform.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Memory that firmware writes records to: @size bytes at @paddr are at @va; all page-aligned. */
struct ghes_posix_region {
	uint64_t paddr;
	uint64_t size;
	void *va;
};

struct ghes_platform_posix_config {
	unsigned int nr_cpus;			 /* 0: 1 */
	uint32_t notify_types;			 /* 0: GHES_NOTIFY_ARM64 */
	const struct ghes_posix_region *regions; /* copied */
	size_t nr_regions;
	int signal_irq;		       /* 0: none */
	bool user_tasks;	       /* threads call _return_to_user(): task work will run */
	enum ghes_log_level log_level; /* lines above it are dropped; 0: GHES_LOG_INFO */
	/* What is not NULL here replaces the op of the same name; see _ctx(). */
	struct ghes_platform_ops override;
	void *ctx;
};

/**
 * ghes_platform_posix_create() - a platform for one core
 *
 * Registers the calling thread as CPU 0.
 * Return: 0; -GHES_EINVAL: regions misaligned, overlapping or wrapping; -GHES_ENOMEM: also when
 * no thread or semaphore could be made.
 */
GHES_API int ghes_platform_posix_create(const struct ghes_platform_posix_config *config,
					struct ghes_platform **platform);
/*
 * After the core was destroyed and all other threads have unregistered, on the thread that
 * created it.
 */
GHES_API void ghes_platform_posix_destroy(struct ghes_platform *platform);
/* .ctx of the configuration, for overrides. Context: any. */
GHES_API void *ghes_platform_posix_ctx(struct ghes_platform *platform);
/* The core that irq_work and timers call. Before its first notification; NULL: none. */
GHES_API void ghes_platform_posix_set_core(struct ghes_platform *platform,
					   const struct ghes_core_ops *ops, struct ghes_core *core);

/**
 * ghes_platform_posix_register_thread() - this thread is CPU @cpu from now on
 *
 * Before signals that deliver notifications are unblocked; not in a signal handler.
 * Return: 0; -GHES_EINVAL: no such CPU; -GHES_EEXIST: the CPU or this thread is taken.
 */
GHES_API int ghes_platform_posix_register_thread(struct ghes_platform *platform, unsigned int cpu);
/*
 * Interrupts come on, and irq_work and task work that are still pending run here; so the core must
 * still be there, or ghes_platform_posix_set_core() must have said that it is not.
 */
GHES_API void ghes_platform_posix_unregister_thread(struct ghes_platform *platform);

/*
 * Bracket the delivery of a notification on this thread: the context it comes as. Sets the masks
 * that arm64 sets for it; exit restores them, then runs pending irq_work if interrupts are on.
 * At most GHES_POSIX_NESTING deep; deeper, or unbalanced, aborts.
 */
#define GHES_POSIX_NESTING 16
GHES_API void ghes_platform_posix_enter(struct ghes_platform *platform, enum ghes_context as);
GHES_API void ghes_platform_posix_exit(struct ghes_platform *platform, enum ghes_context as);

/* Run the task works of this thread. */
GHES_API void ghes_platform_posix_return_to_user(struct ghes_platform *platform);
/* Returns when all works queued before have run. */
GHES_API void ghes_platform_posix_flush(struct ghes_platform *platform);

#ifdef __cplusplus
}
#endif

#endif
