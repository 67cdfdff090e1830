/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wire formats of ACPI APEI: HEST, its error sources, and the generic error status block.
 *
 * Names are those of ACPICA and the kernel. Every multi-byte field is LITTLE-ENDIAN and every
 * struct is packed: read a field with le16toh()/le32toh()/le64toh() of <endian.h>, and never
 * through a pointer to the field itself. Nothing in here may be trusted: each length, count,
 * offset and address came from firmware.
 *
 * Source: ACPI specification 6.5, chapter 18 (APEI), tables 18.2 to 18.13; GAS: 5.2.3.2.
 */
#ifndef GHES_ACPI_H
#define GHES_ACPI_H

#include <assert.h>
#include <endian.h>
#include <stddef.h>
#include <stdint.h>

/* In strict C11 <endian.h> keeps these to itself, and the headers that read wire fields need them.
 */
#ifndef le16toh
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define le16toh(x) ((uint16_t)(x))
#define le32toh(x) ((uint32_t)(x))
#define le64toh(x) ((uint64_t)(x))
#else
#define le16toh(x) __builtin_bswap16(x)
#define le32toh(x) __builtin_bswap32(x)
#define le64toh(x) __builtin_bswap64(x)
#endif
#endif

#define GHES_PACKED		__attribute__((packed))
#define GHES_WIRE_SIZE(type, n) static_assert(sizeof(struct type) == (n), #type " on the wire")

/* ACPI 6.5, 5.2.6: System Description Table Header */
struct acpi_table_header {
	char signature[4];
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem_id[6];
	char oem_table_id[8];
	uint32_t oem_revision;
	char asl_compiler_id[4];
	uint32_t asl_compiler_revision;
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_table_header, 36);

/* ACPI 6.5, 18.3.2: Hardware Error Source Table */
#define ACPI_SIG_HEST "HEST"
struct acpi_table_hest {
	struct acpi_table_header header;
	uint32_t error_source_count;
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_table_hest, 40);

struct acpi_hest_header {
	uint16_t type; /* enum acpi_hest_types */
	uint16_t source_id;
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_hest_header, 4);

enum acpi_hest_types {
	ACPI_HEST_TYPE_IA32_CHECK = 0,
	ACPI_HEST_TYPE_IA32_CORRECTED_CHECK = 1,
	ACPI_HEST_TYPE_IA32_NMI = 2,
	/* 3, 4, 5: not used */
	ACPI_HEST_TYPE_AER_ROOT_PORT = 6,
	ACPI_HEST_TYPE_AER_ENDPOINT = 7,
	ACPI_HEST_TYPE_AER_BRIDGE = 8,
	ACPI_HEST_TYPE_GENERIC_ERROR = 9,
	ACPI_HEST_TYPE_GENERIC_ERROR_V2 = 10,
	ACPI_HEST_TYPE_IA32_DEFERRED_CHECK = 11,
	ACPI_HEST_TYPE_RESERVED = 12, /* this and above */
};

/* Flags of the IA32 and AER sources */
#define ACPI_HEST_FIRMWARE_FIRST 1u
#define ACPI_HEST_GLOBAL	 2u
#define ACPI_HEST_GHES_ASSIST	 4u

/* ACPI 6.5, 5.2.3.2: Generic Address Structure */
struct acpi_generic_address {
	uint8_t space_id;
	uint8_t bit_width;
	uint8_t bit_offset;
	uint8_t access_width;
	uint64_t address;
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_generic_address, 12);

#define ACPI_ADR_SPACE_SYSTEM_MEMORY 0
#define ACPI_ADR_SPACE_SYSTEM_IO     1

/* ACPI 6.5, 18.3.2.9: Hardware Error Notification */
struct acpi_hest_notify {
	uint8_t type; /* enum acpi_hest_notify_types */
	uint8_t length;
	uint16_t config_write_enable;
	uint32_t poll_interval; /* milliseconds */
	uint32_t vector;	/* GSIV, or the SDEI event number */
	uint32_t polling_threshold_value;
	uint32_t polling_threshold_window; /* milliseconds */
	uint32_t error_threshold_value;
	uint32_t error_threshold_window; /* milliseconds */
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_hest_notify, 28);

enum acpi_hest_notify_types {
	ACPI_HEST_NOTIFY_POLLED = 0,
	ACPI_HEST_NOTIFY_EXTERNAL = 1,
	ACPI_HEST_NOTIFY_LOCAL = 2,
	ACPI_HEST_NOTIFY_SCI = 3,
	ACPI_HEST_NOTIFY_NMI = 4,
	ACPI_HEST_NOTIFY_CMCI = 5,
	ACPI_HEST_NOTIFY_MCE = 6,
	ACPI_HEST_NOTIFY_GPIO = 7,
	ACPI_HEST_NOTIFY_SEA = 8,
	ACPI_HEST_NOTIFY_SEI = 9,
	ACPI_HEST_NOTIFY_GSIV = 10,
	ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED = 11,
	ACPI_HEST_NOTIFY_RESERVED = 12, /* this and above */
};

/* ACPI 6.5, 18.3.2.1.1: IA-32 Architecture Machine Check Bank Structure */
struct acpi_hest_ia_error_bank {
	uint8_t bank_number;
	uint8_t clear_status_on_init; /* 0: clear, 1: leave */
	uint8_t status_format;	      /* 0: IA-32, 1: Intel 64, 2: AMD64 */
	uint8_t reserved;
	uint32_t control_register; /* MSR numbers here and below, 0: ignore */
	uint64_t control_data;
	uint32_t status_register;
	uint32_t address_register;
	uint32_t misc_register;
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_hest_ia_error_bank, 28);

/* ACPI 6.5, 18.3.2.1: IA-32 Architecture Machine Check Exception; banks follow */
struct acpi_hest_ia_machine_check {
	struct acpi_hest_header header;
	uint16_t reserved1;
	uint8_t flags;
	uint8_t enabled;
	uint32_t records_to_preallocate;
	uint32_t max_sections_per_record;
	uint64_t global_capability_data;
	uint64_t global_control_data;
	uint8_t num_hardware_banks;
	uint8_t reserved3[7];
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_hest_ia_machine_check, 40);

/*
 * ACPI 6.5, 18.3.2.2 and 18.3.2.10: IA-32 Architecture Corrected Machine Check, and (same layout)
 * Deferred Machine Check; banks follow
 */
struct acpi_hest_ia_corrected {
	struct acpi_hest_header header;
	uint16_t reserved1;
	uint8_t flags;
	uint8_t enabled;
	uint32_t records_to_preallocate;
	uint32_t max_sections_per_record;
	struct acpi_hest_notify notify;
	uint8_t num_hardware_banks;
	uint8_t reserved2[3];
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_hest_ia_corrected, 48);

/* ACPI 6.5, 18.3.2.3: IA-32 Architecture Non-Maskable Interrupt */
struct acpi_hest_ia_nmi {
	struct acpi_hest_header header;
	uint32_t reserved;
	uint32_t records_to_preallocate;
	uint32_t max_sections_per_record;
	uint32_t max_raw_data_length;
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_hest_ia_nmi, 20);

/* What the three PCI Express AER sources begin with, after their header */
struct acpi_hest_aer_common {
	uint16_t reserved1;
	uint8_t flags;
	uint8_t enabled;
	uint32_t records_to_preallocate;
	uint32_t max_sections_per_record;
	uint32_t bus; /* bus 7:0, segment 23:8 */
	uint16_t device;
	uint16_t function;
	uint16_t device_control;
	uint16_t reserved2;
	uint32_t uncorrectable_mask;
	uint32_t uncorrectable_severity;
	uint32_t correctable_mask;
	uint32_t advanced_capabilities;
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_hest_aer_common, 40);

/* ACPI 6.5, 18.3.2.4: PCI Express Root Port AER */
struct acpi_hest_aer_root {
	struct acpi_hest_header header;
	struct acpi_hest_aer_common aer;
	uint32_t root_error_command;
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_hest_aer_root, 48);

/* ACPI 6.5, 18.3.2.5: PCI Express Device AER */
struct acpi_hest_aer {
	struct acpi_hest_header header;
	struct acpi_hest_aer_common aer;
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_hest_aer, 44);

/* ACPI 6.5, 18.3.2.6: PCI Express/PCI-X Bridge AER */
struct acpi_hest_aer_bridge {
	struct acpi_hest_header header;
	struct acpi_hest_aer_common aer;
	uint32_t uncorrectable_mask2;
	uint32_t uncorrectable_severity2;
	uint32_t advanced_capabilities2;
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_hest_aer_bridge, 56);

/* ACPI 6.5, 18.3.2.7: Generic Hardware Error Source */
struct acpi_hest_generic {
	struct acpi_hest_header header;
	uint16_t related_source_id; /* 0xffff: none */
	uint8_t reserved;
	uint8_t enabled;
	uint32_t records_to_preallocate;
	uint32_t max_sections_per_record;
	uint32_t max_raw_data_length;
	struct acpi_generic_address error_status_address;
	struct acpi_hest_notify notify;
	uint32_t error_block_length;
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_hest_generic, 64);

/* ACPI 6.5, 18.3.2.8: Generic Hardware Error Source version 2 */
struct acpi_hest_generic_v2 {
	struct acpi_hest_generic v1;
	struct acpi_generic_address read_ack_register;
	uint64_t read_ack_preserve;
	uint64_t read_ack_write;
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_hest_generic_v2, 92);

/* ACPI 6.5, 18.3.2.7.1, table 18.11: Generic Error Status Block */
struct acpi_hest_generic_status {
	uint32_t block_status;
	uint32_t raw_data_offset;
	uint32_t raw_data_length;
	uint32_t data_length;
	uint32_t error_severity; /* enum cper_severity, see <ghes/cper.h> */
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_hest_generic_status, 20);

#define ACPI_HEST_UNCORRECTABLE		 (1u << 0)
#define ACPI_HEST_CORRECTABLE		 (1u << 1)
#define ACPI_HEST_MULTIPLE_UNCORRECTABLE (1u << 2)
#define ACPI_HEST_MULTIPLE_CORRECTABLE	 (1u << 3)
#define ACPI_HEST_ERROR_ENTRY_COUNT	 (0x3ffu << 4)

/* ACPI 6.5, 18.3.2.7.1, table 18.12: Generic Error Data Entry, revision 0x201 */
struct acpi_hest_generic_data {
	uint8_t section_type[16];
	uint32_t error_severity;
	uint16_t revision;
	uint8_t validation_bits;
	uint8_t flags;
	uint32_t error_data_length; /* of the payload, without this header */
	uint8_t fru_id[16];
	uint8_t fru_text[20];
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_hest_generic_data, 64);

/* The same from revision 0x300 on */
struct acpi_hest_generic_data_v300 {
	struct acpi_hest_generic_data v201;
	uint64_t time_stamp;
} GHES_PACKED;
GHES_WIRE_SIZE(acpi_hest_generic_data_v300, 72);

#define ACPI_HEST_GEN_VALID_FRU_ID     (1u << 0)
#define ACPI_HEST_GEN_VALID_FRU_STRING (1u << 1)
#define ACPI_HEST_GEN_VALID_TIMESTAMP  (1u << 2)

#endif
