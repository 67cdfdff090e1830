/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupting stepped code at a chosen instruction boundary.
 *
 * Stepped code is compiler output into which ghes-step-as put a point before each instruction
 * (step_as.c). A *boundary* is the state just before an instruction executes. Boundaries of a path
 * are numbered from 1 in the order in which the path reaches them; a path that executes N
 * instructions has N of them.
 *
 * Flow: arm a struct ghes_step -> run stepped code -> at boundary `at` the handler runs, as a
 * direct call on the same stack, with every register preserved -> the code goes on -> disarm,
 * which returns the number of boundaries reached.
 *
 *	static void nmi(struct ghes_step *step, void *arg)
 *	{
 *		notify(arg);                     // may itself be stepped code
 *	}
 *
 *	struct ghes_step step = { .at = 17, .handler = nmi, .arg = machine };
 *
 *	ghes_step_arm(&step);
 *	drain(machine);                          // stepped code
 *	reached = ghes_step_disarm(&step);       // step.fired: did it have a 17th boundary?
 *
 * Nesting: a handler arms a step of its own around the stepped code that it runs; its level is one
 * more than that of the step it interrupted. While a handler runs, the interrupted path's count
 * stands still.
 *
 * Leaving: a handler may longjmp() to a frame below the armed code, which then disarms the
 * outermost step that it abandons. Or it may never return: parked for ever while another fiber or
 * thread goes on. Before it switches to another fiber of the same thread it calls
 * ghes_step_park(), after it is back ghes_step_unpark(). It must be resumed on the thread that it
 * was parked on.
 *
 * Contexts. All state is per thread; nothing is shared, nothing locks.
 *
 *	                        task    in a handler    in a signal handler
 *	  stepped code           y           y            y, between park and unpark
 *	  arm, disarm, passed    y           y            y, between park and unpark
 *	  cover_init, _fini      y           n            n      (malloc)
 *	  everything else        y           y            y
 *
 * Progress: every function here is wait-free but cover_init and cover_fini.
 *
 * Preserved over a handler: all general and vector registers and flags that baseline code can
 * hold, the red zone, MXCSR or FPSR/FPCR. Not preserved: errno (a handler that may change it saves
 * it). A debugger that unwinds out of a handler stops at the point.
 *
 * A thread ends with nothing armed. x86-64 needs glibc (step_abi.h).
 */
#ifndef GHES_STEP_H
#define GHES_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One instruction of a stepped object, as ghes-step-as describes it. Offsets are from the field. */
struct ghes_step_point {
	int32_t insn;	  /* the instruction */
	int32_t function; /* name of the symbol that it lies behind; "f.cold" is not "f" */
	int32_t file;	  /* source file as the compiler knows it, "?" without -g */
	uint32_t line;
};

/*
 * The points of one linked module. Every module with stepped code defines `ghes_step_module`:
 * declared here for the module that the caller is linked into, by dlsym() for another one.
 */
struct ghes_step_module {
	const struct ghes_step_point *begin, *end;
};

extern const struct ghes_step_module ghes_step_module;

static inline uintptr_t ghes_step_point_pc(const struct ghes_step_point *point)
{
	return (uintptr_t)&point->insn + (intptr_t)point->insn;
}

static inline const char *ghes_step_point_function(const struct ghes_step_point *point)
{
	return (const char *)&point->function + point->function;
}

static inline const char *ghes_step_point_file(const struct ghes_step_point *point)
{
	return (const char *)&point->file + point->file;
}

/*
 * Writes "function insn 3/17 (file.c:42)" into @buf: the third of the 17 instructions of that
 * function in @module. Always terminates the text; returns its full length, as snprintf() does.
 */
int ghes_step_describe(const struct ghes_step_module *module, const struct ghes_step_point *point,
		       char *buf, size_t size);

/*
 * Which points of a module a handler has run at. Owned by the caller, from _init to _fini; written
 * by ghes_step's own hit, in the context of the interrupted thread. One thread at a time.
 */
struct ghes_step_cover {
	const struct ghes_step_module *module;
	uint64_t *bits;
};

/* Returns 0 or -ENOMEM. */
int ghes_step_cover_init(struct ghes_step_cover *cover, const struct ghes_step_module *module);
void ghes_step_cover_fini(struct ghes_step_cover *cover);
/* A point of another module is ignored. */
void ghes_step_cover_mark(struct ghes_step_cover *cover, const struct ghes_step_point *point);
/*
 * Boundaries hit and existing of the function @name, or of the module if @name is NULL. A function
 * that the compiler split ("f", "f.cold", "f.part.0", "f.constprop.0") counts as one.
 */
void ghes_step_cover_count(const struct ghes_step_cover *cover, const char *name, size_t *hit,
			   size_t *existing);

/*
 * One armed path. The caller owns it, from ghes_step_arm() to ghes_step_disarm(), and sets the
 * first group beforehand; the handler may change that group too, e.g. set `at` to a later boundary
 * to run again there. The second group is for reading.
 *
 * Invariant: passed is exact at a stop; between stops passed + loaded - the thread's count is,
 * wherever a block of instructions has ended (step_as.h).
 */
struct ghes_step {
	uint64_t at;	/* boundary at which handler runs; 0: none */
	uint64_t limit; /* boundary at which stuck runs; 0: none. A bound on progress */
	void (*handler)(struct ghes_step *step, void *arg);
	/* Usually leaves by longjmp(). If it returns, the path goes on without a limit. */
	void (*stuck)(struct ghes_step *step, void *arg);
	void *arg;
	struct ghes_step_cover *cover; /* where the handler's points are marked, or NULL */

	const struct ghes_step_point *point; /* where it stopped last */
	uint64_t passed;		     /* boundaries reached when it stopped last */
	unsigned int fired;		     /* how often handler has run */
	unsigned int level;		     /* 0 for a path that interrupted nothing */

	bool stopped; /* handler or stuck is running */
	uint64_t loaded, outer_count;
	struct ghes_step *outer;
};

/*
 * Counts from here on, on this thread. Points passed while an inner step is armed do not count for
 * the outer one. Neither function is itself stepped.
 */
void ghes_step_arm(struct ghes_step *step);

/*
 * Ends @step, and every step armed inside of it, and goes on counting for the one around it.
 * Returns the number of boundaries reached: the length of the path in instructions.
 */
uint64_t ghes_step_disarm(struct ghes_step *step);

/*
 * Goes on counting for @step, which was disarmed, inside of whatever is armed now: a path that is
 * run in turns with others. Its handler may be called again only where `at` is still to come. Not
 * in the middle of stepped code's blocks: where it was left, it had called something.
 */
void ghes_step_rearm(struct ghes_step *step);

/*
 * Boundaries reached so far. Only on the thread that armed @step. In a signal handler it may lag
 * behind by a few instructions: points write the count back once for each block.
 */
uint64_t ghes_step_passed(const struct ghes_step *step);

/* The innermost armed step of this thread, or NULL. */
struct ghes_step *ghes_step_current(void);

/* What a thread was doing, put aside. */
struct ghes_step_parked {
	uint64_t count, scratch;
	struct ghes_step *current;
};

/*
 * Put aside this thread's counting and start with nothing armed; take it up again. Around a switch
 * to another fiber, and around stepped code in a signal handler: an asynchronous signal may have
 * arrived in the middle of a point, a synchronous one in the middle of a block.
 */
void ghes_step_park(struct ghes_step_parked *parked);
void ghes_step_unpark(const struct ghes_step_parked *parked);

#endif
