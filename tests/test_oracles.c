// SPDX-License-Identifier: GPL-2.0-only
/*
 * Oracles: silent on a core that is right, and each speaks up for what it is there for.
 *
 * One story for all: a normal event with a critical one in its middle, the same record again, a
 * synchronous abort with a record and one without, two records that wait behind masked interrupts,
 * a malformed one, and at the end a fatal one with another still queued.
 */
#include "machine_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <ghes/cper.h>

#include "mini_core.h"
#include "oracles/oracles.h"

enum { NORMAL = 1, CRITICAL, SEA };
enum { MALFORMED = 4, FATAL = 5 };

static struct kit kit;
static bool ambush;

static void point(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		  enum sim_event_kind kind, uint64_t arg)
{
	struct sim_action action = kit_report(CRITICAL, 1);

	(void)d;
	(void)arg;
	if (!ambush || kind != SIM_EV_IO_READ || sim_running(m, cpu) != SIM_RUNNING_SDEI_NORMAL)
		return;
	ambush = false;
	sim_arrive(m, cpu, &action);
}

static struct sim_driver driver = {.point = point};

static void act(enum sim_action_kind kind, uint16_t source, int record)
{
	struct sim_action action = {.kind = kind, .source = source, .record = record};

	sim_do(kit.m, 0, &action);
}

static void tell_story(enum mini_fault fault, bool fatal, uint32_t oracles)
{
	kit_init(&kit);
	kit.oracles = oracles;
	kit_memory_record(kit.bytes[MALFORMED], CPER_SEV_RECOVERABLE, 0x20000000);
	kit.bytes[MALFORMED][20 + 24] = 0xff; /* the section claims more than there is */
	kit.record[MALFORMED] = (struct sim_record){"bad", kit.bytes[MALFORMED], KIT_RECORD_SIZE};
	kit_memory_record(kit.bytes[FATAL], CPER_SEV_FATAL, 0x20001000);
	kit.record[FATAL] = (struct sim_record){"fatal", kit.bytes[FATAL], KIT_RECORD_SIZE};
	kit.config.nr_records = 6;
	kit_sdei(&kit, NORMAL, false);
	kit_sdei(&kit, CRITICAL, true);
	kit_source(&kit, SEA, ACPI_HEST_NOTIFY_SEA);
	mini_core_be(fault);
	kit_create(&kit, mini_core_ops(), true);
	sim_set_driver(kit.m, &driver);
	ambush = true;
	act(SIM_ACTION_REPORT, NORMAL, 0);
	act(SIM_ACTION_REPORT, NORMAL, 0); /* a repeat: 0 was the last to be processed */
	act(SIM_ACTION_CONSUME, SEA, 2);
	act(SIM_ACTION_CONSUME, SEA, -1); /* an abort that firmware knows nothing of */
	act(SIM_ACTION_IRQS_OFF, 0, -1);
	act(SIM_ACTION_REPORT, NORMAL, 0);
	act(SIM_ACTION_REPORT, NORMAL, 1);
	act(SIM_ACTION_IRQS_ON, 0, -1);
	act(SIM_ACTION_REPORT, CRITICAL, MALFORMED);
	if (fatal) {
		act(SIM_ACTION_IRQS_OFF, 0, -1);
		act(SIM_ACTION_REPORT, NORMAL, 3);
		act(SIM_ACTION_REPORT, CRITICAL, FATAL);
		assert_true(sim_panicked(kit.m) || sim_nr_defects(kit.m));
	}
	sim_quiesce(kit.m);
}

static void test_silent_when_right(void **state)
{
	(void)state;
	for (int fatal = 0; fatal < 2; fatal++) {
		tell_story(MINI_RIGHT, fatal, 0);
		kit_no_defect(&kit);
		assert_int_equal(
			sim_nr_nested(kit.m, SIM_RUNNING_SDEI_CRITICAL, SIM_RUNNING_SDEI_NORMAL),
			1);
		assert_int_equal(kit_count(&kit, SIM_EV_TP(DUPLICATE)), 1);
		assert_int_equal(kit_count(&kit, SIM_EV_TP(REJECT)), 1);
		assert_int_equal(kit_count(&kit, SIM_EV_MEMORY_FAILURE), fatal ? 1 : 5);
		assert_int_equal(kit_count(&kit, SIM_EV_SIGBUS), 1);
		assert_int_equal(kit_count(&kit, SIM_EV_TP(PANIC_PRINT)), fatal ? 2 : 0);
		kit_destroy(&kit);
	}
}

/* A repeated abort may be denied: its task is signalled then, and nothing is lost. */
static void test_silent_when_a_duplicate_is_denied(void **state)
{
	(void)state;
	kit_init(&kit);
	kit_source(&kit, SEA, ACPI_HEST_NOTIFY_SEA);
	mini_core_be(MINI_DENY_DUPLICATE);
	kit_create(&kit, mini_core_ops(), true);
	act(SIM_ACTION_CONSUME, SEA, 2);
	act(SIM_ACTION_CONSUME, SEA, 2);
	sim_quiesce(kit.m);
	kit_no_defect(&kit);
	assert_int_equal(kit_count(&kit, SIM_EV_TP(DUPLICATE)), 1);
	assert_int_equal(kit_count(&kit, SIM_EV_SIGBUS), 1);
	assert_int_equal(kit_event(&kit, SIM_EV_CLAIM, 1)->a, GHES_ENOENT);
	kit_destroy(&kit);
}

static const struct {
	const char *name;
	enum mini_fault fault;
	enum sim_oracle_id oracle;
} faults[] = {
#define FAULT(name, oracle) {#name, MINI_##name, SIM_ORACLE_##oracle},
	MINI_FAULTS(FAULT)
#undef FAULT
};

static const struct sim_defect *defect_of(enum sim_oracle_id oracle)
{
	for (unsigned int i = 0; i < sim_nr_defects(kit.m); i++)
		if (sim_get_defect(kit.m, i)->oracle == oracle)
			return sim_get_defect(kit.m, i);
	return NULL;
}

/* Each fault is reported by the oracle that is there for it. */
static void test_each_fires(void **state)
{
	uint32_t fired = 0;
	unsigned int silent = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		bool fatal = faults[i].oracle == SIM_ORACLE_panic;
		const struct sim_defect *d;

		tell_story(faults[i].fault, fatal, 0);
		d = defect_of(faults[i].oracle);
		if (d) {
			fired |= 1u << faults[i].oracle;
			print_message("%-18s %-12s %s\n", faults[i].name,
				      sim_oracle_name(faults[i].oracle), d->message);
		} else {
			silent++;
			print_error("%s: %s says nothing, %u other defects\n", faults[i].name,
				    sim_oracle_name(faults[i].oracle), sim_nr_defects(kit.m));
		}
		kit_destroy(&kit);
	}
	assert_int_equal(silent, 0);
	for (unsigned int id = 0; id < SIM_NR_ORACLES; id++)
		if (sim_oracle_exists((enum sim_oracle_id)id))
			assert_true(fired >> id & 1);
}

/* So it does without the others. */
static void test_each_fires_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		tell_story(faults[i].fault, faults[i].oracle == SIM_ORACLE_panic,
			   1u << faults[i].oracle);
		if (!defect_of(faults[i].oracle))
			fail_msg("%s: silent", faults[i].name);
		kit_destroy(&kit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silent_when_right),
		cmocka_unit_test(test_silent_when_a_duplicate_is_denied),
		cmocka_unit_test(test_each_fires),
		cmocka_unit_test(test_each_fires_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
