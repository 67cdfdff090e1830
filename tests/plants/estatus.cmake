# SPDX-License-Identifier: GPL-2.0-only
#
# Planted bugs of fixmap, pool, cache, queue and irq_work: at least one for each invariant.

# Where a race has to be lost for the bug to show, sched_yield() holds the window open: without it the
# test notices only when two threads happen to run at once.

# ---- Pool: one state in one word -------------------------------------------------------------------

ghes_plant(NAME arena-lost-update FILE lib/estatus_arena.c TEST estatus_stress
        WHAT "an allocation overwrites what another took meanwhile"
        FROM [[while (!atomic_compare_exchange_weak_explicit(&arena->map, &map, map | run,
							memory_order_acquire,
							memory_order_relaxed));]]
        TO [[while (sched_yield(),
		 atomic_store_explicit(&arena->map, map | run, memory_order_relaxed), 0);]]
        EXPECT "(FAILED|ERROR).*(blocks_stay|last_granules|every_push|notifications_nest)|HUNG" TIMEOUT 8)
ghes_plant(NAME arena-run-too-long FILE lib/estatus_arena.c TEST estatus_pool
        WHAT "a run is looked for that is one granule longer than needed"
        FROM [[while (n > 1) {]] TO [[while (n > 0) {]]
        EXPECT "(FAILED|ERROR).*blocks_are_aligned|HUNG" TIMEOUT 3)
ghes_plant(NAME arena-overlap FILE lib/estatus_arena.c TEST estatus_pool
        WHAT "a block of several granules claims only the first"
        FROM [[run = low_bits(granules) << first_bit(starts);]]
        TO [[run = low_bits(1) << first_bit(starts);]]
        EXPECT "(FAILED|ERROR).*blocks_are_aligned_disjoint_and_accounted")
ghes_plant(NAME arena-free-leaks FILE lib/estatus_arena.c TEST estatus_pool
        WHAT "free gives back the first granule only"
        FROM [[&arena->map, ~run,]]
        TO [[&arena->map, ~((ghes_arena_word_t)1 << block->start),]]
        EXPECT "(FAILED|ERROR).*every_run_of_free_granules_is_found")
ghes_plant(NAME arena-double-free FILE lib/estatus_arena.c TEST estatus_pool
        WHAT "a freed block still looks live"
        FROM [[atomic_store_explicit(&arena->length[block->start], 0, memory_order_relaxed);]]
        TO [[(void)0;]]
        EXPECT "(FAILED|ERROR).*misuse_of_free_is_refused_and_counted")
ghes_plant(NAME pool-wrong-size FILE lib/estatus_pool.c TEST estatus_pool
        WHAT "free believes the caller's size"
        FROM [[if (block.granules != ghes_arena_granules(arena, size))]] TO [[if (!size)]]
        EXPECT "(FAILED|ERROR).*misuse_of_free_is_refused_and_counted")
ghes_plant(NAME pool-foreign FILE lib/estatus_arena.c TEST estatus_pool
        WHAT "any 16 bytes pass for the header of a block"
        FROM [[start >= GHES_ARENA_GRANULES || header->cookie != cookie(header, arena, start)]]
        TO [[start >= GHES_ARENA_GRANULES]]
        EXPECT "misuse_of_free_is_refused_and_counted")
ghes_plant(NAME pool-private-is-common FILE lib/estatus_pool.c TEST estatus_pool
        WHAT "others may take from the arenas that hold a user's guarantee"
        FROM [[	for (unsigned int i = 0; i < user->nr_common; i++)
		table_append(pool, user->arena[i]);]]
        TO [[	for (unsigned int i = 0; i < user->nr_common + user->nr_private; i++)
		table_append(pool, user->arena[i]);]]
        FROM2 [[err = table_grow(pool, g->nr_common);]]
        TO2 [[err = table_grow(pool, g->nr_common + g->nr_private);]]
        EXPECT "(FAILED|ERROR).*each_user_keeps_its_guaranteed_records")
ghes_plant(NAME pool-arena-leaves-full FILE lib/estatus_pool.c TEST estatus_pool
        WHAT "an arena goes with blocks in it"
        FROM [[if (!ghes_arena_is_empty(arena)) {]] TO [[if (0) {]]
        EXPECT "arena_stays_for_borrowed_blocks")
ghes_plant(NAME pool-no-grace-period FILE lib/estatus_pool.c TEST estatus_pool
        WHAT "a user's arenas go while borrowers may be allocating from them"
        FROM [[		/* Borrowers that still saw its arenas in the table are done after this. */
		platform->ops->synchronize_rcu(platform);]] TO ""
        EXPECT "(FAILED|ERROR).*arena_stays_for_borrowed_blocks")
ghes_plant(NAME pool-arena-never-leaves FILE lib/estatus_pool.c TEST estatus_pool
        WHAT "shrink keeps the memory"
        FROM [[		arena_destroy(pool, arena);
	}
}]] TO [[	}
}]]
        EXPECT "(FAILED|ERROR).*memory_follows_the_users")
ghes_plant(NAME pool-table-never-shrinks FILE lib/estatus_pool.c TEST estatus_pool
        WHAT "a new table is as large as what ever lived"
        FROM [[capacity = 2 * used + more < TABLE_MIN ? TABLE_MIN : 2 * used + more;]]
        TO [[capacity = 2 * nr + more < TABLE_MIN ? TABLE_MIN : 2 * nr + more;]]
        EXPECT "(FAILED|ERROR).*users_that_come_and_go")
ghes_plant(NAME pool-exhaustion-uncounted FILE lib/estatus_pool.c TEST estatus_pool
        WHAT "a failed allocation is not counted"
        FROM [[atomic_fetch_add_explicit(&pool->exhausted, 1, memory_order_relaxed);]] TO [[(void)0;]]
        EXPECT "(FAILED|ERROR).*small_records_are_not_fewer")
ghes_plant(NAME pool-gives-up-early FILE lib/estatus_pool.c TEST estatus_pool
        WHAT "the last common arena is not looked at"
        FROM [[for (uint32_t i = 0; i < nr; i++) {
		/* P8]] TO [[for (uint32_t i = 0; i + 1 < nr; i++) {
		/* P8]]
        EXPECT "(FAILED|ERROR).*small_records_are_not_fewer|(FAILED|ERROR).*arena_stays|(FAILED|ERROR).*every_run")
ghes_plant(NAME pool-expand-leaks FILE lib/estatus_pool.c TEST estatus_pool
        WHAT "a failed expand keeps what it got"
        FROM [[			if (user->arena[i])
				arena_destroy(pool, user->arena[i]);]]
        TO [[			(void)0;]]
        EXPECT "expand_is_all_or_nothing")
ghes_plant(NAME pool-reserve-shrinks FILE lib/estatus_pool.c TEST estatus_pool
        WHAT "reserve takes any size for already reserved"
        FROM [[if (size > pool->reserved_max) {]] TO [[if (size > GHES_ESTATUS_POOL_ALLOC_MAX) {]]
        EXPECT "(FAILED|ERROR).*reserve_makes_room")

# ---- Cache -----------------------------------------------------------------------------------------

ghes_plant(NAME cache-signature-only FILE lib/estatus_cache.c TEST estatus_cache
        WHAT "equal signatures pass for equal records"
        FROM [[!memcmp(entry + 1, record, len)]] TO [[record && len]]
        EXPECT "(FAILED|ERROR).*collision_of_signatures_suppresses_nothing")
ghes_plant(NAME cache-never-expires FILE lib/estatus_cache.c TEST estatus_cache
        WHAT "an entry suppresses for ever"
        FROM [[cached = !is_expired(entry, platform->ops->sched_clock(platform));]]
        TO [[cached = true;]]
        EXPECT "(FAILED|ERROR).*a_record_is_suppressed_for_ten_seconds")
ghes_plant(NAME cache-signed-age FILE lib/estatus_cache.c TEST estatus_cache
        WHAT "an entry from the future counts as young"
        FROM [[return age_of(entry, now) >= GHES_ESTATUS_IN_CACHE_MAX_NSEC;]]
        TO [[return (int64_t)age_of(entry, now) >= (int64_t)GHES_ESTATUS_IN_CACHE_MAX_NSEC;]]
        EXPECT "(FAILED|ERROR).*clock_that_stands_or_goes_back")
ghes_plant(NAME cache-first-match-ends FILE lib/estatus_cache.c TEST estatus_cache
        WHAT "an expired entry hides the newer one of the same record"
        FROM [[cached = !is_expired(entry, platform->ops->sched_clock(platform));]]
        TO [[cached = !is_expired(entry, platform->ops->sched_clock(platform)); break;]]
        EXPECT "(FAILED|ERROR).*expired_twin_does_not_hide_the_new_entry")
ghes_plant(NAME cache-no-grace-period FILE lib/estatus_cache.c TEST estatus_cache
        WHAT "a victim is freed while readers may be in it"
        FROM [[platform->ops->call_rcu(platform, &victim->rcu, free_entry_rcu);]]
        TO [[free_entry_rcu(&victim->rcu);]]
        EXPECT "(FAILED|ERROR).*victim_waits_for_the_grace_period")
ghes_plant(NAME cache-no-cap FILE lib/estatus_cache.c TEST estatus_cache
        WHAT "any number of entries may exist"
        FROM [[if (alloced >= GHES_ESTATUS_CACHE_ALLOCED_MAX)]] TO [[if (alloced > 100000)]]
        EXPECT "(FAILED|ERROR).*at_most_six_entries_exist")
ghes_plant(NAME cache-entry-leaks FILE lib/estatus_cache.c TEST estatus_cache
        WHAT "a freed entry still counts: after six, nothing is cached any more"
        FROM [[	/* relaxed: see claim_entry() */
	atomic_fetch_sub_explicit(&cache->alloced, 1, memory_order_relaxed);]] TO ""
        EXPECT "(FAILED|ERROR).*(at_most_six_entries_exist|long_run)")
ghes_plant(NAME cache-commonest-victim FILE lib/estatus_cache.c TEST estatus_cache
        WHAT "the entry that is worth most is the victim"
        FROM [[period_of(entry[i], now) > period_of(entry[rarest], now)]]
        TO [[period_of(entry[i], now) < period_of(entry[rarest], now)]]
        EXPECT "(FAILED|ERROR).*the_rarest_is_the_victim")
ghes_plant(NAME cache-repeats-uncounted FILE lib/estatus_cache.c TEST estatus_cache
        WHAT "repeats do not count"
        FROM [[atomic_fetch_add_explicit(&entry->count, 1, memory_order_relaxed);]] TO [[(void)0;]]
        EXPECT "(FAILED|ERROR).*the_rarest_is_the_victim")
ghes_plant(NAME cache-failed-add-leaks FILE lib/estatus_cache.c TEST estatus_cache
        WHAT "an add without memory uses up one of the six"
        FROM [[atomic_fetch_sub_explicit(&cache->alloced, 1, memory_order_relaxed); /* as above */]]
        TO [[(void)0;]]
        EXPECT "(FAILED|ERROR).*no_room_in_the_pool_is_no_harm")

# ---- Queue and irq_work ------------------------------------------------------------------------------

ghes_plant(NAME queue-lifo FILE lib/estatus_queue.c TEST estatus_queue
        WHAT "nodes come out newest first"
        FROM [[	while (node) {
		struct llist_node *older = node->next;]]
        TO [[	for (oldest = node; node; node = node->next)
		n++;
	while (node) {
		struct llist_node *older = node->next;]]
        EXPECT "(FAILED|ERROR).*nodes_come_out_in_arrival_order")
ghes_plant(NAME queue-lost-push FILE include/ghes/llist.h TEST estatus_stress
        ALSO lib/estatus_queue.c lib/irq_work.c
        WHAT "a push overwrites one that landed meanwhile"
        FROM [[while (!atomic_compare_exchange_weak_explicit(
		&head->first, &first, node, memory_order_release, memory_order_relaxed));]]
        TO [[while (sched_yield(), atomic_store(&head->first, node), 0);]]
        EXPECT "(FAILED|ERROR).*(every_push|two_drains|notifications_nest)|HUNG" TIMEOUT 8)
ghes_plant(NAME queue-taken-uncounted FILE lib/estatus_queue.c TEST estatus_queue
        WHAT "what is taken stays in the depth"
        FROM [[atomic_fetch_add_explicit(&queue->taken, taken, memory_order_release);]] TO [[(void)0;]]
        EXPECT "(FAILED|ERROR).*nodes_come_out_in_arrival_order")
ghes_plant(NAME irq-work-pending-late FILE lib/irq_work.c TEST irq_work
        WHAT "PENDING is cleared after func: what is queued meanwhile is lost"
        FROM [[	atomic_fetch_add_explicit(&work->flags, ONE_RUNNER - IRQ_WORK_PENDING,
				  memory_order_acq_rel);
	work->func(work);]]
        TO [[	work->func(work);
	atomic_fetch_add_explicit(&work->flags, ONE_RUNNER - IRQ_WORK_PENDING,
				  memory_order_acq_rel);]]
        EXPECT "(FAILED|ERROR).*queueing_in_func_runs_it_once_more")
ghes_plant(NAME irq-work-no-raise FILE lib/irq_work.c TEST irq_work
        WHAT "only who finds work on the list raises"
        FROM [[if (llist_add(&work->llnode, &list->cpu[cpu].raised))]]
        TO [[if (!llist_add(&work->llnode, &list->cpu[cpu].raised))]]
        EXPECT "(FAILED|ERROR).*states_are_those_of_the_table")
ghes_plant(NAME irq-work-raise-early FILE lib/irq_work.c TEST irq_work
        WHAT "the interrupt comes before the work is on the list"
        FROM [[	if (llist_add(&work->llnode, &list->cpu[cpu].raised))
		platform->ops->arch_irq_work_raise(platform);]]
        TO [[	platform->ops->arch_irq_work_raise(platform);
	llist_add(&work->llnode, &list->cpu[cpu].raised);]]
        EXPECT "(FAILED|ERROR).*the_raise_comes_after_the_push")
ghes_plant(NAME irq-work-busy-bit FILE lib/irq_work.c TEST irq_work
        WHAT "the first CPU out declares the work idle"
        FROM [[atomic_fetch_sub_explicit(&work->flags, ONE_RUNNER, memory_order_release);]]
        TO [[atomic_fetch_and_explicit(&work->flags, ONE_RUNNER - 1, memory_order_release);]]
        EXPECT "(FAILED|ERROR).*stays_busy_until_the_last_cpu_is_out")
ghes_plant(NAME irq-work-next-late FILE lib/irq_work.c TEST irq_work
        WHAT "the link is read after the work was given away"
        FROM [[		run_one(llist_entry(node, struct irq_work, llnode));
		node = next;]]
        TO [[		run_one(llist_entry(node, struct irq_work, llnode));
		(void)next;
		node = node->next;]]
        EXPECT "(FAILED|ERROR).*queueing_(a_taken|in_func)|HUNG" TIMEOUT 3)
ghes_plant(NAME irq-work-sync-returns FILE lib/irq_work.c TEST irq_work
        WHAT "sync does not wait"
        FROM [[while (atomic_load_explicit(&work->flags, memory_order_acquire))]] TO [[while (0)]]
        EXPECT "(FAILED|ERROR).*sync_waits_for_the_run")

# ---- Fixmap ------------------------------------------------------------------------------------------

ghes_plant(NAME fixmap-wraps FILE lib/fixmap.c TEST fixmap
        WHAT "an address range may wrap"
        FROM [[if (len && paddr > UINT64_MAX - (len - 1))]] TO [[if (0)]]
        EXPECT "(FAILED|ERROR).*hostile_addresses_are_refused")
ghes_plant(NAME fixmap-beyond-page FILE lib/fixmap.c TEST fixmap
        WHAT "a copy may leave the page"
        FROM [[len > GHES_PAGE_SIZE - offset)]] TO [[offset + len > GHES_PAGE_SIZE)]]
        EXPECT "each_misuse_is_refused_and_counted")
ghes_plant(NAME fixmap-double-map FILE lib/fixmap.c TEST fixmap
        WHAT "a slot in use is mapped again"
        FROM [[	if (slot_owner(fm, idx))
		return misused(fm, GHES_FIXMAP_DOUBLE_MAP, -GHES_EBUSY);]] TO ""
        EXPECT "each_misuse_is_refused|the_same_class_nested")
ghes_plant(NAME fixmap-left-mapped FILE lib/fixmap.c TEST fixmap
        WHAT "a failed map leaves the slot taken"
        FROM [[		slot_own(fm, idx, 0);
		return -GHES_EFAULT;]] TO [[		return -GHES_EFAULT;]]
        EXPECT "(FAILED|ERROR).*hostile_addresses_are_refused")
ghes_plant(NAME fixmap-clear-access FILE lib/fixmap.c TEST fixmap
        WHAT "a clear slot is copied through"
        FROM [[if (!slot_owner(fm, idx))]] TO [[if (0)]]
        EXPECT "each_misuse_is_refused_and_counted")
ghes_plant(NAME fixmap-shared-slot FILE lib/fixmap.c TEST fixmap
        WHAT "all classes use one slot"
        FROM [[		int err = copy_chunk(fm, at, paddr, chunk, from_phys, idx);]]
        TO [[		int err = copy_chunk(fm, at, paddr, chunk, from_phys, FIX_APEI_GHES_IRQ);]]
        EXPECT "another_class_may_nest_in_a_map")

# ---- POSIX platform ------------------------------------------------------------------------------------

ghes_plant(NAME posix-irq-in-nmi FILE lib/platform_posix.c TEST platform_posix
        WHAT "irq_work runs in NMI-like context"
        FROM [[return innermost(cpu) == GHES_CONTEXT_TASK && !(get(&cpu->mask) & PSR_I_BIT);]]
        TO [[return !(get(&cpu->mask) & PSR_I_BIT);]]
        EXPECT "(FAILED|ERROR).*irq_work_waits_for_context_and_masks")
ghes_plant(NAME posix-irq-masked FILE lib/platform_posix.c TEST platform_posix
        WHAT "irq_work runs with interrupts masked"
        FROM [[return innermost(cpu) == GHES_CONTEXT_TASK && !(get(&cpu->mask) & PSR_I_BIT);]]
        TO [[return innermost(cpu) == GHES_CONTEXT_TASK;]]
        EXPECT "(FAILED|ERROR).*irq_work_waits_for_context_and_masks")
ghes_plant(NAME posix-callback-early FILE lib/posix_worker.c TEST platform_posix
        WHAT "RCU callbacks do not wait for readers"
        FROM [[	posix_synchronize_rcu(&posix->platform);
	while (node) {]] TO [[	while (node) {]]
        EXPECT "(FAILED|ERROR).*callbacks_wait_for_readers")
ghes_plant(NAME posix-frame-late FILE lib/platform_posix.c TEST estatus_stress
        WHAT "a frame is filled before it is taken: what nests in between overwrites it"
        FROM [[	set(&cpu->depth, depth + 1);
	return &cpu->frame[depth];]]
        TO [[	return &cpu->frame[depth];]]
        FROM2 [[	frame->old_mask = get(&cpu->mask);
	set(&frame->as, as);]]
        TO2 [[	frame->old_mask = get(&cpu->mask);
	set(&frame->as, as);
	for (volatile int i = 0; i < 300; i++)
		;
	set(&cpu->depth, get(&cpu->depth) + 1);]]
        EXPECT "(RUN|FAILED|ERROR).*notifications_nest") # it aborts: unbalanced contexts

# ---- Memory order: what only happens-before race detection sees ------------------------------------------
#
# All that the test runs is compiled with ThreadSanitizer here; that the same is clean without a plant
# is what the tsan preset shows.
set(tsan lib/estatus_arena.c lib/estatus_cache.c lib/estatus_pool.c lib/estatus_queue.c lib/irq_work.c
        lib/platform_posix.c lib/posix_memory.c lib/posix_sinks.c lib/posix_worker.c)
set(tsan_arena ${tsan})
list(REMOVE_ITEM tsan_arena lib/estatus_arena.c)
set(tsan_cache ${tsan})
list(REMOVE_ITEM tsan_cache lib/estatus_cache.c)

ghes_plant(NAME order-free-relaxed FILE lib/estatus_arena.c TEST estatus_stress TSAN TIMEOUT 60
        ALSO ${tsan_arena}
        WHAT "P2: a block may be reused before its last owner is done with it"
        FROM [[~run, memory_order_release);]] TO [[~run, memory_order_relaxed);]]
        EXPECT "data race .*(memset|use_pool|open_block|test_estatus_stress)")
ghes_plant(NAME order-push-relaxed FILE include/ghes/llist.h TEST estatus_stress TSAN TIMEOUT 60
        ALSO ${tsan}
        WHAT "Q1: a node may be seen before what was written to it"
        FROM [[node, memory_order_release,]] TO [[node, memory_order_relaxed,]]
        EXPECT "data race .*(check_and_free|drain|take|release_held|llist_reverse_order)")
ghes_plant(NAME order-cache-relaxed FILE lib/estatus_cache.c TEST estatus_stress TSAN TIMEOUT 60
        ALSO ${tsan_cache}
        WHAT "C1: an entry may be seen before what was written to it"
        FROM [[atomic_exchange_explicit(&cache->slot[slot], entry, memory_order_acq_rel);]]
        TO [[atomic_exchange_explicit(&cache->slot[slot], entry, memory_order_relaxed);]]
        EXPECT "data race .*(ghes_estatus_cached|estatus_cache)")
