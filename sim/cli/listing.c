// SPDX-License-Identifier: GPL-2.0-only
#include "listing.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/coverage.h"
#include "kernel/files.h"
#include "program.h"

#define MAX_FILES    192 /* of a core, as KERNEL_MAX_NAMES */
#define MAX_LINES    200000
#define MAX_BRANCHES 100000

/* The branches that one function has on one line; in another build they may be others. */
struct group {
	char *function;
	uint64_t *taken;
	unsigned int n;
};

struct line {
	bool code;
	uint64_t count;
	struct group *groups;
	unsigned int nr_groups;
};

struct file {
	char *path, *name; /* where it is; how the tree calls it */
	struct line *lines;
	unsigned int nr_lines;
};

struct listing {
	struct file files[MAX_FILES];
	unsigned int nr_files;
	char *core;
};

static void *grown(void *array, size_t n, size_t size)
{
	void *more = realloc(array, n * size);

	if (!more) {
		fputs("ghes-sim: out of memory\n", stderr);
		exit(2);
	}
	return more;
}

/* ---- From gcov's JSON ------------------------------------------------------------------------ */

static struct file *file_of(struct listing *l, const struct sim_core *core, const char *path)
{
	const char *name = sim_core_file(core, path);

	if (!name)
		return NULL;
	for (unsigned int i = 0; i < l->nr_files; i++)
		if (!strcmp(l->files[i].path, path))
			return &l->files[i];
	if (l->nr_files == MAX_FILES)
		return NULL;
	l->files[l->nr_files] = (struct file){.path = text("%s", path), .name = text("%s", name)};
	return &l->files[l->nr_files++];
}

static struct line *line_of(struct file *f, unsigned int number)
{
	if (number >= f->nr_lines) {
		f->lines = grown(f->lines, number + 1, sizeof(*f->lines));
		memset(f->lines + f->nr_lines, 0, (number + 1 - f->nr_lines) * sizeof(*f->lines));
		f->nr_lines = number + 1;
	}
	return &f->lines[number];
}

static struct group *group_of(struct line *line, const char *function, unsigned int n)
{
	struct group *g;

	for (unsigned int i = 0; i < line->nr_groups; i++)
		if (line->groups[i].n == n && !strcmp(line->groups[i].function, function))
			return &line->groups[i];
	line->groups = grown(line->groups, line->nr_groups + 1, sizeof(*g));
	g = &line->groups[line->nr_groups++];
	*g = (struct group){.function = text("%s", function), .n = n};
	g->taken = grown(NULL, n, sizeof(*g->taken));
	memset(g->taken, 0, n * sizeof(*g->taken));
	return g;
}

static uint64_t number_of(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ? json_object_get_uint64(value) : 0;
}

static const char *string_of(struct json_object *o, const char *key)
{
	struct json_object *value;
	const char *string =
		json_object_object_get_ex(o, key, &value) ? json_object_get_string(value) : NULL;

	return string ? string : "";
}

static struct json_object *array_of(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) &&
			       json_object_is_type(value, json_type_array)
		       ? value
		       : NULL;
}

static void add_line(struct file *f, struct json_object *o)
{
	uint64_t number = number_of(o, "line_number");
	struct json_object *branches = array_of(o, "branches");
	size_t n = branches ? json_object_array_length(branches) : 0;
	struct line *line;
	struct group *g;

	if (!number || number > MAX_LINES || n > MAX_BRANCHES)
		return;
	line = line_of(f, (unsigned int)number);
	line->code = true;
	line->count += number_of(o, "count");
	if (!n)
		return;
	g = group_of(line, string_of(o, "function_name"), (unsigned int)n);
	for (unsigned int i = 0; i < n; i++)
		g->taken[i] += number_of(json_object_array_get_idx(branches, i), "count");
}

static void add_object(struct listing *l, const struct sim_core *core, struct json_object *o)
{
	struct json_object *files = array_of(o, "files");

	for (size_t i = 0; files && i < json_object_array_length(files); i++) {
		struct json_object *file = json_object_array_get_idx(files, i);
		struct json_object *lines = array_of(file, "lines");
		struct file *f = file_of(l, core, string_of(file, "file"));

		for (size_t k = 0; f && lines && k < json_object_array_length(lines); k++)
			add_line(f, json_object_array_get_idx(lines, k));
	}
}

/* The gcov of the compiler that kernel cores are built with */
static char *gcov_program(void)
{
	const char *env = getenv("GHES_SIM_GCOV"), *cc = getenv("GHES_SIM_CC");
	const char *gcc = cc ? strstr(cc, "gcc") : NULL;

	for (const char *next = gcc; next; next = strstr(gcc + 1, "gcc"))
		gcc = next;
	if (env && *env)
		return text("%s", env);
	return gcc ? text("%.*sgcov%s", (int)(gcc - cc), cc, gcc + 3) : text("gcov");
}

/* One folder that sim_core_coverage() has written */
static int add_folder(struct listing *l, const struct sim_core *core, const char *dir, char *error,
		      size_t error_size)
{
	struct kernel_names names = {.n = 0};
	const char *argv[KERNEL_MAX_NAMES + 5];
	char *gcov = gcov_program();
	struct program_output out;
	size_t n = 0;
	bool ok;

	list_dir(dir, ".gcda", &names);
	argv[n++] = gcov;
	argv[n++] = "--json-format";
	argv[n++] = "--stdout";
	argv[n++] = "--branch-probabilities";
	for (size_t i = 0; i < names.n; i++)
		argv[n++] = names.name[i];
	argv[n] = NULL;
	ok = program_run(argv, dir, NULL, true, &out); /* of times of files, it says much */
	if (!ok)
		snprintf(error, error_size,
			 "%s: cannot be run or cannot read the counters; it comes with gcc, set "
			 "GHES_SIM_GCOV to that of the core's compiler",
			 gcov);
	for (char *save, *line = ok ? strtok_r(out.text, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save)) {
		struct json_object *o = json_tokener_parse(line);

		if (o)
			add_object(l, core, o);
		json_object_put(o);
	}
	free(out.text);
	free(gcov);
	names_free(&names);
	return ok ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *where)
{
	(void)st;
	(void)flag;
	(void)where;
	return remove(path);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

struct listing *listing_make(struct sim_core *core, char *error, size_t error_size)
{
	struct listing *l = calloc(1, sizeof(*l));
	const char *tmp = getenv("TMPDIR");
	char *dir = text("%s/ghes-sim-coverage-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	int n = -1, ret = -1;

	if (!l || !mkdtemp(dir))
		snprintf(error, error_size, "%s: %s", dir, strerror(errno));
	else if ((n = sim_core_coverage(core, dir)) < 0)
		snprintf(error, error_size, "%s: the counters cannot be written", dir);
	for (int i = 0; i < n; i++) {
		char *folder = text("%s/%d", dir, i);

		ret = add_folder(l, core, folder, error, error_size);
		free(folder);
		if (ret)
			break;
	}
	if (!n)
		snprintf(error, error_size, "nothing ran in a build that counts");
	if (!ret && !l->nr_files) {
		snprintf(error, error_size,
			 "gcov finds no source of the core; the compiler's notes (.gcno) lie where "
			 "it was compiled, and must still be there");
		ret = -1;
	}
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(dir);
	if (ret) {
		if (l)
			listing_free(l);
		return NULL;
	}
	l->core = text("%s", sim_core_name(core));
	qsort(l->files, l->nr_files, sizeof(l->files[0]), by_name);
	return l;
}

void listing_free(struct listing *l)
{
	for (unsigned int i = 0; i < l->nr_files; i++) {
		struct file *f = &l->files[i];

		for (unsigned int k = 0; k < f->nr_lines; k++) {
			for (unsigned int g = 0; g < f->lines[k].nr_groups; g++) {
				free(f->lines[k].groups[g].function);
				free(f->lines[k].groups[g].taken);
			}
			free(f->lines[k].groups);
		}
		free(f->lines);
		free(f->path);
		free(f->name);
	}
	free(l->core);
	free(l);
}

/* ---- Totals and single lines ----------------------------------------------------------------- */

static void line_branches(const struct line *line, struct listing_totals *t)
{
	for (unsigned int g = 0; g < line->nr_groups; g++)
		for (unsigned int i = 0; i < line->groups[g].n; i++) {
			t->branches++;
			t->taken += line->groups[g].taken[i] > 0;
		}
}

static void file_totals(const struct file *f, struct listing_totals *t)
{
	for (unsigned int k = 0; k < f->nr_lines; k++) {
		t->lines += f->lines[k].code;
		t->reached += f->lines[k].count > 0;
		line_branches(&f->lines[k], t);
	}
}

struct listing_totals listing_totals(const struct listing *l)
{
	struct listing_totals t = {0};

	for (unsigned int i = 0; i < l->nr_files; i++)
		file_totals(&l->files[i], &t);
	return t;
}

/* Is @end the end of @path, by whole names? */
static bool ends_in(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return m <= n && !strcmp(path + n - m, end) &&
	       (m == n || path[n - m - 1] == '/' || *end == '/');
}

enum listing_line listing_line(const struct listing *l, const char *file, unsigned int line,
			       bool *known)
{
	*known = false;
	while (!strncmp(file, "./", 2))
		file += 2;
	for (unsigned int i = 0; i < l->nr_files; i++) {
		const struct file *f = &l->files[i];

		if (!ends_in(f->path, file) && !ends_in(file, f->name))
			continue;
		*known = true;
		if (line >= f->nr_lines || !f->lines[line].code)
			return LISTING_NO_CODE;
		return f->lines[line].count ? LISTING_REACHED : LISTING_MISSED;
	}
	return LISTING_NO_CODE;
}

/* ---- As a file ------------------------------------------------------------------------------- */

static void write_totals(FILE *out, const struct listing_totals *t)
{
	fprintf(out, "%u of %u lines reached (%.1f %%), %u of %u branches taken\n", t->reached,
		t->lines, t->lines ? 100.0 * t->reached / t->lines : 0.0, t->taken, t->branches);
}

static void annotate_line(FILE *out, const struct line *line, unsigned int number,
			  const char *source, int length)
{
	struct listing_totals t = {0};
	char count[24] = "", branches[24] = "";

	if (line && line->code) {
		line_branches(line, &t);
		if (line->count)
			snprintf(count, sizeof(count), "%" PRIu64, line->count);
		else
			snprintf(count, sizeof(count), "#####");
		if (t.branches)
			snprintf(branches, sizeof(branches), "%u/%u", t.taken, t.branches);
	}
	fprintf(out, "%12s %7s %5u: %.*s\n", count, branches, number, length, source);
}

static void annotate_file(FILE *out, const struct file *f)
{
	struct listing_totals t = {0};
	char *source = file_read(f->path, NULL);
	unsigned int number = 1;

	file_totals(f, &t);
	fprintf(out, "\n%s: ", f->name);
	write_totals(out, &t);
	for (const char *at = source; at && *at; number++) {
		int length = (int)strcspn(at, "\n");

		annotate_line(out, number < f->nr_lines ? &f->lines[number] : NULL, number, at,
			      length);
		at += length + (at[length] == '\n');
	}
	free(source);
}

static void annotate(FILE *out, const struct listing *l)
{
	struct listing_totals t = listing_totals(l);

	fprintf(out, "%s: ", l->core);
	write_totals(out, &t);
	fputs("Columns: how often, branches taken/all, line. #####: has code that never ran; "
	      "nothing: no code.\n",
	      out);
	for (unsigned int i = 0; i < l->nr_files; i++)
		annotate_file(out, &l->files[i]);
}

/* lcov's format, geninfo(1) */
static void write_info(FILE *out, const struct listing *l)
{
	for (unsigned int i = 0; i < l->nr_files; i++) {
		const struct file *f = &l->files[i];
		struct listing_totals t = {0};

		fprintf(out, "TN:\nSF:%s\n", f->path);
		for (unsigned int k = 0; k < f->nr_lines; k++) {
			const struct line *line = &f->lines[k];

			for (unsigned int g = 0; g < line->nr_groups; g++)
				for (unsigned int b = 0; b < line->groups[g].n; b++)
					fprintf(out, "BRDA:%u,%u,%u,%" PRIu64 "\n", k, g, b,
						line->groups[g].taken[b]);
			if (line->code)
				fprintf(out, "DA:%u,%" PRIu64 "\n", k, line->count);
		}
		file_totals(f, &t);
		fprintf(out, "BRF:%u\nBRH:%u\nLF:%u\nLH:%u\nend_of_record\n", t.branches, t.taken,
			t.lines, t.reached);
	}
}

int listing_write(const struct listing *l, const char *path)
{
	size_t n = strlen(path);
	FILE *out = fopen(path, "we");
	bool failed;

	if (!out)
		return -1;
	if (n > 5 && !strcmp(path + n - 5, ".info"))
		write_info(out, l);
	else
		annotate(out, l);
	failed = ferror(out);
	return fclose(out) || failed ? -1 : 0;
}
