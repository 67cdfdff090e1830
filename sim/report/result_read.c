// SPDX-License-Identifier: GPL-2.0-only
#include "report/result_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *result_string(struct result_strings *s, const char *text)
{
	for (unsigned int i = 0; i < s->nr; i++)
		if (!strcmp(s->text[i], text))
			return s->text[i];
	if (s->nr == s->room) {
		unsigned int room = s->room ? s->room * 2 : 64;
		char **more = realloc(s->text, room * sizeof(*more));

		if (!more)
			return NULL;
		s->text = more;
		s->room = room;
	}
	s->text[s->nr] = strdup(text);
	return s->text[s->nr] ? s->text[s->nr++] : NULL;
}

void result_strings_free(struct result_strings *s)
{
	for (unsigned int i = 0; i < s->nr; i++)
		free(s->text[i]);
	free(s->text);
	*s = (struct result_strings){0};
}

struct json_object *result_member(struct json_object *o, const char *key, enum json_type type)
{
	struct json_object *member;

	if (!json_object_is_type(o, json_type_object) ||
	    !json_object_object_get_ex(o, key, &member) || !json_object_is_type(member, type))
		return NULL;
	return member;
}

/* Text of @o, if that is a string in which no NUL hides a rest. */
static const char *text_of(struct json_object *o)
{
	const char *text = o ? json_object_get_string(o) : NULL;

	return text && strlen(text) == (size_t)json_object_get_string_len(o) ? text : NULL;
}

const char *result_member_string(struct json_object *o, const char *key)
{
	return text_of(result_member(o, key, json_type_string));
}

bool result_member_number(struct json_object *o, const char *key, uint64_t *value)
{
	struct json_object *member = result_member(o, key, json_type_int);

	if (!member || (json_object_get_int64(member) < 0))
		return false;
	*value = json_object_get_uint64(member);
	return true;
}

struct reader {
	struct json_object *o;
	struct result_strings *s;
	char *error;
	size_t error_size;
};

static int bad(const struct reader *rd, const char *member, const char *expected)
{
	snprintf(rd->error, rd->error_size, "\"%s\" of a result is not %s", member, expected);
	return -1;
}

static int read_string(const struct reader *rd, const char *key, const char **to)
{
	const char *text = result_member_string(rd->o, key);

	if (!text)
		return bad(rd, key, "a string");
	*to = result_string(rd->s, text);
	return *to ? 0 : bad(rd, key, "short enough for the memory there is");
}

static int read_verdict(const struct reader *rd, struct sim_result *r)
{
	const char *text = result_member_string(rd->o, "verdict");

	for (int v = SIM_PASS; text && v <= SIM_VACUOUS; v++)
		if (!strcmp(text, sim_verdict_name((enum sim_result_verdict)v))) {
			r->verdict = (enum sim_result_verdict)v;
			return 0;
		}
	return bad(rd, "verdict", "pass, fail, incomplete or vacuous");
}

static void copy_text(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text ? text : "");
}

static bool find_oracle(const char *name, enum sim_oracle_id *id)
{
	for (int i = 0; name && i < SIM_NR_ORACLES; i++)
		if (!strcmp(name, sim_oracle_name((enum sim_oracle_id)i))) {
			*id = (enum sim_oracle_id)i;
			return true;
		}
	return false;
}

static void read_functions(struct sim_found *f, struct json_object *o)
{
	struct json_object *list = result_member(o, "functions", json_type_array);

	for (size_t i = 0; list && i < 2 && i < json_object_array_length(list); i++)
		copy_text(f->function[i], sizeof(f->function[i]),
			  text_of(json_object_array_get_idx(list, i)));
}

/* Not there when none was met. */
static void read_known(const struct reader *rd, struct sim_result *r)
{
	struct json_object *list = result_member(rd->o, "known", json_type_array);

	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		int line = json_object_get_int(json_object_array_get_idx(list, i));

		if (line > 0 && line < SIM_MAX_KNOWN)
			r->known[line / 64] |= UINT64_C(1) << line % 64;
	}
}

static int read_defects(const struct reader *rd, struct sim_result *r)
{
	struct json_object *list = result_member(rd->o, "defects", json_type_array);
	size_t n = list ? json_object_array_length(list) : 0;

	if (!list || n > SIM_MAX_DEFECTS)
		return bad(rd, "defects", "a list with at most one for each oracle");
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		struct sim_found *f = &r->defects[i];
		const char *schedule = result_member_string(o, "schedule");

		if (!find_oracle(result_member_string(o, "oracle"), &f->oracle))
			return bad(rd, "defects", "a list with the oracle of each");
		copy_text(f->message, sizeof(f->message), result_member_string(o, "message"));
		copy_text(f->context, sizeof(f->context), result_member_string(o, "context"));
		copy_text(f->source_location, sizeof(f->source_location),
			  result_member_string(o, "source_location"));
		f->schedule = schedule ? strdup(schedule) : NULL;
		read_functions(f, o);
		r->nr_defects++;
	}
	return 0;
}

static int read_counters(const struct reader *rd, struct sim_result *r)
{
	struct json_object *counters = result_member(rd->o, "counters", json_type_object);

	if (!counters || json_object_object_length(counters) > SIM_MAX_COUNTERS)
		return bad(rd, "counters", "an object of at most 64 numbers");
	json_object_object_foreach(counters, name, value)
	{
		const char *kept = result_string(rd->s, name);

		if (!kept || !json_object_is_type(value, json_type_int))
			return bad(rd, "counters", "an object of numbers");
		sim_count(r, kept, json_object_get_uint64(value));
	}
	return 0;
}

/* Not there in results that were written before there were such counts. */
static int read_judged(const struct reader *rd, struct sim_result *r)
{
	struct json_object *judged = result_member(rd->o, "judged", json_type_object);
	enum sim_oracle_id oracle;

	if (!judged)
		return 0;
	json_object_object_foreach(judged, name, value)
	{
		if (!find_oracle(name, &oracle) || !json_object_is_type(value, json_type_int))
			return bad(rd, "judged", "an object of numbers, by oracle");
		r->judged[oracle] = json_object_get_uint64(value);
	}
	return 0;
}

static int read_numbers(const struct reader *rd, struct sim_result *r)
{
	struct json_object *seconds,
		*complete = result_member(rd->o, "complete", json_type_boolean);

	if (!complete)
		return bad(rd, "complete", "true or false");
	r->complete = json_object_get_boolean(complete);
	if (!result_member_number(rd->o, "executions", &r->executions))
		return bad(rd, "executions", "a number");
	if (!result_member_number(rd->o, "notifications", &r->notifications))
		return bad(rd, "notifications", "a number");
	if (!result_member_number(rd->o, "seed", &r->seed))
		return bad(rd, "seed", "a number");
	if (!json_object_object_get_ex(rd->o, "seconds", &seconds) ||
	    (!json_object_is_type(seconds, json_type_double) &&
	     !json_object_is_type(seconds, json_type_int)))
		return bad(rd, "seconds", "a number");
	r->seconds = json_object_get_double(seconds);
	return isfinite(r->seconds) && r->seconds >= 0 ? 0 : bad(rd, "seconds", "a number");
}

int result_read_json(struct sim_result *r, struct json_object *o, struct result_strings *s,
		     char *error, size_t error_size)
{
	struct reader rd = {o, s, error, error_size};

	memset(r, 0, sizeof(*r));
	if (read_string(&rd, "scenario", &r->scenario) || read_string(&rd, "core", &r->core) ||
	    read_string(&rd, "driver", &r->driver) || read_verdict(&rd, r) ||
	    read_numbers(&rd, r) || read_defects(&rd, r) || read_counters(&rd, r) ||
	    read_judged(&rd, r)) {
		sim_result_free(r);
		return -1;
	}
	read_known(&rd, r);
	copy_text(r->why, sizeof(r->why), result_member_string(o, "why"));
	copy_text(r->resume, sizeof(r->resume), result_member_string(o, "resume"));
	r->not_applicable =
		json_object_get_boolean(result_member(o, "not_applicable", json_type_boolean));
	return 0;
}
