// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a scenario file. Either it is one, and what it refers to is there; or there is one
 * line that begins with the file's name.
 */
#include <string.h>

#include "fuzz.h"
#include "scenario/scenario.h"

static void check_action(const struct sim_scenario *s, const struct sim_action *a)
{
	FUZZ_CHECK(a->kind < SIM_NR_ACTIONS);
	FUZZ_CHECK(a->record >= -1 && a->record < (int)s->config.nr_records);
}

static void check_scenario(const struct sim_scenario *s)
{
	FUZZ_CHECK(s->name && s->shows);
	FUZZ_CHECK(s->config.nr_cpus >= 1 && s->config.nr_cpus <= SIM_MAX_CPUS);
	for (unsigned int i = 0; i < s->config.nr_records; i++)
		FUZZ_CHECK(s->config.records[i].name && s->config.records[i].bytes);
	for (unsigned int i = 0; i < s->nr_programs; i++) {
		FUZZ_CHECK(s->programs[i].cpu < s->config.nr_cpus);
		for (unsigned int j = 0; j < s->programs[i].nr_actions; j++)
			check_action(s, &s->programs[i].actions[j]);
	}
	for (unsigned int i = 0; i < s->nr_arrivals; i++) {
		FUZZ_CHECK(s->arrivals[i].cpu < (int)s->config.nr_cpus);
		FUZZ_CHECK(s->arrivals[i].times >= 1);
		check_action(s, &s->arrivals[i].action);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[512] = "";
	struct sim_scenario *s =
		scenario_load_string("t", (const char *)data, size, error, sizeof(error));

	if (s) {
		check_scenario(s);
		scenario_free(s);
	} else {
		FUZZ_CHECK(!strncmp(error, "t:", 2));
		FUZZ_CHECK(!strchr(error, '\n'));
	}
	return 0;
}

size_t fuzz_seed(unsigned int n, uint8_t *buf, size_t size)
{
	static const char *const seeds[] = {
		"scenario: x\nshows: y\nsources: [{id: 1, notify: sdei}]\n",
		"scenario: x\nshows: y\ncpus: 2\nsources:\n- {id: 1, notify: sdei, priority: critical}\n"
		"- {id: 2, notify: external, gsiv: 7, share-block-with: 1}\n"
		"records: {r: {severity: fatal, sections: [{memory: {node: 1}, flags: [reset]}]}}\n"
		"programs: [{cpu: 1, do: [{user: 3}, irqs-off, {report: {source: 1, record: r}}]}]\n"
		"arrivals: [{raise: 2, cpu: any, times: 3, at: {event: read, context: sea, nth: 2}}]\n"
		"misbehave: {refill: 2}\nexpect: {processed: 1, nests: [[irq, sei]]}\n",
		"scenario: &a x\nshows: *a\nsources: &b [{id: 1, notify: sea}]\nrecords: {r: {hex: 0a}}\n",
		"scenario: x\nshows: y\nsources: [{id: 1, notify: sea}]\n"
		"records: {r: {size: 300, entry-revision: 0x201, sections: [{pcie: {bus: 1}}, "
		"{arm: {info-count: 9}}, {vendor: {size: 3, fill: 7}, claimed-length: 99}]}}\n",
		"scenario: x\nshows: y\nsources: [{id: 1, notify: \"se\\n\\x1ba\"}]\n",
	};
	size_t len;

	if (n >= sizeof(seeds) / sizeof(seeds[0]))
		return 0;
	len = strlen(seeds[n]);
	if (len > size)
		return 0;
	memcpy(buf, seeds[n], len);
	return len;
}
