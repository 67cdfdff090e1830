// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCI Express errors: UEFI 2.10, N.2.7.
 *
 * The section carries a copy of the function's PCI Express capability and of its AER capability;
 * their registers are taken apart as the PCI Express base specification 6.0 has them, 7.5.3 and
 * 7.8.4. Reserved and hardwired bits are left out: the bytes as a whole are there too.
 */
#include "cper_field.h"

static const struct cper_names supported = {
	.names = (const char *const[]){"NotSupported", "Supported", "Supported", "Supported"},
	.n = 4,
};
static const struct cper_names enabled = {
	.names = (const char *const[]){"Disabled", "Enabled"},
	.n = 2,
};
static const struct cper_names passing = {
	.names = (const char *const[]){"Failed", "Passing"},
	.n = 2,
};
static const struct cper_names fatality = {
	.names = (const char *const[]){"NonFatal", "Fatal"},
	.n = 2,
};
/* An encoding that is given as it is */
static const struct cper_names raw = {.value_key = "raw", .name_key = "value"};

static const struct cper_names port_types = {
	.names =
		(const char *const[]){
			"PCIE", "PCI", [4] = "ROOT_PORT", [5] = "UPSTREAM_SWITCH",
			[6] = "DOWNSTREAM_SWITCH", [7] = "PCIE_PCI_BRIDGE", [8] = "PCI_PCIE_BRIDGE",
			[9] = "RCIEP", [10] = "ROOT_COMPLEX_EVENT_COLLECTOR"},
	.n = 11,
	.value_key = "raw",
	.name_key = "value",
};

/* ---- PCI Express capability ------------------------------------------------------------------ */

#define NUM(name, key, size, shift, bits)                                                          \
	{                                                                                          \
		name, key, 0, size, CPER_ALWAYS, CPER_DEC, shift, bits, NULL                       \
	}
#define FLAG(name, key, size, shift)                                                               \
	{                                                                                          \
		name, key, 0, size, CPER_ALWAYS, CPER_BOOL, shift, 1, NULL                         \
	}
#define WORD(name, key, size, shift, bits, words)                                                  \
	{                                                                                          \
		name, key, 0, size, CPER_ALWAYS, CPER_CHOICE, shift, bits, words                   \
	}
#define CODE(name, key, size, shift, bits, names)                                                  \
	{                                                                                          \
		name, key, 0, size, CPER_ALWAYS, CPER_ENUM, shift, bits, names                     \
	}

static const struct cper_field cap_header[] = {
	CODE("Capability ID", "capability_id", 2, 0, 8, &raw),
	NUM("Next Capability Pointer", "next_capability_pointer", 2, 8, 8),
};

static const struct cper_field pcie_capabilities[] = {
	NUM("Capability Version", "capability_version", 2, 0, 4),
	CODE("Device Port Type", "device_port_type", 2, 4, 4, &port_types),
	FLAG("Slot Implemented", "slot_implemented", 2, 8),
	NUM("Interrupt Message Number", "interrupt_message_number", 2, 9, 5),
	WORD("Flit Mode Supported", "flit_mode_supported", 2, 15, 1, &supported),
};

static const struct cper_field device_capabilities[] = {
	NUM("Max Payload Size Supported", "max_payload_size_supported", 4, 0, 3),
	WORD("Phantom Functions Supported", "phantom_functions_supported", 4, 3, 2, &supported),
	WORD("Extended Tag Field Supported", "extended_tag_field_supported", 4, 5, 1, &supported),
	CODE("Endpoint L0s Acceptable Latency", "endpoint_l0s_acceptable_latency", 4, 6, 3, &raw),
	CODE("Endpoint L1 Acceptable Latency", "endpoint_l1_acceptable_latency", 4, 9, 3, &raw),
	FLAG("Role Based Error Reporting", "role_based_error_reporting", 4, 15),
	FLAG("ERR COR Subclass Capable", "err_cor_subclass_capable", 4, 16),
	NUM("Rx MPS Fixed", "rx_mps_fixed", 4, 17, 1),
	NUM("Captured Slot Power Limit Value", "captured_slot_power_limit_value", 4, 18, 8),
	NUM("Captured Slot Power Limit Scale", "captured_slot_power_limit_scale", 4, 26, 2),
	WORD("Function Level Reset Capability Supported",
	     "function_level_reset_capability_supported", 4, 28, 1, &supported),
	WORD("Mixed MPS Supported", "mixed_mps_supported", 4, 29, 1, &supported),
	WORD("TEE IO Supported", "tee_io_supported", 4, 30, 1, &supported),
};

static const struct cper_field device_control[] = {
	WORD("Correctable Error Reporting Enable", "correctable_error_reporting_enable", 2, 0, 1,
	     &enabled),
	WORD("Non Fatal Error Reporting Enable", "non_fatal_error_reporting_enable", 2, 1, 1,
	     &enabled),
	WORD("Fatal Error Reporting Enable", "fatal_error_reporting_enable", 2, 2, 1, &enabled),
	WORD("Unsupported Request Reporting Enabled", "unsupported_request_reporting_enabled", 2, 3,
	     1, &enabled),
	WORD("Relaxed Ordering Enable", "relaxed_ordering_enable", 2, 4, 1, &enabled),
	NUM("Max Payload Size", "max_payload_size", 2, 5, 3),
	WORD("Extended Tag Field Enable", "extended_tag_field_enable", 2, 8, 1, &enabled),
	WORD("Phantom Functions Enable", "phantom_functions_enable", 2, 9, 1, &enabled),
	WORD("Aux Power PM Enable", "aux_power_pm_enable", 2, 10, 1, &enabled),
	NUM("Enable No Snoop", "enable_no_snoop", 2, 11, 1),
	NUM("Max Read Request Size", "max_read_request_size", 2, 12, 3),
	FLAG("Function Level Reset", "function_level_reset", 2, 15),
};

static const struct cper_field device_status[] = {
	FLAG("Correctable Error Detected", "correctable_error_detected", 2, 0),
	FLAG("Non Fatal Error Detected", "non_fatal_error_detected", 2, 1),
	FLAG("Fatal Error Detected", "fatal_error_detected", 2, 2),
	FLAG("Unsupported Request Detected", "unsupported_request_detected", 2, 3),
	FLAG("Aux Power Detected", "aux_power_detected", 2, 4),
	FLAG("Transactions Pending", "transactions_pending", 2, 5),
	NUM("Emergency Power Reduction", "emergency_power_reduction", 2, 6, 2),
};

static const struct cper_field link_capabilities[] = {
	NUM("Max Link Speed", "max_link_speed", 4, 0, 4),
	NUM("Maximum Link Width", "maximum_link_width", 4, 4, 6),
	NUM("ASPM Support", "aspm_support", 4, 10, 2),
	NUM("L0s Exit Latency", "l0s_exit_latency", 4, 12, 3),
	NUM("L1 Exit Latency", "l1_exit_latency", 4, 15, 3),
	FLAG("Clock Power Management", "clock_power_management", 4, 18),
	FLAG("Surprise Down Error Reporting Capable", "surprise_down_error_reporting_capable", 4,
	     19),
	FLAG("Data Link Layer Link Active Reporting Capable",
	     "data_link_layer_link_active_reporting_capable", 4, 20),
	FLAG("Link Bandwidth Notification Capability", "link_bandwidth_notification_capability", 4,
	     21),
	FLAG("ASPM Optionality Compliance", "aspm_optionality_compliance", 4, 22),
	NUM("Port Number", "port_number", 4, 24, 8),
};

static const struct cper_field link_control[] = {
	NUM("ASPM Control", "aspm_control", 2, 0, 2),
	FLAG("PTM Prop Delay Adaptation Interpretation", "ptm_prop_delay_adaptation_interpretation",
	     2, 2),
	NUM("Link Disable", "link_disable", 2, 4, 1),
	NUM("Retrain Link", "retrain_link", 2, 5, 1),
	NUM("Extended Synch", "extended_synch", 2, 7, 1),
	NUM("SRIS Clocking", "sris_clocking", 2, 12, 1),
	NUM("Flit Mode Disable", "flit_mode_disable", 2, 13, 1),
};

static const struct cper_field link_status[] = {
	NUM("Current Link Speed", "current_link_speed", 2, 0, 4),
	NUM("Negotiated Link Width", "negotiated_link_width", 2, 4, 6),
	NUM("Link Training", "link_training", 2, 11, 1),
};

static const struct cper_field slot_capabilities[] = {
	CODE("Slot Power Limit Value", "slot_power_limit_value", 4, 7, 8, &raw),
	NUM("Slot Power Limit Scale", "slot_power_limit_scale", 4, 15, 2),
	NUM("Physical Slot Number", "physical_slot_number", 4, 19, 13),
};

static const struct cper_field slot_control[] = {
	NUM("Attention Indicator Control", "attention_indicator_control", 2, 6, 2),
	NUM("Power Indicator Control", "power_indicator_control", 2, 8, 2),
};

static const struct cper_field slot_status[] = {
	NUM("MRL Sensor Changed", "mrl_sensor_changed", 2, 2, 1),
	NUM("Command Completed", "command_completed", 2, 4, 1),
	NUM("MRL Sensor State", "mrl_sensor_state", 2, 5, 1),
};

static const struct cper_field root_status[] = {
	NUM("PME Requester ID", "pme_requester_id", 4, 0, 16),
	NUM("PME Status", "pme_status", 4, 16, 1),
	NUM("PME Pending", "pme_pending", 4, 17, 1),
};

static const struct cper_field device_capabilities2[] = {
	NUM("Completion Timeout Ranges Supported", "completion_timeout_ranges_supported", 4, 0, 4),
	WORD("Completion Timeout Disable Supported", "completion_timeout_disable_supported", 4, 4,
	     1, &supported),
	WORD("ARI Forwarding Supported", "ari_forwarding_supported", 4, 5, 1, &supported),
	WORD("Atomic Op Routing Supported", "atomic_op_routing_supported", 4, 6, 1, &supported),
	WORD("32 Bit AtomicOp Completer Supported", "_32_bit_atomicop_completer_supported", 4, 7, 1,
	     &supported),
	WORD("64 Bit AtomicOp Completer Supported", "_64_bit_atomicop_completer_supported", 4, 8, 1,
	     &supported),
	WORD("128 Bit CAS Completer Supported", "_128_bit_cas_completer_supported", 4, 9, 1,
	     &supported),
	WORD("No RO Enabled PR PR Passing", "no_ro_enabled_pr_pr_passing", 4, 10, 1, &passing),
	WORD("LTR Mechanism Supported", "ltr_mechanism_supported", 4, 11, 1, &supported),
	WORD("TPH Completer Supported", "tph_completer_supported", 4, 12, 2, &supported),
	WORD("OBFF Supported", "obff_supported", 4, 18, 2, &supported),
	CODE("Max End End TLP Prefixes", "max_end_end_tlp_prefixes", 4, 22, 2, &raw),
	WORD("Emergency Power Reduction Supported", "emergency_power_reduction_supported", 4, 24, 2,
	     &supported),
	NUM("DMWr Lengths Supported", "dmwr_lengths_supported", 4, 29, 2),
};

static const struct cper_field device_control2[] = {
	NUM("Completion Timeout Value", "completion_timeout_value", 2, 0, 4),
	FLAG("ARI Forwarding Enable", "ari_forwarding_enable", 2, 5),
	FLAG("AtomicOp Requester Enable", "atomicop_requester_enable", 2, 6),
	FLAG("AtomicOp Egress Blocking", "atomicop_egress_blocking", 2, 7),
	FLAG("IDO Request Enable", "ido_request_enable", 2, 8),
	FLAG("IDO Completion Enable", "ido_completion_enable", 2, 9),
	FLAG("LTR Mechanism Enable", "ltr_mechanism_enable", 2, 10),
	FLAG("Emergency Power Reduction Request", "emergency_power_reduction_request", 2, 11),
	FLAG("10-Bit Tag Requester Enable", "bit_tag_requester_10_enable", 2, 12),
	NUM("OBFF Enable", "obff_enable", 2, 13, 2),
};

static const struct cper_field link_capabilities2[] = {
	NUM("Supported Link Speeds", "supported_link_speeds", 4, 1, 7),
	WORD("Crosslink Supported", "crosslink_supported", 4, 8, 1, &supported),
	NUM("Lower SKP OS Generation Supported", "lower_skp_os_generation_supported", 4, 9, 7),
	NUM("Lower SKP OS Reception Supported", "lower_skp_os_reception_supported", 4, 16, 7),
	WORD("Retimer Presence Detect Supported", "retimer_presence_detect_supported", 4, 23, 1,
	     &supported),
	WORD("Two Retimers Presence Detect Supported", "two_retimers_presence_detect_supported", 4,
	     24, 1, &supported),
	WORD("DRS Supported", "drs_supported", 4, 31, 1, &supported),
};

static const struct cper_field link_control2[] = {
	CODE("Target Link Speed", "target_link_speed", 2, 0, 4, &raw),
	WORD("Enter Compliance", "enter_compliance", 2, 4, 1, &supported),
	CODE("Hardware Autonomous Speed Disable", "hardware_autonomous_speed_disable", 2, 5, 1,
	     &raw),
	FLAG("Selectable De Emphasis", "selectable_de_emphasis", 2, 6),
	NUM("Transmit Margin", "transmit_margin", 2, 7, 3),
	FLAG("Enter Modified Compliance", "enter_modified_compliance", 2, 10),
	FLAG("Compliance SOS", "compliance_sos", 2, 11),
	NUM("Compliance Preset De Emphasis", "compliance_preset_de_emphasis", 2, 12, 4),
};

static const struct cper_field link_status2[] = {
	NUM("Current De Emphasis Level", "current_de_emphasis_level", 2, 0, 1),
	FLAG("Equalization 8.0 GT/s Complete", "equalization_8gts_complete", 2, 1),
	FLAG("Equalization 8.0 GT/s Phase1 Successful", "equalization_8gts_phase1_successful", 2,
	     2),
	FLAG("Equalization 8.0 GT/s Phase2 Successful", "equalization_8gts_phase2_successful", 2,
	     3),
	FLAG("Equalization 8.0 GT/s Phase3 Successful", "equalization_8gts_phase3_successful", 2,
	     4),
	FLAG("Link Equalization Request 8.0 GT/s", "link_equalization_request_8gts", 2, 5),
	FLAG("Retimer Presence Detected", "retimer_presence_detected", 2, 6),
	FLAG("Two Retimers Presence Detected", "two_retimers_presence_detected", 2, 7),
	NUM("Crosslink Resolution", "crosslink_resolution", 2, 8, 2),
	NUM("Flit Mode Status", "flit_mode_status", 2, 10, 1),
	NUM("Downstream Component Presence", "downstream_component_presence", 2, 12, 3),
	FLAG("DRS Message Received", "drs_message_received", 2, 15),
};

/* ---- Advanced Error Reporting ----------------------------------------------------------------- */

static const struct cper_field aer_header[] = {
	NUM("Capability ID", "capability_id", 4, 0, 16),
	NUM("Capability Version", "capability_version", 4, 16, 4),
	NUM("Next Capability Offset", "next_capability_offset", 4, 20, 12),
};

/* X(bit, name, key): one list serves status, mask and severity. */
#define AER_UNCORRECTABLE(X)                                                                       \
	X(4, "Data Link Protocol Error", "data_link_protocol_error")                               \
	X(5, "Surprise Down Error", "surprise_down_error")                                         \
	X(13, "Flow Control Protocol Error", "flow_control_protocol_error")                        \
	X(14, "Completion Timeout", "completion_timeout")                                          \
	X(15, "Completer Abort", "completer_abort")                                                \
	X(16, "Unexpected Completion", "unexpected_completion")                                    \
	X(17, "Receiver Overflow", "receiver_overflow")                                            \
	X(18, "Malformed TLP", "malformed_tlp")                                                    \
	X(19, "ECRC Error", "ecrc_error")                                                          \
	X(20, "Unsupported Request Error", "unsupported_request_error")                            \
	X(21, "ACS Violation", "acs_violation")                                                    \
	X(22, "Uncorrectable Internal Error", "uncorrectable_internal_error")                      \
	X(23, "MC Blocked TLP", "mc_blocked_tlp")                                                  \
	X(24, "AtomicOp Egress Blocked", "atomicop_egress_blocked")                                \
	X(25, "TLP Prefix Blocked Error", "tlp_prefix_blocked_error")                              \
	X(26, "Poisoned TLP Egress Blocked", "poisoned_tlp_egress_blocked")                        \
	X(27, "DMWr Request Egress Blocked", "dmwr_request_egress_blocked")                        \
	X(28, "IDE Check Failed", "ide_check_failed")                                              \
	X(29, "Misrouted IDE TLP", "misrouted_ide_tlp")                                            \
	X(30, "PCRC Check Failed", "pcrc_check_failed")                                            \
	X(31, "TLP Translation Egress Blocked", "tlp_translation_egress_blocked")

#define AER_CORRECTABLE(X)                                                                         \
	X(0, "Receiver Error", "receiver_error")                                                   \
	X(6, "Bad TLP", "bad_tlp")                                                                 \
	X(7, "Bad DLLP", "bad_dllp")                                                               \
	X(8, "Replay Num Rollover", "replay_num_rollover")                                         \
	X(12, "Replay Timer Timeout", "replay_timer_timeout")                                      \
	X(13, "Advisory Non Fatal Error", "advisory_non_fatal_error")                              \
	X(14, "Corrected Internal Error", "corrected_internal_error")                              \
	X(15, "Header Log Overflow", "header_log_overflow")

#define STATUS(bit, name, key) {name, key "_status", 0, 4, CPER_ALWAYS, CPER_BOOL, bit, 1, NULL},
#define MASK(bit, name, key)   {name, key "_mask", 0, 4, CPER_ALWAYS, CPER_DEC, bit, 1, NULL},
#define SEVERITY(bit, name, key)                                                                   \
	{name, key "_severity", 0, 4, CPER_ALWAYS, CPER_CHOICE, bit, 1, &fatality},

/* clang-format off */
/* Bit 12 is not in the list: libcper gives its status a key without "_status". */
static const struct cper_field aer_uncor_status[] = {
	FLAG("Poisoned TLP Received", "poisoned_tlp_received", 4, 12), AER_UNCORRECTABLE(STATUS)};
static const struct cper_field aer_uncor_mask[] = {
	MASK(12, "Poisoned TLP Received", "poisoned_tlp_received") AER_UNCORRECTABLE(MASK)};
static const struct cper_field aer_uncor_severity[] = {
	SEVERITY(12, "Poisoned TLP Received", "poisoned_tlp_received") AER_UNCORRECTABLE(SEVERITY)};
static const struct cper_field aer_cor_status[] = {AER_CORRECTABLE(STATUS)};
static const struct cper_field aer_cor_mask[] = {AER_CORRECTABLE(MASK)};
/* clang-format on */

static const struct cper_field aer_control[] = {
	NUM("First Error Pointer", "first_error_pointer", 4, 0, 5),
	NUM("Header Log Size", "header_log_size", 4, 13, 5),
	NUM("Logged TLP Size", "logged_tlp_size", 4, 19, 5),
};

static const struct cper_field aer_root_status[] = {
	NUM("ERR COR Subclass", "err_cor_subclass", 4, 7, 2),
	NUM("Advanced Error Interrupt Message Number", "advanced_error_interrupt_message_number", 4,
	    27, 5),
};

static const struct cper_field aer_source[] = {
	{"ERR COR Source Identification", "err_cor_source_identification", 0, 4, CPER_ALWAYS,
	 CPER_HEX, 0, 16, NULL},
	{"ERR Fatal Nonfatal Source Identification", "err_fatal_nonfatal_source_identification", 0,
	 4, CPER_ALWAYS, CPER_HEX, 16, 16, NULL},
};

static const struct cper_field capability_v1[] = {
	{"Capability Header", "pcie_capability_header", 0, 2, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(cap_header)},
	{"PCI Express Capabilities", "pcie_capabilities", 2, 2, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(pcie_capabilities)},
	{"Device Capabilities", "device_capabilities", 4, 4, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(device_capabilities)},
	{"Device Control", "device_control", 8, 2, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(device_control)},
	{"Device Status", "device_status", 10, 2, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(device_status)},
	{"Link Capabilities", "link_capabilities", 12, 4, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(link_capabilities)},
	{"Link Control", "link_control", 16, 2, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(link_control)},
	{"Link Status", "link_status", 18, 2, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(link_status)},
	{"Slot Capabilities", "slot_capabilities", 20, 4, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(slot_capabilities)},
	{"Slot Control", "slot_control", 24, 2, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(slot_control)},
	{"Slot Status", "slot_status", 26, 2, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(slot_status)},
	{"Root Status", "root_status", 32, 4, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(root_status)},
};

static const struct cper_field capability_v2[] = {
	{"Device Capabilities 2", "device_capabilities2", 36, 4, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(device_capabilities2)},
	{"Device Control 2", "device_control2", 40, 2, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(device_control2)},
	{"Link Capabilities 2", "link_capabilities2", 44, 4, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(link_capabilities2)},
	{"Link Control 2", "link_control2", 48, 2, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(link_control2)},
	{"Link Status 2", "link_status2", 50, 2, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(link_status2)},
};

static const struct cper_field aer_groups[] = {
	{"Capability Header", "capability_header", 0, 4, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(aer_header)},
	{"Uncorrectable Error Status", "uncorrectable_error_status", 4, 4, CPER_ALWAYS, CPER_GROUP,
	 0, 0, CPER_TABLE(aer_uncor_status)},
	{"Uncorrectable Error Mask", "uncorrectable_error_mask", 8, 4, CPER_ALWAYS, CPER_GROUP, 0,
	 0, CPER_TABLE(aer_uncor_mask)},
	{"Uncorrectable Error Severity", "uncorrectable_error_severity", 12, 4, CPER_ALWAYS,
	 CPER_GROUP, 0, 0, CPER_TABLE(aer_uncor_severity)},
	{"Correctable Error Status", "correctable_error_status", 16, 4, CPER_ALWAYS, CPER_GROUP, 0,
	 0, CPER_TABLE(aer_cor_status)},
	{"Correctable Error Mask", "correctable_error_mask", 20, 4, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(aer_cor_mask)},
	{"Advanced Error Capabilities and Control", "advanced_error_capabilities_and_control", 24,
	 4, CPER_ALWAYS, CPER_GROUP, 0, 0, CPER_TABLE(aer_control)},
	{"Root Error Status", "root_error_status", 48, 4, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(aer_root_status)},
	{"Error Source Identification", "error_source_id", 52, 4, CPER_ALWAYS, CPER_GROUP, 0, 0,
	 CPER_TABLE(aer_source)},
};

/* ---- the section ----------------------------------------------------------------------------- */

static const struct cper_field version_fields[] = {
	{"Minor", "minor", 0, 1, CPER_ALWAYS, CPER_BCD, 0, 0, NULL},
	{"Major", "major", 1, 1, CPER_ALWAYS, CPER_BCD, 0, 0, NULL},
};

static const struct cper_field command_fields[] = {
	{"Command", "commandRegister", 0, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Status", "statusRegister", 2, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
};

#define DEVICE_FIELD(name, key, at, size, shift, bits)                                             \
	{name, key, at, size, CPER_ALWAYS, CPER_HEX, shift, bits, NULL},                           \
	{                                                                                          \
		name, key "_Hex", at, size, CPER_ALWAYS, CPER_HEX_DUP, shift, bits, NULL           \
	}

static const struct cper_field device_id_fields[] = {
	DEVICE_FIELD("Vendor ID", "vendorID", 0, 2, 0, 0),
	DEVICE_FIELD("Device ID", "deviceID", 2, 2, 0, 0),
	DEVICE_FIELD("Class Code", "classCode", 4, 3, 0, 0),
	DEVICE_FIELD("Function Number", "functionNumber", 7, 1, 0, 0),
	DEVICE_FIELD("Device Number", "deviceNumber", 8, 1, 0, 0),
	DEVICE_FIELD("Segment Number", "segmentNumber", 9, 2, 0, 0),
	DEVICE_FIELD("Primary or device bus", "primaryOrDeviceBusNumber", 11, 1, 0, 0),
	DEVICE_FIELD("Secondary bus", "secondaryBusNumber", 12, 1, 0, 0),
	DEVICE_FIELD("Slot Number", "slotNumber", 13, 2, 3, 13),
};

static const struct cper_field bridge_fields[] = {
	{"Secondary Status", "secondaryStatusRegister", 0, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Control", "controlRegister", 2, 2, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
};

static const struct cper_field pcie_fields[] = {
	{"Validation Bits", NULL, 0, 8, CPER_ALWAYS, CPER_HEX, 0, 0, NULL},
	{"Port Type", "portType", 8, 4, 0, CPER_ENUM, 0, 0,
	 CPER_NAMES("Unknown", "PCI Express End Point",
		    "Legacy PCI End Point Device", [4] = "Root Port", [5] = "Upstream Switch Port",
		    [6] = "Downstream Switch Port", [7] = "PCI Express to PCI/PCI-X Bridge",
		    [8] = "PCI/PCI-X Bridge to PCI Express Bridge",
		    [9] = "Root Complex Integrated Endpoint Device",
		    [10] = "Root Complex Event Collector")},
	{"Version", "version", 12, 4, 1, CPER_GROUP, 0, 0, CPER_TABLE(version_fields)},
	{"Command and Status", "commandStatus", 16, 4, 2, CPER_GROUP, 0, 0,
	 CPER_TABLE(command_fields)},
	{"Device ID", "deviceID", 24, 16, 3, CPER_GROUP, 0, 0, CPER_TABLE(device_id_fields)},
	{"Device Serial Number", "deviceSerialNumber", 40, 8, 4, CPER_HEX, 0, 0, NULL},
	{"Bridge Control Status", "bridgeControlStatus", 48, 4, 5, CPER_GROUP, 0, 0,
	 CPER_TABLE(bridge_fields)},
};

#define CAPABILITY	52
#define CAPABILITY_SIZE 60
#define AER		112
#define AER_SIZE	96

void cper_decode_pcie(struct cper_walk *w, const uint8_t *bytes, uint32_t length)
{
	uint64_t valid = cper_load(bytes, 8);
	const uint8_t *cap = bytes + CAPABILITY, *aer = bytes + AER;

	cper_walk_check_valid(w, bytes, valid, 8);
	cper_walk_table(w, CPER_TABLE(pcie_fields), bytes, length, valid);
	if (valid & CPER_PCIE_VALID_CAPABILITY) {
		cper_walk_open(w, "Capability Structure", "capabilityStructure", cap, '{');
		cper_walk_bytes(w, "Bytes", "data", cap, CAPABILITY_SIZE);
		cper_walk_table(w, CPER_TABLE(capability_v1), cap, CAPABILITY_SIZE, 0);
		/* The second half is there from capability version 2 on */
		if ((cap[2] & 0xf) >= 2)
			cper_walk_table(w, CPER_TABLE(capability_v2), cap, CAPABILITY_SIZE, 0);
		cper_walk_close(w, '}');
	}
	if (valid & CPER_PCIE_VALID_AER_INFO) {
		cper_walk_open(w, "AER Info", "aerInfo", aer, '{');
		cper_walk_bytes(w, "Bytes", "data", aer, AER_SIZE);
		cper_walk_table(w, CPER_TABLE(aer_groups), aer, AER_SIZE, 0);
		cper_walk_close(w, '}');
	}
}
