// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of a record that was read and checked: its sections go to whom they concern, its
 * text to the log; a fatal one ends everything.
 *
 * Flow: irq_work -> ghes_drain(): queue, oldest first -> ghes_do_proc(): sections -> sinks;
 *	 ghes_report(): rate limit, text, cache. Readers of the IRQ class call both in place.
 *
 * Invariants: one drainer at a time, so records are processed in the order in which they were
 * queued, whatever CPU runs it. A node is finished exactly once: processed, or printed by a panic.
 *
 * What this leaves to others: recovery itself (memory_failure.c and the platform's sinks).
 */
#include "internal.h"

#include "cper_text.h"

/* Not more than 2 messages every 5 seconds (drivers/acpi/apei/ghes.c) */
#define PRINT_BURST 2

/* ---- memory failure -------------------------------------------------------------------------- */

/* What is the same for all sections of a record */
struct record_context {
	struct ghes *ghes;
	const struct ghes_task *task;
	enum ghes_severity sev;
	bool sync;
};

static bool ghes_do_memory_failure(const struct record_context *rec, uint64_t physical_addr,
				   int flags)
{
	const struct memory_failure_entry entry = {
		.pfn = physical_addr >> GHES_PAGE_SHIFT,
		.task = *rec->task,
		.flags = flags,
	};

	return memory_failure_queue(&rec->ghes->core->memory_failure, &entry) == 0;
}

static void bad_section(const struct record_context *rec, const char *what, uint32_t length)
{
	struct ghes_core *core = rec->ghes->core;

	if (ghes_may_log(core, GHES_MSG_SECTION))
		ghes_log(core->platform, GHES_LOG_WARNING,
			 FW_WARN GHES_PFX "Invalid %s section of %u bytes from hardware error "
					  "source: %d",
			 what, length, rec->ghes->source_id);
}

static bool ghes_handle_memory_failure(const struct record_context *rec,
				       const struct acpi_hest_generic_data *gdata)
{
	struct ghes_core *core = rec->ghes->core;
	const void *payload = acpi_hest_get_payload(gdata);
	uint32_t length = acpi_hest_get_error_length(gdata);
	enum ghes_severity sec_sev = ghes_severity(le32toh(gdata->error_severity));
	struct cper_sec_mem_err mem;
	int flags = -1;

	if (cper_mem_err_load(&mem, payload, length)) {
		bad_section(rec, "memory", length);
		return false;
	}
	ghes_ops(core)->report_mem_error(core->platform, (int)rec->sev, payload, length);
	if (!(le64toh(mem.validation_bits) & CPER_MEM_VALID_PA))
		return false;
	if (sec_sev == GHES_SEV_CORRECTED && (gdata->flags & CPER_SEC_ERROR_THRESHOLD_EXCEEDED))
		flags = MF_SOFT_OFFLINE;
	if (rec->sev == GHES_SEV_RECOVERABLE && sec_sev == GHES_SEV_RECOVERABLE)
		flags = rec->sync ? MF_ACTION_REQUIRED : 0;
	if (flags == -1)
		return false;
	return ghes_do_memory_failure(rec, le64toh(mem.physical_addr), flags);
}

/* ---- ARM processor errors -------------------------------------------------------------------- */

static void unhandled_processor_error(struct ghes_core *core, uint8_t type)
{
	static const char *const name[] = {"cache error", "TLB error", "bus error",
					   "micro-architectural error"};
	char names[80] = "";
	struct cper_text text;

	if (!ghes_may_log(core, GHES_MSG_ARM_TYPE))
		return;
	cper_text_init(&text, names, sizeof(names));
	for (unsigned int i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		if (!(type & (CPER_ARM_CACHE_ERROR << i)))
			continue;
		if (text.len)
			cper_text_str(&text, ", ");
		cper_text_str(&text, name[i]);
	}
	ghes_log(core->platform, GHES_LOG_WARNING,
		 FW_WARN GHES_PFX "Unhandled processor error type 0x%s%x: %s%s",
		 type < 0x10 ? "0" : "", type, names,
		 type & ~CPER_ARM_ERR_TYPE_MASK ? " with reserved bit(s)" : "");
}

static bool arm_error_info(const struct record_context *rec, const struct cper_arm_err_info *info)
{
	if (!(info->type & CPER_ARM_CACHE_ERROR) ||
	    !(le16toh(info->validation_bits) & CPER_ARM_INFO_VALID_PHYSICAL_ADDR)) {
		unhandled_processor_error(rec->ghes->core, info->type);
		return false;
	}
	return ghes_do_memory_failure(rec, le64toh(info->physical_fault_addr),
				      rec->sync ? MF_ACTION_REQUIRED : 0);
}

static void arm_too_short(struct ghes_core *core, uint32_t length)
{
	struct ghes_platform *p = core->platform;

	if (!ghes_may_log(core, GHES_MSG_ARM_LENGTH))
		return;
	ghes_log(p, GHES_LOG_WARNING, FW_BUG "arm error length: %u", length);
	ghes_log(p, GHES_LOG_WARNING, FW_BUG "length is too small");
	ghes_log(p, GHES_LOG_WARNING, FW_BUG "firmware-generated error record is incorrect");
}

/*
 * Every error information says its own length. One that is shorter than the structure, or longer
 * than what is left, ends the walk; so each step moves on, and nothing outside is read.
 */
static bool ghes_handle_arm_hw_error(const struct record_context *rec,
				     const struct acpi_hest_generic_data *gdata)
{
	struct ghes_core *core = rec->ghes->core;
	const uint8_t *at = acpi_hest_get_payload(gdata);
	const struct cper_sec_proc_arm *err = (const void *)at;
	uint32_t length = acpi_hest_get_error_length(gdata);
	enum ghes_severity sec_sev = ghes_severity(le32toh(gdata->error_severity));
	bool queued = false;
	unsigned int n;

	if (length < sizeof(*err)) {
		arm_too_short(core, length);
		return false;
	}
	ghes_ops(core)->arm_event(core->platform, (int)sec_sev, err, length);
	if (rec->sev != GHES_SEV_RECOVERABLE || sec_sev != GHES_SEV_RECOVERABLE)
		return false;

	at += sizeof(*err);
	length -= (uint32_t)sizeof(*err);
	for (n = le16toh(err->err_info_num); n; n--) {
		const struct cper_arm_err_info *info = (const void *)at;

		if (length < sizeof(*info) || info->length < sizeof(*info) || info->length > length)
			break;
		queued |= arm_error_info(rec, info);
		at += info->length;
		length -= info->length;
	}
	return queued;
}

/* ---- PCIe, CXL, vendor ----------------------------------------------------------------------- */

static enum ghes_aer_severity cper_severity_to_aer(uint32_t cper_severity)
{
	switch (cper_severity) {
	case CPER_SEV_RECOVERABLE:
		return GHES_AER_NONFATAL;
	case CPER_SEV_FATAL:
		return GHES_AER_FATAL;
	default:
		return GHES_AER_CORRECTABLE;
	}
}

static void ghes_handle_aer(const struct record_context *rec,
			    const struct acpi_hest_generic_data *gdata)
{
	const uint64_t needed = CPER_PCIE_VALID_DEVICE_ID | CPER_PCIE_VALID_AER_INFO;
	const struct cper_sec_pcie *pcie = acpi_hest_get_payload(gdata);
	struct ghes_core *core = rec->ghes->core;
	struct ghes_aer_event event;

	if (!cper_section_fits(gdata, sizeof(*pcie))) {
		bad_section(rec, "PCIe", acpi_hest_get_error_length(gdata));
		return;
	}
	if ((le64toh(pcie->validation_bits) & needed) != needed)
		return;
	event = (struct ghes_aer_event){
		.segment = le16toh(pcie->device_id.segment),
		.bus = pcie->device_id.bus,
		.devfn = (uint8_t)((pcie->device_id.device & 0x1f) << 3 |
				   (pcie->device_id.function & 7)),
		.severity = (int)cper_severity_to_aer(le32toh(gdata->error_severity)),
		.regs = pcie->aer_info,
		.regs_size = sizeof(pcie->aer_info),
	};
	/* Firmware has reset the device to contain the error: it must be set up again. */
	if (gdata->flags & CPER_SEC_RESET)
		event.severity = GHES_AER_FATAL;
	ghes_ops(core)->aer_recover_queue(core->platform, &event);
}

static bool is_cxl_event(const guid_t *type)
{
	return guid_equal(type, &CPER_SEC_CXL_GEN_MEDIA_GUID) ||
	       guid_equal(type, &CPER_SEC_CXL_DRAM_GUID) ||
	       guid_equal(type, &CPER_SEC_CXL_MEM_MODULE_GUID);
}

static void cxl_cper_post_event(const struct record_context *rec,
				const struct acpi_hest_generic_data *gdata)
{
	const struct cxl_cper_event_rec *event = acpi_hest_get_payload(gdata);
	uint32_t available = acpi_hest_get_error_length(gdata);
	struct ghes_core *core = rec->ghes->core;
	uint32_t length = 0;

	if (available >= sizeof(event->hdr))
		length = le32toh(event->hdr.length);
	if (length <= sizeof(event->hdr) || length > sizeof(*event) || length > available) {
		if (ghes_may_log(core, GHES_MSG_CXL))
			ghes_log(core->platform, GHES_LOG_ERR,
				 FW_WARN "CXL CPER Invalid section length (%u)", length);
		return;
	}
	if (!(le64toh(event->hdr.validation_bits) & CPER_CXL_COMP_EVENT_LOG_VALID)) {
		if (ghes_may_log(core, GHES_MSG_CXL))
			ghes_log(core->platform, GHES_LOG_ERR, FW_WARN "CXL CPER invalid event");
		return;
	}
	/* With its entry header, which says what kind of event it is */
	if (ghes_event_fifo_put(&core->cxl_fifo, (int)rec->sev, length, gdata,
				acpi_hest_get_size(gdata) + length) &&
	    ghes_may_log(core, GHES_MSG_CXL_OVERFLOW))
		ghes_log(core->platform, GHES_LOG_ERR, "CXL CPER kfifo overflow");
}

void ghes_deliver_cxl_event(struct ghes_platform *p, const struct ghes_event *event)
{
	const struct acpi_hest_generic_data *gdata = ghes_event_data(event);

	p->ops->cxl_event(p, gdata->section_type, acpi_hest_get_payload(gdata), (size_t)event->tag);
}

static void ghes_defer_non_standard_event(const struct record_context *rec,
					  const struct acpi_hest_generic_data *gdata)
{
	struct ghes_core *core = rec->ghes->core;

	/* The section lies inside a record of at most GHES_ESTATUS_MAX_SIZE */
	if (ghes_event_fifo_put(&core->vendor_fifo, (int)rec->sev, 0, gdata,
				(uint32_t)acpi_hest_get_record_size(gdata)) &&
	    ghes_may_log(core, GHES_MSG_VENDOR_OVERFLOW))
		ghes_log(core->platform, GHES_LOG_ERR,
			 GHES_PFX "vendor record of hardware error source: %d dropped, no room",
			 rec->ghes->source_id);
}

void ghes_deliver_vendor_record(struct ghes_platform *p, const struct ghes_event *event)
{
	p->ops->vendor_record(p, event->severity, ghes_event_data(event), event->len);
}

/* ---- one record ------------------------------------------------------------------------------ */

static bool process_section(const struct record_context *rec,
			    const struct acpi_hest_generic_data *gdata)
{
	const guid_t *type = acpi_hest_get_section_type(gdata);

	if (guid_equal(type, &CPER_SEC_PLATFORM_MEM))
		return ghes_handle_memory_failure(rec, gdata);
	if (guid_equal(type, &CPER_SEC_PROC_ARM))
		return ghes_handle_arm_hw_error(rec, gdata);
	if (guid_equal(type, &CPER_SEC_PCIE))
		ghes_handle_aer(rec, gdata);
	else if (is_cxl_event(type))
		cxl_cper_post_event(rec, gdata);
	else
		ghes_defer_non_standard_event(rec, gdata);
	return false;
}

bool ghes_do_proc(struct ghes *ghes, const struct ghes_task *task, bool sync,
		  const struct acpi_hest_generic_status *estatus)
{
	const struct record_context rec = {
		.ghes = ghes,
		.task = task,
		.sev = ghes_estatus_severity(estatus),
		.sync = sync,
	};
	const struct acpi_hest_generic_data *gdata;
	struct ghes_platform *p = ghes->core->platform;
	bool queued = false;

	apei_estatus_for_each_section (estatus, gdata)
		queued |= process_section(&rec, gdata);

	/* Nothing will repair what the task ran into, and it would only run into it again. */
	if (sync && !queued) {
		ghes_log(p, GHES_LOG_ERR,
			 HW_ERR GHES_PFX "task %llu: synchronous unrecoverable error (SIGBUS)",
			 (unsigned long long)task->id);
		p->ops->force_sig(p, *task, "synchronous unrecoverable error");
	}
	return queued;
}

/* ---- text ------------------------------------------------------------------------------------ */

static void log_line(void *ctx, int level, const char *text, size_t len)
{
	struct ghes_platform *p = ctx;

	p->ops->log(p, (enum ghes_log_level)level, text, len);
}

static void __ghes_print_estatus(struct ghes *ghes, enum ghes_log_level level,
				 const struct acpi_hest_generic_status *estatus)
{
	struct ghes_core *core = ghes->core;
	const struct cper_log log = {.line = log_line, .ctx = core->platform};
	char prefix[64];
	struct cper_text text;
	/* relaxed: each print wants a number of its own, nothing else */
	uint32_t seqno =
		(uint32_t)atomic_fetch_add_explicit(&core->seqno, 1, memory_order_relaxed) + 1;

	cper_text_init(&text, prefix, sizeof(prefix));
	cper_text_char(&text, '{');
	cper_text_dec(&text, seqno);
	cper_text_str(&text, "}" HW_ERR);
	ghes_log(core->platform, level,
		 "%sHardware error from APEI Generic Hardware Error Source: %d", prefix,
		 ghes->source_id);
	cper_estatus_print(&log, (int)level, prefix, estatus);
}

static bool ghes_print_estatus(struct ghes *ghes, const struct acpi_hest_generic_status *estatus)
{
	struct ghes_core *core = ghes->core;
	uint64_t now = ghes_ops(core)->sched_clock(core->platform);
	bool corrected = ghes_estatus_severity(estatus) <= GHES_SEV_CORRECTED;

	if (!ghes_ratelimit(corrected ? &core->print_corrected : &core->print_uncorrected, now,
			    PRINT_BURST))
		return false;
	__ghes_print_estatus(ghes, corrected ? GHES_LOG_WARNING : GHES_LOG_ERR, estatus);
	return true;
}

void ghes_report(struct ghes *ghes, const struct acpi_hest_generic_status *estatus, uint32_t len)
{
	struct ghes_estatus_cache *cache = &ghes->core->cache;

	if (!ghes_estatus_cached(cache, estatus, len) && ghes_print_estatus(ghes, estatus))
		ghes_estatus_cache_add(cache, ghes->source_id, estatus, len);
}

/* ---- recovery before the task goes on -------------------------------------------------------- */

static void free_node(struct ghes_core *core, struct ghes_estatus_node *node)
{
	ghes_estatus_pool_free(&core->pool, node, GHES_ESTATUS_NODE_LEN(node->len));
}

static void ghes_kick_task_work(struct ghes_work *work)
{
	struct ghes_estatus_node *node = container_of(work, struct ghes_estatus_node, task_work);
	struct ghes_core *core = node->core;
	unsigned int cpu = node->cpu;

	/* With the end of the kick the pool may go. */
	free_node(core, node);
	memory_failure_queue_kick(&core->memory_failure, cpu);
}

/*
 * Memory failure of this CPU must be through before @task is in user mode again. @node becomes
 * the task work; false: it was not needed, or the task will not come back.
 */
static bool kick_before_return(struct ghes_core *core, struct ghes_estatus_node *node,
			       const struct ghes_task *task)
{
	struct ghes_claim *claim = node->claim; /* shares its place with @core */
	struct ghes_platform *p = core->platform;

	if (!task->user)
		return false;
	node->core = core;
	node->cpu = p->ops->smp_processor_id(p);
	memory_failure_kick_ahead(&core->memory_failure, node->cpu);
	if (p->ops->task_work_add(p, *task, &node->task_work, ghes_kick_task_work) == 0)
		return true;
	memory_failure_kick_off(&core->memory_failure, node->cpu);
	node->claim = claim;
	return false;
}

void ghes_kick_without_node(struct ghes_core *core, const struct ghes_task *task)
{
	struct ghes_estatus_node *node;

	if (!task->user)
		return;
	node = ghes_estatus_pool_alloc(&core->pool, NULL, GHES_ESTATUS_NODE_LEN(0));
	if (!node) {
		ghes_ops(core)->force_sig(core->platform, *task, "no memory to wait for recovery");
		return;
	}
	node->len = 0;
	node->claim = NULL;
	if (!kick_before_return(core, node, task))
		free_node(core, node);
}

/* ---- the queue ------------------------------------------------------------------------------- */

/* The node and its record are done; its source and its claim are told, and may be gone then. */
static void finish_node(struct ghes_core *core, struct ghes_estatus_node *node)
{
	struct ghes_claim *claim = node->claim;
	struct ghes *ghes = node->ghes;

	free_node(core, node);
	if (claim)
		ghes_claim_done(claim, 0);
	ghes_finish(ghes, 1);
}

static void process_node(struct ghes_core *core, struct ghes_estatus_node *node)
{
	const struct acpi_hest_generic_status *estatus = ghes_estatus_from_node(node);
	struct ghes_claim *claim = node->claim;
	struct ghes *ghes = node->ghes;
	bool queued;

	ghes_trace(core, GHES_TP_PROCESS, ghes->source_id, (uintptr_t)node, node->len, estatus);
	queued = ghes_do_proc(ghes, &node->task, node->sync, estatus);
	ghes_report(ghes, estatus, node->len);
	ghes_trace(core, GHES_TP_PROCESSED, ghes->source_id, (uintptr_t)node, 0, NULL);
	ghes_count(&core->drained, 1);

	if (node->sync && queued && kick_before_return(core, node, &node->task)) {
		if (claim)
			ghes_claim_done(claim, 0);
		ghes_finish(ghes, 1);
		return;
	}
	finish_node(core, node);
}

/*
 * A batch is at every instruction where a panic on this CPU finds it: it may interrupt the drainer,
 * and must print what is older than itself.
 *
 *	irq: drainer			| SDEI critical: fatal
 *	drain_raw = first of the list	|	takes the list, which leads there: prints it
 *	list: first -> NULL		|
 *					|	takes the list, which does not lead there:
 *					|	prints drain_raw, which is now NULL, before it
 *	links by "later", oldest first	|		(llnode links stay as they are)
 *	drain_rest = oldest		|
 *	drain_raw -> NULL		|	was NULL already: the batch is gone
 *	drain_rest: a -> b		|	prints b, c; drain_rest = NULL
 *	process a			|
 *	drain_rest is NULL: done	|		never: b processed and panic-printed
 *
 * What it cannot find is one record, between the last two steps: taken and not yet announced.
 */
static struct llist_node *take_batch(struct ghes_core *core)
{
	/*
	 * Q2 acquire, here and at each try, and release: who finds the batch in drain_raw reads its
	 * nodes, and may run beside us (see take_drained()).
	 */
	struct llist_node *first =
		atomic_load_explicit(&core->queue.list.first, memory_order_acquire);

	do {
		atomic_store_explicit(&core->drain_raw, first, memory_order_release);
		/*
		 * Q2 acquire: the nodes as they were pushed; pairs with Q1 in llist_add(). Release:
		 * drain_raw before it, for who interrupts.
		 */
	} while (first && !atomic_compare_exchange_weak_explicit(&core->queue.list.first, &first,
								 NULL, memory_order_acq_rel,
								 memory_order_acquire));
	return first;
}

/* Link @raw oldest first, without touching the links it has. */
static struct ghes_estatus_node *in_order(struct llist_node *raw, uint32_t *count)
{
	struct ghes_estatus_node *oldest = NULL;

	for (*count = 0; raw; raw = raw->next, ++*count) {
		struct ghes_estatus_node *node = llist_entry(raw, struct ghes_estatus_node, llnode);

		/* relaxed: whoever else links this batch, in a panic, stores the same */
		atomic_store_explicit(&node->later, oldest, memory_order_relaxed);
		oldest = node;
	}
	return oldest;
}

static void process_batch(struct ghes_core *core)
{
	/*
	 * relaxed, all of these: we wrote the links. Who takes the rest acquires them from the
	 * release in ghes_drain_queue(), which the exchanges here carry on.
	 */
	struct ghes_estatus_node *node =
		atomic_load_explicit(&core->drain_rest, memory_order_relaxed);

	while (node) {
		struct ghes_estatus_node *later =
			atomic_load_explicit(&node->later, memory_order_relaxed);

		/* An exchange: whatever interrupts before or after, one of us has the node. */
		if (atomic_compare_exchange_strong_explicit(&core->drain_rest, &node, later,
							    memory_order_relaxed,
							    memory_order_relaxed))
			process_node(core, node);
		node = atomic_load_explicit(&core->drain_rest, memory_order_relaxed);
	}
}

void ghes_drain_queue(struct ghes_core *core)
{
	struct ghes_estatus_node *oldest;
	uint32_t count;

	/* As in llist_del_all(): nothing that must be seen can be missed */
	if (llist_empty(&core->queue.list))
		return;
	/* relaxed, here and below: as above */
	atomic_store_explicit(&core->drain_cpu,
			      ghes_ops(core)->smp_processor_id(core->platform) + 1,
			      memory_order_relaxed);
	oldest = in_order(take_batch(core), &count);
	/* release, twice: each before what follows, for who interrupts */
	atomic_store_explicit(&core->drain_rest, oldest, memory_order_release);
	if (atomic_exchange_explicit(&core->drain_raw, NULL, memory_order_acq_rel)) {
		estatus_queue_taken(&core->queue, count);
		ghes_trace(core, GHES_TP_DRAIN, 0, count, 0, NULL);
		process_batch(core);
	} else {
		/* a panic had it all */
		atomic_store_explicit(&core->drain_rest, NULL, memory_order_relaxed);
	}
	atomic_store_explicit(&core->drain_cpu, 0, memory_order_relaxed);
}

/* What a panic printed, if there is a life after it */
static void drain_printed(struct ghes_core *core, enum ghes_printed from)
{
	struct ghes_estatus_node *node = NULL;

	/* relaxed: as in llist_del_all(), what must be seen cannot be missed */
	if (atomic_load_explicit(&core->panic_printed[from], memory_order_relaxed))
		/* X2 acquire: the panic has done with them; pairs with X1 */
		node = atomic_exchange_explicit(&core->panic_printed[from], NULL,
						memory_order_acquire);
	while (node) {
		/* relaxed: published by X1 */
		struct ghes_estatus_node *later =
			atomic_load_explicit(&node->later, memory_order_relaxed);

		finish_node(core, node);
		node = later;
	}
}

void ghes_drain(struct ghes_core *core)
{
	uint32_t alone = 1;

	/*
	 * D1: one drainer at a time; others leave what they came for to it. Release: their nodes
	 * come before their count, so the drainer who finds the count (D3) finds the nodes.
	 * Acquire: what the last drainer did comes before; pairs with D2.
	 */
	if (atomic_fetch_add_explicit(&core->drainers, 1, memory_order_acq_rel) != 0)
		return;
	for (;;) {
		drain_printed(core, GHES_PRINTED_BATCH);
		drain_printed(core, GHES_PRINTED_QUEUE);
		ghes_drain_queue(core);
		if (ghes_retry_run(core))
			continue;
		/* D2 release: pairs with D1 */
		if (atomic_compare_exchange_strong_explicit(
			    &core->drainers, &alone, 0, memory_order_release, memory_order_relaxed))
			return;
		/* D3 acquire: pairs with D1 of those who came meanwhile */
		atomic_exchange_explicit(&core->drainers, 1, memory_order_acquire);
		alone = 1;
	}
}

void ghes_drain_in_task(struct ghes_core *core)
{
	struct ghes_platform *p = core->platform;
	uint32_t flags = p->ops->mask_get(p);

	/* A drainer always has interrupts masked: see claim.c */
	p->ops->mask_set(p, flags | DAIF_PROCCTX_NOIRQ);
	p->ops->irq_enter(p);
	ghes_drain(core);
	p->ops->irq_exit(p);
	p->ops->mask_set(p, flags);
}

void ghes_proc_in_irq(struct irq_work *work)
{
	ghes_drain(container_of(work, struct ghes_core, proc_irq_work));
}

/* ---- the end --------------------------------------------------------------------------------- */

/* Print a queued record; it is not freed here, where nothing may go wrong. */
static void print_node(struct ghes_core *core, struct ghes_estatus_node *node)
{
	const struct acpi_hest_generic_status *estatus = ghes_estatus_from_node(node);

	ghes_trace(core, GHES_TP_PANIC_PRINT, node->ghes->source_id, (uintptr_t)node, node->len,
		   estatus);
	__ghes_print_estatus(node->ghes,
			     ghes_estatus_severity(estatus) <= GHES_SEV_CORRECTED ? GHES_LOG_WARNING
										  : GHES_LOG_ERR,
			     estatus);
	/* relaxed: a number */
	atomic_fetch_add_explicit(&core->panic_queued, 1, memory_order_relaxed);
}

/*
 * Print what is linked from @oldest on, and leave it to the next drainer to give back. The links
 * stay as they are: a drainer beside us may still be at them.
 */
static void print_batch(struct ghes_core *core, struct ghes_estatus_node *oldest,
			enum ghes_printed from)
{
	/* relaxed: drain_rest was acquired, or the links are our own */
	for (struct ghes_estatus_node *node = oldest; node;
	     node = atomic_load_explicit(&node->later, memory_order_relaxed))
		print_node(core, node);
	/* X1 release: we have done with them; pairs with X2. Once: only the first panic prints. */
	atomic_store_explicit(&core->panic_printed[from], oldest, memory_order_release);
}

/* In order, what we took off the queue (or out of the hands of who did), and count it as taken. */
static struct ghes_estatus_node *count_taken(struct ghes_core *core, struct llist_node *raw)
{
	uint32_t count;
	struct ghes_estatus_node *oldest = in_order(raw, &count);

	/* Q3 release: as in estatus_queue_del_all(); the drainer counts what it keeps */
	atomic_fetch_add_explicit(&core->queue.taken, count, memory_order_release);
	return oldest;
}

/*
 * What a drainer that said @raw has taken and not yet processed. A compare-exchange: on hosts
 * whose worker thread says that it is this CPU, too, the drainer may go on beside us, and then one
 * of us has the batch. Both may link it at once, which is why linking writes only what is atomic
 * and the same from both.
 */
static struct ghes_estatus_node *take_drained(struct ghes_core *core, struct llist_node *raw)
{
	if (raw &&
	    atomic_compare_exchange_strong_explicit(&core->drain_raw, &raw, NULL,
						    memory_order_acq_rel, memory_order_relaxed))
		return count_taken(core, raw);
	/* acquire: the links; pairs with the release in ghes_drain_queue() */
	return atomic_exchange_explicit(&core->drain_rest, NULL, memory_order_acquire);
}

static bool leads_to(const struct llist_node *at, const struct llist_node *node)
{
	while (at && at != node)
		at = at->next;
	return at;
}

static void ghes_print_queued_estatus(struct ghes_core *core)
{
	uint32_t here = ghes_ops(core)->smp_processor_id(core->platform) + 1;
	struct llist_node *raw = NULL, *queued;
	/* relaxed: if it is this CPU, it is the very code that we interrupted */
	bool draining = atomic_load_explicit(&core->drain_cpu, memory_order_relaxed) == here;

	/*
	 * acquire: before the queue is taken. What a drainer says was first on the queue; if it is
	 * not among what we take now, then the drainer has it.
	 */
	if (draining)
		raw = atomic_load_explicit(&core->drain_raw, memory_order_acquire);
	queued = llist_del_all(&core->queue.list);
	if (draining && !(raw && leads_to(queued, raw)))
		print_batch(core, take_drained(core, raw), GHES_PRINTED_BATCH);
	print_batch(core, count_taken(core, queued), GHES_PRINTED_QUEUE);
}

int ghes_panic(struct ghes *ghes, struct ghes_record *record,
	       const struct acpi_hest_generic_status *estatus, struct ghes_class *class)
{
	static const char message[] = GHES_PFX "Fatal hardware error";
	struct ghes_core *core = ghes->core;
	struct acpi_hest_generic_status bare;
	/* One CPU ends it all; relaxed: nothing is published through it */
	bool first = !atomic_exchange_explicit(&core->panicked, true, memory_order_relaxed);

	if (!estatus) {
		/* No memory for the sections: the header at least */
		bare = record->header;
		bare.raw_data_offset = bare.raw_data_length = bare.data_length = 0;
		estatus = &bare;
	}
	if (first)
		ghes_print_queued_estatus(core);
	ghes_trace(core, GHES_TP_PANIC_PRINT, ghes->source_id, 0, record->len,
		   estatus == &bare ? NULL : estatus);
	__ghes_print_estatus(ghes, GHES_LOG_EMERG, estatus);
	ghes_count(&class->counters.read, 1);
	ghes_count(&class->counters.panic, 1);
	ghes_clear_estatus(ghes, record);
	if (first)
		ghes_ops(core)->panic(core->platform, message);
	/* Only where panic() returns. What was printed can be given back. */
	irq_work_queue(&core->proc_irq_work);
	return -GHES_EPERM;
}
