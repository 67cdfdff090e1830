// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pool, queue, cache and irq_work with real threads, and with real signals that nest in them at
 * any instruction. Each test proves that it met what it is about: counters that must not be zero.
 *
 * Threads count what is wrong; only the test's own thread asserts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include <ghes/estatus_cache.h>
#include <ghes/estatus_pool.h>
#include <ghes/estatus_queue.h>
#include <ghes/irq_work.h>
#include <ghes/platform_posix.h>

#define THREADS	 4
#define NODE_LEN sizeof(struct ghes_estatus_node)

#if defined(__SANITIZE_THREAD__)
#define UNDER_TSAN true /* asynchronous signals never interrupt plain code there */
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN true
#endif
#endif
#ifndef UNDER_TSAN
#define UNDER_TSAN false
#endif

struct fixture {
	struct ghes_platform *p;
	struct ghes_estatus_pool pool;
	struct ghes_estatus_pool_user user[2];
	struct ghes_estatus_cache cache;
	struct estatus_queue queue;
	struct ghes_irq_work_list irq_works;
	struct irq_work work;
	_Atomic unsigned int wrong;
	_Atomic unsigned int next_cpu;
	_Atomic bool stop;
	_Atomic unsigned long count[8]; /* what a test met; 4-6: see drain() */
	_Atomic uint64_t seen;		/* nodes processed */
};

static struct fixture *the; /* for handlers and callbacks */

static void wrong_if(struct fixture *f, bool is_wrong)
{
	if (is_wrong)
		atomic_fetch_add(&f->wrong, 1);
}

static void met(struct fixture *f, unsigned int what)
{
	atomic_fetch_add_explicit(&f->count[what], 1, memory_order_relaxed);
}

static void drain(struct irq_work *work);

static void core_irq_work_run(struct ghes_core *core)
{
	(void)core;
	irq_work_run(&the->irq_works);
}

static const struct ghes_core_ops core_ops = {.irq_work_run = core_irq_work_run};

static int setup(void **state)
{
	static const struct ghes_platform_posix_config config = {.nr_cpus = 1 + THREADS};
	struct fixture *f = aligned_alloc(64, (sizeof(*f) + 63) & ~(size_t)63);
	int err;

	memset(f, 0, sizeof(*f));
	err = ghes_platform_posix_create(&config, &f->p);
	if (err)
		return err;
	err = ghes_estatus_pool_init(&f->pool, f->p);
	for (unsigned int i = 0; !err && i < 2; i++)
		err = ghes_estatus_pool_expand(&f->pool, &f->user[i], 65536, 1, NODE_LEN);
	ghes_estatus_cache_init(&f->cache, f->p, &f->pool);
	estatus_queue_init(&f->queue);
	err = err ? err : ghes_irq_work_list_init(&f->irq_works, f->p);
	init_irq_work(&f->work, &f->irq_works, drain);
	the = f;
	ghes_platform_posix_set_core(f->p, &core_ops, (struct ghes_core *)f);
	*state = f;
	return err;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	struct ghes_estatus_pool_stats stats;
	int err;

	ghes_estatus_cache_exit(&f->cache);
	for (unsigned int i = 0; i < 2; i++)
		ghes_estatus_pool_shrink(&f->pool, &f->user[i]);
	ghes_estatus_pool_stats(&f->pool, &stats);
	err = stats.nodes != 0 || stats.used != 0 || stats.arenas != 1;
	for (unsigned int i = 0; i < GHES_NR_ESTATUS_POOL_MISUSES; i++)
		err |= ghes_estatus_pool_misuse(&f->pool, i) != 0;
	err |= !ghes_estatus_pool_is_valid(&f->pool);
	err |= ghes_estatus_pool_exit(&f->pool) != 0;
	ghes_irq_work_list_exit(&f->irq_works);
	ghes_platform_posix_destroy(f->p);
	free(f);
	return err ? -1 : 0;
}

/* Run @func on THREADS threads, each a CPU; @meanwhile on this one. */
static void run_threads(struct fixture *f, void *(*func)(void *),
			void (*meanwhile)(struct fixture *))
{
	pthread_t thread[THREADS];

	for (unsigned int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, func, f), 0);
	if (meanwhile)
		meanwhile(f);
	for (unsigned int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	assert_int_equal(f->wrong, 0);
}

static unsigned int enter_thread(struct fixture *f)
{
	unsigned int cpu = 1 + atomic_fetch_add(&f->next_cpu, 1);

	wrong_if(f, ghes_platform_posix_register_thread(f->p, cpu) != 0);
	return cpu;
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * UINT64_C(2685821657736338717);
}

/* ---- Pool ------------------------------------------------------------------------------------ */

struct held {
	unsigned char *ptr;
	size_t size;
	unsigned char fill;
};

#define HELD 48

static void release_held(struct fixture *f, struct held *held)
{
	for (size_t i = 0; i < held->size; i++)
		if (held->ptr[i] != held->fill) {
			wrong_if(f, true);
			break;
		}
	wrong_if(f, ghes_estatus_pool_free(&f->pool, held->ptr, held->size) != 0);
	held->ptr = NULL;
}

static void *use_pool(void *arg)
{
	struct fixture *f = arg;
	struct held held[HELD] = {0};
	unsigned int cpu = enter_thread(f);
	uint64_t seed = 88172645463325252u + cpu;

	for (unsigned int i = 0; i < (UNDER_TSAN ? 4000 : 20000); i++) {
		uint64_t r = next_random(&seed);
		struct held *at = &held[r % HELD];

		if (at->ptr) {
			release_held(f, at);
			continue;
		}
		at->size = 1 + (r >> 8) % ((r >> 60) ? 600 : 30000);
		at->fill = (unsigned char)(r >> 40);
		at->ptr = ghes_estatus_pool_alloc(
			&f->pool, (r >> 50) % 4 ? &f->user[cpu % 2] : NULL, at->size);
		if (at->ptr)
			memset(at->ptr, at->fill, at->size);
		met(f, at->ptr ? 0 : 1);
	}
	for (unsigned int i = 0; i < HELD; i++)
		if (held[i].ptr)
			release_held(f, &held[i]);
	ghes_platform_posix_unregister_thread(f->p);
	return NULL;
}

static void come_and_go(struct fixture *f)
{
	for (unsigned int i = 0; i < 30; i++) {
		struct ghes_estatus_pool_user user = {0};
		struct ghes_estatus_pool_stats stats;

		if (ghes_estatus_pool_expand(&f->pool, &user, 1 + i * 2000, 1 + i % 5, NODE_LEN))
			atomic_fetch_add(&f->wrong, 1);
		ghes_estatus_pool_stats(&f->pool, &stats);
		wrong_if(f, stats.free + stats.used != stats.total);
		sched_yield();
		ghes_estatus_pool_shrink(&f->pool, &user);
	}
}

static void blocks_stay_whole_while_users_come_and_go(void **state)
{
	struct fixture *f = *state;

	run_threads(f, use_pool, come_and_go);
	assert_true(f->count[0] > 1000);
}

/*
 * Goal: no spurious exhaustion. Method: as many free granules as threads, and never more than one
 * taken by each: whatever the others do in between, each must get one.
 */
static void *use_last_granules(void *arg)
{
	struct fixture *f = arg;

	enter_thread(f);
	for (unsigned int i = 0; i < (UNDER_TSAN ? 5000 : 50000); i++) {
		void *ptr = ghes_estatus_pool_alloc(&f->pool, NULL, 100);

		wrong_if(f, !ptr);
		ghes_estatus_pool_free(&f->pool, ptr, 100);
	}
	ghes_platform_posix_unregister_thread(f->p);
	return NULL;
}

static unsigned int fill_pool(struct fixture *f, void **ptr, unsigned int max, unsigned int leave)
{
	unsigned int n = 0;

	while (n < max && (ptr[n] = ghes_estatus_pool_alloc(&f->pool, NULL, 100)))
		n++;
	assert_true(n < max && n > leave);
	for (unsigned int i = 0; i < leave; i++)
		ghes_estatus_pool_free(&f->pool, ptr[--n], 100);
	return n;
}

static void last_granules_are_found_by_all(void **state)
{
	struct fixture *f = *state;
	void *ptr[2048];
	unsigned int n = fill_pool(f, ptr, 2048, THREADS);

	run_threads(f, use_last_granules, NULL);
	while (n)
		ghes_estatus_pool_free(&f->pool, ptr[--n], 100);
}

/* ---- Queue and irq_work ---------------------------------------------------------------------- */

#define PER_THREAD (UNDER_TSAN ? 5000u : 30000u)

static struct ghes_estatus_node *make_node(struct fixture *f, unsigned int cpu, uint32_t number)
{
	struct ghes_estatus_node *node;

	node = ghes_estatus_pool_alloc(&f->pool, &f->user[cpu % 2], GHES_ESTATUS_NODE_LEN(4));
	if (!node)
		return NULL;
	node->cpu = cpu;
	node->len = number;
	*(uint32_t *)ghes_estatus_from_node(node) = ~number;
	return node;
}

static void free_node(struct fixture *f, struct ghes_estatus_node *node)
{
	ghes_estatus_pool_free(&f->pool, node, GHES_ESTATUS_NODE_LEN(4));
}

/* Within a batch the nodes of one CPU must be in the order of their pushes. */
static uint32_t check_and_free(struct fixture *f, struct ghes_estatus_node *node)
{
	uint32_t last[1 + THREADS] = {0}, n = 0;

	while (node) {
		struct ghes_estatus_node *next = estatus_queue_next(node);

		wrong_if(f, *(uint32_t *)ghes_estatus_from_node(node) != ~node->len);
		wrong_if(f, node->len <= last[node->cpu]);
		last[node->cpu] = node->len;
		free_node(f, node);
		node = next;
		n++;
	}
	return n;
}

static void drain(struct irq_work *work)
{
	uint32_t count, n;

	(void)work;
	n = check_and_free(the, estatus_queue_del_all(&the->queue, &count));
	wrong_if(the, n != count);
	atomic_fetch_add(&the->seen, n);
	met(the, n > 1 ? 5 : n ? 4 : 6);
}

static void *push_and_raise(void *arg)
{
	struct fixture *f = arg;
	unsigned int cpu = enter_thread(f);

	for (uint32_t i = 1; i <= PER_THREAD; i++) {
		struct ghes_estatus_node *node;

		while (!(node = make_node(f, cpu, i)))
			sched_yield(); /* others have not drained yet */
		estatus_queue_push(&f->queue, node, cpu % GHES_NR_FIXMAP_SLOTS);
		if (irq_work_queue(&f->work))
			met(f, 3);
	}
	ghes_platform_posix_unregister_thread(f->p);
	return NULL;
}

/*
 * Goal: no lost wake-up. Nobody drains but the irq_work that pushes raise, so a node that stays in
 * the queue when all threads are gone is one whose wake-up was lost.
 */
static void every_push_is_drained_by_a_raise(void **state)
{
	struct fixture *f = *state;

	run_threads(f, push_and_raise, NULL);
	assert_int_equal(f->seen, THREADS * PER_THREAD);
	assert_int_equal(estatus_queue_depth(&f->queue), 0);
	assert_true(estatus_queue_is_valid(&f->queue));
	assert_int_equal(irq_work_flags(&f->work), 0);
	assert_true(f->count[3] > 0);
}

static void *push_only(void *arg)
{
	struct fixture *f = arg;
	unsigned int cpu = enter_thread(f);

	for (uint32_t i = 1; i <= PER_THREAD; i++) {
		struct ghes_estatus_node *node;

		if (cpu <= 2) { /* two drain at once, two push */
			uint32_t n = check_and_free(f, estatus_queue_del_all(&f->queue, NULL));

			atomic_fetch_add(&f->seen, n);
			wrong_if(f, estatus_queue_depth(&f->queue) > 2 * PER_THREAD);
			continue;
		}
		while (!(node = make_node(f, cpu, i)) && !f->stop)
			sched_yield();
		if (node)
			estatus_queue_push(&f->queue, node, cpu);
		met(f, node ? 0 : 1);
	}
	f->stop = f->stop || cpu <= 2; /* a drainer has gone: pushers must not wait for room */
	ghes_platform_posix_unregister_thread(f->p);
	return NULL;
}

static void two_drains_at_once_get_disjoint_batches(void **state)
{
	struct fixture *f = *state;

	run_threads(f, push_only, NULL);
	atomic_fetch_add(&f->seen, check_and_free(f, estatus_queue_del_all(&f->queue, NULL)));
	assert_int_equal(f->seen, f->count[0]);
	assert_int_equal(estatus_queue_depth(&f->queue), 0);
	assert_int_equal(f->wrong, 0);
}

/* ---- Cache ----------------------------------------------------------------------------------- */

static void *use_cache(void *arg)
{
	struct fixture *f = arg;
	unsigned char record[128];
	unsigned int cpu = enter_thread(f);
	uint64_t seed = cpu * 7919;

	for (unsigned int i = 0; i < (UNDER_TSAN ? 2000 : 20000); i++) {
		uint64_t r = next_random(&seed);
		const struct acpi_hest_generic_status *estatus = (const void *)record;

		memset(record, (int)(r % 12), sizeof(record));
		if (ghes_estatus_cached(&f->cache, estatus, sizeof(record)))
			met(f, 0);
		else if (!ghes_estatus_cache_add(&f->cache, 0, estatus, sizeof(record)))
			met(f, 1);
		else if (i % 64 == 0)
			f->p->ops->rcu_barrier(f->p); /* let some be freed */
	}
	ghes_platform_posix_unregister_thread(f->p);
	return NULL;
}

static void cache_serves_readers_while_it_is_filled(void **state)
{
	struct fixture *f = *state;
	struct ghes_estatus_cache_stats stats;

	/* Until both have been met often enough: on a busy machine one round may be all hits. */
	for (unsigned int i = 0; i < 100 && (!f->count[0] || f->count[1] <= 10); i++)
		run_threads(f, use_cache, NULL);
	assert_true(f->count[0] > 0);
	assert_true(f->count[1] > 10);
	f->p->ops->rcu_barrier(f->p);
	ghes_estatus_cache_stats(&f->cache, &stats);
	assert_int_equal(stats.alloced, stats.published);
	assert_int_equal(stats.published, 4);
	assert_true(ghes_estatus_cache_is_valid(&f->cache));
}

/* ---- Nesting: real signals on one thread ----------------------------------------------------- */

static _Atomic bool in_operation; /* mainline is inside of the library */
static _Atomic uint32_t nested_number[2];

/* A notification at whatever instruction it hits; SIGUSR2 may nest in SIGUSR1. */
static void notify(int signal)
{
	unsigned int level = signal == SIGUSR2;
	enum ghes_context as = level ? GHES_CONTEXT_SDEI_CRITICAL : GHES_CONTEXT_SDEI_NORMAL;
	enum fixed_addresses idx = level ? FIX_APEI_GHES_SDEI_CRITICAL : FIX_APEI_GHES_SDEI_NORMAL;
	struct ghes_estatus_node *node;

	ghes_platform_posix_enter(the->p, as);
	if (in_operation)
		met(the, level);
	node = make_node(the, 1 + level, nested_number[level] + 1);
	wrong_if(the, !node); /* one is always left for each level */
	if (node) {
		nested_number[level]++;
		estatus_queue_push(&the->queue, node, idx);
		irq_work_queue(&the->work);
	}
	ghes_platform_posix_exit(the->p, as);
}

/*
 * Timers of the kernel, which fire while mainline runs; a thread that sends signals would on a busy
 * machine mostly do so while mainline does not.
 */
static timer_t start_timer(int signal, long ns)
{
	struct itimerspec period = {{0, ns}, {0, ns}};
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = signal};
	timer_t timer;

	event._sigev_un._tid = gettid();
	assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	assert_int_equal(timer_settime(timer, 0, &period, NULL), 0);
	return timer;
}

static void install(int signal, int also_blocked)
{
	struct sigaction action = {.sa_handler = notify, .sa_flags = SA_RESTART};

	sigemptyset(&action.sa_mask);
	if (also_blocked)
		sigaddset(&action.sa_mask, also_blocked);
	assert_int_equal(sigaction(signal, &action, NULL), 0);
}

/* Push, allocate and free until signals have hit the inside of operations often enough. */
static void mainline(struct fixture *f)
{
	uint32_t number = 0;

	for (unsigned int i = 0; i < 3000000 && (f->count[0] < 200 || f->count[1] < 100); i++) {
		struct ghes_estatus_node *node;

		in_operation = true;
		node = make_node(f, 3, number + 1);
		in_operation = false;
		wrong_if(f, !node);
		if (!node)
			continue;
		if (i % 2) {
			in_operation = true;
			free_node(f, node);
			in_operation = false;
			continue;
		}
		number++;
		in_operation = true;
		estatus_queue_push(&f->queue, node, FIX_APEI_GHES_IRQ);
		irq_work_queue(&f->work);
		in_operation = false;
	}
}

/*
 * Goal: allocation, push and raise hold when the same thread is interrupted in them and does the
 * same, twice nested; each record arrives, in order, and the last wake-up is not lost. The pool
 * has a few granules left: as many as can be in use at once before the drain frees them.
 */
static void notifications_nest_at_any_instruction(void **state)
{
	struct fixture *f = *state;
	uint64_t pushed;
	timer_t normal, critical;
	void *ptr[2048];
	unsigned int n;

	if (UNDER_TSAN)
		skip();
	n = fill_pool(f, ptr, 2048, 64);
	nested_number[0] = nested_number[1] = 0;
	install(SIGUSR1, 0);
	install(SIGUSR2, SIGUSR1); /* critical: normal does not interrupt it */
	normal = start_timer(SIGUSR1, 53000);
	critical = start_timer(SIGUSR2, 71000);
	mainline(f);
	timer_delete(normal);
	timer_delete(critical);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	assert_int_equal(f->wrong, 0);
	assert_int_equal(estatus_queue_depth(&f->queue), 0);
	pushed = 0;
	for (unsigned int i = 0; i < GHES_NR_FIXMAP_SLOTS; i++)
		pushed += f->queue.class[i].pushed;
	assert_int_equal(f->seen, pushed);
	assert_int_equal(f->queue.class[FIX_APEI_GHES_SDEI_NORMAL].pushed, nested_number[0]);
	assert_int_equal(f->queue.class[FIX_APEI_GHES_SDEI_CRITICAL].pushed, nested_number[1]);
	assert_true(f->count[0] > 10);
	assert_true(f->count[1] > 10);
	while (n)
		ghes_estatus_pool_free(&f->pool, ptr[--n], 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(blocks_stay_whole_while_users_come_and_go),
		TEST(last_granules_are_found_by_all),
		TEST(every_push_is_drained_by_a_raise),
		TEST(two_drains_at_once_get_disjoint_batches),
		TEST(cache_serves_readers_while_it_is_filled),
		TEST(notifications_nest_at_any_instruction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
