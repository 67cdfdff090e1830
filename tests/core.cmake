# SPDX-License-Identifier: GPL-2.0-only
#
# The core: sources, notifications, processing, claim.
add_library(core_fixture STATIC core_fixture.c fake_platform.c)
target_link_libraries(core_fixture PRIVATE ghes_options ghes_static PkgConfig::CMOCKA)
target_include_directories(core_fixture PRIVATE ${PROJECT_SOURCE_DIR}/lib)
foreach(name core notify claim process source sdei memory_failure event_fifo)
        ghes_unit_test(NAME ${name} SOURCES test_${name}.c LIBRARIES core_fixture)
endforeach()
ghes_unit_test(NAME estatus SOURCES test_estatus.c cper_data.c LABELS quick data
        LIBRARIES core_fixture)
ghes_unit_test(NAME core_stress SOURCES test_core_stress.c LIBRARIES Threads::Threads)
