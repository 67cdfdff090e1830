// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware: writes records into status blocks, waits until they are taken, misbehaves as told.
 *
 * Flow: sim_do(), sim_arrive() -> sim_firmware_report() -> block; the core's reads, writes and
 * acks -> sim_firmware_saw_*() -> the next record.
 *
 * When a block is free: version 1, when the core has set its status to 0; version 2, when the core
 * has acknowledged. Until then records wait in the source's own queue. Status is written last, as
 * firmware that behaves does; what it does when it does not is enum sim_misbehaviour.
 *
 * Everything here runs with busy != 0 on the CPU whose action or access caused it (EL3 runs
 * there), under the lock of the block.
 */
#include "internal.h"

/* Where firmware's memory lies when the scenario brings no table of its own */
#define FIRMWARE_BASE UINT64_C(0x80000000)
#define BLOCK_BASE    UINT64_C(0x400000000) /* for tables that name only the registers */
#define STATUS_HEADER 20u

static uint32_t read_status(const struct sim_block *b)
{
	uint32_t status;

	sim_copy_from_phys(&status, b->mem, sizeof(status));
	return status;
}

struct sim_source *sim_source_by_id(struct sim_machine *m, uint16_t id)
{
	for (uint32_t i = 0; i < m->nr_sources; i++)
		if (m->source[i].config.id == id)
			return &m->source[i];
	return NULL;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static bool block_free(const struct sim_source *s, const struct sim_block *b)
{
	return s->config.version == 1 ? read_status(b) == 0 : !b->outstanding;
}

/* HOSTILE: some of the bytes are anything; not the status, or there would be no record. */
static void make_hostile(struct sim_source *s, struct sim_block *b, uint32_t size)
{
	unsigned int n = 1 + (unsigned int)(sim_random(&s->rng) % 8);

	while (n-- && size > STATUS_HEADER) {
		uint64_t r = sim_random(&s->rng);
		/* half of them in headers, where lengths are */
		uint32_t span = r & 1 ? size : (size < 96 ? size : 96);
		uint32_t at = 4 + (uint32_t)((r >> 8) % (span - 4));
		uint32_t len = 1u << ((r >> 4) & 3);
		uint64_t junk = sim_random(&s->rng);

		if (len > size - at)
			len = size - at;
		sim_copy_to_phys(b->mem + at, &junk, len);
	}
}

/* The FRU id of the first entry counts the records; it is not said to be valid, so nobody reads it.
 */
static void make_unique(struct sim_block *b, uint32_t size, uint32_t id)
{
	const uint32_t at = sizeof(struct acpi_hest_generic_status) +
			    offsetof(struct acpi_hest_generic_data, fru_id);

	if (size >= at + sizeof(id))
		sim_copy_to_phys(b->mem + at, &id, sizeof(id));
}

static uint32_t write_record(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s,
			     struct sim_block *b, int index)
{
	const struct sim_record *r = &m->host->config.records[index];
	uint32_t size = r->size < b->length ? r->size : b->length;
	struct sim_instance instance = {.source = (uint16_t)s->index,
					.block = s->block,
					.size = size,
					.record = (uint32_t)index,
					.cpu = (uint8_t)c->id};
	uint32_t id = sim_instance_new(m, &instance);

	if (size > 4) {
		sim_copy_to_phys(b->mem + 4, r->bytes + 4, size - 4);
		if (m->host->config.misbehave[SIM_MISBEHAVE_HOSTILE])
			make_hostile(s, b, size);
	}
	if (m->host->config.unique_records)
		make_unique(b, size, id);
	b->outstanding = true;
	b->cleared = false;
	b->ack_ignored = false;
	b->mutated = b->withdrawn; /* who was reading the last one may read this one's end */
	b->withdrawn = false;
	b->reads = 0;
	b->source = (uint16_t)s->index;
	s->last_record = (int16_t)index;
	/*
	 * Complete, and announced, before its status says so to a reader on another CPU; and before
	 * what one reads that is still at a record withdrawn since is taken for a part of this one.
	 */
	sim_emit(m, c, SIM_EV_FW_WRITE, s->config.id, id, b->paddr, id, b->mem);
	atomic_store(&b->instance, id);
	atomic_thread_fence(memory_order_release);
	sim_copy_to_phys(b->mem, r->bytes, size < 4 ? size : 4);
	/* Only an entry that begins after this is sure to see it: see the progress oracle */
	atomic_store(&b->written, sim_next_stamp(m));
	return id;
}

static void lose(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s,
		 struct sim_block *b)
{
	uint32_t id = atomic_load(&b->instance);

	if (id && !b->cleared)
		sim_emit(m, c, SIM_EV_FW_LOST, s->config.id, id, 0, id, NULL);
}

static void enqueue(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s, int index)
{
	if (s->queue_len == SIM_QUEUED_RECORDS)
		return; /* firmware's own buffer is full: that error was never reported */
	s->queue[(s->queue_head + s->queue_len++) % SIM_QUEUED_RECORDS] = (int16_t)index;
	sim_emit(m, c, SIM_EV_FW_WITHHOLD, s->config.id, s->queue_len, 0, 0, NULL);
}

static int dequeue(struct sim_source *s)
{
	int index = s->queue[s->queue_head];

	s->queue_head = (s->queue_head + 1) % SIM_QUEUED_RECORDS;
	s->queue_len--;
	return index;
}

uint32_t sim_firmware_report(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s,
			     int index)
{
	const struct sim_config *config = &m->host->config;
	struct sim_block *b = &m->block[s->block];
	uint32_t id = 0;

	if (index < 0 || (unsigned int)index >= config->nr_records)
		return 0;
	sim_uses_one(m, c, SIM_RESOURCE_MEMORY, true, (uintptr_t)b->mem);
	sim_busy(c);
	sim_lock(m, &b->lock);
	if (block_free(s, b) && !s->queue_len) {
		id = write_record(m, c, s, b, index);
	} else if (config->misbehave[SIM_MISBEHAVE_OVERWRITE] && s->config.version == 1) {
		lose(m, c, s, b);
		id = write_record(m, c, s, b, index);
	} else {
		enqueue(m, c, s, index);
	}
	for (uint64_t i = 0; i < config->misbehave[SIM_MISBEHAVE_REPEAT]; i++)
		enqueue(m, c, s, index);
	sim_unlock(&b->lock);
	sim_idle(m, c);
	return id;
}

static bool pump_one(struct sim_machine *m, struct sim_cpu *c, struct sim_source *s)
{
	struct sim_block *b = &m->block[s->block];
	bool written = false;

	if (!s->queue_len) /* relaxed look: an entry that comes now is found the next time */
		return false;
	sim_uses_one(m, c, SIM_RESOURCE_MEMORY, true, (uintptr_t)b->mem);
	sim_busy(c);
	sim_lock(m, &b->lock);
	if (s->queue_len && block_free(s, b))
		written = write_record(m, c, s, b, dequeue(s)) != 0;
	sim_unlock(&b->lock);
	sim_idle(m, c);
	return written;
}

bool sim_firmware_pump(struct sim_machine *m, struct sim_cpu *c)
{
	bool any = false;

	for (uint32_t i = 0; i < m->nr_sources && !atomic_load(&m->stopped); i++) {
		struct sim_source *s = &m->source[i];

		if (!pump_one(m, c, s))
			continue;
		any = true;
		if (s->config.notify == ACPI_HEST_NOTIFY_SEA) {
			/* the task touches the poison again */
			uint8_t running = c->frame[0].running;

			c->frame[0].running = SIM_RUNNING_USER;
			sim_raise_sea(m, c, s, NULL, false);
			c->frame[0].running = running;
		} else {
			sim_raise(m, c, s);
		}
	}
	return any;
}

/* ---- What firmware sees of the core ---------------------------------------------------------- */

/* MUTATE: the n-th access finds something else than the one before. */
static void mutate(struct sim_machine *m, struct sim_cpu *c, struct sim_block *b)
{
	struct sim_source *s = &m->source[b->source];
	static const uint8_t fields[] = {0, 4, 8, 12, 16, 20 + 16, 20 + 20, 20 + 24};
	uint64_t r = sim_random(&s->rng);
	uint32_t at, value = (uint32_t)(r >> 32);

	b->mutated = true;
	if ((r & 7) == 7 && b->length > 100) { /* somewhere in the body */
		at = 92 + (uint32_t)((r >> 8) % (b->length - 96));
	} else {
		at = fields[r % sizeof(fields)];
		if (at + 4 > b->length)
			at = 0;
	}
	if (at == 0)
		value = 0; /* withdrawn */
	else if (r & 8)
		value &= 0xff; /* a small number is believed more often */
	sim_copy_to_phys(b->mem + at, &value, sizeof(value));
	sim_emit(m, c, SIM_EV_FW_MUTATE, s->config.id, b->paddr + at, sizeof(value),
		 atomic_load(&b->instance), NULL);
	if (at == 0) {
		lose(m, c, s, b);
		b->outstanding = false;
		b->cleared = true;
		b->withdrawn = true;
	}
}

void sim_firmware_saw_read(struct sim_machine *m, struct sim_cpu *c, uint64_t paddr, size_t n)
{
	uint64_t when = m->host->config.misbehave[SIM_MISBEHAVE_MUTATE];
	struct sim_block *b;

	(void)n;
	if (!when)
		return;
	b = sim_block_at(m, paddr);
	if (!b)
		return;
	sim_lock(m, &b->lock);
	if (b->outstanding && ++b->reads == when)
		mutate(m, c, b);
	sim_unlock(&b->lock);
}

/* The block is free again. With REFILL the next record is there before the core looks away. */
static void refill(struct sim_machine *m, struct sim_cpu *c, struct sim_block *b)
{
	struct sim_source *s = &m->source[b->source];
	int index;

	if (!s->refills_left || s->last_record < 0)
		return;
	s->refills_left--;
	index = s->queue_len ? dequeue(s) : s->last_record;
	write_record(m, c, s, b, index);
	s->raise_wanted = true;
	c->pending |= SIM_PEND_RAISE;
}

static void status_written(struct sim_machine *m, struct sim_cpu *c, struct sim_block *b)
{
	struct sim_source *s = &m->source[b->source];
	uint32_t id;

	if (read_status(b))
		return;
	id = b->cleared ? 0 : atomic_load(&b->instance);
	b->cleared = true;
	if (s->config.version == 1)
		b->outstanding = false;
	sim_emit(m, c, SIM_EV_FW_CLEARED, s->config.id, b->paddr, 0, id, NULL);
	if (s->config.version == 1 && id)
		refill(m, c, b);
}

void sim_firmware_store(struct sim_machine *m, struct sim_cpu *c, uint64_t paddr, uint8_t *dst,
			const void *src, size_t n)
{
	struct sim_block *b = sim_block_at(m, paddr);

	if (!b || !n) {
		sim_copy_to_phys(dst, src, n);
		return;
	}
	/* in one step with what firmware does about it: it might write at once */
	sim_lock(m, &b->lock);
	sim_copy_to_phys(dst, src, n);
	if (paddr - b->paddr < 4)
		status_written(m, c, b);
	sim_unlock(&b->lock);
}

static bool is_ack(const struct sim_source *s, uint64_t value)
{
	unsigned int off = s->ack.bit_offset;
	uint64_t preserve = off < 64 ? s->config.ack_preserve << off : 0;
	uint64_t write = off < 64 ? s->config.ack_write << off : 0;
	uint64_t bits = s->ack.access_bit_width >= 64
				? UINT64_MAX
				: (UINT64_C(1) << s->ack.access_bit_width) - 1;

	return (value & ~preserve & bits) == (write & ~preserve & bits);
}

/* @only_cleared: look for records that the core is done with first */
static bool ack_blocks(struct sim_machine *m, struct sim_cpu *c, uint64_t addr, bool io,
		       uint64_t value, bool only_cleared)
{
	bool ignore = m->host->config.misbehave[SIM_MISBEHAVE_NEVER_ACK];
	bool any = false;

	for (uint32_t i = 0; i < m->nr_sources; i++) {
		struct sim_source *s = &m->source[i];
		struct sim_block *b = &m->block[s->block];

		if (s->config.version != 2 || s->ack.addr != addr ||
		    (s->ack.space_id == ACPI_ADR_SPACE_SYSTEM_IO) != io || !is_ack(s, value))
			continue;
		sim_lock(m, &b->lock);
		if (b->outstanding && !b->ack_ignored && (b->cleared || !only_cleared)) {
			any = true;
			sim_emit(m, c, SIM_EV_FW_ACKED, s->config.id, addr, value,
				 atomic_load(&b->instance), NULL);
			b->ack_ignored = ignore;
			/* meant for a withdrawn one: who reads this one may clear the next */
			if (m->host->config.misbehave[SIM_MISBEHAVE_MUTATE])
				b->withdrawn |= !b->cleared;
			if (!ignore) {
				b->outstanding = false;
				refill(m, c, b);
			}
		}
		sim_unlock(&b->lock);
	}
	return any;
}

void sim_firmware_saw_register(struct sim_machine *m, struct sim_cpu *c, uint64_t addr, bool io,
			       uint64_t value)
{
	struct sim_source *owner = NULL;

	for (uint32_t i = 0; i < m->nr_sources && !owner; i++)
		if (m->source[i].config.version == 2 && m->source[i].ack.addr == addr)
			owner = &m->source[i];
	if (!owner)
		return;
	if (!ack_blocks(m, c, addr, io, value, true) && !ack_blocks(m, c, addr, io, value, false))
		sim_emit(m, c, SIM_EV_FW_ACKED, owner->config.id, addr, value, 0, NULL);
}

unsigned int sim_firmware_backlog(struct sim_machine *m, uint16_t source)
{
	const struct sim_source *s = sim_source_by_id(m, source);

	return s ? s->queue_len : 0;
}

bool sim_firmware_waiting(const struct sim_machine *m)
{
	for (uint32_t i = 0; i < m->nr_sources; i++)
		if (m->source[i].queue_len &&
		    block_free(&m->source[i], &m->block[m->source[i].block]))
			return true;
	return false;
}

/* ---- Building: sources, registers, blocks ---------------------------------------------------- */

static uint32_t source_index(const struct sim_machine *m, uint16_t id)
{
	for (uint32_t i = 0; i < m->nr_sources; i++)
		if (m->source[i].config.id == id)
			return i;
	return SIM_NONE;
}

static uint32_t usable_length(uint32_t error_block_length)
{
	if (error_block_length > 65536)
		return 65536;
	return error_block_length < STATUS_HEADER ? STATUS_HEADER : error_block_length;
}

static void start_source(struct sim_machine *m, struct sim_source *s, uint32_t index)
{
	s->index = index;
	s->event = SIM_NONE;
	s->last_record = -1;
	s->refills_left = (uint16_t)m->host->config.misbehave[SIM_MISBEHAVE_REFILL];
	s->rng = m->host->config.seed ^ (UINT64_C(0x9e3779b97f4a7c15) * (index + 1));
}

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

/* Addresses for the blocks, from @at on; returns the end. */
static uint64_t lay_out_blocks(struct sim_machine *m, uint64_t at)
{
	for (uint32_t i = 0; i < m->nr_sources; i++) {
		struct sim_source *s = &m->source[i];
		uint32_t shared = source_index(m, s->config.share_block_with);
		struct sim_block *b;

		if (s->config.share_block_with != SIM_NO_SOURCE && shared < i) {
			s->block = m->source[shared].block;
			continue;
		}
		b = &m->block[m->nr_blocks];
		s->block = m->nr_blocks++;
		at = round_up(at, 64);
		if (s->config.block_page_offset)
			at = round_up(at, GHES_PAGE_SIZE) + s->config.block_page_offset;
		b->paddr = at;
		b->length = usable_length(s->config.error_block_length);
		b->source = (uint16_t)i;
		at += b->length;
	}
	return at;
}

static void lay_out_registers(struct sim_machine *m, uint64_t acks)
{
	for (uint32_t i = 0; i < m->nr_sources; i++) {
		struct sim_source *s = &m->source[i];
		uint32_t shared = source_index(m, s->config.share_ack_with);

		s->pointer = FIRMWARE_BASE + 8 * (uint64_t)i;
		s->pointer_space = ACPI_ADR_SPACE_SYSTEM_MEMORY;
		s->pointer_bits = 64;
		s->ack = (struct sim_ack){
			.addr = acks + 8 * (uint64_t)i,
			.space_id = ACPI_ADR_SPACE_SYSTEM_MEMORY,
			.bit_width = 64,
			.access_bit_width = 64,
		};
		if (s->config.share_ack_with != SIM_NO_SOURCE && shared < i)
			s->ack.addr = m->source[shared].ack.addr;
	}
}

static int attach_memory(struct sim_machine *m)
{
	for (uint32_t i = 0; i < m->nr_blocks; i++) {
		m->block[i].mem = sim_phys_at(m, m->block[i].paddr, m->block[i].length, false);
		if (!m->block[i].mem)
			return -GHES_ENOMEM;
	}
	for (uint32_t i = 0; i < m->nr_sources; i++) {
		struct sim_source *s = &m->source[i];
		uint8_t *p = sim_phys_at(m, s->pointer, s->pointer_bits / 8,
					 s->pointer_space == ACPI_ADR_SPACE_SYSTEM_IO);
		uint64_t paddr = htole64(m->block[s->block].paddr);

		if (!p)
			return -GHES_ENOMEM;
		sim_copy_to_phys(p, &paddr, s->pointer_bits / 8);
	}
	return 0;
}

static int create_inline(struct sim_machine *m)
{
	uint64_t acks = FIRMWARE_BASE + round_up(8 * (uint64_t)m->nr_sources, 64);
	uint64_t end;
	int err;

	for (uint32_t i = 0; i < m->nr_sources; i++) {
		struct sim_source_config *config = &m->source[i].config;

		*config = m->host->sources[i];
		if (config->version == 2 && !config->ack_preserve && !config->ack_write) {
			config->ack_preserve = ~UINT64_C(1);
			config->ack_write = 1;
		}
		start_source(m, &m->source[i], i);
	}
	end = lay_out_blocks(m, round_up(acks + 8 * (uint64_t)m->nr_sources, 64));
	err = sim_phys_add(m, FIRMWARE_BASE, end - FIRMWARE_BASE, false, 1);
	if (err)
		return err;
	lay_out_registers(m, acks);
	return attach_memory(m);
}

/* ---- Building from a real table -------------------------------------------------------------- */

/* A register in memory or I/O space whose access is one word; 0 bits: cannot be had */
static uint8_t gas_bits(const struct acpi_generic_address *gas)
{
	struct apei_gar gar;

	return apei_gar_decode(gas, &gar) ? 0 : gar.access_bit_width;
}

static void source_from_table(struct sim_source_config *config,
			      const struct acpi_hest_generic_v2 *g, bool v2)
{
	*config = (struct sim_source_config){
		.id = le16toh(g->v1.header.source_id),
		.notify = g->v1.notify.type,
		.version = v2 ? 2 : 1,
		.enabled = g->v1.enabled,
		.sdei_critical = true,
		.sdei_explicit = true, /* as RAS firmware for Arm does */
		.vector = le32toh(g->v1.notify.vector),
		.poll_interval_ms = le32toh(g->v1.notify.poll_interval),
		.error_block_length = le32toh(g->v1.error_block_length),
		.records_to_preallocate = le32toh(g->v1.records_to_preallocate),
		.share_block_with = SIM_NO_SOURCE,
		.share_ack_with = SIM_NO_SOURCE,
	};
	if (v2) {
		config->ack_preserve = le64toh(g->read_ack_preserve);
		config->ack_write = le64toh(g->read_ack_write);
	}
}

/* False: firmware of this machine cannot drive that source. */
static bool add_from_table(struct sim_machine *m, const struct acpi_hest_generic_v2 *g, bool v2,
			   unsigned int max_phys)
{
	struct sim_source *s = &m->source[m->nr_sources];
	const struct acpi_generic_address *status = &g->v1.error_status_address;
	uint64_t pointer = le64toh(status->address), end = BLOCK_BASE;
	bool io = status->space_id == ACPI_ADR_SPACE_SYSTEM_IO;
	struct sim_block *b = &m->block[m->nr_blocks];

	source_from_table(&s->config, g, v2);
	s->pointer_bits = gas_bits(status);
	if (!s->config.enabled || s->pointer_bits < 32 ||
	    sim_phys_add(m, pointer, s->pointer_bits / 8, io, max_phys))
		return false;
	s->pointer = pointer;
	s->pointer_space = status->space_id;
	if (v2) {
		const struct acpi_generic_address *ack = &g->read_ack_register;

		s->ack = (struct sim_ack){le64toh(ack->address), ack->space_id, ack->bit_width,
					  ack->bit_offset, gas_bits(ack)};
		if (!s->ack.access_bit_width ||
		    sim_phys_add(m, s->ack.addr, s->ack.access_bit_width / 8,
				 ack->space_id == ACPI_ADR_SPACE_SYSTEM_IO, max_phys))
			return false;
	}
	start_source(m, s, m->nr_sources);
	for (uint32_t i = 0; i < m->nr_sources; i++) {
		if (m->source[i].pointer == pointer &&
		    m->source[i].pointer_space == s->pointer_space) {
			s->block = m->source[i].block;
			m->nr_sources++;
			return true;
		}
	}
	if (m->nr_blocks)
		end = round_up(m->block[m->nr_blocks - 1].paddr + m->block[m->nr_blocks - 1].length,
			       GHES_PAGE_SIZE);
	if (s->pointer_bits == 32 && end >= BLOCK_BASE)
		end = end - BLOCK_BASE + FIRMWARE_BASE;
	b->paddr = end;
	b->length = usable_length(s->config.error_block_length);
	if (sim_phys_add(m, b->paddr, b->length, false, max_phys))
		return false;
	s->block = m->nr_blocks++;
	m->nr_sources++;
	return true;
}

/* Length of the source at @p of which @left bytes are there, 0: the walk ends. */
static size_t source_length(const uint8_t *p, size_t left)
{
	static const uint8_t fixed[] = {0, 0, 20, 0, 0, 0, 48, 44, 56, 64, 92, 0};
	uint16_t type;
	size_t n;

	if (left < sizeof(struct acpi_hest_header))
		return 0;
	type = (uint16_t)(p[0] | p[1] << 8);
	if (type >= sizeof(fixed))
		return 0;
	if (fixed[type])
		n = fixed[type];
	else if (type == ACPI_HEST_TYPE_IA32_CHECK)
		n = left < 40 ? 0 : 40 + 28 * (size_t)p[32];
	else if (type == ACPI_HEST_TYPE_IA32_CORRECTED_CHECK ||
		 type == ACPI_HEST_TYPE_IA32_DEFERRED_CHECK)
		n = left < 48 ? 0 : 48 + 28 * (size_t)p[44];
	else
		n = 0;
	return n <= left ? n : 0;
}

static int create_from_table(struct sim_machine *m, unsigned int max_phys)
{
	const uint8_t *p = m->host->hest;
	size_t size = m->host->hest_size, at = sizeof(struct acpi_table_hest), n;
	uint32_t max = m->nr_sources;

	m->nr_sources = 0;
	for (; at < size && (n = source_length(p + at, size - at)) != 0; at += n) {
		struct acpi_hest_generic_v2 g = {0};
		bool v2 = n == sizeof(g);

		if (p[at] != ACPI_HEST_TYPE_GENERIC_ERROR &&
		    p[at] != ACPI_HEST_TYPE_GENERIC_ERROR_V2)
			continue;
		memcpy(&g, p + at, n);
		if (m->nr_sources == max)
			break;
		add_from_table(m, &g, v2, max_phys);
	}
	return attach_memory(m);
}

int sim_firmware_create(struct sim_machine *m, char *error, size_t error_size)
{
	const struct sim_config *config = &m->host->config;
	bool table = m->host->hest != NULL;
	uint32_t n = table ? (uint32_t)(m->host->hest_size / 64) : config->nr_sources;
	unsigned int max_phys = table ? 3 * n + 1 : 1;
	int err;

	if (n > SIM_MAX_SOURCES) {
		snprintf(error, error_size, "%u error sources, at most %u expected", n,
			 SIM_MAX_SOURCES);
		return -GHES_EINVAL;
	}
	m->nr_sources = n;
	m->source = sim_arena_alloc(m, (n + 1) * sizeof(*m->source));
	m->block = sim_arena_alloc(m, (n + 1) * sizeof(*m->block));
	m->phys = sim_arena_alloc(m, max_phys * sizeof(*m->phys));
	if (!m->source || !m->block || !m->phys)
		err = -GHES_ENOMEM;
	else
		err = table ? create_from_table(m, max_phys) : create_inline(m);
	if (err)
		snprintf(error, error_size, "no memory for %u error sources: %s", n,
			 ghes_strerror(err));
	return err;
}
