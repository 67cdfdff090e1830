/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Hardware Error Source Table: walked, decoded, checked. No malloc, no globals, O(n).
 *
 * Flow: bytes of a table -> hest_parse() -> struct hest_source, struct hest_finding (callbacks)
 * -> ghes_check_generic() with what the platform supports -> struct hest_generic_info, which is
 * all that later code uses of the table.
 *
 * Every byte is hostile. Each field is read only after its end was compared with the end of the
 * table, in the same pass, so a table that changes meanwhile can yield nonsense but no access
 * outside of it; sums are done so that they cannot wrap.
 *
 * Departures from Linux (hest.c), which walks the table three times and drops every source when
 * anything in it is wrong:
 * - sources before a bad one are kept, and those after it when its length is known; where it is
 *   not (unknown type, truncated), nothing behind it can be found and the walk ends;
 * - the second of two enabled generic sources with one id is dropped, the first one stays;
 * - a disabled corrected machine check source has no effect (x86 Linux then disables the table);
 * - a generic source assists (GHES_ASSIST) if its related id is that of *any* machine check source
 *   with that flag, wherever it stands; Linux remembers the last one of each type. They differ only
 *   when a type occurs twice, which the specification forbids.
 * What Linux would have done is told all the same: hest_linux_verdict().
 *
 * Source: ACPI 6.5, 18.3.2. Offsets are in bytes from the start of the table.
 */
#ifndef GHES_HEST_H
#define GHES_HEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ghes/acpi.h>
#include <ghes/api.h>
#include <ghes/gar.h>

#ifdef __cplusplus
extern "C" {
#endif

/* GHES_ESTATUS_MAX_SIZE: longest error status block that is ever read, in bytes (as Linux) */
#define GHES_ESTATUS_MAX_SIZE 65536u

/* Related Source Id of a generic source that replaces no other */
#define HEST_NO_RELATED_SOURCE 0xffffu

/* HEST_ERROR: an operating system rejects the table, or this source; HEST_WARNING: an oddity */
enum hest_severity {
	HEST_WARNING,
	HEST_ERROR,
};

/*
 * The one list of rules: X(name, "name in output", severity, error, tag in the kernel's log)
 *
 * The error is what a function returns that stops at this rule; 0: it goes on. The first group is
 * about the table, the second about the bytes of a source (ACPI, and what fwts holds against a
 * table), the third about a generic source that someone wants to use.
 */
#define HEST_RULES(X)                                                                              \
	X(LENGTH_SHORT, "length-short", HEST_ERROR, GHES_EINVAL, FW_BUG)                           \
	X(LENGTH_BEYOND, "length-beyond", HEST_ERROR, GHES_EOVERFLOW, FW_BUG)                      \
	X(LENGTH_TRAILING, "length-trailing", HEST_WARNING, 0, NONE)                               \
	X(CHECKSUM, "checksum", HEST_WARNING, 0, FW_BUG)                                           \
	X(TABLE_ENDS, "table-ends", HEST_ERROR, GHES_EOVERFLOW, FW_BUG)                            \
	X(UNKNOWN_TYPE, "unknown-type", HEST_ERROR, GHES_EINVAL, FW_WARN)                          \
	X(SOURCE_OVERFLOW, "source-overflow", HEST_ERROR, GHES_EOVERFLOW, FW_BUG)                  \
	X(TRAILING_SOURCES, "trailing-sources", HEST_WARNING, 0, NONE)                             \
	X(DUPLICATE_ID, "duplicate-id", HEST_ERROR, GHES_EEXIST, FW_WARN)                          \
	X(SHARED_ID, "shared-id", HEST_WARNING, 0, NONE)                                           \
	X(CMC_DISABLED, "cmc-disabled", HEST_ERROR, 0, NONE)                                       \
	X(TYPE_REPEATED, "type-repeated", HEST_WARNING, 0, NONE)                                   \
	X(RELATED_ID, "related-id", HEST_WARNING, 0, NONE)                                         \
	X(RESERVED, "reserved", HEST_WARNING, 0, NONE)                                             \
	X(FLAGS_RESERVED, "flags-reserved", HEST_WARNING, 0, NONE)                                 \
	X(FLAGS_CONFLICT, "flags-conflict", HEST_WARNING, 0, NONE)                                 \
	X(ENABLED_VALUE, "enabled-value", HEST_WARNING, 0, NONE)                                   \
	X(NO_RECORDS, "no-records", HEST_WARNING, 0, NONE)                                         \
	X(NO_SECTIONS, "no-sections", HEST_WARNING, 0, NONE)                                       \
	X(NO_BANKS, "no-banks", HEST_WARNING, 0, NONE)                                             \
	X(BANK_CLEAR, "bank-clear", HEST_WARNING, 0, NONE)                                         \
	X(BANK_FORMAT, "bank-format", HEST_WARNING, 0, NONE)                                       \
	X(NOTIFY_LENGTH, "notify-length", HEST_WARNING, 0, NONE)                                   \
	X(NOTIFY_CONFIG, "notify-config", HEST_WARNING, 0, NONE)                                   \
	X(NOTIFY_RESERVED, "notify-reserved", HEST_WARNING, 0, NONE)                               \
	X(GAR_FIXED_UP, "gar-fixed-up", HEST_WARNING, 0, NONE)                                     \
	X(NOTIFY_UNSUPPORTED, "notify-unsupported", HEST_ERROR, GHES_ENOTSUP, NONE)                \
	X(NOTIFY_UNKNOWN, "notify-unknown", HEST_ERROR, GHES_EINVAL, FW_WARN)                      \
	X(BLOCK_SHORT, "block-short", HEST_ERROR, GHES_EIO, FW_BUG)                                \
	X(ACK_GAR, "ack-gar", HEST_ERROR, GHES_EINVAL, FW_BUG)                                     \
	X(STATUS_GAR, "status-gar", HEST_ERROR, GHES_EINVAL, FW_BUG)                               \
	X(GAR_UNMAPPED, "gar-unmapped", HEST_ERROR, GHES_EFAULT, NONE)                             \
	X(GAR_PORT_WIDTH, "gar-port-width", HEST_WARNING, 0, NONE)                                 \
	X(BLOCK_LONG, "block-long", HEST_WARNING, 0, FW_WARN)                                      \
	X(POLL_INTERVAL, "poll-interval", HEST_ERROR, 0, FW_WARN)                                  \
	X(SDEI_EVENT, "sdei-event", HEST_ERROR, GHES_EINVAL, NONE)

enum hest_rule {
	HEST_RULE_NONE,
#define HEST_RULE_ENUM(name, string, severity, err, tag) HEST_RULE_##name,
	HEST_RULES(HEST_RULE_ENUM)
#undef HEST_RULE_ENUM
};

#define HEST_INDEX_TABLE  UINT32_MAX /* a finding about the table, not about a source */
#define HEST_ID_NONE	  (-1)	     /* no source, or its id lies beyond the end */
#define HEST_FINDING_TEXT 192

/**
 * struct hest_finding - one rule broken at one place
 * @rule, @severity: which, and how bad
 * @err: what it stands for as a return value, negative, or 0
 * @index: of the source in the table from 0, or HEST_INDEX_TABLE
 * @source_id: of the source, or HEST_ID_NONE
 * @offset: of the field at fault
 * @text: one line without newline; the kernel's own words where the kernel has some, without its
 *	  tag, see hest_rule_tag()
 */
struct hest_finding {
	enum hest_rule rule;
	enum hest_severity severity;
	int err;
	uint32_t index;
	int32_t source_id;
	uint32_t offset;
	char text[HEST_FINDING_TEXT];
};

/* Hardware Error Notification, host byte order (ACPI 6.5, 18.3.2.9) */
struct hest_notify_info {
	uint8_t type; /* enum acpi_hest_notify_types */
	uint8_t length;
	uint16_t config_write_enable;
	uint32_t poll_interval_ms;
	uint32_t vector; /* GSIV or SDEI event number */
	uint32_t polling_threshold_value;
	uint32_t polling_threshold_window_ms;
	uint32_t error_threshold_value;
	uint32_t error_threshold_window_ms;
};

/**
 * struct hest_generic_info - a GHES or GHESv2 as the rest of the library uses it
 *
 * A decoded copy: it stays good when the table goes. It says what firmware wrote;
 * ghes_check_generic() says whether that can be used, and nobody may use it before.
 *
 * @index, @offset: where in the table it stood
 * @estatus_length: bytes that may be read for a block, min(error_block_length,
 *		    GHES_ESTATUS_MAX_SIZE)
 * @read_ack_register, @read_ack_preserve, @read_ack_write: zero if @v2 is false
 */
struct hest_generic_info {
	uint32_t index;
	uint32_t offset;
	uint16_t type;
	uint16_t source_id;
	uint16_t related_source_id;
	bool v2;
	bool enabled;
	uint32_t records_to_preallocate;
	uint32_t max_sections_per_record;
	uint32_t max_raw_data_length;
	struct apei_gar error_status_address;
	struct hest_notify_info notify;
	uint32_t error_block_length;
	uint32_t estatus_length;
	struct apei_gar read_ack_register;
	uint64_t read_ack_preserve;
	uint64_t read_ack_write;
};

enum hest_source_state {
	HEST_SOURCE_OK,	       /* whole; a generic one is enabled and stands for itself */
	HEST_SOURCE_DISABLED,  /* whole, its Enabled field is 0 */
	HEST_SOURCE_ASSIST,    /* a generic source that only assists a machine check source */
	HEST_SOURCE_DUPLICATE, /* a generic source whose id an earlier enabled one has */
	HEST_SOURCE_PARTIAL,   /* the table ends inside; only @available bytes may be read */
};

/**
 * struct hest_source - one source, as handed to a visitor
 * @bytes: the source itself, inside the caller's table, any alignment
 * @length: what it claims to be long; @available: how much of that is there
 * @generic: filled if @is_generic and the state is not HEST_SOURCE_PARTIAL
 *
 * Only HEST_SOURCE_OK is for use; the others are delivered so that a tool can show them.
 */
struct hest_source {
	uint32_t index;
	uint32_t offset;
	uint32_t length;
	uint32_t available;
	uint16_t type;
	uint16_t source_id;
	enum hest_source_state state;
	bool is_generic;
	const uint8_t *bytes;
	struct hest_generic_info generic;
};

enum hest_linux_arch {
	HEST_LINUX_ARM64,
	HEST_LINUX_X86,
	HEST_LINUX_ARCHS,
};

/**
 * struct hest_table_info - the table as a whole, known before the first source is delivered
 * @size: bytes that were looked at: the smaller of the header's length and the caller's size
 * @length, @revision, @oem_id ... : as the header says; the strings are terminated, and bytes that
 *	  do not print are '?'
 * @source_count: what the table claims; @sources: whole ones found; @generics: GHES and GHESv2
 *	  among those, disabled ones included
 * @linux_refusal: per architecture the rule for which Linux drops the table with everything in it,
 *	  or HEST_RULE_NONE
 */
struct hest_table_info {
	uint32_t size;
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem_id[6 + 1];
	char oem_table_id[8 + 1];
	uint32_t oem_revision;
	char asl_compiler_id[4 + 1];
	uint32_t asl_compiler_revision;
	uint32_t source_count;
	uint32_t sources;
	uint32_t generics;
	enum hest_rule linux_refusal[HEST_LINUX_ARCHS];
};

/**
 * struct hest_visitor - who hears of what is found; any of them may be NULL
 * @table: once, first
 * @source: each source in table order; a value other than 0 ends the walk and is returned
 * @finding: those of the table after @table, those of a source after its @source
 *
 * What is pointed to is valid during the call only (but hest_source.bytes: as long as the table).
 */
struct hest_visitor {
	void (*table)(void *ctx, const struct hest_table_info *table);
	int (*source)(void *ctx, const struct hest_source *source);
	void (*finding)(void *ctx, const struct hest_finding *finding);
};

/**
 * struct hest_scratch - memory that hest_parse() needs for its duration: sets of source ids
 *
 * 32 KiB; need not be initialised and says nothing afterwards. One per concurrent call.
 */
struct hest_scratch {
	uint64_t present[65536 / 64]; /* the id of any whole source */
	uint64_t assist[65536 / 64];  /* of a machine check source with GHES_ASSIST */
	uint64_t seen[65536 / 64];    /* of a source before the one at hand */
	uint64_t claimed[65536 / 64]; /* of an enabled, not assisting generic one before it */
};

/**
 * hest_parse() - walk a HEST
 * @table, @size: the bytes that there are; @table need not be aligned
 * @scratch: see there
 * @visitor, @ctx: who is told
 *
 * The whole of a table is walked as far as it can be; then the answer is 0 or the error of the
 * first finding that carries one. Sources that were delivered as HEST_SOURCE_OK are good even so.
 *
 * Context: task (findings are formatted; 2 KiB of stack). Reads each byte of the table a constant
 * number of times; allocates nothing; bounded by @size alone, whatever the table claims.
 *
 * Return: 0; -GHES_ENOENT: no ACPI header or another signature, nothing was delivered;
 * -GHES_EINVAL, -GHES_EOVERFLOW, -GHES_EEXIST: by the first such finding; or what @source returned.
 */
GHES_API int hest_parse(const void *table, size_t size, struct hest_scratch *scratch,
			const struct hest_visitor *visitor, void *ctx);

/* Bits of a notify mask: which notification types a platform can deliver */
#define HEST_NOTIFY_BIT(type) (1u << ACPI_HEST_NOTIFY_##type)
/* What every Linux takes; and what arm64 and x86 add, fully configured */
#define HEST_NOTIFY_LINUX                                                                          \
	(HEST_NOTIFY_BIT(POLLED) | HEST_NOTIFY_BIT(EXTERNAL) | HEST_NOTIFY_BIT(SCI) |              \
	 HEST_NOTIFY_BIT(GPIO) | HEST_NOTIFY_BIT(GSIV))
#define HEST_NOTIFY_LINUX_ARM64                                                                    \
	(HEST_NOTIFY_LINUX | HEST_NOTIFY_BIT(SEA) | HEST_NOTIFY_BIT(SOFTWARE_DELEGATED))
#define HEST_NOTIFY_LINUX_X86 (HEST_NOTIFY_LINUX | HEST_NOTIFY_BIT(NMI))

/**
 * ghes_check_generic() - can this generic source be used? (what Linux asks in ghes_probe())
 * @info: a decoded source
 * @notify_mask: notification types that the platform can deliver, HEST_NOTIFY_BIT()s
 * @finding, @ctx: told every rule that is broken, in the order in which Linux looks; may be NULL
 *
 * The rules are pure functions of @info: no register is touched and nothing is mapped.
 * A polled source with interval 0 is usable, as in Linux: what is pending when it is added gets
 * handled, then nobody polls it (HEST_RULE_POLL_INTERVAL).
 *
 * Context: task. Return: 0; -GHES_ENODEV: disabled in the table, nothing was checked; else the
 * error of the first rule that forbids its use (Linux returns ENXIO for HEST_RULE_GAR_UNMAPPED and
 * EINVAL or ENOTSUPP for HEST_RULE_NOTIFY_UNSUPPORTED).
 */
GHES_API int ghes_check_generic(const struct hest_generic_info *info, uint32_t notify_mask,
				void (*finding)(void *ctx, const struct hest_finding *finding),
				void *ctx);

/**
 * hest_generic_decode() - decode one GHES (64 bytes) or GHESv2 (92) by its type field
 * @bytes, @size: the source; any alignment
 * @info: where to; @info->index and @info->offset become 0
 *
 * Context: any. Return: 0; -GHES_ENODEV: another type; -GHES_EOVERFLOW: @size is too small.
 */
GHES_API int hest_generic_decode(const void *bytes, size_t size, struct hest_generic_info *info);

enum hest_linux_answer {
	HEST_LINUX_ACCEPTED,
	HEST_LINUX_NEVER_POLLED, /* accepted, but its poll interval is 0 */
	HEST_LINUX_IGNORED,	 /* not a generic source, disabled, or assisting another */
	HEST_LINUX_REFUSED,	 /* this source only, see rule */
	HEST_LINUX_TABLE_DROPPED,
};

/* @rule and @text say why; for HEST_LINUX_ACCEPTED they are HEST_RULE_NONE and "" */
struct hest_linux_verdict {
	enum hest_linux_answer answer;
	enum hest_rule rule;
	char text[HEST_FINDING_TEXT];
};

/**
 * hest_linux_verdict() - what Linux (6.12, fully configured) does with a source
 * @table, @source: as handed to a visitor
 * @arch: which Linux
 * @verdict: the answer
 *
 * Context: task.
 */
GHES_API void hest_linux_verdict(const struct hest_table_info *table,
				 const struct hest_source *source, enum hest_linux_arch arch,
				 struct hest_linux_verdict *verdict);

/* Names; constant strings, never NULL. Context: any. */
GHES_API const char *hest_rule_name(enum hest_rule rule);
GHES_API const char *hest_rule_tag(enum hest_rule rule); /* "[Firmware Bug]: ", ... or "" */
GHES_API const char *hest_type_name(uint16_t type);	 /* "Reserved" if there is none */
GHES_API const char *hest_notify_name(uint8_t type);	 /* as in ACPI_HEST_NOTIFY_*; "reserved" */

#ifdef __cplusplus
}
#endif

#endif
