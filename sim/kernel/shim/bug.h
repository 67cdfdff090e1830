/* SPDX-License-Identifier: GPL-2.0-only */
/* BUG and WARN; panic and taint. */
#ifndef SHIM_BUG_H
#define SHIM_BUG_H

#include "../host.h"

/* === DIFFERENT === */
/* The oops becomes a defect of oracle `crash`, and what ran on this CPU is given up. */
void shim_bug(const char *file, int line, const char *function) __noreturn;
/* A defect of oracle `crash` too (nobody runs a kernel to see it warn), but the code goes on. */
void shim_warn(const char *file, int line, const char *function, const char *fmt, ...)
	__printf(4, 5);

#define BUG() shim_bug(__FILE__, __LINE__, __func__)
#define BUG_ON(cond)                                                                               \
	do {                                                                                       \
		if (unlikely(cond))                                                                \
			BUG();                                                                     \
	} while (0)
#define WARN(cond, fmt, ...)                                                                       \
	({                                                                                         \
		bool __warned = !!(cond);                                                          \
		if (unlikely(__warned))                                                            \
			shim_warn(__FILE__, __LINE__, __func__, fmt, ##__VA_ARGS__);               \
		__warned;                                                                          \
	})
#define WARN_ON(cond) WARN(cond, "%s", #cond)
/* Once per run: a snapshot that is put back forgets it. */
#define WARN_ONCE(cond, fmt, ...)                                                                  \
	({                                                                                         \
		static bool __once;                                                                \
		bool __cond = !!(cond);                                                            \
		if (unlikely(__cond) && !xchg_relaxed(&__once, true))                              \
			shim_warn(__FILE__, __LINE__, __func__, fmt, ##__VA_ARGS__);               \
		__cond;                                                                            \
	})
#define WARN_ON_ONCE(cond) WARN_ONCE(cond, "%s", #cond)
#define VM_BUG_ON(cond)	   BUG_ON(cond)

extern int panic_timeout;
void panic(const char *fmt, ...) __printf(1, 2) __noreturn;

/* === STUB === */
/* Nothing reads the taint. */
#define TAINT_MACHINE_CHECK	  4
#define TAINT_FIRMWARE_WORKAROUND 11
enum lockdep_ok { LOCKDEP_STILL_OK, LOCKDEP_NOW_UNRELIABLE };
static inline void add_taint(unsigned int flag, enum lockdep_ok ok)
{
}
/* Before 5.1, x86 only: waits for other CPUs' oopses, of which there are none. */
static inline void oops_begin(void)
{
}
static inline void bust_spinlocks(int yes)
{
}

#endif
