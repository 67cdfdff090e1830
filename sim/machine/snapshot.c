// SPDX-License-Identifier: GPL-2.0-only
/*
 * Snapshots: the part of the arena in use, and the regions of a core, copied out and back.
 *
 * A restore writes what the snapshot holds and clears nothing beyond: memory that was taken from
 * the heap since is handed out again as if never used, and the heap clears what it hands out.
 *
 * Tracking: a run writes few of the pages it could, and much the same each time. The pages behind
 * the CPUs are made read-only; the first write to one faults, once for all runs, and from then on
 * that page is copied back. The others are as they were when tracking began: nobody wrote them.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "internal.h"

struct sim_snapshot {
	size_t arena_size;
	size_t region_size[SIM_MAX_REGIONS];
	unsigned int nr_regions;
	/* tracking: pages [from, to) of the arena, of which nr_hot were written since */
	size_t from, to, nr_hot;
	bool paused; /* somebody else uses the protection of pages, or has: all is copied back */
	bool resume;
	uint8_t *hot;
	uint32_t *hot_pages;
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
	/* before boot there is no heap */
	uint8_t *heap = m->heap_start ? m->heap_start : h->arena + h->arena_size;
	const struct sim_region parts[] = {
		{h->arena, (size_t)(heap - h->arena)},
		{heap, (size_t)(h->arena + h->arena_size - heap)},
	};

	for (unsigned int i = 0; i < 2 && i < max; i++)
		regions[i] = parts[i];
	for (unsigned int i = 0; i < h->nr_regions && i + 2 < max; i++)
		regions[i + 2] = (struct sim_region){h->region[i].addr, h->region[i].size};
	return h->nr_regions + 2;
}

struct sim_snapshot *sim_snapshot_save(struct sim_machine *m)
{
	struct sim_host *h = m->host;
	size_t total = sim_arena_used(m), at = total;
	struct sim_snapshot *s;

	for (unsigned int i = 0; i < h->nr_regions; i++)
		total += h->region[i].size;
	s = calloc(1, sizeof(*s) + total);
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

/* ---- Tracking: copy back only the pages that runs write ---------------------------------------- */

#define PAGE ((size_t)4096)

static size_t page_up(size_t n)
{
	return (n + PAGE - 1) & ~(PAGE - 1);
}

/* CPUs and what comes before them are written by every run: always copied. */
static size_t tracked_from(const struct sim_machine *m)
{
	const uint8_t *end = (const uint8_t *)(m->cpu + m->nr_cpus);

	return page_up((size_t)(end - m->host->arena));
}

int sim_snapshot_track(struct sim_machine *m, struct sim_snapshot *s)
{
	struct sim_host *h = m->host;
	size_t from = tracked_from(m), to = s->arena_size & ~(PAGE - 1);

	if (h->tracked || h->config.threads || from >= to)
		return -GHES_EINVAL;
	s->hot = calloc((to - from) / PAGE, 1);
	s->hot_pages = calloc((to - from) / PAGE, sizeof(*s->hot_pages));
	if (!s->hot || !s->hot_pages || mprotect(h->arena + from, to - from, PROT_READ))
		return -GHES_ENOMEM;
	s->from = from;
	s->to = to;
	h->tracked = s;
	return 0;
}

bool sim_snapshot_fault(struct sim_machine *m, const void *address)
{
	struct sim_host *h = m->host;
	struct sim_snapshot *s = h->tracked;
	size_t at = (size_t)((const uint8_t *)address - h->arena), page;

	if (!s || s->paused || s->resume || (const uint8_t *)address < h->arena || at < s->from ||
	    at >= s->to)
		return false;
	page = (at - s->from) / PAGE;
	if (s->hot[page]) /* it may be written: this is another fault */
		return false;
	s->hot[page] = 1;
	s->hot_pages[s->nr_hot++] = (uint32_t)page;
	return !mprotect(h->arena + s->from + page * PAGE, PAGE, PROT_READ | PROT_WRITE);
}

void sim_snapshot_pause(struct sim_machine *m, bool pause)
{
	struct sim_host *h = m->host;

	if (!h->tracked)
		return;
	mprotect(h->arena, h->arena_size, PROT_READ | PROT_WRITE);
	h->tracked->paused = pause;
	h->tracked->resume = true;
}

/* After a pause, with all of the state as it was: protect again what runs have not written. */
static void resume_tracking(struct sim_host *h, struct sim_snapshot *s)
{
	s->resume = false;
	mprotect(h->arena + s->from, s->to - s->from, PROT_READ);
	for (size_t i = 0; i < s->nr_hot; i++)
		mprotect(h->arena + s->from + s->hot_pages[i] * PAGE, PAGE, PROT_READ | PROT_WRITE);
}

static void stop_tracking(struct sim_host *h)
{
	mprotect(h->arena, h->arena_size, PROT_READ | PROT_WRITE);
	h->tracked = NULL;
}

/* ---- Restore ------------------------------------------------------------------------------------ */

static void restore_arena(struct sim_host *h, const struct sim_snapshot *s)
{
	if (h->tracked != s) {
		if (h->tracked)
			stop_tracking(h);
		memcpy(h->arena, s->bytes, s->arena_size);
		return;
	}
	if (s->paused || s->resume) {
		memcpy(h->arena, s->bytes, s->arena_size);
		if (!s->paused)
			resume_tracking(h, h->tracked);
		return;
	}
	memcpy(h->arena, s->bytes, s->from);
	for (size_t i = 0; i < s->nr_hot; i++) {
		size_t at = s->from + s->hot_pages[i] * PAGE;

		memcpy(h->arena + at, s->bytes + at, PAGE);
	}
	memcpy(h->arena + s->to, s->bytes + s->to, s->arena_size - s->to);
}

void sim_snapshot_restore(struct sim_machine *m, const struct sim_snapshot *s)
{
	struct sim_host *h = m->host;
	size_t at = s->arena_size;

	h->escape = NULL; /* who left a run by a jump of its own has left the call, too */
	restore_arena(h, s);
	for (unsigned int i = 0; i < s->nr_regions; i++) {
		memcpy(h->region[i].addr, s->bytes + at, s->region_size[i]);
		at += s->region_size[i];
	}
}

/* ---- In the middle of a run --------------------------------------------------------------------- */

/* All that differs from the snapshot: [0, from), hot pages, the end of the heap, regions. */
struct sim_changes {
	size_t room, nr_hot, arena_size;
	uint8_t bytes[];
};

int sim_changes_save(struct sim_machine *m, const struct sim_snapshot *s, struct sim_changes **to)
{
	const struct sim_host *h = m->host;
	size_t used = sim_arena_used(m), room = s->from + s->nr_hot * PAGE + (used - s->to);
	struct sim_changes *c = *to;
	uint8_t *p;

	if (h->tracked != s || s->paused || s->resume)
		return -GHES_EINVAL;
	for (unsigned int i = 0; i < s->nr_regions; i++)
		room += s->region_size[i];
	if (!c || c->room < room) {
		free(c);
		*to = c = malloc(sizeof(*c) + room);
		if (!c)
			return -GHES_ENOMEM;
		c->room = room;
	}
	c->nr_hot = s->nr_hot;
	c->arena_size = used;
	p = mempcpy(c->bytes, h->arena, s->from);
	for (size_t i = 0; i < s->nr_hot; i++)
		p = mempcpy(p, h->arena + s->from + s->hot_pages[i] * PAGE, PAGE);
	p = mempcpy(p, h->arena + s->to, used - s->to);
	for (unsigned int i = 0; i < s->nr_regions; i++)
		p = mempcpy(p, h->region[i].addr, s->region_size[i]);
	return 0;
}

void sim_changes_restore(struct sim_machine *m, const struct sim_snapshot *s,
			 const struct sim_changes *c)
{
	struct sim_host *h = m->host;
	const uint8_t *p = c->bytes;

	h->escape = NULL;
	memcpy(h->arena, p, s->from);
	p += s->from;
	for (size_t i = 0; i < s->nr_hot; i++) {
		size_t at = s->from + s->hot_pages[i] * PAGE;

		/* A page that was written only later was as in the snapshot. */
		memcpy(h->arena + at, i < c->nr_hot ? p : s->bytes + at, PAGE);
		p += i < c->nr_hot ? PAGE : 0;
	}
	memcpy(h->arena + s->to, p, c->arena_size - s->to);
	p += c->arena_size - s->to;
	for (unsigned int i = 0; i < s->nr_regions; i++) {
		memcpy(h->region[i].addr, p, s->region_size[i]);
		p += s->region_size[i];
	}
}

size_t sim_snapshot_cost(const struct sim_machine *m, const struct sim_snapshot *s)
{
	size_t n = s->arena_size;

	if (m->host->tracked == s)
		n = s->from + s->nr_hot * PAGE + (s->arena_size - s->to);
	for (unsigned int i = 0; i < s->nr_regions; i++)
		n += s->region_size[i];
	return n;
}

void sim_snapshot_free(struct sim_machine *m, struct sim_snapshot *s)
{
	if (!s)
		return;
	if (m && m->host->tracked == s)
		stop_tracking(m->host);
	free(s->hot);
	free(s->hot_pages);
	free(s);
}
