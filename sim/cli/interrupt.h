/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ctrl-C, and SIGTERM as CI servers send it: a wish to end with what there is so far.
 */
#ifndef SIM_CLI_INTERRUPT_H
#define SIM_CLI_INTERRUPT_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

/* From now on they are counted. @once: a second one ends the program, as if this were not here. */
void interrupt_catch(bool once);
void interrupt_leave(void);
const volatile sig_atomic_t *interrupt_count(void);
/* Likewise, for sim_options.stop. */
const atomic_bool *interrupt_wish(void);

#endif
