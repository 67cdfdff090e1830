// SPDX-License-Identifier: GPL-2.0-only
/*
 * One error status block in firmware's memory: is there a record, is it one, copy it, give the
 * memory back.
 *
 * Flow: status register -> address of the block -> header (read once) -> check -> body -> check of
 * the copy -> 0 to block_status -> acknowledge register.
 *
 * Firmware may write at any moment. So the header is read once: the length and severity that were
 * checked are those that the copy keeps, and the second read begins behind it. The kernel reads
 * the header again and then believes its lengths; a record that changes meanwhile makes its check
 * walk over what was never copied.
 *
 * The order "clear, then acknowledge" matters: firmware may write its next record as soon as it
 * sees the acknowledgement, and a clear that comes later would wipe that one.
 *
 * What this leaves to others: who may read when (notify.c), where the copy goes and what becomes
 * of it (notify.c, process.c).
 */
#include "internal.h"

/* ---- taking turns at a block ----------------------------------------------------------------- */

bool ghes_block_enter(struct ghes *ghes)
{
	/*
	 * B3 acquire: what the last reader did comes before; pairs with B4. Release: the holder who
	 * finds our count (B5) also finds the record that we were notified of.
	 */
	return atomic_fetch_add_explicit(&ghes->block->readers, 1, memory_order_acq_rel) == 0;
}

bool ghes_block_leave(struct ghes *ghes)
{
	struct ghes_block *block = ghes->block;
	uint32_t alone = 1;

	/* B4 release: pairs with B3 of the next reader */
	if (atomic_compare_exchange_strong_explicit(&block->readers, &alone, 0,
						    memory_order_release, memory_order_relaxed))
		return true;
	/* B5 acquire: pairs with B3 of those who came and went away; their records are ours now */
	atomic_exchange_explicit(&block->readers, 1, memory_order_acquire);
	return false;
}

/* ---- the slot --------------------------------------------------------------------------------- */

/* Out of line: the usual record takes the other way three times, and need not save registers. */
static __attribute__((cold, noinline)) int access_pages(struct ghes *ghes,
							struct ghes_record *record, uint32_t offset,
							void *buffer, uint32_t len, int from_phys)
{
	ghes_close_estatus(ghes, record);
	/* The sum cannot wrap unnoticed: the header before it was read */
	return ghes_copy_tofrom_phys(&ghes->core->fixmap, buffer, record->paddr + offset, len,
				     from_phys, record->idx);
}

/*
 * A record that lies in one page is mapped once for all that happens to it: a mapping costs, on
 * arm64 a TLB invalidation on every CPU. Others go page by page, each time.
 */
static int access_record(struct ghes *ghes, struct ghes_record *record, uint32_t offset,
			 void *buffer, uint32_t len, int from_phys)
{
	uint64_t in_page = (record->paddr & ~GHES_PAGE_MASK) + offset;

	if (record->mapped && in_page + len <= GHES_PAGE_SIZE)
		return ghes_fixmap_copy(&ghes->core->fixmap, record->idx, (size_t)in_page, buffer,
					len, from_phys);
	return access_pages(ghes, record, offset, buffer, len, from_phys);
}

static int open_estatus(struct ghes *ghes, struct ghes_record *record)
{
	record->mapped = false;
	if ((record->paddr & ~GHES_PAGE_MASK) + sizeof(record->header) > GHES_PAGE_SIZE)
		return 0;
	if (ghes_fixmap_map(&ghes->core->fixmap, record->paddr & GHES_PAGE_MASK, record->idx))
		return -GHES_EFAULT;
	record->mapped = true;
	return 0;
}

void ghes_close_estatus(struct ghes *ghes, struct ghes_record *record)
{
	if (!record->mapped)
		return;
	ghes_fixmap_unmap(&ghes->core->fixmap, record->paddr & GHES_PAGE_MASK, record->idx);
	record->mapped = false;
}

/* ---- reading --------------------------------------------------------------------------------- */

static int bad_address(struct ghes *ghes)
{
	if (ghes_may_log(ghes->core, GHES_MSG_ADDRESS))
		ghes_log(ghes->core->platform, GHES_LOG_WARNING,
			 FW_WARN GHES_PFX "Failed to read error status block address for hardware "
					  "error source: %d.",
			 ghes->source_id);
	return -GHES_EIO;
}

static int not_mapped(struct ghes *ghes, uint64_t paddr)
{
	if (ghes_may_log(ghes->core, GHES_MSG_UNMAPPED))
		ghes_log(ghes->core->platform, GHES_LOG_WARNING,
			 FW_WARN GHES_PFX "Error status block at %#llx of hardware error source: "
					  "%d cannot be mapped.",
			 (unsigned long long)paddr, ghes->source_id);
	return -GHES_EIO;
}

int ghes_peek_estatus(struct ghes *ghes, struct ghes_record *record, enum fixed_addresses idx)
{
	struct ghes_core *core = ghes->core;

	record->idx = idx;
	if (ghes_index_is_mapped(&ghes->status))
		record->paddr = ghes->block_paddr;
	else if (ghes_ops(core)->read_gar(core->platform, &ghes->generic.error_status_address,
					  &record->paddr))
		return bad_address(ghes);
	if (!record->paddr)
		return -GHES_ENOENT;
	if (open_estatus(ghes, record) ||
	    access_record(ghes, record, 0, &record->header, sizeof(record->header), 1))
		return not_mapped(ghes, record->paddr);
	if (record->header.block_status)
		return 0;
	ghes_close_estatus(ghes, record);
	return -GHES_ENOENT;
}

int ghes_check_estatus(struct ghes *ghes, struct ghes_record *record)
{
	struct ghes_core *core = ghes->core;
	struct cper_finding finding;
	enum ghes_message message;
	const char *text;
	int rc;

	rc = cper_estatus_check_header(&record->header, ghes->generic.estatus_length, &finding);
	if (!rc) {
		/* At most GHES_ESTATUS_MAX_SIZE, by the check */
		record->len = (uint32_t)cper_estatus_len(&record->header);
		return 0;
	}
	if (finding.fault == CPER_F_TRUNCATED || finding.fault == CPER_F_LENGTH) {
		/* The kernel's sum has 32 bits: what wraps around to little is "truncated" there.
		 */
		bool truncated =
			(uint32_t)cper_estatus_len(&record->header) < sizeof(record->header);

		message = truncated ? GHES_MSG_TRUNCATED : GHES_MSG_LENGTH;
		text = truncated ? "Truncated error status block!"
				 : "Invalid error status block length!";
	} else {
		message = GHES_MSG_HEADER;
		text = "Invalid CPER header!";
	}
	if (ghes_may_log(core, message))
		ghes_log(core->platform, GHES_LOG_WARNING, FW_WARN GHES_PFX "%s", text);
	return -GHES_EIO;
}

int ghes_read_estatus(struct ghes *ghes, struct ghes_record *record,
		      struct acpi_hest_generic_status *estatus)
{
	struct ghes_core *core = ghes->core;

	*estatus = record->header;
	if (!access_record(ghes, record, sizeof(record->header), estatus + 1,
			   record->len - (uint32_t)sizeof(record->header), 1) &&
	    !cper_estatus_check(estatus, record->len, NULL)) {
		ghes_trace(core, GHES_TP_READ, ghes->source_id, record->len, record->paddr,
			   estatus);
		return 0;
	}
	if (ghes_may_log(core, GHES_MSG_BODY))
		ghes_log(core->platform, GHES_LOG_WARNING,
			 FW_WARN GHES_PFX "Failed to read error status block!");
	return -GHES_EIO;
}

/* ---- giving it back -------------------------------------------------------------------------- */

static void read_modify_write(struct ghes *ghes)
{
	const struct hest_generic_info *generic = &ghes->generic;
	const struct apei_gar *reg = &generic->read_ack_register;
	struct ghes_core *core = ghes->core;
	uint64_t value;

	if (ghes_ops(core)->read_gar(core->platform, reg, &value))
		return;
	value = apei_gar_update(reg, value, generic->read_ack_preserve, generic->read_ack_write);
	ghes_ops(core)->write_gar(core->platform, reg, value);
	ghes_trace(core, GHES_TP_ACK, ghes->source_id, reg->address, value, NULL);
}

/* In ghes_ack.due: somebody is at the register, and nobody else waits */
static struct ghes *ack_held(struct ghes_ack *ack)
{
	return (struct ghes *)(void *)ack;
}

/* Put @ghes on the list; true: the register was free, and the caller holds it now. */
static bool ack_enter(struct ghes_ack *ack, struct ghes *ghes)
{
	struct ghes *first = atomic_load_explicit(&ack->due, memory_order_relaxed);

	do {
		ghes->ack_next = first;
		/*
		 * A1 release: the source's acks_due and ack_next, and the cleared block before it;
		 * pairs with A2. Acquire: pairs with A3, what the last holder did comes before.
		 */
	} while (!atomic_compare_exchange_weak_explicit(
		&ack->due, &first, ghes, memory_order_acq_rel, memory_order_relaxed));
	return first == NULL;
}

static bool ack_leave(struct ghes_ack *ack)
{
	struct ghes *held = ack_held(ack);

	/* A3 release: pairs with A1 of the next holder */
	return atomic_compare_exchange_strong_explicit(&ack->due, &held, NULL, memory_order_release,
						       memory_order_relaxed);
}

static void ack_all(struct ghes *ghes, struct ghes_ack *ack)
{
	while (ghes && ghes != ack_held(ack)) {
		/* Before acks_due is 0: from then on its own reader may put it on the list again.
		 */
		struct ghes *next = ghes->ack_next;
		/* A2 (second half) acquire: pairs with the increment in ghes_ack_error() */
		uint32_t due = atomic_exchange_explicit(&ghes->acks_due, 0, memory_order_acq_rel);

		while (due--)
			read_modify_write(ghes);
		ghes = next;
	}
}

/*
 * An acknowledgement is read-modify-write, and sources may share the register (Ampere Altra: all
 * of a socket). If one interrupts another between its read and its write, the interrupted one
 * writes back what it read before, and the acknowledgement of the interrupter is gone:
 *
 *	SDEI normal			| SDEI critical
 *	read: 0				|
 *					| read: 0, write: 2
 *	write: 0 | 1			|			2 is lost
 *
 * It cannot wait for what it interrupted. So it leaves its acknowledgement on a list, and whoever
 * is at the register does those of the list before leaving:
 *
 *	due: NULL -> self, "held"	|
 *	read: 0				|
 *					| due: held -> self; was not NULL: return
 *	write: 1			|
 *	due: not just "held": again	|
 *	read: 1, write: 1 | 2		|
 *	due: held -> NULL		|
 *
 * Progress: lock-free; the one at the register does at most what others have left there.
 */
static void ghes_ack_error(struct ghes *ghes)
{
	struct ghes_ack *ack = ghes->ack;

	/* acquire: with the grace period that follows the store, see share_ack() in source.c */
	if (!atomic_load_explicit(&ack->shared, memory_order_acquire)) {
		read_modify_write(ghes);
		return;
	}
	/* release: pairs with A2; if it was not 0, the source is on the list or about to be */
	if (atomic_fetch_add_explicit(&ghes->acks_due, 1, memory_order_acq_rel) != 0)
		return;
	if (!ack_enter(ack, ghes))
		return;
	do {
		/* A2 acquire: pairs with A1 */
		ack_all(atomic_exchange_explicit(&ack->due, ack_held(ack), memory_order_acq_rel),
			ack);
	} while (!ack_leave(ack));
}

void ghes_clear_estatus(struct ghes *ghes, struct ghes_record *record)
{
	uint32_t none = 0;

	/* It could be read: if it cannot be written, there is nobody to tell. */
	access_record(ghes, record, 0, &none, sizeof(none), 0);
	ghes_close_estatus(ghes, record);
	ghes_trace(ghes->core, GHES_TP_CLEAR, ghes->source_id, record->paddr, 0, NULL);
	if (ghes->ack)
		ghes_ack_error(ghes);
}

int ghes_reject_estatus(struct ghes *ghes, struct ghes_record *record, struct ghes_class *class,
			int rc)
{
	ghes_count(&class->counters.read, 1);
	ghes_count(&class->counters.rejected, 1);
	ghes_trace(ghes->core, GHES_TP_REJECT, ghes->source_id, (uint64_t)-rc, record->paddr, NULL);
	ghes_clear_estatus(ghes, record);
	return rc;
}
