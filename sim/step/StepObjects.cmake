# SPDX-License-Identifier: GPL-2.0-only
#
# ghes_step_objects(name SOURCES file.c... [INCLUDES dir...] [DEFINITIONS X=1...] [OPTIONS flag...]
#                   [MARKS])
#
# Builds each source as optimised assembly (-O2 -g -fPIC, then OPTIONS), puts a point before each
# instruction and assembles the result. `name` becomes an interface library: linking it adds the
# objects. The build type and the sanitizers of the preset do not apply: what is swept is always
# the optimised code, the same in every preset. With OPTIONS -fsanitize=thread the points lie in
# ThreadSanitizer's own instrumented code, outside of its runtime.
#
# MARKS: the table of instructions over the untouched code instead of points.
function(ghes_step_objects name)
        cmake_parse_arguments(S "MARKS" "" "SOURCES;INCLUDES;DEFINITIONS;OPTIONS" ${ARGN})
        set(flags -std=gnu11 -O2 -g -fPIC -fvisibility=hidden -Wall -Wextra -D_GNU_SOURCE)
        if(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
                list(APPEND flags -fno-jump-tables)
        endif()
        list(TRANSFORM S_INCLUDES PREPEND -I)
        list(TRANSFORM S_DEFINITIONS PREPEND -D)
        # clang complains about its own output: "inconsistent use of MD5 checksums" in .file.
        set(as_flags)
        if(CMAKE_C_COMPILER_ID MATCHES "Clang")
                set(as_flags -w)
        endif()
        set(objects)
        foreach(source IN LISTS S_SOURCES)
                cmake_path(ABSOLUTE_PATH source NORMALIZE OUTPUT_VARIABLE path)
                cmake_path(GET path STEM stem)
                set(base ${CMAKE_CURRENT_BINARY_DIR}/${name}.dir/${stem})
                add_custom_command(OUTPUT ${base}.s
                        COMMAND ${CMAKE_COMMAND} -E make_directory ${name}.dir
                        COMMAND ${CMAKE_C_COMPILER} ${flags} ${S_INCLUDES} ${S_DEFINITIONS}
                                ${S_OPTIONS} -MD -MF ${base}.d -MT ${base}.s -S ${path} -o ${base}.s
                        DEPENDS ${path} DEPFILE ${base}.d VERBATIM
                        COMMENT "Compiling ${name}/${stem}.s")
                add_custom_command(OUTPUT ${base}.o
                        COMMAND ghes-step-as $<$<BOOL:${S_MARKS}>:--marks> ${base}.s
                                ${base}.stepped.s
                        COMMAND ${CMAKE_C_COMPILER} ${as_flags} -c ${base}.stepped.s -o ${base}.o
                        DEPENDS ${base}.s ghes-step-as VERBATIM COMMAND_EXPAND_LISTS
                        COMMENT "Stepping ${name}/${stem}.o")
                list(APPEND objects ${base}.o)
        endforeach()
        add_custom_target(${name}_objects DEPENDS ${objects})
        add_library(${name} INTERFACE)
        add_dependencies(${name} ${name}_objects)
        target_link_libraries(${name} INTERFACE ${objects})
        set_property(TARGET ${name} PROPERTY GHES_STEP_OBJECTS ${objects})
endfunction()
