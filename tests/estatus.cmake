# SPDX-License-Identifier: GPL-2.0-only
#
# The estatus mechanisms: pool, cache, queue, irq_work, fixmap, and the POSIX platform.
ghes_unit_test(NAME estatus_pool SOURCES test_estatus_pool.c fake_platform.c)
ghes_unit_test(NAME platform_posix SOURCES test_platform_posix.c)
pkg_check_modules(CHECK IMPORTED_TARGET check) # not packaged for the cross builds
if(CHECK_FOUND AND NOT CMAKE_CROSSCOMPILING)
        ghes_unit_test(NAME platform_posix_dies SOURCES test_platform_posix_dies.c
                LABELS quick no-valgrind # its children leave what they had, as planned
                LIBRARIES PkgConfig::CHECK)
endif()
# The same with 32-bit words; the library's own pool is not linked in, its symbols being there already.
ghes_unit_test(NAME estatus_pool_narrow SOURCES test_estatus_pool.c fake_platform.c
        ${PROJECT_SOURCE_DIR}/lib/estatus_pool.c ${PROJECT_SOURCE_DIR}/lib/estatus_arena.c)
target_compile_options(test_estatus_pool_narrow PRIVATE
        -include ${CMAKE_CURRENT_SOURCE_DIR}/narrow_words.h)
ghes_unit_test(NAME estatus_cache SOURCES test_estatus_cache.c fake_platform.c)
ghes_unit_test(NAME estatus_queue SOURCES test_estatus_queue.c)
ghes_unit_test(NAME irq_work SOURCES test_irq_work.c fake_platform.c)
ghes_unit_test(NAME fixmap SOURCES test_fixmap.c fake_platform.c)
ghes_unit_test(NAME estatus_stress SOURCES test_estatus_stress.c)

include(plants/plants.cmake)
include(plants/estatus.cmake)
