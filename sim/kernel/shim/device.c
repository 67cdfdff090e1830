// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver model as far as hest.c and ghes.c see it, and what a probe asks for: interrupts,
 * timers, NMIs, the HED notifier. Flow: hest.c makes the devices, ghes.c registers the driver,
 * which is bound to each of them; k_notify_*() then call the handlers that probes left here.
 *
 * All of it changes in task context only. Handlers are looked up by notifications, which the host
 * may deliver while a source is removed: a slot is taken and released with one store each.
 */
#include "shim.h"

#define NR_HASH 512

static struct platform_device *devices, **devices_end = &devices;
static struct platform_device *hashed[NR_HASH];
static struct platform_driver *driver;
static struct platform_device *probing; /* the device whose probe or remove runs */

struct platform_device *platform_device_alloc(const char *name, int id)
{
	struct platform_device *pdev = kzalloc(sizeof(*pdev), GFP_KERNEL);

	if (!pdev)
		return NULL;
	pdev->name = name;
	pdev->id = id;
	snprintf(pdev->shim_name, sizeof(pdev->shim_name), "%s.%d", name, id);
	pdev->dev.init_name = pdev->shim_name;
	return pdev;
}

int platform_device_add_data(struct platform_device *pdev, const void *data, size_t size)
{
	pdev->dev.platform_data = kmemdup(data, size, GFP_KERNEL);
	return pdev->dev.platform_data ? 0 : -ENOMEM;
}

int platform_device_add(struct platform_device *pdev)
{
	struct platform_device **head = &hashed[shim_source_of(pdev) % NR_HASH];

	*devices_end = pdev;
	devices_end = &pdev->shim_next;
	pdev->shim_chain = *head;
	*head = pdev;
	return 0;
}

void platform_device_put(struct platform_device *pdev)
{
	kfree(pdev->dev.platform_data);
	kfree(pdev);
}

void platform_device_unregister(struct platform_device *pdev)
{
	struct platform_device **link = &devices, **head = &hashed[shim_source_of(pdev) % NR_HASH];

	while (*link && *link != pdev)
		link = &(*link)->shim_next;
	if (*link)
		*link = pdev->shim_next;
	while (*head && *head != pdev)
		head = &(*head)->shim_chain;
	if (*head)
		*head = pdev->shim_chain;
	for (devices_end = &devices; *devices_end;)
		devices_end = &(*devices_end)->shim_next;
	platform_device_put(pdev);
}

struct platform_device *shim_probing(void)
{
	return probing;
}

u16 shim_source_of(struct platform_device *pdev)
{
	struct acpi_hest_generic *generic = *(struct acpi_hest_generic **)pdev->dev.platform_data;

	return generic->header.source_id;
}

static int bind(struct platform_device *pdev)
{
	int rc;

	probing = pdev;
	pdev->dev.driver = &driver->driver;
	rc = driver->probe(pdev);
	probing = NULL;
	pdev->shim_bound = rc == 0;
	return rc;
}

static int unbind(struct platform_device *pdev)
{
	int rc = 0;

	probing = pdev;
	if (driver->remove_new)
		driver->remove_new(pdev);
	else
#ifdef SHIM_REMOVE_RETURNS_INT
		rc = driver->remove(pdev);
#else
		driver->remove(pdev);
#endif
	probing = NULL;
	pdev->shim_bound = false;
	return rc;
}

int platform_driver_register(struct platform_driver *drv)
{
	struct platform_device *pdev;

	/* A tree may hold other drivers (vendor decoders): no device of theirs exists. */
	if (strcmp(drv->driver.name, "GHES"))
		return 0;
	driver = drv;
	for (pdev = devices; pdev; pdev = pdev->shim_next)
		bind(pdev);
	return 0;
}

void platform_driver_unregister(struct platform_driver *drv)
{
	k_remove_all();
	driver = NULL;
}

static struct platform_device *find_device(u16 source_id)
{
	struct platform_device *pdev = hashed[source_id % NR_HASH];

	while (pdev && shim_source_of(pdev) != source_id)
		pdev = pdev->shim_chain;
	return pdev;
}

unsigned int shim_nr_bound(void)
{
	struct platform_device *pdev;
	unsigned int n = 0;

	for (pdev = devices; pdev; pdev = pdev->shim_next)
		n += pdev->shim_bound;
	return n;
}

int k_probe(unsigned short source_id)
{
	struct platform_device *pdev = find_device(source_id);

	if (!driver || !pdev)
		return -ENODEV;
	return pdev->shim_bound ? -EBUSY : bind(pdev);
}

int k_remove(unsigned short source_id)
{
	struct platform_device *pdev = find_device(source_id);

	if (!driver || !pdev || !pdev->shim_bound)
		return -ENOENT;
	return unbind(pdev);
}

void k_remove_all(void)
{
	struct platform_device *pdev;

	for (pdev = driver ? devices : NULL; pdev; pdev = pdev->shim_next)
		if (pdev->shim_bound)
			unbind(pdev);
}

/* ---- interrupts ---- */

int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags, const char *name,
		void *dev_id)
{
	int rc;

	might_sleep();
	if (probing->shim_handler)
		return -EBUSY;
	probing->shim_irq = irq;
	probing->shim_dev_id = dev_id;
	smp_store_release(&probing->shim_handler, handler);
	rc = host_request_irq(irq, shim_source_of(probing));
	if (rc)
		smp_store_release(&probing->shim_handler, NULL);
	return rc;
}

const void *free_irq(unsigned int irq, void *dev_id)
{
	struct platform_device *pdev;

	might_sleep();
	for (pdev = devices; pdev; pdev = pdev->shim_next) {
		if (!pdev->shim_handler || pdev->shim_irq != irq || pdev->shim_dev_id != dev_id)
			continue;
		/* The host waits for a handler that runs, as free_irq() does. */
		host_free_irq(irq, shim_source_of(pdev));
		smp_store_release(&pdev->shim_handler, NULL);
		return pdev->name;
	}
	return NULL;
}

int k_notify_irq(host_u32 gsiv)
{
	struct platform_device *pdev;
	int rc = -ENOENT;

	for (pdev = devices; pdev; pdev = pdev->shim_next) {
		irq_handler_t handler = smp_load_acquire(&pdev->shim_handler);

		if (handler && pdev->shim_irq == gsiv &&
		    handler(gsiv, pdev->shim_dev_id) == IRQ_HANDLED)
			rc = 0;
	}
	return rc;
}

/* ---- timers: entry.next is the device, entry.pprev is set while the timer is pending ---- */

unsigned long shim_jiffies(void)
{
	return (unsigned long)(u32)(-300 * HZ) + host_clock() / (NSEC_PER_SEC / HZ);
}

static struct platform_device *timer_device(struct timer_list *timer)
{
	return (struct platform_device *)timer->entry.next;
}

void shim_timer_setup(struct timer_list *timer, void (*func)(struct timer_list *), u32 flags)
{
	timer->function = func;
	timer->flags = flags;
	timer->entry.next = (struct hlist_node *)probing;
	timer->entry.pprev = NULL;
	probing->shim_timer = timer;
	probing->shim_timer_added = false;
}

void add_timer(struct timer_list *timer)
{
	struct platform_device *pdev = timer_device(timer);
	unsigned long now = jiffies;

	timer->entry.pprev = &timer->entry.next;
	if (pdev->shim_timer_added)
		return;
	pdev->shim_timer_added = true;
	host_add_timer(shim_source_of(pdev), time_after(timer->expires, now)
						     ? jiffies_to_msecs(timer->expires - now)
						     : 0);
}

int del_timer_sync(struct timer_list *timer)
{
	struct platform_device *pdev = timer_device(timer);
	int was = timer->entry.pprev != NULL;

	might_sleep();
	timer->entry.pprev = NULL;
	if (pdev->shim_timer_added)
		host_del_timer_sync(shim_source_of(pdev));
	pdev->shim_timer = NULL;
	timer->entry.pprev = NULL;
	return was;
}

int k_notify_timer(unsigned short source_id)
{
	struct platform_device *pdev = find_device(source_id);
	struct timer_list *timer = pdev ? pdev->shim_timer : NULL;
	int rc;

	if (!timer || !timer->entry.pprev)
		return -ENOENT;
	timer->entry.pprev = NULL;
	/* The handler returns nothing: what it found is seen at the boundary. */
	record_track(true);
	timer->function(timer);
	rc = record_outcome();
	record_track(false);
	return rc;
}

/* ---- NMI ---- */

static nmi_handler_t nmi_handler;

int shim_register_nmi_handler(nmi_handler_t fn, const char *name)
{
	nmi_handler = fn;
	return host_register_nmi();
}

void unregister_nmi_handler(unsigned int type, const char *name)
{
	host_unregister_nmi();
	nmi_handler = NULL;
}

int k_notify_nmi(void)
{
	struct pt_regs regs = {.pstate = PSR_I_BIT};
	nmi_handler_t handler = READ_ONCE(nmi_handler);

	return handler && handler(NMI_LOCAL, &regs) == NMI_HANDLED ? 0 : -ENOENT;
}
