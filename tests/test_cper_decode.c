// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decodes of every section type. Goal: what is well-formed raises no finding and shows its fields;
 * what is cut or overwritten is never read beyond. Method: blocks and records in buffers of their
 * exact size (sanitizers see the rest), each cut at every length and each byte overwritten; JSON
 * must parse each time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <ghes/cper.h>

#include "cper_build.h"

struct counts {
	unsigned int findings;
	enum cper_fault_level worst;
	enum cper_fault fault; /* of the worst, the first of these */
	size_t len;	       /* that offsets must stay in */
};

static void count_finding(void *ctx, const struct cper_finding *finding)
{
	struct counts *c = ctx;
	char text[120];

	assert_in_range(finding->offset, 0, c->len);
	assert_in_range(cper_finding_text(finding, text, sizeof(text)), 5, sizeof(text) - 2);
	if (!c->findings++ || cper_fault_level(finding->fault) > c->worst) {
		c->worst = cper_fault_level(finding->fault);
		c->fault = finding->fault;
	}
}

static struct counts lint(const uint8_t *bytes, size_t len)
{
	struct counts c = {.len = len};

	assert_int_equal(cper_lint(bytes, len, 0, count_finding, &c), 0);
	return c;
}

/* ---- output that only has to be well-formed ----------------------------------------------------
 */

struct shape {
	size_t len;
	int depth;
	bool string, escape;
};

static void check_json(void *ctx, const char *text, size_t len)
{
	struct shape *s = ctx;
	size_t i;

	for (i = 0; i < len; i++) {
		char c = text[i];

		assert_true(c == '\n' || (c >= 0x20 && c < 0x7f));
		if (s->escape)
			s->escape = false;
		else if (s->string && c == '\\')
			s->escape = true;
		else if (c == '"')
			s->string = !s->string;
		else if (!s->string && (c == '{' || c == '['))
			s->depth++;
		else if (!s->string && (c == '}' || c == ']'))
			s->depth--;
		assert_true(s->depth >= 0 && (!s->string || c != '\n'));
	}
	s->len += len;
}

static void check_text(void *ctx, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		assert_true(text[i] == '\n' || (text[i] >= 0x20 && text[i] < 0x7f));
	((struct shape *)ctx)->len += len;
}

static void check_line(void *ctx, int level, const char *text, size_t len)
{
	assert_true(level >= 0 && level < 8);
	assert_int_equal(strlen(text) <= len && text[len] == '\0', 1);
	assert_in_range(len, 1, 400);
	((struct shape *)ctx)->len++;
}

/* All that takes bytes, on a copy of the exact size */
static void decode_all(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len);
	struct shape json = {0}, text = {0}, lines = {0};
	const struct cper_out to_json = {check_json, &json}, to_text = {check_text, &text};
	const struct cper_log log = {.line = check_line, .ctx = &lines};

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	assert_int_equal(cper_decode(copy, len, 0, CPER_FORMAT_JSON, &to_json), 0);
	assert_int_equal(json.depth, 0);
	assert_false(json.string);
	assert_int_equal(cper_decode(copy, len, 0, CPER_FORMAT_TEXT, &to_text), 0);
	assert_true(json.len && text.len);
	lint(copy, len);
	if (!cper_is_record(copy, len) && !cper_estatus_check((void *)copy, len, NULL)) {
		cper_estatus_print(&log, 3, "{1}[Hardware Error]: ", (void *)copy);
		assert_in_range(lines.len, 1, 16 + len);
	}
	free(copy);
}

/* ---- well-formed -------------------------------------------------------------------------------
 */

static void test_made_sections_raise_no_finding(void **state)
{
	uint8_t payload[CPER_BUILD_MAX], buf[CPER_BUILD_MAX + 256];
	const guid_t *type;
	unsigned int n;

	(void)state;
	for (n = 0; (type = cper_build_type(n)); n++) {
		uint32_t length = cper_build_payload(n, payload);
		bool known = cper_section_type_find(type) != NULL;
		int v3;

		for (v3 = 0; v3 < 3; v3++) {
			size_t len = v3 < 2 ? cper_build_estatus(buf, type, v3, payload, length)
					    : cper_build_record(buf, type, payload, length);
			struct counts c = lint(buf, len);

			if (c.findings != (known ? 0 : 1))
				fail_msg("kind %u, form %d: fault %d", n, v3, c.fault);
			decode_all(buf, len);
		}
	}
	assert_int_equal(n, 26);
}

/* ---- hostile -----------------------------------------------------------------------------------
 */

static void test_sections_cut_at_every_length(void **state)
{
	uint8_t payload[CPER_BUILD_MAX], buf[CPER_BUILD_MAX + 256];
	const guid_t *type;
	unsigned int n;

	(void)state;
	for (n = 0; (type = cper_build_type(n)); n++) {
		uint32_t whole = cper_build_payload(n, payload), length;
		const struct cper_section_type *known = cper_section_type_find(type);
		/* each length that a fixed part or a structure may end at, and some beyond */
		uint32_t step = whole > 300 ? 7 : 1;

		for (length = 0; length < whole; length += step) {
			size_t len = cper_build_estatus(buf, type, length & 1, payload, length);
			struct counts c = lint(buf, len);

			if (known && length < known->min_length) {
				assert_int_equal(c.fault, CPER_F_SECTION_SHORT);
				assert_int_equal(c.worst, CPER_LEVEL_SECTION);
			}
			decode_all(buf, len);
			decode_all(buf, cper_build_record(buf, type, payload, length));
		}
	}
}

static void test_inner_counts_that_leave_the_section(void **state)
{
	static const struct {
		const guid_t type;
		uint32_t at, size, value;
	} lies[] = {
		{CPER_SEC_PROC_ARM, 4, 2, 0xffff},     /* error information structures */
		{CPER_SEC_PROC_ARM, 6, 2, 0xffff},     /* contexts */
		{CPER_SEC_PROC_ARM, 8, 4, 0xffffffff}, /* section length */
		{CPER_SEC_PROC_ARM, 8, 4, 41},
		{CPER_SEC_PROC_ARM, 204, 4, 0xfffffff8}, /* size of the first context */
		{CPER_SEC_PROC_IA, 0, 4, 0x3ffc},	 /* 63 of both */
		{CPER_SEC_ARM_RAS, 8, 4, 0xffffffff},	 /* records */
		{CPER_SEC_ARM_RAS, 12, 2, 0xffff},	 /* their offset */
		{CPER_SEC_ARM_RAS, 12, 2, 79},
		{CPER_SEC_ARM_RAS, 14, 2, 0xffff},	    /* auxiliary data's offset */
		{CPER_SEC_ARM_RAS, 224 + 2, 2, 0xffff},	    /* address spaces */
		{CPER_SEC_ARM_RAS, 224 + 4, 4, 0xffffffff}, /* size */
		{CPER_SEC_ARM_RAS, 224 + 8, 4, 0xffffffff}, /* offset of the pairs */
		{CPER_SEC_ARM_RAS, 224 + 12, 2, 0xffff},    /* number of the pairs */
		{CPER_SEC_ARM_RAS, 240, 4, 0xffffffff},	    /* length of an address space */
		{CPER_SEC_ARM_RAS, 246, 2, 0xffff},	    /* its registers */
		{CPER_SEC_PCI_DEV, 32, 4, 0xffffffff},
		{CPER_SEC_PCI_DEV, 36, 4, 0xffffffff},
		{CPER_SEC_CXL_PROT_ERR, 108, 2, 0xffff},
		{CPER_SEC_CXL_PROT_ERR, 110, 2, 0xffff},
		{CPER_SEC_CXL_DRAM_GUID, 0, 4, 0xffffffff},
		{CPER_SEC_CCIX_PER, 0, 4, 0xffffffff},
	};
	uint8_t payload[CPER_BUILD_MAX], buf[CPER_BUILD_MAX + 256];
	size_t i, len, b;

	(void)state;
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		uint32_t length;
		unsigned int n = 0;

		while (!guid_equal(cper_build_type(n), &lies[i].type))
			n++;
		length = cper_build_payload(n, payload);
		for (b = 0; b < lies[i].size; b++)
			payload[lies[i].at + b] = (uint8_t)(lies[i].value >> 8 * b);
		len = cper_build_estatus(buf, &lies[i].type, false, payload, length);
		if (lint(buf, len).fault != CPER_F_SECTION_INNER)
			fail_msg("lie %zu is not found", i);
		decode_all(buf, len);
	}
}

static void test_every_byte_overwritten(void **state)
{
	static const uint8_t values[] = {0x00, 0x01, 0x7f, 0xff};
	uint8_t payload[CPER_BUILD_MAX], buf[CPER_BUILD_MAX + 256];
	const guid_t *type;
	unsigned int n, form, v;

	(void)state;
	for (n = 0; (type = cper_build_type(n)); n++) {
		uint32_t length = cper_build_payload(n, payload);

		for (form = 0; form < 2; form++) {
			size_t len = form ? cper_build_record(buf, type, payload, length)
					  : cper_build_estatus(buf, type, true, payload, length);
			size_t i, step = len > 400 ? 5 : 1;

			for (i = form ? 4 : 0; i < len; i += step) {
				uint8_t old = buf[i];

				v = (unsigned int)(i / step) % 4;
				buf[i] = values[v] == old ? (uint8_t)~old : values[v];
				decode_all(buf, len);
				buf[i] = old;
			}
		}
	}
}

static void test_too_short_for_a_header(void **state)
{
	static const struct cper_out nowhere = {NULL, NULL};
	uint8_t bytes[127] = {'C', 'P', 'E', 'R'};

	(void)state;
	assert_int_equal(cper_decode(bytes, 127, 0, CPER_FORMAT_JSON, &nowhere), -GHES_ERANGE);
	assert_int_equal(cper_lint(bytes, 127, 0, NULL, NULL), -GHES_ERANGE);
	bytes[0] = 0;
	assert_int_equal(cper_decode(bytes, 19, 0, CPER_FORMAT_TEXT, &nowhere), -GHES_ERANGE);
	assert_int_equal(cper_lint(bytes, 20, 0, NULL, NULL), 0);
	assert_int_equal(cper_lint(bytes, 0, 0, NULL, NULL), -GHES_ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made_sections_raise_no_finding),
		cmocka_unit_test(test_sections_cut_at_every_length),
		cmocka_unit_test(test_inner_counts_that_leave_the_section),
		cmocka_unit_test(test_every_byte_overwritten),
		cmocka_unit_test(test_too_short_for_a_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
