/* SPDX-License-Identifier: GPL-2.0-only */
/* What a loaded shared object asks of others: by it a build is known for what it is. */
#ifndef SIM_DRIVERS_IMPORTS_H
#define SIM_DRIVERS_IMPORTS_H

#include <stdbool.h>

/**
 * imports_symbol() - does a shared object refer to a symbol that it may not have itself?
 * @handle: of dlopen()
 * @symbol: its whole name
 *
 * Context: task. Return: false also for an object that cannot be looked into.
 */
bool imports_symbol(void *handle, const char *symbol);

#endif
