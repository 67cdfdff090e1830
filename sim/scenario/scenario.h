/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A scenario: what the machine is, what happens on it, and what must hold at the end.
 *
 * Flow: a YAML file -> scenario_load() -> struct sim_scenario -> a driver.
 *
 * A scenario has, beside the machine's configuration,
 * - a program for each CPU: actions in order, in task context;
 * - arrivals: floating notifications. Driver `run` delivers each where its `at` says (or after the
 *   programs); the other drivers choose the place themselves, everywhere it is legal;
 * - expectations beyond the oracles.
 * The format is documented in ghes-sim-scenario(5).
 */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "machine/machine.h"

/* A place in a run: the @nth event of @kind (in context @running, of @source, on @cpu). */
struct sim_place {
	bool set;
	uint16_t kind; /* enum sim_event_kind */
	unsigned int nth;
	int running;	 /* enum sim_running, -1: any */
	uint16_t source; /* SIM_NO_SOURCE: any */
	int cpu;	 /* -1: any */
};

struct sim_arrival {
	struct sim_action action;
	int cpu;	    /* -1: any */
	unsigned int times; /* how often it may arrive in one run, at most */
	struct sim_place at;
};

struct sim_program {
	unsigned int cpu;
	struct sim_action *actions;
	unsigned int nr_actions;
};

/* X(name, text): what a scenario can expect, as counted at the end of `run`. */
#define SIM_EXPECT_COUNTS(X)                                                                       \
	X(PROCESSED, "processed")                                                                  \
	X(DUPLICATE, "duplicate")                                                                  \
	X(REJECTED, "rejected")                                                                    \
	X(LOST, "lost")                                                                            \
	X(PANIC_PRINTED, "panic-printed")                                                          \
	X(PANICS, "panics")                                                                        \
	X(MEMORY_FAILURES, "memory-failures")                                                      \
	X(SIGNALS, "signals")                                                                      \
	X(AER, "aer")                                                                              \
	X(VENDOR, "vendor")                                                                        \
	X(CXL, "cxl")                                                                              \
	X(LOST_DISPATCHES, "lost-dispatches")                                                      \
	X(ACKS, "acks")                                                                            \
	X(CLEARS, "clears")                                                                        \
	X(POOL_EXHAUSTED, "pool-exhausted")                                                        \
	X(IRQ_WORKS, "irq-works")                                                                  \
	X(ACTION_REQUIRED, "action-required")                                                      \
	X(BIND_ERRORS, "bind-errors")                                                              \
	X(CLAIM_0, "claim-0")                                                                      \
	X(CLAIM_ENOENT, "claim-enoent")                                                            \
	X(CLAIM_ECANCELED, "claim-ecanceled")                                                      \
	X(CLAIM_OTHER, "claim-other")                                                              \
	X(DEPTH, "depth")                                                                          \
	X(NOTIFICATIONS, "notifications")

enum sim_expect_count {
#define SIM_EXPECT_ENUM(name, text) SIM_EXPECT_##name,
	SIM_EXPECT_COUNTS(SIM_EXPECT_ENUM)
#undef SIM_EXPECT_ENUM
		SIM_NR_EXPECT
};

const char *sim_expect_name(enum sim_expect_count count);

#define SIM_MAX_NEST 8
#define SIM_MAX_TAGS 8

/* Contexts that must have been on one CPU's stack together, outermost first. */
struct sim_nest {
	uint8_t running[SIM_MAX_NEST];
	unsigned int depth;
};

/* X(NAME, word): the drivers, for those that a scenario has something to show to. */
#define SIM_SCENARIO_DRIVERS(X)                                                                    \
	X(RUN, "run")                                                                              \
	X(STRESS, "stress")                                                                        \
	X(INJECT, "inject")                                                                        \
	X(EXPLORE, "explore")

enum sim_scenario_driver {
#define SIM_SCENARIO_DRIVER_ENUM(name, word) SIM_SCENARIO_##name,
	SIM_SCENARIO_DRIVERS(SIM_SCENARIO_DRIVER_ENUM)
#undef SIM_SCENARIO_DRIVER_ENUM
		SIM_NR_SCENARIO_DRIVERS
};

#define SIM_SCENARIO_ALL_DRIVERS ((1u << SIM_NR_SCENARIO_DRIVERS) - 1)

struct sim_scenario {
	const char *file; /* as named by the user, or "built-in" path */
	const char *name;
	const char *shows;
	const char *stands_for[SIM_MAX_TAGS]; /* NULL-terminated unless full */
	struct sim_config config;
	unsigned int drivers; /* bit enum sim_scenario_driver: these can show something */
	struct sim_program *programs;
	unsigned int nr_programs;
	struct sim_arrival *arrivals;
	unsigned int nr_arrivals;
	bool expect_set[SIM_NR_EXPECT];
	uint64_t expect[SIM_NR_EXPECT];
	struct sim_nest *nests;
	unsigned int nr_nests;
	/*
	 * Misbehaviour that the file does not know of (misbehave.h), NULL: none. With it the
	 * oracles judge, and what the file expects, counts and nests, does not.
	 */
	const char *misbehaves;

	struct scenario_block *blocks; /* all memory of this scenario */
};

/*
 * Load @file. NULL and one line `file:line:column: what is wrong, what was expected` in @error
 * when it is not a scenario. Free with scenario_free().
 */
struct sim_scenario *scenario_load(const char *file, char *error, size_t error_size);
struct sim_scenario *scenario_load_string(const char *file, const char *text, size_t size,
					  char *error, size_t error_size);
void scenario_free(struct sim_scenario *s);

/*
 * From here on the machine of @s misbehaves so as well, 0 being nothing, and s->misbehaves says
 * how. 0, or -1 and one line in @error: the machine has no such CPU, or there is no memory.
 */
int scenario_misbehave(struct sim_scenario *s, const uint64_t misbehave[SIM_NR_MISBEHAVIOURS],
		       char *error, size_t error_size);

/* The nests that @s claims, bit n is the n-th; and those without which a run has not shown it. */
uint32_t scenario_nests(const struct sim_scenario *s);
uint32_t scenario_demanded_nests(const struct sim_scenario *s);

/* Does a program or an arrival of @s do that? */
bool scenario_has_action(const struct sim_scenario *s, enum sim_action_kind kind);

/* Can @driver (its name) show something with @s? A driver that no scenario can name: yes. */
bool scenario_is_for(const struct sim_scenario *s, const char *driver);

/* Zeroed memory that lives as long as @s; NULL when there is none. */
void *scenario_alloc(struct sim_scenario *s, size_t size);

/*
 * Built-in scenarios: the *.yaml of the data directory ($GHES_SIM_SCENARIOS, else where the
 * program was built or installed). Calls @visit with each path, sorted by name; returns the
 * number, or -1 when the directory cannot be read.
 */
int scenario_builtin_each(int (*visit)(const char *path, void *arg), void *arg);
/* Path of the scenario @name (a path, or the name of a built-in one), or NULL. malloc'ed. */
char *scenario_find(const char *name);

#endif
