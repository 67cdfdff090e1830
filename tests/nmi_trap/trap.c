// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tests of the core again, with the library's calls of what must not happen in NMI-like context
 * redirected to here (symbols), and its NMI-like entries wrapped (--wrap): such a call ends the
 * program when an entry is on the stack. What the tests' own platform does in its ops is its own
 * business and not redirected.
 *
 * A run without a notification proves nothing and fails.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

static _Thread_local unsigned int nmi_depth;
static _Atomic unsigned int entries;

static void check(const char *what)
{
	if (!nmi_depth)
		return;
	fprintf(stderr, "trap: %s() in NMI-like context\n", what);
	_exit(99);
}

__attribute__((destructor)) static void entered(void)
{
	if (atomic_load(&entries))
		return;
	fputs("trap: no notification entered the core\n", stderr);
	_exit(98);
}

/* ---- the entries ----------------------------------------------------------------------------- */

#define WRAP(entry, parameters, arguments)                                                         \
	int __real_##entry parameters;                                                             \
	int __wrap_##entry parameters;                                                             \
	int __wrap_##entry parameters                                                              \
	{                                                                                          \
		int rc;                                                                            \
                                                                                                   \
		atomic_fetch_add(&entries, 1);                                                     \
		nmi_depth++;                                                                       \
		rc = __real_##entry arguments;                                                     \
		nmi_depth--;                                                                       \
		return rc;                                                                         \
	}

WRAP(ghes_notify_nmi, (struct ghes_core * core), (core))
WRAP(ghes_notify_sei, (struct ghes_core * core), (core))
WRAP(ghes_notify_sdei, (struct ghes_core * core, uint32_t event), (core, event))
WRAP(ghes_notify_sea, (struct ghes_core * core, struct ghes_claim *claim), (core, claim))

/* ---- what must not be called ----------------------------------------------------------------- */

#define TRAP(type, name, parameters, arguments)                                                    \
	type trap_##name parameters;                                                               \
	type trap_##name parameters                                                                \
	{                                                                                          \
		check(#name);                                                                      \
		return name arguments;                                                             \
	}

TRAP(void *, malloc, (size_t size), (size))
TRAP(void *, calloc, (size_t n, size_t size), (n, size))
TRAP(void *, realloc, (void *ptr, size_t size), (ptr, size))
TRAP(void *, aligned_alloc, (size_t align, size_t size), (align, size))
TRAP(void, free, (void *ptr), (ptr))
TRAP(int, pthread_mutex_lock, (pthread_mutex_t * m), (m))
TRAP(int, pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l))
TRAP(int, pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l))
TRAP(int, pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t *m), (c, m))
TRAP(int, puts, (const char *s), (s))
TRAP(int, vsnprintf, (char *to, size_t size, const char *fmt, va_list ap), (to, size, fmt, ap))

int trap_snprintf(char *to, size_t size, const char *fmt, ...);
int trap_snprintf(char *to, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	check("snprintf");
	va_start(ap, fmt);
	n = vsnprintf(to, size, fmt, ap);
	va_end(ap);
	return n;
}

int trap_fprintf(FILE *to, const char *fmt, ...);
int trap_fprintf(FILE *to, const char *fmt, ...)
{
	va_list ap;
	int n;

	check("fprintf");
	va_start(ap, fmt);
	n = vfprintf(to, fmt, ap);
	va_end(ap);
	return n;
}
