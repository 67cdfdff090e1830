// SPDX-License-Identifier: GPL-2.0-only
/*
 * A cache of one entry, replaced by two CPUs while an NMI looks it up: with a grace period before
 * the old entry is freed, and without, which is a race.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <ghes/explore.h>

static _Atomic(int *) cached;
static bool waits;

static void setup(void *user)
{
	(void)user;
	atomic_store_explicit(&cached, NULL, memory_order_relaxed);
}

static void finish(void *user)
{
	(void)user;
	ghes_explore_free_memory(atomic_load_explicit(&cached, memory_order_relaxed));
}

static void replace(void *arg)
{
	int *new = ghes_explore_alloc(sizeof(*new)), *old;

	(void)arg;
	*new = 7;
	old = atomic_exchange_explicit(&cached, new, memory_order_acq_rel);
	if (!old)
		return;
	if (waits)
		ghes_explore_synchronize_rcu();
	ghes_explore_free_memory(old);
}

static void look_up(void *arg)
{
	int *entry;

	(void)arg;
	ghes_explore_rcu_read_lock();
	entry = atomic_load_explicit(&cached, memory_order_acquire);
	if (entry)
		ghes_explore_check(*entry == 7);
	ghes_explore_rcu_read_unlock();
}

static const char *first_defect(struct ghes_explore_result *r)
{
	struct ghes_explore *x =
		ghes_explore_new(&(struct ghes_explore_config){.setup = setup, .finish = finish});
	static char oracle[32];

	if (!x)
		return "no memory";
	ghes_explore_thread(x, "cpu 0", 0, replace, NULL);
	ghes_explore_thread(x, "cpu 1", 1, replace, NULL);
	ghes_explore_handler(x, "nmi", 1, 1, 0, look_up, NULL);
	ghes_explore_run(x, r);
	snprintf(oracle, sizeof(oracle), "%s", r->defect_count ? r->defects[0].oracle : "");
	if (r->defect_count)
		fputs(r->defects[0].report, stdout);
	ghes_explore_free(x);
	return oracle;
}

int main(void)
{
	struct ghes_explore_result r;
	const char *oracle;

	waits = true;
	if (first_defect(&r)[0] || !r.complete)
		return 1;
	waits = false;
	oracle = first_defect(&r);
	return !strcmp(oracle, "race") || !strcmp(oracle, "bounds") ? 0 : 1;
}
