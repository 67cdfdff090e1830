// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may interrupt what: the one table, indexed by whoever asks.
 *
 * Flow: cpu.c (sim_effective(): context and masks -> row) -> here -> deliver.c, sdei.c.
 *
 * Rows are enum sim_running, columns enum sim_arriving. Letters: Y starts now, P stays pending,
 * X the architecture gives up, - does not exist there; E an event of the same or lower priority:
 * pending when an interrupt backs it, lost when firmware dispatches it explicitly (there is no
 * queue in front of an explicit dispatch).
 *
 * Choices where the architecture leaves one: pseudo-NMIs exist only in kernels that mask
 * interrupts by priority (GIC PMR), so they get through "interrupts off", but not through
 * PSTATE.I; a SEA in kernel mode is fatal, since Linux claims SEAs of user mode only.
 *
 * Left to others: the mask bit of a PE and an event's own state (sdei.c).
 */
#include "machine.h"

/* clang-format off */
static const char may_preempt[2][SIM_NR_RUNNING][SIM_NR_ARRIVING + 1] = {
	/*					    poll or workqueue
						    |irq
						    ||pnmi
						    |||sei
						    ||||sea
						    |||||sdei normal
						    ||||||sdei critical
						    |||||||nmi
						    ||||||||mce
						    |||||||||smi */
	[SIM_ARCH_ARM64] = {
		[SIM_RUNNING_USER]               = "YYYYYYY---",
		[SIM_RUNNING_KERNEL]             = "YYYYXYY---",
		[SIM_RUNNING_KERNEL_IRQS_OFF]    = "PPYYXYY---",
		[SIM_RUNNING_SOFTIRQ]            = "PYYYXYY---",
		[SIM_RUNNING_HARDIRQ]            = "PPYYXYY---",
		[SIM_RUNNING_PNMI]               = "PPPYXYY---",
		[SIM_RUNNING_SEI]                = "PPPPXYY---",
		[SIM_RUNNING_SEA_ENTRY]          = "YYYYXYY---",
		[SIM_RUNNING_SEA_CLAIM]          = "PPPPXYY---",
		[SIM_RUNNING_SEA_IRQ_WORK]       = "PPYYXYY---",
		[SIM_RUNNING_SDEI_NORMAL]        = "PPPPXEY---",
		[SIM_RUNNING_SDEI_CRITICAL]      = "PPPPXEE---",
		[SIM_RUNNING_NMI]                = "----------",
		[SIM_RUNNING_MCE]                = "----------",
	},
	[SIM_ARCH_X86] = {
		[SIM_RUNNING_USER]               = "YY-----YYY",
		[SIM_RUNNING_KERNEL]             = "YY-----YYY",
		[SIM_RUNNING_KERNEL_IRQS_OFF]    = "PP-----YYY",
		[SIM_RUNNING_SOFTIRQ]            = "PY-----YYY",
		[SIM_RUNNING_HARDIRQ]            = "PP-----YYY",
		[SIM_RUNNING_PNMI]               = "----------",
		[SIM_RUNNING_SEI]                = "----------",
		[SIM_RUNNING_SEA_ENTRY]          = "----------",
		[SIM_RUNNING_SEA_CLAIM]          = "----------",
		[SIM_RUNNING_SEA_IRQ_WORK]       = "----------",
		[SIM_RUNNING_SDEI_NORMAL]        = "----------",
		[SIM_RUNNING_SDEI_CRITICAL]      = "----------",
		[SIM_RUNNING_NMI]                = "PP-----PYY",
		[SIM_RUNNING_MCE]                = "PP-----YXY",
	},
};
/* clang-format on */

enum sim_verdict sim_may_preempt(enum sim_arch arch, enum sim_running running,
				 enum sim_arriving arriving, bool explicit_dispatch)
{
	if ((unsigned int)arch > SIM_ARCH_X86 || (unsigned int)running >= SIM_NR_RUNNING ||
	    (unsigned int)arriving >= SIM_NR_ARRIVING)
		return SIM_NEVER;
	switch (may_preempt[arch][running][arriving]) {
	case 'Y':
		return SIM_NOW;
	case 'P':
		return SIM_PENDING;
	case 'E':
		return explicit_dispatch ? SIM_LOST : SIM_PENDING;
	case 'X':
		return SIM_FATAL;
	default:
		return SIM_NEVER;
	}
}
