/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The printer of log text: what the files cper_print*.c share.
 *
 * A line is prefix, depth spaces, text. Depths: 0 block, 1 entry, 2 section, 3 and 4 within it.
 */
#ifndef GHES_LIB_CPER_PRINT_H
#define GHES_LIB_CPER_PRINT_H

#include <inttypes.h>

#include <ghes/cper.h>

#include "cper_text.h"

#define CPER_REC_LEN 256 /* of the kernel's buffer for a memory location, which cuts silently */

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

struct cper_printer {
	const struct cper_log *log;
	int level;
	struct cper_text line; /* holds the prefix, at least */
	size_t prefix_len;
	char buf[64 + 8 + CPER_REC_LEN + 8];
};

/* What a section's printer gets: its bytes, and how many there are. */
struct cper_payload {
	const uint8_t *bytes;
	uint32_t length;
};

void cper_print_line(struct cper_printer *p, unsigned int depth, const char *format, ...)
	GHES_PRINTF(3, 4);
void cper_print_line_at(struct cper_printer *p, int level, unsigned int depth, const char *format,
			...) GHES_PRINTF(4, 5);
/* "[Firmware Warn]: ", without the prefix */
void cper_print_fw_warn(struct cper_printer *p, const char *text);
/* Names of set bits, in as many lines as 80 columns make of them */
void cper_print_bits(struct cper_printer *p, unsigned int depth, unsigned int bits,
		     const char *const strs[], unsigned int strs_size);
/* 16 bytes a line, in little-endian groups of 4 or 8 bytes */
void cper_print_hex_dump(struct cper_printer *p, unsigned int depth, unsigned int groupsize,
			 const uint8_t *bytes, size_t len, bool ascii);

/* The name at @value, or "unknown" */
const char *cper_name(const char *const names[], unsigned int size, uint64_t value);
#define CPER_NAME(names, value) cper_name(names, ARRAY_SIZE(names), value)

#define CPER_SECTION_TOO_SMALL "error section length is too small"

extern const char *const cper_proc_error_type_strs[4];

/* One per section; the payload has at least the section type's min_length. */
void cper_print_mem(struct cper_printer *p, const struct cper_payload *payload);
void cper_print_pcie(struct cper_printer *p, const struct cper_payload *payload);
void cper_print_proc_arm(struct cper_printer *p, const struct cper_payload *payload);
void cper_print_proc_ia(struct cper_printer *p, const struct cper_payload *payload);
void cper_print_cxl_prot_err(struct cper_printer *p, const struct cper_payload *payload);

#endif
