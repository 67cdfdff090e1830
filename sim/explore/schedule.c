// SPDX-License-Identifier: GPL-2.0-only
/*
 * Schedules: recorded, followed, and as text: "v2 0*12 2*3 1:4 0*2".
 *
 * Each word is a run of accesses by one context: its number and how many (*N), or which answer it
 * gets from ghes_explore_choose() (:V). What follows the last word is left to the default order.
 *
 * All accesses count, those included that are no steps because no second context reaches the same
 * memory: which ones these are is learned in the course of a search and is not known to a replay.
 *
 * Flow: report.c -> ex_schedule_record() after a finding; search.c -> ex_schedule_next() at each
 * step and tsan_entry.c -> ex_schedule_passes() at each access that would not be one.
 */
#include <ghes/errors.h>
#include "engine.h"
#include <stdio.h>
#include <stdlib.h>

static void add_run(struct ex_script *s, unsigned int ctx, uint32_t count, uint16_t choice)
{
	struct ex_run *last = s->n ? &s->run[s->n - 1] : NULL;

	if (!count)
		return;
	if (last && last->ctx == ctx && !last->choice && !choice)
		last->count += count;
	else
		s->run[s->n++] =
			(struct ex_run){.ctx = (uint8_t)ctx, .count = count, .choice = choice};
}

/* Or only there since handlers are known to wait, or a thread to fail at once? */
static bool is_of_the_program(const struct ex_event *ev)
{
	return ev->kind != EX_OP_LOCK_DEPTH && ev->kind != EX_OP_LATE_START;
}

/* Accesses that are no steps where they took place: behind the step before them. */
static void record_exactly(const struct ghes_explore *x, struct ex_script *s)
{
	uint32_t *behind = calloc(x->depth + 1, sizeof(*behind)), first[EX_CTXS] = {0};

	if (!behind)
		return;
	for (unsigned int i = 1; i <= x->depth; i++) {
		const struct ex_event *ev = &x->path[i];

		*(ev->prev_in_ctx ? &behind[ev->prev_in_ctx] : &first[ev->ctx]) += ev->skipped;
	}
	/* The last ones of who has begun, which no step follows. */
	for (unsigned int i = 0; i < x->n_ctx; i++) {
		const struct ex_ctx *c = &x->ctx[i];
		unsigned int last = (unsigned int)x->ctx_last[i];

		if (last && last <= x->depth)
			behind[last] += (uint32_t)c->private_accesses;
		else if (!last && (c->state == EX_RUNNING || c->state == EX_DONE))
			first[i] += (uint32_t)c->private_accesses;
	}
	for (unsigned int i = 0; i < x->n_ctx; i++)
		add_run(s, i, first[i], 0);
	for (unsigned int i = 1; i <= x->depth; i++) {
		const struct ex_event *ev = &x->path[i];

		if (is_of_the_program(ev))
			add_run(s, ev->ctx, 1, ev->choice);
		add_run(s, ev->ctx, behind[i], 0);
	}
	free(behind);
}

/*
 * Writes down the execution so far. @s->run has room for twice as many runs as there are steps, and
 * one for each context.
 *
 * When accesses are no steps, nothing depends on their place, and the schedule has less turns when
 * they are made with the step that follows. But not when it turned out just now that others reach
 * the same memory.
 */
void ex_schedule_record(const struct ghes_explore *x, struct ex_script *s)
{
	uint32_t carried[EX_CTXS] = {0};

	s->n = 0;
	if (x->more_shared) {
		record_exactly(x, s);
		return;
	}
	for (unsigned int i = 1; i <= x->depth; i++) {
		const struct ex_event *ev = &x->path[i];

		if (!is_of_the_program(ev)) {
			carried[ev->ctx] += ev->skipped;
			continue;
		}
		add_run(s, ev->ctx, carried[ev->ctx] + ev->skipped, 0);
		add_run(s, ev->ctx, 1, ev->choice);
		carried[ev->ctx] = 0;
	}
}

static struct ex_run *current(struct ex_script *s)
{
	while (s->pos < s->n && s->used >= s->run[s->pos].count) {
		s->pos++;
		s->used = 0;
	}
	return s->pos < s->n ? &s->run[s->pos] : NULL;
}

/* Is @c in the way of context @wanted, so that it has to go on to its end first? */
static bool in_the_way(const struct ghes_explore *x, const struct ex_ctx *c, unsigned int wanted)
{
	const struct ex_ctx *w = &x->ctx[wanted];

	return w != c && w->cpu == c->cpu &&
	       !(w->state == EX_PENDING && ex_machine_may_arrive(x, wanted));
}

/*
 * An access by @c that is no step, while a schedule is followed. Return: true when it may take
 * place at once; false when it is another context's turn.
 */
bool ex_schedule_passes(struct ghes_explore *x, const struct ex_ctx *c)
{
	struct ex_run *r = current(x->script);

	if (!r || in_the_way(x, c, r->ctx))
		return true;
	if (r->ctx != c->id)
		return false;
	x->script->used++;
	return true;
}

/*
 * Whose turn is it at a step? Return: a context in @enabled, EX_CTXS when the schedule has nothing
 * to say any more. *@choice: the answer it gets. A schedule that does not fit ends the execution,
 * unless it is followed leniently: then what does not fit is left out.
 */
unsigned int ex_schedule_next(struct ghes_explore *x, ex_mask enabled, uint16_t *choice)
{
	struct ex_script *s = x->script;
	struct ex_run *r;

	*choice = 0;
	while ((r = current(s))) {
		unsigned int top;

		if (r->ctx < x->n_ctx && (enabled & ex_bit(r->ctx))) {
			*choice = r->choice;
			s->used++;
			return r->ctx;
		}
		top = r->ctx < x->n_ctx ? x->machine.top[x->ctx[r->ctx].cpu] : EX_CTXS;
		if (top < EX_CTXS && (enabled & ex_bit(top)) && in_the_way(x, &x->ctx[top], r->ctx))
			return top;
		if (!s->lenient)
			ex_abort_execution(x, EX_MISFIT);
		s->pos++;
		s->used = 0;
	}
	return EX_CTXS;
}

/* Return: the text, the caller's to free; NULL when memory is out. */
char *ex_schedule_format(const struct ex_script *s)
{
	size_t size = 8 + (size_t)s->n * 20, at;
	char *text = malloc(size);

	if (!text)
		return NULL;
	at = (size_t)snprintf(text, size, "v2");
	for (unsigned int i = 0; i < s->n; i++) {
		const struct ex_run *r = &s->run[i];

		at += (size_t)snprintf(text + at, size - at, " %u", r->ctx);
		if (r->choice)
			at += (size_t)snprintf(text + at, size - at, ":%u", r->choice);
		else if (r->count > 1)
			at += (size_t)snprintf(text + at, size - at, "*%u", r->count);
	}
	return text;
}

static bool parse_run(const char **text, struct ex_run *r)
{
	unsigned long ctx, count = 1, choice = 0;
	char *end;

	if (*(*text)++ != ' ' || **text < '0' || **text > '9')
		return false;
	ctx = strtoul(*text, &end, 10);
	if (*end == '*')
		count = strtoul(end + 1, &end, 10);
	else if (*end == ':')
		choice = strtoul(end + 1, &end, 10);
	if (ctx >= EX_CTXS || !count || count > UINT32_MAX || choice > UINT16_MAX)
		return false;
	*r = (struct ex_run){
		.ctx = (uint8_t)ctx, .count = (uint32_t)count, .choice = (uint16_t)choice};
	*text = end;
	return true;
}

/* Return: 0, -GHES_EINVAL for what is no schedule, -GHES_ENOMEM. @s->run is the caller's to free.
 */
int ex_schedule_parse(const char *text, struct ex_script *s)
{
	*s = (struct ex_script){0};
	if (!text || strncmp(text, "v2", 2))
		return -GHES_EINVAL;
	text += 2;
	/* A run takes two characters at least. */
	s->run = calloc(strlen(text) / 2 + 1, sizeof(*s->run));
	if (!s->run)
		return -GHES_ENOMEM;
	while (*text) {
		if (!parse_run(&text, &s->run[s->n])) {
			free(s->run);
			s->run = NULL;
			return -GHES_EINVAL;
		}
		s->n++;
	}
	return 0;
}
