# SPDX-License-Identifier: GPL-2.0-only
#
# The estatus mechanisms: pool, cache, queue, irq_work, fixmap, and the POSIX platform.
ghes_unit_test(NAME estatus_pool SOURCES test_estatus_pool.c fake_platform.c)
ghes_unit_test(NAME platform_posix SOURCES test_platform_posix.c)
