/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A YAML file as a tree of nodes that know their line and column, and readers of single values.
 *
 * Flow: libyaml's document -> struct yaml_tree -> parse.c. Every reader returns 0 or -1; the first
 * mistake is kept as one line `file:line:column: what is wrong, what was expected` and everything
 * after it fails at once, so callers need not stop at each call.
 */
#ifndef SIM_SCENARIO_TREE_H
#define SIM_SCENARIO_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

#include <ghes/api.h>

struct yaml_tree {
	const char *file; /* as the user named it */
	yaml_document_t doc;
	bool loaded;
	bool failed;
	char error[512];
};

/* 0, or -1 with t->error set: file cannot be read, is not YAML, or is empty. */
int tree_load(struct yaml_tree *t, const char *file);
int tree_load_string(struct yaml_tree *t, const char *file, const char *text, size_t size);
void tree_free(struct yaml_tree *t);

yaml_node_t *tree_root(struct yaml_tree *t);
/* Report a mistake at @n (NULL: the file as a whole); keeps the first. Always -1. */
int tree_error(struct yaml_tree *t, const yaml_node_t *n, const char *fmt, ...) GHES_PRINTF(3, 4);
static inline int tree_line(const yaml_node_t *n)
{
	return (int)n->start_mark.line + 1;
}

/* The text of a scalar, NUL-terminated, owned by the tree; NULL and an error otherwise. */
const char *tree_scalar(struct yaml_tree *t, const yaml_node_t *n, const char *what);
/* Decimal, 0x hexadecimal; within [min, max]. */
int tree_uint(struct yaml_tree *t, const yaml_node_t *n, const char *what, uint64_t min,
	      uint64_t max, uint64_t *out);
int tree_bool(struct yaml_tree *t, const yaml_node_t *n, const char *what, bool *out);
/* A number with unit ns, us, ms or s. */
int tree_duration_ns(struct yaml_tree *t, const yaml_node_t *n, const char *what, uint64_t *out);

struct tree_word {
	const char *word;
	uint64_t value;
};

/* One of @words (ends with a NULL word); the message lists them. */
int tree_word(struct yaml_tree *t, const yaml_node_t *n, const char *what,
	      const struct tree_word *words, uint64_t *out);

/* Number of elements, or -1 and an error when @n is not a sequence. */
int tree_list(struct yaml_tree *t, const yaml_node_t *n, const char *what);
yaml_node_t *tree_item(struct yaml_tree *t, const yaml_node_t *list, unsigned int i);

/*
 * What a mapping may hold. tree_map() calls @read for each pair, in file order; an unknown or
 * repeated key is a mistake whose message lists the keys, and so is a missing required one.
 */
struct tree_key {
	const char *key;
	bool required;
	int (*read)(struct yaml_tree *t, const yaml_node_t *key, const yaml_node_t *value,
		    void *out);
};

int tree_map(struct yaml_tree *t, const yaml_node_t *n, const char *what,
	     const struct tree_key *keys, void *out);
/* The value of @key in a mapping, or NULL. */
yaml_node_t *tree_find(struct yaml_tree *t, const yaml_node_t *map, const char *key);
/* The i-th pair of a mapping; false past the end. */
bool tree_pair(struct yaml_tree *t, const yaml_node_t *map, unsigned int i, yaml_node_t **key,
	       yaml_node_t **value);

#endif
