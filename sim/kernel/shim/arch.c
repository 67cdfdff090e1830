// SPDX-License-Identifier: GPL-2.0-only
/*
 * arm64's part: SDEI events over the host's client calls, and where the tree has no file to take
 * them from, our own apei_claim_sea() and sdei_{,un}register_ghes().
 */
#include "shim.h"

int acpi_disabled;
int acpi_disable_cmcff;
bool osc_sb_apei_support_acked = true;

#ifdef CONFIG_ARM_SDE_INTERFACE
struct shim_event {
	u32 num;
	sdei_event_callback *cb;
	void *arg;
	struct shim_event *next;
};

/*
 * Firmware hands the handler and its argument back without a search; here many events cost next to
 * nothing. Changed in task context; entries are freed after unregister.
 */
#define EVENT_BUCKETS 256
static struct shim_event *events[EVENT_BUCKETS];
static DEFINE_MUTEX(sdei_events_lock);

static struct shim_event **bucket_of(u32 num)
{
	return &events[num % EVENT_BUCKETS];
}

static struct shim_event *find_event(u32 num)
{
	struct shim_event *event = rcu_dereference(*bucket_of(num));

	while (event && event->num != num)
		event = rcu_dereference(event->next);
	return event;
}

int sdei_api_event_get_info(u32 event, u32 info, u64 *result)
{
	host_u64 value = 0;
	int rc = host_sdei_event_get_info(event, info, &value);

	*result = value;
	return rc;
}

int sdei_event_register(u32 num, sdei_event_callback *cb, void *arg)
{
	struct shim_event **bucket = bucket_of(num), *event;
	int rc;

	might_sleep();
	mutex_lock(&sdei_events_lock);
	if (find_event(num)) {
		pr_warn("sdei: Event %u already registered\n", num);
		rc = -EBUSY;
		goto out;
	}
	event = kzalloc(sizeof(*event), GFP_KERNEL);
	rc = -ENOMEM;
	if (!event)
		goto out;
	*event = (struct shim_event){.num = num, .cb = cb, .arg = arg, .next = *bucket};
	rcu_assign_pointer(*bucket, event);
	rc = host_sdei_event_register(num);
	if (rc) {
		rcu_assign_pointer(*bucket, event->next);
		kfree(event);
	}
out:
	mutex_unlock(&sdei_events_lock);
	return rc;
}

int sdei_event_enable(u32 num)
{
	return find_event(num) ? host_sdei_event_enable(num) : -ENOENT;
}

int sdei_event_disable(u32 num)
{
	return find_event(num) ? host_sdei_event_disable(num) : -ENOENT;
}

int sdei_event_unregister(u32 num)
{
	struct shim_event **link, *event;
	int rc = -ENOENT;

	mutex_lock(&sdei_events_lock);
	for (link = bucket_of(num); *link && (*link)->num != num; link = &(*link)->next)
		;
	event = *link;
	if (event)
		rc = host_sdei_event_unregister(num);
	if (event && !rc) {
		rcu_assign_pointer(*link, event->next);
		kfree(event);
	}
	mutex_unlock(&sdei_events_lock);
	return rc;
}

int k_notify_sdei(host_u32 num)
{
	struct shim_event *event = find_event(num);
	struct pt_regs regs = {.pstate = DAIF_MASK};

	return event ? event->cb(num, &regs, event->arg) : -ENOENT;
}

#ifndef SHIM_TREE_SDEI_GHES
int sdei_register_ghes(struct ghes *ghes, sdei_event_callback *normal_cb,
		       sdei_event_callback *critical_cb)
{
	u32 num = ghes->generic->notify.vector;
	u64 priority;
	int rc;

	if (!num) /* reserved: SDEI_EVENT_SIGNAL */
		return -EINVAL;
	rc = sdei_api_event_get_info(num, SDEI_EVENT_INFO_EV_PRIORITY, &priority);
	if (rc)
		return rc;
	rc = sdei_event_register(
		num, priority == SDEI_EVENT_PRIORITY_CRITICAL ? critical_cb : normal_cb, ghes);
	return rc ? rc : sdei_event_enable(num);
}

int sdei_unregister_ghes(struct ghes *ghes)
{
	u32 num = ghes->generic->notify.vector;
	int rc, tries;

	might_sleep();
	rc = sdei_event_disable(num);
	/* It may still run on another CPU. */
	for (tries = 0; !rc && tries < 3; tries++) {
		rc = sdei_event_unregister(num);
		if (rc != -EINPROGRESS)
			return rc;
		rc = 0;
		schedule();
	}
	return rc ? rc : -EINPROGRESS;
}
#endif
#else
int k_notify_sdei(host_u32 num)
{
	return -ENOENT;
}
#endif

#ifdef CONFIG_ACPI_APEI_SEA
#ifndef SHIM_TREE_CLAIM
/* The sequence of arch/arm64/kernel/acpi.c since 5.8. */
int apei_claim_sea(struct pt_regs *regs)
{
	unsigned long flags = local_daif_save_flags();
	bool irqs_on = regs ? interrupts_enabled(regs) : !irqs_disabled_flags(flags);
	int rc;

	local_daif_restore(DAIF_ERRCTX);
	nmi_enter();
	rc = ghes_notify_sea();
	nmi_exit();
	if (!rc && irqs_on) {
		local_daif_restore(DAIF_PROCCTX_NOIRQ);
		__irq_enter();
		irq_work_run();
		__irq_exit();
	} else if (!rc) {
		pr_warn_ratelimited("APEI work queued but not completed");
		rc = -EINPROGRESS;
	}
	local_daif_restore(flags);
	return rc;
}
#endif

int k_claim_sea(_Bool has_regs, _Bool user, host_u32 pstate)
{
	struct pt_regs regs = {.user = user, .pstate = pstate};
	int rc = apei_claim_sea(has_regs ? &regs : NULL);

	if (host_traced)
		host_tracepoint(HOST_TP_CLAIM, 0, -rc, 0, NULL);
	return rc;
}
#else
int k_claim_sea(_Bool has_regs, _Bool user, host_u32 pstate)
{
	return -ENOENT;
}
#endif

/* ---- ACPI: the one table, registers ---- */

acpi_status acpi_get_table(acpi_string signature, u32 instance, struct acpi_table_header **table)
{
	if (strncmp(signature, ACPI_SIG_HEST, 4) || !shim_hest)
		return AE_NOT_FOUND;
	*table = (struct acpi_table_header *)shim_hest;
	return AE_OK;
}

static struct host_gar gar(u64 addr, u8 space, u32 width)
{
	return (struct host_gar){
		.addr = addr, .space_id = space, .bit_width = width, .access_bit_width = width};
}

static struct host_gar gar_of(const struct acpi_generic_address *reg)
{
	u32 width = reg->access_width >= 1 && reg->access_width <= 4 ? 1u << (reg->access_width + 2)
								     : 8;

	/* At least as wide as the register: what the access size is fixed up to is apei-base.c's.
	 */
	return gar(get_unaligned(&reg->address), reg->space_id,
		   reg->bit_width == 64 ? 64 : max(width, (u32)reg->bit_width == 32 ? 32u : width));
}

void *acpi_os_map_generic_address(struct acpi_generic_address *reg)
{
	struct host_gar g = gar_of(reg);

	might_sleep();
	return host_map_gar(&g) ? NULL : (void *)(unsigned long)g.addr;
}

void acpi_os_unmap_generic_address(struct acpi_generic_address *reg)
{
	struct host_gar g = gar_of(reg);

	if (reg->space_id == ACPI_ADR_SPACE_SYSTEM_MEMORY)
		host_unmap_gar(&g);
}

acpi_status acpi_os_read_memory(acpi_physical_address addr, u64 *value, u32 width)
{
	struct host_gar g = gar(addr, ACPI_ADR_SPACE_SYSTEM_MEMORY, width);
	host_u64 v = 0;
	int rc = host_read_gar(&g, &v);

	*value = v;
	return rc ? AE_BAD_ADDRESS : AE_OK;
}

acpi_status acpi_os_write_memory(acpi_physical_address addr, u64 value, u32 width)
{
	struct host_gar g = gar(addr, ACPI_ADR_SPACE_SYSTEM_MEMORY, width);

	return host_write_gar(&g, value) ? AE_BAD_ADDRESS : AE_OK;
}

acpi_status acpi_os_read_port(acpi_io_address addr, u32 *value, u32 width)
{
	struct host_gar g = gar(addr, ACPI_ADR_SPACE_SYSTEM_IO, width);
	host_u64 v = 0;
	int rc = host_read_gar(&g, &v);

	*value = v;
	return rc ? AE_BAD_ADDRESS : AE_OK;
}

acpi_status acpi_os_write_port(acpi_io_address addr, u32 value, u32 width)
{
	struct host_gar g = gar(addr, ACPI_ADR_SPACE_SYSTEM_IO, width);

	return host_write_gar(&g, value) ? AE_BAD_ADDRESS : AE_OK;
}
