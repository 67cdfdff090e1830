/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine for unit tests of the core: one thread, several CPUs in turn, firmware memory, and a
 * record of all that the core asks for and delivers.
 *
 * Flow: test -> fx_sdei() and friends (enter the context, call the core, leave, deliver irq_work
 *	 when interrupts are on) -> core -> ops below, which check what the contract forbids and
 *	 abort: a lock taken twice or in the wrong context, a sleeping op in NMI-like context,
 *memory freed in a read section.
 *
 * Interrupts land at ops: fx->inject_at says at which (1: the next), fx->inject what.
 */
#ifndef GHES_TESTS_CORE_FIXTURE_H
#define GHES_TESTS_CORE_FIXTURE_H

#include "fake_platform.h"
#include "hest_build.h"
#include "internal.h"

#define FX_PADDR      UINT64_C(0x80000000)
#define FX_MEMORY     0x400000u
#define FX_ACK(n)     (FX_PADDR + 0x10000 + 8 * (n))
#define FX_POINTER(n) (FX_PADDR + 8 * (n))
#define FX_BLOCK(n)   (FX_PADDR + 0x20000 + 0x20000 * ((uint64_t)(n) % 24)) /* 128 KiB apart */
#define FX_CPUS	      4
#define FX_CALLS      512
#define FX_LINES      2048
#define FX_LINE_LEN   160
#define FX_DEPTH      8

/* What the core asked the platform to do, or delivered to a sink */
enum fx_what {
	FX_MEMORY_FAILURE, /* a: pfn, b: flags */
	FX_FORCE_SIG,	   /* a: task */
	FX_AER,		   /* a: segment << 16 | bus << 8 | devfn, b: severity */
	FX_MEM_ERROR,	   /* a: severity, b: size */
	FX_ARM,		   /* a: severity, b: size */
	FX_VENDOR,	   /* a: severity, b: size */
	FX_CXL,		   /* a: first byte of the type, b: size */
	FX_PANIC,
	FX_REQUEST_IRQ, /* a: gsiv, b: source */
	FX_FREE_IRQ,
	FX_ADD_TIMER, /* a: source, b: ms */
	FX_DEL_TIMER,
	FX_REGISTER_HED,
	FX_UNREGISTER_HED,
	FX_REGISTER_NMI,
	FX_UNREGISTER_NMI,
	FX_SDEI_REGISTER, /* a: event */
	FX_SDEI_ENABLE,
	FX_SDEI_DISABLE,
	FX_SDEI_UNREGISTER,
	FX_SCHEDULE,
	FX_NR_WHAT
};

struct fx_call {
	enum fx_what what;
	uint64_t a, b;
	enum ghes_context context;
	unsigned int cpu;
};

struct fx_work {
	struct ghes_work *work;
	unsigned int cpu;
	uint64_t task; /* 0: a work item */
};

struct core_fixture {
	struct fake_platform fake; /* its ops are extended, some replaced */
	const struct ghes_core_ops *ops;
	struct ghes_core *core;
	struct hest_build hest;
	unsigned char *memory;
	bool no_lasting_map;
	bool kernel_locks; /* a kernel core: it has other locks too, and checks them itself */

	/* the CPU that runs */
	uint32_t masks;
	enum ghes_context context[FX_DEPTH];
	unsigned int depth;
	struct ghes_task task;
	bool raised[FX_CPUS];
	bool hold_irq_work;   /* do not deliver it by itself */
	bool unmask_delivers; /* also when the core lets interrupts in, not only on leaving */

	/* interrupts at ops */
	unsigned int op;	/* calls so far */
	unsigned int inject_at; /* 0: never */
	void (*inject)(struct core_fixture *fx);

	struct fx_call call[FX_CALLS];
	unsigned int calls;
	struct fx_work work[64];
	unsigned int works;
	char line[FX_LINES][FX_LINE_LEN];
	int level[FX_LINES];
	unsigned int lines;

	/* answers */
	int rc[FX_NR_WHAT];	  /* of the op that is recorded as this */
	unsigned int in_progress; /* times that SDEI unregister says so */
	uint64_t priority[64];	  /* of SDEI events */
	bool task_gone;		  /* task_work_add() fails */
	int read_gar_fails;	  /* 0: never; the address that fails otherwise */
	uint64_t bad_register;
	void (*on_ack)(struct core_fixture *fx, uint64_t address, uint64_t value);
	void (*on_sink)(struct core_fixture *fx, const struct fx_call *call);
	void (*on_copy)(struct core_fixture *fx, uint64_t paddr, size_t n); /* after the copy */
	uint64_t mapped_page[GHES_NR_FIXMAP_SLOTS];
};

static inline struct core_fixture *fx_of(struct ghes_platform *p)
{
	return (struct core_fixture *)p;
}

/* For cmocka: state is a struct core_fixture; a machine of arm64 with SEI and NMI too, no sources.
 */
int fx_setup(void **state);
/* Everything must be at rest and given back: pool, memory, grace periods, works. */
int fx_teardown(void **state);

/* The parts of both: the machine without a core; all that is pending done; destroyed, all given
 * back */
struct core_fixture *fx_machine(void);
void fx_settle(struct core_fixture *fx);
void fx_destroy(struct core_fixture *fx);

/* HEST entries with pointers, blocks and ack registers of @n, and the source id @n; returns them */
uint8_t *fx_source(struct core_fixture *fx, uint16_t n, uint8_t notify);
uint8_t *fx_source_v2(struct core_fixture *fx, uint16_t n, uint8_t notify);
void fx_init(struct core_fixture *fx); /* init() must accept all of it */

/* Firmware */
void fx_write(struct core_fixture *fx, uint64_t paddr, const void *data, size_t size);
void fx_read(struct core_fixture *fx, uint64_t paddr, void *data, size_t size);
uint32_t fx_block_status(struct core_fixture *fx, unsigned int n);
uint64_t fx_ack(struct core_fixture *fx, unsigned int n);

/* Records, in a buffer of the test */
struct fx_record {
	uint32_t len;
	_Alignas(8) unsigned char bytes[65536];
};
void fx_record(struct fx_record *r, uint32_t cper_severity);
void *fx_section(struct fx_record *r, const guid_t *type, uint32_t cper_severity, uint8_t flags,
		 const void *payload, uint32_t size);
/* One memory section of 80 bytes about the page @pfn */
void fx_memory_record(struct fx_record *r, uint32_t cper_severity, uint64_t pfn);
/* Hand it over in block @n */
void fx_put(struct core_fixture *fx, unsigned int n, const struct fx_record *r);
void fx_put_memory(struct core_fixture *fx, unsigned int n, uint32_t cper_severity, uint64_t pfn);

/* Notifications: enter, call, leave; deliver irq_work if that returns to interrupts on */
int fx_sdei(struct core_fixture *fx, uint32_t event);
int fx_nmi(struct core_fixture *fx);
int fx_sei(struct core_fixture *fx);
int fx_irq(struct core_fixture *fx, uint32_t gsiv);
int fx_timer(struct core_fixture *fx, uint16_t source_id);
int fx_hed(struct core_fixture *fx);
int fx_claim(struct core_fixture *fx, const struct ghes_regs *regs);
void fx_deliver_irq_work(struct core_fixture *fx);
void fx_run_works(struct core_fixture *fx);
void fx_return_to_user(struct core_fixture *fx);
void fx_enter(struct core_fixture *fx, enum ghes_context context, uint32_t masks, uint32_t *saved);
void fx_leave(struct core_fixture *fx, uint32_t saved);

unsigned int fx_count(const struct core_fixture *fx, enum fx_what what);
const struct fx_call *fx_last(const struct core_fixture *fx, enum fx_what what);
bool fx_logged(const struct core_fixture *fx, const char *part);
unsigned int fx_logged_times(const struct core_fixture *fx, const char *part);
struct ghes_core_state fx_state(struct core_fixture *fx);

#endif
