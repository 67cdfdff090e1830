// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-step-as: puts a point before each machine instruction of a compiler's assembly output.
 *
 * Flow: cc -O2 -S file.c -> **ghes-step-as** -> cc -c -> stepped object, run under step.c.
 *
 * The compiler's choice of instructions, registers and stack layout is left as it is; only code
 * between instructions is added. Each point also adds an entry to the section ghes_step_points:
 * where the instruction is, its function, file and line. With --marks the entries are written and
 * the code is not: the same table over the untouched code, for cross-checks.
 *
 * What has no point of its own, and why nothing is lost:
 *   - a prefix (lock, rep) and its instruction are one; a rep instruction is one, however often it
 *     repeats;
 *   - alignment padding the code falls through: nothing happens in it;
 *   - sequences that must stay together: general-dynamic TLS calls (x86-64), exclusive load to
 *     exclusive store (aarch64);
 *   - bytes written as data (.byte in inline assembly).
 * Anything the trampoline could not preserve is an error, never a silent gap.
 */
#include "step_as.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE     512
#define SECTIONS_MAX  32
#define MACROS_MAX    64
#define STATEMENT_MAX 8192

struct as {
	const struct step_arch *arch;
	struct step_state state;
	FILE *out;
	const char *input;
	unsigned long input_line;
	bool marks;
	bool in_comment;

	/* Does the section hold instructions? [0] is the section before, for .previous. */
	bool text, previous_text;
	bool stack[SECTIONS_MAX][2];
	unsigned int depth;

	/* What the points belong to. */
	char function[NAME_SIZE];
	bool function_known;
	unsigned long functions;
	unsigned long file, line;
	unsigned long points, in_function;

	/* Macros of the input: their bodies get points, their uses do not. */
	char *macros[MACROS_MAX];
	unsigned int n_macros;
	bool failed;
};

static void complain(struct as *as, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%lu: ", as->input, as->input_line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	as->failed = true;
}

static bool begins(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

static const char *skip_space(const char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

const char *step_word(const char *s, char *word, size_t size)
{
	size_t n = 0;

	s = skip_space(s);
	while (*s && !isspace((unsigned char)*s) && *s != ',') {
		if (n + 1 < size)
			word[n++] = *s;
		s++;
	}
	word[n] = '\0';
	return skip_space(s);
}

static bool is_symbol_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$' || c == '\\' ||
	       c == '@';
}

/* The length of the symbol at @s, quotes included; 0 if there is none. */
static size_t symbol_length(const char *s)
{
	size_t n = 0;

	if (*s == '"') {
		for (n = 1; s[n] && s[n] != '"'; n++)
			if (s[n] == '\\' && s[n + 1])
				n++;
		return s[n] ? n + 1 : 0;
	}
	while (is_symbol_char(s[n]))
		n++;
	return n;
}

/* ---- sections ---- */

static bool section_has_text(const char *args)
{
	const char *flags;

	if (*args == '"')
		args++;
	if (begins(args, ".text") || begins(args, ".init\t") || begins(args, ".fini\t"))
		return true;
	flags = strchr(args, ',');
	if (!flags)
		return false;
	flags = skip_space(flags + 1);
	if (*flags++ != '"')
		return false;
	for (; *flags && *flags != '"'; flags++)
		if (*flags == 'x')
			return true;
	return false;
}

static void enter_section(struct as *as, bool text)
{
	as->previous_text = as->text;
	as->text = text;
}

static void push_section(struct as *as)
{
	if (as->depth == SECTIONS_MAX) {
		complain(as, ".pushsection nested deeper than %d", SECTIONS_MAX);
		return;
	}
	as->stack[as->depth][0] = as->text;
	as->stack[as->depth][1] = as->previous_text;
	as->depth++;
}

static void pop_section(struct as *as)
{
	if (!as->depth)
		return;
	as->depth--;
	as->text = as->stack[as->depth][0];
	as->previous_text = as->stack[as->depth][1];
}

static bool section_directive(struct as *as, const char *word, const char *args)
{
	if (!strcmp(word, ".text"))
		enter_section(as, true);
	else if (!strcmp(word, ".data") || !strcmp(word, ".bss"))
		enter_section(as, false);
	else if (!strcmp(word, ".section"))
		enter_section(as, section_has_text(args));
	else if (!strcmp(word, ".previous"))
		enter_section(as, as->previous_text);
	else if (!strcmp(word, ".popsection"))
		pop_section(as);
	else if (!strcmp(word, ".pushsection")) {
		push_section(as);
		enter_section(as, section_has_text(args));
	} else {
		return false;
	}
	return true;
}

/* ---- points ---- */

/* Strings live apart and are found by label, so that an entry is four words whatever its names. */
static void define_string(struct as *as, const char *label, unsigned long number, const char *text)
{
	fprintf(as->out,
		"\t.pushsection ghes_step_strings, \"a\"\n.Lghes_%s%lu:\n\t.string \"%s\"\n"
		"\t.popsection\n",
		label, number, text);
}

static void enter_function(struct as *as, const char *name, size_t length)
{
	if (length >= sizeof(as->function))
		length = sizeof(as->function) - 1;
	memcpy(as->function, name, length);
	as->function[length] = '\0';
	as->function_known = false;
	if (as->state.sequence)
		complain(as, "a function ends inside an unbroken sequence");
}

static void put_point(struct as *as, const char *macro)
{
	if (!as->function_known) {
		as->functions++;
		define_string(as, "function", as->functions, as->function);
		as->function_known = true;
	}
	fprintf(as->out, "\t%s .Lghes_function%lu, .Lghes_file%lu, %lu\n", macro, as->functions,
		as->file, as->line);
	as->points++;
}

static bool is_macro(const struct as *as, const char *insn)
{
	char word[NAME_SIZE];

	step_word(insn, word, sizeof(word));
	for (unsigned int i = 0; i < as->n_macros; i++)
		if (!strcmp(word, as->macros[i]))
			return true;
	return false;
}

static void instruction(struct as *as, const char *insn)
{
	char other[STATEMENT_MAX];
	enum step_place place;

	if (!as->text || is_macro(as, insn)) {
		fprintf(as->out, "\t%s\n", insn);
		return;
	}
	place = as->arch->place(&as->state, insn);
	if (place == STEP_REFUSED)
		complain(as, "%s: %s", as->state.why, insn);
	if (place == STEP_BEFORE || place == STEP_PREFIX)
		put_point(as, "ghes_point");
	if (!as->marks && as->arch->rewrite && as->arch->rewrite(insn, other, sizeof(other)))
		insn = other;
	fprintf(as->out, "\t%s\n", insn);
	if (place == STEP_LANDING)
		put_point(as, "ghes_point_landed");
}

/* ---- directives ---- */

/* .file N "dir" "name" (DWARF 5) or .file N "name"; without a number it names no line table. */
static void file_directive(struct as *as, const char *args)
{
	char *end;
	unsigned long number = strtoul(args, &end, 10);
	const char *open, *name = NULL;
	char text[NAME_SIZE];
	size_t length = 0;

	if (end == args)
		return;
	for (open = strchr(end, '"'); open; open = strchr(open + length, '"')) {
		name = open + 1;
		length = symbol_length(open);
		if (length < 2)
			return;
	}
	if (!name || length - 2 >= sizeof(text))
		return;
	memcpy(text, name, length - 2);
	text[length - 2] = '\0';
	define_string(as, "file", number + 1, text);
}

static void loc_directive(struct as *as, const char *args)
{
	char *end;

	as->file = strtoul(args, &end, 10) + 1;
	as->line = strtoul(end, NULL, 10);
}

static void macro_directive(struct as *as, const char *args)
{
	char name[NAME_SIZE];

	step_word(args, name, sizeof(name));
	if (as->n_macros == MACROS_MAX) {
		complain(as, "more than %d macros", MACROS_MAX);
		return;
	}
	as->macros[as->n_macros] = strdup(name);
	if (!as->macros[as->n_macros]) {
		complain(as, "%s", strerror(ENOMEM));
		return;
	}
	as->n_macros++;
}

static void directive(struct as *as, const char *statement)
{
	char word[64];
	const char *args = step_word(statement, word, sizeof(word));
	const char *why = NULL;

	if (section_directive(as, word, args)) {
		/* nothing more */
	} else if (!strcmp(word, ".file")) {
		file_directive(as, args);
	} else if (!strcmp(word, ".loc")) {
		loc_directive(as, args);
	} else if (!strcmp(word, ".macro")) {
		macro_directive(as, args);
	} else if (!strcmp(word, ".inst")) {
		instruction(as, statement);
		return;
	} else if (begins(word, ".intel_syntax") || begins(word, ".code32") ||
		   begins(word, ".code16")) {
		complain(as, "%s is not supported", word);
	} else if (as->arch->refuse_data && !as->marks) {
		why = as->arch->refuse_data(statement);
		if (why)
			complain(as, "%s", why);
	}
	if (as->arch->binds && as->text && as->arch->binds(word)) {
		put_point(as, "ghes_point");
		as->state.prefix = true;
	}
	fprintf(as->out, "\t%s\n", statement);
}

/* ---- reading ---- */

/* One statement: labels, then a directive, an assignment, an instruction, or nothing. */
static void statement(struct as *as, char *s)
{
	size_t length, end = strlen(s);
	const char *after;

	while (end && isspace((unsigned char)s[end - 1]))
		s[--end] = '\0';
	for (;;) {
		s = (char *)skip_space(s);
		length = symbol_length(s);
		if (!length || *skip_space(s + length) != ':')
			break;
		if (as->text && !begins(s, ".L") && !isdigit((unsigned char)*s))
			enter_function(as, s, length);
		after = skip_space(s + length) + 1;
		fprintf(as->out, "%.*s:\n", (int)length, s);
		s += after - s;
	}
	if (!*s)
		return;
	after = skip_space(s + length);
	if (length && *after == '=' && after[1] != '=')
		fprintf(as->out, "%s\n", s);
	else if (*s == '.')
		directive(as, s);
	else
		instruction(as, s);
}

/* Does a comment that runs to the end of the line start at @s? */
static bool line_comment(const struct as *as, const char *line, const char *s)
{
	const char *mark = as->arch->line_comment;

	if (*s == '#')
		return as->arch->hash_comment || skip_space(line) == s;
	return mark && begins(s, mark);
}

/* Splits a line at ';' outside of strings and drops its comments. */
static void read_line(struct as *as, const char *line)
{
	char text[STATEMENT_MAX];
	size_t n = 0;
	bool in_string = false;

	for (const char *s = line; *s && *s != '\n'; s++) {
		if (as->in_comment) {
			as->in_comment = !begins(s, "*/");
			s += !as->in_comment;
			continue;
		}
		if (!in_string && begins(s, "/*")) {
			as->in_comment = true;
			s++;
			text[n++] = ' ';
		} else if (!in_string && line_comment(as, line, s)) {
			break;
		} else if (!in_string && *s == ';') {
			text[n] = '\0';
			statement(as, text);
			n = 0;
		} else {
			if (in_string && *s == '\\' && s[1] && s[1] != '\n')
				text[n++] = *s++;
			else if (*s == '"')
				in_string = !in_string;
			text[n++] = *s;
		}
		if (n + 2 >= sizeof(text)) {
			complain(as, "statement longer than %d bytes", STATEMENT_MAX);
			return;
		}
	}
	text[n] = '\0';
	statement(as, text);
}

/*
 * The object's own way to its table: one symbol per linked module, however many stepped objects it
 * is made of.
 */
static const char module_text[] =
	"\t.section .data.rel.ro.ghes_step_module, \"awG\", %progbits, ghes_step_module, comdat\n"
	"\t.balign 8\n"
	"\t.weak ghes_step_module\n"
	"\t.type ghes_step_module, %object\n"
	"\t.size ghes_step_module, 16\n"
	"ghes_step_module:\n"
	"\t.quad __start_ghes_step_points, __stop_ghes_step_points\n"
	"\t.hidden __start_ghes_step_points\n"
	"\t.hidden __stop_ghes_step_points\n";

/* The table alone: what --marks writes instead of the architecture's macros. */
static const char marks_text[] = "\t.macro ghes_entry at, fn, file, line\n"
				 "\t.pushsection ghes_step_points, \"a\"\n"
				 "\t.balign 4\n"
				 "\t.long \\at - ., \\fn - ., \\file - ., \\line\n"
				 "\t.popsection\n"
				 "\t.endm\n"
				 "\t.macro ghes_point fn, file, line\n"
				 ".Lghes_insn\\@:\n"
				 "\tghes_entry .Lghes_insn\\@, \\fn, \\file, \\line\n"
				 "\t.endm\n"
				 "\t.macro ghes_point_landed fn, file, line\n"
				 ".Lghes_after\\@:\n"
				 "\tghes_entry .Lghes_after\\@-4, \\fn, \\file, \\line\n"
				 "\t.endm\n";

static void translate(struct as *as, FILE *in)
{
	char *line = NULL;
	size_t size = 0;

	fputs(as->marks ? marks_text : as->arch->macros, as->out);
	define_string(as, "file", 0, "?");
	while (getline(&line, &size, in) >= 0) {
		as->input_line++;
		read_line(as, line);
	}
	free(line);
	if (as->state.sequence)
		complain(as, "the file ends inside an unbroken sequence");
	fputs(module_text, as->out);
}

/* ---- command line ---- */

static const struct step_arch *arch_by_name(const char *name)
{
	if (!strcmp(name, "x86_64") || !strcmp(name, "x86-64"))
		return &step_arch_x86_64;
	if (!strcmp(name, "aarch64") || !strcmp(name, "arm64"))
		return &step_arch_aarch64;
	return NULL;
}

static int usage(void)
{
	fputs("usage: ghes-step-as [--arch=x86_64|aarch64] [--marks] INPUT.s OUTPUT.s\n"
	      "Puts a point before each instruction of a compiler's assembly output.\n"
	      "--marks: write the table of instructions only, leave the code alone.\n",
	      stderr);
	return 2;
}

static int convert(struct as *as, const char *output)
{
	FILE *in = fopen(as->input, "r");
	bool broken;

	if (!in) {
		fprintf(stderr, "%s: %s\n", as->input, strerror(errno));
		return 2;
	}
	as->out = fopen(output, "w");
	if (!as->out) {
		fprintf(stderr, "%s: %s\n", output, strerror(errno));
		fclose(in);
		return 2;
	}
	translate(as, in);
	broken = ferror(in) || ferror(as->out);
	broken |= fclose(as->out) != 0;
	fclose(in);
	for (unsigned int i = 0; i < as->n_macros; i++)
		free(as->macros[i]);
	if (broken)
		fprintf(stderr, "%s: cannot be written\n", output);
	if (!broken && !as->failed)
		return 0;
	remove(output);
	return 2;
}

int main(int argc, char **argv)
{
	static struct as as = {
#ifdef __aarch64__
		.arch = &step_arch_aarch64,
#else
		.arch = &step_arch_x86_64,
#endif
		.text = true,
	};
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--marks"))
			as.marks = true;
		else if (begins(argv[i], "--arch="))
			as.arch = arch_by_name(argv[i] + strlen("--arch="));
		else
			return usage();
		if (!as.arch)
			return usage();
	}
	if (argc - i != 2)
		return usage();
	as.input = argv[i];
	return convert(&as, argv[i + 1]);
}
