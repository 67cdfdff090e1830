// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pseudo-NMI at every instruction of code that ThreadSanitizer watches.
 *
 * Goal: what races between a task and what interrupts it, or between two handlers, is reported;
 * what is ordered is not; and both verdicts come from runs in which the notification did land
 * between two plain accesses, on each level.
 *
 * ThreadSanitizer reports a race once, so each situation has a process of its own: the argument
 * names it, the exit status says whether everything was as the table below has it.
 */
#include "sweep.h"
#include "step/subject.h"
#include "step/tsan_subject.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define LEVELS	   3
#define STACK_SIZE 262144

struct situation {
	const char *name;
	void (*write)(struct tsan_box *box, uint64_t value);		  /* by the task */
	bool (*read)(struct tsan_box *box, struct tsan_message *message); /* by handlers */
	/* By handlers as well, in a second box of their own; or NULL. */
	void (*write_handlers)(struct tsan_box *box, uint64_t value);
	bool on_fibers;
	bool expect_reports;
	bool expect_torn; /* handlers must have seen a half-written message */
};

static const struct situation situations[] = {
	/* The task's plain stores against the handler's plain loads. */
	{"plain", tsan_write_plain, tsan_read_plain, NULL, true, true, true},
	/* A message published without release. */
	{"relaxed", tsan_publish_relaxed, tsan_read_relaxed, NULL, true, true, false},
	/* The same, published as it should be. */
	{"correct", tsan_publish_release, tsan_read_acquire, NULL, true, false, false},
	/* The task does nothing wrong; a handler interrupted by another handler does. */
	{"handlers", tsan_publish_release, tsan_read_acquire, tsan_write_plain, true, true, true},
	/* The race of "plain" as a direct call: this is why there are fibers. */
	{"no-fibers", tsan_write_plain, tsan_read_plain, NULL, false, false, true},
};

static struct {
	const struct situation *situation;
	struct tsan_box box, handlers_box;
	uint64_t value, handlers_value;
	uint64_t read[LEVELS + 1], torn[LEVELS + 1], between[LEVELS + 1];
} world;

static atomic_uint reports;

/* Called by the runtime, a shared object. */
__attribute__((visibility("default"))) void __tsan_on_report(void *report);
__attribute__((visibility("default"))) const char *__tsan_default_options(void);

void __tsan_on_report(void *report)
{
	(void)report;
	atomic_fetch_add(&reports, 1);
}

const char *__tsan_default_options(void)
{
	return "exitcode=0";
}

#define NO_TSAN __attribute__((no_sanitize("thread")))

NO_TSAN static void reset(void *ctx)
{
	(void)ctx;
	memset(&world.box, 0, sizeof(world.box));
	memset(&world.handlers_box, 0, sizeof(world.handlers_box));
	world.value++;
}

NO_TSAN static void task(void *ctx)
{
	(void)ctx;
	world.situation->write(&world.box, world.value);
}

/* Was the level below stopped inside of the function that writes the two halves? */
NO_TSAN static void count_interruption(unsigned int level)
{
	const struct ghes_step *below = ghes_step_current()->outer;
	const char *function = ghes_step_point_function(below->point);

	if (!strncmp(function, "tsan_write", 10) || !strncmp(function, "tsan_publish", 12))
		world.between[level] +=
			world.box.slot.first != world.box.slot.second ||
			world.handlers_box.slot.first != world.handlers_box.slot.second;
}

NO_TSAN static void handler(void *ctx, unsigned int level)
{
	const struct situation *situation = world.situation;
	struct tsan_message message = {0};

	(void)ctx;
	count_interruption(level);
	if (situation->read(&world.box, &message)) {
		world.read[level]++;
		world.torn[level] += message.first != message.second;
	}
	if (!situation->write_handlers)
		return;
	tsan_read_plain(&world.handlers_box, &message);
	world.torn[level] += message.first != message.second;
	situation->write_handlers(&world.handlers_box, ++world.handlers_value);
}

static int judge(void *ctx)
{
	(void)ctx;
	return 0;
}

static bool check(bool holds, const char *what)
{
	if (!holds)
		fprintf(stderr, "%s: %s\n", world.situation->name, what);
	return holds;
}

static bool run(const struct situation *situation)
{
	struct ghes_step_target target = {reset, task, handler, judge, NULL, NULL};
	struct ghes_step_fibers fibers;
	struct ghes_step_options options = {.levels = LEVELS, .limit = 100000};
	struct ghes_step_result result;
	unsigned int first = situation->write_handlers ? 2 : 1;
	bool good = true;

	world.situation = situation;
	if (ghes_step_fibers_init(&fibers, LEVELS, STACK_SIZE))
		return check(false, "no memory for fibers");
	good &= check(ghes_step_fibers_have_tsan(), "ThreadSanitizer is not there");
	options.fibers = situation->on_fibers ? &fibers : NULL;
	ghes_step_sweep(&target, &options, &result);
	printf("%s: %u reports, %ju runs\n", situation->name, atomic_load(&reports),
	       (uintmax_t)result.runs);
	for (unsigned int i = 0; i < LEVELS; i++) {
		printf("  level %u: boundaries hit %ju of %ju, messages read %ju, torn %ju\n",
		       i + 1, (uintmax_t)result.level[i].hit, (uintmax_t)result.level[i].existing,
		       (uintmax_t)world.read[i + 1], (uintmax_t)world.torn[i + 1]);
		good &= check(result.level[i].hit == result.level[i].existing, "not complete");
		good &= check(world.read[i + 1] > 0, "no message read on a level: vacuous");
	}
	good &= check(world.between[first] > 0, "never landed between two plain stores");
	for (unsigned int i = first; i <= LEVELS && situation->expect_torn; i++)
		good &= check(world.torn[i] > 0, "never landed between two plain stores");
	for (unsigned int i = 1; i <= LEVELS && !situation->expect_torn; i++)
		good &= check(world.torn[i] == 0, "a published message was torn");
	good &= check(situation->expect_reports == (atomic_load(&reports) > 0),
		      situation->expect_reports ? "the race was not reported" : "false report");
	good &= check(result.defects == 0, "a run was stuck or missed its boundary");
	ghes_step_fibers_fini(&fibers);
	return good;
}

/* ---- CPUs as threads ---- */

#define CPUS	 2
#define PUSHES	 3000
#define DEEPEST	 2
#define PER_PUSH (1 + DEEPEST)

/*
 * A CPU pushes onto a stack that all share, and is interrupted at a boundary drawn for each push;
 * the handler pushes as well and is interrupted itself.
 */
struct cpu {
	pthread_t thread;
	struct ghes_step_fibers fibers;
	struct subject_node node[PUSHES * PER_PUSH];
	unsigned int used;
	uint64_t random;
	uint64_t interrupted[DEEPEST + 1];
};

static struct subject_stack shared;
static struct cpu cpus[CPUS];

NO_TSAN static void push_interrupted(struct cpu *cpu);

NO_TSAN static void push_as_handler(void *arg)
{
	push_interrupted(arg);
}

NO_TSAN static void interrupt_cpu(struct ghes_step *step, void *arg)
{
	struct cpu *cpu = arg;

	cpu->interrupted[step->level + 1]++;
	ghes_step_fibers_call(&cpu->fibers, push_as_handler, cpu);
}

NO_TSAN static void push_interrupted(struct cpu *cpu)
{
	const struct ghes_step *below = ghes_step_current();
	unsigned int level = below ? below->level + 1 : 0;
	struct ghes_step step = {.handler = interrupt_cpu, .arg = cpu};

	cpu->random = cpu->random * UINT64_C(6364136223846793005) + 1;
	if (level < DEEPEST)
		step.at = 1 + (cpu->random >> 40) % 12;
	ghes_step_arm(&step);
	subject_push(&shared, &cpu->node[cpu->used++]);
	ghes_step_disarm(&step);
}

NO_TSAN static void *run_cpu(void *arg)
{
	struct cpu *cpu = arg;

	if (ghes_step_fibers_init(&cpu->fibers, DEEPEST, STACK_SIZE))
		return arg;
	for (unsigned int i = 0; i < PUSHES; i++)
		push_interrupted(cpu);
	ghes_step_fibers_sync(&cpu->fibers);
	ghes_step_fibers_fini(&cpu->fibers);
	return NULL;
}

/* Every node that anybody pushed is on the stack, and nothing raced on the way. */
static bool run_threads(void)
{
	static const struct situation threads = {.name = "threads"};
	size_t pushed = 0, found = 0;
	bool good = true;
	void *failed;

	world.situation = &threads;
	for (unsigned int i = 0; i < CPUS; i++) {
		cpus[i].random = i + 1;
		good &= check(!pthread_create(&cpus[i].thread, NULL, run_cpu, &cpus[i]),
			      "no thread");
	}
	for (unsigned int i = 0; i < CPUS; i++) {
		pthread_join(cpus[i].thread, &failed);
		good &= check(!failed, "no memory for fibers");
		pushed += cpus[i].used;
		for (unsigned int level = 1; level <= DEEPEST; level++)
			good &= check(cpus[i].interrupted[level] > 0, "vacuous: no interruption");
		printf("threads: CPU %u interrupted %ju and %ju times\n", i,
		       (uintmax_t)cpus[i].interrupted[1], (uintmax_t)cpus[i].interrupted[2]);
	}
	for (struct subject_node *node = subject_take_all(&shared); node; node = node->next)
		found++;
	good &= check(found == pushed && pushed > CPUS * PUSHES, "nodes lost or duplicated");
	return good & check(!atomic_load(&reports), "false report");
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "threads"))
		return !run_threads();
	for (size_t i = 0; i < sizeof(situations) / sizeof(*situations); i++)
		if (argc == 2 && !strcmp(argv[1], situations[i].name))
			return !run(&situations[i]);
	fprintf(stderr, "usage: %s plain|relaxed|correct|handlers|no-fibers|threads\n", argv[0]);
	return 2;
}
