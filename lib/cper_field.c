// SPDX-License-Identifier: GPL-2.0-only
#include "cper_field.h"

static uint32_t offset_of(const struct cper_walk *w, const uint8_t *at)
{
	return (uint32_t)(at - w->start);
}

void cper_walk_open(struct cper_walk *w, const char *name, const char *key, const uint8_t *at,
		    char bracket)
{
	if (w->emit)
		w->emit->ops->open(w->emit, name, key, offset_of(w, at), bracket, 0);
}

void cper_walk_open_index(struct cper_walk *w, const char *name, const uint8_t *at,
			  unsigned int index)
{
	if (w->emit)
		w->emit->ops->open(w->emit, name, NULL, offset_of(w, at), '{', index);
}

void cper_walk_close(struct cper_walk *w, char bracket)
{
	if (w->emit)
		w->emit->ops->close(w->emit, bracket);
}

void cper_walk_report(struct cper_walk *w, enum cper_fault fault, const uint8_t *at, uint64_t value,
		      uint64_t limit)
{
	const struct cper_finding finding = {
		.fault = fault, .offset = offset_of(w, at), .value = value, .limit = limit};

	if (w->report)
		w->report(w->report_ctx, &finding);
}

void cper_walk_check_valid(struct cper_walk *w, const uint8_t *at, uint64_t valid,
			   unsigned int bits)
{
	uint64_t reserved = bits < 64 ? valid >> bits << bits : 0;

	if (reserved)
		cper_walk_report(w, CPER_F_SECTION_VALID, at, reserved, 0);
}

static const char *guid_name(const struct cper_guid_names *names, const guid_t *guid)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		if (guid_equal(&names->names[i].guid, guid))
			return names->names[i].name;
	return "Unknown";
}

/* What a name table has for a number: sets text and description. */
static void name_value(struct cper_value *v, const struct cper_names *names)
{
	if (v->number < names->n && names->names[v->number]) {
		v->text = names->names[v->number];
		v->description = names->descriptions ? names->descriptions[v->number] : NULL;
	} else {
		v->text = names->unknown;
	}
}

static void walk_field(struct cper_walk *w, const struct cper_field *f, const uint8_t *at)
{
	struct cper_value v = {.field = f, .offset = offset_of(w, at), .bytes = at, .len = f->size};

	if (f->size <= 8) {
		v.number = cper_load(at, f->size) >> f->shift;
		if (f->bits && f->bits < 64)
			v.number &= (UINT64_C(1) << f->bits) - 1;
	}
	switch (f->type) {
	case CPER_ENUM:
	case CPER_CHOICE:
		name_value(&v, f->more);
		if (f->type == CPER_CHOICE && !v.text)
			return;
		break;
	case CPER_GUID_NAME:
		v.text = guid_name(f->more, (const guid_t *)at);
		break;
	case CPER_BCD:
		v.number = (v.number >> 4 & 0xf) * 10 + (v.number & 0xf);
		break;
	case CPER_ASCII:
		v.len = strnlen((const char *)at, f->size);
		break;
	default:
		break;
	}
	w->emit->ops->value(w->emit, &v);
}

void cper_walk_table(struct cper_walk *w, const struct cper_table *table, const uint8_t *base,
		     size_t len, uint64_t valid)
{
	const struct cper_field *f;

	if (!w->emit)
		return;
	for (f = table->fields; f < table->fields + table->n; f++) {
		if (f->valid >= 0 && !(valid >> f->valid & 1))
			continue;
		if (f->offset > len || len - f->offset < f->size)
			continue;
		if (f->type != CPER_GROUP) {
			walk_field(w, f, base + f->offset);
			continue;
		}
		cper_walk_open(w, f->name, f->key, base + f->offset, '{');
		cper_walk_table(w, f->more, base + f->offset, len - f->offset, valid);
		cper_walk_close(w, '}');
	}
}

void cper_walk_number(struct cper_walk *w, enum cper_field_type type, const char *name,
		      const char *key, const uint8_t *at, uint8_t size)
{
	const struct cper_field field = {.name = name,
					 .key = key,
					 .size = size,
					 .valid = CPER_ALWAYS,
					 .type = (uint8_t)type};

	if (w->emit)
		walk_field(w, &field, at);
}

void cper_walk_bytes(struct cper_walk *w, const char *name, const char *key, const uint8_t *at,
		     size_t len)
{
	const struct cper_field field = {
		.name = name, .key = key, .valid = CPER_ALWAYS, .type = CPER_BYTES};
	const struct cper_value v = {
		.field = &field, .offset = offset_of(w, at), .bytes = at, .len = len};

	if (w->emit)
		w->emit->ops->value(w->emit, &v);
}

void cper_walk_registers(struct cper_walk *w, const char *const names[], size_t n, uint8_t size,
			 const uint8_t *at, size_t len)
{
	size_t i;

	for (i = 0; i < n && len - i * size >= size && i * size <= len; i++)
		cper_walk_number(w, CPER_HEX, names[i], names[i], at + i * size, size);
}

static bool bcd_digits(const uint8_t *at, unsigned int max, unsigned int *value)
{
	*value = (*at >> 4) * 10u + (*at & 0xfu);
	return (*at >> 4) < 10 && (*at & 0xf) < 10 && *value <= max;
}

bool cper_time_text(struct cper_text *text, const uint8_t *bcd)
{
	unsigned int second, minute, hour, day, month, year, century;

	if (!bcd_digits(bcd, 60, &second) || !bcd_digits(bcd + 1, 59, &minute) ||
	    !bcd_digits(bcd + 2, 24, &hour) || !bcd_digits(bcd + 4, 31, &day) ||
	    !bcd_digits(bcd + 5, 12, &month) || !bcd_digits(bcd + 6, 99, &year) ||
	    !bcd_digits(bcd + 7, 99, &century))
		return false;
	cper_text_fmt(text, "%02u%02u-%02u-%02uT%02u:%02u:%02u+00:00", century, year, month, day,
		      hour, minute, second);
	return true;
}
