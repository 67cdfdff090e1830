// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/parse.h"

#include <inttypes.h>

int top_misbehave(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
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
		else if (which == SIM_MISBEHAVE_CPU_OFFLINE &&
			 s->config.misbehave[which] > s->config.nr_cpus)
			return tree_error(t, value,
					  "cpu-offline %" PRIu64 ", expected 0 to %u: a CPU's "
					  "number + 1, 0 for none",
					  s->config.misbehave[which], s->config.nr_cpus);
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
		if (tree_word(t, tree_item(t, n, (unsigned int)i), "a context", parse_running_words,
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
	s->nests = parse_list_room(t, s, v, "nests", sizeof(*s->nests), &s->nr_nests);
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

int top_expect(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	(void)k;
	return tree_map(t, v, "expect", expect_keys, out);
}
