// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/parse.h"

#include <string.h>

#include "scenario/record.h"

int top_records(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
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
		if (parse_text(t, s, name, "a record's name", &records[i].name) ||
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

int parse_record_name(struct yaml_tree *t, const struct sim_config *c, const yaml_node_t *v)
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
