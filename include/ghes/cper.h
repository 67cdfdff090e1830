/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Common Platform Error Records: checks of a generic error status block, a walk over its sections
 * that cannot leave it, the text that Linux logs, and full decodes as text and JSON.
 *
 * Flow: estatus.c (a private copy of what firmware wrote) -> checks here -> sections to process.c,
 *       text to the log.
 *
 * Everything works on memory that firmware can no longer change, and takes the number of bytes
 * that are really there; no length inside the record is believed beyond that. Nothing here
 * allocates, locks, blocks or writes shared state.
 *
 *                             task   irq   nmi   nmi-in-nmi
 *   checks, iteration           y     y     y        y
 *   cper_estatus_print()        y     y     y        y     as far as the caller's sink allows it
 *   decodes (text, JSON)        y     y     -        -     as above; long, so not meant for NMI
 *
 *   Any op may run together with any other, on the same record too: all arguments are read only.
 *   Void if another context writes the record meanwhile.
 *   Progress: wait-free; steps are bounded by the number of bytes given.
 *
 * Source: ACPI 6.5, 18.3.2.7.1; UEFI 2.10, appendix N; texts and order of checks as Linux 6.12.
 */
#ifndef GHES_CPER_H
#define GHES_CPER_H

#include <ghes/api.h>
#include <ghes/cper_wire.h>
#include <ghes/errors.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what is wrong with a record ------------------------------------------------------------- */

/*
 * X(name, error, level, text): enum cper_fault CPER_F_<name>. REJECT: an operating system refuses
 * the block. SECTION: it refuses this section only. WARN: odd, but accepted.
 * In the text, %v is replaced by finding.value and %l by finding.limit.
 */
#define CPER_FAULTS(X)                                                                             \
	X(NONE, 0, NOTE, "well-formed")                                                            \
	X(EMPTY, GHES_ENOENT, NOTE, "block status is 0: no record is pending")                     \
	X(TRUNCATED, GHES_ERANGE, REJECT,                                                          \
	  "block length %v is out of range: at least %l bytes and no 32-bit overflow expected")    \
	X(LENGTH, GHES_EOVERFLOW, REJECT, "block length %v exceeds the %l bytes there are")        \
	X(DATA_LENGTH, GHES_EINVAL, REJECT,                                                        \
	  "data length %v is neither 0 nor at least one entry header of %l bytes")                 \
	X(RAW_OFFSET, GHES_EINVAL, REJECT,                                                         \
	  "raw data offset %v overlaps the data entries, which end at %l")                         \
	X(ENTRY_HEADER, GHES_EINVAL, REJECT,                                                       \
	  "an entry header needs %v bytes, but only %l bytes of data are left")                    \
	X(ENTRY_LENGTH, GHES_EINVAL, REJECT,                                                       \
	  "the entry claims %v bytes with its header, but only %l bytes of data are left")         \
	X(SIGNATURE, GHES_EINVAL, REJECT, "signature is not \"CPER\"")                             \
	X(SIGNATURE_END, GHES_EINVAL, REJECT, "signature end is 0x%x, expected 0xffffffff")        \
	X(RECORD_SHORT, GHES_ERANGE, REJECT, "%v bytes cannot hold a record header of %l bytes")   \
	X(RECORD_LENGTH, GHES_EOVERFLOW, REJECT,                                                   \
	  "record length %v exceeds the %l bytes there are")                                       \
	X(DESCRIPTORS, GHES_EOVERFLOW, REJECT,                                                     \
	  "the section descriptors end at %v, beyond the record's %l bytes")                       \
	X(SECTION_RANGE, GHES_EOVERFLOW, SECTION,                                                  \
	  "the section ends at %v, beyond the record's %l bytes")                                  \
	X(SECTION_OVERLAP, GHES_EINVAL, SECTION,                                                   \
	  "the section begins at %v, inside the headers that end at %l")                           \
	X(SECTION_SHORT, GHES_ERANGE, SECTION, "the section has %v bytes, at least %l expected")   \
	X(SECTION_INNER, GHES_ERANGE, SECTION,                                                     \
	  "the section's own counts and lengths need %v bytes, but it has %l")                     \
	X(SECTION_BITS, GHES_EINVAL, SECTION,                                                      \
	  "validation bits 0x%x are set for fields beyond the structure")                          \
	X(CONTEXT_TYPE, GHES_EINVAL, SECTION, "register context type %v is above %l")              \
	X(SEVERITY, 0, WARN, "severity %v is unknown (highest: %l); it is treated as fatal")       \
	X(SEVERITY_WORSE, 0, WARN, "section severity %v is worse than the block's %l")             \
	X(STATUS_BITS, 0, WARN, "reserved bits 0x%x are set")                                      \
	X(ENTRY_COUNT, 0, WARN, "block status counts %v entries, but there are %l")                \
	X(ENTRY_REVISION, 0, WARN, "entry revision 0x%x, expected 0x201 or 0x300")                 \
	X(ENTRY_VALID, 0, WARN, "reserved validation bits 0x%x are set")                           \
	X(FLAGS, 0, WARN, "reserved flags 0x%x are set")                                           \
	X(RESERVED, 0, WARN, "reserved bytes are not zero")                                        \
	X(UNKNOWN_SECTION, 0, WARN, "section type is not known")                                   \
	X(FRU_TEXT, 0, WARN, "FRU text is not terminated printable ASCII")                         \
	X(TIMESTAMP, 0, WARN, "timestamp is not BCD of a date and time")                           \
	X(REVISION, 0, WARN, "record revision 0x%x, expected 0x100 or 0x101")                      \
	X(SECTION_COUNT, 0, WARN, "the record has no section")                                     \
	X(TRAILING, 0, WARN, "%v bytes follow the record")                                         \
	X(CXL_LOG, 0, WARN, "the error log has %v bytes, less than the %l of a RAS capability")    \
	X(SECTION_VALID, 0, WARN, "reserved validation bits 0x%x are set in the section")

enum cper_fault {
#define CPER_FAULT_ENUM(name, error, level, text) CPER_F_##name,
	CPER_FAULTS(CPER_FAULT_ENUM)
#undef CPER_FAULT_ENUM
		CPER_FAULT_COUNT
};

enum cper_fault_level {
	CPER_LEVEL_NOTE,
	CPER_LEVEL_WARN,
	CPER_LEVEL_SECTION,
	CPER_LEVEL_REJECT,
};

/* Where and what: filled in by checks, turned into words by cper_finding_text(). */
struct cper_finding {
	enum cper_fault fault;
	uint32_t offset; /* of the offending field, from the start of the block or record */
	uint64_t value;	 /* what it says */
	uint64_t limit;	 /* what it should have respected */
};

/**
 * cper_fault_level() - how bad a finding is
 *
 * Context: any, wait-free.
 */
GHES_API enum cper_fault_level cper_fault_level(enum cper_fault fault);

/**
 * cper_fault_errno() - the negative enum ghes_error for a fault; 0 for a warning
 *
 * Context: any, wait-free.
 */
GHES_API int cper_fault_errno(enum cper_fault fault);

/**
 * cper_finding_text() - one line, without offset and newline
 * @finding: what a check found
 * @buf: written, always terminated if @size is not 0
 * @size: bytes at @buf; 120 are enough for every text
 *
 * Context: any, wait-free. Return: length of the text, as written.
 */
GHES_API size_t cper_finding_text(const struct cper_finding *finding, char *buf, size_t size);

/* ---- generic error data entries -------------------------------------------------------------- */

static inline unsigned int acpi_hest_get_version(const struct acpi_hest_generic_data *gdata)
{
	return le16toh(gdata->revision) >> 8;
}

/* Bytes of the entry's header: 64, or 72 from revision 3.0 on. */
static inline uint32_t acpi_hest_get_size(const struct acpi_hest_generic_data *gdata)
{
	return acpi_hest_get_version(gdata) >= 3 ? sizeof(struct acpi_hest_generic_data_v300)
						 : sizeof(struct acpi_hest_generic_data);
}

static inline uint32_t acpi_hest_get_error_length(const struct acpi_hest_generic_data *gdata)
{
	return le32toh(gdata->error_data_length);
}

/* Header and payload. 64 bits, since the length is hostile. */
static inline uint64_t acpi_hest_get_record_size(const struct acpi_hest_generic_data *gdata)
{
	return (uint64_t)acpi_hest_get_size(gdata) + acpi_hest_get_error_length(gdata);
}

static inline const void *acpi_hest_get_payload(const struct acpi_hest_generic_data *gdata)
{
	return (const uint8_t *)gdata + acpi_hest_get_size(gdata);
}

static inline const guid_t *acpi_hest_get_section_type(const struct acpi_hest_generic_data *gdata)
{
	return (const guid_t *)gdata->section_type;
}

/* ---- error status block ---------------------------------------------------------------------- */

/* What Linux would compute in 32 bits; here without overflow. The header's 20 bytes are read. */
static inline uint64_t cper_estatus_len(const struct acpi_hest_generic_status *estatus)
{
	uint32_t raw_data_length = le32toh(estatus->raw_data_length);

	if (raw_data_length)
		return (uint64_t)le32toh(estatus->raw_data_offset) + raw_data_length;
	return sizeof(*estatus) + (uint64_t)le32toh(estatus->data_length);
}

/**
 * cper_estatus_check_header() - is the 20-byte header of a status block acceptable?
 * @estatus: a private copy of the header, 20 bytes
 * @avail: bytes that the whole block may have: min(error block length, buffer), at least 20
 * @finding: where and what is wrong; may be NULL
 *
 * In the order Linux checks: length, then the header's rules. Block status and severity are not
 * looked at: an empty block is the caller's business.
 *
 * Context: any, wait-free. Return: 0; -GHES_ERANGE (truncated), -GHES_EOVERFLOW (longer than
 * @avail), -GHES_EINVAL (header is inconsistent). Source: ACPI 6.5, 18.3.2.7.1.
 */
GHES_API int cper_estatus_check_header(const struct acpi_hest_generic_status *estatus,
				       uint64_t avail, struct cper_finding *finding);

/**
 * cper_estatus_check() - is the whole status block acceptable?
 * @estatus: a private copy of the block
 * @avail: bytes that are really there
 * @finding: where and what is wrong; may be NULL
 *
 * cper_estatus_check_header(), and each entry and its payload lie inside the data, of which
 * nothing remains. After a 0, apei_estatus_for_each_section() visits every entry.
 *
 * Context: any, wait-free; steps bounded by data length / 64. Return: as the header check.
 */
GHES_API int cper_estatus_check(const struct acpi_hest_generic_status *estatus, uint64_t avail,
				struct cper_finding *finding);

/*
 * The entry at @offset into the entries' data, or NULL if it does not lie inside it as a whole.
 * Needs only what cper_estatus_check_header() promises: data_length bytes after the header.
 */
static inline const struct acpi_hest_generic_data *
__apei_estatus_section_at(const struct acpi_hest_generic_status *estatus, uint64_t offset)
{
	uint64_t data_length = le32toh(estatus->data_length);
	const struct acpi_hest_generic_data *gdata;

	if (offset > data_length || data_length - offset < sizeof(*gdata))
		return NULL;
	gdata = (const struct acpi_hest_generic_data *)((const uint8_t *)(estatus + 1) + offset);
	return acpi_hest_get_record_size(gdata) <= data_length - offset ? gdata : NULL;
}

static inline const struct acpi_hest_generic_data *
acpi_hest_get_next(const struct acpi_hest_generic_status *estatus,
		   const struct acpi_hest_generic_data *gdata)
{
	uint64_t offset = (uint64_t)((const uint8_t *)gdata - (const uint8_t *)(estatus + 1));

	return __apei_estatus_section_at(estatus, offset + acpi_hest_get_record_size(gdata));
}

/*
 * apei_estatus_for_each_section() - visit the entries of a block
 * @estatus: const struct acpi_hest_generic_status *, checked at least by
 *	     cper_estatus_check_header()
 * @section: const struct acpi_hest_generic_data *; header and payload are inside the block
 *
 * Ends at the first entry that would leave the block, so it is safe without
 * cper_estatus_check() too. Each step moves on by at least 64 bytes.
 */
#define apei_estatus_for_each_section(estatus, section)                                            \
	for ((section) = __apei_estatus_section_at(estatus, 0); (section) != NULL;                 \
	     (section) = acpi_hest_get_next(estatus, section))

/**
 * cper_severity_str() - "recoverable", "fatal", "corrected", "info", or "unknown"
 */
GHES_API const char *cper_severity_str(unsigned int severity);

/* ---- sections -------------------------------------------------------------------------------- */

/* What is known about a section type as a whole. */
struct cper_section_type {
	guid_t guid;
	const char *name;     /* of the specification, or the vendor's */
	const char *json_key; /* of its object in JSON */
	uint32_t min_length;  /* bytes below which an operating system refuses it; 0: none */
	uint32_t nominal;     /* bytes that the specification gives it, without variable parts */
};

/**
 * cper_section_type_find() - what a section GUID stands for
 *
 * Context: any, wait-free (a walk over some 30 entries: not for the fast path).
 * Return: a constant entry, or NULL if the type is not known.
 */
GHES_API const struct cper_section_type *cper_section_type_find(const guid_t *guid);

/**
 * cper_section_fits() - may a consumer read a payload as the fixed part of its section type?
 * @gdata: an entry that apei_estatus_for_each_section() gave
 * @size: bytes that will be read, as sizeof(struct cper_sec_pcie)
 *
 * Context: any, wait-free.
 */
static inline bool cper_section_fits(const struct acpi_hest_generic_data *gdata, size_t size)
{
	return acpi_hest_get_error_length(gdata) >= size;
}

/**
 * cper_mem_err_load() - a memory section, whatever its length, as the current structure
 * @mem: written as a whole; fields that the section does not have are 0, and so are their bits
 * @payload: the section's bytes
 * @length: their number
 *
 * Reads no byte beyond @length (Linux reads 80 also when there are 73 or fewer).
 *
 * Context: any, wait-free. Return: 0; -GHES_ERANGE below 73 bytes; -GHES_EINVAL if a section
 * without them claims fields of the longer structure.
 */
GHES_API int cper_mem_err_load(struct cper_sec_mem_err *mem, const void *payload, uint32_t length);

/* ---- the text that Linux logs ---------------------------------------------------------------- */

/* Log levels as the kernel numbers them; the same as enum ghes_log_level's where that has one. */
#define CPER_LOGLEVEL_EMERG   0
#define CPER_LOGLEVEL_ERR     3
#define CPER_LOGLEVEL_WARNING 4
#define CPER_LOGLEVEL_INFO    6

/* Sections that a kernel configured for one architecture does not decode, but dumps */
#define CPER_LOG_WITHOUT_ARM 0x1u
#define CPER_LOG_WITHOUT_X86 0x2u

/* Where text goes. The callbacks must allow the contexts that the caller prints in. */
struct cper_log {
	/*
	 * One log record: @prefix and all, without a newline; @text is terminated, and gone after
	 * the call. Warnings about firmware come at CPER_LOGLEVEL_ERR and without the prefix.
	 */
	void (*line)(void *ctx, int level, const char *text, size_t len);
	/* Names of a DIMM by its SMBIOS handle: sets both and returns true if known. May be NULL.
	 */
	bool (*dmi_memdev_name)(void *ctx, uint16_t handle, const char **bank, const char **device);
	void *ctx;
	uint32_t without; /* CPER_LOG_WITHOUT_*; 0 decodes all that any Linux does */
};

/**
 * cper_estatus_print() - log a status block as Linux 6.12 does
 * @log: where to
 * @level: of most lines: CPER_LOGLEVEL_EMERG before a panic, WARNING for corrected and
 *	   informational blocks, else ERR
 * @prefix: what each line begins with, as "{1}[Hardware Error]: "; at most 63 characters count
 * @estatus: a private copy of a block, that cper_estatus_check() accepted
 *
 * Where Linux reads beyond a section because it believes an inner length, this ends with the
 * kernel's own "error section length is too small".
 *
 * Context: any that @log allows; about 2 KiB of stack. Wait-free but for the callbacks; at most
 * about one line per 4 bytes of the block.
 */
GHES_API void cper_estatus_print(const struct cper_log *log, int level, const char *prefix,
				 const struct acpi_hest_generic_status *estatus);

/* Texts of the memory section; "unknown" and "Reserved" for what the specification does not have.
 */
GHES_API const char *cper_mem_err_type_str(unsigned int etype);
GHES_API const char *cper_mem_err_status_str(uint64_t status);

/* ---- decodes of full records and of status blocks -------------------------------------------- */

enum cper_format {
	CPER_FORMAT_TEXT, /* a line per field: offset, the specification's name, value, meaning */
	CPER_FORMAT_JSON, /* as libcper's, with "findings" added */
};

/* Where a decode goes, piece by piece. Pure printable ASCII and newlines; not terminated. */
struct cper_out {
	void (*write)(void *ctx, const char *text, size_t len);
	void *ctx;
};

/**
 * cper_is_record() - do the bytes begin like a full CPER record, and not like a status block?
 */
GHES_API bool cper_is_record(const void *bytes, size_t len);

/**
 * cper_decode() - decode a CPER record or an error status block
 * @bytes: either; a private copy
 * @len: bytes there are; may be more or less than the lengths inside say
 * @error_block_length: of the HEST source, in bytes; 0: not known
 * @format: what to write
 * @out: where to
 *
 * Fields whose validation bit is not set are left out. What breaks a rule is decoded as far as it
 * goes, and named at the end with its offset.
 *
 * Context: task. Return: 0; -GHES_ERANGE if not even a header is there, -GHES_EOVERFLOW from
 * 4 GiB on. Source: UEFI 2.10, appendix N; ACPI 6.5, 18.3.2.7.1; JSON: libcper's.
 */
GHES_API int cper_decode(const void *bytes, size_t len, uint64_t error_block_length,
			 enum cper_format format, const struct cper_out *out);

/**
 * cper_lint() - all that is wrong with a CPER record or an error status block
 * @bytes, @len, @error_block_length: as for cper_decode()
 * @report: called for each finding, in no particular order of offsets
 *
 * Context: task. Return: as cper_decode().
 */
GHES_API int cper_lint(const void *bytes, size_t len, uint64_t error_block_length,
		       void (*report)(void *ctx, const struct cper_finding *finding), void *ctx);

#ifdef __cplusplus
}
#endif

#endif
