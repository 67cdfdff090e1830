# SPDX-License-Identifier: GPL-2.0-only
#
# The command line as a user meets it: what check keeps, says and writes.
# once: what is tested here is not the compiler's
function(ghes_cli_test NAME)
        cmake_parse_arguments(PARSE_ARGV 1 T "" "TIMEOUT" "LABELS;ARGUMENTS")
        if(NOT T_LABELS)
                set(T_LABELS quick)
        endif()
        add_test(NAME cli_${NAME} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/cli/${NAME}.sh
                $<TARGET_FILE:ghes-sim> ${T_ARGUMENTS})
        set_tests_properties(cli_${NAME} PROPERTIES LABELS "${T_LABELS};once;no-valgrind" TIMEOUT 300
                SKIP_RETURN_CODE 77
                ENVIRONMENT "GHES_SIM_SCENARIOS=${PROJECT_SOURCE_DIR}/sim/scenarios")
endfunction()

ghes_cli_test(completion LABELS slow)
ghes_cli_test(terminal LABELS slow)
ghes_cli_test(recipes LABELS slow ARGUMENTS ${PROJECT_SOURCE_DIR}/docs/recipes)
if(GHES_STEP_AVAILABLE)
        ghes_cli_test(jobs LABELS slow)
        ghes_cli_test(check_state)
endif()
if(TARGET core_plant_push-not-atomic)
        set_target_properties(core_plant_push-not-atomic core_plant_queue-lifo core_plant_cache-forgets
                PROPERTIES EXCLUDE_FROM_ALL FALSE)
        ghes_cli_test(misbehave ARGUMENTS $<TARGET_FILE:core_plant_cache-forgets>
                $<TARGET_FILE:core_plant_queue-lifo>)
        ghes_cli_test(check_save_dir ARGUMENTS $<TARGET_FILE:core_plant_push-not-atomic>
                $<TARGET_FILE:core_plant_queue-lifo>)
        ghes_cli_test(known LABELS slow ARGUMENTS $<TARGET_FILE:core_plant_queue-lifo>
                $<TARGET_FILE:core_plant_push-not-atomic>)
        ghes_cli_test(fail_fast ARGUMENTS $<TARGET_FILE:core_plant_queue-lifo>)
        ghes_cli_test(formats LABELS slow ARGUMENTS $<TARGET_FILE:core_plant_push-not-atomic>)
        ghes_cli_test(check_html LABELS browser ARGUMENTS $<TARGET_FILE:core_plant_push-not-atomic>)
endif()
