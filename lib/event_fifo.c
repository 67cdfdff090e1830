// SPDX-License-Identifier: GPL-2.0-only
#include "event_fifo.h"

#include <string.h>

#include "internal.h"

#define EVENT_SKIP UINT32_MAX /* as a length: no event here, go to the start */

/* Bytes that an event of @len takes; 64 bits, so that no length can wrap */
static uint64_t event_size(uint32_t len)
{
	return sizeof(struct ghes_event) + (((uint64_t)len + 7) & ~UINT64_C(7));
}

static struct ghes_event *event_at(struct ghes_event_fifo *fifo, uint32_t offset)
{
	return (struct ghes_event *)(void *)(fifo->memory + offset);
}

/* Where @need contiguous bytes are free, or UINT32_MAX. Moves next to the start if it must. */
static uint32_t find_room(struct ghes_event_fifo *fifo, uint64_t need)
{
	if (fifo->events == 0)
		fifo->first = fifo->next = 0;
	else if (fifo->next <= fifo->first)
		return need <= fifo->first - fifo->next ? fifo->next : UINT32_MAX;

	if (need <= fifo->size - fifo->next)
		return fifo->next;
	if (need > fifo->first)
		return UINT32_MAX;
	/* The rest up to the end stays empty; where it is too short for a mark, none is needed. */
	if (fifo->size - fifo->next >= sizeof(struct ghes_event))
		event_at(fifo, fifo->next)->len = EVENT_SKIP;
	return 0;
}

static int put_locked(struct ghes_event_fifo *fifo, int severity, uint64_t tag, const void *data,
		      uint32_t len)
{
	uint64_t need = event_size(len);
	struct ghes_event *event;
	uint32_t at = UINT32_MAX;

	if (fifo->events < fifo->events_max)
		at = find_room(fifo, need);
	if (at == UINT32_MAX) {
		fifo->dropped++;
		return -GHES_ENOSPC;
	}
	event = event_at(fifo, at);
	event->len = len;
	event->severity = severity;
	event->tag = tag;
	memcpy(event + 1, data, len);
	fifo->next = at + (uint32_t)need;
	fifo->events++;
	return 0;
}

/* The oldest event, or NULL. It stays where it is until it was popped. */
static const struct ghes_event *oldest(struct ghes_event_fifo *fifo)
{
	if (fifo->events == 0)
		return NULL;
	if (fifo->size - fifo->first < sizeof(struct ghes_event) ||
	    event_at(fifo, fifo->first)->len == EVENT_SKIP)
		fifo->first = 0;
	return event_at(fifo, fifo->first);
}

/* One consumer at a time, wherever the platform runs works; a second one leaves it to the first. */
static void deliver_all(struct ghes_event_fifo *fifo)
{
	struct ghes_platform *p = fifo->platform;
	const struct ghes_event *event;
	uint32_t flags = ghes_lock_irqsave(p, &fifo->lock);

	if (!fifo->delivering) {
		fifo->delivering = true;
		while ((event = oldest(fifo)) != NULL) {
			ghes_unlock_irqrestore(p, &fifo->lock, flags);
			fifo->deliver(p, event);
			flags = ghes_lock_irqsave(p, &fifo->lock);
			fifo->first += (uint32_t)event_size(event->len);
			fifo->events--;
		}
		fifo->delivering = false;
	}
	ghes_unlock_irqrestore(p, &fifo->lock, flags);
}

static void deliver_work(struct ghes_work *work)
{
	deliver_all(container_of(work, struct ghes_event_fifo, work));
}

int ghes_event_fifo_init(struct ghes_event_fifo *fifo, struct ghes_platform *p, const char *name,
			 uint32_t size, uint32_t events_max,
			 void (*deliver)(struct ghes_platform *p, const struct ghes_event *event))
{
	*fifo = (struct ghes_event_fifo){
		.platform = p,
		.deliver = deliver,
		.size = size & ~7u,
		.events_max = events_max,
		.lock.name = name,
	};
	fifo->memory = p->ops->alloc(p, fifo->size);
	return fifo->memory ? 0 : -GHES_ENOMEM;
}

void ghes_event_fifo_exit(struct ghes_event_fifo *fifo)
{
	struct ghes_platform *p = fifo->platform;

	if (!fifo->memory)
		return;
	p->ops->cancel_work_sync(p, &fifo->work);
	deliver_all(fifo);
	p->ops->free(p, fifo->memory, fifo->size);
	fifo->memory = NULL;
}

int ghes_event_fifo_put(struct ghes_event_fifo *fifo, int severity, uint64_t tag, const void *data,
			uint32_t len)
{
	struct ghes_platform *p = fifo->platform;
	uint32_t flags = ghes_lock_irqsave(p, &fifo->lock);
	int rc = put_locked(fifo, severity, tag, data, len);

	ghes_unlock_irqrestore(p, &fifo->lock, flags);
	if (rc == 0)
		p->ops->schedule_work_on(p, p->ops->smp_processor_id(p), &fifo->work, deliver_work);
	return rc;
}
