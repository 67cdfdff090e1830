// SPDX-License-Identifier: GPL-2.0-only
#include "cper_build.h"

static void put(uint8_t *at, unsigned int size, uint64_t value)
{
	while (size--) {
		*at++ = (uint8_t)value;
		value >>= 8;
	}
}

/* A recognisable, not very regular filling */
static void fill(uint8_t *at, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		at[i] = (uint8_t)(i * 37 + 11);
}

static uint32_t plain(uint8_t *p, uint32_t size, unsigned int valid_at, unsigned int valid_bits)
{
	fill(p, size);
	if (valid_bits)
		put(p + valid_at, 8, (UINT64_C(1) << valid_bits) - 1);
	return size;
}

static uint32_t generic(uint8_t *p)
{
	return plain(p, sizeof(struct cper_sec_proc_generic), 0, 13);
}

static uint32_t mem(uint8_t *p)
{
	return plain(p, sizeof(struct cper_sec_mem_err), 0, 22);
}

static uint32_t mem_old(uint8_t *p)
{
	return plain(p, sizeof(struct cper_sec_mem_err_old), 0, 15);
}

static uint32_t mem2(uint8_t *p)
{
	return plain(p, sizeof(struct cper_sec_mem_err2), 0, 22);
}

static uint32_t pcie(uint8_t *p)
{
	return plain(p, sizeof(struct cper_sec_pcie), 0, 8);
}

static uint32_t pci_bus(uint8_t *p)
{
	return plain(p, 72, 0, 9);
}

static uint32_t pci_dev(uint8_t *p)
{
	plain(p, 40 + 3 * 16, 0, 5);
	put(p + 32, 4, 2);
	put(p + 36, 4, 1);
	return 40 + 3 * 16;
}

static uint32_t dmar(uint8_t *p)
{
	return plain(p, 32, 0, 0);
}

static uint32_t dmar_tables(uint8_t *p)
{
	return plain(p, 144, 0, 0);
}

static uint32_t firmware(uint8_t *p)
{
	plain(p, 48, 0, 0);
	p[0] = p[1] = 2;
	return 48;
}

static uint32_t ccix(uint8_t *p)
{
	plain(p, 64, 4, 3);
	put(p, 4, 64);
	return 64;
}

static uint32_t cxl_event(uint8_t *p)
{
	plain(p, 32 + 112, 4, 3);
	put(p, 4, 32 + 112);
	return 32 + 112;
}

static uint32_t cxl_protocol(uint8_t *p)
{
	plain(p, 116 + 8 + 88, 0, 7);
	p[8] = CXL_AGENT_DEVICE;
	put(p + 108, 2, 8);
	put(p + 110, 2, 88);
	return 116 + 8 + 88;
}

/* One information of each kind and of none, and one context of each type that has a layout */
static uint32_t ia(uint8_t *p)
{
	static const guid_t kinds[] = {CPER_IA_ERR_CACHE, CPER_IA_ERR_TLB, CPER_IA_ERR_BUS,
				       CPER_IA_ERR_MS, CPER_NOTIFY_CMC};
	static const uint16_t contexts[][2] = {{1, 32}, {2, 92}, {3, 244}, {7, 16}};
	uint32_t at = sizeof(struct cper_sec_proc_ia), i;

	fill(p, CPER_BUILD_MAX);
	put(p, 8, 3 | 5 << 2 | 4 << 8);
	for (i = 0; i < 5; i++, at += sizeof(struct cper_ia_err_info)) {
		memcpy(p + at, &kinds[i], 16);
		put(p + at + 16, 8, 0x1f);
		put(p + at + 24, 2, 0x7ff);
	}
	for (i = 0; i < 4; i++) {
		put(p + at, 2, contexts[i][0]);
		put(p + at + 2, 2, contexts[i][1]);
		at += sizeof(struct cper_ia_proc_ctx) + contexts[i][1];
	}
	return at;
}

static uint32_t arm(uint8_t *p)
{
	static const uint8_t types[] = {0x02, 0x04, 0x08, 0x10, 0xff};
	static const uint8_t sizes[] = {64, 96, 64, 8, 0, 136, 120, 80, 10};
	uint32_t at = sizeof(struct cper_sec_proc_arm), i;

	fill(p, CPER_BUILD_MAX);
	put(p, 4, 0xf);
	put(p + 4, 2, sizeof(types));
	put(p + 6, 2, sizeof(sizes));
	put(p + 32, 4, 0);
	for (i = 0; i < sizeof(types); i++, at += sizeof(struct cper_arm_err_info)) {
		put(p + at + 2, 2, 0x1f);
		p[at + 4] = types[i];
		put(p + at + 8, 2, 0xfff);
	}
	for (i = 0; i < sizeof(sizes); i++) {
		put(p + at + 2, 2, i);
		put(p + at + 4, 4, sizes[i]);
		at += sizeof(struct cper_arm_ctx_info) + sizes[i];
	}
	at += 5; /* the vendor's */
	put(p + 8, 4, at);
	return at;
}

/* Two records; auxiliary data with two address spaces and two pairs */
static uint32_t arm_ras(uint8_t *p)
{
	const uint32_t aux = 80 + 2 * 72, size = 16 + (16 + 16) + (16 + 2 * 16) + 2 * 24;

	fill(p, CPER_BUILD_MAX);
	put(p, 4, 1);
	put(p + 4, 1, 2);
	put(p + 8, 4, 2);
	put(p + 12, 2, 80);
	put(p + 14, 2, aux);
	put(p + 16, 2, 2 | 1 << 8);
	memcpy(p + 64, "user data", 10);
	put(p + aux, 2, 1);
	put(p + aux + 2, 2, 2);
	put(p + aux + 4, 4, size);
	put(p + aux + 8, 4, size - 2 * 24);
	put(p + aux + 12, 2, 2);
	put(p + aux + 16, 4, 32);
	put(p + aux + 20, 2, 1);
	put(p + aux + 22, 2, 1);
	put(p + aux + 48, 4, 48);
	put(p + aux + 52, 2, 0);
	put(p + aux + 54, 2, 2);
	return aux + size;
}

static uint32_t nvidia(uint8_t *p)
{
	plain(p, 32 + 2 * 16, 0, 0);
	memcpy(p, "SIGNATURE\0\0\0\0\0\0", 16);
	p[22] = 2;
	return 32 + 2 * 16;
}

static uint32_t opaque(uint8_t *p)
{
	return plain(p, 21, 0, 0);
}

static const struct {
	guid_t type;
	uint32_t (*make)(uint8_t *payload);
} kinds[] = {
	{CPER_SEC_PROC_GENERIC, generic},
	{CPER_SEC_PROC_IA, ia},
	{CPER_SEC_PROC_ARM, arm},
	{CPER_SEC_ARM_RAS, arm_ras},
	{CPER_SEC_PLATFORM_MEM, mem},
	{CPER_SEC_PLATFORM_MEM, mem_old},
	{CPER_SEC_PLATFORM_MEM2, mem2},
	{CPER_SEC_PCIE, pcie},
	{CPER_SEC_PCI_X_BUS, pci_bus},
	{CPER_SEC_PCI_DEV, pci_dev},
	{CPER_SEC_FW_ERR_REC_REF, firmware},
	{CPER_SEC_DMAR_GENERIC, dmar},
	{CPER_SEC_DMAR_VT, dmar_tables},
	{CPER_SEC_DMAR_IOMMU, dmar_tables},
	{CPER_SEC_CCIX_PER, ccix},
	{CPER_SEC_CXL_PROT_ERR, cxl_protocol},
	{CPER_SEC_CXL_GEN_MEDIA_GUID, cxl_event},
	{CPER_SEC_CXL_DRAM_GUID, cxl_event},
	{CPER_SEC_CXL_MEM_MODULE_GUID, cxl_event},
	{CPER_SEC_CXL_PHYS_SWITCH_GUID, cxl_event},
	{CPER_SEC_CXL_VIRT_SWITCH_GUID, cxl_event},
	{CPER_SEC_CXL_MLD_PORT_GUID, cxl_event},
	{CPER_SEC_PROC_IPF, opaque},
	{GUID_INIT(0x6d5244f2, 0x2712, 0x11ec, 0xbe, 0xa7, 0xcb, 0x3f, 0xdb, 0x95, 0xc7, 0x86),
	 nvidia},
	{GUID_INIT(0x2826cc9f, 0x448c, 0x4c2b, 0x86, 0xb6, 0xa9, 0x53, 0x94, 0xb7, 0xef, 0x33),
	 opaque},
	{GUID_INIT(0x01020304, 0x0506, 0x0708, 9, 10, 11, 12, 13, 14, 15, 16), opaque},
};

const guid_t *cper_build_type(unsigned int n)
{
	return n < sizeof(kinds) / sizeof(kinds[0]) ? &kinds[n].type : NULL;
}

uint32_t cper_build_payload(unsigned int n, uint8_t payload[CPER_BUILD_MAX])
{
	return kinds[n].make(payload);
}

size_t cper_build_estatus(uint8_t *buf, const guid_t *type, bool v3, const uint8_t *payload,
			  uint32_t length)
{
	const uint32_t header = v3 ? 72 : 64;

	memset(buf, 0, 20 + header);
	put(buf, 4, ACPI_HEST_UNCORRECTABLE | 1 << 4);
	put(buf + 12, 4, header + length);
	put(buf + 16, 4, CPER_SEV_RECOVERABLE);
	memcpy(buf + 20, type, 16);
	put(buf + 40, 2, v3 ? 0x300 : 0x201);
	put(buf + 42, 1, v3 ? 7 : 3);
	put(buf + 44, 4, length);
	memcpy(buf + 64, "DIMM_A1", 7);
	if (v3)
		memcpy(buf + 84, "\x45\x30\x12\x01\x22\x11\x25\x20", 8);
	if (length)
		memcpy(buf + 20 + header, payload, length);
	return 20 + header + length;
}

size_t cper_build_record(uint8_t *buf, const guid_t *type, const uint8_t *payload, uint32_t length)
{
	memset(buf, 0, 200);
	memcpy(buf, CPER_SIG_RECORD, CPER_SIG_SIZE);
	put(buf + 4, 2, 0x101);
	put(buf + 6, 4, CPER_SIG_END);
	put(buf + 10, 2, 1);
	put(buf + 16, 4, 7);
	put(buf + 20, 4, 200 + length);
	memcpy(buf + 24, "\x45\x30\x12\x01\x22\x11\x25\x20", 8);
	memcpy(buf + 80, &CPER_NOTIFY_CMC, 16);
	put(buf + 128, 4, 200);
	put(buf + 132, 4, length);
	put(buf + 136, 2, 0x300);
	put(buf + 138, 1, 3);
	memcpy(buf + 144, type, 16);
	memcpy(buf + 180, "DIMM_A1", 7);
	if (length)
		memcpy(buf + 200, payload, length);
	return 200 + length;
}
