/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HESTs made in code, good ones; a test then spoils the byte that it is about.
 *
 * The layout is written down here a second time, as numbers out of the specification, so that a
 * mistake in <ghes/acpi.h> does not cancel itself out.
 */
#ifndef HEST_BUILD_H
#define HEST_BUILD_H

#include <assert.h>
#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HEST_BUILD_MAX 16384

struct hest_build {
	size_t size;
	uint32_t count;
	uint8_t bytes[HEST_BUILD_MAX];
};

static inline void put16(uint8_t *at, uint16_t value)
{
	value = htole16(value);
	memcpy(at, &value, sizeof(value));
}

static inline void put32(uint8_t *at, uint32_t value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof(value));
}

static inline void put64(uint8_t *at, uint64_t value)
{
	value = htole64(value);
	memcpy(at, &value, sizeof(value));
}

/* Length, count and checksum as they should be for what is there */
static inline void hest_finish(struct hest_build *b)
{
	uint8_t sum = 0;

	put32(b->bytes + 4, (uint32_t)b->size);
	put32(b->bytes + 36, b->count);
	b->bytes[9] = 0;
	for (size_t i = 0; i < b->size; i++)
		sum = (uint8_t)(sum + b->bytes[i]);
	b->bytes[9] = (uint8_t)-sum;
}

static inline void hest_begin(struct hest_build *b)
{
	memset(b, 0, sizeof(*b));
	memcpy(b->bytes, "HEST", 4);
	b->bytes[8] = 1;
	memcpy(b->bytes + 10, "GHES  SIMULATE", 14);
	memcpy(b->bytes + 28, "TEST", 4);
	b->size = 40;
	hest_finish(b);
}

static inline uint8_t *hest_add(struct hest_build *b, uint16_t type, uint16_t id, size_t size)
{
	uint8_t *at = b->bytes + b->size;

	assert(b->size + size <= sizeof(b->bytes));
	put16(at, type);
	put16(at + 2, id);
	b->size += size;
	b->count++;
	return at;
}

static inline void put_gas(uint8_t *at, uint8_t space, uint8_t width, uint8_t offset,
			   uint8_t access, uint64_t address)
{
	at[0] = space;
	at[1] = width;
	at[2] = offset;
	at[3] = access;
	put64(at + 4, address);
}

static inline void put_notify(uint8_t *at, uint8_t type, uint32_t poll_ms, uint32_t vector)
{
	at[0] = type;
	at[1] = 28;
	put32(at + 4, poll_ms);
	put32(at + 8, vector);
}

/* Type 9: 64 bytes; notified in the way given, everything else in order */
static inline uint8_t *hest_add_ghes(struct hest_build *b, uint16_t id, uint8_t notify)
{
	uint8_t *at = hest_add(b, 9, id, 64);

	put16(at + 4, 0xffff);
	at[7] = 1;
	put32(at + 8, 1);
	put32(at + 12, 1);
	put32(at + 16, 4096);
	put_gas(at + 20, 0, 64, 0, 4, 0x80000000u + 8u * id);
	put_notify(at + 32, notify, 1000, 0x20u + notify);
	put32(at + 60, 4096);
	return at;
}

/* Type 10: 92 bytes */
static inline uint8_t *hest_add_ghes_v2(struct hest_build *b, uint16_t id, uint8_t notify)
{
	uint8_t *at = hest_add_ghes(b, id, notify);

	assert(b->size + 28 <= sizeof(b->bytes));
	b->size += 28;
	put16(at, 10);
	put_gas(at + 64, 0, 64, 0, 4, 0x90000000u + 8u * id);
	put64(at + 76, 0xfffffffffffffffeull);
	put64(at + 84, 1);
	return at;
}

/* Types 0 (40 + 28 a bank), 1 and 11 (48 + 28 a bank) */
static inline uint8_t *hest_add_mc(struct hest_build *b, uint16_t type, uint16_t id, uint8_t banks)
{
	const size_t fixed = type == 0 ? 40 : 48;
	uint8_t *at = hest_add(b, type, id, fixed + 28u * banks);

	at[6] = 1; /* firmware first */
	at[7] = 1;
	put32(at + 8, 1);
	put32(at + 12, 1);
	if (type != 0)
		put_notify(at + 16, 5, 0, 0);
	at[type == 0 ? 32 : 44] = banks;
	for (uint8_t i = 0; i < banks; i++) {
		at[fixed + 28u * i] = i;
		put32(at + fixed + 28u * i + 4, 0x400u + 4u * i);
	}
	return at;
}

/* Type 2: 20 bytes */
static inline uint8_t *hest_add_nmi(struct hest_build *b, uint16_t id)
{
	uint8_t *at = hest_add(b, 2, id, 20);

	put32(at + 8, 1);
	put32(at + 12, 1);
	return at;
}

/* Types 6, 7, 8: 48, 44 and 56 bytes */
static inline uint8_t *hest_add_aer(struct hest_build *b, uint16_t type, uint16_t id)
{
	uint8_t *at = hest_add(b, type, id, type == 6 ? 48 : type == 7 ? 44 : 56);

	at[6] = 3; /* firmware first, global */
	at[7] = 1;
	put32(at + 8, 1);
	put32(at + 12, 1);
	return at;
}

/* One source of each defined type, ids 0..8, in this order: 0 1 2 6 7 8 9 10 11 */
static inline void hest_all_types(struct hest_build *b)
{
	hest_begin(b);
	hest_add_mc(b, 0, 0, 2);
	hest_add_mc(b, 1, 1, 3);
	hest_add_nmi(b, 2);
	hest_add_aer(b, 6, 3);
	hest_add_aer(b, 7, 4);
	hest_add_aer(b, 8, 5);
	hest_add_ghes(b, 6, 0);
	hest_add_ghes_v2(b, 7, 11);
	hest_add_mc(b, 11, 8, 1);
	hest_finish(b);
}

/* The bytes in a block of their own, at an odd address, so that ASan and UBSan see each slip */
static inline uint8_t *hest_exact(const uint8_t *bytes, size_t size, void **to_free)
{
	uint8_t *block = malloc(size + 1);

	assert(block);
	*to_free = block;
	memcpy(block + 1, bytes, size);
	return block + 1;
}

#endif
