// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of a record: an NMI-like notification (read, check, copy, clear, acknowledge, queue),
 * its drain, and an NMI with many sources of which one has a record.
 *
 * The platform here does as little as a platform can: physical memory is the program's own, locks
 * are one exchange, sinks are empty. What is measured is the core. Each iteration firmware puts
 * the record's status word back (the body stays), which is counted too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ghes/core.h>
#include <ghes/cper.h>
#include <ghes/gar.h>

#include "bench.h"

#define PADDR	    UINT64_C(0x80000000)
#define SOURCES_MAX 10000

/* ---- the least of platforms -------------------------------------------------------------------- */

struct host {
	struct ghes_platform platform;
	unsigned char *memory;
	size_t size;
	unsigned char *mapped[GHES_NR_FIXMAP_SLOTS];
	uint32_t masks;
	enum ghes_context context;
	uint64_t clock;
	uint64_t sunk; /* so that sinks are not nothing */
};

static struct host *host_of(struct ghes_platform *p)
{
	return (struct host *)p;
}

static void *op_alloc(struct ghes_platform *p, size_t size)
{
	void *ptr = aligned_alloc(64, (size + 63) & ~(size_t)63);

	(void)p;
	if (!ptr)
		abort();
	return memset(ptr, 0, size);
}

static void op_free(struct ghes_platform *p, void *ptr, size_t size)
{
	(void)p;
	(void)size;
	free(ptr);
}

static int op_set_fixmap(struct ghes_platform *p, enum fixed_addresses idx, uint64_t paddr)
{
	struct host *h = host_of(p);

	if (paddr - PADDR >= h->size)
		return -GHES_EFAULT;
	h->mapped[idx] = h->memory + (paddr - PADDR);
	return 0;
}

static void op_clear_fixmap(struct ghes_platform *p, enum fixed_addresses idx)
{
	host_of(p)->mapped[idx] = NULL;
}

static void op_fromio(struct ghes_platform *p, enum fixed_addresses idx, size_t offset, void *dst,
		      size_t n)
{
	memcpy(dst, host_of(p)->mapped[idx] + offset, n);
}

static void op_toio(struct ghes_platform *p, enum fixed_addresses idx, size_t offset,
		    const void *src, size_t n)
{
	memcpy(host_of(p)->mapped[idx] + offset, src, n);
}

static const volatile void *op_map_status(struct ghes_platform *p, uint64_t paddr, size_t size)
{
	(void)size;
	return host_of(p)->memory + (paddr - PADDR);
}

static void op_unmap_status(struct ghes_platform *p, const volatile void *va, size_t size)
{
	(void)p;
	(void)va;
	(void)size;
}

static int op_map_gar(struct ghes_platform *p, const struct apei_gar *reg)
{
	(void)p;
	(void)reg;
	return 0;
}

static void op_unmap_gar(struct ghes_platform *p, const struct apei_gar *reg)
{
	(void)p;
	(void)reg;
}

static int op_read_gar(struct ghes_platform *p, const struct apei_gar *reg, uint64_t *val)
{
	memcpy(val, host_of(p)->memory + (reg->address - PADDR), 8);
	return 0;
}

static int op_write_gar(struct ghes_platform *p, const struct apei_gar *reg, uint64_t val)
{
	memcpy(host_of(p)->memory + (reg->address - PADDR), &val, 8);
	return 0;
}

static unsigned int op_cpu(struct ghes_platform *p)
{
	(void)p;
	return 0;
}

static enum ghes_context op_context(struct ghes_platform *p)
{
	return host_of(p)->context;
}

static struct ghes_task op_task(struct ghes_platform *p)
{
	(void)p;
	return (struct ghes_task){.id = 1};
}

static uint32_t op_mask_set(struct ghes_platform *p, uint32_t mask)
{
	uint32_t old = host_of(p)->masks;

	host_of(p)->masks = mask;
	return old;
}

static uint32_t op_mask_get(struct ghes_platform *p)
{
	return host_of(p)->masks;
}

static void op_nmi(struct ghes_platform *p, enum ghes_context as)
{
	(void)p;
	(void)as;
}

static void op_nothing(struct ghes_platform *p)
{
	(void)p;
}

static void op_lock(struct ghes_platform *p, struct ghes_raw_spinlock *lock)
{
	(void)p;
	while (__atomic_exchange_n(&lock->word, 1, __ATOMIC_ACQUIRE))
		;
}

static void op_unlock(struct ghes_platform *p, struct ghes_raw_spinlock *lock)
{
	(void)p;
	__atomic_store_n(&lock->word, 0, __ATOMIC_RELEASE);
}

static uint64_t op_clock(struct ghes_platform *p)
{
	return host_of(p)->clock;
}

static void op_call_rcu(struct ghes_platform *p, struct ghes_rcu_head *head,
			void (*func)(struct ghes_rcu_head *head))
{
	(void)p;
	func(head);
}

static bool op_schedule_work_on(struct ghes_platform *p, unsigned int cpu, struct ghes_work *work,
				void (*func)(struct ghes_work *work))
{
	(void)p;
	(void)cpu;
	(void)work;
	(void)func;
	return true;
}

static void op_cancel_work_sync(struct ghes_platform *p, struct ghes_work *work)
{
	(void)p;
	(void)work;
}

static int op_task_work_add(struct ghes_platform *p, struct ghes_task task, struct ghes_work *work,
			    void (*func)(struct ghes_work *work))
{
	(void)p;
	(void)task;
	(void)work;
	(void)func;
	return -GHES_ENOENT;
}

static int op_register(struct ghes_platform *p)
{
	(void)p;
	return 0;
}

static int op_info(struct ghes_platform *p, uint32_t event, enum sdei_event_info info,
		   uint64_t *result)
{
	(void)p;
	(void)event;
	(void)info;
	*result = SDEI_EVENT_PRIORITY_NORMAL;
	return 0;
}

static int op_event(struct ghes_platform *p, uint32_t event)
{
	(void)p;
	(void)event;
	return 0;
}

static void op_mem_error(struct ghes_platform *p, int severity, const void *section, size_t size)
{
	(void)severity;
	(void)section;
	host_of(p)->sunk += size;
}

static void op_log(struct ghes_platform *p, enum ghes_log_level level, const char *line, size_t len)
{
	(void)level;
	(void)line;
	host_of(p)->sunk += len;
}

static const struct ghes_platform_ops host_ops = {
	.alloc = op_alloc,
	.free = op_free,
	.set_fixmap = op_set_fixmap,
	.clear_fixmap = op_clear_fixmap,
	.memcpy_fromio = op_fromio,
	.memcpy_toio = op_toio,
	.map_status = op_map_status,
	.unmap_status = op_unmap_status,
	.map_gar = op_map_gar,
	.unmap_gar = op_unmap_gar,
	.read_gar = op_read_gar,
	.write_gar = op_write_gar,
	.smp_processor_id = op_cpu,
	.context = op_context,
	.current_task = op_task,
	.mask_set = op_mask_set,
	.mask_get = op_mask_get,
	.nmi_enter = op_nmi,
	.nmi_exit = op_nmi,
	.irq_enter = op_nothing,
	.irq_exit = op_nothing,
	.raw_spin_lock = op_lock,
	.raw_spin_unlock = op_unlock,
	.cpu_relax = op_nothing,
	.mutex_lock = op_nothing,
	.mutex_unlock = op_nothing,
	.sched_clock = op_clock,
	.rcu_read_lock = op_nothing,
	.rcu_read_unlock = op_nothing,
	.call_rcu = op_call_rcu,
	.synchronize_rcu = op_nothing,
	.rcu_barrier = op_nothing,
	.arch_irq_work_raise = op_nothing,
	.schedule_work_on = op_schedule_work_on,
	.cancel_work_sync = op_cancel_work_sync,
	.task_work_add = op_task_work_add,
	.register_nmi = op_register,
	.unregister_nmi = op_nothing,
	.sdei_event_get_info = op_info,
	.sdei_event_register = op_event,
	.sdei_event_enable = op_event,
	.sdei_event_disable = op_event,
	.sdei_event_unregister = op_event,
	.schedule = op_nothing,
	.report_mem_error = op_mem_error,
	.log = op_log,
};

/* ---- machine ----------------------------------------------------------------------------------------- */

/* Each source: register, acknowledge register and block in a line of their own, as firmware has it
 */
struct machine {
	struct host host;
	const struct ghes_core_ops *ops;
	struct ghes_core *core;
	unsigned char *table;
	unsigned int sources;
	size_t stride; /* from block to block */
	uint8_t notify;
	uint32_t len;	    /* of the record measured */
	unsigned int batch; /* of them the pool holds at once */
};

#define POINTER(m, i) ((uint64_t)64 * (i))
#define ACK(m, i)     ((uint64_t)64 * ((m)->sources + (i)))
#define BLOCK(m, i)   (((uint64_t)128 * (m)->sources + 4095) / 4096 * 4096 + (m)->stride * (i))

static void put(unsigned char *at, uint64_t value, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		at[i] = (unsigned char)(value >> 8 * i);
}

static void put_gas(unsigned char *at, uint64_t address)
{
	at[1] = 64;
	at[3] = 4;
	put(at + 4, address, 8);
}

static size_t build_hest(struct machine *m)
{
	size_t size = 40 + (size_t)92 * m->sources;
	unsigned char *at;

	m->table = calloc(1, size);
	if (!m->table)
		abort();
	memcpy(m->table, "HEST", 4);
	put(m->table + 4, size, 4);
	m->table[8] = 1;
	put(m->table + 36, m->sources, 4);
	for (unsigned int i = 0; i < m->sources; i++) {
		at = m->table + 40 + (size_t)92 * i;
		put(at, ACPI_HEST_TYPE_GENERIC_ERROR_V2, 2);
		put(at + 2, i, 2);
		put(at + 4, 0xffff, 2);
		at[7] = 1;
		put(at + 8, 1, 4);
		put(at + 12, 1, 4);
		put_gas(at + 20, PADDR + POINTER(m, i));
		at[32] = m->notify;
		at[33] = 28;
		put(at + 40, i + 1, 4);
		put(at + 60, m->stride < 65536 ? m->stride : 65536, 4);
		put_gas(at + 64, PADDR + ACK(m, i));
		put(at + 84, 1, 8);
	}
	return size;
}

/* A record of @len bytes: one memory section, the rest a vendor's raw data */
static void put_record(struct machine *m, unsigned int i, uint32_t len, unsigned int salt)
{
	static const unsigned char type[16] = {0x14, 0x11, 0xbc, 0xa5, 0x64, 0x6f, 0xde, 0x4e,
					       0xb8, 0x63, 0x3e, 0x83, 0xed, 0x7c, 0x83, 0xb1};
	unsigned char *at = m->host.memory + BLOCK(m, i);

	memset(at, 0, len);
	put(at, 1, 4);
	put(at + 4, 164, 4);
	put(at + 8, len - 164, 4);
	put(at + 12, 144, 4);
	put(at + 16, CPER_SEV_CORRECTED, 4);
	memcpy(at + 20, type, 16);
	put(at + 36, CPER_SEV_CORRECTED, 4);
	put(at + 40, 0x201, 2);
	put(at + 44, 80, 4);
	put(at + 84, 2, 8);
	put(at + 100, salt * 4096, 8);
}

static void fire(struct machine *m, unsigned int i)
{
	/* Firmware's part: the record is there again */
	*(volatile uint32_t *)(void *)(m->host.memory + BLOCK(m, i)) = htole32(1);
	if (m->notify == ACPI_HEST_NOTIFY_NMI)
		m->ops->notify_nmi(m->core);
	else
		m->ops->notify_sdei(m->core, i + 1);
}

static void drain(struct machine *m)
{
	m->host.context = GHES_CONTEXT_IRQ;
	m->host.masks = DAIF_PROCCTX_NOIRQ;
	m->ops->irq_work_run(m->core);
	m->host.masks = 0;
}

static void expect(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "bench_notify: %s\n", what);
	exit(1);
}

static void start(struct machine *m, unsigned int sources, uint8_t notify, uint32_t len)
{
	size_t size;

	memset(m, 0, sizeof(*m));
	m->host.platform =
		(struct ghes_platform){.ops = &host_ops,
				       .nr_cpus = 1,
				       .notify_types = GHES_NOTIFY_ARM64 | GHES_NOTIFY_BIT(NMI)};
	m->sources = sources;
	m->notify = notify;
	m->len = len;
	m->batch = len <= 200 ? 32 : len <= 1024 ? 16 : len <= 4096 ? 8 : 1;
	m->stride = ((size_t)len + 63) / 64 * 64;
	m->host.size = (BLOCK(m, sources) + 4095) / 4096 * 4096;
	m->host.memory = aligned_alloc(4096, m->host.size);
	expect(m->host.memory, "no memory");
	memset(m->host.memory, 0, m->host.size);
	for (unsigned int i = 0; i < sources; i++)
		put(m->host.memory + POINTER(m, i), PADDR + BLOCK(m, i), 8);
	m->ops = ghes_core_ops_get();
	expect(!m->ops->create(&m->host.platform, &m->core), "create failed");
	size = build_hest(m);
	expect(!m->ops->init(m->core, m->table, size), "init failed");
}

static void stop(struct machine *m)
{
	m->ops->destroy(m->core);
	free(m->host.memory);
	free(m->table);
}

/* Two records are printed and remembered; the clock stands still, so no other will be. */
static void warm_up(struct machine *m)
{
	for (unsigned int i = 1; i <= 2; i++) {
		put_record(m, 0, m->len, i);
		fire(m, 0);
		drain(m);
	}
	put_record(m, 0, m->len, 3);
}

static uint64_t processed(struct machine *m)
{
	struct ghes_core_state s;

	m->ops->state(m->core, &s);
	return s.records_processed + s.records_duplicate;
}

/* ---- cases --------------------------------------------------------------------------------------------- */

/* @n records; the time of the notifications, or that of the drains */
static uint64_t run_records(struct machine *m, uint64_t n, bool drains)
{
	uint64_t before = processed(m), spent = 0;

	for (uint64_t done = 0; done < n; done += m->batch) {
		uint64_t t0 = bench_now(), t1;

		for (unsigned int i = 0; i < m->batch; i++)
			fire(m, 0);
		t1 = bench_now();
		drain(m);
		spent += drains ? bench_now() - t1 : t1 - t0;
	}
	expect(processed(m) - before == (n + m->batch - 1) / m->batch * m->batch,
	       "records were lost");
	return spent ? spent : 1;
}

static uint64_t run_notify(void *ctx, uint64_t n)
{
	return run_records(ctx, n, false);
}

static uint64_t run_drain(void *ctx, uint64_t n)
{
	return run_records(ctx, n, true);
}

/* An NMI that finds one record, behind all idle sources; drained outside of the time */
static uint64_t run_nmi(void *ctx, uint64_t n)
{
	struct machine *m = ctx;
	uint64_t spent = 0;

	while (n--) {
		uint64_t t0 = bench_now();

		fire(m, m->sources - 1);
		spent += bench_now() - t0;
		drain(m);
	}
	return spent;
}

/* The floor of that: a bare loop over the same words */
static uint64_t run_words(void *ctx, uint64_t n)
{
	struct machine *m = ctx;
	uint64_t spent = 0;

	while (n--) {
		uint64_t t0 = bench_now();
		uint32_t any = 0;

		for (unsigned int i = 0; i < m->sources; i++)
			any |= *(volatile uint32_t *)(void *)(m->host.memory + BLOCK(m, i));
		bench_use(&any);
		spent += bench_now() - t0;
	}
	return spent;
}

static void bench_records(struct bench *b)
{
	static const uint32_t len[] = {200, 1024, 4096, 65536};
	struct machine m[4], hit;
	struct bench_case notify[6] = {0}, drains[5] = {0};
	static const char *const name[] = {"200 B", "1 KiB", "4 KiB", "64 KiB"};

	for (unsigned int i = 0; i < 4; i++) {
		start(&m[i], 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED, len[i]);
		warm_up(&m[i]);
		notify[i] = (struct bench_case){name[i], run_notify, &m[i], 0, 0};
		drains[i] = (struct bench_case){name[i], run_drain, &m[i], 0, 0};
	}
	start(&hit, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED, 200);
	warm_up(&hit);
	put_record(&hit, 0, 200, 2);
	notify[4] = (struct bench_case){"200 B, a repeat (cache hit)", run_notify, &hit, 0, 0};
	notify[5] = drains[4] =
		(struct bench_case){"locked compare-exchange", bench_run_cmpxchg, NULL, 0, 0};
	bench_group(b, "notify: SDEI event to record queued", notify, 6, "at most 70 ns");
	bench_group(b, "drain: per record, batches of 32, 16, 8, 1", drains, 5, "at most 40 ns");
	for (unsigned int i = 0; i < 4; i++)
		stop(&m[i]);
	stop(&hit);
}

static void bench_idle(struct bench *b)
{
	static const unsigned int n[] = {1, 10, 100, 1000, SOURCES_MAX};
	static const char *const title[] = {"NMI, 1 source", "NMI, 10 sources", "NMI, 100 sources",
					    "NMI, 1,000 sources", "NMI, 10,000 sources"};

	for (unsigned int i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		struct machine m;
		struct bench_case cases[2] = {
			{"one record, the others idle", run_nmi, &m, 0, 0},
			{"bare loop over the status words", run_words, &m, 0, 0}};

		start(&m, n[i], ACPI_HEST_NOTIFY_NMI, 200);
		warm_up(&m);
		/* The one with the record comes last */
		memset(m.host.memory + BLOCK(&m, 0), 0, 4);
		put_record(&m, n[i] - 1, 200, 3);
		bench_group(b, title[i], cases, 2, "at most 5 ns for each idle source");
		stop(&m);
	}
}

int main(int argc, char **argv)
{
	struct bench b;

	bench_init(&b, "notify", argc, argv);
	bench_records(&b);
	bench_idle(&b);
	return 0;
}
