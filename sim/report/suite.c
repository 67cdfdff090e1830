// SPDX-License-Identifier: GPL-2.0-only
#include "report/suite.h"

#include <stdlib.h>
#include <string.h>

#include "report/matrix.h"
#include "report/report.h"

void suite_add(struct report_suite *s, const struct sim_result *r)
{
	if (s->nr == s->room) {
		unsigned int room = s->room ? s->room * 2 : 64;
		struct sim_result *more = realloc(s->results, room * sizeof(*more));

		if (!more)
			return;
		s->results = more;
		s->room = room;
	}
	s->results[s->nr++] = *r;
}

void suite_free(struct report_suite *s)
{
	free(s->results);
	*s = (struct report_suite){0};
}

/* Is the n-th result the first one of its scenario? */
static bool is_first(const struct report_suite *s, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (!strcmp(s->results[i].scenario, s->results[n].scenario))
			return false;
	return true;
}

static unsigned int nr_scenarios(const struct report_suite *s)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < s->nr; i++)
		nr += is_first(s, i);
	return nr;
}

/* The results of the n-th one's scenario, by verdict. */
static void tally(const struct report_suite *s, unsigned int n, unsigned int by_verdict[4],
		  unsigned int *all)
{
	memset(by_verdict, 0, 4 * sizeof(*by_verdict));
	*all = 0;
	for (unsigned int i = n; i < s->nr; i++)
		if (!strcmp(s->results[i].scenario, s->results[n].scenario)) {
			by_verdict[s->results[i].verdict]++;
			++*all;
		}
}

const char *report_driver_name(const struct sim_result *r)
{
	return r->part ? r->part : r->driver;
}

/* ---- KTAP ------------------------------------------------------------------------------------ */

/* A name or a reason stays on its line, and holds no '#', after which a directive would begin. */
static void ktap_text(FILE *out, const char *text, bool is_name)
{
	for (; *text; text++)
		fputc((unsigned char)*text < 0x20 || (is_name && *text == '#') ? '_' : *text, out);
}

static void ktap_details(FILE *out, const struct sim_result *r)
{
	for (unsigned int i = 0; i < r->nr_defects; i++) {
		fprintf(out, "  # %s: ", sim_oracle_name(r->defects[i].oracle));
		ktap_text(out, r->defects[i].message, false);
		fputs(" (", out);
		ktap_text(out, r->defects[i].context, false);
		fputs(")\n", out);
	}
	if (r->why[0] && r->verdict != SIM_VACUOUS) {
		fputs("  # ", out);
		ktap_text(out, r->why, false);
		fputc('\n', out);
	}
}

static void ktap_line(FILE *out, bool ok, unsigned int number, const char *name)
{
	fprintf(out, "%s %u ", ok ? "ok" : "not ok", number);
	ktap_text(out, name, true);
}

static void ktap_result(FILE *out, const struct sim_result *r, unsigned int number)
{
	ktap_details(out, r);
	fputs("  ", out);
	ktap_line(out, r->verdict != SIM_FAIL, number, report_driver_name(r));
	if (r->verdict == SIM_VACUOUS) {
		fputs(" # SKIP ", out);
		ktap_text(out, r->why[0] ? r->why : "vacuous", false);
	} else if (r->verdict == SIM_INCOMPLETE) {
		fputs(" # incomplete", out);
	}
	fputc('\n', out);
}

static void ktap_scenario(FILE *out, const struct report_suite *s, unsigned int n,
			  unsigned int number)
{
	unsigned int by_verdict[4], all, i, done = 0;

	tally(s, n, by_verdict, &all);
	fprintf(out, "  KTAP version 1\n  1..%u\n", all);
	for (i = n; i < s->nr; i++)
		if (!strcmp(s->results[i].scenario, s->results[n].scenario))
			ktap_result(out, &s->results[i], ++done);
	ktap_line(out, !by_verdict[SIM_FAIL], number, s->results[n].scenario);
	fputs(by_verdict[SIM_VACUOUS] == all ? " # SKIP nothing of it was exercised\n" : "\n", out);
}

void report_ktap(FILE *out, const struct report_suite *s, const struct report_matrix *x)
{
	unsigned int number = 0;

	fprintf(out, "KTAP version 1\n1..%u\n", nr_scenarios(s));
	for (unsigned int i = 0; i < s->nr; i++)
		if (is_first(s, i))
			ktap_scenario(out, s, i, ++number);
	matrix_ktap(out, x);
}

/* ---- JUnit ----------------------------------------------------------------------------------- */

static void junit_defects(FILE *out, const struct sim_result *r)
{
	if (r->verdict != SIM_FAIL)
		return;
	fputs("      <failure message=\"", out);
	report_xml(out, r->nr_defects ? r->defects[0].message : r->why);
	fputs("\" type=\"", out);
	report_xml(out, r->nr_defects ? sim_oracle_name(r->defects[0].oracle) : "expectation");
	fputs("\">", out);
	for (unsigned int i = 0; i < r->nr_defects; i++) {
		report_xml(out, sim_oracle_name(r->defects[i].oracle));
		fputs(": ", out);
		report_xml(out, r->defects[i].message);
		fputc('\n', out);
		if (r->defects[i].schedule)
			report_xml(out, r->defects[i].schedule);
	}
	fputs("</failure>\n", out);
}

static void junit_result(FILE *out, const struct sim_result *r)
{
	fputs("    <testcase classname=\"", out);
	report_xml(out, r->scenario);
	fprintf(out, "\" name=\"%s\" time=\"%.3f\">\n", report_driver_name(r), r->seconds);
	junit_defects(out, r);
	if (r->verdict == SIM_VACUOUS) {
		fputs("      <skipped message=\"", out);
		report_xml(out, r->why[0] ? r->why : "vacuous");
		fputs("\"/>\n", out);
	}
	if (r->verdict == SIM_INCOMPLETE) {
		fputs("      <system-out>incomplete: ", out);
		report_xml(out, r->why);
		fputs("</system-out>\n", out);
	}
	fputs("    </testcase>\n", out);
}

/* Sums over all results, as the attributes of the outermost element. */
static void junit_totals(FILE *out, const struct report_suite *s)
{
	unsigned int failed = 0, skipped = 0;
	double seconds = 0;

	for (unsigned int i = 0; i < s->nr; i++) {
		failed += s->results[i].verdict == SIM_FAIL;
		skipped += s->results[i].verdict == SIM_VACUOUS;
		seconds += s->results[i].seconds;
	}
	fprintf(out,
		"<testsuites name=\"ghes-sim\" tests=\"%u\" failures=\"%u\" errors=\"0\" "
		"skipped=\"%u\" time=\"%.3f\">\n",
		s->nr, failed, skipped, seconds);
}

static double seconds_of(const struct report_suite *s, unsigned int n)
{
	double seconds = 0;

	for (unsigned int i = n; i < s->nr; i++)
		if (!strcmp(s->results[i].scenario, s->results[n].scenario))
			seconds += s->results[i].seconds;
	return seconds;
}

void report_junit(FILE *out, const struct report_suite *s)
{
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
	junit_totals(out, s);
	for (unsigned int i = 0; i < s->nr; i++) {
		unsigned int by_verdict[4], all;

		if (!is_first(s, i))
			continue;
		tally(s, i, by_verdict, &all);
		fputs("  <testsuite name=\"", out);
		report_xml(out, s->results[i].scenario);
		fprintf(out,
			"\" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"%u\" "
			"time=\"%.3f\">\n",
			all, by_verdict[SIM_FAIL], by_verdict[SIM_VACUOUS], seconds_of(s, i));
		for (unsigned int j = i; j < s->nr; j++)
			if (!strcmp(s->results[j].scenario, s->results[i].scenario))
				junit_result(out, &s->results[j]);
		fputs("  </testsuite>\n", out);
	}
	fputs("</testsuites>\n", out);
}
