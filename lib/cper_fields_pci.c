// SPDX-License-Identifier: GPL-2.0-only
/* PCI/PCI-X bus and device errors, DMA remapping: UEFI 2.10, N.2.8, N.2.9 and N.2.11. */
#include "cper_field.h"

static const struct cper_field bus_id_fields[] = {
	{"Bus Number", "busNumber", 0, 1, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Segment Number", "segmentNumber", 1, 1, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
};

static const struct cper_field pci_bus_fields[] = {
	{"Validation Bits", NULL, 0, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Error Status", "errorStatus", 8, 8, 0, CPER_GROUP, 0, 0, &cper_error_status_table},
	{"Error Type", "errorType", 16, 2, 1, CPER_ENUM, 0, 0,
	 CPER_NAMES("Unknown (Reserved)", "Unknown/OEM Specific Error", "Data Parity Error",
		    "System Error", "Master Abort", "Bus Timeout/No Device Present (No DEVSEL#)",
		    "Master Data Parity Error", "Address Parity Error", "Command Parity Error")},
	{"Bus ID", "busID", 18, 2, 2, CPER_GROUP, 0, 0, CPER_TABLE(bus_id_fields)},
	{"Bus Address", "busAddress", 24, 8, 3, CPER_HEX, 0, 0, NULL},
	{"Bus Data", "busData", 32, 8, 4, CPER_HEX, 0, 0, NULL},
	{"Bus Command", "busCommandType", 40, 8, 5, CPER_CHOICE, 56, 1,
	 CPER_NAMES(NULL, "PCI", "PCI-X")},
	{"Bus Requestor ID", "busRequestorID", 48, 8, 6, CPER_HEX, 0, 0, NULL},
	{"Bus Requestor ID", "busRequestorIDHex", 48, 8, 6, CPER_HEX_DUP, 0, 0, NULL},
	{"Bus Completer ID", "busCompleterID", 56, 8, 7, CPER_HEX, 0, 0, NULL},
	{"Bus Completer ID", "busCompleterIDHex", 56, 8, 7, CPER_HEX_DUP, 0, 0, NULL},
	{"Target ID", "targetID", 64, 8, 8, CPER_HEX, 0, 0, NULL},
};

void cper_decode_pci_bus(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	uint64_t valid = cper_load(bytes, 8);

	cper_walk_check_valid(w, bytes, valid, 9);
	cper_walk_table(w, CPER_TABLE(pci_bus_fields), bytes, length, valid);
}

static const struct cper_field id_info_fields[] = {
	{"Vendor ID", "vendorID", 0, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Device ID", "deviceID", 2, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Class Code", "classCode", 4, 3, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Function Number", "functionNumber", 7, 1, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Device Number", "deviceNumber", 8, 1, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Bus Number", "busNumber", 9, 1, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Segment Number", "segmentNumber", 10, 1, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
};

static const struct cper_field pci_dev_fields[] = {
	{"Validation Bits", NULL, 0, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Error Status", "errorStatus", 8, 8, 0, CPER_GROUP, 0, 0, &cper_error_status_table},
	{"ID Info", "idInfo", 16, 16, 1, CPER_GROUP, 0, 0, CPER_TABLE(id_info_fields)},
	{"Memory Number", "memoryNumber", 32, 4, 2, CPER_DEC, 0, 0, NULL},
	{"IO Number", "ioNumber", 36, 4, 3, CPER_DEC, 0, 0, NULL},
};

static const struct cper_field register_pair_fields[] = {
	{"Register", "firstHalf", 0, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Value", "secondHalf", 8, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
};

#define PCI_DEV_FIXED	    40
#define PCI_DEV_PAIR	    16
#define PCI_DEV_VALID_PAIRS (UINT64_C(1) << 4)

void cper_decode_pci_dev(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	uint64_t valid = cper_load(bytes, 8);
	uint64_t pairs = cper_load(bytes + 32, 4) + cper_load(bytes + 36, 4);
	const uint8_t *at = bytes + PCI_DEV_FIXED;
	unsigned int i;

	cper_walk_check_valid(w, bytes, valid, 5);
	cper_walk_table(w, CPER_TABLE(pci_dev_fields), bytes, length, valid);
	if (!(valid & PCI_DEV_VALID_PAIRS))
		return;
	if (PCI_DEV_FIXED + pairs * PCI_DEV_PAIR > length) {
		cper_walk_report(w, CPER_F_SECTION_INNER, bytes + 32,
				 PCI_DEV_FIXED + pairs * PCI_DEV_PAIR, length);
		pairs = (length - PCI_DEV_FIXED) / PCI_DEV_PAIR;
	}
	cper_walk_open(w, "Memory and IO Registers", "registerDataPairs", at, '[');
	for (i = 0; i < pairs; i++, at += PCI_DEV_PAIR) {
		cper_walk_open_index(w, "Register pair", at, i);
		cper_walk_table(w, CPER_TABLE(register_pair_fields), at, PCI_DEV_PAIR, 0);
		cper_walk_close(w, '}');
	}
	cper_walk_close(w, ']');
}

/* ---- DMA remapping --------------------------------------------------------------------------- */

static const char *const fault_reason_names[] = {
	[1] = "DMT Entry Missing",
	[2] = "DMT Entry Invalid",
	[3] = "DMT Access Error",
	[4] = "DMT Reserved Bit Invalid",
	[5] = "DMA Address Out of Bounds",
	[6] = "Invalid Read/Write",
	[7] = "Invalid Device Request",
	[8] = "ATT Access Error",
	[9] = "ATT Reserved Bit Invalid",
	[10] = "Illegal Command",
	[11] = "Command Buffer Access Error",
};

static const char *const fault_reason_descriptions[] = {
	[1] = "Domain mapping table entry is not present.",
	[2] = "Invalid domain mapping table entry.",
	[3] = "DMAr unit's attempt to access the domain mapping table resulted in an error.",
	[4] = "Reserved bit set to non-zero value in the domain mapping table.",
	[5] = "DMA request to access an address beyond the device address width.",
	[6] = "Invalid read or write access.",
	[7] = "Invalid device request.",
	[8] = "DMAr unit's attempt to access the address translation table resulted in an error.",
	[9] = "Reserved bit set to non-zero value in the address translation table.",
	[10] = "Illegal command error.",
	[11] = "DMAr unit's attempt to access the command buffer resulted in an error.",
};

static const struct cper_names fault_reasons = {
	.names = fault_reason_names,
	.n = ARRAY_SIZE(fault_reason_names),
	.unknown = "Unknown (Reserved)",
	.descriptions = fault_reason_descriptions,
};

static const struct cper_field dmar_generic_fields[] = {
	{"Requester ID", "requesterID", 0, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Segment Number", "segmentNumber", 2, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Fault Reason", "faultReason", 4, 1, CPER_ALWAYS, CPER_ENUM, 0, 0, &fault_reasons},
	{"Access Type", "accessType", 5, 1, CPER_ALWAYS, CPER_ENUM, 0, 0,
	 CPER_NAMES("Unknown (Reserved)", "DMA Write", "DMA Read")},
	{"Address Type", "addressType", 6, 1, CPER_ALWAYS, CPER_ENUM, 0, 0,
	 CPER_NAMES("Unknown (Reserved)", "Untranslated Request", "Translation Request")},
	{"Architecture Type", "architectureType", 7, 1, CPER_ALWAYS, CPER_ENUM, 0, 0,
	 CPER_NAMES("Unknown (Reserved)", "VT-d", "IOMMU")},
	{"Device Address", "deviceAddress", 8, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
};

void cper_decode_dmar_generic(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	cper_walk_table(w, CPER_TABLE(dmar_generic_fields), bytes, length, 0);
}

/* Intel VT-d architecture specification, Fault Recording Registers: 128 bits */
static const struct cper_field vtd_fault_fields[] = {
	{"Fault Information", "faultInformation", 0, 8, CPER_ALWAYS, CPER_HEX, 12, 52, NULL},
	{"Source Identifier", "sourceIdentifier", 8, 8, CPER_ALWAYS, CPER_HEX, 0, 16, NULL},
	{"Privilege Mode Requested", "privelegeModeRequested", 8, 8, CPER_ALWAYS, CPER_BOOL, 29, 1,
	 NULL},
	{"Execute Permission Requested", "executePermissionRequested", 8, 8, CPER_ALWAYS, CPER_BOOL,
	 30, 1, NULL},
	{"PASID Present", "pasidPresent", 8, 8, CPER_ALWAYS, CPER_BOOL, 31, 1, NULL},
	{"Fault Reason", "faultReason", 8, 8, CPER_ALWAYS, CPER_HEX, 32, 8, NULL},
	{"PASID Value", "pasidValue", 8, 8, CPER_ALWAYS, CPER_HEX, 40, 20, NULL},
	{"Address Type", "addressType", 8, 8, CPER_ALWAYS, CPER_DEC, 60, 2, NULL},
	{"Type", "type", 8, 8, CPER_ALWAYS, CPER_ENUM, 62, 1,
	 CPER_NAMES("Unknown", "Write Request", "Read/AtomicOp Request")},
};

#define PAGE_TABLE_ENTRIES(at)                                                                     \
	{"Page Table Entry (Level 6)",                                                             \
	 "pageTableEntry_Level6",                                                                  \
	 (at),                                                                                     \
	 8,                                                                                        \
	 CPER_ALWAYS,                                                                              \
	 CPER_HEX,                                                                                 \
	 0,                                                                                        \
	 0,                                                                                        \
	 NULL},                                                                                    \
		{"Page Table Entry (Level 5)",                                                     \
		 "pageTableEntry_Level5",                                                          \
		 (at) + 8,                                                                         \
		 8,                                                                                \
		 CPER_ALWAYS,                                                                      \
		 CPER_HEX,                                                                         \
		 0,                                                                                \
		 0,                                                                                \
		 NULL},                                                                            \
		{"Page Table Entry (Level 4)",                                                     \
		 "pageTableEntry_Level4",                                                          \
		 (at) + 16,                                                                        \
		 8,                                                                                \
		 CPER_ALWAYS,                                                                      \
		 CPER_HEX,                                                                         \
		 0,                                                                                \
		 0,                                                                                \
		 NULL},                                                                            \
		{"Page Table Entry (Level 3)",                                                     \
		 "pageTableEntry_Level3",                                                          \
		 (at) + 24,                                                                        \
		 8,                                                                                \
		 CPER_ALWAYS,                                                                      \
		 CPER_HEX,                                                                         \
		 0,                                                                                \
		 0,                                                                                \
		 NULL},                                                                            \
		{"Page Table Entry (Level 2)",                                                     \
		 "pageTableEntry_Level2",                                                          \
		 (at) + 32,                                                                        \
		 8,                                                                                \
		 CPER_ALWAYS,                                                                      \
		 CPER_HEX,                                                                         \
		 0,                                                                                \
		 0,                                                                                \
		 NULL},                                                                            \
	{                                                                                          \
		"Page Table Entry (Level 1)", "pageTableEntry_Level1", (at) + 40, 8, CPER_ALWAYS,  \
			CPER_HEX, 0, 0, NULL                                                       \
	}

static const struct cper_field dmar_vt_fields[] = {
	{"Version", "version", 0, 1, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Revision", "revision", 1, 1, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"OEM ID", "oemID", 2, 6, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Capability Register", "capabilityRegister", 8, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Extended Capability Register", "extendedCapabilityRegister", 16, 8, CPER_ALWAYS, CPER_HEX,
	 0, 0, NULL},
	{"Global Command Register", "globalCommandRegister", 24, 4, CPER_ALWAYS, CPER_HEX, 0, 0,
	 NULL},
	{"Global Status Register", "globalStatusRegister", 28, 4, CPER_ALWAYS, CPER_HEX, 0, 0,
	 NULL},
	{"Fault Status Register", "faultStatusRegister", 32, 4, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Fault Record", "faultRecord", 48, 16, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(vtd_fault_fields)},
	{"Root Entry", "rootEntry", 64, 16, CPER_ALWAYS, CPER_BYTES, 0, 0, NULL},
	{"Context Entry", "contextEntry", 80, 16, CPER_ALWAYS, CPER_BYTES, 0, 0, NULL},
	PAGE_TABLE_ENTRIES(96),
};

void cper_decode_dmar_vt(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	cper_walk_table(w, CPER_TABLE(dmar_vt_fields), bytes, length, 0);
}

static const struct cper_field dmar_iommu_fields[] = {
	{"Revision", "revision", 0, 1, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"IOMMU Control Register", "controlRegister", 8, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"IOMMU Status Register", "statusRegister", 16, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"IOMMU Event Log Entry", "eventLogEntry", 32, 16, CPER_ALWAYS, CPER_BYTES, 0, 0, NULL},
	{"Device Table Entry", "deviceTableEntry", 64, 32, CPER_ALWAYS, CPER_BYTES, 0, 0, NULL},
	PAGE_TABLE_ENTRIES(96),
};

void cper_decode_dmar_iommu(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	cper_walk_table(w, CPER_TABLE(dmar_iommu_fields), bytes, length, 0);
}
