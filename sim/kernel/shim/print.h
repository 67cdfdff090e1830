/* SPDX-License-Identifier: GPL-2.0-only */
/* printk and its rate limits; formatted output; hex dumps. */
#ifndef SHIM_PRINT_H
#define SHIM_PRINT_H

/* === SAME === */
#define KERN_SOH     "\001"
#define KERN_EMERG   KERN_SOH "0"
#define KERN_ALERT   KERN_SOH "1"
#define KERN_CRIT    KERN_SOH "2"
#define KERN_ERR     KERN_SOH "3"
#define KERN_WARNING KERN_SOH "4"
#define KERN_NOTICE  KERN_SOH "5"
#define KERN_INFO    KERN_SOH "6"
#define KERN_DEBUG   KERN_SOH "7"
#define KERN_DEFAULT ""
#define KERN_CONT    KERN_SOH "c"
#define FW_BUG	     "[Firmware Bug]: "
#define FW_WARN	     "[Firmware Warn]: "
#define FW_INFO	     "[Firmware Info]: "
#define HW_ERR	     "[Hardware Error]: "

struct va_format {
	const char *fmt;
	va_list *va;
};

/* All %-conversions of C but floating point, and %pU[lLbB] %pe %ph[CDN] %pV %pad %pap %p4cc. */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int sprintf(char *buf, const char *fmt, ...) __printf(2, 3);
char *kasprintf(gfp_t gfp, const char *fmt, ...) __printf(2, 3);

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif
#define pr_emerg(fmt, ...)  printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...)  printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...)   printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)    printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)   printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warning	    pr_warn
#define pr_notice(fmt, ...) printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)   printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...)   printk(KERN_CONT fmt, ##__VA_ARGS__)

struct ratelimit_state {
	int interval; /* jiffies */
	int burst;
	int printed;
	int missed;
	unsigned long begin;
	int lock;
	unsigned long flags;
};
#define DEFAULT_RATELIMIT_INTERVAL (5 * HZ)
#define DEFAULT_RATELIMIT_BURST	   10
#define RATELIMIT_STATE_INIT(name, interval_init, burst_init)                                      \
	{                                                                                          \
		.interval = interval_init, .burst = burst_init                                     \
	}
#define DEFINE_RATELIMIT_STATE(name, interval_init, burst_init)                                    \
	struct ratelimit_state name = RATELIMIT_STATE_INIT(name, interval_init, burst_init)
/* 1: go on. Who does not get the state's lock at once is limited, so it never waits. */
int ___ratelimit(struct ratelimit_state *rs, const char *func);
#define __ratelimit(rs) ___ratelimit(rs, __func__)
#define printk_ratelimited(fmt, ...)                                                               \
	do {                                                                                       \
		static DEFINE_RATELIMIT_STATE(__rs, DEFAULT_RATELIMIT_INTERVAL,                    \
					      DEFAULT_RATELIMIT_BURST);                            \
		if (__ratelimit(&__rs))                                                            \
			printk(fmt, ##__VA_ARGS__);                                                \
	} while (0)
#define pr_emerg_ratelimited(fmt, ...) printk_ratelimited(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err_ratelimited(fmt, ...)   printk_ratelimited(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_ratelimited(fmt, ...)  printk_ratelimited(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_ratelimited(fmt, ...)  printk_ratelimited(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define printk_once(fmt, ...)                                                                      \
	do {                                                                                       \
		static bool __printed;                                                             \
		if (!xchg_relaxed(&__printed, true))                                               \
			printk(fmt, ##__VA_ARGS__);                                                \
	} while (0)
#define pr_warn_once(fmt, ...) printk_once(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err_once(fmt, ...)  printk_once(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_once(fmt, ...) printk_once(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

enum { DUMP_PREFIX_NONE, DUMP_PREFIX_ADDRESS, DUMP_PREFIX_OFFSET };
void print_hex_dump(const char *level, const char *prefix, int prefix_type, int rowsize,
		    int groupsize, const void *buf, size_t len, bool ascii);

struct device;
void dev_printk_(int level, const struct device *dev, const char *fmt, ...) __printf(3, 4);
#define dev_emerg(dev, fmt, ...)	  dev_printk_(0, dev, fmt, ##__VA_ARGS__)
#define dev_err(dev, fmt, ...)		  dev_printk_(3, dev, fmt, ##__VA_ARGS__)
#define dev_warn(dev, fmt, ...)		  dev_printk_(4, dev, fmt, ##__VA_ARGS__)
#define dev_notice(dev, fmt, ...)	  dev_printk_(5, dev, fmt, ##__VA_ARGS__)
#define dev_info(dev, fmt, ...)		  dev_printk_(6, dev, fmt, ##__VA_ARGS__)
#define dev_err_probe(dev, err, fmt, ...) (dev_err(dev, fmt, ##__VA_ARGS__), (err))

/* === DIFFERENT === */
/* Straight to the host, a line at a time; a continuation (KERN_CONT) is a line of its own. */
int printk(const char *fmt, ...) __printf(1, 2);
int vprintk(const char *fmt, va_list args) __printf(1, 0);
#define _printk printk

/* === STUB === */
/* Debugging output is compiled out, as with a kernel without dynamic debug. */
#define pr_debug(fmt, ...)                                                                         \
	do {                                                                                       \
		if (0)                                                                             \
			printk(fmt, ##__VA_ARGS__);                                                \
	} while (0)
#define pr_devel pr_debug
#define dev_dbg(dev, fmt, ...)                                                                     \
	do {                                                                                       \
		if (0)                                                                             \
			dev_printk_(7, dev, fmt, ##__VA_ARGS__);                                   \
	} while (0)
#define dump_stack()                                                                               \
	do {                                                                                       \
	} while (0)
#define printk_safe_enter()                                                                        \
	do {                                                                                       \
	} while (0)

#endif
