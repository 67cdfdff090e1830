// SPDX-License-Identifier: GPL-2.0-only
/*
 * vsnprintf() for every context: no locale, no allocation, no floating point.
 *
 * Pointers print as they are (the kernel hashes %p); of its extensions those that APEI and CPER
 * code uses: %pU[lLbB], %pe, %ph[CDN], %pV, %pa[dp], %pK, %px, %ps and %pS (as an address).
 */
#include "shim.h"

struct out {
	char *buf;
	size_t size, len;
};

struct spec {
	bool left, plus, space, alt, zero;
	int width, precision; /* -1: none */
	int longs;	      /* -2 hh, -1 h, 0, 1 l, 2 ll */
};

static void put(struct out *o, char c)
{
	if (o->len < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void pad(struct out *o, char c, int n)
{
	while (n-- > 0)
		put(o, c);
}

static void put_string(struct out *o, const char *s, const struct spec *spec)
{
	int len;

	if (!s)
		s = "(null)";
	len = spec->precision >= 0 ? strnlen(s, spec->precision) : strlen(s);
	if (!spec->left)
		pad(o, ' ', spec->width - len);
	for (int i = 0; i < len; i++)
		put(o, s[i]);
	if (spec->left)
		pad(o, ' ', spec->width - len);
}

static void put_number(struct out *o, u64 value, unsigned int base, bool upper, char sign,
		       const struct spec *spec)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	int n = 0, zeros, total;
	char tmp[24];
	bool prefix = spec->alt && base == 16;

	while (value || (!n && spec->precision)) {
		tmp[n++] = digits[value % base];
		value /= base;
	}
	zeros = spec->precision > n ? spec->precision - n : 0;
	total = n + zeros + !!sign + (prefix ? 2 : 0);
	if (spec->zero && !spec->left && spec->precision < 0 && spec->width > total) {
		zeros = spec->width - total;
		total = spec->width;
	}
	if (!spec->left)
		pad(o, ' ', spec->width - total);
	if (sign)
		put(o, sign);
	if (prefix) {
		put(o, '0');
		put(o, upper ? 'X' : 'x');
	}
	pad(o, '0', zeros);
	while (n)
		put(o, tmp[--n]);
	if (spec->left)
		pad(o, ' ', spec->width - total);
}

static void put_hex(struct out *o, u64 value, int digits, bool upper)
{
	struct spec spec = {.precision = digits};

	put_number(o, value, 16, upper, 0, &spec);
}

static void put_uuid(struct out *o, const u8 *b, char kind)
{
	static const u8 le[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	bool little = kind == 'l' || kind == 'L', upper = kind == 'L' || kind == 'B';

	for (int i = 0; i < 16; i++) {
		put_hex(o, b[little ? le[i] : i], 2, upper);
		if (i == 3 || i == 5 || i == 7 || i == 9)
			put(o, '-');
	}
}

static void put_error(struct out *o, long err, const struct spec *spec)
{
	static const struct {
		int code;
		const char *name;
	} names[] = {
		{EPERM, "-EPERM"},
		{ENOENT, "-ENOENT"},
		{EIO, "-EIO"},
		{ENXIO, "-ENXIO"},
		{EAGAIN, "-EAGAIN"},
		{ENOMEM, "-ENOMEM"},
		{EFAULT, "-EFAULT"},
		{EBUSY, "-EBUSY"},
		{EEXIST, "-EEXIST"},
		{ENODEV, "-ENODEV"},
		{EINVAL, "-EINVAL"},
		{ERANGE, "-ERANGE"},
		{ENOTSUPP, "-ENOTSUPP"},
		{EOPNOTSUPP, "-EOPNOTSUPP"},
		{EINPROGRESS, "-EINPROGRESS"},
		{ECANCELED, "-ECANCELED"},
	};

	for (int i = 0; i < (int)ARRAY_SIZE(names); i++) {
		if (names[i].code == -err) {
			put_string(o, names[i].name, spec);
			return;
		}
	}
	put_number(o, -err, 10, false, '-', spec);
}

static void put_bytes(struct out *o, const u8 *b, int n, char separator)
{
	for (int i = 0; i < n && i < 64; i++) {
		if (i && separator != 'N')
			put(o, separator == 'C' ? ':' : separator == 'D' ? '-' : ' ');
		put_hex(o, b[i], 2, false);
	}
}

static void put_format(struct out *o, const char *fmt, va_list args);

/* @fmt stands behind the p; returns where the conversion ends. */
static const char *put_pointer(struct out *o, const char *fmt, void *ptr, struct spec *spec)
{
	switch (*fmt) {
	case 'U':
		fmt++;
		put_uuid(o, ptr, *fmt == 'l' || *fmt == 'L' || *fmt == 'B' ? *fmt : 'b');
		return *fmt == 'l' || *fmt == 'L' || *fmt == 'b' || *fmt == 'B' ? fmt + 1 : fmt;
	case 'e':
		if (IS_ERR(ptr))
			put_error(o, PTR_ERR(ptr), spec);
		else
			put_hex(o, (u64)ptr, 16, false);
		return fmt + 1;
	case 'h':
		fmt++;
		put_bytes(o, ptr, spec->width > 0 ? spec->width : 1, *fmt);
		return *fmt == 'C' || *fmt == 'D' || *fmt == 'N' ? fmt + 1 : fmt;
	case 'V': {
		struct va_format *vf = ptr;
		va_list copy;

		va_copy(copy, *vf->va);
		put_format(o, vf->fmt, copy);
		va_end(copy);
		return fmt + 1;
	}
	case 'a':
		spec->alt = true;
		spec->precision = 16;
		put_number(o, *(u64 *)ptr, 16, false, 0, spec);
		return fmt[1] == 'd' || fmt[1] == 'p' ? fmt + 2 : fmt + 1;
	case 'K':
	case 'x':
	case 's':
	case 'S':
		fmt++;
		fallthrough;
	default:
		put_hex(o, (u64)ptr, 16, false);
		return fmt;
	}
}

static u64 fetch(va_list *args, int longs, bool is_signed)
{
	if (longs >= 1)
		return va_arg(*args, u64);
	if (is_signed) {
		int v = va_arg(*args, int);

		return longs == -1 ? (s64)(short)v : longs == -2 ? (s64)(signed char)v : (s64)v;
	}
	if (longs == -1)
		return (u16)va_arg(*args, unsigned int);
	if (longs == -2)
		return (u8)va_arg(*args, unsigned int);
	return va_arg(*args, unsigned int);
}

static const char *parse_number(const char *fmt, va_list *args, int *value)
{
	if (*fmt == '*') {
		*value = va_arg(*args, int);
		return fmt + 1;
	}
	for (*value = 0; *fmt >= '0' && *fmt <= '9'; fmt++)
		*value = *value * 10 + (*fmt - '0');
	return fmt;
}

static const char *parse_spec(const char *fmt, va_list *args, struct spec *spec)
{
	*spec = (struct spec){.precision = -1};
	for (;; fmt++) {
		if (*fmt == '-')
			spec->left = true;
		else if (*fmt == '+')
			spec->plus = true;
		else if (*fmt == ' ')
			spec->space = true;
		else if (*fmt == '#')
			spec->alt = true;
		else if (*fmt == '0')
			spec->zero = true;
		else
			break;
	}
	fmt = parse_number(fmt, args, &spec->width);
	if (spec->width < 0) {
		spec->left = true;
		spec->width = -spec->width;
	}
	if (*fmt == '.')
		fmt = parse_number(fmt + 1, args, &spec->precision);
	for (;; fmt++) {
		if (*fmt == 'h')
			spec->longs--;
		else if (*fmt == 'l')
			spec->longs++;
		else if (*fmt == 'L' || *fmt == 'z' || *fmt == 't' || *fmt == 'j')
			spec->longs = 2;
		else
			return fmt;
	}
}

static const char *put_conversion(struct out *o, const char *fmt, va_list *args)
{
	struct spec spec;
	s64 value;

	fmt = parse_spec(fmt, args, &spec);
	switch (*fmt) {
	case 'd':
	case 'i':
		value = fetch(args, spec.longs, true);
		put_number(o, value < 0 ? -(u64)value : (u64)value, 10, false,
			   value < 0	? '-'
			   : spec.plus	? '+'
			   : spec.space ? ' '
					: 0,
			   &spec);
		break;
	case 'u':
		put_number(o, fetch(args, spec.longs, false), 10, false, 0, &spec);
		break;
	case 'x':
	case 'X':
		put_number(o, fetch(args, spec.longs, false), 16, *fmt == 'X', 0, &spec);
		break;
	case 'o':
		put_number(o, fetch(args, spec.longs, false), 8, false, 0, &spec);
		break;
	case 'c':
		put(o, va_arg(*args, int));
		break;
	case 's':
		put_string(o, va_arg(*args, const char *), &spec);
		break;
	case 'p':
		return put_pointer(o, fmt + 1, va_arg(*args, void *), &spec);
	case '\0':
		return fmt;
	default:
		put(o, *fmt);
	}
	return fmt + 1;
}

static void put_format(struct out *o, const char *fmt, va_list args)
{
	va_list copy;

	va_copy(copy, args);
	while (*fmt) {
		if (*fmt != '%')
			put(o, *fmt++);
		else
			fmt = put_conversion(o, fmt + 1, &copy);
	}
	va_end(copy);
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct out o = {.buf = buf, .size = size ? size - 1 : 0};

	put_format(&o, fmt, args);
	if (size)
		buf[min(o.len, size - 1)] = '\0';
	return o.len;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(buf, size, fmt, args);

	return size ? min(n, (int)size - 1) : 0;
}

#define FORMATTED(call)                                                                            \
	va_list args;                                                                              \
	int n;                                                                                     \
                                                                                                   \
	va_start(args, fmt);                                                                       \
	n = call;                                                                                  \
	va_end(args);                                                                              \
	return n

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	FORMATTED(vsnprintf(buf, size, fmt, args));
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	FORMATTED(vscnprintf(buf, size, fmt, args));
}

int sprintf(char *buf, const char *fmt, ...)
{
	FORMATTED(vsnprintf(buf, INT_MAX, fmt, args));
}

char *kasprintf(gfp_t gfp, const char *fmt, ...)
{
	char tmp[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(tmp, sizeof(tmp), fmt, args);
	va_end(args);
	return kstrdup(tmp, gfp);
}
