// SPDX-License-Identifier: GPL-2.0-only
// The headers that a host of the library needs, and its functions, from C++.
#include <ghes/core.h>
#include <ghes/cper.h>
#include <ghes/explore.h>
#include <ghes/gar.h>
#include <ghes/hest.h>
#include <ghes/hest_fields.h>
#include <ghes/hest_text.h>
#include <ghes/platform_posix.h>

#include <cstdio>

int main()
{
	ghes_platform_posix_config config = {};
	ghes_platform *platform;
	ghes_core *core;
	const ghes_core_ops *ops = ghes_core_ops_get();

	if (ghes_platform_posix_create(&config, &platform))
		return 1;
	if (ops->create(platform, &core))
		return 1;
	std::printf("%s %s\n", ops->name, ghes_strerror(ops->remove(core, 1)));
	ops->destroy(core);
	ghes_platform_posix_destroy(platform);
	return 0;
}
