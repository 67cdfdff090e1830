// SPDX-License-Identifier: GPL-2.0-only
/* Where things are: the shim, the cache, the compiler, the assembly instrumenter. */
#include "build.h"

#include <ghes/errors.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool build_is_stepped(const struct build *b)
{
	return b->options->flavour == KERNEL_STEPPED || b->options->flavour == KERNEL_STEPPED_TSAN;
}

/* @relative to the directory of this program */
static char *beside_program(const char *relative)
{
	char exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;

	if (n < 0)
		return NULL;
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	if (slash)
		*slash = '\0';
	return text("%s/%s", exe, relative);
}

static bool is_shim(const char *dir)
{
	char *path = dir ? text("%s/shim/kconfig.h", dir) : NULL;
	bool is = path && file_exists(path);

	free(path);
	return is;
}

/* The environment, what is installed with this program, the source tree it was built from. */
int build_find_shim(struct build *b)
{
	const char *env = getenv("GHES_SIM_KERNEL_SHIM");
	char *beside = beside_program("../share/ghes-sim/kernel");

	if (env)
		b->shim = text("%s", env);
	else if (is_shim(beside))
		b->shim = text("%s", beside);
	else
		b->shim = text("%s", GHES_KERNEL_SHIM_DIR);
	free(beside);
	if (!is_shim(b->shim))
		return build_fail(b, GHES_EIO,
				  text("%s: the shim is not there; set GHES_SIM_KERNEL_SHIM to the "
				       "directory that has shim/kconfig.h",
				       b->shim));
	b->include = text("%s/include/ghes/platform.h", b->shim);
	if (file_exists(b->include)) {
		*strstr(b->include, "/ghes/platform.h") = '\0';
	} else {
		free(b->include);
		b->include = text("%s", GHES_KERNEL_INCLUDE_DIR);
	}
	return 0;
}

int build_find_cache(struct build *b)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (xdg && *xdg)
		b->cache = text("%s/ghes-sim", xdg);
	else if (home && *home)
		b->cache = text("%s/.cache/ghes-sim", home);
	else
		b->cache = text("/tmp/ghes-sim-%ld", (long)getuid());
	if (make_dirs(b->cache))
		return build_fail(
			b, GHES_EIO,
			text("%s: cannot be made; set XDG_CACHE_HOME to a place for the cache",
			     b->cache));
	return 0;
}

/* The first line that @command prints, or NULL. */
static char *first_line(const char *command)
{
	FILE *pipe = popen(command, "re");
	char line[1024];
	char *got = NULL;

	if (!pipe)
		return NULL;
	if (fgets(line, sizeof(line), pipe)) {
		line[strcspn(line, "\n")] = '\0';
		got = text("%s", line);
	}
	if (pclose(pipe)) {
		free(got);
		got = NULL;
	}
	return got;
}

int build_find_compiler(struct build *b)
{
	const char *env = getenv("GHES_SIM_CC");
	char *command, *version;

	b->cc = b->options->cc ? b->options->cc : env && *env ? env : "cc";
	command = text("'%s' --version 2>/dev/null", b->cc);
	version = first_line(command);
	free(command);
	command = text("'%s' -print-file-name=include 2>/dev/null", b->cc);
	b->compiler_include = first_line(command);
	free(command);
	if (!version || !b->compiler_include) {
		free(version);
		return build_fail(
			b, GHES_EIO,
			text("%s: no C compiler; install gcc or clang, or set GHES_SIM_CC", b->cc));
	}
	b->gcc = !strstr(version, "clang");
	hash_string(&b->common, version);
	free(version);
	if (b->options->coverage && !b->gcc)
		return build_fail(
			b, GHES_EIO,
			text("%s: coverage needs gcc 12 or later; set GHES_SIM_CC", b->cc));
	return 0;
}

/* The environment, the build tree this program came from, what is installed with it. */
void build_find_step_as(struct build *b)
{
	const char *env = getenv("GHES_STEP_AS");
	char *beside;

	if (!build_is_stepped(b))
		return;
	if (env) {
		b->step_as = text("%s", env);
	} else if (*GHES_STEP_AS_BUILT && file_exists(GHES_STEP_AS_BUILT)) {
		b->step_as = text("%s", GHES_STEP_AS_BUILT);
	} else {
		beside = beside_program("../libexec/ghes-sim/ghes-step-as");
		b->step_as = beside ? beside : text("ghes-step-as");
	}
}
