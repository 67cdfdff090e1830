// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/misbehave.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/random.h"

#define SECOND UINT64_C(1000000000)

static const char *const words[SIM_NR_MISBEHAVIOURS] = {
#define WORD(name, text, help) text,
	SIM_MISBEHAVIOURS(WORD)
#undef WORD
};

/* ---- The text -------------------------------------------------------------------------------- */

static bool parse_one(const char *text, size_t n, uint64_t misbehave[SIM_NR_MISBEHAVIOURS])
{
	const char *number = memchr(text, '=', n);
	unsigned int which = 0;
	uint64_t value;
	char *end;

	if (!number)
		return false;
	while (which < SIM_NR_MISBEHAVIOURS && (strlen(words[which]) != (size_t)(number - text) ||
						memcmp(words[which], text, strlen(words[which]))))
		which++;
	number++;
	if (which == SIM_NR_MISBEHAVIOURS || misbehave[which] || *number < '0' || *number > '9')
		return false;
	errno = 0;
	value = strtoull(number, &end, 10);
	if (errno || end != text + n || !value || value > UINT32_MAX)
		return false;
	misbehave[which] = value;
	return true;
}

bool misbehave_parse(const char *text, uint64_t misbehave[SIM_NR_MISBEHAVIOURS])
{
	for (;;) {
		size_t n = strcspn(text, ",");

		if (!parse_one(text, n, misbehave))
			return false;
		if (!text[n])
			return true;
		text += n + 1;
	}
}

char *misbehave_text(const uint64_t misbehave[SIM_NR_MISBEHAVIOURS])
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (unsigned int i = 0, n = 0; i < SIM_NR_MISBEHAVIOURS; i++)
		if (misbehave[i])
			fprintf(out, "%s%s=%" PRIu64, n++ ? "," : "", words[i], misbehave[i]);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

/* ---- Drawing --------------------------------------------------------------------------------- */

/* On a machine from a real table nobody knows before it boots. */
static bool has_notify(const struct sim_config *c, int notify)
{
	for (unsigned int i = 0; i < c->nr_sources; i++)
		if (c->sources[i].notify == notify)
			return true;
	return c->hest != NULL;
}

static bool has_version(const struct sim_config *c, int version)
{
	for (unsigned int i = 0; i < c->nr_sources; i++)
		if (c->sources[i].version == version)
			return true;
	return c->hest != NULL;
}

static bool has_v1(const struct sim_config *c)
{
	return has_version(c, 1);
}

static bool has_v2(const struct sim_config *c)
{
	return has_version(c, 2);
}

static bool has_sdei(const struct sim_config *c)
{
	return has_notify(c, ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED);
}

static bool has_other_cpus(const struct sim_config *c)
{
	return c->nr_cpus > 1;
}

/*
 * Sources with a bit each in one ack register: firmware never takes a bit back, so each write for
 * one source has the other's bit from its first record on, and acknowledges its second, whoever has
 * read it. A core cannot help that, and no driver may ask it to: there are no second records.
 */
static bool has_no_shared_bits(const struct sim_config *c)
{
	for (unsigned int i = 0; i < c->nr_sources; i++)
		if (c->sources[i].share_ack_with != SIM_NO_SOURCE && c->sources[i].ack_preserve)
			return false;
	return true;
}

/* The parameter is 1 to .most, times .unit; .fits: any machine, or those that this is true of. */
static const struct range {
	uint64_t most, unit;
	bool (*fits)(const struct sim_config *c);
} ranges[SIM_NR_MISBEHAVIOURS] = {
	[SIM_MISBEHAVE_MUTATE] = {12, 1, NULL},
	[SIM_MISBEHAVE_OVERWRITE] = {1, 1, has_v1},
	[SIM_MISBEHAVE_REFILL] = {4, 1, has_no_shared_bits},
	[SIM_MISBEHAVE_NEVER_ACK] = {1, 1, has_v2},
	[SIM_MISBEHAVE_SPURIOUS] = {4, 1, NULL},
	[SIM_MISBEHAVE_REPEAT] = {3, 1, has_no_shared_bits},
	[SIM_MISBEHAVE_HOSTILE] = {1, 1, NULL},
	[SIM_MISBEHAVE_POOL_FAIL] = {40, 1, NULL},
	[SIM_MISBEHAVE_POOL_EMPTY] = {6, 1, NULL},
	[SIM_MISBEHAVE_CLOCK_FROZEN] = {1, 1, NULL},
	[SIM_MISBEHAVE_CLOCK_COARSE] = {40, SECOND / 10, NULL},
	[SIM_MISBEHAVE_CLOCK_BACK] = {40, SECOND / 10, NULL},
	[SIM_MISBEHAVE_IRQ_WORK_ELSEWHERE] = {1, 1, has_other_cpus},
	[SIM_MISBEHAVE_CPU_OFFLINE] = {SIM_MAX_CPUS, 1, NULL},
	[SIM_MISBEHAVE_SDEI_DENY] = {9, 1, has_sdei},
};

/* Scenarios differ by name, wherever their files are. */
static uint64_t start(const char *name, uint64_t seed)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
	return hash ^ seed * UINT64_C(0x9e3779b97f4a7c15);
}

void misbehave_draw(const struct sim_scenario *s, uint64_t seed,
		    uint64_t misbehave[SIM_NR_MISBEHAVIOURS])
{
	const struct sim_config *c = &s->config;
	uint64_t state = start(s->name, seed);

	for (uint64_t left = 1 + sim_random(&state) % 2; left; left--) {
		unsigned int can[SIM_NR_MISBEHAVIOURS], n = 0, which;
		uint64_t most;

		for (unsigned int i = 0; i < SIM_NR_MISBEHAVIOURS; i++)
			if (!misbehave[i] && !c->misbehave[i] &&
			    (!ranges[i].fits || ranges[i].fits(c)))
				can[n++] = i;
		if (!n)
			return;
		which = can[sim_random(&state) % n];
		most = which == SIM_MISBEHAVE_CPU_OFFLINE ? c->nr_cpus : ranges[which].most;
		misbehave[which] = (1 + sim_random(&state) % most) * ranges[which].unit;
	}
}
