// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine as a platform: what the core under test calls.
 *
 * Each op has the same shape: a point, where the driver may let something happen; then the effect
 * and its event, with busy set, so that nothing gets between them on this CPU; then what the
 * effect made possible. Ops that only look at this CPU's own state have no point.
 *
 * Mistakes that leave the machine no way to go on are reported here (an access through a clear
 * slot, a lock taken twice); everything else is judged by the oracles.
 */
#include <stdlib.h>

#include "internal.h"
#include "sdei.h"

static void begin(struct sim_machine *m, struct sim_cpu *c, enum sim_event_kind kind, uint64_t arg)
{
	sim_point(m, c, kind, arg);
	sim_busy(c);
}

static void end(struct sim_machine *m, struct sim_cpu *c)
{
	sim_idle(m, c);
	if (c->pending & SIM_PEND_RAISE)
		sim_return_path(m, c);
}

static void note(struct sim_machine *m, struct sim_cpu *c, enum sim_event_kind kind, uint64_t a,
		 uint64_t b, const void *data)
{
	begin(m, c, kind, a);
	sim_emit(m, c, kind, SIM_NO_SOURCE, a, b, sim_top(c)->instance, data);
	end(m, c);
}

static void might_sleep(struct sim_machine *m, struct sim_cpu *c, const char *op)
{
	note(m, c, SIM_EV_MIGHT_SLEEP, 0, 0, op);
}

static uint64_t id_of(const struct sim_machine *m, const void *ptr)
{
	return sim_address_id(m, (uintptr_t)ptr);
}

/* ---- Memory of the core ---------------------------------------------------------------------- */

static void *op_alloc(struct ghes_platform *p, size_t size)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);
	uint64_t fail = m->host->config.misbehave[SIM_MISBEHAVE_POOL_FAIL];
	void *ptr = NULL;

	sim_uses_one(m, c, SIM_RESOURCE_HEAP, true, 0);
	begin(m, c, SIM_EV_ALLOC, size);
	if (atomic_fetch_add(&m->allocs, 1) + 1 != fail) {
		sim_lock(m, &m->heap_lock);
		ptr = sim_heap_alloc(m, size);
		sim_unlock(&m->heap_lock);
	}
	sim_emit(m, c, SIM_EV_ALLOC, SIM_NO_SOURCE, size, ptr ? id_of(m, ptr) : 0, 0, NULL);
	end(m, c);
	return ptr;
}

/*
 * Called by a core's pool, whichever core it is (sim/cores/pool.c, the kernel's shim), before it
 * takes @size bytes: the counterpart of op_alloc() for memory that the core divides by itself.
 */
bool sim_pool_denied(struct ghes_platform *p, size_t size)
{
	struct sim_machine *m = sim_of_platform(p);
	uint64_t empty;
	struct sim_cpu *c;

	if (p->ops != &sim_platform_ops)
		return false; /* another host's */
	empty = m->host->config.misbehave[SIM_MISBEHAVE_POOL_EMPTY];
	if (!empty)
		return false;
	c = sim_this(m);
	sim_uses_one(m, c, SIM_RESOURCE_HEAP, true, 0); /* which is the n-th: the order matters */
	if (atomic_fetch_add(&m->pool_allocs, 1) + 1 != empty)
		return false;
	sim_top(c)->denied = size;
	return true;
}

bool sim_pool_was_denied(const struct sim_machine *m)
{
	return atomic_load(&m->pool_allocs) >= m->host->config.misbehave[SIM_MISBEHAVE_POOL_EMPTY];
}

static void op_free(struct ghes_platform *p, void *ptr, size_t size)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);
	const char *fault;

	if (!ptr)
		return;
	sim_touches(m, c, ptr, size, true);
	sim_uses_one(m, c, SIM_RESOURCE_HEAP, true, 0);
	begin(m, c, SIM_EV_FREE, size);
	sim_emit(m, c, SIM_EV_FREE, SIM_NO_SOURCE, size, id_of(m, ptr), 0, NULL);
	sim_lock(m, &m->heap_lock);
	fault = sim_heap_release(m, ptr, size);
	sim_unlock(&m->heap_lock);
	if (fault)
		sim_defect(m, SIM_ORACLE_pool, "free of %zu bytes at heap+0x%llx, which %s", size,
			   (unsigned long long)id_of(m, ptr), fault);
	end(m, c);
}

/* ---- Physical memory ------------------------------------------------------------------------- */

static int op_set_fixmap(struct ghes_platform *p, enum fixed_addresses idx, uint64_t paddr)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);
	int err = 0;

	sim_uses_one(m, c, SIM_RESOURCE_SLOT, true, idx);
	begin(m, c, SIM_EV_MAP, paddr);
	if ((unsigned int)idx >= GHES_NR_FIXMAP_SLOTS || paddr & ~GHES_PAGE_MASK) {
		sim_defect(m, SIM_ORACLE_slot, "slot %u cannot map 0x%llx", (unsigned int)idx,
			   (unsigned long long)paddr);
		err = -GHES_EFAULT;
	} else if (!sim_phys_at(m, paddr, GHES_PAGE_SIZE, false)) {
		err = -GHES_EFAULT;
	} else {
		sim_emit(m, c, SIM_EV_MAP, SIM_NO_SOURCE, idx, paddr, 0, NULL);
		atomic_store_explicit(&m->slot[idx].page, paddr | 1, memory_order_relaxed);
	}
	end(m, c);
	return err;
}

static void op_clear_fixmap(struct ghes_platform *p, enum fixed_addresses idx)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);

	sim_uses_one(m, c, SIM_RESOURCE_SLOT, true, idx);
	begin(m, c, SIM_EV_UNMAP, idx);
	if ((unsigned int)idx >= GHES_NR_FIXMAP_SLOTS) {
		sim_defect(m, SIM_ORACLE_slot, "no slot %u to clear", (unsigned int)idx);
	} else {
		sim_emit(m, c, SIM_EV_UNMAP, SIM_NO_SOURCE, idx, 0, 0, NULL);
		atomic_store_explicit(&m->slot[idx].page, 0, memory_order_relaxed);
	}
	end(m, c);
}

/* Where slot @idx leads, at @offset; @n is cut to the page. NULL: nowhere. */
static uint8_t *through_slot(struct sim_machine *m, enum fixed_addresses idx, size_t offset,
			     size_t *n, uint64_t *paddr)
{
	uint64_t page = 0;

	if ((unsigned int)idx < GHES_NR_FIXMAP_SLOTS)
		page = atomic_load_explicit(&m->slot[idx].page, memory_order_relaxed);
	if (!(page & 1)) {
		sim_defect(m, SIM_ORACLE_slot, "access through slot %u, which is clear",
			   (unsigned int)idx);
		return NULL;
	}
	if (offset > GHES_PAGE_SIZE || *n > GHES_PAGE_SIZE - offset) {
		sim_defect(m, SIM_ORACLE_bounds,
			   "access to %zu bytes at %zu leaves the page of slot %u", *n, offset,
			   (unsigned int)idx);
		*n = offset > GHES_PAGE_SIZE ? 0 : GHES_PAGE_SIZE - offset;
	}
	*paddr = (page & GHES_PAGE_MASK) + offset;
	return sim_phys_at(m, *paddr, *n, false);
}

/* An access through slot @idx, and what firmware does about it. */
static void uses_slot(struct sim_machine *m, struct sim_cpu *c, enum fixed_addresses idx,
		      size_t offset, bool write)
{
	bool mutates = m->host->config.misbehave[SIM_MISBEHAVE_MUTATE];
	uint64_t page = 0;

	if ((unsigned int)idx < GHES_NR_FIXMAP_SLOTS)
		page = atomic_load_explicit(&m->slot[idx].page, memory_order_relaxed);
	sim_uses(m, c,
		 (const struct sim_use[]){
			 {SIM_RESOURCE_MEMORY, write || mutates,
			  sim_word_of(m, (page & GHES_PAGE_MASK) + offset, false)},
			 {SIM_RESOURCE_SLOT, false, idx},
		 },
		 2);
}

static void op_memcpy_fromio(struct ghes_platform *p, enum fixed_addresses idx, size_t offset,
			     void *dst, size_t n)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);
	size_t there = n;
	uint64_t paddr;
	uint8_t *src;

	sim_touches(m, c, dst, n, true);
	uses_slot(m, c, idx, offset, false);
	begin(m, c, SIM_EV_IO_READ, n);
	src = through_slot(m, idx, offset, &there, &paddr);
	if (src) {
		sim_firmware_saw_read(m, c, paddr, there);
		sim_emit(m, c, SIM_EV_IO_READ, SIM_NO_SOURCE, paddr, there, 0, &m->slot[idx]);
		sim_copy_from_phys(dst, src, there);
	} else {
		there = 0;
	}
	memset((uint8_t *)dst + there, 0xff, n - there);
	end(m, c);
}

static void op_memcpy_toio(struct ghes_platform *p, enum fixed_addresses idx, size_t offset,
			   const void *src, size_t n)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);
	uint64_t paddr;
	uint8_t *dst;

	sim_touches(m, c, src, n, false);
	uses_slot(m, c, idx, offset, true);
	begin(m, c, SIM_EV_IO_WRITE, n);
	dst = through_slot(m, idx, offset, &n, &paddr);
	if (dst) {
		sim_emit(m, c, SIM_EV_IO_WRITE, SIM_NO_SOURCE, paddr, n, 0, &m->slot[idx]);
		sim_firmware_store(m, c, paddr, dst, src, n);
	}
	end(m, c);
}

static const volatile void *op_map_status(struct ghes_platform *p, uint64_t paddr, size_t size)
{
	struct sim_machine *m = sim_of_platform(p);

	might_sleep(m, sim_this(m), "map_status");
	return size ? sim_phys_at(m, paddr, size, false) : NULL;
}

static void op_unmap_status(struct ghes_platform *p, const volatile void *va, size_t size)
{
	struct sim_machine *m = sim_of_platform(p);

	(void)va;
	(void)size;
	might_sleep(m, sim_this(m), "unmap_status");
}

static uint8_t *register_at(const struct sim_machine *m, const struct apei_gar *reg)
{
	unsigned int bytes = apei_gar_access_bytes(reg);

	if (!bytes || bytes > sizeof(uint64_t))
		return NULL;
	return sim_phys_at(m, reg->address, bytes, reg->space_id == ACPI_ADR_SPACE_SYSTEM_IO);
}

static int op_map_gar(struct ghes_platform *p, const struct apei_gar *reg)
{
	struct sim_machine *m = sim_of_platform(p);

	might_sleep(m, sim_this(m), "map_gar");
	return register_at(m, reg) ? 0 : -GHES_EFAULT;
}

static void op_unmap_gar(struct ghes_platform *p, const struct apei_gar *reg)
{
	struct sim_machine *m = sim_of_platform(p);

	(void)reg;
	might_sleep(m, sim_this(m), "unmap_gar");
}

static int op_read_gar(struct ghes_platform *p, const struct apei_gar *reg, uint64_t *val)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);
	uint8_t *at = register_at(m, reg);
	uint64_t v = 0;

	if (!at)
		return -GHES_EIO;
	sim_uses_one(m, c, SIM_RESOURCE_MEMORY, false, (uintptr_t)at);
	begin(m, c, SIM_EV_REG_READ, reg->address);
	sim_copy_from_phys(&v, at, apei_gar_access_bytes(reg));
	*val = le64toh(v);
	sim_emit(m, c, SIM_EV_REG_READ, SIM_NO_SOURCE, reg->address, *val, 0, NULL);
	end(m, c);
	return 0;
}

/* An acknowledgement: firmware may write the next record at once. */
static void uses_register(struct sim_machine *m, struct sim_cpu *c, const struct apei_gar *reg,
			  const uint8_t *at)
{
	struct sim_use uses[SIM_MAX_USES] = {{SIM_RESOURCE_MEMORY, true, (uintptr_t)at}};
	unsigned int n = 1;

	for (uint32_t i = 0; i < m->nr_sources && n < SIM_MAX_USES; i++)
		if (m->source[i].config.version == 2 && m->source[i].ack.addr == reg->address)
			uses[n++] = (struct sim_use){SIM_RESOURCE_MEMORY, true,
						     (uintptr_t)m->block[m->source[i].block].mem};
	sim_uses(m, c, uses, n);
}

static int op_write_gar(struct ghes_platform *p, const struct apei_gar *reg, uint64_t val)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);
	uint8_t *at = register_at(m, reg);
	uint64_t v = htole64(val);

	if (!at)
		return -GHES_EIO;
	uses_register(m, c, reg, at);
	begin(m, c, SIM_EV_REG_WRITE, reg->address);
	sim_emit(m, c, SIM_EV_REG_WRITE, SIM_NO_SOURCE, reg->address, val, 0, NULL);
	sim_copy_to_phys(at, &v, apei_gar_access_bytes(reg));
	sim_firmware_saw_register(m, c, reg->address, reg->space_id == ACPI_ADR_SPACE_SYSTEM_IO,
				  val & apei_gar_access_mask(reg));
	end(m, c);
	return 0;
}

/* ---- CPU and masks --------------------------------------------------------------------------- */

static unsigned int op_smp_processor_id(struct ghes_platform *p)
{
	return sim_this_cpu(sim_of_platform(p));
}

static enum ghes_context op_context(struct ghes_platform *p)
{
	static const uint8_t contexts[] = {
#define SIM_RUNNING_CONTEXT(name, text, context) GHES_CONTEXT_##context,
		SIM_RUNNING(SIM_RUNNING_CONTEXT)
#undef SIM_RUNNING_CONTEXT
	};

	return (enum ghes_context)contexts[sim_top(sim_this(sim_of_platform(p)))->running];
}

static struct ghes_task op_current_task(struct ghes_platform *p)
{
	return sim_top(sim_this(sim_of_platform(p)))->task;
}

static uint32_t op_mask_set(struct ghes_platform *p, uint32_t mask)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);
	uint32_t old;

	sim_uses_one(m, c, SIM_RESOURCE_CONTEXT, true, c->id);
	begin(m, c, SIM_EV_MASK, mask);
	old = c->masks;
	c->masks = mask;
	sim_emit(m, c, SIM_EV_MASK, SIM_NO_SOURCE, mask, old, 0, NULL);
	sim_idle(m, c);
	sim_return_path(m, c);
	return old;
}

static uint32_t op_mask_get(struct ghes_platform *p)
{
	return sim_this(sim_of_platform(p))->masks;
}

/* A context that software enters by itself, without a change of masks. */
static void enter_by_core(struct sim_machine *m, struct sim_cpu *c, enum sim_running running)
{
	uint32_t masks = c->masks;

	sim_point(m, c, SIM_EV_ENTER, running);
	sim_uses_one(m, c, SIM_RESOURCE_CONTEXT, true, c->id);
	sim_busy(c);
	sim_enter(m, c, running, sim_top(c)->source);
	c->masks = masks;
	sim_top(c)->masks = masks;
	sim_top(c)->by_core = true;
	sim_idle(m, c);
	sim_sync(m, c, SIM_SYNC_RCU_LOCK, c);
}

static void leave_by_core(struct sim_machine *m, struct sim_cpu *c, enum sim_running running)
{
	uint32_t instance;

	sim_point(m, c, SIM_EV_LEAVE, running);
	sim_sync(m, c, SIM_SYNC_RCU_UNLOCK, c);
	sim_uses_one(m, c, SIM_RESOURCE_CONTEXT, true, c->id);
	if (!sim_top(c)->by_core || sim_top(c)->running != running) {
		sim_defect(m, SIM_ORACLE_context, "exit from %s, but %s is running",
			   sim_running_name(running), sim_running_name(sim_top(c)->running));
		return;
	}
	sim_busy(c);
	instance = sim_top(c)->instance;
	sim_leave(m, c, 0);
	if (instance)
		sim_top(c)->instance = instance;
	sim_idle(m, c);
	sim_return_path(m, c);
}

static enum sim_running running_as(enum ghes_context as)
{
	static const uint8_t running[GHES_NR_CONTEXTS] = {
		[GHES_CONTEXT_TASK] = SIM_RUNNING_KERNEL,
		[GHES_CONTEXT_IRQ] = SIM_RUNNING_HARDIRQ,
		[GHES_CONTEXT_SEI] = SIM_RUNNING_SEI,
		[GHES_CONTEXT_SEA] = SIM_RUNNING_SEA_CLAIM,
		[GHES_CONTEXT_SDEI_NORMAL] = SIM_RUNNING_SDEI_NORMAL,
		[GHES_CONTEXT_SDEI_CRITICAL] = SIM_RUNNING_SDEI_CRITICAL,
		[GHES_CONTEXT_NMI] = SIM_RUNNING_NMI,
	};

	return (enum sim_running)running[as];
}

static void op_nmi_enter(struct ghes_platform *p, enum ghes_context as)
{
	struct sim_machine *m = sim_of_platform(p);

	enter_by_core(m, sim_this(m), running_as(as));
}

static void op_nmi_exit(struct ghes_platform *p, enum ghes_context as)
{
	struct sim_machine *m = sim_of_platform(p);

	leave_by_core(m, sim_this(m), running_as(as));
}

static void op_irq_enter(struct ghes_platform *p)
{
	struct sim_machine *m = sim_of_platform(p);

	enter_by_core(m, sim_this(m), SIM_RUNNING_SEA_IRQ_WORK);
}

static void op_irq_exit(struct ghes_platform *p)
{
	struct sim_machine *m = sim_of_platform(p);

	leave_by_core(m, sim_this(m), SIM_RUNNING_SEA_IRQ_WORK);
}

/* ---- Locks ----------------------------------------------------------------------------------- */

static uint64_t lock_number(struct sim_machine *m, struct ghes_raw_spinlock *lock)
{
	for (unsigned int i = 0; i < SIM_MAX_LOCKS; i++) {
		struct ghes_raw_spinlock *known = atomic_load(&m->lock[i].lock);

		if (known == lock)
			return i;
		if (!known && atomic_compare_exchange_strong(&m->lock[i].lock, &known, lock))
			return i;
		if (known == lock)
			return i;
	}
	return SIM_MAX_LOCKS;
}

static const char *lock_name(const struct ghes_raw_spinlock *lock)
{
	return lock->name ? lock->name : "unnamed lock";
}

const char *sim_lock_name(const struct sim_machine *m, const void *on_what)
{
	for (unsigned int i = 0; i < SIM_MAX_LOCKS; i++)
		if (on_what && atomic_load(&m->lock[i].lock) == on_what)
			return lock_name(on_what);
	return NULL;
}

/* The lock is held: tell, and wait. */
static void wait_for_lock(struct sim_machine *m, struct sim_cpu *c, struct ghes_raw_spinlock *lock,
			  uint32_t holder, bool *told)
{
	if (!*told) {
		sim_emit(m, c, SIM_EV_LOCK_WAIT, SIM_NO_SOURCE, lock_number(m, lock), holder - 1, 0,
			 lock);
		*told = true;
	}
	if (holder == c->id + 1) {
		sim_defect(m, SIM_ORACLE_lock,
			   "self-deadlock: CPU %u takes %s in %s, and holds it already", c->id,
			   lock_name(lock), sim_running_name(sim_top(c)->running));
		sim_stop(m);
	} else if (!sim_wait(m, c, lock)) {
		if (!atomic_load(&m->stopped))
			sim_defect(m, SIM_ORACLE_lock,
				   "deadlock: CPU %u waits for %s, CPU %u holds it", c->id,
				   lock_name(lock), holder - 1);
		sim_stop(m);
	}
}

static void op_raw_spin_lock(struct ghes_platform *p, struct ghes_raw_spinlock *lock)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);
	bool told = false;

	sim_point(m, c, SIM_EV_LOCK, id_of(m, lock));
	sim_sync(m, c, SIM_SYNC_LOCK, lock);
	for (;;) {
		uint32_t holder = 0;

		sim_busy(c);
		/* acquire: pairs with the release in op_raw_spin_unlock() */
		if (__atomic_compare_exchange_n(&lock->word, &holder, c->id + 1, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			break;
		sim_idle(m, c);
		wait_for_lock(m, c, lock, holder, &told);
	}
	c->locks_held++;
	sim_emit(m, c, SIM_EV_LOCK, SIM_NO_SOURCE, lock_number(m, lock), 0, 0, lock);
	end(m, c);
}

static void op_raw_spin_unlock(struct ghes_platform *p, struct ghes_raw_spinlock *lock)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);
	uint32_t holder;

	sim_sync(m, c, SIM_SYNC_UNLOCK, lock);
	begin(m, c, SIM_EV_UNLOCK, id_of(m, lock));
	holder = __atomic_load_n(&lock->word, __ATOMIC_RELAXED);
	if (holder == c->id + 1)
		c->locks_held--;
	else
		sim_defect(m, SIM_ORACLE_lock, "CPU %u unlocks %s, which %s", c->id,
			   lock_name(lock), holder ? "another CPU holds" : "nobody holds");
	sim_emit(m, c, SIM_EV_UNLOCK, SIM_NO_SOURCE, lock_number(m, lock), 0, 0, lock);
	__atomic_store_n(&lock->word, 0, __ATOMIC_RELEASE);
	end(m, c);
}

/* Turns of a loop in which nothing else happens, on this CPU or another: then it is endless. */
#define SIM_MAX_RELAX 10000

/*
 * A hint, not always a wait: the kernel's genalloc relaxes before each compare-exchange, also when
 * nobody is in its way. So a turn in which nobody else can run is a defect only if such turns are
 * all there is.
 */
static void op_cpu_relax(struct ghes_platform *p)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);

	sim_point(m, c, SIM_EV_STEP, 0);
	if (sim_wait(m, c, NULL)) {
		c->relaxed_in_vain = 0;
		return;
	}
	if (c->relaxed_at != c->steps) {
		c->relaxed_at = c->steps;
		c->relaxed_in_vain = 0;
	}
	if (++c->relaxed_in_vain < SIM_MAX_RELAX)
		return;
	if (!atomic_load(&m->stopped))
		sim_defect(m, SIM_ORACLE_progress, "CPU %u waits in %s for nobody", c->id,
			   sim_running_name(sim_top(c)->running));
	sim_stop(m);
}

static void op_mutex_lock(struct ghes_platform *p)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);

	might_sleep(m, c, "mutex_lock");
	sim_sync(m, c, SIM_SYNC_LOCK, &m->mutex);
	for (;;) {
		uint32_t owner = 0;

		if (atomic_compare_exchange_strong(&m->mutex.owner, &owner, c->id + 1))
			return;
		if (owner == c->id + 1 || !sim_wait(m, c, &m->mutex)) {
			if (!atomic_load(&m->stopped))
				sim_defect(m, SIM_ORACLE_lock,
					   "deadlock: CPU %u waits for the mutex of CPU %u", c->id,
					   owner - 1);
			sim_stop(m);
			return;
		}
	}
}

static void op_mutex_unlock(struct ghes_platform *p)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);

	might_sleep(m, c, "mutex_unlock");
	sim_sync(m, c, SIM_SYNC_UNLOCK, &m->mutex);
	if (atomic_load(&m->mutex.owner) != c->id + 1)
		sim_defect(m, SIM_ORACLE_lock, "CPU %u unlocks the mutex, which it does not hold",
			   c->id);
	atomic_store(&m->mutex.owner, 0);
	sim_return_path(m, c);
}

/* ---- Time and RCU ---------------------------------------------------------------------------- */

static uint64_t op_sched_clock(struct ghes_platform *p)
{
	struct sim_machine *m = sim_of_platform(p);

	sim_uses_one(m, sim_this(m), SIM_RESOURCE_CLOCK, false, 0);
	return sim_clock_read(m, sim_this(m));
}

static void op_rcu_read_lock(struct ghes_platform *p)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);

	sim_sync(m, c, SIM_SYNC_RCU_LOCK, NULL);
	begin(m, c, SIM_EV_RCU_LOCK, 0);
	sim_rcu_enter(c);
	c->rcu_nesting++;
	sim_emit(m, c, SIM_EV_RCU_LOCK, SIM_NO_SOURCE, 0, 0, 0, NULL);
	end(m, c);
}

static void op_rcu_read_unlock(struct ghes_platform *p)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);

	sim_sync(m, c, SIM_SYNC_RCU_UNLOCK, NULL);
	begin(m, c, SIM_EV_RCU_UNLOCK, 0);
	if (c->rcu_nesting == sim_top(c)->rcu_nesting) {
		sim_defect(m, SIM_ORACLE_context, "rcu_read_unlock() without a lock in %s",
			   sim_running_name(sim_top(c)->running));
	} else {
		sim_emit(m, c, SIM_EV_RCU_UNLOCK, SIM_NO_SOURCE, 0, 0, 0, NULL);
		c->rcu_nesting--;
		sim_rcu_exit(c);
	}
	end(m, c);
}

static void op_call_rcu(struct ghes_platform *p, struct ghes_rcu_head *head,
			void (*func)(struct ghes_rcu_head *head))
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);

	/* two of them commute: only whether it is before a callback is run matters */
	sim_uses_one(m, c, SIM_RESOURCE_RCU, false, 0);
	begin(m, c, SIM_EV_CALL_RCU, id_of(m, head));
	sim_emit(m, c, SIM_EV_CALL_RCU, SIM_NO_SOURCE, id_of(m, head), 0, 0, NULL);
	sim_rcu_call(m, head, func);
	end(m, c);
}

static void op_synchronize_rcu(struct ghes_platform *p)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);

	might_sleep(m, c, "synchronize_rcu");
	sim_rcu_synchronize(m, c);
}

static void op_rcu_barrier(struct ghes_platform *p)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);

	might_sleep(m, c, "rcu_barrier");
	sim_rcu_barrier(m, c);
}

/* ---- Deferral -------------------------------------------------------------------------------- */

static void op_arch_irq_work_raise(struct ghes_platform *p)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);

	sim_uses_one(m, c, SIM_RESOURCE_CONTEXT, true, c->id);
	note(m, c, SIM_EV_IPI, 0, 0, NULL);
	/* IRQ_WORK_ELSEWHERE: the last CPU keeps its interrupts masked for long, once */
	if (m->host->config.misbehave[SIM_MISBEHAVE_IRQ_WORK_ELSEWHERE] && m->nr_cpus > 1 &&
	    c->id == m->nr_cpus - 1 && !c->ipi_held_once) {
		c->ipi_held_once = true;
		c->ipi_held = true;
	}
	sim_raise_ipi(m, c);
}

static bool op_schedule_work_on(struct ghes_platform *p, unsigned int cpu, struct ghes_work *work,
				void (*func)(struct ghes_work *work))
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);
	bool queued;

	/* The item first: it orders who queues a work and who runs it. */
	sim_uses(m, c,
		 (const struct sim_use[]){
			 {SIM_RESOURCE_WORK_ITEM, true, (uintptr_t)work},
			 {SIM_RESOURCE_WORK, true, cpu < m->nr_cpus ? cpu : c->id},
		 },
		 2);
	begin(m, c, SIM_EV_WORK_QUEUE, cpu);
	sim_emit(m, c, SIM_EV_WORK_QUEUE, SIM_NO_SOURCE, cpu, id_of(m, work), 0, NULL);
	queued = sim_work_push(m, &m->cpu[cpu < m->nr_cpus ? cpu : c->id], work, func);
	end(m, c);
	return queued;
}

static void op_cancel_work_sync(struct ghes_platform *p, struct ghes_work *work)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);

	might_sleep(m, c, "cancel_work_sync");
	sim_work_cancel(m, c, work);
}

static int op_task_work_add(struct ghes_platform *p, struct ghes_task task, struct ghes_work *work,
			    void (*func)(struct ghes_work *work))
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);
	int err;

	sim_uses_one(m, c, SIM_RESOURCE_TASK_WORK, true, sim_cpu_of_task(m, task));
	begin(m, c, SIM_EV_TASK_WORK, task.id);
	err = sim_task_work_push(m, task, work, func);
	sim_emit(m, c, SIM_EV_TASK_WORK, SIM_NO_SOURCE, task.id, id_of(m, work), 0, NULL);
	end(m, c);
	return err;
}

/* ---- Notifications --------------------------------------------------------------------------- */

static void uses_registration(struct sim_machine *m, const struct sim_source *s)
{
	if (s)
		sim_uses_one(m, sim_this(m), SIM_RESOURCE_SOURCE, true, sim_registration_of(s));
}

/* Interrupts and timers of sources that this firmware cannot drive exist, but never fire. */
static int op_request_irq(struct ghes_platform *p, uint32_t gsiv, uint16_t source_id)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_source *s = sim_source_by_id(m, source_id);

	(void)gsiv;
	might_sleep(m, sim_this(m), "request_irq");
	uses_registration(m, s);
	if (s)
		atomic_store(&s->irq_requested, true);
	return 0;
}

static void op_free_irq(struct ghes_platform *p, uint32_t gsiv, uint16_t source_id)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_source *s = sim_source_by_id(m, source_id);

	(void)gsiv;
	might_sleep(m, sim_this(m), "free_irq");
	uses_registration(m, s);
	if (s)
		atomic_store(&s->irq_requested, false);
	sim_irq_synchronize(m, sim_this(m));
}

static int op_add_timer(struct ghes_platform *p, uint16_t source_id, uint32_t interval_ms)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_source *s = sim_source_by_id(m, source_id);

	(void)interval_ms;
	might_sleep(m, sim_this(m), "add_timer");
	uses_registration(m, s);
	if (s)
		atomic_store(&s->timer_armed, true);
	return 0;
}

static bool timer_running(struct sim_machine *m, uint16_t source_id)
{
	sim_uses_contexts(m, sim_this(m));
	for (unsigned int i = 0; i < m->nr_cpus; i++)
		for (unsigned int d = 1; d <= m->cpu[i].depth; d++)
			if (m->cpu[i].frame[d].running == SIM_RUNNING_SOFTIRQ &&
			    m->cpu[i].frame[d].source == source_id)
				return true;
	return false;
}

static void op_del_timer_sync(struct ghes_platform *p, uint16_t source_id)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);
	struct sim_source *s = sim_source_by_id(m, source_id);

	might_sleep(m, c, "del_timer_sync");
	uses_registration(m, s);
	if (s)
		atomic_store(&s->timer_armed, false);
	while (timer_running(m, source_id)) {
		if (!sim_wait(m, c, s)) {
			sim_defect(m, SIM_ORACLE_lock, "del_timer_sync() on CPU %u never ends",
				   c->id);
			sim_stop(m);
			return;
		}
	}
}

static int op_register_hed(struct ghes_platform *p)
{
	struct sim_machine *m = sim_of_platform(p);

	might_sleep(m, sim_this(m), "register_hed");
	sim_uses_one(m, sim_this(m), SIM_RESOURCE_SOURCE, true, SIM_REGISTRATION_HED);
	atomic_fetch_add(&m->hed_users, 1);
	return 0;
}

static void op_unregister_hed(struct ghes_platform *p)
{
	struct sim_machine *m = sim_of_platform(p);

	might_sleep(m, sim_this(m), "unregister_hed");
	sim_uses_one(m, sim_this(m), SIM_RESOURCE_SOURCE, true, SIM_REGISTRATION_HED);
	if (atomic_load(&m->hed_users))
		atomic_fetch_sub(&m->hed_users, 1);
}

static int op_register_nmi(struct ghes_platform *p)
{
	struct sim_machine *m = sim_of_platform(p);

	might_sleep(m, sim_this(m), "register_nmi");
	sim_uses_one(m, sim_this(m), SIM_RESOURCE_SOURCE, true, SIM_REGISTRATION_NMI);
	atomic_fetch_add(&m->nmi_users, 1);
	return 0;
}

static void op_unregister_nmi(struct ghes_platform *p)
{
	struct sim_machine *m = sim_of_platform(p);

	might_sleep(m, sim_this(m), "unregister_nmi");
	sim_uses_one(m, sim_this(m), SIM_RESOURCE_SOURCE, true, SIM_REGISTRATION_NMI);
	if (atomic_load(&m->nmi_users))
		atomic_fetch_sub(&m->nmi_users, 1);
}

static void op_schedule(struct ghes_platform *p)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);

	might_sleep(m, c, "schedule");
	sim_return_path(m, c);
	sim_wait(m, c, NULL); /* nobody else can run: then this CPU goes on */
}

/* ---- Sinks ----------------------------------------------------------------------------------- */

static bool waits_for_page(const struct sim_cpu *c, uint64_t pfn)
{
	return atomic_load(&c->poison.page) == pfn + 1;
}

/*
 * A page that no task waits for concerns nobody: calls for such pages commute. By the time that it
 * is this CPU's turn a task may wait, so that is asked again.
 */
static void uses_poison(struct sim_machine *m, struct sim_cpu *c, uint64_t pfn)
{
	struct sim_use uses[SIM_MAX_USES];
	bool more;

	do {
		unsigned int n = 0;

		for (; n < m->nr_cpus && n < SIM_MAX_USES; n++)
			uses[n] = (struct sim_use){SIM_RESOURCE_TASK,
						   waits_for_page(&m->cpu[n], pfn), n};
		sim_uses(m, c, uses, n);
		more = false;
		while (n-- > 0)
			more |= waits_for_page(&m->cpu[n], pfn) && !uses[n].write;
	} while (more);
}

static int op_memory_failure(struct ghes_platform *p, uint64_t pfn, int flags)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);

	uses_poison(m, c, pfn);
	note(m, c, SIM_EV_MEMORY_FAILURE, pfn, (uint64_t)(unsigned int)flags, NULL);
	for (unsigned int i = 0; i < m->nr_cpus; i++)
		if (atomic_load(&m->cpu[i].poison.page) == pfn + 1)
			atomic_store(&m->cpu[i].poison.offlined, true);
	return 0;
}

static void op_force_sig(struct ghes_platform *p, struct ghes_task task, const char *why)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);

	sim_uses_one(m, c, SIM_RESOURCE_TASK, true, sim_cpu_of_task(m, task));
	begin(m, c, SIM_EV_SIGBUS, task.id);
	sim_signal(m, c, task, why);
	end(m, c);
}

static void op_aer_recover_queue(struct ghes_platform *p, const struct ghes_aer_event *event)
{
	struct sim_machine *m = sim_of_platform(p);

	note(m, sim_this(m), SIM_EV_AER,
	     (uint64_t)event->segment << 16 | (uint64_t)event->bus << 8 | event->devfn,
	     (uint64_t)(unsigned int)event->severity, event);
}

static void op_report_mem_error(struct ghes_platform *p, int severity, const void *section,
				size_t size)
{
	struct sim_machine *m = sim_of_platform(p);

	note(m, sim_this(m), SIM_EV_REPORT_MEM, (uint64_t)(unsigned int)severity, size, section);
}

static void op_arm_event(struct ghes_platform *p, int severity, const void *section, size_t size)
{
	struct sim_machine *m = sim_of_platform(p);

	note(m, sim_this(m), SIM_EV_ARM_EVENT, (uint64_t)(unsigned int)severity, size, section);
}

static void op_vendor_record(struct ghes_platform *p, int severity,
			     const struct acpi_hest_generic_data *gdata, size_t size)
{
	struct sim_machine *m = sim_of_platform(p);

	note(m, sim_this(m), SIM_EV_VENDOR, (uint64_t)(unsigned int)severity, size, gdata);
}

static void op_cxl_event(struct ghes_platform *p, const uint8_t section_type[16],
			 const void *section, size_t size)
{
	struct sim_machine *m = sim_of_platform(p);

	(void)section_type;
	note(m, sim_this(m), SIM_EV_CXL, size, 0, section);
}

static void op_log(struct ghes_platform *p, enum ghes_log_level level, const char *line, size_t len)
{
	struct sim_machine *m = sim_of_platform(p);

	note(m, sim_this(m), SIM_EV_LOG, level, len, line);
}

static void op_panic(struct ghes_platform *p, const char *message)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);

	sim_uses_one(m, c, SIM_RESOURCE_END, true, 0);
	note(m, c, SIM_EV_PANIC, 0, 0, message);
	atomic_store(&m->panicked, true);
	sim_stop(m);
}

/* What the core, or the host around it, found itself. */
static void op_defect(struct ghes_platform *p, const char *oracle, const char *message)
{
	struct sim_machine *m = sim_of_platform(p);
	enum sim_oracle_id id =
		SIM_ORACLE_crash; /* a name we do not know is no reason to be silent */

	for (unsigned int i = 0; i < SIM_NR_ORACLES; i++)
		if (!strcmp(oracle, sim_oracle_name((enum sim_oracle_id)i)))
			id = (enum sim_oracle_id)i;
	note(m, sim_this(m), SIM_EV_CORE_DEFECT, id, 0, message);
	sim_defect(m, id, "%s", message);
}

/* Arguments that are addresses become numbers that are the same in each run. */
static bool arg0_is_address(enum ghes_tracepoint tp)
{
	switch (tp) {
	case GHES_TP_POOL_ALLOC:
	case GHES_TP_POOL_FREE:
	case GHES_TP_QUEUE:
	case GHES_TP_PROCESS:
	case GHES_TP_PROCESSED:
	case GHES_TP_PANIC_PRINT:
		return true;
	default:
		return false;
	}
}

static void op_tracepoint(struct ghes_platform *p, enum ghes_tracepoint tp, uint16_t source_id,
			  uint64_t arg0, uint64_t arg1, const void *data)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_cpu *c = sim_this(m);
	struct sim_source *s = sim_source_by_id(m, source_id);
	uint32_t instance;

	if ((unsigned int)tp >= GHES_NR_TRACEPOINTS)
		return;
	if (tp == GHES_TP_POOL_EXHAUSTED && sim_top(c)->denied) {
		arg0 = sim_top(c)->denied; /* what was asked for, not what made the core refuse */
		sim_top(c)->denied = 0;
	}
	if (arg0 && arg0_is_address(tp))
		arg0 = sim_address_id(m, arg0);
	begin(m, c, (enum sim_event_kind)(SIM_EV_TRACEPOINT + tp), arg0);
	instance = sim_track(m, c, tp, s, arg0, arg1);
	if (tp == GHES_TP_POOL_EXHAUSTED && s)
		atomic_store(&s->last_exhausted, sim_next_stamp(m));
	sim_emit(m, c, (uint16_t)(SIM_EV_TRACEPOINT + tp), source_id, arg0, arg1, instance, data);
	end(m, c);
}

const struct ghes_platform_ops sim_platform_ops = {
	.alloc = op_alloc,
	.free = op_free,
	.set_fixmap = op_set_fixmap,
	.clear_fixmap = op_clear_fixmap,
	.memcpy_fromio = op_memcpy_fromio,
	.memcpy_toio = op_memcpy_toio,
	.map_status = op_map_status,
	.unmap_status = op_unmap_status,
	.map_gar = op_map_gar,
	.unmap_gar = op_unmap_gar,
	.read_gar = op_read_gar,
	.write_gar = op_write_gar,
	.smp_processor_id = op_smp_processor_id,
	.context = op_context,
	.current_task = op_current_task,
	.mask_set = op_mask_set,
	.mask_get = op_mask_get,
	.nmi_enter = op_nmi_enter,
	.nmi_exit = op_nmi_exit,
	.irq_enter = op_irq_enter,
	.irq_exit = op_irq_exit,
	.raw_spin_lock = op_raw_spin_lock,
	.raw_spin_unlock = op_raw_spin_unlock,
	.cpu_relax = op_cpu_relax,
	.mutex_lock = op_mutex_lock,
	.mutex_unlock = op_mutex_unlock,
	.sched_clock = op_sched_clock,
	.rcu_read_lock = op_rcu_read_lock,
	.rcu_read_unlock = op_rcu_read_unlock,
	.call_rcu = op_call_rcu,
	.synchronize_rcu = op_synchronize_rcu,
	.rcu_barrier = op_rcu_barrier,
	.arch_irq_work_raise = op_arch_irq_work_raise,
	.schedule_work_on = op_schedule_work_on,
	.cancel_work_sync = op_cancel_work_sync,
	.task_work_add = op_task_work_add,
	.request_irq = op_request_irq,
	.free_irq = op_free_irq,
	.add_timer = op_add_timer,
	.del_timer_sync = op_del_timer_sync,
	.register_hed = op_register_hed,
	.unregister_hed = op_unregister_hed,
	.register_nmi = op_register_nmi,
	.unregister_nmi = op_unregister_nmi,
	.sdei_event_get_info = sim_sdei_get_info,
	.sdei_event_register = sim_sdei_register,
	.sdei_event_enable = sim_sdei_enable,
	.sdei_event_disable = sim_sdei_disable,
	.sdei_event_unregister = sim_sdei_unregister,
	.schedule = op_schedule,
	.memory_failure = op_memory_failure,
	.force_sig = op_force_sig,
	.aer_recover_queue = op_aer_recover_queue,
	.report_mem_error = op_report_mem_error,
	.arm_event = op_arm_event,
	.vendor_record = op_vendor_record,
	.cxl_event = op_cxl_event,
	.log = op_log,
	.panic = op_panic,
	.tracepoint = op_tracepoint,
	.defect = op_defect,
};
