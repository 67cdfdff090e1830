# SPDX-License-Identifier: GPL-2.0-only
#
# The stress driver: what it answers, and that it finds races under ThreadSanitizer.
if(NOT GHES_BUILD_SIM)
        return()
endif()
add_test(NAME stress_driver COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/stress_driver.sh
        $<TARGET_FILE:ghes-sim> ${PROJECT_SOURCE_DIR}/sim/scenarios)
set_tests_properties(stress_driver PROPERTIES LABELS "quick;no-valgrind" TIMEOUT 120)

if(NOT TARGET ghes-sim-tsan)
        return()
endif()
# once: which accesses are plain is read from what gcc makes of them.
add_test(NAME stress_tsan COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/stress_tsan.sh
        $<TARGET_FILE:ghes-sim> ${PROJECT_SOURCE_DIR}/sim/scenarios 20000)
set_tests_properties(stress_tsan PROPERTIES LABELS "quick;once;no-valgrind" TIMEOUT 120)
# One million notifications over the corpus.
add_test(NAME stress_tsan_corpus COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/stress_tsan.sh
        $<TARGET_FILE:ghes-sim> ${PROJECT_SOURCE_DIR}/sim/scenarios 1000000)
set_tests_properties(stress_tsan_corpus PROPERTIES LABELS "slow;no-valgrind" TIMEOUT 900)

# stress_plant(NAME FILE FROM TO EXPECT): the core with one file edited, which must be reported as a
# race. The other objects are those of the core as it is.
function(stress_plant)
        cmake_parse_arguments(PARSE_ARGV 0 P "" "NAME;FILE;FROM;TO;EXPECT" "")
        set(dir "${CMAKE_CURRENT_BINARY_DIR}/stress_plants/${P_NAME}")
        set(copy "${dir}/${P_FILE}")
        file(CONFIGURE OUTPUT "${dir}/from-1" CONTENT "${P_FROM}" @ONLY)
        file(CONFIGURE OUTPUT "${dir}/to-1" CONTENT "${P_TO}" @ONLY)
        add_custom_command(OUTPUT "${copy}"
                COMMAND ${CMAKE_COMMAND} -DFILE=${PROJECT_SOURCE_DIR}/${P_FILE} -DOUT=${copy}
                        -DEDITS=${dir} -DNAME=${P_NAME} -P ${GHES_PLANT_TOOLS}/apply.cmake
                DEPENDS "${PROJECT_SOURCE_DIR}/${P_FILE}" "${dir}/from-1" "${dir}/to-1"
                COMMENT "Planting ${P_NAME}" VERBATIM)
        ghes_step_objects(${P_NAME} SOURCES ${copy}
                INCLUDES ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/lib
                OPTIONS -fsanitize=thread -fno-plt)
        cmake_path(GET copy STEM stem)
        get_target_property(objects core_stepped_tsan GHES_STEP_OBJECTS)
        list(FILTER objects EXCLUDE REGEX "/${stem}\\.o$")
        add_library(stress_${P_NAME} MODULE EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/sim/cores/pool.c)
        add_dependencies(stress_${P_NAME} core_stepped_tsan_objects)
        target_link_libraries(stress_${P_NAME} PRIVATE ${P_NAME} ${objects})
        target_include_directories(stress_${P_NAME} PRIVATE ${PROJECT_SOURCE_DIR}/include)
        target_link_options(stress_${P_NAME} PRIVATE -fsanitize=thread -Wl,-Bsymbolic
                -Wl,--wrap=ghes_estatus_pool_alloc)
        set_target_properties(stress_${P_NAME} PROPERTIES PREFIX ""
                OUTPUT_NAME ghes-core-lib-stepped-tsan LIBRARY_OUTPUT_DIRECTORY ${dir}/cores)
        add_dependencies(plants stress_${P_NAME})
        # Found within 20,000 notifications, half a second, which ends it
        add_test(NAME stress_plant_${P_NAME} COMMAND ghes-sim stress --tsan --format json --cpus 2
                --seconds 60 ${PROJECT_SOURCE_DIR}/sim/scenarios/cache-full.yaml)
        set_tests_properties(stress_plant_${P_NAME} PROPERTIES LABELS "plants;slow"
                FIXTURES_REQUIRED plants ENVIRONMENT GHES_SIM_CORES=${dir}/cores
                PASS_REGULAR_EXPRESSION "\"oracle\":\"race\".*${P_EXPECT}" TIMEOUT 120)
endfunction()

stress_plant(NAME tsan-plain FILE lib/estatus_pool.c
        FROM [[uint32_t hint = atomic_load_explicit(&pool->hint, memory_order_relaxed);]]
        TO [[uint32_t hint = *(uint32_t *)(void *)&pool->hint;
	*(uint32_t *)(void *)&pool->hint = hint;]]
        EXPECT "data race: .*estatus_pool")
stress_plant(NAME tsan-relaxed FILE lib/estatus_cache.c
        FROM [[atomic_exchange_explicit(&cache->slot[slot], entry, memory_order_acq_rel);]]
        TO [[atomic_exchange_explicit(&cache->slot[slot], entry, memory_order_relaxed);]]
        EXPECT "data race: .*estatus_cache")
