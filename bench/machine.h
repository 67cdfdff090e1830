/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine for benchmarks of a core: one CPU, firmware memory, and the least of platforms.
 *
 * Physical memory is the program's own, a lock is one exchange, sinks only count. Nothing is traced
 * or checked, so what is measured is the core. One thread.
 *
 * Each record is put back by its status word (the body stays), which costs one store.
 */
#ifndef GHES_BENCH_MACHINE_H
#define GHES_BENCH_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ghes/core.h>
#include <ghes/gar.h>

struct bench_host {
	struct ghes_platform platform;
	unsigned char *memory;
	size_t size;
	unsigned char *mapped[GHES_NR_FIXMAP_SLOTS];
	uint32_t masks;
	enum ghes_context context;
	uint64_t clock;
	uint64_t acks;	  /* registers written */
	uint64_t reports; /* memory sections delivered */
	uint64_t sunk;	  /* so that sinks are not nothing */
};

/* Each source: register, acknowledge register and block in lines of their own, as firmware has it
 */
struct bench_machine {
	struct bench_host host;
	const struct ghes_core_ops *ops;
	struct ghes_core *core;
	unsigned char *table;
	unsigned int sources;
	size_t stride; /* from block to block */
	uint8_t notify;
	uint32_t len;	    /* of the record measured */
	unsigned int batch; /* so many of them the pool surely holds at once */
};

/*
 * @sources of type @notify (ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED, ..._NMI) with blocks for records
 * of
 * @len bytes on a new core of @ops. Ends the program when that fails.
 */
void bench_machine_start(struct bench_machine *m, const struct ghes_core_ops *ops,
			 unsigned int sources, uint8_t notify, uint32_t len);
void bench_machine_stop(struct bench_machine *m);
/* A record of @len bytes: one memory section of the page @salt, the rest a vendor's raw data. */
void bench_put_record(struct bench_machine *m, unsigned int source, uint32_t len,
		      unsigned int salt);
/* The word that says whether there is a record, as firmware sees it */
volatile uint32_t *bench_block(const struct bench_machine *m, unsigned int source);
/* No record in any block. */
void bench_no_records(struct bench_machine *m);
/* Firmware has the record of @source there again, and notifies. */
void bench_fire(struct bench_machine *m, unsigned int source);
void bench_drain(struct bench_machine *m);
/*
 * Two records are printed and remembered, the pages 1 and 2; the clock stands still, so no other
 * will be. A third, of page 3, is in the block of source 0.
 */
void bench_warm_up(struct bench_machine *m);
void bench_expect(bool holds, const char *what);

#endif
