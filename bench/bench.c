// SPDX-License-Identifier: GPL-2.0-only
#include "bench.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t read_clock(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}

uint64_t bench_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void bench_init(struct bench *b, const char *suite, int argc, char **argv)
{
	*b = (struct bench){.suite = suite};
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json")) {
			b->json = true;
		} else if (!strcmp(argv[i], "--quick")) {
			b->quick = true;
		} else if (!strcmp(argv[i], "--only") && i + 1 < argc) {
			b->only = argv[++i];
		} else {
			fprintf(stderr, "usage: %s [--json] [--quick] [--only PART-OF-TITLE]\n",
				argv[0]);
			exit(2);
		}
	}
}

/* ns for one */
static double measure(struct bench_case *c, uint64_t n)
{
	uint64_t start = read_clock(CLOCK_THREAD_CPUTIME_ID);
	uint64_t own = c->run(c->ctx, n);
	uint64_t spent = read_clock(CLOCK_THREAD_CPUTIME_ID) - start;

	return (double)(own ? own : spent) / (double)n;
}

/* How many take about @ns. */
static uint64_t calibrate(struct bench_case *c, double ns)
{
	uint64_t n = 1;

	for (;;) {
		double one = measure(c, n), again = measure(c, n);

		if (again < one) /* the other was interrupted */
			one = again;
		if (one * (double)n >= ns / 4 || n >= UINT64_C(1) << 30)
			return one > 0 ? (uint64_t)(ns / one) + 1 : n;
		n *= 4;
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_text(const struct bench_case *cases, size_t n, const char *aim)
{
	for (size_t i = 0; i < n; i++)
		printf("  %-34s %10.1f ns   min %9.1f   x %.2f%s%s\n", cases[i].name,
		       cases[i].median, cases[i].min, cases[i].min / cases[0].min,
		       !i && aim ? "   aim: " : "", !i && aim ? aim : "");
	fflush(stdout);
}

static void print_json(const struct bench *b, const char *title, const struct bench_case *cases,
		       size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("{\"suite\":\"%s\",\"group\":\"%s\",\"case\":\"%s\",\"ns_median\":%.2f,"
		       "\"ns_min\":%.2f,\"ratio\":%.3f}\n",
		       b->suite, title, cases[i].name, cases[i].median, cases[i].min,
		       cases[i].min / cases[0].min);
	fflush(stdout);
}

void bench_group(struct bench *b, const char *title, struct bench_case *cases, size_t n,
		 const char *aim)
{
	unsigned int rounds = b->quick ? 3 : BENCH_ROUNDS;
	double ns[BENCH_ROUNDS];
	uint64_t *times;
	double *all;

	if (b->only && !strstr(title, b->only))
		return;
	times = calloc(n, sizeof(*times));
	all = calloc(n * rounds, sizeof(*all));
	if (!times || !all)
		abort();
	for (size_t i = 0; i < n; i++)
		times[i] = calibrate(&cases[i], b->quick ? 2e5 : 4e6);
	for (unsigned int round = 0; round < rounds; round++)
		for (size_t i = 0; i < n; i++)
			all[i * rounds + round] = measure(&cases[i], times[i]);
	for (size_t i = 0; i < n; i++) {
		memcpy(ns, &all[i * rounds], rounds * sizeof(*ns));
		qsort(ns, rounds, sizeof(*ns), compare);
		cases[i].median = ns[rounds / 2] / (b->per > 0 ? b->per : 1);
		cases[i].min = ns[0] / (b->per > 0 ? b->per : 1);
	}
	if (b->json) {
		print_json(b, title, cases, n);
	} else {
		printf("%s: %s\n", b->suite, title);
		print_text(cases, n, aim);
	}
	free(times);
	free(all);
}

/* ---- Two threads ----------------------------------------------------------------------------- */

struct two {
	void (*second)(void *ctx);
	void *ctx;
	uint64_t rounds;
	_Atomic uint64_t opened, done;
};

static void wait_for(_Atomic uint64_t *word, uint64_t value)
{
	for (unsigned int spins = 0; atomic_load(word) < value; spins++)
		if (spins > 10000)
			sched_yield();
}

static void *second_main(void *arg)
{
	struct two *two = arg;

	for (uint64_t round = 1; round <= two->rounds; round++) {
		wait_for(&two->opened, round);
		two->second(two->ctx);
		atomic_store(&two->done, round);
	}
	return NULL;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

uint64_t bench_two(void (*first)(void *ctx), void (*second)(void *ctx), void *ctx, uint64_t rounds)
{
	struct two two = {.second = second, .ctx = ctx, .rounds = rounds};
	uint64_t *ns = calloc(rounds, sizeof(*ns)), tenth;
	pthread_t thread;

	if (!ns || pthread_create(&thread, NULL, second_main, &two))
		abort();
	for (uint64_t round = 1; round <= rounds; round++) {
		uint64_t start = bench_now();

		atomic_store(&two.opened, round);
		first(ctx);
		wait_for(&two.done, round);
		ns[round - 1] = bench_now() - start;
	}
	pthread_join(thread, NULL);
	qsort(ns, rounds, sizeof(*ns), compare_u64);
	tenth = ns[rounds / 10];
	free(ns);
	return tenth;
}

/* ---- Floors ---------------------------------------------------------------------------------- */

uint64_t bench_run_cmpxchg(void *ctx, uint64_t n)
{
	static _Atomic uint64_t word;
	uint64_t value = atomic_load_explicit(&word, memory_order_relaxed);

	(void)ctx;
	while (n--)
		if (atomic_compare_exchange_strong(&word, &value, value + 1))
			value++;
	return 0;
}

struct copy {
	unsigned char *from, *to;
	size_t size;
};

static uint64_t run_memcpy(void *ctx, uint64_t n)
{
	struct copy *copy = ctx;

	while (n--) {
		memcpy(copy->to, copy->from, copy->size);
		bench_use(copy->to);
	}
	return 0;
}

void bench_floors(struct bench *b)
{
	static unsigned char from[65536], to[65536];
	struct copy copy[] = {
		{from, to, 200}, {from, to, 1024}, {from, to, 4096}, {from, to, 65536}};
	struct bench_case cases[] = {
		{.name = "locked compare-exchange", .run = bench_run_cmpxchg},
		{.name = "memcpy 200 B", .run = run_memcpy, .ctx = &copy[0]},
		{.name = "memcpy 1 KiB", .run = run_memcpy, .ctx = &copy[1]},
		{.name = "memcpy 4 KiB", .run = run_memcpy, .ctx = &copy[2]},
		{.name = "memcpy 64 KiB", .run = run_memcpy, .ctx = &copy[3]},
	};

	memset(from, 1, sizeof(from));
	bench_group(b, "floors", cases, sizeof(cases) / sizeof(cases[0]), NULL);
}
