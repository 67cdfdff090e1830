// SPDX-License-Identifier: GPL-2.0-only
/*
 * What runs later. Flow: the kernel's files -> this -> the host, which calls k_run_*() back.
 *
 * The kernel's rcu_head and task_work head have 16 bytes and lie in pool memory whose size is
 * studied, so they cannot carry the host's part; struct carrier does, taken from a fixed set.
 */
#include "shim.h"

#define NR_CARRIERS 512

struct carrier {
	union {
		struct host_rcu rcu;
		struct host_work work;
	};
	struct callback_head *head; /* claimed by compare-exchange from NULL */
	void (*func)(struct callback_head *head);
};

static struct carrier carriers[NR_CARRIERS];

/* Lock-free: fails only when all are taken. task, irq. */
static struct carrier *carrier_get(struct callback_head *head)
{
	int i;

	for (i = 0; i < NR_CARRIERS; i++) {
		struct callback_head *none = NULL;

		if (!READ_ONCE(carriers[i].head) &&
		    try_cmpxchg_acquire(&carriers[i].head, &none, head))
			return &carriers[i];
	}
	return NULL;
}

static void carrier_run(struct carrier *carrier)
{
	struct callback_head *head = carrier->head;
	void (*func)(struct callback_head *) = carrier->func;

	smp_store_release(&carrier->head, NULL);
	func(head);
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	struct carrier *carrier;

	if (host_checked && in_nmi())
		shim_defect("context", "call_rcu in %s context", shim_context_name(host_context()));
	record_rcu(head);
	carrier = carrier_get(head);
	if (!carrier)
		panic("shim: more than %d RCU and task work callbacks wait", NR_CARRIERS);
	head->func = func;
	carrier->func = func;
	host_call_rcu(&carrier->rcu);
}

void k_run_rcu(struct host_rcu *rcu)
{
	carrier_run(container_of(rcu, struct carrier, rcu));
}

static void kfree_rcu_func(struct callback_head *head)
{
	kfree((void *)head - (unsigned long)head->next);
}

void shim_kfree_rcu(struct rcu_head *head, size_t offset)
{
	head->next = (void *)offset;
	call_rcu(head, kfree_rcu_func);
}

int task_work_add(struct task_struct *task, struct callback_head *work,
		  enum task_work_notify_mode mode)
{
	struct carrier *carrier;
	int rc;

	if (host_checked && in_nmi())
		shim_defect("context", "task_work_add in %s context",
			    shim_context_name(host_context()));
	carrier = carrier_get(work);
	if (!carrier)
		return -ENOMEM;
	carrier->func = work->func;
	rc = host_task_work_add(task->host, &carrier->work);
	if (rc)
		smp_store_release(&carrier->head, NULL);
	else
		record_task_work(work);
	return rc;
}

void k_run_task_work(struct host_work *work)
{
	carrier_run(container_of(work, struct carrier, work));
}

struct mm_struct init_mm;
static struct mm_struct user_mm;

/* Asked anew each time: who runs on a CPU is the host's business. */
struct task_struct *shim_current(void)
{
	struct task_struct *task = &this_shim_cpu()->task;

	task->host = host_current();
	task->mm = task->host.user ? &user_mm : NULL;
	task->pid = (pid_t)task->host.id;
	if (!task->comm[0])
		strscpy(task->comm, "task", sizeof(task->comm));
	return task;
}

int force_sig(int sig)
{
	host_force_sig(host_current(), sig == SIGBUS ? "SIGBUS" : "signal");
	return 0;
}

bool schedule_work_on(int cpu, struct work_struct *work)
{
	if (host_checked && in_nmi())
		shim_defect("context", "schedule_work in %s context",
			    shim_context_name(host_context()));
	return host_schedule_work_on(cpu, &work->host);
}

bool cancel_work_sync(struct work_struct *work)
{
	shim_might_sleep("workqueue", 0, "cancel_work_sync", "cancel_work_sync");
	host_cancel_work_sync(&work->host);
	return true;
}

void k_run_work(struct host_work *host)
{
	struct work_struct *work = container_of(host, struct work_struct, host);

	work->func(work);
}
