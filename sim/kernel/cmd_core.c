// SPDX-License-Identifier: GPL-2.0-only
/* ghes-sim core DIR: build a kernel core and say what was found in the tree. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

#include "kernel/kernel_core.h"

static void usage(FILE *out)
{
	fputs("usage: ghes-sim core DIR [--arch arm64|x86|all] [ghes=FILE]\n"
	      "Compiles the APEI core of the kernel tree DIR, unmodified, for use as\n"
	      "'--core kernel:DIR', and says what came from the tree and what from the shim.\n\n"
	      "  DIR          a kernel tree, or a folder with its files at the same places\n"
	      "  --arch ARCH  as which architecture's kernel (default arm64); all: every\n"
	      "               notification type in one core, as no kernel has it\n"
	      "  ghes=FILE    take FILE instead of the tree's drivers/acpi/apei/ghes.c\n"
	      "  --fresh      build even what the cache has\n\n"
	      "Environment: GHES_SIM_CC (compiler, default cc), GHES_SIM_KERNEL_SHIM (where\n"
	      "the shim is), XDG_CACHE_HOME (where builds are kept).\n"
	      "Exit status: 0 built, 2 not: one line on stderr says why.\n",
	      out);
}

static int bad_usage(const char *what, const char *arg)
{
	fprintf(stderr, "ghes-sim core: %s '%s'; 'ghes-sim core --help' says more\n", what, arg);
	return 2;
}

static void print_names(const char *title, const struct kernel_names *names)
{
	int column = 0;

	if (!names->n)
		return;
	printf("%s (%zu)\n", title, names->n);
	for (size_t i = 0; i < names->n; i++) {
		int n = (int)strlen(names->name[i]);

		if (column && column + n + 2 > 96) {
			putchar('\n');
			column = 0;
		}
		column += printf("%s%s", column ? ", " : "    ", names->name[i]);
	}
	putchar('\n');
}

static void print_lines(const char *title, const struct kernel_names *names)
{
	if (names->n)
		printf("%s\n", title);
	for (size_t i = 0; i < names->n; i++)
		printf("    %s\n", names->name[i]);
}

static void report(const char *dir, const struct kernel_core_options *o,
		   const struct kernel_core_info *info)
{
	printf("core kernel:%s%s%s (%s%s%s)\n", dir, o->ghes ? ",ghes=" : "",
	       o->ghes ? o->ghes : "", *info->version ? info->version : "version not known", ", ",
	       kernel_arch_name(o->arch));
	print_lines("compiled from the tree, as they are", &info->sources);
	print_lines("single functions taken from the tree", &info->functions);
	print_names("headers taken from the tree", &info->headers);
	print_names("headers that the shim answers for", &info->supplied);
	printf("shim: %u entries SAME as the kernel, %u DIFFERENT, %u STUB\n", info->entries[1],
	       info->entries[2], info->entries[0]);
	print_lines("found in this tree", &info->features);
	printf("%s in %.1f s (%u files compiled)\n    %s\n",
	       info->compiled ? "built" : "from the cache", info->seconds, info->compiled,
	       info->so);
}

int cmd_core(int argc, char **argv)
{
	struct kernel_core_options o = {.arch = KERNEL_ARM64};
	struct kernel_core_info info;
	const char *dir = NULL;
	int rc;

	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (!strcmp(arg, "--help") || !strcmp(arg, "-h")) {
			usage(stdout);
			return 0;
		}
		if (!strcmp(arg, "--fresh")) {
			o.fresh = true;
		} else if (!strcmp(arg, "--arch") || !strncmp(arg, "--arch=", 7)) {
			const char *name = arg[6] ? arg + 7 : argv[++i];

			if (!name || !kernel_arch_by_name(name, &o.arch))
				return bad_usage("expected --arch arm64, x86 or all, not",
						 name ? name : "");
		} else if (!strncmp(arg, "ghes=", 5)) {
			o.ghes = arg + 5;
		} else if (*arg == '-') {
			return bad_usage("no option", arg);
		} else if (dir) {
			return bad_usage("one directory only, not also", arg);
		} else {
			dir = arg;
		}
	}
	if (!dir)
		return bad_usage("expected a directory, not", "");
	rc = kernel_core_build(dir, &o, &info);
	if (rc) {
		fprintf(stderr, "%s\n", info.error);
		if (info.compiler_output)
			fputs(info.compiler_output, stderr);
	} else {
		report(dir, &o, &info);
	}
	kernel_core_info_free(&info);
	return rc ? 2 : 0;
}
