/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ghes-step-as, internal: the reader of statements (step_as_read.c), the placing of points
 * (step_as.c), and what both must know of an instruction set (step_as_x86_64.c, step_as_aarch64.c).
 *
 * A *block* is a stretch of instructions that is entered at its head only and left at its end
 * only. Its points compare the thread's count with their own position in the block; the last one
 * writes the count back. So the chain of dependent loads and stores has one link for each block,
 * not for each instruction, which makes points two to four times faster.
 */
#ifndef GHES_STEP_AS_H
#define GHES_STEP_AS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define STEP_STATEMENT_MAX 8192

/* Where the point of a statement goes, and whether a block may go on behind it. */
enum step_place {
	STEP_INSIDE,  /* directly before it; the next instruction always follows */
	STEP_BEFORE,  /* directly before it; it may go elsewhere, the block ends */
	STEP_PREFIX,  /* as STEP_BEFORE, and the next statement belongs to the same instruction */
	STEP_LANDING, /* directly after it: it must stay the first thing an indirect jump meets */
	STEP_GLUED,   /* none: the statement continues what came before */
	STEP_REFUSED, /* the trampoline would not preserve what it uses; state->why says what */
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
	/*
	 * Assembler macros ghes_point and ghes_point_landed (function, file, line, position in the
	 * block, 1 to write the count back).
	 */
	const char *macros;
	/* Where does the point of this instruction go? @insn: the statement, no leading space. */
	enum step_place (*place)(struct step_state *state, const char *insn);
	/*
	 * Writes into @out what must stand instead of @insn because the points have moved its
	 * target out of reach; false: the instruction stands as it is. NULL: never needed.
	 */
	bool (*rewrite)(const char *insn, char *out, size_t size);
	/* A data directive that cannot survive the growth of the code, or NULL if it can. */
	const char *(*refuse_data)(const char *directive);
	/* A directive that must stay next to the instruction that follows it. */
	bool (*binds)(const char *directive);
};

extern const struct step_arch step_arch_x86_64;
extern const struct step_arch step_arch_aarch64;

/* ---- reading --------------------------------------------------------------------------------- */

struct step_reader {
	const struct step_arch *arch;
	/* Gets each statement, without the space around it; may be empty. */
	void (*statement)(void *arg, char *text);
	void *arg;
	unsigned long line;
	bool in_comment;
};

/* Reads @in from its start. 0, -EIO, -EILSEQ (a NUL) or -E2BIG (beyond STEP_STATEMENT_MAX). */
int step_read(struct step_reader *reader, FILE *in);

bool step_begins(const char *s, const char *with);
const char *step_skip_space(const char *s);
/* First word of @s into @word, without leading space; returns what follows it. */
const char *step_word(const char *s, char *word, size_t size);
/* The length of the symbol at @s, quotes included; 0 if there is none. */
size_t step_symbol_length(const char *s);

/* ---- labels ---------------------------------------------------------------------------------- */

/* A set of names. All zero is an empty one. */
struct step_labels {
	char **slot;
	size_t size, used;
};

bool step_labels_add(struct step_labels *labels, const char *name, size_t length);
bool step_labels_has(const struct step_labels *labels, const char *name, size_t length);
void step_labels_free(struct step_labels *labels);

#endif
