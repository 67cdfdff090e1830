/* SPDX-License-Identifier: GPL-2.0-only */
/* What must hold for the output of any decode, whatever the bytes were. */
#ifndef FUZZ_CPER_SHAPE_H
#define FUZZ_CPER_SHAPE_H

#include <ghes/cper.h>

/* Text, JSON and findings of @bytes[0..len): clean, balanced, inside. Return: the worst finding */
enum cper_fault_level cper_shape_check(const uint8_t *bytes, size_t len, uint64_t limit);

#endif
