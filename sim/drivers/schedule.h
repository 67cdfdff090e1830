/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A schedule: what a driver chose, as a short text that `ghes-sim replay` repeats exactly.
 *
 *	ghes-sim schedule 1
 *	driver inject
 *	scenario nested-sdei
 *	core lib
 *	seed 0
 *	misbehave mutate=3,repeat=2
 *	choices 1@214 0@1033
 *
 * The line of misbehaviour is there when some was added to the scenario's own (misbehave.h). The
 * meaning of the choices is the driver's; here they are words.
 */
#ifndef SIM_DRIVERS_SCHEDULE_H
#define SIM_DRIVERS_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/machine.h"

#define SIM_SCHEDULE_VERSION 1

struct sim_schedule {
	char driver[32];
	char scenario[512];
	char core[1024];
	uint64_t seed;
	uint64_t misbehave[SIM_NR_MISBEHAVIOURS]; /* added; 0: off */
	char *choices;				  /* malloc'ed */
};

/* malloc'ed text; NULL: out of memory. */
char *schedule_text(const struct sim_schedule *s);
/* 0, or -1 and `file:line: what is wrong, what was expected` in @error. */
int schedule_parse(struct sim_schedule *s, const char *file, const char *text, size_t size,
		   char *error, size_t error_size);
void schedule_free(struct sim_schedule *s);

/*
 * Make the paths of @s, of scenario and core, such that the schedule means the same from any
 * directory. false: out of memory, or too long.
 */
bool schedule_make_absolute(struct sim_schedule *s);
/* Names of files that are beside @file, the schedule, mean these. false: as above. */
bool schedule_look_beside(struct sim_schedule *s, const char *file);

#endif
