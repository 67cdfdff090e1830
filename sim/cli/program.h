/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Other programs as children: git, and this program itself. Task context, one child at a time.
 *
 * A child has a process group of its own, so that Ctrl-C reaches only us and we end the child with
 * all that it started; and it does not outlive us.
 */
#ifndef SIM_CLI_PROGRAM_H
#define SIM_CLI_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

struct program_output {
	char *text; /* standard output, NUL at its end; the caller frees it */
	size_t size;
	int status; /* exit status; -1: ended by a signal or never started */
};

/* SIGINT, SIGTERM and SIGHUP from now on end the running child and are remembered. */
void program_catch_signals(void);
bool program_interrupted(void);

/**
 * program_run() - run @argv to its end
 * @argv: argv[0] is looked up in $PATH; NULL at the end
 * @dir: where it runs, or NULL: here
 * @input: file that is its standard input, or NULL: nothing
 * @quiet: nobody wants to see what it says on standard error
 *
 * Variables of the environment that would lead git to another repository are not passed on.
 * Return: true: it exited with 0. @out is filled in any case.
 */
bool program_run(const char *const argv[], const char *dir, const char *input, bool quiet,
		 struct program_output *out);

#endif
