// SPDX-License-Identifier: GPL-2.0-only
/*
 * A seqlock. Its reader may wait for a writer on another CPU; in an NMI that interrupted the writer
 * it waits for ever, and must give up instead.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <ghes/explore.h>

static atomic_uint sequence;
static atomic_int a, b;

static void setup(void *user)
{
	(void)user;
	sequence = 0;
	a = b = 0;
}

static void writer(void *arg)
{
	unsigned int s = atomic_load_explicit(&sequence, memory_order_relaxed);

	(void)arg;
	atomic_store_explicit(&sequence, s + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	atomic_store_explicit(&a, 1, memory_order_relaxed);
	atomic_store_explicit(&b, 1, memory_order_relaxed);
	atomic_store_explicit(&sequence, s + 2, memory_order_release);
}

static bool try_read(void)
{
	unsigned int s = atomic_load_explicit(&sequence, memory_order_acquire);
	int x = atomic_load_explicit(&a, memory_order_relaxed);
	int y = atomic_load_explicit(&b, memory_order_relaxed);

	atomic_thread_fence(memory_order_acquire);
	if ((s & 1) || atomic_load_explicit(&sequence, memory_order_relaxed) != s)
		return false;
	ghes_explore_check(x == y);
	return true;
}

static void reader_that_waits(void *arg)
{
	(void)arg;
	while (!try_read())
		ghes_explore_relax();
}

static void reader_that_gives_up(void *arg)
{
	(void)arg;
	try_read();
}

/* @in_nmi: the reader interrupts the writer; else it runs on another CPU. */
static bool holds(void (*reader)(void *), bool in_nmi)
{
	struct ghes_explore *x = ghes_explore_new(&(struct ghes_explore_config){
		.setup = setup, .memory = GHES_EXPLORE_C11, .max_steps = 500});
	struct ghes_explore_result r;

	if (!x)
		return false;
	ghes_explore_thread(x, "writer", 0, writer, NULL);
	if (in_nmi)
		ghes_explore_handler(x, "nmi", 0, 1, 0, reader, NULL);
	else
		ghes_explore_thread(x, "reader", 1, reader, NULL);
	ghes_explore_run(x, &r);
	if (r.defect_count)
		fputs(r.defects[0].report, stdout);
	ghes_explore_free(x);
	return r.verdict == GHES_EXPLORE_PASS;
}

int main(void)
{
	return holds(reader_that_waits, false) && !holds(reader_that_waits, true) &&
			       holds(reader_that_gives_up, true)
		       ? 0
		       : 1;
}
