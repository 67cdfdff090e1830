/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A task in a process of its own, so that whatever ends that one is told, and by which signal.
 */
#ifndef SIM_CLI_ALONE_H
#define SIM_CLI_ALONE_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alone {
	struct alone_shared {
		_Atomic uint64_t note; /* the task's: how far it has come */
		_Atomic bool returned; /* it came to its end, with a status */
	} * shared;		       /* by both processes */
	int status;		       /* waitpid()'s */
};

/* 0, or -1 with errno. */
int alone_begin(struct alone *a);
/*
 * What @task returns, 0 to 255; -1: it did not return. Ends with this process. An interruption of
 * this one (@interrupted, which handlers count) is passed on.
 */
int alone_run(struct alone *a, int (*task)(void *arg), void *arg,
	      const volatile sig_atomic_t *interrupted);
/* Why it did not return: waitpid()'s @status in words. Also of processes that others began. */
void alone_describe(int status, char *text, size_t size);
void alone_end(struct alone *a);

#endif
