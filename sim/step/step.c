// SPDX-License-Identifier: GPL-2.0-only
/*
 * The runtime under stepped code: what happens when a thread's count reaches zero.
 *
 * Flow: point (step_as_*.c) -> trampoline (entry_*.S) -> **ghes_step_hit()** -> handler or stuck.
 *
 * Nothing here is shared between threads, so nothing here is atomic. ThreadSanitizer is kept out:
 * the handler may run on a fiber (step_fiber.h) and what it and the interrupted path exchange
 * through struct ghes_step is bookkeeping, not the data under test.
 */
#include "step.h"
#include "step_abi.h"
#include "step_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The thread's words, in the order of step_abi.h. */
struct ghes_step_tls {
	uint64_t count;
	uint64_t scratch;
	void (*entry)(void);
	struct ghes_step *current;
};

void ghes_step_entry(void);
void ghes_step_hit(const struct ghes_step_point *point);

#if defined(__x86_64__)

#if !defined(__GLIBC__)
#error "stepped code on x86-64 keeps its words in glibc's thread control block"
#endif

_Static_assert(GHES_STEP_TLS_SCRATCH - GHES_STEP_TLS_COUNT ==
		       offsetof(struct ghes_step_tls, scratch),
	       "step_abi.h");
_Static_assert(GHES_STEP_TLS_ENTRY - GHES_STEP_TLS_COUNT == offsetof(struct ghes_step_tls, entry),
	       "step_abi.h");
_Static_assert(GHES_STEP_TLS_CURRENT - GHES_STEP_TLS_COUNT ==
		       offsetof(struct ghes_step_tls, current),
	       "step_abi.h");

GHES_STEP_NO_TSAN static struct ghes_step_tls *this_thread(void)
{
	char *tcb;

	/* The first word of the block is its own address: x86-64 psABI, variant II TLS. */
	__asm__("movq %%fs:0, %0" : "=r"(tcb));
	return (struct ghes_step_tls *)(void *)(tcb + GHES_STEP_TLS_COUNT);
}

#elif defined(__aarch64__)

_Static_assert(GHES_STEP_A64_COUNT == offsetof(struct ghes_step_tls, count), "step_abi.h");
_Static_assert(GHES_STEP_A64_ENTRY == offsetof(struct ghes_step_tls, entry), "step_abi.h");

extern __thread struct ghes_step_tls ghes_step_tls;
__thread struct ghes_step_tls ghes_step_tls
	__attribute__((visibility("default"), tls_model("initial-exec")));

GHES_STEP_NO_TSAN static struct ghes_step_tls *this_thread(void)
{
	return &ghes_step_tls;
}

#else
#error "stepped code is available on x86-64 and aarch64"
#endif

/* ---- stops ----------------------------------------------------------------------------------- */

GHES_STEP_NO_TSAN static uint64_t earlier(uint64_t a, uint64_t b, uint64_t after)
{
	if (a <= after)
		a = UINT64_MAX;
	if (b <= after)
		b = UINT64_MAX;
	return a < b ? a : b;
}

/*
 * Lets the thread run to the next boundary at which @step has something to do. @position: that of
 * the point where it stands in a block that has not written the count back yet, or 0.
 */
GHES_STEP_NO_TSAN static void run_to_next_stop(struct ghes_step_tls *tls, struct ghes_step *step,
					       uint64_t position)
{
	uint64_t next = earlier(step->at, step->limit, step->passed);

	step->stopped = false;
	step->loaded = next == UINT64_MAX ? 0 : next - step->passed;
	tls->current = step;
	tls->count = step->loaded + position;
}

/*
 * Called by the trampoline, on the interrupted stack. A point hits when the count equals its
 * position in the block; the last one of a block has written back the difference, zero. Either
 * way the count says how much of it the block will still take off for points passed already.
 */
GHES_STEP_NO_TSAN void ghes_step_hit(const struct ghes_step_point *point)
{
	struct ghes_step_tls *tls = this_thread();
	struct ghes_step *step = tls->current;
	uint64_t position = tls->count;

	/* Nobody is counting: the word has come round by itself, after 2^64 points. */
	if (!step || step->stopped)
		return;
	tls->count = 0;
	step->passed += step->loaded;
	step->point = point;
	step->stopped = true;
	if (step->passed == step->at) {
		step->fired++;
		if (step->cover)
			ghes_step_cover_mark(step->cover, point);
		step->handler(step, step->arg);
	}
	if (step->passed == step->limit)
		step->stuck(step, step->arg);
	run_to_next_stop(tls, step, position);
}

GHES_STEP_NO_TSAN void ghes_step_arm(struct ghes_step *step)
{
	struct ghes_step_tls *tls = this_thread();

	assert(step->handler || !step->at);
	assert(step->stuck || !step->limit);
	step->outer = tls->current;
	step->outer_count = tls->count;
	step->level = step->outer ? step->outer->level + 1 : 0;
	step->passed = 0;
	step->fired = 0;
	step->point = NULL;
	tls->entry = ghes_step_entry;
	run_to_next_stop(tls, step, 0);
}

GHES_STEP_NO_TSAN void ghes_step_rearm(struct ghes_step *step)
{
	struct ghes_step_tls *tls = this_thread();

	step->outer = tls->current;
	step->outer_count = tls->count;
	run_to_next_stop(tls, step, 0);
}

GHES_STEP_NO_TSAN uint64_t ghes_step_passed(const struct ghes_step *step)
{
	const struct ghes_step_tls *tls = this_thread();

	if (step->stopped || tls->current != step)
		return step->passed;
	return step->passed + (step->loaded - tls->count);
}

GHES_STEP_NO_TSAN uint64_t ghes_step_disarm(struct ghes_step *step)
{
	struct ghes_step_tls *tls = this_thread();

	step->passed = ghes_step_passed(step);
	step->stopped = true;
	tls->current = step->outer;
	tls->count = step->outer_count;
	return step->passed;
}

GHES_STEP_NO_TSAN struct ghes_step *ghes_step_current(void)
{
	return this_thread()->current;
}

GHES_STEP_NO_TSAN void ghes_step_park(struct ghes_step_parked *parked)
{
	struct ghes_step_tls *tls = this_thread();

	parked->count = tls->count;
	parked->scratch = tls->scratch;
	parked->current = tls->current;
	tls->count = 0;
	tls->current = NULL;
}

GHES_STEP_NO_TSAN void ghes_step_unpark(const struct ghes_step_parked *parked)
{
	struct ghes_step_tls *tls = this_thread();

	tls->count = parked->count;
	tls->scratch = parked->scratch;
	tls->current = parked->current;
}

/* ---- points ---------------------------------------------------------------------------------- */

/* The name up to the suffix that the compiler added when it split or cloned the function. */
static size_t base_length(const char *function)
{
	return strcspn(function, ".");
}

static bool same_function(const struct ghes_step_point *point, const char *name, size_t length)
{
	const char *function = ghes_step_point_function(point);

	return base_length(function) == length && !strncmp(function, name, length);
}

int ghes_step_describe(const struct ghes_step_module *module, const struct ghes_step_point *point,
		       char *buf, size_t size)
{
	const struct ghes_step_point *first = point, *last = point;
	const char *function = ghes_step_point_function(point);

	while (first > module->begin && ghes_step_point_function(first - 1) == function)
		first--;
	while (last + 1 < module->end && ghes_step_point_function(last + 1) == function)
		last++;
	return snprintf(buf, size, "%s insn %td/%td (%s:%u)", function, point - first + 1,
			last - first + 1, ghes_step_point_file(point), point->line);
}

int ghes_step_cover_init(struct ghes_step_cover *cover, const struct ghes_step_module *module)
{
	size_t points = (size_t)(module->end - module->begin);

	cover->module = module;
	cover->bits = calloc(points / 64 + 1, sizeof(*cover->bits));
	return cover->bits ? 0 : -ENOMEM;
}

void ghes_step_cover_fini(struct ghes_step_cover *cover)
{
	free(cover->bits);
	cover->bits = NULL;
}

GHES_STEP_NO_TSAN void ghes_step_cover_mark(struct ghes_step_cover *cover,
					    const struct ghes_step_point *point)
{
	size_t index = (size_t)(point - cover->module->begin);

	if (point >= cover->module->begin && point < cover->module->end)
		cover->bits[index / 64] |= UINT64_C(1) << (index % 64);
}

void ghes_step_cover_count(const struct ghes_step_cover *cover, const char *name, size_t *hit,
			   size_t *existing)
{
	const struct ghes_step_point *begin = cover->module->begin, *end = cover->module->end;
	size_t length = name ? base_length(name) : 0;

	*hit = 0;
	*existing = 0;
	for (size_t i = 0; i < (size_t)(end - begin); i++) {
		if (name && !same_function(&begin[i], name, length))
			continue;
		*existing += 1;
		*hit += cover->bits[i / 64] >> (i % 64) & 1;
	}
}
