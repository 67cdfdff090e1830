// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time: what is true, and what the core is told.
 *
 * A deterministic run has 100 ns an event, plus what TICK actions add; threads have real time.
 */
#include <time.h>

#include "internal.h"

#define BOOT_NS	    UINT64_C(1000000000)
#define NS_PER_STEP 100
#define BACK_EVERY  8 /* CLOCK_BACK: one reading in so many */

uint64_t sim_clock_now(const struct sim_machine *m)
{
	uint64_t ticks = atomic_load_explicit(&m->ticks, memory_order_relaxed);
	struct timespec ts;

	if (m->host->driver && m->host->driver->still_clock)
		return BOOT_NS + ticks;
	if (!m->host->config.threads)
		return BOOT_NS + ticks +
		       NS_PER_STEP * atomic_load_explicit(&m->steps, memory_order_relaxed);
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec + ticks;
}

uint64_t sim_clock_read(struct sim_machine *m, struct sim_cpu *c)
{
	const uint64_t *misbehave = m->host->config.misbehave;
	uint64_t now = sim_clock_now(m);
	uint64_t coarse = misbehave[SIM_MISBEHAVE_CLOCK_COARSE];
	uint64_t back = misbehave[SIM_MISBEHAVE_CLOCK_BACK];

	if (misbehave[SIM_MISBEHAVE_CLOCK_FROZEN])
		return BOOT_NS;
	if (coarse)
		now -= now % coarse;
	if (back && sim_random(&c->rng) % BACK_EVERY == 0)
		now -= back < now ? back : now;
	return now;
}
