/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fixmap: how a core reaches physical memory from any context, one slot a context class.
 *
 * Flow: source, notify -> ghes_copy_tofrom_phys() -> map a page, copy, unmap -> platform ops.
 *
 * The class's notification lock keeps a slot to one user at a time; this file only detects where
 * that was broken (a slot mapped twice, unmapped by another, used while clear), counts it, and
 * refuses instead of touching memory through it.
 *
 * Op x op on ONE slot ("-": free to, L: the class's lock is held, X: never); different slots never
 * meet:
 *			| map | copy | unmap
 *	map		|  L  |  L   |  L
 *	copy		|     |  L   |  L
 *	unmap		|     |      |  L
 *
 * Context:		| task | irq | nmi | nmi in nmi
 *	slot IRQ	|  y   |  y  |  n  |  n
 *	others		|  n   |  n  |  y  |  y (of another class)
 *
 * Progress: wait-free, a bounded number of platform calls a page.
 *
 * How far detection reaches. A slot's owner word is looked at and then written, without a locked
 * operation: this is the NMI path and a correct caller holds the lock. On one CPU that is exact:
 * what interrupts between look and write has unmapped again before the write (contexts nest like
 * a stack), so the two never overlap. Between CPUs that both ignore the lock it is best effort:
 * both may see a clear slot. The simulator's slot oracle sees that case; no check here could
 * repair it, since the loser's copy would be wrong already.
 */
#ifndef GHES_FIXMAP_H
#define GHES_FIXMAP_H

#ifdef __cplusplus
#error "<ghes/fixmap.h> is for C: its structures hold C11 atomics"
#endif

#include <stdatomic.h>

#include <ghes/platform.h>

/* X(name, text): what can be wrong with the use of a slot */
#define GHES_FIXMAP_MISUSES(X)                                                                     \
	X(DOUBLE_MAP, "slot mapped while in use")                                                  \
	X(FOREIGN_UNMAP, "slot unmapped with another address than it was mapped with")             \
	X(CLEAR_ACCESS, "access through a clear slot")                                             \
	X(BAD_SLOT, "no such slot")                                                                \
	X(BAD_RANGE, "access beyond the page of the slot")

enum ghes_fixmap_misuse {
#define GHES_FIXMAP_MISUSE_ENUM(name, text) GHES_FIXMAP_##name,
	GHES_FIXMAP_MISUSES(GHES_FIXMAP_MISUSE_ENUM)
#undef GHES_FIXMAP_MISUSE_ENUM
		GHES_NR_FIXMAP_MISUSES
};

struct ghes_fixmap_slot {
	/* 0: clear; else page address | 1. Written under the class's lock, in its context. */
	_Alignas(64) _Atomic uint64_t owner;
};

struct ghes_fixmap {
	struct ghes_platform *platform;
	struct ghes_fixmap_slot slot[GHES_NR_FIXMAP_SLOTS];
	_Atomic uint64_t misuse[GHES_NR_FIXMAP_MISUSES]; /* any context; relaxed: only counts */
};

/**
 * ghes_fixmap_init() - all slots clear, no misuse counted
 * @fm: embedded in the user's structure; needs no exit
 *
 * Context: task, before the first notification.
 */
GHES_API void ghes_fixmap_init(struct ghes_fixmap *fm, struct ghes_platform *platform);

/**
 * ghes_fixmap_map() - map the page of @paddr (page aligned) into slot @idx
 *
 * Context: that of @idx's class, with its lock. Progress: wait-free.
 * Return: 0; -GHES_EINVAL: no such slot or @paddr not page aligned; -GHES_EBUSY: the slot is in
 * use; -GHES_EFAULT: no such memory. On error the slot is as it was.
 */
GHES_API int ghes_fixmap_map(struct ghes_fixmap *fm, uint64_t paddr, enum fixed_addresses idx);

/**
 * ghes_fixmap_unmap() - clear slot @idx
 * @paddr: the address that the caller mapped; another one is a misuse
 *
 * Context and progress: as ghes_fixmap_map().
 * Return: 0; -GHES_EINVAL: no such slot, or the slot does not hold @paddr (it stays as it is).
 */
GHES_API int ghes_fixmap_unmap(struct ghes_fixmap *fm, uint64_t paddr, enum fixed_addresses idx);

/**
 * ghes_fixmap_copy() - copy between @buffer and the page in slot @idx
 * @offset: in the page; @offset + @len may not leave it
 * @from_phys: non-zero reads physical memory, 0 writes it
 *
 * Context and progress: as ghes_fixmap_map().
 * Return: 0; -GHES_EPERM: the slot is clear; -GHES_ERANGE; -GHES_EINVAL: no such slot.
 */
GHES_API int ghes_fixmap_copy(struct ghes_fixmap *fm, enum fixed_addresses idx, size_t offset,
			      void *buffer, size_t len, int from_phys);

/**
 * ghes_copy_tofrom_phys() - copy between @buffer and physical memory, page by page
 * @buffer: @len bytes of the caller
 * @paddr: any alignment; hostile
 * @len: bytes; 0 is allowed and touches nothing
 * @from_phys: non-zero reads physical memory, 0 writes it (@buffer is only read then)
 *
 * What is read is whatever firmware had there at that moment, byte by byte: two reads of one
 * address may differ. Nothing may be used that was not checked in @buffer after the last read.
 *
 * Context: that of @idx's class, with its lock. Progress: wait-free, bounded by @len.
 * Return: 0; -GHES_EFAULT: @paddr + @len wraps, or a page cannot be mapped (earlier pages have
 * been copied); -GHES_EBUSY, -GHES_EINVAL: as ghes_fixmap_map(). The slot is clear afterwards,
 * unless it was the misuse of another that made it fail.
 */
GHES_API int ghes_copy_tofrom_phys(struct ghes_fixmap *fm, void *buffer, uint64_t paddr,
				   uint32_t len, int from_phys, enum fixed_addresses idx);

/**
 * ghes_fixmap_misuse() - how often @what was detected since init. Context: any.
 */
GHES_API uint64_t ghes_fixmap_misuse(const struct ghes_fixmap *fm, enum ghes_fixmap_misuse what);
GHES_API const char *ghes_fixmap_misuse_text(enum ghes_fixmap_misuse what);

/**
 * ghes_fixmap_is_valid() - invariant of a quiet fixmap: every slot is clear. Context: any.
 */
GHES_API bool ghes_fixmap_is_valid(const struct ghes_fixmap *fm);

#endif
