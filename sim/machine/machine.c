// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a machine: built, booted, made to act, brought to rest.
 *
 * Flow: scenario -> sim_machine_create() -> observers -> sim_boot() -> sim_do(), sim_arrive() by a
 * driver -> sim_quiesce().
 */
#include "machine.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "actions.h"
#include "internal.h"
#include "sdei.h"

#define ARENA_SIZE	   ((size_t)8 << 20)
#define ARENA_SIZE_THREADS ((size_t)512 << 20)
#define QUIESCE_ROUNDS	   10000

/* ---- Building -------------------------------------------------------------------------------- */

static void *duplicate(const void *from, size_t n)
{
	void *to = malloc(n ? n : 1);

	if (to && n)
		memcpy(to, from, n);
	return to;
}

static struct sim_host *host_create(const struct sim_config *config)
{
	struct sim_host *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->config = *config;
	h->sources = duplicate(config->sources, config->nr_sources * sizeof(*config->sources));
	h->records = duplicate(config->records, config->nr_records * sizeof(*config->records));
	h->config.sources = h->sources;
	h->config.records = h->records;
	if (config->hest) {
		h->hest = duplicate(config->hest, config->hest_size);
		h->hest_size = config->hest_size;
		h->config.hest = h->hest;
	}
	return h;
}

static void host_destroy(struct sim_host *h)
{
	if (!h)
		return;
	if (h->poison_pages)
		munmap(h->poison_pages, h->config.nr_cpus * GHES_PAGE_SIZE);
	if (h->arena)
		munmap(h->arena, h->arena_size);
	free(h->sources);
	free(h->records);
	free(h->hest);
	free(h);
}

static int cpus_create(struct sim_machine *m)
{
	m->cpu = sim_arena_alloc(m, m->nr_cpus * sizeof(*m->cpu));
	if (!m->cpu)
		return -GHES_ENOMEM;
	for (unsigned int i = 0; i < m->nr_cpus; i++) {
		struct sim_cpu *c = &m->cpu[i];

		c->id = i;
		c->online = true;
		c->rng = m->host->config.seed + 0x1234567 * (uint64_t)(i + 1);
		c->task_id = SIM_MAX_CPUS + i;
		c->frame[0].running = SIM_RUNNING_KERNEL;
		c->frame[0].source = SIM_NO_SOURCE;
		c->frame[0].task = (struct ghes_task){.id = c->task_id, .user = true};
	}
	return 0;
}

static uint32_t notify_types(enum sim_arch arch)
{
	/* SEI is not mainline's, but a source here; see the core's own choice */
	return arch == SIM_ARCH_X86 ? GHES_NOTIFY_X86 : GHES_NOTIFY_ARM64 | GHES_NOTIFY_BIT(SEI);
}

static int populate(struct sim_machine *m, const struct sim_config *config, char *error,
		    size_t error_size)
{
	int err;

	m->arch = config->arch;
	m->nr_cpus = config->nr_cpus;
	m->platform = (struct ghes_platform){
		.ops = &sim_platform_ops,
		.nr_cpus = config->nr_cpus,
		.notify_types = notify_types(config->arch),
	};
	m->instance_slots = config->threads ? 65536 : 256;
	m->node_slots = config->threads ? 16384 : 128;
	m->instance = sim_arena_alloc(m, m->instance_slots * sizeof(*m->instance));
	m->node = sim_arena_alloc(m, m->node_slots * sizeof(*m->node));
	atomic_store(&m->spurious_left, (uint32_t)config->misbehave[SIM_MISBEHAVE_SPURIOUS]);
	if (!m->instance || !m->node || cpus_create(m)) {
		snprintf(error, error_size, "%u CPUs do not fit in the arena", m->nr_cpus);
		return -GHES_ENOMEM;
	}
	err = sim_firmware_create(m, error, error_size);
	if (!err && sim_sdei_create(m)) {
		snprintf(error, error_size, "SDEI events do not fit in the arena");
		err = -GHES_ENOMEM;
	}
	return err;
}

static bool acceptable(const struct sim_config *config, const struct ghes_core_ops *core_ops,
		       char *error, size_t error_size)
{
	if (config->nr_cpus < 1 || config->nr_cpus > SIM_MAX_CPUS)
		snprintf(error, error_size, "%u CPUs, 1 to %u expected", config->nr_cpus,
			 SIM_MAX_CPUS);
	else if (core_ops->abi != GHES_CORE_ABI)
		snprintf(error, error_size, "core has ABI %u, %u expected", core_ops->abi,
			 GHES_CORE_ABI);
	else
		return true;
	return false;
}

struct sim_machine *sim_machine_create(const struct sim_config *config,
				       const struct ghes_core_ops *core_ops, char *error,
				       size_t error_size)
{
	struct sim_machine *m = NULL;
	struct sim_host *h;
	size_t size = config->arena_size;

	if (!size)
		size = config->threads ? ARENA_SIZE_THREADS : ARENA_SIZE;
	if (!acceptable(config, core_ops, error, error_size))
		return NULL;
	h = host_create(config);
	if (h && h->sources && h->records)
		m = sim_arena_create(size, h);
	if (!m) {
		snprintf(error, error_size, "out of memory");
	} else if (!populate(m, config, error, error_size)) {
		m->core_ops = core_ops;
		return m;
	}
	host_destroy(h);
	return NULL;
}

void sim_machine_destroy(struct sim_machine *m)
{
	if (m)
		host_destroy(m->host);
}

void sim_set_driver(struct sim_machine *m, struct sim_driver *d)
{
	m->host->driver = d;
}

struct ghes_core *sim_core(struct sim_machine *m)
{
	return m->core;
}

const struct sim_config *sim_config(const struct sim_machine *m)
{
	return &m->host->config;
}

/* ---- Running, with somewhere to unwind to ---------------------------------------------------- */

struct call {
	struct sim_cpu *c;
	const struct sim_action *action;
	int err;
	enum sim_verdict verdict;
};

/* Call @fn; when the driver has no stop() of its own, a stop ends here. False: it did. */
static bool guarded(struct sim_machine *m, void (*fn)(struct sim_machine *m, struct call *call),
		    struct call *call)
{
	sigjmp_buf escape;

	if (m->host->escape || (m->host->driver && m->host->driver->stop)) {
		fn(m, call);
		return true;
	}
	m->host->escape = &escape;
	if (sigsetjmp(escape, 0)) {
		m->host->escape = NULL;
		return false;
	}
	fn(m, call);
	m->host->escape = NULL;
	return true;
}

static void boot(struct sim_machine *m, struct call *call)
{
	struct sim_cpu *c = call->c;

	call->err = -GHES_ENOMEM;
	if (!m->host->hest)
		m->host->hest = sim_hest_build(m, &m->host->hest_size);
	sim_heap_init(m);
	if (!m->host->hest)
		return;
	c->frame[0].task.user = false;
	sim_emit(m, c, SIM_EV_BOOT, SIM_NO_SOURCE, 0, 0, 0, NULL);
	for (unsigned int i = 0; i < m->nr_cpus; i++)
		if (!(m->host->config.sdei_masked_cpus >> i & 1))
			atomic_store(&m->cpu[i].pe_masked, false);
	call->err = m->core_ops->create(&m->platform, &m->core);
	if (!call->err)
		call->err = m->core_ops->init(m->core, m->host->hest, m->host->hest_size);
	c->frame[0].task.user = true;
	sim_return_path(m, c);
}

int sim_boot(struct sim_machine *m)
{
	struct call call = {.c = &m->cpu[0]};

	if (m->core || m->heap_start)
		return -GHES_EBUSY;
	sim_set_this_cpu(m, 0);
	return guarded(m, boot, &call) ? call.err : -GHES_ECANCELED;
}

static void act(struct sim_machine *m, struct call *call)
{
	call->err = sim_action_do(m, call->c, call->action);
}

/* Whether anything happens any more; and an action begins. */
static void uses_cpu(struct sim_machine *m, struct sim_cpu *c, bool arrives)
{
	sim_uses(m, c,
		 (const struct sim_use[]){
			 {SIM_RESOURCE_END, false, 0},
			 {SIM_RESOURCE_MODE, !arrives, c->id},
		 },
		 arrives ? 1 : 2);
}

int sim_do(struct sim_machine *m, unsigned int cpu, const struct sim_action *action)
{
	struct call call = {.action = action};

	if (cpu >= m->nr_cpus || !m->core)
		return -GHES_EINVAL;
	sim_set_this_cpu(m, cpu);
	call.c = &m->cpu[cpu];
	uses_cpu(m, call.c, false);
	if (atomic_load(&m->stopped))
		return -GHES_ECANCELED;
	return guarded(m, act, &call) ? call.err : -GHES_ECANCELED;
}

static void arrive(struct sim_machine *m, struct call *call)
{
	call->verdict = sim_action_arrive(m, call->c, call->action);
}

enum sim_verdict sim_arrive(struct sim_machine *m, unsigned int cpu,
			    const struct sim_action *action)
{
	struct call call = {.action = action, .verdict = SIM_NEVER};
	unsigned int before = sim_this_cpu(m);

	if (cpu >= m->nr_cpus || !m->core)
		return SIM_NEVER;
	call.c = &m->cpu[cpu];
	uses_cpu(m, call.c, true);
	if (atomic_load(&m->stopped))
		return SIM_NEVER;
	if (call.c->busy)
		return sim_defer(call.c, action) ? SIM_PENDING : SIM_NEVER;
	sim_set_this_cpu(m, cpu);
	guarded(m, arrive, &call);
	sim_set_this_cpu(m, before);
	return call.verdict;
}

/* ---- Rest ------------------------------------------------------------------------------------ */

/* Everything that waits on one CPU; true: something happened. */
static bool settle_cpu(struct sim_machine *m, struct sim_cpu *c)
{
	uint64_t before = c->steps;

	sim_set_this_cpu(m, c->id);
	c->frame[0].entry_step = c->steps;
	c->ipi_held = false;
	if (c->depth)
		return false;
	if (c->masks) /* the program forgot irqs-on: interrupts do not stay masked for ever */
		c->masks = c->program_masks = 0;
	sim_return_path(m, c);
	while (!atomic_load(&m->stopped) && sim_task_work_run(m, c))
		sim_return_path(m, c);
	while (!atomic_load(&m->stopped) && sim_work_run(m, c))
		;
	return c->steps != before;
}

/* A polled source with a record in its block is polled sooner or later. */
static bool settle_polled(struct sim_machine *m, struct sim_cpu *c)
{
	bool any = false;

	for (uint32_t i = 0; i < m->nr_sources && !atomic_load(&m->stopped); i++) {
		struct sim_source *s = &m->source[i];
		struct sim_block *b = &m->block[s->block];

		if (s->config.notify != ACPI_HEST_NOTIFY_POLLED || !atomic_load(&s->timer_armed) ||
		    !b->outstanding || b->cleared ||
		    atomic_load(&s->last_entry) > atomic_load(&b->written))
			continue;
		sim_deliver_timer(m, c, s);
		sim_return_path(m, c);
		any = true;
	}
	return any;
}

static bool settle(struct sim_machine *m)
{
	struct sim_cpu *first = NULL;
	bool any = false;

	for (unsigned int i = 0; i < m->nr_cpus && !atomic_load(&m->stopped); i++) {
		struct sim_cpu *c = &m->cpu[i];

		if (!atomic_load(&c->online))
			continue;
		if (!first)
			first = c;
		any |= settle_cpu(m, c);
	}
	if (!first || first->depth || atomic_load(&m->stopped))
		return false;
	sim_set_this_cpu(m, first->id);
	any |= settle_polled(m, first);
	if (!atomic_load(&m->stopped))
		any |= sim_firmware_pump(m, first);
	if (!atomic_load(&m->stopped))
		any |= sim_rcu_poll(m, first);
	return any;
}

static void finish(struct sim_machine *m)
{
	struct sim_cpu *c;
	const char *what;
	const void *at;

	sim_set_this_cpu(m, 0);
	c = sim_this(m);
	at = sim_heap_check(m, &what);
	if (at)
		sim_defect(m, SIM_ORACLE_bounds, "memory of the core at heap+0x%llx was %s",
			   (unsigned long long)sim_address_id(m, (uintptr_t)at), what);
	sim_emit(m, c, SIM_EV_QUIET, SIM_NO_SOURCE, 0, 0, 0, NULL);
	for (unsigned int i = 0; i < m->nr_observers; i++)
		if (m->observer[i].finish)
			m->observer[i].finish(m, m->observer_state[i]);
	if (sim_arena_used(m) > m->host->high_water)
		m->host->high_water = sim_arena_used(m);
}

static void quiesce(struct sim_machine *m, struct call *call)
{
	(void)call;
	for (unsigned int i = 0; i < QUIESCE_ROUNDS; i++)
		if (atomic_load(&m->stopped) || !settle(m))
			return;
	sim_defect(m, SIM_ORACLE_progress, "the machine does not come to rest in %d rounds",
		   QUIESCE_ROUNDS);
}

void sim_quiesce(struct sim_machine *m)
{
	struct call call = {.c = NULL};

	if (!m->heap_start)
		return;
	guarded(m, quiesce, &call);
	finish(m);
}
