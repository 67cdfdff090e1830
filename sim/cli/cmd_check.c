// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-sim check: the one command for CI.
 */
#include "check.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "report/report.h"
#include "report/suite.h"

#define DEFAULT_BUDGET 60

struct teller {
	struct cli_options *o;
	struct report_suite suite; /* all results, for formats that come at the end */
	unsigned int verdicts[4];
	unsigned int complete, bad_input;
	uint64_t executions, notifications;
	unsigned int nr_told;
};

static volatile bool interrupted;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = true;
}

static void progress(const struct check *c, const struct teller *t, const struct check_task *task)
{
	if (t->o->driver.quiet || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r\033[K[%u/%u] %s %s", t->nr_told, c->nr_tasks, task->driver->name,
		task->scenario->name);
}

static void clear_progress(const struct teller *t)
{
	if (!t->o->driver.quiet && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static void ended(struct check *c, struct check_task *task)
{
	struct teller *t = c->arg;
	const struct sim_result *r = &task->outcome->result;

	t->nr_told++;
	clear_progress(t);
	if (task->outcome->error[0]) {
		fprintf(stderr, "%s: %s\n", task->scenario->file, task->outcome->error);
		t->bad_input++;
		return;
	}
	t->verdicts[r->verdict]++;
	t->complete += r->complete;
	t->executions += r->executions;
	t->notifications += r->notifications;
	suite_add(&t->suite, r);
	if (t->o->format == CLI_JSON)
		report_result_json(stdout, r);
	else if (t->o->format == CLI_TEXT && (!t->o->driver.quiet || r->verdict == SIM_FAIL))
		report_result_text(stdout, r);
	fflush(stdout);
	progress(c, t, task);
}

/* ---- The closing block ----------------------------------------------------------------------- */

static void closing_oracles(const struct teller *t)
{
	unsigned int defects[SIM_NR_ORACLES] = {0};
	bool any = false;

	for (unsigned int i = 0; i < t->suite.nr; i++)
		for (unsigned int d = 0; d < t->suite.results[i].nr_defects; d++)
			defects[t->suite.results[i].defects[d].oracle]++;
	fputs("oracles: ", stdout);
	for (unsigned int i = 0; i < SIM_NR_ORACLES; i++)
		if (defects[i]) {
			printf("%s%s %u", any ? ", " : "defects of ",
			       sim_oracle_name((enum sim_oracle_id)i), defects[i]);
			any = true;
		}
	puts(any ? ""
		 : "nothing found; race needs happens-before and is not watched by these "
		   "drivers");
}

static void closing(const struct check *c, const struct teller *t)
{
	printf("\n%u scenarios, %u runs in %.1f s: %u passed, %u failed, %u incomplete, %u vacuous",
	       c->nr_scenarios, t->nr_told, c->seconds, t->verdicts[SIM_PASS],
	       t->verdicts[SIM_FAIL], t->verdicts[SIM_INCOMPLETE], t->verdicts[SIM_VACUOUS]);
	if (c->skipped)
		printf("; %u not reached within the budget", c->skipped);
	printf("\n%" PRIu64 " executions, %" PRIu64
	       " notifications, %u runs complete; seed %" PRIu64 "\n",
	       t->executions, t->notifications, t->complete, c->seed);
	closing_oracles(t);
	puts("A pass proves what ran: these scenarios, these placements, this build. It says nothing\n"
	     "about what another CPU sees of memory, or about records that no scenario sends.");
}

static int exit_status(const struct check *c, const struct teller *t)
{
	if (t->bad_input)
		return CLI_USAGE;
	if (t->verdicts[SIM_FAIL])
		return CLI_DEFECT;
	if (!t->verdicts[SIM_PASS] || interrupted)
		return CLI_INCOMPLETE;
	(void)c;
	return CLI_HELD;
}

/* ---- Scenarios ------------------------------------------------------------------------------- */

struct loader {
	struct check *c;
	unsigned int room;
	bool failed;
};

static int load(const char *path, void *arg)
{
	struct loader *l = arg;
	struct check *c = l->c;
	char error[600];

	if (c->nr_scenarios == l->room) {
		unsigned int room = l->room ? l->room * 2 : 64;
		struct sim_scenario **more =
			realloc(c->scenarios, room * sizeof(struct sim_scenario *));

		if (!more)
			return -1;
		c->scenarios = more;
		l->room = room;
	}
	c->scenarios[c->nr_scenarios] = scenario_load(path, error, sizeof(error));
	if (!c->scenarios[c->nr_scenarios]) {
		fprintf(stderr, "%s\n", error);
		l->failed = true;
		return -1;
	}
	c->nr_scenarios++;
	return 0;
}

static int load_named(struct loader *l, const char *name)
{
	char *path = scenario_find(name);
	int ret;

	if (!path) {
		cli_error("no scenario '%s': neither a file nor one that 'ghes-sim list' lists",
			  name);
		return -1;
	}
	ret = load(path, l);
	free(path);
	return ret;
}

static int load_all(struct check *c, const struct cli_options *o)
{
	struct loader l = {.c = c};

	if (!o->nr_operands) {
		if (scenario_builtin_each(load, &l) < 0)
			return cli_error("the built-in scenarios cannot be found");
		return l.failed ? -1 : 0;
	}
	for (int i = 0; i < o->nr_operands; i++)
		if (load_named(&l, o->operands[i]))
			return -1;
	return 0;
}

static int checked(struct check *c, struct cli_options *o)
{
	struct teller t = {.o = o};
	int status;

	c->arg = &t;
	c->ended = ended;
	c->interrupted = &interrupted;
	signal(SIGINT, on_interrupt);
	if (o->format == CLI_TEXT && !o->driver.quiet)
		printf("check: core %s, %u runs planned, budget %.0f s, seed %" PRIu64
		       ", shard %u/%u\n",
		       sim_core_name(c->core), c->nr_tasks, c->budget, c->seed, c->shard,
		       c->shards);
	check_run(c);
	clear_progress(&t);
	signal(SIGINT, SIG_DFL);
	if (o->format == CLI_KTAP)
		report_ktap(stdout, &t.suite);
	else if (o->format == CLI_JUNIT)
		report_junit(stdout, &t.suite);
	else if (o->format == CLI_TEXT)
		closing(c, &t);
	status = exit_status(c, &t);
	suite_free(&t.suite);
	c->arg = NULL;
	return status;
}

int cmd_check(const struct cli_verb *verb, struct cli_options *o)
{
	struct check c = {
		.budget = o->budget > 0 ? o->budget : DEFAULT_BUDGET,
		.seed = o->driver.seed,
		.shard = o->shard ? o->shard : 1,
		.shards = o->shards ? o->shards : 1,
	};
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int status = CLI_USAGE;
	char error[1024];

	(void)verb;
	c.jobs = cpus > 0 ? (unsigned int)cpus : 1;
	c.core = sim_core_open(o->core, error, sizeof(error));
	if (!c.core)
		return cli_error("%s", error);
	if (load_all(&c, o))
		;
	else if (check_plan(&c))
		cli_error("out of memory");
	else if (check_prepare(&c, error, sizeof(error)))
		cli_error("%s", error);
	else
		status = checked(&c, o);
	check_free(&c);
	sim_core_close(c.core);
	return status;
}
