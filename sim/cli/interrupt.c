// SPDX-License-Identifier: GPL-2.0-only
#include "interrupt.h"

#include <string.h>

static volatile sig_atomic_t count;
static atomic_bool wish;

static void on_interrupt(int sig)
{
	(void)sig;
	count = count < 2 ? count + 1 : count;
	/* relaxed: no other data depends on it */
	atomic_store_explicit(&wish, true, memory_order_relaxed);
}

static void handle(void (*handler)(int), int flags)
{
	struct sigaction a;

	memset(&a, 0, sizeof(a));
	a.sa_handler = handler;
	a.sa_flags = flags;
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
}

void interrupt_catch(bool once)
{
	handle(on_interrupt, once ? (int)SA_RESETHAND : 0);
}

void interrupt_leave(void)
{
	handle(SIG_DFL, 0);
}

const volatile sig_atomic_t *interrupt_count(void)
{
	return &count;
}

const atomic_bool *interrupt_wish(void)
{
	return &wish;
}
