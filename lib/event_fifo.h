/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events on their way from interrupt context to a work item: vendor records, CXL events.
 *
 * Flow: process.c (irq, or task with interrupts masked) -> ghes_event_fifo_put(), a copy in
 * memory that was allocated when the core was created -> work item -> deliver(), oldest first.
 *
 *            put   deliver   exit
 *   put       L       L        X      L: the fifo's own raw lock, interrupts masked
 *   deliver           L        X
 *
 *            task   irq   nmi   nmi-in-nmi
 *   put       y      y     -        -
 *   deliver   y      -     -        -
 *
 * Progress: put blocks for the lock only, which is held for one copy. What does not fit is
 * dropped, told to the caller, and nothing else happens: unlike the kernel's copies in the estatus
 * pool, a consumer that does not come cannot starve the readers of new records.
 *
 * Invariants: events <= events_max; first and next are multiples of 8 below or at size; the bytes
 * from first to next (around the end if next <= first and events != 0) are events in order.
 */
#ifndef GHES_LIB_EVENT_FIFO_H
#define GHES_LIB_EVENT_FIFO_H

#include <ghes/platform.h>

/* An event; its bytes follow, aligned to 8 */
struct ghes_event {
	uint32_t len; /* of what follows */
	int32_t severity;
	uint64_t tag; /* what the producer says about it */
};

static inline const void *ghes_event_data(const struct ghes_event *event)
{
	return event + 1;
}

struct ghes_event_fifo {
	struct ghes_platform *platform;
	void (*deliver)(struct ghes_platform *p, const struct ghes_event *event);
	uint8_t *memory;
	uint32_t size;
	uint32_t events_max;

	struct ghes_raw_spinlock lock; /* for what follows */
	uint32_t first;
	uint32_t next;
	uint32_t events;
	bool delivering;
	uint64_t dropped;

	struct ghes_work work;
};

/**
 * ghes_event_fifo_init() - a fifo for @events_max events and @size bytes, headers included
 *
 * Context: task. Return: 0 or -GHES_ENOMEM.
 */
int ghes_event_fifo_init(struct ghes_event_fifo *fifo, struct ghes_platform *p, const char *name,
			 uint32_t size, uint32_t events_max,
			 void (*deliver)(struct ghes_platform *p, const struct ghes_event *event));

/* Deliver what is there, then free. Nobody may put any more. Context: task. */
void ghes_event_fifo_exit(struct ghes_event_fifo *fifo);

/**
 * ghes_event_fifo_put() - copy an event and schedule its delivery
 *
 * Context: task, irq. Return: 0; -GHES_ENOSPC: full (counted), the event is gone.
 */
int ghes_event_fifo_put(struct ghes_event_fifo *fifo, int severity, uint64_t tag, const void *data,
			uint32_t len);

#endif
