// SPDX-License-Identifier: GPL-2.0-only
/*
 * May pre-empt: every cell of both matrices, by the table and by the machine.
 *
 * For each context that there is, and each notification: bring a CPU into the context, let the
 * notification arrive there, and see that it starts now, starts later, is lost while its record
 * stays, or ends the run; and that the table had said so. What is expected is written down here a
 * second time, from the architecture's point of view, cell by cell.
 */
#include "machine_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "context_core.h"
#include "machine/internal.h"

/* Sources: those that bring a CPU into a context, and those that arrive there. */
enum {
	POLL = 1,
	IRQ,
	SEI,
	SEA,
	NMI,
	NORMAL, /* holds the context */
	CRITICAL,
	NORMAL_EXPLICIT, /* arrive */
	NORMAL_BY_IRQ,
	CRITICAL_EXPLICIT,
	CRITICAL_BY_IRQ,
	POLL_2,
	IRQ_2,
};

/*
 * Expected: Y now, P later, L lost, X fatal, - does not exist. Columns: poll irq pnmi sei sea,
 * SDEI normal explicit and by interrupt, SDEI critical likewise, nmi mce smi.
 */
struct row {
	enum sim_running running;
	const char *arm64;
	const char *x86;
};

static const struct row rows[] = {
	{SIM_RUNNING_USER, "YYYYYYYYY---", "YY-------YYY"},
	{SIM_RUNNING_KERNEL, "YYYYXYYYY---", "YY-------YYY"},
	{SIM_RUNNING_KERNEL_IRQS_OFF, "PPYYXYYYY---", "PP-------YYY"},
	{SIM_RUNNING_SOFTIRQ, "PYYYXYYYY---", "PY-------YYY"},
	{SIM_RUNNING_HARDIRQ, "PPYYXYYYY---", "PP-------YYY"},
	{SIM_RUNNING_PNMI, "PPPYXYYYY---", "------------"},
	{SIM_RUNNING_SEI, "PPPPXYYYY---", "------------"},
	{SIM_RUNNING_SEA_ENTRY, "YYYYXYYYY---", "------------"},
	{SIM_RUNNING_SEA_CLAIM, "PPPPXYYYY---", "------------"},
	{SIM_RUNNING_SEA_IRQ_WORK, "PPYYXYYYY---", "------------"},
	{SIM_RUNNING_SDEI_NORMAL, "PPPPXLPYY---", "------------"},
	{SIM_RUNNING_SDEI_CRITICAL, "PPPPXLPLP---", "------------"},
	{SIM_RUNNING_NMI, "------------", "PP-------PYY"},
	{SIM_RUNNING_MCE, "------------", "PP-------YXY"},
};

#define COLUMNS 12
static const struct column {
	enum sim_arriving arriving;
	uint16_t source; /* that arrives; 0: the class alone */
	bool explicit_dispatch;
	enum context_entry entry; /* NR_ENTRIES: none of the core's */
	uint32_t number;
} columns[COLUMNS] = {
	{SIM_ARRIVING_TASK_WORK, POLL_2, false, ENTRY_TIMER, POLL_2},
	{SIM_ARRIVING_IRQ, IRQ_2, false, ENTRY_IRQ, 32 + IRQ_2},
	{SIM_ARRIVING_PNMI, 0, false, NR_ENTRIES, 0},
	{SIM_ARRIVING_SEI, SEI, false, ENTRY_SEI, 0},
	{SIM_ARRIVING_SEA, SEA, false, ENTRY_SEA, 0},
	{SIM_ARRIVING_SDEI_NORMAL, NORMAL_EXPLICIT, true, ENTRY_SDEI, 1000 + NORMAL_EXPLICIT},
	{SIM_ARRIVING_SDEI_NORMAL, NORMAL_BY_IRQ, false, ENTRY_SDEI, 1000 + NORMAL_BY_IRQ},
	{SIM_ARRIVING_SDEI_CRITICAL, CRITICAL_EXPLICIT, true, ENTRY_SDEI, 1000 + CRITICAL_EXPLICIT},
	{SIM_ARRIVING_SDEI_CRITICAL, CRITICAL_BY_IRQ, false, ENTRY_SDEI, 1000 + CRITICAL_BY_IRQ},
	{SIM_ARRIVING_NMI, NMI, false, ENTRY_NMI, 0},
	{SIM_ARRIVING_MCE, 0, false, NR_ENTRIES, 0},
	{SIM_ARRIVING_SMI, 0, false, NR_ENTRIES, 0},
};

static enum sim_verdict letter(char c)
{
	switch (c) {
	case 'Y':
		return SIM_NOW;
	case 'P':
		return SIM_PENDING;
	case 'L':
		return SIM_LOST;
	case 'X':
		return SIM_FATAL;
	default:
		return SIM_NEVER;
	}
}

static char expected(enum sim_arch arch, const struct row *row, unsigned int column)
{
	return (arch == SIM_ARCH_ARM64 ? row->arm64 : row->x86)[column];
}

/* ---- The table ---------------------------------------------------------------------------------- */

static void test_table(void **state)
{
	(void)state;
	assert_int_equal(sizeof(rows) / sizeof(rows[0]), SIM_NR_RUNNING);
	for (int arch = SIM_ARCH_ARM64; arch <= SIM_ARCH_X86; arch++)
		for (size_t r = 0; r < SIM_NR_RUNNING; r++)
			for (unsigned int i = 0; i < COLUMNS; i++)
				assert_int_equal(
					sim_may_preempt((enum sim_arch)arch, rows[r].running,
							columns[i].arriving,
							columns[i].explicit_dispatch),
					letter(expected((enum sim_arch)arch, &rows[r], i)));
	/* nonsense is answered */
	assert_int_equal(sim_may_preempt(SIM_ARCH_X86 + 1, SIM_RUNNING_USER, SIM_ARRIVING_IRQ, 0),
			 SIM_NEVER);
	assert_int_equal(sim_may_preempt(SIM_ARCH_X86, SIM_NR_RUNNING, SIM_ARRIVING_IRQ, 0),
			 SIM_NEVER);
}

/* ---- The machine -------------------------------------------------------------------------------- */

static struct kit kit;
static const struct row *row;
static const struct column *column;
static struct {
	bool done;
	enum sim_verdict verdict;
	unsigned int before, started; /* entries before the arrival, and by it */
} cell;

static unsigned int started(void)
{
	unsigned int n = 0;

	if (column->entry != NR_ENTRIES)
		return context_core_calls.entries[column->entry];
	for (unsigned int i = 0; i < kit.nr_ev; i++)
		n += kit.ev[i].kind == SIM_EV_ENTER &&
		     kit.ev[i].a == (column->arriving == SIM_ARRIVING_PNMI ? SIM_RUNNING_PNMI
									   : SIM_RUNNING_MCE);
	return n;
}

static void let_arrive(void)
{
	struct sim_action action = kit_report(column->source, 0);

	if (cell.done)
		return;
	cell.done = true;
	cell.before = started();
	if (column->source)
		cell.verdict = sim_arrive(kit.m, 0, &action);
	else
		cell.verdict = sim_raise_class(kit.m, sim_this(kit.m), column->arriving);
	cell.started = started() - cell.before;
}

static bool in_the_row(void)
{
	return sim_running(kit.m, 0) == row->running;
}

static void inside(struct ghes_platform *p, enum context_entry entry, uint32_t number)
{
	(void)p;
	(void)entry;
	(void)number;
	if (in_the_row())
		let_arrive();
}

static void point(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		  enum sim_event_kind kind, uint64_t arg)
{
	(void)d;
	(void)m;
	(void)cpu;
	(void)arg;
	if (kind == SIM_EV_STEP && in_the_row())
		let_arrive();
}

static struct sim_driver driver = {.point = point};

static void build(enum sim_arch arch)
{
	kit_init(&kit);
	kit.config.arch = arch;
	kit.config.nr_cpus = 1;
	kit_source(&kit, POLL, ACPI_HEST_NOTIFY_POLLED);
	kit_source(&kit, IRQ, ACPI_HEST_NOTIFY_EXTERNAL);
	kit_source(&kit, SEI, ACPI_HEST_NOTIFY_SEI);
	kit_source(&kit, SEA, ACPI_HEST_NOTIFY_SEA);
	kit_source(&kit, NMI, ACPI_HEST_NOTIFY_NMI);
	kit_sdei(&kit, NORMAL, false);
	kit_sdei(&kit, CRITICAL, true);
	kit_sdei(&kit, NORMAL_EXPLICIT, false);
	kit_sdei(&kit, NORMAL_BY_IRQ, false)->sdei_explicit = false;
	kit_sdei(&kit, CRITICAL_EXPLICIT, true);
	kit_sdei(&kit, CRITICAL_BY_IRQ, true)->sdei_explicit = false;
	kit_source(&kit, POLL_2, ACPI_HEST_NOTIFY_POLLED);
	kit_source(&kit, IRQ_2, ACPI_HEST_NOTIFY_EXTERNAL);
	kit.oracles = 1u << SIM_ORACLE_slot; /* this core handles no record */
	memset(&context_core_calls, 0, sizeof(context_core_calls));
	context_core_calls.inside = inside;
	context_core_calls.claim_answer = -GHES_ENOENT;
	kit_create(&kit, context_core_ops(), true);
	sim_set_driver(kit.m, &driver);
	memset(&cell, 0, sizeof(cell));
}

static void act(enum sim_action_kind kind, uint16_t source)
{
	struct sim_action action = kit_action(kind, source);

	action.count = 1;
	sim_do(kit.m, 0, &action);
}

/* Bring CPU 0 into the row's context; there let_arrive() is called. */
static void enter_row(void)
{
	switch (row->running) {
	case SIM_RUNNING_USER:
		act(SIM_ACTION_USER, 0);
		break;
	case SIM_RUNNING_KERNEL:
		act(SIM_ACTION_KERNEL, 0);
		break;
	case SIM_RUNNING_KERNEL_IRQS_OFF:
		act(SIM_ACTION_IRQS_OFF, 0);
		act(SIM_ACTION_KERNEL, 0);
		break;
	case SIM_RUNNING_SOFTIRQ:
		act(SIM_ACTION_RAISE, POLL);
		break;
	case SIM_RUNNING_HARDIRQ:
		act(SIM_ACTION_RAISE, IRQ);
		break;
	case SIM_RUNNING_PNMI:
		sim_raise_class(kit.m, sim_this(kit.m), SIM_ARRIVING_PNMI);
		break;
	case SIM_RUNNING_MCE:
		sim_raise_class(kit.m, sim_this(kit.m), SIM_ARRIVING_MCE);
		break;
	case SIM_RUNNING_SEI:
		act(SIM_ACTION_RAISE, SEI);
		break;
	case SIM_RUNNING_NMI:
		act(SIM_ACTION_RAISE, NMI);
		break;
	case SIM_RUNNING_SDEI_NORMAL:
		act(SIM_ACTION_RAISE, NORMAL);
		break;
	case SIM_RUNNING_SDEI_CRITICAL:
		act(SIM_ACTION_RAISE, CRITICAL);
		break;
	default: /* the three phases of a SEA */
		act(SIM_ACTION_CONSUME, SEA);
		break;
	}
}

static uint32_t status_of(uint16_t id)
{
	struct sim_source *s = sim_source_by_id(kit.m, id);
	uint32_t status;

	sim_copy_from_phys(&status, kit.m->block[s->block].mem, sizeof(status));
	return status;
}

/* Entries per arrival: the core sees an abort in three phases, and system management not at all. */
static unsigned int one(void)
{
	if (column->arriving == SIM_ARRIVING_SMI)
		return 0;
	return column->arriving == SIM_ARRIVING_SEA ? 3 : 1;
}

static void check_cell(enum sim_verdict want)
{
	assert_true(cell.done);
	if (want != SIM_FATAL) /* that one does not come back */
		assert_int_equal(cell.verdict, want);
	assert_true(sim_nr_verdicts(kit.m, column->arriving, want) >= 1);
	assert_int_equal(sim_fatal(kit.m), want == SIM_FATAL);
	assert_int_equal(cell.started, want == SIM_NOW ? one() : 0);
	if (column->source) /* this core takes no record: it is where firmware put it */
		assert_int_not_equal(status_of(column->source), 0);
	sim_quiesce(kit.m);
	/* what was to start now has, once; what was to wait has by now, once; the others never */
	assert_int_equal(started() - cell.before,
			 want == SIM_NOW || want == SIM_PENDING ? one() : 0);
	if (want == SIM_LOST)
		assert_int_equal(kit_count(&kit, SIM_EV_DISPATCH_LOST), 1);
	kit_no_defect(&kit);
}

static void walk(enum sim_arch arch)
{
	unsigned int cells = 0;

	for (size_t r = 0; r < SIM_NR_RUNNING; r++) {
		row = &rows[r];
		for (unsigned int i = 0; i < COLUMNS; i++) {
			char want = expected(arch, row, i);

			column = &columns[i];
			if (want == '-')
				continue;
			build(arch);
			enter_row();
			if (!cell.done || (want != 'X' && cell.verdict != letter(want)))
				print_error("%s: %s (explicit %d): verdict %d, expected %c\n",
					    sim_running_name(row->running),
					    sim_arriving_name(column->arriving),
					    column->explicit_dispatch, cell.verdict, want);
			check_cell(letter(want));
			kit_destroy(&kit);
			cells++;
		}
	}
	print_message("%u cells\n", cells);
}

static void test_machine_arm64(void **state)
{
	(void)state;
	walk(SIM_ARCH_ARM64);
}

static void test_machine_x86(void **state)
{
	(void)state;
	walk(SIM_ARCH_X86);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_machine_arm64),
		cmocka_unit_test(test_machine_x86),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
