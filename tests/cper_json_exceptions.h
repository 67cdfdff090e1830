/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where our JSON and libcper's (7c410e29) differ, and why. Included by test_cper_json.c.
 *
 * "invalid": libcper gives a field although its validation bit is not set; we leave it out.
 */
/* clang-format off */
{THEIRS, "*.message", "prose of libcper's own", 0},
{OURS, ".findings", "what is wrong with the record: libcper has no such list", 0},
{THEIRS, ".header.timestamp", "not BCD (Windows writes binary): libcper carries, we refuse", 0},
{OURS, ".sectionDescriptors[[][]].fruText", "libcper drops a text that is not printable", 0},

{THEIRS, ".sections[[][]].Memory.bank", "invalid: neither bank nor group nor address", 0},
{THEIRS, ".sections[[][]].Memory2.bank", "invalid: neither bank nor group nor address", 0},
{THEIRS, ".sections[[][]].Memory2.physicalAddress", "libcper asks bit 0 (status), not bit 1", 0},
{OURS, ".sections[[][]].Memory2.physicalAddress", "libcper asks bit 0 (status), not bit 1", 0},
{THEIRS, ".sections[[][]].Memory2.physicalAddressHex", "invalid", 0},
{OURS, ".sections[[][]].Memory", "libcper refuses the 73-byte section of UEFI 2.1 and 2.2", 0},
{THEIRS, ".sections[[][]].Unknown", "libcper refuses the 73-byte section of UEFI 2.1 and 2.2", 0},

{THEIRS, ".sections[[][]].ArmProcessor.psciState", "invalid", 0},
{DIFFER, ".sections[[][]].ArmProcessor.errorInfo[[][]].errorType.name",
 "libcper takes the type for bits 0 to 3; UEFI 2.9A, and Linux, for bits 1 to 4", 0},
{THEIRS, ".sections[[][]].ArmProcessor.errorInfo[[][]].errorInformation*",
 "as above: the object has the name of the type", 0},
{OURS, ".sections[[][]].ArmProcessor.errorInfo[[][]].errorInformation*",
 "as above: the object has the name of the type", 0},
{OURS, ".sections[[][]].ArmRas.ipType.pidr?", "libcper gives these for format 2, not 3", 0},

{DIFFER, ".sections[[][]].Ia32x64Processor.processorContextInfo[[][]].registerContextType.name",
 "\"Memory Mapper Registers\": a slip", 0},

{THEIRS, ".sections[[][]].CxlProtocol.deviceID", "invalid", 0},
{DIFFER, ".sections[[][]].CxlProtocol.agentType.name", "UEFI 2.10 has new names", 0},
{OURS, ".sections[[][]].Firmware.data", "libcper drops what follows the reference", 0},

{DIFFER, ".sections[[][]].Pcie.deviceID.segmentNumber_Hex", "libcper cuts it to 8 bits", 0},
{DIFFER, ".sections[[][]].Pcie.deviceID.slotNumber_Hex", "libcper cuts it to 8 bits", 0},
{THEIRS, ".sections[[][]].Pcie.capabilityStructure.slot_control.rsvdp", "a reserved bit", 0},
{DIFFER, ".sections[[][]].Pcie.capabilityStructure.pcie_capabilities.device_port_type.value",
 "libcper's names leave no gap for the encodings 2 and 3", 0},
{DIFFER, ".sections[[][]].Pcie.capabilityStructure.link_capabilities2.*",
 "libcper's structure is out of step with the specification from 2Ch on", 0},
{DIFFER, ".sections[[][]].Pcie.capabilityStructure.link_control2.*", "as above", 0},
{DIFFER, ".sections[[][]].Pcie.capabilityStructure.link_status2.*", "as above", 0},
{DIFFER, ".sections[[][]].Pcie.aerInfo.root_error_status.advanced_error_interrupt_message_number",
 "libcper takes bits 29:25, the specification says 31:27", 0},

{THEIRS, ".sections[[][]].Nvidia.CMETInfo", "vendor's: we give the registers as they are", 0},
{OURS, ".sections[[][]].Nvidia.registers", "vendor's: we give the registers as they are", 0},
{THEIRS, ".sections[[][]].NvidiaEvent.event*", "vendor's payload, not public: we give its bytes", 0},
{OURS, ".sections[[][]].NvidiaEvent.data", "vendor's payload, not public: we give its bytes", 0},
	/* clang-format on */
