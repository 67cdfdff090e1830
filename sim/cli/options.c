// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cover.h"
#include "scenario/misbehave.h"

static bool number(const char *text, uint64_t *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*out = strtoull(text, &end, 0);
	return !errno && !*end;
}

#define SET_STRING(field)                                                                          \
	static bool set_##field(struct cli_options *o, const char *value)                          \
	{                                                                                          \
		o->field = value;                                                                  \
		return *value != '\0';                                                             \
	}
SET_STRING(svg)
SET_STRING(state)
SET_STRING(save_dir)
SET_STRING(departures)
SET_STRING(known)
SET_STRING(save_known)
SET_STRING(html)
SET_STRING(trace)
SET_STRING(save_schedule)
SET_STRING(coverage)
SET_STRING(tree)
SET_STRING(range)
SET_STRING(patches)
SET_STRING(base)

static bool set_core(struct cli_options *o, const char *value)
{
	o->core = value;
	o->core_set = true;
	if (o->nr_cores < 2)
		o->cores[o->nr_cores] = value;
	o->nr_cores++;
	return *value != '\0';
}

static bool set_arch(struct cli_options *o, const char *value)
{
	o->arch = value;
	return !strcmp(value, "arm64") || !strcmp(value, "x86") || !strcmp(value, "all");
}

#define SET_SWITCH(name, field)                                                                    \
	static bool set_##name(struct cli_options *o, const char *value)                           \
	{                                                                                          \
		(void)value;                                                                       \
		o->field = true;                                                                   \
		return true;                                                                       \
	}
SET_SWITCH(quiet, driver.quiet)
SET_SWITCH(verbose, driver.verbose)
SET_SWITCH(suspend, driver.suspend)
SET_SWITCH(tsan, driver.tsan)
SET_SWITCH(gdb, gdb)
SET_SWITCH(fail_fast, fail_fast)
SET_SWITCH(help, help)

#define SET_NUMBER(field)                                                                          \
	static bool set_##field(struct cli_options *o, const char *value)                          \
	{                                                                                          \
		return number(value, &o->driver.field) && o->driver.field;                         \
	}
/* 0 means that there is no such bound, so it cannot be asked for */
SET_NUMBER(events)
SET_NUMBER(max_executions)

static bool set_draw(struct cli_options *o, const char *value)
{
	return number(value, &o->draw) && o->draw;
}

static bool set_seed(struct cli_options *o, const char *value)
{
	o->driver.seed_set = true;
	return number(value, &o->driver.seed);
}

static bool set_seconds(struct cli_options *o, const char *value)
{
	char *end;

	errno = 0;
	o->driver.seconds = strtod(value, &end);
	return !errno && *value >= '0' && *value <= '9' && !*end && o->driver.seconds > 0 &&
	       o->driver.seconds < 1e9;
}

static bool set_cpus(struct cli_options *o, const char *value)
{
	uint64_t n;

	if (!number(value, &n) || !n || n > SIM_MAX_CPUS)
		return false;
	o->driver.cpus = (unsigned int)n;
	return true;
}

static bool set_levels(struct cli_options *o, const char *value)
{
	uint64_t n;

	if (!number(value, &n) || !n || n > 3)
		return false;
	o->driver.levels = (unsigned int)n;
	return true;
}

static bool set_samples(struct cli_options *o, const char *value)
{
	if (strcmp(value, "all"))
		return number(value, &o->driver.samples) && o->driver.samples;
	o->driver.samples = UINT64_MAX;
	return true;
}

/* May come several times. */
static bool set_misbehave(struct cli_options *o, const char *value)
{
	if (strcmp(value, "random"))
		return misbehave_parse(value, o->misbehave);
	o->misbehave_random = true;
	return true;
}

static bool set_all(struct cli_options *o, const char *value)
{
	(void)value;
	o->all = true;
	return true;
}

static bool set_jobs(struct cli_options *o, const char *value)
{
	uint64_t n;

	if (!number(value, &n) || !n || n > 1024)
		return false;
	o->jobs = (int)n;
	return true;
}

static bool set_budget(struct cli_options *o, const char *value)
{
	char *end;

	errno = 0;
	o->budget = strtod(value, &end);
	return !errno && *value >= '0' && *value <= '9' && !*end && o->budget > 0 &&
	       o->budget < 1e9;
}

/* May come several times. */
static bool set_changed(struct cli_options *o, const char *value)
{
	if (!changed_is_valid(value) || o->nr_changed == CLI_MAX_CHANGED)
		return false;
	o->changed[o->nr_changed++] = value;
	return true;
}

/* "2/5": the second of five */
static bool set_shard(struct cli_options *o, const char *value)
{
	char *end;
	unsigned long n, of;

	if (*value < '1' || *value > '9')
		return false;
	n = strtoul(value, &end, 10);
	if (*end != '/' || end[1] < '1' || end[1] > '9')
		return false;
	of = strtoul(end + 1, &end, 10);
	if (*end || n > of || of > 100000)
		return false;
	o->shard = (unsigned int)n;
	o->shards = (unsigned int)of;
	return true;
}

static bool set_memory(struct cli_options *o, const char *value)
{
	o->driver.memory_c11 = !strcmp(value, "c11");
	return o->driver.memory_c11 || !strcmp(value, "sc");
}

static bool set_preemptions(struct cli_options *o, const char *value)
{
	o->driver.preemptions_set = true;
	return number(value, &o->driver.preemptions) && o->driver.preemptions <= UINT16_MAX;
}

static bool set_random(struct cli_options *o, const char *value)
{
	(void)value;
	o->driver.sampling = SIM_SAMPLE_RANDOM;
	return true;
}

static bool set_pct(struct cli_options *o, const char *value)
{
	(void)value;
	o->driver.sampling = SIM_SAMPLE_PCT;
	return true;
}

static bool set_check_format(struct cli_options *o, const char *value)
{
	static const char *const words[] = {[CLI_TEXT] = "text",
					    [CLI_JSON] = "json",
					    [CLI_KTAP] = "ktap",
					    [CLI_JUNIT] = "junit"};

	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i], value)) {
			o->format = (enum cli_format)i;
			return true;
		}
	return false;
}

static bool set_format(struct cli_options *o, const char *value)
{
	static const char *const words[] = {"text", "json"};

	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i], value)) {
			o->format = (enum cli_format)i;
			return true;
		}
	return false;
}

/* Every option of every verb; those without `set` are for verbs with a parser of their own. */
static const struct cli_option options[] = {
	{"core", "CORE", CLI_DRIVERS | CLI_REPLAY | CLI_CHECK,
	 "what runs: lib, kernel:DIR[,ghes=FILE], or so:FILE", set_core,
	 "lib, kernel:DIR or so:FILE"},
	{"arch", "ARCH", CLI_CHECK, "of a kernel core: arm64, x86 or all; as scenarios say",
	 set_arch, "arm64, x86 or all"},
	{"all", NULL, CLI_DRIVERS, "every built-in scenario that is for this driver", set_all,
	 NULL},
	{"jobs", "N", CLI_DRIVERS, "so many scenarios at a time, each in a process; 1", set_jobs,
	 "1 to 1024"},
	{"jobs", "N", CLI_CHECK, "so many runs at a time; as many as processors allowed", set_jobs,
	 "1 to 1024"},
	{"core", "CORE", CLI_COMPARE,
	 "one of the two to compare, as for run; the first may be left "
	 "out: lib",
	 set_core, "lib, kernel:DIR or so:FILE"},
	{"random", "N", CLI_COMPARE,
	 "draw N scenarios; with --save-dir, those that differ are kept", set_draw,
	 "a number above 0"},
	{"departures", "FILE", CLI_COMPARE,
	 "differences that are intended; see ghes-sim(1) for the format", set_departures, "a file"},
	{"save-dir", "DIR", CLI_COMPARE, "where --random keeps what differs", set_save_dir,
	 "a folder"},
	{"format", "FORMAT", CLI_DRIVERS | CLI_REPLAY | CLI_LIST | CLI_SERIES | CLI_COMPARE,
	 "text or json (one object a line)", set_format, "text or json"},
	{"format", "FORMAT", CLI_CHECK, "text, json, ktap or junit", set_check_format,
	 "text, json, ktap or junit"},
	{"budget", "SECONDS", CLI_CHECK,
	 "beyond one run of each; a search that it cuts short may pass; 60", set_budget, "seconds"},
	{"state", "FILE", CLI_CHECK, "go on where the last check with this file stopped", set_state,
	 "a file"},
	{"tree", "DIR", CLI_SERIES, "the kernel's git repository, or with --patches any tree",
	 set_tree, "a directory"},
	{"range", "A..B", CLI_SERIES, "the commits of B that A has not, along first parents",
	 set_range, "A..B"},
	{"patches", "FILE|DIR", CLI_SERIES, "a mailbox, or the *.patch of git format-patch",
	 set_patches, "a mailbox or a directory"},
	{"base", "COMMIT", CLI_SERIES, "what --patches build on, instead of the files as they lie",
	 set_base, "a commit"},
	{"budget", "SECONDS", CLI_SERIES,
	 "time to check each commit beyond one run of each scenario; 60", set_budget, "seconds"},
	{"fail-fast", NULL, CLI_CHECK, "the first defect ends it", set_fail_fast, NULL},
	{"save-dir", "DIR", CLI_CHECK, "a folder in DIR for each defect: replay, picture, log",
	 set_save_dir, "a folder"},
	{"html", "FILE", CLI_CHECK, "a page of it all: finds with pictures, matrix, coverage",
	 set_html, "a file"},
	{"coverage", "FILE", CLI_RUN | CLI_INJECT | CLI_STRESS | CLI_CHECK,
	 "lines and branches that ran: annotated, or *.info", set_coverage, "a file"},
	{"changed", "FILE:LINES", CLI_RUN | CLI_INJECT | CLI_STRESS | CLI_CHECK,
	 "tell which of these lines (5,7-9) never ran", set_changed,
	 "FILE:LINES, as in drivers/acpi/apei/ghes.c:5,7-9"},
	{"shard", "I/N", CLI_CHECK, "only the I-th of N parts of the plan", set_shard,
	 "I/N, as in 2/5"},
	{"known", "FILE", CLI_DRIVERS | CLI_CHECK | CLI_SERIES,
	 "finds that do not count; see ghes-sim(1) for the format", set_known, "a file"},
	{"save-known", "FILE", CLI_CHECK, "add what is found to a file for --known", set_save_known,
	 "a file"},
	{"seed", "N", CLI_DRIVERS | CLI_CHECK | CLI_SERIES | CLI_COMPARE,
	 "what everything random is drawn from", set_seed, "a number"},
	{"misbehave", "WORD=N,...", CLI_DRIVERS,
	 "what firmware and machine do wrong beside what the scenario says; or random",
	 set_misbehave, "random or " SIM_MISBEHAVE_EXPECTED},
	{"shard", "I/N", CLI_EXPLORE, "only the I-th of N parts of the search; see merge",
	 set_shard, "I/N, as in 2/5"},
	{"memory", "MODEL", CLI_EXPLORE, "sc (default), or c11: loads may return older values",
	 set_memory, "sc or c11"},
	{"preemptions", "N", CLI_EXPLORE, "at most N switches away from what could go on",
	 set_preemptions, "a number"},
	{"random", NULL, CLI_EXPLORE, "sample: a uniform choice at each step", set_random, NULL},
	{"pct", NULL, CLI_EXPLORE, "sample: random priorities, a few change points", set_pct, NULL},
	{"seconds", "S", CLI_STRESS | CLI_INJECT | CLI_EXPLORE, "stop after this time", set_seconds,
	 "seconds, more than 0"},
	{"events", "N", CLI_STRESS, "stop after this many notifications", set_events,
	 "a number above 0"},
	{"cpus", "N", CLI_STRESS, "CPUs, instead of the scenario's number", set_cpus, "1 to 64"},
	{"levels", "N", CLI_INJECT, "how deep they nest: 1, 2 (default) or 3 (sampled)", set_levels,
	 "1 to 3"},
	{"samples", "N", CLI_INJECT, "level 3: places of each handler, or all; 8", set_samples,
	 "a number above 0 or all"},
	{"tsan", NULL, CLI_STRESS, "under ThreadSanitizer, by direct calls at points", set_tsan,
	 NULL},
	{"suspend", NULL, CLI_INJECT, "park a CPU at each boundary for ever; others must go on",
	 set_suspend, NULL},
	{"max-executions", "N", CLI_INJECT | CLI_EXPLORE, "stop after this many executions",
	 set_max_executions, "a number above 0"},
	{"svg", "FILE", CLI_RUN | CLI_REPLAY,
	 "write a picture: swim lanes per CPU, nesting as depth", set_svg, "a file"},
	{"trace", "FILE", CLI_RUN | CLI_REPLAY, "write a trace for Perfetto or chrome://tracing",
	 set_trace, "a file"},
	{"gdb", NULL, CLI_REPLAY, "in a debugger that stops at the defect, in its context", set_gdb,
	 NULL},
	{"save-schedule", "FILE", CLI_RUN | CLI_INJECT | CLI_EXPLORE,
	 "write the schedule of the first defect", set_save_schedule, "a file"},
	{"quiet", NULL, CLI_DRIVERS | CLI_REPLAY | CLI_CHECK | CLI_SERIES | CLI_COMPARE,
	 "only the verdict", set_quiet, NULL},
	{"verbose", NULL, CLI_DRIVERS | CLI_REPLAY, "every read, lock and mask too", set_verbose,
	 NULL},
	{"verbose", NULL, CLI_CHECK, "the counters of each run too", set_verbose, NULL},
	{"format", "FORMAT", CLI_HEST, NULL, NULL, "text or json"},
	{"format", "FORMAT", CLI_CPER, NULL, NULL, "text, json or dmesg"},
	{"error-block-length", "N", CLI_CPER, NULL, NULL, "a number"},
	{"source-id", "N", CLI_CPER, NULL, NULL, "a number"},
	{"arch", "ARCH", CLI_CORE, NULL, NULL, "arm64, x86 or all"},
	{"fresh", NULL, CLI_CORE, NULL, NULL, NULL},
	{"help", NULL, ~0u, "this text", set_help, NULL},
};
#define NR_OPTIONS (sizeof(options) / sizeof(options[0]))
#define HELP_WIDTH 79

const struct cli_option *cli_option_at(size_t n)
{
	return n < NR_OPTIONS ? &options[n] : NULL;
}

int cli_error(const char *fmt, ...)
{
	va_list ap;

	fputs("ghes-sim: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return CLI_USAGE;
}

int cli_flushed(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	cli_error("standard output: cannot write");
	return status == CLI_HELD ? CLI_USAGE : status;
}

static const struct cli_option *find(const struct cli_verb *verb, const char *name, size_t len)
{
	for (size_t i = 0; i < NR_OPTIONS; i++)
		if (options[i].verbs & verb->bit && strlen(options[i].name) == len &&
		    !strncmp(options[i].name, name, len))
			return &options[i];
	return NULL;
}

/* Short forms, as people type them. */
static const char *long_form(const char *arg)
{
	if (!strcmp(arg, "-q"))
		return "--quiet";
	if (!strcmp(arg, "-v"))
		return "--verbose";
	if (!strcmp(arg, "-h"))
		return "--help";
	return arg;
}

/* One option at argv[i]; returns how many words it took, or -1. */
static int take(const struct cli_verb *verb, int argc, char **argv, int i, struct cli_options *o)
{
	const char *name = long_form(argv[i]) + 2, *value = strchr(name, '=');
	const struct cli_option *opt =
		argv[i][1] == '-' || name != argv[i] + 2
			? find(verb, name, value ? (size_t)(value - name) : strlen(name))
			: NULL;
	int words = 1;

	if (!opt) {
		cli_error("%s has no option '%s'; see 'ghes-sim %s --help'", verb->name, argv[i],
			  verb->name);
		return -1;
	}
	if (!opt->argument && value) {
		cli_error("option '--%s' takes no value", opt->name);
		return -1;
	}
	if (opt->argument && value) {
		value++;
	} else if (opt->argument) {
		if (i + 1 >= argc) {
			cli_error("option '--%s' needs %s", opt->name, opt->expected);
			return -1;
		}
		value = argv[i + 1];
		words = 2;
	}
	if (!opt->set(o, value)) {
		cli_error("option '--%s' is '%s', expected %s", opt->name, value, opt->expected);
		return -1;
	}
	return words;
}

int cli_parse(const struct cli_verb *verb, int argc, char **argv, struct cli_options *o)
{
	bool only_operands = false;

	*o = (struct cli_options){.core = "lib", .operands = argv};
	for (int i = 0; i < argc;) {
		int words = 1;

		if (!only_operands && !strcmp(argv[i], "--")) {
			only_operands = true;
		} else if (only_operands || argv[i][0] != '-' || !argv[i][1]) {
			o->operands[o->nr_operands++] = argv[i]; /* never ahead of i */
		} else {
			words = take(verb, argc, argv, i, o);
			if (words < 0)
				return -1;
		}
		i += words;
	}
	return 0;
}

/* @text from column @column on, and below itself where a line of 80 is full. */
static void wrapped(FILE *out, const char *text, size_t column)
{
	size_t at = column;

	while (*text) {
		size_t n = strcspn(text, " ");

		if (at > column && at + 1 + n > HELP_WIDTH) {
			fprintf(out, "\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			fputc(' ', out);
			at++;
		}
		fprintf(out, "%.*s", (int)n, text);
		at += n;
		text += n + (text[n] == ' ');
	}
	fputc('\n', out);
}

void cli_help(FILE *out, const struct cli_verb *verb)
{
	fprintf(out, "usage: ghes-sim %s%s%s [options]\n%s\n", verb->name,
		verb->operands[0] ? " " : "", verb->operands, verb->help);
	for (size_t i = 0; i < NR_OPTIONS; i++) {
		char left[48];

		if (!(options[i].verbs & verb->bit) || options[i].set == set_help)
			continue;
		snprintf(left, sizeof(left), "--%s%s%s", options[i].name,
			 options[i].argument ? " " : "",
			 options[i].argument ? options[i].argument : "");
		fprintf(out, "  %-20s ", left);
		wrapped(out, options[i].help, 23);
	}
	if (verb->bit & CLI_SERIES)
		fputs("\nThe working tree is not touched. exit status: 0 no commit adds a "
		      "defect,\n1 one does or does not build, 2 bad usage, or a patch does not "
		      "apply,\n3 interrupted.\n",
		      out);
	if (verb->bit & (CLI_DRIVERS | CLI_CHECK))
		fputs("\nexit status: 0 everything held, 1 a defect was found, 2 bad usage or bad "
		      "input,\n3 incomplete or vacuous. A pass proves what ran, in the order it ran: "
		      "no more.\n",
		      out);
}
