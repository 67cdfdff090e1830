// SPDX-License-Identifier: GPL-2.0-only
/* Edits by pattern: what matches, what must not, what is put in its place. */
#include "plant_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "plant one\nwhat a bug\noracle slot\nrun some-scenario\n"

static const char source[] = "int first(int a);\n"
			     "int first(int a)\n"
			     "{\n"
			     "\treturn call(a, /* why */ other(b, c), d);\n"
			     "}\n"
			     "int second(void) { if (x) { y(\"call(a)\"); } call(1); }\n";

/* Apply the one plant of HEAD and @edits; NULL when it does not fit. */
static char *apply(const char *edits, enum plant_result expected)
{
	char text[1024], error[256] = "", *out;
	struct plants plants;

	snprintf(text, sizeof(text), "%s%s", HEAD, edits);
	assert_int_equal(plants_parse(&plants, text, error, sizeof(error)), 0);
	assert_int_equal(plants.n, 1);
	assert_int_equal(plant_apply(&plants.plant[0], source, &out, error, sizeof(error)),
			 expected);
	plants_free(&plants);
	return out;
}

static void expect(const char *edits, const char *part)
{
	char *out = apply(edits, PLANT_APPLIED);

	if (!strstr(out, part))
		fail_msg("'%s' is not in\n%s", part, out);
	free(out);
}

static void a_function_is_its_definition(void **state)
{
	(void)state;
	expect("in first\nfrom return\nto not\n", "{\n\tnot call(a, /* why */");
	expect("in second\nfrom call(...);\nto\n", "y(\"call(a)\"); }  }");
	assert_null(apply("in third\nfrom x\nto y\n", PLANT_DOES_NOT_FIT));
	assert_null(apply("in first\nfrom x\nto y\n", PLANT_DOES_NOT_FIT));
}

static void comments_and_blanks_do_not_matter(void **state)
{
	(void)state;
	expect("from call ( a , other\nto call(other\n", "return call(other(b, c), d);");
}

static void runs_are_balanced_and_short(void **state)
{
	(void)state;
	expect("in first\nfrom call(..., d)\nto ($1)\n", "return (a, /* why */ other(b, c));");
	expect("in first\nfrom other($x, $y)\nto other($2, $1)\n", "other(c, b)");
	assert_null(apply("in first\nfrom other(..., d)\nto y\n", PLANT_DOES_NOT_FIT));
}

static void a_pattern_must_be_there_once(void **state)
{
	(void)state;
	assert_null(apply("from call(\nto y\n", PLANT_DOES_NOT_FIT));
}

static void lines_keep_their_numbers(void **state)
{
	(void)state;
	expect("from int first(int a) { return ...; }\nto int first;\n",
	       "int first;\n\n\n\nint second");
}

static void edits_come_one_after_the_other(void **state)
{
	(void)state;
	expect("in first\nfrom return\nto give\nfrom give call\nto both\n", "both(a,");
}

static void a_plant_is_only_for_files_that_have_its_word(void **state)
{
	(void)state;
	expect("when other\nfrom return\nto not\n", "not call");
	assert_null(apply("when othe\nfrom return\nto not\n", PLANT_NOT_FOR_THIS));
}

static void what_is_not_whole_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"plant one\n",
		HEAD,
		HEAD "from x\n",
		HEAD "to x\n",
		HEAD "from x\nto y\nthen z\n",
		"what first\n" HEAD "from x\nto y\n",
		HEAD "from x\nto y\nrun twice\n",
	};
	struct plants plants;
	char error[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(plants_parse(&plants, bad[i], error, sizeof(error)), -1);
		plants_free(&plants);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_is_its_definition),
		cmocka_unit_test(comments_and_blanks_do_not_matter),
		cmocka_unit_test(runs_are_balanced_and_short),
		cmocka_unit_test(a_pattern_must_be_there_once),
		cmocka_unit_test(lines_keep_their_numbers),
		cmocka_unit_test(edits_come_one_after_the_other),
		cmocka_unit_test(a_plant_is_only_for_files_that_have_its_word),
		cmocka_unit_test(what_is_not_whole_is_refused),
	};

	return cmocka_run_group_tests_name("kernel_plant_edit", tests, NULL, NULL);
}
