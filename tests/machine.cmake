# SPDX-License-Identifier: GPL-2.0-only
#
# The simulated machine and its oracles.
if(GHES_BUILD_SIM)
        # no-valgrind: snapshots learn from real faults which pages a run writes
        ghes_unit_test(NAME machine SOURCES test_machine.c machine_kit.c
                LABELS quick no-valgrind LIBRARIES ghes_sim_machine)
        # no-valgrind: single steps
        ghes_unit_test(NAME machine_signals SOURCES test_machine_signals.c machine_kit.c
                LABELS quick no-valgrind LIBRARIES ghes_sim_machine)
        ghes_unit_test(NAME oracles SOURCES test_oracles.c mini_core.c machine_kit.c
                LIBRARIES ghes_sim_machine)
        ghes_unit_test(NAME machine_preempt SOURCES test_machine_preempt.c context_core.c
                machine_kit.c LIBRARIES ghes_sim_machine)
        ghes_unit_test(NAME machine_sdei SOURCES test_machine_sdei.c context_core.c
                machine_kit.c LIBRARIES ghes_sim_machine)
        # One seed again: GHES_TEST_SEED=N build/dev/tests/test_random_machine
        ghes_unit_test(NAME random_machine SOURCES test_random_machine.c machine_kit.c LABELS slow
                LIBRARIES ghes_sim_machine ghes_static)
endif()
