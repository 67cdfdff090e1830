/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Explore every interleaving of a few CPUs and of the interrupt and NMI-like handlers that nest on
 * them, on unmodified C code.
 *
 * The code under test is compiled with the thread-sanitizer instrumentation of gcc or clang
 * (pkg-config --cflags ghes-explore) and linked to this library instead of libtsan. Every atomic
 * operation and every plain access to memory that more than one context reaches is a step; CPUs
 * are fibers of one OS thread, and the search decides at each step who goes on.
 *
 *	static void cpu0(void *arg) { push(arg); }
 *	static void nmi(void *arg)  { push(arg); }
 *
 *	struct ghes_explore *x = ghes_explore_new(&(struct ghes_explore_config){
 *		.setup = reset, .finish = check, .user = &queue });
 *	ghes_explore_thread(x, "cpu0", 0, cpu0, &queue);
 *	ghes_explore_handler(x, "nmi", 0, 2, 0, nmi, &queue);
 *	enum ghes_explore_verdict v = ghes_explore_run(x, &result);
 *
 * What is explored: one execution for each partial order of the steps (each Mazurkiewicz trace):
 * program order in a context, plus the order of conflicting accesses. A handler is a context of
 * its own: it arrives at a step boundary of its CPU, runs to its end before what it interrupted
 * goes on, and other CPUs move freely meanwhile. Where a handler lands is told apart only as far
 * as something conflicts with it.
 *
 * What a pass does not prove: anything about inputs that the test does not give, executions beyond
 * a bound that ended the search (result.complete is false then), code that was not instrumented
 * and does not say what it uses (ghes_explore_use()), and memory orders weaker than the chosen
 * model shows.
 *
 * Contexts: ghes_explore_new/thread/handler/run/replay/free belong to the host, outside of an
 * execution. Functions marked "in a context" may only be called by the code under test. One search
 * at a time per process: neither kind is thread-safe.
 *
 * Determinism is required: between two executions with the same schedule the code may differ in
 * nothing. Memory it changes is set up again by .setup, or restored by ghes_explore_region().
 */
#ifndef GHES_EXPLORE_H
#define GHES_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ghes/api.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GHES_EXPLORE_MAX_CPUS	  8	/* CPUs in one search */
#define GHES_EXPLORE_MAX_CONTEXTS 16	/* threads and handlers together */
#define GHES_EXPLORE_MAX_STEPS	  16000 /* upper limit of max_steps */
#define GHES_EXPLORE_SLOTS	  16	/* of config.save */

struct ghes_explore;

/* How the tree of executions is walked. */
enum ghes_explore_mode {
	GHES_EXPLORE_DPOR,   /* each Mazurkiewicz trace once (the default) */
	GHES_EXPLORE_BRUTE,  /* each interleaving; counts the distinct traces; for small programs */
	GHES_EXPLORE_RANDOM, /* sampling: a uniform choice at each step */
	GHES_EXPLORE_PCT, /* sampling: random priorities with few change points (Burckhardt 2010) */
};

/*
 * What loads may return. Race detection follows C11's happens-before under both.
 *
 * C11 lets an atomic load return any value that coherence and happens-before (with C++20's rules
 * for seq_cst) allow, among the writes that were executed before it. It shows the weak outcomes of
 * MP, SB, IRIW, WRC and R. It does not show all of C11: each location's modification order is the
 * order of execution (nothing of 2+2W or S beyond interleaving), no load reads a write that comes
 * later (no load buffering, as in RC11), read-modify-writes and compare-exchanges, failing ones
 * too, read the newest value; nothing older is read than a write that ghes_explore_uses() told of.
 * A search under it that finds nothing says nothing about these.
 */
enum ghes_explore_memory {
	GHES_EXPLORE_SC,  /* interleaving: the newest value */
	GHES_EXPLORE_C11, /* as above */
};

enum ghes_explore_verdict {
	GHES_EXPLORE_PASS,	 /* everything within the program explored, nothing found */
	GHES_EXPLORE_FAIL,	 /* at least one defect */
	GHES_EXPLORE_INCOMPLETE, /* nothing found, but a bound ended the search */
	GHES_EXPLORE_ERROR,	 /* misuse: no context, no such shard, no memory */
};

/* What ended a search that is not complete. */
enum ghes_explore_bound {
	GHES_EXPLORE_NO_BOUND,
	GHES_EXPLORE_EXECUTIONS,  /* max_executions */
	GHES_EXPLORE_SECONDS,	  /* max_seconds */
	GHES_EXPLORE_PREEMPTIONS, /* at least one schedule was left out by max_preemptions */
	GHES_EXPLORE_STEPS,	  /* an execution ran into max_steps */
	GHES_EXPLORE_SAMPLED,	  /* mode RANDOM or PCT: never complete */
	GHES_EXPLORE_DEFECTS,	  /* max_defects reached */
	GHES_EXPLORE_SHARDED,	  /* this shard's part is done; the others are not known */
	GHES_EXPLORE_STOPPED,	  /* by .stop */
	GHES_EXPLORE_RESTARTED,	  /* a shard learned what the others may not know: try without */
	GHES_EXPLORE_EXPECTED,	  /* expected findings ended executions: their rest was not seen */
};

/* One finding. Strings belong to the search and live until ghes_explore_free(). */
struct ghes_explore_defect {
	const char *oracle;   /* "race", "lock", "progress", "bounds", "leak", "context", "mask",
			       * "crash", "check", "usage" (a wrong argument), "determinism" (the
			       * program does not repeat itself), or the caller's */
	const char *message;  /* one line */
	const char *schedule; /* what ghes_explore_replay() takes */
	const char *context;  /* name of the context that was running */
	const char *location; /* file:line of the step, "?" when unknown */
	const char *report; /* several lines: both contexts and stacks of a race, wait-for chain */
	uint64_t execution; /* number of the execution that found it, from 1 */
	const void *pc[2];  /* as of a struct ghes_explore_finding */
};

/* What an execution found, before anything is made of it. */
struct ghes_explore_finding {
	const char *oracle, *message;
	/* Return addresses into the code under test: where; of a race, where the other side was. */
	const void *pc[2];
};

struct ghes_explore_result {
	enum ghes_explore_verdict verdict;
	enum ghes_explore_bound bound;
	bool complete;	      /* every trace of the program (or of the shard) was explored */
	uint64_t executions;  /* that ran to their end: one for each trace */
	uint64_t redundant;   /* abandoned as equivalent to an earlier one */
	uint64_t blocked;     /* of executions: ended by assume() or a stuck context */
	uint64_t failed;      /* of executions: ended by a defect (a deadlock is counted wherever
			       * it strikes: the trace of what came before is not maximal) */
	uint64_t traces;      /* mode BRUTE: distinct traces seen */
	uint64_t steps;	      /* steps over all executions, replayed ones included */
	uint64_t arrivals;    /* handlers run, over all executions */
	uint64_t nested;      /* of these: on top of another handler */
	uint64_t interrupted; /* of these: on top of anything unfinished */
	uint64_t restarts;    /* searches begun anew because more memory turned out to be shared */
	unsigned int max_depth; /* steps of the longest execution */
	double seconds;
	double estimate;   /* guess of executions in all, rather too low; 0: unknown */
	uint64_t expected; /* findings that config.expected said yes to */
	size_t defect_count;
	const struct ghes_explore_defect *defects;
};

/* A data race, as it happens; pcs are return addresses into the instrumented code. */
struct ghes_explore_race {
	int context[2]; /* earlier and later access in this execution */
	const void *pc[2];
	uintptr_t address[2];
	bool write[2], atomic[2];
	bool torn; /* context[1] landed in the middle of the access of context[0], on one CPU */
};

/* All zero is a sensible search: DPOR, SC, no bound, stop at the first defect. */
struct ghes_explore_config {
	enum ghes_explore_mode mode;
	enum ghes_explore_memory memory;

	/*
	 * setup: brings the program to its initial state before each execution; not a step.
	 * finish: runs after all contexts have ended, ordered after them; checks the final state
	 * (ghes_explore_check()). Not called for executions that got stuck. Both may be NULL and
	 * may be instrumented code.
	 */
	void (*setup)(void *user);
	void (*finish)(void *user);
	/* Called after each step, for oracles over the host's state; may be NULL. */
	void (*after_step)(void *user);
	/* A context of @cpu goes on from here: for hosts that keep "this CPU"; may be NULL. */
	void (*switched)(void *user, unsigned int cpu);
	/*
	 * May a handler of level @arriving interrupt a context of level @running? NULL: a higher
	 * level interrupts a lower one. Must be a function of its arguments. Whoever may interrupt
	 * a context must be allowed to interrupt what that context interrupted.
	 */
	bool (*may_preempt)(unsigned int running, unsigned int arriving);
	/*
	 * A write to memory that the host itself has made read-only, to learn what executions
	 * change: true, when it may be repeated. Called in a signal handler, at any point of
	 * ghes_explore_run() and ghes_explore_replay(), not after them. A system call that writes
	 * there fails instead. NULL: there is none.
	 */
	bool (*fault)(void *user, const void *address);
	/*
	 * Save what setup() brings to its initial state, in the middle of an execution, and bring
	 * it back: later executions that begin alike then go on from there, without setup(). Called
	 * between two steps, outside of any context: so contexts may be anywhere in their
	 * programs. With and without them a search is the same, but for its time.
	 *
	 * All of that state: also what contexts have allocated, thread-local variables, counts that
	 * finish() or after_step() look at. The contexts' stacks and what the engine keeps (locks,
	 * masks, RCU) are not the host's; nor is what is counted over all executions, of which
	 * restore() must add the part that will not run again.
	 *
	 * @slot: below GHES_EXPLORE_SLOTS, each with a state of its own until it is saved anew; of
	 * this search, so what it was before ghes_explore_run() does not matter. save: false, it
	 * cannot. Either NULL: executions start from setup(). Not asked in a program with a
	 * ghes_explore_region(), once an execution has called ghes_explore_alloc(), while a
	 * schedule is followed, nor in a build with AddressSanitizer.
	 */
	bool (*save)(void *user, unsigned int slot);
	void (*restore)(void *user, unsigned int slot);
	/* What reports call a lock; NULL: its address. May be NULL. */
	const char *(*lock_name)(void *user, const void *lock);
	void *user;

	uint64_t max_executions;      /* 0: no bound */
	double max_seconds;	      /* 0: no bound */
	bool bound_preemptions;	      /* max_preemptions below is in force */
	unsigned int max_preemptions; /* switches away from a context that could have gone on,
				       * arrivals included */
	unsigned int max_steps;	      /* per execution; 0: 10000. Reaching it is a defect */
	unsigned int max_idle_ms;     /* CPU time of a context without a step; 0: 2000. Reaching it
				       * is a defect that ends the search: an endless loop */
	unsigned int max_defects;     /* 0: stop at the first one */
	uint64_t seed;		      /* RANDOM, PCT */
	unsigned int pct_depth;	      /* PCT: priority change points; 0: 3 */
	unsigned int shard, shards;   /* 1 <= shard <= shards; 0, 0: everything */
	size_t stack_bytes;	      /* per context; 0: 64 KiB */
	bool no_races;		      /* leave out the data-race detector */
	bool no_leaks;		      /* do not ask for ghes_explore_alloc() == free at the end */
	bool no_minimise;	      /* give the schedule as it was found */
	bool no_reports;	      /* leave defect.location and .report empty: no second run */

	/* Each race of each execution, also those whose defect is known already; may be NULL. */
	void (*on_race)(void *user, const struct ghes_explore_race *race);
	/*
	 * Asked between executions, once for each finding: is it expected? Then it is none of the
	 * result's defects, and the search goes on. Two messages from one place are two findings;
	 * a race is one by its two places. A race does not end an execution; of one that something
	 * else ended the rest is not seen, and the search is not complete. May be NULL.
	 */
	bool (*expected)(void *user, const struct ghes_explore_finding *finding);
	/* Asked between executions: shall the search end with what it has? May be NULL. */
	bool (*stop)(void *user);
	/* Called about twice a second with the figures so far; may be NULL. */
	void (*progress)(void *user, const struct ghes_explore_result *so_far);
};

/**
 * ghes_explore_new() - prepare a search
 * @config: copied
 *
 * Return: the search, or NULL when there is no memory. ghes_explore_free() gives it back.
 */
GHES_API struct ghes_explore *ghes_explore_new(const struct ghes_explore_config *config);

/** ghes_explore_free() - give back a search and its results; NULL is allowed. */
GHES_API void ghes_explore_free(struct ghes_explore *x);

/**
 * ghes_explore_thread() - the task context of a CPU
 * @x: the search
 * @name: for reports; copied
 * @cpu: 0 .. GHES_EXPLORE_MAX_CPUS - 1; one thread per CPU
 * @fn, @arg: what it runs, once per execution
 *
 * Return: its number (>= 0), or -GHES_EINVAL, -GHES_ENOSPC.
 */
GHES_API int ghes_explore_thread(struct ghes_explore *x, const char *name, unsigned int cpu,
				 void (*fn)(void *arg), void *arg);

/**
 * ghes_explore_handler() - a notification that arrives once in each execution
 * @x: the search
 * @name: for reports; copied
 * @cpu: where it arrives; a CPU without a thread is idle and can be interrupted, too
 * @level: 1 or more, handed to may_preempt()
 * @mask_class: 0: not maskable; 1..8: held back while ghes_explore_mask() of that class is in
 *	force on its CPU
 * @fn, @arg: the handler; runs to its end before what it interrupted goes on
 *
 * Return: its number (>= 0), or -GHES_EINVAL, -GHES_ENOSPC.
 */
GHES_API int ghes_explore_handler(struct ghes_explore *x, const char *name, unsigned int cpu,
				  unsigned int level, unsigned int mask_class,
				  void (*fn)(void *arg), void *arg);

/**
 * ghes_explore_raised_handler() - as ghes_explore_handler(), but arrives only after each raise
 *
 * It runs once for each ghes_explore_raise() that found it not pending (irq_work, self-IPI).
 */
GHES_API int ghes_explore_raised_handler(struct ghes_explore *x, const char *name, unsigned int cpu,
					 unsigned int level, unsigned int mask_class,
					 void (*fn)(void *arg), void *arg);

/**
 * ghes_explore_region() - memory to restore before each execution
 * @x: the search
 * @start, @bytes: copied now, copied back before each setup()
 *
 * Return: 0, -GHES_ENOSPC or -GHES_ENOMEM.
 */
GHES_API int ghes_explore_region(struct ghes_explore *x, void *start, size_t bytes);

/**
 * ghes_explore_ignore() - memory whose accesses are no steps (the host's own counters, logs)
 *
 * Return: 0 or -GHES_ENOSPC.
 */
GHES_API int ghes_explore_ignore(struct ghes_explore *x, const void *start, size_t bytes);

/**
 * ghes_explore_run() - search
 * @x: the search, with at least one context
 * @result: filled in; its strings belong to @x
 *
 * Return: result->verdict.
 */
GHES_API enum ghes_explore_verdict ghes_explore_run(struct ghes_explore *x,
						    struct ghes_explore_result *result);

/**
 * ghes_explore_replay() - one execution, by a schedule
 * @x: a search with the same contexts as the one that gave @schedule
 * @schedule: a defect's
 * @result: filled in
 *
 * Return: FAIL when it fails again, PASS when it does not, ERROR when the schedule does not fit
 * this program.
 */
GHES_API enum ghes_explore_verdict ghes_explore_replay(struct ghes_explore *x, const char *schedule,
						       struct ghes_explore_result *result);

/** ghes_explore_bound_name() - "max-executions" and the like; a constant. */
GHES_API const char *ghes_explore_bound_name(enum ghes_explore_bound bound);

/* In a context: */

/** ghes_explore_fail() - report a defect and end this execution. @oracle: a constant string. */
GHES_API void ghes_explore_fail(const char *oracle, const char *fmt, ...) GHES_PRINTF(2, 3);

/**
 * ghes_explore_fail_at() - as ghes_explore_fail(), of the place @pc
 *
 * @pc: a return address into the code under test; findings of one oracle and one place are one.
 * May also be called by after_step and finish.
 */
GHES_API void ghes_explore_fail_at(const char *oracle, const void *pc, const char *fmt, ...)
	GHES_PRINTF(3, 4);

/** ghes_explore_check() - defect of oracle "check" unless @cond. Also in finish(). */
#define ghes_explore_check(cond)                                                                   \
	((cond) ? (void)0                                                                          \
		: ghes_explore_fail("check", "%s:%d: %s does not hold", __FILE__, __LINE__,        \
				    #cond))

/** ghes_explore_assume() - this context stops here unless @cond: such executions are of no use. */
GHES_API void ghes_explore_assume(bool cond);

/**
 * ghes_explore_relax() - the body of a waiting loop
 *
 * The context goes on once somebody has changed what it read last (cpu_relax() in a loop without
 * other effects, or none but additions marked by ghes_explore_result_unused()). A loop that nobody
 * can end is a livelock, reported by oracle "progress".
 */
GHES_API void ghes_explore_relax(void);

/**
 * ghes_explore_pause() - as ghes_explore_relax(), for loops that may also pass it without waiting
 *
 * Waits only when it is reached a second time with nothing changed that was read in between.
 */
GHES_API void ghes_explore_pause(void);

/**
 * ghes_explore_halt() - this CPU stops for good (panic); does not return
 *
 * The others go on. Whoever waits for what that CPU has, waits until the end, which is no defect;
 * finish() is called.
 */
GHES_API void ghes_explore_halt(void);

/** ghes_explore_choose() - explored with every value 0 .. @n - 1; @n from 1 to 65535. */
GHES_API unsigned int ghes_explore_choose(unsigned int n);

/**
 * ghes_explore_lock() - take a lock, waiting while another context holds it
 * @lock: any address; it stands for the lock and is not accessed
 *
 * A context that waits for something that cannot come is a deadlock (oracle "lock").
 */
GHES_API void ghes_explore_lock(const void *lock);
GHES_API bool ghes_explore_trylock(const void *lock);
GHES_API void ghes_explore_unlock(const void *lock);

/** ghes_explore_mask() - hold back handlers of @mask_class on this CPU. Return: was it masked? */
GHES_API bool ghes_explore_mask(unsigned int mask_class);
GHES_API void ghes_explore_unmask(unsigned int mask_class);

/** ghes_explore_raise() - make a raised handler pending. Return: false when it was already. */
GHES_API bool ghes_explore_raise(int handler);

/* Read-copy update: a grace period waits for the read sections that were open when it began. */
GHES_API void ghes_explore_rcu_read_lock(void);
GHES_API void ghes_explore_rcu_read_unlock(void);
GHES_API void ghes_explore_synchronize_rcu(void);

/**
 * ghes_explore_point() - a step on something that is not memory
 * @kind: name space of @object, 0..255 (firmware memory, slot, clock...)
 * @object: which one
 * @write: conflicts with any access to it; otherwise with writes only
 * @order: memory_order_relaxed ... memory_order_seq_cst: does it synchronise?
 */
GHES_API void ghes_explore_point(unsigned int kind, uint64_t object, bool write, int order);

#define GHES_EXPLORE_MAX_USES 3

/* One thing that code which is not instrumented reads or writes. */
struct ghes_explore_use {
	enum {
		GHES_EXPLORE_OBJECT, /* not memory: as ghes_explore_point() */
		GHES_EXPLORE_MEMORY, /* the word at @id, by an atomic access */
	} what;
	unsigned int kind; /* of an object: 0..255 */
	uint64_t id;	   /* object, or address */
	bool write;
};

/**
 * ghes_explore_uses() - one step for what the caller does until its next step
 * @uses, @n: at most GHES_EXPLORE_MAX_USES; the first one carries the synchronisation
 * @order: as for ghes_explore_point(). Not stronger than acq_rel.
 */
GHES_API void ghes_explore_uses(const struct ghes_explore_use *uses, unsigned int n, int order);

/**
 * ghes_explore_plain() - @bytes at @p are read or written by plain accesses of the caller
 *
 * What the instrumentation would have called for a copy, or for the free of a block: a step for
 * each word that others reach.
 */
GHES_API void ghes_explore_plain(const void *p, size_t bytes, bool write);

/**
 * ghes_explore_result_unused() - nobody looks at what the caller's next addition returns
 *
 * Where a counter is only added to, the order of the additions is nothing that anybody could tell.
 * Called right before an atomic fetch-and-add or fetch-and-subtract, relaxed or release, whose
 * result the program drops (the compiler does not say so), it keeps the search from trying each
 * order. Never needed; wrong where the result is used. No effect with GHES_EXPLORE_C11, nor on what
 * is not 4 or 8 aligned bytes.
 */
GHES_API void ghes_explore_result_unused(void);

/**
 * ghes_explore_alloc() - zeroed memory that is gone at the end of the execution
 *
 * Deterministic addresses; never reused within an execution, so that an access after
 * ghes_explore_free_memory() is always seen (oracle "bounds"). Return: NULL when @bytes is 0 or the
 * context's arena (1 MiB) is full.
 */
GHES_API void *ghes_explore_alloc(size_t bytes);
GHES_API void ghes_explore_free_memory(void *p);

/** ghes_explore_self() - number of the running context, -1 outside of one. */
GHES_API int ghes_explore_self(void);
/** ghes_explore_cpu() - CPU of the running context, -1 outside of one. */
GHES_API int ghes_explore_cpu(void);

#ifdef __cplusplus
}
#endif

#endif
