// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generic sources: decode, the questions of ghes_probe(), and what Linux would do.
 *
 * Flow: hest.c -> hest_generic_decode() -> struct hest_generic_info -> ghes_check_generic().
 * The order of the questions is Linux's (ghes_probe(), ghes_new(), then the registration of the
 * notification), because the first refusal is the one that shows in its log.
 */
#include <ghes/hest.h>

#include <stdio.h>
#include <string.h>

#include <ghes/errors.h>

#include "hest_report.h"

#define OFFSET(member) offsetof(struct acpi_hest_generic, member)

static void decode_notify(const struct acpi_hest_notify *wire, struct hest_notify_info *notify)
{
	*notify = (struct hest_notify_info){
		.type = wire->type,
		.length = wire->length,
		.config_write_enable = le16toh(wire->config_write_enable),
		.poll_interval_ms = le32toh(wire->poll_interval),
		.vector = le32toh(wire->vector),
		.polling_threshold_value = le32toh(wire->polling_threshold_value),
		.polling_threshold_window_ms = le32toh(wire->polling_threshold_window),
		.error_threshold_value = le32toh(wire->error_threshold_value),
		.error_threshold_window_ms = le32toh(wire->error_threshold_window),
	};
}

static void decode_v1(const struct acpi_hest_generic *wire, struct hest_generic_info *info)
{
	const uint32_t length = le32toh(wire->error_block_length);

	*info = (struct hest_generic_info){
		.type = le16toh(wire->header.type),
		.source_id = le16toh(wire->header.source_id),
		.related_source_id = le16toh(wire->related_source_id),
		.enabled = wire->enabled != 0,
		.records_to_preallocate = le32toh(wire->records_to_preallocate),
		.max_sections_per_record = le32toh(wire->max_sections_per_record),
		.max_raw_data_length = le32toh(wire->max_raw_data_length),
		.error_block_length = length,
		.estatus_length = length < GHES_ESTATUS_MAX_SIZE ? length : GHES_ESTATUS_MAX_SIZE,
	};
	decode_notify(&wire->notify, &info->notify);
	/* A fault stays with the address, for ghes_check_generic() */
	(void)apei_gar_decode(&wire->error_status_address, &info->error_status_address);
}

int hest_generic_decode(const void *bytes, size_t size, struct hest_generic_info *info)
{
	struct acpi_hest_generic_v2 wire = {0};
	uint16_t type;
	size_t need;

	if (size < sizeof(type))
		return -GHES_EOVERFLOW;
	memcpy(&type, bytes, sizeof(type));
	type = le16toh(type);
	if (type != ACPI_HEST_TYPE_GENERIC_ERROR && type != ACPI_HEST_TYPE_GENERIC_ERROR_V2)
		return -GHES_ENODEV;
	need = type == ACPI_HEST_TYPE_GENERIC_ERROR ? sizeof(wire.v1) : sizeof(wire);
	if (size < need)
		return -GHES_EOVERFLOW;

	memcpy(&wire, bytes, need);
	wire.v1.header.type = htole16(type); /* read once: the length was chosen by it */
	decode_v1(&wire.v1, info);
	if (type == ACPI_HEST_TYPE_GENERIC_ERROR)
		return 0;
	info->v2 = true;
	info->read_ack_preserve = le64toh(wire.read_ack_preserve);
	info->read_ack_write = le64toh(wire.read_ack_write);
	(void)apei_gar_decode(&wire.read_ack_register, &info->read_ack_register);
	return 0;
}

static struct hest_place place(const struct hest_generic_info *info, size_t field)
{
	return (struct hest_place){info->index, info->source_id, info->offset + (uint32_t)field};
}

/* The notification type: which words Linux has for a type that it does not take */
static void check_notify(struct hest_reporter *to, const struct hest_generic_info *info,
			 uint32_t notify_mask)
{
	const struct hest_place at = place(info, OFFSET(notify.type));
	const uint8_t type = info->notify.type;
	const char *how;

	if (type < ACPI_HEST_NOTIFY_RESERVED && notify_mask & 1u << type)
		return;
	switch (type) {
	case ACPI_HEST_NOTIFY_SEA:
		how = "SEA is not supported";
		break;
	case ACPI_HEST_NOTIFY_NMI:
		how = "NMI interrupt is not supported!";
		break;
	case ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED:
		how = "SDE Interface is not supported!";
		break;
	case ACPI_HEST_NOTIFY_LOCAL:
		how = "local interrupt is not supported!";
		break;
	default:
		hest_report(to, HEST_RULE_NOTIFY_UNKNOWN, at,
			    "GHES: Unknown notification type: %u for generic hardware error "
			    "source: %d",
			    type, info->source_id);
		return;
	}
	hest_report(to, HEST_RULE_NOTIFY_UNSUPPORTED, at,
		    "GHES: Generic hardware error source: %d notified via %s", info->source_id,
		    how);
}

static void check_gar(struct hest_reporter *to, const struct apei_gar *gar, enum hest_rule rule,
		      struct hest_place at)
{
	char text[HEST_FINDING_TEXT];

	if (gar->fault != APEI_GAR_OK) {
		apei_gar_fault_text(gar, text, sizeof(text));
		hest_report(to, rule, at, "%s", text);
		return;
	}
	/* apei_check_gar() lets it pass, acpi_os_map_generic_address() does not and says nothing */
	if (gar->bit_width == 0 && gar->space_id == ACPI_ADR_SPACE_SYSTEM_MEMORY)
		hest_report(to, HEST_RULE_GAR_UNMAPPED, at,
			    "a register of 0 bits cannot be mapped (Linux: ENXIO, silently)");
	if (gar->access_bit_width > 32 && gar->space_id == ACPI_ADR_SPACE_SYSTEM_IO)
		hest_report(to, HEST_RULE_GAR_PORT_WIDTH, at,
			    "no port is %u bits wide: every access will fail",
			    gar->access_bit_width);
}

static void check_registration(struct hest_reporter *to, const struct hest_generic_info *info)
{
	if (info->notify.type == ACPI_HEST_NOTIFY_POLLED && info->notify.poll_interval_ms == 0)
		hest_report(to, HEST_RULE_POLL_INTERVAL, place(info, OFFSET(notify.poll_interval)),
			    "GHES: Poll interval is 0 for generic hardware error source: %d, "
			    "disabled.",
			    info->source_id);
	if (info->notify.type == ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED && info->notify.vector == 0)
		hest_report(to, HEST_RULE_SDEI_EVENT, place(info, OFFSET(notify.vector)),
			    "SDEI event 0 is reserved for SDEI_EVENT_SIGNAL: no error source: %d",
			    info->source_id);
}

int ghes_check_generic(const struct hest_generic_info *info, uint32_t notify_mask,
		       void (*finding)(void *ctx, const struct hest_finding *finding), void *ctx)
{
	struct hest_reporter to = {.finding = finding, .ctx = ctx};

	if (!info->enabled)
		return -GHES_ENODEV;
	check_notify(&to, info, notify_mask);
	if (info->error_block_length < sizeof(struct acpi_hest_generic_status))
		hest_report(&to, HEST_RULE_BLOCK_SHORT, place(info, OFFSET(error_block_length)),
			    "GHES: Invalid error block length: %u for generic hardware error "
			    "source: %d",
			    info->error_block_length, info->source_id);
	if (info->v2)
		check_gar(&to, &info->read_ack_register, HEST_RULE_ACK_GAR,
			  place(info, offsetof(struct acpi_hest_generic_v2, read_ack_register)));
	check_gar(&to, &info->error_status_address, HEST_RULE_STATUS_GAR,
		  place(info, OFFSET(error_status_address)));
	if (info->error_block_length > GHES_ESTATUS_MAX_SIZE)
		hest_report(&to, HEST_RULE_BLOCK_LONG, place(info, OFFSET(error_block_length)),
			    "GHES: Error status block length is too long: %u for generic hardware "
			    "error source: %d.",
			    info->error_block_length, info->source_id);
	check_registration(&to, info);
	return to.err;
}

/* The first finding that matters to Linux; warnings do not */
static void first_refusal(void *ctx, const struct hest_finding *finding)
{
	struct hest_linux_verdict *verdict = ctx;

	if (verdict->answer == HEST_LINUX_REFUSED || finding->severity != HEST_ERROR)
		return;
	verdict->answer = finding->err ? HEST_LINUX_REFUSED : HEST_LINUX_NEVER_POLLED;
	verdict->rule = finding->rule;
	memcpy(verdict->text, finding->text, sizeof(verdict->text));
}

void hest_linux_verdict(const struct hest_table_info *table, const struct hest_source *source,
			enum hest_linux_arch arch, struct hest_linux_verdict *verdict)
{
	const uint32_t mask =
		arch == HEST_LINUX_ARM64 ? HEST_NOTIFY_LINUX_ARM64 : HEST_NOTIFY_LINUX_X86;
	const char *why = "";

	*verdict = (struct hest_linux_verdict){.answer = HEST_LINUX_IGNORED};
	if (table->linux_refusal[arch] != HEST_RULE_NONE) {
		verdict->answer = HEST_LINUX_TABLE_DROPPED;
		verdict->rule = table->linux_refusal[arch];
		why = hest_rule_name(verdict->rule);
	} else if (source->state == HEST_SOURCE_ASSIST) {
		why = "GHES_ASSIST";
	} else if (source->state == HEST_SOURCE_DISABLED) {
		why = "disabled";
	} else if (!source->is_generic) {
		why = "not a generic source";
	} else {
		verdict->answer = HEST_LINUX_ACCEPTED;
		(void)ghes_check_generic(&source->generic, mask, first_refusal, verdict);
	}
	if (verdict->text[0] == '\0')
		snprintf(verdict->text, sizeof(verdict->text), "%s", why);
}
