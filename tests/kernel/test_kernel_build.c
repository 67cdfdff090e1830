// SPDX-License-Identifier: GPL-2.0-only
/* Building kernel cores: what users get wrong, what the cache saves, what the report says. */
#include "kernel/kernel_core.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli.h"
#include "trees.h"

#include <ghes/errors.h>

static const char *tree_or_skip(void)
{
	const char *tree = kernel_tree();

	if (!tree) {
		print_message(
			"no kernel tree: install linux-source-6.12 or set GHES_KERNEL_TREES\n");
		skip();
	}
	return tree;
}

static int build(const char *dir, const char *ghes, struct kernel_core_info *info)
{
	struct kernel_core_options options = {.arch = KERNEL_ARM64, .ghes = ghes};

	return kernel_core_build(dir, &options, info);
}

/* One line that has all of @parts in it. */
static void is_one_line_with(const char *line, const char *const parts[])
{
	assert_null(strchr(line, '\n'));
	for (; *parts; parts++)
		if (!strstr(line, *parts))
			fail_msg("'%s' does not say '%s'", line, *parts);
}

static void a_directory_that_is_not_there_is_named(void **state)
{
	struct kernel_core_info info;

	(void)state;
	assert_int_equal(build("/no/such/tree", NULL, &info), -GHES_ENOENT);
	is_one_line_with(info.error,
			 (const char *const[]){"/no/such/tree", "expected a kernel tree", NULL});
	kernel_core_info_free(&info);
}

static void a_directory_without_the_core_is_refused(void **state)
{
	struct kernel_core_info info;

	(void)state;
	assert_int_equal(build("/", NULL, &info), -GHES_ENOENT);
	is_one_line_with(info.error, (const char *const[]){"drivers/acpi/apei/ghes.c is missing",
							   "expected", NULL});
	kernel_core_info_free(&info);
}

/* A tree of symbolic links to @tree, file by file, but without @without. */
static void link_tree(const char *tree, const char *dir, const char *without)
{
	static const char *const files[] = {
		"Makefile",    "drivers/acpi/apei", "drivers/firmware/efi", "lib", "include/acpi",
		"include/cxl", "include/uapi",	    "include/linux",	    NULL};
	char command[4096];

	for (const char *const *f = files; *f; f++) {
		snprintf(command, sizeof(command),
			 "mkdir -p '%s/%s' && rmdir '%s/%s' && ln -s '%s/%s' '%s/%s'", dir, *f, dir,
			 *f, tree, *f, dir, *f);
		assert_int_equal(system(command), 0);
	}
	snprintf(command, sizeof(command),
		 "cd '%s' && d=$(dirname '%s') && t=$(readlink $d) && rm $d && mkdir $d && "
		 "ln -s $t/* $d/ && rm '%s'",
		 dir, without, without);
	assert_int_equal(system(command), 0);
}

static void remove_tree(const char *dir)
{
	char command[4096];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	assert_int_equal(system(command), 0);
}

static void a_missing_file_is_named(void **state)
{
	static const char *const missing[] = {"drivers/acpi/apei/hest.c", "lib/llist.c",
					      "include/linux/cper.h"};
	const char *tree = tree_or_skip();
	struct kernel_core_info info;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char dir[] = "/tmp/ghes-sim-test-XXXXXX";

		assert_non_null(mkdtemp(dir));
		link_tree(tree, dir, missing[i]);
		assert_int_equal(build(dir, NULL, &info), -GHES_ENOENT);
		is_one_line_with(info.error,
				 (const char *const[]){dir, missing[i], "is missing", NULL});
		kernel_core_info_free(&info);
		remove_tree(dir);
	}
}

/* Goal: the user's mistake is shown with the user's file and line, and all the compiler said. */
static void a_mistake_in_the_patch_is_shown_where_it_is(void **state)
{
	const char *tree = tree_or_skip();
	const char *ghes =
		patched_ghes(tree, "static int map_gen_v2(struct ghes *ghes)\n{\n",
			     "static int map_gen_v2(struct ghes *ghes)\n{\n\tghes->no_such = 1;\n");
	struct kernel_core_info info;

	(void)state;
	assert_int_equal(build(tree, ghes, &info), -GHES_EINVAL);
	is_one_line_with(info.error, (const char *const[]){ghes, ": error: ", "no_such", NULL});
	assert_non_null(info.compiler_output);
	assert_non_null(strstr(info.compiler_output, "no_such"));
	kernel_core_info_free(&info);
}

/* Goal: what the shim does not have is named, with what to do: compile and link alike. */
static void what_the_shim_lacks_is_named(void **state)
{
	const char *tree = tree_or_skip();
	const char *ghes =
		patched_ghes(tree, "static int map_gen_v2(struct ghes *ghes)\n{\n",
			     "static int map_gen_v2(struct ghes *ghes)\n{\n\tnot_in_the_shim();\n");
	struct kernel_core_info info;

	(void)state;
	assert_int_equal(build(tree, ghes, &info), -GHES_EINVAL);
	is_one_line_with(info.error,
			 (const char *const[]){ghes, "not_in_the_shim", "the shim must", NULL});
	kernel_core_info_free(&info);
	ghes = patched_ghes(tree, "static int map_gen_v2(struct ghes *ghes)\n{\n",
			    "extern int not_linked(void);\n"
			    "static int map_gen_v2(struct ghes *ghes)\n{\n\tnot_linked();\n");
	assert_int_equal(build(tree, ghes, &info), -GHES_EINVAL);
	is_one_line_with(info.error, (const char *const[]){"not_linked", "the shim must", NULL});
	kernel_core_info_free(&info);
}

static void a_replacement_that_is_not_there_is_named(void **state)
{
	const char *tree = tree_or_skip();
	struct kernel_core_info info;

	(void)state;
	assert_int_equal(build(tree, "/no/such/ghes.c", &info), -GHES_ENOENT);
	is_one_line_with(info.error, (const char *const[]){"/no/such/ghes.c", "ghes=", NULL});
	kernel_core_info_free(&info);
}

/* Goal: a second build compiles nothing; a one-line patch to ghes.c compiles one file. */
static void only_what_changed_is_compiled(void **state)
{
	const char *tree = tree_or_skip();
	struct kernel_core_info info;
	const char *ghes;
	char first[4096];

	(void)state;
	assert_int_equal(build(tree, NULL, &info), 0);
	snprintf(first, sizeof(first), "%s", info.so);
	kernel_core_info_free(&info);
	assert_int_equal(build(tree, NULL, &info), 0);
	assert_int_equal(info.compiled, 0);
	assert_string_equal(info.so, first);
	kernel_core_info_free(&info);
	ghes = patched_ghes(tree, "#define GHES_ESTATUS_CACHES_SIZE\t4",
			    "#define GHES_ESTATUS_CACHES_SIZE\t(2 + 2)");
	assert_int_equal(build(tree, ghes, &info), 0);
	assert_string_not_equal(info.so, first);
	kernel_core_info_free(&info);
	ghes = patched_ghes(tree, "static int ghes_estatus_cached(",
			    "static noinline int ghes_estatus_cached(");
	assert_int_equal(build(tree, ghes, &info), 0);
	assert_in_range(info.compiled, 0, 1);
	kernel_core_info_free(&info);
}

static void the_report_says_what_was_taken(void **state)
{
	const char *tree = tree_or_skip();
	struct kernel_core_info info;
	bool ghes = false, cper = false;

	(void)state;
	assert_int_equal(build(tree, NULL, &info), 0);
	for (size_t i = 0; i < info.sources.n; i++)
		ghes |= !strcmp(info.sources.name[i], "drivers/acpi/apei/ghes.c");
	for (size_t i = 0; i < info.headers.n; i++)
		cper |= !strcmp(info.headers.name[i], "linux/cper.h");
	assert_true(ghes && cper);
	assert_true(info.supplied.n > 20);
	assert_true(info.features.n > 0);
	for (int i = 0; i < 3; i++)
		assert_true(info.entries[i] > 0);
	kernel_core_info_free(&info);
}

/* The verb in a process of its own, stdout and stderr in @out; returns its exit status. */
static int run_verb(const char *const *argv, char *out, size_t size)
{
	int fds[2], status, argc = 0;
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	while (argv[argc])
		argc++;
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		close(fds[0]);
		status = cmd_core(argc, (char **)(uintptr_t)argv);
		fflush(NULL);
		_exit(status);
	}
	close(fds[1]);
	while (n < size - 1 && (got = read(fds[0], out + n, size - 1 - n)) > 0)
		n += (size_t)got;
	out[n] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void the_verb_answers_with_its_exit_status(void **state)
{
	static char out[65536];
	const char *tree = kernel_tree();

	(void)state;
	assert_int_equal(run_verb((const char *const[]){"core", NULL}, out, sizeof(out)), 2);
	assert_int_equal(
		run_verb((const char *const[]){"core", "/no/such", NULL}, out, sizeof(out)), 2);
	assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
	assert_int_equal(run_verb((const char *const[]){"core", "/", "--arch", "mips", NULL}, out,
				  sizeof(out)),
			 2);
	assert_non_null(strstr(out, "mips"));
	assert_int_equal(
		run_verb((const char *const[]){"core", "/", "--what", NULL}, out, sizeof(out)), 2);
	assert_int_equal(run_verb((const char *const[]){"core", "--help", NULL}, out, sizeof(out)),
			 0);
	if (!tree)
		return;
	assert_int_equal(
		run_verb((const char *const[]){"core", tree, "--arch=x86", NULL}, out, sizeof(out)),
		0);
	assert_non_null(strstr(out, "compiled from the tree, as they are"));
	assert_non_null(strstr(out, "DIFFERENT"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_directory_that_is_not_there_is_named),
		cmocka_unit_test(a_directory_without_the_core_is_refused),
		cmocka_unit_test(a_missing_file_is_named),
		cmocka_unit_test(a_mistake_in_the_patch_is_shown_where_it_is),
		cmocka_unit_test(what_the_shim_lacks_is_named),
		cmocka_unit_test(a_replacement_that_is_not_there_is_named),
		cmocka_unit_test(only_what_changed_is_compiled),
		cmocka_unit_test(the_report_says_what_was_taken),
		cmocka_unit_test(the_verb_answers_with_its_exit_status),
	};

	return cmocka_run_group_tests_name("kernel_build", tests, NULL, NULL);
}
