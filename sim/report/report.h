/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a person or a program gets to see of a run.
 *
 * Flow: struct sim_recording -> story, kernel log, picture, trace; struct sim_result -> verdict as
 * text or json.
 */
#ifndef SIM_REPORT_REPORT_H
#define SIM_REPORT_REPORT_H

#include <stdio.h>

#include "drivers/driver.h"
#include "drivers/recording.h"

/* One line for each thing that happened: who interrupted whom, what was read, queued, decided. */
void report_story(FILE *out, const struct sim_recording *r, bool verbose);
/* What the core logged, as dmesg would show it. Returns the number of lines. */
size_t report_log(FILE *out, const struct sim_recording *r);

/*
 * Pictures: swim lanes per CPU, nesting as depth, defects in red; and the trace event format that
 * Perfetto and chrome://tracing read. 0, or -1 with errno set.
 */
int report_svg(const char *path, const struct sim_recording *r, const char *title);
int report_trace(const char *path, const struct sim_recording *r, const char *title);

void report_result_text(FILE *out, const struct sim_result *r);
void report_result_counters(FILE *out, const struct sim_result *r); /* one line */
void report_result_json(FILE *out, const struct sim_result *r);	    /* one object, one line */

/* @text for XML and HTML, in an element or between double quotes. */
void report_xml(FILE *out, const char *text);

/* Shared by story, picture and trace: what to call an event, and whether it matters at a glance. */
struct event_text {
	char mark[24];	/* a word: "read", "queue", ... */
	char line[256]; /* a sentence */
};
enum event_weight { EVENT_DETAIL, EVENT_MARK, EVENT_MILESTONE };
enum event_weight report_event_text(const struct sim_recorded *r, struct event_text *t);

#endif
