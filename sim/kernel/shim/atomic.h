/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomics and barriers. A mapping that is too strong hides bugs, so each operation is exactly as
 * strong as the kernel's memory model makes it (Documentation/atomic_t.txt,
 * tools/memory-model/Documentation/explanation.txt):
 *
 *	kernel                                   here
 *	atomic_read/set, READ_ONCE, WRITE_ONCE   relaxed (volatile for *_ONCE)
 *	void atomic_{add,sub,inc,dec,or,and}     relaxed
 *	value-returning RMW, xchg, cmpxchg       seq_cst; a failed cmpxchg is a relaxed read
 *	..._relaxed, ..._acquire, ..._release    as they say
 *	smp_store_release, smp_load_acquire      release, acquire
 *	smp_mb                                   seq_cst fence
 *	smp_wmb, smp_rmb                         release, acquire fence (*)
 *	rcu_dereference                          consume, which compilers make acquire (*)
 *
 * (*) stronger than the kernel's: smp_wmb does not order earlier loads; a dependency that the
 * kernel would need and that is missing is not found here. All are compiler builtins or volatile
 * accesses, so that thread-sanitizer instrumentation sees every one of them.
 */
#ifndef SHIM_ATOMIC_H
#define SHIM_ATOMIC_H

/* === SAME === */
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, val)                                                                         \
	do {                                                                                       \
		*(volatile typeof(x) *)&(x) = (val);                                               \
	} while (0)
#define data_race(expr)		 (expr)
#define smp_mb()		 __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define mb()			 smp_mb()
#define smp_mb__before_atomic()	 smp_mb()
#define smp_mb__after_atomic()	 smp_mb()
#define smp_mb__after_spinlock() smp_mb()
#define smp_store_release(p, v)	 __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_load_acquire(p)	 __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_mb(var, v)                                                                       \
	do {                                                                                       \
		WRITE_ONCE(var, v);                                                                \
		smp_mb();                                                                          \
	} while (0)

#define shim_xchg(p, v, order) __atomic_exchange_n(p, v, order)
#define xchg(p, v)	       shim_xchg(p, v, __ATOMIC_SEQ_CST)
#define xchg_relaxed(p, v)     shim_xchg(p, v, __ATOMIC_RELAXED)
#define xchg_acquire(p, v)     shim_xchg(p, v, __ATOMIC_ACQUIRE)
#define xchg_release(p, v)     shim_xchg(p, v, __ATOMIC_RELEASE)

#define shim_cmpxchg(p, old, new, order)                                                           \
	({                                                                                         \
		typeof(*(p)) __old = (old);                                                        \
		__atomic_compare_exchange_n(p, &__old, new, false, order, __ATOMIC_RELAXED);       \
		__old;                                                                             \
	})
#define cmpxchg(p, old, new)	     shim_cmpxchg(p, old, new, __ATOMIC_SEQ_CST)
#define cmpxchg_relaxed(p, old, new) shim_cmpxchg(p, old, new, __ATOMIC_RELAXED)
#define cmpxchg_acquire(p, old, new) shim_cmpxchg(p, old, new, __ATOMIC_ACQUIRE)
#define cmpxchg_release(p, old, new) shim_cmpxchg(p, old, new, __ATOMIC_RELEASE)
#define cmpxchg64(p, old, new)	     cmpxchg(p, old, new)
#define shim_try_cmpxchg(p, oldp, new, order)                                                      \
	__atomic_compare_exchange_n(p, oldp, new, false, order, __ATOMIC_RELAXED)
#define try_cmpxchg(p, oldp, new)	  shim_try_cmpxchg(p, oldp, new, __ATOMIC_SEQ_CST)
#define try_cmpxchg_relaxed(p, oldp, new) shim_try_cmpxchg(p, oldp, new, __ATOMIC_RELAXED)
#define try_cmpxchg_acquire(p, oldp, new) shim_try_cmpxchg(p, oldp, new, __ATOMIC_ACQUIRE)
#define try_cmpxchg_release(p, oldp, new) shim_try_cmpxchg(p, oldp, new, __ATOMIC_RELEASE)

#define ATOMIC_INIT(i)                                                                             \
	{                                                                                          \
		(i)                                                                                \
	}
#define ATOMIC64_INIT(i)                                                                           \
	{                                                                                          \
		(i)                                                                                \
	}
#define ATOMIC_LONG_INIT(i)                                                                        \
	{                                                                                          \
		(i)                                                                                \
	}

/* Said of the addition that follows: explore need not try each order of what is only counted. */
#ifdef SHIM_EXPLORED
void ghes_explore_result_unused(void);
#define shim_result_unused() ghes_explore_result_unused()
#else
#define shim_result_unused()                                                                       \
	do {                                                                                       \
	} while (0)
#endif

/* One set for each of atomic_t, atomic64_t, atomic_long_t. */
#define SHIM_ATOMIC_RMW(pfx, T, type, op, builtin)                                                 \
	static inline type pfx##_fetch_##op(type i, T *v)                                          \
	{                                                                                          \
		return __atomic_fetch_##builtin(&v->counter, i, __ATOMIC_SEQ_CST);                 \
	}                                                                                          \
	static inline type pfx##_fetch_##op##_relaxed(type i, T *v)                                \
	{                                                                                          \
		return __atomic_fetch_##builtin(&v->counter, i, __ATOMIC_RELAXED);                 \
	}                                                                                          \
	static inline type pfx##_fetch_##op##_acquire(type i, T *v)                                \
	{                                                                                          \
		return __atomic_fetch_##builtin(&v->counter, i, __ATOMIC_ACQUIRE);                 \
	}                                                                                          \
	static inline type pfx##_fetch_##op##_release(type i, T *v)                                \
	{                                                                                          \
		return __atomic_fetch_##builtin(&v->counter, i, __ATOMIC_RELEASE);                 \
	}                                                                                          \
	static inline type pfx##_##op##_return(type i, T *v)                                       \
	{                                                                                          \
		return __atomic_##builtin##_fetch(&v->counter, i, __ATOMIC_SEQ_CST);               \
	}

#define SHIM_ATOMIC(pfx, T, type)                                                                  \
	static inline type pfx##_read(const T *v)                                                  \
	{                                                                                          \
		return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);                             \
	}                                                                                          \
	static inline type pfx##_read_acquire(const T *v)                                          \
	{                                                                                          \
		return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE);                             \
	}                                                                                          \
	static inline void pfx##_set(T *v, type i)                                                 \
	{                                                                                          \
		__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);                                \
	}                                                                                          \
	static inline void pfx##_set_release(T *v, type i)                                         \
	{                                                                                          \
		__atomic_store_n(&v->counter, i, __ATOMIC_RELEASE);                                \
	}                                                                                          \
	static inline void pfx##_add(type i, T *v)                                                 \
	{                                                                                          \
		shim_result_unused();                                                              \
		__atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);                              \
	}                                                                                          \
	static inline void pfx##_sub(type i, T *v)                                                 \
	{                                                                                          \
		shim_result_unused();                                                              \
		__atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED);                              \
	}                                                                                          \
	static inline void pfx##_or(type i, T *v)                                                  \
	{                                                                                          \
		__atomic_fetch_or(&v->counter, i, __ATOMIC_RELAXED);                               \
	}                                                                                          \
	static inline void pfx##_and(type i, T *v)                                                 \
	{                                                                                          \
		__atomic_fetch_and(&v->counter, i, __ATOMIC_RELAXED);                              \
	}                                                                                          \
	SHIM_ATOMIC_RMW(pfx, T, type, add, add)                                                    \
	SHIM_ATOMIC_RMW(pfx, T, type, sub, sub)                                                    \
	SHIM_ATOMIC_RMW(pfx, T, type, or, or)                                                      \
	SHIM_ATOMIC_RMW(pfx, T, type, and, and)                                                    \
	static inline void pfx##_inc(T *v)                                                         \
	{                                                                                          \
		pfx##_add(1, v);                                                                   \
	}                                                                                          \
	static inline void pfx##_dec(T *v)                                                         \
	{                                                                                          \
		pfx##_sub(1, v);                                                                   \
	}                                                                                          \
	static inline type pfx##_inc_return(T *v)                                                  \
	{                                                                                          \
		return pfx##_add_return(1, v);                                                     \
	}                                                                                          \
	static inline type pfx##_dec_return(T *v)                                                  \
	{                                                                                          \
		return pfx##_sub_return(1, v);                                                     \
	}                                                                                          \
	static inline bool pfx##_dec_and_test(T *v)                                                \
	{                                                                                          \
		return pfx##_sub_return(1, v) == 0;                                                \
	}                                                                                          \
	static inline bool pfx##_inc_and_test(T *v)                                                \
	{                                                                                          \
		return pfx##_add_return(1, v) == 0;                                                \
	}                                                                                          \
	static inline type pfx##_xchg(T *v, type i)                                                \
	{                                                                                          \
		return xchg(&v->counter, i);                                                       \
	}                                                                                          \
	static inline type pfx##_xchg_release(T *v, type i)                                        \
	{                                                                                          \
		return xchg_release(&v->counter, i);                                               \
	}                                                                                          \
	static inline type pfx##_cmpxchg(T *v, type old, type new)                                 \
	{                                                                                          \
		return cmpxchg(&v->counter, old, new);                                             \
	}                                                                                          \
	static inline bool pfx##_try_cmpxchg(T *v, type *old, type new)                            \
	{                                                                                          \
		return try_cmpxchg(&v->counter, old, new);                                         \
	}                                                                                          \
	static inline type pfx##_fetch_add_unless(T *v, type a, type u)                            \
	{                                                                                          \
		type c = pfx##_read(v);                                                            \
                                                                                                   \
		while (c != u && !try_cmpxchg(&v->counter, &c, c + a))                             \
			;                                                                          \
		return c;                                                                          \
	}                                                                                          \
	static inline bool pfx##_add_unless(T *v, type a, type u)                                  \
	{                                                                                          \
		return pfx##_fetch_add_unless(v, a, u) != u;                                       \
	}                                                                                          \
	static inline bool pfx##_inc_not_zero(T *v)                                                \
	{                                                                                          \
		return pfx##_add_unless(v, 1, 0);                                                  \
	}

SHIM_ATOMIC(atomic, atomic_t, int)
SHIM_ATOMIC(atomic64, atomic64_t, s64)
SHIM_ATOMIC(atomic_long, atomic_long_t, s64)

/* === DIFFERENT === */
/* Stronger than the kernel's, see (*) above. */
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define wmb()	  smp_wmb()
#define rmb()	  smp_rmb()
#define dma_wmb() smp_wmb()
#define dma_rmb() smp_rmb()
#define smp_read_barrier_depends()                                                                 \
	do {                                                                                       \
	} while (0)

#endif
