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

static void unlink_work(struct sim_work_list *list, const struct ghes_work *work)
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

/* The work that is first in the queue of @c, which runs from now on. NULL: there is none. */
static struct ghes_work *begin_work(struct sim_machine *m, struct sim_cpu *c)
{
	struct ghes_work *work;

	sim_uses_one(m, c, SIM_RESOURCE_WORK, false, c->id);
	do {
		struct ghes_work *first = c->works.first;

		if (!first)
			return NULL;
		sim_uses(m, c,
			 (const struct sim_use[]){
				 {SIM_RESOURCE_WORK_ITEM, true, (uintptr_t)first},
				 {SIM_RESOURCE_WORK, true, c->id},
			 },
			 2);
		sim_busy(c);
		sim_lock(m, &m->work_lock);
		/* Cancelled meanwhile: what is first now was not announced. */
		work = c->works.first == first ? take(&c->works) : NULL;
		if (work)
			c->running_work = work;
		sim_unlock(&m->work_lock);
		sim_idle(m, c);
	} while (!work);
	return work;
}

bool sim_work_run(struct sim_machine *m, struct sim_cpu *c)
{
	struct ghes_work *work = begin_work(m, c);

	if (!work)
		return false;
	sim_enter(m, c, SIM_RUNNING_KERNEL, SIM_NO_SOURCE);
	sim_top(c)->task = (struct ghes_task){.id = 1000 + c->id, .user = false};
	sim_emit(m, c, SIM_EV_WORK_RUN, SIM_NO_SOURCE, sim_address_id(m, (uintptr_t)work), 0, 0,
		 NULL);
	work->func(work); /* may free it */
	sim_leave(m, c, 0);
	sim_uses_one(m, c, SIM_RESOURCE_WORK_ITEM, true, (uintptr_t)work);
	sim_busy(c);
	sim_lock(m, &m->work_lock);
	c->running_work = NULL;
	sim_unlock(&m->work_lock);
	sim_idle(m, c);
	sim_return_path(m, c);
	return true;
}

/* The CPU in whose queue @work is, or NULL. */
static struct sim_cpu *queue_of(struct sim_machine *m, const struct ghes_work *work)
{
	for (unsigned int i = 0; i < m->nr_cpus; i++)
		if (on_list(&m->cpu[i].works, work))
			return &m->cpu[i];
	return NULL;
}

static bool is_running(const struct sim_machine *m, const struct ghes_work *work)
{
	for (unsigned int i = 0; i < m->nr_cpus; i++)
		if (m->cpu[i].running_work == work)
			return true;
	return false;
}

/* Takes @work out of whatever queue it is in. Return: whether it runs. */
static bool dequeue(struct sim_machine *m, struct sim_cpu *c, struct ghes_work *work)
{
	const struct sim_cpu *announced = NULL;

	sim_uses_one(m, c, SIM_RESOURCE_WORK_ITEM, false, (uintptr_t)work);
	for (;;) {
		struct sim_cpu *at;
		bool running;

		sim_busy(c);
		sim_lock(m, &m->work_lock);
		at = queue_of(m, work);
		if (at && at == announced) {
			unlink_work(&at->works, work);
			at = NULL;
		}
		running = is_running(m, work);
		sim_unlock(&m->work_lock);
		sim_idle(m, c);
		if (!at)
			return running;
		announced = at;
		sim_uses(m, c,
			 (const struct sim_use[]){
				 {SIM_RESOURCE_WORK_ITEM, true, (uintptr_t)work},
				 {SIM_RESOURCE_WORK, true, at->id},
			 },
			 2);
	}
}

void sim_work_cancel(struct sim_machine *m, struct sim_cpu *c, struct ghes_work *work)
{
	while (dequeue(m, c, work)) {
		if (!sim_wait(m, c, work)) {
			sim_defect(m, SIM_ORACLE_lock,
				   "cancel_work_sync() on CPU %u waits for a work that cannot end",
				   c->id);
			sim_stop(m);
			return;
		}
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
	struct ghes_work *work;

	sim_uses_one(m, c, SIM_RESOURCE_TASK_WORK, false, c->id);
	if (!c->task_works.first)
		return false;
	sim_uses_one(m, c, SIM_RESOURCE_TASK_WORK, true, c->id);
	sim_busy(c);
	sim_lock(m, &m->work_lock);
	work = take(&c->task_works);
	sim_unlock(&m->work_lock);
	sim_idle(m, c);
	sim_emit(m, c, SIM_EV_TASK_WORK_RUN, SIM_NO_SOURCE, c->task_id,
		 sim_address_id(m, (uintptr_t)work), 0, NULL);
	work->func(work);
	return true;
}
