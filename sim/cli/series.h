/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ghes-sim series: what each commit of a series does to the core.
 *
 * Flow: cmd_series.c (options, what is told) -> series_tree.c (the core's files as a commit has
 *	 them, in a directory of our own) -> series_check.c (`ghes-sim check` on it; what is there
 *	 now and was not before).
 *
 * Of the user's repository only objects are read: no checkout, no index, no worktree.
 */
#ifndef SIM_CLI_SERIES_H
#define SIM_CLI_SERIES_H

#include <json-c/json.h>

#include "options.h"

/* ---- series_tree.c: commits, or patches, as trees -------------------------------------------- */

struct series_commit {
	char *id;	/* abbreviated hash, or the patch's number */
	char *revision; /* what git calls it; NULL: a patch, or files as they lie */
	char *subject;
	char *patch; /* file, or NULL */
};

struct series {
	const char *tree;	       /* the user's */
	char *work;		       /* our directory: gone at series_close() */
	char *core;		       /* in it: the files of the commit that was staged last */
	char *before;		       /* and of the one before it */
	bool counts;		       /* the core's builds say which lines ran; needs gcc */
	int lock;		       /* keeps others out of our directory */
	struct series_commit *commits; /* the first is the base: only there to compare with */
	unsigned int nr_commits, room;
};

/* Lines of a file of the core that a commit adds or changes. */
struct series_lines {
	char *file; /* as in a tree */
	unsigned int first, count;
};

struct series_change {
	bool any; /* of any file of the core; also if lines are only taken away */
	struct series_lines *lines;
	unsigned int nr_lines;
};

/* 0, or CLI_USAGE after one line on stderr. series_close() in any case. */
int series_open(struct series *s, const struct cli_options *o);
void series_close(struct series *s);
/*
 * Put the files of commit @i at s->core; what was there is at s->before now. Commits are staged in
 * their order. 0, or CLI_USAGE after one line on stderr.
 */
int series_stage(struct series *s, unsigned int i);
/* Let the two change places: a core that was built before is found in the cache by its path. */
int series_swap(struct series *s);
/* What is different between the two. 0 or -1; series_change_free() in any case. */
int series_diff(const struct series *s, struct series_change *change);
void series_change_free(struct series_change *change);

/* ---- series_check.c: a check of the staged core, and comparing two --------------------------- */

/* Results as `--format json` has them, an array; NULL: none yet. */
struct series_findings {
	struct json_object *results;
	struct json_object *changed; /* lines by state: see cover.c; NULL: not counted */
	unsigned int runs, defects;
};

struct series_difference {
	struct json_object *result, *defect; /* borrowed of the findings that have it */
	bool certain; /* the other core cannot have it: deterministic, or looked for again */
};

struct series_differences {
	struct series_difference *list;
	unsigned int nr;
};

/* Builds what a check needs of the core. 0; -1 and the compiler's first error in @error. */
int series_build(struct series *s, char *error, size_t error_size);
/* `ghes-sim check` of the staged core, which also says whether the lines of @c ran. 0 or -1. */
int series_check(const struct series *s, const struct cli_options *o, const struct series_change *c,
		 struct series_findings *f);
/* Defects of @a that @b has not, the same defect once; certain unless their driver was cut short */
int series_only_in(const struct series_findings *a, const struct series_findings *b,
		   struct series_differences *out);
/*
 * The staged core is that of the findings which lack @d: run the driver that found it once more, in
 * the time that it took, and say whether it is there after all.
 */
bool series_is_there(const struct series *s, const struct cli_options *o,
		     const struct series_difference *d);
void series_findings_free(struct series_findings *f);

const char *series_string(struct json_object *o, const char *key);

#endif
