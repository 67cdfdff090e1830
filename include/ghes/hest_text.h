/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables out of the text that acpidump prints, as it comes by mail and in bug reports:
 *
 *	HEST @ 0x00000000BF790000
 *	    0000: 48 45 53 54 A8 00 00 00 01 73 41 4D 49 00 00 00  HEST.....sAMI...
 *
 * A file may hold many tables, other lines between them, and CR LF line ends. The column of
 * characters is ignored. Within the wanted table nothing is guessed: rows must follow on each
 * other, and a line that is no row and not empty is an error with its number, because a dump that
 * lost a line in the mail would decode to nonsense.
 */
#ifndef GHES_HEST_TEXT_H
#define GHES_HEST_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ghes/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* @line: from 1, or 0 if the text as a whole is meant; @text: what is wrong, what was expected */
struct hest_text_error {
	size_t line;
	char text[128];
};

/**
 * hest_text_sniff() - is this acpidump text rather than a binary table?
 * @data, @size: a file's contents
 *
 * True if some line is a table's header line ("HEST @ 0x...") and no byte up to there is one that
 * text does not have. A binary table is not mistaken for text: its Length would have to read "@".
 * Context: any.
 */
GHES_API bool hest_text_sniff(const void *data, size_t size);

/**
 * hest_text_extract() - bytes of one table of a dump
 * @data, @size: the text; need not be terminated
 * @signature: four characters, e.g. ACPI_SIG_HEST
 * @instance: which of the tables with that signature, from 0
 * @out: where its bytes go
 * @out_size: in: bytes at @out; out: bytes of the table. @size / 3 always suffices.
 * @error: filled when the answer is not 0; may be NULL
 *
 * Says nothing about the table itself: what its header claims is for hest_parse(), which is given
 * the bytes that the text has. Context: task; O(@size); allocates nothing.
 * Return: 0; -GHES_ENOENT: no such table; -GHES_EINVAL: a malformed line inside it;
 * -GHES_ENOSPC: longer than @out_size.
 */
GHES_API int hest_text_extract(const void *data, size_t size, const char *signature,
			       unsigned int instance, uint8_t *out, size_t *out_size,
			       struct hest_text_error *error);

#ifdef __cplusplus
}
#endif

#endif
