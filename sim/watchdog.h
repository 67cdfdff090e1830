/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tells when code that cannot be asked has not come back for too much CPU time.
 *
 * Flow: watchdog_start() -> a signal several times a second, while the process computes -> the
 * owner's handler says by watchdog_idle_ms() what has moved since -> beyond its limit it leaves the
 * code by a jump.
 *
 * The time is that of the thread that started it, so a loaded machine makes nothing endless.
 * Defined here because it is compiled into two libraries, as where.h is.
 */
#ifndef SIM_WATCHDOG_H
#define SIM_WATCHDOG_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#define WATCHDOG_SIGNAL	 SIGVTALRM
#define WATCHDOG_TICKS	 16 /* until the limit */
/* CPU time without a move after which code counts as lost in a loop. */
#define WATCHDOG_SECONDS 2

struct watchdog {
	pthread_t thread;
	uint64_t seen, since_ns; /* the last move, and when it was noticed */
	struct sigaction old;
	struct itimerval old_timer;
	bool was_blocked;
};

static inline uint64_t watchdog_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* In the handler. @moves: differs after each move. Return: CPU time without one, in ms. */
static inline uint64_t watchdog_idle_ms(struct watchdog *w, uint64_t moves)
{
	/* Ticks are the process's: another thread passes them on. */
	if (!pthread_equal(pthread_self(), w->thread)) {
		pthread_kill(w->thread, WATCHDOG_SIGNAL);
		return 0;
	}
	if (moves != w->seen)
		w->since_ns = watchdog_cpu_ns();
	w->seen = moves;
	return (watchdog_cpu_ns() - w->since_ns) / 1000000u;
}

/* @flags: of sigaction(), besides those that the watchdog needs itself. */
static inline void watchdog_start(struct watchdog *w, uint64_t moves, unsigned int limit_ms,
				  int flags,
				  void (*handler)(int sig, siginfo_t *info, void *context))
{
	const struct timeval every = {limit_ms / (1000 * WATCHDOG_TICKS),
				      (limit_ms * 1000ull / WATCHDOG_TICKS) % 1000000};
	const struct itimerval tick = {every, every};
	struct sigaction action;
	sigset_t ours, before;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = handler;
	/* NODEFER: the handler may be left by a jump. */
	action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART | flags;
	w->thread = pthread_self();
	w->seen = moves;
	w->since_ns = watchdog_cpu_ns();
	sigaction(WATCHDOG_SIGNAL, &action, &w->old);
	sigemptyset(&ours);
	sigaddset(&ours, WATCHDOG_SIGNAL);
	pthread_sigmask(SIG_UNBLOCK, &ours, &before);
	w->was_blocked = sigismember(&before, WATCHDOG_SIGNAL) == 1;
	setitimer(ITIMER_VIRTUAL, &tick, &w->old_timer);
}

/* The program's own handler, virtual timer and mask of that signal are put back. */
static inline void watchdog_stop(struct watchdog *w)
{
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, WATCHDOG_SIGNAL);
	if (w->was_blocked)
		pthread_sigmask(SIG_BLOCK, &ours, NULL);
	setitimer(ITIMER_VIRTUAL, &w->old_timer, NULL);
	sigaction(WATCHDOG_SIGNAL, &w->old, NULL);
}

#endif
