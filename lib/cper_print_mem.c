// SPDX-License-Identifier: GPL-2.0-only
/* Log text of the memory error section (UEFI 2.10, N.2.5), in its short form of 73 bytes too. */
#include "cper_print.h"

const char *cper_mem_err_type_str(unsigned int etype)
{
	static const char *const names[] = {
		"unknown",
		"no error",
		"single-bit ECC",
		"multi-bit ECC",
		"single-symbol chipkill ECC",
		"multi-symbol chipkill ECC",
		"master abort",
		"target abort",
		"parity error",
		"watchdog timeout",
		"invalid address",
		"mirror Broken",
		"memory sparing",
		"scrub corrected error",
		"scrub uncorrected error",
		"physical memory map-out event",
	};

	return CPER_NAME(names, etype);
}

/* UEFI 2.10, N.2.12: Error Status, bits 15:8 */
const char *cper_mem_err_status_str(uint64_t status)
{
	static const char *const names[] = {
		[1] = "Error detected internal to the component",
		[4] = "Storage error in DRAM memory",
		[5] = "Storage error in TLB",
		[6] = "Storage error in cache",
		[7] = "Error in one or more functional units",
		[8] = "Component failed self test",
		[9] = "Overflow or undervalue of internal queue",
		[16] = "Error detected in the bus",
		[17] = "Virtual address not found on IO-TLB or IO-PDIR",
		[18] = "Improper access error",
		[19] = "Access to a memory address which is not mapped to any component",
		[20] = "Loss of Lockstep",
		[21] = "Response not associated with a request",
		[22] = "Bus parity error - must also set the A, C, or D Bits",
		[23] = "Detection of a protocol error",
		[24] = "Detection of a PATH_ERROR",
		[25] = "Bus operation timeout",
		[26] = "A read was issued to data that has been poisoned",
	};
	unsigned int type = (status >> 8) & 0xff;

	return type < ARRAY_SIZE(names) && names[type] ? names[type] : "Reserved";
}

/* Where in the memory: one line, cut at what the kernel's buffer holds. */
static void mem_location(struct cper_text *text, const struct cper_sec_mem_err *mem)
{
	uint64_t valid = le64toh(mem->validation_bits);
	unsigned int bank = le16toh(mem->bank);
	unsigned int row = le16toh(mem->row);
	const struct {
		uint64_t bits;
		const char *name;
		unsigned int value;
	} places[] = {
		{CPER_MEM_VALID_NODE, "node", le16toh(mem->node)},
		{CPER_MEM_VALID_CARD, "card", le16toh(mem->card)},
		{CPER_MEM_VALID_MODULE, "module", le16toh(mem->module)},
		{CPER_MEM_VALID_RANK_NUMBER, "rank", le16toh(mem->rank)},
		{CPER_MEM_VALID_BANK, "bank", bank},
		{CPER_MEM_VALID_BANK_GROUP, "bank_group", bank >> CPER_MEM_BANK_GROUP_SHIFT},
		{CPER_MEM_VALID_BANK_ADDRESS, "bank_address", bank & CPER_MEM_BANK_ADDRESS_MASK},
		{CPER_MEM_VALID_DEVICE, "device", le16toh(mem->device)},
		{CPER_MEM_VALID_ROW | CPER_MEM_VALID_ROW_EXT, "row",
		 valid & CPER_MEM_VALID_ROW_EXT
			 ? row | (mem->extended & CPER_MEM_EXT_ROW_MASK) << CPER_MEM_EXT_ROW_SHIFT
			 : row},
		{CPER_MEM_VALID_COLUMN, "column", le16toh(mem->column)},
		{CPER_MEM_VALID_BIT_POSITION, "bit_position", le16toh(mem->bit_pos)},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++)
		if (valid & places[i].bits)
			cper_text_fmt(text, "%s:%u ", places[i].name, places[i].value);
	if (valid & CPER_MEM_VALID_REQUESTOR_ID)
		cper_text_fmt(text, "requestor_id:0x%016" PRIx64 " ", le64toh(mem->requestor_id));
	if (valid & CPER_MEM_VALID_RESPONDER_ID)
		cper_text_fmt(text, "responder_id:0x%016" PRIx64 " ", le64toh(mem->responder_id));
	if (valid & CPER_MEM_VALID_TARGET_ID)
		cper_text_fmt(text, "target_id:0x%016" PRIx64 " ", le64toh(mem->target_id));
	if (valid & CPER_MEM_VALID_CHIP_ID)
		cper_text_fmt(text, "chip_id:%u ",
			      (unsigned int)mem->extended >> CPER_MEM_CHIP_ID_SHIFT);
}

static void dimm_location(const struct cper_printer *p, struct cper_text *text,
			  const struct cper_sec_mem_err *mem)
{
	const char *bank = NULL, *device = NULL;
	uint16_t handle = le16toh(mem->mem_dev_handle);

	if (p->log->dmi_memdev_name &&
	    p->log->dmi_memdev_name(p->log->ctx, handle, &bank, &device) && bank && device)
		cper_text_fmt(text, "DIMM location: %s %s ", bank, device);
	else
		cper_text_fmt(text, "DIMM location: not present. DMI handle: 0x%04x ", handle);
}

void cper_print_mem(struct cper_printer *p, const struct cper_payload *payload)
{
	struct cper_sec_mem_err mem;
	char buf[CPER_REC_LEN];
	struct cper_text text;
	uint64_t valid;

	if (cper_mem_err_load(&mem, payload->bytes, payload->length)) {
		cper_print_fw_warn(p, "valid bits set for fields beyond structure");
		return;
	}
	valid = le64toh(mem.validation_bits);
	if (valid & CPER_MEM_VALID_ERROR_STATUS)
		cper_print_line(p, 3, "error_status: %s (0x%016" PRIx64 ")",
				cper_mem_err_status_str(le64toh(mem.error_status)),
				le64toh(mem.error_status));
	if (valid & CPER_MEM_VALID_PA)
		cper_print_line(p, 2, "physical_address: 0x%016" PRIx64,
				le64toh(mem.physical_addr));
	if (valid & CPER_MEM_VALID_PA_MASK)
		cper_print_line(p, 2, "physical_address_mask: 0x%016" PRIx64,
				le64toh(mem.physical_addr_mask));
	cper_text_init(&text, buf, sizeof(buf));
	mem_location(&text, &mem);
	if (text.len)
		cper_print_line(p, 2, "%s", buf);
	if (valid & CPER_MEM_VALID_ERROR_TYPE)
		cper_print_line(p, 2, "error_type: %d, %s", mem.error_type,
				cper_mem_err_type_str(mem.error_type));
	if (valid & CPER_MEM_VALID_MODULE_HANDLE) {
		cper_text_init(&text, buf, sizeof(buf));
		dimm_location(p, &text, &mem);
		cper_print_line(p, 2, "%s", buf);
	}
}
