// SPDX-License-Identifier: GPL-2.0-only
/*
 * Other CPUs: what arrives on one while another stands at a boundary, and how it goes on when it
 * has to wait for that one.
 *
 *	CPU 0 (the path)		| CPU 1 (a strand)
 *	...
 *	boundary n ------------------->	| the notification, or the rest of its program
 *					| ...
 *					| needs a lock that CPU 0 holds, a grace period...
 *	goes on <----------------------	| waits
 *	...
 *	calls the platform ----------->	| looks again; waits
 *	  <---------------------------	|
 *	unlocks
 *	calls the platform ----------->	| goes on to its end
 *	  <---------------------------	|
 *
 * A strand is one CPU's code on a stack of its own. One of them runs at a time; a turn is given
 * like a call is made, so who gave it goes on when the other waits or ends. On one CPU strands
 * interrupt one another: only the youngest may run.
 *
 * Steps: a strand is interrupted at its own boundaries. Its step (step.h) is taken off when its
 * turn ends, put back when the next begins, so instructions count for the path they belong to.
 *
 * Nobody can go on: `dead`. Whoever waits is told so, and the machine reports what it waited for.
 */
#include "drivers/inject.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "drivers/fault_stack.h"
#include "explore/fiber.h"

#define STACK_SIZE ((size_t)512 * 1024)

static struct inject_strand *path_of(struct inject *in)
{
	return &in->strand[0];
}

/* The youngest on @cpu: only that one may run there. NULL: the CPU is idle. */
static struct inject_strand *top(struct inject *in, unsigned int cpu)
{
	struct inject_strand *found = NULL;

	for (unsigned int i = 0; i < INJECT_STRANDS; i++) {
		struct inject_strand *s = &in->strand[i];

		if (s->state != INJECT_IDLE && s->cpu == cpu && (!found || s->age > found->age))
			found = s;
	}
	return found;
}

static bool may_run(struct inject *in, const struct inject_strand *s)
{
	return top(in, s->cpu) == s;
}

/* ---- Turns ----------------------------------------------------------------------------------- */

/* After a switch to the path's own stack: was it to leave everything? */
static void leave_if_asked(struct inject *in)
{
	enum inject_leave why = in->leave;

	in->leave = INJECT_STAY;
	if (why == INJECT_STOPPED)
		sim_stop(in->m);
	if (why == INJECT_CRASHED)
		siglongjmp(in->crashed, 1);
}

static void switch_to(struct inject *in, struct inject_strand *to)
{
	struct inject_strand *from = in->current;

	in->current = to;
	ex_fiber_switch(&from->sp, to->sp);
	if (in->current == path_of(in))
		leave_if_asked(in);
}

static void give_turn(struct inject *in, struct inject_strand *to)
{
	struct inject_strand *me = in->current;
	enum inject_strand_state state = me->state;
	struct ghes_step *step = to->step;

	if (state != INJECT_IDLE)
		me->state = INJECT_GIVING;
	me->cpu = sim_this_cpu(in->m);
	to->giver = me;
	if (to->state == INJECT_WAITING)
		in->nr_waiting--;
	to->state = INJECT_RUNNING;
	if (step)
		ghes_step_rearm(step);
	sim_set_this_cpu(in->m, to->cpu);
	switch_to(in, to);
	sim_set_this_cpu(in->m, me->cpu);
	if (step)
		ghes_step_disarm(step);
	me->state = state;
}

/* One for each strand that waits and may run. False: that changed nothing. */
static bool give_turns(struct inject *in)
{
	uint64_t before = in->moves;

	for (unsigned int i = 0; i < INJECT_STRANDS && in->nr_waiting; i++) {
		struct inject_strand *s = &in->strand[i];

		if (s->state == INJECT_WAITING && may_run(in, s))
			give_turn(in, s);
	}
	return in->moves != before;
}

static void strand_main(void *arg)
{
	struct inject_strand *me = arg;
	struct inject *in = me->in;

	me->job(in, me);
	me->state = INJECT_IDLE;
	in->moves++;
	/* What interrupted the CPU of who gave the turn comes to its end first. */
	while (!may_run(in, me->giver))
		if (!give_turns(in))
			in->dead = true;
	switch_to(in, me->giver);
	abort(); /* an idle strand gets no turn: it starts anew */
}

/* ---- For the driver -------------------------------------------------------------------------- */

bool inject_cpus_init(struct inject *in)
{
	for (unsigned int i = 0; i < INJECT_STRANDS; i++)
		in->strand[i].in = in;
	for (unsigned int i = 1; i < INJECT_STRANDS; i++) {
		void *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (stack == MAP_FAILED)
			return false;
		fault_stack_guard(stack);
		in->strand[i].stack = stack;
	}
	inject_cpus_reset(in);
	return true;
}

void inject_cpus_fini(struct inject *in)
{
	for (unsigned int i = 1; i < INJECT_STRANDS; i++)
		if (in->strand[i].stack)
			munmap(in->strand[i].stack, STACK_SIZE);
}

void inject_cpus_reset(struct inject *in)
{
	for (unsigned int i = 1; i < INJECT_STRANDS; i++) {
		if (in->strand[i].state != INJECT_IDLE)
			ex_fiber_forget(in->strand[i].stack, STACK_SIZE);
		in->strand[i].state = INJECT_IDLE;
	}
	path_of(in)->state = INJECT_RUNNING;
	path_of(in)->cpu = 0;
	in->current = path_of(in);
	in->nr_waiting = 0;
	in->age = 0;
	in->dead = false;
	in->leave = INJECT_STAY;
}

bool inject_elsewhere(struct inject *in, unsigned int cpu, inject_job *job, unsigned int n)
{
	struct inject_strand *s = NULL;

	for (unsigned int i = 1; i < INJECT_STRANDS && !s; i++)
		if (in->strand[i].state == INJECT_IDLE)
			s = &in->strand[i];
	if (!s)
		return false;
	s->cpu = cpu;
	s->age = ++in->age;
	s->job = job;
	s->n = n;
	s->step = NULL; /* on its first turn it runs under the step that brought it */
	s->sp = ex_fiber_prepare(s->stack, STACK_SIZE, strand_main, s);
	give_turn(in, s);
	if (s->state != INJECT_IDLE)
		s->step = ghes_step_current();
	return true;
}

bool inject_is_idle(struct inject *in, unsigned int cpu)
{
	in->current->cpu = sim_this_cpu(in->m);
	return !top(in, cpu);
}

void inject_finish_others(struct inject *in)
{
	/* The path is between two actions: it holds nothing, and its CPU is idle. */
	while (in->nr_waiting && !sim_stopped(in->m))
		if (!give_turns(in))
			in->dead = true;
}

void inject_point(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		  enum sim_event_kind kind, uint64_t arg)
{
	struct inject *in = (struct inject *)d;

	(void)m;
	(void)cpu;
	(void)arg;
	/* A tracepoint tells of what has been done already: nobody may come in between. */
	if (in->suspending || kind >= SIM_EV_TRACEPOINT)
		return;
	in->moves += kind != SIM_EV_STEP; /* a turn of a loop that waits is no move */
	if (in->nr_waiting)
		give_turns(in);
}

bool inject_wait_for_others(struct inject *in)
{
	struct inject_strand *me = in->current;

	if (in->dead)
		return false;
	if (me == path_of(in) || !may_run(in, me->giver))
		return in->nr_waiting && give_turns(in);
	me->state = INJECT_WAITING;
	in->nr_waiting++;
	switch_to(in, me->giver);
	return !in->dead;
}

void inject_unwind(struct sim_driver *d, struct sim_machine *m)
{
	(void)m;
	inject_leave((struct inject *)d, INJECT_STOPPED);
}

void inject_leave(struct inject *in, enum inject_leave why)
{
	if (in->current == path_of(in))
		return;
	in->leave = why;
	switch_to(in, path_of(in));
}
