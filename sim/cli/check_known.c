// SPDX-License-Identifier: GPL-2.0-only
#include "check_known.h"

#include <errno.h>
#include <string.h>

#include "drivers/known.h"

int check_known_load(struct check *c, const struct cli_options *o)
{
	const char *file = o->save_known ? o->save_known : o->known;
	char error[1024];

	if (o->known && o->save_known)
		return cli_error("--save-known reads its file, too: --known is one too many");
	if (!file)
		return 0;
	c->learns = o->save_known;
	c->known = known_load(file, c->learns, error, sizeof(error));
	if (c->known)
		return 0;
	fprintf(stderr, "%s\n", error);
	return CLI_USAGE;
}

/* ---- Saving ---------------------------------------------------------------------------------- */

/* Many tasks come upon one find. */
static unsigned int save_line(struct check *c, const struct sim_result *r,
			      const struct sim_found *f, FILE *out)
{
	char line[KNOWN_MAX_LINE];

	known_line_of(r, f, line, sizeof(line));
	if (!known_add(c->known, line))
		return 0;
	fprintf(out, "%s\n", line);
	return 1;
}

static unsigned int save_lines(struct check *c, FILE *out)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < c->nr_tasks; i++) {
		const struct check_task *t = &c->tasks[i];
		const struct sim_result *r = t->outcome ? &t->outcome->result : NULL;

		if (!r || t->skipped || t->outcome->error[0])
			continue;
		for (unsigned int d = 0; d < r->nr_defects; d++)
			n += save_line(c, r, &r->defects[d], out);
		if (r->expectation_failed)
			n += save_line(c, r, NULL, out);
	}
	return n;
}

/* A heading for a new file, the end of a line for one that has none. */
static void begin_lines(const struct check *c, FILE *out)
{
	bool is_new = fseek(out, -1, SEEK_END) != 0;
	int last = is_new ? '\n' : getc(out);

	fseek(out, 0, SEEK_END); /* between reading and writing */
	if (is_new)
		fprintf(out, "# What is known of %s: for ghes-sim --known.\n",
			sim_core_name(c->core));
	if (last != '\n')
		fputc('\n', out);
}

int check_known_save(struct check *c, const char *file, unsigned int *added)
{
	FILE *out = fopen(file, "a+");
	bool failed = !out;

	if (out) {
		begin_lines(c, out);
		*added = save_lines(c, out);
		failed = ferror(out);
		failed |= fclose(out) != 0;
	}
	return failed ? cli_error("%s: %s", file, strerror(errno)) : 0;
}

/* ---- Telling --------------------------------------------------------------------------------- */

static bool ran(void *arg, const char *pattern)
{
	const struct check *c = arg;

	for (unsigned int i = 0; i < c->nr_tasks; i++)
		if (c->tasks[i].outcome && known_pattern(pattern, c->tasks[i].scenario->name))
			return true;
	return false;
}

void check_known_tell(const struct check *c, const uint64_t seen[SIM_KNOWN_WORDS], FILE *out)
{
	const char *before = "; nothing was found of line ";
	unsigned int met = 0, line = 0;

	if (!c->known)
		return;
	for (unsigned int i = 1; i < SIM_MAX_KNOWN; i++)
		met += seen[i / 64] >> i % 64 & 1;
	fprintf(out, "known: %u lines of %s were met", met, known_file(c->known));
	while ((line = known_next_unmet(c->known, sim_core_name(c->core), seen, line, ran,
					(void *)c))) {
		fprintf(out, "%s%u", before, line);
		before = ", ";
	}
	fputc('\n', out);
}
