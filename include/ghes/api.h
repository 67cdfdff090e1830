/* SPDX-License-Identifier: GPL-2.0-only */
/* GHES_API marks what the shared library exports; everything else stays hidden. */
#ifndef GHES_API_H
#define GHES_API_H

#define GHES_API	       __attribute__((visibility("default")))
#define GHES_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

#endif
