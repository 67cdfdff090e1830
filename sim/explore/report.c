// SPDX-License-Identifier: GPL-2.0-only
/*
 * From what went wrong to what a person reads.
 *
 * Flow: any part of the engine -> ex_defect() notes a finding with the schedule that led there ->
 * when the search is over, ex_report_all() has the schedule minimised, runs it once more with the
 * call stack of each event remembered, and names places by file and line (addr2line, started only
 * now).
 */
#include "engine.h"

#include <stdio.h>
#include <stdlib.h>

#include "../where.h"

#define MAX_PERIOD 256

static bool is_about(const struct ex_finding *f, const char *oracle, const void *pc,
		     const void *other_pc)
{
	return !strcmp(f->oracle, oracle) && f->pc == pc && f->other_pc == other_pc;
}

/*
 * Was it found before? Findings of one oracle and one place are one. But what the host expects, it
 * expects by its words: others about the same place it has to be asked about. A race has its two
 * places, so @message is NULL.
 */
static bool known(const struct ghes_explore *x, const char *oracle, const void *pc,
		  const void *other_pc, const char *message)
{
	for (unsigned int i = 0; i < x->n_findings; i++) {
		const struct ex_finding *f = &x->findings[i];

		if (is_about(f, oracle, pc, other_pc) &&
		    (!message || !x->cfg.expected || !strcmp(f->message, message)))
			return true;
	}
	return false;
}

/* Is it what the probe is for, and not something expected about the same place? */
static bool is_probed(const struct ghes_explore *x, const char *oracle, const void *pc,
		      const void *other_pc, const char *message)
{
	if (!is_about(x->probe, oracle, pc, other_pc))
		return false;
	for (unsigned int i = 0; message && i < x->n_findings; i++)
		if (x->findings[i].expected && is_about(&x->findings[i], oracle, pc, other_pc))
			return !strcmp(x->probe->message, message);
	return true;
}

/* Return: the new finding, NULL when it is known, or there are too many. */
static struct ex_finding *new_finding(struct ghes_explore *x, const char *oracle,
				      const struct ex_ctx *c, const void *pc, const void *other_pc,
				      const char *message)
{
	struct ex_finding *f;

	if (x->probe) {
		if (!x->probe_hit && is_probed(x, oracle, pc, other_pc, message)) {
			x->probe_hit = true;
			x->probe_len = x->depth;
		}
		return NULL;
	}
	if (known(x, oracle, pc, other_pc, message))
		return NULL;
	if (x->n_findings == x->findings_room) {
		x->stop = true;
		return NULL;
	}
	f = &x->findings[x->n_findings++];
	*f = (struct ex_finding){.oracle = oracle,
				 .pc = pc,
				 .other_pc = other_pc,
				 .ctx = c ? c->id : EX_CTXS,
				 .execution = x->res.executions + 1};
	snprintf(f->context, sizeof(f->context), "%s", c ? c->name : "end");
	snprintf(f->message, sizeof(f->message), "%s", message ? message : "");
	f->script.run = malloc((2 * (size_t)x->depth + EX_CTXS) * sizeof(*f->script.run));
	if (f->script.run)
		ex_schedule_record(x, &f->script);
	return f;
}

/* What is expected takes no room from what is not. Without memory the search stops sooner. */
static void make_room(struct ghes_explore *x)
{
	unsigned int room = x->findings_room + EX_FINDINGS;
	void *findings, *defects;

	if (x->findings_room - x->n_expected >= EX_FINDINGS)
		return;
	findings = realloc(x->findings, room * sizeof(*x->findings));
	if (findings)
		x->findings = findings;
	defects = realloc(x->defects, room * sizeof(*x->defects));
	if (defects)
		x->defects = defects;
	if (findings && defects)
		x->findings_room = room;
}

/* Ask of each new finding whether it is one that the host expects, and stop when enough are not. */
void ex_weigh_findings(struct ghes_explore *x)
{
	for (; x->n_weighed < x->n_findings; x->n_weighed++) {
		struct ex_finding *f = &x->findings[x->n_weighed];
		struct ghes_explore_finding asked = {f->oracle, f->message, {f->pc, f->other_pc}};

		f->expected = x->cfg.expected && x->cfg.expected(x->cfg.user, &asked);
		x->n_expected += f->expected;
	}
	make_room(x);
	x->stop |= x->n_findings - x->n_expected > x->cfg.max_defects;
}

static struct ex_finding *add_finding(struct ghes_explore *x, const char *oracle,
				      const struct ex_ctx *c, const void *pc, const void *other_pc,
				      const char *message)
{
	struct ex_ctx *cur = ex_host_begin(x);
	struct ex_finding *f = new_finding(x, oracle, c, pc, other_pc, message);

	ex_host_end(x, cur);
	return f;
}

void ex_defect_v(struct ghes_explore *x, const char *oracle, const struct ex_ctx *c, const void *pc,
		 const char *fmt, va_list args)
{
	char message[sizeof(((struct ex_finding *)0)->message)];

	vsnprintf(message, sizeof(message), fmt, args);
	add_finding(x, oracle, c, pc, NULL, message);
}

void ex_defect(struct ghes_explore *x, const char *oracle, const struct ex_ctx *c, const void *pc,
	       const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	ex_defect_v(x, oracle, c, pc, fmt, args);
	va_end(args);
}

static bool same_event(const struct ex_event *a, const struct ex_event *b)
{
	return a->ctx == b->ctx && a->pc == b->pc && a->addr == b->addr && a->kind == b->kind;
}

/*
 * The latter half consists of the same steps on the same memory over and over, and no other CPU
 * could do anything about it: how many? 0: no.
 */
static unsigned int period(const struct ghes_explore *x)
{
	const struct ex_event *last = &x->path[x->depth];

	if (last->enabled & ~x->cpu_ctxs[last->cpu])
		return 0;
	for (unsigned int n = 1; n <= MAX_PERIOD && n < x->depth / 4; n++) {
		unsigned int i = x->depth / 2 + n;

		while (i <= x->depth && same_event(&x->path[i], &x->path[i - n]))
			i++;
		if (i > x->depth)
			return n;
	}
	return 0;
}

void ex_endless(struct ghes_explore *x)
{
	const struct ex_ctx *c = x->running < EX_CTXS ? &x->ctx[x->running] : x->cur;
	unsigned int n;

	if (x->more_shared)
		return;
	n = period(x);
	if (n)
		ex_defect(x, "progress", c, c ? c->op.pc : NULL,
			  "no end after %u steps; %s is in a loop of %u", x->max_steps,
			  c ? c->name : "?", n);
	else
		ex_defect(x, "progress", c, c ? c->op.pc : NULL,
			  "no end after %u steps; %s is in a loop", x->max_steps,
			  c ? c->name : "?");
	x->steps_bound = true;
}

static const char *access_name(const struct ex_event *ev)
{
	bool write = ev->n_acc && (ev->acc[0].type & EX_WRITES);

	if (ev->plain)
		return write ? "write" : "read";
	return write ? "atomic write" : "atomic read";
}

static void tell(struct ghes_explore *x, const struct ghes_explore_race *race)
{
	if (x->cfg.on_race)
		x->cfg.on_race(x->cfg.user, race);
}

static void say_race(const struct ghes_explore *x, struct ex_finding *f, unsigned int first,
		     unsigned int second)
{
	const struct ex_event *a = &x->path[first], *b = &x->path[second];

	snprintf(f->message, sizeof(f->message),
		 "data race: %s by %s and %s by %s, not ordered by happens-before", access_name(a),
		 x->ctx[a->ctx].name, access_name(b), x->ctx[b->ctx].name);
}

void ex_race_report(struct ghes_explore *x, unsigned int first, unsigned int second)
{
	const struct ex_event *a = &x->path[first], *b = &x->path[second];
	struct ghes_explore_race race = {
		.context = {a->ctx, b->ctx},
		.pc = {a->pc, b->pc},
		.address = {a->addr, b->addr},
		.write = {a->acc[0].type & EX_WRITES, b->acc[0].type & EX_WRITES},
		.atomic = {!a->plain, !b->plain},
	};
	struct ex_finding *f;

	tell(x, &race);
	if (known(x, "race", a->pc, b->pc, NULL))
		return;
	f = add_finding(x, "race", &x->ctx[b->ctx], b->pc, a->pc, NULL);
	if (f)
		say_race(x, f, first, second);
	ex_snapshot_note(x, first, second);
}

void ex_torn_report(struct ghes_explore *x, const struct ex_ctx *first, unsigned int second)
{
	const struct ex_event *b = &x->path[second];
	struct ghes_explore_race race = {
		.context = {first->id, b->ctx},
		.pc = {first->op.pc, b->pc},
		.address = {first->torn_lo, b->addr},
		.write = {first->op.acc[0].type & EX_WRITES, b->acc[0].type & EX_WRITES},
		.atomic = {false, !b->plain},
		.torn = true,
	};
	struct ex_finding *f;

	tell(x, &race);
	f = add_finding(x, "race", &x->ctx[b->ctx], b->pc, first->op.pc, NULL);
	if (f)
		snprintf(f->message, sizeof(f->message),
			 "torn access: %s interrupts a %zu-byte access of %s in its middle and "
			 "touches the same bytes",
			 x->ctx[b->ctx].name, (size_t)(first->torn_hi - first->torn_lo),
			 first->name);
	ex_snapshot_note(x, x->ctx_last[first->id], second);
}

/* While a report is made: the call stack of each event, innermost frame first. */
void ex_snapshot_take(struct ghes_explore *x, const struct ex_ctx *c, unsigned int pos)
{
	const void **frames = x->snapshots[pos];
	unsigned int n = 0;

	frames[n++] = c->op.pc;
	for (unsigned int d = c->shadow_depth; d > 0 && n < EX_FRAMES - 1; d--) {
		const void *frame = c->shadow[(d - 1) & (EX_SHADOW - 1)];

		if (c->shadow_depth - d >= EX_SHADOW)
			break;
		if (frame != frames[0]) /* of code that is not instrumented: the same */
			frames[n++] = frame;
	}
	frames[n] = NULL;
}

/* The two events that a race or torn report is about, when it is the one being reported. */
void ex_snapshot_note(struct ghes_explore *x, unsigned int first, unsigned int second)
{
	if (x->snapshots && x->probe_hit && !x->noted[1]) {
		x->noted[0] = first;
		x->noted[1] = second;
	}
}

/* The function and the file:line of the call that returns to @pc; "?" when nothing is known. */
void ex_locate(const void *pc, char function[101], char place[201])
{
	sim_where(pc ? (const char *)pc - 1 : NULL, function, place);
	if (!function[0])
		snprintf(function, 101, "?");
	if (!place[0])
		snprintf(place, 201, "?");
}

static void print_stack(FILE *out, struct ghes_explore *x, unsigned int pos)
{
	const struct ex_event *ev = &x->path[pos];

	fprintf(out, "  %s by %s (CPU %u) of %#lx, step %u:\n", access_name(ev),
		x->ctx[ev->ctx].name, ev->cpu, (unsigned long)ev->addr, pos);
	ex_print_frames(out, x->snapshots[pos], EX_FRAMES);
}

static char *place_of(const void *pc)
{
	char function[101], place[201];

	ex_locate(pc, function, place);
	return strdup(place);
}

/* Where the code under test is, when what stopped is in a host of the engine or in a library. */
static void place_again(const struct ghes_explore *x, struct ex_finding *f)
{
	const void *pc = ex_ended(x, f)	    ? ex_crash_place(x)
			 : f->ctx < EX_CTXS ? ex_chain_place(&x->ctx[f->ctx])
					    : NULL;

	if (!pc)
		return;
	free(f->location);
	f->location = place_of(pc);
}

/* The shortest schedule may show the race between others, or another chain's place. */
static void adopt_what_it_shows(const struct ghes_explore *x, struct ex_finding *f)
{
	place_again(x, f);
	if (!x->noted[1] || strncmp(f->message, "data race", 9) != 0)
		return;
	say_race(x, f, x->noted[0], x->noted[1]);
	snprintf(f->context, sizeof(f->context), "%s", x->ctx[x->path[x->noted[1]].ctx].name);
}

/* Runs the finding's schedule once more and writes down what led to it. */
static void make_report(struct ghes_explore *x, struct ex_finding *f)
{
	size_t size = 0;
	FILE *out = open_memstream(&f->report, &size);
	bool shown;

	if (!out)
		return;
	x->snapshots = calloc(x->path_slots, sizeof(*x->snapshots));
	shown = x->snapshots && ex_probe(x, f, &f->script);
	if (shown)
		adopt_what_it_shows(x, f);
	fprintf(out, "%s: %s\n", f->oracle, f->message);
	if (shown && ex_ended(x, f))
		ex_print_end(out, x, f);
	if (shown && x->noted[1]) {
		print_stack(out, x, x->noted[0]);
		print_stack(out, x, x->noted[1]);
	} else if (x->snapshots) {
		ex_print_contexts(out, x, f);
	}
	free(x->snapshots);
	x->snapshots = NULL;
	fprintf(out, "  schedule: %s\n", f->schedule_text ? f->schedule_text : "?");
	fclose(out);
}

void ex_report_all(struct ghes_explore *x)
{
	struct ghes_explore_result res = x->res;
	struct ghes_explore_defect *d = x->defects;

	for (unsigned int i = 0; i < x->n_findings; i++) {
		struct ex_finding *f = &x->findings[i];

		if (f->expected)
			continue;
		if (!x->cfg.no_minimise)
			ex_minimise(x, f);
		f->schedule_text = ex_schedule_format(&f->script);
		if (!x->cfg.no_reports) {
			f->location = place_of(f->pc);
			make_report(x, f);
		}
		*d++ = (struct ghes_explore_defect){
			.oracle = f->oracle,
			.message = f->message,
			.schedule = f->schedule_text ? f->schedule_text : "",
			.context = f->context,
			.location = f->location ? f->location : "?",
			.report = f->report ? f->report : "",
			.execution = f->execution,
			.pc = {f->pc, f->other_pc},
		};
	}
	x->res = res;
}

void ex_report_free(struct ghes_explore *x)
{
	for (unsigned int i = 0; i < x->n_findings; i++) {
		free(x->findings[i].script.run);
		free(x->findings[i].schedule_text);
		free(x->findings[i].report);
		free(x->findings[i].location);
	}
	x->n_findings = x->n_weighed = x->n_expected = 0;
}
