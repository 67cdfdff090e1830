// SPDX-License-Identifier: GPL-2.0-only
/* Processing: which section goes where, with which flags; what a fatal record does; text. */
#include "core_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define core_test(f) cmocka_unit_test_setup_teardown(f, fx_setup, fx_teardown)

static void one_source(struct core_fixture *fx, uint8_t notify)
{
	fx_source_v2(fx, 1, notify);
	fx_init(fx);
}

/* Deliver by external interrupt: processed in place */
static void deliver(struct core_fixture *fx, const struct fx_record *r)
{
	fx_put(fx, 1, r);
	assert_int_equal(fx_irq(fx, 1), 0);
	fx_run_works(fx);
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* Goal: the table of flags (kernel's ghes_handle_memory_failure()), every severity by every other
 */
static void memory_failure_flags(void **state)
{
	struct core_fixture *fx = *state;
	uint64_t pfn = 0x100;

	one_source(fx, ACPI_HEST_NOTIFY_EXTERNAL);
	for (uint32_t block = 0; block < 4; block++) {
		for (uint32_t section = 0; section < 5; section++) {
			for (unsigned int threshold = 0; threshold < 2; threshold++) {
				unsigned int before = fx_count(fx, FX_MEMORY_FAILURE);
				uint8_t payload[80] = {0};
				struct fx_record r;
				int flags = -1;

				if (block == CPER_SEV_FATAL)
					continue;
				put64(payload, CPER_MEM_VALID_PA);
				put64(payload + 16, ++pfn << 12);
				fx_record(&r, block);
				fx_section(&r, &CPER_SEC_PLATFORM_MEM, section,
					   threshold ? CPER_SEC_ERROR_THRESHOLD_EXCEEDED : 0,
					   payload, sizeof(payload));
				deliver(fx, &r);
				if (section == CPER_SEV_CORRECTED && threshold)
					flags = MF_SOFT_OFFLINE;
				if (block == CPER_SEV_RECOVERABLE && section == block)
					flags = 0;
				assert_int_equal(fx_count(fx, FX_MEMORY_FAILURE) - before,
						 flags != -1);
				if (flags == -1)
					continue;
				assert_int_equal(fx_last(fx, FX_MEMORY_FAILURE)->a, pfn);
				assert_int_equal((int)fx_last(fx, FX_MEMORY_FAILURE)->b, flags);
			}
		}
	}
}

static void memory_section_of_any_length(void **state)
{
	struct core_fixture *fx = *state;
	uint8_t payload[80] = {0};

	one_source(fx, ACPI_HEST_NOTIFY_EXTERNAL);
	put64(payload, CPER_MEM_VALID_PA);
	put64(payload + 16, 0x5000);
	for (uint32_t length = 0; length <= sizeof(payload); length++) {
		unsigned int before = fx_count(fx, FX_MEMORY_FAILURE);
		struct fx_record r;

		fx_record(&r, CPER_SEV_RECOVERABLE);
		fx_section(&r, &CPER_SEC_PLATFORM_MEM, CPER_SEV_RECOVERABLE, 0, payload, length);
		deliver(fx, &r);
		assert_int_equal(fx_count(fx, FX_MEMORY_FAILURE) - before, length >= 73);
	}
	/* Without a valid address nothing can be done */
	put64(payload, 0);
	{
		unsigned int before = fx_count(fx, FX_MEMORY_FAILURE);
		struct fx_record r;

		fx_record(&r, CPER_SEV_RECOVERABLE);
		fx_section(&r, &CPER_SEC_PLATFORM_MEM, CPER_SEV_RECOVERABLE, 0, payload, 80);
		deliver(fx, &r);
		assert_int_equal(fx_count(fx, FX_MEMORY_FAILURE), before);
	}
	assert_true(fx_logged(fx, "Invalid memory section"));
}

/* Goal: a later section that needs no recovery does not make the first one's be forgotten. */
static void one_recovered_section_of_many_is_enough(void **state)
{
	struct core_fixture *fx = *state;
	uint8_t payload[80] = {0};
	struct fx_record r;

	one_source(fx, ACPI_HEST_NOTIFY_SEA);
	fx_memory_record(&r, CPER_SEV_RECOVERABLE, 9);
	fx_section(&r, &CPER_SEC_PLATFORM_MEM, CPER_SEV_CORRECTED, 0, payload, sizeof(payload));
	fx_put(fx, 1, &r);
	assert_int_equal(fx_claim(fx, NULL), 0);
	assert_int_equal(fx_count(fx, FX_FORCE_SIG), 0);
}

/* ---- ARM (Z33) --------------------------------------------------------------------------------- */

/* @infos of @info_length bytes each, as each says of itself; the section has @length bytes */
static unsigned int arm(struct core_fixture *fx, unsigned int infos, uint8_t info_length,
			uint32_t length)
{
	unsigned int before = fx_count(fx, FX_MEMORY_FAILURE);
	uint8_t payload[512] = {0};
	struct fx_record r;

	put16(payload + 4, (uint16_t)infos);
	for (unsigned int i = 0; i < 14; i++) {
		uint8_t *info = payload + 40 + 32 * i;

		info[1] = info_length;
		put16(info + 2, CPER_ARM_INFO_VALID_PHYSICAL_ADDR);
		info[4] = CPER_ARM_CACHE_ERROR;
		put64(info + 24, (uint64_t)(0x700 + i) << 12);
	}
	fx_record(&r, CPER_SEV_RECOVERABLE);
	fx_section(&r, &CPER_SEC_PROC_ARM, CPER_SEV_RECOVERABLE, 0, payload, length);
	deliver(fx, &r);
	return fx_count(fx, FX_MEMORY_FAILURE) - before;
}

static void arm_information_stays_inside_its_section(void **state)
{
	struct core_fixture *fx = *state;

	one_source(fx, ACPI_HEST_NOTIFY_EXTERNAL);
	assert_int_equal(arm(fx, 1, 32, 72), 1);
	assert_int_equal(arm(fx, 3, 32, 40 + 3 * 32), 3);
	assert_int_equal(arm(fx, 3, 32, 40 + 2 * 32), 2);
	assert_int_equal(arm(fx, 3, 32, 40 + 2 * 32 + 31), 2);
	assert_int_equal(arm(fx, 0, 32, 72), 0);
	assert_int_equal(arm(fx, 65535, 0, 72), 0);  /* would stand still */
	assert_int_equal(arm(fx, 65535, 31, 72), 0); /* shorter than itself */
	assert_int_equal(arm(fx, 2, 33, 40 + 64), 1);
	assert_int_equal(arm(fx, 1, 255, 72), 0);
	assert_int_equal(arm(fx, 1, 32, 40), 0);
	assert_int_equal(fx_count(fx, FX_ARM), 10);
	assert_int_equal(arm(fx, 1, 32, 39), 0);
	assert_int_equal(fx_count(fx, FX_ARM), 10);
	assert_true(fx_logged(fx, "[Firmware Bug]: arm error length: 39"));
	assert_true(fx_logged(fx, "[Firmware Bug]: length is too small"));
	assert_true(fx_logged(fx, "[Firmware Bug]: firmware-generated error record is incorrect"));
}

static void arm_types_that_nobody_handles_are_told(void **state)
{
	struct core_fixture *fx = *state;
	uint8_t payload[72] = {0};
	struct fx_record r;

	one_source(fx, ACPI_HEST_NOTIFY_EXTERNAL);
	put16(payload + 4, 1);
	payload[41] = 32;
	payload[44] = CPER_ARM_BUS_ERROR | CPER_ARM_VENDOR_ERROR | 0x20;
	fx_record(&r, CPER_SEV_RECOVERABLE);
	fx_section(&r, &CPER_SEC_PROC_ARM, CPER_SEV_RECOVERABLE, 0, payload, sizeof(payload));
	deliver(fx, &r);
	assert_true(fx_logged(fx, "[Firmware Warn]: GHES: Unhandled processor error type 0x38: "
				  "bus error, micro-architectural error with reserved bit(s)"));
	/* A corrected section is for the trace only */
	assert_int_equal(fx_count(fx, FX_ARM), 1);
}

/* ---- PCIe ----------------------------------------------------------------------------------------- */

static void aer_recovery(void **state)
{
	static const struct {
		uint32_t severity;
		uint8_t flags;
		int expected;
	} table[] = {
		{CPER_SEV_RECOVERABLE, 0, GHES_AER_NONFATAL},
		{CPER_SEV_RECOVERABLE, CPER_SEC_RESET, GHES_AER_FATAL},
		{CPER_SEV_FATAL, 0, GHES_AER_FATAL},
		{CPER_SEV_CORRECTED, 0, GHES_AER_CORRECTABLE},
		{CPER_SEV_CORRECTED, CPER_SEC_RESET, GHES_AER_FATAL},
		{CPER_SEV_INFORMATIONAL, 0, GHES_AER_CORRECTABLE},
	};
	struct core_fixture *fx = *state;
	struct cper_sec_pcie pcie = {
		.validation_bits = htole64(CPER_PCIE_VALID_DEVICE_ID | CPER_PCIE_VALID_AER_INFO),
		.device_id = {.segment = htole16(0x1234),
			      .bus = 0x56,
			      .device = 0x1f,
			      .function = 7},
	};
	struct fx_record r;

	one_source(fx, ACPI_HEST_NOTIFY_EXTERNAL);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		fx_record(&r, CPER_SEV_CORRECTED);
		fx_section(&r, &CPER_SEC_PCIE, table[i].severity, table[i].flags, &pcie,
			   sizeof(pcie));
		deliver(fx, &r);
		assert_int_equal(fx_last(fx, FX_AER)->a, 0x123456ff);
		assert_int_equal((int)fx_last(fx, FX_AER)->b, table[i].expected);
	}
	/* Without device or registers, or with a section too short for them: nothing to recover */
	fx_record(&r, CPER_SEV_CORRECTED);
	fx_section(&r, &CPER_SEC_PCIE, CPER_SEV_RECOVERABLE, 0, &pcie, sizeof(pcie) - 1);
	deliver(fx, &r);
	pcie.validation_bits = htole64(CPER_PCIE_VALID_DEVICE_ID);
	fx_record(&r, CPER_SEV_CORRECTED);
	fx_section(&r, &CPER_SEC_PCIE, CPER_SEV_RECOVERABLE, 0, &pcie, sizeof(pcie));
	deliver(fx, &r);
	assert_int_equal(fx_count(fx, FX_AER), sizeof(table) / sizeof(table[0]));
}

/* ---- CXL, vendor ------------------------------------------------------------------------------------ */

static void put_cxl(struct fx_record *r, uint32_t length, uint64_t valid, uint32_t size)
{
	uint8_t payload[256] = {0};

	put32(payload, length);
	put64(payload + 4, valid);
	fx_record(r, CPER_SEV_CORRECTED);
	fx_section(r, &CPER_SEC_CXL_DRAM_GUID, CPER_SEV_CORRECTED, 0, payload, size);
}

static void cxl_events_are_checked_and_deferred(void **state)
{
	const uint64_t ok = CPER_CXL_COMP_EVENT_LOG_VALID;
	struct core_fixture *fx = *state;
	struct fx_record r;

	one_source(fx, ACPI_HEST_NOTIFY_EXTERNAL);
	put_cxl(&r, 144, ok, 144);
	deliver(fx, &r);
	assert_int_equal(fx_last(fx, FX_CXL)->b, 144);
	assert_int_equal(fx_last(fx, FX_CXL)->a, CPER_SEC_CXL_DRAM_GUID.b[0]);
	put_cxl(&r, 33, ok, 33);
	deliver(fx, &r);
	assert_int_equal(fx_count(fx, FX_CXL), 2);
	put_cxl(&r, 32, ok, 144);
	deliver(fx, &r);
	put_cxl(&r, 145, ok, 200);
	deliver(fx, &r);
	put_cxl(&r, 144, ok, 143); /* claims more than it has */
	deliver(fx, &r);
	put_cxl(&r, 144, ok, 31);
	deliver(fx, &r);
	put_cxl(&r, 144, 0, 144);
	deliver(fx, &r);
	assert_int_equal(fx_count(fx, FX_CXL), 2);
	assert_true(fx_logged(fx, "[Firmware Warn]: CXL CPER Invalid section length (145)"));
	assert_true(fx_logged(fx, "[Firmware Warn]: CXL CPER invalid event"));
}

/* Goal: the consumer does not come: 32 events wait, the others are dropped and told; then it goes
 * on. */
static void the_cxl_fifo_overflows_in_order(void **state)
{
	struct core_fixture *fx = *state;
	struct fx_record r;

	one_source(fx, ACPI_HEST_NOTIFY_EXTERNAL);
	for (unsigned int round = 0; round < 3; round++) {
		unsigned int before = fx_count(fx, FX_CXL);

		for (uint32_t i = 0; i < 40; i++) {
			put_cxl(&r, 100 + i, CPER_CXL_COMP_EVENT_LOG_VALID, 150);
			fx_put(fx, 1, &r);
			assert_int_equal(fx_irq(fx, 1), 0);
		}
		fx_run_works(fx);
		assert_int_equal(fx_count(fx, FX_CXL) - before, CXL_CPER_FIFO_DEPTH);
		for (unsigned int i = 0, n = 0; i < fx->calls; i++)
			if (fx->call[i].what == FX_CXL && n++ >= before)
				assert_int_equal(fx->call[i].b, 100 + n - 1 - before);
	}
	assert_true(fx_logged(fx, "CXL CPER kfifo overflow"));
	assert_int_equal(fx->core->cxl_fifo.dropped, 3 * 8);
}

static const guid_t vendor = {{1, 2, 3}};

static void vendor_records_of_any_size_arrive_whole(void **state)
{
	static const uint32_t size[] = {0, 1, 7, 8, 100, 4096, 30000, 65536 - 20 - 64, 17, 60000};
	struct core_fixture *fx = *state;

	one_source(fx, ACPI_HEST_NOTIFY_EXTERNAL);
	for (unsigned int i = 0; i < 3 * sizeof(size) / sizeof(size[0]); i++) {
		uint32_t n = size[i % (sizeof(size) / sizeof(size[0]))];
		struct fx_record r;

		fx_record(&r, CPER_SEV_CORRECTED);
		fx_section(&r, &vendor, CPER_SEV_CORRECTED, 0, NULL, n);
		fx_put(fx, 1, &r);
		assert_int_equal(fx_irq(fx, 1), 0);
		/* Now and then the consumer is late, and the ring wraps around */
		if (i % 2)
			fx_run_works(fx);
		if (i % 2)
			assert_int_equal(fx_last(fx, FX_VENDOR)->b, 64 + n);
	}
	fx_run_works(fx);
	assert_int_equal(fx_count(fx, FX_VENDOR) + fx->core->vendor_fifo.dropped, 30);
	assert_int_equal(fx->core->vendor_fifo.dropped, 0);
}

/* Goal: a consumer that never comes costs events, counted, and no memory of the pool. */
static void vendor_records_cannot_starve_the_pool(void **state)
{
	struct core_fixture *fx = *state;
	struct fx_record r;

	one_source(fx, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	for (unsigned int i = 0; i < 50; i++) {
		fx_record(&r, CPER_SEV_CORRECTED);
		fx_section(&r, &vendor, CPER_SEV_CORRECTED, 0, NULL, 10000 + i);
		fx_put(fx, 1, &r);
		assert_int_equal(fx_sdei(fx, 1), 0);
	}
	assert_true(fx->core->vendor_fifo.dropped > 30);
	assert_int_equal(fx_state(fx).pool_exhausted, 0);
	fx_run_works(fx);
	assert_int_equal(fx_count(fx, FX_VENDOR) + fx->core->vendor_fifo.dropped, 50);
}

/* ---- the end ------------------------------------------------------------------------------------------ */

/* Goal: fatal, and any severity that nobody knows, ends everything; older records are told first.
 */
static void a_fatal_record_prints_the_queue_then_panics(void **state)
{
	struct core_fixture *fx = *state;
	unsigned int first, second, fatal;

	for (uint16_t i = 1; i <= 3; i++)
		fx_source_v2(fx, i, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	fx_init(fx);
	fx->hold_irq_work = true;
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 1);
	fx_put_memory(fx, 2, CPER_SEV_CORRECTED, 2);
	fx_put_memory(fx, 3, 77, 3);
	assert_int_equal(fx_sdei(fx, 1), 0);
	assert_int_equal(fx_sdei(fx, 2), 0);
	assert_int_equal(fx_sdei(fx, 3), -GHES_EPERM);
	assert_int_equal(fx_count(fx, FX_PANIC), 1);
	assert_int_equal(fx_block_status(fx, 3), 0);
	assert_int_equal(fx_ack(fx, 3), 1);
	assert_int_equal(fx_state(fx).records_panic, 3);
	for (first = 0; !strstr(fx->line[first], "Source: 1"); first++)
		;
	for (second = 0; !strstr(fx->line[second], "Source: 2"); second++)
		;
	for (fatal = 0; !strstr(fx->line[fatal], "Source: 3"); fatal++)
		;
	assert_true(first < second && second < fatal);
	assert_int_equal(fx->level[first], GHES_LOG_ERR);
	assert_int_equal(fx->level[second], GHES_LOG_WARNING);
	assert_int_equal(fx->level[fatal], GHES_LOG_EMERG);
	/* Nothing is taken any more; what was printed is not processed as well, nor leaked */
	fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 4);
	assert_int_equal(fx_sdei(fx, 1), -GHES_EPERM);
	assert_int_equal(fx_hed(fx), -GHES_ENOENT);
	fx->hold_irq_work = false;
	fx_deliver_irq_work(fx);
	assert_int_equal(fx_count(fx, FX_MEM_ERROR), 0);
	assert_int_equal(fx_state(fx).pool_nodes, 0);
}

static void fatal_2(struct core_fixture *fx)
{
	fx_sdei(fx, 2);
}

/*
 * Goal: a fatal SDEI critical event interrupts the drain at every op; each queued record was
 * processed or panic-printed, exactly once, and those not processed come before the fatal one.
 */
static void a_panic_inside_the_drain_prints_the_rest(void **state)
{
	bool landed = true;

	(void)state;
	for (unsigned int at = 1; landed; at++) {
		struct core_fixture *fx;
		unsigned int begin;

		fx_setup((void **)&fx);
		fx->priority[2] = SDEI_EVENT_PRIORITY_CRITICAL;
		fx_source_v2(fx, 1, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
		fx_source_v2(fx, 2, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
		fx_init(fx);
		fx->hold_irq_work = true;
		for (unsigned int i = 0; i < 4; i++) {
			fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 0x10 + i);
			assert_int_equal(fx_sdei(fx, 1), 0);
		}
		fx_put_memory(fx, 2, CPER_SEV_FATAL, 0x20);
		begin = fx->op;
		fx->inject = fatal_2;
		fx->inject_at = begin + at;
		fx->hold_irq_work = false;
		fx_deliver_irq_work(fx);
		landed = fx->op >= begin + at;
		fx->inject_at = 0;
		if (landed) {
			assert_int_equal(fx_count(fx, FX_PANIC), 1);
			assert_int_equal(fake_count(&fx->fake, GHES_TP_PROCESS) +
						 fake_count(&fx->fake, GHES_TP_PANIC_PRINT),
					 5);
		}
		fx_teardown((void **)&fx);
	}
}

/* Goal: the pool is empty; a fatal record still panics, with its sections. */
static void a_fatal_record_needs_no_pool(void **state)
{
	static void *taken[8192];
	struct core_fixture *fx = *state;
	struct ghes *ghes = NULL;
	unsigned int n = 0;

	one_source(fx, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	for (unsigned int i = 0; i < GHES_HASH_SIZE && !ghes; i++)
		ghes = fx->core->sources[i];
	while ((taken[n] = ghes_estatus_pool_alloc(&fx->core->pool, &ghes->pool_user, 64)))
		n++;
	fx_put_memory(fx, 1, CPER_SEV_FATAL, 0x99);
	assert_int_equal(fx_sdei(fx, 1), -GHES_EPERM);
	assert_int_equal(fx_count(fx, FX_PANIC), 1);
	assert_true(fx_logged(fx, "physical_address: 0x0000000000099000"));
	assert_int_equal(fx_block_status(fx, 1), 0);
	while (n)
		ghes_estatus_pool_free(&fx->core->pool, taken[--n], 64);
}

static void section_severity_alone_never_panics(void **state)
{
	struct core_fixture *fx = *state;
	uint8_t payload[80] = {0};
	struct fx_record r;

	one_source(fx, ACPI_HEST_NOTIFY_EXTERNAL);
	fx_record(&r, CPER_SEV_CORRECTED);
	fx_section(&r, &CPER_SEC_PLATFORM_MEM, CPER_SEV_FATAL, 0, payload, sizeof(payload));
	deliver(fx, &r);
	assert_int_equal(fx_count(fx, FX_PANIC), 0);
}

/* ---- text ----------------------------------------------------------------------------------------------- */

/* Goal: two in five seconds, corrected and others apart; what was not printed is not remembered. */
static void text_is_rate_limited_by_kind(void **state)
{
	struct core_fixture *fx = *state;

	one_source(fx, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
	for (unsigned int i = 0; i < 5; i++) {
		fx_put_memory(fx, 1, CPER_SEV_CORRECTED, i);
		assert_int_equal(fx_sdei(fx, 1), 0);
		fx_put_memory(fx, 1, CPER_SEV_RECOVERABLE, 0x100 + i);
		assert_int_equal(fx_sdei(fx, 1), 0);
	}
	assert_int_equal(fx_logged_times(fx, "Hardware error from APEI"), 4);
	assert_int_equal(fx_state(fx).cache_published, 4);
	assert_int_equal(fx_count(fx, FX_MEM_ERROR), 10);
	fx->fake.clock += UINT64_C(5000000000);
	fx_put_memory(fx, 1, CPER_SEV_CORRECTED, 0x300);
	assert_int_equal(fx_sdei(fx, 1), 0);
	assert_true(fx_logged(fx, "{5}[Hardware Error]: Hardware error from APEI"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		core_test(memory_failure_flags),
		core_test(memory_section_of_any_length),
		core_test(one_recovered_section_of_many_is_enough),
		core_test(arm_information_stays_inside_its_section),
		core_test(arm_types_that_nobody_handles_are_told),
		core_test(aer_recovery),
		core_test(cxl_events_are_checked_and_deferred),
		core_test(the_cxl_fifo_overflows_in_order),
		core_test(vendor_records_of_any_size_arrive_whole),
		core_test(vendor_records_cannot_starve_the_pool),
		core_test(a_fatal_record_prints_the_queue_then_panics),
		cmocka_unit_test(a_panic_inside_the_drain_prints_the_rest),
		core_test(a_fatal_record_needs_no_pool),
		core_test(section_severity_alone_never_panics),
		core_test(text_is_rate_limited_by_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
