// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-sim merge FILE...: the json results of shards become those of the whole.
 *
 * Flow: each line of each file -> its part (same scenario, core, driver, misbehaviour
 * and memory model) -> sums,
 * union of defects -> one line a part, as the driver would have written it.
 *
 * A part is complete when each of its shards is there once and is complete itself. Shards of
 * explore split a search; shards of check split a plan, so there a missing one leaves all parts in
 * doubt.
 */
#include "options.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "input_file.h"

#define MAX_FILE ((size_t)256 << 20)

struct part {
	struct part *next;
	struct json_object *merged; /* begun as a copy of the first */
	unsigned int shards;	    /* of a search; 0: not split */
	unsigned char *seen;	    /* [shards] */
	unsigned int incomplete;
};

struct merge {
	struct part *parts, **end;
	unsigned int plan_shards; /* of check; 0: none */
	unsigned char *plan_seen;
};

static const char *text(struct json_object *o, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(o, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

static int64_t number(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ? json_object_get_int64(value) : 0;
}

static bool is_set(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) && json_object_get_boolean(value);
}

static bool same(struct json_object *a, struct json_object *b, const char *key)
{
	const char *x = text(a, key), *y = text(b, key);

	return x && y && !strcmp(x, y);
}

/* Neither has it, or both have the same. */
static bool same_or_none(struct json_object *a, struct json_object *b, const char *key)
{
	return (!text(a, key) && !text(b, key)) || same(a, b, key);
}

static struct part *part_of(struct merge *m, struct json_object *o)
{
	for (struct part *p = m->parts; p; p = p->next)
		if (same(p->merged, o, "scenario") && same(p->merged, o, "core") &&
		    same(p->merged, o, "driver") && same_or_none(p->merged, o, "misbehave") &&
		    same_or_none(p->merged, o, "memory"))
			return p;
	return NULL;
}

/* ---- Adding one result to its part ----------------------------------------------------------- */

static void add_number(struct json_object *to, struct json_object *from, const char *key)
{
	struct json_object *a, *b;

	if (!json_object_object_get_ex(to, key, &a) || !json_object_object_get_ex(from, key, &b))
		return;
	if (json_object_is_type(a, json_type_double))
		json_object_object_add(to, key,
				       json_object_new_double(json_object_get_double(a) +
							      json_object_get_double(b)));
	else
		json_object_object_add(to, key,
				       json_object_new_uint64(json_object_get_uint64(a) +
							      json_object_get_uint64(b)));
}

/* What is no sum: the longest of something. (Rates are: shards run side by side.) */
static bool is_greatest(const char *counter)
{
	return strstr(counter, "longest") || strstr(counter, "most") ||
	       !strncmp(counter, "deepest-", strlen("deepest-"));
}

static void add_counters(struct json_object *to, struct json_object *from, const char *member)
{
	struct json_object *a, *b, *old;

	if (!json_object_object_get_ex(to, member, &a) ||
	    !json_object_object_get_ex(from, member, &b))
		return;
	json_object_object_foreach(b, key, value)
	{
		if (!json_object_object_get_ex(a, key, &old))
			json_object_object_add(a, key, json_object_get(value));
		else if (!is_greatest(key))
			add_number(a, b, key);
		else if (json_object_get_uint64(value) > json_object_get_uint64(old))
			json_object_object_add(a, key, json_object_get(value));
	}
}

static bool has_defect(struct json_object *defects, struct json_object *defect)
{
	for (size_t i = 0; i < json_object_array_length(defects); i++) {
		struct json_object *d = json_object_array_get_idx(defects, i);

		if (same(d, defect, "oracle") && same(d, defect, "message") &&
		    same(d, defect, "source_location"))
			return true;
	}
	return false;
}

static void add_defects(struct json_object *to, struct json_object *from)
{
	struct json_object *a, *b;

	if (!json_object_object_get_ex(to, "defects", &a) ||
	    !json_object_object_get_ex(from, "defects", &b) ||
	    !json_object_is_type(a, json_type_array) || !json_object_is_type(b, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(b); i++) {
		struct json_object *d = json_object_array_get_idx(b, i);

		if (!has_defect(a, d))
			json_object_array_add(a, json_object_get(d));
	}
}

/* Lines of the file of known finds that any part met */
static void add_known(struct json_object *to, struct json_object *from)
{
	struct json_object *a, *b;

	if (!json_object_object_get_ex(from, "known", &b) ||
	    !json_object_is_type(b, json_type_array))
		return;
	if (!json_object_object_get_ex(to, "known", &a)) {
		json_object_object_add(to, "known", json_object_get(b));
		return;
	}
	for (size_t i = 0; i < json_object_array_length(b); i++) {
		struct json_object *line = json_object_array_get_idx(b, i);
		bool has = !json_object_is_type(a, json_type_array);

		for (size_t k = 0; !has && k < json_object_array_length(a); k++)
			has = json_object_equal(json_object_array_get_idx(a, k), line);
		if (!has)
			json_object_array_add(a, json_object_get(line));
	}
}

/* 0: fail, the others in the order in which they win. */
static int rank(const char *verdict)
{
	static const char *const order[] = {"fail", "incomplete", "pass", "vacuous"};

	for (int i = 0; i < 4; i++)
		if (verdict && !strcmp(verdict, order[i]))
			return i;
	return -1;
}

/* Return: 0, or -1: there is no such shard, or it was there before. */
static int note_shard(unsigned char **seen, unsigned int *shards, int64_t shard, int64_t of)
{
	if (of < 1 || shard < 1 || shard > of)
		return -1;
	if (!*shards) {
		*shards = (unsigned int)of;
		*seen = calloc(*shards, 1);
	}
	if (!*seen || *shards != (unsigned int)of || (*seen)[shard - 1])
		return -1;
	(*seen)[shard - 1] = 1;
	return 0;
}

static void add_result(struct part *p, struct json_object *o)
{
	bool takes_over = rank(text(o, "verdict")) < rank(text(p->merged, "verdict"));

	json_object_get(o);
	add_number(p->merged, o, "executions");
	add_number(p->merged, o, "notifications");
	add_number(p->merged, o, "seconds");
	add_counters(p->merged, o, "counters");
	add_counters(p->merged, o, "judged");
	add_defects(p->merged, o);
	add_known(p->merged, o);
	if (takes_over)
		json_object_object_add(p->merged, "verdict",
				       json_object_new_string(text(o, "verdict")));
	if (text(o, "why") && (takes_over || !text(p->merged, "why")))
		json_object_object_add(p->merged, "why", json_object_new_string(text(o, "why")));
	json_object_put(o);
}

static const char *add(struct merge *m, struct json_object *o)
{
	int64_t shard = number(o, "shard"), shards = number(o, "shards");
	struct part *p;

	if (!text(o, "scenario") || !text(o, "core") || !text(o, "driver") ||
	    rank(text(o, "verdict")) < 0)
		return "no result of ghes-sim, expected scenario, core, driver and verdict";
	if (shards < 0 || shards > 100000 || (shards && (shard < 1 || shard > shards)))
		return "no such shard";
	if (is_set(o, "plan")) {
		/* One line for each run of the plan's shard: it may be seen again. */
		note_shard(&m->plan_seen, &m->plan_shards, shard, shards);
		if (m->plan_shards != shards)
			return "a shard of another number of shards";
		shards = 0;
	}
	p = part_of(m, o);
	if (p && !shards)
		return "the same run a second time";
	if (!p) {
		p = calloc(1, sizeof(*p));
		if (!p)
			return "out of memory";
		p->merged = json_object_get(o);
		*m->end = p;
		m->end = &p->next;
	} else {
		add_result(p, o);
	}
	if (shards && note_shard(&p->seen, &p->shards, shard, shards))
		return "a shard a second time, or of another number of shards";
	p->incomplete += !is_set(o, "complete");
	return NULL;
}

/* ---- Files ----------------------------------------------------------------------------------- */

static int add_line(struct merge *m, const char *file, int line, const char *from, size_t n)
{
	struct json_tokener *tok = json_tokener_new();
	struct json_object *o = tok ? json_tokener_parse_ex(tok, from, (int)n) : NULL;
	const char *wrong = o ? add(m, o) : "no JSON object";

	json_object_put(o);
	if (tok)
		json_tokener_free(tok);
	return wrong ? cli_error("%s:%d: %s", file, line, wrong) : 0;
}

static int add_file(struct merge *m, const char *file)
{
	size_t size, at = 0;
	char *data = (char *)sim_read_file(file, MAX_FILE, &size);
	int line = 1, status = data ? 0 : CLI_USAGE;

	while (!status && at < size) {
		const char *end = memchr(data + at, '\n', size - at);
		size_t n = end ? (size_t)(end - data) - at : size - at;

		if (n)
			status = add_line(m, file, line, data + at, n);
		at += n + 1;
		line++;
	}
	free(data);
	return status;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static unsigned int first_missing(const unsigned char *seen, unsigned int shards)
{
	for (unsigned int i = 0; i < shards; i++)
		if (!seen[i])
			return i + 1;
	return 0;
}

static int conclude(struct part *p, unsigned int missing_of_plan, unsigned int plan_shards)
{
	unsigned int missing = first_missing(p->seen, p->shards), of = p->shards;
	bool fails = !strcmp(text(p->merged, "verdict"), "fail");
	char why[80];

	if (!missing && missing_of_plan) {
		missing = missing_of_plan;
		of = plan_shards;
	}
	json_object_object_del(p->merged, "shard");
	json_object_object_del(p->merged, "shards");
	json_object_object_del(p->merged, "plan");
	json_object_object_add(p->merged, "complete",
			       json_object_new_boolean(!missing && !p->incomplete));
	if (missing) {
		snprintf(why, sizeof(why), "shard %u of %u is missing", missing, of);
		json_object_object_add(p->merged, "why", json_object_new_string(why));
		if (!fails)
			json_object_object_add(p->merged, "verdict",
					       json_object_new_string("incomplete"));
	}
	printf("%s\n", json_object_to_json_string_ext(p->merged, JSON_C_TO_STRING_PLAIN));
	if (fails)
		return CLI_DEFECT;
	return strcmp(text(p->merged, "verdict"), "pass") ? CLI_INCOMPLETE : CLI_HELD;
}

static int worse(int a, int b)
{
	return a == CLI_DEFECT || b == CLI_HELD ? a : b;
}

int cmd_merge(const struct cli_verb *verb, struct cli_options *o)
{
	struct merge m = {.end = &m.parts};
	unsigned int missing;
	int status = CLI_HELD;

	if (!o->nr_operands)
		return cli_error("%s needs the json results of shards", verb->name);
	for (int i = 0; i < o->nr_operands && status != CLI_USAGE; i++)
		status = add_file(&m, o->operands[i]);
	if (status != CLI_USAGE && !m.parts)
		status = cli_error("no results to merge");
	missing = first_missing(m.plan_seen, m.plan_shards);
	for (struct part *p = m.parts, *next; p; p = next) {
		if (status != CLI_USAGE)
			status = worse(status, conclude(p, missing, m.plan_shards));
		next = p->next;
		json_object_put(p->merged);
		free(p->seen);
		free(p);
	}
	free(m.plan_seen);
	return status;
}
