/* SPDX-License-Identifier: GPL-2.0-only */
/* Code under ThreadSanitizer with points: three ways to hand a message over, one of them right. */
#ifndef STEP_TSAN_SUBJECT_H
#define STEP_TSAN_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

struct tsan_message {
	uint64_t first, second;
};

struct tsan_box {
	struct tsan_message slot;
	struct tsan_message *_Atomic published;
};

/* Plain accesses to the slot, unordered. */
void tsan_write_plain(struct tsan_box *box, uint64_t value);
/* Fill the slot, then publish it, relaxed or with release. Only if nothing is published yet. */
void tsan_publish_relaxed(struct tsan_box *box, uint64_t value);
void tsan_publish_release(struct tsan_box *box, uint64_t value);

/* What is in the slot, or is published: false if nothing is. Plain, relaxed, acquire. */
bool tsan_read_plain(struct tsan_box *box, struct tsan_message *message);
bool tsan_read_relaxed(struct tsan_box *box, struct tsan_message *message);
bool tsan_read_acquire(struct tsan_box *box, struct tsan_message *message);

#endif
