// SPDX-License-Identifier: GPL-2.0-only
/* What a series says is new: the comparison of two checks, without running any. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "series.h"

/* The options' part that series_check.c calls; a test that gets here has failed. */
int cli_error(const char *fmt, ...)
{
	fail_msg("%s", fmt);
	return CLI_USAGE;
}

/* "driver scenario complete oracle message", no oracle: none found; NULL ends the list */
static struct series_findings findings(const char *const lines[])
{
	struct series_findings f = {.results = json_object_new_array()};

	for (size_t i = 0; lines[i]; i++) {
		struct json_object *r = json_object_new_object(), *ds = json_object_new_array(), *d;
		char driver[16], scenario[32], oracle[16], message[64];
		int complete, n = sscanf(lines[i], "%15s %31s %d %15s %63[^\n]", driver, scenario,
					 &complete, oracle, message);

		json_object_object_add(r, "driver", json_object_new_string(driver));
		json_object_object_add(r, "scenario", json_object_new_string(scenario));
		json_object_object_add(r, "complete", json_object_new_boolean(complete));
		json_object_object_add(r, "defects", ds);
		if (n == 5) {
			d = json_object_new_object();
			json_object_object_add(d, "oracle", json_object_new_string(oracle));
			json_object_object_add(d, "message", json_object_new_string(message));
			json_object_array_add(ds, d);
		}
		json_object_array_add(f.results, r);
	}
	return f;
}

/* The differences of @a from @b, as "driver scenario oracle certain;" */
static void expect_only(const char *const a[], const char *const b[], const char *expected)
{
	struct series_findings fa = findings(a), fb = findings(b);
	struct series_differences d;
	char got[512] = "";

	assert_int_equal(series_only_in(&fa, &fb, &d), 0);
	for (unsigned int i = 0; i < d.nr; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s %s %s %d;",
			 series_string(d.list[i].result, "driver"),
			 series_string(d.list[i].result, "scenario"),
			 series_string(d.list[i].defect, "oracle"), d.list[i].certain);
	assert_string_equal(got, expected);
	free(d.list);
	series_findings_free(&fa);
	series_findings_free(&fb);
}
#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static void the_same_is_no_difference(void **state)
{
	(void)state;
	expect_only(LIST("run a 1 ack record 1 of source 2"),
		    LIST("run a 1 ack record 1 of source 2"), "");
	/* which record, which address, and by which driver: no other defect */
	expect_only(LIST("inject a 0 ack record 17 of source 2 at 0x80001000"),
		    LIST("run a 1 ack record 1 of source 3 at 0xdeadbeef"), "");
}

static void what_differs_is_told_once(void **state)
{
	(void)state;
	expect_only(LIST("run a 1 ack record 1 lost", "inject a 1 ack record 2 lost"),
		    LIST("run a 1", "inject a 1"), "run a ack 1;");
	expect_only(LIST("run a 1 ack lost"), LIST("run a 1 ack twice"), "run a ack 1;");
	expect_only(LIST("run a 1 ack lost"), LIST("run a 1 order lost"), "run a ack 1;");
	expect_only(LIST("run a 1 ack lost"), LIST("run b 1 ack lost", "run a 1"), "run a ack 1;");
}

/* Goal: a search that was cut short, or never made, on the other side proves nothing. */
static void only_a_whole_search_is_certain(void **state)
{
	(void)state;
	expect_only(LIST("inject a 1 ack lost"), LIST("run a 1", "inject a 0"), "inject a ack 0;");
	expect_only(LIST("inject a 1 ack lost"), LIST("run a 1"), "inject a ack 0;");
	expect_only(LIST("inject a 1 ack lost"), LIST("run a 1", "inject a 1"), "inject a ack 1;");
	/* two sweeps, of one level and of two */
	expect_only(LIST("inject a 0 ack lost"), LIST("inject a 1", "inject a 0"),
		    "inject a ack 0;");
	expect_only(LIST("stress a 0 ack lost"), LIST("stress a 0"), "stress a ack 0;");
	/* one run is all that there is */
	expect_only(LIST("run a 1 ack lost"), LIST("run a 0"), "run a ack 1;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_is_no_difference),
		cmocka_unit_test(what_differs_is_told_once),
		cmocka_unit_test(only_a_whole_search_is_certain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
