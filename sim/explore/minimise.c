// SPDX-License-Identifier: GPL-2.0-only
/*
 * A shorter story for the same defect: fewer notifications, then fewer preemptions.
 *
 * Flow: report.c -> ex_minimise() -> candidate schedules, followed leniently: a step that does not
 * fit is left out, and what follows the schedule runs without preemption -> a candidate that shows
 * the same defect (oracle and places) replaces the schedule.
 *
 * The result is minimal in the sense that none of its parts can be left out alone.
 */
#include "engine.h"
#include <stdlib.h>

#define MAX_PROBES 4000

/* One execution by @script, without handlers in @suppressed. Return: does it show @f? */
bool ex_probe(struct ghes_explore *x, const struct ex_finding *f, const uint32_t *script,
	      unsigned int len, ex_mask suppressed)
{
	enum ghes_explore_mode mode = x->cfg.mode;

	x->probe = f;
	x->probe_hit = false;
	x->noted[0] = x->noted[1] = 0;
	x->suppressed = suppressed;
	x->cfg.mode = GHES_EXPLORE_BRUTE;
	x->script = script;
	x->script_len = len;
	x->script_lenient = true;
	if (ex_analysis_reset(x))
		ex_execute(x);
	x->cfg.mode = mode;
	x->script = NULL;
	x->suppressed = 0;
	x->probe = NULL;
	return x->probe_hit;
}

struct cost {
	unsigned int notifications, switches, steps;
};

static bool less(struct cost a, struct cost b)
{
	if (a.notifications != b.notifications)
		return a.notifications < b.notifications;
	if (a.switches != b.switches)
		return a.switches < b.switches;
	return a.steps < b.steps;
}

static struct cost cost_of(const struct ghes_explore *x, const uint32_t *script, unsigned int len)
{
	struct cost cost = {.steps = len};
	ex_mask arrived = 0;

	for (unsigned int i = 0; i < len; i++) {
		arrived |= ex_bit(script[i] & 0xff);
		cost.switches += !i || (script[i] & 0xff) != (script[i - 1] & 0xff);
	}
	cost.notifications = (unsigned int)__builtin_popcount(arrived & x->handlers);
	return cost;
}

/* Tries a schedule; when it fails the same way at less cost, what it really did is adopted. */
static bool try_script(struct ghes_explore *x, struct ex_finding *f, const uint32_t *script,
		       unsigned int len, ex_mask suppressed, uint32_t *followed)
{
	if (!ex_probe(x, f, script, len, suppressed) || x->probe_len > x->max_steps)
		return false;
	for (unsigned int i = 0; i < x->probe_len; i++)
		followed[i] = x->path[i + 1].ctx | (uint32_t)x->path[i + 1].choice << 8;
	if (!less(cost_of(x, followed, x->probe_len), cost_of(x, f->script, f->script_len)))
		return false;
	memcpy(f->script, followed, x->probe_len * sizeof(*followed));
	f->script_len = x->probe_len;
	f->suppressed = suppressed;
	return true;
}

/* Leaves out one run of steps of one context, or moves it behind the next one. */
static bool shorten(struct ghes_explore *x, struct ex_finding *f, uint32_t *copy,
		    unsigned int *probes)
{
	uint32_t *followed = copy + x->max_steps + 1;
	unsigned int from = 0;

	while (from < f->script_len && *probes < MAX_PROBES) {
		unsigned int c = f->script[from] & 0xff, to = from;
		unsigned int after, d;

		while (to < f->script_len && (f->script[to] & 0xff) == c)
			to++;
		memcpy(copy, f->script, from * sizeof(*copy));
		memcpy(copy + from, f->script + to, (f->script_len - to) * sizeof(*copy));
		++*probes;
		if (try_script(x, f, copy, f->script_len - (to - from), f->suppressed, followed))
			return true;
		after = to;
		d = to < f->script_len ? f->script[to] & 0xff : c;
		while (after < f->script_len && (f->script[after] & 0xff) == d)
			after++;
		memcpy(copy, f->script, f->script_len * sizeof(*copy));
		memcpy(copy + from, f->script + to, (after - to) * sizeof(*copy));
		memcpy(copy + from + (after - to), f->script + from, (to - from) * sizeof(*copy));
		++*probes;
		if (try_script(x, f, copy, f->script_len, f->suppressed, followed))
			return true;
		from = to;
	}
	return false;
}

void ex_minimise(struct ghes_explore *x, struct ex_finding *f)
{
	uint32_t *larger = realloc(f->script, (x->max_steps + 1) * sizeof(*f->script));
	uint32_t *copy = malloc((size_t)(x->max_steps + 1) * 2 * sizeof(*copy));
	unsigned int probes = 0;

	if (larger)
		f->script = larger;
	if (larger && copy && ex_probe(x, f, f->script, f->script_len, f->suppressed)) {
		for (unsigned int h = 0; h < x->n_ctx; h++) {
			if (!(x->handlers & ex_bit(h)) || x->ctx[h].raised)
				continue;
			probes++;
			try_script(x, f, f->script, f->script_len, f->suppressed | ex_bit(h),
				   copy + x->max_steps + 1);
		}
		while (probes < MAX_PROBES && shorten(x, f, copy, &probes))
			;
	}
	free(copy);
}
