// SPDX-License-Identifier: GPL-2.0-only
/* Kernel cores end to end: each tree that is there, through struct ghes_core_ops. */
#include "kernel_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "trees.h"

/* Runs @test once for each tree and says which. */
static void for_each_tree(void (*test)(const char *tree))
{
	const char *trees[MAX_TREES];
	size_t n = kernel_trees(trees);

	if (!n) {
		print_message(
			"no kernel tree: install linux-source-6.12 or set GHES_KERNEL_TREES\n");
		skip();
	}
	for (size_t i = 0; i < n; i++) {
		print_message("  %s\n", trees[i]);
		test(trees[i]);
	}
}

/* Nothing but what the test expects was found wrong. */
static void no_defect(const struct kernel_fixture *kf)
{
	if (kf->defects)
		fail_msg("defect %s: %s", kf->oracle[0], kf->message[0]);
}

/*
 * Goal: a recoverable memory error by SDEI goes the whole way of a record: copied, cleared,
 * acknowledged, queued; processed in irq_work, printed, recovered by the work item.
 */
static void sdei(const char *tree)
{
	struct kernel_fixture *kf = kf_open(tree, KERNEL_ARM64, NULL);
	struct core_fixture *fx = kf->fx;
	struct ghes_core_state s;

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(fx);
	assert_int_equal(fx_sdei(fx, 1), -GHES_ENOENT);
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 0x1234);
	fx->hold_irq_work = true;

	assert_int_equal(fx_sdei(fx, 1), 0);
	s = fx_state(fx);
	assert_int_equal(s.records_queued, 1);
	assert_int_equal(s.queue_depth, 1);
	assert_int_equal(s.pool_nodes, 1);
	assert_int_equal(fx_block_status(fx, 1), 0);
	assert_int_equal(fx_ack(fx, 1), 1);

	fx_deliver_irq_work(fx);
	s = fx_state(fx);
	assert_int_equal(s.records_processed, 1);
	assert_int_equal(s.queue_depth, 0);
	assert_int_equal(s.pool_nodes, 2); /* the node, for its task work, and the cache's copy */
	assert_int_equal(s.cache_published, 1);
	assert_int_equal(fx_last(fx, FX_MEM_ERROR)->a, GHES_SEV_RECOVERABLE);
	assert_true(fx_logged(fx, "{1}[Hardware Error]: Hardware error from APEI Generic Hardware "
				  "Error Source: 1"));
	fx_return_to_user(fx);
	assert_int_equal(fx_last(fx, FX_MEMORY_FAILURE)->a, 0x1234);
	assert_int_equal(fx_last(fx, FX_MEMORY_FAILURE)->b, 0);
	assert_int_equal(fx_state(fx).pool_nodes, 1);
	no_defect(kf);
	kf_close(kf);
}

static void a_record_by_sdei_ends_in_recovery(void **state)
{
	(void)state;
	for_each_tree(sdei);
}

/* Goal: the tracepoints of that way, in order, with their arguments. */
static void trace(const char *tree)
{
	static const enum ghes_tracepoint expected[] = {
		GHES_TP_POOL_ALLOC, GHES_TP_READ,      GHES_TP_CLEAR,	 GHES_TP_ACK,
		GHES_TP_QUEUE,	    GHES_TP_DRAIN,     GHES_TP_PROCESS,	 GHES_TP_POOL_ALLOC,
		GHES_TP_CACHE_ADD,  GHES_TP_PROCESSED, GHES_TP_POOL_FREE};
	struct kernel_fixture *kf = kf_open(tree, KERNEL_ARM64, NULL);
	struct core_fixture *fx = kf->fx;
	const struct fake_trace *t = fx->fake.trace;

	fx_source_v2(fx, 7, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(fx);
	fx->task.user = false; /* no task work */
	fx_put_memory(fx, 7, CPER_SEV_CORRECTED, 0x1234);
	assert_int_equal(fx_sdei(fx, 7), 0);
	for (unsigned int i = 0; i < fx->fake.traces; i++)
		if (i >= sizeof(expected) / sizeof(expected[0]) || t[i].tp != expected[i])
			fail_msg("tracepoint %u is number %d", i, (int)t[i].tp);
	assert_int_equal(fx->fake.traces, sizeof(expected) / sizeof(expected[0]));
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(t[i].source_id, 7);
	assert_int_equal(t[1].arg0, 20 + 64 + 80);
	assert_int_equal(t[1].arg1, FX_BLOCK(7));
	assert_int_equal(t[2].arg0, FX_BLOCK(7));
	assert_int_equal(t[3].arg0, FX_ACK(7));
	assert_int_equal(t[4].arg0, t[0].arg0);
	assert_int_equal(t[5].arg0, 1);
	assert_int_equal(t[9].arg0, t[0].arg0);
	assert_int_equal(t[10].arg0, t[0].arg0);
	assert_int_equal(t[10].arg1, t[0].arg1);
	no_defect(kf);
	kf_close(kf);
}

static void the_way_of_a_record_is_traced(void **state)
{
	(void)state;
	for_each_tree(trace);
}

/* Goal: the x86 NMI finds the one of three sources that has a record. */
static void nmi(const char *tree)
{
	struct kernel_fixture *kf = kf_open(tree, KERNEL_X86, NULL);
	struct core_fixture *fx = kf->fx;

	for (uint16_t n = 1; n <= 3; n++)
		fx_source_v2(fx, n, ACPI_HEST_NOTIFY_NMI);
	fx_init(fx);
	assert_int_equal(fx_count(fx, FX_REGISTER_NMI), 1);
	assert_int_equal(fx_nmi(fx), -GHES_ENOENT);
	fx_put_memory(fx, 2, CPER_SEV_CORRECTED, 0x77);
	assert_int_equal(fx_nmi(fx), 0);
	assert_int_equal(fx_ack(fx, 2), 1);
	assert_int_equal(fx_ack(fx, 1), 0);
	assert_int_equal(fx_ack(fx, 3), 0);
	assert_true(fx_logged(fx, "Error Source: 2"));
	assert_int_equal(fx_state(fx).records_processed, 1);
	no_defect(kf);
	kf_close(kf);
}

static void a_record_by_nmi_is_found_among_sources(void **state)
{
	(void)state;
	for_each_tree(nmi);
}

/* Goal: sources of the IRQ class: polled, external interrupt, HED; the answers say what was found.
 */
static void irq_class(const char *tree)
{
	static const uint8_t type[] = {ACPI_HEST_NOTIFY_POLLED, ACPI_HEST_NOTIFY_EXTERNAL,
				       ACPI_HEST_NOTIFY_SCI};
	struct kernel_fixture *kf = kf_open(tree, KERNEL_X86, NULL);
	struct core_fixture *fx = kf->fx;

	for (uint16_t i = 0; i < 3; i++)
		fx_source(fx, i + 1, type[i]);
	fx_init(fx);
	assert_int_equal(fx_last(fx, FX_ADD_TIMER)->b, 1000);
	assert_int_equal(fx_timer(fx, 1), -GHES_ENOENT);
	assert_int_equal(fx_irq(fx, 2), -GHES_ENOENT);
	assert_int_equal(fx_hed(fx), -GHES_ENOENT);
	for (uint16_t n = 1; n <= 3; n++)
		fx_put_memory(fx, n, CPER_SEV_CORRECTED, 0x100 + n);
	assert_int_equal(fx_timer(fx, 1), 0);
	assert_int_equal(fx_irq(fx, 2), 0);
	assert_int_equal(fx_hed(fx), 0);
	for (uint16_t n = 1; n <= 3; n++)
		assert_int_equal(fx_block_status(fx, n), 0);
	assert_int_equal(fx_state(fx).records_processed, 3);
	fx_write(fx, FX_BLOCK(1), "\1\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0", 16); /* data_length 1 */
	assert_int_equal(fx_timer(fx, 1), -GHES_EIO);
	assert_int_equal(fx_state(fx).records_rejected, 1);
	no_defect(kf);
	kf_close(kf);
}

static void sources_of_the_irq_class_answer_for_themselves(void **state)
{
	(void)state;
	for_each_tree(irq_class);
}

/* Goal: the claim runs irq_work when it interrupted code with interrupts on, else says so. */
static void claim(const char *tree)
{
	const struct ghes_regs user = {.user = true, .pstate = 0},
			       masked = {.user = false, .pstate = DAIF_PROCCTX_NOIRQ};
	struct kernel_fixture *kf = kf_open(tree, KERNEL_ARM64, NULL);
	struct core_fixture *fx = kf->fx;

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SEA);
	fx_init(fx);
	assert_int_equal(fx_claim(fx, &user), -GHES_ENOENT);
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 0x55);
	assert_int_equal(fx_claim(fx, &user), 0);
	fx_return_to_user(fx);
	assert_int_equal(fx_last(fx, FX_MEMORY_FAILURE)->a, 0x55);
	assert_int_equal(fx_last(fx, FX_MEMORY_FAILURE)->b, MF_ACTION_REQUIRED);
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 0x56);
	fx->hold_irq_work = true;
	assert_int_equal(fx_claim(fx, &masked), -GHES_EINPROGRESS);
	no_defect(kf);
	kf_close(kf);
}

static void the_claim_synchronises_with_irq_work(void **state)
{
	(void)state;
	for_each_tree(claim);
}

/* Goal: a fatal record prints what is queued first, then panics; afterwards nothing runs. */
static void fatal(const char *tree)
{
	struct kernel_fixture *kf = kf_open(tree, KERNEL_ARM64, NULL);
	struct core_fixture *fx = kf->fx;

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_source_v2(fx, 2, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx->priority[2] = SDEI_EVENT_PRIORITY_CRITICAL;
	fx_init(fx);
	fx->hold_irq_work = true;
	fx_put_memory(fx, 1, CPER_SEV_CORRECTED, 1);
	assert_int_equal(fx_sdei(fx, 1), 0);
	fx_put_memory(fx, 2, CPER_SEV_FATAL, 2);
	assert_int_not_equal(fx_sdei(fx, 2), 0);
	assert_int_equal(fx_count(fx, FX_PANIC), 1);
	assert_int_equal(fake_count(&fx->fake, GHES_TP_PANIC_PRINT), 2);
	for (unsigned int i = 0, nth = 1; i < fx->fake.traces; i++) {
		const struct fake_trace *t = &fx->fake.trace[i];

		if (t->tp != GHES_TP_PANIC_PRINT)
			continue;
		assert_int_equal(t->source_id, nth); /* 1 was queued, 2 is the fatal one */
		assert_int_equal(t->arg0 == 0, nth == 2);
		nth++;
	}
	assert_int_equal(fx_ack(fx, 2), 1);
	fx_put_memory(fx, 1, CPER_SEV_CORRECTED, 1);
	assert_int_equal(fx_sdei(fx, 1), -GHES_ENOENT);
	no_defect(kf);
	kf_drop(kf);
}

static void a_fatal_record_panics_after_what_was_queued(void **state)
{
	(void)state;
	for_each_tree(fatal);
}

/* Goal: a destroyed core can be created again, as new: sequence numbers, pool, cache. */
static void again(const char *tree)
{
	struct kernel_fixture *kf = kf_open(tree, KERNEL_X86, NULL);
	struct core_fixture *fx = kf->fx;

	fx_source(fx, 1, ACPI_HEST_NOTIFY_NMI);
	for (int i = 0; i < 3; i++) {
		fx_init(fx);
		fx_put_memory(fx, 1, CPER_SEV_CORRECTED, 0x99);
		assert_int_equal(fx_nmi(fx), 0);
		assert_int_equal(fx_state(fx).records_processed, 1);
		assert_int_equal(fx_logged_times(fx, "{1}[Hardware Error]: Hardware error"), i + 1);
		fx_settle(fx);
		fx->ops->destroy(fx->core);
		assert_int_equal(fx->fake.live_blocks, 0);
		assert_int_equal(fx->ops->create(&fx->fake.platform, &fx->core), 0);
	}
	no_defect(kf);
	kf_close(kf);
}

static void a_core_starts_anew_after_destroy(void **state)
{
	(void)state;
	for_each_tree(again);
}

/* Goal: exhaustion leaves the record where it is, neither cleared nor acknowledged (as mainline).
 */
static void exhausted(const char *tree)
{
	struct kernel_fixture *kf = kf_open(tree, KERNEL_ARM64, NULL);
	struct core_fixture *fx = kf->fx;
	unsigned int taken = 0;
	struct fx_record r;
	int rc;

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(fx);
	fx->hold_irq_work = true;
	do {
		fx_memory_record(&r, CPER_SEV_CORRECTED, taken);
		fx_section(&r, &CPER_SEC_PLATFORM_MEM, CPER_SEV_CORRECTED, 0, NULL, 8000);
		fx_put(fx, 1, &r);
		rc = fx_sdei(fx, 1);
		taken += rc == 0;
	} while (!rc);
	assert_int_equal(taken, 8); /* of 69,632 bytes */
	assert_int_not_equal(fx_block_status(fx, 1), 0);
	assert_int_equal(fake_count(&fx->fake, GHES_TP_POOL_EXHAUSTED), 1);
	assert_int_equal(fake_count(&fx->fake, GHES_TP_ACK), taken);
	assert_int_equal(fx_state(fx).queue_depth, taken);
	fx_settle(fx);
	assert_int_equal(fx_state(fx).queue_depth, 0);
	assert_int_equal(fx_state(fx).pool_nodes, fx_state(fx).cache_alloced);
	no_defect(kf);
	kf_close(kf);
}

static void an_exhausted_pool_leaves_the_record_pending(void **state)
{
	(void)state;
	for_each_tree(exhausted);
}

/*
 * Goal: the shim's own vsnprintf() prints as the kernel's: each conversion that APEI and CPER code
 * may use, by a line that the patched core prints when it starts.
 */
static void formats(const char *tree)
{
	static const char edit[] =
		"\tghes_nmi_init_cxt();\n"
		"\t{\n"
		"\t\tstatic const u8 b[16] = {0x14, 0x11, 0xbc, 0xa5, 0x64, 0x6f, 0xde, 0x4e,\n"
		"\t\t\t0xb8, 0x63, 0x3e, 0x83, 0xed, 0x7c, 0x83, 0xb1};\n"
		"\t\tpr_info(\"A %d|%5d|%-5d|%05d|%+d|% d|%i\\n\", -7, -7, -7, -7, 7, 7, INT_MAX);\n"
		"\t\tpr_info(\"B %u|%x|%#x|%X|%08llx|%#018llx|%o\\n\", ~0u, 255, 255, 255, 0xabcULL,\n"
		"\t\t\t0xabcULL, 8);\n"
		"\t\tpr_info(\"C %s|%5s|%-5s|%.2s|%*s|%c|%%\\n\", \"abc\", \"abc\", \"abc\", \"abc\", 4, \"a\", 'z');\n"
		"\t\tpr_info(\"D %hhd|%hd|%ld|%lld|%zu|%hhx\\n\", 255, 65535, -1L, -2LL, sizeof(b), 0x1ff);\n"
		"\t\tpr_info(\"E %pUl|%pUb|%pUL\\n\", b, b, b);\n"
		"\t\tpr_info(\"F %4ph|%4phN|%*phC|%pe|%pe\\n\", b, b, 3, b, ERR_PTR(-EINVAL), ERR_PTR(-ENOTSUPP));\n"
		"\t\tpr_info(\"G %.0d|%.3d|%#.4x|%-#6x|\\n\", 0, 5, 0x1f, 0x1f);\n"
		"\t\tpr_info(\"H one\\nH two\\n\");\n"
		"\t}\n";
	static const char *const expected[] = {
		"A -7|   -7|-7   |-0007|+7| 7|2147483647",
		"B 4294967295|ff|0xff|FF|00000abc|0x0000000000000abc|10",
		"C abc|  abc|abc  |ab|   a|z|%",
		"D -1|-1|-1|-2|16|ff",
		("E a5bc1114-6f64-4ede-b863-3e83ed7c83b1|1411bca5-646f-de4e-b863-3e83ed7c83b1|"
		 "A5BC1114-6F64-4EDE-B863-3E83ED7C83B1"),
		"F 14 11 bc a5|1411bca5|14:11:bc|-EINVAL|-ENOTSUPP",
		"G |005|0x001f|0x1f  |",
		"H one",
		"H two",
	};
	struct kernel_fixture *kf =
		kf_open(tree, KERNEL_X86, patched_ghes(tree, "\tghes_nmi_init_cxt();\n", edit));

	fx_source(kf->fx, 1, ACPI_HEST_NOTIFY_NMI);
	fx_init(kf->fx);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		bool found = false;

		for (unsigned int j = 0; j < kf->fx->lines; j++)
			found |= !strcmp(kf->fx->line[j], expected[i]);
		if (!found)
			fail_msg("no line '%s'", expected[i]);
	}
	no_defect(kf);
	kf_close(kf);
}

static void printk_formats_as_the_kernel_does(void **state)
{
	(void)state;
	for_each_tree(formats);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_by_sdei_ends_in_recovery),
		cmocka_unit_test(the_way_of_a_record_is_traced),
		cmocka_unit_test(a_record_by_nmi_is_found_among_sources),
		cmocka_unit_test(sources_of_the_irq_class_answer_for_themselves),
		cmocka_unit_test(the_claim_synchronises_with_irq_work),
		cmocka_unit_test(a_fatal_record_panics_after_what_was_queued),
		cmocka_unit_test(a_core_starts_anew_after_destroy),
		cmocka_unit_test(an_exhausted_pool_leaves_the_record_pending),
		cmocka_unit_test(printk_formats_as_the_kernel_does),
	};

	return cmocka_run_group_tests_name("kernel_core", tests, NULL, NULL);
}
