// SPDX-License-Identifier: GPL-2.0-only
#include "state_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(struct state_lock *lock, char *error, size_t error_size, const char *state,
		  const char *why)
{
	snprintf(error, error_size, "%s: %s", state, why);
	if (lock->fd >= 0)
		close(lock->fd);
	free(lock->path);
	*lock = (struct state_lock){.fd = -1};
	return -1;
}

static int refuse_for_other(struct state_lock *lock, char *error, size_t error_size,
			    const char *state)
{
	struct flock other = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char why[120];

	if (fcntl(lock->fd, F_GETLK, &other) || other.l_type == F_UNLCK)
		other.l_pid = 0; /* it has just ended */
	snprintf(why, sizeof(why),
		 "another check (process %ld) works on it; wait for that, or name another file",
		 (long)other.l_pid);
	return refuse(lock, error, error_size, state, why);
}

/* Whose file was removed while this one waited to lock it has the lock of nothing. */
static bool is_still_there(const struct state_lock *lock)
{
	struct stat mine, there;

	return !fstat(lock->fd, &mine) && !stat(lock->path, &there) &&
	       mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
}

int state_lock(struct state_lock *lock, const char *state, char *error, size_t error_size)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	*lock = (struct state_lock){.fd = -1};
	if (asprintf(&lock->path, "%s.lock", state) < 0) {
		lock->path = NULL;
		return refuse(lock, error, error_size, state, "out of memory");
	}
	for (;;) {
		lock->fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
		if (lock->fd < 0)
			return refuse(lock, error, error_size, state, strerror(errno));
		if (fcntl(lock->fd, F_SETLK, &whole)) {
			if (errno == EACCES || errno == EAGAIN)
				return refuse_for_other(lock, error, error_size, state);
			return refuse(lock, error, error_size, state, strerror(errno));
		}
		if (is_still_there(lock))
			return 0;
		close(lock->fd);
	}
}

void state_unlock(struct state_lock *lock)
{
	unlink(lock->path); /* before the lock is given up: nobody else's file */
	close(lock->fd);
	free(lock->path);
	*lock = (struct state_lock){.fd = -1};
}
