/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two files of the C-library side share. */
#ifndef GHES_KERNEL_GLUE_H
#define GHES_KERNEL_GLUE_H

#include <ghes/core.h>

#include "../host.h"

extern struct ghes_platform *host_platform;

void host_free_all(void);

/* What the platform calls back; each enters the kernel side as a notification does. */
void glue_run_rcu(struct ghes_rcu_head *head);
void glue_run_work(struct ghes_work *work);
void glue_run_task_work(struct ghes_work *work);

#endif
