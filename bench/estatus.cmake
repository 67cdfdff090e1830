# SPDX-License-Identifier: GPL-2.0-only
#
# Pool and queue against their peers. The peers are measured when they are installed.
add_library(ghes_bench STATIC bench.c)
target_include_directories(ghes_bench PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(ghes_bench PRIVATE ghes_options)

add_executable(bench_pool bench_pool.c peer_bitmap.c)
target_link_libraries(bench_pool PRIVATE ghes_options ghes_bench ghes_static ${CMAKE_DL_LIBS})

pkg_check_modules(URCU_CDS IMPORTED_TARGET liburcu-cds)
pkg_check_modules(CK IMPORTED_TARGET ck)
if(URCU_CDS_FOUND AND CK_FOUND)
        add_executable(bench_queue bench_queue.c)
        target_link_libraries(bench_queue PRIVATE ghes_options ghes_bench ghes_static
                PkgConfig::URCU_CDS PkgConfig::CK)
endif()

# That they run is checked with every landing; what they measure is for people.
if(GHES_BUILD_TESTS)
        foreach(name pool queue)
                if(TARGET bench_${name})
                        add_test(NAME bench_${name}_runs COMMAND bench_${name} --quick --json)
                        set_tests_properties(bench_${name}_runs PROPERTIES LABELS slow)
                endif()
        endforeach()
endif()
