// SPDX-License-Identifier: GPL-2.0-only
/* SDEI events of sources: the class that firmware says, and handlers that run while they go. */
#include "core_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define core_test(f) cmocka_unit_test_setup_teardown(f, fx_setup, fx_teardown)

static void firmware_says_which_class(void **state)
{
	struct core_fixture *fx = *state;

	fx->priority[2] = SDEI_EVENT_PRIORITY_CRITICAL;
	fx->priority[3] = UINT64_MAX; /* does not know the event */
	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_source_v2(fx, 2, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_source_v2(fx, 3, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	put_notify(fx_source_v2(fx, 4, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED) + 32,
		   ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED, 0, 0); /* event 0 */
	hest_finish(&fx->hest);
	assert_int_equal(fx->ops->init(fx->core, fx->hest.bytes, fx->hest.size), 0);
	assert_int_equal(fx_state(fx).sources, 2);
	assert_ptr_equal(ghes_index_find(&fx->core->index[GHES_INDEX_SDEI], 1).first->ghes->class,
			 &fx->core->class[FIX_APEI_GHES_SDEI_NORMAL]);
	assert_ptr_equal(ghes_index_find(&fx->core->index[GHES_INDEX_SDEI], 2).first->ghes->class,
			 &fx->core->class[FIX_APEI_GHES_SDEI_CRITICAL]);
	assert_int_equal(fx_count(fx, FX_SDEI_ENABLE), 2);
}

/* Goal: a handler still runs elsewhere: tried three times in all, letting others run. */
static void unregistering_waits_for_a_running_handler(void **state)
{
	struct core_fixture *fx = *state;

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(fx);
	fx->in_progress = 2;
	assert_int_equal(fx->ops->remove(fx->core, 1), 0);
	assert_int_equal(fx_count(fx, FX_SDEI_DISABLE), 1);
	assert_int_equal(fx_count(fx, FX_SDEI_UNREGISTER), 3);
	assert_int_equal(fx_count(fx, FX_SCHEDULE), 2);
}

/* Goal: it never ends: the source stays, disabled, until a later remove succeeds.
 */
static void a_handler_that_never_ends_keeps_its_source(void **state)
{
	struct core_fixture *fx = *state;

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(fx);
	fx->in_progress = 3;
	assert_int_equal(fx->ops->remove(fx->core, 1), -GHES_EINPROGRESS);
	assert_int_equal(fx_state(fx).sources, 1);
	/* The handler that was running may still look */
	assert_int_equal(fx_sdei(fx, 1), -GHES_ENOENT);
	assert_int_equal(fx->ops->probe(fx->core, 1), -GHES_EEXIST);
	assert_int_equal(fx->ops->remove(fx->core, 1), 0);
	assert_int_equal(fx->ops->probe(fx->core, 1), 0);
	fx->rc[FX_SDEI_DISABLE] = -GHES_EINVAL;
	assert_int_equal(fx->ops->remove(fx->core, 1), -GHES_EINVAL);
	fx->rc[FX_SDEI_DISABLE] = 0;
}

/*
 * Goal: enabling fails, and so does taking the registration back: the event may still come, finds
 * no source, and touches nothing of it.
 */
static void an_event_that_stays_behind_finds_nothing(void **state)
{
	struct core_fixture *fx = *state;

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	hest_finish(&fx->hest);
	fx->rc[FX_SDEI_ENABLE] = -GHES_EINVAL;
	fx->in_progress = 3;
	assert_int_equal(fx->ops->init(fx->core, fx->hest.bytes, fx->hest.size), 0);
	assert_int_equal(fx_state(fx).sources, 0);
	assert_int_equal(fx_count(fx, FX_SDEI_UNREGISTER), 3);
	fx_put_memory(fx, 1, CPER_SEV_CORRECTED, 1);
	assert_int_equal(fx_sdei(fx, 1), -GHES_ENOENT);
	assert_int_not_equal(fx_block_status(fx, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		core_test(firmware_says_which_class),
		core_test(unregistering_waits_for_a_running_handler),
		core_test(a_handler_that_never_ends_keeps_its_source),
		core_test(an_event_that_stays_behind_finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
