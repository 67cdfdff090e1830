// SPDX-License-Identifier: GPL-2.0-only
/*
 * Error status blocks (ACPI 6.5, 18.3.2.7.1): header, data entries, sections, raw data.
 *
 * Invariants: as for records. What the fast checks of cper.c refuse is refused here with the same
 * finding; an entry whose payload is cut is decoded as far as it is there.
 */
#include "cper_field.h"

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
	{"Error Severity", "severity", 16, 4, CPER_ALWAYS, CPER_ENUM, 0, 0, &cper_severity_names},
};

/* The timestamp has validation bit 2, but is there in the longer header only. */
static const struct cper_field entry_fields[] = {
	{"Error Severity", "severity", 16, 4, CPER_ALWAYS, CPER_ENUM, 0, 0, &cper_severity_names},
	{"Revision", "revision", 20, 2, CPER_ALWAYS, CPER_GROUP, 0, 0, &cper_revision_table},
	{"Validation Bits", NULL, 22, 1, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Flags", "flags", 23, 1, CPER_ALWAYS, CPER_GROUP, 0, 0, &cper_flags_table},
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

	cper_check_severity(w, at + 16);
	if (badness(severity) > badness(block))
		cper_walk_report(w, CPER_F_SEVERITY_WORSE, at + 16, severity, block);
	if (revision != 0x201 && revision != 0x300)
		cper_walk_report(w, CPER_F_ENTRY_REVISION, at + 20, revision, 0);
	if (gdata->validation_bits & ~7u)
		cper_walk_report(w, CPER_F_ENTRY_VALID, at + 22, gdata->validation_bits & ~7u, 0);
	if (gdata->validation_bits & ACPI_HEST_GEN_VALID_FRU_STRING)
		cper_check_fru_text(w, gdata->fru_text);
	if (acpi_hest_get_version(gdata) >= 3 &&
	    (gdata->validation_bits & ACPI_HEST_GEN_VALID_TIMESTAMP))
		cper_check_time(w, at + 64);
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
	cper_check_severity(w, w->start + 16);
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
	cper_walk_section_type(w, at);
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
	cper_walk_section(w, (const uint8_t *)gdata, payload, length);
	cper_walk_close(w, '}');
}

void cper_walk_estatus(struct cper_walk *w, uint64_t avail, uint64_t limit)
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
