// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks, masks and RCU on the host's, with the rules of lock.h checked at each call.
 */
#include "shim.h"

#define CONTEXT_NAMES                                                                              \
	{                                                                                          \
		"task", "irq", "sei", "sea", "sdei-normal", "sdei-critical", "nmi"                 \
	}

const char *shim_context_name(enum host_context context)
{
	static const char *const names[] = CONTEXT_NAMES;

	return context < HOST_NR_CONTEXTS ? names[context] : "?";
}

static void lock_taken(raw_spinlock_t *lock, enum host_context context)
{
	__atomic_store_n(&lock->owner, host_cpu() + 1, __ATOMIC_RELAXED);
	this_shim_cpu()->locks_held[context]++;
}

/* true: this CPU has it already, in this context or in one below. Only the owner can see itself. */
static bool lock_is_mine(raw_spinlock_t *lock)
{
	return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == host_cpu() + 1;
}

void raw_spin_lock(raw_spinlock_t *lock)
{
	enum host_context context;

	if (!host_checked) {
		host_raw_spin_lock(&lock->host);
		return;
	}
	context = host_context();
	if (lock_is_mine(lock)) {
		shim_defect("lock", "%s: taken in %s context on a CPU that already holds it",
			    lock->host.name, shim_context_name(context));
		lock->busted++;
		return;
	}
	host_raw_spin_lock(&lock->host);
	lock_taken(lock, context);
	if (context == HOST_TASK) /* a grace period waits for who cannot be preempted */
		rcu_read_lock();
}

void raw_spin_unlock(raw_spinlock_t *lock)
{
	if (!host_checked) {
		host_raw_spin_unlock(&lock->host);
		return;
	}
	if (lock->busted) {
		lock->busted--;
		return;
	}
	if (!lock_is_mine(lock)) {
		shim_defect("lock", "%s: released by a CPU that does not hold it", lock->host.name);
		return;
	}
	if (host_context() == HOST_TASK && this_shim_cpu()->rcu_depth[HOST_TASK])
		rcu_read_unlock();
	__atomic_store_n(&lock->owner, 0, __ATOMIC_RELAXED);
	this_shim_cpu()->locks_held[host_context()]--;
	host_raw_spin_unlock(&lock->host);
}

void spin_lock(spinlock_t *lock)
{
	if (host_checked && shim_nmi_like(host_context()))
		shim_defect("lock", "%s: a normal spinlock, taken in %s context",
			    lock->rlock.host.name, shim_context_name(host_context()));
	raw_spin_lock(&lock->rlock);
}

void spin_unlock(spinlock_t *lock)
{
	raw_spin_unlock(&lock->rlock);
}

unsigned long shim_irq_save(void)
{
	host_u32 flags = host_mask_get();

	if (!(flags & PSR_I_BIT))
		host_mask_set(flags | DAIF_PROCCTX_NOIRQ);
	return flags;
}

void shim_irq_restore(unsigned long flags)
{
	if (!(flags & PSR_I_BIT))
		host_mask_set(flags);
}

void local_irq_enable(void)
{
	host_mask_set(host_mask_get() & ~DAIF_PROCCTX_NOIRQ);
}

bool in_nmi(void)
{
	return shim_nmi_like(host_context());
}

bool in_hardirq(void)
{
	return host_context() == HOST_IRQ;
}

bool in_task(void)
{
	return host_context() == HOST_TASK;
}

bool irqs_disabled(void)
{
	return irqs_disabled_flags(host_mask_get()) || !in_task();
}

bool shim_in_atomic(void)
{
	enum host_context context = host_context();

	return context != HOST_TASK || this_shim_cpu()->locks_held[HOST_TASK];
}

void shim_might_sleep(const char *file, int line, const char *function, const char *what)
{
	enum host_context context;
	struct shim_cpu *cpu;

	if (!host_checked)
		return;
	context = host_context();
	cpu = this_shim_cpu();
	if (context != HOST_TASK)
		shim_defect("context", "%s in %s context, in %s() at %s:%d", what,
			    shim_context_name(context), function, file, line);
	else if (cpu->locks_held[HOST_TASK])
		shim_defect("context", "%s with a spinlock held, in %s() at %s:%d", what, function,
			    file, line);
	else if (cpu->rcu_depth[HOST_TASK])
		shim_defect("context", "%s in an RCU read section, in %s() at %s:%d", what,
			    function, file, line);
	else if (irqs_disabled_flags(host_mask_get()))
		shim_defect("context", "%s with interrupts masked, in %s() at %s:%d", what,
			    function, file, line);
}

#define BOUNDED_RELAXES                                                                            \
	1024 /* 64 KiB in granules of 8 bytes are 128 words, claimed and given up                  \
	      */

void shim_cpu_relax(void)
{
	struct shim_cpu *cpu = this_shim_cpu();

	if (cpu->relaxes < BOUNDED_RELAXES)
		cpu->relaxes++;
	else
		host_cpu_relax();
}

/* The host's mutex only makes the test and the change of the word one step. */
void mutex_lock(struct mutex *m)
{
	shim_might_sleep("mutex", 0, m->name, "mutex_lock");
	for (;;) {
		bool got;

		host_mutex_lock();
		got = !m->locked;
		m->locked = 1;
		host_mutex_unlock();
		if (got)
			return;
		host_schedule();
	}
}

void mutex_unlock(struct mutex *m)
{
	host_mutex_lock();
	if (!m->locked)
		shim_defect("lock", "%s: a mutex that is not held is released", m->name);
	m->locked = 0;
	host_mutex_unlock();
}

bool mutex_is_locked(struct mutex *m)
{
	return READ_ONCE(m->locked);
}

void rcu_read_lock(void)
{
	host_rcu_read_lock();
	if (host_checked)
		this_shim_cpu()->rcu_depth[host_context()]++;
}

void rcu_read_unlock(void)
{
	if (host_checked)
		this_shim_cpu()->rcu_depth[host_context()]--;
	host_rcu_read_unlock();
}

unsigned int k_rcu_depth(void)
{
	return this_shim_cpu()->rcu_depth[host_context()];
}

void k_rcu_leave(void)
{
	rcu_read_unlock();
}

void synchronize_rcu(void)
{
	shim_might_sleep("rcu", 0, "synchronize_rcu", "synchronize_rcu");
	host_synchronize_rcu();
}

void rcu_barrier(void)
{
	shim_might_sleep("rcu", 0, "rcu_barrier", "rcu_barrier");
	host_rcu_barrier();
}
