// SPDX-License-Identifier: GPL-2.0-only
#include "files.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

void hash_start(struct content_hash *h)
{
	h->a = UINT64_C(0xcbf29ce484222325);
	h->b = UINT64_C(0x9e3779b97f4a7c15);
}

/* FNV-1a in one half, a multiply-and-rotate in the other. */
void hash_bytes(struct content_hash *h, const void *data, size_t n)
{
	const unsigned char *p = data;

	for (; n; p++, n--) {
		h->a = (h->a ^ *p) * UINT64_C(0x100000001b3);
		h->b = (h->b + *p) * UINT64_C(0xd6e8feb86659fd93);
		h->b = h->b << 29 | h->b >> 35;
	}
}

void hash_string(struct content_hash *h, const char *s)
{
	hash_bytes(h, s, strlen(s) + 1);
}

void hash_text(const struct content_hash *h, char out[33])
{
	snprintf(out, 33, "%016llx%016llx", (unsigned long long)h->a, (unsigned long long)h->b);
}

char *file_read(const char *path, size_t *size)
{
	FILE *f;
	char *data = NULL;
	size_t n = 0, room = 0, got;
	struct stat st;

	if (stat(path, &st))
		return NULL;
	if (!S_ISREG(st.st_mode)) { /* a FIFO would wait for somebody to write */
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		return NULL;
	}
	f = fopen(path, "re");
	if (!f)
		return NULL;
	do {
		if (room - n < 4096) {
			char *more = realloc(data, room ? room * 2 : 65536);

			if (!more) {
				free(data);
				data = NULL;
				break;
			}
			data = more;
			room = room ? room * 2 : 65536;
		}
		got = fread(data + n, 1, room - n - 1, f);
		n += got;
	} while (got);
	if (data && ferror(f)) {
		free(data);
		data = NULL;
	}
	fclose(f);
	if (data)
		data[n] = '\0';
	if (size)
		*size = n;
	return data;
}

bool file_exists(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

int file_write(const char *path, const char *data, size_t size)
{
	size_t old_size;
	char *old = file_read(path, &old_size), *tmp;
	bool same = old && old_size == size && !memcmp(old, data, size);
	FILE *f;
	int rc = -1;

	free(old);
	if (same)
		return 0;
	tmp = text("%s.%ld.tmp", path, (long)getpid());
	f = fopen(tmp, "we");
	if (f) {
		bool written = fwrite(data, 1, size, f) == size;

		if (!fclose(f) && written)
			rc = rename(tmp, path);
		if (rc)
			unlink(tmp);
	}
	free(tmp);
	return rc;
}

int file_lock(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0 || !flock(fd, LOCK_EX))
		return fd;
	close(fd);
	return -1;
}

int make_dirs(const char *path)
{
	char *copy = text("%s", path), *p;
	int rc = 0;

	for (p = copy + 1; !rc; p++) {
		char c = *p;

		if (c && c != '/')
			continue;
		*p = '\0';
		if (mkdir(copy, 0777) && errno != EEXIST)
			rc = -1;
		*p = c;
		if (!c)
			break;
	}
	free(copy);
	return rc;
}

char *text(const char *fmt, ...)
{
	va_list args;
	char *s;

	va_start(args, fmt);
	if (vasprintf(&s, fmt, args) < 0) {
		fputs("ghes-sim: out of memory\n", stderr);
		exit(2);
	}
	va_end(args);
	return s;
}

bool names_has(const struct kernel_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (!strcmp(names->name[i], name))
			return true;
	return false;
}

bool names_add(struct kernel_names *names, char *name)
{
	if (names_has(names, name)) {
		free(name);
		return true;
	}
	if (names->n == KERNEL_MAX_NAMES) {
		free(name);
		return false;
	}
	names->name[names->n++] = name;
	return true;
}

void names_free(struct kernel_names *names)
{
	while (names->n)
		free(names->name[--names->n]);
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

bool has_word(const char *source, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = source; (p = strstr(p, word)); p += len)
		if ((p == source || !is_word(p[-1])) && !is_word(p[len]))
			return true;
	return false;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in @dir that end in @suffix, sorted. */
void list_dir(const char *dir, const char *suffix, struct kernel_names *names)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		size_t n = strlen(e->d_name), m = strlen(suffix);

		if (n > m && !strcmp(e->d_name + n - m, suffix))
			names_add(names, text("%s", e->d_name));
	}
	if (d)
		closedir(d);
	qsort(names->name, names->n, sizeof(names->name[0]), compare_names);
}
