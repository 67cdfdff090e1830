# SPDX-License-Identifier: GPL-2.0-only
#
# The scenarios that come with the program.
add_test(NAME corpus_run COMMAND ${CMAKE_CURRENT_LIST_DIR}/run $<TARGET_FILE:ghes-sim>
        ${PROJECT_SOURCE_DIR}/sim/scenarios)
set_tests_properties(corpus_run PROPERTIES LABELS "quick;no-valgrind")
add_test(NAME corpus_stress COMMAND ${CMAKE_CURRENT_LIST_DIR}/stress $<TARGET_FILE:ghes-sim>
        ${PROJECT_SOURCE_DIR}/sim/scenarios)
set_tests_properties(corpus_stress PROPERTIES LABELS "slow;no-valgrind" TIMEOUT 300)
