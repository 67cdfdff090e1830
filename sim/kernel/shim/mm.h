/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory: allocation, pages, fixmap, I/O accessors, page recovery. */
#ifndef SHIM_MM_H
#define SHIM_MM_H

/* === SAME === */
#define PAGE_SHIFT	  12
#define PAGE_SIZE	  (1UL << PAGE_SHIFT)
#define PAGE_MASK	  (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(addr)  ALIGN(addr, PAGE_SIZE)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define PFN_PHYS(x)	  ((phys_addr_t)(x) << PAGE_SHIFT)
#define PHYS_PFN(x)	  ((unsigned long)((x) >> PAGE_SHIFT))
#define PFN_DOWN(x)	  ((x) >> PAGE_SHIFT)
#define PFN_UP(x)	  (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)

/* GFP_KERNEL may sleep: reported unless in task context without a lock; GFP_ATOMIC: not in nmi. */
#define GFP_ATOMIC   0x1u
#define GFP_KERNEL   0x2u
#define GFP_NOWAIT   GFP_ATOMIC
#define __GFP_ZERO   0x100u
#define __GFP_NOWARN 0x200u
void *shim_kmalloc(size_t size, gfp_t gfp, const char *file, int line, const char *function);
#define kmalloc(size, gfp)	     shim_kmalloc(size, gfp, __FILE__, __LINE__, __func__)
#define kzalloc(size, gfp)	     kmalloc(size, gfp)
#define kmalloc_node(size, gfp, nid) kmalloc(size, gfp)
#define kzalloc_node(size, gfp, nid) kmalloc(size, gfp)
#define kvmalloc(size, gfp)	     kmalloc(size, gfp)
#define kvzalloc(size, gfp)	     kmalloc(size, gfp)
#define kmalloc_array(n, size, gfp)                                                                \
	({                                                                                         \
		size_t __bytes;                                                                    \
		check_mul_overflow((size_t)(n), (size_t)(size), &__bytes) ? NULL                   \
									  : kmalloc(__bytes, gfp); \
	})
#define kcalloc(n, size, gfp)	     kmalloc_array(n, size, gfp)
#define kmalloc_obj(obj, gfp...)     ((typeof(obj) *)kmalloc(sizeof(obj), shim_gfp(gfp)))
#define kzalloc_obj(obj, gfp...)     kmalloc_obj(obj, ##gfp)
#define kmalloc_objs(obj, n, gfp...) ((typeof(obj) *)kmalloc_array(n, sizeof(obj), shim_gfp(gfp)))
#define kzalloc_objs(obj, n, gfp...) kmalloc_objs(obj, n, ##gfp)
#define kmalloc_flex(obj, member, n, gfp...)                                                       \
	((typeof(obj) *)kmalloc(struct_size((typeof(obj) *)0, member, n), shim_gfp(gfp)))
#define kzalloc_flex(obj, member, n, gfp...) kmalloc_flex(obj, member, n, ##gfp)
#define shim_gfp(gfp...)		     shim_second(0, ##gfp, GFP_KERNEL)
#define vmalloc(size)			     kmalloc(size, GFP_KERNEL)
#define vzalloc(size)			     kmalloc(size, GFP_KERNEL)
#define vzalloc_node(size, nid)		     kmalloc(size, GFP_KERNEL)
#define kvfree(ptr)			     kfree(ptr)
#define vfree(ptr)			     kfree(ptr)
#define kfree_const(ptr)		     kfree(ptr)
#define kfree_sensitive(ptr)		     kfree(ptr)
void *kmemdup(const void *src, size_t len, gfp_t gfp);
char *kstrdup(const char *s, gfp_t gfp);
#define kstrdup_const(s, gfp) kstrdup(s, gfp)

/* === DIFFERENT === */
/*
 * The slots of the fixmap are numbers in an address range that nothing else uses: an access goes
 * to the host with slot and offset; one outside of every slot and mapping is a `bounds` defect.
 */
enum fixed_addresses {
	FIX_APEI_GHES_IRQ = HOST_SLOT_IRQ,
#ifdef CONFIG_ACPI_APEI_SEA
	FIX_APEI_GHES_SEA = HOST_SLOT_SEA,
#endif
#ifdef CONFIG_ARM_SDE_INTERFACE
	FIX_APEI_GHES_SDEI_NORMAL = HOST_SLOT_SDEI_NORMAL,
	FIX_APEI_GHES_SDEI_CRITICAL = HOST_SLOT_SDEI_CRITICAL,
#endif
#ifdef CONFIG_HAVE_ACPI_APEI_NMI
	FIX_APEI_GHES_NMI = HOST_SLOT_NMI,
#endif
	__end_of_fixed_addresses = HOST_NR_SLOTS,
};
typedef struct {
	u64 pgprot;
} pgprot_t;
#define __pgprot(x)	   ((pgprot_t){(x)})
#define SHIM_FIXMAP_BASE   0x7e0000000000UL
#define __fix_to_virt(idx) (SHIM_FIXMAP_BASE + (unsigned long)(idx)*PAGE_SIZE)
#define fix_to_virt(idx)   __fix_to_virt(idx)
#define virt_to_fix(vaddr) ((unsigned int)(((vaddr)-SHIM_FIXMAP_BASE) >> PAGE_SHIFT))
void __set_fixmap(enum fixed_addresses idx, phys_addr_t phys, pgprot_t prot);
void clear_fixmap(enum fixed_addresses idx);
void memcpy_fromio(void *dst, const volatile void *src, size_t n);
void memcpy_toio(volatile void *dst, const void *src, size_t n);

/*
 * A lasting mapping is the host's own memory: read with readl(), never written through. Its entry
 * is kept (and leaks) after iounmap(), so that a reader that comes late finds a list, not garbage.
 */
void *ioremap(phys_addr_t phys, size_t size);
void iounmap(volatile void *va);
#define acpi_os_ioremap(phys, size) ioremap(phys, size)
#define ioremap_cache(phys, size)   ioremap(phys, size)
#define ioremap_wc(phys, size)	    ioremap(phys, size)
void *memremap(phys_addr_t phys, size_t size, unsigned long flags);
#define MEMREMAP_WB 1
void memunmap(void *va);
u32 readl(const volatile void *va);
#define readl_relaxed(va) readl(va)
u64 readq(const volatile void *va);
#define ioread32(va) readl(va)

/* Recovery goes to the host from a per-CPU FIFO, as mm/memory-failure.c has it (recovery.c). */
enum mf_flags {
	MF_COUNT_INCREASED = 1 << 0,
	MF_ACTION_REQUIRED = 1 << 1,
	MF_MUST_KILL = 1 << 2,
	MF_SOFT_OFFLINE = 1 << 3,
};
void memory_failure_queue(unsigned long pfn, int flags);
void memory_failure_queue_kick(int cpu);
int memory_failure(unsigned long pfn, int flags);
int soft_offline_page(unsigned long pfn, int flags);

/* === STUB === */
/* Every page frame is one of the machine's; whether it can be recovered is the host's answer. */
#define pfn_valid(pfn)		((void)(pfn), true)
#define pfn_to_online_page(pfn) ((struct page *)((pfn) + 1))
struct page;
static inline bool arch_is_platform_page(u64 paddr)
{
	return false;
}
/* The memory attribute changes nothing here. */
static inline pgprot_t arch_apei_get_mem_attribute(phys_addr_t addr)
{
	return __pgprot(0);
}
#define PAGE_KERNEL __pgprot(0)
/* The pool is one piece of the host's memory, always mapped. */
static inline void vmalloc_sync_mappings(void)
{
}
#define vmalloc_sync_all() vmalloc_sync_mappings()
static inline void arch_apei_flush_tlb_one(unsigned long addr)
{
}
/* Newest kernels count recovered errors for a crash dump that nobody takes here. */
enum hwerr_error_type {
	HWERR_RECOV_CPU,
	HWERR_RECOV_MEMORY,
	HWERR_RECOV_PCI,
	HWERR_RECOV_CXL,
	HWERR_RECOV_OTHERS,
	HWERR_RECOV_MAX
};
static inline void hwerr_log_error_type(enum hwerr_error_type type)
{
}

#endif
