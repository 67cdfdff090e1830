// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/parse.h"

#include <string.h>

const struct tree_word parse_running_words[] = {
#define WORD(name, text, context) {text, SIM_RUNNING_##name},
	SIM_RUNNING(WORD)
#undef WORD
		{NULL, 0},
};

static const struct tree_word event_words[] = {
#define WORD(name, text, a, b) {text, SIM_EV_##name},
	SIM_EVENTS(WORD)
#undef WORD
#define WORD(name, text, a, b) {"core-" text, SIM_EV_TRACEPOINT + GHES_TP_##name},
		GHES_TRACEPOINTS(WORD)
#undef WORD
			{NULL, 0},
};

static const struct tree_word action_words[] = {
#define WORD(name, text, help) {text, SIM_ACTION_##name},
	SIM_ACTIONS(WORD)
#undef WORD
		{NULL, 0},
};

/* ---- Actions --------------------------------------------------------------------------------- */

struct action_reader {
	struct sim_scenario *s;
	struct sim_action *a;
	bool has_source, has_record;
};

static int action_source(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct action_reader *r = out;
	uint64_t id;

	(void)k;
	if (tree_uint(t, v, "source", 0, UINT16_MAX - 1, &id))
		return -1;
	if (!r->s->config.hest && !parse_has_source(&r->s->config, (uint16_t)id))
		return tree_error(t, v, "source is %u, expected the id of one in 'sources'",
				  (unsigned int)id);
	r->a->source = (uint16_t)id;
	r->has_source = true;
	return 0;
}

static int action_record(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct action_reader *r = out;

	(void)k;
	r->a->record = parse_record_name(t, &r->s->config, v);
	r->has_record = true;
	return r->a->record < 0 ? -1 : 0;
}

static int action_mode(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	static const struct tree_word words[] = {{"user", 0}, {"kernel", 1}, {NULL, 0}};
	uint64_t n;

	(void)k;
	if (tree_word(t, v, "mode", words, &n))
		return -1;
	((struct action_reader *)out)->a->in_kernel = n;
	return 0;
}

static const struct tree_key action_keys[] = {
	{"source", false, action_source},
	{"record", false, action_record},
	{"mode", false, action_mode},
	{NULL, false, NULL},
};

/* What an action must be told. */
static const struct {
	bool source, record, count, duration;
} action_needs[SIM_NR_ACTIONS] = {
	[SIM_ACTION_REPORT] = {.source = true, .record = true},
	[SIM_ACTION_WRITE] = {.source = true, .record = true},
	[SIM_ACTION_RAISE] = {.source = true},
	[SIM_ACTION_USER] = {.count = true},
	[SIM_ACTION_KERNEL] = {.count = true},
	[SIM_ACTION_CONSUME] = {.source = true, .record = true},
	[SIM_ACTION_GUEST_CONSUME] = {.source = true, .record = true},
	[SIM_ACTION_REMOVE] = {.source = true},
	[SIM_ACTION_PROBE] = {.source = true},
	[SIM_ACTION_POLL] = {.source = true},
	[SIM_ACTION_TICK] = {.count = true, .duration = true},
};

static const char *action_name(enum sim_action_kind kind)
{
	return action_words[kind].word;
}

static int read_arguments(struct yaml_tree *t, struct action_reader *r, const yaml_node_t *v)
{
	enum sim_action_kind kind = r->a->kind;

	if (action_needs[kind].count) {
		if (action_needs[kind].duration)
			return tree_duration_ns(t, v, action_name(kind), &r->a->count);
		return tree_uint(t, v, action_name(kind), 0, UINT32_MAX, &r->a->count);
	}
	if (v->type == YAML_SCALAR_NODE && action_needs[kind].source && !action_needs[kind].record)
		return action_source(t, v, v, r);
	if (!action_needs[kind].source)
		return tree_error(t, v, "'%s' takes nothing, expected the word alone",
				  action_name(kind));
	if (tree_map(t, v, action_name(kind), action_keys, r))
		return -1;
	if (action_needs[kind].source && !r->has_source)
		return tree_error(t, v, "'%s' has no 'source'", action_name(kind));
	if (action_needs[kind].record && !r->has_record)
		return tree_error(t, v, "'%s' has no 'record'", action_name(kind));
	if (r->has_source && !action_needs[kind].source)
		return tree_error(t, v, "'%s' takes no 'source'", action_name(kind));
	if (r->has_record && !action_needs[kind].record)
		return tree_error(t, v, "'%s' takes no 'record'", action_name(kind));
	return 0;
}

static void action_init(struct sim_action *a, uint64_t kind, const yaml_node_t *k)
{
	*a = (struct sim_action){
		.kind = (enum sim_action_kind)kind,
		.source = SIM_NO_SOURCE,
		.record = -1,
		.line = tree_line(k),
	};
}

/* `user: 10`, `report: {source: 1, record: x}`, or a bare word such as `irqs-off`. */
static int read_action(struct yaml_tree *t, struct sim_scenario *s, const yaml_node_t *n,
		       struct sim_action *a)
{
	struct action_reader r = {.s = s, .a = a};
	yaml_node_t *k, *v;
	uint64_t kind;

	if (n->type == YAML_SCALAR_NODE) {
		if (tree_word(t, n, "an action", action_words, &kind))
			return -1;
		action_init(a, kind, n);
		if (action_needs[kind].source || action_needs[kind].count)
			return tree_error(t, n, "'%s' needs arguments", action_name(a->kind));
		return 0;
	}
	if (n->type != YAML_MAPPING_NODE || !tree_pair(t, n, 0, &k, &v) ||
	    n->data.mapping.pairs.top - n->data.mapping.pairs.start != 1)
		return tree_error(t, n, "expected one action, such as 'user: 10'");
	if (tree_word(t, k, "an action", action_words, &kind))
		return -1;
	action_init(a, kind, k);
	return read_arguments(t, &r, v);
}

/* ---- Programs -------------------------------------------------------------------------------- */

struct program_reader {
	struct sim_scenario *s;
	struct sim_program *p;
};

int parse_cpu(struct yaml_tree *t, const struct sim_scenario *s, const yaml_node_t *v,
	      uint64_t *cpu)
{
	return tree_uint(t, v, "cpu", 0, s->config.nr_cpus - 1, cpu);
}

static int program_cpu(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct program_reader *r = out;
	uint64_t cpu;

	(void)k;
	if (parse_cpu(t, r->s, v, &cpu))
		return -1;
	r->p->cpu = (unsigned int)cpu;
	return 0;
}

static int program_do(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct program_reader *r = out;

	(void)k;
	r->p->actions =
		parse_list_room(t, r->s, v, "do", sizeof(*r->p->actions), &r->p->nr_actions);
	if (!r->p->actions)
		return -1;
	for (unsigned int i = 0; i < r->p->nr_actions; i++)
		if (read_action(t, r->s, tree_item(t, v, i), &r->p->actions[i]))
			return -1;
	return 0;
}

static const struct tree_key program_keys[] = {
	{"cpu", true, program_cpu},
	{"do", true, program_do},
	{NULL, false, NULL},
};

int top_programs(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct sim_scenario *s = out;

	(void)k;
	s->programs = parse_list_room(t, s, v, "programs", sizeof(*s->programs), &s->nr_programs);
	if (!s->programs)
		return -1;
	for (unsigned int i = 0; i < s->nr_programs; i++) {
		struct program_reader r = {s, &s->programs[i]};
		const yaml_node_t *n = tree_item(t, v, i);

		if (tree_map(t, n, "a program", program_keys, &r))
			return -1;
		for (unsigned int j = 0; j < i; j++)
			if (s->programs[j].cpu == r.p->cpu)
				return tree_error(t, n, "CPU %u has two programs", r.p->cpu);
	}
	return 0;
}

/* ---- Arrivals -------------------------------------------------------------------------------- */

struct arrival_reader {
	struct sim_scenario *s;
	struct sim_arrival *arrival;
	bool has_action;
};

static int arrival_cpu(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct arrival_reader *r = out;
	const char *text = tree_scalar(t, v, "cpu");
	uint64_t cpu;

	(void)k;
	if (text && !strcmp(text, "any")) {
		r->arrival->cpu = -1;
		return 0;
	}
	if (!text || parse_cpu(t, r->s, v, &cpu))
		return -1;
	r->arrival->cpu = (int)cpu;
	return 0;
}

static int arrival_times(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	uint64_t n;

	(void)k;
	if (tree_uint(t, v, "times", 1, 1000000, &n))
		return -1;
	((struct arrival_reader *)out)->arrival->times = (unsigned int)n;
	return 0;
}

static int place_event(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	uint64_t kind;

	(void)k;
	if (tree_word(t, v, "event", event_words, &kind))
		return -1;
	((struct arrival_reader *)out)->arrival->at.kind = (uint16_t)kind;
	return 0;
}

static int place_nth(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	uint64_t n;

	(void)k;
	if (tree_uint(t, v, "nth", 1, 1000000, &n))
		return -1;
	((struct arrival_reader *)out)->arrival->at.nth = (unsigned int)n;
	return 0;
}

static int place_context(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	uint64_t n;

	(void)k;
	if (tree_word(t, v, "context", parse_running_words, &n))
		return -1;
	((struct arrival_reader *)out)->arrival->at.running = (int)n;
	return 0;
}

static int place_cpu(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct arrival_reader *r = out;
	uint64_t cpu;

	(void)k;
	if (parse_cpu(t, r->s, v, &cpu))
		return -1;
	r->arrival->at.cpu = (int)cpu;
	return 0;
}

static const struct tree_key place_keys[] = {
	{"event", true, place_event}, {"nth", false, place_nth}, {"context", false, place_context},
	{"cpu", false, place_cpu},    {NULL, false, NULL},
};

static int arrival_at(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	(void)k;
	((struct arrival_reader *)out)->arrival->at.set = true;
	return tree_map(t, v, "at", place_keys, out);
}

static int arrival_action(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,
			  void *out)
{
	struct arrival_reader *r = out;
	struct action_reader ar = {.s = r->s, .a = &r->arrival->action};
	uint64_t kind;

	if (r->has_action)
		return tree_error(t, k, "an arrival has two actions");
	if (tree_word(t, k, "an action", action_words, &kind))
		return -1;
	r->has_action = true;
	action_init(ar.a, kind, k);
	return read_arguments(t, &ar, v);
}

static const struct tree_key arrival_keys[] = {
	{"cpu", false, arrival_cpu},
	{"at", false, arrival_at},
	{"times", false, arrival_times},
	{"report", false, arrival_action},
	{"raise", false, arrival_action},
	{"consume", false, arrival_action},
	{"poll", false, arrival_action},
	{"remove", false, arrival_action},
	{"probe", false, arrival_action},
	{"tick", false, arrival_action},
	{NULL, false, NULL},
};

int top_arrivals(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct sim_scenario *s = out;

	(void)k;
	s->arrivals = parse_list_room(t, s, v, "arrivals", sizeof(*s->arrivals), &s->nr_arrivals);
	if (!s->arrivals)
		return -1;
	for (unsigned int i = 0; i < s->nr_arrivals; i++) {
		struct arrival_reader r = {s, &s->arrivals[i], false};
		const yaml_node_t *n = tree_item(t, v, i);

		*r.arrival = (struct sim_arrival){
			.times = 1,
			.cpu = 0,
			.at = {.nth = 1, .running = -1, .source = SIM_NO_SOURCE, .cpu = -1},
		};
		if (tree_map(t, n, "an arrival", arrival_keys, &r))
			return -1;
		if (!r.has_action)
			return tree_error(t, n, "an arrival has no action, such as 'report'");
	}
	return 0;
}
