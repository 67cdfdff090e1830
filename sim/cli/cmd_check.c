// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-sim check: the one command for CI.
 */
#include "check.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check_known.h"
#include "check_state.h"
#include "check_tell.h"
#include "interrupt.h"
#include "cover.h"
#include "drivers/known.h"
#include "options.h"
#include "processors.h"
#include "state_lock.h"

#define DEFAULT_BUDGET 60

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

/* ---- The check ------------------------------------------------------------------------------- */

/* What the user asked for of each defect. */
static int write_finds(struct check *c, const struct cli_options *o, struct check_finds *finds,
		       char *temporary)
{
	char error[1024];

	if (!o->save_dir && !o->html)
		return 0;
	if (!o->save_dir && !mkdtemp(temporary))
		return cli_error("%s: %s", temporary, strerror(errno));
	if (!finds_collect(finds, c))
		return cli_error("out of memory");
	if (finds_save(finds, c, o->save_dir ? o->save_dir : temporary, error, sizeof(error)))
		return cli_error("%s", error);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int checked(struct check *c, struct cli_options *o, struct check_state *state)
{
	struct teller t = {.o = o, .state = state};
	struct check_finds finds = {0};
	char temporary[] = "/tmp/ghes-sim.XXXXXX"; /* for pictures that only the page keeps */
	int status;

	c->arg = &t;
	c->moved = tell_moved;
	c->ended = tell_ended;
	c->interrupted = interrupt_count();
	interrupt_catch(false);
	tell_begin(c, &t);
	check_run(c);
	interrupt_leave();
	tell_over(c, &t);
	if (write_finds(c, o, &finds, temporary))
		t.cannot_write = true;
	if (o->save_known && check_known_save(c, o->save_known, &t.learned))
		t.cannot_write = true;
	status = tell_end(c, &t, &finds);
	if (!o->save_dir && o->html)
		nftw(temporary, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	finds_free(&finds);
	c->arg = NULL;
	return status;
}

static int with_open_state(struct check *c, struct cli_options *o)
{
	char error[1024];
	struct check_state *state = check_state_open(o->state, error, sizeof(error));
	int status;

	if (!state) {
		if (*error)
			fprintf(stderr, "%s\n", error);
		return CLI_USAGE;
	}
	if (check_state_apply(state, c)) {
		status = cli_error("out of memory");
	} else {
		check_set_bounds(c);
		status = checked(c, o, state);
	}
	check_state_free(state);
	return status;
}

static int with_state(struct check *c, struct cli_options *o)
{
	struct state_lock lock;
	char error[1024];
	int status;

	if (!o->state) {
		check_set_bounds(c);
		return checked(c, o, NULL);
	}
	if (state_lock(&lock, o->state, error, sizeof(error)))
		return cli_error("%s", error);
	status = with_open_state(c, o);
	state_unlock(&lock);
	return status;
}

static int planned(struct check *c, struct cli_options *o)
{
	char error[1024];

	if (load_all(c, o))
		return CLI_USAGE;
	c->stop = mmap(NULL, sizeof(*c->stop), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (c->stop == MAP_FAILED || check_plan(c))
		return cli_error("out of memory");
	if (check_prepare(c, error, sizeof(error)))
		return cli_error("%s", error);
	return with_state(c, o);
}

/* The core, with --arch as the end of its name: so results, states and finds tell it. */
static struct sim_core *open_core(const struct cli_options *o, char *error, size_t size)
{
	struct sim_core *core;
	char *name;

	if (!o->arch)
		return sim_core_open(o->core, error, size);
	if (strncmp(o->core, "kernel:", 7) != 0) {
		snprintf(error, size, "--arch is for --core kernel:DIR, not for '%s'", o->core);
		return NULL;
	}
	if (asprintf(&name, "%s,arch=%s", o->core, o->arch) < 0) {
		snprintf(error, size, "no memory");
		return NULL;
	}
	core = sim_core_open(name, error, size);
	free(name);
	return core;
}

int cmd_check(const struct cli_verb *verb, struct cli_options *o)
{
	struct check c = {
		.budget = o->budget > 0 ? o->budget : DEFAULT_BUDGET,
		.seed = o->driver.seed,
		.fail_fast = o->fail_fast,
		.shard = o->shard ? o->shard : 1,
		.shards = o->shards ? o->shards : 1,
	};
	int status;
	char error[1024];

	(void)verb;
	c.jobs = o->jobs ? (unsigned int)o->jobs : sim_processors();
	c.core = open_core(o, error, sizeof(error));
	if (!c.core)
		return cli_error("%s", error);
	status = cover_begin(c.core, o);
	if (!status)
		status = check_known_load(&c, o);
	if (!status)
		status = planned(&c, o);
	if (status != CLI_USAGE && cover_end(c.core, o))
		status = CLI_USAGE;
	check_free(&c);
	known_free(c.known);
	sim_core_close(c.core);
	return status;
}
