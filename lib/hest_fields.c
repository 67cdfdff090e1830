// SPDX-License-Identifier: GPL-2.0-only
/* The tables behind <ghes/hest_fields.h>, and the names of types and notifications. */
#include <ghes/hest_fields.h>

#include <string.h>

#include <ghes/acpi.h>
#include <ghes/hest.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define FIELD(type, member, kind, name)                                                            \
	{                                                                                          \
		offsetof(struct type, member), sizeof(((struct type *)0)->member),                 \
			HEST_FIELD_##kind, name, #member                                           \
	}
/* A member of a member: its key is the inner name */
#define INNER(type, outer, member, kind, name)                                                     \
	{                                                                                          \
		offsetof(struct type, outer.member), sizeof(((struct type *)0)->outer.member),     \
			HEST_FIELD_##kind, name, #member                                           \
	}

#define HEADER(source)                                                                             \
	INNER(source, header, type, TYPE, "Type"), INNER(source, header, source_id, ID, "Source Id")
#define COUNTS(type)                                                                               \
	FIELD(type, records_to_preallocate, RECORDS, "Number of Records To Pre-allocate"),         \
		FIELD(type, max_sections_per_record, SECTIONS, "Max Sections Per Record")

static const struct hest_field machine_check[] = {
	HEADER(acpi_hest_ia_machine_check),
	FIELD(acpi_hest_ia_machine_check, reserved1, RESERVED, "Reserved"),
	FIELD(acpi_hest_ia_machine_check, flags, MC_FLAGS, "Flags"),
	FIELD(acpi_hest_ia_machine_check, enabled, ENABLED, "Enabled"),
	COUNTS(acpi_hest_ia_machine_check),
	FIELD(acpi_hest_ia_machine_check, global_capability_data, HEX,
	      "Global Capability Init Data"),
	FIELD(acpi_hest_ia_machine_check, global_control_data, HEX, "Global Control Init Data"),
	FIELD(acpi_hest_ia_machine_check, num_hardware_banks, BANKS, "Number Of Hardware Banks"),
	FIELD(acpi_hest_ia_machine_check, reserved3, RESERVED, "Reserved"),
};

static const struct hest_field corrected[] = {
	HEADER(acpi_hest_ia_corrected),
	FIELD(acpi_hest_ia_corrected, reserved1, RESERVED, "Reserved"),
	FIELD(acpi_hest_ia_corrected, flags, MC_FLAGS, "Flags"),
	FIELD(acpi_hest_ia_corrected, enabled, ENABLED, "Enabled"),
	COUNTS(acpi_hest_ia_corrected),
	FIELD(acpi_hest_ia_corrected, notify, NOTIFY, "Notification Structure"),
	FIELD(acpi_hest_ia_corrected, num_hardware_banks, BANKS, "Number Of Hardware Banks"),
	FIELD(acpi_hest_ia_corrected, reserved2, RESERVED, "Reserved"),
};

static const struct hest_field nmi[] = {
	HEADER(acpi_hest_ia_nmi),
	FIELD(acpi_hest_ia_nmi, reserved, RESERVED, "Reserved"),
	COUNTS(acpi_hest_ia_nmi),
	FIELD(acpi_hest_ia_nmi, max_raw_data_length, BYTES, "Max Raw Data Length"),
};

#define AER(type)                                                                                  \
	HEADER(type), INNER(type, aer, reserved1, RESERVED, "Reserved"),                           \
		INNER(type, aer, flags, AER_FLAGS, "Flags"),                                       \
		INNER(type, aer, enabled, ENABLED, "Enabled"),                                     \
		INNER(type, aer, records_to_preallocate, RECORDS,                                  \
		      "Number of Records To Pre-allocate"),                                        \
		INNER(type, aer, max_sections_per_record, SECTIONS, "Max Sections Per Record"),    \
		INNER(type, aer, bus, BUS, "Bus"), INNER(type, aer, device, DEC, "Device"),        \
		INNER(type, aer, function, DEC, "Function"),                                       \
		INNER(type, aer, device_control, HEX, "Device Control"),                           \
		INNER(type, aer, reserved2, RESERVED, "Reserved"),                                 \
		INNER(type, aer, uncorrectable_mask, HEX, "Uncorrectable Error Mask"),             \
		INNER(type, aer, uncorrectable_severity, HEX, "Uncorrectable Error Severity"),     \
		INNER(type, aer, correctable_mask, HEX, "Correctable Error Mask"),                 \
		INNER(type, aer, advanced_capabilities, HEX,                                       \
		      "Advanced Error Capabilities and Control")

static const struct hest_field aer_root_port[] = {
	AER(acpi_hest_aer_root),
	FIELD(acpi_hest_aer_root, root_error_command, HEX, "Root Error Command"),
};

static const struct hest_field aer_endpoint[] = {
	AER(acpi_hest_aer),
};

static const struct hest_field aer_bridge[] = {
	AER(acpi_hest_aer_bridge),
	FIELD(acpi_hest_aer_bridge, uncorrectable_mask2, HEX, "Secondary Uncorrectable Error Mask"),
	FIELD(acpi_hest_aer_bridge, uncorrectable_severity2, HEX,
	      "Secondary Uncorrectable Error Severity"),
	FIELD(acpi_hest_aer_bridge, advanced_capabilities2, HEX,
	      "Secondary Advanced Error Capabilities and Control"),
};

/* Version 2 begins with the whole of version 1, so one list of fields is right for both */
static const struct hest_field generic[] = {
	HEADER(acpi_hest_generic),
	FIELD(acpi_hest_generic, related_source_id, RELATED, "Related Source Id"),
	FIELD(acpi_hest_generic, reserved, RESERVED, "Flags (reserved)"),
	FIELD(acpi_hest_generic, enabled, ENABLED, "Enabled"),
	COUNTS(acpi_hest_generic),
	FIELD(acpi_hest_generic, max_raw_data_length, BYTES, "Max Raw Data Length"),
	FIELD(acpi_hest_generic, error_status_address, GAS, "Error Status Address"),
	FIELD(acpi_hest_generic, notify, NOTIFY, "Notification Structure"),
	FIELD(acpi_hest_generic, error_block_length, BYTES, "Error Status Block Length"),
	FIELD(acpi_hest_generic_v2, read_ack_register, GAS, "Read Ack Register"),
	FIELD(acpi_hest_generic_v2, read_ack_preserve, HEX, "Read Ack Preserve"),
	FIELD(acpi_hest_generic_v2, read_ack_write, HEX, "Read Ack Write"),
};
#define GENERIC_V2_FIELDS 3

static const struct hest_field notify[] = {
	FIELD(acpi_hest_notify, type, NOTIFY_TYPE, "Type"),
	FIELD(acpi_hest_notify, length, NOTIFY_LENGTH, "Length"),
	FIELD(acpi_hest_notify, config_write_enable, NOTIFY_CONFIG, "Configuration Write Enable"),
	FIELD(acpi_hest_notify, poll_interval, MS, "Poll Interval"),
	FIELD(acpi_hest_notify, vector, VECTOR, "Vector"),
	FIELD(acpi_hest_notify, polling_threshold_value, DEC, "Switch To Polling Threshold Value"),
	FIELD(acpi_hest_notify, polling_threshold_window, MS, "Switch To Polling Threshold Window"),
	FIELD(acpi_hest_notify, error_threshold_value, DEC, "Error Threshold Value"),
	FIELD(acpi_hest_notify, error_threshold_window, MS, "Error Threshold Window"),
};

static const struct hest_field bank[] = {
	FIELD(acpi_hest_ia_error_bank, bank_number, DEC, "Bank Number"),
	FIELD(acpi_hest_ia_error_bank, clear_status_on_init, BANK_CLEAR,
	      "Clear Status On Initialization"),
	FIELD(acpi_hest_ia_error_bank, status_format, BANK_FORMAT, "Status Data Format"),
	FIELD(acpi_hest_ia_error_bank, reserved, RESERVED, "Reserved"),
	FIELD(acpi_hest_ia_error_bank, control_register, MSR, "Control Register MSR Address"),
	FIELD(acpi_hest_ia_error_bank, control_data, HEX, "Control Init Data"),
	FIELD(acpi_hest_ia_error_bank, status_register, MSR, "Status Register MSR Address"),
	FIELD(acpi_hest_ia_error_bank, address_register, MSR, "Address Register MSR Address"),
	FIELD(acpi_hest_ia_error_bank, misc_register, MSR, "Misc Register MSR Address"),
};

/* One row for each defined type; all others are zero: unused (3, 4, 5) or reserved (12 and on) */
static const struct {
	uint8_t size;
	uint8_t bank_count; /* offset */
	uint8_t fields;
	const struct hest_field *field;
	const char *name;
} types[ACPI_HEST_TYPE_RESERVED] = {
	[ACPI_HEST_TYPE_IA32_CHECK] = {sizeof(struct acpi_hest_ia_machine_check),
				       offsetof(struct acpi_hest_ia_machine_check,
						num_hardware_banks),
				       ARRAY_SIZE(machine_check), machine_check,
				       "IA-32 Architecture Machine Check Exception"},
	[ACPI_HEST_TYPE_IA32_CORRECTED_CHECK] = {sizeof(struct acpi_hest_ia_corrected),
						 offsetof(struct acpi_hest_ia_corrected,
							  num_hardware_banks),
						 ARRAY_SIZE(corrected), corrected,
						 "IA-32 Architecture Corrected Machine Check"},
	[ACPI_HEST_TYPE_IA32_NMI] = {sizeof(struct acpi_hest_ia_nmi), 0, ARRAY_SIZE(nmi), nmi,
				     "IA-32 Architecture Non-Maskable Interrupt"},
	[ACPI_HEST_TYPE_AER_ROOT_PORT] = {sizeof(struct acpi_hest_aer_root), 0,
					  ARRAY_SIZE(aer_root_port), aer_root_port,
					  "PCI Express Root Port AER"},
	[ACPI_HEST_TYPE_AER_ENDPOINT] = {sizeof(struct acpi_hest_aer), 0, ARRAY_SIZE(aer_endpoint),
					 aer_endpoint, "PCI Express Device AER"},
	[ACPI_HEST_TYPE_AER_BRIDGE] = {sizeof(struct acpi_hest_aer_bridge), 0,
				       ARRAY_SIZE(aer_bridge), aer_bridge,
				       "PCI Express/PCI-X Bridge AER"},
	[ACPI_HEST_TYPE_GENERIC_ERROR] = {sizeof(struct acpi_hest_generic), 0,
					  ARRAY_SIZE(generic) - GENERIC_V2_FIELDS, generic,
					  "Generic Hardware Error Source"},
	[ACPI_HEST_TYPE_GENERIC_ERROR_V2] = {sizeof(struct acpi_hest_generic_v2), 0,
					     ARRAY_SIZE(generic), generic,
					     "Generic Hardware Error Source version 2"},
	[ACPI_HEST_TYPE_IA32_DEFERRED_CHECK] = {sizeof(struct acpi_hest_ia_corrected),
						offsetof(struct acpi_hest_ia_corrected,
							 num_hardware_banks),
						ARRAY_SIZE(corrected), corrected,
						"IA-32 Architecture Deferred Machine Check"},
};

const struct hest_field *hest_source_fields(uint16_t type, size_t *count)
{
	*count = type < ACPI_HEST_TYPE_RESERVED ? types[type].fields : 0;
	return *count ? types[type].field : NULL;
}

const struct hest_field *hest_notify_fields(size_t *count)
{
	*count = ARRAY_SIZE(notify);
	return notify;
}

const struct hest_field *hest_bank_fields(size_t *count)
{
	*count = ARRAY_SIZE(bank);
	return bank;
}

uint32_t hest_source_fixed_size(uint16_t type)
{
	return type < ACPI_HEST_TYPE_RESERVED ? types[type].size : 0;
}

uint32_t hest_source_bank_count_offset(uint16_t type)
{
	return type < ACPI_HEST_TYPE_RESERVED ? types[type].bank_count : 0;
}

uint64_t hest_field_value(const struct hest_field *field, const uint8_t *bytes)
{
	uint64_t value = 0;
	uint32_t word;
	uint16_t half;

	switch (field->size) {
	case 1:
		return bytes[0];
	case 2:
		memcpy(&half, bytes, sizeof(half));
		return le16toh(half);
	case 4:
		memcpy(&word, bytes, sizeof(word));
		return le32toh(word);
	default: /* of what is no number, the first eight bytes or nothing */
		if (field->size > sizeof(value))
			return 0;
		memcpy(&value, bytes, field->size); /* little-endian: the low bytes */
		return le64toh(value);
	}
}

const char *hest_type_name(uint16_t type)
{
	if (type < ACPI_HEST_TYPE_RESERVED && types[type].name)
		return types[type].name;
	return "Reserved";
}

const char *hest_notify_name(uint8_t type)
{
	static const char *const name[ACPI_HEST_NOTIFY_RESERVED] = {
		[ACPI_HEST_NOTIFY_POLLED] = "POLLED",
		[ACPI_HEST_NOTIFY_EXTERNAL] = "EXTERNAL",
		[ACPI_HEST_NOTIFY_LOCAL] = "LOCAL",
		[ACPI_HEST_NOTIFY_SCI] = "SCI",
		[ACPI_HEST_NOTIFY_NMI] = "NMI",
		[ACPI_HEST_NOTIFY_CMCI] = "CMCI",
		[ACPI_HEST_NOTIFY_MCE] = "MCE",
		[ACPI_HEST_NOTIFY_GPIO] = "GPIO",
		[ACPI_HEST_NOTIFY_SEA] = "SEA",
		[ACPI_HEST_NOTIFY_SEI] = "SEI",
		[ACPI_HEST_NOTIFY_GSIV] = "GSIV",
		[ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED] = "SOFTWARE_DELEGATED",
	};

	return type < ACPI_HEST_NOTIFY_RESERVED ? name[type] : "reserved";
}
