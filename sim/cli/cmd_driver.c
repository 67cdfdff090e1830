// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-sim run, stress, inject, explore: each scenario through one driver, a result for each; and
 * ghes-sim replay: the one run of a schedule.
 */
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "alone.h"
#include "cover.h"
#include "debugger.h"
#include "drivers/cores.h"
#include "drivers/known.h"
#include "drivers/recording.h"
#include "drivers/schedule.h"
#include "input_file.h"
#include "interrupt.h"
#include "jobs.h"
#include "report/report.h"
#include "scenario/misbehave.h"
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
	if (o->svg && o->format == CLI_TEXT)
		printf("picture: %s\n", o->svg);
	if (o->trace && report_trace(o->trace, rec, title))
		return cli_error("%s: %s", o->trace, strerror(errno));
	if (o->trace && o->format == CLI_TEXT)
		printf("trace: %s\n", o->trace);
	return CLI_HELD;
}

/* The first defect of all scenarios is the one that is kept. */
static int save_schedule(struct cli_options *o, const struct sim_result *r)
{
	struct sim_schedule s;
	char error[512], *text;
	FILE *f;

	if (!o->save_schedule || !r->nr_defects || !r->defects[0].schedule)
		return CLI_HELD;
	if (schedule_parse(&s, "the schedule", r->defects[0].schedule,
			   strlen(r->defects[0].schedule), error, sizeof(error)))
		return cli_error("%s", error);
	text = schedule_make_absolute(&s) ? schedule_text(&s) : NULL;
	schedule_free(&s);
	f = text ? fopen(o->save_schedule, "w") : NULL;
	if (!f || fputs(text, f) < 0 || fclose(f)) {
		free(text);
		return cli_error("%s: %s", o->save_schedule, strerror(errno));
	}
	free(text);
	o->save_schedule = NULL;
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
}

struct run {
	const struct sim_driver_type *driver;
	struct sim_core *core;
	struct cli_options *o;
	const struct sim_scenario *scenario;
	const char *choices; /* to replay, or NULL */
};

static struct sim_result empty_result(const struct run *run)
{
	return (struct sim_result){.driver = run->driver->name,
				   .core = sim_core_name(run->core),
				   .scenario = run->scenario->name,
				   .misbehave = run->scenario->misbehaves};
}

/* Run or replay; tell what came of it. */
static int drive(void *arg)
{
	struct run *run = arg;
	bool records = run->choices || run->driver == &sim_driver_run;
	struct sim_recording rec = {0}, *kept = records ? &rec : NULL;
	struct sim_result r = empty_result(run);
	struct cli_options *o = run->o;
	char error[600];
	int status, ret;

	o->driver.recording = kept;
	o->driver.machine_readable = o->format != CLI_TEXT || o->jobs > 1;
	o->driver.shard = o->shard;
	o->driver.shards = o->shards;
	ret = run->choices ? run->driver->replay(run->scenario, run->core, &o->driver, run->choices,
						 &r, error, sizeof(error))
			   : run->driver->run(run->scenario, run->core, &o->driver, &r, error,
					      sizeof(error));
	if (ret) {
		fprintf(stderr, "%s: %s\n", run->scenario->file, error);
		status = CLI_USAGE;
	} else {
		tell(o, kept, run->scenario, &r);
		status = worse(exit_of(&r),
			       kept ? write_pictures(o, kept, run->scenario) : CLI_HELD);
		status = worse(status, save_schedule(o, &r));
	}
	sim_result_free(&r);
	recording_free(&rec);
	return status;
}

/*
 * stress has the threads and signals of a real process, which what goes wrong may take with it. So
 * that no run ends without a word, another process has the last one.
 */
static int drive_alone(struct run *run)
{
	struct sim_result r = empty_result(run);
	struct alone alone;
	char error[512];
	int status;

	/* Here, not there: all runs use it, and coverage is told by this process. */
	if (!sim_core_ops(run->core, SIM_NATIVE, run->scenario->config.arch, error,
			  sizeof(error))) {
		fprintf(stderr, "%s: %s\n", run->scenario->file, error);
		return CLI_USAGE;
	}
	if (alone_begin(&alone))
		return cli_error("no memory for a run: %s", strerror(errno));
	run->o->driver.last_seed = &alone.shared->note;
	status = alone_run(&alone, drive, run, interrupt_count());
	if (status < 0) {
		r.executions = 1;
		r.seed = atomic_load(&alone.shared->note);
		r.nr_defects = 1;
		r.defects[0].oracle = SIM_ORACLE_crash;
		snprintf(r.defects[0].context, sizeof(r.defects[0].context), "the whole process");
		alone_describe(alone.status, r.defects[0].message, sizeof(r.defects[0].message));
		known_pass_over(&run->o->driver, &r, 0);
		r.verdict = r.nr_defects ? SIM_FAIL : SIM_PASS;
		known_tell(&r);
		tell(run->o, NULL, run->scenario, &r);
		status = exit_of(&r);
	}
	run->o->driver.last_seed = NULL;
	alone_end(&alone);
	return status;
}

/* What the command line, or a schedule, adds to the scenario: no driver knows. */
static int misbehave(struct sim_scenario *s, const struct cli_options *o, char *error,
		     size_t error_size)
{
	uint64_t added[SIM_NR_MISBEHAVIOURS];

	memcpy(added, o->misbehave, sizeof(added));
	if (o->misbehave_random)
		misbehave_draw(s, o->driver.seed_set ? o->driver.seed : s->config.seed, added);
	return scenario_misbehave(s, added, error, error_size);
}

static int run_scenario(const struct sim_driver_type *driver, struct sim_core *core,
			struct cli_options *o, const char *file, const char *choices)
{
	char error[600];
	struct sim_scenario *s = scenario_load(file, error, sizeof(error));
	struct run run = {driver, core, o, s, choices};
	int status;

	if (!s || misbehave(s, o, error, sizeof(error))) {
		fprintf(stderr, "%s\n", error);
		scenario_free(s);
		return CLI_USAGE;
	}
	/* ThreadSanitizer's program takes this one's place, and has its own last words. */
	if (driver == &sim_driver_stress && !o->driver.tsan)
		status = drive_alone(&run);
	else
		status = drive(&run);
	scenario_free(s);
	return status;
}

static int run_one(const struct sim_driver_type *driver, struct sim_core *core,
		   struct cli_options *o, const char *name, const char *choices)
{
	char *path = scenario_find(name);
	int status;

	if (!path)
		return cli_error("no scenario '%s': neither a file nor one that 'ghes-sim list' "
				 "lists",
				 name);
	status = run_scenario(driver, core, o, path, choices);
	free(path);
	return status;
}

/* ---- Several scenarios ----------------------------------------------------------------------- */

struct batch {
	const struct sim_driver_type *driver;
	struct sim_core *core;
	struct cli_options *o;
	char **name; /* of scenarios, as the user gave them; or, with --all, paths */
	int nr, room;
	bool failed;		       /* --all: a scenario cannot be read, or no memory */
	int ended[CLI_INCOMPLETE + 1]; /* by exit status */
	int status;
};

static int run_nth(void *arg, int n)
{
	struct batch *b = arg;

	return run_one(b->driver, b->core, b->o, b->name[n], NULL);
}

static void nth_ended(void *arg, int n, int status)
{
	struct batch *b = arg;

	(void)n;
	if (status < 0 || status > CLI_INCOMPLETE)
		status = CLI_USAGE;
	b->ended[status]++;
	b->status = worse(b->status, status);
}

static const char *name_of(void *arg, int n)
{
	const struct batch *b = arg;

	return b->name[n];
}

/* The built-in ones that the driver can show something with */
static int add_builtin(const char *path, void *arg)
{
	struct batch *b = arg;
	char error[600];
	struct sim_scenario *s = scenario_load(path, error, sizeof(error));
	bool wanted = s && scenario_is_for(s, b->driver->name);

	if (!s)
		fprintf(stderr, "%s\n", error);
	scenario_free(s);
	b->failed |= !s;
	if (!wanted)
		return 0;
	if (b->nr == b->room) {
		int room = b->room ? 2 * b->room : 64;
		char **more = realloc(b->name, (size_t)room * sizeof(*more));

		b->failed |= !more;
		if (!more)
			return 1;
		b->name = more;
		b->room = room;
	}
	b->name[b->nr] = strdup(path);
	b->failed |= !b->name[b->nr];
	b->nr += b->name[b->nr] != NULL;
	return 0;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int run_batch(struct batch *b)
{
	const struct cli_options *o = b->o;
	double from = now();
	int rest;

	interrupt_catch(true);
	if (o->jobs > 1 && jobs_run(o->jobs, b->nr, run_nth, nth_ended, name_of, b))
		b->status = CLI_USAGE;
	for (int i = 0; o->jobs <= 1 && i < b->nr && !*interrupt_count(); i++)
		nth_ended(b, i, run_nth(b, i));
	interrupt_leave();
	if (*interrupt_count())
		b->status = worse(b->status, CLI_INCOMPLETE);
	rest = b->nr;
	for (int i = 0; i <= CLI_INCOMPLETE; i++)
		rest -= b->ended[i];
	if (o->all && o->format == CLI_TEXT)
		printf("%s: %d scenarios in %.1f s: %d complete and held, %d with a defect, %d "
		       "incomplete or vacuous, %d not run\n",
		       b->driver->name, b->nr, now() - from, b->ended[CLI_HELD],
		       b->ended[CLI_DEFECT], b->ended[CLI_INCOMPLETE], b->ended[CLI_USAGE] + rest);
	return b->status;
}

static const char *misused(const struct cli_verb *verb, const struct cli_options *o)
{
	static char text[100];

	if (o->all && o->nr_operands)
		return "--all and names of scenarios exclude each other";
	if ((o->all || o->nr_operands > 1) && (o->svg || o->trace))
		return "--svg and --trace take one scenario";
	if (o->jobs > 1 && (o->coverage || o->nr_changed || o->save_schedule))
		return "--coverage, --changed and --save-schedule take --jobs 1";
	if (o->driver.samples && o->driver.levels != 3)
		return "--samples is about the third level: it needs --levels 3";
	if (o->driver.suspend && o->driver.levels)
		return "--suspend and --levels exclude each other";
	if (o->all || o->nr_operands)
		return NULL;
	snprintf(text, sizeof(text), "%s needs a scenario; 'ghes-sim list' lists the built-in ones",
		 verb->name);
	return text;
}

static int with_core(struct batch *b)
{
	struct cli_options *o = b->o;
	int status = cover_begin(b->core, o);

	if (status)
		return status;
	o->driver.stop = interrupt_wish();
	status = run_batch(b);
	if (status != CLI_USAGE)
		status = worse(status, cover_end(b->core, o));
	return status;
}

static int with_known(struct batch *b)
{
	struct cli_options *o = b->o;
	struct sim_known *known = NULL;
	char error[512];
	int status;

	if (o->known) {
		known = known_load(o->known, false, error, sizeof(error));
		if (!known) {
			fprintf(stderr, "%s\n", error);
			return CLI_USAGE;
		}
	}
	o->driver.known = known;
	b->core = sim_core_open(o->core, error, sizeof(error));
	status = b->core ? with_core(b) : cli_error("%s", error);
	if (b->core)
		sim_core_close(b->core);
	known_free(known);
	return status;
}

int cmd_driver(const struct cli_verb *verb, struct cli_options *o)
{
	struct batch b = {.driver = sim_driver_find(verb->name), .o = o};
	const char *error = misused(verb, o);
	int status;

	if (error)
		return cli_error("%s", error);
	b.name = o->operands;
	b.nr = o->nr_operands;
	if (o->all) {
		b.name = NULL;
		scenario_builtin_each(add_builtin, &b);
	}
	status = b.failed ? CLI_USAGE : with_known(&b);
	for (int i = 0; o->all && i < b.nr; i++)
		free(b.name[i]);
	if (o->all)
		free(b.name);
	return status;
}

static int replay_schedule(struct cli_options *o, const struct sim_schedule *schedule)
{
	const struct sim_driver_type *driver = sim_driver_find(schedule->driver);
	struct sim_core *core;
	char error[512];
	int status;

	if (!driver || !driver->replay)
		return cli_error("%s: driver '%s' has no schedules", o->operands[0],
				 schedule->driver);
	if (o->gdb)
		return replay_in_debugger(o, o->operands[0]);
	if (!o->core_set)
		o->core = schedule->core;
	o->driver.seed = schedule->seed;
	o->driver.seed_set = true;
	memcpy(o->misbehave, schedule->misbehave, sizeof(o->misbehave));
	core = sim_core_open(o->core, error, sizeof(error));
	if (!core)
		return cli_error("%s", error);
	status = run_one(driver, core, o, schedule->scenario, schedule->choices);
	sim_core_close(core);
	return status;
}

/*
 * A schedule in a folder with its scenario and core, as check --save-dir makes them, names them
 * without a path: they are beside it, wherever it is now.
 */
static void look_beside(char *name, size_t size, const char *prefix, const char *schedule)
{
	const char *slash = strrchr(schedule, '/'), *file = name + strlen(prefix);
	char *path;

	if (strncmp(name, prefix, strlen(prefix)) || strchr(file, '/') || !slash)
		return;
	if (asprintf(&path, "%s%.*s%s", prefix, (int)(slash + 1 - schedule), schedule, file) < 0)
		return;
	if (!access(path + strlen(prefix), R_OK) && strlen(path) < size)
		memcpy(name, path, strlen(path) + 1);
	free(path);
}

int cmd_replay(const struct cli_verb *verb, struct cli_options *o)
{
	struct sim_schedule schedule;
	char error[512];
	uint8_t *text;
	size_t size;
	int status;

	if (o->nr_operands != 1)
		return cli_error("%s needs one schedule file", verb->name);
	text = sim_read_file(o->operands[0], 1u << 20, &size);
	if (!text)
		return CLI_USAGE;
	if (schedule_parse(&schedule, o->operands[0], (const char *)text, size, error,
			   sizeof(error))) {
		fprintf(stderr, "%s\n", error);
		status = CLI_USAGE;
	} else {
		look_beside(schedule.scenario, sizeof(schedule.scenario), "", o->operands[0]);
		look_beside(schedule.core, sizeof(schedule.core), "so:", o->operands[0]);
		status = schedule_look_beside(&schedule, o->operands[0])
				 ? replay_schedule(o, &schedule)
				 : cli_error("%s: its paths are too long", o->operands[0]);
		schedule_free(&schedule);
	}
	free(text);
	return status;
}
