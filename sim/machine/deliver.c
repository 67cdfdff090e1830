// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delivery: a notification meets a CPU; now, later, never, or that was it.
 *
 * Flow: sim_arrive(), sim_do(), firmware.c -> sim_raise*() -> the table's verdict -> here: the
 * core's entry in the right context -> sim_return_path().
 *
 * What Linux does around the core is here as well, as far as the core's answer decides it:
 * do_sea() signals the task unless the claim answers 0, and task work runs before the task
 * returns to user mode, where it retries what it was doing.
 *
 * SDEI has a file of its own.
 */
#include "internal.h"
#include "sdei.h"

/* As often a task reads poison again; firmware reports it each time. */
#define SIM_MAX_RETRIES 3

enum sim_arriving sim_arriving_of(const struct sim_source *s)
{
	switch (s->config.notify) {
	case ACPI_HEST_NOTIFY_EXTERNAL:
		return SIM_ARRIVING_IRQ;
	case ACPI_HEST_NOTIFY_NMI:
		return SIM_ARRIVING_NMI;
	case ACPI_HEST_NOTIFY_SEA:
		return SIM_ARRIVING_SEA;
	case ACPI_HEST_NOTIFY_SEI:
		return SIM_ARRIVING_SEI;
	case ACPI_HEST_NOTIFY_MCE:
		return SIM_ARRIVING_MCE;
	case ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED:
		return s->config.sdei_critical ? SIM_ARRIVING_SDEI_CRITICAL
					       : SIM_ARRIVING_SDEI_NORMAL;
	default: /* polled, and what comes by the error device: SCI, GSIV, GPIO */
		return SIM_ARRIVING_TASK_WORK;
	}
}

uint64_t sim_registration_of(const struct sim_source *s)
{
	switch (s->config.notify) {
	case ACPI_HEST_NOTIFY_SCI:
	case ACPI_HEST_NOTIFY_GSIV:
	case ACPI_HEST_NOTIFY_GPIO:
		return SIM_REGISTRATION_HED;
	case ACPI_HEST_NOTIFY_NMI:
		return SIM_REGISTRATION_NMI;
	default:
		return s->index;
	}
}

static void set_bit(uint64_t *map, uint32_t n)
{
	map[n / 64] |= UINT64_C(1) << (n % 64);
}

/* Take one bit: its number, or SIM_NONE. */
static uint32_t take_bit(uint64_t *map, uint32_t nr)
{
	for (uint32_t i = 0; i * 64 < nr; i++) {
		if (map[i]) {
			uint32_t n = i * 64 + (uint32_t)__builtin_ctzll(map[i]);

			map[i] &= map[i] - 1;
			return n;
		}
	}
	return SIM_NONE;
}

static bool any_bit(const uint64_t *map, uint32_t nr)
{
	for (uint32_t i = 0; i * 64 < nr; i++)
		if (map[i])
			return true;
	return false;
}

static void fatal(struct sim_machine *m)
{
	sim_uses_one(m, sim_this(m), SIM_RESOURCE_END, true, 0);
	atomic_store(&m->fatal, true);
	sim_stop(m);
}

/* ---- The entries of the core, each in its context -------------------------------------------- */

static void entry_for_type(struct sim_machine *m, uint8_t type)
{
	atomic_store(&m->last_entry[type], sim_next_stamp(m));
}

static void deliver_irq(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s)
{
	uint64_t stamp = sim_next_stamp(m);
	int answer;

	for (uint32_t i = 0; i < m->nr_sources; i++)
		if (m->source[i].config.notify == ACPI_HEST_NOTIFY_EXTERNAL &&
		    m->source[i].config.vector == s->config.vector)
			atomic_store(&m->source[i].last_entry, stamp);
	sim_enter(m, c, SIM_RUNNING_HARDIRQ, s->config.id);
	answer = m->core_ops->notify_irq(m->core, s->config.vector);
	sim_leave(m, c, answer);
}

static void deliver_ipi(struct sim_machine *m, struct sim_cpu *c)
{
	sim_enter(m, c, SIM_RUNNING_HARDIRQ, SIM_NO_SOURCE);
	m->core_ops->irq_work_run(m->core);
	sim_leave(m, c, 0);
}

void sim_deliver_timer(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s)
{
	int answer;

	atomic_store(&s->last_entry, sim_next_stamp(m));
	sim_enter(m, c, SIM_RUNNING_SOFTIRQ, s->config.id);
	answer = m->core_ops->notify_timer(m->core, s->config.id);
	sim_leave(m, c, answer);
}

/* The error device's Notify runs on a workqueue: another task on this CPU. */
static void deliver_hed(struct sim_machine *m, struct sim_cpu *c)
{
	int answer;

	entry_for_type(m, ACPI_HEST_NOTIFY_SCI);
	sim_enter(m, c, SIM_RUNNING_KERNEL, SIM_NO_SOURCE);
	sim_top(c)->task = (struct ghes_task){.id = 1000 + c->id, .user = false};
	answer = m->core_ops->notify_hed(m->core);
	sim_leave(m, c, answer);
}

static void deliver_nmi(struct sim_machine *m, struct sim_cpu *c)
{
	int answer;

	entry_for_type(m, ACPI_HEST_NOTIFY_NMI);
	sim_enter(m, c, SIM_RUNNING_NMI, SIM_NO_SOURCE);
	answer = m->core_ops->notify_nmi(m->core);
	sim_leave(m, c, answer);
}

static void deliver_sei(struct sim_machine *m, struct sim_cpu *c)
{
	int answer = -GHES_ENOENT;

	entry_for_type(m, ACPI_HEST_NOTIFY_SEI);
	sim_enter(m, c, SIM_RUNNING_SEI, SIM_NO_SOURCE);
	if (m->core_ops->notify_sei)
		answer = m->core_ops->notify_sei(m->core);
	sim_leave(m, c, answer);
}

/* Contexts that have nothing to do with GHES, but are there to be interrupted. */
static void deliver_other(struct sim_machine *m, struct sim_cpu *c, enum sim_running running)
{
	sim_enter(m, c, running, SIM_NO_SOURCE);
	sim_point(m, c, SIM_EV_STEP, 0);
	sim_emit(m, c, SIM_EV_STEP, SIM_NO_SOURCE, 0, 0, 0, NULL);
	sim_leave(m, c, 0);
}

/* ---- Arrival --------------------------------------------------------------------------------- */

static enum sim_verdict note(struct sim_machine *m, struct sim_cpu *c, uint16_t source,
			     enum sim_arriving arriving, enum sim_verdict verdict)
{
	c->verdicts[arriving][verdict]++;
	sim_emit(m, c, SIM_EV_RAISE, source, arriving, verdict, 0, NULL);
	if (verdict == SIM_FATAL)
		fatal(m);
	return verdict;
}

/* Nobody asked to be told: the interrupt is not requested, the handler not registered. */
static bool heard(struct sim_machine *m, const struct sim_source *s)
{
	switch (s->config.notify) {
	case ACPI_HEST_NOTIFY_POLLED:
		return atomic_load(&s->timer_armed);
	case ACPI_HEST_NOTIFY_EXTERNAL:
		return atomic_load(&s->irq_requested);
	case ACPI_HEST_NOTIFY_SCI:
	case ACPI_HEST_NOTIFY_GSIV:
	case ACPI_HEST_NOTIFY_GPIO:
		return atomic_load(&m->hed_users) != 0;
	case ACPI_HEST_NOTIFY_NMI:
		return atomic_load(&m->nmi_users) != 0;
	default:
		return m->core != NULL;
	}
}

static enum sim_verdict raise_timer(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s)
{
	enum sim_verdict v = sim_verdict_now(m, c, SIM_ARRIVING_TASK_WORK, false);

	note(m, c, s->config.id, SIM_ARRIVING_TASK_WORK, v);
	if (v == SIM_NOW) {
		sim_deliver_timer(m, c, s);
	} else if (v == SIM_PENDING) {
		set_bit(c->timer_pending, s->index);
		c->pending |= SIM_PEND_TIMER;
	}
	return v;
}

/* A worker would have to wait for the sleeping lock that this CPU's task holds: it runs later. */
static bool worker_may_run(const struct sim_machine *m, const struct sim_cpu *c)
{
	return atomic_load_explicit(&m->mutex.owner, memory_order_relaxed) != c->id + 1;
}

static enum sim_verdict raise_hed(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s)
{
	enum sim_verdict v = sim_verdict_now(m, c, SIM_ARRIVING_TASK_WORK, false);

	if (v == SIM_NOW && !worker_may_run(m, c))
		v = SIM_PENDING;
	note(m, c, s->config.id, SIM_ARRIVING_TASK_WORK, v);
	if (v == SIM_NOW)
		deliver_hed(m, c);
	else if (v == SIM_PENDING)
		c->pending |= SIM_PEND_HED;
	return v;
}

static enum sim_verdict raise_irq(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s)
{
	enum sim_verdict v = sim_verdict_now(m, c, SIM_ARRIVING_IRQ, false);

	note(m, c, s->config.id, SIM_ARRIVING_IRQ, v);
	if (v == SIM_NOW) {
		deliver_irq(m, c, s);
	} else if (v == SIM_PENDING) {
		set_bit(c->irq_pending, s->index);
		c->pending |= SIM_PEND_IRQ;
	}
	return v;
}

enum sim_verdict sim_raise_class(struct sim_machine *m, struct sim_cpu *c,
				 enum sim_arriving arriving)
{
	enum sim_verdict v = sim_verdict_now(m, c, arriving, false);

	note(m, c, SIM_NO_SOURCE, arriving, v);
	switch (arriving) {
	case SIM_ARRIVING_PNMI:
		if (v == SIM_NOW)
			deliver_other(m, c, SIM_RUNNING_PNMI);
		else if (v == SIM_PENDING)
			c->pending |= SIM_PEND_PNMI;
		break;
	case SIM_ARRIVING_SEI:
		if (v == SIM_NOW)
			deliver_sei(m, c);
		else if (v == SIM_PENDING)
			c->pending |= SIM_PEND_SEI;
		break;
	case SIM_ARRIVING_NMI:
		if (v == SIM_NOW)
			deliver_nmi(m, c);
		else if (v == SIM_PENDING)
			c->pending |= SIM_PEND_NMI;
		break;
	case SIM_ARRIVING_MCE:
		if (v == SIM_NOW)
			deliver_other(m, c, SIM_RUNNING_MCE);
		break;
	default: /* SMI: firmware ran, nobody noticed */
		break;
	}
	if (v == SIM_NOW)
		sim_return_path(m, c);
	return v;
}

enum sim_verdict sim_raise(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s)
{
	enum sim_verdict v;

	/* a shared SDEI event runs on one PE at a time */
	sim_uses(m, c,
		 (const struct sim_use[]){
			 {SIM_RESOURCE_SOURCE, s->config.sdei_shared, sim_registration_of(s)},
			 {SIM_RESOURCE_CONTEXT, true, c->id},
		 },
		 2);
	if (!atomic_load_explicit(&c->online, memory_order_relaxed))
		return SIM_NEVER;
	if (!heard(m, s))
		return note(m, c, s->config.id, sim_arriving_of(s), SIM_LOST);
	switch (s->config.notify) {
	case ACPI_HEST_NOTIFY_POLLED:
		v = raise_timer(m, c, s);
		break;
	case ACPI_HEST_NOTIFY_EXTERNAL:
		v = raise_irq(m, c, s);
		break;
	case ACPI_HEST_NOTIFY_SCI:
	case ACPI_HEST_NOTIFY_GSIV:
	case ACPI_HEST_NOTIFY_GPIO:
		v = raise_hed(m, c, s);
		break;
	case ACPI_HEST_NOTIFY_SEA:
		return sim_raise_sea(m, c, s, NULL, false);
	case ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED:
		return sim_sdei_raise(m, c, s);
	case ACPI_HEST_NOTIFY_SEI:
	case ACPI_HEST_NOTIFY_NMI:
	case ACPI_HEST_NOTIFY_MCE:
		return sim_raise_class(m, c, sim_arriving_of(s));
	default:
		return SIM_NEVER;
	}
	if (v == SIM_NOW)
		sim_return_path(m, c);
	return v;
}

void sim_raise_ipi(struct sim_machine *m, struct sim_cpu *c)
{
	c->pending |= SIM_PEND_IPI;
	sim_return_path(m, c);
}

static bool deliver_irq_pending(struct sim_machine *m, struct sim_cpu *c)
{
	uint32_t n = take_bit(c->irq_pending, m->nr_sources);

	if (!any_bit(c->irq_pending, m->nr_sources))
		c->pending &= ~(uint32_t)SIM_PEND_IRQ;
	if (n == SIM_NONE)
		return false;
	if (atomic_load(&m->source[n].irq_requested)) /* else: freed meanwhile */
		deliver_irq(m, c, &m->source[n]);
	return true;
}

static bool deliver_timer_pending(struct sim_machine *m, struct sim_cpu *c)
{
	uint32_t n = take_bit(c->timer_pending, m->nr_sources);

	if (!any_bit(c->timer_pending, m->nr_sources))
		c->pending &= ~(uint32_t)SIM_PEND_TIMER;
	if (n == SIM_NONE)
		return false;
	if (atomic_load(&m->source[n].timer_armed))
		sim_deliver_timer(m, c, &m->source[n]);
	return true;
}

/* Firmware wrote a record while the core was in one of its ops; now it raises. */
static bool raise_wanted(struct sim_machine *m, struct sim_cpu *c)
{
	c->pending &= ~(uint32_t)SIM_PEND_RAISE;
	for (uint32_t i = 0; i < m->nr_sources; i++) {
		struct sim_source *s = &m->source[i];

		if (!atomic_load(&s->raise_wanted) || !atomic_exchange(&s->raise_wanted, false))
			continue;
		/* an abort is nothing that firmware can raise by itself */
		if (s->config.notify != ACPI_HEST_NOTIFY_SEA)
			sim_raise(m, c, s);
	}
	return true;
}

static bool allowed(struct sim_machine *m, struct sim_cpu *c, uint32_t bit,
		    enum sim_arriving arriving)
{
	return (c->pending & bit) && sim_verdict_now(m, c, arriving, false) == SIM_NOW;
}

static bool take(struct sim_cpu *c, uint32_t bit)
{
	c->pending &= ~bit;
	return true;
}

bool sim_deliver_pending(struct sim_machine *m, struct sim_cpu *c)
{
	if (c->pending & SIM_PEND_RAISE)
		return raise_wanted(m, c);
	if (sim_sdei_deliver_pending(m, c))
		return true;
	if (!c->pending)
		return false;
	if (allowed(m, c, SIM_PEND_NMI, SIM_ARRIVING_NMI) && take(c, SIM_PEND_NMI))
		deliver_nmi(m, c);
	else if (allowed(m, c, SIM_PEND_SEI, SIM_ARRIVING_SEI) && take(c, SIM_PEND_SEI))
		deliver_sei(m, c);
	else if (allowed(m, c, SIM_PEND_PNMI, SIM_ARRIVING_PNMI) && take(c, SIM_PEND_PNMI))
		deliver_other(m, c, SIM_RUNNING_PNMI);
	else if (!c->ipi_held && allowed(m, c, SIM_PEND_IPI, SIM_ARRIVING_IRQ) &&
		 take(c, SIM_PEND_IPI))
		deliver_ipi(m, c);
	else if (allowed(m, c, SIM_PEND_IRQ, SIM_ARRIVING_IRQ))
		return deliver_irq_pending(m, c);
	else if (allowed(m, c, SIM_PEND_TIMER, SIM_ARRIVING_TASK_WORK))
		return deliver_timer_pending(m, c);
	else if (allowed(m, c, SIM_PEND_HED, SIM_ARRIVING_TASK_WORK) && worker_may_run(m, c) &&
		 take(c, SIM_PEND_HED))
		deliver_hed(m, c);
	else
		return false;
	return true;
}

/* ---- Synchronous external aborts ------------------------------------------------------------- */

void sim_signal(struct sim_machine *m, struct sim_cpu *c, struct ghes_task task, const char *why)
{
	for (unsigned int i = 0; i < m->nr_cpus; i++) {
		struct sim_cpu *to = &m->cpu[i];

		if (to->task_id != task.id)
			continue;
		atomic_store(&to->task_dying, true);
		atomic_store(&to->poison.signalled, true);
	}
	sim_emit(m, c, SIM_EV_SIGBUS, SIM_NO_SOURCE, task.id, 0, 0, why);
}

/* Before a task returns to user mode (or a VCPU to its guest) its task work runs. */
static void return_to_user(struct sim_machine *m, struct sim_cpu *c)
{
	uint8_t running = c->frame[0].running;

	sim_uses_one(m, c, SIM_RESOURCE_MODE, true, c->id);
	c->frame[0].running = SIM_RUNNING_KERNEL;
	sim_return_path(m, c);
	while (sim_task_work_run(m, c))
		sim_return_path(m, c);
	sim_uses_one(m, c, SIM_RESOURCE_MODE, true, c->id);
	c->frame[0].running = running;
	if (atomic_exchange(&c->task_dying, false)) {
		c->task_id += SIM_MAX_CPUS;
		c->frame[0].task.id = c->task_id;
	}
}

static int claim(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s, bool guest)
{
	struct ghes_regs regs = {.user = true, .pstate = c->masks};
	int answer;

	entry_for_type(m, ACPI_HEST_NOTIFY_SEA);
	if (!guest)
		sim_enter(m, c, SIM_RUNNING_SEA_ENTRY, s->config.id);
	sim_top(c)->instance = 0;
	answer = m->core_ops->claim_sea(m->core, guest ? NULL : &regs);
	sim_emit(m, c, SIM_EV_CLAIM, s->config.id, (uint64_t) - (int64_t)answer, !guest,
		 sim_top(c)->instance, NULL);
	return answer;
}

/* One abort, from the exception to the end of its return. */
static void abort_once(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s, bool guest)
{
	int answer = claim(m, c, s, guest);

	if (answer)
		sim_signal(m, c, c->frame[0].task,
			   guest ? "abort injected into the guest" : "do_sea()");
	if (!guest)
		sim_leave(m, c, answer);
	return_to_user(m, c);
}

enum sim_verdict sim_raise_sea(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s,
			       struct sim_consumed *consumed, bool guest)
{
	struct sim_poison *poison = &c->poison;
	enum sim_verdict v;

	sim_uses(m, c,
		 (const struct sim_use[]){
			 {SIM_RESOURCE_TASK, true, c->id},
			 {SIM_RESOURCE_CONTEXT, true, c->id},
			 {SIM_RESOURCE_MODE, false, c->id},
		 },
		 3);
	/* from a guest it is an ordinary exit, handled in the kernel with interrupts on */
	v = sim_verdict_now(m, c, guest ? SIM_ARRIVING_TASK_WORK : SIM_ARRIVING_SEA, false);
	note(m, c, s->config.id, SIM_ARRIVING_SEA, v);
	if (v != SIM_NOW || !m->core)
		return v;
	atomic_store(&poison->offlined, false);
	atomic_store(&poison->signalled, false);
	atomic_store(&poison->page, consumed ? (consumed->paddr >> GHES_PAGE_SHIFT) + 1 : 0);
	for (int i = 0;; i++) {
		bool offlined, signalled;

		abort_once(m, c, s, guest);
		if (atomic_load(&m->stopped) || !consumed)
			break;
		sim_uses_one(m, c, SIM_RESOURCE_TASK, false, c->id);
		offlined = atomic_load(&poison->offlined);
		signalled = atomic_load(&poison->signalled);
		sim_emit(m, c, SIM_EV_USER_RETRY, s->config.id, consumed->paddr,
			 (uint64_t)!consumed->reported << 2 | (uint64_t)offlined << 1 | signalled,
			 0, NULL);
		if (offlined || signalled || i == SIM_MAX_RETRIES)
			break;
		consumed->reported = sim_firmware_report(m, c, s, consumed->record) != 0;
	}
	atomic_store(&poison->page, 0);
	sim_return_path(m, c);
	return v;
}
