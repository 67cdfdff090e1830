/* SPDX-License-Identifier: GPL-2.0-only */
/* A table as acpidump (ACPICA) prints it. */
#ifndef HEST_DUMP_H
#define HEST_DUMP_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HEST_DUMP_MAX 65536

/* Appends to @text, which has room for HEST_DUMP_MAX */
static inline void hest_dump(char *text, const char *signature, const uint8_t *bytes, size_t size,
			     const char *line_end)
{
	char *at = text + strlen(text);

	at += sprintf(at, "%s @ 0x%016X%s", signature, 0xbf790000u, line_end);
	for (size_t row = 0; row < size; row += 16) {
		at += sprintf(at, "%8.4zX: ", row);
		for (size_t i = row; i < row + 16; i++)
			at += i < size ? sprintf(at, "%02X ", bytes[i]) : sprintf(at, "   ");
		at += sprintf(at, " ");
		for (size_t i = row; i < row + 16 && i < size; i++)
			at += sprintf(at, "%c",
				      bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : '.');
		at += sprintf(at, "%s", line_end);
	}
	sprintf(at, "%s", line_end);
}

#endif
