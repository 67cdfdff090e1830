// SPDX-License-Identifier: GPL-2.0-only
#include <ghes/errors.h>

const char *ghes_strerror(int err)
{
	switch (err < 0 ? -(unsigned int)err : (unsigned int)err) {
	case 0:
		return "success";
#define GHES_ERROR_CASE(name, number, text)                                                        \
	case number:                                                                               \
		return text;
		GHES_ERRORS(GHES_ERROR_CASE)
#undef GHES_ERROR_CASE
	}
	return "unknown error";
}
