// SPDX-License-Identifier: GPL-2.0-only
#include "report/matrix.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

struct matrix_column *matrix_column(struct report_matrix *x, const char *driver)
{
	unsigned int n = 0;

	while (n < x->nr && strcmp(x->column[n].driver, driver))
		n++;
	if (n == MATRIX_MAX_DRIVERS)
		return NULL;
	if (n == x->nr)
		x->column[x->nr++] = (struct matrix_column){.driver = driver};
	return &x->column[n];
}

static void add(struct matrix_column *c, const struct sim_result *r)
{
	c->runs++;
	c->complete += r->complete;
	c->vacuous += r->verdict == SIM_VACUOUS;
	c->cut_short += r->verdict == SIM_INCOMPLETE;
	c->executions += r->executions;
	for (unsigned int o = 0; o < SIM_NR_ORACLES; o++)
		c->judged[o] += r->judged[o];
	for (unsigned int d = 0; d < r->nr_defects; d++)
		c->failed[r->defects[d].oracle]++;
}

void matrix_sum(struct report_matrix *x, const struct report_suite *s)
{
	memset(x, 0, sizeof(*x));
	for (unsigned int i = 0; i < s->nr; i++) {
		struct matrix_column *c = matrix_column(x, report_driver_name(&s->results[i]));

		if (c)
			add(c, &s->results[i]);
	}
}

uint64_t matrix_judged(const struct report_matrix *x, enum sim_oracle_id oracle)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < x->nr; i++)
		n += x->column[i].judged[oracle];
	return n;
}

unsigned int matrix_failed(const struct report_matrix *x, enum sim_oracle_id oracle)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < x->nr; i++)
		n += x->column[i].failed[oracle];
	return n;
}

bool matrix_is_vacuous(const struct report_matrix *x, enum sim_oracle_id oracle)
{
	return !matrix_judged(x, oracle) && !matrix_failed(x, oracle);
}

/* ---- Text ------------------------------------------------------------------------------------ */

/* 0 is a dot: nothing there. */
static void number(FILE *out, uint64_t n)
{
	if (n)
		fprintf(out, " %10" PRIu64, n);
	else
		fprintf(out, " %10s", ".");
}

/* A row that would hold nothing is left out. @member: offset of an unsigned int */
static void row(FILE *out, const struct report_matrix *x, const char *name, size_t member)
{
	unsigned int n[MATRIX_MAX_DRIVERS], all = 0;

	for (unsigned int i = 0; i < x->nr; i++) {
		memcpy(&n[i], (const char *)&x->column[i] + member, sizeof(n[i]));
		all += n[i];
	}
	if (!all)
		return;
	fprintf(out, "%-13s", name);
	for (unsigned int i = 0; i < x->nr; i++)
		number(out, n[i]);
	fputc('\n', out);
}

static void oracle_row(FILE *out, const struct report_matrix *x, enum sim_oracle_id oracle)
{
	unsigned int failed = matrix_failed(x, oracle);

	fprintf(out, "%-13s", sim_oracle_name(oracle));
	for (unsigned int i = 0; i < x->nr; i++)
		number(out, x->column[i].judged[oracle]);
	if (failed)
		fprintf(out, "  %u found", failed);
	fputs(matrix_is_vacuous(x, oracle) ? "  vacuous\n" : "\n", out);
}

static void vacuous_oracles(FILE *out, const struct report_matrix *x)
{
	const char *before = "vacuous, for nothing came by that they could judge: ";

	for (unsigned int o = 0; o < SIM_NR_ORACLES; o++)
		if (matrix_is_vacuous(x, (enum sim_oracle_id)o)) {
			fprintf(out, "%s%s", before, sim_oracle_name((enum sim_oracle_id)o));
			before = ", ";
		}
	if (*before == ',')
		fputc('\n', out);
}

#define ROW(out, x, name, member) row(out, x, name, offsetof(struct matrix_column, member))

void matrix_text(FILE *out, const struct report_matrix *x)
{
	fprintf(out, "%-13s", "");
	for (unsigned int i = 0; i < x->nr; i++)
		fprintf(out, " %10s", x->column[i].driver);
	fputc('\n', out);
	ROW(out, x, "runs", runs);
	ROW(out, x, "  complete", complete);
	ROW(out, x, "  cut short", cut_short);
	ROW(out, x, "  vacuous", vacuous);
	ROW(out, x, "not reached", not_reached);
	fputs("judgements of each oracle\n", out);
	for (unsigned int o = 0; o < SIM_NR_ORACLES; o++)
		oracle_row(out, x, (enum sim_oracle_id)o);
	vacuous_oracles(out, x);
}

/* ---- KTAP ------------------------------------------------------------------------------------ */

void matrix_ktap(FILE *out, const struct report_matrix *x)
{
	for (unsigned int i = 0; i < x->nr; i++) {
		const struct matrix_column *c = &x->column[i];

		fprintf(out,
			"# driver %s: %u runs, %u complete, %u cut short, %u vacuous, "
			"%u not reached\n",
			c->driver, c->runs, c->complete, c->cut_short, c->vacuous, c->not_reached);
	}
	for (unsigned int o = 0; o < SIM_NR_ORACLES; o++) {
		const char *before = ": ";

		fprintf(out, "# oracle %s: %" PRIu64 " judgements",
			sim_oracle_name((enum sim_oracle_id)o),
			matrix_judged(x, (enum sim_oracle_id)o));
		for (unsigned int i = 0; i < x->nr; i++)
			if (x->column[i].judged[o]) {
				fprintf(out, "%s%s %" PRIu64, before, x->column[i].driver,
					x->column[i].judged[o]);
				before = ", ";
			}
		fputs(matrix_is_vacuous(x, (enum sim_oracle_id)o) ? ", vacuous\n" : "\n", out);
	}
}
