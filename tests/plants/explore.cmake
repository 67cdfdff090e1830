# SPDX-License-Identifier: GPL-2.0-only
#
# Planted bugs of libghes that show only when CPUs and notifications come in the right order, and
# some only to who knows what happens before what.

ghes_core_plant(NAME ex-rcu-dropped FILE lib/notify.c WHAT "an SDEI event is handled outside of a read section"
        SCENARIO remove-other-while-sdei DRIVER explore ORACLE race
        FROM [[int rc = -GHES_ENOENT;

	p->ops->rcu_read_lock(p);
	range = ghes_index_find(&core->index[GHES_INDEX_SDEI], event);]]
        TO [[int rc = -GHES_ENOENT;

	range = ghes_index_find(&core->index[GHES_INDEX_SDEI], event);]]
        FROM2 [[rc = notify_in_nmi(core, ghes->class, range, NULL);
	}
	p->ops->rcu_read_unlock(p);]]
        TO2 [[rc = notify_in_nmi(core, ghes->class, range, NULL);
	}]])
ghes_core_plant(NAME ex-class-lock-dropped FILE lib/notify.c WHAT "two CPUs are in one class at once"
        SCENARIO two-cpus-sdei DRIVER explore ORACLE slot/order
        FROM [[p->ops->raw_spin_lock(p, &class->lock);
	rc = ghes_in_nmi_spool_from_index(range, &reader);
	p->ops->raw_spin_unlock(p, &class->lock);]]
        TO [[rc = ghes_in_nmi_spool_from_index(range, &reader);]])
ghes_core_plant(NAME ex-push-relaxed FILE lib/notify.c WHAT "a node is published before it is written"
        SCENARIO two-cpus-drain DRIVER explore ORACLE race
        FROM [[estatus_queue_push(&core->queue, node, class->fixmap_idx);]]
        TO [[atomic_fetch_add_explicit(&core->queue.class[class->fixmap_idx].pushed, 1, memory_order_relaxed);
	node->llnode.next = atomic_load_explicit(&core->queue.list.first, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(&core->queue.list.first, &node->llnode.next, &node->llnode,
						      memory_order_relaxed, memory_order_relaxed))
		;]])
ghes_core_plant(NAME ex-take-relaxed FILE lib/process.c WHAT "who takes the queue does not see what was written to its nodes"
        SCENARIO two-cpus-drain DRIVER explore ORACLE race
        FROM [[atomic_load_explicit(&core->queue.list.first, memory_order_acquire);]]
        TO [[atomic_load_explicit(&core->queue.list.first, memory_order_relaxed);]]
        FROM2 [[NULL, memory_order_acq_rel,
								 memory_order_acquire));]]
        TO2 [[NULL, memory_order_relaxed,
								 memory_order_relaxed));]])
ghes_core_plant(NAME ex-push-not-atomic FILE lib/notify.c WHAT "two CPUs push, and one push is lost"
        SCENARIO two-cpus-drain DRIVER explore ORACLE pool/conservation
        FROM [[estatus_queue_push(&core->queue, node, class->fixmap_idx);]]
        TO [[node->llnode.next = atomic_load_explicit(&core->queue.list.first, memory_order_acquire);
	atomic_store_explicit(&core->queue.list.first, &node->llnode, memory_order_release);
	atomic_fetch_add_explicit(&core->queue.class[class->fixmap_idx].pushed, 1, memory_order_relaxed);]])
ghes_core_plant(NAME ex-no-grace-period FILE lib/estatus_cache.c WHAT "an evicted entry is freed at once"
        SCENARIO ${CMAKE_CURRENT_LIST_DIR}/evict-on-two-cpus.yaml DRIVER explore ORACLE race
        FROM [[platform->ops->call_rcu(platform, &victim->rcu, free_entry_rcu);]]
        TO [[free_entry_rcu(&victim->rcu);]])
ghes_core_plant(NAME ex-cache-relaxed FILE lib/estatus_cache.c WHAT "a cache entry is published before it is written"
        SCENARIO two-cpus-drain DRIVER explore ORACLE race
        FROM [[victim = atomic_exchange_explicit(&cache->slot[slot], entry, memory_order_acq_rel);]]
        TO [[victim = atomic_exchange_explicit(&cache->slot[slot], entry, memory_order_relaxed);]])
ghes_core_plant(NAME ex-lock-order FILE lib/notify.c WHAT "two classes take each other's locks"
        SCENARIO two-cpus-drain DRIVER explore ORACLE lock
        FROM [[rc = ghes_in_nmi_spool_from_index(range, &reader);
	p->ops->raw_spin_unlock(p, &class->lock);]]
        TO [[struct ghes_raw_spinlock *other =
		&core->class[class->fixmap_idx == FIX_APEI_GHES_SDEI_NORMAL ? FIX_APEI_GHES_SDEI_CRITICAL :
			     FIX_APEI_GHES_SDEI_NORMAL].lock;
	p->ops->raw_spin_lock(p, other);
	rc = ghes_in_nmi_spool_from_index(range, &reader);
	p->ops->raw_spin_unlock(p, other);
	p->ops->raw_spin_unlock(p, &class->lock);]])
ghes_core_plant(NAME ex-lock-of-interrupted FILE lib/notify.c WHAT "an NMI-like context takes the lock of what it may interrupt"
        SCENARIO nested-sdei DRIVER explore ORACLE lock
        FROM [[rc = ghes_in_nmi_spool_from_index(range, &reader);
	p->ops->raw_spin_unlock(p, &class->lock);]]
        TO [[struct ghes_raw_spinlock *below = &core->class[FIX_APEI_GHES_SDEI_NORMAL].lock;
	bool critical = class->fixmap_idx == FIX_APEI_GHES_SDEI_CRITICAL;
	if (critical)
		p->ops->raw_spin_lock(p, below);
	rc = ghes_in_nmi_spool_from_index(range, &reader);
	if (critical)
		p->ops->raw_spin_unlock(p, below);
	p->ops->raw_spin_unlock(p, &class->lock);]])
ghes_core_plant(NAME ex-claim-never-told FILE lib/process.c WHAT "a claim is told only by its own CPU, and waits for ever"
        SCENARIO claim-user-elsewhere DRIVER explore ORACLE progress
        FROM [[if (node->sync && queued && kick_before_return(core, node, &node->task)) {
		if (claim)]]
        TO [[uint64_t own = ghes_ops(core)->current_task(core->platform).id;
	uint64_t whose = node->task.id;
	if (node->sync && queued && kick_before_return(core, node, &node->task)) {
		if (claim && own == whose)]])
ghes_core_plant(NAME ex-torn FILE lib/notify.c WHAT "16 bytes are copied where an interrupter copies, too"
        SCENARIO nested-sdei DRIVER explore ORACLE race
        FROM [[node->cpu = ghes_ops(core)->smp_processor_id]]
        TO [[*(struct ghes_task *)(void *)core->irq_estatus = node->task;
	node->cpu = ghes_ops(core)->smp_processor_id]])
ghes_core_plant(NAME ex-leak-on-one-path FILE lib/process.c WHAT "a node leaks when another CPU came to drain meanwhile"
        SCENARIO two-cpus-drain DRIVER explore ORACLE pool
        FROM [[struct ghes *ghes = node->ghes;

	free_node(core, node);]]
        TO [[struct ghes *ghes = node->ghes;

	if (atomic_load_explicit(&core->drainers, memory_order_relaxed) <= 1)
		free_node(core, node);]])
ghes_core_plant(NAME ex-claim-marked-plainly FILE lib/notify.c
        WHAT "a retry on another CPU marks its claim, which the claimer is looking at, by a plain store"
        SCENARIO claim-user-pool-empty DRIVER explore ORACLE race
        FROM [[ghes_claim_take(reader->claim);]]
        TO [[ghes_claim_take(reader->claim), *(bool *)&reader->claim->taken = true;]])
ghes_core_plant(NAME ex-kick-does-not-wait FILE lib/memory_failure.c
        WHAT "a kick leaves the task's page in the hands of another CPU, as in the kernel"
        SCENARIO claim-user-elsewhere DRIVER explore ORACLE claim
        FROM [[if (r->is_kick && !mf_cpu->in_hand)]] TO [[r->others = false;
	if (r->is_kick && !r->nr)]])
ghes_core_plant(NAME ex-waits-with-lock FILE lib/memory_failure.c
        WHAT "a kick waits for another CPU with the lock that this CPU needs"
        SCENARIO claim-user-elsewhere DRIVER explore ORACLE lock SAYS "deadlock: .* waits for memory_failure_cpu.lock held by cpu"
        FROM [[while (handle_all(mf_cpu, true))
		p->ops->schedule(p);]]
        TO [[handle_all(mf_cpu, true);
	uint32_t flags = ghes_lock_irqsave(p, &mf_cpu->lock);
	while (mf_cpu->in_hand != 0)
		p->ops->cpu_relax(p);
	ghes_unlock_irqrestore(p, &mf_cpu->lock, flags);]])
ghes_core_plant(NAME ex-nested-wait FILE lib/notify.c
        WHAT "an NMI-like context waits until the queue is drained, by what it interrupted"
        SCENARIO nested-sdei DRIVER explore ORACLE progress
        SAYS "livelock: arrival [^;]* waits in a loop [^;]*; cpu [0-9] is interrupted by arrival"
        FROM [[irq_work_queue(&core->proc_irq_work);
	return rc;]]
        TO [[irq_work_queue(&core->proc_irq_work);
	while (atomic_load_explicit(&core->drainers, memory_order_acquire))
		p->ops->cpu_relax(p);
	return rc;]])
ghes_core_plant(NAME ex-spins-on-itself FILE lib/process.c
        WHAT "a drainer waits until nobody drains, in the first execution and each other"
        SCENARIO nested-sdei DRIVER explore ORACLE progress
        SAYS "no end after [0-9]+ steps; .* is in a loop of [0-9]+.*process\\.c:[1-9]"
        FROM [[	for (;;) {
		drain_printed(core, GHES_PRINTED_BATCH);]]
        TO [[	while (atomic_load_explicit(&core->drainers, memory_order_relaxed))
		;
	for (;;) {
		drain_printed(core, GHES_PRINTED_BATCH);]])
