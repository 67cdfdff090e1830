// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/parse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct tree_word notify_words[] = {
	{"polled", ACPI_HEST_NOTIFY_POLLED},
	{"external", ACPI_HEST_NOTIFY_EXTERNAL},
	{"local", ACPI_HEST_NOTIFY_LOCAL},
	{"sci", ACPI_HEST_NOTIFY_SCI},
	{"nmi", ACPI_HEST_NOTIFY_NMI},
	{"cmci", ACPI_HEST_NOTIFY_CMCI},
	{"mce", ACPI_HEST_NOTIFY_MCE},
	{"gpio", ACPI_HEST_NOTIFY_GPIO},
	{"sea", ACPI_HEST_NOTIFY_SEA},
	{"sei", ACPI_HEST_NOTIFY_SEI},
	{"gsiv", ACPI_HEST_NOTIFY_GSIV},
	{"sdei", ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED},
	{NULL, 0},
};

/* ---- Sources --------------------------------------------------------------------------------- */

static int source_number(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,
			 uint64_t max, uint64_t *out)
{
	return tree_uint(t, v, (const char *)k->data.scalar.value, 0, max, out);
}

#define SOURCE_NUMBER(field, max)                                                                  \
	static int source_##field(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, \
				  void *out)                                                       \
	{                                                                                          \
		uint64_t n;                                                                        \
                                                                                                   \
		if (source_number(t, k, v, max, &n))                                               \
			return -1;                                                                 \
		((struct sim_source_config *)out)->field = n;                                      \
		return 0;                                                                          \
	}
SOURCE_NUMBER(id, UINT16_MAX - 1)
SOURCE_NUMBER(vector, UINT32_MAX)
SOURCE_NUMBER(poll_interval_ms, UINT32_MAX)
SOURCE_NUMBER(error_block_length, UINT32_MAX)
SOURCE_NUMBER(records_to_preallocate, UINT32_MAX)
SOURCE_NUMBER(share_block_with, UINT16_MAX - 1)
SOURCE_NUMBER(share_ack_with, UINT16_MAX - 1)
SOURCE_NUMBER(ack_preserve, UINT64_MAX)
SOURCE_NUMBER(ack_write, UINT64_MAX)
SOURCE_NUMBER(block_page_offset, GHES_PAGE_SIZE - 1)
#undef SOURCE_NUMBER

static int source_version(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,
			  void *out)
{
	uint64_t n;

	(void)k;
	if (tree_uint(t, v, "version", 1, 2, &n))
		return -1;
	((struct sim_source_config *)out)->version = (uint8_t)n;
	return 0;
}

static int source_notify(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	uint64_t n;

	(void)k;
	if (tree_word(t, v, "notify", notify_words, &n))
		return -1;
	((struct sim_source_config *)out)->notify = (uint8_t)n;
	return 0;
}

static int source_enabled(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v,
			  void *out)
{
	(void)k;
	return tree_bool(t, v, "enabled", &((struct sim_source_config *)out)->enabled);
}

#define SOURCE_CHOICE(field, key, no, yes)                                                         \
	static int source_##field(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, \
				  void *out)                                                       \
	{                                                                                          \
		static const struct tree_word words[] = {{no, 0}, {yes, 1}, {NULL, 0}};            \
		uint64_t n;                                                                        \
                                                                                                   \
		(void)k;                                                                           \
		if (tree_word(t, v, key, words, &n))                                               \
			return -1;                                                                 \
		((struct sim_source_config *)out)->field = n;                                      \
		return 0;                                                                          \
	}
SOURCE_CHOICE(sdei_critical, "priority", "normal", "critical")
SOURCE_CHOICE(sdei_shared, "type", "private", "shared")
SOURCE_CHOICE(sdei_explicit, "dispatch", "interrupt", "explicit")
#undef SOURCE_CHOICE

static const struct tree_key source_keys[] = {
	{"id", true, source_id},
	{"notify", true, source_notify},
	{"version", false, source_version},
	{"enabled", false, source_enabled},
	{"event", false, source_vector},
	{"gsiv", false, source_vector},
	{"priority", false, source_sdei_critical},
	{"type", false, source_sdei_shared},
	{"dispatch", false, source_sdei_explicit},
	{"poll-interval-ms", false, source_poll_interval_ms},
	{"error-block-length", false, source_error_block_length},
	{"records-to-preallocate", false, source_records_to_preallocate},
	{"share-block-with", false, source_share_block_with},
	{"share-ack-with", false, source_share_ack_with},
	{"ack-preserve", false, source_ack_preserve},
	{"ack-write", false, source_ack_write},
	{"block-page-offset", false, source_block_page_offset},
	{NULL, false, NULL},
};

bool parse_has_source(const struct sim_config *c, uint16_t id)
{
	for (unsigned int i = 0; i < c->nr_sources; i++)
		if (c->sources[i].id == id)
			return true;
	return false;
}

static int check_source(struct yaml_tree *t, const struct sim_config *before,
			const struct sim_source_config *src, const yaml_node_t *n)
{
	if (parse_has_source(before, src->id))
		return tree_error(t, n, "source %u appears twice", src->id);
	if (src->share_block_with != SIM_NO_SOURCE &&
	    !parse_has_source(before, src->share_block_with))
		return tree_error(t, n, "share-block-with is %u, expected a source before this one",
				  src->share_block_with);
	if (src->share_ack_with != SIM_NO_SOURCE && !parse_has_source(before, src->share_ack_with))
		return tree_error(t, n, "share-ack-with is %u, expected a source before this one",
				  src->share_ack_with);
	return 0;
}

int top_sources(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct sim_scenario *s = out;
	struct sim_source_config *src;
	unsigned int nr;

	(void)k;
	src = parse_list_room(t, s, v, "sources", sizeof(*src), &nr);
	if (!src)
		return -1;
	s->config.sources = src;
	for (unsigned int i = 0; i < nr; i++) {
		const yaml_node_t *n = tree_item(t, v, i);

		src[i] = (struct sim_source_config){
			.version = 2,
			.enabled = true,
			.poll_interval_ms = 1000,
			.error_block_length = 4096,
			.records_to_preallocate = 1,
			.share_block_with = SIM_NO_SOURCE,
			.share_ack_with = SIM_NO_SOURCE,
			.ack_preserve = ~UINT64_C(1),
			.ack_write = 1,
			.vector = 804 + i,
			.sdei_explicit = true,
		};
		if (tree_map(t, n, "a source", source_keys, &src[i]) ||
		    check_source(t, &s->config, &src[i], n))
			return -1;
		s->config.nr_sources = i + 1;
	}
	return 0;
}

int top_hest(struct yaml_tree *t, const yaml_node_t *k, const yaml_node_t *v, void *out)
{
	struct sim_scenario *s = out;
	const char *name = tree_scalar(t, v, "hest");
	char path[4096];
	uint8_t *bytes;
	size_t n, max = 4u << 20;
	FILE *f;

	(void)k;
	if (!name)
		return -1;
	parse_beside(path, sizeof(path), t->file, name);
	f = fopen(path, "rb");
	if (!f)
		return tree_error(t, v, "%s: %s", path, strerror(errno));
	bytes = scenario_alloc(s, max);
	n = bytes ? fread(bytes, 1, max, f) : 0;
	fclose(f);
	if (!n)
		return tree_error(t, v, "%s is empty or cannot be read", path);
	s->config.hest = bytes;
	s->config.hest_size = n;
	return 0;
}
