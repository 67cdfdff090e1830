/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where stress aims: which notification makes the most of where a CPU just is.
 */
#ifndef SIM_DRIVERS_STRESS_AIM_H
#define SIM_DRIVERS_STRESS_AIM_H

#include "scenario/scenario.h"

/*
 * The arrival that takes a CPU, with the contexts @stack (outermost first, @depth of them), one
 * context further into one of the nests of @missing (bit n: the n-th of @s). -1: no arrival does;
 * a task may yet, which is what runs into a synchronous abort.
 */
int stress_aim(const struct sim_scenario *s, uint32_t missing, const uint8_t *stack,
	       unsigned int depth);

#endif
