// SPDX-License-Identifier: GPL-2.0-only
/*
 * struct ghes_core_ops of a kernel core.
 *
 * Kernel code has file-scope state, so a loaded object is one core. After destroy, its writable
 * segments go back to what they were when it was loaded, and create works again.
 *
 * A panic or a BUG() ends the kernel side for good: what runs on this CPU is given up by jumping
 * back to the entry that called it, and no entry takes work any more. Locks stay held; context,
 * masks and RCU nesting, which are the host's, are put back (when the host checks: others stop at
 * a panic anyway, and a notification must not pay for that).
 */
#include "glue.h"

#include <stdlib.h>
#include <string.h>

#include "coverage.h"

#define MAX_SEGMENTS 8

struct ghes_core {
	bool live;
	bool dead; /* panicked or died */
};

/* An entry that can be jumped back to; one a nesting level and CPU. */
struct frame {
	void *buf[5]; /* __builtin_setjmp() */
	void *below;
	/* As they were at the entry; only when host_checked. */
	enum host_context context;
	uint32_t masks;
	unsigned int readers;
};

static struct ghes_core the_core;

static struct {
	struct image_segment segment[MAX_SEGMENTS];
	size_t n;
	char *saved; /* all of them, one after the other */
} image;

static int save_image(void)
{
	size_t total = 0, i;
	char *at;

	image.n =
		image_segments(&the_core, ghes_core_coverage.counters, image.segment, MAX_SEGMENTS);
	if (!image.n || image.n > MAX_SEGMENTS)
		return -GHES_ENOTSUP;
	for (i = 0; i < image.n; i++)
		total += image.segment[i].size;
	at = malloc(total);
	if (!at)
		return -GHES_ENOMEM;
	for (i = 0, total = 0; i < image.n; total += image.segment[i++].size)
		memcpy(at + total, image.segment[i].start, image.segment[i].size);
	image.saved = at;
	return 0;
}

/* Puts back what was saved, except for the copy's own description. */
static void restore_image(void)
{
	__typeof__(image) kept = image;
	const char *at = kept.saved;

	for (size_t i = 0; i < kept.n; at += kept.segment[i++].size)
		memcpy(kept.segment[i].start, at, kept.segment[i].size);
	image = kept;
}

__attribute__((destructor)) static void drop_image(void)
{
	free(image.saved);
}

/* The kernel's codes that <ghes/errors.h> does not have, as the nearest that it has. */
static int known_error(int rc)
{
	switch (-rc) {
#define KNOWN(name, number, text) case GHES_E##name:
		GHES_ERRORS(KNOWN)
#undef KNOWN
	case 0:
		return rc;
	case 524: /* ENOTSUPP */
		return -GHES_ENOTSUP;
	case 6: /* ENXIO */
		return -GHES_EFAULT;
	case 517: /* EPROBE_DEFER */
		return -GHES_EAGAIN;
	default:
		return rc > 0 ? 0 : -GHES_EIO;
	}
}

struct call {
	int (*fn)(const struct call *call);
	uint32_t arg;
	const struct ghes_regs *regs;
	const void *data;
	size_t size;
};

static void note_host_state(struct frame *frame)
{
	frame->context = host_context();
	frame->masks = host_mask_get();
	frame->readers = k_rcu_depth();
}

static void put_back_host_state(const struct frame *frame)
{
	for (;;) {
		enum host_context c = host_context();

		while (k_rcu_depth() > (c == frame->context ? frame->readers : 0))
			k_rcu_leave();
		if (c == frame->context)
			break;
		if (c == HOST_IRQ)
			host_irq_exit();
		else
			host_nmi_exit(c);
	}
	host_mask_set(frame->masks);
}

/* noinline: __builtin_setjmp() must not share a frame with what it protects. */
static __attribute__((noinline)) int enter(const struct call *call)
{
	void **slot;
	struct frame frame;
	int rc;

	if (__atomic_load_n(&the_core.dead, __ATOMIC_RELAXED))
		return -GHES_ENOENT;
	slot = k_unwind_slot(host_cpu());
	frame.below = *slot;
	*slot = &frame;
	if (host_checked)
		note_host_state(&frame);
	if (__builtin_setjmp(frame.buf)) {
		struct frame *here = *k_unwind_slot(host_cpu());

		if (host_checked)
			put_back_host_state(here);
		*k_unwind_slot(host_cpu()) = here->below;
		return -GHES_EIO;
	}
	rc = call->fn(call);
	if (host_traced)
		k_leave();
	slot = k_unwind_slot(host_cpu());
	*slot = frame.below;
	return known_error(rc);
}

static __attribute__((noreturn)) void unwind(void)
{
	struct frame *frame = *k_unwind_slot(host_cpu());

	__atomic_store_n(&the_core.dead, true, __ATOMIC_RELAXED);
	__builtin_longjmp(frame->buf, 1);
}

void host_panic(const char *message)
{
	host_platform->ops->panic(host_platform, message);
	unwind();
}

void host_die(const char *message)
{
	host_defect("crash", message);
	unwind();
}

#define ENTER(function, ...)                                                                       \
	do {                                                                                       \
		struct call call = {.fn = function, __VA_ARGS__};                                  \
                                                                                                   \
		return enter(&call);                                                               \
	} while (0)

/* ---- entries ---- */

static int do_init(const struct call *c)
{
	return k_init(c->data, c->size);
}

static int core_init(struct ghes_core *core, const void *hest, size_t size)
{
	(void)core;
	ENTER(do_init, .data = hest, .size = size);
}

static int do_probe(const struct call *c)
{
	return k_probe(c->arg);
}

static int core_probe(struct ghes_core *core, uint16_t source_id)
{
	(void)core;
	ENTER(do_probe, .arg = source_id);
}

static int do_remove(const struct call *c)
{
	return k_remove(c->arg);
}

static int core_remove(struct ghes_core *core, uint16_t source_id)
{
	(void)core;
	ENTER(do_remove, .arg = source_id);
}

static int do_timer(const struct call *c)
{
	return k_notify_timer(c->arg);
}

static int core_notify_timer(struct ghes_core *core, uint16_t source_id)
{
	(void)core;
	ENTER(do_timer, .arg = source_id);
}

static int do_irq(const struct call *c)
{
	return k_notify_irq(c->arg);
}

static int core_notify_irq(struct ghes_core *core, uint32_t gsiv)
{
	(void)core;
	ENTER(do_irq, .arg = gsiv);
}

static int do_hed(const struct call *c)
{
	(void)c;
	return k_notify_hed();
}

static int core_notify_hed(struct ghes_core *core)
{
	(void)core;
	ENTER(do_hed, .arg = 0);
}

static int do_nmi(const struct call *c)
{
	(void)c;
	return k_notify_nmi();
}

static int core_notify_nmi(struct ghes_core *core)
{
	(void)core;
	ENTER(do_nmi, .arg = 0);
}

static int do_sdei(const struct call *c)
{
	return k_notify_sdei(c->arg);
}

static int core_notify_sdei(struct ghes_core *core, uint32_t event)
{
	(void)core;
	ENTER(do_sdei, .arg = event);
}

static int do_claim(const struct call *c)
{
	return k_claim_sea(c->regs != NULL, c->regs && c->regs->user,
			   c->regs ? c->regs->pstate : 0);
}

static int core_claim_sea(struct ghes_core *core, const struct ghes_regs *regs)
{
	(void)core;
	ENTER(do_claim, .regs = regs);
}

static int do_irq_work(const struct call *c)
{
	(void)c;
	k_irq_work_run();
	return 0;
}

static void core_irq_work_run(struct ghes_core *core)
{
	struct call call = {.fn = do_irq_work};

	(void)core;
	enter(&call);
}

/* ---- what the platform calls back ---- */

static int do_rcu(const struct call *c)
{
	k_run_rcu((struct host_rcu *)(uintptr_t)c->data);
	return 0;
}

void glue_run_rcu(struct ghes_rcu_head *head)
{
	struct call call = {.fn = do_rcu, .data = head};

	enter(&call);
}

static int do_work(const struct call *c)
{
	k_run_work((struct host_work *)(uintptr_t)c->data);
	return 0;
}

void glue_run_work(struct ghes_work *work)
{
	struct call call = {.fn = do_work, .data = work};

	enter(&call);
}

static int do_task_work(const struct call *c)
{
	k_run_task_work((struct host_work *)(uintptr_t)c->data);
	return 0;
}

void glue_run_task_work(struct ghes_work *work)
{
	struct call call = {.fn = do_task_work, .data = work};

	enter(&call);
}

/* ---- life ---- */

static int core_create(struct ghes_platform *p, struct ghes_core **core)
{
	int rc;

	if (the_core.live)
		return -GHES_EBUSY;
	if (!image.saved) {
		rc = save_image();
		if (rc)
			return rc;
	} else {
		restore_image();
	}
	host_platform = p;
	host_traced = p->ops->tracepoint != NULL;
	host_checked = p->ops->defect != NULL;
	rc = k_create(p->nr_cpus);
	if (rc)
		return rc;
	the_core.live = true;
	*core = &the_core;
	return 0;
}

static int do_remove_all(const struct call *c)
{
	(void)c;
	k_remove_all();
	host_rcu_barrier();
	return 0;
}

static void core_destroy(struct ghes_core *core)
{
	struct call call = {.fn = do_remove_all};

	enter(&call);
	host_free_all();
	core->live = false;
}

static void core_state(struct ghes_core *core, struct ghes_core_state *state)
{
	struct host_state h;

	(void)core;
	k_state(&h);
#define UNKNOWN(name) state->name = GHES_UNKNOWN;
	GHES_CORE_STATE(UNKNOWN)
#undef UNKNOWN
	state->pool_total = h.pool_total;
	state->pool_free = h.pool_free;
	state->pool_used = h.pool_used;
	state->pool_nodes = h.pool_nodes;
	state->pool_exhausted = h.pool_exhausted;
	state->cache_alloced = h.cache_alloced;
	state->cache_published = h.cache_published;
	state->cache_waiting = h.cache_waiting;
	state->cache_cap = h.cache_cap;
	state->queue_depth = h.queue_depth;
	state->irq_work_flags = h.irq_work_flags;
	state->sources = h.sources;
	state->records_read = h.read;
	state->records_queued = h.queued;
	state->records_processed = h.processed;
	state->records_duplicate = h.duplicate;
	state->records_rejected = h.rejected;
	state->records_panic = h.panicked;
}

#ifndef KERNEL_CORE_NAME
#define KERNEL_CORE_NAME "kernel"
#endif

static const struct ghes_core_ops ops = {
	.abi = GHES_CORE_ABI,
	.name = KERNEL_CORE_NAME,
	.contexts_read_rcu = true,
	.create = core_create,
	.destroy = core_destroy,
	.init = core_init,
	.probe = core_probe,
	.remove = core_remove,
	.notify_timer = core_notify_timer,
	.notify_irq = core_notify_irq,
	.notify_hed = core_notify_hed,
	.notify_nmi = core_notify_nmi,
	.notify_sei = NULL, /* no kernel so far takes SError through GHES */
	.notify_sdei = core_notify_sdei,
	.claim_sea = core_claim_sea,
	.irq_work_run = core_irq_work_run,
	.state = core_state,
};

const struct ghes_core_ops *ghes_core_ops_get(void)
{
	return &ops;
}
