/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verbs of ghes-sim. Each gets its own name as argv[0] and returns what the program exits with.
 */
#ifndef SIM_CLI_H
#define SIM_CLI_H

/* Exit status of the verbs that decode a file */
enum sim_exit_decode {
	SIM_DECODE_WELL_FORMED = 0,
	SIM_DECODE_REJECTED = 1, /* an operating system rejects it or part of it */
	SIM_DECODE_NOT_ONE = 2,	 /* not such a file, or bad usage: one line on stderr */
};

int cmd_hest(int argc, char **argv);
int cmd_core(int argc, char **argv); /* 0 built, 2 not */
int cmd_cper(int argc, char **argv);

#endif
