// SPDX-License-Identifier: GPL-2.0-only
#include "hest_show.h"

const char *hest_show_arch(enum hest_linux_arch arch)
{
	return arch == HEST_LINUX_ARM64 ? "arm64" : "x86";
}

const char *hest_show_answer(enum hest_linux_answer answer)
{
	switch (answer) {
	case HEST_LINUX_ACCEPTED:
		return "accepted";
	case HEST_LINUX_NEVER_POLLED:
		return "never polled";
	case HEST_LINUX_IGNORED:
		return "ignored";
	case HEST_LINUX_REFUSED:
		return "refused";
	case HEST_LINUX_TABLE_DROPPED:
		return "whole table dropped";
	}
	return "unknown";
}

const char *hest_show_state(enum hest_source_state state)
{
	switch (state) {
	case HEST_SOURCE_OK:
		return "ok";
	case HEST_SOURCE_DISABLED:
		return "disabled";
	case HEST_SOURCE_ASSIST:
		return "assist";
	case HEST_SOURCE_DUPLICATE:
		return "duplicate";
	case HEST_SOURCE_PARTIAL:
		return "partial";
	}
	return "unknown";
}

const char *hest_show_severity(enum hest_severity severity)
{
	return severity == HEST_ERROR ? "error" : "warning";
}

/* ACPI 6.5, table 5.1: Address Space ID */
const char *hest_show_space(uint8_t space_id)
{
	static const char *const name[] = {
		"SystemMemory",	    "SystemIO", "PCI_Config",
		"EmbeddedControl",  "SMBus",	"SystemCMOS",
		"PciBarTarget",	    "IPMI",	"GeneralPurposeIo",
		"GenericSerialBus", "PCC",	"PRM",
	};

	if (space_id < sizeof(name) / sizeof(name[0]))
		return name[space_id];
	return space_id == 0x7f ? "FFixedHW" : space_id >= 0xc0 ? "OEM space" : "reserved space";
}

const char *hest_show_bank_format(uint64_t format)
{
	static const char *const name[] = {"IA-32", "Intel 64", "AMD64"};

	return format < sizeof(name) / sizeof(name[0]) ? name[format] : "reserved";
}

const char *hest_show_bit(enum hest_field_kind kind, unsigned int bit)
{
	static const char *const flags[] = {"FIRMWARE_FIRST", "GLOBAL", "GHES_ASSIST"};
	static const char *const config[] = {
		"Type",
		"Poll Interval",
		"Switch To Polling Threshold Value",
		"Switch To Polling Threshold Window",
		"Error Threshold Value",
		"Error Threshold Window",
	};

	switch (kind) {
	case HEST_FIELD_MC_FLAGS:
		return bit == 0 || bit == 2 ? flags[bit] : NULL;
	case HEST_FIELD_AER_FLAGS:
		return bit <= 1 ? flags[bit] : NULL;
	case HEST_FIELD_NOTIFY_CONFIG:
		return bit < sizeof(config) / sizeof(config[0]) ? config[bit] : NULL;
	default:
		return NULL;
	}
}
