// SPDX-License-Identifier: GPL-2.0-only
/* ARM RAS error nodes: Arm DEN0085 (RAS ACPI, platform design document), tables 20 to 26. */
#include "cper_field.h"

#define RAS_NODE	80
#define RAS_RECORD	72
#define RAS_AUX		16
#define RAS_AUX_CONTEXT 16
#define RAS_PAIR_REG	16
#define RAS_PAIR_KEY	24

/* In libcper the value comes first as "raw", then its name as "value". */
#define RAW_NAMES(...)                                                                             \
	(&(const struct cper_names){.names = (const char *const[]){__VA_ARGS__},                   \
				    .n = ARRAY_SIZE(((const char *const[]){__VA_ARGS__})),         \
				    .value_key = "raw",                                            \
				    .name_key = "value"})

static const struct cper_field node_fields[] = {
	{"Revision", "revision", 0, 4, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Component Type", "componentType", 4, 1, CPER_ALWAYS, CPER_ENUM, 0, 0,
	 RAW_NAMES("ProcessorErrorNode", "MemoryErrorNode", "SMMUErrorNode",
		   "VendorDefinedErrorNode", "GICErrorNode", "PciExpressErrorNode",
		   "ProxyErrorNode")},
	{"Error Syndrome Array Entries", "errorSyndromeArrayNumEntries", 8, 4, CPER_ALWAYS,
	 CPER_DEC, 0, 0, NULL},
	{"Error Syndrome Array Offset", NULL, 12, 2, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Auxiliary Data Offset", NULL, 14, 2, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"IP Instance Format", "ipInstanceFormat", 16, 1, CPER_ALWAYS, CPER_ENUM, 0, 0,
	 RAW_NAMES("PE", "SystemPhysicalAddress", "LocalAddressIdentifier",
		   "SocSpecificIpIdentifier")},
	{"IP Type Format", "ipTypeFormat", 17, 1, CPER_ALWAYS, CPER_ENUM, 0, 0,
	 RAW_NAMES("PE", "SMMU_IIDR", "GIC_IIDR", "PIDR")},
	{"User Data", "userData", 64, 16, CPER_ALWAYS, CPER_ASCII, 0, 0, NULL},
};

#define HEX_STR(name, key, at, size)                                                               \
	{                                                                                          \
		name, key, at, size, CPER_ALWAYS, CPER_HEX_STR, 0, 0, NULL                         \
	}

static const struct cper_field instance_pe[] = {HEX_STR("MPIDR_EL1", "mpidrEl1", 0, 8)};
static const struct cper_field instance_spa[] = {
	HEX_STR("System Physical Address", "systemPhysicalAddress", 0, 8)};
static const struct cper_field instance_local[] = {
	HEX_STR("Local Address Space Identifier", "localAddressIdentifier", 0, 8),
	HEX_STR("Base Address", "baseAddress", 8, 8)};

static const struct cper_field type_pe[] = {HEX_STR("MIDR_EL1", "midrEl1", 0, 8),
					    HEX_STR("REVIDR_EL1", "revidrEl1", 8, 8),
					    HEX_STR("AIDR_EL1", "aidrEl1", 16, 8)};
static const struct cper_field type_iidr[] = {HEX_STR("IIDR", "iidr", 0, 4),
					      HEX_STR("AIDR", "aidr", 4, 4)};
static const struct cper_field type_pidr[] = {
	HEX_STR("PIDR3", "pidr3", 0, 1), HEX_STR("PIDR2", "pidr2", 1, 1),
	HEX_STR("PIDR1", "pidr1", 2, 1), HEX_STR("PIDR0", "pidr0", 3, 1),
	HEX_STR("PIDR7", "pidr7", 4, 1), HEX_STR("PIDR6", "pidr6", 5, 1),
	HEX_STR("PIDR5", "pidr5", 6, 1), HEX_STR("PIDR4", "pidr4", 7, 1),
};

static void walk_instance(struct cper_walk *w, const uint8_t *node)
{
	const uint8_t *at = node + 24;

	cper_walk_open(w, "IP Instance", "ipInstance", at, '{');
	switch (node[16]) {
	case 0:
		cper_walk_table(w, CPER_TABLE(instance_pe), at, 16, 0);
		break;
	case 1:
		cper_walk_table(w, CPER_TABLE(instance_spa), at, 16, 0);
		break;
	case 2:
		cper_walk_table(w, CPER_TABLE(instance_local), at, 16, 0);
		break;
	default: /* opaque: of the SoC's own making */
		cper_walk_bytes(w, "IP Identifier", "data", at, 16);
		break;
	}
	cper_walk_close(w, '}');
	at = node + 40;
	cper_walk_open(w, "IP Type", "ipType", at, '{');
	switch (node[17]) {
	case 0:
		cper_walk_table(w, CPER_TABLE(type_pe), at, 24, 0);
		break;
	case 1:
	case 2:
		cper_walk_table(w, CPER_TABLE(type_iidr), at, 24, 0);
		break;
	case 3:
		cper_walk_table(w, CPER_TABLE(type_pidr), at, 24, 0);
		break;
	default:
		break;
	}
	cper_walk_close(w, '}');
}

static const struct cper_field record_fields[] = {
	{"Error Record Index", "errorRecordIndex", 0, 4, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"RAS Extension Revision", "rasExtensionRevisionField", 4, 1, CPER_ALWAYS, CPER_DEC, 4, 4,
	 NULL},
	{"RAS Extension Architecture Version", "rasExtensionArchVersion", 4, 1, CPER_ALWAYS,
	 CPER_DEC, 0, 4, NULL},
	HEX_STR("ERR<n>FR", "errorRecordFeatureRegister", 8, 8),
	HEX_STR("ERR<n>CTLR", "errorRecordControlRegister", 16, 8),
	HEX_STR("ERR<n>STATUS", "errorRecordPrimaryStatusRegister", 24, 8),
	HEX_STR("ERR<n>ADDR", "errorRecordAddressRegister", 32, 8),
	HEX_STR("ERR<n>MISC0", "errorRecordMiscRegister0", 40, 8),
	HEX_STR("ERR<n>MISC1", "errorRecordMiscRegister1", 48, 8),
	/* Bit 0 of "valid": the RAS extension has them from its first revision on */
	{"ERR<n>MISC2", "errorRecordMiscRegister2", 56, 8, 0, CPER_HEX_STR, 0, 0, NULL},
	{"ERR<n>MISC3", "errorRecordMiscRegister3", 64, 8, 0, CPER_HEX_STR, 0, 0, NULL},
};

static bool walk_records(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	uint64_t count = cper_load(bytes + 8, 4), offset = cper_load(bytes + 12, 2);
	uint64_t end = offset + count * RAS_RECORD;
	const uint8_t *at = bytes + offset;
	uint32_t i;

	if (offset < RAS_NODE || end > length) {
		cper_walk_report(w, CPER_F_SECTION_INNER, bytes + 8,
				 offset < RAS_NODE ? RAS_NODE + end : end, length);
		return false;
	}
	cper_walk_open(w, "Error Syndromes", "errorSyndromes", at, '[');
	for (i = 0; i < count; i++, at += RAS_RECORD) {
		cper_walk_open_index(w, "Error Record", at, i);
		cper_walk_table(w, CPER_TABLE(record_fields), at, RAS_RECORD, at[4] != 0);
		cper_walk_close(w, '}');
	}
	cper_walk_close(w, ']');
	return true;
}

/* ---- auxiliary data: address spaces with registers, and pairs of key and value --------------- */

static const struct cper_field aux_fields[] = {
	{"Version", "version", 0, 2, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
};

static const struct cper_field context_flag_fields[] = {
	{"Address Space Identifier Scope", "addressSpaceIdentifierScope", 0, 2, CPER_ALWAYS,
	 CPER_CHOICE, 0, 1, CPER_NAMES(NULL, "SystemPhysicalAddressSpace", "LocalAddressSpace")},
};

/* Bit 0 of "valid": the scope is local */
static const struct cper_field context_fields[] = {
	{"Flags", "flags", 4, 2, CPER_ALWAYS, CPER_GROUP, 0, 0, CPER_TABLE(context_flag_fields)},
	{"Address Space Identifier", "addressSpaceIdentifier", 8, 2, 0, CPER_DEC, 0, 0, NULL},
};

static const struct cper_field register_fields[] = {HEX_STR("Address", "address", 0, 8),
						    HEX_STR("Value", "value", 8, 8)};

static void walk_aux_registers(struct cper_walk *w, const uint8_t *at, unsigned int count)
{
	unsigned int i;

	cper_walk_open(w, "Registers", "registers", at, '[');
	for (i = 0; i < count; i++, at += RAS_PAIR_REG) {
		cper_walk_open_index(w, "Register", at, i);
		cper_walk_table(w, CPER_TABLE(register_fields), at, RAS_PAIR_REG, 0);
		cper_walk_close(w, '}');
	}
	cper_walk_close(w, ']');
}

/* Return: false if a context leaves the bytes before the pairs. */
static bool walk_aux_contexts(struct cper_walk *w, const uint8_t *aux, uint64_t pairs)
{
	uint64_t at = RAS_AUX, count = cper_load(aux + 2, 2);
	unsigned int i;

	cper_walk_open(w, "Contexts", "contexts", aux + at, '[');
	for (i = 0; i < count && at + RAS_AUX_CONTEXT <= pairs; i++) {
		const uint8_t *ctx = aux + at;
		uint64_t length = cper_load(ctx, 4), registers = cper_load(ctx + 6, 2);

		if (length > pairs - at || length < RAS_AUX_CONTEXT + registers * RAS_PAIR_REG)
			break;
		cper_walk_open_index(w, "Address space", ctx, i);
		cper_walk_table(w, CPER_TABLE(context_fields), ctx, RAS_AUX_CONTEXT, ctx[4] & 1);
		walk_aux_registers(w, ctx + RAS_AUX_CONTEXT, (unsigned int)registers);
		cper_walk_close(w, '}');
		at += length;
	}
	cper_walk_close(w, ']');
	return i == count;
}

#define KEY_MPAM_PARTID                                                                            \
	GUID_INIT(0xebb45182, 0xfb03, 0x4bf9, 0x9a, 0xca, 0x86, 0x13, 0x70, 0x9f, 0xd7, 0x89)

static const struct cper_field pair_fields[] = {
	{"Key", "key", 0, 16, CPER_ALWAYS, CPER_GUID, 0, 0, NULL},
	{"Value", "value", 16, 8, 0, CPER_HEX_STR, 0, 0, NULL},
	{"MPAM PARTID", "mpamPartId", 16, 2, 1, CPER_DEC, 0, 0, NULL},
};

static void walk_aux_pairs(struct cper_walk *w, const uint8_t *at, unsigned int count)
{
	unsigned int i;

	cper_walk_open(w, "Key-value pairs", "keyValuePairs", at, '[');
	for (i = 0; i < count; i++, at += RAS_PAIR_KEY) {
		cper_walk_open_index(w, "Pair", at, i);
		cper_walk_table(w, CPER_TABLE(pair_fields), at, RAS_PAIR_KEY,
				guid_equal((const guid_t *)at, &KEY_MPAM_PARTID) ? 2 : 1);
		cper_walk_close(w, '}');
	}
	cper_walk_close(w, ']');
}

static void walk_aux(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	uint64_t offset = cper_load(bytes + 14, 2), size, pairs, count;
	const uint8_t *aux = bytes + offset;

	if (!offset)
		return;
	if (offset < RAS_NODE || offset + RAS_AUX > length) {
		cper_walk_report(w, CPER_F_SECTION_INNER, bytes + 14, offset + RAS_AUX, length);
		return;
	}
	size = cper_load(aux + 4, 4);
	pairs = cper_load(aux + 8, 4);
	count = cper_load(aux + 12, 2);
	if (size > length - offset || size < RAS_AUX || pairs < RAS_AUX || pairs > size ||
	    count * RAS_PAIR_KEY > size - pairs) {
		cper_walk_report(w, CPER_F_SECTION_INNER, aux + 4, offset + size, length);
		return;
	}
	cper_walk_open(w, "Auxiliary Data", "auxData", aux, '{');
	cper_walk_table(w, CPER_TABLE(aux_fields), aux, RAS_AUX, 0);
	if (walk_aux_contexts(w, aux, pairs))
		walk_aux_pairs(w, aux + pairs, (unsigned int)count);
	else
		cper_walk_report(w, CPER_F_SECTION_INNER, aux + 2, size, length - offset);
	cper_walk_close(w, '}');
}

void cper_decode_arm_ras(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	cper_walk_table(w, CPER_TABLE(node_fields), bytes, length, 0);
	walk_instance(w, bytes);
	if (walk_records(w, bytes, length))
		walk_aux(w, bytes, length);
}
