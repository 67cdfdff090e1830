// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-sim: find the verb, let it do its work, exit with what it answers.
 */
#include "options.h"

#include <string.h>

#include "cli.h"

const struct cli_verb cli_verbs[] = {
	{"run", CLI_RUN, "SCENARIO...", "Run scenarios in their own order: the story in words.",
	 cmd_driver, NULL},
	{"stress", CLI_STRESS, "SCENARIO...",
	 "Real threads as CPUs, real signals as pseudo-NMIs, full speed.", cmd_driver, NULL},
	{"inject", CLI_INJECT, "SCENARIO...",
	 "The notification at every instruction boundary, and of its handler.", cmd_driver, NULL},
#ifdef SIM_HAVE_EXPLORE
	{"explore", CLI_EXPLORE, "SCENARIO...",
	 "Every interleaving of CPUs and nested notifications.", cmd_driver, NULL},
#endif
	{"check", CLI_CHECK, "[SCENARIO...]",
	 "All scenarios through all drivers within a budget: for CI.", cmd_check, NULL},
	{"compare", CLI_COMPARE, "[SCENARIO...]",
	 "The same scenarios on two cores: where they differ.", cmd_compare, NULL},
	{"series", CLI_SERIES, "[SCENARIO...]",
	 "Check the core after each commit of a series: what it adds.", cmd_series, NULL},
	{"replay", CLI_REPLAY, "SCHEDULE-FILE", "Repeat a schedule exactly; draw it.", cmd_replay,
	 NULL},
	{"merge", CLI_MERGE, "FILE...", "Merge the json results of shards.", cmd_merge, NULL},
	{"list", CLI_LIST, "", "List the built-in scenarios.", cmd_list, NULL},
	{"show", CLI_SHOW, "NAME", "Show a built-in scenario.", cmd_show, NULL},
	{"hest", CLI_HEST, "FILE", "Decode and check a HEST, binary or acpidump text.", NULL,
	 cmd_hest},
	{"cper", CLI_CPER, "FILE", "Decode and check a status block or a CPER record.", NULL,
	 cmd_cper},
	{"core", CLI_CORE, "DIR", "Build a kernel core and say what was found in the tree.", NULL,
	 cmd_core},
	{NULL, 0, NULL, NULL, NULL, NULL},
};

static void usage(FILE *out)
{
	fputs("usage: ghes-sim VERB [arguments]\n"
	      "A userspace laboratory for the APEI/GHES core: NMI-like hardware-error\n"
	      "notifications, nested and interleaved, on libghes or on a kernel's own ghes.c.\n\n",
	      out);
	for (const struct cli_verb *v = cli_verbs; v->name; v++)
		fprintf(out, "  %-8s %s\n", v->name, v->help);
	fputs("\n'ghes-sim VERB --help' says more.\n", out);
}

static int version(void)
{
	puts("ghes-sim " GHES_SIM_VERSION);
	return CLI_HELD;
}

static int run_verb(const struct cli_verb *verb, int argc, char **argv)
{
	struct cli_options o;

	if (verb->with_arguments)
		return verb->with_arguments(argc - 1, argv + 1);
	if (cli_parse(verb, argc - 2, argv + 2, &o))
		return CLI_USAGE;
	if (o.help) {
		cli_help(stdout, verb);
		return CLI_HELD;
	}
	return verb->with_options(verb, &o);
}

static int dispatch(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return CLI_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return CLI_HELD;
	}
	if (!strcmp(argv[1], "--version"))
		return version();
	for (const struct cli_verb *v = cli_verbs; v->name; v++)
		if (!strcmp(v->name, argv[1]))
			return run_verb(v, argc, argv);
	if (!strcmp(argv[1], "completion")) /* for the build; people have no use for it */
		return cmd_completion(argc - 1, argv + 1);
	return cli_error("no verb '%s'; 'ghes-sim --help' lists them", argv[1]);
}

int main(int argc, char **argv)
{
	return cli_flushed(dispatch(argc, argv));
}
