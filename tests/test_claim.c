// SPDX-License-Identifier: GPL-2.0-only
/*
 * The claim of a synchronous abort: the matrix of what was interrupted by what is found, and who
 * must have dealt with it when it returns.
 */
#include "core_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <ucontext.h>

#include <cmocka.h>

#define core_test(f) cmocka_unit_test_setup_teardown(f, fx_setup, fx_teardown)

/* What was interrupted. KVM and tasks pass no registers: the current masks decide. */
static const struct interrupted {
	const char *name;
	const struct ghes_regs *regs;
	bool irqs_on;
} interrupted[] = {
	{"user", &(const struct ghes_regs){.user = true, .pstate = 0}, true},
	{"kernel, irqs on", &(const struct ghes_regs){.pstate = 0}, true},
	{"kernel, irqs off", &(const struct ghes_regs){.pstate = PSR_I_BIT | PSR_F_BIT}, false},
	{"KVM", NULL, true},
};
#define NR_INTERRUPTED (sizeof(interrupted) / sizeof(interrupted[0]))

static struct core_fixture *begin(void)
{
	struct core_fixture *fx;

	fx_setup((void **)&fx);
	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SEA);
	fx_init(fx);
	return fx;
}

static void end(struct core_fixture *fx)
{
	fx_teardown((void **)&fx);
}

/* ---- the matrix ------------------------------------------------------------------------------ */

static void no_record_is_not_ours(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_INTERRUPTED; i++) {
		struct core_fixture *fx = begin();

		assert_int_equal(fx_claim(fx, interrupted[i].regs), -GHES_ENOENT);
		assert_int_equal(fx->fake.raised, 0);
		end(fx);
	}
}

static void a_new_record_is_processed_where_interrupts_were_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_INTERRUPTED; i++) {
		struct core_fixture *fx = begin();
		int rc;

		fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 7);
		rc = fx_claim(fx, interrupted[i].regs);
		assert_int_equal(rc, interrupted[i].irqs_on ? 0 : -GHES_EINPROGRESS);
		assert_int_equal(fx_count(fx, FX_MEM_ERROR), interrupted[i].irqs_on);
		assert_int_equal(fx_logged(fx, "APEI work queued but not completed"),
				 !interrupted[i].irqs_on);
		assert_int_equal(fx_block_status(fx, 1), 0);
		assert_int_equal(fx_ack(fx, 1), 1);
		/* Interrupts come on: now it is processed */
		fx_deliver_irq_work(fx);
		assert_int_equal(fx_count(fx, FX_MEM_ERROR), 1);
		/* Synchronous: action is required, and the task does not go on before it is taken
		 */
		fx_return_to_user(fx);
		assert_int_equal(fx_last(fx, FX_MEMORY_FAILURE)->a, 7);
		assert_int_equal(fx_last(fx, FX_MEMORY_FAILURE)->b, MF_ACTION_REQUIRED);
		assert_int_equal(fx_count(fx, FX_FORCE_SIG), 0);
		end(fx);
	}
}

/* Goal (Z30): the same error again is no success; the caller signals, so no loop is endless. */
static void a_repeat_is_told_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_INTERRUPTED; i++) {
		struct core_fixture *fx = begin();

		fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 7);
		fx_claim(fx, interrupted[i].regs);
		fx_deliver_irq_work(fx);
		for (unsigned int k = 0; k < 3; k++) {
			fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 7);
			assert_int_equal(fx_claim(fx, interrupted[i].regs), -GHES_ECANCELED);
			assert_int_equal(fx_ack(fx, 1), 1);
		}
		assert_int_equal(fx_state(fx).records_duplicate, 3);
		end(fx);
	}
}

static void a_bad_record_is_an_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_INTERRUPTED; i++) {
		struct core_fixture *fx = begin();
		struct fx_record r;

		fx_memory_record(&r, CPER_SEV_RECOVERABLE, 7);
		put32(r.bytes + 12, 3);
		fx_put(fx, 1, &r);
		assert_int_equal(fx_claim(fx, interrupted[i].regs), -GHES_EIO);
		assert_int_equal(fx_ack(fx, 1), 1);
		end(fx);
	}
}

/* Take every byte of the pool that this source could get */
static unsigned int exhaust(struct core_fixture *fx, void **taken, unsigned int max)
{
	struct ghes *ghes = NULL;
	unsigned int n = 0;

	for (unsigned int i = 0; i < GHES_HASH_SIZE && !ghes; i++)
		ghes = fx->core->sources[i];
	while (n < max &&
	       (taken[n] = ghes_estatus_pool_alloc(&fx->core->pool, &ghes->pool_user, 64)) != NULL)
		n++;
	assert_true(n < max);
	return n;
}

/*
 * Goal: the pool is empty. Where irq_work can run, it processes the record without the pool and
 * the claim is a success; else the record waits, and is processed when interrupts come on.
 */
static void with_the_pool_empty_nothing_is_lost(void **state)
{
	static void *taken[8192];

	(void)state;
	for (size_t i = 0; i < NR_INTERRUPTED; i++) {
		struct core_fixture *fx = begin();
		unsigned int n = exhaust(fx, taken, 8192);
		int rc;

		fx->task.user = false; /* a kick would need memory */
		fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 7);
		rc = fx_claim(fx, interrupted[i].regs);
		assert_int_equal(rc, interrupted[i].irqs_on ? 0 : -GHES_EINPROGRESS);
		assert_int_equal(fx_block_status(fx, 1) == 0, interrupted[i].irqs_on);
		fx_deliver_irq_work(fx);
		assert_int_equal(fx_block_status(fx, 1), 0);
		assert_int_equal(fx_ack(fx, 1), 1);
		assert_int_equal(fx_count(fx, FX_MEM_ERROR), 1);
		fx_run_works(fx);
		assert_int_equal(fx_last(fx, FX_MEMORY_FAILURE)->b, MF_ACTION_REQUIRED);
		assert_int_not_equal(fx_state(fx).pool_exhausted, 0);
		while (n)
			ghes_estatus_pool_free(&fx->core->pool, taken[--n], 64);
		end(fx);
	}
}

/* Goal: no memory for the wait either: the task is signalled, rather than let loose. */
static void without_memory_to_wait_the_task_is_signalled(void **state)
{
	static void *taken[8192];
	struct core_fixture *fx = begin();
	unsigned int n = exhaust(fx, taken, 8192);

	(void)state;
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 7);
	assert_int_equal(fx_claim(fx, interrupted[0].regs), 0);
	assert_int_equal(fx_last(fx, FX_FORCE_SIG)->a, 100);
	while (n)
		ghes_estatus_pool_free(&fx->core->pool, taken[--n], 64);
	end(fx);
}

/* Goal: the irq_work is pending on another CPU, with a record of its own: ours is processed here.
 */
static void an_irq_work_pending_elsewhere_does_not_matter(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_INTERRUPTED; i++) {
		struct core_fixture *fx = begin();
		int rc;

		fx_source_v2(fx, 2, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
		fx->ops->destroy(fx->core);
		assert_int_equal(fx->ops->create(&fx->fake.platform, &fx->core), 0);
		fx_init(fx);
		fx->hold_irq_work = true;
		fx->fake.cpu = 1;
		fx_put_memory(fx, 2, CPER_SEV_CORRECTED, 8);
		assert_int_equal(fx_sdei(fx, 2), 0);
		assert_int_equal(irq_work_flags(&fx->core->proc_irq_work),
				 IRQ_WORK_PENDING | IRQ_WORK_BUSY);

		fx->fake.cpu = 0;
		fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 7);
		rc = fx_claim(fx, interrupted[i].regs);
		assert_int_equal(rc, interrupted[i].irqs_on ? 0 : -GHES_EINPROGRESS);
		/* Both, since the other one is older */
		assert_int_equal(fx_count(fx, FX_MEM_ERROR), interrupted[i].irqs_on ? 2 : 0);
		end(fx);
	}
}

/* ---- another CPU in the middle of draining ----------------------------------------------------- */

/* Two CPUs as two stacks: one runs until it yields */
static struct {
	ucontext_t context[2];
	struct core_fixture *fx;
	unsigned int depth[2];
	uint32_t masks[2];
	enum ghes_context nest[2][FX_DEPTH];
	unsigned int yields;
	int rc;
	bool drained, claimed;
} two;

static void yield_to(unsigned int to)
{
	struct core_fixture *fx = two.fx;
	unsigned int from = 1 - to;

	two.yields++;
	two.depth[from] = fx->depth;
	two.masks[from] = fx->masks;
	memcpy(two.nest[from], fx->context, sizeof(fx->context));
	fx->depth = two.depth[to];
	fx->masks = two.masks[to];
	memcpy(fx->context, two.nest[to], sizeof(fx->context));
	fx->fake.cpu = to;
	swapcontext(&two.context[from], &two.context[to]);
}

static void relax(struct fake_platform *fake)
{
	(void)fake;
	yield_to(1 - two.fx->fake.cpu);
}

static void first_sink(struct core_fixture *fx, const struct fx_call *call)
{
	/* CPU 1 is processing the first record when CPU 0 takes its abort */
	if (call->what == FX_MEM_ERROR && fx->fake.cpu == 1 && !two.claimed && two.yields < 2)
		yield_to(0);
}

static void cpu_1_drains(void)
{
	struct core_fixture *fx = two.fx;

	fx->hold_irq_work = false;
	fx_deliver_irq_work(fx);
	two.drained = true;
	yield_to(0);
}

/*
 * Goal: CPU 1 has taken the batch before CPU 0's record was queued, or with it, and is in the
 * middle of it. CPU 0's claim waits for its own record, not for all, and answers 0 only then.
 */
static void another_cpu_is_draining(void **state)
{
	static char stack[256 * 1024];
	struct core_fixture *fx = begin();

	(void)state;
	memset(&two, 0, sizeof(two));
	fx_source_v2(fx, 2, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx->ops->destroy(fx->core);
	assert_int_equal(fx->ops->create(&fx->fake.platform, &fx->core), 0);
	fx_init(fx);
	two.fx = fx;
	fx->fake.on_relax = relax;
	fx->on_sink = first_sink;
	fx->hold_irq_work = true;
	fx->fake.cpu = 1;
	fx_put_memory(fx, 2, CPER_SEV_CORRECTED, 8);
	assert_int_equal(fx_sdei(fx, 2), 0);

	getcontext(&two.context[1]);
	two.context[1].uc_stack.ss_sp = stack;
	two.context[1].uc_stack.ss_size = sizeof(stack);
	makecontext(&two.context[1], cpu_1_drains, 0);
	fx->fake.cpu = 0;
	yield_to(1); /* returns from inside of its first sink */
	assert_int_equal(fx_count(fx, FX_MEM_ERROR), 1);
	assert_false(two.drained);

	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 7);
	assert_int_equal(fx_claim(fx, interrupted[0].regs), 0);
	two.claimed = true;
	assert_int_equal(fx_count(fx, FX_MEM_ERROR), 2);
	assert_int_equal(fx_last(fx, FX_MEM_ERROR)->cpu, 1);
	assert_true(two.yields >= 3); /* it did wait */
	if (!two.drained)
		yield_to(1);
	assert_true(two.drained);
	fx->fake.cpu = 0;
	fx->fake.on_relax = NULL;
	fx->on_sink = NULL;
	end(fx);
}

/* ---- another CPU is faster ------------------------------------------------------------------- */

/* CPU 1, in task context, drains all there is: as add and remove of a source do */
static void cpu_1_drains_all(struct core_fixture *fx)
{
	unsigned int depth = fx->depth, cpu = fx->fake.cpu;
	enum ghes_context nest[FX_DEPTH];
	uint32_t masks = fx->masks;

	memcpy(nest, fx->context, sizeof(nest));
	fx->depth = 0;
	fx->masks = 0;
	fx->fake.cpu = 1;
	ghes_drain_in_task(fx->core);
	fx->fake.cpu = cpu;
	fx->masks = masks;
	fx->depth = depth;
	memcpy(fx->context, nest, sizeof(nest));
}

/* One claim, with CPU 1 draining after op @at of it; false: it has no such op */
static bool claim_beside_a_drain(unsigned int at, bool exhausted, bool bad)
{
	static void *taken[8192];
	struct core_fixture *fx = begin();
	unsigned int n = exhausted ? exhaust(fx, taken, 8192) : 0, begin_op;
	struct fx_record r;
	bool there;

	fx->task.user = false; /* a kick would need memory */
	fx_memory_record(&r, CPER_SEV_RECOVERABLE, 7);
	if (bad)
		put32(r.bytes + 12, 3);
	fx_put(fx, 1, &r);
	begin_op = fx->op;
	fx->inject = cpu_1_drains_all;
	fx->inject_at = begin_op + at;
	assert_int_equal(fx_claim(fx, interrupted[0].regs), bad ? -GHES_EIO : 0);
	there = fx->op >= begin_op + at && !fx->inject_at;
	fx->inject_at = 0;
	assert_int_equal(fx_count(fx, FX_MEM_ERROR), !bad);
	assert_false(fx_logged(fx, "APEI work queued but not completed"));
	while (n)
		ghes_estatus_pool_free(&fx->core->pool, taken[--n], 64);
	end(fx);
	return there;
}

/*
 * Goal: whenever another CPU drains, even if it has been through with the claim's records before
 * the claim looks: the answer is what became of them.
 * 1. the pool is empty, the walk leaves the record to a retry: -GHES_EINPROGRESS so far
 * 2. CPU 1 drains, reads and processes it
 * 3. the claim finds nothing pending: it must not take the answer of 1
 */
static void another_cpu_has_drained_already(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind < 4; kind++) {
		unsigned int at = 1;

		while (claim_beside_a_drain(at, kind & 1, kind & 2))
			at++;
		assert_true(at > 10); /* it was interrupted at all */
	}
}

/* ---- signals ------------------------------------------------------------------------------------ */

/* Goal (Z21, Z28): a synchronous error that nobody can recover ends in a signal, not in a loop. */
static void an_error_without_recovery_ends_in_a_signal(void **state)
{
	struct core_fixture *fx = begin();
	struct fx_record r;

	(void)state;
	/* An ARM processor error without a physical address */
	fx_record(&r, CPER_SEV_RECOVERABLE);
	{
		uint8_t payload[72] = {0};

		put16(payload + 4, 1);
		put32(payload + 8, sizeof(payload));
		payload[40 + 1] = 32;
		payload[40 + 4] = CPER_ARM_TLB_ERROR;
		fx_section(&r, &CPER_SEC_PROC_ARM, CPER_SEV_RECOVERABLE, 0, payload,
			   sizeof(payload));
	}
	fx_put(fx, 1, &r);
	assert_int_equal(fx_claim(fx, interrupted[0].regs), 0);
	assert_int_equal(fx_count(fx, FX_FORCE_SIG), 1);
	assert_int_equal(fx_last(fx, FX_FORCE_SIG)->a, 100);
	assert_true(fx_logged(fx, "synchronous unrecoverable error (SIGBUS)"));
	assert_true(fx_logged(fx, "Unhandled processor error type 0x04: TLB error"));
	end(fx);
}

/* Goal: the signal goes to the task that took the abort, also if another one runs at the drain. */
static void the_signal_finds_its_task(void **state)
{
	struct core_fixture *fx = begin();
	struct fx_record r;

	(void)state;
	fx_record(&r, CPER_SEV_RECOVERABLE);
	fx_put(fx, 1, &r);
	fx->task = (struct ghes_task){.id = 55, .user = true};
	assert_int_equal(fx_claim(fx, interrupted[2].regs), -GHES_EINPROGRESS);
	fx->task = (struct ghes_task){.id = 66, .user = true};
	fx_deliver_irq_work(fx);
	assert_int_equal(fx_last(fx, FX_FORCE_SIG)->a, 55);
	end(fx);
}

/* Goal (Z22): a kernel thread never runs task work; nothing waits for it, nothing leaks. */
static void a_kernel_thread_gets_no_task_work(void **state)
{
	struct core_fixture *fx = begin();

	(void)state;
	fx->task.user = false;
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 7);
	assert_int_equal(fx_claim(fx, interrupted[1].regs), 0);
	assert_int_equal(fx_state(fx).pool_nodes, 1); /* the cache's */
	fx_run_works(fx);
	assert_int_equal(fx_count(fx, FX_MEMORY_FAILURE), 1);
	end(fx);
}

/* Goal: a task that died before its task work was added leaks no node. */
static void a_task_that_is_gone_leaks_nothing(void **state)
{
	struct core_fixture *fx = begin();

	(void)state;
	fx->task_gone = true;
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 7);
	assert_int_equal(fx_claim(fx, interrupted[0].regs), 0);
	assert_int_equal(fx_state(fx).pool_nodes, 1);
	end(fx);
}

/* Goal: recovery of the page fails: the access would be repeated for ever, so the task is told. */
static void failed_recovery_ends_in_a_signal(void **state)
{
	struct core_fixture *fx = begin();

	(void)state;
	fx->rc[FX_MEMORY_FAILURE] = -GHES_EBUSY;
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 7);
	assert_int_equal(fx_claim(fx, interrupted[0].regs), 0);
	assert_int_equal(fx_count(fx, FX_FORCE_SIG), 0);
	fx_return_to_user(fx);
	assert_int_equal(fx_last(fx, FX_FORCE_SIG)->a, 100);
	end(fx);
}

/* Goal (Z27): what is asynchronous never requires action of the task that happens to run. */
static void an_asynchronous_error_requires_no_action(void **state)
{
	struct core_fixture *fx = *state;

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SEI);
	fx_init(fx);
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 7);
	assert_int_equal(fx_sei(fx), 0);
	fx_run_works(fx);
	assert_int_equal(fx_last(fx, FX_MEMORY_FAILURE)->b, 0);
	assert_int_equal(fx_count(fx, FX_FORCE_SIG), 0);
}

/* Goal: a pending SEA record that is found when its source is added signals nobody. */
static void a_record_pending_at_probe_signals_nobody(void **state)
{
	struct core_fixture *fx = *state;
	struct fx_record r;

	fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SEA);
	fx_record(&r, CPER_SEV_RECOVERABLE);
	fx_put(fx, 1, &r);
	fx_init(fx);
	assert_int_equal(fx_state(fx).records_processed, 1);
	assert_int_equal(fx_count(fx, FX_FORCE_SIG), 0);
}

/* Goal: each exit of the claim restores the masks it found (Z14); here, found masked. */
static void masks_are_restored(void **state)
{
	static const uint32_t masks[] = {0, PSR_I_BIT | PSR_F_BIT, PSR_D_BIT | PSR_A_BIT,
					 DAIF_MASK};
	struct core_fixture *fx = begin();

	(void)state;
	fx->hold_irq_work = true;
	for (unsigned int i = 0; i < 4; i++) {
		fx->masks = masks[i];
		fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 100 + i);
		assert_int_equal(fx_claim(fx, NULL), masks[i] & PSR_I_BIT ? -GHES_EINPROGRESS : 0);
		assert_int_equal(fx->masks, masks[i]);
		assert_int_equal(fx_claim(fx, NULL), -GHES_ENOENT);
		assert_int_equal(fx->masks, masks[i]);
	}
	fx->masks = 0;
	end(fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_record_is_not_ours),
		cmocka_unit_test(a_new_record_is_processed_where_interrupts_were_on),
		cmocka_unit_test(a_repeat_is_told_so),
		cmocka_unit_test(a_bad_record_is_an_error),
		cmocka_unit_test(with_the_pool_empty_nothing_is_lost),
		cmocka_unit_test(without_memory_to_wait_the_task_is_signalled),
		cmocka_unit_test(an_irq_work_pending_elsewhere_does_not_matter),
		cmocka_unit_test(another_cpu_is_draining),
		cmocka_unit_test(another_cpu_has_drained_already),
		cmocka_unit_test(an_error_without_recovery_ends_in_a_signal),
		cmocka_unit_test(the_signal_finds_its_task),
		cmocka_unit_test(a_kernel_thread_gets_no_task_work),
		cmocka_unit_test(a_task_that_is_gone_leaks_nothing),
		cmocka_unit_test(failed_recovery_ends_in_a_signal),
		core_test(an_asynchronous_error_requires_no_action),
		core_test(a_record_pending_at_probe_signals_nobody),
		cmocka_unit_test(masks_are_restored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
