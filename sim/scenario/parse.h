/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the scenario parser, between themselves: each reads some keys of the file.
 *
 * Flow: scenario.c (order of keys, life) -> parse_source.c, parse_record.c, parse_action.c,
 *	 parse_expect.c -> tree.h
 */
#ifndef SIM_SCENARIO_PARSE_H
#define SIM_SCENARIO_PARSE_H

#include "scenario/scenario.h"
#include "scenario/tree.h"

/* Readers of top-level keys; @out is the struct sim_scenario. */
int top_sources(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out);
int top_hest(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out);
int top_records(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out);
int top_programs(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out);
int top_arrivals(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out);
int top_misbehave(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out);
int top_expect(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out);

/* Words of contexts: enum sim_running. */
extern const struct tree_word parse_running_words[];

bool parse_has_source(const struct sim_config *c, uint16_t id);
/* Index of the record that @v names; -1 and an error otherwise. */
int parse_record_name(struct yaml_tree *t, const struct sim_config *c, const yaml_node_t *v);
/* The text of @v, kept as long as @s. */
int parse_text(struct yaml_tree *t, struct sim_scenario *s, const yaml_node_t *v, const char *what,
	       const char **out);
/* Zeroed room for the elements of a list, their number in @nr; NULL and an error otherwise. */
void *parse_list_room(struct yaml_tree *t, struct sim_scenario *s, const yaml_node_t *n,
		      const char *what, size_t size, unsigned int *nr);
/* A CPU of this scenario. */
int parse_cpu(struct yaml_tree *t, const struct sim_scenario *s, const yaml_node_t *v,
	      uint64_t *cpu);
/* Path of @name as seen from the scenario's own folder, into @path. */
void parse_beside(char *path, size_t size, const char *scenario, const char *name);

#endif
