// SPDX-License-Identifier: GPL-2.0-only
/*
 * A panic beside the drainer. It may print what the drainer of its own CPU has taken and not yet
 * processed, and on a host whose worker thread runs as that CPU (the POSIX platform's does) the
 * two really run at once: the simulator, where a CPU does one thing at a time, cannot show that.
 *
 * Goal: no data race, no record twice, none lost, no node left. Method: every interleaving of the
 * instrumented library under two threads that both say they are CPU 0.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ghes/core.h>
#include <ghes/cper.h>
#include <ghes/explore.h>
#include <ghes/gar.h>

#include "hest_build.h"

#define PADDR	  UINT64_C(0x80000000)
#define SIZE	  0x4000u
#define BLOCK(n)  (0x1000u * ((n) + 1u))
#define RECORD	  164u
#define QUEUED	  3u /* records in the queue when the panic comes */
#define LATE	  9u /* page of the one that comes meanwhile */
#define MEMORY	  (2u << 20)
#define FATAL_ID  1u
#define NORMAL_ID 0u

/* All that changes, so that it can be put back before each execution */
static struct {
	_Alignas(4096) unsigned char firmware[SIZE];
	_Alignas(64) unsigned char memory[MEMORY];
	size_t used;
	unsigned char *mapped[GHES_NR_FIXMAP_SLOTS];
	uint32_t masks;
	unsigned int processed, printed, panics;
	struct ghes_core *core;
} m;

static const struct ghes_core_ops *core_ops;

/* Over all executions: who had the records */
static unsigned int all_processed, all_printed, some_of_each;

/* ---- the platform: nothing that two threads would have to take turns at ------------------------ */

static void *op_alloc(struct ghes_platform *p, size_t size)
{
	size_t at = m.used;

	(void)p;
	if (size > MEMORY - at)
		return NULL;
	m.used += (size + 63) & ~(size_t)63;
	return m.memory + at;
}

static void op_free(struct ghes_platform *p, void *ptr, size_t size)
{
	(void)p;
	(void)ptr;
	(void)size;
}

static int op_set_fixmap(struct ghes_platform *p, enum fixed_addresses idx, uint64_t paddr)
{
	(void)p;
	m.mapped[idx] = m.firmware + (paddr - PADDR);
	return 0;
}

static void op_clear_fixmap(struct ghes_platform *p, enum fixed_addresses idx)
{
	(void)p;
	m.mapped[idx] = NULL;
}

static void op_fromio(struct ghes_platform *p, enum fixed_addresses idx, size_t offset, void *dst,
		      size_t n)
{
	(void)p;
	memcpy(dst, m.mapped[idx] + offset, n);
}

static void op_toio(struct ghes_platform *p, enum fixed_addresses idx, size_t offset,
		    const void *src, size_t n)
{
	(void)p;
	memcpy(m.mapped[idx] + offset, src, n);
}

static int op_map_gar(struct ghes_platform *p, const struct apei_gar *reg)
{
	(void)p;
	(void)reg;
	return 0;
}

static void op_unmap_gar(struct ghes_platform *p, const struct apei_gar *reg)
{
	(void)p;
	(void)reg;
}

static int op_read_gar(struct ghes_platform *p, const struct apei_gar *reg, uint64_t *value)
{
	(void)p;
	memcpy(value, m.firmware + (reg->address - PADDR), 8);
	return 0;
}

static unsigned int op_cpu(struct ghes_platform *p)
{
	(void)p;
	return 0;
}

static enum ghes_context op_context(struct ghes_platform *p)
{
	(void)p;
	return GHES_CONTEXT_IRQ;
}

static struct ghes_task op_task(struct ghes_platform *p)
{
	(void)p;
	return (struct ghes_task){.id = 1};
}

static uint32_t op_mask_set(struct ghes_platform *p, uint32_t mask)
{
	uint32_t old = m.masks;

	(void)p;
	m.masks = mask;
	return old;
}

static uint32_t op_mask_get(struct ghes_platform *p)
{
	(void)p;
	return m.masks;
}

static void op_nothing(struct ghes_platform *p)
{
	(void)p;
}

/* Each class's lock is taken by one thread only. */
static void op_lock(struct ghes_platform *p, struct ghes_raw_spinlock *lock)
{
	(void)p;
	(void)lock;
}

static uint64_t op_clock(struct ghes_platform *p)
{
	(void)p;
	return 1;
}

static int op_sdei_info(struct ghes_platform *p, uint32_t event, enum sdei_event_info info,
			uint64_t *result)
{
	(void)p;
	(void)info;
	*result = event == FATAL_ID + 1 ? SDEI_EVENT_PRIORITY_CRITICAL : SDEI_EVENT_PRIORITY_NORMAL;
	return 0;
}

static int op_sdei(struct ghes_platform *p, uint32_t event)
{
	(void)p;
	(void)event;
	return 0;
}

static void op_mem_error(struct ghes_platform *p, int severity, const void *section, size_t size)
{
	(void)p;
	(void)severity;
	(void)section;
	(void)size;
}

static void op_log(struct ghes_platform *p, enum ghes_log_level level, const char *line, size_t len)
{
	(void)p;
	(void)level;
	(void)line;
	(void)len;
}

static void op_panic(struct ghes_platform *p, const char *message)
{
	(void)p;
	(void)message;
	m.panics++;
}

static void op_tracepoint(struct ghes_platform *p, enum ghes_tracepoint tp, uint16_t source_id,
			  uint64_t arg0, uint64_t arg1, const void *data)
{
	(void)p;
	(void)arg0;
	(void)arg1;
	(void)data;
	if (source_id != NORMAL_ID)
		return;
	m.processed += tp == GHES_TP_PROCESS;
	m.printed += tp == GHES_TP_PANIC_PRINT;
}

static const struct ghes_platform_ops ops = {
	.alloc = op_alloc,
	.free = op_free,
	.set_fixmap = op_set_fixmap,
	.clear_fixmap = op_clear_fixmap,
	.memcpy_fromio = op_fromio,
	.memcpy_toio = op_toio,
	.map_gar = op_map_gar,
	.unmap_gar = op_unmap_gar,
	.read_gar = op_read_gar,
	.smp_processor_id = op_cpu,
	.context = op_context,
	.current_task = op_task,
	.mask_set = op_mask_set,
	.mask_get = op_mask_get,
	.irq_enter = op_nothing,
	.irq_exit = op_nothing,
	.raw_spin_lock = op_lock,
	.raw_spin_unlock = op_lock,
	.cpu_relax = op_nothing,
	.mutex_lock = op_nothing,
	.mutex_unlock = op_nothing,
	.sched_clock = op_clock,
	.rcu_read_lock = op_nothing,
	.rcu_read_unlock = op_nothing,
	.synchronize_rcu = op_nothing,
	.rcu_barrier = op_nothing,
	.arch_irq_work_raise = op_nothing,
	.sdei_event_get_info = op_sdei_info,
	.sdei_event_register = op_sdei,
	.sdei_event_enable = op_sdei,
	.report_mem_error = op_mem_error,
	.log = op_log,
	.panic = op_panic,
	.tracepoint = op_tracepoint,
};
static struct ghes_platform platform = {
	.ops = &ops, .nr_cpus = 1, .notify_types = GHES_NOTIFY_ARM64};

/* ---- the program --------------------------------------------------------------------------------- */

static void put_record(unsigned int n, uint32_t severity, uint32_t page)
{
	uint8_t *at = m.firmware + BLOCK(n);

	memset(at, 0, RECORD);
	put32(at, 1);
	put32(at + 12, RECORD - 20);
	put32(at + 16, severity);
	memcpy(at + 20, &CPER_SEC_PLATFORM_MEM, 16);
	put32(at + 36, severity);
	put16(at + 40, 0x201);
	put32(at + 44, 80);
	put32(at + 100, page);
}

static void start(uint32_t queued)
{
	struct hest_build hest;

	memset(&m, 0, sizeof(m));
	core_ops = ghes_core_ops_get();
	assert_int_equal(core_ops->create(&platform, &m.core), 0);
	hest_begin(&hest);
	for (uint16_t n = 0; n < 2; n++) {
		uint8_t *at = hest_add_ghes(&hest, n, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);

		put_gas(at + 20, 0, 64, 0, 4, PADDR + 8u * n);
		put_notify(at + 32, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED, 0, n + 1u);
		put64(m.firmware + 8u * n, PADDR + BLOCK(n));
	}
	hest_finish(&hest);
	assert_int_equal(core_ops->init(m.core, hest.bytes, hest.size), 0);
	for (uint32_t i = 0; i < queued; i++) {
		put_record(NORMAL_ID, CPER_SEV_CORRECTED, i);
		assert_int_equal(core_ops->notify_sdei(m.core, NORMAL_ID + 1), 0);
	}
	put_record(FATAL_ID, CPER_SEV_FATAL, 0);
}

static void drain(void *arg)
{
	(void)arg;
	core_ops->irq_work_run(m.core);
}

static void die(void *arg)
{
	(void)arg;
	core_ops->notify_sdei(m.core, FATAL_ID + 1);
}

/* Each record was processed or printed, once; the irq_work that the panic left gives all back. */
static void all_is_told(void *user)
{
	struct ghes_core_state state;

	(void)user;
	core_ops->irq_work_run(m.core);
	core_ops->state(m.core, &state);
	ghes_explore_check(m.panics == 1);
	ghes_explore_check(m.processed + m.printed == QUEUED);
	all_processed += m.processed == QUEUED;
	all_printed += m.printed == QUEUED;
	some_of_each += m.processed && m.printed;
	ghes_explore_check(state.queue_depth == 0);
	ghes_explore_check(state.records_processed + state.records_panic == QUEUED + 1);
}

/* A record that another CPU queues beside both. If the panic comes first, it is left to firmware.
 */
static void report(void *arg)
{
	(void)arg;
	put_record(NORMAL_ID, CPER_SEV_CORRECTED, LATE);
	core_ops->notify_sdei(m.core, NORMAL_ID + 1);
}

static void late_is_told_once(void *user)
{
	struct ghes_core_state state;

	(void)user;
	core_ops->irq_work_run(m.core);
	core_ops->state(m.core, &state);
	ghes_explore_check(m.panics == 1);
	ghes_explore_check(m.processed + m.printed + 1 == state.records_read);
	ghes_explore_check(state.queue_depth == 0);
	all_processed += m.processed != 0;
	all_printed += m.printed != 0;
}

/* Goal: what the drainer took of another CPU's hands is the panic's to read. */
static void panic_drainer_and_who_reports(void **state)
{
	struct ghes_explore *x;
	struct ghes_explore_result r;

	(void)state;
	all_processed = all_printed = 0;
	start(0);
	x = ghes_explore_new(&(struct ghes_explore_config){.finish = late_is_told_once,
							   .max_executions = 20000});
	assert_non_null(x);
	assert_int_equal(ghes_explore_region(x, &m, sizeof(m)), 0);
	assert_true(ghes_explore_thread(x, "drainer", 0, drain, NULL) >= 0);
	assert_true(ghes_explore_thread(x, "panic", 1, die, NULL) >= 0);
	assert_true(ghes_explore_thread(x, "reporter", 2, report, NULL) >= 0);
	ghes_explore_run(x, &r);
	print_message("%llu executions, %.1f s%s\n", (unsigned long long)r.executions, r.seconds,
		      r.complete ? ", all" : "");
	for (size_t i = 0; i < r.defect_count; i++)
		print_message("%s: %s\n%s\n", r.defects[i].oracle, r.defects[i].message,
			      r.defects[i].report);
	assert_int_equal(r.defect_count, 0);
	assert_true(all_processed && all_printed);
	ghes_explore_free(x);
}

static void panic_and_drainer_are_one_cpu(void **state)
{
	struct ghes_explore *x;
	struct ghes_explore_result r;

	(void)state;
	start(QUEUED);
	x = ghes_explore_new(&(struct ghes_explore_config){.finish = all_is_told});
	assert_non_null(x);
	assert_int_equal(ghes_explore_region(x, &m, sizeof(m)), 0);
	assert_true(ghes_explore_thread(x, "drainer", 0, drain, NULL) >= 0);
	assert_true(ghes_explore_thread(x, "panic", 1, die, NULL) >= 0);
	ghes_explore_run(x, &r);
	print_message("%llu executions, %.1f s\n", (unsigned long long)r.executions, r.seconds);
	for (size_t i = 0; i < r.defect_count; i++)
		print_message("%s: %s\n%s\n", r.defects[i].oracle, r.defects[i].message,
			      r.defects[i].report);
	assert_int_equal(r.verdict, GHES_EXPLORE_PASS);
	assert_true(r.complete);
	assert_true(all_processed && all_printed && some_of_each);
	ghes_explore_free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(panic_and_drainer_are_one_cpu),
		cmocka_unit_test(panic_drainer_and_who_reports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
