// SPDX-License-Identifier: GPL-2.0-only
/*
 * The points are the instruction boundaries, on aarch64: the emulator says so.
 *
 * Goal and method are those of test_step_trace.c. The CPU is qemu, told to translate one
 * instruction at a time and to log each that it executes within the marked code. The log must be
 * the sequence of boundaries that the stepped build reaches. A logged instruction without an entry
 * must be padding, or lie between an exclusive load and its store.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define CODE_MAX	 16384
#define TRACE_MAX	 20000
#define LONGEST_SEQUENCE 16
#define NOP		 0xd503201fu

static struct {
	uint64_t low;
	size_t words;
	long index[CODE_MAX];
	uint32_t word[CODE_MAX];
} code;

struct trace {
	size_t n;
	long index[TRACE_MAX];
};

static struct trace by_points, by_log;
static char dir[] = "/tmp/ghes-step-trace.XXXXXX";

/* Runs the target; what it prints can be read from the result. */
static FILE *start(const char *options, const char *program, const char *mode)
{
	char command[1024];
	FILE *output;

	snprintf(command, sizeof(command), "%s %s %s %s 2>%s/%s", STEP_QEMU, options, program, mode,
		 dir, mode);
	output = popen(command, "r");
	assert_non_null(output);
	return output;
}

static void read_table(const char *marks)
{
	FILE *table = start("", marks, "table");
	uint64_t pc;

	for (code.words = 0; code.words < CODE_MAX; code.words++) {
		if (fscanf(table, "%" SCNx64 " %ld %" SCNx32, &pc, &code.index[code.words],
			   &code.word[code.words]) != 3)
			break;
		if (!code.words)
			code.low = pc;
		assert_true(pc == code.low + 4 * code.words);
	}
	assert_int_equal(pclose(table), 0);
	assert_true(code.words > 300 && code.words < CODE_MAX);
}

/* Load-exclusive register or pair, with or without acquire: Arm ARM C4.1, "load/store exclusive".
 */
static bool is_exclusive_load(uint32_t word)
{
	return (word & 0x3fc00000u) == 0x08400000u;
}

static bool in_exclusive_sequence(size_t at)
{
	for (size_t i = 1; i <= LONGEST_SEQUENCE && i <= at; i++)
		if (is_exclusive_load(code.word[at - i]))
			return true;
	return false;
}

/* "Trace 0: 0x... [cs_base/pc/flags/cflags] symbol" */
static void read_log(const char *marks, size_t *padding, size_t *exclusive)
{
	char options[256], path[64], line[512];
	uint64_t pc;
	FILE *log;

	snprintf(path, sizeof(path), "%s/log", dir);
	snprintf(options, sizeof(options),
		 "-singlestep -d nochain,exec -dfilter 0x%" PRIx64 "+%zu -D %s", code.low,
		 4 * code.words, path);
	assert_int_equal(pclose(start(options, marks, "run")), 0);
	log = fopen(path, "r");
	assert_non_null(log);
	by_log.n = 0;
	while (fgets(line, sizeof(line), log)) {
		const char *field = strchr(line, '/');
		size_t at;

		if (strncmp(line, "Trace ", 6) || !field)
			continue;
		pc = strtoull(field + 1, NULL, 16);
		at = (size_t)(pc - code.low) / 4;
		assert_true(pc >= code.low && at < code.words && by_log.n < TRACE_MAX);
		if (code.index[at] >= 0)
			by_log.index[by_log.n++] = code.index[at];
		else if (code.word[at] == NOP)
			++*padding;
		else if (in_exclusive_sequence(at))
			++*exclusive;
		else
			fail_msg("executed %#jx, which has no entry", (uintmax_t)pc);
	}
	fclose(log);
	unlink(path);
}

static void read_points(const char *points)
{
	FILE *output = start("", points, "points");

	by_points.n = 0;
	while (by_points.n < TRACE_MAX && fscanf(output, "%ld", &by_points.index[by_points.n]) == 1)
		by_points.n++;
	assert_int_equal(pclose(output), 0);
}

/* Both runs computed the same. */
static void compare_results(void)
{
	char command[256];

	snprintf(command, sizeof(command), "test -s %s/run && cmp %s/run %s/points", dir, dir, dir);
	assert_int_equal(system(command), 0);
}

static void check(const char *kind, const char *points, const char *marks, bool want_exclusive)
{
	size_t padding = 0, exclusive = 0;

	read_table(marks);
	read_log(marks, &padding, &exclusive);
	read_points(points);
	compare_results();
	print_message("%s: %zu boundaries, %zu of padding, %zu in exclusive sequences\n", kind,
		      by_log.n, padding, exclusive);
	assert_true(by_log.n > 800);
	assert_int_equal(by_log.n, by_points.n);
	assert_memory_equal(by_log.index, by_points.index, by_log.n * sizeof(*by_log.index));
	assert_true((exclusive > 0) >= want_exclusive);
}

static void boundaries_with_helper_calls(void **state)
{
	(void)state;
	check("helper calls", "./aarch64_trace_points", "./aarch64_trace_marks", false);
}

static void boundaries_with_single_instruction_atomics(void **state)
{
	(void)state;
	check("LSE", "./aarch64_trace_points_lse", "./aarch64_trace_marks_lse", false);
}

static void boundaries_with_exclusive_loops(void **state)
{
	(void)state;
	check("exclusive loops", "./aarch64_trace_points_exclusive",
	      "./aarch64_trace_marks_exclusive", true);
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(dir) && !chdir(STEP_TARGETS) ? 0 : -1;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"table", "run", "points", "log"};
	char path[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boundaries_with_helper_calls),
		cmocka_unit_test(boundaries_with_single_instruction_atomics),
		cmocka_unit_test(boundaries_with_exclusive_loops),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
