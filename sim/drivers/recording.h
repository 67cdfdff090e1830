/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All events of one run, kept for story, picture and trace. For drivers that run on one thread.
 *
 * Flow: observer -> struct sim_recording -> report/{story,svg,trace}.c
 */
#ifndef SIM_DRIVERS_RECORDING_H
#define SIM_DRIVERS_RECORDING_H

#include "machine/machine.h"

struct sim_recorded {
	struct sim_event event; /* data is NULL */
	char *text;		/* of LOG, PANIC, CORE_DEFECT; name of the record; or NULL */
	const char *record;	/* name of the record this is about, owned by the scenario */
};

struct sim_recording {
	struct sim_recorded *events;
	size_t nr, room;
	uint64_t dropped; /* events after the limit, or for which there was no memory */
	size_t limit;	  /* 0: a million */
	/* Defects of the run, in order of their step; filled at its end. */
	struct sim_defect defects[SIM_NR_ORACLES];
	unsigned int nr_defects;
	unsigned int nr_cpus;
};

void recording_clear(struct sim_recording *r);
void recording_free(struct sim_recording *r);
/* An observer that fills @r; register it with sim_observe(). */
struct sim_observer recording_observer(struct sim_recording *r);
/* Copy the defects of a finished run. */
void recording_finish(struct sim_recording *r, struct sim_machine *m);

#endif
