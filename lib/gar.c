// SPDX-License-Identifier: GPL-2.0-only
/* Generic addresses: one decode, one check, one fix-up; see <ghes/gar.h> for the contract. */
#include <ghes/gar.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <ghes/errors.h>

/* Access size codes (ACPI 6.5, table 5.1): 1 byte, 2 word, 3 dword, 4 qword; 0 is "undefined" */
#define ACCESS_SIZE_CODE_MIN 1
#define ACCESS_SIZE_CODE_MAX 4

/*
 * Much firmware describes a whole 32 or 64 bit register and leaves the access size at one byte.
 * Such a register is naturally aligned and starts at bit 0; then the intent is beyond doubt.
 */
static unsigned int widened(const struct apei_gar *gar, unsigned int access)
{
	const unsigned int width = gar->bit_width;

	if ((width != 32 && width != 64) || gar->bit_offset != 0)
		return access;
	if (gar->address % (width / 8) != 0 || access >= width)
		return access;
	return width;
}

static enum apei_gar_fault check(struct apei_gar *gar)
{
	unsigned int access;

	if (gar->address == 0)
		return APEI_GAR_NO_ADDRESS;
	if (gar->access_size_code < ACCESS_SIZE_CODE_MIN ||
	    gar->access_size_code > ACCESS_SIZE_CODE_MAX)
		return APEI_GAR_ACCESS_SIZE;

	access = 8u << (gar->access_size_code - 1);
	gar->access_bit_width = (uint8_t)widened(gar, access);
	gar->fixed_up = gar->access_bit_width != access;

	if ((unsigned int)gar->bit_width + gar->bit_offset > gar->access_bit_width)
		return APEI_GAR_BIT_RANGE;
	if (gar->space_id != ACPI_ADR_SPACE_SYSTEM_MEMORY &&
	    gar->space_id != ACPI_ADR_SPACE_SYSTEM_IO)
		return APEI_GAR_SPACE;
	return APEI_GAR_OK;
}

int apei_gar_decode(const struct acpi_generic_address *reg, struct apei_gar *gar)
{
	struct acpi_generic_address wire;

	memcpy(&wire, reg, sizeof(wire));
	*gar = (struct apei_gar){
		.address = le64toh(wire.address),
		.space_id = wire.space_id,
		.bit_width = wire.bit_width,
		.bit_offset = wire.bit_offset,
		.access_size_code = wire.access_width,
	};
	gar->fault = check(gar);
	return gar->fault == APEI_GAR_OK ? 0 : -GHES_EINVAL;
}

int apei_check_gar(const struct acpi_generic_address *reg, uint64_t *paddr,
		   uint32_t *access_bit_width)
{
	struct apei_gar gar;
	int rc = apei_gar_decode(reg, &gar);

	*paddr = gar.address;
	if (rc == 0)
		*access_bit_width = gar.access_bit_width;
	return rc;
}

void apei_gar_fault_text(const struct apei_gar *gar, char *buf, size_t size)
{
	static const char *const text[] = {
#define FAULT_TEXT(name, string) [APEI_GAR_##name] = string,
		APEI_GAR_FAULTS(FAULT_TEXT)
#undef FAULT_TEXT
	};

	if (size == 0)
		return;
	buf[0] = '\0';
	if (gar->fault == APEI_GAR_OK)
		return;
	snprintf(buf, size, "APEI: %s in GAR [0x%" PRIx64 "/%u/%u/%u/%u]", text[gar->fault],
		 gar->address, gar->bit_width, gar->bit_offset, gar->access_size_code,
		 gar->space_id);
}
