// SPDX-License-Identifier: GPL-2.0-only
/*
 * A status block as text, byte for byte as Linux 6.12 logs it.
 *
 * Flow: a checked block -> one line at a time, in a buffer on the caller's stack -> cper_log.line.
 * Invariants: no byte outside a section's payload is read, whatever its inner counts say; no
 * allocation, no stdio, no shared state: the panic path prints from NMI context.
 * Deliberately left to others: sequence numbers, levels, rate limits.
 */
#include "cper_print.h"

static void vline(struct cper_printer *p, int level, unsigned int depth, const char *format,
		  va_list args) GHES_PRINTF(4, 0);

static void line_begin(struct cper_printer *p, unsigned int depth)
{
	cper_text_reset(&p->line, p->prefix_len);
	while (depth--)
		cper_text_char(&p->line, ' ');
}

static void line_end(struct cper_printer *p, int level)
{
	p->log->line(p->log->ctx, level, p->line.buf, p->line.len);
}

static void vline(struct cper_printer *p, int level, unsigned int depth, const char *format,
		  va_list args)
{
	line_begin(p, depth);
	cper_text_vfmt(&p->line, format, args);
	line_end(p, level);
}

void cper_print_line(struct cper_printer *p, unsigned int depth, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vline(p, p->level, depth, format, args);
	va_end(args);
}

void cper_print_line_at(struct cper_printer *p, int level, unsigned int depth, const char *format,
			...)
{
	va_list args;

	va_start(args, format);
	vline(p, level, depth, format, args);
	va_end(args);
}

void cper_print_fw_warn(struct cper_printer *p, const char *warning)
{
	char buf[96];
	struct cper_text text;

	cper_text_init(&text, buf, sizeof(buf));
	cper_text_fmt(&text, "[Firmware Warn]: %s", warning);
	p->log->line(p->log->ctx, CPER_LOGLEVEL_ERR, text.buf, text.len);
}

const char *cper_name(const char *const names[], unsigned int size, uint64_t value)
{
	return value < size && names[value] ? names[value] : "unknown";
}

/* The kernel's level marker, two bytes, is part of what it counts against 80 columns. */
#define LEVEL_MARKER_LEN 2
#define BITS_COLUMNS	 80

void cper_print_bits(struct cper_printer *p, unsigned int depth, unsigned int bits,
		     const char *const strs[], unsigned int strs_size)
{
	bool open = false;
	unsigned int i;

	for (i = 0; i < strs_size; i++) {
		if (!(bits & (1u << i)) || !strs[i])
			continue;
		if (open && LEVEL_MARKER_LEN + p->line.len + strlen(strs[i]) + 2 > BITS_COLUMNS) {
			line_end(p, p->level);
			open = false;
		}
		if (open)
			cper_text_str(&p->line, ", ");
		else
			line_begin(p, depth);
		open = true;
		cper_text_str(&p->line, strs[i]);
	}
	if (open)
		line_end(p, p->level);
}

static uint64_t load_le(const uint8_t *bytes, unsigned int size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | bytes[size];
	return value;
}

void cper_print_hex_dump(struct cper_printer *p, unsigned int depth, unsigned int groupsize,
			 const uint8_t *bytes, size_t len, bool ascii)
{
	size_t offset, i, n, start;
	unsigned int group;

	for (offset = 0; offset < len; offset += 16) {
		n = len - offset < 16 ? len - offset : 16;
		group = n % groupsize ? 1 : groupsize; /* no mixed sizes in a line */
		line_begin(p, depth);
		cper_text_fmt(&p->line, "%08x: ", (unsigned int)offset);
		start = p->line.len;
		for (i = 0; i < n; i += group) {
			if (i)
				cper_text_char(&p->line, ' ');
			cper_text_hex(&p->line, load_le(bytes + offset + i, group), 2 * group);
		}
		while (ascii && p->line.len < start + 32 + 16 / group + 1)
			cper_text_char(&p->line, ' ');
		for (i = 0; ascii && i < n; i++) {
			uint8_t c = bytes[offset + i];

			cper_text_char(&p->line, c >= 0x20 && c < 0x7f ? (char)c : '.');
		}
		line_end(p, p->level);
	}
}

/* ---- the sections that need no file of their own --------------------------------------------- */

const char *const cper_proc_error_type_strs[4] = {
	"cache error",
	"TLB error",
	"bus error",
	"micro-architectural error",
};

static void print_proc_generic(struct cper_printer *p, const struct cper_payload *payload)
{
	static const char *const types[] = {"IA32/X64", "IA64", "ARM"};
	static const char *const isas[] = {"IA32", "IA64", "X64", "ARM A32/T32", "ARM A64"};
	static const char *const ops[] = {"unknown or generic", "data read", "data write",
					  "instruction execution"};
	static const char *const flags[] = {"restartable", "precise IP", "overflow", "corrected"};
	const struct cper_sec_proc_generic *proc = (const void *)payload->bytes;
	const struct {
		uint64_t bit;
		const char *name;
		uint64_t value;
	} registers[] = {
		{CPER_PROC_VALID_VERSION, "version_info", le64toh(proc->cpu_version)},
		{CPER_PROC_VALID_ID, "processor_id", le64toh(proc->proc_id)},
		{CPER_PROC_VALID_TARGET_ADDRESS, "target_address", le64toh(proc->target_addr)},
		{CPER_PROC_VALID_REQUESTOR_ID, "requestor_id", le64toh(proc->requestor_id)},
		{CPER_PROC_VALID_RESPONDER_ID, "responder_id", le64toh(proc->responder_id)},
		{CPER_PROC_VALID_IP, "IP", le64toh(proc->ip)},
	};
	uint64_t valid = le64toh(proc->validation_bits);
	size_t i;

	if (valid & CPER_PROC_VALID_TYPE)
		cper_print_line(p, 2, "processor_type: %d, %s", proc->proc_type,
				CPER_NAME(types, proc->proc_type));
	if (valid & CPER_PROC_VALID_ISA)
		cper_print_line(p, 2, "processor_isa: %d, %s", proc->proc_isa,
				CPER_NAME(isas, proc->proc_isa));
	if (valid & CPER_PROC_VALID_ERROR_TYPE) {
		cper_print_line(p, 2, "error_type: 0x%02x", proc->proc_error_type);
		cper_print_bits(p, 2, proc->proc_error_type, cper_proc_error_type_strs,
				ARRAY_SIZE(cper_proc_error_type_strs));
	}
	if (valid & CPER_PROC_VALID_OPERATION)
		cper_print_line(p, 2, "operation: %d, %s", proc->operation,
				CPER_NAME(ops, proc->operation));
	if (valid & CPER_PROC_VALID_FLAGS) {
		cper_print_line(p, 2, "flags: 0x%02x", proc->flags);
		cper_print_bits(p, 2, proc->flags, flags, ARRAY_SIZE(flags));
	}
	if (valid & CPER_PROC_VALID_LEVEL)
		cper_print_line(p, 2, "level: %d", proc->level);
	for (i = 0; i < ARRAY_SIZE(registers); i++)
		if (valid & registers[i].bit)
			cper_print_line(p, 2, "%s: 0x%016" PRIx64, registers[i].name,
					registers[i].value);
}

static void print_fw_err(struct cper_printer *p, const struct cper_payload *payload)
{
	static const char *const types[] = {
		"IPF SAL Error Record",
		"SOC Firmware Error Record Type1 (Legacy CrashLog Support)",
		"SOC Firmware Error Record Type2",
	};
	const struct cper_sec_fw_err_rec_ref *fw = (const void *)payload->bytes;
	uint32_t tail = sizeof(*fw);
	char guid[40];
	struct cper_text text;

	cper_print_line(p, 2, "Firmware Error Record Type: %s", CPER_NAME(types, fw->record_type));
	cper_print_line(p, 2, "Revision: %d", fw->revision);
	if (fw->revision == 0) {
		cper_print_line(p, 2, "Record Identifier: %08" PRIx64,
				le64toh(fw->record_identifier));
		tail = offsetof(struct cper_sec_fw_err_rec_ref, record_identifier_guid);
	} else if (fw->revision == 1) {
		tail = offsetof(struct cper_sec_fw_err_rec_ref, record_identifier);
	} else if (fw->revision == 2 && payload->length >= sizeof(*fw)) {
		cper_text_init(&text, guid, sizeof(guid));
		cper_text_guid(&text, &fw->record_identifier_guid);
		cper_print_line(p, 2, "Record Identifier: %s", guid);
	}
	if (tail > payload->length) {
		cper_print_line(p, 2, CPER_SECTION_TOO_SMALL ": offset=%d, length=%d", (int)tail,
				(int)payload->length);
		return;
	}
	cper_print_hex_dump(p, 2, 4, payload->bytes + tail, payload->length - tail, true);
}

/* ---- entries and the block ------------------------------------------------------------------- */

/* What Linux decodes. print NULL: it names the section and hands it to someone else. */
static const struct printable {
	guid_t type;
	const char *name;
	uint32_t min_length;
	uint32_t without;
	void (*print)(struct cper_printer *p, const struct cper_payload *payload);
} printables[] = {
	{CPER_SEC_CXL_GEN_MEDIA_GUID, "CXL General Media Event", 0, 0, NULL},
	{CPER_SEC_CXL_DRAM_GUID, "CXL DRAM Event", 0, 0, NULL},
	{CPER_SEC_CXL_MEM_MODULE_GUID, "CXL Memory Module Event", 0, 0, NULL},
	{CPER_SEC_PROC_GENERIC, "general processor error", sizeof(struct cper_sec_proc_generic), 0,
	 print_proc_generic},
	{CPER_SEC_PLATFORM_MEM, "memory error", sizeof(struct cper_sec_mem_err_old), 0,
	 cper_print_mem},
	{CPER_SEC_PCIE, "PCIe error", sizeof(struct cper_sec_pcie), 0, cper_print_pcie},
	{CPER_SEC_PROC_ARM, "ARM processor error", sizeof(struct cper_sec_proc_arm),
	 CPER_LOG_WITHOUT_ARM, cper_print_proc_arm},
	{CPER_SEC_PROC_IA, "IA32/X64 processor error", sizeof(struct cper_sec_proc_ia),
	 CPER_LOG_WITHOUT_X86, cper_print_proc_ia},
	{CPER_SEC_FW_ERR_REC_REF, "Firmware Error Record Reference", CPER_FW_ERR_REC_REF_MIN, 0,
	 print_fw_err},
	{CPER_SEC_CXL_PROT_ERR, "CXL Protocol Error", sizeof(struct cxl_cper_sec_prot_err), 0,
	 cper_print_cxl_prot_err},
};

static const struct printable *printable_find(const guid_t *type, uint32_t without)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(printables); i++)
		if (guid_equal(type, &printables[i].type))
			return printables[i].without & without ? NULL : &printables[i];
	return NULL;
}

static void print_unknown(struct cper_printer *p, const guid_t *type,
			  const struct cper_payload *payload)
{
	char guid[40];
	struct cper_text text;

	cper_text_init(&text, guid, sizeof(guid));
	cper_text_guid(&text, type);
	cper_print_line(p, 2, "section type: unknown, %s", guid);
	cper_print_line(p, 2, "section length: 0x%x", payload->length);
	cper_print_hex_dump(p, 2, 4, payload->bytes, payload->length, true);
}

static unsigned int bcd(uint8_t value)
{
	return (value & 0xfu) + (value >> 4) * 10u;
}

static void print_timestamp(struct cper_printer *p, const struct acpi_hest_generic_data_v300 *gdata)
{
	const uint8_t *t =
		(const uint8_t *)gdata + offsetof(struct acpi_hest_generic_data_v300, time_stamp);

	cper_print_line(p, 1, "%ststamp: %02u%02u-%02u-%02u %02u:%02u:%02u",
			t[3] & 1 ? "precise " : "imprecise ", bcd(t[7]), bcd(t[6]), bcd(t[5]),
			bcd(t[4]), bcd(t[2]), bcd(t[1]), bcd(t[0]));
}

static void print_entry_header(struct cper_printer *p, const struct acpi_hest_generic_data *gdata,
			       unsigned int number)
{
	char guid[40];
	struct cper_text text;

	if (acpi_hest_get_version(gdata) >= 3 &&
	    (gdata->validation_bits & ACPI_HEST_GEN_VALID_TIMESTAMP))
		print_timestamp(p, (const void *)gdata);
	/* 16 bits: so does Linux, and calls a severity of 0x10002 corrected, too. */
	cper_print_line(p, 1, "Error %u, type: %s", number,
			cper_severity_str((uint16_t)le32toh(gdata->error_severity)));
	if (gdata->validation_bits & ACPI_HEST_GEN_VALID_FRU_ID) {
		cper_text_init(&text, guid, sizeof(guid));
		cper_text_guid(&text, (const guid_t *)gdata->fru_id);
		cper_print_line(p, 1, "fru_id: %s", guid);
	}
	if (gdata->validation_bits & ACPI_HEST_GEN_VALID_FRU_STRING)
		cper_print_line(p, 1, "fru_text: %.20s", (const char *)gdata->fru_text);
}

static void print_section(struct cper_printer *p, const struct acpi_hest_generic_data *gdata)
{
	const struct cper_payload payload = {acpi_hest_get_payload(gdata),
					     acpi_hest_get_error_length(gdata)};
	const guid_t *type = acpi_hest_get_section_type(gdata);
	const struct printable *known = printable_find(type, p->log->without);

	if (!known) {
		print_unknown(p, type, &payload);
		return;
	}
	cper_print_line(p, 2, "section_type: %s", known->name);
	if (payload.length < known->min_length)
		cper_print_fw_warn(p, CPER_SECTION_TOO_SMALL);
	else if (known->print)
		known->print(p, &payload);
}

void cper_estatus_print(const struct cper_log *log, int level, const char *prefix,
			const struct acpi_hest_generic_status *estatus)
{
	uint16_t severity = (uint16_t)le32toh(estatus->error_severity);
	const struct acpi_hest_generic_data *gdata;
	struct cper_printer p;
	unsigned int number = 0;

	p.log = log;
	p.level = level;
	cper_text_init(&p.line, p.buf, sizeof(p.buf));
	cper_text_fmt(&p.line, "%.63s", prefix);
	p.prefix_len = p.line.len;

	if (severity == CPER_SEV_CORRECTED)
		cper_print_line(&p, 0,
				"It has been corrected by h/w and requires no further action");
	cper_print_line(&p, 0, "event severity: %s", cper_severity_str(severity));
	apei_estatus_for_each_section (estatus, gdata) {
		print_entry_header(&p, gdata, number++);
		print_section(&p, gdata);
	}
}
