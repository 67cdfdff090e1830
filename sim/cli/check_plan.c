// SPDX-License-Identifier: GPL-2.0-only
#include "check.h"

#include "options.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * Shares of the budget by phase, in percent of what one CPU gives. The first phase takes what it
 * takes: milliseconds. A phase that needs less leaves the rest to the next.
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
	t->options.quiet = true; /* one line of progress is enough */
	return true;
}

static unsigned int count(const struct check *c, enum check_phase phase)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < c->nr_tasks; i++)
		n += c->tasks[i].phase == phase && !c->tasks[i].carried;
	return n;
}

void check_set_bounds(struct check *c)
{
	for (unsigned int i = 0; i < c->nr_tasks; i++) {
		struct check_task *t = &c->tasks[i];
		double seconds;

		if (t->phase == CHECK_EVERY_INSTRUCTION)
			t->options.levels = 1;
		if (t->phase == CHECK_TWO_LEVELS)
			t->options.levels = 2;
		if (t->phase == CHECK_ONCE || t->carried)
			continue;
		seconds = c->budget * c->jobs * share[t->phase] / 100 / count(c, t->phase);
		t->options.seconds = seconds > MIN_SECONDS ? seconds : MIN_SECONDS;
		/* A sweep that is done early gives its time back; one that is not may have more. */
		if (t->phase != CHECK_FREE_RUNNING)
			t->options.seconds *= 4;
	}
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

int check_plan(struct check *c)
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
			if (!has_something(c->scenarios[i], (enum check_phase)phase) ||
			    !scenario_is_for(c->scenarios[i], driver[phase]))
				continue;
			if (number++ % c->shards != c->shard - 1)
				continue;
			if (!add(c, c->scenarios[i], driver[phase], (enum check_phase)phase))
				return -1;
		}
	return 0;
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
