// SPDX-License-Identifier: GPL-2.0-only
#include "debugger.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * Some oracles know only at the end that something is missing; so the stack is shown whenever a
 * notification arrives, too: there is what it interrupted.
 *
 * Faults are the simulator's own way to learn which memory a run touches; a real one is reported by
 * the handler, with what faulted below it on the stack.
 */
static const char script[] = "set pagination off\n"
			     "set confirm off\n"
			     "set breakpoint pending on\n"
			     "handle SIGSEGV SIGBUS SIGILL SIGFPE nostop noprint pass\n"
			     "break sim_arrive\n"
			     "commands\n"
			     "silent\n"
			     "echo \\nA notification arrives, on top of what it interrupts:\\n\n"
			     "backtrace\n"
			     "continue\n"
			     "end\n"
			     "break sim_defect\n"
			     "commands\n"
			     "silent\n"
			     "echo \\nAn oracle reports:\\n\n"
			     "backtrace\n"
			     "end\n"
			     "run\n";

/* "/proc/self/fd/N" of a file that holds the script and has no name; "" with errno. */
static void make_script(char *name, size_t size)
{
	int fd = memfd_create("ghes-sim.gdb", 0);

	*name = '\0';
	if (fd >= 0 && write(fd, script, sizeof(script) - 1) == (ssize_t)sizeof(script) - 1)
		snprintf(name, size, "/proc/self/fd/%d", fd);
}

int replay_in_debugger(const struct cli_options *o, const char *file)
{
	static char self[PATH_MAX], script_name[40];
	char *argv[16] = {"gdb", "-q", "-x", script_name};
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int n = 4;

	make_script(script_name, sizeof(script_name));
	if (length < 0 || !*script_name)
		return cli_error("gdb: its commands cannot be written: %s", strerror(errno));
	if (!isatty(STDIN_FILENO))
		argv[n++] = "-batch";
	argv[n++] = "--args";
	argv[n++] = self;
	argv[n++] = "replay";
	argv[n++] = "--quiet";
	if (o->core_set) {
		argv[n++] = "--core";
		argv[n++] = (char *)(uintptr_t)o->core;
	}
	argv[n++] = (char *)(uintptr_t)file;
	argv[n] = NULL;
	execvp(argv[0], argv);
	return cli_error("gdb: %s (Debian's package gdb has it)", strerror(errno));
}
