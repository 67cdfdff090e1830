// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-sim completion bash, or zsh: the tables of verbs and options as a shell wants them. The
 * build runs it; the shells read what is installed.
 */
#include "options.h"

#include <string.h>

/* "text, json or dmesg" is a list of words that may be typed; "a number" is none. */
static bool is_list(const char *expected)
{
	return expected && strstr(expected, " or ") && !strpbrk(expected, ":<>/") &&
	       strncmp(expected, "a ", 2);
}

/* The words of such a list, with @between them. */
static void words(const char *expected, const char *between)
{
	bool first = true;

	while (*expected) {
		size_t n = strcspn(expected, " ,");

		if (n && strncmp(expected, "or ", 3)) {
			printf("%s%.*s", first ? "" : between, (int)n, expected);
			first = false;
		}
		expected += n;
		expected += strspn(expected, " ,");
	}
}

static bool is_path(const char *argument)
{
	return argument && (strstr(argument, "FILE") || strstr(argument, "DIR"));
}

static bool takes_scenarios(const struct cli_verb *v)
{
	return strstr(v->operands, "SCENARIO") || !strcmp(v->operands, "NAME");
}

/* ---- bash ------------------------------------------------------------------------------------ */

static void bash_values(const struct cli_verb *v)
{
	const struct cli_option *o;

	for (size_t i = 0; (o = cli_option_at(i)); i++) {
		if (!(o->verbs & v->bit) || !o->argument)
			continue;
		printf("\t'%s --%s') ", v->name, o->name);
		if (is_list(o->expected)) {
			fputs("COMPREPLY=($(compgen -W '", stdout);
			words(o->expected, " ");
			fputs("' -- \"$cur\")) ;;\n", stdout);
		} else if (!strcmp(o->argument, "CORE")) {
			puts("COMPREPLY=($(compgen -W 'lib kernel: so:' -- \"$cur\"));"
			     " compopt -o nospace ;;");
		} else if (is_path(o->argument)) {
			puts("COMPREPLY=($(compgen -f -- \"$cur\")); compopt -o filenames ;;");
		} else {
			puts(";;");
		}
	}
}

static void bash_options(const struct cli_verb *v)
{
	const struct cli_option *o;
	bool first = true;

	printf("\t\t%s) options='", v->name);
	for (size_t i = 0; (o = cli_option_at(i)); i++)
		if (o->verbs & v->bit) {
			printf("%s--%s", first ? "" : " ", o->name);
			first = false;
		}
	printf("' operands=%s ;;\n", takes_scenarios(v)	       ? "scenarios"
				     : strcmp(v->operands, "") ? "files"
							       : "none");
}

static void bash(void)
{
	fputs("# bash completion for ghes-sim, made by 'ghes-sim completion bash'\n"
	      "_ghes_sim()\n{\n"
	      "\tlocal cur prev verb options operands\n"
	      "\tcur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}"
	      " verb=${COMP_WORDS[1]}\n"
	      "\t# kernel:DIR and so:FILE are three words here: a colon breaks them\n"
	      "\tif [ \"$prev\" = : ] || [ \"$cur\" = : ]; then\n"
	      "\t\tCOMPREPLY=($(compgen -f -- \"${cur#:}\"))\n"
	      "\t\tcompopt -o filenames\n\t\treturn\n\tfi\n"
	      "\tif [ \"$COMP_CWORD\" = 1 ]; then\n\t\tCOMPREPLY=($(compgen -W '",
	      stdout);
	for (const struct cli_verb *v = cli_verbs; v->name; v++)
		printf("%s ", v->name);
	fputs("--help --version' -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase \"$verb $prev\" in\n",
	      stdout);
	for (const struct cli_verb *v = cli_verbs; v->name; v++)
		bash_values(v);
	fputs("\t*)\n\t\tcase $verb in\n", stdout);
	for (const struct cli_verb *v = cli_verbs; v->name; v++)
		bash_options(v);
	fputs("\t\t*) return ;;\n\t\tesac\n"
	      "\t\tif [ \"${cur:0:1}\" = - ]; then\n"
	      "\t\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
	      "\t\telif [ $operands != none ]; then\n"
	      "\t\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
	      "\t\t\tcompopt -o filenames\n"
	      "\t\t\t[ $operands = files ] || COMPREPLY+=($(compgen -W"
	      " \"$(\"${COMP_WORDS[0]}\" list 2>/dev/null | cut -d' ' -f1)\" -- \"$cur\"))\n"
	      "\t\tfi\n\t\t;;\n\tesac\n}\ncomplete -F _ghes_sim ghes-sim\n",
	      stdout);
}

/* ---- zsh ------------------------------------------------------------------------------------- */

/* Text within '...' and [...] of _arguments: a colon would end it. */
static void zsh_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr("[]:", *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void zsh_option(const struct cli_option *o)
{
	printf("\t\t\t'--%s", o->name);
	if (o->help) {
		putchar('[');
		zsh_text(o->help);
		putchar(']');
	}
	if (o->argument) {
		putchar(':');
		zsh_text(o->argument);
		putchar(':');
	}
	if (is_list(o->expected)) {
		putchar('(');
		words(o->expected, " ");
		putchar(')');
	} else if (o->argument && !strcmp(o->argument, "CORE")) {
		fputs("_ghes_sim_core", stdout);
	} else if (is_path(o->argument)) {
		fputs("_files", stdout);
	}
	puts("' \\");
}

static void zsh(void)
{
	const struct cli_option *o;

	fputs("#compdef ghes-sim\n# zsh completion, made by 'ghes-sim completion zsh'\n"
	      "_ghes_sim_core() {\n"
	      "\tif compset -P '*:'; then _files; else compadd lib; compadd -S '' kernel: so:; fi\n"
	      "}\n"
	      "_ghes_sim_scenarios() {\n"
	      "\tlocal -a names\n\tnames=(${${(f)\"$(_call_program scenarios ghes-sim list)\"}%% *})\n"
	      "\tcompadd -a names\n\t_files\n}\n"
	      "_ghes_sim() {\n\tlocal -a verbs\n\tverbs=(\n",
	      stdout);
	for (const struct cli_verb *v = cli_verbs; v->name; v++) {
		printf("\t\t'%s:", v->name);
		zsh_text(v->help);
		puts("'");
	}
	fputs("\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe verb verbs\n\t\treturn\n\tfi\n"
	      "\tlocal verb=$words[2]\n\tshift words\n\t(( CURRENT-- ))\n\tcase $verb in\n",
	      stdout);
	for (const struct cli_verb *v = cli_verbs; v->name; v++) {
		printf("\t%s)\n\t\t_arguments \\\n", v->name);
		for (size_t i = 0; (o = cli_option_at(i)); i++)
			if (o->verbs & v->bit)
				zsh_option(o);
		if (takes_scenarios(v))
			puts("\t\t\t'*:scenario:_ghes_sim_scenarios'");
		else
			puts(*v->operands ? "\t\t\t'*:file:_files'" : "\t\t\t':'");
		puts("\t\t;;");
	}
	puts("\tesac\n}\n_ghes_sim \"$@\"");
}

int cmd_completion(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "bash"))
		bash();
	else if (argc == 2 && !strcmp(argv[1], "zsh"))
		zsh();
	else
		return cli_error("completion is for bash or zsh");
	return CLI_HELD;
}
