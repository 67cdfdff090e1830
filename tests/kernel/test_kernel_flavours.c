// SPDX-License-Identifier: GPL-2.0-only
/*
 * The builds of a kernel core that drivers need. Linked with the engine that instrumented cores
 * call; outside of an execution it performs everything at once.
 */
#include "kernel_fixture.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "step/step.h"
#include "trees.h"

static struct kernel_fixture *flavour(enum kernel_flavour which)
{
	const char *tree = kernel_tree();

	if (!tree) {
		print_message(
			"no kernel tree: install linux-source-6.12 or set GHES_KERNEL_TREES\n");
		skip();
	}
	return kf_open_flavour(tree, KERNEL_ALL, which);
}

/* SDEI, NMI and SEA, each with a record, through to the end. */
static void three_records(struct kernel_fixture *kf)
{
	struct core_fixture *fx = kf->fx;
	const struct ghes_regs user = {.user = true, .pstate = 0};

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_source_v2(fx, 2, ACPI_HEST_NOTIFY_NMI);
	fx_source_v2(fx, 3, ACPI_HEST_NOTIFY_SEA);
	fx_init(fx);
	for (unsigned int n = 1; n <= 3; n++)
		fx_put_memory(fx, n, CPER_SEV_RECOVERABLE, 0x100 + n);
	assert_int_equal(fx_sdei(fx, 1), 0);
	assert_int_equal(fx_nmi(fx), 0);
	assert_int_equal(fx_claim(fx, &user), 0);
	fx_settle(fx);
	assert_int_equal(fx_state(fx).records_processed, 3);
	assert_int_equal(fx_count(fx, FX_MEMORY_FAILURE), 3);
	assert_int_equal(kf->defects, 0);
}

static void the_instrumented_build_works(void **state)
{
	struct kernel_fixture *kf = flavour(KERNEL_INSTRUMENTED);

	(void)state;
	three_records(kf);
	kf_close(kf);
}

static void the_stepped_build_works_and_has_its_points(void **state)
{
	struct kernel_fixture *kf = flavour(KERNEL_STEPPED);
	const struct ghes_step_module *module = dlsym(kf->handle, "ghes_step_module");
	bool queue = false, alloc = false;

	(void)state;
	assert_non_null(module);
	for (const struct ghes_step_point *p = module->begin; p < module->end; p++) {
		queue |= !strcmp(ghes_step_point_function(p), "irq_work_queue");
		alloc |= !strcmp(ghes_step_point_function(p), "gen_pool_alloc_algo_owner");
	}
	assert_true(queue && alloc);
	three_records(kf);
	kf_close(kf);
}

/* Its runtime belongs into a program of its own: here it is only built. */
static void the_stepped_build_for_tsan_is_built(void **state)
{
	struct kernel_core_options options = {.flavour = KERNEL_STEPPED_TSAN};
	struct kernel_core_info info;
	const char *tree = kernel_tree();

	(void)state;
	if (!tree) {
		print_message(
			"no kernel tree: install linux-source-6.12 or set GHES_KERNEL_TREES\n");
		skip();
	}
	if (kernel_core_build(tree, &options, &info))
		fail_msg("%s\n%s", info.error, info.compiler_output ? info.compiler_output : "");
	kernel_core_info_free(&info);
}

/*
 * Goal: the segments that are reported hold all of a core's state. A core that ran two records
 * and gets them back as they were before numbers its first record {1} again.
 */
static void the_segments_are_the_whole_state(void **state)
{
	struct kernel_fixture *kf = flavour(KERNEL_NATIVE);
	struct core_fixture *fx = kf->fx;
	struct image_segment segment[8];
	void *saved[8];
	size_t n = kernel_core_segments(dlsym(kf->handle, "ghes_core_ops_get"),
					(struct image_segment){.size = 0}, segment, 8);

	(void)state;
	fx_source(fx, 1, ACPI_HEST_NOTIFY_NMI);
	fx_init(fx);
	assert_in_range(n, 1, 8);
	for (size_t i = 0; i < n; i++) {
		saved[i] = malloc(segment[i].size);
		assert_non_null(saved[i]);
		memcpy(saved[i], segment[i].start, segment[i].size);
	}
	fx->task.user = false;
	for (int run = 1; run <= 2; run++) {
		fx_put_memory(fx, 1, CPER_SEV_INFORMATIONAL, (uint64_t)run);
		assert_int_equal(fx_nmi(fx), 0);
		assert_int_equal(fx_logged_times(fx, "{1}[Hardware Error]: Hardware error"), run);
		for (size_t i = 0; i < n; i++)
			memcpy(segment[i].start, saved[i], segment[i].size);
	}
	for (size_t i = 0; i < n; i++)
		free(saved[i]);
	kf_close(kf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_instrumented_build_works),
		cmocka_unit_test(the_stepped_build_works_and_has_its_points),
		cmocka_unit_test(the_stepped_build_for_tsan_is_built),
		cmocka_unit_test(the_segments_are_the_whole_state),
	};

	return cmocka_run_group_tests_name("kernel_flavours", tests, NULL, NULL);
}
