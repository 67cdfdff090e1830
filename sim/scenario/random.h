/* SPDX-License-Identifier: GPL-2.0-only */
/* Scenarios drawn by seed from the vocabulary of the scenario format. */
#ifndef SIM_SCENARIO_RANDOM_H
#define SIM_SCENARIO_RANDOM_H

#include <stdint.h>

/*
 * The text of a scenario file; the same for the same seed. It runs the same way whatever the core
 * does: nothing in it is placed, counted or timed by the core's own steps. malloc'ed; NULL: out of
 * memory.
 */
char *scenario_random(uint64_t seed);

#endif
