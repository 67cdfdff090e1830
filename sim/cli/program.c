// SPDX-License-Identifier: GPL-2.0-only
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;
static volatile pid_t child; /* the group of the one that runs, or 0 */

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
	if (child > 0)
		kill(-child, SIGTERM);
}

void program_catch_signals(void)
{
	const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: waiting ends */

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
}

bool program_interrupted(void)
{
	return interrupted;
}

static void become(const char *const argv[], const char *dir, const char *input, bool quiet,
		   int output)
{
	static const char *const not_passed[] = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE",
						 "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"};
	int in = open(input ? input : "/dev/null", O_RDONLY);
	int err = quiet ? open("/dev/null", O_WRONLY) : STDERR_FILENO;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (size_t i = 0; i < sizeof(not_passed) / sizeof(not_passed[0]); i++)
		unsetenv(not_passed[i]);
	if (in < 0 || err < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
	    dup2(err, STDERR_FILENO) < 0 || (dir && chdir(dir)))
		_exit(127);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	/* execvp() changes no argument; its type is from before const. */
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

/* All that comes out of @fd; NULL: out of memory. */
static char *read_all(int fd, size_t *size)
{
	size_t room = 65536;
	char *data = malloc(room);

	*size = 0;
	while (data) {
		ssize_t n = read(fd, data + *size, room - *size - 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		*size += (size_t)n;
		if (room - *size < 4096) {
			char *more = realloc(data, room *= 2);

			if (!more)
				free(data);
			data = more;
		}
	}
	if (data)
		data[*size] = '\0';
	return data;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool program_run(const char *const argv[], const char *dir, const char *input, bool quiet,
		 struct program_output *out)
{
	int fds[2];
	pid_t pid;

	*out = (struct program_output){.status = -1};
	if (interrupted || pipe2(fds, O_CLOEXEC))
		return false;
	pid = fork();
	if (!pid)
		become(argv, dir, input, quiet, fds[1]);
	close(fds[1]);
	if (pid > 0) {
		setpgid(pid, pid); /* whoever comes first; the handler needs it now */
		child = pid;
		if (interrupted) /* before child was set */
			kill(-pid, SIGTERM);
		out->text = read_all(fds[0], &out->size);
		out->status = wait_for(pid);
		child = 0;
	}
	close(fds[0]);
	if (!out->text)
		out->status = -1;
	return out->status == 0;
}
