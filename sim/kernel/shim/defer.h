/* SPDX-License-Identifier: GPL-2.0-only */
/* What runs later: irq_work, work items, task work; who runs now. */
#ifndef SHIM_DEFER_H
#define SHIM_DEFER_H

/* === SAME === */
/* The protocol of kernel/irq_work.c, bit for bit; irq_work.c has it in our words. */
#define CSD_FLAG_LOCK	  0x01
#define IRQ_WORK_PENDING  0x01
#define IRQ_WORK_BUSY	  0x02
#define IRQ_WORK_LAZY	  0x04
#define IRQ_WORK_HARD_IRQ 0x08
#define IRQ_WORK_CLAIMED  (IRQ_WORK_PENDING | IRQ_WORK_BUSY)
#define CSD_TYPE_IRQ_WORK 0x20

struct __call_single_node {
	struct llist_node llist;
	union {
		unsigned int u_flags;
		atomic_t a_flags;
	};
	u16 src, dst;
};
struct irq_work {
	struct __call_single_node node;
	void (*func)(struct irq_work *work);
	void *irqwait;
};
#define __IRQ_WORK_INIT(fn, flags)                                                                 \
	(struct irq_work)                                                                          \
	{                                                                                          \
		.node = {.u_flags = (flags)}, .func = (fn)                                         \
	}
#define IRQ_WORK_INIT(fn)	  __IRQ_WORK_INIT(fn, 0)
#define IRQ_WORK_INIT_HARD(fn)	  __IRQ_WORK_INIT(fn, IRQ_WORK_HARD_IRQ)
#define DEFINE_IRQ_WORK(name, fn) struct irq_work name = IRQ_WORK_INIT(fn)
static inline void init_irq_work(struct irq_work *work, void (*func)(struct irq_work *))
{
	*work = IRQ_WORK_INIT(func);
}
bool irq_work_queue(struct irq_work *work);
void irq_work_run(void);
void irq_work_sync(struct irq_work *work);

/* 32 bytes, as in the kernel: vendor records carry one inside the estatus pool. */
struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);
struct work_struct {
	struct host_work host;
	work_func_t func;
};
struct workqueue_struct;
#define __WORK_INITIALIZER(fn)                                                                     \
	{                                                                                          \
		.func = (fn)                                                                       \
	}
#define DECLARE_WORK(n, fn) struct work_struct n = __WORK_INITIALIZER(fn)
#define INIT_WORK(work, fn)                                                                        \
	do {                                                                                       \
		*(work) = (struct work_struct)__WORK_INITIALIZER(fn);                              \
	} while (0)
bool schedule_work_on(int cpu, struct work_struct *work);
#define schedule_work(work)	     schedule_work_on(smp_processor_id(), work)
#define queue_work(wq, work)	     schedule_work(work)
#define queue_work_on(cpu, wq, work) schedule_work_on(cpu, work)
#define system_wq		     ((struct workqueue_struct *)0)
#define system_highpri_wq	     system_wq
#define system_unbound_wq	     system_wq
bool cancel_work_sync(struct work_struct *work);
#define flush_work(work) cancel_work_sync(work)

/* What the shim fills in of the host's answer to "who runs?" each time it is asked. */
struct mm_struct {
	int unused;
};
struct task_struct {
	struct mm_struct *mm; /* NULL: a kernel thread, which never returns to user mode */
	char comm[16];
	pid_t pid;
	struct host_task host;
};
struct task_struct *shim_current(void);
#define current shim_current()
extern struct mm_struct init_mm;
#define task_pid_nr(task) ((task)->pid)
#define SIGBUS		  7
#define SIGKILL		  9
int force_sig(int sig);
#define PF_KTHREAD 0x00200000

enum task_work_notify_mode { TWA_NONE, TWA_RESUME, TWA_SIGNAL };
int task_work_add(struct task_struct *task, struct callback_head *work,
		  enum task_work_notify_mode mode);
#define init_task_work(work, fn) ((work)->func = (fn))

#define schedule()     host_schedule()
#define cond_resched() host_schedule()

#endif
