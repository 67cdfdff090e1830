/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_CLI_CHECK_PAGE_H
#define SIM_CLI_CHECK_PAGE_H

#include "check_tell.h"

/* check --html: the page of a check that ends with @status. 0, or -1 with errno set. */
int write_page(const struct check *c, const struct teller *t, const struct check_finds *finds,
	       int status);

#endif
