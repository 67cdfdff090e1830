// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each rule of HEST_RULES, broken once: the finding has to come, with its place, text and weight.
 * The list below is checked to be complete, so a new rule does not compile into silence.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include <ghes/errors.h>
#include <ghes/hest.h>

#include "hest_build.h"
#include "hest_collect.h"

/* Each makes a good table, breaks one rule, and says where by returning the offset */
typedef uint32_t (*spoil_fn)(struct hest_build *b);

static uint32_t at(const struct hest_build *b, const uint8_t *byte)
{
	return (uint32_t)(byte - b->bytes);
}

static uint32_t length_short(struct hest_build *b)
{
	hest_begin(b);
	put32(b->bytes + 4, 39);
	return 4;
}

static uint32_t length_beyond(struct hest_build *b)
{
	hest_all_types(b);
	put32(b->bytes + 4, (uint32_t)b->size + 1);
	return 4;
}

static uint32_t length_trailing(struct hest_build *b)
{
	hest_all_types(b);
	b->size++;
	return 4;
}

static uint32_t checksum(struct hest_build *b)
{
	hest_all_types(b);
	b->bytes[9] ^= 1;
	return 9;
}

static uint32_t table_ends(struct hest_build *b)
{
	hest_all_types(b);
	b->count++;
	hest_finish(b);
	return (uint32_t)b->size;
}

static uint32_t unknown_type(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	hest_add_ghes(b, 1, 3);
	source = hest_add_ghes(b, 513, 3);
	put16(source, 3);
	hest_finish(b);
	return at(b, source);
}

static uint32_t source_overflow(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	hest_add_ghes(b, 1, 3);
	source = hest_add_ghes(b, 513, 3);
	b->size--;
	hest_finish(b);
	return at(b, source);
}

static uint32_t trailing_sources(struct hest_build *b)
{
	hest_begin(b);
	hest_add_ghes(b, 1, 3);
	b->size += 4;
	hest_finish(b);
	return 104;
}

static uint32_t duplicate_id(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	hest_add_ghes(b, 513, 3);
	source = hest_add_ghes_v2(b, 513, 8);
	hest_finish(b);
	return at(b, source) + 2;
}

static uint32_t shared_id(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	hest_add_nmi(b, 513);
	source = hest_add_ghes(b, 513, 3);
	hest_finish(b);
	return at(b, source) + 2;
}

static uint32_t cmc_disabled(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_mc(b, 1, 513, 1);
	source[7] = 0;
	hest_finish(b);
	return at(b, source);
}

static uint32_t type_repeated(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	hest_add_nmi(b, 1);
	source = hest_add_nmi(b, 2);
	hest_finish(b);
	return at(b, source);
}

static uint32_t related_id(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_ghes(b, 1, 3);
	put16(source + 4, 2);
	hest_finish(b);
	return at(b, source) + 4;
}

static uint32_t reserved(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_mc(b, 0, 1, 1);
	source[39] = 0x55; /* the last one of seven */
	hest_finish(b);
	return at(b, source) + 39;
}

static uint32_t flags_reserved(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_mc(b, 1, 1, 1);
	source[6] = 2; /* GLOBAL is for AER */
	hest_finish(b);
	return at(b, source) + 6;
}

static uint32_t flags_conflict(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_mc(b, 11, 1, 1);
	source[6] = 5;
	hest_finish(b);
	return at(b, source) + 6;
}

static uint32_t enabled_value(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_aer(b, 7, 1);
	source[7] = 2;
	hest_finish(b);
	return at(b, source) + 7;
}

static uint32_t no_records(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_aer(b, 8, 1);
	put32(source + 8, 0);
	hest_finish(b);
	return at(b, source) + 8;
}

static uint32_t no_sections(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_ghes(b, 1, 3);
	put32(source + 12, 0);
	hest_finish(b);
	return at(b, source) + 12;
}

static uint32_t no_banks(struct hest_build *b)
{
	hest_begin(b);
	hest_add_mc(b, 0, 1, 0);
	hest_finish(b);
	return 40 + 32;
}

static uint32_t bank_clear(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_mc(b, 0, 1, 2);
	source[40 + 28 + 1] = 2; /* of the second bank */
	hest_finish(b);
	return at(b, source) + 40 + 28 + 1;
}

static uint32_t bank_format(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_mc(b, 11, 1, 1);
	source[48 + 2] = 3;
	hest_finish(b);
	return at(b, source) + 48 + 2;
}

static uint32_t notify_length(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_ghes_v2(b, 1, 11);
	source[33] = 0x5c;
	hest_finish(b);
	return at(b, source) + 33;
}

static uint32_t notify_config(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_ghes(b, 1, 3);
	put16(source + 34, 0x603e);
	hest_finish(b);
	return at(b, source) + 34;
}

static uint32_t notify_reserved(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_mc(b, 1, 1, 1);
	source[16] = 12;
	hest_finish(b);
	return at(b, source) + 16;
}

static uint32_t gar_fixed_up(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_ghes_v2(b, 1, 8);
	source[67] = 1; /* of the read ack register */
	hest_finish(b);
	return at(b, source) + 64;
}

static uint32_t notify_unsupported(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_ghes(b, 513, 2);
	hest_finish(b);
	return at(b, source) + 32;
}

static uint32_t notify_unknown(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_ghes(b, 513, 12);
	hest_finish(b);
	return at(b, source) + 32;
}

static uint32_t block_short(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_ghes(b, 513, 3);
	put32(source + 60, 19);
	hest_finish(b);
	return at(b, source) + 60;
}

static uint32_t ack_gar(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_ghes_v2(b, 513, 3);
	source[64] = 2;
	hest_finish(b);
	return at(b, source) + 64;
}

static uint32_t status_gar(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_ghes(b, 513, 3);
	put64(source + 24, 0);
	hest_finish(b);
	return at(b, source) + 20;
}

static uint32_t gar_unmapped(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_ghes(b, 513, 3);
	source[21] = 0;
	hest_finish(b);
	return at(b, source) + 20;
}

static uint32_t gar_port_width(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_ghes(b, 513, 3);
	source[20] = 1;
	hest_finish(b);
	return at(b, source) + 20;
}

static uint32_t block_long(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_ghes(b, 513, 3);
	put32(source + 60, 65537);
	hest_finish(b);
	return at(b, source) + 60;
}

static uint32_t poll_interval(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_ghes(b, 513, 0);
	put32(source + 36, 0);
	hest_finish(b);
	return at(b, source) + 36;
}

static uint32_t sdei_event(struct hest_build *b)
{
	uint8_t *source;

	hest_begin(b);
	source = hest_add_ghes(b, 513, 11);
	put32(source + 40, 0);
	hest_finish(b);
	return at(b, source) + 40;
}

#define TABLE UINT32_MAX

static const struct {
	enum hest_rule rule;
	spoil_fn spoil;
	enum hest_severity severity;
	int err;	/* of hest_parse(), or of ghes_check_generic() if @probe */
	uint32_t index; /* TABLE, or of the source */
	int32_t id;
	bool probe;
	const char *text;
} cases[] = {
	{HEST_RULE_LENGTH_SHORT, length_short, HEST_ERROR, -GHES_EINVAL, TABLE, -1, false,
	 "HEST: Length 39 is shorter than the table's own header of 40 bytes"},
	{HEST_RULE_LENGTH_BEYOND, length_beyond, HEST_ERROR, -GHES_EOVERFLOW, TABLE, -1, false,
	 "HEST: Length 669, but only 668 bytes are there"},
	{HEST_RULE_LENGTH_TRAILING, length_trailing, HEST_WARNING, 0, TABLE, -1, false,
	 "1 bytes follow the table, which ends at Length 668"},
	{HEST_RULE_CHECKSUM, checksum, HEST_WARNING, 0, TABLE, -1, false, NULL},
	{HEST_RULE_TABLE_ENDS, table_ends, HEST_ERROR, -GHES_EOVERFLOW, 9, -1, false,
	 "HEST: Table contents overflow: it ends before source 9 of 10."},
	{HEST_RULE_UNKNOWN_TYPE, unknown_type, HEST_ERROR, -GHES_EINVAL, 1, 513, false,
	 "HEST: Unknown or unused hardware error source type: 3 for hardware error source: 513."},
	{HEST_RULE_SOURCE_OVERFLOW, source_overflow, HEST_ERROR, -GHES_EOVERFLOW, 1, 513, false,
	 "HEST: Table contents overflow for hardware error source: 513."},
	{HEST_RULE_TRAILING_SOURCES, trailing_sources, HEST_WARNING, 0, TABLE, -1, false,
	 "4 bytes follow the last of 1 sources"},
	{HEST_RULE_DUPLICATE_ID, duplicate_id, HEST_ERROR, -GHES_EEXIST, 1, 513, false,
	 "HEST: Duplicated hardware error source ID: 513."},
	{HEST_RULE_SHARED_ID, shared_id, HEST_WARNING, 0, 1, 513, false,
	 "source id 513 is that of an earlier source too"},
	{HEST_RULE_CMC_DISABLED, cmc_disabled, HEST_ERROR, 0, 0, 513, false, NULL},
	{HEST_RULE_TYPE_REPEATED, type_repeated, HEST_WARNING, 0, 1, 2, false,
	 "more than one source of type 2"},
	{HEST_RULE_RELATED_ID, related_id, HEST_WARNING, 0, 0, 1, false,
	 "Related Source Id 2 names no source of this table"},
	{HEST_RULE_RESERVED, reserved, HEST_WARNING, 0, 0, 1, false,
	 "Reserved byte is 0x55, expected 0"},
	{HEST_RULE_FLAGS_RESERVED, flags_reserved, HEST_WARNING, 0, 0, 1, false,
	 "Flags 0x02 has reserved bits 0x02 set"},
	{HEST_RULE_FLAGS_CONFLICT, flags_conflict, HEST_WARNING, 0, 0, 1, false,
	 "Flags 0x05 has both FIRMWARE_FIRST and GHES_ASSIST set"},
	{HEST_RULE_ENABLED_VALUE, enabled_value, HEST_WARNING, 0, 0, 1, false,
	 "Enabled is 2, expected 0 to 1"},
	{HEST_RULE_NO_RECORDS, no_records, HEST_WARNING, 0, 0, 1, false,
	 "Number of Records To Pre-allocate is 0, expected at least 1"},
	{HEST_RULE_NO_SECTIONS, no_sections, HEST_WARNING, 0, 0, 1, false,
	 "Max Sections Per Record is 0, expected at least 1"},
	{HEST_RULE_NO_BANKS, no_banks, HEST_WARNING, 0, 0, 1, false,
	 "Number Of Hardware Banks is 0, expected at least 1"},
	{HEST_RULE_BANK_CLEAR, bank_clear, HEST_WARNING, 0, 0, 1, false,
	 "Clear Status On Initialization is 2, expected 0 to 1"},
	{HEST_RULE_BANK_FORMAT, bank_format, HEST_WARNING, 0, 0, 1, false,
	 "Status Data Format is 3, expected 0 to 2"},
	{HEST_RULE_NOTIFY_LENGTH, notify_length, HEST_WARNING, 0, 0, 1, false,
	 "Length is 92, expected 28"},
	{HEST_RULE_NOTIFY_CONFIG, notify_config, HEST_WARNING, 0, 0, 1, false,
	 "Configuration Write Enable 0x603e has reserved bits set"},
	{HEST_RULE_NOTIFY_RESERVED, notify_reserved, HEST_WARNING, 0, 0, 1, false,
	 "notification type 12 is reserved"},
	{HEST_RULE_GAR_FIXED_UP, gar_fixed_up, HEST_WARNING, 0, 0, 1, false,
	 "Read Ack Register: access size code 1 does not cover 64 bits, taken as 64 bit access"},
	{HEST_RULE_NOTIFY_UNSUPPORTED, notify_unsupported, HEST_ERROR, -GHES_ENOTSUP, 0, 513, true,
	 "GHES: Generic hardware error source: 513 notified via local interrupt is not supported!"},
	{HEST_RULE_NOTIFY_UNKNOWN, notify_unknown, HEST_ERROR, -GHES_EINVAL, 0, 513, true,
	 "GHES: Unknown notification type: 12 for generic hardware error source: 513"},
	{HEST_RULE_BLOCK_SHORT, block_short, HEST_ERROR, -GHES_EIO, 0, 513, true,
	 "GHES: Invalid error block length: 19 for generic hardware error source: 513"},
	{HEST_RULE_ACK_GAR, ack_gar, HEST_ERROR, -GHES_EINVAL, 0, 513, true,
	 "APEI: Invalid address space type in GAR [0x90001008/64/0/4/2]"},
	{HEST_RULE_STATUS_GAR, status_gar, HEST_ERROR, -GHES_EINVAL, 0, 513, true,
	 "APEI: Invalid physical address in GAR [0x0/64/0/4/0]"},
	{HEST_RULE_GAR_UNMAPPED, gar_unmapped, HEST_ERROR, -GHES_EFAULT, 0, 513, true,
	 "a register of 0 bits cannot be mapped (Linux: ENXIO, silently)"},
	{HEST_RULE_GAR_PORT_WIDTH, gar_port_width, HEST_WARNING, 0, 0, 513, true,
	 "no port is 64 bits wide: every access will fail"},
	{HEST_RULE_BLOCK_LONG, block_long, HEST_WARNING, 0, 0, 513, true,
	 "GHES: Error status block length is too long: 65537 for generic hardware error source: 513."},
	{HEST_RULE_POLL_INTERVAL, poll_interval, HEST_ERROR, 0, 0, 513, true,
	 "GHES: Poll interval is 0 for generic hardware error source: 513, disabled."},
	{HEST_RULE_SDEI_EVENT, sdei_event, HEST_ERROR, -GHES_EINVAL, 0, 513, true,
	 "SDEI event 0 is reserved for SDEI_EVENT_SIGNAL: no error source: 513"},
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

#define ANY_LINUX (HEST_NOTIFY_LINUX_ARM64 | HEST_NOTIFY_LINUX_X86)

/* Goal: the rule reports, once, alone, at the byte at fault. */
static void each_rule_reports_once_and_alone(void **state)
{
	static struct hest_build b;
	static struct hest_collect c;

	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		const uint32_t offset = cases[i].spoil(&b);
		const struct hest_finding *finding;
		int rc = collect(&c, b.bytes, b.size);

		if (cases[i].probe) {
			assert_int_equal(rc, 0);
			assert_int_equal(c.findings, 0);
			rc = ghes_check_generic(&c.source[0].generic, ANY_LINUX, collect_finding,
						&c);
		}
		if (rc != cases[i].err || c.findings != 1)
			fail_msg("%s: rc %d, %u findings, first: %s", hest_rule_name(cases[i].rule),
				 rc, c.findings, c.finding[0].text);
		finding = &c.finding[0];
		assert_string_equal(hest_rule_name(finding->rule), hest_rule_name(cases[i].rule));
		assert_int_equal(finding->severity, cases[i].severity);
		assert_int_equal(finding->err, cases[i].err);
		assert_int_equal(finding->index, cases[i].index);
		assert_int_equal(finding->source_id, cases[i].id);
		assert_int_equal(finding->offset, offset);
		if (cases[i].text)
			assert_string_equal(finding->text, cases[i].text);
	}
}

/* Goal: no rule is without a case, and no case goes by another's name. */
static void the_cases_are_all_rules_in_order(void **state)
{
	static const enum hest_rule all[] = {
#define RULE(name, string, severity, err, tag) HEST_RULE_##name,
		HEST_RULES(RULE)
#undef RULE
	};

	(void)state;
	assert_int_equal(CASES, sizeof(all) / sizeof(all[0]));
	for (size_t i = 0; i < CASES; i++)
		assert_int_equal(cases[i].rule, all[i]);
}

/* Goal: names and tags are the kernel's where the kernel has a line for it. */
static void rules_have_names_and_tags(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(hest_rule_name(cases[i].rule),
						hest_rule_name(cases[j].rule));
	assert_string_equal(hest_rule_name(HEST_RULE_NONE), "none");
	assert_string_equal(hest_rule_tag(HEST_RULE_NONE), "");
	assert_string_equal(hest_rule_tag(HEST_RULE_SOURCE_OVERFLOW), "[Firmware Bug]: ");
	assert_string_equal(hest_rule_tag(HEST_RULE_UNKNOWN_TYPE), "[Firmware Warn]: ");
	assert_string_equal(hest_rule_tag(HEST_RULE_DUPLICATE_ID), "[Firmware Warn]: ");
	assert_string_equal(hest_rule_tag(HEST_RULE_STATUS_GAR), "[Firmware Bug]: ");
	assert_string_equal(hest_rule_tag(HEST_RULE_BLOCK_SHORT), "[Firmware Bug]: ");
	assert_string_equal(hest_rule_tag(HEST_RULE_BLOCK_LONG), "[Firmware Warn]: ");
	assert_string_equal(hest_rule_tag(HEST_RULE_NOTIFY_UNKNOWN), "[Firmware Warn]: ");
	assert_string_equal(hest_rule_tag(HEST_RULE_NOTIFY_UNSUPPORTED), "");
	assert_string_equal(hest_rule_tag(HEST_RULE_POLL_INTERVAL), "[Firmware Warn]: ");
}

static void checksum_text_names_the_right_value(void **state)
{
	struct hest_build b;
	struct hest_collect c;
	char text[96];

	(void)state;
	hest_all_types(&b);
	snprintf(text, sizeof(text),
		 "Incorrect checksum in table [HEST] - 0x%02X, should be 0x%02X",
		 (b.bytes[9] + 3) & 0xff, b.bytes[9]);
	b.bytes[9] = (uint8_t)(b.bytes[9] + 3);
	assert_int_equal(collect(&c, b.bytes, b.size), 0);
	assert_string_equal(c.finding[0].text, text);
}

/* Goal: limits are where the specification and the kernel have them, not one beside. */
static void limits_are_exact(void **state)
{
	struct hest_build b;
	struct hest_collect c;
	uint8_t *source;

	(void)state;
	hest_begin(&b);
	source = hest_add_ghes(&b, 1, 3);
	put16(source + 34, 0x3f);
	put32(source + 60, 20);
	hest_finish(&b);
	collect(&c, b.bytes, b.size);
	assert_int_equal(c.findings, 0);
	assert_int_equal(ghes_check_generic(&c.source[0].generic, ANY_LINUX, collect_finding, &c),
			 0);
	assert_int_equal(c.findings, 0);
	assert_int_equal(c.source[0].generic.estatus_length, 20);

	put32(source + 60, 65536);
	hest_finish(&b);
	collect(&c, b.bytes, b.size);
	assert_int_equal(ghes_check_generic(&c.source[0].generic, ANY_LINUX, collect_finding, &c),
			 0);
	assert_int_equal(c.findings, 0);
	assert_int_equal(c.source[0].generic.estatus_length, 65536);
	put32(source + 60, UINT32_MAX);
	collect(&c, b.bytes, b.size);
	assert_int_equal(c.source[0].generic.estatus_length, 65536);

	hest_begin(&b);
	source = hest_add_ghes(&b, 1, 12); /* a mask cannot make a reserved type a known one */
	put_gas(source + 20, 1, 32, 0, 3, 0xcf8); /* the widest port there is */
	hest_finish(&b);
	collect(&c, b.bytes, b.size);
	assert_int_equal(ghes_check_generic(&c.source[0].generic, UINT32_MAX, collect_finding, &c),
			 -GHES_EINVAL);
	assert_int_equal(c.findings, 1);
	assert_int_equal(c.finding[0].rule, HEST_RULE_NOTIFY_UNKNOWN);
}

/* Goal: findings come in the order in which Linux looks; the first error is the answer. */
static void a_source_with_everything_wrong_tells_it_in_linuxs_order(void **state)
{
	static const enum hest_rule order[] = {
		HEST_RULE_NOTIFY_UNSUPPORTED, HEST_RULE_BLOCK_SHORT, HEST_RULE_ACK_GAR,
		HEST_RULE_STATUS_GAR,	      HEST_RULE_SDEI_EVENT,
	};
	struct hest_linux_verdict verdict;
	struct hest_build b;
	struct hest_collect c;
	uint8_t *source;

	(void)state;
	hest_begin(&b);
	source = hest_add_ghes_v2(&b, 1, 11);
	put64(source + 24, 0);
	put64(source + 68, 0);
	put32(source + 40, 0);
	put32(source + 60, 0);
	hest_finish(&b);
	collect(&c, b.bytes, b.size);
	c.findings = 0;
	assert_int_equal(ghes_check_generic(&c.source[0].generic, HEST_NOTIFY_LINUX_X86,
					    collect_finding, &c),
			 -GHES_ENOTSUP);
	assert_int_equal(c.findings, sizeof(order) / sizeof(order[0]));
	for (unsigned int i = 0; i < c.findings; i++)
		assert_int_equal(c.finding[i].rule, order[i]);
	/* Linux stops at the first */
	hest_linux_verdict(&c.table, &c.source[0], HEST_LINUX_X86, &verdict);
	assert_int_equal(verdict.answer, HEST_LINUX_REFUSED);
	assert_int_equal(verdict.rule, order[0]);
	hest_linux_verdict(&c.table, &c.source[0], HEST_LINUX_ARM64, &verdict);
	assert_int_equal(verdict.rule, order[1]);
	/* the same answer for a caller who wants no findings */
	assert_int_equal(
		ghes_check_generic(&c.source[0].generic, HEST_NOTIFY_LINUX_X86, NULL, NULL),
		-GHES_ENOTSUP);
	c.source[0].generic.enabled = false;
	c.findings = 0;
	assert_int_equal(ghes_check_generic(&c.source[0].generic, 0, collect_finding, &c),
			 -GHES_ENODEV);
	assert_int_equal(c.findings, 0);
}

/* Goal: GHES_ASSIST, Enabled and ids decide on a source as the header says. */
static void assist_disabled_and_duplicate_sources_are_told_apart(void **state)
{
	struct hest_build b;
	struct hest_collect c;
	uint8_t *mc, *source;

	(void)state;
	hest_begin(&b);
	source = hest_add_ghes(&b, 1, 3); /* in front of what it assists */
	put16(source + 4, 9);
	source = hest_add_ghes(&b, 1, 3); /* the same id, and not a duplicate of an assisting one */
	source[7] = 0;
	hest_add_ghes(&b, 1, 3);	     /* nor of a disabled one */
	hest_add_ghes_v2(&b, 1, 3);	     /* but this is */
	source = hest_add_ghes_v2(&b, 1, 3); /* a disabled one does not matter */
	source[7] = 0;
	mc = hest_add_mc(&b, 11, 9, 1);
	mc[6] = 4;
	hest_finish(&b);
	assert_int_equal(collect(&c, b.bytes, b.size), -GHES_EEXIST);
	assert_int_equal(c.source[0].state, HEST_SOURCE_ASSIST);
	assert_int_equal(c.source[1].state, HEST_SOURCE_DISABLED);
	assert_int_equal(c.source[2].state, HEST_SOURCE_OK);
	assert_int_equal(c.source[3].state, HEST_SOURCE_DUPLICATE);
	assert_int_equal(c.source[4].state, HEST_SOURCE_DISABLED);
	assert_int_equal(c.source[5].state, HEST_SOURCE_OK);
	assert_int_equal(c.table.linux_refusal[HEST_LINUX_ARM64], HEST_RULE_DUPLICATE_ID);
	assert_int_equal(collected(&c, HEST_RULE_DUPLICATE_ID)->index, 3);

	mc[6] = 1; /* without the flag nobody assists: the first two are what they seem */
	hest_finish(&b);
	collect(&c, b.bytes, b.size);
	assert_int_equal(c.source[0].state, HEST_SOURCE_OK);
	assert_int_equal(c.source[2].state, HEST_SOURCE_DUPLICATE);
}

static void a_source_related_to_itself_is_odd(void **state)
{
	struct hest_build b;
	struct hest_collect c;

	(void)state;
	hest_begin(&b);
	put16(hest_add_ghes(&b, 7, 3) + 4, 7);
	hest_finish(&b);
	assert_int_equal(collect(&c, b.bytes, b.size), 0);
	assert_string_equal(collected(&c, HEST_RULE_RELATED_ID)->text,
			    "Related Source Id 7 is the source itself, expected 65535 for none");
	hest_begin(&b);
	put16(hest_add_ghes(&b, 7, 3) + 4, 8); /* the one behind it: in order */
	hest_add_nmi(&b, 8);
	hest_finish(&b);
	collect(&c, b.bytes, b.size);
	assert_int_equal(c.findings, 0);
}

/* Goal: a count that is too small is told from padding: all that follows reads as sources. */
static void uncounted_sources_are_counted(void **state)
{
	struct hest_build b;
	struct hest_collect c;

	(void)state;
	hest_all_types(&b);
	b.count = 4;
	hest_finish(&b);
	assert_int_equal(collect(&c, b.bytes, b.size), 0);
	assert_int_equal(c.sources, 4);
	assert_int_equal(c.findings, 1);
	assert_int_equal(c.finding[0].offset, c.source[3].offset + c.source[3].length);
	assert_string_equal(
		c.finding[0].text,
		"332 bytes follow the last of 4 sources and read as 5 more: Error Source "
		"Count too small?");
	b.size--;
	hest_finish(&b);
	collect(&c, b.bytes, b.size);
	assert_string_equal(c.finding[0].text, "331 bytes follow the last of 4 sources");
}

/*
 * Goal: a bank count that is too small, as a Supermicro board has it (10 banks told, 22 laid out),
 * cannot be proven wrong, but it shows: what is left of the banks reads as machine check sources
 * that nobody would describe, and the real sources are behind the end. Linux reports nothing.
 */
static void a_bank_count_too_small_shows_in_warnings(void **state)
{
	struct hest_build b;
	struct hest_collect c;
	uint8_t *cmc;

	(void)state;
	hest_begin(&b);
	cmc = hest_add_mc(&b, 1, 0, 22);
	memset(cmc + 48 + 10 * 28, 0, 12 * 28);
	cmc[44] = 10;
	hest_add_ghes(&b, 1, 0);
	hest_add_ghes(&b, 2, 4);
	hest_finish(&b);
	assert_int_equal(collect(&c, b.bytes, b.size), 0);
	assert_int_equal(c.table.sources, 3);
	assert_int_equal(c.table.generics, 0);
	assert_non_null(collected(&c, HEST_RULE_NO_BANKS));
	assert_non_null(collected(&c, HEST_RULE_TYPE_REPEATED));
	assert_non_null(collected(&c, HEST_RULE_SHARED_ID));
	assert_non_null(collected(&c, HEST_RULE_TRAILING_SOURCES));
}

/* Goal: what Linux does with each notification type, per architecture. */
static void linux_verdicts_by_notification_type(void **state)
{
	/* A accepted, R refused; arm64 then x86 */
	static const char expected[13][3] = {"AA", "AA", "RR", "AA", "RA", "RR", "RR",
					     "AA", "AR", "RR", "AA", "AR", "RR"};
	struct hest_linux_verdict verdict;
	struct hest_build b;
	struct hest_collect c;

	(void)state;
	hest_begin(&b);
	for (uint8_t type = 0; type < 13; type++)
		hest_add_ghes(&b, type, type);
	hest_finish(&b);
	assert_int_equal(collect(&c, b.bytes, b.size), 0);
	for (unsigned int type = 0; type < 13; type++) {
		for (int arch = 0; arch < HEST_LINUX_ARCHS; arch++) {
			hest_linux_verdict(&c.table, &c.source[type], arch, &verdict);
			assert_int_equal(verdict.answer, expected[type][arch] == 'A'
								 ? HEST_LINUX_ACCEPTED
								 : HEST_LINUX_REFUSED);
			assert_int_equal(verdict.text[0] == '\0', expected[type][arch] == 'A');
		}
	}
	hest_linux_verdict(&c.table, &c.source[8], HEST_LINUX_X86, &verdict);
	assert_string_equal(verdict.text, "GHES: Generic hardware error source: 8 notified via SEA "
					  "is not supported");
	hest_linux_verdict(&c.table, &c.source[4], HEST_LINUX_ARM64, &verdict);
	assert_string_equal(verdict.text, "GHES: Generic hardware error source: 4 notified via NMI "
					  "interrupt is not supported!");
	hest_linux_verdict(&c.table, &c.source[11], HEST_LINUX_X86, &verdict);
	assert_string_equal(verdict.text,
			    "GHES: Generic hardware error source: 11 notified via SDE "
			    "Interface is not supported!");
	hest_linux_verdict(&c.table, &c.source[9], HEST_LINUX_ARM64, &verdict);
	assert_string_equal(
		verdict.text,
		"GHES: Unknown notification type: 9 for generic hardware error source: 9");
}

/* Goal: the state of a source and of the whole table come before its own merits. */
static void linux_verdicts_by_state(void **state)
{
	struct hest_linux_verdict verdict;
	struct hest_build b;
	struct hest_collect c;
	uint8_t *cmc;

	(void)state;
	hest_begin(&b);
	cmc = hest_add_mc(&b, 1, 1, 1);
	cmc[6] = 4;
	put16(hest_add_ghes(&b, 2, 3) + 4, 1);
	hest_add_ghes(&b, 3, 3)[7] = 0;
	put32(hest_add_ghes(&b, 4, 0) + 36, 0);
	hest_finish(&b);
	collect(&c, b.bytes, b.size);
	hest_linux_verdict(&c.table, &c.source[0], HEST_LINUX_X86, &verdict);
	assert_int_equal(verdict.answer, HEST_LINUX_IGNORED);
	assert_string_equal(verdict.text, "not a generic source");
	hest_linux_verdict(&c.table, &c.source[1], HEST_LINUX_X86, &verdict);
	assert_int_equal(verdict.answer, HEST_LINUX_IGNORED);
	assert_string_equal(verdict.text, "GHES_ASSIST");
	hest_linux_verdict(&c.table, &c.source[2], HEST_LINUX_X86, &verdict);
	assert_string_equal(verdict.text, "disabled");
	hest_linux_verdict(&c.table, &c.source[3], HEST_LINUX_X86, &verdict);
	assert_int_equal(verdict.answer, HEST_LINUX_NEVER_POLLED);
	assert_int_equal(verdict.rule, HEST_RULE_POLL_INTERVAL);

	cmc[7] = 0; /* x86 now drops the table; it is not a matter of arm64 */
	collect(&c, b.bytes, b.size);
	hest_linux_verdict(&c.table, &c.source[3], HEST_LINUX_X86, &verdict);
	assert_int_equal(verdict.answer, HEST_LINUX_TABLE_DROPPED);
	assert_string_equal(verdict.text, "cmc-disabled");
	hest_linux_verdict(&c.table, &c.source[3], HEST_LINUX_ARM64, &verdict);
	assert_int_equal(verdict.answer, HEST_LINUX_NEVER_POLLED);
}

/*
 * Goal: the cost is linear: all 65536 ids, each used twice, are walked at once. A quadratic walk
 * would need 8.6e9 steps, which no timeout of this suite allows.
 */
static void every_id_twice_is_walked_in_linear_time(void **state)
{
	static const struct hest_visitor visitor = {collect_table, collect_source, collect_finding};
	static struct hest_scratch scratch;
	static struct hest_collect c;
	const size_t count = 2 * 65536, size = 40 + count * 64;
	uint8_t *table = calloc(1, size);
	struct hest_build one;

	(void)state;
	assert_non_null(table);
	for (size_t i = 0; i < count; i++) {
		hest_begin(&one);
		hest_add_ghes(&one, (uint16_t)(i % 65536), 3);
		memcpy(table + 40 + i * 64, one.bytes + 40, 64);
	}
	memcpy(table, one.bytes, 40);
	put32(table + 4, (uint32_t)size);
	put32(table + 36, (uint32_t)count);
	memset(&c, 0, sizeof(c));
	assert_int_equal(hest_parse(table, size, &scratch, &visitor, &c), -GHES_EEXIST);
	assert_int_equal(c.sources, count);
	assert_int_equal(c.table.generics, count);
	assert_true(c.findings >= 65536);
	free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_reports_once_and_alone),
		cmocka_unit_test(the_cases_are_all_rules_in_order),
		cmocka_unit_test(rules_have_names_and_tags),
		cmocka_unit_test(checksum_text_names_the_right_value),
		cmocka_unit_test(limits_are_exact),
		cmocka_unit_test(a_source_with_everything_wrong_tells_it_in_linuxs_order),
		cmocka_unit_test(assist_disabled_and_duplicate_sources_are_told_apart),
		cmocka_unit_test(a_source_related_to_itself_is_odd),
		cmocka_unit_test(uncounted_sources_are_counted),
		cmocka_unit_test(a_bank_count_too_small_shows_in_warnings),
		cmocka_unit_test(linux_verdicts_by_notification_type),
		cmocka_unit_test(linux_verdicts_by_state),
		cmocka_unit_test(every_id_twice_is_walked_in_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
