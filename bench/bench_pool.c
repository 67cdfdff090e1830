// SPDX-License-Identifier: GPL-2.0-only
/*
 * An allocation and its free, as a notification and the drain do them: the estatus pool, a bitmap
 * allocator of the kernel's design, malloc and jemalloc. The latter two are no alternatives (they
 * must not be called from an NMI); they show what an allocator without that duty costs.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ghes/estatus_pool.h>
#include <ghes/estatus_queue.h>
#include <ghes/platform_posix.h>

#include "bench.h"
#include "peer_bitmap.h"

#define NODE	  sizeof(struct ghes_estatus_node)
#define MAX_USERS 256

static struct ghes_platform *platform;
static void *(*je_malloc)(size_t size);
static void (*je_free)(void *ptr);

struct subject {
	struct ghes_estatus_pool pool;
	struct ghes_estatus_pool_user user[MAX_USERS];
	unsigned int users;
	struct peer_bitmap *peer;
	size_t size; /* of the blocks measured */
	void **held;
	void **peer_held;
	size_t nr_held, nr_peer_held;
};

static uint64_t run_pool(void *ctx, uint64_t n)
{
	struct subject *s = ctx;

	while (n--) {
		void *ptr = ghes_estatus_pool_alloc(&s->pool, &s->user[0], s->size);

		bench_use(ptr);
		if (ghes_estatus_pool_free(&s->pool, ptr, s->size) || !ptr)
			abort();
	}
	return 0;
}

static uint64_t run_peer(void *ctx, uint64_t n)
{
	struct subject *s = ctx;

	while (n--) {
		void *ptr = peer_bitmap_alloc(s->peer, s->size);

		if (!ptr)
			abort();
		bench_use(ptr);
		peer_bitmap_free(s->peer, ptr, s->size);
	}
	return 0;
}

static uint64_t run_malloc(void *ctx, uint64_t n)
{
	struct subject *s = ctx;

	while (n--) {
		void *ptr = malloc(s->size);

		bench_use(ptr);
		free(ptr);
	}
	return 0;
}

static uint64_t run_jemalloc(void *ctx, uint64_t n)
{
	struct subject *s = ctx;

	while (n--) {
		void *ptr = je_malloc(s->size);

		bench_use(ptr);
		je_free(ptr);
	}
	return 0;
}

/* Both pools with about the same memory: what @users of 64 KiB bring. */
static struct subject *make_subject(unsigned int users, size_t size)
{
	struct subject *s = calloc(1, sizeof(*s));
	struct ghes_estatus_pool_stats stats;

	if (!s || ghes_estatus_pool_init(&s->pool, platform))
		abort();
	for (s->users = 0; s->users < users; s->users++)
		if (ghes_estatus_pool_expand(&s->pool, &s->user[s->users], 65536, 1, NODE))
			abort();
	ghes_estatus_pool_stats(&s->pool, &stats);
	s->peer = peer_bitmap_create(stats.total);
	s->size = size;
	return s;
}

static void drop_subject(struct subject *s)
{
	while (s->nr_held)
		ghes_estatus_pool_free(&s->pool, s->held[--s->nr_held], 264);
	for (unsigned int i = 0; i < s->users; i++)
		ghes_estatus_pool_shrink(&s->pool, &s->user[i]);
	ghes_estatus_pool_exit(&s->pool);
	peer_bitmap_destroy(s->peer);
	free(s->held);
	free(s->peer_held);
	free(s);
}

/* Give @free_percent of the blocks back, spread over the whole: fragmentation. */
static void thin_out(struct subject *s, unsigned int free_percent)
{
	uint64_t seed = 88172645463325252u;
	size_t kept = 0, peer_kept = 0;

	for (size_t i = 0; i < s->nr_held; i++) {
		seed = seed * 6364136223846793005u + 1;
		if ((seed >> 33) % 100 < free_percent)
			ghes_estatus_pool_free(&s->pool, s->held[i], 264);
		else
			s->held[kept++] = s->held[i];
	}
	for (size_t i = 0; i < s->nr_peer_held; i++) {
		seed = seed * 6364136223846793005u + 1;
		if ((seed >> 33) % 100 < free_percent)
			peer_bitmap_free(s->peer, s->peer_held[i], 264);
		else
			s->peer_held[peer_kept++] = s->peer_held[i];
	}
	s->nr_held = kept;
	s->nr_peer_held = peer_kept;
}

/* Fill with 200 byte records of all users, then free some at random. */
static void fill(struct subject *s, unsigned int percent)
{
	size_t max = 1024 * 1024;
	void *ptr;

	s->held = calloc(max, sizeof(void *));
	s->peer_held = calloc(max, sizeof(void *));
	if (!s->held || !s->peer_held)
		abort();
	for (unsigned int i = 0; i < s->users; i++)
		while ((ptr = ghes_estatus_pool_alloc(&s->pool, &s->user[i], 264)))
			s->held[s->nr_held++] = ptr;
	while ((ptr = peer_bitmap_alloc(s->peer, 264)))
		s->peer_held[s->nr_peer_held++] = ptr;
	thin_out(s, 100 - percent);
}

static void compare(struct bench *b, const char *title, struct subject *s, const char *aim)
{
	struct bench_case cases[] = {
		{.name = "estatus pool", .run = run_pool, .ctx = s},
		{.name = "bitmap first fit", .run = run_peer, .ctx = s},
		{.name = "malloc", .run = run_malloc, .ctx = s},
		{.name = "floor: one compare-exchange", .run = bench_run_cmpxchg},
		{.name = "jemalloc", .run = run_jemalloc, .ctx = s},
	};

	bench_group(b, title, cases, je_malloc ? 5 : 4, aim);
	drop_subject(s);
}

static void sizes(struct bench *b)
{
	static const size_t record[] = {200, 1024, 4096, 16384, 65536};

	for (size_t i = 0; i < sizeof(record) / sizeof(record[0]); i++) {
		char title[80];

		snprintf(title, sizeof(title), "pair, empty pool, record of %zu bytes", record[i]);
		compare(b, title, make_subject(1, record[i] + NODE), "<= 20 ns, flat");
	}
}

static void fills(struct bench *b)
{
	static const unsigned int percent[] = {50, 75, 90, 99};

	for (size_t i = 0; i < sizeof(percent) / sizeof(percent[0]); i++) {
		struct subject *s = make_subject(8, 200 + NODE);
		char title[80];

		fill(s, percent[i]);
		snprintf(title, sizeof(title), "pair, 8 users, %u %% full, fragmented", percent[i]);
		compare(b, title, s, "<= 20 ns, flat");
	}
}

static void pool_sizes(struct bench *b)
{
	static const unsigned int users[] = {1, 8, 64, 256};

	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		struct subject *s = make_subject(users[i], 200 + NODE);
		char title[80];

		fill(s, 75);
		snprintf(title, sizeof(title), "pair, %u users, 75 %% full, fragmented", users[i]);
		compare(b, title, s, "<= 20 ns, flat");
	}
}

/* ---- Two threads ----------------------------------------------------------------------------- */

#define PAIRS 1000

static void pairs_of_user(struct subject *s, unsigned int user)
{
	for (unsigned int i = 0; i < PAIRS; i++) {
		void *ptr = ghes_estatus_pool_alloc(&s->pool, &s->user[user], s->size);

		bench_use(ptr);
		ghes_estatus_pool_free(&s->pool, ptr, s->size);
	}
}

static void pairs_of_first(void *ctx)
{
	pairs_of_user(ctx, 0);
}

static void pairs_of_second(void *ctx)
{
	pairs_of_user(ctx, 1);
}

static void pairs_of_peer(void *ctx)
{
	run_peer(ctx, PAIRS);
}

/* ns for one pair of each thread: perfect scaling is the figure of one thread. */
static uint64_t two(void (*first)(void *), void (*second)(void *), void *ctx, uint64_t n)
{
	uint64_t ns = bench_two(first, second, ctx, n / PAIRS + 50);

	return (uint64_t)((double)ns * (double)n / PAIRS) + 1;
}

static uint64_t run_own_users(void *ctx, uint64_t n)
{
	return two(pairs_of_first, pairs_of_second, ctx, n);
}

static uint64_t run_same_user(void *ctx, uint64_t n)
{
	return two(pairs_of_first, pairs_of_first, ctx, n);
}

static uint64_t run_same_peer(void *ctx, uint64_t n)
{
	return two(pairs_of_peer, pairs_of_peer, ctx, n);
}

static void two_threads(struct bench *b)
{
	struct subject *s = make_subject(2, 200 + NODE);
	struct bench_case cases[] = {
		{.name = "estatus pool, a user each", .run = run_own_users, .ctx = s},
		{.name = "estatus pool, one user", .run = run_same_user, .ctx = s},
		{.name = "bitmap first fit", .run = run_same_peer, .ctx = s},
	};

	bench_group(b, "pair, 2 threads, record of 200 bytes", cases, 3, NULL);
	drop_subject(s);
}

/* glibc has no room for jemalloc's thread-local storage unless told so before the start. */
static void load_jemalloc(char **argv)
{
	void *library;

	if (!getenv("GLIBC_TUNABLES")) {
		setenv("GLIBC_TUNABLES", "glibc.rtld.optional_static_tls=16384", 1);
		execv("/proc/self/exe", argv);
	}
	library = dlopen("libjemalloc.so.2", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
	if (!library) {
		fprintf(stderr, "bench_pool: without jemalloc: %s\n", dlerror());
		return;
	}
	*(void **)&je_malloc = dlsym(library, "malloc");
	*(void **)&je_free = dlsym(library, "free");
}

int main(int argc, char **argv)
{
	static const struct ghes_platform_posix_config config = {.nr_cpus = 1};
	struct bench b;

	load_jemalloc(argv);
	bench_init(&b, "pool", argc, argv);
	if (ghes_platform_posix_create(&config, &platform))
		return 1;
	bench_floors(&b);
	sizes(&b);
	fills(&b);
	pool_sizes(&b);
	two_threads(&b);
	ghes_platform_posix_destroy(platform);
	return 0;
}
