// SPDX-License-Identifier: GPL-2.0-only
#include "posix.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include <ghes/gar.h>

/*
 * Physical memory is shared with whoever plays firmware, so it is read and written by relaxed
 * atomics: what arrives may be torn between words, as it may be on hardware, but it is defined.
 * Which bytes belong together is for the core's checks to find out.
 */

static bool region_is_sane(const struct ghes_posix_region *r)
{
	return r->va && r->size && !(r->paddr & ~GHES_PAGE_MASK) && !(r->size & ~GHES_PAGE_MASK) &&
	       r->size - 1 <= UINT64_MAX - r->paddr && r->size <= SIZE_MAX &&
	       !((uintptr_t)r->va & (uintptr_t)~GHES_PAGE_MASK);
}

static bool regions_meet(const struct ghes_posix_region *a, const struct ghes_posix_region *b)
{
	return a->paddr <= b->paddr ? b->paddr - a->paddr < a->size : a->paddr - b->paddr < b->size;
}

int posix_memory_init(struct posix_platform *posix, const struct ghes_platform_posix_config *config)
{
	for (size_t i = 0; i < config->nr_regions; i++) {
		if (!region_is_sane(&config->regions[i]))
			return -GHES_EINVAL;
		for (size_t j = 0; j < i; j++)
			if (regions_meet(&config->regions[i], &config->regions[j]))
				return -GHES_EINVAL;
	}
	posix->nr_regions = config->nr_regions;
	if (!config->nr_regions)
		return 0;
	posix->regions = calloc(config->nr_regions, sizeof(*posix->regions));
	if (!posix->regions)
		return -GHES_ENOMEM;
	memcpy(posix->regions, config->regions, config->nr_regions * sizeof(*posix->regions));
	return 0;
}

/* @size bytes at @paddr, all in one region; NULL when they are not. @size > 0. */
static unsigned char *find(struct posix_platform *posix, uint64_t paddr, uint64_t size)
{
	for (size_t i = 0; i < posix->nr_regions; i++) {
		const struct ghes_posix_region *r = &posix->regions[i];

		if (paddr >= r->paddr && paddr - r->paddr < r->size &&
		    size <= r->size - (paddr - r->paddr))
			return (unsigned char *)r->va + (size_t)(paddr - r->paddr);
	}
	return NULL;
}

static int posix_set_fixmap(struct ghes_platform *p, enum fixed_addresses idx, uint64_t paddr)
{
	unsigned char *va = find(posix_of(p), paddr, GHES_PAGE_SIZE);

	if (!va)
		return -GHES_EFAULT;
	/* relaxed, here and below: a slot belongs to one user at a time, under its lock */
	atomic_store_explicit(&posix_of(p)->slot[idx], va, memory_order_relaxed);
	return 0;
}

static void posix_clear_fixmap(struct ghes_platform *p, enum fixed_addresses idx)
{
	atomic_store_explicit(&posix_of(p)->slot[idx], NULL, memory_order_relaxed);
}

/* The address in a slot; a clear one is a bug of the core that must not become an access. */
static unsigned char *slot_at(struct ghes_platform *p, enum fixed_addresses idx, size_t offset)
{
	unsigned char *va = atomic_load_explicit(&posix_of(p)->slot[idx], memory_order_relaxed);

	if (!va)
		abort();
	return va + offset;
}

static void posix_memcpy_fromio(struct ghes_platform *p, enum fixed_addresses idx, size_t offset,
				void *dst, size_t n)
{
	const unsigned char *from = slot_at(p, idx, offset);
	unsigned char *to = dst;

	for (; n && (uintptr_t)from % sizeof(uint64_t); n--)
		*to++ = __atomic_load_n(from++, __ATOMIC_RELAXED);
	for (; n >= sizeof(uint64_t); n -= sizeof(uint64_t)) {
		uint64_t word = __atomic_load_n((const uint64_t *)from, __ATOMIC_RELAXED);

		memcpy(to, &word, sizeof(word));
		from += sizeof(word);
		to += sizeof(word);
	}
	for (; n; n--)
		*to++ = __atomic_load_n(from++, __ATOMIC_RELAXED);
}

static void posix_memcpy_toio(struct ghes_platform *p, enum fixed_addresses idx, size_t offset,
			      const void *src, size_t n)
{
	unsigned char *to = slot_at(p, idx, offset);
	const unsigned char *from = src;

	for (; n && (uintptr_t)to % sizeof(uint32_t); n--)
		__atomic_store_n(to++, *from++, __ATOMIC_RELAXED);
	for (; n >= sizeof(uint32_t); n -= sizeof(uint32_t)) {
		uint32_t word;

		memcpy(&word, from, sizeof(word));
		__atomic_store_n((uint32_t *)to, word, __ATOMIC_RELAXED);
		from += sizeof(word);
		to += sizeof(word);
	}
	for (; n; n--)
		__atomic_store_n(to++, *from++, __ATOMIC_RELAXED);
}

static const volatile void *posix_map_status(struct ghes_platform *p, uint64_t paddr, size_t size)
{
	return size ? find(posix_of(p), paddr, size) : NULL;
}

static void posix_unmap_status(struct ghes_platform *p, const volatile void *va, size_t size)
{
	(void)p;
	(void)va;
	(void)size;
}

/* The register in memory, naturally aligned, or NULL. */
static void *register_at(struct ghes_platform *p, const struct apei_gar *reg)
{
	size_t size = reg->access_bit_width / 8;

	if (reg->space_id != ACPI_ADR_SPACE_SYSTEM_MEMORY || !size || reg->address % size)
		return NULL;
	return find(posix_of(p), reg->address, size);
}

static int posix_map_gar(struct ghes_platform *p, const struct apei_gar *reg)
{
	if (reg->space_id != ACPI_ADR_SPACE_SYSTEM_MEMORY)
		return -GHES_ENOTSUP;
	return register_at(p, reg) ? 0 : -GHES_EFAULT;
}

static void posix_unmap_gar(struct ghes_platform *p, const struct apei_gar *reg)
{
	(void)p;
	(void)reg;
}

/*
 * Little-endian like all that ACPI defines (ACPI 6.5, 5.2), so that a table and memory of another
 * machine mean the same here.
 *
 * acquire and release: what the other side wrote before it wrote the register is visible
 */
static int posix_read_gar(struct ghes_platform *p, const struct apei_gar *reg, uint64_t *val)
{
	void *at = register_at(p, reg);

	if (!at)
		return -GHES_EFAULT;
	switch (reg->access_bit_width) {
	case 8:
		*val = __atomic_load_n((uint8_t *)at, __ATOMIC_ACQUIRE);
		return 0;
	case 16:
		*val = le16toh(__atomic_load_n((uint16_t *)at, __ATOMIC_ACQUIRE));
		return 0;
	case 32:
		*val = le32toh(__atomic_load_n((uint32_t *)at, __ATOMIC_ACQUIRE));
		return 0;
	case 64:
		*val = le64toh(__atomic_load_n((uint64_t *)at, __ATOMIC_ACQUIRE));
		return 0;
	default:
		return -GHES_EINVAL;
	}
}

static int posix_write_gar(struct ghes_platform *p, const struct apei_gar *reg, uint64_t val)
{
	void *at = register_at(p, reg);

	if (!at)
		return -GHES_EFAULT;
	switch (reg->access_bit_width) {
	case 8:
		__atomic_store_n((uint8_t *)at, (uint8_t)val, __ATOMIC_RELEASE);
		return 0;
	case 16:
		__atomic_store_n((uint16_t *)at, htole16((uint16_t)val), __ATOMIC_RELEASE);
		return 0;
	case 32:
		__atomic_store_n((uint32_t *)at, htole32((uint32_t)val), __ATOMIC_RELEASE);
		return 0;
	case 64:
		__atomic_store_n((uint64_t *)at, htole64(val), __ATOMIC_RELEASE);
		return 0;
	default:
		return -GHES_EINVAL;
	}
}

void posix_memory_ops(struct ghes_platform_ops *ops)
{
	ops->set_fixmap = posix_set_fixmap;
	ops->clear_fixmap = posix_clear_fixmap;
	ops->memcpy_fromio = posix_memcpy_fromio;
	ops->memcpy_toio = posix_memcpy_toio;
	ops->map_status = posix_map_status;
	ops->unmap_status = posix_unmap_status;
	ops->map_gar = posix_map_gar;
	ops->unmap_gar = posix_unmap_gar;
	ops->read_gar = posix_read_gar;
	ops->write_gar = posix_write_gar;
}
