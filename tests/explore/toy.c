// SPDX-License-Identifier: GPL-2.0-only
#include "toy.h"
#include <ghes/explore.h>
#include <stdatomic.h>

/* What is no atomic access. */
static void perform_other(struct toy *toy, const struct toy_step *s)
{
	switch (s->op) {
	case TOY_LOCK:
		ghes_explore_lock(&toy->vars[s->var]);
		break;
	case TOY_UNLOCK:
		ghes_explore_unlock(&toy->vars[s->var]);
		break;
	case TOY_MASK:
		ghes_explore_mask(s->value);
		break;
	case TOY_UNMASK:
		ghes_explore_unmask(s->value);
		break;
	case TOY_RAISE:
		ghes_explore_raise(s->value);
		break;
	case TOY_RCU_LOCK:
		ghes_explore_rcu_read_lock();
		break;
	case TOY_RCU_UNLOCK:
		ghes_explore_rcu_read_unlock();
		break;
	case TOY_SYNC:
		ghes_explore_synchronize_rcu();
		break;
	case TOY_FENCE:
		atomic_thread_fence(memory_order_acq_rel);
		break;
	case TOY_FENCE_ACQ:
		atomic_thread_fence(memory_order_acquire);
		break;
	case TOY_FENCE_REL:
		atomic_thread_fence(memory_order_release);
		break;
	case TOY_FENCE_SC:
		atomic_thread_fence(memory_order_seq_cst);
		break;
	default:
		break;
	}
}

/* Additions whose result is not used. */
static void count(struct toy *toy, const struct toy_step *s)
{
	void *p = &toy->vars[s->var][0];

	ghes_explore_result_unused();
	if (s->op == TOY_COUNT)
		atomic_fetch_add_explicit((_Atomic int *)p, s->value, memory_order_relaxed);
	else if (s->op == TOY_COUNT_REL)
		atomic_fetch_sub_explicit((_Atomic int *)p, s->value, memory_order_release);
	else
		atomic_fetch_add_explicit((_Atomic uint64_t *)p, s->value, memory_order_relaxed);
}

static int await(_Atomic int *p, bool relax)
{
	int value;

	while (!(value = atomic_load_explicit(p, memory_order_acquire)))
		if (relax)
			ghes_explore_relax();
		else
			ghes_explore_pause();
	return value;
}

static int perform(struct toy *toy, const struct toy_step *s, int last)
{
	int *plain = &toy->vars[s->var][0];
	_Atomic int *atomic = (_Atomic int *)plain;

	switch (s->op) {
	case TOY_LOAD:
		return atomic_load_explicit(atomic, memory_order_relaxed);
	case TOY_LOAD_ACQ:
		return atomic_load_explicit(atomic, memory_order_acquire);
	case TOY_LOAD_SC:
		return atomic_load_explicit(atomic, memory_order_seq_cst);
	case TOY_STORE:
		atomic_store_explicit(atomic, s->value, memory_order_relaxed);
		return last;
	case TOY_STORE_REL:
		atomic_store_explicit(atomic, s->value, memory_order_release);
		return last;
	case TOY_STORE_SC:
		atomic_store_explicit(atomic, s->value, memory_order_seq_cst);
		return last;
	case TOY_ADD:
		return atomic_fetch_add_explicit(atomic, s->value, memory_order_acq_rel);
	case TOY_CAS:
		atomic_compare_exchange_strong_explicit(atomic, &last, s->value,
							memory_order_acq_rel, memory_order_relaxed);
		return last;
	case TOY_READ:
		return *plain;
	case TOY_WRITE:
		*plain = s->value;
		return last;
	case TOY_CHOOSE:
		return (int)ghes_explore_choose(s->value);
	case TOY_COUNT:
	case TOY_COUNT_REL:
	case TOY_COUNT_WIDE:
		count(toy, s);
		return last;
	case TOY_AWAIT:
		return await(atomic, s->value & 1);
	default:
		perform_other(toy, s);
		return last;
	}
}

static void pad(const struct toy_context *c)
{
	for (unsigned int i = 0; i < c->toy->padding; i++)
		ghes_explore_point(1, (uint64_t)(c - c->toy->ctx), true, memory_order_relaxed);
}

void toy_run(void *arg)
{
	struct toy_context *c = arg;
	int last = 0;

	for (unsigned int i = 0; i < c->n; i++) {
		const struct toy_step *s = &c->steps[i];

		pad(c);
		if (s->op == TOY_IF) {
			i += !(last & 1);
			continue;
		}
		if (s->op == TOY_TRYLOCK) {
			if (ghes_explore_trylock(&c->toy->vars[s->var]))
				continue;
			while (i < c->n && c->steps[i].op != TOY_UNLOCK)
				i++;
			continue;
		}
		last = perform(c->toy, s, last);
		c->seen = c->seen * 31 + (unsigned int)last;
		if (s->op == TOY_LOAD || s->op == TOY_LOAD_ACQ || s->op == TOY_LOAD_SC)
			c->loads[c->n_loads++ % TOY_OPS] = last;
	}
}
