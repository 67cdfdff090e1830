// SPDX-License-Identifier: GPL-2.0-only
#include <ghes/fixmap.h>

/*
 * The owner word of a slot is the page address with bit 0 set, so that page 0 differs from clear.
 * All accesses to it are relaxed: the class's lock orders them where the caller is correct, and
 * where it is not, the word only serves to notice.
 */
#define SLOT_MAPPED UINT64_C(1)

_Static_assert(!(GHES_PAGE_MASK & SLOT_MAPPED), "a page address leaves bit 0 to the slot");

static int misused(struct ghes_fixmap *fm, enum ghes_fixmap_misuse what, int err)
{
	/* relaxed: a count, nobody infers anything else from it */
	atomic_fetch_add_explicit(&fm->misuse[what], 1, memory_order_relaxed);
	return err;
}

static bool is_slot(enum fixed_addresses idx)
{
	return (unsigned int)idx < GHES_NR_FIXMAP_SLOTS;
}

static uint64_t slot_owner(const struct ghes_fixmap *fm, enum fixed_addresses idx)
{
	return atomic_load_explicit(&fm->slot[idx].owner, memory_order_relaxed); /* see above */
}

static void slot_own(struct ghes_fixmap *fm, enum fixed_addresses idx, uint64_t owner)
{
	atomic_store_explicit(&fm->slot[idx].owner, owner, memory_order_relaxed); /* see above */
}

void ghes_fixmap_init(struct ghes_fixmap *fm, struct ghes_platform *platform)
{
	fm->platform = platform;
	for (unsigned int i = 0; i < GHES_NR_FIXMAP_SLOTS; i++)
		atomic_init(&fm->slot[i].owner, 0);
	for (unsigned int i = 0; i < GHES_NR_FIXMAP_MISUSES; i++)
		atomic_init(&fm->misuse[i], 0);
}

int ghes_fixmap_map(struct ghes_fixmap *fm, uint64_t paddr, enum fixed_addresses idx)
{
	int err;

	if (!is_slot(idx))
		return misused(fm, GHES_FIXMAP_BAD_SLOT, -GHES_EINVAL);
	if (paddr & ~GHES_PAGE_MASK)
		return -GHES_EINVAL;
	if (slot_owner(fm, idx))
		return misused(fm, GHES_FIXMAP_DOUBLE_MAP, -GHES_EBUSY);
	/* Owned before it is mapped, clear before it is disowned: in between, others keep off. */
	slot_own(fm, idx, paddr | SLOT_MAPPED);
	err = fm->platform->ops->set_fixmap(fm->platform, idx, paddr);
	if (err) {
		slot_own(fm, idx, 0);
		return -GHES_EFAULT;
	}
	return 0;
}

int ghes_fixmap_unmap(struct ghes_fixmap *fm, uint64_t paddr, enum fixed_addresses idx)
{
	if (!is_slot(idx))
		return misused(fm, GHES_FIXMAP_BAD_SLOT, -GHES_EINVAL);
	if (slot_owner(fm, idx) != (paddr | SLOT_MAPPED))
		return misused(fm, GHES_FIXMAP_FOREIGN_UNMAP, -GHES_EINVAL);
	fm->platform->ops->clear_fixmap(fm->platform, idx);
	slot_own(fm, idx, 0);
	return 0;
}

int ghes_fixmap_copy(struct ghes_fixmap *fm, enum fixed_addresses idx, size_t offset, void *buffer,
		     size_t len, int from_phys)
{
	const struct ghes_platform_ops *ops = fm->platform->ops;

	if (!is_slot(idx))
		return misused(fm, GHES_FIXMAP_BAD_SLOT, -GHES_EINVAL);
	if (!slot_owner(fm, idx))
		return misused(fm, GHES_FIXMAP_CLEAR_ACCESS, -GHES_EPERM);
	/* as a subtraction, because offset + len could wrap */
	if (offset > GHES_PAGE_SIZE || len > GHES_PAGE_SIZE - offset)
		return misused(fm, GHES_FIXMAP_BAD_RANGE, -GHES_ERANGE);
	if (from_phys)
		ops->memcpy_fromio(fm->platform, idx, offset, buffer, len);
	else
		ops->memcpy_toio(fm->platform, idx, offset, buffer, len);
	return 0;
}

/* One page's share of a copy; @len > 0 ends within the page. */
static int copy_chunk(struct ghes_fixmap *fm, unsigned char *buffer, uint64_t paddr, size_t len,
		      int from_phys, enum fixed_addresses idx)
{
	uint64_t page = paddr & GHES_PAGE_MASK;
	int err, unmap_err;

	err = ghes_fixmap_map(fm, page, idx);
	if (err)
		return err;
	err = ghes_fixmap_copy(fm, idx, (size_t)(paddr - page), buffer, len, from_phys);
	unmap_err = ghes_fixmap_unmap(fm, page, idx);
	return err ? err : unmap_err;
}

int ghes_copy_tofrom_phys(struct ghes_fixmap *fm, void *buffer, uint64_t paddr, uint32_t len,
			  int from_phys, enum fixed_addresses idx)
{
	unsigned char *at = buffer;

	if (len && paddr > UINT64_MAX - (len - 1))
		return -GHES_EFAULT;
	while (len) {
		size_t left = (size_t)(GHES_PAGE_SIZE - (paddr & ~GHES_PAGE_MASK));
		size_t chunk = len < left ? len : left;
		int err = copy_chunk(fm, at, paddr, chunk, from_phys, idx);

		if (err)
			return err;
		at += chunk;
		paddr += chunk; /* wraps to 0 only with the last byte of the address space */
		len -= (uint32_t)chunk;
	}
	return 0;
}

uint64_t ghes_fixmap_misuse(const struct ghes_fixmap *fm, enum ghes_fixmap_misuse what)
{
	if ((unsigned int)what >= GHES_NR_FIXMAP_MISUSES)
		return 0;
	return atomic_load_explicit(&fm->misuse[what], memory_order_relaxed); /* a count */
}

const char *ghes_fixmap_misuse_text(enum ghes_fixmap_misuse what)
{
	switch (what) {
#define MISUSE_CASE(name, text)                                                                    \
	case GHES_FIXMAP_##name:                                                                   \
		return text;
		GHES_FIXMAP_MISUSES(MISUSE_CASE)
#undef MISUSE_CASE
	default:
		return "unknown misuse";
	}
}

bool ghes_fixmap_is_valid(const struct ghes_fixmap *fm)
{
	for (unsigned int i = 0; i < GHES_NR_FIXMAP_SLOTS; i++)
		if (slot_owner(fm, (enum fixed_addresses)i))
			return false;
	return true;
}
