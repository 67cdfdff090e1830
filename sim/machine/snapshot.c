// SPDX-License-Identifier: GPL-2.0-only
/*
 * Snapshots: the part of the arena in use, and the regions of a core, copied out and back.
 *
 * A restore writes what the snapshot holds and clears nothing beyond: memory that was taken from
 * the heap since is handed out again as if never used, and the heap clears what it hands out.
 */
#include <stdlib.h>

#include "internal.h"

struct sim_snapshot {
	size_t arena_size;
	size_t region_size[SIM_MAX_REGIONS];
	unsigned int nr_regions;
	uint8_t bytes[];
};

int sim_snapshot_add_region(struct sim_machine *m, void *addr, size_t size)
{
	struct sim_host *h = m->host;

	if (h->nr_regions == SIM_MAX_REGIONS)
		return -GHES_ENOSPC;
	h->region[h->nr_regions].addr = addr;
	h->region[h->nr_regions++].size = size;
	return 0;
}

unsigned int sim_state_regions(const struct sim_machine *m, struct sim_region *regions,
			       unsigned int max)
{
	const struct sim_host *h = m->host;

	if (max)
		regions[0] = (struct sim_region){h->arena, h->arena_size};
	for (unsigned int i = 0; i < h->nr_regions && i + 1 < max; i++)
		regions[i + 1] = (struct sim_region){h->region[i].addr, h->region[i].size};
	return h->nr_regions + 1;
}

struct sim_snapshot *sim_snapshot_save(struct sim_machine *m)
{
	struct sim_host *h = m->host;
	size_t total = sim_arena_used(m), at = total;
	struct sim_snapshot *s;

	for (unsigned int i = 0; i < h->nr_regions; i++)
		total += h->region[i].size;
	s = malloc(sizeof(*s) + total);
	if (!s)
		return NULL;
	s->arena_size = at;
	s->nr_regions = h->nr_regions;
	memcpy(s->bytes, h->arena, at);
	for (unsigned int i = 0; i < h->nr_regions; i++) {
		s->region_size[i] = h->region[i].size;
		memcpy(s->bytes + at, h->region[i].addr, h->region[i].size);
		at += h->region[i].size;
	}
	return s;
}

void sim_snapshot_restore(struct sim_machine *m, const struct sim_snapshot *s)
{
	struct sim_host *h = m->host;
	size_t at = s->arena_size;

	memcpy(h->arena, s->bytes, at);
	for (unsigned int i = 0; i < s->nr_regions; i++) {
		memcpy(h->region[i].addr, s->bytes + at, s->region_size[i]);
		at += s->region_size[i];
	}
}

void sim_snapshot_free(struct sim_snapshot *s)
{
	free(s);
}
