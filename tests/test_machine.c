// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine as a whole, around libghes: boot, nested notifications, conservation, snapshots.
 */
#include "machine_kit.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ghes/core.h>

#include "machine/internal.h"
#include "oracles/oracles.h"

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

/* ---- Programs ------------------------------------------------------------------------------------ */

enum { NORMAL = 1, CRITICAL, SEA_ID, POLLED, EXTERNAL, HED, SEI_ID };

static void everything(void)
{
	kit_init(&kit);
	kit_sdei(&kit, NORMAL, false);
	kit_sdei(&kit, CRITICAL, true);
	kit_source(&kit, SEA_ID, ACPI_HEST_NOTIFY_SEA);
	kit_source(&kit, POLLED, ACPI_HEST_NOTIFY_POLLED)->version = 1;
	kit_source(&kit, EXTERNAL, ACPI_HEST_NOTIFY_EXTERNAL);
	kit_source(&kit, HED, ACPI_HEST_NOTIFY_GSIV);
	kit_source(&kit, SEI_ID, ACPI_HEST_NOTIFY_SEI);
}

static void act(unsigned int cpu, enum sim_action_kind kind, uint16_t source, int record)
{
	struct sim_action action = {.kind = kind, .source = source, .record = record, .count = 3};

	sim_do(kit.m, cpu, &action);
}

/* Everything once or twice, on two CPUs, with a nested pair. */
static void run_program(void)
{
	sim_set_driver(kit.m, &ambush_driver);
	ambush.armed = true;
	ambush.source = CRITICAL;
	ambush.record = 1;
	act(0, SIM_ACTION_REPORT, NORMAL, 0);
	act(1, SIM_ACTION_WRITE, POLLED, 2);
	act(1, SIM_ACTION_WRITE, POLLED, 0); /* not before the first is taken, as firmware should */
	act(1, SIM_ACTION_POLL, POLLED, -1);
	act(0, SIM_ACTION_REPORT, EXTERNAL, 3);
	act(0, SIM_ACTION_REPORT, HED, 0);
	act(1, SIM_ACTION_REPORT, SEI_ID, 1);
	act(1, SIM_ACTION_CONSUME, SEA_ID, 2);
	act(1, SIM_ACTION_IRQS_OFF, 0, -1);
	act(1, SIM_ACTION_REPORT, NORMAL, 2);
	act(1, SIM_ACTION_REPORT, CRITICAL, 3);
	act(1, SIM_ACTION_REPORT, EXTERNAL, 1);
	act(0, SIM_ACTION_CONSUME, SEA_ID, 3);
	act(1, SIM_ACTION_IRQS_ON, 0, -1);
	act(0, SIM_ACTION_REMOVE, CRITICAL, -1);
	act(0, SIM_ACTION_PROBE, CRITICAL, -1);
	act(1, SIM_ACTION_REPORT, CRITICAL, 0);
	act(0, SIM_ACTION_TICK, 0, -1);
	act(0, SIM_ACTION_RUN_WORK, 0, -1);
	act(0, SIM_ACTION_GRACE_PERIOD, 0, -1);
	sim_quiesce(kit.m);
}

static void test_everything(void **state)
{
	(void)state;
	everything();
	kit_create(&kit, ghes_core_ops_get(), true);
	run_program();
	kit_no_defect(&kit);
	/* the claim's records were recovered before the tasks went on */
	assert_int_equal(kit_count(&kit, SIM_EV_USER_RETRY), 2);
	assert_int_equal(kit_event(&kit, SIM_EV_USER_RETRY, 0)->b, 2);
	assert_true(kit_count(&kit, SIM_EV_TP(PROCESSED)) >= 8);
	print_message("arena in use: %zu bytes, %llu events\n", sim_arena_used(kit.m),
		      (unsigned long long)kit.nr_ev);
	kit_destroy(&kit);
}

static uint64_t hash_of_run(uint64_t seed, uint64_t hostile)
{
	uint64_t hash;

	everything();
	kit.config.seed = seed;
	kit.config.misbehave[SIM_MISBEHAVE_HOSTILE] = hostile;
	kit_create(&kit, ghes_core_ops_get(), true);
	run_program();
	kit_no_defect(&kit);
	hash = sim_trace_hash(kit.m);
	kit_destroy(&kit);
	return hash;
}

/* Same seed, same hash, although the arena lies elsewhere; another seed, other records. */
static void test_deterministic(void **state)
{
	void *hole;
	uint64_t hash;

	(void)state;
	hash = hash_of_run(1, 1);
	hole = malloc((size_t)1 << 22);
	assert_int_equal(hash_of_run(1, 1), hash);
	free(hole);
	assert_int_not_equal(hash_of_run(2, 1), hash);
	assert_int_not_equal(hash_of_run(1, 0), hash);
}

/* ---- Snapshots ------------------------------------------------------------------------------------ */

static void on_segv(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (!sim_snapshot_fault(kit.m, info->si_addr))
		signal(sig, SIG_DFL);
}

static uint8_t *copy_of_arena(size_t size)
{
	uint8_t *copy = malloc(size);

	assert_non_null(copy);
	memcpy(copy, kit.m, size); /* the machine is the start of the arena */
	return copy;
}

/* After a restore the state is what it was, byte for byte, and the run is the same again. */
static void check_snapshot(bool track)
{
	struct sigaction a = {.sa_sigaction = on_segv, .sa_flags = SA_SIGINFO}, old;
	struct sim_snapshot *s;
	uint8_t *before, *after;
	uint64_t hash = 0;
	size_t size;

	everything();
	kit_create(&kit, ghes_core_ops_get(), true);
	sigaction(SIGSEGV, &a, &old);
	size = sim_arena_used(kit.m);
	before = copy_of_arena(size);
	s = sim_snapshot_save(kit.m);
	assert_non_null(s);
	if (track)
		assert_int_equal(sim_snapshot_track(kit.m, s), 0);
	for (int i = 0; i < 3; i++) {
		run_program();
		kit_no_defect(&kit);
		if (i)
			assert_int_equal(sim_trace_hash(kit.m), hash);
		hash = sim_trace_hash(kit.m);
		sim_snapshot_restore(kit.m, s);
		after = copy_of_arena(size);
		assert_memory_equal(before, after, size);
		free(after);
	}
	print_message("a restore copies %zu bytes of %zu\n", sim_snapshot_cost(kit.m, s), size);
	if (track)
		assert_true(sim_snapshot_cost(kit.m, s) <= 176 * 1024);
	free(before);
	sim_snapshot_free(kit.m, s);
	sigaction(SIGSEGV, &old, NULL);
	kit_destroy(&kit);
}

static void test_snapshot(void **state)
{
	(void)state;
	check_snapshot(false);
	check_snapshot(true);
}

/* ---- Firmware that misbehaves ----------------------------------------------------------------------- */

/* What must be seen for the misbehaviour to have happened; SIM_NR_EVENTS: nothing in the events. */
static const struct misbehaviour {
	enum sim_misbehaviour which;
	uint64_t from, to;
	uint16_t seen;
} misbehaviours[] = {
	{SIM_MISBEHAVE_MUTATE, 1, 8, SIM_NR_EVENTS},
	{SIM_MISBEHAVE_OVERWRITE, 1, 1, SIM_NR_EVENTS},
	{SIM_MISBEHAVE_REFILL, 1, 3, SIM_NR_EVENTS},
	{SIM_MISBEHAVE_NEVER_ACK, 1, 1, SIM_EV_FW_WITHHOLD},
	{SIM_MISBEHAVE_SPURIOUS, 1, 5, SIM_NR_EVENTS},
	{SIM_MISBEHAVE_REPEAT, 1, 3, SIM_EV_FW_WITHHOLD},
	{SIM_MISBEHAVE_HOSTILE, 1, 40, SIM_NR_EVENTS},
	{SIM_MISBEHAVE_POOL_FAIL, 1, 40, SIM_NR_EVENTS},
	{SIM_MISBEHAVE_POOL_EMPTY, 1, 6, SIM_EV_TP(POOL_EXHAUSTED)},
	{SIM_MISBEHAVE_CLOCK_FROZEN, 1, 1, SIM_NR_EVENTS},
	{SIM_MISBEHAVE_CLOCK_COARSE, 1000000000, 1000000000, SIM_NR_EVENTS},
	{SIM_MISBEHAVE_CLOCK_BACK, 5000000000, 5000000000, SIM_NR_EVENTS},
	{SIM_MISBEHAVE_IRQ_WORK_ELSEWHERE, 1, 1, SIM_NR_EVENTS},
	{SIM_MISBEHAVE_CPU_OFFLINE, 1, 2, SIM_NR_EVENTS},
	{SIM_MISBEHAVE_SDEI_DENY, 1, 9, SIM_NR_EVENTS},
};

static void test_misbehaviours(void **state)
{
	uint64_t good = hash_of_run(1, 0);

	(void)state;
	assert_int_equal(sizeof(misbehaviours) / sizeof(misbehaviours[0]), SIM_NR_MISBEHAVIOURS);
	for (unsigned int i = 0; i < SIM_NR_MISBEHAVIOURS; i++) {
		const struct misbehaviour *mis = &misbehaviours[i];
		bool different = false;

		for (uint64_t n = mis->from; n <= mis->to; n++) {
			everything();
			kit.config.misbehave[mis->which] = n;
			if (mis->which == SIM_MISBEHAVE_HOSTILE)
				kit.config.seed = n;
			kit_create(&kit, ghes_core_ops_get(), false);
			if (!sim_boot(kit.m))
				run_program();
			else
				assert_int_equal(mis->which, SIM_MISBEHAVE_POOL_FAIL);
			if (sim_nr_defects(kit.m))
				print_error("misbehaviour %u, parameter %llu\n", mis->which,
					    (unsigned long long)n);
			kit_no_defect(&kit);
			if (mis->seen != SIM_NR_EVENTS)
				assert_true(kit_count(&kit, mis->seen) > 0);
			different |= sim_trace_hash(kit.m) != good;
			kit_destroy(&kit);
		}
		/* a clock that misbehaves shows only when time matters */
		if (mis->which < SIM_MISBEHAVE_CLOCK_FROZEN ||
		    mis->which > SIM_MISBEHAVE_CLOCK_BACK)
			assert_true(different);
	}
}

/* The second record waits for the acknowledgement of the first, and comes then. */
static void test_withheld(void **state)
{
	(void)state;
	everything();
	kit_create(&kit, ghes_core_ops_get(), true);
	act(0, SIM_ACTION_WRITE, NORMAL, 0);
	act(0, SIM_ACTION_REPORT, NORMAL, 1);
	assert_int_equal(kit_count(&kit, SIM_EV_FW_WRITE), 1);
	assert_int_equal(kit_count(&kit, SIM_EV_FW_WITHHOLD), 1);
	act(0, SIM_ACTION_RAISE, NORMAL, -1);
	sim_quiesce(kit.m);
	assert_int_equal(kit_count(&kit, SIM_EV_FW_WRITE), 2);
	assert_int_equal(kit_count(&kit, SIM_EV_TP(PROCESSED)), 2);
	kit_no_defect(&kit);
	kit_destroy(&kit);
}

/* A refused dispatch: the notification is lost, the record stays; the next one finds it. */
static void test_lost_dispatch(void **state)
{
	(void)state;
	everything();
	kit_sdei(&kit, 20, false);
	kit_create(&kit, ghes_core_ops_get(), true);
	sim_set_driver(kit.m, &ambush_driver);
	ambush.armed = true;
	ambush.source = 20; /* normal, in the middle of a normal one */
	ambush.record = 1;
	act(0, SIM_ACTION_REPORT, NORMAL, 0);
	sim_quiesce(kit.m);
	kit_no_defect(&kit);
	assert_int_equal(ambush.verdict, SIM_LOST);
	assert_int_equal(kit_count(&kit, SIM_EV_DISPATCH_LOST), 1);
	assert_int_equal(kit_count(&kit, SIM_EV_TP(PROCESSED)), 1);
	act(0, SIM_ACTION_RAISE, 20, -1);
	sim_quiesce(kit.m);
	kit_no_defect(&kit);
	assert_int_equal(kit_count(&kit, SIM_EV_TP(PROCESSED)), 2);
	kit_destroy(&kit);
}

/* Firmware's own table, given back as if it were a real one: the same machine. */
static void test_real_table(void **state)
{
	size_t size;
	uint8_t *hest;

	(void)state;
	everything();
	kit_create(&kit, ghes_core_ops_get(), false);
	hest = sim_hest_build(kit.m, &size);
	kit_destroy(&kit);
	everything();
	kit.config.nr_sources = 0;
	kit.config.hest = hest;
	kit.config.hest_size = size;
	kit_create(&kit, ghes_core_ops_get(), true);
	free(hest);
	act(0, SIM_ACTION_REPORT, NORMAL, 0);
	act(0, SIM_ACTION_CONSUME, SEA_ID, 1);
	act(0, SIM_ACTION_REPORT, EXTERNAL, 2);
	sim_quiesce(kit.m);
	kit_no_defect(&kit);
	assert_int_equal(kit_count(&kit, SIM_EV_TP(PROCESSED)), 3);
	kit_destroy(&kit);
}

/* Any bytes as a table: a machine, or an error; never more. */
static void test_hostile_table(void **state)
{
	uint64_t rng = 7;
	size_t size;
	uint8_t *hest;

	(void)state;
	everything();
	kit_create(&kit, ghes_core_ops_get(), false);
	hest = sim_hest_build(kit.m, &size);
	kit_destroy(&kit);
	for (unsigned int i = 0; i < 300; i++) {
		uint8_t bad[1024];
		char error[200];

		memcpy(bad, hest, size);
		for (unsigned int n = 0; n < 1 + i % 7; n++) {
			uint64_t r = sim_random(&rng);

			bad[r % size] = (uint8_t)(r >> 32);
		}
		everything();
		kit.config.nr_sources = 0;
		kit.config.hest = bad;
		kit.config.hest_size = i % 5 ? size : size - i % size;
		kit.m = sim_machine_create(&kit.config, ghes_core_ops_get(), error, sizeof(error));
		if (!kit.m)
			continue;
		sim_oracles_attach(kit.m, SIM_ALL_ORACLES);
		sim_boot(kit.m);
		act(0, SIM_ACTION_REPORT, NORMAL, 0);
		act(0, SIM_ACTION_REPORT, EXTERNAL, 1);
		sim_quiesce(kit.m);
		kit_no_defect(&kit);
		kit_destroy(&kit);
	}
	free(hest);
}

/* x86: an NMI in the middle of an interrupt's reading, one latched behind it, a machine check. */
static void nmi_point(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		      enum sim_event_kind kind, uint64_t arg)
{
	struct sim_action report = kit_report(2, 1), again = kit_action(SIM_ACTION_RAISE, 2);

	(void)d;
	(void)arg;
	if (kind != SIM_EV_IO_READ)
		return;
	if (ambush.armed && sim_running(m, cpu) == SIM_RUNNING_HARDIRQ) {
		ambush.armed = false;
		ambush.verdict = sim_arrive(m, cpu, &report);
	} else if (sim_running(m, cpu) == SIM_RUNNING_NMI &&
		   !sim_nr_verdicts(m, SIM_ARRIVING_MCE, SIM_NOW)) {
		assert_int_equal(sim_arrive(m, cpu, &again), SIM_PENDING);
		assert_int_equal(sim_raise_class(m, sim_this(m), SIM_ARRIVING_MCE), SIM_NOW);
		assert_int_equal(sim_raise_class(m, sim_this(m), SIM_ARRIVING_SEI), SIM_NEVER);
	}
}

static void test_x86(void **state)
{
	static struct sim_driver driver = {.point = nmi_point};

	(void)state;
	kit_init(&kit);
	kit.config.arch = SIM_ARCH_X86;
	kit_source(&kit, 1, ACPI_HEST_NOTIFY_EXTERNAL);
	kit_source(&kit, 2, ACPI_HEST_NOTIFY_NMI);
	kit_create(&kit, ghes_core_ops_get(), true);
	sim_set_driver(kit.m, &driver);
	ambush.armed = true;
	act(0, SIM_ACTION_REPORT, 1, 0);
	sim_quiesce(kit.m);
	kit_no_defect(&kit);
	assert_int_equal(ambush.verdict, SIM_NOW);
	assert_int_equal(sim_nr_nested(kit.m, SIM_RUNNING_NMI, SIM_RUNNING_HARDIRQ), 2);
	assert_int_equal(sim_nr_nested(kit.m, SIM_RUNNING_MCE, SIM_RUNNING_NMI), 1);
	assert_int_equal(kit_count(&kit, SIM_EV_TP(PROCESSED)), 2);
	kit_destroy(&kit);
}

/* What a core's host finds by itself ends up under the oracle that it names. */
static void test_defect_op(void **state)
{
	struct ghes_platform *p;

	(void)state;
	everything();
	kit_create(&kit, ghes_core_ops_get(), true);
	p = &kit.m->platform;
	p->ops->defect(p, "slot", "slot 3 is used by two");
	p->ops->defect(p, "no such oracle", "but a message");
	assert_int_equal(sim_nr_defects(kit.m), 2);
	assert_int_equal(sim_get_defect(kit.m, 0)->oracle, SIM_ORACLE_slot);
	assert_string_equal(sim_get_defect(kit.m, 0)->message, "slot 3 is used by two");
	assert_int_equal(sim_get_defect(kit.m, 1)->oracle, SIM_ORACLE_crash);
	assert_null(sim_get_defect(kit.m, 2));
	kit_destroy(&kit);
}

/* A VCPU's abort: the same claim, without registers, from a task. */
static void test_guest(void **state)
{
	(void)state;
	everything();
	kit_create(&kit, ghes_core_ops_get(), true);
	act(0, SIM_ACTION_GUEST_CONSUME, SEA_ID, 1);
	sim_quiesce(kit.m);
	kit_no_defect(&kit);
	assert_int_equal(kit_event(&kit, SIM_EV_CLAIM, 0)->b, 0); /* not from user mode */
	assert_int_equal(kit_event(&kit, SIM_EV_CLAIM, 0)->a, 0);
	assert_int_equal(kit_event(&kit, SIM_EV_USER_RETRY, 0)->b, 2);
	kit_destroy(&kit);
}

/* A record that lies across pages, its header too. */
static void test_across_pages(void **state)
{
	(void)state;
	for (uint16_t at = 4096 - KIT_RECORD_SIZE - 8; at < 4096; at += 4) {
		kit_init(&kit);
		kit_sdei(&kit, NORMAL, false)->block_page_offset = at;
		kit_create(&kit, ghes_core_ops_get(), true);
		act(0, SIM_ACTION_REPORT, NORMAL, 0);
		sim_quiesce(kit.m);
		kit_no_defect(&kit);
		assert_int_equal(kit_count(&kit, SIM_EV_TP(PROCESSED)), 1);
		kit_destroy(&kit);
	}
}

/* Two sources with one block, and two with one register, as on Ampere Altra. */
static void test_shared(void **state)
{
	struct sim_source_config *s;

	(void)state;
	kit_init(&kit);
	s = kit_sdei(&kit, NORMAL, false);
	s->ack_preserve = 0;
	s->ack_write = 1;
	s = kit_sdei(&kit, CRITICAL, true);
	s->share_ack_with = NORMAL;
	s->ack_preserve = 0;
	s->ack_write = 2;
	kit_sdei(&kit, 8, true)->share_block_with = CRITICAL;
	kit_create(&kit, ghes_core_ops_get(), true);
	sim_set_driver(kit.m, &ambush_driver);
	ambush.armed = true;
	ambush.source = CRITICAL;
	ambush.record = 1;
	act(0, SIM_ACTION_REPORT, NORMAL, 0);
	act(1, SIM_ACTION_REPORT, CRITICAL, 2);
	act(0, SIM_ACTION_REPORT, NORMAL, 3);
	sim_quiesce(kit.m);
	kit_no_defect(&kit);
	assert_int_equal(kit_count(&kit, SIM_EV_TP(PROCESSED)), 4);
	assert_int_equal(kit_count(&kit, SIM_EV_FW_ACKED), 4);
	kit_destroy(&kit);
}

static void test_bad_configurations(void **state)
{
	char error[200] = "";

	(void)state;
	everything();
	kit.config.nr_cpus = 0;
	assert_null(sim_machine_create(&kit.config, ghes_core_ops_get(), error, sizeof(error)));
	assert_string_equal(error, "0 CPUs, 1 to 64 expected");
	kit.config.nr_cpus = 65;
	assert_null(sim_machine_create(&kit.config, ghes_core_ops_get(), error, sizeof(error)));
	kit.config.nr_cpus = 64;
	kit.config.arena_size = 65536;
	assert_null(sim_machine_create(&kit.config, ghes_core_ops_get(), error, sizeof(error)));
	assert_true(strlen(error) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot),	     cmocka_unit_test(test_nested_sdei),
		cmocka_unit_test(test_everything),   cmocka_unit_test(test_deterministic),
		cmocka_unit_test(test_snapshot),     cmocka_unit_test(test_misbehaviours),
		cmocka_unit_test(test_withheld),     cmocka_unit_test(test_lost_dispatch),
		cmocka_unit_test(test_real_table),   cmocka_unit_test(test_hostile_table),
		cmocka_unit_test(test_x86),	     cmocka_unit_test(test_guest),
		cmocka_unit_test(test_across_pages), cmocka_unit_test(test_shared),
		cmocka_unit_test(test_defect_op),    cmocka_unit_test(test_bad_configurations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
