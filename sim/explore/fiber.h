/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stacks that a single OS thread switches between, without system calls.
 *
 * Flow: explore.c gives each context a stack; machine.c prepares and switches; the assembly saves
 * what the ABI calls callee-saved, and nothing else.
 *
 * The signal mask, the rounding mode and thread-local storage are those of the OS thread.
 */
#ifndef SIM_EXPLORE_FIBER_H
#define SIM_EXPLORE_FIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * ex_fiber_switch() - save the running stack in *@from, continue on @to
 *
 * Returns when somebody switches back to *@from.
 */
void ex_fiber_switch(void **from, void *to);

/* First instruction of a new fiber: calls the function that ex_fiber_prepare() stored. */
void ex_fiber_entry(void);

/* Stack words that ex_fiber_switch() pops, and which of them hold what a new fiber starts with. */
#if defined(__x86_64__)
#define EX_FIBER_WORDS 7 /* r15 r14 r13 r12 rbx rbp, return address */
#define EX_FIBER_FN    3
#define EX_FIBER_ARG   4
#define EX_FIBER_PC    6
#elif defined(__aarch64__)
#define EX_FIBER_WORDS 20 /* d8-d15, x19-x28, x29, x30 */
#define EX_FIBER_FN    8
#define EX_FIBER_ARG   9
#define EX_FIBER_PC    19
#else
#error "no fiber switch for this architecture"
#endif

#if defined(__SANITIZE_ADDRESS__)
#define EX_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EX_ASAN 1
#endif
#endif

/* AddressSanitizer keeps notes of its own about stacks: they are left where they are. */
#ifdef EX_ASAN
#define EX_LEAVES_STACKS true
#else
#define EX_LEAVES_STACKS false
#endif

#ifdef EX_ASAN
void __asan_unpoison_memory_region(const volatile void *start, size_t bytes);
#endif

/* Frames of a fiber that was abandoned are gone; AddressSanitizer has to be told. */
static inline void ex_fiber_forget(void *stack, size_t bytes)
{
#ifdef EX_ASAN
	__asan_unpoison_memory_region(stack, bytes);
#else
	(void)stack;
	(void)bytes;
#endif
}

/**
 * ex_fiber_prepare() - make @stack ready to run @fn(@arg) at the first switch to it
 *
 * @fn must never return. Return: what to pass as @to.
 */
static inline void *ex_fiber_prepare(void *stack, size_t bytes, void (*fn)(void *), void *arg)
{
	uintptr_t top = ((uintptr_t)stack + bytes) & ~(uintptr_t)15;
	uintptr_t *sp = (uintptr_t *)(top - 16) - EX_FIBER_WORDS;

	for (int i = 0; i < EX_FIBER_WORDS; i++)
		sp[i] = 0;
	sp[EX_FIBER_FN] = (uintptr_t)fn;
	sp[EX_FIBER_ARG] = (uintptr_t)arg;
	sp[EX_FIBER_PC] = (uintptr_t)ex_fiber_entry;
	return sp;
}

#endif
