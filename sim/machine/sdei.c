// SPDX-License-Identifier: GPL-2.0-only
/*
 * SDEI firmware: events, their state machine, calls, dispatch.
 *
 * Flow: client calls (platform.c, tests) -> sim_sdei_call() -> state; sim_raise() ->
 * sim_sdei_raise() -> dispatch -> the core's handler -> EVENT_COMPLETE.
 *
 * Invariants: an event's state changes only as the table says, by compare-exchange; the dispatch
 * stack of a PE is one of [], [normal], [critical], [normal, critical]; a shared event runs on one
 * PE at a time, because it has one state.
 *
 * The table and the dispatch rules: Arm DEN0054, section 6.1 as TF-A encodes it; there is no queue
 * in front of an explicit dispatch: refused is lost.
 *
 * Left out: registers of the interrupted context (EVENT_CONTEXT answers 0 for each), the
 * GIC (an interrupt-backed event has one pending bit a PE, or one if shared).
 */
#include "sdei.h"

#include "internal.h"

#define DYNAMIC_BASE   0x7ff00000u
#define DYNAMIC_EACH   2u /* slots for INTERRUPT_BIND, private and shared each */
#define EXTRA_EVENTS   (1 + 2 * DYNAMIC_EACH + 8)
#define SDEI_NR_REGS   18
#define FIRST_PPI      16
#define FIRST_SPI      32
#define END_SPI	       1020
#define SDEI_VERSION_1 (INT64_C(1) << 48)

/* ---- The state machine ----------------------------------------------------------------------- */

#define TO(state)                                                                                  \
	{                                                                                          \
		SDEI_SUCCESS, SIM_SDEI_##state                                                     \
	}
#define NO(state)                                                                                  \
	{                                                                                          \
		SDEI_DENIED, SIM_SDEI_##state                                                      \
	}
#define LATE(state)                                                                                \
	{                                                                                          \
		SDEI_PENDING, SIM_SDEI_##state                                                     \
	}

/* Rows: states; columns: register, enable, disable, unregister, routing, context, complete,
 * dispatch, release. NO(own state): denied. */
static const struct sim_sdei_cell cells[SIM_NR_SDEI_STATES][SIM_NR_SDEI_ACTIONS] = {
	[SIM_SDEI_IDLE] = {TO(REGISTERED), NO(IDLE), NO(IDLE), NO(IDLE), NO(IDLE), NO(IDLE),
			   NO(IDLE), NO(IDLE), TO(IDLE)},
	[SIM_SDEI_REGISTERED] = {NO(REGISTERED), TO(ENABLED), TO(REGISTERED), TO(IDLE),
				 TO(REGISTERED), NO(REGISTERED), NO(REGISTERED), NO(REGISTERED),
				 NO(REGISTERED)},
	[SIM_SDEI_ENABLED] = {NO(ENABLED), TO(ENABLED), TO(REGISTERED), TO(IDLE), NO(ENABLED),
			      NO(ENABLED), NO(ENABLED), TO(RUNNING), NO(ENABLED)},
	[SIM_SDEI_RUNNING] = {NO(RUNNING), TO(RUNNING), TO(RUNNING_DISABLED),
			      LATE(RUNNING_UNREGISTERED), NO(RUNNING), TO(RUNNING), TO(ENABLED),
			      NO(RUNNING), NO(RUNNING)},
	[SIM_SDEI_RUNNING_DISABLED] = {NO(RUNNING_DISABLED), TO(RUNNING), TO(RUNNING_DISABLED),
				       LATE(RUNNING_UNREGISTERED), NO(RUNNING_DISABLED),
				       TO(RUNNING_DISABLED), TO(REGISTERED), NO(RUNNING_DISABLED),
				       NO(RUNNING_DISABLED)},
	[SIM_SDEI_RUNNING_UNREGISTERED] = {NO(RUNNING_UNREGISTERED), NO(RUNNING_UNREGISTERED),
					   NO(RUNNING_UNREGISTERED), LATE(RUNNING_UNREGISTERED),
					   NO(RUNNING_UNREGISTERED), TO(RUNNING_UNREGISTERED),
					   TO(IDLE), NO(RUNNING_UNREGISTERED),
					   NO(RUNNING_UNREGISTERED)},
};

struct sim_sdei_cell sim_sdei_cell(enum sim_sdei_state state, enum sim_sdei_action action)
{
	return cells[state][action];
}

uint32_t sim_sdei_status_bits(enum sim_sdei_state state)
{
	static const uint8_t bits[] = {
#define SIM_SDEI_STATE_BITS(name, value) value,
		SIM_SDEI_STATES(SIM_SDEI_STATE_BITS)
#undef SIM_SDEI_STATE_BITS
	};

	return bits[state];
}

/* ---- Events ---------------------------------------------------------------------------------- */

static _Atomic uint8_t *state_of(struct sim_sdei_event *ev, unsigned int cpu)
{
	return &ev->state[ev->shared ? 0 : cpu];
}

static _Atomic uint8_t *pending_of(struct sim_sdei_event *ev, unsigned int cpu)
{
	return &ev->pending[ev->shared ? 0 : cpu];
}

static struct sim_sdei_event *find(struct sim_machine *m, uint64_t number)
{
	for (uint32_t i = 0; i < m->nr_events; i++)
		if (m->event[i].number == number && m->event[i].state)
			return &m->event[i];
	return NULL;
}

static int8_t act(struct sim_sdei_event *ev, unsigned int cpu, enum sim_sdei_action action)
{
	_Atomic uint8_t *state = state_of(ev, cpu);
	uint8_t old = atomic_load(state);
	const struct sim_sdei_cell *cell;

	/* seq_cst: firmware's own order between PEs; retries only because another call landed */
	do {
		cell = &cells[old][action];
	} while (cell->answer != SDEI_DENIED &&
		 !atomic_compare_exchange_weak(state, &old, cell->next));
	return cell->answer;
}

static void set_pending(struct sim_machine *m, struct sim_sdei_event *ev, unsigned int cpu)
{
	if (!atomic_exchange(pending_of(ev, cpu), 1))
		atomic_fetch_add(&m->sdei_pending, 1);
}

static bool clear_pending(struct sim_machine *m, struct sim_sdei_event *ev, unsigned int cpu)
{
	if (!atomic_exchange(pending_of(ev, cpu), 0))
		return false;
	atomic_fetch_sub(&m->sdei_pending, 1);
	return true;
}

enum sim_sdei_state sim_sdei_state(struct sim_machine *m, unsigned int cpu, uint32_t number)
{
	struct sim_sdei_event *ev = find(m, number);

	return ev ? (enum sim_sdei_state)atomic_load(state_of(ev, cpu)) : SIM_SDEI_IDLE;
}

static struct sim_sdei_event *define(struct sim_machine *m, uint32_t number, bool shared,
				     bool critical, bool explicit_dispatch)
{
	struct sim_sdei_event *ev = &m->event[m->nr_events];

	ev->number = number;
	ev->shared = shared;
	ev->critical = critical;
	ev->explicit_dispatch = explicit_dispatch;
	ev->source = SIM_NO_SOURCE;
	ev->state = sim_arena_alloc(m, shared ? 1 : m->nr_cpus);
	ev->pending = sim_arena_alloc(m, shared ? 1 : m->nr_cpus);
	if (!ev->state || !ev->pending)
		return NULL;
	atomic_store(&ev->bound, true);
	atomic_store(&ev->any, true);
	atomic_store(&ev->on, SIM_NONE);
	m->nr_events++;
	return ev;
}

int sim_sdei_define(struct sim_machine *m, uint32_t number, bool shared, bool critical,
		    bool explicit_dispatch)
{
	uint32_t used = m->nr_events - 1 - 2 * DYNAMIC_EACH;

	if (m->core || find(m, number))
		return -GHES_EINVAL;
	if (used >= m->nr_sources + 8)
		return -GHES_ENOMEM;
	return define(m, number, shared, critical, explicit_dispatch) ? 0 : -GHES_ENOMEM;
}

static int define_fixed(struct sim_machine *m)
{
	if (!define(m, 0, false, false, false))
		return -GHES_ENOMEM;
	for (uint32_t i = 0; i < 2 * DYNAMIC_EACH; i++) {
		struct sim_sdei_event *ev =
			define(m, DYNAMIC_BASE + i, i >= DYNAMIC_EACH, false, false);

		if (!ev)
			return -GHES_ENOMEM;
		ev->dynamic = true;
		atomic_store(&ev->bound, false);
	}
	return 0;
}

int sim_sdei_create(struct sim_machine *m)
{
	m->event = sim_arena_alloc(m, (m->nr_sources + EXTRA_EVENTS) * sizeof(*m->event));
	if (!m->event || define_fixed(m))
		return -GHES_ENOMEM;
	for (uint32_t i = 0; i < m->nr_sources; i++) {
		struct sim_source *s = &m->source[i];
		struct sim_sdei_event *ev;

		if (s->config.notify != ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED || !s->config.vector)
			continue;
		ev = find(m, s->config.vector);
		if (!ev)
			ev = define(m, s->config.vector, s->config.sdei_shared,
				    s->config.sdei_critical, s->config.sdei_explicit);
		if (!ev)
			return -GHES_ENOMEM;
		ev->source = (uint16_t)i;
		s->event = (uint32_t)(ev - m->event);
	}
	for (unsigned int i = 0; i < m->nr_cpus; i++) {
		m->cpu[i].sdei_running[0] = SIM_NONE;
		m->cpu[i].sdei_running[1] = SIM_NONE;
		atomic_store(&m->cpu[i].pe_masked, true); /* cold boot */
	}
	return 0;
}

/* ---- Dispatch -------------------------------------------------------------------------------- */

static bool stack_allows(const struct sim_cpu *c, const struct sim_sdei_event *ev)
{
	if (c->sdei_running[1] != SIM_NONE)
		return false;
	return ev->critical || c->sdei_running[0] == SIM_NONE;
}

static void complete(struct sim_machine *m, struct sim_cpu *c, unsigned int level)
{
	struct sim_sdei_event *ev = &m->event[c->sdei_running[level]];

	c->sdei_running[level] = SIM_NONE;
	atomic_store(&ev->on, SIM_NONE);
	act(ev, c->id, SIM_SDEI_DO_COMPLETE);
}

/* @ev is RUNNING for this PE already. */
static void run_handler(struct sim_machine *m, struct sim_cpu *c, struct sim_sdei_event *ev)
{
	uint32_t index = (uint32_t)(ev - m->event);
	unsigned int level = ev->critical;
	uint16_t source = SIM_NO_SOURCE;
	int answer = 0;

	atomic_store(&ev->on, c->id);
	c->sdei_running[level] = index;
	if (ev->source != SIM_NO_SOURCE) {
		struct sim_source *s = &m->source[ev->source];

		source = s->config.id;
		atomic_store(&s->last_entry, sim_next_stamp(m));
	}
	sim_enter(m, c, ev->critical ? SIM_RUNNING_SDEI_CRITICAL : SIM_RUNNING_SDEI_NORMAL, source);
	if (source != SIM_NO_SOURCE && m->core)
		answer = m->core_ops->notify_sdei(m->core, ev->number);
	else
		sim_point(m, c, SIM_EV_STEP, 0);
	sim_sync(m, c, SIM_SYNC_RCU_UNLOCK, c);
	sim_uses(m, c,
		 (const struct sim_use[]){
			 {SIM_RESOURCE_SOURCE, ev->shared, ev->source},
			 {SIM_RESOURCE_CONTEXT, true, c->id},
		 },
		 2);
	sim_busy(c);
	if (c->sdei_running[level] == index) /* the handler may have completed itself */
		complete(m, c, level);
	sim_leave(m, c, answer);
	sim_idle(m, c);
}

static enum sim_verdict note(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s,
			     enum sim_verdict v)
{
	enum sim_arriving arriving = sim_arriving_of(s);

	c->verdicts[arriving][v]++;
	sim_emit(m, c, SIM_EV_RAISE, s->config.id, arriving, v, 0, NULL);
	if (v == SIM_LOST) {
		atomic_fetch_add(&s->nr_lost_dispatch, 1);
		sim_emit(m, c, SIM_EV_DISPATCH_LOST, s->config.id, arriving, s->config.vector, 0,
			 NULL);
	}
	return v;
}

/* Firmware's handler calls dispatch: it works now or never. */
static enum sim_verdict dispatch_explicitly(struct sim_machine *m, struct sim_cpu *c,
					    struct sim_source *s, struct sim_sdei_event *ev)
{
	enum sim_verdict v = sim_verdict_now(m, c, sim_arriving_of(s), true);

	if (v != SIM_NOW)
		return note(m, c, s, v);
	sim_busy(c);
	if (atomic_load(&c->pe_masked) || ev->shared || !stack_allows(c, ev) ||
	    act(ev, c->id, SIM_SDEI_DO_DISPATCH) != SDEI_SUCCESS)
		v = SIM_LOST;
	note(m, c, s, v);
	if (v == SIM_NOW) {
		c->sdei_running[ev->critical] = (uint32_t)(ev - m->event);
		sim_idle(m, c);
		run_handler(m, c, ev);
		sim_return_path(m, c);
	} else {
		sim_idle(m, c);
	}
	return v;
}

/* May @ev, whose interrupt is pending, start on this PE? */
static bool may_start(struct sim_machine *m, struct sim_cpu *c, struct sim_sdei_event *ev)
{
	enum sim_arriving arriving =
		ev->critical ? SIM_ARRIVING_SDEI_CRITICAL : SIM_ARRIVING_SDEI_NORMAL;

	if (!atomic_load(&ev->bound) || atomic_load(&c->pe_masked) || !stack_allows(c, ev))
		return false;
	if (ev->shared && !atomic_load(&ev->any) && atomic_load(&ev->affinity) != c->id)
		return false;
	return sim_verdict_now(m, c, arriving, false) == SIM_NOW;
}

/* Take the pending interrupt of @ev and run its handler. */
static bool start(struct sim_machine *m, struct sim_cpu *c, struct sim_sdei_event *ev)
{
	sim_busy(c);
	if (!may_start(m, c, ev) || !clear_pending(m, ev, c->id)) {
		sim_idle(m, c);
		return false;
	}
	if (act(ev, c->id, SIM_SDEI_DO_DISPATCH) != SDEI_SUCCESS) {
		/* disabled meanwhile, or running elsewhere: pending again if it is registered */
		if (sim_sdei_status_bits(atomic_load(state_of(ev, c->id))) & SDEI_REGISTERED)
			set_pending(m, ev, c->id);
		sim_idle(m, c);
		return false;
	}
	c->sdei_running[ev->critical] = (uint32_t)(ev - m->event);
	sim_idle(m, c);
	run_handler(m, c, ev);
	return true;
}

enum sim_verdict sim_sdei_raise(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s)
{
	struct sim_sdei_event *ev = s->event == SIM_NONE ? NULL : &m->event[s->event];
	enum sim_verdict v;
	uint32_t bits;

	if (!ev || m->arch != SIM_ARCH_ARM64)
		return note(m, c, s, SIM_NEVER);
	if (ev->explicit_dispatch)
		return dispatch_explicitly(m, c, s, ev);
	bits = sim_sdei_status_bits(atomic_load(state_of(ev, c->id)));
	v = sim_verdict_now(m, c, sim_arriving_of(s), false);
	if (!(bits & SDEI_REGISTERED))
		v = SIM_LOST; /* firmware ends the interrupt, nobody asked for it */
	else if (bits != (SDEI_REGISTERED | SDEI_ENABLED) || (v == SIM_NOW && !may_start(m, c, ev)))
		v = SIM_PENDING;
	note(m, c, s, v);
	if (v == SIM_LOST)
		return v;
	set_pending(m, ev, c->id);
	if (v == SIM_NOW && start(m, c, ev))
		sim_return_path(m, c);
	return v;
}

bool sim_sdei_deliver_pending(struct sim_machine *m, struct sim_cpu *c)
{
	if (!atomic_load_explicit(&m->sdei_pending, memory_order_relaxed) ||
	    atomic_load(&c->pe_masked))
		return false;
	for (int critical = 1; critical >= 0; critical--) {
		for (uint32_t i = 0; i < m->nr_events; i++) {
			struct sim_sdei_event *ev = &m->event[i];

			if (ev->critical == (critical == 1) && atomic_load(pending_of(ev, c->id)) &&
			    sim_sdei_status_bits(atomic_load(state_of(ev, c->id))) ==
				    (SDEI_REGISTERED | SDEI_ENABLED) &&
			    start(m, c, ev))
				return true;
		}
	}
	return false;
}

/* Some event could start somewhere, as far as its own state and the masks of PEs go. */
bool sim_sdei_anything_pending(const struct sim_machine *m)
{
	for (uint32_t i = 0; i < m->nr_events; i++) {
		struct sim_sdei_event *ev = &m->event[i];

		for (unsigned int cpu = 0; cpu < m->nr_cpus; cpu++)
			if (atomic_load(pending_of(ev, cpu)) &&
			    atomic_load(state_of(ev, cpu)) == SIM_SDEI_ENABLED &&
			    !atomic_load(&m->cpu[cpu].pe_masked) &&
			    (!ev->shared || atomic_load(&ev->any) ||
			     atomic_load(&ev->affinity) == cpu))
				return true;
	}
	return false;
}

/* ---- Calls ----------------------------------------------------------------------------------- */

static bool bad_routing(const struct sim_machine *m, uint64_t flags, uint64_t affinity)
{
	return flags > SDEI_EVENT_REGISTER_RM_PE ||
	       (flags == SDEI_EVENT_REGISTER_RM_PE && affinity >= m->nr_cpus);
}

static int64_t call_register(struct sim_machine *m, unsigned int cpu, const uint64_t a[5])
{
	struct sim_sdei_event *ev = find(m, a[0]);
	int8_t answer;

	if (!ev || !a[1] || bad_routing(m, a[3], a[4]))
		return SDEI_INVALID_PARAMETERS;
	if (!atomic_load(&ev->bound))
		return SDEI_DENIED;
	answer = act(ev, cpu, SIM_SDEI_DO_REGISTER);
	if (answer)
		return answer;
	if (ev->number)
		clear_pending(m, ev, cpu);
	if (ev->shared) {
		atomic_store(&ev->any, a[3] == SDEI_EVENT_REGISTER_RM_ANY);
		atomic_store(&ev->affinity, (uint32_t)a[4]);
	}
	return SDEI_SUCCESS;
}

static int64_t call_unregister(struct sim_machine *m, unsigned int cpu, struct sim_sdei_event *ev)
{
	int8_t answer = act(ev, cpu, SIM_SDEI_DO_UNREGISTER);

	if (answer == SDEI_SUCCESS)
		clear_pending(m, ev, cpu);
	return answer;
}

static int64_t call_get_info(struct sim_sdei_event *ev, unsigned int cpu, uint64_t info)
{
	bool registered = sim_sdei_status_bits(atomic_load(state_of(ev, cpu))) & SDEI_REGISTERED;

	switch (info) {
	case 0:
		return ev->shared;
	case 1:
		return ev->number != 0; /* as TF-A: 1 is "not signalable" */
	case 2:
		return ev->critical;
	case 3:
	case 4:
		if (!ev->shared)
			return SDEI_INVALID_PARAMETERS;
		if (!registered)
			return SDEI_DENIED;
		if (info == 3)
			return !atomic_load(&ev->any);
		return atomic_load(&ev->any) ? SDEI_INVALID_PARAMETERS
					     : (int64_t)atomic_load(&ev->affinity);
	default:
		return SDEI_INVALID_PARAMETERS;
	}
}

static int64_t call_routing_set(struct sim_machine *m, unsigned int cpu, const uint64_t a[5])
{
	struct sim_sdei_event *ev = find(m, a[0]);
	int8_t answer;

	if (!ev || !ev->shared || !atomic_load(&ev->bound) || bad_routing(m, a[1], a[2]))
		return SDEI_INVALID_PARAMETERS;
	answer = act(ev, cpu, SIM_SDEI_DO_ROUTING);
	if (answer)
		return answer;
	atomic_store(&ev->any, a[1] == SDEI_EVENT_REGISTER_RM_ANY);
	atomic_store(&ev->affinity, (uint32_t)a[2]);
	return SDEI_SUCCESS;
}

static int64_t call_bind(struct sim_machine *m, uint64_t interrupt)
{
	bool shared = interrupt >= FIRST_SPI;
	struct sim_sdei_event *slot = NULL;
	int64_t answer = SDEI_OUT_OF_RESOURCE;

	if (interrupt < FIRST_PPI || interrupt >= END_SPI)
		return SDEI_INVALID_PARAMETERS;
	sim_lock(m, &m->sdei_lock);
	for (uint32_t i = 0; i < m->nr_events; i++) {
		struct sim_sdei_event *ev = &m->event[i];

		if (!ev->dynamic || ev->shared != shared)
			continue;
		if (atomic_load(&ev->bound) && ev->interrupt == interrupt) {
			slot = ev;
			break;
		}
		if (!atomic_load(&ev->bound) && !slot)
			slot = ev;
	}
	if (slot) {
		slot->interrupt = (uint32_t)interrupt;
		atomic_store(&slot->bound, true);
		answer = slot->number;
	}
	sim_unlock(&m->sdei_lock);
	return answer;
}

static int64_t call_release(struct sim_machine *m, uint64_t number)
{
	struct sim_sdei_event *ev = find(m, number);
	int64_t answer = SDEI_SUCCESS;

	if (!ev || !ev->dynamic || !atomic_load(&ev->bound))
		return SDEI_INVALID_PARAMETERS;
	sim_lock(m, &m->sdei_lock);
	for (unsigned int cpu = 0; cpu < m->nr_cpus; cpu++)
		if (act(ev, cpu, SIM_SDEI_DO_RELEASE) != SDEI_SUCCESS)
			answer = SDEI_DENIED;
	if (answer == SDEI_SUCCESS)
		atomic_store(&ev->bound, false);
	sim_unlock(&m->sdei_lock);
	return answer;
}

/* Event 0 to another PE: newest TF-A refuses when it could not be taken there. */
static int64_t call_signal(struct sim_machine *m, uint64_t number, uint64_t target)
{
	struct sim_sdei_event *ev = find(m, 0);

	if (number || target >= m->nr_cpus || atomic_load(&m->cpu[target].pe_masked) ||
	    !(sim_sdei_status_bits(atomic_load(state_of(ev, (unsigned int)target))) & SDEI_ENABLED))
		return SDEI_INVALID_PARAMETERS;
	set_pending(m, ev, (unsigned int)target);
	return SDEI_SUCCESS;
}

static int64_t call_reset(struct sim_machine *m, unsigned int cpu, bool shared)
{
	int64_t answer = SDEI_SUCCESS;

	for (uint32_t i = 0; i < m->nr_events; i++) {
		struct sim_sdei_event *ev = &m->event[i];

		if (ev->shared != shared)
			continue;
		if (atomic_load(state_of(ev, cpu)) != SIM_SDEI_IDLE &&
		    call_unregister(m, cpu, ev) != SDEI_SUCCESS)
			answer = SDEI_DENIED;
		else if (shared && ev->dynamic && atomic_load(&ev->bound) &&
			 call_release(m, ev->number) != SDEI_SUCCESS)
			answer = SDEI_DENIED;
	}
	return answer;
}

/* The innermost handler of this PE, or -1. */
static int running_level(const struct sim_cpu *c)
{
	if (c->sdei_running[1] != SIM_NONE)
		return 1;
	return c->sdei_running[0] != SIM_NONE ? 0 : -1;
}

static int64_t call_complete(struct sim_machine *m, struct sim_cpu *c, uint32_t fid, uint64_t arg)
{
	int level = running_level(c);

	if (level < 0 || (fid == (uint32_t)SDEI_EVENT_COMPLETE_AND_RESUME && !arg))
		return SDEI_DENIED;
	complete(m, c, (unsigned int)level);
	return SDEI_SUCCESS;
}

/* Calls that name one event and nothing else */
static int64_t call_on_event(struct sim_machine *m, unsigned int cpu, uint32_t fid,
			     const uint64_t a[5])
{
	struct sim_sdei_event *ev = find(m, a[0]);

	if (!ev)
		return SDEI_INVALID_PARAMETERS;
	switch (fid) {
	case (uint32_t)SDEI_EVENT_ENABLE:
		return act(ev, cpu, SIM_SDEI_DO_ENABLE);
	case (uint32_t)SDEI_EVENT_DISABLE:
		return act(ev, cpu, SIM_SDEI_DO_DISABLE);
	case (uint32_t)SDEI_EVENT_UNREGISTER:
		return call_unregister(m, cpu, ev);
	case (uint32_t)SDEI_EVENT_STATUS:
		return sim_sdei_status_bits(atomic_load(state_of(ev, cpu)));
	default:
		return call_get_info(ev, cpu, a[1]);
	}
}

static int64_t call_features(uint64_t feature)
{
	return feature ? SDEI_INVALID_PARAMETERS : (int64_t)(DYNAMIC_EACH | DYNAMIC_EACH << 16);
}

static int64_t call(struct sim_machine *m, struct sim_cpu *c, uint32_t fid, const uint64_t a[5])
{
	switch (fid) {
	case (uint32_t)SDEI_VERSION:
		return SDEI_VERSION_1;
	case (uint32_t)SDEI_EVENT_REGISTER:
		return call_register(m, c->id, a);
	case (uint32_t)SDEI_EVENT_ENABLE:
	case (uint32_t)SDEI_EVENT_DISABLE:
	case (uint32_t)SDEI_EVENT_UNREGISTER:
	case (uint32_t)SDEI_EVENT_STATUS:
	case (uint32_t)SDEI_EVENT_GET_INFO:
		return call_on_event(m, c->id, fid, a);
	case (uint32_t)SDEI_EVENT_CONTEXT:
		if (a[0] >= SDEI_NR_REGS)
			return SDEI_INVALID_PARAMETERS;
		return running_level(c) < 0 ? SDEI_DENIED : 0;
	case (uint32_t)SDEI_EVENT_COMPLETE:
	case (uint32_t)SDEI_EVENT_COMPLETE_AND_RESUME:
		return call_complete(m, c, fid, a[0]);
	case (uint32_t)SDEI_EVENT_ROUTING_SET:
		return call_routing_set(m, c->id, a);
	case (uint32_t)SDEI_PE_MASK:
		return !atomic_exchange(&c->pe_masked, true);
	case (uint32_t)SDEI_PE_UNMASK:
		atomic_store(&c->pe_masked, false);
		return SDEI_SUCCESS;
	case (uint32_t)SDEI_INTERRUPT_BIND:
		return call_bind(m, a[0]);
	case (uint32_t)SDEI_INTERRUPT_RELEASE:
		return call_release(m, a[0]);
	case (uint32_t)SDEI_EVENT_SIGNAL:
		return call_signal(m, a[0], a[1]);
	case (uint32_t)SDEI_FEATURES:
		return call_features(a[0]);
	case (uint32_t)SDEI_PRIVATE_RESET:
	case (uint32_t)SDEI_SHARED_RESET:
		return call_reset(m, c->id, fid == (uint32_t)SDEI_SHARED_RESET);
	default:
		return SDEI_NOT_SUPPORTED;
	}
}

int64_t sim_sdei_call(struct sim_machine *m, unsigned int cpu, uint32_t fid, const uint64_t a[5])
{
	struct sim_cpu *c = &m->cpu[cpu];
	int64_t answer;

	sim_busy(c);
	answer = call(m, c, fid, a);
	sim_idle(m, c);
	/* what a call made possible starts as soon as firmware is left */
	if (cpu == sim_this_cpu(m))
		sim_return_path(m, c);
	return answer;
}

/* ---- Linux's client (drivers/firmware/arm_sdei.c), as far as GHES uses it -------------------- */

static int to_errno(int64_t answer)
{
	switch (answer) {
	case SDEI_NOT_SUPPORTED:
		return -GHES_ENOTSUP;
	case SDEI_INVALID_PARAMETERS:
		return -GHES_EINVAL;
	case SDEI_DENIED:
		return -GHES_EPERM;
	case SDEI_PENDING:
		return -GHES_EINPROGRESS;
	case SDEI_OUT_OF_RESOURCE:
		return -GHES_ENOMEM;
	default:
		return answer < 0 ? -GHES_EIO : 0;
	}
}

/* SDEI_DENY: firmware is out of resources, or has a bug of its own, at the n-th call. */
static bool misbehave_deny(struct sim_machine *m)
{
	uint64_t when = m->host->config.misbehave[SIM_MISBEHAVE_SDEI_DENY];

	return when && atomic_fetch_add(&m->sdei_calls, 1) + 1 == when;
}

int sim_sdei_get_info(struct ghes_platform *p, uint32_t event, enum sdei_event_info info,
		      uint64_t *result)
{
	struct sim_machine *m = sim_of_platform(p);
	uint64_t a[5] = {event, info};
	int64_t answer = SDEI_DENIED;

	if (!misbehave_deny(m))
		answer = sim_sdei_call(m, sim_this_cpu(m), (uint32_t)SDEI_EVENT_GET_INFO, a);
	if (answer < 0)
		return to_errno(answer);
	*result = (uint64_t)answer;
	return 0;
}

/*
 * A call for a private event is made on each CPU that is online (a cross call there), for a shared
 * one once. The first error counts. DIFFERENT from Linux in one case: a CPU where an earlier
 * unregister was successful is not asked again; Linux gets DENIED from it.
 */
static int on_each_cpu(struct sim_machine *m, uint32_t event, uint32_t fid)
{
	struct sim_sdei_event *ev = find(m, event);
	uint64_t a[5] = {event, fid == (uint32_t)SDEI_EVENT_REGISTER ? 0x1000 : 0};
	int first = 0;

	if (!ev || m->arch != SIM_ARCH_ARM64)
		return m->arch == SIM_ARCH_ARM64 ? -GHES_EINVAL : -GHES_ENOTSUP;
	sim_uses_one(m, sim_this(m), SIM_RESOURCE_SOURCE, true, ev->source);
	if (misbehave_deny(m))
		return to_errno(SDEI_DENIED);
	if (ev->shared)
		return to_errno(sim_sdei_call(m, sim_this_cpu(m), fid, a));
	for (unsigned int cpu = 0; cpu < m->nr_cpus; cpu++) {
		int err;

		if (!atomic_load(&m->cpu[cpu].online))
			continue;
		if (fid == (uint32_t)SDEI_EVENT_UNREGISTER &&
		    atomic_load(state_of(ev, cpu)) == SIM_SDEI_IDLE)
			continue;
		err = to_errno(call(m, &m->cpu[cpu], fid, a));
		if (err && !first)
			first = err;
	}
	sim_return_path(m, sim_this(m));
	return first;
}

int sim_sdei_register(struct ghes_platform *p, uint32_t event)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_sdei_event *ev = find(m, event);
	int err;

	if (!event)
		return -GHES_EINVAL; /* software-signalled only */
	err = on_each_cpu(m, event, (uint32_t)SDEI_EVENT_REGISTER);
	if (err)
		return err;
	atomic_store(&ev->client_registered, true);
	return 0;
}

int sim_sdei_enable(struct ghes_platform *p, uint32_t event)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_sdei_event *ev = find(m, event);

	if (ev)
		atomic_store(&ev->client_enabled, true);
	return on_each_cpu(m, event, (uint32_t)SDEI_EVENT_ENABLE);
}

int sim_sdei_disable(struct ghes_platform *p, uint32_t event)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_sdei_event *ev = find(m, event);

	if (ev)
		atomic_store(&ev->client_enabled, false);
	return on_each_cpu(m, event, (uint32_t)SDEI_EVENT_DISABLE);
}

int sim_sdei_unregister(struct ghes_platform *p, uint32_t event)
{
	struct sim_machine *m = sim_of_platform(p);
	struct sim_sdei_event *ev = find(m, event);
	int err = on_each_cpu(m, event, (uint32_t)SDEI_EVENT_UNREGISTER);

	if (ev && !err)
		atomic_store(&ev->client_registered, false);
	return err;
}

/* CPU hotplug: private events are unregistered on the way down, and back on the way up. */
void sim_sdei_cpu_down(struct sim_machine *m, struct sim_cpu *c)
{
	for (uint32_t i = 0; i < m->nr_events; i++)
		if (!m->event[i].shared && atomic_load(&m->event[i].client_registered))
			call_unregister(m, c->id, &m->event[i]);
	atomic_store(&c->pe_masked, true);
}

void sim_sdei_cpu_up(struct sim_machine *m, struct sim_cpu *c)
{
	for (uint32_t i = 0; i < m->nr_events; i++) {
		struct sim_sdei_event *ev = &m->event[i];

		if (ev->shared || !atomic_load(&ev->client_registered))
			continue;
		act(ev, c->id, SIM_SDEI_DO_REGISTER);
		if (atomic_load(&ev->client_enabled))
			act(ev, c->id, SIM_SDEI_DO_ENABLE);
	}
	atomic_store(&c->pe_masked, false);
}
