// SPDX-License-Identifier: GPL-2.0-only
#include "parts.h"

#include "../host.h"

__attribute__((visibility("default"))) const struct ghes_kernel_parts ghes_kernel_parts = {
	.pool_create = k_pool_create,
	.pool_alloc = k_pool_alloc,
	.pool_free = k_pool_free,
};
