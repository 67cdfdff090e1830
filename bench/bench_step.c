// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stepped code costs: an instruction with a point, a hit, a judged run of a sweep.
 *
 * Each figure is the best of several rounds: the machine is shared, and what disturbs a round only
 * ever makes it slower.
 */
#include "sweep.h"
#include "step/subject.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ROUNDS 7
#define NODES  4

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static const struct subject_shape *shape(const char *name)
{
	for (size_t i = 0; i < subject_n_shapes; i++)
		if (!strcmp(subject_shapes[i].name, name))
			return &subject_shapes[i];
	return NULL;
}

static void again(struct ghes_step *step, void *arg)
{
	(void)arg;
	step->at++;
}

/* Nanoseconds for each instruction of a shape, without anything to stop at or far from it. */
static double per_instruction(const struct subject_shape *subject, bool armed)
{
	struct ghes_step step = {.at = armed ? UINT64_C(1) << 60 : 0, .handler = again};
	double best = 1e9;
	uint64_t length;

	ghes_step_arm(&step);
	subject->run(1);
	length = ghes_step_disarm(&step);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		unsigned int runs = 20000;
		uint64_t start;
		double each;

		if (armed)
			ghes_step_arm(&step);
		start = now_ns();
		for (unsigned int i = 0; i < runs; i++)
			subject->run(1);
		each = (double)(now_ns() - start) / ((double)runs * (double)length);
		if (armed)
			ghes_step_disarm(&step);
		if (each < best)
			best = each;
	}
	return best;
}

/* A handler that does nothing, at every boundary. */
static double per_hit(const struct subject_shape *subject)
{
	double best = 1e9;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		uint64_t hits = 0, start = now_ns();
		double each;

		for (unsigned int i = 0; i < 2000; i++) {
			struct ghes_step step = {.at = 1, .handler = again};

			ghes_step_arm(&step);
			subject->run(1);
			hits += ghes_step_disarm(&step);
		}
		each = (double)(now_ns() - start) / (double)hits;
		if (each < best)
			best = each;
	}
	return best;
}

struct pushes {
	struct subject_stack stack;
	struct subject_node node[NODES];
	unsigned int used;
};

static void reset(void *ctx)
{
	struct pushes *pushes = ctx;

	pushes->stack.head = NULL;
	pushes->used = 0;
}

static void push(void *ctx)
{
	struct pushes *pushes = ctx;

	subject_push(&pushes->stack, &pushes->node[pushes->used++]);
}

static void notify(void *ctx, unsigned int level)
{
	(void)level;
	push(ctx);
}

static int judge(void *ctx)
{
	struct pushes *pushes = ctx;
	unsigned int on_list = 0;

	for (struct subject_node *node = pushes->stack.head; node; node = node->next)
		on_list++;
	return on_list != pushes->used;
}

static void sweep(unsigned int levels)
{
	struct pushes pushes = {.used = 0};
	struct ghes_step_target target = {reset, push, notify, judge, NULL, &pushes};
	struct ghes_step_options options = {.levels = levels, .limit = 10000};
	struct ghes_step_result result;
	uint64_t runs = 0, notifications = 0, start = now_ns();
	double seconds;

	do {
		ghes_step_sweep(&target, &options, &result);
		runs += result.runs;
		notifications += result.notifications;
	} while (now_ns() - start < 300000000u);
	seconds = (double)(now_ns() - start) / 1e9;
	printf("sweep of a push, %u level%s: %" PRIu64 " runs, %.2f million judged runs/s, "
	       "%.2f million notifications/s\n",
	       levels, levels == 1 ? "" : "s", result.runs, (double)runs / seconds / 1e6,
	       (double)notifications / seconds / 1e6);
	for (unsigned int i = 0; i < levels; i++)
		printf("  level %u: boundaries hit %" PRIu64 " of %" PRIu64
		       ", longest path %" PRIu64 "\n",
		       i + 1, result.level[i].hit, result.level[i].existing,
		       result.level[i].longest);
}

int main(void)
{
	static const char *const shapes[] = {"loop", "calls", "switches", "copies", "lists"};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++)
		printf("%-10s %5.2f ns/instruction disarmed, %5.2f armed, %6.1f ns/hit\n",
		       shapes[i], per_instruction(shape(shapes[i]), false),
		       per_instruction(shape(shapes[i]), true), per_hit(shape(shapes[i])));
	for (unsigned int levels = 1; levels <= 3; levels++)
		sweep(levels);
	return 0;
}
