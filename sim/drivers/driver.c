// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/driver.h"

#include <stdlib.h>
#include <string.h>

#include "oracles/oracles.h"

/* Every driver there is, in the order of the manual. */
static const struct sim_driver_type *const drivers[] = {
	&sim_driver_run, &sim_driver_stress,
#ifdef SIM_HAVE_INJECT /* not on hosts whose instructions we cannot step */
	&sim_driver_inject,
#endif
	&sim_driver_explore, /* last: NULL where it is not linked */
};

const struct sim_driver_type *sim_driver_at(unsigned int n)
{
	return n < sizeof(drivers) / sizeof(drivers[0]) ? drivers[n] : NULL;
}

const struct sim_driver_type *sim_driver_find(const char *name)
{
	for (unsigned int i = 0; sim_driver_at(i); i++)
		if (!strcmp(sim_driver_at(i)->name, name))
			return sim_driver_at(i);
	return NULL;
}

void sim_observe_oracles(struct sim_machine *m)
{
	sim_oracles_attach(m, SIM_ALL_ORACLES);
}

const char *sim_verdict_name(enum sim_result_verdict verdict)
{
	static const char *const names[] = {"pass", "fail", "incomplete", "vacuous"};

	return names[verdict];
}

void sim_count(struct sim_result *r, const char *name, uint64_t n)
{
	for (unsigned int i = 0; i < r->nr_counters; i++)
		if (!strcmp(r->counters[i].name, name)) {
			r->counters[i].value += n;
			return;
		}
	if (r->nr_counters < SIM_MAX_COUNTERS)
		r->counters[r->nr_counters++] = (struct sim_counter){name, n};
}

void sim_count_most(struct sim_result *r, const char *name, uint64_t n)
{
	uint64_t now = sim_counter_value(r, name);

	sim_count(r, name, n > now ? n - now : 0);
}

uint64_t sim_counter_value(const struct sim_result *r, const char *name)
{
	for (unsigned int i = 0; i < r->nr_counters; i++)
		if (!strcmp(r->counters[i].name, name))
			return r->counters[i].value;
	return 0;
}

void sim_collect_defects(struct sim_result *r, struct sim_machine *m, const char *schedule)
{
	for (unsigned int i = 0; i < sim_nr_defects(m) && r->nr_defects < SIM_MAX_DEFECTS; i++) {
		const struct sim_defect *d = sim_get_defect(m, i);
		struct sim_found *f = &r->defects[r->nr_defects++];

		memset(f, 0, sizeof(*f));
		f->oracle = d->oracle;
		memcpy(f->message, d->message, sizeof(f->message));
		snprintf(f->context, sizeof(f->context), "cpu %u, %s", d->cpu,
			 sim_running_name(d->running));
		f->schedule = schedule ? strdup(schedule) : NULL;
	}
}

void sim_collect_judged(struct sim_result *r, const struct sim_machine *m)
{
	for (unsigned int i = 0; i < SIM_NR_ORACLES; i++)
		r->judged[i] += sim_nr_judged(m, (enum sim_oracle_id)i);
	r->judged[SIM_ORACLE_crash]++;
}

bool sim_asked_to_stop(const struct sim_options *o)
{
	/* relaxed: a wish, on which no other data depends */
	return o->stop && atomic_load_explicit(o->stop, memory_order_relaxed);
}

bool sim_core_takes(const struct ghes_core_ops *ops, const struct sim_scenario *s,
		    struct sim_result *r)
{
	for (unsigned int i = 0; i < s->config.nr_sources; i++) {
		if (s->config.sources[i].notify != ACPI_HEST_NOTIFY_SEI || ops->notify_sei)
			continue;
		r->verdict = SIM_VACUOUS;
		r->not_applicable = true;
		snprintf(r->why, sizeof(r->why), "this core takes no SEI notifications");
		return false;
	}
	return true;
}

/* Counters that say how things are, not how often something happened. */
static bool is_a_measure(const char *name)
{
	static const char *const measures[] = {"path-instructions", "instructions-interrupted",
					       "instructions-in-core", "signal-floor-ns"};
	static const char rate[] = "-per-second", most[] = "deepest-";
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(measures) / sizeof(measures[0]); i++)
		if (!strcmp(measures[i], name))
			return true;
	if (!strncmp(name, most, sizeof(most) - 1))
		return true;
	return n >= sizeof(rate) && !strcmp(name + n - sizeof(rate) + 1, rate);
}

void sim_result_add(struct sim_result *r, const struct sim_result *earlier)
{
	r->executions += earlier->executions;
	r->notifications += earlier->notifications;
	r->seconds += earlier->seconds;
	for (unsigned int i = 0; i < SIM_NR_ORACLES; i++)
		r->judged[i] += earlier->judged[i];
	for (unsigned int i = 0; i < earlier->nr_counters; i++) {
		const struct sim_counter *c = &earlier->counters[i];

		if (is_a_measure(c->name))
			sim_count_most(r, c->name, c->value);
		else
			sim_count(r, c->name, c->value);
	}
}

void sim_result_free(struct sim_result *r)
{
	for (unsigned int i = 0; i < r->nr_defects; i++) {
		free(r->defects[i].schedule);
		free(r->defects[i].report);
	}
	r->nr_defects = 0;
}
