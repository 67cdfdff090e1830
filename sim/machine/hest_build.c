// SPDX-License-Identifier: GPL-2.0-only
/*
 * A HEST for the sources of a scenario, as firmware would publish it.
 *
 * Source: ACPI 6.5, 18.3.2 (table), 18.3.2.7 and .8 (GHES, GHESv2), 18.3.2.9 (notification).
 */
#include <stdlib.h>

#include "internal.h"

static struct acpi_generic_address gas(uint8_t space, uint8_t bits, uint64_t address)
{
	return (struct acpi_generic_address){
		.space_id = space,
		.bit_width = bits,
		.access_width = 4, /* quadword */
		.address = htole64(address),
	};
}

static struct acpi_hest_generic generic(const struct sim_source *s)
{
	const struct sim_source_config *c = &s->config;

	return (struct acpi_hest_generic){
		.header =
			{
				.type = htole16(c->version == 2 ? ACPI_HEST_TYPE_GENERIC_ERROR_V2
								: ACPI_HEST_TYPE_GENERIC_ERROR),
				.source_id = htole16(c->id),
			},
		.related_source_id = 0xffff,
		.enabled = c->enabled,
		.records_to_preallocate = htole32(c->records_to_preallocate),
		.max_sections_per_record = htole32(1),
		.error_status_address = gas(s->pointer_space, s->pointer_bits, s->pointer),
		.notify =
			{
				.type = c->notify,
				.length = sizeof(struct acpi_hest_notify),
				.poll_interval = htole32(c->poll_interval_ms),
				.vector = htole32(c->vector),
			},
		.error_block_length = htole32(c->error_block_length),
	};
}

static size_t put_source(uint8_t *p, const struct sim_source *s)
{
	struct acpi_hest_generic_v2 g = {
		.v1 = generic(s),
		.read_ack_register = gas(s->ack.space_id, s->ack.bit_width, s->ack.addr),
		.read_ack_preserve = htole64(s->config.ack_preserve),
		.read_ack_write = htole64(s->config.ack_write),
	};
	size_t n = s->config.version == 2 ? sizeof(g) : sizeof(g.v1);

	memcpy(p, &g, n);
	return n;
}

uint8_t *sim_hest_build(const struct sim_machine *m, size_t *size)
{
	size_t at = sizeof(struct acpi_table_hest);
	uint8_t *p = calloc(1, at + m->nr_sources * sizeof(struct acpi_hest_generic_v2));
	struct acpi_table_hest hest = {
		.header =
			{
				.signature = {'H', 'E', 'S', 'T'},
				.revision = 1,
				.oem_id = {'G', 'H', 'E', 'S', 'I', 'M'},
				.oem_table_id = {'S', 'C', 'E', 'N', 'A', 'R', 'I', 'O'},
				.oem_revision = htole32(1),
				.asl_compiler_id = {'S', 'I', 'M', ' '},
				.asl_compiler_revision = htole32(1),
			},
		.error_source_count = htole32(m->nr_sources),
	};
	uint8_t sum = 0;

	if (!p)
		return NULL;
	for (uint32_t i = 0; i < m->nr_sources; i++)
		at += put_source(p + at, &m->source[i]);
	hest.header.length = htole32((uint32_t)at);
	memcpy(p, &hest, sizeof(hest));
	for (size_t i = 0; i < at; i++)
		sum = (uint8_t)(sum + p[i]);
	p[offsetof(struct acpi_table_header, checksum)] = (uint8_t)-sum;
	*size = at;
	return p;
}
