// SPDX-License-Identifier: GPL-2.0-only
#include "series.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/files.h"
#include "program.h"

/* A directory that is taken as a whole: a patch may add a header there. */
#define APEI	 "drivers/acpi/apei"
#define MAX_ARGS 128

struct arguments {
	const char *arg[MAX_ARGS + 1];
	char *owned[MAX_ARGS];
	size_t n, nr_owned;
	const char *prefix;
};

static void argument(const char *name, void *arg)
{
	struct arguments *a = arg;

	if (a->n == MAX_ARGS)
		return;
	if (a->prefix)
		name = a->owned[a->nr_owned++] = text("%s%s", a->prefix, name);
	a->arg[a->n++] = name;
	a->arg[a->n] = NULL;
}

static void arguments_free(struct arguments *a)
{
	while (a->nr_owned)
		free(a->owned[--a->nr_owned]);
}

/* ---- Our directory --------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *where)
{
	(void)st;
	(void)flag;
	(void)where;
	return remove(path);
}

static void remove_tree(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/*
 * The same name for the same tree, so that a second series finds its objects in the cache, where
 * they are kept by path; another name if somebody is at work there.
 */
static int make_work(struct series *s)
{
	const char *tmp = getenv("TMPDIR");
	char *real = realpath(s->tree, NULL), *lock;
	struct content_hash h;
	char key[33];

	hash_start(&h);
	hash_string(&h, real ? real : s->tree);
	hash_text(&h, key);
	free(real);
	s->work = text("%s/ghes-sim-series-%ld-%.12s", tmp && *tmp ? tmp : "/tmp", (long)getuid(),
		       key);
	lock = text("%s.lock", s->work);
	s->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	free(lock);
	if (s->lock < 0 || flock(s->lock, LOCK_EX | LOCK_NB)) {
		char *other = text("%s-%ld", s->work, (long)getpid());

		free(s->work);
		s->work = other;
	}
	remove_tree(s->work); /* what somebody who was killed has left */
	if (mkdir(s->work, 0700))
		return cli_error("%s: %s", s->work, strerror(errno));
	s->core = text("%s/core", s->work);
	s->before = text("%s/before", s->work);
	/* What lies above is no repository of these files. */
	setenv("GIT_CEILING_DIRECTORIES", s->work, 1);
	return 0;
}

void series_close(struct series *s)
{
	if (s->work)
		remove_tree(s->work);
	if (s->lock >= 0) {
		char *lock = text("%s.lock", s->work ? s->work : "");

		unlink(lock); /* of a name that was not ours, it is not there */
		free(lock);
		close(s->lock);
	}
	for (unsigned int i = 0; i < s->nr_commits; i++) {
		free(s->commits[i].id);
		free(s->commits[i].revision);
		free(s->commits[i].subject);
		free(s->commits[i].patch);
	}
	free(s->commits);
	free(s->core);
	free(s->before);
	free(s->work);
}

/* ---- Which commits --------------------------------------------------------------------------- */

static void add_commit(struct series *s, char *id, char *revision, char *subject, char *patch)
{
	if (s->nr_commits == s->room) {
		unsigned int room = s->room ? s->room * 2 : 16;
		struct series_commit *more = realloc(s->commits, room * sizeof(*more));

		if (!more) {
			fputs("ghes-sim: out of memory\n", stderr);
			exit(CLI_USAGE);
		}
		s->commits = more;
		s->room = room;
	}
	s->commits[s->nr_commits++] = (struct series_commit){id, revision, subject, patch};
}

/* Lines of "hash abbreviation subject" */
static void add_lines(struct series *s, char *lines)
{
	for (char *save, *line = strtok_r(lines, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *id = strchr(line, ' '), *subject = id ? strchr(id + 1, ' ') : NULL;

		if (!subject)
			continue;
		add_commit(s, text("%.*s", (int)(subject - id - 1), id + 1),
			   text("%.*s", (int)(id - line), line), text("%s", subject + 1), NULL);
	}
}

/* @more: what to pick of @range, or NULL */
static int log_commits(struct series *s, const char *range, const char *more)
{
	const char *argv[] = {"git",
			      "-C",
			      s->tree,
			      "-c",
			      "log.showSignature=false",
			      "log",
			      "--reverse",
			      "--first-parent",
			      "--no-color",
			      "--format=%H %h %s",
			      range,
			      more ? more : "--",
			      more ? "--" : NULL,
			      NULL};
	struct program_output out;
	bool ok = program_run(argv, NULL, NULL, false, &out);

	if (ok)
		add_lines(s, out.text);
	free(out.text);
	return ok ? 0 : -1;
}

static int open_range(struct series *s, const char *range)
{
	const char *dots = strstr(range, "..");
	unsigned int from;
	char *base;

	if (!dots || dots == range || *range == '-')
		return cli_error("--range is '%s', expected A..B: the commits of B that A has not",
				 range);
	base = text("%.*s", (int)(dots - range), range);
	if (log_commits(s, base, "-1") || s->nr_commits != 1) {
		free(base);
		return cli_error("%s: git has no commit '%.*s'", s->tree, (int)(dots - range),
				 range);
	}
	free(base);
	from = s->nr_commits;
	if (log_commits(s, range, NULL))
		return cli_error("%s: git does not know the range '%s'", s->tree, range);
	if (s->nr_commits == from)
		return cli_error("%s: no commits in '%s'", s->tree, range);
	/* The base is what the first builds on, which is A unless A is on another branch. */
	base = text("%s^", s->commits[from].revision);
	if (log_commits(s, base, "-1") == 0 && s->nr_commits > from + 1) {
		struct series_commit parent = s->commits[--s->nr_commits];

		s->commits[s->nr_commits] = s->commits[0];
		free(s->commits[0].id);
		free(s->commits[0].revision);
		free(s->commits[0].subject);
		s->commits[0] = parent;
	}
	free(base);
	return 0;
}

/* ---- Which patches --------------------------------------------------------------------------- */

/* The Subject: line of what git mailinfo says */
static char *subject_of(const char *info)
{
	const char *subject = strstr(info, "Subject: ");

	return subject ? text("%.*s", (int)strcspn(subject + 9, "\n"), subject + 9)
		       : text("(no subject)");
}

/* A message that has a patch; a cover letter has none. */
static int add_message(struct series *s, const char *file)
{
	unsigned int number = s->nr_commits;
	char *patch = text("%s/patch-%04u", s->work, number);
	char *body = text("%s/body", s->work);
	const char *argv[] = {"git", "mailinfo", body, patch, NULL};
	struct program_output out;
	struct stat st;
	bool ok = program_run(argv, s->work, file, false, &out);

	if (!ok)
		cli_error("%s: git mailinfo cannot read it", file);
	else if (!stat(patch, &st) && st.st_size)
		add_commit(s, text("%u", number), NULL, subject_of(out.text), text("%s", patch));
	free(out.text);
	free(body);
	free(patch);
	return ok ? 0 : CLI_USAGE;
}

static int add_messages_in(struct series *s, const char *dir, const char *suffix)
{
	struct kernel_names names = {.n = 0};
	int ret = 0;

	list_dir(dir, suffix, &names);
	for (size_t i = 0; i < names.n && !ret; i++) {
		char *path = text("%s/%s", dir, names.name[i]);

		if (names.name[i][0] != '.')
			ret = add_message(s, path);
		free(path);
	}
	names_free(&names);
	return ret;
}

static int split_mbox(struct series *s, const char *file)
{
	char *mail = text("%s/mail", s->work), *into = text("-o%s", mail);
	const char *argv[] = {"git", "mailsplit", "-b", into, file, NULL};
	struct program_output out = {0};
	int ret;

	if (make_dirs(mail) || !program_run(argv, NULL, NULL, false, &out))
		ret = cli_error("%s: not a mailbox or a patch", file);
	else
		ret = add_messages_in(s, mail, "");
	free(out.text);
	free(into);
	free(mail);
	return ret;
}

static int open_patches(struct series *s, const char *patches, const char *base)
{
	char *real = realpath(patches, NULL);
	struct stat st;
	int ret = 0;

	if (!real || stat(real, &st)) {
		free(real);
		return cli_error("%s: %s", patches, strerror(errno));
	}
	if (!base)
		add_commit(s, text("files"), NULL, text("as they lie in %s", s->tree), NULL);
	else if (*base == '-' || log_commits(s, base, "-1") || s->nr_commits != 1)
		ret = cli_error("%s: git has no commit '%s'", s->tree, base);
	if (!ret)
		ret = S_ISDIR(st.st_mode) ? add_messages_in(s, real, ".patch")
					  : split_mbox(s, real);
	free(real);
	if (!ret && s->nr_commits < 2)
		return cli_error("%s: no patches, expected what git format-patch writes", patches);
	return ret;
}

int series_open(struct series *s, const struct cli_options *o)
{
	int ret;

	*s = (struct series){.tree = o->tree, .counts = true, .lock = -1};
	ret = make_work(s);
	if (ret)
		return ret;
	return o->range ? open_range(s, o->range) : open_patches(s, o->patches, o->base);
}

/* ---- The files ------------------------------------------------------------------------------- */

static bool is_source(const char *name)
{
	size_t n = strlen(name);

	return n > 2 && name[n - 2] == '.' && (name[n - 1] == 'c' || name[n - 1] == 'h');
}

static int stage_file(const struct series *s, const char *name, const char *content, size_t size)
{
	char *path = text("%s/%s", s->core, name), *slash = strrchr(path, '/');
	int ret;

	*slash = '\0';
	ret = make_dirs(path);
	*slash = '/';
	ret = ret ? ret : file_write(path, content, size);
	free(path);
	return ret;
}

struct copy {
	const struct series *s;
	int ret;
};

/* Those that a tree has not are somebody else's to miss. */
static void copy_file(const char *name, void *arg)
{
	struct copy *c = arg;
	char *path = text("%s/%s", c->s->tree, name);
	size_t size;
	char *content = file_read(path, &size);

	if (content && stage_file(c->s, name, content, size))
		c->ret = -1;
	free(content);
	free(path);
}

static int stage_directory(const struct series *s)
{
	struct copy c = {.s = s};
	char *dir = text("%s/" APEI, s->tree);
	struct kernel_names names = {.n = 0};

	list_dir(dir, ".h", &names);
	list_dir(dir, ".c", &names);
	for (size_t i = 0; i < names.n; i++) {
		char *name = text(APEI "/%s", names.name[i]);

		copy_file(name, &c);
		free(name);
	}
	names_free(&names);
	free(dir);
	kernel_core_each_file(copy_file, &c);
	return c.ret;
}

/* "MODE blob HASH\tNAME" of ls-tree; NULL: no file that we take. */
static char *blob_of(char *entry, const char **name)
{
	char *tab = strchr(entry, '\t'), *blob = strstr(entry, " blob ");

	if (!tab || !blob || blob > tab || !strncmp(entry, "120000", 6) || strstr(tab, ".."))
		return NULL;
	*tab = '\0';
	*name = tab + 1;
	if (!strncmp(*name, APEI "/", sizeof(APEI)) && !is_source(*name))
		return NULL;
	return blob + 6;
}

/* What `git cat-file --batch` answers for the objects of @names: "HASH blob SIZE\n" CONTENT "\n" */
static int stage_objects(const struct series *s, const char *const *names, size_t n,
			 const struct program_output *out)
{
	const char *at = out->text, *end = out->text + out->size;

	for (size_t i = 0; i < n; i++) {
		const char *line = memchr(at, '\n', (size_t)(end - at));
		unsigned long long size;

		if (!line || sscanf(at, "%*s blob %llu", &size) != 1 ||
		    size >= (size_t)(end - line - 1) ||
		    stage_file(s, names[i], line + 1, (size_t)size))
			return -1;
		at = line + 1 + size + 1;
	}
	return 0;
}

static int stage_revision(const struct series *s, const char *revision)
{
	struct arguments tree = {.arg = {"git", "-C", s->tree, "ls-tree", "-r", "-z", "--full-tree",
					 revision, "--", APEI},
				 .n = 10};
	const char *cat[] = {"git", "-C", s->tree, "cat-file", "--batch", NULL};
	const char *names[1024];
	char *list = text("%s/objects", s->work), *hashes = text("%s", "");
	struct program_output entries, objects = {.text = NULL};
	size_t n = 0;
	int ret = -1;

	kernel_core_each_file(argument, &tree);
	if (program_run(tree.arg, NULL, NULL, false, &entries)) {
		for (char *e = entries.text; e < entries.text + entries.size && n < 1024;) {
			char *next = e + strlen(e) + 1, *hash = blob_of(e, &names[n]), *more;

			e = next;
			if (!hash)
				continue;
			more = text("%s%s\n", hashes, hash);
			free(hashes);
			hashes = more;
			n++;
		}
		if (!file_write(list, hashes, strlen(hashes)) &&
		    program_run(cat, NULL, list, false, &objects))
			ret = stage_objects(s, names, n, &objects);
	}
	free(entries.text);
	free(objects.text);
	free(hashes);
	free(list);
	return ret;
}

static int stage_patch(const struct series *s, const struct series_commit *commit)
{
	const char *copy[] = {"cp", "-R", s->before, s->core, NULL};
	struct arguments apply = {
		.arg = {"git", "apply", "--include=" APEI "/*"}, .n = 3, .prefix = "--include="};
	struct program_output out;
	bool ok = program_run(copy, NULL, NULL, false, &out);

	free(out.text);
	if (!ok)
		return -1;
	kernel_core_each_file(argument, &apply);
	apply.prefix = NULL;
	argument(commit->patch, &apply);
	ok = program_run(apply.arg, s->core, NULL, false, &out);
	free(out.text);
	arguments_free(&apply);
	return ok ? 0 : -1;
}

int series_stage(struct series *s, unsigned int i)
{
	const struct series_commit *commit = &s->commits[i];
	int ret;

	remove_tree(s->before);
	if (i && rename(s->core, s->before))
		return cli_error("%s: %s", s->core, strerror(errno));
	if (commit->revision)
		ret = stage_revision(s, commit->revision);
	else if (commit->patch)
		ret = stage_patch(s, commit);
	else
		ret = stage_directory(s);
	if (!ret)
		return 0;
	if (program_interrupted())
		return CLI_INCOMPLETE;
	return commit->patch
		       ? cli_error("patch %s does not apply: %s", commit->id, commit->subject)
		       : cli_error("%s: the files of %s cannot be taken", s->tree, commit->id);
}

int series_swap(struct series *s)
{
	char *other = text("%s/other", s->work);
	int ret = rename(s->core, other) || rename(s->before, s->core) || rename(other, s->before);

	free(other);
	return ret ? -1 : 0;
}

/* ---- What a commit changes ------------------------------------------------------------------- */

static int add_change(struct series_change *c, const char *file, unsigned int first,
		      unsigned int count)
{
	struct series_lines *more = realloc(c->lines, (c->nr_lines + 1) * sizeof(*more));

	if (!more)
		return -1;
	c->lines = more;
	c->lines[c->nr_lines++] = (struct series_lines){text("%s", file), first, count};
	return 0;
}

/* "@@ -1,2 +3,4 @@": with no context, what comes is what is added or changed. 0: not such a line.
 */
static unsigned int parse_hunk(const char *line, unsigned int *first, unsigned int *count)
{
	const char *plus = strncmp(line, "@@ -", 4) ? NULL : strchr(line, '+');
	unsigned int from, gone = 1;

	*count = 1;
	if (!plus || sscanf(plus, "+%u,%u", first, count) < 1 ||
	    sscanf(line, "@@ -%u,%u", &from, &gone) < 1)
		return 0;
	return gone + *count;
}

static int parse_diff(struct series_change *c, char *diff)
{
	static const char to[] = "+++ b/core/";
	unsigned int inside = 0; /* lines of a hunk still to come */
	char *file = NULL;
	int ret = 0;

	for (char *save, *line = strtok_r(diff, "\n", &save); line && !ret;
	     line = strtok_r(NULL, "\n", &save)) {
		unsigned int first, count;

		if (inside) {
			inside -= *line != '\\'; /* "\ No newline at end of file" */
		} else if (!strncmp(line, "+++ ", 4)) {
			file = strncmp(line, to, strlen(to)) ? NULL : line + strlen(to);
			if (file)
				file[strcspn(file, "\t")] = '\0';
		} else {
			inside = parse_hunk(line, &first, &count);
			if (inside && file && count)
				ret = add_change(c, file, first, count);
		}
	}
	return ret;
}

int series_diff(const struct series *s, struct series_change *change)
{
	const char *argv[] = {"git",
			      "diff",
			      "--no-index",
			      "-U0",
			      "--no-color",
			      "--no-ext-diff",
			      "--no-renames",
			      "--src-prefix=a/",
			      "--dst-prefix=b/",
			      "before",
			      "core",
			      NULL};
	struct program_output out;
	int ret;

	*change = (struct series_change){.any = true};
	program_run(argv, s->work, NULL, false, &out);
	if (out.status < 0 || out.status > 1) {
		free(out.text);
		return -1;
	}
	change->any = out.status == 1;
	ret = parse_diff(change, out.text);
	free(out.text);
	return ret;
}

void series_change_free(struct series_change *change)
{
	for (unsigned int i = 0; i < change->nr_lines; i++)
		free(change->lines[i].file);
	free(change->lines);
}
