/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check --known, --save-known: what a check and a file of known finds (drivers/known.h) say of each
 * other.
 */
#ifndef SIM_CLI_CHECK_KNOWN_H
#define SIM_CLI_CHECK_KNOWN_H

#include "check.h"
#include "options.h"

/* c->known as the options say. 0, or CLI_USAGE after one line on stderr. */
int check_known_load(struct check *c, const struct cli_options *o);
/* Add to the file what the tasks of @c have found. As above. *@added: how many lines. */
int check_known_save(struct check *c, const char *file, unsigned int *added);
/* "known: ...", if there is something to tell: lines that were met, and those that were not. */
void check_known_tell(const struct check *c, const uint64_t seen[SIM_KNOWN_WORDS], FILE *out);

#endif
