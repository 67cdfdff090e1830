// SPDX-License-Identifier: GPL-2.0-only
/*
 * The search as a whole: set-up, the loop over executions, bounds, the result.
 *
 * Flow: ghes_explore_run() -> for each execution: memory as it was, setup(), ex_machine_run(),
 * finish() -> ex_search_backtrack() -> ... until the tree is exhausted, a bound is reached or a
 * defect was found -> minimise.c and report.c turn findings into defects.
 *
 * A search begins anew (result.restarts) when an execution showed memory to be shared that was
 * taken to be private, or a handler to wait for locks: the steps are others then.
 */
#include <ghes/explore.h>
#include <ghes/errors.h>
#include "engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define FIRST_OBJS 4096u

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct ghes_explore *ghes_explore_new(const struct ghes_explore_config *config)
{
	struct ghes_explore *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->cfg = *config;
	/* What a load may return follows from happens-before. */
	if (x->cfg.memory == GHES_EXPLORE_C11)
		x->cfg.no_races = false;
	if (!x->cfg.stack_bytes)
		x->cfg.stack_bytes = 64 << 10;
	x->cfg.stack_bytes = (x->cfg.stack_bytes + 4095) & ~(size_t)4095;
	x->max_steps = x->cfg.max_steps ? x->cfg.max_steps : 10000;
	if (x->max_steps > GHES_EXPLORE_MAX_STEPS)
		x->max_steps = GHES_EXPLORE_MAX_STEPS;
	x->path_slots = 2 * x->max_steps + 2;
	if (!x->cfg.max_idle_ms)
		x->cfg.max_idle_ms = WATCHDOG_SECONDS * 1000;
	if (!x->cfg.pct_depth)
		x->cfg.pct_depth = 3;
	x->pct_changes = x->cfg.pct_depth - 1 < 16 ? x->cfg.pct_depth - 1 : 16;
	x->path = aligned_alloc(64, (x->path_slots) * ((sizeof(*x->path) + 63) & ~(size_t)63));
	x->findings_room = EX_FINDINGS;
	x->findings = calloc(EX_FINDINGS, sizeof(*x->findings));
	x->defects = calloc(EX_FINDINGS, sizeof(*x->defects));
	x->brief = calloc(x->path_slots, sizeof(*x->brief));
	x->succ = calloc(x->path_slots, sizeof(*x->succ));
	x->wanted = calloc(x->path_slots, sizeof(*x->wanted));
	x->wanted_before = calloc(x->path_slots, sizeof(*x->wanted));
	x->checkpoints = calloc(EX_CHECKPOINTS, sizeof(*x->checkpoints));
	if (!x->checkpoints || !x->brief || !x->path || !x->findings || !x->defects || !x->succ ||
	    !x->wanted || !x->wanted_before) {
		ghes_explore_free(x);
		return NULL;
	}
	return x;
}

void ghes_explore_free(struct ghes_explore *x)
{
	if (!x)
		return;
	ex_report_free(x);
	for (unsigned int i = 0; i < x->n_ctx; i++)
		if (x->ctx[i].stack_hi)
			munmap((void *)(x->ctx[i].stack_lo - 4096), x->cfg.stack_bytes + 4096);
	if (x->arenas)
		munmap(x->arenas, (size_t)x->n_ctx * EX_ARENA);
	for (unsigned int i = 0; i < x->n_regions; i++)
		free(x->regions[i].copy);
	ex_checkpoint_free(x);
	free(x->arena_valid);
	free(x->seen);
	free(x->findings);
	free(x->defects);
	free(x->path);
	free(x->brief);
	free(x->succ);
	free(x->wanted);
	free(x->wanted_before);
	free(x->objs);
	free(x);
}

static int add_context(struct ghes_explore *x, const char *name, unsigned int cpu,
		       unsigned int level, unsigned int mask_class, void (*fn)(void *), void *arg)
{
	struct ex_ctx *c = &x->ctx[x->n_ctx];

	if (x->n_ctx == EX_CTXS || x->arenas)
		return -GHES_ENOSPC;
	if (!fn || cpu >= EX_CPUS || mask_class > 8)
		return -GHES_EINVAL;
	*c = (struct ex_ctx){.id = (uint8_t)x->n_ctx,
			     .cpu = (uint8_t)cpu,
			     .level = (uint8_t)level,
			     .handler = level > 0,
			     .mask_bit = mask_class ? (uint8_t)(1u << (mask_class - 1)) : 0,
			     .fn = fn,
			     .arg = arg};
	x->cpu_ctxs[cpu] |= ex_bit(c->id);
	snprintf(c->name, sizeof(c->name), "%s", name ? name : "?");
	if (level) {
		x->handlers |= ex_bit(c->id);
		x->cpu_handlers[cpu] |= ex_bit(c->id);
		x->n_handlers++;
	}
	return (int)x->n_ctx++;
}

int ghes_explore_thread(struct ghes_explore *x, const char *name, unsigned int cpu,
			void (*fn)(void *), void *arg)
{
	for (unsigned int i = 0; i < x->n_ctx; i++)
		if (!x->ctx[i].handler && x->ctx[i].cpu == cpu)
			return -GHES_EINVAL;
	return add_context(x, name, cpu, 0, 0, fn, arg);
}

int ghes_explore_handler(struct ghes_explore *x, const char *name, unsigned int cpu,
			 unsigned int level, unsigned int mask_class, void (*fn)(void *), void *arg)
{
	if (!level || level > UINT8_MAX)
		return -GHES_EINVAL;
	return add_context(x, name, cpu, level, mask_class, fn, arg);
}

int ghes_explore_raised_handler(struct ghes_explore *x, const char *name, unsigned int cpu,
				unsigned int level, unsigned int mask_class, void (*fn)(void *),
				void *arg)
{
	int id = ghes_explore_handler(x, name, cpu, level, mask_class, fn, arg);

	if (id >= 0)
		x->ctx[id].raised = true;
	return id;
}

static int add_region(struct ghes_explore *x, uintptr_t start, size_t bytes, void *copy)
{
	if (x->n_regions == EX_REGIONS)
		return -GHES_ENOSPC;
	x->regions[x->n_regions++] = (struct ex_region){start, start + bytes, copy};
	return 0;
}

int ghes_explore_region(struct ghes_explore *x, void *start, size_t bytes)
{
	void *copy = malloc(bytes ? bytes : 1);
	int err;

	if (!copy)
		return -GHES_ENOMEM;
	memcpy(copy, start, bytes);
	err = add_region(x, (uintptr_t)start, bytes, copy);
	if (err)
		free(copy);
	return err;
}

int ghes_explore_ignore(struct ghes_explore *x, const void *start, size_t bytes)
{
	return add_region(x, (uintptr_t)start, bytes, NULL);
}

const char *ghes_explore_bound_name(enum ghes_explore_bound bound)
{
	static const char *const names[] = {
		[GHES_EXPLORE_NO_BOUND] = "none",
		[GHES_EXPLORE_EXECUTIONS] = "max-executions",
		[GHES_EXPLORE_SECONDS] = "seconds",
		[GHES_EXPLORE_PREEMPTIONS] = "preemptions",
		[GHES_EXPLORE_STEPS] = "max-steps",
		[GHES_EXPLORE_SAMPLED] = "sampled",
		[GHES_EXPLORE_DEFECTS] = "max-defects",
		[GHES_EXPLORE_SHARDED] = "shard",
		[GHES_EXPLORE_STOPPED] = "stopped",
		[GHES_EXPLORE_RESTARTED] = "restarted-shard",
		[GHES_EXPLORE_EXPECTED] = "behind-expected",
	};

	return (size_t)bound < sizeof(names) / sizeof(names[0]) ? names[bound] : "?";
}

/* A guard page below each stack: an overflow is a crash in the right context. */
static bool map_stacks(struct ghes_explore *x)
{
	size_t size = x->cfg.stack_bytes;

	for (unsigned int i = 0; i < x->n_ctx; i++) {
		char *p = mmap(NULL, size + 4096, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (p == MAP_FAILED)
			return false;
		mprotect(p, 4096, PROT_NONE);
		x->ctx[i].stack_lo = (uintptr_t)p + 4096;
		x->ctx[i].stack_hi = (uintptr_t)p + 4096 + size;
	}
	return true;
}

static bool map_arenas(struct ghes_explore *x)
{
	size_t size = (size_t)x->n_ctx * EX_ARENA;

	x->arenas = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (x->arenas == MAP_FAILED) {
		x->arenas = NULL;
		return false;
	}
	x->arena_bytes = size;
	x->arena_valid = calloc(size >> 3, 1);
	for (unsigned int i = 0; i < x->n_ctx; i++)
		x->ctx[i].arena = x->arenas + (size_t)i * EX_ARENA;
	return x->arena_valid;
}

static void tabulate_preemption(struct ghes_explore *x)
{
	for (unsigned int i = 0; i < x->n_ctx; i++) {
		x->preempts[i] = 0;
		for (unsigned int h = 0; h < x->n_ctx; h++) {
			const struct ex_ctx *a = &x->ctx[i], *b = &x->ctx[h];

			if (!b->handler || a->cpu != b->cpu || i == h)
				continue;
			if (x->cfg.may_preempt ? x->cfg.may_preempt(a->level, b->level)
					       : b->level > a->level)
				x->preempts[i] |= ex_bit(h);
		}
	}
}

static bool prepare(struct ghes_explore *x)
{
	/* Of no such part can be said that it passes. */
	if (!x->n_ctx || x->cfg.shard > x->cfg.shards || (x->cfg.shards && !x->cfg.shard))
		return false;
	if (!x->arenas && (!map_stacks(x) || !map_arenas(x)))
		return false;
	tabulate_preemption(x);
	x->depth = 0; /* what an earlier search left is of objects that go now */
	x->obj_slots = FIRST_OBJS;
	x->obj_used = 0;
	x->objs_full = false;
	x->cpu_blocking = 0;
	x->promoted = 0;
	x->uses_relax = x->uses_fences = false;
	x->bounded = x->stop = x->cut_short = x->steps_bound = false;
	x->n_locks = 0;
	for (unsigned int i = 0; i < x->n_ctx; i++)
		x->ctx[i].starts_late = false;
	x->rng = (x->cfg.seed + 1) * 0x9e3779b97f4a7c15u;
	free(x->objs);
	x->objs = calloc(x->obj_slots, sizeof(*x->objs));
	x->res = (struct ghes_explore_result){0};
	return x->objs;
}

static uint32_t abstract_object(struct ghes_explore *x, unsigned int ns, unsigned int id)
{
	uint32_t i = ex_obj_find(x, EX_KEY2(ns, id + 1));

	x->objs[i].shared = true;
	return i;
}

/* Forgets the path. What is known about objects is kept. Return: false when memory is out. */
bool ex_analysis_reset(struct ghes_explore *x)
{
	if (x->objs_full) {
		x->obj_slots *= 2;
		x->objs_full = false;
		free(x->objs);
		x->objs = calloc(x->obj_slots, sizeof(*x->objs));
		if (!x->objs)
			return false;
		x->obj_used = 0;
	}
	x->n_checkpoints = 0;
	while (x->depth)
		ex_trace_pop(x);
	for (uint32_t i = 0; i < x->obj_slots; i++)
		x->objs[i].last = 0;
	memset(x->ctx_last, 0, sizeof(x->ctx_last));
	memset(x->cpu_last, 0, sizeof(x->cpu_last));
	memset(&x->path[0], 0, sizeof(x->path[0]));
	for (unsigned int i = 0; i < EX_CPUS; i++) {
		x->cpu_mask_obj[i] = abstract_object(x, EX_NS_CPU, 2 * i);
		x->cpu_depth_obj[i] = abstract_object(x, EX_NS_CPU, 2 * i + 1);
	}
	x->rcu_obj = abstract_object(x, EX_NS_RCU, 0);
	x->rcu_done_obj = abstract_object(x, EX_NS_RCU, 1);
	x->sc_obj = abstract_object(x, EX_NS_SC, 0);
	for (unsigned int i = 0; i < x->n_ctx; i++)
		x->ctx[i].raise_obj = abstract_object(x, EX_NS_HANDLER, i);
	x->kept = x->branch = 0;
	x->shard_next = 0;
	x->more_shared = false;
	return true;
}

/* Calls the host from inside of an execution: what it does are no steps. */
void ex_host_call(struct ghes_explore *x, void (*fn)(void *user))
{
	struct ex_ctx *cur = x->cur;

	x->cur = NULL;
	fn(x->cfg.user);
	x->cur = cur;
}

static void restore_memory(struct ghes_explore *x)
{
	for (unsigned int i = 0; i < x->n_regions; i++) {
		const struct ex_region *r = &x->regions[i];

		if (r->copy)
			memcpy((void *)r->start, r->copy, r->end - r->start);
	}
	for (unsigned int i = 0; i < x->n_ctx; i++)
		if (x->ctx[i].arena_used)
			memset(&x->arena_valid[(size_t)i * (EX_ARENA >> 3)], 0,
			       (x->ctx[i].arena_used >> 3) + 1);
}

static void finish(struct ghes_explore *x)
{
	x->finishing = true;
	if (x->cfg.finish)
		x->cfg.finish(x->cfg.user);
	x->finishing = false;
	if (x->machine.live_allocs && !x->cfg.no_leaks) {
		ex_defect(x, "leak", NULL, NULL, "%zu block(s) not freed at the end",
			  x->machine.live_allocs);
		x->outcome = EX_FAILED;
	}
}

/*
 * A thread has ended the execution before the others made a step. When the search goes on behind
 * that, they are to have their turn, too.
 */
static void let_others_start(struct ghes_explore *x)
{
	if (!x->cut || !x->starting || x->script || x->started->starts_late ||
	    !(x->cfg.expected || x->cfg.max_defects))
		return;
	x->started->starts_late = true;
	x->more_shared = true;
}

/* From the state before all. */
static void begin(struct ghes_explore *x)
{
	ex_machine_reset(x);
	if (x->cfg.setup)
		x->cfg.setup(x->cfg.user);
	ex_machine_run(x);
}

enum ex_outcome ex_execute(struct ghes_explore *x)
{
	const struct ex_checkpoint *from = ex_checkpoint_for(x);

	ex = x;
	x->begun++;
	x->end.happened = x->unwinding = x->cut = false;
	x->cur = x->leaving = x->saving = NULL;
	x->outcome = EX_RUNNING_ON;
	restore_memory(x); /* before what it says of the last execution's blocks is forgotten */
	x->depth = 0;
	x->next_sleep = x->next_delayed = x->next_late = 0;
	x->running = EX_CTXS;
	if (x->script)
		x->script->pos = x->script->used = 0;
	/* No signal mask to save: the handlers of crash.c do not change it. */
	if (!sigsetjmp(x->host, 0)) {
		if (from)
			ex_machine_resume(x, from);
		else
			begin(x);
		if (x->outcome == EX_COMPLETE)
			finish(x);
	}
	x->cur = NULL;
	x->res.arrivals += x->machine.arrivals;
	x->res.interrupted += x->machine.interrupted;
	x->res.nested += x->machine.nested;
	let_others_start(x);
	x->starting = x->finishing = x->on_fiber = false;
	if (x->end.happened)
		ex_crash_tell(x);
	ex = NULL;
	return x->outcome;
}

/*
 * Sharding: down to shard_depth every context that is enabled and not asleep is tried, whatever
 * the subtrees show, so each shard finds the same subtrees in the same order, and takes its own.
 */
bool ex_shard_mine(struct ghes_explore *x)
{
	return x->shard_next++ % x->cfg.shards == x->cfg.shard - 1;
}

/* Adds a trace to those seen. Return: false when memory is out. */
static bool note_trace(struct ghes_explore *x, uint64_t hash)
{
	size_t i;

	if (x->res.traces * 2 >= x->seen_slots) {
		size_t slots = x->seen_slots ? x->seen_slots * 2 : 1024;
		uint64_t *more = calloc(slots, sizeof(*more));

		if (!more)
			return false;
		for (size_t k = 0; k < x->seen_slots; k++) {
			if (!x->seen[k])
				continue;
			for (i = x->seen[k] & (slots - 1); more[i]; i = (i + 1) & (slots - 1))
				;
			more[i] = x->seen[k];
		}
		free(x->seen);
		x->seen = more;
		x->seen_slots = slots;
	}
	hash |= !hash;
	for (i = hash & (x->seen_slots - 1); x->seen[i]; i = (i + 1) & (x->seen_slots - 1))
		if (x->seen[i] == hash)
			return true;
	x->seen[i] = hash;
	x->res.traces++;
	return true;
}

static void count(struct ghes_explore *x, enum ex_outcome outcome)
{
	struct ghes_explore_result *r = &x->res;

	r->steps += x->depth;
	if (x->depth > r->max_depth)
		r->max_depth = x->depth;
	if (outcome == EX_REDUNDANT) {
		r->redundant++;
		return;
	}
	r->executions++;
	r->blocked += outcome == EX_BLOCKED;
	r->failed += outcome == EX_FAILED;
	if (x->cfg.mode == GHES_EXPLORE_BRUTE && outcome != EX_FAILED)
		x->no_memory |= !note_trace(x, ex_trace_hash(x));
}

/*
 * How many executions there will be in all: those so far, divided by the part of the tree that they
 * are. Each alternative known at a node is taken to lead to as much as the next one; more become
 * known as the search goes on, so the figure is too low rather than too high.
 */
static double estimate(const struct ghes_explore *x)
{
	double part = 0, weight = 1;

	/* Between two executions the node where the next one branches off counts, too. */
	for (unsigned int i = 1; i <= x->depth + (x->branch == x->depth + 1); i++) {
		const struct ex_event *node = &x->path[i];
		ex_mask known = (node->backtrack & ~node->sleep) | node->done | ex_bit(node->ctx);
		double n = __builtin_popcount(known);
		double done = __builtin_popcount(node->done & ~ex_bit(node->ctx));

		weight /= n;
		part += weight * done;
		weight /= node->choices ? node->choices : 1;
		part += weight * node->choice;
	}
	return part > 0 ? (double)x->res.executions / part : 0;
}

static void tick(struct ghes_explore *x, double began, double *next_report)
{
	double t = now();

	x->res.seconds = t - began;
	if (x->cfg.max_seconds > 0 && x->res.seconds >= x->cfg.max_seconds)
		x->res.bound = GHES_EXPLORE_SECONDS;
	if (x->cfg.progress && t >= *next_report) {
		*next_report = t + 0.5;
		x->res.estimate = x->cfg.mode == GHES_EXPLORE_DPOR ? estimate(x) : 0;
		x->cfg.progress(x->cfg.user, &x->res);
	}
}

static bool advance(struct ghes_explore *x)
{
	if (x->cfg.mode >= GHES_EXPLORE_RANDOM) {
		while (x->depth)
			ex_trace_pop(x);
		ex_search_sample(x);
		return true;
	}
	return ex_search_backtrack(x);
}

/*
 * Executions whose results are of no interest. Return: steps of the longest. What the host asked
 * for meanwhile is in res.bound.
 */
static unsigned int learn(struct ghes_explore *x, unsigned int executions, double began)
{
	unsigned int longest = 0;

	if (x->cfg.mode >= GHES_EXPLORE_RANDOM)
		ex_search_sample(x);
	for (unsigned int n = 0; n < executions && !x->stop; n++) {
		if (x->cfg.stop && x->cfg.stop(x->cfg.user))
			x->res.bound = GHES_EXPLORE_STOPPED;
		else if (x->cfg.max_seconds > 0 && now() - began >= x->cfg.max_seconds)
			x->res.bound = GHES_EXPLORE_SECONDS;
		if (x->res.bound)
			break;
		ex_execute(x);
		longest = x->depth > longest ? x->depth : longest;
		ex_weigh_findings(x);
		if (ex_hangs(x))
			break;
		if (x->more_shared)
			x->no_memory |= !ex_analysis_reset(x);
		else if (!advance(x))
			break;
	}
	x->no_memory |= !ex_analysis_reset(x);
	return longest;
}

/* Are there subtrees enough for all shards when they part at @depth? */
static bool parts_well(struct ghes_explore *x, unsigned int depth)
{
	bool enough = true;

	x->shard_depth = depth;
	x->cfg.shard = 0; /* none is ours: executions end there */
	for (unsigned int n = 0; n < EX_SHARD_PROBES; n++) {
		ex_execute(x);
		if (ex_hangs(x))
			break;
		if (x->more_shared) {
			x->no_memory |= !ex_analysis_reset(x);
			continue;
		}
		if (x->shard_next >= (uint64_t)EX_SHARD_SUBTREES * x->cfg.shards)
			break;
		if (!advance(x)) {
			enough = false;
			break;
		}
	}
	x->no_memory |= !ex_analysis_reset(x);
	return enough;
}

/*
 * Which accesses are steps is learned, and shards must agree on it: else each would split another
 * tree. So they all begin with the same samples, and the same beginning of the search. What a shard
 * learns later the others do not know: then the parts may overlap or leave gaps, and none of them
 * is complete.
 *
 * They part no deeper than needed: above, contexts are tried whatever the subtrees show, and many
 * of these executions turn out to be redundant. But before the first conflicts there is one
 * subtree.
 */
static void learn_for_shards(struct ghes_explore *x, double began)
{
	unsigned int shard = x->cfg.shard, shards = x->cfg.shards, longest, depth = EX_SHARD_DEPTH;
	enum ghes_explore_bound ended;

	x->cfg.shards = x->shard_depth = 0;
	x->cfg.mode = GHES_EXPLORE_RANDOM;
	longest = learn(x, EX_SHARD_SAMPLES, began);
	x->cfg.mode = GHES_EXPLORE_DPOR;
	learn(x, EX_SHARD_BEGINNING, began);
	ended = x->res.bound;
	x->cfg.shards = shards;
	while (depth < longest && !ended && !x->no_memory && !parts_well(x, depth))
		depth += depth / 2;
	x->cfg.shard = shard;
	x->shard_depth = depth;
	ex_report_free(x);
	x->stop = x->cut_short = x->steps_bound = x->bounded = false;
	x->res = (struct ghes_explore_result){.bound = ended};
}

static void forget_counts(struct ghes_explore *x)
{
	uint64_t restarts = x->res.restarts + 1;

	x->res = (struct ghes_explore_result){.restarts = restarts};
	if (x->seen)
		memset(x->seen, 0, x->seen_slots * sizeof(*x->seen));
}

/*
 * A long search may meet late what makes an access a step, and all of it was in vain. Samples meet
 * most of that at once. A defect that they find counts.
 */
static void learn_by_samples(struct ghes_explore *x, double began)
{
	x->no_memory |= !ex_analysis_reset(x);
	x->cfg.mode = GHES_EXPLORE_RANDOM;
	if (!x->no_memory)
		learn(x, EX_LEARN_SAMPLES, began);
	x->cfg.mode = GHES_EXPLORE_DPOR;
	if (x->stop)
		x->res.bound = GHES_EXPLORE_DEFECTS;
	/* When that is the end, it ends with what it had. */
	if (!x->res.bound)
		forget_counts(x);
}

/* Is the search so long that it pays? */
static bool is_time_to_learn(const struct ghes_explore *x)
{
	return x->res.executions == EX_LEARN_AFTER && !x->stop &&
	       (!x->cfg.max_executions || x->cfg.max_executions > 2 * EX_LEARN_AFTER);
}

/*
 * The search goes on behind an execution that a defect ended. What the others would have done was
 * not seen, nor what that conflicts with; so at each node each of them is tried first.
 */
static void try_all_before_the_cut(struct ghes_explore *x)
{
	if (!x->cut || x->stop || x->cfg.mode != GHES_EXPLORE_DPOR)
		return;
	for (unsigned int i = 1; i <= x->depth; i++)
		x->path[i].backtrack |= x->path[i].enabled;
}

static void search(struct ghes_explore *x, double began)
{
	bool to_learn = x->cfg.mode == GHES_EXPLORE_DPOR && !x->shard_depth;
	double next_report = began + 0.5;

	if (x->cfg.mode >= GHES_EXPLORE_RANDOM)
		ex_search_sample(x);
	for (uint64_t n = 1; !x->res.bound; n++) {
		enum ex_outcome outcome = ex_execute(x);

		if (outcome == EX_MISFIT || x->no_memory)
			return;
		if (x->more_shared && !ex_hangs(x)) {
			forget_counts(x);
			if (!ex_analysis_reset(x))
				return;
			continue;
		}
		count(x, outcome);
		ex_weigh_findings(x);
		try_all_before_the_cut(x);
		if (to_learn && is_time_to_learn(x)) {
			to_learn = false;
			learn_by_samples(x, began);
			continue;
		}
		if (x->stop)
			x->res.bound = GHES_EXPLORE_DEFECTS;
		else if (x->cfg.stop && x->cfg.stop(x->cfg.user))
			x->res.bound = GHES_EXPLORE_STOPPED;
		else if (x->cfg.max_executions && x->res.executions >= x->cfg.max_executions)
			x->res.bound = GHES_EXPLORE_EXECUTIONS;
		if (!(n & 1023) || x->cfg.max_seconds > 0)
			tick(x, began, &next_report);
		if (!advance(x)) {
			x->res.bound = GHES_EXPLORE_NO_BOUND;
			x->res.complete = true;
			break;
		}
	}
	x->res.seconds = now() - began;
	if (x->res.complete)
		x->res.estimate = (double)x->res.executions;
	else if (x->cfg.mode == GHES_EXPLORE_DPOR && x->res.bound != GHES_EXPLORE_NO_BOUND)
		x->res.estimate = estimate(x);
}

static void conclude(struct ghes_explore *x)
{
	struct ghes_explore_result *r = &x->res;

	if (x->bounded || x->steps_bound) {
		r->complete = false;
		r->bound = x->bounded ? GHES_EXPLORE_PREEMPTIONS : GHES_EXPLORE_STEPS;
	}
	if (x->cut_short && r->complete) {
		/* What came after the defect was not seen, nor what it would have raced with. */
		r->complete = false;
		r->bound = x->n_findings > x->n_expected ? GHES_EXPLORE_DEFECTS
							 : GHES_EXPLORE_EXPECTED;
	}
	if (x->cfg.mode >= GHES_EXPLORE_RANDOM && r->bound != GHES_EXPLORE_DEFECTS)
		r->bound = GHES_EXPLORE_SAMPLED;
	if (x->shard_depth && r->restarts && r->complete) {
		r->complete = false;
		r->bound = GHES_EXPLORE_RESTARTED;
	}
	r->expected = x->n_expected;
	if (x->n_findings > x->n_expected)
		r->verdict = GHES_EXPLORE_FAIL;
	else
		r->verdict = r->complete ? GHES_EXPLORE_PASS : GHES_EXPLORE_INCOMPLETE;
	r->defects = x->defects;
	r->defect_count = x->n_findings - x->n_expected;
}

enum ghes_explore_verdict ghes_explore_run(struct ghes_explore *x,
					   struct ghes_explore_result *result)
{
	double began;

	ex_report_free(x);
	x->script = NULL;
	if (!prepare(x) || !ex_analysis_reset(x)) {
		*result = (struct ghes_explore_result){.verdict = GHES_EXPLORE_ERROR};
		return GHES_EXPLORE_ERROR;
	}
	began = now();
	x->shard_depth = x->cfg.shards > 1 ? EX_SHARD_DEPTH : 0;
	if (!ex_crash_catch(x)) {
		*result = (struct ghes_explore_result){.verdict = GHES_EXPLORE_ERROR};
		return GHES_EXPLORE_ERROR;
	}
	if (x->shard_depth && x->cfg.mode == GHES_EXPLORE_DPOR)
		learn_for_shards(x, began);
	search(x, began);
	conclude(x);
	ex_report_all(x);
	ex_crash_ignore(x);
	*result = x->res;
	return result->verdict;
}

enum ghes_explore_verdict ghes_explore_replay(struct ghes_explore *x, const char *schedule,
					      struct ghes_explore_result *result)
{
	struct ex_script script;

	ex_report_free(x);
	*result = (struct ghes_explore_result){.verdict = GHES_EXPLORE_ERROR};
	if (ex_schedule_parse(schedule, &script))
		return GHES_EXPLORE_ERROR;
	/* cppcheck-suppress autoVariables ; taken back below */
	x->script = &script;
	if (prepare(x) && ex_crash_catch(x)) {
		/* Until nothing new turns out to be shared. */
		do {
			ex_report_free(x);
			if (!ex_analysis_reset(x))
				break;
			ex_execute(x);
		} while (x->more_shared && !ex_hangs(x));
		if (x->outcome != EX_MISFIT && (!x->more_shared || ex_hangs(x))) {
			count(x, x->outcome);
			ex_weigh_findings(x);
			conclude(x);
			if (x->n_findings == x->n_expected)
				x->res.verdict = GHES_EXPLORE_PASS;
			ex_report_all(x);
			*result = x->res;
		}
		ex_crash_ignore(x);
	}
	x->script = NULL;
	free(script.run);
	return result->verdict;
}
