// SPDX-License-Identifier: GPL-2.0-only
/*
 * SDEI firmware: every state x every action, each call with its errors, dispatch and its refusals.
 */
#include "machine_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "context_core.h"
#include "machine/internal.h"

enum { PRIVATE_ID = 1, SHARED_ID, CRITICAL_ID, EXPLICIT_ID };
#define PRIVATE	 (1000u + PRIVATE_ID)
#define SHARED	 (1000u + SHARED_ID)
#define CRITICAL (1000u + CRITICAL_ID)
#define EXPLICIT (1000u + EXPLICIT_ID)
#define UNKNOWN	 77u
#define FREE	 50u /* an event without a source */
#define ENTRY	 0x1000u

static struct kit kit;

static void build(void)
{
	kit_init(&kit);
	kit_sdei(&kit, PRIVATE_ID, false)->sdei_explicit = false;
	kit_sdei(&kit, SHARED_ID, false);
	kit.source[1].sdei_shared = true;
	kit.source[1].sdei_explicit = false;
	kit_sdei(&kit, CRITICAL_ID, true)->sdei_explicit = false;
	kit_sdei(&kit, EXPLICIT_ID, false);
	kit.oracles = 1u << SIM_ORACLE_slot;
	memset(&context_core_calls, 0, sizeof(context_core_calls));
	kit_create(&kit, context_core_ops(), false);
	assert_int_equal(sim_sdei_define(kit.m, FREE, false, false, false), 0);
	assert_int_equal(sim_sdei_define(kit.m, PRIVATE, false, false, false), -GHES_EINVAL);
	assert_int_equal(sim_boot(kit.m), 0);
}

static int64_t call5(unsigned int cpu, enum sim_sdei_fid fid, uint64_t a0, uint64_t a1, uint64_t a3,
		     uint64_t a4)
{
	uint64_t a[5] = {a0, a1, 0, a3, a4};

	return sim_sdei_call(kit.m, cpu, (uint32_t)fid, a);
}

static int64_t call(enum sim_sdei_fid fid, uint64_t a0, uint64_t a1)
{
	uint64_t a[5] = {a0, a1, a1};

	sim_set_this_cpu(kit.m, 0);
	return sim_sdei_call(kit.m, 0, (uint32_t)fid, a);
}

static int64_t do_register(uint64_t event)
{
	return call5(0, SDEI_EVENT_REGISTER, event, ENTRY, SDEI_EVENT_REGISTER_RM_ANY, 0);
}

/* ---- Every state x action ------------------------------------------------------------------------ */

/* The table once more, as text: next state, x denied, p pending. States: i g e R D U. */
static const char *const expected[SIM_NR_SDEI_STATES] = {
	/* register enable disable unregister routing context complete dispatch release */
	[SIM_SDEI_IDLE] = "gxxxxxxxi",
	[SIM_SDEI_REGISTERED] = "xegigxxxx",
	[SIM_SDEI_ENABLED] = "xegixxxRx",
	[SIM_SDEI_RUNNING] = "xRDpxRexx",
	[SIM_SDEI_RUNNING_DISABLED] = "xRDpxDgxx",
	[SIM_SDEI_RUNNING_UNREGISTERED] = "xxxpxUixx",
};

static void test_table(void **state)
{
	(void)state;
	for (int s = 0; s < SIM_NR_SDEI_STATES; s++) {
		for (int a = 0; a < SIM_NR_SDEI_ACTIONS; a++) {
			struct sim_sdei_cell cell =
				sim_sdei_cell((enum sim_sdei_state)s, (enum sim_sdei_action)a);
			char want = expected[s][a];

			if (want == 'x') {
				assert_int_equal(cell.answer, SDEI_DENIED);
				assert_int_equal(cell.next, s);
			} else if (want == 'p') {
				assert_int_equal(cell.answer, SDEI_PENDING);
				assert_int_equal(cell.next, SIM_SDEI_RUNNING_UNREGISTERED);
			} else {
				assert_int_equal(cell.answer, SDEI_SUCCESS);
				assert_int_equal("igeRDU"[cell.next], want);
			}
		}
		/* enabled without registered does not exist */
		assert_int_not_equal(sim_sdei_status_bits((enum sim_sdei_state)s) &
					     (SDEI_REGISTERED | SDEI_ENABLED),
				     SDEI_ENABLED);
	}
}

/* The machine brings its event into @from; then @action is done by a call, or by an interrupt. */
static struct {
	enum sim_sdei_state from;
	enum sim_sdei_action action;
	bool done;
	int64_t answer;
	enum sim_sdei_state after;
	unsigned int started;
} cell;

static void do_action(void)
{
	unsigned int before = context_core_calls.entries[ENTRY_SDEI];
	struct sim_action raise = kit_action(SIM_ACTION_RAISE, SHARED_ID);

	cell.done = true;
	assert_int_equal(sim_sdei_state(kit.m, 0, SHARED), cell.from);
	assert_int_equal(call(SDEI_EVENT_STATUS, SHARED, 0), sim_sdei_status_bits(cell.from));
	switch (cell.action) {
	case SIM_SDEI_DO_REGISTER:
		cell.answer = do_register(SHARED);
		break;
	case SIM_SDEI_DO_ENABLE:
		cell.answer = call(SDEI_EVENT_ENABLE, SHARED, 0);
		break;
	case SIM_SDEI_DO_DISABLE:
		cell.answer = call(SDEI_EVENT_DISABLE, SHARED, 0);
		break;
	case SIM_SDEI_DO_UNREGISTER:
		cell.answer = call(SDEI_EVENT_UNREGISTER, SHARED, 0);
		break;
	case SIM_SDEI_DO_ROUTING:
		cell.answer = call(SDEI_EVENT_ROUTING_SET, SHARED, SDEI_EVENT_REGISTER_RM_PE);
		break;
	case SIM_SDEI_DO_CONTEXT:
		cell.answer = call(SDEI_EVENT_CONTEXT, 2, 0);
		break;
	case SIM_SDEI_DO_COMPLETE:
		cell.answer = call(SDEI_EVENT_COMPLETE, 0, 0);
		break;
	case SIM_SDEI_DO_DISPATCH:
		sim_arrive(kit.m, 0, &raise);
		cell.started = context_core_calls.entries[ENTRY_SDEI] - before;
		cell.answer = cell.started ? SDEI_SUCCESS : SDEI_DENIED;
		break;
	default: /* release: of a bound event only, see test_bind() */
		cell.answer = SDEI_SUCCESS;
		break;
	}
	cell.after = sim_sdei_state(kit.m, 0, SHARED);
}

static void in_handler(struct ghes_platform *p, enum context_entry entry, uint32_t number)
{
	(void)p;
	if (entry != ENTRY_SDEI || number != SHARED || cell.done)
		return;
	if (cell.from == SIM_SDEI_RUNNING_DISABLED)
		call(SDEI_EVENT_DISABLE, SHARED, 0);
	if (cell.from == SIM_SDEI_RUNNING_UNREGISTERED)
		assert_int_equal(call(SDEI_EVENT_UNREGISTER, SHARED, 0), SDEI_PENDING);
	do_action();
}

static void reach_and_act(void)
{
	struct sim_action raise = kit_action(SIM_ACTION_RAISE, SHARED_ID);

	switch (cell.from) {
	case SIM_SDEI_IDLE:
		call(SDEI_EVENT_UNREGISTER, SHARED, 0);
		do_action();
		break;
	case SIM_SDEI_REGISTERED:
		call(SDEI_EVENT_DISABLE, SHARED, 0);
		do_action();
		break;
	case SIM_SDEI_ENABLED:
		do_action();
		break;
	default:
		context_core_calls.inside = in_handler;
		sim_do(kit.m, 0, &raise);
		break;
	}
}

static void test_calls(void **state)
{
	(void)state;
	for (int s = 0; s < SIM_NR_SDEI_STATES; s++) {
		for (int a = 0; a < SIM_SDEI_DO_RELEASE; a++) {
			struct sim_sdei_cell want =
				sim_sdei_cell((enum sim_sdei_state)s, (enum sim_sdei_action)a);

			memset(&cell, 0, sizeof(cell));
			cell.from = (enum sim_sdei_state)s;
			cell.action = (enum sim_sdei_action)a;
			build();
			reach_and_act();
			assert_true(cell.done);
			assert_int_equal(cell.answer, want.answer);
			/* a handler that was dispatched has ended by the time the raise returns */
			if (a == SIM_SDEI_DO_DISPATCH && want.answer == SDEI_SUCCESS)
				assert_int_equal(cell.after, SIM_SDEI_ENABLED);
			else
				assert_int_equal(cell.after, want.next);
			sim_quiesce(kit.m);
			kit_no_defect(&kit);
			kit_destroy(&kit);
		}
	}
}

/* ---- Calls and their errors ------------------------------------------------------------------------ */

static void test_errors(void **state)
{
	(void)state;
	build();
	assert_int_equal(call(SDEI_VERSION, 0, 0) >> 48 & 0x7fff, 1);
	assert_int_equal(call((enum sim_sdei_fid)0xC4000033, 0, 0), SDEI_NOT_SUPPORTED);

	assert_int_equal(do_register(UNKNOWN), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call5(0, SDEI_EVENT_REGISTER, FREE, 0, 0, 0), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call5(0, SDEI_EVENT_REGISTER, FREE, ENTRY, 2, 0), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call5(0, SDEI_EVENT_REGISTER, FREE, ENTRY, 1, 99),
			 SDEI_INVALID_PARAMETERS);
	assert_int_equal(do_register(PRIVATE), SDEI_DENIED);
	assert_int_equal(call(SDEI_EVENT_ENABLE, UNKNOWN, 0), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call(SDEI_EVENT_ENABLE, FREE, 0), SDEI_DENIED);
	assert_int_equal(call(SDEI_EVENT_DISABLE, UNKNOWN, 0), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call(SDEI_EVENT_DISABLE, FREE, 0), SDEI_DENIED);
	assert_int_equal(call(SDEI_EVENT_UNREGISTER, UNKNOWN, 0), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call(SDEI_EVENT_UNREGISTER, FREE, 0), SDEI_DENIED);
	assert_int_equal(call(SDEI_EVENT_STATUS, UNKNOWN, 0), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call(SDEI_EVENT_CONTEXT, 18, 0), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call(SDEI_EVENT_CONTEXT, 0, 0), SDEI_DENIED);
	assert_int_equal(call(SDEI_EVENT_COMPLETE, 0, 0), SDEI_DENIED);
	assert_int_equal(call(SDEI_EVENT_COMPLETE_AND_RESUME, ENTRY, 0), SDEI_DENIED);
	kit_destroy(&kit);
}

static void test_get_info(void **state)
{
	(void)state;
	build();
	assert_int_equal(call(SDEI_EVENT_GET_INFO, UNKNOWN, 0), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call(SDEI_EVENT_GET_INFO, PRIVATE, 0), 0);
	assert_int_equal(call(SDEI_EVENT_GET_INFO, SHARED, 0), 1);
	assert_int_equal(call(SDEI_EVENT_GET_INFO, 0, 1), 0);
	assert_int_equal(call(SDEI_EVENT_GET_INFO, PRIVATE, 1), 1);
	assert_int_equal(call(SDEI_EVENT_GET_INFO, PRIVATE, 2), SDEI_EVENT_PRIORITY_NORMAL);
	assert_int_equal(call(SDEI_EVENT_GET_INFO, CRITICAL, 2), SDEI_EVENT_PRIORITY_CRITICAL);
	assert_int_equal(call(SDEI_EVENT_GET_INFO, PRIVATE, 3), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call(SDEI_EVENT_GET_INFO, SHARED, 3), SDEI_EVENT_REGISTER_RM_ANY);
	assert_int_equal(call(SDEI_EVENT_GET_INFO, SHARED, 4), SDEI_INVALID_PARAMETERS);
	call(SDEI_EVENT_DISABLE, SHARED, 0);
	assert_int_equal(call(SDEI_EVENT_ROUTING_SET, SHARED, SDEI_EVENT_REGISTER_RM_PE), 0);
	assert_int_equal(call(SDEI_EVENT_GET_INFO, SHARED, 3), SDEI_EVENT_REGISTER_RM_PE);
	assert_int_equal(call(SDEI_EVENT_GET_INFO, SHARED, 4), 1);
	call(SDEI_EVENT_UNREGISTER, SHARED, 0);
	assert_int_equal(call(SDEI_EVENT_GET_INFO, SHARED, 3), SDEI_DENIED);
	assert_int_equal(call(SDEI_EVENT_GET_INFO, SHARED, 5), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call(SDEI_EVENT_ROUTING_SET, PRIVATE, 0), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call(SDEI_EVENT_ROUTING_SET, SHARED, 2), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call(SDEI_EVENT_ROUTING_SET, SHARED, 0), SDEI_DENIED);
	kit_destroy(&kit);
}

static void test_bind(void **state)
{
	int64_t spi, other, ppi;

	(void)state;
	build();
	assert_int_equal(call(SDEI_FEATURES, 0, 0), 2 | 2 << 16);
	assert_int_equal(call(SDEI_FEATURES, 1, 0), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call(SDEI_INTERRUPT_BIND, 15, 0), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call(SDEI_INTERRUPT_BIND, 1020, 0), SDEI_INVALID_PARAMETERS);
	spi = call(SDEI_INTERRUPT_BIND, 40, 0);
	assert_true(spi > 0);
	assert_int_equal(call(SDEI_INTERRUPT_BIND, 40, 0), spi); /* bound already: the same */
	other = call(SDEI_INTERRUPT_BIND, 41, 0);
	assert_true(other > 0 && other != spi);
	assert_int_equal(call(SDEI_INTERRUPT_BIND, 42, 0), SDEI_OUT_OF_RESOURCE);
	ppi = call(SDEI_INTERRUPT_BIND, 20, 0);
	assert_true(ppi > 0);
	assert_int_equal(call(SDEI_EVENT_GET_INFO, (uint64_t)ppi, 0), 0);
	assert_int_equal(call(SDEI_EVENT_GET_INFO, (uint64_t)spi, 0), 1);
	assert_int_equal(do_register((uint64_t)spi), 0);
	assert_int_equal(call(SDEI_INTERRUPT_RELEASE, (uint64_t)spi, 0), SDEI_DENIED);
	assert_int_equal(call(SDEI_EVENT_UNREGISTER, (uint64_t)spi, 0), 0);
	assert_int_equal(call(SDEI_INTERRUPT_RELEASE, (uint64_t)spi, 0), 0);
	assert_int_equal(call(SDEI_INTERRUPT_RELEASE, (uint64_t)spi, 0), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call(SDEI_INTERRUPT_RELEASE, PRIVATE, 0), SDEI_INVALID_PARAMETERS);
	assert_int_equal(do_register((uint64_t)spi), SDEI_DENIED); /* not bound */
	kit_destroy(&kit);
}

static void test_reset(void **state)
{
	(void)state;
	build();
	assert_int_equal(call(SDEI_PRIVATE_RESET, 0, 0), 0);
	assert_int_equal(sim_sdei_state(kit.m, 0, PRIVATE), SIM_SDEI_IDLE);
	assert_int_equal(sim_sdei_state(kit.m, 1, PRIVATE), SIM_SDEI_ENABLED);
	assert_int_equal(sim_sdei_state(kit.m, 0, SHARED), SIM_SDEI_ENABLED);
	assert_int_equal(call(SDEI_SHARED_RESET, 0, 0), 0);
	assert_int_equal(sim_sdei_state(kit.m, 1, SHARED), SIM_SDEI_IDLE);
	kit_destroy(&kit);
}

/* ---- Dispatch --------------------------------------------------------------------------------------- */

static enum sim_verdict raise(unsigned int cpu, uint16_t source)
{
	struct sim_action action = kit_action(SIM_ACTION_RAISE, source);

	return sim_arrive(kit.m, cpu, &action);
}

static unsigned int handled(void)
{
	return context_core_calls.entries[ENTRY_SDEI];
}

/* Masked: what an interrupt backs waits for the unmask, what firmware dispatches is lost. */
static void test_masked(void **state)
{
	(void)state;
	build();
	assert_int_equal(call(SDEI_PE_MASK, 0, 0), 1);
	assert_int_equal(call(SDEI_PE_MASK, 0, 0), 0);
	assert_int_equal(raise(0, PRIVATE_ID), SIM_PENDING);
	assert_int_equal(raise(0, CRITICAL_ID), SIM_PENDING);
	assert_int_equal(raise(0, EXPLICIT_ID), SIM_LOST);
	assert_int_equal(handled(), 0);
	assert_int_equal(raise(1, PRIVATE_ID), SIM_NOW); /* another PE, another mask */
	assert_int_equal(handled(), 1);
	assert_int_equal(call(SDEI_PE_UNMASK, 0, 0), 0);
	assert_int_equal(handled(), 3);
	assert_int_equal(context_core_calls.last_event, PRIVATE); /* critical came first */
	kit_destroy(&kit);
}

/* A shared event that hits a masked PE is taken by another; one routed to a PE waits for it. */
static void test_routing(void **state)
{
	struct sim_action step = {.kind = SIM_ACTION_KERNEL, .record = -1, .count = 1};

	(void)state;
	build();
	call(SDEI_PE_MASK, 0, 0);
	assert_int_equal(raise(0, SHARED_ID), SIM_PENDING);
	assert_int_equal(handled(), 0);
	sim_do(kit.m, 1, &step);
	assert_int_equal(handled(), 1);

	call(SDEI_EVENT_DISABLE, SHARED, 0);
	assert_int_equal(call5(0, SDEI_EVENT_ROUTING_SET, SHARED, SDEI_EVENT_REGISTER_RM_PE, 0, 0),
			 0);
	call(SDEI_EVENT_ENABLE, SHARED, 0);
	assert_int_equal(raise(0, SHARED_ID), SIM_PENDING);
	sim_do(kit.m, 1, &step);
	assert_int_equal(handled(), 1);
	call(SDEI_PE_UNMASK, 0, 0);
	assert_int_equal(handled(), 2);
	kit_destroy(&kit);
}

/* Raised between register and enable: waits for the enable. Registering forgets what came before.
 */
static void test_pending_until_enabled(void **state)
{
	(void)state;
	build();
	call(SDEI_EVENT_DISABLE, PRIVATE, 0);
	assert_int_equal(raise(0, PRIVATE_ID), SIM_PENDING);
	assert_int_equal(handled(), 0);
	call(SDEI_EVENT_ENABLE, PRIVATE, 0);
	assert_int_equal(handled(), 1);
	call(SDEI_EVENT_UNREGISTER, PRIVATE, 0);
	assert_int_equal(raise(0, PRIVATE_ID), SIM_LOST);
	do_register(PRIVATE);
	call(SDEI_EVENT_ENABLE, PRIVATE, 0);
	assert_int_equal(handled(), 1);
	kit_destroy(&kit);
}

static void test_signal(void **state)
{
	struct sim_action step = {.kind = SIM_ACTION_KERNEL, .record = -1, .count = 1};

	(void)state;
	build();
	assert_int_equal(call(SDEI_EVENT_SIGNAL, PRIVATE, 1), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call(SDEI_EVENT_SIGNAL, 0, 9), SDEI_INVALID_PARAMETERS);
	assert_int_equal(call(SDEI_EVENT_SIGNAL, 0, 1), SDEI_INVALID_PARAMETERS); /* not enabled */
	assert_int_equal(call5(1, SDEI_EVENT_REGISTER, 0, ENTRY, 0, 0), 0);
	assert_int_equal(call5(1, SDEI_EVENT_ENABLE, 0, 0, 0, 0), 0);
	assert_int_equal(call(SDEI_EVENT_SIGNAL, 0, 1), 0);
	assert_int_equal(sim_nr_nested(kit.m, SIM_RUNNING_SDEI_NORMAL, SIM_RUNNING_KERNEL), 0);
	sim_do(kit.m, 1, &step);
	assert_int_equal(sim_nr_nested(kit.m, SIM_RUNNING_SDEI_NORMAL, SIM_RUNNING_KERNEL), 1);
	assert_int_equal(handled(), 0); /* never a GHES event */
	/* and Linux refuses it as a vector */
	assert_int_equal(sim_platform_ops.sdei_event_register(&kit.m->platform, 0), -GHES_EINVAL);
	kit_destroy(&kit);
}

/* Linux's client: unregister while the handler runs is in progress, and done after it. */
static struct {
	int first, again;
} unregistered;

static void unregister_inside(struct ghes_platform *p, enum context_entry entry, uint32_t number)
{
	(void)entry;
	if (number != PRIVATE)
		return;
	unregistered.first = p->ops->sdei_event_unregister(p, PRIVATE);
	unregistered.again = p->ops->sdei_event_unregister(p, PRIVATE);
}

static void test_unregister_while_running(void **state)
{
	struct ghes_platform *p;
	uint64_t priority;

	(void)state;
	build();
	p = &kit.m->platform;
	context_core_calls.inside = unregister_inside;
	assert_int_equal(raise(0, PRIVATE_ID), SIM_NOW);
	assert_int_equal(unregistered.first, -GHES_EINPROGRESS);
	assert_int_equal(unregistered.again, -GHES_EINPROGRESS);
	assert_int_equal(sim_sdei_state(kit.m, 0, PRIVATE), SIM_SDEI_IDLE);
	assert_int_equal(sim_sdei_state(kit.m, 1, PRIVATE), SIM_SDEI_IDLE);
	assert_int_equal(p->ops->sdei_event_unregister(p, PRIVATE), 0);
	assert_int_equal(
		p->ops->sdei_event_get_info(p, UNKNOWN, SDEI_EVENT_INFO_EV_PRIORITY, &priority),
		-GHES_EINVAL);
	assert_int_equal(
		p->ops->sdei_event_get_info(p, CRITICAL, SDEI_EVENT_INFO_EV_PRIORITY, &priority),
		0);
	assert_int_equal(priority, SDEI_EVENT_PRIORITY_CRITICAL);
	kit_destroy(&kit);
}

/* A CPU that goes offline unregisters its private events, and has them again when it is back. */
static void test_hotplug(void **state)
{
	struct sim_action offline = kit_action(SIM_ACTION_OFFLINE, 0);
	struct sim_action online = kit_action(SIM_ACTION_ONLINE, 0);

	(void)state;
	build();
	assert_int_equal(sim_do(kit.m, 1, &offline), 0);
	assert_int_equal(sim_sdei_state(kit.m, 1, PRIVATE), SIM_SDEI_IDLE);
	assert_int_equal(raise(1, PRIVATE_ID), SIM_NEVER);
	assert_int_equal(sim_do(kit.m, 1, &online), 0);
	assert_int_equal(sim_sdei_state(kit.m, 1, PRIVATE), SIM_SDEI_ENABLED);
	assert_int_equal(raise(1, PRIVATE_ID), SIM_NOW);
	kit_destroy(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_get_info),
		cmocka_unit_test(test_bind),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_masked),
		cmocka_unit_test(test_routing),
		cmocka_unit_test(test_pending_until_enabled),
		cmocka_unit_test(test_signal),
		cmocka_unit_test(test_unregister_while_running),
		cmocka_unit_test(test_hotplug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
