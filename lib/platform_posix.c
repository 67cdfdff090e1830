// SPDX-License-Identifier: GPL-2.0-only
#include <ghes/platform_posix.h>

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "posix.h"
#include "posix_rcu.h"

/*
 * The CPUs that this thread is, one for each platform it registered with. The only state that is
 * not in a context struct: it is how a thread, or a signal handler on it, finds its own. In the
 * initial-exec model the access is a load, where the default could allocate.
 */
static _Thread_local struct posix_cpu *thread_cpus __attribute__((tls_model("initial-exec")));

struct posix_cpu *posix_this_cpu(struct ghes_platform *p)
{
	struct posix_cpu *cpu = thread_cpus;

	while (cpu && &cpu->posix->platform != p)
		cpu = cpu->next_on_thread;
	if (!cpu)
		abort(); /* an unregistered thread, which has no context to be in */
	return cpu;
}

static bool is_registered(struct posix_platform *posix)
{
	for (struct posix_cpu *cpu = thread_cpus; cpu; cpu = cpu->next_on_thread)
		if (cpu->posix == posix)
			return true;
	return false;
}

void posix_cpu_init(struct posix_cpu *cpu, struct posix_platform *posix, unsigned int number)
{
	cpu->posix = posix;
	cpu->cpu = number;
	atomic_init(&cpu->depth, 0);
	atomic_init(&cpu->mask, DAIF_PROCCTX);
	atomic_init(&cpu->irq_pending, false);
	atomic_init(&cpu->task_id, 0);
	init_llist_head(&cpu->task_works);
}

void posix_bind_thread(struct posix_cpu *cpu)
{
	if (!thread_cpus)
		urcu_memb_register_thread();
	cpu->next_on_thread = thread_cpus;
	atomic_signal_fence(memory_order_seq_cst); /* a handler walks the list from its head */
	thread_cpus = cpu;
}

void posix_unbind_thread(struct posix_cpu *cpu)
{
	struct posix_cpu **at = &thread_cpus;

	while (*at != cpu)
		at = &(*at)->next_on_thread;
	*at = cpu->next_on_thread;
	if (!thread_cpus)
		urcu_memb_unregister_thread();
}

/* ---- Contexts and masks: this thread and what nests on it ------------------------------------ */

/* relaxed and signal fences throughout: shared with handlers on the same thread only */
static uint32_t get(const _Atomic uint32_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

static void set(_Atomic uint32_t *word, uint32_t value)
{
	atomic_signal_fence(memory_order_seq_cst);
	atomic_store_explicit(word, value, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
}

/* Kind of the innermost context, or POSIX_IN_TRANSITION. */
static uint32_t innermost(const struct posix_cpu *cpu)
{
	uint32_t depth = get(&cpu->depth);

	return depth ? get(&cpu->frame[depth - 1].as) : GHES_CONTEXT_TASK;
}

/*
 * The frame is taken before it is filled and marked before it is given up, so that what nests at
 * any instruction in between takes the next one, and sees that this one is not to be relied on.
 */
static struct posix_frame *push_frame(struct posix_cpu *cpu)
{
	uint32_t depth = get(&cpu->depth);

	if (depth == GHES_POSIX_NESTING)
		abort();
	set(&cpu->frame[depth].as, POSIX_IN_TRANSITION);
	set(&cpu->depth, depth + 1);
	return &cpu->frame[depth];
}

static void push_context(struct posix_cpu *cpu, enum ghes_context as)
{
	struct posix_frame *frame = push_frame(cpu);

	frame->old_mask = get(&cpu->mask);
	set(&frame->as, as);
}

/* Leaves the innermost context; its old mask. */
static uint32_t pop_context(struct posix_cpu *cpu, enum ghes_context as)
{
	uint32_t depth = get(&cpu->depth);
	struct posix_frame *frame;
	uint32_t old_mask;

	if (!depth || get(&cpu->frame[depth - 1].as) != as)
		abort();
	frame = &cpu->frame[depth - 1];
	old_mask = frame->old_mask;
	set(&frame->as, POSIX_IN_TRANSITION);
	set(&cpu->depth, depth - 1);
	return old_mask;
}

static void apply_mask(struct posix_cpu *cpu, uint32_t mask)
{
	sigset_t signals;

	set(&cpu->mask, mask);
	if (!cpu->posix->signal_irq)
		return;
	sigemptyset(&signals);
	sigaddset(&signals, cpu->posix->signal_irq);
	pthread_sigmask(mask & PSR_I_BIT ? SIG_BLOCK : SIG_UNBLOCK, &signals, NULL);
}

/* Interrupts may come: in task context, with interrupts on. */
static bool takes_irq(const struct posix_cpu *cpu)
{
	return innermost(cpu) == GHES_CONTEXT_TASK && !(get(&cpu->mask) & PSR_I_BIT);
}

/*
 * Run what was raised, if it may run here. What nests before the frame is pushed runs it itself;
 * what nests later leaves it pending for the next turn.
 */
static void run_pending_irq(struct posix_cpu *cpu)
{
	struct posix_platform *posix = cpu->posix;

	while (takes_irq(cpu) && atomic_load_explicit(&cpu->irq_pending, memory_order_relaxed)) {
		const struct ghes_core_ops *ops;
		struct ghes_core *core;

		push_context(cpu, GHES_CONTEXT_IRQ);
		apply_mask(cpu, DAIF_PROCCTX_NOIRQ);
		atomic_store_explicit(&cpu->irq_pending, false, memory_order_relaxed);
		/* acquire: the core as set_core() was given it */
		core = atomic_load_explicit(&posix->core, memory_order_acquire);
		ops = atomic_load_explicit(&posix->core_ops, memory_order_acquire);
		if (core && ops)
			ops->irq_work_run(core);
		apply_mask(cpu, pop_context(cpu, GHES_CONTEXT_IRQ));
	}
}

/* What arm64 masks when it enters a context; an abort inherits, the claim masks for itself. */
static uint32_t entry_mask(enum ghes_context as, uint32_t mask)
{
	switch (as) {
	case GHES_CONTEXT_TASK:
	case GHES_CONTEXT_SEA:
		return mask;
	case GHES_CONTEXT_IRQ:
		return mask | DAIF_PROCCTX_NOIRQ;
	default:
		return DAIF_MASK;
	}
}

void ghes_platform_posix_enter(struct ghes_platform *platform, enum ghes_context as)
{
	struct posix_cpu *cpu = posix_this_cpu(platform);

	push_context(cpu, as);
	apply_mask(cpu, entry_mask(as, get(&cpu->mask)));
}

void ghes_platform_posix_exit(struct ghes_platform *platform, enum ghes_context as)
{
	struct posix_cpu *cpu = posix_this_cpu(platform);

	apply_mask(cpu, pop_context(cpu, as));
	run_pending_irq(cpu);
}

static unsigned int posix_smp_processor_id(struct ghes_platform *p)
{
	return posix_this_cpu(p)->cpu;
}

/* Only the code in a context asks, and that runs on a whole frame. */
static enum ghes_context posix_context(struct ghes_platform *p)
{
	uint32_t as = innermost(posix_this_cpu(p));

	return as == POSIX_IN_TRANSITION ? GHES_CONTEXT_TASK : (enum ghes_context)as;
}

static struct ghes_task posix_current_task(struct ghes_platform *p)
{
	struct posix_cpu *cpu = posix_this_cpu(p);

	return (struct ghes_task){
		.id = atomic_load_explicit(&cpu->task_id, memory_order_relaxed), /* its own */
		.user = posix_of(p)->user_tasks && cpu != &posix_of(p)->worker.cpu,
	};
}

static uint32_t posix_mask_get(struct ghes_platform *p)
{
	return get(&posix_this_cpu(p)->mask);
}

static uint32_t posix_mask_set(struct ghes_platform *p, uint32_t mask)
{
	struct posix_cpu *cpu = posix_this_cpu(p);
	uint32_t old = get(&cpu->mask);

	apply_mask(cpu, mask);
	run_pending_irq(cpu);
	return old;
}

static void posix_nmi_enter(struct ghes_platform *p, enum ghes_context as)
{
	push_context(posix_this_cpu(p), as);
}

/* The masks are the caller's: no interrupt comes before it drops them. */
static void posix_nmi_exit(struct ghes_platform *p, enum ghes_context as)
{
	pop_context(posix_this_cpu(p), as);
}

static void posix_irq_enter(struct ghes_platform *p)
{
	push_context(posix_this_cpu(p), GHES_CONTEXT_IRQ);
}

static void posix_irq_exit(struct ghes_platform *p)
{
	pop_context(posix_this_cpu(p), GHES_CONTEXT_IRQ);
}

static void posix_arch_irq_work_raise(struct ghes_platform *p)
{
	struct posix_cpu *cpu = posix_this_cpu(p);

	atomic_store_explicit(&cpu->irq_pending, true, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
	run_pending_irq(cpu);
}

/* ---- Locks, clock ---------------------------------------------------------------------------- */

static void posix_cpu_relax(struct ghes_platform *p)
{
	(void)p;
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static void posix_raw_spin_lock(struct ghes_platform *p, struct ghes_raw_spinlock *lock)
{
	/* acquire: what the last holder wrote; pairs with the release in unlock */
	while (__atomic_exchange_n(&lock->word, 1, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(&lock->word, __ATOMIC_RELAXED)) /* then exchange again */
			posix_cpu_relax(p);
}

static void posix_raw_spin_unlock(struct ghes_platform *p, struct ghes_raw_spinlock *lock)
{
	(void)p;
	__atomic_store_n(&lock->word, 0, __ATOMIC_RELEASE);
}

static void posix_mutex_lock(struct ghes_platform *p)
{
	pthread_mutex_lock(&posix_of(p)->mutex);
}

static void posix_mutex_unlock(struct ghes_platform *p)
{
	pthread_mutex_unlock(&posix_of(p)->mutex);
}

static uint64_t posix_sched_clock(struct ghes_platform *p)
{
	struct timespec ts;

	(void)p;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}

static void posix_schedule(struct ghes_platform *p)
{
	(void)p;
	sched_yield();
}

static void *posix_alloc(struct ghes_platform *p, size_t size)
{
	size_t whole = (size + 63) & ~(size_t)63;
	void *ptr;

	(void)p;
	if (!size || whole < size)
		return NULL;
	ptr = aligned_alloc(64, whole);
	if (ptr)
		memset(ptr, 0, whole);
	return ptr;
}

static void posix_free(struct ghes_platform *p, void *ptr, size_t size)
{
	(void)p;
	(void)size;
	free(ptr);
}

/* ---- Task work ------------------------------------------------------------------------------- */

static int posix_task_work_add(struct ghes_platform *p, struct ghes_task task,
			       struct ghes_work *work, void (*func)(struct ghes_work *work))
{
	struct posix_platform *posix = posix_of(p);
	int err = -GHES_ENOENT;

	if (!task.user || !task.id)
		return err;
	work->func = func;
	/* A thread that goes first clears its id, then waits for this section to end. */
	posix_rcu_read_lock(p);
	for (unsigned int i = 0; err && i < posix->platform.nr_cpus; i++) {
		struct posix_cpu *cpu = &posix->cpu[i];

		/* relaxed: only compared */
		if (atomic_load_explicit(&cpu->task_id, memory_order_relaxed) != task.id)
			continue;
		llist_add((struct llist_node *)&work->host[0], &cpu->task_works);
		err = 0;
	}
	posix_rcu_read_unlock(p);
	return err;
}

static void run_task_works(struct posix_cpu *cpu)
{
	struct llist_node *node;

	while ((node = llist_reverse_order(llist_del_all(&cpu->task_works)))) {
		while (node) {
			struct ghes_work *work = llist_entry(node, struct ghes_work, host);

			node = node->next;
			work->func(work);
		}
	}
}

void ghes_platform_posix_return_to_user(struct ghes_platform *platform)
{
	run_task_works(posix_this_cpu(platform));
}

void ghes_platform_posix_flush(struct ghes_platform *platform)
{
	posix_worker_flush(posix_of(platform));
}

/* ---- Threads, creation ----------------------------------------------------------------------- */

int ghes_platform_posix_register_thread(struct ghes_platform *platform, unsigned int number)
{
	struct posix_platform *posix = posix_of(platform);
	struct posix_cpu *cpu;
	int err = 0;

	if (number >= platform->nr_cpus)
		return -GHES_EINVAL;
	if (is_registered(posix))
		return -GHES_EEXIST;
	cpu = &posix->cpu[number];
	pthread_mutex_lock(&posix->registry);
	if (atomic_load_explicit(&cpu->task_id, memory_order_relaxed))
		err = -GHES_EEXIST;
	else
		/* relaxed: numbers only have to differ */
		atomic_store_explicit(&cpu->task_id,
				      1 + atomic_fetch_add_explicit(&posix->last_task_id, 1,
								    memory_order_relaxed),
				      memory_order_relaxed);
	pthread_mutex_unlock(&posix->registry);
	if (!err)
		posix_bind_thread(cpu);
	return err;
}

/*
 * A CPU that goes offline: what was raised on it, nobody else runs, and the next thread begins with
 * interrupts on. The signal mask is the program's; on its way out it stays as it is.
 */
static void let_irqs_in(struct posix_cpu *cpu)
{
	sigset_t signals;

	pthread_sigmask(SIG_SETMASK, NULL, &signals);
	set(&cpu->mask, DAIF_PROCCTX);
	run_pending_irq(cpu);
	pthread_sigmask(SIG_SETMASK, &signals, NULL);
}

void ghes_platform_posix_unregister_thread(struct ghes_platform *platform)
{
	struct posix_platform *posix = posix_of(platform);
	struct posix_cpu *cpu = posix_this_cpu(platform);

	if (get(&cpu->depth))
		abort(); /* from within a context */
	let_irqs_in(cpu);
	pthread_mutex_lock(&posix->registry);
	atomic_store_explicit(&cpu->task_id, UINT64_MAX, memory_order_relaxed); /* taken, no task */
	posix_synchronize_rcu(platform);
	run_task_works(cpu);
	posix_unbind_thread(cpu);
	atomic_store_explicit(&cpu->task_id, 0, memory_order_relaxed);
	pthread_mutex_unlock(&posix->registry);
}

static void posix_cpu_ops(struct ghes_platform_ops *ops)
{
	ops->alloc = posix_alloc;
	ops->free = posix_free;
	ops->smp_processor_id = posix_smp_processor_id;
	ops->context = posix_context;
	ops->current_task = posix_current_task;
	ops->mask_set = posix_mask_set;
	ops->mask_get = posix_mask_get;
	ops->nmi_enter = posix_nmi_enter;
	ops->nmi_exit = posix_nmi_exit;
	ops->irq_enter = posix_irq_enter;
	ops->irq_exit = posix_irq_exit;
	ops->raw_spin_lock = posix_raw_spin_lock;
	ops->raw_spin_unlock = posix_raw_spin_unlock;
	ops->cpu_relax = posix_cpu_relax;
	ops->mutex_lock = posix_mutex_lock;
	ops->mutex_unlock = posix_mutex_unlock;
	ops->sched_clock = posix_sched_clock;
	ops->arch_irq_work_raise = posix_arch_irq_work_raise;
	ops->task_work_add = posix_task_work_add;
	ops->schedule = posix_schedule;
}

/* Every op is a function pointer, so the table can be walked as an array of them. */
static void apply_overrides(struct ghes_platform_ops *ops, const struct ghes_platform_ops *override)
{
	typedef void (*op)(void);
	op from[sizeof(*ops) / sizeof(op)], to[sizeof(*ops) / sizeof(op)];

	_Static_assert(sizeof(*ops) % sizeof(op) == 0, "nothing but function pointers");
	memcpy(from, override, sizeof(from));
	memcpy(to, ops, sizeof(to));
	for (size_t i = 0; i < sizeof(to) / sizeof(op); i++)
		if (from[i])
			to[i] = from[i];
	memcpy(ops, to, sizeof(to));
}

static void configure(struct posix_platform *posix, const struct ghes_platform_posix_config *config)
{
	posix_cpu_ops(&posix->ops);
	posix_memory_ops(&posix->ops);
	posix_sink_ops(&posix->ops);
	posix_worker_ops(&posix->ops);
	apply_overrides(&posix->ops, &config->override);
	posix->platform.ops = &posix->ops;
	posix->platform.nr_cpus = config->nr_cpus ? config->nr_cpus : 1;
	posix->platform.notify_types =
		config->notify_types ? config->notify_types : GHES_NOTIFY_ARM64;
	posix->signal_irq = config->signal_irq;
	posix->user_tasks = config->user_tasks;
	posix->log_level = config->log_level ? config->log_level : GHES_LOG_INFO;
	posix->ctx = config->ctx;
	pthread_mutex_init(&posix->mutex, NULL);
	pthread_mutex_init(&posix->registry, NULL);
}

static void release(struct posix_platform *posix)
{
	pthread_mutex_destroy(&posix->registry);
	pthread_mutex_destroy(&posix->mutex);
	free(posix->cpu);
	free(posix->regions);
	free(posix);
}

int ghes_platform_posix_create(const struct ghes_platform_posix_config *config,
			       struct ghes_platform **platform)
{
	struct posix_platform *posix = calloc(1, sizeof(*posix));
	int err;

	if (!posix)
		return -GHES_ENOMEM;
	configure(posix, config);
	posix->cpu = calloc(posix->platform.nr_cpus, sizeof(*posix->cpu));
	err = posix->cpu ? posix_memory_init(posix, config) : -GHES_ENOMEM;
	if (err) {
		release(posix);
		return err;
	}
	for (unsigned int i = 0; i < posix->platform.nr_cpus; i++)
		posix_cpu_init(&posix->cpu[i], posix, i);
	err = posix_worker_start(posix);
	if (err) {
		release(posix);
		return err;
	}
	ghes_platform_posix_register_thread(&posix->platform, 0); /* nobody else can have it */
	*platform = &posix->platform;
	return 0;
}

void ghes_platform_posix_destroy(struct ghes_platform *platform)
{
	struct posix_platform *posix = posix_of(platform);

	posix_worker_flush(posix);
	posix_worker_stop(posix);
	ghes_platform_posix_set_core(platform, NULL, NULL); /* it is gone */
	ghes_platform_posix_unregister_thread(platform);
	release(posix);
}

void *ghes_platform_posix_ctx(struct ghes_platform *platform)
{
	return posix_of(platform)->ctx;
}

void ghes_platform_posix_set_core(struct ghes_platform *platform, const struct ghes_core_ops *ops,
				  struct ghes_core *core)
{
	struct posix_platform *posix = posix_of(platform);

	/* release: a whole core; read with acquire where irq_work and timers call it */
	atomic_store_explicit(&posix->core_ops, ops, memory_order_release);
	atomic_store_explicit(&posix->core, core, memory_order_release);
}
