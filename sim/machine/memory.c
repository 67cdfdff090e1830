// SPDX-License-Identifier: GPL-2.0-only
/*
 * Physical memory: pages that exist, blocks that firmware uses, pages that are poisoned.
 *
 * Flow: hest_build.c, firmware.c add memory -> platform.c looks up what the core maps.
 *
 * Memory is copied word by word with relaxed atomics: firmware on one CPU writes what the core on
 * another reads, and neither waits for the other. Relaxed is enough, because that is what the
 * core has to live with: it may see any mixture.
 */
#include <sys/mman.h>

#include "internal.h"

/* [page of base, end of the last page), or 0 when it wraps */
static uint64_t pages_of(uint64_t paddr, uint64_t n, uint64_t *base)
{
	uint64_t last;

	if (!n || paddr + (n - 1) < paddr)
		return 0;
	*base = paddr & GHES_PAGE_MASK;
	last = (paddr + (n - 1)) & GHES_PAGE_MASK;
	return last - *base + GHES_PAGE_SIZE; /* 0 when all of the address space: refused above */
}

static struct sim_phys *range_of(const struct sim_machine *m, uint64_t paddr, bool io)
{
	for (uint32_t i = 0; i < m->nr_phys; i++)
		if (m->phys[i].io == io && paddr - m->phys[i].base < m->phys[i].size)
			return &m->phys[i];
	return NULL;
}

uint8_t *sim_phys_at(const struct sim_machine *m, uint64_t paddr, uint64_t n, bool io)
{
	const struct sim_phys *r = range_of(m, paddr, io);

	if (!r || n > r->size - (paddr - r->base))
		return NULL;
	return r->mem + (paddr - r->base);
}

/*
 * Make sure that [paddr, paddr + n) is memory, in one piece. Real tables put a register next to a
 * block or into it; a range that overlaps one that is there only in part cannot be had.
 */
int sim_phys_add(struct sim_machine *m, uint64_t paddr, uint64_t n, bool io, unsigned int max)
{
	uint64_t base, size = pages_of(paddr, n, &base);
	struct sim_phys *r;

	if (!size)
		return -GHES_EFAULT;
	if (sim_phys_at(m, paddr, n, io))
		return 0;
	for (uint64_t at = base; at - base < size; at += GHES_PAGE_SIZE)
		if (range_of(m, at, io))
			return -GHES_EEXIST;
	if (m->nr_phys == max)
		return -GHES_ENOMEM;
	r = &m->phys[m->nr_phys];
	r->mem = sim_arena_alloc(m, size);
	if (!r->mem)
		return -GHES_ENOMEM;
	r->base = base;
	r->size = size;
	r->io = io;
	m->nr_phys++;
	return 0;
}

/*
 * Which width: the address in physical memory decides, so that both sides of a race use the same
 * words (mixed sizes would be a data race in C, and are none here because all are atomic).
 */
void sim_copy_from_phys(void *dst, const uint8_t *src, size_t n)
{
	uint8_t *d = dst;

	for (; n && (uintptr_t)src % 8; n--)
		*d++ = __atomic_load_n(src++, __ATOMIC_RELAXED);
	for (; n >= 8; n -= 8, d += 8, src += 8) {
		uint64_t v = __atomic_load_n((const uint64_t *)(const void *)src, __ATOMIC_RELAXED);

		memcpy(d, &v, sizeof(v));
	}
	for (; n; n--)
		*d++ = __atomic_load_n(src++, __ATOMIC_RELAXED);
}

void sim_copy_to_phys(uint8_t *dst, const void *src, size_t n)
{
	const uint8_t *s = src;

	for (; n && (uintptr_t)dst % 8; n--)
		__atomic_store_n(dst++, *s++, __ATOMIC_RELAXED);
	for (; n >= 8; n -= 8, dst += 8, s += 8) {
		uint64_t v;

		memcpy(&v, s, sizeof(v));
		__atomic_store_n((uint64_t *)(void *)dst, v, __ATOMIC_RELAXED);
	}
	for (; n; n--)
		__atomic_store_n(dst++, *s++, __ATOMIC_RELAXED);
}

struct sim_block *sim_block_at(struct sim_machine *m, uint64_t paddr)
{
	for (uint32_t i = 0; i < m->nr_blocks; i++)
		if (paddr - m->block[i].paddr < m->block[i].length)
			return &m->block[i];
	return NULL;
}

uint64_t sim_word_of(struct sim_machine *m, uint64_t paddr, bool io)
{
	const struct sim_block *b = io ? NULL : sim_block_at(m, paddr);

	return (uintptr_t)(b ? b->mem : sim_phys_at(m, paddr, 1, io));
}

/* ---- Poison ---------------------------------------------------------------------------------- */

void *sim_poison_page(struct sim_machine *m, unsigned int cpu)
{
	struct sim_host *h = m->host;

	if (!h->poison_pages) {
		void *p = mmap(NULL, m->nr_cpus * GHES_PAGE_SIZE, PROT_NONE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		h->poison_pages = p == MAP_FAILED ? NULL : p;
	}
	return h->poison_pages ? (char *)h->poison_pages + cpu * GHES_PAGE_SIZE : NULL;
}
