/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of driver `inject`, between themselves.
 *
 * Flow: inject.c (sweeps, verdict) -> inject_run.c (one run) -> inject_cpus.c (other CPUs);
 *	 inject_watch.c (faults, and what others can see); inject_suspend.c (a CPU that stands
 *	 still); inject_schedule.c (what repeats a defect).
 */
#ifndef SIM_DRIVERS_INJECT_H
#define SIM_DRIVERS_INJECT_H

#include <setjmp.h>
#include <signal.h>

#include "drivers/driver.h"
#include "drivers/known.h"
#include "step/step.h"
#include "step/sweep.h"

#define INJECT_NR_FAULTS  4
#define INJECT_MAX_SHARED 16
#define INJECT_MAX_OPENED 8
#define INJECT_MAX_LOCKS  8

struct inject;
struct inject_strand;
typedef void inject_job(struct inject *in, struct inject_strand *s);

enum inject_strand_state {
	INJECT_IDLE,
	INJECT_RUNNING,
	INJECT_GIVING,	/* another one has its turn */
	INJECT_WAITING, /* for another CPU */
};

/* What one CPU does, on a stack of its own: see inject_cpus.c. */
struct inject_strand {
	struct inject *in;
	void *stack; /* NULL: the path, on the driver's own stack */
	void *sp;    /* while it does not run */
	enum inject_strand_state state;
	unsigned int cpu;
	uint64_t age;		     /* the higher, the younger */
	struct inject_strand *giver; /* of this turn */
	struct ghes_step *step;	     /* that counts its instructions, once it has waited */
	inject_job *job;
	unsigned int n; /* for the job: arrival or program */
};
#define INJECT_STRANDS (GHES_STEP_LEVELS_MAX + 1)

/* Why all strands are left for the path's own stack */
enum inject_leave { INJECT_STAY, INJECT_STOPPED, INJECT_CRASHED };

struct inject {
	struct sim_driver driver; /* first: the machine hands it back */
	const struct sim_scenario *s;
	const struct sim_options *o;
	struct sim_core *core;
	struct sim_machine *m;
	struct sim_snapshot *boot;
	const struct ghes_step_module *module;
	struct ghes_step_cover cover;
	struct sim_result *r;
	struct known_watch known;
	/* arrivals of the sweep that runs, by level from 1; those behind the last are programs */
	unsigned int arrival[GHES_STEP_LEVELS_MAX + 1];
	sigjmp_buf crashed;
	bool crash_armed;
	const void *crashed_at; /* program counter of the last fault */
	/* learning which instructions touch what others can see: see watch_begin() */
	struct ghes_step_watch watch;
	bool watching;
	struct sim_region shared[INJECT_MAX_SHARED]; /* whole pages; the first is the machine's */
	unsigned int nr_shared;
	struct sim_region opened[INJECT_MAX_OPENED]; /* since the last boundary; */
	unsigned int nr_opened;			     /* more than that: all of shared */
	uint64_t verdicts[SIM_FATAL + 1];
	uint64_t elsewhere;    /* where they had no place: their own CPU's program was not idle */
	uint64_t programs;     /* that another CPU ran to their ends in the middle of something */
	unsigned int arriving; /* arrivals of this run that have not returned */
	uint64_t nests_seen;
	bool pool_was_denied; /* in some run, if it was to be: misbehaviour pool-empty */
	/* other CPUs */
	struct inject_strand strand[INJECT_STRANDS]; /* [0]: the path */
	struct inject_strand *current;
	unsigned int nr_waiting;
	uint64_t age, moves;
	bool dead;
	enum inject_leave leave;
	unsigned int next_action[SIM_MAX_CPUS]; /* by program: how far it is */
	double until;
	uint64_t defects;
	bool endless;		  /* INJECT_ENDLESS was reached */
	bool cut_short;		  /* a find that is known ended a run */
	uint64_t path_length;	  /* of the undisturbed path */
	unsigned int first_swept; /* arrival whose first level has had a run at every boundary */
	/* sweeps so far, in their fixed order; where an earlier one of this kind was cut short */
	uint64_t nr_sweeps, from_sweep;
	struct ghes_step_schedule from;
	bool interrupted_before; /* and what that one had reached: something was interrupted */
	/* --suspend: the CPU that goes on, and what it ran into */
	unsigned int other;
	bool suspending, waits;
	const char *waits_for;	   /* a lock's name, or NULL */
	enum sim_running waits_as; /* in this context */
	sigjmp_buf waited;
	uint64_t suspend_waits;	   /* all of them, */
	uint64_t suspend_others;   /* those for no lock, as is allowed, */
	uint64_t suspend_in_locks; /* and those for a lock, as is allowed */
	struct {
		const char *name;
		uint64_t times;
	} suspend_locks[INJECT_MAX_LOCKS];
	unsigned int nr_suspend_locks;
};
double inject_now(void); /* seconds, monotonic */

/* What may arrive: the scenario's arrivals, and other CPUs' programs. */
unsigned int inject_nr_arrivals(const struct inject *in);
unsigned int inject_times(const struct inject *in, unsigned int n);

/* ---- inject_cpus.c --------------------------------------------------------------------------- */

bool inject_cpus_init(struct inject *in);
void inject_cpus_fini(struct inject *in);
void inject_cpus_reset(struct inject *in);
/*
 * Let @cpu do @job(@n), in the middle of what it does or of nothing; returns when that is done, or
 * waits. False: too many do something.
 */
bool inject_elsewhere(struct inject *in, unsigned int cpu, inject_job *job, unsigned int n);
bool inject_is_idle(struct inject *in, unsigned int cpu);
/* On the path, between two actions: whoever waits comes to its end. */
void inject_finish_others(struct inject *in);
/* As sim_driver.point and .unwind */
void inject_point(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		  enum sim_event_kind kind, uint64_t arg);
void inject_unwind(struct sim_driver *d, struct sim_machine *m);
/* Who runs cannot go on before another CPU has. False: none can. */
bool inject_wait_for_others(struct inject *in);
/* Off any strand; on the path's own stack what @why says happens next, and this returns there. */
void inject_leave(struct inject *in, enum inject_leave why);

/* ---- inject_run.c ---------------------------------------------------------------------------- */

extern const struct ghes_step_target inject_target; /* ctx is the struct inject */
bool inject_wait(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		 const void *on_what);

/* ---- inject_watch.c -------------------------------------------------------------------------- */

/* From here on faults of the core are defects; and back to what was. */
void inject_catch_faults(struct inject *in, struct sigaction old[INJECT_NR_FAULTS]);
void inject_leave_faults(const struct sigaction old[INJECT_NR_FAULTS]);
/* After boot: where what contexts share is. */
void inject_find_shared(struct inject *in);
/* For what the core does that is not swept: @step counts it, and ends it when it is endless. */
void inject_bound(struct inject *in, struct ghes_step *step);
/* Set in->watch up to see who touches that. */
bool inject_watch_init(struct inject *in);
void inject_watch_fini(struct inject *in);

/* ---- inject_schedule.c ----------------------------------------------------------------------- */

int inject_choices_parse(struct inject *in, const char *text, struct ghes_step_schedule *schedule,
			 char *error, size_t error_size);
/*
 * Where a sweep that was cut short goes on, and what it had reached:
 * "SWEEP:[BOUNDARY,...];REACHED", the last word in hex: bit 0 that something was interrupted, bit n
 * + 1 the scenario's n-th nest.
 */
void inject_resume_text(const struct inject *in, const struct ghes_step_schedule *next, char *buf,
			size_t size);
bool inject_resume_parse(struct inject *in, const char *text);
/* As ghes_step_options.defect: keep the first defect of each oracle, with its schedule. */
void inject_on_defect(void *arg, const struct ghes_step_schedule *schedule, int code,
		      const struct ghes_step_point *const *points);
void inject_add_stuck(struct inject *in, int code);
/* To the message of @f, if it is a crash: where the core died. */
void inject_tell_crash_place(const struct inject *in, struct sim_found *f);

/* ---- inject.c, inject_suspend.c -------------------------------------------------------------- */

struct ghes_step_options inject_options(struct inject *in, unsigned int levels);
/* true: at every boundary */
bool inject_suspend_sweeps(struct inject *in, uint64_t limit);

/*
 * On a path of more instructions than this, boundaries with nothing between them that another
 * context could see count as one place on the first level, too: the runs grow with the square of
 * it.
 */
#define INJECT_LONG	    32768
/* A run of this many times the instructions of an undisturbed one is stuck. */
#define INJECT_STUCK_FACTOR 64
#define INJECT_STUCK_MIN    10000000
/* Where nothing is known to compare with (boot, the first run), so many do not come to an end. */
#define INJECT_ENDLESS	    (UINT64_C(1) << 30)

#endif
