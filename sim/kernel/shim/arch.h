/* SPDX-License-Identifier: GPL-2.0-only */
/* arm64: exception masks, the SEA claim's surroundings, SDEI events. */
#ifndef SHIM_ARCH_H
#define SHIM_ARCH_H

/* === SAME === */
#define PSR_F_BIT		   0x00000040
#define PSR_I_BIT		   0x00000080
#define PSR_A_BIT		   0x00000100
#define PSR_D_BIT		   0x00000200
#define DAIF_PROCCTX		   0
#define DAIF_PROCCTX_NOIRQ	   (PSR_I_BIT | PSR_F_BIT)
#define DAIF_ERRCTX		   (PSR_A_BIT | PSR_I_BIT | PSR_F_BIT)
#define DAIF_MASK		   (PSR_D_BIT | PSR_A_BIT | PSR_I_BIT | PSR_F_BIT)
#define local_daif_save_flags()	   ((unsigned long)host_mask_get())
#define local_daif_restore(flags)  ((void)host_mask_set(flags))
#define arch_local_save_flags()	   ((unsigned long)host_mask_get())
#define irqs_disabled_flags(flags) (((flags)&PSR_I_BIT) != 0)
#define interrupts_enabled(regs)   (!irqs_disabled_flags((regs)->pstate))
#define regs_irqs_disabled(regs)   irqs_disabled_flags((regs)->pstate)
#define nmi_enter()		   host_nmi_enter(HOST_SEA)
#define nmi_exit()		   host_nmi_exit(HOST_SEA)
#define __irq_enter()		   host_irq_enter()
#define __irq_exit()		   host_irq_exit()

/* The client interface of drivers/firmware/arm_sdei.c, as far as GHES uses it. */
typedef int(sdei_event_callback)(u32 event, struct pt_regs *regs, void *arg);
enum sdei_event_info {
	SDEI_EVENT_INFO_EV_TYPE,
	SDEI_EVENT_INFO_EV_SIGNALED,
	SDEI_EVENT_INFO_EV_PRIORITY,
	SDEI_EVENT_INFO_EV_ROUTING_MODE,
	SDEI_EVENT_INFO_EV_ROUTING_AFF,
};
#define SDEI_EVENT_PRIORITY_NORMAL   0
#define SDEI_EVENT_PRIORITY_CRITICAL 1
struct ghes;
int sdei_api_event_get_info(u32 event, u32 info, u64 *result);
int sdei_event_register(u32 event, sdei_event_callback *cb, void *arg);
int sdei_event_unregister(u32 event);
int sdei_event_enable(u32 event);
int sdei_event_disable(u32 event);
/* The tree's own where arm_sdei.c is there, else the shim's (arch.c). */
int sdei_register_ghes(struct ghes *ghes, sdei_event_callback *normal_cb,
		       sdei_event_callback *critical_cb);
int sdei_unregister_ghes(struct ghes *ghes);
int apei_claim_sea(struct pt_regs *regs);

/* === STUB === */
/* The host brings up SDEI before the core. */
static inline void acpi_sdei_init(void)
{
}
static inline void sdei_init(void)
{
}
static inline int early_sdei(void)
{
	return 0;
}

#endif
