/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * liburcu (memb) as platform ops. liburcu is not built with ThreadSanitizer, which therefore does
 * not see that a grace period orders anything; it is told so here. Its inline read side would be
 * instrumented, and then half of an exchange be seen: under ThreadSanitizer it is called instead.
 */
#ifndef GHES_LIB_POSIX_RCU_H
#define GHES_LIB_POSIX_RCU_H

#if defined(__SANITIZE_THREAD__)
#define POSIX_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define POSIX_TSAN 1
#endif
#endif

#ifndef POSIX_TSAN
#define _LGPL_SOURCE /* our licence permits the inline read side */
#endif
#include <urcu/urcu-memb.h>

#include "posix.h"

#ifdef POSIX_TSAN
void __tsan_acquire(void *addr);
void __tsan_release(void *addr);
#else
#define __tsan_acquire(addr) ((void)(addr))
#define __tsan_release(addr) ((void)(addr))
#endif

static inline void posix_rcu_read_lock(struct ghes_platform *p)
{
	urcu_memb_read_lock();
	__tsan_acquire(&posix_of(p)->rcu_grace);
}

static inline void posix_rcu_read_unlock(struct ghes_platform *p)
{
	__tsan_release(&posix_of(p)->rcu_readers);
	urcu_memb_read_unlock();
}

/* What readers did before it returns happens before what the caller does next. */
static inline void posix_synchronize_rcu(struct ghes_platform *p)
{
	__tsan_release(&posix_of(p)->rcu_grace);
	urcu_memb_synchronize_rcu();
	__tsan_acquire(&posix_of(p)->rcu_readers);
}

#endif
