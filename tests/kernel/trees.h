/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel trees for tests. A test that needs one skips by name when there is none.
 *
 * $GHES_KERNEL_TREES (directories, ':' between them), else what unpack.sh made of Debian's
 * linux-source packages.
 */
#ifndef GHES_TESTS_KERNEL_TREES_H
#define GHES_TESTS_KERNEL_TREES_H

#include <stddef.h>

#define MAX_TREES 8

/* How many there are; @trees gets them. */
size_t kernel_trees(const char *trees[MAX_TREES]);
/* The last of them, or NULL */
const char *kernel_tree(void);

/*
 * A copy of the ghes.c of @tree in a file of the test's own, with the first @from replaced by @to;
 * aborts the test when @from is not there. The path is good until the next call.
 */
const char *patched_ghes(const char *tree, const char *from, const char *to);
/* The same with @path, which may be what an earlier call returned */
const char *patched_file(const char *path, const char *from, const char *to);

#endif
