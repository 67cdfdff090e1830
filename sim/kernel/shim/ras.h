/* SPDX-License-Identifier: GPL-2.0-only */
/* Trace events of ras/ras_event.h, EDAC, AER, DMI, trace_seq. */
#ifndef SHIM_RAS_H
#define SHIM_RAS_H

/* === DIFFERENT === */
/* Straight to the host's sinks; versions call with one, two or more arguments. */
struct cper_sec_proc_arm;
struct cper_sec_mem_err;
void shim_log_arm_hw_error(struct cper_sec_proc_arm *err, int severity);
#define log_arm_hw_error(err, ...) shim_log_arm_hw_error(err, shim_second(0, ##__VA_ARGS__, -1))
struct ghes;
struct device;
void ghes_edac_report_mem_error(int sev, struct cper_sec_mem_err *mem_err);

/* === STUB === */
/* Trace only: the vendor notifier has the same section. */
#define log_non_standard_event(type, fru_id, fru_text, sev, err, len)                              \
	do {                                                                                       \
		(void)(type), (void)(fru_id), (void)(fru_text), (void)(sev), (void)(err);          \
	} while (0)
#define trace_extlog_mem_event(...)                                                                \
	do {                                                                                       \
	} while (0)
/* No DMI table: a memory device's handle is printed as a number. */
static inline void dmi_memdev_name(u16 handle, const char **bank, const char **device)
{
	*bank = NULL;
	*device = NULL;
}
/* The seam has its own listener for memory sections; EDAC drivers are not part of a core. */
static inline int ghes_edac_register(struct ghes *ghes, struct device *dev)
{
	return -ENODEV;
}
static inline void ghes_edac_unregister(struct ghes *ghes)
{
}
/* x86's machine-check log does not take it (-EINVAL): the section is printed as any other. */
struct cper_ia_proc_ctx;
int arch_apei_report_x86_error(struct cper_ia_proc_ctx *ctx_info, u64 lapic_id);
struct trace_seq {
	char buffer[8];
	int len;
};
#define trace_seq_buffer_ptr(p) ((p)->buffer)
#define trace_seq_printf(p, ...)                                                                   \
	do {                                                                                       \
	} while (0)
#define trace_seq_putc(p, c)                                                                       \
	do {                                                                                       \
	} while (0)
/* of_*: genalloc.c only, and only with a device tree. */
#define PCI_DEVFN(slot, func) ((((slot)&0x1f) << 3) | ((func)&0x07))
#define PCI_SLOT(devfn)	      (((devfn) >> 3) & 0x1f)
#define PCI_FUNC(devfn)	      ((devfn)&0x07)
#define _IOW(type, nr, size)  0
#define _IOR(type, nr, size)  0

#endif
