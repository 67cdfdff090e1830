// SPDX-License-Identifier: GPL-2.0-only
#include "tree.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_KEYS  64
#define MAX_DEPTH 64
#define MAX_SIZE  (16u << 20)

int tree_error(struct yaml_tree *t, const yaml_node_t *n, const char *fmt, ...)
{
	size_t used;
	va_list ap;

	if (t->failed)
		return -1;
	t->failed = true;
	if (n)
		used = (size_t)snprintf(t->error, sizeof(t->error), "%s:%zu:%zu: ", t->file,
					n->start_mark.line + 1, n->start_mark.column + 1);
	else
		used = (size_t)snprintf(t->error, sizeof(t->error), "%s: ", t->file);
	if (used >= sizeof(t->error))
		return -1;
	va_start(ap, fmt);
	vsnprintf(t->error + used, sizeof(t->error) - used, fmt, ap);
	va_end(ap);
	/* One line, whatever the words of the file are that it quotes */
	for (char *c = t->error + used; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	return -1;
}

static int load(struct yaml_tree *t, yaml_parser_t *parser)
{
	yaml_document_t more;

	if (!yaml_parser_load(parser, &t->doc)) {
		t->failed = true;
		snprintf(t->error, sizeof(t->error), "%s:%zu:%zu: %s%s%s", t->file,
			 parser->problem_mark.line + 1, parser->problem_mark.column + 1,
			 parser->problem ? parser->problem : "not a YAML file",
			 parser->context ? ", " : "", parser->context ? parser->context : "");
		return -1;
	}
	t->loaded = true;
	if (!yaml_document_get_root_node(&t->doc))
		return tree_error(t, NULL, "empty, expected a scenario");
	if (yaml_parser_load(parser, &more)) {
		yaml_node_t *second = yaml_document_get_root_node(&more);

		if (second)
			tree_error(t, second, "a second document, expected one scenario a file");
		yaml_document_delete(&more);
	}
	return t->failed ? -1 : 0;
}

/*
 * libyaml's scanner looks at every open bracket for each token: its time is the product of length
 * and depth, and a file of brackets alone would take minutes. So the depth is looked at first,
 * event by event, up to the first one that lies too deep. What is wrong otherwise, load() will say.
 */
static int check_depth(struct yaml_tree *t, yaml_parser_t *parser)
{
	yaml_event_t event;
	unsigned int depth = 0;
	bool end = false;

	while (!end && !t->failed && yaml_parser_parse(parser, &event)) {
		switch (event.type) {
		case YAML_SEQUENCE_START_EVENT:
		case YAML_MAPPING_START_EVENT:
			if (++depth <= MAX_DEPTH)
				break;
			t->failed = true;
			snprintf(t->error, sizeof(t->error),
				 "%s:%zu:%zu: a list or mapping within %d others, expected fewer",
				 t->file, event.start_mark.line + 1, event.start_mark.column + 1,
				 MAX_DEPTH);
			break;
		case YAML_SEQUENCE_END_EVENT:
		case YAML_MAPPING_END_EVENT:
			depth--;
			break;
		default:
			end = event.type == YAML_STREAM_END_EVENT;
		}
		yaml_event_delete(&event);
	}
	return t->failed ? -1 : 0;
}

static int parse(struct yaml_tree *t, const char *text, size_t size,
		 int (*pass)(struct yaml_tree *t, yaml_parser_t *parser))
{
	yaml_parser_t parser;
	int ret;

	if (!yaml_parser_initialize(&parser))
		return tree_error(t, NULL, "out of memory");
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
	ret = pass(t, &parser);
	yaml_parser_delete(&parser);
	return ret;
}

int tree_load_string(struct yaml_tree *t, const char *file, const char *text, size_t size)
{
	memset(t, 0, sizeof(*t));
	t->file = file;
	if (size > MAX_SIZE)
		return tree_error(t, NULL, "longer than expected, which is %u bytes at most",
				  MAX_SIZE);
	if (parse(t, text, size, check_depth))
		return -1;
	return parse(t, text, size, load);
}

int tree_load(struct yaml_tree *t, const char *file)
{
	FILE *f = fopen(file, "rb");
	char *text = NULL;
	int ret;

	memset(t, 0, sizeof(*t));
	t->file = file;
	if (!f)
		return tree_error(t, NULL, "%s", strerror(errno));
	text = malloc(MAX_SIZE + 1); /* pages that are not read into cost nothing */
	if (text) {
		size_t size = fread(text, 1, MAX_SIZE + 1, f);

		ret = ferror(f) ? tree_error(t, NULL, "%s", strerror(errno))
				: tree_load_string(t, file, text, size);
	} else {
		ret = tree_error(t, NULL, "out of memory");
	}
	free(text);
	fclose(f);
	return ret;
}

void tree_free(struct yaml_tree *t)
{
	if (t->loaded)
		yaml_document_delete(&t->doc);
	t->loaded = false;
}

yaml_node_t *tree_root(struct yaml_tree *t)
{
	return t->loaded ? yaml_document_get_root_node(&t->doc) : NULL;
}

const char *tree_scalar(struct yaml_tree *t, const yaml_node_t *n, const char *what)
{
	const char *text;

	if (n->type != YAML_SCALAR_NODE) {
		tree_error(t, n, "%s is a %s, expected a single value", what,
			   n->type == YAML_MAPPING_NODE ? "mapping" : "list");
		return NULL;
	}
	text = (const char *)n->data.scalar.value;
	if (strlen(text) != n->data.scalar.length) {
		tree_error(t, n, "%s holds a NUL character", what);
		return NULL;
	}
	return text;
}

/* The whole of @text up to @rest as an unsigned number; signs and blanks are mistakes. */
static bool number(const char *text, uint64_t *out, const char **rest)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*out = strtoull(text, &end, strncmp(text, "0x", 2) ? 10 : 16);
	*rest = end;
	return errno == 0 && end != text;
}

int tree_uint(struct yaml_tree *t, const yaml_node_t *n, const char *what, uint64_t min,
	      uint64_t max, uint64_t *out)
{
	const char *text = tree_scalar(t, n, what), *rest;

	if (!text)
		return -1;
	if (!number(text, out, &rest) || *rest)
		return tree_error(t, n, "%s is '%s', expected a number", what, text);
	if (*out < min || *out > max)
		return tree_error(t, n, "%s is %s, expected %" PRIu64 " to %" PRIu64, what, text,
				  min, max);
	return 0;
}

int tree_bool(struct yaml_tree *t, const yaml_node_t *n, const char *what, bool *out)
{
	static const struct tree_word words[] = {{"true", 1}, {"false", 0}, {NULL, 0}};
	uint64_t value = 0;

	if (tree_word(t, n, what, words, &value))
		return -1;
	*out = value;
	return 0;
}

int tree_duration_ns(struct yaml_tree *t, const yaml_node_t *n, const char *what, uint64_t *out)
{
	static const struct tree_word units[] = {
		{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {NULL, 0}};
	const char *text = tree_scalar(t, n, what), *rest;

	if (!text)
		return -1;
	if (number(text, out, &rest)) {
		for (const struct tree_word *u = units; u->word; u++) {
			if (strcmp(rest, u->word))
				continue;
			if (*out > INT64_MAX / u->value)
				return tree_error(t, n, "%s is %s, too long", what, text);
			*out *= u->value;
			return 0;
		}
	}
	return tree_error(t, n, "%s is '%s', expected a time such as 10s, 5ms, 100us or 1ns", what,
			  text);
}

/* Those that fit, and "..." where there are more */
static void list_words(char *buf, size_t size, const struct tree_word *words)
{
	static const char more[] = ", ...";
	size_t used = 0;

	for (; words->word; words++) {
		const char *comma = used ? ", " : "";

		if (used + strlen(comma) + strlen(words->word) + sizeof(more) > size) {
			snprintf(buf + used, size - used, "%s", more);
			return;
		}
		used += (size_t)snprintf(buf + used, size - used, "%s%s", comma, words->word);
	}
}

int tree_word(struct yaml_tree *t, const yaml_node_t *n, const char *what,
	      const struct tree_word *words, uint64_t *out)
{
	const char *text = tree_scalar(t, n, what);
	char all[400];

	if (!text)
		return -1;
	for (const struct tree_word *w = words; w->word; w++)
		if (!strcmp(text, w->word)) {
			*out = w->value;
			return 0;
		}
	list_words(all, sizeof(all), words);
	return tree_error(t, n, "%s is '%s', expected one of: %s", what, text, all);
}

int tree_list(struct yaml_tree *t, const yaml_node_t *n, const char *what)
{
	if (n->type != YAML_SEQUENCE_NODE)
		return tree_error(t, n, "%s is not a list", what);
	return (int)(n->data.sequence.items.top - n->data.sequence.items.start);
}

yaml_node_t *tree_item(struct yaml_tree *t, const yaml_node_t *list, unsigned int i)
{
	return yaml_document_get_node(&t->doc, list->data.sequence.items.start[i]);
}

bool tree_pair(struct yaml_tree *t, const yaml_node_t *map, unsigned int i, yaml_node_t **key,
	       yaml_node_t **value)
{
	yaml_node_pair_t *pair = map->data.mapping.pairs.start + i;

	if (pair >= map->data.mapping.pairs.top)
		return false;
	*key = yaml_document_get_node(&t->doc, pair->key);
	*value = yaml_document_get_node(&t->doc, pair->value);
	return true;
}

yaml_node_t *tree_find(struct yaml_tree *t, const yaml_node_t *map, const char *key)
{
	yaml_node_t *k, *v;

	if (map->type != YAML_MAPPING_NODE)
		return NULL;
	for (unsigned int i = 0; tree_pair(t, map, i, &k, &v); i++)
		if (k->type == YAML_SCALAR_NODE && !strcmp((char *)k->data.scalar.value, key))
			return v;
	return NULL;
}

static int unknown_key(struct yaml_tree *t, const yaml_node_t *k, const char *text,
		       const char *what, const struct tree_key *keys)
{
	struct tree_word words[MAX_KEYS + 1];
	unsigned int n = 0;
	char all[400];

	for (; keys->key && n < MAX_KEYS; keys++)
		words[n++].word = keys->key;
	words[n].word = NULL;
	list_words(all, sizeof(all), words);
	return tree_error(t, k, "unknown key '%s' in %s, expected one of: %s", text, what, all);
}

int tree_map(struct yaml_tree *t, const yaml_node_t *n, const char *what,
	     const struct tree_key *keys, void *out)
{
	bool seen[MAX_KEYS] = {false};
	yaml_node_t *k, *v;

	if (n->type != YAML_MAPPING_NODE)
		return tree_error(t, n, "%s is not a mapping", what);
	for (unsigned int i = 0; tree_pair(t, n, i, &k, &v); i++) {
		const char *text = tree_scalar(t, k, "a key");
		unsigned int j = 0;

		if (!text)
			return -1;
		while (keys[j].key && strcmp(keys[j].key, text))
			j++;
		if (!keys[j].key)
			return unknown_key(t, k, text, what, keys);
		if (seen[j])
			return tree_error(t, k, "key '%s' appears twice in %s", text, what);
		seen[j] = true;
		if (keys[j].read(t, k, v, out))
			return -1;
	}
	for (unsigned int j = 0; keys[j].key; j++)
		if (keys[j].required && !seen[j])
			return tree_error(t, n, "%s has no '%s'", what, keys[j].key);
	return 0;
}
