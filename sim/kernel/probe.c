// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow: a directory -> **probe** -> struct probe: files, includes, and how this version of the
 * kernel spells what the shim has to meet. Each question is answered by the text of the files.
 */
#include "probe.h"

#include <ghes/errors.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum need { NEEDED, OPTIONAL };
#define ANY_ARCH 7u
#define ARCH(a)	 (1u << (a))
#define ARM64	 (ARCH(KERNEL_ARM64) | ARCH(KERNEL_ALL))
#define X86	 (ARCH(KERNEL_X86) | ARCH(KERNEL_ALL))

/* Compiled as they are. The files that newer trees split off are picked up when they are there. */
static const struct {
	const char *name;
	enum need need;
	unsigned int archs;
} sources[] = {
	{"drivers/acpi/apei/ghes.c", NEEDED, ANY_ARCH},
	{"drivers/acpi/apei/hest.c", NEEDED, ANY_ARCH},
	{"drivers/acpi/apei/apei-base.c", NEEDED, ANY_ARCH},
	{"drivers/acpi/apei/ghes_cper.c", OPTIONAL, ANY_ARCH},
	{"drivers/acpi/apei/ghes_helpers.c", OPTIONAL, ANY_ARCH},
	{"drivers/firmware/efi/cper.c", NEEDED, ANY_ARCH},
	{"drivers/firmware/efi/cper-arm.c", NEEDED, ARM64},
	{"drivers/firmware/efi/cper-x86.c", NEEDED, X86},
	{"drivers/firmware/efi/cper_cxl.c", OPTIONAL, ANY_ARCH},
	{"lib/llist.c", NEEDED, ANY_ARCH},
	{"lib/genalloc.c", NEEDED, ANY_ARCH},
};

/* Headers that these files own: the layouts and inline functions under test. */
static const struct {
	const char *name; /* as in #include <> */
	const char *path;
	enum need need;
} headers[] = {
	{"acpi/acnames.h", "include/acpi/acnames.h", NEEDED},
	{"acpi/actypes.h", "include/acpi/actypes.h", NEEDED},
	{"acpi/acexcep.h", "include/acpi/acexcep.h", NEEDED},
	{"acpi/actbl.h", "include/acpi/actbl.h", NEEDED},
	{"acpi/actbl1.h", "include/acpi/actbl1.h", NEEDED},
	{"acpi/apei.h", "include/acpi/apei.h", NEEDED},
	{"acpi/ghes.h", "include/acpi/ghes.h", NEEDED},
	{"acpi/ghes_cper.h", "include/acpi/ghes_cper.h", OPTIONAL},
	{"acpi/hed.h", "include/acpi/hed.h", NEEDED},
	{"linux/cper.h", "include/linux/cper.h", NEEDED},
	{"linux/aer.h", "include/linux/aer.h", NEEDED},
	{"linux/llist.h", "include/linux/llist.h", NEEDED},
	{"linux/genalloc.h", "include/linux/genalloc.h", NEEDED},
	{"linux/uuid.h", "include/linux/uuid.h", NEEDED},
	{"uapi/linux/uuid.h", "include/uapi/linux/uuid.h", OPTIONAL},
	{"cxl/event.h", "include/cxl/event.h", OPTIONAL},
	{"linux/cxl-event.h", "include/linux/cxl-event.h", OPTIONAL},
	{"\"apei-internal.h\"", "drivers/acpi/apei/apei-internal.h", NEEDED},
	{"\"cper_cxl.h\"", "drivers/firmware/efi/cper_cxl.h", OPTIONAL},
};

/* ACPICA tables that no file of the core looks at: left empty, whatever the tree has. */
static const char *const left_out[] = {"acpi/actbl2.h", "acpi/actbl3.h"};

/* If @word is an identifier of @file, the shim is told by @define, and the user in words. */
static const struct {
	const char *file, *word, *define, *words;
} features[] = {
	{"ghes.c", "ghes_register_report_chain", "SHIM_HAVE_REPORT_CHAIN",
	 "memory errors go to a notifier chain (since 6.2)"},
	{"ghes.c", "ghes_edac_report_mem_error", "SHIM_HAVE_EDAC_CALL",
	 "memory errors go to EDAC by a direct call (before 6.2)"},
	{"ghes.c", "ghes_register_vendor_record_notifier", "SHIM_HAVE_VENDOR_NOTIFIER",
	 "vendor records go to a notifier chain"},
	{"ghes.c", "cxl_cper_kfifo_get", "SHIM_HAVE_CXL_KFIFO",
	 "CXL component events go through a FIFO"},
	{"ghes.c", "ghes_estatus_pool_region_free", "SHIM_HAVE_REGION_FREE",
	 "AER registers are copied into the estatus pool"},
	{"ghes.c", "remove_new", "SHIM_HAVE_REMOVE_NEW", "the driver has .remove_new"},
	{"ghes.c", "timer_shutdown_sync", NULL, "the poll timer is shut down for good at remove"},
	{"ghes.c", "memory_failure_queue_kick", NULL,
	 "memory failures are kicked by task work of the node"},
	{"ghes.c", "ghes_task_work", NULL, "each recovered page has its own task work"},
	{"ghes.c", "xchg_release", NULL,
	 "the estatus cache publishes with xchg_release (since 6.2)"},
	{"ghes.c", "error_status_vaddr", NULL,
	 "the address of a status block is read without a map"},
	{"ghes.c", "ghes_has_active_errors", NULL, "notifications scan for work before they lock"},
	{"ghes.c", "kmalloc_obj", NULL, "typed allocations"},
	{"genalloc.c", "try_cmpxchg", NULL, "the pool claims bits with try_cmpxchg"},
	{"hest.c", "is_ghes_assist_struct", NULL, "GHES_ASSIST sources are skipped"},
};

static int fail(struct probe *p, int err, char *message)
{
	snprintf(p->error, sizeof(p->error), "%s", message);
	free(message);
	return -err;
}

/* By errno; @dir may be what named the file. */
static int cannot_read(struct probe *p, const char *dir, const char *name, const char *expected)
{
	if (errno == ENOENT)
		return fail(p, GHES_ENOENT, text("%s: %s is missing%s", dir, name, expected));
	return fail(p, GHES_ENOENT,
		    text("%s: %s cannot be read: %s%s", dir, name, strerror(errno), expected));
}

/* false: errno says why */
static bool take(struct probe_file *file, const char *dir, const char *name)
{
	char *path = name[0] == '/' ? text("%s", name) : text("%s/%s", dir, name);

	file->text = file_read(path, &file->size);
	if (!file->text) {
		int err = errno;

		free(path);
		errno = err;
		return false;
	}
	file->path = path;
	file->name = text("%s", name);
	return true;
}

static const struct probe_file *source_named(const struct probe *p, const char *base)
{
	for (size_t i = 0; i < p->nr_sources; i++) {
		const char *name = strrchr(p->source[i].name, '/');

		if (name && !strcmp(name + 1, base))
			return &p->source[i];
	}
	return NULL;
}

static int take_sources(struct probe *p, const char *ghes)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		struct probe_file *file = &p->source[p->nr_sources];
		bool replaced = ghes && i == 0;

		if (!(sources[i].archs & ARCH(p->arch)))
			continue;
		if (take(file, replaced ? "." : p->dir, replaced ? ghes : sources[i].name)) {
			if (replaced) {
				free(file->name);
				file->name = text("%s", sources[i].name);
			}
			p->nr_sources++;
		} else if (replaced) {
			return fail(p, GHES_ENOENT,
				    text("ghes=%s: %s; expected a regular file, a ghes.c", ghes,
					 errno == EINVAL ? "no regular file" : strerror(errno)));
		} else if (sources[i].need == NEEDED || errno != ENOENT) {
			return cannot_read(p, p->dir, sources[i].name,
					   "; expected a kernel tree of 5.10 or later, or a folder "
					   "with this file at the same place");
		}
	}
	return 0;
}

static int take_headers(struct probe *p)
{
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct probe_file *file = &p->header[p->nr_headers];

		if (take(file, p->dir, headers[i].path)) {
			free(file->name);
			file->name = text("%s", headers[i].name);
			p->nr_headers++;
		} else if (headers[i].need == NEEDED || errno != ENOENT) {
			return cannot_read(
				p, p->dir, headers[i].path,
				"; the core's files own it, so it must come from the same "
				"tree");
		}
	}
	return 0;
}

static bool has_header(const struct probe *p, const char *name)
{
	for (size_t i = 0; i < p->nr_headers; i++)
		if (!strcmp(p->header[i].name, name))
			return true;
	return false;
}

/* Every `#include <name>` of @source that no header of the tree answers. */
static int collect_includes(struct probe *p, const char *source)
{
	for (const char *line = source; line; line = strchr(line, '\n')) {
		const char *s = line + (*line == '\n'), *end;

		line = s;
		while (*s == ' ' || *s == '\t')
			s++;
		if (*s++ != '#')
			continue;
		while (*s == ' ' || *s == '\t')
			s++;
		if (strncmp(s, "include", 7) || !(s = strchr(s, '<')) || s > strchrnul(line, '\n'))
			continue;
		end = strchr(s, '>');
		if (end) {
			char *name = text("%.*s", (int)(end - s - 1), s + 1);

			if (has_header(p, name))
				free(name);
			else if (strstr(name, "..") || !names_add(&p->includes, name))
				return fail(p, GHES_EINVAL, text("%s: too many includes", p->dir));
		}
	}
	return 0;
}

static int collect_all_includes(struct probe *p)
{
	int rc = 0;

	for (size_t i = 0; i < p->nr_sources && !rc; i++)
		rc = collect_includes(p, p->source[i].text);
	for (size_t i = 0; i < p->nr_headers && !rc; i++)
		rc = collect_includes(p, p->header[i].text);
	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]) && !rc; i++)
		names_add(&p->includes, text("%s", left_out[i]));
	return rc;
}

/* The number that ghes.c gives to @macro, if it is a plain one. */
static void take_number(struct probe *p, const char *source, const char *macro, const char *define)
{
	const char *s = strstr(source, macro);

	if (!s)
		return;
	s += strlen(macro);
	while (*s == ' ' || *s == '\t')
		s++;
	if (isdigit((unsigned char)*s))
		names_add(&p->defines, text("-D%s=%d", define, atoi(s)));
}

/* Is the driver's remove of the kind that returns int? "int ghes_remove(" at the start of a line.
 */
static bool remove_returns_int(const char *source)
{
	const char *s = strstr(source, "ghes_remove(struct platform_device");

	if (!s)
		return false;
	while (s > source && s[-1] != '\n')
		s--;
	return strstr(s, "int ") && strstr(s, "int ") < strchr(s, '(');
}

/* What starts the driver: an initcall, or a function that the start of ACPI calls; newest first. */
static int find_start(struct probe *p)
{
	static const char *const inits[] = {"acpi_ghes_init", "ghes_init"};
	const char *ghes = p->source[0].text;

	if (has_word(ghes, "device_initcall") || has_word(ghes, "module_init")) {
		names_add(&p->defines, text("-DSHIM_HAVE_INITCALLS"));
		return 0;
	}
	for (size_t i = 0; i < sizeof(inits) / sizeof(inits[0]); i++) {
		if (!has_word(ghes, inits[i]))
			continue;
		names_add(&p->defines, text("-DSHIM_GHES_INIT=%s", inits[i]));
		names_add(&p->features, text("%s() is called, not an initcall", inits[i]));
		return 0;
	}
	return fail(
		p, GHES_ENOENT,
		text("%s: neither acpi_ghes_init(), ghes_init() nor an initcall is in it; one of "
		     "them must register the driver",
		     p->source[0].path));
}

static int find_features(struct probe *p)
{
	const char *ghes = p->source[0].text;

	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		const struct probe_file *f = source_named(p, features[i].file);

		if (!f || !has_word(f->text, features[i].word))
			continue;
		if (features[i].define)
			names_add(&p->defines, text("-D%s", features[i].define));
		names_add(&p->features, text("%s", features[i].words));
	}
	if (has_header(p, "cxl/event.h") || has_header(p, "linux/cxl-event.h"))
		names_add(&p->defines, text("-DSHIM_HAVE_CXL"));
	if (remove_returns_int(ghes))
		names_add(&p->defines, text("-DSHIM_REMOVE_RETURNS_INT"));
	take_number(p, ghes, "#define GHES_ESTATUS_CACHES_SIZE", "SHIM_CACHES_SIZE");
	return find_start(p);
}

/*
 * Functions that live in big architecture files: the text of one definition, from its name at the
 * start of a line to the closing brace at the start of a line, with a #line directive.
 */
static const struct {
	const char *file, *start, *name, *define;
} extracts[] = {
	{"arch/arm64/kernel/acpi.c", "\nint apei_claim_sea(", "apei_claim_sea", "SHIM_TREE_CLAIM"},
	{"drivers/firmware/arm_sdei.c", "\nint sdei_register_ghes(", "sdei_register_ghes",
	 "SHIM_TREE_SDEI_GHES"},
	{"drivers/firmware/arm_sdei.c", "\nint sdei_unregister_ghes(", "sdei_unregister_ghes",
	 "SHIM_TREE_SDEI_GHES"},
};

static void extract_functions(struct probe *p)
{
	char *all = text("#include \"shim.h\"\n");

	for (size_t i = 0; i < sizeof(extracts) / sizeof(extracts[0]); i++) {
		char *path = text("%s/%s", p->dir, extracts[i].file),
		     *source = file_read(path, NULL);
		const char *start = source ? strstr(source, extracts[i].start) : NULL;
		const char *end = start ? strstr(start, "\n}\n") : NULL;
		unsigned int line = 1;
		char *more;

		if (end) {
			for (const char *s = source; s <= start; s++)
				line += *s == '\n';
			more = text("%s#line %u \"%s\"\n%.*s\n}\n", all, line, path,
				    (int)(end - start - 1), start + 1);
			free(all);
			all = more;
			names_add(&p->defines, text("-D%s", extracts[i].define));
			names_add(&p->functions,
				  text("%s (%s)", extracts[i].name, extracts[i].file));
		}
		free(source);
		free(path);
	}
	if (!p->functions.n) {
		free(all);
		return;
	}
	p->extracts.text = all;
	p->extracts.size = strlen(all);
}

/* VERSION, PATCHLEVEL and SUBLEVEL: only ever shown, nothing depends on it. */
static char *tree_version(const char *dir)
{
	char *path = text("%s/Makefile", dir), *makefile = file_read(path, NULL);
	int version = 0, patchlevel = 0, sublevel = 0;
	bool found = false;

	for (char *line = makefile; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		found |= sscanf(line, "VERSION = %d", &version) == 1;
		sscanf(line, "PATCHLEVEL = %d", &patchlevel);
		sscanf(line, "SUBLEVEL = %d", &sublevel);
	}
	free(path);
	free(makefile);
	return found ? text("%d.%d.%d", version, patchlevel, sublevel) : text("%s", "");
}

static int find_dir(struct probe *p, const char *dir)
{
	struct stat st;

	p->dir = realpath(dir, NULL);
	if (!p->dir || stat(p->dir, &st))
		return fail(p, GHES_ENOENT,
			    text("'%s': %s; expected a kernel tree", dir,
				 errno == ENOENT ? "no such directory" : strerror(errno)));
	if (!S_ISDIR(st.st_mode))
		return fail(p, GHES_ENOENT,
			    text("'%s': a file; expected the directory of a kernel tree", dir));
	if (strpbrk(p->dir, "\"\n"))
		return fail(p, GHES_EINVAL,
			    text("'%s': #include cannot name a file below a directory with a quote "
				 "or a line break in its name; rename it",
				 dir));
	return 0;
}

int probe_tree(struct probe *p, const char *dir, const struct kernel_core_options *options)
{
	int rc;

	memset(p, 0, sizeof(*p));
	p->arch = options->arch;
	rc = find_dir(p, dir);
	if (rc)
		return rc;
	p->version = tree_version(p->dir);
	rc = take_sources(p, options->ghes);
	if (!rc)
		rc = take_headers(p);
	if (!rc)
		rc = collect_all_includes(p);
	if (!rc)
		rc = find_features(p);
	if (rc)
		return rc;
	if (ARM64 & ARCH(p->arch))
		extract_functions(p);
	return 0;
}

void kernel_core_each_file(void (*file)(const char *name, void *arg), void *arg)
{
	file("Makefile", arg);
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		file(sources[i].name, arg);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		file(headers[i].path, arg);
	for (size_t i = 0; i < sizeof(extracts) / sizeof(extracts[0]); i++)
		if (!i || strcmp(extracts[i].file, extracts[i - 1].file))
			file(extracts[i].file, arg);
}

static void file_free(struct probe_file *file)
{
	free(file->path);
	free(file->name);
	free(file->text);
}

void probe_free(struct probe *p)
{
	while (p->nr_sources)
		file_free(&p->source[--p->nr_sources]);
	while (p->nr_headers)
		file_free(&p->header[--p->nr_headers]);
	file_free(&p->extracts);
	names_free(&p->includes);
	names_free(&p->defines);
	names_free(&p->features);
	names_free(&p->functions);
	free(p->version);
	free(p->dir);
}
