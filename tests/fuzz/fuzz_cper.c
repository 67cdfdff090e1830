// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a full CPER record: every decode is clean and balanced, and findings point into
 * the bytes. The signature is put there, for nothing else is behind it.
 */
#include <string.h>

#include "cper_build.h"
#include "cper_shape.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = malloc(size ? size : 1);

	if (!bytes)
		return 0;
	if (size)
		memcpy(bytes, data, size);
	if (size >= CPER_SIG_SIZE)
		memcpy(bytes, CPER_SIG_RECORD, CPER_SIG_SIZE);
	cper_shape_check(bytes, size, 0);
	free(bytes);
	return 0;
}

size_t fuzz_seed(unsigned int n, uint8_t *buf, size_t size)
{
	static uint8_t payload[CPER_BUILD_MAX];
	const guid_t *type = cper_build_type(n = 2 * n + 1); /* fuzz_estatus has the others */

	FUZZ_CHECK(size >= 200 + CPER_BUILD_MAX);
	return type ? cper_build_record(buf, type, payload, cper_build_payload(n, payload)) : 0;
}
