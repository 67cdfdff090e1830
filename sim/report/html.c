// SPDX-License-Identifier: GPL-2.0-only
#include "report/html.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "report/matrix.h"
#include "report/report.h"

/* The pictures bring a style sheet of their own, with classes of one letter: none here. */
static const char style[] =
	"body{font:15px/1.45 'DejaVu Sans',Helvetica,sans-serif;color:#1c2733;background:#fff;"
	"margin:0 auto;max-width:1180px;padding:1.2em 1.6em 4em}"
	"h1{font-size:1.7em;margin:.2em 0}h2{font-size:1.25em;margin:2em 0 .6em;"
	"border-bottom:2px solid #d5dde5;padding-bottom:.2em}h3{font-size:1em;margin:1.4em 0 .3em}"
	"p{margin:.4em 0}.note{color:#5a6775}"
	".banner{padding:.7em 1em;border-radius:6px;font-weight:bold;margin:1em 0;color:#fff}"
	".passed{background:#1f7a3d}.failed{background:#b3261e}.incomplete{background:#8a6100}"
	"table{border-collapse:collapse;font-size:13px}"
	"th,td{padding:.22em .6em;border:1px solid #dbe2e9;text-align:left;white-space:nowrap}"
	"thead th{background:#eef2f6;position:sticky;top:0}td.num{text-align:right}"
	".v-pass{background:#d7f0de}.v-fail{background:#f7c9c5;font-weight:bold}"
	".v-incomplete{background:#fcefcf}.v-vacuous{background:#e6e8eb;color:#5a6775}"
	".v-none{background:#fff;color:#9aa5b1}"
	".scroll{overflow-x:auto;border:1px solid #dbe2e9;border-radius:6px}"
	".find{border-left:4px solid #b3261e;padding-left:1em;margin:1.2em 0}"
	"pre{background:#f3f6f9;padding:.6em .8em;border-radius:6px;overflow-x:auto;font-size:12.5px}"
	".bar{display:inline-block;vertical-align:middle;width:160px;height:.8em;background:#e6e8eb;"
	"border-radius:3px;overflow:hidden}.bar i{display:block;height:100%;background:#2f6fab}";

struct page {
	FILE *out;
	const struct report_page *in;
	const struct report_matrix *x;
};

/* ---- Finds ----------------------------------------------------------------------------------- */

/* The picture as it is, from its element on. */
static void picture(FILE *out, const char *path)
{
	FILE *f = path ? fopen(path, "r") : NULL;
	char buf[16384];
	size_t n;

	if (!f) {
		fputs("<p class=\"note\">No picture: a run of free-running CPUs has none.</p>\n",
		      out);
		return;
	}
	fputs("<div class=\"scroll\">\n", out);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		fwrite(buf, 1, n, out);
	fputs("</div>\n", out);
	fclose(f);
}

static void finds(const struct page *p)
{
	if (!p->in->nr_finds)
		return;
	fprintf(p->out, "<h2>Found: %u</h2>\n", p->in->nr_finds);
	for (unsigned int i = 0; i < p->in->nr_finds; i++) {
		const struct report_find *find = &p->in->finds[i];

		fputs("<div class=\"find\"><h3>", p->out);
		report_xml(p->out, find->title);
		fputs("</h3><p class=\"note\">", p->out);
		report_xml(p->out, find->command ? find->where : "in the same run");
		fputs("</p>\n", p->out);
		if (find->command) {
			fputs("<pre>", p->out);
			report_xml(p->out, find->command);
			fputs("</pre>\n", p->out);
			picture(p->out, find->svg);
		}
		fputs("</div>\n", p->out);
	}
}

/* ---- Scenario x driver x oracle -------------------------------------------------------------- */

/* The head of a table: @first, and a column for each driver */
static void head_row(const struct page *p, const char *id, const char *first)
{
	fprintf(p->out, "<table id=\"%s\"><thead><tr><th>%s</th>", id, first);
	for (unsigned int d = 0; d < p->x->nr; d++)
		fprintf(p->out, "<th>%s</th>", p->x->column[d].driver);
	fputs("</tr></thead><tbody>\n", p->out);
}

static const struct sim_result *result_of(const struct page *p, const char *scenario,
					  const char *driver)
{
	for (unsigned int i = 0; i < p->in->suite->nr; i++) {
		const struct sim_result *r = &p->in->suite->results[i];

		if (!strcmp(r->scenario, scenario) && !strcmp(report_driver_name(r), driver))
			return r;
	}
	return NULL;
}

static void cell(const struct page *p, const struct sim_result *r)
{
	if (!r) {
		fputs("<td class=\"v-none\">&middot;</td>", p->out);
		return;
	}
	fprintf(p->out, "<td class=\"v-%s\" title=\"", sim_verdict_name(r->verdict));
	fprintf(p->out, "%" PRIu64 " executions, %" PRIu64 " notifications, %.2f s", r->executions,
		r->notifications, r->seconds);
	if (r->why[0]) {
		fputs(": ", p->out);
		report_xml(p->out, r->why);
	}
	fprintf(p->out, "\">%s", sim_verdict_name(r->verdict));
	for (unsigned int i = 0; i < r->nr_defects; i++)
		fprintf(p->out, "%s%s", i ? ", " : ": ", sim_oracle_name(r->defects[i].oracle));
	if (r->verdict == SIM_FAIL && !r->nr_defects)
		fputs(": expectation", p->out);
	fputs("</td>", p->out);
}

static bool is_first(const struct report_suite *s, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (!strcmp(s->results[i].scenario, s->results[n].scenario))
			return false;
	return true;
}

/* 0: a run failed, 1: one was cut short or vacuous, 2: all passed. In this order in the table. */
static unsigned int rank(const struct page *p, const char *scenario)
{
	unsigned int least = 2;

	for (unsigned int i = 0; i < p->in->suite->nr; i++) {
		const struct sim_result *r = &p->in->suite->results[i];

		if (strcmp(r->scenario, scenario))
			continue;
		if (r->verdict == SIM_FAIL)
			return 0;
		if (r->verdict != SIM_PASS)
			least = 1;
	}
	return least;
}

static void row(const struct page *p, const char *scenario)
{
	fputs("<tr><th>", p->out);
	report_xml(p->out, scenario);
	fputs("</th>", p->out);
	for (unsigned int d = 0; d < p->x->nr; d++)
		cell(p, result_of(p, scenario, p->x->column[d].driver));
	fputs("</tr>\n", p->out);
}

static void scenarios(const struct page *p)
{
	const struct report_suite *s = p->in->suite;

	fputs("<h2>Scenario &times; driver</h2>\n<p class=\"note\">What failed comes first, with the "
	      "oracles that complained; then what was cut short or showed nothing. A dot: not run, "
	      "because it shows nothing there or the budget did not reach it.</p>\n",
	      p->out);
	head_row(p, "matrix", "scenario");
	for (unsigned int wanted = 0; wanted <= 2; wanted++)
		for (unsigned int i = 0; i < s->nr; i++)
			if (is_first(s, i) && rank(p, s->results[i].scenario) == wanted)
				row(p, s->results[i].scenario);
	fputs("</tbody></table>\n", p->out);
}

/* What an oracle judged of a driver, and in how many runs it found something. */
static void oracle_cell(const struct page *p, enum sim_oracle_id oracle,
			const struct matrix_column *c)
{
	if (c->failed[oracle])
		fprintf(p->out, "<td class=\"v-fail num\">%" PRIu64 ", %u failed</td>",
			c->judged[oracle], c->failed[oracle]);
	else if (c->judged[oracle])
		fprintf(p->out, "<td class=\"v-pass num\">%" PRIu64 "</td>", c->judged[oracle]);
	else
		fputs("<td class=\"v-none\">&middot;</td>", p->out);
}

static void oracle_row(const struct page *p, enum sim_oracle_id oracle)
{
	bool vacuous = matrix_is_vacuous(p->x, oracle);

	fprintf(p->out, "<tr><th%s>%s%s</th>", vacuous ? " class=\"v-vacuous\"" : "",
		sim_oracle_name(oracle), vacuous ? " (vacuous)" : "");
	for (unsigned int d = 0; d < p->x->nr; d++)
		oracle_cell(p, oracle, &p->x->column[d]);
	fputs("</tr>\n", p->out);
}

static void runs_row(const struct page *p, const char *name, size_t member)
{
	fprintf(p->out, "<tr><th>%s</th>", name);
	for (unsigned int d = 0; d < p->x->nr; d++) {
		unsigned int n;

		memcpy(&n, (const char *)&p->x->column[d] + member, sizeof(n));
		fprintf(p->out, "<td class=\"num\">%u</td>", n);
	}
	fputs("</tr>\n", p->out);
}

static void oracles(const struct page *p)
{
	fputs("<h2>Oracle &times; driver</h2>\n<p class=\"note\">How often an oracle had something "
	      "to judge, and the runs in which it found something. One that judged nothing is "
	      "vacuous: its silence means nothing. Races need happens-before, which only explore "
	      "knows.</p>\n",
	      p->out);
	head_row(p, "oracles", "oracle");
	for (unsigned int o = 0; o < SIM_NR_ORACLES; o++)
		oracle_row(p, (enum sim_oracle_id)o);
	fputs("</tbody></table>\n<h2>Runs of each driver</h2>\n", p->out);
	head_row(p, "runs", "runs");
	runs_row(p, "all", offsetof(struct matrix_column, runs));
	runs_row(p, "complete", offsetof(struct matrix_column, complete));
	runs_row(p, "cut short", offsetof(struct matrix_column, cut_short));
	runs_row(p, "vacuous", offsetof(struct matrix_column, vacuous));
	runs_row(p, "not reached", offsetof(struct matrix_column, not_reached));
	fputs("</tbody></table>\n", p->out);
}

/* ---- Coverage -------------------------------------------------------------------------------- */

static uint64_t sum(const struct page *p, const char *counter)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < p->in->suite->nr; i++)
		n += sim_counter_value(&p->in->suite->results[i], counter);
	return n;
}

static void bar(const struct page *p, const char *what, uint64_t part, uint64_t all)
{
	double percent = all ? 100.0 * (double)part / (double)all : 0;

	if (!all)
		return;
	fprintf(p->out,
		"<tr><th>%s</th><td class=\"num\">%" PRIu64 "</td><td class=\"num\">%" PRIu64
		"</td><td><span class=\"bar\"><i style=\"width:%.1f%%\"></i></span> %.1f %%</td></tr>\n",
		what, part, all, percent, percent);
}

/* The most that one run interrupted: different runs interrupt different instructions. */
static void bar_of_instructions(const struct page *p)
{
	uint64_t most = 0, all = 0;

	for (unsigned int i = 0; i < p->in->suite->nr; i++) {
		const struct sim_result *r = &p->in->suite->results[i];
		uint64_t n = sim_counter_value(r, "instructions-interrupted");

		if (n > most) {
			most = n;
			all = sim_counter_value(r, "instructions-in-core");
		}
	}
	bar(p, "instructions of the core, by the run that interrupted most", most, all);
}

static void contexts(const struct page *p)
{
	static const char *const names[] = {
#define NAME(name, text, context) text,
		SIM_RUNNING(NAME)
#undef NAME
	};
	char counter[64];

	fputs("<h3>Contexts entered by a notification</h3><table><thead><tr><th>context</th>"
	      "<th>times</th></tr></thead><tbody>\n",
	      p->out);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(counter, sizeof(counter), "entered-%s", names[i]);
		if (sum(p, counter))
			fprintf(p->out, "<tr><th>%s</th><td class=\"num\">%" PRIu64 "</td></tr>\n",
				names[i], sum(p, counter));
	}
	fputs("</tbody></table>\n", p->out);
}

static void coverage(const struct page *p)
{
	fputs("<h2>Coverage</h2>\n<table id=\"coverage\"><thead><tr><th>of</th><th>reached</th>"
	      "<th>there are</th><th></th></tr></thead><tbody>\n",
	      p->out);
	bar(p, "boundaries of the paths: one notification at each", sum(p, "boundaries-1-hit"),
	    sum(p, "boundaries-1"));
	bar(p, "boundaries of their handlers, by what others can tell apart",
	    sum(p, "boundaries-2-hit"),
	    sum(p, "boundaries-2-classes") ? sum(p, "boundaries-2-classes")
					   : sum(p, "boundaries-2"));
	bar_of_instructions(p);
	fputs("</tbody></table>\n", p->out);
	contexts(p);
}

/* ---- The page -------------------------------------------------------------------------------- */

static void head(const struct page *p)
{
	fprintf(p->out,
		"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<title>ghes-sim check: %s</title>\n<style>%s</style></head><body>\n"
		"<h1>ghes-sim check</h1>\n<p class=\"note\">Core ",
		p->in->verdict, style);
	report_xml(p->out, p->in->core);
	fprintf(p->out, "</p>\n<div class=\"banner %s\" id=\"verdict\">%s</div>\n<p>",
		p->in->verdict, p->in->verdict);
	report_xml(p->out, p->in->summary);
	fputs("</p>\n", p->out);
}

int report_html(const char *path, const struct report_page *page)
{
	struct page p = {.out = fopen(path, "w"), .in = page, .x = page->matrix};
	int failed;

	if (!p.out)
		return -1;
	head(&p);
	finds(&p);
	oracles(&p);
	coverage(&p);
	scenarios(&p);
	fputs("<h2>What a pass does not prove</h2>\n<p>", p.out);
	report_xml(p.out, page->limits);
	fputs("</p>\n</body></html>\n", p.out);
	failed = ferror(p.out);
	return fclose(p.out) || failed ? -1 : 0;
}
