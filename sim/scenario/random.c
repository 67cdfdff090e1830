// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/random.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "machine/random.h"

#define NR_SYNC	     6
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct draw {
	FILE *out;
	uint64_t state;
	bool x86;
	unsigned int cpus, nr_sources, nr_records, nr_sync;
	bool has_sync, repeats;
	const struct source *sources[8];
};

/* Sources that both kinds of core know; no two share anything, so that each stands for itself. */
static const struct source {
	const char *text;
	unsigned int id;
	bool arm64, x86, sync, polled;
} all_sources[] = {
	{"id: 1, notify: polled", 1, true, true, false, true},
	{"id: 2, notify: external, gsiv: 72", 2, true, true, false, false},
	{"id: 3, notify: sci", 3, true, true, false, false},
	{"id: 13, notify: gsiv", 13, true, true, false, false},
	{"id: 4, notify: sea", 4, true, false, true, false},
	{"id: 6, notify: sdei, event: 804", 6, true, false, false, false},
	{"id: 7, notify: sdei, event: 805, priority: critical", 7, true, false, false, false},
	{"id: 8, notify: nmi", 8, false, true, false, false},
	{"id: 10, notify: nmi", 10, false, true, false, false},
};

static unsigned int below(struct draw *d, unsigned int n)
{
	return (unsigned int)(sim_random(&d->state) % n);
}

static bool one_in(struct draw *d, unsigned int n)
{
	return !below(d, n);
}

static void put_sources(struct draw *d)
{
	static const unsigned int lengths[] = {1024, 4096, 4096, 8192, 65536};

	fputs("\nsources:\n", d->out);
	while (!d->nr_sources)
		for (unsigned int i = 0; i < COUNT(all_sources); i++) {
			const struct source *s = &all_sources[i];

			if (!(d->x86 ? s->x86 : s->arm64) || !one_in(d, 3))
				continue;
			d->sources[d->nr_sources++] = s;
			d->has_sync |= s->sync;
			fprintf(d->out, "  - {%s, version: %u, error-block-length: %u}\n", s->text,
				1 + !one_in(d, 4), lengths[below(d, COUNT(lengths))]);
		}
}

static const char *severity(struct draw *d, bool of_block)
{
	static const char *const words[] = {"corrected", "recoverable", "informational"};

	/* a fatal section in a lesser block is a lesser error */
	return one_in(d, of_block ? 40 : 10) ? "fatal" : words[below(d, COUNT(words))];
}

static void put_section(struct draw *d)
{
	/* On two CPUs the order of vendor records is that of two workqueues. */
	bool vendor = d->cpus == 1 && one_in(d, 5);

	fputs("{", d->out);
	if (vendor)
		fprintf(d->out, "vendor: {size: %u, fill: 0x%02x", 16 + 8 * below(d, 24),
			below(d, 256));
	else if (one_in(d, 3))
		fprintf(d->out,
			"pcie: {segment: 0, bus: %u, device: %u, function: %u, "
			"aer-uncor-status: 0x%x",
			below(d, 256), below(d, 32), below(d, 8), below(d, 1 << 22));
	else if (!d->x86 && one_in(d, 3))
		fprintf(d->out, "arm: {info-type: %u, physical-address: 0x%x000", 1 << below(d, 5),
			0x90000 + below(d, 64));
	else
		fprintf(d->out, "memory: {physical-address: 0x%x000, error-type: %u",
			0x90000 + below(d, 64), below(d, 18));
	if (one_in(d, 4))
		fprintf(d->out, ", valid: 0x%x", below(d, 1 << 22));
	fprintf(d->out, "}, severity: %s", severity(d, false));
	if (one_in(d, 4))
		fputs(", flags: [threshold-exceeded]", d->out);
	if (one_in(d, 4))
		fputs(", fru-text: slot A1", d->out);
	fputs("}", d->out);
}

static void put_records(struct draw *d)
{
	d->nr_records = 1 + below(d, 4);
	fputs("\nrecords:\n", d->out);
	for (unsigned int i = 0; i < d->nr_records; i++) {
		fprintf(d->out, "  r%u: {severity: %s, entry-revision: 0x%x, sections: [", i,
			severity(d, true), one_in(d, 3) ? 0x201 : 0x300);
		for (unsigned int n = below(d, 3) + !one_in(d, 8); n; n--) {
			put_section(d);
			fputs(n > 1 ? ", " : "", d->out);
		}
		fputs("]}\n", d->out);
	}
	/* Each abort has a record of its own: a repeat changes what its task does next. */
	for (unsigned int i = 0; d->has_sync && i < NR_SYNC; i++)
		fprintf(d->out,
			"  s%u: {severity: recoverable, sections: [{memory: {physical-address: "
			"0x%x000, error-type: %u}, severity: %s}]}\n",
			i, 0xa0000 + i, below(d, 18), one_in(d, 4) ? "corrected" : "recoverable");
}

static void put_report(struct draw *d)
{
	const struct source *s = d->sources[below(d, d->nr_sources)];

	if (!s->sync)
		fprintf(d->out, "report: {source: %u, record: r%u}\n", s->id,
			below(d, d->nr_records));
	else if (d->nr_sync < NR_SYNC)
		fprintf(d->out, "%s: {source: %u, record: s%u}\n",
			one_in(d, 3) ? "guest-consume" : "consume", s->id, d->nr_sync++);
	else
		fputs("user: 1\n", d->out);
}

static void put_action(struct draw *d)
{
	const struct source *s = d->sources[below(d, d->nr_sources)];

	fputs("      - ", d->out);
	switch (below(d, 12)) {
	case 0:
		/* sums of it stay away from limits of 5 and 10 s, which one may look at in jiffies
		 */
		fprintf(d->out, "tick: %ums\n", 1117 * (1 + below(d, 9)));
		break;
	case 1:
		fprintf(d->out, "%s: %u\n", one_in(d, 2) ? "kernel" : "user", 1 + below(d, 3));
		break;
	case 2:
		fputs(one_in(d, 2) ? "run-work\n" : "grace-period\n", d->out);
		break;
	case 3:
		if (s->sync)
			fputs("user: 1\n", d->out);
		else
			fprintf(d->out, "%s: %u\n", s->polled ? "poll" : "raise", s->id);
		break;
	case 4:
		/* nothing may be left to a probe, which reads as nobody's notification does */
		if (s->sync || d->repeats || d->cpus > 1)
			fputs("kernel: 1\n", d->out);
		else
			fprintf(d->out, "remove: %u\n      - probe: %u\n", s->id, s->id);
		break;
	default:
		put_report(d);
		break;
	}
}

static void put_programs(struct draw *d)
{
	fputs("\nprograms:\n", d->out);
	for (unsigned int cpu = 0; cpu < d->cpus; cpu++) {
		fprintf(d->out, "  - cpu: %u\n    do:\n", cpu);
		for (unsigned int n = 2 + below(d, 8); n; n--)
			put_action(d);
	}
}

char *scenario_random(uint64_t seed)
{
	struct draw d = {.state = seed};
	char *text = NULL;
	size_t size;

	d.out = open_memstream(&text, &size);
	if (!d.out)
		return NULL;
	d.x86 = one_in(&d, 3);
	d.cpus = one_in(&d, 3) ? 2 : 1;
	fprintf(d.out,
		"scenario: random-%" PRIu64 "\nshows: drawn with seed %" PRIu64
		"\narch: %s\ncpus: %u\nseed: %" PRIu64 "\n",
		seed, seed, d.x86 ? "x86" : "arm64", d.cpus, seed);
	put_sources(&d);
	d.repeats = !d.has_sync && one_in(&d, 6);
	put_records(&d);
	put_programs(&d);
	if (d.repeats)
		fprintf(d.out, "\nmisbehave: {repeat: %u}\n", 1 + below(&d, 3));
	else if (one_in(&d, 6))
		fprintf(d.out, "\nmisbehave: {spurious: %u}\n", 1 + below(&d, 3));
	return fclose(d.out) ? NULL : text;
}
