// SPDX-License-Identifier: GPL-2.0-only
#include "log.h"

#include "cper_text.h"

/* One conversion, as far as log.h promises them */
struct conversion {
	bool alternate;	     /* # */
	unsigned int length; /* number of l; z counts as the l of this host's size_t */
	char type;
};

static const char *parse(const char *fmt, struct conversion *c)
{
	*c = (struct conversion){0};
	for (;; fmt++) {
		if (*fmt == '#')
			c->alternate = true;
		else if (*fmt == 'l')
			c->length++;
		else if (*fmt == 'z')
			c->length = sizeof(size_t) == sizeof(long) ? 1 : 0;
		else
			break;
	}
	c->type = *fmt;
	return c->type ? fmt + 1 : fmt;
}

static void put_number(struct cper_text *text, const struct conversion *c, uint64_t value)
{
	if (c->type != 'x')
		cper_text_dec(text, value);
	else if (c->alternate)
		cper_text_0x(text, value, 1);
	else
		cper_text_hex(text, value, 1);
}

static void vformat(struct cper_text *text, const char *fmt, va_list ap)
{
	while (*(fmt = cper_text_literal(text, fmt))) {
		struct conversion c;

		fmt = parse(fmt + 1, &c);
		switch (c.type) {
		case 's':
			cper_text_str(text, va_arg(ap, const char *));
			break;
		case 'c':
			cper_text_char(text, (char)va_arg(ap, int));
			break;
		case 'd':
			cper_text_int(text, c.length == 0   ? va_arg(ap, int)
					    : c.length == 1 ? va_arg(ap, long)
							    : va_arg(ap, long long));
			break;
		case 'u':
		case 'x':
			put_number(text, &c,
				   c.length == 0   ? va_arg(ap, unsigned int)
				   : c.length == 1 ? va_arg(ap, unsigned long)
						   : va_arg(ap, unsigned long long));
			break;
		default:
			cper_text_char(text, '%');
			break;
		}
	}
}

void ghes_log(struct ghes_platform *p, enum ghes_log_level level, const char *fmt, ...)
{
	char line[GHES_LOG_LINE_MAX];
	struct cper_text text;
	va_list ap;

	cper_text_init(&text, line, sizeof(line));
	va_start(ap, fmt);
	vformat(&text, fmt, ap);
	va_end(ap);
	p->ops->log(p, level, line, text.len);
}
