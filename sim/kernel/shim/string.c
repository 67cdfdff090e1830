// SPDX-License-Identifier: GPL-2.0-only
/*
 * memcmp() for instrumented cores, whose files call it by this name: it tells the race detector
 * what it reads, then compares. Never instrumented itself. Other cores have no __tsan_*: weak.
 */
#include "shim.h"

void __tsan_read_range(void *p, unsigned long size) __weak;
int shim_memcmp(const void *a, const void *b, size_t n);

int shim_memcmp(const void *a, const void *b, size_t n)
{
	if (__tsan_read_range) {
		__tsan_read_range((void *)a, n);
		__tsan_read_range((void *)b, n);
	}
	return memcmp(a, b, n);
}
