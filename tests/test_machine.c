// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine as a whole, around libghes: boot, nested notifications, conservation, snapshots.
 */
#include "machine_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <ghes/core.h>

static struct kit kit;

/* A critical event that arrives while the normal one's handler holds its lock. */
static struct {
	bool armed;
	uint16_t source;
	int record;
	unsigned int cpu;
	enum sim_verdict verdict;
} ambush;

static void ambush_point(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
			 enum sim_event_kind kind, uint64_t arg)
{
	struct sim_action action = kit_report(ambush.source, ambush.record);

	(void)d;
	(void)arg;
	if (!ambush.armed || kind != SIM_EV_IO_READ ||
	    sim_running(m, cpu) != SIM_RUNNING_SDEI_NORMAL)
		return;
	ambush.armed = false;
	ambush.verdict = sim_arrive(m, cpu, &action);
}

static struct sim_driver ambush_driver = {.point = ambush_point};

static void test_boot(void **state)
{
	(void)state;
	kit_init(&kit);
	kit_sdei(&kit, 1, false);
	kit_sdei(&kit, 2, true);
	kit_create(&kit, ghes_core_ops_get(), true);
	sim_quiesce(kit.m);
	kit_no_defect(&kit);
	assert_int_equal(sim_sdei_state(kit.m, 0, 1001), SIM_SDEI_ENABLED);
	assert_int_equal(sim_sdei_state(kit.m, 1, 1002), SIM_SDEI_ENABLED);
	print_message("arena in use after boot: %zu bytes\n", sim_arena_used(kit.m));
	kit_destroy(&kit);
}

/* Critical interrupts normal while it reads: both records end as processed, once each. */
static void test_nested_sdei(void **state)
{
	struct sim_action report = kit_report(1, 0);

	(void)state;
	kit_init(&kit);
	kit_sdei(&kit, 1, false);
	kit_sdei(&kit, 2, true);
	kit_create(&kit, ghes_core_ops_get(), true);
	sim_set_driver(kit.m, &ambush_driver);
	ambush.armed = true;
	ambush.source = 2;
	ambush.record = 1;
	assert_int_equal(sim_do(kit.m, 0, &report), 0);
	sim_quiesce(kit.m);
	kit_no_defect(&kit);
	assert_int_equal(ambush.verdict, SIM_NOW);
	assert_int_equal(sim_nr_nested(kit.m, SIM_RUNNING_SDEI_CRITICAL, SIM_RUNNING_SDEI_NORMAL),
			 1);
	assert_int_equal(kit_count(&kit, SIM_EV_TP(QUEUE)), 2);
	assert_int_equal(kit_count(&kit, SIM_EV_TP(PROCESSED)), 2);
	assert_int_equal(kit_count(&kit, SIM_EV_FW_CLEARED), 2);
	assert_int_equal(kit_count(&kit, SIM_EV_FW_ACKED), 2);
	/* the critical one was queued first, and each has its own number all the way */
	assert_int_equal(kit_event(&kit, SIM_EV_TP(QUEUE), 0)->record, 2);
	assert_int_equal(kit_event(&kit, SIM_EV_TP(QUEUE), 1)->record, 1);
	assert_int_equal(kit_event(&kit, SIM_EV_TP(PROCESSED), 0)->record, 2);
	assert_int_equal(kit_event(&kit, SIM_EV_TP(PROCESSED), 1)->record, 1);
	/* irq_work ran on the way back, before the task went on */
	assert_int_equal(sim_nr_nested(kit.m, SIM_RUNNING_HARDIRQ, SIM_RUNNING_KERNEL), 1);
	kit_destroy(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot),
		cmocka_unit_test(test_nested_sdei),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
