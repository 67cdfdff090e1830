// SPDX-License-Identifier: GPL-2.0-only
/* printk, its rate limit, hex dumps; BUG, WARN and panic. */
#include "shim.h"

#define PRINTK_MAX    1024 /* what the kernel keeps of one message */
#define DEFAULT_LEVEL 4

int panic_timeout;

/* The level may come out of an argument ("%s..."), so it is looked for in the finished text. */
int vprintk(const char *fmt, va_list args)
{
	char text[PRINTK_MAX];
	char *line = text, *end;
	int n = vscnprintf(text, sizeof(text), fmt, args), level = DEFAULT_LEVEL;

	while (line[0] == KERN_SOH[0] && line[1]) {
		if (line[1] >= '0' && line[1] <= '7')
			level = line[1] - '0';
		line += 2;
	}
	end = text + n;
	while (line < end) {
		char *stop = memchr(line, '\n', end - line);

		if (!stop)
			stop = end;
		*stop = '\0';
		host_log(level, line, stop - line);
		line = stop + 1;
	}
	return n;
}

int printk(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vprintk(fmt, args);
	va_end(args);
	return n;
}

void dev_printk_(int level, const struct device *dev, const char *fmt, ...)
{
	struct va_format vf = {.fmt = fmt};
	va_list args;

	va_start(args, fmt);
	vf.va = &args;
	if (dev)
		printk(KERN_SOH "%d%s %s: %pV", level, dev->driver ? dev->driver->name : "",
		       dev_name(dev), &vf);
	else
		printk(KERN_SOH "%d(NULL device *): %pV", level, &vf);
	va_end(args);
}

int ___ratelimit(struct ratelimit_state *rs, const char *func)
{
	int missed = 0, pass = 0;
	unsigned long now;

	if (!rs->interval)
		return 1;
	/* An NMI that interrupted the holder must not wait for it: it counts as limited. */
	if (__atomic_exchange_n(&rs->lock, 1, __ATOMIC_ACQUIRE))
		return 0;
	now = jiffies;
	if (!rs->begin)
		rs->begin = now;
	if (time_after(now, rs->begin + rs->interval)) {
		missed = rs->missed;
		rs->begin = now;
		rs->printed = 0;
		rs->missed = 0;
	}
	if (rs->burst > rs->printed) {
		rs->printed++;
		pass = 1;
	} else {
		rs->missed++;
	}
	__atomic_store_n(&rs->lock, 0, __ATOMIC_RELEASE);
	if (missed)
		printk(KERN_WARNING "%s: %d callbacks suppressed\n", func, missed);
	return pass;
}

static void dump_row(const char *level, const char *prefix, int type, int groupsize, const u8 *row,
		     size_t offset, size_t len, size_t rowsize, bool ascii)
{
	char line[200];
	size_t i, n = 0;

	for (i = 0; i < len;) {
		if (i)
			n += scnprintf(line + n, sizeof(line) - n, " ");
		if (groupsize == 4 && len % 4 == 0) {
			n += scnprintf(line + n, sizeof(line) - n, "%08x",
				       get_unaligned((const u32 *)(row + i)));
			i += 4;
		} else if (groupsize == 8 && len % 8 == 0) {
			n += scnprintf(line + n, sizeof(line) - n, "%016llx",
				       get_unaligned((const u64 *)(row + i)));
			i += 8;
		} else {
			n += scnprintf(line + n, sizeof(line) - n, "%02x", row[i++]);
		}
	}
	if (ascii) {
		size_t column = rowsize * 2 + rowsize / groupsize + 1;

		while (n < column && n < sizeof(line) - 1)
			line[n++] = ' ';
		for (i = 0; i < len && n < sizeof(line) - 1; i++)
			line[n++] = row[i] >= 0x20 && row[i] < 0x7f ? row[i] : '.';
		line[n] = '\0';
	}
	if (type == DUMP_PREFIX_OFFSET)
		printk("%s%s%.8x: %s\n", level, prefix, (unsigned int)offset, line);
	else if (type == DUMP_PREFIX_ADDRESS)
		printk("%s%s%p: %s\n", level, prefix, row, line);
	else
		printk("%s%s%s\n", level, prefix, line);
}

void print_hex_dump(const char *level, const char *prefix, int prefix_type, int rowsize,
		    int groupsize, const void *buf, size_t len, bool ascii)
{
	const u8 *p = buf;
	size_t offset;

	if (rowsize != 16 && rowsize != 32)
		rowsize = 16;
	for (offset = 0; offset < len; offset += rowsize)
		dump_row(level, prefix, prefix_type, groupsize, p + offset, offset,
			 min(len - offset, (size_t)rowsize), rowsize, ascii);
}

void shim_defect(const char *oracle, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	host_defect(oracle, text);
}

void shim_warn(const char *file, int line, const char *function, const char *fmt, ...)
{
	char text[192];
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (text[0] && text[strlen(text) - 1] == '\n')
		text[strlen(text) - 1] = '\0';
	pr_warn("WARNING: %s:%d %s: %s\n", file, line, function, text);
	shim_defect("crash", "WARNING in %s() at %s:%d: %s", function, file, line, text);
}

void shim_bug(const char *file, int line, const char *function)
{
	char text[256];

	scnprintf(text, sizeof(text), "BUG in %s() at %s:%d", function, file, line);
	pr_crit("kernel BUG at %s:%d!\n", file, line);
	host_die(text);
}

void panic(const char *fmt, ...)
{
	char text[256];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n && text[n - 1] == '\n')
		text[n - 1] = '\0';
	pr_emerg("Kernel panic - not syncing: %s\n", text);
	host_panic(text);
}
