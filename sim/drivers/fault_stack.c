// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/fault_stack.h"

#include <stddef.h>
#include <sys/mman.h>

#define PAGE ((size_t)4096)
/* stress handles a notification there, with all that nests on it */
#define SIZE ((size_t)512 * 1024)

void fault_stack_guard(void *stack)
{
	mprotect(stack, PAGE, PROT_NONE);
}

void fault_stack_enter(struct fault_stack *f)
{
	stack_t stack = {.ss_size = SIZE};

	f->memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
	if (f->memory == MAP_FAILED) {
		f->memory = NULL;
		return;
	}
	fault_stack_guard(f->memory);
	stack.ss_sp = f->memory;
	if (sigaltstack(&stack, &f->old)) {
		munmap(f->memory, SIZE);
		f->memory = NULL;
	}
}

void fault_stack_leave(struct fault_stack *f)
{
	if (!f->memory)
		return;
	sigaltstack(&f->old, NULL);
	munmap(f->memory, SIZE);
	f->memory = NULL;
}
