// SPDX-License-Identifier: GPL-2.0-only
/*
 * The JSON emitter.
 *
 * What comes out is valid JSON in pure ASCII, whatever firmware wrote: characters outside of
 * printable ASCII are escaped one byte at a time, as \u00XX, so that invalid UTF-8 stays visible
 * and nothing is lost. Numbers are unsigned 64-bit integers.
 */
#include "cper_field.h"

static void put(struct cper_emit *e, const char *s, size_t n)
{
	e->out->write(e->out->ctx, s, n);
}

static void puts_(struct cper_emit *e, const char *s)
{
	put(e, s, strlen(s));
}

static void put_string(struct cper_emit *e, const char *s, size_t n)
{
	char buf[16];
	struct cper_text text;
	size_t i, done = 0;

	puts_(e, "\"");
	for (i = 0; i < n; i++) {
		uint8_t c = (uint8_t)s[i];

		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\')
			continue;
		put(e, s + done, i - done);
		done = i + 1;
		cper_text_init(&text, buf, sizeof(buf));
		if (c == '"' || c == '\\')
			cper_text_fmt(&text, "\\%.1s", s + i);
		else
			cper_text_fmt(&text, "\\u%04x", c);
		put(e, buf, text.len);
	}
	put(e, s + done, n - done);
	puts_(e, "\"");
}

/* A comma if needed, a new line, and the key */
static void put_member(struct cper_emit *e, const char *key)
{
	unsigned int i;

	if (e->not_first >> e->depth & 1)
		puts_(e, ",");
	e->not_first |= UINT64_C(1) << e->depth;
	if (e->depth)
		puts_(e, "\n");
	for (i = 0; i < e->depth; i++)
		puts_(e, "  ");
	if (key) {
		put_string(e, key, strlen(key));
		puts_(e, ": ");
	}
}

static void json_open(struct cper_emit *e, const char *name, const char *key, uint32_t offset,
		      char bracket, unsigned int index)
{
	(void)name, (void)offset, (void)index;
	put_member(e, key);
	put(e, &bracket, 1);
	e->depth++;
	e->not_first &= ~(UINT64_C(1) << e->depth);
}

static void json_close(struct cper_emit *e, char bracket)
{
	bool empty = !(e->not_first >> e->depth & 1);
	unsigned int i;

	e->depth--;
	if (!empty) {
		puts_(e, "\n");
		for (i = 0; i < e->depth; i++)
			puts_(e, "  ");
	}
	put(e, &bracket, 1);
	if (!e->depth)
		puts_(e, "\n");
}

static void put_number(struct cper_emit *e, const char *key, uint64_t number)
{
	char buf[24];
	struct cper_text text;

	cper_text_init(&text, buf, sizeof(buf));
	cper_text_dec(&text, number);
	put_member(e, key);
	put(e, buf, text.len);
}

static void put_text(struct cper_emit *e, const char *key, const char *s)
{
	if (!s)
		return;
	put_member(e, key);
	put_string(e, s, strlen(s));
}

static void put_base64(struct cper_emit *e, const char *key, const uint8_t *bytes, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i;

	put_member(e, key);
	puts_(e, "\"");
	for (i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t v = (uint32_t)bytes[i] << 16 | (n > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
			     (n > 2 ? bytes[i + 2] : 0);
		const char quad[4] = {digits[v >> 18], digits[v >> 12 & 63],
				      n > 1 ? digits[v >> 6 & 63] : '=',
				      n > 2 ? digits[v & 63] : '='};

		put(e, quad, sizeof(quad));
	}
	puts_(e, "\"");
}

static void put_hex_string(struct cper_emit *e, const struct cper_value *v)
{
	unsigned int size = v->field->size, digits = 2 * size;
	char buf[24] = "0x";

	while (digits--)
		buf[2 + 2 * size - 1 - digits] = "0123456789ABCDEF"[v->number >> 4 * digits & 0xf];
	buf[2 + 2 * size] = '\0';
	put_text(e, v->field->key, buf);
}

static void put_enum(struct cper_emit *e, const struct cper_value *v)
{
	const struct cper_names *names = v->field->more;

	json_open(e, NULL, v->field->key, 0, '{', 0);
	put_number(e, names->value_key ? names->value_key : "value", v->number);
	put_text(e, "description", v->description);
	put_text(e, names->name_key ? names->name_key : "name", v->text);
	json_close(e, '}');
}

static void json_value(struct cper_emit *e, const struct cper_value *v)
{
	const char *key = v->field->key;
	char buf[40];
	struct cper_text text;

	if (!key) /* of use in text only */
		return;
	cper_text_init(&text, buf, sizeof(buf));
	switch (v->field->type) {
	case CPER_HEX_STR:
	case CPER_HEX_DUP:
		put_hex_string(e, v);
		break;
	case CPER_BOOL:
		put_member(e, key);
		puts_(e, v->number ? "true" : "false");
		break;
	case CPER_ENUM:
		put_enum(e, v);
		break;
	case CPER_CHOICE:
	case CPER_GUID_NAME:
		put_text(e, key, v->text);
		break;
	case CPER_GUID:
		cper_text_guid(&text, (const guid_t *)v->bytes);
		put_text(e, key, buf);
		break;
	case CPER_BYTES:
		put_base64(e, key, v->bytes, v->len);
		break;
	case CPER_ASCII:
		put_member(e, key);
		put_string(e, (const char *)v->bytes, v->len);
		break;
	case CPER_TIME:
		if (cper_time_text(&text, v->bytes))
			put_text(e, key, buf);
		break;
	default:
		put_number(e, key, v->number);
		break;
	}
}

void cper_emit_json_init(struct cper_emit *e, const struct cper_out *out)
{
	static const struct cper_emit_ops ops = {
		.open = json_open, .close = json_close, .value = json_value};

	*e = (struct cper_emit){.ops = &ops, .out = out};
}
