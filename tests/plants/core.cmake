# SPDX-License-Identifier: GPL-2.0-only
#
# ghes_core_plant(): a bug, planted in a copy of one file of libghes that the simulator loads as a
# core (--core so:FILE), and the scenario, driver and oracle that must notice it.
#
#	NAME, FILE, FROM, TO, FROM2, TO2, WHAT	as for ghes_plant(), see README
#	SCENARIO, DRIVER	what is run: driver run, stress, explore, or inject (at one level)
#	ORACLE	who must notice, or a/b: one of these; `expect`: an expectation of the scenario
#	ALSO	/a/b: who else may be the first where explore runs a plant of inject
#	SAYS	regular expression that its message must match; no | in it
#
# The other files come from the static library, or (inject, explore) from the stepped or instrumented
# core; so a plant costs the compilation of one file.
include_guard()
add_custom_target(core_plants)
set(GHES_CORE_PLANTS "${CMAKE_CURRENT_BINARY_DIR}/plants/cores.table")
file(WRITE "${GHES_CORE_PLANTS}" "")
# As the cores themselves: what is planted calls what is planted, and the pool by way of pool.c
set(GHES_CORE_PLANT_LDFLAGS -Wl,-Bsymbolic -Wl,--wrap=ghes_estatus_pool_alloc)

if(TARGET ghes_core_stepped)
        add_dependencies(core_plants ghes_core_stepped) # unplanted, for comparison
endif()

function(ghes_core_plant_native target copy dir)
        add_library(${target} MODULE EXCLUDE_FROM_ALL "${copy}" ${PROJECT_SOURCE_DIR}/sim/cores/pool.c)
        target_include_directories(${target} BEFORE PRIVATE "${dir}/include" "${dir}/lib")
        target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/lib)
        target_compile_options(${target} PRIVATE -w)
        target_link_libraries(${target} PRIVATE ghes_options ghes_static)
        target_link_options(${target} PRIVATE -Wl,-u,ghes_core_ops_get)
endfunction()

function(ghes_core_plant_stepped target copy dir file)
        cmake_path(GET file STEM stem)
        ghes_step_objects(${target}_step SOURCES "${copy}" OPTIONS -w
                INCLUDES ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/lib)
        get_target_property(others core_stepped GHES_STEP_OBJECTS)
        list(FILTER others EXCLUDE REGEX "/${stem}\\.o$")
        add_library(${target} MODULE EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/sim/cores/pool.c)
        target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/include)
        add_dependencies(${target} core_stepped_objects)
        target_link_libraries(${target} PRIVATE ${target}_step ${others})
endfunction()

function(ghes_core_plant_instrumented target copy dir file)
        cmake_path(GET file STEM stem)
        ghes_instrumented_objects(${target}_objects "${copy}")
        set_target_properties(${target}_objects PROPERTIES EXCLUDE_FROM_ALL ON)
        target_include_directories(${target}_objects BEFORE PRIVATE "${dir}/include" "${dir}/lib")
        target_include_directories(${target}_objects PRIVATE ${PROJECT_SOURCE_DIR}/include
                ${PROJECT_SOURCE_DIR}/lib)
        target_compile_options(${target}_objects PRIVATE -w)
        add_library(${target} MODULE EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/sim/cores/pool.c
                $<TARGET_OBJECTS:${target}_objects>
                $<FILTER:$<TARGET_OBJECTS:core_instrumented>,EXCLUDE,/${stem}\\.c\\.o$>)
        target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/include)
        target_link_options(${target} PRIVATE ${GHES_EXPLORE_LDFLAGS})
endfunction()

# What inject finds, explore finds, too: the same plant, instrumented. A macro: it takes P_ of its caller.
macro(ghes_core_plant_explored target copy dir file)
        ghes_core_plant_instrumented(${target} "${copy}" "${dir}" ${file})
        add_dependencies(${target}_objects core_plant_${P_NAME}_edit)
        set_target_properties(${target} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY "${dir}"
                OUTPUT_NAME ${P_NAME}-explored)
        target_link_options(${target} PRIVATE ${GHES_CORE_PLANT_LDFLAGS})
        add_dependencies(core_plants ${target})
        file(APPEND "${GHES_CORE_PLANTS}" "${P_NAME}-explored|${dir}/${P_NAME}-explored.so|"
                "${P_SCENARIO}|explore|${P_ORACLE}${P_ALSO}|${P_WHAT}|${P_SAYS}\n")
endmacro()

function(ghes_core_plant)
        cmake_parse_arguments(PARSE_ARGV 0 P ""
                "NAME;FILE;FROM;TO;FROM2;TO2;WHAT;SCENARIO;DRIVER;ORACLE;ALSO;SAYS" "")
        if(P_DRIVER STREQUAL inject AND NOT GHES_STEP_AVAILABLE)
                return()
        endif()
        if(P_DRIVER STREQUAL explore AND NOT TARGET core_instrumented)
                return()
        endif()
        set(dir "${CMAKE_CURRENT_BINARY_DIR}/plants/core-${P_NAME}")
        set(target "core_plant_${P_NAME}")

        file(CONFIGURE OUTPUT "${dir}/from-1" CONTENT "${P_FROM}" @ONLY)
        file(CONFIGURE OUTPUT "${dir}/to-1" CONTENT "${P_TO}" @ONLY)
        if(DEFINED P_FROM2)
                file(CONFIGURE OUTPUT "${dir}/from-2" CONTENT "${P_FROM2}" @ONLY)
                file(CONFIGURE OUTPUT "${dir}/to-2" CONTENT "${P_TO2}" @ONLY)
        endif()
        set(copy "${dir}/${P_FILE}")
        add_custom_command(OUTPUT "${copy}"
                COMMAND ${CMAKE_COMMAND} -DFILE=${PROJECT_SOURCE_DIR}/${P_FILE} -DOUT=${copy}
                        -DEDITS=${dir} -DNAME=${P_NAME} -P ${GHES_PLANT_TOOLS}/apply.cmake
                DEPENDS "${PROJECT_SOURCE_DIR}/${P_FILE}" "${dir}/from-1" "${dir}/to-1"
                        ${GHES_PLANT_TOOLS}/apply.cmake
                COMMENT "Planting ${P_NAME}: ${P_WHAT}" VERBATIM)
        add_custom_target(${target}_edit DEPENDS "${copy}")
        add_dependencies(plant_edits ${target}_edit)

        if(P_DRIVER STREQUAL inject)
                ghes_core_plant_stepped(${target} "${copy}" "${dir}" ${P_FILE})
        elseif(P_DRIVER STREQUAL explore)
                ghes_core_plant_instrumented(${target} "${copy}" "${dir}" ${P_FILE})
                add_dependencies(${target}_objects ${target}_edit)
        else()
                ghes_core_plant_native(${target} "${copy}" "${dir}")
        endif()
        add_dependencies(${target} ${target}_edit)
        set_target_properties(${target} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY "${dir}"
                OUTPUT_NAME ${P_NAME})
        target_link_options(${target} PRIVATE ${GHES_CORE_PLANT_LDFLAGS})
        add_dependencies(core_plants ${target})
        file(APPEND "${GHES_CORE_PLANTS}"
                "${P_NAME}|${dir}/${P_NAME}.so|${P_SCENARIO}|${P_DRIVER}|${P_ORACLE}|${P_WHAT}|${P_SAYS}\n")
        if(P_DRIVER STREQUAL inject AND TARGET core_instrumented)
                ghes_core_plant_explored(${target}_explored "${copy}" "${dir}" ${P_FILE})
        endif()
endfunction()

include(plants/cores.cmake)
include(plants/explore.cmake)

add_test(NAME core_plants_build
        COMMAND ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR} --target core_plants ghes-sim -j2)
set_tests_properties(core_plants_build PROPERTIES FIXTURES_SETUP core_plants LABELS "plants;slow")
add_test(NAME core_plants COMMAND ${GHES_PLANT_TOOLS}/cores-must-fail $<TARGET_FILE:ghes-sim>
        "${GHES_CORE_PLANTS}")
set_tests_properties(core_plants PROPERTIES FIXTURES_REQUIRED core_plants LABELS "plants;slow"
        TIMEOUT 1200 ENVIRONMENT "GHES_SIM_SCENARIOS=${PROJECT_SOURCE_DIR}/sim/scenarios")
