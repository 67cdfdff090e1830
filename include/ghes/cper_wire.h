/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wire formats of the Common Platform Error Record: GUIDs, record header, section descriptor and
 * the sections that a GHES core looks into.
 *
 * Names are the kernel's where it has one. Every multi-byte field is LITTLE-ENDIAN and every
 * struct is packed: read a field with le16toh()/le32toh()/le64toh(), and never through a pointer
 * to the field itself. Nothing in here may be trusted: it came from firmware.
 *
 * Source: UEFI specification 2.10, appendix N; CXL specification 3.0, 8.2.9.2.1 (event records).
 */
#ifndef GHES_CPER_WIRE_H
#define GHES_CPER_WIRE_H

#include <stdbool.h>
#include <string.h>

#include <ghes/acpi.h>

/* A GUID as it lies in memory: the first three fields are little-endian (UEFI 2.10, appendix A). */
typedef struct {
	uint8_t b[16];
} guid_t;
static_assert(sizeof(guid_t) == 16, "guid_t on the wire");

#define GHES_GUID_BYTES(a, b, c, ...)                                                              \
	(a) & 0xff, ((a) >> 8) & 0xff, ((a) >> 16) & 0xff, ((a) >> 24) & 0xff, (b)&0xff,           \
		((b) >> 8) & 0xff, (c)&0xff, ((c) >> 8) & 0xff, __VA_ARGS__

/* An rvalue whose address may be taken, as in guid_equal(type, &CPER_SEC_PCIE). */
#define GUID_INIT(...) ((guid_t){{GHES_GUID_BYTES(__VA_ARGS__)}})

static inline bool guid_equal(const guid_t *u1, const guid_t *u2)
{
	return memcmp(u1, u2, sizeof(*u1)) == 0;
}

/* UEFI 2.10, N.2.1: Error Severity of the record, of a section and of a generic data entry */
enum cper_severity {
	CPER_SEV_RECOVERABLE = 0,
	CPER_SEV_FATAL = 1,
	CPER_SEV_CORRECTED = 2,
	CPER_SEV_INFORMATIONAL = 3,
	/* Any other value is hostile or from the future; GHES treats it as fatal. */
};

/* ---- GUIDs ----------------------------------------------------------------------------------- */

/* UEFI 2.10, N.2.1.1: Notification Type of a record */
#define CPER_NOTIFY_CMC                                                                            \
	GUID_INIT(0x2dce8bb1, 0xbdd7, 0x450e, 0xb9, 0xad, 0x9c, 0xf4, 0xeb, 0xd4, 0xf8, 0x90)
#define CPER_NOTIFY_CPE                                                                            \
	GUID_INIT(0x4e292f96, 0xd843, 0x4a55, 0xa8, 0xc2, 0xd4, 0x81, 0xf2, 0x7e, 0xbe, 0xee)
#define CPER_NOTIFY_MCE                                                                            \
	GUID_INIT(0xe8f56ffe, 0x919c, 0x4cc5, 0xba, 0x88, 0x65, 0xab, 0xe1, 0x49, 0x13, 0xbb)
#define CPER_NOTIFY_PCIE                                                                           \
	GUID_INIT(0xcf93c01f, 0x1a16, 0x4dfc, 0xb8, 0xbc, 0x9c, 0x4d, 0xaf, 0x67, 0xc1, 0x04)
#define CPER_NOTIFY_INIT                                                                           \
	GUID_INIT(0xcc5263e8, 0x9308, 0x454a, 0x89, 0xd0, 0x34, 0x0b, 0xd3, 0x9b, 0xc9, 0x8e)
#define CPER_NOTIFY_NMI                                                                            \
	GUID_INIT(0x5bad89ff, 0xb7e6, 0x42c9, 0x81, 0x4a, 0xcf, 0x24, 0x85, 0xd6, 0xe9, 0x8a)
#define CPER_NOTIFY_BOOT                                                                           \
	GUID_INIT(0x3d61a466, 0xab40, 0x409a, 0xa6, 0x98, 0xf3, 0x62, 0xd4, 0x64, 0xb3, 0x8f)
#define CPER_NOTIFY_DMAR                                                                           \
	GUID_INIT(0x667dd791, 0xc6b3, 0x4c27, 0x8a, 0x6b, 0x0f, 0x8e, 0x72, 0x2d, 0xeb, 0x41)
#define CPER_NOTIFY_SEA                                                                            \
	GUID_INIT(0x9a78788a, 0xbbe8, 0x11e4, 0x80, 0x9e, 0x67, 0x61, 0x1e, 0x5d, 0x46, 0xb0)
#define CPER_NOTIFY_SEI                                                                            \
	GUID_INIT(0x5c284c81, 0xb0ae, 0x4e87, 0xa3, 0x22, 0xb0, 0x4c, 0x85, 0x62, 0x43, 0x23)
#define CPER_NOTIFY_PEI                                                                            \
	GUID_INIT(0x09a9d5ac, 0x5204, 0x4214, 0x96, 0xe5, 0x94, 0x99, 0x2e, 0x75, 0x2b, 0xcd)
#define CPER_NOTIFY_CXL                                                                            \
	GUID_INIT(0x69293bc9, 0x41df, 0x49a3, 0xb4, 0xbd, 0x4f, 0xb0, 0xdb, 0x30, 0x41, 0xf6)

/* UEFI 2.10, N.2.2 table N.5 and N.2.4 to N.2.14: Section Type */
#define CPER_SEC_PROC_GENERIC                                                                      \
	GUID_INIT(0x9876ccad, 0x47b4, 0x4bdb, 0xb6, 0x5e, 0x16, 0xf1, 0x93, 0xc4, 0xf3, 0xdb)
#define CPER_SEC_PROC_IA                                                                           \
	GUID_INIT(0xdc3ea0b0, 0xa144, 0x4797, 0xb9, 0x5b, 0x53, 0xfa, 0x24, 0x2b, 0x6e, 0x1d)
#define CPER_SEC_PROC_IPF                                                                          \
	GUID_INIT(0xe429faf1, 0x3cb7, 0x11d4, 0xbc, 0xa7, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81)
#define CPER_SEC_PROC_ARM                                                                          \
	GUID_INIT(0xe19e3d16, 0xbc11, 0x11e4, 0x9c, 0xaa, 0xc2, 0x05, 0x1d, 0x5d, 0x46, 0xb0)
#define CPER_SEC_ARM_RAS                                                                           \
	GUID_INIT(0xbf32d4d5, 0xb427, 0x4025, 0x84, 0x95, 0x8a, 0x9e, 0x5d, 0x40, 0x30, 0xe4)
#define CPER_SEC_PLATFORM_MEM                                                                      \
	GUID_INIT(0xa5bc1114, 0x6f64, 0x4ede, 0xb8, 0x63, 0x3e, 0x83, 0xed, 0x7c, 0x83, 0xb1)
#define CPER_SEC_PLATFORM_MEM2                                                                     \
	GUID_INIT(0x61ec04fc, 0x48e6, 0xd813, 0x25, 0xc9, 0x8d, 0xaa, 0x44, 0x75, 0x0b, 0x12)
#define CPER_SEC_PCIE                                                                              \
	GUID_INIT(0xd995e954, 0xbbc1, 0x430f, 0xad, 0x91, 0xb4, 0x4d, 0xcb, 0x3c, 0x6f, 0x35)
#define CPER_SEC_PCI_X_BUS                                                                         \
	GUID_INIT(0xc5753963, 0x3b84, 0x4095, 0xbf, 0x78, 0xed, 0xda, 0xd3, 0xf9, 0xc9, 0xdd)
#define CPER_SEC_PCI_DEV                                                                           \
	GUID_INIT(0xeb5e4685, 0xca66, 0x4769, 0xb6, 0xa2, 0x26, 0x06, 0x8b, 0x00, 0x13, 0x26)
#define CPER_SEC_FW_ERR_REC_REF                                                                    \
	GUID_INIT(0x81212a96, 0x09ed, 0x4996, 0x94, 0x71, 0x8d, 0x72, 0x9c, 0x8e, 0x69, 0xed)
#define CPER_SEC_DMAR_GENERIC                                                                      \
	GUID_INIT(0x5b51fef7, 0xc79d, 0x4434, 0x8f, 0x1b, 0xaa, 0x62, 0xde, 0x3e, 0x2c, 0x64)
#define CPER_SEC_DMAR_VT                                                                           \
	GUID_INIT(0x71761d37, 0x32b2, 0x45cd, 0xa7, 0xd0, 0xb0, 0xfe, 0xdd, 0x93, 0xe8, 0xcf)
#define CPER_SEC_DMAR_IOMMU                                                                        \
	GUID_INIT(0x036f84e1, 0x7f37, 0x428c, 0xa7, 0x9e, 0x57, 0x5f, 0xdf, 0xaa, 0x84, 0xec)
#define CPER_SEC_CCIX_PER                                                                          \
	GUID_INIT(0x91335ef6, 0xebfb, 0x4478, 0xa6, 0xa6, 0x88, 0xb7, 0x28, 0xcf, 0x75, 0xd7)
#define CPER_SEC_CXL_PROT_ERR                                                                      \
	GUID_INIT(0x80b9efb4, 0x52b5, 0x4de3, 0xa7, 0x77, 0x68, 0x78, 0x4b, 0x77, 0x10, 0x48)

/* CXL 3.0, 8.2.9.2.1: event records carried in CPER (UEFI 2.10, N.2.14) */
#define CPER_SEC_CXL_GEN_MEDIA_GUID                                                                \
	GUID_INIT(0xfbcd0a77, 0xc260, 0x417f, 0x85, 0xa9, 0x08, 0x8b, 0x16, 0x21, 0xeb, 0xa6)
#define CPER_SEC_CXL_DRAM_GUID                                                                     \
	GUID_INIT(0x601dcbb3, 0x9c06, 0x4eab, 0xb8, 0xaf, 0x4e, 0x9b, 0xfb, 0x5c, 0x96, 0x24)
#define CPER_SEC_CXL_MEM_MODULE_GUID                                                               \
	GUID_INIT(0xfe927475, 0xdd59, 0x4339, 0xa5, 0x86, 0x79, 0xba, 0xb1, 0x13, 0xb7, 0x74)
#define CPER_SEC_CXL_PHYS_SWITCH_GUID                                                              \
	GUID_INIT(0x77cf9271, 0x9c02, 0x470b, 0x9f, 0xe4, 0xbc, 0x7b, 0x75, 0xf2, 0xda, 0x97)
#define CPER_SEC_CXL_VIRT_SWITCH_GUID                                                              \
	GUID_INIT(0x40d26425, 0x3396, 0x4c4d, 0xa5, 0xda, 0x3d, 0x47, 0x26, 0x3a, 0xf4, 0x25)
#define CPER_SEC_CXL_MLD_PORT_GUID                                                                 \
	GUID_INIT(0x8dc44363, 0x0c96, 0x4710, 0xb7, 0xbf, 0x04, 0xbb, 0x99, 0x53, 0x4c, 0x3f)

/* UEFI 2.10, N.2.4.2.1: what an IA32/X64 Processor Error Information Structure is about */
#define CPER_IA_ERR_CACHE                                                                          \
	GUID_INIT(0xa55701f5, 0xe3ef, 0x43de, 0xac, 0x72, 0x24, 0x9b, 0x57, 0x3f, 0xad, 0x2c)
#define CPER_IA_ERR_TLB                                                                            \
	GUID_INIT(0xfc06b535, 0x5e1f, 0x4562, 0x9f, 0x25, 0x0a, 0x3b, 0x9a, 0xdb, 0x63, 0xc3)
#define CPER_IA_ERR_BUS                                                                            \
	GUID_INIT(0x1cf3f8b3, 0xc5b1, 0x49a2, 0xaa, 0x59, 0x5e, 0xef, 0x92, 0xff, 0xa6, 0x3c)
#define CPER_IA_ERR_MS                                                                             \
	GUID_INIT(0x48ab7f57, 0xdc34, 0x4f6c, 0xa7, 0xd3, 0xb0, 0xb5, 0xb0, 0xa7, 0x43, 0x14)

/* ---- record header and section descriptor ---------------------------------------------------- */

#define CPER_SIG_RECORD "CPER"
#define CPER_SIG_SIZE	4
#define CPER_SIG_END	0xffffffffu
#define CPER_RECORD_REV 0x0100

#define CPER_VALID_PLATFORM_ID	0x0001u
#define CPER_VALID_TIMESTAMP	0x0002u
#define CPER_VALID_PARTITION_ID 0x0004u

#define CPER_HW_ERROR_FLAGS_RECOVERED 0x1u
#define CPER_HW_ERROR_FLAGS_PREVERR   0x2u
#define CPER_HW_ERROR_FLAGS_SIMULATED 0x4u

/* UEFI 2.10, N.2.1 */
struct cper_record_header {
	char signature[CPER_SIG_SIZE];
	uint16_t revision;
	uint32_t signature_end; /* CPER_SIG_END */
	uint16_t section_count;
	uint32_t error_severity; /* enum cper_severity */
	uint32_t validation_bits;
	uint32_t record_length; /* bytes, this header included */
	uint64_t timestamp;	/* BCD */
	guid_t platform_id;
	guid_t partition_id;
	guid_t creator_id;
	guid_t notification_type;
	uint64_t record_id;
	uint32_t flags;
	uint64_t persistence_information;
	uint8_t reserved[12];
} GHES_PACKED;
GHES_WIRE_SIZE(cper_record_header, 128);

#define CPER_SEC_VALID_FRU_ID	0x1u
#define CPER_SEC_VALID_FRU_TEXT 0x2u

/* Flags of a section descriptor and of a generic data entry; UEFI 2.10, N.2.2 */
#define CPER_SEC_PRIMARY		  0x0001u
#define CPER_SEC_CONTAINMENT_WARNING	  0x0002u
#define CPER_SEC_RESET			  0x0004u
#define CPER_SEC_ERROR_THRESHOLD_EXCEEDED 0x0008u
#define CPER_SEC_RESOURCE_NOT_ACCESSIBLE  0x0010u
#define CPER_SEC_LATENT_ERROR		  0x0020u
#define CPER_SEC_PROPAGATED		  0x0040u
#define CPER_SEC_OVERFLOW		  0x0080u

/* UEFI 2.10, N.2.2 */
struct cper_section_descriptor {
	uint32_t section_offset; /* from the start of the record header */
	uint32_t section_length;
	uint16_t revision;
	uint8_t validation_bits;
	uint8_t reserved;
	uint32_t flags;
	guid_t section_type;
	guid_t fru_id;
	uint32_t section_severity; /* enum cper_severity */
	uint8_t fru_text[20];
} GHES_PACKED;
GHES_WIRE_SIZE(cper_section_descriptor, 72);

/* ---- processor sections ---------------------------------------------------------------------- */

#define CPER_PROC_VALID_TYPE	       0x0001u
#define CPER_PROC_VALID_ISA	       0x0002u
#define CPER_PROC_VALID_ERROR_TYPE     0x0004u
#define CPER_PROC_VALID_OPERATION      0x0008u
#define CPER_PROC_VALID_FLAGS	       0x0010u
#define CPER_PROC_VALID_LEVEL	       0x0020u
#define CPER_PROC_VALID_VERSION	       0x0040u
#define CPER_PROC_VALID_BRAND_INFO     0x0080u
#define CPER_PROC_VALID_ID	       0x0100u
#define CPER_PROC_VALID_TARGET_ADDRESS 0x0200u
#define CPER_PROC_VALID_REQUESTOR_ID   0x0400u
#define CPER_PROC_VALID_RESPONDER_ID   0x0800u
#define CPER_PROC_VALID_IP	       0x1000u

/* UEFI 2.10, N.2.4.1 */
struct cper_sec_proc_generic {
	uint64_t validation_bits;
	uint8_t proc_type;
	uint8_t proc_isa;
	uint8_t proc_error_type;
	uint8_t operation;
	uint8_t flags;
	uint8_t level;
	uint16_t reserved;
	uint64_t cpu_version;
	char cpu_brand[128];
	uint64_t proc_id;
	uint64_t target_addr;
	uint64_t requestor_id;
	uint64_t responder_id;
	uint64_t ip;
} GHES_PACKED;
GHES_WIRE_SIZE(cper_sec_proc_generic, 192);

#define CPER_IA_VALID_LAPIC_ID	      0x1u
#define CPER_IA_VALID_CPUID_INFO      0x2u
#define CPER_IA_ERR_INFO_NUM(valid)   (((valid) >> 2) & 0x3fu)
#define CPER_IA_PROC_CTX_NUM(valid)   (((valid) >> 8) & 0x3fu)
#define CPER_IA_INFO_VALID_CHECK_INFO 0x01u
#define CPER_IA_INFO_VALID_TARGET_ID  0x02u
#define CPER_IA_INFO_VALID_REQUESTOR  0x04u
#define CPER_IA_INFO_VALID_RESPONDER  0x08u
#define CPER_IA_INFO_VALID_IP	      0x10u
#define CPER_IA_CTX_TYPE_MSR	      1
#define CPER_IA_CTX_TYPE_MMREG	      7

/* UEFI 2.10, N.2.4.2: followed by the error information and then the context structures */
struct cper_sec_proc_ia {
	uint64_t validation_bits;
	uint64_t lapic_id;
	uint8_t cpuid[48];
} GHES_PACKED;
GHES_WIRE_SIZE(cper_sec_proc_ia, 64);

struct cper_ia_err_info {
	guid_t err_type;
	uint64_t validation_bits;
	uint64_t check_info;
	uint64_t target_id;
	uint64_t requestor_id;
	uint64_t responder_id;
	uint64_t ip;
} GHES_PACKED;
GHES_WIRE_SIZE(cper_ia_err_info, 64);

/* Followed by reg_arr_size bytes */
struct cper_ia_proc_ctx {
	uint16_t reg_ctx_type;
	uint16_t reg_arr_size;
	uint32_t msr_addr;
	uint64_t mm_reg_addr;
} GHES_PACKED;
GHES_WIRE_SIZE(cper_ia_proc_ctx, 16);

#define CPER_ARM_VALID_MPIDR	      0x1u
#define CPER_ARM_VALID_AFFINITY_LEVEL 0x2u
#define CPER_ARM_VALID_RUNNING_STATE  0x4u
#define CPER_ARM_VALID_VENDOR_INFO    0x8u

/* UEFI 2.10, N.2.4.4: followed by err_info_num and context_info_num structures, then vendor bytes
 */
struct cper_sec_proc_arm {
	uint32_t validation_bits;
	uint16_t err_info_num;
	uint16_t context_info_num;
	uint32_t section_length; /* the section as a whole, this header included */
	uint8_t affinity_level;
	uint8_t reserved[3];
	uint64_t mpidr;
	uint64_t midr;
	uint32_t running_state;
	uint32_t psci_state;
} GHES_PACKED;
GHES_WIRE_SIZE(cper_sec_proc_arm, 40);

#define CPER_ARM_INFO_VALID_MULTI_ERR	  0x01u
#define CPER_ARM_INFO_VALID_FLAGS	  0x02u
#define CPER_ARM_INFO_VALID_ERR_INFO	  0x04u
#define CPER_ARM_INFO_VALID_VIRT_ADDR	  0x08u
#define CPER_ARM_INFO_VALID_PHYSICAL_ADDR 0x10u

#define CPER_ARM_INFO_FLAGS_FIRST      0x1u
#define CPER_ARM_INFO_FLAGS_LAST       0x2u
#define CPER_ARM_INFO_FLAGS_PROPAGATED 0x4u
#define CPER_ARM_INFO_FLAGS_OVERFLOW   0x8u

/* cper_arm_err_info.type: bits since UEFI 2.9A, an enumeration 0 to 3 before. Linux reads bits. */
#define CPER_ARM_ERR_TYPE_MASK 0x1eu
#define CPER_ARM_CACHE_ERROR   0x02u
#define CPER_ARM_TLB_ERROR     0x04u
#define CPER_ARM_BUS_ERROR     0x08u
#define CPER_ARM_VENDOR_ERROR  0x10u

struct cper_arm_err_info {
	uint8_t version;
	uint8_t length;
	uint16_t validation_bits;
	uint8_t type;
	uint16_t multiple_error; /* count - 1 */
	uint8_t flags;
	uint64_t error_info;
	uint64_t virt_fault_addr;
	uint64_t physical_fault_addr;
} GHES_PACKED;
GHES_WIRE_SIZE(cper_arm_err_info, 32);

/* Followed by size bytes of registers */
struct cper_arm_ctx_info {
	uint16_t version;
	uint16_t type;
	uint32_t size;
} GHES_PACKED;
GHES_WIRE_SIZE(cper_arm_ctx_info, 8);

/* ---- memory ---------------------------------------------------------------------------------- */

#define CPER_MEM_VALID_ERROR_STATUS  0x0001u
#define CPER_MEM_VALID_PA	     0x0002u
#define CPER_MEM_VALID_PA_MASK	     0x0004u
#define CPER_MEM_VALID_NODE	     0x0008u
#define CPER_MEM_VALID_CARD	     0x0010u
#define CPER_MEM_VALID_MODULE	     0x0020u
#define CPER_MEM_VALID_BANK	     0x0040u
#define CPER_MEM_VALID_DEVICE	     0x0080u
#define CPER_MEM_VALID_ROW	     0x0100u
#define CPER_MEM_VALID_COLUMN	     0x0200u
#define CPER_MEM_VALID_BIT_POSITION  0x0400u
#define CPER_MEM_VALID_REQUESTOR_ID  0x0800u
#define CPER_MEM_VALID_RESPONDER_ID  0x1000u
#define CPER_MEM_VALID_TARGET_ID     0x2000u
#define CPER_MEM_VALID_ERROR_TYPE    0x4000u
#define CPER_MEM_VALID_RANK_NUMBER   0x8000u /* this and above: not in the 73-byte section */
#define CPER_MEM_VALID_CARD_HANDLE   0x10000u
#define CPER_MEM_VALID_MODULE_HANDLE 0x20000u
#define CPER_MEM_VALID_ROW_EXT	     0x40000u
#define CPER_MEM_VALID_BANK_GROUP    0x80000u
#define CPER_MEM_VALID_BANK_ADDRESS  0x100000u
#define CPER_MEM_VALID_CHIP_ID	     0x200000u

#define CPER_MEM_EXT_ROW_MASK	   0x3u
#define CPER_MEM_EXT_ROW_SHIFT	   16
#define CPER_MEM_BANK_ADDRESS_MASK 0xffu
#define CPER_MEM_BANK_GROUP_SHIFT  8
#define CPER_MEM_CHIP_ID_SHIFT	   5

/* UEFI 2.1 and 2.2: the section that old firmware still writes, and Linux still accepts */
struct cper_sec_mem_err_old {
	uint64_t validation_bits;
	uint64_t error_status;
	uint64_t physical_addr;
	uint64_t physical_addr_mask;
	uint16_t node;
	uint16_t card;
	uint16_t module;
	uint16_t bank;
	uint16_t device;
	uint16_t row;
	uint16_t column;
	uint16_t bit_pos;
	uint64_t requestor_id;
	uint64_t responder_id;
	uint64_t target_id;
	uint8_t error_type;
} GHES_PACKED;
GHES_WIRE_SIZE(cper_sec_mem_err_old, 73);

/* UEFI 2.10, N.2.5: Memory Error Section. May be only 73 bytes long: see above. */
struct cper_sec_mem_err {
	uint64_t validation_bits;
	uint64_t error_status;
	uint64_t physical_addr;
	uint64_t physical_addr_mask;
	uint16_t node;
	uint16_t card;
	uint16_t module;
	uint16_t bank;
	uint16_t device;
	uint16_t row;
	uint16_t column;
	uint16_t bit_pos;
	uint64_t requestor_id;
	uint64_t responder_id;
	uint64_t target_id;
	uint8_t error_type;
	uint8_t extended;
	uint16_t rank;
	uint16_t mem_array_handle; /* "Card Handle" */
	uint16_t mem_dev_handle;   /* "Module Handle" */
} GHES_PACKED;
GHES_WIRE_SIZE(cper_sec_mem_err, 80);

/* UEFI 2.10, N.2.6: Memory Error Section 2 */
struct cper_sec_mem_err2 {
	uint64_t validation_bits;
	uint64_t error_status;
	uint64_t physical_addr;
	uint64_t physical_addr_mask;
	uint16_t node;
	uint16_t card;
	uint16_t module;
	uint16_t bank;
	uint32_t device;
	uint32_t row;
	uint32_t column;
	uint32_t rank;
	uint32_t bit_pos;
	uint8_t chip_id;
	uint8_t error_type;
	uint8_t status;
	uint8_t reserved;
	uint64_t requestor_id;
	uint64_t responder_id;
	uint64_t target_id;
	uint32_t mem_array_handle;
	uint32_t mem_dev_handle;
} GHES_PACKED;
GHES_WIRE_SIZE(cper_sec_mem_err2, 96);

/* ---- PCI Express, PCI, DMA remapping --------------------------------------------------------- */

#define CPER_PCIE_VALID_PORT_TYPE	      0x0001u
#define CPER_PCIE_VALID_VERSION		      0x0002u
#define CPER_PCIE_VALID_COMMAND_STATUS	      0x0004u
#define CPER_PCIE_VALID_DEVICE_ID	      0x0008u
#define CPER_PCIE_VALID_SERIAL_NUMBER	      0x0010u
#define CPER_PCIE_VALID_BRIDGE_CONTROL_STATUS 0x0020u
#define CPER_PCIE_VALID_CAPABILITY	      0x0040u
#define CPER_PCIE_VALID_AER_INFO	      0x0080u
#define CPER_PCIE_SLOT_SHIFT		      3

/* UEFI 2.10, N.2.7 */
struct cper_sec_pcie {
	uint64_t validation_bits;
	uint32_t port_type;
	struct {
		uint8_t minor;
		uint8_t major;
		uint8_t reserved[2];
	} GHES_PACKED version;
	uint16_t command;
	uint16_t status;
	uint32_t reserved;
	struct {
		uint16_t vendor_id;
		uint16_t device_id;
		uint8_t class_code[3];
		uint8_t function;
		uint8_t device;
		uint16_t segment;
		uint8_t bus;
		uint8_t secondary_bus;
		uint16_t slot; /* bits 2:0 reserved */
		uint8_t reserved;
	} GHES_PACKED device_id;
	struct {
		uint32_t lower;
		uint32_t upper;
	} GHES_PACKED serial_number;
	struct {
		uint16_t secondary_status;
		uint16_t control;
	} GHES_PACKED bridge;
	uint8_t capability[60];
	uint8_t aer_info[96]; /* begins with struct aer_capability_regs */
} GHES_PACKED;
GHES_WIRE_SIZE(cper_sec_pcie, 208);

/* PCI Express base specification 6.0, 7.8.4: the registers of AER as CPER carries them */
struct aer_capability_regs {
	uint32_t header;
	uint32_t uncor_status;
	uint32_t uncor_mask;
	uint32_t uncor_severity;
	uint32_t cor_status;
	uint32_t cor_mask;
	uint32_t cap_control;
	uint32_t header_log[4];
	uint32_t root_command;
	uint32_t root_status;
	uint16_t cor_err_source;
	uint16_t uncor_err_source;
} GHES_PACKED;
GHES_WIRE_SIZE(aer_capability_regs, 56);

/* ---- firmware error record reference --------------------------------------------------------- */

#define CPER_FW_ERR_REC_REF_MIN 16u /* Linux refuses anything shorter */

/* UEFI 2.10, N.2.10 */
struct cper_sec_fw_err_rec_ref {
	uint8_t record_type;
	uint8_t revision;
	uint8_t reserved[6];
	uint64_t record_identifier;
	guid_t record_identifier_guid;
} GHES_PACKED;
GHES_WIRE_SIZE(cper_sec_fw_err_rec_ref, 32);

/* ---- CXL ------------------------------------------------------------------------------------- */

#define PROT_ERR_VALID_AGENT_TYPE    0x01u
#define PROT_ERR_VALID_AGENT_ADDRESS 0x02u
#define PROT_ERR_VALID_DEVICE_ID     0x04u
#define PROT_ERR_VALID_SERIAL_NUMBER 0x08u
#define PROT_ERR_VALID_CAPABILITY    0x10u
#define PROT_ERR_VALID_DVSEC	     0x20u
#define PROT_ERR_VALID_ERROR_LOG     0x40u

/* CXL Agent Type; UEFI 2.10, N.2.13 */
enum cxl_agent_type {
	CXL_AGENT_RCD = 0,    /* Restricted CXL Device */
	CXL_AGENT_RCH_DP = 1, /* Restricted CXL Host Downstream Port */
	CXL_AGENT_DEVICE = 2, /* CXL Device */
	CXL_AGENT_LD = 3,     /* CXL Logical Device */
	CXL_AGENT_FMLD = 4,   /* Logical Device that the Fabric Manager manages */
	CXL_AGENT_RP = 5,     /* CXL Root Port */
	CXL_AGENT_DSP = 6,    /* CXL Downstream Switch Port */
	CXL_AGENT_USP = 7,    /* CXL Upstream Switch Port */
};

/* UEFI 2.10, N.2.13: followed by dvsec_len and then err_len bytes */
struct cxl_cper_sec_prot_err {
	uint64_t valid_bits;
	uint8_t agent_type;
	uint8_t reserved[7];
	union {
		uint64_t rcrb_base_addr;
		struct {
			uint8_t function;
			uint8_t device;
			uint8_t bus;
			uint16_t segment;
			uint8_t reserved_1[3];
		} GHES_PACKED;
	} GHES_PACKED agent_addr;
	struct {
		uint16_t vendor_id;
		uint16_t device_id;
		uint16_t subsystem_vendor_id;
		uint16_t subsystem_id;
		uint8_t class_code[2];
		uint16_t slot;
		uint8_t reserved_1[4];
	} GHES_PACKED device_id;
	struct {
		uint32_t lower_dw;
		uint32_t upper_dw;
	} GHES_PACKED dev_serial_num;
	uint8_t capability[60];
	uint16_t dvsec_len;
	uint16_t err_len;
	uint8_t reserved_2[4];
} GHES_PACKED;
GHES_WIRE_SIZE(cxl_cper_sec_prot_err, 116);

/* CXL 3.0, 8.2.4.16: what the error log of a protocol error begins with */
struct cxl_ras_capability_regs {
	uint32_t uncor_status;
	uint32_t uncor_mask;
	uint32_t uncor_severity;
	uint32_t cor_status;
	uint32_t cor_mask;
	uint32_t cap_control;
	uint32_t header_log[16];
} GHES_PACKED;
GHES_WIRE_SIZE(cxl_ras_capability_regs, 88);

#define CPER_CXL_DEVICE_ID_VALID      0x1u
#define CPER_CXL_DEVICE_SN_VALID      0x2u
#define CPER_CXL_COMP_EVENT_LOG_VALID 0x4u

/* UEFI 2.10, N.2.14: the header before a CXL event record */
struct cxl_cper_event_hdr {
	uint32_t length; /* of the section as a whole */
	uint64_t validation_bits;
	struct {
		uint16_t vendor_id;
		uint16_t device_id;
		uint8_t func_num;
		uint8_t device_num;
		uint8_t bus_num;
		uint16_t segment_num;
		uint16_t slot_num; /* bits 2:0 reserved */
		uint8_t reserved;
	} GHES_PACKED device_id;
	struct {
		uint32_t lower_dw;
		uint32_t upper_dw;
	} GHES_PACKED dev_serial_num;
} GHES_PACKED;
GHES_WIRE_SIZE(cxl_cper_event_hdr, 32);

/* CXL 3.0, table 8-42: Common Event Record Format, without the identifier that CPER has elsewhere
 */
struct cxl_event_record_hdr {
	uint8_t length;
	uint8_t flags[3];
	uint16_t handle;
	uint16_t related_handle;
	uint64_t timestamp; /* nanoseconds */
	uint8_t maint_op_class;
	uint8_t reserved[15];
} GHES_PACKED;
GHES_WIRE_SIZE(cxl_event_record_hdr, 32);

#define CXL_EVENT_RECORD_DATA_LENGTH 0x50

/* What Linux takes from the section for its CXL driver */
struct cxl_cper_event_rec {
	struct cxl_cper_event_hdr hdr;
	struct {
		struct cxl_event_record_hdr hdr;
		uint8_t data[CXL_EVENT_RECORD_DATA_LENGTH];
	} GHES_PACKED event;
} GHES_PACKED;
GHES_WIRE_SIZE(cxl_cper_event_rec, 144);

#endif
