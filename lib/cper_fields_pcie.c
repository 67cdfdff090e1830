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

static const struct cper_field cap_header[] = {
	{"Capability ID", "capability_id", 0, 2, CPER_ALWAYS, CPER_ENUM, 0, 8, &raw},
	{"Next Capability Pointer", "next_capability_pointer", 0, 2, CPER_ALWAYS, CPER_DEC, 8, 8,
	 NULL},
};

static const struct cper_field pcie_capabilities[] = {
	{"Capability Version", "capability_version", 0, 2, CPER_ALWAYS, CPER_DEC, 0, 4, NULL},
	{"Device Port Type", "device_port_type", 0, 2, CPER_ALWAYS, CPER_ENUM, 4, 4, &port_types},
	{"Slot Implemented", "slot_implemented", 0, 2, CPER_ALWAYS, CPER_BOOL, 8, 1, NULL},
	{"Interrupt Message Number", "interrupt_message_number", 0, 2, CPER_ALWAYS, CPER_DEC, 9, 5,
	 NULL},
	{"Flit Mode Supported", "flit_mode_supported", 0, 2, CPER_ALWAYS, CPER_CHOICE, 15, 1,
	 &supported},
};

static const struct cper_field device_capabilities[] = {
	{"Max Payload Size Supported", "max_payload_size_supported", 0, 4, CPER_ALWAYS, CPER_DEC, 0,
	 3, NULL},
	{"Phantom Functions Supported", "phantom_functions_supported", 0, 4, CPER_ALWAYS,
	 CPER_CHOICE, 3, 2, &supported},
	{"Extended Tag Field Supported", "extended_tag_field_supported", 0, 4, CPER_ALWAYS,
	 CPER_CHOICE, 5, 1, &supported},
	{"Endpoint L0s Acceptable Latency", "endpoint_l0s_acceptable_latency", 0, 4, CPER_ALWAYS,
	 CPER_ENUM, 6, 3, &raw},
	{"Endpoint L1 Acceptable Latency", "endpoint_l1_acceptable_latency", 0, 4, CPER_ALWAYS,
	 CPER_ENUM, 9, 3, &raw},
	{"Role Based Error Reporting", "role_based_error_reporting", 0, 4, CPER_ALWAYS, CPER_BOOL,
	 15, 1, NULL},
	{"ERR COR Subclass Capable", "err_cor_subclass_capable", 0, 4, CPER_ALWAYS, CPER_BOOL, 16,
	 1, NULL},
	{"Rx MPS Fixed", "rx_mps_fixed", 0, 4, CPER_ALWAYS, CPER_DEC, 17, 1, NULL},
	{"Captured Slot Power Limit Value", "captured_slot_power_limit_value", 0, 4, CPER_ALWAYS,
	 CPER_DEC, 18, 8, NULL},
	{"Captured Slot Power Limit Scale", "captured_slot_power_limit_scale", 0, 4, CPER_ALWAYS,
	 CPER_DEC, 26, 2, NULL},
	{"Function Level Reset Capability Supported", "function_level_reset_capability_supported",
	 0, 4, CPER_ALWAYS, CPER_CHOICE, 28, 1, &supported},
	{"Mixed MPS Supported", "mixed_mps_supported", 0, 4, CPER_ALWAYS, CPER_CHOICE, 29, 1,
	 &supported},
	{"TEE IO Supported", "tee_io_supported", 0, 4, CPER_ALWAYS, CPER_CHOICE, 30, 1, &supported},
};

static const struct cper_field device_control[] = {
	{"Correctable Error Reporting Enable", "correctable_error_reporting_enable", 0, 2,
	 CPER_ALWAYS, CPER_CHOICE, 0, 1, &enabled},
	{"Non Fatal Error Reporting Enable", "non_fatal_error_reporting_enable", 0, 2, CPER_ALWAYS,
	 CPER_CHOICE, 1, 1, &enabled},
	{"Fatal Error Reporting Enable", "fatal_error_reporting_enable", 0, 2, CPER_ALWAYS,
	 CPER_CHOICE, 2, 1, &enabled},
	{"Unsupported Request Reporting Enabled", "unsupported_request_reporting_enabled", 0, 2,
	 CPER_ALWAYS, CPER_CHOICE, 3, 1, &enabled},
	{"Relaxed Ordering Enable", "relaxed_ordering_enable", 0, 2, CPER_ALWAYS, CPER_CHOICE, 4, 1,
	 &enabled},
	{"Max Payload Size", "max_payload_size", 0, 2, CPER_ALWAYS, CPER_DEC, 5, 3, NULL},
	{"Extended Tag Field Enable", "extended_tag_field_enable", 0, 2, CPER_ALWAYS, CPER_CHOICE,
	 8, 1, &enabled},
	{"Phantom Functions Enable", "phantom_functions_enable", 0, 2, CPER_ALWAYS, CPER_CHOICE, 9,
	 1, &enabled},
	{"Aux Power PM Enable", "aux_power_pm_enable", 0, 2, CPER_ALWAYS, CPER_CHOICE, 10, 1,
	 &enabled},
	{"Enable No Snoop", "enable_no_snoop", 0, 2, CPER_ALWAYS, CPER_DEC, 11, 1, NULL},
	{"Max Read Request Size", "max_read_request_size", 0, 2, CPER_ALWAYS, CPER_DEC, 12, 3,
	 NULL},
	{"Function Level Reset", "function_level_reset", 0, 2, CPER_ALWAYS, CPER_BOOL, 15, 1, NULL},
};

static const struct cper_field device_status[] = {
	{"Correctable Error Detected", "correctable_error_detected", 0, 2, CPER_ALWAYS, CPER_BOOL,
	 0, 1, NULL},
	{"Non Fatal Error Detected", "non_fatal_error_detected", 0, 2, CPER_ALWAYS, CPER_BOOL, 1, 1,
	 NULL},
	{"Fatal Error Detected", "fatal_error_detected", 0, 2, CPER_ALWAYS, CPER_BOOL, 2, 1, NULL},
	{"Unsupported Request Detected", "unsupported_request_detected", 0, 2, CPER_ALWAYS,
	 CPER_BOOL, 3, 1, NULL},
	{"Aux Power Detected", "aux_power_detected", 0, 2, CPER_ALWAYS, CPER_BOOL, 4, 1, NULL},
	{"Transactions Pending", "transactions_pending", 0, 2, CPER_ALWAYS, CPER_BOOL, 5, 1, NULL},
	{"Emergency Power Reduction", "emergency_power_reduction", 0, 2, CPER_ALWAYS, CPER_DEC, 6,
	 2, NULL},
};

static const struct cper_field link_capabilities[] = {
	{"Max Link Speed", "max_link_speed", 0, 4, CPER_ALWAYS, CPER_DEC, 0, 4, NULL},
	{"Maximum Link Width", "maximum_link_width", 0, 4, CPER_ALWAYS, CPER_DEC, 4, 6, NULL},
	{"ASPM Support", "aspm_support", 0, 4, CPER_ALWAYS, CPER_DEC, 10, 2, NULL},
	{"L0s Exit Latency", "l0s_exit_latency", 0, 4, CPER_ALWAYS, CPER_DEC, 12, 3, NULL},
	{"L1 Exit Latency", "l1_exit_latency", 0, 4, CPER_ALWAYS, CPER_DEC, 15, 3, NULL},
	{"Clock Power Management", "clock_power_management", 0, 4, CPER_ALWAYS, CPER_BOOL, 18, 1,
	 NULL},
	{"Surprise Down Error Reporting Capable", "surprise_down_error_reporting_capable", 0, 4,
	 CPER_ALWAYS, CPER_BOOL, 19, 1, NULL},
	{"Data Link Layer Link Active Reporting Capable",
	 "data_link_layer_link_active_reporting_capable", 0, 4, CPER_ALWAYS, CPER_BOOL, 20, 1,
	 NULL},
	{"Link Bandwidth Notification Capability", "link_bandwidth_notification_capability", 0, 4,
	 CPER_ALWAYS, CPER_BOOL, 21, 1, NULL},
	{"ASPM Optionality Compliance", "aspm_optionality_compliance", 0, 4, CPER_ALWAYS, CPER_BOOL,
	 22, 1, NULL},
	{"Port Number", "port_number", 0, 4, CPER_ALWAYS, CPER_DEC, 24, 8, NULL},
};

static const struct cper_field link_control[] = {
	{"ASPM Control", "aspm_control", 0, 2, CPER_ALWAYS, CPER_DEC, 0, 2, NULL},
	{"PTM Prop Delay Adaptation Interpretation", "ptm_prop_delay_adaptation_interpretation", 0,
	 2, CPER_ALWAYS, CPER_BOOL, 2, 1, NULL},
	{"Link Disable", "link_disable", 0, 2, CPER_ALWAYS, CPER_DEC, 4, 1, NULL},
	{"Retrain Link", "retrain_link", 0, 2, CPER_ALWAYS, CPER_DEC, 5, 1, NULL},
	{"Extended Synch", "extended_synch", 0, 2, CPER_ALWAYS, CPER_DEC, 7, 1, NULL},
	{"SRIS Clocking", "sris_clocking", 0, 2, CPER_ALWAYS, CPER_DEC, 12, 1, NULL},
	{"Flit Mode Disable", "flit_mode_disable", 0, 2, CPER_ALWAYS, CPER_DEC, 13, 1, NULL},
};

static const struct cper_field link_status[] = {
	{"Current Link Speed", "current_link_speed", 0, 2, CPER_ALWAYS, CPER_DEC, 0, 4, NULL},
	{"Negotiated Link Width", "negotiated_link_width", 0, 2, CPER_ALWAYS, CPER_DEC, 4, 6, NULL},
	{"Link Training", "link_training", 0, 2, CPER_ALWAYS, CPER_DEC, 11, 1, NULL},
};

static const struct cper_field slot_capabilities[] = {
	{"Slot Power Limit Value", "slot_power_limit_value", 0, 4, CPER_ALWAYS, CPER_ENUM, 7, 8,
	 &raw},
	{"Slot Power Limit Scale", "slot_power_limit_scale", 0, 4, CPER_ALWAYS, CPER_DEC, 15, 2,
	 NULL},
	{"Physical Slot Number", "physical_slot_number", 0, 4, CPER_ALWAYS, CPER_DEC, 19, 13, NULL},
};

static const struct cper_field slot_control[] = {
	{"Attention Indicator Control", "attention_indicator_control", 0, 2, CPER_ALWAYS, CPER_DEC,
	 6, 2, NULL},
	{"Power Indicator Control", "power_indicator_control", 0, 2, CPER_ALWAYS, CPER_DEC, 8, 2,
	 NULL},
};

static const struct cper_field slot_status[] = {
	{"MRL Sensor Changed", "mrl_sensor_changed", 0, 2, CPER_ALWAYS, CPER_DEC, 2, 1, NULL},
	{"Command Completed", "command_completed", 0, 2, CPER_ALWAYS, CPER_DEC, 4, 1, NULL},
	{"MRL Sensor State", "mrl_sensor_state", 0, 2, CPER_ALWAYS, CPER_DEC, 5, 1, NULL},
};

static const struct cper_field root_status[] = {
	{"PME Requester ID", "pme_requester_id", 0, 4, CPER_ALWAYS, CPER_DEC, 0, 16, NULL},
	{"PME Status", "pme_status", 0, 4, CPER_ALWAYS, CPER_DEC, 16, 1, NULL},
	{"PME Pending", "pme_pending", 0, 4, CPER_ALWAYS, CPER_DEC, 17, 1, NULL},
};

static const struct cper_field device_capabilities2[] = {
	{"Completion Timeout Ranges Supported", "completion_timeout_ranges_supported", 0, 4,
	 CPER_ALWAYS, CPER_DEC, 0, 4, NULL},
	{"Completion Timeout Disable Supported", "completion_timeout_disable_supported", 0, 4,
	 CPER_ALWAYS, CPER_CHOICE, 4, 1, &supported},
	{"ARI Forwarding Supported", "ari_forwarding_supported", 0, 4, CPER_ALWAYS, CPER_CHOICE, 5,
	 1, &supported},
	{"Atomic Op Routing Supported", "atomic_op_routing_supported", 0, 4, CPER_ALWAYS,
	 CPER_CHOICE, 6, 1, &supported},
	{"32 Bit AtomicOp Completer Supported", "_32_bit_atomicop_completer_supported", 0, 4,
	 CPER_ALWAYS, CPER_CHOICE, 7, 1, &supported},
	{"64 Bit AtomicOp Completer Supported", "_64_bit_atomicop_completer_supported", 0, 4,
	 CPER_ALWAYS, CPER_CHOICE, 8, 1, &supported},
	{"128 Bit CAS Completer Supported", "_128_bit_cas_completer_supported", 0, 4, CPER_ALWAYS,
	 CPER_CHOICE, 9, 1, &supported},
	{"No RO Enabled PR PR Passing", "no_ro_enabled_pr_pr_passing", 0, 4, CPER_ALWAYS,
	 CPER_CHOICE, 10, 1, &passing},
	{"LTR Mechanism Supported", "ltr_mechanism_supported", 0, 4, CPER_ALWAYS, CPER_CHOICE, 11,
	 1, &supported},
	{"TPH Completer Supported", "tph_completer_supported", 0, 4, CPER_ALWAYS, CPER_CHOICE, 12,
	 2, &supported},
	{"OBFF Supported", "obff_supported", 0, 4, CPER_ALWAYS, CPER_CHOICE, 18, 2, &supported},
	{"Max End End TLP Prefixes", "max_end_end_tlp_prefixes", 0, 4, CPER_ALWAYS, CPER_ENUM, 22,
	 2, &raw},
	{"Emergency Power Reduction Supported", "emergency_power_reduction_supported", 0, 4,
	 CPER_ALWAYS, CPER_CHOICE, 24, 2, &supported},
	{"DMWr Lengths Supported", "dmwr_lengths_supported", 0, 4, CPER_ALWAYS, CPER_DEC, 29, 2,
	 NULL},
};

static const struct cper_field device_control2[] = {
	{"Completion Timeout Value", "completion_timeout_value", 0, 2, CPER_ALWAYS, CPER_DEC, 0, 4,
	 NULL},
	{"ARI Forwarding Enable", "ari_forwarding_enable", 0, 2, CPER_ALWAYS, CPER_BOOL, 5, 1,
	 NULL},
	{"AtomicOp Requester Enable", "atomicop_requester_enable", 0, 2, CPER_ALWAYS, CPER_BOOL, 6,
	 1, NULL},
	{"AtomicOp Egress Blocking", "atomicop_egress_blocking", 0, 2, CPER_ALWAYS, CPER_BOOL, 7, 1,
	 NULL},
	{"IDO Request Enable", "ido_request_enable", 0, 2, CPER_ALWAYS, CPER_BOOL, 8, 1, NULL},
	{"IDO Completion Enable", "ido_completion_enable", 0, 2, CPER_ALWAYS, CPER_BOOL, 9, 1,
	 NULL},
	{"LTR Mechanism Enable", "ltr_mechanism_enable", 0, 2, CPER_ALWAYS, CPER_BOOL, 10, 1, NULL},
	{"Emergency Power Reduction Request", "emergency_power_reduction_request", 0, 2,
	 CPER_ALWAYS, CPER_BOOL, 11, 1, NULL},
	{"10-Bit Tag Requester Enable", "bit_tag_requester_10_enable", 0, 2, CPER_ALWAYS, CPER_BOOL,
	 12, 1, NULL},
	{"OBFF Enable", "obff_enable", 0, 2, CPER_ALWAYS, CPER_DEC, 13, 2, NULL},
};

static const struct cper_field link_capabilities2[] = {
	{"Supported Link Speeds", "supported_link_speeds", 0, 4, CPER_ALWAYS, CPER_DEC, 1, 7, NULL},
	{"Crosslink Supported", "crosslink_supported", 0, 4, CPER_ALWAYS, CPER_CHOICE, 8, 1,
	 &supported},
	{"Lower SKP OS Generation Supported", "lower_skp_os_generation_supported", 0, 4,
	 CPER_ALWAYS, CPER_DEC, 9, 7, NULL},
	{"Lower SKP OS Reception Supported", "lower_skp_os_reception_supported", 0, 4, CPER_ALWAYS,
	 CPER_DEC, 16, 7, NULL},
	{"Retimer Presence Detect Supported", "retimer_presence_detect_supported", 0, 4,
	 CPER_ALWAYS, CPER_CHOICE, 23, 1, &supported},
	{"Two Retimers Presence Detect Supported", "two_retimers_presence_detect_supported", 0, 4,
	 CPER_ALWAYS, CPER_CHOICE, 24, 1, &supported},
	{"DRS Supported", "drs_supported", 0, 4, CPER_ALWAYS, CPER_CHOICE, 31, 1, &supported},
};

static const struct cper_field link_control2[] = {
	{"Target Link Speed", "target_link_speed", 0, 2, CPER_ALWAYS, CPER_ENUM, 0, 4, &raw},
	{"Enter Compliance", "enter_compliance", 0, 2, CPER_ALWAYS, CPER_CHOICE, 4, 1, &supported},
	{"Hardware Autonomous Speed Disable", "hardware_autonomous_speed_disable", 0, 2,
	 CPER_ALWAYS, CPER_ENUM, 5, 1, &raw},
	{"Selectable De Emphasis", "selectable_de_emphasis", 0, 2, CPER_ALWAYS, CPER_BOOL, 6, 1,
	 NULL},
	{"Transmit Margin", "transmit_margin", 0, 2, CPER_ALWAYS, CPER_DEC, 7, 3, NULL},
	{"Enter Modified Compliance", "enter_modified_compliance", 0, 2, CPER_ALWAYS, CPER_BOOL, 10,
	 1, NULL},
	{"Compliance SOS", "compliance_sos", 0, 2, CPER_ALWAYS, CPER_BOOL, 11, 1, NULL},
	{"Compliance Preset De Emphasis", "compliance_preset_de_emphasis", 0, 2, CPER_ALWAYS,
	 CPER_DEC, 12, 4, NULL},
};

static const struct cper_field link_status2[] = {
	{"Current De Emphasis Level", "current_de_emphasis_level", 0, 2, CPER_ALWAYS, CPER_DEC, 0,
	 1, NULL},
	{"Equalization 8.0 GT/s Complete", "equalization_8gts_complete", 0, 2, CPER_ALWAYS,
	 CPER_BOOL, 1, 1, NULL},
	{"Equalization 8.0 GT/s Phase1 Successful", "equalization_8gts_phase1_successful", 0, 2,
	 CPER_ALWAYS, CPER_BOOL, 2, 1, NULL},
	{"Equalization 8.0 GT/s Phase2 Successful", "equalization_8gts_phase2_successful", 0, 2,
	 CPER_ALWAYS, CPER_BOOL, 3, 1, NULL},
	{"Equalization 8.0 GT/s Phase3 Successful", "equalization_8gts_phase3_successful", 0, 2,
	 CPER_ALWAYS, CPER_BOOL, 4, 1, NULL},
	{"Link Equalization Request 8.0 GT/s", "link_equalization_request_8gts", 0, 2, CPER_ALWAYS,
	 CPER_BOOL, 5, 1, NULL},
	{"Retimer Presence Detected", "retimer_presence_detected", 0, 2, CPER_ALWAYS, CPER_BOOL, 6,
	 1, NULL},
	{"Two Retimers Presence Detected", "two_retimers_presence_detected", 0, 2, CPER_ALWAYS,
	 CPER_BOOL, 7, 1, NULL},
	{"Crosslink Resolution", "crosslink_resolution", 0, 2, CPER_ALWAYS, CPER_DEC, 8, 2, NULL},
	{"Flit Mode Status", "flit_mode_status", 0, 2, CPER_ALWAYS, CPER_DEC, 10, 1, NULL},
	{"Downstream Component Presence", "downstream_component_presence", 0, 2, CPER_ALWAYS,
	 CPER_DEC, 12, 3, NULL},
	{"DRS Message Received", "drs_message_received", 0, 2, CPER_ALWAYS, CPER_BOOL, 15, 1, NULL},
};

/* ---- Advanced Error Reporting ---------------------------------------------------------------- */

static const struct cper_field aer_header[] = {
	{"Capability ID", "capability_id", 0, 4, CPER_ALWAYS, CPER_DEC, 0, 16, NULL},
	{"Capability Version", "capability_version", 0, 4, CPER_ALWAYS, CPER_DEC, 16, 4, NULL},
	{"Next Capability Offset", "next_capability_offset", 0, 4, CPER_ALWAYS, CPER_DEC, 20, 12,
	 NULL},
};

static const struct cper_field aer_uncor_status[] = {
	{"Data Link Protocol Error", "data_link_protocol_error_status", 0, 4, CPER_ALWAYS,
	 CPER_BOOL, 4, 1, NULL},
	{"Surprise Down Error", "surprise_down_error_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 5, 1,
	 NULL},
	{"Poisoned TLP Received", "poisoned_tlp_received", 0, 4, CPER_ALWAYS, CPER_BOOL, 12, 1,
	 NULL},
	{"Flow Control Protocol Error", "flow_control_protocol_error_status", 0, 4, CPER_ALWAYS,
	 CPER_BOOL, 13, 1, NULL},
	{"Completion Timeout", "completion_timeout_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 14, 1,
	 NULL},
	{"Completer Abort", "completer_abort_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 15, 1, NULL},
	{"Unexpected Completion", "unexpected_completion_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 16,
	 1, NULL},
	{"Receiver Overflow", "receiver_overflow_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 17, 1,
	 NULL},
	{"Malformed TLP", "malformed_tlp_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 18, 1, NULL},
	{"ECRC Error", "ecrc_error_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 19, 1, NULL},
	{"Unsupported Request Error", "unsupported_request_error_status", 0, 4, CPER_ALWAYS,
	 CPER_BOOL, 20, 1, NULL},
	{"ACS Violation", "acs_violation_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 21, 1, NULL},
	{"Uncorrectable Internal Error", "uncorrectable_internal_error_status", 0, 4, CPER_ALWAYS,
	 CPER_BOOL, 22, 1, NULL},
	{"MC Blocked TLP", "mc_blocked_tlp_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 23, 1, NULL},
	{"AtomicOp Egress Blocked", "atomicop_egress_blocked_status", 0, 4, CPER_ALWAYS, CPER_BOOL,
	 24, 1, NULL},
	{"TLP Prefix Blocked Error", "tlp_prefix_blocked_error_status", 0, 4, CPER_ALWAYS,
	 CPER_BOOL, 25, 1, NULL},
	{"Poisoned TLP Egress Blocked", "poisoned_tlp_egress_blocked_status", 0, 4, CPER_ALWAYS,
	 CPER_BOOL, 26, 1, NULL},
	{"DMWr Request Egress Blocked", "dmwr_request_egress_blocked_status", 0, 4, CPER_ALWAYS,
	 CPER_BOOL, 27, 1, NULL},
	{"IDE Check Failed", "ide_check_failed_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 28, 1, NULL},
	{"Misrouted IDE TLP", "misrouted_ide_tlp_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 29, 1,
	 NULL},
	{"PCRC Check Failed", "pcrc_check_failed_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 30, 1,
	 NULL},
	{"TLP Translation Egress Blocked", "tlp_translation_egress_blocked_status", 0, 4,
	 CPER_ALWAYS, CPER_BOOL, 31, 1, NULL},
};

static const struct cper_field aer_uncor_mask[] = {
	{"Data Link Protocol Error", "data_link_protocol_error_mask", 0, 4, CPER_ALWAYS, CPER_DEC,
	 4, 1, NULL},
	{"Surprise Down Error", "surprise_down_error_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 5, 1,
	 NULL},
	{"Poisoned TLP Received", "poisoned_tlp_received_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 12, 1,
	 NULL},
	{"Flow Control Protocol Error", "flow_control_protocol_error_mask", 0, 4, CPER_ALWAYS,
	 CPER_DEC, 13, 1, NULL},
	{"Completion Timeout", "completion_timeout_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 14, 1, NULL},
	{"Completer Abort", "completer_abort_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 15, 1, NULL},
	{"Unexpected Completion", "unexpected_completion_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 16, 1,
	 NULL},
	{"Receiver Overflow", "receiver_overflow_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 17, 1, NULL},
	{"Malformed TLP", "malformed_tlp_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 18, 1, NULL},
	{"ECRC Error", "ecrc_error_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 19, 1, NULL},
	{"Unsupported Request Error", "unsupported_request_error_mask", 0, 4, CPER_ALWAYS, CPER_DEC,
	 20, 1, NULL},
	{"ACS Violation", "acs_violation_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 21, 1, NULL},
	{"Uncorrectable Internal Error", "uncorrectable_internal_error_mask", 0, 4, CPER_ALWAYS,
	 CPER_DEC, 22, 1, NULL},
	{"MC Blocked TLP", "mc_blocked_tlp_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 23, 1, NULL},
	{"AtomicOp Egress Blocked", "atomicop_egress_blocked_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 24,
	 1, NULL},
	{"TLP Prefix Blocked Error", "tlp_prefix_blocked_error_mask", 0, 4, CPER_ALWAYS, CPER_DEC,
	 25, 1, NULL},
	{"Poisoned TLP Egress Blocked", "poisoned_tlp_egress_blocked_mask", 0, 4, CPER_ALWAYS,
	 CPER_DEC, 26, 1, NULL},
	{"DMWr Request Egress Blocked", "dmwr_request_egress_blocked_mask", 0, 4, CPER_ALWAYS,
	 CPER_DEC, 27, 1, NULL},
	{"IDE Check Failed", "ide_check_failed_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 28, 1, NULL},
	{"Misrouted IDE TLP", "misrouted_ide_tlp_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 29, 1, NULL},
	{"PCRC Check Failed", "pcrc_check_failed_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 30, 1, NULL},
	{"TLP Translation Egress Blocked", "tlp_translation_egress_blocked_mask", 0, 4, CPER_ALWAYS,
	 CPER_DEC, 31, 1, NULL},
};

static const struct cper_field aer_uncor_severity[] = {
	{"Data Link Protocol Error", "data_link_protocol_error_severity", 0, 4, CPER_ALWAYS,
	 CPER_CHOICE, 4, 1, &fatality},
	{"Surprise Down Error", "surprise_down_error_severity", 0, 4, CPER_ALWAYS, CPER_CHOICE, 5,
	 1, &fatality},
	{"Poisoned TLP Received", "poisoned_tlp_received_severity", 0, 4, CPER_ALWAYS, CPER_CHOICE,
	 12, 1, &fatality},
	{"Flow Control Protocol Error", "flow_control_protocol_error_severity", 0, 4, CPER_ALWAYS,
	 CPER_CHOICE, 13, 1, &fatality},
	{"Completion Timeout", "completion_timeout_severity", 0, 4, CPER_ALWAYS, CPER_CHOICE, 14, 1,
	 &fatality},
	{"Completer Abort", "completer_abort_severity", 0, 4, CPER_ALWAYS, CPER_CHOICE, 15, 1,
	 &fatality},
	{"Unexpected Completion", "unexpected_completion_severity", 0, 4, CPER_ALWAYS, CPER_CHOICE,
	 16, 1, &fatality},
	{"Receiver Overflow", "receiver_overflow_severity", 0, 4, CPER_ALWAYS, CPER_CHOICE, 17, 1,
	 &fatality},
	{"Malformed TLP", "malformed_tlp_severity", 0, 4, CPER_ALWAYS, CPER_CHOICE, 18, 1,
	 &fatality},
	{"ECRC Error", "ecrc_error_severity", 0, 4, CPER_ALWAYS, CPER_CHOICE, 19, 1, &fatality},
	{"Unsupported Request Error", "unsupported_request_error_severity", 0, 4, CPER_ALWAYS,
	 CPER_CHOICE, 20, 1, &fatality},
	{"ACS Violation", "acs_violation_severity", 0, 4, CPER_ALWAYS, CPER_CHOICE, 21, 1,
	 &fatality},
	{"Uncorrectable Internal Error", "uncorrectable_internal_error_severity", 0, 4, CPER_ALWAYS,
	 CPER_CHOICE, 22, 1, &fatality},
	{"MC Blocked TLP", "mc_blocked_tlp_severity", 0, 4, CPER_ALWAYS, CPER_CHOICE, 23, 1,
	 &fatality},
	{"AtomicOp Egress Blocked", "atomicop_egress_blocked_severity", 0, 4, CPER_ALWAYS,
	 CPER_CHOICE, 24, 1, &fatality},
	{"TLP Prefix Blocked Error", "tlp_prefix_blocked_error_severity", 0, 4, CPER_ALWAYS,
	 CPER_CHOICE, 25, 1, &fatality},
	{"Poisoned TLP Egress Blocked", "poisoned_tlp_egress_blocked_severity", 0, 4, CPER_ALWAYS,
	 CPER_CHOICE, 26, 1, &fatality},
	{"DMWr Request Egress Blocked", "dmwr_request_egress_blocked_severity", 0, 4, CPER_ALWAYS,
	 CPER_CHOICE, 27, 1, &fatality},
	{"IDE Check Failed", "ide_check_failed_severity", 0, 4, CPER_ALWAYS, CPER_CHOICE, 28, 1,
	 &fatality},
	{"Misrouted IDE TLP", "misrouted_ide_tlp_severity", 0, 4, CPER_ALWAYS, CPER_CHOICE, 29, 1,
	 &fatality},
	{"PCRC Check Failed", "pcrc_check_failed_severity", 0, 4, CPER_ALWAYS, CPER_CHOICE, 30, 1,
	 &fatality},
	{"TLP Translation Egress Blocked", "tlp_translation_egress_blocked_severity", 0, 4,
	 CPER_ALWAYS, CPER_CHOICE, 31, 1, &fatality},
};

static const struct cper_field aer_cor_status[] = {
	{"Receiver Error", "receiver_error_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 0, 1, NULL},
	{"Bad TLP", "bad_tlp_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 6, 1, NULL},
	{"Bad DLLP", "bad_dllp_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 7, 1, NULL},
	{"Replay Num Rollover", "replay_num_rollover_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 8, 1,
	 NULL},
	{"Replay Timer Timeout", "replay_timer_timeout_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 12, 1,
	 NULL},
	{"Advisory Non Fatal Error", "advisory_non_fatal_error_status", 0, 4, CPER_ALWAYS,
	 CPER_BOOL, 13, 1, NULL},
	{"Corrected Internal Error", "corrected_internal_error_status", 0, 4, CPER_ALWAYS,
	 CPER_BOOL, 14, 1, NULL},
	{"Header Log Overflow", "header_log_overflow_status", 0, 4, CPER_ALWAYS, CPER_BOOL, 15, 1,
	 NULL},
};

static const struct cper_field aer_cor_mask[] = {
	{"Receiver Error", "receiver_error_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 0, 1, NULL},
	{"Bad TLP", "bad_tlp_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 6, 1, NULL},
	{"Bad DLLP", "bad_dllp_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 7, 1, NULL},
	{"Replay Num Rollover", "replay_num_rollover_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 8, 1,
	 NULL},
	{"Replay Timer Timeout", "replay_timer_timeout_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 12, 1,
	 NULL},
	{"Advisory Non Fatal Error", "advisory_non_fatal_error_mask", 0, 4, CPER_ALWAYS, CPER_DEC,
	 13, 1, NULL},
	{"Corrected Internal Error", "corrected_internal_error_mask", 0, 4, CPER_ALWAYS, CPER_DEC,
	 14, 1, NULL},
	{"Header Log Overflow", "header_log_overflow_mask", 0, 4, CPER_ALWAYS, CPER_DEC, 15, 1,
	 NULL},
};

static const struct cper_field aer_control[] = {
	{"First Error Pointer", "first_error_pointer", 0, 4, CPER_ALWAYS, CPER_DEC, 0, 5, NULL},
	{"Header Log Size", "header_log_size", 0, 4, CPER_ALWAYS, CPER_DEC, 13, 5, NULL},
	{"Logged TLP Size", "logged_tlp_size", 0, 4, CPER_ALWAYS, CPER_DEC, 19, 5, NULL},
};

static const struct cper_field aer_root_status[] = {
	{"ERR COR Subclass", "err_cor_subclass", 0, 4, CPER_ALWAYS, CPER_DEC, 7, 2, NULL},
	{"Advanced Error Interrupt Message Number", "advanced_error_interrupt_message_number", 0, 4,
	 CPER_ALWAYS, CPER_DEC, 27, 5, NULL},
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
