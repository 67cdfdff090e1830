// SPDX-License-Identifier: GPL-2.0-only
/*
 * Log text of the IA32/X64 processor error section (UEFI 2.10, N.2.4.2).
 *
 * Linux believes the counts of structures and the register arrays' sizes, and reads on; this ends
 * where the section does. Arrays of MSRs are dumped always: a host that hands them to machine
 * check code instead, as AMD's SMCA wants, sees the whole section anyway.
 */
#include "cper_print.h"

enum ia_err_type {
	IA_ERR_CACHE,
	IA_ERR_TLB,
	IA_ERR_BUS,
	IA_ERR_MS,
	IA_ERR_UNKNOWN,
};

static enum ia_err_type ia_err_type(const guid_t *guid)
{
	if (guid_equal(guid, &CPER_IA_ERR_CACHE))
		return IA_ERR_CACHE;
	if (guid_equal(guid, &CPER_IA_ERR_TLB))
		return IA_ERR_TLB;
	if (guid_equal(guid, &CPER_IA_ERR_BUS))
		return IA_ERR_BUS;
	if (guid_equal(guid, &CPER_IA_ERR_MS))
		return IA_ERR_MS;
	return IA_ERR_UNKNOWN;
}

/* A flag of the check information: the validation bit is in bits 15:0 of the same word. */
struct check_flag {
	const char *name;
	uint8_t valid_bit;
	uint8_t bit;
};

static const struct check_flag check_flags[] = {
	{"Processor Context Corrupt", 3, 25},
	{"Uncorrected", 4, 26},
	{"Precise IP", 5, 27},
	{"Restartable IP", 6, 28},
	{"Overflow", 7, 29},
};

static const struct check_flag ms_check_flags[] = {
	{"Processor Context Corrupt", 1, 19},
	{"Uncorrected", 2, 20},
	{"Precise IP", 3, 21},
	{"Restartable IP", 4, 22},
	{"Overflow", 5, 23},
};

static bool valid(uint64_t check, unsigned int bit)
{
	return check >> bit & 1;
}

static unsigned int field(uint64_t check, unsigned int shift, unsigned int bits)
{
	return (unsigned int)(check >> shift) & ((1u << bits) - 1);
}

static void print_flags(struct cper_printer *p, uint64_t check, const struct check_flag *flags,
			size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (valid(check, flags[i].valid_bit))
			cper_print_line(p, 4, "%s: %s", flags[i].name,
					valid(check, flags[i].bit) ? "true" : "false");
}

static void print_ms_check(struct cper_printer *p, uint64_t check)
{
	static const char *const types[] = {
		"No Error",	  "Unclassified", "Microcode ROM Parity Error",
		"External Error", "FRC Error",	  "Internal Unclassified",
	};
	unsigned int type = field(check, 16, 3);

	if (valid(check, 0))
		cper_print_line(p, 4, "Error Type: %u, %s", type, CPER_NAME(types, type));
	print_flags(p, check, ms_check_flags, ARRAY_SIZE(ms_check_flags));
}

static void print_bus_check(struct cper_printer *p, uint64_t check)
{
	static const char *const participations[] = {
		"Local Processor originated request",
		"Local Processor responded to request",
		"Local Processor observed",
		"Generic",
	};
	static const char *const spaces[] = {"Memory Access", "Reserved", "I/O",
					     "Other Transaction"};
	unsigned int participation = field(check, 30, 2), space = field(check, 33, 2);

	if (valid(check, 8))
		cper_print_line(p, 4, "Participation Type: %u, %s", participation,
				CPER_NAME(participations, participation));
	if (valid(check, 9))
		cper_print_line(p, 4, "Time Out: %s", valid(check, 32) ? "true" : "false");
	if (valid(check, 10))
		cper_print_line(p, 4, "Address Space: %u, %s", space, CPER_NAME(spaces, space));
}

static void print_check(struct cper_printer *p, enum ia_err_type type, uint64_t check)
{
	static const char *const transactions[] = {"Instruction", "Data Access", "Generic"};
	static const char *const operations[] = {
		"generic error",     "generic read", "generic write", "data read", "data write",
		"instruction fetch", "prefetch",     "eviction",      "snoop",
	};
	/* TLB and bus errors have the first 7 only. */
	unsigned int nr_operations = type == IA_ERR_CACHE ? ARRAY_SIZE(operations) : 7;
	unsigned int transaction = field(check, 16, 2), operation = field(check, 18, 4);

	if (valid(check, 0))
		cper_print_line(p, 4, "Transaction Type: %u, %s", transaction,
				CPER_NAME(transactions, transaction));
	if (valid(check, 1))
		cper_print_line(p, 4, "Operation: %u, %s", operation,
				cper_name(operations, nr_operations, operation));
	if (valid(check, 2))
		cper_print_line(p, 4, "Level: %u", field(check, 22, 3));
	print_flags(p, check, check_flags, ARRAY_SIZE(check_flags));
	if (type == IA_ERR_BUS)
		print_bus_check(p, check);
}

static void print_info(struct cper_printer *p, const struct cper_ia_err_info *info, unsigned int n)
{
	enum ia_err_type type = ia_err_type(&info->err_type);
	uint64_t bits = le64toh(info->validation_bits);
	uint64_t check = le64toh(info->check_info);
	char guid[40];
	struct cper_text text;

	cper_print_line(p, 2, "Error Information Structure %u:", n);
	cper_print_line(p, 3, "Error Structure Type: %s",
			CPER_NAME(cper_proc_error_type_strs, type));
	if (type == IA_ERR_UNKNOWN) {
		cper_text_init(&text, guid, sizeof(guid));
		cper_text_guid(&text, &info->err_type);
		cper_print_line(p, 3, "Error Structure Type: %s", guid);
	}
	if (bits & CPER_IA_INFO_VALID_CHECK_INFO) {
		cper_print_line(p, 3, "Check Information: 0x%016" PRIx64, check);
		if (type == IA_ERR_MS)
			print_ms_check(p, check);
		else if (type != IA_ERR_UNKNOWN)
			print_check(p, type, check);
	}
	if (bits & CPER_IA_INFO_VALID_TARGET_ID)
		cper_print_line(p, 3, "Target Identifier: 0x%016" PRIx64, le64toh(info->target_id));
	if (bits & CPER_IA_INFO_VALID_REQUESTOR)
		cper_print_line(p, 3, "Requestor Identifier: 0x%016" PRIx64,
				le64toh(info->requestor_id));
	if (bits & CPER_IA_INFO_VALID_RESPONDER)
		cper_print_line(p, 3, "Responder Identifier: 0x%016" PRIx64,
				le64toh(info->responder_id));
	if (bits & CPER_IA_INFO_VALID_IP)
		cper_print_line(p, 3, "Instruction Pointer: 0x%016" PRIx64, le64toh(info->ip));
}

static void print_context(struct cper_printer *p, const struct cper_ia_proc_ctx *ctx,
			  unsigned int n)
{
	static const char *const types[] = {
		"Unclassified Data",
		"MSR Registers (Machine Check and other MSRs)",
		"32-bit Mode Execution Context",
		"64-bit Mode Execution Context",
		"FXSAVE Context",
		"32-bit Mode Debug Registers (DR0-DR7)",
		"64-bit Mode Debug Registers (DR0-DR7)",
		"Memory Mapped Registers",
	};
	unsigned int type = le16toh(ctx->reg_ctx_type), size = le16toh(ctx->reg_arr_size);

	cper_print_line(p, 2, "Context Information Structure %u:", n);
	cper_print_line(p, 3, "Register Context Type: %s", CPER_NAME(types, type));
	cper_print_line(p, 3, "Register Array Size: 0x%04x", size);
	if (type == CPER_IA_CTX_TYPE_MSR)
		cper_print_line(p, 3, "MSR Address: 0x%08x", le32toh(ctx->msr_addr));
	if (type == CPER_IA_CTX_TYPE_MMREG)
		cper_print_line(p, 3, "MM Register Address: 0x%016" PRIx64,
				le64toh(ctx->mm_reg_addr));
	cper_print_line(p, 3, "Register Array:");
	cper_print_hex_dump(p, 3, type == CPER_IA_CTX_TYPE_MSR ? 8 : 4, (const uint8_t *)(ctx + 1),
			    size, false);
}

void cper_print_proc_ia(struct cper_printer *p, const struct cper_payload *payload)
{
	const struct cper_sec_proc_ia *proc = (const void *)payload->bytes;
	uint64_t bits = le64toh(proc->validation_bits);
	uint32_t left = payload->length - (uint32_t)sizeof(*proc);
	const uint8_t *at = payload->bytes + sizeof(*proc);
	unsigned int i;

	if (bits & CPER_IA_VALID_LAPIC_ID)
		cper_print_line(p, 2, "Local APIC_ID: 0x%" PRIx64, le64toh(proc->lapic_id));
	if (bits & CPER_IA_VALID_CPUID_INFO) {
		cper_print_line(p, 2, "CPUID Info:");
		cper_print_hex_dump(p, 2, 4, proc->cpuid, sizeof(proc->cpuid), false);
	}
	for (i = 0; i < CPER_IA_ERR_INFO_NUM(bits); i++) {
		if (left < sizeof(struct cper_ia_err_info)) {
			cper_print_fw_warn(p, CPER_SECTION_TOO_SMALL);
			return;
		}
		print_info(p, (const void *)at, i);
		at += sizeof(struct cper_ia_err_info);
		left -= (uint32_t)sizeof(struct cper_ia_err_info);
	}
	for (i = 0; i < CPER_IA_PROC_CTX_NUM(bits); i++) {
		const struct cper_ia_proc_ctx *ctx = (const void *)at;

		if (left < sizeof(*ctx) || left - sizeof(*ctx) < le16toh(ctx->reg_arr_size)) {
			cper_print_fw_warn(p, CPER_SECTION_TOO_SMALL);
			return;
		}
		print_context(p, ctx, i);
		at += sizeof(*ctx) + le16toh(ctx->reg_arr_size);
		left -= (uint32_t)sizeof(*ctx) + le16toh(ctx->reg_arr_size);
	}
}
