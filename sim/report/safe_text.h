/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text that firmware has a hand in, on its way to a terminal: a FRU text or a brand string may hold
 * whatever steers one. What is not printable ASCII becomes \xNN, as dmesg(1) shows it, and so is
 * a line feed, with which a record could make up lines of log.
 */
#ifndef SIM_REPORT_SAFE_TEXT_H
#define SIM_REPORT_SAFE_TEXT_H

#include <stdio.h>

static inline void print_safe(FILE *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x20 && c < 0x7f)
			putc(c, out);
		else
			fprintf(out, "\\x%02x", c);
	}
}

#endif
