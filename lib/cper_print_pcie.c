// SPDX-License-Identifier: GPL-2.0-only
/* Log text of the PCI Express error section (UEFI 2.10, N.2.7). */
#include "cper_print.h"

static void print_device_id(struct cper_printer *p, const struct cper_sec_pcie *pcie)
{
	const uint8_t *class_code = pcie->device_id.class_code;

	cper_print_line(p, 2, "device_id: %04x:%02x:%02x.%x", le16toh(pcie->device_id.segment),
			pcie->device_id.bus, pcie->device_id.device, pcie->device_id.function);
	cper_print_line(p, 2, "slot: %d", le16toh(pcie->device_id.slot) >> CPER_PCIE_SLOT_SHIFT);
	cper_print_line(p, 2, "secondary_bus: 0x%02x", pcie->device_id.secondary_bus);
	cper_print_line(p, 2, "vendor_id: 0x%04x, device_id: 0x%04x",
			le16toh(pcie->device_id.vendor_id), le16toh(pcie->device_id.device_id));
	cper_print_line(p, 2, "class_code: %02x%02x%02x", class_code[2], class_code[1],
			class_code[0]);
}

static void print_aer(struct cper_printer *p, const struct cper_sec_pcie *pcie)
{
	struct aer_capability_regs aer;

	memcpy(&aer, pcie->aer_info, sizeof(aer));
	cper_print_line(p, 2, "aer_cor_status: 0x%08x, aer_cor_mask: 0x%08x",
			le32toh(aer.cor_status), le32toh(aer.cor_mask));
	cper_print_line(p, 2, "aer_uncor_status: 0x%08x, aer_uncor_mask: 0x%08x",
			le32toh(aer.uncor_status), le32toh(aer.uncor_mask));
	cper_print_line(p, 2, "aer_uncor_severity: 0x%08x", le32toh(aer.uncor_severity));
	cper_print_line(p, 2, "TLP Header: %08x %08x %08x %08x", le32toh(aer.header_log[0]),
			le32toh(aer.header_log[1]), le32toh(aer.header_log[2]),
			le32toh(aer.header_log[3]));
}

void cper_print_pcie(struct cper_printer *p, const struct cper_payload *payload)
{
	static const char *const port_types[] = {
		[0] = "PCIe end point",
		[1] = "legacy PCI end point",
		[4] = "root port",
		[5] = "upstream switch port",
		[6] = "downstream switch port",
		[7] = "PCIe to PCI/PCI-X bridge",
		[8] = "PCI/PCI-X to PCIe bridge",
		[9] = "root complex integrated endpoint device",
		[10] = "root complex event collector",
	};
	const struct cper_sec_pcie *pcie = (const void *)payload->bytes;
	uint64_t valid = le64toh(pcie->validation_bits);

	if (valid & CPER_PCIE_VALID_PORT_TYPE)
		cper_print_line(p, 2, "port_type: %d, %s", (int)le32toh(pcie->port_type),
				CPER_NAME(port_types, le32toh(pcie->port_type)));
	if (valid & CPER_PCIE_VALID_VERSION)
		cper_print_line(p, 2, "version: %d.%d", pcie->version.major, pcie->version.minor);
	if (valid & CPER_PCIE_VALID_COMMAND_STATUS)
		cper_print_line(p, 2, "command: 0x%04x, status: 0x%04x", le16toh(pcie->command),
				le16toh(pcie->status));
	if (valid & CPER_PCIE_VALID_DEVICE_ID)
		print_device_id(p, pcie);
	if (valid & CPER_PCIE_VALID_SERIAL_NUMBER)
		cper_print_line(p, 2, "serial number: 0x%04x, 0x%04x",
				le32toh(pcie->serial_number.lower),
				le32toh(pcie->serial_number.upper));
	if (valid & CPER_PCIE_VALID_BRIDGE_CONTROL_STATUS)
		cper_print_line(p, 2, "bridge: secondary_status: 0x%04x, control: 0x%04x",
				le16toh(pcie->bridge.secondary_status),
				le16toh(pcie->bridge.control));
	if (valid & CPER_PCIE_VALID_AER_INFO)
		print_aer(p, pcie);
}
