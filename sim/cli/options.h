/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line: one table of options and one of verbs. `--help`, shell completion and the
 * parser are all generated from them, so that they cannot disagree.
 */
#ifndef SIM_CLI_OPTIONS_H
#define SIM_CLI_OPTIONS_H

#include <stdbool.h>

#include "drivers/driver.h"

enum cli_format { CLI_TEXT, CLI_JSON, CLI_KTAP, CLI_JUNIT, CLI_DMESG };

/* Exit status: the contract of ghes-sim(1). */
enum cli_exit { CLI_HELD = 0, CLI_DEFECT = 1, CLI_USAGE = 2, CLI_INCOMPLETE = 3 };

/* Verbs that an option belongs to; a bit each, in the order of the verbs' table. */
enum cli_verb_bit {
	CLI_RUN = 1 << 0,
	CLI_STRESS = 1 << 1,
	CLI_INJECT = 1 << 2,
	CLI_EXPLORE = 1 << 3,
	CLI_CHECK = 1 << 4,
	CLI_REPLAY = 1 << 5,
	CLI_LIST = 1 << 6,
	CLI_SHOW = 1 << 7,
	CLI_HEST = 1 << 8,
	CLI_CPER = 1 << 9,
	CLI_CORE = 1 << 10,
	CLI_SERIES = 1 << 11,
	CLI_COMPARE = 1 << 12,
	CLI_MERGE = 1 << 13,
};
#define CLI_DRIVERS (CLI_RUN | CLI_STRESS | CLI_INJECT | CLI_EXPLORE)

#define CLI_MAX_CHANGED 64

struct cli_options {
	struct sim_options driver;
	enum cli_format format;
	const char *core;
	bool core_set;	      /* by the user */
	const char *arch;     /* NULL: as the core's name or the scenario says */
	const char *cores[2]; /* compare: the first two that were named */
	int nr_cores;	      /* named */
	uint64_t draw;	      /* compare: scenarios to draw */
	const char *departures;
	const char *known, *save_known;
	double budget; /* check: seconds */
	bool fail_fast;
	unsigned int shard, shards;
	const char *state, *save_dir, *html; /* check: files and a folder */
	const char *svg, *trace, *save_schedule;
	const char *coverage;
	const char *changed[CLI_MAX_CHANGED]; /* FILE:LINES */
	unsigned int nr_changed;
	const char *tree, *range, *patches, *base; /* series */
	bool gdb;				   /* replay */
	bool all;				   /* drivers: the built-in scenarios */
	bool misbehave_random;			   /* drivers: draw what is added */
	uint64_t misbehave[SIM_NR_MISBEHAVIOURS];  /* added to what the scenario says */
	int jobs; /* at a time; 0: for drivers 1, for check as there are processors */
	bool help;
	char **operands; /* what is not an option, in order */
	int nr_operands;
};

struct cli_verb {
	const char *name;
	unsigned int bit;
	const char *operands; /* "SCENARIO..." */
	const char *help;
	/* Verbs with a parser of their own (hest, cper, core) take argv; the others options. */
	int (*with_options)(const struct cli_verb *verb, struct cli_options *o);
	int (*with_arguments)(int argc, char **argv);
};

struct cli_option {
	const char *name;     /* without the dashes */
	const char *argument; /* what the help calls it, or NULL: a switch */
	unsigned int verbs;
	const char *help;
	/* false: @value is not what was expected */
	bool (*set)(struct cli_options *o, const char *value);
	const char *expected; /* in words; "a, b or c" are the words themselves */
};

/* The n-th option, NULL past the end. */
const struct cli_option *cli_option_at(size_t n);
/* What a shell needs to complete command lines: `ghes-sim completion bash`, or zsh. */
int cmd_completion(int argc, char **argv);

/*
 * Parse argv after the verb. 0, or -1 after one line on stderr that says what is wrong and what
 * was expected.
 */
int cli_parse(const struct cli_verb *verb, int argc, char **argv, struct cli_options *o);
void cli_help(FILE *out, const struct cli_verb *verb);
/* `ghes-sim: ...` on stderr; returns CLI_USAGE. */
int cli_error(const char *fmt, ...) GHES_PRINTF(1, 2);
/*
 * What a process exits with whose verdict is @status: who asked for it in a file on a full disk got
 * none, whatever it was.
 */
int cli_flushed(int status);

/* The verbs; ends with a NULL name. */
extern const struct cli_verb cli_verbs[];

int cmd_driver(const struct cli_verb *verb, struct cli_options *o);
int cmd_check(const struct cli_verb *verb, struct cli_options *o);
int cmd_compare(const struct cli_verb *verb, struct cli_options *o);
int cmd_replay(const struct cli_verb *verb, struct cli_options *o);
int cmd_series(const struct cli_verb *verb, struct cli_options *o);
int cmd_merge(const struct cli_verb *verb, struct cli_options *o);
int cmd_list(const struct cli_verb *verb, struct cli_options *o);
int cmd_show(const struct cli_verb *verb, struct cli_options *o);

#endif
