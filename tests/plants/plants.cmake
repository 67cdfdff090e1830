# SPDX-License-Identifier: GPL-2.0-only
#
# ghes_plant(): a bug, planted in a copy of one file, that a test must notice. See README here.
include_guard()
set(GHES_PLANT_TOOLS "${CMAKE_CURRENT_LIST_DIR}")

add_custom_target(plant_edits ALL) # applies each edit: cheap, and part of every build
add_custom_target(plants)          # builds what the tests run: on demand

add_test(NAME plants_build COMMAND ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR} --target plants -j2)
set_tests_properties(plants_build PROPERTIES FIXTURES_SETUP plants LABELS "plants;slow;once")

function(ghes_plant)
        cmake_parse_arguments(PARSE_ARGV 0 P "TSAN" "NAME;FILE;FROM;TO;FROM2;TO2;TEST;EXPECT;WHAT;TIMEOUT"
                "ALSO")
        set(dir "${CMAKE_CURRENT_BINARY_DIR}/plants/${P_NAME}")
        set(target "plant_${P_NAME}")

        file(CONFIGURE OUTPUT "${dir}/from-1" CONTENT "${P_FROM}" @ONLY)
        file(CONFIGURE OUTPUT "${dir}/to-1" CONTENT "${P_TO}" @ONLY)
        if(DEFINED P_FROM2)
                file(CONFIGURE OUTPUT "${dir}/from-2" CONTENT "${P_FROM2}" @ONLY)
                file(CONFIGURE OUTPUT "${dir}/to-2" CONTENT "${P_TO2}" @ONLY)
        endif()
        # The copy keeps its place below the plant's folder, which comes first among the includes.
        set(copy "${dir}/${P_FILE}")
        add_custom_command(OUTPUT "${copy}"
                COMMAND ${CMAKE_COMMAND} -DFILE=${PROJECT_SOURCE_DIR}/${P_FILE} -DOUT=${copy}
                        -DEDITS=${dir} -DNAME=${P_NAME} -P ${GHES_PLANT_TOOLS}/apply.cmake
                DEPENDS "${PROJECT_SOURCE_DIR}/${P_FILE}" "${dir}/from-1" "${dir}/to-1"
                        ${GHES_PLANT_TOOLS}/apply.cmake
                COMMENT "Planting ${P_NAME}: ${P_WHAT}" VERBATIM)
        add_custom_target(${target}_edit DEPENDS "${copy}")
        add_dependencies(plant_edits ${target}_edit)

        # A header reaches others only if they are compiled with the copy: the test, and ALSO. These
        # are copied too, because a quoted include looks beside the file first.
        set(sources "")
        if(P_FILE MATCHES "\\.c$")
                list(APPEND sources "${copy}")
        endif()
        foreach(also IN LISTS P_ALSO)
                configure_file("${PROJECT_SOURCE_DIR}/${also}" "${dir}/${also}" COPYONLY)
                list(APPEND sources "${dir}/${also}")
        endforeach()
        if(P_TSAN OR P_FILE MATCHES "\\.h$")
                get_target_property(test_sources test_${P_TEST} SOURCES)
                get_target_property(test_dir test_${P_TEST} SOURCE_DIR)
                list(TRANSFORM test_sources PREPEND "${test_dir}/")
                list(APPEND sources ${test_sources})
        else()
                list(APPEND sources $<TARGET_OBJECTS:test_${P_TEST}>)
        endif()
        add_executable(${target} EXCLUDE_FROM_ALL ${sources})
        add_dependencies(${target} ${target}_edit)
        target_include_directories(${target} BEFORE PRIVATE "${dir}/include" "${dir}/lib")
        target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/lib
                $<TARGET_PROPERTY:test_${P_TEST},INCLUDE_DIRECTORIES>)
        target_compile_definitions(${target} PRIVATE
                $<TARGET_PROPERTY:test_${P_TEST},COMPILE_DEFINITIONS>)
        target_link_libraries(${target} PRIVATE $<TARGET_PROPERTY:test_${P_TEST},LINK_LIBRARIES>)
        target_compile_options(${target} PRIVATE -w) # what an edit leaves behind is not the point
        if(P_TSAN)
                target_compile_options(${target} PRIVATE -fsanitize=thread)
                target_link_options(${target} PRIVATE -fsanitize=thread)
        endif()
        add_dependencies(plants ${target})

        if(NOT P_TIMEOUT)
                set(P_TIMEOUT 20)
        endif()
        add_test(NAME plant_${P_NAME} COMMAND ${GHES_PLANT_TOOLS}/must-fail ${P_TIMEOUT} "${P_EXPECT}"
                $<TARGET_FILE:${target}>)
        set_tests_properties(plant_${P_NAME} PROPERTIES FIXTURES_REQUIRED plants
                LABELS "plants;slow;once")
endfunction()
