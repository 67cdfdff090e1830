// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work that runs later: workqueue items of a CPU, task work of a task.
 *
 * Both are queued from task and irq context only, so one short lock guards all lists; a worker is
 * a kernel task of its own on its CPU.
 */
#include "internal.h"

static void append(struct sim_work_list *list, struct ghes_work *work)
{
	work->host[0] = NULL;
	if (list->last)
		list->last->host[0] = work;
	else
		list->first = work;
	list->last = work;
}

static struct ghes_work *take(struct sim_work_list *list)
{
	struct ghes_work *work = list->first;

	if (!work)
		return NULL;
	list->first = work->host[0];
	if (!list->first)
		list->last = NULL;
	return work;
}

static bool on_list(const struct sim_work_list *list, const struct ghes_work *work)
{
	for (const struct ghes_work *w = list->first; w; w = w->host[0])
		if (w == work)
			return true;
	return false;
}

static void unlink_work(struct sim_work_list *list, struct ghes_work *work)
{
	struct sim_work_list rest = {NULL, NULL};
	struct ghes_work *w;

	while ((w = take(list)) != NULL)
		if (w != work)
			append(&rest, w);
	*list = rest;
}

bool sim_work_push(struct sim_machine *m, struct sim_cpu *to, struct ghes_work *work,
		   void (*func)(struct ghes_work *work))
{
	bool queued = false;

	sim_lock(m, &m->work_lock);
	for (unsigned int i = 0; i < m->nr_cpus && !queued; i++)
		queued = on_list(&m->cpu[i].works, work);
	if (!queued) {
		work->func = func;
		append(&to->works, work);
	}
	sim_unlock(&m->work_lock);
	return !queued;
}

static struct ghes_work *take_locked(struct sim_machine *m, struct sim_cpu *c,
				     struct sim_work_list *list, bool is_work)
{
	struct ghes_work *work;

	sim_uses_one(m, c, SIM_RESOURCE_WORK, false, c->id);
	if (!list->first)
		return NULL;
	sim_uses_one(m, c, SIM_RESOURCE_WORK, true, c->id);
	sim_busy(c);
	sim_lock(m, &m->work_lock);
	work = take(list);
	if (is_work)
		c->running_work = work;
	sim_unlock(&m->work_lock);
	sim_idle(m, c);
	return work;
}

bool sim_work_run(struct sim_machine *m, struct sim_cpu *c)
{
	struct ghes_work *work = take_locked(m, c, &c->works, true);

	if (!work)
		return false;
	sim_enter(m, c, SIM_RUNNING_KERNEL, SIM_NO_SOURCE);
	sim_top(c)->task = (struct ghes_task){.id = 1000 + c->id, .user = false};
	sim_emit(m, c, SIM_EV_WORK_RUN, SIM_NO_SOURCE, sim_address_id(m, (uintptr_t)work), 0, 0,
		 NULL);
	work->func(work); /* may free it */
	sim_leave(m, c, 0);
	sim_uses_one(m, c, SIM_RESOURCE_WORK, true, c->id);
	sim_busy(c);
	sim_lock(m, &m->work_lock);
	c->running_work = NULL;
	sim_unlock(&m->work_lock);
	sim_idle(m, c);
	sim_return_path(m, c);
	return true;
}

static bool running_elsewhere(struct sim_machine *m, struct sim_cpu *c, struct ghes_work *work,
			      bool dequeue)
{
	struct sim_use uses[SIM_MAX_USES];
	bool running = false;
	unsigned int n = 0;

	for (; n < m->nr_cpus && n < SIM_MAX_USES; n++)
		uses[n] = (struct sim_use){SIM_RESOURCE_WORK, dequeue, n};
	sim_uses(m, c, uses, n);
	sim_busy(c);
	sim_lock(m, &m->work_lock);
	for (unsigned int i = 0; i < m->nr_cpus; i++) {
		if (dequeue)
			unlink_work(&m->cpu[i].works, work);
		running |= m->cpu[i].running_work == work;
	}
	sim_unlock(&m->work_lock);
	sim_idle(m, c);
	return running;
}

void sim_work_cancel(struct sim_machine *m, struct sim_cpu *c, struct ghes_work *work)
{
	bool running = running_elsewhere(m, c, work, true);

	while (running) {
		if (!sim_wait(m, c, work)) {
			sim_defect(m, SIM_ORACLE_lock,
				   "cancel_work_sync() on CPU %u waits for a work that cannot end",
				   c->id);
			sim_stop(m);
			return;
		}
		running = running_elsewhere(m, c, work, false);
	}
}

/* Any CPU, if the task is gone. */
unsigned int sim_cpu_of_task(const struct sim_machine *m, struct ghes_task task)
{
	for (unsigned int i = 0; i < m->nr_cpus; i++)
		if (m->cpu[i].task_id == task.id)
			return i;
	return 0;
}

int sim_task_work_push(struct sim_machine *m, struct ghes_task task, struct ghes_work *work,
		       void (*func)(struct ghes_work *work))
{
	for (unsigned int i = 0; task.user && i < m->nr_cpus; i++) {
		struct sim_cpu *to = &m->cpu[i];

		if (to->task_id != task.id)
			continue;
		sim_lock(m, &m->work_lock);
		work->func = func;
		append(&to->task_works, work);
		sim_unlock(&m->work_lock);
		return 0;
	}
	return -GHES_ENOENT;
}

bool sim_task_work_run(struct sim_machine *m, struct sim_cpu *c)
{
	struct ghes_work *work = take_locked(m, c, &c->task_works, false);

	if (!work)
		return false;
	sim_emit(m, c, SIM_EV_TASK_WORK_RUN, SIM_NO_SOURCE, c->task_id,
		 sim_address_id(m, (uintptr_t)work), 0, NULL);
	work->func(work);
	return true;
}
