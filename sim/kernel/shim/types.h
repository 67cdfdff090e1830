/* SPDX-License-Identifier: GPL-2.0-only */
/* Types, limits, errno values. */
#ifndef SHIM_TYPES_H
#define SHIM_TYPES_H

#include <stdarg.h> /* the compiler's own */

/* === SAME === */
#define NULL ((void *)0)
#define true 1
#define false 0
#define offsetof(type, member)	   __builtin_offsetof(type, member)
#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define offsetofend(type, member)  (offsetof(type, member) + sizeof_field(type, member))

typedef _Bool bool;
typedef unsigned char u8, __u8, u_char, uint8_t;
typedef unsigned short u16, __u16, uint16_t;
typedef unsigned int u32, __u32, uint32_t, uint;
typedef unsigned long long u64, __u64, uint64_t;
typedef signed char s8, __s8, int8_t;
typedef short s16, __s16, int16_t;
typedef int s32, __s32, int32_t;
typedef long long s64, __s64, int64_t;
typedef u16 __le16, __be16;
typedef u32 __le32, __be32;
typedef u64 __le64, __be64;
typedef unsigned long size_t, uintptr_t, ulong;
typedef long ssize_t, intptr_t, ptrdiff_t;
typedef long long loff_t;
typedef u64 phys_addr_t, resource_size_t, dma_addr_t;
typedef unsigned int gfp_t;
typedef int pid_t;
typedef u8 __uuid_byte;

#define U8_MAX		   ((u8)~0)
#define U16_MAX		   ((u16)~0)
#define U32_MAX		   ((u32)~0u)
#define U64_MAX		   ((u64)~0ull)
#define INT_MAX		   ((int)(~0u >> 1))
#define UINT_MAX	   (~0u)
#define LONG_MAX	   ((long)(~0ul >> 1))
#define ULONG_MAX	   (~0ul)
#define SIZE_MAX	   (~(size_t)0)
#define BITS_PER_BYTE	   8
#define BITS_PER_LONG	   64
#define BITS_PER_LONG_LONG 64

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

/* 16 bytes, as in the kernel: it lies inside pool nodes, whose size is what is being studied. */
struct callback_head {
	struct callback_head *next;
	void (*func)(struct callback_head *head);
};
#define rcu_head callback_head

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;
typedef atomic64_t atomic_long_t;

#define EPERM	     1
#define ENOENT	     2
#define EIO	     5
#define ENXIO	     6
#define EAGAIN	     11
#define E2BIG	     7
#define ENOMEM	     12
#define EACCES	     13
#define EFAULT	     14
#define EBUSY	     16
#define EEXIST	     17
#define ENODEV	     19
#define EINVAL	     22
#define ENOSPC	     28
#define ERANGE	     34
#define ENODATA	     61
#define EPROTO	     71
#define EOVERFLOW    75
#define EMSGSIZE     90
#define EOPNOTSUPP   95
#define ENOBUFS	     105
#define ETIMEDOUT    110
#define EALREADY     114
#define EINPROGRESS  115
#define ECANCELED    125
#define EHWPOISON    133
#define ENOTSUPP     524
#define EPROBE_DEFER 517

#define SZ_16  0x10
#define SZ_64  0x40
#define SZ_4K  0x1000
#define SZ_64K 0x10000

#endif
