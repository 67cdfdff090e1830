// SPDX-License-Identifier: GPL-2.0-only
#include "plant_edit.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Tokens ---------------------------------------------------------------------------------- */

struct token {
	const char *at;
	size_t len;
};

struct tokens {
	struct token *token;
	size_t n;
};

static const char *skip_blank(const char *p)
{
	for (;;) {
		const char *end;

		while (isspace((unsigned char)*p))
			p++;
		if (p[0] == '/' && p[1] == '*') {
			end = strstr(p + 2, "*/");
			p = end ? end + 2 : p + strlen(p);
		} else if (p[0] == '/' && p[1] == '/') {
			p += strcspn(p, "\n");
		} else {
			return p;
		}
	}
}

static size_t quoted(const char *p)
{
	size_t n = 1;

	while (p[n] && p[n] != *p)
		n += p[n] == '\\' && p[n + 1] ? 2 : 1;
	return p[n] ? n + 1 : n;
}

/* Words, literals, "..." and "$x" of patterns; every other character is a token of its own. */
static size_t token_length(const char *p)
{
	size_t n = *p == '$';

	while (isalnum((unsigned char)p[n]) || p[n] == '_')
		n++;
	if (n)
		return n;
	if (*p == '"' || *p == '\'')
		return quoted(p);
	return strncmp(p, "...", 3) ? 1 : 3;
}

static struct tokens tokens_of(const char *text)
{
	struct tokens t = {calloc(strlen(text) + 1, sizeof(struct token)), 0};

	for (const char *p = skip_blank(text); t.token && *p; p = skip_blank(p)) {
		t.token[t.n] = (struct token){p, token_length(p)};
		p += t.token[t.n++].len;
	}
	return t;
}

static bool token_is(const struct token *t, const char *text)
{
	return strlen(text) == t->len && !memcmp(t->at, text, t->len);
}

static bool same(const struct token *a, const struct token *b)
{
	return a->len == b->len && !memcmp(a->at, b->at, a->len);
}

static int nesting(const struct token *t)
{
	if (t->len != 1)
		return 0;
	return strchr("([{", *t->at) ? 1 : strchr(")]}", *t->at) ? -1 : 0;
}

/* ---- Matching -------------------------------------------------------------------------------- */

#define MAX_HOLES 9

struct match {
	size_t from, to; /* tokens */
	struct {
		const char *at;
		size_t len;
	} hole[MAX_HOLES];
	unsigned int nr_holes;
};

static bool match_at(const struct tokens *t, size_t at, size_t end, const struct tokens *pattern,
		     size_t p, struct match *m);

static void fill_hole(const struct tokens *t, size_t from, size_t to, struct match *m)
{
	const char *start = t->token[from].at;

	if (m->nr_holes == MAX_HOLES)
		return;
	m->hole[m->nr_holes].at = start;
	m->hole[m->nr_holes++].len =
		to > from ? (size_t)(t->token[to - 1].at + t->token[to - 1].len - start) : 0;
}

/* The shortest run of tokens, brackets balanced, after which the rest of the pattern matches. */
static bool match_run(const struct tokens *t, size_t at, size_t end, const struct tokens *pattern,
		      size_t p, struct match *m)
{
	unsigned int hole = m->nr_holes;
	int depth = 0;

	for (size_t to = at; to <= end; to++) {
		m->nr_holes = hole;
		fill_hole(t, at, to, m);
		if (!depth && match_at(t, to, end, pattern, p, m))
			return true;
		if (to == end)
			break;
		depth += nesting(&t->token[to]);
		if (depth < 0)
			break;
	}
	m->nr_holes = hole;
	return false;
}

static bool match_at(const struct tokens *t, size_t at, size_t end, const struct tokens *pattern,
		     size_t p, struct match *m)
{
	for (; p < pattern->n; p++, at++) {
		const struct token *want = &pattern->token[p];

		if (token_is(want, "..."))
			return match_run(t, at, end, pattern, p + 1, m);
		if (at == end)
			return false;
		if (*want->at == '$')
			fill_hole(t, at, at + 1, m);
		else if (!same(want, &t->token[at]))
			return false;
	}
	m->to = at;
	return true;
}

/* The body of function @name: the first that has one, braces left out. */
static bool find_body(const struct tokens *t, const char *name, size_t *from, size_t *to)
{
	for (size_t i = 0; i + 1 < t->n; i++) {
		size_t at = i + 1;
		int depth = 0;

		if (!token_is(&t->token[i], name) || !token_is(&t->token[at], "("))
			continue;
		do
			depth += nesting(&t->token[at++]);
		while (depth && at < t->n);
		if (at >= t->n || !token_is(&t->token[at], "{"))
			continue;
		*from = ++at;
		for (depth = 1; depth && at < t->n; at++)
			depth += nesting(&t->token[at]);
		*to = at - 1;
		return !depth;
	}
	return false;
}

/* ---- Applying -------------------------------------------------------------------------------- */

static void put_replacement(FILE *f, const char *to, const struct match *m)
{
	for (const char *p = to; *p; p++) {
		unsigned int hole = (unsigned int)(p[1] - '1');

		if (*p == '$' && hole < m->nr_holes) {
			fprintf(f, "%.*s", (int)m->hole[hole].len, m->hole[hole].at);
			p++;
		} else {
			fputc(*p, f);
		}
	}
}

/* Its line breaks stay, so that the lines of what follows keep their numbers. */
static void put_breaks(FILE *f, const char *from, const char *to)
{
	for (; from < to; from++)
		if (*from == '\n')
			fputc('\n', f);
}

static char *replaced(const char *source, const struct tokens *t, const struct match *m,
		      const char *to)
{
	const char *start = t->token[m->from].at;
	const char *end = t->token[m->to - 1].at + t->token[m->to - 1].len;
	size_t size;
	char *text = NULL;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fprintf(f, "%.*s", (int)(start - source), source);
	put_replacement(f, to, m);
	put_breaks(f, start, end);
	fputs(end, f);
	fclose(f);
	return text;
}

static char *apply_edit(const struct plant_edit *e, const char *source, char *error, size_t size)
{
	struct tokens t = tokens_of(source), pattern = tokens_of(e->from);
	size_t from = 0, end = t.n;
	struct match found = {0};
	unsigned int times = 0;
	char *text = NULL;

	if (!t.token || !pattern.token || !pattern.n) {
		snprintf(error, size, "an empty pattern");
	} else if (e->in && !find_body(&t, e->in, &from, &end)) {
		snprintf(error, size, "there is no function %s()", e->in);
	} else {
		for (; from < end; from++) {
			struct match m = {.from = from};

			if (!match_at(&t, from, end, &pattern, 0, &m))
				continue;
			times++;
			found = m;
		}
		if (times == 1)
			text = replaced(source, &t, &found, e->to);
		else
			snprintf(error, size, "'%s' is %s in %s", e->from,
				 times ? "more than once" : "not", e->in ? e->in : "the file");
	}
	free(t.token);
	free(pattern.token);
	return text;
}

static bool has_word(const char *source, const char *word)
{
	struct tokens t = tokens_of(source);
	bool has = false;

	for (size_t i = 0; i < t.n && !has; i++)
		has = token_is(&t.token[i], word);
	free(t.token);
	return has;
}

enum plant_result plant_apply(const struct plant *p, const char *source, char **out, char *error,
			      size_t error_size)
{
	char *text = NULL;

	*out = NULL;
	if (p->when && !has_word(source, p->when))
		return PLANT_NOT_FOR_THIS;
	for (size_t i = 0; i < p->nr_edits; i++) {
		char *next = apply_edit(&p->edit[i], text ? text : source, error, error_size);

		free(text);
		text = next;
		if (!text)
			return PLANT_DOES_NOT_FIT;
	}
	*out = text;
	return text ? PLANT_APPLIED : PLANT_DOES_NOT_FIT;
}

/* ---- The descriptions ------------------------------------------------------------------------ */

static char *append(char *old, const char *text)
{
	size_t have = old ? strlen(old) + 1 : 0, n = strlen(text) + 1;
	char *both = realloc(old, have + n);

	if (!both)
		abort(); /* a test without memory */
	if (have)
		both[have - 1] = '\n';
	memcpy(both + have, text, n);
	return both;
}

static struct plant_edit *last_edit(struct plant *p)
{
	return p->nr_edits ? &p->edit[p->nr_edits - 1] : NULL;
}

/* `in` or, in the same function again, `from` begins an edit. */
static struct plant_edit *new_edit(struct plant *p)
{
	struct plant_edit *last = last_edit(p), *e;

	if (last && !last->from)
		return last;
	if (p->nr_edits == PLANT_MAX_EDITS)
		return NULL;
	e = &p->edit[p->nr_edits++];
	if (last && last->in)
		e->in = append(NULL, last->in);
	return e;
}

static char **edit_field(struct plant *p, const char *word)
{
	struct plant_edit *e = !strcmp(word, "to") ? last_edit(p) : new_edit(p);

	if (!e)
		return NULL;
	if (!strcmp(word, "in")) {
		free(e->in);
		e->in = NULL;
		return &e->in;
	}
	return !strcmp(word, "to") ? &e->to : &e->from;
}

static char **field(struct plant *p, const char *word)
{
	if (!strcmp(word, "what"))
		return &p->what;
	if (!strcmp(word, "oracle"))
		return &p->oracle;
	if (!strcmp(word, "when"))
		return &p->when;
	if (!strcmp(word, "run") || !strcmp(word, "inject") || !strcmp(word, "explore")) {
		p->driver = append(p->driver, word);
		return &p->scenario;
	}
	if (!strcmp(word, "in") || !strcmp(word, "from") || !strcmp(word, "to"))
		return edit_field(p, word);
	return NULL;
}

static bool is_whole(const struct plant *p)
{
	for (size_t i = 0; i < p->nr_edits; i++)
		if (!p->edit[i].from || !p->edit[i].to)
			return false;
	return p->nr_edits && p->what && p->oracle && p->scenario && !strchr(p->driver, '\n');
}

static struct plant *add_plant(struct plants *to, const char *name, int line)
{
	struct plant *more = realloc(to->plant, (to->n + 1) * sizeof(*more));

	if (!more)
		abort();
	to->plant = more;
	more[to->n] = (struct plant){.name = append(NULL, name), .line = line};
	return &more[to->n++];
}

/* One line "word text" of @line's length; text may be empty. */
static int parse_line(struct plants *to, const char *line, int number)
{
	struct plant *last = to->n ? &to->plant[to->n - 1] : NULL;
	char word[16] = "", **f;
	const char *text;

	sscanf(line, "%15s", word);
	text = line + strspn(line, " \t") + strlen(word);
	text += strspn(text, " \t");
	if (!strcmp(word, "plant")) {
		if (last && !is_whole(last))
			return -1;
		add_plant(to, text, number);
		return 0;
	}
	f = last ? field(last, word) : NULL;
	if (!f)
		return -1;
	*f = append(*f, text);
	return 0;
}

int plants_parse(struct plants *to, const char *text, char *error, size_t error_size)
{
	int number = 1, ret = 0;

	*to = (struct plants){NULL, 0};
	for (const char *p = text; *p && !ret; number++) {
		size_t n = strcspn(p, "\n");
		char *line = strndup(p, n);

		if (!line)
			abort();
		if (line[strspn(line, " \t")] && line[0] != '#')
			ret = parse_line(to, line, number);
		free(line);
		p += n + (p[n] == '\n');
	}
	if (!ret && (!to->n || !is_whole(&to->plant[to->n - 1])))
		ret = -1;
	if (ret)
		snprintf(error, error_size,
			 "%d: expected plant, what, when, in, from, to, oracle, run, inject or "
			 "explore, and each plant whole",
			 number - 1);
	return ret;
}

void plants_free(struct plants *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct plant *plant = &p->plant[i];

		for (size_t e = 0; e < plant->nr_edits; e++) {
			free(plant->edit[e].in);
			free(plant->edit[e].from);
			free(plant->edit[e].to);
		}
		free(plant->name);
		free(plant->what);
		free(plant->oracle);
		free(plant->driver);
		free(plant->scenario);
		free(plant->when);
	}
	free(p->plant);
	*p = (struct plants){NULL, 0};
}
