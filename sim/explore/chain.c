// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who waits for whom, and where: deadlocks, livelocks, loops without steps.
 *
 * Flow: search.c: nobody can go on -> ex_deadlock() -> a finding whose message is the chain;
 * calls.c -> ex_chain_note(), while a report is made: the stack of a context that begins to wait;
 * report.c -> ex_print_contexts(), ex_print_end(), ex_print_frames().
 */
#include "engine.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>

/* What called the program under test. */
static bool is_engine(const char *function)
{
	return !strcmp(function, "context_main") || !strcmp(function, "ex_execute");
}

static bool waits(const struct ex_ctx *c)
{
	return c->op.kind == EX_OP_LOCK || c->op.kind == EX_OP_RELAX || c->op.kind == EX_OP_GP_END;
}

/* The readers whose sections were open when the grace period began, and still are. */
static ex_mask readers(const struct ghes_explore *x, const struct ex_ctx *c)
{
	ex_mask still = 0;

	for (ex_mask rest = c->gp_waits; rest; rest &= rest - 1) {
		unsigned int q = (unsigned int)__builtin_ctz(rest);

		if (x->ctx[q].rcu_depth && x->ctx[q].rcu_generation == c->gp_seen[q])
			still |= ex_bit(q);
	}
	return still;
}

/* One context that has to go on before @c can; EX_CTXS: none that is known. */
static unsigned int next_in_chain(const struct ghes_explore *x, const struct ex_ctx *c)
{
	unsigned int top = x->machine.top[c->cpu];
	ex_mask sections = readers(x, c);

	if (c->state == EX_PENDING || top != c->id)
		return top != c->id ? top : EX_CTXS;
	if (c->op.kind == EX_OP_LOCK)
		return x->machine.lock_owner[c->op.target];
	if (c->op.kind == EX_OP_GP_END && sections)
		return (unsigned int)__builtin_ctz(sections);
	return EX_CTXS;
}

static void lock_text(const struct ghes_explore *x, const struct ex_lock *l, char *text,
		      size_t size)
{
	const char *name =
		x->cfg.lock_name ? x->cfg.lock_name(x->cfg.user, (const void *)l->key) : NULL;

	if (name)
		snprintf(text, size, "%.64s", name);
	else
		snprintf(text, size, "lock %#lx", (unsigned long)l->key);
}

static void blocked_text(const struct ghes_explore *x, const struct ex_ctx *c, char *text,
			 size_t size)
{
	unsigned int by = next_in_chain(x, c);
	char lock[72];

	switch (c->op.kind) {
	case EX_OP_LOCK:
		lock_text(x, &x->locks[c->op.target], lock, sizeof(lock));
		if (by < EX_CTXS)
			snprintf(text, size, "waits for %s held by %s", lock, x->ctx[by].name);
		else
			snprintf(text, size, "is about to take %s", lock);
		break;
	case EX_OP_RELAX:
		snprintf(text, size, "waits in a loop for a change that nobody makes");
		break;
	case EX_OP_GP_END:
		snprintf(text, size, "waits for the read section of %s",
			 by < EX_CTXS ? x->ctx[by].name : "nobody");
		break;
	default:
		snprintf(text, size, "could go on");
		break;
	}
}

static const char *state_text(const struct ghes_explore *x, const struct ex_ctx *c, char *text,
			      size_t size)
{
	unsigned int top = x->machine.top[c->cpu];
	size_t used = (size_t)snprintf(text, size, "%s ", c->name);

	if (used >= size)
		return text;
	if (c->state == EX_PENDING && (c->mask_bit & x->machine.masked[c->cpu]))
		snprintf(text + used, size - used, "is held back by the mask of CPU %u", c->cpu);
	else if (c->state == EX_PENDING)
		snprintf(text + used, size - used, "is held back by %s",
			 top < EX_CTXS ? x->ctx[top].name : "nobody");
	else if (top != c->id && top < EX_CTXS)
		snprintf(text + used, size - used, "is interrupted by %s", x->ctx[top].name);
	else
		blocked_text(x, c, text + used, size - used);
	return text;
}

static bool is_unfinished(const struct ex_ctx *c)
{
	return c->state == EX_RUNNING || c->state == EX_PENDING;
}

/* Somebody who waits, rather than one that waits for him. */
static const struct ex_ctx *begin_of_chain(const struct ghes_explore *x)
{
	const struct ex_ctx *first = NULL;

	for (unsigned int i = 0; i < x->n_ctx; i++) {
		const struct ex_ctx *c = &x->ctx[i];

		if (!is_unfinished(c))
			continue;
		if (c->state == EX_RUNNING && x->machine.top[c->cpu] == i)
			return c;
		if (!first || (first->state == EX_PENDING && c->state == EX_RUNNING))
			first = c;
	}
	return first;
}

/* "a waits for l held by b; b is interrupted by c; c waits for ...", then who else is there. */
static void chain_text(const struct ghes_explore *x, const struct ex_ctx *first, char *chain,
		       size_t size)
{
	ex_mask rest = 0;
	size_t at = 0;

	for (unsigned int i = 0; i < x->n_ctx; i++)
		rest |= is_unfinished(&x->ctx[i]) ? ex_bit(i) : 0;
	for (unsigned int i = first->id; rest && at < size;) {
		char one[160];

		at += (size_t)snprintf(chain + at, size - at, "%s%s", at ? "; " : "",
				       state_text(x, &x->ctx[i], one, sizeof(one)));
		rest &= ~ex_bit(i);
		i = next_in_chain(x, &x->ctx[i]);
		if (rest && (i >= EX_CTXS || !(rest & ex_bit(i))))
			i = (unsigned int)__builtin_ctz(rest);
	}
}

void ex_deadlock(struct ghes_explore *x)
{
	const struct ex_ctx *first = begin_of_chain(x);
	char chain[sizeof(((struct ex_finding *)0)->message)] = "";
	bool spins = true;

	/* What is shared is not known yet, so a wake-up may have been missed: it is run again. */
	if (x->more_shared || !first)
		return;
	for (unsigned int i = 0; i < x->n_ctx; i++) {
		const struct ex_ctx *c = &x->ctx[i];

		if (is_unfinished(c) && (c->op.kind == EX_OP_LOCK || c->op.kind == EX_OP_GP_END))
			spins = false;
	}
	chain_text(x, first, chain, sizeof(chain));
	ex_defect(x, spins ? "progress" : "lock", first, first->op.pc, "%s: %s",
		  spins ? "livelock" : "deadlock", chain);
}

/* Of @self, which is about to wait: more than the shadow stack has, which knows no host's. */
void ex_chain_note(struct ghes_explore *x, struct ex_ctx *self)
{
	void *frames[EX_FRAMES + 8]; /* ours, too */
	unsigned int to = 0;
	int at = 0, n;

	if (__builtin_expect(!x->snapshots, 1))
		return;
	x->cur = NULL;
	n = backtrace(frames, EX_FRAMES + 8);
	while (at < n && frames[at] != self->op.pc)
		at++;
	for (; at < n && to < EX_FRAMES - 1; at++)
		self->frames[to++] = frames[at];
	self->frames[to] = NULL;
	x->cur = self;
}

/* Where @c waits, in the object of the code under test when that is another one than ours. */
const void *ex_chain_place(const struct ex_ctx *c)
{
	Dl_info ours, its;

	if (!waits(c) || !dladdr((const void *)(uintptr_t)ex_deadlock, &ours))
		return NULL;
	for (unsigned int i = 0; i < EX_FRAMES && c->frames[i]; i++)
		if (dladdr(c->frames[i], &its) && its.dli_fbase != ours.dli_fbase)
			return c->frames[i];
	return NULL;
}

void ex_print_frames(FILE *out, const void *const *frames, unsigned int n)
{
	for (unsigned int i = 0; i < n && frames[i]; i++) {
		char function[101], place[201];

		ex_locate(frames[i], function, place);
		if (is_engine(function))
			break;
		fprintf(out, "    #%u %s %s\n", i, function, place);
	}
}

void ex_print_contexts(FILE *out, const struct ghes_explore *x, const struct ex_finding *f)
{
	for (unsigned int i = 0; i < x->n_ctx; i++) {
		const struct ex_ctx *c = &x->ctx[i];
		char text[160];

		if (c->state != EX_RUNNING || (ex_ended(x, f) && i == f->ctx))
			continue;
		fprintf(out, "  %s:\n", state_text(x, c, text, sizeof(text)));
		if (waits(c) && c->frames[0])
			ex_print_frames(out, c->frames, EX_FRAMES);
		else
			ex_print_frames(out, &c->op.pc, 1);
	}
}

void ex_print_end(FILE *out, const struct ghes_explore *x, const struct ex_finding *f)
{
	fprintf(out, "  %s %s:\n", f->context,
		f->endless ? "was interrupted in its loop" : "was at");
	ex_print_frames(out, x->end_frames, EX_FRAMES);
}
