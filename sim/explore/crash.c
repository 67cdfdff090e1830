// SPDX-License-Identifier: GPL-2.0-only
/*
 * A crash of the code under test is a defect with a schedule, not the end of the search.
 *
 * Flow: explore.c installs the handlers for the time of a search -> a fatal signal while a context
 * runs -> a finding, and back to the host's stack; the fiber is abandoned. A crash of the host
 * itself gets what was installed before.
 *
 * The handlers run on a stack of their own: the fault may be an overflow of the fiber's.
 */
#include "engine.h"
#include "fiber.h"
#include <signal.h>
#include <stdlib.h>
#include <ucontext.h>

static const int fatal[EX_FATAL_SIGNALS] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

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

static void caught(int sig, siginfo_t *info, void *context)
{
	struct ghes_explore *x = ex;
	struct ex_ctx *c = x ? x->cur : NULL;

	if (!c && !(x && x->finishing)) {
		/* Not ours: repeat it as it would have been. */
		ex_crash_ignore(x);
		raise(sig);
		return;
	}
	ex_defect(x, "crash", c, faulting_pc(context), "%s dies of signal %d at address %#lx",
		  c ? c->name : "the end of the run", sig, (unsigned long)info->si_addr);
	x->cur = NULL;
	x->outcome = EX_FAILED;
	x->cut_short = true;
	siglongjmp(x->host, 1);
}

bool ex_crash_catch(struct ghes_explore *x)
{
#ifdef EX_ASAN
	/* AddressSanitizer has its own report, and does not follow a jump off the signal stack. */
	(void)x;
	return true;
#endif
	struct sigaction action = {.sa_sigaction = caught,
				   .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
	stack_t stack = {.ss_size = 64 << 10};

	x->crash_stack = malloc(stack.ss_size);
	if (!x->crash_stack)
		return false;
	stack.ss_sp = x->crash_stack;
	sigaltstack(&stack, &x->old_crash_stack);
	sigemptyset(&action.sa_mask);
	for (unsigned int i = 0; i < EX_FATAL_SIGNALS; i++)
		sigaction(fatal[i], &action, &x->old_action[i]);
	return true;
}

void ex_crash_ignore(struct ghes_explore *x)
{
	if (!x || !x->crash_stack)
		return;
	for (unsigned int i = 0; i < EX_FATAL_SIGNALS; i++)
		sigaction(fatal[i], &x->old_action[i], NULL);
	sigaltstack(&x->old_crash_stack, NULL);
	free(x->crash_stack);
	x->crash_stack = NULL;
}
