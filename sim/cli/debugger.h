/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_CLI_DEBUGGER_H
#define SIM_CLI_DEBUGGER_H

#include "options.h"

/*
 * The replay of schedule @file in gdb, stopped where an oracle reports: on the stack are the
 * context that did it and all that it interrupted. Does not return, but when gdb cannot be started:
 * then CLI_USAGE, after a line on stderr. When standard input is no terminal, gdb shows that stack
 * and ends.
 */
int replay_in_debugger(const struct cli_options *o, const char *file);

#endif
