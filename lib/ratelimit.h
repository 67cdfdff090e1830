/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * "Not more than so many messages every five seconds": the kernel's __ratelimit(), without a lock.
 *
 *                     task   irq   nmi   nmi-in-nmi
 *   ghes_ratelimit()   y     y     y        y      any number of CPUs at once
 *   Progress: lock-free (tries again only if another caller got in between).
 *
 * A clock that stands still keeps its window open: at most @burst messages, ever. One that steps
 * back opens a new window. Either way nothing blocks and nothing overflows.
 */
#ifndef GHES_LIB_RATELIMIT_H
#define GHES_LIB_RATELIMIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define GHES_RATELIMIT_INTERVAL_NS (5 * UINT64_C(1000000000)) /* DEFAULT_RATELIMIT_INTERVAL */
#define GHES_RATELIMIT_BURST	   10			      /* DEFAULT_RATELIMIT_BURST */
#define GHES_RATELIMIT_BURST_MAX   255

/* Window start (microseconds + 1, 56 bits) and messages in it (8 bits); 0: none was ever asked. */
struct ghes_ratelimit {
	_Atomic uint64_t word;
};

/**
 * ghes_ratelimit() - may one more message go out?
 * @rs: one per kind of message, zeroed at first
 * @now_ns: the clock
 * @burst: messages per window, 1 to GHES_RATELIMIT_BURST_MAX
 *
 * Context: any. Return: true, and the message was counted; or false.
 */
bool ghes_ratelimit(struct ghes_ratelimit *rs, uint64_t now_ns, unsigned int burst);

#endif
