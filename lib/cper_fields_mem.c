// SPDX-License-Identifier: GPL-2.0-only
/* Memory error sections: UEFI 2.10, N.2.5 and N.2.6; Error Status: N.2.12. */
#include "cper_field.h"

/* Error Status, bits 15:8: by value, as the specification names them, and what they mean */
static const char *const error_type_names[] = {
	[1] = "ERR_INTERNAL",  [4] = "ERR_MEM",	      [5] = "ERR_TLB",	     [6] = "ERR_CACHE",
	[7] = "ERR_FUNCTION",  [8] = "ERR_SELFTEST",  [9] = "ERR_FLOW",	     [16] = "ERR_BUS",
	[17] = "ERR_MAP",      [18] = "ERR_IMPROPER", [19] = "ERR_UNIMPL",   [20] = "ERR_LOL",
	[21] = "ERR_RESPONSE", [22] = "ERR_PARITY",   [23] = "ERR_PROTOCOL", [24] = "ERR_ERROR",
	[25] = "ERR_TIMEOUT",  [26] = "ERR_POISONED",
};

static const char *const error_type_descriptions[] = {
	[1] = "Error detected internal to the component.",
	[4] = "Storage error in memory (DRAM).",
	[5] = "Storage error in TLB.",
	[6] = "Storage error in cache.",
	[7] = "Error in one or more functional units.",
	[8] = "Component failed self test.",
	[9] = "Overflow or underflow of internal queue.",
	[16] = "Error detected in the bus.",
	[17] = "Virtual address not found on IO-TLB or IO-PDIR.",
	[18] = "Improper access error.",
	[19] = "Access to a memory address which is not mapped to any component.",
	[20] = "Loss of Lockstep error.",
	[21] = "Response not associated with a request.",
	[22] = "Bus parity error (must also set the A, C, or D bits).",
	[23] = "Detection of a protocol error.",
	[24] = "Detection of a PATH_ERROR.",
	[25] = "Bus operation timeout.",
	[26] = "A read was issued to data that has been poisoned.",
};

static const struct cper_names error_types = {
	.names = error_type_names,
	.n = ARRAY_SIZE(error_type_names),
	.unknown = "Unknown (Reserved)",
	.descriptions = error_type_descriptions,
};

static const struct cper_field error_status_fields[] = {
	{"Error Type", "errorType", 0, 8, CPER_ALWAYS, CPER_ENUM, 8, 8, &error_types},
	{"Address", "addressSignal", 0, 8, CPER_ALWAYS, CPER_BOOL, 16, 1, NULL},
	{"Control", "controlSignal", 0, 8, CPER_ALWAYS, CPER_BOOL, 17, 1, NULL},
	{"Data", "dataSignal", 0, 8, CPER_ALWAYS, CPER_BOOL, 18, 1, NULL},
	{"Responder", "detectedByResponder", 0, 8, CPER_ALWAYS, CPER_BOOL, 19, 1, NULL},
	{"Requester", "detectedByRequester", 0, 8, CPER_ALWAYS, CPER_BOOL, 20, 1, NULL},
	{"First Error", "firstError", 0, 8, CPER_ALWAYS, CPER_BOOL, 21, 1, NULL},
	{"Overflow", "overflowDroppedLogs", 0, 8, CPER_ALWAYS, CPER_BOOL, 22, 1, NULL},
};

const struct cper_table cper_error_status_table = {error_status_fields,
						   ARRAY_SIZE(error_status_fields)};

static const char *const memory_error_type_names[] = {
	"Unknown",
	"No Error",
	"Single-bit ECC",
	"Multi-bit ECC",
	"Single-symbol ChipKill ECC",
	"Multi-symbol ChipKill ECC",
	"Master Abort",
	"Target Abort",
	"Parity Error",
	"Watchdog Timeout",
	"Invalid Address",
	"Mirror Broken",
	"Memory Sparing",
	"Scrub Corrected Error",
	"Scrub Uncorrected Error",
	"Physical Memory Map-out Event",
};

static const struct cper_names memory_error_types = {
	.names = memory_error_type_names,
	.n = ARRAY_SIZE(memory_error_type_names),
	.unknown = "Unknown (Reserved)",
};

/* The offsets are within the 16 bits of Bank. */
static const struct cper_field bank_fields[] = {
	{"Bank", "value", 0, 2, 6, CPER_DEC, 0, 0, NULL},
	{"Bank Address", "address", 0, 1, 20, CPER_DEC, 0, 0, NULL},
	{"Bank Group", "group", 1, 1, 19, CPER_DEC, 0, 0, NULL},
};

static const struct cper_field extended_fields[] = {
	{"Row bit 16", "rowBit16", 0, 1, 18, CPER_BOOL, 0, 1, NULL},
	{"Row bit 17", "rowBit17", 0, 1, 18, CPER_BOOL, 1, 1, NULL},
	{"Chip Identification", "chipIdentification", 0, 1, 21, CPER_DEC, 5, 3, NULL},
};

static const struct cper_field mem_fields[] = {
	{"Validation Bits", NULL, 0, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Error Status", "errorStatus", 8, 8, 0, CPER_GROUP, 0, 0, &cper_error_status_table},
	{"Physical Address", "physicalAddress", 16, 8, 1, CPER_HEX, 0, 0, NULL},
	{"Physical Address", "physicalAddressHex", 16, 8, 1, CPER_HEX_DUP, 0, 0, NULL},
	{"Physical Address Mask", "physicalAddressMask", 24, 8, 2, CPER_HEX, 0, 0, NULL},
	{"Node", "node", 32, 2, 3, CPER_DEC, 0, 0, NULL},
	{"Card", "card", 34, 2, 4, CPER_DEC, 0, 0, NULL},
	{"Module", "moduleRank", 36, 2, 5, CPER_DEC, 0, 0, NULL},
	{"Device", "device", 40, 2, 7, CPER_DEC, 0, 0, NULL},
	{"Row", "row", 42, 2, 8, CPER_DEC, 0, 0, NULL},
	{"Column", "column", 44, 2, 9, CPER_DEC, 0, 0, NULL},
	{"Bit Position", "bitPosition", 46, 2, 10, CPER_DEC, 0, 0, NULL},
	{"Requestor ID", "requestorID", 48, 8, 11, CPER_HEX, 0, 0, NULL},
	{"Responder ID", "responderID", 56, 8, 12, CPER_HEX, 0, 0, NULL},
	{"Target ID", "targetID", 64, 8, 13, CPER_HEX, 0, 0, NULL},
	{"Memory Error Type", "memoryErrorType", 72, 1, 14, CPER_ENUM, 0, 0, &memory_error_types},
	{"Rank Number", "rankNumber", 74, 2, 15, CPER_DEC, 0, 0, NULL},
	{"Card Handle", "cardSmbiosHandle", 76, 2, 16, CPER_HEX, 0, 0, NULL},
	{"Module Handle", "moduleSmbiosHandle", 78, 2, 17, CPER_HEX, 0, 0, NULL},
};

#define BANK_BITS     (UINT64_C(1) << 6 | UINT64_C(1) << 19 | UINT64_C(1) << 20)
#define EXTENDED_BITS (CPER_MEM_VALID_ROW_EXT | CPER_MEM_VALID_CHIP_ID)
#define MEM_OLD_VALID 15 /* number of validation bits of the 73-byte section */
#define MEM_VALID     22

void cper_decode_mem(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	uint64_t valid = cper_load(bytes, 8);
	bool old = length < sizeof(struct cper_sec_mem_err);

	if (old && valid >> MEM_OLD_VALID) {
		cper_walk_report(w, CPER_F_SECTION_BITS, bytes,
				 valid >> MEM_OLD_VALID << MEM_OLD_VALID, 0);
		valid &= (1u << MEM_OLD_VALID) - 1;
	}
	cper_walk_check_valid(w, bytes, valid, MEM_VALID);
	cper_walk_table(w, CPER_TABLE(mem_fields), bytes, length, valid);
	if (valid & BANK_BITS) {
		cper_walk_open(w, "Bank", "bank", bytes + 38, '{');
		cper_walk_table(w, CPER_TABLE(bank_fields), bytes + 38, 2, valid);
		cper_walk_close(w, '}');
	}
	if (valid & EXTENDED_BITS) {
		cper_walk_open(w, "Extended", "extended", bytes + 73, '{');
		cper_walk_table(w, CPER_TABLE(extended_fields), bytes + 73, 1, valid);
		cper_walk_close(w, '}');
	}
}

/* ---- Memory Error Section 2 ------------------------------------------------------------------ */

static const struct cper_names mem2_states = {
	.names = (const char *const[]){"Corrected", "Uncorrected"},
	.n = 2,
	.unknown = "Unknown (Reserved)",
	.name_key = "state",
};

static const struct cper_field bank2_fields[] = {
	{"Bank", "value", 0, 2, 6, CPER_DEC, 0, 0, NULL},
	{"Bank Address", "address", 0, 1, 21, CPER_DEC, 0, 0, NULL},
	{"Bank Group", "group", 1, 1, 20, CPER_DEC, 0, 0, NULL},
};

static const struct cper_field mem2_fields[] = {
	{"Validation Bits", NULL, 0, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Error Status", "errorStatus", 8, 8, 0, CPER_GROUP, 0, 0, &cper_error_status_table},
	{"Physical Address", "physicalAddress", 16, 8, 1, CPER_HEX, 0, 0, NULL},
	{"Physical Address", "physicalAddressHex", 16, 8, 1, CPER_HEX_DUP, 0, 0, NULL},
	{"Physical Address Mask", "physicalAddressMask", 24, 8, 2, CPER_HEX, 0, 0, NULL},
	{"Node", "node", 32, 2, 3, CPER_DEC, 0, 0, NULL},
	{"Card", "card", 34, 2, 4, CPER_DEC, 0, 0, NULL},
	{"Module", "module", 36, 2, 5, CPER_DEC, 0, 0, NULL},
	{"Device", "device", 40, 4, 7, CPER_DEC, 0, 0, NULL},
	{"Row", "row", 44, 4, 8, CPER_DEC, 0, 0, NULL},
	{"Column", "column", 48, 4, 9, CPER_DEC, 0, 0, NULL},
	{"Rank", "rank", 52, 4, 10, CPER_DEC, 0, 0, NULL},
	{"Bit Position", "bitPosition", 56, 4, 11, CPER_DEC, 0, 0, NULL},
	{"Chip Identification", "chipID", 60, 1, 12, CPER_DEC, 0, 0, NULL},
	{"Memory Error Type", "memoryErrorType", 61, 1, 13, CPER_ENUM, 0, 0, &memory_error_types},
	{"Status", "status", 62, 1, 14, CPER_ENUM, 0, 0, &mem2_states},
	{"Requestor ID", "requestorID", 64, 8, 15, CPER_HEX, 0, 0, NULL},
	{"Responder ID", "responderID", 72, 8, 16, CPER_HEX, 0, 0, NULL},
	{"Target ID", "targetID", 80, 8, 17, CPER_HEX, 0, 0, NULL},
	{"Card Handle", "cardSmbiosHandle", 88, 4, 18, CPER_HEX, 0, 0, NULL},
	{"Module Handle", "moduleSmbiosHandle", 92, 4, 19, CPER_HEX, 0, 0, NULL},
};

#define BANK2_BITS (UINT64_C(1) << 6 | UINT64_C(1) << 20 | UINT64_C(1) << 21)

void cper_decode_mem2(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	uint64_t valid = cper_load(bytes, 8);

	cper_walk_check_valid(w, bytes, valid, MEM_VALID);
	cper_walk_table(w, CPER_TABLE(mem2_fields), bytes, length, valid);
	if (valid & BANK2_BITS) {
		cper_walk_open(w, "Bank", "bank", bytes + 38, '{');
		cper_walk_table(w, CPER_TABLE(bank2_fields), bytes + 38, 2, valid);
		cper_walk_close(w, '}');
	}
}
