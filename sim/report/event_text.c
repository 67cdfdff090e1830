// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include <ghes/cper.h>
#include <ghes/errors.h>

#define TP(name) (SIM_EV_TRACEPOINT + GHES_TP_##name)

static enum event_weight say(struct event_text *t, enum event_weight weight, const char *mark,
			     const char *fmt, ...) GHES_PRINTF(4, 5);

static enum event_weight say(struct event_text *t, enum event_weight weight, const char *mark,
			     const char *fmt, ...)
{
	va_list ap;

	snprintf(t->mark, sizeof(t->mark), "%s", mark);
	va_start(ap, fmt);
	vsnprintf(t->line, sizeof(t->line), fmt, ap);
	va_end(ap);
	return weight;
}

static const char *slot_name(uint64_t slot)
{
	static const char *const names[GHES_NR_FIXMAP_SLOTS] = {
		[FIX_APEI_GHES_IRQ] = "IRQ",
		[FIX_APEI_GHES_SEI] = "SEI",
		[FIX_APEI_GHES_SEA] = "SEA",
		[FIX_APEI_GHES_SDEI_NORMAL] = "SDEI_NORMAL",
		[FIX_APEI_GHES_SDEI_CRITICAL] = "SDEI_CRITICAL",
		[FIX_APEI_GHES_NMI] = "NMI",
	};

	return slot < GHES_NR_FIXMAP_SLOTS ? names[slot] : "?";
}

static const char *running_name(uint64_t running)
{
	return running < SIM_NR_RUNNING ? sim_running_name((enum sim_running)running) : "?";
}

static const char *arriving_name(uint64_t arriving)
{
	return arriving < SIM_NR_ARRIVING ? sim_arriving_name((enum sim_arriving)arriving) : "?";
}

static const char *outcome(int64_t ret)
{
	return ret ? ghes_strerror((int)ret) : "found work";
}

static const char *verdict(uint64_t v)
{
	static const char *const texts[] = {"cannot happen here", "delivered now",
					    "pending until it may interrupt", "lost", "fatal"};

	return v <= SIM_FATAL ? texts[v] : "?";
}

/* "source 3, record 'x'" as far as they are known. */
static const char *about(const struct sim_recorded *r, char *buf, size_t size)
{
	const struct sim_event *e = &r->event;
	size_t used = 0;

	*buf = '\0';
	if (e->source != SIM_NO_SOURCE)
		used = (size_t)snprintf(buf, size, " of source %u", e->source);
	if (r->record && used < size)
		snprintf(buf + used, size - used, " (%s)", r->record);
	return buf;
}

static enum event_weight tracepoint(const struct sim_recorded *r, struct event_text *t)
{
	const struct sim_event *e = &r->event;
	char of[96];

	about(r, of, sizeof(of));
	switch (e->kind) {
	case TP(READ):
		return say(t, EVENT_MARK, "read",
			   "reads the record%s: %" PRIu64 " bytes at 0x%" PRIx64, of, e->a, e->b);
	case TP(REJECT):
		return say(t, EVENT_MARK, "reject", "rejects the record%s: %s", of,
			   ghes_strerror((int)e->a));
	case TP(POOL_ALLOC):
		return say(t, EVENT_MARK, "alloc",
			   "allocates %" PRIu64 " bytes from the estatus pool", e->b);
	case TP(POOL_EXHAUSTED):
		return say(t, EVENT_MARK, "exhausted",
			   "finds the estatus pool exhausted (%" PRIu64 " bytes wanted)", e->a);
	case TP(POOL_FREE):
		return say(t, EVENT_MARK, "free", "frees %" PRIu64 " bytes of the estatus pool",
			   e->b);
	case TP(CLEAR):
		return say(t, EVENT_MARK, "clear", "clears the block status%s at 0x%" PRIx64, of,
			   e->a);
	case TP(ACK):
		return say(t, EVENT_MARK, "ack", "acknowledges the record%s to firmware", of);
	case TP(DUPLICATE):
		return say(t, EVENT_MARK, "duplicate",
			   "knows the record%s already: suppressed by the estatus cache", of);
	case TP(QUEUE):
		return say(t, EVENT_MARK, "queue", "queues the record%s on the estatus queue", of);
	case TP(LOST):
		return say(t, EVENT_MARK, "lost", "loses the record%s, and counts it: %s", of,
			   ghes_strerror((int)e->a));
	case TP(DRAIN):
		return say(t, EVENT_MARK, "drain", "drains the estatus queue: %" PRIu64 " records",
			   e->a);
	case TP(PROCESS):
		return say(t, EVENT_MARK, "process", "processes the record%s", of);
	case TP(PROCESSED):
		return say(t, EVENT_DETAIL, "processed", "is done with the record%s", of);
	case TP(CACHE_ADD):
		return say(t, EVENT_MARK, "cache",
			   "remembers the record%s in slot %" PRIu64 " of the estatus cache", of,
			   e->a);
	case TP(CACHE_EVICT):
		return say(t, EVENT_MARK, "evict", "evicts slot %" PRIu64 " of the estatus cache",
			   e->a);
	case TP(PANIC_PRINT):
		return say(t, EVENT_MARK, "panic print", "prints the record%s before the panic",
			   of);
	case TP(CLAIM):
		return say(t, EVENT_DETAIL, "claim", "answers the claim: %s",
			   ghes_strerror((int)e->a));
	}
	return say(t, EVENT_DETAIL, "?", "%s", sim_event_name(e->kind));
}

static enum event_weight contexts(const struct sim_recorded *r, struct event_text *t)
{
	const struct sim_event *e = &r->event;
	char of[96];

	about(r, of, sizeof(of));
	switch (e->kind) {
	case SIM_EV_ENTER:
		return say(t, EVENT_MILESTONE, "enter", "%s interrupts %s", running_name(e->a),
			   running_name(e->b));
	case SIM_EV_LEAVE:
		return say(t, EVENT_MILESTONE, "leave", "%s returns: %s", running_name(e->a),
			   outcome((int64_t)e->b));
	case SIM_EV_RAISE:
		return say(t, EVENT_MILESTONE, "raise", "%s raised%s: %s", arriving_name(e->a), of,
			   verdict(e->b));
	case SIM_EV_DISPATCH_LOST:
		return say(t, EVENT_MILESTONE, "lost dispatch",
			   "firmware's dispatch of %s is refused: the notification%s is lost, the "
			   "record stays",
			   arriving_name(e->a), of);
	case SIM_EV_CLAIM:
		return say(t, EVENT_MILESTONE, "claim", "the claim answers: %s",
			   e->a ? ghes_strerror((int)e->a) : "dealt with");
	case SIM_EV_IPI:
		return say(t, EVENT_MARK, "irq_work", "raises irq_work on this CPU");
	case SIM_EV_MASK:
		return say(t, EVENT_DETAIL, "mask", "masks 0x%" PRIx64 " (were 0x%" PRIx64 ")",
			   e->a, e->b);
	case SIM_EV_LOCK:
		return say(t, EVENT_DETAIL, "lock", "takes lock %" PRIu64, e->a);
	case SIM_EV_UNLOCK:
		return say(t, EVENT_DETAIL, "unlock", "drops lock %" PRIu64, e->a);
	}
	return EVENT_DETAIL;
}

static enum event_weight memory(const struct sim_recorded *r, struct event_text *t)
{
	const struct sim_event *e = &r->event;
	char of[96];

	about(r, of, sizeof(of));
	switch (e->kind) {
	case SIM_EV_FW_WRITE:
		return say(t, EVENT_MILESTONE, "fw write",
			   "firmware writes record%s into the status block at 0x%" PRIx64, of,
			   e->b);
	case SIM_EV_FW_MUTATE:
		return say(t, EVENT_MILESTONE, "fw mutates",
			   "firmware changes %" PRIu64 " bytes of the block at 0x%" PRIx64
			   " while it is read",
			   e->b, e->a);
	case SIM_EV_FW_WITHHOLD:
		return say(t, EVENT_MILESTONE, "fw waits",
			   "firmware keeps record%s back: the last one is not acknowledged", of);
	case SIM_EV_MAP:
		return say(t, EVENT_DETAIL, "map", "maps 0x%" PRIx64 " in fixmap slot %s", e->b,
			   slot_name(e->a));
	case SIM_EV_UNMAP:
		return say(t, EVENT_DETAIL, "unmap", "clears fixmap slot %s", slot_name(e->a));
	case SIM_EV_IO_READ:
		return say(t, EVENT_DETAIL, "io read", "reads %" PRIu64 " bytes at 0x%" PRIx64,
			   e->b, e->a);
	case SIM_EV_IO_WRITE:
		return say(t, EVENT_DETAIL, "io write", "writes %" PRIu64 " bytes at 0x%" PRIx64,
			   e->b, e->a);
	case SIM_EV_REG_READ:
		return say(t, EVENT_DETAIL, "reg read", "reads register 0x%" PRIx64 ": 0x%" PRIx64,
			   e->a, e->b);
	case SIM_EV_REG_WRITE:
		return say(t, EVENT_DETAIL, "reg write",
			   "writes register 0x%" PRIx64 ": 0x%" PRIx64, e->a, e->b);
	}
	return EVENT_DETAIL;
}

static enum event_weight sinks(const struct sim_recorded *r, struct event_text *t)
{
	const struct sim_event *e = &r->event;

	switch (e->kind) {
	case SIM_EV_MEMORY_FAILURE:
		return say(t, EVENT_MILESTONE, "memory failure",
			   "memory failure: page frame 0x%" PRIx64 "%s%s", e->a,
			   e->b & MF_ACTION_REQUIRED ? ", action required" : "",
			   e->b & MF_SOFT_OFFLINE ? ", soft offline" : "");
	case SIM_EV_SIGBUS:
		return say(t, EVENT_MILESTONE, "SIGBUS", "SIGBUS to task %" PRIu64, e->a);
	case SIM_EV_AER:
		return say(t, EVENT_MILESTONE, "AER",
			   "AER recovery of %04x:%02x:%02x.%u, severity %" PRIu64,
			   (unsigned int)(e->a >> 16 & 0xffff), (unsigned int)(e->a >> 8 & 0xff),
			   (unsigned int)(e->a >> 3 & 0x1f), (unsigned int)(e->a & 7), e->b);
	case SIM_EV_REPORT_MEM:
		return say(t, EVENT_MARK, "report", "memory error reported to EDAC");
	case SIM_EV_ARM_EVENT:
		return say(t, EVENT_MARK, "arm event", "processor error traced");
	case SIM_EV_VENDOR:
		return say(t, EVENT_MILESTONE, "vendor",
			   "vendor notifier called with %" PRIu64 " bytes", e->b);
	case SIM_EV_CXL:
		return say(t, EVENT_MILESTONE, "CXL", "CXL event of %" PRIu64 " bytes", e->a);
	case SIM_EV_WORK_QUEUE:
		return say(t, EVENT_MARK, "work", "work queued for CPU %" PRIu64, e->a);
	case SIM_EV_WORK_RUN:
		return say(t, EVENT_MARK, "work runs", "the work item runs");
	case SIM_EV_TASK_WORK:
		return say(t, EVENT_MARK, "task work", "task work queued for task %" PRIu64, e->a);
	case SIM_EV_TASK_WORK_RUN:
		return say(t, EVENT_MARK, "task work runs",
			   "task work runs before task %" PRIu64 " returns to user mode", e->a);
	case SIM_EV_USER_RETRY:
		return say(t, EVENT_MILESTONE, "retry", "the instruction is retried");
	case SIM_EV_PANIC:
		return say(t, EVENT_MILESTONE, "panic", "panic: %s", r->text ? r->text : "");
	case SIM_EV_CORE_DEFECT:
		return say(t, EVENT_MILESTONE, "defect", "%s", r->text ? r->text : "");
	case SIM_EV_LOG:
		return say(t, EVENT_DETAIL, "log", "log: %s", r->text ? r->text : "");
	}
	return EVENT_DETAIL;
}

static enum event_weight machine(const struct sim_recorded *r, struct event_text *t)
{
	const struct sim_event *e = &r->event;

	switch (e->kind) {
	case SIM_EV_BOOT:
		return say(t, EVENT_MILESTONE, "boot",
			   "the core takes the HEST and probes its sources");
	case SIM_EV_PROBE:
		return say(t, EVENT_MILESTONE, "probe", "source %u is bound: %s", e->source,
			   e->b ? ghes_strerror((int)e->b) : "ready");
	case SIM_EV_REMOVE:
		return say(t, EVENT_MILESTONE, "remove", "source %u is removed", e->source);
	case SIM_EV_GRACE_PERIOD:
		return say(t, EVENT_MARK, "grace period",
			   "an RCU grace period ends, %" PRIu64 " callbacks run", e->a);
	case SIM_EV_CALL_RCU:
		return say(t, EVENT_MARK, "call_rcu", "an RCU callback waits for a grace period");
	case SIM_EV_QUIET:
		return say(t, EVENT_MILESTONE, "quiet", "the machine is quiet");
	}
	return EVENT_DETAIL;
}

enum event_weight report_event_text(const struct sim_recorded *r, struct event_text *t)
{
	static enum event_weight (*const groups[])(const struct sim_recorded *,
						   struct event_text *) = {
		contexts,
		memory,
		sinks,
		machine,
	};

	if (r->event.kind >= SIM_EV_TRACEPOINT)
		return tracepoint(r, t);
	t->mark[0] = '\0';
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		enum event_weight weight = groups[i](r, t);

		if (t->mark[0])
			return weight;
	}
	return say(t, EVENT_DETAIL, sim_event_name(r->event.kind), "%s",
		   sim_event_name(r->event.kind));
}
