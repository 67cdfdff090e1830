/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all drivers share: options in, one result out.
 *
 * Flow: cli -> driver_run(driver, scenario, core, options) -> struct sim_result -> report.
 *
 * A driver builds a machine around the core, registers the oracles, decides when things happen and
 * judges each execution. Adding a driver: one file here with a struct sim_driver_type, and its
 * name in SIM_DRIVERS.
 */
#ifndef SIM_DRIVERS_DRIVER_H
#define SIM_DRIVERS_DRIVER_H

#include <stdatomic.h>
#include <stdio.h>

#include "machine/machine.h"
#include "scenario/scenario.h"

enum sim_result_verdict { SIM_PASS, SIM_FAIL, SIM_INCOMPLETE, SIM_VACUOUS };

const char *sim_verdict_name(enum sim_result_verdict verdict);

/* A named counter of a run; the names are part of the json output. */
struct sim_counter {
	const char *name;
	uint64_t value;
};

#define SIM_MAX_COUNTERS 96
#define SIM_MAX_DEFECTS	 SIM_NR_ORACLES
#define SIM_MAX_FUNCTION 64
#define SIM_MAX_KNOWN	 4096 /* lines of a file of known finds, see known.h */
#define SIM_KNOWN_WORDS	 (SIM_MAX_KNOWN / 64)

/* A defect as reported: the machine's, and what repeats it. Strings are owned by the result. */
struct sim_found {
	enum sim_oracle_id oracle;
	char message[240];
	char context[64];		    /* "cpu 0, sdei-critical in sdei-normal" */
	char source_location[128];	    /* file:line or function, "" when not known */
	char function[2][SIM_MAX_FUNCTION]; /* of a race's sides, of a crash; "" when not known */
	char *schedule;			    /* malloc'ed text of the schedule, or NULL */
	char *report; /* malloc'ed: stacks of both sides of a race and the like, or NULL */
};

struct sim_result {
	const char *scenario;
	const char *core;
	const char *driver;
	const char *part; /* what it is called among the runs of its scenario; NULL: as driver */
	enum sim_result_verdict verdict;
	bool complete;
	bool not_applicable; /* vacuous, because this core has no such thing */
	uint64_t executions;
	uint64_t notifications;
	double seconds;
	uint64_t seed;
	const char *misbehave;	    /* what was added to the scenario's own, NULL: nothing */
	const char *memory;	    /* explore: its model, when it is not sc, NULL: sc */
	unsigned int shard, shards; /* explore: only this part; 0, 0: all */
	bool plan;		    /* the part is one of check's plan, not of this search */
	char landed[400];	    /* inject's replay: before which instructions */
	char why[240]; /* of incomplete, vacuous, a pass with exceptions; expectation that failed */
	struct sim_found defects[SIM_MAX_DEFECTS];
	unsigned int nr_defects;
	struct sim_counter counters[SIM_MAX_COUNTERS];
	unsigned int nr_counters;
	uint64_t judged[SIM_NR_ORACLES]; /* how often each oracle had something to judge */
	/* Known finds that were met: bit n for line n of the file, bit 0 for one that is in none */
	uint64_t known[SIM_KNOWN_WORDS];
	bool expectation_failed; /* the verdict's reason, or one: why says which */
	/* Cut short: where to go on, in the driver's words, for sim_options.resume. "": unknown */
	char resume[96];
};

void sim_result_free(struct sim_result *r); /* what it owns, not itself */
/* Add to the counter @name, which is a constant string. */
void sim_count(struct sim_result *r, const char *name, uint64_t n);
/* Raise it to @n, if it is less: names that begin with "deepest-" are no sums. */
void sim_count_most(struct sim_result *r, const char *name, uint64_t n);
uint64_t sim_counter_value(const struct sim_result *r, const char *name);
/*
 * Can this core take what the scenario raises? Else @r becomes vacuous, with the reason: mainline,
 * for one, has no SEI sources.
 */
bool sim_core_takes(const struct ghes_core_ops *ops, const struct sim_scenario *s,
		    struct sim_result *r);
/*
 * At the end of each execution: add what the oracles judged in it. `crash` judges each execution
 * once; what `race` looks at, only its driver knows.
 */
void sim_collect_judged(struct sim_result *r, const struct sim_machine *m);
/* Copy the machine's defects into the result; @schedule is duplicated for each, may be NULL. */
void sim_collect_defects(struct sim_result *r, struct sim_machine *m, const char *schedule);

/*
 * Add the numbers of @earlier, a run of the same task that was cut short, to those of @r. Counters'
 * names stay the earlier one's.
 */
void sim_result_add(struct sim_result *r, const struct sim_result *earlier);

struct sim_recording;
struct sim_known; /* finds that are no reason to fail: see known.h */

/* What the user asked for; 0 and NULL are defaults. */
struct sim_options {
	uint64_t seed;
	bool seed_set;
	double seconds;
	uint64_t events;
	uint64_t max_executions;
	uint64_t preemptions;
	bool preemptions_set;
	bool tsan;
	bool suspend;
	unsigned int cpus;   /* stress: instead of the scenario's number; 0: as it says */
	unsigned int levels; /* inject: 1, 2 or 3; 0: the default */
	uint64_t samples;    /* inject, level 3: places of each handler; 0: the default */
	bool memory_c11;     /* explore: loads may return older values */
	enum { SIM_SAMPLE_NOT, SIM_SAMPLE_RANDOM, SIM_SAMPLE_PCT } sampling; /* explore */
	unsigned int shard, shards; /* explore: the shard-th of shards parts; 0, 0: all */
	bool quiet, verbose;
	const struct sim_known *known; /* or NULL */
	const char *resume;	     /* of the result that goes on here; NULL: from the beginning */
	const atomic_bool *stop;     /* asks the driver to end, with what it has so far; or NULL */
	bool machine_readable;	     /* no progress on the terminal */
	_Atomic uint64_t *last_seed; /* stress: each machine's, before it boots; or NULL */
	struct sim_recording *recording;  /* run and replay: record events here, or NULL */
	const struct sim_observer *extra; /* one more observer (a plant's, a story's), or NULL */
};

/* A core ready for use; see cores.h. */
struct sim_core;

bool sim_asked_to_stop(const struct sim_options *o);

struct sim_driver_type {
	const char *name;
	const char *help;
	/* Fill @r; 0, or -1 and one line in @error: bad input, not a defect. */
	int (*run)(const struct sim_scenario *s, struct sim_core *core, const struct sim_options *o,
		   struct sim_result *r, char *error, size_t error_size);
	/* The one run that @choices of a schedule describes; NULL: nothing to choose. As run. */
	int (*replay)(const struct sim_scenario *s, struct sim_core *core,
		      const struct sim_options *o, const char *choices, struct sim_result *r,
		      char *error, size_t error_size);
};

const struct sim_driver_type *sim_driver_find(const char *name);
/* The n-th driver, NULL past the end. */
const struct sim_driver_type *sim_driver_at(unsigned int n);

extern const struct sim_driver_type sim_driver_run;
extern const struct sim_driver_type sim_driver_stress;
extern const struct sim_driver_type sim_driver_inject;
/*
 * In programs that answer the calls of the thread-sanitizer instrumentation; weak, since those that
 * have the real runtime do not. For check: run it as the others, with options.seconds as bound; a
 * result of SIM_INCOMPLETE says in .why which bound ended it; options.shard splits one scenario,
 * and then .complete is about the shard.
 */
extern const struct sim_driver_type sim_driver_explore __attribute__((weak));

/* Oracles of the interface, registered by every driver. */
void sim_observe_oracles(struct sim_machine *m);

#endif
