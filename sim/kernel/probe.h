/* SPDX-License-Identifier: GPL-2.0-only */
/* What a kernel tree has, found by looking at it: never by its version number. */
#ifndef SIM_KERNEL_PROBE_H
#define SIM_KERNEL_PROBE_H

#include "files.h"

#define PROBE_MAX_SOURCES 24

/* A file to compile, or a header to take. @path: where it is; @name: where in a tree. */
struct probe_file {
	char *path, *name;
	char *text;
	size_t size;
};

struct probe {
	char *dir; /* absolute */
	char *version;
	enum kernel_arch arch;
	struct probe_file source[PROBE_MAX_SOURCES];
	size_t nr_sources;
	struct probe_file header[KERNEL_MAX_NAMES];
	size_t nr_headers;
	struct kernel_names includes;  /* all <x> that any of them names and that none of them is */
	struct kernel_names defines;   /* -D of the shim: SHIM_HAVE_... */
	struct kernel_names features;  /* the same in words */
	struct probe_file extracts;    /* functions taken out of bigger files; text NULL: none */
	struct kernel_names functions; /* and their names */
	char error[KERNEL_MAX_ERROR];
};

/* 0, or a negative error with one line in probe->error. probe_free() in any case. */
int probe_tree(struct probe *probe, const char *dir, const struct kernel_core_options *options);
void probe_free(struct probe *probe);

#endif
