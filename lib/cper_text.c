// SPDX-License-Identifier: GPL-2.0-only
#include "cper_text.h"

void cper_text_init(struct cper_text *text, char *buf, size_t size)
{
	*text = (struct cper_text){.buf = buf, .size = size};
	if (size)
		buf[0] = '\0';
}

void cper_text_reset(struct cper_text *text, size_t len)
{
	if (len >= text->len)
		return;
	text->len = len;
	text->buf[len] = '\0';
	text->cut = false;
}

void cper_text_bytes(struct cper_text *text, const char *s, size_t n)
{
	size_t room = text->size ? text->size - 1 - text->len : 0;

	if (n > room) {
		n = room;
		text->cut = true;
	}
	if (!n)
		return;
	memcpy(text->buf + text->len, s, n);
	text->len += n;
	text->buf[text->len] = '\0';
}

void cper_text_char(struct cper_text *text, char c)
{
	cper_text_bytes(text, &c, 1);
}

void cper_text_str(struct cper_text *text, const char *s)
{
	cper_text_bytes(text, s, strlen(s));
}

static void number(struct cper_text *text, uint64_t value, unsigned int base, unsigned int width)
{
	char digits[24];
	size_t at = sizeof(digits);

	if (width > sizeof(digits))
		width = sizeof(digits);
	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (sizeof(digits) - at < width)
		/* cppcheck-suppress arrayIndexOutOfBoundsCond ; width is at most 24 */
		digits[--at] = '0';
	cper_text_bytes(text, digits + at, sizeof(digits) - at);
}

void cper_text_dec(struct cper_text *text, uint64_t value)
{
	number(text, value, 10, 0);
}

void cper_text_int(struct cper_text *text, int64_t value)
{
	if (value < 0)
		cper_text_char(text, '-');
	number(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10, 0);
}

void cper_text_dec_pad(struct cper_text *text, uint64_t value, unsigned int width)
{
	number(text, value, 10, width);
}

void cper_text_hex(struct cper_text *text, uint64_t value, unsigned int width)
{
	number(text, value, 16, width);
}

void cper_text_guid(struct cper_text *text, const guid_t *guid)
{
	static const uint8_t order[] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	size_t i;

	for (i = 0; i < sizeof(order); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			cper_text_char(text, '-');
		cper_text_hex(text, guid->b[order[i]], 2);
	}
}

const char *cper_text_literal(struct cper_text *text, const char *format)
{
	const char *end = strchr(format, '%');
	size_t n = end ? (size_t)(end - format) : strlen(format);

	cper_text_bytes(text, format, n);
	return format + n;
}

/* One conversion of a format, taken apart */
struct conversion {
	unsigned int width;
	size_t precision; /* SIZE_MAX: none */
	unsigned int longs;
	char type;
};

static const char *conversion_parse(struct conversion *c, const char *s)
{
	*c = (struct conversion){.precision = SIZE_MAX};
	for (; *s >= '0' && *s <= '9'; s++)
		c->width = c->width * 10 + (unsigned int)(*s - '0');
	if (*s == '.')
		for (s++, c->precision = 0; *s >= '0' && *s <= '9'; s++)
			c->precision = c->precision * 10 + (size_t)(*s - '0');
	for (; *s == 'l'; s++)
		c->longs++;
	c->type = *s;
	return *s ? s + 1 : s;
}

void cper_text_vfmt(struct cper_text *text, const char *format, va_list args)
{
	struct conversion c;
	const char *s;

	while (*(format = cper_text_literal(text, format))) {
		format = conversion_parse(&c, format + 1);
		switch (c.type) {
		case 's':
			s = va_arg(args, const char *);
			cper_text_bytes(text, s, strnlen(s, c.precision));
			break;
		case 'c':
			cper_text_char(text, (char)va_arg(args, int));
			break;
		case 'd':
			cper_text_int(text, va_arg(args, int));
			break;
		case 'u':
		case 'x':
			number(text,
			       c.longs == 0   ? va_arg(args, unsigned int)
			       : c.longs == 1 ? va_arg(args, unsigned long)
					      : va_arg(args, unsigned long long),
			       c.type == 'x' ? 16 : 10, c.width);
			break;
		default:
			cper_text_char(text, c.type);
			break;
		}
	}
}

void cper_text_fmt(struct cper_text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	cper_text_vfmt(text, format, args);
	va_end(args);
}
