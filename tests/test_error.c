// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <ghes/errors.h>

/* Goal: each error has its own text, whichever sign it is asked with. */
static void each_error_has_a_text_of_its_own(void **state)
{
	static const int all[] = {
#define NUMBER(name, number, text) number,
		GHES_ERRORS(NUMBER)
#undef NUMBER
	};
	const size_t n = sizeof(all) / sizeof(all[0]);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(ghes_strerror(all[i]), ghes_strerror(-all[i]));
		assert_string_not_equal(ghes_strerror(all[i]), ghes_strerror(9999));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(ghes_strerror(all[i]), ghes_strerror(all[j]));
	}
	assert_string_equal(ghes_strerror(0), "success");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_error_has_a_text_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
