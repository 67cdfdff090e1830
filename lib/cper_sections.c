// SPDX-License-Identifier: GPL-2.0-only
/*
 * The section types: what a GUID stands for, and how many bytes a section of it must have.
 *
 * One table; the text of Linux, the decodes and the checks ask it. Vendors' sections are here by
 * name only, so that they are at least called by it.
 */
#include <ghes/cper.h>

/*
 * min_length: what Linux 6.12 refuses to read below, or, where it does not decode the section, the
 * part that every reader needs. name and json_key follow libcper, whose JSON ours agrees with.
 */
static const struct cper_section_type section_types[] = {
	{CPER_SEC_PROC_GENERIC, "Processor Generic", "GenericProcessor", 192, 192},
	{CPER_SEC_PROC_IA, "IA32/X64", "Ia32x64Processor", 64, 64},
	{CPER_SEC_PROC_IPF, "IPF", "IPFProcessor", 0, 0},
	{CPER_SEC_PROC_ARM, "ARM", "ArmProcessor", 40, 40},
	{CPER_SEC_ARM_RAS, "ARM RAS", "ArmRas", 80, 80},
	{CPER_SEC_PLATFORM_MEM, "Platform Memory", "Memory", 73, 80},
	{CPER_SEC_PLATFORM_MEM2, "Platform Memory 2", "Memory2", 96, 96},
	{CPER_SEC_PCIE, "PCIe", "Pcie", 208, 208},
	{CPER_SEC_PCI_X_BUS, "PCI/PCI-X Bus", "PciBus", 72, 72},
	{CPER_SEC_PCI_DEV, "PCI Component/Device", "PciComponent", 40, 40},
	{CPER_SEC_FW_ERR_REC_REF, "Firmware Error Record Reference", "Firmware",
	 CPER_FW_ERR_REC_REF_MIN, 32},
	{CPER_SEC_DMAR_GENERIC, "DMAr Generic", "GenericDmar", 32, 32},
	{CPER_SEC_DMAR_VT, "Intel VT for Directed I/O Specific DMAr", "VtdDmar", 144, 144},
	{CPER_SEC_DMAR_IOMMU, "IOMMU Specific DMAr", "IommuDmar", 144, 144},
	{CPER_SEC_CCIX_PER, "CCIX PER Log Error", "CcixPer", 16, 16},
	{CPER_SEC_CXL_PROT_ERR, "CXL Protocol Error", "CxlProtocol", 116, 116},
	{CPER_SEC_CXL_GEN_MEDIA_GUID, "CXL General Media Component Error", "CxlComponent", 32, 32},
	{CPER_SEC_CXL_DRAM_GUID, "CXL DRAM Component Error", "CxlComponent", 32, 32},
	{CPER_SEC_CXL_MEM_MODULE_GUID, "CXL Memory Module Component Error", "CxlComponent", 32, 32},
	{CPER_SEC_CXL_PHYS_SWITCH_GUID, "CXL Physical Switch Component Error", "CxlComponent", 32,
	 32},
	{CPER_SEC_CXL_VIRT_SWITCH_GUID, "CXL Virtual Switch Component Error", "CxlComponent", 32,
	 32},
	{CPER_SEC_CXL_MLD_PORT_GUID, "CXL MLD Port Component Error", "CxlComponent", 32, 32},
	{GUID_INIT(0x6d5244f2, 0x2712, 0x11ec, 0xbe, 0xa7, 0xcb, 0x3f, 0xdb, 0x95, 0xc7, 0x86),
	 "NVIDIA", "Nvidia", 0, 0},
	{GUID_INIT(0x9068e568, 0x6ca0, 0x11f0, 0xae, 0xaf, 0x15, 0x93, 0x43, 0x59, 0x1e, 0xac),
	 "NvidiaEvent", "NvidiaEvent", 0, 0},
	{GUID_INIT(0x2826cc9f, 0x448c, 0x4c2b, 0x86, 0xb6, 0xa9, 0x53, 0x94, 0xb7, 0xef, 0x33),
	 "Ampere", "Ampere", 0, 0},
	{GUID_INIT(0xe8ed898d, 0xdf16, 0x43cc, 0x8e, 0xcc, 0x54, 0xf0, 0x60, 0xef, 0x15, 0x7f),
	 "Ampere Altra", "AmpereAltra", 0, 0},
	{GUID_INIT(0x1f8161e1, 0x55d6, 0x41e6, 0xbd, 0x10, 0x7a, 0xfd, 0x1d, 0xc5, 0xf7, 0xc5),
	 "HiSilicon OEM type 1", "HisiOem1", 0, 0},
	{GUID_INIT(0x45534ea6, 0xce23, 0x4115, 0x85, 0x35, 0xe0, 0x7a, 0xb3, 0xae, 0xf9, 0x1d),
	 "HiSilicon OEM type 2", "HisiOem2", 0, 0},
	{GUID_INIT(0xb2889fc9, 0xe7d7, 0x4f9d, 0xa8, 0x67, 0xaf, 0x42, 0xe9, 0x8b, 0xe7, 0x72),
	 "HiSilicon PCIe local", "HisiPcieLocal", 0, 0},
	{GUID_INIT(0xc8b328a8, 0x9917, 0x4af6, 0x9a, 0x13, 0x2e, 0x08, 0xab, 0x2e, 0x75, 0x86),
	 "HiSilicon common section", "HisiCommon", 0, 0},
	{GUID_INIT(0xa6980811, 0x16ea, 0x4e4d, 0xb9, 0x36, 0xfb, 0x00, 0xa2, 0x3f, 0xf2, 0x9c),
	 "Yitian", "Yitian", 0, 0},
	{GUID_INIT(0x82d78ba3, 0xfa14, 0x407a, 0xba, 0x0e, 0xf3, 0xba, 0x81, 0x70, 0x01, 0x3c),
	 "JaguarMicro OEM type 0", "JaguarMicro0", 0, 0},
	{GUID_INIT(0xf9723053, 0x2558, 0x49b1, 0xb5, 0x8a, 0x1c, 0x1a, 0x82, 0x49, 0x2a, 0x62),
	 "JaguarMicro OEM type 1", "JaguarMicro1", 0, 0},
	{GUID_INIT(0x2d31de54, 0x3037, 0x4f24, 0xa2, 0x83, 0xf6, 0x9c, 0xa1, 0xec, 0x0b, 0x9a),
	 "JaguarMicro OEM type 2", "JaguarMicro2", 0, 0},
	{GUID_INIT(0xdac80d69, 0x0a72, 0x4eba, 0x81, 0x14, 0x14, 0x8e, 0xe3, 0x44, 0xaf, 0x06),
	 "JaguarMicro OEM type 5", "JaguarMicro5", 0, 0},
	{GUID_INIT(0x746f06fe, 0x405e, 0x451f, 0x8d, 0x09, 0x02, 0xe8, 0x02, 0xed, 0x98, 0x4a),
	 "JaguarMicro OEM type 6", "JaguarMicro6", 0, 0},
};

const struct cper_section_type *cper_section_type_find(const guid_t *guid)
{
	size_t i;

	for (i = 0; i < sizeof(section_types) / sizeof(section_types[0]); i++)
		if (guid_equal(guid, &section_types[i].guid))
			return &section_types[i];
	return NULL;
}
