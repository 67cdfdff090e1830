/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The POSIX platform, inside. platform_posix.c: creation, threads, contexts, masks, irq_work.
 * posix_memory.c: regions, slots, registers. posix_worker.c: works, RCU callbacks, timers.
 * posix_sinks.c: what happens to errors when the program does not say.
 */
#ifndef GHES_LIB_POSIX_H
#define GHES_LIB_POSIX_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include <ghes/llist.h>
#include <ghes/platform_posix.h>

/* A context that is being entered or left: neither its kind nor its masks can be relied on. */
#define POSIX_IN_TRANSITION ((unsigned int)GHES_NR_CONTEXTS)

struct posix_frame {
	_Atomic uint32_t as; /* enum ghes_context, or POSIX_IN_TRANSITION */
	uint32_t old_mask;
};

/*
 * One CPU, which is a registered thread; the worker has one of its own. Written by its thread and
 * by the signal handlers that nest on it, so the atomics only need to be whole (relaxed) and in
 * program order (signal fences). task_id and task_works are for others too.
 */
struct posix_cpu {
	struct posix_platform *posix;
	struct posix_cpu *next_on_thread; /* registered for other platforms */
	unsigned int cpu;
	_Atomic uint32_t depth;
	_Atomic uint32_t mask;
	_Atomic bool irq_pending;
	struct posix_frame frame[GHES_POSIX_NESTING];
	_Atomic uint64_t task_id; /* 0: nobody; written at registration, read under RCU */
	struct llist_head task_works;
};

struct posix_timer {
	struct posix_timer *next;
	uint16_t source_id;
	uint64_t interval; /* ns */
	uint64_t due;
};

/* Pushed from any context that may; everything else under the lock, in task context. */
struct posix_worker {
	pthread_t thread;
	sem_t wake; /* sem_post() is async-signal-safe and takes no lock */
	_Atomic bool stop;
	struct llist_head new_works;
	struct llist_head callbacks; /* struct ghes_rcu_head, by host[0] */
	_Atomic uint64_t callbacks_queued;

	pthread_mutex_t lock;
	pthread_cond_t idle;	  /* something was finished */
	struct llist_node *works; /* oldest first */
	const void *running;	  /* work or timer */
	uint64_t callbacks_done;
	struct posix_timer *timers;
	struct posix_cpu cpu;
};

struct posix_platform {
	struct ghes_platform platform; /* first: the handle */
	struct ghes_platform_ops ops;
	struct ghes_posix_region *regions;
	size_t nr_regions;
	_Atomic(unsigned char *)
		slot[GHES_NR_FIXMAP_SLOTS]; /* page mapped, under the slot's lock */
	int signal_irq;
	bool user_tasks;
	enum ghes_log_level log_level;
	void *ctx;
	pthread_mutex_t mutex; /* the op */
	pthread_mutex_t registry;
	_Atomic(const struct ghes_core_ops *) core_ops;
	_Atomic(struct ghes_core *) core;
	_Atomic uint64_t last_task_id;
	struct posix_worker worker;
	char rcu_readers, rcu_grace; /* addresses for posix_rcu.h */
	struct posix_cpu *cpu;	     /* [nr_cpus] */
};

static inline struct posix_platform *posix_of(struct ghes_platform *p)
{
	return (struct posix_platform *)p;
}

/* This thread's CPU; aborts when it has none (see the header). Any context. */
struct posix_cpu *posix_this_cpu(struct ghes_platform *p);
void posix_cpu_init(struct posix_cpu *cpu, struct posix_platform *posix, unsigned int number);
void posix_bind_thread(struct posix_cpu *cpu);
void posix_unbind_thread(struct posix_cpu *cpu);

/* One line to stderr by write(2); any context. */
void posix_print(struct posix_platform *posix, enum ghes_log_level level, const char *line,
		 size_t len);

int posix_memory_init(struct posix_platform *posix,
		      const struct ghes_platform_posix_config *config);
void posix_memory_ops(struct ghes_platform_ops *ops);
void posix_sink_ops(struct ghes_platform_ops *ops);
int posix_worker_start(struct posix_platform *posix);
void posix_worker_stop(struct posix_platform *posix);
void posix_worker_flush(struct posix_platform *posix);
void posix_worker_ops(struct ghes_platform_ops *ops);

#endif
