# SPDX-License-Identifier: GPL-2.0-only
#
# The manual says what is: names that it uses are in the source, and what it quotes is what the program
# says.
set(pages README.md docs/limits.md docs/tutorial.md docs/adding-an-oracle.md
        docs/adding-a-notification-type.md docs/adding-a-kernel-version.md docs/adding-a-driver.md)
# The tutorial's names are the kernel's.
set(own_pages ${pages} docs/departures.md)
list(REMOVE_ITEM own_pages docs/tutorial.md)
add_test(NAME docs_true_to_code COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/docs/true-to-code
        ${PROJECT_SOURCE_DIR} ${own_pages})
set_tests_properties(docs_true_to_code PROPERTIES LABELS "quick;once;no-valgrind")

list(APPEND pages docs/kernel-finds.md man/ghes-sim.1 man/ghes-sim-scenario.5)
list(TRANSFORM pages PREPEND ${PROJECT_SOURCE_DIR}/)
if(GHES_STEP_AVAILABLE AND NOT GHES_SANITIZE AND NOT GHES_COVERAGE)
        add_test(NAME docs_console COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/docs/console
                $<TARGET_FILE:ghes-sim> ${CMAKE_CURRENT_BINARY_DIR}/kernel/trees ${pages})
        set_tests_properties(docs_console PROPERTIES LABELS "slow;once;no-valgrind" TIMEOUT 1200
                FIXTURES_REQUIRED kernel_trees SKIP_RETURN_CODE 77
                ENVIRONMENT "GHES_SIM_SCENARIOS=${PROJECT_SOURCE_DIR}/sim/scenarios;XDG_CACHE_HOME=${CMAKE_CURRENT_BINARY_DIR}/kernel/cache")
endif()
