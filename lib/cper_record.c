// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decodes of whole things: full CPER records (UEFI 2.10, N.2) and error status blocks, as text,
 * as JSON, or as findings only.
 *
 * Flow: bytes and how many there are -> header -> descriptors or entries -> a decoder per section
 *       -> an emitter.
 * Invariants: what is wrong is reported and decoded as far as it goes; nothing outside of the
 * bytes given is read. JSON has the form of libcper's: header, sectionDescriptors, sections.
 */
#include "cper_field.h"

static const struct cper_names severity_names = {
	.names = (const char *const[]){"Recoverable", "Fatal", "Corrected", "Informational"},
	.n = 4,
	.unknown = "Unknown",
	.value_key = "code",
};

static const struct cper_field revision_fields[] = {
	{"Major", "major", 1, 1, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Minor", "minor", 0, 1, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
};

static const struct cper_field flag_fields[] = {
	{"Primary", "primary", 0, 1, CPER_ALWAYS, CPER_BOOL, 0, 1, NULL},
	{"Containment Warning", "containmentWarning", 0, 1, CPER_ALWAYS, CPER_BOOL, 1, 1, NULL},
	{"Reset", "reset", 0, 1, CPER_ALWAYS, CPER_BOOL, 2, 1, NULL},
	{"Error threshold exceeded", "errorThresholdExceeded", 0, 1, CPER_ALWAYS, CPER_BOOL, 3, 1,
	 NULL},
	{"Resource not accessible", "resourceNotAccessible", 0, 1, CPER_ALWAYS, CPER_BOOL, 4, 1,
	 NULL},
	{"Latent error", "latentError", 0, 1, CPER_ALWAYS, CPER_BOOL, 5, 1, NULL},
	{"Propagated", "propagated", 0, 1, CPER_ALWAYS, CPER_BOOL, 6, 1, NULL},
	{"Overflow", "overflow", 0, 1, CPER_ALWAYS, CPER_BOOL, 7, 1, NULL},
};

#define FLAGS_KNOWN 0xffu

/* ---- sections -------------------------------------------------------------------------------- */

static const struct {
	const char *json_key;
	cper_decode_fn decode;
} decoders[] = {
	{"GenericProcessor", cper_decode_proc_generic},
	{"Ia32x64Processor", cper_decode_proc_ia},
	{"ArmProcessor", cper_decode_proc_arm},
	{"ArmRas", cper_decode_arm_ras},
	{"Memory", cper_decode_mem},
	{"Memory2", cper_decode_mem2},
	{"Pcie", cper_decode_pcie},
	{"PciBus", cper_decode_pci_bus},
	{"PciComponent", cper_decode_pci_dev},
	{"Firmware", cper_decode_firmware},
	{"GenericDmar", cper_decode_dmar_generic},
	{"VtdDmar", cper_decode_dmar_vt},
	{"IommuDmar", cper_decode_dmar_iommu},
	{"CcixPer", cper_decode_ccix},
	{"CxlProtocol", cper_decode_cxl_protocol},
	{"CxlComponent", cper_decode_cxl_event},
	{"Ampere", cper_decode_ampere},
	{"Nvidia", cper_decode_nvidia},
};

/* A section whose layout is not known, or that is too short for it: its bytes */
static void walk_opaque(struct cper_walk *w, const char *name, const char *key,
			const uint8_t *bytes, uint32_t length)
{
	cper_walk_open(w, name, key, bytes, '{');
	cper_walk_bytes(w, "Data", "data", bytes, length);
	cper_walk_close(w, '}');
}

/* @type_at: where the record says what it is, for findings */
static void walk_section(struct cper_walk *w, const uint8_t *type_at, const uint8_t *bytes,
			 uint32_t length)
{
	const struct cper_section_type *type = cper_section_type_find((const guid_t *)type_at);
	size_t i;

	if (!type) {
		cper_walk_report(w, CPER_F_UNKNOWN_SECTION, type_at, 0, 0);
		walk_opaque(w, "Unknown section", "Unknown", bytes, length);
		return;
	}
	if (length < type->min_length) {
		cper_walk_report(w, CPER_F_SECTION_SHORT, bytes, length, type->min_length);
		walk_opaque(w, type->name, "Unknown", bytes, length);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(decoders); i++)
		if (!strcmp(decoders[i].json_key, type->json_key))
			break;
	if (i == ARRAY_SIZE(decoders)) {
		walk_opaque(w, type->name, type->json_key, bytes, length);
		return;
	}
	cper_walk_open(w, type->name, type->json_key, bytes, '{');
	decoders[i].decode(w, bytes, length);
	cper_walk_close(w, '}');
}

static const char *section_name(const uint8_t *type)
{
	const struct cper_section_type *known = cper_section_type_find((const guid_t *)type);

	return known ? known->name : "Unknown";
}

/* "sectionType": the GUID and its name; no table has names by GUID for all sections. */
static void walk_section_type(struct cper_walk *w, const uint8_t *type)
{
	const struct cper_guid_name name = {*(const guid_t *)type, section_name(type)};
	const struct cper_guid_names names = {&name, 1};
	const struct cper_field fields[] = {
		{"GUID", "data", 0, 16, CPER_ALWAYS, CPER_GUID, 0, 0, NULL},
		{"Name", "type", 0, 16, CPER_ALWAYS, CPER_GUID_NAME, 0, 0, &names},
	};

	cper_walk_open(w, "Section Type", "sectionType", type, '{');
	cper_walk_table(w, CPER_TABLE(fields), type, 16, 0);
	cper_walk_close(w, '}');
}

static void check_severity(struct cper_walk *w, const uint8_t *at)
{
	uint64_t severity = cper_load(at, 4);

	if (severity > CPER_SEV_INFORMATIONAL)
		cper_walk_report(w, CPER_F_SEVERITY, at, severity, CPER_SEV_INFORMATIONAL);
}

static void check_fru_text(struct cper_walk *w, const uint8_t *text)
{
	size_t i, n = strnlen((const char *)text, 20);

	for (i = 0; i < n && text[i] >= 0x20 && text[i] < 0x7f; i++)
		;
	if (n == 20 || i < n)
		cper_walk_report(w, CPER_F_FRU_TEXT, text, 0, 0);
}

static void check_time(struct cper_walk *w, const uint8_t *bcd)
{
	char buf[32];
	struct cper_text text;

	cper_text_init(&text, buf, sizeof(buf));
	if (!cper_time_text(&text, bcd))
		cper_walk_report(w, CPER_F_TIMESTAMP, bcd, 0, 0);
}

static void check_zero(struct cper_walk *w, const uint8_t *at, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (at[i]) {
			cper_walk_report(w, CPER_F_RESERVED, at + i, 0, 0);
			return;
		}
	}
}

/* ---- full records ---------------------------------------------------------------------------- */

static const struct cper_guid_name notification_names[] = {
	{CPER_NOTIFY_CMC, "CMC"},   {CPER_NOTIFY_CPE, "CPE"},	{CPER_NOTIFY_MCE, "MCE"},
	{CPER_NOTIFY_PCIE, "PCIe"}, {CPER_NOTIFY_INIT, "INIT"}, {CPER_NOTIFY_NMI, "NMI"},
	{CPER_NOTIFY_BOOT, "Boot"}, {CPER_NOTIFY_DMAR, "DMAr"}, {CPER_NOTIFY_SEA, "SEA"},
	{CPER_NOTIFY_SEI, "SEI"},   {CPER_NOTIFY_PEI, "PEI"},	{CPER_NOTIFY_CXL, "CXL Component"},
};

static const struct cper_guid_names notifications = {notification_names,
						     ARRAY_SIZE(notification_names)};

static const struct cper_field notification_fields[] = {
	{"GUID", "guid", 0, 16, CPER_ALWAYS, CPER_GUID, 0, 0, NULL},
	{"Name", "type", 0, 16, CPER_ALWAYS, CPER_GUID_NAME, 0, 0, &notifications},
};

static const struct cper_field header_fields[] = {
	{"Revision", "revision", 4, 2, CPER_ALWAYS, CPER_GROUP, 0, 0, CPER_TABLE(revision_fields)},
	{"Section Count", "sectionCount", 10, 2, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Error Severity", "severity", 12, 4, CPER_ALWAYS, CPER_ENUM, 0, 0, &severity_names},
	{"Validation Bits", NULL, 16, 4, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Record Length", "recordLength", 20, 4, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Timestamp", "timestamp", 24, 8, 1, CPER_TIME, 0, 0, NULL},
	{"Timestamp is precise", "timestampIsPrecise", 27, 1, 1, CPER_BOOL, 0, 1, NULL},
	{"Platform ID", "platformID", 32, 16, 0, CPER_GUID, 0, 0, NULL},
	{"Partition ID", "partitionID", 48, 16, 2, CPER_GUID, 0, 0, NULL},
	{"Creator ID", "creatorID", 64, 16, CPER_ALWAYS, CPER_GUID, 0, 0, NULL},
	{"Notification Type", "notificationType", 80, 16, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(notification_fields)},
	{"Record ID", "recordID", 96, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Flags", "flags", 104, 4, CPER_ALWAYS, CPER_ENUM, 0, 0,
	 CPER_NAMES("Unknown", [1] = "HW_ERROR_FLAGS_RECOVERED", [2] = "HW_ERROR_FLAGS_PREVERR",
		    [4] = "HW_ERROR_FLAGS_SIMULATED")},
	{"Persistence Information", "persistenceInfo", 108, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
};

static const struct cper_field descriptor_fields[] = {
	{"Section Offset", "sectionOffset", 0, 4, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Section Length", "sectionLength", 4, 4, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Revision", "revision", 8, 2, CPER_ALWAYS, CPER_GROUP, 0, 0, CPER_TABLE(revision_fields)},
	{"Validation Bits", NULL, 10, 1, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Flags", "flags", 12, 4, CPER_ALWAYS, CPER_GROUP, 0, 0, CPER_TABLE(flag_fields)},
	{"FRU Id", "fruID", 32, 16, 0, CPER_GUID, 0, 0, NULL},
	{"FRU Text", "fruText", 52, 20, 1, CPER_ASCII, 0, 0, NULL},
	{"Section Severity", "severity", 48, 4, CPER_ALWAYS, CPER_ENUM, 0, 0, &severity_names},
};

#define RECORD	   sizeof(struct cper_record_header)
#define DESCRIPTOR sizeof(struct cper_section_descriptor)

/* Return: the bytes that belong to the record */
static uint64_t check_record_header(struct cper_walk *w, uint64_t avail)
{
	const struct cper_record_header *h = (const void *)w->start;
	uint64_t length = le32toh(h->record_length), end;
	uint32_t valid = le32toh(h->validation_bits);

	if (le32toh(h->signature_end) != CPER_SIG_END)
		cper_walk_report(w, CPER_F_SIGNATURE_END, w->start + 6, le32toh(h->signature_end),
				 0);
	if (le16toh(h->revision) >> 8 != 1)
		cper_walk_report(w, CPER_F_REVISION, w->start + 4, le16toh(h->revision), 0);
	if (!h->section_count)
		cper_walk_report(w, CPER_F_SECTION_COUNT, w->start + 10, 0, 0);
	check_severity(w, w->start + 12);
	if (valid & ~7u)
		cper_walk_report(w, CPER_F_ENTRY_VALID, w->start + 16, valid & ~7u, 0);
	if (valid & CPER_VALID_TIMESTAMP)
		check_time(w, w->start + 24);
	check_zero(w, h->reserved, sizeof(h->reserved));
	if (length > avail)
		cper_walk_report(w, CPER_F_RECORD_LENGTH, w->start + 20, length, avail);
	else if (length < RECORD)
		cper_walk_report(w, CPER_F_RECORD_SHORT, w->start + 20, length, RECORD);
	else if (length < avail)
		cper_walk_report(w, CPER_F_TRAILING, w->start + length, avail - length, 0);
	if (length < RECORD || length > avail)
		length = avail;
	end = RECORD + (uint64_t)le16toh(h->section_count) * DESCRIPTOR;
	if (end > length)
		cper_walk_report(w, CPER_F_DESCRIPTORS, w->start + 10, end, length);
	return length;
}

static void check_descriptor(struct cper_walk *w, const uint8_t *d)
{
	uint32_t flags = (uint32_t)cper_load(d + 12, 4);

	if (d[10] & ~3)
		cper_walk_report(w, CPER_F_ENTRY_VALID, d + 10, d[10] & ~3u, 0);
	check_zero(w, d + 11, 1);
	if (flags & ~FLAGS_KNOWN)
		cper_walk_report(w, CPER_F_FLAGS, d + 12, flags & ~FLAGS_KNOWN, 0);
	check_severity(w, d + 48);
	if (d[10] & CPER_SEC_VALID_FRU_TEXT)
		check_fru_text(w, d + 52);
}

/* The section that descriptor @d is about; false if it is not inside the record */
static bool section_range(struct cper_walk *w, const uint8_t *d, uint64_t headers, uint64_t length)
{
	uint64_t at = cper_load(d, 4), end = at + cper_load(d + 4, 4);

	if (end > length) {
		cper_walk_report(w, CPER_F_SECTION_RANGE, d, end, length);
		return false;
	}
	if (at < headers) {
		cper_walk_report(w, CPER_F_SECTION_OVERLAP, d, at, headers);
		return false;
	}
	return true;
}

static void walk_record(struct cper_walk *w, uint64_t avail)
{
	const uint8_t *start = w->start, *d = start + RECORD;
	uint64_t length = check_record_header(w, avail), headers;
	unsigned int count = (unsigned int)cper_load(start + 10, 2), i;

	if (RECORD + (uint64_t)count * DESCRIPTOR > length)
		count = (unsigned int)((length - RECORD) / DESCRIPTOR);
	headers = RECORD + (uint64_t)count * DESCRIPTOR;
	cper_walk_open(w, "Record Header", "header", start, '{');
	cper_walk_table(w, CPER_TABLE(header_fields), start, RECORD, cper_load(start + 16, 4));
	cper_walk_close(w, '}');

	cper_walk_open(w, "Section Descriptors", "sectionDescriptors", d, '[');
	for (i = 0; i < count; i++) {
		const uint8_t *at = d + i * DESCRIPTOR;

		cper_walk_open_index(w, "Section Descriptor", at, i);
		cper_walk_table(w, CPER_TABLE(descriptor_fields), at, DESCRIPTOR, at[10]);
		walk_section_type(w, at + 16);
		cper_walk_close(w, '}');
		check_descriptor(w, at);
	}
	cper_walk_close(w, ']');

	cper_walk_open(w, "Sections", "sections", start + headers, '[');
	for (i = 0; i < count; i++) {
		const uint8_t *at = d + i * DESCRIPTOR;
		bool inside = section_range(w, at, headers, length);

		cper_walk_open_index(w, "Section", inside ? start + cper_load(at, 4) : at, i);
		if (inside)
			walk_section(w, at + 16, start + cper_load(at, 4),
				     (uint32_t)cper_load(at + 4, 4));
		cper_walk_close(w, '}');
	}
	cper_walk_close(w, ']');
}

/* ---- error status blocks --------------------------------------------------------------------- */

static const struct cper_field status_fields[] = {
	{"Uncorrectable Error Valid", "uncorrectableErrorValid", 0, 4, CPER_ALWAYS, CPER_BOOL, 0, 1,
	 NULL},
	{"Correctable Error Valid", "correctableErrorValid", 0, 4, CPER_ALWAYS, CPER_BOOL, 1, 1,
	 NULL},
	{"Multiple Uncorrectable Errors", "multipleUncorrectableErrors", 0, 4, CPER_ALWAYS,
	 CPER_BOOL, 2, 1, NULL},
	{"Multiple Correctable Errors", "multipleCorrectableErrors", 0, 4, CPER_ALWAYS, CPER_BOOL,
	 3, 1, NULL},
	{"Error Data Entry Count", "errorDataEntryCount", 0, 4, CPER_ALWAYS, CPER_DEC, 4, 10, NULL},
};

static const struct cper_field estatus_fields[] = {
	{"Block Status", "blockStatus", 0, 4, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(status_fields)},
	{"Raw Data Offset", "rawDataOffset", 4, 4, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Raw Data Length", "rawDataLength", 8, 4, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Data Length", "dataLength", 12, 4, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Error Severity", "severity", 16, 4, CPER_ALWAYS, CPER_ENUM, 0, 0, &severity_names},
};

/* The timestamp has validation bit 2, but is there in the longer header only. */
static const struct cper_field entry_fields[] = {
	{"Error Severity", "severity", 16, 4, CPER_ALWAYS, CPER_ENUM, 0, 0, &severity_names},
	{"Revision", "revision", 20, 2, CPER_ALWAYS, CPER_GROUP, 0, 0, CPER_TABLE(revision_fields)},
	{"Validation Bits", NULL, 22, 1, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Flags", "flags", 23, 1, CPER_ALWAYS, CPER_GROUP, 0, 0, CPER_TABLE(flag_fields)},
	{"Error Data Length", "sectionLength", 24, 4, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"FRU Id", "fruID", 28, 16, 0, CPER_GUID, 0, 0, NULL},
	{"FRU Text", "fruText", 44, 20, 1, CPER_ASCII, 0, 0, NULL},
	{"Timestamp", "timestamp", 64, 8, 2, CPER_TIME, 0, 0, NULL},
	{"Timestamp is precise", "timestampIsPrecise", 67, 1, 2, CPER_BOOL, 0, 1, NULL},
};

#define ESTATUS	     sizeof(struct acpi_hest_generic_status)
#define STATUS_KNOWN 0x3fffu
#define STATUS_COUNT 0x3ffu

/* Severity from worst to mildest, as GHES orders it; what is unknown is as bad as fatal */
static unsigned int badness(uint64_t severity)
{
	static const uint8_t order[] = {[CPER_SEV_RECOVERABLE] = 2,
					[CPER_SEV_FATAL] = 3,
					[CPER_SEV_CORRECTED] = 1,
					[CPER_SEV_INFORMATIONAL] = 0};

	return severity < ARRAY_SIZE(order) ? order[severity] : 3;
}

static void check_entry(struct cper_walk *w, const struct acpi_hest_generic_data *gdata)
{
	const uint8_t *at = (const uint8_t *)gdata;
	uint64_t block = cper_load(w->start + 16, 4), severity = cper_load(at + 16, 4);
	uint16_t revision = le16toh(gdata->revision);

	check_severity(w, at + 16);
	if (badness(severity) > badness(block))
		cper_walk_report(w, CPER_F_SEVERITY_WORSE, at + 16, severity, block);
	if (revision != 0x201 && revision != 0x300)
		cper_walk_report(w, CPER_F_ENTRY_REVISION, at + 20, revision, 0);
	if (gdata->validation_bits & ~7u)
		cper_walk_report(w, CPER_F_ENTRY_VALID, at + 22, gdata->validation_bits & ~7u, 0);
	if (gdata->validation_bits & ACPI_HEST_GEN_VALID_FRU_STRING)
		check_fru_text(w, gdata->fru_text);
	if (acpi_hest_get_version(gdata) >= 3 &&
	    (gdata->validation_bits & ACPI_HEST_GEN_VALID_TIMESTAMP))
		check_time(w, at + 64);
}

static void check_estatus(struct cper_walk *w, uint64_t avail, uint64_t limit)
{
	const struct acpi_hest_generic_status *estatus = (const void *)w->start;
	uint32_t status = le32toh(estatus->block_status);
	struct cper_finding finding;
	uint64_t len = cper_estatus_len(estatus);

	if (!status)
		cper_walk_report(w, CPER_F_EMPTY, w->start, 0, 0);
	if (status & ~STATUS_KNOWN)
		cper_walk_report(w, CPER_F_STATUS_BITS, w->start, status & ~STATUS_KNOWN, 0);
	check_severity(w, w->start + 16);
	/* The two limits are different claims: HEST's, and what is in the file. */
	if (cper_estatus_check_header(estatus, limit, &finding) ||
	    cper_estatus_check(estatus, avail, &finding)) {
		if (w->report)
			w->report(w->report_ctx, &finding);
	} else if (len < avail) {
		cper_walk_report(w, CPER_F_TRAILING, w->start + len, avail - len, 0);
	}
}

/* The entry at @offset, as far as it is there; NULL if not even its header is. */
static const struct acpi_hest_generic_data *entry_at(const struct cper_walk *w, uint64_t offset,
						     uint64_t end)
{
	const struct acpi_hest_generic_data *gdata = (const void *)(w->start + offset);

	if (offset + sizeof(*gdata) > end || offset + acpi_hest_get_size(gdata) > end)
		return NULL;
	return gdata;
}

/* Calls @each for all entries, the last one maybe with a payload that is cut. */
static unsigned int walk_entries(struct cper_walk *w, uint64_t end,
				 void (*each)(struct cper_walk *w,
					      const struct acpi_hest_generic_data *gdata,
					      uint32_t length, unsigned int index))
{
	const struct acpi_hest_generic_data *gdata;
	uint64_t offset = ESTATUS;
	unsigned int n = 0;

	while ((gdata = entry_at(w, offset, end))) {
		uint64_t room = end - offset - acpi_hest_get_size(gdata);
		uint32_t length = acpi_hest_get_error_length(gdata);

		each(w, gdata, length < room ? length : (uint32_t)room, n++);
		offset += acpi_hest_get_record_size(gdata);
	}
	return n;
}

static void walk_entry_header(struct cper_walk *w, const struct acpi_hest_generic_data *gdata,
			      uint32_t length, unsigned int index)
{
	const uint8_t *at = (const uint8_t *)gdata;

	(void)length;
	cper_walk_open_index(w, "Generic Error Data Entry", at, index);
	walk_section_type(w, at);
	cper_walk_table(w, CPER_TABLE(entry_fields), at, acpi_hest_get_size(gdata),
			gdata->validation_bits);
	cper_walk_close(w, '}');
	check_entry(w, gdata);
}

static void walk_entry_section(struct cper_walk *w, const struct acpi_hest_generic_data *gdata,
			       uint32_t length, unsigned int index)
{
	const uint8_t *payload = acpi_hest_get_payload(gdata);

	cper_walk_open_index(w, "Section", payload, index);
	walk_section(w, (const uint8_t *)gdata, payload, length);
	cper_walk_close(w, '}');
}

static void walk_estatus(struct cper_walk *w, uint64_t avail, uint64_t limit)
{
	uint64_t end = ESTATUS + cper_load(w->start + 12, 4);
	uint64_t raw = cper_load(w->start + 4, 4), raw_len = cper_load(w->start + 8, 4);
	unsigned int counted = (unsigned int)(cper_load(w->start, 4) >> 4 & STATUS_COUNT), n;

	check_estatus(w, avail, limit);
	if (end > avail)
		end = avail;
	cper_walk_open(w, "Generic Error Status Block", "header", w->start, '{');
	cper_walk_table(w, CPER_TABLE(estatus_fields), w->start, ESTATUS, 0);
	cper_walk_close(w, '}');
	cper_walk_open(w, "Generic Error Data Entries", "sectionDescriptors", w->start, '[');
	n = walk_entries(w, end, walk_entry_header);
	cper_walk_close(w, ']');
	if (counted != n && cper_load(w->start, 4))
		cper_walk_report(w, CPER_F_ENTRY_COUNT, w->start, counted, n);
	cper_walk_open(w, "Sections", "sections", w->start, '[');
	walk_entries(w, end, walk_entry_section);
	cper_walk_close(w, ']');
	if (raw_len && raw >= ESTATUS && raw + raw_len <= avail)
		cper_walk_bytes(w, "Raw Data", "rawData", w->start + raw, raw_len);
}

/* ---- entry points ---------------------------------------------------------------------------- */

bool cper_is_record(const void *bytes, size_t len)
{
	return len >= CPER_SIG_SIZE && !memcmp(bytes, CPER_SIG_RECORD, CPER_SIG_SIZE);
}

static void walk_any(struct cper_walk *w, size_t len, uint64_t limit)
{
	if (cper_is_record(w->start, len))
		walk_record(w, len);
	else
		walk_estatus(w, len, limit ? limit : UINT64_MAX);
}

/* What is too short for its header is not looked at; otherwise all 128 or 20 bytes are there. */
static int check_size(const void *bytes, size_t len)
{
	if (len < (cper_is_record(bytes, len) ? RECORD : ESTATUS))
		return -GHES_ERANGE;
	return len > UINT32_MAX ? -GHES_EOVERFLOW : 0;
}

int cper_lint(const void *bytes, size_t len, uint64_t error_block_length,
	      void (*report)(void *ctx, const struct cper_finding *finding), void *ctx)
{
	struct cper_walk w = {.start = bytes, .report = report, .report_ctx = ctx};
	int err = check_size(bytes, len);

	if (!err)
		walk_any(&w, len, error_block_length);
	return err;
}

static const char *const level_names[] = {
	[CPER_LEVEL_NOTE] = "note",
	[CPER_LEVEL_WARN] = "warning",
	[CPER_LEVEL_SECTION] = "section rejected",
	[CPER_LEVEL_REJECT] = "rejected",
};

static const struct cper_field finding_fields[] = {
	{"Offset", "offset", 0, 4, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Level", "level", 0, 0, CPER_ALWAYS, CPER_CHOICE, 0, 0, NULL},
	{"Text", "text", 0, 0, CPER_ALWAYS, CPER_ASCII, 0, 0, NULL},
};

/* One object of the JSON's last member */
static void json_finding(void *ctx, const struct cper_finding *finding)
{
	struct cper_emit *e = ctx;
	char text[120];
	const struct cper_value values[] = {
		{.field = &finding_fields[0], .number = finding->offset},
		{.field = &finding_fields[1],
		 .text = level_names[cper_fault_level(finding->fault)]},
		{.field = &finding_fields[2],
		 .bytes = (const uint8_t *)text,
		 .len = cper_finding_text(finding, text, sizeof(text))},
	};
	size_t i;

	e->ops->open(e, NULL, NULL, 0, '{', 0);
	for (i = 0; i < ARRAY_SIZE(values); i++)
		e->ops->value(e, &values[i]);
	e->ops->close(e, '}');
}

/* One line after the text */
static void text_finding(void *ctx, const struct cper_finding *finding)
{
	const struct cper_out *out = ctx;
	char words[120], buf[200];
	struct cper_text text;

	cper_finding_text(finding, words, sizeof(words));
	cper_text_init(&text, buf, sizeof(buf));
	cper_text_fmt(&text, "0x%04x  %s: %s\n", finding->offset,
		      level_names[cper_fault_level(finding->fault)], words);
	out->write(out->ctx, text.buf, text.len);
}

static void decode_json(const void *bytes, size_t len, uint64_t limit, const struct cper_out *out)
{
	struct cper_emit e;
	struct cper_walk w = {.emit = &e, .start = bytes};

	cper_emit_json_init(&e, out);
	cper_walk_open(&w, NULL, NULL, bytes, '{');
	walk_any(&w, len, limit);
	cper_walk_open(&w, NULL, "findings", bytes, '[');
	cper_lint(bytes, len, limit, json_finding, &e);
	cper_walk_close(&w, ']');
	cper_walk_close(&w, '}');
}

static void decode_text(const void *bytes, size_t len, uint64_t limit, const struct cper_out *out)
{
	struct cper_emit e;
	struct cper_walk w = {.emit = &e, .start = bytes};

	cper_emit_text_init(&e, out);
	walk_any(&w, len, limit);
	out->write(out->ctx, "\n", 1);
	cper_lint(bytes, len, limit, text_finding, (void *)(uintptr_t)out);
}

int cper_decode(const void *bytes, size_t len, uint64_t error_block_length, enum cper_format format,
		const struct cper_out *out)
{
	int err = check_size(bytes, len);

	if (err)
		return err;
	if (format == CPER_FORMAT_JSON)
		decode_json(bytes, len, error_block_length, out);
	else
		decode_text(bytes, len, error_block_length, out);
	return 0;
}
