// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/counts.h"

#include <inttypes.h>
#include <string.h>

#define TP(name) (SIM_EV_TRACEPOINT + GHES_TP_##name)

/* Statistics only: no other data depends on them, so relaxed is enough everywhere in this file. */
static void add(_Atomic uint64_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static void raise_to(_Atomic uint64_t *counter, uint64_t value)
{
	uint64_t old = atomic_load_explicit(counter, memory_order_relaxed);

	while (old < value &&
	       !atomic_compare_exchange_weak_explicit(counter, &old, value, memory_order_relaxed,
						      memory_order_relaxed))
		;
}

/* Which event counts as which expectation; everything else is counted in event() itself. */
static const struct {
	uint16_t kind;
	enum sim_expect_count count;
} counted[] = {
	{TP(PROCESSED), SIM_EXPECT_PROCESSED},
	{TP(DUPLICATE), SIM_EXPECT_DUPLICATE},
	{TP(REJECT), SIM_EXPECT_REJECTED},
	{TP(LOST), SIM_EXPECT_LOST},
	{TP(PANIC_PRINT), SIM_EXPECT_PANIC_PRINTED},
	{SIM_EV_PANIC, SIM_EXPECT_PANICS},
	{SIM_EV_MEMORY_FAILURE, SIM_EXPECT_MEMORY_FAILURES},
	{SIM_EV_SIGBUS, SIM_EXPECT_SIGNALS},
	{SIM_EV_AER, SIM_EXPECT_AER},
	{SIM_EV_VENDOR, SIM_EXPECT_VENDOR},
	{SIM_EV_CXL, SIM_EXPECT_CXL},
	{SIM_EV_DISPATCH_LOST, SIM_EXPECT_LOST_DISPATCHES},
	{SIM_EV_FW_ACKED, SIM_EXPECT_ACKS},
	{SIM_EV_FW_CLEARED, SIM_EXPECT_CLEARS},
	{TP(POOL_EXHAUSTED), SIM_EXPECT_POOL_EXHAUSTED},
	{SIM_EV_IPI, SIM_EXPECT_IRQ_WORKS},
};

/* Is @nest on @cpu's stack, in order, from some level on? */
static bool on_stack(const struct sim_counts *c, unsigned int cpu, const struct sim_nest *nest)
{
	unsigned int depth = c->stack[cpu].depth;

	for (unsigned int from = 0; from + nest->depth <= depth; from++)
		if (!memcmp(c->stack[cpu].running + from, nest->running, nest->depth))
			return true;
	return false;
}

static void enter(struct sim_counts *c, const struct sim_event *ev)
{
	unsigned int depth = c->stack[ev->cpu].depth;

	add(&c->entered[ev->a]);
	if (!depth)
		c->stack[ev->cpu].running[depth++] = (uint8_t)ev->b;
	if (depth < SIM_MAX_DEPTH)
		c->stack[ev->cpu].running[depth++] = (uint8_t)ev->a;
	c->stack[ev->cpu].depth = (uint8_t)depth;
	raise_to(&c->deepest[ev->a], depth - 1);
	raise_to(&c->expect[SIM_EXPECT_DEPTH], depth - 1);
	for (unsigned int i = 0; i < c->scenario->nr_nests && i < 32; i++)
		if (on_stack(c, ev->cpu, &c->scenario->nests[i]))
			atomic_fetch_or_explicit(&c->nests_seen, 1u << i, memory_order_relaxed);
}

static void leave(struct sim_counts *c, const struct sim_event *ev)
{
	if (c->stack[ev->cpu].depth)
		c->stack[ev->cpu].depth--;
	if (c->stack[ev->cpu].depth == 1)
		c->stack[ev->cpu].depth = 0;
}

static enum sim_expect_count claim_answer(uint64_t answer)
{
	switch (answer) {
	case 0:
		return SIM_EXPECT_CLAIM_0;
	case GHES_ENOENT:
		return SIM_EXPECT_CLAIM_ENOENT;
	case GHES_ECANCELED:
		return SIM_EXPECT_CLAIM_ECANCELED;
	default:
		return SIM_EXPECT_CLAIM_OTHER;
	}
}

static void event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	struct sim_counts *c = state;

	(void)m;
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
		if (counted[i].kind == ev->kind)
			add(&c->expect[counted[i].count]);
	switch (ev->kind) {
	case SIM_EV_ENTER:
		enter(c, ev);
		break;
	case SIM_EV_LEAVE:
		leave(c, ev);
		break;
	case SIM_EV_RAISE:
		add(&c->expect[SIM_EXPECT_NOTIFICATIONS]);
		if (ev->b <= SIM_FATAL)
			add(&c->verdicts[ev->b]);
		break;
	case TP(CACHE_EVICT):
		add(&c->cache_evictions);
		break;
	case SIM_EV_CLAIM:
		add(&c->expect[claim_answer(ev->a)]);
		break;
	case SIM_EV_MEMORY_FAILURE:
		if (ev->b & MF_ACTION_REQUIRED)
			add(&c->expect[SIM_EXPECT_ACTION_REQUIRED]);
		break;
	case SIM_EV_PROBE:
	case SIM_EV_REMOVE:
		if (ev->b)
			add(&c->expect[SIM_EXPECT_BIND_ERRORS]);
		break;
	}
}

struct sim_observer counts_observer(const struct sim_scenario *s)
{
	return (struct sim_observer){
		.name = "counts",
		.state_size = sizeof(struct sim_counts),
		.event = event,
		.arg = (void *)(uintptr_t)s,
	};
}

struct sim_counts *counts_of(struct sim_machine *m)
{
	return sim_observer_state(m, "counts");
}

uint64_t counts_notifications(const struct sim_counts *c)
{
	return c->expect[SIM_EXPECT_NOTIFICATIONS];
}

void counts_report(const struct sim_counts *c, struct sim_result *r)
{
	static const char *const entered[] = {
#define NAME(name, text, context) "entered-" text,
		SIM_RUNNING(NAME)
#undef NAME
	};
	static const char *const deepest[] = {
#define NAME(name, text, context) "deepest-" text,
		SIM_RUNNING(NAME)
#undef NAME
	};
	static const char *const verdicts[] = {"raised-impossible", "raised-now", "raised-pending",
					       "raised-lost", "raised-fatal"};

	for (unsigned int i = 0; i < SIM_NR_EXPECT; i++)
		if (i != SIM_EXPECT_DEPTH)
			sim_count(r, sim_expect_name(i), c->expect[i]);
	for (unsigned int i = 0; i < SIM_NR_RUNNING; i++)
		if (c->entered[i])
			sim_count(r, entered[i], c->entered[i]);
	for (unsigned int i = 0; i < SIM_NR_RUNNING; i++)
		if (c->entered[i])
			sim_count_most(r, deepest[i], c->deepest[i]);
	for (unsigned int i = 0; i <= SIM_FATAL; i++)
		if (c->verdicts[i])
			sim_count(r, verdicts[i], c->verdicts[i]);
	if (c->cache_evictions)
		sim_count(r, "cache-evictions", c->cache_evictions);
}

static void nest_text(const struct sim_nest *nest, char *buf, size_t size)
{
	size_t used = 0;

	for (unsigned int i = 0; i < nest->depth && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? " > " : "",
					 sim_running_name(nest->running[i]));
}

bool counts_as_expected(const struct sim_counts *c, const struct sim_scenario *s, char *why,
			size_t why_size)
{
	char nest[160];

	for (unsigned int i = 0; !s->misbehaves && i < SIM_NR_EXPECT; i++)
		if (s->expect_set[i] && c->expect[i] != s->expect[i]) {
			snprintf(why, why_size, "%s is %" PRIu64 ", expected %" PRIu64,
				 sim_expect_name(i), c->expect[i], s->expect[i]);
			return false;
		}
	for (unsigned int i = 0; i < s->nr_nests && i < 32; i++)
		if (scenario_demanded_nests(s) & ~c->nests_seen & 1u << i) {
			nest_text(&s->nests[i], nest, sizeof(nest));
			snprintf(why, why_size, "nothing nested as %s", nest);
			return false;
		}
	return true;
}
