// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"
#include "report/result_read.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/known.h"

static const char *const colon_verdicts[] = {"PASS", "FAIL", "INCOMPLETE", "VACUOUS"};

/* Colors for people only: no terminal, or NO_COLOR set (no-color.org), and there are none. */
static bool is_colored(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(out)) && !(no && *no) && term && strcmp(term, "dumb");
}

/* Its first line says oracle and message again. */
static void report_details(FILE *out, const char *report)
{
	const char *line = strchr(report, '\n');

	for (line = line ? line + 1 : ""; *line; line += strcspn(line, "\n") + 1) {
		fprintf(out, "           %.*s\n", (int)strcspn(line, "\n"), line);
		if (!line[strcspn(line, "\n")])
			break;
	}
}

void report_result_text(FILE *out, const struct sim_result *r)
{
	static const char *const colors[] = {[SIM_PASS] = "\033[32m",
					     [SIM_FAIL] = "\033[1;31m",
					     [SIM_INCOMPLETE] = "\033[33m",
					     [SIM_VACUOUS] = "\033[2m"};
	bool colored = is_colored(out);

	fprintf(out,
		"%s%-10s%s %s %s on %s: %" PRIu64 " executions, %" PRIu64
		" notifications, %.3f s, seed %" PRIu64,
		colored ? colors[r->verdict] : "", colon_verdicts[r->verdict],
		colored ? "\033[0m" : "", r->driver, r->scenario, r->core, r->executions,
		r->notifications, r->seconds, r->seed);
	if (r->misbehave)
		fprintf(out, ", misbehave %s", r->misbehave);
	if (r->memory)
		fprintf(out, ", memory %s", r->memory);
	if (r->shards && !r->plan)
		fprintf(out, ", shard %u of %u", r->shard, r->shards);
	fprintf(out, "%s\n", r->complete ? ", complete" : "");
	if (r->why[0])
		fprintf(out, "           %s\n", r->why);
	if (r->landed[0])
		fprintf(out, "           landed before %s\n", r->landed);
	for (unsigned int i = 0; i < r->nr_defects; i++) {
		const struct sim_found *f = &r->defects[i];

		fprintf(out, "           %s: %s (%s%s%s)\n", sim_oracle_name(f->oracle), f->message,
			f->context, f->source_location[0] ? ", " : "", f->source_location);
		if (f->report)
			report_details(out, f->report);
	}
}

void report_result_counters(FILE *out, const struct sim_result *r)
{
	for (unsigned int i = 0; i < r->nr_counters; i++)
		fprintf(out, "%s%s %" PRIu64, i ? ", " : "           ", r->counters[i].name,
			r->counters[i].value);
	if (r->nr_counters)
		fputc('\n', out);
	fputs("           judged by", out);
	for (unsigned int i = 0, n = 0; i < SIM_NR_ORACLES; i++)
		if (r->judged[i])
			fprintf(out, "%s %s %" PRIu64, n++ ? "," : "",
				sim_oracle_name((enum sim_oracle_id)i), r->judged[i]);
	fputc('\n', out);
}

/* Both sides of a race, or where a crash was */
static struct json_object *functions_json(const struct sim_found *f)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < 2 && f->function[i][0]; i++)
		json_object_array_add(list, json_object_new_string(f->function[i]));
	return list;
}

/* Lines of the file of known finds that were met */
static struct json_object *known_json(const struct sim_result *r)
{
	struct json_object *list = json_object_new_array();

	for (int i = 1; i < SIM_MAX_KNOWN; i++)
		if (r->known[i / 64] >> i % 64 & 1)
			json_object_array_add(list, json_object_new_int(i));
	return list;
}

static struct json_object *defect_json(const struct sim_found *f)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "oracle", json_object_new_string(sim_oracle_name(f->oracle)));
	json_object_object_add(o, "message", json_object_new_string(f->message));
	json_object_object_add(o, "schedule",
			       f->schedule ? json_object_new_string(f->schedule) : NULL);
	json_object_object_add(o, "context", json_object_new_string(f->context));
	json_object_object_add(o, "source_location", json_object_new_string(f->source_location));
	if (f->report)
		json_object_object_add(o, "report", json_object_new_string(f->report));
	if (f->function[0][0])
		json_object_object_add(o, "functions", functions_json(f));
	return o;
}

/* Each oracle by name, those with nothing to judge too: that is what a reader looks for. */
static struct json_object *judged_json(const struct sim_result *r)
{
	struct json_object *o = json_object_new_object();

	for (unsigned int i = 0; i < SIM_NR_ORACLES; i++)
		json_object_object_add(o, sim_oracle_name((enum sim_oracle_id)i),
				       json_object_new_uint64(r->judged[i]));
	return o;
}

struct json_object *result_json(const struct sim_result *r)
{
	struct json_object *o = json_object_new_object(), *defects = json_object_new_array();
	struct json_object *counters = json_object_new_object();

	json_object_object_add(o, "scenario", json_object_new_string(r->scenario));
	json_object_object_add(o, "core", json_object_new_string(r->core));
	json_object_object_add(o, "driver", json_object_new_string(r->driver));
	json_object_object_add(o, "verdict", json_object_new_string(sim_verdict_name(r->verdict)));
	json_object_object_add(o, "complete", json_object_new_boolean(r->complete));
	json_object_object_add(o, "executions", json_object_new_uint64(r->executions));
	json_object_object_add(o, "notifications", json_object_new_uint64(r->notifications));
	json_object_object_add(o, "seconds", json_object_new_double(r->seconds));
	json_object_object_add(o, "seed", json_object_new_uint64(r->seed));
	if (r->misbehave)
		json_object_object_add(o, "misbehave", json_object_new_string(r->misbehave));
	if (r->memory)
		json_object_object_add(o, "memory", json_object_new_string(r->memory));
	if (r->shards) {
		json_object_object_add(o, "shard", json_object_new_int64(r->shard));
		json_object_object_add(o, "shards", json_object_new_int64(r->shards));
		if (r->plan)
			json_object_object_add(o, "plan", json_object_new_boolean(true));
	}
	for (unsigned int i = 0; i < r->nr_defects; i++)
		json_object_array_add(defects, defect_json(&r->defects[i]));
	json_object_object_add(o, "defects", defects);
	for (unsigned int i = 0; i < r->nr_counters; i++)
		json_object_object_add(counters, r->counters[i].name,
				       json_object_new_uint64(r->counters[i].value));
	json_object_object_add(o, "counters", counters);
	json_object_object_add(o, "judged", judged_json(r));
	if (r->why[0])
		json_object_object_add(o, "why", json_object_new_string(r->why));
	if (r->landed[0])
		json_object_object_add(o, "landed", json_object_new_string(r->landed));
	if (known_met(r))
		json_object_object_add(o, "known", known_json(r));
	if (r->not_applicable)
		json_object_object_add(o, "not_applicable", json_object_new_boolean(true));
	if (r->resume[0])
		json_object_object_add(o, "resume", json_object_new_string(r->resume));
	return o;
}

void report_result_json(FILE *out, const struct sim_result *r)
{
	struct json_object *o = result_json(r);

	fprintf(out, "%s\n", json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
}
