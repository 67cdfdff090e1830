// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/stress_aim.h"

#include <string.h>

static bool enters(const struct sim_source_config *source, uint8_t running)
{
	switch (source->notify) {
	case ACPI_HEST_NOTIFY_SCI:
	case ACPI_HEST_NOTIFY_GSIV:
	case ACPI_HEST_NOTIFY_GPIO:
		return running == SIM_RUNNING_KERNEL;
	case ACPI_HEST_NOTIFY_POLLED:
		return running == SIM_RUNNING_SOFTIRQ;
	case ACPI_HEST_NOTIFY_EXTERNAL:
		return running == SIM_RUNNING_HARDIRQ;
	case ACPI_HEST_NOTIFY_SEI:
		return running == SIM_RUNNING_SEI;
	case ACPI_HEST_NOTIFY_NMI:
		return running == SIM_RUNNING_NMI;
	case ACPI_HEST_NOTIFY_MCE:
		return running == SIM_RUNNING_MCE;
	case ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED:
		return running == (source->sdei_critical ? SIM_RUNNING_SDEI_CRITICAL
							 : SIM_RUNNING_SDEI_NORMAL);
	}
	return false;
}

/* The arrival that brings a CPU into @running; -1: none does. */
static int arrival_into(const struct sim_scenario *s, uint8_t running)
{
	for (unsigned int n = 0; n < s->nr_arrivals; n++)
		for (unsigned int i = 0; i < s->config.nr_sources; i++)
			if (s->config.sources[i].id == s->arrivals[n].action.source &&
			    enters(&s->config.sources[i], running))
				return (int)n;
	return -1;
}

/* @stack's innermost contexts are the outermost of @nest, as many as may be: what comes next? */
static int next_into(const struct sim_scenario *s, const struct sim_nest *nest,
		     const uint8_t *stack, unsigned int depth)
{
	unsigned int n = 0;

	for (unsigned int i = 1; i <= depth && i < nest->depth; i++)
		if (!memcmp(stack + depth - i, nest->running, i))
			n = i;
	return n ? arrival_into(s, nest->running[n]) : -1;
}

int stress_aim(const struct sim_scenario *s, uint32_t missing, const uint8_t *stack,
	       unsigned int depth)
{
	int n = -1;

	for (unsigned int i = 0; n < 0 && i < s->nr_nests && i < 32; i++)
		if (missing >> i & 1)
			n = next_into(s, &s->nests[i], stack, depth);
	return n;
}
