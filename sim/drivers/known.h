/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds that the user knows: they are told, and are no reason to fail.
 *
 * Flow: a file (--known) -> sim_options.known -> the machine asks of each defect (known_watch()),
 * the driver of what its machine cannot tell: races, crashes, expectations -> what matches becomes
 * no defect, the search goes on, and sim_result.known says which lines it was.
 *
 * A line is ORACLE SCENARIO PLACE [TEXT] with white space between, or begins with # and is a
 * comment.
 * - ORACLE: by its name; `expect` for an expectation of the scenario; * for any.
 * - SCENARIO: pattern of its name.
 * - PLACE: patterns of functions. F,G is a race between the two, whichever comes first; F a crash
 *   in it, or a race that it is a side of; * any, and for all other oracles, which have none.
 * - TEXT: pattern of the message, in which each number is #; * when left out.
 *
 * `core PATTERN` limits the lines that follow to cores of that name. In patterns * is any text, ?
 * any character. Lines of source have no part in it: they move with every commit.
 */
#ifndef SIM_DRIVERS_KNOWN_H
#define SIM_DRIVERS_KNOWN_H

#include "drivers/driver.h"

struct sim_known;

#define KNOWN_MAX_LINE 1024

/*
 * NULL, and one line `file:line: what is wrong` in @error. A file that is not there is bad input,
 * or, with @may_be_new, one without lines.
 */
struct sim_known *known_load(const char *file, bool may_be_new, char *error, size_t error_size);
void known_free(struct sim_known *k);
/* Of the text that was loaded: another one lets other searches go on. */
uint64_t known_hash(const struct sim_known *k);

/* @to is @from with # for each number: CPUs, records, addresses are others each time. */
void known_without_numbers(const char *from, char *to, size_t size);

/* The line that stands for @f, which @r found, or with @f NULL for its expectation. Without a '\n'.
 */
void known_line_of(const struct sim_result *r, const struct sim_found *f, char *line, size_t size);
/* From now on @line is known, too, without a number. false: it was added before, or no memory. */
bool known_add(struct sim_known *k, const char *line);

/* What @m finds and @known has becomes no defect of it, and is noted in @r. Before sim_boot(). */
struct known_watch {
	const struct sim_known *known;
	struct sim_result *r;
};
void known_watch(struct known_watch *w, struct sim_machine *m, const struct sim_options *o,
		 struct sim_result *r);
/* Is @f known? Then @r notes it. Also for machines that are watched: a place is known only now. */
bool known_passes(const struct sim_options *o, struct sim_result *r, const struct sim_found *f);
/* Likewise the expectation that did not hold, as r->why says, which is then empty. */
bool known_expectation(const struct sim_options *o, struct sim_result *r);
/* Of r's defects from the @from-th on, drop those that are known. */
void known_pass_over(const struct sim_options *o, struct sim_result *r, unsigned int from);
/* How many lines @r met. */
unsigned int known_met(const struct sim_result *r);
/* At the end: r->why says which lines were met, unless it has something else to say. */
void known_tell(struct sim_result *r);

/* Over results: @seen has a bit for each line of the file, as sim_result.known. */
void known_note(uint64_t seen[SIM_KNOWN_WORDS], const struct sim_result *r);
/* The next line from @line on, if not 0, that could have been met on @core and was not. */
unsigned int known_next_unmet(const struct sim_known *k, const char *core,
			      const uint64_t seen[SIM_KNOWN_WORDS], unsigned int line,
			      bool (*ran)(void *arg, const char *pattern), void *arg);
bool known_pattern(const char *pattern, const char *text);
const char *known_file(const struct sim_known *k);

#endif
