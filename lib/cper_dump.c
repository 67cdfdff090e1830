// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text emitter: a line per field: its offset, its name as the specification has it, its
 * value, and what the value means. Nothing that firmware wrote reaches a terminal unescaped.
 */
#include "cper_field.h"

#define VALUE_COLUMN 48

static void line(struct cper_emit *e, struct cper_text *text)
{
	cper_text_char(text, '\n');
	e->out->write(e->out->ctx, text->buf, text->len);
}

/* "0x0014  " and the indented name, up to the values' column */
static void label(struct cper_emit *e, struct cper_text *text, uint32_t offset, const char *name)
{
	unsigned int i;

	cper_text_fmt(text, "0x%04x  ", offset);
	for (i = 1; i < e->depth; i++)
		cper_text_str(text, "  ");
	cper_text_str(text, name);
}

static void pad(struct cper_text *text)
{
	do
		cper_text_char(text, ' ');
	while (text->len < VALUE_COLUMN);
}

static void text_open(struct cper_emit *e, const char *name, const char *key, uint32_t offset,
		      char bracket, unsigned int index)
{
	char buf[160];
	struct cper_text text;

	(void)key;
	/* An array is a list of its elements, not a level of its own. */
	if (bracket == '[' || !name)
		return;
	cper_text_init(&text, buf, sizeof(buf));
	if (e->depth == 1)
		cper_text_char(&text, '\n');
	label(e, &text, offset, name);
	if (!key)
		cper_text_fmt(&text, " %u", index);
	line(e, &text);
	e->depth++;
}

static void text_close(struct cper_emit *e, char bracket)
{
	if (bracket != ']' && e->depth > 1)
		e->depth--;
}

static void put_ascii(struct cper_text *text, const uint8_t *s, size_t n)
{
	size_t i;

	cper_text_char(text, '"');
	for (i = 0; i < n; i++) {
		if (s[i] == '"' || s[i] == '\\')
			cper_text_fmt(text, "\\%c", s[i]);
		else if (s[i] >= 0x20 && s[i] < 0x7f)
			cper_text_char(text, (char)s[i]);
		else
			cper_text_fmt(text, "\\x%02x", s[i]);
	}
	cper_text_char(text, '"');
}

static void put_dump(struct cper_emit *e, const struct cper_value *v)
{
	char buf[160];
	struct cper_text text;
	size_t at, i, n;

	for (at = 0; at < v->len; at += 16) {
		n = v->len - at < 16 ? v->len - at : 16;
		cper_text_init(&text, buf, sizeof(buf));
		e->depth++;
		label(e, &text, v->offset + (uint32_t)at, "");
		e->depth--;
		for (i = 0; i < 16; i++) {
			if (i < n)
				cper_text_fmt(&text, "%02x ", v->bytes[at + i]);
			else
				cper_text_str(&text, "   ");
		}
		cper_text_char(&text, ' ');
		for (i = 0; i < n; i++) {
			uint8_t c = v->bytes[at + i];

			cper_text_char(&text, c >= 0x20 && c < 0x7f ? (char)c : '.');
		}
		line(e, &text);
	}
}

static void put_value(struct cper_text *text, const struct cper_value *v)
{
	const struct cper_field *f = v->field;
	unsigned int bits = f->bits ? f->bits : 8u * f->size;

	switch (f->type) {
	case CPER_HEX:
	case CPER_HEX_STR:
		cper_text_0x(text, v->number, (bits + 3) / 4);
		break;
	case CPER_BOOL:
		cper_text_str(text, v->number ? "yes" : "no");
		break;
	case CPER_ENUM:
	case CPER_CHOICE:
		cper_text_fmt(text, "%llu (%s)", (unsigned long long)v->number,
			      v->text ? v->text : "unknown");
		break;
	case CPER_GUID_NAME:
		cper_text_str(text, v->text);
		break;
	case CPER_GUID:
		cper_text_guid(text, (const guid_t *)v->bytes);
		break;
	case CPER_ASCII:
		put_ascii(text, v->bytes, v->len);
		break;
	case CPER_BYTES:
		cper_text_fmt(text, "%llu bytes", (unsigned long long)v->len);
		break;
	case CPER_TIME:
		if (!cper_time_text(text, v->bytes))
			cper_text_fmt(text, "not a time: 0x%016llx", (unsigned long long)v->number);
		break;
	default:
		cper_text_dec(text, v->number);
		break;
	}
}

static void text_value(struct cper_emit *e, const struct cper_value *v)
{
	/* The longest: 128 characters of a brand string, each escaped to four */
	char buf[VALUE_COLUMN + 640];
	struct cper_text text;

	if (v->field->type == CPER_HEX_DUP || !v->field->name)
		return;
	cper_text_init(&text, buf, sizeof(buf));
	label(e, &text, v->offset, v->field->name);
	pad(&text);
	put_value(&text, v);
	line(e, &text);
	if (v->field->type == CPER_BYTES)
		put_dump(e, v);
}

void cper_emit_text_init(struct cper_emit *e, const struct cper_out *out)
{
	static const struct cper_emit_ops ops = {
		.open = text_open, .close = text_close, .value = text_value};

	*e = (struct cper_emit){.ops = &ops, .out = out, .depth = 1};
}
