// SPDX-License-Identifier: GPL-2.0-only
#include "posix.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * What an embedder gets who has not overridden a sink: one line. In any context, so without stdio:
 * a line is put together on the stack and goes out in one write(2).
 */

struct line {
	char text[240];
	size_t len;
};

static void add_text(struct line *line, const char *text)
{
	for (; *text && line->len < sizeof(line->text); text++)
		line->text[line->len++] = *text;
}

static void add_number(struct line *line, uint64_t n, unsigned int base)
{
	char digits[20];
	unsigned int i = sizeof(digits);

	do {
		digits[--i] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	while (i < sizeof(digits) && line->len < sizeof(line->text))
		line->text[line->len++] = digits[i++];
}

/* A record may hold what steers a terminal; shown as dmesg(1) would. Up to 4 characters. */
static size_t put_printable(char *out, unsigned char c)
{
	if (c >= 0x20 && c < 0x7f) {
		out[0] = (char)c;
		return 1;
	}
	out[0] = '\\';
	out[1] = 'x';
	out[2] = "0123456789abcdef"[c >> 4];
	out[3] = "0123456789abcdef"[c & 15];
	return 4;
}

void posix_print(struct posix_platform *posix, enum ghes_log_level level, const char *text,
		 size_t len)
{
	char out[1024];
	ssize_t written;
	size_t n = 0;

	if (level > posix->log_level)
		return;
	/* The end is cut off when it does not fit; there is always room for '\n' */
	for (size_t i = 0; i < len && n + 4 < sizeof(out); i++)
		n += put_printable(out + n, (unsigned char)text[i]);
	out[n++] = '\n';
	written = write(STDERR_FILENO, out, n);
	(void)written; /* there is nowhere to report to that stderr is not reported to */
}

static void print(struct ghes_platform *p, enum ghes_log_level level, const struct line *line)
{
	p->ops->log(p, level, line->text, line->len);
}

static void posix_log(struct ghes_platform *p, enum ghes_log_level level, const char *line,
		      size_t len)
{
	posix_print(posix_of(p), level, line, len);
}

static void posix_panic(struct ghes_platform *p, const char *message)
{
	struct line line = {.len = 0};

	add_text(&line, "panic: ");
	add_text(&line, message);
	print(p, GHES_LOG_EMERG, &line);
	abort();
}

static int posix_memory_failure(struct ghes_platform *p, uint64_t pfn, int flags)
{
	struct line line = {.len = 0};

	add_text(&line, "memory failure: pfn 0x");
	add_number(&line, pfn, 16);
	add_text(&line, " flags 0x");
	add_number(&line, (unsigned int)flags, 16);
	add_text(&line, ": nobody recovers it");
	print(p, GHES_LOG_ERR, &line);
	return -GHES_ENOTSUP;
}

/* STUB: prints; a program that has tasks to signal overrides it. */
static void posix_force_sig(struct ghes_platform *p, struct ghes_task task, const char *why)
{
	struct line line = {.len = 0};

	add_text(&line, "SIGBUS due to task ");
	add_number(&line, task.id, 10);
	add_text(&line, ": ");
	add_text(&line, why);
	print(p, GHES_LOG_ERR, &line);
}

static void posix_aer_recover_queue(struct ghes_platform *p, const struct ghes_aer_event *event)
{
	struct line line = {.len = 0};

	add_text(&line, "PCIe error: segment ");
	add_number(&line, event->segment, 16);
	add_text(&line, " bus ");
	add_number(&line, event->bus, 16);
	add_text(&line, " devfn ");
	add_number(&line, event->devfn, 16);
	add_text(&line, ": nobody recovers it");
	print(p, GHES_LOG_ERR, &line);
}

static void print_section(struct ghes_platform *p, const char *what, size_t size)
{
	struct line line = {.len = 0};

	add_text(&line, what);
	add_number(&line, size, 10);
	add_text(&line, " bytes");
	print(p, GHES_LOG_INFO, &line);
}

static void posix_report_mem_error(struct ghes_platform *p, int ghes_severity, const void *section,
				   size_t size)
{
	(void)ghes_severity;
	(void)section;
	print_section(p, "memory error section, ", size);
}

static void posix_arm_event(struct ghes_platform *p, int ghes_severity, const void *section,
			    size_t size)
{
	(void)ghes_severity;
	(void)section;
	print_section(p, "ARM processor error section, ", size);
}

static void posix_vendor_record(struct ghes_platform *p, int ghes_severity,
				const struct acpi_hest_generic_data *gdata, size_t size)
{
	(void)ghes_severity;
	(void)gdata;
	print_section(p, "vendor section, ", size);
}

static void posix_cxl_event(struct ghes_platform *p, const uint8_t section_type[16],
			    const void *section, size_t size)
{
	(void)section_type;
	(void)section;
	print_section(p, "CXL section, ", size);
}

/* Registrations: granted. Delivering is the program's part. */

static int posix_request_irq(struct ghes_platform *p, uint32_t gsiv, uint16_t source_id)
{
	(void)p;
	(void)gsiv;
	(void)source_id;
	return 0;
}

static void posix_free_irq(struct ghes_platform *p, uint32_t gsiv, uint16_t source_id)
{
	(void)p;
	(void)gsiv;
	(void)source_id;
}

static int posix_register_any(struct ghes_platform *p)
{
	(void)p;
	return 0;
}

static void posix_unregister_any(struct ghes_platform *p)
{
	(void)p;
}

static int posix_sdei_event_get_info(struct ghes_platform *p, uint32_t event,
				     enum sdei_event_info info, uint64_t *result)
{
	(void)p;
	(void)event;
	if (info != SDEI_EVENT_INFO_EV_PRIORITY)
		return -GHES_ENOTSUP;
	*result = SDEI_EVENT_PRIORITY_NORMAL;
	return 0;
}

static int posix_sdei_event(struct ghes_platform *p, uint32_t event)
{
	(void)p;
	(void)event;
	return 0;
}

void posix_sink_ops(struct ghes_platform_ops *ops)
{
	ops->log = posix_log;
	ops->panic = posix_panic;
	ops->memory_failure = posix_memory_failure;
	ops->force_sig = posix_force_sig;
	ops->aer_recover_queue = posix_aer_recover_queue;
	ops->report_mem_error = posix_report_mem_error;
	ops->arm_event = posix_arm_event;
	ops->vendor_record = posix_vendor_record;
	ops->cxl_event = posix_cxl_event;
	ops->request_irq = posix_request_irq;
	ops->free_irq = posix_free_irq;
	ops->register_hed = posix_register_any;
	ops->unregister_hed = posix_unregister_any;
	ops->register_nmi = posix_register_any;
	ops->unregister_nmi = posix_unregister_any;
	ops->sdei_event_get_info = posix_sdei_event_get_info;
	ops->sdei_event_register = posix_sdei_event;
	ops->sdei_event_enable = posix_sdei_event;
	ops->sdei_event_disable = posix_sdei_event;
	ops->sdei_event_unregister = posix_sdei_event;
}
