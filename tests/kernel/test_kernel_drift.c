// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel versions spell things differently. Each test turns the tree's ghes.c into another
 * version's spelling, builds it and takes records through. An edit whose text is not in the tree
 * fails: the spellings below are those of 6.12.
 */
#include "kernel_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trees.h"

struct edit {
	const char *from, *to;
};

/* One SDEI and one polled record, by a core with @edits; the source is removed and probed again. */
static void works(const char *name, const struct edit *edits, size_t n)
{
	const char *tree = kernel_tree(), *ghes;
	struct kernel_fixture *kf;
	struct core_fixture *fx;

	if (!tree) {
		print_message(
			"no kernel tree: install linux-source-6.12 or set GHES_KERNEL_TREES\n");
		skip();
	}
	print_message("  %s\n", name);
	ghes = patched_ghes(tree, edits[0].from, edits[0].to);
	for (size_t i = 1; i < n; i++)
		ghes = patched_file(ghes, edits[i].from, edits[i].to);
	kf = kf_open(tree, KERNEL_ALL, ghes);
	fx = kf->fx;
	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_source(fx, 2, ACPI_HEST_NOTIFY_POLLED);
	fx_init(fx);
	for (int i = 0; i < 2; i++) {
		fx_put_memory(fx, 1, CPER_SEV_CORRECTED, 0x11 + (uint64_t)i);
		fx_put_memory(fx, 2, CPER_SEV_CORRECTED, 0x21 + (uint64_t)i);
		assert_int_equal(fx_sdei(fx, 1), 0);
		assert_int_equal(fx_timer(fx, 2), 0);
		for (uint16_t id = 1; id <= 2; id++) {
			assert_int_equal(fx->ops->remove(fx->core, id), 0);
			assert_int_equal(fx->ops->probe(fx->core, id), 0);
		}
	}
	assert_int_equal(fx_state(fx).records_processed, 4);
	assert_int_equal(kf->defects, 0);
	kf_close(kf);
}

#define WORKS(name, ...)                                                                           \
	do {                                                                                       \
		const struct edit edits[] = {__VA_ARGS__};                                         \
                                                                                                   \
		works(name, edits, sizeof(edits) / sizeof(edits[0]));                              \
	} while (0)

static void names_of_timers_and_of_remove(void **state)
{
	(void)state;
	WORKS("remove returns nothing (6.13)",
	      {".remove_new\t= ghes_remove", ".remove\t= ghes_remove"});
	WORKS("timer_container_of (6.16)",
	      {"from_timer(ghes, t, timer)", "timer_container_of(ghes, t, timer)"});
	WORKS("timer_delete_sync (6.15)", {"timer_shutdown_sync(", "timer_delete_sync("});
	WORKS("del_timer_sync (before 6.2)", {"timer_shutdown_sync(", "del_timer_sync("});
}

static void typed_allocations(void **state)
{
	(void)state;
	WORKS("kzalloc_obj", {"kzalloc(sizeof(*ghes), GFP_KERNEL)", "kzalloc_obj(*ghes)"});
	WORKS("kzalloc_obj with flags",
	      {"kzalloc(sizeof(*ghes), GFP_KERNEL)", "kzalloc_obj(*ghes, GFP_KERNEL)"});
}

static void an_initcall_instead_of_a_call(void **state)
{
	(void)state;
	WORKS("device_initcall (before 5.18)",
	      {"void __init acpi_ghes_init(void)", "static void __init ghes_body(void)"},
	      {"/*\n * Known x86 systems",
	       "static int __init ghes_init(void)\n{\n\tghes_body();\n\treturn 0;\n}\n"
	       "device_initcall(ghes_init);\n\n/*\n * Known x86 systems"});
}

static void headers_that_the_shim_never_heard_of(void **state)
{
	(void)state;
	WORKS("vmcore_info.h and a new one",
	      {"#include <linux/task_work.h>\n",
	       "#include <linux/task_work.h>\n#include <linux/vmcore_info.h>\n"
	       "#include <linux/header_of_tomorrow.h>\n"},
	      {"\tsev = ghes_severity(estatus->error_severity);\n",
	       "\thwerr_log_error_type(HWERR_RECOV_MEMORY);\n"
	       "\tsev = ghes_severity(estatus->error_severity);\n"});
}

/* 2026: a lasting mapping of the status word is read before any lock is taken. */
#define PREMAPPED                                                                                  \
	{"static struct ghes *ghes_new(struct acpi_hest_generic *generic)\n{\n",                   \
	 "static void __iomem *test_va;\n"                                                         \
	 "static struct ghes *ghes_new(struct acpi_hest_generic *generic)\n{\n"                    \
	 "\tu64 test_paddr;\n"},                                                                   \
		{"\tghes->estatus = kmalloc(error_block_length",                                   \
		 "\tif (!test_va && !apei_read(&test_paddr, &generic->error_status_address))\n"    \
		 "\t\ttest_va = acpi_os_ioremap(test_paddr, 4);\n"                                 \
		 "\tghes->estatus = kmalloc(error_block_length"},                                  \
	{                                                                                          \
		"\tif (!ghes_in_nmi_queue_one_entry(ghes, fixmap_idx)) {\n",                       \
			"\tguard(rcu)();\n\tif (!readl(test_va))\n\t\treturn -ENOENT;\n"           \
			"\tif (!ghes_in_nmi_queue_one_entry(ghes, fixmap_idx)) {\n"                \
	}

static void status_words_that_are_mapped_for_good(void **state)
{
	(void)state;
	WORKS("readl() of the status word", PREMAPPED);
}

/* The same, unmapped before it is read. */
static void a_mapping_that_is_gone_is_seen(void **state)
{
	const struct edit edits[] = {PREMAPPED,
				     {"\t\ttest_va = acpi_os_ioremap(test_paddr, 4);\n",
				      "\t\tiounmap(test_va = acpi_os_ioremap(test_paddr, 4));\n"}};
	const char *tree = kernel_tree(), *ghes;
	struct kernel_fixture *kf;

	(void)state;
	if (!tree) {
		print_message(
			"no kernel tree: install linux-source-6.12 or set GHES_KERNEL_TREES\n");
		skip();
	}
	ghes = patched_ghes(tree, edits[0].from, edits[0].to);
	for (size_t i = 1; i < sizeof(edits) / sizeof(edits[0]); i++)
		ghes = patched_file(ghes, edits[i].from, edits[i].to);
	kf = kf_open(tree, KERNEL_ARM64, ghes);
	fx_source(kf->fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(kf->fx);
	fx_sdei(kf->fx, 1);
	assert_true(kf_has_defect(kf, "bounds", "readl: nothing is mapped"));
	kf_close(kf);
}

/* Goal: two kernels in one process have nothing in common; one object is one core. */
static void several_cores_live_in_one_process(void **state)
{
	const char *trees[MAX_TREES];
	size_t n = kernel_trees(trees);
	struct kernel_fixture *a, *b;
	struct ghes_core *second;

	(void)state;
	if (n < 2) {
		print_message("needs two kernel trees: linux-source-6.1 and linux-source-6.12\n");
		skip();
	}
	a = kf_open(trees[0], KERNEL_X86, NULL);
	b = kf_open(trees[1], KERNEL_X86, NULL);
	assert_int_equal(a->fx->ops->create(&a->fx->fake.platform, &second), -GHES_EBUSY);
	for (int i = 0; i < 2; i++) {
		struct core_fixture *fx = i ? b->fx : a->fx;

		fx_source(fx, 1, ACPI_HEST_NOTIFY_NMI);
		fx_init(fx);
		fx_put_memory(fx, 1, CPER_SEV_CORRECTED, 0x31);
	}
	assert_int_equal(fx_nmi(a->fx), 0);
	assert_int_equal(fx_state(a->fx).records_processed, 1);
	assert_int_equal(fx_state(b->fx).records_processed, 0);
	assert_int_equal(fx_nmi(b->fx), 0);
	assert_true(fx_logged(b->fx, "{1}[Hardware Error]: Hardware error"));
	kf_close(b);
	assert_int_equal(fx_nmi(a->fx), -GHES_ENOENT);
	kf_close(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_timers_and_of_remove),
		cmocka_unit_test(typed_allocations),
		cmocka_unit_test(an_initcall_instead_of_a_call),
		cmocka_unit_test(headers_that_the_shim_never_heard_of),
		cmocka_unit_test(status_words_that_are_mapped_for_good),
		cmocka_unit_test(a_mapping_that_is_gone_is_seen),
		cmocka_unit_test(several_cores_live_in_one_process),
	};

	return cmocka_run_group_tests_name("kernel_drift", tests, NULL, NULL);
}
