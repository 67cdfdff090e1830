// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parking a CPU at an instruction boundary while another must finish: what is lock-free goes on at
 * every boundary, what is not stops at exactly the boundaries that hold the lock.
 */
#include "step.h"
#include "sweep.h"
#include "step/subject.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <cmocka.h>

#define OTHER_PUSHES 5
#define LIMIT	     2000
#define STACK_SIZE   65536

struct machine {
	struct subject_stack free;
	struct subject_locked_stack locked;
	struct subject_node parked_node, node[OTHER_PUSHES];
};

static void reset(void *ctx)
{
	memset(ctx, 0, sizeof(struct machine));
}

static void push_free(void *ctx)
{
	struct machine *machine = ctx;

	subject_push(&machine->free, &machine->parked_node);
}

static void others_push_free(void *ctx)
{
	struct machine *machine = ctx;

	for (size_t i = 0; i < OTHER_PUSHES; i++)
		subject_push(&machine->free, &machine->node[i]);
}

static void push_locked(void *ctx)
{
	struct machine *machine = ctx;

	subject_push_locked(&machine->locked, &machine->parked_node);
}

static void others_push_locked(void *ctx)
{
	struct machine *machine = ctx;

	for (size_t i = 0; i < OTHER_PUSHES; i++)
		subject_push_locked(&machine->locked, &machine->node[i]);
}

/* Everything the other CPU pushed is on the list, in its order. */
static int judge_list(const struct machine *machine, const struct subject_node *head)
{
	size_t left = OTHER_PUSHES;

	for (; head; head = head->next)
		if (left && head == &machine->node[left - 1])
			left--;
	return left != 0;
}

static int judge_free(void *ctx)
{
	struct machine *machine = ctx;

	return judge_list(machine, machine->free.head);
}

static int judge_locked(void *ctx)
{
	struct machine *machine = ctx;

	return judge_list(machine, machine->locked.head);
}

static void lock_free_push_blocks_nobody(void **state)
{
	struct machine machine;
	struct ghes_step_target target = {.reset = reset,
					  .path = push_free,
					  .other = others_push_free,
					  .judge = judge_free,
					  .ctx = &machine};
	struct ghes_step_options options = {.limit = LIMIT};
	struct ghes_step_suspend_result result;

	(void)state;
	assert_int_equal(ghes_step_suspend_sweep(&target, &options, NULL, &result), 0);
	assert_true(result.boundaries >= 4);
	assert_true(result.blocked == 0);
	assert_true(result.defects == 0);
	assert_true(result.most_steps >= 4 * OTHER_PUSHES && result.most_steps < LIMIT / 2);
}

struct seen {
	uint64_t first_blocked, last_blocked, blocked;
};

static void note_blocked(void *arg, const struct ghes_step_suspension *suspension)
{
	struct seen *seen = arg;

	if (suspension->code != GHES_STEP_STUCK)
		return;
	assert_true(suspension->steps == LIMIT);
	assert_string_equal(ghes_step_point_function(suspension->point), "subject_push_locked");
	if (!seen->blocked++)
		seen->first_blocked = suspension->boundary;
	seen->last_blocked = suspension->boundary;
}

/* Goal: blocked from just after the lock is taken until it is released, and nowhere else. */
static void spinlock_blocks_exactly_while_it_is_held(void **state)
{
	struct machine machine;
	struct seen seen = {0};
	struct ghes_step_target target = {.reset = reset,
					  .path = push_locked,
					  .other = others_push_locked,
					  .judge = judge_locked,
					  .ctx = &machine};
	struct ghes_step_options options = {.limit = LIMIT, .arg = &seen};
	struct ghes_step_suspend_result result;

	(void)state;
	assert_int_equal(ghes_step_suspend_sweep(&target, &options, note_blocked, &result), 0);
	assert_true(result.blocked >= 3 && result.blocked == seen.blocked);
	assert_true(seen.last_blocked - seen.first_blocked + 1 == seen.blocked);
	/* Not while it has not been taken yet, nor when only the return is left. */
	assert_true(seen.first_blocked > 1);
	assert_true(seen.last_blocked < result.boundaries);
	assert_true(result.defects == 0);
}

static void suspension_needs_a_bound(void **state)
{
	struct machine machine;
	struct ghes_step_target target = {.reset = reset, .path = push_free, .ctx = &machine};
	struct ghes_step_options options = {.limit = LIMIT};
	struct ghes_step_suspend_result result;

	(void)state;
	assert_true(ghes_step_suspend_sweep(&target, &options, NULL, &result) < 0);
	target.other = others_push_free;
	options.limit = 0;
	assert_true(ghes_step_suspend_sweep(&target, &options, NULL, &result) < 0);
}

/* ---- another fiber of the same thread -------------------------------------------------------- */

static struct {
	ucontext_t host, fiber;
	struct ghes_step_parked parked;
	struct machine machine;
	struct ghes_step step;
	uint64_t length;
	bool in_handler;
} fibers;

static void switch_to_host(struct ghes_step *step, void *arg)
{
	(void)step;
	(void)arg;
	ghes_step_park(&fibers.parked);
	fibers.in_handler = true;
	swapcontext(&fibers.fiber, &fibers.host);
	fibers.in_handler = false;
	ghes_step_unpark(&fibers.parked);
}

static void fiber_main(void)
{
	ghes_step_arm(&fibers.step);
	push_free(&fibers.machine);
	fibers.length = ghes_step_disarm(&fibers.step);
}

/* Runs the push on a fiber that parks at @at; the host pushes meanwhile, armed itself. */
static bool park_on_fiber(uint64_t at, char *stack)
{
	struct ghes_step mine = {0};
	struct ghes_step_parked parked;
	uint64_t length;

	reset(&fibers.machine);
	fibers.step = (struct ghes_step){.at = at, .handler = switch_to_host};
	getcontext(&fibers.fiber);
	fibers.fiber.uc_stack.ss_sp = stack;
	fibers.fiber.uc_stack.ss_size = STACK_SIZE;
	fibers.fiber.uc_link = &fibers.host;
	makecontext(&fibers.fiber, fiber_main, 0);
	swapcontext(&fibers.host, &fibers.fiber);
	if (!fibers.in_handler)
		return false;
	assert_null(ghes_step_current());
	/* Armed here while the fiber is resumed and ends: the two counts do not mix. */
	ghes_step_arm(&mine);
	others_push_free(&fibers.machine);
	length = ghes_step_passed(&mine);
	ghes_step_park(&parked);
	swapcontext(&fibers.host, &fibers.fiber);
	assert_null(ghes_step_current());
	ghes_step_unpark(&parked);
	assert_ptr_equal(ghes_step_current(), &mine);
	assert_true(ghes_step_disarm(&mine) == length);
	return true;
}

/*
 * Goal: a path parked on a fiber at each boundary and resumed afterwards ends as it should, with
 * its own count, although the same thread ran and counted other stepped code in between.
 */
static void parked_fiber_goes_on_where_it_was(void **state)
{
	char *stack = malloc(STACK_SIZE);
	uint64_t at = 1;

	(void)state;
	assert_non_null(stack);
	while (park_on_fiber(at, stack)) {
		assert_true(judge_free(&fibers.machine) == 0);
		assert_true(fibers.length >= at);
		at++;
	}
	assert_true(at > 4 && fibers.length == at - 1);
	free(stack);
}

/* ---- another thread -------------------------------------------------------------------------- */

static struct {
	sem_t parked, go_on;
	struct machine machine;
	uint64_t at, length;
	unsigned int fired;
} threads;

static void wait_for_host(struct ghes_step *step, void *arg)
{
	(void)step;
	(void)arg;
	sem_post(&threads.parked);
	sem_wait(&threads.go_on);
}

static void *parked_thread(void *arg)
{
	struct ghes_step step = {.at = threads.at, .handler = wait_for_host};

	(void)arg;
	ghes_step_arm(&step);
	push_free(&threads.machine);
	threads.length = ghes_step_disarm(&step);
	threads.fired = step.fired;
	if (!step.fired)
		sem_post(&threads.parked);
	return NULL;
}

/* Goal: counts are per thread: a thread that is parked does not disturb another's. */
static void parked_thread_leaves_others_alone(void **state)
{
	pthread_t thread;

	(void)state;
	sem_init(&threads.parked, 0, 0);
	sem_init(&threads.go_on, 0, 0);
	for (threads.at = 1;; threads.at++) {
		struct ghes_step mine = {0};
		uint64_t length;

		reset(&threads.machine);
		assert_int_equal(pthread_create(&thread, NULL, parked_thread, NULL), 0);
		sem_wait(&threads.parked);
		ghes_step_arm(&mine);
		others_push_free(&threads.machine);
		length = ghes_step_disarm(&mine);
		assert_true(length >= 4 * OTHER_PUSHES && length < LIMIT);
		sem_post(&threads.go_on);
		pthread_join(thread, NULL);
		assert_true(judge_free(&threads.machine) == 0);
		if (!threads.fired)
			break;
		sem_destroy(&threads.go_on);
		sem_init(&threads.go_on, 0, 0);
	}
	assert_true(threads.at > 4);
	sem_destroy(&threads.parked);
	sem_destroy(&threads.go_on);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lock_free_push_blocks_nobody),
		cmocka_unit_test(spinlock_blocks_exactly_while_it_is_held),
		cmocka_unit_test(suspension_needs_a_bound),
		cmocka_unit_test(parked_fiber_goes_on_where_it_was),
		cmocka_unit_test(parked_thread_leaves_others_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
