/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One check at a time works on a state: of two that did, the one that wrote last would be believed.
 *
 * The lock is on FILE.lock beside it, since FILE itself is replaced each time it is written. It
 * goes with its process, whatever becomes of that; the file is removed at the end.
 */
#ifndef SIM_CLI_STATE_LOCK_H
#define SIM_CLI_STATE_LOCK_H

#include <stddef.h>

struct state_lock {
	char *path;
	int fd;
};

/* 0, or -1 and one line in @error: another process has it, or it cannot be had. */
int state_lock(struct state_lock *lock, const char *state, char *error, size_t error_size);
void state_unlock(struct state_lock *lock);

#endif
