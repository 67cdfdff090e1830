/* SPDX-License-Identifier: GPL-2.0-only */
/* Defined here because what starts processes is in two libraries: the kernel's build, and the cli.
 */
#ifndef SIM_PROCESSORS_H
#define SIM_PROCESSORS_H

#include <sched.h>
#include <unistd.h>

/* Processors that this process may use: its affinity, which a container or taskset narrows. */
static inline unsigned int sim_processors(void)
{
	cpu_set_t set;
	long online;

	if (!sched_getaffinity(0, sizeof(set), &set) && CPU_COUNT(&set) > 0)
		return (unsigned int)CPU_COUNT(&set);
	online = sysconf(_SC_NPROCESSORS_ONLN); /* more of them than a cpu_set_t holds */
	return online > 0 ? (unsigned int)online : 1;
}

#endif
