// SPDX-License-Identifier: GPL-2.0-only
#include "trees.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char list[4096];

static void add(const char *trees[MAX_TREES], size_t *n, const char *dir)
{
	struct stat st;

	if (*n < MAX_TREES && *dir && !stat(dir, &st))
		trees[(*n)++] = dir;
}

size_t kernel_trees(const char *trees[MAX_TREES])
{
	const char *env = getenv("GHES_KERNEL_TREES");
	size_t n = 0;

	if (!env) {
		add(trees, &n, GHES_KERNEL_TREES_DIR "/linux-source-6.1");
		add(trees, &n, GHES_KERNEL_TREES_DIR "/linux-source-6.12");
		return n;
	}
	snprintf(list, sizeof(list), "%s", env);
	for (char *save, *dir = strtok_r(list, ":", &save); dir; dir = strtok_r(NULL, ":", &save))
		add(trees, &n, dir);
	return n;
}

const char *kernel_tree(void)
{
	const char *trees[MAX_TREES];
	size_t n = kernel_trees(trees);

	return n ? trees[n - 1] : NULL;
}

static char *read_all(const char *path)
{
	char *data = calloc(1, 1 << 20);
	FILE *f = fopen(path, "r");

	assert_non_null(data);
	assert_non_null(f);
	assert_in_range(fread(data, 1, (1 << 20) - 1, f), 1, (1 << 20) - 2);
	fclose(f);
	return data;
}

const char *patched_file(const char *path, const char *from, const char *to)
{
	static char patched[4096];
	char *source = read_all(path), *at = strstr(source, from);
	FILE *f;

	if (!at)
		fail_msg("%s has no '%s'", path, from);
	snprintf(patched, sizeof(patched), "%s/patched-ghes-%ld.c", GHES_KERNEL_TREES_DIR,
		 (long)getpid());
	f = fopen(patched, "w");
	assert_non_null(f);
	fprintf(f, "%.*s%s%s", (int)(at - source), source, to, at + strlen(from));
	assert_int_equal(fclose(f), 0);
	free(source);
	return patched;
}

const char *patched_ghes(const char *tree, const char *from, const char *to)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/drivers/acpi/apei/ghes.c", tree);
	return patched_file(path, from, to);
}
