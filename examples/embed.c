// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest host of libghes: firmware reports a corrected memory error by NMI; the library reads
 * it, queues it, processes it in interrupt context and hands it to us.
 *
 * Build: cc embed.c $(pkg-config --cflags --libs ghes)
 */
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include <ghes/core.h>
#include <ghes/cper.h>
#include <ghes/platform_posix.h>

/* Two pages of "physical memory" at 1 GiB: a register that points to the error status block. */
#define PADDR UINT64_C(0x40000000)
static _Alignas(4096) unsigned char memory[2 * 4096];

/* Its HEST: one source, by NMI. All that ACPI and UEFI define is little-endian. */
static struct {
	struct acpi_table_hest hest;
	struct acpi_hest_generic source;
} __attribute__((packed)) table;

static void make_table(void)
{
	table.hest = (struct acpi_table_hest){
		.header = {.signature = "HEST", .length = htole32(sizeof(table)), .revision = 1},
		.error_source_count = htole32(1),
	};
	table.source = (struct acpi_hest_generic){
		.header = {.type = htole16(ACPI_HEST_TYPE_GENERIC_ERROR), .source_id = htole16(7)},
		.related_source_id = htole16(0xffff),
		.enabled = 1,
		.records_to_preallocate = htole32(1),
		.max_sections_per_record = htole32(1),
		.error_status_address = {.space_id = ACPI_ADR_SPACE_SYSTEM_MEMORY,
					 .bit_width = 64,
					 .access_width = 4,
					 .address = htole64(PADDR)},
		.notify = {.type = ACPI_HEST_NOTIFY_NMI, .length = 28},
		.error_block_length = htole32(4096),
	};
	for (size_t i = 0; i < sizeof(table); i++) /* all bytes of an ACPI table add up to 0 */
		table.hest.header.checksum -= ((unsigned char *)&table)[i];
}

struct record {
	struct acpi_hest_generic_status status;
	struct acpi_hest_generic_data section;
	struct cper_sec_mem_err mem;
} __attribute__((packed));

static int memory_errors;

static void report_mem_error(struct ghes_platform *p, int severity, const void *section,
			     size_t size)
{
	struct cper_sec_mem_err mem;

	(void)p;
	if (!cper_mem_err_load(&mem, section, (uint32_t)size))
		printf("memory error, severity %d, at %#llx\n", severity,
		       (unsigned long long)le64toh(mem.physical_addr));
	memory_errors++;
}

/* What firmware does: the address of the block in the register, the record in the block. */
static void firmware_reports(uint64_t address)
{
	const struct record record = {
		.status = {.block_status = htole32(ACPI_HEST_CORRECTABLE | 1 << 4),
			   .data_length = htole32(sizeof(record.section) + sizeof(record.mem)),
			   .error_severity = htole32(CPER_SEV_CORRECTED)},
		.section = {.section_type = {0x14, 0x11, 0xbc, 0xa5, 0x64, 0x6f, 0xde, 0x4e, 0xb8,
					     0x63, 0x3e, 0x83, 0xed, 0x7c, 0x83, 0xb1},
			    .error_severity = htole32(CPER_SEV_CORRECTED),
			    .revision = htole16(0x201),
			    .error_data_length = htole32(sizeof(record.mem))},
		.mem = {.validation_bits = htole64(CPER_MEM_VALID_PA),
			.physical_addr = htole64(address)},
	};
	const uint64_t block = htole64(PADDR + 4096);

	memcpy(memory, &block, sizeof(block));
	memcpy(memory + 4096, &record, sizeof(record));
}

int main(void)
{
	const struct ghes_posix_region ram = {.paddr = PADDR, .size = sizeof(memory), .va = memory};
	const struct ghes_platform_posix_config config = {
		.notify_types = GHES_NOTIFY_X86,
		.regions = &ram,
		.nr_regions = 1,
		.override = {.report_mem_error = report_mem_error},
	};
	const struct ghes_core_ops *ghes = ghes_core_ops_get();
	struct ghes_platform *platform;
	struct ghes_core *core;
	int err;

	make_table();
	err = ghes_platform_posix_create(&config, &platform);
	if (err)
		return 1;
	err = ghes->create(platform, &core);
	if (err)
		return 1;
	ghes_platform_posix_set_core(platform, ghes, core);
	err = ghes->init(core, &table, sizeof(table));

	if (!err) {
		firmware_reports(0x12345000);
		ghes_platform_posix_enter(platform,
					  GHES_CONTEXT_NMI); /* in a signal handler, say */
		err = ghes->notify_nmi(core);
		ghes_platform_posix_exit(platform, GHES_CONTEXT_NMI); /* runs the irq_work */
	}
	if (err)
		fprintf(stderr, "ghes: %s\n", ghes_strerror(err));

	ghes->destroy(core);
	ghes_platform_posix_destroy(platform);
	return err || memory_errors != 1;
}
