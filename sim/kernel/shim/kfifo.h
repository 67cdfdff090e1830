/* SPDX-License-Identifier: GPL-2.0-only */
/* A typed FIFO in static memory: one producer and one consumer need no lock. */
#ifndef SHIM_KFIFO_H
#define SHIM_KFIFO_H

/* === SAME === */
/* The size is a power of two; indices run freely and are masked; in is published after the data. */
#define DECLARE_KFIFO(fifo, type, size)                                                            \
	struct {                                                                                   \
		unsigned int in, out;                                                              \
		type data[size];                                                                   \
	} fifo
#define STRUCT_KFIFO(type, size)                                                                   \
	struct {                                                                                   \
		unsigned int in, out;                                                              \
		type data[size];                                                                   \
	}
#define DEFINE_KFIFO(fifo, type, size) DECLARE_KFIFO(fifo, type, size) = {0}
#define INIT_KFIFO(fifo)                                                                           \
	do {                                                                                       \
		(fifo).in = (fifo).out = 0;                                                        \
	} while (0)
#define kfifo_reset(fifo)                                                                          \
	do {                                                                                       \
		(fifo)->in = (fifo)->out = 0;                                                      \
	} while (0)
#define kfifo_size(fifo)     ARRAY_SIZE((fifo)->data)
#define kfifo_len(fifo)	     (READ_ONCE((fifo)->in) - READ_ONCE((fifo)->out))
#define kfifo_is_empty(fifo) (kfifo_len(fifo) == 0)
#define kfifo_is_full(fifo)  (kfifo_len(fifo) >= kfifo_size(fifo))
#define kfifo_put(fifo, val)                                                                       \
	({                                                                                         \
		typeof(fifo) __f = (fifo);                                                         \
		bool __room = !kfifo_is_full(__f);                                                 \
		if (__room) {                                                                      \
			__f->data[__f->in & (kfifo_size(__f) - 1)] = (val);                        \
			smp_wmb();                                                                 \
			WRITE_ONCE(__f->in, __f->in + 1);                                          \
		}                                                                                  \
		(unsigned int)__room;                                                              \
	})
#define kfifo_get(fifo, val)                                                                       \
	({                                                                                         \
		typeof(fifo) __f = (fifo);                                                         \
		bool __some = !kfifo_is_empty(__f);                                                \
		if (__some) {                                                                      \
			smp_rmb();                                                                 \
			*(val) = __f->data[__f->out & (kfifo_size(__f) - 1)];                      \
			smp_wmb();                                                                 \
			WRITE_ONCE(__f->out, __f->out + 1);                                        \
		}                                                                                  \
		(unsigned int)__some;                                                              \
	})
#define kfifo_in_spinlocked(fifo, buf, n, lock)                                                    \
	({                                                                                         \
		unsigned long __flags;                                                             \
		unsigned int __ret;                                                                \
		spin_lock_irqsave(lock, __flags);                                                  \
		__ret = kfifo_put(fifo, *(buf));                                                   \
		spin_unlock_irqrestore(lock, __flags);                                             \
		__ret;                                                                             \
	})

#endif
