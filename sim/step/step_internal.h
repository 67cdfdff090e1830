/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files of sim/step only. */
#ifndef GHES_STEP_INTERNAL_H
#define GHES_STEP_INTERNAL_H

/* Bookkeeping that the interrupted path and handlers on fibers share without being under test. */
#define GHES_STEP_NO_TSAN __attribute__((no_sanitize("thread")))

#endif
