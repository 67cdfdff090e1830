// SPDX-License-Identifier: GPL-2.0-only
#include "build.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "processors.h"

/* More compilers at once are more memory than a laptop has to spare. */
#define MAX_AT_ONCE 4

extern char **environ;

void command_add(struct command *c, const char *fmt, ...)
{
	va_list args;

	if (c->n == JOB_MAX_ARGS) {
		fputs("ghes-sim: command line too long\n", stderr);
		exit(2);
	}
	va_start(args, fmt);
	if (vasprintf(&c->arg[c->n++], fmt, args) < 0)
		exit(2);
	va_end(args);
	c->arg[c->n] = NULL;
}

void command_add_all(struct command *c, const struct command *more)
{
	for (size_t i = 0; i < more->n; i++)
		command_add(c, "%s", more->arg[i]);
}

void command_free(struct command *c)
{
	while (c->n)
		free(c->arg[--c->n]);
}

static int spawn(struct job *job)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, job->log, O_WRONLY | O_CREAT | O_APPEND,
					 0666);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	rc = posix_spawnp(&pid, job->step[job->at].arg[0], &actions, NULL, job->step[job->at].arg,
			  environ);
	posix_spawn_file_actions_destroy(&actions);
	if (rc) {
		char *message = text("%s: cannot be run\n", job->step[job->at].arg[0]);

		file_write(job->log, message, strlen(message));
		free(message);
		return -1;
	}
	job->pid = pid;
	return 0;
}

/* true: another step runs now. */
static bool advance(struct job *job, int status, bool *failed)
{
	if (status) {
		*failed = true;
	} else if (++job->at < (int)job->nr_steps) {
		*failed = spawn(job) != 0;
		return !*failed;
	} else if (rename(job->temporary, job->target)) {
		*failed = true;
	}
	job->done = true;
	return false;
}

struct job *run_jobs(struct job *jobs, size_t n)
{
	unsigned int limit = sim_processors() > MAX_AT_ONCE ? MAX_AT_ONCE : sim_processors();
	struct job *failed = NULL;
	size_t started = 0;
	unsigned int running = 0;

	while (running || (started < n && !failed)) {
		int status;
		pid_t pid;

		while (!failed && started < n && running < limit) {
			unlink(jobs[started].log);
			if (spawn(&jobs[started]))
				failed = &jobs[started];
			else
				running++;
			started++;
		}
		if (!running)
			break;
		pid = waitpid(-1, &status, 0);
		for (size_t i = 0; i < started; i++) {
			bool bad = false;

			if (jobs[i].done || jobs[i].pid != pid)
				continue;
			if (!advance(&jobs[i], status, &bad))
				running--;
			if (bad && !failed)
				failed = &jobs[i];
			break;
		}
		if (pid < 0 && errno != EINTR)
			break;
	}
	return failed;
}

void job_free(struct job *job)
{
	while (job->nr_steps)
		command_free(&job->step[--job->nr_steps]);
	if (job->temporary)
		unlink(job->temporary);
	if (job->log)
		unlink(job->log);
	free(job->temporary);
	free(job->target);
	free(job->log);
}
