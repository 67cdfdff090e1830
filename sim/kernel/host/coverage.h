/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A core that was compiled for coverage: gcc's counters, and what a simulator needs of them. All
 * counters lie together in whole pages, so that they can be left out of snapshots (a run that is
 * taken back did reach what it reached) and shared between processes.
 */
#ifndef GHES_KERNEL_COVERAGE_H
#define GHES_KERNEL_COVERAGE_H

#include "image.h"

struct ghes_core_coverage {
	struct image_segment counters;
	/*
	 * The counters in the format that gcov reads. For each object: @file with the name of its
	 * .gcda file, beside which its .gcno file lies, then @bytes for its content, in pieces.
	 */
	void (*dump)(void (*file)(const char *name, void *arg),
		     void (*bytes)(const void *data, unsigned int n, void *arg), void *arg);
};

/* What dlsym() finds by this name in such a core. */
#define GHES_CORE_COVERAGE "ghes_core_coverage"
extern const struct ghes_core_coverage ghes_core_coverage;

#endif
