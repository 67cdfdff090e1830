// SPDX-License-Identifier: GPL-2.0-only
#include "fake_platform.h"

#include <stdlib.h>
#include <string.h>

/* Not assert(): a check that NDEBUG takes out cannot fail. */
static void must(bool holds)
{
	if (!holds)
		abort();
}

static void *fake_alloc(struct ghes_platform *p, size_t size)
{
	struct fake_platform *fake = fake_of(p);
	void *ptr;

	if (fake->fail_alloc_in == 1 || !size)
		return NULL;
	if (fake->fail_alloc_in)
		fake->fail_alloc_in--;
	ptr = aligned_alloc(64, (size + 63) & ~(size_t)63);
	must(ptr);
	memset(ptr, 0, size);
	fake->live_bytes += size;
	fake->live_blocks++;
	return ptr;
}

static void fake_free(struct ghes_platform *p, void *ptr, size_t size)
{
	struct fake_platform *fake = fake_of(p);

	must(fake->live_blocks && fake->live_bytes >= size && !fake->readers);
	fake->live_bytes -= size;
	fake->live_blocks--;
	free(ptr);
}

static int fake_set_fixmap(struct ghes_platform *p, enum fixed_addresses idx, uint64_t paddr)
{
	struct fake_platform *fake = fake_of(p);

	must(!(paddr & ~GHES_PAGE_MASK) && !fake->mapped[idx]);
	if (fake->on_map)
		fake->on_map(fake, idx);
	if (paddr == FAKE_LAST_PADDR)
		fake->mapped[idx] = fake->last_page;
	else if (paddr >= FAKE_PADDR && paddr - FAKE_PADDR < sizeof(fake->memory))
		fake->mapped[idx] = fake->memory + (paddr - FAKE_PADDR);
	else
		return -GHES_EFAULT;
	fake->maps++;
	return 0;
}

static void fake_clear_fixmap(struct ghes_platform *p, enum fixed_addresses idx)
{
	struct fake_platform *fake = fake_of(p);

	must(fake->mapped[idx]);
	fake->mapped[idx] = NULL;
	fake->unmaps++;
}

static void fake_memcpy_fromio(struct ghes_platform *p, enum fixed_addresses idx, size_t offset,
			       void *dst, size_t n)
{
	must(fake_of(p)->mapped[idx] && offset + n <= 4096);
	memcpy(dst, fake_of(p)->mapped[idx] + offset, n);
}

static void fake_memcpy_toio(struct ghes_platform *p, enum fixed_addresses idx, size_t offset,
			     const void *src, size_t n)
{
	must(fake_of(p)->mapped[idx] && offset + n <= 4096);
	memcpy(fake_of(p)->mapped[idx] + offset, src, n);
}

static unsigned int fake_smp_processor_id(struct ghes_platform *p)
{
	return fake_of(p)->cpu;
}

static void fake_cpu_relax(struct ghes_platform *p)
{
	if (fake_of(p)->on_relax)
		fake_of(p)->on_relax(fake_of(p));
}

static void fake_mutex_lock(struct ghes_platform *p)
{
	must(!fake_of(p)->in_mutex);
	fake_of(p)->in_mutex = true;
}

static void fake_mutex_unlock(struct ghes_platform *p)
{
	must(fake_of(p)->in_mutex);
	fake_of(p)->in_mutex = false;
}

static uint64_t fake_sched_clock(struct ghes_platform *p)
{
	return fake_of(p)->clock;
}

static void fake_rcu_read_lock(struct ghes_platform *p)
{
	fake_of(p)->readers++;
}

static void fake_rcu_read_unlock(struct ghes_platform *p)
{
	must(fake_of(p)->readers > 0);
	fake_of(p)->readers--;
}

static void fake_call_rcu(struct ghes_platform *p, struct ghes_rcu_head *head,
			  void (*func)(struct ghes_rcu_head *head))
{
	head->func = func;
	head->host[0] = fake_of(p)->callbacks;
	fake_of(p)->callbacks = head;
	fake_of(p)->callbacks_pending++;
}

void fake_grace_period(struct fake_platform *fake)
{
	struct ghes_rcu_head *head = fake->callbacks;

	must(!fake->readers);
	fake->callbacks = NULL;
	fake->grace_periods++;
	while (head) {
		struct ghes_rcu_head *next = head->host[0];

		fake->callbacks_pending--;
		head->func(head);
		head = next;
	}
}

static void fake_synchronize_rcu(struct ghes_platform *p)
{
	must(!fake_of(p)->readers);
	fake_of(p)->grace_periods++;
}

static void fake_rcu_barrier(struct ghes_platform *p)
{
	fake_grace_period(fake_of(p));
}

static void fake_arch_irq_work_raise(struct ghes_platform *p)
{
	fake_of(p)->raised++;
	if (fake_of(p)->on_raise)
		fake_of(p)->on_raise(fake_of(p));
}

static void fake_tracepoint(struct ghes_platform *p, enum ghes_tracepoint tp, uint16_t source_id,
			    uint64_t arg0, uint64_t arg1, const void *data)
{
	struct fake_platform *fake = fake_of(p);

	(void)data;
	fake->trace[fake->traces++ % FAKE_TRACES] = (struct fake_trace){tp, source_id, arg0, arg1};
}

unsigned int fake_count(const struct fake_platform *fake, enum ghes_tracepoint tp)
{
	unsigned int n = 0;

	must(fake->traces <= FAKE_TRACES);
	for (unsigned int i = 0; i < fake->traces; i++)
		n += fake->trace[i].tp == tp;
	return n;
}

void fake_platform_init(struct fake_platform *fake)
{
	memset(fake, 0, sizeof(*fake));
	fake->clock = 1000;
	fake->platform.ops = &fake->ops;
	fake->platform.nr_cpus = 2;
	fake->platform.notify_types = GHES_NOTIFY_ARM64;
	fake->ops = (struct ghes_platform_ops){
		.alloc = fake_alloc,
		.free = fake_free,
		.set_fixmap = fake_set_fixmap,
		.clear_fixmap = fake_clear_fixmap,
		.memcpy_fromio = fake_memcpy_fromio,
		.memcpy_toio = fake_memcpy_toio,
		.smp_processor_id = fake_smp_processor_id,
		.cpu_relax = fake_cpu_relax,
		.mutex_lock = fake_mutex_lock,
		.mutex_unlock = fake_mutex_unlock,
		.sched_clock = fake_sched_clock,
		.rcu_read_lock = fake_rcu_read_lock,
		.rcu_read_unlock = fake_rcu_read_unlock,
		.call_rcu = fake_call_rcu,
		.synchronize_rcu = fake_synchronize_rcu,
		.rcu_barrier = fake_rcu_barrier,
		.arch_irq_work_raise = fake_arch_irq_work_raise,
		.tracepoint = fake_tracepoint,
	};
}
