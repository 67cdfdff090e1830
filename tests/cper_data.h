/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of the data folder for the CPER tests. A test skips when a list or a file is NULL. */
#ifndef GHES_TESTS_CPER_DATA_H
#define GHES_TESTS_CPER_DATA_H

#include <stddef.h>
#include <stdint.h>

/* The file at @path below the data folder, in exactly its size; NULL if it is not there. */
uint8_t *data_read(const char *path, size_t *len);

/* Names of the files in a folder that end in @suffix, without it, sorted; NULL-terminated. */
char **data_list(const char *folder, const char *suffix);
void data_list_free(char **names);

#endif
