/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be observed of a core in one run, and the first differences between two runs.
 *
 * Flow: struct sim_recording of each -> observed_from() -> observed_compare().
 *
 * Each aspect is a sequence of its own: cores may do unrelated things in another order (clear a
 * block before or after its record is processed), but each kind of thing in the same.
 */
#ifndef SIM_REPORT_OBSERVED_H
#define SIM_REPORT_OBSERVED_H

#include "drivers/driver.h"
#include "drivers/recording.h"

/* X(NAME, word): the words are part of the json output. */
#define OBSERVED_ASPECTS(X)                                                                        \
	X(DELIVERED, "delivered")   /* records processed, in order */                              \
	X(SUPPRESSED, "suppressed") /* as repeats */                                               \
	X(REJECTED, "rejected")                                                                    \
	X(PANIC, "panic")	/* what it prints, and that it comes */                            \
	X(CLEARED, "clear")	/* as firmware sees it */                                          \
	X(ACKED, "ack")		/* likewise, with the value */                                     \
	X(RECOVERY, "recovery") /* memory failure with flags, signals, AER */                      \
	X(REPORTED, "report")	/* to EDAC and traces */                                           \
	X(DEFERRED, "deferred") /* to vendor notifiers and CXL, by a work item */                  \
	X(CLAIM, "claim")	/* answers */                                                      \
	X(BINDING, "binding")	/* results of probe and remove */                                  \
	X(LOG, "log")                                                                              \
	X(DEFECT, "defect") /* oracles that reported */

enum observed_aspect {
#define OBSERVED_ENUM(name, word) OBSERVED_##name,
	OBSERVED_ASPECTS(OBSERVED_ENUM)
#undef OBSERVED_ENUM
		OBSERVED_NR
};

const char *observed_word(enum observed_aspect aspect);

struct observed {
	struct observed_list {
		char **line;
		size_t n, room;
	} aspect[OBSERVED_NR];
};

/* 0, or -1: out of memory. observed_free() in any case. */
int observed_from(struct observed *o, const struct sim_recording *rec, const struct sim_result *r);
void observed_free(struct observed *o);
size_t observed_total(const struct observed *o);

/* The first difference in one aspect: a line of each, NULL where that one has no more. */
struct observed_difference {
	enum observed_aspect aspect;
	size_t index;
	const char *line[2]; /* owned by the observations */
};

#define OBSERVED_MAX_INTENDED 64

struct departures;
struct observed_comparison {
	/* the first in each aspect that is not intended */
	struct observed_difference difference[OBSERVED_NR];
	unsigned int nr_differences;
	/* rules that applied: their lines, each once */
	unsigned int intended[OBSERVED_MAX_INTENDED];
	unsigned int nr_intended;
};

/* @departures: what is intended, for @scenario; or NULL: nothing is. */
void observed_compare(const struct observed *a, const struct observed *b, const char *scenario,
		      const struct departures *departures, struct observed_comparison *c);

#endif
