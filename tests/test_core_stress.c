// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core under real threads: two CPUs are notified as fast as they can be, while a third one
 * removes and adds their sources. Firmware puts a record only where the last one was consumed, so
 * each record that was put must be accounted for exactly once.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <cmocka.h>

#include <ghes/platform_posix.h>

#include "hest_build.h"
#include "internal.h"

#define PADDR	    UINT64_C(0x80000000)
#define SIZE	    0x40000u
#define BLOCK(n)    (0x10000u + 0x10000u * (n))
#define RECORD_SIZE 164u
#define SOURCES	    2
#define ROUNDS	    400	 /* of remove and probe, at least */
#define NOTIFIED    2000 /* records that each source was notified of, at least */
#define ROUNDS_MAX  2000000

static struct {
	struct ghes_platform *platform;
	const struct ghes_core_ops *ops;
	struct ghes_core *core;
	unsigned char *memory;
	_Atomic bool stop;
	_Atomic uint64_t mem_errors;
	uint64_t put[SOURCES];
	_Atomic uint64_t notified[SOURCES];
	_Atomic bool bad_answer;
} s;

static void op_mem_error(struct ghes_platform *p, int severity, const void *section, size_t size)
{
	(void)p;
	(void)severity;
	(void)section;
	(void)size;
	atomic_fetch_add(&s.mem_errors, 1);
}

static void op_log(struct ghes_platform *p, enum ghes_log_level level, const char *line, size_t len)
{
	(void)p;
	(void)level;
	(void)line;
	(void)len;
}

static int op_info(struct ghes_platform *p, uint32_t event, enum sdei_event_info info,
		   uint64_t *result)
{
	(void)p;
	(void)info;
	*result = event == 1 ? SDEI_EVENT_PRIORITY_CRITICAL : SDEI_EVENT_PRIORITY_NORMAL;
	return 0;
}

static int op_event(struct ghes_platform *p, uint32_t event)
{
	(void)p;
	(void)event;
	return 0;
}

/*
 * Firmware: the next record, if the last one was consumed; the status word comes last. By atomics,
 * as the platform copies: a probe may read the block while the notified CPU has it written again.
 */
static void put_record(unsigned int n, uint32_t serial)
{
	uint32_t *at = (uint32_t *)(void *)(s.memory + BLOCK(n));
	uint32_t word[RECORD_SIZE / 4] = {0};
	uint8_t *record = (uint8_t *)word;

	if (__atomic_load_n(at, __ATOMIC_ACQUIRE))
		return;
	put32(record + 12, RECORD_SIZE - 20);
	put32(record + 16, CPER_SEV_CORRECTED);
	memcpy(record + 20, &CPER_SEC_PLATFORM_MEM, 16);
	put32(record + 36, CPER_SEV_CORRECTED);
	put16(record + 40, 0x201);
	put32(record + 44, 80);
	put32(record + 100, serial);
	for (unsigned int i = 1; i < RECORD_SIZE / 4; i++)
		__atomic_store_n(at + i, word[i], __ATOMIC_RELAXED);
	__atomic_store_n(at, htole32(1), __ATOMIC_RELEASE);
	s.put[n]++;
}

static void *notified_cpu(void *arg)
{
	unsigned int n = (unsigned int)(uintptr_t)arg;
	enum ghes_context as = n == 0 ? GHES_CONTEXT_SDEI_CRITICAL : GHES_CONTEXT_SDEI_NORMAL;

	/* CPU 0 is the thread that adds and removes */
	if (ghes_platform_posix_register_thread(s.platform, n + 1))
		abort();
	for (uint32_t serial = 1; !atomic_load(&s.stop); serial++) {
		int rc;

		put_record(n, serial);
		ghes_platform_posix_enter(s.platform, as);
		rc = s.ops->notify_sdei(s.core, n + 1);
		ghes_platform_posix_exit(s.platform, as);
		if (rc == 0)
			s.notified[n]++;
		else if (rc != -GHES_ENOENT)
			s.bad_answer = true;
	}
	ghes_platform_posix_unregister_thread(s.platform);
	return NULL;
}

static void begin(void)
{
	struct ghes_posix_region region;
	struct ghes_platform_posix_config config = {
		.nr_cpus = SOURCES + 1, .regions = &region, .nr_regions = 1};
	struct hest_build hest;

	memset(&s, 0, sizeof(s));
	s.memory = aligned_alloc(4096, SIZE);
	assert_non_null(s.memory);
	memset(s.memory, 0, SIZE);
	region = (struct ghes_posix_region){.paddr = PADDR, .size = SIZE, .va = s.memory};
	config.override.report_mem_error = op_mem_error;
	config.override.log = op_log;
	config.override.sdei_event_get_info = op_info;
	config.override.sdei_event_register = op_event;
	config.override.sdei_event_enable = op_event;
	config.override.sdei_event_disable = op_event;
	config.override.sdei_event_unregister = op_event;
	assert_int_equal(ghes_platform_posix_create(&config, &s.platform), 0);
	s.ops = ghes_core_ops_get();
	assert_int_equal(s.ops->create(s.platform, &s.core), 0);
	ghes_platform_posix_set_core(s.platform, s.ops, s.core);

	hest_begin(&hest);
	for (uint16_t n = 0; n < SOURCES; n++) {
		uint8_t *at = hest_add_ghes_v2(&hest, n, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);

		put_gas(at + 20, 0, 64, 0, 4, PADDR + 8u * n);
		put_gas(at + 64, 0, 64, 0, 4, PADDR + 0x1000); /* one register for both */
		put_notify(at + 32, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED, 0, n + 1u);
		put64(s.memory + 8u * n, PADDR + BLOCK(n));
	}
	hest_finish(&hest);
	assert_int_equal(s.ops->init(s.core, hest.bytes, hest.size), 0);
}

static void sources_come_and_go_under_fire(void **state)
{
	pthread_t thread[SOURCES];
	struct ghes_core_state st;

	(void)state;
	begin();
	for (unsigned int n = 0; n < SOURCES; n++)
		assert_int_equal(
			pthread_create(&thread[n], NULL, notified_cpu, (void *)(uintptr_t)n), 0);
	for (unsigned int round = 0; round < ROUNDS_MAX; round++) {
		uint16_t n = (uint16_t)(round % SOURCES);

		assert_int_equal(s.ops->remove(s.core, n), 0);
		assert_int_equal(s.ops->probe(s.core, n), 0);
		if (round >= ROUNDS && atomic_load(&s.notified[0]) > NOTIFIED &&
		    atomic_load(&s.notified[1]) > NOTIFIED)
			break;
	}
	atomic_store(&s.stop, true);
	for (unsigned int n = 0; n < SOURCES; n++)
		pthread_join(thread[n], NULL);
	/* What was put last may still be there: a removed source was not looked at */
	for (unsigned int n = 0; n < SOURCES; n++) {
		assert_int_equal(s.ops->remove(s.core, (uint16_t)n), 0);
		assert_int_equal(s.ops->probe(s.core, (uint16_t)n), 0);
	}
	ghes_platform_posix_flush(s.platform);
	s.ops->state(s.core, &st);
	assert_false(s.bad_answer);
	assert_true(ghes_core_is_valid(s.core));
	assert_int_equal(st.queue_depth, 0);
	assert_int_equal(st.records_read, s.put[0] + s.put[1]);
	assert_int_equal(st.records_processed + st.records_duplicate, st.records_read);
	assert_int_equal(atomic_load(&s.mem_errors), st.records_processed);
	/* It did happen: both were notified, and came and went meanwhile */
	assert_true(s.notified[0] > NOTIFIED && s.notified[1] > NOTIFIED);
	s.ops->destroy(s.core);
	ghes_platform_posix_destroy(s.platform);
	free(s.memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_come_and_go_under_fire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
