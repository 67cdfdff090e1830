// SPDX-License-Identifier: GPL-2.0-only
/* Sources come and go, with records pending, queued, waiting; and when something fails. */
#include "core_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define core_test(f) cmocka_unit_test_setup_teardown(f, fx_setup, fx_teardown)

static const uint8_t every_type[] = {
	ACPI_HEST_NOTIFY_POLLED, ACPI_HEST_NOTIFY_EXTERNAL, ACPI_HEST_NOTIFY_SCI,
	ACPI_HEST_NOTIFY_GSIV,	 ACPI_HEST_NOTIFY_GPIO,	    ACPI_HEST_NOTIFY_NMI,
	ACPI_HEST_NOTIFY_SEA,	 ACPI_HEST_NOTIFY_SEI,	    ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED,
};
#define NR_TYPES (sizeof(every_type))

static void every_source(struct core_fixture *fx)
{
	for (uint16_t i = 0; i < NR_TYPES; i++)
		fx_source_v2(fx, i + 1, every_type[i]);
}

/* ---- coming -------------------------------------------------------------------------------------- */

/* Goal: what the kernel refuses, in its words; the sources around it are kept. */
static void what_is_not_supported_is_refused(void **state)
{
	static const struct {
		uint8_t type;
		const char *text;
	} refused[] = {
		{ACPI_HEST_NOTIFY_LOCAL, "notified via local interrupt is not supported!"},
		{ACPI_HEST_NOTIFY_CMCI, "Unknown notification type: 5"},
		{ACPI_HEST_NOTIFY_MCE, "Unknown notification type: 6"},
		{ACPI_HEST_NOTIFY_RESERVED, "Unknown notification type: 12"},
		{ACPI_HEST_NOTIFY_SEI, "Unknown notification type: 9"},
		{ACPI_HEST_NOTIFY_SEA, "notified via SEA is not supported"},
		{ACPI_HEST_NOTIFY_NMI, "notified via NMI interrupt is not supported!"},
		{ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED,
		 "notified via SDE Interface is not supported!"},
	};
	struct core_fixture *fx = *state;
	const unsigned int n = sizeof(refused) / sizeof(refused[0]);

	fx->fake.platform.notify_types = GHES_NOTIFY_COMMON;
	fx_source(fx, 100, ACPI_HEST_NOTIFY_POLLED);
	for (uint16_t i = 0; i < n; i++)
		fx_source(fx, i + 1, refused[i].type);
	fx_source(fx, 101, ACPI_HEST_NOTIFY_EXTERNAL);
	hest_finish(&fx->hest);
	assert_int_equal(fx->ops->init(fx->core, fx->hest.bytes, fx->hest.size), 0);
	assert_int_equal(fx_state(fx).sources, 2);
	for (unsigned int i = 0; i < n; i++)
		assert_true(fx_logged(fx, refused[i].text));
	fx_put_memory(fx, 101, CPER_SEV_CORRECTED, 1);
}

static void a_bad_entry_does_not_silence_the_others(void **state)
{
	struct core_fixture *fx = *state;
	uint8_t *at;

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_POLLED);
	put32(fx_source_v2(fx, 2, ACPI_HEST_NOTIFY_POLLED) + 60, 19); /* block too short */
	at = fx_source_v2(fx, 3, ACPI_HEST_NOTIFY_POLLED);
	put_gas(at + 64, 0, 64, 0, 4, 0); /* no acknowledge register */
	at = fx_source_v2(fx, 4, ACPI_HEST_NOTIFY_POLLED);
	put_gas(at + 20, 0, 64, 0, 4, UINT64_MAX - 7); /* cannot be mapped */
	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_POLLED);  /* an id twice */
	fx_source_v2(fx, 5, ACPI_HEST_NOTIFY_POLLED);
	hest_add(&fx->hest, 12, 99, 64); /* the walk ends here */
	hest_finish(&fx->hest);
	assert_int_not_equal(fx->ops->init(fx->core, fx->hest.bytes, fx->hest.size), 0);
	assert_int_equal(fx_state(fx).sources, 2);
	fx_put_memory(fx, 1, CPER_SEV_CORRECTED, 1);
	fx_put_memory(fx, 5, CPER_SEV_CORRECTED, 5);
	assert_int_equal(fx_timer(fx, 1), 0);
	assert_int_equal(fx_timer(fx, 5), 0);
	assert_int_equal(fx->ops->init(fx->core, fx->hest.bytes, fx->hest.size), -GHES_EBUSY);
	assert_int_equal(fx->ops->probe(fx->core, 1), -GHES_EEXIST);
	assert_int_equal(fx->ops->probe(fx->core, 77), -GHES_ENOENT);
	assert_int_equal(fx->ops->probe(fx->core, 2), -GHES_EIO);
	assert_int_equal(fx->ops->remove(fx->core, 2), -GHES_ENOENT);
}

/* Goal (Z1): whatever its type, a record that is pending when a source comes is handled at once. */
static void pending_records_are_handled_at_once(void **state)
{
	struct core_fixture *fx = *state;

	every_source(fx);
	for (unsigned int i = 1; i <= NR_TYPES; i++)
		fx_put_memory(fx, i, CPER_SEV_RECOVERABLE, 0x100 + i);
	fx_init(fx);
	assert_int_equal(fx_state(fx).records_processed, NR_TYPES);
	fx_run_works(fx);
	for (unsigned int i = 1; i <= NR_TYPES; i++) {
		assert_int_equal(fx_ack(fx, i), 1);
		assert_int_equal(fx_block_status(fx, i), 0);
	}
	assert_int_equal(fx_count(fx, FX_MEMORY_FAILURE), NR_TYPES);
	/* Nobody is to act on what nobody did */
	for (unsigned int i = 0; i < fx->calls; i++)
		if (fx->call[i].what == FX_MEMORY_FAILURE)
			assert_int_equal(fx->call[i].b, 0);
}

static void a_poll_interval_of_zero_means_never(void **state)
{
	struct core_fixture *fx = *state;

	put_notify(fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_POLLED) + 32, ACPI_HEST_NOTIFY_POLLED, 0,
		   0);
	fx_put_memory(fx, 1, CPER_SEV_CORRECTED, 1);
	fx_init(fx);
	assert_int_equal(fx_count(fx, FX_ADD_TIMER), 0);
	assert_int_equal(fx_count(fx, FX_MEM_ERROR), 1);
	assert_true(fx_logged(fx, "Poll interval is 0 for generic hardware error source: 1, "
				  "disabled."));
	assert_int_equal(fx->ops->remove(fx->core, 1), 0);
	assert_int_equal(fx_count(fx, FX_DEL_TIMER), 0);
}

/* Goal: shared platform sides are registered by the first user and go with the last. */
static void hed_and_nmi_are_registered_once(void **state)
{
	struct core_fixture *fx = *state;

	every_source(fx);
	fx_source_v2(fx, 20, ACPI_HEST_NOTIFY_NMI);
	fx_init(fx);
	assert_int_equal(fx_count(fx, FX_REGISTER_HED), 1);
	assert_int_equal(fx_count(fx, FX_REGISTER_NMI), 1);
	fx->ops->remove(fx->core, 3);
	fx->ops->remove(fx->core, 5);
	fx->ops->remove(fx->core, 20);
	assert_int_equal(fx_count(fx, FX_UNREGISTER_HED), 0);
	assert_int_equal(fx_count(fx, FX_UNREGISTER_NMI), 0);
	fx->ops->remove(fx->core, 4);
	fx->ops->remove(fx->core, 6);
	assert_int_equal(fx_count(fx, FX_UNREGISTER_HED), 1);
	assert_int_equal(fx_count(fx, FX_UNREGISTER_NMI), 1);
}

/* Goal: the platform refuses; the source is not there, nothing leaks, it can come later. */
static void a_platform_that_refuses(void **state)
{
	static const enum fx_what refused[] = {FX_ADD_TIMER,	FX_REQUEST_IRQ,	  FX_REGISTER_HED,
					       FX_REGISTER_NMI, FX_SDEI_REGISTER, FX_SDEI_ENABLE};
	struct core_fixture *fx = *state;

	every_source(fx);
	for (unsigned int i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		fx->rc[refused[i]] = -GHES_EBUSY;
	hest_finish(&fx->hest);
	assert_int_equal(fx->ops->init(fx->core, fx->hest.bytes, fx->hest.size), 0);
	assert_int_equal(fx_state(fx).sources, 2); /* SEA and SEI */
	assert_true(fx_logged(fx, "Failed to register IRQ for generic hardware error source: 2"));
	/* Registered, not enabled: given back */
	fx->rc[FX_SDEI_REGISTER] = 0;
	assert_int_equal(fx->ops->probe(fx->core, 9), -GHES_EBUSY);
	assert_int_equal(fx_count(fx, FX_SDEI_UNREGISTER), 1);
	memset(fx->rc, 0, sizeof(fx->rc));
	for (uint16_t i = 1; i <= NR_TYPES; i++)
		fx->ops->probe(fx->core, i);
	assert_int_equal(fx_state(fx).sources, NR_TYPES);
}

/* Goal: each allocation fails once, from create to init: an error, no leak, no half a source. */
static void memory_runs_out_anywhere(void **state)
{
	bool failed = true;

	(void)state;
	for (int at = 1; failed; at++) {
		struct core_fixture *fx;
		int rc;

		fx_setup((void **)&fx);
		fx->ops->destroy(fx->core);
		every_source(fx);
		hest_finish(&fx->hest);
		fx->fake.fail_alloc_in = at;
		rc = fx->ops->create(&fx->fake.platform, &fx->core);
		if (rc) {
			assert_int_equal(rc, -GHES_ENOMEM);
			fx->fake.fail_alloc_in = 0;
			assert_int_equal(fx->fake.live_blocks, 0);
			assert_int_equal(fx->ops->create(&fx->fake.platform, &fx->core), 0);
		} else {
			rc = fx->ops->init(fx->core, fx->hest.bytes, fx->hest.size);
			failed = fx->fake.fail_alloc_in == 1;
			fx->fake.fail_alloc_in = 0;
			if (!failed)
				assert_int_equal(fx_state(fx).sources, NR_TYPES);
			for (uint16_t i = 1; i <= NR_TYPES; i++) {
				fx_put_memory(fx, i, CPER_SEV_CORRECTED, i);
				fx->ops->remove(fx->core, i);
			}
			assert_int_equal(fx_state(fx).sources, 0);
			assert_int_equal(rc != 0 && rc != -GHES_ENOMEM, 0);
		}
		fx_teardown((void **)&fx);
	}
}

/* ---- going ------------------------------------------------------------------------------------------ */

/* Goal: records of a source that goes are processed first; no node refers to it afterwards. */
static void a_source_with_queued_records_goes(void **state)
{
	struct core_fixture *fx = *state;

	every_source(fx);
	fx_init(fx);
	fx->hold_irq_work = true;
	for (unsigned int i = 0; i < 3; i++) {
		fx_put_memory(fx, 9, CPER_SEV_RECOVERABLE, i);
		assert_int_equal(fx_sdei(fx, 9), 0);
		fx_put_memory(fx, 6, CPER_SEV_RECOVERABLE, 0x10 + i);
		assert_int_equal(fx_nmi(fx), 0);
	}
	assert_int_equal(fx_state(fx).queue_depth, 6);
	assert_int_equal(fx->ops->remove(fx->core, 9), 0);
	assert_int_equal(fx_state(fx).queue_depth, 0);
	assert_int_equal(fx_state(fx).records_processed, 6);
	/* A new record is not looked at, and waits for the next probe */
	fx_put_memory(fx, 9, CPER_SEV_RECOVERABLE, 0x99);
	assert_int_equal(fx_sdei(fx, 9), -GHES_ENOENT);
	assert_int_equal(fx->ops->remove(fx->core, 9), -GHES_ENOENT);
	assert_int_equal(fx->ops->probe(fx->core, 9), 0);
	assert_int_equal(fx_state(fx).records_processed, 7);
}

static void every_source_goes_and_comes_back(void **state)
{
	struct core_fixture *fx = *state;
	struct ghes_core_state before;

	every_source(fx);
	fx_init(fx);
	before = fx_state(fx);
	for (unsigned int round = 0; round < 5; round++) {
		for (uint16_t i = 1; i <= NR_TYPES; i++)
			assert_int_equal(fx->ops->remove(fx->core, i), 0);
		assert_int_equal(fx_state(fx).sources, 0);
		assert_int_equal(fx_state(fx).pool_users, 0);
		for (uint16_t i = NR_TYPES; i >= 1; i--)
			assert_int_equal(fx->ops->probe(fx->core, i), 0);
	}
	assert_int_equal(fx_state(fx).pool_total, before.pool_total);
	assert_int_equal(fx_state(fx).pool_users, before.pool_users);
	for (uint16_t i = 1; i <= NR_TYPES; i++)
		fx_put_memory(fx, i, CPER_SEV_RECOVERABLE, i);
	assert_int_equal(fx_nmi(fx), 0);
	assert_int_equal(fx_hed(fx), 0);
	assert_int_equal(fx_irq(fx, 2), 0);
	assert_int_equal(fx_count(fx, FX_MEM_ERROR), 5);
}

/* Goal: a record that waits for memory when its source goes is not forgotten. */
static void a_source_with_a_waiting_record_goes(void **state)
{
	static void *taken[8192];
	struct core_fixture *fx = *state;
	unsigned int n = 0;
	struct ghes *ghes;

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(fx);
	ghes = ghes_index_all(&fx->core->index[GHES_INDEX_SDEI]).first->ghes;
	while ((taken[n] = ghes_estatus_pool_alloc(&fx->core->pool, &ghes->pool_user, 64)))
		n++;
	fx->hold_irq_work = true;
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 5);
	assert_int_equal(fx_sdei(fx, 1), 0);
	/* Again, and again: it waits once */
	assert_int_equal(fx_sdei(fx, 1), 0);
	assert_int_not_equal(fx_block_status(fx, 1), 0);
	assert_true(fx_logged(fx, "estatus pool exhausted: 164 bytes"));
	assert_int_equal(fx->ops->remove(fx->core, 1), 0);
	assert_int_equal(fx_block_status(fx, 1), 0);
	assert_int_equal(fx_ack(fx, 1), 1);
	assert_int_equal(fx_state(fx).records_processed, 1);
	while (n)
		ghes_estatus_pool_free(&fx->core->pool, taken[--n], 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		core_test(what_is_not_supported_is_refused),
		core_test(a_bad_entry_does_not_silence_the_others),
		core_test(pending_records_are_handled_at_once),
		core_test(a_poll_interval_of_zero_means_never),
		core_test(hed_and_nmi_are_registered_once),
		core_test(a_platform_that_refuses),
		cmocka_unit_test(memory_runs_out_anywhere),
		core_test(a_source_with_queued_records_goes),
		core_test(every_source_goes_and_comes_back),
		core_test(a_source_with_a_waiting_record_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
