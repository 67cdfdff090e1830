/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From an address in this process to function, file and line, by addr2line.
 *
 * Defined here because it is compiled into two libraries: the engine behind <ghes/explore.h>, which
 * stands alone, and the drivers, some of which are linked without it.
 */
#ifndef SIM_WHERE_H
#define SIM_WHERE_H

#include <dlfcn.h>
#include <link.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Its output on @address of the file @object, started without a shell; false: none. */
static inline bool where_addr2line(const char *object, uintptr_t address, char *text, size_t size)
{
	extern char **environ;
	char hex[32];
	char *argv[] = {"addr2line", "-f", "-s", "-e", (char *)(uintptr_t)object, hex, NULL};
	posix_spawn_file_actions_t io;
	size_t have = 0;
	ssize_t n;
	pid_t pid;
	int fds[2];
	bool started;

	snprintf(hex, sizeof(hex), "%#lx", (unsigned long)address);
	if (pipe(fds))
		return false;
	posix_spawn_file_actions_init(&io);
	posix_spawn_file_actions_adddup2(&io, fds[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&io, STDERR_FILENO, "/dev/null", 1, 0);
	posix_spawn_file_actions_addclose(&io, fds[0]);
	started = !posix_spawnp(&pid, argv[0], &io, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&io);
	close(fds[1]);
	while (started && have < size - 1 && (n = read(fds[0], text + have, size - 1 - have)) > 0)
		have += (size_t)n;
	close(fds[0]);
	if (started)
		waitpid(pid, NULL, 0);
	text[have] = '\0';
	return have > 0;
}

/* The file that @pc was loaded from, and its address in there. */
static inline bool where_object(const void *pc, char *path, size_t size, uintptr_t *address)
{
	struct link_map *map = NULL;
	Dl_info info;
	ssize_t n;

	if (!pc || !dladdr1(pc, &info, (void **)&map, RTLD_DL_LINKMAP) || !map)
		return false;
	*address = (uintptr_t)pc - map->l_addr;
	if (map->l_name[0])
		return (size_t)snprintf(path, size, "%s", map->l_name) < size;
	/* the program: for addr2line, /proc/self/exe would be addr2line */
	n = readlink("/proc/self/exe", path, size - 1);
	path[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* @function and @place ("file.c:12") of @pc; "" where nothing is known. Task context. */
static inline void sim_where(const void *pc, char function[101], char place[201])
{
	char path[512], text[1024], *line;
	uintptr_t address;

	function[0] = place[0] = '\0';
	if (!where_object(pc, path, sizeof(path), &address) ||
	    !where_addr2line(path, address, text, sizeof(text)))
		return;
	line = strchr(text, '\n');
	if (!line)
		return;
	*line++ = '\0';
	line[strcspn(line, " \n")] = '\0';
	if (text[0] != '?')
		snprintf(function, 101, "%.100s", text);
	if (line[0] != '?')
		snprintf(place, 201, "%.200s", line);
}

#endif
