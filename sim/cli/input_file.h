/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_INPUT_FILE_H
#define SIM_INPUT_FILE_H

#include <stddef.h>
#include <stdint.h>

/**
 * sim_read_file() - all bytes of a file, pipe or (as "-") of standard input
 * @path: which
 * @max: more bytes than this are an error
 * @size: gets their number
 *
 * Return: a block of *@size bytes, never NULL for an empty file, that the caller frees; or NULL,
 * after one line on stderr that says what is wrong.
 */
uint8_t *sim_read_file(const char *path, size_t max, size_t *size);

#endif
