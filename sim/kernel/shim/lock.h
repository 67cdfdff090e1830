/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks, contexts, interrupt masks, RCU read sections, scope guards.
 *
 *	              task  irq  nmi-like
 *	raw_spin_lock  y     y    y        (a lock of one class only; same lock twice: `lock`)
 *	spin_lock      y     y    -        `lock`: an NMI may have interrupted the holder
 *	mutex_lock     y     -    -        `context`: it sleeps; also under a spinlock or RCU
 *	rcu_read_lock  y     y    y
 *
 * Besides rcu_read_lock(), every context above task is an RCU read section, and so is task context
 * with a spinlock held. (Interrupts masked without a lock are one to the kernel, and not here.)
 */
#ifndef SHIM_LOCK_H
#define SHIM_LOCK_H

/* === SAME === */
typedef struct raw_spinlock {
	struct host_lock host;
	unsigned int owner;  /* CPU + 1, 0 when free; written by the holder only */
	unsigned int busted; /* times the holder took it again after that was reported */
} raw_spinlock_t;

typedef struct spinlock {
	struct raw_spinlock rlock;
} spinlock_t;

#define __RAW_SPIN_LOCK_UNLOCKED(lockname)                                                         \
	{                                                                                          \
		.host = {.name = #lockname }                                                       \
	}
#define __SPIN_LOCK_UNLOCKED(lockname)                                                             \
	{                                                                                          \
		.rlock = __RAW_SPIN_LOCK_UNLOCKED(lockname)                                        \
	}
#define DEFINE_RAW_SPINLOCK(x) raw_spinlock_t x = __RAW_SPIN_LOCK_UNLOCKED(x)
#define DEFINE_SPINLOCK(x)     spinlock_t x = __SPIN_LOCK_UNLOCKED(x)
#define raw_spin_lock_init(lock)                                                                   \
	do {                                                                                       \
		*(lock) = (raw_spinlock_t)__RAW_SPIN_LOCK_UNLOCKED(lock);                          \
	} while (0)
#define spin_lock_init(lock) raw_spin_lock_init(&(lock)->rlock)

void raw_spin_lock(raw_spinlock_t *lock);
void raw_spin_unlock(raw_spinlock_t *lock);
void spin_lock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock);

unsigned long shim_irq_save(void);
void shim_irq_restore(unsigned long flags);
#define local_irq_save(flags)	 ((flags) = shim_irq_save())
#define local_irq_restore(flags) shim_irq_restore(flags)
#define local_irq_disable()	 ((void)shim_irq_save())
void local_irq_enable(void);
#define raw_spin_lock_irqsave(lock, flags)                                                         \
	do {                                                                                       \
		local_irq_save(flags);                                                             \
		raw_spin_lock(lock);                                                               \
	} while (0)
#define raw_spin_unlock_irqrestore(lock, flags)                                                    \
	do {                                                                                       \
		raw_spin_unlock(lock);                                                             \
		local_irq_restore(flags);                                                          \
	} while (0)
#define spin_lock_irqsave(lock, flags)                                                             \
	do {                                                                                       \
		local_irq_save(flags);                                                             \
		spin_lock(lock);                                                                   \
	} while (0)
#define spin_unlock_irqrestore(lock, flags)                                                        \
	do {                                                                                       \
		spin_unlock(lock);                                                                 \
		local_irq_restore(flags);                                                          \
	} while (0)
#define raw_spin_lock_irq(lock)                                                                    \
	do {                                                                                       \
		local_irq_disable();                                                               \
		raw_spin_lock(lock);                                                               \
	} while (0)
#define raw_spin_unlock_irq(lock)                                                                  \
	do {                                                                                       \
		raw_spin_unlock(lock);                                                             \
		local_irq_enable();                                                                \
	} while (0)
#define spin_lock_irq(lock)   raw_spin_lock_irq(&(lock)->rlock)
#define spin_unlock_irq(lock) raw_spin_unlock_irq(&(lock)->rlock)
#define spin_lock_bh(lock)    spin_lock(lock)
#define spin_unlock_bh(lock)  spin_unlock(lock)

bool in_nmi(void);
bool in_hardirq(void);
bool in_task(void);
bool irqs_disabled(void);
#define in_irq()       in_hardirq()
#define in_interrupt() (!in_task())
#define in_atomic()    shim_in_atomic()
bool shim_in_atomic(void);

/* Reports `context` when what runs here must not sleep. */
void shim_might_sleep(const char *file, int line, const char *function, const char *what);
#define might_sleep() shim_might_sleep(__FILE__, __LINE__, __func__, "might_sleep")
#define might_sleep_if(cond)                                                                       \
	do {                                                                                       \
		if (cond)                                                                          \
			might_sleep();                                                             \
	} while (0)

void rcu_read_lock(void);
void rcu_read_unlock(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void synchronize_rcu(void);
void rcu_barrier(void);
void kfree(const void *ptr);
void shim_kfree_rcu(struct rcu_head *head, size_t offset);
#define kfree_rcu(ptr, member) shim_kfree_rcu(&(ptr)->member, offsetof(typeof(*(ptr)), member))

#define raw_smp_processor_id()	   host_cpu()
#define smp_processor_id()	   host_cpu()
#define nr_cpu_ids		   host_nr_cpus()
#define get_cpu()		   host_cpu()
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < (int)host_nr_cpus(); (cpu)++)
#define for_each_online_cpu(cpu)   for_each_possible_cpu(cpu)

/* === DIFFERENT === */
/*
 * To the host cpu_relax() says that this CPU waits for another. genalloc.c says it once a word,
 * contended or not, so only what goes on for longer than any allocation is passed on.
 */
void shim_cpu_relax(void);
#define cpu_relax() shim_cpu_relax()

/* Any number of kernel mutexes over the host's one: a word that is tested under it. */
struct mutex {
	const char *name;
	int locked;
};
#define __MUTEX_INITIALIZER(lockname)                                                              \
	{                                                                                          \
		.name = #lockname                                                                  \
	}
#define DEFINE_MUTEX(x) struct mutex x = __MUTEX_INITIALIZER(x)
#define mutex_init(m)                                                                              \
	do {                                                                                       \
		*(m) = (struct mutex){.name = #m};                                                 \
	} while (0)
void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);
bool mutex_is_locked(struct mutex *m);

/* Readers exclude each other too; nobody here depends on their running together. */
struct rw_semaphore {
	struct mutex m;
};
#define __RWSEM_INITIALIZER(semname)                                                               \
	{                                                                                          \
		.m = __MUTEX_INITIALIZER(semname)                                                  \
	}
#define DECLARE_RWSEM(x) struct rw_semaphore x = __RWSEM_INITIALIZER(x)
#define init_rwsem(s)	 mutex_init(&(s)->m)
#define down_read(s)	 mutex_lock(&(s)->m)
#define up_read(s)	 mutex_unlock(&(s)->m)
#define down_write(s)	 mutex_lock(&(s)->m)
#define up_write(s)	 mutex_unlock(&(s)->m)

/* === STUB === */
/* Preemption: the simulated machine preempts nothing but by interrupts. */
#define preempt_disable()                                                                          \
	do {                                                                                       \
	} while (0)
#define preempt_enable()                                                                           \
	do {                                                                                       \
	} while (0)
#define put_cpu()                                                                                  \
	do {                                                                                       \
	} while (0)
#define local_bh_disable()                                                                         \
	do {                                                                                       \
	} while (0)
#define local_bh_enable()                                                                          \
	do {                                                                                       \
	} while (0)
/* lockdep: the checks above are ours. */
struct lock_class_key {
	int unused;
};
#define lockdep_assert_held(lock)                                                                  \
	do {                                                                                       \
		(void)(lock);                                                                      \
	} while (0)
#define lockdep_assert_irqs_disabled()                                                             \
	do {                                                                                       \
	} while (0)
#define lockdep_assert_irqs_enabled()                                                              \
	do {                                                                                       \
	} while (0)
#define lockdep_assert_cpus_held()                                                                 \
	do {                                                                                       \
	} while (0)
#define lockdep_set_class(lock, key)                                                               \
	do {                                                                                       \
	} while (0)
#define rcu_read_lock_held() 1

/* === SAME === */
/* Scope guards (linux/cleanup.h): guard(kind)(args), scoped_guard(kind, args), __free(kind). */
#define SHIM_GUARD(kind, T, lock_expr, unlock_expr)                                                \
	struct shim_guard_##kind {                                                                 \
		T *lock;                                                                           \
		unsigned long flags;                                                               \
	};                                                                                         \
	static inline struct shim_guard_##kind shim_guard_make_##kind(T *l)                        \
	{                                                                                          \
		struct shim_guard_##kind _g = {.lock = l}, *g = &_g;                               \
		lock_expr;                                                                         \
		return _g;                                                                         \
	}                                                                                          \
	static inline void shim_guard_drop_##kind(struct shim_guard_##kind *g)                     \
	{                                                                                          \
		unlock_expr;                                                                       \
	}
SHIM_GUARD(raw_spinlock, raw_spinlock_t, raw_spin_lock(g->lock), raw_spin_unlock(g->lock))
SHIM_GUARD(raw_spinlock_irqsave, raw_spinlock_t, raw_spin_lock_irqsave(g->lock, g->flags),
	   raw_spin_unlock_irqrestore(g->lock, g->flags))
SHIM_GUARD(spinlock, spinlock_t, spin_lock(g->lock), spin_unlock(g->lock))
SHIM_GUARD(spinlock_irqsave, spinlock_t, spin_lock_irqsave(g->lock, g->flags),
	   spin_unlock_irqrestore(g->lock, g->flags))
SHIM_GUARD(mutex, struct mutex, mutex_lock(g->lock), mutex_unlock(g->lock))
struct shim_guard_rcu {
	int unused;
};
static inline struct shim_guard_rcu shim_guard_make_rcu(void)
{
	rcu_read_lock();
	return (struct shim_guard_rcu){0};
}
static inline void shim_guard_drop_rcu(struct shim_guard_rcu *g)
{
	rcu_read_unlock();
}
#define guard(kind)                                                                                \
	struct shim_guard_##kind __UNIQUE_ID(guard) __cleanup(shim_guard_drop_##kind) =            \
		shim_guard_make_##kind
#define scoped_guard(kind, args...)                                                                \
	for (struct shim_guard_##kind __scope                                                      \
		     __cleanup(shim_guard_drop_##kind) = shim_guard_make_##kind(args),             \
		     *__done = NULL;                                                               \
	     !__done; __done = (void *)1)
#define DEFINE_FREE(name, type, free)                                                              \
	static inline void shim_free_##name(void *p)                                               \
	{                                                                                          \
		type _T = *(type *)p;                                                              \
		free;                                                                              \
	}
#define __free(name) __cleanup(shim_free_##name)
#define no_free_ptr(p)                                                                             \
	({                                                                                         \
		typeof(p) __kept = (p);                                                            \
		(p) = NULL;                                                                        \
		__kept;                                                                            \
	})
#define return_ptr(p) return no_free_ptr(p)
DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))

#endif
