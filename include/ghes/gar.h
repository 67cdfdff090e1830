/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generic addresses (GAS; APEI calls a checked one a GAR): what firmware wrote, checked once,
 * widened where firmware commonly gets it wrong, and kept in host byte order.
 *
 * Flow: acpi_generic_address (wire) -> apei_gar_decode() -> struct apei_gar -> the platform's
 * register access. The kernel checks a GAR again at every access; here the decoded copy is what
 * is used, so nothing that firmware can still change decides about an access.
 *
 * Nothing here touches the address. Whether it can be mapped is for the platform to say, and so
 * is an address so high that its last byte would wrap.
 *
 * Source: ACPI 6.5, 5.2.3.2; the checks and their order are those of Linux's apei-base.c.
 */
#ifndef GHES_GAR_H
#define GHES_GAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ghes/acpi.h>
#include <ghes/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, text): what can be wrong with a GAR, in the order in which Linux looks */
#define APEI_GAR_FAULTS(X)                                                                         \
	X(NO_ADDRESS, "Invalid physical address")                                                  \
	X(ACCESS_SIZE, "Invalid access size code")                                                 \
	X(BIT_RANGE, "Invalid bit width + offset")                                                 \
	X(SPACE, "Invalid address space type")

enum apei_gar_fault {
	APEI_GAR_OK,
#define APEI_GAR_FAULT_ENUM(name, text) APEI_GAR_##name,
	APEI_GAR_FAULTS(APEI_GAR_FAULT_ENUM)
#undef APEI_GAR_FAULT_ENUM
};

/**
 * struct apei_gar - a decoded generic address, host byte order
 * @address: physical address or port number
 * @space_id: ACPI_ADR_SPACE_SYSTEM_MEMORY or _IO when @fault is APEI_GAR_OK
 * @bit_width, @bit_offset, @access_size_code: as firmware wrote them
 * @access_bit_width: 8, 16, 32 or 64, after the fix-up; 0 if the access size code is invalid
 * @fixed_up: @access_bit_width is wider than the access size code says
 * @fault: the first thing wrong with it
 *
 * Invariant: fault == APEI_GAR_OK implies address != 0 and
 * bit_width + bit_offset <= access_bit_width. Written by apei_gar_decode() only.
 */
struct apei_gar {
	uint64_t address;
	uint8_t space_id;
	uint8_t bit_width;
	uint8_t bit_offset;
	uint8_t access_size_code;
	uint8_t access_bit_width;
	bool fixed_up;
	enum apei_gar_fault fault;
};

/**
 * apei_gar_decode() - decode and check a generic address
 * @reg: 12 bytes as firmware wrote them, any alignment; read once
 * @gar: where to decode to; written in full whatever the answer, so that a bad one can be shown
 *
 * Context: any. Return: 0, or -GHES_EINVAL with @gar->fault saying why.
 */
GHES_API int apei_gar_decode(const struct acpi_generic_address *reg, struct apei_gar *gar);

/**
 * apei_check_gar() - the kernel's form of apei_gar_decode()
 * @reg: as above
 * @paddr: gets the address, also when the check fails
 * @access_bit_width: gets 8, 16, 32 or 64 when the check succeeds; else it is left alone
 *
 * Context: any. Return: 0 or -GHES_EINVAL.
 */
GHES_API int apei_check_gar(const struct acpi_generic_address *reg, uint64_t *paddr,
			    uint32_t *access_bit_width);

/**
 * apei_gar_fault_text() - what Linux logs about a bad GAR, without the "[Firmware Bug]: " tag
 * @gar: a decoded address
 * @buf, @size: where the line goes, cut to fit and terminated; 128 bytes hold any of them
 *
 * An empty string if nothing is wrong. Context: task (it formats).
 */
GHES_API void apei_gar_fault_text(const struct apei_gar *gar, char *buf, size_t size);

/* Bytes that one access moves: what a platform needs to map */
static inline unsigned int apei_gar_access_bytes(const struct apei_gar *gar)
{
	return gar->access_bit_width / 8u;
}

/* Ones in the bits that one access moves */
static inline uint64_t apei_gar_access_mask(const struct apei_gar *gar)
{
	return gar->access_bit_width >= 64 ? UINT64_MAX : (1ull << gar->access_bit_width) - 1;
}

/**
 * apei_gar_shift() - move a value given relative to the register's bit offset into place
 * @gar: a decoded address without fault
 * @value: e.g. a Read Ack Write
 *
 * The result is cut to the access width, as the access itself would. An offset of 64 is legal
 * together with a width of 0 and leaves nothing (C leaves the shift itself undefined).
 * Context: any.
 */
static inline uint64_t apei_gar_shift(const struct apei_gar *gar, uint64_t value)
{
	if (gar->bit_offset >= 64)
		return 0;
	return (value << gar->bit_offset) & apei_gar_access_mask(gar);
}

/**
 * apei_gar_update() - the value to write back in a read-modify-write
 * @gar: a decoded address without fault
 * @old: what was read; bits above the access width are ignored, as apei_read() never sets them
 * @preserve, @write: masks relative to the bit offset (Read Ack Preserve, Read Ack Write)
 *
 * ACPI 6.5, 18.3.2.8: new = (old & preserve << offset) | write << offset. Context: any.
 */
static inline uint64_t apei_gar_update(const struct apei_gar *gar, uint64_t old, uint64_t preserve,
				       uint64_t write)
{
	return (old & apei_gar_shift(gar, preserve)) | apei_gar_shift(gar, write);
}

#ifdef __cplusplus
}
#endif

#endif
