/* SPDX-License-Identifier: GPL-2.0-only */
/* The writable segments of a loaded shared object: what a snapshot of it has to save. */
#ifndef GHES_KERNEL_IMAGE_H
#define GHES_KERNEL_IMAGE_H

#include <stddef.h>

struct image_segment {
	void *start;
	size_t size;
};

/*
 * image_segments() - writable segments of the object that @inside lies in
 * @hole: a part of it that is left out; size 0: none
 * @out: room for @n of them; what the dynamic linker makes read-only (RELRO) is left out.
 *
 * Context: task. Return: how many there are (perhaps more than @n), 0 when no object has @inside.
 */
size_t image_segments(const void *inside, struct image_segment hole, struct image_segment *out,
		      size_t n);

#endif
