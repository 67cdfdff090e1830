// SPDX-License-Identifier: GPL-2.0-only
/*
 * The picture of a run: time runs to the right, one lane a CPU, one row a nesting depth. A context
 * is a box that lies on what it interrupts; what it does are marks in the box; defects are red:
 * said below the title, numbered where they happened.
 *
 * Flow: recording -> columns (one for each event that is worth a mark) -> SVG.
 */
#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LEFT	  90
#define TITLE	  22
#define TEXT_LINE 17
#define LETTER	  8 /* wide, at most on average */
#define TOP	  64
#define COLUMN	  22
#define ROW	  26
#define ROWS	  7   /* task and six levels above it */
#define LABELS	  120 /* room below a lane for slanted labels */
#define LANE_GAP  18

struct picture {
	FILE *out;
	const struct sim_recording *r;
	unsigned int columns;
	unsigned int rows[SIM_MAX_CPUS]; /* of each CPU: deepest level + 1 */
	unsigned int lane_y[SIM_MAX_CPUS + 1];
	bool used[SIM_MAX_CPUS];
	/* of the last defect; how far right its number stands, where others have theirs */
	unsigned int defect_column, beside;
};

static const char *color(unsigned int running)
{
	static const char *const colors[SIM_NR_RUNNING] = {
		[SIM_RUNNING_USER] = "#d9e6f2",
		[SIM_RUNNING_KERNEL] = "#c6d8ea",
		[SIM_RUNNING_KERNEL_IRQS_OFF] = "#a9c1d9",
		[SIM_RUNNING_SOFTIRQ] = "#cfe8cf",
		[SIM_RUNNING_HARDIRQ] = "#a8d5a2",
		[SIM_RUNNING_PNMI] = "#f4d9a0",
		[SIM_RUNNING_SEI] = "#f2c38f",
		[SIM_RUNNING_SEA_ENTRY] = "#e3d3ec",
		[SIM_RUNNING_SEA_CLAIM] = "#c9a8dd",
		[SIM_RUNNING_SEA_IRQ_WORK] = "#b9dcb0",
		[SIM_RUNNING_SDEI_NORMAL] = "#f7d774",
		[SIM_RUNNING_SDEI_CRITICAL] = "#f09a5b",
		[SIM_RUNNING_NMI] = "#f7d774",
		[SIM_RUNNING_MCE] = "#e0877a",
	};

	return running < SIM_NR_RUNNING ? colors[running] : "#dddddd";
}

static bool has_column(const struct sim_recorded *e)
{
	struct event_text t;

	return report_event_text(e, &t) != EVENT_DETAIL;
}

static unsigned int row_of(unsigned int depth)
{
	return depth < ROWS ? depth : ROWS - 1;
}

static void measure(struct picture *p)
{
	unsigned int y = TOP + p->r->nr_defects * TEXT_LINE;

	for (size_t i = 0; i < p->r->nr; i++) {
		const struct sim_event *e = &p->r->events[i].event;

		if (e->cpu >= SIM_MAX_CPUS)
			continue;
		p->used[e->cpu] = true;
		if (row_of(e->depth) + 1 > p->rows[e->cpu])
			p->rows[e->cpu] = row_of(e->depth) + 1;
		if (has_column(&p->r->events[i]))
			p->columns++;
	}
	for (unsigned int cpu = 0; cpu < SIM_MAX_CPUS; cpu++) {
		p->lane_y[cpu] = y;
		if (p->used[cpu])
			y += p->rows[cpu] * ROW + LABELS + LANE_GAP;
	}
	p->lane_y[SIM_MAX_CPUS] = y;
}

/* The top of the row for @depth: deeper contexts lie above what they interrupt. */
static unsigned int row_y(const struct picture *p, unsigned int cpu, unsigned int depth)
{
	return p->lane_y[cpu] + (p->rows[cpu] - 1 - row_of(depth)) * ROW;
}

static void box(struct picture *p, unsigned int cpu, unsigned int depth, unsigned int running,
		unsigned int from, unsigned int to)
{
	unsigned int x = LEFT + from * COLUMN, width = (to - from) * COLUMN;
	unsigned int y = row_y(p, cpu, depth);

	fprintf(p->out,
		"<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"3\" fill=\"%s\" "
		"stroke=\"#555\" stroke-width=\"0.6\"/>\n",
		x, y, width ? width : 2, ROW - 2, color(running));
	if (width >= 40)
		fprintf(p->out, "<text x=\"%u\" y=\"%u\" class=\"c\">%s</text>\n", x + 4, y + 10,
			sim_running_name((enum sim_running)running));
}

struct open_box {
	unsigned int from, running;
	bool open;
};

static void boxes(struct picture *p)
{
	static struct open_box open[SIM_MAX_CPUS][ROWS];
	unsigned int column = 0;

	memset(open, 0, sizeof(open));
	for (size_t i = 0; i < p->r->nr; i++) {
		const struct sim_event *e = &p->r->events[i].event;
		unsigned int row = row_of(e->depth);

		if (e->cpu >= SIM_MAX_CPUS)
			continue;
		if (e->kind == SIM_EV_ENTER) {
			open[e->cpu][row] = (struct open_box){column, (unsigned int)e->a, true};
		} else if (e->kind == SIM_EV_LEAVE && open[e->cpu][row].open) {
			box(p, e->cpu, row, open[e->cpu][row].running, open[e->cpu][row].from,
			    column + 1);
			open[e->cpu][row].open = false;
		}
		if (has_column(&p->r->events[i]))
			column++;
	}
	/* What never returned: a panic or a defect ended the run inside of it. */
	for (unsigned int cpu = 0; cpu < SIM_MAX_CPUS; cpu++)
		for (unsigned int row = 0; row < ROWS; row++)
			if (open[cpu][row].open)
				box(p, cpu, row, open[cpu][row].running, open[cpu][row].from,
				    column);
}

static void lanes(struct picture *p)
{
	for (unsigned int cpu = 0; cpu < SIM_MAX_CPUS; cpu++) {
		unsigned int bottom;

		if (!p->used[cpu])
			continue;
		bottom = row_y(p, cpu, 0) + ROW - 2;
		fprintf(p->out,
			"<text x=\"10\" y=\"%u\" class=\"l\">CPU %u</text>\n"
			"<line x1=\"%u\" y1=\"%u\" x2=\"%u\" y2=\"%u\" stroke=\"#888\"/>\n",
			bottom - 6, cpu, LEFT, bottom, LEFT + p->columns * COLUMN, bottom);
	}
}

static const char *mark_color(uint16_t kind)
{
	switch (kind) {
	case SIM_EV_TRACEPOINT + GHES_TP_REJECT:
	case SIM_EV_TRACEPOINT + GHES_TP_LOST:
	case SIM_EV_TRACEPOINT + GHES_TP_POOL_EXHAUSTED:
	case SIM_EV_DISPATCH_LOST:
		return "#b34700";
	case SIM_EV_PANIC:
	case SIM_EV_CORE_DEFECT:
		return "#c00000";
	case SIM_EV_FW_WRITE:
	case SIM_EV_FW_MUTATE:
	case SIM_EV_FW_WITHHOLD:
		return "#6a3d9a";
	}
	return "#1f3b57";
}

static void mark(struct picture *p, const struct sim_recorded *e, unsigned int column)
{
	unsigned int x = LEFT + column * COLUMN + COLUMN / 2;
	unsigned int y = row_y(p, e->event.cpu, e->event.depth) + ROW - 10;
	unsigned int bottom = row_y(p, e->event.cpu, 0) + ROW;
	const char *c = mark_color(e->event.kind);
	struct event_text t;

	report_event_text(e, &t);
	if (e->event.kind == SIM_EV_ENTER || e->event.kind == SIM_EV_LEAVE)
		return;
	fprintf(p->out, "<g><title>%" PRIu64 ": ", e->event.step);
	report_xml(p->out, t.line);
	fprintf(p->out,
		"</title><line x1=\"%u\" y1=\"%u\" x2=\"%u\" y2=\"%u\" stroke=\"%s\" "
		"stroke-width=\"0.4\"/><circle cx=\"%u\" cy=\"%u\" r=\"3.2\" fill=\"%s\"/>"
		"<text transform=\"translate(%u %u) rotate(58)\" class=\"m\" fill=\"%s\">",
		x, y, x, bottom, c, x, y, c, x - 2, bottom + 8, c);
	report_xml(p->out, t.mark);
	if (e->event.source != SIM_NO_SOURCE)
		fprintf(p->out, " %u", e->event.source);
	fputs("</text></g>\n", p->out);
}

/* Several happen close together: only their numbers are where they are. */
static void defect(struct picture *p, unsigned int n, unsigned int column)
{
	const struct sim_defect *d = &p->r->defects[n];
	unsigned int x = LEFT + column * COLUMN, y = p->lane_y[d->cpu] - 8;
	unsigned int bottom = row_y(p, d->cpu, 0) + ROW;

	p->beside = n && column == p->defect_column ? p->beside + 11 : 0;
	p->defect_column = column;
	fprintf(p->out, "<g><title>%s: ", sim_oracle_name(d->oracle));
	report_xml(p->out, d->message);
	fprintf(p->out,
		"</title><line x1=\"%u\" y1=\"%u\" x2=\"%u\" y2=\"%u\" stroke=\"#d00000\" "
		"stroke-width=\"2.5\"/><text x=\"%u\" y=\"%u\" class=\"d\" "
		"text-anchor=\"middle\">%u</text></g>\n",
		x, y, x, bottom, x + p->beside, y - 3, n + 1);
}

static void defect_texts(struct picture *p)
{
	for (unsigned int n = 0; n < p->r->nr_defects; n++) {
		const struct sim_defect *d = &p->r->defects[n];

		fprintf(p->out, "<text x=\"10\" y=\"%u\" class=\"d\">%u  CPU %u, %s: ",
			TITLE + (n + 1) * TEXT_LINE, n + 1, d->cpu, sim_oracle_name(d->oracle));
		report_xml(p->out, d->message);
		fputs("</text>\n", p->out);
	}
}

static void marks(struct picture *p)
{
	unsigned int column = 0, d = 0;

	for (size_t i = 0; i < p->r->nr; i++) {
		const struct sim_recorded *e = &p->r->events[i];

		if (e->event.cpu < SIM_MAX_CPUS && has_column(e))
			mark(p, e, column++);
		while (d < p->r->nr_defects && p->r->defects[d].step <= e->event.step)
			defect(p, d++, column);
	}
	while (d < p->r->nr_defects)
		defect(p, d++, column);
}

static void draw(struct picture *p, const char *title)
{
	unsigned int width, height;

	measure(p);
	width = LEFT + p->columns * COLUMN + 80;
	if (width < 640)
		width = 640;
	for (unsigned int n = 0; n < p->r->nr_defects; n++) {
		unsigned int text = (unsigned int)strlen(p->r->defects[n].message) * LETTER + LEFT;

		if (width < text)
			width = text;
	}
	height = p->lane_y[SIM_MAX_CPUS] + 10;
	fprintf(p->out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
		"viewBox=\"0 0 %u %u\" font-family=\"DejaVu Sans, Helvetica, sans-serif\">\n"
		"<style>.t{font-size:15px;font-weight:bold}.l{font-size:13px;font-weight:bold}"
		".c{font-size:9px;fill:#333}.m{font-size:9.5px}"
		".d{font-size:12px;font-weight:bold;fill:#d00000}</style>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
		"<text x=\"10\" y=\"%u\" class=\"t\">",
		width, height, width, height, TITLE);
	report_xml(p->out, title);
	fputs("</text>\n", p->out);
	defect_texts(p);
	lanes(p);
	boxes(p);
	marks(p);
	fputs("</svg>\n", p->out);
}

int report_svg(const char *path, const struct sim_recording *r, const char *title)
{
	struct picture *p = calloc(1, sizeof(*p));
	int ret;

	if (!p) {
		errno = ENOMEM;
		return -1;
	}
	p->r = r;
	p->out = fopen(path, "w");
	if (!p->out) {
		free(p);
		return -1;
	}
	draw(p, title);
	ret = ferror(p->out) ? -1 : 0;
	if (fclose(p->out))
		ret = -1;
	free(p);
	return ret;
}
