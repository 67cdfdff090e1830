/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Benchmarks: groups of cases that are measured in turns, so that what the machine does meanwhile
 * hits all of them alike, and are shown as ratios to the first case of the group.
 *
 * Flow: main -> bench_init() -> bench_group() for each group -> a table, or one JSON object a case
 * (--json) -> bench_exit().
 *
 * The median of BENCH_ROUNDS rounds and the quickest are shown; the ratio is that of the quickest,
 * since what disturbs a shared machine only ever makes a round slower.
 */
#ifndef GHES_BENCH_H
#define GHES_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_ROUNDS 15

struct bench_case {
	const char *name;
	/*
	 * Do it @n times. Returns ns spent if it timed itself (what needs several threads), else 0:
	 * the processor time of this thread counts, which leaves out what others had of the CPU.
	 */
	uint64_t (*run)(void *ctx, uint64_t n);
	void *ctx;
	/* results, ns for one */
	double median;
	double min;
};

struct bench {
	const char *suite;
	bool json;
	bool quick;	  /* few and short rounds: does it run at all? */
	const char *only; /* part of a group's title, or NULL */
	double per; /* figures are for a part of what is done @n times: divided by this; 0: all */
};

void bench_init(struct bench *b, const char *suite, int argc, char **argv);
/* Measure and show. @aim: what the first case should reach, or NULL. */
void bench_group(struct bench *b, const char *title, struct bench_case *cases, size_t n,
		 const char *aim);
/* The floors: locked compare-exchange, and memcpy of usual record sizes. */
void bench_floors(struct bench *b);
uint64_t bench_now(void); /* ns, monotonic */
/*
 * @first on this thread and @second on another, at the same time, @rounds times; a round should
 * take well under a time slice. Returns ns for a round, the 10th percentile: the rounds in which
 * both really ran at once are the quick ones, in the others one waited for a CPU.
 */
uint64_t bench_two(void (*first)(void *ctx), void (*second)(void *ctx), void *ctx, uint64_t rounds);
/* One uncontended locked compare-exchange: a floor to put into a group of one's own. */
uint64_t bench_run_cmpxchg(void *ctx, uint64_t n);

/* Keep the compiler from dropping @p and what it points to. */
static inline void bench_use(const void *p)
{
	__asm__ volatile("" : : "g"(p) : "memory");
}

#endif
