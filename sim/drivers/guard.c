// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/guard.h"

#include <dlfcn.h>
#include <link.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define TICK_USEC 250000

/* The last one is the clock's. */
static const int signals[GUARD_NR_SIGNALS] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGVTALRM};

static struct sim_guard *armed;

const void *guard_pc(const void *context)
{
	const ucontext_t *uc = context;

#if defined(__x86_64__)
	return (const void *)(uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (const void *)(uintptr_t)uc->uc_mcontext.pc;
#else
	(void)uc;
	return NULL;
#endif
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	struct sim_guard *g = armed;

	if (!g) {
		signal(sig, SIG_DFL);
		return;
	}
	if (sig == SIGVTALRM) {
		if (*g->moves != g->seen)
			g->idle_ticks = 0;
		g->seen = *g->moves;
		if (++g->idle_ticks * (TICK_USEC / 1000) < GUARD_ENDLESS_SECONDS * 1000)
			return;
	}
	g->signal = sig == SIGVTALRM ? 0 : sig;
	g->code = info->si_code;
	g->address = info->si_addr;
	g->pc = guard_pc(context);
	armed = NULL; /* what follows is the driver's; its own faults are not the core's */
	g->ended(g);
}

void guard_arm(struct sim_guard *g)
{
	const struct itimerval tick = {{0, TICK_USEC}, {0, TICK_USEC}};
	struct sigaction a;

	memset(&a, 0, sizeof(a));
	a.sa_sigaction = on_signal;
	a.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART;
	g->seen = *g->moves;
	g->idle_ticks = 0;
	armed = g;
	for (unsigned int i = 0; i < GUARD_NR_SIGNALS; i++)
		sigaction(signals[i], &a, &g->old[i]);
	setitimer(ITIMER_VIRTUAL, &tick, NULL);
}

void guard_disarm(struct sim_guard *g)
{
	const struct itimerval never = {{0, 0}, {0, 0}};

	setitimer(ITIMER_VIRTUAL, &never, NULL);
	armed = NULL;
	for (unsigned int i = 0; i < GUARD_NR_SIGNALS; i++)
		sigaction(signals[i], &g->old[i], NULL);
}

/* ---- Where that was -------------------------------------------------------------------------- */

/* Output of addr2line on @pc of @object, started without a shell; "" when there is none. */
static void addr2line(const char *object, uintptr_t pc, char *text, size_t size)
{
	extern char **environ;
	char address[32];
	char *argv[] = {"addr2line", "-f", "-s", "-e", (char *)(uintptr_t)object, address, NULL};
	posix_spawn_file_actions_t io;
	size_t have = 0;
	ssize_t n;
	pid_t pid;
	int fds[2];

	text[0] = '\0';
	snprintf(address, sizeof(address), "%#lx", (unsigned long)pc);
	if (pipe(fds))
		return;
	posix_spawn_file_actions_init(&io);
	posix_spawn_file_actions_adddup2(&io, fds[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&io, STDERR_FILENO, "/dev/null", 1, 0);
	posix_spawn_file_actions_addclose(&io, fds[0]);
	if (posix_spawnp(&pid, argv[0], &io, NULL, argv, environ))
		pid = 0;
	posix_spawn_file_actions_destroy(&io);
	close(fds[1]);
	while (have < size - 1 && (n = read(fds[0], text + have, size - 1 - have)) > 0)
		have += (size_t)n;
	close(fds[0]);
	if (pid)
		waitpid(pid, NULL, 0);
	text[have] = '\0';
}

void guard_locate(const void *pc, char *text, int size)
{
	struct link_map *map = NULL;
	char out[1024], *line;
	Dl_info info;

	text[0] = '\0';
	if (!pc || !dladdr1(pc, &info, (void **)&map, RTLD_DL_LINKMAP) || !map)
		return;
	addr2line(map->l_name[0] ? map->l_name : "/proc/self/exe", (uintptr_t)pc - map->l_addr, out,
		  sizeof(out));
	line = strchr(out, '\n');
	if (!line || out[0] == '?')
		return;
	*line++ = '\0';
	line[strcspn(line, " \n")] = '\0';
	snprintf(text, (size_t)size, "%.80s() at %.100s", out, line);
}
