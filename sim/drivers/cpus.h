/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPUs as fibers of one thread: each runs jobs on a stack of its own, one CPU at a time, until the
 * job ends or the driver switches to another.
 *
 * Flow: run.c -> cpus_job() -> the machine -> cpus_switch() from driver callbacks.
 * Invariant: the fiber of CPU n is running exactly when sim_this_cpu() is n.
 */
#ifndef SIM_DRIVERS_CPUS_H
#define SIM_DRIVERS_CPUS_H

#include <stdbool.h>

#include "machine/machine.h"

struct sim_cpus;

struct sim_cpus *cpus_create(struct sim_machine *m, unsigned int nr_cpus);
void cpus_destroy(struct sim_cpus *c);

/* Give @cpu something to do; it has no unfinished job. Does not run it. */
void cpus_job(struct sim_cpus *c, unsigned int cpu, void (*job)(void *arg), void *arg);
bool cpus_busy(const struct sim_cpus *c, unsigned int cpu); /* has an unfinished job */
/* Go on with @cpu's job; returns here when it ends, or when the CPU calls cpus_yield(). */
void cpus_resume(struct sim_cpus *c, unsigned int cpu);
/* From inside a job: back to the one who resumed this CPU. */
void cpus_yield(struct sim_cpus *c);
/* From inside a job: abandon all jobs and return from the outermost cpus_resume(). */
void cpus_abandon(struct sim_cpus *c) __attribute__((noreturn));
bool cpus_abandoned(const struct sim_cpus *c);

#endif
