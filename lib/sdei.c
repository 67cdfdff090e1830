// SPDX-License-Identifier: GPL-2.0-only
/*
 * SDEI events for sources (the kernel's sdei_register_ghes() in drivers/firmware/arm_sdei.c).
 *
 * Flow: probe -> priority from firmware -> class -> register -> enable; remove -> disable ->
 *	 unregister, which firmware refuses as long as a handler runs.
 *
 * Firmware knows the priority, the table does not: so it is asked, and the class (slot and lock)
 * follows. Source: Arm DEN0054, SDEI_EVENT_GET_INFO, _REGISTER, _ENABLE, _DISABLE, _UNREGISTER.
 */
#include "internal.h"

#define UNREGISTER_TRIES 3

/* Unregister; a handler may still run on another CPU. */
static int unregister(struct ghes *ghes)
{
	struct ghes_platform *p = ghes->core->platform;
	uint32_t event = ghes->generic.notify.vector;
	int rc = 0;

	for (int i = 0; i < UNREGISTER_TRIES; i++) {
		rc = p->ops->sdei_event_unregister(p, event);
		if (rc != -GHES_EINPROGRESS)
			break;
		p->ops->schedule(p);
	}
	if (!rc)
		ghes->event_registered = false;
	return rc;
}

int sdei_choose_class(struct ghes *ghes)
{
	struct ghes_platform *p = ghes->core->platform;
	uint32_t event = ghes->generic.notify.vector;
	uint64_t priority;
	int rc;

	/* Event 0 is SDEI_EVENT_SIGNAL's */
	if (event == 0)
		return -GHES_EINVAL;
	rc = p->ops->sdei_event_get_info(p, event, SDEI_EVENT_INFO_EV_PRIORITY, &priority);
	if (rc)
		return rc;
	ghes->class = &ghes->core->class[priority == SDEI_EVENT_PRIORITY_CRITICAL
						 ? FIX_APEI_GHES_SDEI_CRITICAL
						 : FIX_APEI_GHES_SDEI_NORMAL];
	return 0;
}

int sdei_register_ghes(struct ghes *ghes)
{
	struct ghes_platform *p = ghes->core->platform;
	uint32_t event = ghes->generic.notify.vector;
	int rc = p->ops->sdei_event_register(p, event);

	if (rc)
		return rc;
	ghes->event_registered = true;
	rc = p->ops->sdei_event_enable(p, event);
	/* The kernel leaves the event registered here, with a pointer to what it frees next. */
	if (rc)
		unregister(ghes);
	return rc;
}

int sdei_unregister_ghes(struct ghes *ghes)
{
	struct ghes_platform *p = ghes->core->platform;
	int rc;

	if (!ghes->event_registered)
		return 0;
	/* No new ones; the event may be running on another CPU */
	rc = p->ops->sdei_event_disable(p, ghes->generic.notify.vector);
	return rc ? rc : unregister(ghes);
}
