// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/schedule.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenario/misbehave.h"

#define MAGIC "ghes-sim schedule"

char *schedule_text(const struct sim_schedule *s)
{
	char *text, *misbehave = misbehave_text(s->misbehave);
	int n = -1;

	if (misbehave)
		n = asprintf(&text,
			     MAGIC " %d\ndriver %s\nscenario %s\ncore %s\nseed %" PRIu64
				   "\n%s%s%schoices %s\n",
			     SIM_SCHEDULE_VERSION, s->driver, s->scenario, s->core, s->seed,
			     *misbehave ? "misbehave " : "", misbehave, *misbehave ? "\n" : "",
			     s->choices ? s->choices : "");
	free(misbehave);
	return n < 0 ? NULL : text;
}

void schedule_free(struct sim_schedule *s)
{
	free(s->choices);
	s->choices = NULL;
}

static bool set_text(char *to, size_t size, const char *value)
{
	size_t n = strlen(value);

	if (!n || n >= size)
		return false;
	memcpy(to, value, n + 1);
	return true;
}

static bool set_seed(struct sim_schedule *s, const char *value)
{
	char *end;

	errno = 0;
	s->seed = strtoull(value, &end, 10);
	return *value >= '0' && *value <= '9' && !errno && !*end;
}

enum { DRIVER, SCENARIO, CORE, SEED, CHOICES, NR_REQUIRED, MISBEHAVE = NR_REQUIRED, NR_KEYS };
static const char *const keys[NR_KEYS] = {"driver", "scenario", "core",
					  "seed",   "choices",	"misbehave"};

static bool set(struct sim_schedule *s, int key, const char *value)
{
	switch (key) {
	case DRIVER:
		return set_text(s->driver, sizeof(s->driver), value);
	case SCENARIO:
		return set_text(s->scenario, sizeof(s->scenario), value);
	case CORE:
		return set_text(s->core, sizeof(s->core), value);
	case SEED:
		return set_seed(s, value);
	case CHOICES:
		s->choices = strdup(value);
		return s->choices != NULL;
	case MISBEHAVE:
		return misbehave_parse(value, s->misbehave);
	}
	return false;
}

struct reader {
	struct sim_schedule *s;
	const char *file;
	int line;
	bool seen[NR_KEYS];
	char *error;
	size_t error_size;
};

static int bad(const struct reader *r, const char *what)
{
	snprintf(r->error, r->error_size, "%s:%d: %s", r->file, r->line, what);
	return -1;
}

static int read_line(struct reader *r, char *line)
{
	char *value = strchr(line, ' ');

	if (value)
		*value++ = '\0';
	for (int key = 0; key < NR_KEYS; key++) {
		if (strcmp(keys[key], line))
			continue;
		if (r->seen[key])
			return bad(r, "a line appears twice");
		r->seen[key] = true;
		if (!set(r->s, key, value ? value : ""))
			return bad(r, key == MISBEHAVE
					      ? "misbehave, expected " SIM_MISBEHAVE_EXPECTED
					      : "a value is missing, too long, or not a number");
		return 0;
	}
	return bad(r, "unknown word, expected driver, scenario, core, seed, misbehave or choices");
}

static int read_lines(struct reader *r, char *text)
{
	char *save = NULL, *line = strtok_r(text, "\n", &save);

	r->line = 1;
	if (!line || strncmp(line, MAGIC " ", strlen(MAGIC) + 1))
		return bad(r, "not a schedule, expected '" MAGIC " 1'");
	if (strcmp(line + strlen(MAGIC) + 1, "1"))
		return bad(r, "a schedule of another version, expected 1");
	while ((line = strtok_r(NULL, "\n", &save))) {
		r->line++;
		if (read_line(r, line))
			return -1;
	}
	for (int key = 0; key < NR_REQUIRED; key++)
		if (!r->seen[key]) {
			snprintf(r->error, r->error_size, "%s: no line '%s'", r->file, keys[key]);
			return -1;
		}
	return 0;
}

int schedule_parse(struct sim_schedule *s, const char *file, const char *text, size_t size,
		   char *error, size_t error_size)
{
	struct reader r = {.s = s, .file = file, .error = error, .error_size = error_size};
	char *copy;
	int ret;

	memset(s, 0, sizeof(*s));
	if (memchr(text, '\0', size))
		return bad(&r, "not a schedule: it holds NUL characters");
	copy = strndup(text, size);
	if (!copy)
		return bad(&r, "out of memory");
	ret = read_lines(&r, copy);
	free(copy);
	if (ret)
		schedule_free(s);
	return ret;
}

/* ---- Paths ----------------------------------------------------------------------------------- */

/* Replace the path in @text, from @at up to a comma, by what @map makes of it; NULL: leave it. */
static bool map_path(char *text, size_t size, size_t at,
		     char *(*map)(const char *path, const char *arg), const char *arg)
{
	size_t n = strcspn(text + at, ",");
	char *path = strndup(text + at, n), *rest = strdup(text + at + n), *mapped = NULL;
	bool ok = path && rest;

	if (ok)
		mapped = map(path, arg);
	if (mapped)
		ok = (size_t)snprintf(text + at, size - at, "%s%s", mapped, rest) < size - at;
	free(mapped);
	free(rest);
	free(path);
	return ok;
}

static bool map_paths(struct sim_schedule *s, char *(*map)(const char *path, const char *arg),
		      const char *arg)
{
	size_t at = strcspn(s->core, ":");

	if (s->core[at] && !map_path(s->core, sizeof(s->core), at + 1, map, arg))
		return false;
	return map_path(s->scenario, sizeof(s->scenario), 0, map, arg);
}

static char *absolute(const char *path, const char *arg)
{
	(void)arg;
	return realpath(path, NULL); /* the name of a built-in scenario is no file, and stays */
}

static char *beside(const char *path, const char *file)
{
	const char *slash = strrchr(file, '/');
	char *joined;

	if (*path == '/' || !slash ||
	    asprintf(&joined, "%.*s/%s", (int)(slash - file), file, path) < 0)
		return NULL;
	if (!access(joined, R_OK))
		return joined;
	free(joined);
	return NULL;
}

bool schedule_make_absolute(struct sim_schedule *s)
{
	return map_paths(s, absolute, NULL);
}

bool schedule_look_beside(struct sim_schedule *s, const char *file)
{
	return map_paths(s, beside, file);
}
