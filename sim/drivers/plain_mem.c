// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies of the program that runs under ThreadSanitizer without being instrumented.
 *
 * The runtime takes over memcpy() and friends of the whole process. The simulator orders its own
 * memory by means that the runtime is not told of, so its copies must not be watched; those of the
 * core, a shared object, must. Hidden: they serve this program only.
 */
#include <stddef.h>

/* Compiled so that the loops do not become calls of what they define: sim/CMakeLists.txt. */
#define HIDDEN __attribute__((visibility("hidden")))

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

HIDDEN void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	unsigned char *d = dst;
	const unsigned char *s = src;

	for (; n; n--)
		*d++ = *s++;
	return dst;
}

HIDDEN void *memmove(void *dst, const void *src, size_t n)
{
	unsigned char *d = dst;
	const unsigned char *s = src;

	if (d <= s)
		for (; n; n--)
			*d++ = *s++;
	else
		for (; n; n--)
			d[n - 1] = s[n - 1];
	return dst;
}

HIDDEN void *memset(void *dst, int c, size_t n)
{
	unsigned char *d = dst;

	for (; n; n--)
		*d++ = (unsigned char)c;
	return dst;
}

HIDDEN int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x < *y ? -1 : 1;
	return 0;
}
