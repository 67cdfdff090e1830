// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware records, CCIX, CXL (UEFI 2.10, N.2.10 and N.2.12 to N.2.14) and vendors' sections.
 */
#include "cper_field.h"

static const struct cper_field firmware_fields[] = {
	{"Firmware Error Record Type", "errorRecordType", 0, 1, CPER_ALWAYS, CPER_ENUM, 0, 0,
	 CPER_NAMES("Unknown (Reserved)", "IPF SAL Error Record",
		    "SOC Firmware Error Record (Type1 Legacy)",
		    "SOC Firmware Error Record (Type2)")},
	{"Revision", "revision", 1, 1, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Record Identifier", "recordID", 8, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Record Identifier GUID", "recordIDGUID", 16, 16, CPER_ALWAYS, CPER_GUID, 0, 0, NULL},
};

void cper_decode_firmware(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	const uint32_t fixed = sizeof(struct cper_sec_fw_err_rec_ref);

	/* Revisions 0 and 1 end before the GUID. */
	if (bytes[1] >= 2 && length < fixed)
		cper_walk_report(w, CPER_F_SECTION_SHORT, bytes, length, fixed);
	cper_walk_table(w, CPER_TABLE(firmware_fields), bytes, length, 0);
	if (length > fixed)
		cper_walk_bytes(w, "Firmware record", "data", bytes + fixed, length - fixed);
}

/* ---- CCIX ------------------------------------------------------------------------------------ */

static const struct cper_field ccix_fields[] = {
	{"Length", "length", 0, 4, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Validation Bits", NULL, 4, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"CCIX Source ID", "ccixSourceID", 12, 1, 0, CPER_DEC, 0, 0, NULL},
	{"CCIX Port ID", "ccixPortID", 13, 1, 1, CPER_DEC, 0, 0, NULL},
};

#define CCIX_FIXED     16
#define CCIX_VALID_LOG (UINT64_C(1) << 2)

void cper_decode_ccix(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	uint64_t claimed = cper_load(bytes, 4), valid = cper_load(bytes + 4, 8);

	if (claimed > length || claimed < CCIX_FIXED)
		cper_walk_report(w, CPER_F_SECTION_INNER, bytes, claimed, length);
	cper_walk_check_valid(w, bytes + 4, valid, 3);
	cper_walk_table(w, CPER_TABLE(ccix_fields), bytes, length, valid);
	if ((valid & CCIX_VALID_LOG) && length > CCIX_FIXED)
		cper_walk_bytes(w, "CCIX PER Log", "ccixPERLog", bytes + CCIX_FIXED,
				length - CCIX_FIXED);
}

/* ---- CXL protocol errors --------------------------------------------------------------------- */

static const struct cper_field cxl_address_fields[] = {
	{"Function Number", "functionNumber", 0, 1, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Device Number", "deviceNumber", 1, 1, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Bus Number", "busNumber", 2, 1, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Segment Number", "segmentNumber", 3, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
};

static const struct cper_field cxl_rcrb_fields[] = {
	{"RCRB Base Address", "value", 0, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
};

static const struct cper_field cxl_device_fields[] = {
	{"Vendor ID", "vendorID", 0, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Device ID", "deviceID", 2, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Subsystem Vendor ID", "subsystemVendorID", 4, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Subsystem ID", "subsystemDeviceID", 6, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Class Code", "classCode", 8, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Slot Number", "slotNumber", 10, 2, CPER_ALWAYS, CPER_DEC, 3, 13, NULL},
};

static const struct cper_field cxl_protocol_fields[] = {
	{"Validation Bits", NULL, 0, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"CXL Agent Type", "agentType", 8, 1, 0, CPER_ENUM, 0, 0,
	 CPER_NAMES("Unknown (Reserved)", "Restricted CXL Device",
		    "Restricted CXL Host Downstream Port", "CXL Device", "CXL Logical Device",
		    "CXL Fabric Manager managed Logical Device", "CXL Root Port",
		    "CXL Downstream Switch Port", "CXL Upstream Switch Port")},
};

static const struct cper_field cxl_identity_fields[] = {
	{"Device ID", "deviceID", 24, 16, 2, CPER_GROUP, 0, 0, CPER_TABLE(cxl_device_fields)},
	{"Device Serial Number", "deviceSerial", 40, 8, 3, CPER_HEX, 0, 0, NULL},
	{"Capability Structure", "capabilityStructure", 48, 60, 4, CPER_BYTES, 0, 0, NULL},
	{"CXL DVSEC Length", "dvsecLength", 108, 2, 5, CPER_DEC, 0, 0, NULL},
	{"Error Log Length", "errorLogLength", 110, 2, 6, CPER_DEC, 0, 0, NULL},
};

void cper_decode_cxl_protocol(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	const struct cxl_cper_sec_prot_err *err = (const void *)bytes;
	uint64_t valid = le64toh(err->valid_bits);
	/* The log comes after the DVSEC's bytes also where these are not valid: so Linux. */
	uint32_t dvsec = le16toh(err->dvsec_len);
	uint32_t log = valid & PROT_ERR_VALID_ERROR_LOG ? le16toh(err->err_len) : 0;
	const uint8_t *tail = bytes + sizeof(*err);

	cper_walk_check_valid(w, bytes, valid, 7);
	cper_walk_table(w, CPER_TABLE(cxl_protocol_fields), bytes, length, valid);
	if (valid & PROT_ERR_VALID_AGENT_ADDRESS) {
		cper_walk_open(w, "CXL Agent Address", "cxlAgentAddress", bytes + 16, '{');
		if (err->agent_type == CXL_AGENT_RCH_DP)
			cper_walk_table(w, CPER_TABLE(cxl_rcrb_fields), bytes + 16, 8, 0);
		else
			cper_walk_table(w, CPER_TABLE(cxl_address_fields), bytes + 16, 8, 0);
		cper_walk_close(w, '}');
	}
	cper_walk_table(w, CPER_TABLE(cxl_identity_fields), bytes, length, valid);
	if (!(valid & (PROT_ERR_VALID_DVSEC | PROT_ERR_VALID_ERROR_LOG)))
		return;
	/* Linux reads the registers whatever the length says. */
	if ((valid & PROT_ERR_VALID_ERROR_LOG) && log < sizeof(struct cxl_ras_capability_regs))
		cper_walk_report(w, CPER_F_CXL_LOG,
				 bytes + offsetof(struct cxl_cper_sec_prot_err, err_len), log,
				 sizeof(struct cxl_ras_capability_regs));
	if (sizeof(*err) + dvsec + log > length) {
		cper_walk_report(w, CPER_F_SECTION_INNER,
				 bytes + offsetof(struct cxl_cper_sec_prot_err, dvsec_len),
				 sizeof(*err) + dvsec + log, length);
		return;
	}
	if ((valid & PROT_ERR_VALID_DVSEC) && dvsec)
		cper_walk_bytes(w, "CXL DVSEC", "cxlDVSEC", tail, dvsec);
	if (log)
		cper_walk_bytes(w, "CXL Error Log", "cxlErrorLog", tail + dvsec, log);
}

/* ---- CXL component events -------------------------------------------------------------------- */

static const struct cper_field cxl_event_device_fields[] = {
	{"Vendor ID", "vendorID", 0, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Device ID", "deviceID", 2, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Function Number", "functionNumber", 4, 1, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Device Number", "deviceNumber", 5, 1, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Bus Number", "busNumber", 6, 1, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Segment Number", "segmentNumber", 7, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Slot Number", "slotNumber", 9, 2, CPER_ALWAYS, CPER_DEC, 3, 13, NULL},
};

static const struct cper_field cxl_event_fields[] = {
	{"Length", "length", 0, 4, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Validation Bits", NULL, 4, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Device ID", "deviceID", 12, 12, 0, CPER_GROUP, 0, 0, CPER_TABLE(cxl_event_device_fields)},
	{"Device Serial Number", "deviceSerial", 24, 8, 1, CPER_HEX, 0, 0, NULL},
};

void cper_decode_cxl_event(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	const uint32_t fixed = sizeof(struct cxl_cper_event_hdr);
	uint64_t claimed = cper_load(bytes, 4), valid = cper_load(bytes + 4, 8);

	if (claimed > length || claimed < fixed)
		cper_walk_report(w, CPER_F_SECTION_INNER, bytes, claimed, length);
	cper_walk_check_valid(w, bytes + 4, valid, 3);
	cper_walk_table(w, CPER_TABLE(cxl_event_fields), bytes, length, valid);
	if (!(valid & CPER_CXL_COMP_EVENT_LOG_VALID) || length == fixed)
		return;
	cper_walk_open(w, "CXL Component Event Log", "cxlComponentEventLog", bytes + fixed, '{');
	cper_walk_bytes(w, "Event record", "data", bytes + fixed, length - fixed);
	cper_walk_close(w, '}');
}

/* ---- vendors --------------------------------------------------------------------------------- */

static const struct cper_field ampere_fields[] = {
	{"Type ID", "typeId", 0, 2, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Subtype ID", "subTypeId", 2, 2, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Instance ID", "instanceId", 4, 4, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
};

#define AMPERE_FIXED 8

void cper_decode_ampere(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	cper_walk_table(w, CPER_TABLE(ampere_fields), bytes, length, 0);
	if (length > AMPERE_FIXED)
		cper_walk_bytes(w, "Payload", "data", bytes + AMPERE_FIXED, length - AMPERE_FIXED);
}

static const struct cper_field nvidia_fields[] = {
	{"Signature", "signature", 0, 16, CPER_ALWAYS, CPER_ASCII, 0, 0, NULL},
	{"Severity", "severity", 20, 1, CPER_ALWAYS, CPER_ENUM, 0, 0, &cper_severity_names},
	{"Error Type", "errorType", 16, 2, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Error Instance", "errorInstance", 18, 2, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Socket", "socket", 21, 1, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Number of Registers", "registerCount", 22, 1, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Instance Base", "instanceBase", 24, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
};

static const struct cper_field nvidia_register_fields[] = {
	{"Address", "address", 0, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Value", "value", 8, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
};

#define NVIDIA_FIXED	32
#define NVIDIA_REGISTER 16

void cper_decode_nvidia(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	const uint8_t *at = bytes + NVIDIA_FIXED;
	uint32_t i, registers;

	if (length < NVIDIA_FIXED) {
		cper_walk_report(w, CPER_F_SECTION_SHORT, bytes, length, NVIDIA_FIXED);
		return;
	}
	registers = bytes[22];
	if (NVIDIA_FIXED + registers * NVIDIA_REGISTER > length) {
		cper_walk_report(w, CPER_F_SECTION_INNER, bytes + 22,
				 NVIDIA_FIXED + registers * NVIDIA_REGISTER, length);
		registers = (length - NVIDIA_FIXED) / NVIDIA_REGISTER;
	}
	cper_walk_table(w, CPER_TABLE(nvidia_fields), bytes, length, 0);
	cper_walk_open(w, "Registers", "registers", at, '[');
	for (i = 0; i < registers; i++, at += NVIDIA_REGISTER) {
		cper_walk_open_index(w, "Register", at, i);
		cper_walk_table(w, CPER_TABLE(nvidia_register_fields), at, NVIDIA_REGISTER, 0);
		cper_walk_close(w, '}');
	}
	cper_walk_close(w, ']');
}
