#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# unpack.sh DIR: the files that kernel cores need, out of Debian's linux-source packages, into DIR.
# Nothing to do when GHES_KERNEL_TREES names trees, or a package is not installed.
set -eu
[ -z "${GHES_KERNEL_TREES:-}" ] || exit 0
mkdir -p "$1"
cd "$1"
for version in 6.1 6.12; do
	tree=linux-source-$version
	archive=/usr/src/$tree.tar.xz
	[ -f "$archive" ] || continue
	# shellcheck disable=SC3013 # not POSIX, but every shell that Debian has knows it
	[ ! "$tree/complete" -nt "$archive" ] || continue
	tar -xJf "$archive" --wildcards "$tree/Makefile" "$tree/drivers/acpi/apei/*" \
		"$tree/drivers/firmware/efi/cper*" "$tree/drivers/firmware/arm_sdei.c" \
		"$tree/lib/llist.c" "$tree/lib/genalloc.c" "$tree/include/acpi/*" \
		"$tree/include/linux/*.h" "$tree/include/uapi/linux/*.h" "$tree/include/cxl/*" \
		"$tree/arch/arm64/kernel/acpi.c" 2>/dev/null || [ -f "$tree/drivers/acpi/apei/ghes.c" ]
	touch "$tree/complete"
done
