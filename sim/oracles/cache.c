// SPDX-License-Identifier: GPL-2.0-only
/*
 * cache: the estatus cache keeps its books and goes on suppressing.
 *
 * Rules
 * 1. When the machine is quiet: alloced == published <= cap; nothing waits for a grace period,
 *    since all of them have ended.
 * 2. A record that is read in NMI-like context while an equal one was added to the cache less than
 *    10 s ago, and not replaced since, is not queued again.
 * 3. At no time are there more entries than the cap: those published, and those evicted since the
 *    last grace period. Judged where CPUs take turns.
 *
 * Rule 2 is judged only where it is certain: the clock behaves, and neither when the record was
 * read nor when it was queued was any context processing records (who processes may be in the
 * middle of replacing entries).
 */
#include "oracle.h"

#define WINDOW_NS UINT64_C(10000000000)
#define SLOTS	  16

struct state {
	struct {
		_Atomic uint64_t hash; /* 0: not known */
		_Atomic uint64_t ns;
	} slot[SLOTS];
	_Atomic uint32_t generation; /* counts adds and evictions */
	_Atomic uint32_t waiting;    /* evicted since the last grace period */
	_Atomic uint32_t used;	     /* bit n: slot n was filled once, and so it stays */
	struct {
		uint64_t hash;
		uint32_t generation;
		bool certain;
	} reading[]; /* [nr_cpus][SIM_MAX_DEPTH] */
};

static bool suppressible(struct sim_machine *m, struct state *s, uint64_t hash, uint64_t now)
{
	const uint64_t *misbehave = m->host->config.misbehave;

	if (misbehave[SIM_MISBEHAVE_CLOCK_FROZEN] || misbehave[SIM_MISBEHAVE_CLOCK_BACK] ||
	    misbehave[SIM_MISBEHAVE_CLOCK_COARSE])
		return false;
	for (unsigned int i = 0; i < SLOTS; i++)
		if (atomic_load(&s->slot[i].hash) == hash &&
		    now - atomic_load(&s->slot[i].ns) < WINDOW_NS - WINDOW_NS / 10)
			return true;
	return false;
}

static void check_cap(struct sim_machine *m, struct state *s)
{
	unsigned int entries =
		(unsigned int)__builtin_popcount(atomic_load(&s->used)) + atomic_load(&s->waiting);
	struct ghes_core_state cs;

	if (m->host->config.threads || !atomic_load(&s->waiting))
		return;
	memset(&cs, 0xff, sizeof(cs)); /* GHES_UNKNOWN */
	m->core_ops->state(m->core, &cs);
	if (cs.cache_cap == GHES_UNKNOWN)
		return;
	oracle_judges(m, SIM_ORACLE_cache, sim_this_cpu(m));
	if (entries > cs.cache_cap)
		sim_defect(m, SIM_ORACLE_cache, "%u entries, %u of them waiting, at most %llu",
			   entries, atomic_load(&s->waiting), (unsigned long long)cs.cache_cap);
}

static void on_add(struct sim_machine *m, struct state *s, struct ledger *l,
		   const struct sim_event *ev)
{
	struct ledger_hand *hand = ledger_hand(m, l, ev);

	atomic_fetch_add(&s->generation, 1);
	if (ev->a >= SLOTS)
		return;
	atomic_fetch_or(&s->used, 1u << ev->a);
	check_cap(m, s);
	/* the record that this context processes; without one it is not known what was added */
	atomic_store(&s->slot[ev->a].hash, hand->data && hand->length == ev->b ? hand->hash : 0);
	atomic_store(&s->slot[ev->a].ns, ev->ns);
}

static void cache_event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	struct ledger *l = sim_ledger(m);
	struct state *s = state;
	unsigned int at = ev->cpu * SIM_MAX_DEPTH + ev->depth;
	bool busy = atomic_load(&l->processing) > 0;

	switch (ev->kind) {
	case SIM_EV_TP(CACHE_ADD):
		on_add(m, s, l, ev);
		break;
	case SIM_EV_TP(CACHE_EVICT):
		atomic_fetch_add(&s->generation, 1);
		atomic_fetch_add(&s->waiting, 1);
		break;
	case SIM_EV_GRACE_PERIOD:
		atomic_store(&s->waiting, 0);
		break;
	case SIM_EV_TP(READ):
		s->reading[at].hash = ledger_hand(m, l, ev)->hash;
		s->reading[at].generation = atomic_load(&s->generation);
		s->reading[at].certain = !busy && sim_nmi_like((enum sim_running)ev->running) &&
					 suppressible(m, s, s->reading[at].hash, ev->ns);
		if (s->reading[at].certain) /* that it must not be queued */
			oracle_judges(m, SIM_ORACLE_cache, ev->cpu);
		break;
	default: /* QUEUE */
		if (s->reading[at].certain && !busy &&
		    s->reading[at].generation == atomic_load(&s->generation))
			sim_defect(
				m, SIM_ORACLE_cache,
				"record %u of source %u is queued, though the cache has its equal",
				oracle_serial(m, ev->record), ev->source);
		s->reading[at].certain = false;
		break;
	}
}

static void cache_finish(struct sim_machine *m, void *state)
{
	struct ghes_core_state cs;

	(void)state;
	if (sim_stopped(m) || !m->core)
		return;
	memset(&cs, 0xff, sizeof(cs)); /* GHES_UNKNOWN */
	m->core_ops->state(m->core, &cs);
	if (cs.cache_alloced == GHES_UNKNOWN || cs.cache_published == GHES_UNKNOWN)
		return;
	if (cs.cache_waiting == GHES_UNKNOWN)
		cs.cache_waiting = cs.cache_alloced - cs.cache_published;
	if (cs.cache_alloced) /* books without an entry are easily kept */
		oracle_judges(m, SIM_ORACLE_cache, 0);
	if (cs.cache_waiting || cs.cache_alloced != cs.cache_published ||
	    (cs.cache_cap != GHES_UNKNOWN && cs.cache_alloced > cs.cache_cap))
		sim_defect(m, SIM_ORACLE_cache,
			   "%llu entries, %llu published and %llu waiting, at most %llu",
			   (unsigned long long)cs.cache_alloced,
			   (unsigned long long)cs.cache_published,
			   (unsigned long long)cs.cache_waiting, (unsigned long long)cs.cache_cap);
}

void sim_oracle_cache_attach(struct sim_machine *m)
{
	static const uint16_t kinds[] = {SIM_EV_TP(CACHE_ADD), SIM_EV_TP(CACHE_EVICT),
					 SIM_EV_TP(READ),      SIM_EV_TP(QUEUE),
					 SIM_EV_GRACE_PERIOD,  SIM_NR_EVENTS};
	struct state *s;

	sim_observe(m,
		    &(struct sim_observer){.name = "cache",
					   .state_size = sizeof(*s) + m->nr_cpus * SIM_MAX_DEPTH *
									      sizeof(s->reading[0]),
					   .kinds = kinds,
					   .event = cache_event,
					   .finish = cache_finish});
}
