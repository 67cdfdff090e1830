// SPDX-License-Identifier: GPL-2.0-only
/*
 * Actions: what a CPU's program, or a driver, does to the machine.
 */
#include "actions.h"

#include <ghes/cper.h>

#include "internal.h"
#include "sdei.h"

/* The page that is poisoned when the record names none. */
#define DEFAULT_POISON UINT64_C(0x700000000)
/* CPU_OFFLINE: one action in so many takes the CPU down, until the next. */
#define OFFLINE_EVERY  5

/* The address that a memory section, or a processor's first error information, names; 0: none */
static uint64_t address_of(const struct acpi_hest_generic_data *section)
{
	const guid_t *type = acpi_hest_get_section_type(section);
	const struct cper_sec_proc_arm *arm = acpi_hest_get_payload(section);
	const struct cper_arm_err_info *info = (const void *)(arm + 1);
	struct cper_sec_mem_err mem;

	if (guid_equal(type, &CPER_SEC_PROC_ARM) &&
	    cper_section_fits(section, sizeof(*arm) + sizeof(*info)) &&
	    (le16toh(info->validation_bits) & CPER_ARM_INFO_VALID_PHYSICAL_ADDR))
		return le64toh(info->physical_fault_addr);
	if (guid_equal(type, &CPER_SEC_PLATFORM_MEM) &&
	    !cper_mem_err_load(&mem, acpi_hest_get_payload(section),
			       acpi_hest_get_error_length(section)) &&
	    (le64toh(mem.validation_bits) & CPER_MEM_VALID_PA))
		return le64toh(mem.physical_addr);
	return 0;
}

/* Memory that the record's first section with an address names. */
static uint64_t poisoned_address(const struct sim_machine *m, int record)
{
	const struct acpi_hest_generic_status *estatus;
	const struct acpi_hest_generic_data *section;
	const struct sim_record *r;

	if (record < 0 || (unsigned int)record >= m->host->config.nr_records)
		return DEFAULT_POISON;
	r = &m->host->config.records[record];
	estatus = (const void *)r->bytes;
	if (r->size < sizeof(*estatus) || cper_estatus_check(estatus, r->size, NULL))
		return DEFAULT_POISON;
	apei_estatus_for_each_section (estatus, section) {
		uint64_t paddr = address_of(section);

		if (paddr)
			return paddr;
	}
	return DEFAULT_POISON;
}

/* ---- Reports --------------------------------------------------------------------------------- */

static enum sim_verdict raise_spurious(struct sim_machine *m, struct sim_cpu *c,
				       struct sim_source *s)
{
	uint32_t left = atomic_load(&m->spurious_left);

	while (left && !atomic_compare_exchange_weak(&m->spurious_left, &left, left - 1))
		;
	return left && s->config.notify != ACPI_HEST_NOTIFY_SEA ? sim_raise(m, c, s) : SIM_NEVER;
}

static enum sim_verdict report(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s,
			       int record)
{
	enum sim_verdict v;

	/* the block is not free: firmware waits, and raises when it has written */
	if (record >= 0 && !sim_firmware_report(m, c, s, record))
		return SIM_PENDING;
	v = sim_raise(m, c, s);
	if (!atomic_load(&m->stopped))
		raise_spurious(m, c, s);
	return v;
}

static enum sim_verdict consume(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s,
				const struct sim_action *a)
{
	bool guest = a->kind == SIM_ACTION_GUEST_CONSUME;
	uint8_t running = c->frame[0].running;
	struct sim_consumed consumed = {poisoned_address(m, a->record), a->record, false};
	enum sim_verdict v;

	/* a program reads in user mode; what arrives in the middle of an action hits what runs */
	if (!c->depth && !c->arriving && !(c->masks & PSR_I_BIT))
		c->frame[0].running = a->in_kernel || guest ? SIM_RUNNING_KERNEL : SIM_RUNNING_USER;
	consumed.reported = sim_firmware_report(m, c, s, a->record) != 0;
	v = sim_raise_sea(m, c, s, &consumed, guest);
	c->frame[0].running = running;
	return v;
}

static enum sim_verdict source_action(struct sim_machine *m, struct sim_cpu *c,
				      const struct sim_action *a)
{
	struct sim_source *s = sim_source_by_id(m, a->source);

	if (!s)
		return SIM_NEVER;
	switch (a->kind) {
	case SIM_ACTION_REPORT:
		if (s->config.notify == ACPI_HEST_NOTIFY_SEA)
			return consume(m, c, s, a);
		return report(m, c, s, a->record);
	case SIM_ACTION_WRITE:
		sim_firmware_report(m, c, s, a->record);
		return SIM_NOW;
	case SIM_ACTION_RAISE:
		return report(m, c, s, -1);
	case SIM_ACTION_CONSUME:
	case SIM_ACTION_GUEST_CONSUME:
		return consume(m, c, s, a);
	case SIM_ACTION_POLL:
		return s->config.notify == ACPI_HEST_NOTIFY_POLLED ? sim_raise(m, c, s) : SIM_NEVER;
	default:
		return SIM_NEVER;
	}
}

/* ---- A CPU's program ------------------------------------------------------------------------- */

static void run_in(struct sim_machine *m, struct sim_cpu *c, enum sim_running running,
		   uint64_t count)
{
	uint8_t before = c->frame[0].running;

	sim_uses_one(m, c, SIM_RESOURCE_MODE, true, c->id);
	c->frame[0].running = (uint8_t)running;
	for (uint64_t i = 0; i < count && !atomic_load(&m->stopped); i++) {
		sim_point(m, c, SIM_EV_STEP, i);
		sim_emit(m, c, SIM_EV_STEP, SIM_NO_SOURCE, i, 0, 0, NULL);
		sim_return_path(m, c);
	}
	sim_uses_one(m, c, SIM_RESOURCE_MODE, true, c->id);
	c->frame[0].running = before;
}

static int bind_source(struct sim_machine *m, struct sim_cpu *c, const struct sim_action *a)
{
	bool probe = a->kind == SIM_ACTION_PROBE;
	int err = probe ? m->core_ops->probe(m->core, a->source)
			: m->core_ops->remove(m->core, a->source);

	sim_emit(m, c, probe ? SIM_EV_PROBE : SIM_EV_REMOVE, a->source, 0, (uint64_t)(int64_t)err,
		 0, NULL);
	return err;
}

/*
 * Another task of this CPU unbinds or binds: only where a task may be pre-empted and would not have
 * to wait for what it pre-empted. A signal handler of a real thread is no such task.
 */
static bool another_task_may_bind(const struct sim_machine *m, const struct sim_cpu *c)
{
	return !m->host->config.threads && !c->depth && !(c->masks & PSR_I_BIT) && !c->locks_held &&
	       !c->rcu_nesting &&
	       atomic_load_explicit(&m->mutex.owner, memory_order_relaxed) != c->id + 1;
}

static enum sim_verdict arrive_bind(struct sim_machine *m, struct sim_cpu *c,
				    const struct sim_action *a)
{
	if (!another_task_may_bind(m, c))
		return SIM_NEVER;
	bind_source(m, c, a);
	sim_return_path(m, c);
	return SIM_NOW;
}

static void set_masks(struct sim_machine *m, struct sim_cpu *c, uint32_t masks)
{
	uint32_t old = c->masks;

	sim_point(m, c, SIM_EV_MASK, masks);
	sim_uses_one(m, c, SIM_RESOURCE_CONTEXT, true, c->id);
	c->masks = masks;
	c->program_masks = masks;
	sim_emit(m, c, SIM_EV_MASK, SIM_NO_SOURCE, masks, old, 0, NULL);
	sim_return_path(m, c);
}

static void run_work(struct sim_machine *m, struct sim_cpu *c)
{
	c->ipi_held = false;
	sim_return_path(m, c);
	while (!atomic_load(&m->stopped) && sim_task_work_run(m, c))
		sim_return_path(m, c);
	while (!atomic_load(&m->stopped) && sim_work_run(m, c))
		;
	c->ipi_held = false; /* what the works themselves raised */
	sim_return_path(m, c);
}

/* On the way down interrupts are on, and all that waits for them runs, irq_work included. */
static void go_offline(struct sim_machine *m, struct sim_cpu *c)
{
	if (!atomic_load(&c->online))
		return;
	c->masks = c->program_masks = 0;
	run_work(m, c);
	sim_busy(c);
	sim_sdei_cpu_down(m, c);
	atomic_store(&c->online, false);
	sim_idle(m, c);
}

static void come_online(struct sim_machine *m, struct sim_cpu *c)
{
	if (atomic_load(&c->online))
		return;
	sim_busy(c);
	atomic_store(&c->online, true);
	sim_sdei_cpu_up(m, c);
	sim_idle(m, c);
	sim_return_path(m, c);
}

static void sdei_mask(struct sim_machine *m, struct sim_cpu *c, bool mask)
{
	static const uint64_t none[5];

	sim_sdei_call(m, c->id, (uint32_t)(mask ? SDEI_PE_MASK : SDEI_PE_UNMASK), none);
}

static int perform(struct sim_machine *m, struct sim_cpu *c, const struct sim_action *a)
{
	switch (a->kind) {
	case SIM_ACTION_USER:
		run_in(m, c, SIM_RUNNING_USER, a->count);
		break;
	case SIM_ACTION_KERNEL:
		run_in(m, c, SIM_RUNNING_KERNEL, a->count);
		break;
	case SIM_ACTION_IRQS_OFF:
		set_masks(m, c, m->arch == SIM_ARCH_X86 ? PSR_I_BIT : DAIF_PROCCTX_NOIRQ);
		break;
	case SIM_ACTION_IRQS_ON:
		set_masks(m, c, DAIF_PROCCTX);
		break;
	case SIM_ACTION_REMOVE:
	case SIM_ACTION_PROBE:
		return bind_source(m, c, a);
	case SIM_ACTION_TICK:
		sim_uses_one(m, c, SIM_RESOURCE_CLOCK, true, 0);
		atomic_fetch_add(&m->ticks, a->count);
		break;
	case SIM_ACTION_RUN_WORK:
		run_work(m, c);
		break;
	case SIM_ACTION_GRACE_PERIOD:
		sim_rcu_poll(m, c);
		break;
	case SIM_ACTION_PE_MASK:
	case SIM_ACTION_PE_UNMASK:
		sdei_mask(m, c, a->kind == SIM_ACTION_PE_MASK);
		break;
	case SIM_ACTION_OFFLINE:
		go_offline(m, c);
		break;
	case SIM_ACTION_ONLINE:
		come_online(m, c);
		break;
	default:
		return source_action(m, c, a) == SIM_NEVER ? -GHES_ENODEV : 0;
	}
	return 0;
}

/* CPU_OFFLINE: the CPU goes away before one of its actions, and is back for it. */
static void misbehave_offline(struct sim_machine *m, struct sim_cpu *c)
{
	if (m->host->config.misbehave[SIM_MISBEHAVE_CPU_OFFLINE] != c->id + 1 ||
	    sim_random(&c->rng) % OFFLINE_EVERY)
		return;
	go_offline(m, c);
	come_online(m, c);
}

static int act(struct sim_machine *m, struct sim_cpu *c, const struct sim_action *a)
{
	int err;

	misbehave_offline(m, c);
	sim_return_path(m, c);
	err = perform(m, c, a);
	sim_return_path(m, c);
	if (c->depth || (c->masks & PSR_I_BIT) || atomic_load(&m->stopped))
		return err;
	sim_firmware_pump(m, c);
	if (m->host->config.threads) {
		run_work(m, c);
		sim_rcu_poll(m, c);
	}
	return err;
}

int sim_action_do(struct sim_machine *m, struct sim_cpu *c, const struct sim_action *a)
{
	int err;

	c->frame[0].entry_step = c->steps;
	c->nr_actions++;
	if (!atomic_load(&c->online) && a->kind != SIM_ACTION_ONLINE)
		return -GHES_ENODEV;
	c->acting = true;
	c->arriving = 0;
	err = act(m, c, a);
	sim_uses_one(m, c, SIM_RESOURCE_MODE, true, c->id);
	c->acting = false;
	return err;
}

/* Between two actions of its program the CPU is in user mode, as far as an abort is concerned. */
enum sim_verdict sim_action_arrive(struct sim_machine *m, struct sim_cpu *c,
				   const struct sim_action *a)
{
	enum sim_verdict v;

	if (!atomic_load(&c->online))
		return SIM_NEVER;
	switch (a->kind) {
	case SIM_ACTION_TICK:
		sim_uses_one(m, c, SIM_RESOURCE_CLOCK, true, 0);
		atomic_fetch_add(&m->ticks, a->count);
		return SIM_NOW;
	case SIM_ACTION_PE_MASK:
	case SIM_ACTION_PE_UNMASK:
		sdei_mask(m, c, a->kind == SIM_ACTION_PE_MASK);
		return SIM_NOW;
	case SIM_ACTION_REMOVE:
	case SIM_ACTION_PROBE:
		return arrive_bind(m, c, a);
	default:
		break;
	}
	c->arriving += c->acting;
	v = source_action(m, c, a);
	c->arriving -= c->acting;
	return v;
}
