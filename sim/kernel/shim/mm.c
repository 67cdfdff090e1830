// SPDX-License-Identifier: GPL-2.0-only
/* Allocation, fixmap slots, lasting mappings, strings. */
#include "shim.h"

void *shim_kmalloc(size_t size, gfp_t gfp, const char *file, int line, const char *function)
{
	if (gfp & GFP_KERNEL)
		shim_might_sleep(file, line, function, "allocation");
	else if (host_checked && in_nmi())
		shim_defect("context", "allocation in %s context, in %s() at %s:%d",
			    shim_context_name(host_context()), function, file, line);
	return host_alloc(size);
}

void kfree(const void *ptr)
{
	if (IS_ERR_OR_NULL(ptr))
		return;
	if (host_checked && in_nmi())
		shim_defect("context", "kfree in %s context", shim_context_name(host_context()));
	host_free((void *)ptr);
}

void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *copy = kmalloc(len, gfp);

	if (copy)
		memcpy(copy, src, len);
	return copy;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	return s ? kmemdup(s, strlen(s) + 1, gfp) : NULL;
}

/*
 * What each slot maps. A page that the host cannot map reads as ones and swallows writes, as a
 * bus without a device does; the kernel has no error to return from __set_fixmap().
 */
static struct {
	u64 paddr;
	bool mapped;
	bool hole;
} slots[HOST_NR_SLOTS];

void __set_fixmap(enum fixed_addresses idx, phys_addr_t phys, pgprot_t prot)
{
	if ((unsigned int)idx >= HOST_NR_SLOTS) {
		shim_defect("slot", "__set_fixmap: no such slot: %u", idx);
		return;
	}
	slots[idx].paddr = phys & PAGE_MASK;
	slots[idx].hole = host_set_fixmap(idx, slots[idx].paddr) != 0;
	slots[idx].mapped = true;
}

void clear_fixmap(enum fixed_addresses idx)
{
	if ((unsigned int)idx >= HOST_NR_SLOTS || !slots[idx].mapped) {
		shim_defect("slot", "clear_fixmap: slot %u maps nothing", idx);
		return;
	}
	if (!slots[idx].hole)
		host_clear_fixmap(idx);
	slots[idx].mapped = false;
}

/* The slot that [@va, @va + @n) lies in, or -1 after saying so. */
static int slot_of(const volatile void *va, size_t n, const char *function)
{
	unsigned long offset = (unsigned long)va - SHIM_FIXMAP_BASE;
	unsigned int idx = offset >> PAGE_SHIFT;

	if (offset >= HOST_NR_SLOTS * PAGE_SIZE || (offset & ~PAGE_MASK) + n > PAGE_SIZE) {
		shim_defect("bounds", "%s: %zu bytes at %#lx are not in one fixmap slot", function,
			    n, (unsigned long)va);
		return -1;
	}
	if (!slots[idx].mapped) {
		shim_defect("slot", "%s: through slot %u, which maps nothing", function, idx);
		return -1;
	}
	return idx;
}

void memcpy_fromio(void *dst, const volatile void *src, size_t n)
{
	size_t offset = (unsigned long)src & ~PAGE_MASK;
	int idx = slot_of(src, n, "memcpy_fromio");

	if (idx < 0 || slots[idx].hole)
		memset(dst, 0xff, n);
	else
		host_memcpy_fromio(idx, offset, dst, n);
	if (idx >= 0)
		record_copied_from(slots[idx].paddr + offset, dst, n);
}

void memcpy_toio(volatile void *dst, const void *src, size_t n)
{
	size_t offset = (unsigned long)dst & ~PAGE_MASK;
	int idx = slot_of(dst, n, "memcpy_toio");

	if (idx < 0)
		return;
	record_before_write(slots[idx].paddr + offset);
	if (!slots[idx].hole)
		host_memcpy_toio(idx, offset, src, n);
	record_written(slots[idx].paddr + offset);
}

/* Changed in task context only; found by address when somebody reads through one. */
struct mapping {
	const volatile void *va;
	size_t size;
	struct mapping *next;
};
static struct mapping *mappings;

void *ioremap(phys_addr_t phys, size_t size)
{
	struct mapping *m;

	might_sleep();
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return NULL;
	m->va = host_map_status(phys, size);
	if (!m->va) {
		kfree(m);
		return NULL;
	}
	m->size = size;
	m->next = mappings;
	smp_store_release(&mappings, m);
	return (void *)m->va;
}

void iounmap(volatile void *va)
{
	struct mapping **link, *m;

	might_sleep();
	for (link = &mappings; *link && (*link)->va != va; link = &(*link)->next)
		;
	m = *link;
	if (!m) {
		shim_defect("bounds", "iounmap: nothing is mapped at %#lx", (unsigned long)va);
		return;
	}
	/* Before the memory goes, so that who still reads is told apart from who may. */
	smp_store_release(link, m->next);
	host_unmap_status(va, m->size);
}

void *memremap(phys_addr_t phys, size_t size, unsigned long flags)
{
	return ioremap(phys, size);
}

void memunmap(void *va)
{
	iounmap(va);
}

/* false, after saying so: [@va, @va + @n) is no longer, or never was, in one mapping. */
static bool may_read(const volatile void *va, size_t n, const char *function)
{
	struct mapping *m;

	if (!host_checked)
		return true;
	for (m = smp_load_acquire(&mappings); m; m = READ_ONCE(m->next))
		if (va >= m->va && va + n <= m->va + m->size)
			return true;
	shim_defect("bounds", "%s: nothing is mapped at %#lx", function, (unsigned long)va);
	return false;
}

u32 readl(const volatile void *va)
{
	return may_read(va, 4, "readl") ? *(const volatile u32 *)va : ~0u;
}

u64 readq(const volatile void *va)
{
	return may_read(va, 8, "readq") ? *(const volatile u64 *)va : ~0ull;
}

ssize_t strscpy_(char *dst, const char *src, size_t n)
{
	size_t len = strnlen(src, n);

	if (!n)
		return -E2BIG;
	if (len == n) {
		memcpy(dst, src, n - 1);
		dst[n - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dst, src, len + 1);
	return len;
}

int match_string(const char *const *array, size_t n, const char *string)
{
	size_t i;

	for (i = 0; i < n && array[i]; i++)
		if (!strcmp(array[i], string))
			return i;
	return -EINVAL;
}

void *memchr_inv(const void *s, int c, size_t n)
{
	const u8 *p = s;

	for (; n; p++, n--)
		if (*p != (u8)c)
			return (void *)p;
	return NULL;
}
