/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SDEI firmware of the simulated machine: the calls of a client, and dispatch.
 *
 * Source: Arm DEN0054 (SDEI), the state machine as TF-A encodes it (section 6.1 there).
 *
 * Context: sim_sdei_call() any; private events concern the calling PE only. Progress: lock-free
 * state changes, one short lock where a call changes more than one word.
 */
#ifndef SIM_SDEI_H
#define SIM_SDEI_H

#include "machine.h"

/* Function ids (SMC64); X(name, number) */
#define SIM_SDEI_CALLS(X)                                                                          \
	X(VERSION, 0xC4000020)                                                                     \
	X(EVENT_REGISTER, 0xC4000021)                                                              \
	X(EVENT_ENABLE, 0xC4000022)                                                                \
	X(EVENT_DISABLE, 0xC4000023)                                                               \
	X(EVENT_CONTEXT, 0xC4000024)                                                               \
	X(EVENT_COMPLETE, 0xC4000025)                                                              \
	X(EVENT_COMPLETE_AND_RESUME, 0xC4000026)                                                   \
	X(EVENT_UNREGISTER, 0xC4000027)                                                            \
	X(EVENT_STATUS, 0xC4000028)                                                                \
	X(EVENT_GET_INFO, 0xC4000029)                                                              \
	X(EVENT_ROUTING_SET, 0xC400002A)                                                           \
	X(PE_MASK, 0xC400002B)                                                                     \
	X(PE_UNMASK, 0xC400002C)                                                                   \
	X(INTERRUPT_BIND, 0xC400002D)                                                              \
	X(INTERRUPT_RELEASE, 0xC400002E)                                                           \
	X(EVENT_SIGNAL, 0xC400002F)                                                                \
	X(FEATURES, 0xC4000030)                                                                    \
	X(PRIVATE_RESET, 0xC4000031)                                                               \
	X(SHARED_RESET, 0xC4000032)

enum sim_sdei_fid {
#define SIM_SDEI_FID(name, number) SDEI_##name = (int)(number),
	SIM_SDEI_CALLS(SIM_SDEI_FID)
#undef SIM_SDEI_FID
};

#define SDEI_SUCCESS		0
#define SDEI_NOT_SUPPORTED	(-1)
#define SDEI_INVALID_PARAMETERS (-2)
#define SDEI_DENIED		(-3)
#define SDEI_PENDING		(-5)
#define SDEI_OUT_OF_RESOURCE	(-10)

#define SDEI_EVENT_REGISTER_RM_ANY 0u
#define SDEI_EVENT_REGISTER_RM_PE  1u

/* A state is a set of bits, as EVENT_STATUS reports them: registered, enabled, running. */
#define SDEI_REGISTERED 1u
#define SDEI_ENABLED	2u
#define SDEI_RUNNING	4u

#define SIM_SDEI_STATES(X)                                                                         \
	X(IDLE, 0)                                                                                 \
	X(REGISTERED, SDEI_REGISTERED)                                                             \
	X(ENABLED, SDEI_REGISTERED | SDEI_ENABLED)                                                 \
	X(RUNNING, SDEI_REGISTERED | SDEI_ENABLED | SDEI_RUNNING)                                  \
	X(RUNNING_DISABLED, SDEI_REGISTERED | SDEI_RUNNING)                                        \
	X(RUNNING_UNREGISTERED, SDEI_RUNNING)

enum sim_sdei_state {
#define SIM_SDEI_STATE_ENUM(name, bits) SIM_SDEI_##name,
	SIM_SDEI_STATES(SIM_SDEI_STATE_ENUM)
#undef SIM_SDEI_STATE_ENUM
		SIM_NR_SDEI_STATES
};

#define SIM_SDEI_ACTIONS(X)                                                                        \
	X(REGISTER)                                                                                \
	X(ENABLE)                                                                                  \
	X(DISABLE) X(UNREGISTER) X(ROUTING) X(CONTEXT) X(COMPLETE) X(DISPATCH) X(RELEASE)

enum sim_sdei_action {
#define SIM_SDEI_ACTION_ENUM(name) SIM_SDEI_DO_##name,
	SIM_SDEI_ACTIONS(SIM_SDEI_ACTION_ENUM)
#undef SIM_SDEI_ACTION_ENUM
		SIM_NR_SDEI_ACTIONS
};

/* One cell of the state machine. */
struct sim_sdei_cell {
	int8_t answer; /* SDEI_SUCCESS, SDEI_DENIED or SDEI_PENDING */
	uint8_t next;  /* enum sim_sdei_state; the same when denied */
};

/* The table that the firmware indexes. Any context, wait-free. */
struct sim_sdei_cell sim_sdei_cell(enum sim_sdei_state state, enum sim_sdei_action action);
uint32_t sim_sdei_status_bits(enum sim_sdei_state state);

/**
 * sim_sdei_call() - an SMC of the client on @cpu
 * @fid: enum sim_sdei_fid; others are not supported
 * @a: five arguments, x1..x5
 *
 * COMPLETE and COMPLETE_AND_RESUME change the event's state; unwinding the handler is the
 * caller's business. Return: as the specification says; negative ones are SDEI_*.
 */
int64_t sim_sdei_call(struct sim_machine *m, unsigned int cpu, uint32_t fid, const uint64_t a[5]);

/* An event that no source has (event 0, and for INTERRUPT_BIND); before boot. 0, -GHES_ENOMEM */
int sim_sdei_define(struct sim_machine *m, uint32_t number, bool shared, bool critical,
		    bool explicit_dispatch);

enum sim_sdei_state sim_sdei_state(struct sim_machine *m, unsigned int cpu, uint32_t number);

/* For the machine */
struct sim_cpu;
struct sim_source;
int sim_sdei_create(struct sim_machine *m);
/* Firmware notifies @s on @c, explicitly or by its interrupt. */
enum sim_verdict sim_sdei_raise(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s);
bool sim_sdei_deliver_pending(struct sim_machine *m, struct sim_cpu *c);
bool sim_sdei_anything_pending(const struct sim_machine *m);
void sim_sdei_cpu_down(struct sim_machine *m, struct sim_cpu *c);
void sim_sdei_cpu_up(struct sim_machine *m, struct sim_cpu *c);
int sim_sdei_get_info(struct ghes_platform *p, uint32_t event, enum sdei_event_info info,
		      uint64_t *result);
int sim_sdei_register(struct ghes_platform *p, uint32_t event);
int sim_sdei_enable(struct ghes_platform *p, uint32_t event);
int sim_sdei_disable(struct ghes_platform *p, uint32_t event);
int sim_sdei_unregister(struct ghes_platform *p, uint32_t event);

#endif
