/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks and timers. */
#ifndef SHIM_TIME_H
#define SHIM_TIME_H

/* === SAME === */
#define HZ	      CONFIG_HZ
#define NSEC_PER_SEC  1000000000L
#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_USEC 1000L
#define MSEC_PER_SEC  1000L
typedef s64 time64_t;
typedef s64 ktime_t;
#define sched_clock()	     host_clock()
#define local_clock()	     host_clock()
#define msecs_to_jiffies(ms) (((unsigned long)(ms)*HZ + 999) / 1000)
#define jiffies_to_msecs(j)  ((unsigned int)((j)*1000UL / HZ))
#define time_after(a, b)     ((long)((b) - (a)) < 0)
#define time_before(a, b)    time_after(b, a)
#define time_after_eq(a, b)  ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)

struct timer_list {
	struct hlist_node entry;
	unsigned long expires;
	void (*function)(struct timer_list *timer);
	u32 flags;
};
#define TIMER_DEFERRABLE		      0x80000
#define from_timer(var, timer, field)	      container_of(timer, typeof(*var), field)
#define timer_container_of(var, timer, field) container_of(timer, typeof(*var), field)
#define mod_timer(timer, when)		      ((timer)->expires = (when), add_timer(timer))

/* === DIFFERENT === */
/* One clock serves for both: jiffies are sched_clock() in ticks, from 5 minutes before the wrap. */
unsigned long shim_jiffies(void);
#define jiffies			 shim_jiffies()
#define get_jiffies_64()	 ((u64)jiffies)
#define ktime_get()		 ((ktime_t)host_clock())
#define ktime_get_real_seconds() ((time64_t)(1700000000 + host_clock() / NSEC_PER_SEC))
#define ktime_get_ns()		 host_clock()

/*
 * A timer belongs to the source that is being probed when it is set up; the host keeps the period
 * (it gets the interval when the timer is first added) and each tick runs it if it is pending.
 */
#define timer_setup(timer, func, timer_flags) shim_timer_setup(timer, func, timer_flags)
void shim_timer_setup(struct timer_list *timer, void (*func)(struct timer_list *), u32 flags);
void add_timer(struct timer_list *timer);
int del_timer_sync(struct timer_list *timer);
#define timer_delete_sync(timer)   del_timer_sync(timer)
#define timer_shutdown_sync(timer) del_timer_sync(timer)
#define del_timer(timer)	   del_timer_sync(timer)

/* === STUB === */
/* Rounding to whole seconds saves power, of which a simulated machine needs none. */
#define round_jiffies_relative(j) (j)
#define round_jiffies(j)	  (j)
#define msleep(ms)                                                                                 \
	do {                                                                                       \
		might_sleep();                                                                     \
		host_schedule();                                                                   \
	} while (0)
#define udelay(us) cpu_relax()

#endif
