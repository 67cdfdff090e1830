// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow: --core SPEC -> sim_core_open() -> sim_core_ops(): libghes's builds are found beside the
 * program, a kernel's are made from the user's tree, any other is the shared object that was named
 * -> dlopen() -> ghes_core_ops_get().
 */
#include "drivers/cores.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/coverage.h"
#include "drivers/imports.h"
#include "drivers/schedule.h"
#include "kernel/kernel_core.h"
#include "scenario/misbehave.h"

#define NR_ARCHS     2 /* enum sim_arch */
#define MAX_SEGMENTS 8

struct sim_core {
	char name[1024];
	char *dir;  /* kernel: the tree; NULL: libghes */
	char *ghes; /* kernel: another ghes.c, or NULL */
	char *so;   /* a shared object that is a core, in whatever build it is; or NULL */
	bool cover; /* native and stepped builds count what they reach */
	int arch;   /* kernel: as asked for, -1: as the scenario says */
	struct loaded {
		void *handle;
		char *path;	   /* NULL: in this program */
		uint64_t build_id; /* 0: not asked for yet */
		const struct ghes_core_ops *ops;
		/* kernel: its static state, and what that was before anything ran */
		struct image_segment segment[MAX_SEGMENTS];
		void *pristine[MAX_SEGMENTS];
		size_t nr_segments;
		const struct ghes_core_coverage *coverage; /* NULL: nothing counts */
	} build[SIM_NR_FLAVOURS][NR_ARCHS];
};

static const char *const flavours[SIM_NR_FLAVOURS] = {
	[SIM_NATIVE] = "native",
	[SIM_STEPPED] = "stepped",
	[SIM_INSTRUMENTED] = "instrumented",
	[SIM_STEPPED_TSAN] = "stepped-tsan",
};

/* ---- What the user named --------------------------------------------------------------------- */

static int set_option(struct sim_core *core, char *option, char *error, size_t error_size)
{
	char *value = strchr(option, '=');
	enum kernel_arch arch;

	if (value)
		*value++ = '\0';
	if (value && !strcmp(option, "ghes")) {
		core->ghes = realpath(value, NULL);
		if (core->ghes)
			return 0;
		snprintf(error, error_size, "core: ghes=%s: %s", value, strerror(errno));
		return -1;
	}
	if (value && !strcmp(option, "arch") && kernel_arch_by_name(value, &arch)) {
		core->arch = (int)arch;
		return 0;
	}
	snprintf(error, error_size,
		 "core: '%s%s%s' is not known, expected ghes=FILE or arch=arm64, x86 or all",
		 option, value ? "=" : "", value ? value : "");
	return -1;
}

static int set_kernel(struct sim_core *core, const char *spec, char *error, size_t error_size)
{
	char *save = NULL, *copy = strdup(spec), *word;
	int ret = 0;

	if (!copy) {
		snprintf(error, error_size, "out of memory");
		return -1;
	}
	word = strtok_r(copy, ",", &save);
	core->dir = realpath(word ? word : "", NULL);
	if (!core->dir) {
		snprintf(error, error_size, "core: kernel tree '%s': %s", word ? word : "",
			 strerror(errno));
		ret = -1;
	}
	while (!ret && (word = strtok_r(NULL, ",", &save)))
		ret = set_option(core, word, error, error_size);
	free(copy);
	return ret;
}

static int set_so(struct sim_core *core, const char *path, char *error, size_t error_size)
{
	core->so = realpath(path, NULL);
	if (core->so)
		return 0;
	snprintf(error, error_size, "core: so:%s: %s", path, strerror(errno));
	return -1;
}

struct sim_core *sim_core_open(const char *spec, char *error, size_t error_size)
{
	struct sim_core *core = calloc(1, sizeof(*core));
	int ret = 0;

	if (!core) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	core->arch = -1;
	snprintf(core->name, sizeof(core->name), "%s", spec);
	if (!strncmp(spec, "kernel:", 7)) {
		ret = set_kernel(core, spec + 7, error, error_size);
	} else if (!strncmp(spec, "so:", 3)) {
		ret = set_so(core, spec + 3, error, error_size);
	} else if (strcmp(spec, "lib")) {
		snprintf(error, error_size,
			 "core '%s' is not known, expected lib, kernel:DIR or so:FILE", spec);
		ret = -1;
	}
	if (ret) {
		sim_core_close(core);
		return NULL;
	}
	return core;
}

static void unload(struct loaded *l)
{
	for (size_t i = 0; i < l->nr_segments; i++)
		free(l->pristine[i]);
	if (l->handle)
		dlclose(l->handle);
	free(l->path);
}

void sim_core_close(struct sim_core *core)
{
	for (unsigned int i = 0; i < SIM_NR_FLAVOURS; i++)
		for (unsigned int arch = 0; arch < NR_ARCHS; arch++)
			unload(&core->build[i][arch]);
	free(core->dir);
	free(core->ghes);
	free(core->so);
	free(core);
}

const char *sim_core_name(const struct sim_core *core)
{
	return core->name;
}

char *sim_core_spec(const struct sim_core *core)
{
	const char *option = strstr(core->name, ",arch=");
	char *text = NULL;
	int n;

	if (core->dir)
		n = asprintf(&text, "kernel:%s%s%s%.*s", core->dir, core->ghes ? ",ghes=" : "",
			     core->ghes ? core->ghes : "",
			     option ? (int)(1 + strcspn(option + 1, ",")) : 0,
			     option ? option : "");
	else
		n = asprintf(&text, "%s%s", core->so ? "so:" : core->name,
			     core->so ? core->so : "");
	return n < 0 ? NULL : text;
}

char *sim_core_schedule(const struct sim_core *core, const char *driver,
			const struct sim_scenario *scenario, uint64_t seed, const char *choices)
{
	struct sim_schedule s = {.seed = seed, .choices = (char *)(uintptr_t)choices};
	char *spec = sim_core_spec(core);

	if (!spec || strlen(spec) >= sizeof(s.core) ||
	    strlen(scenario->file) >= sizeof(s.scenario) ||
	    (scenario->misbehaves && !misbehave_parse(scenario->misbehaves, s.misbehave))) {
		free(spec);
		return NULL;
	}
	snprintf(s.driver, sizeof(s.driver), "%s", driver);
	snprintf(s.scenario, sizeof(s.scenario), "%s", scenario->file);
	snprintf(s.core, sizeof(s.core), "%s", spec);
	free(spec);
	return schedule_text(&s);
}

/* ---- Its builds ------------------------------------------------------------------------------ */

/* Where the builds of libghes are: the environment, then the build tree, then the installation. */
static bool counts(const struct sim_core *core, enum sim_flavour flavour)
{
	return core->cover && (flavour == SIM_NATIVE || flavour == SIM_STEPPED);
}

static char *lib_path(enum sim_flavour flavour, bool cover)
{
	const char *dirs[] = {getenv("GHES_SIM_CORES"), GHES_SIM_BUILT_CORES,
			      GHES_SIM_INSTALLED_CORES};
	char *path = NULL;

	for (unsigned int i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (!dirs[i])
			continue;
		free(path);
		if (asprintf(&path, "%s/ghes-core-lib-%s%s.so", dirs[i], flavours[flavour],
			     cover ? "-coverage" : "") < 0)
			return NULL;
		if (!access(path, R_OK))
			break;
	}
	return path;
}

static char *kernel_path(const struct sim_core *core, enum sim_flavour flavour, enum sim_arch arch,
			 char *error, size_t error_size)
{
	static const enum kernel_flavour kernel_flavours[SIM_NR_FLAVOURS] = {
		[SIM_NATIVE] = KERNEL_NATIVE,
		[SIM_STEPPED] = KERNEL_STEPPED,
		[SIM_INSTRUMENTED] = KERNEL_INSTRUMENTED,
		[SIM_STEPPED_TSAN] = KERNEL_STEPPED_TSAN,
	};
	struct kernel_core_options o = {
		.arch = core->arch >= 0	       ? (enum kernel_arch)core->arch
			: arch == SIM_ARCH_X86 ? KERNEL_X86
					       : KERNEL_ARM64,
		.flavour = kernel_flavours[flavour],
		.ghes = core->ghes,
		.coverage = counts(core, flavour),
	};
	struct kernel_core_info info;
	char *path = NULL;

	if (kernel_core_build(core->dir, &o, &info)) {
		snprintf(error, error_size, "%s", info.error);
		if (info.compiler_output)
			fputs(info.compiler_output, stderr);
	} else {
		path = strdup(info.so);
	}
	kernel_core_info_free(&info);
	return path;
}

static char *path_of(const struct sim_core *core, enum sim_flavour flavour, enum sim_arch arch,
		     char *error, size_t error_size)
{
	char *path;

	if (core->dir)
		return kernel_path(core, flavour, arch, error, error_size);
	path = core->so ? strdup(core->so) : lib_path(flavour, counts(core, flavour));
	if (!path)
		snprintf(error, error_size, "out of memory");
	return path;
}

static int keep_pristine(struct loaded *l, const void *inside)
{
	struct image_segment counters = {.size = 0};
	size_t n;

	if (l->coverage)
		counters = l->coverage->counters;
	n = kernel_core_segments(inside, counters, l->segment, MAX_SEGMENTS);

	if (!n || n > MAX_SEGMENTS)
		return -1;
	for (; l->nr_segments < n; l->nr_segments++) {
		void *copy = malloc(l->segment[l->nr_segments].size);

		if (!copy)
			return -1;
		l->pristine[l->nr_segments] = memcpy(copy, l->segment[l->nr_segments].start,
						     l->segment[l->nr_segments].size);
	}
	return 0;
}

static int load(struct sim_core *core, enum sim_flavour flavour, enum sim_arch arch, char *error,
		size_t error_size)
{
	struct loaded *to = &core->build[flavour][arch];
	const struct ghes_core_ops *(*get)(void);
	char *path = path_of(core, flavour, arch, error, error_size);

	if (!path)
		return -1;
	free(to->path);
	to->path = path;
	to->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!to->handle) {
		snprintf(error, error_size, "the %s build of core %s cannot be loaded: %s",
			 flavours[flavour], core->name, dlerror());
		return -1;
	}
	/* POSIX: a function's address comes out of dlsym() by way of an object pointer. */
	*(void **)&get = dlsym(to->handle, "ghes_core_ops_get");
	if (!get) {
		snprintf(error, error_size, "core %s has no ghes_core_ops_get", core->name);
		return -1;
	}
	if (flavour == SIM_STEPPED && core->so && !dlsym(to->handle, "ghes_step_module")) {
		snprintf(error, error_size, "core %s has no stepped code", core->name);
		return -1;
	}
	/* Each function of an instrumented build begins with it, so one without it has none. */
	if (flavour == SIM_INSTRUMENTED && core->so &&
	    !imports_symbol(to->handle, "__tsan_func_entry")) {
		snprintf(error, error_size,
			 "core %s is not instrumented, so its accesses cannot be put in order; "
			 "expected a build with the options of pkg-config --cflags ghes-explore",
			 core->name);
		return -1;
	}
	if (counts(core, flavour)) {
		to->coverage = dlsym(to->handle, GHES_CORE_COVERAGE);
		if (!to->coverage || !to->coverage->dump || coverage_share(to->coverage)) {
			snprintf(error, error_size, "core %s counts nothing", core->name);
			return -1;
		}
	}
	if ((core->dir || core->so) && keep_pristine(to, (const void *)(uintptr_t)get)) {
		snprintf(error, error_size, "the state of core %s cannot be saved", core->name);
		return -1;
	}
	to->ops = get();
	return 0;
}

/* As if just loaded: a kernel's state is static, and the last run has left its own in it. */
static void restore_pristine(const struct loaded *l)
{
	for (size_t i = 0; i < l->nr_segments; i++)
		memcpy(l->segment[i].start, l->pristine[i], l->segment[i].size);
}

const struct ghes_core_ops *sim_core_ops(struct sim_core *core, enum sim_flavour flavour,
					 enum sim_arch arch, char *error, size_t error_size)
{
	struct loaded *to = &core->build[flavour][arch];

	if (to->ops) {
		restore_pristine(to);
		return to->ops;
	}
	if (!core->dir && !core->so && flavour == SIM_NATIVE && !core->cover)
		to->ops = ghes_core_ops_get();
	else if (load(core, flavour, arch, error, error_size))
		return NULL;
	return to->ops;
}

const char *sim_core_path(const struct sim_core *core, enum sim_flavour flavour, enum sim_arch arch)
{
	return core->build[flavour][arch].path;
}

/* FNV-1a: builds differ by accident, nobody makes them collide. */
static bool hash_file(uint64_t *hash, const char *path)
{
	unsigned char buf[65536];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return false;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		for (size_t i = 0; i < n; i++)
			*hash = (*hash ^ buf[i]) * UINT64_C(0x100000001b3);
	n = (size_t)ferror(f);
	fclose(f);
	return !n;
}

uint64_t sim_core_build_id(struct sim_core *core, enum sim_flavour flavour, enum sim_arch arch)
{
	struct loaded *l = &core->build[flavour][arch];
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	if (!l->build_id && hash_file(&hash, "/proc/self/exe") &&
	    (!l->path || hash_file(&hash, l->path)))
		l->build_id = hash;
	return l->build_id;
}

bool sim_core_cover(struct sim_core *core)
{
	core->cover = !core->so;
	return core->cover;
}

const char *sim_core_file(const struct sim_core *core, const char *path)
{
	const char *dir = core->dir ? core->dir : GHES_SIM_SOURCE_DIR;
	size_t n = strlen(dir);

	if (core->ghes && !strcmp(path, core->ghes))
		return path;
	if (strncmp(path, dir, n) || path[n] != '/' ||
	    (!core->dir && !strncmp(path + n, "/sim/", 5)))
		return NULL;
	return path + n + 1;
}

int sim_core_coverage(struct sim_core *core, const char *dir)
{
	int n = 0;

	for (unsigned int i = 0; i < SIM_NR_FLAVOURS; i++)
		for (unsigned int arch = 0; arch < NR_ARCHS; arch++) {
			char folder[4096];

			if (!core->build[i][arch].coverage)
				continue;
			snprintf(folder, sizeof(folder), "%s/%d", dir, n++);
			if (mkdir(folder, 0700) ||
			    coverage_write(core->build[i][arch].coverage, folder))
				return -1;
		}
	return n;
}

const struct ghes_step_module *sim_core_step_module(struct sim_core *core, enum sim_arch arch)
{
	void *handle = core->build[SIM_STEPPED][arch].handle;

	return handle ? dlsym(handle, "ghes_step_module") : NULL;
}

const struct ghes_step_module *sim_core_tsan_module(struct sim_core *core, enum sim_arch arch)
{
	void *handle = core->build[SIM_STEPPED_TSAN][arch].handle;

	return handle ? dlsym(handle, "ghes_step_module") : NULL;
}

int sim_core_attach(struct sim_core *core, enum sim_flavour flavour, enum sim_arch arch,
		    struct sim_machine *m)
{
	const struct loaded *l = &core->build[flavour][arch];

	/* libghes has none: all of its state is in the machine's arena. */
	for (size_t i = 0; i < l->nr_segments; i++)
		if (sim_snapshot_add_region(m, l->segment[i].start, l->segment[i].size))
			return -1;
	return 0;
}
