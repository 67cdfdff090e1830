// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/cores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sim_core {
	char name[256];
};

struct sim_core *sim_core_open(const char *spec, char *error, size_t error_size)
{
	struct sim_core *core;

	if (strcmp(spec, "lib")) {
		snprintf(error, error_size, "core '%s' is not known, expected lib", spec);
		return NULL;
	}
	core = calloc(1, sizeof(*core));
	if (!core) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	snprintf(core->name, sizeof(core->name), "%s", spec);
	return core;
}

void sim_core_close(struct sim_core *core)
{
	free(core);
}

const char *sim_core_name(const struct sim_core *core)
{
	return core->name;
}

const struct ghes_core_ops *sim_core_ops(struct sim_core *core, enum sim_flavour flavour,
					 enum sim_arch arch, char *error, size_t error_size)
{
	(void)core;
	(void)arch;
	if (flavour != SIM_NATIVE) {
		snprintf(error, error_size, "this build of the core is not available");
		return NULL;
	}
	return ghes_core_ops_get();
}

int sim_core_attach(struct sim_core *core, enum sim_flavour flavour, struct sim_machine *m)
{
	(void)core;
	(void)flavour;
	(void)m;
	return 0; /* all of libghes's state is in the machine's arena */
}
