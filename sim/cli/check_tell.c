// SPDX-License-Identifier: GPL-2.0-only
#include "check_tell.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "check_known.h"
#include "check_page.h"
#include "drivers/known.h"
#include "report/report.h"

#define PROGRESS_SECONDS 0.1
#define SAVE_SECONDS	 1.0

/* ---- The line of progress -------------------------------------------------------------------- */

/* A process counts where we look on: a statistic, which may be a little old. */
static uint64_t executions_so_far(const struct check *c)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < c->nr_tasks; i++)
		if (c->tasks[i].outcome && !c->tasks[i].carried)
			n += __atomic_load_n(&c->tasks[i].outcome->result.executions,
					     __ATOMIC_RELAXED);
	return n;
}

static unsigned int terminal_width(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || size.ws_col < 20 ? 80 : size.ws_col;
}

static void show_progress(const struct check *c, const struct teller *t,
			  const struct check_task *task)
{
	double left = c->budget - c->seconds;
	char line[512];
	int n;

	n = snprintf(line, sizeof(line), "[%u/%u] %.0f executions/s, ", t->nr_told, c->nr_tasks,
		     c->seconds > 0 ? (double)executions_so_far(c) / c->seconds : 0);
	if (*c->interrupted)
		n += snprintf(line + n, sizeof(line) - (size_t)n, "stopping: ");
	else
		n += snprintf(line + n, sizeof(line) - (size_t)n,
			      "at most %.0f s left: ", left > 0 ? left : 0);
	snprintf(line + n, sizeof(line) - (size_t)n, "%s %s", task->driver->name,
		 task->scenario->name);
	fprintf(stderr, "\r\033[K%.*s", (int)terminal_width() - 1, line);
	fflush(stderr);
}

static void clear_progress(struct teller *t)
{
	if (t->progress && t->progress_at >= 0)
		fputs("\r\033[K", stderr);
	t->progress_at = -1;
}

/* ---- While it runs --------------------------------------------------------------------------- */

static void save_state(const struct check *c, struct teller *t)
{
	char error[600];

	if (!t->state || t->cannot_write)
		return;
	if (check_state_save(t->state, error, sizeof(error))) {
		t->cannot_write = true;
		clear_progress(t);
		cli_error("%s", error);
	}
	t->saved_at = c->seconds;
}

void tell_begin(const struct check *c, struct teller *t)
{
	const struct cli_options *o = t->o;

	t->progress = !o->driver.quiet && isatty(STDERR_FILENO);
	t->progress_at = -1;
	if (o->format != CLI_TEXT || o->driver.quiet)
		return;
	printf("check: core %s, %u runs planned, budget %.0f s, seed %" PRIu64 ", shard %u/%u\n",
	       sim_core_name(c->core), c->nr_tasks, c->budget, c->seed, c->shard, c->shards);
	if (t->state && c->carried)
		printf("state: %u of them were done before\n", c->carried);
	if (t->state && check_state_stale(t->state))
		printf("state: %u were done with other code or another scenario, and run again\n",
		       check_state_stale(t->state));
}

void tell_moved(struct check *c, const struct check_task *running)
{
	struct teller *t = c->arg;

	if (t->state && c->seconds - t->saved_at >= SAVE_SECONDS)
		save_state(c, t);
	if (!t->progress || !running ||
	    (t->progress_at >= 0 && c->seconds - t->progress_at < PROGRESS_SECONDS))
		return;
	show_progress(c, t, running);
	t->progress_at = c->seconds;
}

static bool is_shown(const struct teller *t, const struct check_task *task)
{
	const struct sim_result *r = &task->outcome->result;

	if (r->verdict == SIM_FAIL)
		return true;
	return !t->o->driver.quiet && (!task->carried || t->o->driver.verbose);
}

static void count(struct teller *t, const struct sim_result *r)
{
	t->verdicts[r->verdict]++;
	t->complete += r->complete;
	t->not_applicable += r->not_applicable;
	t->executions += r->executions;
	t->notifications += r->notifications;
	known_note(t->known, r);
	suite_add(&t->suite, r);
}

/* In a report of tests it is one that failed; here it is no verdict at all. */
static void count_bad_input(struct teller *t, const struct check_task *task)
{
	struct sim_result r = task->outcome->result;

	r.verdict = SIM_FAIL;
	snprintf(r.why, sizeof(r.why), "%.*s", (int)sizeof(r.why) - 1, task->outcome->error);
	suite_add(&t->suite, &r);
}

void tell_ended(struct check *c, struct check_task *task)
{
	struct teller *t = c->arg;
	const struct sim_result *r = &task->outcome->result;

	t->nr_told++;
	clear_progress(t);
	if (task->outcome->error[0]) {
		fprintf(stderr, "%s: %s\n", task->scenario->file, task->outcome->error);
		t->bad_input++;
		count_bad_input(t, task);
		return;
	}
	count(t, r);
	if (t->state && !task->carried && !check_state_note(t->state, c, task))
		cli_error("out of memory: the state lacks %s", task->scenario->name);
	if (t->o->format == CLI_JSON)
		report_result_json(stdout, r);
	else if (t->o->format == CLI_TEXT && is_shown(t, task))
		report_result_text(stdout, r);
	if (t->o->format == CLI_TEXT && t->o->driver.verbose && is_shown(t, task))
		report_result_counters(stdout, r);
	fflush(stdout);
}

void tell_summary(const struct check *c, const struct teller *t, char *buf, size_t size)
{
	size_t n = (size_t)snprintf(buf, size,
				    "%u scenarios, %u runs in %.1f s: %u passed, %u failed, "
				    "%u incomplete, %u vacuous",
				    c->nr_scenarios, t->nr_told, c->seconds, t->verdicts[SIM_PASS],
				    t->verdicts[SIM_FAIL], t->verdicts[SIM_INCOMPLETE],
				    t->verdicts[SIM_VACUOUS]);

	if (t->not_applicable && n < size)
		n += (size_t)snprintf(buf + n, size - n, " (%u of things that this core has not)",
				      t->not_applicable);
	if (c->carried && n < size)
		n += (size_t)snprintf(buf + n, size - n, "; %u of them done before", c->carried);
	if (c->skipped && n < size)
		snprintf(buf + n, size - n, "; %u not reached %s", c->skipped,
			 *c->interrupted ? "when it was interrupted"
			 : c->enough	 ? "after the first defect"
					 : "within the budget");
}

/* ---- The closing block ----------------------------------------------------------------------- */

/* What drivers and oracles did, with the runs that were planned and not reached. */
static void sum_up(const struct check *c, struct teller *t)
{
	matrix_sum(&t->matrix, &t->suite);
	for (unsigned int i = 0; i < c->nr_tasks; i++) {
		struct matrix_column *column;

		if (!c->tasks[i].skipped)
			continue;
		column = matrix_column(&t->matrix, check_part(&c->tasks[i]));
		if (column)
			column->not_reached++;
	}
}

static void closing_finds(const struct teller *t, const struct check_finds *finds)
{
	for (unsigned int i = 0; t->o->save_dir && i < finds->nr; i++)
		if (finds->find[i].folder)
			printf("find: %s/README.md\n", finds->find[i].folder);
}

static void closing(const struct check *c, const struct teller *t, const struct check_finds *finds)
{
	char summary[400];

	tell_summary(c, t, summary, sizeof(summary));
	printf("%s%s\n", t->o->driver.quiet ? "" : "\n", summary);
	closing_finds(t, finds);
	if (t->o->save_known)
		printf("known: %u lines were added to %s\n", t->learned, t->o->save_known);
	else
		check_known_tell(c, t->known, stdout);
	if (t->o->driver.quiet)
		return;
	printf("%" PRIu64 " executions, %" PRIu64 " notifications, %u runs complete; seed %" PRIu64
	       "\n\n",
	       t->executions, t->notifications, t->complete, c->seed);
	matrix_text(stdout, &t->matrix);
	putchar('\n');
	puts(TELL_LIMITS);
}

/* Is something known of the scenario? What another driver cannot show of it may come of that. */
static bool has_known(const struct teller *t, const char *scenario)
{
	for (unsigned int i = 0; i < t->suite.nr; i++)
		if (!strcmp(t->suite.results[i].scenario, scenario) &&
		    known_met(&t->suite.results[i]))
			return true;
	return false;
}

/* Did a run show nothing, and neither a bound on time nor a known find explains it? */
static bool is_vacuous(const struct teller *t)
{
	for (unsigned int i = 0; i < t->suite.nr; i++) {
		const struct sim_result *r = &t->suite.results[i];

		if (r->verdict == SIM_VACUOUS && r->complete && !has_known(t, r->scenario))
			return true;
	}
	return false;
}

/*
 * Vacuous is what showed nothing although nothing cut it short: the corpus does not do what it
 * claims on this core, and that is no pass. What the core does not have, and free-running CPUs that
 * had too little time, are told and leave the status to the rest, as incomplete searches do.
 */
static int exit_status(const struct check *c, const struct teller *t)
{
	if (t->bad_input || t->cannot_write)
		return CLI_USAGE;
	if (t->verdicts[SIM_FAIL])
		return CLI_DEFECT;
	if (!t->verdicts[SIM_PASS] || is_vacuous(t) || *c->interrupted)
		return CLI_INCOMPLETE;
	return CLI_HELD;
}

void tell_over(const struct check *c, struct teller *t)
{
	clear_progress(t);
	save_state(c, t);
}

int tell_end(const struct check *c, struct teller *t, const struct check_finds *finds)
{
	int status;

	sum_up(c, t);
	if (t->o->format == CLI_KTAP)
		report_ktap(stdout, &t->suite, &t->matrix);
	else if (t->o->format == CLI_JUNIT)
		report_junit(stdout, &t->suite);
	else if (t->o->format == CLI_TEXT)
		closing(c, t, finds);
	status = exit_status(c, t);
	if (t->o->html && write_page(c, t, finds, status))
		status = cli_error("%s: %s", t->o->html, strerror(errno));
	suite_free(&t->suite);
	return status;
}
