// SPDX-License-Identifier: GPL-2.0-only
#include "input_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CHUNK 65536

/* Reads to the end or to one byte more than @max; NULL: errno says why */
static uint8_t *read_stream(FILE *file, size_t max, size_t *size)
{
	size_t capacity = FIRST_CHUNK;
	uint8_t *data = malloc(capacity), *more;

	*size = 0;
	while (data) {
		*size += fread(data + *size, 1, capacity - *size, file);
		if (ferror(file)) {
			free(data);
			return NULL;
		}
		if (*size < capacity || *size > max)
			return data;
		capacity *= 2;
		more = realloc(data, capacity);
		if (!more)
			free(data);
		data = more;
	}
	return NULL;
}

uint8_t *sim_read_file(const char *path, size_t max, size_t *size)
{
	const int is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "rb");
	uint8_t *data = file ? read_stream(file, max, size) : NULL;

	if (!data)
		fprintf(stderr, "%s: cannot read: %s\n", path, strerror(errno));
	if (file && !is_stdin)
		fclose(file);
	if (data && *size > max) {
		fprintf(stderr, "%s: more than %zu bytes, expected at most that\n", path, max);
		free(data);
		return NULL;
	}
	return data;
}
