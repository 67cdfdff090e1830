// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <ghes/fixmap.h>

#include "fake_platform.h"

#define SLOT FIX_APEI_GHES_SDEI_NORMAL

struct fixture {
	struct ghes_fixmap fm;
	struct fake_platform fake;
};

static int setup(void **state)
{
	struct fixture *f = aligned_alloc(64, (sizeof(*f) + 63) & ~(size_t)63);

	if (!f)
		return -1;
	fake_platform_init(&f->fake);
	for (size_t i = 0; i < sizeof(f->fake.memory); i++)
		f->fake.memory[i] = (unsigned char)(i ^ (i >> 8));
	ghes_fixmap_init(&f->fm, &f->fake.platform);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static uint64_t misuses(const struct fixture *f)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < GHES_NR_FIXMAP_MISUSES; i++)
		n += ghes_fixmap_misuse(&f->fm, i);
	return n;
}

/* Goal: any offset and length, one page or several, both ways, to the byte. */
static void copies_are_exact_across_pages(void **state)
{
	static const uint32_t lengths[] = {0, 1, 7, 20, 4095, 4096, 4097, 8192, 9000, 20000};
	struct fixture *f = *state;
	unsigned char *buffer = malloc(65536);

	for (uint64_t offset = 0; offset < 4096 + 3; offset += offset < 16 ? 1 : 509) {
		for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
			uint32_t len = lengths[i];
			unsigned int pages = (unsigned int)((offset % 4096 + len + 4095) / 4096);
			unsigned int maps = f->fake.maps;

			memset(buffer, 0xee, 65536);
			assert_int_equal(ghes_copy_tofrom_phys(&f->fm, buffer, FAKE_PADDR + offset,
							       len, 1, SLOT),
					 0);
			assert_memory_equal(buffer, f->fake.memory + offset, len);
			assert_int_equal(buffer[len], 0xee);
			assert_int_equal(f->fake.maps - maps, len ? pages : 0);
			assert_int_equal(f->fake.maps, f->fake.unmaps);
			for (uint32_t j = 0; j < len; j++)
				buffer[j] ^= 0xff;
			assert_int_equal(ghes_copy_tofrom_phys(&f->fm, buffer, FAKE_PADDR + offset,
							       len, 0, SLOT),
					 0);
			assert_memory_equal(buffer, f->fake.memory + offset, len);
		}
	}
	assert_true(ghes_fixmap_is_valid(&f->fm));
	assert_int_equal(misuses(f), 0);
	free(buffer);
}

/* Goal: hostile addresses end in an error, with the slot clear and nothing counted as misuse. */
static void hostile_addresses_are_refused(void **state)
{
	struct fixture *f = *state;
	unsigned char buffer[8192];
	const struct {
		uint64_t paddr;
		uint32_t len;
		int err;
	} cases[] = {
		{UINT64_MAX, 1, 0},
		{UINT64_MAX, 2, -GHES_EFAULT},
		{UINT64_MAX - 3, 4, 0},
		{UINT64_MAX - 3, 5, -GHES_EFAULT},
		{UINT64_MAX - 4095, 4096, 0},
		{UINT64_MAX - 4095, 4097, -GHES_EFAULT},
		{UINT64_MAX, UINT32_MAX, -GHES_EFAULT},
		{UINT64_MAX, 0, 0},
		{0, 1, -GHES_EFAULT},
		{FAKE_PADDR - 1, 2, -GHES_EFAULT},
		{FAKE_PADDR + sizeof(f->fake.memory) - 1, 1, 0},
		{FAKE_PADDR + sizeof(f->fake.memory) - 1, 2, -GHES_EFAULT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool wraps = cases[i].len && cases[i].paddr + (cases[i].len - 1) < cases[i].paddr;
		unsigned int maps = f->fake.maps;

		assert_int_equal(ghes_copy_tofrom_phys(&f->fm, buffer, cases[i].paddr, cases[i].len,
						       1, SLOT),
				 cases[i].err);
		assert_true(ghes_fixmap_is_valid(&f->fm));
		assert_int_equal(f->fake.maps, f->fake.unmaps);
		assert_true(!wraps || f->fake.maps == maps); /* refused before anything is read */
	}
	assert_int_equal(misuses(f), 0);
}

static void each_misuse_is_refused_and_counted(void **state)
{
	struct fixture *f = *state;
	const uint64_t page = FAKE_PADDR + 4096;
	unsigned char byte = 0;

	assert_int_equal(ghes_fixmap_copy(&f->fm, SLOT, 0, &byte, 1, 1), -GHES_EPERM);
	assert_int_equal(ghes_fixmap_misuse(&f->fm, GHES_FIXMAP_CLEAR_ACCESS), 1);
	assert_int_equal(ghes_fixmap_unmap(&f->fm, page, SLOT), -GHES_EINVAL);
	assert_int_equal(ghes_fixmap_misuse(&f->fm, GHES_FIXMAP_FOREIGN_UNMAP), 1);

	assert_int_equal(ghes_fixmap_map(&f->fm, page + 1, SLOT), -GHES_EINVAL);
	assert_int_equal(ghes_fixmap_map(&f->fm, page, SLOT), 0);
	assert_false(ghes_fixmap_is_valid(&f->fm));
	assert_int_equal(ghes_fixmap_map(&f->fm, page, SLOT), -GHES_EBUSY);
	assert_int_equal(ghes_fixmap_map(&f->fm, FAKE_PADDR, SLOT), -GHES_EBUSY);
	assert_int_equal(ghes_copy_tofrom_phys(&f->fm, &byte, page, 1, 1, SLOT), -GHES_EBUSY);
	assert_int_equal(ghes_fixmap_misuse(&f->fm, GHES_FIXMAP_DOUBLE_MAP), 3);
	assert_int_equal(ghes_fixmap_unmap(&f->fm, FAKE_PADDR, SLOT), -GHES_EINVAL);
	assert_int_equal(ghes_fixmap_misuse(&f->fm, GHES_FIXMAP_FOREIGN_UNMAP), 2);

	assert_int_equal(ghes_fixmap_copy(&f->fm, SLOT, 4095, &byte, 1, 1), 0);
	assert_int_equal(byte, f->fake.memory[4096 + 4095]);
	assert_int_equal(ghes_fixmap_copy(&f->fm, SLOT, 4095, &byte, 2, 1), -GHES_ERANGE);
	assert_int_equal(ghes_fixmap_copy(&f->fm, SLOT, 4097, &byte, 0, 1), -GHES_ERANGE);
	assert_int_equal(ghes_fixmap_copy(&f->fm, SLOT, 1, &byte, SIZE_MAX, 1), -GHES_ERANGE);
	assert_int_equal(ghes_fixmap_misuse(&f->fm, GHES_FIXMAP_BAD_RANGE), 3);
	assert_int_equal(ghes_fixmap_unmap(&f->fm, page, SLOT), 0);

	assert_int_equal(ghes_fixmap_map(&f->fm, page, GHES_NR_FIXMAP_SLOTS), -GHES_EINVAL);
	assert_int_equal(ghes_fixmap_unmap(&f->fm, page, GHES_NR_FIXMAP_SLOTS), -GHES_EINVAL);
	assert_int_equal(ghes_fixmap_copy(&f->fm, GHES_NR_FIXMAP_SLOTS, 0, &byte, 1, 1),
			 -GHES_EINVAL);
	assert_int_equal(ghes_fixmap_misuse(&f->fm, GHES_FIXMAP_BAD_SLOT), 3);
	assert_int_equal(ghes_fixmap_misuse(&f->fm, GHES_NR_FIXMAP_MISUSES), 0);
	for (unsigned int i = 0; i < GHES_NR_FIXMAP_MISUSES; i++)
		assert_string_not_equal(ghes_fixmap_misuse_text(i), "unknown misuse");
	assert_string_equal(ghes_fixmap_misuse_text(GHES_NR_FIXMAP_MISUSES), "unknown misuse");
	assert_true(ghes_fixmap_is_valid(&f->fm));
}

/* In the middle of a map: another class's context comes and reads through its own slot. */
static void read_nested(struct fake_platform *fake, enum fixed_addresses idx)
{
	struct fixture *f = fake->test;
	unsigned char buffer[5000];

	if (idx != SLOT)
		return;
	assert_int_equal(ghes_copy_tofrom_phys(&f->fm, buffer, FAKE_PADDR + 100, sizeof(buffer), 1,
					       FIX_APEI_GHES_SDEI_CRITICAL),
			 0);
	assert_memory_equal(buffer, f->fake.memory + 100, sizeof(buffer));
}

static void another_class_may_nest_in_a_map(void **state)
{
	struct fixture *f = *state;
	unsigned char buffer[9000];

	f->fake.test = f;
	f->fake.on_map = read_nested;
	assert_int_equal(
		ghes_copy_tofrom_phys(&f->fm, buffer, FAKE_PADDR + 10, sizeof(buffer), 1, SLOT), 0);
	assert_memory_equal(buffer, f->fake.memory + 10, sizeof(buffer));
	assert_int_equal(misuses(f), 0);
	assert_int_equal(f->fake.maps, 3 + 3 * 2);
}

/* The same class nested, as if its lock were missing: must be noticed, and do no harm. */
static void read_nested_same(struct fake_platform *fake, enum fixed_addresses idx)
{
	struct fixture *f = fake->test;
	unsigned char byte;

	f->fake.on_map = NULL;
	assert_int_equal(ghes_copy_tofrom_phys(&f->fm, &byte, FAKE_PADDR, 1, 1, idx), -GHES_EBUSY);
}

static void the_same_class_nested_is_noticed(void **state)
{
	struct fixture *f = *state;
	unsigned char buffer[100];

	f->fake.test = f;
	f->fake.on_map = read_nested_same;
	assert_int_equal(ghes_copy_tofrom_phys(&f->fm, buffer, FAKE_PADDR, 100, 1, SLOT), 0);
	assert_memory_equal(buffer, f->fake.memory, 100);
	assert_int_equal(ghes_fixmap_misuse(&f->fm, GHES_FIXMAP_DOUBLE_MAP), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(copies_are_exact_across_pages),	  TEST(hostile_addresses_are_refused),
		TEST(each_misuse_is_refused_and_counted), TEST(another_class_may_nest_in_a_map),
		TEST(the_same_class_nested_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
