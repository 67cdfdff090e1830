// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fuzz target without libFuzzer.
 *
 *	fuzz_X_replay			each seed, and mutations of it from a fixed random seed
 *	fuzz_X_replay --mutations N	the same, N of each seed instead of 4000
 *	fuzz_X_replay FILE...		these inputs: what libFuzzer found
 *	fuzz_X_replay --write DIR	the seeds as files: where libFuzzer starts
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#define MUTATIONS_PER_SEED 4000

static uint64_t state = 0x9e3779b97f4a7c15ull;

/* xorshift64*: the same on every host */
static uint64_t next(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dull;
}

/* One small change: a byte, a bit, an edge value in a little-endian field, a cut */
static size_t mutate(uint8_t *data, size_t size)
{
	static const uint32_t edge[] = {0,	    1,		0x7f,	   0x80,
					0xff,	    0xffff,	0x10000,   0x7fffffff,
					0x80000000, 0xfffffffc, 0xffffffff};
	const size_t at = next() % size;
	const uint32_t value = edge[next() % (sizeof(edge) / sizeof(edge[0]))];

	switch (next() % 5) {
	case 0:
		data[at] = (uint8_t)next();
		return size;
	case 1:
		data[at] ^= (uint8_t)(1u << next() % 8);
		return size;
	case 2:
		for (size_t i = 0; i < 4 && at + i < size; i++)
			data[at + i] = (uint8_t)(value >> 8 * i);
		return size;
	case 3:
		data[at] = (uint8_t)(data[at] + (next() & 1 ? 1 : -1));
		return size;
	default:
		return next() % 8 ? size : at;
	}
}

static void run_seeds(unsigned long mutations)
{
	static uint8_t seed[FUZZ_SEED_MAX], data[FUZZ_SEED_MAX];
	size_t size, mutated;

	for (unsigned int n = 0; (size = fuzz_seed(n, seed, sizeof(seed))) > 0; n++) {
		LLVMFuzzerTestOneInput(seed, size);
		for (unsigned long i = 0; i < mutations; i++) {
			memcpy(data, seed, size);
			mutated = size;
			for (uint64_t rounds = 1 + next() % 4; rounds > 0 && mutated > 0; rounds--)
				mutated = mutate(data, mutated);
			LLVMFuzzerTestOneInput(data, mutated);
		}
	}
}

static int run_file(const char *path)
{
	static uint8_t data[1u << 20];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!file) {
		perror(path);
		return 1;
	}
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	return 0;
}

static int write_seeds(const char *directory)
{
	static uint8_t seed[FUZZ_SEED_MAX];
	char path[4096];
	size_t size;

	for (unsigned int n = 0; (size = fuzz_seed(n, seed, sizeof(seed))) > 0; n++) {
		FILE *file;

		snprintf(path, sizeof(path), "%s/seed%u", directory, n);
		file = fopen(path, "wb");
		if (!file || fwrite(seed, 1, size, file) != size || fclose(file) != 0) {
			perror(path);
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc == 1) {
		run_seeds(MUTATIONS_PER_SEED);
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "--mutations") == 0) {
		run_seeds(strtoul(argv[2], NULL, 10));
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "--write") == 0)
		return write_seeds(argv[2]);
	for (int i = 1; i < argc; i++)
		failed |= run_file(argv[i]);
	return failed;
}
