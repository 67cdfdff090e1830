// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/explore.h"

#include <stdlib.h>
#include <string.h>

#include "drivers/cores.h"
#include "where.h"

/* "sc v2 0*12 2*3": the memory model, then the engine's own schedule (see <ghes/explore.h>). */
static char *schedule_of(const struct explore *e, const char *engine)
{
	char *choices, *text;

	if (asprintf(&choices, "%s %s", e->o->memory_c11 ? "c11" : "sc", engine) < 0)
		return NULL;
	text = sim_core_schedule(e->core, "explore", e->s, sim_config(e->m)->seed, choices);
	free(choices);
	return text;
}

const char *explore_choices_parse(const char *choices, bool *c11)
{
	if (!strncmp(choices, "sc ", 3)) {
		*c11 = false;
		return choices + 3;
	}
	if (!strncmp(choices, "c11 ", 4)) {
		*c11 = true;
		return choices + 4;
	}
	return NULL;
}

/* The engine has names of its own for what it finds without the machine's help. */
static enum sim_oracle_id oracle_of(const char *name)
{
	for (unsigned int i = 0; i < SIM_NR_ORACLES; i++)
		if (!strcmp(name, sim_oracle_name((enum sim_oracle_id)i)))
			return (enum sim_oracle_id)i;
	return SIM_ORACLE_crash;
}

/* The functions of a race, or of a crash: what a line of known finds names. */
static void locate(struct sim_found *f, const void *const pc[2])
{
	for (unsigned int i = 0; i < 2; i++) {
		char function[101], place[201];

		/* A return address: the call is before it. */
		sim_where(pc[i] ? (const char *)pc[i] - 1 : NULL, function, place);
		snprintf(f->function[i], sizeof(f->function[i]), "%.63s", function);
	}
}

bool explore_expects(void *user, const struct ghes_explore_finding *finding)
{
	struct explore *e = user;
	struct sim_found f = {.oracle = oracle_of(finding->oracle)};

	if (!e->o->known || !strcmp(finding->oracle, "determinism"))
		return false;
	snprintf(f.message, sizeof(f.message), "%.239s", finding->message);
	if (f.oracle == SIM_ORACLE_race || f.oracle == SIM_ORACLE_crash)
		locate(&f, finding->pc);
	return known_passes(e->o, e->r, &f);
}

static bool has_one(const struct sim_result *r, enum sim_oracle_id oracle)
{
	for (unsigned int i = 0; i < r->nr_defects; i++)
		if (r->defects[i].oracle == oracle)
			return true;
	return false;
}

void explore_collect(struct explore *e, const struct ghes_explore_result *res)
{
	struct sim_result *r = e->r;

	for (size_t i = 0; i < res->defect_count && r->nr_defects < SIM_MAX_DEFECTS; i++) {
		const struct ghes_explore_defect *d = &res->defects[i];
		enum sim_oracle_id oracle = oracle_of(d->oracle);
		struct sim_found *f = &r->defects[r->nr_defects];

		if (!strcmp(d->oracle, "determinism")) {
			snprintf(r->why, sizeof(r->why), "%s", d->message);
			continue;
		}
		/* None has come to its end before: the scenario is long, where nothing says that it
		 * loops. */
		if (d->execution == 1 && !strncmp(d->message, "no end after", 12) &&
		    !strstr(d->message, " in a loop of ")) {
			snprintf(r->why, sizeof(r->why), "the search ended by: max-steps, %u",
				 res->max_depth);
			continue;
		}
		if (has_one(r, oracle))
			continue;
		memset(f, 0, sizeof(*f));
		f->oracle = oracle;
		snprintf(f->message, sizeof(f->message), "%.239s", d->message);
		snprintf(f->context, sizeof(f->context), "%.63s", d->context);
		if (strcmp(d->location, "?"))
			snprintf(f->source_location, sizeof(f->source_location), "%.127s",
				 d->location);
		if (oracle == SIM_ORACLE_race || oracle == SIM_ORACLE_crash)
			locate(f, d->pc);
		f->schedule = schedule_of(e, d->schedule);
		f->report = d->report[0] ? strdup(d->report) : NULL;
		r->nr_defects++;
	}
}

void explore_collect_boot(struct explore *e)
{
	const struct sim_defect *d = sim_get_defect(e->m, sim_nr_defects(e->m) - 1);
	struct sim_found *f = &e->r->defects[e->r->nr_defects++];

	memset(f, 0, sizeof(*f));
	f->oracle = d->oracle;
	snprintf(f->message, sizeof(f->message), "at boot: %.229s", d->message);
	guard_locate(e->guard.pc, f->source_location, sizeof(f->source_location), f->function[0]);
	f->schedule = schedule_of(e, "v2");
}
