/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ACPI: the environment that the tree's ACPICA headers want, those headers, and the few services
 * of the ACPI subsystem that the core calls.
 */
#ifndef SHIM_ACPI_H
#define SHIM_ACPI_H

/* === SAME === */
#define ACPI_MACHINE_WIDTH 64
#define ACPI_USE_NATIVE_DIVIDE
#define ACPI_USE_NATIVE_MATH64
#define ACPI_USE_SYSTEM_INTTYPES
#define COMPILER_DEPENDENT_INT64  long long
#define COMPILER_DEPENDENT_UINT64 unsigned long long
#define ACPI_SYSTEM_XFACE
#define ACPI_EXTERNAL_XFACE
#define ACPI_INTERNAL_XFACE
#define ACPI_INTERNAL_VAR_XFACE
#define ACPI_INLINE	inline
#define ACPI_UNUSED_VAR __attribute__((__unused__))
#define ACPI_EXPORT_SYMBOL(x)
#define ACPI_FALLTHROUGH	    fallthrough
#define ACPI_PRINTF_LIKE(c)	    __attribute__((__format__(__printf__, c, c + 1)))
#define ACPI_FLEX_ARRAY(TYPE, NAME) DECLARE_FLEX_ARRAY(TYPE, NAME)
#define ACPI_USE_GPE_POLLING
#define ACPI_CPU_FLAGS	  unsigned long
#define ACPI_THREAD_ID	  u64
#define acpi_spinlock	  void *
#define acpi_raw_spinlock void *
#define acpi_semaphore	  void *
#define acpi_cache_t	  void
#define acpi_uintptr_t	  uintptr_t
#define acpi_thread_id	  u64
#define acpi_cpu_flags	  unsigned long
#ifndef ACPI_DEBUGGER
#define ACPI_MUTEX_TYPE ACPI_BINARY_SEMAPHORE
#endif

#include <acpi/acnames.h>
#include <acpi/actypes.h>
#include <acpi/acexcep.h>
#include <acpi/actbl.h>

acpi_status acpi_os_read_memory(acpi_physical_address addr, u64 *value, u32 width);
acpi_status acpi_os_write_memory(acpi_physical_address addr, u64 value, u32 width);
acpi_status acpi_os_read_port(acpi_io_address addr, u32 *value, u32 width);
acpi_status acpi_os_write_port(acpi_io_address addr, u32 value, u32 width);
void *acpi_os_map_generic_address(struct acpi_generic_address *reg);
void acpi_os_unmap_generic_address(struct acpi_generic_address *reg);

struct acpi_osc_context {
	char *uuid_str;
	int rev;
	struct acpi_buffer cap;
	struct acpi_buffer ret;
};
#define OSC_QUERY_DWORD	  0
#define OSC_SUPPORT_DWORD 1
#define OSC_CONTROL_DWORD 2
#define OSC_QUERY_ENABLE  0x00000001

enum acpi_predicate {
	all_versions,
	less_than_or_equal,
	equal,
	greater_than_or_equal,
};
struct acpi_platform_list {
	char oem_id[ACPI_OEM_ID_SIZE + 1];
	char oem_table_id[ACPI_OEM_TABLE_ID_SIZE + 1];
	u32 oem_revision;
	char *table;
	enum acpi_predicate pred;
	char *reason;
	u32 data;
};

/* === DIFFERENT === */
/* The only table is the HEST that k_init() was given. A GSI is its own Linux interrupt number. */
acpi_status acpi_get_table(acpi_string signature, u32 instance, struct acpi_table_header **table);
static inline int acpi_gsi_to_irq(u32 gsi, unsigned int *irq)
{
	*irq = gsi;
	return 0;
}

/* === STUB === */
/* The table is the host's and stays. */
static inline void acpi_put_table(struct acpi_table_header *table)
{
}
extern int acpi_disabled;
extern int acpi_disable_cmcff;
extern bool osc_sb_apei_support_acked;
static inline const char *acpi_format_exception(acpi_status status)
{
	return "ACPI exception";
}
/* No namespace and so no _OSC: firmware-first mode is a given here. */
static inline acpi_status acpi_get_handle(acpi_handle parent, const char *path, acpi_handle *ret)
{
	return AE_NOT_FOUND;
}
static inline acpi_status acpi_run_osc(acpi_handle handle, struct acpi_osc_context *context)
{
	return AE_ERROR;
}
static inline int acpi_match_platform_list(const struct acpi_platform_list *plat)
{
	return -ENODEV;
}
static inline int acpi_nvs_for_each_region(int (*func)(__u64 start, __u64 size, void *data),
					   void *data)
{
	return 0;
}
/* Devices found by the ACPI bus (ghes-nvidia.c and the like) do not exist here. */
#define ACPI_PTR(x)	    NULL
#define ACPI_COMPANION(dev) NULL

#endif
