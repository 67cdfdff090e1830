/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the shim's own files share; the kernel's files never include it.
 *
 * struct shim_cpu is the per-CPU part of the modelled kernel. Each field is touched on its own CPU
 * only, by contexts that nest like a stack, except where it says otherwise.
 */
#ifndef SHIM_SHIM_H
#define SHIM_SHIM_H

#include <acpi/ghes.h>

#define SHIM_MF_FIFO 16 /* entries; 1 << MEMORY_FAILURE_FIFO_ORDER of mm/memory-failure.c */

struct shim_mf_entry {
	unsigned long pfn;
	int flags;
};

/* A CPU's memory failures on their way to the host. Any CPU may kick it; hence the lock. */
struct shim_mf {
	raw_spinlock_t lock;
	DECLARE_KFIFO(fifo, struct shim_mf_entry, SHIM_MF_FIFO);
	struct work_struct work;
};

enum shim_stage {
	STAGE_NONE,
	STAGE_ADDRESS,	/* the block's address was read: its header comes next */
	STAGE_PEEKED,	/* its header says that there is a record */
	STAGE_COPIED,	/* all of it was copied */
	STAGE_READ,	/* and found well-formed */
	STAGE_REJECTED, /* or not */
	STAGE_CLEARED,	/* the block was cleared */
};

/* What one context of a CPU does with a record, as seen from the calls it makes (record.c). */
struct shim_record {
	enum shim_stage stage;
	u16 source_id;
	const void *status_reg; /* the register that said where the block is */
	u64 paddr;
	u32 got; /* bytes of the current pass */
	u32 len;
	u8 header[20];
	void *buf;	    /* where the record was copied to */
	unsigned long node; /* the pool memory that was taken for it, 0: none */
	bool processing;    /* PROCESS was told, PROCESSED was not */
	bool panics;
	int outcome; /* of the last record: 0, -ENOENT, -EIO */
};

struct shim_cpu {
	struct llist_head raised_list;
	struct shim_mf mf;
	struct task_struct task;
	unsigned int locks_held[HOST_NR_CONTEXTS];
	unsigned int rcu_depth[HOST_NR_CONTEXTS];
	struct shim_record record[HOST_NR_CONTEXTS];
	struct llist_node *drained; /* rest of the list that the irq_work took; record.c */
	unsigned int relaxes;	    /* since a loop may have begun; lock.c */
	void *unwind;		    /* host/core.c's */
};

extern struct shim_cpu *shim_cpus;
extern const void *shim_hest;
extern size_t shim_hest_size;

static inline struct shim_cpu *this_shim_cpu(void)
{
	return &shim_cpus[host_cpu()];
}

static inline bool shim_nmi_like(enum host_context context)
{
	return context >= HOST_SEI;
}

/* A bounded loop begins: what it relaxes does not add up with what was before. */
static inline void shim_loop_begins(void)
{
	this_shim_cpu()->relaxes = 0;
}

/* Report under @oracle; one line, with the kernel's names. */
void shim_defect(const char *oracle, const char *fmt, ...) __printf(2, 3);
const char *shim_context_name(enum host_context context);

/* record.c: what happens at the boundary, told as tracepoints. */
void record_copied_from(u64 paddr, void *dst, size_t n);
void record_before_write(u64 paddr);
void record_written(u64 paddr);
void record_task_work(struct callback_head *work);
void record_rcu(struct rcu_head *head);
void record_irq_work(void);
void record_irq_work_done(void);
void record_settle(void); /* at the end of an entry */
void record_track(bool on);
int record_outcome(void);
void record_state(struct host_state *state);
size_t record_room(const void *ptr); /* bytes from @ptr to the end of its allocation, 0: unknown */

/* pool.c: what genalloc handed out; kept only when somebody listens. Any context, wait-free. */
void pool_take(unsigned long addr, size_t size); /* was just allocated */
void pool_give(unsigned long addr, size_t size); /* is about to be freed */
bool pool_has(const void *ptr);
unsigned long pool_start(const void *ptr); /* of the allocation that @ptr lies in; 0: none */
size_t pool_room(const void *ptr);	   /* from @ptr to the end of its allocation */
bool pool_nodes(u64 *nodes);		   /* live allocations; false: nobody counts */
struct gen_pool;
bool pool_is_live(const struct gen_pool *pool); /* has memory, and was not destroyed */
/* Is the node at @addr on the estatus queue? By who has it in hand. */
void pool_set_queued(unsigned long addr, bool queued);
bool pool_is_queued(unsigned long addr);

void shim_mf_init(struct shim_mf *mf);
void shim_sinks_init(void);
unsigned int shim_nr_bound(void);
struct platform_device *shim_probing(void);
u16 shim_source_of(struct platform_device *pdev);

#endif
