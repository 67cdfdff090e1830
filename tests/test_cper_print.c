// SPDX-License-Identifier: GPL-2.0-only
/*
 * Log text of status blocks. Goal: byte for byte what Linux 6.12 prints. Method: each vector of
 * the data folder that has a golden text is checked and printed; blocks made here cover what the
 * folder has no golden text for, and what Linux would read too far in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <ghes/cper.h>

#include "cper_build.h"
#include "cper_data.h"

/* All lines so far, each as <level>text and a newline, like the golden files */
struct capture {
	char *text;
	size_t len;
	size_t lines;
	bool dimm;
};

static void capture_line(void *ctx, int level, const char *text, size_t len)
{
	struct capture *c = ctx;

	assert_int_equal(text[len], '\0');
	c->text = realloc(c->text, c->len + len + 8);
	assert_non_null(c->text);
	c->len += (size_t)sprintf(c->text + c->len, "<%d>%s\n", level, text);
	c->lines++;
}

static bool capture_dimm(void *ctx, uint16_t handle, const char **bank, const char **device)
{
	struct capture *c = ctx;

	*bank = "P0 CHANNEL A";
	*device = "DIMM 0";
	return c->dimm && handle == 0x1234;
}

static void print(struct capture *c, const void *block, const char *prefix)
{
	const struct acpi_hest_generic_status *estatus = block;
	const struct cper_log log = {
		.line = capture_line, .dmi_memdev_name = capture_dimm, .ctx = c};
	uint32_t severity = le32toh(estatus->error_severity);
	int level = severity == CPER_SEV_CORRECTED || severity == CPER_SEV_INFORMATIONAL
			    ? CPER_LOGLEVEL_WARNING
		    : severity == CPER_SEV_RECOVERABLE ? CPER_LOGLEVEL_ERR
						       : CPER_LOGLEVEL_EMERG;
	char header[120];

	snprintf(header, sizeof(header),
		 "%sHardware error from APEI Generic Hardware Error Source: 7", prefix);
	capture_line(c, level, header, strlen(header));
	cper_estatus_print(&log, level, prefix, estatus);
}

#define PREFIX "{1}[Hardware Error]: "

static void test_golden_texts(void **state)
{
	char **names = data_list("ghes/golden-dmesg", ".txt");
	size_t i;

	(void)state;
	if (!names)
		skip();
	for (i = 0; names[i]; i++) {
		struct capture c = {0};
		char path[256];
		size_t len, golden_len;
		uint8_t *block, *golden;

		snprintf(path, sizeof(path), "ghes/%s.bin", names[i]);
		block = data_read(path, &len);
		snprintf(path, sizeof(path), "ghes/golden-dmesg/%s.txt", names[i]);
		golden = data_read(path, &golden_len);
		assert_non_null(block);
		assert_non_null(golden);
		assert_int_equal(cper_estatus_check((void *)block, len, NULL), 0);
		print(&c, block, PREFIX);
		if (c.len != golden_len || memcmp(c.text, golden, golden_len))
			fail_msg("%s: expected\n%.*sgot\n%s", names[i], (int)golden_len,
				 (char *)golden, c.text);
		free(c.text);
		free(block);
		free(golden);
	}
	assert_in_range(i, 60, 1000);
	data_list_free(names);
}

/*
 * A block of each kind that cper_build.c makes, with revisions 2.1 and 3.0 in turn. The golden text
 * is what Linux 6.12.117's own cper*.c printed for these blocks, with an empty prefix.
 */
static void test_made_blocks_read_as_linux_has_them(void **state)
{
	uint8_t payload[CPER_BUILD_MAX], block[CPER_BUILD_MAX + 128];
	struct capture c = {0};
	const struct cper_log log = {.line = capture_line, .ctx = &c};
	FILE *file = fopen(GHES_TEST_GOLDEN "/cper-dmesg-linux-6.12.117.txt", "rb");
	char *line = NULL, *at, *end;
	size_t size = 0;
	ssize_t n;
	unsigned int kind;

	(void)state;
	assert_non_null(file);
	for (kind = 0; cper_build_type(kind); kind++) {
		cper_build_estatus(block, cper_build_type(kind), kind & 1, payload,
				   cper_build_payload(kind, payload));
		cper_estatus_print(&log, 3, "", (void *)block);
	}
	for (at = c.text; (n = getline(&line, &size, file)) > 0; at = end) {
		end = strchr(at, '\n') + 1;
		assert_int_equal(end - at, n);
		assert_memory_equal(at, line, n);
	}
	assert_int_equal(at - c.text, c.len);
	assert_in_range(c.lines, 500, 10000);
	fclose(file);
	free(line);
	free(c.text);
}

/* ---- blocks made here ---------------------------------------------------------------------- */

struct made {
	uint8_t *bytes;
	uint8_t *payload;
};

/* A block with one 64-byte-header entry, in exactly as many bytes as it has. */
static struct made made_new(const guid_t *type, uint32_t length)
{
	struct made m = {.bytes = calloc(1, 84 + length)};
	struct acpi_hest_generic_status *estatus = (void *)m.bytes;
	struct acpi_hest_generic_data *gdata = (void *)(m.bytes + 20);

	assert_non_null(m.bytes);
	m.payload = m.bytes + 84;
	estatus->data_length = htole32(64 + length);
	gdata->revision = htole16(0x201);
	gdata->error_data_length = htole32(length);
	memcpy(gdata->section_type, type, sizeof(*type));
	assert_int_equal(cper_estatus_check(estatus, 84 + length, NULL), 0);
	return m;
}

/* What is printed after the three lines of block and entry, without prefix */
static void expect_section(struct made *m, const char *expected)
{
	struct capture c = {0};
	const char *s;
	int i;

	print(&c, m->bytes, "");
	for (s = c.text, i = 0; i < 3; i++)
		s = strchr(s, '\n') + 1;
	assert_string_equal(s, expected);
	free(c.text);
	free(m->bytes);
}

static void test_memory_with_all_bits_and_a_known_dimm(void **state)
{
	struct made m = made_new(&CPER_SEC_PLATFORM_MEM, 80);
	struct cper_sec_mem_err *mem = (void *)m.payload;
	struct capture c = {.dimm = true};

	(void)state;
	mem->validation_bits = htole64(0x3fffff);
	mem->error_status = htole64(0x1a00);
	mem->bank = htole16(0x1234);
	mem->row = htole16(7);
	mem->extended = 0x63;
	mem->error_type = 16;
	mem->mem_dev_handle = htole16(0x1234);
	print(&c, m.bytes, "");
	assert_non_null(strstr(c.text,
			       "<3>   error_status: A read was issued to data that has been "
			       "poisoned (0x0000000000001a00)\n"));
	/* 255 characters of location at most: target_id is cut, chip_id is gone */
	assert_non_null(strstr(c.text, "bank:4660 bank_group:18 bank_address:52 device:0 "
				       "row:196615 column:0 bit_position:0 requestor_id:"));
	assert_non_null(strstr(c.text, "<3>  error_type: 16, unknown\n"));
	assert_non_null(strstr(c.text, "<3>  DIMM location: P0 CHANNEL A DIMM 0 \n"));
	free(c.text);
	c = (struct capture){0};
	print(&c, m.bytes, "");
	assert_non_null(strstr(c.text, "DIMM location: not present. DMI handle: 0x1234 \n"));
	free(c.text);
	free(m.bytes);
}

static void test_memory_section_of_74_to_79_bytes_is_not_over_read(void **state)
{
	struct made m = made_new(&CPER_SEC_PLATFORM_MEM, 79);

	(void)state;
	m.payload[1] = 0x80; /* rank */
	expect_section(&m, "<3>  section_type: memory error\n"
			   "<3>[Firmware Warn]: valid bits set for fields beyond structure\n");
	m = made_new(&CPER_SEC_PLATFORM_MEM, 74);
	m.payload[1] = 0x40;
	m.payload[72] = 3;
	expect_section(&m, "<3>  section_type: memory error\n<3>  error_type: 3, multi-bit ECC\n");
}

static void test_arm_context_size_that_wraps(void **state)
{
	struct made m = made_new(&CPER_SEC_PROC_ARM, 40 + 8);
	struct cper_sec_proc_arm *proc = (void *)m.payload;
	struct cper_arm_ctx_info *ctx = (void *)(m.payload + 40);

	(void)state;
	proc->section_length = htole32(48);
	proc->context_info_num = htole16(0xffff);
	ctx->size = htole32(0xfffffff8); /* 8 + size is 0 in 32 bits: Linux would dump 4 GiB */
	expect_section(&m, "<3>  section_type: ARM processor error\n"
			   "<3>  MIDR: 0x0000000000000000\n"
			   "<3>  Context info structure 0:\n"
			   "<3>   section length is too small\n"
			   "<3>  firmware-generated error record is incorrect\n");
}

static void test_arm_section_length_against_payload(void **state)
{
	struct made m = made_new(&CPER_SEC_PROC_ARM, 40);

	(void)state;
	((struct cper_sec_proc_arm *)m.payload)->section_length = htole32(41);
	expect_section(&m, "<3>  section_type: ARM processor error\n"
			   "<3>  MIDR: 0x0000000000000000\n"
			   "<3>  section length: 41, CPER size: 40\n"
			   "<3>  section length is too big\n"
			   "<3>  firmware-generated error record is incorrect\n"
			   "<3>  ERR_INFO_NUM is 0\n");
	m = made_new(&CPER_SEC_PROC_ARM, 40);
	((struct cper_sec_proc_arm *)m.payload)->section_length = htole32(0xffffffff);
	expect_section(&m, "<3>  section_type: ARM processor error\n"
			   "<3>  MIDR: 0x0000000000000000\n"
			   "<3>  section length: -1, CPER size: 40\n"
			   "<3>  section length is too small\n"
			   "<3>  firmware-generated error record is incorrect\n"
			   "<3>  ERR_INFO_NUM is 0\n");
}

static void test_arm_bus_error_prints_every_field(void **state)
{
	struct made m = made_new(&CPER_SEC_PROC_ARM, 72);
	struct cper_sec_proc_arm *proc = (void *)m.payload;
	struct cper_arm_err_info *info = (void *)(m.payload + 40);

	(void)state;
	proc->section_length = htole32(72);
	proc->err_info_num = htole16(1);
	info->validation_bits = htole16(CPER_ARM_INFO_VALID_ERR_INFO);
	info->type = CPER_ARM_BUS_ERROR;
	info->error_info =
		htole64(0xfff | 1ull << 16 | 6ull << 18 | 3ull << 22 | 1ull << 28 | 2ull << 29 |
			1ull << 31 | 3ull << 32 | 0x1ffull << 34 | 1ull << 43);
	expect_section(&m,
		       "<3>  section_type: ARM processor error\n"
		       "<3>  MIDR: 0x0000000000000000\n"
		       "<3>  Error info structure 0:\n"
		       "<3>  num errors: 1\n"
		       "<3>   error_type: 0x08: bus error\n"
		       "<3>   error_info: 0x00000fffd0d90fff\n"
		       "<3>    transaction type: Data Access\n"
		       "<3>    bus error, operation type: Prefetch\n"
		       "<3>    affinity level at which the bus error occurred: 3\n"
		       "<3>    processor context not corrupted\n"
		       "<3>    the error has not been corrected\n"
		       "<3>    PC is imprecise\n"
		       "<3>    Program execution can be restarted reliably at the PC associated "
		       "with the error.\n"
		       "<3>    participation type: Local processor observed\n"
		       "<3>    request timed out\n"
		       "<3>    address space: Device Memory Access\n"
		       "<3>    memory access attributes:0x1ff\n"
		       "<3>    access mode: normal\n");
}

static void test_x86_structures_beyond_the_section(void **state)
{
	struct made m = made_new(&CPER_SEC_PROC_IA, 64);

	(void)state;
	m.payload[0] = 1 << 2; /* one error information structure, which is not there */
	expect_section(&m, "<3>  section_type: IA32/X64 processor error\n"
			   "<3>[Firmware Warn]: error section length is too small\n");
	m = made_new(&CPER_SEC_PROC_IA, 64 + 16);
	m.payload[1] = 1;      /* one context */
	m.payload[64 + 2] = 1; /* with one byte too many */
	expect_section(&m, "<3>  section_type: IA32/X64 processor error\n"
			   "<3>[Firmware Warn]: error section length is too small\n");
}

static void test_cxl_lengths_beyond_the_section(void **state)
{
	struct made m = made_new(&CPER_SEC_CXL_PROT_ERR, 116 + 4 + 87);
	struct cxl_cper_sec_prot_err *err = (void *)m.payload;

	(void)state;
	err->valid_bits = htole64(PROT_ERR_VALID_DVSEC | PROT_ERR_VALID_ERROR_LOG);
	err->dvsec_len = htole16(4);
	err->err_len = htole16(88);
	expect_section(&m, "<3>  section_type: CXL Protocol Error\n"
			   "<6>   DVSEC length: 0x0004\n"
			   "<6>   CXL DVSEC:\n"
			   "<3>  00000000: 00000000\n"
			   "<6>   Error log length: 0x0058\n"
			   "<6>   CXL Error Log:\n"
			   "<3>[Firmware Warn]: error section length is too small\n");
	m = made_new(&CPER_SEC_CXL_PROT_ERR, 116);
	err = (void *)m.payload;
	err->valid_bits = htole64(PROT_ERR_VALID_DVSEC | PROT_ERR_VALID_ERROR_LOG);
	err->dvsec_len = htole16(0xffff);
	expect_section(&m, "<3>  section_type: CXL Protocol Error\n"
			   "<6>   DVSEC length: 0xffff\n"
			   "<6>   CXL DVSEC:\n"
			   "<3>[Firmware Warn]: error section length is too small\n");
}

static void test_cxl_log_behind_a_dvsec_that_is_not_valid(void **state)
{
	struct made m = made_new(&CPER_SEC_CXL_PROT_ERR, 116 + 88);
	struct cxl_cper_sec_prot_err *err = (void *)m.payload;

	(void)state;
	err->valid_bits = htole64(PROT_ERR_VALID_ERROR_LOG);
	err->dvsec_len = htole16(89); /* 88 - 89 is a lot, without a sign */
	expect_section(&m, "<3>  section_type: CXL Protocol Error\n"
			   "<6>   Error log length: 0x0000\n"
			   "<6>   CXL Error Log:\n"
			   "<3>[Firmware Warn]: error section length is too small\n");
}

static void test_timestamp_only_in_the_longer_header(void **state)
{
	struct made m = made_new(&CPER_NOTIFY_CMC, 8);
	struct capture c = {0};

	(void)state;
	m.bytes[20 + 22] = ACPI_HEST_GEN_VALID_TIMESTAMP; /* but the header is of revision 2.1 */
	print(&c, m.bytes, "");
	assert_null(strstr(c.text, "tstamp"));
	free(c.text);
	free(m.bytes);
}

static void test_cxl_error_log(void **state)
{
	struct made m = made_new(&CPER_SEC_CXL_PROT_ERR, 116 + 88);
	struct cxl_cper_sec_prot_err *err = (void *)m.payload;

	(void)state;
	err->valid_bits = htole64(PROT_ERR_VALID_AGENT_TYPE | PROT_ERR_VALID_AGENT_ADDRESS |
				  PROT_ERR_VALID_ERROR_LOG);
	err->agent_type = CXL_AGENT_RCH_DP;
	err->agent_addr.rcrb_base_addr = htole64(0x1234);
	m.payload[116] = 1;
	expect_section(&m, "<3>  section_type: CXL Protocol Error\n"
			   "<6>   agent_type: 1, Restricted CXL Host Downstream Port\n"
			   "<6>   rcrb_base_address: 0x0000000000001234\n"
			   "<6>   Error log length: 0x0000\n"
			   "<6>   CXL Error Log:\n"
			   "<6>   cxl_ras_uncor_status: 0x00000001\n"
			   "<6>   cxl_ras_uncor_mask: 0x00000000\n"
			   "<6>   cxl_ras_uncor_severity: 0x00000000\n"
			   "<6>   cxl_ras_cor_status: 0x00000000\n"
			   "<6>   cxl_ras_cor_mask: 0x00000000\n"
			   "<6>   cap_control: 0x00000000\n"
			   "<6>   Header Log Registers:\n"
			   "<3>  00000000: 00000000 00000000 00000000 00000000\n"
			   "<3>  00000010: 00000000 00000000 00000000 00000000\n"
			   "<3>  00000020: 00000000 00000000 00000000 00000000\n"
			   "<3>  00000030: 00000000 00000000 00000000 00000000\n");
}

static void test_firmware_record_whose_guid_is_not_there(void **state)
{
	struct made m = made_new(&CPER_SEC_FW_ERR_REC_REF, 16);

	(void)state;
	m.payload[0] = 3;
	m.payload[1] = 2;
	expect_section(&m, "<3>  section_type: Firmware Error Record Reference\n"
			   "<3>  Firmware Error Record Type: unknown\n"
			   "<3>  Revision: 2\n"
			   "<3>  error section length is too small: offset=32, length=16\n");
}

static void test_bit_list_wraps_at_80_columns_with_prefix_and_marker(void **state)
{
	struct made m = made_new(&CPER_SEC_PROC_GENERIC, 192);
	struct capture c = {0};

	(void)state;
	m.payload[0] = CPER_PROC_VALID_ERROR_TYPE | CPER_PROC_VALID_FLAGS;
	m.payload[10] = 0x1f;
	m.payload[12] = 0xff;
	print(&c, m.bytes, PREFIX);
	assert_non_null(strstr(c.text,
			       "<3>" PREFIX "  error_type: 0x1f\n"
			       "<3>" PREFIX "  cache error, TLB error, bus error\n"
			       "<3>" PREFIX "  micro-architectural error\n"
			       "<3>" PREFIX "  flags: 0xff\n"
			       "<3>" PREFIX "  restartable, precise IP, overflow, corrected\n"));
	free(c.text);
	/* marker 2, prefix 16, indent 2 and the list's 60 make exactly 80; one more breaks it */
	c = (struct capture){0};
	print(&c, m.bytes, "");
	assert_non_null(
		strstr(c.text, "cache error, TLB error, bus error, micro-architectural error\n"));
	free(c.text);
	c = (struct capture){0};
	print(&c, m.bytes, "0123456789abcdef");
	assert_non_null(strstr(c.text, "bus error, micro-architectural error\n"));
	free(c.text);
	c = (struct capture){0};
	print(&c, m.bytes, "0123456789abcdefg");
	assert_null(strstr(c.text, "bus error, micro-architectural error\n"));
	free(c.text);
	free(m.bytes);
}

static void test_section_of_another_architecture_is_dumped(void **state)
{
	struct made m = made_new(&CPER_SEC_PROC_ARM, 40);
	struct capture c = {0};
	const struct cper_log log = {
		.line = capture_line, .ctx = &c, .without = CPER_LOG_WITHOUT_ARM};

	(void)state;
	cper_estatus_print(&log, 3, "", (void *)m.bytes);
	assert_non_null(strstr(c.text,
			       "section type: unknown, e19e3d16-bc11-11e4-9caa-c2051d5d46b0\n"
			       "<3>  section length: 0x28\n"));
	free(c.text);
	free(m.bytes);
}

static void test_empty_unknown_section_and_long_fru_text(void **state)
{
	struct made m = made_new(&CPER_NOTIFY_CMC, 0);
	struct acpi_hest_generic_data *gdata = (void *)(m.bytes + 20);
	struct capture c = {0};

	(void)state;
	gdata->validation_bits = ACPI_HEST_GEN_VALID_FRU_STRING;
	memset(gdata->fru_text, 'x', sizeof(gdata->fru_text)); /* not terminated */
	gdata->error_severity = htole32(0x10002);
	print(&c, m.bytes, "");
	assert_non_null(strstr(c.text, "<3> Error 0, type: corrected\n"
				       "<3> fru_text: xxxxxxxxxxxxxxxxxxxx\n"
				       "<3>  section type: unknown, "
				       "2dce8bb1-bdd7-450e-b9ad-9cf4ebd4f890\n"
				       "<3>  section length: 0x0\n"));
	free(c.text);
	free(m.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden_texts),
		cmocka_unit_test(test_made_blocks_read_as_linux_has_them),
		cmocka_unit_test(test_memory_with_all_bits_and_a_known_dimm),
		cmocka_unit_test(test_memory_section_of_74_to_79_bytes_is_not_over_read),
		cmocka_unit_test(test_arm_context_size_that_wraps),
		cmocka_unit_test(test_arm_section_length_against_payload),
		cmocka_unit_test(test_arm_bus_error_prints_every_field),
		cmocka_unit_test(test_x86_structures_beyond_the_section),
		cmocka_unit_test(test_cxl_lengths_beyond_the_section),
		cmocka_unit_test(test_cxl_log_behind_a_dvsec_that_is_not_valid),
		cmocka_unit_test(test_timestamp_only_in_the_longer_header),
		cmocka_unit_test(test_cxl_error_log),
		cmocka_unit_test(test_firmware_record_whose_guid_is_not_there),
		cmocka_unit_test(test_bit_list_wraps_at_80_columns_with_prefix_and_marker),
		cmocka_unit_test(test_section_of_another_architecture_is_dumped),
		cmocka_unit_test(test_empty_unknown_section_and_long_fru_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
