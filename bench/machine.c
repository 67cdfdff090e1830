// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <ghes/cper.h>

#define PADDR UINT64_C(0x80000000)

void bench_expect(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

/* ---- the least of platforms -------------------------------------------------------------------- */

static struct bench_host *host_of(struct ghes_platform *p)
{
	return (struct bench_host *)p;
}

#define MAPPED_FROM (1u << 20) /* bytes; so that a big pool costs what is used of it */

static void *op_alloc(struct ghes_platform *p, size_t size)
{
	void *ptr;

	(void)p;
	if (size >= MAPPED_FROM) {
		ptr = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		bench_expect(ptr != MAP_FAILED, "no memory");
		return ptr;
	}
	ptr = aligned_alloc(64, (size + 63) & ~(size_t)63);
	bench_expect(ptr != NULL, "no memory");
	return memset(ptr, 0, size);
}

static void op_free(struct ghes_platform *p, void *ptr, size_t size)
{
	(void)p;
	if (size >= MAPPED_FROM)
		munmap(ptr, size);
	else
		free(ptr);
}

static int op_set_fixmap(struct ghes_platform *p, enum fixed_addresses idx, uint64_t paddr)
{
	struct bench_host *h = host_of(p);

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
	host_of(p)->acks++;
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
	host_of(p)->reports++;
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

static size_t build_hest(struct bench_machine *m)
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
void bench_put_record(struct bench_machine *m, unsigned int i, uint32_t len, unsigned int salt)
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

volatile uint32_t *bench_block(const struct bench_machine *m, unsigned int source)
{
	return (volatile uint32_t *)(void *)(m->host.memory + BLOCK(m, source));
}

void bench_fire(struct bench_machine *m, unsigned int i)
{
	/* Firmware's part: the record is there again */
	*bench_block(m, i) = htole32(1);
	if (m->notify == ACPI_HEST_NOTIFY_NMI)
		m->ops->notify_nmi(m->core);
	else
		m->ops->notify_sdei(m->core, i + 1);
}

void bench_drain(struct bench_machine *m)
{
	m->host.context = GHES_CONTEXT_IRQ;
	m->host.masks = DAIF_PROCCTX_NOIRQ;
	m->ops->irq_work_run(m->core);
	m->host.masks = 0;
}

void bench_machine_start(struct bench_machine *m, const struct ghes_core_ops *ops,
			 unsigned int sources, uint8_t notify, uint32_t len)
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
	bench_expect(m->host.memory, "no memory");
	memset(m->host.memory, 0, m->host.size);
	for (unsigned int i = 0; i < sources; i++)
		put(m->host.memory + POINTER(m, i), PADDR + BLOCK(m, i), 8);
	m->ops = ops;
	bench_expect(!m->ops->create(&m->host.platform, &m->core), "create failed");
	size = build_hest(m);
	bench_expect(!m->ops->init(m->core, m->table, size), "init failed");
}

void bench_machine_stop(struct bench_machine *m)
{
	m->ops->destroy(m->core);
	free(m->host.memory);
	free(m->table);
}

/* Two records are printed and remembered; the clock stands still, so no other will be. */
void bench_warm_up(struct bench_machine *m)
{
	for (unsigned int i = 1; i <= 2; i++) {
		bench_put_record(m, 0, m->len, i);
		bench_fire(m, 0);
		bench_drain(m);
	}
	bench_put_record(m, 0, m->len, 3);
}

void bench_no_records(struct bench_machine *m)
{
	for (unsigned int i = 0; i < m->sources; i++)
		memset(m->host.memory + BLOCK(m, i), 0, 4);
}
