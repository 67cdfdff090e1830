// SPDX-License-Identifier: GPL-2.0-only
/* The message box; see the header. Built with -fsanitize=thread and with points. */
#include "tsan_subject.h"

#include <stdatomic.h>
#include <stddef.h>

/* Keeps the two halves two accesses. */
static void fill(struct tsan_message *slot, uint64_t value)
{
	slot->first = value;
	atomic_signal_fence(memory_order_seq_cst);
	slot->second = value;
}

static void copy(struct tsan_message *to, const struct tsan_message *slot)
{
	to->first = slot->first;
	atomic_signal_fence(memory_order_seq_cst);
	to->second = slot->second;
}

void tsan_write_plain(struct tsan_box *box, uint64_t value)
{
	fill(&box->slot, value);
}

bool tsan_read_plain(struct tsan_box *box, struct tsan_message *message)
{
	copy(message, &box->slot);
	return true;
}

static void publish(struct tsan_box *box, uint64_t value, memory_order order)
{
	if (atomic_load_explicit(&box->published, memory_order_acquire))
		return;
	fill(&box->slot, value);
	atomic_store_explicit(&box->published, &box->slot, order);
}

static bool read_published(struct tsan_box *box, struct tsan_message *message, memory_order order)
{
	struct tsan_message *slot = atomic_load_explicit(&box->published, order);

	if (!slot)
		return false;
	copy(message, slot);
	return true;
}

void tsan_publish_relaxed(struct tsan_box *box, uint64_t value)
{
	publish(box, value, memory_order_relaxed);
}

void tsan_publish_release(struct tsan_box *box, uint64_t value)
{
	publish(box, value, memory_order_release);
}

bool tsan_read_relaxed(struct tsan_box *box, struct tsan_message *message)
{
	return read_published(box, message, memory_order_relaxed);
}

bool tsan_read_acquire(struct tsan_box *box, struct tsan_message *message)
{
	return read_published(box, message, memory_order_acquire);
}
