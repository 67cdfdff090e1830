/* SPDX-License-Identifier: GPL-2.0-only */
/* A kernel core on the machine of core_fixture.h. */
#ifndef GHES_TESTS_KERNEL_FIXTURE_H
#define GHES_TESTS_KERNEL_FIXTURE_H

#include "core_fixture.h"
#include "kernel/kernel_core.h"

#define KF_DEFECTS 32

struct kernel_fixture {
	struct core_fixture *fx;
	void *handle;
	char oracle[KF_DEFECTS][16];
	char message[KF_DEFECTS][256];
	unsigned int defects;
};

/*
 * Build @tree for @arch (with @ghes for its ghes.c, or NULL), load it, create a core. Fails the
 * test with the build's message. kf_close() destroys it; everything must have been given back.
 */
struct kernel_fixture *kf_open(const char *tree, enum kernel_arch arch, const char *ghes);
struct kernel_fixture *kf_open_flavour(const char *tree, enum kernel_arch arch,
				       enum kernel_flavour flavour);
void kf_close(struct kernel_fixture *kf);
/* For a core that panicked: its memory must have come back, but what was pending stays undone. */
void kf_drop(struct kernel_fixture *kf);
/* Was a defect of @oracle reported whose message has @part in it? */
bool kf_has_defect(const struct kernel_fixture *kf, const char *oracle, const char *part);

#endif
