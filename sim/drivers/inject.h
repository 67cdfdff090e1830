/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_DRIVERS_INJECT_H
#define SIM_DRIVERS_INJECT_H

#include "drivers/driver.h"
#include "step/step.h"
#include "step/sweep.h"

/*
 * One run of @s with the arrivals at the places that @choices (of a schedule) names. 0, or -1 and
 * one line in @error.
 */
int inject_replay(const struct sim_scenario *s, struct sim_core *core,
		  const struct sim_options *o, const char *choices, struct sim_result *r,
		  char *error, size_t error_size);

#endif
