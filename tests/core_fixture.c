// SPDX-License-Identifier: GPL-2.0-only
#include "core_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Not assert(): a check that NDEBUG takes out cannot fail. */
static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "core_fixture: %s\n", what);
	abort();
}

/* ---- the CPU --------------------------------------------------------------------------------- */

static enum ghes_context innermost(const struct core_fixture *fx)
{
	return fx->depth ? fx->context[fx->depth - 1] : GHES_CONTEXT_TASK;
}

static bool in_nmi(const struct core_fixture *fx)
{
	return innermost(fx) > GHES_CONTEXT_IRQ;
}

static void may_sleep(const struct core_fixture *fx)
{
	must(innermost(fx) == GHES_CONTEXT_TASK, "an op for tasks called elsewhere");
}

static void not_in_nmi(const struct core_fixture *fx)
{
	must(!in_nmi(fx), "an op called in NMI-like context that forbids it");
}

/* Each op is an instruction boundary, as far as these tests can see */
static struct core_fixture *step(struct ghes_platform *p)
{
	struct core_fixture *fx = fx_of(p);

	if (++fx->op == fx->inject_at) {
		fx->inject_at = 0;
		fx->inject(fx);
	}
	return fx;
}

static void push_context(struct core_fixture *fx, enum ghes_context context)
{
	must(fx->depth < FX_DEPTH, "nested too deep");
	for (unsigned int i = 0; i < fx->depth; i++)
		must(fx->context[i] != context, "a context nested in its own kind");
	fx->context[fx->depth++] = context;
}

static void pop_context(struct core_fixture *fx, enum ghes_context context)
{
	must(fx->depth && innermost(fx) == context, "left another context than the one entered");
	fx->depth--;
}

void fx_enter(struct core_fixture *fx, enum ghes_context context, uint32_t masks, uint32_t *saved)
{
	*saved = fx->masks;
	fx->masks = masks;
	push_context(fx, context);
}

void fx_leave(struct core_fixture *fx, uint32_t saved)
{
	pop_context(fx, innermost(fx));
	fx->masks = saved;
	if (!fx->hold_irq_work)
		fx_deliver_irq_work(fx);
}

void fx_deliver_irq_work(struct core_fixture *fx)
{
	uint32_t saved;

	while (fx->raised[fx->fake.cpu] && innermost(fx) == GHES_CONTEXT_TASK &&
	       !(fx->masks & PSR_I_BIT)) {
		fx->raised[fx->fake.cpu] = false;
		saved = fx->masks;
		fx->masks |= DAIF_PROCCTX_NOIRQ;
		push_context(fx, GHES_CONTEXT_IRQ);
		fx->ops->irq_work_run(fx->core);
		pop_context(fx, GHES_CONTEXT_IRQ);
		fx->masks = saved;
	}
}

static enum ghes_context op_context(struct ghes_platform *p)
{
	return innermost(step(p));
}

static struct ghes_task op_current_task(struct ghes_platform *p)
{
	return step(p)->task;
}

static uint32_t op_mask_set(struct ghes_platform *p, uint32_t mask)
{
	struct core_fixture *fx = step(p);
	uint32_t old = fx->masks;

	fx->masks = mask;
	if ((old & ~mask & PSR_I_BIT) && fx->unmask_delivers)
		fx_deliver_irq_work(fx);
	return old;
}

static uint32_t op_mask_get(struct ghes_platform *p)
{
	return step(p)->masks;
}

static void op_nmi_enter(struct ghes_platform *p, enum ghes_context as)
{
	push_context(step(p), as);
}

static void op_nmi_exit(struct ghes_platform *p, enum ghes_context as)
{
	pop_context(step(p), as);
}

static void op_irq_enter(struct ghes_platform *p)
{
	struct core_fixture *fx = step(p);

	must(fx->masks & PSR_I_BIT, "irq_enter() with interrupts on");
	push_context(fx, GHES_CONTEXT_IRQ);
}

static void op_irq_exit(struct ghes_platform *p)
{
	pop_context(step(p), GHES_CONTEXT_IRQ);
}

static void check_lock_context(const struct core_fixture *fx, const struct ghes_raw_spinlock *lock)
{
	static const struct {
		const char *name;
		enum ghes_context context;
	} of[] = {
		{"ghes_notify_lock_sei", GHES_CONTEXT_SEI},
		{"ghes_notify_lock_sea", GHES_CONTEXT_SEA},
		{"ghes_notify_lock_sdei_normal", GHES_CONTEXT_SDEI_NORMAL},
		{"ghes_notify_lock_sdei_critical", GHES_CONTEXT_SDEI_CRITICAL},
		{"ghes_notify_lock_nmi", GHES_CONTEXT_NMI},
	};

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		if (strcmp(lock->name, of[i].name) == 0) {
			must(innermost(fx) == of[i].context, "a lock in another class's context");
			return;
		}
	}
	if (fx->kernel_locks)
		return;
	must(!in_nmi(fx) && (fx->masks & PSR_I_BIT), "an irq lock in NMI, or unmasked");
}

static void op_raw_spin_lock(struct ghes_platform *p, struct ghes_raw_spinlock *lock)
{
	struct core_fixture *fx = step(p);

	check_lock_context(fx, lock);
	must(lock->word == 0, "self-deadlock");
	lock->word = 1;
}

static void op_raw_spin_unlock(struct ghes_platform *p, struct ghes_raw_spinlock *lock)
{
	must(lock->word == 1, "unlocked what was not locked");
	lock->word = 0;
	step(p);
}

static void op_mutex_lock(struct ghes_platform *p)
{
	may_sleep(step(p));
	must(!fx_of(p)->fake.in_mutex, "mutex taken twice");
	fx_of(p)->fake.in_mutex = true;
}

static void op_mutex_unlock(struct ghes_platform *p)
{
	may_sleep(step(p));
	must(fx_of(p)->fake.in_mutex, "mutex not taken");
	fx_of(p)->fake.in_mutex = false;
}

static void op_arch_irq_work_raise(struct ghes_platform *p)
{
	struct core_fixture *fx = step(p);

	fx->fake.raised++;
	fx->raised[fx->fake.cpu] = true;
}

static void op_schedule(struct ghes_platform *p)
{
	struct core_fixture *fx = step(p);

	may_sleep(fx);
	fx->call[fx->calls++ % FX_CALLS].what = FX_SCHEDULE;
	fx_return_to_user(fx);
}

/* ---- physical memory ------------------------------------------------------------------------- */

static unsigned char *physical(struct core_fixture *fx, uint64_t paddr, size_t size)
{
	if (paddr < FX_PADDR || paddr - FX_PADDR > FX_MEMORY ||
	    FX_MEMORY - (paddr - FX_PADDR) < size)
		return NULL;
	return fx->memory + (paddr - FX_PADDR);
}

static int op_set_fixmap(struct ghes_platform *p, enum fixed_addresses idx, uint64_t paddr)
{
	static const enum fixed_addresses slot[GHES_NR_CONTEXTS] = {
		[GHES_CONTEXT_TASK] = FIX_APEI_GHES_IRQ,
		[GHES_CONTEXT_IRQ] = FIX_APEI_GHES_IRQ,
		[GHES_CONTEXT_SEI] = FIX_APEI_GHES_SEI,
		[GHES_CONTEXT_SEA] = FIX_APEI_GHES_SEA,
		[GHES_CONTEXT_SDEI_NORMAL] = FIX_APEI_GHES_SDEI_NORMAL,
		[GHES_CONTEXT_SDEI_CRITICAL] = FIX_APEI_GHES_SDEI_CRITICAL,
		[GHES_CONTEXT_NMI] = FIX_APEI_GHES_NMI,
	};
	struct core_fixture *fx = step(p);

	must(slot[innermost(fx)] == idx, "the slot of another context");
	must(!fx->fake.mapped[idx], "slot mapped twice");
	if (!physical(fx, paddr, GHES_PAGE_SIZE))
		return -GHES_EFAULT;
	fx->fake.mapped[idx] = physical(fx, paddr, GHES_PAGE_SIZE);
	fx->mapped_page[idx] = paddr;
	return 0;
}

static void op_clear_fixmap(struct ghes_platform *p, enum fixed_addresses idx)
{
	must(step(p)->fake.mapped[idx], "clear slot cleared");
	fx_of(p)->fake.mapped[idx] = NULL;
}

static void op_memcpy_fromio(struct ghes_platform *p, enum fixed_addresses idx, size_t offset,
			     void *dst, size_t n)
{
	struct core_fixture *fx = step(p);

	must(fx->fake.mapped[idx] && offset + n <= GHES_PAGE_SIZE, "access outside of the slot");
	memcpy(dst, fx->fake.mapped[idx] + offset, n);
	if (fx->on_copy)
		fx->on_copy(fx, fx->mapped_page[idx] + offset, n);
}

static void op_memcpy_toio(struct ghes_platform *p, enum fixed_addresses idx, size_t offset,
			   const void *src, size_t n)
{
	struct core_fixture *fx = step(p);

	must(fx->fake.mapped[idx] && offset + n <= GHES_PAGE_SIZE, "access outside of the slot");
	memcpy(fx->fake.mapped[idx] + offset, src, n);
}

static const volatile void *op_map_status(struct ghes_platform *p, uint64_t paddr, size_t size)
{
	may_sleep(step(p));
	return fx_of(p)->no_lasting_map ? NULL : physical(fx_of(p), paddr, size);
}

static void op_unmap_status(struct ghes_platform *p, const volatile void *va, size_t size)
{
	(void)size;
	may_sleep(step(p));
	must(va, "unmapped nothing");
}

static int op_map_gar(struct ghes_platform *p, const struct apei_gar *reg)
{
	may_sleep(step(p));
	return physical(fx_of(p), reg->address, reg->access_bit_width / 8) ? 0 : -GHES_EFAULT;
}

static void op_unmap_gar(struct ghes_platform *p, const struct apei_gar *reg)
{
	(void)reg;
	may_sleep(step(p));
}

static int op_read_gar(struct ghes_platform *p, const struct apei_gar *reg, uint64_t *val)
{
	struct core_fixture *fx = step(p);
	uint64_t raw = 0;

	if (reg->address == fx->bad_register)
		return -GHES_EIO;
	memcpy(&raw, physical(fx, reg->address, reg->access_bit_width / 8),
	       reg->access_bit_width / 8);
	*val = le64toh(raw);
	return 0;
}

static int op_write_gar(struct ghes_platform *p, const struct apei_gar *reg, uint64_t val)
{
	struct core_fixture *fx = step(p);
	uint64_t raw = htole64(val);

	memcpy(physical(fx, reg->address, reg->access_bit_width / 8), &raw,
	       reg->access_bit_width / 8);
	if (fx->on_ack)
		fx->on_ack(fx, reg->address, val);
	return 0;
}

/* ---- RCU ------------------------------------------------------------------------------------- */

static void op_synchronize_rcu(struct ghes_platform *p)
{
	may_sleep(step(p));
	must(!fx_of(p)->fake.readers, "waited for itself");
	fx_of(p)->fake.grace_periods++;
}

static void op_rcu_barrier(struct ghes_platform *p)
{
	may_sleep(step(p));
	fake_grace_period(&fx_of(p)->fake);
}

static void op_call_rcu(struct ghes_platform *p, struct ghes_rcu_head *head,
			void (*func)(struct ghes_rcu_head *head))
{
	not_in_nmi(step(p));
	head->func = func;
	head->host[0] = fx_of(p)->fake.callbacks;
	fx_of(p)->fake.callbacks = head;
	fx_of(p)->fake.callbacks_pending++;
}

/* ---- works ----------------------------------------------------------------------------------- */

static bool op_schedule_work_on(struct ghes_platform *p, unsigned int cpu, struct ghes_work *work,
				void (*func)(struct ghes_work *work))
{
	struct core_fixture *fx = step(p);

	not_in_nmi(fx);
	for (unsigned int i = 0; i < fx->works; i++)
		if (fx->work[i].work == work)
			return false;
	must(fx->works < sizeof(fx->work) / sizeof(fx->work[0]), "too many works");
	work->func = func;
	fx->work[fx->works++] = (struct fx_work){work, cpu, 0};
	return true;
}

static void take_work(struct core_fixture *fx, unsigned int i)
{
	memmove(&fx->work[i], &fx->work[i + 1], (--fx->works - i) * sizeof(fx->work[0]));
}

static void op_cancel_work_sync(struct ghes_platform *p, struct ghes_work *work)
{
	struct core_fixture *fx = step(p);

	may_sleep(fx);
	for (unsigned int i = 0; i < fx->works; i++)
		if (fx->work[i].work == work && !fx->work[i].task)
			take_work(fx, i--);
}

static int op_task_work_add(struct ghes_platform *p, struct ghes_task task, struct ghes_work *work,
			    void (*func)(struct ghes_work *work))
{
	struct core_fixture *fx = step(p);

	not_in_nmi(fx);
	must(task.user, "task work for a task that never returns to user mode");
	if (fx->task_gone)
		return -GHES_ENOENT;
	must(fx->works < sizeof(fx->work) / sizeof(fx->work[0]), "too many works");
	work->func = func;
	fx->work[fx->works++] = (struct fx_work){work, fx->fake.cpu, task.id};
	return 0;
}

static void run_works(struct core_fixture *fx, bool of_tasks)
{
	for (unsigned int i = 0; i < fx->works;) {
		struct ghes_work *work = fx->work[i].work;

		if (!fx->work[i].task == of_tasks) {
			i++;
			continue;
		}
		take_work(fx, i);
		work->func(work);
		i = 0;
	}
}

void fx_run_works(struct core_fixture *fx)
{
	run_works(fx, false);
}

void fx_return_to_user(struct core_fixture *fx)
{
	run_works(fx, true);
}

/* ---- what is recorded ------------------------------------------------------------------------ */

static int record(struct ghes_platform *p, enum fx_what what, uint64_t a, uint64_t b)
{
	struct core_fixture *fx = step(p);
	struct fx_call *call = &fx->call[fx->calls++];

	must(fx->calls < FX_CALLS, "too many calls");
	*call = (struct fx_call){what, a, b, innermost(fx), fx->fake.cpu};
	if (what < FX_PANIC && fx->on_sink)
		fx->on_sink(fx, call);
	return fx->rc[what];
}

static int op_memory_failure(struct ghes_platform *p, uint64_t pfn, int flags)
{
	may_sleep(fx_of(p));
	return record(p, FX_MEMORY_FAILURE, pfn, (uint64_t)flags);
}

static void op_force_sig(struct ghes_platform *p, struct ghes_task task, const char *why)
{
	not_in_nmi(fx_of(p));
	must(why && *why, "a signal without a reason");
	record(p, FX_FORCE_SIG, task.id, 0);
}

static void op_aer(struct ghes_platform *p, const struct ghes_aer_event *event)
{
	not_in_nmi(fx_of(p));
	must(event->regs_size == 96, "the size of the AER registers");
	record(p, FX_AER, (uint64_t)event->segment << 16 | event->bus << 8 | event->devfn,
	       (uint64_t)event->severity);
}

static void op_mem_error(struct ghes_platform *p, int severity, const void *section, size_t size)
{
	(void)section;
	not_in_nmi(fx_of(p));
	record(p, FX_MEM_ERROR, (uint64_t)severity, size);
}

static void op_arm_event(struct ghes_platform *p, int severity, const void *section, size_t size)
{
	(void)section;
	not_in_nmi(fx_of(p));
	record(p, FX_ARM, (uint64_t)severity, size);
}

static void op_vendor(struct ghes_platform *p, int severity,
		      const struct acpi_hest_generic_data *gdata, size_t size)
{
	may_sleep(fx_of(p));
	must(acpi_hest_get_record_size(gdata) == size, "the size of a vendor record");
	record(p, FX_VENDOR, (uint64_t)severity, size);
}

static void op_cxl(struct ghes_platform *p, const uint8_t type[16], const void *section,
		   size_t size)
{
	(void)section;
	may_sleep(fx_of(p));
	record(p, FX_CXL, type[0], size);
}

static void op_log(struct ghes_platform *p, enum ghes_log_level level, const char *line, size_t len)
{
	struct core_fixture *fx = step(p);

	must(fx->lines < FX_LINES, "too many lines");
	snprintf(fx->line[fx->lines], FX_LINE_LEN, "%.*s", (int)len, line);
	must(strlen(line) == len, "a line whose length is not its own");
	fx->level[fx->lines++] = (int)level;
}

static void op_panic(struct ghes_platform *p, const char *message)
{
	must(message && *message, "a panic without a message");
	record(p, FX_PANIC, 0, 0);
}

static int op_request_irq(struct ghes_platform *p, uint32_t gsiv, uint16_t source_id)
{
	may_sleep(fx_of(p));
	return record(p, FX_REQUEST_IRQ, gsiv, source_id);
}

static void op_free_irq(struct ghes_platform *p, uint32_t gsiv, uint16_t source_id)
{
	may_sleep(fx_of(p));
	record(p, FX_FREE_IRQ, gsiv, source_id);
}

static int op_add_timer(struct ghes_platform *p, uint16_t source_id, uint32_t ms)
{
	may_sleep(fx_of(p));
	return record(p, FX_ADD_TIMER, source_id, ms);
}

static void op_del_timer_sync(struct ghes_platform *p, uint16_t source_id)
{
	may_sleep(fx_of(p));
	record(p, FX_DEL_TIMER, source_id, 0);
}

static int op_register_hed(struct ghes_platform *p)
{
	may_sleep(fx_of(p));
	return record(p, FX_REGISTER_HED, 0, 0);
}

static void op_unregister_hed(struct ghes_platform *p)
{
	record(p, FX_UNREGISTER_HED, 0, 0);
}

static int op_register_nmi(struct ghes_platform *p)
{
	may_sleep(fx_of(p));
	return record(p, FX_REGISTER_NMI, 0, 0);
}

static void op_unregister_nmi(struct ghes_platform *p)
{
	record(p, FX_UNREGISTER_NMI, 0, 0);
}

static int op_sdei_get_info(struct ghes_platform *p, uint32_t event, enum sdei_event_info info,
			    uint64_t *result)
{
	must(info == SDEI_EVENT_INFO_EV_PRIORITY, "only the priority is needed");
	*result = step(p)->priority[event % 64];
	return *result == UINT64_MAX ? -GHES_EINVAL : 0;
}

static int op_sdei_register(struct ghes_platform *p, uint32_t event)
{
	return record(p, FX_SDEI_REGISTER, event, 0);
}

static int op_sdei_enable(struct ghes_platform *p, uint32_t event)
{
	return record(p, FX_SDEI_ENABLE, event, 0);
}

static int op_sdei_disable(struct ghes_platform *p, uint32_t event)
{
	return record(p, FX_SDEI_DISABLE, event, 0);
}

static int op_sdei_unregister(struct ghes_platform *p, uint32_t event)
{
	int rc = record(p, FX_SDEI_UNREGISTER, event, 0);

	if (!fx_of(p)->in_progress)
		return rc;
	fx_of(p)->in_progress--;
	return -GHES_EINPROGRESS;
}

unsigned int fx_count(const struct core_fixture *fx, enum fx_what what)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < fx->calls; i++)
		n += fx->call[i].what == what;
	return n;
}

const struct fx_call *fx_last(const struct core_fixture *fx, enum fx_what what)
{
	for (unsigned int i = fx->calls; i-- > 0;)
		if (fx->call[i].what == what)
			return &fx->call[i];
	must(false, "no such call");
	return NULL;
}

unsigned int fx_logged_times(const struct core_fixture *fx, const char *part)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < fx->lines; i++)
		n += strstr(fx->line[i], part) != NULL;
	return n;
}

bool fx_logged(const struct core_fixture *fx, const char *part)
{
	return fx_logged_times(fx, part) != 0;
}

struct ghes_core_state fx_state(struct core_fixture *fx)
{
	struct ghes_core_state state;

	fx->ops->state(fx->core, &state);
	return state;
}

/* ---- sources and firmware -------------------------------------------------------------------- */

void fx_write(struct core_fixture *fx, uint64_t paddr, const void *data, size_t size)
{
	unsigned char *at = physical(fx, paddr, size);

	must(at, "no such memory");
	memcpy(at, data, size);
}

void fx_read(struct core_fixture *fx, uint64_t paddr, void *data, size_t size)
{
	unsigned char *at = physical(fx, paddr, size);

	must(at, "no such memory");
	memcpy(data, at, size);
}

uint32_t fx_block_status(struct core_fixture *fx, unsigned int n)
{
	uint32_t raw;

	fx_read(fx, FX_BLOCK(n), &raw, sizeof(raw));
	return le32toh(raw);
}

uint64_t fx_ack(struct core_fixture *fx, unsigned int n)
{
	uint64_t raw;

	fx_read(fx, FX_ACK(n), &raw, sizeof(raw));
	return le64toh(raw);
}

static uint8_t *source_in_order(struct core_fixture *fx, uint8_t *at, uint16_t n, uint8_t notify)
{
	uint64_t pointer = htole64(FX_BLOCK(n));

	put_gas(at + 20, 0, 64, 0, 4, FX_POINTER(n));
	put_notify(at + 32, notify, 1000, n);
	put32(at + 60, 65536);
	fx_write(fx, FX_POINTER(n), &pointer, sizeof(pointer));
	return at;
}

uint8_t *fx_source(struct core_fixture *fx, uint16_t n, uint8_t notify)
{
	return source_in_order(fx, hest_add_ghes(&fx->hest, n, notify), n, notify);
}

uint8_t *fx_source_v2(struct core_fixture *fx, uint16_t n, uint8_t notify)
{
	uint8_t *at = hest_add_ghes_v2(&fx->hest, n, notify);

	put_gas(at + 64, 0, 64, 0, 4, FX_ACK(n));
	return source_in_order(fx, at, n, notify);
}

void fx_init(struct core_fixture *fx)
{
	hest_finish(&fx->hest);
	assert_int_equal(fx->ops->init(fx->core, fx->hest.bytes, fx->hest.size), 0);
	assert_int_equal(fx_state(fx).sources, fx->hest.count);
}

/* ---- records --------------------------------------------------------------------------------- */

void fx_record(struct fx_record *r, uint32_t cper_severity)
{
	memset(r->bytes, 0, 20);
	r->len = 20;
	put32(r->bytes, 1);
	put32(r->bytes + 16, cper_severity);
}

void *fx_section(struct fx_record *r, const guid_t *type, uint32_t cper_severity, uint8_t flags,
		 const void *payload, uint32_t size)
{
	uint8_t *at = r->bytes + r->len;

	must(size + 64 <= sizeof(r->bytes) - r->len, "a record too long");
	memset(at, 0, 64);
	memcpy(at, type, 16);
	put32(at + 16, cper_severity);
	put16(at + 20, 0x201);
	at[23] = flags;
	put32(at + 24, size);
	if (payload)
		memcpy(at + 64, payload, size);
	else
		memset(at + 64, 0, size);
	r->len += 64 + size;
	put32(r->bytes + 12, r->len - 20);
	return at + 64;
}

void fx_memory_record(struct fx_record *r, uint32_t cper_severity, uint64_t pfn)
{
	uint8_t payload[80] = {0};

	put64(payload, CPER_MEM_VALID_PA);
	put64(payload + 16, pfn << 12);
	fx_record(r, cper_severity);
	fx_section(r, &CPER_SEC_PLATFORM_MEM, cper_severity, 0, payload, sizeof(payload));
}

void fx_put(struct core_fixture *fx, unsigned int n, const struct fx_record *r)
{
	fx_write(fx, FX_BLOCK(n), r->bytes, r->len);
}

void fx_put_memory(struct core_fixture *fx, unsigned int n, uint32_t cper_severity, uint64_t pfn)
{
	struct fx_record r;

	fx_memory_record(&r, cper_severity, pfn);
	fx_put(fx, n, &r);
}

/* ---- notifications --------------------------------------------------------------------------- */

int fx_sdei(struct core_fixture *fx, uint32_t event)
{
	uint32_t saved;
	int rc;

	fx_enter(fx,
		 fx->priority[event % 64] == SDEI_EVENT_PRIORITY_CRITICAL
			 ? GHES_CONTEXT_SDEI_CRITICAL
			 : GHES_CONTEXT_SDEI_NORMAL,
		 DAIF_MASK, &saved);
	rc = fx->ops->notify_sdei(fx->core, event);
	fx_leave(fx, saved);
	return rc;
}

int fx_nmi(struct core_fixture *fx)
{
	uint32_t saved;
	int rc;

	fx_enter(fx, GHES_CONTEXT_NMI, PSR_I_BIT, &saved);
	rc = fx->ops->notify_nmi(fx->core);
	fx_leave(fx, saved);
	return rc;
}

int fx_sei(struct core_fixture *fx)
{
	uint32_t saved;
	int rc;

	fx_enter(fx, GHES_CONTEXT_SEI, DAIF_ERRCTX, &saved);
	rc = fx->ops->notify_sei(fx->core);
	fx_leave(fx, saved);
	return rc;
}

int fx_irq(struct core_fixture *fx, uint32_t gsiv)
{
	uint32_t saved;
	int rc;

	fx_enter(fx, GHES_CONTEXT_IRQ, DAIF_PROCCTX_NOIRQ, &saved);
	rc = fx->ops->notify_irq(fx->core, gsiv);
	fx_leave(fx, saved);
	return rc;
}

int fx_timer(struct core_fixture *fx, uint16_t source_id)
{
	uint32_t saved;
	int rc;

	fx_enter(fx, GHES_CONTEXT_IRQ, DAIF_PROCCTX, &saved);
	rc = fx->ops->notify_timer(fx->core, source_id);
	fx_leave(fx, saved);
	return rc;
}

int fx_hed(struct core_fixture *fx)
{
	return fx->ops->notify_hed(fx->core);
}

int fx_claim(struct core_fixture *fx, const struct ghes_regs *regs)
{
	uint32_t masks = fx->masks;
	int rc = fx->ops->claim_sea(fx->core, regs);

	must(fx->masks == masks, "the claim did not restore the masks");
	return rc;
}

/* ---- setup ----------------------------------------------------------------------------------- */

static void set_ops(struct ghes_platform_ops *ops)
{
	ops->set_fixmap = op_set_fixmap;
	ops->clear_fixmap = op_clear_fixmap;
	ops->memcpy_fromio = op_memcpy_fromio;
	ops->memcpy_toio = op_memcpy_toio;
	ops->map_status = op_map_status;
	ops->unmap_status = op_unmap_status;
	ops->map_gar = op_map_gar;
	ops->unmap_gar = op_unmap_gar;
	ops->read_gar = op_read_gar;
	ops->write_gar = op_write_gar;
	ops->context = op_context;
	ops->current_task = op_current_task;
	ops->mask_set = op_mask_set;
	ops->mask_get = op_mask_get;
	ops->nmi_enter = op_nmi_enter;
	ops->nmi_exit = op_nmi_exit;
	ops->irq_enter = op_irq_enter;
	ops->irq_exit = op_irq_exit;
	ops->raw_spin_lock = op_raw_spin_lock;
	ops->raw_spin_unlock = op_raw_spin_unlock;
	ops->mutex_lock = op_mutex_lock;
	ops->mutex_unlock = op_mutex_unlock;
	ops->call_rcu = op_call_rcu;
	ops->synchronize_rcu = op_synchronize_rcu;
	ops->rcu_barrier = op_rcu_barrier;
	ops->arch_irq_work_raise = op_arch_irq_work_raise;
	ops->schedule_work_on = op_schedule_work_on;
	ops->cancel_work_sync = op_cancel_work_sync;
	ops->task_work_add = op_task_work_add;
	ops->schedule = op_schedule;
}

static void set_sinks(struct ghes_platform_ops *ops)
{
	ops->request_irq = op_request_irq;
	ops->free_irq = op_free_irq;
	ops->add_timer = op_add_timer;
	ops->del_timer_sync = op_del_timer_sync;
	ops->register_hed = op_register_hed;
	ops->unregister_hed = op_unregister_hed;
	ops->register_nmi = op_register_nmi;
	ops->unregister_nmi = op_unregister_nmi;
	ops->sdei_event_get_info = op_sdei_get_info;
	ops->sdei_event_register = op_sdei_register;
	ops->sdei_event_enable = op_sdei_enable;
	ops->sdei_event_disable = op_sdei_disable;
	ops->sdei_event_unregister = op_sdei_unregister;
	ops->memory_failure = op_memory_failure;
	ops->force_sig = op_force_sig;
	ops->aer_recover_queue = op_aer;
	ops->report_mem_error = op_mem_error;
	ops->arm_event = op_arm_event;
	ops->vendor_record = op_vendor;
	ops->cxl_event = op_cxl;
	ops->log = op_log;
	ops->panic = op_panic;
}

struct core_fixture *fx_machine(void)
{
	struct core_fixture *fx = calloc(1, sizeof(*fx));

	must(fx, "memory for a test");
	fx->memory = aligned_alloc(GHES_PAGE_SIZE, FX_MEMORY);
	must(fx->memory, "memory for a test");
	memset(fx->memory, 0, FX_MEMORY);
	fake_platform_init(&fx->fake);
	set_ops(&fx->fake.ops);
	set_sinks(&fx->fake.ops);
	fx->fake.platform.nr_cpus = FX_CPUS;
	fx->fake.platform.notify_types =
		GHES_NOTIFY_ARM64 | GHES_NOTIFY_BIT(SEI) | GHES_NOTIFY_BIT(NMI);
	fx->task = (struct ghes_task){.id = 100, .user = true};
	hest_begin(&fx->hest);
	return fx;
}

int fx_setup(void **state)
{
	struct core_fixture *fx = fx_machine();

	fx->ops = ghes_core_ops_get();
	assert_int_equal(fx->ops->create(&fx->fake.platform, &fx->core), 0);
	*state = fx;
	return 0;
}

void fx_settle(struct core_fixture *fx)
{
	fx->inject_at = 0;
	fx->hold_irq_work = false;
	for (fx->fake.cpu = 0; fx->fake.cpu < FX_CPUS; fx->fake.cpu++)
		fx_deliver_irq_work(fx);
	fx->fake.cpu = 0;
	fx_return_to_user(fx);
	fx_run_works(fx);
}

void fx_destroy(struct core_fixture *fx)
{
	fx->ops->destroy(fx->core);
	assert_int_equal(fx->fake.live_bytes, 0);
	assert_int_equal(fx->fake.live_blocks, 0);
	assert_int_equal(fx->fake.callbacks_pending, 0);
	assert_int_equal(fx->fake.readers, 0);
	assert_int_equal(fx->works, 0);
	assert_int_equal(fx->depth, 0);
	assert_int_equal(fx->masks, 0);
	free(fx->memory);
	free(fx);
}

int fx_teardown(void **state)
{
	struct core_fixture *fx = *state;

	fx_settle(fx);
	assert_true(ghes_core_is_valid(fx->core));
	assert_int_equal(fx_state(fx).queue_depth, 0);
	fx_destroy(fx);
	return 0;
}
