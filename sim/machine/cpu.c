// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUs: contexts nested in one another, their masks, and the way back out of them.
 *
 * Flow: deliver.c -> sim_enter() -> the core -> sim_leave() -> sim_return_path() -> deliver.c.
 *
 * Invariants: frame[0] is the task; depth only changes on the own CPU with busy != 0; masks of an
 * interrupted context come back exactly as they were when it was interrupted, whatever the core
 * did in between (that is hardware), and the core must have put its own back before (that is the
 * `mask` oracle's business).
 *
 * Which masks a context starts with: reference of Linux on arm64, entry-common.c and daifflags.h;
 * x86 has one bit that matters, EFLAGS.IF, kept as PSR_I_BIT.
 */
#include <sched.h>
#include <stdlib.h>

#include "internal.h"
#include "sdei.h"

/* The CPU this thread or fiber runs as. Outside of the machine: a restore must not change it. */
static _Thread_local unsigned int this_cpu;

void sim_set_this_cpu(struct sim_machine *m, unsigned int cpu)
{
	if (cpu < m->nr_cpus)
		this_cpu = cpu;
}

unsigned int sim_this_cpu(const struct sim_machine *m)
{
	return this_cpu < m->nr_cpus ? this_cpu : 0;
}

struct sim_cpu *sim_this(struct sim_machine *m)
{
	return &m->cpu[sim_this_cpu(m)];
}

unsigned int sim_depth(const struct sim_machine *m, unsigned int cpu)
{
	return m->cpu[cpu].depth;
}

/* ---- What is running, as the table has it ---------------------------------------------------- */

bool sim_nmi_like(enum sim_running running)
{
	static const bool nmi_like[SIM_NR_RUNNING] = {
		[SIM_RUNNING_PNMI] = true,	    [SIM_RUNNING_SEI] = true,
		[SIM_RUNNING_SEA_CLAIM] = true,	    [SIM_RUNNING_SDEI_NORMAL] = true,
		[SIM_RUNNING_SDEI_CRITICAL] = true, [SIM_RUNNING_NMI] = true,
		[SIM_RUNNING_MCE] = true,
	};

	return nmi_like[running];
}

/*
 * The row of the table: the context, as far as its masks are those it starts with; where software
 * has masked more (or less), the row that stands for these masks. SDEI, SEI and NMI contexts are
 * what they are: there it is firmware or hardware that holds others off.
 */
enum sim_running sim_effective(const struct sim_machine *m, const struct sim_cpu *c)
{
	enum sim_running running = c->frame[c->depth].running;
	bool irqs_off = c->masks & PSR_I_BIT;
	bool sei_off = m->arch == SIM_ARCH_ARM64 && (c->masks & PSR_A_BIT);

	switch (running) {
	case SIM_RUNNING_KERNEL:
		if (sei_off)
			return SIM_RUNNING_SEA_CLAIM;
		return irqs_off ? SIM_RUNNING_KERNEL_IRQS_OFF : running;
	case SIM_RUNNING_SOFTIRQ:
		if (sei_off)
			return SIM_RUNNING_SEA_CLAIM;
		return irqs_off ? SIM_RUNNING_HARDIRQ : running;
	case SIM_RUNNING_HARDIRQ:
	case SIM_RUNNING_SEA_IRQ_WORK:
		if (sei_off)
			return SIM_RUNNING_SEA_CLAIM;
		return irqs_off ? running : SIM_RUNNING_SOFTIRQ;
	case SIM_RUNNING_SEA_ENTRY:
	case SIM_RUNNING_SEA_CLAIM:
		if (sei_off)
			return SIM_RUNNING_SEA_CLAIM;
		return irqs_off ? SIM_RUNNING_SEA_IRQ_WORK : SIM_RUNNING_SEA_ENTRY;
	default:
		return running;
	}
}

enum sim_running sim_running(const struct sim_machine *m, unsigned int cpu)
{
	const struct sim_cpu *c = &m->cpu[cpu];
	enum sim_running running = c->frame[c->depth].running;

	if (running == SIM_RUNNING_KERNEL && (c->masks & PSR_I_BIT))
		return SIM_RUNNING_KERNEL_IRQS_OFF;
	return running;
}

enum sim_verdict sim_verdict_now(struct sim_machine *m, struct sim_cpu *c,
				 enum sim_arriving arriving, bool explicit_dispatch)
{
	return sim_may_preempt(m->arch, sim_effective(m, c), arriving, explicit_dispatch);
}

uint32_t sim_entry_masks(enum sim_arch arch, enum sim_running running, uint32_t interrupted)
{
	if (arch == SIM_ARCH_X86) {
		switch (running) {
		case SIM_RUNNING_HARDIRQ:
		case SIM_RUNNING_NMI:
		case SIM_RUNNING_MCE:
			return PSR_I_BIT;
		default:
			return 0;
		}
	}
	switch (running) {
	case SIM_RUNNING_HARDIRQ:
	case SIM_RUNNING_PNMI:
		return DAIF_PROCCTX_NOIRQ;
	case SIM_RUNNING_SEI:
		return DAIF_ERRCTX;
	case SIM_RUNNING_SDEI_NORMAL:
	case SIM_RUNNING_SDEI_CRITICAL:
		return DAIF_MASK;
	case SIM_RUNNING_SEA_CLAIM:
	case SIM_RUNNING_SEA_IRQ_WORK:
		return interrupted; /* entered by the core, which sets the masks itself */
	default:
		return DAIF_PROCCTX;
	}
}

/* ---- In and out ------------------------------------------------------------------------------ */

/* Contexts that keep a grace period waiting where the core counts on it: see rcu.c. */
static bool is_interrupt(enum sim_running running)
{
	return sim_nmi_like(running) || running == SIM_RUNNING_HARDIRQ ||
	       running == SIM_RUNNING_SEA_IRQ_WORK;
}

void sim_enter(struct sim_machine *m, struct sim_cpu *c, enum sim_running running, uint16_t source)
{
	struct sim_frame *f;
	enum sim_running interrupted = sim_running(m, c->id);

	sim_busy(c);
	if (c->depth + 1 == SIM_MAX_DEPTH) {
		sim_defect(m, SIM_ORACLE_progress, "%u contexts nested on CPU %u", c->depth, c->id);
		sim_idle(m, c);
		sim_stop(m);
		abort(); /* a driver's stop() does not return */
	}
	f = &c->frame[c->depth + 1];
	*f = (struct sim_frame){
		.running = (uint8_t)running,
		.source = source,
		.resumes = c->masks,
		.masks = sim_entry_masks(m->arch, running, c->masks),
		.rcu_nesting = c->rcu_nesting,
		.locks_held = c->locks_held,
		.task = sim_top(c)->task,
		.entry_step = c->steps,
	};
	c->masks = f->masks;
	c->depth++;
	if (c->depth > c->max_depth)
		c->max_depth = c->depth;
	c->nested[running][interrupted]++;
	if (is_interrupt(running))
		sim_irq_enter(m, c);
	sim_emit(m, c, SIM_EV_ENTER, source, running, interrupted, 0, NULL);
	sim_idle(m, c);
	if (is_interrupt(running))
		sim_sync(m, c, SIM_SYNC_RCU_LOCK, c);
}

void sim_leave(struct sim_machine *m, struct sim_cpu *c, int64_t answer)
{
	struct sim_frame *f = sim_top(c);
	enum sim_running running = f->running;

	if (is_interrupt(running))
		sim_sync(m, c, SIM_SYNC_RCU_UNLOCK, c);
	sim_uses_one(m, c, SIM_RESOURCE_CONTEXT, true, c->id);
	sim_busy(c);
	sim_emit(m, c, SIM_EV_LEAVE, f->source, running, (uint64_t)answer, f->instance, NULL);
	if (is_interrupt(running))
		sim_irq_exit(m, c);
	if (!f->by_core)
		c->masks = f->resumes;
	for (; c->rcu_nesting > f->rcu_nesting; c->rcu_nesting--)
		sim_rcu_exit(c); /* the `context` oracle has seen it */
	c->depth--;
	sim_idle(m, c);
}

/*
 * After a context was left or a mask was lifted: what waited starts now, strongest first. Firmware
 * completes SDEI through the interrupt vector for the same effect, so an irq_work raised in the
 * handler runs at once.
 */
void sim_return_path(struct sim_machine *m, struct sim_cpu *c)
{
	while (!c->busy && !atomic_load_explicit(&m->stopped, memory_order_relaxed) &&
	       sim_deliver_pending(m, c))
		;
}

/* ---- The machine's own critical sections ----------------------------------------------------- */

void sim_busy(struct sim_cpu *c)
{
	c->busy++;
	/* A signal on this thread must see it before anything that follows */
	atomic_signal_fence(memory_order_seq_cst);
}

/*
 * Pushed by signal handlers of this thread, which may nest in one another and always finish before
 * what they interrupted goes on; taken here only.
 */
bool sim_defer(struct sim_cpu *c, const struct sim_action *action)
{
	uint32_t tail = atomic_load_explicit(&c->deferred_tail, memory_order_relaxed);

	/* as many handlers as can nest may come between the check and the reservation */
	if (tail - atomic_load_explicit(&c->deferred_head, memory_order_relaxed) >=
	    SIM_DEFERRED - SIM_MAX_DEPTH)
		return false;
	tail = atomic_fetch_add_explicit(&c->deferred_tail, 1, memory_order_relaxed);
	c->deferred[tail % SIM_DEFERRED] = *action;
	return true;
}

static bool anything_deferred(const struct sim_cpu *c)
{
	return atomic_load_explicit(&c->deferred_tail, memory_order_relaxed) !=
	       atomic_load_explicit(&c->deferred_head, memory_order_relaxed);
}

/*
 * Looked at again with busy set: a handler that came after the caller's look may have delivered all
 * there was. To take what is not there would make the ring count as full for ever.
 */
static bool take_deferred(struct sim_cpu *c, struct sim_action *action)
{
	bool any;

	sim_busy(c);
	any = anything_deferred(c);
	if (any) {
		uint32_t head = atomic_load_explicit(&c->deferred_head, memory_order_relaxed);

		*action = c->deferred[head % SIM_DEFERRED];
		atomic_store_explicit(&c->deferred_head, head + 1, memory_order_relaxed);
	}
	atomic_signal_fence(memory_order_seq_cst);
	c->busy--; /* not sim_idle(): what was deferred meanwhile is the caller's next */
	return any;
}

static void deliver_deferred(struct sim_machine *m, struct sim_cpu *c)
{
	struct sim_action action;

	while (anything_deferred(c) && !c->busy)
		if (take_deferred(c, &action))
			sim_arrive(m, c->id, &action);
}

void sim_idle(struct sim_machine *m, struct sim_cpu *c)
{
	atomic_signal_fence(memory_order_seq_cst);
	if (--c->busy == 0 && anything_deferred(c))
		deliver_deferred(m, c);
}

void sim_lock(struct sim_machine *m, struct sim_lock *lock)
{
	/* acquire: what the last holder wrote; pairs with the release in sim_unlock() */
	while (atomic_exchange_explicit(&lock->word, 1, memory_order_acquire)) {
		if (m->host->config.threads)
			sched_yield();
		else
			abort(); /* fibers never switch inside the machine */
	}
}

void sim_unlock(struct sim_lock *lock)
{
	atomic_store_explicit(&lock->word, 0, memory_order_release);
}

bool sim_wait(struct sim_machine *m, struct sim_cpu *c, const void *on_what)
{
	struct sim_driver *d = m->host->driver;

	if (atomic_load_explicit(&m->stopped, memory_order_relaxed)) {
		/* What it waits for may have stopped for good; a thread is taken out of here. */
		if (m->host->config.threads && d && d->wait)
			d->wait(d, m, c->id, on_what);
		return false;
	}
	return d && d->wait && d->wait(d, m, c->id, on_what);
}

uint64_t sim_next_stamp(struct sim_machine *m)
{
	/* seq_cst: stamps order writes of firmware and entries of the core between CPUs */
	return atomic_fetch_add(&m->stamp, 1) + 1;
}
