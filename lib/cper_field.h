/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fields of records as tables, and the walk over them: one truth for text, JSON and checks.
 *
 * A decoder (cper_fields_*.c) walks a section's bytes and names what it finds; an emitter turns
 * that into text or JSON, or is absent when only findings are wanted. Field names are those of
 * the UEFI specification; keys are libcper's, so that its users can read our JSON.
 *
 * Invariants: a field is read only if it lies inside the bytes given; nesting is balanced.
 */
#ifndef GHES_LIB_CPER_FIELD_H
#define GHES_LIB_CPER_FIELD_H

#include <ghes/cper.h>

#include "cper_text.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

enum cper_field_type {
	CPER_DEC,	/* a number; text shows it decimal */
	CPER_HEX,	/* a number; text shows it hexadecimal, of the field's width */
	CPER_HEX_STR,	/* as CPER_HEX, and a string in JSON too: "0x00FF" */
	CPER_HEX_DUP,	/* JSON only: the string form next to a number's */
	CPER_BOOL,	/* not 0 */
	CPER_ENUM,	/* a number and its name; more: struct cper_names */
	CPER_CHOICE,	/* its name alone; more: struct cper_names */
	CPER_BCD,	/* two digits */
	CPER_GUID,	/* 16 bytes */
	CPER_GUID_NAME, /* the name of a GUID; more: struct cper_guid_names */
	CPER_BYTES,	/* hex dump in text, base64 in JSON */
	CPER_ASCII,	/* up to size characters, up to a 0 */
	CPER_TIME,	/* 8 bytes of BCD; left out when it is no time */
	CPER_GROUP,	/* more: struct cper_table, of fields at this offset */
};

#define CPER_ALWAYS (-1)

struct cper_field {
	const char *name; /* of the specification */
	const char *key;  /* in JSON */
	uint16_t offset;
	uint8_t size;  /* bytes; of a number at most 8 */
	int8_t valid;  /* its validation bit, or CPER_ALWAYS */
	uint8_t type;  /* enum cper_field_type */
	uint8_t shift; /* of a bit field, in the number that size bytes make */
	uint8_t bits;  /* 0: all */
	const void *more;
};

struct cper_table {
	const struct cper_field *fields;
	size_t n;
};

#define CPER_TABLE(array) (&(const struct cper_table){.fields = (array), .n = ARRAY_SIZE(array)})

/* Names by value. The keys say what the JSON object's members are called. */
struct cper_names {
	const char *const *names; /* NULL entries are unknown too */
	uint16_t n;
	const char *unknown;		 /* NULL: the name is left out */
	const char *value_key;		 /* NULL: "value" */
	const char *name_key;		 /* NULL: "name" */
	const char *const *descriptions; /* as many as names, or NULL */
};

#define CPER_NAMES(unknown_, ...)                                                                  \
	(&(const struct cper_names){.names = (const char *const[]){__VA_ARGS__},                   \
				    .n = ARRAY_SIZE(((const char *const[]){__VA_ARGS__})),         \
				    .unknown = (unknown_)})

struct cper_guid_name {
	guid_t guid;
	const char *name;
};

struct cper_guid_names {
	const struct cper_guid_name *names;
	size_t n;
};

struct cper_emit;

/* One value, ready to be written */
struct cper_value {
	const struct cper_field *field;
	uint32_t offset; /* from the start of the block or record */
	uint64_t number;
	const uint8_t *bytes; /* GUID, BYTES, ASCII, TIME */
	size_t len;
	const char *text; /* name of an ENUM, CHOICE or GUID_NAME; NULL if unknown */
	const char *description;
};

struct cper_emit_ops {
	/* An object '{' or array '['; @key is NULL inside an array, @index its place then */
	void (*open)(struct cper_emit *e, const char *name, const char *key, uint32_t offset,
		     char bracket, unsigned int index);
	void (*close)(struct cper_emit *e, char bracket);
	void (*value)(struct cper_emit *e, const struct cper_value *value);
};

struct cper_emit {
	const struct cper_emit_ops *ops;
	const struct cper_out *out;
	unsigned int depth;
	uint64_t not_first; /* JSON: bit per depth: a member was written */
};

struct cper_walk {
	struct cper_emit *emit; /* NULL: findings only */
	const uint8_t *start;	/* of the block or record: what offsets count from */
	void (*report)(void *ctx, const struct cper_finding *finding); /* may be NULL */
	void *report_ctx;
};

void cper_walk_open(struct cper_walk *w, const char *name, const char *key, const uint8_t *at,
		    char bracket);
void cper_walk_open_index(struct cper_walk *w, const char *name, const uint8_t *at,
			  unsigned int index);
void cper_walk_close(struct cper_walk *w, char bracket);
void cper_walk_report(struct cper_walk *w, enum cper_fault fault, const uint8_t *at, uint64_t value,
		      uint64_t limit);

/* The fields of @table in @base[0..len), those whose bit is set in @valid */
void cper_walk_table(struct cper_walk *w, const struct cper_table *table, const uint8_t *base,
		     size_t len, uint64_t valid);
/* One value that no table describes */
void cper_walk_number(struct cper_walk *w, enum cper_field_type type, const char *name,
		      const char *key, const uint8_t *at, uint8_t size);
void cper_walk_bytes(struct cper_walk *w, const char *name, const char *key, const uint8_t *at,
		     size_t len);
/* Equal registers in a row, each of @size bytes */
void cper_walk_registers(struct cper_walk *w, const char *const names[], size_t n, uint8_t size,
			 const uint8_t *at, size_t len);
/* Bits of @valid that no field of a section has: a warning */
void cper_walk_check_valid(struct cper_walk *w, const uint8_t *at, uint64_t valid,
			   unsigned int bits);

static inline uint64_t cper_load(const uint8_t *at, unsigned int size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | at[size];
	return value;
}

void cper_emit_json_init(struct cper_emit *e, const struct cper_out *out);
void cper_emit_text_init(struct cper_emit *e, const struct cper_out *out);
/* The same text for both emitters: "yyyy-mm-ddThh:mm:ss+00:00"; false if it is no time */
bool cper_time_text(struct cper_text *text, const uint8_t *bcd);

/* Sections: one decoder each; @length is at least the section type's min_length. */
typedef void (*cper_decode_fn)(struct cper_walk *w, const uint8_t *bytes, uint32_t length);

void cper_decode_proc_generic(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_proc_ia(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_proc_arm(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_arm_ras(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_mem(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_mem2(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_pcie(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_pci_bus(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_pci_dev(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_firmware(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_dmar_generic(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_dmar_vt(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_dmar_iommu(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_ccix(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_cxl_protocol(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_cxl_event(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_ampere(struct cper_walk *w, const uint8_t *bytes, uint32_t length);
void cper_decode_nvidia(struct cper_walk *w, const uint8_t *bytes, uint32_t length);

/* The parts of records and of status blocks; each walks from w->start on. */
void cper_walk_record(struct cper_walk *w, uint64_t avail);
void cper_walk_estatus(struct cper_walk *w, uint64_t avail, uint64_t limit);

/* @type_at: where the record says what the section is, for findings */
void cper_walk_section(struct cper_walk *w, const uint8_t *type_at, const uint8_t *bytes,
		       uint32_t length);
void cper_walk_section_type(struct cper_walk *w, const uint8_t *type);
void cper_check_severity(struct cper_walk *w, const uint8_t *at);
void cper_check_fru_text(struct cper_walk *w, const uint8_t *text);
void cper_check_time(struct cper_walk *w, const uint8_t *bcd);
void cper_check_zero(struct cper_walk *w, const uint8_t *at, size_t n);

#define CPER_FLAGS_KNOWN 0xffu

extern const struct cper_names cper_severity_names;
extern const struct cper_table cper_revision_table;
extern const struct cper_table cper_flags_table;
extern const struct cper_table cper_error_status_table; /* UEFI 2.10, N.2.12, 8 bytes */

#endif
