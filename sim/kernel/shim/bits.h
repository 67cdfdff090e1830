/* SPDX-License-Identifier: GPL-2.0-only */
/* Bits, bit fields, bitmaps. */
#ifndef SHIM_BITS_H
#define SHIM_BITS_H

/* === SAME === */
#define UL(x)			      (x##UL)
#define ULL(x)			      (x##ULL)
#define _BITUL(x)		      (1UL << (x))
#define _BITULL(x)		      (1ULL << (x))
#define BIT(n)			      (1UL << (n))
#define BIT_ULL(n)		      (1ULL << (n))
#define BIT_MASK(n)		      (1UL << ((n) % BITS_PER_LONG))
#define BIT_WORD(n)		      ((n) / BITS_PER_LONG)
#define BITS_TO_LONGS(n)	      DIV_ROUND_UP(n, BITS_PER_LONG)
#define BITS_PER_TYPE(type)	      (sizeof(type) * BITS_PER_BYTE)
#define GENMASK(h, l)		      ((~0UL << (l)) & (~0UL >> (BITS_PER_LONG - 1 - (h))))
#define GENMASK_ULL(h, l)	      ((~0ULL << (l)) & (~0ULL >> (BITS_PER_LONG_LONG - 1 - (h))))
#define GENMASK_U32(h, l)	      ((u32)GENMASK(h, l))
#define BITMAP_FIRST_WORD_MASK(start) (~0UL << ((start) & (BITS_PER_LONG - 1)))
#define BITMAP_LAST_WORD_MASK(nbits)  (~0UL >> (-(nbits) & (BITS_PER_LONG - 1)))
#define DECLARE_BITMAP(name, bits)    unsigned long name[BITS_TO_LONGS(bits)]

#define shim_field_shift(mask) (__builtin_ffsll(mask) - 1)
#define FIELD_GET(mask, reg)   ((typeof(mask))(((reg) & (mask)) >> shim_field_shift(mask)))
#define FIELD_PREP(mask, val)  (((typeof(mask))(val) << shim_field_shift(mask)) & (mask))
#define FIELD_FIT(mask, val)   (!((((typeof(mask))val) << shim_field_shift(mask)) & ~(mask)))
#define FIELD_MAX(mask)	       ((typeof(mask))((mask) >> shim_field_shift(mask)))

#define hweight8(x)  __builtin_popcount((u8)(x))
#define hweight16(x) __builtin_popcount((u16)(x))
#define hweight32(x) __builtin_popcount(x)
#define hweight64(x) __builtin_popcountll(x)
#define __ffs(x)     ((unsigned long)__builtin_ctzl(x))
#define __fls(x)     ((unsigned long)(63 - __builtin_clzl(x)))
#define ffz(x)	     __ffs(~(x))
static inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}
static inline int ffs(int x)
{
	return __builtin_ffs(x);
}
static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}
static inline int ilog2(unsigned long x)
{
	return __fls(x);
}
static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return n <= 1 ? 1 : 1UL << (__fls(n - 1) + 1);
}
#define is_power_of_2(n) ((n) != 0 && ((n) & ((n)-1)) == 0)

static inline bool test_bit(long nr, const volatile unsigned long *addr)
{
	return addr[BIT_WORD(nr)] >> (nr & (BITS_PER_LONG - 1)) & 1;
}
static inline void set_bit(long nr, volatile unsigned long *addr)
{
	__atomic_fetch_or(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_RELAXED);
}
static inline void clear_bit(long nr, volatile unsigned long *addr)
{
	__atomic_fetch_and(&addr[BIT_WORD(nr)], ~BIT_MASK(nr), __ATOMIC_RELAXED);
}
static inline bool test_and_set_bit(long nr, volatile unsigned long *addr)
{
	return __atomic_fetch_or(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_SEQ_CST) &
	       BIT_MASK(nr);
}
static inline bool test_and_clear_bit(long nr, volatile unsigned long *addr)
{
	return __atomic_fetch_and(&addr[BIT_WORD(nr)], ~BIT_MASK(nr), __ATOMIC_SEQ_CST) &
	       BIT_MASK(nr);
}
#define for_each_set_bit(bit, addr, size)                                                          \
	for ((bit) = find_next_bit(addr, size, 0); (bit) < (size);                                 \
	     (bit) = find_next_bit(addr, size, (bit) + 1))

/* === DIFFERENT === */
/*
 * The scans read each word with READ_ONCE. The kernel's read it plainly while the pool's
 * compare-exchange changes it: by design, since what a scan finds is only a hint that the
 * compare-exchange proves. Marked here so that a race detector does not report that each time.
 */
unsigned long find_next_bit(const unsigned long *map, unsigned long size, unsigned long start);
unsigned long find_next_zero_bit(const unsigned long *map, unsigned long size, unsigned long start);
#define find_first_bit(map, size)      find_next_bit(map, size, 0)
#define find_first_zero_bit(map, size) find_next_zero_bit(map, size, 0)
unsigned long bitmap_find_next_zero_area_off(unsigned long *map, unsigned long size,
					     unsigned long start, unsigned int nr,
					     unsigned long align_mask, unsigned long align_offset);
#define bitmap_find_next_zero_area(map, size, start, nr, align_mask)                               \
	bitmap_find_next_zero_area_off(map, size, start, nr, align_mask, 0)

#endif
