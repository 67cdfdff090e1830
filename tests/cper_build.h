/* SPDX-License-Identifier: GPL-2.0-only */
/* Status blocks and CPER records made in code: one plausible payload per section type. */
#ifndef GHES_TESTS_CPER_BUILD_H
#define GHES_TESTS_CPER_BUILD_H

#include <ghes/cper.h>

#define CPER_BUILD_MAX 2048

/* GUID of section kind @n from 0; NULL: there are no more. One of them is not known to anyone. */
const guid_t *cper_build_type(unsigned int n);

/* A payload of kind @n, all validation bits set, structures behind it included. Return: its size */
uint32_t cper_build_payload(unsigned int n, uint8_t payload[CPER_BUILD_MAX]);

/* A block with one entry, its header of revision 2.1 or 3.0. Return: its size */
size_t cper_build_estatus(uint8_t *buf, const guid_t *type, bool v3, const uint8_t *payload,
			  uint32_t length);

/* A record with one section. Return: its size */
size_t cper_build_record(uint8_t *buf, const guid_t *type, const uint8_t *payload, uint32_t length);

#endif
