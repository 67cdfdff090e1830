// SPDX-License-Identifier: GPL-2.0-only
/*
 * sink: what reaches those who recover from errors is what the records say, each thing once.
 *
 * Rules
 * 1. While a record is processed, its sections are handed to whom they concern, in their order:
 *    memory sections to the report chain, processor sections to the ARM event, PCIe sections that
 *    name a device and have AER registers to AER, with the severity that section and flags give.
 * 2. Each memory error that asks for it ends in one memory failure: of its page frame; as a soft
 *    offline if a corrected error went over its threshold, else if record and section are
 *    recoverable. Each CXL event and each section that no one else takes ends in one event, with
 *    the bytes of the section.
 * 3. Nothing else reaches a sink, and on a machine of one CPU what is deferred comes in order (as
 *    long as nothing can have been dropped), but for recovery that a task waits for: it may come
 *    before what nobody waits for.
 *
 * May be missing: what did not fit. Queues are finite, so of what waits behind ENOUGH others, or
 * ROOM bytes of them, nothing is expected; nor, of a kernel, what it found no memory for in the
 * estatus pool. Nobody tells what was dropped: it counts as waiting until the machine is made anew,
 * so after a storm (stress) little or nothing is expected; that nothing else comes is judged.
 * May be there or not: what a section too short for its structure says. "Action required" with a
 * record that came by an abort: whether its task waits for it is the claim oracle's business.
 *
 * Kernel trees differ in what they make of some sections (cores that say contexts_read_rcu): ARM
 * error informations may lead to memory failure there, CXL events may go to the vendor notifier. A
 * tree that is seen to process a node only when it is done with it is not judged by rule 1.
 */
#include "oracle.h"

#include <ghes/cper.h>

#define MAX_WAITING 128
#define ENOUGH	    8
#define ROOM	    65536
#define MEM_BYTES   72 /* of a memory section: those that all versions of it have */
#define AER_BYTES   56 /* of the registers: those that Linux has in struct aer_capability_regs */

/* A call of a sink. @data may be shorter than what the sink was given. */
struct sink_call {
	uint16_t kind; /* enum sim_event_kind; 0: none */
	bool demanded; /* else it may come or not */
	uint64_t a, b; /* as in the event */
	const void *data;
	size_t size;
};

/* A deferred one, which is still to come */
struct waiting {
	uint16_t kind;
	bool demanded;
	bool sync;	/* memory failure: MF_ACTION_REQUIRED may be set */
	bool or_before; /* this, or the one before it */
	uint64_t a, b, hash;
	uint32_t record, size;
};

/* The record that a context processes. Own context. */
struct in_work {
	const struct acpi_hest_generic_status *estatus; /* NULL: none, or nothing to judge */
	const struct acpi_hest_generic_data *next;	/* section not yet handed on */
	uint32_t exhausted;
};

struct state {
	struct in_work *in_work;    /* [nr_cpus][SIM_MAX_DEPTH] */
	_Atomic bool late;	    /* the core announces records when they are done */
	_Atomic uint32_t exhausted; /* allocations that failed */
	struct sim_lock lock;	    /* of what follows: */
	uint32_t nr;		    /* in the order in which they were posted */
	bool crowded;		    /* some may have been dropped: nobody knows which come */
	uint32_t forgotten[3];	    /* of these, by kind: what is unasked for may be one */
	bool full;		    /* too many to remember: no more judgement of them */
	struct waiting waiting[MAX_WAITING];
};

static bool is_kernel(const struct sim_machine *m)
{
	return m->core_ops->contexts_read_rcu;
}

/* As the kernel orders them, which is how sinks are told: GHES_SEV_* of <acpi/ghes.h> */
enum { SEV_NO, SEV_CORRECTED, SEV_RECOVERABLE, SEV_PANIC };

static uint64_t severity_of(uint32_t cper_severity)
{
	switch (cper_severity) {
	case CPER_SEV_INFORMATIONAL:
		return SEV_NO;
	case CPER_SEV_CORRECTED:
		return SEV_CORRECTED;
	case CPER_SEV_RECOVERABLE:
		return SEV_RECOVERABLE;
	default:
		return SEV_PANIC;
	}
}

/* ---- What a section asks for at once --------------------------------------------------------- */

static struct sink_call pcie_call(const struct acpi_hest_generic_data *section)
{
	const uint64_t needed = CPER_PCIE_VALID_DEVICE_ID | CPER_PCIE_VALID_AER_INFO;
	const struct cper_sec_pcie *pcie = acpi_hest_get_payload(section);
	uint32_t severity = le32toh(section->error_severity);
	uint64_t aer = GHES_AER_CORRECTABLE;

	if (!cper_section_fits(section, sizeof(*pcie)) ||
	    (le64toh(pcie->validation_bits) & needed) != needed)
		return (struct sink_call){.kind = 0};
	if (severity == CPER_SEV_FATAL || (section->flags & CPER_SEC_RESET))
		aer = GHES_AER_FATAL;
	else if (severity == CPER_SEV_RECOVERABLE)
		aer = GHES_AER_NONFATAL;
	return (struct sink_call){
		.kind = SIM_EV_AER,
		.demanded = true,
		.a = (uint64_t)le16toh(pcie->device_id.segment) << 16 |
		     (uint64_t)pcie->device_id.bus << 8 | (pcie->device_id.device & 0x1fu) << 3 |
		     (pcie->device_id.function & 7u),
		.b = aer,
		.data = pcie->aer_info,
		.size = AER_BYTES,
	};
}

static struct sink_call call_of(const struct acpi_hest_generic_status *estatus,
				const struct acpi_hest_generic_data *section)
{
	const guid_t *type = acpi_hest_get_section_type(section);
	const void *payload = acpi_hest_get_payload(section);

	if (guid_equal(type, &CPER_SEC_PLATFORM_MEM))
		return (struct sink_call){
			.kind = SIM_EV_REPORT_MEM,
			.demanded = cper_section_fits(section, sizeof(struct cper_sec_mem_err)),
			.a = severity_of(le32toh(estatus->error_severity)),
			.data = payload,
			.size = MEM_BYTES,
		};
	if (guid_equal(type, &CPER_SEC_PROC_ARM))
		return (struct sink_call){
			.kind = SIM_EV_ARM_EVENT,
			.demanded = cper_section_fits(section, sizeof(struct cper_sec_proc_arm)),
			.a = severity_of(le32toh(section->error_severity)),
			.data = payload,
			.size = sizeof(struct cper_sec_proc_arm),
		};
	if (guid_equal(type, &CPER_SEC_PCIE))
		return pcie_call(section);
	return (struct sink_call){.kind = 0};
}

static bool is_that(const struct sim_machine *m, const struct sink_call *call,
		    const struct sim_event *ev)
{
	const struct ghes_aer_event *aer = ev->data;
	const void *data = ev->kind == SIM_EV_AER ? aer->regs : ev->data;

	if (ev->kind != call->kind)
		return false;
	if (!call->demanded) /* too short for its structure */
		return true;
	/* Not every tree says how severe an ARM error is. */
	if (ev->a != call->a && !(ev->kind == SIM_EV_ARM_EVENT && is_kernel(m)))
		return false;
	if (ev->kind == SIM_EV_AER ? ev->b != call->b || aer->regs_size < call->size
				   : ev->b < call->size)
		return false;
	return data && !memcmp(data, call->data, call->size);
}

/* The next call that the record in work asks for, from its next section on. */
static bool next_call(struct in_work *w, struct sink_call *call)
{
	for (; w->next; w->next = acpi_hest_get_next(w->estatus, w->next)) {
		*call = call_of(w->estatus, w->next);
		if (call->kind)
			return true;
	}
	return false;
}

static void on_call(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	struct in_work *w = &s->in_work[ev->cpu * SIM_MAX_DEPTH + ev->depth];
	struct sink_call call;

	if (!w->estatus && is_kernel(m))
		atomic_store(&s->late, true);
	if (atomic_load(&s->late))
		return;
	oracle_judges(m, SIM_ORACLE_sink, ev->cpu);
	while (w->estatus && next_call(w, &call)) {
		w->next = acpi_hest_get_next(w->estatus, w->next);
		if (is_that(m, &call, ev))
			return;
		if (call.demanded) {
			w->next = NULL; /* one report is enough */
			break;
		}
	}
	sim_defect(m, SIM_ORACLE_sink, "\"%s\" (0x%llx) is not what the record in work says",
		   sim_event_name(ev->kind), (unsigned long long)ev->a);
}

static void check_all_called(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	struct in_work *w = &s->in_work[ev->cpu * SIM_MAX_DEPTH + ev->depth];
	bool no_memory = is_kernel(m) && w->exhausted != atomic_load(&s->exhausted);
	struct sink_call call;

	while (w->estatus && !atomic_load(&s->late) && next_call(w, &call)) {
		w->next = acpi_hest_get_next(w->estatus, w->next);
		if (call.demanded && !no_memory)
			sim_defect(
				m, SIM_ORACLE_sink,
				"record %u is processed, and a section of it has not led to \"%s\"",
				oracle_serial(m, ev->record), sim_event_name(call.kind));
	}
	w->estatus = NULL;
}

/* ---- What it asks for later ------------------------------------------------------------------ */

static void drop(struct state *s, uint32_t n, uint32_t count)
{
	s->nr -= count;
	memmove(&s->waiting[n], &s->waiting[n + count], (s->nr - n) * sizeof(s->waiting[0]));
}

static uint32_t *forgotten(struct state *s, unsigned int kind)
{
	return &s->forgotten[kind == SIM_EV_MEMORY_FAILURE ? 0 : kind == SIM_EV_VENDOR ? 1 : 2];
}

/*
 * The oldest that nobody demands: most likely it was dropped. If not, it still takes room in its
 * queue, and comes unasked for.
 */
static bool forget_one(struct state *s)
{
	for (uint32_t i = 0; i < s->nr; i++)
		if (!s->waiting[i].demanded) {
			++*forgotten(s, s->waiting[i].kind);
			drop(s, i, 1);
			return true;
		}
	return false;
}

static void post(struct state *s, const struct waiting *what)
{
	uint64_t bytes = what->size;
	uint32_t before = *forgotten(s, what->kind) ? ENOUGH : 0;

	for (uint32_t i = 0; i < s->nr; i++) {
		if (s->waiting[i].kind != what->kind)
			continue;
		bytes += s->waiting[i].size;
		before++;
	}
	if (s->nr == MAX_WAITING && !forget_one(s)) {
		s->full = true;
		return;
	}
	s->crowded |= before >= ENOUGH || bytes > ROOM;
	s->waiting[s->nr] = *what;
	s->waiting[s->nr++].demanded &= before < ENOUGH && bytes <= ROOM;
}

static void post_memory_failure(struct state *s, struct waiting what, uint64_t paddr, int flags)
{
	what.kind = SIM_EV_MEMORY_FAILURE;
	what.a = paddr >> GHES_PAGE_SHIFT;
	what.b = (uint64_t)(unsigned int)flags;
	post(s, &what);
}

static void post_memory(struct state *s, const struct acpi_hest_generic_status *estatus,
			const struct acpi_hest_generic_data *section, struct waiting what)
{
	uint64_t record_severity = severity_of(le32toh(estatus->error_severity));
	uint64_t severity = severity_of(le32toh(section->error_severity));
	bool recoverable = record_severity == SEV_RECOVERABLE && severity == SEV_RECOVERABLE;
	struct cper_sec_mem_err mem;

	if (cper_mem_err_load(&mem, acpi_hest_get_payload(section),
			      acpi_hest_get_error_length(section)) ||
	    !(le64toh(mem.validation_bits) & CPER_MEM_VALID_PA))
		return;
	what.demanded = cper_section_fits(section, sizeof(mem));
	if (severity == SEV_CORRECTED && (section->flags & CPER_SEC_ERROR_THRESHOLD_EXCEEDED))
		post_memory_failure(s, what, le64toh(mem.physical_addr), MF_SOFT_OFFLINE);
	else if (recoverable)
		post_memory_failure(s, what, le64toh(mem.physical_addr), 0);
}

static void post_arm(const struct sim_machine *m, struct state *s,
		     const struct acpi_hest_generic_status *estatus,
		     const struct acpi_hest_generic_data *section, struct waiting what)
{
	const struct cper_sec_proc_arm *err = acpi_hest_get_payload(section);
	const uint8_t *at = (const uint8_t *)(err + 1);
	uint32_t left = acpi_hest_get_error_length(section);

	if (left < sizeof(*err) ||
	    severity_of(le32toh(estatus->error_severity)) != SEV_RECOVERABLE ||
	    severity_of(le32toh(section->error_severity)) != SEV_RECOVERABLE)
		return;
	left -= (uint32_t)sizeof(*err);
	what.demanded = !is_kernel(m);
	for (unsigned int n = le16toh(err->err_info_num); n; n--) {
		const struct cper_arm_err_info *info = (const void *)at;

		if (left < sizeof(*info) || info->length < sizeof(*info) || info->length > left)
			return;
		if ((le16toh(info->validation_bits) & CPER_ARM_INFO_VALID_PHYSICAL_ADDR) &&
		    ((info->type & CPER_ARM_CACHE_ERROR) || is_kernel(m)))
			post_memory_failure(s, what, le64toh(info->physical_fault_addr), 0);
		at += info->length;
		left -= info->length;
	}
}

static bool is_cxl(const guid_t *type)
{
	return guid_equal(type, &CPER_SEC_CXL_GEN_MEDIA_GUID) ||
	       guid_equal(type, &CPER_SEC_CXL_DRAM_GUID) ||
	       guid_equal(type, &CPER_SEC_CXL_MEM_MODULE_GUID);
}

static bool post_cxl(struct state *s, const struct acpi_hest_generic_data *section,
		     struct waiting what)
{
	const struct cxl_cper_event_rec *event = acpi_hest_get_payload(section);
	uint32_t available = acpi_hest_get_error_length(section);
	uint32_t length = available < sizeof(event->hdr) ? 0 : le32toh(event->hdr.length);

	if (length <= sizeof(event->hdr) || length > sizeof(*event) ||
	    !(le64toh(event->hdr.validation_bits) & CPER_CXL_COMP_EVENT_LOG_VALID))
		return false;
	what.kind = SIM_EV_CXL;
	what.demanded = length <= available;
	what.size = length <= available ? length : available;
	what.hash = oracle_hash(event, what.size);
	post(s, &what);
	return true;
}

static void post_section(const struct sim_machine *m, struct state *s,
			 const struct acpi_hest_generic_status *estatus,
			 const struct acpi_hest_generic_data *section, struct waiting what)
{
	const guid_t *type = acpi_hest_get_section_type(section);

	if (guid_equal(type, &CPER_SEC_PLATFORM_MEM)) {
		post_memory(s, estatus, section, what);
	} else if (guid_equal(type, &CPER_SEC_PROC_ARM)) {
		post_arm(m, s, estatus, section, what);
	} else if (is_cxl(type) && !is_kernel(m)) {
		post_cxl(s, section, what);
	} else if (!guid_equal(type, &CPER_SEC_PCIE)) {
		what.or_before = is_cxl(type) && post_cxl(s, section, what);
		what.kind = SIM_EV_VENDOR;
		what.demanded = what.or_before || !is_cxl(type);
		what.a = severity_of(le32toh(estatus->error_severity));
		what.size = (uint32_t)acpi_hest_get_record_size(section);
		what.hash = oracle_hash(section, what.size);
		post(s, &what);
	}
}

static void on_process(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	struct in_work *w = &s->in_work[ev->cpu * SIM_MAX_DEPTH + ev->depth];
	const struct acpi_hest_generic_status *estatus = ev->data;
	const struct acpi_hest_generic_data *section;
	const struct sim_source *source = sim_source_by_id(m, ev->source);
	struct waiting what = {
		.demanded = true,
		.record = (uint32_t)ev->record,
		.sync = source && source->config.notify == ACPI_HEST_NOTIFY_SEA,
	};

	w->estatus = NULL;
	if (!estatus || cper_estatus_check(estatus, ev->b, NULL))
		return;
	oracle_judges(m, SIM_ORACLE_sink, ev->cpu);
	w->estatus = estatus;
	w->next = __apei_estatus_section_at(estatus, 0);
	w->exhausted = atomic_load(&s->exhausted);
	sim_lock(m, &s->lock);
	apei_estatus_for_each_section (estatus, section)
		post_section(m, s, estatus, section, what);
	sim_unlock(&s->lock);
}

/* A kernel's copy of a vendor section needs memory of the pool. */
static void forgive(struct sim_machine *m, struct state *s, uint64_t record)
{
	sim_lock(m, &s->lock);
	for (uint32_t i = 0; i < s->nr; i++)
		if (s->waiting[i].kind == SIM_EV_VENDOR && s->waiting[i].record == record)
			s->waiting[i].demanded = false;
	sim_unlock(&s->lock);
}

static void on_processed(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	const struct in_work *w = &s->in_work[ev->cpu * SIM_MAX_DEPTH + ev->depth];

	if (is_kernel(m) && w->exhausted != atomic_load(&s->exhausted))
		forgive(m, s, ev->record);
	check_all_called(m, s, ev);
}

/* ---- What comes later ------------------------------------------------------------------------ */

static bool is_what_waits(const struct waiting *w, const struct sim_event *ev)
{
	if (w->kind != ev->kind)
		return false;
	switch (ev->kind) {
	case SIM_EV_MEMORY_FAILURE:
		return w->a == ev->a &&
		       (w->b == ev->b || (w->sync && !w->b && ev->b == MF_ACTION_REQUIRED));
	case SIM_EV_CXL:
		return ev->a >= w->size && oracle_hash(ev->data, w->size) == w->hash;
	default:
		return w->a == ev->a && w->size == ev->b &&
		       oracle_hash(ev->data, w->size) == w->hash;
	}
}

static bool is_required(const struct sim_event *ev)
{
	return ev->kind == SIM_EV_MEMORY_FAILURE && ev->b == MF_ACTION_REQUIRED;
}

/* How surely @w is the one that came, of those that it could be. */
static int likeness(const struct waiting *w, const struct sim_event *ev)
{
	return w->demanded + 2 * (w->sync == is_required(ev));
}

/* Index of the one that came; s->nr: none. Could none of those that it can be come yet? */
static uint32_t find(const struct state *s, const struct sim_event *ev, bool *early)
{
	bool others = false, required = is_required(ev);
	uint32_t found = s->nr;

	for (uint32_t i = 0; i < s->nr; i++) {
		const struct waiting *w = &s->waiting[i];

		if (is_what_waits(w, ev)) {
			if (found == s->nr)
				*early = others;
			if (found == s->nr || likeness(w, ev) > likeness(&s->waiting[found], ev))
				found = i;
		}
		others |= w->kind == ev->kind && w->demanded && (w->sync || !required);
	}
	return found;
}

/* It has come; and with it, so has the one that it could have been instead. */
static void take(struct state *s, uint32_t n)
{
	uint32_t count = 1;

	if (s->waiting[n].or_before && n) {
		n--;
		count = 2;
	} else if (n + 1 < s->nr && s->waiting[n + 1].or_before) {
		count = 2;
	}
	drop(s, n, count);
}

static void on_deferred(struct sim_machine *m, struct state *s, const struct sim_event *ev)
{
	bool judged, forgot, early = false;
	uint32_t n;

	sim_lock(m, &s->lock);
	n = find(s, ev, &early);
	judged = !s->full;
	early &= !s->crowded;
	forgot = n == s->nr && *forgotten(s, ev->kind);
	if (n < s->nr) {
		take(s, n);
	} else {
		n = MAX_WAITING;
		*forgotten(s, ev->kind) -= forgot;
	}
	sim_unlock(&s->lock);
	if (!judged)
		return;
	oracle_judges(m, SIM_ORACLE_sink, ev->cpu);
	if (n == MAX_WAITING && !forgot)
		sim_defect(m, SIM_ORACLE_sink,
			   "\"%s\" (0x%llx, 0x%llx): no record that was processed asks for it, or "
			   "for one more",
			   sim_event_name(ev->kind), (unsigned long long)ev->a,
			   (unsigned long long)ev->b);
	else if (n < MAX_WAITING && early && m->nr_cpus == 1)
		sim_defect(m, SIM_ORACLE_sink, "\"%s\" (0x%llx, 0x%llx) overtakes an earlier one",
			   sim_event_name(ev->kind), (unsigned long long)ev->a,
			   (unsigned long long)ev->b);
}

static void sink_event(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	struct state *s = state;

	switch (ev->kind) {
	case SIM_EV_TP(PROCESS):
		on_process(m, s, ev);
		break;
	case SIM_EV_TP(PROCESSED):
		on_processed(m, s, ev);
		break;
	case SIM_EV_TP(POOL_EXHAUSTED):
		atomic_fetch_add(&s->exhausted, 1);
		break;
	case SIM_EV_REPORT_MEM:
	case SIM_EV_ARM_EVENT:
	case SIM_EV_AER:
		on_call(m, s, ev);
		break;
	default:
		on_deferred(m, s, ev);
		break;
	}
}

static void sink_finish(struct sim_machine *m, void *state)
{
	struct state *s = state;

	for (uint32_t i = 0; !sim_stopped(m) && !s->full && i < s->nr; i++)
		if (s->waiting[i].demanded)
			sim_defect(m, SIM_ORACLE_sink,
				   "record %u was processed, and \"%s\" (0x%llx) never came of it",
				   oracle_serial(m, s->waiting[i].record),
				   sim_event_name(s->waiting[i].kind),
				   (unsigned long long)s->waiting[i].a);
}

void sim_oracle_sink_attach(struct sim_machine *m)
{
	static const uint16_t kinds[] = {
		SIM_EV_TP(PROCESS),    SIM_EV_TP(PROCESSED), SIM_EV_TP(POOL_EXHAUSTED),
		SIM_EV_REPORT_MEM,     SIM_EV_ARM_EVENT,     SIM_EV_AER,
		SIM_EV_MEMORY_FAILURE, SIM_EV_VENDOR,	     SIM_EV_CXL,
		SIM_NR_EVENTS};
	struct state *s;

	sim_observe(m, &(struct sim_observer){.name = "sink",
					      .state_size = sizeof(struct state),
					      .kinds = kinds,
					      .event = sink_event,
					      .finish = sink_finish});
	s = sim_observer_state(m, "sink");
	if (s)
		s->in_work = sim_arena_alloc(m, m->nr_cpus * SIM_MAX_DEPTH * sizeof(*s->in_work));
}
