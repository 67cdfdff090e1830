/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check --state FILE: what earlier checks have done of a plan.
 *
 * An entry is of one task: core, scenario (name and content), driver, phase, seed, and the build of
 * core and program that ran. One that is of other code, or of a scenario that was edited since,
 * says nothing any more, and is replaced. Entries of other cores, seeds and scenarios stay.
 *
 * What is complete, and each defect, is carried over and not run again. A sweep that was cut short
 * goes on where it was; what can never be complete runs again after all that has not run yet.
 *
 * The file: a first line with its version, a line of JSON an entry, a last line that counts them.
 * It is replaced by rename(), so that a reader finds the old one or the new one.
 */
#ifndef SIM_CLI_CHECK_STATE_H
#define SIM_CLI_CHECK_STATE_H

#include "check.h"

struct check_state;

/* What @path says, or an empty state if there is no such file. NULL, and `file:line: ...`. */
struct check_state *check_state_open(const char *path, char *error, size_t error_size);
/* From text instead of a file; @path is for messages, and where it will be saved. */
struct check_state *check_state_parse(const char *path, const char *text, size_t size, char *error,
				      size_t error_size);
void check_state_free(struct check_state *s);
/*
 * Before check_set_bounds(), after check_prepare(): marks what is done, puts what has not run yet
 * first within its phase. -1: out of memory. The state must outlive @c's tasks.
 */
int check_state_apply(struct check_state *s, struct check *c);
/* Entries that were of tasks of the plan, but of other code. */
unsigned int check_state_stale(const struct check_state *s);
/* How @t ended; what it found before is in its outcome already. false: out of memory. */
bool check_state_note(struct check_state *s, const struct check *c, const struct check_task *t);
/* 0, or -1 and one line in @error. */
int check_state_save(const struct check_state *s, char *error, size_t error_size);

#endif
