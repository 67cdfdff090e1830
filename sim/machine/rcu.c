// SPDX-License-Identifier: GPL-2.0-only
/*
 * RCU: read sections, grace periods, callbacks.
 *
 * A CPU's count of active read sections is written by that CPU only. Interrupts and NMIs count as
 * such for a core that says so (the kernel's), and only there: one that does not must bracket what
 * it reads. A grace period ends when each CPU was seen with no section active, or has fallen to
 * none since it began.
 *
 *	reader			| who ends the grace period
 *	active++		| unpublish, then call_rcu()
 *	fence (A)		| fence (B)
 *	loads the pointer	| looks at active
 *	Either the reader sees the new pointer, or (B)'s side sees it active and waits.
 *
 * Callbacks run in softirq context on the CPU that ends the grace period, from task context.
 */
#include "internal.h"

static void enter(_Atomic uint32_t *active)
{
	atomic_fetch_add_explicit(active, 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst); /* (A) pairs with (B) */
}

static void leave(_Atomic uint32_t *active, _Atomic uint32_t *quiet)
{
	/* release: the section's loads are done; pairs with the acquire in has_left() */
	if (atomic_fetch_sub_explicit(active, 1, memory_order_release) == 1)
		atomic_fetch_add_explicit(quiet, 1, memory_order_release);
}

static bool has_left(const _Atomic uint32_t *active, const _Atomic uint32_t *quiet, uint32_t since)
{
	return atomic_load_explicit(active, memory_order_acquire) == 0 ||
	       atomic_load_explicit(quiet, memory_order_acquire) != since;
}

void sim_rcu_enter(struct sim_cpu *c)
{
	enter(&c->rcu_active);
}

void sim_rcu_exit(struct sim_cpu *c)
{
	leave(&c->rcu_active, &c->rcu_quiet);
}

void sim_irq_enter(struct sim_machine *m, struct sim_cpu *c)
{
	enter(&c->irq_active);
	if (m->core_ops->contexts_read_rcu)
		sim_rcu_enter(c);
}

void sim_irq_exit(struct sim_machine *m, struct sim_cpu *c)
{
	if (m->core_ops->contexts_read_rcu)
		sim_rcu_exit(c);
	leave(&c->irq_active, &c->irq_quiet);
}

static bool is_quiet(const struct sim_cpu *c, uint32_t since)
{
	return has_left(&c->rcu_active, &c->rcu_quiet, since);
}

/* ---- Callbacks ------------------------------------------------------------------------------- */

void sim_rcu_call(struct sim_machine *m, struct ghes_rcu_head *head,
		  void (*func)(struct ghes_rcu_head *head))
{
	struct ghes_rcu_head *old = atomic_load_explicit(&m->rcu_pending, memory_order_relaxed);

	head->func = func;
	atomic_fetch_add(&m->rcu_callbacks, 1);
	do {
		head->host[0] = old;
		/* release: what was unpublished before; pairs with the acquire in begin() */
	} while (!atomic_compare_exchange_weak_explicit(
		&m->rcu_pending, &old, head, memory_order_release, memory_order_relaxed));
}

/* Under rcu_lock: a grace period for what is pending, unless one runs. False: nothing to do. */
static bool begin(struct sim_machine *m)
{
	struct ghes_rcu_head *list, *next;

	if (m->gp_waiting)
		return true;
	list = atomic_exchange_explicit(&m->rcu_pending, NULL, memory_order_acquire);
	for (; list; list = next) { /* oldest first */
		next = list->host[0];
		list->host[0] = m->gp_waiting;
		m->gp_waiting = list;
	}
	if (!m->gp_waiting)
		return false;
	atomic_thread_fence(memory_order_seq_cst); /* (B) pairs with (A) */
	m->gp_left = 0;
	for (unsigned int i = 0; i < m->nr_cpus; i++) {
		m->gp_snapshot[i] = atomic_load(&m->cpu[i].rcu_quiet);
		m->gp_left |= UINT64_C(1) << i;
	}
	return true;
}

/* Under rcu_lock: the callbacks whose grace period is over. */
static struct ghes_rcu_head *finish(struct sim_machine *m)
{
	struct ghes_rcu_head *list;

	for (unsigned int i = 0; i < m->nr_cpus; i++)
		if ((m->gp_left >> i & 1) && is_quiet(&m->cpu[i], m->gp_snapshot[i]))
			m->gp_left &= ~(UINT64_C(1) << i);
	if (m->gp_left)
		return NULL;
	list = m->gp_waiting;
	m->gp_waiting = NULL;
	return list;
}

static void run_callbacks(struct sim_machine *m, struct sim_cpu *c, struct ghes_rcu_head *list)
{
	uint32_t n = 0;

	sim_enter(m, c, SIM_RUNNING_SOFTIRQ, SIM_NO_SOURCE);
	while (list) {
		struct ghes_rcu_head *head = list;

		list = head->host[0];
		head->func(head);
		atomic_fetch_sub(&m->rcu_callbacks, 1);
		n++;
	}
	sim_emit(m, c, SIM_EV_GRACE_PERIOD, SIM_NO_SOURCE, n, 0, 0, NULL);
	sim_leave(m, c, 0);
}

bool sim_rcu_poll(struct sim_machine *m, struct sim_cpu *c)
{
	struct ghes_rcu_head *list = NULL;

	if (!atomic_load_explicit(&m->rcu_callbacks, memory_order_relaxed))
		return false;
	sim_sync(m, c, SIM_SYNC_GRACE_PERIOD, NULL);
	sim_uses_one(m, c, SIM_RESOURCE_RCU, true, 0);
	sim_busy(c);
	sim_lock(m, &m->rcu_lock);
	if (begin(m))
		list = finish(m);
	sim_unlock(&m->rcu_lock);
	sim_idle(m, c);
	if (!list)
		return false;
	run_callbacks(m, c, list);
	sim_return_path(m, c);
	return true;
}

/* ---- Waiting --------------------------------------------------------------------------------- */

static bool stuck(struct sim_machine *m, struct sim_cpu *c, const char *what)
{
	if (sim_wait(m, c, &m->rcu_lock))
		return false;
	if (!atomic_load(&m->stopped))
		sim_defect(m, SIM_ORACLE_progress, "%s on CPU %u never ends", what, c->id);
	sim_stop(m);
	return true;
}

void sim_rcu_synchronize(struct sim_machine *m, struct sim_cpu *c)
{
	uint32_t snapshot[SIM_MAX_CPUS];
	const struct sim_driver *d = m->host->driver;

	if (d && d->sync) {
		sim_sync(m, c, SIM_SYNC_GRACE_PERIOD, NULL);
		sim_emit(m, c, SIM_EV_GRACE_PERIOD, SIM_NO_SOURCE, 0, 0, 0, NULL);
		return;
	}
	atomic_thread_fence(memory_order_seq_cst); /* (B) pairs with (A) */
	for (unsigned int i = 0; i < m->nr_cpus; i++)
		snapshot[i] = atomic_load(&m->cpu[i].rcu_quiet);
	for (unsigned int i = 0; i < m->nr_cpus; i++) {
		if (i == c->id) /* in task context, outside of sections: the caller promises */
			continue;
		while (!is_quiet(&m->cpu[i], snapshot[i]))
			if (stuck(m, c, "synchronize_rcu()"))
				return;
	}
	sim_emit(m, c, SIM_EV_GRACE_PERIOD, SIM_NO_SOURCE, 0, 0, 0, NULL);
}

void sim_irq_synchronize(struct sim_machine *m, struct sim_cpu *c)
{
	uint32_t snapshot[SIM_MAX_CPUS] = {0};

	sim_uses_contexts(m, c);
	atomic_thread_fence(memory_order_seq_cst); /* (B) pairs with (A) */
	for (unsigned int i = 0; i < m->nr_cpus; i++)
		snapshot[i] = atomic_load(&m->cpu[i].irq_quiet);
	for (unsigned int i = 0; i < m->nr_cpus; i++) {
		const struct sim_cpu *other = &m->cpu[i];

		while (i != c->id &&
		       !has_left(&other->irq_active, &other->irq_quiet, snapshot[i])) {
			if (stuck(m, c, "free_irq()"))
				return;
			sim_uses_contexts(m, c);
		}
	}
}

void sim_rcu_barrier(struct sim_machine *m, struct sim_cpu *c)
{
	while (atomic_load(&m->rcu_callbacks))
		if (!sim_rcu_poll(m, c) && atomic_load(&m->rcu_callbacks) &&
		    stuck(m, c, "rcu_barrier()"))
			return;
}
