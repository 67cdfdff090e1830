// SPDX-License-Identifier: GPL-2.0-only
/* Notifier chains, and the one of the hardware error device (HED). */
#include "shim.h"

static void chain_add(struct notifier_block **head, struct notifier_block *nb)
{
	while (*head && (*head)->priority >= nb->priority)
		head = &(*head)->next;
	nb->next = *head;
	rcu_assign_pointer(*head, nb);
}

static int chain_del(struct notifier_block **head, struct notifier_block *nb)
{
	while (*head && *head != nb)
		head = &(*head)->next;
	if (!*head)
		return -ENOENT;
	rcu_assign_pointer(*head, nb->next);
	return 0;
}

static int chain_call(struct notifier_block **head, unsigned long val, void *v)
{
	struct notifier_block *nb = rcu_dereference(*head);
	int ret = NOTIFY_DONE;

	for (; nb; nb = rcu_dereference(nb->next)) {
		ret = nb->notifier_call(nb, val, v);
		if (ret & NOTIFY_STOP_MASK)
			break;
	}
	return ret;
}

int atomic_notifier_chain_register(struct atomic_notifier_head *nh, struct notifier_block *nb)
{
	unsigned long flags;

	spin_lock_irqsave(&nh->lock, flags);
	chain_add(&nh->head, nb);
	spin_unlock_irqrestore(&nh->lock, flags);
	return 0;
}

int atomic_notifier_chain_unregister(struct atomic_notifier_head *nh, struct notifier_block *nb)
{
	unsigned long flags;
	int rc;

	spin_lock_irqsave(&nh->lock, flags);
	rc = chain_del(&nh->head, nb);
	spin_unlock_irqrestore(&nh->lock, flags);
	synchronize_rcu();
	return rc;
}

int atomic_notifier_call_chain(struct atomic_notifier_head *nh, unsigned long val, void *v)
{
	int ret;

	rcu_read_lock();
	ret = chain_call(&nh->head, val, v);
	rcu_read_unlock();
	return ret;
}

int blocking_notifier_chain_register(struct blocking_notifier_head *nh, struct notifier_block *nb)
{
	down_write(&nh->rwsem);
	chain_add(&nh->head, nb);
	up_write(&nh->rwsem);
	return 0;
}

int blocking_notifier_chain_unregister(struct blocking_notifier_head *nh, struct notifier_block *nb)
{
	int rc;

	down_write(&nh->rwsem);
	rc = chain_del(&nh->head, nb);
	up_write(&nh->rwsem);
	return rc;
}

int blocking_notifier_call_chain(struct blocking_notifier_head *nh, unsigned long val, void *v)
{
	int ret;

	/* As in the kernel: an empty chain takes no lock. */
	if (!rcu_access_pointer(nh->head))
		return NOTIFY_DONE;
	down_read(&nh->rwsem);
	ret = chain_call(&nh->head, val, v);
	up_read(&nh->rwsem);
	return ret;
}

/* ---- HED: a chain of its own (drivers/acpi/hed.c) ---- */

static BLOCKING_NOTIFIER_HEAD(hed_chain);

int register_acpi_hed_notifier(struct notifier_block *nb)
{
	int rc = blocking_notifier_chain_register(&hed_chain, nb);

	return rc ? rc : host_register_hed();
}

void unregister_acpi_hed_notifier(struct notifier_block *nb)
{
	host_unregister_hed();
	blocking_notifier_chain_unregister(&hed_chain, nb);
}

int k_notify_hed(void)
{
	return blocking_notifier_call_chain(&hed_chain, 0, NULL) == NOTIFY_OK ? 0 : -ENOENT;
}
