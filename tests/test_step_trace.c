// SPDX-License-Identifier: GPL-2.0-only
/*
 * The points are the instruction boundaries: the CPU itself says so.
 *
 * Goal: the untouched code of each shape and its stepped build reach the same boundaries in the
 * same order. Method: the same source is built twice into shared objects, with points and with
 * marks (the same table, no code added). The untouched one runs under EFLAGS.TF, which traps after
 * each instruction; the stepped one runs with a handler at every boundary. Both give a sequence of
 * table indices; the two must be equal, and each trap inside the untouched code must be accounted
 * for: an entry of the table, padding, or the second half of a TLS call.
 */
#include "step.h"
#include "step/subject.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <cmocka.h>

#define TRACE_MAX 20000
#define SEED	  0x123456789abcdef1u
#define TRAP_FLAG 0x100u

struct build {
	void *handle;
	const struct ghes_step_module *module;
	const struct subject_shape *shapes;
	size_t n_shapes;
};

struct trace {
	size_t n;
	uint32_t index[TRACE_MAX];
};

static const char *points_path = STEP_SUBJECT_POINTS, *marks_path = STEP_SUBJECT_MARKS;
static struct build stepped, marked;
static struct trace by_points, by_traps;

/* ---- what the CPU says ----------------------------------------------------------------------- */

/* Everything the trap handler needs, set up before the first trap. */
static struct {
	uintptr_t low, high;
	uint32_t *index_of; /* table index + 1 by offset from low; 0: no instruction starts there */
	uintptr_t last_pc;
	size_t padding, tls_calls, unknown;
	uintptr_t first_unknown;
} cpu;

static bool is_padding(const uint8_t *code)
{
	while (*code == 0x66 || *code == 0x2e)
		code++;
	return *code == 0x90 || (code[0] == 0x0f && code[1] == 0x1f);
}

/* The call of a dynamic TLS sequence, directly behind "lea x(%rip), %rdi": one boundary for both.
 */
static bool is_tls_call(const uint8_t *code)
{
	static const uint8_t lea_rdi[] = {0x48, 0x8d, 0x3d};

	if (memcmp(code - 7, lea_rdi, sizeof(lea_rdi)))
		return false;
	while (*code == 0x66 || *code == 0x48)
		code++;
	return *code == 0xe8 || (code[0] == 0xff && code[1] == 0x15);
}

/* A string instruction traps once per repetition; it is one boundary. */
static bool is_repetition(uintptr_t pc)
{
	uint8_t first = *(const uint8_t *)pc;

	return pc == cpu.last_pc && (first == 0xf3 || first == 0xf2);
}

static void on_trap(int signal, siginfo_t *info, void *context)
{
	uintptr_t pc = (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	uint32_t index;

	(void)signal;
	(void)info;
	if (pc < cpu.low || pc > cpu.high || is_repetition(pc)) {
		cpu.last_pc = pc;
		return;
	}
	cpu.last_pc = pc;
	index = cpu.index_of[pc - cpu.low];
	if (index && by_traps.n < TRACE_MAX) {
		by_traps.index[by_traps.n++] = index - 1;
	} else if (is_padding((const uint8_t *)pc)) {
		cpu.padding++;
	} else if (is_tls_call((const uint8_t *)pc)) {
		cpu.tls_calls++;
	} else if (!cpu.unknown++) {
		cpu.first_unknown = pc;
	}
}

static uint64_t run_trapped(const struct subject_shape *shape)
{
	uint64_t result;

	cpu.last_pc = 0;
	cpu.padding = cpu.tls_calls = cpu.unknown = 0;
	by_traps.n = 0;
	__asm__ volatile("pushfq\n\torq %0, (%%rsp)\n\tpopfq" : : "i"(TRAP_FLAG) : "cc", "memory");
	result = shape->run(SEED);
	__asm__ volatile("pushfq\n\tandq %0, (%%rsp)\n\tpopfq"
			 :
			 : "i"(~(long)TRAP_FLAG)
			 : "cc", "memory");
	return result;
}

/* ---- what the points say --------------------------------------------------------------------- */

static void record(struct ghes_step *step, void *arg)
{
	(void)arg;
	if (by_points.n < TRACE_MAX)
		by_points.index[by_points.n++] = (uint32_t)(step->point - stepped.module->begin);
	step->at++;
}

static uint64_t run_stepped(const struct subject_shape *shape)
{
	struct ghes_step step = {.at = 1, .handler = record};
	uint64_t result;

	by_points.n = 0;
	ghes_step_arm(&step);
	result = shape->run(SEED);
	assert_true(ghes_step_disarm(&step) == by_points.n);
	return result;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void same_table_in_both_builds(void **state)
{
	size_t points = (size_t)(stepped.module->end - stepped.module->begin);

	(void)state;
	assert_true(points > 300);
	assert_true(points == (size_t)(marked.module->end - marked.module->begin));
	for (size_t i = 0; i < points; i++) {
		const struct ghes_step_point *a = &stepped.module->begin[i];
		const struct ghes_step_point *b = &marked.module->begin[i];

		assert_string_equal(ghes_step_point_function(a), ghes_step_point_function(b));
		assert_int_equal(a->line, b->line);
	}
}

static void explain_difference(const char *name)
{
	char text[256];
	size_t i = 0;

	while (i < by_points.n && i < by_traps.n && by_points.index[i] == by_traps.index[i])
		i++;
	if (i < by_traps.n) {
		ghes_step_describe(marked.module, &marked.module->begin[by_traps.index[i]], text,
				   sizeof(text));
		print_error("%s: boundary %zu of the CPU is %s\n", name, i + 1, text);
	}
	if (i < by_points.n) {
		ghes_step_describe(stepped.module, &stepped.module->begin[by_points.index[i]], text,
				   sizeof(text));
		print_error("%s: boundary %zu of the points is %s\n", name, i + 1, text);
	}
}

static void points_are_the_boundaries_of_the_cpu(void **state)
{
	size_t boundaries = 0, padding = 0, tls_calls = 0;

	(void)state;
	assert_true(stepped.n_shapes >= 10 && stepped.n_shapes == marked.n_shapes);
	for (size_t i = 0; i < stepped.n_shapes; i++) {
		const char *name = stepped.shapes[i].name;
		uint64_t expected = marked.shapes[i].run(SEED);

		assert_true(run_stepped(&stepped.shapes[i]) == expected);
		assert_true(run_trapped(&marked.shapes[i]) == expected);
		if (cpu.unknown)
			fail_msg("%s: the CPU executed %#jx, which has no entry", name,
				 (uintmax_t)(cpu.first_unknown - cpu.low));
		if (by_points.n != by_traps.n ||
		    memcmp(by_points.index, by_traps.index, by_traps.n * sizeof(uint32_t))) {
			explain_difference(name);
			fail_msg("%s: %zu boundaries by the CPU, %zu by points", name, by_traps.n,
				 by_points.n);
		}
		boundaries += by_traps.n;
		padding += cpu.padding;
		tls_calls += cpu.tls_calls;
	}
	print_message("%zu boundaries in %zu shapes, %zu of padding, %zu TLS calls\n", boundaries,
		      stepped.n_shapes, padding, tls_calls);
	assert_true(boundaries > 800);
}

static void load(struct build *build, const char *path)
{
	build->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!build->handle)
		fail_msg("%s", dlerror());
	build->module = dlsym(build->handle, "ghes_step_module");
	build->shapes = dlsym(build->handle, "subject_shapes");
	build->n_shapes = *(const size_t *)dlsym(build->handle, "subject_n_shapes");
}

static int set_up(void **state)
{
	struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};

	(void)state;
	load(&stepped, points_path);
	load(&marked, marks_path);
	cpu.low = UINTPTR_MAX;
	for (const struct ghes_step_point *p = marked.module->begin; p < marked.module->end; p++) {
		uintptr_t pc = ghes_step_point_pc(p);

		cpu.low = pc < cpu.low ? pc : cpu.low;
		cpu.high = pc > cpu.high ? pc : cpu.high;
	}
	cpu.index_of = calloc(cpu.high - cpu.low + 1, sizeof(*cpu.index_of));
	if (!cpu.index_of)
		return -1;
	for (const struct ghes_step_point *p = marked.module->begin; p < marked.module->end; p++)
		cpu.index_of[ghes_step_point_pc(p) - cpu.low] =
			(uint32_t)(p - marked.module->begin) + 1;
	return sigaction(SIGTRAP, &action, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	free(cpu.index_of);
	dlclose(stepped.handle);
	return dlclose(marked.handle);
}

/* Two arguments name another pair of builds. */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_table_in_both_builds),
		cmocka_unit_test(points_are_the_boundaries_of_the_cpu),
	};

	if (argc == 3) {
		points_path = argv[1];
		marks_path = argv[2];
	}
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
