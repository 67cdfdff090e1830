// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-sim series: the core after each commit, checked; what appeared, and what is gone.
 */
#include "series.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "program.h"

#define DEFAULT_BUDGET 60
/* Differences that are looked for once more at a commit; the others are told as not certain. */
#define MAX_AGAIN      8

enum outcome { OUTCOME_BASE, OUTCOME_CHANGED, OUTCOME_SAME, OUTCOME_BROKEN };
static const char *const outcomes[] = {[OUTCOME_BASE] = "base",
				       [OUTCOME_CHANGED] = "changed",
				       [OUTCOME_SAME] = "same",
				       [OUTCOME_BROKEN] = "broken"};

/* One commit, as it is told. */
struct told {
	const struct series_commit *commit;
	enum outcome outcome;
	struct series_differences appeared, gone;
	struct series_change change;
	double seconds;
	char error[1024];
};

struct teller {
	const struct cli_options *o;
	unsigned int number, of;
	unsigned int adds, takes;    /* commits that do */
	struct series_findings last; /* of the last core that was built */
	bool last_is_before;	     /* and that core is the one at s->before */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- Telling --------------------------------------------------------------------------------- */

static void text_differences(const char *word, const struct series_differences *l)
{
	for (unsigned int i = 0; i < l->nr; i++) {
		const struct series_difference *d = &l->list[i];
		const char *where = series_string(d->defect, "source_location");

		printf("        %s %s: %s (%s %s%s%s)%s\n", word,
		       series_string(d->defect, "oracle"), series_string(d->defect, "message"),
		       series_string(d->result, "driver"), series_string(d->result, "scenario"),
		       *where ? ", " : "", where,
		       d->certain ? "" : "; not certain, the other core was not searched as far");
	}
}

/* Lines that a commit changes and that no scenario reached: what was found says nothing of them. */
static void text_missed(struct json_object *changed)
{
	struct json_object *missed = changed ? json_object_object_get(changed, "missed") : NULL;

	for (size_t i = 0; missed && i < json_object_array_length(missed); i++)
		printf("        changed, and no scenario reached it: %s\n",
		       json_object_get_string(json_object_array_get_idx(missed, i)));
}

static void tell_text(const struct teller *t, const struct told *c)
{
	if (t->number)
		printf("%u/%u ", t->number, t->of);
	printf("%s %s: ", c->commit->id, c->commit->subject);
	switch (c->outcome) {
	case OUTCOME_BASE:
		printf("the base, %u runs, %u with defects (%.1f s)\n", t->last.runs,
		       t->last.defects, c->seconds);
		return;
	case OUTCOME_SAME:
		puts("nothing of the core changed");
		return;
	case OUTCOME_BROKEN:
		printf("does not build\n        %s\n", c->error);
		return;
	case OUTCOME_CHANGED:
		break;
	}
	printf("%u runs, %u with defects; %u appeared, %u gone (%.1f s)\n", t->last.runs,
	       t->last.defects, c->appeared.nr, c->gone.nr, c->seconds);
	if (t->o->driver.quiet && !c->appeared.nr)
		return;
	text_differences("appeared", &c->appeared);
	text_differences("gone", &c->gone);
	text_missed(t->last.changed);
}

static struct json_object *json_differences(const struct series_differences *l)
{
	static const char *const of_result[] = {"scenario", "driver"};
	static const char *const of_defect[] = {"oracle", "message", "context", "source_location",
						"schedule"};
	struct json_object *array = json_object_new_array();

	for (unsigned int i = 0; i < l->nr; i++) {
		const struct series_difference *d = &l->list[i];
		struct json_object *o = json_object_new_object();

		for (size_t k = 0; k < sizeof(of_result) / sizeof(of_result[0]); k++)
			json_object_object_add(
				o, of_result[k],
				json_object_get(json_object_object_get(d->result, of_result[k])));
		for (size_t k = 0; k < sizeof(of_defect) / sizeof(of_defect[0]); k++)
			json_object_object_add(
				o, of_defect[k],
				json_object_get(json_object_object_get(d->defect, of_defect[k])));
		json_object_object_add(o, "certain", json_object_new_boolean(d->certain));
		json_object_array_add(array, o);
	}
	return array;
}

static void tell_json(const struct teller *t, const struct told *c)
{
	struct json_object *o = json_object_new_object();
	const char *revision = c->commit->revision;

	json_object_object_add(o, "commit",
			       json_object_new_string(revision ? revision : c->commit->id));
	json_object_object_add(o, "subject", json_object_new_string(c->commit->subject));
	json_object_object_add(o, "core", json_object_new_string(outcomes[c->outcome]));
	json_object_object_add(o, "runs", json_object_new_int64(t->last.runs));
	json_object_object_add(o, "failing", json_object_new_int64(t->last.defects));
	json_object_object_add(o, "seconds", json_object_new_double(c->seconds));
	json_object_object_add(o, "appeared", json_differences(&c->appeared));
	json_object_object_add(o, "gone", json_differences(&c->gone));
	if (t->last.changed && c->outcome == OUTCOME_CHANGED)
		json_object_object_add(o, "changed", json_object_get(t->last.changed));
	if (c->error[0])
		json_object_object_add(o, "error", json_object_new_string(c->error));
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
}

static void tell(struct teller *t, const struct told *c)
{
	t->adds += c->outcome == OUTCOME_BROKEN || c->appeared.nr;
	t->takes += c->gone.nr > 0;
	if (t->o->format == CLI_JSON)
		tell_json(t, c);
	else
		tell_text(t, c);
	fflush(stdout);
}

/* ---- Comparing ------------------------------------------------------------------------------- */

/* Drop of @l what the staged core has all the same. @left: how many may still be looked for. */
static void look_again(const struct series *s, const struct teller *t, struct series_differences *l,
		       unsigned int *left)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < l->nr; i++) {
		struct series_difference d = l->list[i];

		if (!d.certain && *left && !program_interrupted()) {
			--*left;
			if (series_is_there(s, t->o, &d))
				continue;
			d.certain = true;
		}
		l->list[kept++] = d;
	}
	l->nr = kept;
}

/*
 * Two searches with a budget do not find the same even in the same core. What only one of them
 * found is looked for in the other's core before it is said to be the commit's doing.
 */
static int compare(struct series *s, struct teller *t, const struct series_findings *f,
		   struct told *c)
{
	unsigned int left = MAX_AGAIN;

	if (series_only_in(f, &t->last, &c->appeared) || series_only_in(&t->last, f, &c->gone))
		return cli_error("out of memory");
	look_again(s, t, &c->gone, &left);
	left = MAX_AGAIN;
	if (!c->appeared.nr || !t->last_is_before)
		return 0;
	if (series_swap(s))
		return cli_error("%s: cannot be renamed", s->core);
	look_again(s, t, &c->appeared, &left);
	return series_swap(s) ? cli_error("%s: cannot be renamed", s->core) : 0;
}

/* ---- One commit ------------------------------------------------------------------------------ */

static int checked(struct series *s, struct teller *t, struct told *c)
{
	struct series_findings f = {.results = NULL};
	double from = now();
	int ret = 0;

	if (series_build(s, c->error, sizeof(c->error))) {
		if (program_interrupted())
			return CLI_INCOMPLETE;
		if (c->outcome == OUTCOME_BASE)
			return cli_error("the base does not build: %s", c->error);
		c->outcome = OUTCOME_BROKEN;
		t->last_is_before = false;
		tell(t, c);
		return 0;
	}
	if (series_check(s, t->o, &c->change, &f)) {
		series_findings_free(&f);
		return program_interrupted() ? CLI_INCOMPLETE
					     : cli_error("%s: the check failed", c->commit->id);
	}
	if (c->outcome == OUTCOME_CHANGED)
		ret = compare(s, t, &f, c);
	if (!ret && program_interrupted())
		ret = CLI_INCOMPLETE;
	c->seconds = now() - from;
	if (!ret) {
		struct series_findings before = t->last;

		t->last = f;
		t->last_is_before = true;
		tell(t, c); /* what is gone is still the earlier findings' */
		f = before;
	}
	series_findings_free(&f);
	return ret;
}

static int one(struct series *s, struct teller *t, unsigned int i)
{
	struct told c = {.commit = &s->commits[i], .outcome = i ? OUTCOME_CHANGED : OUTCOME_BASE};
	int ret = series_stage(s, i);

	t->number = i;
	if (ret)
		return ret;
	if (i && series_diff(s, &c.change))
		ret = program_interrupted() ? CLI_INCOMPLETE : cli_error("git diff failed");
	if (!ret && i && !c.change.any) {
		c.outcome = OUTCOME_SAME;
		tell(t, &c);
	} else if (!ret) {
		ret = checked(s, t, &c);
	}
	series_change_free(&c.change);
	free(c.appeared.list);
	free(c.gone.list);
	return ret;
}

static void closing(const struct teller *t, unsigned int told)
{
	printf("\n%u of %u commits told: %u add defects, %u take some away\n", told, t->of, t->adds,
	       t->takes);
	puts("What did not appear was not found within the budget; that is no proof that it is not "
	     "there.");
}

static int all(struct series *s, const struct cli_options *o)
{
	struct teller t = {.o = o, .of = s->nr_commits - 1};
	unsigned int i = 0;
	int ret = 0;

	if (o->format != CLI_JSON && !o->driver.quiet)
		printf("series: %u commits on %s, check with a budget of %g s each\n", t.of,
		       s->commits[0].id, o->budget);
	fflush(stdout);
	while (i < s->nr_commits && !ret && !program_interrupted())
		ret = one(s, &t, i++);
	if (o->format != CLI_JSON && ret != CLI_USAGE)
		closing(&t, ret || i < 1 ? (i > 1 ? i - 2 : 0) : i - 1);
	series_findings_free(&t.last);
	if (program_interrupted())
		return CLI_INCOMPLETE;
	return ret ? ret : t.adds ? CLI_DEFECT : CLI_HELD;
}

int cmd_series(const struct cli_verb *verb, struct cli_options *o)
{
	struct series s;
	int ret;

	(void)verb;
	if (!o->tree || !o->range == !o->patches)
		return cli_error("series needs --tree DIR, and --range A..B or --patches FILE|DIR");
	if (o->range && o->base)
		return cli_error("--base is for --patches; --range has its own");
	if (!(o->budget > 0))
		o->budget = DEFAULT_BUDGET;
	program_catch_signals();
	ret = series_open(&s, o);
	if (!ret)
		ret = all(&s, o);
	else if (program_interrupted())
		ret = CLI_INCOMPLETE;
	series_close(&s);
	return ret;
}
