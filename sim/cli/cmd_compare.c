// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-sim compare: the same scenario on two cores, and where what can be observed differs.
 *
 * Flow: a scenario (named, or drawn by seed) -> driver run on each core -> report/observed.c ->
 * the first difference of each aspect that is not on the list of intended ones.
 */
#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "drivers/cores.h"
#include "report/departures.h"
#include "report/observed.h"
#include "scenario/random.h"
#include "scenario/scenario.h"

#define DEFAULT_SEED 1

struct compare {
	struct cli_options *o;
	struct sim_core *core[2];
	struct departures *departures; /* or NULL */
	unsigned int same, different, not_compared;
	int status;
};

static void worse(struct compare *c, int status)
{
	static const int rank[] = {
		[CLI_HELD] = 0, [CLI_INCOMPLETE] = 1, [CLI_DEFECT] = 2, [CLI_USAGE] = 3};

	if (rank[status] > rank[c->status])
		c->status = status;
}

/* One run; false: @why it says nothing (after bad input, c->status says so, too). */
static bool observe(struct compare *c, unsigned int n, const struct sim_scenario *s,
		    struct observed *seen, char *why, size_t size)
{
	struct sim_result r = {.scenario = s->name, .driver = "run"};
	struct sim_recording rec = {0};
	struct sim_options o = c->o->driver;
	bool ran = false;

	memset(seen, 0, sizeof(*seen));
	o.recording = &rec;
	r.core = sim_core_name(c->core[n]);
	if (sim_driver_run.run(s, c->core[n], &o, &r, why, size)) {
		fprintf(stderr, "%s: %s\n", s->file, why);
		worse(c, CLI_USAGE);
	} else if (r.verdict == SIM_VACUOUS) {
		snprintf(why, size, "%s: %s", sim_core_name(c->core[n]), r.why);
	} else if (observed_from(seen, &rec, &r)) {
		snprintf(why, size, "out of memory");
	} else {
		ran = true;
	}
	sim_result_free(&r);
	recording_free(&rec);
	return ran;
}

/* ---- Telling --------------------------------------------------------------------------------- */

static struct json_object *string_or_null(const char *text)
{
	return text ? json_object_new_string(text) : NULL;
}

static void tell_json(const struct compare *c, const struct sim_scenario *s, const char *verdict,
		      const struct observed_comparison *found, const char *why)
{
	const struct observed_difference *d = found->difference;
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();
	struct json_object *cores = json_object_new_array(), *intended = json_object_new_array();

	for (unsigned int i = 0; i < 2; i++)
		json_object_array_add(cores, json_object_new_string(sim_core_name(c->core[i])));
	json_object_object_add(o, "scenario", json_object_new_string(s->name));
	json_object_object_add(o, "cores", cores);
	json_object_object_add(o, "verdict", json_object_new_string(verdict));
	for (unsigned int i = 0; i < found->nr_differences; i++) {
		struct json_object *one = json_object_new_object();

		json_object_object_add(one, "aspect",
				       json_object_new_string(observed_word(d[i].aspect)));
		json_object_object_add(one, "index", json_object_new_uint64(d[i].index));
		json_object_object_add(one, "a", string_or_null(d[i].line[0]));
		json_object_object_add(one, "b", string_or_null(d[i].line[1]));
		json_object_array_add(list, one);
	}
	json_object_object_add(o, "differences", list);
	for (unsigned int i = 0; i < found->nr_intended; i++)
		json_object_array_add(intended, json_object_new_uint64(found->intended[i]));
	json_object_object_add(o, "intended", intended);
	if (why)
		json_object_object_add(o, "why", json_object_new_string(why));
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
}

static void tell_text(const struct compare *c, const struct sim_scenario *s, const char *verdict,
		      const struct observed_comparison *found, const char *why)
{
	const struct observed_difference *d = found->difference;

	if (c->o->driver.quiet && !found->nr_differences)
		return;
	printf("%-10s %s", verdict, s->name);
	for (unsigned int i = 0; i < found->nr_intended; i++)
		printf("%s %u", i ? "," : "; intended, by line", found->intended[i]);
	putchar('\n');
	if (why)
		printf("           %s\n", why);
	for (unsigned int i = 0; i < found->nr_differences; i++)
		printf("           %s %zu\n             A: %s\n             B: %s\n",
		       observed_word(d[i].aspect), d[i].index + 1,
		       d[i].line[0] ? d[i].line[0] : "(no more)",
		       d[i].line[1] ? d[i].line[1] : "(no more)");
}

static void tell(const struct compare *c, const struct sim_scenario *s, const char *verdict,
		 const struct observed_comparison *found, const char *why)
{
	if (c->o->format == CLI_JSON)
		tell_json(c, s, verdict, found, why);
	else
		tell_text(c, s, verdict, found, why);
	fflush(stdout);
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static void compare_one(struct compare *c, const struct sim_scenario *s)
{
	struct observed_comparison found = {.nr_differences = 0};
	struct observed seen[2] = {0};
	char why[600] = "";

	if (!observe(c, 0, s, &seen[0], why, sizeof(why)) ||
	    !observe(c, 1, s, &seen[1], why, sizeof(why))) {
		c->not_compared++;
		worse(c, CLI_INCOMPLETE);
		tell(c, s, "vacuous", &found, why);
	} else {
		observed_compare(&seen[0], &seen[1], s->name, c->departures, &found);
		if (found.nr_differences) {
			worse(c, CLI_DEFECT);
			c->different++;
		} else {
			c->same++;
		}
		tell(c, s, found.nr_differences ? "different" : "same", &found, NULL);
	}
	observed_free(&seen[0]);
	observed_free(&seen[1]);
}

static void compare_file(struct compare *c, const char *path)
{
	char error[600];
	struct sim_scenario *s = scenario_load(path, error, sizeof(error));

	if (!s) {
		fprintf(stderr, "%s\n", error);
		worse(c, CLI_USAGE);
		return;
	}
	compare_one(c, s);
	scenario_free(s);
}

static int compare_builtin(const char *path, void *arg)
{
	compare_file(arg, path);
	return 0;
}

static void compare_named(struct compare *c, const char *name)
{
	char *path = scenario_find(name);

	if (path)
		compare_file(c, path);
	else
		worse(c, cli_error("no scenario '%s': neither a file nor one that 'ghes-sim list' "
				   "lists",
				   name));
	free(path);
}

/* A scenario that differs is kept as a file, when the user says where. */
static void keep(const struct compare *c, const char *name, const char *text)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.yaml", c->o->save_dir, name);
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f))
		cli_error("%s: %s", path, strerror(errno));
}

static void compare_random(struct compare *c, uint64_t seed)
{
	char error[600], *text = scenario_random(seed);
	unsigned int before = c->different;
	struct sim_scenario *s;

	if (!text) {
		worse(c, cli_error("out of memory"));
		return;
	}
	s = scenario_load_string("random", text, strlen(text), error, sizeof(error));
	if (!s) {
		fprintf(stderr, "%s\n%s", error, text);
		worse(c, CLI_USAGE);
	} else {
		compare_one(c, s);
		if (c->different > before && c->o->save_dir)
			keep(c, s->name, text);
		scenario_free(s);
	}
	free(text);
}

static void compare_all(struct compare *c)
{
	const struct cli_options *o = c->o;
	uint64_t seed = o->driver.seed_set ? o->driver.seed : DEFAULT_SEED;

	if (o->draw) {
		c->o->driver.seed_set = false; /* each scenario has its own */
		for (uint64_t i = 0; i < o->draw && c->status != CLI_USAGE; i++)
			compare_random(c, seed + i);
	}
	for (int i = 0; i < o->nr_operands; i++)
		compare_named(c, o->operands[i]);
	if (!o->draw && !o->nr_operands && scenario_builtin_each(compare_builtin, c) < 0)
		worse(c, cli_error("the built-in scenarios cannot be found"));
}

static void close_cores(struct compare *c)
{
	for (unsigned int i = 0; i < 2; i++)
		if (c->core[i])
			sim_core_close(c->core[i]);
	departures_free(c->departures);
}

static bool open_cores(struct compare *c, const char *const names[2])
{
	char error[600];

	for (unsigned int i = 0; i < 2; i++) {
		c->core[i] = sim_core_open(names[i], error, sizeof(error));
		if (!c->core[i]) {
			cli_error("%s", error);
			return false;
		}
	}
	if (c->o->departures) {
		c->departures = departures_load(c->o->departures, error, sizeof(error));
		if (!c->departures)
			fprintf(stderr, "%s\n", error);
	}
	return c->departures || !c->o->departures;
}

int cmd_compare(const struct cli_verb *verb, struct cli_options *o)
{
	struct compare c = {.o = o};
	const char *const names[2] = {o->nr_cores > 1 ? o->cores[0] : "lib", o->core};

	if (!o->nr_cores || o->nr_cores > 2)
		return cli_error("%s needs --core twice, or once to compare with lib", verb->name);
	if (!open_cores(&c, names)) {
		close_cores(&c);
		return CLI_USAGE;
	}
	if (o->format == CLI_TEXT && !o->driver.quiet)
		printf("A: %s\nB: %s\n", names[0], names[1]);
	compare_all(&c);
	if (o->format == CLI_TEXT)
		printf("%u the same, %u different, %u not compared\n", c.same, c.different,
		       c.not_compared);
	close_cores(&c);
	return c.status;
}
