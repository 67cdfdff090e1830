// SPDX-License-Identifier: GPL-2.0-only
/*
 * ARM processor errors (UEFI 2.10, N.2.4.4).
 *
 * The type of an error information structure is read as Linux reads it, as bits 1 to 4 (UEFI 2.9A
 * on); its error information is named by that, so libcper, which takes it for bits 0 to 3, names
 * it by its neighbour.
 */
#include "cper_field.h"

static const struct cper_field affinity_fields[] = {
	{"Affinity 3", "affinity3", 4, 1, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
};

static const struct cper_names affinity_names = {
	.names = (const char *const[]){"Vendor Defined", "Vendor Defined", "Vendor Defined",
				       "Vendor Defined"},
	.n = 4,
	.unknown = "Reserved",
	.name_key = "type",
};

static const struct cper_field arm_fields[] = {
	{"Validation Bits", NULL, 0, 4, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"ERR_INFO_NUM", "errorInfoNum", 4, 2, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"CONTEXT_INFO_NUM", "contextInfoNum", 6, 2, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Section Length", "sectionLength", 8, 4, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Error affinity level", "errorAffinity", 12, 1, 1, CPER_ENUM, 0, 0, &affinity_names},
	{"MPIDR_EL1", "mpidrEl1", 16, 8, 0, CPER_HEX, 0, 0, NULL},
	{"MIDR_EL1", "midrEl1", 24, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Running State", "running", 32, 4, 2, CPER_BOOL, 0, 1, NULL},
};

static const struct cper_field psci_fields[] = {
	{"PSCI State", "psciState", 36, 4, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
};

static const struct cper_names multiple_names = {
	.names = (const char *const[]){"Single Error"},
	.n = 1,
	.unknown = "Multiple Errors",
	.name_key = "type",
};

static const struct cper_field info_flag_fields[] = {
	{"First error captured", "firstErrorCaptured", 0, 1, CPER_ALWAYS, CPER_BOOL, 0, 1, NULL},
	{"Last error captured", "lastErrorCaptured", 0, 1, CPER_ALWAYS, CPER_BOOL, 1, 1, NULL},
	{"Propagated", "propagated", 0, 1, CPER_ALWAYS, CPER_BOOL, 2, 1, NULL},
	{"Overflow", "overflow", 0, 1, CPER_ALWAYS, CPER_BOOL, 3, 1, NULL},
};

static const struct cper_field info_fields[] = {
	{"Version", "version", 0, 1, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Length", "length", 1, 1, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Validation Bits", NULL, 2, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Type", "errorType", 4, 1, CPER_ALWAYS, CPER_ENUM, 0, 0,
	 CPER_NAMES("Unknown (Reserved)", [2] = "Cache Error", [4] = "TLB Error", [8] = "Bus Error",
		    [16] = "Micro-Architectural Error")},
	{"Multiple error", "multipleError", 5, 2, 0, CPER_ENUM, 0, 0, &multiple_names},
	{"Flags", "flags", 7, 1, 1, CPER_GROUP, 0, 0, CPER_TABLE(info_flag_fields)},
	{"Error Information", NULL, 8, 8, 2, CPER_HEX, 0, 0, NULL},
	{"Virtual fault address", "virtualFaultAddress", 16, 8, 3, CPER_HEX, 0, 0, NULL},
	{"Physical fault address", "physicalFaultAddress", 24, 8, 4, CPER_HEX, 0, 0, NULL},
};

#define TRANSACTION                                                                                \
	{                                                                                          \
		"Transaction Type", "transactionType", 0, 8, 0, CPER_ENUM, 16, 2,                  \
			CPER_NAMES("Unknown (Reserved)", "Instruction", "Data Access", "Generic")  \
	}
#define OPERATION(...)                                                                             \
	{                                                                                          \
		"Operation", "operation", 0, 8, 1, CPER_ENUM, 18, 4,                               \
			CPER_NAMES("Unknown (Reserved)", "Generic Error", "Generic Read",          \
				   "Generic Write", "Data Read", "Data Write",                     \
				   "Instruction Fetch", "Prefetch", __VA_ARGS__)                   \
	}
#define LEVEL_AND_FLAGS                                                                            \
	{"Level", "level", 0, 8, 2, CPER_DEC, 22, 3, NULL}, {"Processor Context Corrupt",          \
							     "processorContextCorrupt",            \
							     0,                                    \
							     8,                                    \
							     3,                                    \
							     CPER_BOOL,                            \
							     25,                                   \
							     1,                                    \
							     NULL},                                \
		{"Corrected", "corrected", 0, 8, 4, CPER_BOOL, 26, 1, NULL},                       \
		{"Precise PC", "precisePC", 0, 8, 5, CPER_BOOL, 27, 1, NULL},                      \
	{                                                                                          \
		"Restartable PC", "restartablePC", 0, 8, 6, CPER_BOOL, 28, 1, NULL                 \
	}

static const struct cper_field cache_fields[] = {
	TRANSACTION, OPERATION("Eviction", "Snooping", "Snooped", "Management"), LEVEL_AND_FLAGS};

static const struct cper_field tlb_fields[] = {
	TRANSACTION, OPERATION("Local Management Operation", "External Management Operation"),
	LEVEL_AND_FLAGS};

static const struct cper_field bus_fields[] = {
	TRANSACTION,
	OPERATION(NULL),
	LEVEL_AND_FLAGS,
	{"Participation Type", "participationType", 0, 8, 7, CPER_ENUM, 29, 2,
	 CPER_NAMES("Unknown", "Local Processor Originated Request",
		    "Local Processor Responded to Request", "Local Processor Observed", "Generic")},
	{"Time Out", "timedOut", 0, 8, 8, CPER_BOOL, 31, 1, NULL},
	{"Address Space", "addressSpace", 0, 8, 9, CPER_ENUM, 32, 2,
	 CPER_NAMES("Unknown", "External Memory Access", "Internal Memory Access", NULL,
		    "Device Memory Access")},
	{"Memory Access Attributes", "memoryAttributes", 0, 8, 10, CPER_HEX, 34, 9, NULL},
	{"Access Mode", "accessMode", 0, 8, 11, CPER_ENUM, 43, 1,
	 CPER_NAMES("Unknown", "Secure", "Normal")},
};

static void walk_error_information(struct cper_walk *w, const uint8_t *info)
{
	static const struct {
		uint8_t type;
		const char *name, *key;
		struct cper_table table;
	} kinds[] = {
		{CPER_ARM_CACHE_ERROR,
		 "Cache Error",
		 "cacheError",
		 {cache_fields, ARRAY_SIZE(cache_fields)}},
		{CPER_ARM_TLB_ERROR, "TLB Error", "tlbError", {tlb_fields, ARRAY_SIZE(tlb_fields)}},
		{CPER_ARM_BUS_ERROR, "Bus Error", "busError", {bus_fields, ARRAY_SIZE(bus_fields)}},
	};
	uint8_t type = info[4];
	size_t i;

	if ((type & CPER_ARM_VENDOR_ERROR) || !(type & CPER_ARM_ERR_TYPE_MASK))
		return;
	cper_walk_open(w, "Error Information", "errorInformation", info + 8, '{');
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!(type & kinds[i].type))
			continue;
		cper_walk_open(w, kinds[i].name, kinds[i].key, info + 8, '{');
		cper_walk_table(w, &kinds[i].table, info + 8, 8, cper_load(info + 8, 8));
		cper_walk_close(w, '}');
	}
	cper_walk_close(w, '}');
}

/* ---- register contexts ----------------------------------------------------------------------- */

static const char *const aarch32_gpr[] = {"r0",	 "r1",	   "r2",     "r3",    "r4",  "r5",
					  "r6",	 "r7",	   "r8",     "r9",    "r10", "r11",
					  "r12", "r13_sp", "r14_lr", "r15_pc"};
static const char *const aarch32_el1[] = {
	"dfar",	    "dfsr",	"ifar",	    "isr",	"mair0",    "mair1",
	"midr",	    "mpidr",	"nmrr",	    "prrr",	"sctlr_ns", "spsr",
	"spsr_abt", "spsr_fiq", "spsr_irq", "spsr_svc", "spsr_und", "tpidrprw",
	"tpidruro", "tpidrurw", "ttbcr",    "ttbr0",	"ttbr1",    "dacr"};
static const char *const aarch32_el2[] = {
	"elr_hyp", "hamair0", "hamair1", "hcr",	  "hcr2",     "hdfar", "hifar", "hpfar",
	"hsr",	   "htcr",    "htpidr",	 "httbr", "spsr_hyp", "vtcr",  "vttbr", "dacr32_el2"};
static const char *const aarch32_secure[] = {"sctlr_s", "spsr_mon"};
static const char *const aarch64_gpr[] = {"x0",	 "x1",	"x2",  "x3",  "x4",  "x5",  "x6",  "x7",
					  "x8",	 "x9",	"x10", "x11", "x12", "x13", "x14", "x15",
					  "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23",
					  "x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp"};
static const char *const aarch64_el1[] = {
	"elr_el1",   "esr_el1",	  "far_el1",	 "isr_el1",   "mair_el1", "midr_el1",
	"mpidr_el1", "sctlr_el1", "sp_el0",	 "sp_el1",    "spsr_el1", "tcr_el1",
	"tpidr_el0", "tpidr_el1", "tpidrro_el0", "ttbr0_el1", "ttbr1_el1"};
static const char *const aarch64_el2[] = {"elr_el2",   "esr_el2",   "far_el2",	"hacr_el2",
					  "hcr_el2",   "hpfar_el2", "mair_el2", "sctlr_el2",
					  "sp_el2",    "spsr_el2",  "tcr_el2",	"tpidr_el2",
					  "ttbr0_el2", "vtcr_el2",  "vttbr_el2"};
static const char *const aarch64_el3[] = {"elr_el3",   "esr_el3",  "far_el3",  "mair_el3",
					  "sctlr_el3", "sp_el3",   "spsr_el3", "tcr_el3",
					  "tpidr_el3", "ttbr0_el3"};

#define CONTEXT(array, size)                                                                       \
	{                                                                                          \
		array, ARRAY_SIZE(array), size                                                     \
	}

/* By Register Context Type, UEFI 2.10, table N.22 on */
static const struct {
	const char *const *names;
	size_t n;
	uint8_t size;
} contexts[] = {
	CONTEXT(aarch32_gpr, 4),    CONTEXT(aarch32_el1, 4), CONTEXT(aarch32_el2, 4),
	CONTEXT(aarch32_secure, 4), CONTEXT(aarch64_gpr, 8), CONTEXT(aarch64_el1, 8),
	CONTEXT(aarch64_el2, 8),    CONTEXT(aarch64_el3, 8),
};

#define CONTEXT_MISC	  8
#define CONTEXT_MISC_SIZE 10

static const struct cper_field mrs_fields[] = {
	{"Op2", "op2", 0, 2, CPER_ALWAYS, CPER_DEC, 0, 3, NULL},
	{"CRm", "crm", 0, 2, CPER_ALWAYS, CPER_DEC, 3, 4, NULL},
	{"CRn", "crn", 0, 2, CPER_ALWAYS, CPER_DEC, 7, 4, NULL},
	{"Op1", "op1", 0, 2, CPER_ALWAYS, CPER_DEC, 11, 3, NULL},
	{"O0", "o0", 0, 2, CPER_ALWAYS, CPER_DEC, 14, 1, NULL},
};

static const struct cper_field misc_fields[] = {
	{"MRS encoding", "mrsEncoding", 0, 2, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(mrs_fields)},
	{"Value", "value", 2, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
};

static const struct cper_field context_fields[] = {
	{"Version", "version", 0, 2, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"Register context type", "registerContextType", 2, 2, CPER_ALWAYS, CPER_ENUM, 0, 0,
	 CPER_NAMES("Unknown (Reserved)", "AArch32 General Purpose Registers",
		    "AArch32 EL1 Context Registers", "AArch32 EL2 Context Registers",
		    "AArch32 Secure Context Registers", "AArch64 General Purpose Registers",
		    "AArch64 EL1 Context Registers", "AArch64 EL2 Context Registers",
		    "AArch64 EL3 Context Registers", "Miscellaneous System Register Structure")},
	{"Register array size", "registerArraySize", 4, 4, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
};

static void walk_context(struct cper_walk *w, const uint8_t *ctx, uint32_t size)
{
	const uint8_t *at = ctx + sizeof(struct cper_arm_ctx_info);
	uint64_t type = cper_load(ctx + 2, 2);

	cper_walk_table(w, CPER_TABLE(context_fields), ctx, sizeof(struct cper_arm_ctx_info), 0);
	cper_walk_open(w, "Register array", "registerArray", at, '{');
	if (type < ARRAY_SIZE(contexts) && size >= contexts[type].n * contexts[type].size)
		cper_walk_registers(w, contexts[type].names, contexts[type].n, contexts[type].size,
				    at, size);
	else if (type == CONTEXT_MISC && size >= CONTEXT_MISC_SIZE)
		cper_walk_table(w, CPER_TABLE(misc_fields), at, size, 0);
	else
		cper_walk_bytes(w, "Registers", "data", at, size);
	cper_walk_close(w, '}');
}

/* ---- the section ----------------------------------------------------------------------------- */

static const uint8_t *walk_infos(struct cper_walk *w, const uint8_t *at, const uint8_t *end,
				 unsigned int count)
{
	const size_t size = sizeof(struct cper_arm_err_info);
	unsigned int i;

	cper_walk_open(w, "Processor Error Information", "errorInfo", at, '[');
	for (i = 0; i < count && (size_t)(end - at) >= size; i++, at += size) {
		uint64_t valid = cper_load(at + 2, 2);

		cper_walk_open_index(w, "Processor Error Information", at, i);
		cper_walk_table(w, CPER_TABLE(info_fields), at, size, valid);
		if (valid & CPER_ARM_INFO_VALID_ERR_INFO)
			walk_error_information(w, at);
		cper_walk_close(w, '}');
	}
	cper_walk_close(w, ']');
	return i == count ? at : NULL;
}

static const uint8_t *walk_contexts(struct cper_walk *w, const uint8_t *at, const uint8_t *end,
				    unsigned int count)
{
	const size_t fixed = sizeof(struct cper_arm_ctx_info);
	unsigned int i;

	cper_walk_open(w, "Processor Context Information", "contextInfo", at, '[');
	for (i = 0; i < count; i++) {
		if ((size_t)(end - at) < fixed || (size_t)(end - at) - fixed < cper_load(at + 4, 4))
			break;
		if (cper_load(at + 2, 2) > CONTEXT_MISC)
			cper_walk_report(w, CPER_F_CONTEXT_TYPE, at + 2, cper_load(at + 2, 2),
					 CONTEXT_MISC);
		cper_walk_open_index(w, "Processor Context Information", at, i);
		walk_context(w, at, (uint32_t)cper_load(at + 4, 4));
		cper_walk_close(w, '}');
		at += fixed + cper_load(at + 4, 4);
	}
	cper_walk_close(w, ']');
	return i == count ? at : NULL;
}

void cper_decode_proc_arm(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	uint32_t valid = (uint32_t)cper_load(bytes, 4), claimed = (uint32_t)cper_load(bytes + 8, 4);
	unsigned int infos = (unsigned int)cper_load(bytes + 4, 2);
	size_t fixed = sizeof(struct cper_sec_proc_arm) + infos * sizeof(struct cper_arm_err_info);
	const uint8_t *at = bytes + sizeof(struct cper_sec_proc_arm), *end = bytes + length;

	cper_walk_check_valid(w, bytes, valid, 4);
	cper_walk_table(w, CPER_TABLE(arm_fields), bytes, length, valid);
	if (valid & CPER_ARM_VALID_MPIDR)
		cper_walk_table(w, CPER_TABLE(affinity_fields), bytes + 16, 8, 0);
	if ((valid & CPER_ARM_VALID_RUNNING_STATE) && !(bytes[32] & 1))
		cper_walk_table(w, CPER_TABLE(psci_fields), bytes, length, 0);
	if (claimed > length || claimed < fixed)
		cper_walk_report(w, CPER_F_SECTION_INNER, bytes + 8,
				 claimed < fixed ? fixed : claimed,
				 claimed < fixed ? claimed : length);
	else
		end = bytes + claimed;
	at = walk_infos(w, at, end, infos);
	if (!at)
		return;
	fixed = (size_t)(at - bytes);
	at = walk_contexts(w, at, end, (unsigned int)cper_load(bytes + 6, 2));
	if (!at) {
		cper_walk_report(w, CPER_F_SECTION_INNER, bytes + 6,
				 fixed + cper_load(bytes + 6, 2) * sizeof(struct cper_arm_ctx_info),
				 length);
		return;
	}
	if (at == end || !(valid & CPER_ARM_VALID_VENDOR_INFO))
		return;
	cper_walk_open(w, "Vendor Specific Error Info", "vendorSpecificInfo", at, '{');
	cper_walk_bytes(w, "Data", "data", at, (size_t)(end - at));
	cper_walk_close(w, '}');
}
