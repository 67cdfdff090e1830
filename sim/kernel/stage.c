// SPDX-License-Identifier: GPL-2.0-only
/* The headers that a kernel core is compiled with: one forwarder for each name that is included. */
#include "build.h"

#include <ghes/errors.h>

#include <stdlib.h>
#include <string.h>

#include "probe.h"

static int stage_header(struct build *b, const char *name, const char *content)
{
	char *path = text("%s/%s", b->stage, name), *slash = strrchr(path, '/');
	int rc;

	*slash = '\0';
	rc = make_dirs(path);
	*slash = '/';
	rc = rc ? rc : file_write(path, content, strlen(content));
	free(path);
	return rc;
}

/*
 * Headers of the tree are included where they lie, so that messages name the user's files. All
 * other names are empty: the umbrella came first, by -include, and has what the shim has.
 */
int build_stage(struct build *b)
{
	struct probe *p = b->probe;
	char key[33];
	int rc = 0;

	struct content_hash h;

	hash_start(&h);
	hash_string(&h, p->dir);
	for (size_t i = 0; i < p->nr_headers; i++)
		hash_string(&h, p->header[i].name);
	hash_text(&h, key);
	b->stage = text("%s/stage-%.16s", b->cache, key);
	b->lock = text("%s.lock", b->stage);
	for (size_t i = 0; i < p->nr_headers && !rc; i++) {
		char *line;

		if (p->header[i].name[0] == '"')
			continue;
		line = text("#include \"%s\"\n", p->header[i].path);
		rc = stage_header(b, p->header[i].name, line);
		free(line);
	}
	for (size_t i = 0; i < p->includes.n && !rc; i++)
		if (strcmp(p->includes.name[i], "stdarg.h"))
			rc = stage_header(b, p->includes.name[i], "");
	if (!rc && p->extracts.text) {
		p->extracts.path = text("%s/extracts.c", b->stage);
		p->extracts.name = text("extracts.c");
		rc = file_write(p->extracts.path, p->extracts.text, p->extracts.size);
	}
	if (rc)
		return build_fail(b, GHES_EIO, text("%s: cannot be written", b->stage));
	return 0;
}

/* Entries of the shim's headers by heading: definitions and declarations at the start of a line. */
void build_count_entries(struct build *b)
{
	static const char *const headings[] = {"=== STUB ===", "=== SAME ===", "=== DIFFERENT ==="};
	struct kernel_names names = {.n = 0};
	char *dir = text("%s/shim", b->shim);

	list_dir(dir, ".h", &names);
	for (size_t i = 0; i < names.n; i++) {
		char *path = text("%s/%s", dir, names.name[i]), *content = file_read(path, NULL);
		int heading = -1;

		for (char *line = content; line; line = strchr(line, '\n')) {
			size_t n;

			line += *line == '\n';
			n = strcspn(line, "\n");
			for (int j = 0; j < 3; j++)
				if (memmem(line, n, headings[j], strlen(headings[j])))
					heading = j;
			if (heading >= 0 &&
			    (!strncmp(line, "#define ", 8) ||
			     (n > 1 && strchr("abcdefghijklmnopqrstuvwxyz", line[0]) &&
			      (memchr(line, '(', n) || line[n - 1] == '{' || line[n - 1] == ';'))))
				b->info->entries[heading]++;
		}
		free(content);
		free(path);
	}
	names_free(&names);
	free(dir);
}
