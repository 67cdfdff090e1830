// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel's genalloc handed out, kept beside it: a shadow word for each granule of each
 * chunk, changed after an allocation and before a free, so only by who owns the memory then. Finds
 * overlaps, double frees and frees of another size before the allocator sees them. Freed memory is
 * filled, so that who still uses it shows, and looked at when it is handed out again.
 */
#include "shim.h"

#include <linux/genalloc.h>

#define NO_START   0xffffffffu /* a granule inside an allocation */
#define FILLED	   0xfffffffeu /* free again, and filled */
#define FREED_BYTE 0x6b

struct shadow {
	struct shadow *next;
	struct gen_pool *pool;
	unsigned long start, size;
	unsigned int order;
	unsigned long *queued; /* a bit for each granule where a node starts that is on the queue */
	u32 granule[]; /* bytes of the allocation that starts here, NO_START, FILLED, or 0: free */
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
	size_t granules = size >> pool->min_alloc_order;
	struct shadow *s;
	int rc = __real_gen_pool_add_owner(pool, virt, phys, size, nid, owner);

	if (rc || !(host_traced || host_checked))
		return rc;
	s = host_alloc(sizeof(*s) + granules * sizeof(u32) +
		       (granules / BITS_PER_LONG + 2) * sizeof(long));
	if (!s)
		panic("shim: no memory to watch a pool of %zu bytes", size);
	s->pool = pool;
	s->start = virt;
	s->size = size;
	s->order = pool->min_alloc_order;
	s->queued = (unsigned long *)&s->granule[granules + (granules & 1)]; /* aligned */
	s->next = shadows;
	smp_store_release(&shadows, s);
	return 0;
}

/* The memory of its chunks is no pool's any more. Task context, like the destruction. */
void __real_gen_pool_destroy(struct gen_pool *pool) __weak;
void __wrap_gen_pool_destroy(struct gen_pool *pool);
void __wrap_gen_pool_destroy(struct gen_pool *pool)
{
	struct shadow **link = &shadows;

	while (*link) {
		struct shadow *s = *link;

		if (s->pool != pool) {
			link = &s->next;
			continue;
		}
		smp_store_release(link, s->next);
		host_free(s);
	}
	__real_gen_pool_destroy(pool);
}

bool pool_is_live(const struct gen_pool *pool)
{
	struct shadow *s = smp_load_acquire(&shadows);

	while (s && s->pool != pool)
		s = s->next;
	return s != NULL;
}

/* ---- which nodes are on the queue ---- */

void pool_set_queued(unsigned long addr, bool queued)
{
	struct shadow *s = shadow_of(addr);
	unsigned long i = s ? (addr - s->start) >> s->order : 0;

	if (s && queued)
		__atomic_fetch_or(&s->queued[i / BITS_PER_LONG], 1ul << i % BITS_PER_LONG,
				  __ATOMIC_RELAXED);
	else if (s)
		__atomic_fetch_and(&s->queued[i / BITS_PER_LONG], ~(1ul << i % BITS_PER_LONG),
				   __ATOMIC_RELAXED);
}

bool pool_is_queued(unsigned long addr)
{
	struct shadow *s = shadow_of(addr);
	unsigned long i = s ? (addr - s->start) >> s->order : 0;

	/* Relaxed: set and cleared by who has the node in hand. */
	return s && __atomic_load_n(&s->queued[i / BITS_PER_LONG], __ATOMIC_RELAXED) >>
				    i % BITS_PER_LONG &
			    1;
}

/* ---- handing out, taking back ---- */

static void check_filled(const struct shadow *s, unsigned long i)
{
	const u8 *mem = (const u8 *)s->start + (i << s->order);

	if (memchr_inv(mem, FREED_BYTE, 1ul << s->order))
		shim_defect("pool", "memory at %#lx was written after it was freed",
			    (unsigned long)mem);
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
		if (s->granule[i] == FILLED) {
			check_filled(s, i);
		} else if (s->granule[i]) {
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
	if (!had || had == FILLED || had == NO_START) {
		shim_defect("pool", "%zu bytes at %#lx are freed, %s", size, addr,
			    had == NO_START ? "in the middle of an allocation"
					    : "which are free already");
		return;
	}
	if (((had + mask) & ~mask) != ((size + mask) & ~mask))
		shim_defect("pool", "%#lx was allocated with %u bytes and is freed with %zu", addr,
			    had, size);
	pool_set_queued(addr, false);
	memset((void *)addr, FREED_BYTE, (had + mask) & ~mask);
	for (n = (had + mask) >> s->order; n; n--)
		s->granule[i++] = FILLED;
	atomic64_dec(&live);
}

bool pool_has(const void *ptr)
{
	return shadow_of((unsigned long)ptr) != NULL;
}

unsigned long pool_start(const void *ptr)
{
	struct shadow *s = shadow_of((unsigned long)ptr);
	unsigned long i = s ? ((unsigned long)ptr - s->start) >> s->order : 0;

	while (i && s->granule[i] == NO_START)
		i--;
	return s ? s->start + (i << s->order) : 0;
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
	if (s->granule[i] == FILLED)
		return 0;
	return s->start + (i << s->order) + s->granule[i] - addr;
}

bool pool_nodes(u64 *nodes)
{
	*nodes = atomic64_read(&live);
	return shadows != NULL;
}
