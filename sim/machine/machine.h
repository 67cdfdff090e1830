/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The simulated machine: CPUs with nested contexts, physical memory, firmware, SDEI, RCU, time.
 *
 * Flow: a scenario becomes a struct sim_config and one program of struct sim_action per CPU; a
 * driver executes them with sim_do() and decides when floating notifications arrive with
 * sim_arrive(); the core under test calls the machine through struct ghes_platform; everything
 * that happens becomes a struct sim_event, which oracles judge and pictures show.
 *
 * Invariants
 * - All state that a run can change lives in one arena (the machine, its memory, the core's heap),
 *   saved and restored by sim_snapshot_save() / sim_snapshot_restore().
 * - A context only ever interrupts another as sim_may_preempt() says; nobody else decides that.
 * - Observers run in the context that caused the event, NMI-like ones included, and on all CPUs at
 *   once under the stress driver: they are lock-free and do not allocate.
 *
 * Left to others: what to do when (drivers/), what is right (oracles/), texts (scenario/).
 */
#ifndef SIM_MACHINE_H
#define SIM_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ghes/core.h>
#include <ghes/platform.h>

#define SIM_MAX_CPUS  64
#define SIM_MAX_DEPTH 16 /* contexts on one CPU, the task included; deepest legal: 12 */
#define SIM_NO_SOURCE UINT16_MAX

enum sim_arch { SIM_ARCH_ARM64, SIM_ARCH_X86 };

/*
 * What a CPU may be running, and what may arrive, of the may-pre-empt matrices: finer than
 * enum ghes_context, because masks differ within one. X(name, text, enum ghes_context)
 */
#define SIM_RUNNING(X)                                                                             \
	X(USER, "user", TASK)                                                                      \
	X(KERNEL, "kernel", TASK)                                                                  \
	X(KERNEL_IRQS_OFF, "kernel-irqs-off", TASK)                                                \
	X(SOFTIRQ, "softirq", IRQ)                                                                 \
	X(HARDIRQ, "irq", IRQ)                                                                     \
	X(PNMI, "pnmi", NMI)                                                                       \
	X(SEI, "sei", SEI)                                                                         \
	X(SEA_ENTRY, "sea-before-claim", TASK)                                                     \
	X(SEA_CLAIM, "sea", SEA)                                                                   \
	X(SEA_IRQ_WORK, "sea-irq-work", IRQ)                                                       \
	X(SDEI_NORMAL, "sdei-normal", SDEI_NORMAL)                                                 \
	X(SDEI_CRITICAL, "sdei-critical", SDEI_CRITICAL)                                           \
	X(NMI, "nmi", NMI)                                                                         \
	X(MCE, "mce", NMI)

enum sim_running {
#define SIM_RUNNING_ENUM(name, text, context) SIM_RUNNING_##name,
	SIM_RUNNING(SIM_RUNNING_ENUM)
#undef SIM_RUNNING_ENUM
		SIM_NR_RUNNING
};

#define SIM_ARRIVING(X)                                                                            \
	X(TASK_WORK, "poll or workqueue")                                                          \
	X(IRQ, "irq")                                                                              \
	X(PNMI, "pnmi")                                                                            \
	X(SEI, "sei")                                                                              \
	X(SEA, "sea")                                                                              \
	X(SDEI_NORMAL, "sdei-normal")                                                              \
	X(SDEI_CRITICAL, "sdei-critical")                                                          \
	X(NMI, "nmi")                                                                              \
	X(MCE, "mce")                                                                              \
	X(SMI, "smi")

enum sim_arriving {
#define SIM_ARRIVING_ENUM(name, text) SIM_ARRIVING_##name,
	SIM_ARRIVING(SIM_ARRIVING_ENUM)
#undef SIM_ARRIVING_ENUM
		SIM_NR_ARRIVING
};

/* The letters of the matrices. */
enum sim_verdict {
	SIM_NEVER,   /* cannot happen on this architecture */
	SIM_NOW,     /* Y: starts now */
	SIM_PENDING, /* P: stays pending, runs later */
	SIM_LOST,    /* L: the notification is lost, the record stays */
	SIM_FATAL,   /* X: the architecture gives up */
};

/* The one table (matrices 1.8 and 1.9 of the reference), wait-free, any context. */
enum sim_verdict sim_may_preempt(enum sim_arch arch, enum sim_running running,
				 enum sim_arriving arriving, bool explicit_dispatch);

/* ---- Configuration --------------------------------------------------------------------------- */

struct sim_source_config {
	uint16_t id;
	uint8_t notify;	 /* enum acpi_hest_notify_types */
	uint8_t version; /* 1: GHES, 2: GHESv2 */
	bool enabled;
	bool sdei_critical;
	bool sdei_shared;   /* else private: one state a PE */
	bool sdei_explicit; /* dispatched by firmware's call, not by an interrupt */
	uint32_t vector;    /* GSIV, or SDEI event number */
	uint32_t poll_interval_ms;
	uint32_t error_block_length;
	uint32_t records_to_preallocate;
	uint16_t share_block_with; /* source id, or SIM_NO_SOURCE */
	uint16_t share_ack_with;
	uint64_t ack_preserve, ack_write; /* GHESv2 */
	uint16_t block_page_offset;	  /* where in its page the block begins; 0: packed */
};

/*
 * What firmware and the machine may do beyond the good case. X(name, text, unit of the parameter);
 * 0: off. The text is the key in a scenario file and the WORD of --misbehave, whose `random` draws
 * from the ranges in scenario/misbehave.c.
 */
#define SIM_MISBEHAVIOURS(X)                                                                       \
	X(MUTATE, "mutate", "n-th access to a record while it is read changes it")                 \
	X(OVERWRITE, "overwrite", "1: GHESv1 firmware overwrites a record not yet taken")          \
	X(REFILL, "refill", "records that follow at once when the last is acknowledged")           \
	X(NEVER_ACK, "ignore-ack", "1: firmware never sees the ack")                               \
	X(SPURIOUS, "spurious", "notifications with no record behind")                             \
	X(REPEAT, "repeat", "times each record is reported again")                                 \
	X(HOSTILE, "hostile", "1: bytes of records are random")                                    \
	X(POOL_FAIL, "pool-fail", "n-th allocation by the core fails")                             \
	X(POOL_EMPTY, "pool-empty", "n-th allocation from the estatus pool finds no room")         \
	X(CLOCK_FROZEN, "clock-frozen", "1: the clock stands still")                               \
	X(CLOCK_COARSE, "clock-coarse", "nanoseconds of one clock step")                           \
	X(CLOCK_BACK, "clock-back", "nanoseconds the clock steps back once in a while")            \
	X(IRQ_WORK_ELSEWHERE, "irq-work-elsewhere", "1: another CPU has the irq_work pending")     \
	X(CPU_OFFLINE, "cpu-offline", "CPU + 1 that goes offline and comes back")                  \
	X(SDEI_DENY, "sdei-deny", "n-th SDEI call about an event by the core is denied")

enum sim_misbehaviour {
#define SIM_MISBEHAVIOUR_ENUM(name, text, help) SIM_MISBEHAVE_##name,
	SIM_MISBEHAVIOURS(SIM_MISBEHAVIOUR_ENUM)
#undef SIM_MISBEHAVIOUR_ENUM
		SIM_NR_MISBEHAVIOURS
};

/* A record as firmware writes it: a whole status block. Owned by the configuration's maker. */
struct sim_record {
	const char *name;
	const uint8_t *bytes;
	uint32_t size;
};

struct sim_config {
	const char *name;
	enum sim_arch arch;
	unsigned int nr_cpus;
	uint64_t seed;
	const struct sim_source_config *sources;
	unsigned int nr_sources;
	const struct sim_record *records;
	unsigned int nr_records;
	const void *hest; /* a real table instead of @sources, or NULL */
	size_t hest_size;
	uint64_t misbehave[SIM_NR_MISBEHAVIOURS];
	uint64_t sdei_masked_cpus; /* bit n: PE n stays masked after boot */
	bool threads;	     /* CPUs are real threads: bigger tables, no snapshots, real time */
	size_t arena_size;   /* bytes; 0: a default that suits most */
	bool unique_records; /* no record repeats another, whatever it was written from */
};

/* ---- What happens: events -------------------------------------------------------------------- */

/*
 * X(name, text, a, b). Tracepoints of the core appear with kind SIM_EV_TRACEPOINT + their number.
 * The text is what story, picture and trace call it.
 */
#define SIM_EVENTS(X)                                                                              \
	X(BOOT, "boot", "0", "0")                                                                  \
	X(ENTER, "enter", "enum sim_running", "interrupted enum sim_running")                      \
	X(LEAVE, "leave", "enum sim_running", "return value of the entry, as int64")               \
	X(FW_WRITE, "firmware writes", "record instance", "physical address")                      \
	X(FW_MUTATE, "firmware changes the record", "physical address", "bytes")                   \
	X(FW_WITHHOLD, "firmware waits for the ack", "records that wait", "0")                     \
	X(FW_CLEARED, "firmware sees the block cleared", "physical address", "0")                  \
	X(FW_ACKED, "firmware sees the ack", "register address", "value written")                  \
	X(FW_LOST, "firmware loses the record", "record instance", "0")                            \
	X(RAISE, "raise", "enum sim_arriving", "enum sim_verdict")                                 \
	X(DISPATCH_LOST, "dispatch refused, notification lost", "enum sim_arriving", "event")      \
	X(MAP, "map", "slot", "physical address")                                                  \
	X(UNMAP, "unmap", "slot", "0")                                                             \
	X(IO_READ, "read", "physical address", "bytes")                                            \
	X(IO_WRITE, "write", "physical address", "bytes")                                          \
	X(REG_READ, "read register", "address", "value")                                           \
	X(REG_WRITE, "write register", "address", "value")                                         \
	X(MASK, "mask", "new", "old")                                                              \
	X(LOCK_WAIT, "waits for lock", "lock number", "CPU that holds it")                         \
	X(LOCK, "lock", "lock number", "0")                                                        \
	X(UNLOCK, "unlock", "lock number", "0")                                                    \
	X(RCU_LOCK, "rcu lock", "0", "0")                                                          \
	X(RCU_UNLOCK, "rcu unlock", "0", "0")                                                      \
	X(CALL_RCU, "call_rcu", "head", "0")                                                       \
	X(GRACE_PERIOD, "grace period ends", "callbacks", "0")                                     \
	X(ALLOC, "allocate", "bytes", "address")                                                   \
	X(FREE, "free", "bytes", "address")                                                        \
	X(IPI, "irq_work raised", "0", "0")                                                        \
	X(WORK_QUEUE, "work queued", "cpu", "work")                                                \
	X(WORK_RUN, "work runs", "work", "0")                                                      \
	X(TASK_WORK, "task work queued", "task", "work")                                           \
	X(TASK_WORK_RUN, "task work runs", "task", "work")                                         \
	X(USER_RETRY, "the instruction is retried", "physical address",                            \
	  "1: signalled, 2: offlined, 4: untold")                                                  \
	X(MEMORY_FAILURE, "memory failure", "pfn", "flags")                                        \
	X(SIGBUS, "SIGBUS", "task", "0")                                                           \
	X(AER, "AER recovery", "segment:bus:devfn", "severity")                                    \
	X(REPORT_MEM, "memory error reported", "severity", "bytes")                                \
	X(ARM_EVENT, "processor error reported", "severity", "bytes")                              \
	X(VENDOR, "vendor record", "severity", "bytes")                                            \
	X(CXL, "CXL event", "bytes", "0")                                                          \
	X(LOG, "log", "level", "length")                                                           \
	X(PANIC, "panic", "0", "0")                                                                \
	X(CORE_DEFECT, "the core's host found", "enum sim_oracle_id", "0") /* data: message */     \
	X(PROBE, "probe", "0", "result")                                                           \
	X(REMOVE, "remove", "0", "result")                                                         \
	X(CLAIM, "claim returns", "answer, positive", "user")                                      \
	X(STEP, "step", "0", "0")                                                                  \
	X(MIGHT_SLEEP, "may sleep", "0", "0") /* data: the op's name */                            \
	X(QUIET, "machine is quiet", "0", "0")

enum sim_event_kind {
#define SIM_EVENT_ENUM(name, text, a, b) SIM_EV_##name,
	SIM_EVENTS(SIM_EVENT_ENUM)
#undef SIM_EVENT_ENUM
		SIM_EV_TRACEPOINT, /* + enum ghes_tracepoint */
	SIM_NR_EVENTS = SIM_EV_TRACEPOINT + GHES_NR_TRACEPOINTS
};

#define SIM_EV_TP(name) (SIM_EV_TRACEPOINT + GHES_TP_##name)

struct sim_event {
	uint64_t step;	 /* counts all events of the run; under stress, of the CPU */
	uint64_t ns;	 /* simulated clock */
	uint16_t kind;	 /* enum sim_event_kind */
	uint16_t source; /* SIM_NO_SOURCE: none */
	uint8_t cpu;
	uint8_t running; /* enum sim_running of the innermost context */
	uint8_t depth;	 /* 0: task */
	uint64_t a, b;
	uint64_t record;  /* instance of the record this is about; 0: none or not known */
	const void *data; /* during the call of the observer only: bytes, or text of LOG/PANIC */
};

const char *sim_event_name(uint16_t kind);
const char *sim_running_name(enum sim_running running);
const char *sim_arriving_name(enum sim_arriving arriving);

/*
 * An observer of a machine: an oracle, the story, a recorder. @state_size bytes of zeroed state in
 * the arena (so that a snapshot restores it) are handed to each call.
 */
struct sim_machine;
struct sim_observer {
	const char *name;
	size_t state_size;
	const uint16_t *kinds; /* what it wants to see, ended by SIM_NR_EVENTS; NULL: all */
	void (*event)(struct sim_machine *m, void *state, const struct sim_event *ev);
	void (*finish)(struct sim_machine *m, void *state); /* after SIM_EV_QUIET; may be NULL */
	void *arg; /* not NULL: the machine puts it into the first pointer of the state */
};

/* ---- Defects --------------------------------------------------------------------------------- */

/* X(name): the oracles of the interface; the order is that of the closing block. */
#define SIM_ORACLES(X)                                                                             \
	X(conservation)                                                                            \
	X(order)                                                                                   \
	X(ack)                                                                                     \
	X(slot)                                                                                    \
	X(lock)                                                                                    \
	X(context)                                                                                 \
	X(pool)                                                                                    \
	X(cache)                                                                                   \
	X(bounds)                                                                                  \
	X(progress)                                                                                \
	X(race)                                                                                    \
	X(claim)                                                                                   \
	X(mask)                                                                                    \
	X(panic)                                                                                   \
	X(sink)                                                                                    \
	X(crash)

enum sim_oracle_id {
#define SIM_ORACLE_ENUM(name) SIM_ORACLE_##name,
	SIM_ORACLES(SIM_ORACLE_ENUM)
#undef SIM_ORACLE_ENUM
		SIM_NR_ORACLES
};

const char *sim_oracle_name(enum sim_oracle_id id);

struct sim_defect {
	enum sim_oracle_id oracle;
	uint64_t step;
	uint8_t cpu;
	uint8_t running;
	char message[240];
};

/* Report one; the first of each oracle is kept per run (in the arena). Any context, lock-free. */
GHES_API void sim_defect(struct sim_machine *m, enum sim_oracle_id oracle, const char *fmt, ...)
	GHES_PRINTF(3, 4);
/* What @is_known says yes to is no defect of @m. Called in any context; as lock-free. */
void sim_set_known(struct sim_machine *m,
		   bool (*is_known)(void *arg, enum sim_oracle_id oracle, const char *message),
		   void *arg);
unsigned int sim_nr_defects(const struct sim_machine *m);
/* How often @oracle had something to judge since sim_boot(), on all CPUs. */
uint64_t sim_nr_judged(const struct sim_machine *m, enum sim_oracle_id oracle);
const struct sim_defect *sim_get_defect(const struct sim_machine *m, unsigned int n);

/* ---- Actions: what a CPU's program or a driver does to the machine --------------------------- */

/* X(name, text in a scenario, what it does) */
#define SIM_ACTIONS(X)                                                                             \
	X(REPORT, "report", "source + record: firmware writes the record and raises")              \
	X(WRITE, "write", "source + record: firmware writes the record, raises nothing")           \
	X(RAISE, "raise", "source: the notification alone")                                        \
	X(USER, "user", "run in user mode for `count` steps")                                      \
	X(KERNEL, "kernel", "run in the kernel, interrupts on, for `count` steps")                 \
	X(IRQS_OFF, "irqs-off", "mask interrupts until irqs-on")                                   \
	X(IRQS_ON, "irqs-on", "unmask interrupts")                                                 \
	X(CONSUME, "consume", "source + record: user (or kernel) reads poisoned memory: SEA")      \
	X(GUEST_CONSUME, "guest-consume", "the same from a KVM guest: claim with no regs")         \
	X(REMOVE, "remove", "source: unbind it")                                                   \
	X(PROBE, "probe", "source: bind it again")                                                 \
	X(POLL, "poll", "source: its timer fires")                                                 \
	X(TICK, "tick", "the clock moves by `count` ns")                                           \
	X(RUN_WORK, "run-work", "this CPU's workqueue and task work")                              \
	X(GRACE_PERIOD, "grace-period", "let one grace period end")                                \
	X(PE_MASK, "pe-mask", "SDEI_PE_MASK on this CPU")                                          \
	X(PE_UNMASK, "pe-unmask", "SDEI_PE_UNMASK on this CPU")                                    \
	X(OFFLINE, "offline", "take this CPU offline")                                             \
	X(ONLINE, "online", "bring this CPU back")

enum sim_action_kind {
#define SIM_ACTION_ENUM(name, text, help) SIM_ACTION_##name,
	SIM_ACTIONS(SIM_ACTION_ENUM)
#undef SIM_ACTION_ENUM
		SIM_NR_ACTIONS
};

struct sim_action {
	enum sim_action_kind kind;
	uint16_t source; /* id */
	int record;	 /* index in sim_config.records, -1: none */
	uint64_t count;
	bool in_kernel; /* consume: from kernel mode */
	int line;	/* in the scenario file, for messages */
};

/* ---- Life ------------------------------------------------------------------------------------ */

/*
 * Build a machine around @core_ops. Returns NULL and one line in @error when the configuration
 * cannot be. Nothing of the core runs before sim_boot().
 */
struct sim_machine *sim_machine_create(const struct sim_config *config,
				       const struct ghes_core_ops *core_ops, char *error,
				       size_t error_size);
void sim_machine_destroy(struct sim_machine *m);

/* Before sim_boot(). At most 32. */
void sim_observe(struct sim_machine *m, const struct sim_observer *observer);
void *sim_observer_state(struct sim_machine *m, const char *name);
void *sim_observer_arg(struct sim_machine *m, const char *name);

/* HEST into memory, core create + init, SDEI unmasked. 0 or the core's error. On CPU 0. */
int sim_boot(struct sim_machine *m);

/* Execute @action on @cpu, in task context. Returns when it is finished (or panicked). */
int sim_do(struct sim_machine *m, unsigned int cpu, const struct sim_action *action);

/*
 * A floating notification arrives on @cpu, now, in whatever context that CPU is: REPORT, RAISE,
 * CONSUME... Runs the handler in place when the answer is SIM_NOW.
 */
GHES_API enum sim_verdict sim_arrive(struct sim_machine *m, unsigned int cpu,
				     const struct sim_action *action);

/* Records of @source that firmware keeps back because its block is in use; a hint, any thread. */
unsigned int sim_firmware_backlog(struct sim_machine *m, uint16_t source);

/*
 * Let everything pending happen (irq_work, work, timers, RCU), until nothing is; emits
 * SIM_EV_QUIET and calls the observers' finish. Bounded; a machine that does not come to rest is
 * a `progress` defect.
 */
void sim_quiesce(struct sim_machine *m);

bool sim_panicked(const struct sim_machine *m);
bool sim_fatal(const struct sim_machine *m);   /* the architecture gave up (SIM_FATAL) */
bool sim_stopped(const struct sim_machine *m); /* panicked, fatal, or a defect ended the run */
struct ghes_core *sim_core(struct sim_machine *m);
const struct sim_config *sim_config(const struct sim_machine *m);
/* Name of the record that instance @record (sim_event.record) was written from; NULL: unknown. */
const char *sim_record_name(const struct sim_machine *m, uint64_t record);
uint64_t sim_trace_hash(const struct sim_machine *m); /* of all events so far */

/*
 * What was exercised, summed over CPUs; exact when quiet. sim_nr_nested(): how often @inner was
 * entered on top of @outer.
 */
uint64_t sim_nr_events(const struct sim_machine *m, uint16_t kind);
uint64_t sim_nr_nested(const struct sim_machine *m, enum sim_running inner, enum sim_running outer);
uint64_t sim_nr_verdicts(const struct sim_machine *m, enum sim_arriving arriving,
			 enum sim_verdict verdict);
unsigned int sim_max_depth(const struct sim_machine *m);
size_t sim_arena_used(const struct sim_machine *m); /* bytes a snapshot copies */

/*
 * A page of host memory without access rights, one for each CPU: reading it is a real fault, the
 * stress driver's synchronous external abort. The same page for the life of the machine. NULL: none
 * to be had. The first call is not thread-safe.
 */
void *sim_poison_page(struct sim_machine *m, unsigned int cpu);

/*
 * Where all state that contexts share is: the machine's own and its memory, the core's heap, then
 * the regions of sim_snapshot_add_region().
 * At most @max are written to @regions; the number there is is returned.
 */
struct sim_region {
	void *start;
	size_t size;
};
unsigned int sim_state_regions(const struct sim_machine *m, struct sim_region *regions,
			       unsigned int max);

struct sim_snapshot;
struct sim_changes;
struct sim_snapshot *sim_snapshot_save(struct sim_machine *m);
void sim_snapshot_restore(struct sim_machine *m, const struct sim_snapshot *s);
void sim_snapshot_free(struct sim_machine *m, struct sim_snapshot *s);
/*
 * From now on restoring @s, which must be the state that the machine is in, copies only pages that
 * were written. A write to another page faults (SIGSEGV): the driver's handler must ask
 * sim_snapshot_fault() first, and return when it says true. 0, -GHES_EINVAL, -GHES_ENOMEM.
 */
int sim_snapshot_track(struct sim_machine *m, struct sim_snapshot *s);
bool sim_snapshot_fault(struct sim_machine *m, const void *address);
/* While paused the caller may change the protection of the arena; restores copy everything. */
void sim_snapshot_pause(struct sim_machine *m, bool pause);
/*
 * The state in the middle of a run, as what differs from @s, which must be tracked. *@changes:
 * NULL, or one that is not needed any more; the caller's, to be given to free(). 0, -GHES_EINVAL,
 * -GHES_ENOMEM.
 */
int sim_changes_save(struct sim_machine *m, const struct sim_snapshot *s,
		     struct sim_changes **changes);
void sim_changes_restore(struct sim_machine *m, const struct sim_snapshot *s,
			 const struct sim_changes *changes);
/* Bytes that a restore copies now. */
size_t sim_snapshot_cost(const struct sim_machine *m, const struct sim_snapshot *s);
/*
 * Misbehaviour pool-empty: is @platform's next allocation of @size bytes from the core's estatus
 * pool to find no room? Asked once for each, by the core's own glue. Any context; never blocks.
 */
GHES_API bool sim_pool_denied(struct ghes_platform *platform, size_t size);
/* Has that happened in this run? True without that misbehaviour. */
bool sim_pool_was_denied(const struct sim_machine *m);

/* More memory that belongs to the state: writable segments of a kernel core. Before save. */
int sim_snapshot_add_region(struct sim_machine *m, void *addr, size_t size);

/* ---- The driver's side ----------------------------------------------------------------------- */

/*
 * State of the machine that CPUs share, or that decides what an arrival means: what a driver has to
 * know that puts CPUs in each order that makes a difference. X(NAME, what sim_use.which is)
 */
#define SIM_RESOURCES(X)                                                                           \
	X(CONTEXT, "CPU: its contexts, masks and pending notifications")                           \
	X(MODE, "CPU: user or kernel mode of its program, which only aborts ask for")              \
	X(MEMORY, "address, in this process, of a word that stands for firmware's memory")         \
	X(SLOT, "fixmap slot")                                                                     \
	X(SOURCE, "index of a source: registration, SDEI event, firmware's queue")                 \
	X(HEAP, "0")                                                                               \
	X(WORK, "CPU: the works in its queue")                                                     \
	X(WORK_ITEM, "address of a work: where it is queued, whether it runs")                     \
	X(TASK_WORK, "CPU: what its task does before it is in user mode again")                    \
	X(RCU, "0: callbacks")                                                                     \
	X(CLOCK, "0: time that actions add")                                                       \
	X(TASK, "CPU: the page that its task has poisoned, or that kills it")                      \
	X(END, "0: panic")

enum sim_resource {
#define SIM_RESOURCE_ENUM(name, which) SIM_RESOURCE_##name,
	SIM_RESOURCES(SIM_RESOURCE_ENUM)
#undef SIM_RESOURCE_ENUM
		SIM_NR_RESOURCES
};

struct sim_use {
	enum sim_resource resource;
	bool write;
	uint64_t which;
};
#define SIM_MAX_USES 3

/* What orders CPUs by its meaning; @object identifies a lock. */
enum sim_sync {
	SIM_SYNC_LOCK,
	SIM_SYNC_UNLOCK,
	SIM_SYNC_RCU_LOCK, /* @object NULL: asked for; else by being an interrupt or NMI */
	SIM_SYNC_RCU_UNLOCK,
	SIM_SYNC_GRACE_PERIOD, /* returns after one */
};

/*
 * Where a driver may act. Every platform op of the core passes one of these, before it takes
 * effect, on the CPU and in the context that called it.
 */
struct sim_driver {
	/* A point: the driver may call sim_arrive() for this CPU, or switch to another CPU. */
	void (*point)(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		      enum sim_event_kind kind, uint64_t arg);
	/*
	 * @cpu cannot go on until another CPU has moved (lock held elsewhere, cpu_relax, grace
	 * period). Returns after others ran; false: nobody else can run (deadlock or endless
	 * wait), the machine then reports the defect and ends the run.
	 */
	bool (*wait)(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		     const void *on_what);
	/*
	 * The run ends here and now: a defect or a panic inside nested contexts. No return. NULL:
	 * the machine unwinds to the outermost sim_boot(), sim_do() or sim_arrive().
	 */
	void (*stop)(struct sim_driver *d, struct sim_machine *m);
	/*
	 * Without stop(), and only where CPUs have stacks of their own: the machine is about to
	 * unwind to the outermost call. Called on any stack; goes on, on the stack of that call,
	 * with sim_stop(). Returns when it is there already.
	 */
	void (*unwind)(struct sim_driver *d, struct sim_machine *m);

	/* The rest is for a driver that switches CPUs at these calls; NULL for the others. */

	/* What this CPU does until the next call of any of these uses this; @n <= SIM_MAX_USES. */
	void (*use)(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		    const struct sim_use *uses, unsigned int n);
	/* Before it takes effect; a lock is free when this returns. */
	void (*sync)(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		     enum sim_sync what, const void *object);
	/* The machine reads or writes the core's own memory for it, or takes it back. */
	void (*touch)(struct sim_driver *d, struct sim_machine *m, unsigned int cpu, const void *p,
		      size_t bytes, bool write);
	/* A clock that does not count events: their number depends on the order of CPUs. */
	bool still_clock;
};

/* End the run here and now: what a driver's unwind() continues with. Does not return. */
void sim_stop(struct sim_machine *m);

/* Name of the core's lock that sim_driver.wait() was given as on_what; NULL: it is no lock. */
const char *sim_lock_name(const struct sim_machine *m, const void *on_what);

void sim_set_driver(struct sim_machine *m, struct sim_driver *d);
/* The CPU this thread or fiber runs as; a driver calls it at each switch. */
void sim_set_this_cpu(struct sim_machine *m, unsigned int cpu);
unsigned int sim_this_cpu(const struct sim_machine *m);
enum sim_running sim_running(const struct sim_machine *m, unsigned int cpu);
unsigned int sim_depth(const struct sim_machine *m, unsigned int cpu);

#endif
