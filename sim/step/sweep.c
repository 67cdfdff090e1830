// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sweep over schedules; see the header for what it promises.
 *
 * One `struct run` per run holds a step per level: step[0] counts the path, step[k] the handler of
 * the k-th notification. step[k].at is where notification k + 1 lands.
 */
#include "sweep.h"
#include "step_internal.h"

#include <errno.h>
#include <setjmp.h>
#include <string.h>

struct run {
	const struct ghes_step_target *target;
	const struct ghes_step_options *options;
	const struct ghes_step_schedule *schedule;
	struct ghes_step step[GHES_STEP_LEVELS_MAX + 1];
	uint64_t *learning; /* classes of the innermost path are found out: where they go */
	unsigned int base;  /* level of step[0]: not 0 if the sweep itself runs inside a handler */
	jmp_buf out;
};

struct sweep {
	struct run run;
	struct ghes_step_schedule schedule;
	struct ghes_step_result *result;
	uint64_t random;
	int last_code;
	bool returning; /* on the way to options->from: what is run again was counted before */
};

/* ---- one run --------------------------------------------------------------------------------- */

struct delivery {
	struct run *run;
	unsigned int level;
};

GHES_STEP_NO_TSAN static void arm_level(struct run *run, unsigned int level);

/* The handler's side of a notification: its own path is armed for the next one. */
GHES_STEP_NO_TSAN static void deliver(void *arg)
{
	const struct delivery *delivery = arg;
	struct run *run = delivery->run;

	arm_level(run, delivery->level);
	run->target->notify(run->target->ctx, delivery->level);
	ghes_step_disarm(&run->step[delivery->level]);
}

GHES_STEP_NO_TSAN static void interrupt(struct ghes_step *step, void *arg)
{
	struct run *run = arg;
	struct delivery delivery = {run, step->level - run->base + 1};

	if (run->options->fibers)
		ghes_step_fibers_call(run->options->fibers, deliver, &delivery);
	else
		deliver(&delivery);
}

GHES_STEP_NO_TSAN static void leave_stuck(struct ghes_step *step, void *arg)
{
	struct run *run = arg;

	(void)step;
	/* Before the jump: ThreadSanitizer looks for the jmp_buf among those of the fiber it is on.
	 */
	if (run->options->fibers)
		ghes_step_fibers_abandon(run->options->fibers);
	longjmp(run->out, 1);
}

/* At each boundary of the innermost path: does it begin a class? */
static void learn(struct ghes_step *step, void *arg)
{
	struct run *run = arg;
	const struct ghes_step_watch *watch = run->options->watch;
	uint64_t n = step->passed - 1;

	if (n >= watch->bits) {
		step->at = 0;
		return;
	}
	if (watch->touched(watch->arg) || !n)
		run->learning[n / 64] |= UINT64_C(1) << (n % 64);
	step->at = step->passed + 1;
}

GHES_STEP_NO_TSAN static void arm_level(struct run *run, unsigned int level)
{
	struct ghes_step *step = &run->step[level];
	bool innermost = level == run->schedule->levels;

	step->at = innermost ? 0 : run->schedule->at[level];
	step->limit = run->options->limit;
	step->handler = interrupt;
	if (innermost && run->learning) {
		step->at = 1;
		step->handler = learn;
	}
	step->stuck = leave_stuck;
	step->arg = run;
	step->cover = run->options->cover;
	ghes_step_arm(step);
}

GHES_STEP_NO_TSAN static void sync_levels(const struct run *run)
{
	if (run->options->fibers)
		ghes_step_fibers_sync(run->options->fibers);
}

GHES_STEP_NO_TSAN static int run_once(struct run *run)
{
	struct ghes_step *around = ghes_step_current();

	run->base = around ? around->level + 1 : 0;
	for (unsigned int i = 0; i < run->schedule->levels; i++)
		run->step[i].fired = 0;
	run->target->reset(run->target->ctx);
	sync_levels(run);
	if (run->options->limit && _setjmp(run->out)) {
		ghes_step_disarm(&run->step[0]);
		sync_levels(run);
		return GHES_STEP_STUCK;
	}
	arm_level(run, 0);
	run->target->path(run->target->ctx);
	ghes_step_disarm(&run->step[0]);
	sync_levels(run);
	for (unsigned int i = 0; i < run->schedule->levels; i++)
		if (!run->step[i].fired)
			return GHES_STEP_MISSED;
	return run->target->judge(run->target->ctx);
}

int ghes_step_run(const struct ghes_step_target *target, const struct ghes_step_options *options,
		  const struct ghes_step_schedule *schedule, const struct ghes_step_point **points)
{
	struct run run = {.target = target, .options = options, .schedule = schedule};
	int code = run_once(&run);

	for (unsigned int i = 0; points && i < GHES_STEP_LEVELS_MAX; i++)
		points[i] = i < schedule->levels && run.step[i].fired ? run.step[i].point : NULL;
	return code;
}

/* ---- all runs -------------------------------------------------------------------------------- */

static void report(struct sweep *sweep, int code)
{
	const struct ghes_step_options *options = sweep->run.options;
	const struct ghes_step_point *points[GHES_STEP_LEVELS_MAX] = {NULL};
	struct ghes_step_result *result = sweep->result;

	if (!result->defects++) {
		result->first = sweep->schedule;
		result->first_code = code;
	}
	result->stuck += code == GHES_STEP_STUCK;
	result->missed += code == GHES_STEP_MISSED;
	for (unsigned int i = 0; i < sweep->schedule.levels; i++)
		points[i] = sweep->run.step[i].point;
	if (options->defect)
		options->defect(options->arg, &sweep->schedule, code, points);
}

/* Runs the schedule; false if the sweep is to end. */
static bool judge_schedule(struct sweep *sweep)
{
	const struct ghes_step_options *options = sweep->run.options;
	struct ghes_step_result *result = sweep->result;
	unsigned int levels = sweep->schedule.levels;
	int code;

	if (options->stop && options->stop(options->arg)) {
		result->incomplete = true;
		result->next = sweep->returning ? *options->from : sweep->schedule;
		return false;
	}
	code = run_once(&sweep->run);
	sweep->last_code = code;
	result->runs++;
	for (unsigned int i = 0; i < levels; i++)
		result->notifications += sweep->run.step[i].fired;
	if (levels && !sweep->returning)
		result->level[levels - 1].hit += sweep->run.step[levels - 1].fired;
	if (code)
		report(sweep, code);
	return true;
}

static uint64_t draw(struct sweep *sweep, uint64_t below)
{
	/* SplitMix64: a full-period step and a mix; a modulo of this size biases nothing. */
	uint64_t z = sweep->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % below;
}

/* The classes of the path that the schedule leads into, or NULL: each boundary is one. */
static const uint64_t *find_classes(struct sweep *sweep, unsigned int level, uint64_t length)
{
	const struct ghes_step_watch *watch = sweep->run.options->watch;

	if (!watch || length > watch->bits || !length ||
	    (!level && sweep->run.options->levels == 1 && !sweep->run.options->merge_first))
		return NULL;
	memset(watch->classes[level], 0, (length + 63) / 64 * sizeof(uint64_t));
	sweep->run.learning = watch->classes[level];
	watch->begin(watch->arg);
	run_once(&sweep->run);
	watch->end(watch->arg);
	sweep->run.learning = NULL;
	return watch->classes[level];
}

static bool begins_class(const uint64_t *classes, uint64_t n)
{
	return !classes || classes[n / 64] >> (n % 64) & 1;
}

static uint64_t count_classes(const uint64_t *classes, uint64_t length)
{
	uint64_t n = 0;

	for (uint64_t i = 0; i < length; i++)
		n += begins_class(classes, i);
	return n;
}

/* Places of this level that an earlier sweep has done with. */
static uint64_t places_before(struct sweep *sweep, unsigned int level, uint64_t places)
{
	const struct ghes_step_schedule *from = sweep->run.options->from;

	if (!sweep->returning)
		return 0;
	if (!from->at[level] || from->at[level] > places) {
		sweep->result->missed++; /* not the sweep that it was taken from */
		sweep->returning = false;
		return places;
	}
	sweep->returning = level + 1 < from->levels;
	return from->at[level] - 1;
}

/* The run just made ended with an innermost path of some length: interrupt that path too. */
static bool sweep_innermost(struct sweep *sweep)
{
	const struct ghes_step_options *options = sweep->run.options;
	unsigned int level = sweep->schedule.levels;
	struct ghes_step_level *figures = &sweep->result->level[level];
	uint64_t length = sweep->last_code == GHES_STEP_STUCK ? 0 : sweep->run.step[level].passed;
	bool sampled = options->complete && level >= options->complete;
	uint64_t places = sampled && options->samples < length ? options->samples : length;
	const uint64_t *classes = places == length ? find_classes(sweep, level, length) : NULL;
	bool go_on = true;

	if (!sweep->returning) {
		figures->existing += length;
		figures->classes += count_classes(classes, length);
	}
	if (length > figures->longest)
		figures->longest = length;
	for (uint64_t i = places_before(sweep, level, places); i < places && go_on; i++) {
		uint64_t n = places == length ? i : draw(sweep, length);

		/* The first level is run at every boundary, classes or not, unless asked not to. */
		if ((level || options->merge_first) && !begins_class(classes, n))
			continue;
		sweep->schedule.levels = level + 1;
		sweep->schedule.at[level] = n + 1;
		go_on = judge_schedule(sweep);
		if (go_on && level + 1 < options->levels && begins_class(classes, n) &&
		    sweep->last_code != GHES_STEP_MISSED)
			go_on = sweep_innermost(sweep);
	}
	sweep->schedule.levels = level;
	return go_on;
}

int ghes_step_sweep(const struct ghes_step_target *target, const struct ghes_step_options *options,
		    struct ghes_step_result *result)
{
	struct sweep sweep = {
		.run = {.target = target, .options = options},
		.result = result,
		.random = options->seed,
	};

	if (!options->levels || options->levels > GHES_STEP_LEVELS_MAX ||
	    (options->fibers && options->fibers->levels < options->levels))
		return -EINVAL;
	memset(result, 0, sizeof(*result));
	sweep.run.schedule = &sweep.schedule;
	sweep.returning = options->from && options->from->levels;
	if (judge_schedule(&sweep))
		sweep_innermost(&sweep);
	return 0;
}

/* ---- parking --------------------------------------------------------------------------------- */

struct parking {
	struct run run;
	struct ghes_step other;
	struct ghes_step_suspension seen;
};

/* The path stands still from here on. The other CPU is this thread, with nothing else armed. */
static void park(struct ghes_step *step, void *arg)
{
	struct parking *parking = arg;
	struct run *run = &parking->run;

	(void)step;
	parking->other = (struct ghes_step){
		.limit = run->options->limit,
		.stuck = leave_stuck,
		.arg = run,
	};
	ghes_step_arm(&parking->other);
	run->target->other(run->target->ctx);
	ghes_step_disarm(&parking->other);
	parking->seen.code = GHES_STEP_HELD;
	longjmp(run->out, 1);
}

/* Returns false if the path ended; otherwise park() or leave_stuck() has jumped here. */
static bool run_until_parked(struct run *run)
{
	if (_setjmp(run->out))
		return true;
	ghes_step_arm(&run->step[0]);
	run->target->path(run->target->ctx);
	return false;
}

/* Parks the path at @boundary; false if the path ends before. */
static bool park_at(struct parking *parking, uint64_t boundary)
{
	const struct ghes_step_target *target = parking->run.target;
	struct ghes_step *step = &parking->run.step[0];
	bool parked;

	*step = (struct ghes_step){
		.at = boundary,
		.handler = park,
		.arg = parking,
		.cover = parking->run.options->cover,
	};
	parking->seen.code = GHES_STEP_STUCK;
	target->reset(target->ctx);
	parked = run_until_parked(&parking->run);
	if (parked) {
		parking->seen.boundary = boundary;
		parking->seen.point = step->point;
		parking->seen.steps = ghes_step_passed(&parking->other);
	}
	ghes_step_disarm(step);
	if (parked && parking->seen.code == GHES_STEP_HELD)
		parking->seen.code = target->judge(target->ctx);
	return parked;
}

int ghes_step_suspend_sweep(const struct ghes_step_target *target,
			    const struct ghes_step_options *options,
			    void (*visit)(void *arg, const struct ghes_step_suspension *suspension),
			    struct ghes_step_suspend_result *result)
{
	struct parking parking = {.run = {.target = target, .options = options}};
	const struct ghes_step_suspension *seen = &parking.seen;

	if (!options->limit || !target->other)
		return -EINVAL;
	memset(result, 0, sizeof(*result));
	for (;;) {
		if (options->stop && options->stop(options->arg)) {
			result->incomplete = true;
			break;
		}
		if (!park_at(&parking, result->boundaries + 1))
			break;
		result->boundaries++;
		if (seen->code == GHES_STEP_STUCK)
			result->blocked++;
		else if (seen->code)
			result->defects++;
		if (seen->code != GHES_STEP_STUCK && seen->steps > result->most_steps)
			result->most_steps = seen->steps;
		if (visit)
			visit(options->arg, seen);
	}
	return 0;
}
