/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Forced into every kernel-side file, before anything else: the configuration and the umbrella.
 *
 * The architecture's symbols come from the command line as KERNEL_CORE_{ARM64,X86}; both together
 * is no configuration that a kernel has, but one core that takes every notification type.
 */
#ifndef SHIM_KCONFIG_H
#define SHIM_KCONFIG_H

#define __KERNEL__     1
#define KBUILD_MODNAME "ghes"

#define CONFIG_64BIT			  1
#define CONFIG_SMP			  1
#define CONFIG_HZ			  250
#define CONFIG_PRINTK			  1
#define CONFIG_ACPI			  1
#define CONFIG_ACPI_APEI		  1
#define CONFIG_ACPI_APEI_GHES		  1
#define CONFIG_ACPI_APEI_PCIEAER	  1
#define CONFIG_ACPI_APEI_MEMORY_FAILURE	  1
#define CONFIG_ACPI_HED			  1
#define CONFIG_MEMORY_FAILURE		  1
#define CONFIG_PCIEAER			  1
#define CONFIG_EDAC_GHES		  1
#define CONFIG_UEFI_CPER		  1
#define CONFIG_ARCH_HAVE_NMI_SAFE_CMPXCHG 1
#define CONFIG_GENERIC_ALLOCATOR	  1

#ifdef KERNEL_CORE_ARM64
#define CONFIG_ARM64		 1
#define CONFIG_ACPI_APEI_SEA	 1
#define CONFIG_ARM_SDE_INTERFACE 1
#define CONFIG_UEFI_CPER_ARM	 1
#endif

#ifdef KERNEL_CORE_X86
#define CONFIG_HAVE_ACPI_APEI_NMI 1
#define CONFIG_UEFI_CPER_X86	  1
#ifndef KERNEL_CORE_ARM64
#define CONFIG_X86    1
#define CONFIG_X86_64 1
#endif
#endif

/* A CONFIG symbol that is 1 becomes "0," in front, which moves the 1 into second place. */
#define shim_arg_1		   0,
#define shim_second(a, b, ...)	   b
#define shim_is_set_(arg1_or_junk) shim_second(arg1_or_junk 1, 0, 0)
#define shim_is_set(value)	   shim_is_set__(value)
#define shim_is_set__(value)	   shim_is_set_(shim_arg_##value)
#define IS_BUILTIN(option)	   shim_is_set(option)
#define IS_MODULE(option)	   0
#define IS_REACHABLE(option)	   IS_BUILTIN(option)
#define IS_ENABLED(option)	   IS_BUILTIN(option)

#include "kernel.h"

#endif
