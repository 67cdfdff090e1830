// SPDX-License-Identifier: GPL-2.0-only
#include "series.h"

#include <ghes/errors.h>

#include <stdlib.h>
#include <string.h>

#include "drivers/known.h"
#include "kernel/files.h"
#include "program.h"
#include "scenario/scenario.h"

#define MAX_ARGS    256
#define MAX_MESSAGE 240

/* A driver that a difference hangs on runs again for as long as it took, within these. */
#define AGAIN_MIN_SECONDS 2
#define AGAIN_MAX_SECONDS 30

const char *series_string(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ? json_object_get_string(value) : "";
}

/* ---- Building -------------------------------------------------------------------------------- */

static int build(const struct series *s, enum kernel_arch arch, enum kernel_flavour flavour,
		 char *error, size_t error_size)
{
	struct kernel_core_options o = {.arch = arch,
					.flavour = flavour,
					.coverage = s->counts && flavour != KERNEL_INSTRUMENTED};
	struct kernel_core_info info;
	int ret = kernel_core_build(s->core, &o, &info);

	if (ret)
		snprintf(error, error_size, "%s", info.error);
	kernel_core_info_free(&info);
	return ret;
}

/* Up front and in process: the compiler's words can be told, and check finds all in the cache. */
int series_build(struct series *s, char *error, size_t error_size)
{
	static const enum kernel_flavour flavours[] = {KERNEL_NATIVE, KERNEL_STEPPED,
						       KERNEL_INSTRUMENTED};
	unsigned int n = 2 * sizeof(flavours) / sizeof(flavours[0]);

	for (unsigned int i = 0; i < n && !program_interrupted(); i++) {
		enum kernel_arch arch = i % 2 ? KERNEL_X86 : KERNEL_ARM64;
		int ret = build(s, arch, flavours[i / 2], error, error_size);

		if (ret == -GHES_EIO && s->counts) { /* a compiler that cannot count */
			s->counts = false;
			ret = build(s, arch, flavours[i / 2], error, error_size);
		}
		/* Without instrumentation a check goes on, and says so. */
		if (ret && flavours[i / 2] != KERNEL_INSTRUMENTED)
			return -1;
	}
	error[0] = '\0';
	return 0;
}

/* ---- Lines that a commit changes ------------------------------------------------------------- */

struct changed_options {
	const char *arg[2 * CLI_MAX_CHANGED + 1]; /* --changed FILE:LINES ... */
	char *owned[CLI_MAX_CHANGED];
	unsigned int n;
};

/*
 * Every core of a series is compiled to count, also one in which nothing is to be looked for: what
 * is compared should differ by the commit alone.
 */
static void changed_options(const struct series *s, const struct series_change *c,
			    struct changed_options *o)
{
	*o = (struct changed_options){.n = 0};
	for (unsigned int i = 0; s->counts && i < c->nr_lines; i++) {
		const struct series_lines *l = &c->lines[i];
		bool again = i && !strcmp(l->file, c->lines[i - 1].file);
		char *more;

		if (!again && o->n == CLI_MAX_CHANGED)
			break;
		more = text("%s%s%u-%u", again ? o->owned[o->n - 1] : l->file, again ? "," : ":",
			    l->first, l->first + l->count - 1);
		if (again)
			free(o->owned[--o->n]);
		o->owned[o->n++] = more;
	}
	if (s->counts && !o->n)
		o->owned[o->n++] = text("drivers/acpi/apei/ghes.c:1");
	for (unsigned int i = 0; i < o->n; i++) {
		o->arg[2 * i] = "--changed";
		o->arg[2 * i + 1] = o->owned[i];
	}
}

static void changed_options_free(struct changed_options *o)
{
	while (o->n)
		free(o->owned[--o->n]);
}

/* ---- Running --------------------------------------------------------------------------------- */

/* One JSON object a line; those of a scenario's result are kept. */
static int parse(struct series_findings *f, char *lines)
{
	f->results = json_object_new_array();
	f->changed = NULL;
	for (char *save, *line = strtok_r(lines, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		struct json_object *o = json_tokener_parse(line), *defects, *coverage;

		if (!o)
			return -1;
		if (json_object_object_get_ex(o, "coverage", &coverage) && !f->changed)
			f->changed = json_object_get(json_object_object_get(coverage, "changed"));
		if (!json_object_object_get_ex(o, "scenario", NULL) ||
		    !json_object_object_get_ex(o, "defects", &defects)) {
			json_object_put(o);
			continue;
		}
		f->runs++;
		f->defects += json_object_array_length(defects) > 0;
		json_object_array_add(f->results, o);
	}
	return 0;
}

static int run(const char *const argv[], struct series_findings *f)
{
	struct program_output out;
	int ret;

	program_run(argv, NULL, NULL, false, &out);
	*f = (struct series_findings){.results = NULL};
	ret = out.status < 0 || out.status == CLI_USAGE || out.status > CLI_INCOMPLETE;
	if (!ret)
		ret = parse(f, out.text);
	free(out.text);
	return ret || program_interrupted() ? -1 : 0;
}

int series_check(const struct series *s, const struct cli_options *o, const struct series_change *c,
		 struct series_findings *f)
{
	char *core = text("kernel:%s", s->core), *budget = text("%g", o->budget),
	     *seed = text("%llu", (unsigned long long)o->driver.seed);
	const char *argv[MAX_ARGS] = {
		"/proc/self/exe", "check", "--core", core,     "--budget", budget,
		"--format",	  "json",  "-q",     "--seed", seed};
	struct changed_options changed;
	unsigned int n = 11;
	int ret = -1;

	if (o->known) {
		argv[n++] = "--known";
		argv[n++] = o->known;
	}
	changed_options(s, c, &changed);
	for (unsigned int i = 0; i < 2 * changed.n; i++)
		argv[n++] = changed.arg[i];
	argv[n++] = "--";
	for (int i = 0; i < o->nr_operands && n < MAX_ARGS; i++)
		argv[n++] = o->operands[i];
	if (n < MAX_ARGS)
		ret = run(argv, f);
	else
		cli_error("too many scenarios: %d", o->nr_operands);
	changed_options_free(&changed);
	free(core);
	free(budget);
	free(seed);
	return ret;
}

void series_findings_free(struct series_findings *f)
{
	json_object_put(f->results);
	json_object_put(f->changed);
	*f = (struct series_findings){.results = NULL};
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static bool same_defect(struct json_object *a, struct json_object *b)
{
	char message[2][MAX_MESSAGE];

	known_without_numbers(series_string(a, "message"), message[0], sizeof(message[0]));
	known_without_numbers(series_string(b, "message"), message[1], sizeof(message[1]));
	return !strcmp(series_string(a, "oracle"), series_string(b, "oracle")) &&
	       !strcmp(message[0], message[1]);
}

static bool same(struct json_object *a, struct json_object *b, const char *key)
{
	return !strcmp(series_string(a, key), series_string(b, key));
}

static struct json_object *nth(struct json_object *array, size_t i)
{
	return json_object_array_get_idx(array, i);
}

static struct json_object *defects_of(struct json_object *result)
{
	return json_object_object_get(result, "defects");
}

/* By whatever driver: the same scenario shows the same defect. */
static bool has(const struct series_findings *f, struct json_object *result,
		struct json_object *defect)
{
	for (size_t i = 0; i < json_object_array_length(f->results); i++) {
		struct json_object *r = nth(f->results, i), *defects = defects_of(r);

		if (!same(r, result, "scenario"))
			continue;
		for (size_t d = 0; d < json_object_array_length(defects); d++)
			if (same_defect(nth(defects, d), defect))
				return true;
	}
	return false;
}

/* Did the driver that made @result look at all of it here, too? A single run always does. */
static bool looked_at_all(const struct series_findings *f, struct json_object *result)
{
	unsigned int runs = 0;

	if (!strcmp(series_string(result, "driver"), "run"))
		return true;
	for (size_t i = 0; i < json_object_array_length(f->results); i++) {
		struct json_object *r = nth(f->results, i);

		if (!same(r, result, "scenario") || !same(r, result, "driver"))
			continue;
		if (!json_object_get_boolean(json_object_object_get(r, "complete")))
			return false;
		runs++;
	}
	return runs > 0;
}

static bool listed(const struct series_differences *l, struct json_object *result,
		   struct json_object *defect)
{
	for (unsigned int i = 0; i < l->nr; i++)
		if (same(l->list[i].result, result, "scenario") &&
		    same_defect(l->list[i].defect, defect))
			return true;
	return false;
}

int series_only_in(const struct series_findings *a, const struct series_findings *b,
		   struct series_differences *out)
{
	*out = (struct series_differences){.list = NULL};
	for (size_t i = 0; i < json_object_array_length(a->results); i++) {
		struct json_object *r = nth(a->results, i), *defects = defects_of(r);

		for (size_t d = 0; d < json_object_array_length(defects); d++) {
			struct series_difference *more;

			if (has(b, r, nth(defects, d)) || listed(out, r, nth(defects, d)))
				continue;
			more = realloc(out->list, (out->nr + 1) * sizeof(*more));
			if (!more)
				return -1;
			out->list = more;
			more[out->nr++] =
				(struct series_difference){r, nth(defects, d), looked_at_all(b, r)};
		}
	}
	return 0;
}

bool series_is_there(const struct series *s, const struct cli_options *o,
		     const struct series_difference *d)
{
	double took = json_object_get_double(json_object_object_get(d->result, "seconds")) * 2;
	const char *scenario = series_string(d->result, "scenario");
	char *core = text("kernel:%s", s->core), *found = scenario_find(scenario),
	     *seed = text("%llu", (unsigned long long)o->driver.seed);
	char *seconds = text("%g", took < AGAIN_MIN_SECONDS   ? AGAIN_MIN_SECONDS
				   : took > AGAIN_MAX_SECONDS ? AGAIN_MAX_SECONDS
							      : took);
	const char *driver = series_string(d->result, "driver");
	const char *argv[MAX_ARGS] = {"/proc/self/exe", driver,	  "--core", core,	 "--format",
				      "json",		"--seed", seed,	    "--seconds", seconds};
	unsigned int n = 10;
	struct series_findings f;
	bool there;

	if (s->counts && strcmp(driver, "explore") != 0) { /* in the same build as the check */
		argv[n++] = "--changed";
		argv[n++] = "drivers/acpi/apei/ghes.c:1";
	}
	if (o->known) {
		argv[n++] = "--known";
		argv[n++] = o->known;
	}
	argv[n++] = "--";
	if (found)
		argv[n++] = scenario;
	for (int i = 0; !found && i < o->nr_operands && n < MAX_ARGS - 1; i++)
		argv[n++] = o->operands[i]; /* one of the user's files */
	there = !run(argv, &f) && has(&f, d->result, d->defect);
	series_findings_free(&f);
	free(found);
	free(core);
	free(seed);
	free(seconds);
	return there;
}
