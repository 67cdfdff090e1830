// SPDX-License-Identifier: GPL-2.0-only
#include "ratelimit.h"

#define COUNT_BITS 8
#define COUNT_MASK ((UINT64_C(1) << COUNT_BITS) - 1)

bool ghes_ratelimit(struct ghes_ratelimit *rs, uint64_t now_ns, unsigned int burst)
{
	const uint64_t now = now_ns / 1000 + 1;
	/* relaxed, here and below: the word is the whole state, nothing is published through it */
	uint64_t old = atomic_load_explicit(&rs->word, memory_order_relaxed);
	uint64_t new;

	do {
		uint64_t begin = old >> COUNT_BITS;

		/* Unsigned: a clock that stepped back has a huge age and opens a new window. */
		if (old == 0 || now - begin >= GHES_RATELIMIT_INTERVAL_NS / 1000)
			new = now << COUNT_BITS | 1;
		else if ((old & COUNT_MASK) < burst)
			new = old + 1;
		else
			return false;
	} while (!atomic_compare_exchange_weak_explicit(&rs->word, &old, new, memory_order_relaxed,
							memory_order_relaxed));
	return true;
}
