/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One line to the platform's log, from any context.
 *
 *                  task   irq   nmi   nmi-in-nmi
 *   ghes_log()      y     y     y        y      formats on the caller's stack, without stdio
 *   Progress: wait-free but for the platform's log op.
 */
#ifndef GHES_LIB_LOG_H
#define GHES_LIB_LOG_H

#include <ghes/platform.h>

#define GHES_LOG_LINE_MAX 256

/* The kernel's tags and prefixes (include/linux/printk.h, drivers/acpi/apei/ghes.c) */
#define FW_BUG	 "[Firmware Bug]: "
#define FW_WARN	 "[Firmware Warn]: "
#define HW_ERR	 "[Hardware Error]: "
#define GHES_PFX "GHES: "

/**
 * ghes_log() - format and log one line
 * @p: where to
 * @level: severity
 * @fmt: printf's %s %d %u %x %c %%, with l, ll, z and #; no width and no precision
 *
 * What exceeds GHES_LOG_LINE_MAX is cut. Context: any.
 */
void ghes_log(struct ghes_platform *p, enum ghes_log_level level, const char *fmt, ...)
	GHES_PRINTF(3, 4);

#endif
