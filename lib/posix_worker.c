// SPDX-License-Identifier: GPL-2.0-only
#include "posix.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "posix_rcu.h"

/*
 * The worker: one thread for deferred works, RCU callbacks and poll timers.
 *
 * Flow: schedule_work_on(), call_rcu() (any thread, irq included) -> lock-less list, sem_post() ->
 * worker -> func. Handing over takes no lock, because it happens in interrupt context, which here
 * may be a signal handler on top of anything.
 *
 * A work is queued when host[1] is set. It leaves the queue before func runs, as in the kernel,
 * so func may queue it again.
 */

#define QUEUED ((void *)1)

static struct llist_node *link_of(struct ghes_work *work)
{
	return (struct llist_node *)&work->host[0];
}
_Static_assert(sizeof(struct llist_node) == sizeof(void *), "a link fits in host[0]");

/* ---- Works ----------------------------------------------------------------------------------- */

/*
 * The CPU that a work was queued for travels beside QUEUED in host[1], so that it needs no memory
 * of its own. Never NULL while queued.
 */
static void *queued_for(unsigned int cpu)
{
	return (void *)(((uintptr_t)cpu << 1) | (uintptr_t)QUEUED);
}

static bool posix_schedule_work_on(struct ghes_platform *p, unsigned int cpu,
				   struct ghes_work *work, void (*func)(struct ghes_work *work))
{
	struct posix_worker *worker = &posix_of(p)->worker;
	void *idle = NULL;

	/* acquire: func and the link are ours once the last run has taken the work off */
	if (!__atomic_compare_exchange_n(&work->host[1], &idle, queued_for(cpu), false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	work->func = func;
	llist_add(link_of(work), &worker->new_works);
	sem_post(&worker->wake);
	return true;
}

/* Append what came meanwhile to the ordered list. Under the lock. */
static void collect(struct posix_worker *worker)
{
	struct llist_node *fresh = llist_reverse_order(llist_del_all(&worker->new_works));
	struct llist_node **end = &worker->works;

	while (*end)
		end = &(*end)->next;
	*end = fresh;
}

static struct ghes_work *pop_work(struct posix_worker *worker)
{
	struct llist_node *first;

	collect(worker);
	first = worker->works;
	if (!first)
		return NULL;
	worker->works = first->next;
	return llist_entry(first, struct ghes_work, host);
}

static bool run_one_work(struct posix_platform *posix)
{
	struct posix_worker *worker = &posix->worker;
	void (*func)(struct ghes_work * work);
	struct ghes_work *work;
	uintptr_t queued;

	pthread_mutex_lock(&worker->lock);
	work = pop_work(worker);
	worker->running = work;
	pthread_mutex_unlock(&worker->lock);
	if (!work)
		return false;
	func = work->func;
	/* release: func was read; pairs with the acquire in schedule. From here it may be queued.
	 */
	queued = (uintptr_t)__atomic_exchange_n(&work->host[1], NULL, __ATOMIC_ACQ_REL);
	worker->cpu.cpu = (unsigned int)(queued >> 1);
	func(work);
	pthread_mutex_lock(&worker->lock);
	worker->running = NULL; /* by address only: func may have freed the work */
	pthread_cond_broadcast(&worker->idle);
	pthread_mutex_unlock(&worker->lock);
	return true;
}

static bool on_worker(const struct posix_worker *worker)
{
	return pthread_equal(pthread_self(), worker->thread);
}

/* Take @work out of the ordered list. Under the lock. */
static void unlink_work(struct posix_worker *worker, struct ghes_work *work)
{
	for (struct llist_node **at = &worker->works; *at; at = &(*at)->next) {
		if (*at != link_of(work))
			continue;
		*at = (*at)->next;
		/* relaxed: under the lock, and nobody may queue it while it is cancelled */
		__atomic_store_n(&work->host[1], NULL, __ATOMIC_RELAXED);
		return;
	}
}

static void posix_cancel_work_sync(struct ghes_platform *p, struct ghes_work *work)
{
	struct posix_worker *worker = &posix_of(p)->worker;

	pthread_mutex_lock(&worker->lock);
	collect(worker);
	unlink_work(worker, work);
	while (worker->running == work && !on_worker(worker))
		pthread_cond_wait(&worker->idle, &worker->lock);
	pthread_mutex_unlock(&worker->lock);
}

void posix_worker_flush(struct posix_platform *posix)
{
	struct posix_worker *worker = &posix->worker;

	if (on_worker(worker))
		return;
	pthread_mutex_lock(&worker->lock);
	for (;;) {
		collect(worker);
		if (!worker->works && !worker->running)
			break;
		sem_post(&worker->wake); /* it may have slept since we collected */
		pthread_cond_wait(&worker->idle, &worker->lock);
	}
	pthread_mutex_unlock(&worker->lock);
}

/* ---- RCU callbacks --------------------------------------------------------------------------- */

static void posix_call_rcu(struct ghes_platform *p, struct ghes_rcu_head *head,
			   void (*func)(struct ghes_rcu_head *head))
{
	struct posix_worker *worker = &posix_of(p)->worker;

	head->func = func;
	/* relaxed: the barrier's caller counts what it queued itself, or was told of */
	atomic_fetch_add_explicit(&worker->callbacks_queued, 1, memory_order_relaxed);
	llist_add((struct llist_node *)&head->host[0], &worker->callbacks);
	sem_post(&worker->wake);
}

static bool run_callbacks(struct posix_platform *posix)
{
	struct posix_worker *worker = &posix->worker;
	struct llist_node *node = llist_reverse_order(llist_del_all(&worker->callbacks));
	uint64_t done = 0;

	if (!node)
		return false;
	posix_synchronize_rcu(&posix->platform);
	while (node) {
		struct ghes_rcu_head *head = llist_entry(node, struct ghes_rcu_head, host);

		node = node->next;
		head->func(head);
		done++;
	}
	pthread_mutex_lock(&worker->lock);
	worker->callbacks_done += done;
	pthread_cond_broadcast(&worker->idle);
	pthread_mutex_unlock(&worker->lock);
	return true;
}

static void posix_rcu_barrier(struct ghes_platform *p)
{
	struct posix_worker *worker = &posix_of(p)->worker;
	uint64_t queued;

	if (on_worker(worker)) {
		while (run_callbacks(posix_of(p)))
			;
		return;
	}
	queued = atomic_load_explicit(&worker->callbacks_queued, memory_order_relaxed);
	pthread_mutex_lock(&worker->lock);
	while (worker->callbacks_done < queued)
		pthread_cond_wait(&worker->idle, &worker->lock);
	pthread_mutex_unlock(&worker->lock);
}

/* ---- Timers ---------------------------------------------------------------------------------- */

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S  UINT64_C(1000000000)

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static int posix_add_timer(struct ghes_platform *p, uint16_t source_id, uint32_t interval_ms)
{
	struct posix_worker *worker = &posix_of(p)->worker;
	struct posix_timer *timer = calloc(1, sizeof(*timer));

	if (!timer)
		return -GHES_ENOMEM;
	timer->source_id = source_id;
	timer->interval = (interval_ms ? interval_ms : 1) * NS_PER_MS;
	timer->due = now_ns() + timer->interval;
	pthread_mutex_lock(&worker->lock);
	timer->next = worker->timers;
	worker->timers = timer;
	pthread_mutex_unlock(&worker->lock);
	sem_post(&worker->wake);
	return 0;
}

static void posix_del_timer_sync(struct ghes_platform *p, uint16_t source_id)
{
	struct posix_worker *worker = &posix_of(p)->worker;
	struct posix_timer **at = &worker->timers, *timer = NULL;

	pthread_mutex_lock(&worker->lock);
	for (; *at; at = &(*at)->next) {
		if ((*at)->source_id != source_id)
			continue;
		timer = *at;
		*at = timer->next;
		break;
	}
	while (timer && worker->running == timer && !on_worker(worker))
		pthread_cond_wait(&worker->idle, &worker->lock);
	pthread_mutex_unlock(&worker->lock);
	free(timer);
}

/* The first timer that is due, marked as running; @wait: until the next is. */
static struct posix_timer *due_timer(struct posix_worker *worker, uint64_t *until)
{
	uint64_t now = now_ns();
	struct posix_timer *due = NULL;

	*until = UINT64_MAX;
	pthread_mutex_lock(&worker->lock);
	for (struct posix_timer *timer = worker->timers; timer; timer = timer->next) {
		if (timer->due <= now && !due) {
			due = timer;
			timer->due = now + timer->interval;
		}
		if (timer->due < *until)
			*until = timer->due;
	}
	worker->running = due;
	pthread_mutex_unlock(&worker->lock);
	return due;
}

static bool run_one_timer(struct posix_platform *posix, uint64_t *until)
{
	struct posix_worker *worker = &posix->worker;
	struct posix_timer *timer = due_timer(worker, until);
	const struct ghes_core_ops *ops;
	struct ghes_core *core;

	if (!timer)
		return false;
	/* acquire: the core as set_core() was given it */
	core = atomic_load_explicit(&posix->core, memory_order_acquire);
	ops = atomic_load_explicit(&posix->core_ops, memory_order_acquire);
	if (core && ops) {
		worker->cpu.cpu = 0;
		ghes_platform_posix_enter(&posix->platform, GHES_CONTEXT_IRQ);
		ops->notify_timer(core, timer->source_id);
		ghes_platform_posix_exit(&posix->platform, GHES_CONTEXT_IRQ);
	}
	pthread_mutex_lock(&worker->lock);
	worker->running = NULL;
	pthread_cond_broadcast(&worker->idle);
	pthread_mutex_unlock(&worker->lock);
	return true;
}

/* ---- The thread ------------------------------------------------------------------------------ */

static void sleep_until(struct posix_worker *worker, uint64_t until)
{
	struct timespec ts;

	if (until == UINT64_MAX) {
		sem_wait(&worker->wake);
		return;
	}
	ts.tv_sec = (time_t)(until / NS_PER_S);
	ts.tv_nsec = (long)(until % NS_PER_S);
	sem_clockwait(&worker->wake, CLOCK_MONOTONIC, &ts);
	/* woken, timed out or interrupted: look for work in any case */
}

static void *worker_main(void *arg)
{
	struct posix_platform *posix = arg;
	struct posix_worker *worker = &posix->worker;

	posix_bind_thread(&worker->cpu);
	for (;;) {
		uint64_t until;
		bool busy = run_one_work(posix);

		busy |= run_callbacks(posix);
		busy |= run_one_timer(posix, &until);
		if (busy)
			continue;
		/* acquire: pairs with the release in posix_worker_stop() */
		if (atomic_load_explicit(&worker->stop, memory_order_acquire))
			break;
		sleep_until(worker, until);
	}
	posix_unbind_thread(&worker->cpu);
	return NULL;
}

int posix_worker_start(struct posix_platform *posix)
{
	struct posix_worker *worker = &posix->worker;

	init_llist_head(&worker->new_works);
	init_llist_head(&worker->callbacks);
	posix_cpu_init(&worker->cpu, posix, 0);
	if (sem_init(&worker->wake, 0, 0))
		return -GHES_ENOMEM;
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->idle, NULL);
	if (pthread_create(&worker->thread, NULL, worker_main, posix)) {
		pthread_cond_destroy(&worker->idle);
		pthread_mutex_destroy(&worker->lock);
		sem_destroy(&worker->wake);
		return -GHES_ENOMEM;
	}
	return 0;
}

/* Runs what is queued, then ends the thread. */
void posix_worker_stop(struct posix_platform *posix)
{
	struct posix_worker *worker = &posix->worker;

	atomic_store_explicit(&worker->stop, true, memory_order_release);
	sem_post(&worker->wake);
	pthread_join(worker->thread, NULL);
	while (worker->timers) {
		struct posix_timer *timer = worker->timers;

		worker->timers = timer->next;
		free(timer);
	}
	pthread_cond_destroy(&worker->idle);
	pthread_mutex_destroy(&worker->lock);
	sem_destroy(&worker->wake);
}

void posix_worker_ops(struct ghes_platform_ops *ops)
{
	ops->schedule_work_on = posix_schedule_work_on;
	ops->cancel_work_sync = posix_cancel_work_sync;
	ops->call_rcu = posix_call_rcu;
	ops->rcu_barrier = posix_rcu_barrier;
	ops->synchronize_rcu = posix_synchronize_rcu;
	ops->rcu_read_lock = posix_rcu_read_lock;
	ops->rcu_read_unlock = posix_rcu_read_unlock;
	ops->add_timer = posix_add_timer;
	ops->del_timer_sync = posix_del_timer_sync;
}
