/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each fuzz target provides, for libFuzzer (GHES_BUILD_FUZZERS, clang) and for the plain
 * program of replay.c, which any compiler builds and CTest runs.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FUZZ_SEED_MAX 65536

#define FUZZ_CHECK(condition)                                                                      \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Fills @buf with seed @n from 0 and returns its size; 0: there are no more */
size_t fuzz_seed(unsigned int n, uint8_t *buf, size_t size);

#endif
