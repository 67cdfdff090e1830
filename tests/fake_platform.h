/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A platform for unit tests of one mechanism: one thread, and everything that a host decides is in
 * the test's hand: the clock, the context, the CPU, when grace periods end, which allocation
 * fails. Only the ops that the estatus mechanisms call are there; the others are NULL, so a
 * mechanism that reaches for more than it said dies at once.
 */
#ifndef GHES_TESTS_FAKE_PLATFORM_H
#define GHES_TESTS_FAKE_PLATFORM_H

#include <ghes/platform.h>

#define FAKE_PAGES	16
#define FAKE_PADDR	UINT64_C(0x80000000)
#define FAKE_LAST_PADDR (UINT64_MAX - 4095) /* one page at the very end */
#define FAKE_TRACES	4096

struct fake_trace {
	enum ghes_tracepoint tp;
	uint16_t source_id;
	uint64_t arg0, arg1;
};

struct fake_platform {
	struct ghes_platform platform;
	struct ghes_platform_ops ops;

	uint64_t clock;
	unsigned int cpu;
	unsigned int raised; /* calls of arch_irq_work_raise */
	void (*on_raise)(struct fake_platform *fake);
	void (*on_map)(struct fake_platform *fake, enum fixed_addresses idx);
	void (*on_relax)(struct fake_platform *fake);

	/* memory of the core */
	size_t live_bytes;
	unsigned int live_blocks;
	int fail_alloc_in; /* 0: never; n: the n-th from now fails, and so do all after it */

	/* RCU */
	int readers;
	struct ghes_rcu_head *callbacks;
	unsigned int callbacks_pending;
	unsigned int grace_periods;
	bool in_mutex;

	/* physical memory and slots */
	unsigned char memory[FAKE_PAGES * 4096];
	unsigned char last_page[4096];
	unsigned char *mapped[GHES_NR_FIXMAP_SLOTS];
	unsigned int maps, unmaps;

	struct fake_trace trace[FAKE_TRACES];
	unsigned int traces;
	void *test; /* the test's own */
};

void fake_platform_init(struct fake_platform *fake);
void fake_grace_period(struct fake_platform *fake); /* runs the callbacks */
unsigned int fake_count(const struct fake_platform *fake, enum ghes_tracepoint tp);

static inline struct fake_platform *fake_of(struct ghes_platform *p)
{
	return (struct fake_platform *)p; /* its first member */
}

#endif
