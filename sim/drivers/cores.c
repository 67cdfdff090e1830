// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/cores.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sim_core {
	char name[512];
	struct {
		void *handle;
		const struct ghes_core_ops *ops;
	} build[SIM_NR_FLAVOURS];
};

static const char *const flavours[SIM_NR_FLAVOURS] = {
	[SIM_NATIVE] = "native",
	[SIM_STEPPED] = "stepped",
	[SIM_INSTRUMENTED] = "instrumented",
	[SIM_STEPPED_TSAN] = "stepped-tsan",
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
	for (unsigned int i = 0; i < SIM_NR_FLAVOURS; i++)
		if (core->build[i].handle)
			dlclose(core->build[i].handle);
	free(core);
}

const char *sim_core_name(const struct sim_core *core)
{
	return core->name;
}

/* Where the builds of libghes are: the environment, then the build tree, then the installation. */
static void module_path(char *path, size_t size, const char *flavour)
{
	const char *dirs[] = {getenv("GHES_SIM_CORES"), GHES_SIM_BUILT_CORES,
			      GHES_SIM_INSTALLED_CORES};

	for (unsigned int i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (!dirs[i])
			continue;
		snprintf(path, size, "%s/ghes-core-lib-%s.so", dirs[i], flavour);
		if (!access(path, R_OK))
			return;
	}
}

static const struct ghes_core_ops *load(struct sim_core *core, enum sim_flavour flavour,
					char *error, size_t error_size)
{
	const struct ghes_core_ops *(*get)(void);
	char path[4096] = "";
	void *handle;

	module_path(path, sizeof(path), flavours[flavour]);
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!handle) {
		snprintf(error, error_size, "the %s build of core lib cannot be loaded: %s",
			 flavours[flavour], dlerror());
		return NULL;
	}
	/* POSIX: a function's address comes out of dlsym() by way of an object pointer. */
	*(void **)&get = dlsym(handle, "ghes_core_ops_get");
	if (!get) {
		snprintf(error, error_size, "%s has no ghes_core_ops_get", path);
		dlclose(handle);
		return NULL;
	}
	core->build[flavour].handle = handle;
	return get();
}

const struct ghes_core_ops *sim_core_ops(struct sim_core *core, enum sim_flavour flavour,
					 enum sim_arch arch, char *error, size_t error_size)
{
	(void)arch; /* libghes is the same code on all */
	if (!core->build[flavour].ops)
		core->build[flavour].ops = flavour == SIM_NATIVE
						   ? ghes_core_ops_get()
						   : load(core, flavour, error, error_size);
	return core->build[flavour].ops;
}

const struct ghes_step_module *sim_core_step_module(struct sim_core *core, enum sim_arch arch)
{
	(void)arch;
	return core->build[SIM_STEPPED].handle
		       ? dlsym(core->build[SIM_STEPPED].handle, "ghes_step_module")
		       : NULL;
}

int sim_core_attach(struct sim_core *core, enum sim_flavour flavour, struct sim_machine *m)
{
	(void)core;
	(void)flavour;
	(void)m;
	return 0; /* all of libghes's state is in the machine's arena */
}
