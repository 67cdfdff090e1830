/* SPDX-License-Identifier: GPL-2.0-only */
/* Files, names and hashes for the build of kernel cores. */
#ifndef SIM_KERNEL_FILES_H
#define SIM_KERNEL_FILES_H

#include <stdint.h>

#include "kernel_core.h"

/* Two independent 64-bit sums; not against an adversary, who could as well change the program. */
struct content_hash {
	uint64_t a, b;
};

void hash_start(struct content_hash *h);
void hash_bytes(struct content_hash *h, const void *data, size_t n);
void hash_string(struct content_hash *h, const char *s); /* with its end */
void hash_text(const struct content_hash *h, char out[33]);

/* The whole file, NUL at its end, or NULL; to be freed. */
char *file_read(const char *path, size_t *size);
bool file_exists(const char *path);
/* Writes @path in one step (temporary file and rename) when its content differs. 0 or -1. */
int file_write(const char *path, const char *text, size_t size);
/* Waits until nobody else has @path locked. A file to close() for others; -1: no such lock here. */
int file_lock(const char *path);
/* mkdir -p. 0 or -1. */
int make_dirs(const char *path);
/* asprintf() that does not fail: out of memory ends the program with a message. */
char *text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Takes @name (allocated); drops what is there already. false: full. */
bool names_add(struct kernel_names *names, char *name);
bool names_has(const struct kernel_names *names, const char *name);
void names_free(struct kernel_names *names);

/* Names in @dir that end in @suffix, sorted. */
void list_dir(const char *dir, const char *suffix, struct kernel_names *names);
/* Does @source have @word as a whole identifier? */
bool has_word(const char *source, const char *word);

#endif
