// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenario files: what a good one becomes, and the one line that each kind of mistake gets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <ghes/cper.h>

#include "scenario/scenario.h"

#define TOP    "scenario: x\nshows: y\n"
#define SOURCE "sources:\n- {id: 1, notify: sdei}\n"
#define RECORD "records:\n  r: {sections: [{memory: {node: 1}}]}\n"
#define ALL    TOP SOURCE RECORD

/* Each mistake and its message, word for word. Line and column are part of the contract. */
static const struct {
	const char *text, *message;
} mistakes[] = {
	{"", "t: empty, expected a scenario"},
	{"a: [1\n", "t:2:1: did not find expected ',' or ']', while parsing a flow sequence"},
	{"- 1\n", "t:1:1: a scenario is not a mapping"},
	{"shows: y\n" SOURCE, "t:1:1: a scenario has no 'scenario'"},
	{TOP, "t:1:1: a scenario has neither 'sources' nor 'hest'"},
	{TOP "sources: 3\n", "t:3:10: sources is not a list"},
	{TOP "sources:\n- {notify: sdei}\n", "t:4:3: a source has no 'id'"},
	{TOP "sources:\n- {id: 1, notify: sdei, id: 2}\n",
	 "t:4:25: key 'id' appears twice in a source"},
	{TOP "sources:\n- {id: 1, notify: sms}\n",
	 "t:4:19: notify is 'sms', expected one of: polled, external, local, sci, nmi, cmci, mce, "
	 "gpio, sea, sei, gsiv, sdei"},
	{TOP "sources:\n- {id: 65535, notify: sei}\n", "t:4:8: id is 65535, expected 0 to 65534"},
	{TOP "sources:\n- {id: -1, notify: sei}\n", "t:4:8: id is '-1', expected a number"},
	{TOP "sources:\n- {id: 0x, notify: sei}\n", "t:4:8: id is '0x', expected a number"},
	{TOP "sources:\n- {id: 1, notify: sei}\n- {id: 1, notify: sea}\n",
	 "t:5:3: source 1 appears twice"},
	{TOP "sources:\n- {id: 1, notify: sei, share-ack-with: 7}\n",
	 "t:4:3: share-ack-with is 7, expected a source before this one"},
	{TOP "sources:\n- {id: 1, notify: sdei, priority: high}\n",
	 "t:4:35: priority is 'high', expected one of: normal, critical"},
	{TOP SOURCE "cpus: 65\n", "t:5:7: cpus is 65, expected 1 to 64"},
	{TOP SOURCE "arch: mips\n", "t:5:7: arch is 'mips', expected one of: arm64, x86"},
	{TOP SOURCE "records: {r: {severity: bad}}\n",
	 "t:5:25: severity is 'bad', expected one of: recoverable, fatal, corrected, informational"},
	{TOP SOURCE "records: {r: {hex: 1g}}\n",
	 "t:5:20: hex has '1g', expected pairs of hex digits"},
	{TOP SOURCE "records: {r: {hex: 123}}\n",
	 "t:5:20: hex has '3', expected pairs of hex digits"},
	{TOP SOURCE "records: {r: {file: /nonexistent/r}}\n",
	 "t:5:21: /nonexistent/r: No such file or directory"},
	{TOP SOURCE "records: {r: {size: 10}}\n", "t:5:21: size is 10, expected 20 to 131072"},
	{TOP SOURCE "records: {r: {sections: [{memory: {node: 65536}}]}}\n",
	 "t:5:42: node is 65536, expected 0 to 65535"},
	{TOP SOURCE "records: {r: {sections: [{severity: fatal}]}}\n",
	 "t:5:26: a section has no kind, such as 'memory'"},
	{TOP SOURCE "records: {r: {sections: [{memory-old: {rank: 1}}]}}\n",
	 "t:5:46: 'rank' lies beyond this section's 73 bytes"},
	{TOP SOURCE "records: {r: {sections: [], hex: aa}}\n",
	 "t:5:14: a record has one of: sections, hex, file"},
	{ALL "programs: [{cpu: 1, do: []}]\n", "t:7:18: cpu is 1, expected 0 to 0"},
	{ALL "programs: [{cpu: 0, do: []}, {cpu: 0, do: []}]\n", "t:7:30: CPU 0 has two programs"},
	{ALL "programs: [{cpu: 0, do: [jump]}]\n",
	 "t:7:26: an action is 'jump', expected one of: report, write, raise, user, kernel, irqs-off, "
	 "irqs-on, consume, guest-consume, remove, probe, poll, tick, run-work, grace-period, "
	 "pe-mask, pe-unmask, offline, online"},
	{ALL "programs: [{cpu: 0, do: [{user: x}]}]\n", "t:7:33: user is 'x', expected a number"},
	{ALL "programs: [{cpu: 0, do: [{report: {source: 2, record: r}}]}]\n",
	 "t:7:44: source is 2, expected the id of one in 'sources'"},
	{ALL "programs: [{cpu: 0, do: [{report: {source: 1, record: q}}]}]\n",
	 "t:7:55: record is 'q', expected one of: r"},
	{ALL "programs: [{cpu: 0, do: [{report: {source: 1}}]}]\n",
	 "t:7:35: 'report' has no 'record'"},
	{ALL "programs: [{cpu: 0, do: [{tick: 10}]}]\n",
	 "t:7:33: tick is '10', expected a time such as 10s, 5ms, 100us or 1ns"},
	{ALL "arrivals: [{cpu: 0}]\n", "t:7:12: an arrival has no action, such as 'report'"},
	{ALL "arrivals: [{raise: 1, poll: 1}]\n", "t:7:23: an arrival has two actions"},
	{ALL "arrivals: [{raise: 1, at: {nth: 2}}]\n", "t:7:27: at has no 'event'"},
	{ALL "arrivals: [{raise: 1, at: {event: reads}}]\n", /* more words than a line takes */
	 "t:7:35: event is 'reads', expected one of: boot, enter, leave, firmware writes, "
	 "firmware changes the record, firmware waits for the ack, firmware sees the block cleared, "
	 "firmware sees the ack, firmware loses the record, raise, dispatch refused, notification "
	 "lost, map, unmap, read, write, read register, write register, mask, waits for lock, lock, "
	 "unlock, rcu lock, rcu unlock, call_rcu, grace period ends, allocate, free, ..."},
	{ALL "misbehave: {cpu-offline: 9}\n",
	 "t:7:26: cpu-offline 9, expected 0 to 1: a CPU's number + 1, 0 for none"},
	{ALL "programs:\n- cpu: 0\n  do: [{grace-period: 1}]\n",
	 "t:9:23: 'grace-period' takes nothing, expected the word alone"},
	{ALL "misbehave: {dance: 1}\n",
	 "t:7:13: a misbehaviour is 'dance', expected one of: mutate, overwrite, refill, ignore-ack, "
	 "spurious, repeat, hostile, pool-fail, pool-empty, clock-frozen, clock-coarse, clock-back, "
	 "irq-work-elsewhere, cpu-offline, sdei-deny"},
	{ALL "drivers: []\n", "t:7:10: drivers is empty, expected at least one"},
	{ALL "drivers: [run, walk]\n",
	 "t:7:16: a driver is 'walk', expected one of: run, stress, inject, explore"},
	{ALL "expect: {nests: [[moon]]}\n",
	 "t:7:19: a context is 'moon', expected one of: user, kernel, kernel-irqs-off, softirq, irq, "
	 "pnmi, sei, sea-before-claim, sea, sea-irq-work, sdei-normal, sdei-critical, nmi, mce"},
	{ALL "---\nscenario: z\n", "t:8:1: a second document, expected one scenario a file"},
};

static void each_mistake_gets_its_line(void **state)
{
	char error[512];

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		error[0] = '\0';
		assert_null(scenario_load_string("t", mistakes[i].text, strlen(mistakes[i].text),
						 error, sizeof(error)));
		assert_string_equal(error, mistakes[i].message);
	}
}

/* A second line of @depth lists in one another, and what is said of it */
static void nest(unsigned int depth, const char *expected)
{
	static char text[32 + 2 * 500000];
	char error[512] = "";
	int at = sprintf(text, "scenario: x\ncpus: ");

	memset(text + at, '[', depth);
	memset(text + at + depth, ']', depth);
	assert_null(scenario_load_string("t", text, (size_t)at + 2 * depth, error, sizeof(error)));
	assert_string_equal(error, expected);
}

/* Goal: depth is bounded, and so is the time that a file takes: the last would take hours. */
static void nesting_has_an_end(void **state)
{
	(void)state;
	nest(63, "t:2:7: cpus is a list, expected a single value");
	nest(64, "t:2:70: a list or mapping within 64 others, expected fewer");
	nest(500000, "t:2:70: a list or mapping within 64 others, expected fewer");
}

static void a_good_scenario_becomes_what_it_says(void **state)
{
	static const char text[] =
		"expect: {processed: 1, nests: [[sdei-normal, sdei-critical]]}\n" /* any order */
		"programs: [{cpu: 1, do: [{user: 3}, irqs-off, {report: {source: 7, record: r}}]}]\n"
		"arrivals: [{raise: 7, cpu: any, times: 2, at: {event: lock, nth: 4, context: sea}}]\n"
		"misbehave: {refill: 2}\ndrivers: [stress, run]\n" TOP
		"cpus: 2\narch: x86\nseed: 9\n"
		"sources: [{id: 7, notify: nmi, version: 1, error-block-length: 0x200}]\n"
		"records: {r: {severity: fatal, sections: [{pcie: {bus: 3}, flags: [reset]}]}}\n";
	char error[512] = "";
	struct sim_scenario *s =
		scenario_load_string("t", text, strlen(text), error, sizeof(error));
	struct cper_finding finding;

	(void)state;
	assert_string_equal(error, "");
	assert_non_null(s);
	assert_int_equal(s->config.arch, SIM_ARCH_X86);
	assert_int_equal(s->config.sources[0].error_block_length, 0x200);
	assert_int_equal(s->config.seed, 9);
	assert_int_equal(s->config.misbehave[SIM_MISBEHAVE_REFILL], 2);
	assert_int_equal(s->drivers, 1u << SIM_SCENARIO_RUN | 1u << SIM_SCENARIO_STRESS);
	assert_int_equal(s->programs[0].nr_actions, 3);
	assert_int_equal(s->programs[0].actions[2].kind, SIM_ACTION_REPORT);
	assert_int_equal(s->arrivals[0].cpu, -1);
	assert_int_equal(s->arrivals[0].at.kind, SIM_EV_LOCK);
	assert_int_equal(s->arrivals[0].at.running, SIM_RUNNING_SEA_CLAIM);
	assert_true(s->expect_set[SIM_EXPECT_PROCESSED]);
	assert_int_equal(s->nests[0].running[1], SIM_RUNNING_SDEI_CRITICAL);
	assert_int_equal(cper_estatus_check((const void *)s->config.records[0].bytes,
					    s->config.records[0].size, &finding),
			 0);
	scenario_free(s);
}

/* Goal: a template's bytes are those of the specification, at both entry revisions, and padded. */
static void templates_make_well_formed_blocks(void **state)
{
	static const char *const kinds[] = {"memory", "memory-old",	  "pcie",
					    "arm",    "cxl-dram",	  "cxl-general-media",
					    "vendor", "cxl-memory-module"};
	static const unsigned int revisions[] = {0x201, 0x300};
	char text[512], error[512];

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) * 2; i++) {
		struct cper_finding finding;
		struct sim_scenario *s;

		snprintf(text, sizeof(text),
			 TOP SOURCE "records: {r: {entry-revision: %u, size: 1000, sections: "
				    "[{%s: {}}, {memory: {node: 2}}]}}\n",
			 revisions[i & 1], kinds[i / 2]);
		s = scenario_load_string("t", text, strlen(text), error, sizeof(error));
		assert_non_null(s);
		assert_int_equal(s->config.records[0].size, 1000);
		assert_int_equal(cper_estatus_check((const void *)s->config.records[0].bytes, 1000,
						    &finding),
				 0);
		scenario_free(s);
	}
}

/* Goal: no prefix of a good file crashes the parser, and each is either good or has its line. */
static void every_prefix_is_handled(void **state)
{
	static const char text[] = ALL "programs: [{cpu: 0, do: [{user: 3}, irqs-off]}]\n"
				       "arrivals: [{report: {source: 1, record: r}}]\n";
	char error[512];

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		struct sim_scenario *s = scenario_load_string("t", text, n, error, sizeof(error));

		if (!s)
			assert_memory_equal(error, "t:", 2);
		scenario_free(s);
	}
}

static int load_builtin(const char *path, void *arg)
{
	char error[512] = "";
	struct sim_scenario *s = scenario_load(path, error, sizeof(error));
	const char *base = strrchr(path, '/') + 1;

	assert_string_equal(error, "");
	/* `show NAME` and `run NAME` look for NAME.yaml. */
	assert_int_equal(strlen(base), strlen(s->name) + 5);
	assert_memory_equal(base, s->name, strlen(s->name));
	assert_non_null(s->stands_for[0]);
	++*(int *)arg;
	scenario_free(s);
	return 0;
}

static void built_in_scenarios_load_and_are_named_as_their_files(void **state)
{
	int loaded = 0, found = scenario_builtin_each(load_builtin, &loaded);

	(void)state;
	assert_int_equal(found, loaded);
	assert_true(loaded > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_gets_its_line),
		cmocka_unit_test(nesting_has_an_end),
		cmocka_unit_test(a_good_scenario_becomes_what_it_says),
		cmocka_unit_test(templates_make_well_formed_blocks),
		cmocka_unit_test(every_prefix_is_handled),
		cmocka_unit_test(built_in_scenarios_load_and_are_named_as_their_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
