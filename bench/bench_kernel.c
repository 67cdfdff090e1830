// SPDX-License-Identifier: GPL-2.0-only
/*
 * libghes beside the kernel's own APEI core: the same HEST, the same firmware memory, the same
 *least of platforms, measured in turns in one process.
 *
 *	bench_kernel TREE [--json] [--quick] [--only PART-OF-TITLE]
 *
 * Both are shared objects, compiled with the same flags; nobody watches, no call is diverted,
 *nothing is printed inside the timed part. What the shim still adds to the kernel's side is a saved
 *frame for each entry, and one more function on the way to the platform: in a profile (perf record
 * bench_kernel TREE --only ...) a quarter to a third of the core's own
 * time for a record of 200 bytes, two fifths for an idle source; some of it stands for what the
 * kernel has, too (its fixmap, its accessors).
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ghes/estatus_pool.h>
#include <ghes/estatus_queue.h>

#include "bench.h"
#include "kernel/host/parts.h"
#include "kernel/kernel_core.h"
#include "machine.h"

#define SDEI	  ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED
#define NMI	  ACPI_HEST_NOTIFY_NMI
#define PRELOADED 65536 /* bytes that each source brings to the kernel's pool */

/* ---- The two cores --------------------------------------------------------------------------- */

enum side { LIB, KERNEL, NR_SIDES };
static const char *const sides[NR_SIDES] = {"libghes", "kernel"};

struct loaded {
	void *handle;
	const struct ghes_core_ops *ops;
};
static struct loaded lib, kernel_arm64, kernel_x86;

/* libghes's pool out of the same shared object, so that both are called through a pointer */
static __typeof__(ghes_estatus_pool_init) *lib_pool_init;
static __typeof__(ghes_estatus_pool_expand) *lib_pool_expand;
static __typeof__(ghes_estatus_pool_alloc) *lib_pool_alloc;
static __typeof__(ghes_estatus_pool_free) *lib_pool_free;
static __typeof__(ghes_estatus_pool_stats) *lib_pool_stats;
static const struct ghes_kernel_parts *kernel_parts;

static void *symbol(const struct loaded *l, const char *name)
{
	void *at = dlsym(l->handle, name);

	bench_expect(at, name);
	return at;
}

static struct loaded load(const char *path)
{
	struct loaded l = {.handle = dlopen(path, RTLD_NOW | RTLD_LOCAL)};
	const struct ghes_core_ops *(*get)(void);

	if (!l.handle)
		fprintf(stderr, "bench_kernel: %s\n", dlerror());
	bench_expect(l.handle, "a core cannot be loaded");
	*(void **)&get = symbol(&l, "ghes_core_ops_get");
	l.ops = get();
	return l;
}

static struct loaded load_kernel(const char *tree, enum kernel_arch arch)
{
	struct kernel_core_options o = {.arch = arch, .flavour = KERNEL_NATIVE, .bare = true};
	struct kernel_core_info info;
	struct loaded l;

	if (kernel_core_build(tree, &o, &info)) {
		fprintf(stderr, "bench_kernel: %s\n", info.error);
		exit(2);
	}
	l = load(info.so);
	kernel_core_info_free(&info);
	return l;
}

static void load_all(const char *tree)
{
	lib = load(BENCH_CORE_LIB);
	kernel_arm64 = load_kernel(tree, KERNEL_ARM64);
	kernel_x86 = load_kernel(tree, KERNEL_X86);
	*(void **)&lib_pool_init = symbol(&lib, "ghes_estatus_pool_init");
	*(void **)&lib_pool_expand = symbol(&lib, "ghes_estatus_pool_expand");
	*(void **)&lib_pool_alloc = symbol(&lib, "ghes_estatus_pool_alloc");
	*(void **)&lib_pool_free = symbol(&lib, "ghes_estatus_pool_free");
	*(void **)&lib_pool_stats = symbol(&lib, "ghes_estatus_pool_stats");
	kernel_parts = symbol(&kernel_arm64, GHES_KERNEL_PARTS);
}

/* One machine for each side; a kernel core has one state, so there is one pair at a time. */
static void start_pair(struct bench_machine m[NR_SIDES], unsigned int sources, uint8_t notify,
		       uint32_t len)
{
	const struct loaded *kernel = notify == NMI ? &kernel_x86 : &kernel_arm64;

	bench_machine_start(&m[LIB], lib.ops, sources, notify, len);
	bench_machine_start(&m[KERNEL], kernel->ops, sources, notify, len);
	for (unsigned int i = 0; i < NR_SIDES; i++)
		bench_warm_up(&m[i]);
}

static void stop_pair(struct bench_machine m[NR_SIDES])
{
	for (unsigned int i = 0; i < NR_SIDES; i++)
		bench_machine_stop(&m[i]);
}

static void compare(struct bench *b, const char *title, uint64_t (*run)(void *ctx, uint64_t n),
		    void *lib_ctx, void *kernel_ctx)
{
	struct bench_case cases[NR_SIDES] = {{sides[LIB], run, lib_ctx, 0, 0},
					     {sides[KERNEL], run, kernel_ctx, 0, 0}};

	bench_group(b, title, cases, NR_SIDES, NULL);
}

/* ---- Notify and drain ------------------------------------------------------------------------ */

/* Times of parts of a round: their median is not moved by what else the machine does. */
#define MAX_PARTS 4096
static uint64_t part_ns[MAX_PARTS];

static int by_time(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t median_part(uint64_t parts)
{
	size_t n = parts < MAX_PARTS ? parts : MAX_PARTS;

	qsort(part_ns, n, sizeof(part_ns[0]), by_time);
	return part_ns[n / 2];
}

/* The time of the notifications, or that of the drains, in batches that the pool holds */
static uint64_t run_records(struct bench_machine *m, uint64_t n, bool drains)
{
	uint64_t before = m->host.acks, batches = (n + m->batch - 1) / m->batch;

	for (uint64_t k = 0; k < batches; k++) {
		uint64_t t0 = bench_now(), t1;

		for (unsigned int i = 0; i < m->batch; i++)
			bench_fire(m, 0);
		t1 = bench_now();
		bench_drain(m);
		part_ns[k % MAX_PARTS] = drains ? bench_now() - t1 : t1 - t0;
	}
	bench_expect(m->host.acks - before == batches * m->batch, "records were not acknowledged");
	return median_part(batches) * n / m->batch + 1;
}

static uint64_t run_notify(void *ctx, uint64_t n)
{
	return run_records(ctx, n, false);
}

static uint64_t run_drain(void *ctx, uint64_t n)
{
	struct bench_machine *m = ctx;
	uint64_t before = m->host.reports, spent = run_records(m, n, true);

	bench_expect(m->host.reports - before == (n + m->batch - 1) / m->batch * m->batch,
		     "records were not processed");
	return spent;
}

/* From now on firmware reports page 2 again. false, and said: a core has not remembered it. */
static bool repeats_are_known(struct bench_machine m[NR_SIDES], uint32_t len)
{
	bool known = true;

	for (unsigned int k = 0; k < NR_SIDES; k++) {
		uint64_t reports = m[k].host.reports;

		bench_put_record(&m[k], 0, len, 2);
		bench_fire(&m[k], 0);
		bench_drain(&m[k]);
		if (m[k].host.reports == reports)
			continue;
		fprintf(stderr, "bench_kernel: %s does not remember a record of %u bytes\n",
			sides[k], len);
		known = false;
	}
	return known;
}

static void records(struct bench *b)
{
	static const struct {
		uint32_t len;
		const char *name;
	} sizes[] = {{200, "200 B"}, {1024, "1 KiB"}, {4096, "4 KiB"}, {65536, "64 KiB"}};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct bench_machine m[NR_SIDES];
		char title[80];

		/* Other sources are there for the size of the pool only. */
		start_pair(m, 8, SDEI, sizes[i].len);
		snprintf(title, sizeof(title), "notify, new record of %s", sizes[i].name);
		compare(b, title, run_notify, &m[LIB], &m[KERNEL]);
		snprintf(title, sizeof(title), "drain, new record of %s", sizes[i].name);
		compare(b, title, run_drain, &m[LIB], &m[KERNEL]);
		snprintf(title, sizeof(title), "notify, known record of %s (cache hit)",
			 sizes[i].name);
		if (repeats_are_known(m, sizes[i].len))
			compare(b, title, run_notify, &m[LIB], &m[KERNEL]);
		stop_pair(m);
	}
}

/* ---- Depth of the queue ---------------------------------------------------------------------- */

#define QUEUE_SOURCES 512

struct depth {
	struct bench_machine *m;
	unsigned int depth;
};

/* @n whole queues, notify and drain together; no clock is read in between. */
static uint64_t run_depth(void *ctx, uint64_t n)
{
	struct depth *d = ctx;
	uint64_t before = d->m->host.reports, all = n * d->depth;

	while (n--) {
		for (unsigned int i = 0; i < d->depth; i++)
			bench_fire(d->m, i % QUEUE_SOURCES);
		bench_drain(d->m);
	}
	bench_expect(d->m->host.reports - before == all, "records were lost");
	return 0;
}

static void depths(struct bench *b)
{
	static const unsigned int depth[] = {1, 10, 100, 1000, 8000};
	struct bench_machine m[NR_SIDES];

	start_pair(m, QUEUE_SOURCES, SDEI, 200);
	for (unsigned int k = 0; k < NR_SIDES; k++)
		for (unsigned int i = 0; i < QUEUE_SOURCES; i++)
			bench_put_record(&m[k], i, 200, 3 + i);
	for (size_t i = 0; i < sizeof(depth) / sizeof(depth[0]); i++) {
		struct depth d[NR_SIDES] = {{&m[LIB], depth[i]}, {&m[KERNEL], depth[i]}};
		char title[80];

		snprintf(title, sizeof(title), "notify and drain, for one of %u queued", depth[i]);
		b->per = depth[i];
		compare(b, title, run_depth, &d[LIB], &d[KERNEL]);
	}
	b->per = 0;
	stop_pair(m);
}

/* ---- The walk of an NMI ---------------------------------------------------------------------- */

/* The last source has a record; it is drained outside of the time. */
static uint64_t run_walk(void *ctx, uint64_t n)
{
	struct bench_machine *m = ctx;
	uint64_t before = m->host.acks;

	for (uint64_t i = 0; i < n; i++) {
		uint64_t t0 = bench_now();

		bench_fire(m, m->sources - 1);
		part_ns[i % MAX_PARTS] = bench_now() - t0;
		bench_drain(m);
	}
	bench_expect(m->host.acks - before == n, "records were not acknowledged");
	return median_part(n) * n;
}

static void walks(struct bench *b)
{
	static const unsigned int n[] = {1, 10, 100, 1000, 10000};

	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		struct bench_machine m[NR_SIDES];
		char title[80];

		snprintf(title, sizeof(title), "NMI, %u source%s, one with a record", n[i],
			 n[i] > 1 ? "s" : "");
		if (b->only && !strstr(title, b->only))
			continue; /* many sources take their time to come and go */
		start_pair(m, n[i], NMI, 200);
		for (unsigned int k = 0; k < NR_SIDES; k++) {
			bench_no_records(&m[k]);
			bench_put_record(&m[k], n[i] - 1, 200, 3);
		}
		compare(b, title, run_walk, &m[LIB], &m[KERNEL]);
		stop_pair(m);
	}
}

/* ---- The pool -------------------------------------------------------------------------------- */

#define NODE	  ((uint32_t)sizeof(struct ghes_estatus_node))
#define SMALL	  (200 + NODE) /* what fills a pool */
#define MAX_USERS 256

struct lib_pool {
	struct ghes_estatus_pool pool;
	struct ghes_estatus_pool_user user[MAX_USERS];
};

/* A pool of either side, what it is filled with, and the size that is measured */
struct pool {
	enum side side;
	struct lib_pool *lib;
	void *kernel;
	void **held;
	size_t nr_held;
	unsigned int user; /* whose record is measured: the last, in whose arena room is left */
	size_t size;
};

static void *pool_alloc(struct pool *p, unsigned int user, size_t size)
{
	return p->side == LIB ? lib_pool_alloc(&p->lib->pool, &p->lib->user[user], size)
			      : (void *)kernel_parts->pool_alloc(p->kernel, size);
}

static void pool_free(struct pool *p, void *at, size_t size)
{
	if (p->side == LIB)
		bench_expect(!lib_pool_free(&p->lib->pool, at, size), "a free was refused");
	else
		kernel_parts->pool_free(p->kernel, (unsigned long)at, size);
}

static uint64_t run_lib_pair(struct pool *p, uint64_t n)
{
	while (n--) {
		void *at = lib_pool_alloc(&p->lib->pool, &p->lib->user[p->user], p->size);

		bench_use(at);
		if (!at || lib_pool_free(&p->lib->pool, at, p->size))
			abort();
	}
	return 0;
}

static uint64_t run_kernel_pair(struct pool *p, uint64_t n)
{
	while (n--) {
		unsigned long at = kernel_parts->pool_alloc(p->kernel, p->size);

		bench_use((void *)at);
		if (!at)
			abort();
		kernel_parts->pool_free(p->kernel, at, p->size);
	}
	return 0;
}

static uint64_t run_pair(void *ctx, uint64_t n)
{
	struct pool *p = ctx;

	return p->side == LIB ? run_lib_pair(p, n) : run_kernel_pair(p, n);
}

/* Both have room for what @users sources of 64 KiB bring. */
static void make_pools(struct pool p[NR_SIDES], struct bench_machine m[NR_SIDES],
		       unsigned int users, size_t size)
{
	struct ghes_estatus_pool_stats stats;

	bench_machine_start(&m[LIB], lib.ops, 1, SDEI, 200);
	bench_machine_start(&m[KERNEL], kernel_arm64.ops, 1, SDEI, 200);
	p[LIB] = (struct pool){
		.side = LIB, .user = users - 1, .size = size, .lib = calloc(1, sizeof(*p->lib))};
	p[KERNEL] = (struct pool){.side = KERNEL, .size = size};
	bench_expect(p[LIB].lib && !lib_pool_init(&p[LIB].lib->pool, &m[LIB].host.platform),
		     "no pool");
	for (unsigned int i = 0; i < users; i++)
		bench_expect(!lib_pool_expand(&p[LIB].lib->pool, &p[LIB].lib->user[i], PRELOADED, 1,
					      NODE),
			     "no pool");
	lib_pool_stats(&p[LIB].lib->pool, &stats);
	p[KERNEL].kernel = kernel_parts->pool_create((stats.total + 4095) / 4096 * 4096);
	bench_expect(p[KERNEL].kernel, "no pool");
}

/* What is allocated goes with the machine; so does the memory of the kernel's pool. */
static void drop_pools(struct pool p[NR_SIDES], struct bench_machine m[NR_SIDES])
{
	for (unsigned int i = 0; i < NR_SIDES; i++)
		free(p[i].held);
	free(p[LIB].lib); /* its arenas end with the process */
	stop_pair(m);
}

/* All of it in blocks of SMALL bytes, in the order that the pool hands them out */
static void fill(struct pool *p, unsigned int users)
{
	size_t max = (size_t)(users + 1) * 2 * PRELOADED / SMALL;
	void *at;

	p->held = calloc(max, sizeof(*p->held));
	bench_expect(p->held, "no memory");
	for (unsigned int i = 0; i < users; i++)
		while (p->nr_held < max && (at = pool_alloc(p, i, SMALL)))
			p->held[p->nr_held++] = at;
}

/* What stays allocated: of each part of the pool alike, what was handed out first, or half of that.
 */
enum pattern { SCATTERED, PACKED, HOLES };

static bool stays(enum pattern pattern, size_t i, size_t of, unsigned int percent, uint64_t random)
{
	if (pattern == SCATTERED)
		return random % 100 < percent;
	return i * 100 < of * percent && (pattern == PACKED || i % 2);
}

static void thin_out(struct pool *p, unsigned int percent, enum pattern pattern)
{
	uint64_t seed = 88172645463325252u;
	size_t kept = 0;

	for (size_t i = 0; i < p->nr_held; i++) {
		seed = seed * 6364136223846793005u + 1;
		if (stays(pattern, i, p->nr_held, percent, seed >> 33))
			p->held[kept++] = p->held[i];
		else
			pool_free(p, p->held[i], SMALL);
	}
	p->nr_held = kept;
}

static void pool_case(struct bench *b, const char *title, unsigned int users, unsigned int percent,
		      enum pattern pattern, size_t size)
{
	struct bench_machine m[NR_SIDES];
	struct pool p[NR_SIDES];

	if (b->only && !strstr(title, b->only))
		return;
	make_pools(p, m, users, size);
	for (unsigned int i = 0; i < NR_SIDES && percent; i++) {
		fill(&p[i], users);
		thin_out(&p[i], percent, pattern);
	}
	compare(b, title, run_pair, &p[LIB], &p[KERNEL]);
	drop_pools(p, m);
}

static void pools(struct bench *b)
{
	static const unsigned int record[] = {200, 1024, 4096, 16384}, percent[] = {50, 75, 90, 99},
				  users[] = {1, 8, 64, 256};
	char title[80];

	for (size_t i = 0; i < sizeof(record) / sizeof(record[0]); i++) {
		snprintf(title, sizeof(title), "alloc and free, empty pool, record of %u bytes",
			 record[i]);
		pool_case(b, title, 8, 0, PACKED, record[i] + NODE);
	}
	for (size_t i = 0; i < sizeof(percent) / sizeof(percent[0]); i++) {
		snprintf(title, sizeof(title), "alloc and free, %u %% full, packed", percent[i]);
		pool_case(b, title, 8, percent[i], PACKED, SMALL);
		snprintf(title, sizeof(title), "alloc and free, %u %% full, scattered", percent[i]);
		pool_case(b, title, 8, percent[i], SCATTERED, SMALL);
	}
	/* Every other of them is free again, and too small for this one. */
	pool_case(b, "alloc and free, 75 % of holes of 200 bytes, record of 1024 bytes", 8, 75,
		  HOLES, 1024 + NODE);
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		snprintf(title, sizeof(title),
			 "alloc and free, 75 %% full, packed, pool of %u x 64 KiB", users[i]);
		pool_case(b, title, users[i], 75, PACKED, SMALL);
	}
}

int main(int argc, char **argv)
{
	const char *tree = NULL;
	struct bench b;

	if (argc > 1 && argv[1][0] != '-') {
		tree = argv[1];
		argv[1] = argv[0];
		argc--;
		argv++;
	}
	bench_init(&b, "kernel", argc, argv);
	if (!tree || access(tree, R_OK)) {
		fprintf(stderr,
			"bench_kernel: %s: no kernel tree; expected one as first argument\n",
			tree ? tree : argv[0]);
		return 77; /* what a test says that cannot run here */
	}
	load_all(tree);
	records(&b);
	depths(&b);
	walks(&b);
	pools(&b);
	return 0;
}
