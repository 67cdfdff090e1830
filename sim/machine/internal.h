/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the machine share: the arena, CPUs and their contexts, firmware, SDEI events.
 *
 * Layout of the arena: struct sim_machine | CPUs | sources, blocks, events | physical memory |
 * state of observers | the core's heap. One memcpy() of the part in use saves or restores it; all
 * pointers inside point into it, and it never moves. What must survive a restore (the driver, the
 * configuration) is in struct sim_host, outside.
 *
 * Who writes what: a field without a comment is constant after create; "own CPU" is written only
 * by code that runs as that CPU, contexts nested in one another like interrupt handlers on a real
 * one; the rest is atomic. While sim_cpu.busy is not 0 the machine itself is running on that CPU:
 * a notification that a signal brings then is kept in sim_cpu.deferred and delivered as soon as
 * the machine is left, so machine code is never re-entered on its own CPU and may take the
 * machine's short locks (struct sim_lock).
 */
#ifndef SIM_MACHINE_INTERNAL_H
#define SIM_MACHINE_INTERNAL_H

#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <ghes/gar.h>

#include "machine.h"
#include "random.h"

#define SIM_MAX_OBSERVERS 32
#define SIM_MAX_REGIONS	  16
#define SIM_MAX_SOURCES	  1024 /* that this machine's firmware can drive */
#define SIM_NONE	  UINT32_MAX
#define SIM_DEFERRED	  32
#define SIM_CACHELINE	  64

#define sim_container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* A lock of the machine itself; taken only with busy != 0, never across a call of core or driver.
 */
struct sim_lock {
	_Atomic uint32_t word;
};

/* ---- Contexts -------------------------------------------------------------------------------- */

struct sim_frame {
	uint8_t running;  /* enum sim_running */
	bool by_core;	  /* entered by nmi_enter() or irq_enter(), not by the machine */
	uint16_t source;  /* whose notification brought it, or SIM_NO_SOURCE */
	uint32_t masks;	  /* on entry */
	uint32_t resumes; /* masks of what it interrupted, put back when it leaves */
	uint32_t rcu_nesting;
	uint32_t locks_held;
	struct ghes_task task; /* `current` in this context */
	uint64_t entry_step;   /* of sim_cpu.steps */
	uint32_t instance;     /* the record that this context dealt with last */
	bool instance_done;    /* and it has come to an end, or to the queue */
	uint64_t denied;       /* bytes that the pool is to have no room for, or 0 */
};

/* Bits of sim_cpu.pending: what waits until masks allow it */
enum sim_pending {
	SIM_PEND_IPI = 1 << 0,	 /* irq_work self-IPI */
	SIM_PEND_IRQ = 1 << 1,	 /* sim_source.pending of some source */
	SIM_PEND_TIMER = 1 << 2, /* likewise */
	SIM_PEND_HED = 1 << 3,
	SIM_PEND_SEI = 1 << 4,
	SIM_PEND_NMI = 1 << 5, /* one is latched, as hardware does */
	SIM_PEND_PNMI = 1 << 6,
	SIM_PEND_RAISE = 1 << 7, /* firmware wrote while the core was in an op: it still raises */
};

/* The poisoned page that a CPU's task reads; others may take it offline, or kill the task. */
struct sim_poison {
	_Atomic uint64_t page; /* page frame number + 1; 0: none */
	_Atomic bool offlined; /* memory_failure() took it */
	_Atomic bool signalled;
};

/* Works in the order in which they were queued, linked by host[0] */
struct sim_work_list {
	struct ghes_work *first, *last;
};

struct sim_cpu {
	unsigned int id;

	/* own CPU */
	_Atomic bool online; /* read by others */
	bool ipi_held;	     /* IRQ_WORK_ELSEWHERE: interrupts stay masked there for long */
	uint8_t depth;
	uint32_t masks;		/* PSR_*_BIT */
	uint32_t program_masks; /* as its program wants them; in task context they come back */
	uint32_t busy;
	uint32_t pending; /* enum sim_pending */
	uint32_t locks_held;
	uint32_t nr_actions; /* done by its program */
	bool acting;	     /* in one of them */
	uint8_t arriving;    /* arrivals in the middle of it, nested */
	struct sim_frame frame[SIM_MAX_DEPTH];
	struct sim_action deferred[SIM_DEFERRED];
	_Atomic uint32_t deferred_head, deferred_tail;
	uint64_t irq_pending[SIM_MAX_SOURCES / 64]; /* by index of the source */
	uint64_t timer_pending[SIM_MAX_SOURCES / 64];
	uint64_t judged[SIM_NR_ORACLES]; /* by whose rules something was judged here */
	uint64_t steps;
	uint64_t steps_limit_hit;
	uint64_t relaxed_at; /* steps when it relaxed last */
	uint32_t relaxed_in_vain;
	uint64_t hash;
	uint64_t rng;
	uint64_t clock_last;

	/* SDEI, own CPU: the dispatch stack; event index or SIM_NONE */
	_Atomic bool pe_masked;	  /* read by others */
	uint32_t sdei_running[2]; /* [0] normal, [1] critical */

	/* RCU: written by own CPU, read by who ends a grace period */
	_Atomic uint32_t rcu_active; /* read sections and contexts that count as such */
	_Atomic uint32_t rcu_quiet;  /* how often rcu_active fell to 0 */
	_Atomic uint32_t irq_active; /* interrupts and NMIs being handled */
	_Atomic uint32_t irq_quiet;  /* how often irq_active fell to 0 */
	uint32_t rcu_nesting;	     /* explicit ones */

	/* under sim_machine.work_lock */
	struct sim_work_list works, task_works;
	struct ghes_work *running_work;

	struct sim_poison poison;
	bool ipi_held_once;

	uint64_t task_id; /* of the user task; changes when it dies */
	_Atomic bool task_dying;

	uint64_t events[SIM_NR_EVENTS];
	uint32_t nested[SIM_NR_RUNNING][SIM_NR_RUNNING];
	uint32_t verdicts[SIM_NR_ARRIVING][SIM_FATAL + 1];
	uint32_t max_depth;
} __attribute__((aligned(SIM_CACHELINE)));

/* ---- Physical memory ------------------------------------------------------------------------- */

/* [base, base + size) of physical address space, page granular, or ports when @io. */
struct sim_phys {
	uint64_t base;
	uint64_t size;
	uint8_t *mem;
	bool io;
};

struct sim_slot {
	_Atomic uint64_t page; /* physical address | 1; 0: clear */
};

/* ---- Firmware -------------------------------------------------------------------------------- */

/* One status block: the memory, and what firmware knows of it. Under @lock. */
struct sim_block {
	struct sim_lock lock;
	uint64_t paddr;
	uint32_t length; /* bytes: error_block_length as far as there is memory */
	uint8_t *mem;
	bool outstanding; /* a record was written and not yet acknowledged (v1: not cleared) */
	bool cleared;	  /* block status was set to 0 since it was written */
	bool mutated;	  /* firmware changed it while, or before, it was read */
	bool withdrawn;	  /* by taking it back */
	bool ack_ignored; /* NEVER_ACK: the core has acknowledged it, and firmware looked away */
	_Atomic uint32_t instance; /* what is in it; 0: nothing yet */
	uint32_t reads;		   /* accesses by the core since it was written */
	_Atomic uint64_t written;  /* sim_machine.stamp when it was written */
	uint16_t source;	   /* index of the source whose record it holds */
};

struct sim_ack {
	uint64_t addr;
	uint8_t space_id;
	uint8_t bit_width;
	uint8_t bit_offset;
	uint8_t access_bit_width;
};

#define SIM_QUEUED_RECORDS 16
struct sim_source {
	struct sim_source_config config;
	uint32_t index;
	uint32_t block;	  /* index */
	uint64_t pointer; /* address of the register that holds the block's address */
	uint8_t pointer_space, pointer_bits;
	struct sim_ack ack; /* version 2 */
	uint32_t event;	    /* SDEI event index, or SIM_NONE */

	/* under the block's lock */
	int16_t queue[SIM_QUEUED_RECORDS]; /* records that wait for the block */
	uint16_t queue_head, queue_len;
	int16_t last_record;
	_Atomic bool
		raise_wanted; /* written by firmware itself: the notification is still to come */
	uint64_t rng;
	uint16_t refills_left;

	/* registrations; task */
	_Atomic bool irq_requested;
	_Atomic bool timer_armed;
	_Atomic uint64_t last_entry; /* sim_machine.stamp at the start of the last entry for it */
	_Atomic uint64_t nr_lost_dispatch;
	_Atomic uint64_t last_exhausted;
};

/* A record in the hands of the machine, from FW_WRITE to its end. */
struct sim_instance {
	_Atomic uint32_t id; /* 0: free */
	uint16_t source;     /* index */
	uint32_t block;
	uint32_t serial; /* in the order in which firmware wrote them, per source */
	uint32_t size;
	uint32_t record; /* index in the configuration: what it was written from */
	uint8_t cpu;	 /* on which firmware wrote it: of an abort, the one that read */
};

/* ---- SDEI ------------------------------------------------------------------------------------ */

struct sim_sdei_event {
	uint32_t number;
	bool shared;
	bool critical;
	bool explicit_dispatch;
	bool dynamic;	    /* bound by INTERRUPT_BIND */
	_Atomic bool bound; /* not dynamic, or a dynamic one that is bound now */
	uint32_t interrupt; /* bound to it */
	_Atomic bool any;   /* RM_ANY routing */
	_Atomic uint32_t affinity;
	_Atomic uint32_t on; /* a shared event's handler runs on this PE, or SIM_NONE */
	uint16_t source;     /* index of the GHES source, or SIM_NO_SOURCE */
	_Atomic bool client_registered, client_enabled; /* what Linux wants; for CPU hotplug */
	_Atomic uint8_t *state;				/* [1] or [nr_cpus]: enum sim_sdei_state */
	_Atomic uint8_t *pending;			/* likewise: interrupt pending */
};

/* ---- The machine ----------------------------------------------------------------------------- */

struct sim_mutex {
	_Atomic uint32_t owner; /* CPU + 1 */
};

struct sim_known_lock {
	_Atomic(struct ghes_raw_spinlock *) lock;
};
#define SIM_MAX_LOCKS 64

struct sim_node {
	_Atomic uint64_t key;
	_Atomic uint32_t instance;
};

/* What stays when state is restored. */
struct sim_host {
	struct sim_config config; /* arrays inside are the maker's, but for sources and records */
	struct sim_driver *driver;
	bool (*is_known)(void *arg, enum sim_oracle_id oracle, const char *message);
	void *is_known_arg;
	sigjmp_buf *escape; /* where a run without a driver's stop() ends */
	uint8_t *arena;
	size_t arena_size;
	size_t high_water;
	void *poison_pages; /* one a CPU */
	struct sim_snapshot *tracked;
	struct {
		void *addr;
		size_t size;
	} region[SIM_MAX_REGIONS];
	unsigned int nr_regions;
	struct sim_record *records;
	struct sim_source_config *sources;
	uint8_t *hest;
	size_t hest_size;
};

struct sim_machine {
	struct ghes_platform platform;
	struct sim_host *host;
	const struct ghes_core_ops *core_ops;
	struct ghes_core *core; /* CPU 0, boot */
	enum sim_arch arch;
	unsigned int nr_cpus;
	struct sim_cpu *cpu;

	uint32_t nr_sources, nr_blocks, nr_events, nr_phys;
	struct sim_source *source;
	struct sim_block *block;
	struct sim_sdei_event *event;
	struct sim_phys *phys;
	struct sim_slot slot[GHES_NR_FIXMAP_SLOTS];

	/* any CPU */
	_Atomic uint64_t steps;
	_Atomic uint64_t stamp;
	_Atomic uint64_t ticks; /* ns that actions added */
	_Atomic uint32_t next_instance;
	_Atomic uint32_t next_serial;
	_Atomic bool panicked, fatal, stopped;
	_Atomic uint32_t hed_users, nmi_users;
	_Atomic uint32_t spurious_left;
	_Atomic uint32_t sdei_pending; /* sum of sim_sdei_event.pending */
	_Atomic uint64_t allocs, pool_allocs;
	_Atomic uint64_t sdei_calls;
	_Atomic uint64_t last_entry[ACPI_HEST_NOTIFY_RESERVED]; /* as in sim_source, by type */
	uint32_t instance_slots;				/* power of two */
	struct sim_instance *instance;
	uint32_t node_slots; /* power of two */
	struct sim_node *node;
	struct sim_known_lock lock[SIM_MAX_LOCKS];
	struct sim_mutex mutex;
	struct sim_lock heap_lock;
	struct sim_lock rcu_lock;
	struct sim_lock sdei_lock;
	struct sim_lock work_lock;

	/* under rcu_lock */
	struct ghes_rcu_head *gp_waiting;
	uint32_t gp_snapshot[SIM_MAX_CPUS];
	uint64_t gp_left; /* CPUs that have not yet been quiet */
	_Atomic(struct ghes_rcu_head *) rcu_pending;
	_Atomic uint32_t rcu_callbacks; /* not yet run */

	/* observers: constant after boot */
	unsigned int nr_observers;
	struct sim_observer observer[SIM_MAX_OBSERVERS];
	void *observer_state[SIM_MAX_OBSERVERS];
	uint32_t watchers[SIM_NR_EVENTS];

	_Atomic uint32_t nr_defects;
	_Atomic uint8_t defect_claimed[SIM_NR_ORACLES];
	_Atomic uint8_t defect_order[SIM_NR_ORACLES];
	struct sim_defect defect[SIM_NR_ORACLES];

	/* heap: under heap_lock; see heap.c */
	uint8_t *heap_start, *heap_end;
	size_t heap_brk;		 /* bytes handed out so far, free ones included */
	struct sim_chunk *heap_free[24]; /* by size class */
	uint64_t heap_live;
	size_t arena_brk;
};

/* ---- arena.c --------------------------------------------------------------------------------- */
struct sim_machine *sim_arena_create(size_t size, struct sim_host *host);
void *sim_arena_alloc(struct sim_machine *m, size_t size); /* create only; zeroed, 64-aligned */
size_t sim_heap_init(struct sim_machine *m);
void *sim_heap_alloc(struct sim_machine *m, size_t size);
/* NULL, or what was wrong: for the defect */
const char *sim_heap_release(struct sim_machine *m, void *ptr, size_t size);
/* Look at all guards: the address of a block that was overrun, or written after free; or NULL. */
const void *sim_heap_check(struct sim_machine *m, const char **what);
bool sim_in_arena(const struct sim_machine *m, const void *ptr);
/* An address as a number that is the same in each run: an offset. */
uint64_t sim_address_id(const struct sim_machine *m, uint64_t address);

static inline struct sim_machine *sim_of_platform(struct ghes_platform *p)
{
	return sim_container_of(p, struct sim_machine, platform);
}

/* ---- event.c --------------------------------------------------------------------------------- */
void sim_emit(struct sim_machine *m, struct sim_cpu *c, uint16_t kind, uint16_t source, uint64_t a,
	      uint64_t b, uint32_t record, const void *data);

/* ---- cpu.c ----------------------------------------------------------------------------------- */
struct sim_cpu *sim_this(struct sim_machine *m);
static inline struct sim_frame *sim_top(struct sim_cpu *c)
{
	return &c->frame[c->depth];
}
enum sim_running sim_effective(const struct sim_machine *m, const struct sim_cpu *c);
bool sim_nmi_like(enum sim_running running);
uint32_t sim_entry_masks(enum sim_arch arch, enum sim_running running, uint32_t interrupted);
void sim_enter(struct sim_machine *m, struct sim_cpu *c, enum sim_running running, uint16_t source);
void sim_leave(struct sim_machine *m, struct sim_cpu *c, int64_t answer);
void sim_return_path(struct sim_machine *m, struct sim_cpu *c);
enum sim_verdict sim_verdict_now(struct sim_machine *m, struct sim_cpu *c,
				 enum sim_arriving arriving, bool explicit_dispatch);
void sim_lock(struct sim_machine *m, struct sim_lock *lock);
void sim_unlock(struct sim_lock *lock);
/* Bracket machine code that must not be re-entered on its own CPU. */
void sim_busy(struct sim_cpu *c);
void sim_idle(struct sim_machine *m, struct sim_cpu *c);
bool sim_wait(struct sim_machine *m, struct sim_cpu *c, const void *on_what);
/* A notification for later; false: too many, it never happened. */
bool sim_defer(struct sim_cpu *c, const struct sim_action *action);
uint64_t sim_next_stamp(struct sim_machine *m);

static inline void sim_point(struct sim_machine *m, struct sim_cpu *c, enum sim_event_kind kind,
			     uint64_t arg)
{
	struct sim_driver *d = m->host->driver;

	if (d && d->point && !c->busy)
		d->point(d, m, c->id, kind, arg);
}

/* For a driver that has to know: see struct sim_driver. */
static inline void sim_uses(struct sim_machine *m, struct sim_cpu *c, const struct sim_use *uses,
			    unsigned int n)
{
	struct sim_driver *d = m->host->driver;

	if (d && d->use && !c->busy)
		d->use(d, m, c->id, uses, n);
}

static inline void sim_uses_one(struct sim_machine *m, struct sim_cpu *c,
				enum sim_resource resource, bool write, uint64_t which)
{
	const struct sim_use use = {resource, write, which};

	sim_uses(m, c, &use, 1);
}

/* What all CPUs run. */
static inline void sim_uses_contexts(struct sim_machine *m, struct sim_cpu *c)
{
	struct sim_use uses[SIM_MAX_USES];
	unsigned int n = 0;

	for (; n < m->nr_cpus && n < SIM_MAX_USES; n++)
		uses[n] = (struct sim_use){SIM_RESOURCE_CONTEXT, false, n};
	sim_uses(m, c, uses, n);
}

static inline void sim_sync(struct sim_machine *m, struct sim_cpu *c, enum sim_sync what,
			    const void *object)
{
	struct sim_driver *d = m->host->driver;

	if (d && d->sync && !c->busy)
		d->sync(d, m, c->id, what, object);
}

static inline void sim_touches(struct sim_machine *m, struct sim_cpu *c, const void *p,
			       size_t bytes, bool write)
{
	struct sim_driver *d = m->host->driver;

	if (d && d->touch && !c->busy)
		d->touch(d, m, c->id, p, bytes, write);
}

/* ---- deliver.c ------------------------------------------------------------------------------- */
enum sim_arriving sim_arriving_of(const struct sim_source *s);
/* What stands for the registration of @s, as sim_use.which of SIM_RESOURCE_SOURCE. */
#define SIM_REGISTRATION_HED (SIM_MAX_SOURCES + 1)
#define SIM_REGISTRATION_NMI (SIM_MAX_SOURCES + 2)
uint64_t sim_registration_of(const struct sim_source *s);
/* The notification of @s arrives on @c. */
enum sim_verdict sim_raise(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s);
enum sim_verdict sim_raise_class(struct sim_machine *m, struct sim_cpu *c,
				 enum sim_arriving arriving);
/* What a task reads: the poisoned page, and the record that firmware writes of it each time. */
struct sim_consumed {
	uint64_t paddr;
	int record;
	bool reported; /* firmware could write it: else it waits, and the core knows nothing of it
			*/
};
/* @consumed NULL: an abort out of nowhere, which is not retried. */
enum sim_verdict sim_raise_sea(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s,
			       struct sim_consumed *consumed, bool guest);
void sim_raise_ipi(struct sim_machine *m, struct sim_cpu *c);
void sim_deliver_timer(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s);
/* One pending thing that may start now: start it. False: there is none. */
bool sim_deliver_pending(struct sim_machine *m, struct sim_cpu *c);

/* ---- memory.c -------------------------------------------------------------------------------- */
/* @n bytes at @paddr, or NULL. */
uint8_t *sim_phys_at(const struct sim_machine *m, uint64_t paddr, uint64_t n, bool io);
int sim_phys_add(struct sim_machine *m, uint64_t paddr, uint64_t n, bool io, unsigned int max);
void sim_copy_from_phys(void *dst, const uint8_t *src, size_t n);
void sim_copy_to_phys(uint8_t *dst, const void *src, size_t n);
struct sim_block *sim_block_at(struct sim_machine *m, uint64_t paddr);
/* The word that stands for what is at @paddr, as sim_use.which: of a block its status; or 0. */
uint64_t sim_word_of(struct sim_machine *m, uint64_t paddr, bool io);

/* ---- firmware.c ------------------------------------------------------------------------------ */
int sim_firmware_create(struct sim_machine *m, char *error, size_t error_size);
struct sim_source *sim_source_by_id(struct sim_machine *m, uint16_t id);
/* Write record @index into the block of @s, or queue it. The instance, or 0 when it must wait. */
uint32_t sim_firmware_report(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s,
			     int index);
void sim_firmware_saw_read(struct sim_machine *m, struct sim_cpu *c, uint64_t paddr, size_t n);
/* The core writes @n bytes at @paddr, which is @dst, and firmware sees it. */
void sim_firmware_store(struct sim_machine *m, struct sim_cpu *c, uint64_t paddr, uint8_t *dst,
			const void *src, size_t n);
void sim_firmware_saw_register(struct sim_machine *m, struct sim_cpu *c, uint64_t addr, bool io,
			       uint64_t value);
/* Write and raise what waits, where the block is free again; true: something was written. */
bool sim_firmware_pump(struct sim_machine *m, struct sim_cpu *c);
bool sim_firmware_waiting(const struct sim_machine *m);

/* ---- track.c --------------------------------------------------------------------------------- */
uint32_t sim_instance_new(struct sim_machine *m, const struct sim_instance *what);
struct sim_instance *sim_instance_get(struct sim_machine *m, uint64_t id);
/* Which record the tracepoint is about, 0: none or not known. */
uint32_t sim_track(struct sim_machine *m, struct sim_cpu *c, enum ghes_tracepoint tp,
		   struct sim_source *s, uint64_t a, uint64_t b);

/* ---- hest_build.c ---------------------------------------------------------------------------- */
/* A HEST for the sources of @m; malloc'ed. */
uint8_t *sim_hest_build(const struct sim_machine *m, size_t *size);

/* ---- rcu.c, defer.c, clock.c ----------------------------------------------------------------- */
void sim_rcu_enter(struct sim_cpu *c);
void sim_rcu_exit(struct sim_cpu *c);
/* Callbacks run as soon as each CPU was seen outside of read sections; true: some ran. */
bool sim_rcu_poll(struct sim_machine *m, struct sim_cpu *c);
void sim_rcu_synchronize(struct sim_machine *m, struct sim_cpu *c);
/* Interrupts and NMIs: they come and go, whether or not they count as read sections. */
void sim_irq_enter(struct sim_machine *m, struct sim_cpu *c);
void sim_irq_exit(struct sim_machine *m, struct sim_cpu *c);
/* Handlers that run on other CPUs now end first. */
void sim_irq_synchronize(struct sim_machine *m, struct sim_cpu *c);
void sim_rcu_call(struct sim_machine *m, struct ghes_rcu_head *head,
		  void (*func)(struct ghes_rcu_head *head));
void sim_rcu_barrier(struct sim_machine *m, struct sim_cpu *c);

bool sim_work_push(struct sim_machine *m, struct sim_cpu *to, struct ghes_work *work,
		   void (*func)(struct ghes_work *work));
bool sim_work_run(struct sim_machine *m, struct sim_cpu *c); /* true: something ran */
void sim_work_cancel(struct sim_machine *m, struct sim_cpu *c, struct ghes_work *work);
unsigned int sim_cpu_of_task(const struct sim_machine *m, struct ghes_task task);
int sim_task_work_push(struct sim_machine *m, struct ghes_task task, struct ghes_work *work,
		       void (*func)(struct ghes_work *work));
void sim_signal(struct sim_machine *m, struct sim_cpu *c, struct ghes_task task, const char *why);
bool sim_task_work_run(struct sim_machine *m, struct sim_cpu *c);
uint64_t sim_clock_now(const struct sim_machine *m);		   /* what is true */
uint64_t sim_clock_read(struct sim_machine *m, struct sim_cpu *c); /* what the core is told */

extern const struct ghes_platform_ops sim_platform_ops;

#endif
