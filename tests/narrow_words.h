/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plays a host without a lock-free 64-bit compare-exchange (ARMv6, MIPS32, PowerPC32), where the
 * estatus pool has words of 32 bits: included before everything else in that build of its test.
 */
#include <stdatomic.h>

#undef ATOMIC_LLONG_LOCK_FREE
#define ATOMIC_LLONG_LOCK_FREE 1
