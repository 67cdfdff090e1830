/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bounded text writer for places where stdio must not run.
 *
 *                  task   irq   nmi   nmi-in-nmi
 *   every op         y     y     y        y      on a writer of one's own
 *   Progress: wait-free.
 *
 * Invariants: size == 0 || (len < size && buf[len] == 0). What does not fit is dropped, and
 * `cut` says so.
 */
#ifndef GHES_LIB_CPER_TEXT_H
#define GHES_LIB_CPER_TEXT_H

#include <stdarg.h>

#include <ghes/api.h>
#include <ghes/cper_wire.h>

struct cper_text {
	char *buf;
	size_t size;
	size_t len;
	bool cut;
};

void cper_text_init(struct cper_text *text, char *buf, size_t size);
void cper_text_reset(struct cper_text *text, size_t len); /* back to the first len characters */
void cper_text_char(struct cper_text *text, char c);
void cper_text_bytes(struct cper_text *text, const char *s, size_t n);
void cper_text_str(struct cper_text *text, const char *s);
void cper_text_dec(struct cper_text *text, uint64_t value);
void cper_text_int(struct cper_text *text, int64_t value);
void cper_text_dec_pad(struct cper_text *text, uint64_t value, unsigned int width);
/* Lower case without a 0x; at least @width digits. */
void cper_text_hex(struct cper_text *text, uint64_t value, unsigned int width);
/* aabbccdd-eeff-gghh-iijj-kkllmmnnoopp, first three fields little-endian */
void cper_text_guid(struct cper_text *text, const guid_t *guid);

/*
 * printf for the few conversions that log lines need: %s, %.Ns, %c, and d, u, x with a 0-padded
 * width and l or ll. What it does not know it copies.
 */
void cper_text_fmt(struct cper_text *text, const char *format, ...) GHES_PRINTF(2, 3);
void cper_text_vfmt(struct cper_text *text, const char *format, va_list args) GHES_PRINTF(2, 0);

/* Copies @format up to its next conversion, or all of it; returns what is left: "%..." or "". */
const char *cper_text_literal(struct cper_text *text, const char *format);

/* "0x" and at least @width digits, the common case */
static inline void cper_text_0x(struct cper_text *text, uint64_t value, unsigned int width)
{
	cper_text_str(text, "0x");
	cper_text_hex(text, value, width);
}

#endif
