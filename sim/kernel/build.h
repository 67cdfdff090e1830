/* SPDX-License-Identifier: GPL-2.0-only */
/* Running the compiler: jobs that turn one file into one object, several at a time. */
#ifndef SIM_KERNEL_BUILD_H
#define SIM_KERNEL_BUILD_H

#include "files.h"

#define JOB_MAX_ARGS 96

/* A command line; arguments are allocated. */
struct command {
	char *arg[JOB_MAX_ARGS + 1];
	size_t n;
};

void command_add(struct command *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void command_add_all(struct command *c, const struct command *more);
void command_free(struct command *c);

/* Commands that run one after the other; the first to fail ends the job. */
struct job {
	struct command step[4];
	size_t nr_steps;
	char *temporary; /* what the last step writes */
	char *target;	 /* what it is renamed to */
	char *log;	 /* the output of the steps goes here */
	/* run_jobs()'s */
	int pid, at;
	bool done;
};

/*
 * Runs all, as many at once as there are CPUs online (4 at most). Return: NULL, or the first job
 * that failed, with its log; the others have ended.
 */
struct job *run_jobs(struct job *jobs, size_t n);
void job_free(struct job *job);

#endif
