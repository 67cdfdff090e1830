// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/known.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT	 SIM_NR_ORACLES /* what a line calls `expect` */
#define ANY	 (SIM_NR_ORACLES + 1)
#define MAX_TEXT sizeof(((struct sim_found *)0)->message)
#define BLANKS	 " \t"

struct line {
	unsigned int oracle;
	char *copy; /* what the others point into */
	const char *scenario, *place[2], *text, *core;
	unsigned int number; /* in the file; 0: added later, */
	char *added;	     /* and then as it was written */
};

struct sim_known {
	char *file;
	struct line *line;
	unsigned int nr, room;
	char *core; /* of the lines that follow; NULL: any */
	char **cores;
	unsigned int nr_cores;
	uint64_t hash;
};

/* ---- Matching: in any context, also an NMI-like one ------------------------------------------ */

bool known_pattern(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			from = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

void known_without_numbers(const char *from, char *to, size_t size)
{
	size_t n = 0;

	while (*from && n < size - 1) {
		if (!isdigit((unsigned char)*from)) {
			to[n++] = *from++;
			continue;
		}
		to[n++] = '#';
		while (isalnum((unsigned char)*from))
			from++;
	}
	to[n] = '\0';
}

static bool place_matches(const struct line *l, const struct sim_found *f)
{
	const char *a = l->place[0], *b = l->place[1];

	return (known_pattern(a, f->function[0]) && known_pattern(b, f->function[1])) ||
	       (known_pattern(b, f->function[0]) && known_pattern(a, f->function[1]));
}

/* The line that has it, or NULL. @oracle may be EXPECT; @f is NULL where there is no place. */
static const struct line *find(const struct sim_known *k, const struct sim_result *r,
			       unsigned int oracle, const struct sim_found *f, const char *message)
{
	char text[MAX_TEXT];

	known_without_numbers(message, text, sizeof(text));
	for (unsigned int i = 0; i < k->nr; i++) {
		const struct line *l = &k->line[i];
		static const struct sim_found nowhere;

		if ((l->oracle == oracle || l->oracle == ANY) &&
		    (!l->core || known_pattern(l->core, r->core)) &&
		    known_pattern(l->scenario, r->scenario) && known_pattern(l->text, text) &&
		    place_matches(l, f ? f : &nowhere))
			return l;
	}
	return NULL;
}

/* relaxed: the bits of threads of one run; they are read when these have ended */
static void note(struct sim_result *r, const struct line *l)
{
	__atomic_fetch_or(&r->known[l->number / 64], UINT64_C(1) << l->number % 64,
			  __ATOMIC_RELAXED);
}

static bool passes(const struct sim_options *o, struct sim_result *r, unsigned int oracle,
		   const struct sim_found *f, const char *message)
{
	const struct line *l = o->known ? find(o->known, r, oracle, f, message) : NULL;

	if (l)
		note(r, l);
	return l;
}

static bool is_known(void *arg, enum sim_oracle_id oracle, const char *message)
{
	struct known_watch *w = arg;
	const struct line *l = find(w->known, w->r, oracle, NULL, message);

	if (l)
		note(w->r, l);
	return l;
}

void known_watch(struct known_watch *w, struct sim_machine *m, const struct sim_options *o,
		 struct sim_result *r)
{
	*w = (struct known_watch){o->known, r};
	if (w->known)
		sim_set_known(m, is_known, w);
}

bool known_passes(const struct sim_options *o, struct sim_result *r, const struct sim_found *f)
{
	return passes(o, r, f->oracle, f, f->message);
}

bool known_expectation(const struct sim_options *o, struct sim_result *r)
{
	bool known = passes(o, r, EXPECT, NULL, r->why);

	if (known)
		r->why[0] = '\0';
	return known;
}

void known_pass_over(const struct sim_options *o, struct sim_result *r, unsigned int from)
{
	unsigned int kept = from;

	for (unsigned int i = from; i < r->nr_defects; i++) {
		if (known_passes(o, r, &r->defects[i])) {
			free(r->defects[i].schedule);
			free(r->defects[i].report);
		} else {
			r->defects[kept++] = r->defects[i];
		}
	}
	r->nr_defects = kept;
}

/* ---- Results --------------------------------------------------------------------------------- */

unsigned int known_met(const struct sim_result *r)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < SIM_KNOWN_WORDS; i++)
		n += (unsigned int)__builtin_popcountll(r->known[i]);
	return n;
}

void known_tell(struct sim_result *r)
{
	const char *before = "known, and passed over: line ";
	size_t n = 0;

	if (r->why[0] || !known_met(r))
		return;
	for (unsigned int i = 1; i < SIM_MAX_KNOWN && n < sizeof(r->why); i++) {
		if (!(r->known[i / 64] >> i % 64 & 1))
			continue;
		n += (size_t)snprintf(r->why + n, sizeof(r->why) - n, "%s%u", before, i);
		before = ", ";
	}
}

void known_note(uint64_t seen[SIM_KNOWN_WORDS], const struct sim_result *r)
{
	for (unsigned int i = 0; i < SIM_KNOWN_WORDS; i++)
		seen[i] |= r->known[i];
}

unsigned int known_next_unmet(const struct sim_known *k, const char *core,
			      const uint64_t seen[SIM_KNOWN_WORDS], unsigned int line,
			      bool (*ran)(void *arg, const char *pattern), void *arg)
{
	for (unsigned int i = 0; i < k->nr; i++) {
		const struct line *l = &k->line[i];

		if (l->number > line && !(seen[l->number / 64] >> l->number % 64 & 1) &&
		    (!l->core || known_pattern(l->core, core)) && ran(arg, l->scenario))
			return l->number;
	}
	return 0;
}

/* ---- The file -------------------------------------------------------------------------------- */

const char *known_file(const struct sim_known *k)
{
	return k->file;
}

uint64_t known_hash(const struct sim_known *k)
{
	return k ? k->hash : 0;
}

static bool find_oracle(const char *word, unsigned int *oracle)
{
	if (!strcmp(word, "*") || !strcmp(word, "expect")) {
		*oracle = *word == '*' ? ANY : EXPECT;
		return true;
	}
	for (*oracle = 0; *oracle < SIM_NR_ORACLES; ++*oracle)
		if (!strcmp(word, sim_oracle_name((enum sim_oracle_id) * oracle)))
			return true;
	return false;
}

static const char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, BLANKS);
	size_t n = strcspn(word, BLANKS);

	*rest = word + n + (word[n] != '\0');
	word[n] = '\0';
	return n ? word : NULL;
}

static const char *parse_place(struct line *l, char *place)
{
	char *comma = strchr(place, ',');

	if (strcmp(place, "*") && l->oracle != SIM_ORACLE_race && l->oracle != SIM_ORACLE_crash)
		return "expected * as place: only races and crashes have one";
	l->place[0] = place;
	l->place[1] = "*";
	if (!comma)
		return NULL;
	*comma = '\0';
	l->place[1] = comma + 1;
	if (l->oracle != SIM_ORACLE_race || !*place || !comma[1] || strchr(comma + 1, ','))
		return "expected one function, or two of a race";
	return NULL;
}

/* NULL, or what is wrong. */
static const char *parse_find(struct line *l, char *text)
{
	const char *oracle = next_word(&text), *wrong;
	char *place;

	l->scenario = next_word(&text);
	place = (char *)next_word(&text);
	if (!l->scenario || !place)
		return "expected ORACLE SCENARIO PLACE [TEXT]";
	if (!find_oracle(oracle, &l->oracle))
		return "expected the name of an oracle, expect or *";
	wrong = parse_place(l, place);
	l->text = text + strspn(text, BLANKS);
	if (!*l->text)
		l->text = "*";
	return wrong;
}

static void strip_end(char *text)
{
	size_t n = strlen(text);

	while (n && strchr(BLANKS "\r\n", text[n - 1]))
		text[--n] = '\0';
}

static bool make_room(struct sim_known *k)
{
	unsigned int room = k->room ? 2 * k->room : 64;
	struct line *more;

	if (k->nr < k->room)
		return true;
	more = realloc(k->line, room * sizeof(*more));
	if (!more)
		return false;
	k->line = more;
	k->room = room;
	return true;
}

static const char *add_find(struct sim_known *k, const char *text, unsigned int number)
{
	struct line *l;
	const char *wrong;

	if (!make_room(k))
		return "out of memory";
	l = &k->line[k->nr];
	*l = (struct line){.copy = strdup(text), .core = k->core, .number = number};
	wrong = l->copy ? parse_find(l, l->copy) : "out of memory";
	if (wrong)
		free(l->copy);
	else
		k->nr++;
	return wrong;
}

static const char *set_core(struct sim_known *k, char *text)
{
	char **more = realloc(k->cores, (k->nr_cores + 1) * sizeof(*more));
	const char *pattern = next_word(&text);

	if (more)
		k->cores = more;
	if (!pattern || text[strspn(text, BLANKS)])
		return "expected core PATTERN";
	k->core = more ? strdup(pattern) : NULL;
	if (!k->core)
		return "out of memory";
	k->cores[k->nr_cores++] = k->core;
	return NULL;
}

static const char *add_line(struct sim_known *k, char *text, unsigned int number)
{
	strip_end(text);
	for (const char *p = text; *p; p++)
		k->hash = (k->hash ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
	text += strspn(text, BLANKS);
	if (!*text || *text == '#')
		return NULL;
	if (number >= SIM_MAX_KNOWN)
		return "more lines than are taken: 4095";
	if (!strncmp(text, "core", 4) && strchr(BLANKS, text[4]))
		return set_core(k, text + 4);
	return add_find(k, text, number);
}

static const char *read_lines(struct sim_known *k, FILE *f, unsigned int *number)
{
	char text[KNOWN_MAX_LINE];
	const char *wrong = NULL;

	while (!wrong && fgets(text, sizeof(text), f)) {
		++*number;
		wrong = strlen(text) == sizeof(text) - 1 && text[sizeof(text) - 2] != '\n'
				? "the line is too long"
				: add_line(k, text, *number);
	}
	return wrong;
}

struct sim_known *known_load(const char *file, bool may_be_new, char *error, size_t error_size)
{
	struct sim_known *k = calloc(1, sizeof(*k));
	unsigned int number = 0;
	const char *wrong = NULL;
	FILE *f;

	snprintf(error, error_size, "%s: out of memory", file);
	if (!k)
		return NULL;
	k->hash = UINT64_C(0xcbf29ce484222325);
	k->file = strdup(file);
	f = fopen(file, "r");
	if (k->file && !f && may_be_new && errno == ENOENT)
		return k;
	if (!k->file || !f) {
		snprintf(error, error_size, "%s: %s", file, strerror(errno));
	} else {
		wrong = read_lines(k, f, &number);
		if (!wrong && ferror(f))
			wrong = "cannot be read";
		if (wrong)
			snprintf(error, error_size, "%s:%u: %s", file, number, wrong);
	}
	if (f)
		fclose(f);
	if (k->file && f && !wrong)
		return k;
	known_free(k);
	return NULL;
}

void known_free(struct sim_known *k)
{
	if (!k)
		return;
	for (unsigned int i = 0; i < k->nr; i++) {
		free(k->line[i].copy);
		free(k->line[i].added);
	}
	for (unsigned int i = 0; i < k->nr_cores; i++)
		free(k->cores[i]);
	free(k->line);
	free(k->cores);
	free(k->file);
	free(k);
}

/* ---- Making lines ---------------------------------------------------------------------------- */

/* As a pattern, and, without @blanks, one word. */
static void quoted(const char *text, bool blanks, char *to, size_t size)
{
	size_t n = 0;

	for (; *text && n < size - 1; text++)
		to[n++] = strchr("*?", *text) || (unsigned char)*text < ' ' ||
					  (!blanks && *text == ' ')
				  ? '?'
				  : *text;
	to[n] = '\0';
}

void known_line_of(const struct sim_result *r, const struct sim_found *f, char *line, size_t size)
{
	const char *oracle = f ? sim_oracle_name(f->oracle) : "expect";
	char scenario[256], message[MAX_TEXT], text[MAX_TEXT];

	bool swap = f && strcmp(f->function[0], f->function[1]) > 0; /* which came first: luck */

	quoted(r->scenario, false, scenario, sizeof(scenario));
	known_without_numbers(f ? f->message : r->why, message, sizeof(message));
	quoted(message, true, text, sizeof(text));
	/* A place says it all: other contexts come to it in other scenarios, in other words. */
	if (f && f->oracle == SIM_ORACLE_race && f->function[0][0] && f->function[1][0])
		snprintf(line, size, "%s * %s,%s", oracle, f->function[swap], f->function[!swap]);
	else if (f && f->oracle == SIM_ORACLE_crash && f->function[0][0])
		snprintf(line, size, "%s %s %s", oracle, scenario, f->function[0]);
	else
		snprintf(line, size, "%s %s * %s", oracle, scenario, text);
}

bool known_add(struct sim_known *k, const char *line)
{
	char *added;

	for (unsigned int i = 0; i < k->nr; i++)
		if (k->line[i].added && !strcmp(k->line[i].added, line))
			return false;
	added = strdup(line);
	if (!added || add_find(k, line, 0)) {
		free(added);
		return false;
	}
	k->line[k->nr - 1].added = added;
	return true;
}
