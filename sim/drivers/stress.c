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
#include "drivers/stress.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "drivers/cores.h"
#include "drivers/fault_stack.h"

#define DEFAULT_SECONDS 2.0
#define STALLED_SECONDS 20
#define LOST_SECONDS	4 /* of its own CPU time, after it was told to stop */
#define PATIENCE	9 /* so many times the time that was asked for */

/* ---- A round --------------------------------------------------------------------------------- */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu_time_of(const struct stress_cpu *cpu)
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
		const struct stress_cpu *cpu = &s->cpus[i];

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
	while (!stress_all_finished(s) && !somebody_is_lost(s) && now() < deadline)
		usleep(200);
	for (unsigned int i = 0; i < s->config.nr_cpus; i++) {
		struct stress_cpu *cpu = &s->cpus[i];

		if (cpu->started && !atomic_load(&cpu->finished)) {
			sim_defect(s->m, SIM_ORACLE_progress, "cpu %u does not come to an end", i);
			atomic_store(&s->give_up, true);
			pthread_kill(cpu->thread, stress_watchdog_signal());
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

	while (!stress_enough(s)) {
		double t, grace;
		uint64_t n;

		usleep(1000);
		n = stress_delivered(s);
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

	stress_all_classes(&set);
	pthread_sigmask(SIG_BLOCK, &set, &old);
	atomic_store(&s->go, false);
	for (unsigned int i = 0; ok && i < s->config.nr_cpus; i++) {
		s->cpus[i].s = s;
		s->cpus[i].id = i;
		s->cpus[i].poison = sim_poison_page(s->m, i);
		s->cpus[i].rng = s->config.seed ^ (i + 1) * UINT64_C(0xd1342543de82ef95);
		ok = !pthread_create(&s->cpus[i].thread, NULL, stress_cpu_thread, &s->cpus[i]);
		s->cpus[i].started = ok;
	}
	atomic_store(&s->stop, !ok);
	atomic_store(&s->go, true);
	if (ok && !s->tsan) {
		s->firmware = (struct stress_cpu){.s = s, .rng = ~s->config.seed};
		ok = !pthread_create(&s->firmware.thread, NULL, stress_firmware_thread,
				     &s->firmware);
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
	s->own = (struct stress_cpu){.s = s};
	stress_me = &s->own;
	fault_stack_enter(&faults);
	watchdog_start(&s->watchdog, stress_delivered(s), WATCHDOG_SECONDS * 1000, SA_ONSTACK,
		       stress_on_tick);
	if (!sigsetjmp(s->own.out, 1))
		fn(s);
	watchdog_stop(&s->watchdog);
	fault_stack_leave(&faults);
	stress_me = NULL;
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
	r->notifications += stress_delivered(s);
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
	s->idle = !stress_delivered(s);
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
		.driver = stress_callbacks,
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
		stress_catch_signals();
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
		stress_release_signals();
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
