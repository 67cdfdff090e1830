# SPDX-License-Identifier: GPL-2.0-only
#
# The scenarios that come with the program.
add_test(NAME corpus_run COMMAND ${CMAKE_CURRENT_LIST_DIR}/run $<TARGET_FILE:ghes-sim>
        ${PROJECT_SOURCE_DIR}/sim/scenarios)
set_tests_properties(corpus_run PROPERTIES LABELS "quick;no-valgrind")
add_test(NAME corpus_stress COMMAND ${CMAKE_CURRENT_LIST_DIR}/stress $<TARGET_FILE:ghes-sim>
        ${PROJECT_SOURCE_DIR}/sim/scenarios)
set_tests_properties(corpus_stress PROPERTIES LABELS "slow;no-valgrind" TIMEOUT 300)
# One CPU stands still for ever. Who removes a source then waits for it, and may.
add_test(NAME corpus_suspend COMMAND ghes-sim inject --suspend --quiet nested-sdei
        remove-while-sdei-critical)
set_tests_properties(corpus_suspend PROPERTIES LABELS "quick;no-valgrind" TIMEOUT 120
        ENVIRONMENT "GHES_SIM_SCENARIOS=${PROJECT_SOURCE_DIR}/sim/scenarios")
