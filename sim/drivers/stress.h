/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of driver `stress` share.
 *
 * Flow: stress.c boots a machine and starts the threads -> stress_cpu.c: what a CPU does, and what
 * it sends to whom -> stress_signal.c: what becomes of it where it lands -> stress.c watches,
 * brings all home, counts and judges.
 */
#ifndef SIM_DRIVERS_STRESS_H
#define SIM_DRIVERS_STRESS_H

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>

#include "drivers/counts.h"
#include "drivers/driver.h"
#include "drivers/guard.h"
#include "drivers/known.h"
#include "drivers/stress_tsan.h"

#define STRESS_PAGE  4096u
/* What a signal carries: the arrival's number, and whether its notification comes alone. */
#define STRESS_ALONE 0x40000000

struct stress;

/* One simulated CPU. Other threads touch only what is atomic. */
struct stress_cpu {
	struct stress *s;
	unsigned int id;
	pthread_t thread;
	bool started;
	uint64_t rng;
	sigjmp_buf out; /* where a run that must end now continues */
	volatile char *poison;
	volatile const struct sim_action *consuming;
	_Atomic int backlog;	    /* signals sent and not yet handled; a hint only */
	_Atomic unsigned int storm; /* signals sent since the task's last action; a hint too */
	_Atomic bool lived;	    /* its program ran to the end, once at least */
	_Atomic bool finished;
	bool waits;	   /* for another CPU; its own thread's */
	double stopped_at; /* CPU time when it was told to stop */
	struct stress_tsan_cpu tsan;
	/* Statistics; atomic, because its handlers count as well. */
	_Atomic uint64_t sent_self, sent_other, aimed, refused, sea;
};

struct stress {
	struct sim_driver driver;   /* first: the machine hands it back */
	struct stress_cpu firmware; /* no CPU, but it sends like one */
	struct stress_cpu own;	    /* its thread, while the core runs there: boot and rest */
	const struct sim_scenario *scenario;
	struct sim_machine *m;
	struct sim_config config;
	struct sim_counts *counts; /* of m */
	uint32_t claimed;	   /* bit n: the scenario's n-th nest */
	struct stress_cpu *cpus;
	const struct sim_options *options;
	struct known_watch known;
	uint64_t events; /* stop after so many */
	double from;	 /* when the driver began */
	bool tsan;	 /* direct calls instead of signals */
	bool booted;	 /* the core took a source, or may yet: it can be notified */
	bool idle;	 /* nothing was delivered in the last round: nor will it be in the next */
	const struct ghes_core_ops *ops;
	bool patient;	 /* nobody asked for a time: wait for rare nests */
	_Atomic bool go; /* all threads are there: their ids may be used */
	_Atomic bool stop;
	_Atomic bool crashed; /* the core is in no state to come to rest from */
	_Atomic bool give_up; /* threads that hang are to leave by the watchdog's signal */
	_Atomic(const void *) crashed_at; /* program counter of the first fault, or NULL */
	_Atomic(const void *) lost_at;	  /* likewise, of a loop that never ends */
	struct watchdog watchdog;	  /* of the driver's own thread */
};

static inline uint64_t stress_delivered(const struct stress *s)
{
	return counts_notifications(counts_of(s->m));
}

/* ---- stress_signal.c ------------------------------------------------------------------------- */

/* The CPU that this thread is; NULL: none. */
extern _Thread_local struct stress_cpu *stress_me;

/* The signal of what @a notifies by. */
int stress_signal_of(const struct sim_config *c, const struct sim_action *a);
/* It makes a thread leave when s->give_up is set. */
int stress_watchdog_signal(void);
void stress_all_classes(sigset_t *set);
/* As watchdog_start() wants it: the core computes on the driver's thread, where nobody waits. */
void stress_on_tick(int sig, siginfo_t *info, void *context);
void stress_catch_signals(void);
void stress_release_signals(void);
enum sim_verdict stress_arrive(struct stress_cpu *cpu, int what);
bool stress_all_finished(struct stress *s);
_Noreturn void stress_leave(struct stress_cpu *cpu);

/* ---- stress_cpu.c ---------------------------------------------------------------------------- */

extern const struct sim_driver stress_callbacks;

/* Is it over, for whatever reason? */
bool stress_enough(const struct stress *s);
/* What threads run; their argument is a struct stress_cpu. */
void *stress_cpu_thread(void *arg);
void *stress_firmware_thread(void *arg);

#endif
