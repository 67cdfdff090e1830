// SPDX-License-Identifier: GPL-2.0-only
/*
 * Driver `stress`: real threads as CPUs, real signals as pseudo-NMIs, full speed.
 *
 * Flow: a thread a CPU runs its program over and over; between actions it sends notifications to
 * the others and to itself, and one more thread, firmware, sends them all the time: a real-time
 * signal for each class of notification, the arrival's number as its value. The handler is
 * sim_arrive(). What may nest is in the handlers' signal masks, so a notification lands in the
 * middle of the core's code, at whatever instruction the thread is.
 *
 * Deep nests hardly come about by luck where many threads share few cores: of signals that wait for
 * a thread the kernel stacks all handlers before the first runs, so that the strongest runs alone.
 * As long as a nest that the scenario claims is missing, the storm is aimed, too: where a CPU
 * stands in the outer contexts of that nest it sends itself, at some of the core's calls of the
 * platform, what enters the next one. Masks and table decide as ever what comes of it.
 *
 * A CONSUME arrival is a load from a page without access rights: the fault is the synchronous
 * external abort, and the load is retried when the handler returns.
 *
 * A run counts what it reached and is vacuous where a nest that the scenario claims was not.
 * Throughput is told beside the machine's own floor, a bare signal to handler round trip.
 */
#include "drivers/driver.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "drivers/cores.h"
#include "drivers/counts.h"
#include "drivers/fault_stack.h"
#include "drivers/guard.h"
#include "drivers/known.h"
#include "drivers/stress_aim.h"
#include "drivers/stress_tsan.h"
#include "machine/random.h"

#define DEFAULT_SECONDS 2.0
#define STALLED_SECONDS 20
#define LOST_SECONDS	4 /* of its own CPU time, after it was told to stop */
#define PATIENCE	9 /* so many times the time that was asked for */
#define PAGE		4096u
/* What a CPU may have in its signal queue before the others leave it alone. */
#define MAX_BACKLOG	64
/*
 * So many notifications reach a CPU while its task does one thing; what is more waits. Without an
 * end to a storm the task might never get a turn, and what only a task does would not be tested.
 */
#define MAX_STORM	256

struct stress;

/* One simulated CPU. Other threads touch only what is atomic. */
struct cpu {
	struct stress *s;
	unsigned int id;
	pthread_t thread;
	bool started;
	uint64_t rng;
	sigjmp_buf out; /* where a run that must end now continues */
	volatile char *poison;
	volatile const struct sim_action *consuming;
	_Atomic int backlog;	    /* signals sent and not yet handled; a hint only */
	_Atomic unsigned int storm; /* signals sent since the task's last action; a hint too */
	_Atomic bool lived;	    /* its program ran to the end, once at least */
	_Atomic bool finished;
	bool waits;	   /* for another CPU; its own thread's */
	double stopped_at; /* CPU time when it was told to stop */
	struct stress_tsan_cpu tsan;
	/* Statistics; atomic, because its handlers count as well. */
	_Atomic uint64_t sent_self, sent_other, aimed, refused, sea;
};

struct stress {
	struct sim_driver driver; /* first: the machine hands it back */
	struct cpu firmware;	  /* no CPU, but it sends like one */
	struct cpu own; /* the driver's own thread, while the core runs on it: boot and rest */
	const struct sim_scenario *scenario;
	struct sim_machine *m;
	struct sim_config config;
	struct sim_counts *counts; /* of m */
	uint32_t claimed;	   /* bit n: the scenario's n-th nest */
	struct cpu *cpus;
	const struct sim_options *options;
	struct known_watch known;
	uint64_t events; /* stop after so many */
	double from;	 /* when the driver began */
	bool tsan;	 /* direct calls instead of signals */
	bool booted;	 /* the core took a source, or may yet: it can be notified */
	bool idle;	 /* nothing was delivered in the last round: nor will it be in the next */
	const struct ghes_core_ops *ops;
	bool patient;	 /* nobody asked for a time: wait for rare nests */
	_Atomic bool go; /* all threads are there: their ids may be used */
	_Atomic bool stop;
	_Atomic bool crashed; /* the core is in no state to come to rest from */
	_Atomic bool give_up; /* threads that hang are to leave by the watchdog's signal */
	_Atomic(const void *) crashed_at; /* program counter of the first fault, or NULL */
	_Atomic(const void *) lost_at;	  /* likewise, of a loop that never ends */
	struct watchdog watchdog;	  /* of the driver's own thread */
};

static _Thread_local struct cpu *me;

static uint64_t delivered(const struct stress *s)
{
	return counts_notifications(counts_of(s->m));
}

/* ---- Signals --------------------------------------------------------------------------------- */

/*
 * Signal numbers by class, the strongest last. A handler masks its own class and weaker ones, so
 * the kernel lets through exactly what may nest (the machine's table has the last word).
 */
enum { CLASS_WORK, CLASS_SOFTIRQ, CLASS_IRQ, CLASS_SEI, CLASS_NORMAL, CLASS_CRITICAL, NR_CLASSES };

static int signal_of(unsigned int class)
{
	return SIGRTMIN + 1 + (int)class;
}

static int watchdog_signal(void)
{
	return SIGRTMIN + 1 + NR_CLASSES;
}

static void mask_up_to(sigset_t *set, unsigned int class)
{
	sigemptyset(set);
	for (unsigned int i = 0; i <= class; i++)
		sigaddset(set, signal_of(i));
}

static void all_classes(sigset_t *set)
{
	mask_up_to(set, NR_CLASSES - 1);
}

static unsigned int class_of(const struct sim_config *c, const struct sim_action *a)
{
	for (unsigned int i = 0; i < c->nr_sources; i++) {
		if (c->sources[i].id != a->source)
			continue;
		switch (c->sources[i].notify) {
		case ACPI_HEST_NOTIFY_SCI:
		case ACPI_HEST_NOTIFY_GSIV:
		case ACPI_HEST_NOTIFY_GPIO:
			return CLASS_WORK;
		case ACPI_HEST_NOTIFY_POLLED:
			return CLASS_SOFTIRQ;
		case ACPI_HEST_NOTIFY_SOFTWARE_DELEGATED:
			return c->sources[i].sdei_critical ? CLASS_CRITICAL : CLASS_NORMAL;
		case ACPI_HEST_NOTIFY_NMI:
			return CLASS_NORMAL;
		case ACPI_HEST_NOTIFY_SEI:
		case ACPI_HEST_NOTIFY_SEA:
			return CLASS_SEI;
		}
	}
	return CLASS_IRQ;
}

/* What a signal carries: the arrival's number, and whether its notification comes alone. */
#define ALONE 0x40000000

/*
 * The @what-th arrival of the scenario on this CPU. Alone, its record is left out: firmware tries
 * once more where a dispatch was refused and the record is still in its block, or else nothing
 * would ever come of that source again.
 */
static enum sim_verdict arrive(struct cpu *cpu, int what)
{
	struct sim_action a = cpu->s->scenario->arrivals[what & ~ALONE].action;

	if (what & ALONE) {
		a.kind = SIM_ACTION_RAISE;
		a.record = -1;
	}
	return sim_arrive(cpu->s->m, cpu->id, &a);
}

static void on_notification(int sig, siginfo_t *info, void *context)
{
	struct cpu *cpu = me;
	int saved = errno;

	(void)sig;
	(void)context;
	if (cpu) {
		atomic_fetch_sub_explicit(&cpu->backlog, 1, memory_order_relaxed);
		if (!atomic_load(&cpu->s->stop))
			arrive(cpu, info->si_value.sival_int);
	}
	errno = saved;
}

static bool all_finished(struct stress *s)
{
	for (unsigned int i = 0; i < s->config.nr_cpus; i++)
		if (s->cpus[i].started && !atomic_load(&s->cpus[i].finished))
			return false;
	return true;
}

/*
 * Out of whatever runs on this thread, at whatever depth; when all CPUs stand still, because until
 * then another one may write what is on this stack: the claim that waits there, say.
 */
_Noreturn static void leave(struct cpu *cpu)
{
	sigset_t set;

	all_classes(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	atomic_store(&cpu->finished, true);
	while (cpu->started && !all_finished(cpu->s))
		sched_yield();
	if (cpu->s->tsan)
		stress_tsan_abandon(&cpu->tsan);
	siglongjmp(cpu->out, 1);
}

/* The first is the one to look at. relaxed: read when all threads are joined */
static void note_first(_Atomic(const void *) *at, const void *pc)
{
	const void *none = NULL;

	atomic_compare_exchange_strong_explicit(at, &none, pc, memory_order_relaxed,
						memory_order_relaxed);
}

static void crash(struct cpu *cpu, int sig, const void *address, const void *pc)
{
	note_first(&cpu->s->crashed_at, pc);
	sim_defect(cpu->s->m, SIM_ORACLE_crash, "signal %d (%s) at address %p", sig,
		   sigdescr_np(sig), address);
	atomic_store(&cpu->s->crashed, true);
	atomic_store(&cpu->s->stop, true);
	leave(cpu);
}

/*
 * The synchronous abort: a load from the poisoned page. Anything else is a crash of the core, which
 * may have used up its stack: this runs on another (fault_stack.h).
 */
static void on_fault(int sig, siginfo_t *info, void *context)
{
	struct cpu *cpu = me;
	char *at = info->si_addr;

	if (!cpu) {
		signal(sig, SIG_DFL);
		return;
	}
	if (!cpu->consuming || at < (char *)cpu->poison || at >= (char *)cpu->poison + PAGE)
		crash(cpu, sig, at, guard_pc(context));
	cpu->sea++;
	sim_arrive(cpu->s->m, cpu->id, (const struct sim_action *)cpu->consuming);
	cpu->consuming = NULL;
	/* The retry must succeed: page offlined, or task signalled; the oracle checks which. */
	mprotect(at - ((uintptr_t)at % PAGE), PAGE, PROT_READ);
}

static void on_watchdog(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	if (!me || !atomic_load(&me->s->give_up))
		return;
	if (!me->waits)
		note_first(&me->s->lost_at, guard_pc(context));
	leave(me);
}

/* The core computes on the driver's own thread, where nobody waits for it. */
static void on_tick(int sig, siginfo_t *info, void *context)
{
	struct stress *s = me ? me->s : NULL;

	(void)sig;
	(void)info;
	if (!s || watchdog_idle_ms(&s->watchdog, delivered(s)) < WATCHDOG_SECONDS * 1000)
		return;
	note_first(&s->lost_at, guard_pc(context));
	sim_defect(s->m, SIM_ORACLE_progress, "the core computes for ever: %d seconds of CPU time",
		   WATCHDOG_SECONDS);
	atomic_store(&s->crashed, true);
	atomic_store(&s->stop, true);
	leave(me);
}

static void install_handlers(void)
{
	struct sigaction a;

	for (unsigned int class = 0; class < NR_CLASSES; class ++) {
		memset(&a, 0, sizeof(a));
		a.sa_sigaction = on_notification;
		a.sa_flags = SA_SIGINFO | SA_RESTART;
		mask_up_to(&a.sa_mask, class);
		sigaction(signal_of(class), &a, NULL);
	}
	memset(&a, 0, sizeof(a));
	a.sa_sigaction = on_fault;
	a.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
	sigaction(SIGSEGV, &a, NULL);
	sigaction(SIGBUS, &a, NULL);
	sigaction(SIGILL, &a, NULL);
	sigaction(SIGFPE, &a, NULL);
	memset(&a, 0, sizeof(a));
	a.sa_sigaction = on_watchdog;
	a.sa_flags = SA_SIGINFO;
	sigaction(watchdog_signal(), &a, NULL);
}

static void remove_handlers(void)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};

	for (unsigned int i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		signal(faults[i], SIG_DFL);
	for (unsigned int class = 0; class < NR_CLASSES; class ++)
		signal(signal_of(class), SIG_IGN);
}

/* ---- The driver's callbacks ------------------------------------------------------------------ */

static bool wait(struct sim_driver *d, struct sim_machine *m, unsigned int cpu, const void *on_what)
{
	struct stress *s = (struct stress *)d;

	(void)cpu;
	(void)on_what;
	/* Who holds it may have panicked: then this CPU waits for ever, as it would in life. */
	if (me && (sim_stopped(m) || atomic_load(&s->crashed)))
		leave(me);
	if (me)
		me->waits = true;
	sched_yield();
	if (me)
		me->waits = false;
	return !atomic_load(&s->give_up);
}

static void stop(struct sim_driver *d, struct sim_machine *m)
{
	struct stress *s = (struct stress *)d;

	(void)m;
	atomic_store(&s->stop, true);
	if (me)
		leave(me);
}

/* ---- A CPU ----------------------------------------------------------------------------------- */

/* The @n-th arrival, without its record if it is one of records. */
static int alone(const struct stress *s, int n)
{
	return s->scenario->arrivals[n].action.kind == SIM_ACTION_REPORT ? n | ALONE : n;
}

static bool send(struct cpu *from, struct cpu *to, int what)
{
	const struct sim_arrival *a = &from->s->scenario->arrivals[what & ~ALONE];
	union sigval value = {.sival_int = what};

	if (atomic_load_explicit(&to->backlog, memory_order_relaxed) >= MAX_BACKLOG ||
	    atomic_load_explicit(&to->storm, memory_order_relaxed) >= MAX_STORM ||
	    atomic_load(&to->finished)) {
		from->refused++;
		return false;
	}
	atomic_fetch_add_explicit(&to->backlog, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&to->storm, 1, memory_order_relaxed);
	if (pthread_sigqueue(to->thread, signal_of(class_of(&from->s->config, &a->action)),
			     value)) {
		atomic_fetch_sub_explicit(&to->backlog, 1, memory_order_relaxed);
		from->refused++;
		return false;
	}
	if (from == to)
		from->sent_self++;
	else
		from->sent_other++;
	return true;
}

/* ---- Aim ------------------------------------------------------------------------------------- */

/* @cpu is in the core, or in its task: is that a place for what a missing nest lacks? */
static void aim(struct cpu *cpu)
{
	const struct stress *s = cpu->s;
	/* relaxed: what was just seen may be tried once more */
	uint32_t missing =
		s->claimed & ~atomic_load_explicit(&s->counts->nests_seen, memory_order_relaxed);
	const uint8_t *stack = s->counts->stack[cpu->id].running;
	unsigned int depth = s->counts->stack[cpu->id].depth;
	uint8_t task;
	int n;

	if (!missing || sim_random(&cpu->rng) % 4)
		return;
	task = (uint8_t)sim_running(s->m, cpu->id);
	n = stress_aim(s->scenario, missing, depth ? stack : &task, depth ? depth : 1);
	if (n < 0)
		return;
	if (sim_firmware_backlog(s->m, s->scenario->arrivals[n].action.source))
		n = alone(s, n);
	cpu->aimed += send(cpu, cpu, n);
}

static void point(struct sim_driver *d, struct sim_machine *m, unsigned int cpu,
		  enum sim_event_kind kind, uint64_t arg)
{
	const struct stress *s = (const struct stress *)d;

	(void)m;
	(void)cpu;
	(void)kind;
	(void)arg;
	if (me && me->tsan.interrupt)
		stress_tsan_point(&me->tsan);
	else if (me && me->started && !s->tsan && !atomic_load(&s->stop))
		aim(me);
}

/* A load from poisoned memory, as this CPU's task; the fault handler does the rest. */
static void consume(struct cpu *cpu, const struct sim_action *a)
{
	struct stress *s = cpu->s;

	if (!cpu->poison || s->tsan) { /* the runtime cannot stand a synchronous signal */
		sim_do(s->m, cpu->id, a);
		return;
	}
	cpu->consuming = a;
	(void)*cpu->poison;
	cpu->consuming = NULL;
	mprotect((void *)cpu->poison, PAGE, PROT_NONE);
}

/*
 * What arrives next, or -1: nothing. As long as firmware keeps records of a source back it gets
 * hardly any more: they would wait as well, and nothing would be delivered where it arrives.
 */
static int draw_arrival(struct cpu *cpu)
{
	const struct sim_scenario *sc = cpu->s->scenario;
	uint64_t r = sim_random(&cpu->rng);
	int n;

	if (!sc->nr_arrivals)
		return -1;
	n = (int)((r >> 8) % sc->nr_arrivals);
	if (!sim_firmware_backlog(cpu->s->m, sc->arrivals[n].action.source))
		return n;
	switch (r % 16) {
	case 0:
		return alone(cpu->s, n);
	case 1:
		return n;
	default:
		return -1;
	}
}

static void notify_somebody(struct cpu *cpu)
{
	const struct sim_scenario *sc = cpu->s->scenario;
	int what = draw_arrival(cpu), n = what & ~ALONE;
	unsigned int to;

	if (what < 0) {
		cpu->refused++;
		return;
	}
	if (sc->arrivals[n].action.kind == SIM_ACTION_CONSUME) {
		/* Synchronous: only a CPU can do that to itself. */
		if (cpu != &cpu->s->firmware)
			consume(cpu, &sc->arrivals[n].action);
		return;
	}
	if (cpu->s->tsan) {
		arrive(cpu, what);
		return;
	}
	to = sc->arrivals[n].cpu < 0 || cpu->s->config.nr_cpus != sc->config.nr_cpus
		     ? (unsigned int)(sim_random(&cpu->rng) % cpu->s->config.nr_cpus)
		     : (unsigned int)sc->arrivals[n].cpu;
	send(cpu, &cpu->s->cpus[to], what);
}

static const struct sim_program *program_of(const struct stress *s, unsigned int cpu)
{
	const struct sim_scenario *sc = s->scenario;

	for (unsigned int i = 0; i < sc->nr_programs; i++)
		if (sc->programs[i].cpu == cpu % sc->config.nr_cpus)
			return &sc->programs[i];
	return NULL;
}

static bool enough(const struct stress *s)
{
	return atomic_load_explicit(&s->stop, memory_order_relaxed) || sim_stopped(s->m) ||
	       (s->tsan && stress_tsan_race());
}

static void live(struct cpu *cpu)
{
	static const struct sim_action pause = {.kind = SIM_ACTION_KERNEL, .count = 1};
	static const struct sim_action work = {.kind = SIM_ACTION_RUN_WORK};
	const struct sim_program *p = program_of(cpu->s, cpu->id);

	while (!enough(cpu->s)) {
		for (unsigned int i = 0; p && i < p->nr_actions && !enough(cpu->s); i++) {
			if (p->actions[i].kind == SIM_ACTION_CONSUME)
				consume(cpu, &p->actions[i]);
			else
				sim_do(cpu->s->m, cpu->id, &p->actions[i]);
			atomic_store_explicit(&cpu->storm, 0, memory_order_relaxed);
			notify_somebody(cpu);
		}
		if (!p)
			sim_do(cpu->s->m, cpu->id, &pause);
		atomic_store_explicit(&cpu->lived, true, memory_order_relaxed);
		atomic_store_explicit(&cpu->storm, 0, memory_order_relaxed);
		notify_somebody(cpu);
		sim_do(cpu->s->m, cpu->id, &work);
	}
}

/* ThreadSanitizer: a point inside the core is reached. */
static bool interrupt(void *arg)
{
	struct cpu *cpu = arg;
	int what = enough(cpu->s) ? -1 : draw_arrival(cpu);

	return what >= 0 && arrive(cpu, what) == SIM_NOW;
}

static void live_interrupted(struct cpu *cpu)
{
	cpu->tsan.arg = cpu;
	cpu->tsan.rng = ~cpu->rng;
	if (stress_tsan_enter(&cpu->tsan))
		return;
	cpu->tsan.interrupt = interrupt;
	if (!sigsetjmp(cpu->out, 0))
		live(cpu);
	cpu->tsan.interrupt = NULL;
	stress_tsan_leave(&cpu->tsan);
}

static void live_signalled(struct cpu *cpu)
{
	sigset_t set;

	all_classes(&set);
	if (!sigsetjmp(cpu->out, 1)) {
		pthread_sigmask(SIG_UNBLOCK, &set, NULL);
		live(cpu);
	}
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void *cpu_thread(void *arg)
{
	struct fault_stack faults;
	struct cpu *cpu = arg;

	me = cpu;
	fault_stack_enter(&faults);
	sim_set_this_cpu(cpu->s->m, cpu->id);
	while (!atomic_load(&cpu->s->go))
		sched_yield();
	if (cpu->s->tsan)
		live_interrupted(cpu);
	else
		live_signalled(cpu);
	fault_stack_leave(&faults);
	atomic_store(&cpu->finished, true);
	return NULL;
}

/* Firmware: notifications out of the blue, as fast as the CPUs take them. */
static void *firmware_thread(void *arg)
{
	struct cpu *firmware = arg;
	uint64_t refused = 0;

	while (!enough(firmware->s)) {
		notify_somebody(firmware);
		if (firmware->refused != refused)
			sched_yield();
		refused = firmware->refused;
	}
	return NULL;
}

/* ---- A round --------------------------------------------------------------------------------- */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu_time_of(const struct cpu *cpu)
{
	struct timespec t = {0};
	clockid_t clock;

	if (!pthread_getcpuclockid(cpu->thread, &clock))
		clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Has one of those that were told to stop computed for too long since? */
static bool somebody_is_lost(struct stress *s)
{
	for (unsigned int i = 0; i < s->config.nr_cpus; i++) {
		const struct cpu *cpu = &s->cpus[i];

		if (cpu->started && !atomic_load(&cpu->finished) &&
		    cpu_time_of(cpu) > cpu->stopped_at + LOST_SECONDS)
			return true;
	}
	return false;
}

/* Threads were told to stop: those that do not within a while hang, which is a defect. */
static void bring_home(struct stress *s)
{
	double deadline = now() + STALLED_SECONDS;

	for (unsigned int i = 0; i < s->config.nr_cpus; i++)
		if (s->cpus[i].started)
			s->cpus[i].stopped_at = cpu_time_of(&s->cpus[i]);
	while (!all_finished(s) && !somebody_is_lost(s) && now() < deadline)
		usleep(200);
	for (unsigned int i = 0; i < s->config.nr_cpus; i++) {
		struct cpu *cpu = &s->cpus[i];

		if (cpu->started && !atomic_load(&cpu->finished)) {
			sim_defect(s->m, SIM_ORACLE_progress, "cpu %u does not come to an end", i);
			atomic_store(&s->give_up, true);
			pthread_kill(cpu->thread, watchdog_signal());
		}
	}
	if (s->firmware.started)
		pthread_join(s->firmware.thread, NULL);
	for (unsigned int i = 0; i < s->config.nr_cpus; i++)
		if (s->cpus[i].started)
			pthread_join(s->cpus[i].thread, NULL);
}

/* Rare nests take their time: a run that lacks one goes on for a while. */
static bool nests_missing(const struct stress *s)
{
	return scenario_demanded_nests(s->scenario) & ~counts_of(s->m)->nests_seen;
}

static bool all_lived(const struct stress *s)
{
	for (unsigned int i = 0; i < s->config.nr_cpus; i++)
		if (!atomic_load_explicit(&s->cpus[i].lived, memory_order_relaxed))
			return false;
	return true;
}

/*
 * Until there were enough notifications and every program had its turn, or the time is over, or
 * nothing moves any more.
 */
static void watch(struct stress *s, double until)
{
	uint64_t before = 0;
	double moved = now(), lacking = moved;

	while (!enough(s)) {
		double t, grace;
		uint64_t n;

		usleep(1000);
		n = delivered(s);
		t = now();
		if (n != before) {
			before = n;
			moved = t;
		}
		if (n < s->events)
			lacking = t;
		grace = s->patient && nests_missing(s) ? (until - s->from) * PATIENCE : 0;
		if (sim_asked_to_stop(s->options) ||
		    (n >= s->events && (all_lived(s) || t - lacking > STALLED_SECONDS)) ||
		    t - moved > STALLED_SECONDS || t > until + grace)
			break;
	}
	atomic_store(&s->stop, true);
}

static bool start(struct stress *s)
{
	/* All signals blocked while threads are made: nobody is notified before it is a CPU. */
	sigset_t set, old;
	bool ok = true;

	all_classes(&set);
	pthread_sigmask(SIG_BLOCK, &set, &old);
	atomic_store(&s->go, false);
	for (unsigned int i = 0; ok && i < s->config.nr_cpus; i++) {
		s->cpus[i].s = s;
		s->cpus[i].id = i;
		s->cpus[i].poison = sim_poison_page(s->m, i);
		s->cpus[i].rng = s->config.seed ^ (i + 1) * UINT64_C(0xd1342543de82ef95);
		ok = !pthread_create(&s->cpus[i].thread, NULL, cpu_thread, &s->cpus[i]);
		s->cpus[i].started = ok;
	}
	atomic_store(&s->stop, !ok);
	atomic_store(&s->go, true);
	if (ok && !s->tsan) {
		s->firmware = (struct cpu){.s = s, .rng = ~s->config.seed};
		ok = !pthread_create(&s->firmware.thread, NULL, firmware_thread, &s->firmware);
		s->firmware.started = ok;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ok;
}

static void count_cpus(const struct stress *s, struct sim_result *r)
{
	for (unsigned int i = 0; i < s->config.nr_cpus; i++) {
		sim_count(r, "signals-to-self", s->cpus[i].sent_self);
		sim_count(r, "signals-to-others", s->cpus[i].sent_other);
		sim_count(r, "signals-aimed", s->cpus[i].aimed);
		sim_count(r, "signals-refused", s->cpus[i].refused);
		sim_count(r, "real-aborts", s->cpus[i].sea);
	}
	sim_count(r, "signals-of-firmware", s->firmware.sent_other);
}

static void count_interruptions(const struct stress *s, struct sim_result *r)
{
	static const char *const names[STRESS_TSAN_LEVELS + 1] = {
		NULL,
		"interrupted-depth-1",
		"interrupted-depth-2",
		"interrupted-depth-3",
		"interrupted-depth-4",
		"interrupted-depth-5",
		"interrupted-depth-6",
		"interrupted-depth-7",
		"interrupted-depth-8",
	};

	for (unsigned int i = 0; i < s->config.nr_cpus; i++) {
		const struct stress_tsan_cpu *tsan = &s->cpus[i].tsan;

		for (unsigned int n = 1; n <= STRESS_TSAN_LEVELS; n++)
			sim_count(r, names[n], tsan->interrupted[n]);
		sim_count(r, "interrupted-between-plain-accesses", tsan->between_plain);
	}
}

/* @fn lets the core run on the driver's thread, where it may crash as well. */
static void as_cpu_0(struct stress *s, void (*fn)(struct stress *s))
{
	struct fault_stack faults;

	sim_set_this_cpu(s->m, 0);
	s->own = (struct cpu){.s = s};
	me = &s->own;
	fault_stack_enter(&faults);
	watchdog_start(&s->watchdog, delivered(s), WATCHDOG_SECONDS * 1000, SA_ONSTACK, on_tick);
	if (!sigsetjmp(s->own.out, 1))
		fn(s);
	watchdog_stop(&s->watchdog);
	fault_stack_leave(&faults);
	me = NULL;
}

static void boot(struct stress *s)
{
	struct ghes_core_state state = {0};

	sim_boot(s->m);
	if (sim_core(s->m))
		s->ops->state(sim_core(s->m), &state);
	s->booted = state.sources ||
		    (sim_core(s->m) && scenario_has_action(s->scenario, SIM_ACTION_PROBE));
}

static void come_to_rest(struct stress *s)
{
	sim_quiesce(s->m);
}

static struct sim_found *found_by(struct sim_result *r, enum sim_oracle_id oracle)
{
	for (unsigned int i = 0; i < r->nr_defects; i++)
		if (r->defects[i].oracle == oracle)
			return &r->defects[i];
	return NULL;
}

static void locate_race(struct sim_found *f, const struct stress_tsan_race *race)
{
	snprintf(f->source_location, sizeof(f->source_location), "%s", race->location);
	for (unsigned int i = 0; i < 2; i++)
		snprintf(f->function[i], sizeof(f->function[i]), "%s", race->function[i]);
}

static void locate_pc(struct sim_found *f, const void *pc)
{
	guard_locate(pc, f->source_location, sizeof(f->source_location), f->function[0]);
}

static void collect(struct stress *s, struct sim_result *r)
{
	const void *crashed_at = atomic_load_explicit(&s->crashed_at, memory_order_relaxed);
	const void *lost_at = atomic_load_explicit(&s->lost_at, memory_order_relaxed);
	const struct stress_tsan_race *race = s->tsan ? stress_tsan_race() : NULL;
	unsigned int before = r->nr_defects;
	struct sim_found *f;

	if (race)
		sim_defect(s->m, SIM_ORACLE_race, "%s", race->text);
	sim_collect_defects(r, s->m, NULL);
	f = found_by(r, SIM_ORACLE_race);
	if (race && f)
		locate_race(f, race);
	f = found_by(r, SIM_ORACLE_crash);
	if (crashed_at && f)
		locate_pc(f, crashed_at);
	f = found_by(r, SIM_ORACLE_progress);
	if (lost_at && f)
		locate_pc(f, lost_at);
	known_pass_over(s->options, r, before);
	sim_collect_judged(r, s->m);
	r->executions++;
	r->notifications += delivered(s);
	counts_report(counts_of(s->m), r);
	r->judged[SIM_ORACLE_race] += s->tsan; /* the runtime does, without a count */
	if (s->tsan)
		count_interruptions(s, r);
	else
		count_cpus(s, r);
}

/* One machine from boot to rest. 0, or -1 and @error. */
static int round_trip(struct stress *s, struct sim_core *core, double until, struct sim_result *r,
		      char *error, size_t error_size)
{
	enum sim_flavour flavour = s->tsan ? SIM_STEPPED_TSAN : SIM_NATIVE;
	enum sim_arch arch = s->config.arch;
	const struct ghes_core_ops *ops = sim_core_ops(core, flavour, arch, error, error_size);
	struct sim_observer counts = counts_observer(s->scenario);
	int ret = -1;

	if (!ops)
		return -1;
	if (s->tsan)
		ops = stress_tsan_core_ops(ops);
	s->ops = ops;
	s->booted = false;
	s->m = sim_machine_create(&s->config, ops, error, error_size);
	if (!s->m)
		return -1;
	if (s->tsan)
		stress_tsan_attach(s->m, sim_core_tsan_module(core, arch));
	sim_observe_oracles(s->m);
	sim_observe(s->m, &counts);
	s->counts = counts_of(s->m);
	sim_set_driver(s->m, &s->driver);
	known_watch(&s->known, s->m, s->options, r);
	s->cpus = calloc(s->config.nr_cpus, sizeof(*s->cpus));
	if (!s->cpus) {
		snprintf(error, error_size, "no memory for %u threads", s->config.nr_cpus);
		return -1;
	}
	s->firmware.started = false;
	atomic_store(&s->stop, false);
	as_cpu_0(s, boot);
	if (atomic_load(&s->stop) || !s->booted) {
		ret = 0; /* it crashed, panicked or has no source: nothing to run */
	} else if (!start(s)) {
		snprintf(error, error_size, "cannot start %u threads", s->config.nr_cpus);
		atomic_store(&s->stop, true);
	} else {
		watch(s, until);
		ret = 0;
	}
	bring_home(s);
	if (!atomic_load(&s->crashed) && !atomic_load(&s->give_up))
		as_cpu_0(s, come_to_rest);
	collect(s, r);
	s->idle = !delivered(s);
	return ret;
}

static void end_round(struct stress *s)
{
	free(s->cpus);
	s->cpus = NULL;
	sim_machine_destroy(s->m);
	s->m = NULL;
}

/* ---- The floor ------------------------------------------------------------------------------- */

static volatile sig_atomic_t floor_hits;

static void on_floor(int sig)
{
	(void)sig;
	floor_hits++;
}

/* Nanoseconds of a bare signal to oneself, sent and handled. */
static uint64_t signal_floor_ns(void)
{
	enum { TIMES = 20000 };
	struct sigaction a, old;
	double from;

	memset(&a, 0, sizeof(a));
	a.sa_handler = on_floor;
	sigaction(SIGUSR1, &a, &old);
	from = now();
	for (int i = 0; i < TIMES; i++)
		pthread_kill(pthread_self(), SIGUSR1);
	from = now() - from;
	sigaction(SIGUSR1, &old, NULL);
	return (uint64_t)(from * 1e9 / TIMES);
}

/* ---- The driver ------------------------------------------------------------------------------ */

/* Threads were left where they were: this process has seen enough of the core. */
static bool is_over(const struct stress *s)
{
	return atomic_load(&s->crashed) || atomic_load(&s->give_up);
}

static void judge(const struct stress *s, struct sim_result *r, const struct sim_counts *c)
{
	char why[sizeof(r->why)];
	struct sim_scenario only_nests = *s->scenario;

	memset(only_nests.expect_set, 0, sizeof(only_nests.expect_set));
	r->complete = false; /* nobody can say that all was seen */
	if (r->nr_defects) {
		r->verdict = SIM_FAIL;
	} else if (is_over(s)) {
		r->verdict = SIM_PASS; /* by what is known */
	} else if (!counts_as_expected(c, &only_nests, why, sizeof(why))) {
		r->verdict = SIM_VACUOUS;
		snprintf(r->why, sizeof(r->why), "%s", why);
	} else if (!r->notifications) {
		r->verdict = SIM_VACUOUS;
		snprintf(r->why, sizeof(r->why), "no notification was delivered");
	} else {
		r->verdict = SIM_PASS;
	}
}

static int drive(const struct sim_scenario *scenario, struct sim_core *core,
		 const struct sim_options *o, struct sim_result *r, char *error, size_t error_size)
{
	struct stress s = {
		.driver = {.point = point, .wait = wait, .stop = stop},
		.scenario = scenario,
		.config = scenario->config,
		.options = o,
		.claimed = scenario_nests(scenario),
		.events = o->events ? o->events : UINT64_MAX,
		.tsan = o->tsan,
		.patient = !(o->seconds > 0),
	};
	double seconds = o->seconds > 0 ? o->seconds : o->events ? 1e9 : DEFAULT_SECONDS;
	double from;
	const struct ghes_core_ops *ops;
	uint64_t total = s.events;
	int ret;

	if (s.tsan && !stress_tsan_here()) {
		stress_tsan_exec(error, error_size);
		return -1;
	}
	ops = sim_core_ops(core, s.tsan ? SIM_STEPPED_TSAN : SIM_NATIVE, s.config.arch, error,
			   error_size);
	if (!ops)
		return -1;
	if (!sim_core_takes(ops, scenario, r))
		return 0;
	s.config.threads = true;
	s.config.unique_records = true; /* else most would be duplicates, and go nowhere */
	if (o->seed_set)
		s.config.seed = o->seed;
	r->seed = s.config.seed;
	if (o->cpus)
		s.config.nr_cpus = o->cpus;
	if (!s.tsan) {
		sim_count(r, "signal-floor-ns", signal_floor_ns());
		install_handlers();
	}
	s.from = from = now();
	do {
		s.events = total - r->notifications;
		if (o->last_seed)
			atomic_store(o->last_seed, s.config.seed);
		ret = round_trip(&s, core, from + seconds, r, error, error_size);
		if (!ret)
			judge(&s, r, counts_of(s.m));
		if (s.m)
			end_round(&s);
		s.config.seed++;
		if (s.tsan)
			stress_tsan_forget_race(); /* it is told, or known */
		/* A panic ends a machine, not the test: the next one boots. */
	} while (!ret && !r->nr_defects && !is_over(&s) && !s.idle && r->notifications < total &&
		 !sim_asked_to_stop(o) && now() < from + seconds);
	if (!s.tsan)
		remove_handlers();
	if (!ret)
		known_tell(r);
	r->seconds = now() - from;
	if (r->seconds > 0)
		sim_count(r, "notifications-per-second",
			  (uint64_t)((double)r->notifications / r->seconds));
	return ret;
}

const struct sim_driver_type sim_driver_stress = {
	.name = "stress",
	.help = "real threads as CPUs, real signals as pseudo-NMIs, full speed",
	.run = drive,
};
