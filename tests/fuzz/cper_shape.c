// SPDX-License-Identifier: GPL-2.0-only
#include "cper_shape.h"

#include "fuzz.h"

#define JSON_DEPTH 64

struct shape {
	size_t len; /* of the input */
	char stack[JSON_DEPTH];
	int depth;
	bool string, escape, wrote;
	enum cper_fault_level worst;
};

static void clean(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		FUZZ_CHECK(text[i] == '\n' || (text[i] >= 0x20 && text[i] < 0x7f));
}

static void on_text(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	clean(text, len);
}

static void on_json(void *ctx, const char *text, size_t len)
{
	struct shape *s = ctx;

	clean(text, len);
	s->wrote = true;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (s->escape) {
			s->escape = false;
		} else if (s->string) {
			FUZZ_CHECK(c != '\n');
			s->escape = c == '\\';
			s->string = c != '"';
		} else if (c == '"') {
			s->string = true;
		} else if (c == '{' || c == '[') {
			FUZZ_CHECK(s->depth < JSON_DEPTH);
			s->stack[s->depth++] = c == '{' ? '}' : ']';
		} else if (c == '}' || c == ']') {
			FUZZ_CHECK(s->depth > 0 && s->stack[--s->depth] == c);
		}
	}
}

static void on_finding(void *ctx, const struct cper_finding *finding)
{
	struct shape *s = ctx;
	char text[120];
	size_t n = cper_finding_text(finding, text, sizeof(text));

	FUZZ_CHECK(finding->offset <= s->len);
	FUZZ_CHECK(n > 0 && n < sizeof(text) - 1 && text[n] == '\0');
	if (cper_fault_level(finding->fault) > s->worst)
		s->worst = cper_fault_level(finding->fault);
}

enum cper_fault_level cper_shape_check(const uint8_t *bytes, size_t len, uint64_t limit)
{
	struct shape s = {.len = len};
	const struct cper_out json = {on_json, &s}, text = {on_text, &s};
	int err = cper_lint(bytes, len, limit, on_finding, &s);

	/* One walk serves both; only what is written differs, so one of the two is enough a time.
	 */
	if (len && bytes[len - 1] & 1) {
		FUZZ_CHECK(cper_decode(bytes, len, limit, CPER_FORMAT_TEXT, &text) == err);
	} else {
		FUZZ_CHECK(cper_decode(bytes, len, limit, CPER_FORMAT_JSON, &json) == err);
		FUZZ_CHECK(s.depth == 0 && !s.string && s.wrote == (err == 0));
	}
	return s.worst;
}
