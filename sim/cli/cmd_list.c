// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-sim list, show: the built-in scenarios. What `list` says is read from the files themselves.
 */
#include "options.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/scenario.h"

struct lister {
	const struct cli_options *o;
	int status;
};

static void tags(char *buf, size_t size, const struct sim_scenario *s)
{
	size_t used = 0;

	*buf = '\0';
	for (int i = 0; i < SIM_MAX_TAGS && s->stands_for[i] && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? ", " : "",
					 s->stands_for[i]);
}

static void list_json(const struct sim_scenario *s)
{
	struct json_object *o = json_object_new_object(), *a = json_object_new_array();

	json_object_object_add(o, "name", json_object_new_string(s->name));
	json_object_object_add(o, "shows", json_object_new_string(s->shows));
	for (int i = 0; i < SIM_MAX_TAGS && s->stands_for[i]; i++)
		json_object_array_add(a, json_object_new_string(s->stands_for[i]));
	json_object_object_add(o, "stands_for", a);
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
}

static int list_one(const char *path, void *arg)
{
	struct lister *l = arg;
	char error[512], all[400];
	struct sim_scenario *s = scenario_load(path, error, sizeof(error));

	if (!s) {
		fprintf(stderr, "%s\n", error);
		l->status = CLI_USAGE;
		return 0;
	}
	tags(all, sizeof(all), s);
	if (l->o->format == CLI_JSON)
		list_json(s);
	else
		printf("%-34s %s%s%s%s\n", s->name, s->shows, *all ? " [" : "", all,
		       *all ? "]" : "");
	scenario_free(s);
	return 0;
}

int cmd_list(const struct cli_verb *verb, struct cli_options *o)
{
	struct lister l = {o, CLI_HELD};

	if (o->nr_operands)
		return cli_error("%s takes no operands", verb->name);
	if (scenario_builtin_each(list_one, &l) < 0)
		return cli_error("the built-in scenarios cannot be found: %s", strerror(errno));
	return l.status;
}

int cmd_show(const struct cli_verb *verb, struct cli_options *o)
{
	char *path, buf[4096];
	size_t n;
	FILE *f;

	if (o->nr_operands != 1)
		return cli_error("%s takes the name of one scenario", verb->name);
	path = scenario_find(o->operands[0]);
	f = path ? fopen(path, "r") : NULL;
	free(path);
	if (!f)
		return cli_error("no scenario '%s'; 'ghes-sim list' lists them", o->operands[0]);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		fwrite(buf, 1, n, stdout);
	fclose(f);
	return CLI_HELD;
}
