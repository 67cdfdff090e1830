/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where each field of each HEST source is and what it is called: one description that both the
 * rules (lib/hest_lint.c) and whoever shows a table go by.
 *
 * Source: ACPI 6.5, 18.3.2, names as there; keys as in ACPICA.
 */
#ifndef GHES_HEST_FIELDS_H
#define GHES_HEST_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include <ghes/api.h>

#ifdef __cplusplus
extern "C" {
#endif

enum hest_field_kind {
	HEST_FIELD_DEC,	      /* a number */
	HEST_FIELD_HEX,	      /* a mask or register value */
	HEST_FIELD_TYPE,      /* enum acpi_hest_types */
	HEST_FIELD_ID,	      /* a source id */
	HEST_FIELD_RELATED,   /* a source id or 0xffff */
	HEST_FIELD_RESERVED,  /* bytes that must be 0 */
	HEST_FIELD_MC_FLAGS,  /* FIRMWARE_FIRST, GHES_ASSIST */
	HEST_FIELD_AER_FLAGS, /* FIRMWARE_FIRST, GLOBAL */
	HEST_FIELD_ENABLED,   /* 0 or 1 */
	HEST_FIELD_RECORDS,   /* at least 1 */
	HEST_FIELD_SECTIONS,  /* at least 1 */
	HEST_FIELD_BYTES,     /* a length in bytes */
	HEST_FIELD_MS,	      /* milliseconds */
	HEST_FIELD_BUS,	      /* bus 7:0, segment 23:8 */
	HEST_FIELD_BANKS,     /* number of banks that follow the source */
	HEST_FIELD_GAS,	      /* struct acpi_generic_address */
	HEST_FIELD_NOTIFY,    /* struct acpi_hest_notify, see hest_notify_fields() */
	HEST_FIELD_NOTIFY_TYPE,
	HEST_FIELD_VECTOR,	  /* GSIV or SDEI event number */
	HEST_FIELD_NOTIFY_LENGTH, /* 28 */
	HEST_FIELD_NOTIFY_CONFIG, /* bits 0..5 */
	HEST_FIELD_BANK_CLEAR,	  /* 0 or 1 */
	HEST_FIELD_BANK_FORMAT,	  /* 0..2 */
	HEST_FIELD_MSR,		  /* number of a model specific register, 0: none */
};

/**
 * struct hest_field - one field
 * @offset, @size: bytes, from the start of what it is a field of
 * @name: as in the specification; @key: as in ACPICA
 */
struct hest_field {
	uint8_t offset;
	uint8_t size;
	enum hest_field_kind kind;
	const char *name;
	const char *key;
};

/* Fields in order of offset, without gaps; NULL and 0 for an unknown type. Context: any. */
GHES_API const struct hest_field *hest_source_fields(uint16_t type, size_t *count);
GHES_API const struct hest_field *hest_notify_fields(size_t *count);
GHES_API const struct hest_field *hest_bank_fields(size_t *count);

/* Bytes of a source without its banks, and the offset of its bank count; 0 each if none */
GHES_API uint32_t hest_source_fixed_size(uint16_t type);
GHES_API uint32_t hest_source_bank_count_offset(uint16_t type);

/* Value of a field of 1, 2, 4 or 8 bytes at @bytes, any alignment */
GHES_API uint64_t hest_field_value(const struct hest_field *field, const uint8_t *bytes);

#ifdef __cplusplus
}
#endif

#endif
