// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a schedule file. Either there is one line that begins with the file's name, or it is
 * a schedule, and its text parses to the same again.
 */
#include <string.h>

#include "drivers/schedule.h"
#include "fuzz.h"

static bool same(const struct sim_schedule *a, const struct sim_schedule *b)
{
	return !strcmp(a->driver, b->driver) && !strcmp(a->scenario, b->scenario) &&
	       !strcmp(a->core, b->core) && a->seed == b->seed &&
	       !memcmp(a->misbehave, b->misbehave, sizeof(a->misbehave)) &&
	       !strcmp(a->choices, b->choices);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sim_schedule s, again;
	char error[512] = "";
	char *text;

	if (schedule_parse(&s, "t", (const char *)data, size, error, sizeof(error))) {
		FUZZ_CHECK(!strncmp(error, "t:", 2));
		FUZZ_CHECK(!strchr(error, '\n'));
		return 0;
	}
	text = schedule_text(&s);
	FUZZ_CHECK(text);
	FUZZ_CHECK(!schedule_parse(&again, "t", text, strlen(text), error, sizeof(error)));
	FUZZ_CHECK(same(&s, &again));
	free(text);
	schedule_free(&s);
	schedule_free(&again);
	return 0;
}

size_t fuzz_seed(unsigned int n, uint8_t *buf, size_t size)
{
	static const char *const seeds[] = {
		"ghes-sim schedule 1\ndriver inject\nscenario nested-sdei\ncore lib\nseed 0\n"
		"choices 1@214 0@1033\n",
		"ghes-sim schedule 1\nseed 18446744073709551615\nchoices \ncore kernel:/a,ghes=b\n"
		"scenario a b\ndriver run\n",
		"ghes-sim schedule 1\ndriver run\nscenario a\ncore lib\nseed 1\n"
		"misbehave mutate=3,repeat=2,clock-back=4294967295\nchoices \n",
		"ghes-sim schedule 2\n",
	};
	size_t len;

	if (n >= sizeof(seeds) / sizeof(seeds[0]))
		return 0;
	len = strlen(seeds[n]);
	if (len > size)
		return 0;
	memcpy(buf, seeds[n], len);
	return len;
}
