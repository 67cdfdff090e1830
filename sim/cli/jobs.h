/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several scenarios at a time, each in a process of its own: what `--jobs N` does.
 */
#ifndef SIM_CLI_JOBS_H
#define SIM_CLI_JOBS_H

/* One of them, in its own process; the exit status (CLI_*). What it writes to stdout is told later.
 */
typedef int jobs_work(void *arg, int n);
/* In the caller's process, in the order of @n, after its output was written. */
typedef void jobs_ended(void *arg, int n, int status);

/*
 * jobs_run() - @work for 0 to @nr - 1, at most @jobs of them at a time
 *
 * What they write to stdout comes out in the order of their numbers, each in one piece. One that
 * dies counts as CLI_DEFECT, after a line on stderr that names @name(arg, n). After
 * interrupt_wish() none begins any more; those that run are told to end, too.
 *
 * Return: 0, or CLI_USAGE after a message when processes cannot be had.
 */
int jobs_run(int jobs, int nr, jobs_work *work, jobs_ended *ended,
	     const char *(*name)(void *arg, int n), void *arg);

#endif
