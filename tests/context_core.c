// SPDX-License-Identifier: GPL-2.0-only
#include "context_core.h"

#include <string.h>

struct context_core_calls context_core_calls;

struct ghes_core {
	struct ghes_platform *p;
};

static int inside(struct ghes_core *c, enum context_entry entry, uint32_t number)
{
	context_core_calls.entries[entry]++;
	context_core_calls.last_event = number;
	if (context_core_calls.inside)
		context_core_calls.inside(c->p, entry, number);
	return 0;
}

static int create(struct ghes_platform *p, struct ghes_core **core)
{
	*core = p->ops->alloc(p, sizeof(**core));
	if (!*core)
		return -GHES_ENOMEM;
	(*core)->p = p;
	return 0;
}

static void destroy(struct ghes_core *c)
{
	c->p->ops->free(c->p, c, sizeof(*c));
}

/* All sources of the table want to be told. */
static int init(struct ghes_core *c, const void *hest, size_t size)
{
	const struct ghes_platform_ops *ops = c->p->ops;
	const uint8_t *p = hest;
	size_t n;

	for (size_t at = sizeof(struct acpi_table_hest); at < size; at += n) {
		struct acpi_hest_generic g;
		uint16_t id;

		memcpy(&g, p + at, sizeof(g));
		n = le16toh(g.header.type) == ACPI_HEST_TYPE_GENERIC_ERROR_V2 ? 92 : 64;
		id = le16toh(g.header.source_id);
		switch (g.notify.type) {
		case ACPI_HEST_NOTIFY_POLLED:
			ops->add_timer(c->p, id, 1000);
			break;
		case ACPI_HEST_NOTIFY_EXTERNAL:
			ops->request_irq(c->p, le32toh(g.notify.vector), id);
			break;
		case ACPI_HEST_NOTIFY_SCI:
			ops->register_hed(c->p);
			break;
		case ACPI_HEST_NOTIFY_NMI:
			ops->register_nmi(c->p);
			break;
		case ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED:
			ops->sdei_event_register(c->p, le32toh(g.notify.vector));
			ops->sdei_event_enable(c->p, le32toh(g.notify.vector));
			break;
		default:
			break;
		}
	}
	return 0;
}

static int bind(struct ghes_core *c, uint16_t source_id)
{
	(void)c;
	(void)source_id;
	return -GHES_ENOTSUP;
}

static int notify_timer(struct ghes_core *c, uint16_t source_id)
{
	return inside(c, ENTRY_TIMER, source_id);
}

static int notify_irq(struct ghes_core *c, uint32_t gsiv)
{
	return inside(c, ENTRY_IRQ, gsiv);
}

static int notify_hed(struct ghes_core *c)
{
	return inside(c, ENTRY_HED, 0);
}

static int notify_nmi(struct ghes_core *c)
{
	return inside(c, ENTRY_NMI, 0);
}

static int notify_sei(struct ghes_core *c)
{
	return inside(c, ENTRY_SEI, 0);
}

static int notify_sdei(struct ghes_core *c, uint32_t event)
{
	return inside(c, ENTRY_SDEI, event);
}

static int claim_sea(struct ghes_core *c, const struct ghes_regs *regs)
{
	const struct ghes_platform_ops *ops = c->p->ops;
	uint32_t flags = ops->mask_get(c->p);

	(void)regs;
	inside(c, ENTRY_SEA, 0); /* before the claim */
	ops->mask_set(c->p, DAIF_ERRCTX);
	ops->nmi_enter(c->p, GHES_CONTEXT_SEA);
	inside(c, ENTRY_SEA, 1);
	ops->nmi_exit(c->p, GHES_CONTEXT_SEA);
	ops->mask_set(c->p, DAIF_PROCCTX_NOIRQ);
	ops->irq_enter(c->p);
	inside(c, ENTRY_SEA, 2);
	ops->irq_exit(c->p);
	ops->mask_set(c->p, flags);
	return context_core_calls.claim_answer;
}

static void irq_work_run(struct ghes_core *c)
{
	inside(c, ENTRY_IRQ_WORK, 0);
}

static void state(struct ghes_core *c, struct ghes_core_state *st)
{
	(void)c;
	memset(st, 0xff, sizeof(*st));
}

const struct ghes_core_ops *context_core_ops(void)
{
	static const struct ghes_core_ops ops = {
		.abi = GHES_CORE_ABI,
		.name = "contexts",
		.create = create,
		.destroy = destroy,
		.init = init,
		.probe = bind,
		.remove = bind,
		.notify_timer = notify_timer,
		.notify_irq = notify_irq,
		.notify_hed = notify_hed,
		.notify_nmi = notify_nmi,
		.notify_sei = notify_sei,
		.notify_sdei = notify_sdei,
		.claim_sea = claim_sea,
		.irq_work_run = irq_work_run,
		.state = state,
	};

	return &ops;
}
