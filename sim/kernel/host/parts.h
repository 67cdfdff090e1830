/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of a kernel core by themselves, for benchmarks. */
#ifndef GHES_KERNEL_PARTS_H
#define GHES_KERNEL_PARTS_H

/*
 * Between create and destroy of the core, which takes the pools back. As genalloc.h has it: any
 * context for alloc and free, task for create. NULL and 0: no memory.
 */
struct ghes_kernel_parts {
	void *(*pool_create)(unsigned long size);
	unsigned long (*pool_alloc)(void *pool, unsigned long size);
	void (*pool_free)(void *pool, unsigned long addr, unsigned long size);
};

/* What dlsym() finds by this name. */
#define GHES_KERNEL_PARTS "ghes_kernel_parts"
extern const struct ghes_kernel_parts ghes_kernel_parts;

#endif
