// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/inject.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/cores.h"
#include "drivers/guard.h"
#include "drivers/schedule.h"

/* ---- Schedules ------------------------------------------------------------------------------- */

/*
 * "1@214 0@1033": arrival 1 at boundary 214 of the path, arrival 0 at 1033 of its handler.
 * "cpu1@214": CPU 1 runs its program to its end there.
 */
static char *choices_text(const struct inject *in, const struct ghes_step_schedule *schedule)
{
	char buf[40 * GHES_STEP_LEVELS_MAX];
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < schedule->levels && used < sizeof(buf); i++) {
		unsigned int n = in->arrival[i + 1];
		bool program = n >= in->s->nr_arrivals;

		used += (size_t)snprintf(buf + used, sizeof(buf) - used, "%s%s%u@%" PRIu64,
					 i ? " " : "", program ? "cpu" : "",
					 program ? in->s->programs[n - in->s->nr_arrivals].cpu : n,
					 schedule->at[i]);
	}
	return strdup(buf);
}

/* Which arrival, or program of a CPU, "N" or "cpuN" is. False: none. */
static bool find_arrival(const struct inject *in, bool cpu, unsigned int n, unsigned int *arrival)
{
	*arrival = n;
	if (!cpu)
		return n < in->s->nr_arrivals;
	for (unsigned int i = 0; i < in->s->nr_programs; i++)
		if (in->s->programs[i].cpu == n) {
			*arrival = in->s->nr_arrivals + i;
			return *arrival < inject_nr_arrivals(in);
		}
	return false;
}

int inject_choices_parse(struct inject *in, const char *text, struct ghes_step_schedule *schedule,
			 char *error, size_t error_size)
{
	const char *p = text;

	memset(schedule, 0, sizeof(*schedule));
	while (*p) {
		bool cpu = !strncmp(p, "cpu", 3);
		unsigned int n, arrival;
		uint64_t at;
		int used = 0;

		p += cpu ? 3 : 0;
		if (schedule->levels == GHES_STEP_LEVELS_MAX ||
		    sscanf(p, "%u@%" SCNu64 "%n", &n, &at, &used) != 2 || !at ||
		    !find_arrival(in, cpu, n, &arrival) || (p[used] && p[used] != ' ')) {
			snprintf(error, error_size,
				 "choices are '%s', expected ARRIVAL@BOUNDARY or cpuN@BOUNDARY for "
				 "each level",
				 text);
			return -1;
		}
		in->arrival[schedule->levels + 1] = arrival;
		schedule->at[schedule->levels++] = at;
		p += used;
		while (*p == ' ')
			p++;
	}
	return 0;
}

void inject_resume_text(const struct inject *in, const struct ghes_step_schedule *next, char *buf,
			size_t size)
{
	size_t used = (size_t)snprintf(buf, size, "%" PRIu64 ":", in->nr_sweeps);

	for (unsigned int i = 0; i < next->levels && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%" PRIu64, i ? "," : "",
					 next->at[i]);
	if (used < size)
		snprintf(buf + used, size - used, ";%" PRIx64,
			 in->nests_seen << 1 |
				 (in->verdicts[SIM_NOW] || in->programs || in->interrupted_before));
}

bool inject_resume_parse(struct inject *in, const char *text)
{
	const char *p = text;
	uint64_t reached;
	int used = 0;

	in->from = (struct ghes_step_schedule){0};
	if (sscanf(p, "%" SCNu64 ":%n", &in->from_sweep, &used) != 1 || !used || !in->from_sweep)
		return false;
	for (p += used; *p && *p != ';'; p += used) {
		used = 0;
		if (in->from.levels == GHES_STEP_LEVELS_MAX ||
		    sscanf(p, "%" SCNu64 "%n", &in->from.at[in->from.levels++], &used) != 1 ||
		    (p[used] != ';' && (p[used] != ',' || p[++used] == ';')))
			return false;
	}
	used = 0;
	if (sscanf(p, ";%" SCNx64 "%n", &reached, &used) != 1 || p[used])
		return false;
	in->nests_seen = reached >> 1;
	in->interrupted_before = reached & 1;
	return true;
}

static char *schedule_of(const struct inject *in, const struct ghes_step_schedule *steps)
{
	char *choices = choices_text(in, steps), *text;

	text = sim_core_schedule(in->core, "inject", in->s, sim_config(in->m)->seed, choices);
	free(choices);
	return text;
}

static bool has_one(const struct sim_result *r, enum sim_oracle_id oracle)
{
	for (unsigned int i = 0; i < r->nr_defects; i++)
		if (r->defects[i].oracle == oracle)
			return true;
	return false;
}

void inject_add_stuck(struct inject *in, int code)
{
	if (code == GHES_STEP_STUCK)
		sim_defect(in->m, SIM_ORACLE_progress,
			   "more than %d times the instructions of an undisturbed run",
			   INJECT_STUCK_FACTOR);
}

/* The location of a defect is where the path was interrupted; where the core died is told beside.
 */
void inject_tell_crash_place(const struct inject *in, struct sim_found *f)
{
	size_t used = strlen(f->message);
	char place[sizeof(f->source_location)];

	if (f->oracle != SIM_ORACLE_crash || !in->crashed_at)
		return;
	guard_locate(in->crashed_at, place, sizeof(place), f->function[0]);
	if (place[0])
		snprintf(f->message + used, sizeof(f->message) - used, " in %s", place);
}

void inject_on_defect(void *arg, const struct ghes_step_schedule *schedule, int code,
		      const struct ghes_step_point *const *points)
{
	struct inject *in = arg;
	unsigned int before = in->r->nr_defects, kept = before;
	bool news = false;
	char *text;

	if (code == GHES_STEP_MISSED) {
		in->defects++;
		snprintf(in->r->why, sizeof(in->r->why),
			 "boundary %" PRIu64 " of the path was gone when it was run again",
			 schedule->at[schedule->levels - 1]);
		return;
	}
	inject_add_stuck(in, code);
	text = schedule_of(in, schedule);
	sim_collect_defects(in->r, in->m, text);
	free(text);
	/* One of each oracle is enough. */
	for (unsigned int i = before; i < in->r->nr_defects; i++) {
		struct sim_found f = in->r->defects[i];
		unsigned int nr = in->r->nr_defects;

		in->r->nr_defects = kept;
		inject_tell_crash_place(in, &f);
		if (known_passes(in->o, in->r, &f)) {
			free(f.schedule);
		} else if (has_one(in->r, f.oracle)) {
			news = true;
			free(f.schedule);
		} else {
			news = true;
			if (schedule->levels && points[schedule->levels - 1])
				ghes_step_describe(in->module, points[schedule->levels - 1],
						   f.source_location, sizeof(f.source_location));
			in->r->defects[kept++] = f;
		}
		in->r->nr_defects = nr;
	}
	in->r->nr_defects = kept;
	in->defects += news;
	in->cut_short |= !news;
}
