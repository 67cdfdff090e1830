// SPDX-License-Identifier: GPL-2.0-only
#include "report/departures.h"

#include <errno.h>
#include <fnmatch.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct side {
	enum { SIDE_REGEX, SIDE_ABSENT, SIDE_ANYTHING } kind;
	regex_t regex;
};

struct rule {
	char *scenario;
	enum observed_aspect aspect;
	struct side side[2];
	unsigned int line;
};

struct departures {
	struct rule *rule;
	size_t n;
};

static bool parse_side(struct side *s, const char *text)
{
	s->kind = !strcmp(text, "-")   ? SIDE_ABSENT
		  : !strcmp(text, "*") ? SIDE_ANYTHING
				       : SIDE_REGEX;
	return s->kind != SIDE_REGEX || !regcomp(&s->regex, text, REG_EXTENDED | REG_NOSUB);
}

static void free_rule(struct rule *r)
{
	free(r->scenario);
	for (unsigned int i = 0; i < 2; i++)
		if (r->side[i].kind == SIDE_REGEX)
			regfree(&r->side[i].regex);
}

static bool find_aspect(const char *word, enum observed_aspect *aspect)
{
	for (unsigned int i = 0; i < OBSERVED_NR; i++)
		if (!strcmp(observed_word((enum observed_aspect)i), word)) {
			*aspect = (enum observed_aspect)i;
			return true;
		}
	return false;
}

/* NULL: added; else what is wrong */
static const char *add_rule(struct departures *d, char *text, unsigned int line)
{
	char *field[5], *save = NULL;
	struct rule *more, *r;
	unsigned int n = 0;

	for (char *f = strtok_r(text, "\t", &save); f && n < 5; f = strtok_r(NULL, "\t", &save))
		field[n++] = f;
	if (n != 4)
		return "expected SCENARIO, ASPECT, A and B with tabs between";
	more = realloc(d->rule, (d->n + 1) * sizeof(*more));
	if (!more)
		return "out of memory";
	d->rule = more;
	r = &more[d->n];
	memset(r, 0, sizeof(*r));
	r->side[0].kind = r->side[1].kind = SIDE_ABSENT; /* nothing to free yet */
	r->line = line;
	r->scenario = strdup(field[0]);
	d->n++;
	if (!r->scenario)
		return "out of memory";
	if (!find_aspect(field[1], &r->aspect))
		return "expected an aspect, as compare names them";
	for (unsigned int i = 0; i < 2; i++)
		if (!parse_side(&r->side[i], field[2 + i])) {
			r->side[i].kind = SIDE_ABSENT;
			return "expected a regular expression, - or *";
		}
	if ((r->side[0].kind == SIDE_ANYTHING) != (r->side[1].kind == SIDE_ANYTHING))
		return "expected * for both or none";
	return NULL;
}

struct departures *departures_load(const char *file, char *error, size_t error_size)
{
	struct departures *d = calloc(1, sizeof(*d));
	FILE *f = fopen(file, "r");
	const char *wrong = NULL;
	unsigned int number = 0;
	char line[1024];

	if (!f || !d) {
		snprintf(error, error_size, "%s: %s", file, strerror(errno));
		free(d);
		if (f)
			fclose(f);
		return NULL;
	}
	while (!wrong && fgets(line, sizeof(line), f)) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] && line[0] != '#' && strncmp(line, "row\t", 4))
			wrong = add_rule(d, line, number);
	}
	fclose(f);
	if (!wrong)
		return d;
	snprintf(error, error_size, "%s:%u: %s", file, number, wrong);
	departures_free(d);
	return NULL;
}

void departures_free(struct departures *d)
{
	for (size_t i = 0; d && i < d->n; i++)
		free_rule(&d->rule[i]);
	if (d)
		free(d->rule);
	free(d);
}

static bool matches(const struct side *s, const char *line)
{
	return line && s->kind == SIDE_REGEX && !regexec(&s->regex, line, 0, NULL, 0);
}

static enum departure_step step_of(const struct rule *r, const char *a, const char *b)
{
	if (r->side[0].kind == SIDE_ANYTHING)
		return DEPARTURE_REST;
	if (r->side[0].kind == SIDE_ABSENT)
		return matches(&r->side[1], b) ? DEPARTURE_ONLY_B : DEPARTURE_NONE;
	if (r->side[1].kind == SIDE_ABSENT)
		return matches(&r->side[0], a) ? DEPARTURE_ONLY_A : DEPARTURE_NONE;
	return matches(&r->side[0], a) && matches(&r->side[1], b) ? DEPARTURE_ALIKE
								  : DEPARTURE_NONE;
}

enum departure_step departures_find(const struct departures *d, const char *scenario,
				    enum observed_aspect aspect, const char *a, const char *b,
				    unsigned int *line)
{
	for (size_t i = 0; d && i < d->n; i++) {
		const struct rule *r = &d->rule[i];
		enum departure_step step;

		if (r->aspect != aspect || fnmatch(r->scenario, scenario, 0))
			continue;
		step = step_of(r, a, b);
		if (step == DEPARTURE_NONE)
			continue;
		*line = r->line;
		return step;
	}
	*line = 0;
	return DEPARTURE_NONE;
}
