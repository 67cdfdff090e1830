// SPDX-License-Identifier: GPL-2.0-only
#include <ghes/core.h>

#include <stdio.h>

int main(void)
{
	const struct ghes_core_ops *ops = ghes_core_ops_get();

	printf("%s %s\n", ops->name, ghes_strerror(GHES_ENOENT));
	return ops->abi == GHES_CORE_ABI ? 0 : 1;
}
