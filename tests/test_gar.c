// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <ghes/errors.h>
#include <ghes/gar.h>

#include "hest_build.h"

static struct acpi_generic_address gas(uint8_t space, uint8_t width, uint8_t offset, uint8_t access,
				       uint64_t address)
{
	struct acpi_generic_address reg;

	put_gas((uint8_t *)&reg, space, width, offset, access, address);
	return reg;
}

/* Goal: each rule refuses with its own text, and rules are asked in Linux's order. */
static void each_rule_refuses_with_the_kernels_text(void **state)
{
	static const struct {
		uint8_t space, width, offset, access;
		uint64_t address;
		enum apei_gar_fault fault;
		const char *text;
	} cases[] = {
		{0, 64, 0, 4, 0, APEI_GAR_NO_ADDRESS,
		 "APEI: Invalid physical address in GAR [0x0/64/0/4/0]"},
		{0, 64, 0, 0, 0x1000, APEI_GAR_ACCESS_SIZE,
		 "APEI: Invalid access size code in GAR [0x1000/64/0/0/0]"},
		{0, 64, 0, 5, 0x1000, APEI_GAR_ACCESS_SIZE,
		 "APEI: Invalid access size code in GAR [0x1000/64/0/5/0]"},
		{0, 64, 0, 255, 0x1000, APEI_GAR_ACCESS_SIZE,
		 "APEI: Invalid access size code in GAR [0x1000/64/0/255/0]"},
		{0, 33, 0, 3, 0x1000, APEI_GAR_BIT_RANGE,
		 "APEI: Invalid bit width + offset in GAR [0x1000/33/0/3/0]"},
		{0, 255, 255, 4, 0x1000, APEI_GAR_BIT_RANGE,
		 "APEI: Invalid bit width + offset in GAR [0x1000/255/255/4/0]"},
		{2, 64, 0, 4, 0xfffffffffffffff8, APEI_GAR_SPACE,
		 "APEI: Invalid address space type in GAR [0xfffffffffffffff8/64/0/4/2]"},
		/* two things wrong: the earlier rule speaks */
		{2, 64, 0, 5, 0, APEI_GAR_NO_ADDRESS,
		 "APEI: Invalid physical address in GAR [0x0/64/0/5/2]"},
		{2, 64, 9, 5, 0x1000, APEI_GAR_ACCESS_SIZE,
		 "APEI: Invalid access size code in GAR [0x1000/64/9/5/2]"},
		{2, 64, 9, 4, 0x1000, APEI_GAR_BIT_RANGE,
		 "APEI: Invalid bit width + offset in GAR [0x1000/64/9/4/2]"},
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct acpi_generic_address reg =
			gas(cases[i].space, cases[i].width, cases[i].offset, cases[i].access,
			    cases[i].address);
		struct apei_gar gar;
		uint64_t paddr = 1;
		uint32_t bits = 77;

		assert_int_equal(apei_gar_decode(&reg, &gar), -GHES_EINVAL);
		assert_int_equal(gar.fault, cases[i].fault);
		apei_gar_fault_text(&gar, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
		assert_int_equal(apei_check_gar(&reg, &paddr, &bits), -GHES_EINVAL);
		assert_true(paddr == cases[i].address);
		assert_int_equal(bits, 77);
	}
}

/* Goal: what is accepted has the access width that Linux would use, fix-ups included. */
static void accepted_ones_have_linuxs_access_width(void **state)
{
	static const struct {
		uint8_t space, width, offset, access;
		uint64_t address;
		uint8_t bits;
		bool fixed_up;
	} cases[] = {
		{0, 8, 0, 1, 1, 8, false},	  {0, 16, 0, 2, 1, 16, false},
		{0, 32, 0, 3, 1, 32, false},	  {0, 64, 0, 4, 1, 64, false},
		{1, 32, 0, 3, 0xcf8, 32, false},  {0, 0, 0, 4, 0x1000, 64, false},
		{0, 0, 64, 4, 0x1000, 64, false}, {0, 4, 4, 1, 0x1000, 8, false},
		{0, 32, 0, 4, 0x1000, 64, false}, /* wider than needed stays */
		{0, 32, 0, 1, 0x1004, 32, true},  {0, 32, 0, 2, 0x1004, 32, true},
		{1, 32, 0, 1, 0x1004, 32, true},  {0, 64, 0, 1, 0x1008, 64, true},
		{0, 64, 0, 3, 0x1008, 64, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct acpi_generic_address reg =
			gas(cases[i].space, cases[i].width, cases[i].offset, cases[i].access,
			    cases[i].address);
		struct apei_gar gar;
		uint64_t paddr = 0;
		uint32_t bits = 0;
		char text[8] = "x";

		assert_int_equal(apei_gar_decode(&reg, &gar), 0);
		assert_int_equal(gar.fault, APEI_GAR_OK);
		assert_int_equal(gar.access_bit_width, cases[i].bits);
		assert_int_equal(gar.fixed_up, cases[i].fixed_up);
		assert_int_equal(apei_gar_access_bytes(&gar), cases[i].bits / 8);
		apei_gar_fault_text(&gar, text, sizeof(text));
		assert_string_equal(text, "");
		assert_int_equal(apei_check_gar(&reg, &paddr, &bits), 0);
		assert_true(paddr == cases[i].address);
		assert_int_equal(bits, cases[i].bits);
	}
}

/* Goal: nothing is widened whose intent is in doubt. */
static void doubtful_widths_are_not_widened(void **state)
{
	static const struct {
		uint8_t width, offset;
		uint64_t address;
	} cases[] = {
		{32, 0, 0x1002}, {64, 0, 0x1004}, {32, 1, 0x1000}, {64, 8, 0x1000},
		{16, 0, 0x1000}, {31, 0, 0x1000}, {33, 0, 0x1000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct acpi_generic_address reg =
			gas(0, cases[i].width, cases[i].offset, 1, cases[i].address);
		struct apei_gar gar;

		assert_int_equal(apei_gar_decode(&reg, &gar), -GHES_EINVAL);
		assert_int_equal(gar.fault, APEI_GAR_BIT_RANGE);
		assert_false(gar.fixed_up);
	}
}

/*
 * Goal: decode agrees with the rules, written down once more in another way, for every width,
 * offset, access size and space at aligned and unaligned addresses.
 */
static void every_combination_agrees_with_a_second_reading(void **state)
{
	static const uint64_t addresses[] = {0, 0x1000, 0x1004, 0x1002};

	(void)state;
	for (unsigned int n = 0; n < 4u * 3 * 7 * 80 * 70; n++) {
		const uint64_t address = addresses[n % 4];
		const unsigned int space = n / 4 % 3, access = n / 12 % 7;
		const unsigned int width = n / 84 % 80, offset = n / 84 / 80;
		struct acpi_generic_address reg = gas((uint8_t)space, (uint8_t)width,
						      (uint8_t)offset, (uint8_t)access, address);
		unsigned int bits = access >= 1 && access <= 4 ? 4u << access : 0;
		struct apei_gar gar;
		bool good;

		if (bits && bits < 32 && width == 32 && offset == 0 && !(address & 3))
			bits = 32;
		if (bits && bits < 64 && width == 64 && offset == 0 && !(address & 7))
			bits = 64;
		good = address && bits && width + offset <= bits && space <= 1;
		assert_int_equal(apei_gar_decode(&reg, &gar) == 0, good);
		if (good)
			assert_int_equal(gar.access_bit_width, bits);
	}
}

/* Goal: the acknowledge value is the specification's, and no offset makes the shift undefined. */
static void update_preserves_writes_and_shifts(void **state)
{
	struct apei_gar gar = {.address = 8, .bit_width = 64, .access_bit_width = 64};

	(void)state;
	assert_true(apei_gar_update(&gar, 0xff, ~1ull, 1) == 0xff);
	assert_true(apei_gar_update(&gar, 0xf0, ~1ull, 1) == 0xf1);
	assert_true(apei_gar_update(&gar, ~0ull, 0, 0x5) == 0x5);

	gar = (struct apei_gar){
		.address = 8, .bit_width = 4, .bit_offset = 4, .access_bit_width = 8};
	assert_true(apei_gar_update(&gar, 0xab, 0xc, 1) == ((0xab & 0xc0) | 0x10));
	/* what does not fit in the access is not written */
	assert_true(apei_gar_update(&gar, 0xffff, ~0ull, 0) == 0xf0);
	assert_true(apei_gar_shift(&gar, 0x123) == 0x30);
	assert_true(apei_gar_access_mask(&gar) == 0xff);

	gar = (struct apei_gar){.address = 8, .bit_offset = 64, .access_bit_width = 64};
	assert_true(apei_gar_update(&gar, 0xab, ~0ull, ~0ull) == 0);
	gar.bit_offset = 63;
	assert_true(apei_gar_update(&gar, 0, 0, 3) == 1ull << 63);
}

/* Goal: a short buffer is cut and terminated; none at all is left alone. */
static void fault_text_fits_any_buffer(void **state)
{
	struct acpi_generic_address reg = gas(0, 64, 0, 4, 0);
	struct apei_gar gar;
	char text[6] = "?????";

	(void)state;
	assert_int_equal(apei_gar_decode(&reg, &gar), -GHES_EINVAL);
	apei_gar_fault_text(&gar, text, 0);
	assert_string_equal(text, "?????");
	apei_gar_fault_text(&gar, text, sizeof(text));
	assert_string_equal(text, "APEI:");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_refuses_with_the_kernels_text),
		cmocka_unit_test(accepted_ones_have_linuxs_access_width),
		cmocka_unit_test(doubtful_widths_are_not_widened),
		cmocka_unit_test(every_combination_agrees_with_a_second_reading),
		cmocka_unit_test(update_preserves_writes_and_shifts),
		cmocka_unit_test(fault_text_fits_any_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
