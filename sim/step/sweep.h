/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A notification at every instruction boundary of a path, and at every boundary of the handler
 * that landed there: one run per place, each run set up and judged by the caller.
 *
 * Flow: path without notification gives its length N -> for each i in 1..N: reset, path with the
 * notification at i, judge -> the handler's own length M_i in that run -> for each j in 1..M_i: the
 * same with a second notification at j of the first one's handler -> and so on.
 *
 * Two boundaries with nothing between them that another context could see or change - only
 * registers and the path's own stack - are one place: a notification cannot tell them apart, nor
 * the path where it came. With a `watch`, deeper levels make one run for each such class instead of
 * one for each boundary; which boundaries begin a class is found out in a run of its own for each
 * interrupted path. An object on a path's own stack that others were given a pointer to counts as
 * private, which is the limit of this.
 *
 * Nothing is guessed: the length of each path is that of the very run that is about to be
 * interrupted, and every planned notification is checked to have fired. If one has not, the path
 * is not deterministic under reset and the sweep says so (`missed`); it does not pass.
 *
 * What a pass does not prove: anything about other CPUs, and, on levels that are sampled, anything
 * about the places not drawn. `existing` and `hit` say which.
 *
 * All functions: task context, one sweep at a time per thread. They allocate nothing.
 */
#ifndef GHES_STEP_SWEEP_H
#define GHES_STEP_SWEEP_H

#include "step.h"
#include "step_fiber.h"

/* What is swept. All callbacks get @ctx; path, notify and other run stepped code. */
struct ghes_step_target {
	void (*reset)(void *ctx); /* back to the same state, every time */
	void (*path)(void *ctx);  /* the code that is interrupted */
	/* The notification: @level 1 interrupts the path, 2 the handler of level 1... */
	void (*notify)(void *ctx, unsigned int level);
	int (*judge)(void *ctx);  /* 0: all held; else a positive code for what did not */
	void (*other)(void *ctx); /* suspend only: what another CPU does meanwhile */
	void *ctx;
};

/* Where the notifications of a run landed: at[0] in the path, at[1] in the first handler... */
struct ghes_step_schedule {
	unsigned int levels;
	uint64_t at[GHES_STEP_LEVELS_MAX];
};

enum ghes_step_verdict {
	GHES_STEP_HELD = 0,    /* judge's own codes are positive */
	GHES_STEP_STUCK = -1,  /* more than `limit` instructions on one level */
	GHES_STEP_MISSED = -2, /* a planned notification found its boundary gone */
};

/* What can be seen by others, as far as one path touches it. */
struct ghes_step_watch {
	/* The run that begins is one to learn from; and it has ended. */
	void (*begin)(void *arg);
	void (*end)(void *arg);
	/* Was anything of it touched since the last call (or begin)? Called at each boundary. */
	bool (*touched)(void *arg);
	void *arg;
	/* Room for the classes of each level: @bits boundaries. Longer paths are not merged. */
	uint64_t *classes[GHES_STEP_LEVELS_MAX];
	uint64_t bits;
};

struct ghes_step_options {
	unsigned int levels;   /* notifications nest this deep, 1..GHES_STEP_LEVELS_MAX */
	unsigned int complete; /* the first so many levels at every boundary; 0: all */
	uint64_t samples;      /* on deeper levels: boundaries drawn for each interrupted handler */
	uint64_t seed;	       /* for these draws */
	uint64_t limit;	       /* instructions on one level before it counts as stuck; 0: none */
	/* Called for each defect, with the point of each level's interruption; may be NULL. */
	void (*defect)(void *arg, const struct ghes_step_schedule *schedule, int code,
		       const struct ghes_step_point *const *points);
	/* Asked before each run; true ends the sweep as incomplete. May be NULL. */
	bool (*stop)(void *arg);
	void *arg;
	struct ghes_step_cover *cover; /* static coverage, or NULL */
	/* Handlers run on these (needed under ThreadSanitizer), at least `levels` of them. Or NULL
	 */
	struct ghes_step_fibers *fibers;
	/* Levels beyond the first: one run a class. NULL: one run a boundary on all levels. */
	const struct ghes_step_watch *watch;
	bool merge_first; /* with a watch: the first level, too */
	/*
	 * Go on at this run, the `next` of an incomplete sweep of the same target with the same
	 * options; NULL: begin at the first. Runs that only lead there again are not counted as
	 * hits, nor are the boundaries of paths that the earlier sweep has counted. On sampled
	 * levels the draws are other ones; give no levels beyond `complete`.
	 */
	const struct ghes_step_schedule *from;
};

/*
 * One level. A level-k boundary is one of a path that k notifications have led into; complete
 * means hit == existing or, merged, hit == classes.
 */
struct ghes_step_level {
	uint64_t existing; /* boundaries of all paths that were candidates on this level */
	uint64_t classes;  /* of them, the first ones of their classes; existing if not merged */
	uint64_t hit;	   /* those at which a notification did land */
	uint64_t longest;  /* the longest of these paths */
};

struct ghes_step_result {
	uint64_t runs, notifications, defects, stuck, missed;
	bool incomplete;		/* stop said so, */
	struct ghes_step_schedule next; /* before this run */
	struct ghes_step_level level[GHES_STEP_LEVELS_MAX];
	struct ghes_step_schedule first; /* of the first defect */
	int first_code;
};

/* 0, or -EINVAL for options out of range. Defects are in @result, not in the return value. */
int ghes_step_sweep(const struct ghes_step_target *target, const struct ghes_step_options *options,
		    struct ghes_step_result *result);

/*
 * One run, as the schedule says: what replay does. Returns judge's code or a verdict. @points may
 * be NULL; else GHES_STEP_LEVELS_MAX of them: before which instruction the notification of each
 * level landed, NULL where it has not.
 */
int ghes_step_run(const struct ghes_step_target *target, const struct ghes_step_options *options,
		  const struct ghes_step_schedule *schedule, const struct ghes_step_point **points);

/* What the other CPU did while the path stood still at one boundary. */
struct ghes_step_suspension {
	uint64_t boundary;
	const struct ghes_step_point *point;
	uint64_t steps; /* instructions that the other CPU executed */
	int code;	/* GHES_STEP_HELD, GHES_STEP_STUCK (no progress), or judge's */
};

struct ghes_step_suspend_result {
	uint64_t boundaries; /* of the path: at each of them it was parked once */
	uint64_t blocked;    /* parked there, it kept the other CPU from finishing */
	uint64_t defects;    /* the other finished, but judge objected */
	uint64_t most_steps; /* that the other needed when it did finish */
	bool incomplete;     /* options->stop said so */
};

/*
 * Parks the path at each boundary for ever and lets target->other run on the same thread: it must
 * finish within options->limit instructions (required). A path on which nothing is blocked is
 * non-blocking for what `other` does, as an observed fact. @visit is called per boundary, may be
 * NULL. notify is not used. options->stop is asked before each boundary. Returns 0 or -EINVAL.
 */
int ghes_step_suspend_sweep(const struct ghes_step_target *target,
			    const struct ghes_step_options *options,
			    void (*visit)(void *arg, const struct ghes_step_suspension *suspension),
			    struct ghes_step_suspend_result *result);

#endif
