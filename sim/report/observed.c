// SPDX-License-Identifier: GPL-2.0-only
#include "report/observed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/departures.h"
#include "report/report.h"

#define TP(name) (SIM_EV_TRACEPOINT + GHES_TP_##name)

const char *observed_word(enum observed_aspect aspect)
{
	static const char *const words[] = {
#define OBSERVED_WORD(name, word) word,
		OBSERVED_ASPECTS(OBSERVED_WORD)
#undef OBSERVED_WORD
	};

	return words[aspect];
}

static const struct {
	uint16_t kind;
	enum observed_aspect aspect;
} kinds[] = {
	{TP(PROCESSED), OBSERVED_DELIVERED},	{TP(DUPLICATE), OBSERVED_SUPPRESSED},
	{TP(REJECT), OBSERVED_REJECTED},	{TP(PANIC_PRINT), OBSERVED_PANIC},
	{SIM_EV_PANIC, OBSERVED_PANIC},		{SIM_EV_FW_CLEARED, OBSERVED_CLEARED},
	{SIM_EV_FW_ACKED, OBSERVED_ACKED},	{SIM_EV_MEMORY_FAILURE, OBSERVED_RECOVERY},
	{SIM_EV_SIGBUS, OBSERVED_RECOVERY},	{SIM_EV_AER, OBSERVED_RECOVERY},
	{SIM_EV_REPORT_MEM, OBSERVED_REPORTED}, {SIM_EV_ARM_EVENT, OBSERVED_REPORTED},
	{SIM_EV_VENDOR, OBSERVED_DEFERRED},	{SIM_EV_CXL, OBSERVED_DEFERRED},
	{SIM_EV_CLAIM, OBSERVED_CLAIM},		{SIM_EV_PROBE, OBSERVED_BINDING},
	{SIM_EV_REMOVE, OBSERVED_BINDING},	{SIM_EV_LOG, OBSERVED_LOG}, /* warnings and worse */
};

#define KERN_INFO 6 /* and below: how a core greets is its own affair */

static bool aspect_of(const struct sim_event *e, enum observed_aspect *aspect)
{
	if (e->kind == SIM_EV_LOG && e->a >= KERN_INFO)
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == e->kind) {
			*aspect = kinds[i].aspect;
			return true;
		}
	return false;
}

static int add(struct observed_list *l, const char *text)
{
	if (l->n == l->room) {
		size_t room = l->room ? l->room * 2 : 16;
		char **more = realloc(l->line, room * sizeof(*more));

		if (!more)
			return -1;
		l->line = more;
		l->room = room;
	}
	l->line[l->n] = strdup(text);
	return l->line[l->n++] ? 0 : -1;
}

static const char *record_name(const struct sim_recorded *r)
{
	return r->record ? r->record : "a record";
}

/* Where the story's words say less, or more, than what two cores must have in common. */
static void line_of(const struct sim_recorded *r, char *line, size_t size)
{
	const struct sim_event *e = &r->event;
	struct event_text t;

	switch (e->kind) {
	case TP(PROCESSED):
	case TP(DUPLICATE):
	case TP(REJECT):
		snprintf(line, size, "%s of source %u", record_name(r), e->source);
		break;
	case TP(PANIC_PRINT):
		snprintf(line, size, "prints %s of source %u", record_name(r), e->source);
		break;
	case SIM_EV_FW_CLEARED:
		snprintf(line, size, "block 0x%" PRIx64, e->a);
		break;
	case SIM_EV_FW_ACKED:
		snprintf(line, size, "register 0x%" PRIx64 ": 0x%" PRIx64, e->a, e->b);
		break;
	case SIM_EV_REPORT_MEM:
		snprintf(line, size, "memory error, severity %" PRIu64, e->a);
		break;
	case SIM_EV_ARM_EVENT:
		snprintf(line, size, "processor error, severity %" PRIu64, e->a);
		break;
	case SIM_EV_PROBE:
	case SIM_EV_REMOVE:
		snprintf(line, size, "%s source %u: %s", sim_event_name(e->kind), e->source,
			 e->b ? "refused" : "done");
		break;
	case SIM_EV_LOG:
		snprintf(line, size, "<%" PRIu64 ">%s", e->a, r->text ? r->text : "");
		break;
	default:
		report_event_text(r, &t);
		snprintf(line, size, "%s", t.line);
	}
}

int observed_from(struct observed *o, const struct sim_recording *rec, const struct sim_result *r)
{
	enum observed_aspect aspect;
	char line[1024];
	int ret = 0;

	memset(o, 0, sizeof(*o));
	for (size_t i = 0; i < rec->nr && !ret; i++) {
		if (!aspect_of(&rec->events[i].event, &aspect))
			continue;
		line_of(&rec->events[i], line, sizeof(line));
		ret = add(&o->aspect[aspect], line);
	}
	/* in the oracles' order: which came first is the accident of a run */
	for (unsigned int id = 0; id < SIM_NR_ORACLES; id++)
		for (unsigned int i = 0; i < r->nr_defects && !ret; i++)
			if (r->defects[i].oracle == id)
				ret = add(&o->aspect[OBSERVED_DEFECT], sim_oracle_name(id));
	return ret;
}

void observed_free(struct observed *o)
{
	for (unsigned int i = 0; i < OBSERVED_NR; i++) {
		for (size_t n = 0; n < o->aspect[i].n; n++)
			free(o->aspect[i].line[n]);
		free(o->aspect[i].line);
	}
	memset(o, 0, sizeof(*o));
}

size_t observed_total(const struct observed *o)
{
	size_t n = 0;

	for (unsigned int i = 0; i < OBSERVED_NR; i++)
		n += o->aspect[i].n;
	return n;
}

static const char *nth(const struct observed_list *l, size_t n)
{
	return n < l->n ? l->line[n] : NULL;
}

static void note_intended(struct observed_comparison *c, unsigned int line)
{
	for (unsigned int i = 0; i < c->nr_intended; i++)
		if (c->intended[i] == line)
			return;
	if (c->nr_intended < OBSERVED_MAX_INTENDED)
		c->intended[c->nr_intended++] = line;
}

/* True: the lists are alike from @at on, but for what is intended; else @at is where they differ.
 */
static bool alike(const struct observed_list *a, const struct observed_list *b,
		  enum observed_aspect aspect, const char *scenario, const struct departures *d,
		  struct observed_comparison *c, size_t at[2])
{
	while (at[0] < a->n || at[1] < b->n) {
		const char *one = nth(a, at[0]), *other = nth(b, at[1]);
		enum departure_step step = DEPARTURE_ALIKE;
		unsigned int line;

		if (!one || !other || strcmp(one, other)) {
			step = departures_find(d, scenario, aspect, one, other, &line);
			if (step == DEPARTURE_NONE)
				return false;
			note_intended(c, line);
		}
		if (step == DEPARTURE_REST)
			return true;
		at[0] += step != DEPARTURE_ONLY_B;
		at[1] += step != DEPARTURE_ONLY_A;
	}
	return true;
}

void observed_compare(const struct observed *a, const struct observed *b, const char *scenario,
		      const struct departures *departures, struct observed_comparison *c)
{
	memset(c, 0, sizeof(*c));
	for (unsigned int i = 0; i < OBSERVED_NR; i++) {
		const struct observed_list *one = &a->aspect[i], *other = &b->aspect[i];
		size_t at[2] = {0, 0};

		if (!alike(one, other, (enum observed_aspect)i, scenario, departures, c, at))
			c->difference[c->nr_differences++] =
				(struct observed_difference){(enum observed_aspect)i,
							     at[0],
							     {nth(one, at[0]), nth(other, at[1])}};
	}
}
