// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-step-as for x86-64, AT&T syntax as gcc and clang print it.
 *
 * The point compares a word at a fixed offset from %fs with its position in the block and touches
 * no flag: lea subtracts, jrcxz tests; the last point of a block writes the result back. %rcx rests
 * in a second word meanwhile, so the stack is not used and the red zone stays whole. Only when the
 * count reaches zero is the stack used, below the red zone, to call the trampoline (entry_x86_64.S)
 * through a third word. See step_abi.h for the three words.
 *
 * jrcxz reaches 127 bytes, hence the jump over the rare path. The nopl after the call is never
 * executed for its effect: its displacement tells the trampoline which entry of the table this is.
 */
#include "step_as.h"
#include "step_abi.h"

#include <stdlib.h>
#include <string.h>

#define STR_(x) #x
#define STR(x)	STR_(x)

#define COUNT	 "%fs:" STR(GHES_STEP_TLS_COUNT)
#define SCRATCH	 "%fs:" STR(GHES_STEP_TLS_SCRATCH)
#define ENTRY	 "%fs:" STR(GHES_STEP_TLS_ENTRY)
#define RED_ZONE STR(GHES_STEP_RED_ZONE)

static const char macros[] =
	"\t.macro ghes_count at, fn, file, line, position, last\n"
	"\tmovq\t%rcx, " SCRATCH "\n"
	"\tmovq\t" COUNT ", %rcx\n"
	"\tleaq\t-\\position(%rcx), %rcx\n"
	"\t.if \\last\n"
	"\tmovq\t%rcx, " COUNT "\n"
	"\t.endif\n"
	"\tjrcxz\t.Lghes_hit\\@\n"
	"\tjmp\t.Lghes_go\\@\n"
	".Lghes_hit\\@:\n"
	"\tleaq\t-" RED_ZONE "(%rsp), %rsp\n"
	"\tcallq\t*" ENTRY "\n"
	"\tnopl\t.Lghes_entry\\@(%rip)\n"
	"\tleaq\t" RED_ZONE "(%rsp), %rsp\n"
	".Lghes_go\\@:\n"
	"\tmovq\t" SCRATCH ", %rcx\n"
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
	"\t.endm\n";

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(word, *list))
			return true;
	return false;
}

static bool is_prefix(const char *word)
{
	static const char *const prefixes[] = {
		"lock",	  "rep",    "repe",	"repz",	    "repne", "repnz", "notrack", "bnd",
		"data16", "addr32", "xacquire", "xrelease", "rex",   "rex64", "rex.W",	 "cs",
		"ds",	  "es",	    "fs",	"gs",	    "ss",    NULL,
	};

	return is_one_of(word, prefixes);
}

/*
 * The trampoline preserves what code built for the baseline x86-64 can hold: general registers,
 * flags, xmm0-15 and MXCSR. Anything wider is refused here rather than damaged there.
 */
static const char *beyond_baseline(const char *word, const char *operands)
{
	static const char *const wide[] = {"%ymm", "%zmm", "%mm", "%k", "%st", "%tmm"};
	const char *why = "register beyond the x86-64 baseline (built with -mavx or -march=?)";
	const char *at;

	if (word[0] == 'f' && strncmp(word, "fxsave", 6) && strncmp(word, "fxrstor", 7))
		return "x87 instruction";
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		if (strstr(operands, wide[i]))
			return why;
	for (at = strstr(operands, "%xmm"); at; at = strstr(at + 1, "%xmm"))
		if (atoi(at + 4) > 15)
			return why;
	return NULL;
}

/* May something else than the next instruction follow? */
static bool leaves(const char *word)
{
	static const char *const others[] = {"syscall", "sysenter", "hlt", "ud2", NULL};

	return word[0] == 'j' || step_begins(word, "call") || step_begins(word, "ret") ||
	       step_begins(word, "lret") || step_begins(word, "loop") || step_begins(word, "int") ||
	       step_begins(word, "iret") || step_begins(word, "xbegin") ||
	       step_begins(word, "xabort") || is_one_of(word, others);
}

static enum step_place place(struct step_state *state, const char *insn)
{
	char word[32];
	const char *rest = step_word(insn, word, sizeof(word));
	bool glued = state->prefix || state->sequence;

	while (is_prefix(word)) {
		rest = step_word(rest, word, sizeof(word));
		if (!word[0]) {
			state->prefix = true;
			return glued ? STEP_GLUED : STEP_PREFIX;
		}
	}
	state->prefix = false;
	state->why = beyond_baseline(word, rest);
	if (state->why)
		return STEP_REFUSED;
	if (!strcmp(word, "endbr64"))
		return STEP_LANDING;
	/* General-dynamic TLS: lea and call are one unit that the linker rewrites as a whole. */
	if (strstr(rest, "@tlsgd") || strstr(rest, "@tlsld") || strstr(rest, "@TLSGD") ||
	    strstr(rest, "@TLSLD"))
		state->sequence = true;
	else if (state->sequence && step_begins(word, "call"))
		state->sequence = false;
	if (glued)
		return STEP_GLUED;
	return state->sequence || leaves(word) ? STEP_BEFORE : STEP_INSIDE;
}

const struct step_arch step_arch_x86_64 = {
	.name = "x86_64",
	.hash_comment = true,
	.macros = macros,
	.place = place,
};
