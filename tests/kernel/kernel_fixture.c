// SPDX-License-Identifier: GPL-2.0-only
#include "kernel_fixture.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct kernel_fixture *current;

static void op_defect(struct ghes_platform *p, const char *oracle, const char *message)
{
	struct kernel_fixture *kf = current;

	(void)p;
	assert_in_range(kf->defects, 0, KF_DEFECTS - 1);
	snprintf(kf->oracle[kf->defects], sizeof(kf->oracle[0]), "%s", oracle);
	snprintf(kf->message[kf->defects], sizeof(kf->message[0]), "%s", message);
	kf->defects++;
}

static struct kernel_fixture *open_core(const char *tree, const struct kernel_core_options *options)
{
	const struct ghes_core_ops *(*get)(void);
	struct kernel_fixture *kf = calloc(1, sizeof(*kf));
	struct kernel_core_info info;

	assert_non_null(kf);
	if (kernel_core_build(tree, options, &info))
		fail_msg("%s\n%s", info.error, info.compiler_output ? info.compiler_output : "");
	kf->handle = dlopen(info.so, RTLD_NOW | RTLD_LOCAL);
	if (!kf->handle)
		fail_msg("%s", dlerror());
	kernel_core_info_free(&info);
	*(void **)&get = dlsym(kf->handle, "ghes_core_ops_get");
	assert_non_null(get);
	kf->fx = fx_machine();
	kf->fx->kernel_locks = true;
	kf->fx->fake.ops.defect = op_defect;
	kf->fx->ops = get();
	current = kf;
	assert_int_equal(kf->fx->ops->create(&kf->fx->fake.platform, &kf->fx->core), 0);
	return kf;
}

struct kernel_fixture *kf_open(const char *tree, enum kernel_arch arch, const char *ghes)
{
	struct kernel_core_options options = {.arch = arch, .ghes = ghes};

	return open_core(tree, &options);
}

struct kernel_fixture *kf_open_flavour(const char *tree, enum kernel_arch arch,
				       enum kernel_flavour flavour)
{
	struct kernel_core_options options = {.arch = arch, .flavour = flavour};

	return open_core(tree, &options);
}

void kf_close(struct kernel_fixture *kf)
{
	fx_settle(kf->fx);
	fx_destroy(kf->fx);
	dlclose(kf->handle);
	free(kf);
}

void kf_drop(struct kernel_fixture *kf)
{
	struct core_fixture *fx = kf->fx;

	fx->ops->destroy(fx->core);
	assert_int_equal(fx->fake.live_blocks, 0);
	dlclose(kf->handle);
	free(fx->memory);
	free(fx);
	free(kf);
}

bool kf_has_defect(const struct kernel_fixture *kf, const char *oracle, const char *part)
{
	for (unsigned int i = 0; i < kf->defects; i++)
		if (!strcmp(kf->oracle[i], oracle) && strstr(kf->message[i], part))
			return true;
	return false;
}
