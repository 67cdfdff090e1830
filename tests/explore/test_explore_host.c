// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a host of the engine uses: steps of code that is not instrumented, CPUs that halt, loops
 * that pause, the callbacks, and bounds of time. Nothing here is instrumented: each step is said.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <ghes/explore.h>
#include <string.h>

static struct host {
	unsigned int steps; /* of each thread */
	bool write;
	unsigned int finished, after_steps, fail_at, reports, stop_after, executions;
	unsigned int wrong_cpu, cpu;
	double estimate;
	int flag, turns;
} host;

static void use(unsigned int object, bool write)
{
	ghes_explore_uses(&(struct ghes_explore_use){GHES_EXPLORE_OBJECT, 1, object, write}, 1,
			  memory_order_relaxed);
	host.wrong_cpu += ghes_explore_cpu() != (int)host.cpu;
}

static void stepper(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < host.steps; i++)
		use(0, host.write);
}

static void setup(void *user)
{
	(void)user;
	host.flag = host.turns = 0;
}

static void finish(void *user)
{
	(void)user;
	host.finished++;
}

static void switched(void *user, unsigned int cpu)
{
	(void)user;
	host.cpu = cpu;
}

static void after_step(void *user)
{
	(void)user;
	if (++host.after_steps == host.fail_at)
		ghes_explore_fail_at("pool", NULL, "step %u", host.after_steps);
}

static void progress(void *user, const struct ghes_explore_result *so_far)
{
	(void)user;
	host.reports++;
	host.estimate = so_far->estimate;
	host.executions = (unsigned int)so_far->executions;
}

static bool stop(void *user)
{
	(void)user;
	return host.stop_after && !--host.stop_after;
}

static struct ghes_explore_result explore(struct ghes_explore_config config, unsigned int threads,
					  void (*fn)(void *), void (*first)(void *))
{
	struct ghes_explore_result r;
	struct ghes_explore *x;

	config.setup = setup;
	config.finish = finish;
	config.switched = switched;
	x = ghes_explore_new(&config);
	assert_non_null(x);
	for (unsigned int i = 0; i < threads; i++)
		assert_true(ghes_explore_thread(x, "thread", i, i ? fn : first, NULL) >= 0);
	ghes_explore_run(x, &r);
	ghes_explore_free(x);
	assert_int_equal(host.wrong_cpu, 0);
	return r;
}

static struct ghes_explore_result steppers(struct ghes_explore_config config, unsigned int threads)
{
	return explore(config, threads, stepper, stepper);
}

/* Two threads with three conflicting steps each: 6 over 3 orders; without conflict, one. */
static void said_steps_are_ordered_as_they_conflict(void **state)
{
	(void)state;
	host = (struct host){.steps = 3, .write = true};
	assert_int_equal(steppers((struct ghes_explore_config){0}, 2).executions, 20);
	assert_int_equal(host.finished, 20);
	host = (struct host){.steps = 3};
	assert_int_equal(steppers((struct ghes_explore_config){0}, 2).executions, 1);
}

/* A step may use several things; with each of them it conflicts. */
static void use_two(void *arg)
{
	(void)arg;
	ghes_explore_uses(
		(const struct ghes_explore_use[]){{GHES_EXPLORE_OBJECT, 1, 1, false},
						  {GHES_EXPLORE_MEMORY, 0, (uintptr_t)&host, true}},
		2, memory_order_acq_rel);
}

static void read_memory(void *arg)
{
	(void)arg;
	ghes_explore_uses(
		&(struct ghes_explore_use){GHES_EXPLORE_MEMORY, 0, (uintptr_t)&host, false}, 1,
		memory_order_acquire);
}

static void a_step_uses_several_things(void **state)
{
	(void)state;
	host = (struct host){0};
	assert_int_equal(
		explore((struct ghes_explore_config){0}, 2, read_memory, use_two).executions, 2);
	assert_int_equal(
		explore((struct ghes_explore_config){0}, 2, read_memory, read_memory).executions,
		1);
}

static int data;

/*
 * Goal: what a step publishes is found by who reads any of its objects. Method: data written before
 * the step, read after one of its other objects, is no race; without the step it is.
 */
static void publish(void *arg)
{
	(void)arg;
	ghes_explore_plain(&data, sizeof(data), true);
	ghes_explore_uses((const struct ghes_explore_use[]){{GHES_EXPLORE_OBJECT, 1, 1, false},
							    {GHES_EXPLORE_OBJECT, 1, 2, true}},
			  2, memory_order_release);
	host.flag = 1;
}

static void subscribe(void *arg)
{
	(void)arg;
	ghes_explore_uses(&(struct ghes_explore_use){GHES_EXPLORE_OBJECT, 1, 2, false}, 1,
			  memory_order_acquire);
	if (host.flag)
		ghes_explore_plain(&data, sizeof(data), false);
}

static void read_at_once(void *arg)
{
	(void)arg;
	ghes_explore_plain(&data, sizeof(data), false);
}

static void said_accesses_race(void **state)
{
	struct ghes_explore_result r;

	(void)state;
	host = (struct host){0};
	r = explore((struct ghes_explore_config){0}, 2, subscribe, publish);
	assert_int_equal(r.verdict, GHES_EXPLORE_PASS);
	r = explore((struct ghes_explore_config){.no_reports = true}, 2, read_at_once, publish);
	assert_int_equal(r.verdict, GHES_EXPLORE_FAIL);
}

static void halts(void *arg)
{
	(void)arg;
	use(0, true);
	ghes_explore_lock(&host);
	ghes_explore_halt();
	host.wrong_cpu++; /* not reached */
}

static void locks(void *arg)
{
	(void)arg;
	use(0, true);
	ghes_explore_lock(&host);
	ghes_explore_unlock(&host);
}

/* A CPU that panics with a lock held leaves others waiting: that is no deadlock, and an end. */
static void a_halted_cpu_is_no_deadlock(void **state)
{
	struct ghes_explore_result r;

	(void)state;
	host = (struct host){0};
	r = explore((struct ghes_explore_config){0}, 2, locks, halts);
	assert_int_equal(r.verdict, GHES_EXPLORE_PASS);
	assert_true(r.complete);
	/* Orders of the steps, times orders of the locks, less those that contradict each other. */
	assert_int_equal(r.executions, host.finished);
	assert_in_range(r.executions, 3, 4);
}

static void pauses_until_flag(void *arg)
{
	(void)arg;
	for (;;) {
		use(7, false);
		if (host.flag)
			return;
		use(8, true); /* an effect of the loop's own is nothing to wait for */
		ghes_explore_pause();
	}
}

static void sets_flag(void *arg)
{
	(void)arg;
	use(0, true);
	use(7, true);
	host.flag = 1;
}

static void gives_up(void *arg)
{
	(void)arg;
	while (host.turns++ < 10) {
		use(7, false);
		ghes_explore_pause();
	}
}

static void pausing_loops_end(void **state)
{
	struct ghes_explore_result r;

	(void)state;
	host = (struct host){0};
	r = explore((struct ghes_explore_config){0}, 2, pauses_until_flag, sets_flag);
	assert_int_equal(r.verdict, GHES_EXPLORE_PASS);
	assert_true(r.complete);
	assert_in_range(r.executions, 2, 10);

	/* By itself, when nobody else goes on. */
	r = explore((struct ghes_explore_config){0}, 1, NULL, gives_up);
	assert_int_equal(r.verdict, GHES_EXPLORE_PASS);

	/* Never: nobody sets it. */
	r = explore((struct ghes_explore_config){.no_reports = true}, 1, NULL, pauses_until_flag);
	assert_int_equal(r.verdict, GHES_EXPLORE_FAIL);
}

static struct {
	int flag, turns;
} slots[GHES_EXPLORE_SLOTS];
static unsigned int restored;

static bool save(void *user, unsigned int slot)
{
	(void)user;
	slots[slot].flag = host.flag;
	slots[slot].turns = host.turns;
	return true;
}

static void restore(void *user, unsigned int slot)
{
	(void)user;
	host.flag = slots[slot].flag;
	host.turns = slots[slot].turns;
	restored++;
}

static void has_checkpoints(void)
{
#ifdef __SANITIZE_ADDRESS__
	skip(); /* stacks are left where they are */
#endif
}

/* Takes memory only at its end: one large block, or, if the flag was set before, two small ones. */
static void takes_memory_late(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < 500; i++)
		use(1, true);
	use(7, true);
	if (!host.flag) {
		ghes_explore_alloc(64);
	} else {
		ghes_explore_alloc(8);
		ghes_explore_free_memory(ghes_explore_alloc(8));
	}
}

/*
 * Goal: an execution that goes on from the middle of another one has none of that one's memory.
 * Method: what was a large block there, and never given back, is small ones here.
 */
static void blocks_of_another_execution_are_gone(void **state)
{
	struct ghes_explore_result r;

	(void)state;
	has_checkpoints();
	host = (struct host){0};
	restored = 0;
	r = explore(
		(struct ghes_explore_config){.save = save, .restore = restore, .no_leaks = true}, 3,
		sets_flag, takes_memory_late);
	assert_true(restored > 0);
	assert_int_equal(r.verdict, GHES_EXPLORE_PASS);
	assert_true(r.complete);
}

/* Waits for more than a loop is remembered by: any write may be what it waits for. */
static void waits_for_much(void *arg)
{
	(void)arg;
	for (;;) {
		for (unsigned int i = 0; i < 70; i++)
			use(100 + i, false);
		use(7, false);
		if (host.flag)
			return;
		ghes_explore_pause();
	}
}

static void may_set_flag(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < 200; i++)
		use(1, false);
	if (ghes_explore_choose(3) != 1)
		return;
	use(7, true);
	host.flag = 1;
}

/*
 * Goal: from a checkpoint a loop waits as long as it would have without. Method: it waits while
 * checkpoints are made; the execution that makes them writes, the next one does not.
 */
static void waits_are_the_same_from_checkpoints(void **state)
{
	struct ghes_explore_config config = {
		.max_defects = 10, .no_minimise = true, .no_reports = true};
	struct ghes_explore_result plain, saving;

	(void)state;
	has_checkpoints();
	host = (struct host){0};
	plain = explore(config, 2, may_set_flag, waits_for_much);
	config.save = save;
	config.restore = restore;
	restored = 0;
	saving = explore(config, 2, may_set_flag, waits_for_much);
	assert_true(restored > 0);
	assert_true(plain.failed > 0 && plain.failed < plain.executions);
	assert_int_equal(saving.executions, plain.executions);
	assert_int_equal(saving.failed, plain.failed);
	assert_int_equal(saving.steps, plain.steps);
}

static struct {
	char *page;
	unsigned int faults, in_context, between;
} guarded;

static bool open_page(void *user, const void *address)
{
	(void)user;
	if (address != guarded.page)
		return false;
	guarded.faults++;
	return !mprotect(guarded.page, 4096, PROT_READ | PROT_WRITE);
}

static void writes_page(void *arg)
{
	(void)arg;
	use(0, true);
	guarded.page[0]++;
	guarded.in_context++;
}

static bool writes_between_executions(void *user)
{
	(void)user;
	mprotect(guarded.page, 4096, PROT_READ);
	guarded.page[0]++;
	guarded.between++;
	mprotect(guarded.page, 4096, PROT_READ);
	return false;
}

/* Goal: what the host has made read-only may be written in a context, and in the host's callbacks.
 */
static void writes_that_the_host_asks_to_see_go_on(void **state)
{
	struct ghes_explore_result r;

	(void)state;
	host = (struct host){0};
	guarded.page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(guarded.page != MAP_FAILED);
	r = explore(
		(struct ghes_explore_config){.fault = open_page, .stop = writes_between_executions},
		2, writes_page, writes_page);
	assert_int_equal(r.verdict, GHES_EXPLORE_PASS);
	assert_int_equal(guarded.in_context, 2 * r.executions);
	assert_true(guarded.between > 0);
	assert_int_equal(guarded.faults, r.executions + guarded.between);
	munmap(guarded.page, 4096);
}

static void uses_much(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < 5000; i++)
		use(i, true);
}

/* Goal: a search that ended early leaves nothing to the next one, whose tables begin small again.
 */
static void a_search_can_be_made_again(void **state)
{
	struct ghes_explore *x = ghes_explore_new(
		&(struct ghes_explore_config){.max_executions = 1, .switched = switched});
	struct ghes_explore_result first, second;

	(void)state;
	host = (struct host){0};
	ghes_explore_thread(x, "one", 0, uses_much, NULL);
	ghes_explore_thread(x, "other", 1, uses_much, NULL);
	ghes_explore_run(x, &first);
	ghes_explore_run(x, &second);
	ghes_explore_free(x);
	assert_int_equal(first.bound, GHES_EXPLORE_EXECUTIONS);
	assert_int_equal(second.bound, GHES_EXPLORE_EXECUTIONS);
	assert_int_equal(second.steps, first.steps);
	assert_int_equal(second.restarts, first.restarts);
}

static void after_step_may_fail(void **state)
{
	struct ghes_explore_result r;

	(void)state;
	host = (struct host){.steps = 3, .write = true, .fail_at = 4};
	r = steppers((struct ghes_explore_config){.after_step = after_step,
						  .no_minimise = true,
						  .no_reports = true},
		     2);
	assert_int_equal(r.verdict, GHES_EXPLORE_FAIL);
	assert_int_equal(r.executions, 1);
	assert_int_equal(host.after_steps, 4);
}

static void stop_is_asked_between_executions(void **state)
{
	struct ghes_explore_result r;

	(void)state;
	host = (struct host){.steps = 3, .write = true, .stop_after = 5};
	r = steppers((struct ghes_explore_config){.stop = stop}, 2);
	assert_int_equal(r.verdict, GHES_EXPLORE_INCOMPLETE);
	assert_int_equal(r.bound, GHES_EXPLORE_STOPPED);
	assert_int_equal(r.executions, 5);
}

/*
 * Goal: a bound on time ends a search, says so, and what is left is estimated. Method: 24!/8!^3
 * orders, which nobody lives to see; the progress callback comes twice a second.
 */
static void time_ends_a_search(void **state)
{
	struct ghes_explore_result r;

	(void)state;
	host = (struct host){.steps = 8, .write = true};
	r = steppers((struct ghes_explore_config){.max_seconds = 0.8, .progress = progress}, 3);
	assert_int_equal(r.verdict, GHES_EXPLORE_INCOMPLETE);
	assert_int_equal(r.bound, GHES_EXPLORE_SECONDS);
	assert_false(r.complete);
	assert_true(r.seconds >= 0.8);
	assert_true(host.reports >= 1); /* more on a machine that is busy otherwise */
	assert_true(host.estimate > host.executions);
	assert_true(r.estimate > (double)r.executions);
}

/* Halfway through a small search the estimate is of its size, and at the end it is exact. */
static void estimates_are_near(void **state)
{
	struct ghes_explore_result r;

	(void)state;
	host = (struct host){.steps = 6, .write = true};
	r = steppers((struct ghes_explore_config){0}, 2);
	assert_int_equal(r.executions, 924);
	assert_true(r.estimate == 924.0);
	r = steppers((struct ghes_explore_config){.max_executions = 462}, 2);
	assert_true(r.estimate > 462 && r.estimate < 9240);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(said_steps_are_ordered_as_they_conflict),
		cmocka_unit_test(a_step_uses_several_things),
		cmocka_unit_test(said_accesses_race),
		cmocka_unit_test(a_halted_cpu_is_no_deadlock),
		cmocka_unit_test(pausing_loops_end),
		cmocka_unit_test(blocks_of_another_execution_are_gone),
		cmocka_unit_test(waits_are_the_same_from_checkpoints),
		cmocka_unit_test(writes_that_the_host_asks_to_see_go_on),
		cmocka_unit_test(a_search_can_be_made_again),
		cmocka_unit_test(after_step_may_fail),
		cmocka_unit_test(stop_is_asked_between_executions),
		cmocka_unit_test(time_ends_a_search),
		cmocka_unit_test(estimates_are_near),
	};

	return cmocka_run_group_tests_name("explore: hosts", tests, NULL, NULL);
}
