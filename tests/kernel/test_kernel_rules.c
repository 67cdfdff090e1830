// SPDX-License-Identifier: GPL-2.0-only
/* Each rule that the shim checks, by one small edit of ghes.c that breaks it. */
#include "kernel_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "trees.h"

static struct kernel_fixture *edited(enum kernel_arch arch, const char *from, const char *to)
{
	const char *tree = kernel_tree();

	if (!tree) {
		print_message(
			"no kernel tree: install linux-source-6.12 or set GHES_KERNEL_TREES\n");
		skip();
	}
	return kf_open(tree, arch, patched_ghes(tree, from, to));
}

/* One SDEI source, one record in its block. */
static void one_source(struct kernel_fixture *kf, uint32_t severity)
{
	fx_source_v2(kf->fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(kf->fx);
	fx_put_memory(kf->fx, 1, severity, 0x1234);
}

static void expect(struct kernel_fixture *kf, const char *oracle, const char *part)
{
	if (!kf_has_defect(kf, oracle, part))
		fail_msg("no defect '%s' about '%s' among %u, first %s: %s", oracle, part,
			 kf->defects, kf->oracle[0], kf->message[0]);
	kf_close(kf);
}

static void a_sleeping_allocation_in_nmi_is_seen(void **state)
{
	struct kernel_fixture *kf = edited(
		KERNEL_ARM64, "\tlen = cper_estatus_len(&tmp_header);\n",
		"\tkfree(kmalloc(16, GFP_KERNEL));\n\tlen = cper_estatus_len(&tmp_header);\n");

	(void)state;
	one_source(kf, CPER_SEV_CORRECTED);
	fx_sdei(kf->fx, 1);
	expect(kf, "context", "in sdei-normal context, in ghes_in_nmi_queue_one_entry() at ");
}

static void a_normal_spinlock_in_nmi_is_seen(void **state)
{
	struct kernel_fixture *kf =
		edited(KERNEL_ARM64, "\tlen = cper_estatus_len(&tmp_header);\n",
		       "\t{ static DEFINE_SPINLOCK(test_lock); spin_lock(&test_lock);\n"
		       "\tspin_unlock(&test_lock); }\n\tlen = cper_estatus_len(&tmp_header);\n");

	(void)state;
	one_source(kf, CPER_SEV_CORRECTED);
	fx_sdei(kf->fx, 1);
	expect(kf, "lock", "test_lock: a normal spinlock, taken in sdei-normal context");
}

static void a_lock_taken_twice_is_seen(void **state)
{
	struct kernel_fixture *kf =
		edited(KERNEL_ARM64, "\traw_spin_lock(&ghes_notify_lock_sdei_normal);\n",
		       "\traw_spin_lock(&ghes_notify_lock_sdei_normal);\n"
		       "\traw_spin_lock(&ghes_notify_lock_sdei_normal);\n"
		       "\traw_spin_unlock(&ghes_notify_lock_sdei_normal);\n");

	(void)state;
	one_source(kf, CPER_SEV_CORRECTED);
	fx_sdei(kf->fx, 1);
	expect(kf, "lock", "ghes_notify_lock_sdei_normal: taken in sdei-normal context");
}

static void sleeping_with_a_spinlock_is_seen(void **state)
{
	struct kernel_fixture *kf =
		edited(KERNEL_X86, "\tspin_lock_irqsave(&ghes_notify_lock_irq, flags);\n",
		       "\tspin_lock_irqsave(&ghes_notify_lock_irq, flags);\n\tmight_sleep();\n");

	(void)state;
	fx_source(kf->fx, 1, ACPI_HEST_NOTIFY_POLLED);
	fx_source(kf->fx, 2, ACPI_HEST_NOTIFY_SCI);
	fx_init(kf->fx);
	fx_timer(kf->fx, 1);
	fx_hed(kf->fx);
	expect(kf, "context", "might_sleep");
}

static void a_double_free_is_seen(void **state)
{
	struct kernel_fixture *kf = edited(
		KERNEL_ARM64, "\t\tif (!estatus_node->task_work.func)\n",
		"\t\tif (!estatus_node->task_work.func)\n"
		"\t\t\tgen_pool_free(ghes_estatus_pool, (unsigned long)estatus_node, node_len),\n");

	(void)state;
	one_source(kf, CPER_SEV_CORRECTED);
	fx_sdei(kf->fx, 1);
	assert_true(kf_has_defect(kf, "crash", "BUG in gen_pool_free_owner() at "));
	expect(kf, "pool", "which are free already");
}

static void a_free_of_another_size_is_seen(void **state)
{
	struct kernel_fixture *kf = edited(
		KERNEL_ARM64, "\t\tnode_len = GHES_ESTATUS_NODE_LEN(len);\n\t\ttask_work_pending",
		"\t\tnode_len = GHES_ESTATUS_NODE_LEN(len) - 64;\n\t\ttask_work_pending");

	(void)state;
	one_source(kf, CPER_SEV_CORRECTED);
	fx_sdei(kf->fx, 1);
	expect(kf, "pool", "was allocated with");
}

static void a_leaked_node_stays_counted(void **state)
{
	struct kernel_fixture *kf =
		edited(KERNEL_ARM64, "\t\tif (!estatus_node->task_work.func)\n", "\t\tif (0)\n");
	struct ghes_core_state s;

	(void)state;
	one_source(kf, CPER_SEV_CORRECTED);
	fx_sdei(kf->fx, 1);
	s = fx_state(kf->fx);
	assert_int_equal(s.queue_depth, 0);
	assert_int_equal(s.records_processed, 1);
	assert_int_equal(s.pool_nodes, s.cache_alloced + 1);
	kf_close(kf);
}

static void a_slot_that_is_not_mapped_is_seen(void **state)
{
	struct kernel_fixture *kf = edited(
		KERNEL_ARM64, "\t\tghes_unmap(vaddr, fixmap_idx);\n",
		"\t\tghes_unmap(vaddr, fixmap_idx);\n\t\tmemcpy_fromio(buffer - trunk, vaddr, 4);\n");

	(void)state;
	one_source(kf, CPER_SEV_CORRECTED);
	fx_sdei(kf->fx, 1);
	expect(kf, "slot", "which maps nothing");
}

static void a_bug_ends_what_runs_and_is_a_crash(void **state)
{
	struct kernel_fixture *kf = edited(KERNEL_ARM64, "\tlen = cper_estatus_len(&tmp_header);\n",
					   "\tBUG();\n\tlen = cper_estatus_len(&tmp_header);\n");

	(void)state;
	one_source(kf, CPER_SEV_CORRECTED);
	assert_int_equal(fx_sdei(kf->fx, 1), -GHES_EIO);
	assert_int_equal(fx_sdei(kf->fx, 1), -GHES_ENOENT);
	expect(kf, "crash", "BUG in ghes_in_nmi_queue_one_entry() at ");
}

static void a_warning_is_reported_and_the_code_goes_on(void **state)
{
	struct kernel_fixture *kf = edited(KERNEL_ARM64, "\tlen = cper_estatus_len(&tmp_header);\n",
					   "\tWARN_ON_ONCE(tmp_header.block_status);\n"
					   "\tlen = cper_estatus_len(&tmp_header);\n");

	(void)state;
	one_source(kf, CPER_SEV_CORRECTED);
	assert_int_equal(fx_sdei(kf->fx, 1), 0);
	assert_int_equal(fx_state(kf->fx).records_processed, 1);
	assert_int_equal(kf->defects, 1);
	expect(kf, "crash", "WARNING in ghes_in_nmi_queue_one_entry() at ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sleeping_allocation_in_nmi_is_seen),
		cmocka_unit_test(a_normal_spinlock_in_nmi_is_seen),
		cmocka_unit_test(a_lock_taken_twice_is_seen),
		cmocka_unit_test(sleeping_with_a_spinlock_is_seen),
		cmocka_unit_test(a_double_free_is_seen),
		cmocka_unit_test(a_free_of_another_size_is_seen),
		cmocka_unit_test(a_leaked_node_stays_counted),
		cmocka_unit_test(a_slot_that_is_not_mapped_is_seen),
		cmocka_unit_test(a_bug_ends_what_runs_and_is_a_crash),
		cmocka_unit_test(a_warning_is_reported_and_the_code_goes_on),
	};

	return cmocka_run_group_tests_name("kernel_rules", tests, NULL, NULL);
}
