/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records from templates: a mapping of the scenario file becomes the bytes of a whole error status
 * block (ACPI 6.5, 18.3.2.7.1), well-formed unless the template says otherwise.
 */
#ifndef SIM_SCENARIO_RECORD_H
#define SIM_SCENARIO_RECORD_H

#include "scenario/scenario.h"
#include "scenario/tree.h"

/* Fill @out (name is the caller's) from @n. 0, or -1 and an error in @t. */
int record_read(struct yaml_tree *t, struct sim_scenario *s, const yaml_node_t *n,
		struct sim_record *out);

#endif
