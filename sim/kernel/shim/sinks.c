// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where errors go, after what the receiving subsystems do: memory failure (per-CPU FIFO and work
 * item, mm/memory-failure.c), AER (ring and work item, drivers/pci/pcie/aer.c), the report and
 * vendor notifier chains, CXL. At the end of each stands the host's sink.
 */
#include "shim.h"

#include <linux/aer.h>
#ifdef SHIM_HAVE_CXL
#include <cxl/event.h>
#endif

/* ---- memory failure ---- */

static void mf_drain(struct shim_mf *mf)
{
	for (;;) {
		struct shim_mf_entry entry = {0};
		unsigned long flags;
		bool got;

		raw_spin_lock_irqsave(&mf->lock, flags);
		got = kfifo_get(&mf->fifo, &entry);
		raw_spin_unlock_irqrestore(&mf->lock, flags);
		if (!got)
			return;
		if (entry.flags & MF_SOFT_OFFLINE)
			soft_offline_page(entry.pfn, entry.flags);
		else
			memory_failure(entry.pfn, entry.flags);
	}
}

static void mf_work_func(struct work_struct *work)
{
	mf_drain(container_of(work, struct shim_mf, work));
}

void shim_mf_init(struct shim_mf *mf)
{
	raw_spin_lock_init(&mf->lock);
	mf->lock.host.name = "memory_failure_cpu.lock";
	INIT_KFIFO(mf->fifo);
	INIT_WORK(&mf->work, mf_work_func);
}

void memory_failure_queue(unsigned long pfn, int mf_flags)
{
	struct shim_mf_entry entry = {.pfn = pfn, .flags = mf_flags};
	struct shim_mf *mf = &this_shim_cpu()->mf;
	unsigned long flags;
	bool queued;

	raw_spin_lock_irqsave(&mf->lock, flags);
	queued = kfifo_put(&mf->fifo, entry);
	if (queued)
		schedule_work(&mf->work);
	raw_spin_unlock_irqrestore(&mf->lock, flags);
	if (!queued)
		pr_err("Memory failure: buffer overflow when queuing memory failure at %#lx\n",
		       pfn);
}

void memory_failure_queue_kick(int cpu)
{
	struct shim_mf *mf = &shim_cpus[cpu].mf;

	cancel_work_sync(&mf->work);
	mf_drain(mf);
}

int memory_failure(unsigned long pfn, int flags)
{
	might_sleep();
	return host_memory_failure(pfn, flags);
}

int soft_offline_page(unsigned long pfn, int flags)
{
	might_sleep();
	return host_memory_failure(pfn, flags);
}

/* ---- AER: the copy of the registers lives in the estatus pool until the work item ran ---- */

#define AER_RING 16
static DEFINE_KFIFO(aer_ring, struct aer_capability_regs *, AER_RING);
static DEFINE_SPINLOCK(aer_recover_ring_lock);

static void aer_free(struct aer_capability_regs *regs)
{
#ifdef SHIM_HAVE_REGION_FREE
	ghes_estatus_pool_region_free((unsigned long)regs, sizeof(*regs));
#endif
}

static void aer_work_func(struct work_struct *work)
{
	struct aer_capability_regs *regs;

	while (kfifo_get(&aer_ring, &regs))
		aer_free(regs);
}
static DECLARE_WORK(aer_work, aer_work_func);

void aer_recover_queue(int domain, unsigned int bus, unsigned int devfn, int severity,
		       struct aer_capability_regs *regs)
{
	host_aer_recover_queue(domain, bus, devfn, severity, regs, sizeof(*regs));
	if (kfifo_in_spinlocked(&aer_ring, &regs, 1, &aer_recover_ring_lock)) {
		schedule_work(&aer_work);
		return;
	}
	pr_err("AER: buffer overflow in recovery for %04x:%02x:%02x.%x\n", domain, bus,
	       PCI_SLOT(devfn), PCI_FUNC(devfn));
	aer_free(regs);
}

int cper_severity_to_aer(int severity)
{
	switch (severity) {
	case CPER_SEV_RECOVERABLE:
		return AER_NONFATAL;
	case CPER_SEV_FATAL:
		return AER_FATAL;
	default:
		return AER_CORRECTABLE;
	}
}

#ifdef CONFIG_UEFI_CPER_X86
int arch_apei_report_x86_error(struct cper_ia_proc_ctx *ctx_info, u64 lapic_id)
{
	return -EINVAL;
}
#endif

/* ---- sections: how much of one may be read is what is left of the buffer it lies in ---- */

static size_t room(const void *section, size_t want)
{
	size_t left = record_room(section);

	return left && left < want ? left : want;
}

static void report_memory(int severity, struct cper_sec_mem_err *section)
{
	host_report_mem_error(severity, section, room(section, sizeof(*section)));
}

void ghes_edac_report_mem_error(int sev, struct cper_sec_mem_err *section)
{
	report_memory(sev, section);
}

void shim_log_arm_hw_error(struct cper_sec_proc_arm *err, int severity)
{
	host_arm_event(severity, err, room(err, max((size_t)err->section_length, sizeof(*err))));
}

#ifdef SHIM_HAVE_REPORT_CHAIN
static int report_notifier(struct notifier_block *nb, unsigned long severity, void *section)
{
	report_memory(severity, section);
	return NOTIFY_OK;
}
static struct notifier_block report_nb = {.notifier_call = report_notifier};
#endif

#ifdef SHIM_HAVE_VENDOR_NOTIFIER
static int vendor_notifier(struct notifier_block *nb, unsigned long severity, void *data)
{
	struct acpi_hest_generic_data *gdata = data;

	host_vendor_record(severity, gdata, room(gdata, acpi_hest_get_record_size(gdata)));
	return NOTIFY_OK;
}
static struct notifier_block vendor_nb = {.notifier_call = vendor_notifier};
#endif

#ifdef SHIM_HAVE_CXL_KFIFO
static void cxl_work_func(struct work_struct *work)
{
	static const guid_t types[] = {
		[CXL_CPER_EVENT_GEN_MEDIA] = CPER_SEC_CXL_GEN_MEDIA_GUID,
		[CXL_CPER_EVENT_DRAM] = CPER_SEC_CXL_DRAM_GUID,
		[CXL_CPER_EVENT_MEM_MODULE] = CPER_SEC_CXL_MEM_MODULE_GUID,
	};
	struct cxl_cper_work_data wd;

	while (cxl_cper_kfifo_get(&wd))
		if ((unsigned int)wd.event_type < ARRAY_SIZE(types))
			host_cxl_event(types[wd.event_type].b, &wd.rec, sizeof(wd.rec));
}
static DECLARE_WORK(cxl_work, cxl_work_func);
#endif

/* Be the listener that a running system has, on every chain that this tree offers. */
void shim_sinks_init(void)
{
#ifdef SHIM_HAVE_REPORT_CHAIN
	ghes_register_report_chain(&report_nb);
#endif
#ifdef SHIM_HAVE_VENDOR_NOTIFIER
	ghes_register_vendor_record_notifier(&vendor_nb);
#endif
#ifdef SHIM_HAVE_CXL_KFIFO
	cxl_cper_register_work(&cxl_work);
#endif
}
