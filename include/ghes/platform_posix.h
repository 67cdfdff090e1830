/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A platform for programs that embed libghes: POSIX threads and liburcu (memb).
 *
 * Flow: program -> ghes_platform_posix_create() -> struct ghes_platform for the core; threads that
 * deliver notifications register once and bracket each with ..._enter() and ..._exit().
 *
 * What is what here
 * - Physical memory: regions of the program's own memory, listed in the configuration.
 * - CPU: a number that a thread gets when it registers. Context and masks: variables of the
 *   thread; masks are taken as the program sets them, real signal masks are the program's own
 *   business unless .signal_irq is set: then PSR_I_BIT blocks and unblocks that signal.
 * - irq_work: runs on the thread that raised it, when its masks and its context permit: at the
 *   latest in ghes_platform_posix_exit() of the outermost context.
 * - Works run on one worker thread. Task work runs when the program calls
 *   ghes_platform_posix_return_to_user() on that thread.
 * - Mutex: pthread. Raw locks: test and set, waiting on loads, with cpu_relax().
 * - Sinks: the program's callbacks; NULL prints one line to stderr (never from NMI-like context:
 *   there lines are kept in a small ring and printed at the next return to task context).
 */
#ifndef GHES_PLATFORM_POSIX_H
#define GHES_PLATFORM_POSIX_H

#include <ghes/core.h>
#include <ghes/platform.h>

/* Memory that firmware writes records to: @size bytes at @paddr are at @va. */
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
	uint64_t (*clock)(void *ctx);  /* NULL: CLOCK_MONOTONIC */
	enum ghes_log_level log_level; /* lines above it are dropped; 0: GHES_LOG_INFO */
	/* What is not NULL here replaces the op of the same name; gets the platform, see _ctx(). */
	struct ghes_platform_ops override;
	void *ctx;
};

/**
 * ghes_platform_posix_create() - a platform for one core
 * Context: task. Return: 0, -GHES_EINVAL, -GHES_ENOMEM.
 */
GHES_API int ghes_platform_posix_create(const struct ghes_platform_posix_config *config,
					struct ghes_platform **platform);
/* After the core was destroyed. Context: task. */
GHES_API void ghes_platform_posix_destroy(struct ghes_platform *platform);
/* .ctx of the configuration, for overrides. Context: any. */
GHES_API void *ghes_platform_posix_ctx(struct ghes_platform *platform);
/* The core whose irq_work_run the platform calls. Context: task. */
GHES_API void ghes_platform_posix_set_core(struct ghes_platform *platform,
					   const struct ghes_core_ops *ops, struct ghes_core *core);

/* This thread is CPU @cpu from now on. 0, -GHES_EINVAL, -GHES_EEXIST. Not in a signal handler. */
GHES_API int ghes_platform_posix_register_thread(struct ghes_platform *platform, unsigned int cpu);
GHES_API void ghes_platform_posix_unregister_thread(struct ghes_platform *platform);

/*
 * Bracket the delivery of a notification on this thread: the context it comes as. exit runs
 * pending irq_work when it returns to a context that has interrupts on. Async-signal-safe.
 */
GHES_API void ghes_platform_posix_enter(struct ghes_platform *platform, enum ghes_context as);
GHES_API void ghes_platform_posix_exit(struct ghes_platform *platform, enum ghes_context as);

/* Run the task works of this thread. Context: task. */
GHES_API void ghes_platform_posix_return_to_user(struct ghes_platform *platform);
/* Returns when all works queued before have run. Context: task. */
GHES_API void ghes_platform_posix_flush(struct ghes_platform *platform);

#endif
