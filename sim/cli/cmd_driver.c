// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-sim run, stress, inject, explore: each scenario through one driver, a result for each.
 */
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/cores.h"
#include "drivers/recording.h"
#include "report/report.h"
#include "scenario/scenario.h"

/* The worst exit status wins: bad input, then a defect, then incomplete. */
static int worse(int a, int b)
{
	static const int rank[] = {
		[CLI_HELD] = 0, [CLI_INCOMPLETE] = 1, [CLI_DEFECT] = 2, [CLI_USAGE] = 3};

	return rank[a] > rank[b] ? a : b;
}

static int exit_of(const struct sim_result *r)
{
	switch (r->verdict) {
	case SIM_PASS:
		return CLI_HELD;
	case SIM_FAIL:
		return CLI_DEFECT;
	case SIM_INCOMPLETE:
	case SIM_VACUOUS:
		break;
	}
	return CLI_INCOMPLETE;
}

static int write_pictures(const struct cli_options *o, const struct sim_recording *rec,
			  const struct sim_scenario *s)
{
	char title[300];

	snprintf(title, sizeof(title), "%s: %s", s->name, s->shows);
	if (o->svg && report_svg(o->svg, rec, title))
		return cli_error("%s: %s", o->svg, strerror(errno));
	if (o->trace && report_trace(o->trace, rec, title))
		return cli_error("%s: %s", o->trace, strerror(errno));
	return CLI_HELD;
}

static void tell(const struct cli_options *o, const struct sim_recording *rec,
		 const struct sim_scenario *s, const struct sim_result *r)
{
	if (o->format == CLI_JSON) {
		report_result_json(stdout, r);
		return;
	}
	if (!o->driver.quiet && rec) {
		printf("%s: %s\n\n", s->name, s->shows);
		report_story(stdout, rec, o->driver.verbose);
		puts("\nlog:");
		if (!report_log(stdout, rec))
			puts("(nothing)");
		putchar('\n');
	}
	report_result_text(stdout, r);
	if (o->svg)
		printf("picture: %s\n", o->svg);
	if (o->trace)
		printf("trace: %s\n", o->trace);
}

static int run_one(const struct sim_driver_type *driver, struct sim_core *core,
		   struct cli_options *o, const char *name)
{
	struct sim_recording rec = {0};
	struct sim_result r = {.driver = driver->name, .core = sim_core_name(core)};
	struct sim_scenario *s;
	char *path = scenario_find(name), error[600];
	bool records = driver == &sim_driver_run;
	int status;

	if (!path)
		return cli_error("no scenario '%s': neither a file nor one that 'ghes-sim list' "
				 "lists",
				 name);
	s = scenario_load(path, error, sizeof(error));
	free(path);
	if (!s) {
		fprintf(stderr, "%s\n", error);
		return CLI_USAGE;
	}
	r.scenario = s->name;
	o->driver.recording = records ? &rec : NULL;
	if (driver->run(s, core, &o->driver, &r, error, sizeof(error))) {
		fprintf(stderr, "%s: %s\n", s->file, error);
		status = CLI_USAGE;
	} else {
		status = worse(exit_of(&r), records ? write_pictures(o, &rec, s) : CLI_HELD);
		tell(o, records ? &rec : NULL, s, &r);
	}
	sim_result_free(&r);
	recording_free(&rec);
	scenario_free(s);
	return status;
}

int cmd_driver(const struct cli_verb *verb, struct cli_options *o)
{
	const struct sim_driver_type *driver = sim_driver_find(verb->name);
	struct sim_core *core;
	char error[512];
	int status = CLI_HELD;

	if (!o->nr_operands)
		return cli_error("%s needs a scenario; 'ghes-sim list' lists the built-in ones",
				 verb->name);
	if (o->nr_operands > 1 && (o->svg || o->trace))
		return cli_error("--svg and --trace take one scenario");
	core = sim_core_open(o->core, error, sizeof(error));
	if (!core)
		return cli_error("%s", error);
	for (int i = 0; i < o->nr_operands; i++)
		status = worse(status, run_one(driver, core, o, o->operands[i]));
	sim_core_close(core);
	return status;
}
