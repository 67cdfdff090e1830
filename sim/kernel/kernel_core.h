/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel cores: the APEI core of a user's kernel tree as a shared object.
 *
 * Flow: a tree -> probe (what is there, how does this version spell it) -> stage (which header
 * comes from the tree, which from the shim) -> compile and link, or find it in the cache -> a path
 * for dlopen(). The user's files are compiled where they lie, as they are.
 *
 * All functions: task context of the simulator's process, never under test; not reentrant.
 */
#ifndef SIM_KERNEL_CORE_H
#define SIM_KERNEL_CORE_H

#include <stdbool.h>
#include <stddef.h>

#include "host/image.h"

/* The configurations that kernels have, and one core with all notification types. */
enum kernel_arch { KERNEL_ARM64, KERNEL_X86, KERNEL_ALL, KERNEL_NR_ARCHS };

/* As enum sim_flavour of the drivers, which says what they are for. */
enum kernel_flavour {
	KERNEL_NATIVE,
	KERNEL_STEPPED,
	KERNEL_INSTRUMENTED,
	KERNEL_STEPPED_TSAN,
	KERNEL_NR_FLAVOURS
};

struct kernel_core_options {
	enum kernel_arch arch;
	enum kernel_flavour flavour;
	bool coverage;	  /* with gcc's counters; native and stepped only */
	bool bare;	  /* no call is diverted to be watched: a benchmark's, no oracle's */
	const char *ghes; /* a file to take instead of the tree's ghes.c, or NULL */
	const char *cc;	  /* compiler; NULL: $GHES_SIM_CC, else cc */
	bool fresh;	  /* build even when the cache has it */
};

#define KERNEL_MAX_NAMES 192
#define KERNEL_MAX_ERROR 1024

/* Names, each allocated; a list that would overflow KERNEL_MAX_NAMES is a build error. */
struct kernel_names {
	char *name[KERNEL_MAX_NAMES];
	size_t n;
};

/* What was found and made. */
struct kernel_core_info {
	char *so;		     /* path of the shared object */
	char *version;		     /* from the tree's Makefile, or "" */
	struct kernel_names sources; /* taken from the tree, relative to it */
	struct kernel_names headers; /* likewise */
	struct kernel_names
		functions; /* single functions taken out of bigger files: "name (file)" */
	struct kernel_names supplied; /* headers that the shim answers for */
	struct kernel_names features; /* what this tree has, in words */
	unsigned int entries[3];      /* of the shim's headers: STUB, SAME, DIFFERENT */
	unsigned int compiled;	      /* files compiled now; 0: all came from the cache */
	double seconds;
	char error[KERNEL_MAX_ERROR]; /* one line, when the build failed */
	char *compiler_output;	      /* what the compiler said then, or NULL */
};

/**
 * kernel_core_build() - make the shared object of @dir, or find it in the cache
 * @dir: a kernel tree, or a folder with the files that are needed at their places in a tree
 * @info: filled in any case; kernel_core_info_free() gives it back
 *
 * The cache is $XDG_CACHE_HOME/ghes-sim, ~/.cache/ghes-sim or /tmp/ghes-sim-UID, keyed by the
 * content of all that goes in. Several processes may build at once.
 * Return: 0; -GHES_ENOENT: @dir or a file in it is missing; -GHES_EINVAL: it does not compile;
 * -GHES_EIO: cache, shim or compiler cannot be used. info->error says what to do.
 */
int kernel_core_build(const char *dir, const struct kernel_core_options *options,
		      struct kernel_core_info *info);
void kernel_core_info_free(struct kernel_core_info *info);

/* Call @file for each file that a build looks for in a tree, by its name there. */
void kernel_core_each_file(void (*file)(const char *name, void *arg), void *arg);

const char *kernel_arch_name(enum kernel_arch arch);
/* false: @name is none */
bool kernel_arch_by_name(const char *name, enum kernel_arch *arch);

/**
 * kernel_core_segments() - what a snapshot of a loaded kernel core must save
 * @symbol: any address inside the core, such as what dlsym() answers for ghes_core_ops_get
 * @hole: what to leave out of them; size 0: nothing
 * @segments: room for @n
 *
 * Return: how many writable segments there are.
 */
size_t kernel_core_segments(const void *symbol, struct image_segment hole,
			    struct image_segment *segments, size_t n);

#endif
