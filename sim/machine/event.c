// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: what happened, told to observers, counted and hashed; defects; the end of a run.
 *
 * Flow: every file of the machine -> sim_emit() -> observers (oracles, story, recorder).
 *
 * The hash covers every field but the clock and the bytes, on each CPU in order; steps are global
 * in a deterministic run, so the order between CPUs is covered as well. Addresses come in as
 * offsets (sim_address_id()), so that two runs of one build agree.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

/* Events of one action of a CPU's program: beyond this it does not end. */
#define SIM_STEPS_PER_ACTION 1000000

static const char *const event_names[] = {
#define SIM_EVENT_NAME(name, text, a, b) text,
	SIM_EVENTS(SIM_EVENT_NAME)
#undef SIM_EVENT_NAME
#define SIM_TRACEPOINT_NAME(name, text, a, b) text,
		GHES_TRACEPOINTS(SIM_TRACEPOINT_NAME)
#undef SIM_TRACEPOINT_NAME
};

const char *sim_event_name(uint16_t kind)
{
	return kind < SIM_NR_EVENTS ? event_names[kind] : "?";
}

const char *sim_running_name(enum sim_running running)
{
	static const char *const names[] = {
#define SIM_RUNNING_NAME(name, text, context) text,
		SIM_RUNNING(SIM_RUNNING_NAME)
#undef SIM_RUNNING_NAME
	};

	return (unsigned int)running < SIM_NR_RUNNING ? names[running] : "?";
}

const char *sim_arriving_name(enum sim_arriving arriving)
{
	static const char *const names[] = {
#define SIM_ARRIVING_NAME(name, text) text,
		SIM_ARRIVING(SIM_ARRIVING_NAME)
#undef SIM_ARRIVING_NAME
	};

	return (unsigned int)arriving < SIM_NR_ARRIVING ? names[arriving] : "?";
}

const char *sim_oracle_name(enum sim_oracle_id id)
{
	static const char *const names[] = {
#define SIM_ORACLE_NAME(name) #name,
		SIM_ORACLES(SIM_ORACLE_NAME)
#undef SIM_ORACLE_NAME
	};

	return (unsigned int)id < SIM_NR_ORACLES ? names[id] : "?";
}

/* ---- Observers ------------------------------------------------------------------------------- */

void sim_observe(struct sim_machine *m, const struct sim_observer *observer)
{
	unsigned int n = m->nr_observers;

	if (n == SIM_MAX_OBSERVERS || m->core)
		return;
	m->observer[n] = *observer;
	m->observer_state[n] = sim_arena_alloc(m, observer->state_size ? observer->state_size : 1);
	if (!m->observer_state[n])
		return;
	if (observer->arg && observer->state_size >= sizeof(observer->arg))
		memcpy(m->observer_state[n], &observer->arg, sizeof(observer->arg));
	m->nr_observers = n + 1;
	if (!observer->event)
		return;
	if (!observer->kinds) {
		for (unsigned int k = 0; k < SIM_NR_EVENTS; k++)
			m->watchers[k] |= 1u << n;
		return;
	}
	for (const uint16_t *k = observer->kinds; *k < SIM_NR_EVENTS; k++)
		m->watchers[*k] |= 1u << n;
}

void *sim_observer_state(struct sim_machine *m, const char *name)
{
	for (unsigned int i = 0; i < m->nr_observers; i++)
		if (!strcmp(m->observer[i].name, name))
			return m->observer_state[i];
	return NULL;
}

void *sim_observer_arg(struct sim_machine *m, const char *name)
{
	for (unsigned int i = 0; i < m->nr_observers; i++)
		if (!strcmp(m->observer[i].name, name))
			return m->observer[i].arg;
	return NULL;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	h ^= v;
	h *= UINT64_C(0x9fb21c651e98df25);
	return h ^ (h >> 29);
}

/* A number for this event: the run's, or under threads the CPU's. */
static uint64_t next_step(struct sim_machine *m, struct sim_cpu *c)
{
	uint64_t step;

	c->steps++;
	if (m->host->config.threads)
		return c->steps;
	/* relaxed, and no locked operation: only one CPU at a time runs */
	step = atomic_load_explicit(&m->steps, memory_order_relaxed) + 1;
	atomic_store_explicit(&m->steps, step, memory_order_relaxed);
	return step;
}

/* Between threads the driver has a watchdog: an action may be interrupted any number of times. */
static void check_steps(struct sim_machine *m, struct sim_cpu *c)
{
	if (m->host->config.threads)
		return;
	if (c->steps - c->frame[0].entry_step <= SIM_STEPS_PER_ACTION || c->steps_limit_hit)
		return;
	c->steps_limit_hit = 1;
	sim_defect(m, SIM_ORACLE_progress, "no end after %u events in one action on CPU %u",
		   SIM_STEPS_PER_ACTION, c->id);
	sim_stop(m);
}

void sim_emit(struct sim_machine *m, struct sim_cpu *c, uint16_t kind, uint16_t source, uint64_t a,
	      uint64_t b, uint32_t record, const void *data)
{
	uint32_t watchers = m->watchers[kind];
	struct sim_event ev = {
		.kind = kind,
		.source = source,
		.cpu = (uint8_t)c->id,
		.running = sim_top(c)->running,
		.depth = c->depth,
		.a = a,
		.b = b,
		.record = record,
		.data = data,
	};

	ev.step = next_step(m, c);
	c->events[kind]++;
	if (!m->host->config.threads) {
		uint64_t h = mix(c->hash, ev.step);

		h = mix(h, kind | (uint64_t)source << 16 | (uint64_t)ev.running << 32 |
				   (uint64_t)ev.depth << 40);
		h = mix(h, a);
		c->hash = mix(h, b + record);
	}
	if (watchers) {
		ev.ns = sim_clock_now(m);
		sim_busy(c);
		for (; watchers; watchers &= watchers - 1) {
			unsigned int i = (unsigned int)__builtin_ctz(watchers);

			m->observer[i].event(m, m->observer_state[i], &ev);
		}
		sim_idle(m, c);
	}
	check_steps(m, c);
}

uint64_t sim_trace_hash(const struct sim_machine *m)
{
	uint64_t h = 0;

	for (unsigned int i = 0; i < m->nr_cpus; i++)
		h = mix(h, m->cpu[i].hash);
	return h;
}

/* ---- Counters -------------------------------------------------------------------------------- */

uint64_t sim_nr_events(const struct sim_machine *m, uint16_t kind)
{
	uint64_t n = 0;

	for (unsigned int i = 0; kind < SIM_NR_EVENTS && i < m->nr_cpus; i++)
		n += m->cpu[i].events[kind];
	return n;
}

uint64_t sim_nr_nested(const struct sim_machine *m, enum sim_running inner, enum sim_running outer)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < m->nr_cpus; i++)
		n += m->cpu[i].nested[inner][outer];
	return n;
}

uint64_t sim_nr_verdicts(const struct sim_machine *m, enum sim_arriving arriving,
			 enum sim_verdict verdict)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < m->nr_cpus; i++)
		n += m->cpu[i].verdicts[arriving][verdict];
	return n;
}

unsigned int sim_max_depth(const struct sim_machine *m)
{
	unsigned int depth = 0;

	for (unsigned int i = 0; i < m->nr_cpus; i++)
		if (m->cpu[i].max_depth > depth)
			depth = m->cpu[i].max_depth;
	return depth;
}

/* ---- Defects --------------------------------------------------------------------------------- */

void sim_defect(struct sim_machine *m, enum sim_oracle_id oracle, const char *fmt, ...)
{
	struct sim_cpu *c = sim_this(m);
	char message[sizeof(m->defect->message)];
	struct sim_defect *d;
	uint32_t n;
	va_list ap;

	if ((unsigned int)oracle >= SIM_NR_ORACLES ||
	    atomic_load_explicit(&m->defect_claimed[oracle], memory_order_relaxed))
		return;
	/* glibc formats integers and strings without locks or memory of its own */
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	if (m->host->is_known && m->host->is_known(m->host->is_known_arg, oracle, message))
		return;
	/* relaxed: the exchange decides who writes; readers look when the run is over */
	if (atomic_exchange_explicit(&m->defect_claimed[oracle], 1, memory_order_relaxed))
		return;
	d = &m->defect[oracle];
	d->oracle = oracle;
	d->step = m->host->config.threads ? c->steps : atomic_load(&m->steps);
	d->cpu = (uint8_t)c->id;
	d->running = sim_top(c)->running;
	snprintf(d->message, sizeof(d->message), "%s", message);
	n = atomic_fetch_add_explicit(&m->nr_defects, 1, memory_order_relaxed);
	/* release: publishes *d; pairs with the acquire in sim_get_defect() */
	atomic_store_explicit(&m->defect_order[n], (uint8_t)(oracle + 1), memory_order_release);
}

void sim_set_known(struct sim_machine *m,
		   bool (*is_known)(void *arg, enum sim_oracle_id oracle, const char *message),
		   void *arg)
{
	m->host->is_known = is_known;
	m->host->is_known_arg = arg;
}

unsigned int sim_nr_defects(const struct sim_machine *m)
{
	return atomic_load_explicit(&m->nr_defects, memory_order_relaxed);
}

const struct sim_defect *sim_get_defect(const struct sim_machine *m, unsigned int n)
{
	uint8_t oracle;

	if (n >= SIM_NR_ORACLES)
		return NULL;
	oracle = atomic_load_explicit(&m->defect_order[n], memory_order_acquire);
	return oracle ? &m->defect[oracle - 1] : NULL;
}

uint64_t sim_nr_judged(const struct sim_machine *m, enum sim_oracle_id oracle)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < m->nr_cpus; i++)
		n += m->cpu[i].judged[oracle];
	return n;
}

/* ---- The end --------------------------------------------------------------------------------- */

void sim_stop(struct sim_machine *m)
{
	struct sim_host *host = m->host;

	atomic_store(&m->stopped, true);
	if (host->driver && host->driver->stop)
		host->driver->stop(host->driver, m);
	if (host->driver && host->driver->unwind)
		host->driver->unwind(host->driver, m);
	if (host->escape)
		siglongjmp(*host->escape, 1);
}

bool sim_panicked(const struct sim_machine *m)
{
	return atomic_load(&m->panicked);
}

bool sim_fatal(const struct sim_machine *m)
{
	return atomic_load(&m->fatal);
}

bool sim_stopped(const struct sim_machine *m)
{
	return atomic_load(&m->stopped);
}
