/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A core that does nothing but count its entries and call the test from within them.
 */
#ifndef GHES_TESTS_CONTEXT_CORE_H
#define GHES_TESTS_CONTEXT_CORE_H

#include <ghes/core.h>

/* Which entry; the arriving one is told from the one that holds the context by its number. */
enum context_entry {
	ENTRY_TIMER,
	ENTRY_IRQ,
	ENTRY_HED,
	ENTRY_NMI,
	ENTRY_SEI,
	ENTRY_SDEI,
	ENTRY_SEA,
	ENTRY_IRQ_WORK,
	NR_ENTRIES
};

struct context_core_calls {
	unsigned int entries[NR_ENTRIES];
	uint32_t last_event; /* SDEI event or GSIV */
	/* called from within each entry; the claim calls it in each of its phases */
	void (*inside)(struct ghes_platform *p, enum context_entry entry, uint32_t number);
	int claim_answer;
};

extern struct context_core_calls context_core_calls;
const struct ghes_core_ops *context_core_ops(void);

#endif
