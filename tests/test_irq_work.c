// SPDX-License-Identifier: GPL-2.0-only
/* irq_work, in one thread; two CPUs are played by switching the number of the fake platform. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <ghes/irq_work.h>

#include "fake_platform.h"

struct fixture {
	struct fake_platform fake;
	struct ghes_irq_work_list list;
	struct irq_work work[3];
	unsigned int order[16];
	unsigned int runs;
	/* what func does, once */
	void (*in_func)(struct fixture *f, struct irq_work *work);
};

static struct fixture *current; /* the callbacks have no other way to it */

static void func(struct irq_work *work)
{
	void (*once)(struct fixture * f, struct irq_work * work) = current->in_func;

	assert_true(irq_work_is_valid(work));
	assert_int_equal(irq_work_flags(work) & IRQ_WORK_BUSY, IRQ_WORK_BUSY);
	current->order[current->runs++ % 16] = (unsigned int)(work - current->work);
	current->in_func = NULL;
	if (once)
		once(current, work);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fake_platform_init(&f->fake);
	f->fake.test = f;
	if (ghes_irq_work_list_init(&f->list, &f->fake.platform))
		return -1;
	for (unsigned int i = 0; i < 3; i++)
		init_irq_work(&f->work[i], &f->list, func);
	current = f;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	unsigned int left;

	ghes_irq_work_list_exit(&f->list);
	left = f->fake.live_blocks;
	free(f);
	return left ? -1 : 0;
}

/* Goal: each cell of the table of states in the header. */
static void states_are_those_of_the_table(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(irq_work_flags(&f->work[0]), 0);
	assert_true(irq_work_queue(&f->work[0]));
	assert_int_equal(irq_work_flags(&f->work[0]), IRQ_WORK_PENDING | IRQ_WORK_BUSY);
	assert_false(irq_work_queue(&f->work[0]));
	assert_int_equal(f->fake.raised, 1);
	assert_int_equal(irq_work_run(&f->list), 1);
	assert_int_equal(irq_work_flags(&f->work[0]), 0);
	assert_int_equal(f->runs, 1);
	assert_true(irq_work_is_valid(&f->work[0]));
}

static void works_run_in_the_order_of_queueing_with_one_raise(void **state)
{
	struct fixture *f = *state;

	assert_true(irq_work_queue(&f->work[2]));
	assert_true(irq_work_queue(&f->work[0]));
	assert_true(irq_work_queue(&f->work[1]));
	assert_int_equal(f->fake.raised, 1);
	assert_int_equal(irq_work_run(&f->list), 3);
	assert_int_equal(f->order[0], 2);
	assert_int_equal(f->order[1], 0);
	assert_int_equal(f->order[2], 1);
}

static void spurious_raise_is_harmless(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(irq_work_run(&f->list), 0);
	assert_true(irq_work_queue(&f->work[0]));
	assert_int_equal(irq_work_run(&f->list), 1);
	assert_int_equal(irq_work_run(&f->list), 0);
	assert_int_equal(f->runs, 1);
}

static void queue_again(struct fixture *f, struct irq_work *work)
{
	assert_true(irq_work_queue(work));
	assert_false(irq_work_queue(work));
	assert_int_equal(irq_work_flags(work), IRQ_WORK_PENDING | IRQ_WORK_BUSY);
	assert_int_equal(f->fake.raised, 2);
}

/* Goal: what is queued while func runs is run once more, by another raise. */
static void queueing_in_func_runs_it_once_more(void **state)
{
	struct fixture *f = *state;

	f->in_func = queue_again;
	assert_true(irq_work_queue(&f->work[0]));
	assert_int_equal(irq_work_run(&f->list), 1);
	assert_int_equal(f->runs, 1);
	assert_int_equal(irq_work_run(&f->list), 1);
	assert_int_equal(f->runs, 2);
	assert_int_equal(irq_work_run(&f->list), 0);
	assert_int_equal(irq_work_flags(&f->work[0]), 0);
}

/* A nested context queues what was taken but has not run yet: its link is still in use. */
static void queue_next(struct fixture *f, struct irq_work *work)
{
	(void)work;
	assert_false(irq_work_queue(&f->work[1]));
	assert_true(irq_work_queue(&f->work[0]));
}

static void queueing_a_taken_work_does_not_break_the_chain(void **state)
{
	struct fixture *f = *state;

	f->in_func = queue_next;
	for (unsigned int i = 0; i < 3; i++)
		assert_true(irq_work_queue(&f->work[i]));
	assert_int_equal(irq_work_run(&f->list), 3);
	assert_int_equal(irq_work_run(&f->list), 1);
	assert_int_equal(f->runs, 4);
	assert_int_equal(f->order[3], 0);
}

/* While CPU 0 is in func, CPU 1 queues, runs and finishes the same work. */
static void run_on_other_cpu(struct fixture *f, struct irq_work *work)
{
	f->fake.cpu = 1;
	assert_true(irq_work_queue(work));
	assert_int_equal(irq_work_run(&f->list), 1);
	f->fake.cpu = 0;
	/* CPU 1 is out, CPU 0 is still in: it must not look idle to irq_work_sync() */
	assert_int_equal(irq_work_flags(work), IRQ_WORK_BUSY);
}

static void stays_busy_until_the_last_cpu_is_out(void **state)
{
	struct fixture *f = *state;

	f->in_func = run_on_other_cpu;
	assert_true(irq_work_queue(&f->work[0]));
	assert_int_equal(irq_work_run(&f->list), 1);
	assert_int_equal(f->runs, 2);
	assert_int_equal(irq_work_flags(&f->work[0]), 0);
}

static void cpus_have_lists_of_their_own(void **state)
{
	struct fixture *f = *state;

	assert_true(irq_work_queue(&f->work[0]));
	f->fake.cpu = 1;
	assert_true(irq_work_queue(&f->work[1]));
	assert_int_equal(f->fake.raised, 2);
	assert_int_equal(irq_work_run(&f->list), 1);
	assert_int_equal(f->order[0], 1);
	f->fake.cpu = 0;
	assert_int_equal(irq_work_run(&f->list), 1);
	assert_int_equal(f->order[1], 0);
}

/* Raised at once, inside of irq_work_queue(): the work must be on the list by then. */
static void run_at_once(struct fake_platform *fake)
{
	struct fixture *f = fake->test;

	assert_int_equal(irq_work_run(&f->list), 1);
}

static void the_raise_comes_after_the_push(void **state)
{
	struct fixture *f = *state;

	f->fake.on_raise = run_at_once;
	assert_true(irq_work_queue(&f->work[0]));
	assert_int_equal(f->runs, 1);
	assert_int_equal(irq_work_flags(&f->work[0]), 0);
}

static void relax_runs_it(struct fake_platform *fake)
{
	struct fixture *f = fake->test;

	assert_int_equal(f->runs, 0);
	f->fake.cpu = 1;
	irq_work_run(&f->list);
	f->fake.cpu = 0;
}

static void sync_waits_for_the_run(void **state)
{
	struct fixture *f = *state;

	f->fake.on_relax = relax_runs_it;
	f->fake.cpu = 1;
	assert_true(irq_work_queue(&f->work[0]));
	f->fake.cpu = 0;
	irq_work_sync(&f->work[0]);
	assert_int_equal(f->runs, 1);
	irq_work_sync(&f->work[0]); /* idle: returns at once */
}

static void init_reports_what_it_cannot_do(void **state)
{
	struct fixture *f = *state;
	struct ghes_irq_work_list list;

	f->fake.fail_alloc_in = 1;
	assert_int_equal(ghes_irq_work_list_init(&list, &f->fake.platform), -GHES_ENOMEM);
	f->fake.fail_alloc_in = 0;
	ghes_irq_work_list_exit(&list);
	f->fake.platform.nr_cpus = 0;
	assert_int_equal(ghes_irq_work_list_init(&list, &f->fake.platform), -GHES_EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(states_are_those_of_the_table),
		TEST(works_run_in_the_order_of_queueing_with_one_raise),
		TEST(spurious_raise_is_harmless),
		TEST(queueing_in_func_runs_it_once_more),
		TEST(queueing_a_taken_work_does_not_break_the_chain),
		TEST(stays_busy_until_the_last_cpu_is_out),
		TEST(cpus_have_lists_of_their_own),
		TEST(the_raise_comes_after_the_push),
		TEST(sync_waits_for_the_run),
		TEST(init_reports_what_it_cannot_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
