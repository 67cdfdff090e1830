// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a result in the state of a check: either there is one line that says what is wrong,
 * or it is a result, and what it is written as reads back to the same text.
 */
#include <string.h>

#include "fuzz.h"
#include "report/result_read.h"

static char *text_of(const struct sim_result *r)
{
	struct json_object *o = result_json(r);
	char *text = strdup(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));

	json_object_put(o);
	return text;
}

static void judge(struct json_object *o)
{
	struct result_strings strings = {0};
	struct sim_result r, again;
	struct json_object *written;
	char error[300] = "", *first, *second;

	if (result_read_json(&r, o, &strings, error, sizeof(error))) {
		FUZZ_CHECK(*error && !strchr(error, '\n'));
		result_strings_free(&strings);
		return;
	}
	FUZZ_CHECK(r.nr_defects <= SIM_MAX_DEFECTS && r.nr_counters <= SIM_MAX_COUNTERS);
	first = text_of(&r);
	written = json_tokener_parse(first);
	FUZZ_CHECK(written);
	FUZZ_CHECK(!result_read_json(&again, written, &strings, error, sizeof(error)));
	second = text_of(&again);
	FUZZ_CHECK(!strcmp(first, second));
	free(first);
	free(second);
	json_object_put(written);
	sim_result_free(&r);
	sim_result_free(&again);
	result_strings_free(&strings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_tokener *tokener = json_tokener_new_ex(16);
	struct json_object *o;

	FUZZ_CHECK(tokener);
	o = size < INT32_MAX ? json_tokener_parse_ex(tokener, (const char *)data, (int)size) : NULL;
	if (o)
		judge(o);
	json_object_put(o);
	json_tokener_free(tokener);
	return 0;
}

size_t fuzz_seed(unsigned int n, uint8_t *buf, size_t size)
{
	static const char *const seeds[] = {
		"{\"scenario\":\"s\",\"core\":\"lib\",\"driver\":\"inject\",\"verdict\":\"fail\","
		"\"complete\":true,\"executions\":1,\"notifications\":2,\"seconds\":0.5,\"seed\":0,"
		"\"defects\":[{\"oracle\":\"pool\",\"message\":\"m\",\"schedule\":\"x\\n\","
		"\"context\":\"cpu 0\",\"source_location\":\"a.c:1\"}],\"counters\":{\"processed\":2}}",
		"{\"scenario\":\"s\",\"core\":\"lib\",\"driver\":\"run\",\"verdict\":\"incomplete\","
		"\"complete\":false,\"executions\":18446744073709551615,\"notifications\":0,"
		"\"seconds\":1,\"seed\":7,\"defects\":[],\"counters\":{},\"why\":\"w\","
		"\"not_applicable\":true,\"resume\":\"1:2;0\"}",
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
