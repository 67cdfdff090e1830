// SPDX-License-Identifier: GPL-2.0-only
/* Processor error sections: generic (UEFI 2.10, N.2.4.1) and IA32/X64 (N.2.4.2). */
#include "cper_field.h"

static const struct cper_field proc_flag_fields[] = {
	{"Restartable", "restartable", 0, 1, CPER_ALWAYS, CPER_BOOL, 0, 1, NULL},
	{"Precise IP", "preciseIP", 0, 1, CPER_ALWAYS, CPER_BOOL, 1, 1, NULL},
	{"Overflow", "overflow", 0, 1, CPER_ALWAYS, CPER_BOOL, 2, 1, NULL},
	{"Corrected", "corrected", 0, 1, CPER_ALWAYS, CPER_BOOL, 3, 1, NULL},
};

static const struct cper_field proc_generic_fields[] = {
	{"Validation Bits", NULL, 0, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Processor Type", "processorType", 8, 1, 0, CPER_ENUM, 0, 0,
	 CPER_NAMES("Unknown (Reserved)", "IA32/X64", "IA64", "ARM")},
	{"Processor ISA", "processorISA", 9, 1, 1, CPER_ENUM, 0, 0,
	 CPER_NAMES("Unknown (Reserved)", "IA32", "IA64", "X64", "ARM A32/T32", "ARM A64")},
	{"Processor Error Type", "errorType", 10, 1, 2, CPER_ENUM, 0, 0,
	 CPER_NAMES("Unknown (Reserved)", "Unknown", "Cache Error",
		    "TLB Error", [4] = "Bus Error", [8] = "Micro-Architectural Error")},
	{"Operation", "operation", 11, 1, 3, CPER_ENUM, 0, 0,
	 CPER_NAMES("Unknown (Reserved)", "Unknown or Generic", "Data Read", "Data Write",
		    "Instruction Execution")},
	{"Flags", "flags", 12, 1, 4, CPER_GROUP, 0, 0, CPER_TABLE(proc_flag_fields)},
	{"Level", "level", 13, 1, 5, CPER_DEC, 0, 0, NULL},
	{"CPU Version Info", "cpuVersionInfo", 16, 8, 6, CPER_HEX, 0, 0, NULL},
	{"CPU Brand String", "cpuBrandString", 24, 128, 7, CPER_ASCII, 0, 0, NULL},
	{"Processor ID", "processorID", 152, 8, 8, CPER_HEX, 0, 0, NULL},
	{"Target Address", "targetAddress", 160, 8, 9, CPER_HEX, 0, 0, NULL},
	{"Requestor Identifier", "requestorID", 168, 8, 10, CPER_HEX, 0, 0, NULL},
	{"Responder Identifier", "responderID", 176, 8, 11, CPER_HEX, 0, 0, NULL},
	{"Instruction IP", "instructionIP", 184, 8, 12, CPER_HEX, 0, 0, NULL},
};

void cper_decode_proc_generic(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	uint64_t valid = cper_load(bytes, 8);

	cper_walk_check_valid(w, bytes, valid, 13);
	cper_walk_table(w, CPER_TABLE(proc_generic_fields), bytes, length, valid);
}

/* ---- IA32/X64 -------------------------------------------------------------------------------- */

static const struct cper_guid_name ia_error_names[] = {
	{CPER_IA_ERR_CACHE, "Cache Check Error"},
	{CPER_IA_ERR_TLB, "TLB Check Error"},
	{CPER_IA_ERR_BUS, "Bus Check Error"},
	{CPER_IA_ERR_MS, "MS Check Error"},
};

static const struct cper_guid_names ia_errors = {ia_error_names, ARRAY_SIZE(ia_error_names)};

static const struct cper_field ia_type_fields[] = {
	{"GUID", "guid", 0, 16, CPER_ALWAYS, CPER_GUID, 0, 0, NULL},
	{"Name", "name", 0, 16, CPER_ALWAYS, CPER_GUID_NAME, 0, 0, &ia_errors},
};

static const struct cper_field ia_info_type[] = {
	{"Error Structure Type", "type", 0, 16, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(ia_type_fields)},
	{"Validation Bits", NULL, 16, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Check Information", NULL, 24, 8, 0, CPER_HEX, 0, 0, NULL},
};

static const struct cper_field ia_info_ids[] = {
	{"Target Identifier", "targetAddressID", 32, 8, 1, CPER_HEX, 0, 0, NULL},
	{"Requestor Identifier", "requestorID", 40, 8, 2, CPER_HEX, 0, 0, NULL},
	{"Responder Identifier", "responderID", 48, 8, 3, CPER_HEX, 0, 0, NULL},
	{"Instruction Pointer", "instructionPointer", 56, 8, 4, CPER_HEX, 0, 0, NULL},
};

/* What cache, TLB and bus checks share; a check's own low 16 bits are its validation bits. */
#define IA_CHECK_COMMON                                                                            \
	{"Transaction Type",                                                                       \
	 "transactionType",                                                                        \
	 0,                                                                                        \
	 8,                                                                                        \
	 0,                                                                                        \
	 CPER_ENUM,                                                                                \
	 16,                                                                                       \
	 2,                                                                                        \
	 CPER_NAMES("Unknown (Reserved)", "Instruction", "Data Access", "Generic")},               \
		{"Operation",                                                                      \
		 "operation",                                                                      \
		 0,                                                                                \
		 8,                                                                                \
		 1,                                                                                \
		 CPER_ENUM,                                                                        \
		 18,                                                                               \
		 4,                                                                                \
		 CPER_NAMES("Unknown (Reserved)", "Generic Error", "Generic Read",                 \
			    "Generic Write", "Data Read", "Data Write", "Instruction Fetch",       \
			    "Prefetch", "Eviction", "Snoop")},                                     \
		{"Level", "level", 0, 8, 2, CPER_DEC, 22, 3, NULL}, {"Processor Context Corrupt",  \
								     "processorContextCorrupt",    \
								     0,                            \
								     8,                            \
								     3,                            \
								     CPER_BOOL,                    \
								     25,                           \
								     1,                            \
								     NULL},                        \
		{"Uncorrected", "uncorrected", 0, 8, 4, CPER_BOOL, 26, 1, NULL},                   \
		{"Precise IP", "preciseIP", 0, 8, 5, CPER_BOOL, 27, 1, NULL},                      \
		{"Restartable IP", "restartableIP", 0, 8, 6, CPER_BOOL, 28, 1, NULL},              \
	{                                                                                          \
		"Overflow", "overflow", 0, 8, 7, CPER_BOOL, 29, 1, NULL                            \
	}

static const struct cper_field ia_cache_check[] = {IA_CHECK_COMMON};

static const struct cper_field ia_bus_check[] = {
	IA_CHECK_COMMON,
	{"Participation Type", "participationType", 0, 8, 8, CPER_ENUM, 30, 2,
	 CPER_NAMES("Unknown", "Local processor originated request",
		    "Local processor responded to request", "Local processor observed", "Generic")},
	{"Time Out", "timedOut", 0, 8, 9, CPER_BOOL, 32, 1, NULL},
	{"Address Space", "addressSpace", 0, 8, 10, CPER_ENUM, 33, 2,
	 CPER_NAMES("Unknown", "Memory Access", "Reserved", "I/O", "Other Transaction")},
};

static const struct cper_field ia_ms_check[] = {
	{"Error Type", "errorType", 0, 8, 0, CPER_ENUM, 16, 3,
	 CPER_NAMES("Unknown (Processor Specific)", "No Error", "Unclassified",
		    "Microcode ROM Parity Error", "External Error", "FRC Error",
		    "Internal Unclassified")},
	{"Processor Context Corrupt", "processorContextCorrupt", 0, 8, 1, CPER_BOOL, 19, 1, NULL},
	{"Uncorrected", "uncorrected", 0, 8, 2, CPER_BOOL, 20, 1, NULL},
	{"Precise IP", "preciseIP", 0, 8, 3, CPER_BOOL, 21, 1, NULL},
	{"Restartable IP", "restartableIP", 0, 8, 4, CPER_BOOL, 22, 1, NULL},
	{"Overflow", "overflow", 0, 8, 5, CPER_BOOL, 23, 1, NULL},
};

static void walk_check(struct cper_walk *w, const guid_t *type, const uint8_t *check)
{
	static const struct cper_table cache = {ia_cache_check, ARRAY_SIZE(ia_cache_check)};
	static const struct cper_table bus = {ia_bus_check, ARRAY_SIZE(ia_bus_check)};
	static const struct cper_table ms = {ia_ms_check, ARRAY_SIZE(ia_ms_check)};
	const struct cper_table *table;

	if (guid_equal(type, &CPER_IA_ERR_CACHE) || guid_equal(type, &CPER_IA_ERR_TLB))
		table = &cache;
	else if (guid_equal(type, &CPER_IA_ERR_BUS))
		table = &bus;
	else if (guid_equal(type, &CPER_IA_ERR_MS))
		table = &ms;
	else
		return;
	cper_walk_open(w, "Check Information", "checkInfo", check, '{');
	cper_walk_table(w, table, check, 8, cper_load(check, 2));
	cper_walk_close(w, '}');
}

static const struct cper_field ia_context_fields[] = {
	{"Register Context Type", "registerContextType", 0, 2, CPER_ALWAYS, CPER_ENUM, 0, 0,
	 CPER_NAMES("Unknown (Reserved)", "Unclassified Data", "MSR Registers",
		    "32-bit Mode Execution Context", "64-bit Mode Execution Context",
		    "FXSave Context", "32-bit Mode Debug Registers", "64-bit Mode Debug Registers",
		    "Memory Mapped Registers")},
	{"Register Array Size", "registerArraySize", 2, 2, CPER_ALWAYS, CPER_DEC, 0, 0, NULL},
	{"MSR Address", "msrAddress", 4, 4, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"MM Register Address", "mmRegisterAddress", 8, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
};

#define REGISTER(name, key, at, size)                                                              \
	{                                                                                          \
		name, key, at, size, CPER_ALWAYS, CPER_HEX, 0, 0, NULL                             \
	}

/* UEFI 2.10, N.2.4.2.2: IA32 Register State, 92 bytes */
static const struct cper_field ia32_registers[] = {
	REGISTER("EAX", "eax", 0, 4),	     REGISTER("EBX", "ebx", 4, 4),
	REGISTER("ECX", "ecx", 8, 4),	     REGISTER("EDX", "edx", 12, 4),
	REGISTER("ESI", "esi", 16, 4),	     REGISTER("EDI", "edi", 20, 4),
	REGISTER("EBP", "ebp", 24, 4),	     REGISTER("ESP", "esp", 28, 4),
	REGISTER("CS", "cs", 32, 2),	     REGISTER("DS", "ds", 34, 2),
	REGISTER("SS", "ss", 36, 2),	     REGISTER("ES", "es", 38, 2),
	REGISTER("FS", "fs", 40, 2),	     REGISTER("GS", "gs", 42, 2),
	REGISTER("EFLAGS", "eflags", 44, 4), REGISTER("EIP", "eip", 48, 4),
	REGISTER("CR0", "cr0", 52, 4),	     REGISTER("CR1", "cr1", 56, 4),
	REGISTER("CR2", "cr2", 60, 4),	     REGISTER("CR3", "cr3", 64, 4),
	REGISTER("CR4", "cr4", 68, 4),	     REGISTER("GDTR", "gdtr", 72, 8),
	REGISTER("IDTR", "idtr", 80, 8),     REGISTER("LDTR", "ldtr", 88, 2),
	REGISTER("TR", "tr", 90, 2),
};

/* UEFI 2.10, N.2.4.2.2: X64 Register State, 244 bytes. libcper calls the RIP "eip". */
static const struct cper_field x64_registers[] = {
	REGISTER("RAX", "rax", 0, 8),	       REGISTER("RBX", "rbx", 8, 8),
	REGISTER("RCX", "rcx", 16, 8),	       REGISTER("RDX", "rdx", 24, 8),
	REGISTER("RSI", "rsi", 32, 8),	       REGISTER("RDI", "rdi", 40, 8),
	REGISTER("RBP", "rbp", 48, 8),	       REGISTER("RSP", "rsp", 56, 8),
	REGISTER("R8", "r8", 64, 8),	       REGISTER("R9", "r9", 72, 8),
	REGISTER("R10", "r10", 80, 8),	       REGISTER("R11", "r11", 88, 8),
	REGISTER("R12", "r12", 96, 8),	       REGISTER("R13", "r13", 104, 8),
	REGISTER("R14", "r14", 112, 8),	       REGISTER("R15", "r15", 120, 8),
	REGISTER("CS", "cs", 128, 2),	       REGISTER("DS", "ds", 130, 2),
	REGISTER("SS", "ss", 132, 2),	       REGISTER("ES", "es", 134, 2),
	REGISTER("FS", "fs", 136, 2),	       REGISTER("GS", "gs", 138, 2),
	REGISTER("RFLAGS", "rflags", 144, 8),  REGISTER("RIP", "eip", 152, 8),
	REGISTER("CR0", "cr0", 160, 8),	       REGISTER("CR1", "cr1", 168, 8),
	REGISTER("CR2", "cr2", 176, 8),	       REGISTER("CR3", "cr3", 184, 8),
	REGISTER("CR4", "cr4", 192, 8),	       REGISTER("CR8", "cr8", 200, 8),
	REGISTER("GDTR[0]", "gdtr_0", 208, 8), REGISTER("GDTR[1]", "gdtr_1", 216, 8),
	REGISTER("IDTR[0]", "idtr_0", 224, 8), REGISTER("IDTR[1]", "idtr_1", 232, 8),
	REGISTER("LDTR", "ldtr", 240, 2),      REGISTER("TR", "tr", 242, 2),
};

#define IA_CTX_TYPE_IA32 2
#define IA_CTX_TYPE_X64	 3
#define IA32_STATE	 92
#define X64_STATE	 244

static void walk_register_array(struct cper_walk *w, const uint8_t *ctx)
{
	const uint8_t *at = ctx + sizeof(struct cper_ia_proc_ctx);
	unsigned int type = (unsigned int)cper_load(ctx, 2),
		     size = (unsigned int)cper_load(ctx + 2, 2);

	cper_walk_open(w, "Register Array", "registerArray", at, '{');
	if (type == IA_CTX_TYPE_IA32 && size >= IA32_STATE)
		cper_walk_table(w, CPER_TABLE(ia32_registers), at, size, 0);
	else if (type == IA_CTX_TYPE_X64 && size >= X64_STATE)
		cper_walk_table(w, CPER_TABLE(x64_registers), at, size, 0);
	else if (size)
		cper_walk_bytes(w, "Registers", "data", at, size);
	cper_walk_close(w, '}');
}

/* Counts, CPUID and what else the fixed part has */
static const struct cper_field ia_cpuid_fields[] = {
	REGISTER("EAX", "eax", 0, 8),
	REGISTER("EBX", "ebx", 8, 8),
	REGISTER("ECX", "ecx", 16, 8),
	REGISTER("EDX", "edx", 24, 8),
};

static const struct cper_field ia_fields[] = {
	{"Validation Bits", NULL, 0, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Processor Error Information Structures", "processorErrorInfoNum", 0, 8, CPER_ALWAYS,
	 CPER_DEC, 2, 6, NULL},
	{"Processor Context Information Structures", "processorContextInfoNum", 0, 8, CPER_ALWAYS,
	 CPER_DEC, 8, 6, NULL},
	{"Local APIC_ID", "localAPICID", 8, 8, 0, CPER_HEX, 0, 0, NULL},
	{"CPUID Info", "cpuidInfo", 16, 48, 1, CPER_GROUP, 0, 0, CPER_TABLE(ia_cpuid_fields)},
};

/* Each returns where the structures end; NULL if they leave the section */
static const uint8_t *walk_infos(struct cper_walk *w, const uint8_t *at, const uint8_t *end,
				 unsigned int count)
{
	unsigned int i;

	cper_walk_open(w, "Processor Error Information", "processorErrorInfo", at, '[');
	for (i = 0; i < count && (size_t)(end - at) >= sizeof(struct cper_ia_err_info); i++) {
		uint64_t valid = cper_load(at + 16, 8);

		cper_walk_open_index(w, "Processor Error Information", at, i);
		cper_walk_table(w, CPER_TABLE(ia_info_type), at, sizeof(struct cper_ia_err_info),
				valid);
		if (valid & CPER_IA_INFO_VALID_CHECK_INFO)
			walk_check(w, (const guid_t *)at, at + 24);
		cper_walk_table(w, CPER_TABLE(ia_info_ids), at, sizeof(struct cper_ia_err_info),
				valid);
		cper_walk_close(w, '}');
		at += sizeof(struct cper_ia_err_info);
	}
	cper_walk_close(w, ']');
	return i == count ? at : NULL;
}

static const uint8_t *walk_contexts(struct cper_walk *w, const uint8_t *at, const uint8_t *end,
				    unsigned int count)
{
	const size_t fixed = sizeof(struct cper_ia_proc_ctx);
	unsigned int i;

	cper_walk_open(w, "Processor Context Information", "processorContextInfo", at, '[');
	for (i = 0; i < count; i++) {
		if ((size_t)(end - at) < fixed || (size_t)(end - at) - fixed < cper_load(at + 2, 2))
			break;
		cper_walk_open_index(w, "Processor Context Information", at, i);
		cper_walk_table(w, CPER_TABLE(ia_context_fields), at, fixed, 0);
		walk_register_array(w, at);
		cper_walk_close(w, '}');
		at += fixed + cper_load(at + 2, 2);
	}
	cper_walk_close(w, ']');
	return i == count ? at : NULL;
}

void cper_decode_proc_ia(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	uint64_t valid = cper_load(bytes, 8);
	unsigned int infos = CPER_IA_ERR_INFO_NUM(valid), contexts = CPER_IA_PROC_CTX_NUM(valid);
	const uint8_t *at = bytes + sizeof(struct cper_sec_proc_ia), *end = bytes + length;

	cper_walk_check_valid(w, bytes, valid, 14);
	cper_walk_table(w, CPER_TABLE(ia_fields), bytes, length, valid);
	at = walk_infos(w, at, end, infos);
	if (at)
		at = walk_contexts(w, at, end, contexts);
	if (!at)
		cper_walk_report(w, CPER_F_SECTION_INNER, bytes,
				 sizeof(struct cper_sec_proc_ia) +
					 infos * sizeof(struct cper_ia_err_info) +
					 contexts * sizeof(struct cper_ia_proc_ctx),
				 length);
}
