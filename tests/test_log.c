// SPDX-License-Identifier: GPL-2.0-only
/* The two formatters that run in NMI-like context: each conversion they promise, against printf. */
#include "log.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#include "cper_text.h"

static char logged[GHES_LOG_LINE_MAX + 1];

static void keep(struct ghes_platform *p, enum ghes_log_level level, const char *line, size_t len)
{
	(void)p;
	assert_int_equal(level, GHES_LOG_NOTICE);
	assert_true(len < sizeof(logged));
	memcpy(logged, line, len);
	logged[len] = '\0';
}

static const struct ghes_platform_ops ops = {.log = keep};
static struct ghes_platform platform = {.ops = &ops};

#define assert_logs_as_printf(...)                                                                 \
	do {                                                                                       \
		char expected[512];                                                                \
                                                                                                   \
		snprintf(expected, sizeof(expected), __VA_ARGS__);                                 \
		ghes_log(&platform, GHES_LOG_NOTICE, __VA_ARGS__);                                 \
		assert_string_equal(logged, expected);                                             \
	} while (0)

static void log_formats_as_printf(void **state)
{
	(void)state;
	assert_logs_as_printf("%s|%c|%%|%s", "a string", 'x', "");
	assert_logs_as_printf("%d %d %d", 0, INT_MIN, INT_MAX);
	assert_logs_as_printf("%ld %ld", LONG_MIN, LONG_MAX);
	assert_logs_as_printf("%lld %lld", LLONG_MIN, LLONG_MAX);
	assert_logs_as_printf("%u %u %x %#x", 0u, UINT_MAX, UINT_MAX, 1u);
	assert_logs_as_printf("%lu %lx %#lx", ULONG_MAX, ULONG_MAX, 0xabcul);
	assert_logs_as_printf("%llu %llx %#llx", ULLONG_MAX, ULLONG_MAX, 0xdefull);
	assert_logs_as_printf("%zu %zx %zd", SIZE_MAX, SIZE_MAX, (ssize_t)-12);
}

static void log_cuts_a_line_that_is_too_long(void **state)
{
	char long_text[2 * GHES_LOG_LINE_MAX];

	(void)state;
	memset(long_text, 'a', sizeof(long_text));
	long_text[sizeof(long_text) - 1] = '\0';
	ghes_log(&platform, GHES_LOG_NOTICE, "%s", long_text);
	assert_in_range(strlen(logged), GHES_LOG_LINE_MAX - 1, GHES_LOG_LINE_MAX);
	assert_int_equal(strspn(logged, "a"), strlen(logged));
}

#define assert_text_as_printf(...)                                                                 \
	do {                                                                                       \
		char expected[128], got[128] = "";                                                 \
		struct cper_text text;                                                             \
                                                                                                   \
		cper_text_init(&text, got, sizeof(got));                                           \
		cper_text_fmt(&text, __VA_ARGS__);                                                 \
		snprintf(expected, sizeof(expected), __VA_ARGS__);                                 \
		assert_string_equal(got, expected);                                                \
	} while (0)

static void text_formats_as_printf(void **state)
{
	(void)state;
	assert_text_as_printf("%s|%.3s|%c|%%", "a string", "cut here", 'x');
	assert_text_as_printf("%d %d %d", 0, INT_MIN, INT_MAX);
	assert_text_as_printf("%u %x %02x %08x", UINT_MAX, UINT_MAX, 7u, 0xbeefu);
	assert_text_as_printf("%lu %lx %016lx", ULONG_MAX, ULONG_MAX, 1ul);
	assert_text_as_printf("%llu %llx %016llx", ULLONG_MAX, ULLONG_MAX, 1ull);
}

static void text_pads_to_the_width_of_its_digits_at_most(void **state)
{
	char got[64] = "";
	struct cper_text text;

	(void)state;
	cper_text_init(&text, got, sizeof(got));
	cper_text_dec_pad(&text, 42, 5);
	cper_text_char(&text, ' ');
	cper_text_hex(&text, 0xf, 1000);
	assert_string_equal(got, "00042 00000000000000000000000f");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_formats_as_printf),
		cmocka_unit_test(log_cuts_a_line_that_is_too_long),
		cmocka_unit_test(text_formats_as_printf),
		cmocka_unit_test(text_pads_to_the_width_of_its_digits_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
