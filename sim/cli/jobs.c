// SPDX-License-Identifier: GPL-2.0-only
#include "jobs.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interrupt.h"
#include "options.h"

#define POLL_USEC 2000

struct job {
	pid_t pid;    /* 0: not begun, or ended */
	FILE *output; /* what it writes; NULL: not begun, or told */
	int status;   /* of waitpid() */
};

struct jobs {
	struct job *job; /* [nr] */
	int nr, begun, told, running;
	bool stopping;
};

static int begin(struct jobs *j, jobs_work *work, void *arg)
{
	struct job *job = &j->job[j->begun];
	pid_t parent = getpid();

	job->output = tmpfile();
	if (!job->output)
		return cli_error("a file for output: %s", strerror(errno));
	fflush(NULL); /* or the child would write it again */
	job->pid = fork();
	if (job->pid < 0)
		return cli_error("fork: %s", strerror(errno));
	if (job->pid) {
		j->begun++;
		j->running++;
		return 0;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent || dup2(fileno(job->output), STDOUT_FILENO) < 0)
		_exit(CLI_USAGE);
	job->status = work(arg, j->begun);
	if (fflush(NULL))
		job->status = cli_error("a file for output: %s", strerror(errno));
	_exit(job->status);
}

static void pass_on(FILE *from)
{
	char buf[4096];
	size_t n;

	rewind(from);
	while ((n = fread(buf, 1, sizeof(buf), from)))
		fwrite(buf, 1, n, stdout);
	fclose(from);
	fflush(stdout);
}

/* All that can be told in its turn. */
static void tell(struct jobs *j, jobs_ended *ended, const char *(*name)(void *arg, int n),
		 void *arg)
{
	for (; j->told < j->begun && !j->job[j->told].pid; j->told++) {
		struct job *job = &j->job[j->told];
		int status = CLI_DEFECT;

		pass_on(job->output);
		job->output = NULL;
		if (WIFEXITED(job->status))
			status = WEXITSTATUS(job->status);
		else
			cli_error("%s: its process ended by signal %d (%s)", name(arg, j->told),
				  WTERMSIG(job->status), strsignal(WTERMSIG(job->status)));
		ended(arg, j->told, status);
	}
}

static void stop_all(struct jobs *j)
{
	for (int i = 0; i < j->begun && !j->stopping; i++)
		if (j->job[i].pid)
			kill(j->job[i].pid, SIGTERM);
	j->stopping = true;
}

/* One has ended, or a signal has come: perhaps just before this began, hence no long sleep. */
static void await(struct jobs *j)
{
	int status;
	pid_t pid;

	while (!(pid = waitpid(-1, &status, WNOHANG)) && (j->stopping || !*interrupt_count()))
		usleep(POLL_USEC);
	for (int i = 0; i < j->begun && pid > 0; i++) {
		if (j->job[i].pid != pid)
			continue;
		j->job[i].pid = 0;
		j->job[i].status = status;
		j->running--;
	}
}

int jobs_run(int jobs, int nr, jobs_work *work, jobs_ended *ended,
	     const char *(*name)(void *arg, int n), void *arg)
{
	struct jobs j = {.job = calloc((size_t)nr, sizeof(*j.job)), .nr = nr};
	int ret = 0;

	if (!j.job)
		return cli_error("out of memory");
	signal(SIGCHLD, SIG_DFL); /* ignored, as some start us, wait() would not tell of anybody */
	while (j.running || (j.begun < nr && !ret && !*interrupt_count())) {
		while (!ret && !*interrupt_count() && j.begun < nr && j.running < jobs)
			ret = begin(&j, work, arg);
		if (ret || *interrupt_count())
			stop_all(&j);
		if (j.running)
			await(&j);
		tell(&j, ended, name, arg);
	}
	for (int i = 0; i < nr; i++)
		if (j.job[i].output)
			fclose(j.job[i].output);
	free(j.job);
	return ret;
}
