// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/inject.h"

#include <string.h>

#include "drivers/counts.h"

/* ---- One run --------------------------------------------------------------------------------- */

static void reset(void *ctx)
{
	struct inject *in = ctx;

	sim_snapshot_restore(in->m, in->boot);
	inject_cpus_reset(in);
	memset(in->next_action, 0, in->s->nr_programs * sizeof(in->next_action[0]));
}

/* One action of each CPU in turn, but those that a CPU has done already as another's interruption.
 */
static void run_programs(struct inject *in)
{
	const struct sim_scenario *s = in->s;
	bool more = true;

	for (unsigned int pc = 0; more && !sim_stopped(in->m); pc++) {
		more = false;
		for (unsigned int i = 0; i < s->nr_programs && !sim_stopped(in->m); i++) {
			if (pc >= s->programs[i].nr_actions)
				continue;
			more = true;
			if (in->next_action[i] > pc)
				continue;
			in->next_action[i] = pc + 1;
			sim_set_this_cpu(in->m, s->programs[i].cpu);
			sim_do(in->m, s->programs[i].cpu, &s->programs[i].actions[pc]);
			inject_finish_others(in);
		}
	}
}

static void settle(struct inject *in)
{
	static const struct sim_action settle[] = {
		{.kind = SIM_ACTION_RUN_WORK},
		{.kind = SIM_ACTION_GRACE_PERIOD},
	};

	for (unsigned int n = 0; n < 2; n++)
		for (unsigned int cpu = 0; cpu < in->s->config.nr_cpus && !sim_stopped(in->m);
		     cpu++) {
			sim_set_this_cpu(in->m, cpu);
			sim_do(in->m, cpu, &settle[n]);
			inject_finish_others(in);
		}
}

static void path(void *ctx)
{
	struct inject *in = ctx;

	in->crash_armed = true;
	if (!sigsetjmp(in->crashed, 0)) {
		run_programs(in);
		settle(in);
	}
	inject_cpus_reset(in); /* who was given up stays so */
	in->crash_armed = false;
}

static void arrive(struct inject *in, struct inject_strand *strand)
{
	enum sim_verdict v;

	in->arriving++;
	v = sim_arrive(in->m, strand->cpu, &in->s->arrivals[strand->n].action);
	in->arriving--;
	in->verdicts[v]++;
}

/* The rest of a program, all at once */
static void run_program(struct inject *in, struct inject_strand *strand)
{
	const struct sim_program *p = &in->s->programs[strand->n];

	in->programs++;
	while (in->next_action[strand->n] < p->nr_actions && !sim_stopped(in->m))
		sim_do(in->m, p->cpu, &p->actions[in->next_action[strand->n]++]);
}

static void notify_program(struct inject *in, unsigned int n)
{
	const struct sim_program *p = &in->s->programs[n];

	if (in->next_action[n] == p->nr_actions || !inject_is_idle(in, p->cpu) ||
	    !inject_elsewhere(in, p->cpu, run_program, n))
		in->elsewhere++;
}

static void notify(void *ctx, unsigned int level)
{
	struct inject *in = ctx;
	unsigned int n = in->arrival[level], cpu = sim_this_cpu(in->m);
	struct inject_strand here = {.cpu = cpu, .n = n};
	const struct sim_arrival *a;

	if (n >= in->s->nr_arrivals) {
		notify_program(in, n - in->s->nr_arrivals);
		return;
	}
	a = &in->s->arrivals[n];
	if (a->cpu < 0 || (unsigned int)a->cpu == cpu)
		arrive(in, &here);
	else if (!inject_elsewhere(in, (unsigned int)a->cpu, arrive, n))
		in->elsewhere++;
}

static int judge(void *ctx)
{
	struct inject *in = ctx;
	struct sim_counts *c = counts_of(in->m);
	struct ghes_step step;

	if (!sim_nr_defects(in->m)) {
		in->crash_armed = true;
		inject_bound(in, &step);
		if (!sigsetjmp(in->crashed, 0))
			sim_quiesce(in->m);
		ghes_step_disarm(&step);
		in->crash_armed = false;
	}
	/* those that ended the run, by a panic, began at once */
	in->verdicts[SIM_NOW] += in->arriving;
	in->arriving = 0;
	in->nests_seen |= c->nests_seen;
	in->pool_was_denied |= sim_pool_was_denied(in->m);
	in->r->notifications += counts_notifications(c);
	sim_collect_judged(in->r, in->m);
	return sim_nr_defects(in->m) ? 1 : 0;
}

bool inject_wait(struct sim_driver *d, struct sim_machine *m, unsigned int cpu, const void *on_what)
{
	struct inject *in = (struct inject *)d;

	if (in->suspending && cpu == in->other) {
		in->waits = true;
		in->waits_for = sim_lock_name(m, on_what);
		in->waits_as = sim_running(m, cpu);
		siglongjmp(in->waited, 1);
	}
	return !in->suspending && inject_wait_for_others(in);
}

const struct ghes_step_target inject_target = {
	.reset = reset,
	.path = path,
	.notify = notify,
	.judge = judge,
};
