# SPDX-License-Identifier: GPL-2.0-only
#
# The scenarios that come with the program.
add_test(NAME corpus_run COMMAND ${CMAKE_CURRENT_LIST_DIR}/run $<TARGET_FILE:ghes-sim>
        ${PROJECT_SOURCE_DIR}/sim/scenarios)
set_tests_properties(corpus_run PROPERTIES LABELS "quick;no-valgrind")
add_test(NAME corpus_stress COMMAND ${CMAKE_CURRENT_LIST_DIR}/stress $<TARGET_FILE:ghes-sim>
        ${PROJECT_SOURCE_DIR}/sim/scenarios)
set_tests_properties(corpus_stress PROPERTIES LABELS "slow;no-valgrind" TIMEOUT 300)
# One CPU stands still for ever. Who needs the lock of its class waits for it, and so do who removes
# a source and a claim whose record it has in hand; the report names these, and nothing else.
foreach(what "nested-sdei;complete\n$" "two-cpus-sdei;allowed, for ghes_notify_lock_sdei_normal [1-9][0-9]* times\n$"
                "remove-while-sdei-critical;allowed, for all CPUs [1-9][0-9]* times\n$"
                "claim-guest-pool-empty;ghes_notify_lock_sea [0-9]* times, for all CPUs [1-9][0-9]* times\n$")
        list(GET what 0 scenario)
        list(GET what 1 report)
        add_test(NAME corpus_suspend_${scenario} COMMAND ghes-sim inject --suspend --quiet ${scenario})
        set_tests_properties(corpus_suspend_${scenario} PROPERTIES LABELS "quick;no-valgrind"
                TIMEOUT 120 PASS_REGULAR_EXPRESSION "^PASS .*${report}"
                ENVIRONMENT "GHES_SIM_SCENARIOS=${PROJECT_SOURCE_DIR}/sim/scenarios")
endforeach()
add_test(NAME corpus_suspend_bounded COMMAND ghes-sim inject --suspend --quiet --max-executions 100 nested-sdei)
set_tests_properties(corpus_suspend_bounded PROPERTIES LABELS "quick;no-valgrind"
        TIMEOUT 120 PASS_REGULAR_EXPRESSION "^INCOMPLETE .*: 100 executions"
        ENVIRONMENT "GHES_SIM_SCENARIOS=${PROJECT_SOURCE_DIR}/sim/scenarios")
# Three levels, each place of each: too much for most paths, but not for those of idle sources.
add_test(NAME corpus_three_levels COMMAND ghes-sim inject --levels 3 --samples all --quiet nest-idle)
set_tests_properties(corpus_three_levels PROPERTIES LABELS "slow;no-valgrind"
        TIMEOUT 300 PASS_REGULAR_EXPRESSION "^PASS .*, complete\n$"
        ENVIRONMENT "GHES_SIM_SCENARIOS=${PROJECT_SOURCE_DIR}/sim/scenarios")
