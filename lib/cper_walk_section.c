// SPDX-License-Identifier: GPL-2.0-only
/*
 * What records and status blocks have in common: a section by its type, and the checks of the
 * fields that both headers have.
 */
#include "cper_field.h"

const struct cper_names cper_severity_names = {
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

const struct cper_table cper_revision_table = {revision_fields, ARRAY_SIZE(revision_fields)};
const struct cper_table cper_flags_table = {flag_fields, ARRAY_SIZE(flag_fields)};

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
void cper_walk_section(struct cper_walk *w, const uint8_t *type_at, const uint8_t *bytes,
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
void cper_walk_section_type(struct cper_walk *w, const uint8_t *type)
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

void cper_check_severity(struct cper_walk *w, const uint8_t *at)
{
	uint64_t severity = cper_load(at, 4);

	if (severity > CPER_SEV_INFORMATIONAL)
		cper_walk_report(w, CPER_F_SEVERITY, at, severity, CPER_SEV_INFORMATIONAL);
}

void cper_check_fru_text(struct cper_walk *w, const uint8_t *text)
{
	size_t i, n = strnlen((const char *)text, 20);

	for (i = 0; i < n && text[i] >= 0x20 && text[i] < 0x7f; i++)
		;
	if (n == 20 || i < n)
		cper_walk_report(w, CPER_F_FRU_TEXT, text, 0, 0);
}

void cper_check_time(struct cper_walk *w, const uint8_t *bcd)
{
	char buf[32];
	struct cper_text text;

	cper_text_init(&text, buf, sizeof(buf));
	if (!cper_time_text(&text, bcd))
		cper_walk_report(w, CPER_F_TIMESTAMP, bcd, 0, 0);
}

void cper_check_zero(struct cper_walk *w, const uint8_t *at, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (at[i]) {
			cper_walk_report(w, CPER_F_RESERVED, at + i, 0, 0);
			return;
		}
	}
}
