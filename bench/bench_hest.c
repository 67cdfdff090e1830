// SPDX-License-Identifier: GPL-2.0-only
/*
 * What walking a HEST costs, per source, from 10 sources to 10,000, beside the floor: one memcpy of
 * the table's bytes, in the same run. Flat over the sizes is what linear means.
 *
 *	bench_hest [--json]
 *
 * Each figure is the best of several rounds, taken in turn with the others: what disturbs a shared
 * machine only ever makes a round slower.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <ghes/hest.h>

#include "hest_build.h"

#define ROUNDS	    9
#define ROUND_NS    4000000u /* a round repeats its work for about this long */
#define SOURCES_MAX 10000u

struct table {
	uint8_t *bytes;
	size_t size;
	uint32_t count;
};

static struct hest_scratch scratch;
static uint8_t copy[64 + SOURCES_MAX * 92];
static struct hest_generic_info kept[SOURCES_MAX];

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Half GHES, half GHESv2, in turn, as on a large server; nothing wrong with any */
static struct table make_table(uint32_t count)
{
	static struct hest_build one;
	struct table table = {.bytes = calloc(1, 40 + (size_t)count * 92), .count = count};
	uint8_t sum = 0;

	if (!table.bytes)
		abort();
	table.size = 40;
	for (uint32_t i = 0; i < count; i++) {
		hest_begin(&one);
		(i % 2 ? hest_add_ghes_v2 : hest_add_ghes)(&one, (uint16_t)i, 3);
		memcpy(table.bytes + table.size, one.bytes + 40, one.size - 40);
		table.size += one.size - 40;
	}
	memcpy(table.bytes, one.bytes, 40);
	put32(table.bytes + 4, (uint32_t)table.size);
	put32(table.bytes + 36, count);
	table.bytes[9] = 0;
	for (size_t i = 0; i < table.size; i++)
		sum = (uint8_t)(sum + table.bytes[i]);
	table.bytes[9] = (uint8_t)-sum;
	return table;
}

static void do_memcpy(const struct table *table)
{
	memcpy(copy, table->bytes, table->size);
	__asm__ volatile("" : : "r"(copy) : "memory"); /* the copy is wanted */
}

static int keep(void *ctx, const struct hest_source *source)
{
	(void)ctx;
	kept[source->index] = source->generic;
	return 0;
}

static void fail_on_finding(void *ctx, const struct hest_finding *finding)
{
	(void)ctx;
	fprintf(stderr, "bench_hest: the table is not clean: %s\n", finding->text);
	exit(2);
}

static void do_parse(const struct table *table)
{
	static const struct hest_visitor visitor = {.source = keep, .finding = fail_on_finding};

	if (hest_parse(table->bytes, table->size, &scratch, &visitor, NULL) != 0)
		abort();
}

static void do_parse_and_check(const struct table *table)
{
	do_parse(table);
	for (uint32_t i = 0; i < table->count; i++)
		if (ghes_check_generic(&kept[i], HEST_NOTIFY_LINUX, fail_on_finding, NULL) != 0)
			abort();
}

/* Nanoseconds per source, one round */
static double one_round(const struct table *table, void (*work)(const struct table *table))
{
	const uint64_t start = now_ns();
	uint64_t runs = 0, elapsed;

	do {
		work(table);
		runs++;
		elapsed = now_ns() - start;
	} while (elapsed < ROUND_NS);
	return (double)elapsed / (double)runs / table->count;
}

int main(int argc, char **argv)
{
	static const uint32_t counts[] = {10, 100, 1000, SOURCES_MAX};
	static void (*const work[])(const struct table *table) = {do_memcpy, do_parse,
								  do_parse_and_check};
	const bool json = argc > 1 && strcmp(argv[1], "--json") == 0;

	if (!json)
		puts("HEST, nanoseconds per source\n"
		     "sources     bytes  memcpy   parse  parse + check  parse / memcpy");
	for (size_t n = 0; n < sizeof(counts) / sizeof(counts[0]); n++) {
		struct table table = make_table(counts[n]);
		double best[3] = {1e18, 1e18, 1e18};

		for (int round = 0; round < ROUNDS; round++) {
			for (int i = 0; i < 3; i++) {
				const double ns = one_round(&table, work[i]);

				best[i] = ns < best[i] ? ns : best[i];
			}
		}
		printf(json ? "{\"bench\":\"hest\",\"sources\":%u,\"bytes\":%zu,\"memcpy_ns\":%.2f,"
			      "\"parse_ns\":%.2f,\"parse_check_ns\":%.2f,\"parse_per_memcpy\":%.1f}\n"
			    : "%7u  %8zu  %6.2f  %6.2f  %13.2f  %14.1f\n",
		       table.count, table.size, best[0], best[1], best[2], best[1] / best[0]);
		free(table.bytes);
	}
	return 0;
}
