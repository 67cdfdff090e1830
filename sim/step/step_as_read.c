// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-step-as: from a file of assembly to statements.
 *
 * Splits lines at ';', drops comments, leaves strings alone. What a statement means is the
 * caller's business: the file is read twice, once for the labels that code can arrive at, once to
 * place the points.
 */
#include "step_as.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABELS_FIRST_SIZE 1024

/* What a NUL is read as: a byte that no assembly holds. */
#define NUL_STAND_IN '\001'

bool step_begins(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

const char *step_skip_space(const char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

const char *step_word(const char *s, char *word, size_t size)
{
	size_t n = 0;

	s = step_skip_space(s);
	while (*s && !isspace((unsigned char)*s) && *s != ',') {
		if (n + 1 < size)
			word[n++] = *s;
		s++;
	}
	word[n] = '\0';
	return step_skip_space(s);
}

static bool is_symbol_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$' || c == '\\' ||
	       c == '@';
}

size_t step_symbol_length(const char *s)
{
	size_t n = 0;

	if (*s == '"') {
		for (n = 1; s[n] && s[n] != '"'; n++)
			if (s[n] == '\\' && s[n + 1])
				n++;
		return s[n] ? n + 1 : 0;
	}
	while (is_symbol_char(s[n]))
		n++;
	return n;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* Does a comment that runs to the end of the line start at @s? */
static bool line_comment(const struct step_reader *reader, const char *line, const char *s)
{
	const char *mark = reader->arch->line_comment;

	if (*s == '#')
		return reader->arch->hash_comment || step_skip_space(line) == s;
	return mark && step_begins(s, mark);
}

static void hand_over(struct step_reader *reader, char *text, size_t n)
{
	while (n && isspace((unsigned char)text[n - 1]))
		n--;
	text[n] = '\0';
	reader->statement(reader->arg, text);
}

/* -E2BIG: a statement is longer than any compiler writes. -EILSEQ: a NUL outside of a comment. */
static int read_line(struct step_reader *reader, const char *line)
{
	char text[STEP_STATEMENT_MAX];
	bool in_string = false;
	size_t n = 0;

	for (const char *s = line; *s && *s != '\n'; s++) {
		if (n + 2 >= sizeof(text))
			return -E2BIG;
		if (reader->in_comment) {
			reader->in_comment = !step_begins(s, "*/");
			s += !reader->in_comment;
		} else if (!in_string && step_begins(s, "/*")) {
			reader->in_comment = true;
			s++;
			text[n++] = ' ';
		} else if (!in_string && line_comment(reader, line, s)) {
			break;
		} else if (!in_string && *s == ';') {
			hand_over(reader, text, n);
			n = 0;
		} else if (*s == NUL_STAND_IN) {
			return -EILSEQ;
		} else {
			if (in_string && *s == '\\' && s[1] && s[1] != '\n')
				text[n++] = *s++;
			else if (*s == '"')
				in_string = !in_string;
			text[n++] = *s;
		}
	}
	hand_over(reader, text, n);
	return 0;
}

/* clang explains a byte of debug information in a comment by writing it there, NUL included. */
static void replace_nuls(char *line, size_t length)
{
	char *nul;

	while ((nul = memchr(line, '\0', length)))
		*nul = NUL_STAND_IN;
}

int step_read(struct step_reader *reader, FILE *in)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	int error = 0;

	reader->line = 0;
	reader->in_comment = false;
	rewind(in);
	while (!error && (length = getline(&line, &size, in)) >= 0) {
		reader->line++;
		replace_nuls(line, (size_t)length);
		error = read_line(reader, line);
	}
	free(line);
	return ferror(in) ? -EIO : error;
}

/* ---- labels ---------------------------------------------------------------------------------- */

static size_t hash(const char *name, size_t length)
{
	size_t h = 5381;

	for (size_t i = 0; i < length; i++)
		h = h * 33 + (unsigned char)name[i];
	return h;
}

/* The slot of @name, or the free one where it belongs. There is always a free one. */
static char **slot_of(const struct step_labels *labels, const char *name, size_t length)
{
	size_t at = hash(name, length) % labels->size;

	while (labels->slot[at] &&
	       (strncmp(labels->slot[at], name, length) || labels->slot[at][length]))
		at = (at + 1) % labels->size;
	return &labels->slot[at];
}

static bool grow(struct step_labels *labels)
{
	struct step_labels larger = {.size = labels->size ? 2 * labels->size : LABELS_FIRST_SIZE};

	larger.slot = calloc(larger.size, sizeof(*larger.slot));
	if (!larger.slot)
		return false;
	for (size_t i = 0; i < labels->size; i++)
		if (labels->slot[i])
			*slot_of(&larger, labels->slot[i], strlen(labels->slot[i])) =
				labels->slot[i];
	free(labels->slot);
	labels->slot = larger.slot;
	labels->size = larger.size;
	return true;
}

bool step_labels_add(struct step_labels *labels, const char *name, size_t length)
{
	char **slot;

	if (2 * labels->used >= labels->size && !grow(labels))
		return false;
	slot = slot_of(labels, name, length);
	if (*slot)
		return true;
	*slot = strndup(name, length);
	labels->used += *slot != NULL;
	return *slot != NULL;
}

bool step_labels_has(const struct step_labels *labels, const char *name, size_t length)
{
	return labels->size && *slot_of(labels, name, length);
}

void step_labels_free(struct step_labels *labels)
{
	for (size_t i = 0; i < labels->size; i++)
		free(labels->slot[i]);
	free(labels->slot);
}
