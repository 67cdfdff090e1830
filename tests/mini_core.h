/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A core in miniature, right or wrong on demand: what oracles are tried on.
 *
 * It does what a GHES core does, with the least that does it: sources from the HEST that the
 * machine built, a pool of sixteen nodes, a queue, a cache of one entry. MINI_FAULTS names what can
 * be wrong with it, and which oracle must say so.
 */
#ifndef GHES_TESTS_MINI_CORE_H
#define GHES_TESTS_MINI_CORE_H

#include <ghes/core.h>

/* X(name, oracle) */
#define MINI_FAULTS(X)                                                                             \
	X(DROP_RECORD, conservation) /* read, cleared, and forgotten */                            \
	X(PROCESS_TWICE, conservation)                                                             \
	X(CORRUPT_COPY, conservation) /* a byte changes between reading and processing */          \
	X(FALSE_DUPLICATE, conservation)                                                           \
	X(REJECT_GOOD, conservation)                                                               \
	X(TAKE_BAD, conservation) /* a malformed block is queued */                                \
	X(NEWEST_FIRST, order)                                                                     \
	X(ACK_FIRST, ack)                                                                          \
	X(ACK_TWICE, ack)                                                                          \
	X(ACK_NEVER, ack)                                                                          \
	X(ACK_ALL_BITS, ack) /* bits that were to be preserved are not */                          \
	X(CLEAR_TWICE, ack)                                                                        \
	X(ONE_SLOT, slot) /* critical uses the slot of normal */                                   \
	X(LEAVE_MAPPED, slot)                                                                      \
	X(ONE_LOCK, lock) /* critical uses the lock of normal */                                   \
	X(LEAVE_LOCKED, lock)                                                                      \
	X(LOCK_ORDER, lock)                                                                        \
	X(ALLOC_IN_NMI, context)                                                                   \
	X(SLEEP_IN_IRQ, context)                                                                   \
	X(RECOVER_IN_IRQ, context) /* memory_failure() in irq_work */                              \
	X(LEAVE_RCU, context)                                                                      \
	X(LEAK_NODE, pool)                                                                         \
	X(FREE_TWICE, pool)                                                                        \
	X(FREE_SHORT, pool)                                                                        \
	X(SAME_NODE, pool) /* one node for two records */                                          \
	X(WRONG_TOTAL, pool)                                                                       \
	X(NEVER_SUPPRESS, cache)                                                                   \
	X(TOO_MANY_ENTRIES, cache)                                                                 \
	X(READ_BEYOND, bounds)                                                                     \
	X(SECTION_BEYOND, bounds)                                                                  \
	X(OVERRUN, bounds) /* a byte beyond memory from the platform */                            \
	X(USE_AFTER_FREE, bounds)                                                                  \
	X(SPIN, progress)	  /* reads the header for ever in NMI-like context */              \
	X(IGNORE, progress)	  /* leaves a record where it is */                                \
	X(CLAIM_TOO_EARLY, claim) /* answers 0, but has only queued it */                          \
	X(CLAIM_NOTHING, claim)	  /* answers 0 with nothing there */                               \
	X(CLAIM_DENIES, claim)	  /* took the record, answers -ENOENT */                           \
	X(NO_RECOVERY, claim)	  /* claims it, and the task reads the poison again */             \
	X(LEAVE_MASKED, mask)                                                                      \
	X(PANIC_FIRST, panic) /* what is queued is not printed */                                  \
	X(PANIC_LAST, panic)  /* what is queued is printed after the fatal one */                  \
	X(NO_REPORT, sink)    /* the report chain hears nothing of a memory section */             \
	X(REPORT_TWICE, sink)                                                                      \
	X(OTHER_SEVERITY, sink)                                                                    \
	X(OTHER_PAGE, sink) /* memory failure of the page beside it */                             \
	X(OTHER_FLAGS, sink)                                                                       \
	X(RECOVER_TWICE, sink)                                                                     \
	X(NEVER_RECOVER, sink)

enum mini_fault {
	MINI_RIGHT,
#define MINI_FAULT_ENUM(name, oracle) MINI_##name,
	MINI_FAULTS(MINI_FAULT_ENUM)
#undef MINI_FAULT_ENUM
		MINI_DENY_DUPLICATE, /* no fault: -ENOENT for a repeated SEA, as the kernel has it
				      */
	MINI_NR_FAULTS
};

/* The fault of cores created from now on. */
void mini_core_be(enum mini_fault fault);
const struct ghes_core_ops *mini_core_ops(void);

#endif
