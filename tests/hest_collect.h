/* SPDX-License-Identifier: GPL-2.0-only */
/* A visitor that remembers, and what tests ask of it. */
#ifndef HEST_COLLECT_H
#define HEST_COLLECT_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <ghes/hest.h>

#define COLLECT_SOURCES	 64
#define COLLECT_FINDINGS 256

struct hest_collect {
	int rc;
	bool has_table;
	struct hest_table_info table;
	unsigned int sources;
	struct hest_source source[COLLECT_SOURCES];
	unsigned int findings;
	struct hest_finding finding[COLLECT_FINDINGS];
};

static inline void collect_table(void *ctx, const struct hest_table_info *table)
{
	struct hest_collect *c = ctx;

	c->has_table = true;
	c->table = *table;
}

static inline int collect_source(void *ctx, const struct hest_source *source)
{
	struct hest_collect *c = ctx;

	if (c->sources < COLLECT_SOURCES)
		c->source[c->sources] = *source;
	c->sources++;
	return 0;
}

static inline void collect_finding(void *ctx, const struct hest_finding *finding)
{
	struct hest_collect *c = ctx;

	if (c->findings < COLLECT_FINDINGS)
		c->finding[c->findings] = *finding;
	c->findings++;
}

static inline int collect(struct hest_collect *c, const void *table, size_t size)
{
	static const struct hest_visitor visitor = {collect_table, collect_source, collect_finding};
	static struct hest_scratch scratch;

	memset(&scratch, 0xa5, sizeof(scratch)); /* its contents must not matter */
	memset(c, 0, sizeof(*c));
	c->rc = hest_parse(table, size, &scratch, &visitor, c);
	return c->rc;
}

/* The first finding of this rule, or NULL */
static inline const struct hest_finding *collected(const struct hest_collect *c,
						   enum hest_rule rule)
{
	for (unsigned int i = 0; i < c->findings && i < COLLECT_FINDINGS; i++)
		if (c->finding[i].rule == rule)
			return &c->finding[i];
	return NULL;
}

static inline unsigned int collected_in_state(const struct hest_collect *c,
					      enum hest_source_state state)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < c->sources && i < COLLECT_SOURCES; i++)
		n += c->source[i].state == state;
	return n;
}

#endif
