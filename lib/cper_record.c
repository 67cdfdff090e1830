// SPDX-License-Identifier: GPL-2.0-only
/*
 * Full CPER records (UEFI 2.10, N.2): header, section descriptors, sections.
 *
 * Invariants: what is wrong is reported and decoded as far as it goes; a section is looked at only
 * if it lies inside the record and behind the descriptors.
 */
#include "cper_field.h"

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
	{"Revision", "revision", 4, 2, CPER_ALWAYS, CPER_GROUP, 0, 0, &cper_revision_table},
	{"Section Count", "sectionCount", 10, 2, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Error Severity", "severity", 12, 4, CPER_ALWAYS, CPER_ENUM, 0, 0, &cper_severity_names},
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
	{"Revision", "revision", 8, 2, CPER_ALWAYS, CPER_GROUP, 0, 0, &cper_revision_table},
	{"Validation Bits", NULL, 10, 1, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Flags", "flags", 12, 4, CPER_ALWAYS, CPER_GROUP, 0, 0, &cper_flags_table},
	{"FRU Id", "fruID", 32, 16, 0, CPER_GUID, 0, 0, NULL},
	{"FRU Text", "fruText", 52, 20, 1, CPER_ASCII, 0, 0, NULL},
	{"Section Severity", "severity", 48, 4, CPER_ALWAYS, CPER_ENUM, 0, 0, &cper_severity_names},
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
	cper_check_severity(w, w->start + 12);
	if (valid & ~7u)
		cper_walk_report(w, CPER_F_ENTRY_VALID, w->start + 16, valid & ~7u, 0);
	if (valid & CPER_VALID_TIMESTAMP)
		cper_check_time(w, w->start + 24);
	cper_check_zero(w, h->reserved, sizeof(h->reserved));
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
	cper_check_zero(w, d + 11, 1);
	if (flags & ~CPER_FLAGS_KNOWN)
		cper_walk_report(w, CPER_F_FLAGS, d + 12, flags & ~CPER_FLAGS_KNOWN, 0);
	cper_check_severity(w, d + 48);
	if (d[10] & CPER_SEC_VALID_FRU_TEXT)
		cper_check_fru_text(w, d + 52);
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

void cper_walk_record(struct cper_walk *w, uint64_t avail)
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
		cper_walk_section_type(w, at + 16);
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
			cper_walk_section(w, at + 16, start + cper_load(at, 4),
					  (uint32_t)cper_load(at + 4, 4));
		cper_walk_close(w, '}');
	}
	cper_walk_close(w, ']');
}
