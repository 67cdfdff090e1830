// SPDX-License-Identifier: GPL-2.0-only
#include "image.h"

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

struct search {
	uintptr_t inside;
	struct image_segment hole;
	struct image_segment *out;
	size_t n, found;
};

static void add_solid(struct search *s, uintptr_t start, uintptr_t end)
{
	if (start >= end)
		return;
	if (s->found < s->n)
		s->out[s->found] = (struct image_segment){(void *)start, end - start};
	s->found++;
}

static void add(struct search *s, uintptr_t start, uintptr_t end)
{
	uintptr_t hole = (uintptr_t)s->hole.start, behind = hole + s->hole.size;

	if (!s->hole.size || behind <= start || hole >= end) {
		add_solid(s, start, end);
		return;
	}
	add_solid(s, start, hole);
	add_solid(s, behind, end);
}

/* One object; RELRO is page-rounded downwards at its end, as the dynamic linker does it. */
static int visit(struct dl_phdr_info *info, size_t size, void *data)
{
	struct search *s = data;
	uintptr_t relro_start = 0, relro_end = 0, page = 4096;
	bool mine = false;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + ph->p_vaddr;

		if (ph->p_type == PT_LOAD && s->inside - start < ph->p_memsz)
			mine = true;
		if (ph->p_type == PT_GNU_RELRO) {
			relro_start = start;
			relro_end = (start + ph->p_memsz) & ~(page - 1);
		}
	}
	if (!mine)
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + ph->p_vaddr, end = start + ph->p_memsz;

		if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_W))
			continue;
		if (relro_end <= start || relro_start >= end) {
			add(s, start, end);
			continue;
		}
		add(s, start, relro_start);
		add(s, relro_end, end);
	}
	return 1;
}

size_t image_segments(const void *inside, struct image_segment hole, struct image_segment *out,
		      size_t n)
{
	struct search s = {.inside = (uintptr_t)inside, .hole = hole, .out = out, .n = n};

	dl_iterate_phdr(visit, &s);
	return s.found;
}
