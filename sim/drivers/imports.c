// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow: handle -> its dynamic section -> the symbols that its relocations name (System V ABI,
 * chapter 5, dynamic linking).
 */
#include "drivers/imports.h"

#include <dlfcn.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if __ELF_NATIVE_CLASS == 64
#define SYMBOL_OF(info) ELF64_R_SYM(info)
#else
#define SYMBOL_OF(info) ELF32_R_SYM(info)
#endif

struct dynamic {
	const ElfW(Sym) * symbols;
	const char *names;
	const char *table[2]; /* of relocations: of calls (DT_JMPREL), of data (DT_RELA, DT_REL) */
	size_t bytes[2], entry[2];
};

/* glibc replaces the offsets in the dynamic section by addresses on most architectures. */
static const void *at(const struct link_map *map, uintptr_t value)
{
	return (const void *)(value < map->l_addr ? map->l_addr + value : value);
}

static void note(struct dynamic *d, const struct link_map *map, const ElfW(Dyn) * entry)
{
	switch (entry->d_tag) {
	case DT_SYMTAB:
		d->symbols = at(map, entry->d_un.d_ptr);
		break;
	case DT_STRTAB:
		d->names = at(map, entry->d_un.d_ptr);
		break;
	case DT_JMPREL:
		d->table[0] = at(map, entry->d_un.d_ptr);
		break;
	case DT_PLTRELSZ:
		d->bytes[0] = entry->d_un.d_val;
		break;
	case DT_PLTREL:
		d->entry[0] = entry->d_un.d_val == DT_RELA ? sizeof(ElfW(Rela)) : sizeof(ElfW(Rel));
		break;
	case DT_RELA:
	case DT_REL:
		d->table[1] = at(map, entry->d_un.d_ptr);
		break;
	case DT_RELASZ:
	case DT_RELSZ:
		d->bytes[1] = entry->d_un.d_val;
		break;
	case DT_RELAENT:
	case DT_RELENT:
		d->entry[1] = entry->d_un.d_val;
		break;
	default:
		break;
	}
}

bool imports_symbol(void *handle, const char *symbol)
{
	struct dynamic d = {.symbols = NULL};
	struct link_map *map;

	if (dlinfo(handle, RTLD_DI_LINKMAP, &map))
		return false;
	for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++)
		note(&d, map, entry);
	if (!d.symbols || !d.names)
		return false;
	for (unsigned int i = 0; i < 2; i++) {
		if (!d.table[i] || !d.entry[i])
			continue;
		for (size_t k = 0; k + d.entry[i] <= d.bytes[i]; k += d.entry[i]) {
			/* Elf_Rela begins as Elf_Rel does */
			const ElfW(Rel) *rel = (const ElfW(Rel) *)(d.table[i] + k);
			const ElfW(Sym) *sym = &d.symbols[SYMBOL_OF(rel->r_info)];

			if (!strcmp(d.names + sym->st_name, symbol))
				return true;
		}
	}
	return false;
}
