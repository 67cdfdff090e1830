// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-step-as for aarch64.
 *
 * The point borrows x16 and x17 through the stack (AAPCS64 has no red zone), compares the thread's
 * count (step_abi.h) with its position in the block and touches no flag: sub subtracts, cbnz tests;
 * the last point of a block writes the result back.
 *
 * No point lies between an exclusive load and its exclusive store: it would end the monitor and
 * the loop would never end. Nothing is lost by that. A real exception there makes the store fail
 * and the loop start again, which is what an exception just before the load does too.
 *
 * Code grows by a factor of about twelve. tbz reaches 32 KiB and is rewritten; compressed jump
 * tables (one byte per label) are refused: compile with -fno-jump-tables.
 */
#include "step_as.h"
#include "step_abi.h"

#include <stdio.h>
#include <string.h>

#define STR_(x) #x
#define STR(x)	STR_(x)

#define COUNT "[x16, #" STR(GHES_STEP_A64_COUNT) "]"
#define ENTRY "[x16, #" STR(GHES_STEP_A64_ENTRY) "]"

/* The longest exclusive sequence that gcc, clang and the kernel write is about half of this. */
#define LONGEST_SEQUENCE 16

static const char macros[] =
	"\t.macro ghes_count at, fn, file, line, position, last\n"
	"\tstp\tx16, x17, [sp, #-32]!\n"
	"\tadrp\tx16, :gottprel:ghes_step_tls\n"
	"\tldr\tx16, [x16, #:gottprel_lo12:ghes_step_tls]\n"
	"\tmrs\tx17, tpidr_el0\n"
	"\tadd\tx16, x16, x17\n"
	"\tldr\tx17, " COUNT "\n"
	"\tsub\tx17, x17, #\\position\n"
	"\t.if \\last\n"
	"\tstr\tx17, " COUNT "\n"
	"\t.endif\n"
	"\tcbnz\tx17, .Lghes_go\\@\n"
	"\tstr\tx30, [sp, #16]\n"
	"\tldr\tx16, " ENTRY "\n"
	"\tadrp\tx17, .Lghes_entry\\@\n"
	"\tadd\tx17, x17, #:lo12:.Lghes_entry\\@\n"
	"\tblr\tx16\n"
	"\tldr\tx30, [sp, #16]\n"
	".Lghes_go\\@:\n"
	"\tldp\tx16, x17, [sp], #32\n"
	"\t.pushsection ghes_step_points, \"a\"\n"
	"\t.balign 4\n"
	".Lghes_entry\\@:\n"
	"\t.long \\at - ., \\fn - ., \\file - ., \\line\n"
	"\t.popsection\n"
	"\t.endm\n"
	"\t.macro ghes_point fn, file, line, position, last\n"
	"\tghes_count .Lghes_insn\\@, \\fn, \\file, \\line, \\position, \\last\n"
	".Lghes_insn\\@:\n"
	"\t.endm\n"
	"\t.macro ghes_point_landed fn, file, line, position, last\n"
	".Lghes_after\\@:\n"
	"\tghes_count .Lghes_after\\@-4, \\fn, \\file, \\line, \\position, \\last\n"
	"\t.endm\n"
	"\t.macro ghes_far insn, reg, bit, target\n"
	"\t\\insn\t\\reg, \\bit, .Lghes_near\\@\n"
	"\tb\t\\target\n"
	".Lghes_near\\@:\n"
	"\t.endm\n";

static bool exclusive_load(const char *word)
{
	return step_begins(word, "ldxr") || step_begins(word, "ldxp") ||
	       step_begins(word, "ldaxr") || step_begins(word, "ldaxp");
}

static bool exclusive_end(const char *word)
{
	return step_begins(word, "stxr") || step_begins(word, "stxp") ||
	       step_begins(word, "stlxr") || step_begins(word, "stlxp") || !strcmp(word, "clrex");
}

/* SVE registers: z0.d, p0/m and their like. The trampoline saves q0-q31. */
static bool uses_sve(const char *operands)
{
	for (const char *s = operands; *s; s++) {
		bool starts = s == operands || strchr(" \t,{[", s[-1]);

		if (starts && *s == 'z' && s[1] >= '0' && s[1] <= '9' && strchr(s, '.'))
			return true;
		if (starts && *s == 'p' && s[1] >= '0' && s[1] <= '9' && strpbrk(s, "./"))
			return true;
	}
	return false;
}

/*
 * May something else than the next instruction follow? Whatever begins with b is taken for a
 * branch, in all its spellings; for the few that are not (bic, bfi) that is only slower.
 */
static bool leaves(const char *word)
{
	static const char *const kinds[] = {"b",   "cb",  "tb",	 "ret", "eret",
					    "svc", "hvc", "smc", "udf", ".inst"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (step_begins(word, kinds[i]))
			return true;
	return false;
}

static enum step_place place(struct step_state *state, const char *insn)
{
	char word[32];
	const char *rest = step_word(insn, word, sizeof(word));
	bool glued = state->prefix || state->sequence;

	state->prefix = false;
	if (uses_sve(rest)) {
		state->why = "SVE register";
		return STEP_REFUSED;
	}
	if (exclusive_load(word)) {
		state->sequence = true;
		state->length = 0;
	} else if (exclusive_end(word)) {
		state->sequence = false;
	} else if (state->sequence && ++state->length > LONGEST_SEQUENCE) {
		state->why = "exclusive load without an exclusive store after it";
		return STEP_REFUSED;
	}
	if (!strcmp(word, "bti"))
		return STEP_LANDING;
	if (glued)
		return STEP_GLUED;
	return state->sequence || leaves(word) ? STEP_BEFORE : STEP_INSIDE;
}

static bool rewrite(const char *insn, char *out, size_t size)
{
	char word[32];
	const char *rest = step_word(insn, word, sizeof(word));
	int n;

	if (!strcmp(word, "tbz"))
		n = snprintf(out, size, "ghes_far tbnz, %s", rest);
	else if (!strcmp(word, "tbnz"))
		n = snprintf(out, size, "ghes_far tbz, %s", rest);
	else
		return false;
	return n > 0 && (size_t)n < size;
}

static const char *refuse_data(const char *directive)
{
	bool narrow = step_begins(directive, ".byte") || step_begins(directive, ".hword") ||
		      step_begins(directive, ".2byte");

	if (narrow && strstr(directive, "(.L"))
		return "compressed jump table: compile with -fno-jump-tables";
	return NULL;
}

static bool binds(const char *directive)
{
	return step_begins(directive, ".tlsdesccall");
}

const struct step_arch step_arch_aarch64 = {
	.name = "aarch64",
	.line_comment = "//",
	.macros = macros,
	.place = place,
	.rewrite = rewrite,
	.refuse_data = refuse_data,
	.binds = binds,
};
