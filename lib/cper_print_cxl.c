// SPDX-License-Identifier: GPL-2.0-only
/*
 * Log text of the CXL protocol error section (UEFI 2.10, N.2.13).
 *
 * Linux prints its fields at INFO and one deeper, but its dumps at the block's level: the former
 * go through pr_info(), whose level marker comes first and wins.
 */
#include "cper_print.h"

#define INFO(p, ...) cper_print_line_at(p, CPER_LOGLEVEL_INFO, 3, __VA_ARGS__)

/* A "CXL Device" in the terms of UEFI: what has a serial number */
static bool is_device(uint8_t agent_type)
{
	return agent_type == CXL_AGENT_RCD || agent_type == CXL_AGENT_DEVICE ||
	       agent_type == CXL_AGENT_LD || agent_type == CXL_AGENT_FMLD;
}

/* What has a segment, bus, device and function */
static bool has_sbdf(uint8_t agent_type)
{
	return is_device(agent_type) || agent_type == CXL_AGENT_RP || agent_type == CXL_AGENT_DSP ||
	       agent_type == CXL_AGENT_USP;
}

static void print_agent(struct cper_printer *p, const struct cxl_cper_sec_prot_err *err)
{
	static const char *const agents[] = {
		[CXL_AGENT_RCD] = "Restricted CXL Device",
		[CXL_AGENT_RCH_DP] = "Restricted CXL Host Downstream Port",
		[CXL_AGENT_DEVICE] = "CXL Device",
		[CXL_AGENT_LD] = "CXL Logical Device",
		[CXL_AGENT_FMLD] = "CXL Fabric Manager managed Logical Device",
		[CXL_AGENT_RP] = "CXL Root Port",
		[CXL_AGENT_DSP] = "CXL Downstream Switch Port",
		[CXL_AGENT_USP] = "CXL Upstream Switch Port",
	};
	uint64_t valid = le64toh(err->valid_bits);

	if (valid & PROT_ERR_VALID_AGENT_TYPE)
		INFO(p, "agent_type: %d, %s", err->agent_type, CPER_NAME(agents, err->agent_type));
	if (!(valid & PROT_ERR_VALID_AGENT_ADDRESS))
		return;
	if (has_sbdf(err->agent_type))
		INFO(p, "agent_address: %04x:%02x:%02x.%x", le16toh(err->agent_addr.segment),
		     err->agent_addr.bus, err->agent_addr.device, err->agent_addr.function);
	else if (err->agent_type == CXL_AGENT_RCH_DP)
		INFO(p, "rcrb_base_address: 0x%016" PRIx64,
		     le64toh(err->agent_addr.rcrb_base_addr));
}

static void print_device(struct cper_printer *p, const struct cxl_cper_sec_prot_err *err)
{
	uint64_t valid = le64toh(err->valid_bits);

	if ((valid & PROT_ERR_VALID_DEVICE_ID) && has_sbdf(err->agent_type)) {
		INFO(p, "slot: %d", le16toh(err->device_id.slot) >> CPER_PCIE_SLOT_SHIFT);
		INFO(p, "vendor_id: 0x%04x, device_id: 0x%04x", le16toh(err->device_id.vendor_id),
		     le16toh(err->device_id.device_id));
		INFO(p, "sub_vendor_id: 0x%04x, sub_device_id: 0x%04x",
		     le16toh(err->device_id.subsystem_vendor_id),
		     le16toh(err->device_id.subsystem_id));
		INFO(p, "class_code: %02x%02x", err->device_id.class_code[1],
		     err->device_id.class_code[0]);
	}
	if ((valid & PROT_ERR_VALID_SERIAL_NUMBER) && is_device(err->agent_type))
		INFO(p, "lower_dw: 0x%08x, upper_dw: 0x%08x", le32toh(err->dev_serial_num.lower_dw),
		     le32toh(err->dev_serial_num.upper_dw));
	if ((valid & PROT_ERR_VALID_CAPABILITY) && has_sbdf(err->agent_type))
		cper_print_hex_dump(p, 2, 4, err->capability, sizeof(err->capability), false);
}

static void print_error_log(struct cper_printer *p, const uint8_t *log)
{
	struct cxl_ras_capability_regs ras;

	memcpy(&ras, log, sizeof(ras));
	INFO(p, "cxl_ras_uncor_status: 0x%08x", le32toh(ras.uncor_status));
	INFO(p, "cxl_ras_uncor_mask: 0x%08x", le32toh(ras.uncor_mask));
	INFO(p, "cxl_ras_uncor_severity: 0x%08x", le32toh(ras.uncor_severity));
	INFO(p, "cxl_ras_cor_status: 0x%08x", le32toh(ras.cor_status));
	INFO(p, "cxl_ras_cor_mask: 0x%08x", le32toh(ras.cor_mask));
	INFO(p, "cap_control: 0x%08x", le32toh(ras.cap_control));
	INFO(p, "Header Log Registers:");
	cper_print_hex_dump(p, 2, 4, log + offsetof(struct cxl_ras_capability_regs, header_log),
			    sizeof(ras.header_log), false);
}

void cper_print_cxl_prot_err(struct cper_printer *p, const struct cper_payload *payload)
{
	const struct cxl_cper_sec_prot_err *err = (const void *)payload->bytes;
	uint64_t valid = le64toh(err->valid_bits);
	uint32_t left = payload->length - (uint32_t)sizeof(*err);
	uint32_t dvsec_len = le16toh(err->dvsec_len);
	const uint8_t *tail = payload->bytes + sizeof(*err);

	print_agent(p, err);
	print_device(p, err);
	if (valid & PROT_ERR_VALID_DVSEC) {
		INFO(p, "DVSEC length: 0x%04x", dvsec_len);
		INFO(p, "CXL DVSEC:");
		if (dvsec_len > left) {
			cper_print_fw_warn(p, CPER_SECTION_TOO_SMALL);
			return;
		}
		cper_print_hex_dump(p, 2, 4, tail, dvsec_len, false);
	}
	if (valid & PROT_ERR_VALID_ERROR_LOG) {
		INFO(p, "Error log length: 0x%04x", le16toh(err->err_len));
		INFO(p, "CXL Error Log:");
		if (dvsec_len > left || left - dvsec_len < sizeof(struct cxl_ras_capability_regs)) {
			cper_print_fw_warn(p, CPER_SECTION_TOO_SMALL);
			return;
		}
		print_error_log(p, tail + dvsec_len);
	}
}
