// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/scenario.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Where the built-in scenarios are: the environment, then where this program was installed, then
 * where it was built. The first folder that exists wins.
 */
static const char *directory(void)
{
	static const char *const places[] = {GHES_SIM_INSTALLED_SCENARIOS,
					     GHES_SIM_BUILT_SCENARIOS};
	const char *chosen = getenv("GHES_SIM_SCENARIOS");

	if (chosen)
		return chosen;
	/* An uninstalled program uses its own tree even if an older one is installed. */
	for (int i = 1; i >= 0; i--)
		if (!access(places[i], R_OK))
			return places[i];
	return places[1];
}

static int is_yaml(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && !strcmp(d->d_name + n - 5, ".yaml");
}

int scenario_builtin_each(int (*visit)(const char *path, void *arg), void *arg)
{
	const char *dir = directory();
	struct dirent **names;
	int n = scandir(dir, &names, is_yaml, alphasort);
	char path[4096];
	int stop = 0;

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
		if (!stop)
			stop = visit(path, arg);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return n;
}

char *scenario_find(const char *name)
{
	char path[4096];

	if (!strchr(name, '/')) {
		snprintf(path, sizeof(path), "%s/%s.yaml", directory(), name);
		if (!access(path, R_OK))
			return strdup(path);
	}
	return access(name, R_OK) ? NULL : strdup(name);
}
