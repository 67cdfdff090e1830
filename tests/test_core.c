// SPDX-License-Identifier: GPL-2.0-only
/* The core end to end: a HEST, a record, a handled error. */
#include "core_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * Goal: from a table and a record to recovery. A recoverable memory error by SDEI is copied,
 * cleared, acknowledged, queued, processed in irq_work, printed and handed to memory failure.
 */
static void a_record_by_sdei_ends_in_recovery(void **state)
{
	struct core_fixture *fx = *state;
	struct ghes_core_state s;

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(fx);
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 0x1234);
	fx->hold_irq_work = true;

	assert_int_equal(fx_sdei(fx, 1), 0);
	s = fx_state(fx);
	assert_int_equal(s.records_queued, 1);
	assert_int_equal(s.queue_depth, 1);
	assert_int_equal(fx_block_status(fx, 1), 0);
	assert_int_equal(fx_ack(fx, 1), 1);
	assert_int_equal(fx_count(fx, FX_MEM_ERROR), 0);

	fx_deliver_irq_work(fx);
	s = fx_state(fx);
	assert_int_equal(s.records_processed, 1);
	assert_int_equal(s.queue_depth, 0);
	assert_int_equal(fx_last(fx, FX_MEM_ERROR)->a, GHES_SEV_RECOVERABLE);
	assert_true(fx_logged(fx, "{1}[Hardware Error]: Hardware error from APEI Generic Hardware "
				  "Error Source: 1"));
	fx_run_works(fx);
	assert_int_equal(fx_last(fx, FX_MEMORY_FAILURE)->a, 0x1234);
	assert_int_equal(fx_last(fx, FX_MEMORY_FAILURE)->b, 0);
}

/* Goal: nothing pending is no work: no irq_work, no node, -ENOENT from every entry. */
static void without_a_record_nothing_happens(void **state)
{
	struct core_fixture *fx = *state;
	static const uint8_t type[] = {ACPI_HEST_NOTIFY_POLLED,
				       ACPI_HEST_NOTIFY_EXTERNAL,
				       ACPI_HEST_NOTIFY_SCI,
				       ACPI_HEST_NOTIFY_NMI,
				       ACPI_HEST_NOTIFY_SEA,
				       ACPI_HEST_NOTIFY_SEI,
				       ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED};

	for (uint16_t i = 0; i < sizeof(type); i++)
		fx_source(fx, i + 1, type[i]);
	fx_init(fx);
	assert_int_equal(fx_timer(fx, 1), -GHES_ENOENT);
	assert_int_equal(fx_irq(fx, 2), -GHES_ENOENT);
	assert_int_equal(fx_hed(fx), -GHES_ENOENT);
	assert_int_equal(fx_nmi(fx), -GHES_ENOENT);
	assert_int_equal(fx_claim(fx, NULL), -GHES_ENOENT);
	assert_int_equal(fx_sei(fx), -GHES_ENOENT);
	assert_int_equal(fx_sdei(fx, 7), -GHES_ENOENT);
	assert_int_equal(fx_sdei(fx, 8), -GHES_ENOENT);
	assert_int_equal(fx->fake.raised, 0);
	assert_int_equal(fx_state(fx).records_read, 0);
	assert_int_equal(fake_count(&fx->fake, GHES_TP_POOL_ALLOC), 0);
}

/* Goal: every kind of notification delivers the record of its source, and only once. */
static void each_kind_of_notification_delivers(void **state)
{
	struct core_fixture *fx = *state;
	static const uint8_t type[] = {ACPI_HEST_NOTIFY_POLLED,
				       ACPI_HEST_NOTIFY_EXTERNAL,
				       ACPI_HEST_NOTIFY_GSIV,
				       ACPI_HEST_NOTIFY_NMI,
				       ACPI_HEST_NOTIFY_SEA,
				       ACPI_HEST_NOTIFY_SEI,
				       ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED};

	fx->priority[7] = SDEI_EVENT_PRIORITY_CRITICAL;
	for (uint16_t i = 0; i < sizeof(type); i++)
		fx_source_v2(fx, i + 1, type[i]);
	fx_init(fx);
	for (unsigned int i = 1; i <= sizeof(type); i++)
		fx_put_memory(fx, i, CPER_SEV_RECOVERABLE, 0x100 + i);
	assert_int_equal(fx_timer(fx, 1), 0);
	assert_int_equal(fx_irq(fx, 2), 0);
	assert_int_equal(fx_hed(fx), 0);
	assert_int_equal(fx_nmi(fx), 0);
	assert_int_equal(fx_claim(fx, NULL), 0);
	assert_int_equal(fx_sei(fx), 0);
	assert_int_equal(fx_sdei(fx, 7), 0);
	fx_return_to_user(fx);
	fx_run_works(fx);
	assert_int_equal(fx_count(fx, FX_MEMORY_FAILURE), sizeof(type));
	for (unsigned int i = 1; i <= sizeof(type); i++) {
		assert_int_equal(fx_ack(fx, i), 1);
		assert_int_equal(fx_block_status(fx, i), 0);
	}
	assert_int_equal(fx_state(fx).records_read, sizeof(type));
	assert_int_equal(fx_state(fx).records_processed, sizeof(type));
}

#define core_test(f) cmocka_unit_test_setup_teardown(f, fx_setup, fx_teardown)

/* Goal: a raise that the destroyer's own masks hold back does not make it wait for ever. */
static void destroyed_with_interrupts_masked_it_ends(void **state)
{
	struct core_fixture *fx = *state;

	fx_source(fx, 1, ACPI_HEST_NOTIFY_NMI);
	fx_init(fx);
	fx->unmask_delivers = true;
	fx->masks = DAIF_PROCCTX_NOIRQ;
	fx_put_memory(fx, 1, CPER_SEV_CORRECTED, 7);
	assert_int_equal(fx_nmi(fx), 0);
	assert_true(fx->raised[0]);
	alarm(10);
	fx->ops->destroy(fx->core);
	alarm(0);
	assert_int_equal(fx->masks, DAIF_PROCCTX_NOIRQ);
	assert_false(fx->raised[0]);
	assert_int_equal(fx_count(fx, FX_MEM_ERROR), 1);
	fx->masks = 0;
	assert_int_equal(fx->ops->create(&fx->fake.platform, &fx->core), 0); /* for the teardown */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		core_test(a_record_by_sdei_ends_in_recovery),
		core_test(without_a_record_nothing_happens),
		core_test(each_kind_of_notification_delivers),
		core_test(destroyed_with_interrupts_masked_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
