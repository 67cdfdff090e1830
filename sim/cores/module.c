// SPDX-License-Identifier: GPL-2.0-only
/* A module of nothing but stepped objects still needs a source of its own for CMake. */
extern const int ghes_core_module;
const int ghes_core_module = 1;
