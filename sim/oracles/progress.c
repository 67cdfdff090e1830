// SPDX-License-Identifier: GPL-2.0-only
/*
 * progress: what is begun ends, and what was announced is done.
 *
 * Rules
 * 1. An NMI-like context takes a bounded number of steps (events at the seam), those of what
 *    interrupts it (nor firmware) not counted: enough to read each source's largest record twice
 * over.
 * 2. When the machine is quiet, no record is left in a block although a notification for its
 *    source was delivered after it was written.
 *
 * Not stuck in the sense of 2: a record that was never announced (a lost dispatch, a masked PE), a
 * source that was removed or that the core has never taken, one that told of an exhausted pool
 * since, what firmware changed or made impossible to find.
 *
 * An action, a wait or a quiesce that does not end is reported by the machine under this name.
 */
#include "oracle.h"

struct state {
	uint32_t limit;
	_Atomic bool removed[SIM_MAX_SOURCES];
	_Atomic bool served[SIM_MAX_SOURCES];		   /* the core took a record of it */
	uint64_t entered_at[SIM_MAX_CPUS * SIM_MAX_DEPTH]; /* sim_machine.stamp; threads only */
	uint64_t nested[]; /* [nr_cpus][SIM_MAX_DEPTH]: steps of what interrupted that context */
};

/*
 * Among threads a context also does what others leave to it: each record written and each entry of
 * another CPU since it began (all of them take a stamp) may cost it as much again.
 */
static uint64_t limit_of(const struct sim_machine *m, const struct state *s,
			 const struct sim_event *ev)
{
	uint64_t since = s->entered_at[ev->cpu * SIM_MAX_DEPTH + ev->depth];

	if (!m->host->config.threads || m->nr_cpus == 1)
		return s->limit;
	return s->limit * (1 + atomic_load_explicit(&m->stamp, memory_order_relaxed) - since);
}

static void on_leave(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	const struct sim_cpu *c = &m->cpu[ev->cpu];
	uint64_t *nested = &s->nested[ev->cpu * SIM_MAX_DEPTH];
	uint64_t all = c->steps - c->frame[ev->depth].entry_step;
	uint64_t own = all - nested[ev->depth];

	nested[ev->depth] = 0;
	nested[ev->depth - 1] += all;
	if (!sim_nmi_like((enum sim_running)ev->running))
		return;
	oracle_judges(m, SIM_ORACLE_progress, ev->cpu);
	if (own > limit_of(m, s, ev))
		sim_defect(m, SIM_ORACLE_progress,
			   "%s on CPU %u took %llu steps, at most %u expected",
			   sim_running_name((enum sim_running)ev->running), ev->cpu,
			   (unsigned long long)own, s->limit);
}

static void progress_event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	struct state *s = state;
	struct sim_source *source;

	switch (ev->kind) {
	case SIM_EV_ENTER:
		s->nested[ev->cpu * SIM_MAX_DEPTH + ev->depth] = 0;
		if (m->host->config.threads)
			s->entered_at[ev->cpu * SIM_MAX_DEPTH + ev->depth] =
				atomic_load_explicit(&m->stamp, memory_order_relaxed);
		break;
	case SIM_EV_LEAVE:
		on_leave(m, s, ev);
		break;
	case SIM_EV_RAISE:
	case SIM_EV_DISPATCH_LOST:
	case SIM_EV_FW_WRITE:
	case SIM_EV_FW_WITHHOLD:
	case SIM_EV_FW_LOST:
		/* what firmware does meanwhile is no step of the handler it interrupts */
		s->nested[ev->cpu * SIM_MAX_DEPTH + ev->depth]++;
		break;
	case SIM_EV_TP(READ):
	case SIM_EV_TP(REJECT):
		source = sim_source_by_id(m, ev->source);
		if (source)
			atomic_store(&s->served[source->index], true);
		break;
	default: /* PROBE, REMOVE */
		source = sim_source_by_id(m, ev->source);
		if (source && (int64_t)ev->b == 0)
			atomic_store(&s->removed[source->index], ev->kind == SIM_EV_REMOVE);
		break;
	}
}

/* When the last entry for @source began */
static uint64_t last_entry(struct sim_machine *m, const struct sim_source *source)
{
	uint8_t type = source->config.notify;

	switch (type) {
	case ACPI_HEST_NOTIFY_SCI:
	case ACPI_HEST_NOTIFY_GSIV:
	case ACPI_HEST_NOTIFY_GPIO:
		return atomic_load(&m->last_entry[ACPI_HEST_NOTIFY_SCI]);
	case ACPI_HEST_NOTIFY_NMI:
	case ACPI_HEST_NOTIFY_SEA:
	case ACPI_HEST_NOTIFY_SEI:
		return atomic_load(&m->last_entry[type]);
	default:
		return atomic_load(&source->last_entry);
	}
}

/* Did the core say that it has fewer sources than the table? Then it could not take some. */
static bool some_missing(struct sim_machine *m, struct state *s)
{
	struct ghes_core_state cs;
	uint64_t expected = 0;

	for (uint32_t i = 0; i < m->nr_sources; i++)
		expected += m->source[i].config.enabled && !atomic_load(&s->removed[i]);
	memset(&cs, 0xff, sizeof(cs)); /* GHES_UNKNOWN */
	m->core_ops->state(m->core, &cs);
	return cs.sources != GHES_UNKNOWN && cs.sources < expected;
}

/* Does the register still say where the block is? In a hostile table another one may overlap it. */
static bool leads_to(struct sim_machine *m, const struct sim_source *source,
		     const struct sim_block *b)
{
	const uint8_t *at = sim_phys_at(m, source->pointer, source->pointer_bits / 8,
					source->pointer_space == ACPI_ADR_SPACE_SYSTEM_IO);
	uint64_t paddr = 0;

	if (!at)
		return false;
	sim_copy_from_phys(&paddr, at, source->pointer_bits / 8);
	return le64toh(paddr) == b->paddr;
}

static void check_block(struct sim_machine *m, struct state *s, struct sim_block *b, bool missing)
{
	uint64_t written = atomic_load(&b->written);
	uint32_t status;

	if (written)
		oracle_judges(m, SIM_ORACLE_progress, 0);
	sim_copy_from_phys(&status, b->mem, sizeof(status));
	if (!status || !b->outstanding || b->cleared || b->mutated)
		return;
	for (uint32_t i = 0; i < m->nr_sources; i++) {
		struct sim_source *source = &m->source[i];

		if (&m->block[source->block] != b || !source->config.enabled ||
		    atomic_load(&s->removed[i]) || last_entry(m, source) < written ||
		    (missing && !atomic_load(&s->served[i])) ||
		    atomic_load(&source->last_exhausted) > written || !leads_to(m, source, b))
			continue;
		sim_defect(
			m, SIM_ORACLE_progress,
			"record %u of source %u is still in its block, though a notification was "
			"delivered",
			oracle_serial(m, atomic_load(&b->instance)), source->config.id);
	}
}

static void progress_finish(struct sim_machine *m, void *state)
{
	bool missing;

	if (sim_stopped(m) || !m->core)
		return;
	missing = some_missing(m, state);
	for (uint32_t i = 0; i < m->nr_blocks; i++)
		check_block(m, state, &m->block[i], missing);
}

void sim_oracle_progress_attach(struct sim_machine *m)
{
	static const uint16_t kinds[] = {SIM_EV_ENTER,	     SIM_EV_LEAVE,   SIM_EV_PROBE,
					 SIM_EV_REMOVE,	     SIM_EV_RAISE,   SIM_EV_FW_WRITE,
					 SIM_EV_FW_WITHHOLD, SIM_EV_FW_LOST, SIM_EV_DISPATCH_LOST,
					 SIM_NR_EVENTS};
	struct state *s;

	sim_observe(m,
		    &(struct sim_observer){.name = "progress",
					   .state_size = sizeof(*s) + m->nr_cpus * SIM_MAX_DEPTH *
									      sizeof(s->nested[0]),
					   .kinds = kinds,
					   .event = progress_event,
					   .finish = progress_finish});
	s = sim_observer_state(m, "progress");
	if (!s)
		return;
	s->limit = 1024;
	for (uint32_t i = 0; i < m->nr_sources; i++)
		s->limit += 128 + 8 * (m->block[m->source[i].block].length / 4096 + 1);
}
