// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel's genalloc handed out, kept beside it: a shadow word for each granule of each
 * chunk, changed after an allocation and before a free, so only by who owns the memory then. Finds
 * overlaps, double frees and frees of another size before the allocator sees them.
 */
#include "shim.h"

#include <linux/genalloc.h>

#define NO_START 0xffffffffu /* a granule inside an allocation */

struct shadow {
	struct shadow *next;
	struct gen_pool *pool;
	unsigned long start, size;
	unsigned int order;
	u32 granule[]; /* bytes of the allocation that starts here, NO_START, or 0: free */
};
static struct shadow *shadows; /* grows in task context, before the chunk is used */
static atomic64_t live;

static struct shadow *shadow_of(unsigned long addr)
{
	struct shadow *s = smp_load_acquire(&shadows);

	while (s && addr - s->start >= s->size)
		s = s->next;
	return s;
}

int __real_gen_pool_add_owner(struct gen_pool *pool, unsigned long virt, phys_addr_t phys,
			      size_t size, int nid, void *owner) __weak;
int __wrap_gen_pool_add_owner(struct gen_pool *pool, unsigned long virt, phys_addr_t phys,
			      size_t size, int nid, void *owner);
int __wrap_gen_pool_add_owner(struct gen_pool *pool, unsigned long virt, phys_addr_t phys,
			      size_t size, int nid, void *owner)
{
	struct shadow *s;

	if (host_traced || host_checked) {
		s = host_alloc(sizeof(*s) + (size >> pool->min_alloc_order) * sizeof(u32));
		if (!s)
			return -ENOMEM;
		s->pool = pool;
		s->start = virt;
		s->size = size;
		s->order = pool->min_alloc_order;
		s->next = shadows;
		smp_store_release(&shadows, s);
	}
	return __real_gen_pool_add_owner(pool, virt, phys, size, nid, owner);
}

void pool_take(unsigned long addr, size_t size)
{
	struct shadow *s = shadow_of(addr);
	unsigned long i, first, n;

	if (!s)
		return;
	first = (addr - s->start) >> s->order;
	n = (size + (1ul << s->order) - 1) >> s->order;
	for (i = first; i < first + n && i < s->size >> s->order; i++) {
		if (s->granule[i]) {
			shim_defect("pool",
				    "%zu bytes at %#lx were handed out, of which %#lx is in use",
				    size, addr, s->start + (i << s->order));
			break;
		}
		s->granule[i] = i == first ? (u32)size : NO_START;
	}
	atomic64_inc(&live);
}

/* Says what is wrong with the free before the allocator sees it. */
void pool_give(unsigned long addr, size_t size)
{
	struct shadow *s = shadow_of(addr);
	unsigned long i, n, mask;
	u32 had;

	if (!s) {
		shim_defect("pool", "%zu bytes at %#lx are freed, which is in no chunk", size,
			    addr);
		return;
	}
	i = (addr - s->start) >> s->order;
	had = s->granule[i];
	mask = (1ul << s->order) - 1;
	if (!had || had == NO_START) {
		shim_defect("pool", "%zu bytes at %#lx are freed, %s", size, addr,
			    had ? "in the middle of an allocation" : "which are free already");
		return;
	}
	if (((had + mask) & ~mask) != ((size + mask) & ~mask))
		shim_defect("pool", "%#lx was allocated with %u bytes and is freed with %zu", addr,
			    had, size);
	for (n = (had + mask) >> s->order; n; n--)
		s->granule[i++] = 0;
	atomic64_dec(&live);
}

bool pool_has(const void *ptr)
{
	return shadow_of((unsigned long)ptr) != NULL;
}

size_t pool_room(const void *ptr)
{
	unsigned long addr = (unsigned long)ptr, i;
	struct shadow *s = shadow_of(addr);

	if (!s)
		return 0;
	i = (addr - s->start) >> s->order;
	while (i && s->granule[i] == NO_START)
		i--;
	return s->start + (i << s->order) + s->granule[i] - addr;
}

bool pool_nodes(u64 *nodes)
{
	*nodes = atomic64_read(&live);
	return shadows != NULL;
}
