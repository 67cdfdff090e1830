// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/scenario.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/misbehave.h"
#include "scenario/parse.h"

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

static const struct tree_word driver_words[] = {
#define WORD(name, word) {word, SIM_SCENARIO_##name},
	SIM_SCENARIO_DRIVERS(WORD)
#undef WORD
		{NULL, 0},
};

uint32_t scenario_nests(const struct sim_scenario *s)
{
	return s->nr_nests >= 32 ? UINT32_MAX : (UINT32_C(1) << s->nr_nests) - 1;
}

uint32_t scenario_demanded_nests(const struct sim_scenario *s)
{
	return s->misbehaves ? 0 : scenario_nests(s);
}

bool scenario_has_action(const struct sim_scenario *s, enum sim_action_kind kind)
{
	for (unsigned int i = 0; i < s->nr_arrivals; i++)
		if (s->arrivals[i].action.kind == kind)
			return true;
	for (unsigned int i = 0; i < s->nr_programs; i++)
		for (unsigned int n = 0; n < s->programs[i].nr_actions; n++)
			if (s->programs[i].actions[n].kind == kind)
				return true;
	return false;
}

bool scenario_is_for(const struct sim_scenario *s, const char *driver)
{
	for (const struct tree_word *w = driver_words; w->word; w++)
		if (!strcmp(w->word, driver))
			return s->drivers >> w->value & 1;
	return true;
}

static char *keep(struct sim_scenario *s, const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = scenario_alloc(s, n);

	return copy ? memcpy(copy, text, n) : NULL;
}

int parse_text(struct yaml_tree *t, struct sim_scenario *s, const yaml_node_t *v, const char *what,
	       const char **out)
{
	const char *text = tree_scalar(t, v, what);

	if (!text)
		return -1;
	*out = keep(s, text);
	return *out ? 0 : tree_error(t, v, "out of memory");
}

int scenario_misbehave(struct sim_scenario *s, const uint64_t misbehave[SIM_NR_MISBEHAVIOURS],
		       char *error, size_t error_size)
{
	uint64_t cpu = misbehave[SIM_MISBEHAVE_CPU_OFFLINE];
	char *text, *kept;

	if (cpu > s->config.nr_cpus) {
		snprintf(error, error_size, "%s: cpu-offline is %" PRIu64 ", expected 1 to %u",
			 s->file, cpu, s->config.nr_cpus);
		return -1;
	}
	text = misbehave_text(misbehave);
	kept = text ? keep(s, text) : NULL;
	free(text);
	if (!kept) {
		snprintf(error, error_size, "%s: out of memory", s->file);
		return -1;
	}
	s->misbehaves = *kept ? kept : NULL;
	for (unsigned int i = 0; i < SIM_NR_MISBEHAVIOURS; i++)
		if (misbehave[i])
			s->config.misbehave[i] = misbehave[i];
	return 0;
}

void *parse_list_room(struct yaml_tree *t, struct sim_scenario *s, const yaml_node_t *n,
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

void parse_beside(char *path, size_t size, const char *scenario, const char *name)
{
	const char *slash = strrchr(scenario, '/');

	if (*name == '/' || !slash)
		snprintf(path, size, "%s", name);
	else
		snprintf(path, size, "%.*s/%s", (int)(slash - scenario), scenario, name);
}

/* ---- The whole ------------------------------------------------------------------------------- */

static int top_name(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct sim_scenario *s = out;

	(void)k;
	return parse_text(t, s, v, "scenario", &s->name);
}

static int top_shows(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct sim_scenario *s = out;

	(void)k;
	return parse_text(t, s, v, "shows", &s->shows);
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
		if (parse_text(t, s, tree_item(t, v, (unsigned int)i), "stands-for",
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
		if (parse_cpu(t, s, tree_item(t, v, (unsigned int)i), &cpu))
			return -1;
		s->config.sdei_masked_cpus |= UINT64_C(1) << cpu;
	}
	return n < 0 ? -1 : 0;
}

static int top_drivers(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct sim_scenario *s = out;
	int n = tree_list(t, v, "drivers");
	uint64_t driver;

	(void)k;
	if (n == 0)
		return tree_error(t, v, "drivers is empty, expected at least one");
	s->drivers = 0;
	for (int i = 0; i < n; i++) {
		if (tree_word(t, tree_item(t, v, (unsigned int)i), "a driver", driver_words,
			      &driver))
			return -1;
		s->drivers |= 1u << driver;
	}
	return n < 0 ? -1 : 0;
}

/* What others refer to comes first, whatever the order in the file. */
static const struct tree_key first_keys[] = {
	{"scenario", true, top_name},	 {"shows", true, top_shows},
	{"arch", false, top_arch},	 {"cpus", false, top_cpus},
	{"hest", false, top_hest},	 {"sources", false, top_sources},
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
	{"drivers", false, top_drivers},
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
		s->drivers = SIM_SCENARIO_ALL_DRIVERS;
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
