// SPDX-License-Identifier: GPL-2.0-only
/* Log text of the ARM processor error section (UEFI 2.10, N.2.4.4). */
#include "cper_print.h"

/* A field of cper_arm_err_info.error_info: its validation bit, and where it lies. */
struct info_field {
	uint8_t valid_bit;
	uint8_t shift;
	uint8_t bits;
};

static const struct info_field transaction = {0, 16, 2};
static const struct info_field operation = {1, 18, 4};
static const struct info_field level = {2, 22, 3};
static const struct info_field context_corrupt = {3, 25, 1};
static const struct info_field corrected = {4, 26, 1};
static const struct info_field precise_pc = {5, 27, 1};
static const struct info_field restartable_pc = {6, 28, 1};
static const struct info_field participation = {7, 29, 2};
static const struct info_field time_out = {8, 31, 1};
static const struct info_field address_space = {9, 32, 2};
static const struct info_field mem_attributes = {10, 34, 9};
static const struct info_field access_mode = {11, 43, 1};

static bool get(uint64_t info, const struct info_field *field, unsigned int *value)
{
	*value = (unsigned int)(info >> field->shift) & ((1u << field->bits) - 1);
	return info >> field->valid_bit & 1;
}

/* Each kind of error names its operations; the lists agree as far as the shortest goes. */
static const char *const operations[] = {
	"Generic error (type cannot be determined)",
	"Generic read (type of instruction or data request cannot be determined)",
	"Generic write (type of instruction of data request cannot be determined)",
	"Data read",
	"Data write",
	"Instruction fetch",
	"Prefetch",
};

static const char *const cache_operations[] = {
	"Eviction",
	"Snooping (processor initiated a cache snoop that resulted in an error)",
	"Snooped (processor raised a cache error caused by another processor or device snooping its cache)",
	"Management",
};

static const char *const tlb_operations[] = {
	"Local management operation (processor initiated a TLB management operation that resulted in an error)",
	"External management operation (processor raised a TLB error caused by another processor or device broadcasting TLB operations)",
};

static const char *operation_name(unsigned int op, const char *const more[], unsigned int n)
{
	if (op < ARRAY_SIZE(operations))
		return operations[op];
	op -= ARRAY_SIZE(operations);
	return op < n ? more[op] : NULL;
}

static void print_operation(struct cper_printer *p, uint8_t type, unsigned int op)
{
	const char *cache = operation_name(op, cache_operations, ARRAY_SIZE(cache_operations));
	const char *tlb = operation_name(op, tlb_operations, ARRAY_SIZE(tlb_operations));
	const char *bus = operation_name(op, NULL, 0);

	if ((type & CPER_ARM_CACHE_ERROR) && cache)
		cper_print_line(p, 4, "cache error, operation type: %s", cache);
	if ((type & CPER_ARM_TLB_ERROR) && tlb)
		cper_print_line(p, 4, "TLB error, operation type: %s", tlb);
	if ((type & CPER_ARM_BUS_ERROR) && bus)
		cper_print_line(p, 4, "bus error, operation type: %s", bus);
}

static void print_level(struct cper_printer *p, uint8_t type, unsigned int value)
{
	if (type & CPER_ARM_CACHE_ERROR)
		cper_print_line(p, 4, "cache level: %u", value);
	if (type & CPER_ARM_TLB_ERROR)
		cper_print_line(p, 4, "TLB level: %u", value);
	if (type & CPER_ARM_BUS_ERROR)
		cper_print_line(p, 4, "affinity level at which the bus error occurred: %u", value);
}

static void print_bus_info(struct cper_printer *p, uint64_t info)
{
	static const char *const participations[] = {
		"Local processor originated request",
		"Local processor responded to request",
		"Local processor observed",
		"Generic",
	};
	static const char *const spaces[] = {
		"External Memory Access",
		"Internal Memory Access",
		"Unknown",
		"Device Memory Access",
	};
	unsigned int v;

	if (get(info, &participation, &v))
		cper_print_line(p, 4, "participation type: %s", CPER_NAME(participations, v));
	if (get(info, &time_out, &v) && v)
		cper_print_line(p, 4, "request timed out");
	if (get(info, &address_space, &v))
		cper_print_line(p, 4, "address space: %s", CPER_NAME(spaces, v));
	if (get(info, &mem_attributes, &v))
		cper_print_line(p, 4, "memory access attributes:0x%x", v);
	if (get(info, &access_mode, &v))
		cper_print_line(p, 4, "access mode: %s", v ? "normal" : "secure");
}

static void print_error_info(struct cper_printer *p, uint8_t type, uint64_t info)
{
	static const char *const transactions[] = {"Instruction", "Data Access", "Generic"};
	unsigned int v;

	if (type & CPER_ARM_VENDOR_ERROR) /* the vendor's own layout */
		return;
	if (get(info, &transaction, &v) && v < ARRAY_SIZE(transactions))
		cper_print_line(p, 4, "transaction type: %s", transactions[v]);
	if (get(info, &operation, &v))
		print_operation(p, type, v);
	if (get(info, &level, &v))
		print_level(p, type, v);
	if (get(info, &context_corrupt, &v))
		cper_print_line(p, 4, "processor context %scorrupted", v ? "" : "not ");
	if (get(info, &corrected, &v))
		cper_print_line(p, 4, "the error has %sbeen corrected", v ? "" : "not ");
	if (get(info, &precise_pc, &v))
		cper_print_line(p, 4, "PC is %sprecise", v ? "" : "im");
	if (get(info, &restartable_pc, &v) && v)
		cper_print_line(p, 4,
				"Program execution can be restarted reliably at the PC associated "
				"with the error.");
	if (type == CPER_ARM_BUS_ERROR)
		print_bus_info(p, info);
}

static void print_info_flags(struct cper_printer *p, uint8_t flags)
{
	static const char *const texts[] = {
		"first error captured",
		"last error captured",
		"propagated error captured",
		"overflow occurred, error info is incomplete",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		if (flags & (1u << i))
			cper_print_line(p, 3, "%s", texts[i]);
}

static void print_info(struct cper_printer *p, const struct cper_arm_err_info *info, unsigned int n)
{
	uint16_t valid = le16toh(info->validation_bits);
	uint64_t error_info = le64toh(info->error_info);
	struct cper_text names;
	char buf[120];
	unsigned int i;

	cper_print_line(p, 2, "Error info structure %u:", n);
	cper_print_line(p, 2, "num errors: %u", le16toh(info->multiple_error) + 1u);
	if (valid & CPER_ARM_INFO_VALID_FLAGS)
		print_info_flags(p, info->flags);

	cper_text_init(&names, buf, sizeof(buf));
	for (i = 0; i < ARRAY_SIZE(cper_proc_error_type_strs); i++)
		if (info->type & (CPER_ARM_CACHE_ERROR << i))
			cper_text_fmt(&names, "%s%s", names.len ? "|" : "",
				      cper_proc_error_type_strs[i]);
	cper_print_line(p, 3, "error_type: 0x%02x: %s%s", info->type, buf,
			info->type & ~CPER_ARM_ERR_TYPE_MASK ? " with reserved bit(s)" : "");
	if (valid & CPER_ARM_INFO_VALID_ERR_INFO) {
		cper_print_line(p, 3, "error_info: 0x%016" PRIx64, error_info);
		print_error_info(p, info->type, error_info);
	}
	if (valid & CPER_ARM_INFO_VALID_VIRT_ADDR)
		cper_print_line(p, 3, "virtual fault address: 0x%016" PRIx64,
				le64toh(info->virt_fault_addr));
	if (valid & CPER_ARM_INFO_VALID_PHYSICAL_ADDR)
		cper_print_line(p, 3, "physical fault address: 0x%016" PRIx64,
				le64toh(info->physical_fault_addr));
}

/* The rest of the section, from the first context on. Return: what the contexts leave over. */
static bool print_contexts(struct cper_printer *p, unsigned int count, struct cper_payload *rest)
{
	static const char *const types[] = {
		"AArch32 general purpose registers", "AArch32 EL1 context registers",
		"AArch32 EL2 context registers",     "AArch32 secure context registers",
		"AArch64 general purpose registers", "AArch64 EL1 context registers",
		"AArch64 EL2 context registers",     "AArch64 EL3 context registers",
		"Misc. system register structure",
	};
	unsigned int i;

	for (i = 0; i < count; i++) {
		const struct cper_arm_ctx_info *ctx = (const void *)rest->bytes;
		uint32_t size;

		cper_print_line(p, 2, "Context info structure %u:", i);
		/* Not as a sum: Linux adds in 32 bits, and believes a size that wraps. */
		if (rest->length < sizeof(*ctx) ||
		    rest->length - sizeof(*ctx) < le32toh(ctx->size)) {
			cper_print_line(p, 3, "section length is too small");
			cper_print_line(p, 2, "firmware-generated error record is incorrect");
			return false;
		}
		if (le16toh(ctx->type) >= ARRAY_SIZE(types)) {
			cper_print_line(p, 3, "Invalid context type: %d (max: %d)",
					le16toh(ctx->type), (int)ARRAY_SIZE(types) - 1);
			return false;
		}
		size = le32toh(ctx->size);
		cper_print_line(p, 3, "register context type: %s", types[le16toh(ctx->type)]);
		cper_print_hex_dump(p, 3, 4, rest->bytes + sizeof(*ctx), size, false);
		rest->bytes += sizeof(*ctx) + size;
		rest->length -= (uint32_t)sizeof(*ctx) + size;
	}
	return true;
}

static void print_cpu(struct cper_printer *p, const struct cper_sec_proc_arm *proc)
{
	uint32_t valid = le32toh(proc->validation_bits);

	if (valid & CPER_ARM_VALID_MPIDR)
		cper_print_line(p, 2, "Multiprocessor Affinity Register (MPIDR): 0x%016" PRIx64,
				le64toh(proc->mpidr));
	if (valid & CPER_ARM_VALID_AFFINITY_LEVEL)
		cper_print_line(p, 2, "error affinity level: %d", proc->affinity_level);
	if (valid & CPER_ARM_VALID_RUNNING_STATE) {
		cper_print_line(p, 2, "running state: 0x%x", le32toh(proc->running_state));
		cper_print_line(p, 2, "Power State Coordination Interface state: %d",
				(int)le32toh(proc->psci_state));
	}
}

void cper_print_proc_arm(struct cper_printer *p, const struct cper_payload *payload)
{
	const struct cper_sec_proc_arm *proc = (const void *)payload->bytes;
	uint32_t section_length = le32toh(proc->section_length);
	unsigned int infos = le16toh(proc->err_info_num), i;
	size_t fixed = sizeof(*proc) + infos * sizeof(struct cper_arm_err_info);
	/* Linux's arithmetic: what is beyond 2 GiB is negative, hence too small. */
	bool small = (int32_t)(section_length - (uint32_t)fixed) < 0;
	struct cper_payload rest;

	cper_print_line(p, 2, "MIDR: 0x%016" PRIx64, le64toh(proc->midr));
	if (small || section_length > payload->length) {
		cper_print_line(p, 2, "section length: %d, CPER size: %d", (int)section_length,
				(int)payload->length);
		cper_print_line(p, 2, "section length is too %s", small ? "small" : "big");
		cper_print_line(p, 2, "firmware-generated error record is incorrect");
		cper_print_line(p, 2, "ERR_INFO_NUM is %u", infos);
		return;
	}
	print_cpu(p, proc);
	for (i = 0; i < infos; i++)
		print_info(p, (const struct cper_arm_err_info *)(proc + 1) + i, i);
	rest = (struct cper_payload){payload->bytes + fixed, section_length - (uint32_t)fixed};
	if (!print_contexts(p, le16toh(proc->context_info_num), &rest) || !rest.length)
		return;
	cper_print_line(p, 2, "Vendor specific error info has %u bytes:", rest.length);
	cper_print_hex_dump(p, 3, 4, rest.bytes, rest.length, true);
}
