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
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE    512
#define SECTIONS_MAX 32

/* The positions must fit an immediate operand of every instruction set. */
#define BLOCK_MAX 100

struct section {
	bool text;  /* holds instructions */
	bool debug; /* nothing in it leads to code that runs */
};

struct as {
	struct step_reader reader;
	const struct step_arch *arch;
	struct step_state state;
	const char *input;
	bool marks, failed;

	/* The result, and the same as a buffer, to write into what is written already. */
	FILE *out;
	char *text;
	size_t size;

	struct section now, before; /* before: what .previous means */
	struct section stack[SECTIONS_MAX][2];
	unsigned int depth;

	/* Points so far in the open block; 0: none is open. Where its last one says "write back".
	 */
	unsigned int block;
	long last_point;

	/* Inside of .macro, .rept, .if: text that is assembled never, once, or many times. */
	unsigned int conditional;

	/* What the points belong to. */
	char function[NAME_SIZE];
	bool function_known;
	unsigned long functions;
	unsigned long file, line;

	struct step_labels targets; /* local labels that something refers to */
	struct step_labels macros;  /* of the input: their bodies get points, their uses do not */
};

static void complain(struct as *as, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%lu: ", as->input, as->reader.line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	as->failed = true;
}

/* ---- sections -------------------------------------------------------------------------------- */

static struct section section_named(const char *args)
{
	struct section section = {.debug = step_begins(args, ".debug")};
	const char *flags = strchr(args, ',');

	args += *args == '"';
	section.text =
		step_begins(args, ".text") || !strcmp(args, ".init") || !strcmp(args, ".fini");
	if (!flags)
		return section;
	flags = step_skip_space(flags + 1);
	if (*flags++ != '"')
		return section;
	for (; *flags && *flags != '"'; flags++)
		section.text |= *flags == 'x';
	return section;
}

static void enter_section(struct as *as, struct section section)
{
	as->before = as->now;
	as->now = section;
}

static void push_section(struct as *as)
{
	if (as->depth == SECTIONS_MAX) {
		complain(as, ".pushsection nested deeper than %d", SECTIONS_MAX);
		return;
	}
	as->stack[as->depth][0] = as->now;
	as->stack[as->depth][1] = as->before;
	as->depth++;
}

static void pop_section(struct as *as)
{
	if (!as->depth)
		return;
	as->depth--;
	as->now = as->stack[as->depth][0];
	as->before = as->stack[as->depth][1];
}

static bool section_directive(struct as *as, const char *word, const char *args)
{
	if (!strcmp(word, ".text"))
		enter_section(as, (struct section){.text = true});
	else if (!strcmp(word, ".data") || !strcmp(word, ".bss"))
		enter_section(as, (struct section){.text = false});
	else if (!strcmp(word, ".section"))
		enter_section(as, section_named(args));
	else if (!strcmp(word, ".previous"))
		enter_section(as, as->before);
	else if (!strcmp(word, ".popsection"))
		pop_section(as);
	else if (!strcmp(word, ".pushsection")) {
		push_section(as);
		enter_section(as, section_named(args));
	} else {
		return false;
	}
	return true;
}

/* ---- first reading: where can code arrive? --------------------------------------------------- */

/* Every local label in @s. Compilers define many that only debug information speaks of. */
static void collect_labels(struct as *as, const char *s)
{
	while ((s = strstr(s, ".L"))) {
		size_t length = step_symbol_length(s);

		if (!step_labels_add(&as->targets, s, length))
			complain(as, "%s", strerror(ENOMEM));
		s += length;
	}
}

/* The label that @s begins with, if it does; what follows it into @after. 0: none. */
static size_t leading_label(const char *s, const char **after)
{
	size_t length = step_symbol_length(s);

	*after = step_skip_space(s + length);
	if (!length || **after != ':')
		return 0;
	*after = step_skip_space(*after + 1);
	return length;
}

static void collect(void *arg, char *text)
{
	struct as *as = arg;
	const char *s = step_skip_space(text), *after;
	char word[64];

	while (leading_label(s, &after))
		s = after;
	if (*s == '.' && section_directive(as, word, step_word(s, word, sizeof(word))))
		return;
	if (!as->now.debug)
		collect_labels(as, s);
}

/* ---- second reading: points ------------------------------------------------------------------ */

/* Code may arrive or leave here: the last point of the open block writes the count back. */
static void end_block(struct as *as)
{
	if (!as->block)
		return;
	as->block = 0;
	fflush(as->out);
	as->text[as->last_point] = '1';
}

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

static void put_point(struct as *as, const char *macro, bool inside)
{
	if (!as->function_known) {
		as->functions++;
		define_string(as, "function", as->functions, as->function);
		as->function_known = true;
	}
	as->block++;
	fprintf(as->out, "\t%s .Lghes_function%lu, .Lghes_file%lu, %lu, %u, 0\n", macro,
		as->functions, as->file, as->line, as->block);
	as->last_point = ftell(as->out) - 2;
	if (!inside || as->conditional || as->block == BLOCK_MAX)
		end_block(as);
}

static bool is_macro(const struct as *as, const char *insn)
{
	char word[NAME_SIZE];

	step_word(insn, word, sizeof(word));
	return step_labels_has(&as->macros, word, strlen(word));
}

static void instruction(struct as *as, const char *insn)
{
	char other[STEP_STATEMENT_MAX];
	enum step_place place;

	if (!as->now.text || is_macro(as, insn)) {
		end_block(as);
		fprintf(as->out, "\t%s\n", insn);
		return;
	}
	place = as->arch->place(&as->state, insn);
	if (place == STEP_REFUSED)
		complain(as, "%s: %s", as->state.why, insn);
	if (place == STEP_LANDING)
		end_block(as);
	else if (place != STEP_GLUED)
		put_point(as, "ghes_point", place == STEP_INSIDE);
	if (!as->marks && as->arch->rewrite && as->arch->rewrite(insn, other, sizeof(other)))
		insn = other;
	fprintf(as->out, "\t%s\n", insn);
	if (place == STEP_LANDING)
		put_point(as, "ghes_point_landed", false);
}

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
		length = step_symbol_length(open);
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
	if (!step_labels_add(&as->macros, name, strlen(name)))
		complain(as, "%s", strerror(ENOMEM));
}

static bool conditional_directive(struct as *as, const char *word, const char *args)
{
	static const char *const opens[] = {".macro", ".rept", ".irp", ".irpc", NULL};
	bool begins = step_begins(word, ".if"), ends = false;

	for (const char *const *open = opens; *open; open++)
		begins |= !strcmp(word, *open);
	ends = !strcmp(word, ".endm") || !strcmp(word, ".endr") || !strcmp(word, ".endif");
	if (!strcmp(word, ".macro"))
		macro_directive(as, args);
	if (begins || ends)
		end_block(as);
	as->conditional += begins;
	as->conditional -= ends && as->conditional;
	return begins || ends;
}

static bool unsupported(const char *word)
{
	return step_begins(word, ".intel_syntax") || step_begins(word, ".code32") ||
	       step_begins(word, ".code16");
}

static void directive(struct as *as, const char *statement)
{
	char word[64];
	const char *args = step_word(statement, word, sizeof(word));
	const char *why = NULL;

	if (!strcmp(word, ".inst")) {
		instruction(as, statement);
		return;
	}
	if (section_directive(as, word, args))
		end_block(as);
	else if (!strcmp(word, ".file"))
		file_directive(as, args);
	else if (!strcmp(word, ".loc"))
		loc_directive(as, args);
	else if (unsupported(word))
		complain(as, "%s is not supported", word);
	else if (!conditional_directive(as, word, args) && as->arch->refuse_data && !as->marks)
		why = as->arch->refuse_data(statement);
	if (why)
		complain(as, "%s", why);
	if (as->arch->binds && as->now.text && as->arch->binds(word)) {
		put_point(as, "ghes_point", false);
		as->state.prefix = true;
	}
	fprintf(as->out, "\t%s\n", statement);
}

static void label(struct as *as, const char *name, size_t length)
{
	bool local = step_begins(name, ".L");

	if (!local || step_labels_has(&as->targets, name, length))
		end_block(as);
	if (as->now.text && !local && !isdigit((unsigned char)*name))
		enter_function(as, name, length);
	fprintf(as->out, "%.*s:\n", (int)length, name);
}

/* One statement: labels, then a directive, an assignment, an instruction, or nothing. */
static void place_points(void *arg, char *text)
{
	struct as *as = arg;
	const char *s = step_skip_space(text), *after;
	size_t length;

	while ((length = leading_label(s, &after))) {
		label(as, s, length);
		s = after;
	}
	if (!*s)
		return;
	length = step_symbol_length(s);
	after = step_skip_space(s + length);
	if (length && *after == '=' && after[1] != '=')
		fprintf(as->out, "%s\n", s);
	else if (*s == '.')
		directive(as, s);
	else
		instruction(as, s);
}

/* ---- the whole file -------------------------------------------------------------------------- */

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
				 "\t.macro ghes_point fn, file, line, position, last\n"
				 ".Lghes_insn\\@:\n"
				 "\tghes_entry .Lghes_insn\\@, \\fn, \\file, \\line\n"
				 "\t.endm\n"
				 "\t.macro ghes_point_landed fn, file, line, position, last\n"
				 ".Lghes_after\\@:\n"
				 "\tghes_entry .Lghes_after\\@-4, \\fn, \\file, \\line\n"
				 "\t.endm\n";

/* Reads the file once; each reading starts in .text. */
static void read_all(struct as *as, FILE *in, void (*statement)(void *arg, char *text))
{
	int error;

	as->now = as->before = (struct section){.text = true};
	as->depth = 0;
	as->reader = (struct step_reader){.arch = as->arch, .statement = statement, .arg = as};
	error = step_read(&as->reader, in);
	if (error)
		complain(as, "%s", strerror(-error));
}

static void translate(struct as *as, FILE *in)
{
	read_all(as, in, collect);
	fputs(as->marks ? marks_text : as->arch->macros, as->out);
	define_string(as, "file", 0, "?");
	read_all(as, in, place_points);
	end_block(as);
	if (as->state.sequence)
		complain(as, "the file ends inside an unbroken sequence");
	fputs(module_text, as->out);
}

/* ---- command line ---------------------------------------------------------------------------- */

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

static int fail(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return 2;
}

/* The output is written only when all of it is good: half a result must not be taken for one. */
static int save(const struct as *as, const char *output)
{
	FILE *file = fopen(output, "w");
	bool good;

	if (!file)
		return fail(output);
	good = fwrite(as->text, 1, as->size, file) == as->size;
	good &= fclose(file) == 0;
	if (good)
		return 0;
	fail(output);
	remove(output);
	return 2;
}

static int convert(struct as *as, const char *output)
{
	FILE *in = fopen(as->input, "r");
	int status = 2;

	if (!in)
		return fail(as->input);
	as->out = open_memstream(&as->text, &as->size);
	if (!as->out) {
		fclose(in);
		return fail(output);
	}
	translate(as, in);
	fclose(in);
	if (fclose(as->out))
		fail(output);
	else if (!as->failed)
		status = save(as, output);
	step_labels_free(&as->targets);
	step_labels_free(&as->macros);
	free(as->text);
	return status;
}

int main(int argc, char **argv)
{
	static struct as as = {
#ifdef __aarch64__
		.arch = &step_arch_aarch64,
#else
		.arch = &step_arch_x86_64,
#endif
	};
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--marks"))
			as.marks = true;
		else if (step_begins(argv[i], "--arch="))
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
