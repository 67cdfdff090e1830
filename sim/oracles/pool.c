// SPDX-License-Identifier: GPL-2.0-only
/*
 * pool: the estatus pool hands out each byte once and gets each block back whole.
 *
 * Rules
 * 1. Live allocations (POOL_ALLOC ... POOL_FREE) do not overlap.
 * 2. A block is freed once, from its start, with the size it was allocated with.
 * 3. When the machine is quiet: total == free + used; live allocations are those of the cache
 *    and nothing else; the queue is empty.
 *
 * A core announces a free before the memory can be handed out again, and an allocation after it
 * has the memory. Each byte of the arena has, by granules of 8, two bits: in use, and inside of a
 * block, behind its start. The second is never set where another block begins, whatever another CPU
 * does there meanwhile, so one look at it tells. Pools elsewhere than in memory from the platform's
 * alloc() are judged by rule 3 only.
 */
#include "oracle.h"

#define GRANULE 8

struct state {
	_Atomic int64_t live;
	uint64_t granules;
	_Atomic uint64_t *in_use;
	_Atomic uint64_t *inside;
};

static bool test_bit(_Atomic uint64_t *map, uint64_t n)
{
	return atomic_load(&map[n / 64]) >> (n % 64) & 1;
}

/* The part of word @w that [first, end) covers; @end is behind the word's beginning. */
static uint64_t word_mask(uint64_t w, uint64_t first, uint64_t end)
{
	uint64_t mask = UINT64_MAX;

	if (first >= w * 64 + 64)
		return 0;
	if (first > w * 64)
		mask &= UINT64_MAX << (first - w * 64);
	if (end < w * 64 + 64)
		mask &= UINT64_MAX >> (w * 64 + 64 - end);
	return mask;
}

static bool range(const struct state *s, const struct sim_event *ev, uint64_t *first, uint64_t *end)
{
	*first = ev->a / GRANULE;
	*end = (ev->a + ev->b + GRANULE - 1) / GRANULE;
	return ev->b && *first < *end && *end <= s->granules;
}

static void on_alloc(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	uint64_t first, end;
	bool overlap = false;

	atomic_fetch_add(&s->live, 1);
	if (!range(s, ev, &first, &end))
		return;
	oracle_judges(m, SIM_ORACLE_pool, ev->cpu);
	for (uint64_t w = first / 64; w * 64 < end; w++) {
		uint64_t mask = word_mask(w, first, end);

		overlap |= (atomic_fetch_or(&s->in_use[w], mask) & mask) != 0;
		atomic_fetch_or(&s->inside[w], word_mask(w, first + 1, end));
	}
	if (overlap)
		sim_defect(m, SIM_ORACLE_pool,
			   "%llu bytes at 0x%llx overlap memory that is allocated already",
			   (unsigned long long)ev->b, (unsigned long long)ev->a);
}

static void on_free(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	uint64_t first, end;
	const char *fault = NULL;
	bool all = true;

	atomic_fetch_sub(&s->live, 1);
	if (!range(s, ev, &first, &end))
		return;
	oracle_judges(m, SIM_ORACLE_pool, ev->cpu);
	if (!test_bit(s->in_use, first))
		fault = "are free already";
	else if (test_bit(s->inside, first))
		fault = "do not start a block";
	else if (end < s->granules && test_bit(s->inside, end))
		fault = "are less than was allocated";
	for (uint64_t w = first / 64; w * 64 < end; w++) {
		uint64_t mask = word_mask(w, first, end);

		atomic_fetch_and(&s->inside[w], ~mask);
		all &= (atomic_fetch_and(&s->in_use[w], ~mask) & mask) == mask;
	}
	if (!fault && !all)
		fault = "are more than was allocated";
	if (fault)
		sim_defect(m, SIM_ORACLE_pool, "free of %llu bytes at 0x%llx, which %s",
			   (unsigned long long)ev->b, (unsigned long long)ev->a, fault);
}

static void pool_event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	if (ev->kind == SIM_EV_TP(POOL_ALLOC))
		on_alloc(m, state, ev);
	else
		on_free(m, state, ev);
}

static void pool_finish(struct sim_machine *m, void *state)
{
	struct state *s = state;
	struct ghes_core_state cs;
	int64_t live = atomic_load(&s->live);

	if (sim_stopped(m) || !m->core)
		return;
	memset(&cs, 0xff, sizeof(cs)); /* GHES_UNKNOWN */
	m->core_ops->state(m->core, &cs);
	if (cs.pool_total != GHES_UNKNOWN && cs.pool_free != GHES_UNKNOWN &&
	    cs.pool_used != GHES_UNKNOWN && cs.pool_total != cs.pool_free + cs.pool_used)
		sim_defect(m, SIM_ORACLE_pool, "total %llu != free %llu + used %llu",
			   (unsigned long long)cs.pool_total, (unsigned long long)cs.pool_free,
			   (unsigned long long)cs.pool_used);
	if (cs.queue_depth != GHES_UNKNOWN && cs.queue_depth)
		sim_defect(m, SIM_ORACLE_pool, "%llu records are still queued when all is quiet",
			   (unsigned long long)cs.queue_depth);
	if (cs.cache_alloced == GHES_UNKNOWN)
		cs.cache_alloced = 0;
	if (live > (int64_t)cs.cache_alloced)
		sim_defect(m, SIM_ORACLE_pool,
			   "%lld allocations live when all is quiet, of which the cache has %llu",
			   (long long)live, (unsigned long long)cs.cache_alloced);
	if (cs.pool_nodes != GHES_UNKNOWN && cs.pool_nodes > cs.cache_alloced)
		sim_defect(m, SIM_ORACLE_pool,
			   "the pool has %llu blocks in use when all is quiet, the cache %llu",
			   (unsigned long long)cs.pool_nodes, (unsigned long long)cs.cache_alloced);
}

void sim_oracle_pool_attach(struct sim_machine *m)
{
	static const uint16_t kinds[] = {SIM_EV_TP(POOL_ALLOC), SIM_EV_TP(POOL_FREE),
					 SIM_NR_EVENTS};
	struct state *s;

	sim_observe(m, &(struct sim_observer){.name = "pool",
					      .state_size = sizeof(struct state),
					      .kinds = kinds,
					      .event = pool_event,
					      .finish = pool_finish});
	s = sim_observer_state(m, "pool");
	if (!s)
		return;
	s->granules = m->host->arena_size / GRANULE;
	s->in_use = sim_arena_alloc(m, s->granules / 8 + 8);
	s->inside = sim_arena_alloc(m, s->granules / 8 + 8);
	if (!s->in_use || !s->inside)
		s->granules = 0;
}
