/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests of the machine: records, sources, a machine in one line, a log of its events.
 */
#ifndef GHES_TESTS_MACHINE_KIT_H
#define GHES_TESTS_MACHINE_KIT_H

#include "machine/machine.h"
#include "machine/sdei.h"

#define KIT_MAX_EVENTS 4096

/* A record of one memory section: @pa's low bits tell records apart. 20 + 64 + 80 bytes. */
#define KIT_RECORD_SIZE 164u
void kit_memory_record(uint8_t bytes[KIT_RECORD_SIZE], uint32_t severity, uint64_t pa);

struct kit {
	struct sim_config config;
	struct sim_source_config source[16];
	struct sim_record record[8];
	uint8_t bytes[8][KIT_RECORD_SIZE];
	uint32_t oracles; /* bits of enum sim_oracle_id; 0: all */
	struct sim_machine *m;
	struct sim_event ev[KIT_MAX_EVENTS];
	unsigned int nr_ev;
};

/* Two CPUs, arm64, four recoverable memory records, no source yet. */
void kit_init(struct kit *k);
/* A GHESv2 source with @notify and @id; returns its configuration to change. */
struct sim_source_config *kit_source(struct kit *k, uint16_t id, uint8_t notify);
/* An SDEI source: vector 1000 + id, private, explicit. */
struct sim_source_config *kit_sdei(struct kit *k, uint16_t id, bool critical);
/* Create the machine around @ops and let the kit observe it; boot it when @boot. */
void kit_create(struct kit *k, const struct ghes_core_ops *ops, bool boot);
void kit_destroy(struct kit *k);

struct sim_action kit_report(uint16_t source, int record);
struct sim_action kit_action(enum sim_action_kind kind, uint16_t source);
/* Events of @kind seen so far; and the n-th of them, or NULL. */
unsigned int kit_count(const struct kit *k, uint16_t kind);
const struct sim_event *kit_event(const struct kit *k, uint16_t kind, unsigned int n);
/* No defect, or fail with its text. */
void kit_no_defect(const struct kit *k);

#endif
