// SPDX-License-Identifier: GPL-2.0-only
/*
 * libghes on machines that are drawn: sources of every type, shared blocks and registers, one or
 * two misbehaviours, a program of anything on any CPU, and notifications at any platform call,
 * nested.
 *
 * Goal: nothing that nobody thought of breaks a rule. Method: all oracles watch; a defect names its
 * seed, which repeats it exactly. What must have happened in the course of all seeds is counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <ghes/core.h>
#include <ghes/cper.h>

#include "machine/internal.h"
#include "machine_kit.h"

#define SEEDS	    3000
#define NR_SOURCES  9
#define SEA	    3
#define MAX_NESTED  6
#define MAX_ACTIONS 40

static struct kit kit;
static uint64_t rng;
static unsigned int nested, permille; /* of the platform calls at which something arrives */

static struct {
	unsigned int processed, duplicate, rejected, lost, panics, depth;
	uint64_t misbehaved; /* bit: enum sim_misbehaviour */
} reached;

static unsigned int draw(unsigned int below)
{
	return (unsigned int)(sim_random(&rng) % below);
}

static uint16_t any_source(void)
{
	return (uint16_t)(1 + draw(NR_SOURCES));
}

/* ---- The machine ----------------------------------------------------------------------------- */

static void draw_sources(void)
{
	kit_sdei(&kit, 1, false);
	kit_sdei(&kit, 2, true);
	kit_source(&kit, SEA, ACPI_HEST_NOTIFY_SEA);
	kit_source(&kit, 4, ACPI_HEST_NOTIFY_POLLED);
	kit_source(&kit, 5, ACPI_HEST_NOTIFY_EXTERNAL);
	kit_source(&kit, 6, ACPI_HEST_NOTIFY_GSIV);
	kit_source(&kit, 7, ACPI_HEST_NOTIFY_SEI);
	kit_sdei(&kit, 8, draw(2))->sdei_explicit = false;
	kit_sdei(&kit, 9, draw(2))->sdei_shared = true;
	kit.source[8].sdei_explicit = false;
	if (!draw(3))
		kit.source[1].share_block_with = 1;
	if (!draw(3)) {
		kit.source[1].share_ack_with = 1;
		kit.source[0].ack_preserve = kit.source[1].ack_preserve = 0;
		kit.source[1].ack_write = 2;
	}
	for (unsigned int i = 2; i < NR_SOURCES; i++)
		if (!draw(4))
			kit.source[i].version = 1;
}

static void draw_misbehaviour(void)
{
	enum sim_misbehaviour what = (enum sim_misbehaviour)draw(SIM_NR_MISBEHAVIOURS);
	uint64_t much = 1 + draw(6);

	if (what == SIM_MISBEHAVE_CLOCK_COARSE || what == SIM_MISBEHAVE_CLOCK_BACK)
		much *= UINT64_C(1000000000);
	if (what == SIM_MISBEHAVE_POOL_FAIL)
		much += draw(60);
	kit.config.misbehave[what] = much;
	reached.misbehaved |= UINT64_C(1) << what;
}

/* ---- What happens on it ---------------------------------------------------------------------- */

static void point(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		  enum sim_event_kind kind, uint64_t arg)
{
	struct sim_action a = {.kind = SIM_ACTION_REPORT};

	(void)d;
	(void)kind;
	(void)arg;
	if (draw(1000) >= permille || nested == MAX_NESTED)
		return;
	a.source = any_source();
	a.record = (int)draw(4);
	if (!draw(5)) {
		a.kind = SIM_ACTION_RAISE;
		a.record = -1;
	}
	if (a.source == SEA) /* nothing that arrives by itself */
		a.source = 1;
	nested++;
	sim_arrive(m, cpu, &a);
	nested--;
}

static struct sim_driver driver = {.point = point};

static struct sim_action draw_action(void)
{
	struct sim_action a = {
		/* reports are what it is about: three times as likely as anything else */
		.kind = draw(3) ? (enum sim_action_kind)draw(SIM_NR_ACTIONS) : SIM_ACTION_REPORT,
		.source = any_source(),
		.record = (int)draw(4),
		.count = draw(5),
	};

	if (a.kind == SIM_ACTION_CONSUME || a.kind == SIM_ACTION_GUEST_CONSUME)
		a.source = SEA;
	if (a.kind == SIM_ACTION_TICK)
		a.count = draw(2) ? UINT64_C(20000000000) : 5;
	if (a.kind == SIM_ACTION_RAISE) {
		a.record = -1;
		if (a.source == SEA)
			a.source = 1;
	}
	return a;
}

/* What a program cannot do: sleep, or read memory of its own, with interrupts masked. */
static bool makes_sense(const struct sim_action *a, unsigned int cpu)
{
	switch (a->kind) {
	case SIM_ACTION_REMOVE:
	case SIM_ACTION_PROBE:
	case SIM_ACTION_CONSUME:
	case SIM_ACTION_GUEST_CONSUME:
		return !kit.m->cpu[cpu].masks;
	case SIM_ACTION_OFFLINE:
		return cpu; /* somebody stays */
	default:
		return true;
	}
}

static void run_program(void)
{
	unsigned int n = draw(MAX_ACTIONS);

	for (unsigned int i = 0; i < n && !sim_stopped(kit.m); i++) {
		struct sim_action a = draw_action();
		unsigned int cpu = draw(kit.config.nr_cpus);

		if (makes_sense(&a, cpu))
			sim_do(kit.m, cpu, &a);
	}
}

static void count_reached(void)
{
	reached.processed += kit_count(&kit, SIM_EV_TP(PROCESSED));
	reached.duplicate += kit_count(&kit, SIM_EV_TP(DUPLICATE));
	reached.rejected += kit_count(&kit, SIM_EV_TP(REJECT));
	reached.lost += kit_count(&kit, SIM_EV_DISPATCH_LOST);
	reached.panics += sim_panicked(kit.m);
	if (sim_max_depth(kit.m) > reached.depth)
		reached.depth = sim_max_depth(kit.m);
}

static void run_seed(uint64_t seed)
{
	rng = seed * 77777 + 5;
	nested = 0;
	permille = draw(60);
	kit_init(&kit);
	kit.config.nr_cpus = 1 + draw(4);
	kit.config.seed = seed;
	draw_sources();
	if (!draw(6))
		kit_memory_record(kit.bytes[3], CPER_SEV_FATAL, 0x20000000);
	for (int i = 0; i < 2; i++)
		if (draw(2))
			draw_misbehaviour();
	kit_create(&kit, ghes_core_ops_get(), false);
	sim_set_driver(kit.m, &driver);
	if (!sim_boot(kit.m)) {
		run_program();
		permille = 0;
		sim_quiesce(kit.m);
	}
	count_reached();
	for (unsigned int i = 0; i < sim_nr_defects(kit.m); i++)
		print_error("seed %llu, %u CPUs: %s: %s\n", (unsigned long long)seed,
			    kit.config.nr_cpus, sim_oracle_name(sim_get_defect(kit.m, i)->oracle),
			    sim_get_defect(kit.m, i)->message);
}

static void tell(const struct sim_event *ev)
{
	print_message("%5llu cpu %u %*s%s: %s, source %d, 0x%llx 0x%llx, record %llu\n",
		      (unsigned long long)ev->step, ev->cpu, 2 * ev->depth, "",
		      sim_running_name((enum sim_running)ev->running), sim_event_name(ev->kind),
		      ev->source == SIM_NO_SOURCE ? -1 : ev->source, (unsigned long long)ev->a,
		      (unsigned long long)ev->b, (unsigned long long)ev->record);
}

static void random_machines_keep_the_rules(void **state)
{
	const char *one = getenv("GHES_TEST_SEED");
	uint64_t from = one ? strtoull(one, NULL, 0) : 1;
	unsigned int bad = 0;

	(void)state;
	for (uint64_t seed = from; seed < from + (one ? 1 : SEEDS); seed++) {
		run_seed(seed);
		for (unsigned int i = 0; one && i < kit.nr_ev; i++)
			tell(&kit.ev[i]);
		bad += sim_nr_defects(kit.m) != 0;
		kit_destroy(&kit);
	}
	assert_int_equal(bad, 0);
	if (one)
		return;
	assert_true(reached.processed > SEEDS);
	assert_true(reached.duplicate && reached.rejected && reached.lost && reached.panics);
	assert_true(reached.depth >= 5);
	assert_int_equal(reached.misbehaved, (UINT64_C(1) << SIM_NR_MISBEHAVIOURS) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_machines_keep_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
