// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow: struct probe -> **build** -> objects in the cache -> core.so in the cache.
 *
 * An object is named by the hash of all that goes into it: the file, every header of the tree that
 * is taken, every file of the shim, the flags, the compiler. So a patch to ghes.c compiles one file
 * and links; a changed header compiles all. The cache never goes stale and is never cleaned here:
 * it may be deleted at any time.
 */
#include "build.h"

#include <ghes/errors.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

/* Calls that record.c of the shim watches, and statics of ghes.c that it looks at. */
static const char *const wrapped[] = {
	"gen_pool_add_owner",  "gen_pool_alloc_algo_owner",
	"gen_pool_free_owner", "gen_pool_destroy",
	"apei_read",	       "apei_write",
	"cper_estatus_check",  "cper_estatus_print",
	"llist_add_batch",     "llist_reverse_order",
};
static const char *const shown[] = {
	"ghes_estatus_llist",  "ghes_proc_irq_work",	     "ghes_estatus_pool",
	"ghes_estatus_caches", "ghes_estatus_cache_alloced",
};
/* Shim files that model kernel code whose memory accesses matter; the others only look or print. */
static const char *const modelled[] = {"irq_work.c", "sinks.c", "bits.c"};

int build_fail(struct build *b, int err, char *message)
{
	snprintf(b->info->error, sizeof(b->info->error), "%s", message);
	free(message);
	return -err;
}

/* ---- flags ---- */

static void set_flags(struct build *b)
{
	struct command *k = &b->kernel_flags, *h = &b->host_flags;

	command_add(k, "-nostdinc");
	command_add(k, "-isystem");
	command_add(k, "%s", b->compiler_include);
	command_add(k, "-I%s", b->stage);
	command_add(k, "-I%s/shim", b->shim);
	command_add(k, "-iquote");
	command_add(k, "%s/drivers/acpi/apei", b->probe->dir);
	command_add(k, "-include");
	command_add(k, "%s/shim/kconfig.h", b->shim);
	for (const char *const *flag =
		     (const char *const[]){
			     "-std=gnu11", "-fno-strict-aliasing", "-fwrapv", "-fno-common",
			     "-fshort-wchar", "-fPIC", "-fvisibility=hidden", "-O2", "-g",
			     "-Werror=implicit-function-declaration", "-Werror=implicit-int",
			     "-Werror=int-conversion", "-Werror=incompatible-pointer-types",
			     "-fno-stack-protector", NULL};
	     *flag; flag++)
		command_add(k, "%s", *flag);
	if (!b->gcc) { /* what clang says of kernel style by default */
		command_add(k, "-Wno-gnu-variable-sized-type-not-at-end");
		command_add(k, "-Wno-format");
	}
#ifdef __aarch64__
	if (build_is_stepped(b)) /* the points would move the tables' targets out of reach */
		command_add(k, "-fno-jump-tables");
#endif
	if (b->options->arch != KERNEL_X86)
		command_add(k, "-DKERNEL_CORE_ARM64=1");
	if (b->options->arch != KERNEL_ARM64)
		command_add(k, "-DKERNEL_CORE_X86=1");
	if (b->options->bare)
		command_add(k, "-DSHIM_BARE");
	for (size_t i = 0; i < b->probe->defines.n; i++)
		command_add(k, "%s", b->probe->defines.name[i]);
	command_add(h, "-std=gnu11");
	command_add(h, "-O2");
	command_add(h, "-g");
	command_add(h, "-fPIC");
	command_add(h, "-fvisibility=hidden");
	command_add(h, "-D_GNU_SOURCE");
	command_add(h, "-I%s", b->include);
	if (b->options->coverage)
		command_add(h, "-DGHES_CORE_WITH_COVERAGE");
	command_add(h, "-DKERNEL_CORE_NAME=\"kernel%s%s %s\"", *b->probe->version ? " " : "",
		    b->probe->version, kernel_arch_name(b->options->arch));
}

/* ---- what goes into the hash of every object ---- */

static void hash_headers_of(struct build *b, const char *dir)
{
	struct kernel_names names = {.n = 0};

	list_dir(dir, ".h", &names);
	for (size_t i = 0; i < names.n; i++) {
		char *path = text("%s/%s", dir, names.name[i]);
		size_t size;
		char *content = file_read(path, &size);

		hash_string(&b->common, names.name[i]);
		if (content)
			hash_bytes(&b->common, content, size);
		free(content);
		free(path);
	}
	names_free(&names);
}

static void hash_common(struct build *b)
{
	char *dir;

	for (size_t i = 0; i < b->probe->nr_headers; i++) {
		hash_string(&b->common, b->probe->header[i].path);
		hash_bytes(&b->common, b->probe->header[i].text, b->probe->header[i].size);
	}
	dir = text("%s/shim", b->shim);
	hash_headers_of(b, dir);
	free(dir);
	dir = text("%s/host", b->shim);
	hash_headers_of(b, dir);
	free(dir);
	hash_headers_of(b, b->shim);
	dir = text("%s/ghes", b->include);
	hash_headers_of(b, dir);
	free(dir);
}

/* ---- jobs ---- */

enum side { SIDE_TREE, SIDE_SHIM, SIDE_HOST };

static bool is_modelled(const char *path)
{
	const char *base = strrchr(path, '/') + 1;

	for (size_t i = 0; i < COUNT(modelled); i++)
		if (!strcmp(base, modelled[i]))
			return true;
	return false;
}

/*
 * Instrumented objects call __tsan_*, which the process that loads the core provides. There, copies
 * stay calls to it as well, so that they can be taken apart; see sim/explore.
 */
static void add_flavour(struct build *b, struct command *c)
{
	if (b->options->coverage) {
		command_add(c, "--coverage");
		command_add(c, "-fprofile-update=atomic");
		command_add(c, "-fprofile-info-section"); /* instead of a constructor */
		command_add(c, "-fdata-sections");	  /* counters apart: see coverage.lds */
	}
	if (b->options->flavour != KERNEL_INSTRUMENTED &&
	    b->options->flavour != KERNEL_STEPPED_TSAN)
		return;
	if (b->options->flavour == KERNEL_INSTRUMENTED) {
		command_add(c, "-Dmemcpy=__tsan_memcpy");
		command_add(c, "-Dmemmove=__tsan_memmove");
		command_add(c, "-Dmemset=__tsan_memset");
		command_add(c, "-Dmemcmp=shim_memcmp");
		command_add(c, "-DSHIM_EXPLORED");
	}
	command_add(c, "-fsanitize=thread");
	command_add(c, "-fno-omit-frame-pointer");
	if (b->gcc) {
		command_add(c, "--param=tsan-distinguish-volatile=1");
		command_add(c, "-Wno-tsan");
	} else {
		command_add(c, "-mllvm");
		command_add(c, "-tsan-distinguish-volatile");
	}
}

/* Compile; for stepped flavours through assembly and ghes-step-as; then show the statics. */
static void job_steps(struct build *b, struct job *job, const struct command *compile,
		      const char *source, bool step, bool show)
{
	struct command *c = &job->step[job->nr_steps++];

	command_add_all(c, compile);
	if (step) {
		command_add(c, "-S");
		command_add(c, "%s", source);
		command_add(c, "-o");
		command_add(c, "%s.s", job->temporary);
		c = &job->step[job->nr_steps++];
		command_add(c, "%s", b->step_as);
		command_add(c, "%s.s", job->temporary);
		command_add(c, "%s.stepped.s", job->temporary);
		c = &job->step[job->nr_steps++];
		command_add(c, "%s", b->cc);
		if (!b->gcc)
			command_add(c, "-w");
		command_add(c, "-c");
		command_add(c, "%s.stepped.s", job->temporary);
	} else {
		command_add(c, "-c");
		command_add(c, "%s", source);
	}
	command_add(c, "-o");
	command_add(c, "%s", job->temporary);
	if (!show)
		return;
	c = &job->step[job->nr_steps++];
	command_add(c, "objcopy");
	for (size_t i = 0; i < COUNT(shown); i++)
		command_add(c, "--globalize-symbol=%s", shown[i]);
	command_add(c, "%s", job->temporary);
}

static void hash_file(struct content_hash *h, const char *path)
{
	size_t size;
	char *content = file_read(path, &size);

	if (content)
		hash_bytes(h, content, size);
	free(content);
}

/* With counters, the notes that lie beside the object as KEY.gcno are part of what is made. */
static bool is_cached(const struct build *b, const char *key, bool counts)
{
	char *object = text("%s/%s.o", b->cache, key), *notes = text("%s/%s.gcno", b->cache, key);
	bool is = !b->options->fresh && file_exists(object) && (!counts || file_exists(notes));

	free(object);
	free(notes);
	return is;
}

static void add_notes(const struct build *b, struct command *compile, const char *key)
{
	command_add(compile, "-frandom-seed=%s", key);
	command_add(compile, "-dumpdir");
	command_add(compile, "%s/", b->cache);
	command_add(compile, "-dumpbase");
	command_add(compile, "%s", key);
}

static int add_object(struct build *b, const char *path, const char *content, size_t size,
		      enum side side)
{
	bool under_test = side == SIDE_TREE || (side == SIDE_SHIM && is_modelled(path));
	bool step = under_test && build_is_stepped(b), counts = under_test && b->options->coverage;
	struct command compile = {.n = 0};
	struct content_hash h = b->common;
	struct job *job;
	char key[33];
	char *object;

	command_add(&compile, "%s", b->cc);
	command_add_all(&compile, side == SIDE_HOST ? &b->host_flags : &b->kernel_flags);
	if (under_test)
		add_flavour(b, &compile);
	for (size_t i = 0; i < compile.n; i++)
		hash_string(&h, compile.arg[i]);
	hash_string(&h, step ? "stepped" : "");
	if (step)
		hash_file(&h, b->step_as);
	hash_string(&h, path);
	hash_bytes(&h, content, size);
	hash_text(&h, key);
	object = text("%s/%s.o", b->cache, key);
	names_add(&b->objects, text("%s", object));
	if (is_cached(b, key, counts)) {
		command_free(&compile);
		free(object);
		return 0;
	}
	if (b->nr_jobs == MAX_JOBS) {
		command_free(&compile);
		free(object);
		return build_fail(b, GHES_EIO, text("more than %d files to compile", MAX_JOBS));
	}
	job = &b->job[b->nr_jobs++];
	if (counts)
		add_notes(b, &compile, key);
	job->target = object;
	job->temporary = text("%s/%s.%ld.o", b->cache, key, (long)getpid());
	job->log = text("%s/%s.%ld.log", b->cache, key, (long)getpid());
	job_steps(b, job, &compile, path, step, side == SIDE_TREE);
	command_free(&compile);
	return 0;
}

static int add_directory(struct build *b, const char *dir, enum side side)
{
	struct kernel_names names = {.n = 0};
	int rc = 0;

	list_dir(dir, ".c", &names);
	for (size_t i = 0; i < names.n && !rc; i++) {
		char *path = text("%s/%s", dir, names.name[i]);
		size_t size;
		char *content = file_read(path, &size);

		if (content)
			rc = add_object(b, path, content, size, side);
		else
			rc = build_fail(b, GHES_EIO, text("%s: cannot be read", path));
		free(content);
		free(path);
	}
	names_free(&names);
	return rc;
}

static int add_objects(struct build *b)
{
	struct probe *p = b->probe;
	char *dir;
	int rc = 0;

	for (size_t i = 0; i < p->nr_sources && !rc; i++)
		rc = add_object(b, p->source[i].path, p->source[i].text, p->source[i].size,
				SIDE_TREE);
	if (!rc && p->extracts.text)
		rc = add_object(b, p->extracts.path, p->extracts.text, p->extracts.size, SIDE_TREE);
	dir = text("%s/shim", b->shim);
	if (!rc)
		rc = add_directory(b, dir, SIDE_SHIM);
	free(dir);
	dir = text("%s/host", b->shim);
	if (!rc)
		rc = add_directory(b, dir, SIDE_HOST);
	free(dir);
	return rc;
}

/* ---- errors: the compiler's first error is the line, all it said comes with it ---- */

static char *first_error(const char *log)
{
	static const char *const marks[] = {
		"undefined reference to", "multiple definition of", ": error: ", ": fatal error: ",
		": cannot be run",	  "ghes-step-as: ",	    "error: "};

	for (size_t i = 0; i < COUNT(marks); i++) {
		const char *hit = strstr(log, marks[i]), *start = hit;

		if (!hit)
			continue;
		while (start > log && start[-1] != '\n')
			start--;
		return text("%.*s", (int)strcspn(start, "\n"), start);
	}
	return text("%.*s", (int)strcspn(log, "\n"), log);
}

/* What to do about it, for what usually goes wrong. */
static const char *advice(const char *line)
{
	if (strstr(line, "implicit declaration") || strstr(line, "undefined reference") ||
	    strstr(line, "unknown type name") || strstr(line, "undeclared"))
		return " (if your kernel has it outside of the core's files, the shim must declare it)";
	return "";
}

static int compile_failed(struct build *b, const struct job *job)
{
	char *log = file_read(job->log, NULL), *line;
	int rc;

	if (!log || !*log) { /* its words are kept beside what it writes */
		free(log);
		return build_fail(
			b, GHES_EIO,
			text("%s failed, and no word of it could be kept: is there room in "
			     "%s? XDG_CACHE_HOME names another place",
			     b->cc, b->cache));
	}
	line = first_error(log);
	rc = build_fail(b, GHES_EINVAL, text("%s%s", line, advice(line)));
	free(line);
	b->info->compiler_output = log;
	return rc;
}

static int compile(struct build *b)
{
	struct job *failed = run_jobs(b->job, b->nr_jobs);

	b->info->compiled = (unsigned int)b->nr_jobs;
	return failed ? compile_failed(b, failed) : 0;
}

static int link_core(struct build *b)
{
	struct content_hash h;
	struct job job = {.nr_steps = 1};
	struct command *c = &job.step[0];
	struct job *failed;
	char key[33];
	int rc = 0;

	hash_start(&h);
	for (size_t i = 0; i < b->objects.n; i++)
		hash_string(&h, b->objects.name[i]);
	hash_string(&h, b->options->bare ? "link 2, bare" : "link 2");
	hash_text(&h, key);
	b->info->so = text("%s/%s.so", b->cache, key);
	if (!b->nr_jobs && file_exists(b->info->so))
		return 0;
	job.target = text("%s", b->info->so);
	job.temporary = text("%s/%s.%ld.so", b->cache, key, (long)getpid());
	job.log = text("%s/%s.%ld.log", b->cache, key, (long)getpid());
	command_add(c, "%s", b->cc);
	command_add(c, "-shared");
	command_add(c, "-Wl,-Bsymbolic");
	command_add(c, "-Wl,-z,relro");
	command_add(c, "-Wl,-z,now");
	if (b->options->flavour == KERNEL_NATIVE)
		command_add(c, "-Wl,-z,defs");
	if (b->options->coverage)
		command_add(c, "-Wl,-T,%s/host/coverage.lds", b->shim);
	for (size_t i = 0; i < COUNT(wrapped) && !b->options->bare; i++)
		command_add(c, "-Wl,--wrap=%s", wrapped[i]);
	for (size_t i = 0; i < b->objects.n; i++)
		command_add(c, "%s", b->objects.name[i]);
	if (b->options->coverage)
		command_add(c, "-lgcov");
	command_add(c, "-o");
	command_add(c, "%s", job.temporary);
	failed = run_jobs(&job, 1);
	if (failed)
		rc = compile_failed(b, failed);
	job_free(&job);
	return rc;
}

/* ---- the report ---- */

static void move_names(struct kernel_names *to, struct kernel_names *from)
{
	*to = *from;
	from->n = 0;
}

static void fill_info(struct build *b)
{
	struct kernel_core_info *info = b->info;
	struct probe *p = b->probe;

	info->version = text("%s", p->version);
	for (size_t i = 0; i < p->nr_sources; i++)
		names_add(&info->sources, text("%s", p->source[i].name));
	for (size_t i = 0; i < p->nr_headers; i++)
		names_add(&info->headers, text("%s", p->header[i].name));
	move_names(&info->functions, &p->functions);
	move_names(&info->supplied, &p->includes);
	move_names(&info->features, &p->features);
	build_count_entries(b);
}

static int build(struct build *b)
{
	int rc = build_find_shim(b), lock;

	rc = rc ? rc : build_find_cache(b);
	rc = rc ? rc : build_find_compiler(b);
	build_find_step_as(b);
	rc = rc ? rc : build_stage(b);
	if (rc)
		return rc;
	set_flags(b);
	hash_common(b);
	/* Who comes second finds in the cache what the first one has compiled. */
	lock = file_lock(b->lock);
	rc = add_objects(b);
	rc = rc ? rc : compile(b);
	rc = rc ? rc : link_core(b);
	if (lock >= 0)
		close(lock);
	return rc;
}

static void build_free(struct build *b)
{
	while (b->nr_jobs)
		job_free(&b->job[--b->nr_jobs]);
	names_free(&b->objects);
	command_free(&b->kernel_flags);
	command_free(&b->host_flags);
	free(b->compiler_include);
	free(b->step_as);
	free(b->shim);
	free(b->include);
	free(b->cache);
	free(b->stage);
	free(b->lock);
	free(b);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int kernel_core_build(const char *dir, const struct kernel_core_options *options,
		      struct kernel_core_info *info)
{
	struct build *b = calloc(1, sizeof(*b));
	struct probe *p = calloc(1, sizeof(*p));
	double start = now();
	int rc = -GHES_ENOMEM;

	memset(info, 0, sizeof(*info));
	if (!b || !p) {
		snprintf(info->error, sizeof(info->error), "out of memory");
		free(b);
		free(p);
		return rc;
	}
	b->options = options;
	b->info = info;
	b->probe = p;
	hash_start(&b->common);
	rc = probe_tree(p, dir, options);
	if (rc)
		snprintf(info->error, sizeof(info->error), "%s", p->error);
	else
		rc = build(b);
	if (!rc)
		fill_info(b);
	build_free(b);
	probe_free(p);
	free(p);
	info->seconds = now() - start;
	return rc;
}

void kernel_core_info_free(struct kernel_core_info *info)
{
	names_free(&info->sources);
	names_free(&info->headers);
	names_free(&info->functions);
	names_free(&info->supplied);
	names_free(&info->features);
	free(info->so);
	free(info->version);
	free(info->compiler_output);
	memset(info, 0, sizeof(*info));
}

static const char *const arch_names[] = {"arm64", "x86", "all"};

const char *kernel_arch_name(enum kernel_arch arch)
{
	return arch_names[arch];
}

bool kernel_arch_by_name(const char *name, enum kernel_arch *arch)
{
	for (size_t i = 0; i < COUNT(arch_names); i++) {
		if (!strcmp(name, arch_names[i])) {
			*arch = (enum kernel_arch)i;
			return true;
		}
	}
	return false;
}

size_t kernel_core_segments(const void *symbol, struct image_segment hole,
			    struct image_segment *segments, size_t n)
{
	return image_segments(symbol, hole, segments, n);
}
