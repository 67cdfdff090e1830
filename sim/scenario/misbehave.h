/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Misbehaviour that is added to a scenario from outside: by --misbehave, or by a schedule.
 *
 * Its text is WORD=N[,WORD=N...], with the words of SIM_MISBEHAVIOURS and N from 1 to 2^32 - 1; as
 * an array, 0 is off.
 */
#ifndef SIM_SCENARIO_MISBEHAVE_H
#define SIM_SCENARIO_MISBEHAVE_H

#include "scenario/scenario.h"

/* What a message says was expected */
#define SIM_MISBEHAVE_WORD(name, text, help) " " text ","
#define SIM_MISBEHAVE_EXPECTED                                                                     \
	"WORD=N[,WORD=N...] with each WORD once, one of" SIM_MISBEHAVIOURS(                        \
		SIM_MISBEHAVE_WORD) " and N from 1 to 4294967295"

/* Add what @text says. false: it says it wrongly, or says what @misbehave has already. */
bool misbehave_parse(const char *text, uint64_t misbehave[SIM_NR_MISBEHAVIOURS]);
/* The text, malloc'ed, "" when all is off. NULL: out of memory. */
char *misbehave_text(const uint64_t misbehave[SIM_NR_MISBEHAVIOURS]);
/*
 * Add one or two that can show on the machine of @s and that neither it nor @misbehave has. The
 * same scenario and seed give the same; another scenario draws for itself.
 */
void misbehave_draw(const struct sim_scenario *s, uint64_t seed,
		    uint64_t misbehave[SIM_NR_MISBEHAVIOURS]);

#endif
