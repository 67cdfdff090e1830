// SPDX-License-Identifier: GPL-2.0-only
#include "alone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "options.h"

#define POLL_USEC 2000

int alone_begin(struct alone *a)
{
	void *p = mmap(NULL, sizeof(*a->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);

	a->shared = p == MAP_FAILED ? NULL : p;
	return a->shared ? 0 : -1;
}

void alone_end(struct alone *a)
{
	munmap(a->shared, sizeof(*a->shared));
}

/* Ends this process as main() would. */
static _Noreturn void child(struct alone *a, int (*task)(void *arg), void *arg, pid_t parent)
{
	int status;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1); /* before that took effect */
	status = cli_flushed(task(arg));
	atomic_store(&a->shared->returned, true);
	exit(status);
}

/* Ctrl-C reaches both processes, another signal perhaps only this one. */
static void wait_for(pid_t pid, int *status, const volatile sig_atomic_t *interrupted)
{
	bool passed_on = false;

	/* No waiting without an end: an interruption could come just before it began. */
	while (waitpid(pid, status, WNOHANG) == 0) {
		if (*interrupted && !passed_on) {
			kill(pid, SIGTERM);
			passed_on = true;
		}
		usleep(POLL_USEC);
	}
}

int alone_run(struct alone *a, int (*task)(void *arg), void *arg,
	      const volatile sig_atomic_t *interrupted)
{
	pid_t pid, self = getpid();

	atomic_store(&a->shared->returned, false);
	fflush(NULL);
	pid = fork();
	if (!pid)
		child(a, task, arg, self);
	if (pid < 0) /* then in this one */
		return task(arg);
	wait_for(pid, &a->status, interrupted);
	if (!atomic_load(&a->shared->returned) || !WIFEXITED(a->status))
		return -1;
	return WEXITSTATUS(a->status);
}

void alone_describe(int status, char *text, size_t size)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		snprintf(text, size, "the run was killed (signal 9), from outside");
	else if (WIFSIGNALED(status))
		snprintf(text, size, "the run was ended by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(text, size, "the run ended itself with status %d", WEXITSTATUS(status));
}
