// SPDX-License-Identifier: GPL-2.0-only
#include "check_find.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drivers/recording.h"
#include "drivers/schedule.h"
#include "report/report.h"
#include "report/suite.h"

/* A replay is one run; what has not ended by then hangs, which its log will not say. */
#define REPLAY_SECONDS 60

/* ---- Which there are ------------------------------------------------------------------------- */

static bool add(struct check_finds *f, const struct check_task *t, const struct sim_found *defect)
{
	struct check_find *more = realloc(f->find, (f->nr + 1) * sizeof(*more));

	if (!more)
		return false;
	f->find = more;
	f->find[f->nr++] = (struct check_find){.task = t, .defect = defect};
	return true;
}

bool finds_collect(struct check_finds *f, const struct check *c)
{
	*f = (struct check_finds){0};
	for (unsigned int i = 0; i < c->nr_tasks; i++) {
		const struct check_task *t = &c->tasks[i];
		const struct sim_result *r = t->outcome ? &t->outcome->result : NULL;

		if (!r || t->skipped || t->outcome->error[0] || r->verdict != SIM_FAIL)
			continue;
		if (!r->nr_defects && !add(f, t, NULL))
			return false;
		for (unsigned int d = 0; d < r->nr_defects; d++)
			if (!add(f, t, &r->defects[d]))
				return false;
	}
	return true;
}

const char *find_oracle_name(const struct check_find *find)
{
	return find->defect ? sim_oracle_name(find->defect->oracle) : "expectation";
}

void finds_free(struct check_finds *f)
{
	for (unsigned int i = 0; i < f->nr; i++)
		free(f->find[i].folder);
	free(f->find);
	*f = (struct check_finds){0};
}

/* ---- One folder ------------------------------------------------------------------------------ */

/* DIR/NAME for writing; NULL, errno. */
static FILE *open_in(const char *dir, const char *name)
{
	char *path;
	FILE *f;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		return NULL;
	f = fopen(path, "w");
	free(path);
	return f;
}

static int close_written(FILE *f)
{
	int failed = ferror(f);

	return fclose(f) || failed ? -1 : 0;
}

static int copy_to(const char *dir, const char *name, const char *from)
{
	FILE *in = fopen(from, "rb"), *out = in ? open_in(dir, name) : NULL;
	char buf[65536];
	size_t n;
	int ret;

	while (out && (n = fread(buf, 1, sizeof(buf), in)) > 0)
		fwrite(buf, 1, n, out);
	ret = out ? close_written(out) : -1;
	if (in) {
		ret = ferror(in) ? -1 : ret;
		fclose(in);
	}
	return ret;
}

static const char *core_file(const struct check *c, const struct check_task *t)
{
	return sim_core_path(c->core, check_flavour(t), t->scenario->config.arch);
}

/* The schedule as it was, but for where scenario and core are: here. */
static int write_schedule(const struct check *c, const struct check_find *find)
{
	struct sim_schedule s;
	char error[200], *text;
	FILE *f;
	int ret = -1;

	if (schedule_parse(&s, "schedule", find->defect->schedule, strlen(find->defect->schedule),
			   error, sizeof(error)))
		return -1;
	snprintf(s.scenario, sizeof(s.scenario), "scenario.yaml");
	if (core_file(c, find->task))
		snprintf(s.core, sizeof(s.core), "so:core.so");
	text = schedule_text(&s);
	f = text ? open_in(find->folder, "schedule") : NULL;
	if (f) {
		fputs(text, f);
		ret = close_written(f);
	}
	free(text);
	schedule_free(&s);
	return ret;
}

static int write_text(const char *dir, const char *name, const struct sim_recording *rec,
		      const struct sim_result *r)
{
	FILE *f = open_in(dir, name);

	if (!f)
		return -1;
	if (r) {
		report_story(f, rec, false);
		fputc('\n', f);
		report_result_text(f, r);
	} else {
		report_log(f, rec);
	}
	return close_written(f);
}

static int write_pictures(const struct check_find *find, const struct sim_recording *rec)
{
	const struct sim_scenario *s = find->task->scenario;
	char title[300], *svg = NULL, *trace = NULL;
	int ret = -1;

	snprintf(title, sizeof(title), "%s: %s", s->name, s->shows);
	if (asprintf(&svg, "%s/picture.svg", find->folder) < 0)
		return -1;
	if (asprintf(&trace, "%s/trace.json", find->folder) >= 0) {
		ret = report_svg(svg, rec, title) || report_trace(trace, rec, title) ? -1 : 0;
		free(trace);
	}
	free(svg);
	return ret;
}

static bool has_oracle(const struct sim_result *r, enum sim_oracle_id oracle)
{
	for (unsigned int i = 0; i < r->nr_defects; i++)
		if (r->defects[i].oracle == oracle)
			return true;
	return false;
}

/* In a process of its own: the one run again, with everything written down. 0: the same came out.
 */
static int replay(const struct check *c, const struct check_find *find)
{
	const struct sim_scenario *s = find->task->scenario;
	struct sim_recording rec = {0};
	struct sim_result r = {.driver = find->task->driver->name,
			       .core = sim_core_name(c->core),
			       .scenario = s->name};
	struct sim_options o = find->task->options;
	struct sim_schedule schedule = {.choices = NULL};
	char error[600] = "";
	int ret;

	o.recording = &rec;
	o.resume = NULL;
	o.stop = NULL;
	if (!find->defect)
		ret = find->task->driver->run(s, c->core, &o, &r, error, sizeof(error));
	else
		ret = schedule_parse(&schedule, "schedule", find->defect->schedule,
				     strlen(find->defect->schedule), error, sizeof(error)) ||
		      find->task->driver->replay(s, c->core, &o, schedule.choices, &r, error,
						 sizeof(error));
	if (ret || write_text(find->folder, "story.txt", &rec, &r) ||
	    write_text(find->folder, "log.txt", &rec, NULL) || write_pictures(find, &rec))
		return 2;
	return (find->defect ? has_oracle(&r, find->defect->oracle) : r.verdict == SIM_FAIL) ? 0
											     : 1;
}

/* Only what a single run repeats: free-running CPUs have no schedule. */
static bool can_replay(const struct check_find *find)
{
	return find->defect ? find->defect->schedule && find->task->driver->replay
			    : find->task->phase == CHECK_ONCE;
}

static bool replayed(const struct check *c, const struct check_find *find)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		alarm(REPLAY_SECONDS);
		_exit(replay(c, find));
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       !WEXITSTATUS(status);
}

/* ---- What a person reads first --------------------------------------------------------------- */

static void commands(FILE *f, const struct check *c, const struct check_find *find)
{
	const struct check_task *t = find->task;
	char *spec = sim_core_spec(c->core);

	fputs("## Three commands, in this folder\n\n", f);
	if (find->defect && find->defect->schedule)
		fputs("    ghes-sim replay schedule                     # the story, once more\n"
		      "    ghes-sim replay schedule --svg picture.svg   # the picture\n"
		      "    ghes-sim replay schedule --gdb               # a debugger, at the defect\n",
		      f);
	else if (t->phase == CHECK_ONCE)
		fprintf(f,
			"    ghes-sim run scenario.yaml --core %s --seed %" PRIu64 "\n"
			"    ghes-sim run scenario.yaml --core %s --seed %" PRIu64
			" --svg picture.svg\n"
			"    gdb --args ghes-sim run scenario.yaml --core %s --seed %" PRIu64 "\n",
			spec, t->options.seed, spec, t->options.seed, spec, t->options.seed);
	else
		fprintf(f,
			"    ghes-sim stress scenario.yaml --core %s --seed %" PRIu64 "\n"
			"    ghes-sim inject scenario.yaml --core %s     # may find it so that it "
			"replays\n"
			"    gdb -ex 'handle all nostop noprint pass' -ex 'break sim_defect' -ex run \\\n"
			"        --args ghes-sim stress scenario.yaml --core %s --seed %" PRIu64
			"\n\n"
			"Threads and signals are never the same twice: it may take some attempts.\n",
			spec, t->options.seed, spec, spec, t->options.seed);
	if (find->defect && find->defect->schedule && core_file(c, t) && strncmp(spec, "so:", 3))
		fprintf(f,
			"\nThey take core.so, the build that failed. With `--core %s` they take what that\n"
			"is now, whose instructions may be others.\n",
			spec);
	free(spec);
}

static int write_readme(const struct check *c, const struct check_find *find)
{
	const struct check_task *t = find->task;
	FILE *f = open_in(find->folder, "README.md");

	if (!f)
		return -1;
	fprintf(f, "# %s: %s\n\n", find_oracle_name(find),
		find->defect ? find->defect->message : t->outcome->result.why);
	fprintf(f, "%s of scenario %s on core %s.\n", report_driver_name(&t->outcome->result),
		t->scenario->name, sim_core_name(c->core));
	if (find->defect)
		fprintf(f, "In %s%s%s.\n", find->defect->context,
			find->defect->source_location[0] ? ", interrupted at " : "",
			find->defect->source_location);
	fprintf(f, "What the scenario shows: %s.\n\n", t->scenario->shows);
	commands(f, c, find);
	fputs("\n## Files\n\n- scenario.yaml: the machine, and what happens on it\n", f);
	if (find->defect && find->defect->schedule)
		fputs("- schedule: what the driver chose\n", f);
	if (find->replayed)
		fputs("- picture.svg: a lane a CPU, nesting as depth, the defect in red\n"
		      "- trace.json: for Perfetto or chrome://tracing\n"
		      "- story.txt: the same in words, with the verdict\n"
		      "- log.txt: what the core logged\n",
		      f);
	else if (can_replay(find))
		fputs("\nThe replay did not come to the same end: what is drawn may lack it.\n", f);
	return close_written(f);
}

/* ---- All folders ----------------------------------------------------------------------------- */

/* The scenario's name is the user's: what a file name should not have becomes '_'. */
static char *folder_name(const char *dir, const struct check_find *find)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_";
	char *path, *p;

	if (asprintf(&path, "%s/%s-%s-%s", dir, find->task->scenario->name,
		     report_driver_name(&find->task->outcome->result), find_oracle_name(find)) < 0)
		return NULL;
	for (p = path + strlen(dir) + 1; *p; p++)
		if (!strchr(plain, *p))
			*p = '_';
	return path;
}

static int save(const struct check *c, struct check_find *find)
{
	const char *so = core_file(c, find->task);
	bool schedule = find->defect && find->defect->schedule;

	if (mkdir(find->folder, 0777) && errno != EEXIST)
		return -1;
	if (copy_to(find->folder, "scenario.yaml", find->task->scenario->file))
		return -1;
	if (schedule && so && copy_to(find->folder, "core.so", so))
		return -1;
	if (schedule && write_schedule(c, find))
		return -1;
	if (can_replay(find))
		find->replayed = replayed(c, find);
	return write_readme(c, find);
}

int finds_save(struct check_finds *f, const struct check *c, const char *dir, char *error,
	       size_t error_size)
{
	if (mkdir(dir, 0777) && errno != EEXIST) {
		snprintf(error, error_size, "%s: %s", dir, strerror(errno));
		return -1;
	}
	for (unsigned int i = 0; i < f->nr; i++) {
		f->find[i].folder = folder_name(dir, &f->find[i]);
		if (!f->find[i].folder || save(c, &f->find[i])) {
			snprintf(error, error_size, "%s: %s",
				 f->find[i].folder ? f->find[i].folder : dir, strerror(errno));
			return -1;
		}
	}
	return 0;
}
