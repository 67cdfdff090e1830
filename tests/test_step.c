// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stepped code and its runtime: the handler runs where it was asked to, the interrupted code does
 * not notice, counts nest, bounds bound.
 */
#include "step.h"
#include "sweep.h"
#include "step/subject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SEED 0x123456789abcdef1u

/* What a task and its handlers count without being under test. */
#define BOOKKEEPING __attribute__((no_sanitize("thread")))

/* ---- transparency ---------------------------------------------------------------------------- */

/* Leaves nothing of the caller's in any register or flag that a called function may change. */
static void trash_everything(void)
{
#if defined(__x86_64__)
	__asm__ volatile(
		"movq $-1, %%rax\n\tmovq %%rax, %%rdx\n\tmovq %%rax, %%rcx\n\t"
		"movq %%rax, %%rsi\n\tmovq %%rax, %%rdi\n\tmovq %%rax, %%r8\n\t"
		"movq %%rax, %%r9\n\tmovq %%rax, %%r10\n\tmovq %%rax, %%r11\n\t"
		"movq %%rax, %%xmm0\n\tmovaps %%xmm0, %%xmm1\n\tmovaps %%xmm0, %%xmm2\n\t"
		"movaps %%xmm0, %%xmm3\n\tmovaps %%xmm0, %%xmm4\n\tmovaps %%xmm0, %%xmm5\n\t"
		"movaps %%xmm0, %%xmm6\n\tmovaps %%xmm0, %%xmm7\n\tmovaps %%xmm0, %%xmm8\n\t"
		"movaps %%xmm0, %%xmm9\n\tmovaps %%xmm0, %%xmm10\n\tmovaps %%xmm0, %%xmm11\n\t"
		"movaps %%xmm0, %%xmm12\n\tmovaps %%xmm0, %%xmm13\n\t"
		"movaps %%xmm0, %%xmm14\n\tmovaps %%xmm0, %%xmm15\n\t"
		"addq $1, %%rax\n\tstc"
		:
		:
		: "rax", "rdx", "rcx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0", "xmm1",
		  "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
		  "xmm12", "xmm13", "xmm14", "xmm15", "cc", "memory");
#elif defined(__aarch64__)
	__asm__ volatile("mov x0, #-1\n\tmov x1, x0\n\tmov x2, x0\n\tmov x3, x0\n\tmov x4, x0\n\t"
			 "mov x5, x0\n\tmov x6, x0\n\tmov x7, x0\n\tmov x8, x0\n\tmov x9, x0\n\t"
			 "mov x10, x0\n\tmov x11, x0\n\tmov x12, x0\n\tmov x13, x0\n\t"
			 "mov x14, x0\n\tmov x15, x0\n\tmov x16, x0\n\tmov x17, x0\n\t"
			 "dup v0.2d, x0\n\tmov v1.16b, v0.16b\n\tmov v2.16b, v0.16b\n\t"
			 "mov v3.16b, v0.16b\n\tmov v16.16b, v0.16b\n\tmov v17.16b, v0.16b\n\t"
			 "mov v18.16b, v0.16b\n\tmov v31.16b, v0.16b\n\tcmn x0, #1"
			 :
			 :
			 : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11",
			   "x12", "x13", "x14", "x15", "x16", "x17", "v0", "v1", "v2", "v3", "v16",
			   "v17", "v18", "v31", "cc", "memory");
#endif
}

static void trash_handler(struct ghes_step *step, void *arg)
{
	char frame[512];

	(void)step;
	/* Through a volatile pointer, or the compiler drops the write. */
	memset((void *)(char *volatile){frame}, 0xa5, sizeof(frame));
	++*(unsigned int *)arg;
	trash_everything();
}

/* Goal: a handler that changes all it may change, at each boundary in turn, changes no result. */
static void handler_at_each_boundary_is_not_noticed(void **state)
{
	(void)state;
	for (size_t i = 0; i < subject_n_shapes; i++) {
		const struct subject_shape *shape = &subject_shapes[i];
		uint64_t expected = shape->run(SEED), length = 1;

		for (uint64_t at = 1; at <= length; at++) {
			unsigned int ran = 0;
			struct ghes_step step = {.at = at, .handler = trash_handler, .arg = &ran};
			uint64_t result;

			ghes_step_arm(&step);
			result = shape->run(SEED);
			length = ghes_step_disarm(&step);
			if (result != expected || ran != 1 || step.fired != 1)
				fail_msg("%s interrupted at %ju of %ju: %#jx, not %#jx; ran %u",
					 shape->name, (uintmax_t)at, (uintmax_t)length,
					 (uintmax_t)result, (uintmax_t)expected, ran);
		}
		assert_true(length > 3);
		assert_null(ghes_step_current());
	}
}

static void again_at_next(struct ghes_step *step, void *arg)
{
	assert_true(step->passed == step->at);
	assert_true(ghes_step_passed(step) == step->at);
	++*(uint64_t *)arg;
	step->at++;
	trash_everything();
}

/* Goal: one run with a handler at all of its boundaries, by moving `at`, ends the same way. */
static void handler_at_all_boundaries_of_one_run(void **state)
{
	(void)state;
	for (size_t i = 0; i < subject_n_shapes; i++) {
		uint64_t ran = 0, expected = subject_shapes[i].run(SEED);
		struct ghes_step step = {.at = 1, .handler = again_at_next, .arg = &ran};

		ghes_step_arm(&step);
		assert_true(subject_shapes[i].run(SEED) == expected);
		assert_true(ghes_step_disarm(&step) == ran);
	}
}

/* ---- counting -------------------------------------------------------------------------------- */

static uint64_t length_of(const struct subject_shape *shape)
{
	struct ghes_step step = {0};

	ghes_step_arm(&step);
	shape->run(SEED);
	return ghes_step_disarm(&step);
}

static void unarmed_path_has_a_stable_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < subject_n_shapes; i++)
		assert_true(length_of(&subject_shapes[i]) == length_of(&subject_shapes[i]));
}

static void boundary_beyond_the_end_does_not_fire(void **state)
{
	unsigned int ran = 0;
	uint64_t length = length_of(&subject_shapes[0]);
	struct ghes_step step = {.at = length + 1, .handler = trash_handler, .arg = &ran};

	(void)state;
	ghes_step_arm(&step);
	subject_shapes[0].run(SEED);
	assert_true(ghes_step_disarm(&step) == length);
	assert_int_equal(step.fired, 0);
	assert_int_equal(ran, 0);
}

static void inner_step_does_not_count_for_the_outer(void **state)
{
	struct ghes_step outer = {0}, inner = {0};
	uint64_t length = length_of(&subject_shapes[0]);

	(void)state;
	ghes_step_arm(&outer);
	subject_shapes[0].run(SEED);
	ghes_step_arm(&inner);
	assert_int_equal(inner.level, 1);
	subject_shapes[0].run(SEED);
	assert_true(ghes_step_disarm(&inner) == length);
	assert_true(ghes_step_passed(&outer) == length);
	subject_shapes[0].run(SEED);
	assert_true(ghes_step_disarm(&outer) == 2 * length);
}

/* ---- nesting --------------------------------------------------------------------------------- */

struct nest {
	unsigned int depth, deepest;
	uint64_t lengths[6];
	uint64_t expected;
	const struct ghes_step_point *points[6];
};

static void nest_handler(struct ghes_step *step, void *arg)
{
	struct nest *nest = arg;
	struct ghes_step inner = {.at = step->at + 1, .handler = nest_handler, .arg = nest};

	assert_int_equal(step->level, nest->depth);
	nest->points[nest->depth] = step->point;
	if (++nest->depth > nest->deepest)
		nest->deepest = nest->depth;
	if (nest->depth == 6) {
		nest->depth--;
		return;
	}
	ghes_step_arm(&inner);
	assert_true(subject_shapes[0].run(SEED) == nest->expected);
	nest->lengths[nest->depth] = ghes_step_disarm(&inner);
	nest->depth--;
}

/* Goal: six levels, each interrupted one boundary later than the last, each of the full length. */
static void nested_handlers_keep_their_own_counts(void **state)
{
	struct nest nest = {.expected = subject_shapes[0].run(SEED)};
	struct ghes_step step = {.at = 3, .handler = nest_handler, .arg = &nest};
	uint64_t length = length_of(&subject_shapes[0]);

	(void)state;
	ghes_step_arm(&step);
	assert_true(subject_shapes[0].run(SEED) == nest.expected);
	assert_true(ghes_step_disarm(&step) == length);
	assert_int_equal(nest.deepest, 6);
	for (unsigned int i = 1; i < 6; i++) {
		assert_true(nest.lengths[i] == length);
		assert_ptr_equal(nest.points[i], nest.points[i - 1] + 1);
	}
}

/* ---- bounds and ways out --------------------------------------------------------------------- */

static jmp_buf out;

static void jump_out(struct ghes_step *step, void *arg)
{
	(void)step;
	(void)arg;
	longjmp(out, 1);
}

static void limit_ends_an_endless_loop(void **state)
{
	struct subject_locked_stack stack = {.lock = 1};
	struct subject_node node = {0};
	struct ghes_step step = {.limit = 1000, .stuck = jump_out};

	(void)state;
	if (!setjmp(out)) {
		ghes_step_arm(&step);
		subject_push_locked(&stack, &node);
		fail_msg("took a lock that nobody releases");
	}
	assert_true(ghes_step_disarm(&step) == 1000);
	assert_null(ghes_step_current());
	assert_string_equal(ghes_step_point_function(step.point), "subject_push_locked");
	/* Nothing is left behind: the next path counts as ever. */
	assert_true(length_of(&subject_shapes[0]) == length_of(&subject_shapes[0]));
}

static void nested_and_jump(struct ghes_step *step, void *arg)
{
	static struct ghes_step inner;

	(void)step;
	(void)arg;
	inner = (struct ghes_step){.at = 5, .handler = jump_out};
	ghes_step_arm(&inner);
	subject_shapes[0].run(SEED);
	fail_msg("the inner handler came back");
}

static void jump_over_two_levels_leaves_nothing_armed(void **state)
{
	struct ghes_step step = {.at = 4, .handler = nested_and_jump};

	(void)state;
	if (!setjmp(out)) {
		ghes_step_arm(&step);
		subject_shapes[0].run(SEED);
		fail_msg("the outer path came back");
	}
	assert_true(ghes_step_disarm(&step) == 4);
	assert_null(ghes_step_current());
}

static void limit_after_handler_in_one_path(void **state)
{
	unsigned int ran = 0;
	struct ghes_step step = {
		.at = 4, .limit = 9, .handler = trash_handler, .arg = &ran, .stuck = jump_out};

	(void)state;
	if (!setjmp(out)) {
		ghes_step_arm(&step);
		subject_shapes[0].run(SEED);
		fail_msg("ran past its limit");
	}
	assert_true(ghes_step_disarm(&step) == 9);
	assert_int_equal(ran, 1);
}

/* ---- reports --------------------------------------------------------------------------------- */

static void point_says_where_it_is(void **state)
{
	struct subject_stack stack = {NULL};
	struct subject_node node = {0};
	struct ghes_step_cover cover;
	unsigned int ran = 0;
	struct ghes_step step = {.at = 2, .handler = trash_handler, .arg = &ran, .cover = &cover};
	char text[256], small[8];
	size_t hit, existing;

	(void)state;
	assert_int_equal(ghes_step_cover_init(&cover, &ghes_step_module), 0);
	ghes_step_arm(&step);
	subject_push(&stack, &node);
	ghes_step_disarm(&step);
	assert_string_equal(ghes_step_point_function(step.point), "subject_push");
	assert_non_null(strstr(ghes_step_point_file(step.point), "subject.c"));
	assert_true(step.point->line > 10);
	ghes_step_cover_count(&cover, "subject_push", &hit, &existing);
	assert_int_equal(hit, 1);
	assert_true(existing >= 4 && existing < 30);
	assert_true(ghes_step_describe(&ghes_step_module, step.point, text, sizeof(text)) > 20);
	assert_non_null(strstr(text, "subject_push insn 2/"));
	assert_non_null(strstr(text, "subject.c:"));
	ghes_step_describe(&ghes_step_module, step.point, small, sizeof(small));
	assert_int_equal(small[7], 0);
	ghes_step_cover_count(&cover, NULL, &hit, &existing);
	assert_int_equal(hit, 1);
	assert_true(existing == (size_t)(ghes_step_module.end - ghes_step_module.begin));
	ghes_step_cover_fini(&cover);
}

/* ---- sweeps ---------------------------------------------------------------------------------- */

#define NODES 6

struct pushes {
	struct subject_stack stack;
	struct subject_node node[NODES];
	unsigned int used;
	void (*push)(struct subject_stack *stack, struct subject_node *node);
};

static void pushes_reset(void *ctx)
{
	struct pushes *pushes = ctx;

	pushes->stack.head = NULL;
	pushes->used = 0;
}

BOOKKEEPING static void pushes_one(void *ctx)
{
	struct pushes *pushes = ctx;

	pushes->push(&pushes->stack, &pushes->node[pushes->used++]);
}

BOOKKEEPING static void pushes_notify(void *ctx, unsigned int level)
{
	(void)level;
	pushes_one(ctx);
}

/* Every node pushed is on the list exactly once. */
static int pushes_judge(void *ctx)
{
	struct pushes *pushes = ctx;
	unsigned int seen = 0, on_list = 0;

	for (struct subject_node *node = pushes->stack.head; node && on_list <= NODES;
	     node = node->next) {
		seen |= 1u << (node - pushes->node);
		on_list++;
	}
	return on_list != pushes->used || seen != (1u << pushes->used) - 1;
}

static struct ghes_step_target pushes_target(struct pushes *pushes)
{
	return (struct ghes_step_target){.reset = pushes_reset,
					 .path = pushes_one,
					 .notify = pushes_notify,
					 .judge = pushes_judge,
					 .ctx = pushes};
}

/* Goal: the number of runs is exactly what the path lengths say, on both levels. */
static void sweep_visits_each_boundary_once(void **state)
{
	struct pushes pushes = {.push = subject_push_torn};
	struct ghes_step_target target = pushes_target(&pushes);
	struct ghes_step_options options = {.levels = 3};
	struct ghes_step_result result;
	uint64_t n;

	(void)state;
	/* No branches: every path is n long, so the levels are n, n^2, n^3. */
	assert_int_equal(ghes_step_sweep(&target, &options, &result), 0);
	n = result.level[0].existing;
	assert_true(n >= 3);
	assert_true(result.level[1].existing == n * n);
	assert_true(result.level[2].existing == n * n * n);
	assert_true(result.runs == 1 + n + n * n + n * n * n);
	assert_true(result.notifications == n + 2 * n * n + 3 * n * n * n);
	for (unsigned int i = 0; i < 3; i++)
		assert_true(result.level[i].hit == result.level[i].existing);
	assert_true(result.missed == 0 && result.stuck == 0 && !result.incomplete);
}

static void sweep_finds_the_torn_push(void **state)
{
	struct pushes pushes = {.push = subject_push_torn};
	struct ghes_step_target target = pushes_target(&pushes);
	struct ghes_step_options options = {.levels = 1};
	struct ghes_step_result result;

	(void)state;
	assert_int_equal(ghes_step_sweep(&target, &options, &result), 0);
	assert_true(result.defects >= 1 && result.defects < result.runs);
	assert_int_equal(result.first.levels, 1);
	/* The schedule replays, and its neighbours at both ends of the path are harmless. */
	assert_int_equal(ghes_step_run(&target, &options, &result.first, NULL), result.first_code);
	result.first.at[0] = 1;
	assert_int_equal(ghes_step_run(&target, &options, &result.first, NULL), GHES_STEP_HELD);
	result.first.at[0] = result.level[0].existing;
	assert_int_equal(ghes_step_run(&target, &options, &result.first, NULL), GHES_STEP_HELD);
	result.first.at[0] = result.level[0].existing + 1;
	assert_int_equal(ghes_step_run(&target, &options, &result.first, NULL), GHES_STEP_MISSED);
}

static void sweep_passes_the_right_push(void **state)
{
	struct pushes pushes = {.push = subject_push};
	struct ghes_step_target target = pushes_target(&pushes);
	struct ghes_step_options options = {.levels = 3, .complete = 2, .samples = 2, .seed = 7};
	struct ghes_step_result result;

	(void)state;
	assert_int_equal(ghes_step_sweep(&target, &options, &result), 0);
	assert_true(result.defects == 0);
	for (unsigned int i = 0; i < 2; i++)
		assert_true(result.level[i].hit == result.level[i].existing);
	assert_true(result.level[2].hit == 2 * result.level[1].hit);
	assert_true(result.level[2].hit < result.level[2].existing);
	/* A push that was interrupted retries: some handler's path is longer than the shortest. */
	assert_true(result.level[1].existing >=
		    result.level[0].existing * result.level[0].existing);
}

static void sweep_refuses_bad_options(void **state)
{
	struct pushes pushes = {.push = subject_push};
	struct ghes_step_target target = pushes_target(&pushes);
	struct ghes_step_options none = {0}, many = {.levels = GHES_STEP_LEVELS_MAX + 1};
	struct ghes_step_fibers fibers = {.levels = 1};
	struct ghes_step_options few = {.levels = 2, .fibers = &fibers};
	struct ghes_step_result result;

	(void)state;
	assert_true(ghes_step_sweep(&target, &none, &result) < 0);
	assert_true(ghes_step_sweep(&target, &many, &result) < 0);
	assert_true(ghes_step_sweep(&target, &few, &result) < 0);
}

static bool stop_at_once(void *arg)
{
	return ++*(unsigned int *)arg > 3;
}

static void sweep_that_is_stopped_says_so(void **state)
{
	struct pushes pushes = {.push = subject_push};
	struct ghes_step_target target = pushes_target(&pushes);
	unsigned int asked = 0;
	struct ghes_step_options options = {.levels = 2, .stop = stop_at_once, .arg = &asked};
	struct ghes_step_result result;

	(void)state;
	assert_int_equal(ghes_step_sweep(&target, &options, &result), 0);
	assert_true(result.incomplete);
	assert_true(result.runs == 3);
}

static bool stop_after(void *arg)
{
	unsigned int *left = arg;

	return !*left || !--*left;
}

static void add_levels(struct ghes_step_result *sum, const struct ghes_step_result *part)
{
	for (unsigned int i = 0; i < GHES_STEP_LEVELS_MAX; i++) {
		sum->level[i].existing += part->level[i].existing;
		sum->level[i].classes += part->level[i].classes;
		sum->level[i].hit += part->level[i].hit;
	}
	sum->defects += part->defects;
}

/*
 * Goal: parts of a sweep, however short, are together the sweep: each place once. The shortest part
 * that gets anywhere makes one undisturbed run, one to return to where it was, and one of its own.
 */
static void sweep_in_parts_is_the_whole_sweep(void **state)
{
	struct pushes pushes = {.push = subject_push};
	struct ghes_step_target target = pushes_target(&pushes);
	struct ghes_step_options options = {.levels = 2};
	struct ghes_step_result whole;

	(void)state;
	assert_int_equal(ghes_step_sweep(&target, &options, &whole), 0);
	for (unsigned int runs = 4; runs < 12; runs++) {
		struct ghes_step_result sum = {0}, part = {0};
		struct ghes_step_schedule from = {0};
		unsigned int left, parts = 0;

		options = (struct ghes_step_options){
			.levels = 2, .stop = stop_after, .arg = &left, .from = &from};
		do {
			left = runs;
			assert_int_equal(ghes_step_sweep(&target, &options, &part), 0);
			add_levels(&sum, &part);
			from = part.next;
			assert_true(part.missed == 0);
			assert_true(++parts < 100000);
		} while (part.incomplete);
		assert_true(parts > 1);
		assert_true(sum.defects == whole.defects);
		for (unsigned int i = 0; i < 2; i++) {
			assert_true(sum.level[i].existing == whole.level[i].existing);
			assert_true(sum.level[i].classes == whole.level[i].classes);
			assert_true(sum.level[i].hit == whole.level[i].hit);
		}
	}
}

/* Goal: a place that is not there does not pass for a sweep that is done. */
static void sweep_from_nowhere_is_told(void **state)
{
	struct pushes pushes = {.push = subject_push};
	struct ghes_step_target target = pushes_target(&pushes);
	struct ghes_step_schedule from = {.levels = 1, .at = {1000000}};
	struct ghes_step_options options = {.levels = 1, .from = &from};
	struct ghes_step_result result;

	(void)state;
	assert_int_equal(ghes_step_sweep(&target, &options, &result), 0);
	assert_true(result.missed == 1);
	from.at[0] = 0;
	assert_int_equal(ghes_step_sweep(&target, &options, &result), 0);
	assert_true(result.missed == 1);
}

/* Goal: with a stack per level, as with one stack for all, the same runs and verdicts. */
static void sweep_on_fibers_is_the_same_sweep(void **state)
{
	struct pushes pushes = {.push = subject_push};
	struct ghes_step_target target = pushes_target(&pushes);
	struct ghes_step_fibers fibers;
	struct ghes_step_options options = {.levels = 2};
	struct ghes_step_result plain, fibered;

	(void)state;
	assert_int_equal(ghes_step_fibers_init(&fibers, 2, 65536), 0);
	assert_int_equal(ghes_step_sweep(&target, &options, &plain), 0);
	options.fibers = &fibers;
	assert_int_equal(ghes_step_sweep(&target, &options, &fibered), 0);
	assert_memory_equal(&plain, &fibered, sizeof(plain));
	ghes_step_fibers_fini(&fibers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handler_at_each_boundary_is_not_noticed),
		cmocka_unit_test(handler_at_all_boundaries_of_one_run),
		cmocka_unit_test(unarmed_path_has_a_stable_length),
		cmocka_unit_test(boundary_beyond_the_end_does_not_fire),
		cmocka_unit_test(inner_step_does_not_count_for_the_outer),
		cmocka_unit_test(nested_handlers_keep_their_own_counts),
		cmocka_unit_test(limit_ends_an_endless_loop),
		cmocka_unit_test(jump_over_two_levels_leaves_nothing_armed),
		cmocka_unit_test(limit_after_handler_in_one_path),
		cmocka_unit_test(point_says_where_it_is),
		cmocka_unit_test(sweep_visits_each_boundary_once),
		cmocka_unit_test(sweep_finds_the_torn_push),
		cmocka_unit_test(sweep_passes_the_right_push),
		cmocka_unit_test(sweep_refuses_bad_options),
		cmocka_unit_test(sweep_that_is_stopped_says_so),
		cmocka_unit_test(sweep_in_parts_is_the_whole_sweep),
		cmocka_unit_test(sweep_from_nowhere_is_told),
		cmocka_unit_test(sweep_on_fibers_is_the_same_sweep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
