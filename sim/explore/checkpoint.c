// SPDX-License-Identifier: GPL-2.0-only
/*
 * Executions that do not begin at the beginning.
 *
 * Most executions differ from the one before only near their end, and what comes before is replayed
 * in vain. So in the middle of a replay, at steps of the prefix, all that makes up the machine is
 * put aside; an execution that has this prefix goes on from there.
 *
 * Flow: explore.c -> ex_checkpoint_for() -> machine.c goes on from there, or from the beginning; ->
 * ex_step() at depth x->save_at -> back to the host's stack -> ex_checkpoint_save() -> the context
 * that made the step goes on, as it will after each ex_checkpoint_restore().
 *
 * What belongs to an execution is saved: contexts with their stacks, struct ex_machine, the host's
 * state (config.save). What is learned for good (which memory is shared, who may block) and the
 * analysis (path, clocks) are not: they are the same, or know more.
 *
 * Invariants: checkpoints are of one path, each deeper than the one before, and none is deeper than
 * the part of the path that the next execution keeps.
 */
#include "engine.h"
#include "fiber.h"
#include <stdlib.h>

/* Nothing to save, or no way to. */
static bool is_possible(const struct ghes_explore *x)
{
	if (!x->cfg.save || !x->cfg.restore || x->script || EX_LEAVES_STACKS)
		return false;
	for (unsigned int i = 0; i < x->n_regions; i++)
		if (x->regions[i].copy)
			return false;
	return true;
}

/*
 * Where to save next, in the middle of what is left to replay: the nearer to its end, the closer
 * they are to each other, as are the places where executions will branch off.
 */
static void plan(struct ghes_explore *x, unsigned int from)
{
	x->save_at = UINT_MAX;
	if (x->kept >= from + 2 * EX_CHECKPOINT_STEPS && x->n_checkpoints < EX_CHECKPOINTS &&
	    is_possible(x))
		x->save_at = from + (x->kept - from) / 2;
}

const struct ex_checkpoint *ex_checkpoint_for(struct ghes_explore *x)
{
	const struct ex_checkpoint *last = NULL;

	while (x->n_checkpoints && x->checkpoints[x->n_checkpoints - 1].depth > x->kept)
		x->n_checkpoints--;
	if (x->n_checkpoints && is_possible(x))
		last = &x->checkpoints[x->n_checkpoints - 1];
	plan(x, last ? last->depth : 0);
	return last;
}

/* Of a context that is running; others begin with an empty one. */
static size_t stack_used(const struct ex_ctx *c)
{
	return c->state == EX_RUNNING ? c->stack_hi - (uintptr_t)c->sp : 0;
}

static bool save_stacks(const struct ghes_explore *x, struct ex_checkpoint *to)
{
	size_t bytes = 0;
	char *p;

	for (unsigned int i = 0; i < x->n_ctx; i++)
		bytes += stack_used(&x->ctx[i]);
	if (bytes > to->stack_room) {
		free(to->stacks);
		to->stacks = malloc(bytes);
		to->stack_room = to->stacks ? bytes : 0;
		if (!to->stacks)
			return false;
	}
	p = to->stacks;
	for (unsigned int i = 0; i < x->n_ctx; i++)
		if (x->ctx[i].state == EX_RUNNING)
			p = mempcpy(p, x->ctx[i].sp, stack_used(&x->ctx[i]));
	return true;
}

static void restore_stacks(struct ghes_explore *x, const struct ex_checkpoint *from)
{
	const char *p = from->stacks;

	for (unsigned int i = 0; i < x->n_ctx; i++) {
		if (x->ctx[i].state != EX_RUNNING)
			continue;
		memcpy(x->ctx[i].sp, p, stack_used(&x->ctx[i]));
		p += stack_used(&x->ctx[i]);
	}
}

/*
 * A waiting loop compares counts of writes, which go on counting: what is saved is how much they
 * have grown since the loop looked. So from counts to growth, and likewise back.
 *
 * The assignment is part of it for GCC 12.2 for aarch64, too: it leaves out calls of a function
 * that only does the rest, as if that changed nothing (explore_exact shows it: loops go on too
 * early).
 */
static void copy_context(const struct ghes_explore *x, struct ex_ctx *to, const struct ex_ctx *from)
{
	unsigned int n = from->relax_n <= EX_RELAX ? from->relax_n : 0;

	*to = *from;
	for (unsigned int k = 0; k < n; k++) {
		uint16_t now = ex_version(x, from->relax_obj[k], from->relax_mask[k]);

		to->relax_version[k] = (uint16_t)(now - from->relax_version[k]);
	}
}

static bool uses_blocks(const struct ghes_explore *x)
{
	for (unsigned int i = 0; i < x->n_ctx; i++)
		if (x->ctx[i].arena_used)
			return true;
	return false;
}

void ex_checkpoint_save(struct ghes_explore *x, const struct ex_ctx *self)
{
	struct ex_checkpoint *to = &x->checkpoints[x->n_checkpoints];

	x->save_at = UINT_MAX;
	if (x->depth >= x->kept || uses_blocks(x) || !save_stacks(x, to) ||
	    !x->cfg.save(x->cfg.user, x->n_checkpoints))
		return;
	to->depth = x->depth;
	to->self = self->id;
	to->machine = x->machine;
	for (unsigned int i = 0; i < x->n_ctx; i++)
		copy_context(x, &to->ctx[i], &x->ctx[i]);
	x->n_checkpoints++;
	plan(x, x->depth);
}

/* As it was then, but for what has been learned since. */
static void restore_context(const struct ghes_explore *x, struct ex_ctx *c,
			    const struct ex_ctx *saved)
{
	bool may_block = c->may_block, late = c->starts_late, shared = c->stack_shared;

	copy_context(x, c, saved);
	c->may_block = may_block;
	c->starts_late = late;
	c->stack_shared = shared;
}

struct ex_ctx *ex_checkpoint_restore(struct ghes_explore *x, const struct ex_checkpoint *from)
{
	x->depth = from->depth;
	x->machine = from->machine;
	for (unsigned int i = 0; i < x->n_ctx; i++)
		restore_context(x, &x->ctx[i], &from->ctx[i]);
	restore_stacks(x, from);
	x->cfg.restore(x->cfg.user, (unsigned int)(from - x->checkpoints));
	return &x->ctx[from->self];
}

void ex_checkpoint_free(struct ghes_explore *x)
{
	for (unsigned int i = 0; i < EX_CHECKPOINTS && x->checkpoints; i++)
		free(x->checkpoints[i].stacks);
	free(x->checkpoints);
}
