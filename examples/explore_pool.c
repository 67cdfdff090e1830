// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pool of two slots in one word, used by two CPUs and by an NMI on one of them: no slot has two
 * owners, and none is lost.
 */
#include <stdatomic.h>
#include <stdio.h>

#include <ghes/explore.h>

static atomic_uint free_slots;
static atomic_int owner[2];

static void setup(void *user)
{
	(void)user;
	free_slots = 3;
	owner[0] = owner[1] = 0;
}

static void finish(void *user)
{
	(void)user;
	ghes_explore_check(free_slots == 3);
}

static int get(void)
{
	unsigned int old = atomic_load_explicit(&free_slots, memory_order_relaxed);

	do {
		if (!old)
			return -1;
	} while (!atomic_compare_exchange_weak_explicit(
		&free_slots, &old, old & (old - 1), memory_order_acquire, memory_order_relaxed));
	return __builtin_ctz(old);
}

static void user_of_pool(void *arg)
{
	int slot = get();

	(void)arg;
	if (slot < 0)
		return;
	ghes_explore_check(atomic_exchange(&owner[slot], 1) == 0);
	atomic_store(&owner[slot], 0);
	atomic_fetch_or_explicit(&free_slots, 1u << slot, memory_order_release);
}

int main(void)
{
	struct ghes_explore *x =
		ghes_explore_new(&(struct ghes_explore_config){.setup = setup, .finish = finish});
	struct ghes_explore_result r;

	if (!x)
		return 1;
	ghes_explore_thread(x, "cpu 0", 0, user_of_pool, NULL);
	ghes_explore_thread(x, "cpu 1", 1, user_of_pool, NULL);
	ghes_explore_handler(x, "nmi", 0, 1, 0, user_of_pool, NULL);
	ghes_explore_run(x, &r);
	printf("%llu executions\n", (unsigned long long)r.executions);
	ghes_explore_free(x);
	return r.verdict == GHES_EXPLORE_PASS && r.complete ? 0 : 1;
}
