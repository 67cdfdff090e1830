// SPDX-License-Identifier: GPL-2.0-only
#include "machine_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <ghes/cper.h>

#include "oracles/oracles.h"

void kit_memory_record(uint8_t bytes[KIT_RECORD_SIZE], uint32_t severity, uint64_t pa)
{
	struct acpi_hest_generic_status status = {
		.block_status = htole32(ACPI_HEST_UNCORRECTABLE | 1 << 4),
		.data_length = htole32(KIT_RECORD_SIZE - 20),
		.error_severity = htole32(severity),
	};
	struct acpi_hest_generic_data data = {
		.error_severity = htole32(severity),
		.revision = htole16(0x201),
		.error_data_length = htole32(80),
	};
	struct cper_sec_mem_err mem = {
		.validation_bits = htole64(CPER_MEM_VALID_PA),
		.physical_addr = htole64(pa),
	};

	memcpy(data.section_type, &CPER_SEC_PLATFORM_MEM, sizeof(data.section_type));
	memset(bytes, 0, KIT_RECORD_SIZE);
	memcpy(bytes, &status, sizeof(status));
	memcpy(bytes + 20, &data, sizeof(data));
	memcpy(bytes + 84, &mem, sizeof(mem));
}

void kit_init(struct kit *k)
{
	memset(k, 0, sizeof(*k));
	k->config = (struct sim_config){
		.name = "kit",
		.arch = SIM_ARCH_ARM64,
		.nr_cpus = 2,
		.seed = 1,
		.sources = k->source,
		.records = k->record,
	};
	for (unsigned int i = 0; i < 4; i++) {
		kit_memory_record(k->bytes[i], CPER_SEV_RECOVERABLE, 0x10000000 + 0x1000 * i);
		k->record[i] = (struct sim_record){"record", k->bytes[i], KIT_RECORD_SIZE};
	}
	k->config.nr_records = 4;
}

struct sim_source_config *kit_source(struct kit *k, uint16_t id, uint8_t notify)
{
	struct sim_source_config *s = &k->source[k->config.nr_sources++];

	*s = (struct sim_source_config){
		.id = id,
		.notify = notify,
		.version = 2,
		.enabled = true,
		.vector = 32 + id,
		.poll_interval_ms = notify == ACPI_HEST_NOTIFY_POLLED ? 1000 : 0,
		.error_block_length = 1024,
		.records_to_preallocate = 1,
		.share_block_with = SIM_NO_SOURCE,
		.share_ack_with = SIM_NO_SOURCE,
		.ack_preserve = ~UINT64_C(1),
		.ack_write = 1,
	};
	return s;
}

struct sim_source_config *kit_sdei(struct kit *k, uint16_t id, bool critical)
{
	struct sim_source_config *s = kit_source(k, id, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);

	s->vector = 1000 + id;
	s->sdei_critical = critical;
	s->sdei_explicit = true;
	return s;
}

static void record_event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	struct kit *k = sim_observer_arg(m, "kit");

	(void)state;
	if (k->nr_ev < KIT_MAX_EVENTS)
		k->ev[k->nr_ev++] = *ev;
}

void kit_create(struct kit *k, const struct ghes_core_ops *ops, bool boot)
{
	struct sim_observer observer = {.name = "kit", .event = record_event};
	char error[200] = "";

	k->m = sim_machine_create(&k->config, ops, error, sizeof(error));
	if (!k->m)
		fail_msg("%s", error);
	observer.arg = k;
	sim_observe(k->m, &observer);
	sim_oracles_attach(k->m, k->oracles ? k->oracles : SIM_ALL_ORACLES);
	if (boot)
		assert_int_equal(sim_boot(k->m), 0);
}

void kit_destroy(struct kit *k)
{
	sim_machine_destroy(k->m);
	k->m = NULL;
}

struct sim_action kit_report(uint16_t source, int record)
{
	return (struct sim_action){.kind = SIM_ACTION_REPORT, .source = source, .record = record};
}

struct sim_action kit_action(enum sim_action_kind kind, uint16_t source)
{
	return (struct sim_action){.kind = kind, .source = source, .record = -1};
}

unsigned int kit_count(const struct kit *k, uint16_t kind)
{
	unsigned int n = 0;

	while (kit_event(k, kind, n))
		n++;
	return n;
}

const struct sim_event *kit_event(const struct kit *k, uint16_t kind, unsigned int n)
{
	for (unsigned int i = 0; i < k->nr_ev; i++)
		if (k->ev[i].kind == kind && !n--)
			return &k->ev[i];
	return NULL;
}

void kit_no_defect(const struct kit *k)
{
	for (unsigned int i = 0; i < sim_nr_defects(k->m); i++) {
		const struct sim_defect *d = sim_get_defect(k->m, i);

		fail_msg("%s: %s (step %llu, CPU %u, %s)", sim_oracle_name(d->oracle), d->message,
			 (unsigned long long)d->step, d->cpu,
			 sim_running_name((enum sim_running)d->running));
	}
}
