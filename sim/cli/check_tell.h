/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a check says while it runs and at its end, in each format.
 *
 * Flow: check_run() -> tell_moved(), tell_ended() -> tell_end() -> exit status.
 */
#ifndef SIM_CLI_CHECK_TELL_H
#define SIM_CLI_CHECK_TELL_H

#include "check.h"
#include "check_find.h"
#include "check_state.h"
#include "options.h"
#include "report/matrix.h"

struct teller {
	struct cli_options *o;
	struct check_state *state;   /* or NULL */
	struct report_suite suite;   /* all results, for formats that come at the end */
	struct report_matrix matrix; /* of the suite, when all has ended */
	unsigned int verdicts[4];
	unsigned int complete, bad_input, not_applicable;
	uint64_t executions, notifications;
	uint64_t known[SIM_KNOWN_WORDS]; /* of all results */
	unsigned int learned;		 /* lines that were added to the file of known finds */
	unsigned int nr_told;
	bool progress;	    /* on a terminal */
	double progress_at; /* seconds into the check when it was last shown */
	double saved_at;    /* likewise the state */
	bool cannot_write;  /* something that the user asked for: said, and no pass */
};

void tell_begin(const struct check *c, struct teller *t);
/* As check.moved and check.ended; check.arg is the teller. */
void tell_moved(struct check *c, const struct check_task *running);
void tell_ended(struct check *c, struct check_task *task);
/* One line: how many of what. */
void tell_summary(const struct check *c, const struct teller *t, char *buf, size_t size);
#define TELL_LIMITS                                                                                \
	"A pass proves what ran: these scenarios, these placements, this build. It says nothing\n" \
	"about what another CPU sees of memory, or about records that no scenario sends."
/* After the last run. */
void tell_over(const struct check *c, struct teller *t);
/* The closing block, or the report of formats that have one. Returns the exit status. */
int tell_end(const struct check *c, struct teller *t, const struct check_finds *finds);

#endif
