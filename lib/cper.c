// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of error status blocks: the gate between what firmware wrote and everything else.
 *
 * Flow: a private copy of a block -> length, header, entries -> accepted, or a finding that says
 *       where and what.
 * Invariants: sums are 64-bit, so no claim of firmware can wrap; a byte is read only after it was
 * proven to be inside the bytes given; each step over entries moves on by at least 64 bytes.
 * Deliberately left to others: what an empty block means, what the sections say, the log.
 */
#include <ghes/cper.h>

#include "cper_text.h"

static const struct {
	int16_t error;
	uint8_t level;
	const char *text;
} cper_faults[] = {
#define CPER_FAULT_ENTRY(name, error_, level_, text_)                                              \
	[CPER_F_##name] = {.error = (error_), .level = CPER_LEVEL_##level_, .text = (text_)},
	CPER_FAULTS(CPER_FAULT_ENTRY)
#undef CPER_FAULT_ENTRY
};

enum cper_fault_level cper_fault_level(enum cper_fault fault)
{
	return (unsigned int)fault < CPER_FAULT_COUNT ? cper_faults[fault].level
						      : CPER_LEVEL_REJECT;
}

int cper_fault_errno(enum cper_fault fault)
{
	return (unsigned int)fault < CPER_FAULT_COUNT ? -cper_faults[fault].error : -GHES_EINVAL;
}

size_t cper_finding_text(const struct cper_finding *finding, char *buf, size_t size)
{
	struct cper_text text;
	const char *s;

	cper_text_init(&text, buf, size);
	if ((unsigned int)finding->fault >= CPER_FAULT_COUNT)
		return 0;
	for (s = cper_faults[finding->fault].text; *s; s++) {
		if (*s != '%') {
			cper_text_char(&text, *s);
			continue;
		}
		switch (*++s) {
		case 'v':
			cper_text_dec(&text, finding->value);
			break;
		case 'l':
			cper_text_dec(&text, finding->limit);
			break;
		default: /* x */
			cper_text_hex(&text, finding->value, 0);
			break;
		}
	}
	return text.len;
}

/* Cold and out of line: the accepted record pays for none of it. */
static __attribute__((cold, noinline)) int cper_fail(struct cper_finding *finding,
						     enum cper_fault fault, uint64_t offset,
						     uint64_t value, uint64_t limit)
{
	if (finding) {
		finding->fault = fault;
		finding->offset = (uint32_t)offset;
		finding->value = value;
		finding->limit = limit;
	}
	return cper_fault_errno(fault);
}

/* The field that is to blame for the length of the block */
static uint32_t length_field(const struct acpi_hest_generic_status *estatus)
{
	return estatus->raw_data_length ? offsetof(struct acpi_hest_generic_status, raw_data_length)
					: offsetof(struct acpi_hest_generic_status, data_length);
}

int cper_estatus_check_header(const struct acpi_hest_generic_status *estatus, uint64_t avail,
			      struct cper_finding *finding)
{
	uint64_t len = cper_estatus_len(estatus);
	uint64_t data_length = le32toh(estatus->data_length);
	uint64_t raw_data_offset = le32toh(estatus->raw_data_offset);

	/* A sum beyond 32 bits wraps in Linux, which then may find it short or even plausible. */
	if (len < sizeof(*estatus) || len > UINT32_MAX)
		return cper_fail(finding, CPER_F_TRUNCATED, length_field(estatus), len,
				 sizeof(*estatus));
	if (len > avail)
		return cper_fail(finding, CPER_F_LENGTH, length_field(estatus), len, avail);
	if (data_length && data_length < sizeof(struct acpi_hest_generic_data))
		return cper_fail(finding, CPER_F_DATA_LENGTH,
				 offsetof(struct acpi_hest_generic_status, data_length),
				 data_length, sizeof(struct acpi_hest_generic_data));
	if (estatus->raw_data_length && raw_data_offset < sizeof(*estatus) + data_length)
		return cper_fail(finding, CPER_F_RAW_OFFSET,
				 offsetof(struct acpi_hest_generic_status, raw_data_offset),
				 raw_data_offset, sizeof(*estatus) + data_length);
	return 0;
}

int cper_estatus_check(const struct acpi_hest_generic_status *estatus, uint64_t avail,
		       struct cper_finding *finding)
{
	int err = cper_estatus_check_header(estatus, avail, finding);
	uint64_t left, offset = sizeof(*estatus);

	if (err)
		return err;
	for (left = le32toh(estatus->data_length); left;) {
		const struct acpi_hest_generic_data *gdata =
			(const void *)((const uint8_t *)estatus + offset);
		uint64_t size;

		if (left < sizeof(*gdata))
			return cper_fail(finding, CPER_F_ENTRY_HEADER, offset, sizeof(*gdata),
					 left);
		if (left < acpi_hest_get_size(gdata))
			return cper_fail(finding, CPER_F_ENTRY_HEADER,
					 offset + offsetof(struct acpi_hest_generic_data, revision),
					 acpi_hest_get_size(gdata), left);
		size = acpi_hest_get_record_size(gdata);
		if (size > left)
			return cper_fail(
				finding, CPER_F_ENTRY_LENGTH,
				offset + offsetof(struct acpi_hest_generic_data, error_data_length),
				size, left);
		left -= size;
		offset += size;
	}
	if (finding)
		*finding = (struct cper_finding){.fault = CPER_F_NONE};
	return 0;
}

const char *cper_severity_str(unsigned int severity)
{
	static const char *const names[] = {
		[CPER_SEV_RECOVERABLE] = "recoverable",
		[CPER_SEV_FATAL] = "fatal",
		[CPER_SEV_CORRECTED] = "corrected",
		[CPER_SEV_INFORMATIONAL] = "info",
	};

	return severity < sizeof(names) / sizeof(names[0]) ? names[severity] : "unknown";
}

int cper_mem_err_load(struct cper_sec_mem_err *mem, const void *payload, uint32_t length)
{
	const uint64_t old_bits = CPER_MEM_VALID_RANK_NUMBER - 1;

	memset(mem, 0, sizeof(*mem));
	if (length < sizeof(struct cper_sec_mem_err_old))
		return -GHES_ERANGE;
	memcpy(mem, payload, length < sizeof(*mem) ? length : sizeof(*mem));
	if (length >= sizeof(*mem) || !(le64toh(mem->validation_bits) & ~old_bits))
		return 0;
	/* Linux refuses exactly 73 bytes and over-reads 74 to 79: no field is trusted in either. */
	memset(mem, 0, sizeof(*mem));
	return -GHES_EINVAL;
}
