// SPDX-License-Identifier: GPL-2.0-only
#include "check_page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

/* The texts of one find; freed by free_texts(). */
struct texts {
	char *title, *where, *command, *svg;
};

static bool make_texts(const struct check *c, const struct check_find *find, struct texts *t,
		       bool kept)
{
	const struct sim_result *r = &find->task->outcome->result;
	const struct sim_found *d = find->defect;
	bool replays = d && d->schedule;

	*t = (struct texts){0};
	if (asprintf(&t->title, "%s: %s", find_oracle_name(find), d ? d->message : r->why) < 0 ||
	    asprintf(&t->where, "%s of %s%s%s%s%s", report_driver_name(r), r->scenario,
		     d ? ", " : "", d ? d->context : "",
		     d && d->source_location[0] ? ", interrupted at " : "",
		     d ? d->source_location : "") < 0)
		return false;
	if (replays && kept)
		return asprintf(&t->command, "ghes-sim replay %s/schedule", find->folder) >= 0 &&
		       (!find->replayed || asprintf(&t->svg, "%s/picture.svg", find->folder) >= 0);
	if (asprintf(&t->command, "%s%s%s --core %s", replays ? d->schedule : "ghes-sim ",
		     replays ? "\nghes-sim replay FILE-WITH-THESE-LINES" : r->driver,
		     replays ? "" : " SCENARIO", sim_core_name(c->core)) < 0)
		return false;
	return !find->replayed || asprintf(&t->svg, "%s/picture.svg", find->folder) >= 0;
}

/* One run, two oracles: it is drawn once. */
static bool is_same_run(const struct check_find *a, const struct check_find *b)
{
	return a->task == b->task && a->defect && b->defect && a->defect->schedule &&
	       b->defect->schedule && !strcmp(a->defect->schedule, b->defect->schedule);
}

static void free_texts(struct texts *t, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		free(t[i].title);
		free(t[i].where);
		free(t[i].command);
		free(t[i].svg);
	}
	free(t);
}

static const char *verdict_of(int status)
{
	return status == CLI_HELD ? "passed" : status == CLI_DEFECT ? "failed" : "incomplete";
}

int write_page(const struct check *c, const struct teller *t, const struct check_finds *finds,
	       int status)
{
	struct texts *texts = calloc(finds->nr + 1, sizeof(*texts));
	struct report_find *shown = calloc(finds->nr + 1, sizeof(*shown));
	struct report_page page = {.suite = &t->suite,
				   .matrix = &t->matrix,
				   .finds = shown,
				   .nr_finds = finds->nr,
				   .core = sim_core_name(c->core),
				   .verdict = verdict_of(status),
				   .limits = TELL_LIMITS};
	char summary[400];
	int ret = 0;

	tell_summary(c, t, summary, sizeof(summary));
	page.summary = summary;
	for (unsigned int i = 0; texts && shown && !ret && i < finds->nr; i++) {
		ret = make_texts(c, &finds->find[i], &texts[i], t->o->save_dir) ? 0 : -1;
		shown[i] = (struct report_find){texts[i].title, texts[i].where, texts[i].command,
						texts[i].svg};
		if (i && is_same_run(&finds->find[i - 1], &finds->find[i]))
			shown[i].command = NULL;
	}
	if (!texts || !shown)
		ret = -1;
	if (ret)
		errno = ENOMEM;
	else
		ret = report_html(t->o->html, &page);
	free_texts(texts, texts ? finds->nr : 0);
	free(shown);
	return ret;
}
