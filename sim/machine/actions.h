/* SPDX-License-Identifier: GPL-2.0-only */
/* What each enum sim_action_kind does: actions.c; called by machine.c only. */
#ifndef SIM_ACTIONS_H
#define SIM_ACTIONS_H

#include "machine.h"

struct sim_cpu;

/* In task context, as @c's program. 0, or the error of the core's answer where it has one. */
int sim_action_do(struct sim_machine *m, struct sim_cpu *c, const struct sim_action *action);
/* In whatever context @c is. */
enum sim_verdict sim_action_arrive(struct sim_machine *m, struct sim_cpu *c,
				   const struct sim_action *action);

#endif
