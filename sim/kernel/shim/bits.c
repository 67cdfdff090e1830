// SPDX-License-Identifier: GPL-2.0-only
/* Bitmaps: the scans that genalloc's first fit rests on. */
#include "shim.h"

static unsigned long find_next(const unsigned long *map, unsigned long size, unsigned long start,
			       unsigned long invert)
{
	unsigned long word;

	if (start >= size)
		return size;
	word = (READ_ONCE(map[BIT_WORD(start)]) ^ invert) & BITMAP_FIRST_WORD_MASK(start);
	start &= ~(unsigned long)(BITS_PER_LONG - 1);
	while (!word) {
		start += BITS_PER_LONG;
		if (start >= size)
			return size;
		word = READ_ONCE(map[BIT_WORD(start)]) ^ invert;
	}
	return min(start + __ffs(word), size);
}

unsigned long find_next_bit(const unsigned long *map, unsigned long size, unsigned long start)
{
	return find_next(map, size, start, 0);
}

unsigned long find_next_zero_bit(const unsigned long *map, unsigned long size, unsigned long start)
{
	return find_next(map, size, start, ~0UL);
}

/* First fit; an answer above @size - @nr means that there is no room. */
unsigned long bitmap_find_next_zero_area_off(unsigned long *map, unsigned long size,
					     unsigned long start, unsigned int nr,
					     unsigned long align_mask, unsigned long align_offset)
{
	for (;;) {
		unsigned long index = find_next_zero_bit(map, size, start), end, taken;

		index = ((index + align_offset + align_mask) & ~align_mask) - align_offset;
		end = index + nr;
		if (end > size)
			return end;
		taken = find_next_bit(map, end, index);
		if (taken >= end)
			return index;
		start = taken + 1;
	}
}
