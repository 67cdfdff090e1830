// SPDX-License-Identifier: GPL-2.0-only
#include "check.h"

#include "options.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * Shares of the budget by phase, in percent of what one CPU gives. The first phase takes what it
 * takes: milliseconds. A phase that needs less leaves the rest to the next. Within one, each task
 * has its part of what the ones before it left: a search that is done early gives its time back,
 * and one that is large takes nobody's turn.
 */
static const unsigned int share[] = {
	[CHECK_ONCE] = 0,	   [CHECK_INTERLEAVINGS] = 20, [CHECK_EVERY_INSTRUCTION] = 40,
	[CHECK_FREE_RUNNING] = 12, [CHECK_TWO_LEVELS] = 28,
};

#define MIN_SECONDS 0.05

double check_phase_end(const struct check *c, enum check_phase phase)
{
	unsigned int percent = 0;

	for (unsigned int p = CHECK_ONCE; p <= phase; p++)
		percent += share[p];
	return c->budget * percent / 100;
}

static bool add(struct check *c, const struct sim_scenario *s, const char *driver,
		enum check_phase phase)
{
	const struct sim_driver_type *d = sim_driver_find(driver);
	struct check_task *t;

	if (!d)
		return true; /* not on this host */
	if (c->nr_tasks == c->room) {
		unsigned int room = c->room ? c->room * 2 : 64;
		struct check_task *more = realloc(c->tasks, room * sizeof(*more));

		if (!more)
			return false;
		c->tasks = more;
		c->room = room;
	}
	t = &c->tasks[c->nr_tasks++];
	*t = (struct check_task){.scenario = s, .driver = d, .phase = phase};
	t->options.seed = c->seed;
	t->options.seed_set = true;
	t->options.known = c->known;
	t->options.quiet = true; /* one line of progress is enough */
	return true;
}

void check_set_bounds(struct check *c)
{
	for (unsigned int i = 0; i < c->nr_tasks; i++) {
		struct check_task *t = &c->tasks[i];

		if (t->phase == CHECK_EVERY_INSTRUCTION)
			t->options.levels = 1;
		if (t->phase == CHECK_TWO_LEVELS)
			t->options.levels = 2;
	}
}

double check_task_seconds(const struct check *c, unsigned int next, double elapsed)
{
	enum check_phase phase = c->tasks[next].phase;
	double left = check_phase_end(c, phase) - elapsed, seconds;
	unsigned int n = 0;

	for (unsigned int i = next; i < c->nr_tasks && c->tasks[i].phase == phase; i++)
		n += !c->tasks[i].carried;
	seconds = n ? left * c->jobs / n : left;
	if (seconds > left)
		seconds = left;
	return seconds > MIN_SECONDS ? seconds : MIN_SECONDS;
}

/* ---- Order ----------------------------------------------------------------------------------- */

/* Has its one run found something, or not come to its end by now? */
static bool is_bad(const struct check *c, const struct sim_scenario *s)
{
	for (unsigned int i = 0; i < c->nr_tasks && c->tasks[i].phase == CHECK_ONCE; i++) {
		const struct check_outcome *o = c->tasks[i].outcome;

		if (c->tasks[i].scenario == s && o)
			return !o->done || o->result.verdict == SIM_FAIL;
	}
	return false;
}

int check_bad_last(struct check *c, unsigned int next)
{
	struct check_task *bad = calloc(c->nr_tasks - next, sizeof(*bad));

	if (!bad)
		return -1;
	while (next < c->nr_tasks) {
		enum check_phase phase = c->tasks[next].phase;
		unsigned int to = next, nr_bad = 0;

		for (; next < c->nr_tasks && c->tasks[next].phase == phase; next++) {
			if (is_bad(c, c->tasks[next].scenario))
				bad[nr_bad++] = c->tasks[next];
			else
				c->tasks[to++] = c->tasks[next];
		}
		memcpy(&c->tasks[to], bad, nr_bad * sizeof(*bad));
	}
	free(bad);
	return 0;
}

/* What there is to interleave or interrupt: few things are searched soon, many take long. */
static unsigned int weight(const struct sim_scenario *s)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < s->nr_programs; i++)
		n += s->programs[i].nr_actions;
	for (unsigned int a = 0; a < s->nr_arrivals; a++)
		n += s->arrivals[a].times;
	return n * s->config.nr_cpus;
}

static int compare_weights(const void *a, const void *b)
{
	const struct sim_scenario *s = *(struct sim_scenario *const *)a,
				  *t = *(struct sim_scenario *const *)b;
	unsigned int w[2] = {weight(s), weight(t)};

	return w[0] != w[1] ? (w[0] > w[1]) - (w[0] < w[1]) : strcmp(s->name, t->name);
}

/* Does @phase have a choice to make with @s? */
static bool has_something(const struct sim_scenario *s, enum check_phase phase)
{
	unsigned int arrivals = 0;

	for (unsigned int a = 0; a < s->nr_arrivals; a++)
		arrivals += s->arrivals[a].times;
	if (phase == CHECK_ONCE)
		return true;
	if (phase == CHECK_INTERLEAVINGS && s->nr_programs > 1)
		return true;
	return arrivals >= (phase == CHECK_TWO_LEVELS ? 2 : 1);
}

static int plan(struct check *c, struct sim_scenario *const *light_first)
{
	static const char *const driver[] = {
		[CHECK_ONCE] = "run",
		[CHECK_INTERLEAVINGS] = "explore",
		[CHECK_EVERY_INSTRUCTION] = "inject",
		[CHECK_FREE_RUNNING] = "stress",
		[CHECK_TWO_LEVELS] = "inject",
	};
	unsigned int number = 0;

	for (unsigned int phase = CHECK_ONCE; phase < CHECK_NR_PHASES; phase++)
		for (unsigned int i = 0; i < c->nr_scenarios; i++) {
			const struct sim_scenario *s =
				phase == CHECK_ONCE ? c->scenarios[i] : light_first[i];

			if (!has_something(s, (enum check_phase)phase) ||
			    !scenario_is_for(s, driver[phase]))
				continue;
			if (number++ % c->shards != c->shard - 1)
				continue;
			if (!add(c, s, driver[phase], (enum check_phase)phase))
				return -1;
		}
	return 0;
}

int check_plan(struct check *c)
{
	const size_t each = sizeof(struct sim_scenario *);
	struct sim_scenario **light_first = malloc(c->nr_scenarios * each);
	int ret;

	if (!light_first)
		return -1;
	memcpy(light_first, c->scenarios, c->nr_scenarios * each);
	qsort(light_first, c->nr_scenarios, each, compare_weights);
	ret = plan(c, light_first);
	free(light_first);
	return ret;
}

const char *check_part(const struct check_task *t)
{
	switch (t->phase) {
	case CHECK_EVERY_INSTRUCTION:
		return "inject-1";
	case CHECK_TWO_LEVELS:
		return "inject-2";
	default:
		return t->driver->name;
	}
}

enum sim_flavour check_flavour(const struct check_task *t)
{
	switch (t->phase) {
	case CHECK_INTERLEAVINGS:
		return SIM_INSTRUMENTED;
	case CHECK_EVERY_INSTRUCTION:
	case CHECK_TWO_LEVELS:
		return SIM_STEPPED;
	default:
		return SIM_NATIVE;
	}
}

static void leave_out(struct check *c, enum sim_flavour flavour)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < c->nr_tasks; i++)
		if (check_flavour(&c->tasks[i]) != flavour)
			c->tasks[kept++] = c->tasks[i];
	c->nr_tasks = kept;
}

int check_prepare(struct check *c, char *error, size_t error_size)
{
	/* A shared object is one build. Without instrumentation there is nothing to interleave, */
	bool is_one_build = !strncmp(sim_core_name(c->core), "so:", 3);

	if (is_one_build)
		leave_out(c, SIM_INSTRUMENTED);
	for (unsigned int i = 0; i < c->nr_tasks; i++) {
		const struct check_task *t = &c->tasks[i];

		if (sim_core_ops(c->core, check_flavour(t), t->scenario->config.arch, error,
				 error_size))
			continue;
		if (check_flavour(t) != SIM_STEPPED || !is_one_build)
			return -1;
		cli_error("%s: driver inject is left out", error); /* and no points to stop at */
		leave_out(c, SIM_STEPPED);
		i = 0;
	}
	return 0;
}

void check_free(struct check *c)
{
	for (unsigned int i = 0; i < c->nr_tasks; i++)
		if (c->tasks[i].outcome)
			munmap(c->tasks[i].outcome, sizeof(*c->tasks[i].outcome));
	for (unsigned int i = 0; i < c->nr_scenarios; i++)
		scenario_free(c->scenarios[i]);
	free(c->scenarios);
	free(c->tasks);
}
