// SPDX-License-Identifier: GPL-2.0-only
/*
 * Our JSON against libcper's, for each record of the data folder that has both.
 *
 * Goal: the two decoders, written apart from each other, agree on every field. Method: both trees
 * are walked together; the mapping is the identity (same keys, same nesting, same values), but for
 * the exceptions below, each with its reason. An exception that no record needs fails the test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fnmatch.h>
#include <cmocka.h>
#include <json-c/json.h>

#include <ghes/cper.h>

#include "cper_build.h"
#include "cper_data.h"

enum side {
	THEIRS, /* only libcper has it */
	OURS,	/* only we have it */
	DIFFER, /* both have it, with different values */
};

static struct exception {
	enum side side;
	const char *path; /* fnmatch() */
	const char *reason;
	unsigned int used;
} exceptions[] = {
#include "cper_json_exceptions.h"
};

static unsigned int disagreements;

static void disagree(const char *file, enum side side, const char *path, json_object *theirs,
		     json_object *ours)
{
	static const char *const what[] = {"only libcper has", "only we have", "values differ:"};
	size_t i;

	for (i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
		if (exceptions[i].side == side && !fnmatch(exceptions[i].path, path, 0)) {
			exceptions[i].used++;
			return;
		}
	}
	print_message("%s: %s %s: %.100s / %.100s\n", file, what[side], path,
		      theirs ? json_object_to_json_string(theirs) : "-",
		      ours ? json_object_to_json_string(ours) : "-");
	disagreements++;
}

static void compare(const char *file, const char *path, json_object *theirs, json_object *ours);

static void compare_objects(const char *file, const char *path, json_object *theirs,
			    json_object *ours)
{
	char deeper[256];
	json_object *other;

	json_object_object_foreach(theirs, key, value)
	{
		snprintf(deeper, sizeof(deeper), "%s.%s", path, key);
		if (json_object_object_get_ex(ours, key, &other))
			compare(file, deeper, value, other);
		else
			disagree(file, THEIRS, deeper, value, NULL);
	}
	json_object_object_foreach(ours, our_key, our_value)
	{
		snprintf(deeper, sizeof(deeper), "%s.%s", path, our_key);
		if (!json_object_object_get_ex(theirs, our_key, NULL))
			disagree(file, OURS, deeper, NULL, our_value);
	}
}

static void compare(const char *file, const char *path, json_object *theirs, json_object *ours)
{
	char deeper[256];
	size_t i, n;

	if (json_object_is_type(theirs, json_type_object) &&
	    json_object_is_type(ours, json_type_object)) {
		compare_objects(file, path, theirs, ours);
	} else if (json_object_is_type(theirs, json_type_array) &&
		   json_object_is_type(ours, json_type_array)) {
		n = json_object_array_length(theirs);
		if (n != json_object_array_length(ours)) {
			disagree(file, DIFFER, path, theirs, ours);
			return;
		}
		snprintf(deeper, sizeof(deeper), "%s[]", path);
		for (i = 0; i < n; i++)
			compare(file, deeper, json_object_array_get_idx(theirs, i),
				json_object_array_get_idx(ours, i));
	} else if (!json_object_equal(theirs, ours)) {
		disagree(file, DIFFER, path, theirs, ours);
	}
}

struct buffer {
	char *text;
	size_t len;
};

static void append(void *ctx, const char *text, size_t len)
{
	struct buffer *b = ctx;

	b->text = realloc(b->text, b->len + len + 1);
	assert_non_null(b->text);
	memcpy(b->text + b->len, text, len);
	b->len += len;
	b->text[b->len] = '\0';
}

static json_object *our_json(const uint8_t *bytes, size_t len)
{
	struct buffer b = {0};
	const struct cper_out out = {append, &b};
	json_object *tree;
	size_t i;

	assert_int_equal(cper_decode(bytes, len, 0, CPER_FORMAT_JSON, &out), 0);
	for (i = 0; i < b.len; i++)
		assert_true(b.text[i] == '\n' || (b.text[i] >= 0x20 && b.text[i] < 0x7f));
	tree = json_tokener_parse(b.text);
	if (!tree)
		fail_msg("not JSON: %s", b.text);
	free(b.text);
	return tree;
}

static unsigned int compare_folder(const char *folder, const char *suffix)
{
	char **names = data_list(folder, suffix);
	unsigned int n = 0;

	if (!names)
		skip();
	for (; names[n]; n++) {
		char path[256];
		size_t len, text_len;
		uint8_t *bytes, *text;
		json_object *theirs, *ours;

		snprintf(path, sizeof(path), "%s/%s.cper.bin", folder, names[n]);
		bytes = data_read(path, &len);
		snprintf(path, sizeof(path), "%s/%s%s", folder, names[n], suffix);
		text = data_read(path, &text_len);
		assert_non_null(bytes);
		assert_non_null(text);
		text[text_len - 1] = text[text_len - 1] == '\n' ? '\0' : text[text_len - 1];
		text = realloc(text, text_len + 1);
		assert_non_null(text);
		text[text_len] = '\0';
		theirs = json_tokener_parse((char *)text);
		assert_non_null(theirs);
		ours = our_json(bytes, len);
		compare(names[n], "", theirs, ours);
		json_object_put(theirs);
		json_object_put(ours);
		free(bytes);
		free(text);
	}
	data_list_free(names);
	return n;
}

static void test_records_agree_with_libcper(void **state)
{
	size_t i;

	(void)state;
	assert_in_range(compare_folder("cper/libcper-examples", ".json"), 20, 1000);
	assert_in_range(compare_folder("cper/libcper-generated", ".json"), 50, 1000);
	assert_in_range(compare_folder("cper/whea-real", ".libcper.json"), 10, 1000);
	assert_int_equal(disagreements, 0);
	for (i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++)
		if (!exceptions[i].used)
			fail_msg("no record needs the exception %s", exceptions[i].path);
}

/* What firmware writes into a text comes back byte for byte, and cannot break the JSON. */
static void test_hostile_fru_text_survives(void **state)
{
	static const uint8_t fru[20] = "\"}],\\\n\x1b\xff\xc3(\xe2\x82\x7f\x01/</b>";
	uint8_t payload[CPER_BUILD_MAX], buf[CPER_BUILD_MAX + 256];
	unsigned int kind, i;

	(void)state;
	for (kind = 0; cper_build_type(kind); kind++) {
		uint32_t length = cper_build_payload(kind, payload);
		size_t len = cper_build_record(buf, cper_build_type(kind), payload, length);
		json_object *tree, *at;
		const uint8_t *text;

		memcpy(buf + 180, fru, sizeof(fru));
		tree = our_json(buf, len);
		at = json_object_array_get_idx(json_object_object_get(tree, "sectionDescriptors"),
					       0);
		text = (const uint8_t *)json_object_get_string(
			json_object_object_get(at, "fruText"));
		/* \\u00XX is a code point; as UTF-8 it takes two bytes from 0x80 on */
		for (i = 0; fru[i]; i++) {
			if (fru[i] < 0x80) {
				assert_int_equal(*text++, fru[i]);
				continue;
			}
			assert_int_equal(*text++, 0xc0 | fru[i] >> 6);
			assert_int_equal(*text++, 0x80 | (fru[i] & 0x3f));
		}
		assert_int_equal(*text, '\0');
		json_object_put(tree);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records_agree_with_libcper),
		cmocka_unit_test(test_hostile_fru_text_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
