// SPDX-License-Identifier: GPL-2.0-only
/*
 * A crash of the code under test, or a loop of it in which it makes no step, is a defect with a
 * schedule, not the end of the search, nor one that never ends.
 *
 * Flow: explore.c installs the handlers for the time of a search -> a fatal signal while a context
 * runs, or the watchdog's when nothing moved -> back to the host's stack; the fiber is abandoned ->
 * explore.c -> ex_crash_tell() -> a finding. A crash of the host itself gets what was installed
 * before.
 *
 * The handlers run on a stack of their own: the fault may be an overflow of the fiber's. They only
 * note what happened: the code may have been in the middle of malloc().
 */
#include "engine.h"
#include "fiber.h"
#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <ucontext.h>

static const int fatal[EX_FATAL_SIGNALS] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

/* One search at a time. */
static struct watchdog watchdog;
static struct ghes_explore *catching;

static const void *faulting_pc(const void *context)
{
	const ucontext_t *u = context;

	/* One further, as if it were a return address: that is what reports expect. */
#if defined(__x86_64__)
	return (const char *)u->uc_mcontext.gregs[REG_RIP] + 1;
#elif defined(__aarch64__)
	return (const char *)u->uc_mcontext.pc + 1;
#endif
}

/* Who called what was interrupted, which may be a library that knows nothing of us. */
static void note_frames(struct ghes_explore *x)
{
	void *frames[EX_FRAMES + 8]; /* ours, too */
	unsigned int to = 0;
	int n, at = 0;

	x->end_frames[0] = NULL;
	if (x->probe && !x->snapshots)
		return;
	x->unwinding = true;
	n = backtrace(frames, EX_FRAMES + 8);
	x->unwinding = false;
	while (at < n && (const char *)frames[at] + 1 != x->end.pc)
		at++;
	x->end_frames[to++] = x->end.pc;
	while (++at < n && to < EX_FRAMES - 1)
		x->end_frames[to++] = frames[at];
	x->end_frames[to] = NULL;
}

static void caught(int sig, siginfo_t *info, void *context)
{
	struct ghes_explore *x = ex;
	struct ex_ctx *c = x ? x->cur : NULL;

	/* Between executions, too: the host's callbacks are asked there. */
	if (catching && sig == SIGSEGV && catching->cfg.fault &&
	    catching->cfg.fault(catching->cfg.user, info->si_addr))
		return;
	if (EX_LEAVES_STACKS) { /* repeated, it is whose it was before */
		ex_crash_ignore(catching);
		return;
	}
	if (x && x->unwinding) /* a stack that is no stack any more: what is known must do */
		siglongjmp(x->host, 1);
	if (!c && !(x && x->finishing)) {
		/* Not ours: repeat it as it would have been. */
		ex_crash_ignore(catching);
		raise(sig);
		return;
	}
	x->end = (struct ex_end){true, sig, c, faulting_pc(context), info->si_addr};
	x->cur = NULL;
	x->outcome = EX_FAILED;
	x->cut = !x->finishing;
	x->cut_short = true;
	note_frames(x);
	siglongjmp(x->host, 1);
}

/* Differs after each step, each access that is none, and outside of the code under test. */
static uint64_t moves(const struct ghes_explore *x)
{
	static uint64_t outside;

	if (!x || !(x->cur || x->finishing))
		return UINT64_MAX - (++outside & 1);
	return x->begun << 40 | (uint64_t)x->depth << 24 | (x->cur ? x->cur->private_accesses : 0);
}

/* Known to, or only one of many attempts at a shorter schedule. But a report is made of all. */
static bool hangs_sooner(const struct ghes_explore *x)
{
	return x->probe && (x->probe->endless || !x->snapshots);
}

static void tick(int sig, siginfo_t *info, void *context)
{
	struct ghes_explore *x = ex;
	uint64_t idle_ms = watchdog_idle_ms(&watchdog, moves(x));

	(void)sig;
	(void)info;
	if (!x || !(x->cur || x->finishing) || !idle_ms ||
	    idle_ms < x->cfg.max_idle_ms / (hangs_sooner(x) ? EX_PROBE_HANGS_SOONER : 1))
		return;
	x->end = (struct ex_end){true, 0, x->cur, faulting_pc(context), NULL};
	x->cur = NULL;
	x->outcome = EX_FAILED;
	x->cut = !x->finishing;
	x->cut_short = true;
	note_frames(x);
	/* One costs seconds, and the next execution would have it, too. */
	x->stop = true;
	ex_abort_execution(x, EX_FAILED);
}

static void tell_endless(struct ghes_explore *x, const struct ex_ctx *c)
{
	unsigned int found = x->n_findings;
	const void *pc = x->end.pc;

	/* Interrupted anywhere in its loop: the place is no part of what the defect is. */
	if (x->probe && x->probe->endless && x->probe->ctx == (c ? c->id : EX_CTXS))
		pc = x->probe->pc;
	ex_defect(x, "progress", c, pc, "endless loop: %s makes no step for %u ms of CPU time",
		  c ? c->name : "the end of the run", x->cfg.max_idle_ms);
	if (x->n_findings > found)
		x->findings[found].endless = true;
}

static void tell_crash(struct ghes_explore *x, const struct ex_ctx *c)
{
	const char *who = c ? c->name : "the end of the run";

	if (x->end.signal == SIGABRT)
		ex_defect(x, "crash", c, x->end.pc, "%s calls abort()", who);
	else
		ex_defect(x, "crash", c, x->end.pc, "%s dies of signal %d at address %#lx", who,
			  x->end.signal, (unsigned long)x->end.address);
}

/* Did the execution end in a loop without steps? */
bool ex_hangs(const struct ghes_explore *x)
{
	return x->end.happened && !x->end.signal;
}

/* Is that what @f is about? */
bool ex_ended(const struct ghes_explore *x, const struct ex_finding *f)
{
	return x->end.happened && (f->endless || !strcmp(f->oracle, "crash"));
}

/* The innermost frame that is not the C library's; NULL: all of them are, as far as is known. */
const void *ex_crash_place(const struct ghes_explore *x)
{
	Dl_info libc, its;

	if (!dladdr((const void *)(uintptr_t)abort, &libc))
		return NULL;
	for (unsigned int i = 0; i < EX_FRAMES && x->end_frames[i]; i++)
		if (dladdr(x->end_frames[i], &its) && its.dli_fbase != libc.dli_fbase)
			return x->end_frames[i];
	return NULL;
}

/* Makes a defect of what ended the execution. */
void ex_crash_tell(struct ghes_explore *x)
{
	const struct ex_ctx *c = x->end.ctx;

	if (!x->end.signal)
		tell_endless(x, c);
	else
		tell_crash(x, c);
}

static void watch(struct ghes_explore *x, int flags)
{
	void *frame;

	backtrace(&frame, 1); /* the first call loads what it needs */
	catching = x;
	watchdog_start(&watchdog, 0, x->cfg.max_idle_ms, flags, tick);
}

/* AddressSanitizer has its own report, and does not follow a jump off the signal stack. */
static unsigned int nr_caught(const struct ghes_explore *x)
{
	if (EX_LEAVES_STACKS)
		return x->cfg.fault ? 1 : 0;
	return EX_FATAL_SIGNALS;
}

bool ex_crash_catch(struct ghes_explore *x)
{
	struct sigaction action = {.sa_sigaction = caught,
				   .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
	stack_t stack = {.ss_size = 64 << 10};

	if (!EX_LEAVES_STACKS) {
		x->crash_stack = malloc(stack.ss_size);
		if (!x->crash_stack)
			return false;
		stack.ss_sp = x->crash_stack;
		sigaltstack(&stack, &x->old_crash_stack);
	}
	sigemptyset(&action.sa_mask);
	for (unsigned int i = 0; i < nr_caught(x); i++)
		sigaction(fatal[i], &action, &x->old_action[i]);
	watch(x, EX_LEAVES_STACKS ? 0 : SA_ONSTACK);
	return true;
}

void ex_crash_ignore(struct ghes_explore *x)
{
	if (!catching)
		return;
	catching = NULL;
	watchdog_stop(&watchdog);
	for (unsigned int i = 0; i < nr_caught(x); i++)
		sigaction(fatal[i], &x->old_action[i], NULL);
	if (!x->crash_stack)
		return;
	sigaltstack(&x->old_crash_stack, NULL);
	free(x->crash_stack);
	x->crash_stack = NULL;
}
