// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stacks and ThreadSanitizer fibers for handlers; see the header for why.
 *
 * Everything between two switches of the fiber runs uninstrumented, so that the bookkeeping here
 * is not taken for shared data.
 */
#include "step_fiber.h"
#include "step_internal.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define GUARD_PAGES 1
#define NO_SYNC	    1u

/* The fiber interface of the ThreadSanitizer runtime (sanitizer/tsan_interface.h); NULL without. */
void *__tsan_get_current_fiber(void) __attribute__((weak));
void *__tsan_create_fiber(unsigned int flags) __attribute__((weak));
void __tsan_destroy_fiber(void *fiber) __attribute__((weak));
void __tsan_switch_to_fiber(void *fiber, unsigned int flags) __attribute__((weak));

void ghes_step_call_on(void *stack_top, void (*fn)(void *arg), void *arg);

bool ghes_step_fibers_have_tsan(void)
{
	return __tsan_switch_to_fiber != NULL;
}

static size_t guard_size(void)
{
	return GUARD_PAGES * (size_t)sysconf(_SC_PAGESIZE);
}

static char *map_stack(size_t size)
{
	char *stack = mmap(NULL, guard_size() + size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);

	if (stack == MAP_FAILED)
		return NULL;
	if (mprotect(stack, guard_size(), PROT_NONE)) {
		munmap(stack, guard_size() + size);
		return NULL;
	}
	return stack;
}

int ghes_step_fibers_init(struct ghes_step_fibers *fibers, unsigned int levels, size_t stack_size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (levels > GHES_STEP_LEVELS_MAX || stack_size > SIZE_MAX / 2)
		return -EINVAL;
	memset(fibers, 0, sizeof(*fibers));
	fibers->stack_size = (stack_size + page - 1) / page * page;
	if (ghes_step_fibers_have_tsan())
		fibers->base = __tsan_get_current_fiber();
	for (unsigned int i = 0; i < levels; i++) {
		fibers->level[i].stack = map_stack(fibers->stack_size);
		if (!fibers->level[i].stack) {
			ghes_step_fibers_fini(fibers);
			return -ENOMEM;
		}
		if (ghes_step_fibers_have_tsan())
			fibers->level[i].tsan = __tsan_create_fiber(0);
		fibers->levels++;
	}
	return 0;
}

void ghes_step_fibers_fini(struct ghes_step_fibers *fibers)
{
	for (unsigned int i = 0; i < fibers->levels; i++) {
		munmap(fibers->level[i].stack, guard_size() + fibers->stack_size);
		if (ghes_step_fibers_have_tsan())
			__tsan_destroy_fiber(fibers->level[i].tsan);
	}
	fibers->levels = 0;
}

GHES_STEP_NO_TSAN void ghes_step_fibers_call(struct ghes_step_fibers *fibers, void (*fn)(void *arg),
					     void *arg)
{
	struct ghes_step_fiber *to = &fibers->level[fibers->depth];
	void *from = fibers->depth ? fibers->level[fibers->depth - 1].tsan : fibers->base;
	char *top = to->stack + guard_size() + fibers->stack_size;

	fibers->depth++;
	if (ghes_step_fibers_have_tsan())
		__tsan_switch_to_fiber(to->tsan, NO_SYNC);
	ghes_step_call_on(top, fn, arg);
	if (ghes_step_fibers_have_tsan())
		__tsan_switch_to_fiber(from, NO_SYNC);
	fibers->depth--;
}

GHES_STEP_NO_TSAN void ghes_step_fibers_sync(struct ghes_step_fibers *fibers)
{
	if (!ghes_step_fibers_have_tsan())
		return;
	/* Twice: the first round gathers what all levels did, the second one hands it to all. */
	for (unsigned int i = 0; i < 2 * fibers->levels; i++) {
		__tsan_switch_to_fiber(fibers->level[i % fibers->levels].tsan, 0);
		__tsan_switch_to_fiber(fibers->base, 0);
	}
}

GHES_STEP_NO_TSAN void ghes_step_fibers_abandon(struct ghes_step_fibers *fibers)
{
	if (fibers->depth && ghes_step_fibers_have_tsan())
		__tsan_switch_to_fiber(fibers->base, NO_SYNC);
	fibers->depth = 0;
}
