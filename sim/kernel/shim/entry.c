// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life of the modelled kernel: k_create() makes the per-CPU part, k_init() boots what the kernel's
 * start-up would: the HEST, the driver, the listeners.
 */
#include "shim.h"

struct shim_cpu *shim_cpus;
const void *shim_hest;
size_t shim_hest_size;
const guid_t guid_null;
const uuid_t uuid_null;

int k_create(unsigned int nr_cpus)
{
	unsigned int cpu;

	shim_cpus = host_alloc(sizeof(*shim_cpus) * nr_cpus);
	if (!shim_cpus)
		return -ENOMEM;
	for (cpu = 0; cpu < nr_cpus; cpu++)
		shim_mf_init(&shim_cpus[cpu].mf);
	return 0;
}

void **k_unwind_slot(unsigned int cpu)
{
	return &shim_cpus[cpu].unwind;
}

void k_leave(void)
{
	record_settle();
}

#ifdef SHIM_HAVE_INITCALLS
extern initcall_t __start_shim_initcalls[], __stop_shim_initcalls[];

static void run_initcalls(void)
{
	initcall_t *call;

	for (call = __start_shim_initcalls; call < __stop_shim_initcalls; call++)
		(*call)();
}
#else
static void run_initcalls(void)
{
}
#endif

/* The kernel trusts that firmware's table is as long as its header says: check before it looks. */
int k_init(const void *hest, host_size size)
{
	const struct acpi_table_hest *table = hest;

	if (size < sizeof(*table) || table->header.length < sizeof(*table) ||
	    table->header.length > size)
		return -EINVAL;
	shim_hest = hest;
	shim_hest_size = size;
	acpi_hest_init();
	if (hest_disable)
		return -EINVAL;
	shim_sinks_init(); /* first: a probe handles what is pending */
#ifdef SHIM_GHES_INIT
	SHIM_GHES_INIT();
#endif
	run_initcalls();
	return 0;
}
