/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the exploration engine share. Not installed.
 *
 * Flow: tsan_entry.c and calls.c turn what the code under test does into a struct ex_op and call
 * ex_step(); machine.c knows which contexts could go on and asks ex_next() in search.c which one
 * does; trace.c appends the chosen operation to the path, with its clock; dpor.c asks what else
 * should have been tried; race.c looks for data races. explore.c repeats executions until the tree
 * is exhausted.
 *
 * Two kinds of state, kept apart:
 * - the machine (contexts, stacks of contexts on each CPU, locks, masks): begins anew with each
 *   execution and is brought forward by running the program, replayed prefix included;
 * - the analysis (path, access lists, clocks): survives from one execution to the next and is
 *   rolled back event by event to the point where the next execution branches off. In the replayed
 *   prefix nothing is computed again.
 *
 * Invariants: path[1 .. depth] are the events so far; for each object, obj->last leads through
 * acc.prev to all its accesses, newest first; nothing is allocated during an execution.
 */
#ifndef SIM_EXPLORE_ENGINE_H
#define SIM_EXPLORE_ENGINE_H

#include <ghes/explore.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "../watchdog.h"

#define EX_CPUS		      GHES_EXPLORE_MAX_CPUS
#define EX_CTXS		      GHES_EXPLORE_MAX_CONTEXTS
#define EX_SHADOW	      128 /* remembered frames of a call stack */
#define EX_LOCKS	      64
#define EX_REGIONS	      64
#define EX_RELAX	      64  /* objects that a waiting loop is known to have read */
#define EX_TURN		      512 /* reads of a loop's turn; what is longer is no waiting */
#define EX_IDLE_TURNS	      32  /* of a loop that may end by itself, when all others wait */
#define EX_ARENA	      (1u << 20) /* ghes_explore_alloc() per context */
#define EX_FRAMES	      24	 /* frames shown in a report */
#define EX_FINDINGS	      64
#define EX_FATAL_SIGNALS      5
#define EX_PROBE_HANGS_SOONER 8	   /* part of max_idle_ms, when it is known to hang */
#define EX_LEARN_AFTER	      2000 /* executions: a search that long first learns by samples */
#define EX_LEARN_SAMPLES      500
#define EX_CHECKPOINTS	      GHES_EXPLORE_SLOTS
#define EX_CHECKPOINT_STEPS   64 /* that cost less to replay than to save the machine before them */
#define EX_SHARD_DEPTH	      8
#define EX_SHARD_SAMPLES      256
#define EX_SHARD_BEGINNING    2000
#define EX_SHARD_SUBTREES     32 /* for each shard, so that large ones and small ones even out */
#define EX_SHARD_PROBES	      4000

typedef uint32_t ex_mask; /* a set of contexts */

/* A position in the path is at least 1; 0 stands for "before everything". */
typedef int16_t ex_pos;
typedef ex_pos ex_vec __attribute__((vector_size(16)));

/*
 * Clock of the trace order: for each context the position of its last event that comes before. It
 * is a position and not a count, so that one comparison tells whether an event precedes.
 */
struct ex_clock {
	ex_vec half[2];
};

_Static_assert(sizeof(struct ex_clock) == EX_CTXS * sizeof(ex_pos), "a clock entry per context");

static inline ex_pos ex_clock_get(const struct ex_clock *c, unsigned int ctx)
{
	return c->half[ctx >> 3][ctx & 7];
}

static inline void ex_clock_set(struct ex_clock *c, unsigned int ctx, ex_pos pos)
{
	c->half[ctx >> 3][ctx & 7] = pos;
}

static inline ex_vec ex_vec_max(ex_vec a, ex_vec b)
{
	ex_vec m = a > b;

	return (a & m) | (b & ~m);
}

static inline void ex_clock_join(struct ex_clock *a, const struct ex_clock *b)
{
	a->half[0] = ex_vec_max(a->half[0], b->half[0]);
	a->half[1] = ex_vec_max(a->half[1], b->half[1]);
}

/* Does any entry, that of @own aside, lie beyond @pos? */
static inline bool ex_clock_beyond(struct ex_clock c, unsigned int own, ex_pos pos)
{
	ex_vec limit = {pos, pos, pos, pos, pos, pos, pos, pos};
	union {
		ex_vec v;
		uint64_t u[2];
	} m;

	ex_clock_set(&c, own, 0);
	m.v = (c.half[0] > limit) | (c.half[1] > limit);
	return m.u[0] | m.u[1];
}

/*
 * Conflict of accesses to one object: each has a type, and a set of types that it does not commute
 * with. Two accesses conflict when their bytes overlap and one's type is in the other's set.
 */
enum ex_access_type {
	EX_R = 1, /* read; also a failing compare-exchange and a failing trylock */
	EX_W = 2, /* write, successful read-modify-write, lock and unlock */
	EX_M = 4, /* changes what an arrival on this CPU means: mask, lock depth */
	EX_B = 8, /* arrival of a handler on this CPU */
	/*
	 * Addition whose result nobody looks at: one commutes with another of the same width. Not
	 * with one of another width: a carry may be lost between them.
	 */
	EX_A4 = 16,
	EX_A8 = 32,
	EX_WRITES = EX_W | EX_A4 | EX_A8,
};

static inline unsigned int ex_conflicts_of(unsigned int type)
{
	switch (type) {
	case EX_R:
		return EX_WRITES;
	case EX_W:
		return EX_R | EX_WRITES;
	case EX_A4:
	case EX_A8:
		return EX_R | (EX_WRITES & ~type);
	case EX_M:
		return EX_B;
	default:
		return EX_M;
	}
}

struct ex_access {
	uint32_t obj;
	uint32_t prev; /* older access to obj: event position * 4 + slot, 0 = none */
	uint8_t mask;  /* bytes of the 8-byte granule, or bits of an abstract object */
	uint8_t type;  /* enum ex_access_type */
};

enum ex_kind {
	EX_OP_NONE,
	EX_OP_PLAIN_READ,
	EX_OP_PLAIN_WRITE,
	EX_OP_LOAD,
	EX_OP_STORE,
	EX_OP_RMW,
	EX_OP_CAS,
	EX_OP_FENCE,
	EX_OP_BEGIN, /* a handler arrives */
	EX_OP_LOCK,
	EX_OP_TRYLOCK,
	EX_OP_UNLOCK,
	EX_OP_MASK,
	EX_OP_UNMASK,
	EX_OP_LOCK_DEPTH, /* this CPU holds one lock more or less; only where handlers block */
	EX_OP_LATE_START, /* before a thread that else would end the execution right at its start */
	EX_OP_RAISE,
	EX_OP_RELAX,
	EX_OP_CHOOSE,
	EX_OP_POINT,
	EX_OP_RCU_LOCK,
	EX_OP_RCU_UNLOCK,
	EX_OP_GP_START,
	EX_OP_GP_END,
	EX_OP_STUCK, /* assume(false): never enabled */
	EX_OP_HALT,  /* likewise, and without a context that could not go on for it */
};

/* What a context is about to do. Complete when it calls ex_step(). */
struct ex_op {
	uint8_t kind;
	uint8_t size;		 /* bytes accessed, 0 for what is not memory */
	uint8_t order;		 /* memory_order */
	uint8_t fail_order;	 /* CAS: of the read that it is when it fails */
	uint8_t n_acc;		 /* that take effect; found by ex_op_resolve() */
	uint8_t n_base;		 /* that the operation itself makes */
	bool unread;		 /* RMW: nobody looks at what it returns */
	bool torn;		 /* a later part of a plain access that the machine does in parts */
	uint8_t target;		 /* RAISE: handler */
	uint16_t choices;	 /* CHOOSE: how many; RAISE, TRYLOCK: the answer */
	uint16_t choice;	 /* CHOOSE: the answer */
	struct ex_access acc[3]; /* prev unused; CAS and TRYLOCK: type found when scheduled */
	uintptr_t addr;
	uint64_t expected[2]; /* CAS */
	const void *pc;
};

struct ex_event {
	struct ex_clock clk;
	struct ex_clock sync;	  /* C11's happens-before, after the event */
	struct ex_clock acquired; /* what an acquire fence here would join */
	struct ex_clock released; /* what the last release fence published */
	struct ex_clock message;  /* a write: what an acquire load that reads it joins */
	struct ex_clock own;	  /* a write: its own part of message (release sequence) */
	/* C11 only, see c11.c */
	struct ex_clock sc_seen;  /* what fences make the context's later loads see */
	struct ex_clock sc_chain; /* what fences order before this seq_cst operation */
	uint64_t memory_before;	  /* the granule */
	ex_pos sc_fence;	  /* last seq_cst fence of the context */
	ex_pos read_from, newer;  /* the write that is read, and the next one after it; 0: none */
	struct ex_access acc[3];
	uint8_t n_acc;
	uint8_t ctx;
	uint8_t cpu;
	uint8_t kind;
	uint8_t order;
	bool plain;
	uint8_t parent;	    /* BEGIN: context interrupted, or EX_CTXS */
	ex_pos prev_in_ctx; /* previous event of the same context */
	ex_pos prev_on_cpu; /* previous event of the same CPU */
	ex_pos partner;	    /* UNLOCK: its LOCK; GP_END: its GP_START */
	uint16_t choice, choices;
	uint32_t skipped; /* accesses of the context since its last event that were no events */
	uintptr_t addr;
	const void *pc;
	/* The node before the event: sets of contexts. */
	ex_mask delayed; /* arrivals that were tried before an event of their CPU came */
	ex_mask late;	 /* handlers that arrived although delayed */
	ex_mask enabled, backtrack, done, sleep;
	uint16_t preemptions_before, preemptions; /* this event not counted, counted */
	uint8_t running;			  /* context that ran before, EX_CTXS if none */
	uint8_t top[EX_CPUS];  /* innermost context of each CPU before the event */
	ex_pos begin[EX_CPUS]; /* of these: when it arrived, 0: a thread */
};

/* Of an event, what nest.c walks over again and again: many to a cache line. */
struct ex_brief {
	ex_pos prev_in_ctx;
	ex_pos begin; /* the arrival that its handler's block began with; 0: a thread's */
	uint8_t ctx;
	uint8_t kind;
};

/* A granule of memory or an abstract thing. Found by key; never forgotten during a search. */
struct ex_obj {
	uintptr_t key;	    /* address >> 3, or EX_KEY(); 0 = free slot */
	uint32_t last;	    /* newest access, as ex_access.prev */
	uint16_t writes[8]; /* machine: to each byte, when somebody waits by relax(); for change
			       only */
	uint8_t owner;	    /* first context that accessed it */
	bool several;	    /* accessed by a second one, ever */
	bool written;	    /* by any of them, ever */
	bool shared;	    /* both: from then on accesses are steps */
	bool plain;	    /* accessed by a plain operation, ever */
	bool ignored;
};

/* Keys of what is not memory; no user-space address reaches bit 60 after the shift. */
#define EX_KEY(kind, id)                                                                           \
	((uintptr_t)1 << 60 | (uintptr_t)(kind) << 52 |                                            \
	 ((uintptr_t)(id) & (((uintptr_t)1 << 52) - 1)))
enum { EX_NS_POINT = 0, /* 0..255: ghes_explore_point() */ };
#define EX_KEY2(ns, id)                                                                            \
	((uintptr_t)1 << 61 | (uintptr_t)(ns) << 56 |                                              \
	 ((uintptr_t)(id) & (((uintptr_t)1 << 56) - 1)))
enum { EX_NS_CPU = 1, EX_NS_LOCK, EX_NS_HANDLER, EX_NS_RCU, EX_NS_SC };

enum ex_state {
	EX_IDLE,    /* a raised handler that nobody raised */
	EX_PENDING, /* a handler that may arrive */
	EX_RUNNING, /* has a stack; op is what it will do next */
	EX_DONE,
};

struct ex_ctx {
	void *sp;
	uintptr_t stack_lo, stack_hi;
	uint8_t id, cpu, level, mask_bit; /* mask_bit: 0 or 1 << (class - 1) */
	bool handler, raised;
	uint8_t state;
	uint8_t parent; /* context interrupted, EX_CTXS: none */
	bool rerun;	/* raised again while it ran */
	bool may_block; /* has been seen to wait (for locks, grace periods): sticky */
	uint8_t locks_held;
	uint8_t masked_at_entry;
	unsigned int torn_first;    /* position of its first part */
	uintptr_t torn_lo, torn_hi; /* all of it, when op.torn */
	uint32_t raise_obj;	    /* what raising it and its arrival conflict about */
	uint8_t rcu_depth;
	ex_mask gp_waits; /* readers that a grace period waits for */
	uint16_t gp_seen[EX_CTXS];
	uint16_t rcu_generation;
	struct ex_op op;
	unsigned int relax_n; /* EX_RELAX + 1: too many, any write wakes */
	uint32_t relax_obj[EX_RELAX];
	uint8_t relax_mask[EX_RELAX];
	uint16_t relax_version[EX_RELAX];
	uint64_t relax_writes;
	/* ghes_explore_pause(): what has been read since the last one, and before that one */
	uint64_t turn, last_turn;
	uint32_t turn_length;
	uint8_t idle_turns; /* made since nobody else could go on */
	bool result_unused; /* of the next addition, see ghes_explore_result_unused() */
	bool starts_late;   /* after a step of its own: sticky */
	bool pausing, idle; /* waits; and may go on, since nobody else can */
	/* C11: a loop's load returned an older value; it has waited: now it sees the newest ones */
	bool stale, catches_up;
	bool stack_shared; /* others reach some of its stack: sticky */
	unsigned int shadow_depth;
	const void *shadow[EX_SHADOW];
	const void *frames[EX_FRAMES]; /* where it waits, while a report is made; chain.c */
	char *arena;
	size_t arena_used;
	uint32_t last_private;	   /* object of the last access that was no step */
	uint64_t private_accesses; /* since the last step: a loop without steps */
	char name[32];
	void (*fn)(void *arg);
	void *arg;
};

struct ex_lock {
	uintptr_t key;
};

struct ex_region {
	uintptr_t start, end;
	void *copy; /* NULL: ignored memory */
};

/*
 * The earlier events that an event conflicts with directly and that its context was not ordered
 * after: the newest of each context, those before it being ordered before it.
 */
struct ex_conflicts {
	unsigned int n;
	ex_pos pos[3 * EX_CTXS];
};

/* Events that another order is not to contain, nor anything that comes after them. */
struct ex_avoid {
	unsigned int n;
	ex_pos pos[EX_CTXS + 1];
};

/* How far an attempt to put events in another order has come (nest.c). */
struct ex_order {
	ex_pos next[EX_CTXS];	 /* first event of the context that is not placed */
	uint8_t top[EX_CPUS];	 /* innermost context of each CPU */
	uint8_t parent[EX_CTXS]; /* what a handler interrupted */
};

enum ex_outcome {
	EX_RUNNING_ON,
	EX_COMPLETE,
	EX_BLOCKED,   /* some context can never go on, without a defect */
	EX_REDUNDANT, /* all that could run was asleep */
	EX_FAILED,
	EX_MISFIT, /* a schedule named a context that could not run */
};

/* A turn of a context: this many accesses, or one answer to ghes_explore_choose(). */
struct ex_run {
	uint32_t count;
	uint16_t choice;
	uint8_t ctx;
};

struct ex_script {
	struct ex_run *run;
	unsigned int n;
	unsigned int pos; /* run that is being followed */
	uint32_t used;	  /* of its accesses */
	bool lenient;	  /* leave out what does not fit */
};

/* A defect in the making; turned into a struct ghes_explore_defect when the search is over. */
struct ex_finding {
	const char *oracle;
	char message[256];
	char context[32];
	const void *pc, *other_pc;
	uint8_t ctx;
	bool endless; /* a loop without steps: pc is wherever it was interrupted */
	struct ex_script script;
	uint64_t execution;
	bool expected;
	char *schedule_text, *report, *location;
};

/* An execution that crash.c ended; made a defect when its stack is left. */
struct ex_end {
	bool happened;
	int signal;		  /* 0: the watchdog's */
	const struct ex_ctx *ctx; /* NULL: outside of a context */
	const void *pc, *address;
};

/* Of an execution, as contexts are. */
struct ex_machine {
	uint8_t top[EX_CPUS]; /* EX_CTXS: idle CPU without a thread */
	uint8_t masked[EX_CPUS];
	ex_mask runnable;	      /* contexts on top of their CPU and not done */
	ex_mask waiting;	      /* of these: those whose op may be disabled */
	ex_mask pending;	      /* handlers that may arrive */
	uint8_t lock_owner[EX_LOCKS]; /* as locks[]; EX_CTXS: free */
	uint64_t writes;	      /* grows with each write, see relax */
	size_t live_allocs;
	uint64_t arrivals, interrupted, nested; /* of it, as in the result */
};

/* See checkpoint.c. */
struct ex_checkpoint {
	unsigned int depth; /* of the path, when it was made */
	uint8_t self;	    /* the context that was about to make a step */
	struct ex_machine machine;
	struct ex_ctx ctx[EX_CTXS];
	char *stacks;
	size_t stack_room;
};

struct ghes_explore {
	struct ghes_explore_config cfg;
	unsigned int n_ctx, n_handlers;
	ex_mask handlers; /* contexts that are handlers */
	ex_mask cpu_handlers[EX_CPUS], cpu_ctxs[EX_CPUS];
	ex_mask preempts[EX_CTXS]; /* handlers that may interrupt this context */

	/* machine */
	struct ex_ctx *cur;	/* NULL: outside of the program under test */
	struct ex_ctx *leaving; /* has ended; its stack is in use until somebody else goes on */
	void *main_sp;
	struct ex_machine machine;
	uint8_t cpu_blocking; /* CPUs with a handler that may wait for locks: sticky */
	struct ex_lock locks[EX_LOCKS];
	unsigned int n_locks;
	bool uses_relax;  /* sticky */
	bool uses_fences; /* sticky */
	enum ex_outcome outcome;
	bool finishing;		/* finish() runs */
	bool on_fiber;		/* the running stack is that of a context */
	bool starting;		/* threads run up to their first step */
	struct ex_ctx *started; /* the last of them */
	uint8_t running;	/* context that made the last step, EX_CTXS: none */
	sigjmp_buf host;	/* where to go when the execution ends outside of a context */
	struct ex_end end;
	const void *end_frames[EX_FRAMES]; /* where that was, innermost frame first */
	bool unwinding;
	uint64_t begun; /* executions, for the watchdog */
	uint32_t cpu_mask_obj[EX_CPUS], cpu_depth_obj[EX_CPUS], rcu_obj, rcu_done_obj, sc_obj;

	/* analysis */
	struct ex_event *path;		   /* [path_slots], half of it for replays */
	struct ex_brief *brief;		   /* of each of them */
	unsigned int depth;		   /* events of the current execution */
	unsigned int kept;		   /* events that are replayed, not computed */
	unsigned int branch;		   /* position of the event that differs, 0: none */
	struct ex_checkpoint *checkpoints; /* [EX_CHECKPOINTS] of the path, by depth */
	unsigned int n_checkpoints;
	unsigned int save_at;  /* depth where the next one is due, UINT_MAX: none */
	struct ex_ctx *saving; /* whose step that is */
	unsigned int shard_depth;
	unsigned int max_steps, path_slots;
	ex_pos ctx_last[EX_CTXS], cpu_last[EX_CPUS];
	struct ex_obj *objs;
	uint32_t obj_slots, obj_used;		     /* obj_slots is a power of two */
	ex_mask next_sleep, next_delayed, next_late; /* of the node to come */
	unsigned int promoted; /* objects made shared because somebody waits for them */
	bool objs_full;
	bool more_shared;      /* an object became shared: search anew */
	ex_pos *succ;	       /* nest.c: next event of the same context, [path_slots] */
	bool *wanted;	       /* nest.c: to be put in order, [path_slots] */
	bool *wanted_before;   /* nest.c: what to go back to, [path_slots] */
	struct ex_order stuck; /* nest.c: where the last attempt ended */
	bool bounded;	       /* an alternative was left out by max_preemptions */

	/* schedule to follow in the node to come: replay, minimisation, the branch just taken */
	struct ex_script *script;	/* NULL: a search */
	const struct ex_finding *probe; /* what this execution is to show again; NULL: a search */
	bool probe_hit;
	unsigned int probe_len; /* steps up to it */
	unsigned int noted[2];	/* events that it is about */

	uint64_t rng;
	uint32_t pct_priority[EX_CTXS];
	unsigned int pct_change[16], pct_changes;

	struct ex_ctx ctx[EX_CTXS];
	struct ex_region regions[EX_REGIONS];
	unsigned int n_regions;

	struct ghes_explore_result res;
	struct ex_finding *findings;
	struct ghes_explore_defect *defects;
	unsigned int n_findings, findings_room;
	unsigned int n_weighed, n_expected;  /* of these: config.expected was asked, said yes */
	const void *(*snapshots)[EX_FRAMES]; /* of each event, while a report is made */
	uint64_t *seen;			     /* BRUTE: hashes of traces, open addressing */
	size_t seen_slots;
	uint64_t shard_next;
	bool stop; /* max_defects reached, or more findings than are kept */
	void *crash_stack;
	stack_t old_crash_stack;
	struct sigaction old_action[EX_FATAL_SIGNALS];
	bool no_memory, steps_bound;
	bool cut;	      /* a defect ended this execution, and not all had run to their end */
	bool cut_short;	      /* a defect ended an execution */
	char *arenas;	      /* ghes_explore_alloc(), EX_ARENA for each context */
	size_t arena_bytes;   /* of all together */
	uint8_t *arena_valid; /* bytes of each granule that may be accessed */
};

/* The search whose execution is in progress. */
extern struct ghes_explore *ex;

static inline struct ex_ctx *ex_self(void)
{
	return __builtin_expect(ex != NULL, 1) ? ex->cur : NULL;
}

/*
 * Around what the engine does for itself while a context calls it: the linker sends its memcpy()
 * and memset() to tsan_entry.c as well. ex_step() needs no such care.
 */
static inline struct ex_ctx *ex_host_begin(struct ghes_explore *x)
{
	struct ex_ctx *cur = x->cur;

	x->cur = NULL;
	/* The compiler believes that memset() does not look at it. */
	atomic_signal_fence(memory_order_seq_cst);
	return cur;
}

static inline void ex_host_end(struct ghes_explore *x, struct ex_ctx *cur)
{
	atomic_signal_fence(memory_order_seq_cst);
	x->cur = cur;
}

static inline bool ex_is_c11(const struct ghes_explore *x)
{
	return __builtin_expect(x->cfg.memory == GHES_EXPLORE_C11, 0);
}

/* Changes with each write to the bytes in @mask. */
static inline uint16_t ex_version(const struct ghes_explore *x, uint32_t obj, unsigned int mask)
{
	uint16_t sum = 0;

	for (; mask; mask &= mask - 1)
		sum = (uint16_t)(sum + x->objs[obj].writes[__builtin_ctz(mask)]);
	return sum;
}

static inline ex_mask ex_bit(unsigned int ctx)
{
	return (ex_mask)1 << ctx;
}

/* machine.c */
void ex_machine_reset(struct ghes_explore *x);
void ex_machine_run(struct ghes_explore *x);
void ex_machine_resume(struct ghes_explore *x, const struct ex_checkpoint *from);
ex_mask ex_machine_enabled(const struct ghes_explore *x);
void ex_machine_apply(struct ghes_explore *x, struct ex_ctx *c);
bool ex_machine_may_arrive(const struct ghes_explore *x, unsigned int handler);
struct ex_lock *ex_lock_find(struct ghes_explore *x, uintptr_t key);
void ex_step(struct ex_ctx *self);
void ex_abort_execution(struct ghes_explore *x, enum ex_outcome outcome) __attribute__((noreturn));

/* checkpoint.c */
const struct ex_checkpoint *ex_checkpoint_for(struct ghes_explore *x);
void ex_checkpoint_save(struct ghes_explore *x, const struct ex_ctx *self);
struct ex_ctx *ex_checkpoint_restore(struct ghes_explore *x, const struct ex_checkpoint *from);
void ex_checkpoint_free(struct ghes_explore *x);

/* trace.c */
uint32_t ex_obj_find(struct ghes_explore *x, uintptr_t key);
void ex_op_resolve(struct ghes_explore *x, struct ex_ctx *c);
void ex_trace_append(struct ghes_explore *x, struct ex_ctx *c);
void ex_trace_pop(struct ghes_explore *x);
uint64_t ex_trace_hash(const struct ghes_explore *x);

static inline const struct ex_access *ex_access_at(const struct ghes_explore *x, uint32_t link)
{
	return &x->path[link >> 2].acc[link & 3];
}

/* Is the event at @pos one of @avoid, or does it come after one? */
static inline bool ex_comes_after(const struct ghes_explore *x, const struct ex_avoid *avoid,
				  unsigned int pos)
{
	for (unsigned int i = 0; i < avoid->n; i++)
		if (ex_clock_get(&x->path[pos].clk, x->path[avoid->pos[i]].ctx) >= avoid->pos[i])
			return true;
	return false;
}

/* search.c */
struct ex_ctx *ex_next(struct ghes_explore *x);
bool ex_search_backtrack(struct ghes_explore *x);
void ex_search_sample(struct ghes_explore *x);

/* Does choosing @c at @node interrupt a context that could have gone on? */
static inline unsigned int ex_preempts(const struct ex_event *node, unsigned int c)
{
	return node->running < EX_CTXS && node->running != c &&
	       (node->enabled & ex_bit(node->running));
}

/* dpor.c */
void ex_dpor_sleep(struct ghes_explore *x, const struct ex_event *ev);
void ex_dpor_races(struct ghes_explore *x, unsigned int pos, const struct ex_clock *before,
		   const struct ex_conflicts *conflicts);
bool ex_dpor_seen_before(struct ghes_explore *x);
void ex_dpor_blocked(struct ghes_explore *x, ex_mask enabled);

/* c11.c */
void ex_c11_resolve(struct ghes_explore *x, struct ex_op *op);
unsigned int ex_c11_choices(struct ghes_explore *x, const struct ex_ctx *c);
void ex_c11_note(struct ghes_explore *x, struct ex_event *ev, const struct ex_op *op);
uint64_t ex_c11_value(const struct ghes_explore *x, uintptr_t addr, uint64_t now);

/* nest.c */
void ex_nest_reversible(struct ghes_explore *x, unsigned int from, unsigned int last,
			const struct ex_avoid *avoid, const struct ex_clock *clk, ex_mask *keeping,
			ex_mask *needed);
bool ex_nest_could_begin(struct ghes_explore *x, unsigned int from, unsigned int handler);
unsigned int ex_nest_earlier_node(const struct ghes_explore *x, unsigned int from);

/* race.c */
void ex_race_event(struct ghes_explore *x, struct ex_event *ev, unsigned int pos,
		   const struct ex_op *op);

/* tsan_entry.c */
void ex_promote(struct ghes_explore *x, struct ex_ctx *self) __attribute__((noreturn));
uint32_t ex_memory_object(struct ghes_explore *x, struct ex_ctx *self, uintptr_t addr, bool write);
void ex_plain_access(const void *p, size_t size, bool write, const void *pc);

/* explore.c */
void ex_host_call(struct ghes_explore *x, void (*fn)(void *user));
bool ex_shard_mine(struct ghes_explore *x);
enum ex_outcome ex_execute(struct ghes_explore *x);
bool ex_analysis_reset(struct ghes_explore *x);

/* crash.c */
bool ex_hangs(const struct ghes_explore *x);
bool ex_ended(const struct ghes_explore *x, const struct ex_finding *f);
const void *ex_crash_place(const struct ghes_explore *x);
void ex_crash_tell(struct ghes_explore *x);
bool ex_crash_catch(struct ghes_explore *x);
void ex_crash_ignore(struct ghes_explore *x);

/* report.c */
void ex_defect(struct ghes_explore *x, const char *oracle, const struct ex_ctx *c, const void *pc,
	       const char *fmt, ...) GHES_PRINTF(5, 6);
void ex_defect_v(struct ghes_explore *x, const char *oracle, const struct ex_ctx *c, const void *pc,
		 const char *fmt, va_list args);
void ex_endless(struct ghes_explore *x);
void ex_race_report(struct ghes_explore *x, unsigned int first, unsigned int second);
void ex_torn_report(struct ghes_explore *x, const struct ex_ctx *first, unsigned int second);
void ex_weigh_findings(struct ghes_explore *x);
void ex_report_all(struct ghes_explore *x);
void ex_report_free(struct ghes_explore *x);

void ex_snapshot_take(struct ghes_explore *x, const struct ex_ctx *c, unsigned int pos);
void ex_snapshot_note(struct ghes_explore *x, unsigned int first, unsigned int second);

void ex_locate(const void *pc, char function[101], char place[201]);

/* chain.c */
void ex_deadlock(struct ghes_explore *x);
void ex_chain_note(struct ghes_explore *x, struct ex_ctx *self);
const void *ex_chain_place(const struct ex_ctx *c);
void ex_print_contexts(FILE *out, const struct ghes_explore *x, const struct ex_finding *f);
void ex_print_frames(FILE *out, const void *const *frames, unsigned int n);
void ex_print_end(FILE *out, const struct ghes_explore *x, const struct ex_finding *f);

/* schedule.c */
void ex_schedule_record(const struct ghes_explore *x, struct ex_script *s);
bool ex_schedule_passes(struct ghes_explore *x, const struct ex_ctx *c);
unsigned int ex_schedule_next(struct ghes_explore *x, ex_mask enabled, uint16_t *choice);
char *ex_schedule_format(const struct ex_script *s);
int ex_schedule_parse(const char *text, struct ex_script *s);

/* minimise.c */
bool ex_probe(struct ghes_explore *x, const struct ex_finding *f, struct ex_script *script);
void ex_minimise(struct ghes_explore *x, struct ex_finding *f);
#endif
