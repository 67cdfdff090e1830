/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A result as report_result_json() wrote it, read back: nothing in it is believed before it was
 * checked, since the file may be cut short, or another program's.
 */
#ifndef SIM_REPORT_RESULT_READ_H
#define SIM_REPORT_RESULT_READ_H

#include <json-c/json.h>

#include "drivers/driver.h"

/* Text that results point to; all of it lives until result_strings_free(). */
struct result_strings {
	char **text;
	unsigned int nr, room;
};

/* The one copy of @text; NULL: out of memory. */
const char *result_string(struct result_strings *s, const char *text);
void result_strings_free(struct result_strings *s);

/* What is read back: the caller's, for json_object_put(). */
struct json_object *result_json(const struct sim_result *r);

/*
 * Fill @r, whose strings are in @s but for the defects' schedules: those are the result's, for
 * sim_result_free(). 0, or -1 and in @error what is wrong and what was expected.
 */
int result_read_json(struct sim_result *r, struct json_object *o, struct result_strings *s,
		     char *error, size_t error_size);

/* For those who read such objects: the member @key, if it is there and of @type; else NULL. */
struct json_object *result_member(struct json_object *o, const char *key, enum json_type type);
/* Likewise, a string without NUL inside; NULL: not there, or not such. */
const char *result_member_string(struct json_object *o, const char *key);
/* false: not there, or not a number from 0 to UINT64_MAX. */
bool result_member_number(struct json_object *o, const char *key, uint64_t *value);

#endif
