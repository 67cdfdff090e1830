/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small edits of a C file, described by patterns over its tokens.
 *
 * Flow: a *.plants file -> plants_parse() -> struct plant -> plant_apply() on the text of the
 * user's file -> a text with the bug in it. Comments and white space of the file do not matter; see
 * tests/kernel/plants/README for the format.
 */
#ifndef GHES_TESTS_KERNEL_PLANT_EDIT_H
#define GHES_TESTS_KERNEL_PLANT_EDIT_H

#include <stddef.h>

#define PLANT_MAX_EDITS 6

struct plant_edit {
	char *in;   /* function whose body is searched; NULL: the whole file */
	char *from; /* pattern */
	char *to;   /* replacement */
};

struct plant {
	char *name, *what, *oracle, *driver, *scenario;
	char *when; /* identifier that the file must have, or the plant is not for it; or NULL */
	struct plant_edit edit[PLANT_MAX_EDITS];
	size_t nr_edits;
	int line;
};

struct plants {
	struct plant *plant;
	size_t n;
};

/* 0, or -1 and one line `line: what is wrong` in @error. plants_free() in any case. */
int plants_parse(struct plants *to, const char *text, char *error, size_t error_size);
void plants_free(struct plants *p);

enum plant_result { PLANT_APPLIED, PLANT_NOT_FOR_THIS, PLANT_DOES_NOT_FIT };

/*
 * Every edit's pattern must match exactly once. *out: the new text (malloc'ed) when PLANT_APPLIED;
 * @error says which edit does not fit, and why.
 */
enum plant_result plant_apply(const struct plant *p, const char *source, char **out, char *error,
			      size_t error_size);

#endif
