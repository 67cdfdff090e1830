/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the build share: its state, and jobs that run the compiler. */
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
 * Runs all, as many at once as there are processors for us (4 at most). Return: NULL, or the first
 * job that failed, with its log; the others have ended.
 */
struct job *run_jobs(struct job *jobs, size_t n);
void job_free(struct job *job);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_JOBS     64

struct probe;

/* One call of kernel_core_build(). */
struct build {
	const struct kernel_core_options *options;
	struct kernel_core_info *info;
	struct probe *probe;
	char *shim;    /* the directory with shim/, host/ and host.h */
	char *include; /* the one with ghes/ */
	char *cache, *stage;
	char *lock; /* file: of a tree, one process compiles at a time */
	const char *cc;
	bool gcc;
	char *compiler_include;
	char *step_as; /* the assembly instrumenter */
	struct command kernel_flags, host_flags;
	struct content_hash common; /* of what goes into every object */
	struct job job[MAX_JOBS];
	size_t nr_jobs;
	struct kernel_names objects;
};

/* Puts @message (allocated) into info->error; returns -@err. */
int build_fail(struct build *b, int err, char *message);
/* toolchain.c: 0, or an error that is told */
int build_find_shim(struct build *b);
int build_find_cache(struct build *b);
int build_find_compiler(struct build *b);
void build_find_step_as(struct build *b);
bool build_is_stepped(const struct build *b);
/* stage.c */
int build_stage(struct build *b);
void build_count_entries(struct build *b); /* of the shim's headers, by heading */

#endif
