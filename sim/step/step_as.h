/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ghes-step-as, internal: the statement reader (step_as.c) and what it must know of an instruction
 * set (step_as_x86_64.c, step_as_aarch64.c).
 */
#ifndef GHES_STEP_AS_H
#define GHES_STEP_AS_H

#include <stdbool.h>
#include <stddef.h>

/* Where the point of a statement goes. */
enum step_place {
	STEP_BEFORE,  /* the rule: directly before the instruction */
	STEP_PREFIX,  /* before it, and the next statement belongs to the same instruction */
	STEP_LANDING, /* directly after it: it must stay the first thing an indirect jump meets */
	STEP_GLUED,   /* none: the statement continues what came before */
	STEP_REFUSED, /* the trampoline would not preserve what it uses; as->why says what */
};

/* What an instruction set remembers from one statement to the next. */
struct step_state {
	bool prefix;	     /* a prefix was a statement of its own */
	bool sequence;	     /* inside a sequence that the linker or the CPU wants unbroken */
	unsigned int length; /* instructions in that sequence so far */
	const char *why;     /* set with STEP_REFUSED */
};

struct step_arch {
	const char *name;
	/* A '#' begins a comment anywhere in a line; otherwise only at its start. */
	bool hash_comment;
	/* The comment that is not '#', or NULL. */
	const char *line_comment;
	/* Assembler macros ghes_point and ghes_point_landed (function, file, line). */
	const char *macros;
	/* Where does the point of this instruction go? @insn: the statement, no leading space. */
	enum step_place (*place)(struct step_state *state, const char *insn);
	/*
	 * Writes into @out what must stand instead of @insn because the points have moved its
	 * target out of reach; false: the instruction stands as it is. NULL: never needed.
	 */
	bool (*rewrite)(const char *insn, char *out, size_t size);
	/* A data directive in text that cannot survive the growth of the code, or NULL if it can.
	 */
	const char *(*refuse_data)(const char *directive);
	/* A directive that must stay next to the instruction that follows it. */
	bool (*binds)(const char *directive);
};

extern const struct step_arch step_arch_x86_64;
extern const struct step_arch step_arch_aarch64;

/* First word of @s into @word, without leading space; returns what follows it. */
const char *step_word(const char *s, char *word, size_t size);

#endif
