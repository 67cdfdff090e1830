// SPDX-License-Identifier: GPL-2.0-only
/*
 * A spinlock keeps two CPUs apart. Taken in an NMI as well, it waits for what the NMI interrupted:
 * found as a livelock, with the place; with the NMI masked while it is held, all is well.
 */
#include <stdatomic.h>
#include <stdio.h>

#include <ghes/explore.h>

static atomic_int lock;
static int guarded;

static void setup(void *user)
{
	(void)user;
	lock = 0;
	guarded = 0;
}

static void finish(void *user)
{
	(void)user;
	ghes_explore_check(guarded == 2);
}

static void locked(void *arg)
{
	(void)arg;
	while (atomic_exchange_explicit(&lock, 1, memory_order_acquire))
		ghes_explore_relax();
	guarded++; /* not atomic: the lock is what keeps others out */
	atomic_store_explicit(&lock, 0, memory_order_release);
}

static void locked_and_masked(void *arg)
{
	ghes_explore_mask(1);
	locked(arg);
	ghes_explore_unmask(1);
}

enum other { CPU, NMI };

static bool holds(void (*task)(void *), enum other other)
{
	struct ghes_explore *x = ghes_explore_new(
		&(struct ghes_explore_config){.setup = setup, .finish = finish, .max_steps = 500});
	struct ghes_explore_result r;

	if (!x)
		return false;
	ghes_explore_thread(x, "task", 0, task, NULL);
	if (other == CPU)
		ghes_explore_thread(x, "cpu 1", 1, locked, NULL);
	else
		ghes_explore_handler(x, "nmi", 0, 1, 1, locked, NULL);
	ghes_explore_run(x, &r);
	if (r.defect_count)
		fputs(r.defects[0].report, stdout);
	ghes_explore_free(x);
	return r.verdict == GHES_EXPLORE_PASS;
}

int main(void)
{
	return holds(locked, CPU) && !holds(locked, NMI) && holds(locked_and_masked, NMI) ? 0 : 1;
}
