/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The umbrella: all that the shim gives to the kernel's files. Every <linux/x.h>, <asm/x.h> or
 * <ras/x.h> that a kernel file asks for and that is not taken from its own tree forwards here.
 *
 * Entries are under one of three headings, and `ghes-sim core` counts them:
 *	STUB       does nothing, or answers a constant; says why that is enough
 *	SAME       does what the kernel's does, as far as its callers can see
 *	DIFFERENT  the userspace behaviour is another one; says in what
 */
#ifndef SHIM_KERNEL_H
#define SHIM_KERNEL_H

#include "types.h"
#include "compiler.h"
#include "atomic.h"
#include "string.h"
#include "bits.h"
#include "list.h"
#include "bug.h"
#include "print.h"
#ifndef SHIM_BARE /* of a push that is inline in this tree, record.c hears as of a call: before it \
		   */
#pragma push_macro("try_cmpxchg")
#undef try_cmpxchg
void record_push(const void *node);
#define try_cmpxchg(p, oldp, new)                                                                  \
	(record_push(new), shim_try_cmpxchg(p, oldp, new, __ATOMIC_SEQ_CST))
#endif
#include <linux/llist.h> /* the tree's: irq_work is built on it */
#ifndef SHIM_BARE
#pragma pop_macro("try_cmpxchg")
#endif
#include "lock.h"
#include "mm.h"
#include "time.h"
#include "defer.h"
#include "device.h"
#include "kfifo.h"
#include "arch.h"
#include "acpi.h"
#include "ras.h"

#endif
