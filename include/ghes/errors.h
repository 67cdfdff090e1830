/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one list of errors. Every function of libghes that can fail returns 0 or one of these
 * negative values; no other value leaves the library. The numbers are Linux's errno values on
 * every host, so that an answer reads the same here and in the kernel's own code.
 *
 * X(name, number, text): enum GHES_E<name>; ghes_strerror() gives the text.
 */
#ifndef GHES_ERRORS_H
#define GHES_ERRORS_H

#include <ghes/api.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GHES_ERRORS(X)                                                                             \
	X(PERM, 1, "not permitted in this state")                                                  \
	X(NOENT, 2, "nothing there: no record, no such source or table")                           \
	X(IO, 5, "the record or the register could not be read")                                   \
	X(AGAIN, 11, "try again later")                                                            \
	X(NOMEM, 12, "out of memory, or the estatus pool is exhausted")                            \
	X(FAULT, 14, "address outside of what the platform can map")                               \
	X(BUSY, 16, "already in use")                                                              \
	X(EXIST, 17, "already there")                                                              \
	X(NODEV, 19, "not an error source this library handles")                                   \
	X(INVAL, 22, "malformed or inconsistent input")                                            \
	X(NOSPC, 28, "does not fit in the caller's buffer")                                        \
	X(RANGE, 34, "a length, count or offset is out of range")                                  \
	X(OVERFLOW, 75, "a table or record claims more than there is")                             \
	X(NOTSUP, 95, "this platform does not support it")                                         \
	X(INPROGRESS, 115, "queued, not yet processed")                                            \
	X(CANCELED, 125, "a repeat of a record that was already dealt with")

enum ghes_error {
#define GHES_ERROR_ENUM(name, number, text) GHES_E##name = number,
	GHES_ERRORS(GHES_ERROR_ENUM)
#undef GHES_ERROR_ENUM
};

/**
 * ghes_strerror() - text of an error code
 * @err: 0, a positive enum ghes_error or its negative
 *
 * Context: any. Return: a constant string, never NULL; "success" for 0.
 */
GHES_API const char *ghes_strerror(int err);

#ifdef __cplusplus
}
#endif

#endif
