// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tasks as processes: a core that hangs or dies takes its task with it and nothing else.
 */
#include "check.h"
#include "alone.h"
#include "drivers/known.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * A task that takes this much longer than it was given hangs: by the clock, and, on one CPU, by its
 * own time, which says so sooner and on a busy machine too.
 */
#define GRACE_SECONDS	  60
#define GRACE_CPU_SECONDS 10
#define POLL_NS		  2000000
#define MIN_SECONDS	  0.05 /* for less, no search begins again */

struct worker {
	pid_t pid;
	struct check_task *task;
	double deadline;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void prepare_result(const struct check *c, const struct check_task *t, struct sim_result *r)
{
	r->scenario = t->scenario->name;
	r->driver = t->driver->name;
	r->part = check_part(t);
	r->core = sim_core_name(c->core);
	r->seed = t->options.seed;
}

bool check_make_outcome(struct check_task *t)
{
	t->outcome = mmap(NULL, sizeof(*t->outcome), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (t->outcome == MAP_FAILED)
		t->outcome = NULL;
	return t->outcome;
}

static void drive(const struct check *c, struct check_task *t)
{
	struct check_outcome *o = t->outcome;

	prepare_result(c, t, &o->result);
	if (t->driver->run(t->scenario, c->core, &t->options, &o->result, o->error,
			   sizeof(o->error)) &&
	    !o->error[0])
		snprintf(o->error, sizeof(o->error), "the driver failed");
}

/* What a task that learns has found so far. */
struct learned {
	struct sim_found found[SIM_MAX_DEFECTS];
	unsigned int nr;
	char expectation[sizeof(((struct sim_result *)0)->why)];
};

/* Is there news, and room for it? From now on it is known. */
static bool learn(struct learned *l, struct sim_known *known, const struct sim_result *r)
{
	char line[KNOWN_MAX_LINE];
	bool news = false;

	for (unsigned int i = 0; i < r->nr_defects && l->nr < SIM_MAX_DEFECTS; i++) {
		known_line_of(r, &r->defects[i], line, sizeof(line));
		if (!known_add(known, line))
			continue;
		l->found[l->nr++] = r->defects[i];
		news = true;
	}
	if (r->expectation_failed && !l->expectation[0]) {
		known_line_of(r, NULL, line, sizeof(line));
		memcpy(l->expectation, r->why, sizeof(l->expectation));
		news |= known_add(known, line);
	}
	return news;
}

/* Threads that crashed or hang leave a core with which nothing more can be learned here. */
static bool is_worn_out(const struct check_task *t)
{
	const struct sim_result *r = &t->outcome->result;
	bool worn_out = false;

	for (unsigned int i = 0; i < r->nr_defects; i++)
		worn_out |= r->defects[i].oracle == SIM_ORACLE_crash ||
			    r->defects[i].oracle == SIM_ORACLE_progress;
	return t->phase == CHECK_FREE_RUNNING && worn_out;
}

/* Again and again, as long as there is news, and time. */
static void drive_and_learn(const struct check *c, struct check_task *t)
{
	double until = t->options.seconds > 0 ? now() + t->options.seconds : 0;
	struct sim_result *r = &t->outcome->result;
	struct learned l = {.nr = 0};

	for (;;) {
		drive(c, t);
		if (!learn(&l, c->known, r) || is_worn_out(t) || sim_asked_to_stop(&t->options))
			break;
		if (until > 0) {
			t->options.seconds = until - now();
			if (t->options.seconds < MIN_SECONDS)
				break;
		}
		memset(r, 0, sizeof(*r));
	}
	if (!l.nr && !l.expectation[0])
		return;
	r->verdict = SIM_FAIL;
	r->complete = false;
	memcpy(r->defects, l.found, sizeof(l.found));
	r->nr_defects = l.nr;
	r->expectation_failed = l.expectation[0];
	memcpy(r->why, l.expectation, sizeof(r->why));
}

/* In the task's own process. */
static void work(const struct check *c, struct check_task *t)
{
	struct check_outcome *o = t->outcome;
	struct sim_result *r = &o->result;

	if (c->learns)
		drive_and_learn(c, t);
	else
		drive(c, t);
	r->plan = c->shards > 1;
	r->shard = r->plan ? c->shard : 0;
	r->shards = r->plan ? c->shards : 0;
	for (unsigned int i = 0; i < r->nr_defects; i++) {
		struct sim_found *f = &r->defects[i];

		if (f->schedule && strlen(f->schedule) < CHECK_MAX_SCHEDULE)
			memcpy(o->schedule[i], f->schedule, strlen(f->schedule) + 1);
		if (f->report)
			snprintf(o->report[i], CHECK_MAX_REPORT, "%s", f->report);
		f->schedule = f->report = NULL;
	}
	o->done = true;
}

/* So much time of its own, then SIGXCPU ends it. */
static void limit_cpu(double seconds)
{
	rlim_t most = (rlim_t)seconds + GRACE_CPU_SECONDS;

	setrlimit(RLIMIT_CPU, &(struct rlimit){most, most + 1});
}

static bool start(const struct check *c, struct worker *w, struct check_task *t)
{
	double seconds = t->options.seconds > 0 ? t->options.seconds : 0;

	if (!check_make_outcome(t))
		return false;
	t->options.stop = c->stop;
	t->rounds++;
	fflush(NULL);
	w->pid = fork();
	if (!w->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody would read the outcome */
		signal(SIGINT, SIG_IGN);	  /* the parent decides */
		signal(SIGTERM, SIG_IGN);
		if (t->phase != CHECK_FREE_RUNNING)
			limit_cpu(seconds);
		work(c, t);
		_exit(0);
	}
	w->task = t;
	w->deadline = now() + seconds + GRACE_SECONDS;
	return w->pid > 0;
}

/* It did not come to its end by itself: that is the core's doing. */
static void died(const struct check *c, struct check_task *t, int status)
{
	struct sim_result *r = &t->outcome->result;
	struct sim_found *f = &r->defects[0];

	prepare_result(c, t, r);
	memset(r->defects, 0, sizeof(r->defects));
	r->nr_defects = 1;
	r->verdict = SIM_FAIL;
	f->oracle = SIM_ORACLE_crash;
	if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGXCPU))
		snprintf(f->message, sizeof(f->message), "did not end within its time");
	else
		alone_describe(status, f->message, sizeof(f->message));
	known_pass_over(&t->options, r, 0);
	r->verdict = r->nr_defects ? SIM_FAIL : SIM_PASS;
	known_tell(r);
}

/* Killed by us, because the user was in a hurry: that says nothing about the core. */
static bool was_hurried(const struct check *c, int status)
{
	return *c->interrupted && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* Constant strings are the same in both processes: one is a fork of the other. */
static void collect(struct check *c, struct check_task *t, int status)
{
	struct sim_result *r = &t->outcome->result;

	if (!t->outcome->done && was_hurried(c, status)) {
		t->skipped = true;
		t->rounds--;
		c->skipped++;
		return;
	}
	if (!t->outcome->done)
		died(c, t, status);
	prepare_result(c, t, r);
	if (t->earlier && !t->outcome->error[0])
		sim_result_add(r, t->earlier);
	c->enough |= c->fail_fast && r->verdict == SIM_FAIL;
	for (unsigned int i = 0; i < r->nr_defects; i++) {
		struct check_outcome *o = t->outcome;

		r->defects[i].schedule = o->schedule[i][0] ? o->schedule[i] : NULL;
		r->defects[i].report = o->report[i][0] ? o->report[i] : NULL;
	}
}

static bool reap(struct check *c, struct worker *w)
{
	int status;
	pid_t pid = waitpid(w->pid, &status, WNOHANG);

	if (!pid && (now() > w->deadline || *c->interrupted > 1))
		kill(w->pid, SIGKILL);
	if (pid != w->pid)
		return false;
	collect(c, w->task, status);
	w->pid = 0;
	return true;
}

/* Tell of tasks in the order of the plan, as far as they have ended. @w: NULL when none was
 * started. */
static unsigned int tell(struct check *c, unsigned int told, const struct worker *w)
{
	while (told < c->nr_tasks && (c->tasks[told].outcome || c->tasks[told].skipped)) {
		for (unsigned int i = 0; w && i < c->jobs; i++)
			if (w[i].pid > 0 && w[i].task == &c->tasks[told])
				return told;
		if (!c->tasks[told].skipped)
			c->ended(c, &c->tasks[told]);
		told++;
	}
	return told;
}

struct run {
	struct check *c;
	struct worker *w; /* [c->jobs] */
	unsigned int next, told, busy;
	double from, searching; /* when it began; when the budget began to count, 0: not yet */
};

static bool is_ending(const struct check *c)
{
	return *c->interrupted || c->enough;
}

/* Every scenario runs once, whatever the budget; the others until their phase is over. */
static bool out_of_time(const struct run *r, const struct check_task *t)
{
	if (is_ending(r->c))
		return true;
	return t->phase != CHECK_ONCE && now() - r->searching >= check_phase_end(r->c, t->phase);
}

/* The next task that still has time; nr_tasks: none. */
static unsigned int pick(struct run *r)
{
	struct check *c = r->c;

	for (; r->next < c->nr_tasks; r->next++) {
		struct check_task *t = &c->tasks[r->next];

		if (t->carried)
			continue;
		if (!r->searching && t->phase != CHECK_ONCE) {
			r->searching = now();
			if (!c->learns) /* what they have to tell is what it is about */
				check_bad_last(c, r->next); /* without memory: as they are */
			if (t->carried)
				continue;
		}
		if (!out_of_time(r, t))
			break;
		t->skipped = true;
		c->skipped++;
	}
	return r->next;
}

/* Collect what has ended, start what fits. Has anything changed? */
static bool move(struct run *r)
{
	struct check *c = r->c;
	bool moved = false;

	for (unsigned int i = 0; i < c->jobs; i++) {
		struct worker *w = &r->w[i];
		struct check_task *t;

		if (w->pid > 0 && reap(c, w)) {
			r->busy--;
			moved = true;
		}
		if (w->pid || pick(r) >= c->nr_tasks)
			continue;
		t = &c->tasks[r->next];
		if (t->phase != CHECK_ONCE)
			t->options.seconds = check_task_seconds(c, r->next, now() - r->searching);
		if (start(c, w, t)) {
			r->busy++;
		} else { /* no process or memory for it: told as what it is, not reached */
			t->skipped = true;
			c->skipped++;
			w->pid = 0;
		}
		r->next++;
		moved = true;
	}
	return moved;
}

static const struct check_task *one_that_runs(const struct run *r)
{
	for (unsigned int i = 0; i < r->c->jobs; i++)
		if (r->w[i].pid > 0)
			return r->w[i].task;
	return NULL;
}

void check_run(struct check *c)
{
	const struct timespec pause = {.tv_nsec = POLL_NS};
	struct run r = {.c = c, .w = calloc(c->jobs, sizeof(*r.w)), .from = now()};

	while (r.w && (r.busy || pick(&r) < c->nr_tasks)) {
		bool moved = move(&r);

		if (is_ending(c)) /* relaxed: a wish, on which no other data depends */
			atomic_store_explicit(c->stop, true, memory_order_relaxed);
		r.told = tell(c, r.told, r.w);
		c->seconds = now() - r.from;
		c->moved(c, one_that_runs(&r));
		if (!moved)
			nanosleep(&pause, NULL);
	}
	r.told = tell(c, r.told, r.w); /* what was carried over, at the end of the plan */
	c->seconds = now() - r.from;
	free(r.w);
}
