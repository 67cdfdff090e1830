// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/scenario.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/record.h"
#include "scenario/tree.h"

struct scenario_block {
	struct scenario_block *next;
	_Alignas(16) uint8_t bytes[];
};

void *scenario_alloc(struct sim_scenario *s, size_t size)
{
	struct scenario_block *b;

	if (size > SIZE_MAX - sizeof(*b))
		return NULL;
	b = calloc(1, sizeof(*b) + size);
	if (!b)
		return NULL;
	b->next = s->blocks;
	s->blocks = b;
	return b->bytes;
}

void scenario_free(struct sim_scenario *s)
{
	struct scenario_block *b, *next;

	if (!s)
		return;
	for (b = s->blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	free(s);
}

const char *sim_expect_name(enum sim_expect_count count)
{
	static const char *const names[] = {
#define NAME(name, text) text,
		SIM_EXPECT_COUNTS(NAME)
#undef NAME
	};

	return names[count];
}

static char *keep(struct sim_scenario *s, const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = scenario_alloc(s, n);

	return copy ? memcpy(copy, text, n) : NULL;
}

static int keep_text(struct yaml_tree *t, struct sim_scenario *s, const yaml_node_t *v,
		     const char *what, const char **out)
{
	const char *text = tree_scalar(t, v, what);

	if (!text)
		return -1;
	*out = keep(s, text);
	return *out ? 0 : tree_error(t, v, "out of memory");
}

/* Zeroed room for the elements of a list, their number in @nr; NULL and an error otherwise. */
static void *list_room(struct yaml_tree *t, struct sim_scenario *s, const yaml_node_t *n,
		       const char *what, size_t size, unsigned int *nr)
{
	int count = tree_list(t, n, what);
	void *room;

	if (count < 0)
		return NULL;
	room = scenario_alloc(s, ((size_t)count + 1) * size);
	if (!room)
		tree_error(t, n, "out of memory");
	*nr = (unsigned int)count;
	return room;
}

/* ---- Words ---------------------------------------------------------------------------------- */

static const struct tree_word notify_words[] = {
	{"polled", ACPI_HEST_NOTIFY_POLLED}, {"external", ACPI_HEST_NOTIFY_EXTERNAL},
	{"local", ACPI_HEST_NOTIFY_LOCAL},   {"sci", ACPI_HEST_NOTIFY_SCI},
	{"nmi", ACPI_HEST_NOTIFY_NMI},	     {"cmci", ACPI_HEST_NOTIFY_CMCI},
	{"mce", ACPI_HEST_NOTIFY_MCE},	     {"gpio", ACPI_HEST_NOTIFY_GPIO},
	{"sea", ACPI_HEST_NOTIFY_SEA},	     {"sei", ACPI_HEST_NOTIFY_SEI},
	{"gsiv", ACPI_HEST_NOTIFY_GSIV},     {"sdei", ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED},
	{NULL, 0},
};

static const struct tree_word running_words[] = {
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

/* ---- Sources -------------------------------------------------------------------------------- */

static int source_number(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,
			 uint64_t max, uint64_t *out)
{
	return tree_uint(t, v, (const char *)k->data.scalar.value, 0, max, out);
}

#define SOURCE_NUMBER(field, max)                                                                  \
	static int source_##field(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, \
				  void *out)                                                       \
	{                                                                                          \
		uint64_t n;                                                                        \
                                                                                                   \
		if (source_number(t, k, v, max, &n))                                               \
			return -1;                                                                 \
		((struct sim_source_config *)out)->field = n;                                      \
		return 0;                                                                          \
	}
SOURCE_NUMBER(id, UINT16_MAX - 1)
SOURCE_NUMBER(vector, UINT32_MAX)
SOURCE_NUMBER(poll_interval_ms, UINT32_MAX)
SOURCE_NUMBER(error_block_length, UINT32_MAX)
SOURCE_NUMBER(records_to_preallocate, UINT32_MAX)
SOURCE_NUMBER(share_block_with, UINT16_MAX - 1)
SOURCE_NUMBER(share_ack_with, UINT16_MAX - 1)
SOURCE_NUMBER(ack_preserve, UINT64_MAX)
SOURCE_NUMBER(ack_write, UINT64_MAX)
#undef SOURCE_NUMBER

static int source_version(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,
			  void *out)
{
	uint64_t n;

	(void)k;
	if (tree_uint(t, v, "version", 1, 2, &n))
		return -1;
	((struct sim_source_config *)out)->version = (uint8_t)n;
	return 0;
}

static int source_notify(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,
			 void *out)
{
	uint64_t n;

	(void)k;
	if (tree_word(t, v, "notify", notify_words, &n))
		return -1;
	((struct sim_source_config *)out)->notify = (uint8_t)n;
	return 0;
}

static int source_enabled(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,
			  void *out)
{
	(void)k;
	return tree_bool(t, v, "enabled", &((struct sim_source_config *)out)->enabled);
}

#define SOURCE_CHOICE(field, key, no, yes)                                                         \
	static int source_##field(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, \
				  void *out)                                                       \
	{                                                                                          \
		static const struct tree_word words[] = {{no, 0}, {yes, 1}, {NULL, 0}};            \
		uint64_t n;                                                                        \
                                                                                                   \
		(void)k;                                                                           \
		if (tree_word(t, v, key, words, &n))                                               \
			return -1;                                                                 \
		((struct sim_source_config *)out)->field = n;                                      \
		return 0;                                                                          \
	}
SOURCE_CHOICE(sdei_critical, "priority", "normal", "critical")
SOURCE_CHOICE(sdei_shared, "type", "private", "shared")
SOURCE_CHOICE(sdei_explicit, "dispatch", "interrupt", "explicit")
#undef SOURCE_CHOICE

static const struct tree_key source_keys[] = {
	{"id", true, source_id},
	{"notify", true, source_notify},
	{"version", false, source_version},
	{"enabled", false, source_enabled},
	{"event", false, source_vector},
	{"gsiv", false, source_vector},
	{"priority", false, source_sdei_critical},
	{"type", false, source_sdei_shared},
	{"dispatch", false, source_sdei_explicit},
	{"poll-interval-ms", false, source_poll_interval_ms},
	{"error-block-length", false, source_error_block_length},
	{"records-to-preallocate", false, source_records_to_preallocate},
	{"share-block-with", false, source_share_block_with},
	{"share-ack-with", false, source_share_ack_with},
	{"ack-preserve", false, source_ack_preserve},
	{"ack-write", false, source_ack_write},
	{NULL, false, NULL},
};

static bool has_source(const struct sim_config *c, uint16_t id)
{
	for (unsigned int i = 0; i < c->nr_sources; i++)
		if (c->sources[i].id == id)
			return true;
	return false;
}

static int check_source(struct yaml_tree *t, const struct sim_config *before,
			const struct sim_source_config *src, const yaml_node_t *n)
{
	if (has_source(before, src->id))
		return tree_error(t, n, "source %u appears twice", src->id);
	if (src->share_block_with != SIM_NO_SOURCE && !has_source(before, src->share_block_with))
		return tree_error(t, n, "share-block-with is %u, expected a source before this one",
				  src->share_block_with);
	if (src->share_ack_with != SIM_NO_SOURCE && !has_source(before, src->share_ack_with))
		return tree_error(t, n, "share-ack-with is %u, expected a source before this one",
				  src->share_ack_with);
	return 0;
}

static int top_sources(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct sim_scenario *s = out;
	struct sim_source_config *src;
	unsigned int nr;

	(void)k;
	src = list_room(t, s, v, "sources", sizeof(*src), &nr);
	if (!src)
		return -1;
	s->config.sources = src;
	for (unsigned int i = 0; i < nr; i++) {
		const yaml_node_t *n = tree_item(t, v, i);

		src[i] = (struct sim_source_config){
			.version = 2,
			.enabled = true,
			.poll_interval_ms = 1000,
			.error_block_length = 4096,
			.records_to_preallocate = 1,
			.share_block_with = SIM_NO_SOURCE,
			.share_ack_with = SIM_NO_SOURCE,
			.ack_preserve = ~UINT64_C(1),
			.ack_write = 1,
			.vector = 804 + i,
			.sdei_explicit = true,
		};
		if (tree_map(t, n, "a source", source_keys, &src[i]) ||
		    check_source(t, &s->config, &src[i], n))
			return -1;
		s->config.nr_sources = i + 1;
	}
	return 0;
}

static int top_hest(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct sim_scenario *s = out;
	const char *name = tree_scalar(t, v, "hest"), *slash = strrchr(t->file, '/');
	char path[4096];
	uint8_t *bytes;
	size_t n, max = 4u << 20;
	FILE *f;

	(void)k;
	if (!name)
		return -1;
	if (*name == '/' || !slash)
		snprintf(path, sizeof(path), "%s", name);
	else
		snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - t->file), t->file, name);
	f = fopen(path, "rb");
	if (!f)
		return tree_error(t, v, "%s: %s", path, strerror(errno));
	bytes = scenario_alloc(s, max);
	n = bytes ? fread(bytes, 1, max, f) : 0;
	fclose(f);
	if (!n)
		return tree_error(t, v, "%s is empty or cannot be read", path);
	s->config.hest = bytes;
	s->config.hest_size = n;
	return 0;
}

/* ---- Records -------------------------------------------------------------------------------- */

static int top_records(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct sim_scenario *s = out;
	struct sim_record *records;
	yaml_node_t *name, *value;
	unsigned int nr = 0;

	(void)k;
	if (v->type != YAML_MAPPING_NODE)
		return tree_error(t, v, "records is not a mapping of names to records");
	while (tree_pair(t, v, nr, &name, &value))
		nr++;
	records = scenario_alloc(s, (nr + 1) * sizeof(*records));
	if (!records)
		return tree_error(t, v, "out of memory");
	s->config.records = records;
	for (unsigned int i = 0; tree_pair(t, v, i, &name, &value); i++) {
		if (keep_text(t, s, name, "a record's name", &records[i].name) ||
		    record_read(t, s, value, &records[i]))
			return -1;
		for (unsigned int j = 0; j < i; j++)
			if (!strcmp(records[i].name, records[j].name))
				return tree_error(t, name, "record '%s' appears twice",
						  records[i].name);
		s->config.nr_records = i + 1;
	}
	return 0;
}

static int find_record(struct yaml_tree *t, const struct sim_config *c, const yaml_node_t *v)
{
	const char *name = tree_scalar(t, v, "record");
	struct tree_word words[33];
	uint64_t index;
	unsigned int i;

	if (!name)
		return -1;
	for (i = 0; i < c->nr_records; i++)
		if (!strcmp(name, c->records[i].name))
			return (int)i;
	for (i = 0; i < c->nr_records && i < 32; i++)
		words[i] = (struct tree_word){c->records[i].name, i};
	words[i].word = NULL;
	if (!i)
		return tree_error(t, v, "record is '%s', but the scenario has no records", name);
	return tree_word(t, v, "record", words, &index);
}

/* ---- Actions -------------------------------------------------------------------------------- */

struct action_reader {
	struct sim_scenario *s;
	struct sim_action *a;
	bool has_source, has_record;
};

static int action_source(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,
			 void *out)
{
	struct action_reader *r = out;
	uint64_t id;

	(void)k;
	if (tree_uint(t, v, "source", 0, UINT16_MAX - 1, &id))
		return -1;
	if (!r->s->config.hest && !has_source(&r->s->config, (uint16_t)id))
		return tree_error(t, v, "source is %u, expected the id of one in 'sources'",
				  (unsigned int)id);
	r->a->source = (uint16_t)id;
	r->has_source = true;
	return 0;
}

static int action_record(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,
			 void *out)
{
	struct action_reader *r = out;

	(void)k;
	r->a->record = find_record(t, &r->s->config, v);
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
	if (v->type == YAML_SCALAR_NODE && action_needs[kind].source &&
	    !action_needs[kind].record)
		return action_source(t, v, v, r);
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

/* ---- Programs ------------------------------------------------------------------------------- */

struct program_reader {
	struct sim_scenario *s;
	struct sim_program *p;
};

static int read_cpu(struct yaml_tree *t, const struct sim_scenario *s, const yaml_node_t *v,
		    uint64_t *cpu)
{
	return tree_uint(t, v, "cpu", 0, s->config.nr_cpus - 1, cpu);
}

static int program_cpu(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct program_reader *r = out;
	uint64_t cpu;

	(void)k;
	if (read_cpu(t, r->s, v, &cpu))
		return -1;
	r->p->cpu = (unsigned int)cpu;
	return 0;
}

static int program_do(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct program_reader *r = out;

	(void)k;
	r->p->actions = list_room(t, r->s, v, "do", sizeof(*r->p->actions), &r->p->nr_actions);
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

static int top_programs(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct sim_scenario *s = out;

	(void)k;
	s->programs = list_room(t, s, v, "programs", sizeof(*s->programs), &s->nr_programs);
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

/* ---- Arrivals ------------------------------------------------------------------------------- */

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
	if (!text || read_cpu(t, r->s, v, &cpu))
		return -1;
	r->arrival->cpu = (int)cpu;
	return 0;
}

static int arrival_times(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,
			 void *out)
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

static int place_context(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,
			 void *out)
{
	uint64_t n;

	(void)k;
	if (tree_word(t, v, "context", running_words, &n))
		return -1;
	((struct arrival_reader *)out)->arrival->at.running = (int)n;
	return 0;
}

static int place_cpu(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct arrival_reader *r = out;
	uint64_t cpu;

	(void)k;
	if (read_cpu(t, r->s, v, &cpu))
		return -1;
	r->arrival->at.cpu = (int)cpu;
	return 0;
}

static const struct tree_key place_keys[] = {
	{"event", true, place_event},
	{"nth", false, place_nth},
	{"context", false, place_context},
	{"cpu", false, place_cpu},
	{NULL, false, NULL},
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

static int top_arrivals(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct sim_scenario *s = out;

	(void)k;
	s->arrivals = list_room(t, s, v, "arrivals", sizeof(*s->arrivals), &s->nr_arrivals);
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

/* ---- Misbehaviour and expectations ---------------------------------------------------------- */

static int top_misbehave(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,
			 void *out)
{
	static const struct tree_word words[] = {
#define WORD(name, text, help) {text, SIM_MISBEHAVE_##name},
		SIM_MISBEHAVIOURS(WORD)
#undef WORD
		{NULL, 0},
	};
	struct sim_scenario *s = out;
	yaml_node_t *key, *value;
	uint64_t which;

	(void)k;
	if (v->type != YAML_MAPPING_NODE)
		return tree_error(t, v, "misbehave is not a mapping");
	for (unsigned int i = 0; tree_pair(t, v, i, &key, &value); i++)
		if (tree_word(t, key, "a misbehaviour", words, &which) ||
		    tree_uint(t, value, words[which].word, 0, UINT32_MAX,
			      &s->config.misbehave[which]))
			return -1;
	return 0;
}

static int read_nest(struct yaml_tree *t, const yaml_node_t *n, struct sim_nest *nest)
{
	int depth = tree_list(t, n, "a nest");
	uint64_t running;

	if (depth < 0)
		return -1;
	if (depth > SIM_MAX_NEST)
		return tree_error(t, n, "a nest of more than %d contexts", SIM_MAX_NEST);
	for (int i = 0; i < depth; i++) {
		if (tree_word(t, tree_item(t, n, (unsigned int)i), "a context", running_words,
			      &running))
			return -1;
		nest->running[nest->depth++] = (uint8_t)running;
	}
	return 0;
}

static int expect_nests(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct sim_scenario *s = out;

	(void)k;
	s->nests = list_room(t, s, v, "nests", sizeof(*s->nests), &s->nr_nests);
	if (!s->nests)
		return -1;
	for (unsigned int i = 0; i < s->nr_nests; i++)
		if (read_nest(t, tree_item(t, v, i), &s->nests[i]))
			return -1;
	return 0;
}

static int expect_count(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	static const struct tree_word words[] = {
#define WORD(name, text) {text, SIM_EXPECT_##name},
		SIM_EXPECT_COUNTS(WORD)
#undef WORD
		{NULL, 0},
	};
	struct sim_scenario *s = out;
	uint64_t which;

	if (tree_word(t, k, "an expectation", words, &which) ||
	    tree_uint(t, v, words[which].word, 0, UINT64_MAX, &s->expect[which]))
		return -1;
	s->expect_set[which] = true;
	return 0;
}

static const struct tree_key expect_keys[] = {
#define KEY(name, text) {text, false, expect_count},
	SIM_EXPECT_COUNTS(KEY)
#undef KEY
	{"nests", false, expect_nests},
	{NULL, false, NULL},
};

static int top_expect(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	(void)k;
	return tree_map(t, v, "expect", expect_keys, out);
}

/* ---- The whole ------------------------------------------------------------------------------ */

static int top_name(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct sim_scenario *s = out;

	(void)k;
	return keep_text(t, s, v, "scenario", &s->name);
}

static int top_shows(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct sim_scenario *s = out;

	(void)k;
	return keep_text(t, s, v, "shows", &s->shows);
}

static int top_stands_for(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,
			  void *out)
{
	struct sim_scenario *s = out;
	int n = tree_list(t, v, "stands-for");

	(void)k;
	if (n > SIM_MAX_TAGS)
		return tree_error(t, v, "stands-for has more than %d entries", SIM_MAX_TAGS);
	for (int i = 0; i < n; i++)
		if (keep_text(t, s, tree_item(t, v, (unsigned int)i), "stands-for",
			      &s->stands_for[i]))
			return -1;
	return n < 0 ? -1 : 0;
}

static int top_arch(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	static const struct tree_word words[] = {
		{"arm64", SIM_ARCH_ARM64}, {"x86", SIM_ARCH_X86}, {NULL, 0}};
	uint64_t arch;

	(void)k;
	if (tree_word(t, v, "arch", words, &arch))
		return -1;
	((struct sim_scenario *)out)->config.arch = (enum sim_arch)arch;
	return 0;
}

static int top_cpus(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	uint64_t n;

	(void)k;
	if (tree_uint(t, v, "cpus", 1, SIM_MAX_CPUS, &n))
		return -1;
	((struct sim_scenario *)out)->config.nr_cpus = (unsigned int)n;
	return 0;
}

static int top_seed(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	(void)k;
	return tree_uint(t, v, "seed", 0, UINT64_MAX, &((struct sim_scenario *)out)->config.seed);
}

static int top_masked(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct sim_scenario *s = out;
	int n = tree_list(t, v, "sdei-masked-cpus");
	uint64_t cpu;

	(void)k;
	for (int i = 0; i < n; i++) {
		if (read_cpu(t, s, tree_item(t, v, (unsigned int)i), &cpu))
			return -1;
		s->config.sdei_masked_cpus |= UINT64_C(1) << cpu;
	}
	return n < 0 ? -1 : 0;
}

/* What others refer to comes first, whatever the order in the file. */
static const struct tree_key first_keys[] = {
	{"scenario", true, top_name}, {"shows", true, top_shows},
	{"arch", false, top_arch},    {"cpus", false, top_cpus},
	{"hest", false, top_hest},    {"sources", false, top_sources},
	{"records", false, top_records}, {NULL, false, NULL},
};
static const struct tree_key last_keys[] = {
	{"stands-for", false, top_stands_for},
	{"seed", false, top_seed},
	{"sdei-masked-cpus", false, top_masked},
	{"programs", false, top_programs},
	{"arrivals", false, top_arrivals},
	{"misbehave", false, top_misbehave},
	{"expect", false, top_expect},
	{NULL, false, NULL},
};

struct top_reader {
	struct sim_scenario *s;
	bool last;
};

static int top_any(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct top_reader *r = out;
	const struct tree_key *keys = r->last ? last_keys : first_keys;

	for (; keys->key; keys++)
		if (!strcmp(keys->key, (const char *)k->data.scalar.value))
			return keys->read(t, k, v, r->s);
	return 0;
}

static int read_top(struct yaml_tree *t, struct sim_scenario *s, const yaml_node_t *root)
{
	struct tree_key all[32];
	struct top_reader r = {s, false};
	unsigned int n = 0;

	for (const struct tree_key *k = first_keys; k->key; k++)
		all[n++] = (struct tree_key){k->key, k->required, top_any};
	for (const struct tree_key *k = last_keys; k->key; k++)
		all[n++] = (struct tree_key){k->key, k->required, top_any};
	all[n] = (struct tree_key){NULL, false, NULL};
	if (tree_map(t, root, "a scenario", all, &r))
		return -1;
	r.last = true;
	if (tree_map(t, root, "a scenario", all, &r))
		return -1;
	if (!s->config.nr_sources && !s->config.hest)
		return tree_error(t, root, "a scenario has neither 'sources' nor 'hest'");
	if (s->config.nr_sources && s->config.hest)
		return tree_error(t, root, "a scenario has 'sources' and 'hest', expected one");
	s->config.name = s->name;
	return 0;
}

static struct sim_scenario *parse(struct yaml_tree *t, char *error, size_t error_size)
{
	struct sim_scenario *s = calloc(1, sizeof(*s));

	if (!s) {
		tree_error(t, NULL, "out of memory");
	} else {
		s->config.nr_cpus = 1;
		s->config.arch = SIM_ARCH_ARM64;
		s->file = keep(s, t->file);
		if (s->file)
			read_top(t, s, tree_root(t));
		else
			tree_error(t, NULL, "out of memory");
	}
	if (t->failed) {
		snprintf(error, error_size, "%s", t->error);
		scenario_free(s);
		s = NULL;
	}
	tree_free(t);
	return s;
}

struct sim_scenario *scenario_load(const char *file, char *error, size_t error_size)
{
	struct yaml_tree t;

	if (tree_load(&t, file)) {
		snprintf(error, error_size, "%s", t.error);
		tree_free(&t);
		return NULL;
	}
	return parse(&t, error, error_size);
}

struct sim_scenario *scenario_load_string(const char *file, const char *text, size_t size,
					  char *error, size_t error_size)
{
	struct yaml_tree t;

	if (tree_load_string(&t, file, text, size)) {
		snprintf(error, error_size, "%s", t.error);
		tree_free(&t);
		return NULL;
	}
	return parse(&t, error, error_size);
}
