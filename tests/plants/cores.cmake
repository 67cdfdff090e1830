# SPDX-License-Identifier: GPL-2.0-only
#
# Planted bugs for the oracles: at least one for each of them, and the bugs of the past in libghes's
# own terms. (race: see the tests of explore.)

# ---- One for each oracle --------------------------------------------------------------------------

ghes_core_plant(NAME record-dropped FILE lib/notify.c WHAT "a record is read and cleared, and not queued"
        SCENARIO patch-9-critical-in-normal DRIVER run ORACLE conservation
        FROM [[queue_node(node, reader);
		return 0;]]
        TO [[node_free(ghes, node);
		return 0;]])
ghes_core_plant(NAME push-not-atomic FILE lib/notify.c WHAT "a push that is interrupted loses what the interrupter pushed"
        SCENARIO nested-sdei DRIVER inject ORACLE conservation
        FROM [[estatus_queue_push(&core->queue, node, class->fixmap_idx);]]
        TO [[node->llnode.next = atomic_load_explicit(&core->queue.list.first, memory_order_relaxed);
	atomic_store_explicit(&core->queue.list.first, &node->llnode, memory_order_release);
	atomic_fetch_add_explicit(&core->queue.class[class->fixmap_idx].pushed, 1, memory_order_relaxed);]])
ghes_core_plant(NAME queue-lifo FILE lib/process.c WHAT "nodes come out newest first"
        SCENARIO patch-2-one-queue DRIVER run ORACLE order
        FROM [[atomic_store_explicit(&node->later, oldest, memory_order_relaxed);
		oldest = node;]]
        TO [[node->later = raw->next ? llist_entry(raw->next, struct ghes_estatus_node, llnode) : NULL;
		if (!oldest)
			oldest = node;]])
ghes_core_plant(NAME panic-misses-batch FILE lib/process.c
        WHAT "a panic that interrupts the drainer before its batch is in order does not look for it"
        SCENARIO panic-in-drain DRIVER inject ORACLE panic
        FROM [[if (draining && !(raw && leads_to(queued, raw)))]]
        TO [[(void)leads_to;
	if (draining && !raw)]])
ghes_core_plant(NAME ack-twice FILE lib/estatus.c WHAT "each record is acknowledged twice"
        SCENARIO patch-9-critical-in-normal DRIVER run ORACLE ack
        FROM [[ghes_ops(core)->write_gar(core->platform, reg, value);]]
        TO [[ghes_ops(core)->write_gar(core->platform, reg, value);
	ghes_ops(core)->write_gar(core->platform, reg, value);]])
ghes_core_plant(NAME ack-shared-lost FILE lib/estatus.c
        WHAT "a read-modify-write of a shared ack register is interrupted by another"
        SCENARIO shared-ack-bits DRIVER inject ORACLE ack
        FROM [[if (!atomic_load_explicit(&ack->shared, memory_order_acquire)) {]] TO [[if (ack) {]])
ghes_core_plant(NAME slot-left-mapped FILE lib/estatus.c WHAT "a slot is not cleared after the record was taken"
        SCENARIO patch-9-critical-in-normal DRIVER run ORACLE slot
        FROM [[ghes_close_estatus(ghes, record);
	ghes_trace(ghes->core, GHES_TP_CLEAR,]]
        TO [[ghes_trace(ghes->core, GHES_TP_CLEAR,]])
ghes_core_plant(NAME slot-shared FILE lib/core.c WHAT "all that is NMI-like copies through one slot, as before patch 7"
        SCENARIO patch-7-own-slots DRIVER run ORACLE slot
        FROM [[core->class[i].fixmap_idx = (enum fixed_addresses)i;]]
        TO [[core->class[i].fixmap_idx = i == FIX_APEI_GHES_IRQ ? FIX_APEI_GHES_IRQ : FIX_APEI_GHES_NMI;]])
ghes_core_plant(NAME slot-without-lock FILE lib/notify.c WHAT "NMI-like readers do not take the lock of their class"
        SCENARIO patch-9-critical-in-normal DRIVER run ORACLE slot
        FROM [[p->ops->raw_spin_lock(p, &class->lock);
	rc = ghes_in_nmi_spool_from_index(range, &reader);
	p->ops->raw_spin_unlock(p, &class->lock);]]
        TO [[rc = ghes_in_nmi_spool_from_index(range, &reader);]])
ghes_core_plant(NAME sdei-one-class FILE lib/sdei.c WHAT "SDEI normal and critical share lock and slot"
        SCENARIO patch-9-critical-in-normal DRIVER run ORACLE lock
        FROM [[? FIX_APEI_GHES_SDEI_CRITICAL]] TO [[? FIX_APEI_GHES_SDEI_NORMAL]])
ghes_core_plant(NAME push-locks FILE lib/notify.c WHAT "a push takes a lock that is not of its class"
        SCENARIO nested-sdei DRIVER inject ORACLE lock
        FROM [[estatus_queue_push(&core->queue, node, class->fixmap_idx);]]
        TO [[ghes_ops(core)->raw_spin_lock(core->platform, &core->vendor_fifo.lock);
	estatus_queue_push(&core->queue, node, class->fixmap_idx);
	ghes_ops(core)->raw_spin_unlock(core->platform, &core->vendor_fifo.lock);]])
ghes_core_plant(NAME process-in-nmi FILE lib/notify.c WHAT "an NMI-like context processes what it queued, as SEA did before patch 3"
        SCENARIO patch-3-sea-queues DRIVER run ORACLE context
        FROM [[irq_work_queue(&core->proc_irq_work);
	return rc;]]
        TO [[ghes_drain(core);
	return rc;]])
ghes_core_plant(NAME node-leak FILE lib/process.c WHAT "a processed node is not freed"
        SCENARIO patch-9-critical-in-normal DRIVER run ORACLE pool
        FROM [[free_node(core, node);
	if (claim)]]
        TO [[if (claim)]])
ghes_core_plant(NAME cache-forgets FILE lib/estatus_cache.c WHAT "an entry of the cache counts for nothing"
        SCENARIO misbehave-repeat DRIVER run ORACLE cache
        FROM [[cached = !is_expired(entry, platform->ops->sched_clock(platform));]] TO [[cached = false;]])
ghes_core_plant(NAME length-unchecked FILE lib/estatus.c WHAT "the length of a record is held against the maximum, not its block"
        SCENARIO size-over DRIVER run ORACLE bounds
        FROM [[ghes->generic.estatus_length, &finding);]] TO [[GHES_ESTATUS_MAX_SIZE, &finding);]])
ghes_core_plant(NAME turn-forgotten FILE lib/estatus.c WHAT "who leaves a block does not look again for those who came meanwhile"
        SCENARIO patch-6-probe-interrupted DRIVER inject ORACLE progress
        FROM [[atomic_exchange_explicit(&block->readers, 1, memory_order_acquire);
	return false;]]
        TO [[atomic_store_explicit(&block->readers, 0, memory_order_release);
	return true;]])
ghes_core_plant(NAME claim-does-not-wait FILE lib/claim.c
        WHAT "the claim runs what was raised on its own CPU only, and answers 0"
        SCENARIO claim-user-elsewhere DRIVER run ORACLE claim
        FROM [[ghes_drain(core);]] TO [[(void)0;]]
        FROM2 [[ghes_ops(core)->cpu_relax(core->platform);]] TO2 [[break;]])
ghes_core_plant(NAME masks-kept FILE lib/claim.c WHAT "the claim leaves interrupts masked"
        SCENARIO z14-masks DRIVER run ORACLE mask
        FROM [[p->ops->mask_set(p, current_flags);
	ghes_trace]]
        TO [[ghes_trace]])
ghes_core_plant(NAME panic-forgets-queue FILE lib/process.c WHAT "a panic does not print what is queued"
        SCENARIO panic-queue-first DRIVER run ORACLE panic
        FROM [[if (first)
		ghes_print_queued_estatus(core);]]
        TO [[(void)ghes_print_queued_estatus;]])
# Neither touches anything: nobody but a clock sees it.
foreach(driver run inject stress)
        ghes_core_plant(NAME boot-endless-${driver} FILE lib/core.c
                WHAT "the core never comes back from its start"
                SCENARIO nested-sdei DRIVER ${driver} ORACLE progress SAYS "core\\.c:[1-9]"
                FROM [[if (core->generics)
		return -GHES_EBUSY;
	scratch =]]
                TO [[for (;;)
		;
	scratch =]])
        ghes_core_plant(NAME drain-endless-${driver} FILE lib/process.c
                WHAT "the drain never comes to an end, whoever interrupts it"
                SCENARIO nested-sdei DRIVER ${driver} ORACLE progress SAYS "process\\.c:[1-9]"
                FROM [[while (node) {
		struct ghes_estatus_node *later =]]
                TO [[while (node) {
		for (;;)
			;
		struct ghes_estatus_node *later =]])
endforeach()
ghes_core_plant(NAME exhausted-unheard FILE lib/notify.c
        WHAT "a record for which the pool has no room is left for the next notification, which never comes"
        SCENARIO misbehave-pool-empty-2 DRIVER run ORACLE expect
        FROM [[ghes_close_estatus(ghes, record);
	return ghes_retry_later(ghes, reader);]]
        TO [[ghes_close_estatus(ghes, record);
	return -GHES_ENOMEM;]])
ghes_core_plant(NAME exhausted-slot-left FILE lib/notify.c
        WHAT "who finds no room in the pool leaves its slot mapped"
        SCENARIO misbehave-pool-empty-1 DRIVER run ORACLE slot
        FROM [[ghes_close_estatus(ghes, record);
	return ghes_retry_later(ghes, reader);]]
        TO [[return ghes_retry_later(ghes, reader);]])
ghes_core_plant(NAME cache-entry-unchecked FILE lib/estatus_cache.c
        WHAT "a cache entry for which the pool has no room is filled all the same"
        SCENARIO misbehave-pool-empty-3 DRIVER inject ORACLE crash
        FROM [[if (!entry)
		return NULL;
	entry->cache = cache;]]
        TO [[entry->cache = cache;]])
ghes_core_plant(NAME sdei-without-rcu FILE lib/notify.c
        WHAT "an SDEI notification looks its source up outside of an RCU read section"
        SCENARIO remove-other-while-sdei DRIVER inject ORACLE crash ALSO "/race"
        FROM [[struct ghes *ghes = NULL;
	int rc = -GHES_ENOENT;

	p->ops->rcu_read_lock(p);]]
        TO [[struct ghes *ghes = NULL;
	int rc = -GHES_ENOENT;
]]
        FROM2 [[rc = notify_in_nmi(core, ghes->class, range, NULL);
	}
	p->ops->rcu_read_unlock(p);]]
        TO2 [[rc = notify_in_nmi(core, ghes->class, range, NULL);
	}]])
ghes_core_plant(NAME sink-wrong-flags FILE lib/process.c WHAT "a page over its threshold is taken offline by force"
        SCENARIO soft-offline DRIVER run ORACLE sink
        FROM [[flags = MF_SOFT_OFFLINE;]] TO [[flags = 0;]])
ghes_core_plant(NAME sink-skipped FILE lib/process.c WHAT "the report chain hears nothing of memory errors"
        SCENARIO patch-9-critical-in-normal DRIVER run ORACLE sink
        FROM [[ghes_ops(core)->report_mem_error(core->platform, (int)rec->sev, payload, length);]]
        TO [[(void)core;]])
ghes_core_plant(NAME sink-vendor-skipped FILE lib/process.c WHAT "a section that no one else takes is dropped"
        SCENARIO vendor-record DRIVER run ORACLE sink
        FROM [[else
		ghes_defer_non_standard_event(rec, gdata);]]
        TO [[else
		(void)ghes_defer_non_standard_event;]])
ghes_core_plant(NAME sink-aer-severity FILE lib/process.c WHAT "each AER error is recovered as if it was not fatal"
        SCENARIO z25-aer-lives-on DRIVER run ORACLE sink
        FROM [[.severity = (int)cper_severity_to_aer(le32toh(gdata->error_severity)),]]
        TO [[.severity = (int)cper_severity_to_aer(le32toh(gdata->error_severity)) ^ 1,]])
ghes_core_plant(NAME sink-twice FILE lib/memory_failure.c WHAT "the last of some entries is handled, and stays in hand"
        SCENARIO patch-9-critical-in-normal DRIVER run ORACLE sink
        FROM [[recover(p, &r.entry[i]);]]
        TO [[for (uint32_t n = 0; n <= (i + 1 == r.nr); n++)
				recover(p, &r.entry[i]);]])
ghes_core_plant(NAME claim-of-nobody FILE lib/process.c WHAT "a record that no claim waits for tells its claim"
        SCENARIO nested-sdei DRIVER inject ORACLE crash
        FROM [[free_node(core, node);
	if (claim)]]
        TO [[free_node(core, node);]])

# ---- Bugs of the past -------------------------------------------------------------------------------

ghes_core_plant(NAME z01-probe-in-nmi-class FILE lib/notify.c WHAT "a source that is added is read with lock and slot of its notification"
        SCENARIO patch-6-pending-at-probe DRIVER run ORACLE lock
        FROM [[struct ghes_class *class = ghes_irq_class(core);
	/* Whoever caused]]
        TO [[struct ghes_class *class = ghes->class;
	/* Whoever caused]])
ghes_core_plant(NAME z04-stray-irq-work FILE lib/notify.c WHAT "irq_work is raised for notifications of others"
        SCENARIO z04-foreign-nmi DRIVER run ORACLE expect
        FROM [[if (reader.queued)
		irq_work_queue(&core->proc_irq_work);
	return rc;]]
        TO [[irq_work_queue(&core->proc_irq_work);
	return rc;]])
# A full stack has no room for the frame of the signal that tells of it.
foreach(driver run inject stress)
        ghes_core_plant(NAME stack-overflow-${driver} FILE lib/process.c
                WHAT "what processes a record calls itself for ever"
                SCENARIO nested-sdei DRIVER ${driver} ORACLE crash
                FROM [[	bool queued;

	ghes_trace(core, GHES_TP_PROCESS, ghes->source_id, (uintptr_t)node, node->len, estatus);]]
                TO [[	volatile bool queued = true;

	if (queued)
		process_node(core, node);]])
endforeach()
ghes_core_plant(NAME z06-freed-while-listed FILE lib/source.c
        WHAT "a source is freed, and stays where its notification finds it"
        SCENARIO z06-one-of-two DRIVER run ORACLE crash
        FROM [[if (!rc)
			ghes_index_withdraw(p, &core->index[ghes->index], ghes);
		if (!rc)]]
        TO [[if (!rc)]])
ghes_core_plant(NAME z08-page-sized FILE lib/estatus_pool.c WHAT "what is longer than a page finds no memory"
        SCENARIO size-4k DRIVER run ORACLE expect
        FROM [[if (size && size <= GHES_ESTATUS_POOL_ALLOC_MAX) {]] TO [[if (size && size <= 4096) {]])
ghes_core_plant(NAME z09-ack-masks-error FILE lib/estatus.c WHAT "a record that was rejected counts as taken"
        SCENARIO z09-ack-masks-error DRIVER run ORACLE claim
        FROM [[ghes_clear_estatus(ghes, record);
	return rc;]]
        TO [[ghes_clear_estatus(ghes, record);
	return 0;]])
ghes_core_plant(NAME z10-never-acked FILE lib/estatus.c WHAT "NMI-like readers do not acknowledge"
        SCENARIO z10-second-record DRIVER run ORACLE ack
        FROM [[if (ghes->ack)
		ghes_ack_error(ghes);]]
        TO [[if (ghes->ack && record->idx == FIX_APEI_GHES_IRQ)
		ghes_ack_error(ghes);]])
ghes_core_plant(NAME z11-two-readers FILE lib/notify.c WHAT "a reader goes on although another is in the middle of the same block"
        SCENARIO z11-same-record DRIVER inject ORACLE conservation ALSO "/ack"
        FROM [[bool turns = ghes_block_is_contended(ghes);]] TO [[bool turns = false;]])
ghes_core_plant(NAME z12-ack-before-clear FILE lib/estatus.c WHAT "acknowledged first, cleared then"
        SCENARIO z12-refill-at-ack DRIVER run ORACLE conservation
        FROM [[access_record(ghes, record, 0, &none, sizeof(none), 0);]]
        TO [[if (ghes->ack) {
		ghes_ack_error(ghes);
	}
	access_record(ghes, record, 0, &none, sizeof(none), 0);]]
        FROM2 [[if (ghes->ack)
		ghes_ack_error(ghes);]] TO2 [[(void)0;]])
ghes_core_plant(NAME z21-arm-claimed FILE lib/process.c WHAT "a processor error is claimed, and nothing done about it"
        SCENARIO z21-arm-section DRIVER run ORACLE claim
        FROM [[return ghes_do_memory_failure(rec, le64toh(info->physical_fault_addr),
				      rec->sync ? MF_ACTION_REQUIRED : 0);]] TO [[return true;]])
ghes_core_plant(NAME z27-not-action-required FILE lib/process.c WHAT "a synchronous error is treated as if its task had time"
        SCENARIO z27-action-required DRIVER run ORACLE expect
        FROM [[flags = rec->sync ? MF_ACTION_REQUIRED : 0;]] TO [[flags = 0;]])
ghes_core_plant(NAME z28-nothing-recovers FILE lib/process.c WHAT "a synchronous error that nothing repairs ends in no signal"
        SCENARIO z28-nothing-recovers DRIVER run ORACLE claim
        FROM [[if (sync && !queued) {]] TO [[if (sync && !queued && !p) {]])
ghes_core_plant(NAME z29-recovery-later FILE lib/process.c WHAT "recovery is left to a workqueue while the task goes on"
        SCENARIO patch-10-before-user DRIVER run ORACLE claim
        FROM [[if (node->sync && queued && kick_before_return(core, node, &node->task)) {]]
        TO [[if (node->sync && queued && !claim && !core) {]])
ghes_core_plant(NAME z30-storm FILE lib/notify.c WHAT "a repeat is dropped, and the claim answers 0"
        SCENARIO z30-storm DRIVER run ORACLE claim
        FROM [[return ghes->sync ? -GHES_ECANCELED : 0;]] TO [[return 0;]])
ghes_core_plant(NAME z31-cxl-sleeps FILE lib/process.c WHAT "a CXL event takes a sleeping lock in irq context"
        SCENARIO z31-cxl-fifo DRIVER run ORACLE context
        FROM [[/* With its entry header, which says what kind of event it is */]]
        TO [[ghes_ops(core)->mutex_lock(core->platform);
	ghes_ops(core)->mutex_unlock(core->platform);]])
ghes_core_plant(NAME z33-arm-walk FILE lib/process.c WHAT "error informations are walked by their count, whatever the section's length"
        SCENARIO z33-arm-info-length DRIVER run ORACLE sink
        FROM [[if (length < sizeof(*info) || info->length < sizeof(*info) || info->length > length)
			break;]] TO [[(void)length;]])

# The same lock on two CPUs: who waits for it waits for one that may stand still for ever.
if(TARGET core_plant_push-locks)
        add_test(NAME core_plant_suspend COMMAND ghes-sim inject --suspend --quiet nested-sdei
                --core so:$<TARGET_FILE:core_plant_push-locks>)
        set_tests_properties(core_plant_suspend PROPERTIES FIXTURES_REQUIRED core_plants
                LABELS "plants;slow" ENVIRONMENT "GHES_SIM_SCENARIOS=${PROJECT_SOURCE_DIR}/sim/scenarios"
                PASS_REGULAR_EXPRESSION "progress: cpu [0-9]+ waits in sdei-critical for vendor_record_lock")
endif()
