// SPDX-License-Identifier: GPL-2.0-only
/*
 * A shorter story for the same defect: fewer notifications before it, then fewer switches.
 *
 * Flow: report.c -> ex_minimise() -> candidate schedules, followed leniently: what does not fit is
 * left out, and what follows the schedule runs without preemption, handlers last -> a candidate
 * that shows the same defect (oracle and places) at less cost replaces the schedule.
 *
 * The result is minimal in the sense that no turn of a context can be left out alone, nor put off
 * until after the next one.
 */
#include "engine.h"
#include <stdlib.h>

#define MAX_PROBES 4000
#define MAX_HANGS  24 /* probes that take a part of max_idle_ms each */
#define MAX_TRIES  16

/* One execution by @script. Return: does it show @f? */
bool ex_probe(struct ghes_explore *x, const struct ex_finding *f, struct ex_script *script)
{
	enum ghes_explore_mode mode = x->cfg.mode;

	x->probe = f;
	x->probe_hit = false;
	x->noted[0] = x->noted[1] = 0;
	x->cfg.mode = GHES_EXPLORE_BRUTE;
	x->script = script;
	script->lenient = true;
	/* Again, should it show memory to be shared that was not known to be. */
	for (unsigned int tries = 0; tries < MAX_TRIES && ex_analysis_reset(x); tries++) {
		ex_execute(x);
		if (x->probe_hit || !x->more_shared)
			break;
	}
	x->cfg.mode = mode;
	x->script = NULL;
	x->probe = NULL;
	return x->probe_hit;
}

struct cost {
	unsigned int notifications, switches, accesses;
};

static bool less(struct cost a, struct cost b)
{
	if (a.notifications != b.notifications)
		return a.notifications < b.notifications;
	if (a.switches != b.switches)
		return a.switches < b.switches;
	return a.accesses < b.accesses;
}

static struct cost cost_of(const struct ghes_explore *x, const struct ex_script *s)
{
	struct cost cost = {0};
	ex_mask arrived = 0;

	for (unsigned int i = 0; i < s->n; i++) {
		arrived |= ex_bit(s->run[i].ctx);
		cost.switches += !i || s->run[i].ctx != s->run[i - 1].ctx;
		cost.accesses += s->run[i].count;
	}
	cost.notifications = (unsigned int)__builtin_popcount(arrived & x->handlers);
	return cost;
}

static void copy_script(struct ex_script *to, const struct ex_script *from)
{
	memcpy(to->run, from->run, from->n * sizeof(*to->run));
	to->n = from->n;
}

/* Tries a schedule; when it fails the same way at less cost, what it really did is adopted. */
static bool try_script(struct ghes_explore *x, struct ex_finding *f, struct ex_script *s)
{
	if (!ex_probe(x, f, s))
		return false;
	x->depth = x->probe_len;
	ex_schedule_record(x, s);
	if (!less(cost_of(x, s), cost_of(x, &f->script)))
		return false;
	copy_script(&f->script, s);
	return true;
}

/* The end of the turn that begins at run @from: the first run of another context. */
static unsigned int turn_end(const struct ex_script *s, unsigned int from)
{
	unsigned int to = from;

	while (to < s->n && s->run[to].ctx == s->run[from].ctx)
		to++;
	return to;
}

/* @copy becomes @s without the runs @from .. @to - 1, put back before run @where of @s if that is
 * behind them. */
static void move_turn(struct ex_script *copy, const struct ex_script *s, unsigned int from,
		      unsigned int to, unsigned int where)
{
	copy->n = 0;
	for (unsigned int i = 0; i <= s->n; i++) {
		if (i == where && where > to)
			for (unsigned int k = from; k < to; k++)
				copy->run[copy->n++] = s->run[k];
		if (i < s->n && (i < from || i >= to))
			copy->run[copy->n++] = s->run[i];
	}
}

/* One probe more. Return: may it be made? */
static bool may_probe(struct ghes_explore *x, const struct ex_finding *f, unsigned int *probes)
{
	return ++*probes <= (f->endless ? MAX_HANGS : MAX_PROBES) &&
	       !(x->cfg.stop && x->cfg.stop(x->cfg.user));
}

static bool shorten(struct ghes_explore *x, struct ex_finding *f, struct ex_script *copy,
		    unsigned int *probes)
{
	unsigned int to;

	for (unsigned int from = 0; from < f->script.n; from = to) {
		to = turn_end(&f->script, from);
		if (!may_probe(x, f, probes))
			return false;
		move_turn(copy, &f->script, from, to, 0);
		if (try_script(x, f, copy))
			return true;
		if (to == f->script.n || !may_probe(x, f, probes))
			return false;
		move_turn(copy, &f->script, from, to, turn_end(&f->script, to));
		if (try_script(x, f, copy))
			return true;
	}
	return false;
}

void ex_minimise(struct ghes_explore *x, struct ex_finding *f)
{
	size_t room = (2 * (size_t)x->path_slots + EX_CTXS) * sizeof(*f->script.run);
	struct ex_run *larger = realloc(f->script.run, room);
	struct ex_script copy = {.run = malloc(room)};
	unsigned int probes = 0;

	if (larger)
		f->script.run = larger;
	if (larger && copy.run) {
		copy_script(&copy, &f->script);
		if (ex_probe(x, f, &copy))
			while (shorten(x, f, &copy, &probes))
				;
	}
	free(copy.run);
}
