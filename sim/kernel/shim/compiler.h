/* SPDX-License-Identifier: GPL-2.0-only */
/* Attributes, sections, exports, module parameters: what the kernel build gives meaning to. */
#ifndef SHIM_COMPILER_H
#define SHIM_COMPILER_H

/* === SAME === */
#define inline inline __attribute__((__gnu_inline__)) __attribute__((__unused__))
#define __always_inline	    inline __attribute__((__always_inline__))
#define noinline	    __attribute__((__noinline__))
#define __packed	    __attribute__((__packed__))
#define __aligned(x)	    __attribute__((__aligned__(x)))
#define __weak		    __attribute__((__weak__))
#define __noreturn	    __attribute__((__noreturn__))
#define __must_check	    __attribute__((__warn_unused_result__))
#define __maybe_unused	    __attribute__((__unused__))
#define __always_unused	    __attribute__((__unused__))
#define __used		    __attribute__((__used__))
#define __printf(a, b)	    __attribute__((__format__(printf, a, b)))
#define __malloc	    __attribute__((__malloc__))
#define __cold		    __attribute__((__cold__))
#define __pure		    __attribute__((__pure__))
#define __attribute_const__ __attribute__((__const__))
#define __deprecated
#define __nonstring		__attribute__((__nonstring__))
#define __cleanup(func)		__attribute__((__cleanup__(func)))
#define fallthrough		__attribute__((__fallthrough__))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define barrier()		__asm__ __volatile__("" ::: "memory")
#define unreachable()		__builtin_unreachable()
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "=r"(var) : "0"(var))
#define __same_type(a, b)	__builtin_types_compatible_p(typeof(a), typeof(b))
#define static_assert(expr, ...) _Static_assert(expr, "" #expr)
#define BUILD_BUG_ON(cond)	    _Static_assert(!(cond), #cond)
#define BUILD_BUG_ON_ZERO(cond)	    ((int)sizeof(struct { int : (-!!(cond)); }))
#define BUILD_BUG_ON_MSG(cond, msg) _Static_assert(!(cond), msg)
#define __stringify_1(x...)	    #x
#define __stringify(x...)	    __stringify_1(x)
#define ___PASTE(a, b)		    a##b
#define __PASTE(a, b)		    ___PASTE(a, b)
#define __UNIQUE_ID(prefix)	    __PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)
#define DECLARE_FLEX_ARRAY(type, name)                                                             \
	struct {                                                                                   \
		struct {                                                                           \
		} __empty_##name;                                                                  \
		type name[];                                                                       \
	}
#define struct_group(name, ...)                                                                    \
	union {                                                                                    \
		struct {                                                                           \
			__VA_ARGS__                                                                \
		};                                                                                 \
		struct {                                                                           \
			__VA_ARGS__                                                                \
		} name;                                                                            \
	}
#define __counted_by(member)
#define container_of(ptr, type, member)                                                            \
	({                                                                                         \
		void *__mptr = (void *)(ptr);                                                      \
		(type *)(__mptr - offsetof(type, member));                                         \
	})
#define container_of_const(ptr, type, member) container_of(ptr, type, member)
#define ARRAY_SIZE(a)			      (sizeof(a) / sizeof((a)[0]))
#define DIV_ROUND_UP(n, d)		      (((n) + (d)-1) / (d))
#define ALIGN(x, a)			      (((x) + ((typeof(x))(a)-1)) & ~((typeof(x))(a)-1))
#define ALIGN_DOWN(x, a)		      ((x) & ~((typeof(x))(a)-1))
#define IS_ALIGNED(x, a)		      (((x) & ((typeof(x))(a)-1)) == 0)
#define round_up(x, y)			      ((((x)-1) | ((typeof(x))((y)-1))) + 1)
#define min(a, b)                                                                                  \
	({                                                                                         \
		typeof(a) __min_a = (a);                                                           \
		typeof(b) __min_b = (b);                                                           \
		__min_a < __min_b ? __min_a : __min_b;                                             \
	})
#define max(a, b)                                                                                  \
	({                                                                                         \
		typeof(a) __max_a = (a);                                                           \
		typeof(b) __max_b = (b);                                                           \
		__max_a > __max_b ? __max_a : __max_b;                                             \
	})
#define min_t(type, a, b)	 min((type)(a), (type)(b))
#define max_t(type, a, b)	 max((type)(a), (type)(b))
#define min3(a, b, c)		 min(min(a, b), c)
#define clamp(v, lo, hi)	 min(max(v, lo), hi)
#define clamp_t(type, v, lo, hi) clamp((type)(v), (type)(lo), (type)(hi))
#define swap(a, b)                                                                                 \
	do {                                                                                       \
		typeof(a) __swap = (a);                                                            \
		(a) = (b);                                                                         \
		(b) = __swap;                                                                      \
	} while (0)
#define do_div(n, base)                                                                            \
	({                                                                                         \
		u32 __rem = (n) % (u32)(base);                                                     \
		(n) /= (u32)(base);                                                                \
		__rem;                                                                             \
	})
#define abs(x)			      ((x) < 0 ? -(x) : (x))
#define upper_32_bits(n)	      ((u32)((u64)(n) >> 32))
#define lower_32_bits(n)	      ((u32)(n))
#define struct_size(p, member, n)     (sizeof(*(p)) + (n) * sizeof((p)->member[0]))
#define flex_array_size(p, member, n) ((n) * sizeof((p)->member[0]))
#define array_size(a, b)	      ((size_t)(a) * (size_t)(b))
#define check_add_overflow(a, b, d)   __builtin_add_overflow(a, b, d)
#define check_sub_overflow(a, b, d)   __builtin_sub_overflow(a, b, d)
#define check_mul_overflow(a, b, d)   __builtin_mul_overflow(a, b, d)
#define IS_ERR_VALUE(x)		      ((unsigned long)(void *)(x) >= (unsigned long)-4095)
static inline bool IS_ERR(const void *ptr)
{
	return IS_ERR_VALUE(ptr);
}
static inline bool IS_ERR_OR_NULL(const void *ptr)
{
	return !ptr || IS_ERR_VALUE(ptr);
}
static inline void *ERR_PTR(long error)
{
	return (void *)error;
}
static inline long PTR_ERR(const void *ptr)
{
	return (long)ptr;
}
static inline int PTR_ERR_OR_ZERO(const void *ptr)
{
	return IS_ERR(ptr) ? PTR_ERR(ptr) : 0;
}
#define ERR_CAST(ptr) ((void *)(ptr))

/* === STUB === */
/* For sparse only: address spaces and lock annotations. */
#define __iomem
#define __rcu
#define __user
#define __kernel
#define __force
#define __bitwise
#define __percpu
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __guarded_by(x)
#define __acquire(x)
#define __release(x)
#define __context_unsafe(x)
/* Where the linker puts it. */
#define __init
#define __exit
#define __initdata
#define __initconst
#define __ro_after_init
#define __read_mostly
#define __refdata
#define __cacheline_aligned
#define ____cacheline_aligned	     __attribute__((__aligned__(64)))
#define ____cacheline_aligned_in_smp ____cacheline_aligned
#define __no_kcsan
#define notrace
#define noinstr
#define NOKPROBE_SYMBOL(name)
/* One object file holds all modules: nothing to export. */
#define EXPORT_SYMBOL(name)
#define EXPORT_SYMBOL_GPL(name)
#define EXPORT_SYMBOL_NS(name, ns)
#define EXPORT_SYMBOL_NS_GPL(name, ns)
#define EXPORT_SYMBOL_FOR_MODULES(name, modules)
#define MODULE_LICENSE(x)
#define MODULE_AUTHOR(x)
#define MODULE_DESCRIPTION(x)
#define MODULE_IMPORT_NS(x)
#define MODULE_ALIAS(x)
#define MODULE_DEVICE_TABLE(type, name)
#define THIS_MODULE ((struct module *)0)
/* There is no command line: parameters keep their default. */
#define module_param(name, type, perm)
#define module_param_named(name, value, type, perm)
#define MODULE_PARM_DESC(name, desc)
#define __setup(str, fn)     static void *__UNIQUE_ID(setup) __used = fn
#define early_param(str, fn) static void *__UNIQUE_ID(param) __used = fn

/* === DIFFERENT === */
/* Initcalls are listed in a section of their own and run by k_init(), after acpi_hest_init(). */
typedef int (*initcall_t)(void);
#define shim_initcall(fn)                                                                          \
	static initcall_t __UNIQUE_ID(initcall)                                                    \
	__used __attribute__((__section__("shim_initcalls"))) = fn
#define device_initcall(fn) shim_initcall(fn)
#define module_init(fn)	    shim_initcall(fn)
#define subsys_initcall(fn) shim_initcall(fn)
#define core_initcall(fn)   shim_initcall(fn)
#define module_exit(fn)	    static void *__UNIQUE_ID(exitcall) __used = fn

struct module;

#endif
