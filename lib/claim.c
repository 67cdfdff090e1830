// SPDX-License-Identifier: GPL-2.0-only
/*
 * The claim of a synchronous external abort: is it one that firmware reported, and has that report
 * been dealt with?
 *
 * Flow: what took the abort -> apei_claim_sea(): mask, NMI-like, walk the SEA sources, unmask all
 *	 but interrupts, irq_work -> answer.
 *
 *	interrupted	| record		| answer
 *	interrupts on	| new			| 0, processed on return
 *	interrupts off	| new			| -GHES_EINPROGRESS, processed when they are on
 *	any		| a repeat (cache)	| -GHES_ECANCELED
 *	any		| bad			| -GHES_EIO
 *	any		| none			| -GHES_ENOENT
 *	interrupts on	| new, pool empty	| 0, processed in place by the retry
 *	interrupts off	| new, pool empty	| -GHES_EINPROGRESS
 *
 * The answer is about the records that this walk took. Each of them points to a struct ghes_claim
 * on this stack, whose count falls when the record has been processed, wherever that happens:
 *
 *	CPU0: SEA				| CPU1: irq_work
 *	queue b, irq_work is pending on CPU1	|
 *						| drain: takes a, b
 *	irq_work_run(): nothing raised here	| processes a
 *	drain: CPU1 is at it			|
 *	wait for the count			| processes b, count 1 -> 0
 *	return 0				|
 *
 * The kernel would return 0 at once here: its irq_work_run() only runs what was raised on this
 * CPU, so the task goes on before its error is handled.
 *
 * Why the wait ends: whoever drains has interrupts masked, so the code that a claim interrupted
 * with interrupts on is no drainer; what interrupts a drainer finds them masked and does not wait.
 * A waiting claim therefore waits for another CPU, which waits for nobody.
 */
#include "internal.h"

/* Process what @claim waits for, here or by waiting for another CPU. Context: irq. */
static void complete(struct ghes_core *core, struct ghes_claim *claim)
{
	irq_work_run(&core->irq_work_list);
	/*
	 * It may have been pending on another CPU: do it here. If another CPU is at it, this makes
	 * it look again; then all that remains is to wait.
	 */
	if (atomic_load_explicit(&claim->pending, memory_order_relaxed))
		ghes_drain(core);
	/* K2 acquire: pairs with K1 in ghes_claim_done() */
	while (atomic_load_explicit(&claim->pending, memory_order_acquire))
		ghes_ops(core)->cpu_relax(core->platform);
}

static int not_completed(struct ghes_core *core)
{
	if (ghes_may_log(core, GHES_MSG_NOT_COMPLETED))
		ghes_log(core->platform, GHES_LOG_WARNING, "APEI work queued but not completed");
	return -GHES_EINPROGRESS;
}

/* What a completed claim came to: @rc of the walk, and what its retries met. */
static int completed_rc(struct ghes_claim *claim, int rc)
{
	int retried = atomic_load_explicit(&claim->rc, memory_order_relaxed);

	/* Another reader took the record: it will be processed, nobody knows when. */
	if (retried == -GHES_ENOENT)
		retried = -GHES_EINPROGRESS;
	return retried ? retried : rc;
}

int apei_claim_sea(struct ghes_core *core, const struct ghes_regs *regs)
{
	struct ghes_platform *p = core->platform;
	uint32_t current_flags = p->ops->mask_get(p);
	bool return_to_irqs_enabled = !((regs ? regs->pstate : current_flags) & PSR_I_BIT);
	struct ghes_claim claim = {0};
	int rc;

	/* An SError must not come between here and the end of the NMI-like part. */
	p->ops->mask_set(p, DAIF_ERRCTX);
	p->ops->nmi_enter(p, GHES_CONTEXT_SEA);
	/* Without a claim for who cannot wait: then nothing is taken for it */
	rc = ghes_notify_sea(core, return_to_irqs_enabled ? &claim : NULL);
	p->ops->nmi_exit(p, GHES_CONTEXT_SEA);

	/*
	 * Not "if something is still pending": another CPU may have been through with all of it
	 * before we look here. What it did and what it found must still reach us, by K2.
	 */
	if (atomic_load_explicit(&claim.taken, memory_order_relaxed)) {
		p->ops->mask_set(p, DAIF_PROCCTX_NOIRQ);
		p->ops->irq_enter(p);
		complete(core, &claim);
		p->ops->irq_exit(p);
		/* What was left to the retry has been done meanwhile. */
		rc = completed_rc(&claim, 0);
	} else if (rc == 0 && !return_to_irqs_enabled) {
		rc = -GHES_EINPROGRESS;
	}
	if (rc == -GHES_EINPROGRESS)
		rc = not_completed(core);
	p->ops->mask_set(p, current_flags);
	ghes_trace(core, GHES_TP_CLAIM, 0, (uint64_t)-rc, 0, NULL);
	return rc;
}
