// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arena: all memory that a run can change, in one piece; and the core's heap at its end.
 *
 * The heap is there to find mistakes: each block stands behind a header that knows its size and
 * before a guard, freed memory is filled and checked when it is used again and at the end of a
 * run. Blocks are kept by size class and never merged; what the core allocates is few and alike,
 * and a restore puts everything back anyway.
 *
 * Context: task and RCU callbacks; the heap has a lock of its own. Progress: blocking (short).
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "internal.h"

#define CHUNK_LIVE  0x6c697665u
#define CHUNK_FREE  0x66726565u
#define GUARD_BYTES 32
#define GUARD_BYTE  0xa5
#define FREED_BYTE  0x6b

/* Header of a heap block: 64 bytes, so that the memory behind it is aligned to 64. */
struct sim_chunk {
	uint32_t state; /* CHUNK_LIVE, CHUNK_FREE */
	uint32_t class;
	size_t size; /* as asked for */
	size_t room; /* of the whole block */
	struct sim_chunk *next_free;
	uint8_t pad[64 - 2 * sizeof(uint32_t) - 2 * sizeof(size_t) - sizeof(void *)];
};
_Static_assert(sizeof(struct sim_chunk) == 64, "keeps alignment");

static size_t round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

struct sim_machine *sim_arena_create(size_t size, struct sim_host *host)
{
	struct sim_machine *m;
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	host->arena = p;
	host->arena_size = size;
	m = p;
	m->host = host;
	m->arena_brk = round_up(sizeof(*m), SIM_CACHELINE);
	return m;
}

void *sim_arena_alloc(struct sim_machine *m, size_t size)
{
	struct sim_host *host = m->host;
	size_t at = m->arena_brk;

	if (m->heap_start || size > host->arena_size - at ||
	    round_up(size, SIM_CACHELINE) > host->arena_size - at)
		return NULL;
	m->arena_brk = at + round_up(size, SIM_CACHELINE);
	return host->arena + at;
}

size_t sim_heap_init(struct sim_machine *m)
{
	struct sim_host *host = m->host;

	m->heap_start = host->arena + round_up(m->arena_brk, 4096);
	m->heap_end = host->arena + host->arena_size;
	return (size_t)(m->heap_end - m->heap_start);
}

size_t sim_arena_used(const struct sim_machine *m)
{
	if (!m->heap_start)
		return m->arena_brk;
	return (size_t)(m->heap_start - m->host->arena) + m->heap_brk;
}

bool sim_in_arena(const struct sim_machine *m, const void *ptr)
{
	const uint8_t *p = ptr;

	return p >= m->host->arena && p < m->host->arena + m->host->arena_size;
}

uint64_t sim_address_id(const struct sim_machine *m, uint64_t address)
{
	const struct sim_host *h = m->host;
	uint64_t base = (uintptr_t)h->arena;

	if (address - base < h->arena_size)
		return address - base;
	for (unsigned int i = 0; i < h->nr_regions; i++) {
		base = (uintptr_t)h->region[i].addr;
		if (address - base < h->region[i].size)
			return (UINT64_C(1) << 40 | (uint64_t)i << 36) + (address - base);
	}
	return address;
}

/* ---- Heap ------------------------------------------------------------------------------------ */

/* Four classes a power of two: at most a quarter is wasted. Returns the block's room. */
static size_t size_class(size_t need, uint32_t *class)
{
	size_t room = 128;
	uint32_t n = 0;

	for (;; room *= 2, n++) {
		if (n >= 23) {
			*class = 23;
			return round_up(need, 4096);
		}
		if (need <= room) {
			*class = n;
			return round_up(need, room >= 1024 ? room / 8 : 64);
		}
	}
}

static struct sim_chunk *reuse(struct sim_machine *m, uint32_t class, size_t need)
{
	for (struct sim_chunk **p = &m->heap_free[class]; *p; p = &(*p)->next_free) {
		struct sim_chunk *chunk = *p;

		if (chunk->room < need)
			continue;
		*p = chunk->next_free;
		return chunk;
	}
	return NULL;
}

static bool all_bytes(const uint8_t *p, size_t n, uint8_t byte)
{
	/* Each byte equals its neighbour, and the first one is right: memcmp() is the fastest loop.
	 */
	return !n || (*p == byte && !memcmp(p, p + 1, n - 1));
}

static size_t guard_size(const struct sim_chunk *chunk)
{
	return chunk->room - sizeof(*chunk) - chunk->size;
}

static const char *chunk_fault(const struct sim_chunk *chunk)
{
	const uint8_t *mem = (const uint8_t *)(chunk + 1);

	if (chunk->state == CHUNK_LIVE)
		return all_bytes(mem + chunk->size, guard_size(chunk), GUARD_BYTE)
			       ? NULL
			       : "written beyond its end";
	if (chunk->state == CHUNK_FREE)
		return all_bytes(mem, chunk->room - sizeof(*chunk), FREED_BYTE)
			       ? NULL
			       : "written after it was freed";
	return "its header was overwritten";
}

void *sim_heap_alloc(struct sim_machine *m, size_t size)
{
	struct sim_chunk *chunk;
	size_t need, room;
	uint32_t class;
	uint8_t *mem;

	if (!size || size > (size_t)(m->heap_end - m->heap_start))
		return NULL;
	need = sizeof(*chunk) + size + GUARD_BYTES;
	room = size_class(need, &class);
	chunk = reuse(m, class, need);
	if (chunk) {
		const char *fault = chunk_fault(chunk);

		if (fault)
			sim_defect(m, SIM_ORACLE_bounds, "memory of %zu bytes was %s", chunk->size,
				   fault);
	} else {
		if (room > (size_t)(m->heap_end - m->heap_start) - m->heap_brk)
			return NULL;
		chunk = (struct sim_chunk *)(void *)(m->heap_start + m->heap_brk);
		chunk->room = room;
		chunk->class = class;
		m->heap_brk += room;
	}
	chunk->state = CHUNK_LIVE;
	chunk->size = size;
	mem = (uint8_t *)(chunk + 1);
	memset(mem, 0, size);
	memset(mem + size, GUARD_BYTE, guard_size(chunk));
	m->heap_live++;
	return mem;
}

const char *sim_heap_release(struct sim_machine *m, void *ptr, size_t size)
{
	uint8_t *mem = ptr;
	struct sim_chunk *chunk;
	const char *fault;

	if (mem < m->heap_start + sizeof(*chunk) || mem >= m->heap_start + m->heap_brk ||
	    (size_t)(mem - m->heap_start) % 64)
		return "is no block of the heap";
	chunk = (struct sim_chunk *)ptr - 1;
	if (chunk->state == CHUNK_FREE)
		return "was free already";
	if (chunk->state != CHUNK_LIVE)
		return "is no block of the heap";
	if (chunk->size != size)
		return "was allocated with another size";
	fault = chunk_fault(chunk);
	chunk->state = CHUNK_FREE;
	memset(mem, FREED_BYTE, chunk->room - sizeof(*chunk));
	chunk->next_free = m->heap_free[chunk->class];
	m->heap_free[chunk->class] = chunk;
	m->heap_live--;
	return fault;
}

const void *sim_heap_check(struct sim_machine *m, const char **what)
{
	for (size_t at = 0; at < m->heap_brk;) {
		struct sim_chunk *chunk = (struct sim_chunk *)(void *)(m->heap_start + at);

		*what = chunk_fault(chunk);
		if (*what)
			return chunk + 1;
		at += chunk->room;
	}
	return NULL;
}
