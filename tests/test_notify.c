// SPDX-License-Identifier: GPL-2.0-only
/* Notifications: who reads which record when, and that each is read once. */
#include "core_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define core_test(f) cmocka_unit_test_setup_teardown(f, fx_setup, fx_teardown)

static void drain_and_recover(struct core_fixture *fx)
{
	fx_deliver_irq_work(fx);
	fx_return_to_user(fx);
	fx_run_works(fx);
}

/* Every page that was recovered, in order, is one of first ... first + n - 1, each once. */
static void assert_recovered_in_order(const struct core_fixture *fx, uint64_t first, unsigned int n)
{
	unsigned int seen = 0;

	for (unsigned int i = 0; i < fx->calls; i++)
		if (fx->call[i].what == FX_MEMORY_FAILURE)
			assert_int_equal(fx->call[i].a, first + seen++);
	assert_int_equal(seen, n);
}

/* ---- interrupts at every op ---------------------------------------------------------------- */

/* Each record firmware put: cleared and acknowledged once, in that order, processed once. */
static void assert_conserved(const struct core_fixture *fx, unsigned int records)
{
	assert_int_equal(fake_count(&fx->fake, GHES_TP_READ), records);
	assert_int_equal(fake_count(&fx->fake, GHES_TP_CLEAR), records);
	assert_int_equal(fake_count(&fx->fake, GHES_TP_ACK), records);
	assert_int_equal(fake_count(&fx->fake, GHES_TP_PROCESS), records);
	assert_int_equal(fake_count(&fx->fake, GHES_TP_PROCESSED), records);
	assert_int_equal(fx_count(fx, FX_MEM_ERROR), records);
}

/* Run @act with a notification at its first, second, ... op, until it has no more ops. */
static unsigned int interrupt_everywhere(void (*prepare)(struct core_fixture *fx),
					 void (*act)(struct core_fixture *fx),
					 void (*interrupt)(struct core_fixture *fx),
					 void (*check)(struct core_fixture *fx))
{
	unsigned int at;

	for (at = 1;; at++) {
		struct core_fixture *fx;
		unsigned int begin;
		bool landed;

		fx_setup((void **)&fx);
		prepare(fx);
		fx->inject = interrupt;
		begin = fx->op;
		fx->inject_at = begin + at;
		act(fx);
		landed = fx->op >= begin + at;
		fx->inject_at = 0;
		drain_and_recover(fx);
		check(fx);
		fx_teardown((void **)&fx);
		if (!landed)
			return at - 1;
	}
}

/* The event stays pending while another one is being handled, as SDEI would have it */
static void sdei_1(struct core_fixture *fx)
{
	if (fx->depth && fx->context[fx->depth - 1] >= GHES_CONTEXT_SDEI_NORMAL)
		fx->inject_at = fx->op + 1;
	else
		fx_sdei(fx, 1);
}

static void remove_1_keep_record(struct core_fixture *fx)
{
	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(fx);
	assert_int_equal(fx->ops->remove(fx->core, 1), 0);
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 0x10);
}

static void probe_1(struct core_fixture *fx)
{
	assert_int_equal(fx->ops->probe(fx->core, 1), 0);
}

static void one_record(struct core_fixture *fx)
{
	assert_conserved(fx, 1);
	assert_int_equal(fx_block_status(fx, 1), 0);
	assert_recovered_in_order(fx, 0x10, 1);
}

/*
 * Goal (Z1, Z11): a record is pending when its NMI-like source is added; the source's own
 * notification interrupts the adding at every op. The record is delivered once.
 */
static void probe_with_a_record_pending_interrupted_anywhere(void **state)
{
	(void)state;
	assert_true(interrupt_everywhere(remove_1_keep_record, probe_1, sdei_1, one_record) > 30);
}

/* Firmware writes its second record when the first is acknowledged, and notifies again. */
static void second_record_on_ack(struct core_fixture *fx, uint64_t address, uint64_t value)
{
	(void)address;
	(void)value;
	fx->on_ack = NULL;
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 0x11);
	fx->inject_at = fx->op + 1;
}

static void remove_1_two_records(struct core_fixture *fx)
{
	remove_1_keep_record(fx);
	fx->on_ack = second_record_on_ack;
}

static void two_records(struct core_fixture *fx)
{
	if (fx_block_status(fx, 1)) /* still pending */
		fx_sdei(fx, 1);
	drain_and_recover(fx);
	assert_conserved(fx, 2);
	assert_int_equal(fx_block_status(fx, 1), 0);
	assert_recovered_in_order(fx, 0x10, 2);
}

/*
 * Goal (Z12, Z11): as soon as it sees the acknowledgement of the record that probe reads, firmware
 * writes the next one and notifies: it is not wiped, not lost, not delivered twice.
 */
static void the_next_record_comes_with_the_acknowledgement(void **state)
{
	(void)state;
	assert_true(interrupt_everywhere(remove_1_two_records, probe_1, sdei_1, two_records) > 10);
}

static void two_priorities(struct core_fixture *fx)
{
	fx->priority[2] = SDEI_EVENT_PRIORITY_CRITICAL;
	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_source_v2(fx, 2, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(fx);
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 0x10);
	fx_put_memory(fx, 2, CPER_SEV_RECOVERABLE, 0x11);
}

static void critical_2(struct core_fixture *fx)
{
	fx_sdei(fx, 2);
}

static void both_delivered(struct core_fixture *fx)
{
	if (fx_block_status(fx, 2)) /* the interrupt came never: the loop's last round */
		fx_sdei(fx, 2);
	drain_and_recover(fx);
	assert_conserved(fx, 2);
	assert_int_equal(fx_count(fx, FX_MEMORY_FAILURE), 2);
}

/* Goal (patch 9): SDEI critical interrupts SDEI normal at every op; both records arrive. */
static void critical_interrupts_normal_anywhere(void **state)
{
	(void)state;
	assert_true(interrupt_everywhere(two_priorities, sdei_1, critical_2, both_delivered) > 20);
}

static void act_drain(struct core_fixture *fx)
{
	fx->hold_irq_work = true;
	fx_sdei(fx, 1);
	fx->hold_irq_work = false;
	fx_deliver_irq_work(fx);
}

/* Goal: the same, and the drain is interrupted too; order of arrival is kept. */
static void critical_interrupts_the_drain_anywhere(void **state)
{
	(void)state;
	assert_true(interrupt_everywhere(two_priorities, act_drain, critical_2, both_delivered) >
		    20);
}

static void claim_prepare(struct core_fixture *fx)
{
	fx->priority[2] = SDEI_EVENT_PRIORITY_CRITICAL;
	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SEA);
	fx_source_v2(fx, 2, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(fx);
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 0x10);
	fx_put_memory(fx, 2, CPER_SEV_RECOVERABLE, 0x11);
}

static void claim_user(struct core_fixture *fx)
{
	const struct ghes_regs regs = {.user = true, .pstate = 0};

	assert_int_equal(fx_claim(fx, &regs), 0);
	/* The answer is 0: it has been processed by now. */
	assert_int_not_equal(fx_count(fx, FX_MEM_ERROR), 0);
}

/* Goal: SDEI critical interrupts a claim at every op; the claim's answer and masks stay right. */
static void critical_interrupts_the_claim_anywhere(void **state)
{
	(void)state;
	assert_true(interrupt_everywhere(claim_prepare, claim_user, critical_2, both_delivered) >
		    20);
}

/* ---- shared blocks and registers ----------------------------------------------------------- */

/* Two sources, normal and critical, one status block; both notified of the one record in it */
static void share_a_block(struct core_fixture *fx, bool by_register)
{
	uint64_t pointer = htole64(FX_BLOCK(1));
	uint8_t *at;

	fx->priority[2] = SDEI_EVENT_PRIORITY_CRITICAL;
	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	at = fx_source_v2(fx, 2, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	if (by_register)
		put_gas(at + 20, 0, 64, 0, 4, FX_POINTER(1));
	fx_write(fx, FX_POINTER(2), &pointer, sizeof(pointer));
	put_gas(at + 64, 0, 64, 0, 4, FX_ACK(1));
	fx_init(fx);
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 0x10);
}

static void share_by_register(struct core_fixture *fx)
{
	share_a_block(fx, true);
}

static void share_by_address(struct core_fixture *fx)
{
	share_a_block(fx, false);
}

/* Goal: critical interrupts normal at every op, both look at one block: one delivery. */
static void a_shared_block_is_read_once(void **state)
{
	(void)state;
	assert_true(interrupt_everywhere(share_by_register, sdei_1, critical_2, one_record) > 20);
	assert_true(interrupt_everywhere(share_by_address, sdei_1, critical_2, one_record) > 20);
}

/* Goal: once its second source has gone, a block is again as cheap as an unshared one. */
static void a_block_is_shared_no_longer_than_needed(void **state)
{
	struct core_fixture *fx = *state;
	const struct ghes_block *block = NULL;

	share_a_block(fx, true);
	for (unsigned int i = 0; i < GHES_HASH_SIZE; i++)
		if (fx->core->blocks[i])
			block = fx->core->blocks[i];
	assert_non_null(block);
	assert_int_equal(block->refs, 2);
	assert_int_equal(block->contended, 1);
	assert_int_equal(fx->ops->remove(fx->core, 2), 0);
	assert_int_equal(block->contended, 0);
	assert_int_equal(fx_sdei(fx, 1), 0);
	assert_int_equal(fx->ops->probe(fx->core, 2), 0);
	assert_int_equal(block->contended, 1);
}

/* Ampere Altra: one register, a code of its own for each source, nothing or all preserved */
static void share_a_register(struct core_fixture *fx, uint64_t preserve)
{
	uint8_t *at;

	fx->priority[2] = SDEI_EVENT_PRIORITY_CRITICAL;
	at = fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	put64(at + 76, preserve);
	put64(at + 84, 1);
	at = fx_source_v2(fx, 2, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	put_gas(at + 64, 0, 64, 0, 4, FX_ACK(1));
	put64(at + 76, preserve);
	put64(at + 84, 2);
	fx_init(fx);
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 0x10);
	fx_put_memory(fx, 2, CPER_SEV_RECOVERABLE, 0x11);
}

static void share_preserving_register(struct core_fixture *fx)
{
	share_a_register(fx, UINT64_MAX);
}

static void share_overwriting_register(struct core_fixture *fx)
{
	share_a_register(fx, 0);
}

static void both_acknowledged(struct core_fixture *fx)
{
	both_delivered(fx);
	/* No acknowledgement was written over */
	assert_int_equal(fx_ack(fx, 1), 3);
}

/*
 * Goal: read-modify-write of one register by two sources, the second inside of the first, at
 * every op. With bits to preserve, both bits are there at the end; without, both codes were
 * written.
 */
static void a_shared_ack_register_loses_nothing(void **state)
{
	(void)state;
	interrupt_everywhere(share_preserving_register, sdei_1, critical_2, both_acknowledged);
	interrupt_everywhere(share_overwriting_register, sdei_1, critical_2, both_delivered);
}

/* ---- several CPUs -------------------------------------------------------------------------- */

static void other_cpu_nmi(struct core_fixture *fx)
{
	struct ghes_task task = fx->task;
	unsigned int depth = fx->depth;
	enum ghes_context context = fx->context[0];

	/* CPU 1 is in a context of its own: what this one is in does not matter to it */
	fx->fake.cpu = 1;
	fx->depth = 0;
	fx->task.id = 101;
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 0x10);
	fx_nmi(fx);
	fx->fake.test = fx; /* it did come */
	fx->depth = depth;
	fx->context[0] = context;
	fx->task = task;
	fx->fake.cpu = 0;
}

static void two_nmi_sources(struct core_fixture *fx)
{
	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_NMI);
	fx_source_v2(fx, 2, ACPI_HEST_NOTIFY_NMI);
	fx_init(fx);
	fx->hold_irq_work = true;
	fx_put_memory(fx, 2, CPER_SEV_RECOVERABLE, 0x11);
}

static void nmi_on_cpu_0(struct core_fixture *fx)
{
	fx_nmi(fx);
}

static void both_nmi_records(struct core_fixture *fx)
{
	fx->hold_irq_work = false;
	drain_and_recover(fx);
	fx->fake.cpu = 1;
	drain_and_recover(fx);
	fx->fake.cpu = 0;
	assert_conserved(fx, fx->fake.test ? 2 : 1);
}

/*
 * Goal (Z3): while CPU 0 walks the NMI sources, at every op, CPU 1 gets an NMI about a source that
 * CPU 0 may have passed already. CPU 1 must not wait and may say "not mine"; the record is read.
 */
static void an_nmi_elsewhere_is_not_waited_for_nor_lost(void **state)
{
	(void)state;
	assert_true(interrupt_everywhere(two_nmi_sources, nmi_on_cpu_0, other_cpu_nmi,
					 both_nmi_records) > 10);
}

/* Goal: one source, notified on several CPUs one after the other; each takes its own record. */
static void a_private_event_on_several_cpus(void **state)
{
	struct core_fixture *fx = *state;

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(fx);
	fx->hold_irq_work = true;
	for (unsigned int cpu = 0; cpu < FX_CPUS; cpu++) {
		fx->fake.cpu = cpu;
		fx->task.id = 200 + cpu;
		fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 0x10 + cpu);
		assert_int_equal(fx_sdei(fx, 1), 0);
	}
	/* The irq_work is pending on the first only, which drains for all */
	fx->hold_irq_work = false;
	fx->fake.cpu = 0;
	drain_and_recover(fx);
	assert_recovered_in_order(fx, 0x10, FX_CPUS);
}

/* ---- answers ------------------------------------------------------------------------------- */

/* Goal (Z5, Z9): a bad block is told as such, though it is acknowledged. */
static void a_bad_block_is_an_error_and_acknowledged(void **state)
{
	struct core_fixture *fx = *state;
	struct fx_record r;

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_EXTERNAL);
	fx_source_v2(fx, 2, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(fx);
	fx_memory_record(&r, CPER_SEV_RECOVERABLE, 1);
	put32(r.bytes + 12, 70000);
	fx_put(fx, 1, &r);
	fx_put(fx, 2, &r);
	assert_int_equal(fx_irq(fx, 1), -GHES_EIO);
	assert_int_equal(fx_sdei(fx, 2), -GHES_EIO);
	for (unsigned int i = 1; i <= 2; i++) {
		assert_int_equal(fx_block_status(fx, i), 0);
		assert_int_equal(fx_ack(fx, i), 1);
	}
	assert_int_equal(fx_state(fx).records_rejected, 2);
	assert_int_equal(fx->fake.raised, 0);
}

/* Goal (Z5): of a shared interrupt, one good record makes it ours, whatever the others have. */
static void one_good_source_makes_a_shared_interrupt_ours(void **state)
{
	struct core_fixture *fx = *state;
	struct fx_record r;

	for (uint16_t i = 1; i <= 3; i++)
		put_notify(fx_source_v2(fx, i, ACPI_HEST_NOTIFY_EXTERNAL) + 32,
			   ACPI_HEST_NOTIFY_EXTERNAL, 0, 40);
	fx_source_v2(fx, 4, ACPI_HEST_NOTIFY_EXTERNAL);
	fx_init(fx);
	fx_memory_record(&r, CPER_SEV_RECOVERABLE, 1);
	put32(r.bytes + 12, 7);
	fx_put(fx, 1, &r);
	fx_put_memory(fx, 4, CPER_SEV_CORRECTED, 5);
	assert_int_equal(fx_irq(fx, 40), -GHES_EIO);
	fx_put(fx, 1, &r);
	fx_put_memory(fx, 2, CPER_SEV_CORRECTED, 4);
	assert_int_equal(fx_irq(fx, 40), 0);
	assert_int_not_equal(fx_block_status(fx, 4), 0); /* another interrupt's */
	assert_int_equal(fx_irq(fx, 4), 0);
	assert_int_equal(fx_irq(fx, 41), -GHES_ENOENT);
}

/* Goal: a repeat within the window is counted, not queued, and no irq_work is raised (Z4). */
static void a_repeat_is_dropped_and_acknowledged(void **state)
{
	struct core_fixture *fx = *state;

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(fx);
	fx_put_memory(fx, 1, CPER_SEV_CORRECTED, 0x10);
	assert_int_equal(fx_sdei(fx, 1), 0);
	assert_int_equal(fx->fake.raised, 1);
	for (unsigned int i = 0; i < 5; i++) {
		fx_put_memory(fx, 1, CPER_SEV_CORRECTED, 0x10);
		assert_int_equal(fx_sdei(fx, 1), 0);
	}
	assert_int_equal(fx->fake.raised, 1);
	assert_int_equal(fx_state(fx).records_duplicate, 5);
	assert_int_equal(fx_count(fx, FX_MEM_ERROR), 1);
	assert_int_equal(fake_count(&fx->fake, GHES_TP_ACK), 6);
	/* After ten seconds it is news again */
	fx->fake.clock += GHES_ESTATUS_IN_CACHE_MAX_NSEC;
	fx_put_memory(fx, 1, CPER_SEV_CORRECTED, 0x10);
	assert_int_equal(fx_sdei(fx, 1), 0);
	assert_int_equal(fx_count(fx, FX_MEM_ERROR), 2);
}

/* Goal: irq_work is raised once a notification, however many of its sources have records. */
static void one_irq_work_for_many_records(void **state)
{
	struct core_fixture *fx = *state;

	for (uint16_t i = 1; i <= 5; i++)
		fx_source_v2(fx, i, ACPI_HEST_NOTIFY_NMI);
	fx_init(fx);
	for (unsigned int i = 1; i <= 5; i++)
		fx_put_memory(fx, i, CPER_SEV_CORRECTED, i);
	assert_int_equal(fx_nmi(fx), 0);
	assert_int_equal(fx->fake.raised, 1);
	assert_int_equal(fx_count(fx, FX_MEM_ERROR), 5);
}

/* Goal: without lasting mappings the slot serves; with them, idle sources cost no op at all. */
static void idle_sources_cost_loads_only(void **state)
{
	struct core_fixture *fx = *state;
	unsigned int one, many;

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_NMI);
	fx_init(fx);
	one = fx->op;
	assert_int_equal(fx_nmi(fx), -GHES_ENOENT);
	one = fx->op - one;
	for (uint16_t i = 2; i < 20; i++) {
		fx_source_v2(fx, i, ACPI_HEST_NOTIFY_NMI);
		hest_finish(&fx->hest);
	}
	fx->ops->destroy(fx->core);
	assert_int_equal(fx->ops->create(&fx->fake.platform, &fx->core), 0);
	fx_init(fx);
	many = fx->op;
	assert_int_equal(fx_nmi(fx), -GHES_ENOENT);
	many = fx->op - many;
	assert_int_equal(one, many);
}

static void without_lasting_mappings_records_arrive(void **state)
{
	struct core_fixture *fx = *state;

	fx->no_lasting_map = true;
	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_NMI);
	fx_source_v2(fx, 2, ACPI_HEST_NOTIFY_NMI);
	fx_init(fx);
	fx_put_memory(fx, 2, CPER_SEV_CORRECTED, 2);
	assert_int_equal(fx_nmi(fx), 0);
	assert_int_equal(fx_nmi(fx), -GHES_ENOENT);
	assert_int_equal(fx_count(fx, FX_MEM_ERROR), 1);
}

/* Goal: firmware points elsewhere after the source was added; the lasting mapping is not used. */
static void a_moved_block_is_found(void **state)
{
	struct core_fixture *fx = *state;
	uint64_t pointer = htole64(FX_BLOCK(5));

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_NMI);
	fx_init(fx);
	fx_write(fx, FX_POINTER(1), &pointer, sizeof(pointer));
	fx_put_memory(fx, 5, CPER_SEV_CORRECTED, 2);
	assert_int_equal(fx_nmi(fx), 0);
	assert_int_equal(fx_block_status(fx, 5), 0);
	pointer = 0;
	fx_write(fx, FX_POINTER(1), &pointer, sizeof(pointer));
	assert_int_equal(fx_nmi(fx), -GHES_ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probe_with_a_record_pending_interrupted_anywhere),
		cmocka_unit_test(the_next_record_comes_with_the_acknowledgement),
		cmocka_unit_test(critical_interrupts_normal_anywhere),
		cmocka_unit_test(critical_interrupts_the_drain_anywhere),
		cmocka_unit_test(critical_interrupts_the_claim_anywhere),
		cmocka_unit_test(a_shared_block_is_read_once),
		core_test(a_block_is_shared_no_longer_than_needed),
		cmocka_unit_test(a_shared_ack_register_loses_nothing),
		cmocka_unit_test(an_nmi_elsewhere_is_not_waited_for_nor_lost),
		core_test(a_private_event_on_several_cpus),
		core_test(a_bad_block_is_an_error_and_acknowledged),
		core_test(one_good_source_makes_a_shared_interrupt_ours),
		core_test(a_repeat_is_dropped_and_acknowledged),
		core_test(one_irq_work_for_many_records),
		core_test(idle_sources_cost_loads_only),
		core_test(without_lasting_mappings_records_arrive),
		core_test(a_moved_block_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
