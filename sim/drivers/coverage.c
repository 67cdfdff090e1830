// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/coverage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int coverage_share(const struct ghes_core_coverage *c)
{
	void *at;

	if (!c->counters.size)
		return 0;
	at = mmap(c->counters.start, c->counters.size, PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	return at == MAP_FAILED ? -1 : 0;
}

struct writer {
	const char *dir;
	FILE *f;
	bool failed;
};

static void next_file(struct writer *w)
{
	if (w->f && fclose(w->f))
		w->failed = true;
	w->f = NULL;
}

/* @name: /where/it/was/compiled/X.gcda, and the notes are beside it. */
static void on_file(const char *name, void *arg)
{
	struct writer *w = arg;
	const char *slash = strrchr(name, '/');
	int length = (int)strlen(name) - 5;
	char *gcda = NULL, *gcno = NULL, *link = NULL;

	next_file(w);
	if (w->failed || length < 1 || strcmp(name + length, ".gcda"))
		return;
	slash = slash ? slash + 1 : name;
	if (asprintf(&gcda, "%s/%s", w->dir, slash) < 0 ||
	    asprintf(&gcno, "%.*s.gcno", length, name) < 0 ||
	    asprintf(&link, "%s/%.*s.gcno", w->dir, (int)strlen(slash) - 5, slash) < 0 ||
	    symlink(gcno, link) || !(w->f = fopen(gcda, "we")))
		w->failed = true;
	free(gcda);
	free(gcno);
	free(link);
}

static void on_bytes(const void *data, unsigned int n, void *arg)
{
	struct writer *w = arg;

	if (w->f && fwrite(data, 1, n, w->f) != n)
		w->failed = true;
}

int coverage_write(const struct ghes_core_coverage *c, const char *dir)
{
	struct writer w = {.dir = dir};

	c->dump(on_file, on_bytes, &w);
	next_file(&w);
	return w.failed ? -1 : 0;
}
