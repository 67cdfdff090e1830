/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check --save-dir: a folder for each defect, with all that a person needs to see it again.
 *
 * Flow: the results of check_run() -> finds_save() -> one process a find that replays it and draws,
 * traces and logs -> DIR/SCENARIO-DRIVER-ORACLE/{README.md,schedule,scenario.yaml,picture.svg,
 * trace.json,story.txt,log.txt,core.so}.
 *
 * core.so is the very build that failed, when it is one that was loaded: instruction boundaries are
 * a build's own, and the tree that it was made from will change.
 */
#ifndef SIM_CLI_CHECK_FIND_H
#define SIM_CLI_CHECK_FIND_H

#include "check.h"

struct check_find {
	const struct check_task *task;
	const struct sim_found *defect; /* NULL: an expectation of the scenario, result.why */
	char *folder;
	bool replayed; /* and the same oracle complained */
};

struct check_finds {
	struct check_find *find;
	unsigned int nr;
};

/* What the runs of @c found. false: out of memory. */
bool finds_collect(struct check_finds *f, const struct check *c);
/* "inject-2" of scenario and oracle: how a find is called, and its folder. */
const char *find_oracle_name(const struct check_find *find);
/* All folders, below @dir, which is made. 0, or -1 and one line in @error. */
int finds_save(struct check_finds *f, const struct check *c, const char *dir, char *error,
	       size_t error_size);
void finds_free(struct check_finds *f);

#endif
