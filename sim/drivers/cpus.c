// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/cpus.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "drivers/fault_stack.h"

#define STACK_SIZE (512u * 1024)

struct cpu {
	ucontext_t context, resumer;
	void *stack;
	void (*job)(void *arg);
	void *arg;
	int resumed_by; /* CPU, or -1: the driver's own stack */
};

struct sim_cpus {
	struct sim_machine *m;
	unsigned int nr;
	int current; /* CPU whose fiber runs, -1: the driver's own stack */
	bool abandoned;
	ucontext_t outermost;
	struct cpu cpus[SIM_MAX_CPUS];
};

/* makecontext() passes ints only, so the fiber picks up its CPU here; one thread, no race. */
static _Thread_local struct sim_cpus *starting;

static void fiber(void)
{
	struct sim_cpus *c = starting;
	struct cpu *cpu = &c->cpus[c->current];

	for (;;) {
		if (!cpu->job)
			abort(); /* a CPU without a job is not resumed */
		cpu->job(cpu->arg);
		cpu->job = NULL;
		cpus_yield(c);
	}
}

static bool prepare(struct cpu *cpu)
{
	cpu->stack =
		mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (cpu->stack == MAP_FAILED) {
		cpu->stack = NULL;
		return false;
	}
	fault_stack_guard(cpu->stack);
	getcontext(&cpu->context);
	cpu->context.uc_stack.ss_sp = cpu->stack;
	cpu->context.uc_stack.ss_size = STACK_SIZE;
	cpu->context.uc_link = NULL;
	makecontext(&cpu->context, fiber, 0);
	return true;
}

struct sim_cpus *cpus_create(struct sim_machine *m, unsigned int nr_cpus)
{
	struct sim_cpus *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->m = m;
	c->nr = nr_cpus;
	c->current = -1;
	for (unsigned int i = 0; i < nr_cpus; i++)
		if (!prepare(&c->cpus[i])) {
			cpus_destroy(c);
			return NULL;
		}
	return c;
}

void cpus_destroy(struct sim_cpus *c)
{
	if (!c)
		return;
	for (unsigned int i = 0; i < c->nr; i++)
		if (c->cpus[i].stack)
			munmap(c->cpus[i].stack, STACK_SIZE);
	free(c);
}

void cpus_job(struct sim_cpus *c, unsigned int cpu, void (*job)(void *arg), void *arg)
{
	c->cpus[cpu].job = job;
	c->cpus[cpu].arg = arg;
}

bool cpus_busy(const struct sim_cpus *c, unsigned int cpu)
{
	return c->cpus[cpu].job != NULL;
}

static void become(struct sim_cpus *c, int cpu)
{
	c->current = cpu;
	if (cpu >= 0)
		sim_set_this_cpu(c->m, (unsigned int)cpu);
}

void cpus_resume(struct sim_cpus *c, unsigned int cpu)
{
	struct cpu *to = &c->cpus[cpu];
	ucontext_t *here = c->current < 0 ? &c->outermost : &to->resumer;

	to->resumed_by = c->current;
	become(c, (int)cpu);
	starting = c;
	swapcontext(here, &to->context);
	/* cpus_yield() and cpus_abandon() have set c->current. */
}

void cpus_yield(struct sim_cpus *c)
{
	struct cpu *from = &c->cpus[c->current];
	ucontext_t *to = from->resumed_by < 0 ? &c->outermost : &from->resumer;

	become(c, from->resumed_by);
	swapcontext(&from->context, to);
}

void cpus_abandon(struct sim_cpus *c)
{
	c->abandoned = true;
	c->current = -1;
	setcontext(&c->outermost);
	abort(); /* setcontext() does not return */
}

bool cpus_abandoned(const struct sim_cpus *c)
{
	return c->abandoned;
}
