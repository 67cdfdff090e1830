/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Oracles: what must never happen, watched under every driver.
 *
 * Each is one file with its exact rules in front. They judge what a core does at its seam: ops,
 * tracepoints, answers, and its gauges when all is quiet. They hold no locks and allocate nothing,
 * so they run in NMI-like contexts and on all CPUs at once; all state is in the machine's arena.
 *
 * `race` belongs to the explore driver and `crash` to those who survive one.
 */
#ifndef SIM_ORACLES_H
#define SIM_ORACLES_H

#include "machine/machine.h"

#define SIM_ALL_ORACLES UINT32_MAX

/* Bit n of @which: enum sim_oracle_id n. After create, before sim_boot(). */
void sim_oracles_attach(struct sim_machine *m, uint32_t which);

/* Does this oracle exist here (not `race`, not `crash`)? */
bool sim_oracle_exists(enum sim_oracle_id id);

#endif
