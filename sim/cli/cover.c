// SPDX-License-Identifier: GPL-2.0-only
#include "cover.h"

#include <ctype.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/coverage.h"
#include "kernel/files.h"
#include "listing.h"

#define MAX_LINE 10000000ul

/* "N" or "N-M" at *@at, which moves behind it and behind a comma. */
static bool next_range(const char **at, unsigned int *first, unsigned int *last)
{
	char *end;
	unsigned long from, to;

	if (!isdigit((unsigned char)**at))
		return false;
	from = to = strtoul(*at, &end, 10);
	if (*end == '-' && isdigit((unsigned char)end[1]))
		to = strtoul(end + 1, &end, 10);
	if (!from || from > to || to > MAX_LINE || (*end && *end != ',') ||
	    (*end == ',' && !end[1]))
		return false;
	*at = end + (*end == ',');
	*first = (unsigned int)from;
	*last = (unsigned int)to;
	return true;
}

bool changed_is_valid(const char *changed)
{
	const char *at = strrchr(changed, ':');
	unsigned int first, last;

	if (!at || at == changed)
		return false;
	at++;
	do {
		if (!next_range(&at, &first, &last))
			return false;
	} while (*at);
	return true;
}

/* ---- Lines that somebody changed ------------------------------------------------------------- */

static const char *const states[] = {
	[LISTING_REACHED] = "reached", [LISTING_MISSED] = "missed", [LISTING_NO_CODE] = "no_code"};

static void add(struct json_object *lines, const char *state, char *where)
{
	json_object_array_add(json_object_object_get(lines, state), json_object_new_string(where));
	free(where);
}

static void add_lines(struct json_object *lines, const struct listing *l, const char *changed)
{
	const char *at = strrchr(changed, ':') + 1;
	char *file = text("%.*s", (int)(at - 1 - changed), changed);
	unsigned int first, last;
	bool known;

	listing_line(l, file, 1, &known);
	if (!known)
		add(lines, "not_compiled", text("%s", file));
	while (known && *at && next_range(&at, &first, &last))
		for (unsigned int n = first; n <= last; n++)
			add(lines, states[listing_line(l, file, n, &known)],
			    text("%s:%u", file, n));
	free(file);
}

/* Each line by its state, as arrays of "FILE:N"; "not_compiled": files of which the core has none.
 */
static struct json_object *changed_lines(const struct listing *l, const struct cli_options *o)
{
	struct json_object *lines = json_object_new_object();

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		json_object_object_add(lines, states[i], json_object_new_array());
	json_object_object_add(lines, "not_compiled", json_object_new_array());
	for (unsigned int i = 0; i < o->nr_changed; i++)
		add_lines(lines, l, o->changed[i]);
	return lines;
}

static size_t count(struct json_object *lines, enum listing_line state)
{
	return json_object_array_length(json_object_object_get(lines, states[state]));
}

static void name_all(struct json_object *lines, const char *state, const char *prefix,
		     const char *words)
{
	struct json_object *array = json_object_object_get(lines, state);

	for (size_t i = 0; i < json_object_array_length(array); i++)
		printf("%s        %s: %s\n", prefix, words,
		       json_object_get_string(json_object_array_get_idx(array, i)));
}

/* ---- What is told ---------------------------------------------------------------------------- */

static void tell_text(const struct listing *l, struct json_object *lines,
		      const struct cli_options *o)
{
	struct listing_totals t = listing_totals(l);
	const char *prefix = o->format == CLI_KTAP ? "# " : "";

	printf("%scoverage: %u of %u lines reached (%.1f %%), %u of %u branches taken%s%s\n",
	       prefix, t.reached, t.lines, t.lines ? 100.0 * t.reached / t.lines : 0.0, t.taken,
	       t.branches, o->coverage ? "; " : "", o->coverage ? o->coverage : "");
	if (!o->nr_changed)
		return;
	printf("%schanged lines: %zu reached, %zu never reached, %zu without code\n", prefix,
	       count(lines, LISTING_REACHED), count(lines, LISTING_MISSED),
	       count(lines, LISTING_NO_CODE));
	name_all(lines, states[LISTING_MISSED], prefix, "never reached");
	name_all(lines, "not_compiled", prefix, "no file of this core");
}

static void tell_json(const struct listing *l, struct json_object *lines)
{
	struct listing_totals t = listing_totals(l);
	struct json_object *o = json_object_new_object(), *c = json_object_new_object();

	json_object_object_add(c, "lines", json_object_new_int64(t.lines));
	json_object_object_add(c, "reached", json_object_new_int64(t.reached));
	json_object_object_add(c, "branches", json_object_new_int64(t.branches));
	json_object_object_add(c, "taken", json_object_new_int64(t.taken));
	json_object_object_add(c, "changed", json_object_get(lines));
	json_object_object_add(o, "coverage", c);
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
}

int cover_begin(struct sim_core *core, const struct cli_options *o)
{
	if ((o->coverage || o->nr_changed) && !sim_core_cover(core))
		return cli_error("core %s has no build that counts what it reaches, expected lib "
				 "or kernel:DIR",
				 sim_core_name(core));
	return 0;
}

int cover_end(struct sim_core *core, const struct cli_options *o)
{
	struct json_object *lines;
	struct listing *l;
	char error[600];
	int ret = 0;

	if (!o->coverage && !o->nr_changed)
		return 0;
	l = listing_make(core, error, sizeof(error));
	if (!l)
		return cli_error("coverage: %s", error);
	if (o->coverage && listing_write(l, o->coverage))
		ret = cli_error("%s: %s", o->coverage, strerror(errno));
	lines = changed_lines(l, o);
	if (o->format == CLI_JSON)
		tell_json(l, lines);
	else if (o->format == CLI_TEXT || o->format == CLI_KTAP)
		tell_text(l, lines, o);
	json_object_put(lines);
	listing_free(l);
	return ret;
}
