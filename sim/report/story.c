// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"

#include <inttypes.h>
#include <string.h>

#include "report/safe_text.h"

static void defect_line(FILE *out, const struct sim_defect *d)
{
	fprintf(out, "%6" PRIu64 " cpu %-2u %*s!! %s: %s\n", d->step, d->cpu, 0, "",
		sim_oracle_name(d->oracle), d->message);
}

/* Only what is logged holds words of firmware's; the names in others are the user's own. */
static void print_line(FILE *out, const struct sim_event *e, const char *line)
{
	if (e->kind == SIM_EV_LOG)
		print_safe(out, line, strlen(line));
	else
		fputs(line, out);
	putc('\n', out);
}

void report_story(FILE *out, const struct sim_recording *r, bool verbose)
{
	unsigned int defect = 0;
	struct event_text t;

	for (size_t i = 0; i < r->nr; i++) {
		const struct sim_event *e = &r->events[i].event;
		enum event_weight weight = report_event_text(&r->events[i], &t);
		unsigned int depth = e->depth;

		if (weight != EVENT_DETAIL || verbose) {
			/* A context's first and last line stand with what it interrupts. */
			if ((e->kind == SIM_EV_ENTER || e->kind == SIM_EV_LEAVE) && depth)
				depth--;
			fprintf(out, "%6" PRIu64 " cpu %-2u %*s%s", e->step, e->cpu, (int)depth * 4,
				"",
				e->kind == SIM_EV_ENTER	  ? "-> "
				: e->kind == SIM_EV_LEAVE ? "<- "
							  : "");
			print_line(out, e, t.line);
		}
		while (defect < r->nr_defects && r->defects[defect].step <= e->step)
			defect_line(out, &r->defects[defect++]);
	}
	while (defect < r->nr_defects)
		defect_line(out, &r->defects[defect++]);
	if (r->dropped)
		fprintf(out, "... and %" PRIu64 " events more\n", r->dropped);
}

size_t report_log(FILE *out, const struct sim_recording *r)
{
	size_t lines = 0;

	for (size_t i = 0; i < r->nr; i++) {
		const struct sim_recorded *e = &r->events[i];

		if (e->event.kind != SIM_EV_LOG || !e->text)
			continue;
		fprintf(out, "<%u>[%5" PRIu64 ".%06" PRIu64 "] ", (unsigned int)e->event.a,
			e->event.ns / 1000000000, e->event.ns / 1000 % 1000000);
		print_line(out, &e->event, e->text);
		lines++;
	}
	return lines;
}
