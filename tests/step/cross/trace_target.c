// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emulated side of test_step_trace_qemu.c.
 *
 *	table	(marks)  one line for each word of code: address, table index or -1, the word
 *	run	(marks)  runs every shape once; the emulator logs what it executes
 *	points	(points) one line for each boundary that the shapes reach: the table index
 *
 * Each shape's result is printed to stderr, so that the runs can be compared as well.
 */
#include "step.h"
#include "step/subject.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SEED 0x123456789abcdef1u

static size_t n_points(void)
{
	return (size_t)(ghes_step_module.end - ghes_step_module.begin);
}

static long index_at(uintptr_t pc)
{
	for (size_t i = 0; i < n_points(); i++)
		if (ghes_step_point_pc(&ghes_step_module.begin[i]) == pc)
			return (long)i;
	return -1;
}

static void print_table(void)
{
	uintptr_t low = UINTPTR_MAX, high = 0;

	for (size_t i = 0; i < n_points(); i++) {
		uintptr_t pc = ghes_step_point_pc(&ghes_step_module.begin[i]);

		low = pc < low ? pc : low;
		high = pc > high ? pc : high;
	}
	for (uintptr_t pc = low; pc <= high; pc += 4)
		printf("%" PRIxPTR " %ld %" PRIx32 "\n", pc, index_at(pc), *(const uint32_t *)pc);
}

static void print_index(struct ghes_step *step, void *arg)
{
	(void)arg;
	printf("%td\n", step->point - ghes_step_module.begin);
	step->at++;
}

static void run(const struct subject_shape *shape, bool points)
{
	struct ghes_step step = {.at = 1, .handler = print_index};
	uint64_t result;

	if (points)
		ghes_step_arm(&step);
	result = shape->run(SEED);
	if (points)
		ghes_step_disarm(&step);
	fprintf(stderr, "%s %" PRIx64 "\n", shape->name, result);
}

int main(int argc, char **argv)
{
	const char *mode = argc == 2 ? argv[1] : "";

	if (!strcmp(mode, "table"))
		print_table();
	for (size_t i = 0; i < subject_n_shapes && strcmp(mode, "table"); i++)
		run(&subject_shapes[i], !strcmp(mode, "points"));
	return 0;
}
