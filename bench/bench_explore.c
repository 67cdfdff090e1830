// SPDX-License-Identifier: GPL-2.0-only
/*
 * Executions a second of the explorer on the compare-exchange list, races watched and the final
 * state checked, beside the floor: the same number of bare switches between two fibers.
 *
 *	bench_explore [--json] [--all]
 *
 * Processor time, not wall-clock time: the machine may be shared. Executions and steps are exact,
 * so their ratio to the floor is what to compare between machines. --all adds the large shape.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <ghes/explore.h>
#include "cas_list.h"
#include "fiber.h"

#define SWITCHES 20000000u
#define ROUNDS	 3

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void *main_sp, *fiber_sp;

static void ping(void *arg)
{
	(void)arg;
	for (;;)
		ex_fiber_switch(&fiber_sp, main_sp);
}

/* Seconds that one switch takes, best of several rounds. */
static double switch_seconds(void)
{
	static char stack[16384] __attribute__((aligned(64)));
	double best = 1e9;

	fiber_sp = ex_fiber_prepare(stack, sizeof(stack), ping, NULL);
	for (int round = 0; round < ROUNDS; round++) {
		double began = cpu_seconds(), took;

		for (unsigned int i = 0; i < SWITCHES / 2; i++)
			ex_fiber_switch(&main_sp, fiber_sp);
		took = (cpu_seconds() - began) / SWITCHES;
		if (took < best)
			best = took;
	}
	return best;
}

static long resident_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

static void measure(unsigned int producers, unsigned int pushes, double floor, bool json)
{
	static struct cas_list list;
	struct ghes_explore_result r = {0};
	double best = 1e9;
	long grown = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct ghes_explore *x = ghes_explore_new(&(struct ghes_explore_config){
			.setup = cas_list_init, .finish = cas_list_check, .user = &list});
		double began, took;
		long before;

		list.producers = producers;
		list.pushes = pushes;
		for (unsigned int i = 0; i < producers; i++)
			ghes_explore_thread(x, "producer", i, cas_list_producer, &list.producer[i]);
		ghes_explore_thread(x, "consumer", producers, cas_list_consumer, &list);
		before = resident_kib();
		began = cpu_seconds();
		ghes_explore_run(x, &r);
		took = cpu_seconds() - began;
		grown = resident_kib() - before;
		if (took < best)
			best = took;
		if (!r.complete) {
			fprintf(stderr, "bench_explore: the search is not complete\n");
			exit(1);
		}
		ghes_explore_free(x);
	}
	printf(json ? "{\"bench\": \"explore\", \"producers\": %u, \"pushes\": %u, "
		      "\"executions\": %llu, \"executions_per_second\": %.0f, "
		      "\"ns_per_step\": %.1f, \"switches_per_step\": %.2f, \"grown_kib\": %ld}\n"
		    : "P%uK%u  %9llu executions  %9.0f /s  %5.1f ns a step = %.2f bare switches  "
		      "%ld KiB grown\n",
	       producers, pushes, (unsigned long long)r.executions, (double)r.executions / best,
	       best / (double)r.steps * 1e9, best / (double)r.steps / floor, grown);
}

int main(int argc, char **argv)
{
	bool json = false, all = false;
	double floor;

	for (int i = 1; i < argc; i++) {
		json |= !strcmp(argv[i], "--json");
		all |= !strcmp(argv[i], "--all");
	}
	floor = switch_seconds();
	if (json)
		printf("{\"bench\": \"fiber_switch\", \"ns\": %.2f}\n", floor * 1e9);
	else
		printf("bare fiber switch: %.2f ns\n", floor * 1e9);
	measure(3, 1, floor, json);
	measure(2, 3, floor, json);
	measure(4, 1, floor, json);
	if (all)
		measure(3, 2, floor, json);
	return 0;
}
