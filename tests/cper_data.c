// SPDX-License-Identifier: GPL-2.0-only
#include "cper_data.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint8_t *data_read(const char *path, size_t *len)
{
	char full[512];
	uint8_t *bytes = NULL;
	FILE *file;
	long size;

	snprintf(full, sizeof(full), "%s/%s", GHES_TEST_DATA, path);
	file = fopen(full, "rb");
	if (!file)
		return NULL;
	if (!fseek(file, 0, SEEK_END) && (size = ftell(file)) > 0 && !fseek(file, 0, SEEK_SET)) {
		bytes = malloc((size_t)size);
		*len = (size_t)size;
		if (bytes && fread(bytes, 1, *len, file) != *len) {
			free(bytes);
			bytes = NULL;
		}
	}
	fclose(file);
	return bytes;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **data_list(const char *folder, const char *suffix)
{
	char full[512];
	char **names = NULL;
	size_t n = 0;
	struct dirent *entry;
	DIR *dir;

	snprintf(full, sizeof(full), "%s/%s", GHES_TEST_DATA, folder);
	dir = opendir(full);
	if (!dir)
		return NULL;
	while ((entry = readdir(dir))) {
		size_t len = strlen(entry->d_name), end = strlen(suffix);
		char **more;

		if (len <= end || strcmp(entry->d_name + len - end, suffix) != 0)
			continue;
		more = realloc(names, (n + 2) * sizeof(*names));
		if (!more)
			abort();
		names = more;
		names[n++] = strndup(entry->d_name, len - end);
		names[n] = NULL;
	}
	closedir(dir);
	if (names)
		qsort(names, n, sizeof(*names), by_name);
	return names;
}

void data_list_free(char **names)
{
	size_t i;

	for (i = 0; names && names[i]; i++)
		free(names[i]);
	free(names);
}
