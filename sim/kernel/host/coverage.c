// SPDX-License-Identifier: GPL-2.0-only
#include "coverage.h"

/* Part of every kernel core; empty but in those that are compiled for coverage. */
#ifdef GHES_CORE_WITH_COVERAGE

#include <gcov.h>
#include <stdlib.h>

/* Set by coverage.lds */
extern char core_counters_start[], core_counters_end[];
extern const struct gcov_info *const core_gcov_start[], *const core_gcov_end[];

struct sink {
	void (*file)(const char *name, void *arg);
	void (*bytes)(const void *data, unsigned int n, void *arg);
	void *arg;
};

static void on_file(const char *name, void *arg)
{
	const struct sink *s = arg;

	s->file(name, s->arg);
}

static void on_bytes(const void *data, unsigned int n, void *arg)
{
	const struct sink *s = arg;

	s->bytes(data, n, s->arg);
}

/* Asked for only when there are counters of values, which we do not compile in. */
static void *on_allocate(unsigned int size, void *arg)
{
	(void)arg;
	return malloc(size);
}

static void dump(void (*file)(const char *name, void *arg),
		 void (*bytes)(const void *data, unsigned int n, void *arg), void *arg)
{
	struct sink s = {file, bytes, arg};

	for (const struct gcov_info *const *info = core_gcov_start; info < core_gcov_end; info++)
		__gcov_info_to_gcda(*info, on_file, on_bytes, on_allocate, &s);
}

static void fill(void) __attribute__((constructor));

/* A size is no address that the linker could put into a constant. */
static struct ghes_core_coverage filled = {.dump = dump};
__attribute__((visibility("default"))) extern const struct ghes_core_coverage ghes_core_coverage
	__attribute__((alias("filled")));

static void fill(void)
{
	filled.counters.start = core_counters_start;
	filled.counters.size = (size_t)(core_counters_end - core_counters_start);
}

#else

const struct ghes_core_coverage ghes_core_coverage = {.dump = NULL};

#endif
