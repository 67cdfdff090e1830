// SPDX-License-Identifier: GPL-2.0-only
#include <ghes/estatus_cache.h>

#include <string.h>

/* Constant once published, but for the count. The record follows. */
struct ghes_estatus_cache_entry {
	struct ghes_rcu_head rcu;
	struct ghes_estatus_cache *cache;
	uint64_t time_in; /* sched_clock() of the add */
	uint64_t signature;
	uint32_t len;		/* bytes of the record */
	_Atomic uint32_t count; /* repeats seen; any context; relaxed: only ranks victims */
};

static size_t entry_size(uint32_t len)
{
	return sizeof(struct ghes_estatus_cache_entry) + len;
}

static uint64_t word_at(const unsigned char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static uint64_t stir(uint64_t lane, uint64_t word)
{
	return (lane << 13 | lane >> 51) + word;
}

/* How much of a record the signature looks at: the head, where sections of errors differ. */
#define SIGNATURE_MAX 256u

/*
 * Tells records apart, cheaply and for most; four lanes, so that the processor need not wait for
 * one word to stir in the next. It is not a hash against an adversary and need not be one: equal
 * signatures are followed by a full comparison, which also sees the bytes after the last word.
 */
static uint64_t signature_of(const void *record, uint32_t len)
{
	const unsigned char *at = record;
	uint32_t left = len < SIGNATURE_MAX ? len : SIGNATURE_MAX;
	uint64_t lane[4] = {len, 1, 2, 3};

	for (; left >= 32; left -= 32, at += 32) {
		lane[0] = stir(lane[0], word_at(at));
		lane[1] = stir(lane[1], word_at(at + 8));
		lane[2] = stir(lane[2], word_at(at + 16));
		lane[3] = stir(lane[3], word_at(at + 24));
	}
	for (; left >= 8; left -= 8, at += 8)
		lane[0] = stir(lane[0], word_at(at));
	return stir(stir(stir(lane[0], lane[1]), lane[2]), lane[3]);
}

/* Age of an entry; one from the future (a clock that went back) is huge, and so expired. */
static uint64_t age_of(const struct ghes_estatus_cache_entry *entry, uint64_t now)
{
	return now - entry->time_in;
}

static bool is_expired(const struct ghes_estatus_cache_entry *entry, uint64_t now)
{
	return age_of(entry, now) >= GHES_ESTATUS_IN_CACHE_MAX_NSEC;
}

/* In an RCU read section, as long as the entry is used. */
static struct ghes_estatus_cache_entry *entry_in(struct ghes_estatus_cache *cache, unsigned int i)
{
	/* C2 acquire: the entry as add filled it; pairs with C1 */
	return atomic_load_explicit(&cache->slot[i], memory_order_acquire);
}

/* In an RCU read section: is @entry the @len bytes of @record, whose signature is @signature? */
static bool is_same(const struct ghes_estatus_cache_entry *entry, uint64_t signature,
		    const void *record, uint32_t len)
{
	return entry->signature == signature && !memcmp(entry + 1, record, len);
}

bool __ghes_estatus_cached(struct ghes_estatus_cache *cache,
			   const struct acpi_hest_generic_status *estatus, uint32_t len)
{
	struct ghes_platform *platform = cache->platform;
	bool cached = false, is_signed = false;
	uint64_t signature = 0;

	/*
	 * All matches, not only the first: an expired entry of the same record may stand before
	 * the one that took over from it.
	 */
	for (unsigned int i = 0; i < GHES_ESTATUS_CACHES_SIZE && !cached; i++) {
		struct ghes_estatus_cache_entry *entry = entry_in(cache, i);

		if (!entry || entry->len != len)
			continue;
		/* Nothing to compare with, nothing to sign */
		if (!is_signed)
			signature = signature_of(estatus, len);
		is_signed = true;
		if (!is_same(entry, signature, estatus, len))
			continue;
		/* relaxed: only ranks victims */
		atomic_fetch_add_explicit(&entry->count, 1, memory_order_relaxed);
		cached = !is_expired(entry, platform->ops->sched_clock(platform));
	}
	return cached;
}

bool ghes_estatus_cached(struct ghes_estatus_cache *cache,
			 const struct acpi_hest_generic_status *estatus, uint32_t len)
{
	struct ghes_platform *platform = cache->platform;
	bool cached;

	platform->ops->rcu_read_lock(platform);
	cached = __ghes_estatus_cached(cache, estatus, len);
	platform->ops->rcu_read_unlock(platform);
	return cached;
}

/* Claim one of the six; a compare-exchange, so that the cap is never exceeded, not even briefly. */
static bool claim_entry(struct ghes_estatus_cache *cache)
{
	/* relaxed: only the number counts, the memory's order is the pool's business */
	uint32_t alloced = atomic_load_explicit(&cache->alloced, memory_order_relaxed);

	do {
		if (alloced >= GHES_ESTATUS_CACHE_ALLOCED_MAX)
			return false;
	} while (!atomic_compare_exchange_weak_explicit(&cache->alloced, &alloced, alloced + 1,
							memory_order_relaxed,
							memory_order_relaxed));
	return true;
}

static void free_entry(struct ghes_estatus_cache_entry *entry)
{
	struct ghes_estatus_cache *cache = entry->cache;

	ghes_estatus_pool_free(cache->pool, entry, entry_size(entry->len));
	/* relaxed: see claim_entry() */
	atomic_fetch_sub_explicit(&cache->alloced, 1, memory_order_relaxed);
}

static void free_entry_rcu(struct ghes_rcu_head *head)
{
	free_entry((struct ghes_estatus_cache_entry *)head);
}
_Static_assert(!offsetof(struct ghes_estatus_cache_entry, rcu), "free_entry_rcu() relies on it");

static struct ghes_estatus_cache_entry *make_entry(struct ghes_estatus_cache *cache,
						   const struct acpi_hest_generic_status *estatus,
						   uint32_t len, uint64_t now)
{
	struct ghes_estatus_cache_entry *entry;

	entry = ghes_estatus_pool_alloc(cache->pool, NULL, entry_size(len));
	if (!entry)
		return NULL;
	entry->cache = cache;
	entry->time_in = now;
	entry->len = len;
	entry->signature = signature_of(estatus, len);
	atomic_init(&entry->count, 0);
	memcpy(entry + 1, estatus, len);
	return entry;
}

/* Average time between repeats; the longer, the less an entry is worth. */
static uint64_t period_of(const struct ghes_estatus_cache_entry *entry, uint64_t now)
{
	/* relaxed: only ranks victims */
	uint64_t count = atomic_load_explicit(&entry->count, memory_order_relaxed);

	return age_of(entry, now) / (count + 1);
}

/* In an RCU read section. With a clock that stands still all are equal: then the first. */
static unsigned int choose_slot(struct ghes_estatus_cache *cache, uint64_t now)
{
	struct ghes_estatus_cache_entry *entry[GHES_ESTATUS_CACHES_SIZE];
	unsigned int rarest = 0;

	for (unsigned int i = 0; i < GHES_ESTATUS_CACHES_SIZE; i++) {
		entry[i] = entry_in(cache, i);
		if (!entry[i])
			return i;
	}
	for (unsigned int i = 0; i < GHES_ESTATUS_CACHES_SIZE; i++)
		if (is_expired(entry[i], now))
			return i;
	for (unsigned int i = 1; i < GHES_ESTATUS_CACHES_SIZE; i++)
		if (period_of(entry[i], now) > period_of(entry[rarest], now))
			rarest = i;
	return rarest;
}

static void trace(struct ghes_estatus_cache *cache, enum ghes_tracepoint tp, uint16_t source_id,
		  unsigned int slot, uint32_t len)
{
	const struct ghes_platform_ops *ops = cache->platform->ops;

	if (ops->tracepoint)
		ops->tracepoint(cache->platform, tp, source_id, slot, len, NULL);
}

int ghes_estatus_cache_add(struct ghes_estatus_cache *cache, uint16_t source_id,
			   const struct acpi_hest_generic_status *estatus, uint32_t len)
{
	struct ghes_platform *platform = cache->platform;
	uint64_t now = platform->ops->sched_clock(platform);
	struct ghes_estatus_cache_entry *entry, *victim;
	unsigned int slot;

	if (!claim_entry(cache))
		return -GHES_EAGAIN;
	entry = make_entry(cache, estatus, len, now);
	if (!entry) {
		atomic_fetch_sub_explicit(&cache->alloced, 1, memory_order_relaxed); /* as above */
		return -GHES_ENOMEM;
	}
	platform->ops->rcu_read_lock(platform);
	slot = choose_slot(cache, now);
	platform->ops->rcu_read_unlock(platform);
	/*
	 * C1 release: publishes the entry; pairs with C2. Acquire: the victim, which is whatever
	 * stands there now and not necessarily what was chosen, is read below.
	 */
	victim = atomic_exchange_explicit(&cache->slot[slot], entry, memory_order_acq_rel);
	trace(cache, GHES_TP_CACHE_ADD, source_id, slot, len);
	if (victim) {
		trace(cache, GHES_TP_CACHE_EVICT, source_id, slot, victim->len);
		platform->ops->call_rcu(platform, &victim->rcu, free_entry_rcu);
	}
	return 0;
}

void ghes_estatus_cache_init(struct ghes_estatus_cache *cache, struct ghes_platform *platform,
			     struct ghes_estatus_pool *pool)
{
	cache->platform = platform;
	cache->pool = pool;
	atomic_init(&cache->alloced, 0);
	for (unsigned int i = 0; i < GHES_ESTATUS_CACHES_SIZE; i++)
		atomic_init(&cache->slot[i], NULL);
}

void ghes_estatus_cache_exit(struct ghes_estatus_cache *cache)
{
	struct ghes_platform *platform = cache->platform;

	/* Nobody reads any more, so what is published needs no grace period. */
	for (unsigned int i = 0; i < GHES_ESTATUS_CACHES_SIZE; i++) {
		struct ghes_estatus_cache_entry *entry =
			atomic_exchange_explicit(&cache->slot[i], NULL, memory_order_acquire);

		if (entry)
			free_entry(entry);
	}
	/* What was replaced before is freed by callbacks that use the pool: wait for them. */
	platform->ops->rcu_barrier(platform);
}

void ghes_estatus_cache_stats(struct ghes_estatus_cache *cache,
			      struct ghes_estatus_cache_stats *stats)
{
	/* relaxed: gauges */
	uint32_t alloced = atomic_load_explicit(&cache->alloced, memory_order_relaxed);
	uint32_t published = 0;

	for (unsigned int i = 0; i < GHES_ESTATUS_CACHES_SIZE; i++)
		published += !!atomic_load_explicit(&cache->slot[i], memory_order_relaxed);
	*stats = (struct ghes_estatus_cache_stats){
		.alloced = alloced,
		.published = published,
		/* published may be ahead of an older look at alloced */
		.waiting = alloced > published ? alloced - published : 0,
		.cap = GHES_ESTATUS_CACHE_ALLOCED_MAX,
	};
}

bool ghes_estatus_cache_is_valid(struct ghes_estatus_cache *cache)
{
	struct ghes_platform *platform = cache->platform;
	struct ghes_estatus_cache_stats stats;
	bool valid;

	ghes_estatus_cache_stats(cache, &stats);
	valid = stats.alloced == stats.published + stats.waiting && stats.alloced <= stats.cap;
	platform->ops->rcu_read_lock(platform);
	for (unsigned int i = 0; i < GHES_ESTATUS_CACHES_SIZE; i++) {
		struct ghes_estatus_cache_entry *entry = entry_in(cache, i);

		valid = valid &&
			(!entry || (entry->cache == cache &&
				    entry->signature == signature_of(entry + 1, entry->len)));
	}
	platform->ops->rcu_read_unlock(platform);
	return valid;
}
